/*
 * The phone's library against the service's end of the air: when it uploads,
 * whatever its clock says.
 */
#include <stdlib.h>
#include <unistd.h>

#include "check_main.h"
#include "phone_test.h"

START_TEST(manual_waits_to_be_told)
{
	own_policy(RECORD_MESSAGE, POLICY_MANUAL, 0);
	put_messages(1, 30);
	peer_run(p, 60 * DAY);
	ck_assert_uint_eq(p->nsent, 0);
	ck_assert_int_eq(phone_upload_now(p->phone), PHONE_OK);
	peer_run(p, 1);
	ck_assert_uint_gt(p->nsent, 0);
	ck_assert_uint_eq(status().pending, 0);
}
END_TEST

START_TEST(off_is_never_sent)
{
	own_policy(RECORD_MESSAGE, POLICY_OFF, 0);
	put_messages(1, 30);
	ck_assert_int_eq(phone_upload_now(p->phone), PHONE_OK);
	peer_run(p, 60 * DAY);
	ck_assert_uint_eq(p->nsent, 0);
	ck_assert_uint_eq(status().pending, 30);
	/* On again: nothing was forgotten. */
	own_policy(RECORD_MESSAGE, POLICY_AT_ONCE, 0);
	peer_run(p, 1);
	ck_assert_uint_eq(status().pending, 0);
}
END_TEST

START_TEST(at_once_is_at_once)
{
	own_policy(RECORD_MESSAGE, POLICY_AT_ONCE, 0);
	for (uint32_t i = 1; i <= 5; i++) {
		int64_t at = p->mono_ms;

		put_messages(i, 1);
		peer_run(p, 1);
		ck_assert_uint_eq(p->nsent, i);
		ck_assert_int_eq(p->sent[i - 1].mono_ms, at);
		peer_run(p, HOUR);
	}
}
END_TEST

START_TEST(an_interval_gathers)
{
	own_policy(RECORD_MESSAGE, POLICY_INTERVAL, 120);
	put_messages(1, 1);
	peer_run(p, 1);
	/* The first for long goes at once; the next only two hours later. */
	ck_assert_uint_eq(p->nsent, 1);
	for (uint32_t i = 2; i <= 7; i++) {
		put_messages(i, 1);
		peer_run(p, 15 * MINUTE);
	}
	ck_assert_uint_eq(p->nsent, 1);
	peer_run(p, 8 * HOUR);
	ck_assert_uint_gt(p->nsent, 3);
	for (size_t i = 1; i < p->nsent; i++)
		ck_assert_int_eq(
		    p->sent[i].mono_ms, p->sent[0].mono_ms + 2 * HOUR);
	ck_assert_uint_eq(records_in(1, 3, 3), 6);
	ck_assert_uint_eq(status().in_flight, 2);
}
END_TEST

START_TEST(fill_waits_for_a_full_sms)
{
	own_policy(RECORD_MESSAGE, POLICY_FILL, 1440);
	put_messages(1, 1);
	peer_run(p, HOUR);
	ck_assert_uint_eq(p->nsent, 0);
	put_messages(2, 1);
	peer_run(p, HOUR);
	/* Two do not fit one SMS: the first that is full has gone. */
	ck_assert_uint_eq(p->nsent, 1);
	ck_assert_uint_eq(status().pending, 1);
	peer_run(p, 21 * HOUR);
	ck_assert_uint_eq(p->nsent, 1);
	/* The oldest is a day old. */
	peer_run(p, 3 * HOUR);
	ck_assert_uint_eq(p->nsent, 2);
	ck_assert_uint_eq(status().pending, 0);
}
END_TEST

/* Android lets an app send 30 SMS in 30 minutes, over a restart as well. */
START_TEST(the_pace_is_kept)
{
	size_t n;

	phone_set_pace(p->phone, 30, 30 * MINUTE);
	put_messages(1, 200);
	phone_upload_now(p->phone);
	do {
		n = p->nsent;
		peer_run(p, 31 * MINUTE);
	} while (p->nsent > n + 1); /* one is said again after ten minutes */
	ck_assert_uint_gt(p->nsent, 60);
	for (size_t i = 30; i < p->nsent; i++)
		ck_assert_int_ge(
		    p->sent[i].mono_ms - p->sent[i - 30].mono_ms, 30 * MINUTE);
	/* And no slower than it may. */
	ck_assert_int_le(p->sent[n - 1].mono_ms - p->sent[0].mono_ms,
	    (int64_t)(n / 30) * 30 * MINUTE);
}
END_TEST

START_TEST(a_day_has_its_limit)
{
	struct policy own = { .daily_sms = 7,
		.kind[RECORD_MESSAGE].mode = POLICY_AT_ONCE };
	size_t today = 0;

	ck_assert_int_eq(phone_set_policy(p->phone, &own), PHONE_OK);
	put_messages(1, 40);
	peer_run(p, 10 * DAY);
	ck_assert_uint_gt(p->nsent, 20);
	for (size_t i = 0; i < p->nsent; i++) {
		int64_t ms = p->sent[i].mono_ms;

		today = 1;
		for (size_t k = 0; k < i; k++) {
			int64_t wall = p->now_ms - p->mono_ms;

			today += (p->sent[k].mono_ms + wall) / DAY ==
				 (ms + wall) / DAY;
		}
		ck_assert_uint_le(today, 7);
	}
}
END_TEST

