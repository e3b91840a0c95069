#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "command.h"
#include "pdu.h"
#include "phones.h"

/* phone N VERB ...: word[2] is the verb, word[3] its first argument. */

static const char *const states[] = { "unbound", "hello-sent", "asked",
	"bound" };

static enum command_result
answer(struct command *c, const char *wrong)
{
	return wrong == NULL ? command_ok(c) : command_error(c, "%s", wrong);
}

/* ---- showing ---- */

static void
say_policy(struct command *c, const struct phone_status *st)
{
	command_say(c, "owner's policy %u%s%s", st->owner.version,
	    st->owner.version == 0 ? " (none yet)" : " in force",
	    st->effective.lock ? ", settings locked" : "");
	for (int k = 1; k < RECORD_KIND_COUNT; k++) {
		const struct policy_kind *pk = &st->effective.kind[k];

		if (pk->mode == POLICY_INTERVAL || pk->mode == POLICY_FILL)
			command_say(c, "policy %s %s %u",
			    record_kind_name((enum record_kind)k),
			    policy_mode_name(pk->mode), pk->interval_min);
		else if (pk->mode != POLICY_OFF)
			command_say(c, "policy %s %s",
			    record_kind_name((enum record_kind)k),
			    policy_mode_name(pk->mode));
	}
}

static void
say_library(struct command *c, struct sim_phone *p)
{
	struct phone_status st;

	phone_get_status(sim_phone_lib(p), &st);
	command_say(c, "state %s", states[st.state & 3]);
	if (st.digits[0] != '\0')
		command_say(c, "digits %s", st.digits);
	if (st.state == PHONE_BOUND)
		command_say(c, "key %08" PRIx32, st.key_id);
	say_policy(c, &st);
	command_say(c, "pending %zu", st.pending);
	command_say(c, "in-flight %zu", st.in_flight);
	command_say(c, "frames sent %" PRIu64 ", received %" PRIu64,
	    st.sms_sent, st.sms_received);
}

static enum command_result
do_status(struct command *c, struct sim_phone *p)
{
	struct phone_facts f;
	struct book *b = sim_phone_book(p);

	sim_phone_facts(p, &f);
	command_say(c, "phone %u: %s", f.n, f.name);
	command_say(c, "number %s, SIM %s, IMEI %s",
	    f.number[0] != '\0' ? f.number : "none",
	    f.sim_id[0] != '\0' ? f.sim_id : "none", f.imei);
	command_say(c, "power %s, coverage %s, bearer %s%s",
	    f.power ? "on" : "off", f.coverage ? "on" : "off",
	    f.text_only ? "text" : "data", f.roaming ? ", roaming" : "");
	if (sim_phone_lib(p) != NULL)
		say_library(c, p);
	if (f.question[0] != '\0')
		command_say(c, "question %s", f.question);
	if (f.refused[0] != '\0')
		command_say(c, "refused %s", f.refused);
	command_say(c, "contacts %zu, messages %zu, calls %zu",
	    book_count(b, RECORD_CONTACT), book_count(b, RECORD_MESSAGE),
	    book_count(b, RECORD_CALL));
	command_say(c, "events %zu, notes %zu, files %zu",
	    book_count(b, RECORD_CALENDAR), book_count(b, RECORD_NOTE),
	    book_count(b, RECORD_FILE));
	command_say(c,
	    "sms: frames in %" PRIu64 ", texts in %" PRIu64
	    ", texts out %" PRIu64,
	    f.data_in, f.text_in, f.text_out);
	return command_ok(c);
}

enum command_result
command_phones(struct command *c)
{
	for (size_t i = 1; i <= phones_count(c->sim->phones); i++) {
		struct sim_phone *p = phones_get(c->sim->phones, i);
		struct phone_status st = { .state = PHONE_UNBOUND };
		struct phone_facts f;

		sim_phone_facts(p, &f);
		if (sim_phone_lib(p) != NULL)
			phone_get_status(sim_phone_lib(p), &st);
		command_say(c, "%u %s %s %s", f.n,
		    f.number[0] != '\0' ? f.number : "no-SIM",
		    !f.power      ? "off"
		    : !f.coverage ? "no-coverage"
				  : states[st.state & 3],
		    f.name);
	}
	return command_ok(c);
}

/* One line a record: time, direction, peer, text without line breaks. */
static void
say_time(struct evbuffer *out, int64_t ms)
{
	time_t t = (time_t)(ms / 1000);
	struct tm tm;
	char text[32];

	if (gmtime_r(&t, &tm) == NULL ||
	    strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &tm) == 0)
		return;
	evbuffer_add_printf(out, "%s ", text);
}

