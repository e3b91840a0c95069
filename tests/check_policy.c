#include <stdio.h>
#include <string.h>

#include "check_main.h"
#include "policy.h"
#include "wire.h"

/* ---- who decides ---- */

#define NONE \
	{ \
		POLICY_INHERIT, 0 \
	}
#define FILL_DAY \
	{ \
		POLICY_FILL, 1440 \
	}

static const struct {
	const char *why;
	enum record_kind kind;
	bool has_owner, has_phone;
	struct policy_kind owner, phone, want;
} cases[] = {
	{ "nobody: contacts wait for a full SMS", RECORD_CONTACT, false, false,
	    NONE, NONE, FILL_DAY },
	{ "nobody: messages too", RECORD_MESSAGE, false, false, NONE, NONE,
	    FILL_DAY },
	{ "nobody: calls too", RECORD_CALL, false, false, NONE, NONE,
	    FILL_DAY },
	{ "nobody: files by hand", RECORD_FILE, false, false, NONE, NONE,
	    { POLICY_MANUAL, 0 } },
	{ "nobody: a SIM at once", RECORD_SIM, false, false, NONE, NONE,
	    { POLICY_AT_ONCE, 0 } },
	{ "nobody: locations are off", RECORD_LOCATION, false, false, NONE,
	    NONE, { POLICY_OFF, 0 } },
	{ "both say nothing", RECORD_CALL, true, true, NONE, NONE, FILL_DAY },
	{ "the phone says so", RECORD_CALL, false, true, NONE,
	    { POLICY_AT_ONCE, 0 }, { POLICY_AT_ONCE, 0 } },
	{ "the owner leaves it to the phone", RECORD_CALL, true, true, NONE,
	    { POLICY_MANUAL, 0 }, { POLICY_MANUAL, 0 } },
	{ "the owner says so", RECORD_CALL, true, false, { POLICY_OFF, 0 },
	    NONE, { POLICY_OFF, 0 } },
	{ "the owner wins over more", RECORD_MESSAGE, true, true,
	    { POLICY_OFF, 0 }, { POLICY_AT_ONCE, 0 }, { POLICY_OFF, 0 } },
	{ "the owner wins over less", RECORD_MESSAGE, true, true,
	    { POLICY_AT_ONCE, 0 }, { POLICY_OFF, 0 }, { POLICY_AT_ONCE, 0 } },
	{ "minutes come with the mode", RECORD_CONTACT, true, true,
	    { POLICY_INTERVAL, 60 }, { POLICY_FILL, 15 },
	    { POLICY_INTERVAL, 60 } },
	{ "the phone's minutes", RECORD_CONTACT, true, true, NONE,
	    { POLICY_FILL, 15 }, { POLICY_FILL, 15 } },
	{ "a kind that is off may be put on", RECORD_NOTE, true, false,
	    { POLICY_FILL, 30 }, NONE, { POLICY_FILL, 30 } },
};
#define CASES (sizeof cases / sizeof cases[0])

START_TEST(effective)
{
	struct policy owner = { .version = 5 }, phone = { 0 }, got;
	const struct policy_kind *k, *want = &cases[_i].want;

	owner.kind[cases[_i].kind] = cases[_i].owner;
	phone.kind[cases[_i].kind] = cases[_i].phone;
	policy_effective(cases[_i].has_owner ? &owner : NULL,
	    cases[_i].has_phone ? &phone : NULL, &got);
	k = &got.kind[cases[_i].kind];
	ck_assert_msg(
	    k->mode == want->mode && k->interval_min == want->interval_min,
	    "%s: got %s %u, want %s %u", cases[_i].why,
	    policy_mode_name(k->mode), k->interval_min,
	    policy_mode_name(want->mode), want->interval_min);
	ck_assert_uint_eq(got.version, cases[_i].has_owner ? 5 : 0);
	for (int i = 1; i < RECORD_KIND_COUNT; i++)
		ck_assert_int_ne(got.kind[i].mode, POLICY_INHERIT);
}
END_TEST

START_TEST(lock_is_the_owners)
{
	const struct policy on = { .version = 1, .lock = true };
	const struct policy off = { .version = 1 };
	struct policy got;

	policy_effective(&on, NULL, &got);
	ck_assert(got.lock);
	policy_effective(&on, &off, &got);
	ck_assert(got.lock);
	/* A phone that locks itself would have to ask its owner. */
	policy_effective(&off, &on, &got);
	ck_assert(!got.lock);
	policy_effective(NULL, &on, &got);
	ck_assert(!got.lock);
}
END_TEST

