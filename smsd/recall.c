#include "recall.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "find.h"
#include "gate_code.h"
#include "log.h"
#include "record.h"
#include "rest.h"

#define CONTACTS_MAX 20000
#define BEST_MAX 4 /* contacts in one answer */

/* Rows are by time, so that one data key serves many in a row. */
struct opener {
	struct db *db;
	int64_t account;
	const uint8_t *secret;
	int64_t key_id; /* 0: none yet */
	uint8_t key[SEAL_SIV_KEY_LEN];
};

static enum db_err
use_key(struct opener *o, const struct gate_sealed *r)
{
	uint8_t box[GATE_KEY_BOX], ad[REST_KEY_AD_LEN];
	size_t len;
	enum db_err err;

	if (o->key_id == r->data_key)
		return DB_OK;
	o->key_id = 0;
	if ((err = gate_data_key_get(
		 o->db, o->account, r->data_key, box, &len)) != DB_OK)
		return err;
	rest_key_ad(o->account, r->phone, ad);
	if (len != SEAL_SIV_KEY_LEN + SEAL_BOX_EXTRA ||
	    seal_box_open(o->secret, ad, sizeof ad, box, len, o->key) !=
		SEAL_OK)
		return DB_NONE;
	o->key_id = r->data_key;
	return DB_OK;
}

/* *out NULL: it does not open. */
static enum db_err
open_one(struct opener *o, const struct gate_sealed_list *l, size_t i,
    struct record **out)
{
	const struct gate_sealed *r = &l->row[i];
	uint8_t ad[REST_RECORD_AD_LEN], plain[RECORD_STORED_MAX];
	enum db_err err;

	*out = NULL;
	if (r->len <= SEAL_TAG_LEN || r->len - SEAL_TAG_LEN > sizeof plain)
		return DB_OK;
	if ((err = use_key(o, r)) != DB_OK)
		return err == DB_NONE ? DB_OK : err;
	rest_record_ad(o->account, r->phone, r->kind, r->record_id, r->transfer,
	    r->ordinal, ad);
	if (seal_unlock(o->key, ad, sizeof ad, l->octets + r->at, r->len,
		plain) == SEAL_OK)
		*out = record_decode(plain, r->len - SEAL_TAG_LEN);
	seal_wipe(plain, sizeof plain);
	return DB_OK;
}

/* ---- a number ---- */

/* The whole name, the beginning of a word, somewhere; 0: nowhere. */
static int
rank_of(const char *text, const char *name)
{
	size_t len;
	const char *at = text;
	int best = 0;

	while (best < 2 && (at = find_in(at, name, &len)) != NULL) {
		best = at == text || at[-1] == ' ' ? 2 : 1;
		if (at == text && text[len] == '\0')
			best = 3;
		at += len;
	}
	return best;
}

/* "Alice Virtanen: +358401234567, 0912345" */
static bool
line_of(const struct record *r, char out[static RECALL_MAX])
{
	size_t n = (size_t)snprintf(
	    out, RECALL_MAX, "%.120s", record_text(r, RECORD_NAME, 0));

	for (size_t i = 0; i < record_count(r, RECORD_NUMBER); i++)
		n += (size_t)snprintf(out + n,
		    n < RECALL_MAX ? RECALL_MAX - n : 0, "%s%.40s",
		    i == 0 ? ": " : ", ", record_text(r, RECORD_NUMBER, i));
	return record_count(r, RECORD_NUMBER) > 0 && n < RECALL_MAX;
}

struct best {
	int rank[BEST_MAX];
	char line[BEST_MAX][RECALL_MAX];
};

static void
consider(struct best *b, const struct record *r, const char *name)
{
	const char *text = record_text(r, RECORD_NAME, 0);
	int rank = text != NULL ? rank_of(text, name) : 0;
	char line[RECALL_MAX];
	size_t i;

	if (rank == 0 || !line_of(r, line))
		return;
	/* The same person on another phone of the owner's is no news. */
	for (i = 0; i < BEST_MAX; i++)
		if (b->rank[i] > 0 && strcmp(b->line[i], line) == 0)
			return;
	for (i = 0; i < BEST_MAX && b->rank[i] >= rank; i++)
		;
	if (i < BEST_MAX) {
		memmove(&b->rank[i + 1], &b->rank[i],
		    (BEST_MAX - 1 - i) * sizeof b->rank[0]);
		memmove(b->line[i + 1], b->line[i],
		    (BEST_MAX - 1 - i) * sizeof b->line[0]);
		b->rank[i] = rank;
		memcpy(b->line[i], line, sizeof line);
	}
	seal_wipe(line, sizeof line);
}

enum db_err
recall_number(struct db *db, int64_t account,
    const uint8_t secret[static SEAL_KEY_LEN], const char *name,
    char out[static RECALL_MAX])
{
	struct opener o = { .db = db, .account = account, .secret = secret };
	struct gate_sealed_list l;
	struct best best = { 0 };
	size_t n = 0;
	enum db_err err = gate_sealed_newest(
	    db, account, 0, RECORD_CONTACT, CONTACTS_MAX, &l);

	if (err != DB_OK)
		return err;
	for (size_t i = 0; i < l.n && err == DB_OK; i++) {
		struct record *r;

		if ((err = open_one(&o, &l, i, &r)) == DB_OK && r != NULL)
			consider(&best, r, name);
		record_free(r);
	}
	for (size_t i = 0; i < BEST_MAX && best.rank[i] == best.rank[0]; i++)
		if (best.rank[i] > 0 && n < RECALL_MAX)
			n += (size_t)snprintf(out + n, RECALL_MAX - n, "%s%s",
			    n > 0 ? "; " : "", best.line[i]);
	if (err == DB_OK && n == 0)
		err = DB_NONE;
	gate_sealed_clear(&l);
	seal_wipe(&o, sizeof o);
	seal_wipe(&best, sizeof best);
	return err;
}

/* ---- a place ---- */

static void
say_place(const struct record *r, char out[static RECALL_MAX])
{
	time_t t = (time_t)(record_time_ms(r) / 1000);
	struct tm tm;
	char when[40] = "";

	if (gmtime_r(&t, &tm) != NULL)
		strftime(when, sizeof when, "%Y-%m-%d %H:%M UTC", &tm);
	snprintf(out, RECALL_MAX, "%.5f, %.5f (%" PRId64 " m), %s",
	    (double)record_int(r, RECORD_LATITUDE_E7, 0, 0) / 1e7,
	    (double)record_int(r, RECORD_LONGITUDE_E7, 0, 0) / 1e7,
	    record_int(r, RECORD_ACCURACY_M, 0, 0), when);
}

enum db_err
recall_place(struct db *db, int64_t account, int64_t phone,
    const uint8_t secret[static SEAL_KEY_LEN], char out[static RECALL_MAX])
{
	struct opener o = { .db = db, .account = account, .secret = secret };
	struct gate_sealed_list l;
	struct record *r = NULL;
	enum db_err err =
	    gate_sealed_newest(db, account, phone, RECORD_LOCATION, 1, &l);

	if (err != DB_OK)
		return err;
	if (l.n > 0)
		err = open_one(&o, &l, 0, &r);
	if (err == DB_OK && r == NULL)
		err = DB_NONE;
	if (err == DB_OK)
		say_place(r, out);
	record_free(r);
	gate_sealed_clear(&l);
	seal_wipe(&o, sizeof o);
	return err;
}
