/* Files on their way: what is coded comes back, and nothing else does. */
#include <string.h>

#include "check_main.h"
#include "coding.h"

static uint8_t *
octets(size_t len, bool text, uint64_t seed)
{
	uint8_t *p = malloc(len + 1);

	for (size_t i = 0; i < len; i++)
		p[i] = text ? (uint8_t) "the quick brown fox "[i % 20]
			    : (uint8_t)check_random(&seed);
	return p;
}

START_TEST(all_sizes_come_back)
{
	static const size_t sizes[] = { 0, 1, 2, 119, 1920, 20000, 300000 };
	size_t len = sizes[_i / 2], coded_len;
	bool text = _i % 2 != 0;
	uint8_t *data = octets(len, text, 9), *coded, *back;
	enum record_coding coding;

	ck_assert_int_eq(
	    coding_encode(data, len, &coding, &coded, &coded_len), 0);
	ck_assert_uint_le(coded_len, len);
	ck_assert_int_eq(coding, text && len > 119 ? RECORD_CODING_ZSTD
				 : len > 119       ? RECORD_CODING_NONE
						   : coding);
	ck_assert_int_eq(
	    coding_decode(coding, coded, coded_len, len, &back), 0);
	ck_assert_mem_eq(back, data, len);
	free(back);
	/* Another size, one octet less or more: never. */
	ck_assert_int_eq(
	    coding_decode(coding, coded, coded_len, len + 1, &back), -1);
	if (coded_len > 0)
		ck_assert_int_eq(
		    coding_decode(coding, coded, coded_len - 1, len, &back),
		    -1);
	free(coded);
	free(data);
}
END_TEST

START_TEST(the_same_each_time)
{
	uint8_t *data = octets(30000, true, 1), *a, *b;
	enum record_coding ca, cb;
	size_t na, nb;

	ck_assert_int_eq(coding_encode(data, 30000, &ca, &a, &na), 0);
	ck_assert_int_eq(coding_encode(data, 30000, &cb, &b, &nb), 0);
	ck_assert_uint_eq(na, nb);
	ck_assert_mem_eq(a, b, na);
	free(a);
	free(b);
	free(data);
}
END_TEST

/* Changed octets give nothing or as many octets as were asked for. */
START_TEST(mutations_are_bounded)
{
	uint8_t *data = octets(4000, true, 1), *coded, *back;
	enum record_coding coding;
	uint64_t seed = 4;
	size_t n, refused = 0;

	ck_assert_int_eq(coding_encode(data, 4000, &coding, &coded, &n), 0);
	for (int i = 0; i < check_rounds(20000); i++) {
		size_t at = check_random(&seed) % n;
		uint8_t was = coded[at];

		coded[at] ^= (uint8_t)(1 + check_random(&seed) % 255);
		if (coding_decode(coding, coded, n, 4000, &back) == 0)
			free(back);
		else
			refused++;
		coded[at] = was;
	}
	ck_assert_uint_gt(refused, 0);
	ck_assert_int_eq(
	    coding_decode(coding, coded, n, (size_t)CODING_SIZE_MAX + 1, &back),
	    -1);
	ck_assert_int_eq(
	    coding_decode((enum record_coding)7, coded, n, 4000, &back), -1);
	free(coded);
	free(data);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("coding");
	TCase *tc = tcase_create("coding");

	tcase_add_loop_test(tc, all_sizes_come_back, 0, 14);
	tcase_add_test(tc, the_same_each_time);
	tcase_add_test(tc, mutations_are_bounded);
	suite_add_tcase(s, tc);
	return check_main(s);
}
