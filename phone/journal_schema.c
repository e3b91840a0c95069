/*
 * The journal's tables, and how an older journal becomes a newer one: it holds
 * what people have not yet backed up, so nothing in it is ever thrown away.
 */
#include <stdlib.h>

#include "journal_internal.h"
#include "log.h"
#include "seal.h"

#define VERSION 4

static const char first[] =
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

static const char second[] =
    "ALTER TABLE item ADD mark INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE item ADD counted INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE item ADD ever INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE item ADD held INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE item ADD plain BLOB;"
    /* What is pending may be a change of what was sent. */
    "UPDATE item SET ever = 1, counted = CASE WHEN state IN (1, 2) THEN 2 "
    " ELSE 0 END;"
    "CREATE INDEX item_plain ON item (kind, plain);"
    "CREATE TABLE file (id INTEGER PRIMARY KEY, content INTEGER NOT NULL,"
    " coded BLOB, size INTEGER NOT NULL, next INTEGER NOT NULL,"
    " arrived INTEGER NOT NULL);"
    "CREATE TABLE piece (transfer INTEGER PRIMARY KEY,"
    " file INTEGER NOT NULL, content INTEGER NOT NULL,"
    " len INTEGER NOT NULL);"
    "CREATE TABLE down_segment (transfer INTEGER NOT NULL,"
    " idx INTEGER NOT NULL, last INTEGER NOT NULL, body BLOB NOT NULL,"
    " PRIMARY KEY (transfer, idx)) WITHOUT ROWID;"
    "CREATE TABLE down_text (transfer INTEGER PRIMARY KEY,"
    " text BLOB NOT NULL);"
    "CREATE TABLE restore (id INTEGER PRIMARY KEY, applied INTEGER NOT NULL,"
    " present INTEGER NOT NULL, failed INTEGER NOT NULL,"
    " mark INTEGER NOT NULL, done INTEGER NOT NULL DEFAULT 0);"
    "CREATE TABLE down_file (restore INTEGER NOT NULL,"
    " file INTEGER NOT NULL, own INTEGER NOT NULL, manifest BLOB NOT NULL,"
    " PRIMARY KEY (restore, file)) WITHOUT ROWID;"
    "CREATE TABLE down_piece (restore INTEGER NOT NULL,"
    " file INTEGER NOT NULL, content INTEGER NOT NULL,"
    " offset INTEGER NOT NULL, octets BLOB NOT NULL,"
    " PRIMARY KEY (restore, file, content, offset)) WITHOUT ROWID;";

static const char third[] = "CREATE TABLE batch (transfer INTEGER PRIMARY KEY,"
			    " records BLOB NOT NULL);"
			    "PRAGMA user_version = 3";

static const char fourth[] =
    "CREATE TABLE down_batch (transfer INTEGER PRIMARY KEY,"
    " records BLOB NOT NULL);"
    "PRAGMA user_version = 4";

/* The digests of records that an older version put there without. */
static int
fill_plain(struct journal *j)
{
	static const char list[] = "SELECT kind, id, record FROM item "
				   "WHERE plain IS NULL";
	static const char set[] = "UPDATE item SET plain = ? WHERE kind = ? "
				  "AND id = ?";
	sqlite3_stmt *get = NULL, *put = NULL;
	int err = 0;

	if (sqlite3_prepare_v2(j->db, list, -1, &get, NULL) != SQLITE_OK ||
	    sqlite3_prepare_v2(j->db, set, -1, &put, NULL) != SQLITE_OK)
		err = journal_failed(j, list);
	while (err == 0 && sqlite3_step(get) == SQLITE_ROW) {
		uint8_t digest[JOURNAL_DIGEST_LEN];
		struct record *r = record_decode(sqlite3_column_blob(get, 2),
		    (size_t)sqlite3_column_bytes(get, 2));

		if (r == NULL || journal_plain_digest(r, digest) == -1) {
			record_free(r);
			continue; /* it says nothing, as before */
		}
		sqlite3_bind_blob(put, 1, digest, sizeof digest, SQLITE_STATIC);
		sqlite3_bind_int64(put, 2, sqlite3_column_int64(get, 0));
		sqlite3_bind_int64(put, 3, sqlite3_column_int64(get, 1));
		if (sqlite3_step(put) != SQLITE_DONE)
			err = journal_failed(j, set);
		sqlite3_reset(put);
		record_free(r);
	}
	sqlite3_finalize(get);
	sqlite3_finalize(put);
	return err;
}

static int
version_of(struct journal *j)
{
	sqlite3_stmt *st = NULL;
	int v = -1;

	if (sqlite3_prepare_v2(j->db, "PRAGMA user_version", -1, &st, NULL) ==
		SQLITE_OK &&
	    sqlite3_step(st) == SQLITE_ROW)
		v = sqlite3_column_int(st, 0);
	else
		journal_failed(j, "PRAGMA user_version");
	sqlite3_finalize(st);
	return v;
}

int
journal_upgrade(struct journal *j)
{
	int version;

	if (journal_begin(j) == -1)
		return -1;
	version = version_of(j);
	if (version > VERSION) {
		log_error("the journal is of a newer version (%d, this "
			  "program knows %d): start the newer program",
		    version, VERSION);
		goto fail;
	}
	if (version == -1)
		goto fail;
	if (version < 2 &&
	    (journal_execute(j, first) == -1 ||
		journal_execute(j, second) == -1 || fill_plain(j) == -1))
		goto fail;
	if (version < 3 && journal_execute(j, third) == -1)
		goto fail;
	if (version < 4 && journal_execute(j, fourth) == -1)
		goto fail;
	return journal_end(j);
fail:
	journal_abort(j);
	return -1;
}
