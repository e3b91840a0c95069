/*
 * db.h - one connection to PostgreSQL.
 *
 * The only directory that includes libpq; no SQL stands anywhere else.  What
 * the programs ask of the database is in gate.h (the gateway), pages.h (the
 * owners' pages) and operator.h (smsctl).  Prepared statements with parameters
 * only.  Every function that writes a time takes it as a parameter, so that a
 * simulation may run on a clock of its own.
 */
#ifndef DB_H
#define DB_H

#include <stdbool.h>
#include <stdint.h>

enum db_err {
	DB_OK = 0,
	DB_NONE, /* no such row, or already there: see each function */
	DB_REFUSED, /* a constraint, or what is no value: logged */
	DB_FAILED, /* the statement failed: logged; the transaction is over */
	DB_LOST, /* the connection is gone: db_reconnect() */
};

struct db;

/* conninfo as libpq reads it; "" for the environment's.  role: SET ROLE after
 * connecting, or NULL.  NULL after logging why. */
struct db *db_open(const char *conninfo, const char *role);
void db_close(struct db *db);
/* True if it is connected again; prepared statements are made anew. */
bool db_reconnect(struct db *db);

enum db_err db_begin(struct db *db);
/* One that sees one moment, and cannot write. */
enum db_err db_begin_reading(struct db *db);
enum db_err db_commit(struct db *db);
void db_rollback(struct db *db);
/* Send what the transaction has queued so far, and do not wait.  What fails of
 * it is reported by the next call, db_commit() at the latest. */
enum db_err db_push(struct db *db);

/* Is the connection up, as far as is known without asking? */
bool db_alive(const struct db *db);
/* For the rest of this transaction only rows of this account are seen. */
enum db_err db_set_account(struct db *db, int64_t account);

/* LISTEN on channel; db_socket() becomes readable when something comes;
 * db_notified() reads what is there and says whether there was a notice. */
enum db_err db_listen(struct db *db, const char *channel);
int db_socket(const struct db *db);
bool db_notified(struct db *db);

/*
 * Bring the schema up to date from the numbered files of dir.  Returns the
 * number of migrations that ran, or -1 after logging why.  Safe to run from
 * several programs at once (advisory lock).
 */
int db_migrate(const char *conninfo, const char *dir);
/* The newest migration that is in, 0 if none, -1 on failure. */
int db_schema_version(struct db *db);

const char *db_strerror(enum db_err err);

#endif
