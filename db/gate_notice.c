#include "gate_notice.h"

#include <string.h>

#include "gate_internal.h"

/* One text array of kinds and two of what holds by default, as PostgreSQL
 * reads arrays.  Our own words only: nothing to quote. */
struct arrays {
	char kind[1500], mail[300], sms[300];
};

static void
append(char *to, size_t cap, const char *what)
{
	size_t n = strlen(to);

	strncpy(to + n, what, cap - n - 1);
	to[cap - 1] = '\0';
}

static void
make_arrays(struct arrays *a, const struct gate_notice_kind *kinds, size_t n)
{
	memset(a, 0, sizeof *a);
	for (size_t i = 0; i < n; i++) {
		const char *before = i == 0 ? "{" : ",";

		append(a->kind, sizeof a->kind, before);
		append(a->kind, sizeof a->kind, kinds[i].kind);
		append(a->mail, sizeof a->mail, before);
		append(a->mail, sizeof a->mail, kinds[i].mail ? "t" : "f");
		append(a->sms, sizeof a->sms, before);
		append(a->sms, sizeof a->sms, kinds[i].sms ? "t" : "f");
	}
	append(a->kind, sizeof a->kind, "}");
	append(a->mail, sizeof a->mail, "}");
	append(a->sms, sizeof a->sms, "}");
}

/*
 * Nobody wants to hear today of what was two days ago, such as when notices
 * have just been set up.
 */
enum db_err
gate_notices_make(struct db *db, const struct gate_notice_kind *kinds, size_t n,
    bool mail, size_t max, int64_t now_ms, size_t *made)
{
	static const struct db_stmt stmt = { "notices_make", 8,
		"WITH e AS (SELECT account_id, event_id, kind, at FROM event "
		" WHERE NOT noticed ORDER BY event_id LIMIT $5 "
		" FOR UPDATE SKIP LOCKED), "
		"d AS (SELECT * FROM unnest($1::text[], $2::boolean[], "
		" $3::boolean[]) AS d(kind, mail, sms)), "
		"want AS (SELECT e.account_id, e.event_id, e.kind, w.channel, "
		"  w.target, w.most, (SELECT count(*) FROM notice n WHERE "
		"   n.account_id = e.account_id AND n.channel = w.channel AND "
		"   n.state <> 'limited' AND n.kind NOT IN ('mail-confirm', "
		"   'trusted-confirm') AND "
		"   n.created_at > t.now - w.during) + row_number() OVER "
		"   (PARTITION BY e.account_id, w.channel ORDER BY e.event_id) "
		"   AS nth "
		" FROM (SELECT to_timestamp($6 / 1000.0) AS now) t, e "
		" JOIN d USING (kind) JOIN account a USING (account_id) "
		" LEFT JOIN notice_choice c ON c.account_id = e.account_id AND "
		"  c.kind = e.kind "
		" CROSS JOIN LATERAL (VALUES ('mail', $4::boolean AND "
		"   a.mail_confirmed_at IS NOT NULL AND coalesce(c.mail, "
		"   d.mail), a.mail, $7::bigint, interval '1 hour'), "
		"  ('sms', coalesce(c.sms, d.sms), a.trusted_number, "
		"   $8::bigint, interval '1 day')) "
		"  AS w(channel, wanted, target, most, during) "
		" WHERE w.wanted AND w.target IS NOT NULL AND "
		"  e.at > t.now - interval '2 days'), "
		"put AS (INSERT INTO notice (account_id, event_id, channel, "
		" target, kind, state, not_before, created_at, changed_at) "
		" SELECT account_id, event_id, channel, target, kind, "
		"  CASE WHEN nth > most THEN 'limited' ELSE 'queued' END, "
		"  t.now, t.now, t.now FROM want, "
		"  (SELECT to_timestamp($6 / 1000.0) AS now) t) "
		"UPDATE event SET noticed = true FROM e WHERE "
		"event.account_id = e.account_id AND event.event_id = "
		"e.event_id" };
	struct arrays arrays;
	struct db_args a = { 0 };
	int64_t rows = 0;
	enum db_err err;

	make_arrays(&arrays, kinds, n);
	db_arg_text(&a, arrays.kind);
	db_arg_text(&a, arrays.mail);
	db_arg_text(&a, arrays.sms);
	db_arg_bool(&a, mail);
	db_arg_int(&a, (int64_t)max);
	db_arg_time(&a, now_ms);
	db_arg_int(&a, GATE_MAILS_HOUR);
	db_arg_int(&a, GATE_SMS_DAY);
	err = db_run(db, &stmt, &a, &rows);
	*made = (size_t)rows;
	return err;
}

static void
read_notice(const PGresult *res, struct gate_notice *out)
{
	out->account = db_int(res, 0, 0);
	out->notice = db_int(res, 0, 1);
	out->mail = db_bool(res, 0, 2);
	db_text(res, 0, 3, out->target, sizeof out->target);
	db_text(res, 0, 4, out->kind, sizeof out->kind);
	db_text(res, 0, 5, out->code, sizeof out->code);
	db_text(res, 0, 6, out->phone, sizeof out->phone);
	db_text(res, 0, 7, out->at, sizeof out->at);
	db_text(res, 0, 8, out->language, sizeof out->language);
	out->attempts = (int)db_int(res, 0, 9);
}

