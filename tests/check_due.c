/*
 * When a phone is due an ACK, and what that asks for.
 */
#include <string.h>

#include "check_main.h"
#include "reassembly_test.h"

static const struct {
	const char *why;
	struct reassembly_phone phone;
	bool gap; /* transfer 6 is open */
	int asked;
	int64_t asked_ago_ms, last_ago_ms;
	bool want;
} dues[] = {
	{ .why = "nothing new", .phone = { .cumulative = 5, .acked = 5 } },
	{ .why = "new, but not worth an SMS yet",
	    .phone = { .cumulative = 5, .acked = 4, .acked_at_ms = -HOUR } },
	{ .why = "16 SMS, but acknowledged an hour ago",
	    .phone = { .cumulative = 5,
		.acked = 1,
		.acked_at_ms = -HOUR,
		.sms_since_ack = 16 } },
	{ .why = "16 SMS and a day",
	    .phone = { .cumulative = 5,
		.acked = 1,
		.acked_at_ms = -DAY,
		.sms_since_ack = 16 },
	    .want = true },
	{ .why = "three days at the latest",
	    .phone = { .cumulative = 5, .acked = 4, .acked_at_ms = -3 * DAY },
	    .want = true },
	{ .why = "the phone asks",
	    .phone = { .cumulative = 5, .acked = 4, .ack_wanted = true },
	    .want = true },
	{ .why = "the phone asks, and has been told just now",
	    .phone = { .cumulative = 5,
		.acked = 5,
		.acked_at_ms = -1000,
		.ack_wanted = true } },
	{ .why = "the phone asks again an hour later",
	    .phone = { .cumulative = 5,
		.acked = 5,
		.acked_at_ms = -HOUR,
		.ack_wanted = true },
	    .want = true },
	{ .why = "a gap that is not quiet yet",
	    .phone = { .cumulative = 5, .acked = 5 },
	    .gap = true,
	    .last_ago_ms = 59999 },
	{ .why = "a quiet gap",
	    .phone = { .cumulative = 5, .acked = 5 },
	    .gap = true,
	    .last_ago_ms = 60000,
	    .want = true },
	{ .why = "asked once, a minute ago",
	    .phone = { .cumulative = 5, .acked = 5 },
	    .gap = true,
	    .asked = 1,
	    .asked_ago_ms = 60000,
	    .last_ago_ms = 120000 },
	{ .why = "asked once, 12 minutes ago",
	    .phone = { .cumulative = 5, .acked = 5 },
	    .gap = true,
	    .asked = 1,
	    .asked_ago_ms = 12 * 60000,
	    .last_ago_ms = 13 * 60000,
	    .want = true },
	{ .why = "asked three times, and the phone is silent since",
	    .phone = { .cumulative = 5, .acked = 5, .heard_ms = -3 * DAY },
	    .gap = true,
	    .asked = 3,
	    .asked_ago_ms = 2 * DAY,
	    .last_ago_ms = 4 * DAY },
	{ .why = "asked three times, and the phone was heard since",
	    .phone = { .cumulative = 5, .acked = 5, .heard_ms = -HOUR },
	    .gap = true,
	    .asked = 3,
	    .asked_ago_ms = DAY,
	    .last_ago_ms = 4 * DAY,
	    .want = true },
	{ .why = "asked three times, and some of it comes just now",
	    .phone = { .cumulative = 5, .acked = 5, .heard_ms = -1000 },
	    .gap = true,
	    .asked = 3,
	    .asked_ago_ms = DAY,
	    .last_ago_ms = 1000 },
	{ .why = "asked three times, and the phone asks for an answer",
	    .phone = { .cumulative = 5,
		.acked = 5,
		.acked_at_ms = -60000,
		.ack_wanted = true,
		.ack_asked = true },
	    .gap = true,
	    .asked = 3,
	    .asked_ago_ms = 60000,
	    .last_ago_ms = DAY,
	    .want = true },
	{ .why = "the same of one that was asked for once",
	    .phone = { .cumulative = 5,
		.acked = 5,
		.acked_at_ms = -60000,
		.ack_wanted = true,
		.ack_asked = true },
	    .gap = true,
	    .asked = 1,
	    .asked_ago_ms = 60000,
	    .last_ago_ms = HOUR,
	    .want = true },
	{ .why = "the phone asks, and the question has just gone out",
	    .phone = { .cumulative = 5,
		.acked = 5,
		.acked_at_ms = -59999,
		.ack_wanted = true,
		.ack_asked = true },
	    .gap = true,
	    .asked = 3,
	    .asked_ago_ms = 59999,
	    .last_ago_ms = DAY },
	{ .why = "the phone asks, and another ACK has just gone out",
	    .phone = { .cumulative = 5,
		.acked = 5,
		.acked_at_ms = -59999,
		.ack_wanted = true,
		.ack_asked = true },
	    .gap = true,
	    .asked = 3,
	    .asked_ago_ms = HOUR,
	    .last_ago_ms = DAY },
	{ .why = "the phone asks, and some of it has just come",
	    .phone = { .cumulative = 5,
		.acked = 5,
		.acked_at_ms = -DAY,
		.ack_wanted = true,
		.ack_asked = true },
	    .gap = true,
	    .asked = 3,
	    .asked_ago_ms = HOUR,
	    .last_ago_ms = 59999 },
	{ .why = "what it once said comes again within the hour",
	    .phone = { .cumulative = 5,
		.acked = 5,
		.acked_at_ms = 1 - HOUR,
		.ack_wanted = true },
	    .gap = true,
	    .asked = 3,
	    .asked_ago_ms = HOUR - 1,
	    .last_ago_ms = DAY },
	{ .why = "what it once said comes again after an hour",
	    .phone = { .cumulative = 5,
		.acked = 5,
		.acked_at_ms = -HOUR,
		.ack_wanted = true },
	    .gap = true,
	    .asked = 3,
	    .asked_ago_ms = HOUR,
	    .last_ago_ms = DAY,
	    .want = true },
};

