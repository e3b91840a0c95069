#include "at.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "at_internal.h"

#define CR '\r'
#define CTRL_Z 0x1a
#define ESC 0x1b
#define BACKSPACE '\b'

static const char *const fault_names[AT_F_COUNT] = {
	[AT_F_MUTE] = "mute",
	[AT_F_SEND_ERROR] = "send-error",
	[AT_F_SEND_SILENT] = "send-silent",
	[AT_F_SEND_REFUSE] = "send-refuse",
	[AT_F_READ_ERROR] = "read-error",
	[AT_F_LIST_CUT] = "list-cut",
	[AT_F_STUCK] = "stuck",
	[AT_F_DELETE_ERROR] = "delete-error",
	[AT_F_SIM_FULL] = "full",
};

/* ---- what goes to the line ---- */

void
at_put(struct at *a, const char *s)
{
	a->host->write(a->host->ctx, s, strlen(s));
}

void
at_say(struct at *a, const char *fmt, ...)
{
	char line[512] = "\r\n";
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(line + 2, sizeof line - 4, fmt, ap);
	va_end(ap);
	n = n < (int)sizeof line - 5 ? n : (int)sizeof line - 5;
	memcpy(line + 2 + n, "\r\n", 2);
	a->host->write(a->host->ctx, line, (size_t)n + 4);
}

/* Never inside an answer: it waits until the command is over. */
static bool
busy(const struct at *a)
{
	return a->running || a->waiting || a->mode != AT_COMMAND || a->len > 0;
}

static void
flush_urc(struct at *a)
{
	if (a->urc_len == 0 || busy(a))
		return;
	if (a->fault[AT_F_MUTE] == 0 && a->fault[AT_F_STUCK] == 0)
		a->host->write(a->host->ctx, a->urc, a->urc_len);
	a->urc_len = 0;
}

void
at_urc(struct at *a, const char *fmt, ...)
{
	char line[512];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(line, sizeof line, fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof line ||
	    a->urc_len + (size_t)n + 4 > sizeof a->urc)
		return; /* whoever listens polls as well */
	memcpy(a->urc + a->urc_len, "\r\n", 2);
	memcpy(a->urc + a->urc_len + 2, line, (size_t)n);
	memcpy(a->urc + a->urc_len + 2 + n, "\r\n", 2);
	a->urc_len += (size_t)n + 4;
	flush_urc(a);
}

static void
say_final(struct at *a, int final)
{
	if (final == AT_OK)
		at_put(a, "\r\nOK\r\n");
	else if (final == AT_NO_CARRIER)
		at_put(a, "\r\nNO CARRIER\r\n");
	else if (final >= AT_CMS)
		at_say(a, "+CMS ERROR: %d", final - AT_CMS);
	else if (final > 0 && a->cmee > 0)
		at_say(a, "+CME ERROR: %d", final);
	else if (final != AT_NOTHING)
		at_put(a, "\r\nERROR\r\n");
}

bool
at_fails(struct at *a, enum at_fault what)
{
	if (a->fault[what] == 0)
		return false;
	if (what != AT_F_MUTE && what != AT_F_STUCK && what != AT_F_SIM_FULL)
		a->fault[what]--;
	return true;
}

/* ---- arguments ---- */

long
at_int(const struct at_args *args, int i, long max, long fallback)
{
	char *end;
	long v;

	if (i >= args->n || args->arg[i][0] == '\0')
		return fallback;
	if (!isdigit((unsigned char)args->arg[i][0]))
		return -1;
	v = strtol(args->arg[i], &end, 10);
	return *end == '\0' && v >= 0 && v <= max ? v : -1;
}

/* Splits in place.  Returns what is behind the command: at ';' or the end. */
static char *
split_args(char *p, struct at_args *args)
{
	args->n = 0;
	for (;;) {
		char *start = p, *end;

		if (*p == '"') {
			start = ++p;
			while (*p != '"' && *p != '\0')
				p++;
			end = p;
			p += *p == '"';
		} else {
			while (*p != ',' && *p != ';' && *p != '\0')
				p++;
			end = p;
		}
		if (args->n < AT_ARGS_MAX) {
			args->quoted[args->n] =
			    start[0] != '\0' && start[-1] == '"';
			args->arg[args->n++] = start;
		}
		while (*p != ',' && *p != ';' && *p != '\0')
			p++;
		if (*p != ',') {
			bool more = *p == ';';

			*end = '\0';
			return more ? p + 1 : p;
		}
		*end = '\0';
		p++;
	}
}

/* ---- a command line ---- */

