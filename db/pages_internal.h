/*
 * pages_internal.h - how the files behind pages.h run their statements: each
 * in a transaction that sees the rows of one account only.
 */
#ifndef PAGES_INTERNAL_H
#define PAGES_INTERNAL_H

#include "db_internal.h"
#include "pages.h"

/* A timestamptz column as ms since 1970; 0 for NULL.  extract() would count in
 * numeric, which takes several times as long. */
#define PAGES_MS(col) \
	"coalesce((date_part('epoch', " col ") * 1000)::bigint, 0)"

/* A transaction of several statements.  pages_end() commits if err is DB_OK,
 * else rolls back, and returns err or why it could not commit. */
enum db_err pages_begin(struct db *db, int64_t account);
enum db_err pages_end(struct db *db, enum db_err err);

/* One statement; on DB_OK *res is the caller's to PQclear. */
enum db_err pages_query(struct db *db, int64_t account,
    const struct db_stmt *stmt, const struct db_args *a, PGresult **res);
/* One statement without rows; DB_NONE: it changed nothing. */
enum db_err pages_run(struct db *db, int64_t account,
    const struct db_stmt *stmt, const struct db_args *a);
/* Before an account is known. */
enum db_err pages_free_query(struct db *db, const struct db_stmt *stmt,
    const struct db_args *a, PGresult **res);

/* A fixed number of octets; zeros if the field has another. */
void
pages_octets(const PGresult *res, int row, int col, uint8_t *out, size_t len);

/* Rows of phone_id, kind, record_id, transfer, ordinal, time_ms, stored_at in
 * ms, data_key_id and sealed, from column col on, in either format. */
enum db_err
pages_read_records(const PGresult *res, int col, struct pages_records *out);

/* One statement that answers with such rows alone. */
enum db_err
pages_query_records(struct db *db, int64_t account, const struct db_stmt *stmt,
    const struct db_args *a, struct pages_records *out);

#endif
