#include <stdio.h>
#include <string.h>

#include "check_main.h"
#include "wire.h"

/* ---- what a hostile or broken sender might send, and what we say ---- */

#define V 0x40 /* version 1, epoch 0 */
#define KEY 0xca, 0xfe, 0xf0, 0x0d

static const struct {
	const char *why;
	size_t len;
	enum wire_err want;
	uint8_t sms[16]; /* the rest is zero */
} refused[] = {
	{ "empty", 0, WIRE_E_SHORT, { 0 } },
	{ "version 0", 40, WIRE_E_VERSION, { 0x01, KEY } },
	{ "version 2", 40, WIRE_E_VERSION, { 0x81, KEY } },
	{ "version 3", 40, WIRE_E_VERSION, { 0xc1, KEY } },
	{ "epoch 1", 40, WIRE_E_VERSION, { V | 0x11, KEY } },
	{ "epoch 2", 40, WIRE_E_VERSION, { V | 0x21, KEY } },
	{ "type 0", 60, WIRE_E_TYPE, { V | 0, KEY } },
	{ "type 5", 60, WIRE_E_TYPE, { V | 5, KEY } },
	{ "type 8", 60, WIRE_E_TYPE, { V | 8, KEY } },
	{ "type 14", 60, WIRE_E_TYPE, { V | 14, KEY } },
	{ "type 15", 60, WIRE_E_TYPE, { V | 15, KEY } },
	{ "134 octets", 134, WIRE_E_LONG, { V | 2, KEY } },
	{ "segment without body", 12, WIRE_E_SHORT, { V | 1, KEY, 0, 1 } },
	{ "segment down without body", 12, WIRE_E_SHORT, { V | 9, KEY, 0, 1 } },
	{ "single without body", 14, WIRE_E_SHORT, { V | 2, KEY, 7 } },
	{ "single down without body", 14, WIRE_E_SHORT, { V | 10, KEY, 7 } },
	{ "hello without body", 52, WIRE_E_SHORT, { V | 3, 0, 0, 1 } },
	{ "hello, reserved bit of the id", 80, WIRE_E_FIELD,
	    { V | 3, 0x10, 0, 1 } },
	{ "hello, three reserved bits", 80, WIRE_E_FIELD,
	    { V | 3, 0xf0, 0, 1 } },
	{ "challenge without body", 52, WIRE_E_SHORT, { V | 11, 0, 0, 1 } },
	{ "challenge, reserved bit of the id", 80, WIRE_E_FIELD,
	    { V | 11, 0x40, 0, 1 } },
	{ "proof without body", 21, WIRE_E_SHORT, { V | 4, KEY } },
	{ "control without body", 25, WIRE_E_SHORT, { V | 12, KEY } },
	{ "ack without body", 25, WIRE_E_SHORT, { V | 13, KEY } },
};
#define REFUSED (sizeof refused / sizeof refused[0])

START_TEST(decode_refuses)
{
	uint8_t sms[200] = { 0 };
	struct wire_frame f, before;
	enum wire_err err;

	memcpy(sms, refused[_i].sms, sizeof refused[_i].sms);
	memset(&f, 0xa5, sizeof f);
	before = f;
	err = wire_decode(sms, refused[_i].len, &f);
	ck_assert_msg(err == refused[_i].want, "%s: got \"%s\", want \"%s\"",
	    refused[_i].why, wire_strerror(err),
	    wire_strerror(refused[_i].want));
	ck_assert_mem_eq(&f, &before, sizeof f); /* untouched on error */
}
END_TEST

/* ---- the head of every type, octet by octet ---- */

static const uint8_t eph[32] = { 0xe0, 0xe1, 0xe2, [31] = 0xff };

