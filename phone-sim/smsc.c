#include "smsc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"

/*
 * A message's way:
 *
 *   smsc_submit --air up--> arrive --air down--> hand_over --> the end took it
 *        modem: no air        |    modem: no air     |
 *                             |                      +-> WAITING (away) --+
 *                             +-> nobody has the number: report, drop     |
 *                                        alert(), expire()  <-------------+
 *
 * A message is in exactly one of: an event of the scheduler, a queue of a
 * subscriber, a queue of a line (reports go back to the very end that asked).
 */

#define BUCKETS 4096
#define VALIDITY_MAX_MS (INT64_C(7) * 86400 * 1000)

struct message {
	struct smsc *c;
	struct message *next, *prev; /* all that is in flight; or a queue */
	struct queue *queue; /* where it waits, or NULL */
	struct sched_event *event; /* what moves it on */
	struct subscriber *to;
	struct smsc_line *only; /* a report: for this end alone */
	struct smsc_line *origin; /* who is to get a report, or NULL */
	enum smsc_direction direction;
	int64_t expires_ms;
	char from[PDU_NUMBER_MAX];
	struct pdu m;
};

struct queue {
	struct message *first, *last;
};

struct smsc_line {
	struct smsc_line *next; /* of the subscriber */
	struct subscriber *sub;
	struct smsc_end end;
	struct queue reports;
	int64_t last_up; /* air_pass() */
};

struct subscriber {
	struct subscriber *next; /* in its bucket */
	char number[PDU_NUMBER_MAX];
	struct smsc_line *lines;
	struct smsc_line *turn; /* who served last */
	struct queue waiting;
	int64_t last_down;
	bool known; /* somebody has or had this number */
};

struct smsc {
	struct sched *sched;
	struct air *air;
	char service[PDU_NUMBER_MAX];
	struct subscriber *bucket[BUCKETS];
	struct queue flying;
	struct smsc_stats stats;
	uint32_t price[SMSC_DIRECTIONS];
};

/* ---- queues ---- */

static void
enqueue(struct queue *q, struct message *msg)
{
	msg->queue = q;
	msg->next = NULL;
	msg->prev = q->last;
	if (q->last != NULL)
		q->last->next = msg;
	else
		q->first = msg;
	q->last = msg;
}

static void
dequeue(struct message *msg)
{
	struct queue *q = msg->queue;

	if (msg->prev != NULL)
		msg->prev->next = msg->next;
	else
		q->first = msg->next;
	if (msg->next != NULL)
		msg->next->prev = msg->prev;
	else
		q->last = msg->prev;
	msg->queue = NULL;
}

static void
drop(struct message *msg)
{
	struct smsc *c = msg->c;

	if (msg->queue == &c->flying)
		c->stats.in_air--;
	else if (msg->queue != NULL)
		c->stats.waiting--;
	if (msg->queue != NULL)
		dequeue(msg);
	sched_cancel(c->sched, msg->event);
	free(msg);
}

static void
drop_all(struct queue *q)
{
	while (q->first != NULL)
		drop(q->first);
}

/* ---- numbers ---- */

static unsigned
bucket_of(const char *number)
{
	uint32_t h = 2166136261u;

	for (; *number != '\0'; number++)
		h = (h ^ (uint8_t)*number) * 16777619u;
	return h % BUCKETS;
}

static struct subscriber *
find(const struct smsc *c, const char *number)
{
	struct subscriber *s = c->bucket[bucket_of(number)];

	while (s != NULL && strcmp(s->number, number) != 0)
		s = s->next;
	return s;
}

static struct subscriber *
find_or_add(struct smsc *c, const char *number)
{
	struct subscriber *s = find(c, number);
	unsigned b = bucket_of(number);

	if (s != NULL || !pdu_is_number(number) ||
	    (s = calloc(1, sizeof *s)) == NULL)
		return s;
	snprintf(s->number, sizeof s->number, "%s", number);
	s->next = c->bucket[b];
	c->bucket[b] = s;
	return s;
}

static enum smsc_direction
direction_of(const struct smsc *c, const char *from, const char *to)
{
	if (strcmp(to, c->service) == 0)
		return SMSC_UP;
	return strcmp(from, c->service) == 0 ? SMSC_DOWN : SMSC_OTHER;
}

/* ---- a message's way ---- */

static void on_arrive(void *arg);
static void on_hand_over(void *arg);
static void on_expire(void *arg);

