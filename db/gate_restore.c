#include "gate.h"

#include <stdlib.h>
#include <string.h>

#include "gate_internal.h"

static void
restore_args(struct db_args *a, const struct gate_restore *r)
{
	db_arg_int(a, r->account);
	db_arg_int(a, r->restore);
}

/* ---- packing ---- */

#define RESTORE_OPEN \
	"(r.state = 'running' OR (r.state = 'cancelled' AND " \
	" r.end_transfer IS NULL AND r.done_at IS NULL)) "

static void
read_restore(const PGresult *res, int row, struct gate_restore *r)
{
	r->account = db_int(res, row, 0);
	r->phone = db_int(res, row, 1);
	r->restore = (uint32_t)db_int(res, row, 2);
	r->from_phone = db_int(res, row, 3);
	r->own = db_bool(res, row, 4);
	r->cancelled = db_bool(res, row, 5);
	r->packed = db_bool(res, row, 6);
	r->records = (int)db_int(res, row, 7);
}

enum db_err
gate_restores_query(struct db *db, const struct db_stmt *stmt,
    struct gate_restore *out, size_t max, size_t *n)
{
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	db_arg_int(&a, (int64_t)max);
	if ((err = db_query(db, stmt, &a, &res)) != DB_OK)
		return err;
	*n = (size_t)PQntuples(res);
	for (int i = 0; i < PQntuples(res); i++)
		read_restore(res, i, &out[i]);
	PQclear(res);
	return DB_OK;
}

enum db_err
gate_restore_list(
    struct db *db, struct gate_restore *out, size_t max, size_t *n)
{
	static const struct db_stmt stmt = { "restore_list", 1,
		"SELECT DISTINCT ON (r.account_id, r.phone_id) " RESTORE_COLUMNS
		"FROM restore r JOIN phone p USING (account_id, phone_id) "
		"WHERE p.unbound_at IS NULL AND " RESTORE_OPEN
		"ORDER BY r.account_id, r.phone_id, r.restore_id LIMIT $1" };

	return gate_restores_query(db, &stmt, out, max, n);
}

static void
read_phone(const PGresult *res, struct gate_restore *r)
{
	r->waits = db_bool(res, 0, 8);
	r->next = (uint32_t)db_int(res, 0, 9);
	r->alone = db_bool(res, 0, 10);
	r->anew = (uint32_t)db_int(res, 0, 11);
	r->base = (uint32_t)db_int(res, 0, 12);
	memset(r->digest, 0, sizeof r->digest);
	db_bytes(res, 0, 13, r->digest, sizeof r->digest);
}

enum db_err
gate_restore_hold(struct db *db, const struct db_stmt *stmt,
    struct gate_restore *r, int64_t *more)
{
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	restore_args(&a, r);
	if ((err = db_query(db, stmt, &a, &res)) != DB_OK)
		return err;
	if (PQntuples(res) == 1) {
		read_restore(res, 0, r);
		read_phone(res, r);
		*more = db_int(res, 0, 14);
	} else {
		err = DB_NONE;
	}
	PQclear(res);
	return err;
}

/* The phone is locked too: its numbers of transfers go up one by one. */
enum db_err
gate_restore_take(struct db *db, struct gate_restore *r, int *outstanding)
{
	static const struct db_stmt stmt = { "restore_take", 2,
		"SELECT " RESTORE_COLUMNS ", " RESTORE_PHONE
		", (SELECT count(*) FROM down_frame f "
		" WHERE f.account_id = r.account_id AND f.phone_id = "
		" r.phone_id) FROM restore r JOIN phone p "
		" USING (account_id, phone_id) WHERE r.account_id = $1 AND "
		" r.restore_id = $2 AND " RESTORE_OPEN
		"FOR UPDATE OF r, p SKIP LOCKED" };
	int64_t frames;
	enum db_err err = gate_restore_hold(db, &stmt, r, &frames);

	if (err == DB_OK)
		*outstanding = (int)frames;
	return err;
}

