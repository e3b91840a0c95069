#include "pages_life.h"

#include <stdlib.h>

#include "pages_internal.h"

enum db_err
pages_life(
    struct db *db, int64_t account, int64_t phone, struct pages_life *out)
{
	static const struct db_stmt stmt = { "life", 3,
		"SELECT (extract(epoch FROM p.silent_after) / 86400)::bigint, " PAGES_MS("p.silent_told_at") ", " PAGES_MS(
		    "p.contested_until") ", "
					 "coalesce((SELECT sum(t.sms_up) FROM traffic t WHERE "
					 " t.account_id = $1 AND t.phone_id = $2 AND t.day >= "
					 " date_trunc('month', now() AT TIME ZONE 'UTC')::date), 0), "
					 "(SELECT count(*) FROM outbox o WHERE o.account_id = $1 AND "
					 " o.phone_id = $2 AND o.state IN ('sent', 'delivered', "
					 " 'unknown') AND o.changed_at >= date_trunc('month', now() AT "
					 " TIME ZONE 'UTC') AT TIME ZONE 'UTC'), "
					 "EXISTS (SELECT 1 FROM command c WHERE c.account_id = $1 AND "
					 " c.phone_id = $2 AND c.command = $3 AND c.taken_at IS NULL "
					 " AND c.not_after > now()), "
					 "coalesce((SELECT l.is_on FROM lost l WHERE l.account_id = $1 "
					 " AND l.phone_id = $2 ORDER BY version DESC LIMIT 1), false), "
					 "coalesce(p.number_new, '') FROM phone p WHERE p.account_id = "
					 "$1 AND p.phone_id = $2" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	db_arg_int(&a, account);
	db_arg_int(&a, phone);
	db_arg_int(&a, WIRE_CMD_UNBIND);
	if ((err = pages_query(db, account, &stmt, &a, &res)) != DB_OK)
		return err;
	if (PQntuples(res) == 0) {
		err = DB_NONE;
	} else {
		out->silent_days = db_int(res, 0, 0);
		out->silent_told_ms = db_int(res, 0, 1);
		out->contested_ms = db_int(res, 0, 2);
		out->month_up = db_int(res, 0, 3);
		out->month_down = db_int(res, 0, 4);
		out->unbinding = db_bool(res, 0, 5);
		out->lost = db_bool(res, 0, 6);
		db_text(res, 0, 7, out->number_new, sizeof out->number_new);
	}
	PQclear(res);
	return err;
}

enum db_err
pages_silent_set(struct db *db, int64_t account, int64_t phone, int64_t days)
{
	static const struct db_stmt stmt = { "silent_set", 3,
		"UPDATE phone SET silent_after = make_interval(days => "
		"$3::int) WHERE account_id = $1 AND phone_id = $2" };
	struct db_args a = { 0 };

	db_arg_int(&a, account);
	db_arg_int(&a, phone);
	db_arg_int(&a, days);
	return pages_run(db, account, &stmt, &a);
}

enum db_err
pages_claims(struct db *db, int64_t account, int64_t phone,
    struct pages_claim **out, size_t *n)
{
	static const struct db_stmt stmt = {
		"claims", 2,
		"SELECT kind, state, count, coalesce(have_count, -1), " PAGES_MS(
		    "claimed_at") ", " PAGES_MS("complete_at") " FROM "
							       "completeness WHERE account_id = $1 AND "
							       "phone_id = $2 ORDER BY kind"
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
	for (size_t i = 0; err == DB_OK && i < *n; i++) {
		struct pages_claim *c = &(*out)[i];
		int row = (int)i;

		c->kind = (int)db_int(res, row, 0);
		db_text(res, row, 1, c->state, sizeof c->state);
		c->count = db_int(res, row, 2);
		c->have = db_int(res, row, 3);
		c->claimed_ms = db_int(res, row, 4);
		c->complete_ms = db_int(res, row, 5);
	}
	PQclear(res);
	return err;
}

/* ---- SIMs ---- */

enum db_err
pages_sims(struct db *db, int64_t account, int64_t phone,
    struct pages_sim **out, size_t *n)
{
	static const struct db_stmt stmt = {
		"sims", 2,
		"SELECT s.sim, coalesce(s.number, ''), coalesce(s.name, ''), " PAGES_MS(
		    "s.first_at") ", " PAGES_MS("s.last_at") ", s.own, "
							     "p.sim = s.sim FROM sim s JOIN phone p USING (account_id, "
							     "phone_id) WHERE s.account_id = $1 AND s.phone_id = $2 ORDER "
							     "BY p.sim = s.sim DESC, s.last_at DESC"
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
	for (size_t i = 0; err == DB_OK && i < *n; i++) {
		struct pages_sim *s = &(*out)[i];
		int row = (int)i;

		pages_octets(res, row, 0, s->sim, sizeof s->sim);
		db_text(res, row, 1, s->number, sizeof s->number);
		db_text(res, row, 2, s->name, sizeof s->name);
		s->first_ms = db_int(res, row, 3);
		s->last_ms = db_int(res, row, 4);
		s->own = db_bool(res, row, 5);
		s->inside = db_bool(res, row, 6);
	}
	PQclear(res);
	return err;
}

enum db_err
pages_sim_set(
    struct db *db, int64_t account, int64_t phone, const struct pages_sim *s)
{
	static const struct db_stmt stmt = { "sim_set", 5,
		"UPDATE sim SET name = nullif($4, ''), own = $5 WHERE "
		"account_id = $1 AND phone_id = $2 AND sim = $3" };
	struct db_args a = { 0 };

	db_arg_int(&a, account);
	db_arg_int(&a, phone);
	db_arg_bytes(&a, s->sim, sizeof s->sim);
	db_arg_text(&a, s->name);
	db_arg_bool(&a, s->own);
	return pages_run(db, account, &stmt, &a);
}

/* ---- bound to another account ---- */

enum db_err
pages_contests(
    struct db *db, int64_t account, struct pages_contest **out, size_t *n)
{
	static const struct db_stmt stmt = { "contests", 0,
		"SELECT phone_id, " PAGES_MS("bound_at") ", " PAGES_MS(
		    "contested_until") " FROM binding_contested()" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	if ((err = pages_query(db, account, &stmt, &a, &res)) != DB_OK)
		return err;
	*n = (size_t)PQntuples(res);
	if ((*out = calloc(*n + 1, sizeof **out)) == NULL)
		err = DB_FAILED;
	for (size_t i = 0; err == DB_OK && i < *n; i++)
		(*out)[i] = (struct pages_contest){ db_int(res, (int)i, 0),
			db_int(res, (int)i, 1), db_int(res, (int)i, 2) };
	PQclear(res);
	return err;
}

enum db_err
pages_veto(struct db *db, int64_t account, int64_t phone)
{
	static const struct db_stmt stmt = { "veto", 1,
		"SELECT binding_veto($1)" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	db_arg_int(&a, phone);
	if ((err = pages_query(db, account, &stmt, &a, &res)) != DB_OK)
		return err;
	if (PQntuples(res) != 1 || !db_bool(res, 0, 0))
		err = DB_NONE;
	PQclear(res);
	return err;
}