static void
fly(struct message *msg, int64_t when_ms, sched_fn *then)
{
	enqueue(&msg->c->flying, msg);
	msg->c->stats.in_air++;
	msg->event = sched_at(msg->c->sched, when_ms, then, msg);
}

static void
land(struct message *msg)
{
	dequeue(msg);
	msg->c->stats.in_air--;
	msg->event = NULL;
}

static struct message *
copy_of(const struct message *msg)
{
	struct message *twin = malloc(sizeof *twin);

	if (twin == NULL)
		abort();
	*twin = *msg;
	twin->event = NULL;
	twin->queue = NULL;
	return twin;
}

/* Through the air or along the wire; msg is taken over. */
static void
pass(struct message *msg, bool radio, enum air_way way, int64_t *last,
    sched_fn *then)
{
	int64_t now = sched_now(msg->c->sched);
	int64_t when[2] = { now, now };
	int copies = 1;

	if (radio)
		copies = air_pass(msg->c->air, way, now, last, when);
	if (copies == 0) {
		drop(msg);
		return;
	}
	if (copies == 2)
		fly(copy_of(msg), when[1], then);
	fly(msg, when[0], then);
}

static void
report(struct message *msg, uint8_t status)
{
	struct smsc *c = msg->c;
	struct message *r;

	if (!msg->m.report || msg->origin == NULL)
		return;
	r = copy_of(msg);
	c->stats.reports++;
	r->m = (struct pdu){
		.type = PDU_STATUS_REPORT,
		.reference = msg->m.reference,
		.status = status,
		.time_ms = msg->m.time_ms,
		.discharge_ms = sched_now(c->sched),
	};
	snprintf(r->m.smsc, sizeof r->m.smsc, "%s", SMSC_NUMBER);
	snprintf(r->m.number, sizeof r->m.number, "%s", msg->to->number);
	r->only = msg->origin;
	r->origin = NULL;
	r->to = r->only->sub;
	r->expires_ms = sched_now(c->sched) + VALIDITY_MAX_MS;
	fly(r, sched_now(c->sched), on_hand_over);
}

static void
wait_for(struct message *msg)
{
	enqueue(
	    msg->only != NULL ? &msg->only->reports : &msg->to->waiting, msg);
	msg->c->stats.waiting++;
	msg->event = sched_at(msg->c->sched, msg->expires_ms, on_expire, msg);
}

static void
on_expire(void *arg)
{
	struct message *msg = arg;

	msg->event = NULL;
	msg->c->stats.expired++;
	report(msg, PDU_ST_EXPIRED);
	drop(msg);
}

/* Some end took it, each in turn. */
static bool
taken(struct message *msg)
{
	struct subscriber *s = msg->to;
	struct smsc_line *line = s->turn;

	if (msg->only != NULL)
		return msg->only->end.deliver(msg->only->end.ctx, &msg->m) ==
		       SMSC_TAKEN;
	for (struct smsc_line *l = s->lines; l != NULL; l = l->next) {
		line =
		    line != NULL && line->next != NULL ? line->next : s->lines;
		if (line->end.deliver(line->end.ctx, &msg->m) == SMSC_TAKEN) {
			s->turn = line;
			return true;
		}
	}
	return false;
}

static void
delivered(struct message *msg)
{
	if (msg->m.type == PDU_DELIVER)
		msg->c->stats.delivered[msg->direction]++;
	report(msg, PDU_ST_DELIVERED);
	drop(msg);
}

static void
on_hand_over(void *arg)
{
	struct message *msg = arg;
	bool behind = msg->only == NULL && msg->to->waiting.first != NULL;

	land(msg);
	/* Not past those that wait already. */
	if (!behind && taken(msg))
		delivered(msg);
	else
		wait_for(msg);
}

static void
on_arrive(void *arg)
{
	struct message *msg = arg;
	struct smsc *c = msg->c;
	const struct smsc_line *line;

	land(msg);
	msg->m.time_ms = sched_now(c->sched) / 1000 * 1000;
	line = msg->to->lines;
	pass(msg, line != NULL && line->end.radio, AIR_DOWN,
	    &msg->to->last_down, on_hand_over);
}

static struct message *
message_new(
    struct smsc *c, const char *from, const char *to, const struct pdu *m)
{
	struct subscriber *s = find_or_add(c, to);
	struct message *msg;

