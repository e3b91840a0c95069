/*
 * Keys of phones in memory, and records sealed to their owner.  The database
 * is put in its place by the linker; the seals are real.
 */
#include <stdio.h>
#include <string.h>

#include "check_main.h"
#include "keys.h"
#include "log.h"
#include "rest.h"
#include "vault.h"

#define DAY_MS 86400000LL
#define NOW (20000 * DAY_MS + 1000)

/* ---- the database ---- */

#define ROWS 32

static struct {
	enum db_err phone_err, key_err, records_err, piece_err;
	struct gate_phone phone;
	int phones_asked, keys_put;
	uint8_t key_sealed[ROWS][SEAL_SIV_KEY_LEN + SEAL_BOX_EXTRA];
	struct gate_record row[ROWS];
	uint8_t sealed[ROWS][256];
	size_t rows;
	struct gate_file_piece piece;
	uint8_t piece_sealed[256];
} db;

enum db_err
__wrap_gate_phone_by_key(struct db *d, uint32_t key_id, struct gate_phone *out);
enum db_err
__wrap_gate_data_key_put(struct db *d, int64_t account, int64_t phone,
    const uint8_t *sealed, size_t len, int64_t now_ms, int64_t *id);
enum db_err __wrap_gate_records_put(struct db *d, int64_t account,
    int64_t phone, const struct gate_record *records, size_t n, int64_t now_ms);
enum db_err __wrap_gate_file_piece_put(struct db *d,
    const struct gate_file_piece *piece, int64_t now_ms, bool *arrived);

enum db_err
__wrap_gate_phone_by_key(struct db *d, uint32_t key_id, struct gate_phone *out)
{
	(void)d;
	db.phones_asked++;
	if (db.phone_err == DB_OK && key_id != db.phone.key_id)
		return DB_NONE;
	if (db.phone_err == DB_OK)
		*out = db.phone;
	return db.phone_err;
}

enum db_err
__wrap_gate_data_key_put(struct db *d, int64_t account, int64_t phone,
    const uint8_t *sealed, size_t len, int64_t now_ms, int64_t *id)
{
	(void)d;
	(void)account;
	(void)phone;
	(void)now_ms;
	ck_assert_uint_eq(len, sizeof db.key_sealed[0]);
	if (db.key_err != DB_OK)
		return db.key_err;
	memcpy(db.key_sealed[db.keys_put], sealed, len);
	*id = ++db.keys_put;
	return DB_OK;
}

enum db_err
__wrap_gate_records_put(struct db *d, int64_t account, int64_t phone,
    const struct gate_record *records, size_t n, int64_t now_ms)
{
	(void)d;
	(void)account;
	(void)phone;
	(void)now_ms;
	if (db.records_err != DB_OK)
		return db.records_err;
	for (size_t i = 0; i < n; i++) {
		ck_assert_uint_le(records[i].sealed_len, sizeof db.sealed[0]);
		db.row[db.rows] = records[i];
		memcpy(db.sealed[db.rows++], records[i].sealed,
		    records[i].sealed_len);
	}
	return DB_OK;
}

enum db_err
__wrap_gate_file_piece_put(struct db *d, const struct gate_file_piece *piece,
    int64_t now_ms, bool *arrived)
{
	(void)d;
	(void)now_ms;
	if (db.piece_err != DB_OK)
		return db.piece_err;
	db.piece = *piece;
	memcpy(db.piece_sealed, piece->sealed, piece->sealed_len);
	*arrived = true;
	return DB_OK;
}

/* ---- a phone and its owner ---- */

static const uint8_t master[SEAL_KEY_LEN] = "the gateway's own key";
static const uint8_t root[SEAL_KEY_LEN] = "what the phone was bound under";
static uint8_t secret[SEAL_KEY_LEN];
static struct keys *keys;
static struct vault *vault;
static struct seal_phone *seal;

static void
setup(void)
{
	memset(&db, 0, sizeof db);
	db.phone = (struct gate_phone){
		.account = 3, .phone = 4, .key_id = 0x1234, .bound = true
	};
	ck_assert_int_eq(seal_keypair(secret, db.phone.public_key), SEAL_OK);
	ck_assert_ptr_nonnull(keys = keys_new(master));
	ck_assert_int_eq(
	    keys_wrap(keys, 3, 0x1234, root, db.phone.root_wrapped), SEAL_OK);
	db.phone.root_wrapped_len = 48;
	ck_assert_ptr_nonnull(vault = vault_new());
	ck_assert_ptr_nonnull(seal = seal_phone_new(root, 0x1234));
}