static void
say_plain(struct evbuffer *out, const char *text)
{
	for (; text != NULL && *text != '\0'; text++)
		evbuffer_add(out,
		    (unsigned char)*text < ' ' || *text == 0x7f ? " " : text,
		    1);
}

static void
say_record(struct command *c, const struct record *r)
{
	static const char *const calls[] = { "?", "in", "out", "missed",
		"voicemail", "rejected", "refused" };
	int64_t d = record_int(r, RECORD_DIRECTION, 0, 0);

	evbuffer_add_printf(c->out, "%" PRIu32 " ", record_id(r));
	if (record_kind(r) == RECORD_CONTACT) {
		say_plain(c->out, record_text(r, RECORD_NAME, 0));
		for (size_t i = 0; i < record_count(r, RECORD_NUMBER); i++) {
			evbuffer_add(c->out, ", ", 2);
			say_plain(c->out, record_text(r, RECORD_NUMBER, i));
		}
	} else if (record_kind(r) == RECORD_CALENDAR) {
		say_time(c->out, record_int(r, RECORD_START_MS, 0, 0));
		say_plain(c->out, record_text(r, RECORD_SUMMARY, 0));
	} else if (record_kind(r) == RECORD_NOTE) {
		say_plain(c->out, record_text(r, RECORD_SUMMARY, 0));
		evbuffer_add(c->out, ": ", 2);
		say_plain(c->out, record_text(r, RECORD_DESCRIPTION, 0));
	} else if (record_kind(r) == RECORD_CALL) {
		say_time(c->out, record_time_ms(r));
		evbuffer_add_printf(
		    c->out, "%s ", calls[d >= 0 && d <= 6 ? d : 0]);
		say_plain(c->out, record_text(r, RECORD_PEER, 0));
		evbuffer_add_printf(c->out, " %" PRId64 " s",
		    record_int(r, RECORD_DURATION_S, 0, 0));
	} else {
		say_time(c->out, record_time_ms(r));
		evbuffer_add_printf(
		    c->out, "%s ", d == RECORD_MSG_SENT ? "to" : "from");
		say_plain(c->out, record_text(r, RECORD_PEER, 0));
		evbuffer_add(c->out, ": ", 2);
		say_plain(c->out, record_text(r, RECORD_BODY, 0));
		say_plain(c->out, record_text(r, RECORD_PART_TEXT, 0));
	}
	evbuffer_add(c->out, "\n", 1);
}

/* The newest so many (20), oldest of them first. */
static enum command_result
say_kind(struct command *c, struct sim_phone *p, enum record_kind kind)
{
	struct book *b = sim_phone_book(p);
	uint32_t id = book_next_id(b, kind);
	long want = 20;

	if (c->n > 3 && command_int(c, 3, 1, 1000000, &want) != 0)
		return command_error(
		    c, "how many? such as: phone 1 %s 50", c->word[2]);
	while (id > 1 && want > 0)
		if (book_get(b, kind, --id) != NULL)
			want--;
	for (; id < book_next_id(b, kind); id++)
		if (id > 0 && book_get(b, kind, id) != NULL)
			say_record(c, book_get(b, kind, id));
	return command_ok(c);
}

static enum command_result
do_contacts(struct command *c, struct sim_phone *p)
{
	return say_kind(c, p, RECORD_CONTACT);
}

static enum command_result
do_messages(struct command *c, struct sim_phone *p)
{
	return say_kind(c, p, RECORD_MESSAGE);
}

static enum command_result
do_calls(struct command *c, struct sim_phone *p)
{
	return say_kind(c, p, RECORD_CALL);
}

static enum command_result
do_events(struct command *c, struct sim_phone *p)
{
	return say_kind(c, p, RECORD_CALENDAR);
}

static enum command_result
do_notes(struct command *c, struct sim_phone *p)
{
	return say_kind(c, p, RECORD_NOTE);
}

/* KIND ID HEX of all that a backup must give back. */
static enum command_result
do_dump(struct command *c, struct sim_phone *p)
{
	static const enum record_kind kinds[] = { RECORD_CALL, RECORD_CONTACT,
		RECORD_MESSAGE, RECORD_CALENDAR, RECORD_NOTE, RECORD_FILE,
		RECORD_SIM };
	struct book *b = sim_phone_book(p);
	uint8_t octets[RECORD_STORED_MAX];

	for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
		for (uint32_t id = 1; id < book_next_id(b, kinds[k]); id++) {
			const struct record *r = book_get(b, kinds[k], id);
			size_t n;

			if (r == NULL)
				continue;
			n = record_encode(r, octets, sizeof octets);
			evbuffer_add_printf(c->out, "%s %" PRIu32 " ",
			    record_kind_name(kinds[k]), id);
			for (size_t i = 0; i < n; i++)
				evbuffer_add_printf(c->out, "%02x", octets[i]);
			evbuffer_add(c->out, "\n", 1);
		}
	}
	return command_ok(c);
}

