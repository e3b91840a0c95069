#include "journal.h"

#include <stdlib.h>
#include <string.h>

#include "journal_internal.h"
#include "log.h"

/* What is most worth to have at home comes first. */
#define VALUE \
	"CASE kind WHEN 8 THEN 0 WHEN 1 THEN 1 WHEN 4 THEN 3 WHEN 5 THEN 4 " \
	"WHEN 6 THEN 5 ELSE 2 END"

/* item.state: 0 pending, 1 in a transfer, 2 acknowledged, 3 too large.
 * item.counted: a put of it is in a transfer, with that mark; 2: the mark was
 * not kept then.  item.ever: something of it was in a transfer, of any binding.
 * item.held: the policy keeps it on the phone.
 * frame.todo: 0 sent, 1 to send, 2 asked for again, 3 goes whatever holds. */
static const char *const sql[ST_COUNT] = {
	[ST_SET] = "INSERT OR REPLACE INTO kv (key, value) VALUES (?, ?)",
	[ST_GET] = "SELECT value FROM kv WHERE key = ?",
	[ST_UNSET] = "DELETE FROM kv WHERE key = ?",
	[ST_ITEM_GET] = "SELECT digest FROM item WHERE kind = ? AND id = ?",
	[ST_ITEM_PUT] =
	    "INSERT INTO item (kind, id, digest, transfer, time_ms, "
	    "since_ms, record, plain, state) "
	    "VALUES (?, ?, ?, 0, ?, ?, ?, ?, ?) "
	    "ON CONFLICT DO UPDATE SET digest = excluded.digest, "
	    "state = excluded.state, "
	    "transfer = 0, held = 0, time_ms = excluded.time_ms, "
	    "since_ms = excluded.since_ms, record = excluded.record, "
	    "plain = excluded.plain",
	[ST_PENDING] =
	    "SELECT record FROM item WHERE state = 0 AND held = 0 AND "
	    "(1 << kind) & ? ORDER BY " VALUE ", time_ms DESC, kind, id "
	    "LIMIT ?",
	[ST_PENDING_COUNT] = "SELECT count(*) FROM item WHERE state = 0 AND "
			     "held = 0 AND (1 << kind) & ?",
	[ST_PENDING_SINCE] = "SELECT coalesce(min(since_ms), 0) FROM item "
			     "WHERE state = 0 AND held = 0 AND kind = ?",
	[ST_TAKEN] = "UPDATE item SET state = 1, transfer = ?, ever = 1, "
		     "counted = ?, mark = ? "
		     "WHERE kind = ? AND id = ? AND state = 0",
	[ST_NEVER_SENT] = "SELECT 1 FROM item WHERE kind = ? AND id = ? AND "
			  "ever = 0",
	[ST_HELD] = "UPDATE item SET held = ? WHERE kind = ? AND id = ? AND "
		    "state = 0 AND held <> ?1",
	[ST_NEWEST] = "SELECT record, state FROM item WHERE kind = ? "
		      "ORDER BY id DESC LIMIT 1",
	[ST_SUM] = "SELECT count(*), coalesce(sum(mark), 0) FROM item "
		   "WHERE kind = ? AND counted <> 0 AND "
		   "(?2 = -1 OR id % 16 = ?2)",
	[ST_EVER] = "SELECT 1 FROM item WHERE kind = ? AND ever <> 0 LIMIT 1",
	[ST_AGAIN] = "UPDATE item SET state = 0, held = 0, since_ms = ? "
		     "WHERE kind = ? AND ever <> 0 AND (1 << (id % 16)) & ?",
	[ST_UNMARKED] = "SELECT record FROM item WHERE counted = 2",
	[ST_MARK] = "UPDATE item SET counted = ?, mark = ? "
		    "WHERE kind = ? AND id = ?",
	[ST_KNOWN] = "SELECT record FROM item WHERE kind = ? AND id = ?",
	[ST_PLAIN_SAME] = "SELECT id FROM item WHERE kind = ? AND plain = ? "
			  "LIMIT 1",
	[ST_TOO_LARGE] = "UPDATE item SET state = 3 WHERE kind = ? AND id = ? "
			 "AND state = 0",
	[ST_ALL_PENDING] =
	    "UPDATE item SET state = 0, transfer = 0, "
	    "counted = 0, mark = 0 WHERE ever <> 0 OR state <> 2",
	[ST_FRAME_PUT] = "INSERT OR REPLACE INTO frame (transfer, idx, sms, "
			 "todo) VALUES (?, ?, ?, ?)",
	[ST_FRAME_NEXT] =
	    "SELECT transfer, idx, sms FROM frame WHERE todo >= ? "
	    "ORDER BY todo DESC, transfer, idx LIMIT 1",
	[ST_FRAME_SENT] =
	    "UPDATE frame SET todo = 0 WHERE transfer = ? AND idx = ?",
	[ST_FRAMES_WAITING] = "SELECT count(*) FROM frame WHERE todo > 0",
	[ST_FRAMES] = "SELECT count(*) FROM frame",
	/* Of one SMS alone, any bit asks for all. */
	[ST_FRAME_AGAIN] =
	    "UPDATE frame SET todo = 2 WHERE transfer = ?1 AND todo = 0 AND "
	    "((1 << idx) & ?2 OR ?2 > 0 AND NOT EXISTS (SELECT 1 FROM frame f "
	    "WHERE f.transfer = ?1 AND f.idx > 0))",
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

	[ST_FILE_PUT] = "INSERT OR REPLACE INTO file (id, content, coded, "
			"size, next, arrived) VALUES (?, ?, ?, ?, 0, 0)",
	[ST_FILE_GET] = "SELECT content, size, next, arrived, "
			"coded IS NOT NULL FROM file WHERE id = ?",
	[ST_FILE_DROP] = "DELETE FROM file WHERE id = ?",
	[ST_FILE_NEXT] =
	    "SELECT f.id, f.content, f.size, f.next, i.record FROM file f "
	    "JOIN item i ON i.kind = 6 AND i.id = f.id WHERE f.next < f.size "
	    "AND f.coded IS NOT NULL AND i.state IN (1, 2) AND f.id > ? "
	    "ORDER BY f.id LIMIT 1",
	[ST_FILE_MOVED] = "UPDATE file SET next = next + ? WHERE id = ?",
	[ST_FILE_LIST] = "SELECT id, size, next, arrived FROM file "
			 "WHERE arrived < size AND coded IS NOT NULL "
			 "ORDER BY next = 0, id",
	[ST_FILES_ANEW] = "UPDATE file SET next = 0, arrived = 0",
	[ST_PIECE_PUT] = "INSERT OR REPLACE INTO piece (transfer, file, "
			 "content, len) VALUES (?, ?, ?, ?)",
	[ST_PIECE_ARRIVED] =
	    "UPDATE file SET arrived = arrived + (SELECT coalesce(sum(len), 0) "
	    "FROM piece p WHERE p.transfer <= ?1 AND p.file = file.id AND "
	    "p.content = file.content) WHERE id IN (SELECT file FROM piece "
	    "WHERE transfer <= ?1)",
	[ST_PIECE_ACKED] = "DELETE FROM piece WHERE transfer <= ?",
	[ST_FILE_WHOLE] = "UPDATE file SET coded = NULL WHERE "
			  "arrived >= size AND coded IS NOT NULL",
	[ST_PIECES_DROP] = "DELETE FROM piece",

	[ST_SEG_PUT] = "INSERT OR IGNORE INTO down_segment (transfer, idx, "
		       "last, body) VALUES (?, ?, ?, ?)",
	[ST_SEG_LIST] = "SELECT idx, last, body FROM down_segment "
			"WHERE transfer = ? ORDER BY idx",
	[ST_SEG_DROP] = "DELETE FROM down_segment WHERE transfer = ?",
	[ST_SEG_ALL_DROP] = "DELETE FROM down_segment",
	[ST_TEXT_PUT] = "INSERT OR IGNORE INTO down_text (transfer, text) "
			"VALUES (?, ?)",
	[ST_TEXT_GET] = "SELECT text FROM down_text WHERE transfer = ?",
	[ST_TEXT_DROP] = "DELETE FROM down_text WHERE transfer = ?",
	[ST_TEXT_ALL_DROP] = "DELETE FROM down_text",
	[ST_RESTORE_ADD] =
	    "INSERT INTO restore (id, applied, present, failed, mark) "
	    "VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
	    "applied = applied * (done = 0) + excluded.applied, "
	    "present = present * (done = 0) + excluded.present, "
	    "failed = failed * (done = 0) + excluded.failed, "
	    "mark = (mark * (done = 0) + excluded.mark) & 4294967295, "
	    "done = 0",
	[ST_RESTORE_GET] = "SELECT applied, present, failed, mark FROM restore "
			   "WHERE id = ?",
	[ST_RESTORE_END] = "UPDATE restore SET done = 1 WHERE id = ?",
	[ST_RESTORE_UNTOLD] = "SELECT id FROM restore WHERE done = 1 "
			      "ORDER BY id LIMIT 1",
	[ST_RESTORE_TOLD] = "UPDATE restore SET done = 2 WHERE id = ?",
	[ST_RESTORE_ALL_DROP] = "DELETE FROM restore",
	[ST_DFILE_PUT] = "INSERT OR REPLACE INTO down_file (restore, file, "
			 "own, manifest) VALUES (?, ?, ?, ?)",
	[ST_DFILE_NEXT] = "SELECT file, own, manifest FROM down_file "
			  "WHERE restore = ? AND file > ? ORDER BY file "
			  "LIMIT 1",
	[ST_DFILE_DROP] =
	    "DELETE FROM down_file WHERE restore = ? AND file = ?",
	[ST_DFILE_ALL_DROP] = "DELETE FROM down_file",
	[ST_DPIECE_PUT] = "INSERT OR IGNORE INTO down_piece (restore, file, "
			  "content, offset, octets) VALUES (?, ?, ?, ?, ?)",
	[ST_DPIECE_LIST] = "SELECT offset, octets FROM down_piece "
			   "WHERE restore = ? AND file = ? AND content = ? "
			   "ORDER BY offset",
	[ST_DPIECE_HAVE] =
	    "SELECT coalesce(sum(length(octets)), 0) FROM down_piece "
	    "WHERE restore = ? AND file = ? AND content = ?",
	[ST_DPIECE_DROP] =
	    "DELETE FROM down_piece WHERE restore = ? AND file = ?",
	[ST_DFILE_END] = "DELETE FROM down_file WHERE restore = ?",
	[ST_DPIECE_END] = "DELETE FROM down_piece WHERE restore = ?",
	[ST_DPIECE_ALL_DROP] = "DELETE FROM down_piece",
	[ST_BATCH_PUT] = "INSERT OR REPLACE INTO batch (transfer, records) "
			 "VALUES (?, ?)",
	[ST_BATCH_NEXT] = "SELECT transfer, records FROM batch WHERE "
			  "transfer > ? AND transfer <= ? ORDER BY transfer "
			  "LIMIT 1",
	[ST_BATCH_THERE] = "SELECT 1 FROM batch WHERE transfer = ?",
	[ST_BATCH_DROP] = "DELETE FROM batch WHERE transfer <= ?",
	[ST_DBATCH_PUT] = "INSERT OR REPLACE INTO down_batch (transfer, "
			  "records) VALUES (?, ?)",
	[ST_DBATCH_NEXT] = "SELECT transfer, records FROM down_batch WHERE "
			   "transfer > ? AND transfer <= ? ORDER BY transfer "
			   "LIMIT 1",
	[ST_DBATCH_DROP] = "DELETE FROM down_batch WHERE transfer <= ?",
	[ST_TEXT_VOID] = "INSERT OR REPLACE INTO down_text (transfer, text) "
			 "VALUES (?, x'00')",
	[ST_UNDO_ITEMS] = "UPDATE item SET state = 0, held = 0, "
			  "counted = 0, mark = 0, since_ms = ? "
			  "WHERE transfer = ? AND state IN (1, 2)",
	[ST_UNDO_FRAMES] = "DELETE FROM frame WHERE transfer = ?",
	[ST_UNDO_BATCH] = "DELETE FROM batch WHERE transfer = ?",
};

