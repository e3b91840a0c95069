#include "gate.h"

#include <stdlib.h>
#include <string.h>

#include "gate_internal.h"

/* ---- pieces ---- */

/*
 * A segment joins its transfer's state.  The union of bits does not depend on
 * the order, so several gateways may write at once.  No row comes back when
 * the transfer is finished or the segment contradicts what is known.
 */
static const struct db_stmt piece_state = { "piece_state", 8,
	"INSERT INTO transfer (account_id, phone_id, transfer, have, "
	" last_index, first_at, last_at, number, smsc_at) "
	"VALUES ($1, $2, $3, 1 << $4::int, "
	" CASE WHEN $5::boolean THEN $4::int END, to_timestamp($6 / 1000.0), "
	" to_timestamp($6 / 1000.0), $7, "
	" to_timestamp(nullif($8::bigint, 0) / 1000.0)) "
	"ON CONFLICT (account_id, phone_id, transfer) DO UPDATE SET "
	" have = transfer.have | excluded.have, "
	" last_index = coalesce(transfer.last_index, excluded.last_index), "
	" last_at = CASE WHEN transfer.have & excluded.have = 0 "
	"  THEN excluded.last_at ELSE transfer.last_at END, "
	" number = CASE WHEN transfer.have & excluded.have = 0 "
	"  THEN excluded.number ELSE transfer.number END, "
	" smsc_at = CASE WHEN transfer.have & excluded.have = 0 "
	"  THEN excluded.smsc_at ELSE transfer.smsc_at END "
	"WHERE transfer.state = 'open' AND (transfer.last_index IS NULL OR "
	" ($4::int <= transfer.last_index AND "
	"  $5::boolean = ($4::int = transfer.last_index))) "
	" AND (NOT $5::boolean OR transfer.have >> ($4::int + 1) = 0) "
	"RETURNING have, coalesce(last_index, -1), " MS("last_at") };
static const struct db_stmt piece_body = { "piece_body", 7,
	"INSERT INTO segment (account_id, phone_id, transfer, index, last, "
	" body, arrived_at) "
	"SELECT $1, $2, $3, $4, $5, $6, " TS(
	    7) " WHERE EXISTS "
	       "(SELECT 1 FROM transfer WHERE account_id = $1 AND phone_id = $2 "
	       " AND transfer = $3 AND state = 'open') "
	       "ON CONFLICT DO NOTHING" };
static const struct db_stmt piece_single = {
	"piece_single", 7,
	"INSERT INTO transfer (account_id, phone_id, transfer, state, have, "
	" last_index, digest, first_at, last_at, number, smsc_at) "
	"VALUES ($1, $2, $3, 'stored', 1, 0, $4, to_timestamp($5 / 1000.0), "
	" to_timestamp($5 / 1000.0), $6, "
	" to_timestamp(nullif($7::bigint, 0) / 1000.0)) "
	"ON CONFLICT (account_id, phone_id, transfer) DO UPDATE SET "
	" state = 'stored', have = 1, last_index = 0, "
	" digest = CASE WHEN transfer.recode = 0 THEN excluded.digest END, "
	" last_at = excluded.last_at, "
	" number = excluded.number, smsc_at = excluded.smsc_at "
	"WHERE (transfer.state = 'open' AND "
	"  (transfer.have = 0 OR transfer.recode > 0)) OR "
	" (transfer.state = 'bad' AND transfer.digest = excluded.digest) "
	"RETURNING have, last_index, "
	" (SELECT base_first FROM phone WHERE account_id = $1 AND phone_id = $2), "
	" (SELECT cumulative FROM phone WHERE account_id = $1 AND phone_id = $2)"
};

struct take_pieces {
	struct gate_piece *pieces;
	size_t n;
	size_t *at; /* nth statement -> piece; bodies have none */
};

static void
take_piece(void *ctx, int nth, const PGresult *res)
{
	struct take_pieces *t = ctx;
	size_t i = t->at[nth];
	struct gate_piece *p;

	if (i == SIZE_MAX || PQntuples(res) == 0)
		return;
	p = &t->pieces[i];
	p->accepted = true;
	p->have = (uint16_t)db_int(res, 0, 0);
	p->last_index = (int)db_int(res, 0, 1);
	if (p->single)
		p->base = (struct gate_base){ (uint32_t)db_int(res, 0, 2),
			(uint32_t)db_int(res, 0, 3) };
	else
		p->last_at_ms = db_int(res, 0, 2);
}

static void
piece_args(struct db_args *a, const struct gate_piece *p)
{
	arg_pair(a, p->account, p->phone);
	db_arg_int(a, p->transfer);
}