	if (s == NULL || (msg = calloc(1, sizeof *msg)) == NULL)
		return NULL;
	msg->c = c;
	msg->to = s;
	msg->m = *m;
	msg->m.type = PDU_DELIVER;
	snprintf(msg->m.number, sizeof msg->m.number, "%s", from);
	snprintf(msg->m.smsc, sizeof msg->m.smsc, "%s", SMSC_NUMBER);
	snprintf(msg->from, sizeof msg->from, "%s", from);
	msg->direction = direction_of(c, from, to);
	msg->expires_ms =
	    sched_now(c->sched) +
	    (m->validity_ms > 0 && m->validity_ms < VALIDITY_MAX_MS
		    ? m->validity_ms
		    : VALIDITY_MAX_MS);
	return msg;
}

void
smsc_submit(struct smsc *c, struct smsc_line *line, const struct pdu *m)
{
	struct message *msg = message_new(c, line->sub->number, m->number, m);

	if (msg == NULL) {
		c->stats.nowhere++;
		return;
	}
	c->stats.sent[msg->direction]++;
	c->stats.price_milli[msg->direction] += c->price[msg->direction];
	msg->origin = m->report ? line : NULL;
	if (msg->to->lines == NULL && msg->to->waiting.first == NULL &&
	    !msg->to->known) {
		/* A number outside of what is simulated. */
		c->stats.nowhere++;
		msg->m.time_ms = sched_now(c->sched) / 1000 * 1000;
		report(msg, PDU_ST_NOT_OBTAINABLE);
		drop(msg);
		return;
	}
	pass(msg, line->end.radio, AIR_UP, &line->last_up, on_arrive);
}

int
smsc_inject(
    struct smsc *c, const char *from, const char *to, const struct pdu *m)
{
	struct message *msg;

	if (!pdu_is_sender(from) || (msg = message_new(c, from, to, m)) == NULL)
		return -1;
	msg->m.report = false;
	msg->m.time_ms = sched_now(c->sched) / 1000 * 1000;
	fly(msg, sched_now(c->sched), on_hand_over);
	return 0;
}

/* ---- ends ---- */

struct smsc_line *
smsc_attach(struct smsc *c, const char *number, const struct smsc_end *end)
{
	struct subscriber *s = find_or_add(c, number);
	struct smsc_line *line;

	if (s == NULL || (line = calloc(1, sizeof *line)) == NULL)
		return NULL;
	s->known = true;
	line->sub = s;
	line->end = *end;
	line->next = s->lines;
	s->lines = line;
	smsc_alert(c, line);
	return line;
}

static void
forget_origin(struct queue *q, const struct smsc_line *line)
{
	struct message *next;

	for (struct message *msg = q->first; msg != NULL; msg = next) {
		next = msg->next;
		if (msg->origin == line)
			msg->origin = NULL;
		if (msg->only == line)
			drop(msg);
	}
}

void
smsc_detach(struct smsc *c, struct smsc_line *line)
{
	struct smsc_line **at;

	if (line == NULL)
		return;
	for (at = &line->sub->lines; *at != line; at = &(*at)->next)
		;
	*at = line->next;
	line->sub->turn = NULL;
	drop_all(&line->reports);
	forget_origin(&c->flying, line);
	for (size_t i = 0; i < BUCKETS; i++)
		for (struct subscriber *s = c->bucket[i]; s != NULL;
		     s = s->next)
			forget_origin(&s->waiting, line);
	free(line);
}

const char *
smsc_line_number(const struct smsc_line *line)
{
	return line->sub->number;
}

static void
hand_out(struct queue *q)
{
	while (q->first != NULL && taken(q->first))
		delivered(q->first);
}

void
smsc_alert(struct smsc *c, struct smsc_line *line)
{
	(void)c;
	hand_out(&line->reports);
	hand_out(&line->sub->waiting);
}

/* ---- the rest ---- */

struct smsc *
smsc_new(struct sched *s, struct air *air, const char *service_number)
{
	struct smsc *c = calloc(1, sizeof *c);

	if (c == NULL)
		return NULL;
	c->sched = s;
	c->air = air;
	snprintf(c->service, sizeof c->service, "%s", service_number);
	/* The service is a known number though no modem serves it yet. */
	find_or_add(c, service_number)->known = true;
	return c;
}

void
smsc_free(struct smsc *c)
{
	struct subscriber *s;

	if (c == NULL)
		return;
	drop_all(&c->flying);
	for (size_t i = 0; i < BUCKETS; i++) {
		while ((s = c->bucket[i]) != NULL) {
			c->bucket[i] = s->next;
			drop_all(&s->waiting);
			while (s->lines != NULL) {
				struct smsc_line *line = s->lines;

				s->lines = line->next;
				drop_all(&line->reports);
				free(line);
			}
			free(s);
		}
	}
	free(c);
}

