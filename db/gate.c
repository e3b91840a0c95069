#include "gate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db_internal.h"
#include "log.h"

/* Times travel as Unix milliseconds. */
#define TS(n) "to_timestamp($" #n "::bigint / 1000.0)"
#define MS(col) "coalesce((extract(epoch FROM " col ") * 1000)::bigint, 0)"

static void
arg_pair(struct db_args *a, int64_t account, int64_t phone)
{
	db_arg_int(a, account);
	db_arg_int(a, phone);
}

/* ---- phones ---- */

#define PHONE_COLUMNS \
	"p.account_id, p.phone_id, p.key_id, p.root_wrapped, a.public_key, " \
	"p.number, p.text_only, p.codec, p.unbound_at IS NULL, p.cumulative, " \
	"p.highest, p.policy_applied " \
	"FROM phone p JOIN account a USING (account_id) "

static enum db_err
phone_query(struct db *db, const struct db_stmt *stmt, const struct db_args *a,
    struct gate_phone *out)
{
	PGresult *res;
	enum db_err err = db_query(db, stmt, a, &res);

	if (err != DB_OK)
		return err;
	if (PQntuples(res) == 0) {
		PQclear(res);
		return DB_NONE;
	}
	memset(out, 0, sizeof *out);
	out->account = db_int(res, 0, 0);
	out->phone = db_int(res, 0, 1);
	out->key_id = (uint32_t)db_int(res, 0, 2);
	out->root_wrapped_len = (size_t)db_bytes(
	    res, 0, 3, out->root_wrapped, sizeof out->root_wrapped);
	db_bytes(res, 0, 4, out->public_key, sizeof out->public_key);
	db_text(res, 0, 5, out->number, sizeof out->number);
	out->text_only = db_bool(res, 0, 6);
	out->codec = (uint8_t)db_int(res, 0, 7);
	out->bound = db_bool(res, 0, 8);
	out->cumulative = (uint32_t)db_int(res, 0, 9);
	out->highest = (uint32_t)db_int(res, 0, 10);
	out->policy_applied = (uint32_t)db_int(res, 0, 11);
	PQclear(res);
	return DB_OK;
}

enum db_err
gate_phone_by_key(struct db *db, uint32_t key_id, struct gate_phone *out)
{
	static const struct db_stmt stmt = { "phone_by_key", 1,
		"SELECT " PHONE_COLUMNS "WHERE p.key_id = $1" };
	struct db_args a = { 0 };

	db_arg_int(&a, key_id);
	return phone_query(db, &stmt, &a, out);
}

enum db_err
gate_phone_by_id(
    struct db *db, int64_t account, int64_t phone, struct gate_phone *out)
{
	static const struct db_stmt stmt = { "phone_by_id", 2,
		"SELECT " PHONE_COLUMNS
		"WHERE p.account_id = $1 AND p.phone_id = $2" };
	struct db_args a = { 0 };

	arg_pair(&a, account, phone);
	return phone_query(db, &stmt, &a, out);
}

/* ---- pieces ---- */

/*
 * A segment joins its transfer's state.  The union of bits does not depend on
 * the order, so several gateways may write at once.  No row comes back when
 * the transfer is finished or the segment contradicts what is known.
 */
static const struct db_stmt piece_state = { "piece_state", 6,
	"INSERT INTO transfer (account_id, phone_id, transfer, have, "
	" last_index, first_at, last_at) "
	"VALUES ($1, $2, $3, 1 << $4::int, "
	" CASE WHEN $5::boolean THEN $4::int END, " TS(6) ", " TS(
	    6) ") "
	       "ON CONFLICT (account_id, phone_id, transfer) DO UPDATE SET "
	       " have = transfer.have | excluded.have, "
	       " last_index = coalesce(transfer.last_index, excluded.last_index), "
	       " last_at = CASE WHEN transfer.have & excluded.have = 0 "
	       "  THEN excluded.last_at ELSE transfer.last_at END "
	       "WHERE transfer.state = 'open' AND (transfer.last_index IS NULL OR "
	       " ($4::int <= transfer.last_index AND "
	       "  $5::boolean = ($4::int = transfer.last_index))) "
	       " AND (NOT $5::boolean OR transfer.have >> ($4::int + 1) = 0) "
	       "RETURNING have, coalesce(last_index, -1)" };
