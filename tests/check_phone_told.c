/*
 * What the service says to a phone, once, twice, late or never, and what the
 * phone makes of it.
 */
#include <string.h>

#include "check_main.h"
#include "phone_test.h"

START_TEST(exactly_what_is_asked_for)
{
	struct wire_ack a = { .cumulative = 1, .count = 1 };
	uint8_t plain[WIRE_DATA_MAX];
	struct peer_sms late;
	struct wire_frame f;
	size_t n;

	put_messages(1, 12);
	phone_upload_now(p->phone);
	peer_run(p, 1);
	n = p->nsent;
	ck_assert_uint_gt(n, 5);
	a.wanted[0] = 0x0012;
	peer_ack(p, &a);
	peer_run(p, 1);
	ck_assert_uint_eq(p->nsent, n + 2);
	for (size_t i = 0; i < 2; i++) {
		const struct peer_sms *again = &p->sent[n + i];

		wire_decode(again->octets, again->len, &f);
		ck_assert_int_eq(f.type, WIRE_SEGMENT);
		ck_assert_uint_eq(peer_transfer_of(p, again), 2);
		ck_assert_uint_eq(f.index, i == 0 ? 1 : 4);
		ck_assert_mem_eq(
		    again->octets, p->sent[f.index].octets, again->len);
	}
	acknowledge(2);
	ck_assert_uint_eq(status().in_flight, 0);
	ck_assert_int_eq(p->told[PHONE_N_ACKED], 1);
	/* One that was under way meanwhile asks for what has arrived. */
	a.cumulative = 1;
	p->sequence += 2;
	peer_say(p, WIRE_ACK, p->sequence - 1, plain,
	    wire_ack_encode(&a, plain), &late);
	acknowledge(2);
	ck_assert(peer_hear(p, &late));
	peer_run(p, DAY);
	ck_assert_uint_eq(p->nsent, n + 2);
	ck_assert_uint_eq(status().in_flight, 0);
	/* The service has lost it: the number is not left open. */
	peer_ack(p, &a);
	peer_run(p, 1);
	ck_assert_uint_eq(p->nsent, n + 3);
	ck_assert_uint_eq(status().pending, 0);
}
END_TEST

START_TEST(numbers_that_were_never_used_are_ignored)
{
	struct wire_ack a = { .cumulative = 900, .count = 1, .wanted = { 1 } };

	put_messages(1, 3);
	phone_upload_now(p->phone);
	peer_run(p, 1);
	p->nsent = 0;
	peer_ack(p, &a);
	ck_assert_uint_eq(status().in_flight, 1);
	a = (struct wire_ack){ .cumulative = 2, .count = WIRE_ACK_TRANSFERS };
	memset(a.wanted, 0xff, sizeof a.wanted);
	peer_ack(p, &a);
	peer_run(p, 1);
	ck_assert_uint_eq(p->nsent, 0);
}
END_TEST

START_TEST(a_replay_has_no_effect)
{
	static const struct policy lock = { .lock = true };
	uint8_t octets[WIRE_POLICY_MAX], plain[WIRE_DATA_MAX];
	struct wire_control c = { .command = WIRE_CMD_PING };
	struct peer_sms ping, later;
	size_t n = p->nsent;

	p->sequence = 100;
	peer_say(
	    p, WIRE_CONTROL, 50, plain, wire_control_encode(&c, plain), &ping);
	/* 49 behind is within the window of 64: once. */
	peer_policy(p, 1, &lock);
	for (int i = 0; i < 3; i++) {
		ck_assert(peer_hear(p, &ping));
		peer_run(p, 2 * MINUTE);
	}
	ck_assert_uint_eq(p->nsent, n + 1);
	/* 64 behind may have been seen before. */
	c.command = WIRE_CMD_UNBIND;
	peer_say(p, WIRE_CONTROL, p->sequence - 64, plain,
	    wire_control_encode(&c, plain), &later);
	ck_assert(peer_hear(p, &later));
	ck_assert_int_eq(status().state, PHONE_BOUND);
	/* An older policy under a new number. */
	c = (struct wire_control){ WIRE_CMD_POLICY, 1, 0, octets, 1 };
	octets[0] = 0;
	peer_command(p, c.command, 1, 0, octets, 1);
	ck_assert(status().effective.lock);
	ck_assert_uint_eq(status().owner.version, 1);
	/* A jump far ahead, then the one before it. */
	peer_say(p, WIRE_CONTROL, 10000, plain,
	    wire_control_encode(
		&(struct wire_control){ .command = WIRE_CMD_PING }, plain),
	    &ping);
	n = p->nsent;
	ck_assert(peer_hear(p, &ping));
	peer_run(p, 1);
	ck_assert_uint_eq(p->nsent, n + 1);
	peer_say(p, WIRE_CONTROL, 9999, plain,
	    wire_control_encode(
		&(struct wire_control){ .command = WIRE_CMD_UNBIND }, plain),
	    &later);
	ck_assert(peer_hear(p, &later));
	ck_assert_int_eq(status().state, PHONE_UNBOUND);
}
END_TEST

START_TEST(a_late_command_is_ignored)
{
	uint32_t now_s = (uint32_t)(p->now_ms / 1000);

	peer_command(p, WIRE_CMD_UNBIND, 0, now_s - 1, NULL, 0);
	ck_assert_int_eq(status().state, PHONE_BOUND);
	/* One that this version does not know. */
	peer_command(p, (enum wire_command)99, 0, 0, NULL, 0);
	ck_assert_int_eq(status().state, PHONE_BOUND);
	peer_command(p, WIRE_CMD_UNBIND, 0, now_s + 1, NULL, 0);
	ck_assert_int_eq(status().state, PHONE_UNBOUND);
}
END_TEST

