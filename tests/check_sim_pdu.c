/* Short messages as octets, and text in them. */
#include <stdio.h>
#include <string.h>

#include "check_main.h"
#include "pdu.h"
#include "text.h"

#define NOW_MS INT64_C(1795521600000) /* 2026-11-24 12:00 UTC */

static size_t
unhex(const char *hex, uint8_t *out)
{
	size_t n = 0;
	unsigned v;

	for (; hex[0] != '\0' && sscanf(hex, "%2x", &v) == 1; hex += 2)
		out[n++] = (uint8_t)v;
	return n;
}

static const char *
hex_of(const uint8_t *p, size_t n)
{
	static char out[2 * PDU_MAX + 1];

	out[0] = '\0';
	for (size_t i = 0; i < n; i++)
		snprintf(out + 2 * i, 3, "%02X", p[i]);
	return out;
}

/* Worked out by hand from 3GPP TS 23.040. */
static const struct {
	const char *why;
	struct pdu m;
	const char *want;
} golden[] = {
	{ "deliver, GSM alphabet",
	    { .type = PDU_DELIVER,
		.smsc = "+358401009999",
		.number = "+358501234567",
		.time_ms = NOW_MS,
		.ud_len = 5,
		.ud_octets = 5,
		.ud = { 0xc8, 0x32, 0x9b, 0xfd, 0x06 } },
	    "079153481000999904"
	    "0C915358103254760000"
	    "62114221000000"
	    "05C8329BFD06" },
	{ "deliver, data with ports, odd number, no centre",
	    { .type = PDU_DELIVER,
		.number = "+35840123456",
		.header = true,
		.dcs = 0x04,
		.time_ms = NOW_MS + 3661000,
		.ud_len = 9,
		.ud_octets = 9,
		.ud = { 6, 5, 4, 0x41, 0x56, 0x41, 0x56, 0xde, 0xad } },
	    "0044"
	    "0B915348103254F60004"
	    "62114231101000"
	    "0906050441564156DEAD" },
	{ "deliver from letters",
	    { .type = PDU_DELIVER,
		.smsc = "+358401009999",
		.number = "MyBank",
		.dcs = 0x08,
		.time_ms = NOW_MS,
		.ud_len = 2,
		.ud_octets = 2,
		.ud = { 0x4f, 0x60 } },
	    "079153481000999904"
	    "0BD0CDBC30EC5E030008"
	    "62114221000000"
	    "024F60" },
	{ "deliver from a short number",
	    { .type = PDU_DELIVER, .number = "10086", .time_ms = NOW_MS },
	    "0004"
	    "05810180F60000"
	    "6211422100000000" },
	{ "status report",
	    { .type = PDU_STATUS_REPORT,
		.smsc = "+358401009999",
		.number = "+358501234567",
		.reference = 17,
		.status = PDU_ST_EXPIRED,
		.time_ms = NOW_MS - 5000,
		.discharge_ms = NOW_MS },
	    "079153481000999906"
	    "110C91535810325476"
	    "62114211955500"
	    "62114221000000"
	    "46" },
	{ "submit",
	    { .type = PDU_SUBMIT,
		.number = "+35840000001",
		.reference = 3,
		.report = true,
		.validity_ms = INT64_C(86400000),
		.dcs = 0x04,
		.ud_len = 1,
		.ud_octets = 1,
		.ud = { 0xff } },
	    "0031030B915348000000F10004A701FF" },
};
#define GOLDEN (sizeof golden / sizeof golden[0])

START_TEST(octets_are_as_specified)
{
	uint8_t out[PDU_MAX];
	size_t n = pdu_encode(&golden[_i].m, out);
	const char *got = hex_of(out, n);

	ck_assert_msg(strcmp(got, golden[_i].want) == 0, "%s: got %s, want %s",
	    golden[_i].why, got, golden[_i].want);
	ck_assert_uint_eq(pdu_tpdu_len(out, n), n - 1 - out[0]);
}
END_TEST

