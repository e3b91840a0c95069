/*
 * The phone's library against the service's end of the air: binding, when it
 * uploads, what it answers, and that a crash at any SMS loses and repeats
 * nothing that it should not.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "check_main.h"
#include "peer.h"

static struct peer *p;

static void
open_peer(void)
{
	ck_assert_ptr_nonnull(p = calloc(1, sizeof *p));
	peer_open(p, ":memory:");
	phone_set_pace(p->phone, 1000, MINUTE);
}

static void
close_peer(void)
{
	peer_close(p);
	free(p);
}

static struct phone_status
status(void)
{
	struct phone_status st;

	phone_get_status(p->phone, &st);
	return st;
}

static void
own_policy(enum record_kind kind, enum policy_mode mode, uint32_t minutes)
{
	struct policy own = { .lock = false };

	own.kind[kind].mode = mode;
	own.kind[kind].interval_min = minutes;
	ck_assert_int_eq(phone_set_policy(p->phone, &own), PHONE_OK);
}

static void
put_messages(uint32_t first, uint32_t n)
{
	for (uint32_t i = first; i < first + n; i++)
		peer_put(p, peer_message(i, p->now_ms - i));
}

/* Everything up to this transfer has arrived. */
static void
acknowledge(uint32_t cumulative)
{
	const struct wire_ack a = { .cumulative = cumulative };

	peer_ack(p, &a);
}

static void
open_bound(void)
{
	open_peer();
	peer_bind(p);
	acknowledge(1);
	p->nsent = 0;
	memset(p->told, 0, sizeof p->told);
}

/* How many records SMS from on carry in transfers first to last. */
static size_t
records_in(size_t from, uint32_t first, uint32_t last)
{
	struct upload_preamble pre;
	struct record **list;
	size_t n, sum = 0;

	for (uint32_t t = first; t <= last; t++) {
		ck_assert_msg(peer_read(p, from, t, &pre, &list, &n),
		    "transfer %u was not sent whole", t);
		for (size_t i = 0; i < n; i++)
			record_free(list[i]);
		free(list);
		sum += n;
	}
	return sum;
}

/* ---- binding ---- */

static void
start_binding(void)
{
	ck_assert_int_eq(seal_code_key(p->code, p->code_key), SEAL_OK);
	ck_assert_int_eq(
	    phone_bind_code(p->phone, PEER_SERVICE, p->code), PHONE_OK);
	ck_assert_int_eq(status().state, PHONE_HELLO_SENT);
	ck_assert_int_eq(p->told[PHONE_N_BINDING], 1);
}

START_TEST(what_is_no_code_is_refused)
{
	static const char *const bad[] = { "", "ABCD", "0123-4567-89AB-CDEF-0",
		"0123-4567-89AB-CDEU", "\xe4\xb8\xad\xe6\x96\x87" };
	char code[SEAL_CODE_CHARS + 1];
	uint32_t id;

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		ck_assert_int_eq(
		    phone_bind_code(p->phone, PEER_SERVICE, bad[i]),
		    PHONE_E_CODE);
	seal_code_new(&id, code);
	code[3] = code[3] == 'A' ? 'B' : 'A';
	ck_assert_int_eq(
	    phone_bind_code(p->phone, PEER_SERVICE, code), PHONE_E_CODE);
	ck_assert_int_eq(
	    phone_bind_qr(p->phone, "https://example.org/"), PHONE_E_CODE);
	ck_assert_int_eq(phone_upload_now(p->phone), PHONE_E_STATE);
	ck_assert_int_eq(phone_bind_answer(p->phone, "x"), PHONE_E_STATE);
	ck_assert_int_eq(status().state, PHONE_UNBOUND);
	ck_assert_uint_eq(p->nsent, 0);
}
END_TEST

START_TEST(a_code_binds)
{
	char digits[7];

	start_binding();
	peer_go_on(p);
	seal_digits(p->root, digits);
	ck_assert_str_eq(status().digits, digits);
	ck_assert_str_eq(p->detail[PHONE_N_DIGITS], digits);
	ck_assert_int_eq(p->told[PHONE_N_BOUND], 1);
	ck_assert_uint_eq(status().key_id, p->key_id);
	ck_assert_str_eq(status().service_number, PEER_SERVICE);
}
END_TEST

