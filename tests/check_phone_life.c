/*
 * What goes up in the whole life of a phone: another SIM, filters, quiet hours,
 * roaming, files, the proof that nothing is missing, and its being lost.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "be.h"
#include "check_main.h"
#include "coding.h"
#include "peer.h"

static struct peer *p;

static void
open_bound(void)
{
	ck_assert_ptr_nonnull(p = calloc(1, sizeof *p));
	peer_open(p, ":memory:");
	phone_set_pace(p->phone, 1000, MINUTE);
	peer_bind(p);
	peer_run(p, 1);
	peer_ack(p, &(struct wire_ack){ .cumulative = 1 });
	p->nsent = 0;
	memset(p->told, 0, sizeof p->told);
}

static void
close_peer(void)
{
	peer_close(p);
	free(p);
}

static struct phone_status
status(void)
{
	struct phone_status st;

	phone_get_status(p->phone, &st);
	return st;
}

static void
set_own(const struct policy *own)
{
	ck_assert_int_eq(phone_set_policy(p->phone, own), PHONE_OK);
}

static void
at_once(enum record_kind kind)
{
	struct policy own = { .lock = false };

	own.kind[kind].mode = POLICY_AT_ONCE;
	set_own(&own);
}

static void
put_message(uint32_t id, const char *peer, const char *body)
{
	struct record *r = record_new(RECORD_MESSAGE, id);

	record_set_time_ms(r, p->now_ms - 1000);
	record_add_text(r, RECORD_PEER, peer);
	record_add_int(r, RECORD_DIRECTION, RECORD_MSG_RECEIVED);
	record_add_text(r, RECORD_BODY, body);
	peer_put(p, r);
}

static void
put_delete(enum record_kind kind, uint32_t id)
{
	struct record *r = record_new(kind, id);

	record_set_op(r, RECORD_DELETE);
	record_set_time_ms(r, p->now_ms);
	peer_put(p, r);
}

/* The records of a transfer: how many, and the first one's id and kind. */
static size_t
look(uint32_t transfer, struct upload_preamble *pre, enum record_kind *kind,
    uint32_t *id)
{
	struct record **list;
	size_t n;

	ck_assert_msg(peer_read(p, 0, transfer, pre, &list, &n),
	    "transfer %u was not sent whole", transfer);
	if (n > 0) {
		*kind = record_kind(list[0]);
		*id = record_id(list[0]);
	}
	for (size_t i = 0; i < n; i++)
		record_free(list[i]);
	free(list);
	return n;
}

static struct record *
sim_record(uint32_t id)
{
	struct record *r = record_new(RECORD_SIM, id);

	record_set_time_ms(r, 1759999000000 + id);
	record_add_text(r, RECORD_NUMBER, "+358401112222");
	record_add_text(r, RECORD_SIM_ID, "89358012345678901234");
	record_add_text(r, RECORD_OPERATOR, "Elisa");
	record_add_text(r, RECORD_IMSI, "244051234567890");
	record_add_text(r, RECORD_CELL, "244-05-1234-56789");
	return r;
}

/* ---- another SIM ---- */

/* First, at once, alone and in one SMS, whatever holds. */
START_TEST(a_sim_is_said_first)
{
	struct policy own = {
		.daily_sms = 1, .quiet_from = 0, .quiet_to = 1439
	};
	struct upload_preamble pre;
	enum record_kind kind;
	uint32_t id;

	own.kind[RECORD_SIM].mode = POLICY_OFF;
	own.kind[RECORD_MESSAGE].mode = POLICY_AT_ONCE;
	set_own(&own);
	p->roaming = true;
	for (uint32_t i = 1; i <= 40; i++)
		put_message(i, "+358401234567", "Hello from the station");
	peer_run(p, HOUR);
	ck_assert_uint_eq(p->nsent, 0);
	peer_put(p, sim_record(1));
	peer_run(p, 1);
	ck_assert_uint_eq(p->nsent, 1);
	ck_assert_uint_eq(look(2, &pre, &kind, &id), 1);
	ck_assert_int_eq(kind, RECORD_SIM);
	/* The same SIM again is no event. */
	peer_put(p, sim_record(1));
	peer_run(p, DAY / 2);
	ck_assert_uint_eq(p->nsent, 1);
	p->roaming = false;
	set_own(
	    &(struct policy){ .kind[RECORD_MESSAGE].mode = POLICY_AT_ONCE });
	peer_run(p, MINUTE);
	ck_assert_uint_eq(status().pending, 0);
}
END_TEST