static const struct db_stmt piece_body = { "piece_body", 7,
	"INSERT INTO segment (account_id, phone_id, transfer, index, last, "
	" body, arrived_at) "
	"SELECT $1, $2, $3, $4, $5, $6, " TS(
	    7) " WHERE EXISTS "
	       "(SELECT 1 FROM transfer WHERE account_id = $1 AND phone_id = $2 "
	       " AND transfer = $3 AND state = 'open') "
	       "ON CONFLICT DO NOTHING" };
static const struct db_stmt piece_single = { "piece_single", 5,
	"INSERT INTO transfer (account_id, phone_id, transfer, state, have, "
	" last_index, digest, first_at, last_at) "
	"VALUES ($1, $2, $3, 'stored', 1, 0, $4, " TS(5) ", " TS(
	    5) ") "
	       "ON CONFLICT (account_id, phone_id, transfer) DO UPDATE SET "
	       " state = 'stored', have = 1, last_index = 0, "
	       " digest = excluded.digest, last_at = excluded.last_at "
	       "WHERE transfer.state = 'open' AND transfer.have = 0 "
	       "RETURNING have, last_index" };

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
gate_pieces_put(
    struct db *db, struct gate_piece *pieces, size_t n, int64_t now_ms)
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
	return db_run(db, &stmt, &a, NULL);
}

/* ---- phones that were heard ---- */

/* Numbers that were jumped over are rows too: something to ask for. */
static const struct db_stmt heard_gaps = { "heard_gaps", 4,
	"INSERT INTO transfer (account_id, phone_id, transfer, first_at, "
	" last_at) "
	"SELECT $1, $2, g, " TS(4) ", " TS(
	    4) " FROM phone p, "
	       " generate_series(greatest(p.highest, $3::bigint - 4096) + 1, "
	       "  $3::bigint - 1) g "
	       "WHERE p.account_id = $1 AND p.phone_id = $2 "
	       "ON CONFLICT DO NOTHING" };
static const struct db_stmt heard_phone = {
	"heard_phone", 8,
	"UPDATE phone SET last_heard_at = greatest(last_heard_at, " TS(
	    8) "), "
	       " highest = greatest(highest, $3::bigint), "
	       " sms_up = sms_up + $4::int, "
	       " sms_since_ack = sms_since_ack + $4::int, "
	       " ack_wanted = ack_wanted OR $5::boolean, "
	       " policy_applied_at = CASE WHEN $6::bigint > policy_applied "
	       "  THEN " TS(
		   8) " ELSE policy_applied_at END, "
		      " policy_applied = greatest(policy_applied, $6::bigint), "
		      " number = coalesce($7::text, number) "
		      "WHERE account_id = $1 AND phone_id = $2 AND unbound_at IS NULL"
};
static const struct db_stmt heard_cumulative = { "heard_cumulative", 2,
	"UPDATE phone p SET cumulative = coalesce((SELECT min(t.transfer) - 1 "
	" FROM transfer t WHERE t.account_id = $1 AND t.phone_id = $2 "
	" AND t.state IN ('open', 'whole')), p.highest) "
	"WHERE p.account_id = $1 AND p.phone_id = $2" };

static void
take_heard(void *ctx, int nth, const PGresult *res)
{
	bool *gone = ctx;

	if (nth % 3 == 1 &&
	    strcmp(PQcmdTuples((PGresult *)(uintptr_t)res), "0") == 0)
		*gone = true;
}

static enum db_err
send_heard(struct db *db, const struct gate_heard *h, int64_t now_ms)
{
	struct db_args gaps = { 0 }, phone = { 0 }, cumulative = { 0 };
	enum db_err err;

	arg_pair(&gaps, h->account, h->phone);
	db_arg_int(&gaps, h->highest);
	db_arg_time(&gaps, now_ms);
	arg_pair(&phone, h->account, h->phone);
	db_arg_int(&phone, h->highest);
	db_arg_int(&phone, h->sms);
	db_arg_bool(&phone, h->ack_wanted);
	db_arg_int(&phone, h->policy_applied);
	db_arg_text(&phone, h->number);
	db_arg_time(&phone, now_ms);
	arg_pair(&cumulative, h->account, h->phone);
	if ((err = db_pipe_send(db, &heard_gaps, &gaps)) != DB_OK ||
	    (err = db_pipe_send(db, &heard_phone, &phone)) != DB_OK)
		return err;
	return db_pipe_send(db, &heard_cumulative, &cumulative);
}

