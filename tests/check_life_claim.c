/*
 * Proof of completeness: what a phone says it has, and what it is asked for.
 */
#include "check_life_down.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check_main.h"

#define MINUTE 60000LL
#define HOUR 3600000LL
#define DAY (24 * HOUR)
#define EVENTS(kind) \
	"SELECT count(*) FROM event WHERE account_id = $A AND kind = '" kind "'"

static void
claim(struct hand *h, uint32_t count, uint32_t mark)
{
	struct upload_preamble pre = { .states = 1 };

	pre.state[0] = (struct upload_state){ RECORD_NOTE, count, mark };
	hand_pong(h, HAND_NUMBER, &pre);
}

static uint32_t
mark_of(struct hand *h, const struct record *r)
{
	uint8_t stored[2048];

	return seal_mark(
	    hand_keys(h), stored, record_encode(r, stored, sizeof stored));
}

#define CLAIM(what) \
	"SELECT " what " FROM completeness WHERE phone_id = $P AND kind = 5"

START_TEST(a_claim_is_compared_and_asked_for)
{
	struct hand *h = hand_new();
	struct record *r[3];
	struct upload_preamble buckets = { .bucket_kind = RECORD_NOTE };
	struct wire_control c;
	uint32_t sum = 0;

	for (uint32_t i = 0; i < 3; i++) {
		r[i] = hand_note(i);
		sum += mark_of(h, r[i]);
		buckets.bucket[i].count = 1;
		buckets.bucket[i].mark = mark_of(h, r[i]);
	}
	hand_put(h, HAND_NUMBER, r[0]);
	hand_put(h, HAND_NUMBER, r[1]);
	claim(h, 2, mark_of(h, r[0]) + mark_of(h, r[1]));
	ck_assert_int_eq(hand_int(h, CLAIM("state = 'complete'")), 1);
	claim(h, 3, sum);
	ck_assert_int_eq(hand_int(h, CLAIM("state = 'asked'")), 1);
	ck_assert_uint_eq(hand_heard(h, WIRE_CMD_STATE, &c), 1);
	ck_assert_uint_eq(c.args[0], RECORD_NOTE);
	hand_pong(h, HAND_NUMBER, &buckets);
	ck_assert_uint_eq(hand_heard(h, WIRE_CMD_AGAIN, &c), 1);
	ck_assert_uint_eq(c.args_len, 3);
	ck_assert_uint_eq(c.args[1] << 8 | c.args[2], 1 << 2);
	hand_put(h, HAND_NUMBER, r[2]);
	claim(h, 3, sum);
	ck_assert_int_eq(hand_int(h, CLAIM("state = 'complete'")), 1);
	ck_assert_int_eq(hand_int(h, CLAIM("have_count")), 3);
	ck_assert_int_eq(hand_int(h, EVENTS("incomplete")), 0);
	for (int i = 0; i < 3; i++)
		record_free(r[i]);
	hand_free(h);
}
END_TEST

/* Three rounds, then the owner is told once. */
START_TEST(what_stays_missing_is_told)
{
	struct hand *h = hand_new();
	struct wire_control c;

	for (uint32_t i = 0; i < 8; i++)
		claim(h, 1, 77 + i);
	ck_assert_uint_eq(hand_heard(h, WIRE_CMD_STATE, &c), 3);
	ck_assert_int_eq(hand_int(h, EVENTS("incomplete")), 1);
	ck_assert_int_eq(hand_int(h, CLAIM("state = 'differs'")), 1);
	claim(h, 0, 0);
	ck_assert_int_eq(hand_int(h, CLAIM("state = 'complete'")), 1);
	hand_free(h);
}
END_TEST

/* What has not arrived yet is no reason to ask. */
START_TEST(a_claim_waits_for_what_is_under_way)
{
	struct hand *h = hand_new();
	struct upload_preamble pre = { .states = 1 };
	uint8_t text[UPLOAD_PREAMBLE_MAX];
	struct wire_control c;
	uint32_t next =
	    1 + (uint32_t)hand_int(h, "SELECT highest FROM phone WHERE "
				      "phone_id = $P");

	pre.state[0] = (struct upload_state){ RECORD_NOTE, 0, 0 };
	hand_say_as(h, HAND_NUMBER, next + 1, text, upload_put(&pre, text));
	ck_assert_int_eq(hand_int(h, CLAIM("state = 'waiting'")), 1);
	pre.states = 0;
	hand_say_as(h, HAND_NUMBER, next, text, upload_put(&pre, text));
	ck_assert_int_eq(hand_int(h, CLAIM("state = 'complete'")), 1);
	ck_assert_uint_eq(hand_heard(h, WIRE_CMD_STATE, &c), 0);
	hand_free(h);
}
END_TEST

TCase *
life_claim_case(void)
{
	TCase *tc = tcase_create("claims");

	tcase_set_timeout(tc, 600);
	tcase_add_test(tc, a_claim_is_compared_and_asked_for);
	tcase_add_test(tc, what_stays_missing_is_told);
	tcase_add_test(tc, a_claim_waits_for_what_is_under_way);
	return tc;
}
