#include <string.h>

#include "answer.h"
#include "check_main.h"

#define TEN "0123456789"
#define SIXTY TEN TEN TEN TEN TEN TEN

/* What people type, and what of it counts. */
static const struct {
	const char *why, *typed, *want;
	bool fit;
} cases[] = {
	{ "as it is", "musti", "musti", true },
	{ "capitals", "Musti", "musti", true },
	{ "blanks around", "  musti ", "musti", true },
	{ "blanks within", "musti  the   cat", "musti the cat", true },
	{ "nothing", "", "", false },
	{ "blanks alone", "   ", "", false },
	{ "other scripts are left alone", "\xc3\x84iti", "\xc3\x84iti", true },
	{ "Chinese", "\xe5\xb0\x8f\xe8\x8a\xb1", "\xe5\xb0\x8f\xe8\x8a\xb1",
	    true },
	{ "64 octets", SIXTY "0123", SIXTY "0123", true },
	{ "65 octets: a phone could not send it", SIXTY "01234", SIXTY "0123",
	    false },
	{ "cut behind a blank", SIXTY "012 4", SIXTY "012", false },
};

START_TEST(what_counts)
{
	char out[WIRE_ANSWER_MAX + 1];

	answer_normalise(cases[_i].typed, out);
	ck_assert_msg(strcmp(out, cases[_i].want) == 0,
	    "%s: got \"%s\", want \"%s\"", cases[_i].why, out, cases[_i].want);
	ck_assert_msg(answer_is_fit(cases[_i].typed) == cases[_i].fit,
	    "%s: got %s, want the other", cases[_i].why,
	    cases[_i].fit ? "not fit" : "fit");
}
END_TEST

START_TEST(the_same_answer_proves_the_same)
{
	static const uint8_t salt[ANSWER_SALT_LEN] = "salt",
			     other[ANSWER_SALT_LEN] = "tlas";
	uint8_t a[SEAL_DIGEST_LEN], b[SEAL_DIGEST_LEN];

	ck_assert_int_eq(answer_prove("Musti the Cat", salt, a), SEAL_OK);
	ck_assert_int_eq(answer_prove(" musti  the cat", salt, b), SEAL_OK);
	ck_assert_mem_eq(a, b, sizeof a);
	ck_assert_int_eq(answer_prove("musti the bat", salt, b), SEAL_OK);
	ck_assert_mem_ne(a, b, sizeof a);
	ck_assert_int_eq(answer_prove("musti the cat", other, b), SEAL_OK);
	ck_assert_mem_ne(a, b, sizeof a);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("answer");
	TCase *tc = tcase_create("answer");

	tcase_add_loop_test(tc, what_counts, 0, sizeof cases / sizeof cases[0]);
	tcase_add_test(tc, the_same_answer_proves_the_same);
	tcase_set_timeout(tc, 30);
	suite_add_tcase(s, tc);
	return check_main(s);
}
