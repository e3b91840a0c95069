/*
 * What goes down, coded against what went down before it, through everything
 * that can go wrong: loss, doubles, other orders, restarts, two gateways, a
 * phone that was set back or cannot read, a gateway that lost what it knew.
 * Run by check-down-base.sh inside a private PostgreSQL.
 */
#include <sqlite3.h>
#include <stdio.h>

#include "check_main.h"
#include "down.h"

#define HOUR 3600000LL
#define ANEW "p.down_anew"
#define UNREAD "p.down_alone::int"
#define BATCHES \
	"(SELECT count(*) FROM batch b WHERE b.phone_id = p.phone_id AND b.down)"

/* SMS down of a restore of 600 records to a new phone. */
static int64_t
cost_of(bool alone)
{
	struct air *a = down_two(&down_perfect);
	uint64_t seed = 5;
	uint32_t id = 1;
	int64_t restore, sms;

	down_put_some(a, DOWN_FROM, &seed, &id, 600);
	if (alone)
		air_order(a, DOWN_TO,
		    "UPDATE phone SET down_alone = true WHERE phone_id = $P");
	restore = air_restore(a, DOWN_FROM, DOWN_TO);
	down_expect(a, restore, alone ? "alone" : "based");
	sms = air_ask(a, DOWN_TO,
	    "(SELECT sum(r.sms_sent) FROM restore r WHERE r.phone_id = "
	    "p.phone_id)");
	ck_assert_int_eq(air_ask(a, DOWN_TO, ANEW), 0);
	ck_assert_int_eq(air_ask(a, DOWN_TO, BATCHES) > 0, !alone);
	down_end(a);
	return sms;
}

START_TEST(a_base_saves_sms)
{
	int64_t alone = cost_of(true), based = cost_of(false);

	printf("# 600 records to a new phone: %lld SMS alone, %lld from the "
	       "base\n",
	    (long long)alone, (long long)based);
	ck_assert_int_lt(100 * based, 95 * alone);
}
END_TEST

static uint64_t
below(uint64_t *seed, uint64_t n)
{
	return check_random(seed) % n;
}

/* One thing that goes wrong, or nothing. */
static void
mishap(struct air *a, uint64_t *seed)
{
	switch (below(seed, 8)) {
	case 0:
		air_restart_phone(a, DOWN_TO);
		break;
	case 1:
	case 2:
		air_other_key(a, false);
		break;
	case 3:
		air_order(a, DOWN_TO,
		    "DELETE FROM batch b WHERE b.phone_id = $P AND b.down AND "
		    "b.transfer % 3 = 0");
		air_other_key(a, false);
		break;
	case 4:
		air_order(a, DOWN_TO,
		    "DELETE FROM checkpoint WHERE phone_id = $P AND down");
		break;
	default:
		break;
	}
}

/* The air at its worst, both ends restarted, one gateway or two. */
START_TEST(any_life_ends_well)
{
	const struct air_faults faults = { (_i % 4) * 0.08, (_i % 3) * 0.15,
		(_i % 3) * 2 * HOUR, (uint64_t)_i + 1 };
	struct air *a = down_two(&faults);
	uint64_t seed = (uint64_t)_i + 50;
	uint32_t id = 1;
	char what[32];

	if (_i % 2 == 1)
		air_take_turns(a);
	for (int round = 0; round < 3; round++) {
		int64_t restore;

		down_put_some(
		    a, DOWN_FROM, &seed, &id, 20 + (int)below(&seed, 200));
		restore = air_restore(a, DOWN_FROM, DOWN_TO);
		for (int i = 0; i < 4; i++) {
			air_run(a, (int64_t)below(&seed, HOUR));
			mishap(a, &seed);
		}
		snprintf(what, sizeof what, "seed %d, round %d", _i, round);
		down_expect(a, restore, what);
	}
	down_end(a);
}
END_TEST

/* Where it was set back to, all is sent again from; it has it, or not. */
START_TEST(a_phone_that_is_set_back_gets_it_again)
{
	struct air *a = down_two(&down_perfect);
	uint64_t seed = 7;
	uint32_t id = 1;
	int64_t restore;

	down_put_notes(a, DOWN_FROM, &seed, 1, 300);
	restore = air_restore(a, DOWN_FROM, DOWN_TO);
	down_until(a, "p.down_acked >= 4");
	air_copy_journal(a, DOWN_TO, down_copy);
	if (_i == 0)
		down_until(a, "p.down_acked >= 16");
	else
		down_expect(a, restore, "before");
	ck_assert_int_eq(air_restored(a, restore), _i > 0);
	air_roll_back_phone(a, DOWN_TO, down_copy);
	if (_i > 0) { /* and that it was set back is seen by the next */
		down_put_some(a, DOWN_FROM, &seed, &id, 30);
		restore = air_restore(a, DOWN_FROM, DOWN_TO);
	}
	down_expect(a, restore, "set back");
	ck_assert_int_gt(air_ask(a, DOWN_TO, ANEW), 0);
	ck_assert_int_eq(air_ask(a, DOWN_TO, UNREAD), 0);
	down_end(a);
}
END_TEST

static void
spoil(const char *sql)
{
	sqlite3 *db;

	ck_assert_int_eq(sqlite3_open(down_journal, &db), SQLITE_OK);
	ck_assert_int_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	ck_assert_int_gt(sqlite3_changes(db), 0);
	sqlite3_close(db);
}

