#include "pages_internal.h"

#include <stdlib.h>
#include <string.h>

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
	p->imported = db_bool(res, i, 18);
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
		"SELECT p.phone_id, p.name, p.number, " PAGES_MS("p.bound_at") ", " PAGES_MS("p.unbound_at") ", " PAGES_MS(
		    "p.last_heard_at") ", p.sms_up, "
				       " p.sms_down, p.cumulative, p.highest, p.policy_applied, " PAGES_MS(
					   "p.policy_applied_at") ", p.policy_sent, "
								  " coalesce(o.version, 0), o.policy, "
								  " coalesce((SELECT sum(s.sms) FROM spend s WHERE s.account_id "
								  "  = $1 AND s.day >= date_trunc('month', now() AT TIME ZONE "
								  "  'UTC')::date), 0), "
								  " (SELECT month_sms_max FROM account WHERE account_id = $1), "
								  " coalesce((SELECT string_agg(c.kind || ':' || c.n, ' ') FROM "
								  "  (SELECT kind, count(*) n FROM record r WHERE r.account_id "
								  "   = $1 AND r.phone_id = p.phone_id AND r.op = 0 GROUP BY "
								  "   kind) c), ''), p.imported "
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
	if ((err = pages_query(db, account, &stmt, &a, &res)) != DB_OK)
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
	return pages_run(db, account, &stmt, &a);
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
	return pages_run(db, account, &stmt, &a);
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
	err = pages_run(db, account, &stmt, &a);
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
	return pages_run(db, account, &stmt, &a);
}

enum db_err
pages_binding_get(
    struct db *db, int64_t account, uint32_t code, struct pages_binding *out)
{
	static const struct db_stmt stmt = {
		"binding_get", 2,
		"SELECT state, coalesce(digits, ''), failures, " PAGES_MS(
		    "expires_at") ", coalesce(phone_id, 0), asked "
				  "FROM binding WHERE account_id = $1 AND code_id = $2"
	};
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	db_arg_int(&a, account);
	db_arg_int(&a, code);
	if ((err = pages_query(db, account, &stmt, &a, &res)) != DB_OK)
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
	return pages_run(db, account, &stmt, &a);
}