enum db_err
gate_heard_put(
    struct db *db, const struct gate_heard *heard, size_t n, int64_t now_ms)
{
	static const struct db_stmt *const stmts[] = { &heard_gaps,
		&heard_phone, &heard_cumulative };
	bool gone = false;
	enum db_err err, end;

	if ((err = db_prepare(db, stmts, 3)) != DB_OK ||
	    (err = db_pipe_begin(db)) != DB_OK)
		return err;
	for (size_t i = 0; i < n && err == DB_OK; i++)
		err = send_heard(db, &heard[i], now_ms);
	end = db_pipe_end(db, take_heard, &gone);
	if (err == DB_OK)
		err = end;
	return err == DB_OK && gone ? DB_NONE : err;
}

/* ---- records ---- */

static const struct db_stmt record_version_put = { "record_version_put", 11,
	"INSERT INTO record_version (account_id, phone_id, kind, record_id, "
	" transfer, ordinal, op, time_ms, data_key_id, sealed, stored_at) "
	"VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, " TS(
	    11) ") "
		"ON CONFLICT DO NOTHING" };
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

/* So many in one pipeline that neither side's buffers fill up. */
#define RECORDS_AT_ONCE 64

static enum db_err
send_records(struct db *db, int64_t account, int64_t phone,
    const struct gate_record *records, size_t n, int64_t now_ms)
{
	enum db_err err, end;

	if ((err = db_pipe_begin(db)) != DB_OK)
		return err;
	for (size_t i = 0; i < n && err == DB_OK; i++) {
		const struct gate_record *r = &records[i];
		struct db_args v = { 0 }, head = { 0 };

		record_args(&v, account, phone, r);
		db_arg_int(&v, r->data_key);
		db_arg_bytes(&v, r->sealed, r->sealed_len);
		db_arg_time(&v, now_ms);
		record_args(&head, account, phone, r);
		if ((err = db_pipe_send(db, &record_version_put, &v)) == DB_OK)
			err = db_pipe_send(db, &record_put, &head);
	}
	end = db_pipe_end(db, NULL, NULL);
	return err == DB_OK ? end : err;
}

