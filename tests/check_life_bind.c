/*
 * A device that is bound once more: by its owner, by a thief, after a veto.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check_life_down.h"
#include "check_main.h"

#define MINUTE 60000LL
#define HOUR 3600000LL
#define DAY (24 * HOUR)
#define EVENTS(kind) \
	"SELECT count(*) FROM event WHERE account_id = $A AND kind = '" kind "'"

#define CODES "SELECT count(*) FROM binding WHERE account_id = $A"

static const struct air_faults perfect = { 0, 0, 0, 9 };

static bool
bind_thief(struct air *thief, const char *device, enum phone_state *state)
{
	static int numbers;
	struct phone_status st;
	char number[24];
	bool bound;
	int n;

	snprintf(number, sizeof number, "+35840999%04d", numbers++);
	n = air_add_phone(thief, number, device, NULL);
	bound = air_bind(thief, n);

	phone_get_status(air_phone(thief, n), &st);
	*state = st.state;
	return bound;
}

static void
order_lost(struct hand *h, int version, bool on)
{
	char sql[160];

	snprintf(sql, sizeof sql,
	    "INSERT INTO lost (account_id, phone_id, version, is_on) "
	    "VALUES ($A, $P, %d, %s)",
	    version, on ? "true" : "false");
	hand_int(h, sql);
}

/* P7: whatever the thief knows, a lost phone is not bound elsewhere. */
START_TEST(a_lost_phone_is_not_bound_again)
{
	struct hand *h = hand_new();
	struct air *thief = air_new(&perfect);
	enum phone_state state;

	order_lost(h, 1, true);
	ck_assert(!bind_thief(thief, hand_device(h), &state));
	ck_assert_int_eq(state, PHONE_UNBOUND);
	ck_assert_int_eq(hand_int(h, EVENTS("binding-refused-lost")), 1);
	ck_assert_int_eq(
	    hand_int(h, "SELECT unbound_at IS NULL FROM phone WHERE "
			"phone_id = $P"),
	    1);
	order_lost(h, 2, false);
	ck_assert(bind_thief(thief, hand_device(h), &state));
	ck_assert_int_eq(hand_int(h, EVENTS("phone-moved")), 1);
	air_free(thief);
	hand_free(h);
}
END_TEST

/* Five wrong answers a day; then even the right one waits for tomorrow. */
START_TEST(wrong_answers_are_counted)
{
	struct hand *h = hand_new();
	struct air *thief = air_new(&perfect);
	enum phone_state state;
	struct phone_status st;
	int n = 0;

	air_set_question(hand_air(h), "First pet?", "musti");
	/* The day must not end under way. */
	air_run(thief, 86400000 - air_now(thief) % 86400000 + HOUR);
	for (; n < 7; n++) {
		ck_assert(!bind_thief(thief, hand_device(h), &state));
		ck_assert_int_eq(state, PHONE_ASKED);
		ck_assert_int_eq(phone_bind_answer(air_phone(thief, n),
				     n < 5 ? "rex" : "musti"),
		    PHONE_OK);
		if (n == 6) /* the next day */
			hand_int(h,
			    "UPDATE account SET answer_failures_on = "
			    "answer_failures_on - 1 WHERE account_id = $A");
		air_run(thief, 10 * MINUTE);
		phone_get_status(air_phone(thief, n), &st);
		ck_assert_int_eq(st.state, n < 6 ? PHONE_UNBOUND : PHONE_BOUND);
	}
	ck_assert_int_eq(hand_int(h, EVENTS("binding-answer-wrong")), 6);
	ck_assert_int_eq(
	    hand_int(h, "SELECT answer_failures_total FROM account WHERE "
			"account_id = $A"),
	    5);
	air_free(thief);
	hand_free(h);
}
END_TEST

