#include "gsm7.h"

#include <string.h>

#include "utf8.h"

#define SMS_SEPTETS 160
#define SMS_UNITS 70

/* 3GPP TS 23.038 6.2.1: the code points of the default alphabet. */
static const uint16_t gsm[128] = { '@', 0xa3, '$', 0xa5, 0xe8, 0xe9, 0xf9, 0xec,
	0xf2, 0xc7, '\n', 0xd8, 0xf8, '\r', 0xc5, 0xe5, 0x394, '_', 0x3a6,
	0x393, 0x39b, 0x3a9, 0x3a0, 0x3a8, 0x3a3, 0x398, 0x39e, 0x1b, 0xc6,
	0xe6, 0xdf, 0xc9, ' ', '!', '"', '#', 0xa4, '%', '&', '\'', '(', ')',
	'*', '+', ',', '-', '.', '/', '0', '1', '2', '3', '4', '5', '6', '7',
	'8', '9', ':', ';', '<', '=', '>', '?', 0xa1, 'A', 'B', 'C', 'D', 'E',
	'F', 'G', 'H', 'I', 'J', 'K', 'L', 'M', 'N', 'O', 'P', 'Q', 'R', 'S',
	'T', 'U', 'V', 'W', 'X', 'Y', 'Z', 0xc4, 0xd6, 0xd1, 0xdc, 0xa7, 0xbf,
	'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n',
	'o', 'p', 'q', 'r', 's', 't', 'u', 'v', 'w', 'x', 'y', 'z', 0xe4, 0xf6,
	0xf1, 0xfc, 0xe0 };

/* 6.2.1.1: behind an escape. */
static const struct {
	uint8_t septet;
	uint16_t point;
} extended[] = { { 0x0a, 0x0c }, { 0x14, '^' }, { 0x28, '{' }, { 0x29, '}' },
	{ 0x2f, '\\' }, { 0x3c, '[' }, { 0x3d, '~' }, { 0x3e, ']' },
	{ 0x40, '|' }, { 0x65, 0x20ac } };

size_t
gsm7_encode(uint32_t point, uint8_t out[static 2])
{
	for (uint8_t i = 0; i < 128; i++) {
		if (gsm[i] == point && i != GSM7_ESCAPE) {
			out[0] = i;
			return 1;
		}
	}
	for (size_t i = 0; i < sizeof extended / sizeof extended[0]; i++) {
		if (extended[i].point == point) {
			out[0] = GSM7_ESCAPE;
			out[1] = extended[i].septet;
			return 2;
		}
	}
	return 0;
}

uint32_t
gsm7_decode(uint8_t septet, bool escaped)
{
	if (escaped)
		for (size_t i = 0; i < sizeof extended / sizeof *extended; i++)
			if (extended[i].septet == septet)
				return extended[i].point;
	return gsm[septet & 0x7f];
}

bool
gsm7_only(const char *text)
{
	uint8_t s[2];

	while (*text != '\0')
		if (gsm7_encode(utf8_next(&text), s) == 0)
			return false;
	return true;
}

size_t
gsm7_cut(const char *text)
{
	bool narrow = gsm7_only(text);
	size_t room = narrow ? SMS_SEPTETS : SMS_UNITS;
	const char *p = text, *end = text;

	while (*p != '\0') {
		uint32_t c = utf8_next(&p);
		uint8_t s[2];
		size_t k = narrow ? gsm7_encode(c, s) : c > 0xffff ? 2 : 1;

		if (k > room)
			break;
		room -= k;
		end = p;
	}
	return (size_t)(end - text);
}
