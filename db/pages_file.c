#include "pages_browse.h"
#include "pages_internal.h"

#include <stdlib.h>

enum db_err
pages_files(struct db *db, int64_t account, int64_t phone,
    struct pages_file **out, size_t *n)
{
	static const struct db_stmt stmt = { "files", 2,
		"SELECT phone_id, record_id, content, coalesce(coded_size, 0), "
		"have, " PAGES_MS("started_at") ", " PAGES_MS(
		    "whole_at") " FROM file WHERE account_id = $1 AND ($2::bigint = 0 OR "
				"phone_id = $2::bigint) ORDER BY phone_id, record_id, "
				"started_at" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	db_arg_int(&a, account);
	db_arg_int(&a, phone);
	if ((err = pages_query(db, account, &stmt, &a, &res)) != DB_OK)
		return err;
	*n = (size_t)PQntuples(res);
	if ((*out = calloc(*n + 1, sizeof **out)) == NULL)
		err = DB_FAILED;
	for (size_t i = 0; err == DB_OK && i < *n; i++) {
		struct pages_file *f = &(*out)[i];
		int row = (int)i;

		f->phone = db_int(res, row, 0);
		f->record = (uint32_t)db_int(res, row, 1);
		f->content = (uint32_t)db_int(res, row, 2);
		f->coded_size = db_int(res, row, 3);
		f->have = db_int(res, row, 4);
		f->started_ms = db_int(res, row, 5);
		f->whole_ms = db_int(res, row, 6);
	}
	PQclear(res);
	return err;
}