START_TEST(the_lock_holds_and_is_reported)
{
	struct policy owner = { .lock = true,
		.kind[RECORD_MESSAGE].mode = POLICY_AT_ONCE };
	const struct policy own = { .kind[RECORD_MESSAGE].mode = POLICY_OFF };
	struct upload_preamble pre;
	struct record **list;
	size_t n;

	own_policy(RECORD_MESSAGE, POLICY_OFF, 0);
	peer_policy(p, 7, &owner);
	ck_assert_int_eq(p->told[PHONE_N_POLICY], 1);
	ck_assert_int_eq(
	    status().effective.kind[RECORD_MESSAGE].mode, POLICY_AT_ONCE);
	ck_assert_int_eq(phone_set_policy(p->phone, &own), PHONE_E_LOCKED);
	ck_assert_int_eq(
	    phone_bind_code(p->phone, PEER_SERVICE, p->code), PHONE_E_LOCKED);
	put_messages(1, 1);
	peer_run(p, 1);
	ck_assert(peer_read(p, 0, 2, &pre, &list, &n));
	ck_assert_uint_eq(n, 1);
	ck_assert_uint_eq(pre.policy_applied, 7);
	ck_assert(pre.user_refused);
	record_free(list[0]);
	free(list);
	/* Unlocked: the user's own counts where the owner says nothing. */
	peer_policy(p, 8, &(struct policy){ .lock = false });
	ck_assert_int_eq(
	    status().effective.kind[RECORD_MESSAGE].mode, POLICY_OFF);
	peer_run(p, HOUR);
	ck_assert(peer_read(p, 1, 3, &pre, &list, &n));
	ck_assert_uint_eq(n, 0);
	ck_assert_uint_eq(pre.policy_applied, 8);
	ck_assert(!pre.user_refused);
	free(list);
}
END_TEST

START_TEST(silence_is_answered_by_the_last_sms)
{
	put_messages(1, 1);
	phone_upload_now(p->phone);
	peer_run(p, 1);
	ck_assert_uint_eq(p->nsent, 1);
	peer_run(p, 30 * DAY);
	ck_assert_uint_gt(p->nsent, 3);
	ck_assert_uint_lt(p->nsent, 20);
	for (size_t i = 1; i < p->nsent; i++)
		ck_assert_mem_eq(
		    p->sent[i].octets, p->sent[0].octets, p->sent[0].len);
	acknowledge(2);
	p->nsent = 0;
	peer_run(p, 100 * DAY);
	ck_assert_uint_eq(p->nsent, 0);
}
END_TEST

/* Its user asks for an upload, and nothing is new, but not all is answered: the
 * last SMS is said once more, ten minutes after it was at the earliest. */
START_TEST(an_upload_of_nothing_asks_for_an_answer)
{
	put_messages(1, 1);
	phone_upload_now(p->phone);
	for (int i = 0; i < 3; i++) { /* impatience puts nothing off */
		peer_run(p, 3 * MINUTE);
		phone_upload_now(p->phone);
	}
	ck_assert_uint_eq(p->nsent, 1);
	peer_run(p, 2 * MINUTE);
	ck_assert_uint_eq(p->nsent, 2);
	peer_run(p, 30 * MINUTE);
	ck_assert_uint_eq(p->nsent, 2);
	for (int i = 0; i < 3; i++) {
		phone_upload_now(p->phone);
		peer_run(p, MINUTE);
		ck_assert_uint_eq(p->nsent, 3);
	}
	ck_assert_mem_eq(p->sent[2].octets, p->sent[0].octets, p->sent[0].len);
	acknowledge(2);
	phone_upload_now(p->phone);
	peer_run(p, DAY);
	ck_assert_uint_eq(p->nsent, 3);
}
END_TEST

/* One that no transfer can hold does not stand in the way of the others. */
START_TEST(too_large_a_record_blocks_nothing)
{
	struct record *r = record_new(RECORD_CONTACT, 1);
	static char text[8001];
	uint64_t random = 5;

	for (size_t i = 0; i < sizeof text - 1; i++)
		text[i] = (char)('!' + check_random(&random) % 94);
	record_add_text(r, RECORD_NAME, "Anna");
	record_add_text(r, RECORD_NOTE_TEXT, text);
	peer_put(p, r);
	put_messages(1, 5);
	phone_upload_now(p->phone);
	peer_run(p, DAY);
	ck_assert_uint_gt(p->nsent, 0);
	ck_assert_uint_eq(records_in(0, 2, 2), 5);
	acknowledge(1 + (uint32_t)status().in_flight);
	/* Smaller, it goes. */
	r = record_new(RECORD_CONTACT, 1);
	record_add_text(r, RECORD_NAME, "Anna");
	peer_put(p, r);
	phone_upload_now(p->phone);
	p->nsent = 0;
	peer_run(p, 1);
	ck_assert_uint_eq(p->nsent, 1);
	ck_assert_uint_eq(status().pending, 0);
}
END_TEST

TCase *
phone_told_case(void)
{
	TCase *tc = bound_case("bound");

	tcase_add_test(tc, exactly_what_is_asked_for);
	tcase_add_test(tc, numbers_that_were_never_used_are_ignored);
	tcase_add_test(tc, a_replay_has_no_effect);
	tcase_add_test(tc, a_late_command_is_ignored);
	tcase_add_test(tc, the_lock_holds_and_is_reported);
	tcase_add_test(tc, silence_is_answered_by_the_last_sms);
	tcase_add_test(tc, an_upload_of_nothing_asks_for_an_answer);
	tcase_add_test(tc, too_large_a_record_blocks_nothing);
	return tc;
}
