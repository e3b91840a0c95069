/* Time, air and the service centre: who gets what, when, and how often. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "check_main.h"
#include "sched.h"
#include "smsc.h"

#define START INT64_C(1795521600000)
#define SERVICE "+358401000000"
#define PHONE "+358501000001"
#define OTHER "+358501000002"

/* ---- time ---- */

struct note {
	struct sched *s;
	int64_t seen[64];
	int n;
};

static void
write_down(void *arg)
{
	struct note *note = arg;

	note->seen[note->n++] = sched_now(note->s) - START;
}

static void
again(void *arg)
{
	struct note *note = arg;

	write_down(note);
	if (note->n < 5)
		sched_at(note->s, sched_now(note->s) + 10, again, note);
}

START_TEST(events_run_in_order)
{
	struct note note = { .s = sched_new(START) };
	static const int64_t want[] = { 5, 10, 10, 30 };
	struct sched_event *e;

	sched_at(note.s, START + 30, write_down, &note);
	sched_at(note.s, START + 10, write_down, &note);
	e = sched_at(note.s, START + 20, write_down, &note);
	sched_at(note.s, START + 10, write_down, &note);
	sched_at(note.s, START + 5, write_down, &note);
	sched_cancel(note.s, e);
	sched_cancel(note.s, NULL);
	ck_assert_int_eq(sched_next(note.s), START + 5);
	sched_run(note.s, START + 29);
	ck_assert_int_eq(note.n, 3);
	ck_assert_int_eq(sched_now(note.s), START + 29);
	sched_run(note.s, START + 1000);
	ck_assert_int_eq(note.n, 4);
	ck_assert_mem_eq(note.seen, want, sizeof want);
	ck_assert_int_eq(sched_next(note.s), SCHED_NEVER);
	/* An event may make events, and what has passed means now. */
	note.n = 0;
	sched_at(note.s, START, again, &note);
	sched_run(note.s, START + 2000);
	ck_assert_int_eq(note.n, 5);
	ck_assert_int_eq(note.seen[4], 1040);
	sched_free(note.s);
}
END_TEST

static void
count_order(void *arg)
{
	int *n = arg;

	(*n)++;
}

/* A heap in disorder would run an event late. */
START_TEST(many_events)
{
	struct sched *s = sched_new(0);
	static struct sched_event *e[5000];
	uint64_t seed = 5;
	int n = 0, cancelled = 0;
	int64_t last = 0;

	for (int i = 0; i < 5000; i++)
		e[i] = sched_at(s, (int64_t)(check_random(&seed) % 100000),
		    count_order, &n);
	for (int i = 0; i < 5000; i += 3, cancelled++)
		sched_cancel(s, e[i]);
	while (sched_pending(s) > 0) {
		ck_assert_int_ge(sched_next(s), last);
		last = sched_next(s);
		sched_run(s, last);
	}
	ck_assert_int_eq(n, 5000 - cancelled);
	sched_free(s);
}
END_TEST

/* ---- the network ---- */

struct station {
	struct net *net;
	bool away;
	int room; /* takes so many more; -1: any */
	int n;
	struct pdu got[4096];
	int64_t at[4096];
	struct smsc_end end;
	struct smsc_line *line;
};

struct net {
	struct sched *s;
	struct air air;
	struct smsc *c;
};

static enum smsc_taken
take(void *ctx, const struct pdu *m)
{
	struct station *st = ctx;

	if (st->away || st->room == 0)
		return SMSC_AWAY;
	if (st->room > 0)
		st->room--;
	ck_assert_int_lt(st->n, 4096);
	st->at[st->n] = sched_now(st->net->s) - START;
	st->got[st->n++] = *m;
	return SMSC_TAKEN;
}

static void
open_net(struct net *net, uint64_t seed)
{
	net->s = sched_new(START);
	air_init(&net->air, seed);
	net->c = smsc_new(net->s, &net->air, SERVICE);
	ck_assert_ptr_nonnull(net->c);
}

static void
close_net(struct net *net)
{
	smsc_free(net->c);
	sched_free(net->s);
}