START_TEST(daily_limit)
{
	static const struct {
		uint32_t owner, phone, want;
	} limits[] = {
		{ 0, 0, 0 },
		{ 30, 0, 30 },
		{ 0, 10, 10 },
		{ 30, 10, 30 },
		{ 10, 30, 10 },
	};
	struct policy got;

	for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
		const struct policy owner = { .daily_sms = limits[i].owner };
		const struct policy phone = { .daily_sms = limits[i].phone };

		policy_effective(&owner, &phone, &got);
		ck_assert_uint_eq(got.daily_sms, limits[i].want);
	}
}
END_TEST

/* ---- octets ---- */

START_TEST(octets_are_as_documented)
{
	static const uint8_t want[] = { 0x01, 0x11, 0x25, 0x05, 0xa0, 0x33,
		0x00, 0x0f, 0x44, 0x01, 0x00, 0x1e };
	struct policy p = { .version = 9, .lock = true, .daily_sms = 30 }, back;
	uint8_t out[WIRE_POLICY_MAX];

	p.kind[RECORD_CONTACT] = (struct policy_kind){ POLICY_OFF, 0 };
	p.kind[RECORD_MESSAGE] = (struct policy_kind){ POLICY_FILL, 1440 };
	p.kind[RECORD_CALL] = (struct policy_kind){ POLICY_INTERVAL, 15 };
	p.kind[RECORD_CALENDAR] = (struct policy_kind){ POLICY_AT_ONCE, 0 };
	ck_assert_uint_eq(policy_encode(&p, out, sizeof out), sizeof want);
	ck_assert_mem_eq(out, want, sizeof want);
	ck_assert_int_eq(policy_decode(out, sizeof want, 9, &back), 0);
	ck_assert_mem_eq(&back, &p, sizeof p);
}
END_TEST

/* The largest policy there can be fits a CHALLENGE and a CONTROL. */
START_TEST(largest_fits)
{
	struct policy p = { .lock = true, .daily_sms = 65535 }, back;
	uint8_t out[WIRE_POLICY_MAX];
	size_t n;

	for (int k = 1; k < RECORD_KIND_COUNT; k++)
		p.kind[k] =
		    (struct policy_kind){ POLICY_FILL, POLICY_INTERVAL_MAX };
	n = policy_encode(&p, out, sizeof out);
	ck_assert_uint_gt(n, 0);
	ck_assert_uint_le(n, WIRE_POLICY_MAX);
	ck_assert_int_eq(policy_decode(out, n, 0, &back), 0);
	ck_assert_mem_eq(&back, &p, sizeof p);
	/* Too small a place is said, not overrun. */
	ck_assert_uint_eq(policy_encode(&p, out, 8), 0);
}
END_TEST

START_TEST(every_setting_comes_back)
{
	static const uint8_t want[] = { 0x00, 0x01, 0x00, 0x05, 0xf1, 0x04,
		0x05, 0x28, 0x01, 0xa4, 0xf2, 0x02, 0x00, 0x40, 0xf3, 0x01,
		0x09, 0xf4, 0x02, 0x00, 0x14, 0xf5, 0x04, 'b', 'a', 'n', 'k',
		0xf6, 0x03, '1', '1', '2' };
	struct policy p = { .daily_sms = 5,
		.lost_daily_sms = 20,
		.file_max_kb = 64,
		.quiet_from = 1320,
		.quiet_to = 420,
		.codes = POLICY_NO,
		.roaming = POLICY_YES,
		.word = { "bank" },
		.peer = { "112" } };
	struct policy back;
	uint8_t out[WIRE_POLICY_MAX];

	ck_assert_uint_eq(policy_encode(&p, out, sizeof out), sizeof want);
	ck_assert_mem_eq(out, want, sizeof want);
	ck_assert_int_eq(policy_decode(out, sizeof want, 0, &back), 0);
	ck_assert_mem_eq(&back, &p, sizeof p);
	/* More words than there is room for are said, not cut. */
	for (size_t i = 0; i < POLICY_FILTERS_MAX; i++) {
		memset(p.word[i], 'w', POLICY_FILTER_MAX);
		memset(p.peer[i], '1', POLICY_FILTER_MAX);
	}
	ck_assert_uint_eq(policy_encode(&p, out, sizeof out), 0);
}
END_TEST

