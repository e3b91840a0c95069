/*
 * What goes up in the whole life of a phone: another SIM, filters, quiet hours,
 * roaming, and the proof that nothing is missing.
 */
#include "be.h"
#include "check_main.h"
#include "phone_test.h"

static struct record *
sim_record(uint32_t id)
{
	struct record *r = record_new(RECORD_SIM, id);

	record_set_time_ms(r, 1759999000000 + id);
	record_add_text(r, RECORD_NUMBER, "+358401112222");
	record_add_text(r, RECORD_SIM_ID, "89358012345678901234");
	record_add_text(r, RECORD_OPERATOR, "Elisa");
	record_add_text(r, RECORD_IMSI, "244051234567890");
	record_add_text(r, RECORD_CELL, "244-05-1234-56789");
	return r;
}

/* ---- another SIM ---- */

/* First, at once, alone and in one SMS, whatever holds. */
START_TEST(a_sim_is_said_first)
{
	struct policy own = {
		.daily_sms = 1, .quiet_from = 0, .quiet_to = 1439
	};
	struct upload_preamble pre;
	enum record_kind kind;
	uint32_t id;

	own.kind[RECORD_SIM].mode = POLICY_OFF;
	own.kind[RECORD_MESSAGE].mode = POLICY_AT_ONCE;
	set_own(&own);
	p->roaming = true;
	for (uint32_t i = 1; i <= 40; i++)
		put_message(i, "+358401234567", "Hello from the station");
	peer_run(p, HOUR);
	ck_assert_uint_eq(p->nsent, 0);
	peer_put(p, sim_record(1));
	peer_run(p, 1);
	ck_assert_uint_eq(p->nsent, 1);
	ck_assert_uint_eq(look(2, &pre, &kind, &id), 1);
	ck_assert_int_eq(kind, RECORD_SIM);
	/* The same SIM again is no event. */
	peer_put(p, sim_record(1));
	peer_run(p, DAY / 2);
	ck_assert_uint_eq(p->nsent, 1);
	p->roaming = false;
	set_own(
	    &(struct policy){ .kind[RECORD_MESSAGE].mode = POLICY_AT_ONCE });
	peer_run(p, MINUTE);
	ck_assert_uint_eq(status().pending, 0);
}
END_TEST

/* It overtakes what waits for the radio. */
START_TEST(a_sim_overtakes)
{
	struct upload_preamble pre;
	enum record_kind kind;
	uint32_t id;

	p->no_coverage = true;
	for (uint32_t i = 1; i <= 60; i++)
		peer_put(p, peer_message(i, p->now_ms - i));
	phone_upload_now(p->phone);
	peer_run(p, HOUR);
	peer_put(p, sim_record(7));
	peer_run(p, MINUTE);
	p->no_coverage = false;
	peer_run(p, MINUTE);
	ck_assert_uint_eq(peer_transfer_of(p, &p->sent[0]), 3);
	ck_assert_uint_eq(look(3, &pre, &kind, &id), 1);
	ck_assert_int_eq(kind, RECORD_SIM);
	ck_assert_uint_eq(status().pending, 0);
}
END_TEST

/* ---- what may go, and when ---- */

START_TEST(filters_hold_back_and_let_go)
{
	struct policy own = { .codes = POLICY_NO,
		.word = { "secret" },
		.peer = { "0401111111" } };
	struct upload_preamble pre;
	enum record_kind kind;
	uint32_t id;

	own.kind[RECORD_MESSAGE].mode = POLICY_AT_ONCE;
	set_own(&own);
	put_message(1, "+358401234567", "Your code is 123456");
	put_message(2, "+358401234567", "A SECRET place");
	put_message(3, "+358401111111", "Nobody shall know");
	put_message(4, "+358401234567", "Harmless");
	peer_run(p, DAY);
	ck_assert_uint_eq(p->nsent, 1);
	ck_assert_uint_eq(look(2, &pre, &kind, &id), 1);
	ck_assert_uint_eq(id, 4);
	ck_assert_uint_eq(status().pending, 0);
	/* What was never sent is not missed when it is deleted. */
	put_delete(RECORD_MESSAGE, 3);
	own.codes = POLICY_YES;
	memset(own.word, 0, sizeof own.word);
	set_own(&own);
	peer_run(p, 1);
	ck_assert_uint_eq(look(3, &pre, &kind, &id), 2);
	memset(own.peer, 0, sizeof own.peer);
	set_own(&own);
	peer_run(p, DAY);
	ck_assert_uint_eq(status().in_flight, 2);
}
END_TEST

