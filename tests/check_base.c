/*
 * Coding against what both ends know, through everything that can go wrong:
 * loss, doubles, other orders, restarts of both ends, a gateway that lost what
 * it knew, a phone that was set back.  Run by check-base.sh inside a private
 * PostgreSQL.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "air.h"
#include "check_main.h"

#define HOUR 3600000LL
#define DAY (24 * HOUR)
#define BASED "(SELECT count(*) FROM batch b WHERE b.phone_id = p.phone_id)"
#define RECODED \
	"(SELECT count(*) FROM transfer t WHERE t.phone_id = p.phone_id " \
	"AND t.recode > 0)"
#define MISSING \
	"(SELECT count(*) FROM transfer t WHERE t.phone_id = p.phone_id " \
	"AND t.state IN ('open', 'whole', 'bad'))"

static uint64_t
below(uint64_t *seed, uint64_t n)
{
	return check_random(seed) % n;
}

static struct record *
some_record(uint64_t *seed, uint32_t id, int64_t ms)
{
	static const char *const words[] = { "are", "you", "coming", "home",
		"today", "please", "bring", "bread", "milk", "see", "later",
		"when", "does", "it", "begin", "tomorrow", "no", "yes" };
	bool call = below(seed, 3) == 0;
	struct record *r = record_new(call ? RECORD_CALL : RECORD_MESSAGE, id);
	char text[160] = "", number[24];

	snprintf(number, sizeof number, "+35840%07u",
	    1234567u * (uint32_t)below(seed, 8));
	record_set_time_ms(r, ms);
	record_add_text(r, RECORD_PEER, number);
	record_add_int(r, RECORD_DIRECTION, 1 + (int64_t)below(seed, 2));
	if (call) {
		record_add_int(r, RECORD_DURATION_S, (int64_t)below(seed, 600));
		return r;
	}
	for (uint64_t n = 4 + below(seed, 14); n > 0; n--) {
		strcat(text, words[below(seed, 18)]);
		strcat(text, n > 1 ? " " : "");
	}
	record_add_text(r, RECORD_BODY, text);
	record_add_int(r, RECORD_READ, 1);
	return r;
}

static void
put_some(struct air *a, int phone, uint64_t *seed, uint32_t *id, int n)
{
	for (; n > 0; n--, ++*id) {
		struct record *r = some_record(seed, *id, air_now(a));

		air_put(a, phone, r);
		record_free(r);
	}
}

/* Less than usual, or now and then as much as several large transfers take. */
static int
an_amount(uint64_t *seed, uint64_t usual)
{
	return (int)below(seed, below(seed, 8) == 0 ? 900 : usual);
}

static struct air *
bound(const struct air_faults *faults, const char *journal)
{
	struct air *a = air_new(faults);
	int n = air_add_phone(a, "+358401000001", "Test phone", journal);

	for (int tries = 0; !air_bind(a, n); tries++)
		ck_assert_int_lt(tries, 20);
	return a;
}

static void
expect_all(struct air *a, const char *what)
{
	const char *why;

	phone_upload_now(air_phone(a, 0));
	ck_assert_msg(air_settle(a, 400 * DAY), "%s: it does not settle: %s",
	    what, air_state(a));
	/* What was lost on the way is found by the proof of completeness. */
	for (int day = 0; day < 20 && air_compare(a, 0) != NULL; day++)
		air_run(a, DAY);
	why = air_compare(a, 0);
	ck_assert_msg(why == NULL, "%s: %s", what, why);
	ck_assert_int_eq(air_ask(a, 0, MISSING), 0);
}

/* Without faults nothing is ever sent twice, and bases make it cheaper. */
START_TEST(a_base_saves_sms)
{
	static const struct air_faults perfect = { 0, 0, 0, 1 };
	struct air *a = bound(&perfect, NULL);
	struct air_counts before, first, later;
	uint64_t seed = 5;
	uint32_t id = 1;

	before = air_counts(a);
	put_some(a, 0, &seed, &id, 300);
	expect_all(a, "first");
	first = air_counts(a);
	air_run(a, 4 * DAY); /* and its ACK */
	put_some(a, 0, &seed, &id, 300);
	expect_all(a, "later");
	later = air_counts(a);
	ck_assert_int_gt(air_ask(a, 0, BASED), 0);
	ck_assert_int_eq(air_ask(a, 0, RECODED), 0);
	ck_assert_msg(10 * (later.up - first.up) < 9 * (first.up - before.up),
	    "%llu SMS without, %llu with a base",
	    (unsigned long long)(first.up - before.up),
	    (unsigned long long)(later.up - first.up));
	air_free(a);
}
END_TEST