/* It overtakes what waits for the radio. */
START_TEST(a_sim_overtakes)
{
	struct upload_preamble pre;
	enum record_kind kind;
	uint32_t id;

	p->no_coverage = true;
	for (uint32_t i = 1; i <= 60; i++)
		peer_put(p, peer_message(i, p->now_ms - i));
	phone_upload_now(p->phone);
	peer_run(p, HOUR);
	peer_put(p, sim_record(7));
	peer_run(p, MINUTE);
	p->no_coverage = false;
	peer_run(p, MINUTE);
	ck_assert_uint_eq(peer_transfer_of(p, &p->sent[0]), 3);
	ck_assert_uint_eq(look(3, &pre, &kind, &id), 1);
	ck_assert_int_eq(kind, RECORD_SIM);
	ck_assert_uint_eq(status().pending, 0);
}
END_TEST

/* ---- what may go, and when ---- */

START_TEST(filters_hold_back_and_let_go)
{
	struct policy own = { .codes = POLICY_NO,
		.word = { "secret" },
		.peer = { "0401111111" } };
	struct upload_preamble pre;
	enum record_kind kind;
	uint32_t id;

	own.kind[RECORD_MESSAGE].mode = POLICY_AT_ONCE;
	set_own(&own);
	put_message(1, "+358401234567", "Your code is 123456");
	put_message(2, "+358401234567", "A SECRET place");
	put_message(3, "+358401111111", "Nobody shall know");
	put_message(4, "+358401234567", "Harmless");
	peer_run(p, DAY);
	ck_assert_uint_eq(p->nsent, 1);
	ck_assert_uint_eq(look(2, &pre, &kind, &id), 1);
	ck_assert_uint_eq(id, 4);
	ck_assert_uint_eq(status().pending, 0);
	/* What was never sent is not missed when it is deleted. */
	put_delete(RECORD_MESSAGE, 3);
	own.codes = POLICY_YES;
	memset(own.word, 0, sizeof own.word);
	set_own(&own);
	peer_run(p, 1);
	ck_assert_uint_eq(look(3, &pre, &kind, &id), 2);
	memset(own.peer, 0, sizeof own.peer);
	set_own(&own);
	peer_run(p, DAY);
	ck_assert_uint_eq(status().in_flight, 2);
}
END_TEST

/* The quiet hours are those of where the phone is. */
START_TEST(quiet_hours_are_local)
{
	static const int offsets[] = { 0, 120, -300, 330, 825 };
	struct policy own = { .quiet_from = 22 * 60, .quiet_to = 7 * 60 };
	uint32_t id = 1;

	p->utc_offset_min = offsets[_i];
	own.kind[RECORD_MESSAGE].mode = POLICY_AT_ONCE;
	set_own(&own);
	for (int i = 0; i < 96; i++) {
		put_message(id++, "+358401234567", "On the hour");
		peer_run(p, HOUR / 2 + MINUTE);
	}
	ck_assert_uint_gt(p->nsent, 20);
	for (size_t i = 0; i < p->nsent; i++) {
		int64_t wall = p->sent[i].mono_ms + p->now_ms - p->mono_ms;
		int64_t minute = (wall / MINUTE + p->utc_offset_min) % 1440;

		ck_assert_msg(minute >= 7 * 60 && minute < 22 * 60,
		    "sent at %lld:%02lld", (long long)minute / 60,
		    (long long)minute % 60);
	}
	peer_run(p, DAY);
	ck_assert_uint_eq(status().pending, 0);
}
END_TEST

START_TEST(roaming_waits)
{
	struct policy own = { .roaming = POLICY_YES };

	at_once(RECORD_MESSAGE);
	p->roaming = true;
	put_message(1, "+358401234567", "From abroad");
	peer_run(p, 3 * DAY);
	ck_assert_uint_eq(p->nsent, 0);
	p->roaming = false;
	peer_run(p, HOUR);
	ck_assert_uint_eq(p->nsent, 1);
	own.kind[RECORD_MESSAGE].mode = POLICY_AT_ONCE;
	set_own(&own);
	p->roaming = true;
	put_message(2, "+358401234567", "It may");
	peer_run(p, 1);
	ck_assert_uint_eq(p->nsent, 2);
}
END_TEST

