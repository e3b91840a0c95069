/*
 * What goes down, coded against what went down before it, through everything
 * that can go wrong: loss, doubles, other orders, restarts, two gateways, a
 * phone that was set back or cannot read, a gateway that lost what it knew.
 * Run by check-down-base.sh inside a private PostgreSQL.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "air.h"
#include "check_main.h"

#define HOUR 3600000LL
#define DAY (24 * HOUR)
#define FROM 0 /* whose records they are */
#define TO 1 /* the phone that they are put on */
#define ANEW "p.down_anew"
#define UNREAD "p.down_alone::int"
#define BATCHES \
	"(SELECT count(*) FROM batch b WHERE b.phone_id = p.phone_id AND b.down)"

static const struct air_faults perfect = { 0, 0, 0, 1 };
static char journal[64], copy[80];

static uint64_t
below(uint64_t *seed, uint64_t n)
{
	return check_random(seed) % n;
}

static struct record *
some_record(uint64_t *seed, uint32_t id)
{
	static const char *const words[] = { "are", "you", "coming", "home",
		"today", "please", "bring", "bread", "milk", "see", "later",
		"when", "does", "it", "begin", "tomorrow", "no", "yes" };
	bool person = id % 5 == 0;
	struct record *r =
	    record_new(person ? RECORD_CONTACT : RECORD_MESSAGE, id);
	char text[200] = "", number[24];

	snprintf(number, sizeof number, "+35840%07u",
	    1234567u * (uint32_t)below(seed, 40));
	for (uint64_t n = 4 + below(seed, 14); n > 0; n--) {
		strcat(text, words[below(seed, 18)]);
		strcat(text, n > 1 ? " " : "");
	}
	record_set_time_ms(r, 1750000000000 + (int64_t)id * 600000);
	if (person) {
		text[12] = '\0';
		record_add_text(r, RECORD_NAME, text);
		record_add_text(r, RECORD_NUMBER, number);
		return r;
	}
	record_add_text(r, RECORD_PEER, number);
	record_add_int(r, RECORD_DIRECTION, 1 + (int64_t)below(seed, 2));
	record_add_text(r, RECORD_BODY, text);
	record_add_int(r, RECORD_READ, 1);
	return r;
}

static void
put_some(struct air *a, int phone, uint64_t *seed, uint32_t *id, int n)
{
	for (; n > 0; n--, ++*id) {
		struct record *r = some_record(seed, *id);

		air_put(a, phone, r);
		record_free(r);
	}
}

/* Nothing that a coder could foresee: many transfers. */
static void
put_notes(struct air *a, int phone, uint64_t *seed, uint32_t id, int n)
{
	for (; n > 0; n--, id++) {
		struct record *r = record_new(RECORD_NOTE, id);
		char text[160];

		for (size_t i = 0; i < sizeof text - 1; i++)
			text[i] = (char)('!' + below(seed, 90));
		text[sizeof text - 1] = '\0';
		record_set_time_ms(r, 1750000000000 + id);
		record_add_text(r, RECORD_DESCRIPTION, text);
		air_put(a, phone, r);
		record_free(r);
	}
}

static void
forget_files(void)
{
	static const char *const ends[] = { "", "-wal", "-shm" };

	for (int i = 0; i < 6; i++) {
		char path[96];

		snprintf(path, sizeof path, "%s%s", i < 3 ? journal : copy,
		    ends[i % 3]);
		unlink(path);
	}
}

static void
bind(struct air *a, int phone)
{
	for (int tries = 0; !air_bind(a, phone); tries++)
		ck_assert_int_lt(tries, 20);
}

/* Without records that go up: this is about what comes down. */
static void
hush(struct air *a, int phone)
{
	static const struct policy own = {
		.kind[RECORD_CONTACT].mode = POLICY_OFF,
		.kind[RECORD_MESSAGE].mode = POLICY_OFF,
		.kind[RECORD_NOTE].mode = POLICY_OFF,
	};

	ck_assert_int_eq(phone_set_policy(air_phone(a, phone), &own), PHONE_OK);
}

