#include "pages_import.h"

#include "pages_internal.h"

/* The one value of one row, or DB_NONE. */
static enum db_err
one_value(struct db *db, const struct db_stmt *stmt, const struct db_args *a,
    int64_t *out)
{
	PGresult *res;
	enum db_err err = db_query(db, stmt, a, &res);

	if (err != DB_OK)
		return err;
	if (PQntuples(res) == 1 && !PQgetisnull(res, 0, 0))
		*out = db_int(res, 0, 0);
	else
		err = DB_NONE;
	PQclear(res);
	return err;
}

enum db_err
pages_import_open(
    struct db *db, int64_t account, const char *name, struct pages_import *out)
{
	static const struct db_stmt stmt = { "import_phone", 1,
		"SELECT phone_id, transfer FROM import_phone($1)" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err = pages_begin(db, account);

	db_arg_text(&a, name);
	if (err == DB_OK)
		err = db_query(db, &stmt, &a, &res);
	if (err == DB_OK) {
		if (PQntuples(res) == 1)
			*out = (struct pages_import){
				.phone = db_int(res, 0, 0),
				.transfer = (uint32_t)db_int(res, 0, 1),
			};
		else
			err = DB_NONE;
		PQclear(res);
	}
	if (err != DB_OK)
		pages_end(db, err);
	return err;
}

enum db_err
pages_import_key(
    struct db *db, struct pages_import *im, const uint8_t *sealed, size_t len)
{
	static const struct db_stmt stmt = { "import_key", 2,
		"SELECT import_key($1, $2)" };
	struct db_args a = { 0 };

	db_arg_int(&a, im->phone);
	db_arg_bytes(&a, sealed, len);
	return one_value(db, &stmt, &a, &im->key);
}

enum db_err
pages_import_last(struct db *db, int64_t account, const struct pages_import *im,
    int kind, uint32_t *id)
{
	static const struct db_stmt stmt = { "import_last", 3,
		"SELECT coalesce(max(record_id), 0) FROM record WHERE "
		"account_id = $1 AND phone_id = $2 AND kind = $3" };
	struct db_args a = { 0 };
	int64_t last = 0;
	enum db_err err;

	db_arg_int(&a, account);
	db_arg_int(&a, im->phone);
	db_arg_int(&a, kind);
	err = one_value(db, &stmt, &a, &last);
	*id = (uint32_t)last;
	return err;
}

enum db_err
pages_import_record(struct db *db, const struct pages_import *im, int kind,
    uint32_t id, uint32_t ordinal, int64_t time_ms, const uint8_t *sealed,
    size_t len)
{
	static const struct db_stmt stmt = { "import_record", 8,
		"SELECT 1 WHERE import_record($1, $2::smallint, $3, $4, "
		"$5::int, $6, $7, $8)" };
	struct db_args a = { 0 };
	int64_t one;

	db_arg_int(&a, im->phone);
	db_arg_int(&a, kind);
	db_arg_int(&a, id);
	db_arg_int(&a, im->transfer);
	db_arg_int(&a, ordinal);
	db_arg_int(&a, time_ms);
	db_arg_int(&a, im->key);
	db_arg_bytes(&a, sealed, len);
	return one_value(db, &stmt, &a, &one);
}

enum db_err
pages_import_piece(struct db *db, const struct pages_import *im,
    const struct pages_import_piece *piece)
{
	static const struct db_stmt stmt = { "import_piece", 9,
		"SELECT 1 WHERE import_piece($1, $2, $3, $4, $5, $6, $7::int, "
		"$8, $9)" };
	struct db_args a = { 0 };
	int64_t one;

	db_arg_int(&a, im->phone);
	db_arg_int(&a, piece->id);
	db_arg_int(&a, im->transfer);
	db_arg_int(&a, piece->content);
	db_arg_int(&a, piece->size);
	db_arg_int(&a, piece->offset);
	db_arg_int(&a, piece->len);
	db_arg_int(&a, im->key);
	db_arg_bytes(&a, piece->sealed, piece->sealed_len);
	return one_value(db, &stmt, &a, &one);
}

enum db_err
pages_import_close(struct db *db, enum db_err err)
{
	return pages_end(db, err);
}