/* Every kind obeys its mode. */
START_TEST(each_kind_has_its_mode)
{
	enum record_kind kind = (enum record_kind)_i;
	struct policy own = { .lock = false };
	struct record *r = record_new(kind, 1);

	own.kind[kind].mode = POLICY_MANUAL;
	set_own(&own);
	record_set_time_ms(r, p->now_ms);
	peer_put(p, r);
	peer_run(p, 40 * DAY);
	ck_assert_uint_eq(p->nsent, 0);
	ck_assert_uint_eq(phone_upload_cost(p->phone), 1);
	phone_upload_now(p->phone);
	peer_run(p, 1);
	ck_assert_uint_eq(p->nsent, 1);
	ck_assert_uint_eq(phone_upload_cost(p->phone), 0);
	peer_ack(p, &(struct wire_ack){ .cumulative = 2 });
	own.kind[kind].mode = POLICY_INTERVAL;
	own.kind[kind].interval_min = 60;
	set_own(&own);
	put_delete(kind, 1);
	peer_run(p, HOUR + MINUTE);
	ck_assert_uint_eq(p->nsent, 2);
	ck_assert_uint_eq(status().pending, 0);
}
END_TEST

static void
by_hand(enum policy_mode mode)
{
	struct policy own = { .lock = false };

	for (int k = RECORD_CONTACT; k <= RECORD_FILE; k++)
		own.kind[k].mode = mode;
	set_own(&own);
}

/* How long it may be silent is said once, in an hour at the latest, and not if
 * its user has thought better of it. */
START_TEST(how_long_it_may_wait_is_said)
{
	struct upload_preamble pre;
	enum record_kind kind;
	uint32_t id;

	by_hand(POLICY_MANUAL);
	by_hand(POLICY_INHERIT);
	peer_run(p, 2 * HOUR);
	ck_assert_uint_eq(p->nsent, 0);
	by_hand(POLICY_MANUAL);
	peer_run(p, 2 * HOUR);
	ck_assert_uint_eq(p->nsent, 1);
	ck_assert_uint_eq(look(2, &pre, &kind, &id), 0);
	ck_assert(pre.has_wait);
	ck_assert_uint_eq(pre.wait_min, POLICY_WAIT_NEVER);
	peer_ack(p, &(struct wire_ack){ .cumulative = 2 });
	peer_run(p, DAY);
	by_hand(POLICY_OFF);
	peer_run(p, DAY);
	ck_assert_uint_eq(p->nsent, 1);
	/* What goes anyway says it as well. */
	by_hand(POLICY_AT_ONCE);
	put_message(1, "+358401234567", "Hello");
	peer_run(p, 2 * HOUR);
	ck_assert_uint_eq(p->nsent, 2);
	ck_assert_uint_eq(look(3, &pre, &kind, &id), 1);
	ck_assert(pre.has_wait);
	ck_assert_uint_eq(pre.wait_min, 0);
}
END_TEST

/* First what is worth most. */
START_TEST(the_first_backup_is_in_order)
{
	static const enum record_kind want[] = { RECORD_CONTACT, RECORD_CALL,
		RECORD_MESSAGE, RECORD_CALENDAR, RECORD_NOTE };
	static const enum record_kind put[] = { RECORD_NOTE, RECORD_MESSAGE,
		RECORD_CALENDAR, RECORD_CONTACT, RECORD_CALL };
	struct upload_preamble pre;
	struct record **list;
	size_t n;

	for (size_t i = 0; i < 5; i++) {
		struct record *r = record_new(put[i], 1);

		record_set_time_ms(r, p->now_ms + (int64_t)i);
		peer_put(p, r);
	}
	phone_upload_now(p->phone);
	peer_run(p, 1);
	ck_assert(peer_read(p, 0, 2, &pre, &list, &n));
	ck_assert_uint_eq(n, 5);
	for (size_t i = 0; i < n; i++) {
		ck_assert_int_eq(record_kind(list[i]), want[i]);
		record_free(list[i]);
	}
	free(list);
}
END_TEST

/* ---- files ---- */

static uint8_t *
random_octets(size_t len, uint64_t seed)
{
	uint8_t *data = malloc(len);

	for (size_t i = 0; i < len; i++)
		data[i] = (uint8_t)check_random(&seed);
	return data;
}

static void
put_file(uint32_t id, const uint8_t *data, size_t len)
{
	struct record *r = record_new(RECORD_FILE, id);

	record_set_time_ms(r, 1759000000000);
	record_add_text(r, RECORD_FILE_NAME, "IMG_1.jpg");
	record_add_text(r, RECORD_FILE_TYPE, "image/jpeg");
	ck_assert_int_eq(phone_put_file(p->phone, r, data, len), PHONE_OK);
	record_free(r);
}

/* What the service makes of pieces in transfers first to last. */
static size_t
gather(size_t from, uint32_t first, uint32_t last, uint8_t *out, size_t cap)
{
	uint8_t body[2048];
	struct upload_preamble pre;
	struct upload_piece piece;
	size_t n, sum = 0;

	for (uint32_t t = first; t <= last; t++) {
		if ((n = peer_body(p, from, t, &pre, body)) == 0 ||
		    pre.codec != UPLOAD_FILE)
			continue;
		ck_assert_int_eq(upload_piece_get(body, n, &piece), 0);
		ck_assert_uint_le(piece.offset + piece.len, cap);
		memcpy(out + piece.offset, piece.data, piece.len);
		sum += piece.len;
	}
	return sum;
}

