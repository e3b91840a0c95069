#include "operator.h"

#include <stdlib.h>

#include "operator_internal.h"

#define MS(col) PAGES_MS(col)

enum db_err
operator_rows(struct db *db, const struct db_stmt *stmt,
    const struct db_args *a, size_t size,
    void (*read)(const PGresult *res, int row, void *out), void **out,
    size_t *n)
{
	PGresult *res;
	enum db_err err = pages_free_query(db, stmt, a, &res);
	char *rows;

	if (err != DB_OK)
		return err;
	*n = (size_t)PQntuples(res);
	if ((rows = calloc(*n + 1, size)) == NULL) {
		PQclear(res);
		return DB_FAILED;
	}
	for (size_t i = 0; i < *n; i++)
		read(res, (int)i, rows + i * size);
	PQclear(res);
	*out = rows;
	return DB_OK;
}

static enum db_err
list(struct db *db, const struct db_stmt *stmt, size_t size,
    void (*read)(const PGresult *res, int row, void *out), void **out,
    size_t *n)
{
	return operator_rows(db, stmt, NULL, size, read, out, n);
}

static void
read_modem(const PGresult *res, int row, void *out)
{
	struct operator_modem *m = out;

	db_text(res, row, 0, m->name, sizeof m->name);
	db_text(res, row, 1, m->model, sizeof m->model);
	db_text(res, row, 2, m->operator_name, sizeof m->operator_name);
	m->registered = (int)db_int(res, row, 3);
	m->signal_percent = (int)db_int(res, row, 4);
	m->sms_in = db_int(res, row, 5);
	m->sms_out = db_int(res, row, 6);
	m->seen_ms = db_int(res, row, 7);
	db_text(res, row, 8, m->step, sizeof m->step);
}

enum db_err
operator_modems(struct db *db, struct operator_modem **out, size_t *n)
{
	static const struct db_stmt stmt = {
		"op_modems", 0,
		"SELECT name, manufacturer || ' ' || model, operator, "
		"registered, coalesce(signal_percent, -1), sms_in, sms_out, " MS(
		    "seen_at") ", step FROM modem WHERE NOT taken_out ORDER BY name"
	};
	void *rows = NULL;
	enum db_err err = list(db, &stmt, sizeof **out, read_modem, &rows, n);

	*out = rows;
	return err;
}

enum db_err
operator_forget(struct db *db, const char *modem)
{
	static const struct db_stmt stmt = {
		"op_forget", 2,
		"WITH was AS (SELECT name FROM modem WHERE name = $1 AND NOT "
		" taken_out), f AS (UPDATE modem SET taken_out = true WHERE name "
		" IN (SELECT name FROM was) AND seen_at < now() - $2::bigint * "
		" interval '1 ms' RETURNING name) "
		"SELECT (SELECT count(*) FROM was), (SELECT count(*) FROM f), "
		"(SELECT operator_note('modem-forgotten', name)::text FROM f)"
	};
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	db_arg_text(&a, modem);
	db_arg_int(&a, OPERATOR_AWAY_MS);
	if ((err = pages_free_query(db, &stmt, &a, &res)) != DB_OK)
		return err;
	if (db_int(res, 0, 0) == 0)
		err = DB_NONE;
	else if (db_int(res, 0, 1) == 0)
		err = DB_REFUSED;
	PQclear(res);
	return err;
}

/* Of one that came in one SMS the SMS itself is in quarantine. */
#define ASIDE(t) \
	t ".state = 'bad' AND EXISTS (SELECT 1 FROM segment s WHERE " \
	  "(s.account_id, s.phone_id, s.transfer) = " \
	  "(" t ".account_id, " t ".phone_id, " t ".transfer))"

/* One row of numbers, each to its place. */
static enum db_err
numbers(
    struct db *db, const struct db_stmt *stmt, int64_t *const to[], int count)
{
	PGresult *res;
	enum db_err err = pages_free_query(db, stmt, NULL, &res);

	if (err != DB_OK)
		return err;
	for (int i = 0; i < count; i++)
		*to[i] = db_int(res, 0, i);
	PQclear(res);
	return DB_OK;
}

