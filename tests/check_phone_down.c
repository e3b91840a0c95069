/*
 * What comes down: any loss, order and repetition ends with each record on the
 * phone once, and a receipt that says so.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "be.h"
#include "check_main.h"
#include "coding.h"
#include "journal.h"
#include "phone_test.h"

static char path[64];

/* With a journal of its own name, so that it can be opened again. */
static void
open_down(void)
{
	/* What has come down is not to go up meanwhile. */
	static const struct policy own = {
		.kind[RECORD_CONTACT].mode = POLICY_MANUAL,
		.kind[RECORD_MESSAGE].mode = POLICY_MANUAL,
	};
	int fd;

	strcpy(path, "/tmp/smsvault-phone.XXXXXX");
	ck_assert_int_ge(fd = mkstemp(path), 0);
	close(fd);
	open_bound_at(path);
	set_own(&own);
}

static void
close_down(void)
{
	close_peer();
	remove_journal(path);
}

static struct record *
contact(uint32_t id, const char *name)
{
	struct record *r = record_new(RECORD_CONTACT, id);

	record_set_time_ms(r, 1750000000000 + id);
	record_add_text(r, RECORD_NAME, name);
	return r;
}

static uint32_t
mark(const struct record *r)
{
	uint8_t octets[RECORD_STORED_MAX];

	return seal_mark(
	    p->keys, octets, record_encode(r, octets, sizeof octets));
}

static void
end(uint32_t transfer, uint32_t restore, uint32_t records)
{
	const struct down_head head = {
		.what = DOWN_END, .restore = restore, .records = records
	};

	peer_down(p, transfer, &head, NULL, 0, 0);
}

/* What the phone's uploads since SMS number from said last. */
static struct upload_preamble
said(size_t from)
{
	struct upload_preamble pre = { 0 }, all = { 0 };
	struct record **list;
	size_t n;

	for (size_t i = from; i < p->nsent; i++) {
		uint32_t t = peer_transfer_of(p, &p->sent[i]);

		if (t == 0 || !peer_read(p, from, t, &pre, &list, &n))
			continue;
		if (pre.has_down) {
			all.has_down = true;
			all.down = pre.down;
		}
		if (pre.receipt != 0) {
			all.receipt = pre.receipt;
			all.applied = pre.applied;
			all.present = pre.present;
			all.failed = pre.failed;
			all.receipt_mark = pre.receipt_mark;
		}
		while (n > 0)
			record_free(list[--n]);
		free(list);
	}
	return all;
}

START_TEST(new_there_before_and_never)
{
	struct record *own = contact(1, "Anna");
	struct record *same = contact(77, "Anna"), *other = contact(1, "Bob");
	const struct record *list[2];
	struct upload_preamble u;

	/* Another phone's 77 is what this one has as 1, save for the id. */
	record_set_time_ms(own, record_time_ms(same));
	ck_assert_int_eq(phone_put(p->phone, own), PHONE_OK);
	phone_upload_now(p->phone);
	peer_run(p, 1);
	list[0] = same;
	list[1] = other;
	peer_down_records(p, 1, 9, false, list, 2, 0);
	end(2, 9, 2);
	p->nsent = 0;
	peer_run(p, 1);
	ck_assert_uint_eq(p->napplied, 1);
	ck_assert(!p->applied_mine[0]);
	ck_assert_str_eq(record_text(p->applied[0], RECORD_NAME, 0), "Bob");
	u = said(0);
	ck_assert_uint_eq(u.receipt, 9);
	ck_assert_uint_eq(u.applied, 1);
	ck_assert_uint_eq(u.present, 1);
	ck_assert_uint_eq(u.failed, 0);
	ck_assert_uint_eq(u.receipt_mark, mark(same) + mark(other));
	ck_assert(u.has_down);
	ck_assert_uint_eq(u.down.cumulative, 2);
	ck_assert_int_eq(p->told[PHONE_N_RESTORED], 1);
	ck_assert_str_eq(
	    p->detail[PHONE_N_RESTORED], "1 new, 1 there before, 0 failed");
	/* What the phone cannot hold is said. */
	p->apply_says = PHONE_NEVER;
	record_free(other);
	list[0] = other = contact(3, "Cecilia");
	peer_down_records(p, 3, 10, false, list, 1, 0);
	end(4, 10, 1);
	p->nsent = 0;
	peer_run(p, 1);
	u = said(0);
	ck_assert_uint_eq(u.receipt, 10);
	ck_assert_uint_eq(u.failed, 1);
	ck_assert_uint_eq(u.receipt_mark, 0);
	record_free(own);
	record_free(same);
	record_free(other);
}
END_TEST