START_TEST(a_file_goes_in_pieces)
{
	static uint8_t got[20000];
	uint8_t *data = random_octets(12000, 3);
	struct phone_file f;
	unsigned cost;
	size_t last;

	put_file(9, data, 12000);
	peer_run(p, 30 * DAY); /* by hand unless somebody says otherwise */
	ck_assert_uint_eq(p->nsent, 0);
	cost = phone_upload_cost(p->phone);
	phone_upload_now(p->phone);
	peer_run(p, 1);
	ck_assert_uint_eq(p->nsent, cost);
	last = status().in_flight + 1;
	/* The manifest first, then 16 SMS each, the last one shorter. */
	ck_assert_uint_eq(peer_sms_of(p, 0, 2), 1);
	for (uint32_t t = 3; t < last; t++)
		ck_assert_uint_eq(peer_sms_of(p, 0, t), 16);
	ck_assert_uint_lt(peer_sms_of(p, 0, (uint32_t)last), 16);
	ck_assert_uint_eq(gather(0, 3, (uint32_t)last, got, sizeof got), 12000);
	ck_assert_mem_eq(got, data, 12000);
	ck_assert_uint_eq(phone_files(p->phone, &f, 1), 1);
	ck_assert_uint_eq(f.size, 12000);
	ck_assert_uint_eq(f.arrived, 0);
	peer_ack(p, &(struct wire_ack){ .cumulative = 4 });
	ck_assert_uint_eq(phone_files(p->phone, &f, 1), 1);
	ck_assert_uint_gt(f.arrived, 3000);
	peer_ack(p, &(struct wire_ack){ .cumulative = (uint32_t)last });
	ck_assert_uint_eq(phone_files(p->phone, &f, 1), 0);
	ck_assert_uint_eq(status().in_flight, 0);
	/* The same again costs nothing. */
	p->nsent = 0;
	put_file(9, data, 12000);
	phone_upload_now(p->phone);
	peer_run(p, DAY);
	ck_assert_uint_eq(p->nsent, 0);
	free(data);
}
END_TEST

/* Over restarts, records in between, and 150 transfers behind one another. */
START_TEST(a_file_survives_everything)
{
	static uint8_t got[300000];
	char path[] = "/tmp/smsvault-phone.XXXXXX", name[64];
	uint8_t *data = random_octets(60000, 5);
	size_t from = 0, sum = 0, done = 0;
	uint32_t cumulative = 1;
	int fd = mkstemp(path);

	close(fd);
	close_peer();
	ck_assert_ptr_nonnull(p = calloc(1, sizeof *p));
	peer_open(p, path);
	phone_set_pace(p->phone, 50, MINUTE);
	peer_bind(p);
	peer_ack(p, &(struct wire_ack){ .cumulative = 1 });
	put_file(9, data, 60000);
	phone_upload_now(p->phone);
	for (int i = 0; i < 200 && done < 60000; i++) {
		from = p->nsent;
		if (i == 5)
			at_once(RECORD_MESSAGE);
		if (i == 6)
			put_message(1, "+358401234567", "In between");
		peer_run(p, MINUTE);
		if (i % 7 == 3) {
			peer_restart(p, path);
			phone_set_pace(p->phone, 50, MINUTE);
		}
		if (i % 3 == 0 && p->nsent == from)
			continue;
		sum = gather(0, 2, 100, got, sizeof got);
		while (peer_sms_of(p, 0, cumulative + 2) > 0)
			cumulative++;
		peer_ack(p, &(struct wire_ack){ .cumulative = cumulative });
		done = sum;
	}
	ck_assert_uint_eq(sum, 60000);
	ck_assert_mem_eq(got, data, 60000);
	ck_assert_uint_eq(status().pending, 0);
	for (int i = 0; i < 3; i++) {
		static const char *const ends[] = { "", "-wal", "-shm" };

		snprintf(name, sizeof name, "%s%s", path, ends[i]);
		unlink(name);
	}
	free(data);
}
END_TEST