START_TEST(submit_comes_back)
{
	uint64_t seed = 7;

	for (int i = 0; i < check_rounds(20000); i++) {
		struct pdu in = { .type = PDU_SUBMIT }, out;
		uint8_t p[PDU_MAX];
		size_t n;

		snprintf(in.number, sizeof in.number, "%s%llu",
		    check_random(&seed) % 2 ? "+" : "",
		    (unsigned long long)check_random(&seed) >>
			check_random(&seed) % 60);
		in.report = check_random(&seed) % 2;
		in.reference = (uint8_t)check_random(&seed);
		in.dcs = check_random(&seed) % 3 * 4;
		in.ud_len = (uint8_t)(check_random(&seed) % 141);
		in.ud_octets = pdu_octets_of(in.ud_len, in.dcs);
		for (size_t k = 0; k < in.ud_octets; k++)
			in.ud[k] = (uint8_t)check_random(&seed);
		in.header = in.ud_octets > 0 && in.ud[0] < in.ud_octets;
		n = pdu_encode(&in, p);
		ck_assert_int_eq(pdu_decode_submit(p, n, NOW_MS, &out), PDU_OK);
		ck_assert_mem_eq(&in, &out, sizeof in);
		for (size_t cut = 0; cut < n; cut++)
			ck_assert_int_ne(
			    pdu_decode_submit(p, cut, NOW_MS, &out), PDU_OK);
	}
}
END_TEST

static const struct {
	const char *why, *hex;
	enum pdu_err want;
} refused[] = {
	{ "empty", "", PDU_E_SHORT },
	{ "a centre only", "0791534810009999", PDU_E_SHORT },
	{ "a centre longer than all", "0791", PDU_E_SHORT },
	{ "a centre too long", "0C91534810009999", PDU_E_NUMBER },
	{ "a deliver", "0004000B915348000000F10000", PDU_E_TYPE },
	{ "a number of letters", "0001000BD05348000000F10000", PDU_E_NUMBER },
	{ "no digits", "0001000091000001FF", PDU_E_NUMBER },
	{ "a digit that is none", "0001000291F10000050161", PDU_E_NUMBER },
	{ "a star behind a plus", "00010002911A000005E8329BFD06",
	    PDU_E_NUMBER },
	{ "a number cut", "0001000B9153", PDU_E_SHORT },
	{ "data missing", "0001000B915348000000F1000405DEAD", PDU_E_SHORT },
	{ "data left over", "0001000B915348000000F1000401DEAD", PDU_E_LONG },
	{ "141 octets", "0001000B915348000000F100048DDEAD", PDU_E_LONG },
	{ "161 septets", "0001000B915348000000F10000A1DEAD", PDU_E_LONG },
	{ "a header longer than its data", "0041000B915348000000F1000403050401",
	    PDU_E_HEADER },
	{ "a header and no data", "0041000B915348000000F1000400",
	    PDU_E_HEADER },
};

START_TEST(decode_refuses)
{
	struct pdu m, before;
	uint8_t p[PDU_MAX];
	enum pdu_err err;

	memset(&m, 0xa5, sizeof m);
	before = m;
	err = pdu_decode_submit(p, unhex(refused[_i].hex, p), NOW_MS, &m);
	ck_assert_msg(err == refused[_i].want, "%s: got \"%s\", want \"%s\"",
	    refused[_i].why, pdu_strerror(err), pdu_strerror(refused[_i].want));
	ck_assert_mem_eq(&m, &before, sizeof m);
}
END_TEST

