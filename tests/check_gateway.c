/*
 * The gateway's logic with the phone's library and a real database, on a
 * virtual clock.  Run by check-gateway.sh inside a private PostgreSQL.
 */
#include <stdio.h>

#include "check_main.h"
#include "gateway_test.h"

START_TEST(binding_takes_three_sms)
{
	struct air *a = air_new(&perfect);
	int n = air_add_phone(a, "+358401000001", "Test phone", NULL);
	struct phone_status st;
	struct air_counts c;
	char code[17];

	air_code(a, code);
	ck_assert_int_eq(
	    phone_bind_code(air_phone(a, n), AIR_SERVICE, code), PHONE_OK);
	air_run(a, 60000);
	phone_get_status(air_phone(a, n), &st);
	ck_assert_int_eq(st.state, PHONE_BOUND);
	c = air_counts(a);
	ck_assert_uint_eq(c.up, 2);
	ck_assert_uint_eq(c.down, 1);
	air_free(a);
}
END_TEST

START_TEST(what_is_put_is_stored)
{
	struct air *a = air_new(&perfect);
	int n = air_add_phone(
	    a, "+358401000001", _i == 0 ? "Test phone" : "text phone", NULL);

	ck_assert(air_bind(a, n));
	put_messages(a, n, 1, 300);
	phone_upload_now(air_phone(a, n));
	end_stored(a, n, 2);
}
END_TEST

START_TEST(loss_duplicates_and_order_do_no_harm)
{
	struct air_faults faults = { (_i % 6) * 0.1, (_i % 4) * 0.1,
		(_i % 3) * 400000, (uint64_t)_i + 1 };
	struct air *a = air_new(&faults);
	const char *why;

	for (int i = 0; i < 3; i++) {
		char number[24];

		snprintf(number, sizeof number, "+35840100000%d", i + 1);
		air_add_phone(a, number, number, NULL);
		for (int tries = 0; !air_bind(a, i); tries++)
			ck_assert_int_lt(tries, 20);
	}
	for (uint32_t round = 0; round < 4; round++) {
		for (int i = 0; i < 3; i++)
			put_messages(a, i, 1 + 20 * round, 20 + (uint32_t)i);
		phone_upload_now(air_phone(a, 0));
		air_run(a, 7 * HOUR);
	}
	for (int i = 0; i < 3; i++)
		phone_upload_now(air_phone(a, i));
	ck_assert_msg(air_settle(a, 400 * DAY),
	    "seed %d: it does not settle: %s", _i + 1, air_state(a));
	for (int i = 0; i < 3; i++) {
		why = air_compare(a, i);
		ck_assert_msg(
		    why == NULL, "seed %d phone %d: %s", _i + 1, i, why);
	}
	air_free(a);
}
END_TEST

/* Nothing to upload is no reason to take the binding for failed. */
START_TEST(an_empty_phone_is_bound)
{
	struct air *a = air_new(&perfect);
	int n = air_add_phone(a, "+358401000001", "Empty phone", NULL);
	struct phone_status st;

	ck_assert(air_bind(a, n));
	air_run(a, 10 * DAY);
	phone_get_status(air_phone(a, n), &st);
	ck_assert_int_eq(st.state, PHONE_BOUND);
	ck_assert(st.confirmed);
	ck_assert_uint_le(air_counts(a).up + air_counts(a).down, 6);
	air_free(a);
}
END_TEST

/* A PROOF that nobody hears: the phone does not believe to be bound forever. */
START_TEST(a_proof_into_the_void_is_given_up)
{
	struct air *a = air_new(&perfect);
	int n = air_add_phone(a, "+358401000001", "Test phone", NULL);
	struct phone_status st;
	char code[17];

	air_code(a, code);
	put_messages(a, n, 1, 10);
	ck_assert_int_eq(
	    phone_bind_code(air_phone(a, n), AIR_SERVICE, code), PHONE_OK);
	do {
		air_run(a, 1);
		phone_get_status(air_phone(a, n), &st);
	} while (st.state == PHONE_HELLO_SENT);
	air_lose_all(a, true);
	air_run(a, 5 * DAY);
	phone_get_status(air_phone(a, n), &st);
	ck_assert_int_eq(st.state, PHONE_UNBOUND);
	ck_assert_uint_eq(st.pending, 10);
	air_lose_all(a, false);
	ck_assert(air_bind(a, n));
	end_stored(a, n, 2);
}
END_TEST

START_TEST(a_phone_that_restarts_goes_on)
{
	struct air_faults faults = { 0.1, 0.1, 60000, 5 };
	struct air *a = air_new(&faults);
	char path[] = "/tmp/smsvault-journal.XXXXXX";
	int fd = mkstemp(path), n;

	ck_assert_int_ge(fd, 0);
	n = air_add_phone(a, "+358401000001", "Test phone", path);
	for (int tries = 0; !air_bind(a, n); tries++)
		ck_assert_int_lt(tries, 20);
	for (uint32_t round = 0; round < 10; round++) {
		put_messages(a, n, 1 + 10 * round, 10);
		air_run(a, 3000);
		air_restart_phone(a, n);
		phone_upload_now(air_phone(a, n));
		air_run(a, 5000);
		air_restart_phone(a, n);
	}
	phone_upload_now(air_phone(a, n));
	end_stored(a, n, 100);
	remove(path);
}
END_TEST

