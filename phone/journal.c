#include "journal.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "seal.h"

#define DIGEST_LEN 16

enum stmt {
	ST_SET,
	ST_GET,
	ST_UNSET,
	ST_ITEM_GET,
	ST_ITEM_PUT,
	ST_PENDING,
	ST_PENDING_COUNT,
	ST_PENDING_SINCE,
	ST_TAKEN,
	ST_TOO_LARGE,
	ST_ALL_PENDING,
	ST_FRAME_PUT,
	ST_FRAME_NEXT,
	ST_FRAME_SENT,
	ST_FRAMES_WAITING,
	ST_FRAMES,
	ST_FRAME_AGAIN,
	ST_FRAME_ANY,
	ST_LAST_AGAIN,
	ST_ACK_ITEMS,
	ST_ACK_FRAMES,
	ST_IN_FLIGHT,
	ST_DROP_FRAMES,
	ST_COUNT
};

/* item.state: 0 pending, 1 in a transfer, 2 acknowledged, 3 too large.
 * frame.todo: 0 sent, 1 to send, 2 asked for again. */
static const char *const sql[ST_COUNT] = {
	[ST_SET] = "INSERT OR REPLACE INTO kv (key, value) VALUES (?, ?)",
	[ST_GET] = "SELECT value FROM kv WHERE key = ?",
	[ST_UNSET] = "DELETE FROM kv WHERE key = ?",
	[ST_ITEM_GET] = "SELECT digest FROM item WHERE kind = ? AND id = ?",
	[ST_ITEM_PUT] = "INSERT OR REPLACE INTO item (kind, id, digest, "
			"state, transfer, time_ms, since_ms, record) "
			"VALUES (?, ?, ?, 0, 0, ?, ?, ?)",
	[ST_PENDING] =
	    "SELECT record FROM item WHERE state = 0 AND (1 << kind) & ? "
	    "ORDER BY kind <> 1, time_ms DESC, kind, id LIMIT ?",
	[ST_PENDING_COUNT] =
	    "SELECT count(*) FROM item WHERE state = 0 AND (1 << kind) & ?",
	[ST_PENDING_SINCE] = "SELECT coalesce(min(since_ms), 0) FROM item "
			     "WHERE state = 0 AND kind = ?",
	[ST_TAKEN] = "UPDATE item SET state = 1, transfer = ? "
		     "WHERE kind = ? AND id = ? AND state = 0",
	[ST_TOO_LARGE] = "UPDATE item SET state = 3 WHERE kind = ? AND id = ? "
			 "AND state = 0",
	[ST_ALL_PENDING] = "UPDATE item SET state = 0, transfer = 0",
	[ST_FRAME_PUT] = "INSERT OR REPLACE INTO frame (transfer, idx, sms, "
			 "todo) VALUES (?, ?, ?, 1)",
	[ST_FRAME_NEXT] = "SELECT transfer, idx, sms FROM frame WHERE todo > 0 "
			  "ORDER BY todo DESC, transfer, idx LIMIT 1",
	[ST_FRAME_SENT] =
	    "UPDATE frame SET todo = 0 WHERE transfer = ? AND idx = ?",
	[ST_FRAMES_WAITING] = "SELECT count(*) FROM frame WHERE todo > 0",
	[ST_FRAMES] = "SELECT count(*) FROM frame",
	[ST_FRAME_AGAIN] = "UPDATE frame SET todo = 2 WHERE transfer = ? AND "
			   "(1 << idx) & ? AND todo = 0",
	[ST_FRAME_ANY] = "SELECT 1 FROM frame WHERE transfer = ? LIMIT 1",
	[ST_LAST_AGAIN] =
	    "UPDATE frame SET todo = 2 WHERE todo = 0 AND (transfer, idx) = "
	    "(SELECT transfer, idx FROM frame ORDER BY transfer DESC, "
	    "idx DESC LIMIT 1)",
	[ST_ACK_ITEMS] = "UPDATE item SET state = 2 WHERE state = 1 AND "
			 "transfer <= ?",
	[ST_ACK_FRAMES] = "DELETE FROM frame WHERE transfer <= ?",
	[ST_IN_FLIGHT] = "SELECT count(DISTINCT transfer) FROM frame",
	[ST_DROP_FRAMES] = "DELETE FROM frame",
};

