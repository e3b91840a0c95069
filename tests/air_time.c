/*
 * What is under way between phones and gateway.  Nothing else moves the clock.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "air_internal.h"
#include "check_main.h"

#define HOUR_MS 3600000LL
/* Nothing came for so long: the gateway's looks are fewer. */
#define QUIET_MS (3 * HOUR_MS)

static double
chance(struct air *a)
{
	return (double)(check_random(&a->seed) >> 11) / 9007199254740992.0;
}

void
air_carry(struct air *a, int to, const char *number, const uint8_t *sms,
    size_t len, bool text)
{
	int copies = chance(a) < a->faults.dup ? 2 : 1;

	if (a->no_coverage || chance(a) < a->faults.loss) {
		a->counts.lost++;
		return;
	}
	while (copies-- > 0) {
		struct message *m;

		if (a->n == a->cap) {
			a->cap = a->cap == 0 ? 64 : 2 * a->cap;
			a->queue = realloc(a->queue, a->cap * sizeof *a->queue);
			ck_assert_ptr_nonnull(a->queue);
		}
		m = &a->queue[a->n++];
		memset(m, 0, sizeof *m);
		m->at_ms = a->now_ms + 2000;
		if (a->faults.delay_ms > 0)
			m->at_ms += (int64_t)(check_random(&a->seed) %
					      (uint64_t)a->faults.delay_ms);
		m->order = a->order++;
		m->to = to;
		snprintf(m->number, sizeof m->number, "%s", number);
		m->text = text;
		m->len = len;
		memcpy(m->sms, sms, len);
	}
}

void
air_lose_all(struct air *a, bool on)
{
	a->no_coverage = on;
	if (on)
		a->n = 0;
}

static void
to_gateway(struct air *a, const struct message *m)
{
	static int64_t next_id = 1;
	struct spool_row *row;

	a->waiting =
	    realloc(a->waiting, (a->nwaiting + 1) * sizeof *a->waiting);
	row = &a->waiting[a->nwaiting++];
	memset(row, 0, sizeof *row);
	a->heard_ms = a->now_ms;
	row->id = next_id++;
	row->received_ms = a->now_ms;
	strcpy(row->modem, "air");
	strcpy(row->sms.number, m->number);
	row->sms.class = m->text ? LINK_CLASS_TEXT : LINK_CLASS_DATA;
	if (!m->text) {
		static const uint8_t udh[] = { 6, 5, 4, WIRE_PORT >> 8,
			WIRE_PORT & 0xff, 0, 0 };

		memcpy(row->sms.udh, udh, sizeof udh);
		row->sms.udh_len = sizeof udh;
	}
	row->sms.data_len = (uint32_t)m->len;
	memcpy(row->sms.data, m->sms, m->len);
}

/* The one that has not the next turn, if there are two. */
static void
change_turns(struct air *a)
{
	struct gateway *gateway = a->gateway;
	struct db *db = a->db;

	if (a->other == NULL)
		return;
	a->gateway = a->other;
	a->db = a->other_db;
	a->other = gateway;
	a->other_db = db;
}

/* Give the gateway what waits; keep what it wants later. */
static void
run_gateway(struct air *a)
{
	struct gateway_answer answers[256];
	size_t kept = 0;
	int n = a->nwaiting > 256 ? 256 : (int)a->nwaiting;

	if (a->other != NULL && n > 1) /* the rest is the other's */
		n = 1 + (int)(check_random(&a->seed) % (uint64_t)n);
	if (n > 0) {
		ck_assert_int_eq(
		    gateway_take(a->gateway, a->waiting, n, a->now_ms, answers),
		    0);
		for (int i = 0; i < n; i++)
			if (answers[i].verdict == GATEWAY_LATER)
				a->waiting[kept++] = a->waiting[i];
		memmove(a->waiting + kept, a->waiting + n,
		    (a->nwaiting - (size_t)n) * sizeof *a->waiting);
		a->nwaiting -= (size_t)n - kept;
	}
	ck_assert_int_ge(gateway_open(a->gateway, a->open_most, a->now_ms), 0);
	change_turns(a);
}

static int
phone_of(const struct air *a, const char *number)
{
	for (int i = 0; i < a->phones; i++)
		if (strcmp(a->station[i].number, number) == 0)
			return i;
	return -1;
}

/* For a person to read. */
static void
keep_letter(struct air *a, const struct gate_claim *c)
{
	struct air_letter *l = &a->letter[a->letters++ % 32];

	snprintf(l->number, sizeof l->number, "%s", c->number);
	memcpy(l->text, c->frame, c->len);
	l->text[c->len] = '\0';
}

/* The modem's part: take what is due from the outbox and put it on the air. */
static void
run_outbox(struct air *a)
{
	const struct gate_budget budget = { 50, 0, 0 };
	struct gate_claim c;
	int attempts, to;

	while (gate_outbox_claim(a->db, &budget, a->now_ms, &c) == DB_OK) {
		char letters[WIRE_TEXT_CHARS + 1];

		ck_assert_int_eq(gate_outbox_result(a->db, c.account, c.outbox,
				     "sent", "air", 1, 0, a->now_ms, &attempts),
		    DB_OK);
		if (c.account == a->account) /* not what another test left */
			a->counts.down++;
		if (c.plain)
			keep_letter(a, &c);
		if (c.plain || (to = phone_of(a, c.number)) == -1)
			continue;
		if (c.text) {
			size_t n = wire_text_encode(c.frame, c.len, letters);

			air_carry(a, to, SERVICE, (uint8_t *)letters, n, true);
		} else {
			air_carry(a, to, SERVICE, c.frame, c.len, false);
		}
	}
}

