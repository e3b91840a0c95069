#include "command.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "handset.h"
#include "pdu.h"
#include "text.h"

/* ---- what every command needs ---- */

enum command_result
command_ok(struct command *c)
{
	evbuffer_add(c->out, "ok\n", 3);
	return COMMAND_DONE;
}

__attribute__((format(printf, 3, 0))) static void
say(struct evbuffer *out, const char *before, const char *fmt, va_list ap)
{
	evbuffer_add(out, before, strlen(before));
	evbuffer_add_vprintf(out, fmt, ap);
	evbuffer_add(out, "\n", 1);
}

enum command_result
command_error(struct command *c, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(c->out, "error: ", fmt, ap);
	va_end(ap);
	return COMMAND_DONE;
}

void
command_say(struct command *c, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(c->out, "", fmt, ap);
	va_end(ap);
}

const char *
command_rest(struct command *c, int i, char buf[CONTROL_LINE_MAX])
{
	size_t n;

	if (i >= c->n)
		return NULL;
	/* One quoted word is itself; several words are as they were typed. */
	if (i == c->n - 1)
		return c->word[i];
	snprintf(buf, CONTROL_LINE_MAX, "%s", c->line + c->start[i]);
	n = strlen(buf);
	while (n > 0 && isspace((unsigned char)buf[n - 1]))
		buf[--n] = '\0';
	return buf;
}

int
command_int(const struct command *c, int i, long min, long max, long *out)
{
	char *end;
	long v;

	if (i >= c->n || c->word[i][0] == '\0')
		return -1;
	v = strtol(c->word[i], &end, 10);
	if (*end != '\0' || v < min || v > max)
		return -1;
	*out = v;
	return 0;
}

int
command_real(
    const struct command *c, int i, double min, double max, double *out)
{
	char *end;
	double v;

	if (i >= c->n || c->word[i][0] == '\0')
		return -1;
	v = strtod(c->word[i], &end);
	if (*end != '\0' || !(v >= min && v <= max))
		return -1;
	*out = v;
	return 0;
}

int
command_time(const struct command *c, int i, int64_t *ms)
{
	static const struct {
		const char *unit;
		double s;
	} units[] = { { "", 1 }, { "s", 1 }, { "ms", 0.001 }, { "m", 60 },
		{ "h", 3600 }, { "d", 86400 } };
	char *end;
	double v;

	if (i >= c->n || !isdigit((unsigned char)c->word[i][0]))
		return -1;
	v = strtod(c->word[i], &end);
	for (size_t k = 0; k < sizeof units / sizeof units[0]; k++) {
		if (strcmp(end, units[k].unit) == 0 && v <= 1e9) {
			*ms = (int64_t)(v * units[k].s * 1000);
			return 0;
		}
	}
	return -1;
}

int
command_hex(const char *hex, uint8_t *out, size_t cap, size_t *len)
{
	size_t n = strlen(hex);
	unsigned v;

	if (n == 0 || n % 2 != 0 || n / 2 > cap ||
	    strspn(hex, "0123456789abcdefABCDEF") != n)
		return -1;
	for (size_t i = 0; i < n / 2; i++) {
		sscanf(hex + 2 * i, "%2x", &v);
		out[i] = (uint8_t)v;
	}
	*len = n / 2;
	return 0;
}

/* Words are parted by blanks; "..." makes one of several, \ takes the next
 * character as it is.  0, or -1: a quote is left open. */
static int
split(struct command *c, const char *line)
{
	const char *p = line;
	char *w = c->words;
	bool quoted = false;

	c->line = line;
	c->n = 0;
	for (;;) {
		while (isspace((unsigned char)*p))
			p++;
		if (*p == '\0' || c->n == COMMAND_WORDS_MAX)
			return 0;
		c->start[c->n] = (size_t)(p - line);
		c->word[c->n++] = w;
		for (; *p != '\0'; p++) {
			if (*p == '"')
				quoted = !quoted;
			else if (isspace((unsigned char)*p) && !quoted)
				break;
			else if (*p == '\\' && p[1] != '\0')
				*w++ = *++p;
			else
				*w++ = *p;
		}
		*w++ = '\0';
		if (quoted)
			return -1;
	}
}

static int64_t
real_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* ---- air, price ---- */