/* ---- doing ---- */

static enum command_result
do_bind(struct command *c, struct sim_phone *p)
{
	if (c->n != 4)
		return command_error(c,
		    "say: phone N %s CODE, as the page shows it", c->word[2]);
	return answer(c,
	    sim_phone_bind(p, c->word[3], strcmp(c->word[2], "bind-qr") == 0));
}

static enum command_result
do_answer(struct command *c, struct sim_phone *p)
{
	char buf[CONTROL_LINE_MAX];
	const char *text = command_rest(c, 3, buf);

	if (text == NULL)
		return command_error(c, "say: phone N answer TEXT");
	return answer(c, sim_phone_answer(p, text));
}

/* Behind a name: +..., or at least three digits. */
static bool
looks_like_number(const char *s)
{
	return pdu_is_number(s) && (*s == '+' || strlen(s) >= 3);
}

/* contact add NAME NUMBER... | edit ID NAME NUMBER... | delete ID */
static enum command_result
contact_words(struct command *c, struct sim_phone *p, uint32_t id, int first)
{
	const char *number[PHONES_NUMBERS_MAX];
	char name[CONTROL_LINE_MAX] = "";
	int end = c->n;
	size_t numbers = 0, n = 0;
	const char *wrong;

	while (end > first + 1 && looks_like_number(c->word[end - 1]) &&
	       c->n - end < PHONES_NUMBERS_MAX)
		end--;
	for (int i = end; i < c->n; i++)
		number[numbers++] = c->word[i];
	for (int i = first; i < end && n < sizeof name; i++)
		n += (size_t)snprintf(name + n, sizeof name - n, "%s%s",
		    i > first ? " " : "", c->word[i]);
	if (end <= first)
		return command_error(c, "a contact wants a name, such as: "
					"contact add \"Aino Virtanen\" "
					"+358401234567");
	wrong = sim_phone_contact(p, &id, name, number, numbers);
	if (wrong == NULL)
		command_say(c, "contact %" PRIu32, id);
	return answer(c, wrong);
}

static enum command_result
do_contact(struct command *c, struct sim_phone *p)
{
	const char *verb = c->n > 3 ? c->word[3] : "";
	long id = 0;

	if (strcmp(verb, "add") == 0)
		return contact_words(c, p, 0, 4);
	if (strcmp(verb, "edit") != 0 && strcmp(verb, "delete") != 0)
		return command_error(c, "say: contact add NAME NUMBER..., "
					"edit ID NAME NUMBER... or delete ID");
	if (command_int(c, 4, 1, INT32_MAX, &id) != 0)
		return command_error(
		    c, "%s wants an id: say phone N contacts", verb);
	if (strcmp(verb, "edit") == 0)
		return contact_words(c, p, (uint32_t)id, 5);
	return answer(c, sim_phone_delete(p, RECORD_CONTACT, (uint32_t)id));
}

static enum command_result
do_message(struct command *c, struct sim_phone *p)
{
	long id;

	if (c->n != 5 || strcmp(c->word[3], "delete") != 0 ||
	    command_int(c, 4, 1, INT32_MAX, &id) != 0)
		return command_error(c, "say: phone N message delete ID");
	return answer(c, sim_phone_delete(p, RECORD_MESSAGE, (uint32_t)id));
}

static enum command_result
do_call(struct command *c, struct sim_phone *p)
{
	static const char *const names[] = { "in", "out", "missed" };
	long seconds = 0;

	for (int i = 0; c->n >= 5 && i < 3; i++) {
		if (strcmp(c->word[3], names[i]) != 0)
			continue;
		if (c->n > 5 && command_int(c, 5, 0, 1000000, &seconds) != 0)
			break;
		return answer(c, sim_phone_call(p, i + 1, c->word[4], seconds));
	}
	return command_error(
	    c, "say: phone N call in|out|missed NUMBER [SECONDS]");
}

static enum command_result
do_text(struct command *c, struct sim_phone *p)
{
	char buf[CONTROL_LINE_MAX];
	const char *text = command_rest(c, 4, buf);

	if (text == NULL)
		return command_error(
		    c, "say: phone N %s NUMBER TEXT", c->word[2]);
	if (strcmp(c->word[2], "text-in") == 0)
		return answer(c, sim_phone_text_in(p, c->word[3], text));
	return answer(c, sim_phone_text_out(p, c->word[3], text));
}

