#include <stdlib.h>
#include <string.h>

#include "gate.h"
#include "gate_internal.h"

/* What an owner was told of his contacts is not kept once it is out. */
#define SPENT(over) \
	"frame = CASE WHEN purpose = 'reply' AND " over \
	" THEN '\\x2a'::bytea ELSE frame END"

/* The next due row, locked. */
static const struct db_stmt claim_find = { "claim_find", 1,
	"SELECT o.account_id, o.outbox_id, coalesce(o.phone_id, 0), "
	" o.number, o.text_form, o.frame, "
	" (extract(epoch FROM o.not_after) * 1000)::bigint, o.plain "
	"FROM outbox o WHERE o.state IN ('queued', 'held') AND "
	" o.not_before <= to_timestamp($1 / 1000.0) AND "
	" o.not_after > to_timestamp($1 / 1000.0) "
	"ORDER BY o.not_before, o.outbox_id LIMIT 1 FOR UPDATE SKIP LOCKED" };
/* Two that claim at once must not both take the last SMS of a budget. */
static const struct db_stmt claim_alone = { "claim_alone", 2,
	"SELECT pg_advisory_xact_lock(7305, ($1::bigint % 2147483647)::int), "
	" CASE WHEN $2::boolean THEN pg_advisory_xact_lock(7306) END" };
/*
 * Does a budget forbid it now?  The account's month, and its day, of both of
 * which restores leave a part to all else; above both, what a lost phone must
 * hear may use the month's reserve, and a restore what its owner has granted
 * it. Then the gateway's own.
 */
static const struct db_stmt claim_check = { "claim_check", 5,
	"WITH t AS (SELECT (to_timestamp($3 / 1000.0) AT TIME ZONE "
	"  'UTC')::date AS today), "
	"mine AS (SELECT coalesce(sum(s.sms), 0) AS month, "
	"  coalesce(sum(s.sms) FILTER (WHERE s.day = t.today), 0) AS day "
	" FROM t LEFT JOIN spend s ON s.account_id = $1 AND "
	"  s.purpose <> 'granted' AND "
	"  s.day >= date_trunc('month', t.today)::date), "
	"leave AS (SELECT count(*) > 0 AS granted FROM outbox o "
	"  JOIN down_frame f USING (account_id, phone_id, outbox_id) "
	"  JOIN restore r USING (account_id, restore_id) WHERE "
	"  o.account_id = $1 AND o.outbox_id = $2 AND o.purpose = 'restore' "
	"  AND r.beyond_sms > 0), "
	"ours AS (SELECT coalesce(sum(s.sms), 0) AS month, "
	"  coalesce(sum(s.sms) FILTER (WHERE s.day = t.today), 0) AS day "
	" FROM t LEFT JOIN spend s ON ($4::bigint > 0 OR $5::bigint > 0) AND "
	"  s.day >= date_trunc('month', t.today)::date) "
	"SELECT NOT (leave.granted OR (CASE WHEN o.purpose = 'restore' THEN "
	"   mine.month < " DB_MONTH_OF_RESTORES " AND "
	"   mine.day < " DB_DAY_OF_RESTORES " ELSE "
	"   mine.month < a.month_sms_max AND mine.day < a.day_sms_max END) OR "
	"  (mine.month < a.month_sms_max + a.reserve_sms AND "
	"   o.purpose IN ('lost', 'control', 'ack') AND coalesce((SELECT "
	"   l.is_on FROM lost l WHERE l.account_id = o.account_id AND "
	"   l.phone_id = o.phone_id ORDER BY l.version DESC LIMIT 1), "
	"   false))) "
	" OR ($4::bigint > 0 AND ours.month >= $4::bigint) "
	" OR ($5::bigint > 0 AND ours.day >= $5::bigint), leave.granted "
	"FROM outbox o JOIN account a USING (account_id), mine, ours, leave "
	"WHERE o.account_id = $1 AND o.outbox_id = $2" };
