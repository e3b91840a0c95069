#include "modem.h"

#include <event2/buffer.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"

struct modem {
	struct event_base *base;
	struct sched *sched;
	struct smsc *smsc;
	struct smsc_line *line; /* NULL while detached */
	struct at *at;
	struct tty *tty;
	struct at_host at_host;
	struct tty_host tty_host;
	struct smsc_end end;
	char number[PDU_NUMBER_MAX], imei[16], imsi[16], iccid[21];
	struct evbuffer *in; /* what a slow modem has not looked at yet */
	struct event *slow; /* runs the command line that waits */
	struct event *mute_end;
	unsigned latency_ms, garble;
	struct rng noise;
	uint64_t garbled;
};

/* ---- AT dialogue ---- */

static int64_t
at_now(void *ctx)
{
	const struct modem *m = ctx;

	return sched_now(m->sched);
}

static void
at_write(void *ctx, const void *p, size_t n)
{
	struct modem *m = ctx;
	uint8_t bad[4096];

	if (m->garble == 0) {
		tty_write(m->tty, p, n);
		return;
	}
	for (size_t at = 0; at < n; at += sizeof bad) {
		size_t k = n - at < sizeof bad ? n - at : sizeof bad;

		memcpy(bad, (const uint8_t *)p + at, k);
		for (size_t i = 0; i < k; i++) {
			if (rng_below(&m->noise, m->garble) != 0)
				continue;
			bad[i] ^= (uint8_t)(1u << rng_below(&m->noise, 7));
			m->garbled++;
		}
		tty_write(m->tty, bad, k);
	}
}

static int
at_submit(void *ctx, struct pdu *pdu)
{
	struct modem *m = ctx;

	if (m->line == NULL)
		return 331; /* no network service */
	smsc_submit(m->smsc, m->line, pdu);
	return 0;
}

static void
at_ready(void *ctx)
{
	struct modem *m = ctx;

	if (m->line != NULL)
		smsc_alert(m->smsc, m->line);
}

/* ---- network ---- */

static enum smsc_taken
on_deliver(void *ctx, const struct pdu *pdu)
{
	struct modem *m = ctx;

	return at_deliver(m->at, pdu) == AT_TAKEN ? SMSC_TAKEN : SMSC_AWAY;
}

/* ---- line ---- */

/* A slow modem answers one line after the other, each after its time. */
static void
work(struct modem *m)
{
	const struct timeval wait = { m->latency_ms / 1000,
		(suseconds_t)(m->latency_ms % 1000 * 1000) };

	while (!at_waiting(m->at) && evbuffer_get_length(m->in) > 0) {
		size_t n = evbuffer_get_contiguous_space(m->in);
		const uint8_t *p = evbuffer_pullup(m->in, (ev_ssize_t)n);

		evbuffer_drain(m->in, at_feed(m->at, p, n));
	}
	if (at_waiting(m->at) && !event_pending(m->slow, EV_TIMEOUT, NULL))
		event_add(m->slow, &wait);
}

static void
on_slow(evutil_socket_t fd, short what, void *arg)
{
	struct modem *m = arg;

	(void)fd;
	(void)what;
	at_run(m->at);
	work(m);
}

static void
on_input(void *ctx, const uint8_t *p, size_t n)
{
	struct modem *m = ctx;

	if (m->latency_ms == 0 && !at_waiting(m->at)) {
		at_input(m->at, p, n);
		return;
	}
	/* Who types faster than a real line takes loses what is too much. */
	if (evbuffer_get_length(m->in) < 65536)
		evbuffer_add(m->in, p, n);
	work(m);
}

static void
on_fresh(void *ctx)
{
	struct modem *m = ctx;

	evbuffer_drain(m->in, evbuffer_get_length(m->in));
	event_del(m->slow);
	at_hangup(m->at);
}

static void
on_mute_end(evutil_socket_t fd, short what, void *arg)
{
	struct modem *m = arg;

	(void)fd;
	(void)what;
	at_set_fault(m->at, AT_F_MUTE, 0);
}

/* ---- its owner's side ---- */

int
modem_attach(struct modem *m)
{
	if (m->line != NULL)
		return 0;
	if (tty_attach(m->tty) == -1)
		return -1;
	on_fresh(m);
	m->line = smsc_attach(m->smsc, m->number, &m->end);
	if (m->line == NULL) {
		log_error("modem %s: \"%s\" is no telephone number",
		    tty_path(m->tty), m->number);
		return -1;
	}
	return 0;
}

void
modem_detach(struct modem *m)
{
	if (m->line == NULL)
		return;
	smsc_detach(m->smsc, m->line);
	m->line = NULL;
	tty_detach(m->tty);
	on_fresh(m);
}

bool
modem_attached(const struct modem *m)
{
	return m->line != NULL;
}

void
modem_mute(struct modem *m, int64_t ms)
{
	const struct timeval wait = { (time_t)(ms / 1000),
		(suseconds_t)(ms % 1000 * 1000) };

	event_del(m->mute_end);
	if (ms > 0)
		event_add(m->mute_end, &wait);
	at_set_fault(m->at, AT_F_MUTE, ms > 0);
}

void
modem_garble(struct modem *m, unsigned one_in)
{
	m->garble = one_in;
}

void
modem_set_latency(struct modem *m, unsigned ms)
{
	m->latency_ms = ms;
}

unsigned
modem_latency(const struct modem *m)
{
	return m->latency_ms;
}

uint64_t
modem_garbled(const struct modem *m)
{
	return m->garbled;
}

