/*
 * The journal's items: each record that there is, and how far it is.
 */
#include <stdlib.h>
#include <string.h>

#include "journal_internal.h"
#include "seal.h"

/* item.state, see journal.c */
#define ITEM_PENDING 0
#define ITEM_KEPT 2

static bool
is_known(struct journal *j, const struct record *r,
    const uint8_t digest[static JOURNAL_DIGEST_LEN])
{
	sqlite3_stmt *st = j->stmt[ST_ITEM_GET];
	uint8_t old[JOURNAL_DIGEST_LEN];
	bool same = false;

	sqlite3_bind_int(st, 1, (int)record_kind(r));
	sqlite3_bind_int64(st, 2, record_id(r));
	if (sqlite3_step(st) == SQLITE_ROW)
		same = journal_blob(st, 0, old, sizeof old) == sizeof old &&
		       memcmp(old, digest, sizeof old) == 0;
	sqlite3_reset(st);
	return same;
}

static bool
never_sent(struct journal *j, const struct record *r)
{
	sqlite3_bind_int(j->stmt[ST_NEVER_SENT], 1, (int)record_kind(r));
	sqlite3_bind_int64(j->stmt[ST_NEVER_SENT], 2, record_id(r));
	return journal_one(j, ST_NEVER_SENT) == 1;
}

int
journal_put(struct journal *j, const struct record *r, int64_t now_ms)
{
	uint8_t octets[RECORD_STORED_MAX], digest[SEAL_DIGEST_LEN];
	uint8_t plain[JOURNAL_DIGEST_LEN];
	sqlite3_stmt *st = j->stmt[ST_ITEM_PUT];
	int state = ITEM_PENDING;
	size_t n = record_encode(r, octets, sizeof octets);

	if (n == 0)
		return -1;
	seal_digest(octets, n, digest);
	if (is_known(j, r, digest))
		return 0;
	/* Nobody has heard of it, so nobody need hear that it is gone. */
	if (record_op(r) == RECORD_DELETE && never_sent(j, r))
		state = ITEM_KEPT;
	if (journal_plain_digest(r, plain) == -1)
		return -1;
	sqlite3_bind_int(st, 1, (int)record_kind(r));
	sqlite3_bind_int64(st, 2, record_id(r));
	sqlite3_bind_blob(st, 3, digest, JOURNAL_DIGEST_LEN, SQLITE_STATIC);
	sqlite3_bind_int64(st, 4, record_time_ms(r));
	sqlite3_bind_int64(st, 5, now_ms);
	sqlite3_bind_blob(st, 6, octets, (int)n, SQLITE_STATIC);
	sqlite3_bind_blob(st, 7, plain, sizeof plain, SQLITE_STATIC);
	sqlite3_bind_int(st, 8, state);
	if (journal_finish(j, ST_ITEM_PUT) == -1)
		return -1;
	return state == ITEM_PENDING;
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
	return (size_t)journal_one(j, ST_PENDING_COUNT);
}

int64_t
journal_pending_since(struct journal *j, enum record_kind kind)
{
	sqlite3_bind_int(j->stmt[ST_PENDING_SINCE], 1, (int)kind);
	return journal_one(j, ST_PENDING_SINCE);
}

int
journal_taken(
    struct journal *j, const struct record *r, uint32_t transfer, uint32_t mark)
{
	bool there = record_op(r) == RECORD_PUT;
	const int64_t arg[] = { transfer, there, there ? mark : 0,
		record_kind(r), record_id(r) };

	return journal_with(j, ST_TAKEN, 5, arg);
}

int
journal_too_large(struct journal *j, const struct record *r)
{
	sqlite3_bind_int(j->stmt[ST_TOO_LARGE], 1, (int)record_kind(r));
	sqlite3_bind_int64(j->stmt[ST_TOO_LARGE], 2, record_id(r));
	return journal_finish(j, ST_TOO_LARGE);
}

int
journal_all_pending(struct journal *j)
{
	return journal_finish(j, ST_ALL_PENDING);
}

int
journal_plain_digest(
    const struct record *r, uint8_t out[static JOURNAL_DIGEST_LEN])
{
	uint8_t octets[RECORD_STORED_MAX], digest[SEAL_DIGEST_LEN];
	size_t n = record_encode_plain(r, octets, sizeof octets);

	if (n == 0)
		return -1;
	seal_digest(octets, n, digest);
	memcpy(out, digest, JOURNAL_DIGEST_LEN);
	return 0;
}