START_TEST(no_coverage_loses_nothing)
{
	own_policy(RECORD_MESSAGE, POLICY_AT_ONCE, 0);
	p->no_coverage = true;
	put_messages(1, 20);
	peer_run(p, check_short() < 100 ? 3 * DAY : 8 * HOUR);
	ck_assert_uint_eq(p->nsent, 0);
	p->no_coverage = false;
	peer_run(p, MINUTE);
	ck_assert_uint_gt(p->nsent, 0);
	ck_assert_uint_eq(status().pending, 0);
	ck_assert_uint_eq(
	    records_in(0, 2, 1 + (uint32_t)status().in_flight), 20);
}
END_TEST

/* While uploads go on, each says what was sent before it: nothing is said again
 * for want of an answer until the phone has been silent for 36 hours. */
START_TEST(routine_uploads_wait_for_their_answer)
{
	own_policy(RECORD_MESSAGE, POLICY_AT_ONCE, 0);
	for (uint32_t day = 1; day <= 10; day++) {
		put_messages(day, 1);
		peer_run(p, DAY);
		ck_assert_uint_eq(p->nsent, day);
	}
	peer_run(p, 11 * HOUR);
	ck_assert_uint_eq(p->nsent, 10);
	peer_run(p, 2 * HOUR);
	ck_assert_uint_eq(p->nsent, 11);
	ck_assert_uint_eq(peer_transfer_of(p, &p->sent[10]),
	    peer_transfer_of(p, &p->sent[9]));
	/* An answer within minutes is still expected of what was asked for. */
	put_messages(11, 1);
	phone_upload_now(p->phone);
	peer_run(p, MINUTE);
	ck_assert_uint_eq(p->nsent, 12);
	put_messages(12, 1);
	peer_run(p, MINUTE);
	ck_assert_uint_eq(p->nsent, 13);
	peer_run(p, 10 * MINUTE);
	ck_assert_uint_eq(p->nsent, 14);
}
END_TEST

/* ---- clocks ---- */

static size_t
ten_days(int64_t jump_ms)
{
	size_t n;

	open_bound();
	own_policy(RECORD_MESSAGE, POLICY_INTERVAL, 360);
	for (uint32_t i = 1; i <= 240; i++) {
		put_messages(i, 1);
		peer_run(p, HOUR);
		if (i % 24 == 0)
			p->now_ms += i % 48 == 0 ? jump_ms : -jump_ms / 2;
	}
	ck_assert_uint_le(status().pending, 6);
	n = status().in_flight;
	close_peer();
	return n;
}

/* The wall clock jumps each day, forth and back: the uploads are the same. */
START_TEST(a_clock_that_jumps_changes_nothing)
{
	static const int64_t jumps[] = { HOUR, 30 * DAY, 400 * DAY, -HOUR,
		-30 * DAY, -2000 * DAY };
	size_t steady = ten_days(0);

	ck_assert_uint_gt(steady, 30);
	ck_assert_uint_eq(ten_days(jumps[_i]), steady);
}
END_TEST

/* Restarted while the wall clock is wrong: neither silent nor a flood. */
START_TEST(a_restart_with_a_wrong_clock)
{
	static const int64_t jumps[] = { -20000 * DAY, -DAY, DAY, 9000 * DAY };
	char path[] = "/tmp/smsvault-phone.XXXXXX";
	int fd = mkstemp(path);

	ck_assert_int_ge(fd, 0);
	close(fd);
	ck_assert_ptr_nonnull(p = calloc(1, sizeof *p));
	peer_open(p, path);
	peer_bind(p);
	own_policy(RECORD_MESSAGE, POLICY_INTERVAL, 60);
	put_messages(1, 2);
	peer_run(p, 10 * HOUR);
	p->nsent = 0;
	p->now_ms += jumps[_i];
	peer_restart(p, path);
	put_messages(10, 2);
	peer_run(p, 2 * HOUR);
	ck_assert_uint_gt(p->nsent, 0);
	ck_assert_uint_le(p->nsent, 4);
	ck_assert_uint_eq(status().pending, 0);
	close_peer();
	remove_journal(path);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("phone");
	TCase *tc = bound_case("bound");

	tcase_add_test(tc, manual_waits_to_be_told);
	tcase_add_test(tc, off_is_never_sent);
	tcase_add_test(tc, at_once_is_at_once);
	tcase_add_test(tc, an_interval_gathers);
	tcase_add_test(tc, fill_waits_for_a_full_sms);
	tcase_add_test(tc, the_pace_is_kept);
	tcase_add_test(tc, a_day_has_its_limit);
	tcase_add_test(tc, no_coverage_loses_nothing);
	tcase_add_test(tc, routine_uploads_wait_for_their_answer);
	suite_add_tcase(s, phone_binding_case());
	suite_add_tcase(s, tc);
	suite_add_tcase(s, phone_told_case());
	tc = tcase_create("clocks");
	tcase_set_timeout(tc, 300);
	tcase_add_loop_test(
	    tc, a_clock_that_jumps_changes_nothing, 0, check_rounds(6));
	tcase_add_loop_test(
	    tc, a_restart_with_a_wrong_clock, 0, check_rounds(4));
	suite_add_tcase(s, tc);
	return check_main(s);
}