/* Setting by setting: the owner's, else the phone's, else the default. */
START_TEST(settings_are_laid_over)
{
	const struct policy owner = { .version = 2,
		.quiet_from = 60,
		.quiet_to = 120,
		.codes = POLICY_NO,
		.word = { "bank" } };
	const struct policy phone = { .quiet_from = 1,
		.quiet_to = 2,
		.codes = POLICY_YES,
		.roaming = POLICY_YES,
		.file_max_kb = 7,
		.word = { "salary" } };
	struct policy got;

	policy_effective(&owner, &phone, &got);
	ck_assert_uint_eq(got.quiet_from, 60);
	ck_assert_int_eq(got.codes, POLICY_NO);
	ck_assert_int_eq(got.roaming, POLICY_YES);
	ck_assert_uint_eq(got.file_max_kb, 7);
	ck_assert_uint_eq(got.lost_daily_sms, POLICY_LOST_DAILY);
	ck_assert_str_eq(got.word[0], "bank");
	ck_assert_str_eq(got.word[1], "salary");
	policy_effective(NULL, NULL, &got);
	ck_assert_int_eq(got.codes, POLICY_YES);
	ck_assert_int_eq(got.roaming, POLICY_NO);
	policy_effective(&owner, &phone, &got);
	policy_lost(&got);
	ck_assert(got.lock);
	ck_assert_int_eq(got.kind[RECORD_CALL].mode, POLICY_AT_ONCE);
	ck_assert_uint_eq(got.daily_sms, POLICY_LOST_DAILY);
	ck_assert_uint_eq(policy_quiet_left(&got, 90), 0);
	ck_assert_str_eq(got.word[0], "");
}
END_TEST

static const struct {
	const char *why, *peer, *body;
	bool code, wanted;
} letters[] = {
	{ "a letter", "+358401234567", "Home at 6?", false, true },
	{ "a code", "Bank", "Your code is 493021", true, false },
	{ "a code with letters", "Google", "G-493021 is your verification code",
	    true, false },
	{ "a code in Chinese", "10086",
	    "\xe9\xaa\x8c\xe8\xaf\x81\xe7\xa0\x81 4930", true, false },
	{ "a year and a dress code", "+358401234567", "2026 dress code: black",
	    true, false },
	{ "a number too long", "+358401234567", "pin it: 358401234567", false,
	    true },
	{ "a postcode", "+358401234567", "my postcode is 00100", false, true },
	{ "a word that is left out", "+358401234567", "SALARY day", false,
	    false },
	{ "a number that is left out", "040 999 8888", "hi", false, false },
};

START_TEST(filters)
{
	const struct policy owner = { .version = 1,
		.codes = POLICY_NO,
		.word = { "salary" },
		.peer = { "+358409998888" } };
	struct policy got;
	struct record *r = record_new(RECORD_MESSAGE, 1);

	policy_effective(&owner, NULL, &got);
	record_add_text(r, RECORD_PEER, letters[_i].peer);
	record_add_text(r, RECORD_BODY, letters[_i].body);
	ck_assert_msg(policy_is_code(letters[_i].body) == letters[_i].code &&
			  policy_wants(&got, r) == letters[_i].wanted,
	    "%s: %s", letters[_i].why, letters[_i].body);
	record_set_op(r, RECORD_DELETE);
	ck_assert(policy_wants(&got, r)); /* a tombstone tells nothing */
	record_free(r);
}
END_TEST

static const struct {
	const char *why;
	struct policy_kind each, call; /* each kind; and calls */
	uint16_t quiet_from, quiet_to;
	uint32_t want;
} waits[] = {
	{ "the default: a day", NONE, NONE, 0, 0, POLICY_WAIT_DEFAULT },
	{ "all by hand", { POLICY_MANUAL, 0 }, { POLICY_MANUAL, 0 }, 0, 0,
	    POLICY_WAIT_NEVER },
	{ "all by hand, at night not even then", { POLICY_MANUAL, 0 },
	    { POLICY_OFF, 0 }, 1320, 420, POLICY_WAIT_NEVER },
	{ "one kind at once", { POLICY_MANUAL, 0 }, { POLICY_AT_ONCE, 0 }, 0, 0,
	    0 },
	{ "at once, but for the night", { POLICY_OFF, 0 },
	    { POLICY_AT_ONCE, 0 }, 1320, 420, 540 },
	{ "the one that waits least", { POLICY_INTERVAL, 10080 },
	    { POLICY_FILL, 4320 }, 0, 0, 4320 },
	{ "the longest of all", { POLICY_INTERVAL, POLICY_INTERVAL_MAX },
	    { POLICY_OFF, 0 }, 1, 0, POLICY_WAIT_MAX },
};
#define WAITS (sizeof waits / sizeof waits[0])

