/*
 * The number that notices go to by SMS, and the code that proves it.
 */
#include "pages_settings.h"

#include "pages_internal.h"

enum db_err
pages_trusted(struct db *db, int64_t account, struct pages_trusted *out)
{
	static const struct db_stmt stmt = {
		"trusted", 1,
		"SELECT coalesce(trusted_number, ''), " PAGES_MS(
		    "trusted_confirmed_at") ", coalesce(trusted_new, ''), "
					    "CASE WHEN trusted_code IS NULL THEN 0 ELSE " PAGES_MS(
						"trusted_code_at + interval '1 day'") " END, "
										      "trusted_code_at <= now() - interval '1 day', "
										      "trusted_code_tries, coalesce((SELECT n.state = 'limited' FROM "
										      "notice n WHERE n.account_id = a.account_id AND n.kind = "
										      "'trusted-confirm' ORDER BY n.notice_id DESC LIMIT 1), false) "
										      "FROM account a WHERE account_id = $1"
	};
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	db_arg_int(&a, account);
	if ((err = pages_query(db, account, &stmt, &a, &res)) != DB_OK)
		return err;
	if (PQntuples(res) == 0) {
		PQclear(res);
		return DB_NONE;
	}
	*out = (struct pages_trusted){ .confirmed_ms = db_int(res, 0, 1),
		.until_ms = db_int(res, 0, 3),
		.expired = db_bool(res, 0, 4),
		.tried = db_int(res, 0, 5) >= PAGES_TRUSTED_TRIES,
		.limited = db_bool(res, 0, 6) };
	db_text(res, 0, 0, out->number, sizeof out->number);
	db_text(res, 0, 2, out->waiting, sizeof out->waiting);
	PQclear(res);
	return DB_OK;
}

/* Holds the account's row: of two who ask at once the second counts the first.
 * DB_REFUSED: no phone was ever bound. */
static enum db_err
hold(struct db *db, int64_t account)
{
	static const struct db_stmt stmt = { "trusted_hold", 1,
		"SELECT EXISTS (SELECT 1 FROM phone p WHERE p.account_id = "
		"a.account_id AND NOT p.imported) FROM account a WHERE "
		"account_id = $1 FOR UPDATE" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	db_arg_int(&a, account);
	if ((err = db_query(db, &stmt, &a, &res)) != DB_OK)
		return err;
	if (PQntuples(res) != 1 || !db_bool(res, 0, 0))
		err = DB_REFUSED;
	PQclear(res);
	return err;
}

enum db_err
pages_trusted_ask(
    struct db *db, int64_t account, const char *number, const char *code)
{
	static const struct db_stmt ask = { "trusted_ask", 3,
		"UPDATE account SET trusted_new = $2, trusted_code = $3, "
		"trusted_code_at = now(), trusted_code_tries = 0 WHERE "
		"account_id = $1 AND (SELECT count(*) FROM notice WHERE "
		"account_id = $1 AND kind = 'trusted-confirm' AND created_at > "
		"now() - interval '1 day') < 3" };
	static const struct db_stmt send = { "trusted_send", 3,
		"INSERT INTO notice (account_id, channel, target, kind, code, "
		"not_before, created_at, changed_at) VALUES ($1, 'sms', $2, "
		"'trusted-confirm', $3, now(), now(), now())" };
	struct db_args a = { 0 };
	int64_t n = 0;
	enum db_err err = pages_begin(db, account);

	db_arg_int(&a, account);
	db_arg_text(&a, number);
	db_arg_text(&a, code);
	if (err == DB_OK)
		err = hold(db, account);
	if (err == DB_OK)
		err = db_run(db, &ask, &a, &n);
	if (err == DB_OK && n == 0)
		err = DB_NONE;
	if (err == DB_OK)
		err = db_run(db, &send, &a, NULL);
	return pages_end(db, err);
}

enum db_err
pages_trusted_confirm(struct db *db, int64_t account, const char *code)
{
	/* Each guess is counted, whatever comes of it. */
	static const struct db_stmt stmt = { "trusted_confirm", 2,
		"WITH c AS (SELECT trusted_code = $2 AND trusted_code_tries < "
		"5 AND trusted_code_at > now() - interval '1 day' AS good FROM "
		"account WHERE account_id = $1 FOR UPDATE) UPDATE account a "
		"SET trusted_code_tries = trusted_code_tries + 1, "
		"trusted_number = CASE WHEN c.good THEN trusted_new ELSE "
		"trusted_number END, trusted_confirmed_at = CASE WHEN c.good "
		"THEN now() ELSE trusted_confirmed_at END, trusted_new = CASE "
		"WHEN c.good THEN NULL ELSE trusted_new END, trusted_code = "
		"CASE WHEN c.good THEN NULL ELSE trusted_code END FROM c WHERE "
		"a.account_id = $1 RETURNING coalesce(c.good, false)" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	db_arg_int(&a, account);
	db_arg_text(&a, code);
	if ((err = pages_query(db, account, &stmt, &a, &res)) != DB_OK)
		return err;
	if (PQntuples(res) != 1 || !db_bool(res, 0, 0))
		err = DB_NONE;
	PQclear(res);
	return err;
}

enum db_err
pages_trusted_forget(struct db *db, int64_t account)
{
	static const struct db_stmt stmt = { "trusted_forget", 1,
		"UPDATE account SET trusted_new = NULL, trusted_code = NULL "
		"WHERE account_id = $1" };
	struct db_args a = { 0 };

	db_arg_int(&a, account);
	return pages_run(db, account, &stmt, &a);
}

enum db_err
pages_trusted_remove(struct db *db, int64_t account)
{
	static const struct db_stmt stmt = { "trusted_remove", 1,
		"UPDATE account SET trusted_number = NULL, "
		"trusted_confirmed_at = NULL WHERE account_id = $1" };
	struct db_args a = { 0 };

	db_arg_int(&a, account);
	return pages_run(db, account, &stmt, &a);
}
