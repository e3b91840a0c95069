#include <string.h>

#include "check_main.h"
#include "upload.h"
#include "wire.h"

static const struct {
	const char *why;
	struct upload_preamble p;
	size_t len;
	uint8_t want[UPLOAD_PREAMBLE_MAX];
} octets[] = {
	{ "nothing to say", { PACK_PLAIN, false, false, 0 }, 2, { 0, 0 } },
	{ "the everyday one", { PACK_DEFLATE, false, false, 3 }, 2,
	    { 0x01, 3 } },
	{ "ack wanted", { PACK_DEFLATE, true, false, 127 }, 2, { 0x11, 0x7f } },
	{ "user refused", { PACK_DEFLATE, false, true, 128 }, 3,
	    { 0x21, 0x80, 0x01 } },
	{ "both", { PACK_PLAIN, true, true, 0x3fff }, 3, { 0x30, 0xff, 0x7f } },
	{ "three octets of version", { PACK_PLAIN, false, false, 0x4000 }, 4,
	    { 0, 0x80, 0x80, 0x01 } },
	{ "highest version", { PACK_DEFLATE, false, false, WIRE_TRANSFER_MAX },
	    5, { 1, 0xff, 0xff, 0xff, 0x07 } },
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
	uint8_t octets[6];
} refused[] = {
	{ "reserved bit 6", 2, { 0x40, 0 } },
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

int
main(void)
{
	Suite *s = suite_create("upload");
	TCase *tc = tcase_create("preamble");

	tcase_add_loop_test(
	    tc, preamble_octets, 0, sizeof octets / sizeof octets[0]);
	tcase_add_loop_test(
	    tc, preamble_refuses, 0, sizeof refused / sizeof refused[0]);
	suite_add_tcase(s, tc);
	return check_main(s);
}
