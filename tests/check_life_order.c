/*
 * Orders by plain text: a one-time code from any phone, over the gateway's
 * logic, a real database and the phone's own library.
 */
#include <stdio.h>
#include <string.h>

#include "check_life_down.h"
#include "check_main.h"
#include "gsm7.h"
#include "order.h"

#define HOUR 3600000LL
#define USED \
	"SELECT count(*) FROM find_code WHERE account_id = $A AND used_at " \
	"IS NOT NULL AND private_by_code = ''"
#define OUT "SELECT count(*) FROM outbox WHERE account_id = $A"
#define LOST "SELECT count(*) FROM lost WHERE account_id = $A"
#define REPLIES OUT " AND purpose = 'reply'"

/* Other tests share the database, and what they left in it. */
static char friend_number[24];

static void
contact_on(
    struct air *a, int phone, uint32_t id, const char *name, const char *number)
{
	struct record *r = record_new(RECORD_CONTACT, id);

	record_set_time_ms(r, 1760000000000);
	record_add_text(r, RECORD_NAME, name);
	record_add_text(r, RECORD_NUMBER, number);
	air_put(a, phone, r);
	record_free(r);
}

static void
contact(struct air *a, uint32_t id, const char *name, const char *number)
{
	contact_on(a, 0, id, name, number);
}

/* An owner with a phone that is bound and backed up, and a code of his. */
static struct air *
owner(uint64_t seed, char code[static 17])
{
	const struct air_faults perfect = { .seed = seed };
	struct air *a = air_new(&perfect);
	char device[32], number[32];

	snprintf(device, sizeof device, "order-%llu", (unsigned long long)seed);
	snprintf(number, sizeof number, "+3584055500%02llu",
	    (unsigned long long)seed);
	snprintf(friend_number, sizeof friend_number, "+3584099999%02llu",
	    (unsigned long long)seed);
	air_add_phone(a, number, device, NULL);
	ck_assert(air_bind(a, 0));
	contact(a, 1, "Alice Virtanen", "+358401234567");
	contact(a, 2, "Malice Ltd", "+358400000001");
	contact(a, 3, "王小明", "+8613800138000");
	phone_upload_now(air_phone(a, 0));
	ck_assert(air_settle(a, 48 * HOUR));
	air_find_code(a, code);
	return a;
}

static enum gateway_verdict
order(struct air *a, const char *word, const char *code, const char *name)
{
	char text[400];

	snprintf(text, sizeof text, "%s %s%s%s", word, code,
	    *name != '\0' ? " " : "", name);
	return air_text(a, friend_number, text);
}

/* What the friend reads once it has been sent. */
static void
expect_letter(struct air *a, const char *want)
{
	const char *got;
	size_t count;

	air_run(a, HOUR);
	got = air_letter(a, friend_number, &count);
	ck_assert_msg(got != NULL, "no answer; want \"%s\"", want);
	ck_assert_str_eq(got, want);
	ck_assert_uint_eq(count, 1);
}

START_TEST(a_number_is_found_and_the_code_used_up)
{
	char code[17];
	struct air *a = owner(1, code);

	ck_assert_int_eq(order(a, "FIND", code, "alice"), GATEWAY_TAKEN);
	/* The network doubles it. */
	ck_assert_int_eq(order(a, "FIND", code, "alice"), GATEWAY_JUNK);
	ck_assert_int_eq(order(a, "LOST", code, ""), GATEWAY_JUNK);
	expect_letter(a, "Alice Virtanen: +358401234567");
	ck_assert_int_eq(air_int(a, USED), 1);
	ck_assert_int_eq(air_int(a, LOST), 0);
	/* Out, and no more kept: nothing at rest tells the number. */
	ck_assert_int_eq(
	    air_int(a, REPLIES " AND state = 'sent' AND frame = '\\x2a'"), 1);
	ck_assert_int_eq(
	    air_int(a, "SELECT coalesce(sum(sms), 0) FROM spend WHERE "
		       "account_id = $A AND purpose = 'reply'"),
	    1);
	ck_assert_int_eq(
	    air_int(a, "SELECT count(*) FROM event WHERE account_id = $A AND "
		       "kind = 'code-used' AND detail = 'find'"),
	    1);
	air_free(a);
}
END_TEST

