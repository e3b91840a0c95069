#include "gate.h"

#include <stdlib.h>
#include <string.h>

#include "gate_internal.h"

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

/* ---- answers ---- */

#define ACKED_MS MS("coalesce(p.acked_at, p.bound_at)")
#define HEARD_MS MS("p.last_heard_at")
#define QUIET_MS "$1 - " MS("greatest(t.last_at, t.asked_at)")
#define ASKED_AGO_MS "$1 - " MS("t.asked_at")

/*
 * Never fewer than reassembly_due() says yes to, and few more: a gateway with
 * many phones looks at each of these at every tick.
 */
static const struct db_stmt due_list = { "due_list", 9,
	"SELECT p.account_id, p.phone_id, p.key_id, p.cumulative, "
	" p.acked, coalesce((SELECT max(version) FROM policy o WHERE "
	"  o.account_id = p.account_id AND o.phone_id = p.phone_id), "
	"  0), " ACKED_MS ", " HEARD_MS ", p.sms_since_ack, p.ack_wanted, "
	" p.ack_asked, p.text_only "
	"FROM phone p, LATERAL (SELECT $1::bigint - " ACKED_MS " AS ms) AS ago "
	"WHERE p.unbound_at IS NULL AND "
	" (p.account_id, p.phone_id) > ($8, $9) AND ("
	" (p.ack_wanted AND (p.cumulative > p.acked OR ago.ms >= $5)) OR "
	" (p.cumulative > p.acked AND ((p.sms_since_ack >= $6 AND "
	"  ago.ms >= $3) OR ago.ms >= $4)) OR "
	" EXISTS (SELECT 1 FROM transfer t, "
	"  LATERAL (SELECT " QUIET_MS " AS ms) AS quiet WHERE "
	"  t.account_id = p.account_id AND t.phone_id = p.phone_id AND "
	"  t.state = 'open' AND quiet.ms >= $2 AND "
	"  CASE WHEN (p.ack_asked AND ago.ms >= $2) OR "
	"   (p.ack_wanted AND ago.ms >= $5) THEN true "
	"  WHEN t.asked < 3 THEN "
	"   quiet.ms >= $2::bigint * (ARRAY[1, 12, 72])[t.asked + 1] "
	"  ELSE p.last_heard_at > t.asked_at AND "
	"   " ASKED_AGO_MS " >= 86400000 END)) "
	"ORDER BY p.account_id, p.phone_id LIMIT $7" };

enum db_err
gate_due_list(struct db *db, int64_t now_ms,
    const struct gate_due_timing *timing, struct gate_due_after *after,
    struct gate_due **out, size_t *n)
{
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	db_arg_int(&a, now_ms);
	db_arg_int(&a, timing->quiet_ms);
	db_arg_int(&a, timing->ack_every_ms);
	db_arg_int(&a, timing->ack_latest_ms);
	db_arg_int(&a, timing->again_ms);
	db_arg_int(&a, timing->ack_sms);
	db_arg_int(&a, GATE_DUE_MAX);
	db_arg_int(&a, after->account);
	db_arg_int(&a, after->phone);
	if ((err = db_query(db, &due_list, &a, &res)) != DB_OK)
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
			.ack_asked = db_bool(res, i, 10),
			.text_only = db_bool(res, i, 11),
		};
	PQclear(res);
	*after = (struct gate_due_after){ 0, 0 };
	if (*n == GATE_DUE_MAX)
		*after = (struct gate_due_after){ (*out)[*n - 1].account,
			(*out)[*n - 1].phone };
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
    bool counts, int64_t now_ms)
{
	static const struct db_stmt stmt = {
		"asked_put", 5,
		"UPDATE transfer SET asked = asked + $5::int, asked_at = " TS(
		    4) " WHERE account_id = $1 AND phone_id = $2 AND transfer = $3"
	};
	struct db_args a = { 0 };

	arg_pair(&a, account, phone);
	db_arg_int(&a, transfer);
	db_arg_time(&a, now_ms);
	db_arg_int(&a, counts);
	return db_run(db, &stmt, &a, NULL);
}

enum db_err
gate_acked_put(struct db *db, int64_t account, int64_t phone,
    uint32_t cumulative, int64_t now_ms)
{
	static const struct db_stmt stmt = { "acked_put", 4,
		"UPDATE phone SET acked = $3, acked_at = " TS(
		    4) ", "
		       " ack_wanted = false, ack_asked = false, "
		       " sms_since_ack = 0 "
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
	static const struct db_stmt stmt = { "out_put", 9,
		"INSERT INTO outbox (account_id, phone_id, purpose, number, "
		" text_form, frame, not_before, not_after, created_at, "
		" changed_at, plain) VALUES ($1, nullif($2::bigint, 0), $3, "
		" $4, $5, $6, to_timestamp($7 / 1000.0), "
		" to_timestamp($8 / 1000.0), to_timestamp($7 / 1000.0), "
		" to_timestamp($7 / 1000.0), $9) RETURNING outbox_id" };
	PGresult *res;
	struct db_args a = { 0 }, s = { 0 };
	enum db_err err;

	if (strcmp(o->purpose, "policy") == 0 ||
	    strcmp(o->purpose, "lost") == 0 || strcmp(o->purpose, "ack") == 0) {
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
	db_arg_bool(&a, o->plain);
	if ((err = db_query(db, &stmt, &a, &res)) != DB_OK)
		return err;
	if (o->id != NULL)
		*o->id = db_int(res, 0, 0);
	PQclear(res);
	return DB_OK;
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
