/*
 * What the gateway makes of transfers that go by each other, in whatever order,
 * with whatever missing, or forged.
 */
#include <string.h>

#include "ahead.h"
#include "check_main.h"
#include "pack.h"
#include "upload.h"

START_TEST(in_order_nothing_waits)
{
	struct heap h;

	heap_init(&h, NULL);
	send_much(&h);
	for (uint32_t i = 1; i <= MANY; i++) {
		deliver(&h, h.acked + i);
		expect(&h, "in order", i, 0);
		deliver(&h, h.acked + i); /* twice does no harm */
	}
	end_as_coded(&h);
}
END_TEST

/* Those that go by it wait, on disk: they are not asked for, and nothing else
 * waits.  Once it is there all of them are read, in one go. */
START_TEST(the_first_is_lost_and_comes_again)
{
	struct heap h;
	const int ahead = UPLOAD_AHEAD_MAX - 1;

	heap_init(&h, NULL);
	send_much(&h);
	for (uint32_t i = 2; i <= MANY; i++) {
		deliver(&h, h.acked + i);
		deliver(&h, h.acked + i);
		if (_i == 1) /* another gateway, with an empty memory */
			air_other_key(h.a, false);
	}
	expect(&h, "without the first", MANY - 1 - ahead, ahead);
	ck_assert_uint_eq(air_ask(h.a, 0, "cumulative"), h.acked);
	/* The days go by; it is the first that is asked for, and no other. */
	for (int day = 0; day < 3; day++)
		air_run(h.a, DAY);
	ck_assert_int_eq(air_ask(h.a, 0,
			     "(SELECT count(*) FROM transfer t WHERE "
			     "t.phone_id = p.phone_id AND t.asked > 0)"),
	    1);
	expect(&h, "days later", MANY - 1 - ahead, ahead);
	deliver(&h, h.acked + 1);
	expect(&h, "with the first", MANY, 0);
	ck_assert_uint_eq(air_ask(h.a, 0, "cumulative"), h.acked + MANY);
	end_as_coded(&h);
}
END_TEST

START_TEST(the_other_way_round_all_is_read_at_the_end)
{
	struct heap h;

	heap_init(&h, NULL);
	send_much(&h);
	for (uint32_t i = UPLOAD_AHEAD_MAX; i > 1; i--) {
		deliver(&h, h.acked + i);
		expect(&h, "backwards", 0, UPLOAD_AHEAD_MAX - i + 1);
		if (_i == 1)
			air_other_key(h.a, false);
	}
	deliver(&h, h.acked + 1);
	expect(&h, "with the first", UPLOAD_AHEAD_MAX, 0);
	end_as_coded(&h);
}
END_TEST

/* The gateway has lost what it knew of the first: it cannot read the second,
 * which is made void, and with it all behind it. */
START_TEST(one_in_the_middle_is_void)
{
	struct heap h;

	heap_init(&h, NULL);
	send_much(&h);
	deliver(&h, h.acked + 1);
	ck_assert_int_gt(
	    air_order(h.a, 0, "DELETE FROM batch WHERE phone_id = $P"), 0);
	air_other_key(h.a, false);
	for (uint32_t i = 2; i <= UPLOAD_AHEAD_MAX; i++)
		deliver(&h, h.acked + i);
	expect(&h, "without a base", 1, UPLOAD_AHEAD_MAX - 2);
	ck_assert_int_eq(air_ask(h.a, 0, RECODED), 1);
	expect_all(&h);
	ck_assert_int_ge(air_ask(h.a, 0, RECODED), UPLOAD_AHEAD_MAX - 1);
	/* And what comes then goes by a base again. */
	h.acked = (uint32_t)air_ask(h.a, 0, "acked");
	h.before = sent_so_far(h.a);
	put_messages(h.a, 0, &h.id, 200);
	expect_all(&h);
	ck_assert_uint_eq(goes_by(&h, h.acked + 2), h.acked + 1);
	heap_clear(&h);
}
END_TEST

/* ---- what no phone would send ---- */

/* A transfer of one SMS, or of two, that goes by that one before it. */
static void
forge(struct heap *h, uint32_t transfer, uint32_t back, bool two)
{
	const struct upload_preamble pre = { .codec = PACK_BASED };
	const struct upload_base base = { .back = back, .check = 77 };
	uint8_t text[UPLOAD_PREAMBLE_MAX];
	uint8_t sms[WIRE_SEGMENTS_MAX][WIRE_DATA_MAX];
	size_t len[WIRE_SEGMENTS_MAX], n = upload_put(&pre, text);
	int count;

	n += upload_base_put(&base, text + n);
	memset(text + n, 0xa5, 130);
	count = seal_transfer(h->seal, false, transfer, text,
	    n + (two ? 130 : 30), WIRE_DATA_MAX, sms, len);
	ck_assert_int_eq(count, two ? 2 : 1);
	for (int i = 0; i < count; i++)
		ck_assert_int_ne(
		    air_inject(h->a, NUMBER, sms[i], len[i]), GATEWAY_JUNK);
	ck_assert_int_ge(gateway_open(air_gateway(h->a), 64, air_now(h->a)), 0);
}

