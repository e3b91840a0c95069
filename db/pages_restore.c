/*
 * Restores: what is to be put on a phone, and how far it is.
 */
#include "pages_internal.h"

#include <stdlib.h>
#include <string.h>

enum db_err
pages_target(
    struct db *db, int64_t account, int64_t phone, struct pages_target *out)
{
	static const struct db_stmt stmt = { "target", 2,
		"SELECT p.name, p.text_only, p.codec, " DB_MONTH_OF_RESTORES
		", " DB_DAY_OF_RESTORES
		", coalesce((SELECT sum(sms) FROM spend s WHERE "
		"s.account_id = $1 AND s.purpose <> 'granted' AND s.day >= "
		"date_trunc('month', now() AT TIME ZONE 'UTC')::date), 0), "
		"coalesce((SELECT sum(sms) FROM spend s WHERE s.account_id = "
		"$1 AND s.purpose <> 'granted' AND s.day = (now() AT TIME "
		"ZONE 'UTC')::date), 0), coalesce((SELECT price_milli FROM "
		"outbox o WHERE o.account_id = $1 AND o.price_milli > 0 ORDER "
		"BY outbox_id DESC LIMIT 1), 0), p.down_alone, 1 + coalesce(("
		"SELECT max(restore_id) FROM restore r WHERE r.account_id = "
		"$1), 0), EXISTS (SELECT 1 FROM restore r WHERE r.account_id "
		"= $1 AND r.phone_id = $2 AND r.done_at IS NULL AND (r.purpose "
		"<> 'restore' OR r.from_phone_id = $2)) FROM phone p JOIN "
		"account a "
		"USING (account_id) WHERE p.account_id = $1 AND p.phone_id = "
		"$2 AND p.unbound_at IS NULL" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	db_arg_int(&a, account);
	db_arg_int(&a, phone);
	if ((err = pages_query(db, account, &stmt, &a, &res)) != DB_OK)
		return err;
	if (PQntuples(res) == 0) {
		err = DB_NONE;
	} else {
		*out = (struct pages_target){ .phone = phone };
		db_text(res, 0, 0, out->name, sizeof out->name);
		out->text_only = db_bool(res, 0, 1);
		out->codec = (int)db_int(res, 0, 2);
		out->month_max = db_int(res, 0, 3);
		out->day_max = db_int(res, 0, 4);
		out->month_sms = db_int(res, 0, 5);
		out->day_sms = db_int(res, 0, 6);
		out->price_milli = db_int(res, 0, 7);
		out->alone = db_bool(res, 0, 8);
		out->restore_next = db_int(res, 0, 9);
		out->changing = db_bool(res, 0, 10);
	}
	PQclear(res);
	return err;
}

static enum db_err
one_id(struct db *db, const struct db_stmt *stmt, const struct db_args *a,
    int64_t *id)
{
	PGresult *res;
	enum db_err err = db_query(db, stmt, a, &res);

	if (err != DB_OK)
		return err;
	if (PQntuples(res) == 1)
		*id = db_int(res, 0, 0);
	else
		err = DB_NONE;
	PQclear(res);
	return err;
}

enum db_err
pages_restore_open(struct db *db, int64_t account, struct pages_restore *r)
{
	/* The lock keeps two browsers from taking one number. */
	static const struct db_stmt next = { "restore_next", 1,
		"SELECT 1 + coalesce((SELECT max(restore_id) FROM restore "
		"WHERE account_id = $1), 0) FROM account WHERE account_id = "
		"$1 FOR UPDATE" };
	static const struct db_stmt put = { "restore_put", 11,
		"INSERT INTO restore (account_id, restore_id, phone_id, "
		"from_phone_id, purpose, label, records, sms_estimate, state, pieces, beyond_sms) SELECT "
		"$1, $2, phone_id, nullif($4::bigint, 0), $5, $6, $9, $7, $8, $10, $11 FROM "
		"phone WHERE account_id = $1 AND phone_id = $3 AND unbound_at "
		"IS NULL RETURNING restore_id" };
	struct db_args a = { 0 }, b = { 0 };
	enum db_err err = pages_begin(db, account);

	db_arg_int(&a, account);
	if (err == DB_OK)
		err = one_id(db, &next, &a, &r->id);
	db_arg_int(&b, account);
	db_arg_int(&b, r->id);
	db_arg_int(&b, r->phone);
	db_arg_int(&b, r->from);
	db_arg_text(&b, r->purpose);
	db_arg_text(&b, r->label);
	db_arg_int(&b, r->estimate);
	db_arg_text(&b, r->state);
	db_arg_int(&b, r->records);
	db_arg_int(&b, r->pieces);
	db_arg_int(&b, r->beyond);
	if (err == DB_OK)
		err = one_id(db, &put, &b, &r->id);
	if (err != DB_OK)
		pages_end(db, err);
	return err;
}

enum db_err
pages_restore_item(struct db *db, int64_t account, int64_t id, int64_t ordinal,
    bool piece, const uint8_t *sealed, size_t len)
{
	static const struct db_stmt stmt = { "restore_item_put", 5,
		"INSERT INTO restore_item (account_id, restore_id, ordinal, "
		"piece, sealed) VALUES ($1, $2, $3, $4, $5)" };
	struct db_args a = { 0 };

	db_arg_int(&a, account);
	db_arg_int(&a, id);
	db_arg_int(&a, ordinal);
	db_arg_bool(&a, piece);
	db_arg_bytes(&a, sealed, len);
	return db_run(db, &stmt, &a, NULL);
}

enum db_err
pages_restore_close(struct db *db, enum db_err err)
{
	return pages_end(db, err);
}

static void
read_restore(const PGresult *res, int i, struct pages_restore *r)
{
	r->id = db_int(res, i, 0);
	r->phone = db_int(res, i, 1);
	r->from = db_int(res, i, 2);
	db_text(res, i, 3, r->purpose, sizeof r->purpose);
	db_text(res, i, 4, r->label, sizeof r->label);
	db_text(res, i, 5, r->state, sizeof r->state);
	r->records = db_int(res, i, 6);
	r->pieces = db_int(res, i, 7);
	r->estimate = db_int(res, i, 8);
	r->sent = db_int(res, i, 9);
	r->created_ms = db_int(res, i, 10);
	r->changed_ms = db_int(res, i, 11);
	r->done_ms = db_int(res, i, 12);
	r->arrived = db_int(res, i, 13);
	r->mark = db_int(res, i, 14);
	r->has_receipt = !PQgetisnull(res, i, 15);
	r->applied = db_int(res, i, 15);
	r->present = db_int(res, i, 16);
	r->failed = db_int(res, i, 17);
	r->receipt_mark = db_int(res, i, 18);
	db_text(res, i, 19, r->phone_name, sizeof r->phone_name);
	db_text(res, i, 20, r->from_name, sizeof r->from_name);
	r->items_left = db_int(res, i, 21);
}

enum db_err
pages_restores(struct db *db, int64_t account, int64_t id,
    struct pages_restore **out, size_t *n)
{
	static const struct db_stmt stmt = {
		"restores", 2,
		"SELECT r.restore_id, r.phone_id, coalesce(r.from_phone_id, 0), "
		"r.purpose, r.label, r.state, r.records, r.pieces, "
		"r.sms_estimate, r.sms_sent, " PAGES_MS("r.created_at") ", " PAGES_MS("r.changed_at") ", " PAGES_MS(
		    "r.done_at") ", "
				 "r.arrived, r.mark, r.receipt_applied, r.receipt_present, "
				 "r.receipt_failed, r.receipt_mark, p.name, coalesce(f.name, "
				 "''), (SELECT count(*) FROM restore_item i WHERE i.account_id "
				 "= $1 AND i.restore_id = r.restore_id AND NOT i.arrived) "
				 "FROM restore r JOIN "
				 "phone p USING (account_id, phone_id) LEFT JOIN phone f ON "
				 "f.account_id = r.account_id AND f.phone_id = r.from_phone_id "
				 "WHERE r.account_id = $1 AND ($2::bigint = 0 OR r.restore_id = "
				 "$2::bigint) ORDER BY r.restore_id DESC LIMIT 200"
	};
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	db_arg_int(&a, account);
	db_arg_int(&a, id);
	if ((err = pages_query(db, account, &stmt, &a, &res)) != DB_OK)
		return err;
	*n = (size_t)PQntuples(res);
	if ((*out = calloc(*n + 1, sizeof **out)) == NULL)
		err = DB_FAILED;
	for (size_t i = 0; err == DB_OK && i < *n; i++)
		read_restore(res, (int)i, &(*out)[i]);
	PQclear(res);
	return err;
}

enum db_err
pages_restore_state(
    struct db *db, int64_t account, int64_t id, const char *state)
{
	/* From a state in which that makes sense; else nothing changes.  One
	 * that is cancelled gets an end of its own, with what was sent. */
	static const struct db_stmt stmt = { "restore_state", 3,
		"UPDATE restore SET state = $3, changed_at = now(), "
		"end_transfer = CASE $3 WHEN 'cancelled' THEN NULL ELSE "
		"end_transfer END WHERE "
		"account_id = $1 AND restore_id = $2 AND (($3 = 'paused' AND "
		"state = 'running') OR ($3 = 'running' AND state = 'paused') "
		"OR ($3 = 'cancelled' AND state IN ('running', 'paused', "
		"'ending')))" };
	struct db_args a = { 0 };

	db_arg_int(&a, account);
	db_arg_int(&a, id);
	db_arg_text(&a, state);
	return pages_run(db, account, &stmt, &a);
}

enum db_err
pages_phone_replaces(struct db *db, int64_t account, int64_t phone, int64_t old)
{
	static const struct db_stmt stmt = { "phone_replaces", 3,
		"UPDATE phone SET replaces = $3 WHERE account_id = $1 AND "
		"phone_id = $2 AND phone_id <> $3 AND EXISTS (SELECT 1 FROM "
		"phone WHERE account_id = $1 AND phone_id = $3)" };
	struct db_args a = { 0 };

	db_arg_int(&a, account);
	db_arg_int(&a, phone);
	db_arg_int(&a, old);
	return pages_run(db, account, &stmt, &a);
}