struct at *
modem_at(struct modem *m)
{
	return m->at;
}

struct tty *
modem_tty(struct modem *m)
{
	return m->tty;
}

static void
fill_hosts(struct modem *m)
{
	m->at_host = (struct at_host){ .ctx = m,
		.now_ms = at_now,
		.write = at_write,
		.submit = at_submit,
		.ready = at_ready };
	m->tty_host =
	    (struct tty_host){ .ctx = m, .input = on_input, .fresh = on_fresh };
	m->end = (struct smsc_end){ .ctx = m, .deliver = on_deliver };
}

/* The last digit of an IMEI is a check digit (Luhn). */
static void
number_hardware(struct modem *m, unsigned index)
{
	int sum = 0;

	snprintf(m->imei, sizeof m->imei, "35693803%06u0", index % 1000000);
	for (int i = 0; i < 14; i++) {
		int d = m->imei[i] - '0';

		d *= i % 2 == 1 ? 2 : 1;
		sum += d / 10 + d % 10;
	}
	m->imei[14] = (char)('0' + (10 - sum % 10) % 10);
	snprintf(m->imsi, sizeof m->imsi, "244054%09u", index % 1000000);
	snprintf(m->iccid, sizeof m->iccid, "893580%012u07", index % 1000000);
}

struct modem *
modem_new(struct event_base *base, struct sched *sched, struct smsc *smsc,
    const struct modem_setup *setup)
{
	struct modem *m = calloc(1, sizeof *m);
	struct at_setup at = { .smsc = SMSC_NUMBER,
		.plmn = "24405",
		.operator_name = "Simulated",
		.slots_sim = setup->slots_sim,
		.slots_me = setup->slots_me };

	if (m == NULL)
		return NULL;
	m->base = base;
	m->sched = sched;
	m->smsc = smsc;
	m->latency_ms = setup->latency_ms;
	snprintf(m->number, sizeof m->number, "%s", setup->number);
	rng_init(&m->noise, setup->seed, 100 + (uint64_t)setup->index);
	number_hardware(m, (unsigned)setup->index);
	fill_hosts(m);
	at.imei = m->imei;
	at.imsi = m->imsi;
	at.iccid = m->iccid;
	m->at = at_new(&m->at_host, &at);
	m->in = evbuffer_new();
	m->slow = event_new(base, -1, 0, on_slow, m);
	m->mute_end = event_new(base, -1, 0, on_mute_end, m);
	if (m->at == NULL || m->in == NULL || m->slow == NULL ||
	    m->mute_end == NULL ||
	    (m->tty = tty_new(base, setup->path, &m->tty_host)) == NULL ||
	    modem_attach(m) == -1) {
		modem_free(m);
		return NULL;
	}
	tty_set_speed(m->tty, setup->bits_per_s);
	return m;
}

void
modem_free(struct modem *m)
{
	if (m == NULL)
		return;
	if (m->line != NULL)
		smsc_detach(m->smsc, m->line);
	tty_free(m->tty);
	if (m->slow != NULL)
		event_free(m->slow);
	if (m->mute_end != NULL)
		event_free(m->mute_end);
	if (m->in != NULL)
		evbuffer_free(m->in);
	at_free(m->at);
	free(m);
}

/* ---- over a restart ---- */

static void
save_store(FILE *f, const char *name, struct store *s)
{
	for (size_t n = 1; n <= store_slots(s); n++) {
		const struct store_slot *slot = store_slot(s, n);

		if (slot->state == STORE_FREE)
			continue;
		fprintf(f, "%s %zu %u ", name, n, slot->state);
		for (size_t i = 0; i < slot->len; i++)
			fprintf(f, "%02x", slot->pdu[i]);
		fputs(".\n", f);
	}
}

int
modem_save(struct modem *m, const char *path)
{
	FILE *f = fopen(path, "we");
	int bad;

	if (f == NULL) {
		log_error("cannot write %s: %m", path);
		return -1;
	}
	save_store(f, "SM", at_store_sim(m->at));
	save_store(f, "ME", at_store_me(m->at));
	bad = ferror(f);
	if (fclose(f) != 0 || bad) {
		log_error("cannot write %s: %m", path);
		return -1;
	}
	return 0;
}

static int
load_slot(struct modem *m, const char *line)
{
	char name[3], hex[2 * PDU_MAX + 2];
	uint8_t pdu[PDU_MAX];
	unsigned state, v;
	size_t slot, n;

	if (sscanf(line, "%2s %zu %u %385[0-9a-f.]", name, &slot, &state,
		hex) != 4 ||
	    state > STORE_SENT)
		return -1;
	n = strcspn(hex, ".") / 2;
	if (hex[2 * n] != '.' || n > sizeof pdu)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (sscanf(hex + 2 * i, "%2x", &v) != 1)
			return -1;
		pdu[i] = (uint8_t)v;
	}
	return store_put_at(
	    strcmp(name, "ME") == 0 ? at_store_me(m->at) : at_store_sim(m->at),
	    slot, (enum store_state)state, pdu, n);
}

int
modem_load(struct modem *m, const char *path)
{
	FILE *f = fopen(path, "re");
	char line[512];
	int n = 0, ret = 0;

	if (f == NULL)
		return 0; /* nothing was kept */
	while (ret == 0 && fgets(line, sizeof line, f) != NULL) {
		n++;
		if ((ret = load_slot(m, line)) != 0)
			log_error("%s:%d: not a slot of this SIM", path, n);
	}
	fclose(f);
	return ret;
}
