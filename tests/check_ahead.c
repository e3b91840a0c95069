/*
 * Many large transfers one after another, each coded against all before it,
 * acknowledged or not: what the phone goes by.  Run by check-ahead.sh inside a
 * private PostgreSQL.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ahead.h"
#include "air_internal.h"
#include "check_main.h"
#include "upload.h"
#include "wire.h"

/* Each by the one before it, until so many are not acknowledged; then by what
 * is. */
START_TEST(each_goes_by_all_before_it)
{
	struct heap h;

	heap_init(&h, NULL);
	send_much(&h);
	for (uint32_t i = 1; i <= MANY; i++)
		ck_assert_msg(
		    goes_by(&h, h.acked + i) ==
			(i <= UPLOAD_AHEAD_MAX ? h.acked + i - 1 : h.acked),
		    "the %uth behind %u goes by %u", i, h.acked,
		    goes_by(&h, h.acked + i));
	heap_clear(&h);
}
END_TEST

/* With an answer in time that is each of them. */
START_TEST(with_answers_each_goes_by_the_one_before)
{
	struct heap h;
	uint32_t last;

	heap_init(&h, NULL);
	air_lose_all(h.a, false);
	phone_set_pace(air_phone(h.a, 0), 30, 30 * MINUTE);
	put_messages(h.a, 0, &h.id, 50 * (MANY + 1));
	phone_upload_now(air_phone(h.a, 0));
	ck_assert(air_settle(h.a, 10 * DAY));
	last = (uint32_t)air_ask(h.a, 0, "cumulative");
	ck_assert_uint_gt(last, h.acked + UPLOAD_AHEAD_MAX);
	for (uint32_t t = h.acked + 1; t <= last; t++)
		ck_assert_uint_eq(goes_by(&h, t), t - 1);
	end_as_coded(&h);
}
END_TEST

/* Many that share words, which no coder knows but from those before them. */
static void
put_alike(struct air *a, int phone, uint32_t *id, int n)
{
	for (uint64_t seed = 77; n > 0; n--, ++*id) {
		char body[80] = "";

		for (int i = 0; i < 6; i++) {
			uint64_t word = check_random(&seed) >> 33;
			size_t at = strlen(body);

			word = word % 600 + 1;
			for (int k = 0; k < 9; k++)
				body[at++] =
				    (char)('a' +
					   (check_random(&word) >> 33) % 26);
			body[at] = ' ';
		}
		put_message(a, phone, *id, body);
	}
}

/* Said beforehand: what a heap takes when it goes by itself. */
START_TEST(a_heap_takes_what_was_said)
{
	struct heap h;
	unsigned said, took;

	heap_init(&h, NULL);
	air_lose_all(h.a, false);
	phone_set_pace(air_phone(h.a, 0), 30, 30 * MINUTE);
	put_alike(h.a, 0, &h.id, 1000);
	said = phone_upload_cost(air_phone(h.a, 0));
	phone_upload_now(air_phone(h.a, 0));
	ck_assert(air_settle(h.a, 10 * DAY));
	took = (unsigned)(sent_so_far(h.a) - h.before);
	printf("# %u SMS, said were %u\n", took, said);
	ck_assert_msg(took >= said && took <= said + said / 50 + 1,
	    "%u SMS, said were %u", took, said);
	heap_clear(&h);
}
END_TEST

/* What comes now and then must not wait for an SMS that is lost. */
START_TEST(what_is_no_heap_goes_by_what_is_acknowledged)
{
	struct heap h;

	heap_init(&h, NULL);
	for (int i = 0; i < 4; i++) {
		put_messages(h.a, 0, &h.id, 1);
		phone_upload_now(air_phone(h.a, 0));
		air_run(h.a, MINUTE);
	}
	put_messages(h.a, 0, &h.id, 9); /* more than one SMS, and all of it */
	phone_upload_now(air_phone(h.a, 0));
	air_run(h.a, MINUTE);
	for (uint32_t i = 1; i <= 5; i++)
		ck_assert_uint_eq(goes_by(&h, h.acked + i), h.acked);
	deliver(&h, h.acked + 5);
	expect(&h, "the last of them alone", 1, 0);
	end_as_coded(&h);
}
END_TEST

/* Nor must an answer, in the middle of it all. */
START_TEST(an_answer_waits_for_nothing)
{
	static const struct wire_control ping = { .command = WIRE_CMD_PING };
	uint8_t plain[WIRE_DATA_MAX], sms[WIRE_DATA_MAX];
	struct heap h;
	uint32_t sequence;
	size_t len;

	heap_init(&h, NULL);
	phone_set_pace(air_phone(h.a, 0), 40, 30 * MINUTE);
	put_messages(h.a, 0, &h.id, 50 * MANY);
	phone_upload_now(air_phone(h.a, 0));
	air_run(h.a, MINUTE); /* the third waits for its turn */
	sequence = (uint32_t)air_ask(h.a, 0, "control_next");
	air_order(h.a, 0,
	    "UPDATE phone SET control_next = control_next + 1 "
	    "WHERE phone_id = $P");
	ck_assert_int_eq(seal_control(h.seal, WIRE_CONTROL, sequence, plain,
			     wire_control_encode(&ping, plain), sms, &len),
	    SEAL_OK);
	ck_assert(
	    phone_receive(air_phone(h.a, 0), AIR_SERVICE, sms, len, false));
	air_run(h.a, 2 * HOUR);
	ck_assert_uint_eq(goes_by(&h, h.acked + 3), h.acked + 2);
	ck_assert_uint_eq(goes_by(&h, h.acked + 4), h.acked);
	ck_assert_uint_eq(goes_by(&h, h.acked + 5), h.acked + 4);
	deliver(&h, h.acked + 4);
	expect(&h, "the answer alone", 1, 0);
	end_as_coded(&h);
}
END_TEST

