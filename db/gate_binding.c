#include <stdlib.h>
#include <string.h>

#include "gate.h"
#include "gate_internal.h"

#define BINDING_COLUMNS \
	"SELECT b.account_id, b.code_id, b.state, " MS( \
	    "b.expires_at") ", " \
			    "b.failures, b.code_key_wrapped, b.qr_key_wrapped, " \
			    "coalesce(b.phone_name, ''), b.hello_digest, " \
			    "b.hello_digest IS NOT NULL, b.challenge, b.root_wrapped, " \
			    "coalesce(b.key_id, 0), b.asked, coalesce(b.asked_of, 0), " \
			    "coalesce(b.hello_number, ''), b.device, b.sim, b.text_only, " \
			    "b.codec, coalesce(b.hello_name, ''), a.public_key, " MS( \
				"b.changed_at") " " \
						"FROM binding b JOIN account a USING (account_id) "

static size_t
bytes(const PGresult *res, int col, uint8_t *out, size_t cap)
{
	int n = db_bytes(res, 0, col, out, cap);

	return n > 0 ? (size_t)n : 0;
}

static void
read_binding(const PGresult *res, struct gate_binding *b)
{
	memset(b, 0, sizeof *b);
	b->account = db_int(res, 0, 0);
	b->code_id = (uint32_t)db_int(res, 0, 1);
	db_text(res, 0, 2, b->state, sizeof b->state);
	b->expires_ms = db_int(res, 0, 3);
	b->failures = (int)db_int(res, 0, 4);
	bytes(res, 5, b->code_key_wrapped, sizeof b->code_key_wrapped);
	bytes(res, 6, b->qr_key_wrapped, sizeof b->qr_key_wrapped);
	db_text(res, 0, 7, b->phone_name, sizeof b->phone_name);
	bytes(res, 8, b->hello_digest, sizeof b->hello_digest);
	b->answered = db_bool(res, 0, 9);
	b->challenge_len = bytes(res, 10, b->challenge, sizeof b->challenge);
	b->root_wrapped_len =
	    bytes(res, 11, b->root_wrapped, sizeof b->root_wrapped);
	b->key_id = (uint32_t)db_int(res, 0, 12);
	b->asked = db_bool(res, 0, 13);
	b->asked_of = db_int(res, 0, 14);
	db_text(res, 0, 15, b->hello_number, sizeof b->hello_number);
	bytes(res, 16, b->device, sizeof b->device);
	bytes(res, 17, b->sim, sizeof b->sim);
	b->text_only = db_bool(res, 0, 18);
	b->codec = (uint8_t)db_int(res, 0, 19);
	db_text(res, 0, 20, b->hello_name, sizeof b->hello_name);
	bytes(res, 21, b->public_key, sizeof b->public_key);
	b->changed_ms = db_int(res, 0, 22);
}

static enum db_err
find(struct db *db, const struct db_stmt *stmt, uint32_t key,
    struct gate_binding *out)
{
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	db_arg_int(&a, key);
	if ((err = db_query(db, stmt, &a, &res)) != DB_OK)
		return err;
	if (PQntuples(res) == 1)
		read_binding(res, out);
	else
		err = DB_NONE;
	PQclear(res);
	return err;
}

enum db_err
gate_binding_by_code(struct db *db, uint32_t code_id, struct gate_binding *out)
{
	static const struct db_stmt stmt = { "binding_by_code", 1,
		BINDING_COLUMNS "WHERE b.code_id = $1 FOR UPDATE OF b" };

	return find(db, &stmt, code_id, out);
}

enum db_err
gate_binding_by_key(struct db *db, uint32_t key_id, struct gate_binding *out)
{
	static const struct db_stmt stmt = { "binding_by_key", 1,
		BINDING_COLUMNS "WHERE b.key_id = $1 FOR UPDATE OF b" };

	return find(db, &stmt, key_id, out);
}

enum db_err
gate_binding_failed(struct db *db, const struct gate_binding *b, int64_t now_ms)
{
	static const struct db_stmt stmt = { "binding_failed", 3,
		"UPDATE binding SET failures = failures + 1, changed_at = " TS(
		    3) ", state = CASE WHEN failures + 1 >= 5 THEN 'burnt' "
		       "ELSE state END "
		       "WHERE account_id = $1 AND code_id = $2 "
		       "AND state IN ('waiting', 'challenged')" };
	struct db_args a = { 0 };

	db_arg_int(&a, b->account);
	db_arg_int(&a, b->code_id);
	db_arg_time(&a, now_ms);
	return db_run(db, &stmt, &a, NULL);
}