/* One block of memory: the items, then their octets. */
static struct gate_restore_item *
read_items(const PGresult *res, size_t n)
{
	struct gate_restore_item *items;
	size_t octets = 0;
	uint8_t *at;

	for (size_t i = 0; i < n; i++)
		octets += (size_t)PQgetlength(res, (int)i, 2) / 2;
	if ((items = calloc(1, (n + 1) * sizeof *items + octets)) == NULL)
		return NULL;
	at = (uint8_t *)(items + n + 1);
	for (size_t i = 0; i < n; i++) {
		int len = db_bytes(res, (int)i, 2, at,
		    (size_t)PQgetlength(res, (int)i, 2) / 2);

		items[i] = (struct gate_restore_item){
			.ordinal = (int)db_int(res, (int)i, 0),
			.piece = db_bool(res, (int)i, 1),
			.sealed = at,
			.len = len > 0 ? (size_t)len : 0,
		};
		at += items[i].len;
	}
	return items;
}

enum db_err
gate_restore_items(struct db *db, const struct gate_restore *r, size_t max,
    struct gate_restore_item **out, size_t *n)
{
	static const struct db_stmt stmt = { "restore_items", 3,
		"SELECT ordinal, piece, sealed FROM restore_item "
		"WHERE account_id = $1 AND restore_id = $2 AND "
		" transfer IS NULL ORDER BY ordinal LIMIT $3" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	restore_args(&a, r);
	db_arg_int(&a, (int64_t)max);
	if ((err = db_query(db, &stmt, &a, &res)) != DB_OK)
		return err;
	*n = (size_t)PQntuples(res);
	*out = read_items(res, *n);
	PQclear(res);
	return *out == NULL ? DB_FAILED : DB_OK;
}

enum db_err
gate_restore_packed(struct db *db, const struct gate_restore *r, int first,
    int last, uint32_t transfer, int records, uint32_t mark, int64_t now_ms)
{
	static const struct db_stmt items = { "restore_packed", 6,
		"UPDATE restore_item SET transfer = $5, mark = CASE "
		" WHEN ordinal = $3 THEN $6::bigint ELSE 0 END WHERE account_id = $1 "
		"AND restore_id = $2 AND ordinal BETWEEN $3 AND $4 AND "
		"transfer IS NULL" };
	static const struct db_stmt stmt = { "restore_grows", 5,
		"UPDATE restore SET mark = (mark + $3) % 4294967296, "
		" put_records = put_records + $4, "
		" changed_at = to_timestamp($5 / 1000.0) "
		"WHERE account_id = $1 AND restore_id = $2" };
	struct db_args a = { 0 }, b = { 0 };
	enum db_err err;

	restore_args(&a, r);
	db_arg_int(&a, first);
	db_arg_int(&a, last);
	db_arg_int(&a, transfer);
	db_arg_int(&a, mark);
	if ((err = db_run(db, &items, &a, NULL)) != DB_OK)
		return err;
	restore_args(&b, r);
	db_arg_int(&b, mark);
	db_arg_int(&b, records);
	db_arg_time(&b, now_ms);
	return db_run(db, &stmt, &b, NULL);
}

enum db_err
gate_restore_drop(
    struct db *db, const struct gate_restore *r, int ordinal, bool *first)
{
	static const struct db_stmt stmt = { "restore_drop", 3,
		"WITH gone AS (DELETE FROM restore_item WHERE account_id = $1 "
		" AND restore_id = $2 AND ordinal = $3 RETURNING 1) "
		"UPDATE restore SET left_out = left_out + (SELECT count(*) "
		" FROM gone)::int WHERE account_id = $1 AND restore_id = $2 "
		"RETURNING left_out" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	restore_args(&a, r);
	db_arg_int(&a, ordinal);
	if ((err = db_query(db, &stmt, &a, &res)) != DB_OK)
		return err;
	*first = PQntuples(res) == 1 && db_int(res, 0, 0) == 1;
	PQclear(res);
	return DB_OK;
}

enum db_err
gate_restore_ending(struct db *db, const struct gate_restore *r,
    uint32_t end_transfer, int64_t now_ms)
{
	static const struct db_stmt stmt = { "restore_ending", 4,
		"UPDATE restore SET end_transfer = $3, state = CASE state WHEN "
		" 'running' THEN 'ending' ELSE state END, "
		" changed_at = to_timestamp($4 / 1000.0) "
		"WHERE account_id = $1 AND restore_id = $2" };
	struct db_args a = { 0 };

	restore_args(&a, r);
	db_arg_int(&a, end_transfer);
	db_arg_time(&a, now_ms);
	return db_run(db, &stmt, &a, NULL);
}

enum db_err
gate_restore_over(struct db *db, const struct gate_restore *r, int64_t now_ms)
{
	static const struct db_stmt stmt = { "restore_over", 3,
		"UPDATE restore SET done_at = to_timestamp($3 / 1000.0), "
		" changed_at = to_timestamp($3 / 1000.0) "
		"WHERE account_id = $1 AND restore_id = $2" };
	struct db_args a = { 0 };

	restore_args(&a, r);
	db_arg_time(&a, now_ms);
	return db_run(db, &stmt, &a, NULL);
}

enum db_err
gate_down_next(
    struct db *db, int64_t account, int64_t phone, uint32_t *transfer)
{
	static const struct db_stmt stmt = { "down_next", 2,
		"UPDATE phone SET down_next = down_next + 1 WHERE "
		"account_id = $1 AND phone_id = $2 RETURNING down_next - 1" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	arg_pair(&a, account, phone);
	if ((err = db_query(db, &stmt, &a, &res)) != DB_OK)
		return err;
	if (PQntuples(res) == 1)
		*transfer = (uint32_t)db_int(res, 0, 0);
	else
		err = DB_NONE;
	PQclear(res);
	return err;
}

/* ---- taking back ---- */

enum db_err
gate_down_pause(struct db *db, int64_t now_ms)
{
	static const struct db_stmt stmt = { "down_pause", 1,
		"UPDATE outbox o SET state = 'superseded', "
		" changed_at = to_timestamp($1 / 1000.0) "
		"FROM down_frame f JOIN restore r USING (account_id, "
		" restore_id) WHERE r.state = 'paused' AND "
		" o.account_id = f.account_id AND o.outbox_id = f.outbox_id "
		" AND o.state IN ('queued', 'held')" };
	struct db_args a = { 0 };

	db_arg_time(&a, now_ms);
	return db_run(db, &stmt, &a, NULL);
}

/*
 * A transfer may go back only if no SMS of it can have gone out, and only from
 * the newest down: the phone waits for every number below one that it has.
 */
enum db_err
gate_restore_withdraw(
    struct db *db, const struct gate_restore *r, int64_t now_ms)
{
	static const struct db_stmt unsent = { "withdraw_items", 2,
		"DELETE FROM restore_item WHERE account_id = $1 AND "
		"restore_id = $2 AND transfer IS NULL" };
	static const struct db_stmt queued = { "withdraw_queued", 3,
		"UPDATE outbox o SET state = 'superseded', "
		" changed_at = to_timestamp($3 / 1000.0) FROM down_frame f "
		"WHERE f.account_id = $1 AND f.restore_id = $2 AND "
		" o.account_id = f.account_id AND o.outbox_id = f.outbox_id "
		" AND o.state IN ('queued', 'held') AND o.attempts = 0" };
	static const struct db_stmt gone = { "withdraw_transfers", 4,
		"WITH kept AS (SELECT coalesce(max(f.transfer), 0) AS t FROM "
		"  down_frame f LEFT JOIN outbox o ON o.account_id = "
		"  f.account_id AND o.outbox_id = f.outbox_id WHERE "
		"  f.account_id = $1 AND f.phone_id = $3 AND (f.restore_id <> "
		"  $2 OR f.sent > 1 OR o.attempts > 0 OR o.state NOT IN "
		"  ('superseded'))), "
		"floor AS (SELECT greatest(kept.t, p.down_acked, "
		"  p.down_anew) AS t FROM kept, phone p WHERE p.account_id = $1 AND p.phone_id = $3), "
		"f AS (DELETE FROM down_frame d USING floor WHERE "
		"  d.account_id = $1 AND d.phone_id = $3 AND "
		"  d.restore_id = $2 AND d.transfer > floor.t "
		"  RETURNING d.transfer), "
		"i AS (DELETE FROM restore_item i USING floor WHERE "
		"  i.account_id = $1 AND i.restore_id = $2 AND "
		"  i.transfer > floor.t RETURNING i.piece), "
		"c AS (UPDATE restore r SET put_records = r.put_records - "
		"  (SELECT count(*) FROM i WHERE NOT i.piece) "
		" WHERE r.account_id = $1 AND r.restore_id = $2) "
		/* What the base has learnt of it is unlearnt by a base that
		 * begins anew. */
		"UPDATE phone p SET down_next = least(p.down_next, "
		" coalesce((SELECT min(transfer) FROM f), p.down_next)), "
		" down_digest = CASE WHEN EXISTS (SELECT 1 FROM f WHERE "
		"  f.transfer <= p.down_base) THEN NULL ELSE p.down_digest END "
		"WHERE p.account_id = $1 AND p.phone_id = $3 AND "
		" $4::bigint >= 0" };
	struct db_args a = { 0 }, b = { 0 }, c = { 0 };
	enum db_err err;

