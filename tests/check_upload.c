#include <string.h>

#include "check_main.h"
#include "policy.h"
#include "upload.h"
#include "wire.h"

#define SAYS(codec_, ack, refused, version) \
	{ \
		.codec = codec_, .ack_wanted = ack, .user_refused = refused, \
		.policy_applied = version \
	}

static const struct {
	const char *why;
	struct upload_preamble p;
	size_t len;
	uint8_t want[UPLOAD_PREAMBLE_MAX];
} octets[] = {
	{ "nothing to say", SAYS(PACK_PLAIN, false, false, 0), 2, { 0, 0 } },
	{ "the everyday one", SAYS(PACK_DEFLATE, false, false, 3), 2,
	    { 0x01, 3 } },
	{ "ack wanted", SAYS(PACK_DEFLATE, true, false, 127), 2,
	    { 0x11, 0x7f } },
	{ "user refused", SAYS(PACK_DEFLATE, false, true, 128), 3,
	    { 0x21, 0x80, 0x01 } },
	{ "both", SAYS(PACK_PLAIN, true, true, 0x3fff), 3,
	    { 0x30, 0xff, 0x7f } },
	{ "three octets of version", SAYS(PACK_PLAIN, false, false, 0x4000), 4,
	    { 0, 0x80, 0x80, 0x01 } },
	{ "highest version",
	    SAYS(PACK_DEFLATE, false, false, WIRE_TRANSFER_MAX), 5,
	    { 1, 0xff, 0xff, 0xff, 0x07 } },
};

START_TEST(preamble_octets)
{
	uint8_t out[UPLOAD_PREAMBLE_MAX];
	struct upload_preamble p;
	size_t n = upload_put(&octets[_i].p, out);

	ck_assert_msg(
	    n == octets[_i].len && memcmp(out, octets[_i].want, n) == 0,
	    "%s: the octets differ", octets[_i].why);
	ck_assert_uint_eq(upload_get(out, n, &p), n);
	ck_assert_int_eq(p.codec, octets[_i].p.codec);
	ck_assert_int_eq(p.ack_wanted, octets[_i].p.ack_wanted);
	ck_assert_int_eq(p.user_refused, octets[_i].p.user_refused);
	ck_assert_uint_eq(p.policy_applied, octets[_i].p.policy_applied);
	/* Cut anywhere, it is not a preamble. */
	for (size_t i = 0; i < n; i++)
		ck_assert_uint_eq(upload_get(out, i, &p), 0);
}
END_TEST

static const struct {
	const char *why;
	size_t len;
	uint8_t octets[8];
} refused[] = {
	{ "entries that are not there", 2, { 0x40, 0 } },
	{ "an entry cut short", 4, { 0x40, 0, 0x84, 1 } },
	{ "the same entry twice", 8, { 0x40, 0, 4, 1, 1, 0x84, 1, 1 } },
	{ "entry 0", 4, { 0x40, 0, 0x80, 0 } },
	{ "octets behind an entry", 6, { 0x40, 0, 0x84, 2, 1, 1 } },
	{ "no such word of a wipe", 5, { 0x40, 0, 0x85, 1, 3 } },
	{ "a wait longer than any policy", 7,
	    { 0x40, 0, 0x88, 3, 0xe1, 0xdc, 2 } },
	{ "reserved bit 7", 2, { 0x80, 0 } },
	{ "version without end", 5, { 0, 0x80, 0x80, 0x80, 0x80 } },
	{ "version of 25 bits", 5, { 0, 0xff, 0xff, 0xff, 0x0f } },
	{ "not the shortest: 0 in two", 3, { 0, 0x80, 0 } },
	{ "not the shortest: 1 in three", 4, { 0, 0x81, 0x80, 0 } },
};

