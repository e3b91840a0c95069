/*
 * The runner of migrations: NNNN_name.sql in order, each once, each in one
 * transaction, under an advisory lock.  Forward only: a file that has run may
 * neither change nor vanish.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db_internal.h"
#include "log.h"

#define FILE_MAX (1 << 20)

static enum db_err
run(struct db *db, const char *sql, const char *what)
{
	PGresult *res = PQexec(db_conn(db), sql);
	ExecStatusType status = PQresultStatus(res);
	const char *text, *where;

	if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) {
		PQclear(res);
		return DB_OK;
	}
	text = PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY);
	where = PQresultErrorField(res, PG_DIAG_STATEMENT_POSITION);
	log_error("migration %s: %s (at character %s)", what,
	    text != NULL ? text : PQerrorMessage(db_conn(db)),
	    where != NULL ? where : "unknown");
	PQclear(res);
	return DB_FAILED;
}

static char *
slurp(const char *dir, const char *name)
{
	char path[1024];
	char *text = NULL;
	FILE *f;
	size_t n;

	snprintf(path, sizeof path, "%s/%s", dir, name);
	if ((f = fopen(path, "re")) == NULL ||
	    (text = calloc(1, FILE_MAX)) == NULL) {
		log_error("cannot read migration %s: %m", path);
		goto out;
	}
	n = fread(text, 1, FILE_MAX - 1, f);
	if (ferror(f) || n == FILE_MAX - 1) {
		log_error("cannot read migration %s: %s", path,
		    ferror(f) ? strerror(errno) : "it is too long");
		free(text);
		text = NULL;
	}
out:
	if (f != NULL)
		fclose(f);
	return text;
}

static int
is_migration(const struct dirent *e)
{
	size_t len = strlen(e->d_name);

	return len > 9 && strspn(e->d_name, "0123456789") == 4 &&
	       e->d_name[4] == '_' && strcmp(e->d_name + len - 4, ".sql") == 0;
}

/* 1: this text has run; 0: it has not; -1: another text has, or no answer. */
static int
has_run(struct db *db, const char *name, const char *text)
{
	static const struct db_stmt stmt = { "migration_has_run", 2,
		"SELECT digest = sha256(convert_to($2::text, 'UTF8')) "
		"FROM schema_migration WHERE name = $1" };
	struct db_args a = { 0 };
	PGresult *res;
	int ret = 0;

	db_arg_text(&a, name);
	db_arg_text(&a, text);
	if (db_query(db, &stmt, &a, &res) != DB_OK)
		return -1;
	if (PQntuples(res) == 1)
		ret = db_bool(res, 0, 0) ? 1 : -1;
	if (ret == -1)
		log_error("migration %s was changed after it had run: "
			  "put the old file back",
		    name);
	PQclear(res);
	return ret;
}

static int
migrate_one(struct db *db, const char *dir, const char *name)
{
	static const struct db_stmt stmt = { "migration_record", 2,
		"INSERT INTO schema_migration (name, digest) "
		"VALUES ($1, sha256(convert_to($2::text, 'UTF8')))" };
	struct db_args a = { 0 };
	char *text = slurp(dir, name);
	int done, ret = -1;

	if (text == NULL)
		return -1;
	if ((done = has_run(db, name, text)) != 0) {
		free(text);
		return done == 1 ? 0 : -1;
	}
	db_arg_text(&a, name);
	db_arg_text(&a, text);
	if (db_begin(db) == DB_OK && run(db, text, name) == DB_OK &&
	    db_run(db, &stmt, &a, NULL) == DB_OK && db_commit(db) == DB_OK) {
		log_info("migration %s has run", name);
		ret = 1;
	}
	db_rollback(db);
	free(text);
	return ret;
}

static const char prepare_sql[] =
    "SELECT pg_advisory_lock(7301);"
    "CREATE TABLE IF NOT EXISTS schema_migration ("
    "  name text PRIMARY KEY,"
    "  digest bytea NOT NULL,"
    "  at timestamptz NOT NULL DEFAULT now())";

int
db_migrate(const char *conninfo, const char *dir)
{
	struct dirent **list = NULL;
	struct db *db = NULL;
	int n, count = 0, ret = -1;

	if ((n = scandir(dir, &list, is_migration, alphasort)) == -1) {
		log_error("cannot read the migrations in %s: %m", dir);
		return -1;
	}
	if (n == 0) {
		log_error("there are no migrations in %s", dir);
		goto out;
	}
	if ((db = db_open(conninfo, NULL)) == NULL ||
	    run(db, prepare_sql, "table") != DB_OK)
		goto out;
	for (int i = 0; i < n; i++) {
		int done = migrate_one(db, dir, list[i]->d_name);

		if (done == -1)
			goto out;
		count += done;
	}
	ret = count;
out:
	db_close(db);
	for (int i = 0; i < n; i++)
		free(list[i]);
	free(list);
	return ret;
}

int
db_schema_version(struct db *db)
{
	static const struct db_stmt stmt = { "schema_version", 0,
		"SELECT coalesce(max(left(name, 4)::int), 0) "
		"FROM schema_migration" };
	PGresult *res;
	int version = -1;

	if (db_query(db, &stmt, NULL, &res) == DB_OK) {
		version = (int)db_int(res, 0, 0);
		PQclear(res);
	}
	return version;
}
