#include "pages_browse.h"
#include "pages_internal.h"

#include <stdlib.h>

/* Columns of a struct pages_version under a prefix. */
#define VERSION(p) \
	p "phone_id, " p "kind, " p "record_id, " p "transfer, " p \
	  "ordinal, " p "time_ms, " PAGES_MS(p "stored_at") ", " p "op"
/* What pages_read_records() reads. */
#define SEALED(p) \
	p "phone_id, " p "kind, " p "record_id, " p "transfer, " p \
	  "ordinal, " p "time_ms, " PAGES_MS(p "stored_at") ", " p \
							    "data_key_id, " p \
							    "sealed"

static void
read_version(const PGresult *res, int row, int col, struct pages_version *v)
{
	v->phone = db_int(res, row, col);
	v->kind = (uint8_t)db_int(res, row, col + 1);
	v->record = (uint32_t)db_int(res, row, col + 2);
	v->transfer = (uint32_t)db_int(res, row, col + 3);
	v->ordinal = (uint32_t)db_int(res, row, col + 4);
	v->time_ms = db_int(res, row, col + 5);
	v->stored_ms = db_int(res, row, col + 6);
	v->op = (uint8_t)db_int(res, row, col + 7);
	/* Nothing there is like deleted. */
	if (PQgetisnull(res, row, col))
		v->op = 1;
}

static enum db_err
read_versions(
    const PGresult *res, int col, struct pages_version **out, size_t *n)
{
	*n = (size_t)PQntuples(res);
	if ((*out = calloc(*n + 1, sizeof **out)) == NULL)
		return DB_FAILED;
	for (size_t i = 0; i < *n; i++)
		read_version(res, (int)i, col, &(*out)[i]);
	return DB_OK;
}