/* A change on the page of what is the phone's own is a change there. */
START_TEST(own_ids_are_changed_in_place)
{
	struct record *was = contact(4, "Anna"),
		      *is = contact(4, "Anna Korhonen");
	struct record *gone = record_new(RECORD_CONTACT, 4);
	struct record *page = contact(0x80000001, "From the page");
	const struct record *list[2] = { is, page };

	ck_assert_int_eq(phone_put(p->phone, was), PHONE_OK);
	peer_down_records(p, 1, 5, true, list, 2, 0);
	peer_run(p, 1);
	ck_assert_uint_eq(p->napplied, 2);
	ck_assert(p->applied_mine[0]);
	ck_assert_uint_eq(record_id(p->applied[0]), 4);
	ck_assert(!p->applied_mine[1]);
	ck_assert_uint_eq(record_id(p->applied[1]), 5000);
	record_set_op(gone, RECORD_DELETE);
	list[0] = gone;
	peer_down_records(p, 2, 6, false, list, 1, 0);
	peer_run(p, 1);
	ck_assert_uint_eq(p->napplied, 2); /* of another phone: nothing */
	peer_down_records(p, 3, 7, true, list, 1, 0);
	peer_run(p, 1);
	ck_assert_uint_eq(p->napplied, 3);
	ck_assert(p->applied_mine[2]);
	ck_assert_int_eq(record_op(p->applied[2]), RECORD_DELETE);
	/* Brought back it is a new thing: ids are given once. */
	list[0] = is;
	peer_down_records(p, 4, 8, true, list, 1, 0);
	peer_run(p, 1);
	ck_assert_uint_eq(p->napplied, 4);
	ck_assert(!p->applied_mine[3]);
	record_free(was);
	record_free(is);
	record_free(gone);
	record_free(page);
}
END_TEST

START_TEST(what_is_missing_is_named)
{
	struct record *r[20];
	struct upload_preamble u;

	for (uint32_t i = 0; i < 20; i++)
		r[i] = peer_message(i + 1, 1750000000000 + i);
	/* 1 whole; 2 lost; 3 without its second and last SMS; 4 whole. */
	peer_down_records(
	    p, 1, 9, false, (const struct record *const *)r, 5, 0);
	peer_down_records(
	    p, 3, 9, false, (const struct record *const *)r + 10, 5, 0x82);
	peer_down_records(
	    p, 4, 9, false, (const struct record *const *)r + 15, 5, 0);
	peer_run(p, MINUTE);
	ck_assert_uint_eq(p->nsent, 0);
	peer_run(p, 2 * MINUTE);
	ck_assert_uint_eq(p->nsent, 1);
	u = said(0);
	ck_assert(u.has_down);
	ck_assert_uint_eq(u.down.cumulative, 1);
	ck_assert_uint_eq(u.down.count, 2);
	ck_assert_uint_eq(u.down.wanted[0], 0xffff);
	ck_assert_uint_eq(u.down.wanted[1] & 1, 0);
	ck_assert_uint_eq(u.down.wanted[1] & 2, 2);
	ck_assert_uint_eq(p->napplied, 5); /* in order: 4 waits */
	/* Nothing more is said while nothing comes. */
	peer_run(p, DAY);
	ck_assert_uint_eq(p->nsent, 1);
	peer_restart(p, path);
	peer_down_records(
	    p, 3, 9, false, (const struct record *const *)r + 10, 5, ~0x82u);
	peer_down_records(
	    p, 2, 9, false, (const struct record *const *)r + 5, 5, 0);
	peer_run(p, 3 * MINUTE);
	ck_assert_uint_eq(p->napplied, 20);
	u = said(0);
	ck_assert_uint_eq(u.down.cumulative, 4);
	ck_assert_uint_eq(u.down.count, 0);
	/* A duplicate is answered: the service has not heard. */
	p->nsent = 0;
	peer_down_records(
	    p, 1, 9, false, (const struct record *const *)r, 5, 0);
	peer_run(p, 3 * MINUTE);
	ck_assert_uint_eq(p->nsent, 1);
	ck_assert_uint_eq(p->napplied, 20);
	for (size_t i = 0; i < 20; i++)
		record_free(r[i]);
}
END_TEST

/* Not now is later, from the same record on, over a restart too. */
START_TEST(later_is_not_never)
{
	struct record *r[4];
	struct upload_preamble u;

	for (uint32_t i = 0; i < 4; i++)
		r[i] = contact(i + 1, "Somebody");
	p->apply_says = PHONE_NOT_NOW;
	peer_down_records(
	    p, 1, 9, false, (const struct record *const *)r, 4, 0);
	end(2, 9, 4);
	peer_run(p, HOUR);
	ck_assert_uint_eq(p->napplied, 0);
	peer_restart(p, path);
	peer_run(p, HOUR);
	p->apply_says = PHONE_APPLIED;
	peer_run(p, 2 * MINUTE);
	ck_assert_uint_eq(p->napplied, 4);
	u = said(0);
	ck_assert_uint_eq(u.receipt, 9);
	ck_assert_uint_eq(u.applied, 4);
	for (size_t i = 0; i < 4; i++)
		record_free(r[i]);
}
END_TEST

