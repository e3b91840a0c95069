/*
 * History: the vault as of a day, what changed between two, what was deleted.
 */
#include <stdio.h>
#include <stdlib.h>

#include "fields.h"

#define DAY_MS 86400000LL

static void
put_day_field(struct page *p, const char *name, const char *label, int64_t ms)
{
	char day[16], today[16];

	browse_day(ms, day);
	browse_day(page_now_ms(), today);
	html_put(&p->body,
	    "<div><label for=\"%s\">%s</label><input id=\"%s\" name=\"%s\" "
	    "type=\"date\" required max=\"%s\" value=\"%s\"></div>",
	    name, label, name, name, today, day);
}

/* GET /history: where to look from. */
void
page_history(struct page *p)
{
	int64_t now = page_now_ms();
	char day[16];

	page_begin(p, TXT(p, HISTORY));
	html_put(&p->body, "<p class=\"lead\">%s</p>\n", TXT(p, HISTORY_TEXT));
	html_put(&p->body,
	    "<div class=\"grid\"><form class=\"card\" action=\"/contacts\">"
	    "<h2>%s</h2><p class=\"hint\">%s</p>",
	    TXT(p, ONE_DAY), TXT(p, ONE_DAY_TEXT));
	buf_str(&p->body, "<div class=\"two\">");
	put_day_field(p, "as_of", TXT(p, DAY), now - 7 * DAY_MS);
	html_put(&p->body,
	    "<div><label for=\"at\">%s</label><input id=\"at\" name=\"at\" "
	    "type=\"time\"></div></div><p class=\"hint\">%s</p>",
	    TXT(p, AS_OF_CLOCK), TXT(p, ONE_DAY_ZONE));
	html_put(&p->body,
	    "<button>%s</button></form><form class=\"card\" "
	    "action=\"/changes\"><h2>%s</h2><p class=\"hint\">%s</p><div "
	    "class=\"two\">",
	    TXT(p, LOOK), TXT(p, CHANGES), TXT(p, CHANGES_TEXT));
	put_day_field(p, "from", TXT(p, FROM_DAY), now - 7 * DAY_MS);
	put_day_field(p, "to", TXT(p, TO_DAY), now);
	html_put(&p->body,
	    "</div><button>%s</button></form></div>\n<h2>%s</h2><p "
	    "class=\"actions\">",
	    TXT(p, COMPARE), TXT(p, QUICKLY));
	for (int days = 1; days <= 30; days += days < 7 ? 6 : 23) {
		browse_day(now - days * DAY_MS, day);
		html_put(&p->body,
		    "<a class=\"button quiet\" href=\"/changes?from=%s\">%s ",
		    day, TXT(p, LAST_N));
		if (days > 1)
			html_put(&p->body, "%d ", days);
		html_put(&p->body, "%s</a>",
		    days == 1 ? TXT(p, DAY_SMALL) : TXT(p, DAYS));
	}
	html_put(&p->body,
	    "<a class=\"button quiet\" href=\"/deleted\">%s</a></p>\n",
	    TXT(p, DELETED));
	page_end(p);
}

/* ---- what changed ---- */

static void
put_change(struct page *p, const struct pages_change *c,
    const struct opened *list, size_t n)
{
	const struct record *before = record_of_version(list, n, &c->before);
	const struct record *after = record_of_version(list, n, &c->after);
	const struct record *either = after != NULL ? after : before;
	bool gone = c->after.op != RECORD_PUT;
	bool added = c->before.op != RECORD_PUT;

	html_put(&p->body,
	    "<li class=\"card change\" data-change=\"%s\"><p><span "
	    "class=\"state %s\">%s</span> %s · ",
	    gone    ? "deleted"
	    : added ? "added"
		    : "changed",
	    gone    ? "bad"
	    : added ? "good"
		    : "",
	    gone    ? TXT(p, WAS_DELETED)
	    : added ? TXT(p, WAS_ADDED)
		    : TXT(p, WAS_CHANGED),
	    fields_kind(p, c->after.kind));
	page_moment(p, c->after.stored_ms);
	html_put(&p->body,
	    "</p><h2><a href=\"/record?phone=%lld&amp;kind=%u&amp;id=%u\">%s"
	    "</a></h2>",
	    (long long)c->after.phone, c->after.kind, c->after.record,
	    either != NULL ? fields_title(p, either) : TXT(p, DOES_NOT_OPEN));
	if (either != NULL)
		fields_put_difference(p, before, after);
	buf_str(&p->body, "</li>\n");
}