static const struct db_stmt claim_hold = { "claim_hold", 3,
	"UPDATE outbox SET state = 'held', changed_at = " TS(
	    3) ", "
	       " not_before = " TS(
		   3) " + interval '1 hour' "
		      "WHERE account_id = $1 AND outbox_id = $2" };
static const struct db_stmt claim_take = { "claim_take", 4,
	"UPDATE outbox SET state = 'sending', attempts = attempts + 1, "
	" changed_at = " TS(3) ", price_milli = price_milli + $4 "
			       "WHERE account_id = $1 AND outbox_id = $2" };
static const struct db_stmt claim_book = { "claim_book", 5,
	"INSERT INTO spend (account_id, day, purpose, sms, cost_milli) "
	"SELECT account_id, (" TS(
	    3) " AT TIME ZONE 'UTC')::date, CASE WHEN $5::boolean THEN "
	       " 'granted' ELSE purpose END, 1, $4 FROM outbox "
	       "WHERE account_id = $1 AND outbox_id = $2 "
	       "ON CONFLICT (account_id, day, purpose) DO UPDATE SET "
	       " sms = spend.sms + 1, "
	       " cost_milli = spend.cost_milli + excluded.cost_milli" };
static const struct db_stmt claim_granted = { "claim_granted", 2,
	"UPDATE restore r SET beyond_sms = beyond_sms - 1 FROM down_frame f "
	"WHERE f.account_id = $1 AND f.outbox_id = $2 AND "
	" r.account_id = $1 AND r.restore_id = f.restore_id AND "
	" r.beyond_sms > 0" };

static void
row_args(struct db_args *a, const struct gate_claim *c, int64_t now_ms)
{
	db_arg_int(a, c->account);
	db_arg_int(a, c->outbox);
	db_arg_time(a, now_ms);
}

static void
read_claim(const PGresult *res, struct gate_claim *out)
{
	int n;

	memset(out, 0, sizeof *out);
	out->account = db_int(res, 0, 0);
	out->outbox = db_int(res, 0, 1);
	out->phone = db_int(res, 0, 2);
	db_text(res, 0, 3, out->number, sizeof out->number);
	out->text = db_bool(res, 0, 4);
	n = db_bytes(res, 0, 5, out->frame, sizeof out->frame);
	out->len = n > 0 ? (size_t)n : 0;
	out->not_after_ms = db_int(res, 0, 6);
	out->plain = db_bool(res, 0, 7);
}

/* The row may not go out now: set it back, and tell the owner once a day. */
static enum db_err
hold(struct db *db, const struct gate_claim *c, int64_t now_ms)
{
	static const struct db_stmt told = { "budget_told", 2,
		"SELECT 1 FROM event WHERE account_id = $1 AND "
		"kind = 'budget-reached' AND at > " TS(
		    2) " - interval '1 day'" };
	struct db_args a = { 0 }, t = { 0 };
	PGresult *res;
	enum db_err err;
	int n;

	row_args(&a, c, now_ms);
	if ((err = db_run(db, &claim_hold, &a, NULL)) != DB_OK)
		return err;
	db_arg_int(&t, c->account);
	db_arg_time(&t, now_ms);
	if ((err = db_query(db, &told, &t, &res)) != DB_OK)
		return err;
	n = PQntuples(res);
	PQclear(res);
	return n > 0 ? DB_OK
		     : gate_event_put(db, c->account, c->phone, now_ms,
			   "budget-reached", "");
}

static enum db_err
take(struct db *db, const struct gate_claim *c,
    const struct gate_budget *budget, bool granted, int64_t now_ms)
{
	struct db_args a = { 0 }, b = { 0 }, g = { 0 };
	enum db_err err;

	row_args(&a, c, now_ms);
	db_arg_int(&a, budget->price_milli);
	if ((err = db_run(db, &claim_take, &a, NULL)) != DB_OK)
		return err;
	row_args(&b, c, now_ms);
	db_arg_int(&b, budget->price_milli);
	db_arg_bool(&b, granted);
	if ((err = db_run(db, &claim_book, &b, NULL)) != DB_OK || !granted)
		return err;
	arg_pair(&g, c->account, c->outbox);
	return db_run(db, &claim_granted, &g, NULL);
}

