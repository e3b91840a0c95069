#include "password.h"

#include <string.h>

enum seal_err
password_stretch(const char *secret,
    const uint8_t salt[static PASSWORD_SALT_LEN],
    struct password_stretched *out)
{
	uint8_t both[2 * SEAL_KEY_LEN];
	enum seal_err err = seal_stretch(secret, salt, PASSWORD_SALT_LEN,
	    seal_cost_people, both, sizeof both);

	if (err == SEAL_OK) {
		seal_digest(both, SEAL_KEY_LEN, out->proof);
		memcpy(out->wrap, both + SEAL_KEY_LEN, SEAL_KEY_LEN);
	}
	seal_wipe(both, sizeof both);
	return err;
}

void
password_code_make(
    char shown[static PASSWORD_SHOWN_MAX], char plain[static PASSWORD_CODE_MAX])
{
	static const char letters[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	uint8_t octets[PASSWORD_CODE_MAX - 1];
	size_t n = 0;

	seal_random(octets, sizeof octets);
	for (size_t i = 0; i < sizeof octets; i++) {
		plain[i] = letters[octets[i] & 31];
		if (i > 0 && i % 5 == 0)
			shown[n++] = '-';
		shown[n++] = plain[i];
	}
	plain[sizeof octets] = shown[n] = '\0';
	seal_wipe(octets, sizeof octets);
}