/* It says so once, and never gets what goes by a base again. */
START_TEST(what_the_phone_cannot_read_comes_again)
{
	struct air *a = down_two(&down_perfect);
	uint64_t seed = 8;
	uint32_t id = 1;
	int64_t restore, anew;

	down_put_some(a, DOWN_FROM, &seed, &id, 200);
	down_expect(a, air_restore(a, DOWN_FROM, DOWN_TO), "before");
	spoil("DELETE FROM down_batch");
	air_restart_phone(a, DOWN_TO);
	down_put_some(a, DOWN_FROM, &seed, &id, 400);
	restore = air_restore(a, DOWN_FROM, DOWN_TO);
	down_expect(a, restore, "unread");
	ck_assert_int_eq(air_ask(a, DOWN_TO, UNREAD), 1);
	ck_assert_int_gt(anew = air_ask(a, DOWN_TO, ANEW), 0);
	down_put_some(a, DOWN_FROM, &seed, &id, 50);
	down_expect(a, air_restore(a, DOWN_FROM, DOWN_TO), "alone");
	ck_assert_int_eq(air_ask(a, DOWN_TO, ANEW), anew);
	down_end(a);
}
END_TEST

/* The gateway has not what it was to go by, and says so first. */
START_TEST(what_the_gateway_lost_begins_anew)
{
	static const char *const loss[] = {
		"DELETE FROM batch WHERE phone_id = $P AND down",
		"UPDATE batch SET sealed = '\\x00' WHERE phone_id = $P AND down",
		"UPDATE phone SET down_digest = '\\x00' WHERE phone_id = $P",
	};
	struct air *a = down_two(&down_perfect);
	uint64_t seed = 9;
	uint32_t id = 1;

	down_put_some(a, DOWN_FROM, &seed, &id, 150);
	down_expect(a, air_restore(a, DOWN_FROM, DOWN_TO), "before");
	ck_assert_int_gt(air_order(a, DOWN_TO, loss[_i]), 0);
	air_other_key(a, false);
	down_put_some(a, DOWN_FROM, &seed, &id, 300);
	down_expect(a, air_restore(a, DOWN_FROM, DOWN_TO), "after");
	ck_assert_int_gt(air_ask(a, DOWN_TO, ANEW), 0);
	ck_assert_int_eq(air_ask(a, DOWN_TO, UNREAD), 0);
	ck_assert_int_gt(air_ask(a, DOWN_TO, BATCHES), 0);
	down_end(a);
}
END_TEST

/* Bound anew, or as good as new: both sides begin with nothing. */
START_TEST(another_binding_begins_with_nothing)
{
	struct air *a = down_two(&down_perfect);
	uint64_t seed = 10;
	uint32_t id = 1;
	int64_t restore;

	down_put_some(a, DOWN_FROM, &seed, &id, 300);
	restore = air_restore(a, DOWN_FROM, DOWN_TO);
	if (_i == 0)
		down_expect(a, restore, "before");
	else
		air_run(a, 20 * 60000);
	down_bind(a, DOWN_TO);
	down_put_some(a, DOWN_FROM, &seed, &id, 100);
	down_expect(a, air_restore(a, DOWN_FROM, DOWN_TO), "bound anew");
	ck_assert_int_eq(air_ask(a, DOWN_TO, ANEW), 0);
	down_end(a);
}
END_TEST

/* What it took back of a restore is not what the next goes by. */
START_TEST(a_cancelled_restore_leaves_no_trace)
{
	struct air *a = down_two(&down_perfect);
	uint64_t seed = 11;
	uint32_t id = 1;

	down_put_some(a, DOWN_FROM, &seed, &id, 100);
	down_expect(a, air_restore(a, DOWN_FROM, DOWN_TO), "before");
	down_put_some(a, DOWN_FROM, &seed, &id, 300);
	air_restore(a, DOWN_FROM, DOWN_TO);
	ck_assert_int_eq(gateway_tick(air_gateway(a), air_now(a)), 0);
	ck_assert_int_gt(
	    air_order(a, DOWN_TO,
		"UPDATE restore SET state = 'cancelled', end_transfer = NULL "
		"WHERE phone_id = $P AND state IN ('running', 'ending')"),
	    0);
	air_run(a, HOUR);
	down_expect(a, air_restore(a, DOWN_FROM, DOWN_TO), "after");
	ck_assert_int_eq(air_ask(a, DOWN_TO, UNREAD), 0);
	down_end(a);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("down_base");
	TCase *tc = tcase_create("once"), *any = tcase_create("any");

	tcase_set_timeout(tc, 900);
	tcase_add_test(tc, a_base_saves_sms);
	tcase_add_loop_test(tc, a_phone_that_is_set_back_gets_it_again, 0, 2);
	tcase_add_test(tc, what_the_phone_cannot_read_comes_again);
	tcase_add_loop_test(tc, what_the_gateway_lost_begins_anew, 0, 3);
	tcase_add_loop_test(tc, another_binding_begins_with_nothing, 0, 2);
	tcase_add_test(tc, a_cancelled_restore_leaves_no_trace);
	tcase_set_timeout(any, 900);
	tcase_add_loop_test(any, any_life_ends_well, 0, check_rounds(6));
	suite_add_tcase(s, tc);
	suite_add_tcase(s, any);
	suite_add_tcase(s, down_old_case());
	suite_add_tcase(s, down_price_case());
	suite_add_tcase(s, down_there_case());
	return check_main(s);
}
