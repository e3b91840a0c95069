/*
 * What the gateway sends down: restores, within the budget.
 */
#include "check_life_down.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check_main.h"
#include "gate.h"
#include "pack.h"
#include "pack_state.h"
#include "rest.h"

#define MINUTE 60000LL
#define HOUR 3600000LL
#define DAY (24 * HOUR)
#define RESTORE(column) \
	"SELECT " column " FROM restore WHERE account_id = $A AND " \
	"restore_id = 5"
#define FRAMES "SELECT count(*) FROM down_frame WHERE phone_id = $P"
#define QUEUED \
	"SELECT count(*) FROM outbox WHERE account_id = $A AND purpose = " \
	"'restore' AND state IN ('queued', 'held')"
#define PUT_OUT \
	"SELECT count(*) FROM outbox WHERE account_id = $A AND purpose = " \
	"'restore' AND state <> 'superseded'"
#define EVENTS(kind) \
	"SELECT count(*) FROM event WHERE account_id = $A AND kind = '" kind "'"

static void
tick(struct hand *h)
{
	ck_assert_int_eq(
	    gateway_tick(air_gateway(hand_air(h)), air_now(hand_air(h))), 0);
}

static void
put_item(struct hand *h, uint32_t ordinal, bool piece, const uint8_t *plain,
    size_t len)
{
	uint8_t service[SEAL_KEY_LEN], ad[REST_RESTORE_AD_LEN], sealed[2048];
	char *literal, sql[5000];

	memset(service, 7, sizeof service);
	rest_restore_ad(hand_account(h), 5, ordinal, ad);
	ck_assert_int_eq(seal_wrap(service, REST_RESTORE_PURPOSE, ad, sizeof ad,
			     plain, len, sealed),
	    SEAL_OK);
	literal = hand_literal(sealed, len + SEAL_TAG_LEN);
	snprintf(sql, sizeof sql,
	    "INSERT INTO restore_item (account_id, restore_id, ordinal, "
	    "piece, sealed) VALUES ($A, 5, %u, %s, %s)",
	    ordinal, piece ? "true" : "false", literal);
	free(literal);
	hand_int(h, sql);
}

/* What the phone has learnt of what came down. */
static struct pack_state *base;

static void
read_notes(uint32_t transfer, const struct down_head *head, const uint8_t *p,
    size_t len, struct record ***list, size_t *n)
{
	struct upload_base want;
	uint8_t *batch;
	size_t at;

	if (head->codec != PACK_BASED) {
		ck_assert_int_eq(
		    pack_read((enum pack_codec)head->codec, p, len, list, n),
		    0);
	} else {
		ck_assert_uint_gt(at = upload_base_get(p, len, &want), 0);
		ck_assert_uint_eq(transfer - want.back, pack_state_upto(base));
		ck_assert_uint_eq(want.check, pack_state_check(base));
		ck_assert_int_eq(
		    pack_state_read(base, p + at, len - at, list, n), 0);
	}
	at = pack_batch((const struct record *const *)*list, *n, &batch);
	ck_assert_int_eq(pack_state_learn_batch(base, transfer, batch, at), 0);
	free(batch);
}

/* Restore 5 of n notes, and one piece. */
static void
order_restore(struct hand *h, uint32_t n)
{
	uint8_t plain[2000] = { 0 };
	struct upload_piece p = { .file = 9, .content = 1, .len = 1700 };
	size_t head;
	char sql[256];

	pack_state_free(base);
	base = pack_state_new(PACK_HISTORY_OCTETS);
	snprintf(sql, sizeof sql,
	    "INSERT INTO restore (account_id, restore_id, phone_id, records, "
	    "pieces, sms_estimate) VALUES ($A, 5, $P, %u, 1, 1)",
	    n);
	hand_int(h, sql);
	for (uint32_t i = 0; i < n; i++) {
		struct record *r = hand_note(i);

		put_item(
		    h, i, false, plain, record_encode(r, plain, sizeof plain));
		record_free(r);
	}
	head = upload_piece_put(&p, plain);
	memset(plain + head, 0xab, p.len);
	put_item(h, n, true, plain, head + p.len);
	tick(h);
}