/* What it says it goes by, and whether it waits for what never comes. */
static const struct {
	const char *why;
	uint32_t at, back; /* behind what is acknowledged; and before that */
	bool waits;
} forged[] = {
	{ "the one before, which is missing", 3, 1, true },
	{ "at the edge of what may be missing", UPLOAD_AHEAD_MAX, 1, true },
	{ "beyond it", UPLOAD_AHEAD_MAX + 1, 1, false },
	{ "far beyond it", 400, 10, false },
	{ "of the last that is there", 3, 3, false },
	{ "before all transfers", 3, 1000000, false },
	{ "itself", 3, 0, false },
};

START_TEST(what_is_forged_holds_nothing_up)
{
	const bool two = _i % 2 == 1;
	const size_t n = (size_t)_i / 2;
	struct heap h;

	heap_init(&h, NULL);
	forge(&h, h.acked + forged[n].at, forged[n].back, two);
	ck_assert_msg(
	    air_ask(h.a, 0, WAITING) == forged[n].waits, "%s", forged[n].why);
	if (forged[n].back != 0) /* that is no head of a batch */
		ck_assert_msg(air_ask(h.a, 0, RECODED) == !forged[n].waits,
		    "%s", forged[n].why);
	/* What the phone itself says is read as if nothing had been. */
	air_lose_all(h.a, false);
	say_one(&h);
	ck_assert_ptr_null(air_compare(h.a, 0));
	/* And what another says. */
	ck_assert_int_eq(
	    air_add_phone(h.a, "+358401000002", "Another", NULL), 1);
	ck_assert(air_bind(h.a, 1));
	put_messages(h.a, 1, &h.id, 400);
	phone_upload_now(air_phone(h.a, 1));
	air_run(h.a, 2 * DAY);
	ck_assert_ptr_null(air_compare(h.a, 1));
	ck_assert_msg(
	    air_ask(h.a, 0, WAITING) == forged[n].waits, "%s", forged[n].why);
	/* Once the phone has come so far, it is seen for what it is. */
	for (uint32_t i = 1; forged[n].waits && i < forged[n].at; i++)
		say_one(&h);
	ck_assert_msg(air_ask(h.a, 0, WAITING) == 0, "%s", forged[n].why);
	if (forged[n].waits)
		expect_all(&h);
	heap_clear(&h);
}
END_TEST

/* ---- all at once ---- */

START_TEST(any_heap_arrives)
{
	const struct air_faults faults = { 0.02 + 0.05 * (_i % 4),
		0.1 * (_i % 3), (_i % 3) * HOUR, (uint64_t)_i + 1 };
	struct air *a = air_new(&faults);
	const char *why;
	uint32_t id = 1;

	ck_assert_int_eq(air_add_phone(a, NUMBER, "Test phone", NULL), 0);
	for (int tries = 0; !air_bind(a, 0); tries++)
		ck_assert_int_lt(tries, 20);
	if (_i % 2 == 1)
		air_take_turns(a); /* two gateways, on one database */
	if (_i % 3 == 1)
		air_open_most(a, 1);
	for (int round = 0; round < 3; round++) {
		put_messages(a, 0, &id, 400);
		phone_upload_now(air_phone(a, 0));
		air_run(a, (int64_t)(_i + 1) * 3 * HOUR);
		if (_i % 2 == 0)
			air_other_key(a, false);
	}
	ck_assert_msg(
	    air_settle(a, 100 * DAY), "it does not settle: %s", air_state(a));
	why = air_compare(a, 0);
	ck_assert_msg(why == NULL, "%s", why);
	ck_assert_int_eq(air_ask(a, 0, RECODED), 0);
	ck_assert_int_eq(air_ask(a, 0, MISSING), 0);
	air_free(a);
}
END_TEST

TCase *
ahead_gate_case(void)
{
	const int forgeries = sizeof forged / sizeof forged[0];
	TCase *tc = tcase_create("whole");

	tcase_set_timeout(tc, 900);
	tcase_add_test(tc, in_order_nothing_waits);
	tcase_add_loop_test(tc, the_first_is_lost_and_comes_again, 0, 2);
	tcase_add_loop_test(
	    tc, the_other_way_round_all_is_read_at_the_end, 0, 2);
	tcase_add_test(tc, one_in_the_middle_is_void);
	tcase_add_loop_test(
	    tc, what_is_forged_holds_nothing_up, 0, 2 * forgeries);
	tcase_add_loop_test(tc, any_heap_arrives, 0, check_rounds(6));
	return tc;
}
