#include "db_internal.h"

#include <assert.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "be.h"
#include "log.h"

#define PREPARED_MAX 192
#define LATE_MAX 256 /* answers that wait to be read */

struct db {
	PGconn *conn;
	char *conninfo, *role;
	size_t prepared;
	const struct db_stmt *stmt[PREPARED_MAX]; /* prepared on conn */
	int late; /* statements of db_later() that are not answered for */
};

const char *
db_strerror(enum db_err err)
{
	switch (err) {
	case DB_OK:
		return "no error";
	case DB_NONE:
		return "no such row";
	case DB_REFUSED:
		return "refused by the database";
	case DB_FAILED:
		return "the statement failed";
	case DB_LOST:
		return "the connection is lost";
	}
	return "unrecognized error";
}

/*
 * Log why a statement failed.  Only the first line of the complaint: the
 * DETAIL under it can quote the row, and rows are the owners' business.
 */
static void
complain(const PGconn *conn, const PGresult *res, const char *what)
{
	const char *state = NULL, *text = NULL;

	if (res != NULL) {
		state = PQresultErrorField(res, PG_DIAG_SQLSTATE);
		text = PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY);
	}
	if (text == NULL) /* the server never answered */
		text = PQerrorMessage(conn);
	log_error("database: %s: %.*s (SQLSTATE %s)", what,
	    (int)strcspn(text, "\n"), text, state != NULL ? state : "none");
}

/* Which kind of failure this is, logged. */
static enum db_err
failure(struct db *db, const PGresult *res, const char *what)
{
	const char *state =
	    res != NULL ? PQresultErrorField(res, PG_DIAG_SQLSTATE) : NULL;

	complain(db->conn, res, what);
	if (PQstatus(db->conn) != CONNECTION_OK)
		return DB_LOST;
	/* Class 57: the server is being stopped. */
	if (state != NULL && strncmp(state, "57P", 3) == 0)
		return DB_LOST;
	/* Class 22: no such value; 23: a constraint; P0001: raised.  It would
	 * be so again, which is not known of anything else. */
	if (state != NULL &&
	    (strncmp(state, "22", 2) == 0 || strncmp(state, "23", 2) == 0 ||
		strcmp(state, "P0001") == 0))
		return DB_REFUSED;
	return DB_FAILED;
}

static void
silent(void *arg, const PGresult *res)
{
	(void)arg;
	(void)res;
}

static bool
set_up(struct db *db)
{
	PGresult *res;
	char *name;
	char sql[256];
	bool ok;

	PQsetNoticeReceiver(db->conn, silent, NULL);
	if (db->role == NULL)
		return true;
	name = PQescapeIdentifier(db->conn, db->role, strlen(db->role));
	if (name == NULL)
		return false;
	snprintf(sql, sizeof sql, "SET ROLE %s", name);
	PQfreemem(name);
	res = PQexec(db->conn, sql);
	if (!(ok = PQresultStatus(res) == PGRES_COMMAND_OK))
		complain(db->conn, res, "set role");
	PQclear(res);
	return ok;
}

/* A day has 24 hours, whatever the server's own zone makes of it. */
static PGconn *
connect_in_utc(const char *conninfo)
{
	setenv("PGTZ", "UTC", 1); /* libpq says so when it connects */
	return PQconnectdb(conninfo);
}

struct db *
db_open(const char *conninfo, const char *role)
{
	struct db *db = calloc(1, sizeof *db);

	if (db == NULL) {
		log_error("cannot allocate a database handle: %m");
		return NULL;
	}
	db->conninfo = strdup(conninfo);
	db->role = role != NULL ? strdup(role) : NULL;
	if (db->conninfo == NULL || (role != NULL && db->role == NULL)) {
		log_error("cannot allocate a database handle: %m");
		db_close(db);
		return NULL;
	}
	db->conn = connect_in_utc(conninfo);
	if (PQstatus(db->conn) != CONNECTION_OK) {
		complain(db->conn, NULL, "cannot connect");
		db_close(db);
		return NULL;
	}
	if (!set_up(db)) {
		db_close(db);
		return NULL;
	}
	return db;
}