/* Who had the device before may take the binding back, and nobody else. */
START_TEST(the_owner_before_may_veto)
{
	struct hand *h = hand_new();
	struct air *thief = air_new(&perfect);
	enum phone_state state;
	struct phone_status st;

	ck_assert(bind_thief(thief, hand_device(h), &state));
	ck_assert_int_eq(
	    hand_int(h, "SELECT contested_until - bound_at = interval '72 "
			"hours' FROM phone WHERE contested_by = $A"),
	    1);
	/* The pages' clock is not this test's. */
	hand_int(h, "UPDATE phone SET contested_until = now() + interval '1 "
		    "hour' WHERE contested_by = $A");
	hand_int(h, "SET smsvault.account_id = '1000000'");
	ck_assert_int_eq(
	    hand_int(h, "SELECT binding_veto(phone_id) FROM phone WHERE "
			"contested_by = $A"),
	    0);
	hand_int(h, "SET smsvault.account_id = '$A'");
	ck_assert_int_eq(
	    hand_int(h, "SELECT count(*) FROM binding_contested()"), 1);
	ck_assert_int_eq(hand_int(h, "SELECT binding_veto(phone_id) FROM "
				     "binding_contested()"),
	    1);
	air_run(thief, HOUR);
	phone_get_status(air_phone(thief, 0), &st);
	ck_assert_int_eq(st.state, PHONE_UNBOUND);
	ck_assert_int_eq(hand_int(h, EVENTS("veto-done")), 1);
	ck_assert_int_eq(
	    hand_int(h, "SELECT count(*) FROM phone WHERE contested_by = $A "
			"AND unbound_at IS NULL"),
	    0);
	air_free(thief);
	hand_free(h);
}
END_TEST

/* By way of a second account of the thief's, it is the same owner who may veto;
 * and then the device is nobody else's until he has bound it. */
START_TEST(what_is_vetoed_is_its_owners)
{
	struct hand *h = hand_new();
	struct air *one = air_new(&perfect), *two = air_new(&perfect);
	enum phone_state state;
	int n;

	ck_assert(bind_thief(one, hand_device(h), &state));
	hand_int(h, "UPDATE phone SET unbound_at = now() WHERE contested_by = "
		    "$A RETURNING 1");
	ck_assert(bind_thief(two, hand_device(h), &state));
	ck_assert_int_eq(hand_int(h, EVENTS("phone-moved")), 2);
	ck_assert_int_eq(
	    hand_int(h, "SELECT count(*) FROM phone WHERE contested_by = $A"),
	    1);
	hand_int(h, "UPDATE phone SET contested_until = now() + interval '1 "
		    "hour' WHERE contested_by = $A");
	hand_int(h, "SET smsvault.account_id = '$A'");
	ck_assert_int_eq(hand_int(h, "SELECT binding_veto(phone_id) FROM "
				     "binding_contested()"),
	    1);
	air_run(two, HOUR);
	ck_assert_int_eq(hand_int(h, EVENTS("veto-done")), 1);
	ck_assert(!bind_thief(one, hand_device(h), &state));
	ck_assert_int_eq(state, PHONE_UNBOUND);
	ck_assert_int_eq(hand_int(h, EVENTS("binding-refused-held")), 1);

	air_lose_all(hand_air(h), false);
	n = air_add_phone(hand_air(h), "+358409998888", hand_device(h), NULL);
	ck_assert(air_bind(hand_air(h), n));
	ck_assert_int_eq(hand_int(h, EVENTS("phone-bound-again")), 1);
	ck_assert_int_eq(
	    hand_int(h, "SELECT count(*) FROM phone WHERE contested_by = $A"),
	    0);
	air_free(one);
	air_free(two);
	hand_free(h);
}
END_TEST

static struct phone_status
status(struct air *a, int n)
{
	struct phone_status st;

	phone_get_status(air_phone(a, n), &st);
	return st;
}

/* Its owner binds the phone again, which has its old keys and knows nothing of
 * the new ones being in force: it is told with the next SMS, not when it has
 * asked for it once more.  1: he had taken it off his account, and the phone
 * has never heard of that. */
