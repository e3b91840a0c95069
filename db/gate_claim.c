#include "gate.h"

#include <string.h>

#include "be.h"
#include "gate_internal.h"

static void
claim_args(struct db_args *a, const struct gate_claimed *c)
{
	arg_pair(a, c->account, c->phone);
	db_arg_int(a, c->kind);
	db_arg_int(a, c->transfer);
}

/* A newer claim goes on with the rounds that were asked for before. */
enum db_err
gate_claim_put(struct db *db, const struct gate_claimed *c, int64_t now_ms)
{
	static const struct db_stmt stmt = { "claim_put", 7,
		"INSERT INTO completeness (account_id, phone_id, kind, "
		" transfer, claimed_at, count, mark) VALUES ($1, $2, $3, $4, "
		" to_timestamp($7 / 1000.0), $5, $6) "
		"ON CONFLICT (account_id, phone_id, kind) DO UPDATE SET "
		" transfer = excluded.transfer, claimed_at = "
		" excluded.claimed_at, count = excluded.count, "
		" mark = excluded.mark, state = 'waiting' "
		"WHERE completeness.transfer < excluded.transfer" };
	struct db_args a = { 0 };

	claim_args(&a, c);
	db_arg_int(&a, c->count);
	db_arg_int(&a, c->mark);
	db_arg_time(&a, now_ms);
	return db_run(db, &stmt, &a, NULL);
}

enum db_err
gate_claim_buckets_put(
    struct db *db, const struct gate_claimed *c, int64_t now_ms)
{
	static const struct db_stmt stmt = { "claim_buckets", 8,
		"INSERT INTO completeness (account_id, phone_id, kind, "
		" transfer, claimed_at, count, mark, state, buckets, "
		" buckets_transfer) VALUES ($1, $2, $3, $4, "
		" to_timestamp($8 / 1000.0), $5, $6, 'asked', $7, $4) "
		"ON CONFLICT (account_id, phone_id, kind) DO UPDATE SET "
		" buckets = excluded.buckets, buckets_transfer = $4 "
		"WHERE coalesce(completeness.buckets_transfer, 0) < $4" };
	uint8_t buckets[8 * GATE_BUCKETS];
	struct db_args a = { 0 };

	for (size_t i = 0; i < GATE_BUCKETS; i++) {
		be_put32(buckets + 8 * i, c->bucket_count[i]);
		be_put32(buckets + 8 * i + 4, c->bucket_mark[i]);
	}
	claim_args(&a, c);
	db_arg_int(&a, c->count);
	db_arg_int(&a, c->mark);
	db_arg_bytes(&a, buckets, sizeof buckets);
	db_arg_time(&a, now_ms);
	return db_run(db, &stmt, &a, NULL);
}

static void
read_claim(const PGresult *res, int row, struct gate_claimed *c)
{
	uint8_t buckets[8 * GATE_BUCKETS];

	memset(c, 0, sizeof *c);
	c->account = db_int(res, row, 0);
	c->phone = db_int(res, row, 1);
	c->kind = (uint8_t)db_int(res, row, 2);
	c->transfer = (uint32_t)db_int(res, row, 3);
	c->count = (uint32_t)db_int(res, row, 4);
	c->mark = (uint32_t)db_int(res, row, 5);
	c->asked = (int)db_int(res, row, 6);
	c->by_bucket = db_bytes(res, row, 7, buckets, sizeof buckets) ==
		       (int)sizeof buckets;
	for (size_t i = 0; i < GATE_BUCKETS && c->by_bucket; i++) {
		c->bucket_count[i] = be_get32(buckets + 8 * i);
		c->bucket_mark[i] = be_get32(buckets + 8 * i + 4);
	}
}

enum db_err
gate_claim_list(struct db *db, struct gate_claimed *out, size_t max, size_t *n)
{
	static const struct db_stmt stmt = { "claim_list", 1,
		"SELECT c.account_id, c.phone_id, c.kind, "
		" CASE WHEN c.buckets IS NULL THEN c.transfer "
		"  ELSE c.buckets_transfer END, c.count, c.mark, "
		" c.asked, c.buckets FROM completeness c JOIN phone p "
		" USING (account_id, phone_id) WHERE p.unbound_at IS NULL AND "
		" ((c.buckets IS NULL AND c.state = 'waiting' AND "
		"   c.transfer <= p.cumulative) OR "
		"  (c.buckets IS NOT NULL AND "
		"   c.buckets_transfer <= p.cumulative)) LIMIT $1" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	db_arg_int(&a, (int64_t)max);
	if ((err = db_query(db, &stmt, &a, &res)) != DB_OK)
		return err;
	*n = (size_t)PQntuples(res);
	for (int i = 0; i < PQntuples(res); i++)
		read_claim(res, i, &out[i]);
	PQclear(res);
	return DB_OK;
}

enum db_err
gate_claim_count(struct db *db, const struct gate_claimed *c,
    uint32_t count[static GATE_BUCKETS], uint32_t mark[static GATE_BUCKETS])
{
	static const struct db_stmt stmt = { "claim_count", 4,
		"SELECT v.record_id % 16, count(*), sum(v.mark) % 4294967296 "
		"FROM (SELECT DISTINCT ON (record_id) record_id, op, mark "
		" FROM record_version WHERE account_id = $1 AND phone_id = $2 "
		" AND kind = $3 AND transfer <= $4 "
		" ORDER BY record_id, transfer DESC, ordinal DESC) v "
		"WHERE v.op = 0 GROUP BY 1" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	claim_args(&a, c);
	if ((err = db_query(db, &stmt, &a, &res)) != DB_OK)
		return err;
	memset(count, 0, GATE_BUCKETS * sizeof *count);
	memset(mark, 0, GATE_BUCKETS * sizeof *mark);
	for (int i = 0; i < PQntuples(res); i++) {
		int64_t bucket = db_int(res, i, 0);

		count[bucket] = (uint32_t)db_int(res, i, 1);
		mark[bucket] = (uint32_t)db_int(res, i, 2);
	}
	PQclear(res);
	return DB_OK;
}

enum db_err
gate_claim_end(struct db *db, const struct gate_claimed *c, const char *state,
    uint32_t have, int asked, int64_t now_ms)
{
	static const struct db_stmt stmt = { "claim_end", 7,
		"UPDATE completeness SET state = $4, have_count = $5, "
		" asked = $6, checked_at = to_timestamp($7 / 1000.0), "
		" complete_at = CASE WHEN $4 = 'complete' THEN claimed_at "
		"  ELSE complete_at END, buckets = NULL "
		"WHERE account_id = $1 AND phone_id = $2 AND kind = $3" };
	struct db_args a = { 0 };

	arg_pair(&a, c->account, c->phone);
	db_arg_int(&a, c->kind);
	db_arg_text(&a, state);
	db_arg_int(&a, have);
	db_arg_int(&a, asked);
	db_arg_time(&a, now_ms);
	return db_run(db, &stmt, &a, NULL);
}