void
smsc_set_price(struct smsc *c, enum smsc_direction direction, uint32_t milli)
{
	c->price[direction] = milli;
}

void
smsc_get_stats(const struct smsc *c, struct smsc_stats *out)
{
	*out = c->stats;
}

const char *
smsc_service_number(const struct smsc *c)
{
	return c->service;
}

/* ---- over a restart ---- */

/* One line a message: times, numbers and the user data in hexadecimal.  The
 * numbers have no blanks but those of letters, which become '_'. */
static void
save_one(FILE *f, const struct message *msg)
{
	char from[PDU_NUMBER_MAX];

	if (msg->m.type != PDU_DELIVER)
		return;
	snprintf(from, sizeof from, "%s", msg->from);
	for (char *p = from; *p != '\0'; p++)
		if (*p == ' ')
			*p = '_';
	fprintf(f, "%lld %lld %s %s %u %u %u %u ", (long long)msg->expires_ms,
	    (long long)msg->m.time_ms, from, msg->to->number, msg->m.header,
	    msg->m.pid, msg->m.dcs, msg->m.ud_len);
	for (size_t i = 0; i < msg->m.ud_octets; i++)
		fprintf(f, "%02x", msg->m.ud[i]);
	fputs(".\n", f);
}

int
smsc_save(const struct smsc *c, const char *path)
{
	FILE *f = fopen(path, "we");
	int ret;

	if (f == NULL) {
		log_error("cannot write %s: %m", path);
		return -1;
	}
	for (const struct message *m = c->flying.first; m != NULL; m = m->next)
		save_one(f, m);
	for (size_t i = 0; i < BUCKETS; i++)
		for (const struct subscriber *s = c->bucket[i]; s != NULL;
		     s = s->next)
			for (const struct message *m = s->waiting.first;
			     m != NULL; m = m->next)
				save_one(f, m);
	ret = ferror(f) ? -1 : 0;
	if (fclose(f) != 0 || ret != 0) {
		log_error("cannot write %s: %m", path);
		return -1;
	}
	return 0;
}

static int
load_one(struct smsc *c, const char *line)
{
	char from[PDU_NUMBER_MAX], to[PDU_NUMBER_MAX], hex[2 * PDU_UD_MAX + 2];
	unsigned header, pid, dcs, ud_len, v;
	long long expires, time_ms;
	struct pdu m = { .type = PDU_DELIVER };
	struct message *msg;
	size_t n;

	if (sscanf(line, "%lld %lld %23s %23s %u %u %u %u %281[0-9a-f.]",
		&expires, &time_ms, from, to, &header, &pid, &dcs, &ud_len,
		hex) != 9)
		return -1;
	for (char *p = from; *p != '\0'; p++)
		if (*p == '_')
			*p = ' ';
	n = strcspn(hex, ".");
	if (n % 2 != 0 || hex[n] != '.' || header > 1 || pid > 255 ||
	    dcs > 255 || ud_len > 160 ||
	    pdu_octets_of((uint8_t)ud_len, (uint8_t)dcs) != n / 2)
		return -1;
	m.header = header == 1;
	m.pid = (uint8_t)pid;
	m.dcs = (uint8_t)dcs;
	m.ud_len = (uint8_t)ud_len;
	m.ud_octets = (uint8_t)(n / 2);
	m.time_ms = time_ms;
	for (size_t i = 0; i < n / 2; i++) {
		if (sscanf(hex + 2 * i, "%2x", &v) != 1)
			return -1;
		m.ud[i] = (uint8_t)v;
	}
	if (!pdu_is_sender(from) ||
	    (msg = message_new(c, from, to, &m)) == NULL)
		return -1;
	msg->expires_ms = expires;
	msg->to->known = true;
	fly(msg, sched_now(c->sched), on_hand_over);
	return 0;
}

int
smsc_load(struct smsc *c, const char *path)
{
	FILE *f = fopen(path, "re");
	char line[512];
	int n = 0;

	if (f == NULL)
		return 0; /* nothing was kept */
	while (fgets(line, sizeof line, f) != NULL) {
		n++;
		if (load_one(c, line) != 0) {
			log_error("%s:%d: not a message: left out", path, n);
			break;
		}
	}
	fclose(f);
	return 0;
}
