#include "find.h"

#include <locale.h>
#include <string.h>
#include <wctype.h>

/* The character at p and the octets it takes; broken UTF-8 is itself. */
static inline wint_t
character(const unsigned char *p, size_t *len)
{
	static const unsigned char mask[] = { 0, 0, 0x1f, 0x0f, 0x07 };
	size_t n = p[0] < 0xc0 ? 1 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	wint_t c;

	*len = 1;
	if (n == 1)
		return p[0];
	c = p[0] & mask[n];
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return p[0];
		c = c << 6 | (p[i] & 0x3f);
	}
	*len = n;
	return c;
}

/* Debian's C.UTF-8 is always there, and knows the case of every script. */
static wint_t
small(wint_t c)
{
	static locale_t locale;

	if (c < 0x80)
		return c >= 'A' && c <= 'Z' ? c + 32 : c;
	if (locale == (locale_t)0)
		locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	return locale != (locale_t)0 ? towlower_l(c, locale) : c;
}

static bool
begins(const unsigned char *text, const unsigned char *needle, size_t *len)
{
	size_t n, m, at = 0;

	while (*needle != '\0') {
		if (text[at] == '\0' || small(character(text + at, &n)) !=
					    small(character(needle, &m)))
			return false;
		at += n;
		needle += m;
	}
	*len = at;
	return true;
}

const char *
find_in(const char *text, const char *needle, size_t *len)
{
	const unsigned char *p = (const unsigned char *)text;
	const unsigned char *q = (const unsigned char *)needle;
	size_t n;
	wint_t first = small(character(q, &n));

	for (; *p != '\0'; p += n) {
		/* Nearly all that people write begins with other letters. */
		if (small(character(p, &n)) == first && begins(p, q, len))
			return (const char *)p;
	}
	return NULL;
}