static at_handler *
find(const char *name, size_t len, const struct at_command *table, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strlen(table[i].name) == len &&
		    strncasecmp(table[i].name, name, len) == 0)
			return table[i].fn;
	return NULL;
}

/* "+NAME...": *p moves behind it. */
static int
extended_command(struct at *a, char **p)
{
	char *name = *p + 1;
	size_t len = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				  "abcdefghijklmnopqrstuvwxyz0123456789");
	struct at_args args = { .n = 0, .arg = { "" } };
	enum at_verb verb = AT_DO;
	at_handler *fn = find(name, len, at_modem_commands, at_modem_ncommands);

	if (fn == NULL)
		fn = find(name, len, at_sms_commands, at_sms_ncommands);
	if (fn == NULL)
		return CME_NOT_SUPPORTED;
	*p = name + len;
	if (strncmp(*p, "=?", 2) == 0) {
		verb = AT_LIST;
		*p += 2;
	} else if (**p == '?') {
		verb = AT_GET;
		*p += 1;
	} else if (**p == '=') {
		verb = AT_SET;
		*p = split_args(*p + 1, &args);
		return fn(a, verb, &args);
	}
	if (**p == ';')
		*p += 1;
	else if (**p != '\0')
		return AT_ERROR;
	return fn(a, verb, &args);
}

/* V.250: one letter and a number. */
static int
basic_command(struct at *a, char **p)
{
	int letter = toupper((unsigned char)**p);
	char *digits;

	if (letter == '&' && (*p)[1] != '\0')
		letter = tolower((unsigned char)*++*p);
	digits = ++*p;
	if (letter == 'D') { /* nobody answers calls to a modem */
		*p += strlen(*p);
		return AT_NO_CARRIER;
	}
	*p += strspn(*p, "0123456789");
	switch (letter) {
	case 'E':
		if (*p - digits > 1 || *digits > '1')
			return AT_ERROR;
		a->echo = *p > digits && *digits == '1';
		return AT_OK;
	case 'Z':
	case 'f':
		at_modem_reset(a);
		return AT_OK;
	case 'I':
		at_say(a, "smsvault phone-sim 1.0");
		return AT_OK;
	case 'V': /* words, never numbers */
		return *p > digits && *digits == '1' ? AT_OK : AT_ERROR;
	case 'Q':
		return *p == digits || *digits == '0' ? AT_OK : AT_ERROR;
	case 'H':
	case 'S':
	case 'X':
	case 'c':
	case 'd':
	case 'w':
		return AT_OK;
	case 'A':
		return AT_NO_CARRIER;
	default:
		return AT_ERROR;
	}
}

static int
run_line(struct at *a, char *p)
{
	int final = AT_OK;

	while (*p != '\0' && final == AT_OK) {
		if (*p == ' ' || *p == ';') {
			p++;
			continue;
		}
		a->commands++;
		if (*p == '+')
			final = extended_command(a, &p);
		else if (*p == '&' || isalpha((unsigned char)*p))
			final = basic_command(a, &p);
		else
			final = AT_ERROR;
	}
	return final;
}

void
at_run(struct at *a)
{
	int final = AT_NOTHING;
	enum at_mode mode = a->mode;
	size_t len = a->len;

	if (!a->waiting)
		return;
	a->waiting = false;
	a->running = true;
	a->lines++;
	a->len = 0;
	a->line[len] = '\0';
	if (mode != AT_COMMAND) {
		a->mode = AT_COMMAND;
		a->prompt = mode;
		a->len = len;
		final =
		    a->too_long ? AT_CMS + CMS_PDU_PARAMETER : at_sms_body(a);
		a->len = 0;
	} else if (len == 2 && strncasecmp(a->line, "AT", 2) == 0) {
		final = AT_OK;
	} else if (a->too_long) {
		final = AT_ERROR;
	} else if (len > 2 && strncasecmp(a->line, "AT", 2) == 0) {
		final = run_line(a, a->line + 2);
	}
	a->too_long = false;
	say_final(a, final);
	a->running = false;
	flush_urc(a);
}

/* ---- what comes from the line ---- */

/* Behind a prompt: hex until Ctrl-Z, or ESC to give up. */
static bool
feed_body(struct at *a, uint8_t c)
{
	if (c == CTRL_Z) {
		a->waiting = true;
		return true;
	}
	if (c == ESC) {
		a->mode = AT_COMMAND;
		a->len = 0;
		a->too_long = false;
		a->cancelled = true;
		return true;
	}
	if (c == BACKSPACE && a->len > 0)
		a->len--;
	else if (isxdigit(c) && a->len < AT_LINE_MAX)
		a->line[a->len++] = (char)c;
	else if (isxdigit(c))
		a->too_long = true;
	return false;
}

