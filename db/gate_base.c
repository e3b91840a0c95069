/*
 * What the coders of phones go by.
 */
#include <stdlib.h>

#include "gate.h"
#include "gate_internal.h"
#include "upload.h"

enum db_err
gate_base_begin(struct db *db, int64_t account, int64_t phone, uint32_t first,
    uint32_t transfer)
{
	static const struct db_stmt stmts[] = {
		{ "base_first", 3,
		    "UPDATE phone SET base_first = greatest(base_first, $3) "
		    "WHERE account_id = $1 AND phone_id = $2" },
		{ "base_batches", 3,
		    "DELETE FROM batch WHERE account_id = $1 AND "
		    "phone_id = $2 AND NOT down AND transfer < $3" },
		{ "base_checkpoints", 3,
		    "DELETE FROM checkpoint WHERE account_id = $1 AND "
		    "phone_id = $2 AND NOT down AND transfer < $3" },
		{ "base_segments", 3,
		    "DELETE FROM segment WHERE account_id = $1 AND "
		    "phone_id = $2 AND transfer = $3" },
	};
	const uint32_t number[] = { first, first, first, transfer };
	enum db_err err = DB_OK;

	for (size_t i = 0; i < 4 && err == DB_OK; i++) {
		struct db_args a = { 0 };

		arg_pair(&a, account, phone);
		db_arg_int(&a, number[i]);
		err = db_run(db, &stmts[i], &a, NULL);
	}
	return err;
}

static void
sealed_args(struct db_args *a, const struct gate_learnt *s)
{
	arg_pair(a, s->account, s->phone);
	db_arg_int(a, s->transfer);
	db_arg_bytes(a, s->sealed, s->len);
	db_arg_bool(a, s->down);
}

enum db_err
gate_batch_put(struct db *db, const struct gate_learnt *b)
{
	static const struct db_stmt stmt = { "batch_put", 5,
		"INSERT INTO batch (account_id, phone_id, transfer, sealed, "
		" down) SELECT $1, $2, $3, $4, $5 FROM phone WHERE "
		"account_id = $1 AND phone_id = $2 AND "
		"($5::boolean OR base_first <= $3) "
		"ON CONFLICT DO NOTHING" };
	struct db_args a = { 0 };

	sealed_args(&a, b);
	return db_later(db, &stmt, &a);
}

/* Rows of transfer and sealed, one after the other. */
static enum db_err
hand_over(PGresult *res, const struct gate_learnt *of,
    int (*take)(void *ctx, const struct gate_learnt *s), void *ctx)
{
	enum db_err err = DB_OK;

	for (int i = 0; i < PQntuples(res) && err == DB_OK; i++) {
		/* Text form: a backslash, an x and two digits an octet. */
		size_t cap = (size_t)PQgetlength(res, i, 1) / 2 + 1;
		uint8_t *octets = malloc(cap);
		struct gate_learnt s = { .account = of->account,
			.phone = of->phone,
			.down = of->down,
			.transfer = (uint32_t)db_int(res, i, 0),
			.sealed = octets };
		int n = octets != NULL ? db_bytes(res, i, 1, octets, cap) : -1;

		s.len = n > 0 ? (size_t)n : 0;
		if (n == -1)
			err = DB_FAILED;
		else if (take(ctx, &s) != 0)
			i = PQntuples(res);
		free(octets);
	}
	PQclear(res);
	return err;
}

