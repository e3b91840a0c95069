/*
 * Records: every kind, every tag, fields that this version does not know, and
 * octets from anybody.
 */
#include <stdlib.h>
#include <string.h>

#include "check_main.h"
#include "record.h"

#define TAG_MAX 200

static struct record *
back_from(const uint8_t *p, size_t len)
{
	struct record *r = record_decode(p, len);

	ck_assert_ptr_nonnull(r);
	return r;
}

/* One of each field that there is, and its stored form read back. */
START_TEST(every_kind_keeps_every_field)
{
	struct record *r = record_new((enum record_kind)_i, 0xfffffffeu), *b;
	uint8_t octets[RECORD_STORED_MAX];
	size_t tags = 0, n;

	ck_assert_ptr_nonnull(record_kind_name((enum record_kind)_i));
	record_set_time_ms(r, -1234567890123);
	for (uint16_t tag = 1; tag < TAG_MAX && tags < 60; tag++) {
		enum record_type type;

		if (!record_tag_type(tag, &type))
			continue;
		ck_assert_ptr_nonnull(record_tag_name(tag));
		ck_assert_int_eq(type == RECORD_TEXT
				     ? record_add_text(r, tag, "größer 大")
				     : record_add_int(r, tag, INT64_MIN + tag),
		    0);
		tags++;
	}
	ck_assert_uint_gt(tags, 50);
	n = record_encode(r, octets, sizeof octets);
	ck_assert_uint_gt(n, 0);
	b = back_from(octets, n);
	ck_assert(record_equal(r, b));
	ck_assert_int_eq(record_kind(b), _i);
	ck_assert_uint_eq(record_id(b), 0xfffffffeu);
	ck_assert_int_eq(record_time_ms(b), -1234567890123);
	ck_assert_str_eq(record_text(b, RECORD_NAME, 0), "größer 大");
	ck_assert_int_eq(record_int(b, RECORD_READ, 0, 0), INT64_MIN + 23);
	record_free(b);
	record_free(r);
}
END_TEST

START_TEST(what_is_no_kind_has_no_name)
{
	ck_assert_ptr_null(record_kind_name((enum record_kind)0));
	ck_assert_ptr_null(record_kind_name(RECORD_KIND_COUNT));
	ck_assert_ptr_null(record_kind_name((enum record_kind)255));
	ck_assert_ptr_null(record_tag_name(0));
	ck_assert_ptr_null(record_tag_name(65535));
}
END_TEST

/* A later version's fields, of both types, are kept in their order. */
START_TEST(unknown_fields_are_kept)
{
	struct record *r = record_new(RECORD_NOTE, 7), *b;
	uint8_t octets[256];
	size_t n;

	ck_assert_int_eq(record_add_text(r, 60001, "second"), 0);
	ck_assert_int_eq(record_add_int(r, 60000, -5), 0);
	ck_assert_int_eq(record_add_text(r, 60001, "third"), 0);
	ck_assert_int_eq(record_add_text(r, RECORD_SUMMARY, "first"), 0);
	n = record_encode(r, octets, sizeof octets);
	b = back_from(octets, n);
	ck_assert(record_equal(r, b));
	ck_assert_uint_eq(record_count(b, 60001), 2);
	ck_assert_str_eq(record_text(b, 60001, 0), "second");
	ck_assert_str_eq(record_text(b, 60001, 1), "third");
	ck_assert_ptr_null(record_text(b, 60001, 2));
	ck_assert_int_eq(record_int(b, 60000, 0, 1), -5);
	ck_assert_int_eq(record_int(b, 60000, 1, 99), 99);
	record_free(b);
	record_free(r);
}
END_TEST

START_TEST(what_is_wrong_is_refused)
{
	struct record *r = record_new(RECORD_CONTACT, 1);
	char *large = malloc(RECORD_TEXT_MAX + 2);
	const struct record_field *f;

	memset(large, 'x', RECORD_TEXT_MAX + 1);
	large[RECORD_TEXT_MAX + 1] = '\0';
	ck_assert_int_eq(record_add_text(r, RECORD_NAME, large), -1);
	ck_assert_int_eq(record_add_text(r, RECORD_NAME, ""), -1);
	ck_assert_int_eq(record_add_text(r, RECORD_NAME, "\xff"), -1);
	ck_assert_int_eq(record_add_text(r, RECORD_NAME, "\xed\xa0\x80"), -1);
	ck_assert_int_eq(record_add_text(r, RECORD_NAME, "\xc0\x80"), -1);
	ck_assert_int_eq(record_add_int(r, RECORD_NAME, 1), -1);
	ck_assert_int_eq(record_add_text(r, RECORD_STARRED, "1"), -1);
	ck_assert_uint_eq(record_fields(r, &f), 0);
	for (int i = 0; i < RECORD_FIELDS_MAX; i++)
		ck_assert_int_eq(record_add_int(r, 1000, i), 0);
	ck_assert_int_eq(record_add_int(r, 1000, 0), -1);
	record_set_op(r, RECORD_DELETE);
	ck_assert_uint_eq(record_fields(r, &f), 0);
	free(large);
	record_free(r);
}
END_TEST

