#include "pdu.h"

#include <assert.h>
#include <string.h>
#include <time.h>

/* First octet of a TPDU (9.2.3.1 and on). */
#define MTI_MASK 0x03
#define MTI_DELIVER 0x00
#define MTI_SUBMIT 0x01
#define MTI_STATUS_REPORT 0x02
#define NO_MORE 0x04 /* TP-MMS in what comes from the network */
#define VPF_MASK 0x18
#define VPF_ENHANCED 0x08
#define VPF_RELATIVE 0x10
#define VPF_ABSOLUTE 0x18
#define SRR 0x20
#define UDHI 0x40

#define TON_INTERNATIONAL 0x91
#define TON_UNKNOWN 0x81
#define TON_LETTERS 0xd0

static const char digits[] = "0123456789*#abc";

struct reader {
	const uint8_t *p;
	size_t len, at;
	bool bad;
};

static uint8_t
octet(struct reader *r)
{
	if (r->at >= r->len) {
		r->bad = true;
		return 0;
	}
	return r->p[r->at++];
}

bool
pdu_is_number(const char *s)
{
	size_t n;

	if (*s == '+')
		return s[1] != '\0' && strspn(s + 1, "0123456789") <= 20 &&
		       s[1 + strspn(s + 1, "0123456789")] == '\0';
	n = strspn(s, "0123456789*#");
	return n >= 1 && n <= 20 && s[n] == '\0';
}

/* The letters that are the same in ASCII and the GSM alphabet. */
static bool
plain_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || strchr(" .-&!/", c) != NULL;
}

bool
pdu_is_sender(const char *s)
{
	size_t n = strlen(s);

	if (pdu_is_number(s))
		return true;
	for (size_t i = 0; i < n; i++)
		if (!plain_letter(s[i]))
			return false;
	return n >= 1 && n <= 11;
}

enum pdu_alphabet
pdu_alphabet(uint8_t dcs)
{
	if ((dcs & 0x80) == 0) {
		if ((dcs & 0x0c) == 0x04)
			return PDU_8BIT;
		return (dcs & 0x0c) == 0x08 ? PDU_UCS2 : PDU_GSM7;
	}
	if ((dcs & 0xf0) == 0xf0)
		return (dcs & 0x04) != 0 ? PDU_8BIT : PDU_GSM7;
	return (dcs & 0xf0) == 0xe0 ? PDU_UCS2 : PDU_GSM7;
}

uint8_t
pdu_octets_of(uint8_t ud_len, uint8_t dcs)
{
	if (pdu_alphabet(dcs) != PDU_GSM7)
		return ud_len;
	return (uint8_t)((ud_len * 7 + 7) / 8);
}

/* Digits two an octet, low half first. */
static size_t
put_digits(const char *s, uint8_t *out)
{
	size_t n = 0;

	memset(out, 0xff, 10);
	for (; *s != '\0'; s++, n++) {
		const char *d = strchr(digits, *s);
		uint8_t v = d != NULL ? (uint8_t)(d - digits) : 0;

		if (n % 2 == 0)
			out[n / 2] = (uint8_t)(0xf0 | v);
		else
			out[n / 2] = (uint8_t)((out[n / 2] & 0x0f) | v << 4);
	}
	return n;
}

/* Letters seven bits each. */
static size_t
put_letters(const char *s, uint8_t *out)
{
	size_t bits = 0;

	memset(out, 0, 10);
	for (; *s != '\0' && bits < 77; s++, bits += 7) {
		uint32_t v = (uint32_t)(*s & 0x7f) << bits % 8;

		out[bits / 8] |= (uint8_t)v;
		if (v > 0xff)
			out[bits / 8 + 1] |= (uint8_t)(v >> 8);
	}
	return bits;
}

/* An address as TP-OA, TP-DA and TP-RA have it: its length in half octets. */
static size_t
put_address(const char *number, uint8_t *out)
{
	size_t n;

	if (!pdu_is_number(number)) {
		n = (put_letters(number, out + 2) + 3) / 4;
		out[1] = TON_LETTERS;
	} else if (number[0] == '+') {
		n = put_digits(number + 1, out + 2);
		out[1] = TON_INTERNATIONAL;
	} else {
		n = put_digits(number, out + 2);
		out[1] = TON_UNKNOWN;
	}
	out[0] = (uint8_t)n;
	return 2 + (n + 1) / 2;
}

