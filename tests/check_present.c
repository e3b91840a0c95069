/*
 * What a phone has, by the vault.
 */
#include "check_main.h"
#include "present.h"

#define MANY 20000

static struct record *
message(uint32_t id, int64_t time_ms, const char *body)
{
	struct record *r = record_new(RECORD_MESSAGE, id);

	record_set_time_ms(r, time_ms);
	record_add_text(r, RECORD_BODY, body);
	return r;
}

static void
note(struct present *s, uint32_t id, int64_t time_ms, const char *body)
{
	struct record *r = message(id, time_ms, body);

	ck_assert(present_note(s, r));
	record_free(r);
}

static bool
has(const struct present *s, uint32_t id, int64_t time_ms, const char *body)
{
	struct record *r = message(id, time_ms, body);
	bool found = present_has(s, r);

	record_free(r);
	return found;
}

static void
replace(struct present *s, enum record_kind kind, uint32_t id)
{
	struct record *r = record_new(kind, id);

	present_replace(s, r);
	record_free(r);
}

START_TEST(nothing_is_there_at_first)
{
	struct present s = { 0 };

	ck_assert(!has(&s, 1, 1000, "hello"));
	replace(&s, RECORD_MESSAGE, 1);
	ck_assert(present_sort(&s));
	ck_assert(!has(&s, 1, 1000, "hello"));
	present_clear(&s);
}
END_TEST

/* Each of many is found under an id that is not its own, and none that is not
 * there. */
START_TEST(all_that_is_there_is_found)
{
	struct present s = { 0 };

	for (uint32_t i = 0; i < MANY; i++)
		note(&s, i + 1, 1000 * (int64_t)(i * 7919 % MANY), "hello");
	ck_assert(present_sort(&s));
	for (uint32_t i = 0; i < MANY; i++) {
		ck_assert(has(&s, MANY + i, 1000 * (int64_t)i, "hello"));
		ck_assert(!has(&s, i + 1, 1000 * (int64_t)i + 1, "hello"));
		ck_assert(!has(&s, i + 1, 1000 * (int64_t)i, "hallo"));
	}
	present_clear(&s);
}
END_TEST

START_TEST(what_is_replaced_is_there_no_more)
{
	struct present s = { 0 };

	for (uint32_t id = 1; id <= 3; id++)
		note(&s, id, 1000, "three times");
	note(&s, 4, 1000, "once");
	ck_assert(present_sort(&s));
	for (uint32_t id = 3; id > 0; id--) {
		ck_assert(has(&s, 9, 1000, "three times"));
		replace(&s, RECORD_CALL, id); /* another one's */
		ck_assert(has(&s, 9, 1000, "three times"));
		replace(&s, RECORD_MESSAGE, id);
	}
	ck_assert(!has(&s, 9, 1000, "three times"));
	ck_assert(has(&s, 9, 1000, "once"));
	replace(&s, RECORD_MESSAGE, 5);
	ck_assert(has(&s, 9, 1000, "once"));
	present_clear(&s);
}
END_TEST

START_TEST(a_deletion_is_never_there)
{
	struct present s = { 0 };
	struct record *r = message(1, 1000, "hello");

	record_set_op(r, RECORD_DELETE);
	ck_assert(present_note(&s, r));
	ck_assert(present_sort(&s));
	ck_assert(!present_has(&s, r));
	record_free(r);
	present_clear(&s);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("present");
	TCase *tc = tcase_create("present");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, nothing_is_there_at_first);
	tcase_add_test(tc, all_that_is_there_is_found);
	tcase_add_test(tc, what_is_replaced_is_there_no_more);
	tcase_add_test(tc, a_deletion_is_never_there);
	suite_add_tcase(s, tc);
	return check_main(s);
}
