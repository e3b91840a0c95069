/*
 * Binding codes and the text of a QR: what is read is canonical, and reading
 * it again gives the same.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "seal.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len);

static void
must(int ok)
{
	if (!ok)
		abort();
}

static void
code(const char *text)
{
	char first[SEAL_CODE_CHARS + 1], again[SEAL_CODE_CHARS + 1];
	uint32_t id, id_again;

	if (seal_code_read(text, &id, first) == -1)
		return;
	must(id < 1u << 20 && strlen(first) == SEAL_CODE_CHARS);
	must(seal_code_read(first, &id_again, again) == 0);
	must(id == id_again && strcmp(first, again) == 0);
}

static void
qr(const char *text)
{
	uint8_t secret[SEAL_QR_SECRET_LEN], again[SEAL_QR_SECRET_LEN];
	char number[24], number_again[24], made[SEAL_QR_TEXT_MAX];
	uint32_t id, id_again;

	if (seal_qr_read(text, number, &id, secret) == -1)
		return;
	must(id < 1u << 20);
	seal_qr_text(number, id, secret, made);
	must(strlen(made) == strlen(text));
	must(seal_qr_read(made, number_again, &id_again, again) == 0);
	must(id == id_again && strcmp(number, number_again) == 0);
	must(memcmp(secret, again, sizeof secret) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	char text[512];

	if (len >= sizeof text)
		len = sizeof text - 1;
	memcpy(text, p, len);
	text[len] = '\0';
	code(text);
	qr(text);
	return 0;
}