START_TEST(a_picture_binds)
{
	uint8_t sms[WIRE_DATA_MAX];
	size_t len;

	peer_hello(p);
	peer_challenge(p, "", sms, &len);
	ck_assert(phone_receive(p->phone, PEER_SERVICE, sms, len, false));
	ck_assert_int_eq(status().state, PHONE_BOUND);
	ck_assert(!status().confirmed);
	acknowledge(0);
	ck_assert(status().confirmed);
}
END_TEST

START_TEST(the_question_is_asked)
{
	uint8_t sms[WIRE_DATA_MAX];
	struct wire_frame f;
	struct wire_proof proof;
	char longest[WIRE_ANSWER_MAX + 2];
	size_t len;

	start_binding();
	peer_challenge(p, "First pet?", sms, &len);
	ck_assert(phone_receive(p->phone, PEER_SERVICE, sms, len, false));
	ck_assert_int_eq(status().state, PHONE_ASKED);
	ck_assert_str_eq(p->detail[PHONE_N_QUESTION], "First pet?");
	ck_assert_uint_eq(p->nsent, 1);
	memset(longest, 'x', sizeof longest - 1);
	longest[sizeof longest - 1] = '\0';
	ck_assert_int_eq(phone_bind_answer(p->phone, longest), PHONE_E_INVALID);
	ck_assert_int_eq(phone_bind_answer(p->phone, "Musti"), PHONE_OK);
	ck_assert_uint_eq(p->nsent, 2);
	wire_decode(p->sent[1].octets, p->sent[1].len, &f);
	ck_assert_int_eq(f.type, WIRE_PROOF);
	ck_assert_int_eq(seal_proof_open(p->keys, &f, &proof), SEAL_OK);
	ck_assert(proof.answered);
	ck_assert_str_eq(proof.answer, "Musti");
	ck_assert_int_eq(status().state, PHONE_BOUND);
}
END_TEST

START_TEST(a_forged_challenge_does_nothing)
{
	uint8_t sms[WIRE_DATA_MAX];
	size_t len;

	start_binding();
	peer_challenge(p, "", sms, &len);
	for (size_t i = 0; i < len; i++) {
		sms[i] ^= 0x10;
		phone_receive(p->phone, PEER_SERVICE, sms, len, false);
		ck_assert_int_eq(status().state, PHONE_HELLO_SENT);
		sms[i] ^= 0x10;
	}
	ck_assert_uint_eq(p->nsent, 1);
	phone_receive(p->phone, PEER_SERVICE, sms, len, false);
	ck_assert_int_eq(status().state, PHONE_BOUND);
}
END_TEST

/* Until it is answered, the same octets, a bounded number of times. */
START_TEST(hello_is_said_again)
{
	start_binding();
	peer_run(p, 5 * DAY);
	ck_assert_uint_gt(p->nsent, 3);
	ck_assert_uint_lt(p->nsent, 10);
	for (size_t i = 1; i < p->nsent; i++) {
		ck_assert_uint_eq(p->sent[i].len, p->sent[0].len);
		ck_assert_mem_eq(
		    p->sent[i].octets, p->sent[0].octets, p->sent[0].len);
		ck_assert_int_ge(
		    p->sent[i].mono_ms - p->sent[i - 1].mono_ms, MINUTE);
	}
	ck_assert_int_eq(status().state, PHONE_UNBOUND);
	ck_assert_int_eq(p->told[PHONE_N_REFUSED], 1);
}
END_TEST

START_TEST(refused_is_unbound)
{
	const uint8_t why = WIRE_REFUSED_ANSWER;
	uint8_t sms[WIRE_DATA_MAX];
	size_t len;

	put_messages(1, 3);
	start_binding();
	peer_challenge(p, "", sms, &len);
	phone_receive(p->phone, PEER_SERVICE, sms, len, false);
	peer_command(p, WIRE_CMD_REFUSED, 0, 0, &why, 1);
	ck_assert_int_eq(status().state, PHONE_UNBOUND);
	ck_assert_int_eq(p->told[PHONE_N_REFUSED], 1);
	ck_assert_uint_eq(status().pending, 3);
	/* Of a binding that stands it is no word of the service. */
	peer_bind(p);
	peer_command(p, WIRE_CMD_REFUSED, 0, 0, &why, 1);
	ck_assert_int_eq(status().state, PHONE_BOUND);
	peer_command(p, WIRE_CMD_UNBIND, 0, 0, NULL, 0);
	ck_assert_int_eq(status().state, PHONE_UNBOUND);
	ck_assert_int_eq(p->told[PHONE_N_UNBOUND], 1);
	ck_assert_uint_eq(status().pending, 3);
}
END_TEST

