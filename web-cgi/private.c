#include "private.h"

#include <ctype.h>
#include <string.h>

#define CHARS (PRIVATE_RECOVERY_MAX - 1)

struct stretched {
	uint8_t proof[SEAL_DIGEST_LEN];
	uint8_t wrap[SEAL_KEY_LEN];
};

static enum seal_err
stretch(
    const char *secret, const uint8_t salt[static 16], struct stretched *out)
{
	uint8_t both[2 * SEAL_KEY_LEN];
	enum seal_err err =
	    seal_stretch(secret, salt, 16, seal_cost_people, both, sizeof both);

	if (err == SEAL_OK) {
		seal_digest(both, SEAL_KEY_LEN, out->proof);
		memcpy(out->wrap, both + SEAL_KEY_LEN, SEAL_KEY_LEN);
	}
	seal_wipe(both, sizeof both);
	return err;
}

enum seal_err
private_wrap(struct pages_account *a, const char *password,
    const uint8_t secret[static SEAL_KEY_LEN])
{
	struct stretched s;
	enum seal_err err;

	seal_random(a->password_salt, sizeof a->password_salt);
	if ((err = stretch(password, a->password_salt, &s)) == SEAL_OK) {
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
	struct stretched s;
	bool good =
	    stretch(secret_text, recovery ? a->recovery_salt : a->password_salt,
		&s) == SEAL_OK;

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
	struct stretched s;
	enum seal_err err;

	seal_random(a->recovery_salt, sizeof a->recovery_salt);
	if ((err = stretch(recovery, a->recovery_salt, &s)) == SEAL_OK)
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

/* 125 bits in Crockford's letters, in groups of five. */
void
private_recovery_make(char shown[static PRIVATE_SHOWN_MAX],
    char plain[static PRIVATE_RECOVERY_MAX])
{
	static const char letters[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	uint8_t octets[CHARS];
	size_t n = 0;

	seal_random(octets, sizeof octets);
	for (int i = 0; i < CHARS; i++) {
		plain[i] = letters[octets[i] & 31];
		if (i > 0 && i % 5 == 0)
			shown[n++] = '-';
		shown[n++] = plain[i];
	}
	plain[CHARS] = shown[n] = '\0';
	seal_wipe(octets, sizeof octets);
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
