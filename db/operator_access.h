/*
 * operator_access.h - who may look at the operators' pages.
 *
 * Operators are made with the gateway's rights, by smsctl; they sign in with
 * those of smsvault_operator.  What proves a password leaves the database for
 * nobody: it is compared there.
 */
#ifndef OPERATOR_ACCESS_H
#define OPERATOR_ACCESS_H

#include <stddef.h>
#include <stdint.h>

#include "db.h"

#define OPERATOR_LOGIN_MAX 65

/* ---- with the gateway's rights ---- */

/* DB_NONE: there is one of that name; DB_REFUSED: no login has such a name. */
enum db_err operator_add(struct db *db, const char *login,
    const uint8_t salt[static 16], const uint8_t proof[static 32]);
/* His sessions end.  DB_NONE: there is no such operator. */
enum db_err operator_password(struct db *db, const char *login,
    const uint8_t salt[static 16], const uint8_t proof[static 32]);
enum db_err operator_remove(struct db *db, const char *login);

struct operator_known {
	char login[OPERATOR_LOGIN_MAX];
	int64_t created_ms, signed_in_ms; /* 0: never */
};
/* The caller frees *out. */
enum db_err
operator_list(struct db *db, struct operator_known **out, size_t *n);

/* ---- with the operator's rights ---- */

/* DB_NONE, and salt is zeros: there is no such operator. */
enum db_err
operator_salt(struct db *db, const char *login, uint8_t salt[static 16]);
/* A session begins.  DB_NONE: this does not prove it. */
enum db_err operator_sign_in(struct db *db, const char *login,
    const uint8_t proof[static 32], const uint8_t token_hash[static 32]);
/* Whose session it is, which is seen by that; DB_NONE: none that holds. */
enum db_err operator_who(struct db *db, const uint8_t token_hash[static 32],
    char login[static OPERATOR_LOGIN_MAX]);
enum db_err
operator_sign_out(struct db *db, const uint8_t token_hash[static 32]);

#endif