void
db_close(struct db *db)
{
	if (db == NULL)
		return;
	PQfinish(db->conn);
	free(db->conninfo);
	free(db->role);
	free(db);
}

bool
db_reconnect(struct db *db)
{
	db->prepared = 0;
	db->late = 0;
	PQfinish(db->conn);
	db->conn = connect_in_utc(db->conninfo);
	return PQstatus(db->conn) == CONNECTION_OK && set_up(db);
}

/* The answers to what was sent by db_later(). */
static enum db_err
catch_up(struct db *db)
{
	if (db->late == 0)
		return DB_OK;
	db->late = 0;
	return db_pipe_end(db, NULL, NULL);
}

static enum db_err
simple(struct db *db, const char *sql)
{
	PGresult *res;
	enum db_err err = catch_up(db);

	if (err != DB_OK)
		return err;
	res = PQexec(db->conn, sql);
	if (PQresultStatus(res) != PGRES_COMMAND_OK)
		err = failure(db, res, sql);
	PQclear(res);
	return err;
}

enum db_err
db_begin(struct db *db)
{
	return simple(db, "BEGIN");
}

enum db_err
db_begin_reading(struct db *db)
{
	return simple(db, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
}

/* COMMIT of a failed transaction answers ROLLBACK: that is no success. */
enum db_err
db_commit(struct db *db)
{
	PGresult *res;
	enum db_err err = catch_up(db);

	if (err != DB_OK)
		return err;
	res = PQexec(db->conn, "COMMIT");
	if (PQresultStatus(res) != PGRES_COMMAND_OK)
		err = failure(db, res, "commit");
	else if (strcmp(PQcmdStatus(res), "COMMIT") != 0)
		err = DB_FAILED;
	PQclear(res);
	return err;
}

void
db_rollback(struct db *db)
{
	catch_up(db);
	if (PQtransactionStatus(db->conn) == PQTRANS_IDLE)
		return;
	PQclear(PQexec(db->conn, "ROLLBACK"));
}

enum db_err
db_listen(struct db *db, const char *channel)
{
	char sql[128];
	char *name = PQescapeIdentifier(db->conn, channel, strlen(channel));

	if (name == NULL)
		return DB_FAILED;
	snprintf(sql, sizeof sql, "LISTEN %s", name);
	PQfreemem(name);
	return simple(db, sql);
}

int
db_socket(const struct db *db)
{
	return PQsocket(db->conn);
}

bool
db_notified(struct db *db)
{
	PGnotify *note;
	bool any = false;

	if (PQconsumeInput(db->conn) != 1)
		return false;
	while ((note = PQnotifies(db->conn)) != NULL) {
		any = true;
		PQfreemem(note);
	}
	return any;
}

bool
db_alive(const struct db *db)
{
	return PQstatus(db->conn) == CONNECTION_OK;
}

/* ---- arguments ---- */

static int
next_arg(struct db_args *a)
{
	assert(a->n < DB_ARGS_MAX);
	a->length[a->n] = 0;
	a->binary[a->n] = 0;
	return a->n++;
}

void
db_arg_int(struct db_args *a, int64_t v)
{
	int i = next_arg(a);

	snprintf(a->digits[i], sizeof a->digits[i], "%" PRId64, v);
	a->value[i] = a->digits[i];
}

void
db_arg_time(struct db_args *a, int64_t unix_ms)
{
	db_arg_int(a, unix_ms);
}

void
db_arg_bool(struct db_args *a, bool v)
{
	a->value[next_arg(a)] = v ? "t" : "f";
}

void
db_arg_text(struct db_args *a, const char *s)
{
	a->value[next_arg(a)] = s;
}

void
db_arg_bytes(struct db_args *a, const void *p, size_t len)
{
	int i = next_arg(a);

	assert(len <= INT_MAX);
	/* libpq reads a null pointer as SQL NULL. */
	a->value[i] = p == NULL ? NULL : len > 0 ? p : "";
	a->length[i] = (int)len;
	a->binary[i] = 1;
}

/* db_args may have been copied: the digits are found anew. */
static void
settle(struct db_args *a)
{
	for (int i = 0; i < a->n; i++)
		if (a->value[i] != NULL && a->binary[i] == 0 &&
		    a->digits[i][0] != '\0')
			a->value[i] = a->digits[i];
}

/* ---- statements ---- */

static bool
is_prepared(const struct db *db, const struct db_stmt *stmt)
{
	for (size_t i = 0; i < db->prepared; i++)
		if (db->stmt[i] == stmt)
			return true;
	return false;
}

static enum db_err
prepare(struct db *db, const struct db_stmt *stmt)
{
	PGresult *res;
	enum db_err err = DB_OK;

	if (is_prepared(db, stmt))
		return DB_OK;
	assert(db->prepared < PREPARED_MAX);
	res = PQprepare(db->conn, stmt->name, stmt->sql, stmt->nargs, NULL);
	if (PQresultStatus(res) != PGRES_COMMAND_OK)
		err = failure(db, res, stmt->name);
	else
		db->stmt[db->prepared++] = stmt;
	PQclear(res);
	return err;
}

enum db_err
db_query(struct db *db, const struct db_stmt *stmt, const struct db_args *args,
    PGresult **res)
{
	struct db_args a = args != NULL ? *args : (struct db_args){ 0 };
	ExecStatusType status;
	enum db_err err;

	*res = NULL;
	assert(a.n == stmt->nargs);
	settle(&a);
	if ((err = catch_up(db)) != DB_OK || (err = prepare(db, stmt)) != DB_OK)
		return err;
	*res = PQexecPrepared(db->conn, stmt->name, a.n, a.value, a.length,
	    a.binary, a.binary_rows);
	status = PQresultStatus(*res);
	if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK)
		return DB_OK;
	err = failure(db, *res, stmt->name);
	PQclear(*res);
	*res = NULL;
	return err;
}