/* The text of a transfer down, as the phone would open it. */
static size_t
read_down(struct hand *h, uint32_t transfer, uint8_t text[static 2048])
{
	uint8_t bodies[2048], sms[WIRE_DATA_MAX];
	struct wire_frame f;
	size_t len = 0;
	char sql[200];

	for (unsigned i = 0; i < WIRE_SEGMENTS_MAX; i++) {
		uint32_t number;
		size_t n;

		snprintf(sql, sizeof sql,
		    "SELECT count(*) FROM down_frame WHERE phone_id = $P AND "
		    "transfer = %u AND index = %u",
		    transfer, i);
		if (hand_int(h, sql) == 0)
			break;
		snprintf(sql, sizeof sql,
		    "SELECT frame FROM down_frame WHERE phone_id = $P AND "
		    "transfer = %u AND index = %u",
		    transfer, i);
		n = hand_bytes(h, sql, sms, sizeof sms);
		ck_assert_int_eq(wire_decode(sms, n, &f), WIRE_OK);
		if (f.type == WIRE_SINGLE_DOWN) {
			ck_assert_int_eq(seal_single_open(hand_keys(h), &f,
					     transfer, &number, text),
			    SEAL_OK);
			ck_assert_uint_eq(number, transfer);
			return f.body_len;
		}
		ck_assert_int_eq(f.type, WIRE_SEGMENT_DOWN);
		ck_assert_int_eq(
		    seal_segment_check(hand_keys(h), &f, transfer, &number),
		    SEAL_OK);
		ck_assert_uint_eq(number, transfer);
		memcpy(bodies + len, f.body, f.body_len);
		len += f.body_len;
	}
	ck_assert_uint_gt(len, SEAL_TAG_LEN);
	ck_assert_int_eq(
	    seal_transfer_open(hand_keys(h), true, transfer, bodies, len, text),
	    SEAL_OK);
	return len - SEAL_TAG_LEN;
}

/* Take what has come, as a phone that hears everything; counts the notes and
 * sums their marks; false at the END. */
static bool
take_down(struct hand *h, uint32_t transfer, uint32_t *notes, uint32_t *mark,
    size_t *pieces)
{
	uint8_t text[2048], stored[2048];
	size_t len = read_down(h, transfer, text), at, n = 0;
	struct down_head head;
	struct record **list;

	ck_assert_uint_gt(at = down_get(text, len, &head), 0);
	ck_assert_uint_eq(head.restore, 5);
	ck_assert(!head.own);
	if (head.what == DOWN_END) {
		ck_assert_uint_eq(head.records, *notes);
		return false;
	}
	if (head.what == DOWN_PIECE) {
		struct upload_piece p;

		ck_assert_int_eq(upload_piece_get(text + at, len - at, &p), 0);
		ck_assert_uint_eq(p.len, 1700);
		++*pieces;
		return true;
	}
	read_notes(transfer, &head, text + at, len - at, &list, &n);
	for (size_t i = 0; i < n; i++) {
		struct record *want = hand_note(*notes);

		ck_assert(record_equal(list[i], want));
		*mark += seal_mark(hand_keys(h), stored,
		    record_encode(want, stored, sizeof stored));
		++*notes;
		record_free(want);
		record_free(list[i]);
	}
	free(list);
	return true;
}

static void
say_down(struct hand *h, uint32_t cumulative, size_t n, const uint16_t *wanted)
{
	struct upload_preamble pre = { .has_down = true };

	pre.down.cumulative = cumulative;
	pre.down.count = n;
	for (size_t i = 0; i < n; i++)
		pre.down.wanted[i] = wanted[i];
	hand_pong(h, HAND_NUMBER, &pre);
}

static void
say_receipt(struct hand *h, uint32_t notes, uint32_t mark)
{
	const struct upload_preamble pre = {
		.receipt = 5,
		.applied = notes - 1,
		.present = 1,
		.receipt_mark = mark,
	};

	hand_pong(h, HAND_NUMBER, &pre);
}

/* Records in order, then pieces, then END; at most 64 SMS under way; the
 * receipt is compared. */
START_TEST(a_restore_goes_down)
{
	struct hand *h = hand_new();
	uint32_t notes = 0, mark = 0, transfer = 1;
	size_t pieces = 0;

	order_restore(h, 100);
	while (take_down(h, transfer, &notes, &mark, &pieces)) {
		ck_assert_int_le(hand_int(h, FRAMES), 64);
		say_down(h, transfer++, 0, NULL);
		ck_assert_uint_lt(transfer, 100);
	}
	ck_assert_uint_eq(notes, 100);
	ck_assert_uint_eq(pieces, 1);
	ck_assert_int_eq(hand_int(h, RESTORE("arrived")), 100);
	ck_assert_int_eq(hand_int(h, RESTORE("state = 'ending'")), 1);
	say_down(h, transfer, 0, NULL);
	say_receipt(h, notes, mark + (uint32_t)_i);
	say_receipt(h, notes, mark + (uint32_t)_i);
	ck_assert_int_eq(hand_int(h, RESTORE("state = 'done'")), 1);
	ck_assert_int_eq(hand_int(h, EVENTS("restore-done")), _i == 0 ? 1 : 0);
	ck_assert_int_eq(
	    hand_int(h, EVENTS("restore-differs")), _i == 0 ? 0 : 1);
	ck_assert_int_eq(hand_int(h, FRAMES), 0);
	ck_assert_int_eq(
	    hand_int(h, RESTORE("sms_sent")), hand_int(h, PUT_OUT));
	hand_free(h);
}
END_TEST