bool
journal_find_same(struct journal *j, const struct record *r, uint32_t *id)
{
	sqlite3_stmt *st = j->stmt[ST_PLAIN_SAME];
	uint8_t plain[JOURNAL_DIGEST_LEN];
	bool found;

	if (record_op(r) != RECORD_PUT || journal_plain_digest(r, plain) == -1)
		return false;
	sqlite3_bind_int(st, 1, (int)record_kind(r));
	sqlite3_bind_blob(st, 2, plain, sizeof plain, SQLITE_STATIC);
	if ((found = sqlite3_step(st) == SQLITE_ROW))
		*id = (uint32_t)sqlite3_column_int64(st, 0);
	sqlite3_reset(st);
	return found;
}

struct record *
journal_record(struct journal *j, enum record_kind kind, uint32_t id)
{
	sqlite3_stmt *st = j->stmt[ST_KNOWN];
	struct record *r = NULL;

	sqlite3_bind_int(st, 1, (int)kind);
	sqlite3_bind_int64(st, 2, id);
	if (sqlite3_step(st) == SQLITE_ROW)
		r = record_decode(sqlite3_column_blob(st, 0),
		    (size_t)sqlite3_column_bytes(st, 0));
	sqlite3_reset(st);
	return r;
}

struct record *
journal_newest_pending(struct journal *j, enum record_kind kind)
{
	sqlite3_stmt *st = j->stmt[ST_NEWEST];
	struct record *r = NULL;

	sqlite3_bind_int(st, 1, (int)kind);
	if (sqlite3_step(st) == SQLITE_ROW && sqlite3_column_int(st, 1) == 0)
		r = record_decode(sqlite3_column_blob(st, 0),
		    (size_t)sqlite3_column_bytes(st, 0));
	sqlite3_reset(st);
	return r;
}

int
journal_hold(struct journal *j, const struct record *r, bool held)
{
	const int64_t arg[] = { held, record_kind(r), record_id(r) };

	return journal_with(j, ST_HELD, 3, arg);
}

int
journal_hold_all(struct journal *j,
    bool (*wants)(void *ctx, const struct record *r), void *ctx)
{
	static const char list[] = "SELECT record FROM item WHERE state = 0";
	sqlite3_stmt *st = NULL;
	int err = 0;

	if (sqlite3_prepare_v2(j->db, list, -1, &st, NULL) != SQLITE_OK)
		return journal_failed(j, list);
	if (journal_begin(j) == -1) {
		sqlite3_finalize(st);
		return -1;
	}
	while (err == 0 && sqlite3_step(st) == SQLITE_ROW) {
		struct record *r = record_decode(sqlite3_column_blob(st, 0),
		    (size_t)sqlite3_column_bytes(st, 0));

		if (r != NULL)
			err = journal_hold(j, r, !wants(ctx, r));
		record_free(r);
	}
	sqlite3_finalize(st);
	if (err == 0)
		return journal_end(j);
	journal_abort(j);
	return -1;
}

/* ---- proof of completeness ---- */

void
journal_sum(struct journal *j, enum record_kind kind, int bucket,
    uint32_t *count, uint32_t *mark)
{
	sqlite3_stmt *st = j->stmt[ST_SUM];

	*count = *mark = 0;
	sqlite3_bind_int(st, 1, (int)kind);
	sqlite3_bind_int(st, 2, bucket);
	if (sqlite3_step(st) == SQLITE_ROW) {
		*count = (uint32_t)sqlite3_column_int64(st, 0);
		*mark = (uint32_t)sqlite3_column_int64(st, 1);
	}
	sqlite3_reset(st);
}

bool
journal_ever(struct journal *j, enum record_kind kind)
{
	sqlite3_bind_int(j->stmt[ST_EVER], 1, (int)kind);
	return journal_one(j, ST_EVER) == 1;
}

int
journal_again(
    struct journal *j, enum record_kind kind, uint16_t buckets, int64_t now_ms)
{
	const int64_t arg[] = { now_ms, kind, buckets };

	return journal_with(j, ST_AGAIN, 3, arg);
}

int
journal_mark_unmarked(struct journal *j,
    uint32_t (*mark)(void *ctx, const struct record *r), void *ctx)
{
	sqlite3_stmt *st = j->stmt[ST_UNMARKED];
	int err = 0;

	/* One at a time: each is not in the list afterwards. */
	while (err == 0 && sqlite3_step(st) == SQLITE_ROW) {
		struct record *r = record_decode(sqlite3_column_blob(st, 0),
		    (size_t)sqlite3_column_bytes(st, 0));
		bool there = r != NULL && record_op(r) == RECORD_PUT;
		int64_t arg[] = { there, there ? mark(ctx, r) : 0, 0, 0 };

		sqlite3_reset(st);
		if (r == NULL)
			return journal_failed(j, "an item that is no record");
		arg[2] = record_kind(r);
		arg[3] = record_id(r);
		err = journal_with(j, ST_MARK, 4, arg);
		record_free(r);
	}
	sqlite3_reset(st);
	return err;
}
