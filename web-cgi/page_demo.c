/*
 * The simulator of a demonstration: its phones, what people do with them, and
 * stories that it acts in the service that is looked at.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "demo_page.h"
#include "form.h"
#include "simulator.h"

#define PHONES_SHOWN 60

static enum simulator_err
ask(struct page *p, struct buf *reply, const char *command)
{
	return simulator_ask(p->conf->simulator, command, reply);
}

/* "N NUMBER STATE NAME" */
bool
demo_read_phone(const char *line, unsigned *n, char number[static 40],
    char state[static 40], const char **name)
{
	int end = 0;

	if (sscanf(line, "%u %39s %39s %n", n, number, state, &end) < 3 ||
	    end == 0)
		return false;
	*name = line + end;
	return true;
}

static void
view_clear(struct demo_view *v)
{
	buf_clear(&v->phones);
	buf_clear(&v->phone);
	buf_clear(&v->lost);
	buf_clear(&v->scene);
	buf_clear(&v->friend);
}

static bool
find_chosen(struct demo_view *v)
{
	char line[SIMULATOR_LINE_MAX], number[40];
	const char *at = v->phones.p, *name;
	unsigned n;

	while (simulator_next(&at, line))
		if (demo_read_phone(line, &n, number, v->state, &name) &&
		    n == v->chosen)
			return true;
	return false;
}

/* False: nobody answers. */
static bool
view_load(struct page *p, struct demo_view *v)
{
	char command[64];

	if (ask(p, &v->phones, "phones") != SIMULATOR_OK ||
	    ask(p, &v->friend, "sms " DEMO_FRIEND) != SIMULATOR_OK ||
	    ask(p, &v->scene,
		p->language == TEXT_ZH ? "scene in zh" : "scene in en") !=
		SIMULATOR_OK)
		return false;
	if (!find_chosen(v)) {
		v->chosen = 1;
		if (!find_chosen(v))
			return true;
	}
	snprintf(command, sizeof command, "phone %u", v->chosen);
	if (ask(p, &v->phone, command) == SIMULATOR_AWAY)
		return false;
	/* A phone that is off says no. */
	snprintf(command, sizeof command, "phone %u lost", v->chosen);
	return ask(p, &v->lost, command) != SIMULATOR_AWAY;
}

/* ---- the phones ---- */

static const struct {
	const char *name, *class;
	enum text_id text;
} states[] = {
	{ "off", "bad", T_DEMO_OFF },
	{ "no-coverage", "bad", T_DEMO_NO_COVERAGE },
	{ "unbound", "", T_DEMO_UNBOUND },
	{ "hello-sent", "wait", T_DEMO_HELLO },
	{ "asked", "wait", T_DEMO_ASKED },
	{ "bound", "good", T_DEMO_BOUND },
};

static void
put_state(struct page *p, const char *state)
{
	for (size_t i = 0; i < sizeof states / sizeof states[0]; i++)
		if (strcmp(states[i].name, state) == 0)
			html_put(&p->body, "<span class=\"state %s\">%s</span>",
			    states[i].class,
			    text_get(p->language, states[i].text));
}

static void
put_phones(struct page *p, const struct demo_view *v)
{
	char line[SIMULATOR_LINE_MAX], number[40], state[40];
	const char *at = v->phones.p, *name;
	unsigned n, shown = 0;

	html_put(&p->body, "<h2>%s</h2><ol class=\"list\" id=\"phones\">",
	    TXT(p, DEMO_PHONES));
	while (simulator_next(&at, line) && shown < PHONES_SHOWN) {
		if (!demo_read_phone(line, &n, number, state, &name))
			continue;
		shown++;
		html_put(&p->body,
		    "<li><a href=\"/demo?phone=%u\" data-phone=\"%u\" "
		    "data-state=\"%s\"",
		    n, n, state);
		if (n == v->chosen)
			buf_str(&p->body, " aria-current=\"true\"");
		html_put(&p->body,
		    "><span class=\"badge\">%u</span> <span class=\"main\"><b>"
		    "%s</b><small>%s</small></span><span class=\"side\">",
		    n, name,
		    strcmp(number, "no-SIM") == 0 ? TXT(p, DEMO_NO_SIM)
						  : number);
		put_state(p, state);
		buf_str(&p->body, "</span></a></li>");
	}
	buf_str(&p->body, "</ol>\n");
}

static void
put_fact(struct page *p, enum text_id what, const char *value)
{
	if (value[0] != '\0')
		html_put(&p->body, "<dt>%s</dt><dd>%s</dd>",
		    text_get(p->language, what), value);
}

/* A fact as the simulator says it, behind these words. */
static void
put_said(struct page *p, const struct demo_view *v, enum text_id what,
    const char *begin, bool comma)
{
	char value[SIMULATOR_LINE_MAX];

	simulator_fact(v->phone.p, begin, comma, value);
	put_fact(p, what, value);
}

