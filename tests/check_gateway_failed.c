/*
 * P1: what the gateway cannot store, or not read, is kept until it can.
 */
#include <string.h>

#include "check_main.h"
#include "gateway_test.h"
#include "operator.h"
#include "wire.h"

/* As the spool hands it over. */
static void
make_row(struct spool_row *row, struct air *a, size_t back)
{
	static const uint8_t udh[] = { 6, 5, 4, WIRE_PORT >> 8,
		WIRE_PORT & 0xff, 0, 0 };
	const uint8_t *sms;
	size_t len;

	air_sent(a, &sms, &len, back);
	*row = (struct spool_row){ .id = 1000000 - (int64_t)back,
		.received_ms = air_now(a),
		.modem = "air",
		.sms = { .class = LINK_CLASS_DATA,
		    .number = "+358401000001",
		    .udh_len = sizeof udh,
		    .data_len = (uint32_t)len } };
	memcpy(row->sms.udh, udh, sizeof udh);
	memcpy(row->sms.data, sms, len);
}

static void
check_stored(struct air *a, int64_t records)
{
	ck_assert_int_eq(air_int(a, "SELECT count(*) FROM record_version WHERE "
				    "account_id = $A"),
	    records);
	ck_assert_int_eq(
	    air_int(a, "SELECT count(*) FROM record WHERE account_id = $A"),
	    records);
}

/* Two messages of a phone, each in an SMS that the spool has. */
static struct air *
two_messages(int *phone, struct spool_row row[2])
{
	struct air *a = air_new(&perfect);
	int n = air_add_phone(a, "+358401000001", "Test phone", NULL);

	ck_assert(air_bind(a, n));
	ck_assert(air_settle(a, 2 * DAY));
	air_lose_all(a, true);
	for (uint32_t i = 0; i < 2; i++) {
		put_messages(a, n, 1 + i, 1);
		phone_upload_now(air_phone(a, n));
		air_run(a, 1);
	}
	make_row(&row[0], a, 1);
	make_row(&row[1], a, 0);
	*phone = n;
	return a;
}

/* Once everything gets through, all of the phone is here. */
static void
end_whole(struct air *a, int phone)
{
	air_lose_all(a, false);
	end_stored(a, phone, 10);
}

/* What failed for a reason that may pass: the whole batch is as if it had not
 * come, and is stored once when it can be. */
START_TEST(a_failure_that_comes_late_loses_nothing)
{
	struct spool_row row[2];
	struct gateway_answer answer[2];
	int n;
	struct air *a = two_messages(&n, row);

	air_sql(a, "REVOKE INSERT ON record FROM smsvault_gateway");
	ck_assert_int_eq(
	    gateway_take(air_gateway(a), row, 2, air_now(a), answer), -1);
	check_stored(a, 0);
	air_sql(a, "GRANT INSERT ON record TO smsvault_gateway");
	for (int again = 0; again < 2; again++) {
		ck_assert_int_eq(
		    gateway_take(air_gateway(a), row, 2, air_now(a), answer),
		    0);
		ck_assert_int_eq(answer[0].verdict, GATEWAY_TAKEN);
		ck_assert_int_eq(answer[1].verdict, GATEWAY_TAKEN);
		check_stored(a, 2);
	}
	end_whole(a, n);
}
END_TEST

/* What the database refuses is refused where nobody waits for its answer: it
 * is set aside, the others of its batch are stored; taken again once it can be
 * stored, it is. */
START_TEST(what_is_refused_is_set_aside_alone)
{
	struct spool_row row[2];
	struct gateway_answer answer[2];
	int n;
	struct air *a = two_messages(&n, row);

	air_sql(a, "ALTER TABLE record ADD CONSTRAINT refused CHECK "
		   "(record_id <> 1) NOT VALID");
	for (int again = 0; again < 2; again++) {
		ck_assert_int_eq(
		    gateway_take(air_gateway(a), row, 2, air_now(a), answer),
		    0);
		ck_assert_int_eq(answer[0].verdict, GATEWAY_ASIDE);
		ck_assert_int_eq(answer[1].verdict, GATEWAY_TAKEN);
		check_stored(a, 1);
	}
	air_sql(a, "ALTER TABLE record DROP CONSTRAINT refused");
	ck_assert_int_eq(
	    gateway_take(air_gateway(a), row, 1, air_now(a), answer), 0);
	ck_assert_int_eq(answer[0].verdict, GATEWAY_TAKEN);
	check_stored(a, 2);
	end_whole(a, n);
}
END_TEST