enum db_err
gate_binding_challenged(struct db *db, const struct gate_binding *b,
    const char *digits, int64_t now_ms)
{
	static const struct db_stmt stmt = { "binding_challenged", 16,
		"UPDATE binding SET state = 'challenged', hello_digest = $3, "
		"challenge = $4, root_wrapped = $5, key_id = $6, asked = $7, "
		"asked_of = nullif($8::bigint, 0), hello_number = $9, "
		"device = $10, sim = $11, text_only = $12, codec = $13, "
		"hello_name = $14, digits = $15, changed_at = " TS(
		    16) " WHERE account_id = $1 AND code_id = $2" };
	struct db_args a = { 0 };

	db_arg_int(&a, b->account);
	db_arg_int(&a, b->code_id);
	db_arg_bytes(&a, b->hello_digest, sizeof b->hello_digest);
	db_arg_bytes(&a, b->challenge, b->challenge_len);
	db_arg_bytes(&a, b->root_wrapped, b->root_wrapped_len);
	db_arg_int(&a, b->key_id);
	db_arg_bool(&a, b->asked);
	db_arg_int(&a, b->asked_of);
	db_arg_text(&a, b->hello_number);
	db_arg_bytes(&a, b->device, sizeof b->device);
	db_arg_bytes(&a, b->sim, sizeof b->sim);
	db_arg_bool(&a, b->text_only);
	db_arg_int(&a, b->codec);
	db_arg_text(&a, b->hello_name);
	db_arg_text(&a, digits);
	db_arg_time(&a, now_ms);
	return db_run(db, &stmt, &a, NULL);
}