START_TEST(a_phone_that_kept_its_keys_is_told)
{
	struct air *a = air_new(&perfect);
	int n = air_add_phone(a, "+358401000001", "Test phone", NULL);
	struct record *r = record_new(RECORD_CALL, 1);
	struct air_counts before;
	uint32_t old;
	char code[17];

	ck_assert(air_bind(a, n));
	old = status(a, n).key_id;
	if (_i == 1)
		air_int(a, "UPDATE phone SET unbound_at = bound_at "
			   "WHERE account_id = $A RETURNING 1");
	air_code(a, code);
	before = air_counts(a);
	ck_assert_int_eq(
	    phone_bind_code(air_phone(a, n), AIR_SERVICE, code), PHONE_OK);
	air_run(a, MINUTE);
	ck_assert_int_eq(status(a, n).state, PHONE_BOUND);
	ck_assert(status(a, n).confirmed);
	ck_assert_uint_ne(status(a, n).key_id, old);
	ck_assert_uint_eq(air_counts(a).up - before.up, 2);
	ck_assert_uint_eq(air_counts(a).down - before.down, 2);
	record_add_text(r, RECORD_PEER, "+358401234567");
	record_add_int(r, RECORD_DIRECTION, RECORD_CALL_IN);
	air_put(a, n, r);
	record_free(r);
	phone_upload_now(air_phone(a, n));
	ck_assert(air_settle(a, DAY));
	ck_assert_ptr_null(air_compare(a, n));
	air_free(a);
}
END_TEST

/* Its number can be given again; of its SMS nothing comes any more, and the
 * phone that it bound knows nothing of it. */
START_TEST(a_code_that_is_long_over_is_forgotten)
{
	struct air *a = air_new(&perfect);
	int n = air_add_phone(a, "+358401000001", "Test phone", NULL);
	struct record *r = record_new(RECORD_CALL, 1);
	struct air_sms old[2] = { { .text = false } };
	char code[17], *before, *after;

	ck_assert(air_bind(a, n));
	for (size_t i = 0; i < 2; i++) {
		const uint8_t *sms;

		air_sent(a, &sms, &old[i].len, 1 - i); /* HELLO, PROOF */
		memcpy(old[i].octets, sms, old[i].len);
	}
	air_code(a, code); /* and nobody types it */
	air_run(a, 29 * DAY);
	ck_assert_int_eq(air_int(a, CODES), 2);
	air_run(a, 3 * DAY);
	ck_assert_int_eq(air_int(a, CODES), 0);
	air_code(a, code);
	before = air_digest(a);
	for (size_t i = 0; i < 2; i++)
		ck_assert_int_eq(
		    air_inject(a, "+358401000001", old[i].octets, old[i].len),
		    GATEWAY_JUNK);
	after = air_digest(a);
	ck_assert_str_eq(before, after);
	ck_assert_int_eq(air_int(a, CODES), 1);
	air_put(a, n, r);
	phone_upload_now(air_phone(a, n));
	ck_assert(air_settle(a, DAY));
	ck_assert_ptr_null(air_compare(a, n));
	record_free(r);
	free(before);
	free(after);
	air_free(a);
}
END_TEST

TCase *
life_bind_case(void)
{
	TCase *tc = tcase_create("bind");

	tcase_set_timeout(tc, 600);
	tcase_add_test(tc, a_lost_phone_is_not_bound_again);
	tcase_add_test(tc, wrong_answers_are_counted);
	tcase_add_test(tc, the_owner_before_may_veto);
	tcase_add_test(tc, what_is_vetoed_is_its_owners);
	tcase_add_loop_test(tc, a_phone_that_kept_its_keys_is_told, 0, 2);
	tcase_add_test(tc, a_code_that_is_long_over_is_forgotten);
	return tc;
}
