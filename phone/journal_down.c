/*
 * The journal's side of what comes down: segments, whole texts, restores, and
 * the files of restores.
 */
#include <stdlib.h>
#include <string.h>

#include "journal_internal.h"

int
journal_down_segment(struct journal *j, uint32_t transfer, unsigned index,
    bool last, const uint8_t *body, size_t len)
{
	sqlite3_stmt *st = j->stmt[ST_SEG_PUT];

	sqlite3_bind_int64(st, 1, transfer);
	sqlite3_bind_int64(st, 2, index);
	sqlite3_bind_int(st, 3, last);
	sqlite3_bind_blob(st, 4, body, (int)len, SQLITE_STATIC);
	return journal_finish(j, ST_SEG_PUT);
}

uint16_t
journal_down_have(struct journal *j, uint32_t transfer, int *last,
    uint8_t *bodies, size_t cap, size_t *len)
{
	sqlite3_stmt *st = j->stmt[ST_SEG_LIST];
	uint16_t have = 0;

	*last = -1;
	*len = 0;
	sqlite3_bind_int64(st, 1, transfer);
	while (sqlite3_step(st) == SQLITE_ROW) {
		int index = sqlite3_column_int(st, 0);

		have |= (uint16_t)(1u << index);
		if (sqlite3_column_int(st, 1) != 0)
			*last = index;
		*len += journal_blob(st, 2, bodies + *len, cap - *len);
	}
	sqlite3_reset(st);
	return have;
}

int
journal_down_drop(struct journal *j, uint32_t transfer)
{
	return journal_with(j, ST_SEG_DROP, 1, (int64_t[]){ transfer });
}

int
journal_down_text_put(
    struct journal *j, uint32_t transfer, const uint8_t *text, size_t len)
{
	sqlite3_stmt *st = j->stmt[ST_TEXT_PUT];

	sqlite3_bind_int64(st, 1, transfer);
	sqlite3_bind_blob(st, 2, text, (int)len, SQLITE_STATIC);
	return journal_finish(j, ST_TEXT_PUT);
}

size_t
journal_down_text(
    struct journal *j, uint32_t transfer, uint8_t *text, size_t cap)
{
	sqlite3_stmt *st = j->stmt[ST_TEXT_GET];
	size_t n = 0;

	sqlite3_bind_int64(st, 1, transfer);
	if (sqlite3_step(st) == SQLITE_ROW)
		n = journal_blob(st, 0, text, cap);
	sqlite3_reset(st);
	return n;
}

int
journal_down_text_drop(struct journal *j, uint32_t transfer)
{
	return journal_with(j, ST_TEXT_DROP, 1, (int64_t[]){ transfer });
}

int
journal_down_void(struct journal *j, uint32_t transfer)
{
	return journal_down_drop(j, transfer) |
	       journal_with(j, ST_TEXT_VOID, 1, (int64_t[]){ transfer });
}

/* ---- restores ---- */

int
journal_restore_add(struct journal *j, const struct journal_restore *r)
{
	const int64_t arg[] = { r->id, r->applied, r->present, r->failed,
		r->mark };

	return journal_with(j, ST_RESTORE_ADD, 5, arg);
}

int
journal_restore_end(struct journal *j, uint32_t id)
{
	const struct journal_restore none = { .id = id };

	/* It may have had no records at all. */
	return journal_restore_add(j, &none) |
	       journal_with(j, ST_RESTORE_END, 1, (int64_t[]){ id });
}

bool
journal_restore_untold(struct journal *j, struct journal_restore *out)
{
	sqlite3_stmt *st = j->stmt[ST_RESTORE_GET];
	bool found;

	if ((out->id = (uint32_t)journal_one(j, ST_RESTORE_UNTOLD)) == 0)
		return false;
	sqlite3_bind_int64(st, 1, out->id);
	if ((found = sqlite3_step(st) == SQLITE_ROW)) {
		out->applied = (uint32_t)sqlite3_column_int64(st, 0);
		out->present = (uint32_t)sqlite3_column_int64(st, 1);
		out->failed = (uint32_t)sqlite3_column_int64(st, 2);
		out->mark = (uint32_t)sqlite3_column_int64(st, 3);
	}
	sqlite3_reset(st);
	return found;
}

int
journal_restore_told(struct journal *j, uint32_t id)
{
	return journal_with(j, ST_RESTORE_TOLD, 1, (int64_t[]){ id });
}

/* ---- files of restores ---- */

int
journal_down_file_put(
    struct journal *j, uint32_t restore, bool own, const struct record *r)
{
	sqlite3_stmt *st = j->stmt[ST_DFILE_PUT];
	uint8_t octets[RECORD_STORED_MAX];
	size_t n = record_encode(r, octets, sizeof octets);