static enum db_err
make_phone(struct db *db, const struct gate_binding *b, const char *name,
    int64_t now_ms, int64_t *phone)
{
	/* The SIM that it is bound with is its owner's: no alarm for that. */
	static const struct db_stmt stmt = { "phone_put", 10,
		"WITH p AS (INSERT INTO phone (account_id, key_id, "
		"  root_wrapped, name, device, sim, number, text_only, codec, "
		"  bound_at, last_heard_at) VALUES ($1, $2, $3, $4, $5, $6, "
		"  $7, $8, $9, to_timestamp($10 / 1000.0), "
		"  to_timestamp($10 / 1000.0)) "
		" RETURNING account_id, phone_id, sim, number, bound_at), "
		"s AS (INSERT INTO sim (account_id, phone_id, sim, first_at, "
		"  last_at, number, own) SELECT account_id, phone_id, sim, "
		"  bound_at, bound_at, number, true FROM p "
		" WHERE sim <> decode('0000000000000000', 'hex')) "
		"SELECT phone_id FROM p" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	db_arg_int(&a, b->account);
	db_arg_int(&a, b->key_id);
	db_arg_bytes(&a, b->root_wrapped, b->root_wrapped_len);
	db_arg_text(&a, name);
	db_arg_bytes(&a, b->device, sizeof b->device);
	db_arg_bytes(&a, b->sim, sizeof b->sim);
	db_arg_text(&a, b->hello_number);
	db_arg_bool(&a, b->text_only);
	db_arg_int(&a, b->codec);
	db_arg_time(&a, now_ms);
	if ((err = db_query(db, &stmt, &a, &res)) != DB_OK)
		return err;
	*phone = db_int(res, 0, 0);
	PQclear(res);
	return DB_OK;
}

enum db_err
gate_binding_bound(struct db *db, const struct gate_binding *b,
    const char *name, int64_t now_ms, int64_t *phone)
{
	static const struct db_stmt stmt = { "binding_bound", 4,
		"UPDATE binding SET state = 'bound', phone_id = $3, "
		"changed_at = " TS(
		    4) " WHERE account_id = $1 AND code_id = $2" };
	struct db_args a = { 0 };
	enum db_err err;

	if ((err = make_phone(db, b, name, now_ms, phone)) != DB_OK)
		return err;
	db_arg_int(&a, b->account);
	db_arg_int(&a, b->code_id);
	db_arg_int(&a, *phone);
	db_arg_time(&a, now_ms);
	return db_run(db, &stmt, &a, NULL);
}

enum db_err
gate_challenge_recent(struct db *db, int64_t account, const char *number,
    int64_t now_ms, bool *recent)
{
	static const struct db_stmt stmt = { "challenge_recent", 3,
		"SELECT EXISTS (SELECT 1 FROM outbox WHERE account_id = $1 AND "
		"purpose = 'challenge' AND number = $2 AND created_at > " TS(
		    3) " - interval '60 seconds')" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	db_arg_int(&a, account);
	db_arg_text(&a, number);
	db_arg_time(&a, now_ms);
	if ((err = db_query(db, &stmt, &a, &res)) != DB_OK)
		return err;
	*recent = db_bool(res, 0, 0);
	PQclear(res);
	return DB_OK;
}

enum db_err
gate_bindings_expire(struct db *db, int64_t now_ms)
{
	static const struct db_stmt expire = { "bindings_expire", 1,
		"UPDATE binding SET state = 'expired', changed_at = " TS(
		    1) " WHERE state IN ('waiting', 'challenged') AND "
		       "expires_at <= " TS(1) };
	static const struct db_stmt forget = { "bindings_forget", 1,
		"DELETE FROM binding WHERE (account_id, code_id) IN (SELECT "
		" account_id, code_id FROM binding WHERE state NOT IN "
		" ('waiting', 'challenged') AND changed_at < " TS(
		    1) " - interval '30 days' LIMIT 1000 FOR UPDATE SKIP "
		       "LOCKED)" };
	struct db_args a = { 0 }, b = { 0 };
	enum db_err err;

	db_arg_time(&a, now_ms);
	if ((err = db_run(db, &expire, &a, NULL)) != DB_OK)
		return err;
	db_arg_time(&b, now_ms);
	return db_run(db, &forget, &b, NULL);
}

enum db_err
gate_device(struct db *db, const uint8_t device[static 16], int64_t now_ms,
    struct gate_device *out)
{
	static const struct db_stmt stmt = {
		"device", 2,
		"SELECT CASE WHEN p.vetoed_at IS NOT NULL THEN "
		"  coalesce(a.account_id, 0) WHEN p.unbound_at IS NULL THEN "
		"  p.account_id ELSE 0 END, "
		" p.unbound_at IS NULL AND p.vetoed_at IS NULL AND coalesce(("
		"  SELECT l.is_on FROM lost l WHERE l.account_id = "
		"  p.account_id AND l.phone_id = p.phone_id "
		"  ORDER BY l.version DESC LIMIT 1), false), "
		" p.vetoed_at IS NOT NULL, "
		" CASE WHEN p.contested_until > to_timestamp($2 / 1000.0) THEN "
		"  coalesce(a.account_id, 0) ELSE 0 END, coalesce(("
		"  extract(epoch FROM p.contested_until) * 1000)::bigint, 0) "
		"FROM phone p LEFT JOIN account a ON a.account_id = "
		" p.contested_by WHERE p.device = $1 AND (p.unbound_at IS NULL "
		" OR (p.contested_by IS NOT NULL AND a.account_id IS NOT NULL))"
		" ORDER BY p.unbound_at IS NULL DESC, p.bound_at DESC LIMIT 1"
	};
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	*out = (struct gate_device){ 0 };
	db_arg_bytes(&a, device, 16);
	db_arg_time(&a, now_ms);
	if ((err = db_query(db, &stmt, &a, &res)) != DB_OK)
		return err;
	if (PQntuples(res) == 1) {
		out->owner = db_int(res, 0, 0);
		out->lost = db_bool(res, 0, 1);
		out->held = db_bool(res, 0, 2);
		out->contested_by = db_int(res, 0, 3);
		out->contested_until_ms = db_int(res, 0, 4);
	}
	PQclear(res);
	return DB_OK;
}

enum db_err
gate_phone_contest(struct db *db, int64_t account, int64_t phone,
    int64_t by_account, int64_t until_ms)
{
	static const struct db_stmt stmt = { "phone_contest", 4,
		"UPDATE phone SET contested_by = $3, contested_until = "
		" to_timestamp($4 / 1000.0) "
		"WHERE account_id = $1 AND phone_id = $2" };
	struct db_args a = { 0 };

	arg_pair(&a, account, phone);
	db_arg_int(&a, by_account);
	db_arg_time(&a, until_ms);
	return db_run(db, &stmt, &a, NULL);
}

enum db_err
gate_vetoed(
    struct db *db, int64_t *account, int64_t *phone, int64_t *by_account)
{
	static const struct db_stmt stmt = { "vetoed", 0,
		"SELECT account_id, phone_id, contested_by FROM phone WHERE "
		"vetoed_at IS NOT NULL AND unbound_at IS NULL "
		"LIMIT 1 FOR UPDATE SKIP LOCKED" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	if ((err = db_query(db, &stmt, &a, &res)) != DB_OK)
		return err;
	if (PQntuples(res) == 1) {
		*account = db_int(res, 0, 0);
		*phone = db_int(res, 0, 1);
		*by_account = db_int(res, 0, 2);
	} else {
		err = DB_NONE;
	}
	PQclear(res);
	return err;
}

enum db_err
gate_device_hold(
    struct db *db, int64_t account, int64_t phone, int64_t by, int64_t now_ms)
{
	/* In the row of its owner, which nobody else can do away with. */
	static const struct db_stmt stmt = { "device_hold", 4,
		"WITH t AS (UPDATE phone SET contested_by = NULL WHERE "
		" account_id = $1 AND phone_id = $2 RETURNING device) "
		"UPDATE phone p SET contested_by = $3, contested_until = NULL, "
		"vetoed_at = " TS(
		    4) " FROM t WHERE p.account_id = $3 AND p.phone_id = "
		       "(SELECT max(q.phone_id) FROM phone q WHERE "
		       "q.account_id = $3 AND q.device = t.device)" };
	struct db_args a = { 0 };

	arg_pair(&a, account, phone);
	db_arg_int(&a, by);
	db_arg_time(&a, now_ms);
	return db_run(db, &stmt, &a, NULL);
}

enum db_err
gate_phone_unbind(struct db *db, int64_t account, int64_t phone, int64_t now_ms)
{
	static const struct db_stmt stmt = { "phone_unbind", 3,
		"UPDATE phone SET unbound_at = to_timestamp($3 / 1000.0) "
		"WHERE account_id = $1 AND phone_id = $2 AND "
		"unbound_at IS NULL" };
	struct db_args a = { 0 };
	int64_t n = 0;
	enum db_err err;

	arg_pair(&a, account, phone);
	db_arg_time(&a, now_ms);
	err = db_run(db, &stmt, &a, &n);
	return err == DB_OK && n == 0 ? DB_NONE : err;
}

enum db_err
gate_device_known(struct db *db, const uint8_t device[static 16], bool *known)
{
	static const struct db_stmt stmt = { "device_known", 1,
		"SELECT EXISTS (SELECT 1 FROM phone WHERE device = $1)" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	db_arg_bytes(&a, device, 16);
	if ((err = db_query(db, &stmt, &a, &res)) != DB_OK)
		return err;
	*known = db_bool(res, 0, 0);
	PQclear(res);
	return DB_OK;
}

enum db_err
gate_device_unbind(
    struct db *db, const uint8_t device[static 16], int64_t now_ms)
{
	static const struct db_stmt stmt = { "device_unbind", 2,
		"UPDATE phone SET unbound_at = coalesce(unbound_at, " TS(
		    2) "), contested_by = NULL, contested_until = NULL "
		       "WHERE device = $1 AND (unbound_at IS NULL OR "
		       "contested_by IS NOT NULL)" };
	struct db_args a = { 0 };

	db_arg_bytes(&a, device, 16);
	db_arg_time(&a, now_ms);
	return db_run(db, &stmt, &a, NULL);
}

enum db_err
gate_question_get(
    struct db *db, int64_t account, int64_t now_ms, struct gate_question *out)
{
	static const struct db_stmt stmt = { "question_get", 2,
		"SELECT question_sealed, answer_salt, answer_proof, "
		" answer_failures_total, question_sealed IS NOT NULL, "
		" CASE WHEN answer_failures_on = (to_timestamp($2 / 1000.0) "
		"  AT TIME ZONE 'UTC')::date THEN answer_failures_day "
		"  ELSE 0 END "
		"FROM account WHERE account_id = $1" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	db_arg_int(&a, account);
	db_arg_time(&a, now_ms);
	if ((err = db_query(db, &stmt, &a, &res)) != DB_OK)
		return err;
	memset(out, 0, sizeof *out);
	if (PQntuples(res) == 1) {
		out->sealed_len =
		    bytes(res, 0, out->sealed, sizeof out->sealed);
		bytes(res, 1, out->salt, sizeof out->salt);
		bytes(res, 2, out->proof, sizeof out->proof);
		out->failures = (int)db_int(res, 0, 3);
		out->set = db_bool(res, 0, 4);
		out->failures_today = (int)db_int(res, 0, 5);
	} else {
		err = DB_NONE;
	}
	PQclear(res);
	return err;
}

enum db_err
gate_answer_wrong(struct db *db, int64_t account, int64_t now_ms)
{
	static const struct db_stmt stmt = { "answer_wrong", 2,
		"UPDATE account SET answer_failures_total = "
		" answer_failures_total + 1, answer_failures_day = CASE WHEN "
		"  answer_failures_on = (to_timestamp($2 / 1000.0) AT TIME "
		"  ZONE 'UTC')::date THEN answer_failures_day + 1 ELSE 1 END, "
		" answer_failures_on = (to_timestamp($2 / 1000.0) AT TIME "
		"  ZONE 'UTC')::date WHERE account_id = $1" };
	struct db_args a = { 0 };

	db_arg_int(&a, account);
	db_arg_time(&a, now_ms);
	return db_run(db, &stmt, &a, NULL);
}
