/*
 * The spool: what it has committed is there after any crash, and what it could
 * not write it says it has not.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check_main.h"
#include "spool_test.h"

#define GROUP 3 /* rows in a group of these tests */

/* Begin, two adds, a commit, the first of the next: die after step number die.
 * 0..4 are the steps of the second group. */
static void
die_at(int die)
{
	struct spool *s = spool_open(path);
	struct link_sms sms;

	if (s == NULL || add_group(s, 0, GROUP) != 0 || spool_begin(s) != 0)
		_exit(1);
	for (uint32_t i = 0; i < GROUP; i++) {
		if ((int)i == die)
			raise(SIGKILL);
		fill(&sms, GROUP + i);
		if (spool_add(s, "modem0", NOW + GROUP + i, &sms) != 0)
			_exit(1);
	}
	if (die == GROUP)
		raise(SIGKILL);
	if (spool_commit(s) != 0)
		_exit(1);
	raise(SIGKILL);
}

START_TEST(killed_at_each_step)
{
	struct spool *s;
	int status, n;
	pid_t pid = fork();

	ck_assert_int_ne(pid, -1);
	if (pid == 0)
		die_at(_i);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	s = open_spool(path);
	n = check_rows(s, 0);
	ck_assert_int_eq(n, _i <= GROUP ? GROUP : 2 * GROUP);
	ck_assert_int_eq(add_group(s, (uint32_t)n, GROUP), 0);
	ck_assert_int_eq(check_rows(s, 0), n + GROUP);
	spool_close(s);
}
END_TEST

/* Adds groups and says so after each, until it is killed. */
static void
add_until_killed(int fd)
{
	struct spool *s = spool_open(path);
	uint32_t n;

	if (s == NULL)
		_exit(1);
	n = (uint32_t)check_rows(s, 0);
	for (;;) {
		if (add_group(s, n, GROUP) != 0)
			_exit(1);
		n += GROUP;
		if (write(fd, &n, sizeof n) != sizeof n)
			_exit(1);
	}
}

START_TEST(killed_at_any_moment)
{
	uint64_t random = 4711;
	uint32_t said = 0, n;
	int rows = 0, rounds = check_rounds(20);

	for (int i = 0; i < rounds; i++) {
		int fds[2], status;
		struct spool *s;
		pid_t pid;

		ck_assert_int_eq(pipe(fds), 0);
		ck_assert_int_ne(pid = fork(), -1);
		if (pid == 0)
			add_until_killed(fds[1]);
		close(fds[1]);
		/* Once it is at work: somewhere in the next groups. */
		ck_assert_int_eq(read(fds[0], &said, sizeof said), sizeof said);
		usleep((useconds_t)(check_random(&random) % 5000));
		kill(pid, SIGKILL);
		ck_assert_int_eq(waitpid(pid, &status, 0), pid);
		while (read(fds[0], &n, sizeof n) == sizeof n)
			said = n;
		close(fds[0]);
		s = open_spool(path);
		rows = check_rows(s, 0);
		ck_assert_int_ge(rows, (int)said);
		ck_assert_int_le(rows, (int)said + GROUP);
		ck_assert_int_eq(rows % GROUP, 0);
		spool_close(s);
	}
	ck_assert_int_ge(rows, rounds * GROUP);
}
END_TEST

static void
copy_file(const char *from, const char *to)
{
	char octets[65536];
	int in = open(from, O_RDONLY), out;
	ssize_t n;

	if (in == -1 && errno == ENOENT) {
		unlink(to);
		return;
	}
	ck_assert_int_ne(in, -1);
	ck_assert_int_ne(
	    out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0600), -1);
	while ((n = read(in, octets, sizeof octets)) > 0)
		ck_assert_int_eq(write(out, octets, (size_t)n), n);
	close(in);
	close(out);
}

/* The files as they are on disk after each commit, as after a power loss; the
 * last octets of the log may be missing, or torn. */