/* ---- files ---- */

static struct record *
manifest(uint32_t id, const uint8_t *data, size_t len,
    enum record_coding coding, size_t coded)
{
	struct record *r = record_new(RECORD_FILE, id);
	uint8_t digest[SEAL_DIGEST_LEN];

	seal_digest(data, len, digest);
	record_set_time_ms(r, 1750000000000);
	record_add_text(r, RECORD_FILE_NAME, "a.txt");
	record_add_int(r, RECORD_FILE_SIZE, (int64_t)len);
	for (size_t i = 0; i < 4; i++)
		record_add_int(
		    r, RECORD_FILE_SHA256, (int64_t)be_get64(digest + 8 * i));
	record_add_int(r, RECORD_FILE_CODING, coding);
	record_add_int(r, RECORD_FILE_CODED_SIZE, (int64_t)coded);
	return r;
}

/* A phone that has had 2,046 transfers: each has a number of its own, though
 * their segments have but the low bits of it. */
START_TEST(numbers_go_round_the_bits)
{
	static const char *const settings[] = { "down_cumulative",
		"down_high" };
	const uint32_t had = (1u << WIRE_SEGMENT_BITS) - 2;
	struct journal *j = journal_open(path);
	struct record *r[12];
	struct upload_preamble u;

	ck_assert_ptr_nonnull(j);
	for (int i = 0; i < 2; i++)
		ck_assert_int_eq(journal_set_int(j, settings[i], had), 0);
	ck_assert_int_eq(journal_set_int(j, "down_next", had + 1), 0);
	journal_close(j);
	peer_restart(p, path);
	phone_set_pace(p->phone, 1000, MINUTE);
	for (uint32_t i = 0; i < 12; i++)
		r[i] = peer_message(100 + i, 1750000000000 + i);
	/* The second comes before the first, and the third in two halves. */
	for (uint32_t i = 0; i < 4; i++) {
		uint32_t n = i < 2 ? i ^ 1 : i;
		const struct record *const *three =
		    (const struct record *const *)&r[3 * n];

		peer_down_records(
		    p, had + 1 + n, 9, false, three, 3, i == 2 ? 1 : 0);
		if (i == 2)
			peer_down_records(
			    p, had + 1 + n, 9, false, three, 3, ~1u);
	}
	end(had + 5, 9, 12);
	p->nsent = 0;
	peer_run(p, 1);
	u = said(0);
	ck_assert_uint_eq(u.receipt, 9);
	ck_assert_uint_eq(u.applied, 12);
	ck_assert_uint_eq(u.down.cumulative, had + 5);
	ck_assert_uint_eq(p->napplied, 12);
	for (int i = 0; i < 12; i++)
		record_free(r[i]);
}
END_TEST

static void
down_piece(uint32_t transfer, const struct record *m, const uint8_t *coded,
    size_t offset, size_t len)
{
	const struct down_head head = { .what = DOWN_PIECE, .restore = 9 };
	uint8_t body[2048];
	struct upload_piece piece = { .file = record_id(m),
		.content = (uint32_t)((uint64_t)record_int(
					  m, RECORD_FILE_SHA256, 0, 0) >>
				      32),
		.offset = (uint32_t)offset };
	size_t n = upload_piece_put(&piece, body);

	memcpy(body + n, coded + offset, len);
	peer_down(p, transfer, &head, body, n + len, 0);
}

START_TEST(a_file_comes_down)
{
	static uint8_t data[9000];
	enum record_coding coding;
	struct upload_preamble u;
	struct record *m;
	uint8_t *coded;
	size_t n;
	uint64_t seed = 8;
	uint32_t t = 1;

	for (size_t i = 0; i < sizeof data; i++)
		data[i] = (uint8_t)('a' + check_random(&seed) % 20);
	ck_assert_int_eq(
	    coding_encode(data, sizeof data, &coding, &coded, &n), 0);
	ck_assert_int_eq(coding, RECORD_CODING_ZSTD);
	m = manifest(5, data, sizeof data, coding, n);
	/* A piece may come before the manifest. */
	down_piece(t++, m, coded, 0, 1500);
	peer_down_records(
	    p, t++, 9, false, (const struct record *const *)&m, 1, 0);
	for (size_t at = 1500; at < n; at += 1500) {
		ck_assert_uint_eq(p->napplied, 0);
		if (_i == 1 && at + 1500 >= n)
			break; /* cancelled before its last piece */
		down_piece(t++, m, coded, at, n - at < 1500 ? n - at : 1500);
		peer_run(p, 1);
	}
	end(t, 9, 1);
	peer_run(p, 1);
	u = said(0);
	ck_assert_uint_eq(u.receipt, 9);
	if (_i == 1) {
		ck_assert_uint_eq(u.failed, 1);
		ck_assert_uint_eq(p->napplied, 0);
	} else {
		ck_assert_uint_eq(u.applied, 1);
		ck_assert_uint_eq(p->file_len, sizeof data);
		ck_assert_mem_eq(p->file, data, sizeof data);
		/* To be backed up as this phone's own, octets and all. */
		p->nsent = 0;
		phone_upload_now(p->phone);
		peer_run(p, 1);
		ck_assert_uint_gt(p->nsent, n / WIRE_SEGMENT_BODY_MAX);
	}
	free(coded);
	record_free(m);
}
END_TEST