/* One number out of "contacts 40, messages 120, calls 60". */
static void
put_count(struct page *p, const struct demo_view *v, const char *word,
    enum text_id what)
{
	const char *at = v->phone.p != NULL ? strstr(v->phone.p, word) : NULL;

	if (at != NULL)
		html_put(&p->body, "<span><b>%u</b>%s</span>",
		    (unsigned)strtoul(at + strlen(word), NULL, 10),
		    text_get(p->language, what));
}

static bool
is_on(const struct demo_view *v, const char *begin)
{
	char value[SIMULATOR_LINE_MAX];

	simulator_fact(v->phone.p, begin, true, value);
	return strcmp(value, "on") == 0;
}

static bool
has_coverage(const struct demo_view *v)
{
	return v->phone.p != NULL &&
	       strstr(v->phone.p, ", coverage on,") != NULL;
}

static void
put_counts(struct page *p, const struct demo_view *v)
{
	buf_str(&p->body, "<p class=\"counts\">");
	put_count(p, v, "\ncontacts ", T_CONTACTS);
	put_count(p, v, ", messages ", T_MESSAGES);
	put_count(p, v, ", calls ", T_CALLS);
	put_count(p, v, "\nevents ", T_CALENDAR);
	put_count(p, v, ", notes ", T_NOTES);
	put_count(p, v, ", files ", T_FILES);
	buf_str(&p->body, "</p>");
}

static void
put_facts(struct page *p, const struct demo_view *v)
{
	char number[SIMULATOR_LINE_MAX], value[SIMULATOR_LINE_MAX];

	simulator_fact(v->phone.p, "number ", true, number);
	buf_str(&p->body, "<dl>");
	put_fact(p, T_NUMBER,
	    strcmp(number, "none") == 0 ? TXT(p, DEMO_NO_SIM) : number);
	put_fact(p, T_DEMO_POWER,
	    is_on(v, "power ") ? TXT(p, DEMO_ON) : TXT(p, DEMO_OFF));
	put_fact(p, T_DEMO_COVERAGE,
	    has_coverage(v) ? TXT(p, DEMO_THERE) : TXT(p, DEMO_NO_COVERAGE));
	put_said(p, v, T_DEMO_PENDING, "pending ", false);
	put_said(p, v, T_DEMO_DIGITS, "digits ", false);
	if (strcmp(v->state, "asked") == 0)
		put_said(p, v, T_DEMO_ITS_QUESTION, "question ", false);
	put_said(p, v, T_DEMO_ITS_REFUSAL, "refused ", false);
	simulator_fact(v->lost.p, "shows ", false, value);
	put_fact(p, T_LOST_SHOWS, value);
	buf_str(&p->body, "</dl>");
}

static void
put_phone(struct page *p, const struct demo_view *v)
{
	char name[SIMULATOR_LINE_MAX], begin[40], value[SIMULATOR_LINE_MAX];

	snprintf(begin, sizeof begin, "phone %u: ", v->chosen);
	simulator_fact(v->phone.p, begin, false, name);
	html_put(&p->body,
	    "<section class=\"card phone\" id=\"chosen\" "
	    "data-phone=\"%u\"><h2>%u · %s ",
	    v->chosen, v->chosen, name);
	put_state(p, v->state);
	simulator_fact(v->lost.p, "lost, ", false, value);
	if (value[0] != '\0')
		html_put(&p->body, " <span class=\"state bad\">%s</span>",
		    TXT(p, DEMO_LOST));
	buf_str(&p->body, "</h2>");
	put_counts(p, v);
	put_facts(p, v);
	buf_str(&p->body, "</section>\n");
}

/* Where codes were texted from, and answered. */
static void
put_friend(struct page *p, const struct demo_view *v)
{
	const char *at = v->friend.p;
	char line[SIMULATOR_LINE_MAX];
	bool any = false;

	while (simulator_next(&at, line)) {
		if (!any)
			html_put(&p->body,
			    "<section class=\"card\" id=\"friend-got\"><h2>%s"
			    "</h2><ul class=\"points-plain\">",
			    TXT(p, DEMO_FRIEND_GOT));
		any = true;
		html_put(&p->body, "<li>%s</li>", line);
	}
	if (any)
		buf_str(&p->body, "</ul></section>\n");
}

/* Everything that moves by itself: the script looks for it again and again,
 * and renews the page when a story has ended. */
