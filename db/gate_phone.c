#include "gate.h"

#include <string.h>

#include "gate_internal.h"

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