enum db_err
operator_totals(struct db *db, struct operator_totals *out)
{
	static const struct db_stmt stmt = {
		"op_totals", 0,
		"WITH t AS (SELECT (now() AT TIME ZONE 'UTC')::date AS today), "
		"spent AS (SELECT coalesce(sum(sms) FILTER (WHERE day = today), 0) "
		"  AS day, coalesce(sum(sms), 0) AS month, "
		"  coalesce(sum(cost_milli), 0) AS cost "
		" FROM t LEFT JOIN spend ON day >= date_trunc('month', today)::date) "
		"SELECT (SELECT count(*) FROM account), "
		"(SELECT count(*) FROM phone WHERE unbound_at IS NULL), "
		"(SELECT count(*) FROM transfer WHERE state IN ('open', "
		" 'whole')), "
		"(SELECT count(*) FROM transfer t WHERE " ASIDE(
		    "t") "), "
			 "count(*) FILTER (WHERE state = 'queued'), "
			 "count(*) FILTER (WHERE state = 'held'), "
			 "count(*) FILTER (WHERE state = 'sending'), "
			 "count(*) FILTER (WHERE state = 'failed'), "
			 "count(*) FILTER (WHERE state = 'unknown'), " MS(
			     "min(not_before) FILTER (WHERE state = 'queued')") ", "
										"(SELECT day FROM spent), (SELECT month FROM spent), "
										"(SELECT cost FROM spent), "
										"(SELECT " MS(
										    "max(last_heard_at)") " FROM phone), "
													  "(SELECT count(*) FROM notice WHERE state = 'failed'), "
													  "(SELECT count(*) FROM backup_check WHERE unreadable + "
													  " missing > 0) "
													  "FROM outbox WHERE state IN ('queued', 'held', 'sending', "
													  " 'unknown', 'failed')"
	};
	int64_t *const to[] = { &out->accounts, &out->phones,
		&out->open_transfers, &out->aside_transfers, &out->queued,
		&out->held, &out->sending, &out->failed, &out->unknown,
		&out->due_ms, &out->sms_today, &out->sms_month,
		&out->cost_month_milli, &out->heard_ms, &out->notices_failed,
		&out->damaged };

	return numbers(db, &stmt, to, (int)(sizeof to / sizeof to[0]));
}

enum db_err
operator_kept(struct db *db, struct operator_kept *out)
{
	static const struct db_stmt stmt = { "op_kept", 0,
		"SELECT (SELECT count(*) FROM record WHERE op = 0), "
		"(SELECT count(*) FROM outbox WHERE state IN ('sent', "
		" 'delivered'))" };
	int64_t *const to[] = { &out->records, &out->sent };

	return numbers(db, &stmt, to, (int)(sizeof to / sizeof to[0]));
}

enum db_err
operator_limits(struct db *db, struct operator_limits *out)
{
	static const struct db_stmt stmt = { "op_limits", 0,
		"SELECT coalesce(min(nullif(month_sms_max, 0)), 0), "
		"coalesce(min(nullif(day_sms_max, 0)), 0), "
		"count(*) FROM gateway" };
	int64_t *const to[] = { &out->month_max, &out->day_max,
		&out->gateways };

	return numbers(db, &stmt, to, (int)(sizeof to / sizeof to[0]));
}

static void
read_signal(const PGresult *res, int row, void *out)
{
	struct operator_signal *s = out;

	db_text(res, row, 0, s->modem, sizeof s->modem);
	s->at_ms = db_int(res, row, 1);
	s->percent = (int)db_int(res, row, 2);
}

enum db_err
operator_signals(struct db *db, struct operator_signal **out, size_t *n)
{
	static const struct db_stmt stmt = {
		"op_signals", 0,
		"SELECT modem, " MS(
		    "at") ", signal_percent FROM modem_signal "
			  "WHERE at > now() - interval '1 day' ORDER BY modem, at"
	};
	void *rows = NULL;
	enum db_err err = list(db, &stmt, sizeof **out, read_signal, &rows, n);

	*out = rows;
	return err;
}

enum db_err
operator_reopen(struct db *db, int64_t *n)
{
	static const struct db_stmt stmt = {
		"op_reopen", 0,
		"WITH again AS (UPDATE transfer t SET state = 'whole' WHERE " ASIDE(
		    "t") " RETURNING 1), n AS (SELECT count(*) AS n FROM again) "
			 "SELECT n, operator_note('reopened', n::text) FROM n"
	};
	int64_t *const to[] = { n };

	return numbers(db, &stmt, to, 1);
}