static void
put_live(struct page *p, const struct demo_view *v)
{
	struct demo_story s;
	bool there = demo_story_find(v, &s),
	     going = there && demo_story_goes(&s);

	html_put(&p->body,
	    "<div id=\"live\" data-turn=\"%s\" data-every=\"%d\">",
	    going ? "going" : "rest", going ? 1500 : 4000);
	if (there)
		demo_put_story(p, v, &s);
	buf_str(&p->body, "<div class=\"two-cards\"><div>");
	put_phones(p, v);
	buf_str(&p->body, "</div>");
	if (v->phone.p != NULL)
		put_phone(p, v);
	buf_str(&p->body, "</div>\n");
	put_friend(p, v);
	buf_str(&p->body, "</div>\n");
}

/* ---- what can be done ---- */

/* What is so already is not offered. */
static bool
offered(const struct demo_view *v, const struct demo_act *a)
{
	bool on = is_on(v, "power ");

	if (strcmp(a->name, "power-on") == 0)
		return !on;
	if (strcmp(a->name, "power-off") == 0 ||
	    strcmp(a->name, "restart") == 0 || strcmp(a->name, "upload") == 0)
		return on;
	if (strcmp(a->name, "coverage-on") == 0)
		return !has_coverage(v);
	if (strcmp(a->name, "coverage-off") == 0)
		return has_coverage(v);
	return true;
}

static void
put_field(struct page *p, const struct demo_view *v, const struct demo_form *f,
    size_t i)
{
	const struct demo_field *field = &f->field[i];
	char more[80];

	snprintf(more, sizeof more, "maxlength=\"%zu\"%s", field->max,
	    field->kind == DEMO_NUMBER ? " inputmode=\"tel\"" : "");
	form_field(
	    p, &(struct form_field){ field->name, "text", "off",
		   v->form == f ? request_form(&p->req, field->name) : NULL,
		   field->label, T_NONE, v->form == f ? v->wrong[i] : T_NONE,
		   false, more });
}

/* One that stands alone needs no field filled in. */
static void
put_acts(struct page *p, const struct demo_view *v, const struct demo_form *f)
{
	bool first = true;

	buf_str(&p->body, "<p class=\"buttons\">");
	for (size_t i = 0; i < DEMO_ACTS_MAX && f->act[i].name != NULL; i++) {
		const struct demo_act *a = &f->act[i];

		if (!offered(v, a))
			continue;
		html_put(&p->body,
		    "<button name=\"act\" value=\"%s\" class=\"%s\"", a->name,
		    first ? "" : "quiet");
		if (a->alone)
			buf_str(&p->body, " formnovalidate");
		html_put(
		    &p->body, ">%s</button> ", text_get(p->language, a->label));
		first = false;
	}
	buf_str(&p->body, "</p>");
}

static void
put_form(struct page *p, const struct demo_view *v, const struct demo_form *f)
{
	html_put(&p->body,
	    "<section class=\"card\"><h2>%s</h2><form method=\"post\" "
	    "action=\"/demo\" id=\"form-%s\">",
	    text_get(p->language, f->title), f->name);
	page_csrf(p);
	html_put(&p->body,
	    "<input type=\"hidden\" name=\"phone\" value=\"%u\">", v->chosen);
	for (size_t i = 0; i < DEMO_FIELDS_MAX && f->field[i].name != NULL; i++)
		put_field(p, v, f, i);
	put_acts(p, v, f);
	buf_str(&p->body, "</form></section>\n");
}

static void
put_forms(struct page *p, const struct demo_view *v)
{
	bool asked = strcmp(v->state, "asked") == 0;
	const struct demo_form *f;

	if (v->phone.p == NULL)
		return;
	html_put(&p->body, "<h2>%s: %u</h2><div class=\"grid\" id=\"forms\">",
	    TXT(p, DEMO_HERE), v->chosen);
	for (size_t i = 0; (f = demo_form(i)) != NULL; i++)
		if (asked || strcmp(f->name, "answer") != 0)
			put_form(p, v, f);
	buf_str(&p->body, "</div>\n");
}

static void
put_stories(struct page *p, const struct demo_view *v)
{
	const char *at = v->scene.p;
	char line[SIMULATOR_LINE_MAX], name[40];
	int end;

	html_put(&p->body,
	    "<h2>%s</h2><p class=\"hint\">%s</p><ul "
	    "class=\"list\" id=\"stories\">",
	    TXT(p, DEMO_STORIES), TXT(p, DEMO_STORIES_TEXT));
	while (simulator_next(&at, line)) {
		end = 0;
		if (sscanf(line, "story %39s %n", name, &end) != 1 || end == 0)
			continue;
		html_put(&p->body,
		    "<li><form method=\"post\" action=\"/demo/scene\" "
		    "class=\"row\"><span class=\"main\">%s</span>",
		    line + end);
		page_csrf(p);
		html_put(&p->body,
		    "<input type=\"hidden\" name=\"phone\" value=\"%u\"><input "
		    "type=\"hidden\" name=\"scene\" value=\"%s\"><button "
		    "name=\"act\" value=\"begin\" aria-label=\"%s: %s\">%s"
		    "</button></form></li>",
		    v->chosen, name, TXT(p, DEMO_ACT), line + end,
		    TXT(p, DEMO_ACT));
	}
	buf_str(&p->body, "</ul>\n");
}