static enum db_err
send_single(struct db *db, const struct gate_piece *p, int64_t now_ms)
{
	struct db_args a = { 0 };

	piece_args(&a, p);
	db_arg_bytes(&a, p->digest, sizeof p->digest);
	db_arg_time(&a, now_ms);
	db_arg_text(&a, p->number);
	db_arg_int(&a, p->smsc_ms);
	return db_pipe_send(db, &piece_single, &a);
}

static enum db_err
send_segment(struct db *db, const struct gate_piece *p, int64_t now_ms)
{
	struct db_args a = { 0 }, b = { 0 };
	enum db_err err;

	piece_args(&a, p);
	db_arg_int(&a, p->index);
	db_arg_bool(&a, p->last);
	db_arg_time(&a, now_ms);
	db_arg_text(&a, p->number);
	db_arg_int(&a, p->smsc_ms);
	piece_args(&b, p);
	db_arg_int(&b, p->index);
	db_arg_bool(&b, p->last);
	db_arg_bytes(&b, p->body, p->body_len);
	db_arg_time(&b, now_ms);
	if ((err = db_pipe_send(db, &piece_state, &a)) != DB_OK)
		return err;
	return db_pipe_send(db, &piece_body, &b);
}

enum db_err
gate_pieces_put(struct db *db, struct gate_piece *pieces, size_t n,
    int64_t now_ms, void (*meanwhile)(void *ctx), void *ctx)
{
	static const struct db_stmt *const stmts[] = { &piece_state,
		&piece_body, &piece_single };
	struct take_pieces t = { pieces, n, calloc(2 * n + 1, sizeof *t.at) };
	enum db_err err, end;
	size_t nth = 0;

	if (t.at == NULL)
		return DB_FAILED;
	if ((err = db_prepare(db, stmts, 3)) != DB_OK ||
	    (err = db_pipe_begin(db)) != DB_OK)
		goto out;
	for (size_t i = 0; i < n && err == DB_OK; i++) {
		t.at[nth++] = i;
		if (pieces[i].single) {
			err = send_single(db, &pieces[i], now_ms);
		} else {
			t.at[nth++] = SIZE_MAX;
			err = send_segment(db, &pieces[i], now_ms);
		}
	}
	/* What cannot be sent now is reported by db_pipe_end(). */
	if (err == DB_OK && meanwhile != NULL && PQflush(db_conn(db)) != -1)
		meanwhile(ctx);
	end = db_pipe_end(db, take_piece, &t);
	if (err == DB_OK)
		err = end;
out:
	free(t.at);
	return err;
}