enum db_err
db_run(struct db *db, const struct db_stmt *stmt, const struct db_args *args,
    int64_t *affected)
{
	PGresult *res;
	enum db_err err = db_query(db, stmt, args, &res);

	if (err == DB_OK && affected != NULL)
		*affected = strtoll(PQcmdTuples(res), NULL, 10);
	PQclear(res);
	return err;
}

/* ---- pipeline ---- */

enum db_err
db_pipe_begin(struct db *db)
{
	enum db_err err = catch_up(db);

	if (err != DB_OK)
		return err;
	return PQenterPipelineMode(db->conn) == 1
		   ? DB_OK
		   : failure(db, NULL, "pipeline");
}

enum db_err
db_pipe_send(
    struct db *db, const struct db_stmt *stmt, const struct db_args *args)
{
	struct db_args a = *args;

	assert(a.n == stmt->nargs && is_prepared(db, stmt));
	settle(&a);
	if (PQsendQueryPrepared(
		db->conn, stmt->name, a.n, a.value, a.length, a.binary, 0) != 1)
		return failure(db, NULL, stmt->name);
	return DB_OK;
}

enum db_err
db_prepare(struct db *db, const struct db_stmt *const *stmts, size_t n)
{
	enum db_err err = catch_up(db);

	for (size_t i = 0; i < n && err == DB_OK; i++)
		err = prepare(db, stmts[i]);
	return err;
}