/* ---- the page ---- */

static void
put_notes(struct page *p, const struct demo_view *v)
{
	const struct demo_form *form;
	const struct demo_act *did =
	    demo_act_named(request_query(&p->req, "did"), &form);
	char note[SIMULATOR_LINE_MAX + 80];

	if (v->refused != NULL) {
		demo_put_refusal(p, v->refused);
	} else if (v->away) {
		page_note(p, "bad", TXT(p, DEMO_AWAY));
	} else if (did != NULL) {
		snprintf(note, sizeof note, "%s %s", TXT(p, DEMO_DONE),
		    text_get(p->language, did->label));
		page_note(p, "good", note);
	}
}

static void
show(struct page *p, struct demo_view *v)
{
	bool there = view_load(p, v);

	if (!there)
		p->status = 503;
	page_begin(p, TXT(p, SIMULATOR));
	html_put(&p->body, "<p class=\"lead\">%s</p>\n", TXT(p, DEMO_LEAD));
	if (there) {
		put_notes(p, v);
		put_live(p, v);
		put_stories(p, v);
		put_forms(p, v);
	} else {
		page_note(p, "bad", TXT(p, DEMO_AWAY));
		html_put(&p->body,
		    "<p><a class=\"button\" href=\"/demo\">%s</a></p>\n",
		    TXT(p, REFRESH));
	}
	page_end(p);
	view_clear(v);
}

/* False after answering: there is no simulator here, or nobody is signed in. */
static bool
begin(struct page *p, struct demo_view *v)
{
	int64_t phone = request_number(&p->req, "phone");

	*v = (struct demo_view){
		.chosen = phone >= 1 && phone <= 100000 ? (unsigned)phone : 1
	};
	if (p->conf->simulator[0] == '\0')
		page_error(p, 404, T_E_NOT_FOUND);
	else if (p->who.account == 0)
		page_redirect(p, "/sign-in");
	else
		return true;
	return false;
}

/* Say it, and back to the page, with what came of it. */
static void
carry_out(
    struct page *p, struct demo_view *v, const char *command, const char *to)
{
	struct buf reply = { 0 };
	enum simulator_err err = ask(p, &reply, command);

	if (err == SIMULATOR_OK) {
		page_redirect(p, to);
	} else {
		p->status = 400;
		v->refused = err == SIMULATOR_REFUSED ? reply.p : NULL;
		v->away = err == SIMULATOR_AWAY;
		show(p, v);
	}
	buf_clear(&reply);
}

static void
act(struct page *p, struct demo_view *v)
{
	const struct demo_act *a =
	    demo_act_named(request_form(&p->req, "act"), &v->form);
	const struct demo_target target = { v->chosen,
		p->conf->service_number };
	const char *value[DEMO_FIELDS_MAX] = { NULL };
	struct buf command = { 0 };
	bool good = true;
	char to[80];

	if (a == NULL) {
		page_error(p, 400, T_E_BAD);
		return;
	}
	for (size_t i = 0;
	     !a->alone && i < DEMO_FIELDS_MAX && v->form->field[i].name != NULL;
	     i++) {
		value[i] = request_form(&p->req, v->form->field[i].name);
		v->wrong[i] = demo_value_wrong(&v->form->field[i], value[i]);
		good = good && v->wrong[i] == T_NONE;
	}
	snprintf(to, sizeof to, "/demo?phone=%u&did=%s", v->chosen, a->name);
	if (good && demo_command(a, &target, value, &command)) {
		carry_out(p, v, command.p, to);
	} else {
		p->status = 400;
		show(p, v);
	}
	buf_clear(&command);
}

/* GET and POST /demo?phone= */
void
page_demo(struct page *p)
{
	struct demo_view v;

	if (!begin(p, &v))
		return;
	if (p->req.post)
		act(p, &v);
	else
		show(p, &v);
}

/* POST /demo/scene: begin one (scene, phone), or stop it. */
void
page_demo_scene(struct page *p)
{
	const char *scene = request_form(&p->req, "scene");
	bool stop = strcmp(request_form(&p->req, "act"), "stop") == 0;
	char command[80], to[80];
	struct demo_view v;

	if (!begin(p, &v))
		return;
	if (!stop && !demo_scene_good(scene)) {
		page_error(p, 400, T_E_BAD);
		return;
	}
	if (stop)
		snprintf(command, sizeof command, "scene stop");
	else
		snprintf(
		    command, sizeof command, "scene %s %u", scene, v.chosen);
	snprintf(to, sizeof to, "/demo?phone=%u", v.chosen);
	carry_out(p, &v, command, to);
}
