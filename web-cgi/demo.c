#include "demo.h"

#include <string.h>

#include "simulator.h"
#include "utf8.h"

#define NUMBER_LEAST 3 /* digits */
#define NUMBER_MOST 15

static const struct demo_form forms[] = {
	{ "switch", T_DEMO_SWITCHES, false, { { 0 } },
	    { { "upload", T_DEMO_UPLOAD, "upload", "", true },
		{ "power-off", T_DEMO_POWER_OFF, "power off", "", true },
		{ "power-on", T_DEMO_POWER_ON, "power on", "", true },
		{ "coverage-off", T_DEMO_COVERAGE_OFF, "coverage off", "",
		    true },
		{ "coverage-on", T_DEMO_COVERAGE_ON, "coverage on", "", true },
		{ "restart", T_DEMO_RESTART, "restart", "", true } } },
	{ "answer", T_DEMO_ANSWER, false,
	    { { "answer", DEMO_LINE, 200, T_ANSWER } },
	    { { "answer", T_DEMO_ANSWER, "answer", "", false } } },
	{ "text", T_DEMO_TEXT, false,
	    { { "text-number", DEMO_NUMBER, 40, T_DEMO_WHOSE },
		{ "text-text", DEMO_LINE, 600, T_F_TEXT } },
	    { { "text-in", T_DEMO_TEXT_IN, "text-in", "", false },
		{ "text-out", T_DEMO_TEXT_OUT, "text-out", "", false } } },
	{ "call", T_DEMO_CALL, false,
	    { { "call-number", DEMO_NUMBER, 40, T_DEMO_WHOSE } },
	    { { "call-in", T_DEMO_CALL_IN, "call in", " 60", false },
		{ "call-missed", T_DEMO_CALL_MISSED, "call missed", "", false },
		{ "call-out", T_DEMO_CALL_OUT, "call out", " 60", false } } },
	{ "contact", T_DEMO_CONTACT, false,
	    { { "contact-name", DEMO_LINE, 120, T_DEMO_NAME },
		{ "contact-number", DEMO_NUMBER, 40, T_NUMBER } },
	    { { "contact", T_DEMO_CONTACT_ADD, "contact add", "", false } } },
	{ "note", T_DEMO_NOTE, false,
	    { { "note-title", DEMO_LINE, 120, T_F_SUMMARY },
		{ "note-text", DEMO_LINE, 600, T_F_TEXT } },
	    { { "note", T_DEMO_NOTE_ADD, "note add", "", false } } },
	{ "sim", T_DEMO_SIM, false,
	    { { "sim-number", DEMO_NUMBER, 40, T_DEMO_SIM_NUMBER } },
	    { { "sim", T_DEMO_SIM_IN, "sim change", "", false },
		{ "sim-out", T_DEMO_SIM_OUT, "sim out", "", true } } },
	{ "bind", T_DEMO_BIND, false,
	    { { "code", DEMO_CODE, 40, T_DEMO_CODE } },
	    { { "bind", T_DEMO_BIND_NOW, "bind", "", false } } },
	{ "friend", T_DEMO_FRIENDS, true,
	    { { "friend-text", DEMO_LINE, 600, T_DEMO_FRIEND_TEXT } },
	    { { "friend", T_DEMO_FRIEND_SEND, "text", "", false } } },
};

const struct demo_form *
demo_form(size_t i)
{
	return i < sizeof forms / sizeof forms[0] ? &forms[i] : NULL;
}

const struct demo_act *
demo_act_named(const char *name, const struct demo_form **form)
{
	const struct demo_form *f;

	for (size_t i = 0; (f = demo_form(i)) != NULL; i++) {
		for (size_t a = 0; a < DEMO_ACTS_MAX && f->act[a].name != NULL;
		     a++) {
			if (strcmp(f->act[a].name, name) == 0) {
				*form = f;
				return &f->act[a];
			}
		}
	}
	return NULL;
}

/* What people put into a number to read it better is left out.  False: it is
 * none. */