START_TEST(a_changed_file_stops)
{
	static uint8_t got[20000];
	uint8_t *old = random_octets(20000, 1), *new = random_octets(5000, 2);
	struct upload_preamble pre;
	uint8_t body[2048];
	struct upload_piece piece;
	uint8_t digest[SEAL_DIGEST_LEN];
	uint32_t content;
	size_t n, pieces = 0;

	seal_digest(new, 5000, digest);
	content = be_get32(digest);
	phone_set_pace(p->phone, 20, HOUR);
	put_file(9, old, 20000);
	phone_upload_now(p->phone);
	peer_run(p, MINUTE);
	put_file(9, new, 5000);
	phone_set_pace(p->phone, 1000, MINUTE);
	phone_upload_now(p->phone);
	peer_run(p, MINUTE);
	for (uint32_t t = 2; t <= 1 + status().in_flight; t++) {
		if ((n = peer_body(p, 0, t, &pre, body)) == 0 ||
		    pre.codec != UPLOAD_FILE)
			continue;
		ck_assert_int_eq(upload_piece_get(body, n, &piece), 0);
		if (piece.content != content) {
			ck_assert_uint_eq(pieces, 0);
			continue;
		}
		pieces++;
		memcpy(got + piece.offset, piece.data, piece.len);
	}
	ck_assert_uint_eq(pieces, 3);
	ck_assert_mem_eq(got, new, 5000);
	/* Deleted: no more of it, and it is not waited for. */
	put_file(10, old, 20000);
	put_delete(RECORD_FILE, 10);
	p->nsent = 0;
	phone_upload_now(p->phone);
	peer_run(p, MINUTE);
	ck_assert_uint_eq(p->nsent, 0);
	free(old);
	free(new);
}
END_TEST

START_TEST(a_file_above_the_limit_stays)
{
	struct policy own = { .file_max_kb = 4 };
	uint8_t *data = random_octets(6000, 1);
	uint8_t *text = malloc(20000);

	own.kind[RECORD_FILE].mode = POLICY_AT_ONCE;
	set_own(&own);
	peer_run(p, 2 * HOUR); /* it has said how long it may wait */
	p->nsent = 0;
	put_file(1, data, 6000);
	peer_run(p, DAY);
	ck_assert_uint_eq(p->nsent, 0);
	own.file_max_kb = 20;
	set_own(&own);
	peer_run(p, MINUTE);
	ck_assert_uint_gt(p->nsent, 50);
	/* Text shrinks on its way. */
	p->nsent = 0;
	for (size_t i = 0; i < 20000; i++)
		text[i] =
		    (uint8_t) "All work and no play makes a dull boy. "[i % 39];
	put_file(2, text, 20000);
	peer_run(p, MINUTE);
	ck_assert_uint_gt(p->nsent, 0);
	ck_assert_uint_lt(p->nsent, 6);
	free(data);
	free(text);
}
END_TEST

/* ---- proof of completeness ---- */

static uint32_t
mark(const struct record *r)
{
	uint8_t octets[RECORD_STORED_MAX];

	return seal_mark(
	    p->keys, octets, record_encode(r, octets, sizeof octets));
}

START_TEST(state_is_what_was_put_into_transfers)
{
	struct upload_preamble pre;
	enum record_kind kind;
	uint32_t id, sum = 0;

	at_once(RECORD_MESSAGE);
	for (uint32_t i = 1; i <= 5; i++) {
		struct record *r = peer_message(i, p->now_ms - i);

		sum += mark(r);
		peer_put(p, r);
	}
	peer_run(p, 1);
	ck_assert_uint_eq(look(2, &pre, &kind, &id), 5);
	ck_assert_uint_eq(pre.states, 1);
	ck_assert_uint_eq(pre.state[0].kind, RECORD_MESSAGE);
	ck_assert_uint_eq(pre.state[0].count, 5);
	ck_assert_uint_eq(pre.state[0].mark, sum);
	/* Once a day. */
	put_delete(RECORD_MESSAGE, 1);
	peer_run(p, 1);
	look(3, &pre, &kind, &id);
	ck_assert_uint_eq(pre.states, 0);
	peer_run(p, DAY);
	put_delete(RECORD_MESSAGE, 2);
	peer_run(p, 1);
	look(4, &pre, &kind, &id);
	ck_assert_uint_eq(pre.states, 1);
	ck_assert_uint_eq(pre.state[0].count, 3);
	/* What is here and not sent does not count. */
	set_own(&(struct policy){ .kind[RECORD_MESSAGE].mode = POLICY_MANUAL });
	peer_put(p, peer_message(6, p->now_ms));
	peer_command(
	    p, WIRE_CMD_STATE, 0, 0, (const uint8_t[]){ RECORD_MESSAGE }, 1);
	peer_run(p, 1);
	ck_assert_uint_eq(look(5, &pre, &kind, &id), 0);
	ck_assert_uint_eq(pre.state[0].count, 3);
}
END_TEST

