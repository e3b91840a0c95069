#include "pages.h"

#include <stdlib.h>
#include <string.h>

#include "db_internal.h"
#include "log.h"

#define MS(col) "coalesce((extract(epoch FROM " col ") * 1000)::bigint, 0)"

/* ---- transactions of one account ---- */

static enum db_err
begin(struct db *db, int64_t account)
{
	enum db_err err;

	if (!db_alive(db) && !db_reconnect(db))
		return DB_LOST;
	if ((err = db_begin(db)) == DB_LOST && db_reconnect(db))
		err = db_begin(db);
	return err != DB_OK ? err : db_set_account(db, account);
}

static enum db_err
end(struct db *db, enum db_err err)
{
	if (err == DB_OK)
		err = db_commit(db);
	db_rollback(db);
	return err;
}

/* One statement of one account. */
static enum db_err
query(struct db *db, int64_t account, const struct db_stmt *stmt,
    const struct db_args *a, PGresult **res)
{
	enum db_err err = begin(db, account);

	*res = NULL;
	if (err == DB_OK)
		err = db_query(db, stmt, a, res);
	if ((err = end(db, err)) != DB_OK) {
		PQclear(*res);
		*res = NULL;
	}
	return err;
}

static enum db_err
run(struct db *db, int64_t account, const struct db_stmt *stmt,
    const struct db_args *a)
{
	PGresult *res;
	enum db_err err = query(db, account, stmt, a, &res);

	if (err == DB_OK && strcmp(PQcmdTuples(res), "0") == 0)
		err = DB_NONE;
	PQclear(res);
	return err;
}

/* A fixed number of octets; zeros if the field has another. */
static void
octets(const PGresult *res, int row, int col, uint8_t *out, size_t len)
{
	if (db_bytes(res, row, col, out, len) != (int)len)
		memset(out, 0, len);
}

/* ---- before an account is known ---- */

static enum db_err
free_query(struct db *db, const struct db_stmt *stmt, const struct db_args *a,
    PGresult **res)
{
	enum db_err err;

	if (!db_alive(db) && !db_reconnect(db))
		return DB_LOST;
	err = db_query(db, stmt, a, res);
	if (err == DB_LOST && db_reconnect(db))
		err = db_query(db, stmt, a, res);
	return err;
}