static void
read_aside(const PGresult *res, int row, void *out)
{
	struct operator_aside *a = out;

	a->account = db_int(res, row, 0);
	a->phone = db_int(res, row, 1);
	a->transfer = db_int(res, row, 2);
	a->last_ms = db_int(res, row, 3);
	a->sms = db_int(res, row, 4);
	db_text(res, row, 5, a->login, sizeof a->login);
}

static void
part_args(struct db_args *a, const struct operator_part *part)
{
	db_arg_int(a, (int64_t)part->skip);
	db_arg_int(a, (int64_t)part->max);
}

enum db_err
operator_aside(struct db *db, const struct operator_part *part,
    struct operator_aside **out, size_t *n)
{
	static const struct db_stmt stmt = {
		"op_aside", 2,
		"SELECT t.account_id, t.phone_id, t.transfer, " MS(
		    "t.last_at") ", (SELECT count(*) FROM segment s WHERE (s.account_id, "
				 "  s.phone_id, s.transfer) = (t.account_id, t.phone_id, "
				 "  t.transfer)), a.login FROM transfer t JOIN account a USING "
				 " (account_id) WHERE " ASIDE(
				     "t") " ORDER BY t.last_at DESC, "
					  " t.account_id, t.phone_id, t.transfer OFFSET $1 LIMIT $2"
	};
	struct db_args a = { 0 };
	void *rows = NULL;
	enum db_err err;

	part_args(&a, part);
	err = operator_rows(db, &stmt, &a, sizeof **out, read_aside, &rows, n);
	*out = rows;
	return err;
}

/* A phone takes numbers at most 640 ahead of what it has: half of them are for
 * what it has had in the time that is lost. */
enum db_err
operator_restored(struct db *db, int64_t *n)
{
	static const struct db_stmt stmt = { "op_restored", 0,
		"WITH again AS (UPDATE phone SET down_behind = down_acked + 1, "
		" down_next = down_next + 320 WHERE unbound_at IS NULL RETURNING 1), "
		"n AS (SELECT count(*) AS n FROM again) "
		"SELECT n, operator_note('restored', n::text) FROM n" };
	int64_t *const to[] = { n };

	return numbers(db, &stmt, to, 1);
}

static void
read_account(const PGresult *res, int row, void *out)
{
	struct operator_account *a = out;

	a->account = db_int(res, row, 0);
	db_text(res, row, 1, a->login, sizeof a->login);
	a->phones = db_int(res, row, 2);
	a->sms_month = db_int(res, row, 3);
	a->month_max = db_int(res, row, 4);
	a->heard_ms = db_int(res, row, 5);
}

#define ACCOUNT \
	"SELECT a.account_id, a.login, (SELECT count(*) FROM phone p " \
	" WHERE p.account_id = a.account_id AND p.unbound_at IS NULL), " \
	" coalesce((SELECT sum(sms) FROM spend s WHERE s.account_id = " \
	"  a.account_id AND s.day >= date_trunc('month', now() AT TIME " \
	"  ZONE 'UTC')::date), 0), a.month_sms_max, (SELECT " MS( \
	    "max(last_heard_at)") " FROM phone p WHERE p.account_id = " \
				  "  a.account_id) FROM account a "

enum db_err
operator_accounts(struct db *db, const char *login,
    const struct operator_part *part, struct operator_account **out, size_t *n,
    int64_t *total)
{
	static const struct db_stmt stmt = { "op_accounts", 3,
		ACCOUNT "WHERE starts_with(a.login, $3) ORDER BY a.account_id "
			"OFFSET $1 LIMIT $2" };
	static const struct db_stmt count = { "op_accounts_n", 1,
		"SELECT count(*) FROM account WHERE starts_with(login, $1)" };
	struct db_args a = { 0 }, c = { 0 };
	PGresult *res;
	void *rows = NULL;
	enum db_err err;

	db_arg_text(&c, login);
	if ((err = pages_free_query(db, &count, &c, &res)) != DB_OK)
		return err;
	*total = db_int(res, 0, 0);
	PQclear(res);
	part_args(&a, part);
	db_arg_text(&a, login);
	err =
	    operator_rows(db, &stmt, &a, sizeof **out, read_account, &rows, n);
	*out = rows;
	return err;
}