static struct station *
join(struct net *net, const char *number, bool radio)
{
	struct station *st = calloc(1, sizeof *st);

	st->net = net;
	st->room = -1;
	st->end = (struct smsc_end){ st, radio, take };
	st->line = smsc_attach(net->c, number, &st->end);
	ck_assert_ptr_nonnull(st->line);
	return st;
}

static void
run(struct net *net, int64_t ms)
{
	sched_run(net->s, sched_now(net->s) + ms);
}

static void
send_one(struct station *st, const char *to, int number)
{
	struct pdu m = { .type = PDU_SUBMIT,
		.dcs = 4,
		.ud_len = 4,
		.ud_octets = 4,
		.report = number < 0,
		.reference = (uint8_t)-number };

	memcpy(m.ud, &number, 4);
	snprintf(m.number, sizeof m.number, "%s", to);
	smsc_submit(st->net->c, st->line, &m);
}

static int
number_of(const struct pdu *m)
{
	int v;

	memcpy(&v, m->ud, 4);
	return v;
}

START_TEST(stores_and_forwards)
{
	struct net net;
	struct station *phone, *modem;
	struct smsc_stats st;

	open_net(&net, 1);
	phone = join(&net, PHONE, true);
	modem = join(&net, SERVICE, false);
	smsc_set_price(net.c, SMSC_DOWN, 70);
	send_one(phone, SERVICE, 1);
	run(&net, 0);
	ck_assert_int_eq(modem->n, 1);
	ck_assert_str_eq(modem->got[0].number, PHONE);
	ck_assert_int_eq(modem->got[0].type, PDU_DELIVER);
	ck_assert_int_eq(modem->got[0].time_ms, START);

	phone->away = true;
	for (int i = 10; i < 15; i++)
		send_one(modem, PHONE, i);
	run(&net, 3600000);
	ck_assert_int_eq(phone->n, 0);
	smsc_get_stats(net.c, &st);
	ck_assert_uint_eq(st.waiting, 5);
	phone->away = false;
	send_one(modem, PHONE, 15); /* behind those that wait */
	run(&net, 1);
	ck_assert_int_eq(phone->n, 0);
	smsc_alert(net.c, phone->line);
	ck_assert_int_eq(phone->n, 6);
	for (int i = 0; i < 6; i++)
		ck_assert_int_eq(number_of(&phone->got[i]), 10 + i);
	smsc_get_stats(net.c, &st);
	ck_assert_uint_eq(st.waiting, 0);
	ck_assert_uint_eq(st.sent[SMSC_UP], 1);
	ck_assert_uint_eq(st.delivered[SMSC_DOWN], 6);
	ck_assert_uint_eq(st.price_milli[SMSC_DOWN], 6 * 70);
	close_net(&net);
	free(phone);
	free(modem);
}
END_TEST

/* A SIM that is full takes one for each slot that becomes free. */
START_TEST(a_full_end_is_served_as_it_empties)
{
	struct net net;
	struct station *phone, *modem;

	open_net(&net, 1);
	phone = join(&net, PHONE, true);
	modem = join(&net, SERVICE, false);
	modem->room = 3;
	for (int i = 0; i < 10; i++)
		send_one(phone, SERVICE, i);
	run(&net, 1000);
	ck_assert_int_eq(modem->n, 3);
	for (int i = 4; i <= 10; i++) {
		modem->room = 1;
		smsc_alert(net.c, modem->line);
		ck_assert_int_eq(modem->n, i);
		ck_assert_int_eq(number_of(&modem->got[i - 1]), i - 1);
	}
	close_net(&net);
	free(phone);
	free(modem);
}
END_TEST

