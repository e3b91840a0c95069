/*
 * Lost phones: orders, wiping, evidence, codes by text.
 */
#include "pages_lost.h"

#include <stdlib.h>

#include "pages_internal.h"

/* ---- orders ---- */

static void
read_order(const PGresult *res, int col, struct pages_order *o)
{
	int len;

	o->version = (uint32_t)db_int(res, 0, col);
	o->on = db_bool(res, 0, col + 1);
	o->ring = db_bool(res, 0, col + 2);
	o->lock_screen = db_bool(res, 0, col + 3);
	o->locate_min = (int)db_int(res, 0, col + 4);
	len = db_bytes(res, 0, col + 5, o->text_sealed, sizeof o->text_sealed);
	o->text_len = len > 0 ? (size_t)len : 0;
	o->by_text = db_bool(res, 0, col + 6);
	o->at_ms = db_int(res, 0, col + 7);
}

#define ORDER(t) \
	t ".version, coalesce(" t ".is_on, false), coalesce(" t ".ring, " \
	  "false), coalesce(" t ".lock_screen, false), " t ".locate_min, " \
	  "coalesce(" t ".text_sealed, ''), coalesce(" t ".ordered_by = " \
	  "'text', false), " PAGES_MS(t ".created_at") ", "

enum db_err
pages_lost(
    struct db *db, int64_t account, int64_t phone, struct pages_lost *out)
{
	static const struct db_stmt stmt = {
		"lost", 2,
		"SELECT " ORDER("w") ORDER("c") PAGES_MS("p.lost_applied_at") ", " PAGES_MS(
		    "p.lost_sent_at") ", p.lost_sent, coalesce(p.number_new, ''), "
				      "p.wipe_state, " PAGES_MS(
					  "p.wipe_at") ", EXISTS (SELECT 1 FROM outbox o WHERE "
						       "o.account_id = $1 AND o.phone_id = $2 AND o.purpose = 'lost' "
						       "AND o.state = 'held'), coalesce((SELECT sum(sms) FROM spend s "
						       "WHERE s.account_id = $1 AND s.day >= date_trunc('month', "
						       "now() AT TIME ZONE 'UTC')::date), 0), a.month_sms_max, "
						       "a.reserve_sms, (SELECT count(*) FROM evidence e WHERE "
						       "e.account_id = $1 AND e.phone_id = $2) FROM phone p JOIN "
						       "account a USING (account_id) LEFT JOIN lost w ON w.account_id "
						       "= $1 AND w.phone_id = $2 AND w.version = (SELECT "
						       "max(version) FROM lost x WHERE x.account_id = $1 AND "
						       "x.phone_id = $2) LEFT JOIN lost c ON c.account_id = $1 AND "
						       "c.phone_id = $2 AND c.version = p.lost_applied WHERE "
						       "p.account_id = $1 AND p.phone_id = $2"
	};
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	db_arg_int(&a, account);
	db_arg_int(&a, phone);
	if ((err = pages_query(db, account, &stmt, &a, &res)) != DB_OK)
		return err;
	if (PQntuples(res) == 0) {
		PQclear(res);
		return DB_NONE;
	}
	*out = (struct pages_lost){ .confirmed_ms = db_int(res, 0, 16),
		.sent_ms = db_int(res, 0, 17),
		.sent = (uint32_t)db_int(res, 0, 18),
		.wipe_state = (int)db_int(res, 0, 20),
		.wipe_ms = db_int(res, 0, 21),
		.held = db_bool(res, 0, 22),
		.month_sms = db_int(res, 0, 23),
		.month_max = db_int(res, 0, 24),
		.reserve = db_int(res, 0, 25),
		.evidence = db_int(res, 0, 26) };
	read_order(res, 0, &out->wished);
	read_order(res, 8, &out->confirmed);
	db_text(res, 0, 19, out->number_new, sizeof out->number_new);
	PQclear(res);
	return DB_OK;
}

enum db_err
pages_lost_put(
    struct db *db, int64_t account, int64_t phone, const struct pages_order *o)
{
	static const struct db_stmt stmt = { "lost_put", 8,
		"INSERT INTO lost (account_id, phone_id, version, is_on, ring, "
		"lock_screen, locate_min, text_sealed) SELECT $1, phone_id, "
		"$3, $4, $5, $6, nullif($7::int, 0), $8 FROM phone WHERE "
		"account_id = $1 AND phone_id = $2 AND unbound_at IS NULL ON "
		"CONFLICT DO NOTHING" };
	struct db_args a = { 0 };