enum db_err
gate_transfer_same(struct db *db, int64_t account, int64_t phone,
    uint32_t transfer, const uint8_t *digest, bool *same, int64_t *last_at_ms)
{
	static const struct db_stmt stmt = { "transfer_same", 4,
		"SELECT coalesce(digest = $4::bytea, true), " MS(
		    "last_at") " FROM transfer WHERE account_id = $1 AND phone_id = $2 AND "
			       "transfer = $3" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	arg_pair(&a, account, phone);
	db_arg_int(&a, transfer);
	db_arg_bytes(&a, digest, 32);
	if ((err = db_query(db, &stmt, &a, &res)) != DB_OK)
		return err;
	*same = PQntuples(res) == 1 && db_bool(res, 0, 0);
	*last_at_ms = PQntuples(res) == 1 ? db_int(res, 0, 1) : 0;
	PQclear(res);
	return DB_OK;
}

enum db_err
gate_transfer_whole(
    struct db *db, int64_t account, int64_t phone, uint32_t transfer)
{
	static const struct db_stmt stmt = { "transfer_whole", 3,
		"UPDATE transfer SET state = 'whole' WHERE account_id = $1 "
		"AND phone_id = $2 AND transfer = $3 AND state = 'open'" };
	struct db_args a = { 0 };

	arg_pair(&a, account, phone);
	db_arg_int(&a, transfer);
	return db_later(db, &stmt, &a);
}

enum db_err
gate_single_wait(struct db *db, const struct gate_piece *p, const uint8_t *sms,
    size_t len, int64_t now_ms)
{
	static const struct db_stmt state = { "single_wait", 3,
		"UPDATE transfer SET state = 'whole' WHERE account_id = $1 "
		"AND phone_id = $2 AND transfer = $3" };
	static const struct db_stmt body = { "single_body", 5,
		"INSERT INTO segment (account_id, phone_id, transfer, index, "
		" last, single, body, arrived_at) "
		"SELECT $1, $2, $3, 0, true, true, $4, " TS(
		    5) " ON CONFLICT DO NOTHING" };
	struct db_args a = { 0 }, b = { 0 };
	enum db_err err;

	piece_args(&a, p);
	piece_args(&b, p);
	db_arg_bytes(&b, sms, len);
	db_arg_time(&b, now_ms);
	if ((err = db_later(db, &state, &a)) != DB_OK)
		return err;
	return db_later(db, &body, &b);
}

/* ---- records ---- */

static const struct db_stmt record_version_put = { "record_version_put", 12,
	"INSERT INTO record_version (account_id, phone_id, kind, record_id, "
	" transfer, ordinal, op, time_ms, data_key_id, sealed, stored_at, mark) "
	"VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, "
	" to_timestamp($11 / 1000.0), $12) ON CONFLICT DO NOTHING" };
static const struct db_stmt record_put = { "record_put", 8,
	"INSERT INTO record (account_id, phone_id, kind, record_id, transfer, "
	" ordinal, op, time_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) "
	"ON CONFLICT (account_id, phone_id, kind, record_id) DO UPDATE SET "
	" transfer = excluded.transfer, ordinal = excluded.ordinal, "
	" op = excluded.op, time_ms = excluded.time_ms "
	"WHERE (record.transfer, record.ordinal) < "
	" (excluded.transfer, excluded.ordinal)" };

static void
record_args(struct db_args *a, int64_t account, int64_t phone,
    const struct gate_record *r)
{
	arg_pair(a, account, phone);
	db_arg_int(a, r->kind);
	db_arg_int(a, r->record_id);
	db_arg_int(a, r->transfer);
	db_arg_int(a, r->ordinal);
	db_arg_int(a, r->op);
	db_arg_int(a, r->time_ms);
}

enum db_err
gate_records_put(struct db *db, int64_t account, int64_t phone,
    const struct gate_record *records, size_t n, int64_t now_ms)
{
	enum db_err err = DB_OK;

	for (size_t i = 0; i < n && err == DB_OK; i++) {
		const struct gate_record *r = &records[i];
		struct db_args v = { 0 }, head = { 0 };

		record_args(&v, account, phone, r);
		db_arg_int(&v, r->data_key);
		db_arg_bytes(&v, r->sealed, r->sealed_len);
		db_arg_time(&v, now_ms);
		db_arg_int(&v, r->mark);
		record_args(&head, account, phone, r);
		if ((err = db_later(db, &record_version_put, &v)) == DB_OK)
			err = db_later(db, &record_put, &head);
	}
	return err;
}

enum db_err
gate_data_key_put(struct db *db, int64_t account, int64_t phone,
    const uint8_t *sealed, size_t len, int64_t now_ms, int64_t *id)
{
	static const struct db_stmt stmt = { "data_key_put", 4,
		"INSERT INTO data_key (account_id, phone_id, sealed, "
		" created_at) VALUES ($1, $2, $3, " TS(
		    4) ") "
		       "RETURNING data_key_id" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	arg_pair(&a, account, phone);
	db_arg_bytes(&a, sealed, len);
	db_arg_time(&a, now_ms);
	if ((err = db_query(db, &stmt, &a, &res)) != DB_OK)
		return err;
	*id = db_int(res, 0, 0);
	PQclear(res);
	return DB_OK;
}

/* ---- whole transfers ---- */

enum db_err
gate_whole_list(struct db *db, struct gate_whole *out, size_t max, size_t *n)
{
	static const struct db_stmt stmt = { "whole_list", 1,
		"SELECT t.account_id, t.phone_id, p.key_id, t.transfer, "
		" t.last_index, t.number, " MS("t.smsc_at") ", " MS(
		    "t.last_at") " FROM transfer t JOIN phone p "
				 " USING (account_id, phone_id) WHERE t.state = 'whole' "
				 "AND t.waits_for IS NULL AND p.unbound_at IS NULL "
				 "ORDER BY t.last_at, t.transfer LIMIT $1" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	db_arg_int(&a, (int64_t)max);
	if ((err = db_query(db, &stmt, &a, &res)) != DB_OK)
		return err;
	*n = (size_t)PQntuples(res);
	for (int i = 0; i < PQntuples(res); i++) {
		out[i].account = db_int(res, i, 0);
		out[i].phone = db_int(res, i, 1);
		out[i].key_id = (uint32_t)db_int(res, i, 2);
		out[i].transfer = (uint32_t)db_int(res, i, 3);
		out[i].last_index = (int)db_int(res, i, 4);
		db_text(res, i, 5, out[i].number, sizeof out[i].number);
		out[i].smsc_ms = db_int(res, i, 6);
		out[i].received_ms = db_int(res, i, 7);
	}
	PQclear(res);
	return DB_OK;
}

static void
whole_args(struct db_args *a, const struct gate_whole *w)
{
	arg_pair(a, w->account, w->phone);
	db_arg_int(a, w->transfer);
}

enum db_err
gate_whole_take(struct db *db, struct gate_whole *w, uint8_t *bodies,
    size_t cap, size_t *len)
{
	static const struct db_stmt lock = { "whole_lock", 3,
		"SELECT p.base_first, p.cumulative FROM transfer t JOIN "
		"phone p USING (account_id, phone_id) WHERE account_id = $1 "
		"AND phone_id = $2 AND transfer = $3 AND t.state = 'whole' "
		"AND t.waits_for IS NULL "
		"FOR UPDATE OF t SKIP LOCKED" };
	static const struct db_stmt stmt = { "whole_bodies", 4,
		"SELECT body, single FROM segment WHERE account_id = $1 AND "
		"phone_id = $2 AND transfer = $3 AND index <= $4 "
		"ORDER BY index" };
	struct db_args a = { 0 }, b = { 0 };
	PGresult *res;
	enum db_err err;
	int rows;

	whole_args(&a, w);
	if ((err = db_query(db, &lock, &a, &res)) != DB_OK)
		return err;
	if ((rows = PQntuples(res)) == 1)
		w->base = (struct gate_base){ (uint32_t)db_int(res, 0, 0),
			(uint32_t)db_int(res, 0, 1) };
	PQclear(res);
	if (rows == 0)
		return DB_NONE;
	whole_args(&b, w);
	db_arg_int(&b, w->last_index);
	if ((err = db_query(db, &stmt, &b, &res)) != DB_OK)
		return err;
	*len = 0;
	w->single = false;
	for (int i = 0; i < PQntuples(res); i++) {
		int n = db_bytes(res, i, 0, bodies + *len, cap - *len);

		w->single = db_bool(res, i, 1);
		if (n > 0)
			*len += (size_t)n;
	}
	PQclear(res);
	return DB_OK;
}

static enum db_err
forget_segments(struct db *db, const struct gate_whole *w)
{
	static const struct db_stmt stmt = { "segments_forget", 3,
		"DELETE FROM segment WHERE account_id = $1 AND phone_id = $2 "
		"AND transfer = $3" };
	struct db_args a = { 0 };

	whole_args(&a, w);
	return db_later(db, &stmt, &a);
}

enum db_err
gate_whole_end(
    struct db *db, const struct gate_whole *w, const char *state, int records)
{
	static const struct db_stmt stmt = { "whole_end", 5,
		"UPDATE transfer SET state = $4, records = $5 WHERE "
		"account_id = $1 AND phone_id = $2 AND transfer = $3" };
	struct db_args a = { 0 };
	enum db_err err;

	whole_args(&a, w);
	db_arg_text(&a, state);
	db_arg_int(&a, records);
	if ((err = db_later(db, &stmt, &a)) != DB_OK)
		return err;
	return forget_segments(db, w);
}

/* Whoever makes it go on looks for it with the phone's row locked, as does the
 * caller after this: one of them sees what the other has done. */
enum db_err
gate_whole_wait(struct db *db, int64_t account, int64_t phone,
    uint32_t transfer, uint32_t waits_for)
{
	static const struct db_stmt stmt = { "whole_wait", 4,
		"UPDATE transfer SET waits_for = $4 WHERE account_id = $1 AND "
		"phone_id = $2 AND transfer = $3" };
	struct db_args a = { 0 };

	arg_pair(&a, account, phone);
	db_arg_int(&a, transfer);
	db_arg_int(&a, waits_for);
	return db_run(db, &stmt, &a, NULL);
}

enum db_err
gate_whole_aside(struct db *db, const struct gate_whole *w)
{
	static const struct db_stmt stmt = { "whole_aside", 3,
		"UPDATE transfer SET state = 'bad' WHERE account_id = $1 AND "
		"phone_id = $2 AND transfer = $3" };
	struct db_args a = { 0 };

	whole_args(&a, w);
	return db_run(db, &stmt, &a, NULL);
}

enum db_err
gate_whole_again(struct db *db, const struct gate_whole *w, int64_t now_ms)
{
	static const struct db_stmt stmt = { "whole_again", 4,
		"UPDATE transfer SET state = 'open', have = 0, "
		" last_index = NULL, last_at = " TS(
		    4) " WHERE "
		       "account_id = $1 AND phone_id = $2 AND transfer = $3" };
	struct db_args a = { 0 };
	enum db_err err;

	whole_args(&a, w);
	db_arg_time(&a, now_ms);
	if ((err = db_run(db, &stmt, &a, NULL)) != DB_OK)
		return err;
	return forget_segments(db, w);
}
