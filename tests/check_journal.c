/*
 * The phone's journal: what it has committed is there after any crash, and its
 * lists are in the order that they promise.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check_main.h"
#include "journal.h"
#include "seal.h"
#include "wire.h"

#define NOW 1760000000000LL
#define CONTACTS (1u << RECORD_CONTACT)
#define MESSAGES (1u << RECORD_MESSAGE)
#define CALLS (1u << RECORD_CALL)

static char dir[64], path[96];
static struct journal *j;

static void
open_memory(void)
{
	ck_assert_ptr_nonnull(j = journal_open(":memory:"));
}

static void
close_memory(void)
{
	journal_close(j);
}

static void
make_dir(void)
{
	strcpy(dir, "/tmp/smsvault-journal.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof path, "%s/journal", dir);
	/* What goes wrong on purpose need not be read. */
	ck_assert_ptr_nonnull(freopen("/dev/null", "w", stderr));
}

static void
remove_dir(void)
{
	static const char *const ends[] = { "", "-wal", "-shm" };
	char name[128];

	for (size_t i = 0; i < 3; i++) {
		snprintf(name, sizeof name, "%s%s", path, ends[i]);
		unlink(name);
		snprintf(name, sizeof name, "%s/copy%s", dir, ends[i]);
		unlink(name);
	}
	rmdir(dir);
}

static struct record *
make(enum record_kind kind, uint32_t id, int64_t ms, const char *text)
{
	struct record *r = record_new(kind, id);

	ck_assert_ptr_nonnull(r);
	record_set_time_ms(r, ms);
	ck_assert_int_eq(
	    record_add_text(
		r, kind == RECORD_CONTACT ? RECORD_NAME : RECORD_PEER, text),
	    0);
	return r;
}

static int
put(enum record_kind kind, uint32_t id, int64_t ms, const char *text)
{
	struct record *r = make(kind, id, ms, text);
	int err = journal_put(j, r, NOW);

	record_free(r);
	return err;
}

/* The ids that wait, as "3 1 2". */
static const char *
pending(unsigned kinds, size_t max)
{
	static char text[512];
	struct record **list;
	size_t n, used = 0;

	text[0] = '\0';
	ck_assert_int_eq(journal_pending(j, kinds, max, &list, &n), 0);
	for (size_t i = 0; i < n; i++) {
		used += (size_t)snprintf(text + used, sizeof text - used,
		    "%s%u", i > 0 ? " " : "", record_id(list[i]));
		record_free(list[i]);
	}
	free(list);
	return text;
}

static void
take(enum record_kind kind, uint32_t id, uint32_t transfer)
{
	struct record *r = record_new(kind, id);

	ck_assert_int_eq(journal_taken(j, r, transfer, 0), 0);
	record_free(r);
}

/* ---- settings ---- */

START_TEST(settings_are_kept)
{
	char got[8] = "before";

	ck_assert_uint_eq(journal_get(j, "key", got, sizeof got), 0);
	ck_assert_str_eq(got, "before");
	ck_assert_int_eq(journal_get_int(j, "number", 42), 42);
	ck_assert_int_eq(journal_set(j, "key", "a\0c", 3), 0);
	ck_assert_int_eq(journal_set_int(j, "number", INT64_MIN), 0);
	ck_assert_uint_eq(journal_get(j, "key", got, sizeof got), 3);
	ck_assert_mem_eq(got, "a\0c", 3);
	ck_assert_int_eq(journal_get_int(j, "number", 42), INT64_MIN);
	ck_assert_int_eq(journal_set(j, "key", "longer than that", 16), 0);
	ck_assert_uint_eq(journal_get(j, "key", got, sizeof got), 0);
	ck_assert_int_eq(journal_unset(j, "key"), 0);
	ck_assert_int_eq(journal_unset(j, "key"), 0);
	ck_assert_uint_eq(journal_get(j, "key", got, sizeof got), 0);
}
END_TEST

