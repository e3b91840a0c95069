/*
 * The spool: what it has committed is there after any crash, what it could not
 * write it says it has not, and nothing that waits is ever thrown away.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check_main.h"
#include "spool.h"

#define NOW 1760000000000LL
#define GROUP 3 /* rows in a group of these tests */

static char dir[64], path[96];

static const char *const ends[] = { "", "-wal", "-shm" };

static void
make_dir(void)
{
	strcpy(dir, "/tmp/smsvault-spool.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof path, "%s/spool.db", dir);
	/* What goes wrong on purpose need not be read. */
	ck_assert_ptr_nonnull(freopen("/dev/null", "w", stderr));
}

static void
remove_dir(void)
{
	char name[128];

	for (size_t i = 0; i < 3; i++) {
		snprintf(name, sizeof name, "%s%s", path, ends[i]);
		unlink(name);
		snprintf(name, sizeof name, "%s/copy.db%s", dir, ends[i]);
		unlink(name);
	}
	rmdir(dir);
}

/* An SMS that can be told by its number n. */
static void
fill(struct link_sms *sms, uint32_t n)
{
	memset(sms, 0, sizeof *sms);
	sms->class = LINK_CLASS_DATA;
	sms->reference = -1;
	sms->smsc_time_s = 1700000000 + n;
	snprintf(sms->number, sizeof sms->number, "+358%09u", n);
	sms->udh_len = 7;
	memset(sms->udh, (int)(n & 0xff), 7);
	sms->data_len = 1 + n % 140;
	memset(sms->data, (int)(n * 7 & 0xff), sms->data_len);
}

static int
add_group(struct spool *s, uint32_t first, uint32_t n)
{
	struct link_sms sms;

	if (spool_begin(s) == -1)
		return -1;
	for (uint32_t i = 0; i < n; i++) {
		fill(&sms, first + i);
		if (spool_add(s, "modem0", NOW + first + i, &sms) == -1) {
			spool_abort(s);
			return -1;
		}
	}
	return spool_commit(s);
}

static struct spool *
open_spool(const char *at)
{
	struct spool *s = spool_open(at);

	ck_assert_ptr_nonnull(s);
	return s;
}

/* How many rows wait; they must be those from first on, whole and in order. */
static int
check_rows(struct spool *s, uint32_t first)
{
	static struct spool_row rows[256];
	struct link_sms want;
	int64_t after = 0;
	int n, count = 0;

	while ((n = spool_next(s, after, rows, 256)) > 0) {
		for (int i = 0; i < n; i++, count++) {
			fill(&want, first + (uint32_t)count);
			ck_assert_int_gt(rows[i].id, after);
			after = rows[i].id;
			ck_assert_int_eq(
			    rows[i].received_ms, NOW + first + (uint32_t)count);
			ck_assert_str_eq(rows[i].modem, "modem0");
			ck_assert_str_eq(rows[i].sms.number, want.number);
			ck_assert_int_eq(rows[i].sms.class, want.class);
			ck_assert_int_eq(rows[i].sms.reference, -1);
			ck_assert_int_eq(
			    rows[i].sms.smsc_time_s, want.smsc_time_s);
			ck_assert_uint_eq(rows[i].sms.udh_len, want.udh_len);
			ck_assert_uint_eq(rows[i].sms.data_len, want.data_len);
			ck_assert_mem_eq(
			    rows[i].sms.udh, want.udh, want.udh_len);
			ck_assert_mem_eq(
			    rows[i].sms.data, want.data, want.data_len);
		}
	}
	ck_assert_int_eq(n, 0);
	return count;
}

START_TEST(what_is_added_is_read)
{
	struct spool *s = open_spool(path), *reader = open_spool(path);

	ck_assert_int_eq(add_group(s, 0, 300), 0);
	ck_assert_int_eq(check_rows(reader, 0), 300);
	ck_assert_int_eq(add_group(s, 300, 1), 0);
	ck_assert_int_eq(check_rows(reader, 0), 301);
	spool_close(reader);
	spool_close(s);
}
END_TEST

START_TEST(the_largest_sms_fits)
{
	struct spool *s = open_spool(path);
	struct spool_row row;
	struct link_sms sms;

	memset(&sms, 0xa5, sizeof sms);
	sms.class = LINK_CLASS_UNREADABLE;
	sms.udh_len = sizeof sms.udh;
	sms.data_len = sizeof sms.data;
	memset(sms.number, '9', sizeof sms.number);
	sms.number[sizeof sms.number - 1] = '\0';
	ck_assert_int_eq(spool_begin(s), 0);
	ck_assert_int_eq(spool_add(s, "modem0", NOW, &sms), 0);
	ck_assert_int_eq(spool_commit(s), 0);
	ck_assert_int_eq(spool_next(s, 0, &row, 1), 1);
	ck_assert_str_eq(row.sms.number, sms.number);
	ck_assert_uint_eq(row.sms.udh_len, sizeof sms.udh);
	ck_assert_uint_eq(row.sms.data_len, sizeof sms.data);
	ck_assert_mem_eq(row.sms.udh, sms.udh, sizeof sms.udh);
	ck_assert_mem_eq(row.sms.data, sms.data, sizeof sms.data);
	spool_close(s);
}
END_TEST

START_TEST(a_group_is_all_or_nothing)
{
	struct spool *s = open_spool(path), *reader = open_spool(path);
	struct link_sms sms;

	fill(&sms, 0);
	ck_assert_int_eq(spool_begin(s), 0);
	ck_assert_int_eq(spool_add(s, "modem0", NOW, &sms), 0);
	ck_assert_int_eq(check_rows(reader, 0), 0);
	spool_abort(s);
	spool_abort(s);
	ck_assert_int_eq(check_rows(s, 0), 0);
	ck_assert_int_eq(add_group(s, 0, 2), 0);
	ck_assert_int_eq(check_rows(reader, 0), 2);
	spool_close(reader);
	spool_close(s);
}
END_TEST

START_TEST(only_its_user_may_read_it)
{
	struct spool *s = open_spool(path);
	struct stat st;

	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(st.st_mode & 077, 0);
	spool_close(s);
}
END_TEST

/* ---- crashes ---- */

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

/* ---- what becomes of rows ---- */

START_TEST(done_is_done_once)
{
	struct spool *s = open_spool(path);
	struct spool_row rows[8];
	struct spool_stats st;
	int64_t ids[3];

	ck_assert_int_eq(spool_get_stats(s, &st), 0);
	ck_assert_int_eq(st.waiting, 0);
	ck_assert_int_eq(st.oldest_waiting_ms, 0);
	ck_assert_int_eq(add_group(s, 0, 5), 0);
	ck_assert_int_eq(spool_next(s, 0, rows, 8), 5);
	for (int i = 0; i < 3; i++)
		ids[i] = rows[i].id;
	for (int i = 0; i < 2; i++)
		ck_assert_int_eq(spool_done(s, ids, 3), 0);
	ck_assert_int_eq(spool_done(s, ids, 0), 0);
	ck_assert_int_eq(check_rows(s, 3), 2);
	ck_assert_int_eq(spool_next(s, rows[3].id, rows, 8), 1);
	ck_assert_int_eq(spool_get_stats(s, &st), 0);
	ck_assert_int_eq(st.waiting, 2);
	ck_assert_int_eq(st.done, 3);
	ck_assert_int_eq(st.quarantined, 0);
	ck_assert_int_eq(st.oldest_waiting_ms, NOW + 3);
	spool_close(s);
}
END_TEST

START_TEST(aside_and_back)
{
	struct spool *s = open_spool(path);
	struct spool_aside *list = NULL;
	struct spool_row rows[4];
	struct link_sms want;
	size_t n = 9;

	ck_assert_int_eq(add_group(s, 0, 3), 0);
	ck_assert_int_eq(spool_list_quarantine(s, &list, &n), 0);
	ck_assert_uint_eq(n, 0);
	free(list);
	ck_assert_int_eq(spool_next(s, 0, rows, 4), 3);
	ck_assert_int_eq(spool_quarantine(s, rows[0].id, "no sense"), 0);
	ck_assert_int_eq(spool_quarantine(s, rows[2].id, "too long"), 0);
	ck_assert_int_eq(check_rows(s, 1), 1);
	ck_assert_int_eq(spool_list_quarantine(s, &list, &n), 0);
	ck_assert_uint_eq(n, 2);
	ck_assert_int_eq(list[0].id, rows[2].id);
	ck_assert_str_eq(list[0].reason, "too long");
	ck_assert_int_eq(list[1].id, rows[0].id);
	ck_assert_str_eq(list[1].reason, "no sense");
	ck_assert_str_eq(list[1].number, "+358000000000");
	ck_assert_int_eq(list[1].received_ms, NOW);
	fill(&want, 2);
	ck_assert_uint_eq(list[0].raw_len, want.udh_len + want.data_len);
	ck_assert_mem_eq(list[0].raw, want.udh, want.udh_len);
	ck_assert_mem_eq(list[0].raw + want.udh_len, want.data, want.data_len);
	free(list);

	ck_assert_int_eq(spool_replay(s, rows[0].id), 0);
	ck_assert_int_eq(spool_replay(s, rows[0].id), -1);
	ck_assert_int_eq(spool_replay(s, rows[1].id), -1);
	ck_assert_int_eq(spool_replay(s, 4711), -1);
	ck_assert_int_eq(check_rows(s, 0), 2);
	spool_close(s);
}
END_TEST

START_TEST(junk_is_counted_and_not_kept)
{
	struct spool *s = open_spool(path);
	struct spool_stats st;
	struct spool_row rows[3];
	struct spool_aside *list;
	int64_t ids[2];
	size_t n;

	ck_assert_int_eq(add_group(s, 0, 3), 0);
	ck_assert_int_eq(spool_next(s, 0, rows, 3), 3);
	ids[0] = rows[0].id;
	ids[1] = rows[2].id;
	ck_assert_int_eq(spool_junk(s, ids, 2, "not ours"), 0);
	ck_assert_int_eq(spool_junk(s, ids, 0, "not ours"), 0);
	ck_assert_int_eq(spool_get_stats(s, &st), 0);
	ck_assert_int_eq(st.junk, 2);
	ck_assert_int_eq(st.waiting, 1);
	ck_assert_int_eq(spool_list_quarantine(s, &list, &n), 0);
	ck_assert_uint_eq(n, 0);
	free(list);
	ck_assert_int_eq(spool_replay(s, ids[0]), -1);
	ck_assert_int_eq(check_rows(s, 1), 1);
	spool_close(s);
}
END_TEST

/* There may be most of a one-time code in a text that was refused. */
START_TEST(of_a_text_that_is_junk_nothing_is_kept)
{
	struct spool *s = open_spool(path);
	struct link_sms sms;
	sqlite3_stmt *st;
	sqlite3 *db;
	int64_t id = 1;

	fill(&sms, 99);
	sms.class = LINK_CLASS_TEXT;
	ck_assert_int_eq(spool_begin(s), 0);
	ck_assert_int_eq(spool_add(s, "modem0", NOW, &sms), 0);
	ck_assert_int_eq(spool_commit(s), 0);
	ck_assert_int_eq(spool_junk(s, &id, 1, "not the code"), 0);
	spool_close(s);
	ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
	ck_assert_int_eq(sqlite3_prepare_v2(db,
			     "SELECT length(data) + length(udh) FROM sms "
			     "WHERE id = 1",
			     -1, &st, NULL),
	    SQLITE_OK);
	ck_assert_int_eq(sqlite3_step(st), SQLITE_ROW);
	ck_assert_int_eq(sqlite3_column_int(st, 0), 0);
	sqlite3_finalize(st);
	sqlite3_close(db);
}
END_TEST

/* What is done is forgotten in time; what waits, or was set aside, is not. */
START_TEST(what_waits_is_never_pruned)
{
	struct spool *s = open_spool(path);
	static struct spool_row rows[256];
	struct spool_aside *list;
	int64_t ids[256], after = 0;
	size_t aside;
	int n;

	ck_assert_int_eq(add_group(s, 0, 2), 0);
	ck_assert_int_eq(spool_next(s, 0, rows, 2), 2);
	ck_assert_int_eq(spool_quarantine(s, rows[1].id, "aside"), 0);
	after = rows[1].id;
	ck_assert_int_eq(add_group(s, 2, 20500), 0);
	while ((n = spool_next(s, after, rows, 256)) > 0) {
		for (int i = 0; i < n; i++)
			ids[i] = rows[i].id;
		after = rows[n - 1].id;
		ck_assert_int_eq(spool_done(s, ids, n), 0);
	}
	ck_assert_int_eq(check_rows(s, 0), 1);
	ck_assert_int_eq(spool_list_quarantine(s, &list, &aside), 0);
	ck_assert_uint_eq(aside, 1);
	ck_assert_str_eq(list[0].number, "+358000000001");
	free(list);
	spool_close(s);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("spool");
	TCase *tc = tcase_create("rows");

	tcase_add_checked_fixture(tc, make_dir, remove_dir);
	tcase_set_timeout(tc, 300);
	tcase_add_test(tc, what_is_added_is_read);
	tcase_add_test(tc, the_largest_sms_fits);
	tcase_add_test(tc, a_group_is_all_or_nothing);
	tcase_add_test(tc, only_its_user_may_read_it);
	tcase_add_test(tc, done_is_done_once);
	tcase_add_test(tc, aside_and_back);
	tcase_add_test(tc, junk_is_counted_and_not_kept);
	tcase_add_test(tc, of_a_text_that_is_junk_nothing_is_kept);
	tcase_add_test(tc, what_waits_is_never_pruned);
	suite_add_tcase(s, tc);
	tc = tcase_create("faults");
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
