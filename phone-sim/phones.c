#include "phones.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "phones_internal.h"

#define PACE_SMS 600 /* no operating system asks a simulated user */
#define PACE_MS 60000
#define TICK_MIN_MS 50 /* a library that is due at once is due soon */

/* ---- the library's host ---- */

int64_t
sim_phone_now_ms(const struct sim_phone *p)
{
	return sim_now_ms(p->all->sim) + p->clock_ms;
}

static int64_t
host_now(void *ctx)
{
	return sim_phone_now_ms(ctx);
}

static int64_t
host_mono(void *ctx)
{
	const struct sim_phone *p = ctx;

	return sim_now_ms(p->all->sim);
}

void
sim_phone_notice(struct sim_phone *p, const char *fmt, ...)
{
	struct sim *s = p->all->sim;
	char text[512];
	va_list ap;
	int n;

	if (s->notice == NULL)
		return;
	n = snprintf(text, sizeof text, "phone %u: ", p->n);
	va_start(ap, fmt);
	vsnprintf(text + n, sizeof text - (size_t)n, fmt, ap);
	va_end(ap);
	s->notice(s->ctx, text);
}

static void
show_lost(struct sim_phone *p)
{
	struct wire_lost l;

	phone_get_lost(p->lib, &l);
	if (!l.on) {
		sim_phone_notice(p, "was found: all is as before");
		return;
	}
	sim_phone_notice(p, "is lost%s%s%s%s", l.ring ? ", it rings" : "",
	    l.lock_screen ? ", its screen is locked" : "",
	    l.text[0] != '\0' ? ", it shows: " : "", l.text);
}

static void
host_tell(void *ctx, enum phone_notice what, const char *detail)
{
	struct sim_phone *p = ctx;

	if (detail == NULL)
		detail = "";
	switch (what) {
	case PHONE_N_BINDING:
		p->digits[0] = p->question[0] = p->refused[0] = '\0';
		sim_phone_notice(p, "has asked to be bound");
		break;
	case PHONE_N_QUESTION:
		snprintf(p->question, sizeof p->question, "%s", detail);
		sim_phone_notice(
		    p, "asks: %s (phone %u answer ...)", detail, p->n);
		break;
	case PHONE_N_DIGITS:
		snprintf(p->digits, sizeof p->digits, "%s", detail);
		sim_phone_notice(p, "compare with the page: %s", detail);
		break;
	case PHONE_N_BOUND:
		p->question[0] = '\0';
		p->put_files = true;
		sim_phone_notice(p, "is bound");
		break;
	case PHONE_N_REFUSED:
		snprintf(p->refused, sizeof p->refused, "%s", detail);
		sim_phone_notice(p, "was refused: %s", detail);
		break;
	case PHONE_N_POLICY:
		sim_phone_notice(p, "the owner's policy is in force");
		break;
	case PHONE_N_UNBOUND:
		p->digits[0] = '\0';
		sim_phone_notice(p, "is not bound any more");
		break;
	case PHONE_N_UPLOADED:
		sim_phone_notice(p, "uploads %s", detail);
		break;
	case PHONE_N_ACKED:
		sim_phone_notice(p, "all that was sent has arrived");
		break;
	case PHONE_N_TEXT:
		sim_phone_notice(p, "shows: %s", detail);
		break;
	case PHONE_N_LOST:
		show_lost(p);
		break;
	case PHONE_N_RESTORED:
		p->restored++;
		sim_phone_notice(p, "a restore is over: %s", detail);
		break;
	}
}

static void
on_tick(void *arg)
{
	struct sim_phone *p = arg;

	p->tick = NULL;
	sim_phone_settle(p);
}

void
sim_phone_settle(struct sim_phone *p)
{
	struct sched *s = p->all->sim->sched;
	int64_t next, now;

	sched_cancel(s, p->tick);
	p->tick = NULL;
	if (p->lib == NULL)
		return;
	next = phone_tick(p->lib);
	if (p->put_files) {
		p->put_files = false;
		sim_phone_put_all(p);
		next = phone_tick(p->lib);
	}
	now = sched_now(s);
	if (next < now + TICK_MIN_MS)
		next = now + TICK_MIN_MS;
	p->tick = sched_at(s, next, on_tick, p);
}