static bool
number(const char *text, char out[static NUMBER_MOST + 2])
{
	size_t n = 0, digits = 0;

	for (; *text != '\0'; text++) {
		if (strchr(" -()", *text) != NULL)
			continue;
		if (*text >= '0' && *text <= '9')
			digits++;
		else if (*text != '+' || n > 0)
			return false;
		if (n == NUMBER_MOST + 1 || digits > NUMBER_MOST)
			return false;
		out[n++] = *text;
	}
	out[n] = '\0';
	return digits >= NUMBER_LEAST;
}

enum text_id
demo_value_wrong(const struct demo_field *f, const char *value)
{
	size_t len = strlen(value);
	char plain[NUMBER_MOST + 2];

	switch (f->kind) {
	case DEMO_NUMBER:
		return len <= f->max && number(value, plain) ? T_NONE
							     : T_E_DEMO_NUMBER;
	case DEMO_LINE:
		return value[strspn(value, " ")] != '\0' && len <= f->max &&
			       utf8_line(value, len)
			   ? T_NONE
			   : T_E_DEMO_LINE;
	case DEMO_CODE:
		return len > 0 && len <= f->max &&
			       value[strspn(value,
				   "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijkl"
				   "mnopqrstuvwxyz0123456789- ")] == '\0'
			   ? T_NONE
			   : T_E_DEMO_CODE;
	}
	return T_E_DEMO_LINE;
}

static void
begin_command(const struct demo_form *form, const struct demo_act *act,
    const struct demo_target *to, struct buf *out)
{
	buf_clear(out);
	if (form->friend)
		buf_printf(out, "sms %s %s %s", DEMO_FRIEND, to->service,
		    act->command);
	else
		buf_printf(out, "phone %u %s", to->phone, act->command);
}

bool
demo_command(const struct demo_act *act, const struct demo_target *to,
    const char *const value[DEMO_FIELDS_MAX], struct buf *out)
{
	const struct demo_form *form = NULL;
	char plain[NUMBER_MOST + 2];

	demo_act_named(act->name, &form);
	begin_command(form, act, to, out);
	for (size_t i = 0;
	     !act->alone && i < DEMO_FIELDS_MAX && form->field[i].name != NULL;
	     i++) {
		const struct demo_field *f = &form->field[i];
		const char *v = value[i];

		if (demo_value_wrong(f, v) != T_NONE)
			return false;
		if (f->kind == DEMO_NUMBER) {
			number(v, plain);
			v = plain;
		}
		if (!simulator_word(out, v))
			return false;
	}
	buf_str(out, act->more);
	return !out->failed;
}

enum text_id
demo_refusal(const char *said)
{
	static const struct {
		const char *begin;
		enum text_id text;
	} refusals[] = {
		{ "the phone is off", T_E_DEMO_OFF },
		{ "the phone has no network", T_E_DEMO_NETWORK },
		{ "the phone has no SIM", T_E_DEMO_NO_SIM },
		{ "the phone is not bound", T_E_DEMO_NOT_BOUND },
		{ "that is no binding code", T_E_DEMO_NO_CODE },
		{ "not now", T_E_DEMO_NOT_NOW },
		{ "that SIM is in another phone", T_E_DEMO_SIM_TAKEN },
		{ "that is the service's number", T_E_DEMO_SIM_SERVICE },
		{ "another story is being acted", T_E_DEMO_ACTED },
		{ "no story is being acted", T_E_DEMO_NONE_ACTED },
		{ "there is no such story", T_E_DEMO_NO_STORY },
		{ "this story wants a second phone", T_E_DEMO_SECOND },
		{ "that did not come true", T_E_DEMO_LATE },
	};

	for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++)
		if (strncmp(said, refusals[i].begin,
			strlen(refusals[i].begin)) == 0)
			return refusals[i].text;
	return T_NONE;
}

bool
demo_scene_good(const char *name)
{
	size_t len = strlen(name);

	return len > 0 && len <= 30 &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz-") == len;
}
