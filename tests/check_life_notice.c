/*
 * What owners are told of beside their pages: the logic, with a real database
 * on a clock of its own.
 */
#include <stdio.h>
#include <string.h>

#include "check_life_down.h"
#include "check_main.h"
#include "gsm7.h"
#include "notice.h"
#include "post.h"
#include "utf8.h"

#define HOUR 3600000LL
#define DAY (24 * HOUR)
#define NOTICES(where) \
	"SELECT count(*) FROM notice WHERE account_id = $A AND " where

static struct air *
owner(uint64_t seed)
{
	const struct air_faults perfect = { .seed = seed };
	struct air *a = air_new(&perfect);

	/* What other tests left is not this one's. */
	air_int(a, "UPDATE event SET noticed = true");
	air_int(a, "UPDATE notice SET state = 'failed' WHERE state = 'queued'");
	air_int(a,
	    "UPDATE account SET mail = 'owner@example.org', "
	    "mail_confirmed_at = now(), trusted_number = "
	    "'+358409990099', trusted_confirmed_at = now() WHERE account_id = $A");
	return a;
}

static void
happen(struct air *a, const char *kind)
{
	ck_assert_int_eq(gate_event_put(air_db(a), air_account(a), 0,
			     air_now(a), kind, "secret"),
	    DB_OK);
}

static void
tick(struct air *a)
{
	ck_assert_int_eq(notice_tick(air_db(a), true, air_now(a)), 0);
}

START_TEST(by_default_and_as_chosen)
{
	struct air *a = owner(31);

	happen(a, "sim-changed"); /* mail and SMS */
	happen(a, "incomplete"); /* mail */
	happen(a, "policy-in-force"); /* nothing */
	tick(a);
	tick(a);
	ck_assert_int_eq(air_int(a, NOTICES("channel = 'mail'")), 2);
	ck_assert_int_eq(
	    air_int(a, NOTICES("channel = 'sms' AND state = 'sent'")), 1);
	ck_assert_int_eq(
	    air_int(a, "SELECT count(*) FROM outbox WHERE account_id = $A AND "
		       "plain AND purpose = 'notice' AND number = "
		       "'+358409990099' AND convert_from(frame, 'UTF8') LIKE "
		       "'smsvault: Another SIM is in your phone, 20%'"),
	    1);
	air_int(a, "INSERT INTO notice_choice VALUES ($A, 'sim-changed', "
		   "false, false)");
	air_int(a,
	    "INSERT INTO notice_choice VALUES ($A, 'incomplete', false, true)");
	happen(a, "sim-changed");
	happen(a, "incomplete");
	tick(a);
	ck_assert_int_eq(air_int(a, NOTICES("channel = 'mail'")), 2);
	ck_assert_int_eq(air_int(a, NOTICES("channel = 'sms'")), 2);
	/* An address that is not confirmed gets nothing, and no server none. */
	air_int(a, "DELETE FROM notice_choice WHERE account_id = $A");
	air_int(a, "UPDATE account SET mail_confirmed_at = NULL, "
		   "trusted_number = NULL, trusted_confirmed_at = NULL, "
		   "trusted_new = '+358409990099' WHERE account_id = $A");
	happen(a, "sim-changed");
	tick(a);
	ck_assert_int_eq(air_int(a, NOTICES("true")), 4);
	ck_assert_int_eq(air_int(a, "SELECT count(*) FROM event WHERE "
				    "account_id = $A AND NOT noticed"),
	    0);
	air_free(a);
}
END_TEST

START_TEST(limits_hold)
{
	struct air *a = owner(32);

	for (int i = 0; i < 7; i++)
		happen(a, "sim-changed");
	tick(a);
	for (int i = 0; i < 7; i++)
		happen(a, "number-changed");
	tick(a);
	ck_assert_int_eq(
	    air_int(a, NOTICES("channel = 'mail' AND state = 'queued'")), 10);
	ck_assert_int_eq(
	    air_int(a, NOTICES("channel = 'mail' AND state = 'limited'")), 4);
	ck_assert_int_eq(
	    air_int(a, NOTICES("channel = 'sms' AND state = 'sent'")), 3);
	air_run(a, HOUR);
	happen(a, "sim-changed");
	tick(a);
	ck_assert_int_eq(
	    air_int(a, NOTICES("channel = 'mail' AND state = 'queued'")), 11);
	ck_assert_int_eq(
	    air_int(a, NOTICES("channel = 'sms' AND state = 'sent'")), 3);
	air_run(a, DAY);
	happen(a, "sim-changed");
	tick(a);
	ck_assert_int_eq(
	    air_int(a, NOTICES("channel = 'sms' AND state = 'sent'")), 4);
	air_free(a);
}
END_TEST