/* The quiet hours are those of where the phone is. */
START_TEST(quiet_hours_are_local)
{
	static const int offsets[] = { 0, 120, -300, 330, 825 };
	struct policy own = { .quiet_from = 22 * 60, .quiet_to = 7 * 60 };
	uint32_t id = 1;

	p->utc_offset_min = offsets[_i];
	own.kind[RECORD_MESSAGE].mode = POLICY_AT_ONCE;
	set_own(&own);
	for (int i = 0; i < 96; i++) {
		put_message(id++, "+358401234567", "On the hour");
		peer_run(p, HOUR / 2 + MINUTE);
	}
	ck_assert_uint_gt(p->nsent, 20);
	for (size_t i = 0; i < p->nsent; i++) {
		int64_t wall = p->sent[i].mono_ms + p->now_ms - p->mono_ms;
		int64_t minute = (wall / MINUTE + p->utc_offset_min) % 1440;

		ck_assert_msg(minute >= 7 * 60 && minute < 22 * 60,
		    "sent at %lld:%02lld", (long long)minute / 60,
		    (long long)minute % 60);
	}
	peer_run(p, DAY);
	ck_assert_uint_eq(status().pending, 0);
}
END_TEST

START_TEST(roaming_waits)
{
	struct policy own = { .roaming = POLICY_YES };

	at_once(RECORD_MESSAGE);
	p->roaming = true;
	put_message(1, "+358401234567", "From abroad");
	peer_run(p, 3 * DAY);
	ck_assert_uint_eq(p->nsent, 0);
	p->roaming = false;
	peer_run(p, HOUR);
	ck_assert_uint_eq(p->nsent, 1);
	own.kind[RECORD_MESSAGE].mode = POLICY_AT_ONCE;
	set_own(&own);
	p->roaming = true;
	put_message(2, "+358401234567", "It may");
	peer_run(p, 1);
	ck_assert_uint_eq(p->nsent, 2);
}
END_TEST

/* Every kind obeys its mode. */
START_TEST(each_kind_has_its_mode)
{
	enum record_kind kind = (enum record_kind)_i;
	struct policy own = { .lock = false };
	struct record *r = record_new(kind, 1);

	own.kind[kind].mode = POLICY_MANUAL;
	set_own(&own);
	record_set_time_ms(r, p->now_ms);
	peer_put(p, r);
	peer_run(p, 40 * DAY);
	ck_assert_uint_eq(p->nsent, 0);
	ck_assert_uint_eq(phone_upload_cost(p->phone), 1);
	phone_upload_now(p->phone);
	peer_run(p, 1);
	ck_assert_uint_eq(p->nsent, 1);
	ck_assert_uint_eq(phone_upload_cost(p->phone), 0);
	peer_ack(p, &(struct wire_ack){ .cumulative = 2 });
	own.kind[kind].mode = POLICY_INTERVAL;
	own.kind[kind].interval_min = 60;
	set_own(&own);
	put_delete(kind, 1);
	peer_run(p, HOUR + MINUTE);
	ck_assert_uint_eq(p->nsent, 2);
	ck_assert_uint_eq(status().pending, 0);
}
END_TEST

static void
by_hand(enum policy_mode mode)
{
	struct policy own = { .lock = false };

	for (int k = RECORD_CONTACT; k <= RECORD_FILE; k++)
		own.kind[k].mode = mode;
	set_own(&own);
}

