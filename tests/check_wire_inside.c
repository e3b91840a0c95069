/*
 * What is inside frames, once they are open.
 */
#include <stdio.h>
#include <string.h>

#include "check_main.h"
#include "wire.h"

#define KEY 0xca, 0xfe, 0xf0, 0x0d

START_TEST(control_octets)
{
	static const uint8_t want[] = { 2, 0, 1, 2, 0x66, 0x55, 0x44, 0x33, 'a',
		'b' };
	const struct wire_control c = {
		.command = WIRE_CMD_POLICY,
		.policy_version = 0x000102,
		.not_after = 0x66554433,
		.args = (const uint8_t *)"ab",
		.args_len = 2,
	};
	uint8_t p[WIRE_DATA_MAX];
	struct wire_control back;

	ck_assert_uint_eq(wire_control_encode(&c, p), sizeof want);
	ck_assert_mem_eq(p, want, sizeof want);
	ck_assert_int_eq(wire_control_decode(p, sizeof want, &back), WIRE_OK);
	ck_assert_int_eq(back.command, c.command);
	ck_assert_uint_eq(back.policy_version, c.policy_version);
	ck_assert_uint_eq(back.not_after, c.not_after);
	ck_assert_uint_eq(back.args_len, 2);
	ck_assert_ptr_eq(back.args, p + 8);
}
END_TEST

START_TEST(control_refuses)
{
	uint8_t p[120] = { 1 };
	struct wire_control c, before;

	memset(&c, 0xa5, sizeof c);
	before = c;
	ck_assert_int_eq(wire_control_decode(p, 0, &c), WIRE_E_SHORT);
	ck_assert_int_eq(wire_control_decode(p, 7, &c), WIRE_E_SHORT);
	ck_assert_int_eq(wire_control_decode(p, 109, &c), WIRE_E_LONG);
	p[0] = 0;
	ck_assert_int_eq(wire_control_decode(p, 8, &c), WIRE_E_FIELD);
	ck_assert_mem_eq(&c, &before, sizeof c);
	p[0] = 200; /* a command of a later version is no error */
	ck_assert_int_eq(wire_control_decode(p, 108, &c), WIRE_OK);
	ck_assert_int_eq(c.command, 200);
	ck_assert_uint_eq(c.args_len, WIRE_CONTROL_ARGS_MAX);
}
END_TEST

START_TEST(ack_octets)
{
	static const uint8_t want[] = { 1, 2, 3, 4, 5, 6, 0, 0, 0x80, 0x01 };
	const struct wire_ack a = {
		.cumulative = 0x010203,
		.policy_version = 0x040506,
		.count = 5,
		.wanted = { 0, 0x8001, 0, 0, 0 },
	};
	uint8_t p[WIRE_DATA_MAX];
	struct wire_ack back;

	/* Zeros at the end say nothing and cost nothing. */
	ck_assert_uint_eq(wire_ack_encode(&a, p), sizeof want);
	ck_assert_mem_eq(p, want, sizeof want);
	ck_assert_int_eq(wire_ack_decode(p, sizeof want, &back), WIRE_OK);
	ck_assert_uint_eq(back.cumulative, a.cumulative);
	ck_assert_uint_eq(back.policy_version, a.policy_version);
	ck_assert_uint_eq(back.count, 2);
	ck_assert_uint_eq(back.wanted[0], 0);
	ck_assert_uint_eq(back.wanted[1], 0x8001);
}
END_TEST

START_TEST(ack_refuses)
{
	uint8_t p[120] = { 0 };
	struct wire_ack a, before;

	memset(&a, 0xa5, sizeof a);
	before = a;
	ck_assert_int_eq(wire_ack_decode(p, 5, &a), WIRE_E_SHORT);
	ck_assert_int_eq(wire_ack_decode(p, 7, &a), WIRE_E_FIELD);
	ck_assert_int_eq(wire_ack_decode(p, 109, &a), WIRE_E_LONG);
	ck_assert_int_eq(wire_ack_decode(p, 110, &a), WIRE_E_LONG);
	p[0] = p[1] = p[2] = 0xff; /* would name transfer 2^24 */
	ck_assert_int_eq(wire_ack_decode(p, 8, &a), WIRE_E_FIELD);
	ck_assert_mem_eq(&a, &before, sizeof a);
	ck_assert_int_eq(wire_ack_decode(p, 6, &a), WIRE_OK);
	p[2] = 0;
	ck_assert_int_eq(wire_ack_decode(p, 108, &a), WIRE_OK);
	ck_assert_uint_eq(a.count, WIRE_ACK_TRANSFERS);
}
END_TEST

static const struct wire_hello a_hello = {
	.wire_max = 1,
	.codecs = 3,
	.text_only = true,
	.device = { 0xd0, 0xd1, [15] = 0xdf },
	.sim = { 0x51, [7] = 0x58 },
	.time = 0x65432100,
	.name = "Väinö",
};

