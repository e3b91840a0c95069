/*
 * The gateway's logic with the phone's library and a real database, on a
 * virtual clock.  Run by check-gateway.sh inside a private PostgreSQL.
 */
#include <stdio.h>
#include <string.h>

#include "air.h"
#include "check_main.h"
#include "operator.h"
#include "wire.h"

static const struct air_faults perfect = { 0, 0, 0, 1 };
#define HOUR 3600000LL
#define DAY (24 * HOUR)

static struct record *
message(uint32_t id, int64_t ms, const char *body)
{
	struct record *r = record_new(RECORD_MESSAGE, id);

	record_set_time_ms(r, ms);
	record_add_text(r, RECORD_PEER, "+358401234567");
	record_add_int(r, RECORD_DIRECTION, RECORD_MSG_RECEIVED);
	record_add_text(r, RECORD_BODY, body);
	record_add_int(r, RECORD_READ, 1);
	return r;
}

static void
put_messages(struct air *a, int phone, uint32_t first, uint32_t n)
{
	for (uint32_t i = first; i < first + n; i++) {
		char body[120];
		struct record *r;

		snprintf(body, sizeof body,
		    "Message %u: are you coming home? %u", i, i * 7919u);
		r = message(i, air_now(a) - 1000 * (int64_t)i, body);
		air_put(a, phone, r);
		record_free(r);
	}
}

/* Letters that no coder can foresee: an SMS holds a few of these. */
static void
put_words(struct air *a, int phone, uint32_t first, uint32_t n, uint64_t *seed)
{
	for (uint32_t i = first; i < first + n; i++) {
		char body[31] = "";
		struct record *r;

		for (int k = 0; k < 30; k++)
			body[k] = (char)('a' + check_random(seed) % 26);
		r = message(i, air_now(a) - 1000 * (int64_t)i, body);
		air_put(a, phone, r);
		record_free(r);
	}
}

START_TEST(binding_takes_three_sms)
{
	struct air *a = air_new(&perfect);
	int n = air_add_phone(a, "+358401000001", "Test phone", NULL);
	struct phone_status st;
	struct air_counts c;
	char code[17];

	air_code(a, code);
	ck_assert_int_eq(
	    phone_bind_code(air_phone(a, n), AIR_SERVICE, code), PHONE_OK);
	air_run(a, 60000);
	phone_get_status(air_phone(a, n), &st);
	ck_assert_int_eq(st.state, PHONE_BOUND);
	c = air_counts(a);
	ck_assert_uint_eq(c.up, 2);
	ck_assert_uint_eq(c.down, 1);
	air_free(a);
}
END_TEST

START_TEST(what_is_put_is_stored)
{
	struct air *a = air_new(&perfect);
	int n = air_add_phone(
	    a, "+358401000001", _i == 0 ? "Test phone" : "text phone", NULL);
	const char *why;

	ck_assert(air_bind(a, n));
	put_messages(a, n, 1, 300);
	phone_upload_now(air_phone(a, n));
	ck_assert_msg(air_settle(a, 2 * DAY), "it does not settle");
	why = air_compare(a, n);
	ck_assert_msg(why == NULL, "%s", why);
	air_free(a);
}
END_TEST

START_TEST(loss_duplicates_and_order_do_no_harm)
{
	struct air_faults faults = { (_i % 6) * 0.1, (_i % 4) * 0.1,
		(_i % 3) * 400000, (uint64_t)_i + 1 };
	struct air *a = air_new(&faults);
	const char *why;

	for (int i = 0; i < 3; i++) {
		char number[24];

		snprintf(number, sizeof number, "+35840100000%d", i + 1);
		air_add_phone(a, number, number, NULL);
		for (int tries = 0; !air_bind(a, i); tries++)
			ck_assert_int_lt(tries, 20);
	}
	for (uint32_t round = 0; round < 4; round++) {
		for (int i = 0; i < 3; i++)
			put_messages(a, i, 1 + 20 * round, 20 + (uint32_t)i);
		phone_upload_now(air_phone(a, 0));
		air_run(a, 7 * HOUR);
	}
	for (int i = 0; i < 3; i++)
		phone_upload_now(air_phone(a, i));
	ck_assert_msg(air_settle(a, 400 * DAY),
	    "seed %d: it does not settle: %s", _i + 1, air_state(a));
	for (int i = 0; i < 3; i++) {
		why = air_compare(a, i);
		ck_assert_msg(
		    why == NULL, "seed %d phone %d: %s", _i + 1, i, why);
	}
	air_free(a);
}
END_TEST

