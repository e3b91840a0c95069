#include "png.h"

#include <string.h>

#include "be.h"
#include "rng.h"

#define ROWS (PNG_SIDE * (PNG_SIDE + 1)) /* a filter octet before each row */

static uint32_t
crc(const uint8_t *p, size_t len)
{
	uint32_t c = 0xffffffffu;

	for (size_t i = 0; i < len; i++) {
		c ^= p[i];
		for (int k = 0; k < 8; k++)
			c = (c & 1) != 0 ? 0xedb88320u ^ c >> 1 : c >> 1;
	}
	return ~c;
}

static uint32_t
adler(const uint8_t *p, size_t len)
{
	uint32_t a = 1, b = 0;

	for (size_t i = 0; i < len; i++) {
		a = (a + p[i]) % 65521;
		b = (b + a) % 65521;
	}
	return b << 16 | a;
}

static size_t
chunk(uint8_t *out, const char *type, const uint8_t *data, size_t len)
{
	be_put32(out, (uint32_t)len);
	memcpy(out + 4, type, 4);
	if (len > 0)
		memcpy(out + 8, data, len);
	be_put32(out + 8 + len, crc(out + 4, 4 + len));
	return 12 + len;
}

size_t
png_picture(uint64_t seed, uint8_t out[static PNG_MAX])
{
	static const uint8_t magic[8] = { 0x89, 'P', 'N', 'G', 13, 10, 26, 10 };
	uint8_t head[13] = { 0, 0, 0, PNG_SIDE, 0, 0, 0, PNG_SIDE, 8 };
	/* zlib's head, one stored block, Adler's sum */
	uint8_t body[2 + 5 + ROWS + 4] = { 0x78, 0x01, 1, ROWS & 255, ROWS >> 8,
		(uint8_t) ~(ROWS & 255), (uint8_t) ~(ROWS >> 8) };
	struct rng rng;
	size_t n = sizeof magic;

	rng_init(&rng, seed, 77);
	for (size_t y = 0; y < PNG_SIDE; y++)
		for (size_t x = 0; x < PNG_SIDE; x++)
			body[7 + y * (PNG_SIDE + 1) + 1 + x] =
			    (uint8_t)(x * 8 + y * 4 + rng_below(&rng, 64));
	be_put32(body + 7 + ROWS, adler(body + 7, ROWS));
	memcpy(out, magic, sizeof magic);
	n += chunk(out + n, "IHDR", head, sizeof head);
	n += chunk(out + n, "IDAT", body, sizeof body);
	return n + chunk(out + n, "IEND", NULL, 0);
}
