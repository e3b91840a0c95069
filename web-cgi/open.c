#include "open.h"

#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "rest.h"

#define SLOTS 4096

struct slot {
	int64_t account, id;
	uint8_t key[SEAL_SIV_KEY_LEN];
};

struct opener {
	struct slot slot[SLOTS];
};

struct opener *
opener_new(void)
{
	return calloc(1, sizeof(struct opener));
}

void
opener_free(struct opener *o)
{
	if (o == NULL)
		return;
	seal_wipe(o, sizeof *o);
	free(o);
}

static struct slot *
slot_of(struct opener *o, int64_t id)
{
	return &o->slot[(uint64_t)id % SLOTS];
}

static bool
all_known(struct opener *o, int64_t account, const struct pages_records *r)
{
	for (size_t i = 0; i < r->n; i++) {
		const struct slot *s = slot_of(o, r->row[i].data_key);

		if (s->id != r->row[i].data_key || s->account != account)
			return false;
	}
	return true;
}

/* Open the account's data keys that are not known yet. */
static enum db_err
learn(struct opener *o, struct db *db, int64_t account,
    const uint8_t secret[static SEAL_KEY_LEN])
{
	struct pages_key *keys;
	uint8_t ad[REST_KEY_AD_LEN];
	size_t n;
	enum db_err err = pages_keys(db, account, &keys, &n);

	if (err != DB_OK)
		return err;
	for (size_t i = 0; i < n; i++) {
		struct slot *s = slot_of(o, keys[i].id);

		if (s->id == keys[i].id && s->account == account)
			continue;
		s->id = 0;
		rest_key_ad(account, keys[i].phone, ad);
		if (keys[i].len != SEAL_SIV_KEY_LEN + SEAL_BOX_EXTRA ||
		    seal_box_open(secret, ad, sizeof ad, keys[i].sealed,
			keys[i].len, s->key) != SEAL_OK)
			continue;
		s->id = keys[i].id;
		s->account = account;
	}
	free(keys);
	return DB_OK;
}

static struct record *
open_row(struct opener *o, int64_t account, const struct pages_record *r,
    const uint8_t *sealed)
{
	const struct slot *s = slot_of(o, r->data_key);
	uint8_t ad[REST_RECORD_AD_LEN], plain[RECORD_STORED_MAX];
	struct record *out = NULL;

	if (s->id != r->data_key || s->account != account ||
	    r->len <= SEAL_TAG_LEN || r->len - SEAL_TAG_LEN > sizeof plain)
		return NULL;
	rest_record_ad(account, r->phone, r->kind, r->record_id, r->transfer,
	    r->ordinal, ad);
	if (seal_unlock(s->key, ad, sizeof ad, sealed + r->at, r->len, plain) ==
	    SEAL_OK)
		out = record_decode(plain, r->len - SEAL_TAG_LEN);
	/* What was written of it alone: to wipe all took longer than to open.
	 */
	seal_wipe(plain, r->len - SEAL_TAG_LEN);
	return out;
}

void
opened_free(struct opened *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		record_free(list[i].record);
	free(list);
}

enum db_err
open_rows(struct opener *o, struct db *db, int64_t account,
    const uint8_t secret[static SEAL_KEY_LEN], const struct pages_records *rows,
    struct opened **out, size_t *n, size_t *damaged)
{
	struct opened *list = calloc(rows->n + 1, sizeof *list);
	size_t count = 0;
	enum db_err err = DB_OK;

	if (list == NULL)
		return DB_FAILED;
	if (!all_known(o, account, rows))
		err = learn(o, db, account, secret);
	for (size_t i = 0; err == DB_OK && i < rows->n; i++) {
		struct record *r =
		    open_row(o, account, &rows->row[i], rows->sealed);

		if (r != NULL)
			list[count++] = (struct opened){ rows->row[i].phone,
				rows->row[i].stored_ms, rows->row[i].transfer,
				rows->row[i].ordinal, r };
	}
	*damaged = rows->n - count;
	if (*damaged > 0 && err == DB_OK)
		log_error("account %lld: %zu records do not open",
		    (long long)account, *damaged);
	if (err != DB_OK) {
		opened_free(list, count);
		return err;
	}
	*out = list;
	*n = count;
	return DB_OK;
}

enum db_err
open_records(struct opener *o, struct db *db, int64_t account,
    const uint8_t secret[static SEAL_KEY_LEN], int kind, int64_t phone,
    size_t max, struct opened **out, size_t *n, size_t *damaged)
{
	struct pages_records rows;
	enum db_err err = pages_records(db, account, kind, phone, max, &rows);

	if (err != DB_OK)
		return err;
	err = open_rows(o, db, account, secret, &rows, out, n, damaged);
	pages_records_clear(&rows);
	return err;
}

enum db_err
open_piece(struct opener *o, struct db *db, int64_t account,
    const uint8_t secret[static SEAL_KEY_LEN], const struct pages_records *rows,
    size_t i, uint8_t *out)
{
	const struct pages_record *r = &rows->row[i];
	const struct slot *s = slot_of(o, r->data_key);
	uint8_t ad[REST_PIECE_AD_LEN];
	enum db_err err;

	if (!all_known(o, account, rows) &&
	    (err = learn(o, db, account, secret)) != DB_OK)
		return err;
	rest_piece_ad(
	    account, r->phone, r->record_id, r->transfer, r->ordinal, ad);
	if (s->id != r->data_key || s->account != account ||
	    r->len != (size_t)r->time_ms + SEAL_TAG_LEN ||
	    seal_unlock(s->key, ad, sizeof ad, rows->sealed + r->at, r->len,
		out) != SEAL_OK) {
		log_error("account %lld: a piece of file %u does not open",
		    (long long)account, (unsigned)r->record_id);
		return DB_NONE;
	}
	return DB_OK;
}