static enum db_err
check_budget(struct db *db, const struct gate_claim *c,
    const struct gate_budget *budget, int64_t now_ms, bool *held, bool *granted)
{
	struct db_args alone = { 0 }, a = { 0 };
	PGresult *res;
	enum db_err err;

	db_arg_int(&alone, c->account);
	db_arg_bool(&alone,
	    budget->gateway_month_max > 0 || budget->gateway_day_max > 0);
	if ((err = db_query(db, &claim_alone, &alone, &res)) != DB_OK)
		return err;
	PQclear(res);
	row_args(&a, c, now_ms);
	db_arg_int(&a, budget->gateway_month_max);
	db_arg_int(&a, budget->gateway_day_max);
	if ((err = db_query(db, &claim_check, &a, &res)) != DB_OK)
		return err;
	*held = db_bool(res, 0, 0);
	*granted = db_bool(res, 0, 1);
	PQclear(res);
	return DB_OK;
}

static enum db_err
claim_one(struct db *db, const struct gate_budget *budget, int64_t now_ms,
    struct gate_claim *out, bool *held)
{
	struct db_args a = { 0 };
	PGresult *res;
	bool granted;
	enum db_err err;

	db_arg_time(&a, now_ms);
	if ((err = db_query(db, &claim_find, &a, &res)) != DB_OK)
		return err;
	if (PQntuples(res) == 0) {
		PQclear(res);
		return DB_NONE;
	}
	read_claim(res, out);
	PQclear(res);
	if ((err = check_budget(db, out, budget, now_ms, held, &granted)) !=
	    DB_OK)
		return err;
	return *held ? hold(db, out, now_ms)
		     : take(db, out, budget, granted, now_ms);
}

enum db_err
gate_outbox_claim(struct db *db, const struct gate_budget *budget,
    int64_t now_ms, struct gate_claim *out)
{
	bool held;
	enum db_err err;

	/* One that is held must not stand before the next account's. */
	do {
		held = false;
		if ((err = db_begin(db)) != DB_OK)
			return err;
		err = claim_one(db, budget, now_ms, out, &held);
		if (err == DB_OK)
			err = db_commit(db);
		db_rollback(db);
	} while (err == DB_OK && held);
	return err;
}

enum db_err
gate_outbox_result(struct db *db, int64_t account, int64_t outbox,
    const char *state, const char *modem, int reference, int64_t retry_ms,
    int64_t now_ms, int *attempts)
{
	static const struct db_stmt stmt = {
		"outbox_result", 7,
		"UPDATE outbox SET state = $3, modem = $4, " SPENT(
		    "$3 = 'sent'") ", "
				   " reference = nullif($5::int, -1), not_before = CASE WHEN "
				   " $3 = 'queued' THEN " TS(
				       6) " ELSE not_before END, "
					  " changed_at = " TS(
					      7) " WHERE account_id = $1 AND "
						 " outbox_id = $2 AND state = 'sending' RETURNING attempts"
	};
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	db_arg_int(&a, account);
	db_arg_int(&a, outbox);
	db_arg_text(&a, state);
	db_arg_text(&a, modem);
	db_arg_int(&a, reference);
	db_arg_time(&a, retry_ms);
	db_arg_time(&a, now_ms);
	if ((err = db_query(db, &stmt, &a, &res)) != DB_OK)
		return err;
	if (PQntuples(res) == 1)
		*attempts = (int)db_int(res, 0, 0);
	else
		err = DB_NONE;
	PQclear(res);
	return err;
}

enum db_err
gate_outbox_retry(struct db *db, int64_t account, int64_t outbox, bool give_up,
    int64_t retry_ms, int64_t now_ms)
{
	static const struct db_stmt stmt = {
		"outbox_retry", 5,
		"UPDATE outbox SET " SPENT(
		    "$3::boolean") ", state = CASE WHEN "
				   " $3::boolean THEN 'failed' ELSE 'queued' END, not_before = " TS(
				       4) ", changed_at = " TS(5) " WHERE account_id = $1 AND outbox_id = $2"
	};
	struct db_args a = { 0 };

	db_arg_int(&a, account);
	db_arg_int(&a, outbox);
	db_arg_bool(&a, give_up);
	db_arg_time(&a, retry_ms);
	db_arg_time(&a, now_ms);
	return db_run(db, &stmt, &a, NULL);
}

