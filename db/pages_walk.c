/*
 * Walks over what an account has, a part at a time, as it is now or as it was.
 */
#include "pages_internal.h"

#include <stdlib.h>
#include <string.h>

#define COLUMNS \
	"v.phone_id, v.kind, v.record_id, v.transfer, v.ordinal, " \
	"v.time_ms, " PAGES_MS("v.stored_at") ", v.data_key_id, v.sealed "
/* The versions that count; $4 is the moment, 0 for now. */
#define NOW_FROM \
	"FROM record r JOIN record_version v USING (account_id, phone_id, " \
	"kind, record_id, transfer, ordinal) WHERE r.account_id = $1 AND " \
	"r.kind = $2 AND r.op = 0 AND ($3::bigint = 0 OR r.phone_id = " \
	"$3::bigint) AND $4::bigint = 0 "
#define THEN_FROM \
	"FROM (SELECT DISTINCT ON (phone_id, record_id) * FROM " \
	"record_version WHERE account_id = $1 AND kind = $2 AND " \
	"($3::bigint = 0 OR phone_id = $3::bigint) AND stored_at < " \
	"to_timestamp($4::bigint / 1000.0) ORDER BY phone_id, record_id, " \
	"transfer DESC, ordinal DESC) v WHERE v.op = 0 "
#define AFTER \
	"(v.time_ms, v.phone_id, v.record_id) < ($5, $6, $7) ORDER BY " \
	"v.time_ms DESC, v.phone_id DESC, v.record_id DESC LIMIT $8"

static void
walk_args(struct db_args *a, int64_t account, const struct pages_walk *w)
{
	db_arg_int(a, account);
	db_arg_int(a, w->kind);
	db_arg_int(a, w->phone);
	db_arg_int(a, w->as_of_ms);
}

enum db_err
pages_walk(struct db *db, int64_t account, struct pages_walk *w, size_t max,
    struct pages_records *out)
{
	static const struct db_stmt now = { "walk_now", 8,
		"SELECT " COLUMNS NOW_FROM
		"AND (r.time_ms, r.phone_id, r.record_id) < ($5, $6, $7) "
		"ORDER BY r.time_ms DESC, r.phone_id DESC, r.record_id DESC "
		"LIMIT $8" };
	static const struct db_stmt then = { "walk_then", 8,
		"SELECT " COLUMNS THEN_FROM "AND " AFTER };
	struct db_args a = { 0 };
	enum db_err err;

	walk_args(&a, account, w);
	db_arg_int(&a, w->begun ? w->time_ms : INT64_MAX);
	db_arg_int(&a, w->begun ? w->at_phone : INT64_MAX);
	db_arg_int(&a, w->begun ? w->at_record : INT64_MAX);
	db_arg_int(&a, (int64_t)max);
	err = pages_query_records(
	    db, account, w->as_of_ms == 0 ? &now : &then, &a, out);
	if (err == DB_OK && out->n > 0) {
		const struct pages_record *last = &out->row[out->n - 1];

		w->begun = true;
		w->time_ms = last->time_ms;
		w->at_phone = last->phone;
		w->at_record = last->record_id;
	}
	return err;
}

enum db_err
pages_walk_count(
    struct db *db, int64_t account, const struct pages_walk *w, int64_t *n)
{
	static const struct db_stmt now = { "count_now", 4,
		"SELECT count(*) FROM record r WHERE r.account_id = $1 AND "
		"r.kind = $2 AND r.op = 0 AND ($3::bigint = 0 OR r.phone_id = "
		"$3::bigint) AND $4::bigint = 0" };
	static const struct db_stmt then = { "count_then", 4,
		"SELECT count(*) " THEN_FROM };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	walk_args(&a, account, w);
	err =
	    pages_query(db, account, w->as_of_ms == 0 ? &now : &then, &a, &res);
	if (err == DB_OK)
		*n = db_int(res, 0, 0);
	PQclear(res);
	return err;
}