static const struct {
	const char *why;
	struct wire_frame f;
	size_t head, tag;
	uint8_t want[9]; /* of a binding frame: the four before the key */
} heads[] = {
	{ "segment",
	    { .type = WIRE_SEGMENT,
		.key_id = 0xcafef00d,
		.transfer = 0x203,
		.index = 4 },
	    7, 5, { 0x41, KEY, 0x22, 0x03 } },
	{ "last segment",
	    { .type = WIRE_SEGMENT,
		.key_id = 0xcafef00d,
		.transfer = 0x7ff,
		.index = 15,
		.last = true },
	    7, 5, { 0x41, KEY, 0xff, 0xff } },
	{ "last segment of a multiple of 2,048",
	    { .type = WIRE_SEGMENT,
		.key_id = 0xcafef00d,
		.transfer = 0,
		.index = 1,
		.last = true },
	    7, 5, { 0x41, KEY, 0x88, 0x00 } },
	{ "segment with the highest low bits",
	    { .type = WIRE_SEGMENT, .key_id = 0xcafef00d, .transfer = 0x7ff },
	    7, 5, { 0x41, KEY, 0x07, 0xff } },
	{ "segment with the highest index",
	    { .type = WIRE_SEGMENT, .key_id = 0xcafef00d, .index = 15 }, 7, 5,
	    { 0x41, KEY, 0x78, 0x00 } },
	{ "single",
	    { .type = WIRE_SINGLE, .key_id = 0xcafef00d, .transfer = 0xa7 }, 6,
	    8, { 0x42, KEY, 0xa7 } },
	{ "hello of a typed code",
	    { .type = WIRE_HELLO, .code_id = 0x12345, .ephemeral = eph }, 36,
	    16, { 0x43, 0x01, 0x23, 0x45 } },
	{ "hello of a QR",
	    { .type = WIRE_HELLO,
		.code_id = 0xfffff,
		.code_long = true,
		.ephemeral = eph },
	    36, 16, { 0x43, 0x8f, 0xff, 0xff } },
	{ "proof", { .type = WIRE_PROOF, .key_id = 0xcafef00d }, 5, 16,
	    { 0x44, KEY } },
	{ "segment down",
	    { .type = WIRE_SEGMENT_DOWN,
		.key_id = 0xcafef00d,
		.transfer = 1,
		.index = 0 },
	    7, 5, { 0x49, KEY, 0, 1 } },
	{ "single down",
	    { .type = WIRE_SINGLE_DOWN, .key_id = 0xcafef00d, .transfer = 0 },
	    6, 8, { 0x4a, KEY, 0 } },
	{ "challenge",
	    { .type = WIRE_CHALLENGE, .code_id = 1, .ephemeral = eph }, 36, 16,
	    { 0x4b, 0, 0, 1 } },
	{ "control",
	    { .type = WIRE_CONTROL,
		.key_id = 0xcafef00d,
		.sequence = 0xdeadbeef },
	    9, 16, { 0x4c, KEY, 0xde, 0xad, 0xbe, 0xef } },
	{ "ack", { .type = WIRE_ACK, .key_id = 0xcafef00d, .sequence = 1 }, 9,
	    16, { 0x4d, KEY, 0, 0, 0, 1 } },
};
#define HEADS (sizeof heads / sizeof heads[0])

static bool
same_fields(const struct wire_frame *a, const struct wire_frame *b)
{
	return a->type == b->type && a->key_id == b->key_id &&
	       a->transfer == b->transfer && a->index == b->index &&
	       a->last == b->last && a->code_id == b->code_id &&
	       a->code_long == b->code_long && a->sequence == b->sequence;
}

START_TEST(heads_are_as_documented)
{
	const struct wire_frame *f = &heads[_i].f;
	size_t first = heads[_i].head < 9 ? heads[_i].head : 9;
	uint8_t sms[64];

	if (f->ephemeral != NULL)
		first = 4;
	ck_assert_uint_eq(wire_put_head(f, sms), heads[_i].head);
	ck_assert_msg(memcmp(sms, heads[_i].want, first) == 0,
	    "%s: the head differs", heads[_i].why);
	if (f->ephemeral != NULL)
		ck_assert_mem_eq(sms + 4, eph, sizeof eph);
}
END_TEST

/* Every type, every length that it may have: the parts lie where they should,
 * and one octet less or more is refused. */
START_TEST(decode_undoes_put_head)
{
	const struct wire_frame *f = &heads[_i].f;
	uint8_t sms[WIRE_DATA_MAX + 1];
	size_t front = heads[_i].head + heads[_i].tag;
	struct wire_frame g;

	memset(sms, 0x5a, sizeof sms);
	wire_put_head(f, sms);
	for (size_t len = 1; len <= sizeof sms; len++) {
		enum wire_err err = wire_decode(sms, len, &g);

		if (len <= front || len > WIRE_DATA_MAX) {
			ck_assert_msg(err != WIRE_OK, "%s: %zu octets pass",
			    heads[_i].why, len);
			continue;
		}
		ck_assert_msg(err == WIRE_OK, "%s: %zu octets: %s",
		    heads[_i].why, len, wire_strerror(err));
		ck_assert_msg(
		    same_fields(f, &g), "%s: a field differs", heads[_i].why);
		ck_assert_ptr_eq(g.head, sms);
		ck_assert_uint_eq(g.head_len, heads[_i].head);
		ck_assert_ptr_eq(g.tag, sms + heads[_i].head);
		ck_assert_uint_eq(g.tag_len, heads[_i].tag);
		ck_assert_ptr_eq(g.body, sms + front);
		ck_assert_uint_eq(g.body_len, len - front);
	}
}
END_TEST