START_TEST(policy_goes_out_and_comes_into_force)
{
	struct air *a = air_new(&perfect);
	int n = air_add_phone(a, "+358401000001", "Test phone", NULL);
	struct policy own = { .kind[RECORD_CALL] = { POLICY_OFF, 0 } };
	struct phone_status st;

	ck_assert(air_bind(a, n));
	ck_assert_int_eq(phone_set_policy(air_phone(a, n), &own), PHONE_OK);
	air_policy(a, n, RECORD_CALL, POLICY_AT_ONCE, true);
	air_run(a, HOUR);
	phone_get_status(air_phone(a, n), &st);
	ck_assert_uint_eq(st.owner.version, 1);
	ck_assert_int_eq(st.effective.kind[RECORD_CALL].mode, POLICY_AT_ONCE);
	ck_assert_int_eq(
	    phone_set_policy(air_phone(a, n), &own), PHONE_E_LOCKED);
	ck_assert_int_eq(air_policy_applied(a, n), 1);
	air_free(a);
}
END_TEST

/* A replay from another number does not move the phone's number. */
START_TEST(a_replay_moves_nothing)
{
	struct air *a = air_new(&perfect);
	int n = air_add_phone(a, "+358401000001", "Test phone", NULL);
	const uint8_t *sms;
	size_t len;

	ck_assert(air_bind(a, n));
	put_messages(a, n, 1, 5);
	phone_upload_now(air_phone(a, n));
	ck_assert(air_settle(a, 2 * DAY));
	air_sent(a, &sms, &len, 0);
	ck_assert_int_eq(
	    air_inject(a, "+358409999999", sms, len), GATEWAY_TAKEN);
	ck_assert_str_eq(air_number(a, n), "+358401000001");
	air_free(a);
}
END_TEST

START_TEST(a_bound_device_needs_the_answer)
{
	struct air *a = air_new(&perfect), *thief;
	int n = air_add_phone(a, "+358401000001", "Test phone", NULL), m;
	struct phone_status st;

	ck_assert(air_bind(a, n));
	air_set_question(a, "First pet?", "musti the cat");
	thief = air_new(&perfect);
	m = air_add_phone(thief, "+358401000002", "Test phone", NULL);
	ck_assert(!air_bind(thief, m));
	ck_assert_str_eq(air_question(thief, m), "First pet?");
	ck_assert_int_eq(
	    phone_bind_answer(air_phone(thief, m), "rex"), PHONE_OK);
	air_run(thief, HOUR);
	phone_get_status(air_phone(thief, m), &st);
	ck_assert_int_eq(st.state, PHONE_UNBOUND);
	ck_assert(!air_bind(thief, m));
	ck_assert_int_eq(
	    phone_bind_answer(air_phone(thief, m), "  Musti the  CAT "),
	    PHONE_OK);
	air_run(thief, HOUR);
	phone_get_status(air_phone(thief, m), &st);
	ck_assert_int_eq(st.state, PHONE_BOUND);
	put_messages(thief, m, 1, 3);
	phone_upload_now(air_phone(thief, m));
	end_stored(thief, m, 2);
	air_free(a);
}
END_TEST

START_TEST(the_budget_holds)
{
	struct air *a = air_new(&perfect);
	int n = air_add_phone(a, "+358401000001", "Test phone", NULL);
	struct air_counts c;

	ck_assert(air_bind(a, n));
	air_month_max(a, 3);
	for (int i = 0; i < 20; i++) {
		put_messages(a, n, 1 + 10u * (unsigned)i, 10);
		phone_upload_now(air_phone(a, n));
		air_run(a, HOUR);
	}
	c = air_counts(a);
	ck_assert_uint_eq(c.down, 3);
	air_free(a);
}
END_TEST

/* The bar: at most 0.1 control SMS an upload SMS, at 1 % loss. */
START_TEST(answers_are_few)
{
	struct air_faults faults = { 0.01, 0, 5000, 3 };
	struct air *a = air_new(&faults);
	int n = air_add_phone(a, "+358401000001", "Test phone", NULL);
	int days = check_rounds(20);
	struct air_counts before, c;
	uint32_t id = 1;
	uint64_t seed = 9;

	for (int tries = 0; !air_bind(a, n); tries++)
		ck_assert_int_lt(tries, 20);
	before = air_counts(a);
	for (int day = 0; day < days; day++)
		for (int i = 0; i < 14; i++, id += 3) {
			put_words(a, n, id, 3, &seed);
			air_run(a, DAY / 14);
		}
	c = air_counts(a);
	printf("# %d days: %llu up, %llu down, ratio %.3f\n", days,
	    (unsigned long long)(c.up - before.up),
	    (unsigned long long)(c.down - before.down),
	    (double)(c.down - before.down) / (double)(c.up - before.up));
	ck_assert_uint_le(10 * (c.down - before.down), c.up - before.up + 10);
	phone_upload_now(air_phone(a, n));
	end_stored(a, n, 100);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("gateway");
	TCase *tc = tcase_create("whole");

	tcase_set_timeout(tc, 600);
	tcase_add_test(tc, binding_takes_three_sms);
	tcase_add_loop_test(tc, what_is_put_is_stored, 0, 2);
	tcase_add_loop_test(tc, loss_duplicates_and_order_do_no_harm, 0,
	    check_short() == 1 ? 12 : 4);
	tcase_add_test(tc, an_empty_phone_is_bound);
	tcase_add_test(tc, a_proof_into_the_void_is_given_up);
	tcase_add_test(tc, a_phone_that_restarts_goes_on);
	tcase_add_test(tc, policy_goes_out_and_comes_into_force);
	tcase_add_test(tc, a_replay_moves_nothing);
	tcase_add_test(tc, a_bound_device_needs_the_answer);
	tcase_add_test(tc, the_budget_holds);
	tcase_add_test(tc, answers_are_few);
	suite_add_tcase(s, tc);
	suite_add_tcase(s, gateway_failed_case());
	suite_add_tcase(s, gateway_forged_case());
	return check_main(s);
}