/* Exactly what is missing goes again, once; a silent phone is reminded. */
START_TEST(what_is_missing_goes_again)
{
	static const uint16_t wanted[] = { 0x8001, 0, 0x0004 };
	struct hand *h = hand_new();
	int64_t put, frames;

	order_restore(h, 100);
	frames = hand_int(h, FRAMES);
	ck_assert_int_gt(frames, 48);
	ck_assert_int_le(frames, 64);
	air_run(hand_air(h), 11 * MINUTE);
	put = hand_int(h, PUT_OUT);
	ck_assert_int_eq(put, frames);
	say_down(h, 0, 3, wanted);
	say_down(h, 0, 3, wanted); /* the same again at once: under way */
	ck_assert_int_eq(
	    hand_int(h, "SELECT count(*) FROM down_frame WHERE phone_id = $P "
			"AND transfer <= 3 AND NOT (transfer, index) IN "
			"((1, 0), (1, 15), (3, 2))"),
	    0);
	ck_assert_int_eq(
	    hand_int(h, "SELECT count(*) FROM down_frame WHERE phone_id = $P "
			"AND transfer <= 3 AND sent = 2"),
	    3);
	/* Silence: the newest frame after 10 minutes, 1, 6 and 24 hours. */
	put = hand_int(h, PUT_OUT);
	air_run(hand_air(h), 40 * MINUTE);
	ck_assert_int_eq(hand_int(h, PUT_OUT), put + 1);
	air_run(hand_air(h), 3 * DAY);
	ck_assert_int_eq(hand_int(h, PUT_OUT), put + 4);
	hand_free(h);
}
END_TEST

/* Sealed under another key, or damaged: the rest goes, and it is told. */
START_TEST(what_does_not_open_is_left_out)
{
	struct hand *h = hand_new();

	hand_int(h, "INSERT INTO restore (account_id, restore_id, phone_id, "
		    "from_phone_id, records, sms_estimate) VALUES ($A, 5, $P, "
		    "$P, 3, 1)");
	for (uint32_t i = 0; i < 3; i++) {
		struct record *r = hand_note(i);
		uint8_t plain[2000];

		put_item(
		    h, i, false, plain, record_encode(r, plain, sizeof plain));
		record_free(r);
	}
	hand_int(h, "UPDATE restore_item SET sealed = sealed || '\\x00' WHERE "
		    "account_id = $A AND ordinal IN (0, 2)");
	for (int i = 0; i < 4; i++)
		tick(h);
	ck_assert_int_eq(hand_int(h, RESTORE("left_out")), 2);
	ck_assert_int_eq(hand_int(h, RESTORE("put_records")), 1);
	ck_assert_int_eq(hand_int(h, RESTORE("(state = 'ending')::int")), 1);
	ck_assert_int_eq(hand_int(h, EVENTS("restore-failed")), 1);
	hand_free(h);
}
END_TEST

START_TEST(a_restore_pauses_and_resumes)
{
	struct hand *h = hand_new();
	int64_t waiting;

	order_restore(h, 100);
	waiting = hand_int(h, QUEUED);
	ck_assert_int_gt(waiting, 0);
	hand_int(h, "UPDATE restore SET state = 'paused' WHERE restore_id = 5 "
		    "AND account_id = $A");
	tick(h);
	ck_assert_int_eq(hand_int(h, QUEUED), 0);
	air_run(hand_air(h), 2 * DAY);
	ck_assert_int_eq(hand_int(h, PUT_OUT), 0);
	hand_int(h, "UPDATE restore SET state = 'running' WHERE restore_id = 5 "
		    "AND account_id = $A");
	tick(h);
	ck_assert_int_eq(hand_int(h, QUEUED), waiting);
	hand_free(h);
}
END_TEST

/* Cancelled before anything went out, even when it was all packed: nothing ever
 * does.  Later: END. */