static void
say_weather(struct command *c)
{
	static const char *const names[] = { "up", "down" };

	for (int i = 0; i < AIR_WAYS; i++) {
		const struct air *a = &c->sim->air;
		const struct air_weather *w = &a->weather[i];

		command_say(c,
		    "air %s: loss %g, dup %g, reorder %g, delay %g s beyond "
		    "%g s; passed %llu, lost %llu, doubled %llu, overtaken "
		    "%llu",
		    names[i], w->loss, w->dup, w->reorder,
		    (double)w->delay_ms / 1000, (double)w->delay_min_ms / 1000,
		    (unsigned long long)a->passed[i],
		    (unsigned long long)a->lost[i],
		    (unsigned long long)a->doubled[i],
		    (unsigned long long)a->overtaken[i]);
	}
}

/* air [up|down] loss|dup|reorder P | delay TIME [LEAST] */
static enum command_result
command_air(struct command *c)
{
	int i = 1, first = 0, last = AIR_WAYS - 1;
	int64_t delay, least = 0;
	double p = 0;

	if (c->n == 1) {
		say_weather(c);
		return command_ok(c);
	}
	if (strcmp(c->word[1], "up") == 0 || strcmp(c->word[1], "down") == 0) {
		first = last =
		    strcmp(c->word[1], "up") == 0 ? AIR_UP : AIR_DOWN;
		i = 2;
	}
	if (i >= c->n)
		return command_error(c, "what of the air? say \"help air\"");
	if (strcmp(c->word[i], "delay") == 0) {
		if (command_time(c, i + 1, &delay) != 0 ||
		    (i + 2 < c->n && command_time(c, i + 2, &least) != 0))
			return command_error(
			    c, "delay wants times, such as: delay 5s 1s");
	} else if (command_real(c, i + 1, 0, 1, &p) != 0) {
		return command_error(
		    c, "%s wants a probability from 0 to 1", c->word[i]);
	}
	for (; first <= last; first++) {
		struct air_weather *w = &c->sim->air.weather[first];

		if (strcmp(c->word[i], "loss") == 0) {
			w->loss = p;
		} else if (strcmp(c->word[i], "dup") == 0) {
			w->dup = p;
		} else if (strcmp(c->word[i], "reorder") == 0) {
			w->reorder = p;
		} else if (strcmp(c->word[i], "delay") == 0) {
			w->delay_ms = delay;
			w->delay_min_ms = least;
		} else {
			return command_error(c,
			    "unrecognized \"%s\": loss, dup, reorder or delay",
			    c->word[i]);
		}
	}
	return command_ok(c);
}

/* price up|down|other MILLI */
static enum command_result
command_price(struct command *c)
{
	static const char *const names[] = { "up", "down", "other" };
	long milli;

	if (c->n == 3 && command_int(c, 2, 0, 1000000, &milli) == 0) {
		for (int i = 0; i < SMSC_DIRECTIONS; i++) {
			if (strcmp(c->word[1], names[i]) != 0)
				continue;
			smsc_set_price(c->sim->smsc, (enum smsc_direction)i,
			    (uint32_t)milli);
			return command_ok(c);
		}
	}
	return command_error(
	    c, "say: price up|down|other THOUSANDTHS (0..1000000)");
}

static enum command_result
command_stats(struct command *c)
{
	static const char *const names[] = { "up", "down", "other" };
	struct smsc_stats st;

	smsc_get_stats(c->sim->smsc, &st);
	for (int i = 0; i < SMSC_DIRECTIONS; i++)
		command_say(c, "sms %s: sent %llu, delivered %llu, price %.3f",
		    names[i], (unsigned long long)st.sent[i],
		    (unsigned long long)st.delivered[i],
		    (double)st.price_milli[i] / 1000);
	command_say(c,
	    "smsc: in the air %zu, waiting %zu, expired %llu, to nowhere "
	    "%llu, reports %llu",
	    st.in_air, st.waiting, (unsigned long long)st.expired,
	    (unsigned long long)st.nowhere, (unsigned long long)st.reports);
	say_weather(c);
	return command_ok(c);
}

/* ---- messages from nowhere ---- */

