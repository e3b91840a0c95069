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
#include "spool_test.h"

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
	return check_main(s);
}
