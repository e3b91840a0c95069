/*
 * The database is restored from a backup: phones have had transfers that the
 * gateway knows nothing of, under numbers that it gives once more.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "check_main.h"
#include "down.h"
#include "operator.h"

#define DAY 86400000LL
#define OPEN \
	"SELECT count(*) FROM restore WHERE account_id = $A AND done_at IS NULL"

static char file[64];

static void
run(const char *program, const char *args)
{
	char command[256];

	snprintf(command, sizeof command, "/usr/lib/postgresql/15/bin/%s %s %s",
	    program, args, file);
	ck_assert_int_eq(system(command), 0);
}

static void
back_up(void)
{
	snprintf(file, sizeof file, "/tmp/check-down-%d.dump", (int)getpid());
	run("pg_dump", "-Fc -f");
}

/* As an operator does it, who then says so, or has read no manual. */
static void
restore_backup(struct air *a, bool said)
{
	int64_t n;

	run("pg_restore", "--clean --if-exists -1 -d smsvault");
	unlink(file);
	if (said) {
		ck_assert_int_eq(operator_restored(air_db(a), &n), DB_OK);
		ck_assert_int_ge(n, 2);
	}
	air_other_key(a, false);
}

/* Numbers of transfers that the phone has had since the backup. */
static const struct {
	const char *why;
	int then, now; /* records restored in the life that was, and after */
	bool said;
} lives[] = {
	{ "less than goes out now", 60, 600, true },
	{ "as much", 200, 200, true },
	{ "more", 600, 60, true },
	{ "more, and nobody said so", 600, 20, false },
};

START_TEST(all_arrives_after_a_backup_was_restored)
{
	struct air *a = down_two(&down_perfect);
	uint64_t seed = 40 + (uint64_t)_i;
	uint32_t id = 1;
	int64_t restore;

	down_put_some(a, DOWN_FROM, &seed, &id, 50);
	down_expect(a, air_restore(a, DOWN_FROM, DOWN_TO), "before");
	back_up();
	down_put_notes(a, DOWN_FROM, &seed, 1000, lives[_i].then / 4);
	down_expect(a, air_restore(a, DOWN_FROM, DOWN_TO), "the life that was");
	restore_backup(a, lives[_i].said);
	down_put_some(a, DOWN_FROM, &seed, &id, lives[_i].now);
	down_put_notes(a, DOWN_FROM, &seed, 5000, lives[_i].now / 4);
	restore = air_restore(a, DOWN_FROM, DOWN_TO);
	down_expect(a, restore, lives[_i].why);
	down_end(a);
}
END_TEST

/* In the middle of a restore: it goes on, and all of it comes.  What was taken
 * twice is counted twice, so its receipt may differ, and its owner looks. */
START_TEST(a_restore_goes_on_after_a_backup_was_restored)
{
	struct air *a = down_two(&down_perfect);
	uint64_t seed = 50;
	int64_t restore;

	down_put_notes(a, DOWN_FROM, &seed, 1, 300);
	restore = air_restore(a, DOWN_FROM, DOWN_TO);
	down_until(a, "p.down_acked >= 4");
	back_up();
	if (_i == 0)
		down_until(a, "p.down_acked >= 16");
	else
		down_expect(a, restore, "the life that was");
	restore_backup(a, true);
	ck_assert(!air_restored(a, restore));
	for (int day = 0; day < 100 && air_int(a, OPEN) > 0; day++)
		air_run(a, DAY);
	ck_assert_int_eq(air_int(a, OPEN), 0);
	ck_assert_msg(air_compare_phones(a, DOWN_FROM, DOWN_TO) == NULL, "%s",
	    air_compare_phones(a, DOWN_FROM, DOWN_TO));
	down_end(a);
}
END_TEST

TCase *
down_old_case(void)
{
	TCase *tc = tcase_create("old database");

	tcase_set_timeout(tc, 900);
	tcase_add_loop_test(tc, all_arrives_after_a_backup_was_restored, 0,
	    sizeof lives / sizeof lives[0]);
	tcase_add_loop_test(
	    tc, a_restore_goes_on_after_a_backup_was_restored, 0, 2);
	return tc;
}
