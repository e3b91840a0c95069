/*
 * Where notices go, by mail and by SMS, and the codes that prove it: the same
 * steps on columns of their own.
 */
#include "pages_settings.h"

#include "pages_internal.h"

/* ---- codes ---- */

/* The steps, on columns that begin with PREFIX; PLACE is where notices go once
 * it is proven; a code is good for TIME, in which at most three go out. */
struct proof {
	struct db_stmt ask, send, guess, take;
	bool phone; /* only for accounts that have had one: an SMS costs */
};

/* clang-format off */
#define ASK(PREFIX, TIME) \
	"UPDATE account SET " PREFIX "_new = $2, " PREFIX "_code = $3, " \
	PREFIX "_code_at = now(), " PREFIX "_code_tries = 0 " \
	"WHERE account_id = $1 AND (SELECT count(*) FROM notice " \
	" WHERE account_id = $1 AND kind = '" PREFIX "-confirm' " \
	" AND created_at > now() - interval '" TIME "') < 3"
#define SEND(PREFIX, CHANNEL) \
	"INSERT INTO notice (account_id, channel, target, kind, code, " \
	" not_before, created_at, changed_at) VALUES ($1, '" CHANNEL "', " \
	" $2, '" PREFIX "-confirm', $3, now(), now(), now())"
#define GUESS(PREFIX, TIME) \
	"UPDATE account SET " PREFIX "_code_tries = " PREFIX "_code_tries + 1 " \
	"WHERE account_id = $1 RETURNING coalesce(" PREFIX "_code = $2 AND " \
	PREFIX "_code_tries <= 5 AND " \
	PREFIX "_code_at > now() - interval '" TIME "', false)"
#define TAKE(PREFIX, PLACE) \
	"UPDATE account SET " PLACE " = " PREFIX "_new, " \
	PREFIX "_confirmed_at = now(), " PREFIX "_new = NULL, " \
	PREFIX "_code = NULL WHERE account_id = $1"
/* clang-format on */

static const struct proof mail = {
	.ask = { "mail_ask", 3, ASK("mail", "1 hour") },
	.send = { "mail_send", 3, SEND("mail", "mail") },
	.guess = { "mail_guess", 2, GUESS("mail", "1 hour") },
	.take = { "mail_take", 1, TAKE("mail", "mail") },
};
static const struct proof trusted = {
	.ask = { "trusted_ask", 3, ASK("trusted", "1 day") },
	.send = { "trusted_send", 3, SEND("trusted", "sms") },
	.guess = { "trusted_guess", 2, GUESS("trusted", "1 day") },
	.take = { "trusted_take", 1, TAKE("trusted", "trusted_number") },
	.phone = true,
};

/* Holds the account's row: of two who ask at once the second counts the first.
 * DB_REFUSED: no phone was ever bound. */
static enum db_err
hold(struct db *db, int64_t account, bool phone)
{
	static const struct db_stmt stmt = { "confirm_hold", 2,
		"SELECT NOT $2::boolean OR EXISTS (SELECT 1 FROM phone p WHERE "
		"p.account_id = a.account_id AND NOT p.imported) FROM account "
		"a WHERE account_id = $1 FOR UPDATE" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	db_arg_int(&a, account);
	db_arg_bool(&a, phone);
	if ((err = db_query(db, &stmt, &a, &res)) != DB_OK)
		return err;
	if (PQntuples(res) != 1 || !db_bool(res, 0, 0))
		err = DB_REFUSED;
	PQclear(res);
	return err;
}

static enum db_err
ask(struct db *db, const struct proof *what, int64_t account, const char *place,
    const char *code)
{
	struct db_args a = { 0 };
	int64_t n = 0;
	enum db_err err = pages_begin(db, account);

	db_arg_int(&a, account);
	db_arg_text(&a, place);
	db_arg_text(&a, code);
	if (err == DB_OK)
		err = hold(db, account, what->phone);
	if (err == DB_OK)
		err = db_run(db, &what->ask, &a, &n);
	if (err == DB_OK && n == 0)
		err = DB_NONE;
	if (err == DB_OK)
		err = db_run(db, &what->send, &a, NULL);
	return pages_end(db, err);
}

/* Each guess is counted, whatever comes of it. */
static enum db_err
guess(struct db *db, const struct proof *what, int64_t account,
    const char *code, bool *good)
{
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	db_arg_int(&a, account);
	db_arg_text(&a, code);
	if ((err = db_query(db, &what->guess, &a, &res)) != DB_OK)
		return err;
	*good = PQntuples(res) == 1 && db_bool(res, 0, 0);
	PQclear(res);
	return DB_OK;
}

static enum db_err
confirm(
    struct db *db, const struct proof *what, int64_t account, const char *code)
{
	struct db_args a = { 0 };
	bool good = false;
	enum db_err err = pages_begin(db, account);

	db_arg_int(&a, account);
	if (err == DB_OK)
		err = guess(db, what, account, code, &good);
	if (err == DB_OK && good)
		err = db_run(db, &what->take, &a, NULL);
	err = pages_end(db, err);
	return err == DB_OK && !good ? DB_NONE : err;
}

/* ---- by mail ---- */

enum db_err
pages_mail_ask(
    struct db *db, int64_t account, const char *address, const char *code)
{
	return ask(db, &mail, account, address, code);
}

enum db_err
pages_mail_confirm(struct db *db, int64_t account, const char *code)
{
	return confirm(db, &mail, account, code);
}

enum db_err
pages_mail_remove(struct db *db, int64_t account)
{
	static const struct db_stmt stmt = { "mail_remove", 1,
		"UPDATE account SET mail = NULL, mail_confirmed_at = NULL, "
		"mail_new = NULL, mail_code = NULL WHERE account_id = $1" };
	struct db_args a = { 0 };

	db_arg_int(&a, account);
	return pages_run(db, account, &stmt, &a);
}

/* ---- by SMS ---- */

enum db_err
pages_trusted_ask(
    struct db *db, int64_t account, const char *number, const char *code)
{
	return ask(db, &trusted, account, number, code);
}

enum db_err
pages_trusted_confirm(struct db *db, int64_t account, const char *code)
{
	return confirm(db, &trusted, account, code);
}

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
