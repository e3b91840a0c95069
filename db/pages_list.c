#include "pages_browse.h"
#include "pages_internal.h"

#include <stdlib.h>

/* What pages_read_records() reads, of r and v. */
#define ROW \
	"SELECT r.phone_id, r.kind, r.record_id, r.transfer, r.ordinal, " \
	"r.time_ms, " PAGES_MS("v.stored_at") ", v.data_key_id, v.sealed "
#define VERSION_OF_R \
	" r JOIN record_version v USING (account_id, phone_id, kind, " \
	"record_id, transfer, ordinal) "
/* Said again behind a LIMIT, through which the planner does not look: else it
 * reads the versions of every kind. */
#define OF_THE_KIND " WHERE v.account_id = $1 AND v.kind = $2 "
#define NEWEST_FIRST " ORDER BY r.time_ms DESC, r.phone_id, r.record_id DESC "
/* The newest version of each record of a kind that was stored before $5. */
#define AS_OF \
	"(SELECT DISTINCT ON (phone_id, record_id) account_id, phone_id, " \
	"kind, record_id, transfer, ordinal, op, time_ms FROM " \
	"record_version WHERE account_id = $1 AND kind = $2 AND " \
	"($3::bigint = 0 OR phone_id = $3) AND stored_at < " \
	"to_timestamp($4::bigint / 1000.0) ORDER BY phone_id, record_id, " \
	"transfer DESC, ordinal DESC) x WHERE op = 0"
#define NOW \
	"record r WHERE account_id = $1 AND kind = $2 AND op = 0 AND " \
	"($3::bigint = 0 OR phone_id = $3) AND $4::bigint = 0"

/* All of a kind.  No parameter bounds it: the planner would expect a tenth of
 * them, and look up each version by itself. */
#define ALL_NOW \
	"FROM record r JOIN record_version v USING (account_id, phone_id, " \
	"kind, record_id, transfer, ordinal) WHERE r.account_id = $1 AND " \
	"r.kind = $2 AND r.op = 0 AND ($3::bigint = 0 OR r.phone_id = $3) " \
	"AND $4::bigint = 0"
#define ALL_MAX 1000000

static void
put_wish(struct db_args *a, int64_t account, const struct pages_wish *w)
{
	db_arg_int(a, account);
	db_arg_int(a, w->kind);
	db_arg_int(a, w->phone);
	db_arg_int(a, w->as_of_ms);
}

static enum db_err
read_count(struct db *db, int64_t account, const struct db_stmt *stmt,
    const struct db_args *a, int64_t *out)
{
	PGresult *res;
	enum db_err err = pages_query(db, account, stmt, a, &res);

	if (err == DB_OK)
		*out = db_int(res, 0, 0);
	PQclear(res);
	return err;
}

enum db_err
pages_list(struct db *db, int64_t account, const struct pages_wish *w,
    struct pages_records *out, int64_t *total)
{
	/* The sealed forms are fetched for the page alone. */
	static const struct db_stmt now = { "list_now", 6,
		ROW
		"FROM (SELECT * FROM " NOW NEWEST_FIRST
		"LIMIT $5 OFFSET $6)" VERSION_OF_R OF_THE_KIND NEWEST_FIRST };
	static const struct db_stmt all = { "list_all", 4,
		ROW ALL_NOW NEWEST_FIRST };
	static const struct db_stmt then = { "list_then", 6,
		ROW
		"FROM (SELECT * FROM (SELECT * FROM " AS_OF ") r" NEWEST_FIRST
		"LIMIT $5 OFFSET $6)" VERSION_OF_R OF_THE_KIND NEWEST_FIRST };
	static const struct db_stmt count_now = { "list_count_now", 4,
		"SELECT count(*) FROM " NOW };
	static const struct db_stmt count_then = { "list_count_then", 4,
		"SELECT count(*) FROM " AS_OF };
	struct db_args a = { 0 }, c = { 0 };
	enum db_err err = DB_OK;

	*out = (struct pages_records){ 0 };
	put_wish(&c, account, w);
	if (total != NULL)
		err = read_count(db, account,
		    w->as_of_ms == 0 ? &count_now : &count_then, &c, total);
	if (err != DB_OK)
		return err;
	put_wish(&a, account, w);
	if (w->max == 0 && w->as_of_ms == 0)
		return pages_query_records(db, account, &all, &a, out);
	db_arg_int(&a, w->max == 0 ? ALL_MAX : (int64_t)w->max);
	db_arg_int(&a, (int64_t)w->skip);
	return pages_query_records(
	    db, account, w->as_of_ms == 0 ? &now : &then, &a, out);
}

enum db_err
pages_one(struct db *db, int64_t account, int64_t phone, int kind,
    uint32_t record, int64_t as_of_ms, struct pages_records *out)
{
	static const struct db_stmt stmt = { "one", 5,
		ROW "FROM (SELECT * FROM record_version WHERE account_id = $1 "
		    "AND phone_id = $2 AND kind = $3 AND record_id = $4 AND "
		    "($5::bigint = 0 OR stored_at < "
		    "to_timestamp($5::bigint / 1000.0)) ORDER BY transfer "
		    "DESC, ordinal DESC LIMIT 1)" VERSION_OF_R
		    "WHERE r.op = 0" };
	struct db_args a = { 0 };

	db_arg_int(&a, account);
	db_arg_int(&a, phone);
	db_arg_int(&a, kind);
	db_arg_int(&a, record);
	db_arg_int(&a, as_of_ms);
	return pages_query_records(db, account, &stmt, &a, out);
}

enum db_err
pages_counts(struct db *db, int64_t account, int64_t count[static 10])
{
	static const struct db_stmt stmt = { "counts", 1,
		"SELECT kind, count(*) FROM record WHERE account_id = $1 AND "
		"op = 0 GROUP BY kind" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	for (int i = 0; i < 10; i++)
		count[i] = 0;
	db_arg_int(&a, account);
	if ((err = pages_query(db, account, &stmt, &a, &res)) != DB_OK)
		return err;
	for (int i = 0; i < PQntuples(res); i++) {
		int64_t kind = db_int(res, i, 0);

		if (kind > 0 && kind < 10)
			count[kind] = db_int(res, i, 1);
	}
	PQclear(res);
	return DB_OK;
}