START_TEST(names_of_any_script_and_none)
{
	char code[17];
	struct air *a = owner(2, code);

	ck_assert_int_eq(order(a, "find", code, "小明"), GATEWAY_TAKEN);
	expect_letter(a, "王小明: +8613800138000");
	air_find_code(a, code);
	air_int(a, "UPDATE account SET language = 'zh' WHERE account_id = $A");
	ck_assert_int_eq(order(a, "FIND", code, "Bob"), GATEWAY_TAKEN);
	air_run(a, HOUR);
	ck_assert_int_eq(air_int(a, USED), 2);
	ck_assert_int_eq(air_int(a, REPLIES), 2);
	air_free(a);
}
END_TEST

/* More than one SMS holds is cut between characters. */
START_TEST(an_answer_is_one_sms)
{
	char code[17], name[121], want[400];
	struct air *a = owner(3, code);

	for (size_t i = 0; i < 40; i++)
		strcpy(name + 3 * i, "鱼");
	contact(a, 4, name, "+358405551234");
	phone_upload_now(air_phone(a, 0));
	ck_assert(air_settle(a, 48 * HOUR));
	contact(a, 5, name, "+358405551235");
	phone_upload_now(air_phone(a, 0));
	ck_assert(air_settle(a, 48 * HOUR));
	ck_assert_int_eq(order(a, "FIND", code, "鱼"), GATEWAY_TAKEN);
	snprintf(want, sizeof want, "%s: +358405551235; %s", name, name);
	want[gsm7_cut(want)] = '\0';
	ck_assert_uint_eq(strlen(want), 120 + 17 + 13 * 3);
	air_run(a, HOUR);
	expect_letter(a, want);
	air_free(a);
}
END_TEST

START_TEST(a_phone_is_lost_by_text)
{
	char code[17];
	struct air *a = owner(4, code);
	struct wire_lost lost;

	ck_assert_int_eq(order(a, "LOST", code, ""), GATEWAY_TAKEN);
	ck_assert_int_eq(order(a, "LOST", code, ""), GATEWAY_JUNK);
	ck_assert_int_eq(
	    air_int(a, LOST " AND is_on AND ordered_by = 'text'"), 1);
	expect_letter(a, "order-4 is marked as lost.");
	air_run(a, HOUR);
	phone_get_lost(air_phone(a, 0), &lost);
	ck_assert(lost.on && lost.lock_screen && lost.locate);
	ck_assert_int_eq(air_ask(a, 0, "lost_applied"), 1);
	/* Once more: it is lost already, and stays as it is. */
	air_find_code(a, code);
	ck_assert_int_eq(order(a, "LOST", code, "ORDER-4"), GATEWAY_TAKEN);
	ck_assert_int_eq(air_int(a, LOST), 1);
	air_free(a);
}
END_TEST

START_TEST(a_phone_rings_and_says_where_it_is)
{
	char code[17];
	struct air *a = owner(5, code);
	size_t count;

	ck_assert_int_eq(order(a, "RING", code, "order-5"), GATEWAY_TAKEN);
	ck_assert_int_eq(order(a, "RING", code, "order-5"), GATEWAY_JUNK);
	expect_letter(a, "order-5 is told to ring.");
	ck_assert_uint_eq(air_rung(a, 0), 60);
	air_find_code(a, code);
	ck_assert_int_eq(order(a, "WHERE", code, ""), GATEWAY_TAKEN);
	air_run(a, HOUR);
	ck_assert_str_eq(air_letter(a, friend_number, &count),
	    "Where order-5 is, it has not said yet. It is asked now; the "
	    "answer will be on your pages.");
	/* No policy lets places be sent, and its owner has asked for one. */
	ck_assert_int_eq(
	    air_ask(a, 0,
		"(SELECT count(*) FROM record r WHERE r.kind = 9 AND "
		"r.phone_id = p.phone_id)"),
	    1);
	air_find_code(a, code);
	ck_assert_int_eq(order(a, "WHERE", code, ""), GATEWAY_TAKEN);
	air_run(a, HOUR);
	ck_assert_msg(strncmp(air_letter(a, friend_number, &count),
			  "60.16952, 24.93545 (20 m), 2025-10-", 35) == 0,
	    "%s", air_letter(a, friend_number, &count));
	air_free(a);
}
END_TEST