START_TEST(preamble_refuses)
{
	struct upload_preamble p, before;

	memset(&p, 0xa5, sizeof p);
	before = p;
	ck_assert_msg(upload_get(refused[_i].octets, refused[_i].len, &p) == 0,
	    "%s: was taken", refused[_i].why);
	ck_assert_mem_eq(&p, &before, sizeof p);
}
END_TEST

/* Everything that a preamble can say, and back. */
START_TEST(entries_come_back)
{
	struct upload_preamble p = {
		.codec = PACK_DEFLATE,
		.policy_applied = 3,
		.states = 2,
		.state = { { RECORD_CONTACT, 1, 0x01020304 },
		    { RECORD_MESSAGE, 300, 0xfffefdfc } },
		.bucket_kind = RECORD_CALL,
		.has_down = true,
		.down = { .cumulative = 9,
		    .count = 2,
		    .wanted = { 0, 0x8001 } },
		.has_lost = true,
		.lost_applied = 129,
		.wipe = WIRE_WIPE_PREPARE,
		.wipe_nonce = 0x1122334455667788,
		.receipt = 7,
		.applied = 128,
		.present = 2,
		.failed = 1,
		.receipt_mark = 5,
		.has_wait = true,
		.wait_min = POLICY_WAIT_NEVER,
		.base_first = 12,
		.down_unread = 300,
	};
	uint8_t out[UPLOAD_PREAMBLE_MAX];
	struct upload_preamble back;
	size_t n;

	for (uint32_t i = 0; i < UPLOAD_BUCKETS; i++)
		p.bucket[i] = (struct upload_state){ 0, i, i * 77 };
	n = upload_put(&p, out);
	ck_assert_uint_eq(upload_get(out, n, &back), n);
	ck_assert_mem_eq(&back, &p, sizeof p);
	for (size_t i = 0; i < n; i++)
		ck_assert_uint_eq(upload_get(out, i, &back), 0);
}
END_TEST

static const struct {
	uint32_t wait_min;
	size_t len;
	uint8_t want[8];
} waits[] = {
	{ POLICY_WAIT_NEVER, 5, { 0, 0x88, 1, 0 } },
	{ 0, 5, { 0, 0x88, 1, 1 } },
	{ 540, 6, { 0, 0x88, 2, 0x9d, 4 } },
	{ POLICY_WAIT_MAX, 7, { 0, 0x88, 3, 0xe0, 0xdc, 2 } },
};

START_TEST(wait_octets)
{
	const struct upload_preamble p = { .has_wait = true,
		.wait_min = waits[_i].wait_min };
	uint8_t out[UPLOAD_PREAMBLE_MAX];
	struct upload_preamble back;

	ck_assert_uint_eq(upload_put(&p, out), waits[_i].len);
	ck_assert_uint_eq(out[0], 0x40);
	ck_assert_mem_eq(out + 1, waits[_i].want, waits[_i].len - 1);
	ck_assert_uint_eq(upload_get(out, waits[_i].len, &back), waits[_i].len);
	ck_assert_mem_eq(&back, &p, sizeof p);
}
END_TEST

START_TEST(entry_octets)
{
	const struct upload_preamble p = {
		.codec = PACK_DEFLATE,
		.policy_applied = 3,
		.states = 1,
		.state = { { RECORD_CONTACT, 200, 0 } },
		.has_down = true,
		.down = { .cumulative = 9, .count = 2, .wanted = { 0, 2 } },
	};
	static const uint8_t want[] = { 0x41, 3, 0x01, 7, 1, 200, 1, 0, 0, 0, 0,
		0x83, 5, 9, 0, 0, 0, 2 };
	uint8_t out[UPLOAD_PREAMBLE_MAX];

	ck_assert_uint_eq(upload_put(&p, out), sizeof want);
	ck_assert_mem_eq(out, want, sizeof want);
}
END_TEST