START_TEST(reports_and_expiry)
{
	struct net net;
	struct station *phone, *modem, *second;
	struct pdu m = { .type = PDU_SUBMIT,
		.report = true,
		.reference = 9,
		.validity_ms = 300000 };

	open_net(&net, 1);
	phone = join(&net, PHONE, true);
	second = join(&net, SERVICE, false);
	modem = join(&net, SERVICE, false);
	send_one(modem, PHONE, -7);
	run(&net, 10);
	ck_assert_int_eq(phone->n, 1);
	ck_assert_int_eq(second->n, 0); /* a report goes to who asked */
	ck_assert_int_eq(modem->n, 1);
	ck_assert_int_eq(modem->got[0].type, PDU_STATUS_REPORT);
	ck_assert_int_eq(modem->got[0].reference, 7);
	ck_assert_int_eq(modem->got[0].status, PDU_ST_DELIVERED);
	ck_assert_str_eq(modem->got[0].number, PHONE);

	phone->away = true;
	snprintf(m.number, sizeof m.number, PHONE);
	smsc_submit(net.c, modem->line, &m);
	run(&net, 299000);
	ck_assert_int_eq(modem->n, 1);
	run(&net, 2000);
	ck_assert_int_eq(modem->n, 2);
	ck_assert_int_eq(modem->got[1].status, PDU_ST_EXPIRED);
	ck_assert_int_eq(modem->got[1].reference, 9);
	phone->away = false;
	smsc_alert(net.c, phone->line);
	ck_assert_int_eq(phone->n, 1);

	snprintf(m.number, sizeof m.number, "+999");
	smsc_submit(net.c, modem->line, &m);
	run(&net, 10);
	ck_assert_int_eq(modem->got[2].status, PDU_ST_NOT_OBTAINABLE);

	/* Who asked is gone before the report: nobody gets it. */
	phone->away = true;
	send_one(modem, PHONE, -8);
	run(&net, 10);
	smsc_detach(net.c, modem->line);
	phone->away = false;
	smsc_alert(net.c, phone->line);
	run(&net, 10);
	ck_assert_int_eq(second->n, 0);
	close_net(&net);
	free(phone);
	free(modem);
	free(second);
}
END_TEST

/* Modems of one number take turns, and stand in for one another. */
START_TEST(modems_take_turns)
{
	struct net net;
	struct station *phone, *m[3];

	open_net(&net, 1);
	phone = join(&net, PHONE, true);
	for (int i = 0; i < 3; i++)
		m[i] = join(&net, SERVICE, false);
	for (int i = 0; i < 30; i++)
		send_one(phone, SERVICE, i);
	run(&net, 1000);
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(m[i]->n, 10);
	m[0]->away = true;
	smsc_detach(net.c, m[1]->line);
	for (int i = 0; i < 30; i++)
		send_one(phone, SERVICE, i);
	run(&net, 1000);
	ck_assert_int_eq(m[2]->n, 40);
	close_net(&net);
	for (int i = 0; i < 3; i++)
		free(m[i]);
	free(phone);
}
END_TEST

/* The number is the SIM's: what waits for it goes where the SIM goes. */
START_TEST(a_number_moves)
{
	struct net net;
	struct station *old, *new, *other;

	open_net(&net, 1);
	old = join(&net, PHONE, true);
	other = join(&net, OTHER, true);
	smsc_detach(net.c, old->line);
	send_one(other, PHONE, 5);
	run(&net, 1000);
	new = join(&net, PHONE, true);
	ck_assert_int_eq(old->n, 0);
	ck_assert_int_eq(new->n, 1);
	close_net(&net);
	free(old);
	free(new);
	free(other);
}
END_TEST

START_TEST(kept_over_a_restart)
{
	struct net net;
	struct station *phone, *modem;
	char path[] = "/tmp/check_sim.XXXXXX";
	int fd = mkstemp(path);

	open_net(&net, 1);
	phone = join(&net, PHONE, true);
	modem = join(&net, SERVICE, false);
	phone->away = true;
	for (int i = 0; i < 5; i++)
		send_one(modem, PHONE, i);
	run(&net, 1000);
	ck_assert_int_eq(smsc_save(net.c, path), 0);
	close_net(&net);
	free(phone);
	free(modem);

	open_net(&net, 1);
	ck_assert_int_eq(smsc_load(net.c, path), 0);
	run(&net, 1000);
	phone = join(&net, PHONE, true);
	ck_assert_int_eq(phone->n, 5);
	for (int i = 0; i < 5; i++)
		ck_assert_int_eq(number_of(&phone->got[i]), i);
	close_net(&net);
	free(phone);
	close(fd);
	unlink(path);
}
END_TEST

