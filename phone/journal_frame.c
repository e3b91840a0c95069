/*
 * The journal's frames: every SMS of every transfer that is not acknowledged.
 */
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