/* The gateway has lost what it knew: it says so, and all comes again. */
START_TEST(a_base_that_is_lost_is_said_and_all_comes_again)
{
	static const struct air_faults perfect = { 0, 0, 0, 1 };
	static const char *const loss[] = {
		"DELETE FROM batch WHERE phone_id = $P",
		"UPDATE batch SET sealed = sealed || sealed WHERE phone_id = $P",
		"UPDATE phone SET base_first = 100000 WHERE phone_id = $P",
	};
	struct air *a = bound(&perfect, NULL);
	uint64_t seed = 6;
	uint32_t id = 1;
	int64_t recoded;

	put_some(a, 0, &seed, &id, 100);
	expect_all(a, "before");
	air_run(a, 4 * DAY);
	ck_assert_int_gt(air_order(a, 0, loss[_i]), 0);
	air_other_key(a, false); /* and what is in memory */
	put_some(a, 0, &seed, &id, 60);
	expect_all(a, "after");
	recoded = air_ask(a, 0, RECODED);
	ck_assert_int_gt(recoded, 0);
	/* From there on there is a base again, unless it is far ahead. */
	air_run(a, 4 * DAY);
	put_some(a, 0, &seed, &id, 60);
	expect_all(a, "again");
	if (_i < 2)
		ck_assert_int_eq(air_ask(a, 0, RECODED), recoded);
	air_free(a);
}
END_TEST

/* One thing that goes wrong, or nothing. */
static void
mishap(struct air *a, uint64_t *seed)
{
	switch (below(seed, 8)) {
	case 0:
		air_restart_phone(a, 0);
		break;
	case 1:
	case 2:
		air_other_key(a, false);
		break;
	case 3:
		air_order(a, 0,
		    "DELETE FROM batch b WHERE b.phone_id = $P AND "
		    "b.transfer % 3 = 0");
		air_other_key(a, false);
		break;
	case 4:
		air_order(a, 0, "DELETE FROM checkpoint WHERE phone_id = $P");
		break;
	default:
		break;
	}
}

static void
forget_files(const char *name)
{
	static const char *const ends[] = { "", "-wal", "-shm" };

	for (int i = 0; i < 3; i++) {
		char path[96];

		snprintf(path, sizeof path, "%s%s", name, ends[i]);
		unlink(path);
	}
}

START_TEST(any_life_ends_well)
{
	struct air_faults faults = { (_i % 4) * 0.08, (_i % 3) * 0.15,
		(_i % 3) * 2 * HOUR, (uint64_t)_i + 1 };
	uint64_t seed = (uint64_t)_i + 77;
	char journal[64], what[32];
	uint32_t id = 1;
	struct air *a;

	snprintf(journal, sizeof journal, "/tmp/check-base-%d-%d",
	    (int)getpid(), _i);
	a = bound(&faults, journal);
	for (int round = 0; round < 16; round++) {
		put_some(a, 0, &seed, &id, an_amount(&seed, 50));
		if (below(&seed, 3) == 0)
			phone_upload_now(air_phone(a, 0));
		mishap(a, &seed);
		air_run(a, (int64_t)below(&seed, 40) * HOUR);
		mishap(a, &seed);
	}
	snprintf(what, sizeof what, "seed %d", _i + 77);
	expect_all(a, what);
	air_free(a);
	forget_files(journal);
}
END_TEST

/* What it used its numbers for since then is not what the gateway has under
 * them; once it is past them, all is well again. */
START_TEST(a_phone_that_is_set_back_goes_on)
{
	static const struct air_faults perfect = { 0, 0, 0, 1 };
	char journal[64], copy[80];
	uint64_t seed = 8;
	uint32_t id = 1;
	struct air *a;

	snprintf(journal, sizeof journal, "/tmp/check-base-%d", (int)getpid());
	snprintf(copy, sizeof copy, "%s-copy", journal);
	a = bound(&perfect, journal);
	put_some(a, 0, &seed, &id, 80);
	expect_all(a, "before");
	air_run(a, 4 * DAY);
	air_copy_journal(a, 0, copy);
	put_some(a, 0, &seed, &id, 40);
	expect_all(a, "meanwhile");
	air_run(a, 4 * DAY);
	air_roll_back_phone(a, 0, copy);
	for (int day = 0; day < 20; day++) {
		put_some(a, 0, &seed, &id, 12);
		phone_upload_now(air_phone(a, 0));
		air_run(a, DAY);
	}
	expect_all(a, "afterwards");
	air_free(a);
	forget_files(journal);
	forget_files(copy);
}
END_TEST