START_TEST(hello_octets)
{
	static const uint8_t want[] = { 1, 3, 1, 0xd0, 0xd1, 0, 0, 0, 0, 0, 0,
		0, 0, 0, 0, 0, 0, 0, 0xdf, 0x51, 0, 0, 0, 0, 0, 0, 0x58, 0x65,
		0x43, 0x21, 0x00, 'V', 0xc3, 0xa4, 'i', 'n', 0xc3, 0xb6 };
	uint8_t p[WIRE_DATA_MAX];
	struct wire_hello back;

	ck_assert_uint_eq(wire_hello_encode(&a_hello, p), sizeof want);
	ck_assert_mem_eq(p, want, sizeof want);
	ck_assert_int_eq(wire_hello_decode(p, sizeof want, &back), WIRE_OK);
	ck_assert_mem_eq(&back, &a_hello, sizeof back);
}
END_TEST

START_TEST(hello_name_is_cut_between_characters)
{
	struct wire_hello h = a_hello, back;
	uint8_t p[WIRE_DATA_MAX];
	size_t n;

	strcpy(h.name, "0123456789012345678901234567890123456");
	n = wire_hello_encode(&h, p);
	ck_assert_uint_eq(n, 31 + WIRE_NAME_MAX);
	ck_assert_uint_eq(WIRE_BIND_HEAD + n, WIRE_TEXT_MAX);
	ck_assert_int_eq(wire_hello_decode(p, n, &back), WIRE_OK);
	ck_assert_str_eq(back.name, h.name);
}
END_TEST

START_TEST(hello_refuses)
{
	uint8_t p[WIRE_DATA_MAX] = { 0 };
	struct wire_hello h, before;
	size_t n = wire_hello_encode(&a_hello, p);

	memset(&h, 0xa5, sizeof h);
	before = h;
	ck_assert_int_eq(wire_hello_decode(p, 30, &h), WIRE_E_SHORT);
	p[0] = 0;
	ck_assert_int_eq(wire_hello_decode(p, n, &h), WIRE_E_FIELD);
	p[0] = 1;
	p[2] = 2;
	ck_assert_int_eq(wire_hello_decode(p, n, &h), WIRE_E_FIELD);
	p[2] = 0;
	p[31] = '\n';
	ck_assert_int_eq(wire_hello_decode(p, n, &h), WIRE_E_FIELD);
	p[31] = 0xc3;
	p[32] = 'x';
	ck_assert_int_eq(wire_hello_decode(p, n, &h), WIRE_E_FIELD);
	p[31] = 0;
	ck_assert_int_eq(wire_hello_decode(p, n, &h), WIRE_E_FIELD);
	memset(p + 31, 'a', 38);
	ck_assert_int_eq(wire_hello_decode(p, 31 + 38, &h), WIRE_E_LONG);
	ck_assert_mem_eq(&h, &before, sizeof h);
	ck_assert_int_eq(wire_hello_decode(p, 31, &h), WIRE_OK);
	ck_assert_str_eq(h.name, "");
}
END_TEST

static const struct wire_challenge a_challenge = {
	.key_id = 0xcafef00d,
	.ask = true,
	.codec = 1,
	.time = 0x65432101,
	.policy_version = 7,
	.policy = { 0x11, 0x22, 0x33 },
	.policy_len = 3,
	.question = "First pet?",
};

START_TEST(challenge_octets)
{
	static const uint8_t want[] = { KEY, 1, 1, 0x65, 0x43, 0x21, 0x01, 0, 0,
		7, 3, 0x11, 0x22, 0x33, 'F', 'i', 'r', 's', 't', ' ', 'p', 'e',
		't', '?' };
	uint8_t p[WIRE_DATA_MAX];
	struct wire_challenge back;

	ck_assert_uint_eq(
	    wire_challenge_encode(&a_challenge, p, 81), sizeof want);
	ck_assert_mem_eq(p, want, sizeof want);
	ck_assert_int_eq(wire_challenge_decode(p, sizeof want, &back), WIRE_OK);
	ck_assert_mem_eq(&back, &a_challenge, sizeof back);
	ck_assert_uint_eq(
	    wire_challenge_encode(&a_challenge, p, sizeof want), sizeof want);
	ck_assert_uint_eq(
	    wire_challenge_encode(&a_challenge, p, sizeof want - 1), 0);
}
END_TEST

START_TEST(challenge_refuses)
{
	uint8_t p[WIRE_DATA_MAX] = { 0 }, good[WIRE_DATA_MAX];
	struct wire_challenge c, before;
	size_t n = wire_challenge_encode(&a_challenge, good, 81);

	memset(&c, 0xa5, sizeof c);
	before = c;
	memcpy(p, good, n);
	ck_assert_int_eq(wire_challenge_decode(p, 13, &c), WIRE_E_SHORT);
	ck_assert_int_eq(wire_challenge_decode(p, 16, &c), WIRE_E_SHORT);
	p[4] = 2;
	ck_assert_int_eq(wire_challenge_decode(p, n, &c), WIRE_E_FIELD);
	p[4] = 0; /* a question that is not asked */
	ck_assert_int_eq(wire_challenge_decode(p, n, &c), WIRE_E_FIELD);
	memcpy(p, good, n);
	p[13] = WIRE_POLICY_MAX + 1;
	ck_assert_int_eq(wire_challenge_decode(p, n, &c), WIRE_E_FIELD);
	memcpy(p, good, n);
	p[17] = 0x1b; /* a terminal's escape */
	ck_assert_int_eq(wire_challenge_decode(p, n, &c), WIRE_E_FIELD);
	memcpy(p, good, n);
	memset(p, 0, 4);
	ck_assert_int_eq(wire_challenge_decode(p, n, &c), WIRE_E_FIELD);
	memcpy(p, good, n);
	memset(p + 17, 'q', 49);
	ck_assert_int_eq(wire_challenge_decode(p, 17 + 49, &c), WIRE_E_LONG);
	ck_assert_mem_eq(&c, &before, sizeof c);
}
END_TEST

