#include "gate.h"

#include <string.h>

#include "gate_internal.h"

/* ---- phones ---- */

#define PHONE_COLUMNS \
	"p.account_id, p.phone_id, p.key_id, p.root_wrapped, a.public_key, " \
	"p.number, p.text_only, p.codec, p.unbound_at IS NULL, p.cumulative, " \
	"p.highest, p.policy_applied, coalesce(l.version, 0), " \
	"p.lost_applied, coalesce(l.is_on, false), " \
	"p.number_new IS NOT NULL " \
	"FROM phone p JOIN account a USING (account_id) LEFT JOIN LATERAL " \
	"(SELECT version, is_on FROM lost WHERE lost.account_id = " \
	" p.account_id AND lost.phone_id = p.phone_id " \
	" ORDER BY version DESC LIMIT 1) l ON true "

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
	out->lost_version = (uint32_t)db_int(res, 0, 12);
	out->lost_applied = (uint32_t)db_int(res, 0, 13);
	out->lost = db_bool(res, 0, 14);
	out->number_open = db_bool(res, 0, 15);
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

/* A claim that comes late was true before the newest one. */
enum db_err
gate_wait_put(struct db *db, int64_t account, int64_t phone, uint32_t transfer,
    uint32_t wait_min)
{
	static const struct db_stmt stmt = { "wait_put", 4,
		"UPDATE phone SET wait_min = nullif($4::bigint, 4294967295), "
		" wait_transfer = $3 WHERE account_id = $1 AND phone_id = $2 "
		"AND wait_transfer < $3" };
	struct db_args a = { 0 };

	arg_pair(&a, account, phone);
	db_arg_int(&a, transfer);
	db_arg_int(&a, wait_min);
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
static const struct db_stmt heard_phone = { "heard_phone", 8,
	"UPDATE phone SET last_heard_at = "
	" greatest(last_heard_at, to_timestamp($7 / 1000.0)), "
	" highest = greatest(highest, $3::bigint), "
	" sms_up = sms_up + $4::int, "
	" sms_since_ack = sms_since_ack + $4::int, "
	" ack_wanted = ack_wanted OR $5::boolean, "
	" ack_asked = ack_asked OR $8::boolean, "
	" policy_applied_at = CASE WHEN $6::bigint > policy_applied "
	"  THEN to_timestamp($7 / 1000.0) ELSE policy_applied_at END, "
	" policy_applied = greatest(policy_applied, $6::bigint), "
	" silent_told_at = NULL "
	"WHERE account_id = $1 AND phone_id = $2 AND unbound_at IS NULL" };
static const struct db_stmt heard_traffic = { "heard_traffic", 5,
	"INSERT INTO traffic (account_id, phone_id, day, sms_up, records) "
	"VALUES ($1, $2, (to_timestamp($5 / 1000.0) AT TIME ZONE 'UTC')::date, "
	" $3, $4) ON CONFLICT (account_id, phone_id, day) DO UPDATE SET "
	" sms_up = traffic.sms_up + excluded.sms_up, "
	" records = traffic.records + excluded.records" };
/*
 * Transfers that waited go on if what they wait for is here, or void.  One that
 * is locked is another gateway's, which comes here after us: to wait for it,
 * with the phone's row locked, would be to wait for each other.
 */
static const struct db_stmt heard_cumulative = { "heard_cumulative", 2,
	"WITH now AS (UPDATE phone p SET cumulative = "
	" coalesce((SELECT min(t.transfer) - 1 "
	"  FROM transfer t WHERE t.account_id = $1 AND t.phone_id = $2 "
	"  AND t.state IN ('open', 'whole')), p.highest) "
	" WHERE p.account_id = $1 AND p.phone_id = $2 "
	" RETURNING p.cumulative, p.base_first) "
	"UPDATE transfer t SET waits_for = NULL FROM (SELECT w.transfer "
	" FROM transfer w, now WHERE w.account_id = $1 AND w.phone_id = $2 "
	" AND w.waits_for IS NOT NULL AND (w.waits_for <= now.cumulative "
	"  OR w.waits_for < now.base_first) FOR UPDATE OF w SKIP LOCKED) ready "
	"WHERE t.account_id = $1 AND t.phone_id = $2 "
	"AND t.transfer = ready.transfer" };

#define HEARD_STMTS 4

static void
take_heard(void *ctx, int nth, const PGresult *res)
{
	bool *gone = ctx;

	if (nth % HEARD_STMTS == 1 &&
	    strcmp(PQcmdTuples((PGresult *)(uintptr_t)res), "0") == 0)
		*gone = true;
}

static enum db_err
send_heard(struct db *db, const struct gate_heard *h, int64_t now_ms)
{
	struct db_args gaps = { 0 }, phone = { 0 }, cumulative = { 0 };
	struct db_args traffic = { 0 };
	enum db_err err;

	arg_pair(&gaps, h->account, h->phone);
	db_arg_int(&gaps, h->highest);
	db_arg_time(&gaps, now_ms);
	arg_pair(&phone, h->account, h->phone);
	db_arg_int(&phone, h->highest);
	db_arg_int(&phone, h->sms);
	db_arg_bool(&phone, h->ack_wanted);
	db_arg_int(&phone, h->policy_applied);
	db_arg_time(&phone, now_ms);
	db_arg_bool(&phone, h->ack_asked);
	arg_pair(&cumulative, h->account, h->phone);
	if ((err = db_pipe_send(db, &heard_gaps, &gaps)) != DB_OK ||
	    (err = db_pipe_send(db, &heard_phone, &phone)) != DB_OK)
		return err;
	arg_pair(&traffic, h->account, h->phone);
	db_arg_int(&traffic, h->sms);
	db_arg_int(&traffic, h->records);
	db_arg_time(&traffic, now_ms);
	if ((err = db_pipe_send(db, &heard_cumulative, &cumulative)) != DB_OK)
		return err;
	return db_pipe_send(db, &heard_traffic, &traffic);
}

enum db_err
gate_heard_put(
    struct db *db, const struct gate_heard *heard, size_t n, int64_t now_ms)
{
	static const struct db_stmt *const stmts[] = { &heard_gaps,
		&heard_phone, &heard_cumulative, &heard_traffic };
	bool gone = false;
	enum db_err err, end;

	if ((err = db_prepare(db, stmts, HEARD_STMTS)) != DB_OK ||
	    (err = db_pipe_begin(db)) != DB_OK)
		return err;
	for (size_t i = 0; i < n && err == DB_OK; i++)
		err = send_heard(db, &heard[i], now_ms);
	end = db_pipe_end(db, take_heard, &gone);
	if (err == DB_OK)
		err = end;
	return err == DB_OK && gone ? DB_NONE : err;
}

/* ---- numbers and SIMs ---- */

enum db_err
gate_number_heard(struct db *db, int64_t account, int64_t phone,
    const char *number, int64_t received_ms, int64_t now_ms, bool *moved)
{
	static const struct db_stmt stmt = { "number_heard", 5,
		"WITH old AS (SELECT number, number_new, number_new_at, "
		"  number_asked_at, number <> $3 AND number_new = $3 AND "
		"  number_asked_at < to_timestamp($4 / 1000.0) AS moves "
		" FROM phone WHERE account_id = $1 AND phone_id = $2 "
		" FOR UPDATE), "
		"named AS (UPDATE sim s SET number = $3 FROM old, phone p "
		" WHERE old.moves AND p.account_id = $1 AND p.phone_id = $2 "
		" AND s.account_id = $1 AND s.phone_id = $2 AND s.sim = p.sim) "
		"UPDATE phone p SET "
		" number = CASE WHEN old.moves THEN $3 ELSE old.number END, "
		" number_new = CASE WHEN old.moves OR old.number = $3 "
		"  THEN NULL ELSE $3 END, "
		" number_new_at = CASE WHEN old.moves OR old.number = $3 THEN "
		"  NULL WHEN old.number_new = $3 THEN old.number_new_at "
		"  ELSE to_timestamp($5 / 1000.0) END, "
		" number_asked_at = CASE WHEN old.number_new = $3 AND NOT "
		"  coalesce(old.moves, false) THEN old.number_asked_at END, "
		" lost_sent = CASE WHEN old.moves THEN p.lost_applied "
		"  ELSE p.lost_sent END "
		"FROM old WHERE p.account_id = $1 AND p.phone_id = $2 "
		"RETURNING coalesce(old.moves, false)" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	arg_pair(&a, account, phone);
	db_arg_text(&a, number);
	db_arg_time(&a, received_ms);
	db_arg_time(&a, now_ms);
	if ((err = db_query(db, &stmt, &a, &res)) != DB_OK)
		return err;
	*moved = PQntuples(res) == 1 && db_bool(res, 0, 0);
	PQclear(res);
	return DB_OK;
}

enum db_err
gate_number_list(struct db *db, int64_t now_ms, struct gate_phone *out,
    size_t max, size_t *n)
{
	/* Not for an SMS that is half a day old: the phone is elsewhere. */
	static const struct db_stmt stmt = { "number_list", 2,
		"SELECT account_id, phone_id, key_id, number_new FROM phone "
		"WHERE number_new IS NOT NULL AND number_asked_at IS NULL AND "
		"unbound_at IS NULL AND number_new_at > "
		" to_timestamp($1 / 1000.0) - interval '12 hours' LIMIT $2" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	db_arg_time(&a, now_ms);
	db_arg_int(&a, (int64_t)max);
	if ((err = db_query(db, &stmt, &a, &res)) != DB_OK)
		return err;
	*n = (size_t)PQntuples(res);
	for (int i = 0; i < PQntuples(res); i++) {
		memset(&out[i], 0, sizeof out[i]);
		out[i].account = db_int(res, i, 0);
		out[i].phone = db_int(res, i, 1);
		out[i].key_id = (uint32_t)db_int(res, i, 2);
		db_text(res, i, 3, out[i].number, sizeof out[i].number);
	}
	PQclear(res);
	return DB_OK;
}

enum db_err
gate_number_asked(struct db *db, int64_t account, int64_t phone, int64_t now_ms)
{
	static const struct db_stmt stmt = { "number_asked", 3,
		"UPDATE phone SET number_asked_at = to_timestamp($3 / 1000.0) "
		"WHERE account_id = $1 AND phone_id = $2" };
	struct db_args a = { 0 };

	arg_pair(&a, account, phone);
	db_arg_time(&a, now_ms);
	return db_run(db, &stmt, &a, NULL);
}

enum db_err
gate_sim_seen(struct db *db, int64_t account, int64_t phone,
    const uint8_t sim[static 8], uint32_t transfer, int64_t now_ms,
    bool *changed, bool *own)
{
	static const struct db_stmt stmt = { "sim_seen", 5,
		"WITH old AS (SELECT p.sim, NOT EXISTS (SELECT 1 FROM record r "
		"  WHERE r.account_id = $1 AND r.phone_id = $2 AND r.kind = 8 "
		"  AND r.transfer > $4) AS newest FROM phone p "
		" WHERE p.account_id = $1 AND p.phone_id = $2 FOR UPDATE), "
		"kept AS (INSERT INTO sim (account_id, phone_id, sim, first_at, "
		"  last_at) VALUES ($1, $2, $3, to_timestamp($5 / 1000.0), "
		"  to_timestamp($5 / 1000.0)) ON CONFLICT (account_id, "
		"  phone_id, sim) DO UPDATE SET last_at = "
		"  greatest(sim.last_at, excluded.last_at)), "
		"now AS (UPDATE phone p SET sim = $3 FROM old WHERE "
		" p.account_id = $1 AND p.phone_id = $2 AND old.newest) "
		"SELECT old.newest AND old.sim <> $3, EXISTS (SELECT 1 FROM "
		" sim s WHERE s.account_id = $1 AND s.sim = $3 AND s.own) "
		"FROM old" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	arg_pair(&a, account, phone);
	db_arg_bytes(&a, sim, 8);
	db_arg_int(&a, transfer);
	db_arg_time(&a, now_ms);
	if ((err = db_query(db, &stmt, &a, &res)) != DB_OK)
		return err;
	*changed = PQntuples(res) == 1 && db_bool(res, 0, 0);
	*own = PQntuples(res) == 1 && db_bool(res, 0, 1);
	PQclear(res);
	return DB_OK;
}