enum db_err
gate_records_put(struct db *db, int64_t account, int64_t phone,
    const struct gate_record *records, size_t n, int64_t now_ms)
{
	static const struct db_stmt *const stmts[] = { &record_version_put,
		&record_put };
	enum db_err err = db_prepare(db, stmts, 2);

	for (size_t i = 0; i < n && err == DB_OK; i += RECORDS_AT_ONCE)
		err = send_records(db, account, phone, records + i,
		    n - i < RECORDS_AT_ONCE ? n - i : RECORDS_AT_ONCE, now_ms);
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

enum db_err
gate_event_put(struct db *db, int64_t account, int64_t phone, int64_t now_ms,
    const char *kind, const char *detail)
{
	static const struct db_stmt stmt = { "event_put", 5,
		"INSERT INTO event (account_id, phone_id, at, kind, detail) "
		"VALUES ($1, nullif($2::bigint, 0), " TS(3) ", $4, $5)" };
	struct db_args a = { 0 };

	arg_pair(&a, account, phone);
	db_arg_time(&a, now_ms);
	db_arg_text(&a, kind);
	db_arg_text(&a, detail);
	return db_run(db, &stmt, &a, NULL);
}

/* ---- whole transfers ---- */

enum db_err
gate_whole_list(struct db *db, struct gate_whole *out, size_t max, size_t *n)
{
	static const struct db_stmt stmt = { "whole_list", 1,
		"SELECT t.account_id, t.phone_id, p.key_id, t.transfer, "
		" t.last_index FROM transfer t JOIN phone p "
		" USING (account_id, phone_id) WHERE t.state = 'whole' "
		"AND p.unbound_at IS NULL "
		"ORDER BY t.last_at LIMIT $1" };
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
gate_whole_take(struct db *db, const struct gate_whole *w, uint8_t *bodies,
    size_t cap, size_t *len)
{
	static const struct db_stmt lock = { "whole_lock", 3,
		"SELECT 1 FROM transfer WHERE account_id = $1 AND "
		"phone_id = $2 AND transfer = $3 AND state = 'whole' "
		"FOR UPDATE SKIP LOCKED" };
	static const struct db_stmt stmt = { "whole_bodies", 4,
		"SELECT body FROM segment WHERE account_id = $1 AND "
		"phone_id = $2 AND transfer = $3 AND index <= $4 "
		"ORDER BY index" };
	struct db_args a = { 0 }, b = { 0 };
	PGresult *res;
	enum db_err err;
	int rows;

	whole_args(&a, w);
	if ((err = db_query(db, &lock, &a, &res)) != DB_OK)
		return err;
	rows = PQntuples(res);
	PQclear(res);
	if (rows == 0)
		return DB_NONE;
	whole_args(&b, w);
	db_arg_int(&b, w->last_index);
	if ((err = db_query(db, &stmt, &b, &res)) != DB_OK)
		return err;
	*len = 0;
	for (int i = 0; i < PQntuples(res); i++) {
		int n = db_bytes(res, i, 0, bodies + *len, cap - *len);

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
	return db_run(db, &stmt, &a, NULL);
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
	if ((err = db_run(db, &stmt, &a, NULL)) != DB_OK)
		return err;
	return forget_segments(db, w);
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

/* ---- answers ---- */

enum db_err
gate_due_list(struct db *db, int64_t now_ms, int64_t quiet_ms,
    struct gate_due **out, size_t *n)
{
	static const struct db_stmt stmt = { "due_list", 2,
		"SELECT p.account_id, p.phone_id, p.key_id, p.cumulative, "
		" p.acked, coalesce((SELECT max(version) FROM policy o WHERE "
		"  o.account_id = p.account_id AND o.phone_id = p.phone_id), "
		"  0), " MS("coalesce(p.acked_at, p.bound_at)") ", " MS(
		    "p.last_heard_at") ", p.sms_since_ack, p.ack_wanted "
				       "FROM phone p WHERE p.unbound_at IS NULL AND ("
				       " p.ack_wanted OR p.sms_since_ack >= 16 OR "
				       " (p.cumulative > p.acked AND "
				       "  coalesce(p.acked_at, p.bound_at) < " TS(
					   1) "   - interval '1 day') OR "
					      " EXISTS (SELECT 1 FROM transfer t WHERE t.account_id = "
					      "  p.account_id AND t.phone_id = p.phone_id AND "
					      "  t.state = 'open' AND (t.asked < 3 OR (p.last_heard_at > "
					      "   t.asked_at AND t.asked_at < " TS(
						  1) " - interval '1 day'))"
						     "  AND t.last_at <= "
						     "  to_timestamp(($1::bigint - $2::bigint) / 1000.0))) "
						     "LIMIT 1000" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	db_arg_time(&a, now_ms);
	db_arg_int(&a, quiet_ms);
	if ((err = db_query(db, &stmt, &a, &res)) != DB_OK)
		return err;
	*n = (size_t)PQntuples(res);
	if ((*out = calloc(*n + 1, sizeof **out)) == NULL) {
		PQclear(res);
		return DB_FAILED;
	}
	for (int i = 0; i < PQntuples(res); i++)
		(*out)[i] = (struct gate_due){
			.account = db_int(res, i, 0),
			.phone = db_int(res, i, 1),
			.key_id = (uint32_t)db_int(res, i, 2),
			.cumulative = (uint32_t)db_int(res, i, 3),
			.acked = (uint32_t)db_int(res, i, 4),
			.policy_version = (uint32_t)db_int(res, i, 5),
			.acked_at_ms = db_int(res, i, 6),
			.heard_ms = db_int(res, i, 7),
			.sms_since_ack = (int)db_int(res, i, 8),
			.ack_wanted = db_bool(res, i, 9),
		};
	PQclear(res);
	return DB_OK;
}

enum db_err
gate_open_list(struct db *db, int64_t account, int64_t phone,
    struct gate_open *out, size_t max, size_t *n)
{
	static const struct db_stmt stmt = { "open_list", 3,
		"SELECT t.transfer, t.state <> 'open', t.have, "
		" coalesce(t.last_index, -1), t.asked, " MS("t.last_at") ", " MS(
		    "t.asked_at") " FROM transfer t JOIN phone p "
				  " USING (account_id, phone_id) WHERE t.account_id = $1 AND "
				  " t.phone_id = $2 AND t.transfer > p.cumulative "
				  "ORDER BY t.transfer LIMIT $3" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	arg_pair(&a, account, phone);
	db_arg_int(&a, (int64_t)max);
	if ((err = db_query(db, &stmt, &a, &res)) != DB_OK)
		return err;
	*n = (size_t)PQntuples(res);
	for (int i = 0; i < PQntuples(res); i++)
		out[i] = (struct gate_open){
			.transfer = (uint32_t)db_int(res, i, 0),
			.done = db_bool(res, i, 1),
			.have = (uint16_t)db_int(res, i, 2),
			.last_index = (int)db_int(res, i, 3),
			.asked = (int)db_int(res, i, 4),
			.last_at_ms = db_int(res, i, 5),
			.asked_at_ms = db_int(res, i, 6),
		};
	PQclear(res);
	return DB_OK;
}

enum db_err
gate_asked_put(struct db *db, int64_t account, int64_t phone, uint32_t transfer,
    int64_t now_ms)
{
	static const struct db_stmt stmt = {
		"asked_put", 4,
		"UPDATE transfer SET asked = asked + 1, asked_at = " TS(
		    4) " WHERE account_id = $1 AND phone_id = $2 AND transfer = $3"
	};
	struct db_args a = { 0 };

	arg_pair(&a, account, phone);
	db_arg_int(&a, transfer);
	db_arg_time(&a, now_ms);
	return db_run(db, &stmt, &a, NULL);
}

enum db_err
gate_acked_put(struct db *db, int64_t account, int64_t phone,
    uint32_t cumulative, int64_t now_ms)
{
	static const struct db_stmt stmt = { "acked_put", 4,
		"UPDATE phone SET acked = $3, acked_at = " TS(
		    4) ", "
		       " ack_wanted = false, sms_since_ack = 0 "
		       "WHERE account_id = $1 AND phone_id = $2" };
	struct db_args a = { 0 };

	arg_pair(&a, account, phone);
	db_arg_int(&a, cumulative);
	db_arg_time(&a, now_ms);
	return db_run(db, &stmt, &a, NULL);
}

/* ---- what goes out ---- */

enum db_err
gate_out_put(struct db *db, const struct gate_out *o, int64_t now_ms)
{
	static const struct db_stmt supersede = { "out_supersede", 4,
		"UPDATE outbox SET state = 'superseded', changed_at = " TS(
		    4) " WHERE account_id = $1 AND phone_id = $2 AND purpose = $3 "
		       "AND state IN ('queued', 'held')" };
	static const struct db_stmt stmt = { "out_put", 8,
		"INSERT INTO outbox (account_id, phone_id, purpose, number, "
		" text_form, frame, not_before, not_after, created_at, "
		" changed_at) VALUES ($1, nullif($2::bigint, 0), $3, $4, $5, "
		" $6, " TS(7) ", " TS(8) ", " TS(7) ", " TS(7) ")" };
	struct db_args a = { 0 }, s = { 0 };
	enum db_err err;

	if (strcmp(o->purpose, "policy") == 0 ||
	    strcmp(o->purpose, "ack") == 0) {
		arg_pair(&s, o->account, o->phone);
		db_arg_text(&s, o->purpose);
		db_arg_time(&s, now_ms);
		if ((err = db_run(db, &supersede, &s, NULL)) != DB_OK)
			return err;
	}
	arg_pair(&a, o->account, o->phone);
	db_arg_text(&a, o->purpose);
	db_arg_text(&a, o->number);
	db_arg_bool(&a, o->text);
	db_arg_bytes(&a, o->frame, o->len);
	db_arg_time(&a, now_ms);
	db_arg_time(&a, o->not_after_ms);
	return db_run(db, &stmt, &a, NULL);
}

enum db_err
gate_sequence_next(
    struct db *db, int64_t account, int64_t phone, uint32_t *sequence)
{
	static const struct db_stmt stmt = { "sequence_next", 2,
		"UPDATE phone SET control_next = control_next + 1, "
		" sms_down = sms_down + 1 "
		"WHERE account_id = $1 AND phone_id = $2 "
		"RETURNING control_next - 1" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	arg_pair(&a, account, phone);
	if ((err = db_query(db, &stmt, &a, &res)) != DB_OK)
		return err;
	if (PQntuples(res) == 1)
		*sequence = (uint32_t)db_int(res, 0, 0);
	else
		err = DB_NONE;
	PQclear(res);
	return err;
}

static void
read_policy(const PGresult *res, int row, struct gate_policy *out)
{
	out->account = db_int(res, row, 0);
	out->phone = db_int(res, row, 1);
	out->version = (uint32_t)db_int(res, row, 2);
	out->len =
	    (size_t)db_bytes(res, row, 3, out->policy, sizeof out->policy);
}

enum db_err
gate_policy_list(struct db *db, int64_t now_ms, int64_t again_ms,
    struct gate_policy *out, size_t max, size_t *n)
{
	static const struct db_stmt stmt = { "policy_list", 3,
		"SELECT o.account_id, o.phone_id, o.version, o.policy "
		"FROM policy o JOIN phone p USING (account_id, phone_id) "
		"WHERE p.unbound_at IS NULL AND o.version = (SELECT "
		"  max(version) FROM policy x WHERE x.account_id = "
		"  o.account_id AND x.phone_id = o.phone_id) "
		" AND o.version > p.policy_applied AND (o.version > "
		"  p.policy_sent OR (NOT EXISTS (SELECT 1 FROM outbox b "
		"   WHERE b.account_id = o.account_id AND b.phone_id = "
		"   o.phone_id AND b.purpose = 'policy' AND (b.state IN "
		"   ('queued', 'held', 'sending') OR b.changed_at > "
		"   to_timestamp(($1::bigint - $2::bigint) / 1000.0))) "
		"  AND p.last_heard_at > (SELECT max(b.changed_at) FROM "
		"   outbox b WHERE b.account_id = o.account_id AND "
		"   b.phone_id = o.phone_id AND b.purpose = 'policy'))) "
		"LIMIT $3" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	db_arg_time(&a, now_ms);
	db_arg_int(&a, again_ms);
	db_arg_int(&a, (int64_t)max);
	if ((err = db_query(db, &stmt, &a, &res)) != DB_OK)
		return err;
	*n = (size_t)PQntuples(res);
	for (int i = 0; i < PQntuples(res); i++)
		read_policy(res, i, &out[i]);
	PQclear(res);
	return DB_OK;
}

enum db_err
gate_policy_newest(
    struct db *db, int64_t account, int64_t phone, struct gate_policy *out)
{
	static const struct db_stmt stmt = { "policy_newest", 2,
		"SELECT account_id, phone_id, version, policy FROM policy "
		"WHERE account_id = $1 AND phone_id = $2 "
		"ORDER BY version DESC LIMIT 1" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	arg_pair(&a, account, phone);
	if ((err = db_query(db, &stmt, &a, &res)) != DB_OK)
		return err;
	if (PQntuples(res) == 1)
		read_policy(res, 0, out);
	else
		err = DB_NONE;
	PQclear(res);
	return err;
}

enum db_err
gate_policy_sent(
    struct db *db, int64_t account, int64_t phone, uint32_t version)
{
	static const struct db_stmt stmt = { "policy_sent", 3,
		"UPDATE phone SET policy_sent = greatest(policy_sent, $3) "
		"WHERE account_id = $1 AND phone_id = $2" };
	struct db_args a = { 0 };

	arg_pair(&a, account, phone);
	db_arg_int(&a, version);
	return db_run(db, &stmt, &a, NULL);
}

enum db_err
gate_command_list(struct db *db, int64_t now_ms, struct gate_command *out,
    size_t max, size_t *n)
{
	static const struct db_stmt stmt = { "command_list", 2,
		"SELECT account_id, phone_id, command_id, command, args, " MS(
		    "not_after") " FROM command WHERE taken_at IS NULL AND "
				 "not_after > " TS(
				     1) " ORDER BY command_id LIMIT $2" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	db_arg_time(&a, now_ms);
	db_arg_int(&a, (int64_t)max);
	if ((err = db_query(db, &stmt, &a, &res)) != DB_OK)
		return err;
	*n = (size_t)PQntuples(res);
	for (int i = 0; i < PQntuples(res); i++) {
		int len;

		out[i].account = db_int(res, i, 0);
		out[i].phone = db_int(res, i, 1);
		out[i].command_id = db_int(res, i, 2);
		out[i].command = (uint8_t)db_int(res, i, 3);
		len = db_bytes(res, i, 4, out[i].args, sizeof out[i].args);
		out[i].len = len > 0 ? (size_t)len : 0;
		out[i].not_after_ms = db_int(res, i, 5);
	}
	PQclear(res);
	return DB_OK;
}

enum db_err
gate_command_taken(
    struct db *db, int64_t account, int64_t command_id, int64_t now_ms)
{
	static const struct db_stmt stmt = { "command_taken", 3,
		"UPDATE command SET taken_at = " TS(
		    3) " WHERE account_id = $1 "
		       "AND command_id = $2 AND taken_at IS NULL" };
	struct db_args a = { 0 };
	int64_t n = 0;
	enum db_err err;

	arg_pair(&a, account, command_id);
	db_arg_time(&a, now_ms);
	err = db_run(db, &stmt, &a, &n);
	return err == DB_OK && n == 0 ? DB_NONE : err;
}