static void
ask_code(struct air *a, const char *account, const char *number)
{
	char sql[300];

	snprintf(sql, sizeof sql,
	    "INSERT INTO notice (account_id, channel, target, kind, code, "
	    "not_before, created_at, changed_at) SELECT %s, 'sms', '%s', "
	    "'trusted-confirm', '271828', t, t, t FROM (SELECT "
	    "to_timestamp(%lld / 1000.0) AS t) x",
	    account, number, (long long)air_now(a));
	air_int(a, sql);
	tick(a);
}

/* Whoever asks, a number that agreed to nothing gets three codes a day. */
START_TEST(codes_to_one_number)
{
	struct air *a = owner(36);

	for (int i = 0; i < 4; i++)
		ask_code(a, "$A", "+358409990036");
	ask_code(a,
	    "(SELECT max(account_id) FROM account WHERE account_id <> "
	    "$A)",
	    "+358409990036");
	ck_assert_int_eq(
	    air_int(a, "SELECT count(*) FROM outbox WHERE number = "
		       "'+358409990036' AND plain AND purpose = 'notice' AND "
		       "convert_from(frame, 'UTF8') LIKE '%code is 271828%'"),
	    3);
	ck_assert_int_eq(
	    air_int(a, "SELECT count(*) FROM notice WHERE target = "
		       "'+358409990036' AND state = 'limited'"),
	    2);
	/* Sent or not, a code is kept no longer than it takes. */
	ck_assert_int_eq(
	    air_int(a, "SELECT count(*) FROM notice WHERE code IS NOT NULL"),
	    0);
	air_run(a, DAY + HOUR);
	ask_code(a, "$A", "+358409990036");
	ck_assert_int_eq(
	    air_int(a, NOTICES("kind = 'trusted-confirm' AND state = 'sent'")),
	    4);
	/* What is asked there takes nothing of the day's notices. */
	for (int i = 0; i < 3; i++)
		happen(a, "sim-changed");
	tick(a);
	ck_assert_int_eq(
	    air_int(a, NOTICES("kind = 'sim-changed' AND channel = 'sms' AND "
			       "state = 'sent'")),
	    3);
	air_free(a);
}
END_TEST

START_TEST(mail_is_tried_again_and_given_up)
{
	struct air *a = owner(33);
	struct gate_notice n;
	int tries = 0;
	int64_t begin = air_now(a);

	happen(a, "incomplete");
	tick(a);
	while (tries < 100) {
		enum db_err err = notice_next_mail(air_db(a), air_now(a), &n);

		if (err == DB_OK) {
			ck_assert_int_eq(n.attempts, ++tries);
			ck_assert_str_eq(n.target, "owner@example.org");
			ck_assert_int_eq(notice_ended(air_db(a), &n,
					     NOTICE_LATER, air_now(a)),
			    DB_OK);
		}
		if (air_int(a, NOTICES("state = 'failed' AND kind = "
				       "'incomplete'")) > 0)
			break;
		air_run(a, 60000);
		ck_assert_int_lt(air_now(a) - begin, 3 * DAY);
	}
	ck_assert_int_eq(tries, 30);
	ck_assert_int_gt(air_now(a) - begin, DAY);
	/* One that the server refuses is not tried again; a process that ended
	 * while it sent leaves it for another. */
	happen(a, "incomplete");
	happen(a, "restore-done");
	tick(a);
	ck_assert_int_eq(notice_next_mail(air_db(a), air_now(a), &n), DB_OK);
	ck_assert_int_eq(
	    notice_ended(air_db(a), &n, NOTICE_REFUSED, air_now(a)), DB_OK);
	ck_assert_int_eq(notice_next_mail(air_db(a), air_now(a), &n), DB_OK);
	ck_assert_int_eq(notice_next_mail(air_db(a), air_now(a), &n), DB_NONE);
	air_run(a, 6 * 60000);
	ck_assert_int_eq(notice_next_mail(air_db(a), air_now(a), &n), DB_OK);
	ck_assert_int_eq(n.attempts, 2);
	ck_assert_int_eq(
	    notice_ended(air_db(a), &n, NOTICE_SENT, air_now(a)), DB_OK);
	ck_assert_int_eq(air_int(a, NOTICES("state = 'sent' AND channel = "
					    "'mail'")),
	    1);
	air_free(a);
}
END_TEST