/* ---- when it uploads ---- */

START_TEST(manual_waits_to_be_told)
{
	own_policy(RECORD_MESSAGE, POLICY_MANUAL, 0);
	put_messages(1, 30);
	peer_run(p, 60 * DAY);
	ck_assert_uint_eq(p->nsent, 0);
	ck_assert_int_eq(phone_upload_now(p->phone), PHONE_OK);
	peer_run(p, 1);
	ck_assert_uint_gt(p->nsent, 0);
	ck_assert_uint_eq(status().pending, 0);
}
END_TEST

START_TEST(off_is_never_sent)
{
	own_policy(RECORD_MESSAGE, POLICY_OFF, 0);
	put_messages(1, 30);
	ck_assert_int_eq(phone_upload_now(p->phone), PHONE_OK);
	peer_run(p, 60 * DAY);
	ck_assert_uint_eq(p->nsent, 0);
	ck_assert_uint_eq(status().pending, 30);
	/* On again: nothing was forgotten. */
	own_policy(RECORD_MESSAGE, POLICY_AT_ONCE, 0);
	peer_run(p, 1);
	ck_assert_uint_eq(status().pending, 0);
}
END_TEST

START_TEST(at_once_is_at_once)
{
	own_policy(RECORD_MESSAGE, POLICY_AT_ONCE, 0);
	for (uint32_t i = 1; i <= 5; i++) {
		int64_t at = p->mono_ms;

		put_messages(i, 1);
		peer_run(p, 1);
		ck_assert_uint_eq(p->nsent, i);
		ck_assert_int_eq(p->sent[i - 1].mono_ms, at);
		peer_run(p, HOUR);
	}
}
END_TEST

START_TEST(an_interval_gathers)
{
	own_policy(RECORD_MESSAGE, POLICY_INTERVAL, 120);
	put_messages(1, 1);
	peer_run(p, 1);
	/* The first for long goes at once; the next only two hours later. */
	ck_assert_uint_eq(p->nsent, 1);
	for (uint32_t i = 2; i <= 7; i++) {
		put_messages(i, 1);
		peer_run(p, 15 * MINUTE);
	}
	ck_assert_uint_eq(p->nsent, 1);
	peer_run(p, 8 * HOUR);
	ck_assert_uint_gt(p->nsent, 3);
	for (size_t i = 1; i < p->nsent; i++)
		ck_assert_int_eq(
		    p->sent[i].mono_ms, p->sent[0].mono_ms + 2 * HOUR);
	ck_assert_uint_eq(records_in(1, 3, 3), 6);
	ck_assert_uint_eq(status().in_flight, 2);
}
END_TEST

START_TEST(fill_waits_for_a_full_sms)
{
	own_policy(RECORD_MESSAGE, POLICY_FILL, 1440);
	put_messages(1, 1);
	peer_run(p, HOUR);
	ck_assert_uint_eq(p->nsent, 0);
	put_messages(2, 1);
	peer_run(p, HOUR);
	/* Two do not fit one SMS: the first that is full has gone. */
	ck_assert_uint_eq(p->nsent, 1);
	ck_assert_uint_eq(status().pending, 1);
	peer_run(p, 21 * HOUR);
	ck_assert_uint_eq(p->nsent, 1);
	/* The oldest is a day old. */
	peer_run(p, 3 * HOUR);
	ck_assert_uint_eq(p->nsent, 2);
	ck_assert_uint_eq(status().pending, 0);
}
END_TEST