/* It dies between any two of them: what they go by is made again from disk. */
START_TEST(a_phone_that_dies_goes_on_where_it_was)
{
	char journal[64], other[72];
	struct heap h;

	snprintf(journal, sizeof journal, "/tmp/check-ahead-%d", (int)getpid());
	heap_init(&h, journal);
	put_messages(h.a, 0, &h.id, 50 * (MANY + 1));
	phone_upload_now(air_phone(h.a, 0));
	for (int i = 0; i < MANY; i++) {
		air_restart_phone(h.a, 0);
		phone_set_pace(air_phone(h.a, 0), 16, 30 * MINUTE);
		air_run(h.a, MINUTE);
	}
	for (uint32_t i = 1; i <= UPLOAD_AHEAD_MAX; i++)
		ck_assert_uint_eq(goes_by(&h, h.acked + i), h.acked + i - 1);
	for (uint32_t i = 1; i <= MANY; i++)
		deliver(&h, h.acked + i);
	expect(&h, "in order", MANY, 0);
	end_as_coded(&h);
	for (int i = 0; i < 3; i++) {
		static const char *const ends[] = { "", "-wal", "-shm" };

		snprintf(other, sizeof other, "%s%s", journal, ends[i]);
		unlink(other);
	}
}
END_TEST

/* Messages that are long, and as good as the same: what they teach is much, and
 * most of it is soon forgotten. */
static void
put_long(struct air *a, uint32_t *id, int n)
{
	for (; n > 0; n--, ++*id) {
		uint64_t seed = *id + 1;
		char body[321];

		memset(body, 'x', 300);
		for (int i = 300; i < 320; i++)
			body[i] =
			    (char)('a' + (check_random(&seed) >> 33) % 26);
		body[320] = '\0';
		put_message(a, 0, *id, body);
	}
}

/* Both ends still have what is acknowledged when all that may go ahead has. */
START_TEST(what_is_acknowledged_is_not_forgotten)
{
	struct heap h;

	heap_init(&h, NULL);
	if (_i == 1) { /* so much that some of it is forgotten soon */
		air_lose_all(h.a, false);
		phone_set_pace(air_phone(h.a, 0), 30, 30 * MINUTE);
		put_long(h.a, &h.id, 330);
		expect_all(&h);
		air_run(h.a, 15 * DAY);
		h.acked = (uint32_t)air_ask(h.a, 0, "acked");
		h.before = sent_so_far(h.a);
		phone_set_pace(air_phone(h.a, 0), 1000, MINUTE);
		air_lose_all(h.a, true);
	}
	put_long(h.a, &h.id, 120 * MANY);
	phone_upload_now(air_phone(h.a, 0));
	air_run(h.a, MINUTE);
	for (uint32_t i = 1; i <= UPLOAD_AHEAD_MAX + 2; i++) {
		uint32_t by = i <= UPLOAD_AHEAD_MAX ? i - 1 : 0;

		ck_assert_uint_eq(goes_by(&h, h.acked + i), h.acked + by);
		if (i == UPLOAD_AHEAD_MAX + 1)
			air_other_key(h.a, false);
		deliver(&h, h.acked + i);
		expect(&h, "long ones", i, 0);
	}
	end_as_coded(&h);
}
END_TEST

/* The last of many that go by what was acknowledged long ago comes after one
 * that goes by all of them. */
START_TEST(what_goes_by_an_older_state_may_come_late)
{
	struct heap h;
	const uint8_t *sms;
	uint32_t last;
	size_t len;

	heap_init(&h, NULL);
	put_long(h.a, &h.id, 118 * 15);
	phone_upload_now(air_phone(h.a, 0));
	air_run(h.a, MINUTE);
	ck_assert_uint_le(sent_so_far(h.a) - h.before, SENT_MAX);
	last = transfer_of_last(&h);
	ck_assert_uint_ge(last, h.acked + 14);
	for (uint32_t t = h.acked + 1; t < last; t++)
		deliver(&h, t);
	/* One comes again, and an answer comes through. */
	air_lose_all(h.a, false);
	air_sent(h.a, &sms, &len, remembered(&h) - 1);
	air_carry(h.a, -1, NUMBER, sms, len, false);
	air_run(h.a, MINUTE);
	ck_assert_uint_eq(air_ask(h.a, 0, "acked"), last - 1);
	air_lose_all(h.a, true);
	say_one(&h);
	ck_assert_uint_eq(goes_by(&h, last), h.acked);
	ck_assert_uint_eq(goes_by(&h, last + 1), last - 1);
	deliver(&h, last + 1);
	air_other_key(h.a, false); /* which remembers what is on disk */
	deliver(&h, last);
	expect(&h, "the last but one", last + 1 - h.acked, 0);
	end_as_coded(&h);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("ahead");
	TCase *tc = tcase_create("whole");

	tcase_set_timeout(tc, 900);
	tcase_add_test(tc, each_goes_by_all_before_it);
	tcase_add_test(tc, with_answers_each_goes_by_the_one_before);
	tcase_add_test(tc, a_heap_takes_what_was_said);
	tcase_add_test(tc, what_is_no_heap_goes_by_what_is_acknowledged);
	tcase_add_test(tc, an_answer_waits_for_nothing);
	tcase_add_test(tc, a_phone_that_dies_goes_on_where_it_was);
	tcase_add_loop_test(tc, what_is_acknowledged_is_not_forgotten, 0, 2);
	tcase_add_test(tc, what_goes_by_an_older_state_may_come_late);
	suite_add_tcase(s, tc);
	suite_add_tcase(s, ahead_gate_case());
	return check_main(s);
}
