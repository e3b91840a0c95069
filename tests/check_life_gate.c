/*
 * What the gateway makes of a phone's life: SIMs and numbers, files, lost
 * mode.  The phone's frames are written by hand, at their worst.
 */
#include <stdio.h>
#include <string.h>

#include "check_life_down.h"
#include "check_main.h"
#include "hand.h"
#include "pack_prime.h"
#include "rest.h"

#define MINUTE 60000LL
#define HOUR 3600000LL
#define DAY (24 * HOUR)
#define NEW_NUMBER "+358407654321"
#define EVENTS(kind) \
	"SELECT count(*) FROM event WHERE account_id = $A AND kind = '" kind "'"
#define EVIDENCE(kind) \
	"SELECT count(*) FROM evidence WHERE phone_id = $P AND kind = '" kind \
	"'"

static const struct upload_preamble pong;

static struct record *
sim_record(uint32_t id, const char *iccid)
{
	struct record *r = record_new(RECORD_SIM, id);

	record_set_time_ms(r, 1760000000000);
	record_add_text(r, RECORD_SIM_ID, iccid);
	record_add_text(r, RECORD_OPERATOR, "Another");
	return r;
}

static uint32_t
put_sim(struct hand *h, const char *from, const char *iccid)
{
	struct record *r = sim_record(1, iccid);
	uint32_t transfer = hand_put(h, from, r);

	record_free(r);
	return transfer;
}

static void
expect_number(struct hand *h, const char *want)
{
	char *got =
	    hand_text(h, "SELECT number FROM phone WHERE phone_id = $P");

	ck_assert_str_eq(got, want);
	free(got);
}

/* P5: the data keeps coming, the owner is told once, the number follows when
 * the phone has answered there. */
START_TEST(another_sim_is_told_and_its_number_confirmed)
{
	struct hand *h = hand_new();
	struct wire_control c;

	hand_heard(h, WIRE_CMD_PING, &c);
	put_sim(h, NEW_NUMBER, "8935899999");
	ck_assert_int_eq(hand_int(h, EVENTS("sim-changed")), 1);
	ck_assert_int_eq(hand_int(h, EVENTS("number-changed")), 0);
	expect_number(h, HAND_NUMBER);
	ck_assert_uint_eq(hand_heard(h, WIRE_CMD_PING, &c), 1);
	ck_assert_int_eq(
	    hand_int(h, "SELECT count(*) FROM outbox WHERE account_id = $A "
			"AND number = '" NEW_NUMBER "'"),
	    1);
	air_run(hand_air(h), MINUTE);
	hand_pong(h, NEW_NUMBER, &pong);
	expect_number(h, NEW_NUMBER);
	ck_assert_int_eq(hand_int(h, EVENTS("number-changed")), 1);
	ck_assert_int_eq(
	    hand_int(h, "SELECT number = '" NEW_NUMBER "' FROM sim WHERE "
			"phone_id = $P AND NOT own"),
	    1);
	/* The same SIM again, and the owner's own: no alarm. */
	put_sim(h, NEW_NUMBER, "8935899999");
	put_sim(h, NEW_NUMBER, "8935840");
	ck_assert_int_eq(hand_int(h, EVENTS("sim-changed")), 1);
	ck_assert_int_eq(
	    hand_int(h, "SELECT count(*) FROM sim WHERE phone_id = $P"), 2);
	hand_free(h);
}
END_TEST

/* What was overtaken on the way is history and moves nothing. */
START_TEST(a_late_sim_or_number_moves_nothing)
{
	struct hand *h = hand_new();
	const struct upload_preamble pre = { 0 };
	uint8_t text[UPLOAD_PREAMBLE_MAX];
	size_t len = upload_put(&pre, text);
	uint32_t newest = put_sim(h, HAND_NUMBER, "8935899999");
	struct wire_control c;

	hand_heard(h, WIRE_CMD_PING, &c);
	hand_say_as(h, HAND_NUMBER, newest + 2, text, len);
	hand_say_as(h, NEW_NUMBER, newest + 1, text, len);
	ck_assert_uint_eq(hand_heard(h, WIRE_CMD_PING, &c), 0);
	ck_assert_int_eq(
	    hand_int(h, "SELECT number_new IS NULL FROM phone WHERE "
			"phone_id = $P"),
	    1);
	hand_free(h);
}
END_TEST