/* Android lets an app send 30 SMS in 30 minutes, over a restart as well. */
START_TEST(the_pace_is_kept)
{
	size_t n;

	phone_set_pace(p->phone, 30, 30 * MINUTE);
	put_messages(1, 200);
	phone_upload_now(p->phone);
	do {
		n = p->nsent;
		peer_run(p, 31 * MINUTE);
	} while (p->nsent > n + 1); /* one is said again after ten minutes */
	ck_assert_uint_gt(p->nsent, 60);
	for (size_t i = 30; i < p->nsent; i++)
		ck_assert_int_ge(
		    p->sent[i].mono_ms - p->sent[i - 30].mono_ms, 30 * MINUTE);
	/* And no slower than it may. */
	ck_assert_int_le(p->sent[n - 1].mono_ms - p->sent[0].mono_ms,
	    (int64_t)(n / 30) * 30 * MINUTE);
}
END_TEST

START_TEST(a_day_has_its_limit)
{
	struct policy own = { .daily_sms = 7,
		.kind[RECORD_MESSAGE].mode = POLICY_AT_ONCE };
	size_t today = 0;

	ck_assert_int_eq(phone_set_policy(p->phone, &own), PHONE_OK);
	put_messages(1, 40);
	peer_run(p, 10 * DAY);
	ck_assert_uint_gt(p->nsent, 20);
	for (size_t i = 0; i < p->nsent; i++) {
		int64_t ms = p->sent[i].mono_ms;

		today = 1;
		for (size_t k = 0; k < i; k++) {
			int64_t wall = p->now_ms - p->mono_ms;

			today += (p->sent[k].mono_ms + wall) / DAY ==
				 (ms + wall) / DAY;
		}
		ck_assert_uint_le(today, 7);
	}
}
END_TEST

START_TEST(no_coverage_loses_nothing)
{
	own_policy(RECORD_MESSAGE, POLICY_AT_ONCE, 0);
	p->no_coverage = true;
	put_messages(1, 20);
	peer_run(p, 3 * DAY);
	ck_assert_uint_eq(p->nsent, 0);
	p->no_coverage = false;
	peer_run(p, MINUTE);
	ck_assert_uint_gt(p->nsent, 0);
	ck_assert_uint_eq(status().pending, 0);
	ck_assert_uint_eq(
	    records_in(0, 2, 1 + (uint32_t)status().in_flight), 20);
}
END_TEST

/* While uploads go on, each says what was sent before it: nothing is said again
 * for want of an answer until the phone has been silent for 36 hours. */
START_TEST(routine_uploads_wait_for_their_answer)
{
	own_policy(RECORD_MESSAGE, POLICY_AT_ONCE, 0);
	for (uint32_t day = 1; day <= 10; day++) {
		put_messages(day, 1);
		peer_run(p, DAY);
		ck_assert_uint_eq(p->nsent, day);
	}
	peer_run(p, 11 * HOUR);
	ck_assert_uint_eq(p->nsent, 10);
	peer_run(p, 2 * HOUR);
	ck_assert_uint_eq(p->nsent, 11);
	ck_assert_uint_eq(peer_transfer_of(p, &p->sent[10]),
	    peer_transfer_of(p, &p->sent[9]));
	/* An answer within minutes is still expected of what was asked for. */
	put_messages(11, 1);
	phone_upload_now(p->phone);
	peer_run(p, MINUTE);
	ck_assert_uint_eq(p->nsent, 12);
	put_messages(12, 1);
	peer_run(p, MINUTE);
	ck_assert_uint_eq(p->nsent, 13);
	peer_run(p, 10 * MINUTE);
	ck_assert_uint_eq(p->nsent, 14);
}
END_TEST

/* ---- clocks ---- */

static size_t
ten_days(int64_t jump_ms)
{
	size_t n;

	open_bound();
	own_policy(RECORD_MESSAGE, POLICY_INTERVAL, 360);
	for (uint32_t i = 1; i <= 240; i++) {
		put_messages(i, 1);
		peer_run(p, HOUR);
		if (i % 24 == 0)
			p->now_ms += i % 48 == 0 ? jump_ms : -jump_ms / 2;
	}
	ck_assert_uint_le(status().pending, 6);
	n = status().in_flight;
	close_peer();
	return n;
}

/* The wall clock jumps each day, forth and back: the uploads are the same. */
START_TEST(a_clock_that_jumps_changes_nothing)
{
	static const int64_t jumps[] = { HOUR, 30 * DAY, 400 * DAY, -HOUR,
		-30 * DAY, -2000 * DAY };
	size_t steady = ten_days(0);

	ck_assert_uint_gt(steady, 30);
	ck_assert_uint_eq(ten_days(jumps[_i]), steady);
}
END_TEST