int
journal_failed(const struct journal *j, const char *what)
{
	log_error("journal: %s: %s", what, sqlite3_errmsg(j->db));
	return -1;
}

int
journal_execute(struct journal *j, const char *text)
{
	return sqlite3_exec(j->db, text, NULL, NULL, NULL) == SQLITE_OK
		   ? 0
		   : journal_failed(j, text);
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
	if (journal_execute(j, "PRAGMA journal_mode = WAL") == -1 ||
	    journal_execute(j, "PRAGMA synchronous = FULL") == -1 ||
	    journal_upgrade(j) == -1) {
		journal_close(j);
		return NULL;
	}
	for (int i = 0; i < ST_COUNT; i++)
		if (sqlite3_prepare_v3(j->db, sql[i], -1,
			SQLITE_PREPARE_PERSISTENT, &j->stmt[i],
			NULL) != SQLITE_OK) {
			journal_failed(j, sql[i]);
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
	return journal_execute(j, "BEGIN IMMEDIATE");
}

int
journal_end(struct journal *j)
{
	if (journal_execute(j, "COMMIT") == 0)
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

int
journal_finish(struct journal *j, enum stmt which)
{
	int err = sqlite3_step(j->stmt[which]);

	sqlite3_reset(j->stmt[which]);
	sqlite3_clear_bindings(j->stmt[which]);
	return err == SQLITE_DONE || err == SQLITE_ROW
		   ? 0
		   : journal_failed(j, sql[which]);
}

int64_t
journal_one(struct journal *j, enum stmt which)
{
	sqlite3_stmt *st = j->stmt[which];
	int64_t v = 0;

	if (sqlite3_step(st) == SQLITE_ROW)
		v = sqlite3_column_int64(st, 0);
	sqlite3_reset(st);
	sqlite3_clear_bindings(st);
	return v;
}

size_t
journal_blob(sqlite3_stmt *st, int col, void *out, size_t cap)
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
	return journal_finish(j, ST_SET);
}

int
journal_set_int(struct journal *j, const char *key, int64_t v)
{
	sqlite3_bind_text(j->stmt[ST_SET], 1, key, -1, SQLITE_STATIC);
	sqlite3_bind_int64(j->stmt[ST_SET], 2, v);
	return journal_finish(j, ST_SET);
}

size_t
journal_get(struct journal *j, const char *key, void *out, size_t cap)
{
	sqlite3_stmt *st = j->stmt[ST_GET];
	size_t n = 0;

	sqlite3_bind_text(st, 1, key, -1, SQLITE_STATIC);
	if (sqlite3_step(st) == SQLITE_ROW)
		n = journal_blob(st, 0, out, cap);
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
	return journal_finish(j, ST_UNSET);
}

int
journal_with(struct journal *j, enum stmt which, int n, const int64_t *arg)
{
	for (int i = 0; i < n; i++)
		sqlite3_bind_int64(j->stmt[which], i + 1, arg[i]);
	return journal_finish(j, which);
}