/* ---- SIM, radio, power ---- */

/* The same number is always on the same SIM. */
static void
sim_of_number(const char *number, char out[static 24])
{
	uint32_t h = 2166136261u;

	for (const char *c = number; *c != '\0'; c++)
		h = (h ^ (uint8_t)*c) * 16777619u;
	snprintf(out, 24, "893580%010u0%02u", h, h % 97);
}

static int
open_lib(struct sim_phone *p)
{
	const struct phone_identity who = { .device_id = p->imei,
		.sim_id = p->sim_id[0] != '\0' ? p->sim_id : NULL,
		.name = p->name,
		.text_only = p->text_only };
	char path[4096];

	sim_phone_file(p, "journal", path);
	if ((p->lib = phone_open(path, &p->host, &who)) == NULL)
		return -1;
	phone_set_pace(p->lib, PACE_SMS, PACE_MS);
	sim_phone_put_all(p);
	sim_phone_see_sim(p);
	sim_phone_settle(p);
	return 0;
}

static void
close_lib(struct sim_phone *p)
{
	phone_close(p->lib);
	p->lib = NULL;
	sched_cancel(p->all->sim->sched, p->tick);
	p->tick = NULL;
}

const char *
sim_phone_reopen(struct sim_phone *p)
{
	close_lib(p);
	if (p->power && open_lib(p) != 0)
		return "the phone does not start: see the log";
	if (p->line != NULL && sim_phone_on_air(p))
		smsc_alert(p->all->sim->smsc, p->line);
	return NULL;
}

const char *
sim_phone_sim(struct sim_phone *p, const char *number)
{
	struct phones *all = p->all;

	if (number != NULL && !pdu_is_number(number))
		return "that is no telephone number";
	for (size_t i = 0; number != NULL && i < all->n; i++)
		if (all->phone[i] != p && all->phone[i]->line != NULL &&
		    strcmp(all->phone[i]->number, number) == 0)
			return "that SIM is in another phone: take it out "
			       "there first with phone N sim out";
	if (number != NULL &&
	    strcmp(number, smsc_service_number(all->sim->smsc)) == 0)
		return "that is the service's number: a modem has its SIM";
	smsc_detach(all->sim->smsc, p->line);
	p->line = NULL;
	p->number[0] = p->sim_id[0] = '\0';
	if (number != NULL) {
		snprintf(p->number, sizeof p->number, "%s", number);
		sim_of_number(number, p->sim_id);
		p->line = smsc_attach(all->sim->smsc, number, &p->end);
	}
	sim_phone_save(p);
	return sim_phone_reopen(p);
}

const char *
sim_phone_coverage(struct sim_phone *p, bool on)
{
	p->coverage = on;
	sim_phone_save(p);
	if (sim_phone_on_air(p))
		smsc_alert(p->all->sim->smsc, p->line);
	sim_phone_settle(p);
	return NULL;
}

const char *
sim_phone_power(struct sim_phone *p, bool on)
{
	if (p->power == on)
		return NULL;
	p->power = on;
	sim_phone_save(p);
	return sim_phone_reopen(p);
}

const char *
sim_phone_restart(struct sim_phone *p)
{
	return p->power ? sim_phone_reopen(p) : PHONES_OFF;
}

const char *
sim_phone_text_only(struct sim_phone *p, bool on)
{
	p->text_only = on;
	sim_phone_save(p);
	return sim_phone_reopen(p);
}

const char *
sim_phone_clock(struct sim_phone *p, int64_t ms)
{
	p->clock_ms += ms;
	sim_phone_save(p);
	sim_phone_settle(p);
	return NULL;
}

/* ---- facts ---- */

void
sim_phone_facts(const struct sim_phone *p, struct phone_facts *out)
{
	*out = (struct phone_facts){ .n = p->n,
		.name = p->name,
		.number = p->number,
		.sim_id = p->sim_id,
		.imei = p->imei,
		.digits = p->digits,
		.question = p->question,
		.refused = p->refused,
		.power = p->power,
		.coverage = p->coverage,
		.text_only = p->text_only,
		.roaming = p->roaming,
		.clock_ms = p->clock_ms,
		.restored = p->restored,
		.data_in = p->data_in,
		.text_in = p->text_in,
		.text_out = p->text_out };
}