/* Two phones: what the first has is to be put on the other. */
static struct air *
two(const struct air_faults *faults)
{
	struct air *a = air_new(faults);

	snprintf(journal, sizeof journal, "/tmp/check-down-%d", (int)getpid());
	snprintf(copy, sizeof copy, "%s-copy", journal);
	forget_files();
	air_add_phone(a, "+358401000001", "From", NULL);
	air_add_phone(a, "+358401000002", "To", journal);
	bind(a, FROM);
	bind(a, TO);
	hush(a, FROM);
	hush(a, TO);
	return a;
}

static void
end(struct air *a)
{
	air_free(a);
	forget_files();
}

/* What was put on it is on it, each once, and the receipt says so. */
static void
expect_restored(struct air *a, int64_t restore, const char *what)
{
	const char *why;

	for (int day = 0; day < 100 && !air_restored(a, restore); day++)
		air_run(a, DAY);
	why = air_compare_phones(a, FROM, TO);
	ck_assert_msg(air_restored(a, restore), "%s: no receipt for all, %s",
	    what, why != NULL ? why : "but all is there");
	ck_assert_msg(why == NULL, "%s: %s", what, why);
	ck_assert_int_eq(
	    air_int(a, "SELECT count(*) FROM event WHERE account_id = $A AND "
		       "kind IN ('restore-differs', 'restore-failed')"),
	    0);
}

