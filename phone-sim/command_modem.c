#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "pdu.h"

/* modem N WORD...: c->word[2] is the verb. */
static struct modem *
which(struct sim *s, const char *number)
{
	char *end;
	unsigned long n = strtoul(number, &end, 10);

	if (*number == '\0' || *end != '\0' || n >= s->nmodems)
		return NULL;
	return s->modem[n];
}

static void
say_modem(struct command *c, struct modem *m)
{
	struct at *a = modem_at(m);

	command_say(c,
	    "modem %s: %s, %s, network %d, signal %d, SIM %zu/%zu, memory "
	    "%zu/%zu, commands %llu, lines %llu, latency %u ms",
	    c->word[1], tty_path(modem_tty(m)),
	    modem_attached(m) ? "attached" : "detached", at_network(a),
	    at_signal(a), store_used(at_store_sim(a)),
	    store_slots(at_store_sim(a)), store_used(at_store_me(a)),
	    store_slots(at_store_me(a)), (unsigned long long)at_commands(a),
	    (unsigned long long)at_lines(a), modem_latency(m));
	for (int i = 0; i < AT_F_COUNT; i++)
		if (at_fault_left(a, (enum at_fault)i) > 0)
			command_say(c, "fault %s %u",
			    at_fault_name((enum at_fault)i),
			    at_fault_left(a, (enum at_fault)i));
}

static void
say_slots(struct command *c, const char *name, struct store *st)
{
	static const char *const states[] = { "unread", "read", "unsent",
		"sent" };

	for (size_t n = 1; n <= store_slots(st); n++) {
		const struct store_slot *s = store_slot(st, n);

		if (s->state == STORE_FREE)
			continue;
		evbuffer_add_printf(
		    c->out, "%s %zu %s ", name, n, states[s->state & 3]);
		for (size_t i = 0; i < s->len; i++)
			evbuffer_add_printf(c->out, "%02x", s->pdu[i]);
		evbuffer_add(c->out, "\n", 1);
	}
}

static enum command_result
do_fault(struct command *c, struct modem *m)
{
	long count = 1;

	if (c->n < 4 || (c->n > 4 && command_int(c, 4, 0, 1000000, &count)))
		return command_error(c, "say: modem N fault NAME COUNT");
	for (int i = 0; i < AT_F_COUNT; i++) {
		if (strcmp(c->word[3], at_fault_name((enum at_fault)i)) != 0)
			continue;
		at_set_fault(modem_at(m), (enum at_fault)i, (unsigned)count);
		return command_ok(c);
	}
	return command_error(
	    c, "no fault \"%s\": say \"help modem\"", c->word[3]);
}

static enum command_result
do_network(struct command *c, struct modem *m)
{
	static const struct {
		const char *name;
		int registered;
	} states[] = { { "none", 0 }, { "home", 1 }, { "searching", 2 },
		{ "denied", 3 }, { "roaming", 5 } };

	for (size_t i = 0; c->n == 4 && i < sizeof states / sizeof states[0];
	     i++) {
		if (strcmp(c->word[3], states[i].name) == 0) {
			at_set_network(modem_at(m), states[i].registered);
			return command_ok(c);
		}
	}
	return command_error(
	    c, "say: modem N network home|roaming|searching|denied|none");
}

static enum command_result
do_raw(struct command *c, struct modem *m)
{
	uint8_t pdu[PDU_MAX];
	size_t len;
	long slot = 0;

	if (c->n < 4 || command_hex(c->word[3], pdu, sizeof pdu, &len) != 0 ||
	    (c->n > 4 && command_int(c, 4, 1, STORE_SLOTS_MAX, &slot) != 0))
		return command_error(c,
		    "say: modem N raw HEX [SLOT]; HEX is a PDU of at most %d "
		    "octets, service centre first",
		    PDU_MAX);
	slot = (long)at_put_raw(modem_at(m), (size_t)slot, pdu, len);
	if (slot == 0)
		return command_error(c, "no such slot, or the SIM is full: "
					"say \"modem N slots\"");
	command_say(c, "slot %ld", slot);
	return command_ok(c);
}

static enum command_result
do_clear(struct command *c, struct modem *m)
{
	struct at *a = modem_at(m);

	for (size_t n = 1; n <= store_slots(at_store_sim(a)); n++)
		store_delete(at_store_sim(a), n);
	for (size_t n = 1; n <= store_slots(at_store_me(a)); n++)
		store_delete(at_store_me(a), n);
	return command_ok(c);
}

static enum command_result
do_mute(struct command *c, struct modem *m)
{
	int64_t ms = INT32_MAX;

	if (c->n > 3 && command_time(c, 3, &ms) != 0)
		return command_error(c, "say: modem N mute [SECONDS]");
	modem_mute(m, ms);
	return command_ok(c);
}

/* The verbs with one number. */
static enum command_result
do_number(struct command *c, struct modem *m)
{
	const char *verb = c->word[2];
	long v;

	if (command_int(c, 3, 0, 4000000, &v) != 0)
		return command_error(c, "%s wants a number", verb);
	if (strcmp(verb, "garble") == 0) {
		modem_garble(m, (unsigned)v);
	} else if (strcmp(verb, "latency") == 0) {
		modem_set_latency(m, (unsigned)v);
	} else if (strcmp(verb, "speed") == 0) {
		tty_set_speed(modem_tty(m), (unsigned)v);
	} else {
		if (v > 31 && v != 99)
			return command_error(c, "signal wants 0..31 or 99");
		at_set_signal(modem_at(m), (int)v);
	}
	return command_ok(c);
}

static enum command_result
do_attach(struct command *c, struct modem *m)
{
	if (modem_attach(m) == -1)
		return command_error(c, "cannot attach: see the log");
	return command_ok(c);
}

static enum command_result
do_detach(struct command *c, struct modem *m)
{
	modem_detach(m);
	return command_ok(c);
}

static enum command_result
do_slots(struct command *c, struct modem *m)
{
	say_slots(c, "SM", at_store_sim(modem_at(m)));
	say_slots(c, "ME", at_store_me(modem_at(m)));
	return command_ok(c);
}

enum command_result
command_modem(struct command *c)
{
	static const struct {
		const char *name;
		enum command_result (*fn)(struct command *c, struct modem *m);
	} verbs[] = { { "attach", do_attach }, { "clear", do_clear },
		{ "detach", do_detach }, { "fault", do_fault },
		{ "garble", do_number }, { "latency", do_number },
		{ "mute", do_mute }, { "network", do_network },
		{ "raw", do_raw }, { "signal", do_number },
		{ "slots", do_slots }, { "speed", do_number } };
	struct modem *m;

	if (c->n < 2 || (m = which(c->sim, c->word[1])) == NULL)
		return command_error(c,
		    "there are %zu modems, counted from 0: say modem N ...",
		    c->sim->nmodems);
	if (c->n == 2) {
		say_modem(c, m);
		return command_ok(c);
	}
	for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
		if (strcmp(c->word[2], verbs[i].name) == 0)
			return verbs[i].fn(c, m);
	return command_error(
	    c, "unrecognized \"%s\": say \"help modem\"", c->word[2]);
}

int
command_modem_condition(struct sim *s, const char *condition)
{
	unsigned n;
	int end = 0;

	if (sscanf(condition, "modem %u empty%n", &n, &end) == 1 && end > 0 &&
	    condition[end] == '\0' && n < s->nmodems) {
		struct at *a = modem_at(s->modem[n]);

		return store_used(at_store_sim(a)) == 0 &&
		       store_used(at_store_me(a)) == 0;
	}
	return -1;
}