/* In both languages, of every kind: one SMS, no content, nothing forgotten. */
START_TEST(the_words_fit)
{
	static const char *const kinds[] = { "sim-changed", "number-changed",
		"phone-moved", "binding-answer-wrong", "binding-refused-lost",
		"binding-refused-held", "phone-bound", "lost-on", "lost-off",
		"wipe-prepared", "wipe-begun", "key-suspect", "sign-in-new",
		"phone-silent", "incomplete", "backup-damaged",
		"budget-reached", "restore-done", "restore-failed", "code-used",
		"code-burnt", "trusted-unconfirmed" };
	struct gate_notice n = { .at = "2026-11-25 17:10 Europe/Helsinki" };
	char subject[NOTICE_SUBJECT_MAX], body[NOTICE_BODY_MAX];
	char text[GATE_FRAME_MAX];
	const char *language[] = { "en", "zh" };

	memset(n.phone, 'x', 100);
	strcpy(n.language, language[_i]);
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		strcpy(n.kind, kinds[i]);
		notice_words(&n, "https://example.org", subject, body);
		notice_text(&n, text);
		ck_assert_uint_eq(gsm7_cut(text), strlen(text));
		ck_assert(utf8_line(subject, strlen(subject)));
		ck_assert_ptr_nonnull(
		    strstr(body, "https://example.org/events"));
		ck_assert_ptr_nonnull(strstr(body, n.at));
		ck_assert_ptr_null(strstr(subject, "Something"));
		ck_assert_ptr_null(strstr(subject, "新消息"));
		ck_assert_int_eq(gsm7_only(subject), _i == 0);
		/* A phone that is abroad keeps to its policy. */
		ck_assert_int_eq(
		    strstr(body, _i == 0 ? "abroad" : "漫游") != NULL,
		    strcmp(kinds[i], "phone-silent") == 0);
	}
	strcpy(n.kind, "mail-confirm");
	strcpy(n.code, "123456");
	notice_words(&n, "", subject, body);
	ck_assert_ptr_nonnull(strstr(body, "123456"));
	ck_assert_ptr_null(strstr(subject, "123456"));
	strcpy(n.kind, "trusted-confirm");
	notice_text(&n, text);
	ck_assert_ptr_nonnull(strstr(text, "123456"));
	ck_assert_uint_eq(gsm7_cut(text), strlen(text));
	ck_assert_uint_gt(strlen(text), 60);
}
END_TEST

START_TEST(addresses)
{
	ck_assert(post_address("a@b"));
	ck_assert(post_address("first.last+tag@example.org"));
	ck_assert(!post_address(""));
	ck_assert(!post_address("a"));
	ck_assert(!post_address("@b"));
	ck_assert(!post_address("a@"));
	ck_assert(!post_address("a@b@c"));
	ck_assert(!post_address("a b@c"));
	ck_assert(!post_address("a@b>\r\nRCPT TO:<x@y"));
	ck_assert(!post_address("a@b\r\nBcc: x"));
	ck_assert(!post_address("a@b,c"));
}
END_TEST

TCase *
life_notice_case(void)
{
	TCase *tc = tcase_create("notices");

	tcase_set_timeout(tc, 600);
	tcase_add_test(tc, by_default_and_as_chosen);
	tcase_add_test(tc, limits_hold);
	tcase_add_test(tc, codes_to_one_number);
	tcase_add_test(tc, mail_is_tried_again_and_given_up);
	tcase_add_loop_test(tc, the_words_fit, 0, 2);
	tcase_add_test(tc, addresses);
	return tc;
}