/* Nothing to upload is no reason to take the binding for failed. */
START_TEST(an_empty_phone_is_bound)
{
	struct air *a = air_new(&perfect);
	int n = air_add_phone(a, "+358401000001", "Empty phone", NULL);
	struct phone_status st;

	ck_assert(air_bind(a, n));
	air_run(a, 10 * DAY);
	phone_get_status(air_phone(a, n), &st);
	ck_assert_int_eq(st.state, PHONE_BOUND);
	ck_assert(st.confirmed);
	ck_assert_uint_le(air_counts(a).up + air_counts(a).down, 6);
	air_free(a);
}
END_TEST

/* A PROOF that nobody hears: the phone does not believe to be bound forever. */
START_TEST(a_proof_into_the_void_is_given_up)
{
	struct air *a = air_new(&perfect);
	int n = air_add_phone(a, "+358401000001", "Test phone", NULL);
	struct phone_status st;
	char code[17];

	air_code(a, code);
	put_messages(a, n, 1, 10);
	ck_assert_int_eq(
	    phone_bind_code(air_phone(a, n), AIR_SERVICE, code), PHONE_OK);
	do {
		air_run(a, 1);
		phone_get_status(air_phone(a, n), &st);
	} while (st.state == PHONE_HELLO_SENT);
	air_lose_all(a, true);
	air_run(a, 5 * DAY);
	phone_get_status(air_phone(a, n), &st);
	ck_assert_int_eq(st.state, PHONE_UNBOUND);
	ck_assert_uint_eq(st.pending, 10);
	air_lose_all(a, false);
	ck_assert(air_bind(a, n));
	ck_assert(air_settle(a, 2 * DAY));
	ck_assert_ptr_null(air_compare(a, n));
	air_free(a);
}
END_TEST

START_TEST(a_phone_that_restarts_goes_on)
{
	struct air_faults faults = { 0.1, 0.1, 60000, 5 };
	struct air *a = air_new(&faults);
	char path[] = "/tmp/smsvault-journal.XXXXXX";
	int fd = mkstemp(path), n;
	const char *why;

	ck_assert_int_ge(fd, 0);
	n = air_add_phone(a, "+358401000001", "Test phone", path);
	for (int tries = 0; !air_bind(a, n); tries++)
		ck_assert_int_lt(tries, 20);
	for (uint32_t round = 0; round < 10; round++) {
		put_messages(a, n, 1 + 10 * round, 10);
		air_run(a, 3000);
		air_restart_phone(a, n);
		phone_upload_now(air_phone(a, n));
		air_run(a, 5000);
		air_restart_phone(a, n);
	}
	phone_upload_now(air_phone(a, n));
	ck_assert(air_settle(a, 100 * DAY));
	why = air_compare(a, n);
	ck_assert_msg(why == NULL, "%s", why);
	air_free(a);
	remove(path);
}
END_TEST

START_TEST(policy_goes_out_and_comes_into_force)
{
	struct air *a = air_new(&perfect);
	int n = air_add_phone(a, "+358401000001", "Test phone", NULL);
	struct policy own = { .kind[RECORD_CALL] = { POLICY_OFF, 0 } };
	struct phone_status st;

	ck_assert(air_bind(a, n));
	ck_assert_int_eq(phone_set_policy(air_phone(a, n), &own), PHONE_OK);
	air_policy(a, n, RECORD_CALL, POLICY_AT_ONCE, true);
	air_run(a, HOUR);
	phone_get_status(air_phone(a, n), &st);
	ck_assert_uint_eq(st.owner.version, 1);
	ck_assert_int_eq(st.effective.kind[RECORD_CALL].mode, POLICY_AT_ONCE);
	ck_assert_int_eq(
	    phone_set_policy(air_phone(a, n), &own), PHONE_E_LOCKED);
	ck_assert_int_eq(air_policy_applied(a, n), 1);
	air_free(a);
}
END_TEST

/* ---- P4: what is not sealed right changes no row and gets no answer ---- */

/* A frame that was really sent, changed somewhere. */
static void
mutate_frame(struct air *a, uint64_t *seed, struct air_sms *out)
{
	size_t back, len, other_len;
	const uint8_t *sms, *other;
	size_t sent = air_sent(a, &sms, &len, 0);

	back = check_random(seed) % (sent < 256 ? sent : 256);
	air_sent(a, &sms, &len, back);
	memcpy(out->octets, sms, len);
	out->len = len;
	switch (check_random(seed) % 8) {
	case 0: /* cut off */
		out->len = 1 + check_random(seed) % (len - 1);
		return;
	case 1: /* its body is another's */
		air_sent(a, &other, &other_len,
		    (back + 1) % (sent < 256 ? sent : 256));
		if (other_len >= len && len > 14)
			memcpy(out->octets + 14, other + 14, len - 14);
		break;
	case 2: /* another type or version */
		out->octets[0] ^= (uint8_t)(1 + check_random(seed) % 255);
		return;
	default:
		break;
	}
	for (uint64_t n = 1 + check_random(seed) % 3; n > 0; n--)
		out->octets[check_random(seed) % len] ^=
		    (uint8_t)(1u << check_random(seed) % 8);
	if (memcmp(out->octets, sms, len) == 0)
		out->octets[len - 1] ^= 1;
}

