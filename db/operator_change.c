#include "operator_change.h"

#include "operator_internal.h"

/* A function that answers with a number; DB_NONE: with NULL. */
static enum db_err
number(struct db *db, const struct db_stmt *stmt, const struct db_args *a,
    int64_t *out)
{
	PGresult *res;
	enum db_err err = pages_free_query(db, stmt, a, &res);

	if (err != DB_OK)
		return err;
	if (PQgetisnull(res, 0, 0))
		err = DB_NONE;
	else
		*out = db_int(res, 0, 0);
	PQclear(res);
	return err;
}

enum db_err
operator_limit(struct db *db, const uint8_t token_hash[static 32],
    int64_t account, int64_t month, int64_t *was)
{
	static const struct db_stmt stmt = { "operator_limit", 3,
		"SELECT operator_limit($1, $2, $3)" };
	struct db_args a = { 0 };

	db_arg_bytes(&a, token_hash, 32);
	db_arg_int(&a, account);
	db_arg_int(&a, month);
	return number(db, &stmt, &a, was);
}

enum db_err
operator_failed(struct db *db, const uint8_t token_hash[static 32],
    int64_t outbox, bool again)
{
	static const struct db_stmt stmt = { "operator_failed", 3,
		"SELECT nullif(operator_failed($1, $2, $3), false)::int" };
	struct db_args a = { 0 };
	int64_t one;

	db_arg_bytes(&a, token_hash, 32);
	db_arg_int(&a, outbox);
	db_arg_bool(&a, again);
	return number(db, &stmt, &a, &one);
}

enum db_err
operator_again(struct db *db, const uint8_t token_hash[static 32],
    const struct operator_aside *one, int64_t *n)
{
	static const struct db_stmt stmt = { "operator_again", 4,
		"SELECT operator_reopen($1, $2, $3, $4)" };
	struct db_args a = { 0 };

	db_arg_bytes(&a, token_hash, 32);
	db_arg_int(&a, one->account);
	db_arg_int(&a, one->phone);
	db_arg_int(&a, one->transfer);
	return number(db, &stmt, &a, n);
}

static void
read_entry(const PGresult *res, int row, void *out)
{
	struct operator_entry *e = out;

	e->at_ms = db_int(res, row, 0);
	db_text(res, row, 1, e->who, sizeof e->who);
	db_text(res, row, 2, e->what, sizeof e->what);
	db_text(res, row, 3, e->subject, sizeof e->subject);
	db_text(res, row, 4, e->detail, sizeof e->detail);
}

enum db_err
operator_log(struct db *db, const struct operator_part *part,
    struct operator_entry **out, size_t *n, int64_t *total)
{
	static const struct db_stmt stmt = {
		"operator_log", 2,
		"SELECT " PAGES_MS(
		    "at") ", who, what, subject, detail FROM "
			  "operator_log ORDER BY entry_id DESC OFFSET $1 LIMIT $2"
	};
	static const struct db_stmt count = { "operator_log_n", 0,
		"SELECT count(*) FROM operator_log" };
	struct db_args a = { 0 };
	void *rows = NULL;
	enum db_err err = number(db, &count, NULL, total);

	if (err != DB_OK)
		return err;
	db_arg_int(&a, (int64_t)part->skip);
	db_arg_int(&a, (int64_t)part->max);
	err = operator_rows(db, &stmt, &a, sizeof **out, read_entry, &rows, n);
	*out = rows;
	return err;
}
