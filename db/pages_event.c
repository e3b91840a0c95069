#include "pages_internal.h"

#include <stdlib.h>
#include <string.h>

enum db_err
pages_events(struct db *db, int64_t account,
    const struct pages_event_wish *wish, struct pages_event **out, size_t *n,
    int64_t *total)
{
	/* The total stands in each row; a page behind the last has none. */
	static const struct db_stmt stmt = { "events", 5,
		"SELECT " PAGES_MS(
		    "e.at") ", coalesce(e.phone_id, 0), e.kind, "
			    "e.detail, coalesce(p.name, ''), count(*) OVER () FROM event e "
			    "LEFT JOIN phone p USING (account_id, phone_id) WHERE "
			    "e.account_id = $1 AND ($2::bigint = 0 OR e.phone_id = $2) AND "
			    "($3 = '' OR e.kind = $3) ORDER BY e.at DESC, e.event_id DESC "
			    "OFFSET $4 LIMIT $5" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	db_arg_int(&a, account);
	db_arg_int(&a, wish->phone);
	db_arg_text(&a, wish->kind);
	db_arg_int(&a, (int64_t)wish->skip);
	db_arg_int(&a, (int64_t)wish->max);
	if ((err = pages_query(db, account, &stmt, &a, &res)) != DB_OK)
		return err;
	*n = (size_t)PQntuples(res);
	*total = 0;
	if ((*out = calloc(*n + 1, sizeof **out)) == NULL)
		err = DB_FAILED;
	for (size_t i = 0; err == DB_OK && i < *n; i++) {
		struct pages_event *e = &(*out)[i];
		int row = (int)i;

		e->at_ms = db_int(res, row, 0);
		e->phone = db_int(res, row, 1);
		db_text(res, row, 2, e->kind, sizeof e->kind);
		db_text(res, row, 3, e->detail, sizeof e->detail);
		db_text(res, row, 4, e->phone_name, sizeof e->phone_name);
		*total = db_int(res, row, 5);
	}
	PQclear(res);
	return err;
}

enum db_err
pages_event_kinds(struct db *db, int64_t account, char *out, size_t cap)
{
	static const struct db_stmt stmt = { "event_kinds", 1,
		"SELECT ' ' || coalesce(string_agg(DISTINCT kind, ' '), '') || "
		"' ' FROM event WHERE account_id = $1" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	db_arg_int(&a, account);
	if ((err = pages_query(db, account, &stmt, &a, &res)) != DB_OK)
		return err;
	db_text(res, 0, 0, out, cap);
	PQclear(res);
	return DB_OK;
}

enum db_err
pages_event_put(struct db *db, int64_t account, int64_t phone, const char *kind,
    const char *detail)
{
	static const struct db_stmt stmt = { "page_event", 4,
		"INSERT INTO event (account_id, phone_id, at, kind, detail) "
		"VALUES ($1, nullif($2::bigint, 0), now(), $3, $4)" };
	struct db_args a = { 0 };

	db_arg_int(&a, account);
	db_arg_int(&a, phone);
	db_arg_text(&a, kind);
	db_arg_text(&a, detail);
	return pages_run(db, account, &stmt, &a);
}