START_TEST(buckets_and_again)
{
	uint8_t again[3] = { RECORD_MESSAGE };
	struct upload_preamble pre;
	enum record_kind kind;
	uint32_t id, sum = 0, count = 0, want = 0;

	set_own(&(struct policy){ .kind[RECORD_MESSAGE].mode = POLICY_MANUAL });
	for (uint32_t i = 1; i <= 40; i++) {
		struct record *r = peer_message(i, p->now_ms - i);

		if (i % 16 == 3)
			want += mark(r);
		peer_put(p, r);
	}
	phone_upload_now(p->phone);
	peer_run(p, 1);
	p->nsent = 0;
	peer_command(p, WIRE_CMD_STATE, 0, 0, again, 1);
	peer_run(p, 1);
	ck_assert_uint_eq(p->nsent, 1); /* it all fits one SMS */
	id = peer_transfer_of(p, &p->sent[0]);
	look(id, &pre, &kind, &id);
	ck_assert_uint_eq(pre.bucket_kind, RECORD_MESSAGE);
	for (int b = 0; b < UPLOAD_BUCKETS; b++) {
		count += pre.bucket[b].count;
		sum += pre.bucket[b].mark;
	}
	ck_assert_uint_eq(count, 40);
	ck_assert_uint_eq(sum, pre.state[0].mark);
	ck_assert_uint_eq(pre.bucket[3].mark, want);
	/* Those of two buckets once more, deleted ones too, by hand or not. */
	put_delete(RECORD_MESSAGE, 3);
	put_delete(RECORD_MESSAGE, 5);
	phone_upload_now(p->phone);
	peer_run(p, 1);
	be_put16(again + 1, 1u << 3 | 1u << 5);
	p->nsent = 0;
	peer_command(p, WIRE_CMD_AGAIN, 0, 0, again, 3);
	peer_run(p, MINUTE);
	id = peer_transfer_of(p, &p->sent[0]);
	ck_assert_uint_eq(look(id, &pre, &kind, &id), 3 + 3);
	ck_assert_uint_eq(pre.states, 1);
	ck_assert_uint_eq(pre.state[0].count, 38);
	ck_assert_uint_eq(status().pending, 0);
}
END_TEST

/* ---- lost ---- */

static void
lose(uint32_t version, bool on)
{
	const struct wire_lost l = { .version = version,
		.on = on,
		.locate = on,
		.locate_min = on ? 30 : 0,
		.text = "Please call +358401234567" };
	uint8_t args[WIRE_CONTROL_ARGS_MAX];
	size_t n = wire_lost_encode(&l, args);

	peer_command(p, WIRE_CMD_LOST, 0, 0, args, n);
}

START_TEST(a_lost_phone_reports)
{
	static const struct policy owner = { .quiet_from = 0,
		.quiet_to = 1439,
		.codes = POLICY_NO,
		.daily_sms = 1,
		.kind[RECORD_MESSAGE].mode = POLICY_OFF };
	struct upload_preamble pre;
	struct wire_lost l;
	enum record_kind kind;
	uint32_t id;
	size_t n;

	peer_policy(p, 3, &owner);
	put_message(1, "+358401234567", "Your code is 445566");
	peer_run(p, DAY);
	ck_assert_uint_eq(p->nsent, 0);
	lose(1, true);
	ck_assert_int_eq(p->told[PHONE_N_LOST], 1);
	phone_get_lost(p->phone, &l);
	ck_assert(l.on);
	ck_assert_str_eq(l.text, "Please call +358401234567");
	peer_run(p, MINUTE);
	ck_assert_uint_gt(p->nsent, 0);
	look(2, &pre, &kind, &id);
	ck_assert(pre.has_lost);
	ck_assert_uint_eq(pre.lost_applied, 1);
	/* Where it is, every half hour. */
	n = p->nsent;
	peer_run(p, 5 * HOUR);
	ck_assert_int_eq(p->locations, 11);
	ck_assert_uint_ge(p->nsent, n + 10);
	p->nowhere = true;
	peer_run(p, HOUR);
	p->nowhere = false;
	peer_run(p, 2 * MINUTE);
	ck_assert_int_eq(p->locations, 12);
	n = p->nsent;
	put_message(2, "+358401234567", "Meet me at nine");
	peer_run(p, 1);
	ck_assert_uint_eq(p->nsent, n + 1);
	/* The user can change nothing and bind it to nobody. */
	ck_assert_int_eq(
	    phone_set_policy(p->phone, &(struct policy){ .lock = false }),
	    PHONE_E_LOCKED);
	ck_assert_int_eq(
	    phone_bind_code(p->phone, PEER_SERVICE, p->code), PHONE_E_LOCKED);
	/* Found: as before.  An old order is void. */
	lose(2, false);
	lose(1, true);
	peer_run(p, MINUTE);
	id = peer_transfer_of(p, &p->sent[p->nsent - 1]);
	look(id, &pre, &kind, &id);
	ck_assert(pre.has_lost);
	ck_assert_uint_eq(pre.lost_applied, 2);
	ck_assert(!status().effective.lock);
	ck_assert_int_eq(
	    status().effective.kind[RECORD_MESSAGE].mode, POLICY_OFF);
	n = p->nsent;
	put_message(3, "+358401234567", "Welcome home");
	peer_run(p, HOUR);
	ck_assert_uint_eq(p->nsent, n);
	phone_get_lost(p->phone, &l);
	ck_assert(!l.on);
}
END_TEST