START_TEST(traffic_and_marks_are_kept)
{
	struct hand *h = hand_new();
	int64_t before =
	    hand_int(h, "SELECT coalesce(sum(sms_up), 0) FROM traffic WHERE "
			"phone_id = $P");
	struct record *r = sim_record(1, "8935840");
	uint8_t stored[1024];
	char sql[128];

	hand_put(h, HAND_NUMBER, r);
	ck_assert_int_eq(hand_int(h, "SELECT sum(sms_up) FROM traffic WHERE "
				     "phone_id = $P"),
	    before + 1);
	ck_assert_int_eq(hand_int(h, "SELECT sum(records) FROM traffic WHERE "
				     "phone_id = $P"),
	    1);
	snprintf(sql, sizeof sql,
	    "SELECT count(*) FROM record_version WHERE phone_id = $P AND "
	    "mark = %u",
	    seal_mark(
		hand_keys(h), stored, record_encode(r, stored, sizeof stored)));
	ck_assert_int_eq(hand_int(h, sql), 1);
	record_free(r);
	hand_free(h);
}
END_TEST

/* ---- numbers of transfers, of which a segment has the low bits ---- */

#define ROUND (1u << WIRE_SEGMENT_BITS)

/* A note that takes two SMS, as transfer number so much; again says so as it
 * was said, for the text depends on nothing else. */
static void
say_long(struct hand *h, uint32_t number)
{
	const struct upload_preamble pre = { .codec = PACK_PLAIN };
	struct record *r = record_new(RECORD_NOTE, number);
	uint8_t text[512];
	char body[201];
	size_t head = upload_put(&pre, text), n;

	memset(body, 'n', 200);
	body[200] = '\0';
	record_set_time_ms(r, 1760000000000);
	record_add_text(r, RECORD_BODY, body);
	ck_assert_uint_eq(
	    pack_fill(PACK_PLAIN, (const struct record *const *)&r, 1,
		text + head, sizeof text - head, &n),
	    1);
	hand_say_as(h, HAND_NUMBER, number, text, head + n);
	record_free(r);
}

/* What the phone has stored, and the highest number that was heard. */
static void
expect_numbers(struct hand *h, int64_t notes, int64_t highest)
{
	ck_assert_int_eq(
	    hand_int(h, "SELECT count(*) FROM record_version WHERE "
			"phone_id = $P AND kind = 5 AND transfer = record_id"),
	    notes);
	ck_assert_int_eq(
	    hand_int(h, "SELECT highest FROM phone WHERE phone_id = $P"),
	    highest);
}

/* The numbers go on past what the bits can say, by one or by a leap, and the
 * gateway, which may have begun again, takes none for another. */
START_TEST(numbers_go_round_the_bits)
{
	struct hand *h = hand_new();
	uint32_t n = ROUND - 2;

	hand_int(h, "UPDATE phone SET highest = 2045, cumulative = 2045 WHERE "
		    "phone_id = $P");
	air_other_key(hand_air(h), false); /* as it is on disk */
	for (; n <= ROUND + 1; n++)
		say_long(h, n);
	expect_numbers(h, 4, ROUND + 1);
	air_other_key(hand_air(h), false);
	say_long(h, ROUND - 1); /* late, and twice */
	say_long(h, n);
	expect_numbers(h, 5, n);
	say_long(h, n + 2 * ROUND); /* beyond a gap, with the same bits */
	say_long(h, n);
	expect_numbers(h, 6, n + 2 * ROUND);
	say_long(h, n + ROUND); /* one of the gap */
	say_long(h, n + ROUND);
	expect_numbers(h, 7, n + 2 * ROUND);
	ck_assert_int_eq(
	    hand_int(h, "SELECT cumulative FROM phone WHERE phone_id = $P"), n);
	hand_free(h);
}
END_TEST

/* ---- files ---- */