enum db_err
gate_batch_list(struct db *db, const struct gate_learnt *last, uint32_t after,
    int (*take)(void *ctx, const struct gate_learnt *b), void *ctx)
{
	static const struct db_stmt stmt = { "batch_list", 5,
		"SELECT transfer, sealed FROM batch WHERE account_id = $1 AND "
		"phone_id = $2 AND transfer > $3 AND transfer <= $4 AND "
		"down = $5 "
		"ORDER BY transfer" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	arg_pair(&a, last->account, last->phone);
	db_arg_int(&a, after);
	db_arg_int(&a, last->transfer);
	db_arg_bool(&a, last->down);
	if ((err = db_query(db, &stmt, &a, &res)) != DB_OK)
		return err;
	return hand_over(res, last, take, ctx);
}

enum db_err
gate_checkpoint_get(struct db *db, const struct gate_learnt *last,
    int (*take)(void *ctx, const struct gate_learnt *c), void *ctx)
{
	static const struct db_stmt stmt = { "checkpoint_get", 4,
		"SELECT transfer, sealed FROM checkpoint WHERE account_id = $1 "
		"AND phone_id = $2 AND made <= $3 AND down = $4 "
		"ORDER BY transfer DESC LIMIT 1" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	arg_pair(&a, last->account, last->phone);
	db_arg_int(&a, last->transfer);
	db_arg_bool(&a, last->down);
	if ((err = db_query(db, &stmt, &a, &res)) != DB_OK)
		return err;
	if (PQntuples(res) == 0) {
		PQclear(res);
		return DB_NONE;
	}
	return hand_over(res, last, take, ctx);
}

/* What is older than the newest checkpoint that the state behind $3 may use. */
#define BEFORE_LAST \
	"transfer < (SELECT max(transfer) FROM checkpoint WHERE " \
	" account_id = $1 AND phone_id = $2 AND made <= $3 AND " \
	" down = $4)"

enum db_err
gate_checkpoint_put(struct db *db, const struct gate_learnt *c)
{
	static const struct db_stmt put = { "checkpoint_put", 6,
		"INSERT INTO checkpoint (account_id, phone_id, transfer, "
		" sealed, down, made) VALUES ($1, $2, $3, $4, $5, $6) "
		"ON CONFLICT DO NOTHING" };
	static const struct db_stmt old[] = {
		{ "checkpoint_old", 4,
		    "DELETE FROM checkpoint WHERE account_id = $1 AND "
		    "phone_id = $2 AND down = $4 AND " BEFORE_LAST },
		{ "batch_old", 4,
		    "DELETE FROM batch WHERE account_id = $1 AND "
		    "phone_id = $2 AND down = $4 AND " BEFORE_LAST },
	};
	/* What a transfer goes by may be so much older than what the one before
	 * went by. */
	uint32_t last =
	    c->made > UPLOAD_AHEAD_MAX ? c->made - UPLOAD_AHEAD_MAX : 0;
	struct db_args a = { 0 };
	enum db_err err;

	sealed_args(&a, c);
	db_arg_int(&a, c->made);
	err = db_run(db, &put, &a, NULL);
	for (size_t i = 0; i < 2 && err == DB_OK; i++) {
		struct db_args b = { 0 };

		arg_pair(&b, c->account, c->phone);
		db_arg_int(&b, last);
		db_arg_bool(&b, c->down);
		err = db_run(db, &old[i], &b, NULL);
	}
	return err;
}

/* ---- transfers to be coded anew ---- */

enum db_err
gate_recode_put(struct db *db, int64_t account, int64_t phone,
    uint32_t transfer, int64_t now_ms)
{
	static const struct db_stmt again = {
		"recode_put", 4,
		"UPDATE transfer SET state = 'open', have = 0, digest = NULL, "
		" last_index = NULL, recode = 1, last_at = " TS(
		    4) " WHERE account_id = $1 AND phone_id = $2 AND transfer = $3"
	};
	static const struct db_stmt segments = { "recode_segments", 3,
		"DELETE FROM segment WHERE account_id = $1 AND phone_id = $2 "
		"AND transfer = $3" };
	struct db_args a = { 0 }, b = { 0 };
	enum db_err err;

	arg_pair(&a, account, phone);
	db_arg_int(&a, transfer);
	db_arg_time(&a, now_ms);
	if ((err = db_run(db, &again, &a, NULL)) != DB_OK)
		return err;
	arg_pair(&b, account, phone);
	db_arg_int(&b, transfer);
	return db_run(db, &segments, &b, NULL);
}

enum db_err
gate_recode_list(struct db *db, struct gate_recode *out, size_t max, size_t *n)
{
	static const struct db_stmt stmt = { "recode_list", 1,
		"SELECT t.account_id, t.phone_id, t.transfer FROM transfer t "
		"JOIN phone p USING (account_id, phone_id) WHERE t.recode = 1 "
		"AND t.state = 'open' AND p.unbound_at IS NULL "
		"ORDER BY 1, 2, 3 LIMIT $1" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	db_arg_int(&a, (int64_t)max);
	if ((err = db_query(db, &stmt, &a, &res)) != DB_OK)
		return err;
	*n = (size_t)PQntuples(res);
	for (int i = 0; i < PQntuples(res); i++) {
		out[i].account = db_int(res, i, 0);
		out[i].phone = db_int(res, i, 1);
		out[i].transfer = (uint32_t)db_int(res, i, 2);
	}
	PQclear(res);
	return DB_OK;
}

enum db_err
gate_recode_told(struct db *db, const struct gate_recode *r)
{
	static const struct db_stmt stmt = { "recode_told", 3,
		"UPDATE transfer SET recode = 2 WHERE account_id = $1 AND "
		"phone_id = $2 AND transfer = $3 AND recode = 1" };
	struct db_args a = { 0 };
	int64_t rows = 0;
	enum db_err err;

	arg_pair(&a, r->account, r->phone);
	db_arg_int(&a, r->transfer);
	err = db_run(db, &stmt, &a, &rows);
	return err == DB_OK && rows == 0 ? DB_NONE : err;
}
