#include "spool.h"

#include <assert.h>
#include <errno.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "log.h"

/* Rows that are done are kept a while, so that a repeat is recognised. */
#define KEEP_DONE 20000
#define KEEP_QUARANTINE 10000
#define BUSY_MS 10000

enum stmt {
	ST_ADD,
	ST_NEXT,
	ST_DONE,
	ST_ASIDE,
	ST_JUNK_COUNT,
	ST_JUNK_DROP,
	ST_PRUNE_DONE,
	ST_PRUNE_ASIDE,
	ST_STATS,
	ST_LIST,
	ST_REPLAY,
	ST_COUNT
};

static const char *const sql[ST_COUNT] = {
	[ST_ADD] = "INSERT INTO sms (received_ms, modem, class, number, "
		   "smsc_time_s, reference, status, udh, data) "
		   "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
	[ST_NEXT] = "SELECT id, received_ms, modem, class, number, "
		    "smsc_time_s, reference, status, udh, data FROM sms "
		    "WHERE state = 0 AND id > ? ORDER BY id LIMIT ?",
	[ST_DONE] = "UPDATE sms SET state = 1 WHERE id = ? AND state = 0",
	[ST_ASIDE] = "UPDATE sms SET state = 2, reason = ? WHERE id = ?",
	[ST_JUNK_COUNT] =
	    "INSERT INTO junk (reason, count, last_ms) VALUES (?, 1, ?) "
	    "ON CONFLICT (reason) DO UPDATE SET count = count + 1, "
	    "last_ms = excluded.last_ms",
	[ST_JUNK_DROP] = /* of a text nothing: there may be a code in it */
	"UPDATE sms SET state = 3, udh = x'', reason = ?, "
	"data = CASE class WHEN 2 THEN x'' ELSE substr(data, 1, 16) END "
	"WHERE id = ?",
	[ST_PRUNE_DONE] = "DELETE FROM sms WHERE state IN (1, 3) AND "
			  "id < (SELECT max(id) FROM sms) - ?",
	[ST_PRUNE_ASIDE] =
	    "DELETE FROM sms WHERE state = 2 AND id NOT IN (SELECT id FROM sms "
	    "WHERE state = 2 ORDER BY id DESC LIMIT ?)",
	[ST_STATS] =
	    "SELECT (SELECT count(*) FROM sms WHERE state = 0), "
	    "(SELECT coalesce(max(id), 0) FROM sms), "
	    "(SELECT count(*) FROM sms WHERE state = 2), "
	    "(SELECT coalesce(sum(count), 0) FROM junk), "
	    "(SELECT coalesce(min(received_ms), 0) FROM sms WHERE state = 0)",
	[ST_LIST] = "SELECT id, received_ms, modem, number, "
		    "coalesce(reason, ''), udh, data FROM sms "
		    "WHERE state = 2 ORDER BY id DESC",
	[ST_REPLAY] =
	    "UPDATE sms SET state = 0, reason = NULL WHERE id = ? AND state = 2",
};

static const char schema[] =
    "CREATE TABLE IF NOT EXISTS sms ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " state INTEGER NOT NULL DEFAULT 0," /* 0 waits 1 done 2 aside 3 junk */
    " received_ms INTEGER NOT NULL, modem TEXT NOT NULL,"
    " class INTEGER NOT NULL, number TEXT NOT NULL,"
    " smsc_time_s INTEGER NOT NULL, reference INTEGER NOT NULL,"
    " status INTEGER NOT NULL, udh BLOB NOT NULL, data BLOB NOT NULL,"
    " reason TEXT);"
    "CREATE INDEX IF NOT EXISTS sms_waits ON sms (id) WHERE state = 0;"
    "CREATE INDEX IF NOT EXISTS sms_aside ON sms (id) WHERE state = 2;"
    "CREATE TABLE IF NOT EXISTS junk ("
    " reason TEXT PRIMARY KEY, count INTEGER NOT NULL,"
    " last_ms INTEGER NOT NULL)";

struct spool {
	sqlite3 *db;
	char *path;
	sqlite3_stmt *stmt[ST_COUNT];
};

static int
failed(const struct spool *s, const char *what)
{
	log_error("spool %s: %s: %s", s->path, what, sqlite3_errmsg(s->db));
	return -1;
}

static int
execute(struct spool *s, const char *text)
{
	return sqlite3_exec(s->db, text, NULL, NULL, NULL) == SQLITE_OK
		   ? 0
		   : failed(s, text);
}

/* WAL may stay; FULL makes every commit an fsync. */
static int
set_up(struct spool *s)
{
	sqlite3_busy_timeout(s->db, BUSY_MS);
	if (execute(s, "PRAGMA journal_mode = WAL") == -1 ||
	    execute(s, "PRAGMA synchronous = FULL") == -1 ||
	    execute(s, schema) == -1)
		return -1;
	for (int i = 0; i < ST_COUNT; i++)
		if (sqlite3_prepare_v3(s->db, sql[i], -1,
			SQLITE_PREPARE_PERSISTENT, &s->stmt[i],
			NULL) != SQLITE_OK)
			return failed(s, "prepare");
	return 0;
}

