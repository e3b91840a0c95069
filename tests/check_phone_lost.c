/*
 * In the wrong hands: the phone is lost, is wiped, or somebody else tries to
 * bind it.
 */
#include "be.h"
#include "check_main.h"
#include "phone_test.h"

static void
lose(uint32_t version, bool on)
{
	const struct wire_lost l = { .version = version,
		.on = on,
		.locate = on,
		.locate_min = on ? 30 : 0,
		.text = "Please call +358401234567" };
	uint8_t args[WIRE_CONTROL_ARGS_MAX];
	size_t n = wire_lost_encode(&l, args);

	peer_command(p, WIRE_CMD_LOST, 0, 0, args, n);
}

START_TEST(a_lost_phone_reports)
{
	static const struct policy owner = { .quiet_from = 0,
		.quiet_to = 1439,
		.codes = POLICY_NO,
		.daily_sms = 1,
		.kind[RECORD_MESSAGE].mode = POLICY_OFF };
	struct upload_preamble pre;
	struct wire_lost l;
	enum record_kind kind;
	uint32_t id;
	size_t n;

	peer_policy(p, 3, &owner);
	put_message(1, "+358401234567", "Your code is 445566");
	peer_run(p, DAY);
	ck_assert_uint_eq(p->nsent, 0);
	lose(1, true);
	ck_assert_int_eq(p->told[PHONE_N_LOST], 1);
	phone_get_lost(p->phone, &l);
	ck_assert(l.on);
	ck_assert_str_eq(l.text, "Please call +358401234567");
	peer_run(p, MINUTE);
	ck_assert_uint_gt(p->nsent, 0);
	look(2, &pre, &kind, &id);
	ck_assert(pre.has_lost);
	ck_assert_uint_eq(pre.lost_applied, 1);
	/* Where it is, every half hour. */
	n = p->nsent;
	peer_run(p, 5 * HOUR);
	ck_assert_int_eq(p->locations, 11);
	ck_assert_uint_ge(p->nsent, n + 10);
	p->nowhere = true;
	peer_run(p, HOUR);
	p->nowhere = false;
	peer_run(p, 2 * MINUTE);
	ck_assert_int_eq(p->locations, 12);
	n = p->nsent;
	put_message(2, "+358401234567", "Meet me at nine");
	peer_run(p, 1);
	ck_assert_uint_eq(p->nsent, n + 1);
	/* The user can change nothing and bind it to nobody. */
	ck_assert_int_eq(
	    phone_set_policy(p->phone, &(struct policy){ .lock = false }),
	    PHONE_E_LOCKED);
	ck_assert_int_eq(
	    phone_bind_code(p->phone, PEER_SERVICE, p->code), PHONE_E_LOCKED);
	/* Found: as before.  An old order is void. */
	lose(2, false);
	lose(1, true);
	peer_run(p, MINUTE);
	id = peer_transfer_of(p, &p->sent[p->nsent - 1]);
	look(id, &pre, &kind, &id);
	ck_assert(pre.has_lost);
	ck_assert_uint_eq(pre.lost_applied, 2);
	ck_assert(!status().effective.lock);
	ck_assert_int_eq(
	    status().effective.kind[RECORD_MESSAGE].mode, POLICY_OFF);
	n = p->nsent;
	put_message(3, "+358401234567", "Welcome home");
	peer_run(p, HOUR);
	ck_assert_uint_eq(p->nsent, n);
	phone_get_lost(p->phone, &l);
	ck_assert(!l.on);
}
END_TEST

/* Whoever holds it can set its clock: 1970, 2080. */
START_TEST(no_clock_keeps_orders_away)
{
	static const int64_t clocks_ms[] = { 1000, 3471292800000 };
	const struct policy owner = { .kind[RECORD_CALL].mode = POLICY_OFF };
	const struct wire_lost l = { .version = 1, .on = true };
	uint32_t not_after = (uint32_t)(p->now_ms / 1000) + 7 * 86400;
	uint8_t args[WIRE_CONTROL_ARGS_MAX];
	struct wire_lost got;

	p->now_ms = clocks_ms[_i];
	peer_command(
	    p, WIRE_CMD_LOST, 0, not_after, args, wire_lost_encode(&l, args));
	phone_get_lost(p->phone, &got);
	ck_assert(got.on);
	peer_command(p, WIRE_CMD_POLICY, 3, not_after, args,
	    policy_encode(&owner, args, WIRE_POLICY_MAX));
	ck_assert_uint_eq(status().owner.version, 3);
	/* What has no version stays with its time. */
	peer_command(p, WIRE_CMD_UNBIND, 0, not_after, NULL, 0);
	ck_assert_int_eq(status().state, _i == 0 ? PHONE_UNBOUND : PHONE_BOUND);
}
END_TEST

/* The reserve is for the day, and a thief's flood does not pass it. */
START_TEST(the_reserve_is_a_limit)
{
	static const struct policy owner = { .lost_daily_sms = 12 };

	peer_policy(p, 3, &owner);
	lose(1, true);
	for (uint32_t i = 1; i <= 300; i++) {
		put_message(i, "+358401234567", "Flood");
		peer_run(p, 10 * MINUTE);
	}
	/* 50 hours touch four days at most. */
	ck_assert_uint_ge(p->nsent, 24);
	ck_assert_uint_le(p->nsent, 4 * 12 + 2);
}
END_TEST