/* How long it may be silent is said once, in an hour at the latest, and not if
 * its user has thought better of it. */
START_TEST(how_long_it_may_wait_is_said)
{
	struct upload_preamble pre;
	enum record_kind kind;
	uint32_t id;

	by_hand(POLICY_MANUAL);
	by_hand(POLICY_INHERIT);
	peer_run(p, 2 * HOUR);
	ck_assert_uint_eq(p->nsent, 0);
	by_hand(POLICY_MANUAL);
	peer_run(p, 2 * HOUR);
	ck_assert_uint_eq(p->nsent, 1);
	ck_assert_uint_eq(look(2, &pre, &kind, &id), 0);
	ck_assert(pre.has_wait);
	ck_assert_uint_eq(pre.wait_min, POLICY_WAIT_NEVER);
	peer_ack(p, &(struct wire_ack){ .cumulative = 2 });
	peer_run(p, DAY);
	by_hand(POLICY_OFF);
	peer_run(p, DAY);
	ck_assert_uint_eq(p->nsent, 1);
	/* What goes anyway says it as well. */
	by_hand(POLICY_AT_ONCE);
	put_message(1, "+358401234567", "Hello");
	peer_run(p, 2 * HOUR);
	ck_assert_uint_eq(p->nsent, 2);
	ck_assert_uint_eq(look(3, &pre, &kind, &id), 1);
	ck_assert(pre.has_wait);
	ck_assert_uint_eq(pre.wait_min, 0);
}
END_TEST

/* First what is worth most. */
START_TEST(the_first_backup_is_in_order)
{
	static const enum record_kind want[] = { RECORD_CONTACT, RECORD_CALL,
		RECORD_MESSAGE, RECORD_CALENDAR, RECORD_NOTE };
	static const enum record_kind put[] = { RECORD_NOTE, RECORD_MESSAGE,
		RECORD_CALENDAR, RECORD_CONTACT, RECORD_CALL };
	struct upload_preamble pre;
	struct record **list;
	size_t n;

	for (size_t i = 0; i < 5; i++) {
		struct record *r = record_new(put[i], 1);

		record_set_time_ms(r, p->now_ms + (int64_t)i);
		peer_put(p, r);
	}
	phone_upload_now(p->phone);
	peer_run(p, 1);
	ck_assert(peer_read(p, 0, 2, &pre, &list, &n));
	ck_assert_uint_eq(n, 5);
	for (size_t i = 0; i < n; i++) {
		ck_assert_int_eq(record_kind(list[i]), want[i]);
		record_free(list[i]);
	}
	free(list);
}
END_TEST

/* ---- proof of completeness ---- */

static uint32_t
mark(const struct record *r)
{
	uint8_t octets[RECORD_STORED_MAX];

	return seal_mark(
	    p->keys, octets, record_encode(r, octets, sizeof octets));
}

START_TEST(state_is_what_was_put_into_transfers)
{
	struct upload_preamble pre;
	enum record_kind kind;
	uint32_t id, sum = 0;

	at_once(RECORD_MESSAGE);
	/* So many that the last SMS has room for it at no cost. */
	for (uint32_t i = 1; i <= 6; i++) {
		struct record *r = peer_message(i, p->now_ms - i);

		sum += mark(r);
		peer_put(p, r);
	}
	peer_run(p, 1);
	ck_assert_uint_eq(look(2, &pre, &kind, &id), 6);
	ck_assert_uint_eq(pre.states, 1);
	ck_assert_uint_eq(pre.state[0].kind, RECORD_MESSAGE);
	ck_assert_uint_eq(pre.state[0].count, 6);
	ck_assert_uint_eq(pre.state[0].mark, sum);
	/* Once a day. */
	put_delete(RECORD_MESSAGE, 1);
	peer_run(p, 1);
	look(3, &pre, &kind, &id);
	ck_assert_uint_eq(pre.states, 0);
	peer_run(p, DAY);
	put_delete(RECORD_MESSAGE, 2);
	peer_run(p, 1);
	look(4, &pre, &kind, &id);
	ck_assert_uint_eq(pre.states, 1);
	ck_assert_uint_eq(pre.state[0].count, 4);
	/* What is here and not sent does not count. */
	set_own(&(struct policy){ .kind[RECORD_MESSAGE].mode = POLICY_MANUAL });
	peer_put(p, peer_message(7, p->now_ms));
	peer_command(
	    p, WIRE_CMD_STATE, 0, 0, (const uint8_t[]){ RECORD_MESSAGE }, 1);
	peer_run(p, 1);
	ck_assert_uint_eq(look(5, &pre, &kind, &id), 0);
	ck_assert_uint_eq(pre.state[0].count, 4);
}
END_TEST