/* kind 5, put, id 7, time 0, fields; the rest by what is wrong with it. */
static const struct {
	const char *why;
	size_t len;
	uint8_t octets[40];
	bool good;
} stored[] = {
	{ "a note with a text and an integer", 34,
	    { 1, 5, 0, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 50, 0, 0, 2,
		'h', 'i', 0x03, 0xe8, 1, 0, 0, 0, 0, 0, 0, 0, 9 },
	    true },
	{ "the fields in another order", 34,
	    { 1, 5, 0, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0x03, 0xe8, 1, 0,
		0, 0, 0, 0, 0, 0, 9, 0, 50, 0, 0, 2, 'h', 'i' },
	    false },
	{ "another version", 16,
	    { 2, 5, 0, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0 }, false },
	{ "no such kind", 16,
	    { 1, 0, 0, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0 }, false },
	{ "no such op", 16, { 1, 5, 2, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0 },
	    false },
	{ "a delete", 16, { 1, 5, 1, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0 },
	    true },
	{ "a delete with a field", 23,
	    { 1, 5, 1, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 50, 0, 0, 2,
		'h', 'i' },
	    false },
	{ "a text that is cut off", 22,
	    { 1, 5, 0, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 50, 0, 0, 2,
		'h' },
	    false },
	{ "something behind it", 17,
	    { 1, 5, 1, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }, false },
	{ "an integer where a text is", 27,
	    { 1, 5, 0, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 50, 1, 0, 0, 0,
		0, 0, 0, 0, 9 },
	    false },
	{ "a text that is not UTF-8", 23,
	    { 1, 5, 0, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 50, 0, 0, 2,
		0xc3, 'i' },
	    false },
	{ "a NUL in a text", 23,
	    { 1, 5, 0, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 50, 0, 0, 2,
		'h', 0 },
	    false },
};

START_TEST(stored_octets)
{
	struct record *r = record_decode(stored[_i].octets, stored[_i].len);
	uint8_t back[64];

	ck_assert_msg((r != NULL) == stored[_i].good, "%s", stored[_i].why);
	if (r == NULL)
		return;
	/* No beginning of a good one is good. */
	for (size_t n = 0; n < stored[_i].len; n++)
		ck_assert_msg(record_decode(stored[_i].octets, n) == NULL,
		    "%s: %zu octets of it", stored[_i].why, n);
	ck_assert_uint_eq(record_encode(r, back, sizeof back), stored[_i].len);
	ck_assert_mem_eq(back, stored[_i].octets, stored[_i].len);
	ck_assert_uint_eq(record_encode(r, back, stored[_i].len - 1), 0);
	record_free(r);
}
END_TEST

START_TEST(equal_is_equal_in_all)
{
	struct record *a = record_new(RECORD_CALL, 1), *b;

	record_set_time_ms(a, 5);
	record_add_int(a, RECORD_DURATION_S, 9);
	b = record_copy(a);
	ck_assert(record_equal(a, b));
	record_set_time_ms(b, 6);
	ck_assert(!record_equal(a, b));
	record_set_time_ms(b, 5);
	ck_assert(record_equal(a, b));
	record_add_int(b, RECORD_DIRECTION, 1);
	ck_assert(!record_equal(a, b));
	record_free(b);
	b = record_copy(a);
	record_set_op(b, RECORD_DELETE);
	ck_assert(!record_equal(a, b));
	record_free(a);
	record_free(b);
}
END_TEST

START_TEST(plain_octets_have_no_id)
{
	struct record *a = record_new(RECORD_NOTE, 0), *b;
	uint8_t want[64], got[64];
	size_t n;

	record_set_time_ms(a, 5);
	record_add_text(a, RECORD_DESCRIPTION, "milk");
	n = record_encode(a, want, sizeof want);
	record_free(a);
	b = record_new(RECORD_NOTE, 0xfffffffe);
	record_set_time_ms(b, 5);
	record_add_text(b, RECORD_DESCRIPTION, "milk");
	ck_assert_uint_eq(record_encode_plain(b, got, sizeof got), n);
	ck_assert_mem_eq(got, want, n);
	ck_assert_uint_eq(record_encode_plain(b, got, n - 1), 0);
	record_free(b);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("record");
	TCase *tc = tcase_create("records");

	tcase_add_loop_test(
	    tc, every_kind_keeps_every_field, 1, RECORD_KIND_COUNT);
	tcase_add_test(tc, what_is_no_kind_has_no_name);
	tcase_add_test(tc, unknown_fields_are_kept);
	tcase_add_test(tc, what_is_wrong_is_refused);
	tcase_add_loop_test(
	    tc, stored_octets, 0, sizeof stored / sizeof stored[0]);
	tcase_add_test(tc, equal_is_equal_in_all);
	tcase_add_test(tc, plain_octets_have_no_id);
	suite_add_tcase(s, tc);
	return check_main(s);
}
