#include "pages_policy.h"

#include <stdlib.h>
#include <string.h>

#include "pages_internal.h"

enum db_err
pages_policy_get(struct db *db, int64_t account, int64_t phone,
    uint32_t version, struct pages_policy *out)
{
	static const struct db_stmt stmt = {
		"policy_get", 3,
		"SELECT " PAGES_MS(
		    "created_at") ", policy FROM policy WHERE "
				  "account_id = $1 AND phone_id = $2 AND version = $3"
	};
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;
	int n;

	db_arg_int(&a, account);
	db_arg_int(&a, phone);
	db_arg_int(&a, version);
	if ((err = pages_query(db, account, &stmt, &a, &res)) != DB_OK)
		return err;
	if (PQntuples(res) == 0) {
		err = DB_NONE;
	} else {
		out->version = version;
		out->created_ms = db_int(res, 0, 0);
		n = db_bytes(res, 0, 1, out->policy, sizeof out->policy);
		out->len = n > 0 ? (size_t)n : 0;
	}
	PQclear(res);
	return err;
}

/* The tag of AES-SIV stands before each sealed record: 16 octets. */
#define STORED "greatest(octet_length(v.sealed) - 16, 1)"

/* The last SMS of a transfer is half full, on the average. */
static enum db_err
read_packing(
    struct db *db, int64_t account, int64_t phone, struct pages_flow *out)
{
	static const struct db_stmt stmt = { "flow_packing", 3,
		"WITH t AS (SELECT transfer, $3::int * (2 * last_index + 1) / 2 "
		" AS octets FROM transfer WHERE account_id = $1 AND phone_id = $2 "
		" AND state = 'stored' AND last_index >= 1 AND records > 0 "
		" ORDER BY transfer DESC LIMIT 100), "
		"s AS (SELECT t.transfer, sum(" STORED ") AS stored FROM t "
		" JOIN record_version v ON v.account_id = $1 AND v.phone_id = "
		" $2 AND v.transfer = t.transfer GROUP BY t.transfer) "
		"SELECT coalesce(sum(s.stored), 0)::bigint, "
		" coalesce(sum(t.octets), 0)::bigint FROM t JOIN s USING "
		" (transfer)" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	db_arg_int(&a, account);
	db_arg_int(&a, phone);
	db_arg_int(&a, WIRE_SEGMENT_BODY_MAX);
	if ((err = pages_query(db, account, &stmt, &a, &res)) != DB_OK)
		return err;
	out->stored = db_int(res, 0, 0);
	out->on_air = db_int(res, 0, 1);
	PQclear(res);
	return DB_OK;
}

enum db_err
pages_flow(
    struct db *db, int64_t account, int64_t phone, struct pages_flow *out)
{
	static const struct db_stmt stmt = { "flow", 3,
		"WITH p AS (SELECT bound_at + interval '1 day' AS begun, now() "
		" - make_interval(days => $3::int) AS since, (date_part('epoch', "
		" now()) * 1000)::bigint AS now_ms FROM phone WHERE "
		" account_id = $1 AND phone_id = $2), "
		"own AS (SELECT v.time_ms AS at, " STORED " AS octets FROM p, "
		" record_version v WHERE v.account_id = $1 AND v.phone_id = $2 "
		" AND v.kind IN (2, 3) AND v.op = 0 AND v.time_ms BETWEEN "
		" p.now_ms - $3::bigint * 86400000 AND p.now_ms), "
		"changed AS (SELECT " PAGES_MS(
		    "v.stored_at") " AS at, "
				   " " STORED
				   " AS octets FROM p, record_version v WHERE "
				   " v.account_id = $1 AND v.phone_id = $2 AND v.kind IN (1, 4, "
				   " 5) AND v.stored_at > greatest(p.since, p.begun)) "
				   "SELECT at, octets, p.now_ms FROM p, "
				   "(TABLE own UNION ALL TABLE changed) x ORDER BY at LIMIT "
				   "20000" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	*out = (struct pages_flow){ 0 };
	db_arg_int(&a, account);
	db_arg_int(&a, phone);
	db_arg_int(&a, PAGES_FLOW_DAYS);
	if ((err = read_packing(db, account, phone, out)) != DB_OK ||
	    (err = pages_query(db, account, &stmt, &a, &res)) != DB_OK)
		return err;
	out->n = (size_t)PQntuples(res);
	if ((out->list = calloc(out->n + 1, sizeof *out->list)) == NULL)
		err = DB_FAILED;
	for (size_t i = 0; err == DB_OK && i < out->n; i++) {
		out->list[i].at_ms = db_int(res, (int)i, 0);
		out->list[i].octets = (uint32_t)db_int(res, (int)i, 1);
		out->now_ms = db_int(res, (int)i, 2);
	}
	PQclear(res);
	return err;
}