/* The service centre's address counts octets, its type among them. */
static size_t
put_centre(const char *number, uint8_t *out)
{
	size_t n;

	out[0] = 0;
	if (!pdu_is_number(number))
		return 1;
	n = put_address(number, out);
	out[0] = (uint8_t)(n - 1);
	return n;
}

static bool
get_digits(struct reader *r, size_t n, uint8_t type, char *out)
{
	size_t used = 0;

	if ((type & 0x70) == 0x50 || n > 20)
		return false;
	if ((type & 0x70) == 0x10)
		out[used++] = '+';
	for (size_t i = 0; i < n; i++) {
		uint8_t o = i % 2 == 0 ? octet(r) : r->p[r->at - 1];
		uint8_t v = i % 2 == 0 ? o & 0x0f : o >> 4;

		if (r->bad)
			return true; /* the caller sees that it is short */
		if (v >= sizeof digits - 1)
			return false;
		out[used++] = digits[v];
	}
	out[used] = '\0';
	return pdu_is_number(out); /* "+*1" is none */
}

static uint8_t
swapped(int v)
{
	return (uint8_t)(v % 10 << 4 | v / 10 % 10);
}

/* TP-SCTS in UTC. */
static size_t
put_time(int64_t ms, uint8_t *out)
{
	time_t t = (time_t)(ms / 1000);
	struct tm tm;

	if (gmtime_r(&t, &tm) == NULL)
		memset(&tm, 0, sizeof tm);
	out[0] = swapped(tm.tm_year % 100);
	out[1] = swapped(tm.tm_mon + 1);
	out[2] = swapped(tm.tm_mday);
	out[3] = swapped(tm.tm_hour);
	out[4] = swapped(tm.tm_min);
	out[5] = swapped(tm.tm_sec);
	out[6] = 0;
	return 7;
}

static int64_t
get_time(struct reader *r)
{
	int v[7];
	struct tm tm = { 0 };
	uint8_t zone;

	for (int i = 0; i < 6; i++) {
		uint8_t o = octet(r);

		v[i] = (o & 0x0f) * 10 + (o >> 4);
	}
	zone = octet(r);
	tm.tm_year = 100 + v[0];
	tm.tm_mon = v[1] - 1;
	tm.tm_mday = v[2];
	tm.tm_hour = v[3];
	tm.tm_min = v[4];
	tm.tm_sec = v[5];
	v[6] = ((zone & 0x07) * 10 + (zone >> 4)) * 900;
	return ((int64_t)timegm(&tm) + ((zone & 8) != 0 ? v[6] : -v[6])) * 1000;
}

/* 9.2.3.12.1 */
static int64_t
relative_minutes(uint8_t v)
{
	if (v <= 143)
		return (v + 1) * 5;
	if (v <= 167)
		return 720 + (v - 143) * 30;
	if (v <= 196)
		return (v - 166) * 1440;
	return (v - 192) * 10080;
}

static uint8_t
relative_of(int64_t ms)
{
	for (int v = 0; v < 255; v++)
		if (relative_minutes((uint8_t)v) * 60000 >= ms)
			return (uint8_t)v;
	return 255;
}

static size_t
put_user_data(const struct pdu *m, uint8_t *out)
{
	assert(m->ud_octets <= PDU_UD_MAX);
	out[0] = m->ud_len;
	memcpy(out + 1, m->ud, m->ud_octets);
	return 1 + (size_t)m->ud_octets;
}

size_t
pdu_encode(const struct pdu *m, uint8_t out[static PDU_MAX])
{
	size_t n = put_centre(m->smsc, out);
	uint8_t *first = out + n++;

	*first = m->header ? UDHI : 0;
	switch (m->type) {
	case PDU_DELIVER:
		*first |= MTI_DELIVER | NO_MORE;
		n += put_address(m->number, out + n);
		out[n++] = m->pid;
		out[n++] = m->dcs;
		n += put_time(m->time_ms, out + n);
		break;
	case PDU_SUBMIT:
		*first |= MTI_SUBMIT | (m->report ? SRR : 0);
		out[n++] = m->reference;
		n += put_address(m->number, out + n);
		out[n++] = m->pid;
		out[n++] = m->dcs;
		if (m->validity_ms > 0) {
			*first |= VPF_RELATIVE;
			out[n++] = relative_of(m->validity_ms);
		}
		break;
	case PDU_STATUS_REPORT:
		*first = MTI_STATUS_REPORT | NO_MORE;
		out[n++] = m->reference;
		n += put_address(m->number, out + n);
		n += put_time(m->time_ms, out + n);
		n += put_time(m->discharge_ms, out + n);
		out[n++] = m->status;
		return n;
	}
	n += put_user_data(m, out + n);
	return n;
}