static const struct {
	const char *why, *hex;
	int64_t want_ms;
} validities[] = {
	{ "none", "0001000B915348000000F1000000", 0 },
	{ "five minutes", "0011000B915348000000F100000000", 300000 },
	{ "12 hours", "0011000B915348000000F100008F00", 43200000 },
	{ "a day", "0011000B915348000000F10000A700", 86400000 },
	{ "30 days", "0011000B915348000000F10000C400", INT64_C(30) * 86400000 },
	{ "63 weeks", "0011000B915348000000F10000FF00",
	    INT64_C(441) * 86400000 },
	{ "absolute, an hour from now, two hours east",
	    "0019000B915348000000F100006211425100008000", 3600000 },
	{ "absolute, past", "0019000B915348000000F100005211425100008000", 1 },
	{ "enhanced, 90 seconds", "0009000B915348000000F10000025A000000000000",
	    90000 },
};

START_TEST(validity)
{
	struct pdu m;
	uint8_t p[PDU_MAX];
	enum pdu_err err =
	    pdu_decode_submit(p, unhex(validities[_i].hex, p), NOW_MS, &m);

	ck_assert_msg(err == PDU_OK && m.validity_ms == validities[_i].want_ms,
	    "%s: got \"%s\", %lld ms, want %lld", validities[_i].why,
	    pdu_strerror(err), (long long)m.validity_ms,
	    (long long)validities[_i].want_ms);
}
END_TEST

START_TEST(numbers)
{
	static const char *const good[] = { "+358401234567", "112", "*100#",
		"+1", "12345678901234567890" };
	static const char *const bad[] = { "", "+", "++1", "12a", "1 2",
		"+12345678901234567890123", "MyBank", "+*1" };

	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		ck_assert_msg(pdu_is_number(good[i]), "%s", good[i]);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		ck_assert_msg(!pdu_is_number(bad[i]), "%s", bad[i]);
	ck_assert(pdu_is_sender("MyBank") && pdu_is_sender("11 letters."));
	ck_assert(!pdu_is_sender("twelve chars") && !pdu_is_sender("Käärme"));
}
END_TEST

/* ---- text ---- */

static const struct {
	const char *text;
	int parts;
	uint8_t dcs;
} texts[] = {
	{ "Hello", 1, 0 },
	{ "Ä€[]{}~^\\| ñ @£$", 1, 0 },
	{ "你好，今天晚上一起吃饭吗？", 1, 8 },
	{ "mixed 混合 😀", 1, 8 },
	{ "line\nbreak", 1, 0 },
};

static void
round_trip(const char *text, int want_parts, int want_dcs)
{
	static char back[TEXT_PARTS_MAX * 480];
	struct pdu part[TEXT_PARTS_MAX];
	size_t n = 0;
	int parts = text_to_parts(text, 0x5a, part, TEXT_PARTS_MAX);

	ck_assert_int_eq(parts, want_parts);
	for (int i = 0; i < parts; i++) {
		struct text_header h = { 0 };
		struct pdu again;
		uint8_t p[PDU_MAX];

		snprintf(part[i].number, sizeof part[i].number, "+1");
		ck_assert_int_eq(pdu_decode_submit(p, pdu_encode(&part[i], p),
				     NOW_MS, &again),
		    PDU_OK);
		ck_assert_mem_eq(&again, &part[i], sizeof again);
		ck_assert_int_eq(part[i].dcs, want_dcs);
		ck_assert_int_eq(part[i].header, parts > 1);
		if (parts > 1) {
			ck_assert(text_header_read(
			    part[i].ud, part[i].ud_octets, &h));
			ck_assert(h.concat && h.reference == 0x5a &&
				  h.total == parts && h.index == i + 1);
		}
		n += text_of_part(&part[i], back + n, sizeof back - n);
	}
	ck_assert_str_eq(back, text);
}

START_TEST(text_comes_back)
{
	round_trip(texts[_i].text, texts[_i].parts, texts[_i].dcs);
}
END_TEST