enum db_err
gate_notice_claim(
    struct db *db, bool mail, int64_t now_ms, struct gate_notice *out)
{
	static const struct db_stmt stmt = { "notice_claim", 2,
		"WITH n AS (UPDATE notice SET state = 'sending', attempts = "
		" attempts + 1, changed_at = to_timestamp($1 / 1000.0) "
		" WHERE (account_id, notice_id) = (SELECT account_id, notice_id "
		"  FROM notice WHERE state = 'queued' AND channel = CASE WHEN "
		"  $2::boolean THEN 'mail' ELSE 'sms' END AND not_before <= "
		"  to_timestamp($1 / 1000.0) ORDER BY not_before, notice_id "
		"  LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING *) "
		"SELECT n.account_id, n.notice_id, n.channel = 'mail', "
		" n.target, n.kind, coalesce(n.code, ''), "
		" coalesce(p.name, ''), to_char(coalesce(e.at, n.created_at) "
		"  AT TIME ZONE a.time_zone, 'YYYY-MM-DD HH24:MI ') || "
		"  a.time_zone, a.language, n.attempts "
		"FROM n JOIN account a USING (account_id) "
		"LEFT JOIN event e ON e.account_id = n.account_id AND "
		" e.event_id = n.event_id "
		"LEFT JOIN phone p ON p.account_id = e.account_id AND "
		" p.phone_id = e.phone_id" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	db_arg_time(&a, now_ms);
	db_arg_bool(&a, mail);
	if ((err = db_query(db, &stmt, &a, &res)) != DB_OK)
		return err;
	if (PQntuples(res) == 1)
		read_notice(res, out);
	else
		err = DB_NONE;
	PQclear(res);
	return err;
}

/* Its code is nobody's business once it is out. */
enum db_err
gate_notice_end(struct db *db, const struct gate_notice *n, const char *state,
    int64_t retry_ms, int64_t now_ms)
{
	static const struct db_stmt stmt = { "notice_end", 5,
		"UPDATE notice SET state = $3, not_before = "
		" to_timestamp($4 / 1000.0), changed_at = "
		" to_timestamp($5 / 1000.0), code = CASE WHEN $3 = 'queued' "
		" THEN code END WHERE account_id = $1 AND notice_id = $2 AND "
		"state = 'sending'" };
	struct db_args a = { 0 };

	arg_pair(&a, n->account, n->notice);
	db_arg_text(&a, state);
	db_arg_time(&a, retry_ms);
	db_arg_time(&a, now_ms);
	return db_run(db, &stmt, &a, NULL);
}

enum db_err
gate_codes_sent(struct db *db, const char *number, int64_t now_ms, int64_t *n)
{
	static const struct db_stmt stmt = { "codes_sent", 2,
		"SELECT count(*) FROM notice WHERE kind = 'trusted-confirm' AND "
		"target = $1 AND state = 'sent' AND created_at > "
		"to_timestamp($2 / 1000.0) - interval '1 day'" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	db_arg_text(&a, number);
	db_arg_time(&a, now_ms);
	if ((err = db_query(db, &stmt, &a, &res)) == DB_OK)
		*n = db_int(res, 0, 0);
	PQclear(res);
	return err;
}

enum db_err
gate_notices_recover(struct db *db, int64_t now_ms)
{
	static const struct db_stmt stmt = { "notices_recover", 1,
		"UPDATE notice SET state = 'queued' WHERE state = 'sending' "
		"AND changed_at < to_timestamp($1 / 1000.0) - interval '5 "
		"minutes'" };
	struct db_args a = { 0 };

	db_arg_time(&a, now_ms);
	return db_run(db, &stmt, &a, NULL);
}

enum db_err
gate_silent_list(struct db *db, int64_t now_ms, struct gate_silent *out,
    size_t max, size_t *n)
{
	static const struct db_stmt stmt = { "silent_list", 2,
		"SELECT account_id, phone_id FROM phone WHERE unbound_at IS "
		"NULL AND silent_told_at IS NULL AND "
		"coalesce(last_heard_at, bound_at) < "
		" to_timestamp($1 / 1000.0) - " DB_MAY_BE_SILENT " LIMIT $2" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	db_arg_time(&a, now_ms);
	db_arg_int(&a, (int64_t)max);
	if ((err = db_query(db, &stmt, &a, &res)) != DB_OK)
		return err;
	*n = (size_t)PQntuples(res);
	for (int i = 0; i < PQntuples(res); i++)
		out[i] = (struct gate_silent){ db_int(res, i, 0),
			db_int(res, i, 1) };
	PQclear(res);
	return DB_OK;
}

enum db_err
gate_silent_told(struct db *db, const struct gate_silent *s, int64_t now_ms)
{
	static const struct db_stmt stmt = { "silent_told", 3,
		"UPDATE phone SET silent_told_at = to_timestamp($3 / 1000.0) "
		"WHERE account_id = $1 AND phone_id = $2 AND silent_told_at IS "
		"NULL" };
	struct db_args a = { 0 };
	int64_t rows = 0;
	enum db_err err;

	arg_pair(&a, s->account, s->phone);
	db_arg_time(&a, now_ms);
	err = db_run(db, &stmt, &a, &rows);
	return err == DB_OK && rows == 0 ? DB_NONE : err;
}

enum db_err
gate_accounts_delete(struct db *db, int64_t *n)
{
	static const struct db_stmt stmt = { "accounts_delete", 0,
		"SELECT account_delete_due()" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err = db_query(db, &stmt, &a, &res);

	if (err != DB_OK)
		return err;
	*n = db_int(res, 0, 0);
	PQclear(res);
	return DB_OK;
}