static const char schema[] =
    "CREATE TABLE IF NOT EXISTS kv (key TEXT PRIMARY KEY, value) "
    "WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS item (kind INTEGER NOT NULL,"
    " id INTEGER NOT NULL, digest BLOB NOT NULL, state INTEGER NOT NULL,"
    " transfer INTEGER NOT NULL, time_ms INTEGER NOT NULL,"
    " since_ms INTEGER NOT NULL, record BLOB NOT NULL,"
    " PRIMARY KEY (kind, id)) WITHOUT ROWID;"
    "CREATE INDEX IF NOT EXISTS item_pending ON item (kind, time_ms) "
    "WHERE state = 0;"
    "CREATE INDEX IF NOT EXISTS item_sent ON item (transfer) "
    "WHERE state = 1;"
    "CREATE TABLE IF NOT EXISTS frame (transfer INTEGER NOT NULL,"
    " idx INTEGER NOT NULL, sms BLOB NOT NULL, todo INTEGER NOT NULL,"
    " PRIMARY KEY (transfer, idx)) WITHOUT ROWID;"
    "CREATE INDEX IF NOT EXISTS frame_todo ON frame (todo) WHERE todo > 0";

struct journal {
	sqlite3 *db;
	sqlite3_stmt *stmt[ST_COUNT];
};

static int
failed(const struct journal *j, const char *what)
{
	log_error("journal: %s: %s", what, sqlite3_errmsg(j->db));
	return -1;
}

static int
execute(struct journal *j, const char *text)
{
	return sqlite3_exec(j->db, text, NULL, NULL, NULL) == SQLITE_OK
		   ? 0
		   : failed(j, text);
}

struct journal *
journal_open(const char *path)
{
	struct journal *j = calloc(1, sizeof *j);

	if (j == NULL) {
		log_error("cannot allocate a journal: %m");
		return NULL;
	}
	if (sqlite3_open(path, &j->db) != SQLITE_OK) {
		log_error(
		    "cannot open journal %s: %s", path, sqlite3_errmsg(j->db));
		journal_close(j);
		return NULL;
	}
	sqlite3_busy_timeout(j->db, 5000);
	if (execute(j, "PRAGMA journal_mode = WAL") == -1 ||
	    execute(j, "PRAGMA synchronous = FULL") == -1 ||
	    execute(j, schema) == -1) {
		journal_close(j);
		return NULL;
	}
	for (int i = 0; i < ST_COUNT; i++)
		if (sqlite3_prepare_v3(j->db, sql[i], -1,
			SQLITE_PREPARE_PERSISTENT, &j->stmt[i],
			NULL) != SQLITE_OK) {
			failed(j, sql[i]);
			journal_close(j);
			return NULL;
		}
	return j;
}

void
journal_close(struct journal *j)
{
	if (j == NULL)
		return;
	for (int i = 0; i < ST_COUNT; i++)
		sqlite3_finalize(j->stmt[i]);
	sqlite3_close(j->db);
	free(j);
}

int
journal_begin(struct journal *j)
{
	return execute(j, "BEGIN IMMEDIATE");
}

int
journal_end(struct journal *j)
{
	if (execute(j, "COMMIT") == 0)
		return 0;
	journal_abort(j);
	return -1;
}

void
journal_abort(struct journal *j)
{
	if (sqlite3_get_autocommit(j->db) == 0)
		sqlite3_exec(j->db, "ROLLBACK", NULL, NULL, NULL);
}

/* Run to the end; rows, if any, are the caller's to have read before. */
static int
finish(struct journal *j, enum stmt which)
{
	int err = sqlite3_step(j->stmt[which]);

	sqlite3_reset(j->stmt[which]);
	sqlite3_clear_bindings(j->stmt[which]);
	return err == SQLITE_DONE || err == SQLITE_ROW ? 0
						       : failed(j, sql[which]);
}

static int64_t
one_int(struct journal *j, enum stmt which)
{
	sqlite3_stmt *st = j->stmt[which];
	int64_t v = 0;

	if (sqlite3_step(st) == SQLITE_ROW)
		v = sqlite3_column_int64(st, 0);
	sqlite3_reset(st);
	sqlite3_clear_bindings(st);
	return v;
}

