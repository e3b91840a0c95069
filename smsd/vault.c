#include "vault.h"

#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "rest.h"
#include "seal.h"

#define DAY_MS 86400000LL
#define SLOTS 4096 /* data keys in memory; more are made anew */

struct slot {
	int64_t account, phone, day, id; /* id 0: empty */
	uint8_t key[SEAL_SIV_KEY_LEN];
};

struct vault {
	struct slot slot[SLOTS];
};

struct vault *
vault_new(void)
{
	struct vault *v = calloc(1, sizeof *v);

	if (v == NULL)
		log_error("cannot allocate the vault: %m");
	return v;
}

void
vault_forget(struct vault *v)
{
	seal_wipe(v->slot, sizeof v->slot);
}

void
vault_free(struct vault *v)
{
	if (v == NULL)
		return;
	vault_forget(v);
	free(v);
}

static enum db_err
new_key(struct slot *s, struct db *db, const struct gate_phone *phone,
    int64_t now_ms)
{
	uint8_t sealed[SEAL_SIV_KEY_LEN + SEAL_BOX_EXTRA];
	uint8_t ad[REST_KEY_AD_LEN];
	enum db_err err;

	s->id = 0;
	seal_random(s->key, sizeof s->key);
	rest_key_ad(phone->account, phone->phone, ad);
	if (seal_box(phone->public_key, ad, sizeof ad, s->key, sizeof s->key,
		sealed) != SEAL_OK)
		return DB_FAILED;
	if ((err = gate_data_key_put(db, phone->account, phone->phone, sealed,
		 sizeof sealed, now_ms, &s->id)) != DB_OK)
		return err;
	s->account = phone->account;
	s->phone = phone->phone;
	s->day = now_ms / DAY_MS;
	return DB_OK;
}

static enum db_err
key_for(struct vault *v, struct db *db, const struct gate_phone *phone,
    int64_t now_ms, const struct slot **out)
{
	struct slot *s =
	    &v->slot[((uint64_t)phone->phone * 0x9e3779b97f4a7c15ULL) >> 52];
	enum db_err err = DB_OK;

	if (s->id == 0 || s->account != phone->account ||
	    s->phone != phone->phone || s->day != now_ms / DAY_MS)
		err = new_key(s, db, phone, now_ms);
	*out = s;
	return err;
}

static int
seal_one(const struct slot *key, const struct gate_phone *phone,
    const struct seal_phone *keys, uint32_t transfer, uint32_t ordinal,
    const struct record *r, struct gate_record *out)
{
	uint8_t plain[RECORD_STORED_MAX], ad[REST_RECORD_AD_LEN];
	size_t n = record_encode(r, plain, sizeof plain);
	uint8_t *sealed;
	int ret = 0;

	if (n == 0 || (sealed = malloc(n + SEAL_TAG_LEN)) == NULL)
		return -1;
	rest_record_ad(phone->account, phone->phone, record_kind(r),
	    record_id(r), transfer, ordinal, ad);
	if (seal_lock(key->key, ad, sizeof ad, plain, n, sealed) != SEAL_OK) {
		free(sealed);
		sealed = NULL;
		ret = -1;
	}
	*out = (struct gate_record){
		.kind = (uint8_t)record_kind(r),
		.op = (uint8_t)record_op(r),
		.record_id = record_id(r),
		.transfer = transfer,
		.ordinal = (int)ordinal,
		.time_ms = record_time_ms(r),
		.data_key = key->id,
		.mark = seal_mark(keys, plain, n),
		.sealed = sealed,
		.sealed_len = n + SEAL_TAG_LEN,
	};
	seal_wipe(plain, n);
	return ret;
}

enum db_err
vault_store(struct vault *v, struct db *db, const struct gate_phone *phone,
    const struct seal_phone *keys, uint32_t transfer,
    struct record *const *records, size_t n, int64_t now_ms)
{
	struct gate_record *rows;
	const struct slot *key;
	enum db_err err;
	size_t i;

	if (n == 0)
		return DB_OK;
	if ((err = key_for(v, db, phone, now_ms, &key)) != DB_OK)
		return err;
	if ((rows = calloc(n, sizeof *rows)) == NULL) {
		log_error("cannot allocate records: %m");
		return DB_FAILED;
	}
	for (i = 0; i < n && err == DB_OK; i++)
		if (seal_one(key, phone, keys, transfer, (uint32_t)i,
			records[i], &rows[i]) == -1)
			err = DB_FAILED;
	if (err == DB_OK)
		err = gate_records_put(
		    db, phone->account, phone->phone, rows, n, now_ms);
	for (i = 0; i < n; i++)
		free((void *)(uintptr_t)rows[i].sealed);
	free(rows);
	return err;
}

enum db_err
vault_store_piece(struct vault *v, struct db *db,
    const struct gate_phone *phone, const struct upload_piece *piece,
    int64_t now_ms, bool *arrived)
{
	uint8_t ad[REST_PIECE_AD_LEN];
	uint8_t sealed[WIRE_TRANSFER_OCTETS_MAX + SEAL_TAG_LEN];
	const struct slot *key;
	struct gate_file_piece row = {
		.account = phone->account,
		.phone = phone->phone,
		.record_id = piece->file,
		.content = piece->content,
		.offset = piece->offset,
		.len = piece->len,
		.sealed = sealed,
		.sealed_len = piece->len + SEAL_TAG_LEN,
	};
	enum db_err err = key_for(v, db, phone, now_ms, &key);

	if (err != DB_OK)
		return err;
	row.data_key = key->id;
	rest_piece_ad(phone->account, phone->phone, piece->file, piece->content,
	    piece->offset, ad);
	if (piece->len > WIRE_TRANSFER_OCTETS_MAX ||
	    seal_lock(key->key, ad, sizeof ad, piece->data, piece->len,
		sealed) != SEAL_OK)
		return DB_FAILED;
	return gate_file_piece_put(db, &row, now_ms, arrived);
}