	db_arg_int(&a, account);
	db_arg_int(&a, phone);
	db_arg_int(&a, o->version);
	db_arg_bool(&a, o->on);
	db_arg_bool(&a, o->ring);
	db_arg_bool(&a, o->lock_screen);
	db_arg_int(&a, o->locate_min);
	db_arg_bytes(&a, o->text_len > 0 ? o->text_sealed : NULL, o->text_len);
	return pages_run(db, account, &stmt, &a);
}

enum db_err
pages_wipe_set(
    struct db *db, int64_t account, int64_t phone, enum pages_wipe what)
{
	/* Each change is later than the last thing sent, so it goes at once. */
	static const struct db_stmt stmt = { "wipe_set", 4,
		"UPDATE phone SET wipe_state = $3, wipe_at = now() WHERE "
		"account_id = $1 AND phone_id = $2 AND unbound_at IS NULL AND "
		"CASE $3::int WHEN 0 THEN wipe_state IN (1, 2) WHEN 1 THEN "
		"wipe_state IN (0, 2) ELSE wipe_state = 2 AND wipe_at > "
		"now() - $4::bigint * interval '1 millisecond' END" };
	static const int state[] = { [PAGES_WIPE_CANCEL] = 0,
		[PAGES_WIPE_PREPARE] = 1,
		[PAGES_WIPE_GO] = 3 };
	struct db_args a = { 0 };

	db_arg_int(&a, account);
	db_arg_int(&a, phone);
	db_arg_int(&a, state[what]);
	db_arg_int(&a, PAGES_WIPE_LIFE_MS);
	return pages_run(db, account, &stmt, &a);
}

/* ---- evidence ---- */