#define FILE_SIZE 4000
#define PIECE 1800

static void
put_manifest(struct hand *h, uint32_t content, int64_t size)
{
	struct record *r = record_new(RECORD_FILE, 77);

	record_set_time_ms(r, 1760000000000);
	record_add_text(r, RECORD_FILE_NAME, "cat.jpg");
	record_add_int(r, RECORD_FILE_SIZE, size);
	record_add_int(
	    r, RECORD_FILE_SHA256, (int64_t)((uint64_t)content << 32 | 5));
	for (int i = 1; i < 4; i++)
		record_add_int(r, RECORD_FILE_SHA256, i);
	record_add_int(r, RECORD_FILE_CODING, RECORD_CODING_NONE);
	record_add_int(r, RECORD_FILE_CODED_SIZE, size);
	hand_put(h, HAND_NUMBER, r);
	record_free(r);
}

static void
put_piece(struct hand *h, const uint8_t *file, uint32_t offset)
{
	const struct upload_piece p = {
		.file = 77,
		.content = 0xdeadbeef,
		.offset = offset,
		.data = file + offset,
		.len = FILE_SIZE - offset < PIECE ? FILE_SIZE - offset : PIECE,
	};

	hand_piece(h, &p);
}

/* The manifest may come first, in the middle or last; pieces come twice and
 * in any order; the file arrives once. */
START_TEST(a_file_arrives_in_pieces)
{
	struct hand *h = hand_new();
	uint8_t file[FILE_SIZE];
	uint64_t seed = 5;

	for (size_t i = 0; i < sizeof file; i++)
		file[i] = (uint8_t)check_random(&seed);
	if (_i == 0)
		put_manifest(h, 0xdeadbeef, FILE_SIZE);
	put_piece(h, file, 2 * PIECE);
	put_piece(h, file, 0);
	put_piece(h, file, 0);
	if (_i == 1)
		put_manifest(h, 0xdeadbeef, FILE_SIZE);
	ck_assert_int_eq(hand_int(h, EVENTS("file-arrived")), 0);
	ck_assert_int_eq(
	    hand_int(h, "SELECT have FROM file WHERE phone_id = $P"),
	    FILE_SIZE - PIECE);
	put_piece(h, file, PIECE);
	if (_i == 2)
		put_manifest(h, 0xdeadbeef, FILE_SIZE);
	put_piece(h, file, PIECE);
	put_manifest(h, 0xdeadbeef, FILE_SIZE);
	ck_assert_int_eq(hand_int(h, EVENTS("file-arrived")), 1);
	ck_assert_int_eq(
	    hand_int(h, "SELECT have FROM file WHERE phone_id = $P AND "
			"whole_at IS NOT NULL"),
	    FILE_SIZE);
	ck_assert_int_eq(
	    hand_int(h, "SELECT sum(len) FROM file_piece WHERE phone_id = $P"),
	    FILE_SIZE);
	/* P9: no piece can be read in the database. */
	ck_assert_int_eq(
	    hand_int(h, "SELECT count(*) FROM file_piece WHERE phone_id = $P "
			"AND octet_length(sealed) <> len + 16"),
	    0);
	hand_free(h);
}
END_TEST

/* ---- lost ---- */

static void
order_lost(struct hand *h, uint32_t version, bool on, const char *text)
{
	uint8_t service[SEAL_KEY_LEN], ad[REST_LOST_AD_LEN], sealed[128];
	char sql[512], *literal;

	memset(service, 7, sizeof service);
	rest_lost_ad(hand_account(h), hand_phone(h), version, ad);
	ck_assert_int_eq(seal_wrap(service, REST_LOST_PURPOSE, ad, sizeof ad,
			     text, strlen(text), sealed),
	    SEAL_OK);
	literal = hand_literal(sealed, strlen(text) + SEAL_TAG_LEN);
	snprintf(sql, sizeof sql,
	    "INSERT INTO lost (account_id, phone_id, version, is_on, ring, "
	    "locate_min, text_sealed) VALUES ($A, $P, %u, %s, true, 30, %s)",
	    version, on ? "true" : "false", literal);
	hand_int(h, sql);
	free(literal);
	ck_assert_int_eq(
	    gateway_tick(air_gateway(hand_air(h)), air_now(hand_air(h))), 0);
}

