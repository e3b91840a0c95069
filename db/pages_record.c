#include "pages_internal.h"

#include <stdlib.h>
#include <string.h>

void
pages_records_clear(struct pages_records *r)
{
	free(r->row);
	free(r->sealed);
	*r = (struct pages_records){ 0 };
}

enum db_err
pages_read_records(const PGresult *res, int col, struct pages_records *out)
{
	size_t total = 0, n = (size_t)PQntuples(res);

	for (size_t i = 0; i < n; i++)
		total += (size_t)PQgetlength(res, (int)i, col + 8);
	out->row = calloc(n + 1, sizeof *out->row);
	out->sealed = malloc(total + 1);
	if (out->row == NULL || out->sealed == NULL) {
		pages_records_clear(out);
		return DB_FAILED;
	}
	total = 0;
	for (size_t i = 0; i < n; i++) {
		struct pages_record *r = &out->row[i];
		int row = (int)i, len;

		r->phone = db_int(res, row, col);
		r->kind = (uint8_t)db_int(res, row, col + 1);
		r->record_id = (uint32_t)db_int(res, row, col + 2);
		r->transfer = (uint32_t)db_int(res, row, col + 3);
		r->ordinal = (uint32_t)db_int(res, row, col + 4);
		r->time_ms = db_int(res, row, col + 5);
		r->stored_ms = db_int(res, row, col + 6);
		r->data_key = db_int(res, row, col + 7);
		len = db_bytes(res, row, col + 8, out->sealed + total, 32768);
		r->at = total;
		r->len = len > 0 ? (size_t)len : 0;
		total += r->len;
	}
	out->n = n;
	return DB_OK;
}

enum db_err
pages_query_records(struct db *db, int64_t account, const struct db_stmt *stmt,
    const struct db_args *a, struct pages_records *out)
{
	struct db_args args = *a;
	PGresult *res;
	enum db_err err;

	*out = (struct pages_records){ 0 };
	args.binary_rows = true;
	err = pages_query(db, account, stmt, &args, &res);
	if (err == DB_OK)
		err = pages_read_records(res, 0, out);
	PQclear(res);
	return err;
}

enum db_err
pages_keys(struct db *db, int64_t account, struct pages_key **out, size_t *n)
{
	static const struct db_stmt stmt = { "keys", 1,
		"SELECT data_key_id, phone_id, sealed FROM data_key "
		"WHERE account_id = $1 ORDER BY data_key_id" };
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
		struct pages_key *k = &(*out)[i];
		int len;

		k->id = db_int(res, (int)i, 0);
		k->phone = db_int(res, (int)i, 1);
		len = db_bytes(res, (int)i, 2, k->sealed, sizeof k->sealed);
		k->len = len > 0 ? (size_t)len : 0;
	}
	PQclear(res);
	return err;
}

enum db_err
pages_days(struct db *db, int64_t account, int kind, int days,
    struct pages_day **out, size_t *n)
{
	static const struct db_stmt stmt = { "days", 3,
		"SELECT time_ms / 86400000, count(*) FROM record WHERE "
		"account_id = $1 AND kind = $2 AND op = 0 AND time_ms > "
		"(extract(epoch FROM now()) * 1000)::bigint - $3::bigint * "
		"86400000 GROUP BY 1 ORDER BY 1" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	db_arg_int(&a, account);
	db_arg_int(&a, kind);
	db_arg_int(&a, days);
	if ((err = pages_query(db, account, &stmt, &a, &res)) != DB_OK)
		return err;
	*n = (size_t)PQntuples(res);
	if ((*out = calloc(*n + 1, sizeof **out)) == NULL)
		err = DB_FAILED;
	for (size_t i = 0; err == DB_OK && i < *n; i++)
		(*out)[i] = (struct pages_day){ db_int(res, (int)i, 0),
			db_int(res, (int)i, 1) };
	PQclear(res);
	return err;
}
