#include <signal.h>
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

/* What does not fit its bits is a bug of ours, and not sent as another. */
START_TEST(a_segment_beyond_its_bits_stops_us)
{
	const struct wire_frame f[] = {
		{ .type = WIRE_SEGMENT, .transfer = 0x800 },
		{ .type = WIRE_SEGMENT, .index = 16 },
	};
	uint8_t sms[64];

	wire_put_head(&f[_i], sms);
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

int
main(void)
{
	Suite *s = suite_create("wire");
	TCase *tc = tcase_create("frames");

	tcase_add_loop_test(tc, decode_refuses, 0, REFUSED);
	tcase_add_loop_test(tc, heads_are_as_documented, 0, HEADS);
	tcase_add_loop_test(tc, decode_undoes_put_head, 0, HEADS);
	if (!check_shared())
		tcase_add_loop_test_raise_signal(
		    tc, a_segment_beyond_its_bits_stops_us, SIGABRT, 0, 2);
	suite_add_tcase(s, tc);
	tc = tcase_create("text form");
	tcase_add_test(tc, text_round_trip);
	tcase_add_loop_test(
	    tc, text_refuses, 0, sizeof no_texts / sizeof no_texts[0]);
	tcase_add_test(tc, text_refuses_nul);
	tcase_add_test(tc, every_error_has_words);
	suite_add_tcase(s, tc);
	return check_main(s);
}