/* sms FROM | sms FROM TO [text] TEXT | sms FROM TO data|header HEX */
static enum command_result
command_sms(struct command *c)
{
	char buf[CONTROL_LINE_MAX];
	struct pdu m = { .dcs = 0x04 };
	const char *hex;
	size_t len;

	if (c->n != 2 && c->n < 4)
		return command_error(c,
		    "say: sms FROM TO TEXT, sms FROM TO data HEX, or sms FROM "
		    "for what came there");
	if (!pdu_is_sender(c->word[1]) ||
	    (c->n > 2 && !pdu_is_number(c->word[2])))
		return command_error(
		    c, "FROM and TO want numbers, such as +358401234567");
	if (c->n < 5 || (strcmp(c->word[3], "data") != 0 &&
			    strcmp(c->word[3], "header") != 0))
		return command_handset(c);
	hex = command_rest(c, 4, buf);
	if (command_hex(hex, m.ud, PDU_UD_MAX, &len) != 0)
		return command_error(
		    c, "HEX wants 1 to %d octets in hexadecimal", PDU_UD_MAX);
	m.header = strcmp(c->word[3], "header") == 0;
	m.ud_len = m.ud_octets = (uint8_t)len;
	smsc_inject(c->sim->smsc, c->word[1], c->word[2], &m);
	return command_ok(c);
}

/* ---- waiting ---- */

static int
handset_condition(struct sim *s, const char *condition)
{
	char number[PDU_NUMBER_MAX];
	unsigned count;

	if (sscanf(condition, "handset %23s %u", number, &count) != 2 ||
	    count < 1)
		return -1;
	return handsets_text(s->handsets, number, count - 1) != NULL;
}

int
command_condition(struct sim *s, const char *condition)
{
	struct smsc_stats st;
	unsigned most;
	int end = 0;

	if (strncmp(condition, "phone ", 6) == 0)
		return command_phone_condition(s, condition);
	if (strncmp(condition, "modem ", 6) == 0)
		return command_modem_condition(s, condition);
	if (strncmp(condition, "handset ", 8) == 0)
		return handset_condition(s, condition);
	smsc_get_stats(s->smsc, &st);
	if (sscanf(condition, "smsc waiting %u%n", &most, &end) == 1)
		return condition[end] == '\0' ? st.waiting >= most : -1;
	if (strcmp(condition, "smsc empty") != 0)
		return -1;
	return st.in_air == 0 && st.waiting == 0;
}

/* wait CONDITION... SECONDS */
static enum command_result
command_wait(struct command *c)
{
	int64_t ms;
	size_t n = 0;

	if (c->n < 3 || command_time(c, c->n - 1, &ms) != 0)
		return command_error(c, "say: wait CONDITION SECONDS, such as "
					"\"wait phone 1 bound 30\"");
	for (int i = 1; i < c->n - 1; i++) {
		int k = snprintf(c->wait->condition + n,
		    sizeof c->wait->condition - n, "%s%s", i > 1 ? " " : "",
		    c->word[i]);

		n += (size_t)k;
		if (n >= sizeof c->wait->condition)
			return command_error(c, "no such condition: say "
						"\"help wait\"");
	}
	if (command_condition(c->sim, c->wait->condition) < 0)
		return command_error(c,
		    "no such condition \"%s\": say \"help wait\"",
		    c->wait->condition);
	c->wait->deadline_ms = real_ms() + ms;
	c->wait->active = true;
	return COMMAND_WAIT;
}

bool
command_ready(struct sim *s, struct command_wait *wait, struct evbuffer *out)
{
	int64_t now = real_ms();

	if (command_condition(s, wait->condition) > 0) {
		evbuffer_add(out, "ok\n", 3);
		wait->active = false;
	} else if (now >= wait->deadline_ms) {
		evbuffer_add_printf(out,
		    "error: not so in time: %s; see \"stats\" and the phone's "
		    "status for why\n",
		    wait->condition);
		wait->active = false;
	}
	return !wait->active;
}

/* ---- the table ---- */

static enum command_result
command_quit(struct command *c)
{
	command_ok(c);
	return COMMAND_QUIT;
}

static enum command_result command_help(struct command *c);

