#include "utf8.h"

/* Length of the character at p, or 0 if it is not one. */
static size_t
next(const uint8_t *p, size_t len, uint32_t *out)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t n;
	uint32_t c;

	if (p[0] < 0x80) {
		*out = p[0];
		return 1;
	}
	if (p[0] >= 0xc2 && p[0] <= 0xdf)
		n = 2;
	else if (p[0] >= 0xe0 && p[0] <= 0xef)
		n = 3;
	else if (p[0] >= 0xf0 && p[0] <= 0xf4)
		n = 4;
	else
		return 0;
	if (len < n)
		return 0;
	c = p[0] & (0x7fu >> n);
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (p[i] & 0x3f);
	}
	if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	*out = c;
	return n;
}

static bool
all(const char *text, size_t len, bool line)
{
	const uint8_t *p = (const uint8_t *)text;
	uint32_t c;

	for (size_t i = 0, n; i < len; i += n) {
		if ((n = next(p + i, len - i, &c)) == 0 || c == 0)
			return false;
		if (line && (c < 0x20 || (c >= 0x7f && c < 0xa0)))
			return false;
	}
	return true;
}

bool
utf8_valid(const char *p, size_t len)
{
	return all(p, len, false);
}

bool
utf8_line(const char *p, size_t len)
{
	return all(p, len, true);
}

size_t
utf8_cut(const char *p, size_t len, size_t max)
{
	if (len <= max)
		return len;
	while (max > 0 && ((uint8_t)p[max] & 0xc0) == 0x80)
		max--;
	return max;
}

uint32_t
utf8_next(const char **p)
{
	const uint8_t *s = (const uint8_t *)*p;
	uint32_t c = 0;
	size_t n = next(s, 4, &c);

	*p += n > 0 ? n : 1;
	return c;
}