static enum command_result
do_upload(struct command *c, struct sim_phone *p)
{
	return answer(c, sim_phone_upload(p));
}

static int
kind_named(const char *name)
{
	for (int k = 1; k < RECORD_KIND_COUNT; k++)
		if (strcmp(record_kind_name((enum record_kind)k), name) == 0)
			return k;
	return -1;
}

static int
mode_named(const char *name)
{
	for (int m = POLICY_INHERIT; m <= POLICY_FILL; m++)
		if (strcmp(policy_mode_name((enum policy_mode)m), name) == 0)
			return m;
	return -1;
}

static enum command_result
do_policy(struct command *c, struct sim_phone *p)
{
	int kind = c->n > 3 ? kind_named(c->word[3]) : -1;
	int mode = c->n > 4 ? mode_named(c->word[4]) : -1;
	long minutes = 1440;

	if (kind < 0 || mode < 0 ||
	    (c->n > 5 && command_int(c, 5, POLICY_INTERVAL_MIN,
			     POLICY_INTERVAL_MAX, &minutes) != 0))
		return command_error(c,
		    "say: phone N policy KIND MODE [MINUTES]; KIND is "
		    "contact, message, call, calendar, note, file, device or "
		    "location, MODE is inherit, off, manual, "
		    "interval, at-once or fill, MINUTES %d to %d",
		    POLICY_INTERVAL_MIN, POLICY_INTERVAL_MAX);
	return answer(c, sim_phone_policy(p, (enum record_kind)kind,
			     (enum policy_mode)mode, (uint32_t)minutes));
}

/* user set KIND MODE [MINUTES]: what a thief would try as well */
static enum command_result
do_user(struct command *c, struct sim_phone *p)
{
	if (c->n < 5 || strcmp(c->word[3], "set") != 0)
		return command_error(
		    c, "say: phone N user set KIND MODE [MINUTES]");
	for (int i = 3; i < c->n - 1; i++)
		c->word[i] = c->word[i + 1];
	c->n--;
	return do_policy(c, p);
}

static enum command_result
do_sim(struct command *c, struct sim_phone *p)
{
	if (c->n == 5 && strcmp(c->word[3], "change") == 0)
		return answer(c, sim_phone_sim(p, c->word[4]));
	if (c->n == 4 && strcmp(c->word[3], "out") == 0)
		return answer(c, sim_phone_sim(p, NULL));
	if (c->n == 4)
		return answer(c, sim_phone_sim(p, c->word[3]));
	return command_error(c, "say: phone N sim NUMBER, or sim out");
}

static enum command_result
do_switch(struct command *c, struct sim_phone *p)
{
	const char *verb = c->word[2];
	bool on = c->n == 4 && strcmp(c->word[3], "on") == 0;

	if (!on && (c->n != 4 || strcmp(c->word[3], "off") != 0))
		return command_error(c, "say: phone N %s on|off", verb);
	if (strcmp(verb, "coverage") == 0)
		return answer(c, sim_phone_coverage(p, on));
	if (strcmp(verb, "power") == 0)
		return answer(c, sim_phone_power(p, on));
	if (strcmp(verb, "roaming") == 0)
		return answer(c, sim_phone_roaming(p, on));
	return answer(c, sim_phone_text_only(p, on));
}

static enum command_result
do_restart(struct command *c, struct sim_phone *p)
{
	return answer(c, sim_phone_restart(p));
}

/* clock +1h, clock -2d */
static enum command_result
do_clock(struct command *c, struct sim_phone *p)
{
	int64_t ms;
	char sign = c->n == 4 ? c->word[3][0] : '\0';

	if (sign == '+' || sign == '-')
		c->word[3]++;
	if ((sign != '+' && sign != '-') || command_time(c, 3, &ms) != 0)
		return command_error(
		    c, "say how far it jumps, such as: phone N clock -2d");
	return answer(c, sim_phone_clock(p, sign == '-' ? -ms : ms));
}