START_TEST(an_entry_of_a_later_version_is_passed_over)
{
	static const uint8_t later[] = { 0x40, 0, 0x20, 2, 9, 9, 0x84, 1, 5 };
	struct upload_preamble p;

	ck_assert_uint_eq(upload_get(later, sizeof later, &p), sizeof later);
	ck_assert(p.has_lost);
	ck_assert_uint_eq(p.lost_applied, 5);
}
END_TEST

START_TEST(pieces_of_files)
{
	static const uint8_t want[] = { 0x81, 0x01, 0xca, 0xfe, 0xf0, 0x0d,
		0x80, 0x02, 'h', 'i' };
	const struct upload_piece p = { 129, 0xcafef00d, 256,
		(const uint8_t *)"hi", 2 };
	struct upload_piece back;
	uint8_t out[UPLOAD_PIECE_HEAD_MAX + 2];
	size_t n = upload_piece_put(&p, out);

	memcpy(out + n, "hi", 2);
	ck_assert_uint_eq(n + 2, sizeof want);
	ck_assert_mem_eq(out, want, sizeof want);
	ck_assert_int_eq(upload_piece_get(out, n + 2, &back), 0);
	ck_assert_uint_eq(back.file, 129);
	ck_assert_uint_eq(back.content, 0xcafef00d);
	ck_assert_uint_eq(back.offset, 256);
	ck_assert_uint_eq(back.len, 2);
	ck_assert_int_eq(upload_piece_get(out, n, &back), -1);
}
END_TEST

START_TEST(heads_down)
{
	static const struct {
		struct down_head d;
		size_t len;
		uint8_t want[DOWN_HEAD_MAX];
	} heads[] = {
		{ { DOWN_RECORDS, 2, 5, 0, false, 0 }, 2, { 0x12, 5 } },
		{ { DOWN_PIECE, 0, 200, 0, false, 0 }, 3, { 0x20, 200, 1 } },
		{ { DOWN_RECORDS, 1, 5, 0, true, 0 }, 2, { 0x91, 5 } },
		{ { DOWN_END, 0, 5, 300, false, 0 }, 4, { 0x30, 5, 0xac, 2 } },
		{ { DOWN_ANEW, 0, 5, 0, false, 300 }, 4, { 0x40, 5, 0xac, 2 } },
	};
	uint8_t out[DOWN_HEAD_MAX];
	struct down_head back;

	for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
		ck_assert_uint_eq(down_put(&heads[i].d, out), heads[i].len);
		ck_assert_mem_eq(out, heads[i].want, heads[i].len);
		ck_assert_uint_eq(
		    down_get(out, heads[i].len, &back), heads[i].len);
		ck_assert_int_eq(back.what, heads[i].d.what);
		ck_assert_uint_eq(back.restore, heads[i].d.restore);
		ck_assert_uint_eq(back.records, heads[i].d.records);
		ck_assert_int_eq(back.own, heads[i].d.own);
		ck_assert_uint_eq(back.first, heads[i].d.first);
		ck_assert_uint_eq(down_get(out, 1, &back), 0);
	}
	ck_assert_uint_eq(down_get((const uint8_t *)"\x40\x05", 2, &back), 0);
	ck_assert_uint_eq(down_get((const uint8_t *)"\x10\x00", 2, &back), 0);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("upload");
	TCase *tc = tcase_create("preamble");

	tcase_add_loop_test(
	    tc, preamble_octets, 0, sizeof octets / sizeof octets[0]);
	tcase_add_loop_test(
	    tc, preamble_refuses, 0, sizeof refused / sizeof refused[0]);
	tcase_add_test(tc, entries_come_back);
	tcase_add_test(tc, entry_octets);
	tcase_add_loop_test(tc, wait_octets, 0, 4);
	tcase_add_test(tc, an_entry_of_a_later_version_is_passed_over);
	tcase_add_test(tc, pieces_of_files);
	tcase_add_test(tc, heads_down);
	suite_add_tcase(s, tc);
	return check_main(s);
}