enum db_err
pages_version(struct db *db, int64_t account, int64_t phone, int kind,
    uint32_t record, uint32_t transfer, uint32_t ordinal,
    struct pages_records *out)
{
	static const struct db_stmt stmt = { "version", 6,
		"SELECT " COLUMNS "FROM record_version v WHERE v.account_id = "
		"$1 AND v.phone_id = $2 AND v.kind = $3 AND v.record_id = $4 "
		"AND v.op = 0 AND ($5::bigint = 0 AND (v.transfer, v.ordinal) "
		"= (SELECT transfer, ordinal FROM record WHERE account_id = $1 "
		"AND phone_id = $2 AND kind = $3 AND record_id = $4) OR "
		"v.transfer = $5::bigint AND v.ordinal = $6)" };
	struct db_args a = { 0 };
	enum db_err err;

	db_arg_int(&a, account);
	db_arg_int(&a, phone);
	db_arg_int(&a, kind);
	db_arg_int(&a, record);
	db_arg_int(&a, transfer);
	db_arg_int(&a, ordinal);
	err = pages_query_records(db, account, &stmt, &a, out);
	if (err == DB_OK && out->n == 0) {
		pages_records_clear(out);
		err = DB_NONE;
	}
	return err;
}

static bool
is_day(const char *day)
{
	return strlen(day) == 10 && day[strspn(day, "0123456789-")] == '\0' &&
	       day[4] == '-' && day[7] == '-' && strcmp(day + 5, "12-31") <= 0;
}

static bool
is_clock(const char *clock)
{
	return strlen(clock) == 5 &&
	       clock[strspn(clock, "0123456789:")] == '\0' && clock[2] == ':' &&
	       strcmp(clock, "23:59") <= 0 && strcmp(clock + 3, "59") <= 0;
}

enum db_err
pages_moment(struct db *db, int64_t account, const char *day, const char *clock,
    int64_t *ms)
{
	/* to_date() takes what is no date; the text must come back the same. */
	static const struct db_stmt stmt = { "moment", 3,
		"SELECT (extract(epoch FROM (CASE WHEN $3::text = '' THEN "
		"d.day + interval '1 day' ELSE d.day + nullif($3, '')::time + "
		"interval '1 minute' END) AT TIME ZONE a.time_zone) * "
		"1000)::bigint FROM account a, (SELECT to_date($2, "
		"'YYYY-MM-DD') AS day) d WHERE a.account_id = $1 AND "
		"to_char(d.day, 'YYYY-MM-DD') = $2" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	if (!is_day(day) || (clock[0] != '\0' && !is_clock(clock)))
		return DB_NONE;
	db_arg_int(&a, account);
	db_arg_text(&a, day);
	db_arg_text(&a, clock);
	if ((err = pages_query(db, account, &stmt, &a, &res)) != DB_OK)
		return err == DB_FAILED ? DB_NONE : err;
	if (PQntuples(res) == 0)
		err = DB_NONE;
	else
		*ms = db_int(res, 0, 0);
	PQclear(res);
	return err;
}

enum db_err
pages_pieces(struct db *db, int64_t account, int64_t phone, uint32_t record,
    uint32_t content, int64_t from, size_t max, struct pages_records *out)
{
	/* Read as records are: what differs is what authenticates them. */
	static const struct db_stmt stmt = { "pieces", 6,
		"SELECT p.phone_id, 6, p.record_id, p.content, p.\"offset\", "
		"p.len, 0, p.data_key_id, p.sealed FROM file_piece p JOIN file "
		"f USING (account_id, phone_id, record_id, content) WHERE "
		"p.account_id = $1 AND p.phone_id = $2 AND p.record_id = $3 "
		"AND p.content = $4 AND f.whole_at IS NOT NULL AND "
		"p.\"offset\" >= $5 ORDER BY p.\"offset\" LIMIT $6" };
	struct db_args a = { 0 };

	db_arg_int(&a, account);
	db_arg_int(&a, phone);
	db_arg_int(&a, record);
	db_arg_int(&a, content);
	db_arg_int(&a, from);
	db_arg_int(&a, (int64_t)max);
	return pages_query_records(db, account, &stmt, &a, out);
}
