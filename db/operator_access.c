#include "operator_access.h"

#include <string.h>

#include "operator_internal.h"

/* ---- with the gateway's rights ---- */

/* A function that says whether there was something to do. */
static enum db_err
ask(struct db *db, const struct db_stmt *stmt, const struct db_args *a)
{
	PGresult *res;
	enum db_err err = pages_free_query(db, stmt, a, &res);

	if (err != DB_OK)
		return err;
	err = db_bool(res, 0, 0) ? DB_OK : DB_NONE;
	PQclear(res);
	return err;
}

static enum db_err
put(struct db *db, const char *login, const uint8_t *salt, const uint8_t *proof,
    bool new)
{
	static const struct db_stmt stmt = { "operator_put", 4,
		"SELECT operator_put($1, $2, $3, $4::boolean)" };
	struct db_args a = { 0 };

	db_arg_text(&a, login);
	db_arg_bytes(&a, salt, 16);
	db_arg_bytes(&a, proof, 32);
	db_arg_bool(&a, new);
	return ask(db, &stmt, &a);
}

enum db_err
operator_add(struct db *db, const char *login, const uint8_t salt[static 16],
    const uint8_t proof[static 32])
{
	return put(db, login, salt, proof, true);
}

enum db_err
operator_password(struct db *db, const char *login,
    const uint8_t salt[static 16], const uint8_t proof[static 32])
{
	return put(db, login, salt, proof, false);
}

enum db_err
operator_remove(struct db *db, const char *login)
{
	static const struct db_stmt stmt = { "operator_remove", 1,
		"SELECT operator_remove($1)" };
	struct db_args a = { 0 };

	db_arg_text(&a, login);
	return ask(db, &stmt, &a);
}

static void
read_known(const PGresult *res, int row, void *out)
{
	struct operator_known *k = out;

	db_text(res, row, 0, k->login, sizeof k->login);
	k->created_ms = db_int(res, row, 1);
	k->signed_in_ms = db_int(res, row, 2);
}

enum db_err
operator_list(struct db *db, struct operator_known **out, size_t *n)
{
	static const struct db_stmt stmt = { "operator_list", 0,
		"SELECT login, " PAGES_MS("created_at") ", " PAGES_MS(
		    "signed_in_at") " FROM operator_list()" };
	void *rows = NULL;
	enum db_err err =
	    operator_rows(db, &stmt, NULL, sizeof **out, read_known, &rows, n);

	*out = rows;
	return err;
}

/* ---- with the operator's rights ---- */

enum db_err
operator_salt(struct db *db, const char *login, uint8_t salt[static 16])
{
	static const struct db_stmt stmt = { "operator_salt", 1,
		"SELECT operator_salt($1)" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	db_arg_text(&a, login);
	if ((err = pages_free_query(db, &stmt, &a, &res)) != DB_OK)
		return err;
	err = PQgetisnull(res, 0, 0) ? DB_NONE : DB_OK;
	pages_octets(res, 0, 0, salt, 16);
	PQclear(res);
	return err;
}

enum db_err
operator_sign_in(struct db *db, const char *login,
    const uint8_t proof[static 32], const uint8_t token_hash[static 32])
{
	static const struct db_stmt stmt = { "operator_sign_in", 3,
		"SELECT operator_sign_in($1, $2, $3)" };
	struct db_args a = { 0 };

	db_arg_text(&a, login);
	db_arg_bytes(&a, proof, 32);
	db_arg_bytes(&a, token_hash, 32);
	return ask(db, &stmt, &a);
}

enum db_err
operator_who(struct db *db, const uint8_t token_hash[static 32],
    char login[static OPERATOR_LOGIN_MAX])
{
	static const struct db_stmt stmt = { "operator_who", 1,
		"SELECT operator_who($1)" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	db_arg_bytes(&a, token_hash, 32);
	if ((err = pages_free_query(db, &stmt, &a, &res)) != DB_OK)
		return err;
	err = PQgetisnull(res, 0, 0) ? DB_NONE : DB_OK;
	if (err == DB_OK)
		db_text(res, 0, 0, login, OPERATOR_LOGIN_MAX);
	PQclear(res);
	return err;
}

enum db_err
operator_sign_out(struct db *db, const uint8_t token_hash[static 32])
{
	static const struct db_stmt stmt = { "operator_sign_out", 1,
		"SELECT operator_sign_out($1)" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	db_arg_bytes(&a, token_hash, 32);
	if ((err = pages_free_query(db, &stmt, &a, &res)) == DB_OK)
		PQclear(res);
	return err;
}
