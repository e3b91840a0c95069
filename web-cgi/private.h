/*
 * private.h - an account's private key, under its password and under its
 * recovery code.  What opens is never stored: scrypt of it is two halves, one
 * whose digest proves it and one that wraps the key.
 */
#ifndef PRIVATE_H
#define PRIVATE_H

#include "pages.h"
#include "password.h"

/* A new key pair; *a gets all that is stored of it, secret the key itself. */
enum seal_err private_make(struct pages_account *a, const char *password,
    const char *recovery, uint8_t secret[static SEAL_KEY_LEN]);

/* The key under another password. */
enum seal_err private_wrap(struct pages_account *a, const char *password,
    const uint8_t secret[static SEAL_KEY_LEN]);

#define PRIVATE_RECOVERY_MAX PASSWORD_CODE_MAX
/* As typed: any case, dashes, blanks, O for 0, I and L for 1. */
void private_recovery_read(
    const char *typed, char plain[static PRIVATE_RECOVERY_MAX]);
/* The key under another recovery code. */
enum seal_err private_recovery_wrap(struct pages_account *a,
    const char *recovery, const uint8_t secret[static SEAL_KEY_LEN]);

/*
 * The key, if this password, or recovery code, opens it.  Takes as long for
 * unknown logins, whose account is all zero.
 */
bool private_open(const struct pages_account *a, const char *secret_text,
    bool recovery, uint8_t secret[static SEAL_KEY_LEN]);

#endif
