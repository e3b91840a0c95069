#include "plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "seal.h"
#include "wire.h"

#define HOUR_MS 3600000LL
#define DAY_MS (24 * HOUR_MS)
/* A typical day. */
#define DAY_MESSAGES 30
#define DAY_CALLS 12
#define DAY_CONTACTS_TENTHS 3
#define DAYS_MAX 365
/* Whose day it is, is awake from 7 to 23: that is where its records are. */
#define AWAKE_MS (16 * HOUR_MS)
#define MORNING_MS (7 * HOUR_MS)
#define PENDING_MAX 4096
#define COMPLAINTS_MAX 5

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static size_t
room_of(const struct method *how, size_t sms)
{
	return seal_transfer_room(sms, WIRE_DATA_MAX) - how->preamble;
}

/*
 * One transfer of at most that many SMS from the first records of the list.
 * Returns how many it took; what fits no transfer at all is counted as wrong
 * and passed over.
 */
static size_t
transfer(struct methods *m, const struct method *how,
    const struct record *const *list, size_t count, size_t most,
    struct plan_sum *sum, size_t *sms)
{
	uint8_t out[WIRE_TRANSFER_OCTETS_MAX];
	double start = now();
	size_t len = 0, n, need = 1;

	n = how->fill(m, list, count, out, room_of(how, most), &len);
	if (n == 0 && most < WIRE_SEGMENTS_MAX) /* too long for so few */
		n = how->fill(
		    m, list, 1, out, room_of(how, WIRE_SEGMENTS_MAX), &len);
	sum->write_s += now() - start;
	*sms = 0;
	if (n == 0) {
		if (sum->wrong++ < COMPLAINTS_MAX)
			fprintf(stderr, "record %u does not fit a transfer\n",
			    (unsigned)record_id(list[0]));
		return 1;
	}
	start = now();
	if (!how->check(m, list, n, out, len)) {
		if (sum->wrong < COMPLAINTS_MAX)
			fprintf(stderr, "record %u and on: not what went in\n",
			    (unsigned)record_id(list[0]));
		sum->wrong += n;
	}
	sum->read_s += now() - start;
	while (room_of(how, need) < len)
		need++;
	*sms = need;
	sum->sms += need;
	sum->octets += len;
	sum->records += n;
	return n;
}

static void
learn(struct methods *m, const struct method *how,
    const struct record *const *list, size_t n)
{
	if (how->learn != NULL && n > 0)
		how->learn(m, list, n);
}

/* The first backup has the newest first, but for contacts. */
static const struct record **
in_order(const struct plan *p, const struct corpus *c)
{
	const struct record **list = calloc(c->count + 1, sizeof(void *));

	if (list == NULL)
		exit(1);
	for (size_t i = 0; i < c->count; i++) {
		bool back = p->mode == PLAN_FULL &&
			    record_kind(c->list[0]) != RECORD_CONTACT;

		list[i] = c->list[back ? c->count - 1 - i : i];
	}
	return list;
}

void
plan_run(const struct plan *p, struct methods *m, const struct method *how,
    const struct corpus *c, struct plan_sum *sum)
{
	const struct record **list = in_order(p, c);
	size_t most = p->mode == PLAN_FULL    ? c->count
		      : p->mode == PLAN_BATCH ? p->batch
					      : 1;
	size_t sms;

	for (size_t i = 0; i < c->count;) {
		size_t n = c->count - i < most ? c->count - i : most;

		n = transfer(m, how, list + i, n, WIRE_SEGMENTS_MAX, sum, &sms);
		/* Of a full backup each goes by the one before, in any case. */
		learn(m, how, list + i, n);
		i += n;
	}
	free(list);
}

/* ---- days ---- */

struct event {
	int64_t at_ms;
	struct record *r; /* owned: a copy with another time */
};

static int
by_time(const void *a, const void *b)
{
	const struct event *x = a, *y = b;

	if (x->at_ms != y->at_ms)
		return x->at_ms < y->at_ms ? -1 : 1;
	if (record_kind(x->r) != record_kind(y->r))
		return record_kind(x->r) < record_kind(y->r) ? -1 : 1;
	return record_id(x->r) < record_id(y->r) ? -1 : 1;
}

/*
 * Count records of c, from the given one on, spread over the hours awake of
 * the days: the gaps between them keep their proportions.  Milliseconds are
 * kept where the records have them.
 */
static size_t
spread(const struct corpus *c, size_t from, size_t count, size_t days,
    int64_t start_ms, struct event *out)
{
	int64_t first, span;

	if (count == 0)
		return 0;
	first = record_time_ms(c->list[from]);
	span = record_time_ms(c->list[from + count - 1]) - first;
	for (size_t i = 0; i < count; i++) {
		struct record *r = record_copy(c->list[from + i]);
		int64_t t, ms;

		if (r == NULL)
			exit(1);
		t = record_time_ms(r);
		ms = t % 1000;
		if (span > 0 && t >= first && t - first <= span)
			t = (int64_t)((double)(t - first) / (double)span *
				      (double)((int64_t)days * AWAKE_MS - 1));
		else
			t = (int64_t)days * AWAKE_MS / (int64_t)count *
			    (int64_t)i;
		t = t / AWAKE_MS * DAY_MS + MORNING_MS + t % AWAKE_MS;
		t = start_ms + t / 1000 * 1000 + (ms > 0 ? ms : 0);
		if (record_kind(r) != RECORD_CONTACT)
			record_set_time_ms(r, t);
		out[i] = (struct event){ t, r };
	}
	return count;
}