/* An order by text with a code that nobody has. */
static void
mutate_text(uint64_t *seed, struct air_sms *out)
{
	static const char *const words[] = { "LOST", "FIND", "RING", "WHERE" };
	char code[17], text[64];
	uint32_t id;

	seal_code_new(&id, code);
	if (check_random(seed) % 4 == 0)
		code[check_random(seed) % 16] = '0';
	snprintf(text, sizeof text, "%s %s Alice",
	    words[check_random(seed) % 4], code);
	out->text = true;
	out->len = strlen(text);
	memcpy(out->octets, text, out->len);
}

static void
mutate(struct air *a, uint64_t *seed, struct air_sms *out)
{
	char letters[WIRE_TEXT_CHARS + 1];

	memset(out, 0, sizeof *out);
	switch (check_random(seed) % 16) {
	case 0: /* noise */
		out->len = 1 + check_random(seed) % WIRE_DATA_MAX;
		for (size_t i = 0; i < out->len; i++)
			out->octets[i] = (uint8_t)check_random(seed);
		return;
	case 1:
		mutate_text(seed, out);
		return;
	case 2: /* in the text form */
		mutate_frame(a, seed, out);
		if (out->len > WIRE_TEXT_MAX)
			out->len = WIRE_TEXT_MAX;
		out->len = wire_text_encode(out->octets, out->len, letters);
		memcpy(out->octets, letters, out->len);
		out->text = true;
		return;
	default:
		mutate_frame(a, seed, out);
	}
}

START_TEST(forged_frames_change_nothing)
{
	struct air *a = air_new(&perfect);
	int n = air_add_phone(a, "+358401000001", "Test phone", NULL);
	int total = check_rounds(100000), count[4] = { 0 };
	struct air_sms sms[256];
	enum gateway_verdict verdict[256];
	uint64_t seed = 99;
	char *before, *after;

	ck_assert(air_bind(a, n));
	put_messages(a, n, 1, 120);
	phone_upload_now(air_phone(a, n));
	ck_assert(air_settle(a, 2 * DAY));
	ck_assert_int_eq(gateway_tick(air_gateway(a), air_now(a)), 0);
	before = air_digest(a);
	for (int done = 0, batch; done < total; done += batch) {
		batch = total - done < 256 ? total - done : 256;
		for (int i = 0; i < batch; i++)
			mutate(a, &seed, &sms[i]);
		air_inject_many(a, sms, batch, verdict);
		for (int i = 0; i < batch; i++)
			count[verdict[i]]++;
	}
	after = air_digest(a);
	printf("# %d forged: %d junk, %d set aside, %d taken, %d later\n",
	    total, count[GATEWAY_JUNK], count[GATEWAY_ASIDE],
	    count[GATEWAY_TAKEN], count[GATEWAY_LATER]);
	ck_assert_str_eq(before, after);
	ck_assert_int_eq(count[GATEWAY_TAKEN] + count[GATEWAY_LATER], 0);
	free(before);
	free(after);
	air_free(a);
}
END_TEST

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
	ck_assert(air_settle(a, 10 * DAY));
	ck_assert_ptr_null(air_compare(a, phone));
	air_free(a);
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

/* A replay from another number does not move the phone's number. */
START_TEST(a_replay_moves_nothing)
{
	struct air *a = air_new(&perfect);
	int n = air_add_phone(a, "+358401000001", "Test phone", NULL);
	const uint8_t *sms;
	size_t len;

	ck_assert(air_bind(a, n));
	put_messages(a, n, 1, 5);
	phone_upload_now(air_phone(a, n));
	ck_assert(air_settle(a, 2 * DAY));
	air_sent(a, &sms, &len, 0);
	ck_assert_int_eq(
	    air_inject(a, "+358409999999", sms, len), GATEWAY_TAKEN);
	ck_assert_str_eq(air_number(a, n), "+358401000001");
	air_free(a);
}
END_TEST

