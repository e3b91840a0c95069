#include "gate.h"

#include "gate_internal.h"

enum db_err
gate_evidence_put(struct db *db, const struct gate_evidence *e, int64_t now_ms)
{
	static const struct db_stmt stmt = { "evidence_put", 7,
		"INSERT INTO evidence (account_id, phone_id, transfer, kind, "
		" number, smsc_at, gateway_at) VALUES ($1, $2, "
		" nullif($3::bigint, 0), $4, $5, "
		" to_timestamp(nullif($6::bigint, 0) / 1000.0), "
		" to_timestamp($7 / 1000.0))" };
	struct db_args a = { 0 };

	arg_pair(&a, e->account, e->phone);
	db_arg_int(&a, e->transfer);
	db_arg_text(&a, e->kind);
	db_arg_text(&a, e->number);
	db_arg_int(&a, e->smsc_ms);
	db_arg_time(&a, now_ms);
	return db_run(db, &stmt, &a, NULL);
}

enum db_err
gate_lost_applied(struct db *db, int64_t account, int64_t phone,
    uint32_t version, int64_t now_ms, bool *on)
{
	static const struct db_stmt stmt = { "lost_applied", 4,
		"UPDATE phone p SET lost_applied = $3, lost_applied_at = "
		" to_timestamp($4 / 1000.0) FROM lost l WHERE p.account_id = $1 "
		"AND p.phone_id = $2 AND p.lost_applied < $3 AND "
		"l.account_id = $1 AND l.phone_id = $2 AND l.version = $3 "
		"RETURNING l.is_on" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	arg_pair(&a, account, phone);
	db_arg_int(&a, version);
	db_arg_time(&a, now_ms);
	if ((err = db_query(db, &stmt, &a, &res)) != DB_OK)
		return err;
	if (PQntuples(res) == 1)
		*on = db_bool(res, 0, 0);
	else
		err = DB_NONE;
	PQclear(res);
	return err;
}

enum db_err
gate_lost_list(struct db *db, int64_t now_ms, int64_t again_ms,
    struct gate_lost *out, size_t max, size_t *n)
{
	static const struct db_stmt stmt = { "lost_list", 3,
		"SELECT l.account_id, l.phone_id, l.version, l.is_on, l.ring, "
		" l.lock_screen, coalesce(l.locate_min, 0), l.text_sealed "
		"FROM lost l JOIN phone p USING (account_id, phone_id) "
		"WHERE p.unbound_at IS NULL AND l.version > p.lost_applied AND "
		" l.version = (SELECT max(version) FROM lost x WHERE "
		"  x.account_id = l.account_id AND x.phone_id = l.phone_id) "
		" AND (l.version > p.lost_sent OR (p.lost_sent_at <= "
		"  to_timestamp(($1::bigint - $2::bigint) / 1000.0) AND "
		"  p.last_heard_at > p.lost_sent_at)) LIMIT $3" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	db_arg_int(&a, now_ms);
	db_arg_int(&a, again_ms);
	db_arg_int(&a, (int64_t)max);
	if ((err = db_query(db, &stmt, &a, &res)) != DB_OK)
		return err;
	*n = (size_t)PQntuples(res);
	for (int i = 0; i < PQntuples(res); i++) {
		int len;

		out[i] = (struct gate_lost){
			.account = db_int(res, i, 0),
			.phone = db_int(res, i, 1),
			.version = (uint32_t)db_int(res, i, 2),
			.on = db_bool(res, i, 3),
			.ring = db_bool(res, i, 4),
			.lock_screen = db_bool(res, i, 5),
			.locate_min = (int)db_int(res, i, 6),
		};
		len = db_bytes(
		    res, i, 7, out[i].text_sealed, sizeof out[i].text_sealed);
		out[i].text_len = len > 0 ? (size_t)len : 0;
	}
	PQclear(res);
	return DB_OK;
}

enum db_err
gate_lost_sent(struct db *db, int64_t account, int64_t phone, uint32_t version,
    int64_t now_ms)
{
	static const struct db_stmt stmt = { "lost_sent", 4,
		"UPDATE phone SET lost_sent = greatest(lost_sent, $3), "
		" lost_sent_at = to_timestamp($4 / 1000.0) "
		"WHERE account_id = $1 AND phone_id = $2" };
	struct db_args a = { 0 };

	arg_pair(&a, account, phone);
	db_arg_int(&a, version);
	db_arg_time(&a, now_ms);
	return db_run(db, &stmt, &a, NULL);
}

/* ---- wiping ---- */

static enum db_err
none_if_no_row(enum db_err err, int64_t rows)
{
	return err == DB_OK && rows == 0 ? DB_NONE : err;
}

enum db_err
gate_wipe_prepared(struct db *db, int64_t account, int64_t phone,
    uint64_t nonce, int64_t now_ms)
{
	static const struct db_stmt stmt = { "wipe_prepared", 4,
		"UPDATE phone SET wipe_state = 2, wipe_nonce = $3, wipe_at = "
		" to_timestamp($4 / 1000.0) WHERE account_id = $1 AND "
		"phone_id = $2 AND wipe_state IN (1, 2) AND "
		"wipe_nonce IS DISTINCT FROM $3" };
	struct db_args a = { 0 };
	int64_t n = 0;
	enum db_err err;

	arg_pair(&a, account, phone);
	db_arg_int(&a, (int64_t)nonce);
	db_arg_time(&a, now_ms);
	err = db_run(db, &stmt, &a, &n);
	return none_if_no_row(err, n);
}

enum db_err
gate_wipe_begun(struct db *db, int64_t account, int64_t phone, int64_t now_ms)
{
	static const struct db_stmt stmt = { "wipe_begun", 3,
		"UPDATE phone SET wipe_state = 4, wipe_at = "
		" to_timestamp($3 / 1000.0) WHERE account_id = $1 AND "
		"phone_id = $2 AND wipe_state = 3" };
	struct db_args a = { 0 };
	int64_t n = 0;
	enum db_err err;

	arg_pair(&a, account, phone);
	db_arg_time(&a, now_ms);
	err = db_run(db, &stmt, &a, &n);
	return none_if_no_row(err, n);
}

/* Each change of the state is told at once: it is newer than what was sent. */
enum db_err
gate_wipe_list(struct db *db, int64_t now_ms, int64_t again_ms,
    struct gate_wipe *out, size_t max, size_t *n)
{
	static const struct db_stmt stmt = { "wipe_list", 3,
		"SELECT account_id, phone_id, wipe_state = 3, "
		" coalesce(wipe_nonce, 0) FROM phone WHERE unbound_at IS NULL "
		"AND (wipe_state = 1 OR (wipe_state = 3 AND wipe_nonce IS NOT "
		" NULL)) AND (wipe_sent_at IS NULL OR wipe_sent_at < wipe_at OR "
		" (wipe_sent_at <= "
		"  to_timestamp(($1::bigint - $2::bigint) / 1000.0) AND "
		"  last_heard_at > wipe_sent_at)) LIMIT $3" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	db_arg_int(&a, now_ms);
	db_arg_int(&a, again_ms);
	db_arg_int(&a, (int64_t)max);
	if ((err = db_query(db, &stmt, &a, &res)) != DB_OK)
		return err;
	*n = (size_t)PQntuples(res);
	for (int i = 0; i < PQntuples(res); i++)
		out[i] = (struct gate_wipe){
			.account = db_int(res, i, 0),
			.phone = db_int(res, i, 1),
			.go = db_bool(res, i, 2),
			.nonce = (uint64_t)db_int(res, i, 3),
		};
	PQclear(res);
	return DB_OK;
}

enum db_err
gate_wipe_sent(struct db *db, int64_t account, int64_t phone, int64_t now_ms)
{
	static const struct db_stmt stmt = { "wipe_sent", 3,
		"UPDATE phone SET wipe_sent_at = to_timestamp($3 / 1000.0), "
		" wipe_at = coalesce(least(wipe_at, to_timestamp($3 / 1000.0)), "
		"  to_timestamp($3 / 1000.0)) "
		"WHERE account_id = $1 AND phone_id = $2" };
	struct db_args a = { 0 };

	arg_pair(&a, account, phone);
	db_arg_time(&a, now_ms);
	return db_run(db, &stmt, &a, NULL);
}

enum db_err
gate_wipe_late(struct db *db, int64_t now_ms, int64_t *account, int64_t *phone)
{
	static const struct db_stmt stmt = { "wipe_late", 1,
		"UPDATE phone SET wipe_state = 1, wipe_nonce = NULL, "
		" wipe_sent_at = NULL "
		"WHERE (account_id, phone_id) = (SELECT account_id, phone_id "
		" FROM phone WHERE unbound_at IS NULL AND wipe_state = 3 AND "
		" wipe_at < to_timestamp($1 / 1000.0) - interval '1 hour' "
		" LIMIT 1 FOR UPDATE SKIP LOCKED) "
		"RETURNING account_id, phone_id" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	db_arg_time(&a, now_ms);
	if ((err = db_query(db, &stmt, &a, &res)) != DB_OK)
		return err;
	if (PQntuples(res) == 1) {
		*account = db_int(res, 0, 0);
		*phone = db_int(res, 0, 1);
	} else {
		err = DB_NONE;
	}
	PQclear(res);
	return err;
}
