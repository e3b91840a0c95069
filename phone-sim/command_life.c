#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "handset.h"
#include "pdu.h"
#include "phones.h"

/* phone N VERB ... of calendar, notes, files, and of a phone that is lost. */

static enum command_result
answer(struct command *c, const char *wrong)
{
	return wrong == NULL ? command_ok(c) : command_error(c, "%s", wrong);
}

static enum command_result
done(struct command *c, const char *what, uint32_t id, const char *wrong)
{
	if (wrong == NULL)
		command_say(c, "%s %" PRIu32, what, id);
	return answer(c, wrong);
}

static enum command_result
delete_one(struct command *c, struct sim_phone *p, enum record_kind kind)
{
	long id;

	if (c->n != 5 || command_int(c, 4, 1, INT32_MAX, &id) != 0)
		return command_error(
		    c, "say: phone N %s delete ID", c->word[2]);
	return answer(c, sim_phone_delete(p, kind, (uint32_t)id));
}

/* add and change: where the words begin, and the id of a change; -1: neither.
 */
static int
add_or_change(const struct command *c, uint32_t *id)
{
	long v;

	*id = 0;
	if (c->n > 4 && strcmp(c->word[3], "add") == 0)
		return 4;
	if (c->n > 5 && strcmp(c->word[3], "change") == 0 &&
	    command_int(c, 4, 1, INT32_MAX, &v) == 0) {
		*id = (uint32_t)v;
		return 5;
	}
	return -1;
}

/* event add|change ID SUMMARY +TIME [MINUTES [PLACE]] */
enum command_result
command_event(struct command *c, struct sim_phone *p)
{
	const char *place;
	int64_t in_ms;
	uint32_t id;
	long minutes = 60;
	int at;

	if (c->n > 3 && strcmp(c->word[3], "delete") == 0)
		return delete_one(c, p, RECORD_CALENDAR);
	at = add_or_change(c, &id);
	if (at == -1 || c->n < at + 2 || c->word[at + 1][0] != '+')
		return command_error(c, "say: event add SUMMARY +TIME [MINUTES "
					"[PLACE]], event change ID ..., or "
					"event delete ID");
	c->word[at + 1]++;
	if (command_time(c, at + 1, &in_ms) != 0 ||
	    (c->n > at + 2 &&
		command_int(c, at + 2, 0, 1000000, &minutes) != 0))
		return command_error(c, "when does it begin, and how many "
					"minutes is it? such as: +2h 45");
	place = c->n > at + 3 ? c->word[at + 3] : NULL;
	return done(c, "event", id,
	    sim_phone_event(p, &id, c->word[at], sim_phone_now_ms(p) + in_ms,
		minutes, place));
}

/* note add|change ID TITLE TEXT */
enum command_result
command_note(struct command *c, struct sim_phone *p)
{
	char buf[CONTROL_LINE_MAX];
	const char *text, *wrong;
	uint32_t id;
	int at;

	if (c->n > 3 && strcmp(c->word[3], "delete") == 0)
		return delete_one(c, p, RECORD_NOTE);
	if ((at = add_or_change(c, &id)) == -1 ||
	    (text = command_rest(c, at + 1, buf)) == NULL)
		return command_error(c, "say: note add TITLE TEXT, note change "
					"ID TITLE TEXT, or note delete ID");
	wrong = sim_phone_note(p, &id, c->word[at], text);
	return done(c, "note", id, wrong);
}

static void
say_files(struct command *c, struct sim_phone *p)
{
	struct book *b = sim_phone_book(p);
	struct phone_file going[64];
	size_t n = 0;

	if (sim_phone_lib(p) != NULL)
		n = phone_files(sim_phone_lib(p), going, 64);
	for (uint32_t id = 1; id < book_next_id(b, RECORD_FILE); id++) {
		const struct record *r = book_get(b, RECORD_FILE, id);
		char left[80] = "";

		if (r == NULL)
			continue;
		for (size_t i = 0; i < n && i < 64; i++)
			if (going[i].id == id)
				snprintf(left, sizeof left,
				    ", %" PRIu64 " of %" PRIu64
				    " octets have arrived, %u SMS to go",
				    going[i].arrived, going[i].size,
				    going[i].sms_left);
		command_say(c, "%" PRIu32 " %s/%s, %" PRId64 " octets%s", id,
		    record_text(r, RECORD_FILE_FOLDER, 0),
		    record_text(r, RECORD_FILE_NAME, 0),
		    record_int(r, RECORD_FILE_SIZE, 0, 0), left);
	}
}