START_TEST(aborted_is_as_before)
{
	ck_assert_int_eq(journal_set_int(j, "number", 1), 0);
	ck_assert_int_eq(journal_begin(j), 0);
	ck_assert_int_eq(journal_set_int(j, "number", 2), 0);
	ck_assert_int_eq(put(RECORD_CONTACT, 1, NOW, "Anna"), 1);
	journal_abort(j);
	journal_abort(j);
	ck_assert_int_eq(journal_get_int(j, "number", 0), 1);
	ck_assert_str_eq(pending(~0u, 9), "");
	ck_assert_int_eq(journal_begin(j), 0);
	ck_assert_int_eq(journal_set_int(j, "number", 3), 0);
	ck_assert_int_eq(journal_end(j), 0);
	ck_assert_int_eq(journal_get_int(j, "number", 0), 3);
}
END_TEST

/* ---- records ---- */

START_TEST(only_a_change_is_pending)
{
	struct record *gone = record_new(RECORD_CONTACT, 1);

	ck_assert_int_eq(put(RECORD_CONTACT, 1, NOW, "Anna"), 1);
	ck_assert_int_eq(put(RECORD_CONTACT, 1, NOW, "Anna"), 0);
	take(RECORD_CONTACT, 1, 1);
	ck_assert_int_eq(put(RECORD_CONTACT, 1, NOW, "Anna"), 0);
	ck_assert_str_eq(pending(~0u, 9), "");
	ck_assert_int_eq(put(RECORD_CONTACT, 1, NOW, "Anna K."), 1);
	ck_assert_str_eq(pending(~0u, 9), "1");
	/* Back to what it was is a change as well. */
	take(RECORD_CONTACT, 1, 2);
	ck_assert_int_eq(put(RECORD_CONTACT, 1, NOW, "Anna"), 1);
	take(RECORD_CONTACT, 1, 3);
	record_set_op(gone, RECORD_DELETE);
	ck_assert_int_eq(journal_put(j, gone, NOW), 1);
	ck_assert_int_eq(journal_put(j, gone, NOW), 0);
	ck_assert_str_eq(pending(CONTACTS, 9), "1");
	record_free(gone);
}
END_TEST

START_TEST(the_most_valuable_first)
{
	put(RECORD_MESSAGE, 1, NOW - 5, "+3581");
	put(RECORD_CALL, 2, NOW - 3, "+3581");
	put(RECORD_CONTACT, 3, NOW - 900, "Old friend");
	put(RECORD_MESSAGE, 4, NOW - 1, "+3581");
	put(RECORD_CONTACT, 5, NOW - 800, "New friend");
	ck_assert_str_eq(pending(~0u, 9), "5 3 4 2 1");
	ck_assert_str_eq(pending(~0u, 2), "5 3");
	ck_assert_str_eq(pending(MESSAGES | CALLS, 9), "4 2 1");
	ck_assert_str_eq(pending(0, 9), "");
	ck_assert_uint_eq(journal_pending_count(j, ~0u), 5);
	ck_assert_uint_eq(journal_pending_count(j, CALLS), 1);
}
END_TEST

START_TEST(since_is_when_the_oldest_came)
{
	struct record *r = make(RECORD_CALL, 1, 5, "+3581");

	ck_assert_int_eq(journal_pending_since(j, RECORD_CALL), 0);
	ck_assert_int_eq(journal_put(j, r, NOW + 7), 1);
	ck_assert_int_eq(put(RECORD_CALL, 2, 6, "+3582"), 1);
	ck_assert_int_eq(journal_pending_since(j, RECORD_CALL), NOW);
	take(RECORD_CALL, 2, 1);
	ck_assert_int_eq(journal_pending_since(j, RECORD_CALL), NOW + 7);
	ck_assert_int_eq(journal_pending_since(j, RECORD_CONTACT), 0);
	record_free(r);
}
END_TEST

/* A record that changes while its transfer is under way is not acknowledged
 * with it. */
START_TEST(an_ack_is_for_what_was_sent)
{
	put(RECORD_CONTACT, 1, NOW, "Anna");
	put(RECORD_CONTACT, 2, NOW, "Bo");
	take(RECORD_CONTACT, 1, 7);
	take(RECORD_CONTACT, 2, 7);
	put(RECORD_CONTACT, 2, NOW, "Bosse");
	ck_assert_int_eq(journal_acked(j, 7), 0);
	ck_assert_str_eq(pending(~0u, 9), "2");
	ck_assert_int_eq(journal_all_pending(j), 0);
	ck_assert_str_eq(pending(~0u, 9), "1 2");
}
END_TEST