/* Whoever holds it can set its clock: 1970, 2080. */
START_TEST(no_clock_keeps_orders_away)
{
	static const int64_t clocks_ms[] = { 1000, 3471292800000 };
	const struct policy owner = { .kind[RECORD_CALL].mode = POLICY_OFF };
	const struct wire_lost l = { .version = 1, .on = true };
	uint32_t not_after = (uint32_t)(p->now_ms / 1000) + 7 * 86400;
	uint8_t args[WIRE_CONTROL_ARGS_MAX];
	struct wire_lost got;

	p->now_ms = clocks_ms[_i];
	peer_command(
	    p, WIRE_CMD_LOST, 0, not_after, args, wire_lost_encode(&l, args));
	phone_get_lost(p->phone, &got);
	ck_assert(got.on);
	peer_command(p, WIRE_CMD_POLICY, 3, not_after, args,
	    policy_encode(&owner, args, WIRE_POLICY_MAX));
	ck_assert_uint_eq(status().owner.version, 3);
	/* What has no version stays with its time. */
	peer_command(p, WIRE_CMD_UNBIND, 0, not_after, NULL, 0);
	ck_assert_int_eq(status().state, _i == 0 ? PHONE_UNBOUND : PHONE_BOUND);
}
END_TEST

/* The reserve is for the day, and a thief's flood does not pass it. */
START_TEST(the_reserve_is_a_limit)
{
	static const struct policy owner = { .lost_daily_sms = 12 };

	peer_policy(p, 3, &owner);
	lose(1, true);
	for (uint32_t i = 1; i <= 300; i++) {
		put_message(i, "+358401234567", "Flood");
		peer_run(p, 10 * MINUTE);
	}
	/* 50 hours touch four days at most. */
	ck_assert_uint_ge(p->nsent, 24);
	ck_assert_uint_le(p->nsent, 4 * 12 + 2);
}
END_TEST

static uint64_t
prepared(void)
{
	struct upload_preamble pre;
	enum record_kind kind;
	uint32_t id;

	p->nsent = 0;
	peer_command(p, WIRE_CMD_WIPE, 0, 0, (const uint8_t[]){ 1 }, 1);
	peer_run(p, 1);
	ck_assert_uint_eq(p->nsent, 1);
	id = peer_transfer_of(p, &p->sent[0]);
	look(id, &pre, &kind, &id);
	ck_assert_int_eq(pre.wipe, WIRE_WIPE_PREPARE);
	return pre.wipe_nonce;
}

static void
go(uint64_t nonce)
{
	uint8_t args[9] = { 2 };

	be_put64(args + 1, nonce);
	peer_command(p, WIRE_CMD_WIPE, 0, 0, args, sizeof args);
}

START_TEST(a_wipe_wants_its_nonce)
{
	struct upload_preamble pre;
	enum record_kind kind;
	uint32_t id;
	uint64_t nonce;

	put_message(1, "+358401234567", "To be erased");
	go(0);
	peer_run(p, HOUR);
	nonce = prepared();
	go(nonce ^ 1);
	peer_run(p, HOUR + MINUTE);
	ck_assert_int_eq(p->wipes, 0);
	go(nonce); /* an hour has passed */
	peer_run(p, HOUR);
	ck_assert_int_eq(p->wipes, 0);
	/* A clock set back does not make it good again. */
	nonce = prepared();
	p->now_ms -= 2 * DAY;
	go(nonce);
	peer_run(p, HOUR);
	ck_assert_int_eq(p->wipes, 0);
	nonce = prepared();
	p->nsent = 0;
	go(nonce);
	peer_run(p, MINUTE);
	ck_assert_int_eq(p->wipes, 1);
	ck_assert_uint_eq(p->nsent, 1);
	id = peer_transfer_of(p, &p->sent[0]);
	look(id, &pre, &kind, &id);
	ck_assert_int_eq(pre.wipe, WIRE_WIPE_GO);
	ck_assert_int_eq(status().state, PHONE_UNBOUND);
	ck_assert_uint_eq(status().pending, 0);
	ck_assert_int_eq(p->told[PHONE_N_UNBOUND], 1);
	peer_run(p, DAY);
	ck_assert_uint_eq(p->nsent, 1);
	ck_assert_int_eq(p->wipes, 1);
}
END_TEST