/* SMS down of a restore of 600 records to a new phone. */
static int64_t
cost_of(bool alone)
{
	struct air *a = two(&perfect);
	uint64_t seed = 5;
	uint32_t id = 1;
	int64_t restore, sms;

	put_some(a, FROM, &seed, &id, 600);
	if (alone)
		air_order(a, TO,
		    "UPDATE phone SET down_alone = true WHERE phone_id = $P");
	restore = air_restore(a, FROM, TO);
	expect_restored(a, restore, alone ? "alone" : "based");
	sms = air_ask(a, TO,
	    "(SELECT sum(r.sms_sent) FROM restore r WHERE r.phone_id = "
	    "p.phone_id)");
	ck_assert_int_eq(air_ask(a, TO, ANEW), 0);
	ck_assert_int_eq(air_ask(a, TO, BATCHES) > 0, !alone);
	end(a);
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

/* One thing that goes wrong, or nothing. */
static void
mishap(struct air *a, uint64_t *seed)
{
	switch (below(seed, 8)) {
	case 0:
		air_restart_phone(a, TO);
		break;
	case 1:
	case 2:
		air_other_key(a, false);
		break;
	case 3:
		air_order(a, TO,
		    "DELETE FROM batch b WHERE b.phone_id = $P AND b.down AND "
		    "b.transfer % 3 = 0");
		air_other_key(a, false);
		break;
	case 4:
		air_order(a, TO,
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
	struct air *a = two(&faults);
	uint64_t seed = (uint64_t)_i + 50;
	uint32_t id = 1;
	char what[32];

	if (_i % 2 == 1)
		air_take_turns(a);
	for (int round = 0; round < 3; round++) {
		int64_t restore;

		put_some(a, FROM, &seed, &id, 20 + (int)below(&seed, 200));
		restore = air_restore(a, FROM, TO);
		for (int i = 0; i < 4; i++) {
			air_run(a, (int64_t)below(&seed, HOUR));
			mishap(a, &seed);
		}
		snprintf(what, sizeof what, "seed %d, round %d", _i, round);
		expect_restored(a, restore, what);
	}
	end(a);
}
END_TEST

static void
run_until(struct air *a, const char *what)
{
	char sql[128];

	snprintf(sql, sizeof sql, "(%s)::int", what);
	for (int i = 0; i < 2000 && air_ask(a, TO, sql) != 1; i++)
		air_run(a, 60000);
	ck_assert_msg(air_ask(a, TO, sql) == 1, "never: %s", what);
}

/* Where it was set back to, all is sent again from; it has it, or not. */
START_TEST(a_phone_that_is_set_back_gets_it_again)
{
	struct air *a = two(&perfect);
	uint64_t seed = 7;
	uint32_t id = 1;
	int64_t restore;

	put_notes(a, FROM, &seed, 1, 300);
	restore = air_restore(a, FROM, TO);
	run_until(a, "p.down_acked >= 4");
	air_copy_journal(a, TO, copy);
	if (_i == 0)
		run_until(a, "p.down_acked >= 16");
	else
		expect_restored(a, restore, "before");
	ck_assert_int_eq(air_restored(a, restore), _i > 0);
	air_roll_back_phone(a, TO, copy);
	if (_i > 0) { /* and that it was set back is seen by the next */
		put_some(a, FROM, &seed, &id, 30);
		restore = air_restore(a, FROM, TO);
	}
	expect_restored(a, restore, "set back");
	ck_assert_int_gt(air_ask(a, TO, ANEW), 0);
	ck_assert_int_eq(air_ask(a, TO, UNREAD), 0);
	end(a);
}
END_TEST

static void
spoil(const char *sql)
{
	sqlite3 *db;

	ck_assert_int_eq(sqlite3_open(journal, &db), SQLITE_OK);
	ck_assert_int_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	ck_assert_int_gt(sqlite3_changes(db), 0);
	sqlite3_close(db);
}

/* It says so once, and never gets what goes by a base again. */
START_TEST(what_the_phone_cannot_read_comes_again)
{
	struct air *a = two(&perfect);
	uint64_t seed = 8;
	uint32_t id = 1;
	int64_t restore, anew;

	put_some(a, FROM, &seed, &id, 200);
	expect_restored(a, air_restore(a, FROM, TO), "before");
	spoil("DELETE FROM down_batch");
	air_restart_phone(a, TO);
	put_some(a, FROM, &seed, &id, 400);
	restore = air_restore(a, FROM, TO);
	expect_restored(a, restore, "unread");
	ck_assert_int_eq(air_ask(a, TO, UNREAD), 1);
	ck_assert_int_gt(anew = air_ask(a, TO, ANEW), 0);
	put_some(a, FROM, &seed, &id, 50);
	expect_restored(a, air_restore(a, FROM, TO), "alone");
	ck_assert_int_eq(air_ask(a, TO, ANEW), anew);
	end(a);
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
	struct air *a = two(&perfect);
	uint64_t seed = 9;
	uint32_t id = 1;

	put_some(a, FROM, &seed, &id, 150);
	expect_restored(a, air_restore(a, FROM, TO), "before");
	ck_assert_int_gt(air_order(a, TO, loss[_i]), 0);
	air_other_key(a, false);
	put_some(a, FROM, &seed, &id, 300);
	expect_restored(a, air_restore(a, FROM, TO), "after");
	ck_assert_int_gt(air_ask(a, TO, ANEW), 0);
	ck_assert_int_eq(air_ask(a, TO, UNREAD), 0);
	ck_assert_int_gt(air_ask(a, TO, BATCHES), 0);
	end(a);
}
END_TEST

/* Bound anew, or as good as new: both sides begin with nothing. */
START_TEST(another_binding_begins_with_nothing)
{
	struct air *a = two(&perfect);
	uint64_t seed = 10;
	uint32_t id = 1;
	int64_t restore;

	put_some(a, FROM, &seed, &id, 300);
	restore = air_restore(a, FROM, TO);
	if (_i == 0)
		expect_restored(a, restore, "before");
	else
		air_run(a, 20 * 60000);
	bind(a, TO);
	put_some(a, FROM, &seed, &id, 100);
	expect_restored(a, air_restore(a, FROM, TO), "bound anew");
	ck_assert_int_eq(air_ask(a, TO, ANEW), 0);
	end(a);
}
END_TEST

/* What it took back of a restore is not what the next goes by. */
START_TEST(a_cancelled_restore_leaves_no_trace)
{
	struct air *a = two(&perfect);
	uint64_t seed = 11;
	uint32_t id = 1;

	put_some(a, FROM, &seed, &id, 100);
	expect_restored(a, air_restore(a, FROM, TO), "before");
	put_some(a, FROM, &seed, &id, 300);
	air_restore(a, FROM, TO);
	ck_assert_int_eq(gateway_tick(air_gateway(a), air_now(a)), 0);
	ck_assert_int_gt(
	    air_order(a, TO,
		"UPDATE restore SET state = 'cancelled', end_transfer = NULL "
		"WHERE phone_id = $P AND state IN ('running', 'ending')"),
	    0);
	air_run(a, HOUR);
	expect_restored(a, air_restore(a, FROM, TO), "after");
	ck_assert_int_eq(air_ask(a, TO, UNREAD), 0);
	end(a);
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
	return check_main(s);
}