/* ---- the text form ---- */

START_TEST(text_round_trip)
{
	uint8_t sms[WIRE_TEXT_MAX], back[WIRE_TEXT_MAX];
	char text[WIRE_TEXT_CHARS + 1];
	uint64_t seed = 7;
	size_t n, len;

	for (size_t i = 1; i <= WIRE_TEXT_MAX; i++) {
		for (size_t j = 0; j < i; j++)
			sms[j] = (uint8_t)check_random(&seed);
		n = wire_text_encode(sms, i, text);
		ck_assert_uint_eq(n, (i * 4 + 2) / 3);
		ck_assert_uint_eq(strlen(text), n);
		ck_assert_int_eq(
		    wire_text_decode(text, n, back, &len), WIRE_OK);
		ck_assert_uint_eq(len, i);
		ck_assert_mem_eq(back, sms, i);
	}
	ck_assert_uint_eq(n, WIRE_TEXT_CHARS); /* 120 octets fill a text */
}
END_TEST

static const struct {
	const char *why, *text;
} no_texts[] = {
	{ "empty", "" },
	{ "one letter", "A" },
	{ "five letters", "AAAAA" },
	{ "padding", "QQ==" },
	{ "a blank", "QUJD QUJD" },
	{ "a line end", "QUJD\n" },
	{ "URL alphabet", "QU-_" },
	{ "bits left over (2)", "QR" },
	{ "bits left over (3)", "QUJ" },
	{ "a friendly text", "Hello, are you coming home tonight?" },
	{ "161 letters",
	    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" },
};

START_TEST(text_refuses)
{
	uint8_t sms[WIRE_TEXT_MAX], before[WIRE_TEXT_MAX];
	size_t len = 4711;
	enum wire_err err;

	memset(sms, 0xa5, sizeof sms);
	memcpy(before, sms, sizeof sms);
	err = wire_text_decode(
	    no_texts[_i].text, strlen(no_texts[_i].text), sms, &len);
	ck_assert_msg(err == WIRE_E_TEXT, "%s: got \"%s\"", no_texts[_i].why,
	    wire_strerror(err));
	ck_assert_uint_eq(len, 4711);
	ck_assert_mem_eq(sms, before, sizeof sms);
}
END_TEST

START_TEST(text_refuses_nul)
{
	uint8_t sms[WIRE_TEXT_MAX];
	size_t len;

	ck_assert_int_eq(wire_text_decode("QU\0D", 4, sms, &len), WIRE_E_TEXT);
}
END_TEST

/* ---- what is inside ---- */

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

START_TEST(every_error_has_words)
{
	for (int e = WIRE_OK; e <= WIRE_E_TEXT; e++) {
		const char *a = wire_strerror((enum wire_err)e);

		ck_assert_str_ne(a, "unrecognized error");
		for (int f = WIRE_OK; f < e; f++)
			ck_assert_str_ne(a, wire_strerror((enum wire_err)f));
	}
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
	Suite *s = suite_create("wire");
	TCase *tc = tcase_create("frames");

	tcase_add_loop_test(tc, decode_refuses, 0, REFUSED);
	tcase_add_loop_test(tc, heads_are_as_documented, 0, HEADS);
	tcase_add_loop_test(tc, decode_undoes_put_head, 0, HEADS);
	suite_add_tcase(s, tc);
	tc = tcase_create("text form");
	tcase_add_test(tc, text_round_trip);
	tcase_add_loop_test(
	    tc, text_refuses, 0, sizeof no_texts / sizeof no_texts[0]);
	tcase_add_test(tc, text_refuses_nul);
	suite_add_tcase(s, tc);
	tc = tcase_create("inside");
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
	tcase_add_test(tc, every_error_has_words);
	tcase_add_loop_test(tc, lost_states, 0, sizeof losts / sizeof losts[0]);
	suite_add_tcase(s, tc);
	return check_main(s);
}
