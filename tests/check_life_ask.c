/*
 * When the gateway asks for what is missing of a phone that says little.
 */
#include <string.h>

#include "check_life_down.h"
#include "check_main.h"
#include "pack.h"

#define MINUTE 60000LL
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

static int64_t
questions(struct hand *h)
{
	return hand_int(h, "SELECT count(*) FROM outbox WHERE account_id = $A "
			   "AND purpose = 'ack'");
}

static void
look(struct hand *h)
{
	ck_assert_int_ge(
	    gateway_open(air_gateway(hand_air(h)), 64, air_now(hand_air(h))),
	    0);
	ck_assert_int_eq(
	    gateway_tick(air_gateway(hand_air(h)), air_now(hand_air(h))), 0);
}

/* Of transfer 10, a note in three SMS, those of the mask. */
static void
say_some(struct hand *h, unsigned which)
{
	const struct upload_preamble pre = { .codec = PACK_PLAIN };
	struct record *r = record_new(RECORD_NOTE, 1);
	uint8_t text[512], sms[WIRE_SEGMENTS_MAX][WIRE_DATA_MAX];
	size_t head = upload_put(&pre, text), n, len[WIRE_SEGMENTS_MAX];
	char body[281];

	memset(body, 'n', 280);
	body[280] = '\0';
	record_set_time_ms(r, 1760000000000);
	record_add_text(r, RECORD_BODY, body);
	ck_assert_uint_eq(
	    pack_fill(PACK_PLAIN, (const struct record *const *)&r, 1,
		text + head, sizeof text - head, &n),
	    1);
	record_free(r);
	ck_assert_int_eq(seal_transfer(hand_keys(h), false, 10, text, head + n,
			     WIRE_DATA_MAX, sms, len),
	    3);
	for (unsigned i = 0; i < 3; i++)
		if ((which >> i & 1) != 0)
			ck_assert_int_eq(air_inject(hand_air(h), HAND_NUMBER,
					     sms[i], len[i]),
			    GATEWAY_TAKEN);
	look(h);
}

/* A phone of which one SMS came, of transfer 10, and that was asked three times
 * for the rest and for what is below, the last time 50 minutes ago. */
static struct hand *
silent(int64_t *asked)
{
	struct hand *h = hand_new();
	int64_t before = questions(h);

	air_tick_every(hand_air(h), 10 * MINUTE);
	say_some(h, 1u);
	air_run(hand_air(h), 15 * HOUR);
	*asked = questions(h);
	ck_assert_int_eq(*asked - before, 3);
	return h;
}

/* What has just come is not asked for yet: nor is that a reason to say at every
 * look that nothing is. */
START_TEST(a_question_is_put_once)
{
	int64_t asked;
	struct hand *h = silent(&asked);

	air_run(hand_air(h), 2 * DAY);
	ck_assert_int_eq(questions(h), asked);
	say_some(h, 1u << 1);
	for (int i = 0; i < 5; i++) {
		look(h);
		air_run(hand_air(h), MINUTE);
	}
	ck_assert_int_le(questions(h), asked + 1);
	air_run(hand_air(h), DAY - HOUR);
	ck_assert_int_le(questions(h), asked + 2);
	hand_free(h);
}
END_TEST

/* The user presses "upload": a new SMS asks for an answer. */
static uint32_t
press(struct hand *h)
{
	const struct upload_preamble pre = { .codec = PACK_PLAIN,
		.ack_wanted = true };

	return hand_pong(h, HAND_NUMBER, &pre);
}

/* That brings the next question forward, once for each, and not sooner than ten
 * minutes after an ACK. */
START_TEST(a_phone_that_asks_is_asked_at_once)
{
	int64_t asked;
	struct hand *h = silent(&asked);

	press(h);
	ck_assert_int_eq(questions(h), ++asked);
	press(h);
	press(h);
	air_run(hand_air(h), 9 * MINUTE);
	look(h);
	ck_assert_int_eq(questions(h), asked);
	air_run(hand_air(h), MINUTE);
	look(h);
	ck_assert_int_eq(questions(h), ++asked);
	air_run(hand_air(h), 23 * HOUR);
	ck_assert_int_eq(questions(h), asked);
	hand_free(h);
}
END_TEST

/* What is not genuine asks for nothing. */
static void
forge(struct hand *h)
{
	const struct upload_preamble pre = { .codec = PACK_PLAIN,
		.ack_wanted = true };
	uint8_t text[UPLOAD_PREAMBLE_MAX];
	uint8_t sms[WIRE_SEGMENTS_MAX][WIRE_DATA_MAX];
	size_t len[WIRE_SEGMENTS_MAX];

	seal_transfer(hand_keys(h), false, 11, text, upload_put(&pre, text),
	    WIRE_DATA_MAX, sms, len);
	sms[0][len[0] - 1] ^= 1;
	ck_assert_int_eq(
	    air_inject(hand_air(h), HAND_NUMBER, sms[0], len[0]), GATEWAY_JUNK);
	look(h);
}

/* A phone that has nothing new says what it said last, and so can anybody who
 * has heard it: that is worth a question an hour. */
START_TEST(what_was_said_before_asks_once_an_hour)
{
	const struct upload_preamble pre = { .codec = PACK_PLAIN };
	uint8_t text[UPLOAD_PREAMBLE_MAX];
	size_t len = upload_put(&pre, text);
	int64_t asked;
	struct hand *h = silent(&asked);
	uint32_t single = hand_say(h, HAND_NUMBER, text, len);

	forge(h);
	air_run(hand_air(h), 2 * HOUR);
	ck_assert_int_eq(questions(h), asked);
	for (int i = 0; i < 4; i++) {
		if (_i == 0) /* of a transfer that is not whole */
			say_some(h, 1u);
		else
			hand_say_as(h, HAND_NUMBER, single, text, len);
		if (i > 0) { /* but for the first it is too early */
			ck_assert_int_eq(questions(h), asked);
			air_run(hand_air(h), 50 * MINUTE);
			ck_assert_int_eq(questions(h), asked);
			air_run(hand_air(h), 11 * MINUTE);
			look(h);
		}
		ck_assert_int_eq(questions(h), ++asked);
	}
	air_run(hand_air(h), 20 * HOUR);
	ck_assert_int_eq(questions(h), asked);
	hand_free(h);
}
END_TEST

TCase *
life_ask_case(void)
{
	TCase *tc = tcase_create("ask");

	tcase_set_timeout(tc, 600);
	tcase_add_test(tc, a_question_is_put_once);
	tcase_add_test(tc, a_phone_that_asks_is_asked_at_once);
	tcase_add_loop_test(tc, what_was_said_before_asks_once_an_hour, 0, 2);
	return tc;
}
