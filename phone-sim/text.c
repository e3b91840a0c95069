#include "text.h"

#include <string.h>

#include "gsm7.h"
#include "utf8.h"

static size_t
put_point(uint32_t v, char *out)
{
	if (v < 0x80) {
		out[0] = (char)v;
		return 1;
	}
	if (v < 0x800) {
		out[0] = (char)(0xc0 | v >> 6);
		out[1] = (char)(0x80 | (v & 0x3f));
		return 2;
	}
	if (v < 0x10000) {
		out[0] = (char)(0xe0 | v >> 12);
		out[1] = (char)(0x80 | (v >> 6 & 0x3f));
		out[2] = (char)(0x80 | (v & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | v >> 18);
	out[1] = (char)(0x80 | (v >> 12 & 0x3f));
	out[2] = (char)(0x80 | (v >> 6 & 0x3f));
	out[3] = (char)(0x80 | (v & 0x3f));
	return 4;
}

int
text_septets(const char *utf8, uint8_t *out, size_t cap)
{
	size_t n = 0;

	while (*utf8 != '\0') {
		uint8_t s[2];
		size_t k = gsm7_encode(utf8_next(&utf8), s);

		if (k == 0 || n + k > cap)
			return -1;
		memcpy(out + n, s, k);
		n += k;
	}
	return (int)n;
}

size_t
text_pack(const uint8_t *septets, size_t n, unsigned fill, uint8_t *out)
{
	size_t bit = fill;

	for (size_t i = 0; i < n; i++, bit += 7) {
		unsigned v = (unsigned)septets[i] << bit % 8;

		out[bit / 8] |= (uint8_t)v;
		if (v > 0xff)
			out[bit / 8 + 1] |= (uint8_t)(v >> 8);
	}
	return (bit + 7) / 8;
}

/* Big-endian UTF-16, as every phone reads "UCS-2" today. */
static int
to_utf16(const char *utf8, uint8_t *out, size_t cap)
{
	size_t n = 0;

	while (*utf8 != '\0') {
		uint32_t v = utf8_next(&utf8);
		uint32_t unit[2] = { v, 0 };
		size_t k = 1;

		if (v > 0xffff) {
			unit[0] = 0xd800 + ((v - 0x10000) >> 10);
			unit[1] = 0xdc00 + ((v - 0x10000) & 0x3ff);
			k = 2;
		}
		for (size_t i = 0; i < k; i++) {
			if (n + 2 > cap)
				return -1;
			out[n++] = (uint8_t)(unit[i] >> 8);
			out[n++] = (uint8_t)unit[i];
		}
	}
	return (int)n;
}

/* Where to cut at most max units of the alphabet, never inside a character. */
static size_t
cut(const uint8_t *p, size_t left, size_t max, bool wide)
{
	if (left <= max)
		return left;
	if (!wide)
		return p[max - 1] == GSM7_ESCAPE ? max - 1 : max;
	return (p[max - 2] & 0xfc) == 0xd8 ? max - 2 : max;
}

static void
concat_header(struct pdu *m, uint8_t reference, int total, int index)
{
	const uint8_t head[6] = { 5, 0, 3, reference, (uint8_t)total,
		(uint8_t)index };

	m->header = true;
	memcpy(m->ud, head, sizeof head);
}

static void
fill_part(struct pdu *m, const uint8_t *p, size_t n, bool wide)
{
	size_t head = m->header ? 6 : 0;

	m->type = PDU_SUBMIT;
	if (wide) {
		m->dcs = 0x08;
		memcpy(m->ud + head, p, n);
		m->ud_octets = m->ud_len = (uint8_t)(head + n);
		return;
	}
	/* Six octets of header end inside the seventh septet. */
	m->dcs = 0x00;
	m->ud_octets = (uint8_t)(head > 0 ? 6 + text_pack(p, n, 1, m->ud + 6)
					  : text_pack(p, n, 0, m->ud));
	m->ud_len = (uint8_t)(n + (head > 0 ? 7 : 0));
}

int
text_to_parts(const char *utf8, uint8_t reference, struct pdu *parts, int max)
{
	uint8_t units[TEXT_PARTS_MAX * 160];
	size_t at = 0, one, many;
	bool wide;
	int n, total, i = 0;

	if (*utf8 == '\0' || !utf8_valid(utf8, strlen(utf8)))
		return -1;
	n = text_septets(utf8, units, sizeof units);
	wide = n < 0;
	if (wide && (n = to_utf16(utf8, units, sizeof units)) < 0)
		return -1;
	one = wide ? 140 : 160;
	many = wide ? 134 : 153;

	total = 1;
	if ((size_t)n > one) {
		for (total = 0; at < (size_t)n; total++)
			at += cut(units + at, (size_t)n - at, many, wide);
	}
	if (total > max || total > TEXT_PARTS_MAX)
		return -1;
	for (at = 0; i < total; i++) {
		size_t k = cut(
		    units + at, (size_t)n - at, total > 1 ? many : one, wide);

		memset(&parts[i], 0, sizeof parts[i]);
		if (total > 1)
			concat_header(&parts[i], reference, total, i + 1);
		fill_part(&parts[i], units + at, k, wide);
		at += k;
	}
	return total;
}

static size_t
text_of_septets(const struct pdu *m, size_t head, char *out, size_t cap)
{
	size_t first = (head * 8 + 6) / 7, n = 0;
	bool escaped = false;

	for (size_t i = first; i < m->ud_len; i++) {
		size_t bit = i * 7;
		unsigned v = m->ud[bit / 8];
		uint32_t point;

		if (bit / 8 + 1 < m->ud_octets)
			v |= (unsigned)m->ud[bit / 8 + 1] << 8;
		v = v >> bit % 8 & 0x7f;
		if (v == GSM7_ESCAPE && !escaped) {
			escaped = true;
			continue;
		}
		point = gsm7_decode((uint8_t)v, escaped);
		escaped = false;
		if (n + 4 >= cap)
			break;
		n += put_point(point, out + n);
	}
	return n;
}

static size_t
text_of_utf16(const struct pdu *m, size_t head, char *out, size_t cap)
{
	size_t n = 0;

	for (size_t i = head; i + 1 < m->ud_octets && n + 4 < cap; i += 2) {
		uint32_t v = (uint32_t)m->ud[i] << 8 | m->ud[i + 1];

		if ((v & 0xfc00) == 0xd800 && i + 3 < m->ud_octets &&
		    (m->ud[i + 2] & 0xfc) == 0xdc) {
			uint32_t low =
			    (uint32_t)m->ud[i + 2] << 8 | m->ud[i + 3];

			v = 0x10000 + ((v & 0x3ff) << 10) + (low & 0x3ff);
			i += 2;
		} else if ((v & 0xf800) == 0xd800 || v == 0) {
			v = 0xfffd; /* half a pair is no character */
		}
		n += put_point(v, out + n);
	}
	return n;
}

size_t
text_of_part(const struct pdu *m, char *out, size_t cap)
{
	size_t head = 0, n = 0;

	if (m->header && m->ud_octets > 0)
		head = (size_t)m->ud[0] + 1;
	if (head > m->ud_octets)
		head = m->ud_octets;
	switch (pdu_alphabet(m->dcs)) {
	case PDU_GSM7:
		n = text_of_septets(m, head, out, cap);
		break;
	case PDU_UCS2:
		n = text_of_utf16(m, head, out, cap);
		break;
	case PDU_8BIT:
		for (size_t i = head; i < m->ud_octets && n + 4 < cap; i++)
			n += put_point(
			    m->ud[i] != 0 ? m->ud[i] : 0xfffd, out + n);
		break;
	}
	out[n] = '\0';
	return n;
}

bool
text_header_read(const uint8_t *ud, size_t len, struct text_header *out)
{
	struct text_header h = { 0 };
	size_t at = 1;

	if (len == 0 || (size_t)ud[0] + 1 > len)
		return false;
	h.len = (size_t)ud[0] + 1;
	while (at < h.len) {
		const uint8_t *e = ud + at;

		if (h.len - at < 2 || h.len - at - 2 < e[1])
			return false;
		if (e[0] == 0 && e[1] == 3) {
			h.concat = true;
			h.reference = e[2];
			h.total = e[3];
			h.index = e[4];
		} else if (e[0] == 8 && e[1] == 4) {
			h.concat = true;
			h.reference = (uint16_t)(e[2] << 8 | e[3]);
			h.total = e[4];
			h.index = e[5];
		} else if (e[0] == 5 && e[1] == 4) {
			h.port = true;
			h.port_to = (uint16_t)(e[2] << 8 | e[3]);
			h.port_from = (uint16_t)(e[4] << 8 | e[5]);
		}
		at += 2 + (size_t)e[1];
	}
	*out = h;
	return true;
}
