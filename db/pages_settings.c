/*
 * What owners set, and what it has cost them.
 */
#include "pages_settings.h"

#include <stdlib.h>

#include "pages_internal.h"

enum db_err
pages_settings(struct db *db, int64_t account, struct pages_settings *out)
{
	static const struct db_stmt stmt = { "settings", 1,
		"SELECT month_sms_max, day_sms_max, reserve_sms, "
		"price_up_milli, coalesce(mail, ''), mail_confirmed_at IS NOT "
		"NULL, coalesce(mail_new, ''), "
		"time_zone, " PAGES_MS("delete_at") " FROM account WHERE "
						    "account_id = $1" };
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
	*out = (struct pages_settings){ .month_max = db_int(res, 0, 0),
		.day_max = db_int(res, 0, 1),
		.reserve = db_int(res, 0, 2),
		.price_up_milli = db_int(res, 0, 3),
		.mail_confirmed = db_bool(res, 0, 5),
		.delete_ms = db_int(res, 0, 8) };
	db_text(res, 0, 4, out->mail, sizeof out->mail);
	db_text(res, 0, 6, out->mail_new, sizeof out->mail_new);
	db_text(res, 0, 7, out->time_zone, sizeof out->time_zone);
	PQclear(res);
	return DB_OK;
}

enum db_err
pages_budget_set(struct db *db, int64_t account, const struct pages_settings *s)
{
	static const struct db_stmt stmt = { "budget_set", 5,
		"UPDATE account SET month_sms_max = $2, day_sms_max = $3, "
		"reserve_sms = $4, price_up_milli = $5 WHERE account_id = $1" };
	struct db_args a = { 0 };

	db_arg_int(&a, account);
	db_arg_int(&a, s->month_max);
	db_arg_int(&a, s->day_max);
	db_arg_int(&a, s->reserve);
	db_arg_int(&a, s->price_up_milli);
	return pages_run(db, account, &stmt, &a);
}

enum db_err
pages_zone_set(struct db *db, int64_t account, const char *zone)
{
	static const struct db_stmt stmt = { "zone_set", 2,
		"UPDATE account SET time_zone = $2 WHERE account_id = $1 AND "
		"EXISTS (SELECT 1 FROM pg_timezone_names WHERE name = $2)" };
	struct db_args a = { 0 };

	db_arg_int(&a, account);
	db_arg_text(&a, zone);
	return pages_run(db, account, &stmt, &a);
}

enum db_err
pages_recovery_set(struct db *db, const struct pages_account *acc)
{
	static const struct db_stmt stmt = { "recovery_set", 3,
		"UPDATE account SET recovery_salt = $2, private_by_recovery = "
		"$3 WHERE account_id = $1" };
	struct db_args a = { 0 };

	db_arg_int(&a, acc->account);
	db_arg_bytes(&a, acc->recovery_salt, sizeof acc->recovery_salt);
	db_arg_bytes(&a, acc->by_recovery, sizeof acc->by_recovery);
	return pages_run(db, acc->account, &stmt, &a);
}

enum db_err
pages_delete_set(struct db *db, int64_t account, int days)
{
	static const struct db_stmt stmt = { "delete_set", 2,
		"UPDATE account SET delete_at = now() + nullif($2::int, 0) * "
		"interval '1 day' WHERE account_id = $1" };
	struct db_args a = { 0 };

	db_arg_int(&a, account);
	db_arg_int(&a, days);
	return pages_run(db, account, &stmt, &a);
}

