/*
 * password.h - secrets that people type: what is stored to prove them, and ones
 * that are made here.
 */
#ifndef PASSWORD_H
#define PASSWORD_H

#include "seal.h"

#define PASSWORD_SALT_LEN 16

/* scrypt of a password in two halves: the digest of one proves it and may be
 * stored, the other wraps what it opens and never is. */
struct password_stretched {
	uint8_t proof[SEAL_DIGEST_LEN];
	uint8_t wrap[SEAL_KEY_LEN];
};
/* The caller wipes *out. */
enum seal_err password_stretch(const char *secret,
    const uint8_t salt[static PASSWORD_SALT_LEN],
    struct password_stretched *out);

/* 25 letters of 5 bits, Crockford's; shown has them in groups of five. */
#define PASSWORD_CODE_MAX 26
#define PASSWORD_SHOWN_MAX 32
void password_code_make(char shown[static PASSWORD_SHOWN_MAX],
    char plain[static PASSWORD_CODE_MAX]);

#endif