/* file add PATH | file save ID PATH | file delete ID | file list */
enum command_result
command_file(struct command *c, struct sim_phone *p)
{
	const char *verb = c->n > 3 ? c->word[3] : "";
	const char *wrong;
	uint32_t id = 0;
	long v;

	if (strcmp(verb, "delete") == 0)
		return delete_one(c, p, RECORD_FILE);
	if (strcmp(verb, "list") == 0) {
		say_files(c, p);
		return command_ok(c);
	}
	if (strcmp(verb, "add") == 0 && c->n == 5) {
		wrong = sim_phone_file_add(p, c->word[4], &id);
		return done(c, "file", id, wrong);
	}
	if (strcmp(verb, "save") == 0 && c->n == 6 &&
	    command_int(c, 4, 1, INT32_MAX, &v) == 0)
		return answer(
		    c, sim_phone_file_save(p, (uint32_t)v, c->word[5]));
	return command_error(c, "say: file add PATH, file list, file save ID "
				"PATH, or file delete ID");
}

enum command_result
command_mms(struct command *c, struct sim_phone *p)
{
	char buf[CONTROL_LINE_MAX];
	const char *text = command_rest(c, 4, buf);

	if (text == NULL)
		return command_error(c, "say: phone N mms-in NUMBER TEXT");
	return answer(c, sim_phone_mms(p, c->word[3], text));
}

enum command_result
command_cost(struct command *c, struct sim_phone *p)
{
	if (sim_phone_lib(p) == NULL)
		return command_error(c, "the phone is off");
	command_say(
	    c, "an upload takes %u SMS", phone_upload_cost(sim_phone_lib(p)));
	return command_ok(c);
}

enum command_result
command_lost(struct command *c, struct sim_phone *p)
{
	struct wire_lost l;

	if (sim_phone_lib(p) == NULL)
		return command_error(c, "the phone is off");
	phone_get_lost(sim_phone_lib(p), &l);
	command_say(
	    c, "%s, version %" PRIu32, l.on ? "lost" : "not lost", l.version);
	if (l.on)
		command_say(c,
		    "ring %s, screen locked %s, located every %u min",
		    l.ring ? "yes" : "no", l.lock_screen ? "yes" : "no",
		    l.locate ? (unsigned)l.locate_min : 0);
	if (l.on && l.text[0] != '\0')
		command_say(c, "shows %s", l.text);
	return command_ok(c);
}

enum command_result
command_reset(struct command *c, struct sim_phone *p)
{
	return answer(c, sim_phone_factory_reset(p));
}

enum command_result
command_sent(struct command *c, struct sim_phone *p)
{
	long want = 32;

	if (c->n > 3 && command_int(c, 3, 1, 32, &want) != 0)
		return command_error(
		    c, "how many? at most 32, such as: phone 1 sent 5");
	while (want-- > 0) {
		const char *sent = sim_phone_sent(p, (size_t)want);

		if (sent != NULL)
			command_say(c, "%s", sent);
	}
	return command_ok(c);
}

/* sms FROM TO TEXT, from a handset; sms FROM: what it got */
enum command_result
command_handset(struct command *c)
{
	char buf[CONTROL_LINE_MAX];
	const char *text;

	if (c->sim->handsets == NULL)
		return command_error(c, "out of memory");
	if (c->n == 2) {
		for (size_t i = 16; i-- > 0;)
			if ((text = handsets_text(
				 c->sim->handsets, c->word[1], i)) != NULL)
				command_say(c, "%s", text);
		return command_ok(c);
	}
	text = command_rest(c, strcmp(c->word[3], "text") == 0 ? 4 : 3, buf);
	return answer(c, handsets_send(c->sim->handsets, c->word[1], c->word[2],
			     text != NULL ? text : ""));
}