enum db_err
pages_delete_due(struct db *db)
{
	static const struct db_stmt stmt = { "delete_due", 0,
		"SELECT account_delete_due()" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err = pages_free_query(db, &stmt, &a, &res);

	if (err == DB_OK)
		PQclear(res);
	return err;
}

enum db_err
pages_events_seen(struct db *db, int64_t account)
{
	static const struct db_stmt stmt = { "events_seen", 1,
		"UPDATE account SET events_read = coalesce((SELECT "
		"max(event_id) FROM event WHERE account_id = $1), 0) WHERE "
		"account_id = $1" };
	struct db_args a = { 0 };

	db_arg_int(&a, account);
	return pages_run(db, account, &stmt, &a);
}

enum db_err
pages_choices(
    struct db *db, int64_t account, struct pages_choice **out, size_t *n)
{
	static const struct db_stmt stmt = { "choices", 1,
		"SELECT kind, mail, sms FROM notice_choice WHERE account_id = "
		"$1" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	db_arg_int(&a, account);
	if ((err = pages_query(db, account, &stmt, &a, &res)) != DB_OK)
		return err;
	*n = (size_t)PQntuples(res);
	if ((*out = calloc(*n + 1, sizeof **out)) == NULL)
		err = DB_FAILED;
	for (size_t i = 0; err == DB_OK && i < *n; i++) {
		db_text(res, (int)i, 0, (*out)[i].kind, sizeof(*out)[i].kind);
		(*out)[i].mail = db_bool(res, (int)i, 1);
		(*out)[i].sms = db_bool(res, (int)i, 2);
	}
	PQclear(res);
	return err;
}

enum db_err
pages_choice_set(
    struct db *db, int64_t account, const struct pages_choice *list, size_t n)
{
	static const struct db_stmt stmt = { "choice_set", 4,
		"INSERT INTO notice_choice (account_id, kind, mail, sms) "
		"VALUES ($1, $2, $3, $4) ON CONFLICT (account_id, kind) DO "
		"UPDATE SET mail = excluded.mail, sms = excluded.sms" };
	enum db_err err = pages_begin(db, account);

	for (size_t i = 0; err == DB_OK && i < n; i++) {
		struct db_args a = { 0 };

		db_arg_int(&a, account);
		db_arg_text(&a, list[i].kind);
		db_arg_bool(&a, list[i].mail);
		db_arg_bool(&a, list[i].sms);
		err = db_run(db, &stmt, &a, NULL);
	}
	return pages_end(db, err);
}

static enum db_err
amounts(struct db *db, int64_t account, const struct db_stmt *stmt, int days,
    struct pages_amount **out, size_t *n)
{
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	db_arg_int(&a, account);
	db_arg_int(&a, days);
	if ((err = pages_query(db, account, stmt, &a, &res)) != DB_OK)
		return err;
	*n = (size_t)PQntuples(res);
	if ((*out = calloc(*n + 1, sizeof **out)) == NULL)
		err = DB_FAILED;
	for (size_t i = 0; err == DB_OK && i < *n; i++) {
		struct pages_amount *x = &(*out)[i];

		x->days_ago = (int)db_int(res, (int)i, 0);
		db_text(res, (int)i, 1, x->of, sizeof x->of);
		x->sms = db_int(res, (int)i, 2);
		x->cost_milli = db_int(res, (int)i, 3);
		x->this_month = db_bool(res, (int)i, 4);
	}
	PQclear(res);
	return err;
}

#define TODAY "(now() AT TIME ZONE 'UTC')::date"

enum db_err
pages_spent(struct db *db, int64_t account, int days, struct pages_amount **out,
    size_t *n)
{
	static const struct db_stmt stmt = { "spent", 2,
		"SELECT " TODAY " - day, purpose, sms, cost_milli, day >= "
		"date_trunc('month', " TODAY ")::date FROM spend WHERE "
		"account_id = $1 AND day > " TODAY " - $2::int ORDER BY 1, 2" };

	return amounts(db, account, &stmt, days, out, n);
}

enum db_err
pages_traffic(struct db *db, int64_t account, int days,
    struct pages_amount **out, size_t *n)
{
	static const struct db_stmt stmt = { "traffic", 2,
		"SELECT " TODAY " - t.day, p.name, t.sms_up, t.sms_up * "
		"a.price_up_milli, t.day >= date_trunc('month', " TODAY
		")::date FROM traffic t JOIN phone p USING (account_id, "
		"phone_id) JOIN account a USING (account_id) WHERE "
		"t.account_id = $1 AND t.day > " TODAY " - $2::int ORDER BY 1, "
		"2" };

	return amounts(db, account, &stmt, days, out, n);
}

enum db_err
pages_sessions(struct db *db, int64_t account,
    const uint8_t token_hash[static 32], struct pages_browser **out, size_t *n)
{
	static const struct db_stmt stmt = { "sessions", 2,
		"SELECT " PAGES_MS("created_at") ", " PAGES_MS(
		    "seen_at") ", "
			       "token_hash = $2 FROM session WHERE account_id = $1 AND "
			       "expires_at > now() AND seen_at > now() - interval '12 hours' "
			       "ORDER BY seen_at DESC LIMIT 50" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	db_arg_int(&a, account);
	db_arg_bytes(&a, token_hash, 32);
	if ((err = pages_query(db, account, &stmt, &a, &res)) != DB_OK)
		return err;
	*n = (size_t)PQntuples(res);
	if ((*out = calloc(*n + 1, sizeof **out)) == NULL)
		err = DB_FAILED;
	for (size_t i = 0; err == DB_OK && i < *n; i++)
		(*out)[i] = (struct pages_browser){ db_int(res, (int)i, 0),
			db_int(res, (int)i, 1), db_bool(res, (int)i, 2) };
	PQclear(res);
	return err;
}