START_TEST(how_long_it_waits)
{
	struct policy own = { .quiet_from = waits[_i].quiet_from,
		.quiet_to = waits[_i].quiet_to };
	struct policy got;

	for (int k = RECORD_CONTACT; k <= RECORD_FILE; k++)
		own.kind[k] = waits[_i].each;
	own.kind[RECORD_CALL] = waits[_i].call;
	policy_effective(NULL, &own, &got);
	ck_assert_msg(policy_wait_min(&got) == waits[_i].want, "%s: %u minutes",
	    waits[_i].why, policy_wait_min(&got));
}
END_TEST

START_TEST(quiet_hours)
{
	const struct policy night = { .quiet_from = 1320, .quiet_to = 420 };
	const struct policy noon = { .quiet_from = 720, .quiet_to = 780 };

	ck_assert_uint_eq(policy_quiet_left(&night, 1319), 0);
	ck_assert_uint_eq(policy_quiet_left(&night, 1320), 540);
	ck_assert_uint_eq(policy_quiet_left(&night, 0), 420);
	ck_assert_uint_eq(policy_quiet_left(&night, 419), 1);
	ck_assert_uint_eq(policy_quiet_left(&night, 420), 0);
	ck_assert_uint_eq(policy_quiet_left(&noon, 750), 30);
	ck_assert_uint_eq(policy_quiet_left(&noon, 1439), 0);
}
END_TEST

static const struct {
	const char *why;
	size_t len;
	uint8_t octets[8];
	bool taken;
} texts[] = {
	{ "empty", 0, { 0 }, false },
	{ "nothing to say", 1, { 0 }, true },
	{ "reserved flag", 1, { 0x02 }, false },
	{ "mode 0", 2, { 0, 0x10 }, false },
	{ "mode 6", 2, { 0, 0x16 }, false },
	{ "no minutes", 2, { 0, 0x15 }, false },
	{ "half the minutes", 3, { 0, 0x13, 1 }, false },
	{ "14 minutes", 4, { 0, 0x13, 0, 14 }, false },
	{ "15 minutes", 4, { 0, 0x13, 0, 15 }, true },
	{ "43200 minutes", 4, { 0, 0x15, 0xa8, 0xc0 }, true },
	{ "43201 minutes", 4, { 0, 0x15, 0xa8, 0xc1 }, false },
	{ "no SMS a day", 4, { 0, 0x01, 0, 0 }, false },
	{ "one SMS a day", 4, { 0, 0x01, 0, 1 }, true },
	{ "another setting", 4, { 0, 0x02, 0, 1 }, false },
	{ "a later kind", 2, { 0, 0xe4 }, true },
	{ "a later kind, mode 9", 2, { 0, 0xe9 }, false },
	{ "something later", 5, { 0, 0xf0, 2, 0xff, 0xff }, true },
	{ "quiet hours of no length", 7, { 0, 0xf1, 4, 0, 60, 0, 60 }, false },
	{ "quiet hours past midnight", 7, { 0, 0xf1, 4, 5, 0xa0, 0, 0 },
	    false },
	{ "no choice", 4, { 0, 0xf3, 1, 0 }, false },
	{ "a choice of neither", 4, { 0, 0xf3, 1, 3 }, false },
	{ "a word of no length", 3, { 0, 0xf5, 0 }, false },
	{ "a word that is not text", 4, { 0, 0xf5, 1, 7 }, false },
	{ "something later, cut", 4, { 0, 0xf0, 2, 0xff }, false },
	{ "something later, no length", 2, { 0, 0xf0 }, false },
};

START_TEST(decodes)
{
	struct policy p, before;
	int ret;

	memset(&p, 0xa5, sizeof p);
	before = p;
	ret = policy_decode(texts[_i].octets, texts[_i].len, 1, &p);
	ck_assert_msg(ret == (texts[_i].taken ? 0 : -1), "%s: got %d",
	    texts[_i].why, ret);
	if (!texts[_i].taken)
		ck_assert_mem_eq(&p, &before, sizeof p);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("policy");
	TCase *tc = tcase_create("policy");

	tcase_add_loop_test(tc, effective, 0, CASES);
	tcase_add_test(tc, lock_is_the_owners);
	tcase_add_test(tc, daily_limit);
	tcase_add_test(tc, octets_are_as_documented);
	tcase_add_test(tc, largest_fits);
	tcase_add_test(tc, every_setting_comes_back);
	tcase_add_test(tc, settings_are_laid_over);
	tcase_add_loop_test(tc, filters, 0, sizeof letters / sizeof letters[0]);
	tcase_add_loop_test(tc, how_long_it_waits, 0, WAITS);
	tcase_add_test(tc, quiet_hours);
	tcase_add_loop_test(tc, decodes, 0, sizeof texts / sizeof texts[0]);
	suite_add_tcase(s, tc);
	return check_main(s);
}
