#include "pages_internal.h"

#include <string.h>

enum db_err
pages_begin(struct db *db, int64_t account)
{
	enum db_err err;

	if (!db_alive(db) && !db_reconnect(db))
		return DB_LOST;
	if ((err = db_begin(db)) == DB_LOST && db_reconnect(db))
		err = db_begin(db);
	return err != DB_OK ? err : db_set_account(db, account);
}

enum db_err
pages_end(struct db *db, enum db_err err)
{
	if (err == DB_OK)
		err = db_commit(db);
	db_rollback(db);
	return err;
}

/* One statement of one account. */
enum db_err
pages_query(struct db *db, int64_t account, const struct db_stmt *stmt,
    const struct db_args *a, PGresult **res)
{
	enum db_err err = pages_begin(db, account);

	*res = NULL;
	if (err == DB_OK)
		err = db_query(db, stmt, a, res);
	if ((err = pages_end(db, err)) != DB_OK) {
		PQclear(*res);
		*res = NULL;
	}
	return err;
}

enum db_err
pages_run(struct db *db, int64_t account, const struct db_stmt *stmt,
    const struct db_args *a)
{
	PGresult *res;
	enum db_err err = pages_query(db, account, stmt, a, &res);

	if (err == DB_OK && strcmp(PQcmdTuples(res), "0") == 0)
		err = DB_NONE;
	PQclear(res);
	return err;
}

/* A fixed number of octets; zeros if the field has another. */
void
pages_octets(const PGresult *res, int row, int col, uint8_t *out, size_t len)
{
	if (db_bytes(res, row, col, out, len) != (int)len)
		memset(out, 0, len);
}

enum db_err
pages_free_query(struct db *db, const struct db_stmt *stmt,
    const struct db_args *a, PGresult **res)
{
	enum db_err err;

	if (!db_alive(db) && !db_reconnect(db))
		return DB_LOST;
	err = db_query(db, stmt, a, res);
	if (err == DB_LOST && db_reconnect(db))
		err = db_query(db, stmt, a, res);
	return err;
}