static void
deliver_due(struct air *a)
{
	bool any = true;

	while (any) {
		size_t best = SIZE_MAX;

		for (size_t i = 0; i < a->n; i++)
			if (a->queue[i].at_ms <= a->now_ms &&
			    (best == SIZE_MAX ||
				a->queue[i].at_ms < a->queue[best].at_ms ||
				(a->queue[i].at_ms == a->queue[best].at_ms &&
				    a->queue[i].order < a->queue[best].order)))
				best = i;
		any = best != SIZE_MAX;
		if (any) {
			struct message m = a->queue[best];

			a->queue[best] = a->queue[--a->n];
			if (m.to == -1) {
				to_gateway(a, &m);
			} else {
				phone_receive(a->station[m.to].phone, m.number,
				    m.sms, m.len, m.text);
				a->station[m.to].tick_ms = 0;
			}
		}
	}
}

/* When anything is next due; at most until. */
static int64_t
next_time(const struct air *a, int64_t until)
{
	int64_t next = until;

	for (size_t i = 0; i < a->n; i++)
		if (a->queue[i].at_ms < next)
			next = a->queue[i].at_ms;
	for (int i = 0; i < a->phones; i++)
		if (a->station[i].tick_ms < next)
			next = a->station[i].tick_ms;
	if (a->gateway_ms < next)
		next = a->gateway_ms;
	return next > a->now_ms ? next : a->now_ms + 1;
}

/* Days in which nothing comes are most of the time that passes here, and what
 * is due then is due to the hour. */
static int64_t
next_look(const struct air *a)
{
	bool quiet = a->now_ms - a->heard_ms > QUIET_MS;

	if (a->tick_every_ms > 0)
		return a->now_ms + a->tick_every_ms;
	return a->now_ms + (quiet ? HOUR_MS : HOUR_MS / 6);
}

static void
step(struct air *a)
{
	bool heard = a->nwaiting > 0;

	deliver_due(a);
	heard = heard || a->nwaiting > 0;
	for (int i = 0; i < a->phones; i++)
		if (a->station[i].tick_ms <= a->now_ms)
			a->station[i].tick_ms = phone_tick(a->station[i].phone);
	if (heard || a->now_ms >= a->gateway_ms)
		run_gateway(a);
	if (heard && a->other != NULL)
		run_gateway(a);
	if (heard || a->now_ms >= a->gateway_ms) {
		ck_assert_int_eq(gateway_tick(a->gateway, a->now_ms), 0);
		run_outbox(a);
		a->gateway_ms = next_look(a);
	}
}

void
air_tick_every(struct air *a, int64_t ms)
{
	a->tick_every_ms = ms;
}

void
air_run(struct air *a, int64_t ms)
{
	int64_t until = a->now_ms + ms;

	while (a->now_ms < until) {
		step(a);
		a->now_ms = next_time(a, until);
	}
	step(a);
}

static bool
is_quiet(struct air *a)
{
	for (int i = 0; i < a->phones; i++) {
		struct phone_status st;

		phone_get_status(a->station[i].phone, &st);
		if (st.in_flight > 0 || st.pending > 0)
			return false;
	}
	return true;
}

bool
air_settle(struct air *a, int64_t most_ms)
{
	int64_t until = a->now_ms + most_ms;

	while (a->now_ms < until) {
		air_run(a, 600000);
		if (is_quiet(a))
			return true;
	}
	return false;
}

const char *
air_state(struct air *a)
{
	size_t used = 0;

	for (int i = 0; i < a->phones; i++) {
		struct phone_status st;

		phone_get_status(a->station[i].phone, &st);
		used += (size_t)snprintf(a->why + used, sizeof a->why - used,
		    "phone %d: state %d, %zu pending, %zu in flight; ", i,
		    (int)st.state, st.pending, st.in_flight);
	}
	return a->why;
}

enum gateway_verdict
air_inject(struct air *a, const char *from, const uint8_t *sms, size_t len)
{
	struct message m = { .to = -1, .len = len };
	struct gateway_answer answer;

	strcpy(m.number, from);
	memcpy(m.sms, sms, len);
	to_gateway(a, &m);
	ck_assert_int_eq(gateway_take(a->gateway, &a->waiting[--a->nwaiting], 1,
			     a->now_ms, &answer),
	    0);
	return answer.verdict;
}

void
air_inject_many(struct air *a, const struct air_sms *sms, int n,
    enum gateway_verdict *verdict)
{
	struct gateway_answer answer[256];

	ck_assert_uint_eq(a->nwaiting, 0);
	for (int i = 0; i < n; i++) {
		struct message m = {
			.to = -1, .text = sms[i].text, .len = sms[i].len
		};

		strcpy(m.number, "+358409999999");
		memcpy(m.sms, sms[i].octets, sms[i].len);
		to_gateway(a, &m);
	}
	ck_assert_int_eq(
	    gateway_take(a->gateway, a->waiting, n, a->now_ms, answer), 0);
	a->nwaiting = 0;
	for (int i = 0; i < n; i++)
		verdict[i] = answer[i].verdict;
	ck_assert_int_ge(gateway_open(a->gateway, a->open_most, a->now_ms), 0);
	ck_assert_int_eq(gateway_tick(a->gateway, a->now_ms), 0);
}

size_t
air_sent(const struct air *a, const uint8_t **sms, size_t *len, size_t back)
{
	size_t i = (a->nsent - 1 - back) % 256;

	*sms = a->sent[i].sms;
	*len = a->sent[i].len;
	return a->nsent;
}