	if (n == 0)
		return -1;
	sqlite3_bind_int64(st, 1, restore);
	sqlite3_bind_int64(st, 2, record_id(r));
	sqlite3_bind_int(st, 3, own);
	sqlite3_bind_blob(st, 4, octets, (int)n, SQLITE_STATIC);
	return journal_finish(j, ST_DFILE_PUT);
}

bool
journal_down_file_next(struct journal *j, uint32_t restore, int64_t after,
    bool *own, struct record **r)
{
	sqlite3_stmt *st = j->stmt[ST_DFILE_NEXT];
	bool found = false;

	sqlite3_bind_int64(st, 1, restore);
	sqlite3_bind_int64(st, 2, after);
	if (sqlite3_step(st) == SQLITE_ROW) {
		*own = sqlite3_column_int(st, 1) != 0;
		*r = record_decode(sqlite3_column_blob(st, 2),
		    (size_t)sqlite3_column_bytes(st, 2));
		found = *r != NULL;
	}
	sqlite3_reset(st);
	return found;
}

int
journal_down_file_drop(struct journal *j, uint32_t restore, uint32_t file)
{
	const int64_t arg[] = { restore, file };

	return journal_with(j, ST_DFILE_DROP, 2, arg) |
	       journal_with(j, ST_DPIECE_DROP, 2, arg);
}

int
journal_down_piece_put(struct journal *j, uint32_t restore, uint32_t file,
    uint32_t content, uint32_t offset, const uint8_t *octets, size_t len)
{
	sqlite3_stmt *st = j->stmt[ST_DPIECE_PUT];

	sqlite3_bind_int64(st, 1, restore);
	sqlite3_bind_int64(st, 2, file);
	sqlite3_bind_int64(st, 3, content);
	sqlite3_bind_int64(st, 4, offset);
	sqlite3_bind_blob(st, 5, octets, (int)len, SQLITE_STATIC);
	return journal_finish(j, ST_DPIECE_PUT);
}

/* Pieces may overlap: what counts is how far they reach without a gap. */
static size_t
join_pieces(sqlite3_stmt *st, uint8_t *out, size_t size)
{
	size_t reach = 0;

	while (sqlite3_step(st) == SQLITE_ROW) {
		size_t offset = (size_t)sqlite3_column_int64(st, 0);
		size_t len = (size_t)sqlite3_column_bytes(st, 1);

		if (offset > reach || offset + len > size)
			break;
		if (len > 0)
			memcpy(out + offset, sqlite3_column_blob(st, 1), len);
		if (offset + len > reach)
			reach = offset + len;
	}
	return reach;
}

int
journal_down_pieces(struct journal *j, uint32_t restore, uint32_t file,
    uint32_t content, uint32_t size, uint8_t **out)
{
	const int64_t arg[] = { restore, file, content };
	sqlite3_stmt *st = j->stmt[ST_DPIECE_LIST];
	uint8_t *octets;
	size_t reach;

	for (int i = 0; i < 3; i++) {
		sqlite3_bind_int64(j->stmt[ST_DPIECE_HAVE], i + 1, arg[i]);
		sqlite3_bind_int64(st, i + 1, arg[i]);
	}
	/* Not for each piece of a large file. */
	if (journal_one(j, ST_DPIECE_HAVE) < size)
		return 0;
	if ((octets = malloc((size_t)size + 1)) == NULL)
		return -1;
	reach = join_pieces(st, octets, size);
	sqlite3_reset(st);
	if (reach < size) {
		free(octets);
		return 0;
	}
	*out = octets;
	return 1;
}

int
journal_down_end(struct journal *j, uint32_t restore)
{
	const int64_t arg[] = { restore };

	return journal_with(j, ST_DFILE_END, 1, arg) |
	       journal_with(j, ST_DPIECE_END, 1, arg);
}

int
journal_down_forget(struct journal *j)
{
	static const enum stmt all[] = { ST_SEG_ALL_DROP, ST_TEXT_ALL_DROP,
		ST_RESTORE_ALL_DROP, ST_DFILE_ALL_DROP, ST_DPIECE_ALL_DROP };
	int err = 0;

	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
		err |= journal_finish(j, all[i]);
	return err;
}

int
journal_wipe(struct journal *j)
{
	static const char all[] =
	    "PRAGMA secure_delete = ON; BEGIN IMMEDIATE;"
	    "DELETE FROM kv; DELETE FROM item; DELETE FROM frame;"
	    "DELETE FROM file; DELETE FROM piece; DELETE FROM down_segment;"
	    "DELETE FROM down_text; DELETE FROM restore;"
	    "DELETE FROM down_file; DELETE FROM down_piece; DELETE FROM batch;"
	    "DELETE FROM down_batch;"
	    "COMMIT;"
	    /* The log holds what was deleted until it is cut. */
	    "VACUUM; PRAGMA wal_checkpoint(TRUNCATE)";

	return journal_execute(j, all);
}
