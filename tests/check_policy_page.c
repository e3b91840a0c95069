/*
 * A policy goes through the form of its page and loses nothing; and what a
 * policy would cost, by hand.
 */
#include <stdio.h>
#include <string.h>

#include "check_main.h"
#include "policy_cost.h"
#include "policy_form.h"

static uint64_t seed = 20261125;

static unsigned
pick(unsigned n)
{
	return (unsigned)(check_random(&seed) % n);
}

static struct policy
any_policy(void)
{
	static const unsigned minutes[] = { 15, 60, 90, 360, 1440, 2880,
		43200 };
	struct policy p = { .version = 1 + pick(9), .lock = pick(2) == 1 };

	for (int k = 1; k < RECORD_KIND_COUNT; k++) {
		p.kind[k].mode = (enum policy_mode)pick(6);
		if (pick(2) == 0)
			p.kind[k].mode = p.kind[1].mode;
		if (p.kind[k].mode == POLICY_FILL ||
		    p.kind[k].mode == POLICY_INTERVAL)
			p.kind[k].interval_min = minutes[pick(7)];
	}
	p.daily_sms = pick(3) * 32767;
	p.lost_daily_sms = pick(2) * 250;
	p.file_max_kb = pick(2) * 65535;
	if (pick(2) == 1) {
		p.quiet_from = (uint16_t)pick(1440);
		p.quiet_to = (uint16_t)((p.quiet_from + 1 + pick(1439)) % 1440);
	}
	p.codes = (enum policy_choice)pick(3);
	p.roaming = (enum policy_choice)pick(3);
	if (pick(2) == 1)
		strcpy(p.word[0], "PIN code");
	if (p.word[0][0] != '\0' && pick(2) == 1)
		strcpy(p.word[1], "\xe5\xaf\x86\xe7\xa0\x81");
	if (pick(2) == 1)
		strcpy(p.peer[0], "+358401234567");
	return p;
}

START_TEST(nothing_is_lost)
{
	static const struct request req = { .post = true };

	for (int i = 0; i < check_rounds(20000); i++) {
		struct policy want = any_policy(), got = want, bare;
		struct policy_form f;

		policy_form_fill(&f, &want);
		bare = (struct policy){ .version = want.version };
		/* The form does not have these. */
		bare.kind[RECORD_DEVICE] = want.kind[RECORD_DEVICE];
		bare.kind[RECORD_SIM] = want.kind[RECORD_SIM];
		ck_assert(policy_form_take(&f, &bare));
		ck_assert_msg(memcmp(&bare, &want, sizeof want) == 0,
		    "round %d: the fields say something else", i);
		/* A request that has no field but the lock's. */
		policy_form_fill(&f, &want);
		policy_form_read(&f, &req);
		ck_assert(policy_form_take(&f, &got));
		want.lock = false;
		ck_assert_msg(memcmp(&got, &want, sizeof want) == 0,
		    "round %d: what the request left out is gone", i);
	}
}
END_TEST

static const struct {
	const char *why, *name, *value;
	enum text_id wrong; /* T_NONE: it is fine */
} typed[] = {
	{ "too short", "call-n", "14", T_E_INTERVAL },
	{ "the shortest", "call-n", "15", T_NONE },
	{ "the longest", "call-n", "43200", T_NONE },
	{ "too long", "call-n", "43201", T_E_INTERVAL },
	{ "no number", "call-n", "often", T_E_INTERVAL },
	{ "no such mode", "call", "sometimes", T_E_BAD },
	{ "half of the quiet hours", "quiet-from", "22:00", T_E_QUIET },
	{ "no time", "quiet-from", "25:00", T_E_QUIET },
	{ "no SMS at all", "daily", "0", T_E_UP_TO },
	{ "the most SMS", "daily", "65535", T_NONE },
	{ "more than fit", "daily", "65536", T_E_UP_TO },
	{ "less than nothing", "file-kb", "-1", T_E_UP_TO },
	{ "blanks around", "lost", " 7 ", T_NONE },
	{ "20 letters", "word1", "abcdefghijklmnopqrst", T_NONE },
	{ "21 letters", "word1", "abcdefghijklmnopqrstu", T_E_FILTER },
	{ "a number with blanks", "peer4", "+358 (40) 123-45 67", T_NONE },
	{ "a sender's name", "peer2", "BANK", T_NONE },
	{ "control signs", "peer2", "BANK\n", T_E_FILTER },
};

static enum text_id
wrong_of(const struct policy_form *f)
{
	enum text_id wrong = f->quiet_wrong;

	for (size_t i = 0; wrong == T_NONE && i < POLICY_FORM_KINDS; i++)
		wrong = f->kind[i].wrong;
	for (size_t i = 0; wrong == T_NONE && i < POLICY_FILTERS_MAX; i++)
		wrong = f->word_wrong[i] != T_NONE ? f->word_wrong[i]
						   : f->peer_wrong[i];
	return wrong != T_NONE            ? wrong
	       : f->daily_wrong != T_NONE ? f->daily_wrong
	       : f->file_wrong != T_NONE  ? f->file_wrong
					  : f->lost_wrong;
}