/* Without coverage it waits a minute for its last word, and no longer. */
START_TEST(a_wipe_does_not_wait_for_ever)
{
	uint64_t nonce = prepared();

	p->no_coverage = true;
	go(nonce);
	peer_run(p, MINUTE / 2);
	ck_assert_int_eq(p->wipes, 0);
	peer_run(p, MINUTE);
	ck_assert_int_eq(p->wipes, 1);
	ck_assert_int_eq(status().state, PHONE_UNBOUND);
}
END_TEST

/* ---- somebody else tries to bind it ---- */

START_TEST(an_attempt_takes_nothing)
{
	struct seal_phone *old = p->keys;
	uint32_t old_id = p->key_id;
	uint8_t sms[WIRE_DATA_MAX], refused[1] = { WIRE_REFUSED_ANSWER };
	size_t len;

	at_once(RECORD_MESSAGE);
	p->keys = NULL;
	peer_hello(p);
	peer_challenge(p, "First pet?", sms, &len);
	ck_assert(phone_receive(p->phone, PEER_SERVICE, sms, len, false));
	ck_assert_int_eq(status().state, PHONE_ASKED);
	ck_assert_int_eq(phone_bind_answer(p->phone, "Rex"), PHONE_OK);
	/* What comes meanwhile goes to the owner, under the old keys. */
	p->nsent = 0;
	put_message(1, "+358401234567", "Still mine");
	peer_run(p, 1);
	ck_assert_uint_eq(p->nsent, 1);
	if (_i == 0) { /* wrong */
		peer_command(p, WIRE_CMD_REFUSED, 0, 0, refused, 1);
		ck_assert_int_eq(p->told[PHONE_N_REFUSED], 1);
		seal_phone_free(p->keys);
		p->keys = old;
		p->key_id = old_id;
		p->sequence = 100;
		ck_assert_int_eq(status().state, PHONE_BOUND);
		peer_ack(p, &(struct wire_ack){ .cumulative = 2 });
		ck_assert_uint_eq(status().in_flight, 0);
		ck_assert_uint_eq(status().key_id, old_id);
		peer_run(p, 3 * DAY);
		ck_assert_int_eq(status().state, PHONE_BOUND);
	} else { /* right: all of it goes to the new account */
		peer_command(p, WIRE_CMD_PING, 0, 0, NULL, 0);
		ck_assert_int_eq(status().state, PHONE_BOUND);
		ck_assert(status().confirmed);
		p->nsent = 0;
		peer_run(p, 1);
		ck_assert_uint_eq(peer_transfer_of(p, &p->sent[0]), 1);
		ck_assert_uint_eq(status().pending, 0);
		seal_phone_free(old);
	}
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("phone_life");
	TCase *tc = tcase_create("life");

	tcase_add_checked_fixture(tc, open_bound, close_peer);
	tcase_set_timeout(tc, 300);
	tcase_add_test(tc, a_sim_is_said_first);
	tcase_add_test(tc, a_sim_overtakes);
	tcase_add_test(tc, filters_hold_back_and_let_go);
	tcase_add_loop_test(tc, quiet_hours_are_local, 0, 5);
	tcase_add_test(tc, roaming_waits);
	tcase_add_loop_test(
	    tc, each_kind_has_its_mode, RECORD_CONTACT, RECORD_DEVICE + 1);
	tcase_add_test(tc, how_long_it_may_wait_is_said);
	tcase_add_test(tc, the_first_backup_is_in_order);
	tcase_add_test(tc, a_file_goes_in_pieces);
	tcase_add_test(tc, a_file_survives_everything);
	tcase_add_test(tc, a_changed_file_stops);
	tcase_add_test(tc, a_file_above_the_limit_stays);
	tcase_add_test(tc, state_is_what_was_put_into_transfers);
	tcase_add_test(tc, buckets_and_again);
	tcase_add_test(tc, a_lost_phone_reports);
	tcase_add_loop_test(tc, no_clock_keeps_orders_away, 0, 2);
	tcase_add_test(tc, the_reserve_is_a_limit);
	tcase_add_test(tc, a_wipe_wants_its_nonce);
	tcase_add_test(tc, a_wipe_does_not_wait_for_ever);
	tcase_add_loop_test(tc, an_attempt_takes_nothing, 0, 2);
	suite_add_tcase(s, tc);
	return check_main(s);
}