/* Restarted while the wall clock is wrong: neither silent nor a flood. */
START_TEST(a_restart_with_a_wrong_clock)
{
	static const int64_t jumps[] = { -20000 * DAY, -DAY, DAY, 9000 * DAY };
	char path[] = "/tmp/smsvault-phone.XXXXXX", name[64];
	int fd = mkstemp(path);

	ck_assert_int_ge(fd, 0);
	close(fd);
	ck_assert_ptr_nonnull(p = calloc(1, sizeof *p));
	peer_open(p, path);
	peer_bind(p);
	own_policy(RECORD_MESSAGE, POLICY_INTERVAL, 60);
	put_messages(1, 2);
	peer_run(p, 10 * HOUR);
	p->nsent = 0;
	p->now_ms += jumps[_i];
	peer_restart(p, path);
	put_messages(10, 2);
	peer_run(p, 2 * HOUR);
	ck_assert_uint_gt(p->nsent, 0);
	ck_assert_uint_le(p->nsent, 4);
	ck_assert_uint_eq(status().pending, 0);
	close_peer();
	for (int i = 0; i < 3; i++) {
		snprintf(name, sizeof name, "%s%s", path,
		    i == 0   ? ""
		    : i == 1 ? "-wal"
			     : "-shm");
		unlink(name);
	}
}
END_TEST

/* ---- what the service says ---- */

START_TEST(exactly_what_is_asked_for)
{
	struct wire_ack a = { .cumulative = 1, .count = 1 };
	uint8_t plain[WIRE_DATA_MAX];
	struct peer_sms late;
	struct wire_frame f;
	size_t n;

	put_messages(1, 12);
	phone_upload_now(p->phone);
	peer_run(p, 1);
	n = p->nsent;
	ck_assert_uint_gt(n, 5);
	a.wanted[0] = 0x0012;
	peer_ack(p, &a);
	peer_run(p, 1);
	ck_assert_uint_eq(p->nsent, n + 2);
	for (size_t i = 0; i < 2; i++) {
		const struct peer_sms *again = &p->sent[n + i];

		wire_decode(again->octets, again->len, &f);
		ck_assert_int_eq(f.type, WIRE_SEGMENT);
		ck_assert_uint_eq(f.transfer, 2);
		ck_assert_uint_eq(f.index, i == 0 ? 1 : 4);
		ck_assert_mem_eq(
		    again->octets, p->sent[f.index].octets, again->len);
	}
	acknowledge(2);
	ck_assert_uint_eq(status().in_flight, 0);
	ck_assert_int_eq(p->told[PHONE_N_ACKED], 1);
	/* One that was under way meanwhile asks for what has arrived. */
	a.cumulative = 1;
	p->sequence += 2;
	peer_say(p, WIRE_ACK, p->sequence - 1, plain,
	    wire_ack_encode(&a, plain), &late);
	acknowledge(2);
	ck_assert(peer_hear(p, &late));
	peer_run(p, DAY);
	ck_assert_uint_eq(p->nsent, n + 2);
	ck_assert_uint_eq(status().in_flight, 0);
	/* The service has lost it: the number is not left open. */
	peer_ack(p, &a);
	peer_run(p, 1);
	ck_assert_uint_eq(p->nsent, n + 3);
	ck_assert_uint_eq(status().pending, 0);
}
END_TEST

START_TEST(numbers_that_were_never_used_are_ignored)
{
	struct wire_ack a = { .cumulative = 900, .count = 1, .wanted = { 1 } };

	put_messages(1, 3);
	phone_upload_now(p->phone);
	peer_run(p, 1);
	p->nsent = 0;
	peer_ack(p, &a);
	ck_assert_uint_eq(status().in_flight, 1);
	a = (struct wire_ack){ .cumulative = 2, .count = WIRE_ACK_TRANSFERS };
	memset(a.wanted, 0xff, sizeof a.wanted);
	peer_ack(p, &a);
	peer_run(p, 1);
	ck_assert_uint_eq(p->nsent, 0);
}
END_TEST