static void
teardown(void)
{
	keys_free(keys);
	vault_free(vault);
	seal_phone_free(seal);
}

/* ---- keys ---- */

START_TEST(a_root_is_wrapped_for_its_place)
{
	uint8_t out[48], got[SEAL_KEY_LEN];
	struct keys *other;

	ck_assert_int_eq(keys_wrap(keys, 3, 9, root, out), SEAL_OK);
	ck_assert_int_eq(keys_unwrap(keys, 3, 9, out, 48, got), SEAL_OK);
	ck_assert_mem_eq(got, root, SEAL_KEY_LEN);
	ck_assert_int_ne(keys_unwrap(keys, 4, 9, out, 48, got), SEAL_OK);
	ck_assert_int_ne(keys_unwrap(keys, 3, 8, out, 48, got), SEAL_OK);
	for (size_t len = 0; len < 48; len++)
		ck_assert_int_ne(
		    keys_unwrap(keys, 3, 9, out, len, got), SEAL_OK);
	for (size_t i = 0; i < 48; i++) {
		out[i] ^= 0x20;
		ck_assert_int_ne(
		    keys_unwrap(keys, 3, 9, out, 48, got), SEAL_OK);
		out[i] ^= 0x20;
	}
	ck_assert_ptr_nonnull(other = keys_new(root));
	ck_assert_int_ne(keys_unwrap(other, 3, 9, out, 48, got), SEAL_OK);
	keys_free(other);
}
END_TEST

static enum db_err
find(uint32_t key_id, int64_t now_ms)
{
	struct keys_phone *p = NULL;
	enum db_err err = keys_find(keys, NULL, key_id, now_ms, &p);

	if (err == DB_OK) {
		ck_assert_ptr_nonnull(p);
		ck_assert_uint_eq(p->row.key_id, key_id);
		ck_assert_ptr_nonnull(p->seal);
	}
	return err;
}

/* What is asked of the database, and when: each look adds to the last. */
START_TEST(a_phone_is_read_once_a_minute)
{
	ck_assert_int_eq(find(0x1234, NOW), DB_OK);
	ck_assert_int_eq(find(0x1234, NOW), DB_OK);
	ck_assert_int_eq(find(0x1234, NOW + 59999), DB_OK);
	ck_assert_int_eq(db.phones_asked, 1);
	ck_assert_int_eq(find(0x1234, NOW + 60000), DB_OK);
	ck_assert_int_eq(db.phones_asked, 2);
	/* A clock set back does not keep a row for ever. */
	ck_assert_int_eq(find(0x1234, NOW), DB_OK);
	ck_assert_int_eq(db.phones_asked, 3);
	keys_drop(keys, 0x1234);
	ck_assert_int_eq(find(0x1234, NOW), DB_OK);
	ck_assert_int_eq(db.phones_asked, 4);
	keys_drop_all(keys);
	ck_assert_int_eq(find(0x1234, NOW), DB_OK);
	ck_assert_int_eq(db.phones_asked, 5);
}
END_TEST

START_TEST(junk_does_not_reach_the_database)
{
	for (int i = 0; i < 1000; i++)
		ck_assert_int_eq(find(0xbad, NOW), DB_NONE);
	ck_assert_int_eq(db.phones_asked, 1);
	ck_assert(!keys_locked(keys, 0xbad));
	/* It may have been bound meanwhile. */
	db.phone.key_id = 0xbad;
	ck_assert_int_eq(
	    keys_wrap(keys, 3, 0xbad, root, db.phone.root_wrapped), SEAL_OK);
	ck_assert_int_eq(find(0xbad, NOW + 4999), DB_NONE);
	ck_assert_int_eq(find(0xbad, NOW + 5000), DB_OK);
	/* Or, if somebody says so, at once. */
	ck_assert_int_eq(find(0xbae, NOW), DB_NONE);
	db.phone.key_id = 0xbae;
	ck_assert_int_eq(
	    keys_wrap(keys, 3, 0xbae, root, db.phone.root_wrapped), SEAL_OK);
	keys_drop(keys, 0xbae);
	ck_assert_int_eq(find(0xbae, NOW), DB_OK);
}
END_TEST

START_TEST(a_phone_that_is_not_bound_is_none)
{
	db.phone.bound = false;
	ck_assert_int_eq(find(0x1234, NOW), DB_NONE);
	ck_assert(!keys_locked(keys, 0x1234));
}
END_TEST