static size_t
blob(sqlite3_stmt *st, int col, void *out, size_t cap)
{
	size_t len = (size_t)sqlite3_column_bytes(st, col);

	if (len > cap)
		return 0;
	if (len > 0)
		memcpy(out, sqlite3_column_blob(st, col), len);
	return len;
}

int
journal_set(struct journal *j, const char *key, const void *p, size_t len)
{
	sqlite3_bind_text(j->stmt[ST_SET], 1, key, -1, SQLITE_STATIC);
	sqlite3_bind_blob(j->stmt[ST_SET], 2, p, (int)len, SQLITE_STATIC);
	return finish(j, ST_SET);
}

int
journal_set_int(struct journal *j, const char *key, int64_t v)
{
	sqlite3_bind_text(j->stmt[ST_SET], 1, key, -1, SQLITE_STATIC);
	sqlite3_bind_int64(j->stmt[ST_SET], 2, v);
	return finish(j, ST_SET);
}

size_t
journal_get(struct journal *j, const char *key, void *out, size_t cap)
{
	sqlite3_stmt *st = j->stmt[ST_GET];
	size_t n = 0;

	sqlite3_bind_text(st, 1, key, -1, SQLITE_STATIC);
	if (sqlite3_step(st) == SQLITE_ROW)
		n = blob(st, 0, out, cap);
	sqlite3_reset(st);
	return n;
}

int64_t
journal_get_int(struct journal *j, const char *key, int64_t fallback)
{
	sqlite3_stmt *st = j->stmt[ST_GET];
	int64_t v = fallback;

	sqlite3_bind_text(st, 1, key, -1, SQLITE_STATIC);
	if (sqlite3_step(st) == SQLITE_ROW)
		v = sqlite3_column_int64(st, 0);
	sqlite3_reset(st);
	return v;
}

int
journal_unset(struct journal *j, const char *key)
{
	sqlite3_bind_text(j->stmt[ST_UNSET], 1, key, -1, SQLITE_STATIC);
	return finish(j, ST_UNSET);
}

/* ---- records ---- */

static bool
is_known(struct journal *j, const struct record *r,
    const uint8_t digest[static DIGEST_LEN])
{
	sqlite3_stmt *st = j->stmt[ST_ITEM_GET];
	uint8_t old[DIGEST_LEN];
	bool same = false;

	sqlite3_bind_int(st, 1, (int)record_kind(r));
	sqlite3_bind_int64(st, 2, record_id(r));
	if (sqlite3_step(st) == SQLITE_ROW)
		same = blob(st, 0, old, sizeof old) == sizeof old &&
		       memcmp(old, digest, sizeof old) == 0;
	sqlite3_reset(st);
	return same;
}

int
journal_put(struct journal *j, const struct record *r, int64_t now_ms)
{
	uint8_t octets[RECORD_STORED_MAX], digest[SEAL_DIGEST_LEN];
	sqlite3_stmt *st = j->stmt[ST_ITEM_PUT];
	size_t n = record_encode(r, octets, sizeof octets);

	if (n == 0)
		return -1;
	seal_digest(octets, n, digest);
	if (is_known(j, r, digest))
		return 0;
	sqlite3_bind_int(st, 1, (int)record_kind(r));
	sqlite3_bind_int64(st, 2, record_id(r));
	sqlite3_bind_blob(st, 3, digest, DIGEST_LEN, SQLITE_STATIC);
	sqlite3_bind_int64(st, 4, record_time_ms(r));
	sqlite3_bind_int64(st, 5, now_ms);
	sqlite3_bind_blob(st, 6, octets, (int)n, SQLITE_STATIC);
	return finish(j, ST_ITEM_PUT) == 0 ? 1 : -1;
}

int
journal_pending(struct journal *j, unsigned kinds, size_t max,
    struct record ***list, size_t *n)
{
	sqlite3_stmt *st = j->stmt[ST_PENDING];
	struct record **out = calloc(max + 1, sizeof *out);
	size_t count = 0;

	if (out == NULL)
		return -1;
	sqlite3_bind_int(st, 1, (int)kinds);
	sqlite3_bind_int64(st, 2, (int64_t)max);
	while (count < max && sqlite3_step(st) == SQLITE_ROW) {
		out[count] = record_decode(sqlite3_column_blob(st, 0),
		    (size_t)sqlite3_column_bytes(st, 0));
		if (out[count] != NULL)
			count++;
	}
	sqlite3_reset(st);
	*list = out;
	*n = count;
	return 0;
}