START_TEST(each_due)
{
	struct reassembly_phone p = dues[_i].phone;
	struct reassembly_open gap = {
		.transfer = 6,
		.state = { 0x5, 3 },
		.last_at_ms = SINCE - dues[_i].last_ago_ms,
		.asked = dues[_i].asked,
		.asked_at_ms =
		    dues[_i].asked > 0 ? SINCE - dues[_i].asked_ago_ms : 0,
	};
	struct wire_ack ack;
	enum reassembly_ask asks[1];

	p.acked_at_ms += SINCE;
	p.heard_ms += SINCE;
	ck_assert_msg(reassembly_due(&p, &gap, dues[_i].gap, &timing, SINCE,
			  &ack, asks) == dues[_i].want,
	    "%s", dues[_i].why);
	if (!dues[_i].want)
		return;
	ck_assert_uint_eq(ack.cumulative, 5);
	ck_assert_uint_eq(ack.count, dues[_i].gap ? 1 : 0);
	if (dues[_i].gap)
		ck_assert_uint_eq(ack.wanted[0], 0xa);
}
END_TEST

START_TEST(an_ack_names_what_it_has_room_for)
{
	const struct reassembly_phone p = { .cumulative = 9, .acked = 9 };
	struct reassembly_open gap[WIRE_ACK_TRANSFERS + 9];
	const size_t n = sizeof gap / sizeof gap[0];
	enum reassembly_ask asks[WIRE_ACK_TRANSFERS + 9];
	struct wire_ack ack;

	for (size_t i = 0; i < n; i++)
		gap[i] = (struct reassembly_open){
			.transfer = 10 + (uint32_t)i,
			.state = { 0, -1 },
			.done = i % 2 == 1,
			.last_at_ms = SINCE - HOUR,
		};
	ck_assert(reassembly_due(&p, gap, n, &timing, SINCE, &ack, asks));
	ck_assert_uint_eq(ack.count, WIRE_ACK_TRANSFERS);
	for (size_t i = 0; i < n; i++) {
		bool named = i < WIRE_ACK_TRANSFERS && i % 2 == 0;

		ck_assert_int_eq(
		    asks[i], named ? REASSEMBLY_ASKED : REASSEMBLY_NOT);
		if (i < WIRE_ACK_TRANSFERS)
			ck_assert_uint_eq(ack.wanted[i], named ? 0xffff : 0);
	}
}
END_TEST

/* A question is always of something: else there is no end to it. */
START_TEST(beyond_what_can_be_named_nothing_is_asked)
{
	const struct reassembly_phone p = { .cumulative = 9, .acked = 9 };
	struct reassembly_open gap = {
		.transfer = 10 + WIRE_ACK_TRANSFERS,
		.state = { 0, -1 },
		.last_at_ms = SINCE - HOUR,
	};
	enum reassembly_ask asks[1];
	struct wire_ack ack;

	ck_assert(!reassembly_due(&p, &gap, 1, &timing, SINCE, &ack, asks));
	gap.transfer--;
	ck_assert(reassembly_due(&p, &gap, 1, &timing, SINCE, &ack, asks));
	ck_assert_uint_eq(ack.count, WIRE_ACK_TRANSFERS);
}
END_TEST

/* What is asked for beside another has its own questions left for later; and
 * what was asked for just now may be on its way. */
START_TEST(a_gap_that_is_named_beside_another_waits_on)
{
	static const struct {
		int asked;
		int64_t asked_ago_ms;
		enum reassembly_ask want;
	} beside[] = {
		{ 0, 0, REASSEMBLY_ASKED },
		{ 1, HOUR / 120, REASSEMBLY_NOT },
		{ 1, HOUR / 12, REASSEMBLY_NAMED },
		{ 1, HOUR, REASSEMBLY_ASKED },
		{ 3, HOUR, REASSEMBLY_NAMED },
	};
	const size_t n = sizeof beside / sizeof beside[0];
	const struct reassembly_phone p = { .cumulative = 9, .acked = 9 };
	struct reassembly_open gap[sizeof beside / sizeof beside[0]];
	enum reassembly_ask asks[sizeof beside / sizeof beside[0]];
	struct wire_ack ack;

	for (size_t i = 0; i < n; i++)
		gap[i] = (struct reassembly_open){
			.transfer = 10 + (uint32_t)i,
			.state = { 1, -1 },
			.last_at_ms = SINCE - DAY,
			.asked = beside[i].asked,
			.asked_at_ms = beside[i].asked > 0
					   ? SINCE - beside[i].asked_ago_ms
					   : 0,
		};
	ck_assert(reassembly_due(&p, gap, n, &timing, SINCE, &ack, asks));
	ck_assert_uint_eq(ack.count, n);
	for (size_t i = 0; i < n; i++) {
		ck_assert_int_eq(asks[i], beside[i].want);
		ck_assert_uint_eq(ack.wanted[i],
		    beside[i].want == REASSEMBLY_NOT ? 0 : 0xfffe);
	}
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("due");
	TCase *tc = tcase_create("due");

	tcase_add_loop_test(tc, each_due, 0, sizeof dues / sizeof dues[0]);
	tcase_add_test(tc, an_ack_names_what_it_has_room_for);
	tcase_add_test(tc, beyond_what_can_be_named_nothing_is_asked);
	tcase_add_test(tc, a_gap_that_is_named_beside_another_waits_on);
	suite_add_tcase(s, tc);
	return check_main(s);
}
