#include "pages_browse.h"
#include "pages_internal.h"

#include <stdlib.h>
#include <string.h>

/* ---- before an account is known ---- */

enum db_err
pages_login_find(struct db *db, const char *login, struct pages_account *out)
{
	static const struct db_stmt stmt = { "login_find", 1,
		"SELECT * FROM login_find($1)" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	db_arg_text(&a, login);
	if ((err = pages_free_query(db, &stmt, &a, &res)) != DB_OK)
		return err;
	if (PQntuples(res) == 0) {
		PQclear(res);
		return DB_NONE;
	}
	out->account = db_int(res, 0, 0);
	db_text(res, 0, 1, out->language, sizeof out->language);
	pages_octets(res, 0, 2, out->password_salt, 16);
	pages_octets(res, 0, 3, out->password_proof, 32);
	pages_octets(res, 0, 4, out->public_key, 32);
	pages_octets(res, 0, 5, out->by_password, sizeof out->by_password);
	pages_octets(res, 0, 6, out->recovery_salt, 16);
	pages_octets(res, 0, 7, out->by_recovery, sizeof out->by_recovery);
	PQclear(res);
	return DB_OK;
}

enum db_err
pages_account_create(
    struct db *db, const char *login, struct pages_account *acc)
{
	static const struct db_stmt stmt = { "account_create", 8,
		"SELECT account_create($1, $2, $3, $4, $5, $6, $7, $8)" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	db_arg_text(&a, login);
	db_arg_text(&a, acc->language);
	db_arg_bytes(&a, acc->password_salt, 16);
	db_arg_bytes(&a, acc->password_proof, 32);
	db_arg_bytes(&a, acc->public_key, 32);
	db_arg_bytes(&a, acc->by_password, sizeof acc->by_password);
	db_arg_bytes(&a, acc->recovery_salt, 16);
	db_arg_bytes(&a, acc->by_recovery, sizeof acc->by_recovery);
	if ((err = pages_free_query(db, &stmt, &a, &res)) != DB_OK)
		return err;
	if (PQntuples(res) == 0 || PQgetisnull(res, 0, 0))
		err = DB_NONE;
	else
		acc->account = db_int(res, 0, 0);
	PQclear(res);
	return err;
}

enum db_err
pages_session_find(struct db *db, const uint8_t token_hash[static 32],
    struct pages_session *out)
{
	static const struct db_stmt stmt = { "session_find", 1,
		"SELECT * FROM session_find($1)" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	db_arg_bytes(&a, token_hash, 32);
	if ((err = pages_free_query(db, &stmt, &a, &res)) != DB_OK)
		return err;
	if (PQntuples(res) == 0) {
		err = DB_NONE;
	} else {
		out->account = db_int(res, 0, 0);
		db_text(res, 0, 1, out->login, sizeof out->login);
		db_text(res, 0, 2, out->language, sizeof out->language);
		pages_octets(
		    res, 0, 3, out->private_sealed, sizeof out->private_sealed);
		pages_octets(res, 0, 4, out->public_key, 32);
		out->unread = db_int(res, 0, 5);
	}
	PQclear(res);
	return err;
}

enum db_err
pages_attempt(struct db *db, const uint8_t subject[static 32], int64_t *n)
{
	static const struct db_stmt stmt = { "login_attempts", 1,
		"SELECT login_attempts($1)" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	db_arg_bytes(&a, subject, 32);
	if ((err = pages_free_query(db, &stmt, &a, &res)) != DB_OK)
		return err;
	*n = db_int(res, 0, 0);
	PQclear(res);
	return DB_OK;
}

enum db_err
pages_forgive(struct db *db, const uint8_t subject[static 32])
{
	static const struct db_stmt stmt = { "login_forgive", 1,
		"SELECT login_forgive($1)" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	db_arg_bytes(&a, subject, 32);
	if ((err = pages_free_query(db, &stmt, &a, &res)) == DB_OK)
		PQclear(res);
	return err;
}

/* ---- sessions and the account ---- */

enum db_err
pages_session_put(struct db *db, int64_t account,
    const uint8_t token_hash[static 32],
    const uint8_t private_sealed[static PAGES_SEALED_PRIVATE])
{
	static const struct db_stmt stmt = { "session_put", 3,
		"INSERT INTO session (account_id, token_hash, "
		"private_key_sealed, expires_at) "
		"VALUES ($1, $2, $3, now() + interval '7 days')" };
	struct db_args a = { 0 };

	db_arg_int(&a, account);
	db_arg_bytes(&a, token_hash, 32);
	db_arg_bytes(&a, private_sealed, PAGES_SEALED_PRIVATE);
	return pages_run(db, account, &stmt, &a);
}

enum db_err
pages_session_drop(struct db *db, int64_t account, const uint8_t *token_hash)
{
	static const struct db_stmt stmt = { "session_drop", 2,
		"DELETE FROM session WHERE account_id = $1 AND "
		"($2::bytea IS NULL OR token_hash = $2::bytea)" };
	struct db_args a = { 0 };

	db_arg_int(&a, account);
	db_arg_bytes(&a, token_hash, 32);
	return pages_run(db, account, &stmt, &a);
}

enum db_err
pages_password_set(struct db *db, const struct pages_account *acc)
{
	static const struct db_stmt stmt = { "password_set", 4,
		"UPDATE account SET password_salt = $2, password_proof = $3, "
		"private_by_password = $4 WHERE account_id = $1" };
	struct db_args a = { 0 };

	db_arg_int(&a, acc->account);
	db_arg_bytes(&a, acc->password_salt, 16);
	db_arg_bytes(&a, acc->password_proof, 32);
	db_arg_bytes(&a, acc->by_password, sizeof acc->by_password);
	return pages_run(db, acc->account, &stmt, &a);
}

enum db_err
pages_language_set(struct db *db, int64_t account, const char *language)
{
	static const struct db_stmt stmt = { "language_set", 2,
		"UPDATE account SET language = $2 WHERE account_id = $1" };
	struct db_args a = { 0 };

	db_arg_int(&a, account);
	db_arg_text(&a, language);
	return pages_run(db, account, &stmt, &a);
}

enum db_err
pages_question_is_set(struct db *db, int64_t account, bool *set)
{
	static const struct db_stmt stmt = { "question_is_set", 1,
		"SELECT question_sealed IS NOT NULL FROM account "
		"WHERE account_id = $1" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	db_arg_int(&a, account);
	if ((err = pages_query(db, account, &stmt, &a, &res)) != DB_OK)
		return err;
	*set = PQntuples(res) == 1 && db_bool(res, 0, 0);
	PQclear(res);
	return DB_OK;
}

enum db_err
pages_question_set(struct db *db, int64_t account, const uint8_t *sealed,
    size_t len, const uint8_t salt[static 16], const uint8_t proof[static 32])
{
	static const struct db_stmt stmt = { "question_set", 4,
		"UPDATE account SET question_sealed = $2, answer_salt = $3, "
		"answer_proof = $4 WHERE account_id = $1" };
	struct db_args a = { 0 };

	db_arg_int(&a, account);
	db_arg_bytes(&a, sealed, len);
	db_arg_bytes(&a, salt, 16);
	db_arg_bytes(&a, proof, 32);
	return pages_run(db, account, &stmt, &a);
}

enum db_err
pages_time_zone(struct db *db, int64_t account, char *out, size_t cap)
{
	static const struct db_stmt stmt = { "time_zone", 1,
		"SELECT time_zone FROM account WHERE account_id = $1" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	db_arg_int(&a, account);
	if ((err = pages_query(db, account, &stmt, &a, &res)) != DB_OK)
		return err;
	if (PQntuples(res) == 1)
		db_text(res, 0, 0, out, cap);
	PQclear(res);
	return DB_OK;
}
