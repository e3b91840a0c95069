#include "pages_check.h"

#include <stdlib.h>

#include "pages_internal.h"

/* ---- the last one ---- */

#define COLUMNS \
	PAGES_MS("checked_at") \
	", (at_phone IS NOT NULL)::int, at_phone, " \
	"at_kind, at_record, at_transfer, at_ordinal, records, versions, " \
	"files, unreadable, unfinished, missing, found "

static void
read_check(const PGresult *res, struct pages_check *c)
{
	int64_t *to[] = { &c->at_phone, &c->at_kind, &c->at_record,
		&c->at_transfer, &c->at_ordinal, &c->records, &c->versions,
		&c->files, &c->unreadable, &c->unfinished, &c->missing,
		&c->found };

	c->checked_ms = db_int(res, 0, 0);
	c->part = db_int(res, 0, 1) != 0;
	for (int i = 0; i < (int)(sizeof to / sizeof to[0]); i++)
		*to[i] = db_int(res, 0, 2 + i);
}

static enum db_err
one_check(struct db *db, int64_t account, const struct db_stmt *stmt,
    struct pages_check *out)
{
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	db_arg_int(&a, account);
	if ((err = pages_query(db, account, stmt, &a, &res)) != DB_OK)
		return err;
	if (PQntuples(res) == 1)
		read_check(res, out);
	else
		err = DB_NONE;
	PQclear(res);
	return err;
}

enum db_err
pages_check_last(struct db *db, int64_t account, struct pages_check *out)
{
	static const struct db_stmt stmt = { "check_last", 1,
		"SELECT " COLUMNS "FROM backup_check WHERE account_id = $1" };

	return one_check(db, account, &stmt, out);
}

enum db_err
pages_check_begin(struct db *db, int64_t account, struct pages_check *out)
{
	static const struct db_stmt stmt = { "check_begin", 1,
		"INSERT INTO backup_check AS c (account_id, begun_at) VALUES "
		"($1, now()) ON CONFLICT (account_id) DO UPDATE SET begun_at = "
		"now() WHERE c.begun_at IS NULL OR c.begun_at < now() - "
		"interval '2 minutes' RETURNING " COLUMNS };

	return one_check(db, account, &stmt, out);
}

enum db_err
pages_check_end(struct db *db, int64_t account, const struct pages_check *c)
{
	static const struct db_stmt stmt = { "check_end", 13,
		"UPDATE backup_check SET begun_at = NULL, checked_at = CASE "
		"WHEN $2::boolean THEN checked_at ELSE now() END, "
		"at_phone = CASE WHEN $2 THEN $3::bigint END, "
		"at_kind = CASE WHEN $2 THEN $4::smallint END, "
		"at_record = CASE WHEN $2 THEN $5::bigint END, "
		"at_transfer = CASE WHEN $2 THEN $6::bigint END, "
		"at_ordinal = CASE WHEN $2 THEN $7::int END, records = $8, "
		"versions = $9, files = $10, unreadable = $11, unfinished = "
		"$12, missing = $13, found = CASE WHEN $2 THEN found ELSE "
		"$11::bigint + $13::bigint END WHERE account_id = $1" };
	const int64_t of[] = { c->at_phone, c->at_kind, c->at_record,
		c->at_transfer, c->at_ordinal, c->records, c->versions,
		c->files, c->unreadable, c->unfinished, c->missing };
	struct db_args a = { 0 };

	db_arg_int(&a, account);
	db_arg_bool(&a, c->part);
	for (size_t i = 0; i < sizeof of / sizeof of[0]; i++)
		db_arg_int(&a, of[i]);
	return pages_run(db, account, &stmt, &a);
}

/* ---- every version ---- */

static enum db_err
read_rows(const PGresult *res, size_t n, struct pages_check_row **out)
{
	if ((*out = calloc(n + 1, sizeof **out)) == NULL)
		return DB_FAILED;
	for (size_t i = 0; i < n; i++)
		(*out)[i] =
		    (struct pages_check_row){ (uint8_t)db_int(res, (int)i, 9),
			    db_int(res, (int)i, 10) != 0 };
	return DB_OK;
}

enum db_err
pages_check_walk(struct db *db, int64_t account, const struct pages_check *c,
    size_t max, struct pages_records *out, struct pages_check_row **rows)
{
	/* The lists are asked row by row: a join reads all of them for each
	 * part where the planner does not know how many they are. */
	static const struct db_stmt stmt = { "check_walk", 7,
		"SELECT v.phone_id, v.kind, v.record_id, v.transfer, "
		"v.ordinal, v.time_ms, " PAGES_MS(
		    "v.stored_at") ", "
				   "v.data_key_id, v.sealed, v.op, coalesce((SELECT (r.transfer, "
				   "r.ordinal) = (v.transfer, v.ordinal) FROM record r WHERE "
				   "r.account_id = $1 AND r.phone_id = v.phone_id AND r.kind = "
				   "v.kind AND r.record_id = v.record_id), false)::int FROM "
				   "record_version v WHERE v.account_id = $1 AND (v.phone_id, "
				   "v.kind, v.record_id, v.transfer, v.ordinal) > ($2, $3, $4, "
				   "$5, $6) ORDER BY v.phone_id, v.kind, v.record_id, v.transfer, "
				   "v.ordinal LIMIT $7" };
	struct db_args a = { .binary_rows = true };
	PGresult *res;
	enum db_err err;

	*out = (struct pages_records){ 0 };
	*rows = NULL;
	db_arg_int(&a, account);
	db_arg_int(&a, c->part ? c->at_phone : -1);
	db_arg_int(&a, c->part ? c->at_kind : 0);
	db_arg_int(&a, c->at_record);
	db_arg_int(&a, c->at_transfer);
	db_arg_int(&a, c->at_ordinal);
	db_arg_int(&a, (int64_t)max);
	if ((err = pages_query(db, account, &stmt, &a, &res)) != DB_OK)
		return err;
	if ((err = pages_read_records(res, 0, out)) == DB_OK &&
	    (err = read_rows(res, out->n, rows)) != DB_OK)
		pages_records_clear(out);
	PQclear(res);
	return err;
}