enum db_err
gate_outbox_recover(struct db *db, int64_t now_ms)
{
	static const struct db_stmt stmt = { "outbox_recover", 1,
		"UPDATE outbox SET state = 'unknown', changed_at = " TS(
		    1) " WHERE state = 'sending'" };
	struct db_args a = { 0 };

	db_arg_time(&a, now_ms);
	return db_run(db, &stmt, &a, NULL);
}

enum db_err
gate_outbox_tend(struct db *db, int64_t now_ms)
{
	static const struct db_stmt expire = { "outbox_expire", 1,
		"UPDATE outbox SET " SPENT("true") ", state = 'expired', changed_at = " TS(
		    1) " WHERE state IN ('queued', 'held', 'unknown') AND "
		       "not_after <= " TS(1) };
	/*
	 * What may have gone out is sent again only when neither a report nor
	 * the phone's answer came: a control frame does no harm twice.
	 */
	static const struct db_stmt again = {
		"outbox_again", 1,
		"UPDATE outbox SET state = CASE WHEN attempts < 3 THEN "
		" 'queued' ELSE 'failed' END, changed_at = " TS(
		    1) ", not_before = " TS(1) " WHERE state = 'unknown' AND "
					       "changed_at < " TS(
						   1) " - interval '60 seconds'"
	};
	/* A send whose answer was lost with the process that waited for it. */
	static const struct db_stmt lost = {
		"outbox_lost", 1,
		"UPDATE outbox SET state = 'unknown', changed_at = " TS(
		    1) " WHERE state = 'sending' AND changed_at < " TS(1) " - interval '5 minutes'"
	};
	struct db_args a = { 0 };
	enum db_err err;

	db_arg_time(&a, now_ms);
	if ((err = db_run(db, &expire, &a, NULL)) != DB_OK ||
	    (err = db_run(db, &again, &a, NULL)) != DB_OK)
		return err;
	return db_run(db, &lost, &a, NULL);
}

enum db_err
gate_outbox_next(struct db *db, int64_t now_ms, int64_t *due_ms)
{
	static const struct db_stmt stmt = { "outbox_next", 1,
		"SELECT " MS(
		    "min(not_before)") " FROM outbox WHERE state IN "
				       "('queued', 'held') AND not_after > " TS(
					   1) };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	db_arg_time(&a, now_ms);
	if ((err = db_query(db, &stmt, &a, &res)) != DB_OK)
		return err;
	*due_ms = db_int(res, 0, 0);
	PQclear(res);
	return DB_OK;
}

enum db_err
gate_report_put(struct db *db, const char *modem, int reference,
    const char *number, bool delivered, bool final, int64_t now_ms)
{
	static const struct db_stmt stmt = { "report_put", 5,
		"UPDATE outbox SET state = $4, changed_at = " TS(
		    5) " WHERE (account_id, outbox_id) = (SELECT account_id, "
		       " outbox_id FROM outbox WHERE modem = $1 AND reference = $2 "
		       " AND number = $3 AND state IN ('sent', 'unknown') "
		       " ORDER BY changed_at DESC LIMIT 1)" };
	struct db_args a = { 0 };

	if (!final)
		return DB_OK;
	db_arg_text(&a, modem);
	db_arg_int(&a, reference);
	db_arg_text(&a, number);
	db_arg_text(&a, delivered ? "delivered" : "failed");
	db_arg_time(&a, now_ms);
	return db_run(db, &stmt, &a, NULL);
}