START_TEST(a_lost_phone_is_told_until_it_obeys)
{
	struct hand *h = hand_new();
	struct upload_preamble applied = { .has_lost = true,
		.lost_applied = 1 };
	struct wire_control c;
	struct wire_lost l;

	hand_pong(h, HAND_NUMBER, &pong);
	ck_assert_int_eq(hand_int(h, EVIDENCE("upload")), 0);
	order_lost(h, 1, true, "Please call +358401111111");
	ck_assert_uint_eq(hand_heard(h, WIRE_CMD_LOST, &c), 1);
	ck_assert_int_eq(wire_lost_decode(c.args, c.args_len, &l), WIRE_OK);
	ck_assert_uint_eq(l.version, 1);
	ck_assert(l.on && l.ring && l.lock_screen && l.locate);
	ck_assert_uint_eq(l.locate_min, 30);
	ck_assert_str_eq(l.text, "Please call +358401111111");
	/* Not heard of: no second SMS.  Heard of and not in force: hourly. */
	air_run(hand_air(h), 3 * HOUR);
	ck_assert_uint_eq(hand_heard(h, WIRE_CMD_LOST, &c), 0);
	hand_pong(h, HAND_NUMBER, &pong);
	ck_assert_uint_eq(hand_heard(h, WIRE_CMD_LOST, &c), 1);
	hand_pong(h, HAND_NUMBER, &pong);
	ck_assert_uint_eq(hand_heard(h, WIRE_CMD_LOST, &c), 0);
	ck_assert_int_eq(hand_int(h, EVIDENCE("upload")), 2);
	hand_pong(h, HAND_NUMBER, &applied);
	hand_pong(h, HAND_NUMBER, &applied);
	ck_assert_int_eq(hand_int(h, EVENTS("lost-on")), 1);
	air_run(hand_air(h), 3 * HOUR);
	hand_pong(h, HAND_NUMBER, &applied);
	ck_assert_uint_eq(hand_heard(h, WIRE_CMD_LOST, &c), 0);
	/* Found. */
	order_lost(h, 2, false, "x");
	ck_assert_uint_eq(hand_heard(h, WIRE_CMD_LOST, &c), 1);
	applied.lost_applied = 2;
	hand_pong(h, HAND_NUMBER, &applied);
	ck_assert_int_eq(hand_int(h, EVENTS("lost-off")), 1);
	ck_assert_int_eq(hand_int(h, EVIDENCE("lost")), 1);
	ck_assert_int_eq(hand_int(h, EVIDENCE("found")), 1);
	hand_free(h);
}
END_TEST

/* A thief's SIM: the order goes to the new number at once. */
START_TEST(the_order_follows_the_number)
{
	struct hand *h = hand_new();
	struct wire_control c;

	order_lost(h, 1, true, "x");
	ck_assert_uint_eq(hand_heard(h, WIRE_CMD_LOST, &c), 1);
	put_sim(h, NEW_NUMBER, "8935899999");
	air_run(hand_air(h), MINUTE);
	hand_pong(h, NEW_NUMBER, &pong);
	ck_assert_uint_eq(hand_heard(h, WIRE_CMD_LOST, &c), 1);
	ck_assert_int_eq(
	    hand_int(h, "SELECT count(*) FROM outbox WHERE account_id = $A "
			"AND purpose = 'lost' AND number = '" NEW_NUMBER "'"),
	    1);
	ck_assert_int_eq(hand_int(h, EVIDENCE("sim")), 1);
	ck_assert_int_eq(hand_int(h, EVIDENCE("number")), 1);
	hand_free(h);
}
END_TEST

static void
set_wipe(struct hand *h, int state)
{
	char sql[200];

	snprintf(sql, sizeof sql,
	    "UPDATE phone SET wipe_state = %d, wipe_at = "
	    "to_timestamp(%lld / 1000.0) WHERE phone_id = $P",
	    state, (long long)air_now(hand_air(h)));
	hand_int(h, sql);
	ck_assert_int_eq(
	    gateway_tick(air_gateway(hand_air(h)), air_now(hand_air(h))), 0);
}

