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
	{ "nobody: files are off", RECORD_FILE, false, false, NONE, NONE,
	    { POLICY_OFF, 0 } },
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
	tcase_add_loop_test(tc, decodes, 0, sizeof texts / sizeof texts[0]);
	suite_add_tcase(s, tc);
	return check_main(s);
}