enum db_err
operator_account(struct db *db, int64_t account, struct operator_account *out)
{
	static const struct db_stmt stmt = { "op_account", 1,
		ACCOUNT "WHERE a.account_id = $1" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	db_arg_int(&a, account);
	if ((err = pages_free_query(db, &stmt, &a, &res)) != DB_OK)
		return err;
	if (PQntuples(res) == 1)
		read_account(res, 0, out);
	else
		err = DB_NONE;
	PQclear(res);
	return err;
}

static void
read_queued(const PGresult *res, int row, void *out)
{
	struct operator_queued *q = out;

	q->outbox = db_int(res, row, 0);
	q->account = db_int(res, row, 1);
	db_text(res, row, 2, q->number, sizeof q->number);
	db_text(res, row, 3, q->purpose, sizeof q->purpose);
	db_text(res, row, 4, q->state, sizeof q->state);
	q->attempts = (int)db_int(res, row, 5);
	q->created_ms = db_int(res, row, 6);
	q->due_ms = db_int(res, row, 7);
	q->plain = db_bool(res, row, 8);
	q->late = db_bool(res, row, 9);
}

enum db_err
operator_queue(struct db *db, const char *state,
    const struct operator_part *part, struct operator_queued **out, size_t *n)
{
	static const struct db_stmt stmt = {
		"op_queue", 3,
		"SELECT outbox_id, account_id, number, purpose, state, "
		"attempts, " MS("created_at") ", " MS(
		    "not_before") ", plain, "
				  "not_after <= now() FROM outbox WHERE state IN ('queued', "
				  " 'held', 'sending', 'unknown', 'failed') AND ($3 = '' OR "
				  " state = $3) ORDER BY outbox_id DESC OFFSET $1 LIMIT $2"
	};
	struct db_args a = { 0 };
	void *rows = NULL;
	enum db_err err;

	part_args(&a, part);
	db_arg_text(&a, state);
	err = operator_rows(db, &stmt, &a, sizeof **out, read_queued, &rows, n);
	*out = rows;
	return err;
}

static void
read_notice(const PGresult *res, int row, void *out)
{
	struct operator_notice *o = out;

	o->notice = db_int(res, row, 0);
	o->account = db_int(res, row, 1);
	o->created_ms = db_int(res, row, 2);
	o->due_ms = db_int(res, row, 3);
	db_text(res, row, 4, o->kind, sizeof o->kind);
	db_text(res, row, 5, o->channel, sizeof o->channel);
	db_text(res, row, 6, o->state, sizeof o->state);
	o->attempts = (int)db_int(res, row, 7);
}

enum db_err
operator_notices(struct db *db, struct operator_notice **out, size_t *n)
{
	static const struct db_stmt stmt = { "op_notices", 0,
		"SELECT notice_id, account_id, " MS("created_at") ", " MS(
		    "not_before") ", kind, channel, state, attempts FROM notice "
				  "WHERE state <> 'sent' ORDER BY created_at DESC, "
				  "notice_id DESC LIMIT 50" };
	void *rows = NULL;
	enum db_err err = list(db, &stmt, sizeof **out, read_notice, &rows, n);

	*out = rows;
	return err;
}

static void
read_silent(const PGresult *res, int row, void *out)
{
	struct operator_silent *s = out;

	s->account = db_int(res, row, 0);
	s->phone = db_int(res, row, 1);
	s->heard_ms = db_int(res, row, 2);
	db_text(res, row, 3, s->login, sizeof s->login);
	s->told = db_bool(res, row, 4);
}

enum db_err
operator_silent(struct db *db, struct operator_silent **out, size_t *n)
{
	static const struct db_stmt stmt = {
		"op_silent", 0,
		"SELECT p.account_id, p.phone_id, " MS(
		    "p.last_heard_at") ", "
				       "a.login, p.silent_told_at IS NOT NULL FROM phone p JOIN "
				       "account a USING (account_id) WHERE p.unbound_at IS NULL AND "
				       "coalesce(p.last_heard_at, p.bound_at) < now() - " DB_MAY_BE_SILENT
				       " ORDER BY coalesce(p.last_heard_at, p.bound_at) LIMIT 200"
	};
	void *rows = NULL;
	enum db_err err = list(db, &stmt, sizeof **out, read_silent, &rows, n);

	*out = rows;
	return err;
}
