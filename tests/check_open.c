/*
 * Sealed rows opened with the owner's key, whichever of his many data keys
 * they are under.  The database is put in its place by the linker.
 */
#include <stdlib.h>
#include <string.h>

#include "check_main.h"
#include "open.h"
#include "rest.h"

#define PHONE 7
#define KEYS 600
#define ACCOUNTS_SEEN 40

static uint8_t secret[SEAL_KEY_LEN], public_key[SEAL_PUBLIC_LEN];
static uint8_t plain_key[KEYS][SEAL_SIV_KEY_LEN];
static struct pages_key stored[KEYS];
static size_t nstored, asked;

enum db_err __wrap_pages_keys(
    struct db *db, int64_t account, struct pages_key **out, size_t *n);

enum db_err
__wrap_pages_keys(
    struct db *db, int64_t account, struct pages_key **out, size_t *n)
{
	(void)db;
	(void)account;
	asked++;
	*out = calloc(nstored + 1, sizeof **out);
	ck_assert_ptr_nonnull(*out);
	memcpy(*out, stored, nstored * sizeof **out);
	*n = nstored;
	return DB_OK;
}

/* A data key of that account, as the gateway stores it. */
static void
store_key(int64_t account, int64_t id)
{
	uint8_t ad[REST_KEY_AD_LEN];
	struct pages_key *k = &stored[nstored];

	k->id = id;
	k->phone = PHONE;
	k->len = SEAL_SIV_KEY_LEN + SEAL_BOX_EXTRA;
	rest_key_ad(account, PHONE, ad);
	seal_random(plain_key[nstored], SEAL_SIV_KEY_LEN);
	ck_assert_int_eq(seal_box(public_key, ad, sizeof ad, plain_key[nstored],
			     SEAL_SIV_KEY_LEN, k->sealed),
	    SEAL_OK);
	nstored++;
}

/* A note that says which key it is under. */
static void
seal_note(int64_t account, size_t key, struct pages_records *rows)
{
	uint8_t ad[REST_RECORD_AD_LEN], plain[200];
	struct pages_record *row = &rows->row[rows->n];
	struct record *r = record_new(RECORD_NOTE, (uint32_t)rows->n + 1);
	size_t len;

	ck_assert_ptr_nonnull(r);
	ck_assert_int_eq(record_add_int(r, RECORD_STARRED, (int64_t)key), 0);
	len = record_encode(r, plain, sizeof plain);
	record_free(r);
	*row = (struct pages_record){ .phone = PHONE,
		.kind = RECORD_NOTE,
		.record_id = (uint32_t)rows->n + 1,
		.transfer = 3,
		.data_key = stored[key].id,
		.at = rows->n * sizeof plain,
		.len = len + SEAL_TAG_LEN };
	rest_record_ad(account, PHONE, RECORD_NOTE, row->record_id, 3, 0, ad);
	ck_assert_int_eq(seal_lock(plain_key[key], ad, sizeof ad, plain, len,
			     rows->sealed + row->at),
	    SEAL_OK);
	rows->n++;
}

static void
rows_new(struct pages_records *rows, size_t max)
{
	*rows = (struct pages_records){ .row = calloc(max, sizeof *rows->row),
		.sealed = malloc(max * 200) };
	ck_assert_ptr_nonnull(rows->row);
	ck_assert_ptr_nonnull(rows->sealed);
}

static void
all_open(struct opener *o, int64_t account, const struct pages_records *rows)
{
	struct opened *list;
	size_t n, damaged;

	ck_assert_int_eq(
	    open_rows(o, NULL, account, secret, rows, &list, &n, &damaged),
	    DB_OK);
	ck_assert_uint_eq(damaged, 0);
	ck_assert_uint_eq(n, rows->n);
	for (size_t i = 0; i < n; i++) {
		int64_t key = record_int(list[i].record, RECORD_STARRED, 0, -1);

		ck_assert_int_eq(stored[key].id, rows->row[i].data_key);
	}
	opened_free(list, n);
}

static void
setup(void)
{
	ck_assert_int_eq(seal_keypair(secret, public_key), SEAL_OK);
	nstored = asked = 0;
}

/* Keys are numbered over all accounts: those of one lie far apart. */
START_TEST(keys_far_apart)
{
	static const int64_t apart[] = { 1, 2, 32, 4096, 8192, 1000003 };
	struct opener *o = opener_new();
	struct pages_records rows;

	rows_new(&rows, KEYS);
	for (size_t i = 0; i < 8; i++) {
		store_key(1, 5 + (int64_t)i * apart[_i]);
		seal_note(1, i, &rows);
	}
	all_open(o, 1, &rows);
	all_open(o, 1, &rows);
	ck_assert_uint_eq(asked, 1);
	pages_records_clear(&rows);
	opener_free(o);
}
END_TEST

/* A key that came since, and more accounts than are remembered. */
START_TEST(keys_come_and_go)
{
	struct opener *o = opener_new();
	struct pages_records rows;

	for (int64_t account = 1; account <= ACCOUNTS_SEEN; account++) {
		nstored = 0;
		rows_new(&rows, 2);
		store_key(account, 10);
		seal_note(account, 0, &rows);
		all_open(o, account, &rows);
		store_key(account, 10 + account);
		seal_note(account, 1, &rows);
		all_open(o, account, &rows);
		ck_assert_uint_eq(asked, (size_t)account * 2);
		pages_records_clear(&rows);
	}
	opener_free(o);
}
END_TEST

/* Another account's key, and octets that were changed, open nothing. */
START_TEST(what_does_not_open_is_counted)
{
	struct opener *o = opener_new();
	struct pages_records rows;
	struct opened *list;
	size_t n, damaged;

	rows_new(&rows, 3);
	store_key(1, 10);
	store_key(2, 11);
	seal_note(1, 0, &rows);
	seal_note(1, 1, &rows);
	seal_note(1, 0, &rows);
	rows.sealed[rows.row[2].at + 20] ^= 1;
	ck_assert_int_eq(
	    open_rows(o, NULL, 1, secret, &rows, &list, &n, &damaged), DB_OK);
	ck_assert_uint_eq(n, 1);
	ck_assert_uint_eq(damaged, 2);
	opened_free(list, n);
	pages_records_clear(&rows);
	opener_free(o);
}
END_TEST

/* As many as a phone has in two years. */
START_TEST(many_keys)
{
	struct opener *o = opener_new();
	struct pages_records rows;

	rows_new(&rows, KEYS);
	for (size_t i = 0; i < KEYS; i++) {
		store_key(1, 1 + (int64_t)i * 37);
		seal_note(1, i, &rows);
	}
	all_open(o, 1, &rows);
	pages_records_clear(&rows);
	opener_free(o);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("open");
	TCase *tc = tcase_create("keys");

	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_loop_test(tc, keys_far_apart, 0, 6);
	tcase_add_test(tc, keys_come_and_go);
	tcase_add_test(tc, what_does_not_open_is_counted);
	tcase_add_test(tc, many_keys);
	suite_add_tcase(s, tc);
	return check_main(s);
}