size_t
journal_pending_count(struct journal *j, unsigned kinds)
{
	sqlite3_bind_int(j->stmt[ST_PENDING_COUNT], 1, (int)kinds);
	return (size_t)one_int(j, ST_PENDING_COUNT);
}

int64_t
journal_pending_since(struct journal *j, enum record_kind kind)
{
	sqlite3_bind_int(j->stmt[ST_PENDING_SINCE], 1, (int)kind);
	return one_int(j, ST_PENDING_SINCE);
}

int
journal_taken(struct journal *j, const struct record *r, uint32_t transfer)
{
	sqlite3_bind_int64(j->stmt[ST_TAKEN], 1, transfer);
	sqlite3_bind_int(j->stmt[ST_TAKEN], 2, (int)record_kind(r));
	sqlite3_bind_int64(j->stmt[ST_TAKEN], 3, record_id(r));
	return finish(j, ST_TAKEN);
}

int
journal_too_large(struct journal *j, const struct record *r)
{
	sqlite3_bind_int(j->stmt[ST_TOO_LARGE], 1, (int)record_kind(r));
	sqlite3_bind_int64(j->stmt[ST_TOO_LARGE], 2, record_id(r));
	return finish(j, ST_TOO_LARGE);
}

int
journal_all_pending(struct journal *j)
{
	return finish(j, ST_ALL_PENDING);
}

/* ---- frames ---- */

int
journal_frame_put(struct journal *j, uint32_t transfer, unsigned index,
    const uint8_t *sms, size_t len)
{
	sqlite3_stmt *st = j->stmt[ST_FRAME_PUT];

	sqlite3_bind_int64(st, 1, transfer);
	sqlite3_bind_int64(st, 2, index);
	sqlite3_bind_blob(st, 3, sms, (int)len, SQLITE_STATIC);
	return finish(j, ST_FRAME_PUT);
}

int
journal_frame_next(struct journal *j, uint32_t *transfer, unsigned *index,
    uint8_t *sms, size_t *len)
{
	sqlite3_stmt *st = j->stmt[ST_FRAME_NEXT];
	int found = 0;

	if (sqlite3_step(st) == SQLITE_ROW) {
		*transfer = (uint32_t)sqlite3_column_int64(st, 0);
		*index = (unsigned)sqlite3_column_int(st, 1);
		*len = blob(st, 2, sms, 133);
		found = 1;
	}
	sqlite3_reset(st);
	return found;
}

static int
frame_statement(
    struct journal *j, enum stmt which, uint32_t transfer, int64_t arg)
{
	sqlite3_bind_int64(j->stmt[which], 1, transfer);
	sqlite3_bind_int64(j->stmt[which], 2, arg);
	return finish(j, which);
}

int
journal_frame_sent(struct journal *j, uint32_t transfer, unsigned index)
{
	return frame_statement(j, ST_FRAME_SENT, transfer, index);
}

size_t
journal_frames_waiting(struct journal *j)
{
	return (size_t)one_int(j, ST_FRAMES_WAITING);
}

size_t
journal_frames(struct journal *j)
{
	return (size_t)one_int(j, ST_FRAMES);
}

int
journal_frame_again(struct journal *j, uint32_t transfer, uint16_t wanted)
{
	sqlite3_bind_int64(j->stmt[ST_FRAME_ANY], 1, transfer);
	if (one_int(j, ST_FRAME_ANY) == 0)
		return 0;
	return frame_statement(j, ST_FRAME_AGAIN, transfer, wanted) == 0 ? 1
									 : -1;
}

int
journal_last_again(struct journal *j)
{
	return finish(j, ST_LAST_AGAIN);
}

int
journal_acked(struct journal *j, uint32_t cumulative)
{
	sqlite3_bind_int64(j->stmt[ST_ACK_ITEMS], 1, cumulative);
	if (finish(j, ST_ACK_ITEMS) == -1)
		return -1;
	sqlite3_bind_int64(j->stmt[ST_ACK_FRAMES], 1, cumulative);
	return finish(j, ST_ACK_FRAMES);
}

size_t
journal_in_flight(struct journal *j)
{
	return (size_t)one_int(j, ST_IN_FLIGHT);
}

int
journal_drop_transfers(struct journal *j)
{
	return finish(j, ST_DROP_FRAMES);
}