/* At the edges of one SMS, and never cut inside a character. */
START_TEST(long_texts)
{
	char text[4000] = "";

	for (int i = 1; i <= 480; i++) {
		strcat(text, "x");
		round_trip(text, i <= 160 ? 1 : (i + 152) / 153, 0);
	}
	text[0] = '\0';
	for (int i = 1; i <= 200; i++) {
		strcat(text, "€"); /* two septets */
		round_trip(text, i <= 80 ? 1 : (i + 75) / 76, 0);
	}
	text[0] = '\0';
	strcat(text, "字");
	for (int i = 1; i <= 100; i++) {
		strcat(text, "😀"); /* two units */
		round_trip(text, 2 * i + 1 <= 70 ? 1 : (2 * i + 65) / 66, 8);
	}
	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	ck_assert_int_eq(text_to_parts(text, 0, NULL, TEXT_PARTS_MAX), -1);
	ck_assert_int_eq(text_to_parts("", 0, NULL, TEXT_PARTS_MAX), -1);
	ck_assert_int_eq(text_to_parts("\xff", 0, NULL, TEXT_PARTS_MAX), -1);
}
END_TEST

START_TEST(headers)
{
	struct text_header h;

	ck_assert(text_header_read(
	    (const uint8_t *)"\x06\x05\x04\x41\x56\x12\x34", 7, &h));
	ck_assert(h.port && h.port_to == 16726 && h.port_from == 0x1234);
	ck_assert(text_header_read(
	    (const uint8_t *)"\x0b\x00\x03\x09\x02\x01\x05\x04\x41\x56\x00\x01",
	    12, &h));
	ck_assert(h.concat && h.port && h.len == 12 && h.total == 2);
	ck_assert(text_header_read(
	    (const uint8_t *)"\x06\x08\x04\x12\x34\x03\x02", 7, &h));
	ck_assert(h.concat && h.reference == 0x1234 && h.index == 2);
	ck_assert(!text_header_read((const uint8_t *)"", 0, &h));
	ck_assert(!text_header_read((const uint8_t *)"\x05\x00", 2, &h));
	ck_assert(
	    !text_header_read((const uint8_t *)"\x03\x00\x03\x01", 4, &h));
	ck_assert(!text_header_read((const uint8_t *)"\x01\x00", 2, &h));
}
END_TEST

/* Half of a surrogate pair, a header longer than the data: still text. */
START_TEST(bad_text_is_text)
{
	uint64_t seed = 3;
	char out[PDU_UD_MAX * 4 + 8];

	for (int i = 0; i < check_rounds(50000); i++) {
		static const uint8_t dcs[] = { 0, 4, 8 };
		struct pdu m = { .dcs = dcs[check_random(&seed) % 3] };
		size_t n;

		m.header = check_random(&seed) % 2;
		m.ud_len =
		    (uint8_t)(check_random(&seed) % (m.dcs == 0 ? 161 : 141));
		m.ud_octets = pdu_octets_of(m.ud_len, m.dcs);
		for (size_t k = 0; k < m.ud_octets; k++)
			m.ud[k] = (uint8_t)check_random(&seed);
		n = text_of_part(&m, out, sizeof out);
		ck_assert_uint_lt(n, sizeof out);
		ck_assert_uint_eq(strlen(out), n);
	}
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("sim_pdu");
	TCase *tc = tcase_create("pdu");

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, octets_are_as_specified, 0, GOLDEN);
	tcase_add_test(tc, submit_comes_back);
	tcase_add_loop_test(
	    tc, decode_refuses, 0, sizeof refused / sizeof refused[0]);
	tcase_add_loop_test(
	    tc, validity, 0, sizeof validities / sizeof validities[0]);
	tcase_add_test(tc, numbers);
	tcase_add_loop_test(
	    tc, text_comes_back, 0, sizeof texts / sizeof texts[0]);
	tcase_add_test(tc, long_texts);
	tcase_add_test(tc, headers);
	tcase_add_test(tc, bad_text_is_text);
	suite_add_tcase(s, tc);
	return check_main(s);
}