/* ---- SMS ---- */

static void
put_frame(uint32_t transfer, unsigned index)
{
	uint8_t sms[WIRE_DATA_MAX];

	memset(sms, (int)(transfer * 16 + index), sizeof sms);
	ck_assert_int_eq(
	    journal_frame_put(j, transfer, index, sms, 100 + index, false), 0);
}

/* What is sent until nothing waits, as "7.0 7.1". */
static const char *
send_all(void)
{
	static char text[512];
	uint8_t sms[WIRE_DATA_MAX];
	uint32_t transfer;
	unsigned index;
	size_t len, used = 0;

	text[0] = '\0';
	while (
	    journal_frame_next(j, false, &transfer, &index, sms, &len) == 1) {
		ck_assert_uint_eq(len, 100 + index);
		ck_assert_uint_eq(sms[0], (uint8_t)(transfer * 16 + index));
		ck_assert_uint_eq(sms[len - 1], sms[0]);
		used += (size_t)snprintf(text + used, sizeof text - used,
		    "%s%u.%u", used > 0 ? " " : "", transfer, index);
		ck_assert_int_eq(journal_frame_sent(j, transfer, index), 0);
		ck_assert_uint_lt(used, sizeof text - 20);
	}
	return text;
}

START_TEST(frames_go_in_order)
{
	put_frame(2, 0);
	put_frame(1, 1);
	put_frame(1, 0);
	put_frame(10, 0);
	ck_assert_uint_eq(journal_frames_waiting(j), 4);
	ck_assert_str_eq(send_all(), "1.0 1.1 2.0 10.0");
	ck_assert_uint_eq(journal_frames_waiting(j), 0);
	ck_assert_uint_eq(journal_frames(j), 4);
	ck_assert_uint_eq(journal_in_flight(j), 3);
}
END_TEST

START_TEST(what_is_asked_for_goes_first)
{
	for (unsigned i = 0; i < 4; i++)
		put_frame(5, i);
	ck_assert_str_eq(send_all(), "5.0 5.1 5.2 5.3");
	put_frame(6, 0);
	ck_assert_int_eq(journal_frame_again(j, 5, 0x000a), 1);
	ck_assert_int_eq(journal_frame_again(j, 4, 0xffff), 0);
	ck_assert_str_eq(send_all(), "5.1 5.3 6.0");
	/* More bits than there are segments. */
	ck_assert_int_eq(journal_frame_again(j, 6, 0xffff), 1);
	ck_assert_str_eq(send_all(), "6.0");
	ck_assert_int_eq(journal_last_again(j), 0);
	ck_assert_str_eq(send_all(), "6.0");
}
END_TEST

START_TEST(an_ack_forgets_frames_up_to_it)
{
	for (uint32_t t = 1; t <= 4; t++)
		put_frame(t, 0);
	ck_assert_int_eq(journal_acked(j, 2), 0);
	ck_assert_str_eq(send_all(), "3.0 4.0");
	ck_assert_int_eq(journal_acked(j, 1), 0);
	ck_assert_uint_eq(journal_in_flight(j), 2);
	ck_assert_int_eq(journal_drop_transfers(j), 0);
	ck_assert_uint_eq(journal_in_flight(j), 0);
	ck_assert_int_eq(journal_last_again(j), 0);
	ck_assert_str_eq(send_all(), "");
}
END_TEST

/* ---- crashes ---- */

#define STEPS 6

/* The steps of one transfer; after each of them there may be no next. */
static int
step(int n, uint32_t transfer)
{
	struct record *r = make(RECORD_CALL, transfer, NOW, "+3581");
	uint8_t sms[WIRE_DATA_MAX] = { 0 };
	int err = 0;

	switch (n) {
	case 0:
		err = journal_put(j, r, NOW) == 1 ? 0 : -1;
		break;
	case 1:
		err = journal_begin(j);
		break;
	case 2:
		err = journal_frame_put(j, transfer, 0, sms, sizeof sms, false);
		break;
	case 3:
		err = journal_taken(j, r, transfer, 0);
		break;
	case 4:
		err = journal_set_int(j, "next", (int64_t)transfer + 1);
		break;
	case 5:
		err = journal_end(j);
		break;
	}
	record_free(r);
	return err;
}