static enum db_err
read_evidence(struct db *db, int64_t account,
    const struct pages_evidence_wish *w, struct pages_evidence **out, size_t *n)
{
	static const struct db_stmt stmt = { "evidence", 7,
		"SELECT evidence_id, " PAGES_MS("smsc_at") ", " PAGES_MS(
		    "gateway_at") ", coalesce(transfer, 0), kind, number FROM "
				  "evidence WHERE account_id = $1 AND phone_id = $2 AND "
				  "evidence_id > $3 AND ($4::bigint = 0 OR evidence_id <= "
				  "$4::bigint) ORDER BY CASE WHEN $5 THEN evidence_id ELSE "
				  "-evidence_id END LIMIT $6 OFFSET $7" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	db_arg_int(&a, account);
	db_arg_int(&a, w->phone);
	db_arg_int(&a, w->after);
	db_arg_int(&a, w->upto);
	db_arg_bool(&a, w->oldest_first);
	db_arg_int(&a, (int64_t)w->max);
	db_arg_int(&a, (int64_t)w->skip);
	if ((err = pages_query(db, account, &stmt, &a, &res)) != DB_OK)
		return err;
	*n = (size_t)PQntuples(res);
	if ((*out = calloc(*n + 1, sizeof **out)) == NULL)
		err = DB_FAILED;
	for (size_t i = 0; err == DB_OK && i < *n; i++) {
		struct pages_evidence *e = &(*out)[i];

		e->id = db_int(res, (int)i, 0);
		e->smsc_ms = db_int(res, (int)i, 1);
		e->gateway_ms = db_int(res, (int)i, 2);
		e->transfer = (uint32_t)db_int(res, (int)i, 3);
		db_text(res, (int)i, 4, e->kind, sizeof e->kind);
		db_text(res, (int)i, 5, e->number, sizeof e->number);
	}
	PQclear(res);
	return err;
}

/* The records of the uploads among these entries.  They were stored when the
 * entries were written, in the same transaction. */
static enum db_err
read_records(struct db *db, int64_t account, int64_t phone,
    const struct pages_evidence *list, size_t n, struct pages_records *out)
{
	static const struct db_stmt stmt = { "evidence_records", 6,
		"SELECT v.phone_id, v.kind, v.record_id, v.transfer, "
		"v.ordinal, v.time_ms, " PAGES_MS(
		    "v.stored_at") ", v.data_key_id, v.sealed FROM "
				   "record_version v WHERE v.account_id = $1 AND "
				   "v.phone_id = $2 AND v.stored_at BETWEEN "
				   "to_timestamp($3::bigint / 1000.0) AND "
				   "to_timestamp($4::bigint / 1000.0) AND v.transfer IN "
				   "(SELECT transfer FROM evidence e WHERE e.account_id = $1 "
				   "AND e.phone_id = $2 AND e.kind = 'upload' AND "
				   "e.evidence_id BETWEEN $5 AND $6) ORDER BY v.transfer, "
				   "v.ordinal" };
	const struct pages_evidence *first = &list[0], *last = &list[n - 1];
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	if (first->id > last->id) {
		first = last;
		last = &list[0];
	}
	db_arg_int(&a, account);
	db_arg_int(&a, phone);
	db_arg_int(&a, first->gateway_ms - 1);
	db_arg_int(&a, last->gateway_ms + 1);
	db_arg_int(&a, first->id);
	db_arg_int(&a, last->id);
	if ((err = pages_query(db, account, &stmt, &a, &res)) != DB_OK)
		return err;
	err = pages_read_records(res, 0, out);
	PQclear(res);
	return err;
}

static enum db_err
count_evidence(
    struct db *db, int64_t account, int64_t phone, int64_t upto, int64_t *n)
{
	static const struct db_stmt stmt = { "evidence_count", 3,
		"SELECT count(*) FROM evidence WHERE account_id = $1 AND "
		"phone_id = $2 AND ($3::bigint = 0 OR evidence_id <= "
		"$3::bigint)" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	db_arg_int(&a, account);
	db_arg_int(&a, phone);
	db_arg_int(&a, upto);
	if ((err = pages_query(db, account, &stmt, &a, &res)) == DB_OK)
		*n = db_int(res, 0, 0);
	PQclear(res);
	return err;
}

enum db_err
pages_evidence(struct db *db, int64_t account,
    const struct pages_evidence_wish *w, struct pages_evidence **out, size_t *n,
    struct pages_records *records, int64_t *total)
{
	enum db_err err = DB_OK;

	*out = NULL;
	*n = 0;
	*records = (struct pages_records){ 0 };
	if (total != NULL)
		err = count_evidence(db, account, w->phone, w->upto, total);
	if (err == DB_OK)
		err = read_evidence(db, account, w, out, n);
	if (err == DB_OK && *n > 0)
		err = read_records(db, account, w->phone, *out, *n, records);
	if (err != DB_OK) {
		free(*out);
		*out = NULL;
	}
	return err;
}

/* ---- codes by text ---- */

enum db_err
pages_find_codes(
    struct db *db, int64_t account, struct pages_find_code **out, size_t *n)
{
	static const struct db_stmt stmt = { "find_codes", 1,
		"SELECT code_id, " PAGES_MS("created_at") ", " PAGES_MS(
		    "used_at") ", coalesce(used_from, ''), failures FROM "
			       "find_code WHERE account_id = $1 ORDER BY created_at "
			       "DESC, code_id LIMIT 500" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	db_arg_int(&a, account);
	if ((err = pages_query(db, account, &stmt, &a, &res)) != DB_OK)
		return err;
	*n = (size_t)PQntuples(res);
	if ((*out = calloc(*n + 1, sizeof **out)) == NULL)
		err = DB_FAILED;
	for (size_t i = 0; err == DB_OK && i < *n; i++) {
		struct pages_find_code *c = &(*out)[i];

		c->id = (uint32_t)db_int(res, (int)i, 0);
		c->made_ms = db_int(res, (int)i, 1);
		c->used_ms = db_int(res, (int)i, 2);
		db_text(res, (int)i, 3, c->used_from, sizeof c->used_from);
		c->failures = (int)db_int(res, (int)i, 4);
	}
	PQclear(res);
	return err;
}

static const struct db_stmt find_forget = { "find_forget", 1,
	"DELETE FROM find_code WHERE account_id = $1 AND used_at IS NULL" };

enum db_err
pages_find_open(struct db *db, int64_t account)
{
	struct db_args a = { 0 };
	enum db_err err = pages_begin(db, account);

	db_arg_int(&a, account);
	if (err == DB_OK)
		err = db_run(db, &find_forget, &a, NULL);
	if (err != DB_OK)
		pages_end(db, err);
	return err;
}

enum db_err
pages_find_put(struct db *db, int64_t account, uint32_t id,
    const uint8_t sealed[static PAGES_SEALED_PRIVATE])
{
	static const struct db_stmt stmt = { "find_put", 3,
		"INSERT INTO find_code (account_id, code_id, private_by_code) "
		"VALUES ($1, $2, $3) ON CONFLICT DO NOTHING" };
	struct db_args a = { 0 };
	int64_t n = 0;
	enum db_err err;

	db_arg_int(&a, account);
	db_arg_int(&a, id);
	db_arg_bytes(&a, sealed, PAGES_SEALED_PRIVATE);
	err = db_run(db, &stmt, &a, &n);
	return err == DB_OK && n == 0 ? DB_NONE : err;
}

enum db_err
pages_find_close(struct db *db, enum db_err err)
{
	return pages_end(db, err);
}

enum db_err
pages_find_revoke(struct db *db, int64_t account)
{
	struct db_args a = { 0 };
	enum db_err err;

	db_arg_int(&a, account);
	err = pages_run(db, account, &find_forget, &a);
	return err == DB_NONE ? DB_OK : err;
}