enum db_err
pages_login_find(struct db *db, const char *login, struct pages_account *out)
{
	static const struct db_stmt stmt = { "login_find", 1,
		"SELECT * FROM login_find($1)" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	db_arg_text(&a, login);
	if ((err = free_query(db, &stmt, &a, &res)) != DB_OK)
		return err;
	if (PQntuples(res) == 0) {
		PQclear(res);
		return DB_NONE;
	}
	out->account = db_int(res, 0, 0);
	db_text(res, 0, 1, out->language, sizeof out->language);
	octets(res, 0, 2, out->password_salt, 16);
	octets(res, 0, 3, out->password_proof, 32);
	octets(res, 0, 4, out->public_key, 32);
	octets(res, 0, 5, out->by_password, sizeof out->by_password);
	octets(res, 0, 6, out->recovery_salt, 16);
	octets(res, 0, 7, out->by_recovery, sizeof out->by_recovery);
	PQclear(res);
	return DB_OK;
}

enum db_err
pages_account_create(
    struct db *db, const char *login, struct pages_account *acc)
{
	static const struct db_stmt stmt = { "account_create", 8,
		"SELECT account_create($1, $2, $3, $4, $5, $6, $7, $8)" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	db_arg_text(&a, login);
	db_arg_text(&a, acc->language);
	db_arg_bytes(&a, acc->password_salt, 16);
	db_arg_bytes(&a, acc->password_proof, 32);
	db_arg_bytes(&a, acc->public_key, 32);
	db_arg_bytes(&a, acc->by_password, sizeof acc->by_password);
	db_arg_bytes(&a, acc->recovery_salt, 16);
	db_arg_bytes(&a, acc->by_recovery, sizeof acc->by_recovery);
	if ((err = free_query(db, &stmt, &a, &res)) != DB_OK)
		return err;
	if (PQntuples(res) == 0 || PQgetisnull(res, 0, 0))
		err = DB_NONE;
	else
		acc->account = db_int(res, 0, 0);
	PQclear(res);
	return err;
}

enum db_err
pages_session_find(struct db *db, const uint8_t token_hash[static 32],
    struct pages_session *out)
{
	static const struct db_stmt stmt = { "session_find", 1,
		"SELECT * FROM session_find($1)" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	db_arg_bytes(&a, token_hash, 32);
	if ((err = free_query(db, &stmt, &a, &res)) != DB_OK)
		return err;
	if (PQntuples(res) == 0) {
		err = DB_NONE;
	} else {
		out->account = db_int(res, 0, 0);
		db_text(res, 0, 1, out->login, sizeof out->login);
		db_text(res, 0, 2, out->language, sizeof out->language);
		octets(
		    res, 0, 3, out->private_sealed, sizeof out->private_sealed);
		octets(res, 0, 4, out->public_key, 32);
	}
	PQclear(res);
	return err;
}

enum db_err
pages_attempt(struct db *db, const uint8_t subject[static 32], int64_t *n)
{
	static const struct db_stmt stmt = { "login_attempts", 1,
		"SELECT login_attempts($1)" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	db_arg_bytes(&a, subject, 32);
	if ((err = free_query(db, &stmt, &a, &res)) != DB_OK)
		return err;
	*n = db_int(res, 0, 0);
	PQclear(res);
	return DB_OK;
}

enum db_err
pages_forgive(struct db *db, const uint8_t subject[static 32])
{
	static const struct db_stmt stmt = { "login_forgive", 1,
		"SELECT login_forgive($1)" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	db_arg_bytes(&a, subject, 32);
	if ((err = free_query(db, &stmt, &a, &res)) == DB_OK)
		PQclear(res);
	return err;
}

/* ---- sessions and the account ---- */

enum db_err
pages_session_put(struct db *db, int64_t account,
    const uint8_t token_hash[static 32],
    const uint8_t private_sealed[static PAGES_SEALED_PRIVATE])
{
	static const struct db_stmt stmt = { "session_put", 3,
		"INSERT INTO session (account_id, token_hash, "
		"private_key_sealed, expires_at) "
		"VALUES ($1, $2, $3, now() + interval '7 days')" };
	struct db_args a = { 0 };

	db_arg_int(&a, account);
	db_arg_bytes(&a, token_hash, 32);
	db_arg_bytes(&a, private_sealed, PAGES_SEALED_PRIVATE);
	return run(db, account, &stmt, &a);
}

enum db_err
pages_session_drop(struct db *db, int64_t account, const uint8_t *token_hash)
{
	static const struct db_stmt stmt = { "session_drop", 2,
		"DELETE FROM session WHERE account_id = $1 AND "
		"($2::bytea IS NULL OR token_hash = $2::bytea)" };
	struct db_args a = { 0 };

	db_arg_int(&a, account);
	db_arg_bytes(&a, token_hash, 32);
	return run(db, account, &stmt, &a);
}

enum db_err
pages_password_set(struct db *db, const struct pages_account *acc)
{
	static const struct db_stmt stmt = { "password_set", 4,
		"UPDATE account SET password_salt = $2, password_proof = $3, "
		"private_by_password = $4 WHERE account_id = $1" };
	struct db_args a = { 0 };

	db_arg_int(&a, acc->account);
	db_arg_bytes(&a, acc->password_salt, 16);
	db_arg_bytes(&a, acc->password_proof, 32);
	db_arg_bytes(&a, acc->by_password, sizeof acc->by_password);
	return run(db, acc->account, &stmt, &a);
}

enum db_err
pages_language_set(struct db *db, int64_t account, const char *language)
{
	static const struct db_stmt stmt = { "language_set", 2,
		"UPDATE account SET language = $2 WHERE account_id = $1" };
	struct db_args a = { 0 };

	db_arg_int(&a, account);
	db_arg_text(&a, language);
	return run(db, account, &stmt, &a);
}

enum db_err
pages_question_is_set(struct db *db, int64_t account, bool *set)
{
	static const struct db_stmt stmt = { "question_is_set", 1,
		"SELECT question_sealed IS NOT NULL FROM account "
		"WHERE account_id = $1" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	db_arg_int(&a, account);
	if ((err = query(db, account, &stmt, &a, &res)) != DB_OK)
		return err;
	*set = PQntuples(res) == 1 && db_bool(res, 0, 0);
	PQclear(res);
	return DB_OK;
}

enum db_err
pages_question_set(struct db *db, int64_t account, const uint8_t *sealed,
    size_t len, const uint8_t salt[static 16], const uint8_t proof[static 32])
{
	static const struct db_stmt stmt = { "question_set", 4,
		"UPDATE account SET question_sealed = $2, answer_salt = $3, "
		"answer_proof = $4 WHERE account_id = $1" };
	struct db_args a = { 0 };

	db_arg_int(&a, account);
	db_arg_bytes(&a, sealed, len);
	db_arg_bytes(&a, salt, 16);
	db_arg_bytes(&a, proof, 32);
	return run(db, account, &stmt, &a);
}

/* ---- phones ---- */

static void
read_phone(const PGresult *res, int i, struct pages_phone *p)
{
	char counts[256], *at;
	int n;

	p->phone = db_int(res, i, 0);
	db_text(res, i, 1, p->name, sizeof p->name);
	db_text(res, i, 2, p->number, sizeof p->number);
	p->bound_ms = db_int(res, i, 3);
	p->unbound_ms = db_int(res, i, 4);
	p->heard_ms = db_int(res, i, 5);
	p->sms_up = db_int(res, i, 6);
	p->sms_down = db_int(res, i, 7);
	p->cumulative = (uint32_t)db_int(res, i, 8);
	p->highest = (uint32_t)db_int(res, i, 9);
	p->policy_applied = (uint32_t)db_int(res, i, 10);
	p->policy_applied_ms = db_int(res, i, 11);
	p->policy_sent = (uint32_t)db_int(res, i, 12);
	p->policy_newest = (uint32_t)db_int(res, i, 13);
	n = db_bytes(res, i, 14, p->policy, sizeof p->policy);
	p->policy_len = n > 0 ? (size_t)n : 0;
	p->month_sms = db_int(res, i, 15);
	p->month_max = db_int(res, i, 16);
	/* "kind:count kind:count ..." */
	db_text(res, i, 17, counts, sizeof counts);
	for (at = counts; *at != '\0';) {
		long kind = strtol(at, &at, 10);

		if (*at != ':')
			break;
		if (kind >= 0 && kind < 10)
			p->records[kind] = strtoll(at + 1, &at, 10);
		else
			strtoll(at + 1, &at, 10);
		while (*at == ' ')
			at++;
	}
}

enum db_err
pages_phones(struct db *db, int64_t account, int64_t phone,
    struct pages_phone **out, size_t *n)
{
	static const struct db_stmt stmt = {
		"phones", 2,
		"SELECT p.phone_id, p.name, p.number, " MS("p.bound_at") ", " MS("p.unbound_at") ", " MS(
		    "p.last_heard_at") ", p.sms_up, "
				       " p.sms_down, p.cumulative, p.highest, p.policy_applied, " MS(
					   "p.policy_applied_at") ", p.policy_sent, "
								  " coalesce(o.version, 0), o.policy, "
								  " coalesce((SELECT sum(s.sms) FROM spend s WHERE s.account_id "
								  "  = $1 AND s.day >= date_trunc('month', now() AT TIME ZONE "
								  "  'UTC')::date), 0), "
								  " (SELECT month_sms_max FROM account WHERE account_id = $1), "
								  " coalesce((SELECT string_agg(c.kind || ':' || c.n, ' ') FROM "
								  "  (SELECT kind, count(*) n FROM record r WHERE r.account_id "
								  "   = $1 AND r.phone_id = p.phone_id AND r.op = 0 GROUP BY "
								  "   kind) c), '') "
								  "FROM phone p LEFT JOIN LATERAL (SELECT version, policy FROM "
								  " policy x WHERE x.account_id = p.account_id AND x.phone_id = "
								  " p.phone_id ORDER BY version DESC LIMIT 1) o ON true "
								  "WHERE p.account_id = $1 AND ($2::bigint = 0 OR p.phone_id = "
								  " $2::bigint) ORDER BY p.unbound_at IS NOT NULL, p.phone_id"
	};
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	db_arg_int(&a, account);
	db_arg_int(&a, phone);
	if ((err = query(db, account, &stmt, &a, &res)) != DB_OK)
		return err;
	*n = (size_t)PQntuples(res);
	if ((*out = calloc(*n + 1, sizeof **out)) == NULL)
		err = DB_FAILED;
	for (size_t i = 0; err == DB_OK && i < *n; i++)
		read_phone(res, (int)i, &(*out)[i]);
	PQclear(res);
	return err;
}

enum db_err
pages_phone_rename(
    struct db *db, int64_t account, int64_t phone, const char *name)
{
	static const struct db_stmt stmt = { "phone_rename", 3,
		"UPDATE phone SET name = $3 WHERE account_id = $1 AND "
		"phone_id = $2" };
	struct db_args a = { 0 };

	db_arg_int(&a, account);
	db_arg_int(&a, phone);
	db_arg_text(&a, name);
	return run(db, account, &stmt, &a);
}

enum db_err
pages_phone_unbind(struct db *db, int64_t account, int64_t phone)
{
	static const struct db_stmt stmt = { "phone_unbind", 2,
		"UPDATE phone SET unbound_at = now() WHERE account_id = $1 "
		"AND phone_id = $2 AND unbound_at IS NULL" };
	struct db_args a = { 0 };

	db_arg_int(&a, account);
	db_arg_int(&a, phone);
	return run(db, account, &stmt, &a);
}

enum db_err
pages_policy_put(struct db *db, int64_t account, int64_t phone,
    const uint8_t *policy, size_t len)
{
	static const struct db_stmt stmt = { "policy_put", 3,
		"INSERT INTO policy (account_id, phone_id, version, policy) "
		"SELECT $1, $2, 1 + coalesce(max(version), 0), $3 FROM policy "
		"WHERE account_id = $1 AND phone_id = $2" };
	struct db_args a = { 0 };

	db_arg_int(&a, account);
	db_arg_int(&a, phone);
	db_arg_bytes(&a, policy, len);
	return run(db, account, &stmt, &a);
}

enum db_err
pages_command_put(struct db *db, int64_t account, int64_t phone, int command)
{
	/* Once is enough: a click too many costs no SMS. */
	static const struct db_stmt stmt = { "command_put", 3,
		"INSERT INTO command (account_id, phone_id, command, "
		"not_after) SELECT $1, $2, $3, now() + interval '3 days' "
		"WHERE EXISTS (SELECT 1 FROM phone WHERE account_id = $1 AND "
		" phone_id = $2) AND NOT EXISTS (SELECT 1 FROM command WHERE "
		" account_id = $1 AND phone_id = $2 AND command = $3 AND "
		" created_at > now() - interval '2 minutes')" };
	struct db_args a = { 0 };
	enum db_err err;

	db_arg_int(&a, account);
	db_arg_int(&a, phone);
	db_arg_int(&a, command);
	err = run(db, account, &stmt, &a);
	return err == DB_NONE ? DB_OK : err;
}

/* ---- bindings ---- */

enum db_err
pages_binding_put(struct db *db, int64_t account, uint32_t code,
    const uint8_t code_key[static 48], const uint8_t qr_key[static 48],
    const char *name)
{
	static const struct db_stmt stmt = { "binding_put", 5,
		"INSERT INTO binding (account_id, code_id, expires_at, "
		"code_key_wrapped, qr_key_wrapped, phone_name) VALUES ($1, "
		"$2, now() + interval '1 day', $3, $4, nullif($5, '')) "
		"ON CONFLICT DO NOTHING" };
	struct db_args a = { 0 };

	db_arg_int(&a, account);
	db_arg_int(&a, code);
	db_arg_bytes(&a, code_key, 48);
	db_arg_bytes(&a, qr_key, 48);
	db_arg_text(&a, name);
	return run(db, account, &stmt, &a);
}

enum db_err
pages_binding_get(
    struct db *db, int64_t account, uint32_t code, struct pages_binding *out)
{
	static const struct db_stmt stmt = {
		"binding_get", 2,
		"SELECT state, coalesce(digits, ''), failures, " MS(
		    "expires_at") ", coalesce(phone_id, 0), asked "
				  "FROM binding WHERE account_id = $1 AND code_id = $2"
	};
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	db_arg_int(&a, account);
	db_arg_int(&a, code);
	if ((err = query(db, account, &stmt, &a, &res)) != DB_OK)
		return err;
	if (PQntuples(res) == 0) {
		err = DB_NONE;
	} else {
		db_text(res, 0, 0, out->state, sizeof out->state);
		db_text(res, 0, 1, out->digits, sizeof out->digits);
		out->failures = (int)db_int(res, 0, 2);
		out->expires_ms = db_int(res, 0, 3);
		out->phone = db_int(res, 0, 4);
		out->asked = db_bool(res, 0, 5);
	}
	PQclear(res);
	return err;
}

enum db_err
pages_binding_cancel(struct db *db, int64_t account, uint32_t code)
{
	static const struct db_stmt stmt = { "binding_cancel", 2,
		"UPDATE binding SET state = 'cancelled', changed_at = now() "
		"WHERE account_id = $1 AND code_id = $2 AND state IN "
		"('waiting', 'challenged')" };
	struct db_args a = { 0 };

	db_arg_int(&a, account);
	db_arg_int(&a, code);
	return run(db, account, &stmt, &a);
}

/* ---- what is in the vault ---- */

void
pages_records_clear(struct pages_records *r)
{
	free(r->row);
	free(r->sealed);
	*r = (struct pages_records){ 0 };
}

static enum db_err
read_records(const PGresult *res, struct pages_records *out)
{
	size_t total = 0, n = (size_t)PQntuples(res);

	/* bytea in text form: two letters an octet, and "\x". */
	for (size_t i = 0; i < n; i++)
		total += (size_t)PQgetlength(res, (int)i, 8) / 2;
	out->row = calloc(n + 1, sizeof *out->row);
	out->sealed = malloc(total + 1);
	if (out->row == NULL || out->sealed == NULL) {
		pages_records_clear(out);
		return DB_FAILED;
	}
	total = 0;
	for (size_t i = 0; i < n; i++) {
		struct pages_record *r = &out->row[i];
		int row = (int)i, len;

		r->phone = db_int(res, row, 0);
		r->kind = (uint8_t)db_int(res, row, 1);
		r->record_id = (uint32_t)db_int(res, row, 2);
		r->transfer = (uint32_t)db_int(res, row, 3);
		r->ordinal = (uint32_t)db_int(res, row, 4);
		r->time_ms = db_int(res, row, 5);
		r->stored_ms = db_int(res, row, 6);
		r->data_key = db_int(res, row, 7);
		len = db_bytes(res, row, 8, out->sealed + total, 32768);
		r->at = total;
		r->len = len > 0 ? (size_t)len : 0;
		total += r->len;
	}
	out->n = n;
	return DB_OK;
}

enum db_err
pages_records(struct db *db, int64_t account, int kind, int64_t phone,
    size_t max, struct pages_records *out)
{
	static const struct db_stmt stmt = { "records", 4,
		"SELECT r.phone_id, r.kind, r.record_id, r.transfer, "
		" r.ordinal, r.time_ms, " MS(
		    "v.stored_at") ", v.data_key_id, "
				   " v.sealed FROM record r JOIN record_version v USING "
				   " (account_id, phone_id, kind, record_id, transfer, ordinal) "
				   "WHERE r.account_id = $1 AND r.kind = $2 AND r.op = 0 AND "
				   " ($3::bigint = 0 OR r.phone_id = $3::bigint) "
				   "ORDER BY r.time_ms DESC LIMIT $4" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	*out = (struct pages_records){ 0 };
	db_arg_int(&a, account);
	db_arg_int(&a, kind);
	db_arg_int(&a, phone);
	db_arg_int(&a, (int64_t)max);
	if ((err = query(db, account, &stmt, &a, &res)) != DB_OK)
		return err;
	err = read_records(res, out);
	PQclear(res);
	return err;
}

enum db_err
pages_keys(struct db *db, int64_t account, struct pages_key **out, size_t *n)
{
	static const struct db_stmt stmt = { "keys", 1,
		"SELECT data_key_id, phone_id, sealed FROM data_key "
		"WHERE account_id = $1 ORDER BY data_key_id" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	db_arg_int(&a, account);
	if ((err = query(db, account, &stmt, &a, &res)) != DB_OK)
		return err;
	*n = (size_t)PQntuples(res);
	if ((*out = calloc(*n + 1, sizeof **out)) == NULL)
		err = DB_FAILED;
	for (size_t i = 0; err == DB_OK && i < *n; i++) {
		struct pages_key *k = &(*out)[i];
		int len;

		k->id = db_int(res, (int)i, 0);
		k->phone = db_int(res, (int)i, 1);
		len = db_bytes(res, (int)i, 2, k->sealed, sizeof k->sealed);
		k->len = len > 0 ? (size_t)len : 0;
	}
	PQclear(res);
	return err;
}

enum db_err
pages_days(struct db *db, int64_t account, int kind, int days,
    struct pages_day **out, size_t *n)
{
	static const struct db_stmt stmt = { "days", 3,
		"SELECT time_ms / 86400000, count(*) FROM record WHERE "
		"account_id = $1 AND kind = $2 AND op = 0 AND time_ms > "
		"(extract(epoch FROM now()) * 1000)::bigint - $3::bigint * "
		"86400000 GROUP BY 1 ORDER BY 1" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	db_arg_int(&a, account);
	db_arg_int(&a, kind);
	db_arg_int(&a, days);
	if ((err = query(db, account, &stmt, &a, &res)) != DB_OK)
		return err;
	*n = (size_t)PQntuples(res);
	if ((*out = calloc(*n + 1, sizeof **out)) == NULL)
		err = DB_FAILED;
	for (size_t i = 0; err == DB_OK && i < *n; i++)
		(*out)[i] = (struct pages_day){ db_int(res, (int)i, 0),
			db_int(res, (int)i, 1) };
	PQclear(res);
	return err;
}

enum db_err
pages_events(struct db *db, int64_t account, size_t max,
    struct pages_event **out, size_t *n)
{
	static const struct db_stmt stmt = { "events", 2,
		"SELECT " MS(
		    "e.at") ", coalesce(e.phone_id, 0), e.kind, "
			    "e.detail, coalesce(p.name, '') FROM event e LEFT JOIN phone p "
			    "USING (account_id, phone_id) WHERE e.account_id = $1 "
			    "ORDER BY e.at DESC, e.event_id DESC LIMIT $2" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	db_arg_int(&a, account);
	db_arg_int(&a, (int64_t)max);
	if ((err = query(db, account, &stmt, &a, &res)) != DB_OK)
		return err;
	*n = (size_t)PQntuples(res);
	if ((*out = calloc(*n + 1, sizeof **out)) == NULL)
		err = DB_FAILED;
	for (size_t i = 0; err == DB_OK && i < *n; i++) {
		struct pages_event *e = &(*out)[i];
		int row = (int)i;

		e->at_ms = db_int(res, row, 0);
		e->phone = db_int(res, row, 1);
		db_text(res, row, 2, e->kind, sizeof e->kind);
		db_text(res, row, 3, e->detail, sizeof e->detail);
		db_text(res, row, 4, e->phone_name, sizeof e->phone_name);
	}
	PQclear(res);
	return err;
}

enum db_err
pages_event_put(struct db *db, int64_t account, int64_t phone, const char *kind,
    const char *detail)
{
	static const struct db_stmt stmt = { "page_event", 4,
		"INSERT INTO event (account_id, phone_id, at, kind, detail) "
		"VALUES ($1, nullif($2::bigint, 0), now(), $3, $4)" };
	struct db_args a = { 0 };

	db_arg_int(&a, account);
	db_arg_int(&a, phone);
	db_arg_text(&a, kind);
	db_arg_text(&a, detail);
	return run(db, account, &stmt, &a);
}