START_TEST(a_key_that_does_not_unwrap_is_told_apart)
{
	db.phone.root_wrapped[5] ^= 1;
	ck_assert_int_eq(find(0x1234, NOW), DB_NONE);
	ck_assert(keys_locked(keys, 0x1234));
	ck_assert(!keys_locked(keys, 0x1235));
	ck_assert(!keys_locked(keys, 0));
	/* With the right gateway.key it is there again. */
	db.phone.root_wrapped[5] ^= 1;
	ck_assert_int_eq(find(0x1234, NOW + 1), DB_OK);
	ck_assert(!keys_locked(keys, 0x1234));
}
END_TEST

START_TEST(a_database_that_is_away_is_no_answer)
{
	db.phone_err = DB_LOST;
	ck_assert_int_eq(find(0x1234, NOW), DB_LOST);
	db.phone_err = DB_OK;
	ck_assert_int_eq(find(0x1234, NOW), DB_OK);
}
END_TEST

/* ---- the vault ---- */

static struct record *
note(uint32_t id, const char *text)
{
	struct record *r = record_new(RECORD_NOTE, id);

	ck_assert_ptr_nonnull(r);
	record_set_time_ms(r, NOW);
	ck_assert_int_eq(record_add_text(r, RECORD_BODY, text), 0);
	return r;
}

static enum db_err
store(uint32_t transfer, int64_t now_ms)
{
	struct record *list[2] = { note(1, "milk"), note(2, "bread") };
	enum db_err err = vault_store(
	    vault, NULL, &db.phone, seal, transfer, list, 2, now_ms);

	record_free(list[0]);
	record_free(list[1]);
	return err;
}

/* Row i opened with the owner's secret, as if of this account and phone. */
static struct record *
open_row(size_t i, int64_t account, int64_t phone, uint32_t ordinal)
{
	const struct gate_record *r = &db.row[i];
	uint8_t ad[REST_KEY_AD_LEN], rad[REST_RECORD_AD_LEN];
	uint8_t key[SEAL_SIV_KEY_LEN], plain[256];

	rest_key_ad(account, phone, ad);
	if (seal_box_open(secret, ad, sizeof ad, db.key_sealed[r->data_key - 1],
		sizeof db.key_sealed[0], key) != SEAL_OK)
		return NULL;
	rest_record_ad(
	    account, phone, r->kind, r->record_id, r->transfer, ordinal, rad);
	if (seal_unlock(key, rad, sizeof rad, db.sealed[i], r->sealed_len,
		plain) != SEAL_OK)
		return NULL;
	return record_decode(plain, r->sealed_len - SEAL_TAG_LEN);
}

START_TEST(the_owner_reads_what_was_stored)
{
	struct record *want = note(2, "bread"), *got;

	ck_assert_int_eq(store(7, NOW), DB_OK);
	ck_assert_uint_eq(db.rows, 2);
	ck_assert_ptr_null(memmem(
	    db.sealed[1], db.row[1].sealed_len, "bread", strlen("bread")));
	got = open_row(1, 3, 4, 1);
	ck_assert_ptr_nonnull(got);
	ck_assert(record_equal(got, want));
	record_free(got);
	record_free(want);
	/* Moved to another account, phone, place or transfer, nobody does. */
	ck_assert_ptr_null(open_row(1, 5, 4, 1));
	ck_assert_ptr_null(open_row(1, 3, 5, 1));
	ck_assert_ptr_null(open_row(1, 3, 4, 0));
	db.row[1].transfer++;
	ck_assert_ptr_null(open_row(1, 3, 4, 1));
	db.row[1].transfer--;
	secret[0] ^= 8; /* nor without the owner's key */
	ck_assert_ptr_null(open_row(1, 3, 4, 1));
}
END_TEST

START_TEST(a_data_key_lasts_a_day)
{
	ck_assert_int_eq(store(1, NOW), DB_OK);
	ck_assert_int_eq(store(2, NOW + DAY_MS - 2000), DB_OK);
	ck_assert_int_eq(db.keys_put, 1);
	ck_assert_int_eq(store(3, NOW + DAY_MS), DB_OK);
	ck_assert_int_eq(db.keys_put, 2);
	/* Another phone, or another account, has its own. */
	db.phone.phone = 5;
	ck_assert_int_eq(store(1, NOW + DAY_MS), DB_OK);
	ck_assert_int_eq(db.keys_put, 3);
	db.phone.account = 9;
	ck_assert_int_eq(store(1, NOW + DAY_MS), DB_OK);
	ck_assert_int_eq(db.keys_put, 4);
	for (int i = 0; i < 4; i++)
		for (int k = 0; k < i; k++)
			ck_assert_mem_ne(
			    db.key_sealed[i], db.key_sealed[k], 48);
}
END_TEST

