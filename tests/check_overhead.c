/*
 * What the frames cost, measured from sealed SMS and not from constants, and
 * printed beside what the design allows.  A frame that has become dearer fails.
 */
#include <stdio.h>
#include <string.h>

#include "check_main.h"
#include "seal.h"
#include "wire.h"

#define TEXT_MAX 4096

static const uint8_t root[SEAL_KEY_LEN] = "overhead";
static uint8_t text[TEXT_MAX];
static uint8_t sms[WIRE_SEGMENTS_MAX][WIRE_DATA_MAX];
static size_t sms_len[WIRE_SEGMENTS_MAX];

/* The most octets of text that n SMS of room octets were seen to carry. */
static size_t
most_text(const struct seal_phone *k, int n, size_t room)
{
	/* From what even a much dearer form would carry. */
	size_t most = 0, len = (size_t)(n - 1) * (room - 30) + 1;

	for (; len < TEXT_MAX; len++) {
		int took =
		    seal_transfer(k, false, 7, text, len, room, sms, sms_len);

		if (took == -1 || took > n)
			break;
		for (int i = 0; i < took; i++)
			ck_assert_uint_le(sms_len[i], room);
		most = len;
	}
	return most;
}

struct cost {
	size_t head, tag, body; /* octets */
};

static struct cost
cost_of(const uint8_t *p, size_t len)
{
	struct wire_frame f;

	ck_assert_int_eq(wire_decode(p, len, &f), WIRE_OK);
	ck_assert_uint_eq(f.head_len + f.tag_len + f.body_len, len);
	return (struct cost){ f.head_len, f.tag_len, f.body_len };
}

/* want: the design's head and tag together at most, tag and body at least; 0:
 * it says nothing. */
static void
check_cost(const char *what, struct cost got, struct cost want)
{
	printf("# %-10s %4zu %4zu %4zu %4zu %8.1f %%", what, got.head, got.tag,
	    got.head + got.tag, got.body,
	    100.0 * (double)(got.head + got.tag) /
		(double)(got.head + got.tag + got.body));
	if (want.head > 0)
		printf("   at most %zu, tag at least %zu, body at least %zu",
		    want.head, want.tag, want.body);
	printf("\n");
	fflush(stdout);
	if (want.head == 0)
		return;
	ck_assert_msg(got.head + got.tag <= want.head && got.tag >= want.tag &&
			  got.body >= want.body,
	    "%s is worse than the design", what);
}

static struct cost
control_cost(const struct seal_phone *k, size_t args_len)
{
	struct wire_control c = { .command = WIRE_CMD_TEXT,
		.policy_version = 1,
		.not_after = 1,
		.args = text,
		.args_len = args_len };
	uint8_t plain[WIRE_DATA_MAX], out[WIRE_DATA_MAX];
	size_t n;
	struct cost cost;

	ck_assert_int_eq(seal_control(k, WIRE_CONTROL, 1, plain,
			     wire_control_encode(&c, plain), out, &n),
	    SEAL_OK);
	cost = cost_of(out, n);
	cost.body = args_len;
	return cost;
}

/* How many segments one ACK can name. */
static unsigned
ack_names(const struct seal_phone *k, size_t room)
{
	struct wire_ack a = { .cumulative = 1 };
	uint8_t plain[WIRE_DATA_MAX], out[WIRE_DATA_MAX];
	unsigned most = 0;
	size_t n;

	for (size_t i = 0; i < WIRE_ACK_TRANSFERS; i++) {
		a.wanted[i] = 0xffff;
		a.count = (uint8_t)(i + 1);
		ck_assert_int_eq(seal_control(k, WIRE_ACK, 1, plain,
				     wire_ack_encode(&a, plain), out, &n),
		    SEAL_OK);
		if (n <= room)
			most = (unsigned)(i + 1) * WIRE_SEGMENTS_MAX;
	}
	return most;
}

START_TEST(frames_cost_no_more_than_designed)
{
	struct seal_phone *k = seal_phone_new(root, 1);

	ck_assert_ptr_nonnull(k);
	printf("# data SMS, 133 octets of ours\n"
	       "# frame      head  tag  all body overhead   design\n");
	ck_assert_int_eq(
	    seal_transfer(k, false, 7, text, 500, WIRE_DATA_MAX, sms, sms_len),
	    5);
	check_cost("segment", cost_of(sms[0], sms_len[0]),
	    (struct cost){ 12, 4, 121 });
	ck_assert_int_eq(
	    seal_transfer(k, false, 7, text, most_text(k, 1, WIRE_DATA_MAX),
		WIRE_DATA_MAX, sms, sms_len),
	    1);
	check_cost(
	    "single", cost_of(sms[0], sms_len[0]), (struct cost){ 14, 8, 119 });
	check_cost(
	    "control", control_cost(k, 100), (struct cost){ 25, 16, 100 });
	printf("# one ACK names any of %u segments, the design 792; as text "
	       "%u\n",
	    ack_names(k, WIRE_DATA_MAX), ack_names(k, WIRE_TEXT_MAX));
	ck_assert_uint_ge(ack_names(k, WIRE_DATA_MAX), 792);
	printf("# text SMS, 120 octets of ours in 160 letters\n");
	ck_assert_int_eq(
	    seal_transfer(k, false, 7, text, 500, WIRE_TEXT_MAX, sms, sms_len),
	    5);
	check_cost("segment", cost_of(sms[0], sms_len[0]),
	    (struct cost){ 12, 4, 108 });
	ck_assert_int_eq(
	    seal_transfer(k, false, 7, text, most_text(k, 1, WIRE_TEXT_MAX),
		WIRE_TEXT_MAX, sms, sms_len),
	    1);
	check_cost(
	    "single", cost_of(sms[0], sms_len[0]), (struct cost){ 14, 8, 106 });
	seal_phone_free(k);
}
END_TEST