static bool
feed_command(struct at *a, uint8_t c)
{
	if (c == CR) {
		if (a->len == 0) {
			a->too_long = false;
			return false;
		}
		a->waiting = true;
		return true;
	}
	if (c == BACKSPACE && a->len > 0)
		a->len--;
	else if (c == ESC)
		a->len = 0;
	else if (c >= ' ' && c < 0x7f && a->len < AT_LINE_MAX)
		a->line[a->len++] = (char)c;
	else if (c >= ' ')
		a->too_long = true;
	return false;
}

/* Deaf to all but the one command that starts it anew. */
static void
feed_stuck(struct at *a, const uint8_t *p, size_t n)
{
	static const char reset[] = "AT+CFUN=1,1\r";

	for (size_t i = 0; i < n && a->fault[AT_F_STUCK] > 0; i++) {
		if (p[i] != (uint8_t)reset[a->reset_at])
			a->reset_at = 0;
		if (p[i] == (uint8_t)reset[a->reset_at])
			a->reset_at++;
		if (reset[a->reset_at] != '\0')
			continue;
		a->reset_at = 0;
		a->fault[AT_F_STUCK] = 0;
		a->cfun = 1;
		a->waiting = false;
		a->len = 0;
		at_modem_reset(a);
	}
}

size_t
at_feed(struct at *a, const uint8_t *p, size_t n)
{
	size_t used = 0;
	bool whole = false;

	if (a->fault[AT_F_MUTE] > 0)
		return n;
	if (a->fault[AT_F_STUCK] > 0) {
		feed_stuck(a, p, n);
		return n;
	}
	if (a->waiting)
		return 0;
	while (used < n && !whole) {
		bool body = a->mode != AT_COMMAND;

		whole = body ? feed_body(a, p[used]) : feed_command(a, p[used]);
		used++;
	}
	if (a->echo && used > 0)
		a->host->write(a->host->ctx, p, used);
	if (a->cancelled) {
		a->cancelled = false;
		say_final(a, AT_OK);
	}
	flush_urc(a);
	return used;
}

bool
at_waiting(const struct at *a)
{
	return a->waiting;
}

void
at_input(struct at *a, const uint8_t *p, size_t n)
{
	while (n > 0) {
		size_t used = at_feed(a, p, n);

		p += used;
		n -= used;
		at_run(a);
	}
}

void
at_hangup(struct at *a)
{
	a->mode = AT_COMMAND;
	a->len = 0;
	a->waiting = a->too_long = false;
	a->urc_len = 0;
}

/* ---- its owner's side ---- */

struct at *
at_new(const struct at_host *host, const struct at_setup *setup)
{
	struct at *a = calloc(1, sizeof *a);

	if (a == NULL)
		return NULL;
	a->host = host;
	a->setup = *setup;
	a->cfun = 1;
	a->rssi = 21;
	a->registered = 1;
	snprintf(a->smsc, sizeof a->smsc, "%s", setup->smsc);
	a->sim = store_new(setup->slots_sim);
	a->me = store_new(setup->slots_me);
	if (a->sim == NULL || a->me == NULL) {
		at_free(a);
		return NULL;
	}
	at_modem_reset(a);
	return a;
}

void
at_free(struct at *a)
{
	if (a == NULL)
		return;
	store_free(a->sim);
	store_free(a->me);
	free(a);
}

void
at_set_fault(struct at *a, enum at_fault what, unsigned count)
{
	a->fault[what] = count;
	if (what == AT_F_MUTE) {
		at_hangup(a);
		return;
	}
	if (what == AT_F_SIM_FULL && count == 0)
		a->host->ready(a->host->ctx);
}

unsigned
at_fault_left(const struct at *a, enum at_fault what)
{
	return a->fault[what];
}

const char *
at_fault_name(enum at_fault what)
{
	return fault_names[what];
}

void
at_set_signal(struct at *a, int rssi)
{
	a->rssi = rssi;
}

int
at_signal(const struct at *a)
{
	return a->rssi;
}

void
at_set_network(struct at *a, int registered)
{
	if (a->registered == registered)
		return;
	a->registered = registered;
	at_modem_announce(a);
}

int
at_network(const struct at *a)
{
	return at_modem_registration(a);
}

struct store *
at_store_sim(struct at *a)
{
	return a->sim;
}

struct store *
at_store_me(struct at *a)
{
	return a->me;
}

uint64_t
at_commands(const struct at *a)
{
	return a->commands;
}

uint64_t
at_lines(const struct at *a)
{
	return a->lines;
}
