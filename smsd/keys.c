#include "keys.h"

#include <stdlib.h>
#include <string.h>

#include "be.h"
#include "log.h"

#define BUCKETS 65536
#define UNKNOWN 1024 /* key ids that are known not to be */
#define UNKNOWN_MS 5000
#define LOCKED 1024 /* phones whose keys did not unwrap when last seen */
#define FRESH_MS 60000 /* a row is read again after that */

struct keys {
	uint8_t master[SEAL_KEY_LEN];
	struct keys_phone *bucket[BUCKETS];
	struct {
		uint32_t key_id;
		int64_t until_ms;
	} unknown[UNKNOWN];
	uint32_t locked[LOCKED]; /* 0: none */
};

struct keys *
keys_new(const uint8_t master[static SEAL_KEY_LEN])
{
	struct keys *k = calloc(1, sizeof *k);

	if (k == NULL) {
		log_error("cannot allocate the keys' cache: %m");
		return NULL;
	}
	memcpy(k->master, master, sizeof k->master);
	return k;
}

static void
free_phone(struct keys_phone *p)
{
	seal_phone_free(p->seal);
	seal_wipe(&p->row, sizeof p->row);
	free(p);
}

void
keys_drop_all(struct keys *k)
{
	for (size_t i = 0; i < BUCKETS; i++)
		while (k->bucket[i] != NULL) {
			struct keys_phone *p = k->bucket[i];

			k->bucket[i] = p->next;
			free_phone(p);
		}
	memset(k->unknown, 0, sizeof k->unknown);
}

void
keys_free(struct keys *k)
{
	if (k == NULL)
		return;
	keys_drop_all(k);
	seal_wipe(k->master, sizeof k->master);
	free(k);
}

static size_t
bucket_of(uint32_t key_id)
{
	return key_id * 2654435761u >> 16;
}

void
keys_drop(struct keys *k, uint32_t key_id)
{
	struct keys_phone **at = &k->bucket[bucket_of(key_id)];

	while (*at != NULL && (*at)->row.key_id != key_id)
		at = &(*at)->next;
	if (*at != NULL) {
		struct keys_phone *p = *at;

		*at = p->next;
		free_phone(p);
	}
	k->unknown[key_id % UNKNOWN].until_ms = 0;
}

static void
wrap_ad(int64_t account, uint32_t key_id, uint8_t ad[static 16])
{
	be_put64(ad, (uint64_t)account);
	be_put64(ad + 8, key_id);
}

enum seal_err
keys_wrap(const struct keys *k, int64_t account, uint32_t key_id,
    const uint8_t root[static SEAL_KEY_LEN], uint8_t out[static 48])
{
	uint8_t ad[16];

	wrap_ad(account, key_id, ad);
	return seal_wrap(
	    k->master, "phone", ad, sizeof ad, root, SEAL_KEY_LEN, out);
}

enum seal_err
keys_unwrap(const struct keys *k, int64_t account, uint32_t key_id,
    const uint8_t *wrapped, size_t len, uint8_t root[static SEAL_KEY_LEN])
{
	uint8_t ad[16];

	if (len != SEAL_KEY_LEN + SEAL_TAG_LEN)
		return SEAL_E_FORGED;
	wrap_ad(account, key_id, ad);
	return seal_unwrap(
	    k->master, "phone", ad, sizeof ad, wrapped, len, root);
}

static struct keys_phone *
make(struct keys *k, const struct gate_phone *row, int64_t now_ms)
{
	struct keys_phone *p = calloc(1, sizeof *p);
	uint8_t root[SEAL_KEY_LEN];

	if (p == NULL) {
		log_error("cannot allocate a phone: %m");
		return NULL;
	}
	p->row = *row;
	p->loaded_ms = now_ms;
	if (keys_unwrap(k, row->account, row->key_id, row->root_wrapped,
		row->root_wrapped_len, root) != SEAL_OK) {
		log_error("phone with key id %08x: its key does not unwrap: "
			  "is this the right gateway.key?",
		    row->key_id);
		free(p);
		return NULL;
	}
	p->seal = seal_phone_new(root, row->key_id);
	seal_wipe(root, sizeof root);
	if (p->seal == NULL) {
		free(p);
		return NULL;
	}
	return p;
}

static bool
same_root(const struct gate_phone *a, const struct gate_phone *b)
{
	return a->account == b->account &&
	       a->root_wrapped_len == b->root_wrapped_len &&
	       memcmp(a->root_wrapped, b->root_wrapped, a->root_wrapped_len) ==
		   0;
}

/* p: what was known of it, or NULL; it stays if only the row has changed. */
static enum db_err
load(struct keys *k, struct db *db, uint32_t key_id, int64_t now_ms,
    struct keys_phone *p, struct keys_phone **out)
{
	struct gate_phone row;
	enum db_err err = gate_phone_by_key(db, key_id, &row);

	if (err == DB_OK && row.bound && p != NULL &&
	    same_root(&p->row, &row)) {
		p->row = row;
		p->loaded_ms = now_ms;
		*out = p;
		return DB_OK;
	}
	keys_drop(k, key_id);
	if (err == DB_OK && !row.bound)
		err = DB_NONE;
	if (err == DB_NONE) {
		k->unknown[key_id % UNKNOWN].key_id = key_id;
		k->unknown[key_id % UNKNOWN].until_ms = now_ms + UNKNOWN_MS;
	}
	if (err != DB_OK)
		return err;
	if ((p = make(k, &row, now_ms)) == NULL) {
		k->locked[key_id % LOCKED] = key_id;
		return DB_NONE;
	}
	p->next = k->bucket[bucket_of(key_id)];
	k->bucket[bucket_of(key_id)] = p;
	*out = p;
	return DB_OK;
}

bool
keys_locked(const struct keys *k, uint32_t key_id)
{
	return key_id != 0 && k->locked[key_id % LOCKED] == key_id;
}

enum db_err
keys_find(struct keys *k, struct db *db, uint32_t key_id, int64_t now_ms,
    struct keys_phone **out)
{
	struct keys_phone *p = k->bucket[bucket_of(key_id)];

	while (p != NULL && p->row.key_id != key_id)
		p = p->next;
	if (p != NULL && now_ms - p->loaded_ms < FRESH_MS &&
	    now_ms >= p->loaded_ms) {
		*out = p;
		return DB_OK;
	}
	if (k->unknown[key_id % UNKNOWN].key_id == key_id &&
	    now_ms < k->unknown[key_id % UNKNOWN].until_ms)
		return DB_NONE;
	k->locked[key_id % LOCKED] = 0;
	return load(k, db, key_id, now_ms, p, out);
}