enum db_err
gate_modem_put(struct db *db, const struct gate_modem *m, int64_t now_ms)
{
	static const struct db_stmt stmt = { "modem_put", 9,
		"INSERT INTO modem (name, manufacturer, model, imei, operator, "
		" registered, signal_percent, host, seen_at) "
		"VALUES ($1, $2, $3, $4, $5, $6, nullif($7::int, -1), $8, " TS(
		    9) ") ON CONFLICT (name) DO UPDATE SET "
		       " host = excluded.host, taken_out = false, "
		       " manufacturer = excluded.manufacturer, "
		       " model = excluded.model, imei = excluded.imei, "
		       " operator = excluded.operator, "
		       " registered = excluded.registered, "
		       " signal_percent = excluded.signal_percent, step = '', "
		       " seen_at = excluded.seen_at" };
	struct db_args a = { 0 };

	db_arg_text(&a, m->name);
	db_arg_text(&a, m->manufacturer);
	db_arg_text(&a, m->model);
	db_arg_text(&a, m->imei);
	db_arg_text(&a, m->operator_name);
	db_arg_int(&a, m->registered);
	db_arg_int(&a, m->signal_percent);
	db_arg_text(&a, m->host);
	db_arg_time(&a, now_ms);
	return db_run(db, &stmt, &a, NULL);
}

enum db_err
gate_modem_step(struct db *db, const char *name, const char *step)
{
	static const struct db_stmt stmt = { "modem_step", 2,
		"UPDATE modem SET step = $2 WHERE name = $1 AND step <> $2" };
	struct db_args a = { 0 };

	db_arg_text(&a, name);
	db_arg_text(&a, step);
	return db_run(db, &stmt, &a, NULL);
}

enum db_err
gate_modem_count(
    struct db *db, const char *name, int in, int out, int64_t now_ms)
{
	static const struct db_stmt stmt = { "modem_count", 4,
		"INSERT INTO modem (name, sms_in, sms_out, seen_at) "
		"VALUES ($1, $2, $3, " TS(
		    4) ") ON CONFLICT (name) DO UPDATE "
		       "SET sms_in = modem.sms_in + excluded.sms_in, "
		       " sms_out = modem.sms_out + excluded.sms_out, "
		       " seen_at = excluded.seen_at" };
	struct db_args a = { 0 };

	db_arg_text(&a, name);
	db_arg_int(&a, in);
	db_arg_int(&a, out);
	db_arg_time(&a, now_ms);
	return db_run(db, &stmt, &a, NULL);
}

enum db_err
gate_gateway_put(struct db *db, const char *host,
    const struct gate_budget *budget, int64_t now_ms)
{
	static const struct db_stmt stmt = { "gateway_put", 4,
		"INSERT INTO gateway (host, month_sms_max, day_sms_max, "
		" started_at) VALUES ($1, $2, $3, " TS(
		    4) ") ON CONFLICT (host) DO UPDATE SET "
		       " month_sms_max = excluded.month_sms_max, "
		       " day_sms_max = excluded.day_sms_max, "
		       " started_at = excluded.started_at" };
	struct db_args a = { 0 };

	db_arg_text(&a, host);
	db_arg_int(&a, budget->gateway_month_max);
	db_arg_int(&a, budget->gateway_day_max);
	db_arg_time(&a, now_ms);
	return db_run(db, &stmt, &a, NULL);
}

enum db_err
gate_modem_own(
    struct db *db, const char *host, const char *const names[], size_t n)
{
	static const struct db_stmt none = { "modem_own_none", 1,
		"UPDATE modem SET taken_out = true WHERE host = $1" };
	static const struct db_stmt one = {
		"modem_own_one", 2,
		"UPDATE modem SET host = $1, taken_out = false WHERE name = $2"
	};
	struct db_args a = { 0 };
	enum db_err err = db_begin(db);

	db_arg_text(&a, host);
	if (err == DB_OK)
		err = db_run(db, &none, &a, NULL);
	for (size_t i = 0; err == DB_OK && i < n; i++) {
		struct db_args b = { 0 };

		db_arg_text(&b, host);
		db_arg_text(&b, names[i]);
		err = db_run(db, &one, &b, NULL);
	}
	if (err == DB_OK)
		err = db_commit(db);
	db_rollback(db);
	return err;
}