struct day {
	const struct plan *p;
	struct methods *m;
	const struct method *how;
	struct plan_sum *sum;
	const struct record *pending[PENDING_MAX];
	int64_t since_ms; /* when the oldest pending one came */
	size_t count;
	const struct record *sent[PENDING_MAX]; /* not yet acknowledged */
	size_t unknown;
};

/* A transfer of at most that many SMS from what waits. */
static void
send(struct day *d, size_t most)
{
	size_t sms, n = transfer(
			d->m, d->how, d->pending, d->count, most, d->sum, &sms);

	for (size_t i = 0; i < n; i++)
		if (d->unknown < PENDING_MAX)
			d->sent[d->unknown++] = d->pending[i];
	for (size_t i = n; i < d->count; i++)
		d->pending[i - n] = d->pending[i];
	d->count -= n;
}

static bool
is_full(struct day *d)
{
	uint8_t out[WIRE_TRANSFER_OCTETS_MAX];
	size_t len = 0;

	return d->how->fill(d->m, d->pending, d->count, out, room_of(d->how, 1),
		   &len) < d->count;
}

static void
due(struct day *d, int64_t now_ms, int64_t *hour)
{
	bool go = false;

	switch (d->p->policy) {
	case PLAN_ONCE:
		go = true;
		break;
	case PLAN_HOURLY:
		go = now_ms / HOUR_MS > *hour;
		break;
	case PLAN_FILL:
		go = now_ms - d->since_ms >= d->p->fill_ms;
		break;
	}
	*hour = now_ms / HOUR_MS;
	while (go && d->count > 0)
		send(d, WIRE_SEGMENTS_MAX);
}

static void
add(struct day *d, const struct event *e)
{
	if (d->count == 0)
		d->since_ms = e->at_ms;
	d->pending[d->count++] = e->r;
	if (d->p->policy == PLAN_FILL)
		while (d->count > 1 && is_full(d)) {
			send(d, 1);
			d->since_ms = e->at_ms;
		}
}

static void
run_days(struct day *d, const struct event *list, size_t count, int64_t start)
{
	int64_t hour = start / HOUR_MS, day = start / DAY_MS;

	for (size_t i = 0; i < count; i++) {
		/* The hour that ended sends what it had, then comes this. */
		if (d->p->policy != PLAN_ONCE)
			due(d, list[i].at_ms, &hour);
		if (list[i].at_ms / DAY_MS > day) {
			day = list[i].at_ms / DAY_MS;
			learn(d->m, d->how, d->sent, d->unknown);
			d->unknown = 0;
		}
		add(d, &list[i]);
		if (d->p->policy == PLAN_ONCE || d->count == PENDING_MAX)
			while (d->count > 0)
				send(d, WIRE_SEGMENTS_MAX);
	}
	while (d->count > 0)
		send(d, WIRE_SEGMENTS_MAX);
}

static size_t
days_of(const struct corpus *corpora, size_t *contacts)
{
	size_t days = DAYS_MAX;
	size_t messages = corpora[RECORD_MESSAGE].count;
	size_t calls = corpora[RECORD_CALL].count;

	if (messages > 0 && messages / DAY_MESSAGES < days)
		days = messages / DAY_MESSAGES;
	if (calls > 0 && calls / DAY_CALLS < days)
		days = calls / DAY_CALLS;
	if (messages + calls == 0)
		days = 0;
	*contacts = days * DAY_CONTACTS_TENTHS / 10;
	if (*contacts > corpora[RECORD_CONTACT].count)
		*contacts = corpora[RECORD_CONTACT].count;
	return days;
}

double
plan_day(const struct plan *p, struct methods *m, const struct method *how,
    const struct corpus *corpora, struct plan_sum *sum)
{
	const struct corpus *contacts = &corpora[RECORD_CONTACT];
	const int64_t start = 1700006400000; /* a midnight */
	struct day *d = calloc(1, sizeof *d);
	struct event *list;
	size_t new_contacts, days = days_of(corpora, &new_contacts), n = 0;

	list = calloc(days * (DAY_MESSAGES + DAY_CALLS + 1) + 1, sizeof *list);
	if (list == NULL || d == NULL)
		exit(1);
	*d = (struct day){ .p = p, .m = m, .how = how, .sum = sum };
	/* All contacts but the last were backed up long ago. */
	learn(m, how, (const struct record *const *)contacts->list,
	    contacts->count - new_contacts);
	if (days > 0) {
		n += spread(contacts, contacts->count - new_contacts,
		    new_contacts, days, start, list + n);
		if (corpora[RECORD_MESSAGE].count > 0)
			n += spread(&corpora[RECORD_MESSAGE], 0,
			    days * DAY_MESSAGES, days, start, list + n);
		if (corpora[RECORD_CALL].count > 0)
			n += spread(&corpora[RECORD_CALL], 0, days * DAY_CALLS,
			    days, start, list + n);
		qsort(list, n, sizeof *list, by_time);
		run_days(d, list, n, start);
	}
	for (size_t i = 0; i < n; i++)
		record_free(list[i].r);
	free(list);
	free(d);
	return days > 0 ? (double)sum->sms / (double)days : -1;
}