struct spool *
spool_open(const char *path)
{
	struct spool *s = calloc(1, sizeof *s);
	mode_t old = umask(077);
	int err;

	if (s == NULL || (s->path = strdup(path)) == NULL) {
		log_error("cannot allocate the spool: %m");
		spool_close(s);
		umask(old);
		return NULL;
	}
	err = sqlite3_open_v2(
	    path, &s->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL);
	if (err != SQLITE_OK || set_up(s) == -1) {
		err = sqlite3_errcode(s->db);
		if (err == SQLITE_NOTADB || err == SQLITE_CORRUPT)
			log_error("spool %s is damaged: move it away, keep it, "
				  "and start again; sqlite3 .recover reads it",
			    path);
		else
			log_error("cannot open spool %s: %s: see that its "
				  "directory is there and is ours to write",
			    path, sqlite3_errstr(err));
		spool_close(s);
		s = NULL;
	}
	umask(old);
	return s;
}

void
spool_close(struct spool *s)
{
	if (s == NULL)
		return;
	for (int i = 0; i < ST_COUNT; i++)
		sqlite3_finalize(s->stmt[i]);
	sqlite3_close(s->db);
	free(s->path);
	free(s);
}

/* Run a statement that returns no rows, and make it ready again. */
static int
step(struct spool *s, enum stmt which)
{
	int err = sqlite3_step(s->stmt[which]);

	sqlite3_reset(s->stmt[which]);
	sqlite3_clear_bindings(s->stmt[which]);
	return err == SQLITE_DONE ? 0 : failed(s, "write");
}

int
spool_begin(struct spool *s)
{
	return execute(s, "BEGIN IMMEDIATE");
}

void
spool_abort(struct spool *s)
{
	/* Some failures have rolled back already. */
	if (sqlite3_get_autocommit(s->db) == 0)
		sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
}

int
spool_commit(struct spool *s)
{
	if (execute(s, "COMMIT") == 0)
		return 0;
	spool_abort(s);
	return -1;
}

int
spool_add(struct spool *s, const char *modem, int64_t received_ms,
    const struct link_sms *sms)
{
	sqlite3_stmt *st = s->stmt[ST_ADD];

	assert(sms->udh_len <= sizeof sms->udh);
	assert(sms->data_len <= sizeof sms->data);
	sqlite3_bind_int64(st, 1, received_ms);
	sqlite3_bind_text(st, 2, modem, -1, SQLITE_STATIC);
	sqlite3_bind_int64(st, 3, sms->class);
	sqlite3_bind_text(st, 4, sms->number, -1, SQLITE_STATIC);
	sqlite3_bind_int64(st, 5, sms->smsc_time_s);
	sqlite3_bind_int(st, 6, sms->reference);
	sqlite3_bind_int(st, 7, sms->status);
	sqlite3_bind_blob(st, 8, sms->udh, (int)sms->udh_len, SQLITE_STATIC);
	sqlite3_bind_blob(st, 9, sms->data, (int)sms->data_len, SQLITE_STATIC);
	return step(s, ST_ADD);
}

/* A column's octets, at most cap. */
static uint32_t
column_blob(sqlite3_stmt *st, int col, uint8_t *out, size_t cap)
{
	size_t len = (size_t)sqlite3_column_bytes(st, col);

	if (len > cap)
		len = cap;
	if (len > 0)
		memcpy(out, sqlite3_column_blob(st, col), len);
	return (uint32_t)len;
}

static void
column_text(sqlite3_stmt *st, int col, char *out, size_t cap)
{
	const unsigned char *text = sqlite3_column_text(st, col);

	snprintf(out, cap, "%s", text != NULL ? (const char *)text : "");
}

static void
read_row(sqlite3_stmt *st, struct spool_row *row)
{
	struct link_sms *sms = &row->sms;

	memset(row, 0, sizeof *row);
	row->id = sqlite3_column_int64(st, 0);
	row->received_ms = sqlite3_column_int64(st, 1);
	column_text(st, 2, row->modem, sizeof row->modem);
	sms->class = (uint32_t)sqlite3_column_int(st, 3);
	column_text(st, 4, sms->number, sizeof sms->number);
	sms->smsc_time_s = sqlite3_column_int64(st, 5);
	sms->reference = sqlite3_column_int(st, 6);
	sms->status = sqlite3_column_int(st, 7);
	sms->udh_len = column_blob(st, 8, sms->udh, sizeof sms->udh);
	sms->data_len = column_blob(st, 9, sms->data, sizeof sms->data);
}