/* What is cheap to make right costs no code, and one answer. */
START_TEST(which_phone_is_asked)
{
	char code[17];
	struct air *a = owner(6, code);

	air_add_phone(a, "+358405550066", "order-6b", NULL);
	ck_assert(air_bind(a, 1));
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(order(a, "LOST", code, ""), GATEWAY_TAKEN);
	ck_assert_int_eq(order(a, "LOST", code, "Nokia"), GATEWAY_TAKEN);
	expect_letter(a, "Which phone? Write its name behind the code.");
	ck_assert_int_eq(air_int(a, USED), 0);
	ck_assert_int_eq(air_int(a, LOST), 0);
	ck_assert_int_eq(order(a, "LOST", code, "order-6b"), GATEWAY_TAKEN);
	ck_assert_int_eq(air_int(a, USED), 1);
	ck_assert_int_eq(
	    air_ask(a, 1,
		"(SELECT count(*) FROM lost l WHERE l.phone_id = p.phone_id)"),
	    1);
	air_free(a);
}
END_TEST

/* The same id and another secret, so that only scrypt can tell. */
static void
other_secret(char code[static 17])
{
	char typed[17];
	uint32_t id, want;

	ck_assert_int_eq(seal_code_read(code, &want, typed), 0);
	for (uint32_t i = 0; i < 1u << 20; i++) {
		static const char letters[] =
		    "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

		for (int k = 0; k < 3; k++)
			typed[12 + k] = letters[i >> 5 * k & 31];
		if (strcmp(typed, code) != 0 &&
		    seal_code_read(typed, &id, typed) == 0 && id == want) {
			strcpy(code, typed);
			return;
		}
	}
	ck_abort_msg("no other code of that id");
}

/* P4: no answer, no row but the count; five of them burn it. */
START_TEST(wrong_codes_say_nothing_and_burn)
{
	char code[17], wrong[17], strange[17];
	struct air *a = owner(7, code);
	int64_t out = air_int(a, OUT);
	uint32_t id;

	strcpy(wrong, code);
	other_secret(wrong);
	seal_code_new(&id, strange);
	ck_assert_int_eq(order(a, "LOST", strange, ""), GATEWAY_JUNK);
	for (int i = 1; i <= 5; i++) {
		ck_assert_int_eq(
		    order(a, "FIND", wrong, "alice"), GATEWAY_JUNK);
		ck_assert_int_eq(air_int(a, "SELECT failures FROM find_code "
					    "WHERE account_id = $A"),
		    i);
	}
	ck_assert_int_eq(order(a, "FIND", code, "alice"), GATEWAY_JUNK);
	ck_assert_int_eq(air_int(a, USED), 0);
	ck_assert_int_eq(air_int(a, LOST), 0);
	ck_assert_int_eq(air_int(a, OUT), out);
	ck_assert_int_eq(
	    air_int(a, "SELECT count(*) FROM event WHERE account_id = $A AND "
		       "kind = 'code-burnt'"),
	    1);
	air_free(a);
}
END_TEST

/* An SMS that the database refuses, of another phone, behind an order. */
static void
order_with_refused(struct air *a, const char *code, enum gateway_verdict got[2])
{
	struct air_sms sms[2] = { { .text = true } };
	const uint8_t *sent;

	air_add_phone(a, "+358405550111", "other", NULL);
	ck_assert(air_bind(a, 1));
	ck_assert(air_settle(a, 48 * HOUR));
	air_sql(a, "ALTER TABLE record ADD CONSTRAINT refused CHECK "
		   "(record_id <> 77) NOT VALID");
	air_lose_all(a, true);
	contact_on(a, 1, 77, "Refused", "+358400000077");
	phone_upload_now(air_phone(a, 1));
	air_run(a, 1);
	sms[0].len = (size_t)snprintf(
	    (char *)sms[0].octets, sizeof sms[0].octets, "RING %s other", code);
	air_sent(a, &sent, &sms[1].len, 0);
	memcpy(sms[1].octets, sent, sms[1].len);
	air_inject_many(a, sms, 2, got);
	air_sql(a, "ALTER TABLE record DROP CONSTRAINT refused");
}