enum command_result
command_phone(struct command *c)
{
	static const struct {
		const char *name;
		enum command_result (*fn)(
		    struct command *c, struct sim_phone *p);
	} verbs[] = { { "answer", do_answer }, { "bind", do_bind },
		{ "bind-qr", do_bind }, { "call", do_call },
		{ "calls", do_calls }, { "clock", do_clock },
		{ "contact", do_contact }, { "contacts", do_contacts },
		{ "cost", command_cost }, { "coverage", do_switch },
		{ "dump", do_dump }, { "event", command_event },
		{ "events", do_events }, { "factory-reset", command_reset },
		{ "file", command_file }, { "lost", command_lost },
		{ "message", do_message }, { "messages", do_messages },
		{ "mms-in", command_mms }, { "note", command_note },
		{ "notes", do_notes }, { "policy", do_policy },
		{ "power", do_switch }, { "restart", do_restart },
		{ "roaming", do_switch }, { "sent", command_sent },
		{ "sim", do_sim }, { "status", do_status },
		{ "text-in", do_text }, { "text-only", do_switch },
		{ "text-out", do_text }, { "upload", do_upload },
		{ "user", do_user } };
	struct sim_phone *p = NULL;
	long n;

	if (command_int(c, 1, 1, SIM_PHONES_MAX, &n) == 0)
		p = phones_get(c->sim->phones, (unsigned long)n);
	if (p == NULL)
		return command_error(c,
		    "there are %zu phones, counted from 1: say phone N ...",
		    phones_count(c->sim->phones));
	if (c->n == 2)
		return do_status(c, p);
	for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
		if (strcmp(c->word[2], verbs[i].name) == 0)
			return verbs[i].fn(c, p);
	return command_error(
	    c, "unrecognized \"%.40s\": say \"help phone\"", c->word[2]);
}

/* Pieces of files that the policy lets go and that are in no transfer yet. */
static bool
has_files_going(struct sim_phone *p)
{
	return sim_phone_lib(p) != NULL &&
	       phone_upload_cost(sim_phone_lib(p)) > 0;
}

/* phone N bound|unbound|asked|acked|digits, or pending|policy|contacts|
 * messages|calls NUMBER (at most, at least, exactly) */
static int
phone_is(struct sim_phone *p, const char *word, long number, bool numbered)
{
	struct phone_status st = { .state = PHONE_UNBOUND };
	struct phone_facts f;

	if (numbered) {
		if (strcmp(word, "contacts") == 0)
			return (long)book_count(
				   sim_phone_book(p), RECORD_CONTACT) == number;
		if (strcmp(word, "messages") == 0)
			return (long)book_count(
				   sim_phone_book(p), RECORD_MESSAGE) == number;
		if (strcmp(word, "calls") == 0)
			return (long)book_count(
				   sim_phone_book(p), RECORD_CALL) == number;
		if (strcmp(word, "events") == 0)
			return (long)book_count(sim_phone_book(p),
				   RECORD_CALENDAR) == number;
		if (strcmp(word, "notes") == 0)
			return (long)book_count(
				   sim_phone_book(p), RECORD_NOTE) == number;
		if (strcmp(word, "files") == 0)
			return (long)book_count(
				   sim_phone_book(p), RECORD_FILE) == number;
	}
	if (sim_phone_lib(p) != NULL)
		phone_get_status(sim_phone_lib(p), &st);
	sim_phone_facts(p, &f);
	if (numbered) {
		if (strcmp(word, "pending") == 0)
			return (long)st.pending <= number;
		if (strcmp(word, "policy") == 0)
			return (long)st.owner.version >= number;
		return -1;
	}
	if (strcmp(word, "bound") == 0)
		return st.state == PHONE_BOUND;
	if (strcmp(word, "unbound") == 0)
		return st.state == PHONE_UNBOUND;
	if (strcmp(word, "asked") == 0)
		return st.state == PHONE_ASKED;
	if (strcmp(word, "acked") == 0)
		return st.state == PHONE_BOUND && st.pending == 0 &&
		       st.in_flight == 0 && !has_files_going(p);
	if (strcmp(word, "lost") == 0 || strcmp(word, "found") == 0) {
		struct wire_lost l = { .on = false };

		if (sim_phone_lib(p) != NULL)
			phone_get_lost(sim_phone_lib(p), &l);
		return l.on == (word[0] == 'l');
	}
	if (strcmp(word, "restored") == 0)
		return f.restored > 0;
	if (strcmp(word, "digits") == 0)
		return st.digits[0] != '\0';
	if (strcmp(word, "refused") == 0)
		return f.refused[0] != '\0';
	return -1;
}

int
command_phone_condition(struct sim *s, const char *condition)
{
	struct sim_phone *p;
	unsigned n;
	char word[16];
	long number = 0;
	int end = 0, words;

	words = sscanf(
	    condition, "phone %u %15s%n %ld%n", &n, word, &end, &number, &end);
	if (words < 2 || condition[end] != '\0' ||
	    (p = phones_get(s->phones, n)) == NULL)
		return -1;
	return phone_is(p, word, number, words == 3);
}