enum db_err
db_pipe_end(struct db *db,
    void (*take)(void *ctx, int nth, const PGresult *res), void *ctx)
{
	enum db_err err = DB_OK;
	PGresult *res;
	bool done = false;

	if (PQpipelineSync(db->conn) != 1)
		err = failure(db, NULL, "pipeline");
	for (int nth = 0; !done;) {
		res = PQgetResult(db->conn);
		if (res == NULL) { /* the end of one statement's results */
			if (PQstatus(db->conn) != CONNECTION_OK)
				done = true;
			nth++;
			continue;
		}
		switch (PQresultStatus(res)) {
		case PGRES_PIPELINE_SYNC:
			done = true;
			break;
		case PGRES_TUPLES_OK:
		case PGRES_COMMAND_OK:
			if (take != NULL && err == DB_OK)
				take(ctx, nth, res);
			break;
		case PGRES_PIPELINE_ABORTED:
			break;
		case PGRES_EMPTY_QUERY:
		case PGRES_COPY_OUT:
		case PGRES_COPY_IN:
		case PGRES_BAD_RESPONSE:
		case PGRES_NONFATAL_ERROR:
		case PGRES_FATAL_ERROR:
		case PGRES_COPY_BOTH:
		case PGRES_SINGLE_TUPLE:
			if (err == DB_OK)
				err = failure(db, res, "pipeline");
			break;
		}
		PQclear(res);
	}
	if (PQstatus(db->conn) != CONNECTION_OK)
		return DB_LOST;
	if (PQexitPipelineMode(db->conn) != 1 && err == DB_OK)
		err = failure(db, NULL, "pipeline");
	return err;
}

enum db_err
db_later(struct db *db, const struct db_stmt *stmt, const struct db_args *args)
{
	enum db_err err = DB_OK;

	if ((!is_prepared(db, stmt) || db->late == LATE_MAX) &&
	    ((err = catch_up(db)) != DB_OK ||
		(err = prepare(db, stmt)) != DB_OK))
		return err;
	if (db->late == 0)
		err = db_pipe_begin(db);
	if (err == DB_OK) {
		db->late++;
		err = db_pipe_send(db, stmt, args);
	}
	return err;
}

enum db_err
db_push(struct db *db)
{
	if (db->late == 0 || PQflush(db->conn) != -1)
		return DB_OK;
	return failure(db, NULL, "pipeline");
}

/* ---- fields ---- */

/* A smallint, an integer or a bigint, as it is on the wire. */
static int64_t
binary_int(const uint8_t *p, int len)
{
	switch (len) {
	case 2:
		return (int16_t)be_get16(p);
	case 4:
		return (int32_t)be_get32(p);
	case 8:
		return (int64_t)be_get64(p);
	default:
		return 0;
	}
}

int64_t
db_int(const PGresult *res, int row, int col)
{
	if (PQfformat(res, col) == 1)
		return binary_int((const uint8_t *)PQgetvalue(res, row, col),
		    PQgetlength(res, row, col));
	return strtoll(PQgetvalue(res, row, col), NULL, 10);
}

bool
db_bool(const PGresult *res, int row, int col)
{
	return PQgetvalue(res, row, col)[0] == 't';
}

void
db_text(const PGresult *res, int row, int col, char *out, size_t cap)
{
	snprintf(out, cap, "%s", PQgetvalue(res, row, col));
}

int
db_bytes(const PGresult *res, int row, int col, uint8_t *out, size_t cap)
{
	size_t len = (size_t)PQgetlength(res, row, col);
	unsigned char *p;

	if (PQgetisnull(res, row, col))
		return 0;
	if (PQfformat(res, col) == 1) {
		if (len > cap)
			return -1;
		memcpy(out, PQgetvalue(res, row, col), len);
		return (int)len;
	}
	p = PQunescapeBytea(
	    (const unsigned char *)PQgetvalue(res, row, col), &len);
	if (p == NULL || len > cap || len > INT_MAX) {
		PQfreemem(p);
		return -1;
	}
	memcpy(out, p, len);
	PQfreemem(p);
	return (int)len;
}

enum db_err
db_set_account(struct db *db, int64_t account)
{
	static const struct db_stmt stmt = { "set_account", 1,
		"SELECT set_config('smsvault.account_id', $1, true)" };
	struct db_args a = { 0 };

	db_arg_int(&a, account);
	return db_run(db, &stmt, &a, NULL);
}

/* The connection for what the runner of migrations needs beyond prepared
 * statements. */
PGconn *
db_conn(struct db *db)
{
	return db->conn;
}