enum db_err
pages_versions(struct db *db, int64_t account, int64_t phone, int kind,
    uint32_t record, struct pages_version **out, size_t *n,
    struct pages_records *put)
{
	static const struct db_stmt stmt = { "versions", 4,
		"SELECT " SEALED("v.") ", " VERSION(
		    "v.") " FROM record_version v WHERE account_id = $1 AND phone_id "
			  "= $2 AND kind = $3 AND record_id = $4 ORDER BY transfer "
			  "DESC, ordinal DESC LIMIT 500" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	*put = (struct pages_records){ 0 };
	*out = NULL;
	db_arg_int(&a, account);
	db_arg_int(&a, phone);
	db_arg_int(&a, kind);
	db_arg_int(&a, record);
	if ((err = pages_query(db, account, &stmt, &a, &res)) != DB_OK)
		return err;
	err = read_versions(res, 9, out, n);
	if (err == DB_OK)
		err = pages_read_records(res, 0, put);
	PQclear(res);
	return err;
}

enum db_err
pages_deleted(struct db *db, int64_t account, size_t skip, size_t max,
    struct pages_version **deleted, size_t *n, struct pages_records *put,
    int64_t *total)
{
	static const struct db_stmt stmt = { "deleted", 3,
		"SELECT " SEALED("v.") ", " VERSION(
		    "d.") ", count(*) OVER () FROM record r JOIN record_version d "
			  "USING (account_id, phone_id, kind, record_id, transfer, "
			  "ordinal) JOIN LATERAL (SELECT * FROM record_version x "
			  "WHERE x.account_id = r.account_id AND x.phone_id = "
			  "r.phone_id AND x.kind = r.kind AND x.record_id = "
			  "r.record_id AND x.op = 0 ORDER BY x.transfer DESC, "
			  "x.ordinal DESC LIMIT 1) v ON true WHERE r.account_id = $1 "
			  "AND r.op = 1 ORDER BY d.stored_at DESC, d.phone_id, "
			  "d.kind, d.record_id LIMIT $2 OFFSET $3" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	*put = (struct pages_records){ 0 };
	*deleted = NULL;
	db_arg_int(&a, account);
	db_arg_int(&a, (int64_t)max);
	db_arg_int(&a, (int64_t)skip);
	if ((err = pages_query(db, account, &stmt, &a, &res)) != DB_OK)
		return err;
	*total = PQntuples(res) > 0 ? db_int(res, 0, 17) : 0;
	err = read_versions(res, 9, deleted, n);
	if (err == DB_OK)
		err = pages_read_records(res, 0, put);
	PQclear(res);
	return err;
}

/* The newest version of each record in t that was stored before $n. */
#define STATE(n) \
	"LEFT JOIN LATERAL (SELECT * FROM record_version x WHERE " \
	"x.account_id = $1 AND x.phone_id = t.phone_id AND x.kind = t.kind " \
	"AND x.record_id = t.record_id AND x.stored_at < to_timestamp(" n \
	"::bigint / 1000.0) ORDER BY x.transfer DESC, x.ordinal DESC LIMIT " \
	"1) "
#define CHANGED \
	"(SELECT phone_id, kind, record_id, max(stored_at) AS at FROM " \
	"record_version WHERE account_id = $1 AND stored_at >= " \
	"to_timestamp($2::bigint / 1000.0) AND stored_at < " \
	"to_timestamp($3::bigint / 1000.0) GROUP BY 1, 2, 3) t "

enum db_err
pages_changes(struct db *db, int64_t account, int64_t from_ms, int64_t to_ms,
    size_t skip, size_t max, struct pages_change **out, size_t *n,
    struct pages_records *put, int64_t *total)
{
	static const struct db_stmt stmt = { "changes", 5,
		"WITH c AS MATERIALIZED (SELECT t.*, b.transfer AS bt, "
		"b.ordinal AS bo, b.op AS bop, a.transfer AS at_, a.ordinal "
		"AS ao, a.op AS aop, count(*) OVER () AS total FROM " CHANGED
		    STATE("$2") "b ON true " STATE(
			"$3") "a ON true WHERE NOT (coalesce(b.op, 1) = 1 AND a.op = 1) "
			      "ORDER BY t.at DESC, t.phone_id, t.kind, t.record_id LIMIT $4 "
			      "OFFSET $5) SELECT " SEALED("v.") ", " VERSION(
				  "v.") ", c.total, c.bt, c.bo, c.bop, c.at_, c.ao, c.aop, c.phone_id, "
					"c.kind, c.record_id, (extract(epoch FROM c.at) * "
					"1000)::bigint FROM c JOIN record_version v ON v.account_id = "
					"$1 AND v.phone_id = c.phone_id AND v.kind = c.kind AND "
					"v.record_id = c.record_id AND ((v.transfer = c.bt AND "
					"v.ordinal = c.bo) OR (v.transfer = c.at_ AND v.ordinal = "
					"c.ao)) ORDER BY c.at DESC, c.phone_id, c.kind, c.record_id, "
					"v.transfer, v.ordinal" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;
	size_t rows;

	*put = (struct pages_records){ 0 };
	*out = NULL;
	*n = 0;
	db_arg_int(&a, account);
	db_arg_int(&a, from_ms);
	db_arg_int(&a, to_ms);
	db_arg_int(&a, (int64_t)max);
	db_arg_int(&a, (int64_t)skip);
	if ((err = pages_query(db, account, &stmt, &a, &res)) != DB_OK)
		return err;
	rows = (size_t)PQntuples(res);
	*total = rows > 0 ? db_int(res, 0, 17) : 0;
	if ((*out = calloc(rows + 1, sizeof **out)) == NULL)
		err = DB_FAILED;
	/* Two rows of the same record are one change. */
	for (size_t i = 0; err == DB_OK && i < rows; i++) {
		struct pages_change *c = *n > 0 ? &(*out)[*n - 1] : NULL;
		struct pages_version v;
		int row = (int)i;

		read_version(res, row, 9, &v);
		if (c == NULL || c->after.phone != v.phone ||
		    c->after.kind != v.kind || c->after.record != v.record) {
			c = &(*out)[(*n)++];
			c->before = c->after = v;
			c->before.op = c->after.op = 1;
			c->after.stored_ms = db_int(res, row, 27);
		}
		if (!PQgetisnull(res, row, 18) &&
		    v.transfer == (uint32_t)db_int(res, row, 18) &&
		    v.ordinal == (uint32_t)db_int(res, row, 19))
			c->before = v;
		if (v.transfer == (uint32_t)db_int(res, row, 21) &&
		    v.ordinal == (uint32_t)db_int(res, row, 22))
			c->after = v;
	}
	if (err == DB_OK)
		err = pages_read_records(res, 0, put);
	PQclear(res);
	return err;
}
