#include "private.h"

#include <ctype.h>
#include <string.h>

#define CHARS (PRIVATE_RECOVERY_MAX - 1)

enum seal_err
private_wrap(struct pages_account *a, const char *password,
    const uint8_t secret[static SEAL_KEY_LEN])
{
	struct password_stretched s;
	enum seal_err err;

	seal_random(a->password_salt, sizeof a->password_salt);
	if ((err = password_stretch(password, a->password_salt, &s)) ==
	    SEAL_OK) {
		memcpy(a->password_proof, s.proof, sizeof s.proof);
		err = seal_wrap(s.wrap, "account", a->public_key,
		    SEAL_PUBLIC_LEN, secret, SEAL_KEY_LEN, a->by_password);
	}
	seal_wipe(&s, sizeof s);
	return err;
}

bool
private_open(const struct pages_account *a, const char *secret_text,
    bool recovery, uint8_t secret[static SEAL_KEY_LEN])
{
	struct password_stretched s;
	bool good =
	    password_stretch(secret_text,
		recovery ? a->recovery_salt : a->password_salt, &s) == SEAL_OK;

	if (!recovery)
		good = good &&
		       seal_equal(s.proof, a->password_proof, sizeof s.proof);
	good = good &&
	       seal_unwrap(s.wrap, "account", a->public_key, SEAL_PUBLIC_LEN,
		   recovery ? a->by_recovery : a->by_password,
		   PAGES_SEALED_PRIVATE, secret) == SEAL_OK;
	seal_wipe(&s, sizeof s);
	return good && a->account != 0;
}

enum seal_err
private_recovery_wrap(struct pages_account *a, const char *recovery,
    const uint8_t secret[static SEAL_KEY_LEN])
{
	struct password_stretched s;
	enum seal_err err;

	seal_random(a->recovery_salt, sizeof a->recovery_salt);
	if ((err = password_stretch(recovery, a->recovery_salt, &s)) == SEAL_OK)
		err = seal_wrap(s.wrap, "account", a->public_key,
		    SEAL_PUBLIC_LEN, secret, SEAL_KEY_LEN, a->by_recovery);
	seal_wipe(&s, sizeof s);
	return err;
}

enum seal_err
private_make(struct pages_account *a, const char *password,
    const char *recovery, uint8_t secret[static SEAL_KEY_LEN])
{
	enum seal_err err = seal_keypair(secret, a->public_key);

	if (err == SEAL_OK)
		err = private_wrap(a, password, secret);
	if (err == SEAL_OK)
		err = private_recovery_wrap(a, recovery, secret);
	return err;
}

/* As typed: any case, dashes, blanks, O for 0, I and L for 1. */
void
private_recovery_read(
    const char *typed, char plain[static PRIVATE_RECOVERY_MAX])
{
	size_t n = 0;

	for (; *typed != '\0' && n < CHARS; typed++) {
		char c = (char)toupper((unsigned char)*typed);

		if (c == '-' || c == ' ')
			continue;
		plain[n++] = c == 'O' ? '0' : c == 'I' || c == 'L' ? '1' : c;
	}
	plain[n] = '\0';
}