/* ---- what says of them that they are there ---- */

enum db_err
pages_check_strays(struct db *db, int64_t account, size_t max,
    struct pages_check_stray **out, size_t *n, int64_t *total)
{
	static const struct db_stmt stmt = {
		"check_strays", 2,
		"SELECT phone_id, kind, record_id, (v.record_id IS NULL OR "
		"(r.transfer, r.ordinal) > (v.transfer, v.ordinal))::int, "
		"count(*) OVER (), " PAGES_MS(
		    "v.stored_at") " FROM (SELECT * "
				   "FROM record WHERE account_id "
				   "= $1) r FULL JOIN (SELECT DISTINCT ON (phone_id, kind, "
				   "record_id) phone_id, kind, record_id, transfer, ordinal, op, "
				   "time_ms, stored_at FROM record_version WHERE account_id = $1 ORDER BY "
				   "phone_id, kind, record_id, transfer DESC, ordinal DESC) v "
				   "USING (phone_id, kind, record_id) WHERE (r.transfer, "
				   "r.ordinal, r.op, r.time_ms) IS DISTINCT FROM (v.transfer, "
				   "v.ordinal, v.op, v.time_ms) ORDER BY 1, 2, 3 LIMIT $2"
	};
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	db_arg_int(&a, account);
	db_arg_int(&a, (int64_t)max);
	if ((err = pages_query(db, account, &stmt, &a, &res)) != DB_OK)
		return err;
	*n = (size_t)PQntuples(res);
	*total = *n > 0 ? db_int(res, 0, 4) : 0;
	if ((*out = calloc(*n + 1, sizeof **out)) == NULL)
		err = DB_FAILED;
	for (int i = 0; err == DB_OK && i < (int)*n; i++)
		(*out)[i] = (struct pages_check_stray){
			.phone = db_int(res, i, 0),
			.kind = (uint8_t)db_int(res, i, 1),
			.record = (uint32_t)db_int(res, i, 2),
			.listed = db_int(res, i, 3) != 0,
			.stored_ms = db_int(res, i, 5),
		};
	PQclear(res);
	return err;
}

enum db_err
pages_check_claims(
    struct db *db, int64_t account, struct pages_check_claim **out, size_t *n)
{
	/* Counted as the gateway counts: gate_claim_count(). */
	static const struct db_stmt stmt = { "check_claims", 1,
		"SELECT c.phone_id, c.kind, c.count, h.count, (c.transfer <= "
		"p.cumulative)::int, (c.count = h.count AND c.mark = "
		"h.mark)::int, " PAGES_MS(
		    "c.claimed_at") " FROM completeness c JOIN phone p USING "
				    "(account_id, phone_id), LATERAL (SELECT count(*), "
				    "coalesce(sum(v.mark) % 4294967296, 0) AS mark FROM (SELECT "
				    "DISTINCT ON (record_id) op, x.mark FROM record_version x "
				    "WHERE x.account_id = $1 AND x.phone_id = c.phone_id AND "
				    "x.kind = c.kind AND x.transfer <= c.transfer ORDER BY "
				    "record_id, x.transfer DESC, ordinal DESC) v WHERE v.op = 0) h "
				    "WHERE c.account_id = $1 ORDER BY 1, 2" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	db_arg_int(&a, account);
	if ((err = pages_query(db, account, &stmt, &a, &res)) != DB_OK)
		return err;
	*n = (size_t)PQntuples(res);
	if ((*out = calloc(*n + 1, sizeof **out)) == NULL)
		err = DB_FAILED;
	for (int i = 0; err == DB_OK && i < (int)*n; i++)
		(*out)[i] = (struct pages_check_claim){
			.phone = db_int(res, i, 0),
			.kind = (uint8_t)db_int(res, i, 1),
			.claimed = db_int(res, i, 2),
			.here = db_int(res, i, 3),
			.arrived = db_int(res, i, 4) != 0,
			.equal = db_int(res, i, 5) != 0,
			.said_ms = db_int(res, i, 6),
		};
	PQclear(res);
	return err;
}

enum db_err
pages_check_file(struct db *db, int64_t account, int64_t phone, uint32_t record,
    uint32_t content, struct pages_check_file *out)
{
	static const struct db_stmt stmt = { "check_file", 4,
		"SELECT f.have, coalesce(f.coded_size, -1), (f.whole_at IS NOT "
		"NULL)::int, (p.unbound_at IS NULL)::int FROM file f JOIN "
		"phone p USING (account_id, phone_id) WHERE f.account_id = $1 "
		"AND f.phone_id = $2 AND f.record_id = $3 AND f.content = $4" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	db_arg_int(&a, account);
	db_arg_int(&a, phone);
	db_arg_int(&a, record);
	db_arg_int(&a, content);
	if ((err = pages_query(db, account, &stmt, &a, &res)) != DB_OK)
		return err;
	if (PQntuples(res) == 1)
		*out = (struct pages_check_file){
			.have = db_int(res, 0, 0),
			.coded_size = db_int(res, 0, 1),
			.whole = db_int(res, 0, 2) != 0,
			.bound = db_int(res, 0, 3) != 0,
		};
	else
		err = DB_NONE;
	PQclear(res);
	return err;
}