START_TEST(a_bound_device_needs_the_answer)
{
	struct air *a = air_new(&perfect), *thief;
	int n = air_add_phone(a, "+358401000001", "Test phone", NULL), m;
	struct phone_status st;

	ck_assert(air_bind(a, n));
	air_set_question(a, "First pet?", "musti the cat");
	thief = air_new(&perfect);
	m = air_add_phone(thief, "+358401000002", "Test phone", NULL);
	ck_assert(!air_bind(thief, m));
	ck_assert_str_eq(air_question(thief, m), "First pet?");
	ck_assert_int_eq(
	    phone_bind_answer(air_phone(thief, m), "rex"), PHONE_OK);
	air_run(thief, HOUR);
	phone_get_status(air_phone(thief, m), &st);
	ck_assert_int_eq(st.state, PHONE_UNBOUND);
	ck_assert(!air_bind(thief, m));
	ck_assert_int_eq(
	    phone_bind_answer(air_phone(thief, m), "  Musti the  CAT "),
	    PHONE_OK);
	air_run(thief, HOUR);
	phone_get_status(air_phone(thief, m), &st);
	ck_assert_int_eq(st.state, PHONE_BOUND);
	put_messages(thief, m, 1, 3);
	phone_upload_now(air_phone(thief, m));
	ck_assert(air_settle(thief, 2 * DAY));
	ck_assert_ptr_null(air_compare(thief, m));
	air_free(a);
	air_free(thief);
}
END_TEST

START_TEST(the_budget_holds)
{
	struct air *a = air_new(&perfect);
	int n = air_add_phone(a, "+358401000001", "Test phone", NULL);
	struct air_counts c;

	ck_assert(air_bind(a, n));
	air_month_max(a, 3);
	for (int i = 0; i < 20; i++) {
		put_messages(a, n, 1 + 10u * (unsigned)i, 10);
		phone_upload_now(air_phone(a, n));
		air_run(a, HOUR);
	}
	c = air_counts(a);
	ck_assert_uint_eq(c.down, 3);
	air_free(a);
}
END_TEST

/* The bar: at most 0.1 control SMS an upload SMS, at 1 % loss. */
START_TEST(answers_are_few)
{
	struct air_faults faults = { 0.01, 0, 5000, 3 };
	struct air *a = air_new(&faults);
	int n = air_add_phone(a, "+358401000001", "Test phone", NULL);
	int days = check_rounds(20);
	struct air_counts before, c;
	uint32_t id = 1;
	uint64_t seed = 9;

	for (int tries = 0; !air_bind(a, n); tries++)
		ck_assert_int_lt(tries, 20);
	before = air_counts(a);
	for (int day = 0; day < days; day++)
		for (int i = 0; i < 14; i++, id += 3) {
			put_words(a, n, id, 3, &seed);
			air_run(a, DAY / 14);
		}
	c = air_counts(a);
	printf("# %d days: %llu up, %llu down, ratio %.3f\n", days,
	    (unsigned long long)(c.up - before.up),
	    (unsigned long long)(c.down - before.down),
	    (double)(c.down - before.down) / (double)(c.up - before.up));
	ck_assert_uint_le(10 * (c.down - before.down), c.up - before.up + 10);
	phone_upload_now(air_phone(a, n));
	ck_assert(air_settle(a, 100 * DAY));
	ck_assert_ptr_null(air_compare(a, n));
	air_free(a);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("gateway");
	TCase *tc = tcase_create("whole");

	tcase_set_timeout(tc, 600);
	tcase_add_test(tc, binding_takes_three_sms);
	tcase_add_loop_test(tc, what_is_put_is_stored, 0, 2);
	tcase_add_loop_test(tc, loss_duplicates_and_order_do_no_harm, 0,
	    check_short() == 1 ? 12 : 4);
	tcase_add_test(tc, a_failure_that_comes_late_loses_nothing);
	tcase_add_test(tc, what_is_refused_is_set_aside_alone);
	tcase_add_test(tc, a_whole_one_that_is_refused_is_set_aside_alone);
	tcase_add_test(tc, an_empty_phone_is_bound);
	tcase_add_test(tc, a_proof_into_the_void_is_given_up);
	tcase_add_test(tc, a_phone_that_restarts_goes_on);
	tcase_add_test(tc, policy_goes_out_and_comes_into_force);
	tcase_add_test(tc, another_key_file_loses_nothing);
	tcase_add_test(tc, a_replay_moves_nothing);
	tcase_add_test(tc, a_bound_device_needs_the_answer);
	tcase_add_test(tc, the_budget_holds);
	tcase_add_test(tc, answers_are_few);
	suite_add_tcase(s, tc);
	tc = tcase_create("forged");
	tcase_set_timeout(tc, 600);
	tcase_add_test(tc, forged_frames_change_nothing);
	suite_add_tcase(s, tc);
	return check_main(s);
}