START_TEST(a_wipe_is_prepare_nonce_go)
{
	struct hand *h = hand_new();
	const struct upload_preamble begun = { .wipe = WIRE_WIPE_GO };
	const struct upload_preamble prepared = { .wipe = WIRE_WIPE_PREPARE,
		.wipe_nonce = 0xfedcba9876543210 };
	static const uint8_t go[] = { 2, 0xfe, 0xdc, 0xba, 0x98, 0x76, 0x54,
		0x32, 0x10 };
	struct wire_control c;

	/* Nobody has ordered it. */
	hand_pong(h, HAND_NUMBER, &prepared);
	hand_pong(h, HAND_NUMBER, &begun);
	ck_assert_int_eq(
	    hand_int(h, "SELECT wipe_state FROM phone WHERE phone_id = $P"), 0);
	set_wipe(h, 1);
	ck_assert_uint_eq(hand_heard(h, WIRE_CMD_WIPE, &c), 1);
	ck_assert_uint_eq(c.args_len, 1);
	ck_assert_uint_eq(c.args[0], WIRE_WIPE_PREPARE);
	air_run(hand_air(h), MINUTE);
	hand_pong(h, HAND_NUMBER, &prepared);
	ck_assert_int_eq(
	    hand_int(h, "SELECT wipe_state FROM phone WHERE phone_id = $P"), 2);
	ck_assert_uint_eq(hand_heard(h, WIRE_CMD_WIPE, &c), 0);
	if (_i == 1) { /* the owner thinks it over for too long */
		set_wipe(h, 3);
		air_run(hand_air(h), 2 * HOUR);
		ck_assert_int_eq(hand_int(h, EVENTS("wipe-late")), 1);
		ck_assert_uint_eq(hand_heard(h, WIRE_CMD_WIPE, &c), 2);
		ck_assert_uint_eq(c.args_len, 1);
		hand_free(h);
		return;
	}
	set_wipe(h, 3);
	ck_assert_uint_eq(hand_heard(h, WIRE_CMD_WIPE, &c), 1);
	ck_assert_uint_eq(c.args_len, sizeof go);
	ck_assert_mem_eq(c.args, go, sizeof go);
	hand_pong(h, HAND_NUMBER, &begun);
	hand_pong(h, HAND_NUMBER, &begun);
	ck_assert_int_eq(
	    hand_int(h, "SELECT wipe_state FROM phone WHERE phone_id = $P"), 4);
	ck_assert_int_eq(hand_int(h, EVENTS("wipe-begun")), 1);
	hand_free(h);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("life-gate");
	TCase *tc = tcase_create("whole");

	pack_prime_model(); /* once, not in the process of each test */
	tcase_set_timeout(tc, 600);
	tcase_add_test(tc, another_sim_is_told_and_its_number_confirmed);
	tcase_add_test(tc, a_late_sim_or_number_moves_nothing);
	tcase_add_test(tc, traffic_and_marks_are_kept);
	tcase_add_test(tc, numbers_go_round_the_bits);
	tcase_add_loop_test(tc, a_file_arrives_in_pieces, 0, 3);
	tcase_add_test(tc, a_lost_phone_is_told_until_it_obeys);
	tcase_add_test(tc, the_order_follows_the_number);
	tcase_add_loop_test(tc, a_wipe_is_prepare_nonce_go, 0, 2);
	suite_add_tcase(s, tc);
	suite_add_tcase(s, life_ask_case());
	suite_add_tcase(s, life_bind_case());
	suite_add_tcase(s, life_budget_case());
	suite_add_tcase(s, life_claim_case());
	suite_add_tcase(s, life_down_case());
	suite_add_tcase(s, life_order_case());
	suite_add_tcase(s, life_silent_case());
	suite_add_tcase(s, life_file_case());
	suite_add_tcase(s, life_notice_case());
	suite_add_tcase(s, life_verify_case());
	return check_main(s);
}
