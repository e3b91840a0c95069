/*
 * spool_test.h - a spool in a directory of its own, and rows that can be told.
 */
#ifndef SPOOL_TEST_H
#define SPOOL_TEST_H

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "check_main.h"
#include "spool.h"

#define NOW 1760000000000LL

static char dir[64], path[96];

static const char *const ends[] = { "", "-wal", "-shm" };

static inline void
make_dir(void)
{
	strcpy(dir, "/tmp/smsvault-spool.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof path, "%s/spool.db", dir);
	/* What goes wrong on purpose need not be read. */
	ck_assert_ptr_nonnull(freopen("/dev/null", "w", stderr));
}

static inline void
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
static inline void
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

static inline int
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

static inline struct spool *
open_spool(const char *at)
{
	struct spool *s = spool_open(at);

	ck_assert_ptr_nonnull(s);
	return s;
}

/* How many rows wait; they must be those from first on, whole and in order. */
static inline int
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

#endif
