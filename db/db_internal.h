/*
 * db_internal.h - how the files of db/ run statements.  Stops at this
 * directory: nobody else sees a PGresult.
 */
#ifndef DB_INTERNAL_H
#define DB_INTERNAL_H

#include <libpq-fe.h>
#include <stddef.h>
#include <stdint.h>

#include "db.h"

#define DB_ARGS_MAX 24

struct db_args {
	int n;
	const char *value[DB_ARGS_MAX];
	int length[DB_ARGS_MAX];
	int binary[DB_ARGS_MAX];
	char digits[DB_ARGS_MAX][24];
	bool binary_rows; /* of many rows: db_int() and db_bytes() alone */
};

/* How many SMS of the limits of account a are for restores: a tenth is for what
 * else a phone waits for, such as acknowledgements and bindings. */
#define DB_DAY_OF_RESTORES "(a.day_sms_max - a.day_sms_max / 10)"
#define DB_MONTH_OF_RESTORES "(a.month_sms_max - a.month_sms_max / 10)"

/* How long a bound phone may be silent: as its owner says, and no less than the
 * policy in force on it, with some hours for the way.  NULL, so that nothing is
 * before it: it sends nothing unasked. */
#define DB_MAY_BE_SILENT \
	"CASE WHEN wait_min IS NOT NULL THEN greatest(silent_after, " \
	"make_interval(mins => wait_min, hours => 6)) END"

void db_arg_int(struct db_args *a, int64_t v);
void db_arg_bool(struct db_args *a, bool v);
void db_arg_text(struct db_args *a, const char *s); /* NULL: SQL NULL */
void db_arg_bytes(
    struct db_args *a, const void *p, size_t len); /* p NULL: SQL NULL */
void db_arg_time(struct db_args *a,
    int64_t
	unix_ms); /* for to_timestamp($n / 1000.0) casts: passes ms as bigint */

/* A statement is a static struct; it is prepared on first use on each
 * connection, under its name. */
struct db_stmt {
	const char *name;
	int nargs;
	const char *sql;
};

/* Rows come back in text format, unless binary ones are asked for: these are
 * cheaper where there are thousands of them.  On DB_OK *res is the caller's to
 * PQclear; otherwise it is NULL. */
enum db_err db_query(struct db *db, const struct db_stmt *stmt,
    const struct db_args *args, PGresult **res);
/* As above for statements without rows; *affected may be NULL. */
enum db_err db_run(struct db *db, const struct db_stmt *stmt,
    const struct db_args *args, int64_t *affected);

/*
 * Pipeline: db_pipe_begin, then any number of db_pipe_send, then db_pipe_end,
 * which sends the sync and hands each result in order to take (may be NULL).
 * The statements must have been prepared by db_prepare() before.
 * One failure fails the whole pipeline and the transaction it is in.
 */
enum db_err
db_prepare(struct db *db, const struct db_stmt *const *stmts, size_t n);
enum db_err db_pipe_begin(struct db *db);
enum db_err db_pipe_send(
    struct db *db, const struct db_stmt *stmt, const struct db_args *args);
enum db_err db_pipe_end(struct db *db,
    void (*take)(void *ctx, int nth, const PGresult *res), void *ctx);

/*
 * A statement in a transaction, whose answer nobody needs: it is sent, at the
 * latest by db_push(), and not waited for, so that the server works while we
 * do. Whatever runs next on the connection waits for the answers first and
 * returns what failed, db_commit() at the latest.
 */
enum db_err
db_later(struct db *db, const struct db_stmt *stmt, const struct db_args *args);

PGconn *db_conn(struct db *db);

/* Fields of a row. */
int64_t db_int(const PGresult *res, int row, int col); /* 0 for NULL */
bool db_bool(const PGresult *res, int row, int col);
/* Copies at most cap - 1 octets and ends with NUL. */
void db_text(const PGresult *res, int row, int col, char *out, size_t cap);
/* Of a bytea; returns the length, or -1 if it is over cap. */
int db_bytes(const PGresult *res, int row, int col, uint8_t *out, size_t cap);

#endif