/* What must hold whenever one looks: whole transfers, or nothing of them. */
static void
check_whole(uint32_t transfers, bool one_pending)
{
	ck_assert_int_eq(journal_get_int(j, "next", 1), transfers + 1);
	ck_assert_uint_eq(journal_frames(j), transfers);
	ck_assert_uint_eq(journal_in_flight(j), transfers);
	ck_assert_uint_eq(journal_pending_count(j, ~0u), one_pending);
}

START_TEST(killed_at_each_step)
{
	int status;
	pid_t pid = fork();

	ck_assert_int_ne(pid, -1);
	if (pid == 0) {
		if ((j = journal_open(path)) == NULL)
			_exit(1);
		for (uint32_t t = 1; t <= 2; t++)
			for (int n = 0; n < STEPS; n++) {
				if (t == 2 && n == _i)
					raise(SIGKILL);
				if (step(n, t) != 0)
					_exit(1);
			}
		raise(SIGKILL);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	ck_assert_ptr_nonnull(j = journal_open(path));
	if (_i == STEPS)
		check_whole(2, false);
	else
		check_whole(1, _i > 0);
	journal_close(j);
}
END_TEST

static void
copy_file(const char *end)
{
	char from[128], to[128], octets[65536];
	int in, out;
	ssize_t n;

	snprintf(from, sizeof from, "%s%s", path, end);
	snprintf(to, sizeof to, "%s/copy%s", dir, end);
	unlink(to);
	if ((in = open(from, O_RDONLY)) == -1 && errno == ENOENT)
		return;
	ck_assert_int_ne(in, -1);
	ck_assert_int_ne(out = open(to, O_WRONLY | O_CREAT, 0600), -1);
	while ((n = read(in, octets, sizeof octets)) > 0)
		ck_assert_int_eq(write(out, octets, (size_t)n), n);
	close(in);
	close(out);
}

/* The files as they are at each point, as a power loss would leave them. */
START_TEST(the_files_alone_are_enough)
{
	char copy[128];

	snprintf(copy, sizeof copy, "%s/copy", dir);
	ck_assert_ptr_nonnull(j = journal_open(path));
	for (uint32_t t = 1; t <= 10; t++)
		for (int n = 0; n < STEPS; n++) {
			struct journal *live = j;

			ck_assert_int_eq(step(n, t), 0);
			copy_file("");
			copy_file("-wal");
			ck_assert_ptr_nonnull(j = journal_open(copy));
			check_whole(n == STEPS - 1 ? t : t - 1, n < STEPS - 1);
			journal_close(j);
			snprintf(copy, sizeof copy, "%s/copy-shm", dir);
			unlink(copy);
			snprintf(copy, sizeof copy, "%s/copy", dir);
			j = live;
		}
	journal_close(j);
}
END_TEST

/* The journal of the first version: nothing in it is lost or sent twice. */
START_TEST(an_older_journal_is_brought_up_to_date)
{
	static const char old[] =
	    "CREATE TABLE kv (key TEXT PRIMARY KEY, value) WITHOUT ROWID;"
	    "CREATE TABLE item (kind INTEGER NOT NULL, id INTEGER NOT NULL,"
	    " digest BLOB NOT NULL, state INTEGER NOT NULL,"
	    " transfer INTEGER NOT NULL, time_ms INTEGER NOT NULL,"
	    " since_ms INTEGER NOT NULL, record BLOB NOT NULL,"
	    " PRIMARY KEY (kind, id)) WITHOUT ROWID;"
	    "CREATE TABLE frame (transfer INTEGER NOT NULL,"
	    " idx INTEGER NOT NULL, sms BLOB NOT NULL, todo INTEGER NOT NULL,"
	    " PRIMARY KEY (transfer, idx)) WITHOUT ROWID;"
	    "INSERT INTO kv VALUES ('next_transfer', 8);"
	    "INSERT INTO frame VALUES (7, 0, x'0102', 1);";
	static const char add[] = "INSERT INTO item VALUES (1, ?1, ?2, ?3, 7, "
				  "5, 5, ?4)";
	struct record *r, *back;
	uint8_t octets[RECORD_STORED_MAX], digest[SEAL_DIGEST_LEN];
	uint32_t count, sum, id = 99;
	sqlite3 *db;
	sqlite3_stmt *st;

	ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
	ck_assert_int_eq(sqlite3_exec(db, old, NULL, NULL, NULL), SQLITE_OK);
	for (int i = 1; i <= 3; i++) { /* pending, sent, acknowledged */
		size_t n;

		r = record_new(RECORD_CONTACT, (uint32_t)i);
		record_set_time_ms(r, NOW);
		record_add_text(r, RECORD_NAME, "Anna");
		n = record_encode(r, octets, sizeof octets);
		seal_digest(octets, n, digest);
		sqlite3_prepare_v2(db, add, -1, &st, NULL);
		sqlite3_bind_int(st, 1, i);
		sqlite3_bind_blob(st, 2, digest, 16, SQLITE_STATIC);
		sqlite3_bind_int(st, 3, i - 1);
		sqlite3_bind_blob(st, 4, octets, (int)n, SQLITE_STATIC);
		ck_assert_int_eq(sqlite3_step(st), SQLITE_DONE);
		sqlite3_finalize(st);
		record_free(r);
	}
	sqlite3_close(db);
	for (int opened = 0; opened < 2; opened++) {
		ck_assert_ptr_nonnull(j = journal_open(path));
		ck_assert_int_eq(journal_get_int(j, "next_transfer", 0), 8);
		ck_assert_str_eq(pending(~0u, 9), "1");
		ck_assert_int_eq(put(RECORD_CONTACT, 2, NOW, "Anna"), 0);
		ck_assert_uint_eq(journal_frames_waiting(j), 1);
		journal_sum(j, RECORD_CONTACT, -1, &count, &sum);
		ck_assert_uint_eq(count, 2);
		ck_assert_ptr_nonnull(
		    back = journal_record(j, RECORD_CONTACT, 3));
		ck_assert(journal_find_same(j, back, &id));
		ck_assert_uint_lt(id, 4);
		record_free(back);
		journal_close(j);
	}
	/* One of a later version is left alone. */
	sqlite3_open(path, &db);
	sqlite3_exec(db, "PRAGMA user_version = 99", NULL, NULL, NULL);
	sqlite3_close(db);
	ck_assert_ptr_null(journal_open(path));
}
END_TEST

START_TEST(a_file_that_is_none_is_refused)
{
	int fd = open(path, O_WRONLY | O_CREAT, 0600);
	char text[2000];

	memset(text, 'x', sizeof text);
	ck_assert_int_eq(write(fd, text, sizeof text), sizeof text);
	close(fd);
	ck_assert_ptr_null(journal_open(path));
	ck_assert_ptr_null(journal_open("/nowhere/at/all/journal"));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("journal");
	TCase *tc = tcase_create("contents");

	tcase_add_checked_fixture(tc, open_memory, close_memory);
	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, settings_are_kept);
	tcase_add_test(tc, aborted_is_as_before);
	tcase_add_test(tc, only_a_change_is_pending);
	tcase_add_test(tc, the_most_valuable_first);
	tcase_add_test(tc, since_is_when_the_oldest_came);
	tcase_add_test(tc, an_ack_is_for_what_was_sent);
	tcase_add_test(tc, frames_go_in_order);
	tcase_add_test(tc, what_is_asked_for_goes_first);
	tcase_add_test(tc, an_ack_forgets_frames_up_to_it);
	suite_add_tcase(s, tc);
	tc = tcase_create("crashes");
	tcase_add_checked_fixture(tc, make_dir, remove_dir);
	tcase_set_timeout(tc, 300);
	tcase_add_loop_test(tc, killed_at_each_step, 0, STEPS + 1);
	tcase_add_test(tc, the_files_alone_are_enough);
	tcase_add_test(tc, a_file_that_is_none_is_refused);
	tcase_add_test(tc, an_older_journal_is_brought_up_to_date);
	suite_add_tcase(s, tc);
	return check_main(s);
}
