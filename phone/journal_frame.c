/*
 * The journal's frames: every SMS of every transfer that is not acknowledged,
 * and batches: what was in transfers, for as long as the base may need it.
 */
#include <stdlib.h>
#include <string.h>

#include "journal_internal.h"

int
journal_frame_put(struct journal *j, uint32_t transfer, unsigned index,
    const uint8_t *sms, size_t len, bool urgent)
{
	sqlite3_stmt *st = j->stmt[ST_FRAME_PUT];

	sqlite3_bind_int64(st, 1, transfer);
	sqlite3_bind_int64(st, 2, index);
	sqlite3_bind_blob(st, 3, sms, (int)len, SQLITE_STATIC);
	sqlite3_bind_int(st, 4, urgent ? 3 : 1);
	return journal_finish(j, ST_FRAME_PUT);
}

int
journal_frame_next(struct journal *j, bool urgent, uint32_t *transfer,
    unsigned *index, uint8_t *sms, size_t *len)
{
	sqlite3_stmt *st = j->stmt[ST_FRAME_NEXT];
	int found = 0;

	sqlite3_bind_int(st, 1, urgent ? 3 : 1);
	if (sqlite3_step(st) == SQLITE_ROW) {
		*transfer = (uint32_t)sqlite3_column_int64(st, 0);
		*index = (unsigned)sqlite3_column_int(st, 1);
		*len = journal_blob(st, 2, sms, 133);
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
	return journal_finish(j, which);
}

int
journal_frame_sent(struct journal *j, uint32_t transfer, unsigned index)
{
	return frame_statement(j, ST_FRAME_SENT, transfer, index);
}

size_t
journal_frames_waiting(struct journal *j)
{
	return (size_t)journal_one(j, ST_FRAMES_WAITING);
}

size_t
journal_frames(struct journal *j)
{
	return (size_t)journal_one(j, ST_FRAMES);
}

int
journal_frame_again(struct journal *j, uint32_t transfer, uint16_t wanted)
{
	sqlite3_bind_int64(j->stmt[ST_FRAME_ANY], 1, transfer);
	if (journal_one(j, ST_FRAME_ANY) == 0)
		return 0;
	return frame_statement(j, ST_FRAME_AGAIN, transfer, wanted) == 0 ? 1
									 : -1;
}

int
journal_last_again(struct journal *j)
{
	return journal_finish(j, ST_LAST_AGAIN);
}

int
journal_acked(struct journal *j, uint32_t cumulative)
{
	static const enum stmt steps[] = { ST_ACK_ITEMS, ST_ACK_FRAMES,
		ST_PIECE_ARRIVED, ST_PIECE_ACKED };
	const int64_t arg[] = { cumulative };

	for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
		if (journal_with(j, steps[i], 1, arg) == -1)
			return -1;
	return journal_finish(j, ST_FILE_WHOLE);
}

size_t
journal_in_flight(struct journal *j)
{
	return (size_t)journal_one(j, ST_IN_FLIGHT);
}

int
journal_drop_transfers(struct journal *j)
{
	return journal_finish(j, ST_DROP_FRAMES) |
	       journal_finish(j, ST_PIECES_DROP) |
	       journal_finish(j, ST_FILES_ANEW);
}

/* ---- batches ---- */

int
journal_batch_put(struct journal *j, bool down, uint32_t transfer,
    const uint8_t *p, size_t len)
{
	const enum stmt put = down ? ST_DBATCH_PUT : ST_BATCH_PUT;

	sqlite3_bind_int64(j->stmt[put], 1, transfer);
	sqlite3_bind_blob(j->stmt[put], 2, p, (int)len, SQLITE_STATIC);
	return journal_finish(j, put);
}

size_t
journal_batch_next(struct journal *j, bool down, uint32_t after, uint32_t upto,
    uint32_t *transfer, uint8_t **out)
{
	sqlite3_stmt *st = j->stmt[down ? ST_DBATCH_NEXT : ST_BATCH_NEXT];
	size_t len = 0;

	sqlite3_bind_int64(st, 1, after);
	sqlite3_bind_int64(st, 2, upto);
	if (sqlite3_step(st) == SQLITE_ROW) {
		len = (size_t)sqlite3_column_bytes(st, 1);
		*transfer = (uint32_t)sqlite3_column_int64(st, 0);
		if (len == 0 || (*out = malloc(len)) == NULL)
			len = 0;
		else
			memcpy(*out, sqlite3_column_blob(st, 1), len);
	}
	sqlite3_reset(st);
	return len;
}

bool
journal_batch_there(struct journal *j, uint32_t transfer)
{
	sqlite3_bind_int64(j->stmt[ST_BATCH_THERE], 1, transfer);
	return journal_one(j, ST_BATCH_THERE) == 1;
}

int
journal_batches_drop(struct journal *j, bool down, uint32_t upto)
{
	const int64_t arg[] = { upto };

	return journal_with(j, down ? ST_DBATCH_DROP : ST_BATCH_DROP, 1, arg);
}

int
journal_undo(struct journal *j, uint32_t transfer, int64_t now_ms)
{
	const int64_t items[] = { now_ms, transfer }, number[] = { transfer };

	return journal_with(j, ST_UNDO_ITEMS, 2, items) |
	       journal_with(j, ST_UNDO_FRAMES, 1, number) |
	       journal_with(j, ST_UNDO_BATCH, 1, number);
}