START_TEST(a_restore_is_cancelled)
{
	struct hand *h = hand_new();
	uint32_t notes = 0, mark = 0;
	size_t pieces = 0;

	order_restore(h, _i == 2 ? 3 : 100);
	if (_i == 1)
		air_run(hand_air(h), 11 * MINUTE);
	if (_i == 2) {
		tick(h);
		ck_assert_int_eq(hand_int(h, RESTORE("state = 'ending'")), 1);
		ck_assert_int_gt(hand_int(h, QUEUED), 0);
	}
	hand_int(h, "UPDATE restore SET state = 'cancelled', end_transfer = "
		    "NULL WHERE restore_id = 5 AND account_id = $A");
	tick(h);
	ck_assert_int_eq(
	    hand_int(h, "SELECT count(*) FROM restore_item WHERE "
			"restore_id = 5 AND account_id = $A AND transfer IS "
			"NULL"),
	    0);
	if (_i != 1) {
		ck_assert_int_eq(hand_int(h, FRAMES), 0);
		ck_assert_int_eq(hand_int(h, QUEUED), 0);
		ck_assert_int_eq(
		    hand_int(h, "SELECT down_next FROM phone WHERE "
				"phone_id = $P"),
		    1);
		ck_assert_int_eq(
		    hand_int(h, RESTORE("done_at IS NOT NULL")), 1);
		hand_free(h);
		return;
	}
	for (uint32_t transfer = 1;
	     take_down(h, transfer, &notes, &mark, &pieces); transfer++)
		ck_assert_uint_lt(transfer, 10);
	ck_assert_uint_gt(notes, 0);
	ck_assert_uint_lt(notes, 100);
	say_receipt(h, notes, mark);
	ck_assert_int_eq(hand_int(h, RESTORE("state = 'cancelled'")), 1);
	ck_assert_int_eq(hand_int(h, RESTORE("receipt_applied")), notes - 1);
	hand_free(h);
}
END_TEST

/* ---- the budget ---- */

#define SENT_OF(purpose) \
	"SELECT count(*) FROM outbox WHERE account_id = $A AND state = " \
	"'sent' AND purpose = '" purpose "'"

/* P8: the day's limit, then the next day's; the bill is by purpose. */
START_TEST(a_day_has_a_limit)
{
	struct hand *h = hand_new();
	int64_t spent =
	    hand_int(h, "SELECT sum(sms) FROM spend WHERE account_id = $A "
			"AND day = (SELECT max(day) FROM spend WHERE "
			"account_id = $A)");
	char sql[128];

	snprintf(sql, sizeof sql,
	    "UPDATE account SET day_sms_max = %lld WHERE account_id = $A",
	    (long long)spent + 5);
	hand_int(h, sql);
	order_restore(h, 100);
	air_run(hand_air(h), 11 * MINUTE);
	ck_assert_int_eq(hand_int(h, SENT_OF("restore")), 5);
	ck_assert_int_eq(hand_int(h, EVENTS("budget-reached")), 1);
	air_run(hand_air(h), DAY);
	ck_assert_int_eq(hand_int(h, SENT_OF("restore")), 5 + spent + 5);
	hand_int(
	    h, "UPDATE account SET day_sms_max = 1000 WHERE account_id = $A");
	air_run(hand_air(h), 2 * HOUR);
	ck_assert_int_eq(hand_int(h, QUEUED), 0);
	ck_assert_int_eq(
	    hand_int(h, "SELECT sum(sms) FROM spend WHERE account_id = $A AND "
			"purpose = 'restore'"),
	    hand_int(h, SENT_OF("restore")));
	hand_free(h);
}
END_TEST

/* The reserve is for what a lost phone must hear, and for nothing else. */
START_TEST(lost_mode_has_a_reserve)
{
	struct hand *h = hand_new();

	hand_int(h, "UPDATE account SET month_sms_max = 0, reserve_sms = "
		    "(SELECT sum(sms) FROM spend WHERE account_id = $A) + 1 "
		    "WHERE account_id = $A");
	order_restore(h, 5);
	hand_int(h, "INSERT INTO command (account_id, phone_id, command, "
		    "not_after) VALUES ($A, $P, 1, '2030-01-01')");
	air_run(hand_air(h), 3 * HOUR);
	ck_assert_int_eq(hand_int(h, SENT_OF("control")), 0);
	hand_int(h, "INSERT INTO lost (account_id, phone_id, version, is_on) "
		    "VALUES ($A, $P, 1, true)");
	air_run(hand_air(h), 3 * HOUR);
	ck_assert_int_eq(hand_int(h, SENT_OF("restore")), 0);
	ck_assert_int_eq(
	    hand_int(h, SENT_OF("lost")) + hand_int(h, SENT_OF("control")), 1);
	hand_free(h);
}
END_TEST

TCase *
life_down_case(void)
{
	TCase *tc = tcase_create("down");

	tcase_set_timeout(tc, 600);
	tcase_add_loop_test(tc, a_restore_goes_down, 0, 2);
	tcase_add_test(tc, what_is_missing_goes_again);
	tcase_add_test(tc, what_does_not_open_is_left_out);
	tcase_add_test(tc, a_restore_pauses_and_resumes);
	tcase_add_loop_test(tc, a_restore_is_cancelled, 0, 3);
	tcase_add_test(tc, a_day_has_a_limit);
	tcase_add_test(tc, lost_mode_has_a_reserve);
	return tc;
}