static void
show_changes(struct page *p, int64_t from, int64_t to,
    const struct pages_change *c, size_t n, const struct opened *list,
    size_t nlist, int64_t total)
{
	char a[16], b[16], more[64];

	browse_day(from, a);
	browse_day(to, b);
	page_begin(p, TXT(p, CHANGES));
	html_put(&p->body, "<form class=\"days\" action=\"/changes\">");
	put_day_field(p, "from", TXT(p, FROM_DAY), from);
	put_day_field(p, "to", TXT(p, TO_DAY), to);
	html_put(&p->body, "<button>%s</button></form>\n", TXT(p, COMPARE));
	html_put(&p->body, "<p class=\"hint\">%s</p>\n", TXT(p, CHANGES_HINT));
	if (n == 0)
		html_put(&p->body,
		    "<div class=\"card empty\"><h2>%s</h2></div>\n",
		    TXT(p, NO_CHANGES));
	else
		buf_str(&p->body, "<ul class=\"changes\" id=\"changes\">");
	for (size_t i = 0; i < n; i++)
		put_change(p, &c[i], list, nlist);
	if (n > 0)
		buf_str(&p->body, "</ul>\n");
	snprintf(more, sizeof more, "from=%s&to=%s", a, b);
	browse_pager(p, "/changes", more, total);
	page_end(p);
}

/* GET /changes?from=&to=: from the end of one day to the end of another. */
void
page_changes(struct page *p)
{
	int64_t from = browse_day_read(request_query(&p->req, "from"));
	int64_t to = browse_day_read(request_query(&p->req, "to"));
	struct pages_change *c = NULL;
	struct pages_records rows = { 0 };
	struct opened *list;
	size_t n = 0, nlist;
	int64_t total = 0;
	bool good;

	if (to < 0)
		to = page_now_ms() / DAY_MS * DAY_MS;
	if (from < 0)
		from = to - 7 * DAY_MS;
	if (from > to) {
		int64_t t = from;

		from = to;
		to = t;
	}
	good = page_ok(p, pages_changes(p->db, p->who.account, from + DAY_MS,
			      to + DAY_MS, browse_page(p) * BROWSE_PAGE,
			      BROWSE_PAGE, &c, &n, &rows, &total));
	if (!good)
		pages_records_clear(&rows);
	else if (browse_open(p, &rows, &list, &nlist)) {
		show_changes(p, from, to, c, n, list, nlist, total);
		opened_free(list, nlist);
	}
	free(c);
}

/* ---- what was deleted ---- */

static void
put_deleted(struct page *p, const struct pages_version *d,
    const struct opened *list, size_t n)
{
	/* The nth row need not have opened: it is sought by its name. */
	for (size_t i = 0; i < n; i++) {
		const struct record *r = list[i].record;
		struct pages_version v = *d;

		if (list[i].phone != d->phone || record_id(r) != d->record ||
		    (unsigned)record_kind(r) != d->kind)
			continue;
		v.transfer = list[i].transfer;
		v.ordinal = list[i].ordinal;
		html_put(&p->body, "<li class=\"card change\"><p>%s · %s ",
		    fields_kind(p, d->kind), TXT(p, DELETED_AT));
		page_moment(p, d->stored_ms);
		html_put(&p->body,
		    "</p><h2><a href=\"/record?phone=%lld&amp;kind=%u&amp;"
		    "id=%u\">%s</a></h2>",
		    (long long)d->phone, d->kind, d->record,
		    fields_title(p, r));
		fields_put(p, r);
		record_put_undelete(p, &v);
		buf_str(&p->body, "</li>\n");
	}
}

/* GET /deleted */
void
page_deleted(struct page *p)
{
	struct pages_version *d = NULL;
	struct pages_records rows = { 0 };
	struct opened *list;
	size_t n = 0, nlist;
	int64_t total = 0;

	if (!page_ok(p, pages_deleted(p->db, p->who.account,
			    browse_page(p) * BROWSE_PAGE, BROWSE_PAGE, &d, &n,
			    &rows, &total))) {
		pages_records_clear(&rows);
		free(d);
		return;
	}
	if (browse_open(p, &rows, &list, &nlist)) {
		page_begin(p, TXT(p, DELETED));
		html_put(&p->body, "<p class=\"lead\">%s</p>\n",
		    TXT(p, DELETED_TEXT));
		if (n == 0)
			html_put(&p->body,
			    "<div class=\"card empty\"><h2>%s</h2></div>\n",
			    TXT(p, NO_DELETED));
		buf_str(&p->body, "<ul class=\"changes\" id=\"deleted\">");
		for (size_t i = 0; i < n; i++)
			put_deleted(p, &d[i], list, nlist);
		buf_str(&p->body, "</ul>\n");
		browse_pager(p, "/deleted", "", total);
		page_end(p);
		opened_free(list, nlist);
	}
	free(d);
}