static const struct {
	const char *name, *usage, *what;
	enum command_result (*fn)(struct command *c);
} table[] = {
	{ "help", "help [COMMAND]", "this list, or one entry of it",
	    command_help },
	{ "air", "air [up|down] [loss P | dup P | reorder P | delay T [LEAST]]",
	    "what the radio does to SMS; P is 0..1, T is 5, 200ms, 3m",
	    command_air },
	{ "modem",
	    "modem N [slots | attach | detach | mute [SECONDS] | garble ONE-IN "
	    "| latency MS | speed BAUD | signal 0..31|99 | network "
	    "home|roaming|searching|denied|none | fault NAME COUNT | raw "
	    "HEX [SLOT] | clear]",
	    "modems count from 0; faults: send-error send-silent send-refuse "
	    "read-error list-cut stuck delete-error full; raw puts a PDU into the SIM",
	    command_modem },
	{ "phones", "phones", "all of them, one a line", command_phones },
	{ "phone",
	    "phone N [status | bind CODE | bind-qr TEXT | answer TEXT | contact "
	    "add NAME NUMBER... | contact edit ID NAME NUMBER... | contact "
	    "delete ID | call in|out|missed NUMBER [SECONDS] | text-in NUMBER "
	    "TEXT | text-out NUMBER TEXT | message delete ID | contacts [N] | "
	    "messages [N] | calls [N] | event add SUMMARY +T [MINUTES "
	    "[PLACE]] | event change ID SUMMARY +T ... | event delete ID | "
	    "events [N] | note add TITLE TEXT | note change ID TITLE TEXT | "
	    "note delete ID | notes [N] | file add PATH | file list | file "
	    "save ID PATH | file delete ID | mms-in NUMBER TEXT | upload | "
	    "cost | policy KIND MODE [MINUTES] | user set KIND MODE [MINUTES] "
	    "| sent [N] | sim NUMBER | sim change NUMBER | sim out | coverage on|off | "
	    "roaming on|off | power on|off | restart | clock +T|-T | "
	    "text-only on|off | lost | factory-reset | dump]",
	    "what the user of phone N does; phones count from 1",
	    command_phone },
	{ "price", "price up|down|other THOUSANDTHS", "of one SMS, for stats",
	    command_price },
	{ "scene", "scene [NAME [PHONE [OTHER]] | stop | in en|zh]",
	    "act a story, or end it; alone: which there are, and how far it is",
	    command_scene },
	{ "sms", "sms FROM TO [text] TEXT | data HEX | header HEX; sms FROM",
	    "an SMS of any handset; alone what came there; header: HEX begins "
	    "with a user data header",
	    command_sms },
	{ "stats", "stats", "what passed, what waits, what it cost",
	    command_stats },
	{ "wait", "wait CONDITION SECONDS",
	    "until it is true: phone N bound, unbound, asked, digits, refused, "
	    "acked (all has arrived), lost, found, pending MOST, policy "
	    "VERSION, contacts COUNT, messages COUNT, calls COUNT, events "
	    "COUNT, notes COUNT, files COUNT, restored; modem N empty; smsc "
	    "empty, smsc waiting LEAST; "
	    "handset NUMBER COUNT (texts that came)",
	    command_wait },
	{ "quit", "quit", "end the simulation", command_quit },
};
#define COMMANDS (sizeof table / sizeof table[0])

static enum command_result
command_help(struct command *c)
{
	size_t said = 0;

	for (size_t i = 0; i < COMMANDS; i++) {
		if (c->n > 1 && strcmp(c->word[1], table[i].name) != 0)
			continue;
		command_say(c, "%s", table[i].usage);
		command_say(c, "    %s", table[i].what);
		said++;
	}
	if (said == 0)
		return command_error(
		    c, "no command \"%s\": say \"help\"", c->word[1]);
	return command_ok(c);
}

enum command_result
command_run(struct sim *s, const char *line, struct evbuffer *out,
    struct command_wait *wait)
{
	struct command c = { .sim = s, .out = out, .wait = wait };

	wait->active = false;
	if (strlen(line) >= CONTROL_LINE_MAX)
		return command_error(
		    &c, "a line holds at most %d octets", CONTROL_LINE_MAX - 1);
	if (split(&c, line) != 0)
		return command_error(&c, "a quote (\") is left open");
	if (c.n == 0 || c.word[0][0] == '#')
		return command_ok(&c);
	for (size_t i = 0; i < COMMANDS; i++)
		if (strcmp(c.word[0], table[i].name) == 0)
			return table[i].fn(&c);
	return command_error(
	    &c, "unrecognized command \"%.40s\": say \"help\"", c.word[0]);
}
