/*
 * The story that the simulator acts: what it has told, and where on the pages
 * one sees what it does.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "demo_page.h"
#include "simulator.h"

/* ---- where to look ---- */

static const struct {
	const char *name, *path;
	enum text_id text;
	bool of_phone; /* of the phone in the vault, by its id */
} looks[] = {
	{ "add", "/phones/add", T_ADD_PHONE, false },
	{ "budget", "/budget", T_BUDGET, false },
	{ "calendar", "/calendar", T_CALENDAR, false },
	{ "calls", "/calls", T_CALLS, false },
	{ "contacts", "/contacts", T_CONTACTS, false },
	{ "events", "/events", T_EVENTS, false },
	{ "evidence", "/phone/evidence", T_EVIDENCE, true },
	{ "files", "/files", T_FILES, false },
	{ "lost", "/phone/lost", T_LOST_PHONE, true },
	{ "messages", "/messages", T_MESSAGES, false },
	{ "notes", "/notes", T_NOTES, false },
	{ "phone", "/phone", T_PHONE, true },
	{ "replace", "/restore/replace", T_REPLACE, false },
	{ "restore", "/restore", T_RESTORE, false },
	{ "sims", "/phone/sims", T_SIMS, true },
};

/* The owner's phone that a simulated one is: by its number, by its name, or
 * because there is no other.  0: who knows. */
static int64_t
in_vault(struct page *p, const char *number, const char *name)
{
	struct pages_phone *list = NULL;
	int64_t by_name = 0, found = 0;
	size_t n = 0, bound = 0;

	if (pages_phones(p->db, p->who.account, 0, &list, &n) != DB_OK)
		return 0;
	for (size_t i = 0; i < n; i++) {
		if (list[i].unbound_ms != 0)
			continue;
		bound++;
		if (strcmp(list[i].number, number) == 0)
			found = list[i].phone;
		else if (strcmp(list[i].name, name) == 0)
			by_name = list[i].phone;
	}
	if (found == 0)
		found = by_name;
	if (found == 0 && bound == 1)
		for (size_t i = 0; i < n; i++)
			if (list[i].unbound_ms == 0)
				found = list[i].phone;
	free(list);
	return found;
}

static int64_t
actor_in_vault(struct page *p, const struct demo_view *v, unsigned actor)
{
	char line[SIMULATOR_LINE_MAX], number[40], state[40];
	const char *at = v->phones.p, *name;
	unsigned n;

	while (simulator_next(&at, line))
		if (demo_read_phone(line, &n, number, state, &name) &&
		    n == actor)
			return in_vault(p, number, name);
	return 0;
}

static void
put_look(struct page *p, const char *name, int64_t phone)
{
	for (size_t i = 0; i < sizeof looks / sizeof looks[0]; i++) {
		if (strcmp(looks[i].name, name) != 0)
			continue;
		if (!looks[i].of_phone)
			html_put(&p->body, " <a href=\"%s\">%s</a>",
			    looks[i].path,
			    text_get(p->language, looks[i].text));
		else if (phone != 0)
			html_put(&p->body, " <a href=\"%s?id=%lld\">%s</a>",
			    looks[i].path, (long long)phone,
			    text_get(p->language, looks[i].text));
		else
			html_put(&p->body, " <a href=\"/phones\">%s</a>",
			    text_get(p->language, looks[i].text));
	}
}

/* ---- the story ---- */

static const struct {
	const char *name, *class;
	enum text_id text;
	bool going;
} turns[] = {
	{ "acting", "", T_DEMO_ACTING, true },
	{ "waiting", "wait", T_DEMO_WAITING, true },
	{ "your-turn", "bad", T_DEMO_YOUR_TURN, true },
	{ "over", "good", T_DEMO_OVER, false },
	{ "stopped", "", T_DEMO_STOPPED, false },
	{ "failed", "bad", T_DEMO_FAILED, false },
};
#define TURNS (sizeof turns / sizeof turns[0])