/* A key whose row was rolled back would seal what nobody can open. */
START_TEST(a_key_that_was_rolled_back_is_not_used)
{
	ck_assert_int_eq(store(1, NOW), DB_OK);
	vault_forget(vault);
	ck_assert_int_eq(store(1, NOW), DB_OK);
	ck_assert_int_eq(db.keys_put, 2);
	ck_assert_int_eq(db.row[db.rows - 1].data_key, 2);
}
END_TEST

START_TEST(a_key_that_was_not_stored_is_not_used)
{
	db.key_err = DB_LOST;
	ck_assert_int_eq(store(1, NOW), DB_LOST);
	ck_assert_uint_eq(db.rows, 0);
	db.key_err = DB_OK;
	ck_assert_int_eq(store(1, NOW), DB_OK);
	ck_assert_int_eq(db.row[0].data_key, 1);
	db.records_err = DB_FAILED;
	ck_assert_int_eq(store(2, NOW), DB_FAILED);
}
END_TEST

START_TEST(nothing_costs_nothing)
{
	ck_assert_int_eq(
	    vault_store(vault, NULL, &db.phone, seal, 1, NULL, 0, NOW), DB_OK);
	ck_assert_int_eq(db.keys_put, 0);
}
END_TEST

START_TEST(a_piece_of_a_file_is_sealed_in_its_place)
{
	static const uint8_t data[] = "octets of a file";
	const struct upload_piece piece = { .file = 6,
		.content = 7,
		.offset = 100,
		.data = data,
		.len = sizeof data };
	uint8_t ad[REST_KEY_AD_LEN], pad[REST_PIECE_AD_LEN];
	uint8_t key[SEAL_SIV_KEY_LEN], plain[sizeof data];
	bool arrived = false;

	ck_assert_int_eq(
	    vault_store_piece(vault, NULL, &db.phone, &piece, NOW, &arrived),
	    DB_OK);
	ck_assert(arrived);
	rest_key_ad(3, 4, ad);
	ck_assert_int_eq(seal_box_open(secret, ad, sizeof ad, db.key_sealed[0],
			     sizeof db.key_sealed[0], key),
	    SEAL_OK);
	rest_piece_ad(3, 4, 6, 7, 100, pad);
	ck_assert_int_eq(seal_unlock(key, pad, sizeof pad, db.piece_sealed,
			     db.piece.sealed_len, plain),
	    SEAL_OK);
	ck_assert_mem_eq(plain, data, sizeof data);
	rest_piece_ad(3, 4, 6, 7, 101, pad);
	ck_assert_int_ne(seal_unlock(key, pad, sizeof pad, db.piece_sealed,
			     db.piece.sealed_len, plain),
	    SEAL_OK);
	db.piece_err = DB_LOST;
	ck_assert_int_eq(
	    vault_store_piece(vault, NULL, &db.phone, &piece, NOW, &arrived),
	    DB_LOST);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("vault");
	TCase *tc = tcase_create("keys");

	log_open("check_vault", false, false);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_root_is_wrapped_for_its_place);
	tcase_add_test(tc, a_phone_is_read_once_a_minute);
	tcase_add_test(tc, junk_does_not_reach_the_database);
	tcase_add_test(tc, a_phone_that_is_not_bound_is_none);
	tcase_add_test(tc, a_key_that_does_not_unwrap_is_told_apart);
	tcase_add_test(tc, a_database_that_is_away_is_no_answer);
	suite_add_tcase(s, tc);
	tc = tcase_create("at rest");
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, the_owner_reads_what_was_stored);
	tcase_add_test(tc, a_data_key_lasts_a_day);
	tcase_add_test(tc, a_key_that_was_rolled_back_is_not_used);
	tcase_add_test(tc, a_key_that_was_not_stored_is_not_used);
	tcase_add_test(tc, nothing_costs_nothing);
	tcase_add_test(tc, a_piece_of_a_file_is_sealed_in_its_place);
	suite_add_tcase(s, tc);
	return check_main(s);
}