struct book *
sim_phone_book(struct sim_phone *p)
{
	return p->book;
}

struct phone *
sim_phone_lib(struct sim_phone *p)
{
	return p->lib;
}

/* ---- all of them ---- */

static void
identify(struct sim_phone *p)
{
	uint64_t seed = p->all->sim->setup.seed;

	p->chinese = p->n % 2 == 0;
	p->power = p->coverage = true;
	snprintf(p->number, sizeof p->number, "+35850%07u",
	    1000000 + p->n % 1000000);
	sim_of_number(p->number, p->sim_id);
	snprintf(p->imei, sizeof p->imei, "86%06u%06u0",
	    (unsigned)(seed % 1000000), p->n % 1000000);
	people_phone_name(seed, p->n, p->chinese, p->name, sizeof p->name);
	p->host = (struct phone_host){ .ctx = p,
		.now_ms = host_now,
		.mono_ms = host_mono,
		.send = sim_phone_send,
		.tell = host_tell };
	sim_phone_life_host(&p->host);
	p->offset_min = p->chinese ? 480 : 120;
	snprintf(p->sim_seen, sizeof p->sim_seen, "%s", p->sim_id);
	p->end = (struct smsc_end){
		.ctx = p, .radio = true, .deliver = sim_phone_deliver
	};
}

static int
start(struct sim_phone *p, const struct people_amount *amount)
{
	struct sim *s = p->all->sim;
	bool known;
	char path[4096];

	identify(p);
	known = sim_phone_load(p);
	sim_phone_file(p, "records", path);
	if (!known)
		unlink(path); /* half filled, when the first start was cut */
	if ((p->book = book_open(path)) == NULL)
		return -1;
	if (!known && (people_fill(p->book, s->setup.seed, p->n, p->chinese,
			   s->setup.start_ms, amount) != 0 ||
			  people_fill_more(p->book, s->setup.seed, p->n,
			      p->chinese, s->setup.start_ms, amount) != 0 ||
			  sim_phone_first_files(p, amount->files) != 0 ||
			  sim_phone_save(p) != 0))
		return -1;
	if (p->number[0] != '\0' &&
	    (p->line = smsc_attach(s->smsc, p->number, &p->end)) == NULL) {
		log_error(
		    "phone %u: \"%s\" is no telephone number", p->n, p->number);
		return -1;
	}
	return p->power ? open_lib(p) : 0;
}

static void
phone_free(struct sim_phone *p)
{
	if (p == NULL)
		return;
	close_lib(p);
	smsc_detach(p->all->sim->smsc, p->line);
	book_close(p->book);
	for (int i = 0; i < PHONES_PARTS_HELD; i++)
		free(p->puzzle[i]);
	free(p);
}

struct phones *
phones_new(struct sim *s, size_t n, const struct people_amount *amount)
{
	struct phones *all = calloc(1, sizeof *all);

	if (all == NULL)
		return NULL;
	all->sim = s;
	if (phones_dir_make(all) != 0 ||
	    (all->phone = calloc(n + 1, sizeof *all->phone)) == NULL)
		goto fail;
	while (all->n < n) {
		struct sim_phone *p = calloc(1, sizeof *p);

		if (p == NULL)
			goto fail;
		all->phone[all->n++] = p;
		p->all = all;
		p->n = (unsigned)all->n;
		if (start(p, amount) != 0)
			goto fail;
	}
	return all;
fail:
	phones_free(all);
	return NULL;
}

void
phones_free(struct phones *p)
{
	if (p == NULL)
		return;
	for (size_t i = 0; i < p->n; i++)
		phone_free(p->phone[i]);
	if (p->temporary)
		phones_dir_remove(p->dir);
	free(p->phone);
	free(p);
}

size_t
phones_count(const struct phones *p)
{
	return p != NULL ? p->n : 0;
}

struct sim_phone *
phones_get(struct phones *p, unsigned long n)
{
	return p != NULL && n >= 1 && n <= p->n ? p->phone[n - 1] : NULL;
}