static uint64_t
prepared(void)
{
	struct upload_preamble pre;
	enum record_kind kind;
	uint32_t id;

	p->nsent = 0;
	peer_command(p, WIRE_CMD_WIPE, 0, 0, (const uint8_t[]){ 1 }, 1);
	peer_run(p, 1);
	ck_assert_uint_eq(p->nsent, 1);
	id = peer_transfer_of(p, &p->sent[0]);
	look(id, &pre, &kind, &id);
	ck_assert_int_eq(pre.wipe, WIRE_WIPE_PREPARE);
	return pre.wipe_nonce;
}

static void
go(uint64_t nonce)
{
	uint8_t args[9] = { 2 };

	be_put64(args + 1, nonce);
	peer_command(p, WIRE_CMD_WIPE, 0, 0, args, sizeof args);
}

START_TEST(a_wipe_wants_its_nonce)
{
	struct upload_preamble pre;
	enum record_kind kind;
	uint32_t id;
	uint64_t nonce;

	put_message(1, "+358401234567", "To be erased");
	go(0);
	peer_run(p, HOUR);
	nonce = prepared();
	go(nonce ^ 1);
	peer_run(p, HOUR + MINUTE);
	ck_assert_int_eq(p->wipes, 0);
	go(nonce); /* an hour has passed */
	peer_run(p, HOUR);
	ck_assert_int_eq(p->wipes, 0);
	/* A clock set back does not make it good again. */
	nonce = prepared();
	p->now_ms -= 2 * DAY;
	go(nonce);
	peer_run(p, HOUR);
	ck_assert_int_eq(p->wipes, 0);
	nonce = prepared();
	p->nsent = 0;
	go(nonce);
	peer_run(p, MINUTE);
	ck_assert_int_eq(p->wipes, 1);
	ck_assert_uint_eq(p->nsent, 1);
	id = peer_transfer_of(p, &p->sent[0]);
	look(id, &pre, &kind, &id);
	ck_assert_int_eq(pre.wipe, WIRE_WIPE_GO);
	ck_assert_int_eq(status().state, PHONE_UNBOUND);
	ck_assert_uint_eq(status().pending, 0);
	ck_assert_int_eq(p->told[PHONE_N_UNBOUND], 1);
	peer_run(p, DAY);
	ck_assert_uint_eq(p->nsent, 1);
	ck_assert_int_eq(p->wipes, 1);
}
END_TEST

/* Without coverage it waits a minute for its last word, and no longer. */
START_TEST(a_wipe_does_not_wait_for_ever)
{
	uint64_t nonce = prepared();

	p->no_coverage = true;
	go(nonce);
	peer_run(p, MINUTE / 2);
	ck_assert_int_eq(p->wipes, 0);
	peer_run(p, MINUTE);
	ck_assert_int_eq(p->wipes, 1);
	ck_assert_int_eq(status().state, PHONE_UNBOUND);
}
END_TEST

/* ---- somebody else tries to bind it ---- */

START_TEST(an_attempt_takes_nothing)
{
	struct seal_phone *old = p->keys;
	uint32_t old_id = p->key_id;
	uint8_t sms[WIRE_DATA_MAX], refused[1] = { WIRE_REFUSED_ANSWER };
	size_t len;

	at_once(RECORD_MESSAGE);
	p->keys = NULL;
	peer_hello(p);
	peer_challenge(p, "First pet?", sms, &len);
	ck_assert(phone_receive(p->phone, PEER_SERVICE, sms, len, false));
	ck_assert_int_eq(status().state, PHONE_ASKED);
	ck_assert_int_eq(phone_bind_answer(p->phone, "Rex"), PHONE_OK);
	/* What comes meanwhile goes to the owner, under the old keys. */
	p->nsent = 0;
	put_message(1, "+358401234567", "Still mine");
	peer_run(p, 1);
	ck_assert_uint_eq(p->nsent, 1);
	if (_i == 0) { /* wrong */
		peer_command(p, WIRE_CMD_REFUSED, 0, 0, refused, 1);
		ck_assert_int_eq(p->told[PHONE_N_REFUSED], 1);
		seal_phone_free(p->keys);
		p->keys = old;
		p->key_id = old_id;
		p->sequence = 100;
		ck_assert_int_eq(status().state, PHONE_BOUND);
		peer_ack(p, &(struct wire_ack){ .cumulative = 2 });
		ck_assert_uint_eq(status().in_flight, 0);
		ck_assert_uint_eq(status().key_id, old_id);
		peer_run(p, 3 * DAY);
		ck_assert_int_eq(status().state, PHONE_BOUND);
	} else { /* right: all of it goes to the new account */
		peer_command(p, WIRE_CMD_PING, 0, 0, NULL, 0);
		ck_assert_int_eq(status().state, PHONE_BOUND);
		ck_assert(status().confirmed);
		p->nsent = 0;
		peer_run(p, 1);
		ck_assert_uint_eq(peer_transfer_of(p, &p->sent[0]), 1);
		ck_assert_uint_eq(status().pending, 0);
		seal_phone_free(old);
	}
}
END_TEST

TCase *
phone_lost_case(void)
{
	TCase *tc = bound_case("life");

	tcase_add_test(tc, a_lost_phone_reports);
	tcase_add_loop_test(tc, no_clock_keeps_orders_away, 0, 2);
	tcase_add_test(tc, the_reserve_is_a_limit);
	tcase_add_test(tc, a_wipe_wants_its_nonce);
	tcase_add_test(tc, a_wipe_does_not_wait_for_ever);
	tcase_add_loop_test(tc, an_attempt_takes_nothing, 0, 2);
	return tc;
}