static struct request_field
field(const char *name, const char *value)
{
	return (struct request_field){ (char *)(uintptr_t)name,
		(char *)(uintptr_t)value };
}

START_TEST(what_is_typed)
{
	struct policy p = { .version = 1 };
	struct policy_form f;
	struct request req = { .post = true, .nform = 3 };
	bool good;

	req.form[0] = field("call", "interval");
	req.form[1] = field("call-unit", "min");
	req.form[2] = field(typed[_i].name, typed[_i].value);
	if (strcmp(typed[_i].name, "call") == 0)
		req.form[0] = req.form[2];
	policy_form_fill(&f, &p);
	strcpy(f.kind[2].n, "15");
	policy_form_read(&f, &req);
	good = policy_form_take(&f, &p);
	ck_assert_msg(wrong_of(&f) == typed[_i].wrong, "%s: got %s, want %s",
	    typed[_i].why, text_name(wrong_of(&f)), text_name(typed[_i].wrong));
	ck_assert_msg(good == (typed[_i].wrong == T_NONE), "%s", typed[_i].why);
}
END_TEST

START_TEST(numbers_are_as_dialled)
{
	struct policy p = { .version = 1 };
	struct policy_form f;

	policy_form_fill(&f, &p);
	strcpy(f.peer[2], "+358 (40) 123-45 67");
	ck_assert(policy_form_take(&f, &p));
	ck_assert_str_eq(p.peer[0], "+358401234567");
}
END_TEST

START_TEST(too_much_for_an_sms)
{
	struct policy p = { .version = 1 };
	struct policy_form f;

	policy_form_fill(&f, &p);
	for (size_t i = 0; i < POLICY_FILTERS_MAX; i++)
		strcpy(f.word[i], "abcdefghijklmnopqrst");
	ck_assert(!policy_form_take(&f, &p));
	ck_assert_int_eq(f.full_wrong, T_E_POLICY_FULL);
}
END_TEST

/* ---- the cost ---- */

#define HOUR 3600000LL
#define PER_DAY 24
#define DAYS 10

/* A record of 29 octets on the air each hour: four fill the 116 of an SMS. */
static struct pages_flow
hourly(struct pages_arrival list[static PER_DAY * DAYS])
{
	struct pages_flow flow = { .list = list,
		.n = PER_DAY * DAYS,
		.now_ms = PER_DAY * DAYS * HOUR,
		.stored = 200,
		.on_air = 100 };

	for (size_t i = 0; i < flow.n; i++)
		list[i] = (struct pages_arrival){ (int64_t)i * HOUR, 58 };
	return flow;
}

START_TEST(cost)
{
	struct pages_arrival list[PER_DAY * DAYS];
	struct pages_flow flow = hourly(list);

	ck_assert_int_eq(policy_cost_days(&flow), DAYS);
	ck_assert_int_eq(policy_cost(&flow, 0), 24 * 30);
	/* The second comes when the first is an hour old. */
	ck_assert_int_eq(policy_cost(&flow, 60), 24 * 30);
	ck_assert_int_eq(policy_cost(&flow, 120), 12 * 30);
	/* Full after the fourth, three hours later. */
	ck_assert_int_eq(policy_cost(&flow, 360), 6 * 30);
	ck_assert_int_eq(policy_cost(&flow, 1440), 6 * 30);
	flow.n = POLICY_COST_RECORDS_MIN - 1;
	ck_assert_int_eq(policy_cost(&flow, 60), -1);
	flow = hourly(list);
	flow.now_ms = 71 * HOUR;
	ck_assert_int_eq(policy_cost(&flow, 60), -1);
	flow = hourly(list);
	flow.stored = flow.on_air = 0;
	ck_assert_int_eq(policy_cost(&flow, 60), -1);
	/* Larger than one SMS. */
	flow = hourly(list);
	for (size_t i = 0; i < flow.n; i++)
		list[i].octets = 2 * 117;
	ck_assert_int_eq(policy_cost(&flow, 0), 2 * 24 * 30);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("policy-page");
	TCase *tc = tcase_create("policy-page");

	tcase_add_test(tc, nothing_is_lost);
	tcase_add_loop_test(
	    tc, what_is_typed, 0, sizeof typed / sizeof typed[0]);
	tcase_add_test(tc, numbers_are_as_dialled);
	tcase_add_test(tc, too_much_for_an_sms);
	tcase_add_test(tc, cost);
	tcase_set_timeout(tc, 60);
	suite_add_tcase(s, tc);
	return check_main(s);
}