/* One SMS is a single.  Of more each is a segment, and the transfer has a tag
 * of its own. */
static size_t
designed(int n, size_t room)
{
	return n == 1 ? room - 14 : (size_t)n * (room - 12) - 16;
}

START_TEST(transfers_carry_what_is_designed)
{
	struct seal_phone *k = seal_phone_new(root, 1);
	size_t before = 0;

	ck_assert_ptr_nonnull(k);
	printf("# SMS  content as data  design  overhead   as text  design  "
	       "overhead\n");
	for (int n = 1; n <= WIRE_SEGMENTS_MAX; n++) {
		size_t data = most_text(k, n, WIRE_DATA_MAX);
		size_t letters = most_text(k, n, WIRE_TEXT_MAX);

		printf("# %3d %16zu %7zu %7.1f %% %9zu %7zu %7.1f %%\n", n,
		    data, designed(n, WIRE_DATA_MAX),
		    100.0 - 100.0 * (double)data / (n * WIRE_DATA_MAX), letters,
		    designed(n, WIRE_TEXT_MAX),
		    100.0 - 100.0 * (double)letters / (n * WIRE_TEXT_MAX));
		fflush(stdout);
		ck_assert_uint_ge(data, designed(n, WIRE_DATA_MAX));
		ck_assert_uint_ge(letters, designed(n, WIRE_TEXT_MAX));
		ck_assert_uint_gt(data, before);
		before = data;
	}
	seal_phone_free(k);
}
END_TEST

/* Three SMS, in either form, with the longest question and answer. */
START_TEST(a_binding_takes_three_sms)
{
	const uint8_t code_key[SEAL_KEY_LEN] = { 1 };
	struct seal_phone *k = seal_phone_new(root, 1);
	struct wire_hello h;
	struct wire_challenge c;
	struct wire_proof p;
	uint8_t secret[SEAL_KEY_LEN], public_key[SEAL_PUBLIC_LEN];
	uint8_t hello[WIRE_DATA_MAX], challenge[WIRE_DATA_MAX];
	uint8_t proof[WIRE_DATA_MAX], key[SEAL_KEY_LEN];
	size_t hello_len, challenge_len, proof_len;

	memset(&h, 0, sizeof h);
	memset(&c, 0, sizeof c);
	memset(&p, 0, sizeof p);
	h.text_only = true;
	c.ask = p.answered = true;
	memset(h.name, 'x', WIRE_NAME_MAX);
	memset(p.answer, 'x', WIRE_ANSWER_MAX);
	memset(c.question, 'x', WIRE_QUESTION_MAX);
	ck_assert_int_eq(seal_keypair(secret, public_key), SEAL_OK);
	ck_assert_int_eq(
	    seal_hello(code_key, 1, false, secret, &h, hello, &hello_len),
	    SEAL_OK);
	ck_assert_int_eq(seal_challenge(code_key, hello, hello_len, secret, &c,
			     WIRE_DATA_MAX, challenge, &challenge_len, key),
	    SEAL_OK);
	ck_assert_int_eq(seal_proof(k, &p, proof, &proof_len), SEAL_OK);
	printf("# binding: HELLO %zu, CHALLENGE %zu, PROOF %zu octets of "
	       "%d\n",
	    hello_len, challenge_len, proof_len, WIRE_DATA_MAX);
	ck_assert_uint_le(hello_len, WIRE_TEXT_MAX);
	ck_assert_uint_le(challenge_len, WIRE_DATA_MAX);
	ck_assert_uint_le(proof_len, WIRE_TEXT_MAX);
	seal_phone_free(k);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("overhead");
	TCase *tc = tcase_create("figures");

	for (size_t i = 0; i < sizeof text; i++)
		text[i] = (uint8_t)('a' + i % 26);
	tcase_add_test(tc, frames_cost_no_more_than_designed);
	tcase_add_test(tc, transfers_carry_what_is_designed);
	tcase_add_test(tc, a_binding_takes_three_sms);
	suite_add_tcase(s, tc);
	return check_main(s);
}