START_TEST(buckets_and_again)
{
	uint8_t again[3] = { RECORD_MESSAGE };
	struct upload_preamble pre;
	enum record_kind kind;
	uint32_t id, sum = 0, count = 0, want = 0;

	set_own(&(struct policy){ .kind[RECORD_MESSAGE].mode = POLICY_MANUAL });
	for (uint32_t i = 1; i <= 40; i++) {
		struct record *r = peer_message(i, p->now_ms - i);

		if (i % 16 == 3)
			want += mark(r);
		peer_put(p, r);
	}
	phone_upload_now(p->phone);
	peer_run(p, 1);
	p->nsent = 0;
	peer_command(p, WIRE_CMD_STATE, 0, 0, again, 1);
	peer_run(p, 1);
	ck_assert_uint_eq(p->nsent, 1); /* it all fits one SMS */
	id = peer_transfer_of(p, &p->sent[0]);
	look(id, &pre, &kind, &id);
	ck_assert_uint_eq(pre.bucket_kind, RECORD_MESSAGE);
	for (int b = 0; b < UPLOAD_BUCKETS; b++) {
		count += pre.bucket[b].count;
		sum += pre.bucket[b].mark;
	}
	ck_assert_uint_eq(count, 40);
	ck_assert_uint_eq(sum, pre.state[0].mark);
	ck_assert_uint_eq(pre.bucket[3].mark, want);
	/* Those of two buckets once more, deleted ones too, by hand or not. */
	put_delete(RECORD_MESSAGE, 3);
	put_delete(RECORD_MESSAGE, 5);
	phone_upload_now(p->phone);
	peer_run(p, 1);
	be_put16(again + 1, 1u << 3 | 1u << 5);
	p->nsent = 0;
	peer_command(p, WIRE_CMD_AGAIN, 0, 0, again, 3);
	peer_run(p, MINUTE);
	id = peer_transfer_of(p, &p->sent[0]);
	ck_assert_uint_eq(look(id, &pre, &kind, &id), 3 + 3);
	ck_assert_uint_eq(pre.states, 1);
	ck_assert_uint_eq(pre.state[0].count, 38);
	ck_assert_uint_eq(status().pending, 0);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("phone_life");
	TCase *tc = bound_case("life");

	tcase_add_test(tc, a_sim_is_said_first);
	tcase_add_test(tc, a_sim_overtakes);
	tcase_add_test(tc, filters_hold_back_and_let_go);
	tcase_add_loop_test(tc, quiet_hours_are_local, 0, 5);
	tcase_add_test(tc, roaming_waits);
	tcase_add_loop_test(
	    tc, each_kind_has_its_mode, RECORD_CONTACT, RECORD_DEVICE + 1);
	tcase_add_test(tc, how_long_it_may_wait_is_said);
	tcase_add_test(tc, the_first_backup_is_in_order);
	tcase_add_test(tc, state_is_what_was_put_into_transfers);
	tcase_add_test(tc, buckets_and_again);
	suite_add_tcase(s, tc);
	suite_add_tcase(s, phone_file_case());
	suite_add_tcase(s, phone_lost_case());
	return check_main(s);
}
