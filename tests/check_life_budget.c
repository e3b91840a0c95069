/*
 * A restore and the limits of its account, which are those of every new one.
 */
#include <stdio.h>
#include <unistd.h>

#include "check_life_down.h"
#include "check_main.h"
#include "gate.h"

#define HOUR 3600000LL
#define DAY (24 * HOUR)
#define SPENT(which) \
	"SELECT coalesce(sum(sms), 0) FROM spend WHERE account_id = $A AND " \
	"purpose " which " 'granted'"

static void
fill(struct air *a, int n)
{
	char body[140];

	for (uint32_t id = 1; id <= 60; id++) {
		struct record *r = record_new(RECORD_MESSAGE, id);

		/* Hard to pack. */
		for (size_t i = 0; i < sizeof body - 1; i++)
			body[i] = (char)('!' + (id * 7919 + i * i * 31) % 90);
		body[sizeof body - 1] = '\0';
		record_set_time_ms(r, air_now(a));
		record_add_text(r, RECORD_PEER, "+358401234567");
		record_add_int(r, RECORD_DIRECTION, RECORD_MSG_RECEIVED);
		record_add_text(r, RECORD_BODY, body);
		air_put(a, n, r);
		record_free(r);
	}
}

/* All of the first phone is here, and nothing of it on the second. */
static struct air *
old_and_new(uint64_t seed)
{
	const struct air_faults perfect = { .seed = seed };
	struct air *a = air_new(&perfect);

	air_add_phone(a, "+358401000001", "Old", NULL);
	air_add_phone(a, "+358401000002", "New", NULL);
	ck_assert(air_bind(a, 0));
	ck_assert(air_bind(a, 1));
	fill(a, 0);
	phone_upload_now(air_phone(a, 0));
	ck_assert(air_settle(a, 2 * DAY));
	return a;
}

/* Within them it is held; what its owner grants it goes at once, is on the
 * bill, and leaves the limits as they are for all else. */
START_TEST(a_restore_goes_beyond_by_leave)
{
	struct air *a = old_and_new(11);
	static const int grants[] = { 0, 15, 80 };
	int64_t id, granted = grants[_i];
	char sql[160];

	air_int(a, "UPDATE account SET day_sms_max = 10 WHERE account_id = $A "
		   "RETURNING 1");
	air_int(a, "DELETE FROM spend WHERE account_id = $A RETURNING 1");
	id = air_restore(a, 0, 1);
	snprintf(sql, sizeof sql,
	    "UPDATE restore SET beyond_sms = %d WHERE account_id = $A "
	    "RETURNING 1",
	    (int)granted);
	air_int(a, sql);
	air_run(a, 3 * HOUR);
	ck_assert_int_eq(air_restored(a, id), _i == 2);
	ck_assert_int_le(air_int(a, SPENT("=")), granted);
	ck_assert_int_le(air_int(a, SPENT("<>")), 20); /* of two days at most */
	if (_i == 1) /* used up: then as before */
		ck_assert_int_eq(air_int(a, SPENT("=")), granted);
	if (_i == 2)
		ck_assert_ptr_null(air_compare_phones(a, 0, 1));
	air_free(a);
}
END_TEST

/* It does not take the last SMS of a day or a month, which an answer may need.
 */
START_TEST(a_restore_leaves_something)
{
	static const char *const limits[] = { "day_sms_max = 20",
		"month_sms_max = 20" };
	struct air *a = old_and_new(12);
	struct phone_status st;
	int64_t at, id, spent;
	char sql[120];

	at = air_now(a);
	air_run(a, DAY - at % DAY + HOUR); /* early in a day */
	snprintf(sql, sizeof sql,
	    "UPDATE account SET %s WHERE account_id = $A RETURNING 1",
	    limits[_i]);
	air_int(a, sql);
	air_int(a, "DELETE FROM spend WHERE account_id = $A RETURNING 1");
	id = air_restore(a, 0, 1);
	air_run(a, 3 * HOUR);
	ck_assert(!air_restored(a, id));
	spent = air_int(a, SPENT("= 'restore' AND purpose <>"));
	ck_assert_msg(spent > 10 && spent <= 18, "%lld", (long long)spent);
	fill(a, 0);
	phone_upload_now(air_phone(a, 0));
	air_run(a, 6 * HOUR);
	phone_get_status(air_phone(a, 0), &st);
	ck_assert_uint_eq(st.pending + st.in_flight, 0);
	air_free(a);
}
END_TEST

/* Claims until there is nothing it may: the ids, on fd. */
static void
claim_all(int fd)
{
	const struct gate_budget budget = { 0 };
	struct db *db = db_open("user=smsvault_gateway", NULL);
	struct gate_claim c;

	while (db != NULL &&
	       gate_outbox_claim(db, &budget, 1760000000000, &c) == DB_OK)
		if (write(fd, &c.outbox, sizeof c.outbox) == -1)
			break;
	db_close(db);
}

/* P8: however many processes send at once, on however many hosts. */
START_TEST(many_that_send_keep_one_budget)
{
	struct hand *h = hand_new();
	int64_t id, seen[64];
	size_t n = 0;
	int fd[2];

	hand_int(h, "UPDATE outbox SET state = 'sent' WHERE state IN "
		    "('queued', 'held')");
	hand_int(h, "UPDATE account SET month_sms_max = 25, day_sms_max = 25 "
		    "WHERE account_id = $A");
	hand_int(h, "DELETE FROM spend WHERE account_id = $A");
	hand_int(h,
	    "INSERT INTO outbox (account_id, phone_id, purpose, number, "
	    "frame, not_before, not_after, created_at, changed_at) "
	    "SELECT $A, $P, 'control', '+358401', '\\x01', t, t + "
	    "interval '1 day', t, t FROM to_timestamp(1759999999) t, "
	    "generate_series(1, 60)");
	ck_assert_int_eq(pipe(fd), 0);
	for (int i = 0; i < 4; i++)
		if (fork() == 0) {
			claim_all(fd[1]);
			_exit(0);
		}
	close(fd[1]);
	while (read(fd[0], &id, sizeof id) == (ssize_t)sizeof id) {
		for (size_t i = 0; i < n; i++)
			ck_assert_int_ne(seen[i], id);
		ck_assert_uint_lt(n, 64);
		seen[n++] = id;
	}
	close(fd[0]);
	ck_assert_uint_eq(n, 25);
	ck_assert_int_eq(hand_int(h, "SELECT sum(sms) FROM spend WHERE "
				     "account_id = $A"),
	    25);
	ck_assert_int_eq(hand_int(h, "SELECT count(*) FROM outbox WHERE "
				     "account_id = $A AND state = 'held'"),
	    35);
	hand_free(h);
}
END_TEST

TCase *
life_budget_case(void)
{
	TCase *tc = tcase_create("budget");

	tcase_set_timeout(tc, 600);
	tcase_add_loop_test(tc, a_restore_goes_beyond_by_leave, 0, 3);
	tcase_add_loop_test(tc, a_restore_leaves_something, 0, 2);
	tcase_add_test(tc, many_that_send_keep_one_budget);
	return tc;
}
