#include "open.h"

#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "rest.h"

#define ACCOUNTS 32
#define KEYS_MAX 8192 /* opened of all accounts; one takes about 2 kB */

/* What is known of one account's data keys. */
struct keys {
	int64_t account;
	uint64_t used; /* the opener's clock when last asked for */
	size_t n, opened;
	struct pages_key *sealed; /* by id */
	struct seal_reader **key; /* NULL: not asked for yet */
};

struct opener {
	uint64_t clock;
	struct keys of[ACCOUNTS];
};

struct opener *
opener_new(void)
{
	return calloc(1, sizeof(struct opener));
}

static void
forget(struct keys *k)
{
	for (size_t i = 0; i < k->n; i++)
		seal_reader_free(k->key[i]);
	free(k->key);
	free(k->sealed);
	*k = (struct keys){ 0 };
}

void
opener_free(struct opener *o)
{
	if (o == NULL)
		return;
	for (size_t i = 0; i < ACCOUNTS; i++)
		forget(&o->of[i]);
	free(o);
}

/* The account's place, or that of whoever was not here for longest. */
static struct keys *
place_of(struct opener *o, int64_t account)
{
	struct keys *oldest = &o->of[0];

	for (size_t i = 0; i < ACCOUNTS; i++) {
		if (o->of[i].account == account)
			return &o->of[i];
		if (o->of[i].used < oldest->used)
			oldest = &o->of[i];
	}
	forget(oldest);
	oldest->account = account;
	return oldest;
}

/* Too many opened keys are in memory: others than this account's go. */
static void
make_room(struct opener *o, const struct keys *but)
{
	size_t opened = 0;

	for (size_t i = 0; i < ACCOUNTS; i++)
		opened += o->of[i].opened;
	if (opened < KEYS_MAX)
		return;
	for (size_t i = 0; i < ACCOUNTS; i++)
		if (&o->of[i] != but)
			forget(&o->of[i]);
}

static struct keys *
keys_of(struct opener *o, int64_t account)
{
	struct keys *k = place_of(o, account);

	make_room(o, k);
	k->used = ++o->clock;
	return k;
}

static int
compare_id(const void *a, const void *b)
{
	int64_t x = ((const struct pages_key *)a)->id;
	int64_t y = ((const struct pages_key *)b)->id;

	return x < y ? -1 : x > y;
}

/* Which of them that key is; n: it is not known. */
static size_t
find(const struct keys *k, int64_t id)
{
	const struct pages_key wanted = { .id = id };
	const struct pages_key *found =
	    k->n == 0 ? NULL
		      : bsearch(&wanted, k->sealed, k->n, sizeof *k->sealed,
			    compare_id);

	return found != NULL ? (size_t)(found - k->sealed) : k->n;
}

/* Read what keys the account has by now.  What was opened stays so. */
static enum db_err
learn(struct keys *k, struct db *db)
{
	struct keys now = { .account = k->account, .used = k->used };
	enum db_err err = pages_keys(db, k->account, &now.sealed, &now.n);

	if (err != DB_OK)
		return err;
	if ((now.key = calloc(now.n + 1, sizeof(struct seal_reader *))) ==
	    NULL) {
		free(now.sealed);
		return DB_FAILED;
	}
	qsort(now.sealed, now.n, sizeof *now.sealed, compare_id);
	for (size_t i = 0; i < k->n; i++) {
		size_t at = find(&now, k->sealed[i].id);

		if (at < now.n && k->key[i] != NULL) {
			now.key[at] = k->key[i];
			k->key[i] = NULL;
			now.opened++;
		}
	}
	forget(k);
	*k = now;
	return DB_OK;
}

static enum db_err
learn_new(struct keys *k, struct db *db, const struct pages_records *rows)
{
	for (size_t i = 0; i < rows->n; i++)
		if (find(k, rows->row[i].data_key) == k->n)
			return learn(k, db);
	return DB_OK;
}

/* NULL: there is no such key, or it does not open. */
static const struct seal_reader *
key_of(struct keys *k, const uint8_t secret[static SEAL_KEY_LEN], int64_t id)
{
	uint8_t ad[REST_KEY_AD_LEN], key[SEAL_SIV_KEY_LEN];
	size_t at = find(k, id);
	const struct pages_key *sealed;

	if (at == k->n)
		return NULL;
	if (k->key[at] != NULL)
		return k->key[at];
	sealed = &k->sealed[at];
	rest_key_ad(k->account, sealed->phone, ad);
	if (sealed->len == sizeof key + SEAL_BOX_EXTRA &&
	    seal_box_open(secret, ad, sizeof ad, sealed->sealed, sealed->len,
		key) == SEAL_OK &&
	    (k->key[at] = seal_reader_new(key)) != NULL)
		k->opened++;
	seal_wipe(key, sizeof key);
	return k->key[at];
}

static struct record *
open_row(const struct seal_reader *key, int64_t account,
    const struct pages_record *r, const uint8_t *sealed)
{
	uint8_t ad[REST_RECORD_AD_LEN], plain[RECORD_STORED_MAX];
	struct record *out = NULL;

	if (key == NULL || r->len <= SEAL_TAG_LEN ||
	    r->len - SEAL_TAG_LEN > sizeof plain)
		return NULL;
	rest_record_ad(account, r->phone, r->kind, r->record_id, r->transfer,
	    r->ordinal, ad);
	if (seal_reader_open(
		key, ad, sizeof ad, sealed + r->at, r->len, plain) == SEAL_OK)
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
	struct keys *k = keys_of(o, account);
	size_t count = 0;
	enum db_err err;

	if (list == NULL)
		return DB_FAILED;
	err = learn_new(k, db, rows);
	for (size_t i = 0; err == DB_OK && i < rows->n; i++) {
		const struct pages_record *row = &rows->row[i];
		struct record *r = open_row(key_of(k, secret, row->data_key),
		    account, row, rows->sealed);

		if (r != NULL)
			list[count++] =
			    (struct opened){ row->phone, row->stored_ms,
				    row->transfer, row->ordinal, r };
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

enum open_why
open_why(struct opener *o, int64_t account,
    const uint8_t secret[static SEAL_KEY_LEN], const struct pages_record *row)
{
	struct keys *k = keys_of(o, account);

	if (find(k, row->data_key) == k->n)
		return OPEN_NO_KEY;
	return key_of(k, secret, row->data_key) == NULL ? OPEN_KEY_SHUT
							: OPEN_SHUT;
}

enum db_err
open_piece(struct opener *o, struct db *db, int64_t account,
    const uint8_t secret[static SEAL_KEY_LEN], const struct pages_records *rows,
    size_t i, uint8_t *out)
{
	const struct pages_record *r = &rows->row[i];
	struct keys *k = keys_of(o, account);
	const struct seal_reader *key;
	uint8_t ad[REST_PIECE_AD_LEN];
	enum db_err err;

	if ((err = learn_new(k, db, rows)) != DB_OK)
		return err;
	rest_piece_ad(
	    account, r->phone, r->record_id, r->transfer, r->ordinal, ad);
	if ((key = key_of(k, secret, r->data_key)) == NULL ||
	    r->len != (size_t)r->time_ms + SEAL_TAG_LEN ||
	    seal_reader_open(key, ad, sizeof ad, rows->sealed + r->at, r->len,
		out) != SEAL_OK) {
		log_error("account %lld: a piece of file %u does not open",
		    (long long)account, (unsigned)r->record_id);
		return DB_NONE;
	}
	return DB_OK;
}