#define WAITING \
	"SELECT count(*) FROM transfer WHERE account_id = $A AND " \
	"state = 'whole'"
#define SINGLES "SELECT count(*) FROM segment WHERE account_id = $A AND single"
#define PHONES 6

static void
all_put(struct air *a, int phones, uint64_t *seed, uint32_t *id, int n)
{
	for (int i = 0; i < phones; i++) {
		put_some(a, i, seed, id, n);
		phone_upload_now(air_phone(a, i));
	}
}

/* Several phones that are known here by acknowledged transfers. */
static struct air *
many(const struct air_faults *faults, int phones, uint64_t *seed, uint32_t *id)
{
	struct air *a = air_new(faults);

	for (int i = 0; i < phones; i++) {
		char number[24], device[24];

		snprintf(number, sizeof number, "+35840200%04d", i);
		snprintf(device, sizeof device, "many-%d", i);
		ck_assert_int_eq(air_add_phone(a, number, device, NULL), i);
		for (int tries = 0; !air_bind(a, i); tries++)
			ck_assert_int_lt(tries, 20);
	}
	all_put(a, phones, seed, id, 100);
	ck_assert(air_settle(a, 100 * DAY));
	air_run(a, 4 * DAY);
	return a;
}

static void
expect_phones(struct air *a, int phones)
{
	for (int i = 0; i < phones; i++) {
		const char *why = air_compare(a, i);

		ck_assert_msg(why == NULL, "phone %d: %s", i, why);
	}
}

/* What takes long to read waits until what is new is stored; what is at hand
 * does not. */
START_TEST(no_state_is_made_before_what_is_new_is_stored)
{
	static const struct air_faults perfect = { 0, 0, 0, 1 };
	uint64_t seed = 9;
	uint32_t id = 1;
	struct air *a = many(&perfect, PHONES, &seed, &id);

	air_hot_states(a, PHONES); /* none of them at first */
	air_open_most(a, 0);
	all_put(a, PHONES, &seed, &id, 2);
	air_run(a, HOUR);
	ck_assert_int_eq(air_int(a, WAITING), PHONES);
	ck_assert_int_eq(air_int(a, SINGLES), PHONES);
	/* One a round, and none is in another's way. */
	air_open_most(a, 1);
	for (int left = PHONES; left-- > 0;) {
		ck_assert_int_eq(
		    gateway_open(air_gateway(a), 1, air_now(a)), 1);
		ck_assert_int_eq(air_int(a, WAITING), left);
	}
	ck_assert_int_eq(air_int(a, SINGLES), 0);
	/* Now they are at hand. */
	air_open_most(a, 0);
	all_put(a, PHONES, &seed, &id, 2);
	air_run(a, HOUR);
	ck_assert_int_eq(air_int(a, WAITING), 0);
	air_open_most(a, 64);
	expect_phones(a, PHONES);
	air_free(a);
}
END_TEST

/* Whichever of two gateways hears of what first, with a state of an older
 * day in its memory: all arrives, and nothing is asked for a second time. */
START_TEST(two_gateways_share_their_phones)
{
	const struct air_faults faults = { _i * 0.04, _i * 0.1, _i * HOUR,
		(uint64_t)_i + 3 };
	uint64_t seed = (uint64_t)_i + 10;
	uint32_t id = 1;
	struct air *a = many(&faults, 3, &seed, &id);

	air_take_turns(a);
	for (int round = 0; round < 12; round++) {
		all_put(a, 3, &seed, &id, an_amount(&seed, 40));
		air_run(a, (int64_t)(1 + below(&seed, 60)) * HOUR);
	}
	ck_assert(air_settle(a, 100 * DAY));
	expect_phones(a, 3);
	for (int i = 0; i < 3; i++) {
		ck_assert_int_gt(air_ask(a, i, BASED), 0);
		ck_assert_int_eq(air_ask(a, i, RECODED), 0);
		ck_assert_int_eq(air_ask(a, i, MISSING), 0);
	}
	air_free(a);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("base");
	TCase *tc = tcase_create("whole");

	tcase_set_timeout(tc, 900);
	tcase_add_test(tc, a_base_saves_sms);
	tcase_add_test(tc, no_state_is_made_before_what_is_new_is_stored);
	tcase_add_loop_test(tc, two_gateways_share_their_phones, 0, 3);
	tcase_add_loop_test(
	    tc, a_base_that_is_lost_is_said_and_all_comes_again, 0, 3);
	tcase_add_test(tc, a_phone_that_is_set_back_goes_on);
	tcase_add_loop_test(tc, any_life_ends_well, 0, check_rounds(6));
	suite_add_tcase(s, tc);
	return check_main(s);
}
