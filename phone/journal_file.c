/*
 * The journal's files that go up: coded octets, and how far they are.
 */
#include <string.h>

#include "journal_internal.h"

int
journal_file_put(struct journal *j, uint32_t id, uint32_t content,
    const uint8_t *coded, uint32_t size)
{
	sqlite3_stmt *st = j->stmt[ST_FILE_PUT];

	sqlite3_bind_int64(st, 1, id);
	sqlite3_bind_int64(st, 2, content);
	/* An empty one is not NULL. */
	sqlite3_bind_blob(st, 3, size > 0 ? coded : (const uint8_t *)"",
	    (int)size, SQLITE_STATIC);
	sqlite3_bind_int64(st, 4, size);
	return journal_finish(j, ST_FILE_PUT);
}

bool
journal_file_get(struct journal *j, uint32_t id, struct journal_file *out)
{
	sqlite3_stmt *st = j->stmt[ST_FILE_GET];
	bool found;

	sqlite3_bind_int64(st, 1, id);
	if ((found = sqlite3_step(st) == SQLITE_ROW))
		*out = (struct journal_file){
			.id = id,
			.content = (uint32_t)sqlite3_column_int64(st, 0),
			.size = (uint32_t)sqlite3_column_int64(st, 1),
			.next = (uint32_t)sqlite3_column_int64(st, 2),
			.arrived = (uint32_t)sqlite3_column_int64(st, 3),
			.here = sqlite3_column_int(st, 4) != 0,
		};
	sqlite3_reset(st);
	return found;
}

int
journal_file_drop(struct journal *j, uint32_t id)
{
	return journal_with(j, ST_FILE_DROP, 1, (int64_t[]){ id });
}

/* Some octets of a large value, without the others. */
static int
read_octets(
    struct journal *j, uint32_t id, uint32_t from, uint8_t *out, size_t len)
{
	sqlite3_blob *b = NULL;
	int err = sqlite3_blob_open(
	    j->db, "main", "file", "coded", (sqlite3_int64)id, 0, &b);

	if (err == SQLITE_OK)
		err = sqlite3_blob_read(b, out, (int)len, (int)from);
	sqlite3_blob_close(b);
	return err == SQLITE_OK ? 0 : journal_failed(j, "octets of a file");
}

int
journal_piece_next(struct journal *j, int64_t after, struct journal_file *out,
    struct record **manifest, uint8_t *octets, size_t cap, size_t *len)
{
	sqlite3_stmt *st = j->stmt[ST_FILE_NEXT];
	int found = 0;

	sqlite3_bind_int64(st, 1, after);
	if (sqlite3_step(st) == SQLITE_ROW) {
		*out = (struct journal_file){
			.id = (uint32_t)sqlite3_column_int64(st, 0),
			.content = (uint32_t)sqlite3_column_int64(st, 1),
			.size = (uint32_t)sqlite3_column_int64(st, 2),
			.next = (uint32_t)sqlite3_column_int64(st, 3),
			.here = true,
		};
		*manifest = record_decode(sqlite3_column_blob(st, 4),
		    (size_t)sqlite3_column_bytes(st, 4));
		found = *manifest != NULL ? 1 : -1;
	}
	sqlite3_reset(st);
	if (found != 1)
		return found;
	*len = out->size - out->next < cap ? out->size - out->next : cap;
	if (read_octets(j, out->id, out->next, octets, *len) == 0)
		return 1;
	record_free(*manifest);
	return -1;
}

int
journal_piece_taken(struct journal *j, uint32_t transfer, uint32_t id,
    uint32_t content, size_t len)
{
	const int64_t piece[] = { transfer, id, content, (int64_t)len };
	const int64_t moved[] = { (int64_t)len, id };

	return journal_with(j, ST_PIECE_PUT, 4, piece) |
	       journal_with(j, ST_FILE_MOVED, 2, moved);
}

size_t
journal_files(struct journal *j, struct journal_file *out, size_t max)
{
	sqlite3_stmt *st = j->stmt[ST_FILE_LIST];
	size_t n = 0;

	for (; sqlite3_step(st) == SQLITE_ROW; n++)
		if (n < max)
			out[n] = (struct journal_file){
				.id = (uint32_t)sqlite3_column_int64(st, 0),
				.size = (uint32_t)sqlite3_column_int64(st, 1),
				.next = (uint32_t)sqlite3_column_int64(st, 2),
				.arrived =
				    (uint32_t)sqlite3_column_int64(st, 3),
				.here = true,
			};
	sqlite3_reset(st);
	return n;
}