/* The same of several SMS: it keeps its segments, the next one is opened. */
START_TEST(a_whole_one_that_is_refused_is_set_aside_alone)
{
	struct air *a = air_new(&perfect);
	int n = air_add_phone(a, "+358401000001", "Test phone", NULL);
	int64_t again;

	ck_assert(air_bind(a, n));
	ck_assert(air_settle(a, 2 * DAY));
	air_sql(a, "ALTER TABLE record ADD CONSTRAINT refused CHECK "
		   "(record_id <> 1) NOT VALID");
	for (uint32_t i = 0; i < 2; i++) {
		put_messages(a, n, 1 + 100 * i, 20);
		phone_upload_now(air_phone(a, n));
		air_run(a, 2 * DAY);
	}
	ck_assert_int_eq(air_int(a, "SELECT count(*) FROM record WHERE "
				    "account_id = $A AND record_id > 100"),
	    20);
	ck_assert_int_eq(air_int(a, "SELECT count(*) FROM transfer WHERE "
				    "account_id = $A AND state = 'whole'"),
	    0);
	ck_assert_int_gt(
	    air_int(a, "SELECT count(*) FROM segment JOIN transfer USING "
		       "(account_id, phone_id, transfer) WHERE "
		       "segment.account_id = $A AND state = 'bad'"),
	    1);
	air_sql(a, "ALTER TABLE record DROP CONSTRAINT refused");
	ck_assert_int_eq(operator_reopen(air_db(a), &again), DB_OK);
	ck_assert_int_ge(again, 1);
	ck_assert(air_settle(a, 10 * DAY));
	ck_assert_int_eq(air_int(a, "SELECT count(*) FROM record WHERE "
				    "account_id = $A"),
	    40);
	ck_assert_ptr_null(air_compare(a, n));
	air_free(a);
}
END_TEST

/* An operator restored the wrong key file: what phones send is set aside, to
 * be taken again, and not thrown away as nobody's. */
START_TEST(another_key_file_loses_nothing)
{
	struct air *a = air_new(&perfect);
	int n = air_add_phone(a, "+358401000001", "Test phone", NULL);
	uint8_t nobody[30] = { 0 };
	const uint8_t *sms;
	size_t len;

	ck_assert(air_bind(a, n));
	put_messages(a, n, 1, 3);
	phone_upload_now(air_phone(a, n));
	ck_assert(air_settle(a, 2 * DAY));
	air_sent(a, &sms, &len, 0);
	air_other_key(a, true);
	for (int i = 0; i < 2; i++) /* known to be so the second time */
		ck_assert_int_eq(
		    air_inject(a, "+358401000001", sms, len), GATEWAY_ASIDE);
	ck_assert_int_eq(air_inject(a, "+358401000001", nobody, sizeof nobody),
	    GATEWAY_JUNK);
	air_other_key(a, false);
	ck_assert_int_eq(
	    air_inject(a, "+358401000001", sms, len), GATEWAY_TAKEN);
	air_free(a);
}
END_TEST

TCase *
gateway_failed_case(void)
{
	TCase *tc = tcase_create("whole");

	tcase_set_timeout(tc, 600);
	tcase_add_test(tc, a_failure_that_comes_late_loses_nothing);
	tcase_add_test(tc, what_is_refused_is_set_aside_alone);
	tcase_add_test(tc, a_whole_one_that_is_refused_is_set_aside_alone);
	tcase_add_test(tc, another_key_file_loses_nothing);
	return tc;
}
