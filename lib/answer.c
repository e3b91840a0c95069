#include "answer.h"

#include <ctype.h>
#include <string.h>

void
answer_normalise(const char *typed, char out[static WIRE_ANSWER_MAX + 1])
{
	size_t n = 0;

	for (; *typed != '\0' && n < WIRE_ANSWER_MAX; typed++) {
		unsigned char c = (unsigned char)*typed;

		if (c == ' ' && (n == 0 || out[n - 1] == ' '))
			continue;
		out[n++] = c < 0x80 ? (char)tolower(c) : *typed;
	}
	while (n > 0 && out[n - 1] == ' ')
		n--;
	out[n] = '\0';
}

bool
answer_is_fit(const char *typed)
{
	char text[WIRE_ANSWER_MAX + 1];
	bool fit;

	answer_normalise(typed, text);
	fit = text[0] != '\0' && strlen(typed) <= WIRE_ANSWER_MAX;
	seal_wipe(text, sizeof text);
	return fit;
}

enum seal_err
answer_prove(const char *typed, const uint8_t salt[static ANSWER_SALT_LEN],
    uint8_t proof[static SEAL_DIGEST_LEN])
{
	uint8_t stretched[SEAL_KEY_LEN];
	char text[WIRE_ANSWER_MAX + 1];
	enum seal_err err;

	answer_normalise(typed, text);
	err = seal_stretch(text, salt, ANSWER_SALT_LEN, seal_cost_people,
	    stretched, sizeof stretched);
	if (err == SEAL_OK)
		seal_digest(stretched, sizeof stretched, proof);
	seal_wipe(text, sizeof text);
	seal_wipe(stretched, sizeof stretched);
	return err;
}