START_TEST(the_files_alone_are_enough)
{
	struct spool *s = open_spool(path), *copy;
	char from[128], to[128];

	for (uint32_t i = 0; i < 40; i++) {
		ck_assert_int_eq(add_group(s, i * GROUP, GROUP), 0);
		for (size_t k = 0; k < 2; k++) {
			snprintf(from, sizeof from, "%s%s", path, ends[k]);
			snprintf(to, sizeof to, "%s/copy.db%s", dir, ends[k]);
			copy_file(from, to);
		}
		if (_i == 1) { /* the next group was being written */
			int fd = open(to, O_WRONLY | O_APPEND);

			ck_assert_int_ne(fd, -1);
			memset(from, 0x77, sizeof from);
			for (int k = 0; k < 40; k++)
				ck_assert_int_eq(
				    write(fd, from, sizeof from), sizeof from);
			close(fd);
		}
		snprintf(to, sizeof to, "%s/copy.db", dir);
		copy = open_spool(to);
		ck_assert_int_eq(check_rows(copy, 0), (int)(i + 1) * GROUP);
		spool_close(copy);
	}
	spool_close(s);
}
END_TEST

static void
limit_files(rlim_t octets)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_FSIZE, &limit) == -1)
		_exit(99);
	limit.rlim_cur = octets < limit.rlim_max ? octets : limit.rlim_max;
	if (setrlimit(RLIMIT_FSIZE, &limit) == -1)
		_exit(99);
}

static int
waiting(struct spool *s)
{
	struct spool_stats st;

	return spool_get_stats(s, &st) == 0 ? (int)st.waiting : -1;
}

/*
 * No room: said so, each time, and nothing of that group is kept.  Room again:
 * the same handle goes on.  In a process of its own, since the limit holds for
 * Check's files as well; its exit status is the groups it has, or 99.
 */
static void
fill_disk(rlim_t room)
{
	struct spool *s = spool_open(path);
	int groups = 0, refused = 0;
	char wal[128];
	struct stat st;

	signal(SIGXFSZ, SIG_IGN);
	snprintf(wal, sizeof wal, "%s-wal", path);
	if (s == NULL || add_group(s, 0, 20) == -1 || stat(wal, &st) == -1)
		_exit(99);
	groups = 1;
	limit_files((rlim_t)st.st_size + room);
	for (int i = 0; i < 90 && refused < 5; i++) {
		if (add_group(s, 20 * (uint32_t)groups, 20) == 0)
			groups++;
		else
			refused++;
		if (waiting(s) != 20 * groups)
			_exit(99);
	}
	limit_files(RLIM_INFINITY);
	if (refused < 5 || add_group(s, 20 * (uint32_t)groups, 20) == -1)
		_exit(99);
	_exit(groups + 1);
}

START_TEST(a_full_disk_is_said)
{
	struct spool *s;
	pid_t pid = fork();
	int status;

	ck_assert_int_ne(pid, -1);
	if (pid == 0)
		fill_disk(20000 + 3000 * (rlim_t)_i);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status));
	ck_assert_int_gt(WEXITSTATUS(status), 1);
	ck_assert_int_lt(WEXITSTATUS(status), 99);
	s = open_spool(path);
	ck_assert_int_eq(check_rows(s, 0), 20 * WEXITSTATUS(status));
	spool_close(s);
}
END_TEST

START_TEST(a_file_that_is_none_is_left_alone)
{
	static const char text[] = "This is no database, but somebody's work.\n"
				   "It must not be written over.\n";
	char got[sizeof text];
	int fd = open(path, O_RDWR | O_CREAT, 0600);

	ck_assert_int_eq(write(fd, text, sizeof text), sizeof text);
	ck_assert_ptr_null(spool_open(path));
	ck_assert_int_eq(pread(fd, got, sizeof got, 0), sizeof got);
	ck_assert_str_eq(got, text);
	close(fd);
	ck_assert_ptr_null(spool_open("/nowhere/at/all/spool.db"));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("spool crash");
	TCase *tc = tcase_create("faults");

	tcase_add_checked_fixture(tc, make_dir, remove_dir);
	tcase_set_timeout(tc, 300);
	tcase_add_loop_test(tc, killed_at_each_step, 0, GROUP + 2);
	tcase_add_test(tc, killed_at_any_moment);
	tcase_add_loop_test(tc, the_files_alone_are_enough, 0, 2);
	tcase_add_loop_test(tc, a_full_disk_is_said, 0, 4);
	tcase_add_test(tc, a_file_that_is_none_is_left_alone);
	suite_add_tcase(s, tc);
	return check_main(s);
}