	restore_args(&a, r);
	if ((err = db_run(db, &unsent, &a, NULL)) != DB_OK)
		return err;
	restore_args(&b, r);
	db_arg_time(&b, now_ms);
	if ((err = db_run(db, &queued, &b, NULL)) != DB_OK)
		return err;
	restore_args(&c, r);
	db_arg_int(&c, r->phone);
	db_arg_time(&c, now_ms);
	return db_run(db, &gone, &c, NULL);
}

enum db_err
gate_restore_on_air(struct db *db, struct gate_restore *r, bool *any)
{
	static const struct db_stmt stmt = {
		"restore_on_air", 2,
		"SELECT r.put_records, r.put_records > 0 OR EXISTS (SELECT 1 "
		" FROM down_frame f WHERE f.account_id = r.account_id AND "
		" f.phone_id = r.phone_id AND f.restore_id = r.restore_id) "
		"FROM restore r WHERE r.account_id = $1 AND r.restore_id = $2"
	};
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	restore_args(&a, r);
	if ((err = db_query(db, &stmt, &a, &res)) != DB_OK)
		return err;
	r->records = (int)db_int(res, 0, 0);
	*any = db_bool(res, 0, 1);
	PQclear(res);
	return DB_OK;
}

/* ---- the receipt ---- */

enum db_err
gate_receipt_put(struct db *db, int64_t account, int64_t phone,
    const struct gate_receipt *r, int64_t now_ms, bool *differs,
    int64_t *replaced)
{
	static const struct db_stmt stmt = { "receipt_put", 8,
		"UPDATE restore r SET state = CASE r.state WHEN 'cancelled' "
		"  THEN r.state ELSE 'done' END, "
		" done_at = to_timestamp($8 / 1000.0), "
		" changed_at = to_timestamp($8 / 1000.0), "
		" receipt_applied = $4, receipt_present = $5, "
		" receipt_failed = $6, receipt_mark = $7 "
		"FROM phone p WHERE r.account_id = $1 AND r.phone_id = $2 AND "
		" r.restore_id = $3 AND r.end_transfer IS NOT NULL AND "
		" r.receipt_mark IS NULL AND p.account_id = $1 AND "
		" p.phone_id = $2 "
		"RETURNING r.state = 'done' AND r.receipt_failed = 0 AND "
		" r.mark <> r.receipt_mark, "
		" CASE WHEN p.replaces = r.from_phone_id AND r.state = 'done' "
		"  AND r.left_out = 0 THEN p.replaces ELSE 0 END" };
	static const struct db_stmt frames = { "receipt_frames", 3,
		"DELETE FROM down_frame WHERE account_id = $1 AND "
		"phone_id = $2 AND restore_id = $3" };
	static const struct db_stmt items = { "receipt_items", 2,
		"DELETE FROM restore_item WHERE account_id = $1 AND "
		"restore_id = $2" };
	struct db_args a = { 0 }, f = { 0 }, i = { 0 };
	PGresult *res;
	enum db_err err;
	int n;

	arg_pair(&a, account, phone);
	db_arg_int(&a, r->restore);
	db_arg_int(&a, r->applied);
	db_arg_int(&a, r->present);
	db_arg_int(&a, r->failed);
	db_arg_int(&a, r->mark);
	db_arg_time(&a, now_ms);
	if ((err = db_query(db, &stmt, &a, &res)) != DB_OK)
		return err;
	if ((n = PQntuples(res)) == 1) {
		*differs = db_bool(res, 0, 0);
		*replaced = db_int(res, 0, 1);
	}
	PQclear(res);
	if (n == 0)
		return DB_NONE;
	arg_pair(&f, account, phone);
	db_arg_int(&f, r->restore);
	if ((err = db_run(db, &frames, &f, NULL)) != DB_OK)
		return err;
	db_arg_int(&i, account);
	db_arg_int(&i, r->restore);
	return db_run(db, &items, &i, NULL);
}
