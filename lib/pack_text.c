/*
 * Text as the model sees it: a letter of ASCII is one octet, each of the 4096
 * commonest other characters two, and any other four.
 *
 *	01..7f            itself
 *	80..9f 00..7f     rank of a common character
 *	a0..b0 xx c0 yy   code point: 5, 8 and 8 bits
 *	00                end
 */
#include <stdlib.h>
#include <string.h>

#include "pack_mix.h"

static uint16_t by_code[PACK_CHARACTERS]; /* ranks in order of code points */
static bool sorted;

static int
compare(const void *a, const void *b)
{
	uint32_t x = pack_characters[*(const uint16_t *)a];
	uint32_t y = pack_characters[*(const uint16_t *)b];

	return x < y ? -1 : x > y;
}

static int
find(const void *key, const void *b)
{
	uint32_t x = *(const uint32_t *)key;
	uint32_t y = pack_characters[*(const uint16_t *)b];

	return x < y ? -1 : x > y;
}

void
pack_text_prepare(void)
{
	if (sorted)
		return;
	for (size_t i = 0; i < PACK_CHARACTERS; i++)
		by_code[i] = (uint16_t)i;
	qsort(by_code, PACK_CHARACTERS, sizeof by_code[0], compare);
	sorted = true;
}

/* The code point at p, which is valid UTF-8; *step is its length. */
static uint32_t
code_point(const uint8_t *p, size_t *step)
{
	static const uint8_t mask[5] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	size_t n = p[0] < 0x80 ? 1 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	uint32_t c = p[0] & mask[n];

	for (size_t i = 1; i < n; i++)
		c = c << 6 | (p[i] & 0x3f);
	*step = n;
	return c;
}

static size_t
put_code_point(uint32_t c, char *out)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3f));
		out[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3f));
	out[2] = (char)(0x80 | (c >> 6 & 0x3f));
	out[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

static void
write_character(struct mix *x, uint32_t c)
{
	const uint16_t *rank;

	if (c < 0x80) {
		model_octet(x->m, &x->c, c);
		return;
	}
	rank = bsearch(&c, by_code, PACK_CHARACTERS, sizeof by_code[0], find);
	if (rank != NULL) {
		model_octet(x->m, &x->c, 0x80u + (*rank >> 7));
		model_octet(x->m, &x->c, *rank & 0x7fu);
		return;
	}
	model_octet(x->m, &x->c, 0xa0 + (c >> 16));
	model_octet(x->m, &x->c, c >> 8 & 0xff);
	model_octet(x->m, &x->c, 0xc0);
	model_octet(x->m, &x->c, c & 0xff);
}

/* The next character; 0 at the end, or with x->c.bad set. */
static uint32_t
read_character(struct mix *x)
{
	unsigned a = model_octet(x->m, &x->c, 0), b, c;

	if (a < 0x80)
		return a;
	b = model_octet(x->m, &x->c, 0);
	if (a < 0xa0 && b < 0x80)
		return pack_characters[(a - 0x80) << 7 | b];
	if (a < 0xa0 || a > 0xb0)
		goto bad;
	if (model_octet(x->m, &x->c, 0) != 0xc0)
		goto bad;
	c = (a - 0xa0) << 16 | b << 8 | model_octet(x->m, &x->c, 0);
	if (c >= 0x80)
		return c;
bad:
	x->c.bad = true;
	return 0;
}

static void
write_text(struct mix *x, const char *text)
{
	const uint8_t *p = (const uint8_t *)text;
	size_t step;

	for (; *p != 0; p += step)
		write_character(x, code_point(p, &step));
	model_octet(x->m, &x->c, 0);
}

static void
read_text(struct mix *x, char *out)
{
	size_t n = 0;
	uint32_t c;

	while (!x->c.bad && (c = read_character(x)) != 0) {
		if (n + 4 > RECORD_TEXT_MAX) {
			char last[4];
			size_t step = put_code_point(c, last);

			if (n + step > RECORD_TEXT_MAX) {
				x->c.bad = true;
				break;
			}
		}
		n += put_code_point(c, out + n);
		if (x->texts + n > PACK_MIX_TEXTS_MAX)
			x->c.bad = true;
	}
	out[n] = '\0';
}

void
pack_text(struct mix *x, unsigned class, unsigned hint, char *text)
{
	model_text(x->m, class, hint);
	if (x->c.mode == CODER_READ)
		read_text(x, text);
	else
		write_text(x, text);
}