/* "STATE NAME phone N..." */
bool
demo_story_find(const struct demo_view *v, struct demo_story *out)
{
	const char *at = v->scene.p;
	char line[SIMULATOR_LINE_MAX], state[40];

	while (simulator_next(&at, line))
		for (size_t i = 0; i < TURNS; i++)
			if (sscanf(line, "%39s %39s phone %u", state, out->name,
				&out->phone) == 3 &&
			    strcmp(state, turns[i].name) == 0) {
				out->turn = i;
				return true;
			}
	return false;
}

bool
demo_story_goes(const struct demo_story *s)
{
	return turns[s->turn].going;
}

static void
put_told(struct page *p, const struct demo_view *v)
{
	const char *at = v->scene.p;
	char line[SIMULATOR_LINE_MAX];

	buf_str(&p->body, "<ol class=\"steps\" id=\"told\">");
	while (simulator_next(&at, line))
		if (strncmp(line, "said ", 5) == 0)
			html_put(&p->body, "<li>%s</li>", line + 5);
	buf_str(&p->body, "</ol>");
}

static void
put_looks(struct page *p, const struct demo_view *v, unsigned actor)
{
	int64_t phone = actor_in_vault(p, v, actor);
	char names[SIMULATOR_LINE_MAX], *save = NULL;

	simulator_fact(v->scene.p, "look ", false, names);
	if (names[0] == '\0')
		return;
	html_put(
	    &p->body, "<p class=\"views\" id=\"look\">%s", TXT(p, DEMO_LOOK));
	for (char *w = strtok_r(names, " ", &save); w != NULL;
	     w = strtok_r(NULL, " ", &save))
		put_look(p, w, phone);
	buf_str(&p->body, "</p>");
}

static void
put_stop(struct page *p, const struct demo_view *v)
{
	buf_str(&p->body,
	    "<form method=\"post\" action=\"/demo/scene\" class=\"buttons\">");
	page_csrf(p);
	html_put(&p->body,
	    "<input type=\"hidden\" name=\"phone\" value=\"%u\"><a "
	    "class=\"button quiet again\" href=\"/demo?phone=%u\">%s</a> <button "
	    "class=\"quiet\" name=\"act\" value=\"stop\" id=\"stop\">%s"
	    "</button></form>",
	    v->chosen, v->chosen, TXT(p, REFRESH), TXT(p, DEMO_STOP));
}

/* In our words where there are any. */
void
demo_put_refusal(struct page *p, const char *said)
{
	enum text_id known = demo_refusal(said);
	char note[SIMULATOR_LINE_MAX + 80];

	snprintf(note, sizeof note, "%s %s", TXT(p, DEMO_REFUSED), said);
	page_note(
	    p, "bad", known != T_NONE ? text_get(p->language, known) : note);
}

void
demo_put_story(
    struct page *p, const struct demo_view *v, const struct demo_story *s)
{
	char about[SIMULATOR_LINE_MAX], begin[64], wrong[SIMULATOR_LINE_MAX];

	snprintf(begin, sizeof begin, "story %s ", s->name);
	simulator_fact(v->scene.p, begin, false, about);
	html_put(&p->body,
	    "<section class=\"card\" id=\"story\" data-story=\"%s\" "
	    "data-turn=\"%s\"><h2>%s <span class=\"state %s\">%s</span></h2>"
	    "<p><b>%s</b> <small>%s %u</small></p>",
	    s->name, turns[s->turn].name, TXT(p, DEMO_STORY),
	    turns[s->turn].class, text_get(p->language, turns[s->turn].text),
	    about, TXT(p, DEMO_BY_PHONE), s->phone);
	put_told(p, v);
	simulator_fact(v->scene.p, "wrong ", false, wrong);
	if (wrong[0] != '\0')
		demo_put_refusal(p, wrong);
	put_looks(p, v, s->phone);
	if (turns[s->turn].going)
		put_stop(p, v);
	buf_str(&p->body, "</section>\n");
}
