/*
 * What has happened, in words.
 */
#include "browse.h"
#include "event_words.h"
#include "pages_settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
put_event(struct page *p, const struct pages_event *e)
{
	static const char *const classes[] = { [EVENT_GOOD] = "good",
		[EVENT_HEED] = "heed",
		[EVENT_BAD] = "bad" };
	const struct event_words *w = event_words_find(e->kind);

	html_put(&p->body,
	    "<li data-event=\"%s\"><span class=\"row\"><span class=\"dot %s\" "
	    "aria-hidden=\"true\"></span><span class=\"main\"><b>%s</b>"
	    "<small>%s",
	    e->kind, classes[w != NULL ? w->weight : EVENT_HEED],
	    text_get(p->language, w != NULL ? w->text : T_EV_OTHER),
	    e->phone_name);
	if (w != NULL && w->counted && e->detail[0] != '\0')
		html_put(
		    &p->body, "%s%s", e->phone_name[0] ? " · " : "", e->detail);
	buf_str(&p->body, "</small></span><span class=\"side\"><small>");
	page_ago(p, e->at_ms);
	buf_str(&p->body, "</small></span></span></li>\n");
}

/* ---- which of them ---- */

/* Those kinds that have happened, in the order of the words. */
static void
put_kinds(struct page *p, const char *chosen)
{
	char kinds[2048];

	if (pages_event_kinds(p->db, p->who.account, kinds, sizeof kinds) !=
	    DB_OK)
		return;
	html_put(&p->body,
	    "<div><label for=\"kind\">%s</label><select id=\"kind\" "
	    "name=\"kind\"><option value=\"\">%s</option>",
	    TXT(p, EV_KIND), TXT(p, EV_ALL_KINDS));
	for (size_t i = 0; i < event_words_count; i++) {
		const struct event_words *w = &event_words[i];
		char one[48];

		snprintf(one, sizeof one, " %s ", w->kind);
		if (strstr(kinds, one) == NULL)
			continue;
		html_put(&p->body, "<option value=\"%s\"%s>%s</option>",
		    w->kind, strcmp(w->kind, chosen) == 0 ? " selected" : "",
		    text_get(p->language, w->text));
	}
	buf_str(&p->body, "</select></div>");
}

static void
put_form(struct page *p, int64_t phone, const char *kind)
{
	struct pages_phone *list = NULL;
	size_t n = 0;

	if (pages_phones(p->db, p->who.account, 0, &list, &n) != DB_OK)
		return;
	html_put(&p->body,
	    "<form action=\"/events\" class=\"days\" id=\"filter\"><div>"
	    "<label for=\"phone\">%s</label><select id=\"phone\" name=\"id\">"
	    "<option value=\"\">%s</option>",
	    TXT(p, EV_PHONE), TXT(p, EV_ALL_PHONES));
	for (size_t i = 0; i < n; i++)
		html_put(&p->body, "<option value=\"%lld\"%s>%s</option>",
		    (long long)list[i].phone,
		    list[i].phone == phone ? " selected" : "", list[i].name);
	buf_str(&p->body, "</select></div>");
	put_kinds(p, kind);
	html_put(&p->body, "<button class=\"quiet\">%s</button></form>\n",
	    TXT(p, EV_FILTER));
	free(list);
}

void
page_events(struct page *p)
{
	struct pages_event_wish wish = {
		.phone = request_number(&p->req, "id"),
		.kind = request_query(&p->req, "kind"),
		.skip = browse_page(p) * BROWSE_PAGE,
		.max = BROWSE_PAGE,
	};
	bool all = wish.phone == 0 && wish.kind[0] == '\0';
	struct pages_event *list = NULL;
	struct buf more = { 0 };
	int64_t total = 0;
	size_t n = 0;

	if (!page_ok(p,
		pages_events(p->db, p->who.account, &wish, &list, &n, &total)))
		return;
	page_begin(p, TXT(p, EVENTS));
	if (!all || total > 0)
		put_form(p, wish.phone, wish.kind);
	if (n == 0)
		html_put(&p->body,
		    "<div class=\"card empty\"><h2>%s</h2></div>\n",
		    all ? TXT(p, NO_EVENTS) : TXT(p, EV_NONE_SUCH));
	else
		buf_str(&p->body, "<ul class=\"list\" id=\"events\">");
	for (size_t i = 0; i < n; i++)
		put_event(p, &list[i]);
	if (n > 0)
		buf_str(&p->body, "</ul>\n");
	buf_printf(&more, "id=%lld&kind=", (long long)wish.phone);
	html_query(&more, wish.kind);
	browse_pager(p, "/events", more.failed ? "" : more.p, total);
	page_end(p);
	buf_clear(&more);
	free(list);
	if (p->who.unread > 0 && all)
		pages_events_seen(p->db, p->who.account);
}
