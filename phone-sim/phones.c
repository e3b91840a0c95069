#include "phones.h"

#include <dirent.h>
#include <errno.h>
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

/* ---- files ---- */

void
sim_phone_file(const struct sim_phone *p, const char *what, char out[4096])
{
	snprintf(out, 4096, "%s/phone-%u.%s", p->all->dir, p->n, what);
}

int
sim_phone_save(struct sim_phone *p)
{
	char path[4096], aside[4096];
	FILE *f;

	sim_phone_file(p, "settings", path);
	sim_phone_file(p, "settings-new", aside);
	if ((f = fopen(aside, "we")) == NULL) {
		log_error("cannot write %s: %m", aside);
		return -1;
	}
	fprintf(f,
	    "number %s\nsim %s\npower %d\ncoverage %d\ntext %d\nclock %lld\n"
	    "roaming %d\nzone %d\nseen %s\n",
	    p->number, p->sim_id, p->power, p->coverage, p->text_only,
	    (long long)p->clock_ms, p->roaming, p->offset_min, p->sim_seen);
	for (int k = 1; k < RECORD_KIND_COUNT; k++)
		fprintf(f, "policy %d %d %u\n", k, (int)p->own.kind[k].mode,
		    p->own.kind[k].interval_min);
	if (fclose(f) != 0 || rename(aside, path) == -1) {
		log_error("cannot write %s: %m", path);
		return -1;
	}
	return 0;
}

static void
load_setting(struct sim_phone *p, const char *line)
{
	int k, mode, on;
	unsigned minutes;
	long long ms;

	if (strcmp(line, "number \n") == 0)
		p->number[0] = p->sim_id[0] = '\0';
	else if (sscanf(line, "number %23s", p->number) == 1 ||
		 sscanf(line, "sim %23s", p->sim_id) == 1 ||
		 sscanf(line, "seen %23s", p->sim_seen) == 1 ||
		 sscanf(line, "zone %d", &p->offset_min) == 1)
		return;
	if (sscanf(line, "power %d", &on) == 1)
		p->power = on != 0;
	else if (sscanf(line, "coverage %d", &on) == 1)
		p->coverage = on != 0;
	else if (sscanf(line, "text %d", &on) == 1)
		p->text_only = on != 0;
	else if (sscanf(line, "roaming %d", &on) == 1)
		p->roaming = on != 0;
	else if (sscanf(line, "clock %lld", &ms) == 1)
		p->clock_ms = ms;
	else if (sscanf(line, "policy %d %d %u", &k, &mode, &minutes) == 3 &&
		 k > 0 && k < RECORD_KIND_COUNT && mode >= POLICY_INHERIT &&
		 mode <= POLICY_FILL) {
		p->own.kind[k].mode = (enum policy_mode)mode;
		p->own.kind[k].interval_min = minutes;
	}
}

/* False: it is a new phone. */
static bool
load_settings(struct sim_phone *p)
{
	char path[4096], line[256];
	FILE *f;

	sim_phone_file(p, "settings", path);
	if ((f = fopen(path, "re")) == NULL)
		return false;
	while (fgets(line, sizeof line, f) != NULL)
		load_setting(p, line);
	fclose(f);
	return true;
}

/* Without a directory of its own a phone lives in memory, as far as we can:
 * a journal must be a file to outlive the phone's restart. */
static int
make_dir(struct phones *all)
{
	static const char *const places[] = { "/dev/shm", NULL, "/tmp" };

	if (all->sim->setup.state != NULL) {
		snprintf(
		    all->dir, sizeof all->dir, "%s", all->sim->setup.state);
		return 0;
	}
	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
		const char *place = places[i];

		if (place == NULL && (place = getenv("TMPDIR")) == NULL)
			continue;
		snprintf(
		    all->dir, sizeof all->dir, "%s/phone-sim.XXXXXX", place);
		if (mkdtemp(all->dir) != NULL) {
			all->temporary = true;
			return 0;
		}
	}
	log_error("cannot make a temporary directory: %m; give one with "
		  "--state");
	return -1;
}

static void
remove_dir(const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *e;

	while (d != NULL && (e = readdir(d)) != NULL)
		if (e->d_name[0] != '.')
			unlinkat(dirfd(d), e->d_name, 0);
	if (d != NULL)
		closedir(d);
	rmdir(dir);
}

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

bool
sim_phone_on_air(const struct sim_phone *p)
{
	return p->power && p->coverage && p->line != NULL;
}

void
sim_phone_submit(struct sim_phone *p, const char *to, struct pdu *m)
{
	m->type = PDU_SUBMIT;
	snprintf(m->number, sizeof m->number, "%s", to);
	smsc_submit(p->all->sim->smsc, p->line, m);
}