int
spool_next(struct spool *s, int64_t after, struct spool_row *rows, int max)
{
	sqlite3_stmt *st = s->stmt[ST_NEXT];
	int n = 0, err;

	sqlite3_bind_int64(st, 1, after);
	sqlite3_bind_int(st, 2, max);
	while ((err = sqlite3_step(st)) == SQLITE_ROW && n < max)
		read_row(st, &rows[n++]);
	sqlite3_reset(st);
	if (err != SQLITE_DONE && err != SQLITE_ROW)
		return failed(s, "read");
	return n;
}

int
spool_done(struct spool *s, const int64_t *ids, int n)
{
	if (n == 0)
		return 0;
	if (spool_begin(s) == -1)
		return -1;
	for (int i = 0; i < n; i++) {
		sqlite3_bind_int64(s->stmt[ST_DONE], 1, ids[i]);
		if (step(s, ST_DONE) == -1) {
			spool_abort(s);
			return -1;
		}
	}
	sqlite3_bind_int(s->stmt[ST_PRUNE_DONE], 1, KEEP_DONE);
	if (step(s, ST_PRUNE_DONE) == -1) {
		spool_abort(s);
		return -1;
	}
	return spool_commit(s);
}

int
spool_quarantine(struct spool *s, int64_t id, const char *reason)
{
	if (spool_begin(s) == -1)
		return -1;
	sqlite3_bind_text(s->stmt[ST_ASIDE], 1, reason, -1, SQLITE_STATIC);
	sqlite3_bind_int64(s->stmt[ST_ASIDE], 2, id);
	sqlite3_bind_int(s->stmt[ST_PRUNE_ASIDE], 1, KEEP_QUARANTINE);
	if (step(s, ST_ASIDE) == -1 || step(s, ST_PRUNE_ASIDE) == -1) {
		spool_abort(s);
		return -1;
	}
	return spool_commit(s);
}

int
spool_junk(struct spool *s, const int64_t *ids, int n, const char *reason)
{
	struct timespec now;

	if (n == 0)
		return 0;
	clock_gettime(CLOCK_REALTIME, &now);
	if (spool_begin(s) == -1)
		return -1;
	for (int i = 0; i < n; i++) {
		sqlite3_bind_text(
		    s->stmt[ST_JUNK_COUNT], 1, reason, -1, SQLITE_STATIC);
		sqlite3_bind_int64(
		    s->stmt[ST_JUNK_COUNT], 2, (int64_t)now.tv_sec * 1000);
		sqlite3_bind_text(
		    s->stmt[ST_JUNK_DROP], 1, reason, -1, SQLITE_STATIC);
		sqlite3_bind_int64(s->stmt[ST_JUNK_DROP], 2, ids[i]);
		if (step(s, ST_JUNK_COUNT) == -1 ||
		    step(s, ST_JUNK_DROP) == -1) {
			spool_abort(s);
			return -1;
		}
	}
	return spool_commit(s);
}

int
spool_get_stats(struct spool *s, struct spool_stats *out)
{
	sqlite3_stmt *st = s->stmt[ST_STATS];
	int ok = sqlite3_step(st) == SQLITE_ROW;

	if (ok) {
		out->waiting = sqlite3_column_int64(st, 0);
		out->quarantined = sqlite3_column_int64(st, 2);
		out->junk = sqlite3_column_int64(st, 3);
		out->done = sqlite3_column_int64(st, 1) - out->waiting -
			    out->quarantined;
		out->oldest_waiting_ms = sqlite3_column_int64(st, 4);
	}
	sqlite3_reset(st);
	return ok ? 0 : failed(s, "count");
}

int
spool_list_quarantine(struct spool *s, struct spool_aside **list, size_t *n)
{
	sqlite3_stmt *st = s->stmt[ST_LIST];
	struct spool_aside *out = NULL, *more;
	size_t count = 0, room = 0;
	int err;

	while ((err = sqlite3_step(st)) == SQLITE_ROW) {
		struct spool_aside *a;

		if (count == room) {
			room = room == 0 ? 16 : 2 * room;
			if ((more = realloc(out, room * sizeof *out)) == NULL)
				break;
			out = more;
		}
		a = &out[count++];
		memset(a, 0, sizeof *a);
		a->id = sqlite3_column_int64(st, 0);
		a->received_ms = sqlite3_column_int64(st, 1);
		column_text(st, 2, a->modem, sizeof a->modem);
		column_text(st, 3, a->number, sizeof a->number);
		column_text(st, 4, a->reason, sizeof a->reason);
		a->raw_len = column_blob(st, 5, a->raw, 140);
		a->raw_len +=
		    column_blob(st, 6, a->raw + a->raw_len, LINK_DATA_MAX);
	}
	sqlite3_reset(st);
	if (err != SQLITE_DONE) {
		free(out);
		return failed(s, "list");
	}
	*list = out;
	*n = count;
	return 0;
}

int
spool_replay(struct spool *s, int64_t id)
{
	sqlite3_bind_int64(s->stmt[ST_REPLAY], 1, id);
	if (step(s, ST_REPLAY) == -1)
		return -1;
	return sqlite3_changes(s->db) == 1 ? 0 : -1;
}
