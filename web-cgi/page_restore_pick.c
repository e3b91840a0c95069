/*
 * Single records to be restored, picked from a list.
 */
#include <stdlib.h>
#include <string.h>

#include "browse.h"
#include "gather.h"
#include "restore_page.h"

#define PICKED_MAX 500

/* What tells a record from its like, in a line. */
static const char *
title_of(const struct record *r, const struct names *names)
{
	static const uint16_t tags[] = { RECORD_NAME, RECORD_SUMMARY,
		RECORD_FILE_NAME, RECORD_NUMBER, RECORD_DESCRIPTION };
	const char *peer = record_text(r, RECORD_PEER, 0);

	if (peer != NULL)
		return names_find(names, peer);
	for (size_t i = 0; i < sizeof tags / sizeof tags[0]; i++)
		if (record_text(r, tags[i], 0) != NULL)
			return record_text(r, tags[i], 0);
	return "?";
}

struct picking {
	struct page *p;
	const struct names *names;
	const char *q;
	size_t shown;
};

static bool
put_pick(void *ctx, const struct opened *o)
{
	struct picking *pick = ctx;
	struct page *p = pick->p;
	const struct record *r = o->record;
	const char *title = title_of(r, pick->names);
	const char *more = record_text(r, RECORD_BODY, 0);

	if (more == NULL)
		more = browse_or(record_text(r, RECORD_NUMBER, 0), "");
	if (*pick->q != '\0' && strcasestr(title, pick->q) == NULL &&
	    strcasestr(more, pick->q) == NULL)
		return true;
	html_put(&p->body,
	    "<li><label class=\"row\"><input type=\"checkbox\" name=\"item\" "
	    "value=\"%lld.%d.%u\"><span class=\"main\"><b>%s</b><small>%s"
	    "</small></span><span class=\"side\"><small>",
	    (long long)o->phone, (int)record_kind(r), record_id(r), title,
	    more);
	page_ago(p, record_time_ms(r));
	buf_str(&p->body, "</small></span></label></li>\n");
	return ++pick->shown < PICKED_MAX;
}

static void
put_pick_choice(struct page *p, const struct pages_phone *list, size_t n,
    int64_t from, int64_t kind)
{
	buf_str(&p->body, "<form class=\"card\" action=\"/restore/pick\"><div "
			  "class=\"two\"><div>");
	page_restore_phones(p, "from", T_FROM_WHICH, list, n, false, from);
	html_put(&p->body,
	    "</div><div><label for=\"kind\">%s</label><select id=\"kind\" "
	    "name=\"kind\">",
	    TXT(p, KIND));
	for (size_t i = 0; i < RESTORE_KINDS; i++)
		html_put(&p->body, "<option value=\"%d\"%s>%s</option>",
		    (int)restore_kinds[i].kind,
		    (int64_t)restore_kinds[i].kind == kind ? " selected" : "",
		    text_get(p->language, restore_kinds[i].text));
	html_put(&p->body,
	    "</select></div></div><label for=\"q\">%s</label><input id=\"q\" "
	    "name=\"q\" type=\"search\" value=\"%s\"><button class=\"quiet\">"
	    "%s</button></form>\n",
	    TXT(p, SEARCH), request_query(&p->req, "q"), TXT(p, SHOW));
}

static void
put_picks(struct page *p, struct gather *g, const struct names *names,
    const struct pages_phone *list, size_t n, int64_t from, int64_t kind)
{
	struct picking pick = { p, names, request_query(&p->req, "q"), 0 };
	struct pages_walk walk = { .kind = (int)kind, .phone = from };

	html_put(&p->body,
	    "<form method=\"post\" action=\"/restore\" class=\"picks\">"
	    "<input type=\"hidden\" name=\"from\" value=\"%lld\">",
	    (long long)from);
	page_csrf(p);
	buf_str(&p->body, "<ul class=\"list\" id=\"picks\">");
	gather_walk(g, walk, put_pick, &pick);
	buf_str(&p->body, "</ul>\n");
	if (pick.shown == 0) {
		html_put(&p->body, "<p>%s</p>", TXT(p, NOTHING_FOUND));
	} else {
		buf_str(&p->body, "<div class=\"card narrow\">");
		page_restore_phones(p, "to", T_TO_WHICH, list, n, true, from);
		html_put(
		    &p->body, "<button>%s</button></div>", TXT(p, SEE_PRICE));
	}
	buf_str(&p->body, "</form>\n");
}

void
page_restore_pick(struct page *p)
{
	struct pages_phone *list = NULL;
	struct names names;
	struct gather g;
	int64_t from = request_number(&p->req, "from");
	int64_t kind = request_number(&p->req, "kind");
	size_t n = 0;

	if (kind < 1 || kind > RECORD_FILE)
		kind = RECORD_CONTACT;
	if (!page_ok(p, pages_phones(p->db, p->who.account, 0, &list, &n)) ||
	    !gather_begin(&g, p)) {
		free(list);
		return;
	}
	if (from == 0 && n > 0)
		from = list[0].phone;
	if (names_load(p, &names)) {
		page_begin(p, TXT(p, PICK));
		put_pick_choice(p, list, n, from, kind);
		if (restore_any_bound(list, n))
			put_picks(p, &g, &names, list, n, from, kind);
		else
			html_put(&p->body,
			    "<div class=\"card empty\"><h2>%s</h2></div>",
			    TXT(p, NO_BOUND));
		page_end(p);
		names_free(&names);
	}
	gather_end(&g);
	free(list);
}
