/*
 * When an owner is told that his phone is silent, whatever clocks and zones
 * say: the logic, with a real database on a clock of its own.
 */
#include <stdio.h>

#include "check_life_down.h"
#include "check_main.h"
#include "notice.h"

#define MINUTE 60000LL
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

static struct air *
fresh(uint64_t seed)
{
	const struct air_faults perfect = { .seed = seed };

	return air_new(&perfect);
}

static void
tick(struct air *a)
{
	ck_assert_int_eq(notice_tick(air_db(a), true, air_now(a)), 0);
}

static int64_t
told(struct air *a)
{
	return air_int(a, "SELECT count(*) FROM event WHERE account_id = $A "
			  "AND kind = 'phone-silent'");
}

static void
call(struct air *a, uint32_t id)
{
	struct record *r = record_new(RECORD_CALL, id);

	record_set_time_ms(r, air_now(a));
	air_put(a, 0, r);
	record_free(r);
}

/* From the last that was heard of it: told after three days of 24 hours. */
static void
expect_told_in_time(struct air *a, const char *why)
{
	int64_t heard =
	    air_ask(a, 0, "(extract(epoch FROM last_heard_at) * 1000)::bigint");

	air_lose_all(a, true);
	air_run(a, heard + 3 * DAY - 10 * MINUTE - air_now(a));
	tick(a);
	ck_assert_msg(told(a) == 0, "%s: told early", why);
	air_run(a, 20 * MINUTE);
	tick(a);
	ck_assert_msg(told(a) == 1, "%s: not told in time", why);
}

/* How long a phone may be silent: what its user and its owner have set for all
 * kinds, and the days without alarm and with one; 0: never. */
static const struct {
	const char *why;
	enum policy_mode own, owner;
	bool late; /* the owner's has not come to the phone */
	int calm, told;
} silences[] = {
	{ "nobody has set anything", POLICY_INHERIT, POLICY_INHERIT, false, 2,
	    4 },
	{ "the phone's own settings: once a week", POLICY_INTERVAL,
	    POLICY_INHERIT, false, 6, 8 },
	{ "the phone's own settings: by hand", POLICY_MANUAL, POLICY_INHERIT,
	    false, 40, 0 },
	{ "the owner is above them: at once", POLICY_MANUAL, POLICY_AT_ONCE,
	    false, 2, 4 },
	{ "the owner is above them: by hand", POLICY_AT_ONCE, POLICY_MANUAL,
	    false, 40, 0 },
	{ "what is wished is not in force", POLICY_INHERIT, POLICY_MANUAL, true,
	    2, 4 },
};
#define SILENCES (sizeof silences / sizeof silences[0])

static struct policy
all_kinds(enum policy_mode mode)
{
	struct policy p = { .lock = false };

	for (int k = RECORD_CONTACT; k <= RECORD_FILE; k++)
		p.kind[k] = (struct policy_kind){ mode,
			mode == POLICY_INTERVAL ? 7 * 1440 : 0 };
	return p;
}

START_TEST(a_silent_phone_is_told_once)
{
	struct air *a = fresh(34);
	const struct policy own = all_kinds(silences[_i].own);
	const struct policy wish = all_kinds(silences[_i].owner);
	struct record *r = record_new(RECORD_CALL, 1);

	air_add_phone(a, "+358405550134", "silent", NULL);
	ck_assert(air_bind(a, 0));
	ck_assert_int_eq(phone_set_policy(air_phone(a, 0), &own), PHONE_OK);
	if (!silences[_i].late)
		air_policy_put(a, 0, &wish);
	air_run(a, 2 * HOUR);
	air_lose_all(a, true);
	air_tick_every(a, 6 * HOUR);
	if (silences[_i].late)
		air_policy_put(a, 0, &wish);
	air_run(a, silences[_i].calm * DAY);
	tick(a);
	ck_assert_msg(told(a) == 0, "%s: an alarm", silences[_i].why);
	if (silences[_i].told > 0) {
		air_run(a, (silences[_i].told - silences[_i].calm) * DAY);
		tick(a);
		tick(a);
		ck_assert_msg(
		    told(a) == 1, "%s: no alarm, or many", silences[_i].why);
		air_lose_all(a, false);
		air_tick_every(a, HOUR / 6);
		air_put(a, 0, r);
		phone_upload_now(air_phone(a, 0));
		air_run(a, HOUR);
		ck_assert_int_eq(
		    air_ask(a, 0, "(silent_told_at IS NULL)::int"), 1);
	}
	record_free(r);
	air_free(a);
}
END_TEST

/* The phone's clock, as it is wrong, from the beginning or all at once. */
static const struct {
	const char *why;
	int64_t first, later;
} clocks[] = {
	{ "right", 0, 0 },
	{ "a day ahead", DAY, DAY },
	{ "a day behind", -DAY, -DAY },
	{ "jumps a day ahead", 0, DAY },
	{ "jumps a day back", 0, -DAY },
	{ "as it left the factory", 0, -8000 * DAY },
};

START_TEST(a_wrong_clock_is_no_silence)
{
	struct air *a = fresh(35);

	air_tick_every(a, 6 * HOUR);
	air_add_phone(a, "+358405550135", "clock", NULL);
	air_clock(a, 0, clocks[_i].first);
	ck_assert(air_bind(a, 0));
	for (uint32_t day = 1; day <= 10; day++) {
		if (day == 5)
			air_clock(a, 0, clocks[_i].later);
		call(a, day);
		air_run(a, DAY);
		tick(a);
		ck_assert_msg(told(a) == 0, "%s: told on day %u",
		    clocks[_i].why, (unsigned)day);
	}
	expect_told_in_time(a, clocks[_i].why);
	air_free(a);
}
END_TEST

/* Summer time ends in the night of 2025-10-26, where owner and server are. */
START_TEST(a_day_of_25_hours_is_a_day)
{
	struct air *a;

	a = fresh(36);
	air_int(a, "ALTER DATABASE smsvault SET timezone = 'Europe/Helsinki'");
	air_free(a);
	a = fresh(36);
	air_int(a, "UPDATE account SET time_zone = 'Europe/Helsinki' WHERE "
		   "account_id = $A");
	air_tick_every(a, 6 * HOUR);
	air_add_phone(a, "+358405550136", "zone", NULL);
	ck_assert(air_bind(a, 0));
	for (uint32_t day = 1; air_now(a) < 1761350400000; day++) {
		call(a, day);
		air_run(a, DAY);
	}
	expect_told_in_time(a, "the end of summer time");
	air_int(a, "ALTER DATABASE smsvault RESET timezone");
	air_free(a);
}
END_TEST

TCase *
life_silent_case(void)
{
	TCase *tc = tcase_create("silence");

	tcase_set_timeout(tc, 600);
	tcase_add_loop_test(tc, a_silent_phone_is_told_once, 0, SILENCES);
	tcase_add_loop_test(tc, a_wrong_clock_is_no_silence, 0,
	    sizeof clocks / sizeof clocks[0]);
	tcase_add_test(tc, a_day_of_25_hours_is_a_day);
	return tc;
}