/* ---- the air ---- */

/* What arrives, in a few numbers. */
static uint64_t
digest_of_run(uint64_t seed, int count, int *got, int *twice, int *order)
{
	struct net net;
	struct station *phone, *modem;
	static int seen[4096];
	uint64_t digest = 14695981039346656037u;

	open_net(&net, seed);
	net.air.weather[AIR_UP] = (struct air_weather){ .loss = 0.1,
		.dup = 0.05,
		.reorder = 0.05,
		.delay_ms = 3000,
		.delay_min_ms = 500 };
	phone = join(&net, PHONE, true);
	modem = join(&net, SERVICE, false);
	for (int i = 0; i < count; i++) {
		send_one(phone, SERVICE, i);
		run(&net, 1000);
	}
	run(&net, 3600000);
	memset(seen, 0, sizeof seen);
	*got = *twice = *order = 0;
	for (int i = 0; i < modem->n; i++) {
		int v = number_of(&modem->got[i]);

		*got += seen[v] == 0;
		*twice += seen[v]++ > 0;
		*order += i > 0 && number_of(&modem->got[i - 1]) > v;
		digest = (digest ^ (uint64_t)v ^ (uint64_t)modem->at[i] << 20) *
			 1099511628211u;
		ck_assert_int_ge(modem->at[i], (int64_t)v * 1000 + 500);
	}
	close_net(&net);
	free(phone);
	free(modem);
	return digest;
}

START_TEST(air_does_what_it_is_told)
{
	int got, twice, order;

	digest_of_run(42, 2000, &got, &twice, &order);
	ck_assert_msg(got > 1730 && got < 1870, "got %d, want about 1800", got);
	ck_assert_msg(
	    twice > 55 && twice < 130, "twice %d, want about 90", twice);
	ck_assert_msg(order > 50, "out of order %d, want 90 and more", order);
}
END_TEST

START_TEST(a_seed_is_a_run)
{
	int a, b, c;

	ck_assert(digest_of_run(7, 500, &a, &b, &c) ==
		  digest_of_run(7, 500, &a, &b, &c));
	ck_assert(digest_of_run(7, 500, &a, &b, &c) !=
		  digest_of_run(8, 500, &a, &b, &c));
}
END_TEST

/* With delay alone nothing overtakes. */
START_TEST(delay_keeps_the_order)
{
	struct net net;
	struct station *phone, *modem;

	open_net(&net, 3);
	net.air.weather[AIR_UP].delay_ms = 30000;
	phone = join(&net, PHONE, true);
	modem = join(&net, SERVICE, false);
	for (int i = 0; i < 500; i++) {
		send_one(phone, SERVICE, i);
		run(&net, 100);
	}
	run(&net, INT64_C(36000000));
	ck_assert_int_eq(modem->n, 500);
	for (int i = 0; i < 500; i++)
		ck_assert_int_eq(number_of(&modem->got[i]), i);
	close_net(&net);
	free(phone);
	free(modem);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("sim_net");
	TCase *tc = tcase_create("network");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, events_run_in_order);
	tcase_add_test(tc, many_events);
	tcase_add_test(tc, stores_and_forwards);
	tcase_add_test(tc, a_full_end_is_served_as_it_empties);
	tcase_add_test(tc, reports_and_expiry);
	tcase_add_test(tc, modems_take_turns);
	tcase_add_test(tc, a_number_moves);
	tcase_add_test(tc, kept_over_a_restart);
	tcase_add_test(tc, air_does_what_it_is_told);
	tcase_add_test(tc, a_seed_is_a_run);
	tcase_add_test(tc, delay_keeps_the_order);
	suite_add_tcase(s, tc);
	return check_main(s);
}