START_TEST(a_replay_has_no_effect)
{
	static const struct policy lock = { .lock = true };
	uint8_t octets[WIRE_POLICY_MAX], plain[WIRE_DATA_MAX];
	struct wire_control c = { .command = WIRE_CMD_PING };
	struct peer_sms ping, later;
	size_t n = p->nsent;

	p->sequence = 100;
	peer_say(
	    p, WIRE_CONTROL, 50, plain, wire_control_encode(&c, plain), &ping);
	/* 49 behind is within the window of 64: once. */
	peer_policy(p, 1, &lock);
	for (int i = 0; i < 3; i++) {
		ck_assert(peer_hear(p, &ping));
		peer_run(p, 2 * MINUTE);
	}
	ck_assert_uint_eq(p->nsent, n + 1);
	/* 64 behind may have been seen before. */
	c.command = WIRE_CMD_UNBIND;
	peer_say(p, WIRE_CONTROL, p->sequence - 64, plain,
	    wire_control_encode(&c, plain), &later);
	ck_assert(peer_hear(p, &later));
	ck_assert_int_eq(status().state, PHONE_BOUND);
	/* An older policy under a new number. */
	c = (struct wire_control){ WIRE_CMD_POLICY, 1, 0, octets, 1 };
	octets[0] = 0;
	peer_command(p, c.command, 1, 0, octets, 1);
	ck_assert(status().effective.lock);
	ck_assert_uint_eq(status().owner.version, 1);
	/* A jump far ahead, then the one before it. */
	peer_say(p, WIRE_CONTROL, 10000, plain,
	    wire_control_encode(
		&(struct wire_control){ .command = WIRE_CMD_PING }, plain),
	    &ping);
	n = p->nsent;
	ck_assert(peer_hear(p, &ping));
	peer_run(p, 1);
	ck_assert_uint_eq(p->nsent, n + 1);
	peer_say(p, WIRE_CONTROL, 9999, plain,
	    wire_control_encode(
		&(struct wire_control){ .command = WIRE_CMD_UNBIND }, plain),
	    &later);
	ck_assert(peer_hear(p, &later));
	ck_assert_int_eq(status().state, PHONE_UNBOUND);
}
END_TEST

START_TEST(a_late_command_is_ignored)
{
	uint32_t now_s = (uint32_t)(p->now_ms / 1000);

	peer_command(p, WIRE_CMD_UNBIND, 0, now_s - 1, NULL, 0);
	ck_assert_int_eq(status().state, PHONE_BOUND);
	/* One that this version does not know. */
	peer_command(p, (enum wire_command)99, 0, 0, NULL, 0);
	ck_assert_int_eq(status().state, PHONE_BOUND);
	peer_command(p, WIRE_CMD_UNBIND, 0, now_s + 1, NULL, 0);
	ck_assert_int_eq(status().state, PHONE_UNBOUND);
}
END_TEST

START_TEST(the_lock_holds_and_is_reported)
{
	struct policy owner = { .lock = true,
		.kind[RECORD_MESSAGE].mode = POLICY_AT_ONCE };
	const struct policy own = { .kind[RECORD_MESSAGE].mode = POLICY_OFF };
	struct upload_preamble pre;
	struct record **list;
	size_t n;

	own_policy(RECORD_MESSAGE, POLICY_OFF, 0);
	peer_policy(p, 7, &owner);
	ck_assert_int_eq(p->told[PHONE_N_POLICY], 1);
	ck_assert_int_eq(
	    status().effective.kind[RECORD_MESSAGE].mode, POLICY_AT_ONCE);
	ck_assert_int_eq(phone_set_policy(p->phone, &own), PHONE_E_LOCKED);
	ck_assert_int_eq(
	    phone_bind_code(p->phone, PEER_SERVICE, p->code), PHONE_E_LOCKED);
	put_messages(1, 1);
	peer_run(p, 1);
	ck_assert(peer_read(p, 0, 2, &pre, &list, &n));
	ck_assert_uint_eq(n, 1);
	ck_assert_uint_eq(pre.policy_applied, 7);
	ck_assert(pre.user_refused);
	record_free(list[0]);
	free(list);
	/* Unlocked: the user's own counts where the owner says nothing. */
	peer_policy(p, 8, &(struct policy){ .lock = false });
	ck_assert_int_eq(
	    status().effective.kind[RECORD_MESSAGE].mode, POLICY_OFF);
	peer_run(p, HOUR);
	ck_assert(peer_read(p, 1, 3, &pre, &list, &n));
	ck_assert_uint_eq(n, 0);
	ck_assert_uint_eq(pre.policy_applied, 8);
	ck_assert(!pre.user_refused);
	free(list);
}
END_TEST