/* Octets that are not what the manifest says are never put on the phone. */
START_TEST(a_spoilt_file_is_refused)
{
	static uint8_t data[500];
	struct record *m =
	    manifest(5, data, sizeof data, RECORD_CODING_NONE, sizeof data);
	struct upload_preamble u;

	peer_down_records(
	    p, 1, 9, false, (const struct record *const *)&m, 1, 0);
	data[77] = 1;
	down_piece(2, m, data, 0, sizeof data);
	end(3, 9, 1);
	peer_run(p, 1);
	ck_assert_uint_eq(p->napplied, 0);
	u = said(0);
	ck_assert_uint_eq(u.failed, 1);
	record_free(m);
}
END_TEST

/* Octets that nobody sealed change nothing. */
START_TEST(what_is_forged_is_nothing)
{
	uint8_t sms[WIRE_SEGMENTS_MAX][WIRE_DATA_MAX],
	    text[300] = { 0x30, 1, 0 };
	size_t len[WIRE_SEGMENTS_MAX];
	uint64_t seed = 3;
	int n = seal_transfer(
	    p->keys, true, 1, text, sizeof text, WIRE_DATA_MAX, sms, len);

	for (int i = 0; i < check_rounds(3000); i++) {
		uint8_t copy[WIRE_DATA_MAX];
		size_t k = check_random(&seed) % (size_t)n;

		memcpy(copy, sms[k], len[k]);
		copy[check_random(&seed) % len[k]] ^=
		    (uint8_t)(1 + check_random(&seed) % 255);
		phone_receive(p->phone, PEER_SERVICE, copy, len[k], false);
	}
	peer_run(p, DAY);
	ck_assert_uint_eq(p->nsent, 0);
	ck_assert_uint_eq(p->napplied, 0);
}
END_TEST

/* Loss, repetition, order and restarts at random: each once, and a receipt. */
START_TEST(any_schedule_ends_well)
{
	struct record *r[24];
	uint64_t seed = (uint64_t)_i * 7919 + 11;
	struct upload_preamble u = { 0 };
	int rounds = 0;

	for (uint32_t i = 0; i < 24; i++)
		r[i] = peer_message(i + 1, 1750000000000 + i);
	for (; rounds < 60 && u.receipt == 0; rounds++) {
		for (int k = 0; k < 8; k++) {
			uint32_t t = 1 + (uint32_t)(check_random(&seed) % 7);

			if (t == 7)
				end(7, 9, 24);
			else
				peer_down_records(p, t, 9, false,
				    (const struct record *const *)r +
					(t - 1) * 4,
				    4, (uint32_t)check_random(&seed));
			if (check_random(&seed) % 5 == 0)
				peer_restart(p, path);
			if (check_random(&seed) % 3 == 0)
				peer_run(p, MINUTE);
		}
		u = said(0);
	}
	ck_assert_msg(u.receipt == 9, "no receipt after %d rounds", rounds);
	ck_assert_uint_eq(u.applied, 24);
	ck_assert_uint_eq(p->napplied, 24);
	for (size_t i = 0; i < 24; i++) {
		ck_assert_str_eq(record_text(p->applied[i], RECORD_BODY, 0),
		    record_text(r[i], RECORD_BODY, 0));
		record_free(r[i]);
	}
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("phone_down");
	TCase *tc = tcase_create("down");

	tcase_add_checked_fixture(tc, open_down, close_down);
	tcase_set_timeout(tc, 300);
	tcase_add_test(tc, new_there_before_and_never);
	tcase_add_test(tc, own_ids_are_changed_in_place);
	tcase_add_test(tc, what_is_missing_is_named);
	tcase_add_test(tc, later_is_not_never);
	tcase_add_test(tc, numbers_go_round_the_bits);
	tcase_add_loop_test(tc, a_file_comes_down, 0, 2);
	tcase_add_test(tc, a_spoilt_file_is_refused);
	tcase_add_test(tc, what_is_forged_is_nothing);
	tcase_add_loop_test(tc, any_schedule_ends_well, 0, 20);
	suite_add_tcase(s, tc);
	return check_main(s);
}
