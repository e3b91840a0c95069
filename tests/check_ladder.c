/*
 * What is tried, and when, to get back a modem that does not answer.  The
 * operator's program is a real one, which leaves a line behind.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check_main.h"
#include "ladder.h"
#include "log.h"

static char dir[32], hook[64], ran[64];
static char name[] = "left", device[] = "/dev/ttyUSB7", none[] = "";
static struct smsd_modem modem;
static struct ladder l;

static void
setup(void)
{
	FILE *f;

	memset(&l, 0, sizeof l);
	strcpy(dir, "/tmp/check_ladder.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(hook, sizeof hook, "%s/hook", dir);
	snprintf(ran, sizeof ran, "%s/ran", dir);
	f = fopen(hook, "w");
	ck_assert_ptr_nonnull(f);
	fprintf(f, "#!/bin/sh\necho \"$1 $2\" >>%s\n", ran);
	fclose(f);
	ck_assert_int_eq(chmod(hook, 0700), 0);
	modem = (struct smsd_modem){ .name = name,
		.device = device,
		.power_hook = hook,
		.reset_after_s = 15,
		.hook_after_s = 45,
		.alarm_after_s = 120 };
}

static void
teardown(void)
{
	unlink(hook);
	unlink(ran);
	rmdir(dir);
}

/* How often the program has run; each time with its two arguments. */
static int
hooks(void)
{
	char line[100];
	int n = 0;
	FILE *f;

	while (wait(NULL) > 0)
		;
	if ((f = fopen(ran, "r")) == NULL)
		return 0;
	for (; fgets(line, sizeof line, f) != NULL; n++)
		ck_assert_str_eq(line, "left /dev/ttyUSB7\n");
	fclose(f);
	return n;
}

static const struct {
	const char *why;
	int64_t at_ms; /* since it fell silent */
	bool reset, alarmed;
	int hooks;
} steps[] = {
	{ "at once", 0, false, false, 0 },
	{ "just before the reset", 14999, false, false, 0 },
	{ "the reset", 15000, true, false, 0 },
	{ "once for now", 16000, false, false, 0 },
	{ "just before the program", 44999, false, false, 0 },
	{ "the program", 45000, false, false, 1 },
	{ "just before the reset again", 74999, false, false, 1 },
	{ "the reset again", 75000, true, false, 1 },
	{ "the program once for now", 100000, false, false, 1 },
	{ "the alarm", 120000, false, true, 1 },
	{ "the third reset", 135000, true, true, 1 },
	{ "just before the program again", 344999, true, true, 1 },
	{ "the program again", 345000, false, true, 2 },
	{ "and again", 645000, true, true, 3 },
};

START_TEST(each_step_has_its_time)
{
	int64_t start = _i == 0 ? 1 : 987654321;
	int resets = 0;

	for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
		bool reset = ladder_failed(&l, &modem, start + steps[i].at_ms);
		int n = hooks();

		ck_assert_msg(reset == steps[i].reset, "%s: reset %d",
		    steps[i].why, reset);
		ck_assert_msg(l.alarmed == steps[i].alarmed, "%s: alarmed %d",
		    steps[i].why, l.alarmed);
		ck_assert_msg(
		    n == steps[i].hooks, "%s: ran %d", steps[i].why, n);
		resets += reset;
		ck_assert_str_eq(ladder_step(&l), l.alarmed    ? "alarm"
						  : n > 0      ? "hook"
						  : resets > 0 ? "reset"
							       : "anew");
	}
	/* It is back: all begins anew. */
	ladder_ready(&l, name);
	ck_assert(!l.alarmed);
	ck_assert_str_eq(ladder_step(&l), "");
	start += 700000;
	ck_assert(!ladder_failed(&l, &modem, start));
	ck_assert(ladder_failed(&l, &modem, start + 15000));
	ck_assert_int_eq(hooks(), 3);
	ck_assert(!ladder_failed(&l, &modem, start + 45000));
	ck_assert_int_eq(hooks(), 4);
}
END_TEST

START_TEST(a_long_silence_misses_no_step)
{
	ck_assert(!ladder_failed(&l, &modem, 5));
	ck_assert(ladder_failed(&l, &modem, 500000));
	ck_assert(l.alarmed);
	ck_assert_int_eq(hooks(), 1);
}
END_TEST

START_TEST(no_program_is_needed)
{
	modem.power_hook = none;
	ck_assert(!ladder_failed(&l, &modem, 5));
	ck_assert(ladder_failed(&l, &modem, 500000));
	ck_assert(l.alarmed);
	ck_assert_int_eq(hooks(), 0);
}
END_TEST

START_TEST(a_program_that_is_none_stops_nothing)
{
	unlink(hook);
	ck_assert(!ladder_failed(&l, &modem, 5));
	ck_assert(ladder_failed(&l, &modem, 60000));
	ck_assert_int_eq(hooks(), 0);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("ladder");
	TCase *tc = tcase_create("steps");

	log_open("check_ladder", false, false);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, each_step_has_its_time, 0, 2);
	tcase_add_test(tc, a_long_silence_misses_no_step);
	tcase_add_test(tc, no_program_is_needed);
	tcase_add_test(tc, a_program_that_is_none_stops_nothing);
	suite_add_tcase(s, tc);
	return check_main(s);
}