static int
host_send(
    void *ctx, const char *number, const uint8_t *frame, size_t len, bool text)
{
	static const uint8_t ports[7] = { 6, 5, 4, WIRE_PORT >> 8,
		WIRE_PORT & 255, WIRE_PORT >> 8, WIRE_PORT & 255 };
	struct sim_phone *p = ctx;
	char letters[WIRE_TEXT_CHARS + 1];
	struct pdu m = { .dcs = 0x04, .header = true };

	if (!sim_phone_on_air(p))
		return -1;
	if (text) {
		if (len > WIRE_TEXT_MAX)
			return -1;
		wire_text_encode(frame, len, letters);
		text_to_parts(letters, 0, &m, 1);
	} else {
		if (len > sizeof m.ud - sizeof ports)
			return -1;
		memcpy(m.ud, ports, sizeof ports);
		memcpy(m.ud + sizeof ports, frame, len);
		m.ud_len = m.ud_octets = (uint8_t)(sizeof ports + len);
	}
	sim_phone_submit(p, number, &m);
	return 0;
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

/* ---- what comes in ---- */

int
sim_phone_add_message(struct sim_phone *p, const char *peer, int direction,
    const char *text, int64_t sent_ms)
{
	struct record *r =
	    record_new(RECORD_MESSAGE, book_next_id(p->book, RECORD_MESSAGE));

	if (r == NULL)
		return -1;
	record_set_time_ms(r, sim_phone_now_ms(p));
	if (record_add_text(r, RECORD_PEER, peer) != 0 ||
	    record_add_int(r, RECORD_DIRECTION, direction) != 0 ||
	    record_add_text(r, RECORD_BODY, text) != 0 ||
	    record_add_int(r, RECORD_READ, direction == RECORD_MSG_SENT) != 0) {
		record_free(r);
		return -1;
	}
	if (direction == RECORD_MSG_RECEIVED)
		record_add_int(r, RECORD_SENT_MS, sent_ms);
	if (p->lib != NULL)
		phone_put(p->lib, r);
	return book_put(p->book, r);
}

static struct puzzle *
find_puzzle(
    struct sim_phone *p, const struct pdu *m, const struct text_header *h)
{
	struct puzzle **oldest = &p->puzzle[0];

	for (int i = 0; i < PHONES_PARTS_HELD; i++) {
		struct puzzle *z = p->puzzle[i];

		if (z != NULL && z->reference == h->reference &&
		    z->total == h->total && strcmp(z->from, m->number) == 0)
			return z;
		if (z == NULL ||
		    (*oldest != NULL && z->order < (*oldest)->order))
			oldest = &p->puzzle[i];
	}
	free(*oldest);
	if ((*oldest = calloc(1, sizeof **oldest)) == NULL)
		return NULL;
	(*oldest)->order = p->puzzles++;
	(*oldest)->reference = h->reference;
	(*oldest)->total = h->total;
	snprintf((*oldest)->from, sizeof(*oldest)->from, "%s", m->number);
	return *oldest;
}

/* One part more; the whole text is a message. */
static void
take_part(struct sim_phone *p, const struct pdu *m, const struct text_header *h)
{
	char text[TEXT_PARTS_MAX * 480 + 1];
	struct puzzle *z;
	size_t n = 0;

	if (h->total == 0 || h->total > TEXT_PARTS_MAX || h->index == 0 ||
	    h->index > h->total || (z = find_puzzle(p, m, h)) == NULL ||
	    z->there[h->index - 1])
		return;
	z->there[h->index - 1] = true;
	z->part[h->index - 1] = *m;
	if (++z->have < z->total)
		return;
	for (int i = 0; i < z->total; i++)
		n += text_of_part(&z->part[i], text + n, sizeof text - n);
	p->text_in++;
	sim_phone_add_message(
	    p, m->number, RECORD_MSG_RECEIVED, text, m->time_ms);
	sim_phone_notice(p, "SMS from %s: %.300s", m->number, text);
	for (int i = 0; i < PHONES_PARTS_HELD; i++)
		if (p->puzzle[i] == z)
			p->puzzle[i] = NULL;
	free(z);
}

static void
take_text(struct sim_phone *p, const struct pdu *m)
{
	char text[PDU_UD_MAX * 4 + 8];
	size_t n = text_of_part(m, text, sizeof text);

	if (phone_receive(p->lib, m->number, (const uint8_t *)text, n, true)) {
		p->data_in++;
		return;
	}
	p->text_in++;
	if (n > 0)
		sim_phone_add_message(
		    p, m->number, RECORD_MSG_RECEIVED, text, m->time_ms);
	sim_phone_notice(p, "SMS from %s: %.300s", m->number, text);
}

static enum smsc_taken
on_deliver(void *ctx, const struct pdu *m)
{
	struct sim_phone *p = ctx;
	struct text_header h = { 0 };
	bool head = m->header && text_header_read(m->ud, m->ud_octets, &h);

	if (!sim_phone_on_air(p) || p->lib == NULL)
		return SMSC_AWAY;
	if (m->type != PDU_DELIVER)
		return SMSC_TAKEN;
	if (pdu_alphabet(m->dcs) == PDU_8BIT) {
		/* What is for no port that we know is for nobody. */
		if (head && h.port && h.port_to == WIRE_PORT &&
		    phone_receive(p->lib, m->number, m->ud + h.len,
			m->ud_octets - h.len, false))
			p->data_in++;
	} else if (head && h.concat) {
		take_part(p, m, &h);
	} else {
		take_text(p, m);
	}
	sim_phone_settle(p);
	return SMSC_TAKEN;
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
		.send = host_send,
		.tell = host_tell };
	sim_phone_life_host(&p->host);
	p->offset_min = p->chinese ? 480 : 120;
	snprintf(p->sim_seen, sizeof p->sim_seen, "%s", p->sim_id);
	p->end =
	    (struct smsc_end){ .ctx = p, .radio = true, .deliver = on_deliver };
}

static int
start(struct sim_phone *p, const struct people_amount *amount)
{
	struct sim *s = p->all->sim;
	bool known;
	char path[4096];

	identify(p);
	known = load_settings(p);
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
	if (make_dir(all) != 0 ||
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
		remove_dir(p->dir);
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