START_TEST(proof_octets)
{
	static const uint8_t want[] = { 1, 'R', 'e', 'x' };
	const struct wire_proof none = { 0 };
	const struct wire_proof rex = { .answered = true, .answer = "Rex" };
	uint8_t p[WIRE_DATA_MAX];
	struct wire_proof back;

	ck_assert_uint_eq(wire_proof_encode(&none, p), 1);
	ck_assert_uint_eq(p[0], 0);
	ck_assert_int_eq(wire_proof_decode(p, 1, &back), WIRE_OK);
	ck_assert_mem_eq(&back, &none, sizeof none);
	ck_assert_uint_eq(wire_proof_encode(&rex, p), sizeof want);
	ck_assert_mem_eq(p, want, sizeof want);
	ck_assert_int_eq(wire_proof_decode(p, sizeof want, &back), WIRE_OK);
	ck_assert_mem_eq(&back, &rex, sizeof rex);
}
END_TEST

START_TEST(proof_refuses)
{
	uint8_t p[WIRE_DATA_MAX] = { 0, 'x' };
	struct wire_proof pr, before;

	memset(&pr, 0xa5, sizeof pr);
	before = pr;
	ck_assert_int_eq(wire_proof_decode(p, 0, &pr), WIRE_E_SHORT);
	ck_assert_int_eq(wire_proof_decode(p, 2, &pr), WIRE_E_FIELD);
	p[0] = 3;
	ck_assert_int_eq(wire_proof_decode(p, 2, &pr), WIRE_E_FIELD);
	p[0] = 1;
	memset(p + 1, 'a', 65);
	ck_assert_int_eq(wire_proof_decode(p, 66, &pr), WIRE_E_LONG);
	p[1] = 0x7f;
	ck_assert_int_eq(wire_proof_decode(p, 4, &pr), WIRE_E_FIELD);
	ck_assert_mem_eq(&pr, &before, sizeof pr);
}
END_TEST

static const struct {
	const char *why;
	size_t len;
	uint8_t octets[12];
	enum wire_err want;
} losts[] = {
	{ "found", 6, { 0, 0, 1, 0, 0, 0 }, WIRE_OK },
	{ "lost, locate each hour, hi", 8, { 0, 1, 0, 9, 0, 60, 'h', 'i' },
	    WIRE_OK },
	{ "cut", 5, { 0, 0, 1, 0, 0 }, WIRE_E_SHORT },
	{ "version 0", 6, { 0, 0, 0, 1, 0, 0 }, WIRE_E_FIELD },
	{ "reserved flag", 6, { 0, 0, 1, 0x11, 0, 0 }, WIRE_E_FIELD },
	{ "minutes for nothing", 6, { 0, 0, 1, 1, 0, 5 }, WIRE_E_FIELD },
	{ "locate every 4 minutes", 6, { 0, 0, 1, 9, 0, 4 }, WIRE_E_FIELD },
	{ "two lines", 7, { 0, 0, 1, 1, 0, 0, '\n' }, WIRE_E_FIELD },
};

START_TEST(lost_states)
{
	struct wire_lost l;
	uint8_t back[WIRE_CONTROL_ARGS_MAX];
	enum wire_err err =
	    wire_lost_decode(losts[_i].octets, losts[_i].len, &l);

	ck_assert_msg(err == losts[_i].want, "%s: got \"%s\"", losts[_i].why,
	    wire_strerror(err));
	if (err != WIRE_OK)
		return;
	ck_assert_uint_eq(wire_lost_encode(&l, back), losts[_i].len);
	ck_assert_mem_eq(back, losts[_i].octets, losts[_i].len);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("wire inside");
	TCase *tc = tcase_create("inside");

	tcase_add_test(tc, control_octets);
	tcase_add_test(tc, control_refuses);
	tcase_add_test(tc, ack_octets);
	tcase_add_test(tc, ack_refuses);
	tcase_add_test(tc, hello_octets);
	tcase_add_test(tc, hello_name_is_cut_between_characters);
	tcase_add_test(tc, hello_refuses);
	tcase_add_test(tc, challenge_octets);
	tcase_add_test(tc, challenge_refuses);
	tcase_add_test(tc, proof_octets);
	tcase_add_test(tc, proof_refuses);
	tcase_add_loop_test(tc, lost_states, 0, sizeof losts / sizeof losts[0]);
	suite_add_tcase(s, tc);
	return check_main(s);
}