/* The batch is taken again one by one; not what was done already. */
START_TEST(an_order_beside_a_refused_sms_is_obeyed_once)
{
	enum gateway_verdict got[2];
	char code[17];
	struct air *a = owner(11, code);

	order_with_refused(a, code, got);
	ck_assert_int_eq(got[0], GATEWAY_TAKEN);
	ck_assert_int_eq(got[1], GATEWAY_ASIDE);
	ck_assert_int_eq(air_int(a, USED), 1);
	ck_assert_int_eq(air_int(a, REPLIES), 1);
	ck_assert_int_eq(
	    air_int(a, "SELECT count(*) FROM command WHERE account_id = $A"),
	    1);
	ck_assert_int_eq(
	    air_int(a, "SELECT count(*) FROM event WHERE account_id = $A AND "
		       "kind = 'code-used'"),
	    1);
	air_free(a);
}
END_TEST

START_TEST(a_wrong_code_beside_a_refused_sms_counts_once)
{
	enum gateway_verdict got[2];
	char code[17];
	struct air *a = owner(12, code);

	other_secret(code);
	order_with_refused(a, code, got);
	ck_assert_int_eq(got[0], GATEWAY_JUNK);
	ck_assert_int_eq(got[1], GATEWAY_ASIDE);
	ck_assert_int_eq(air_int(a, "SELECT failures FROM find_code WHERE "
				    "account_id = $A"),
	    1);
	air_free(a);
}
END_TEST

/* Trying costs us scrypt: what is too much waits, and is not lost. */
START_TEST(tries_are_limited)
{
	char code[17];
	struct air *a = owner(8, code);

	air_add_phone(a, "+358405550088", "order-8b", NULL);
	ck_assert(air_bind(a, 1));
	for (int i = 0; i < 10; i++) /* none of these uses the code up */
		ck_assert_int_eq(order(a, "RING", code, ""), GATEWAY_TAKEN);
	ck_assert_int_eq(order(a, "RING", code, "order-8"), GATEWAY_LATER);
	air_run(a, 6000);
	ck_assert_int_eq(order(a, "RING", code, "order-8"), GATEWAY_TAKEN);
	ck_assert_int_eq(air_int(a, USED), 1);
	air_free(a);
}
END_TEST

START_TEST(answers_keep_to_the_budget)
{
	char code[17];
	struct air *a = owner(9, code);
	size_t count;

	air_month_max(a, 0);
	ck_assert_int_eq(order(a, "FIND", code, "alice"), GATEWAY_TAKEN);
	air_run(a, HOUR);
	ck_assert_ptr_null(air_letter(a, friend_number, &count));
	ck_assert_int_eq(air_int(a, REPLIES " AND state = 'held'"), 1);
	/* Nobody wants it a day later; it is gone, and what it said. */
	air_run(a, 24 * HOUR);
	air_month_max(a, 1000);
	air_run(a, 24 * HOUR);
	ck_assert_ptr_null(air_letter(a, friend_number, &count));
	ck_assert_int_eq(
	    air_int(a, REPLIES " AND state = 'expired' AND frame = '\\x2a'"),
	    1);
	air_free(a);
}
END_TEST

/* Somebody wrote to this number: kept, whatever it is. */
START_TEST(letters_are_kept)
{
	char code[17];
	struct air *a = owner(10, code);

	ck_assert_int_eq(air_text(a, friend_number, "Where are you? We wait."),
	    GATEWAY_ASIDE);
	code[15] = code[15] == '0' ? '1' : '0';
	ck_assert_int_eq(order(a, "FIND", code, "alice"), GATEWAY_JUNK);
	air_free(a);
}
END_TEST

TCase *
life_order_case(void)
{
	TCase *tc = tcase_create("orders by text");

	tcase_set_timeout(tc, 600);
	tcase_add_test(tc, a_number_is_found_and_the_code_used_up);
	tcase_add_test(tc, names_of_any_script_and_none);
	tcase_add_test(tc, an_answer_is_one_sms);
	tcase_add_test(tc, a_phone_is_lost_by_text);
	tcase_add_test(tc, a_phone_rings_and_says_where_it_is);
	tcase_add_test(tc, which_phone_is_asked);
	tcase_add_test(tc, wrong_codes_say_nothing_and_burn);
	tcase_add_test(tc, an_order_beside_a_refused_sms_is_obeyed_once);
	tcase_add_test(tc, a_wrong_code_beside_a_refused_sms_counts_once);
	tcase_add_test(tc, tries_are_limited);
	tcase_add_test(tc, answers_keep_to_the_budget);
	tcase_add_test(tc, letters_are_kept);
	return tc;
}