START_TEST(silence_is_answered_by_the_last_sms)
{
	put_messages(1, 1);
	phone_upload_now(p->phone);
	peer_run(p, 1);
	ck_assert_uint_eq(p->nsent, 1);
	peer_run(p, 30 * DAY);
	ck_assert_uint_gt(p->nsent, 3);
	ck_assert_uint_lt(p->nsent, 20);
	for (size_t i = 1; i < p->nsent; i++)
		ck_assert_mem_eq(
		    p->sent[i].octets, p->sent[0].octets, p->sent[0].len);
	acknowledge(2);
	p->nsent = 0;
	peer_run(p, 100 * DAY);
	ck_assert_uint_eq(p->nsent, 0);
}
END_TEST

/* One that no transfer can hold does not stand in the way of the others. */
START_TEST(too_large_a_record_blocks_nothing)
{
	struct record *r = record_new(RECORD_CONTACT, 1);
	static char text[8001];
	uint64_t random = 5;

	for (size_t i = 0; i < sizeof text - 1; i++)
		text[i] = (char)('!' + check_random(&random) % 94);
	record_add_text(r, RECORD_NAME, "Anna");
	record_add_text(r, RECORD_NOTE_TEXT, text);
	peer_put(p, r);
	put_messages(1, 5);
	phone_upload_now(p->phone);
	peer_run(p, DAY);
	ck_assert_uint_gt(p->nsent, 0);
	ck_assert_uint_eq(records_in(0, 2, 2), 5);
	acknowledge(1 + (uint32_t)status().in_flight);
	/* Smaller, it goes. */
	r = record_new(RECORD_CONTACT, 1);
	record_add_text(r, RECORD_NAME, "Anna");
	peer_put(p, r);
	phone_upload_now(p->phone);
	p->nsent = 0;
	peer_run(p, 1);
	ck_assert_uint_eq(p->nsent, 1);
	ck_assert_uint_eq(status().pending, 0);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("phone");
	TCase *tc = tcase_create("binding");

	tcase_add_checked_fixture(tc, open_peer, close_peer);
	tcase_set_timeout(tc, 300);
	tcase_add_test(tc, what_is_no_code_is_refused);
	tcase_add_test(tc, a_code_binds);
	tcase_add_test(tc, a_picture_binds);
	tcase_add_test(tc, the_question_is_asked);
	tcase_add_test(tc, a_forged_challenge_does_nothing);
	tcase_add_test(tc, hello_is_said_again);
	tcase_add_test(tc, refused_is_unbound);
	suite_add_tcase(s, tc);
	tc = tcase_create("bound");
	tcase_add_checked_fixture(tc, open_bound, close_peer);
	tcase_set_timeout(tc, 300);
	tcase_add_test(tc, manual_waits_to_be_told);
	tcase_add_test(tc, off_is_never_sent);
	tcase_add_test(tc, at_once_is_at_once);
	tcase_add_test(tc, an_interval_gathers);
	tcase_add_test(tc, fill_waits_for_a_full_sms);
	tcase_add_test(tc, the_pace_is_kept);
	tcase_add_test(tc, a_day_has_its_limit);
	tcase_add_test(tc, no_coverage_loses_nothing);
	tcase_add_test(tc, routine_uploads_wait_for_their_answer);
	tcase_add_test(tc, exactly_what_is_asked_for);
	tcase_add_test(tc, numbers_that_were_never_used_are_ignored);
	tcase_add_test(tc, a_replay_has_no_effect);
	tcase_add_test(tc, a_late_command_is_ignored);
	tcase_add_test(tc, the_lock_holds_and_is_reported);
	tcase_add_test(tc, silence_is_answered_by_the_last_sms);
	tcase_add_test(tc, too_large_a_record_blocks_nothing);
	suite_add_tcase(s, tc);
	tc = tcase_create("clocks");
	tcase_set_timeout(tc, 300);
	tcase_add_loop_test(tc, a_clock_that_jumps_changes_nothing, 0, 6);
	tcase_add_loop_test(tc, a_restart_with_a_wrong_clock, 0, 4);
	suite_add_tcase(s, tc);
	return check_main(s);
}