size_t
pdu_tpdu_len(const uint8_t *p, size_t len)
{
	if (len == 0 || (size_t)p[0] + 1 > len)
		return 0;
	return len - 1 - p[0];
}

static enum pdu_err
get_centre(struct reader *r, struct pdu *m)
{
	uint8_t n = octet(r);
	uint8_t type;

	m->smsc[0] = '\0';
	if (n == 0)
		return r->bad ? PDU_E_SHORT : PDU_OK;
	type = octet(r);
	if (n > 11 || n < 2)
		return PDU_E_NUMBER;
	n = (uint8_t)(2 * (n - 1));
	if (r->at + n / 2 > r->len)
		return PDU_E_SHORT;
	if (r->p[r->at + n / 2 - 1] >> 4 == 0x0f)
		n--;
	return get_digits(r, n, type, m->smsc) ? PDU_OK : PDU_E_NUMBER;
}

static void
get_validity(struct reader *r, uint8_t format, int64_t now_ms, struct pdu *m)
{
	uint8_t v[7];

	switch (format) {
	case VPF_RELATIVE:
		m->validity_ms = relative_minutes(octet(r)) * 60000;
		break;
	case VPF_ABSOLUTE:
		m->validity_ms = get_time(r) - now_ms;
		if (m->validity_ms < 1)
			m->validity_ms = 1;
		break;
	case VPF_ENHANCED:
		for (size_t i = 0; i < sizeof v; i++)
			v[i] = octet(r);
		if ((v[0] & 7) == 1)
			m->validity_ms = relative_minutes(v[1]) * 60000;
		else if ((v[0] & 7) == 2)
			m->validity_ms = v[1] * 1000;
		break;
	default:
		break;
	}
}

static enum pdu_err
get_user_data(struct reader *r, struct pdu *m)
{
	m->ud_len = octet(r);
	m->ud_octets = pdu_octets_of(m->ud_len, m->dcs);
	if (r->bad)
		return PDU_E_SHORT;
	if (m->ud_len > (pdu_alphabet(m->dcs) == PDU_GSM7 ? 160 : PDU_UD_MAX))
		return PDU_E_LONG;
	if (r->len - r->at < m->ud_octets)
		return PDU_E_SHORT;
	if (r->len - r->at > m->ud_octets)
		return PDU_E_LONG;
	memcpy(m->ud, r->p + r->at, m->ud_octets);
	if (m->header && (m->ud_octets == 0 || m->ud[0] >= m->ud_octets))
		return PDU_E_HEADER;
	return PDU_OK;
}

enum pdu_err
pdu_decode_submit(const uint8_t *p, size_t len, int64_t now_ms, struct pdu *out)
{
	struct reader r = { .p = p, .len = len };
	struct pdu m = { .type = PDU_SUBMIT };
	enum pdu_err err;
	uint8_t first, n, type;

	if ((err = get_centre(&r, &m)) != PDU_OK)
		return err;
	first = octet(&r);
	if (r.bad)
		return PDU_E_SHORT;
	if ((first & MTI_MASK) != MTI_SUBMIT)
		return PDU_E_TYPE;
	m.header = (first & UDHI) != 0;
	m.report = (first & SRR) != 0;
	m.reference = octet(&r);
	n = octet(&r);
	type = octet(&r);
	if (!r.bad && !get_digits(&r, n, type, m.number))
		return PDU_E_NUMBER;
	m.pid = octet(&r);
	m.dcs = octet(&r);
	get_validity(&r, first & VPF_MASK, now_ms, &m);
	if ((err = get_user_data(&r, &m)) != PDU_OK)
		return err;
	*out = m;
	return PDU_OK;
}

const char *
pdu_strerror(enum pdu_err err)
{
	switch (err) {
	case PDU_OK:
		return "good";
	case PDU_E_SHORT:
		return "ends before its fields do";
	case PDU_E_LONG:
		return "octets are left over";
	case PDU_E_TYPE:
		return "not an SMS-SUBMIT";
	case PDU_E_NUMBER:
		return "an address that is not a telephone number";
	case PDU_E_HEADER:
		return "a user data header longer than its data";
	}
	return "no such error";
}
