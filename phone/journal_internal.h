/*
 * journal_internal.h - shared by the files of the journal, nobody else.
 */
#ifndef JOURNAL_INTERNAL_H
#define JOURNAL_INTERNAL_H

#include <sqlite3.h>

#include "journal.h"

#define JOURNAL_DIGEST_LEN 16

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
	ST_NEVER_SENT,
	ST_HELD,
	ST_NEWEST,
	ST_SUM,
	ST_EVER,
	ST_AGAIN,
	ST_UNMARKED,
	ST_MARK,
	ST_KNOWN,
	ST_PLAIN_SAME,
	ST_FILE_PUT,
	ST_FILE_GET,
	ST_FILE_DROP,
	ST_FILE_NEXT,
	ST_FILE_MOVED,
	ST_FILE_LIST,
	ST_FILES_ANEW,
	ST_PIECE_PUT,
	ST_PIECE_ARRIVED,
	ST_PIECE_ACKED,
	ST_FILE_WHOLE,
	ST_PIECES_DROP,
	ST_SEG_PUT,
	ST_SEG_LIST,
	ST_SEG_DROP,
	ST_SEG_ALL_DROP,
	ST_TEXT_PUT,
	ST_TEXT_GET,
	ST_TEXT_DROP,
	ST_TEXT_ALL_DROP,
	ST_RESTORE_ADD,
	ST_RESTORE_GET,
	ST_RESTORE_END,
	ST_RESTORE_UNTOLD,
	ST_RESTORE_TOLD,
	ST_RESTORE_ALL_DROP,
	ST_DFILE_PUT,
	ST_DFILE_NEXT,
	ST_DFILE_DROP,
	ST_DFILE_ALL_DROP,
	ST_DPIECE_PUT,
	ST_DPIECE_LIST,
	ST_DPIECE_HAVE,
	ST_DPIECE_DROP,
	ST_DFILE_END,
	ST_DPIECE_END,
	ST_DPIECE_ALL_DROP,
	ST_BATCH_PUT,
	ST_BATCH_NEXT,
	ST_BATCH_THERE,
	ST_BATCH_DROP,
	ST_DBATCH_PUT,
	ST_DBATCH_NEXT,
	ST_DBATCH_DROP,
	ST_TEXT_VOID,
	ST_UNDO_ITEMS,
	ST_UNDO_FRAMES,
	ST_UNDO_BATCH,
	ST_COUNT
};

struct journal {
	sqlite3 *db;
	sqlite3_stmt *stmt[ST_COUNT];
};

/* Logs what SQLite says; -1. */
int journal_failed(const struct journal *j, const char *what);
/* Run to the end; rows, if any, are the caller's to have read before. */
int journal_finish(struct journal *j, enum stmt which);
/* The first column of the first row; 0: there is none. */
int64_t journal_one(struct journal *j, enum stmt which);
/* A column's octets, at most cap; returns how many, 0 if more. */
size_t journal_blob(sqlite3_stmt *st, int col, void *out, size_t cap);
/* With so many integers bound, from the first parameter on. */
int journal_with(struct journal *j, enum stmt which, int n, const int64_t *arg);
/* Runs a statement that is not prepared. */
int journal_execute(struct journal *j, const char *text);

/* The digest of a record with another id: whether the same thing is there. */
int journal_plain_digest(
    const struct record *r, uint8_t digest[static JOURNAL_DIGEST_LEN]);

/* journal_schema.c: makes the tables, or brings older ones up to date. */
int journal_upgrade(struct journal *j);

#endif
