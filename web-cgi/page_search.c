/*
 * Search over everything that the account has, with what was found marked.
 */
#include "browse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "find.h"

#define FOUND_MAX 50 /* of a kind that are shown */
#define LEAD 40 /* octets shown before what was found */
#define TAIL 160
#define QUERY_MAX 200

static const struct {
	enum record_kind kind;
	enum text_id text;
} kinds[] = {
	{ RECORD_CONTACT, T_CONTACTS },
	{ RECORD_MESSAGE, T_MESSAGES },
	{ RECORD_CALL, T_CALLS },
	{ RECORD_CALENDAR, T_CALENDAR },
	{ RECORD_NOTE, T_NOTES },
	{ RECORD_FILE, T_FILES },
};
#define KINDS (sizeof kinds / sizeof kinds[0])

/* The field that has it, and where. */
static const char *
find_field(const struct record *r, const char *q, const char **at, size_t *len)
{
	const struct record_field *f;
	size_t n = record_fields(r, &f);

	for (size_t i = 0; i < n; i++)
		if (f[i].type == RECORD_TEXT && f[i].tag != RECORD_TIME_ZONE &&
		    f[i].tag != RECORD_RRULE &&
		    (*at = find_in(f[i].text, q, len)) != NULL)
			return f[i].text;
	return NULL;
}

static void
put_part(struct page *p, const char *from, size_t len)
{
	char text[512];

	snprintf(text, sizeof text, "%.*s", (int)len, from);
	html_text(&p->body, text);
}

/* What was found and what stands around it, cut between characters. */
static void
put_found(struct page *p, const char *text, const char *at, size_t len)
{
	const char *from = at - text > LEAD ? at - LEAD : text;
	const char *end = at + len;
	size_t tail = strlen(end) > TAIL ? TAIL : strlen(end);

	while (from > text && ((unsigned char)*from & 0xc0) == 0x80)
		from--;
	while (tail > 0 && ((unsigned char)end[tail] & 0xc0) == 0x80)
		tail--;
	if (from > text)
		buf_str(&p->body, "…");
	put_part(p, from, (size_t)(at - from));
	buf_str(&p->body, "<mark>");
	put_part(p, at, len);
	buf_str(&p->body, "</mark>");
	put_part(p, end, tail);
	if (end[tail] != '\0')
		buf_str(&p->body, "…");
}

/* Where a record is looked at. */
static void
put_address(struct page *p, const struct opened *o)
{
	static const struct {
		enum record_kind kind;
		const char *path;
	} paths[] = { { RECORD_CONTACT, "/contact" }, { RECORD_NOTE, "/note" },
		{ RECORD_FILE, "/file" } };
	const struct record *r = o->record;
	const char *path = NULL;

	if (record_kind(r) == RECORD_MESSAGE) {
		buf_str(&p->body, "/conversation?peer=");
		html_query(
		    &p->body, browse_or(record_text(r, RECORD_PEER, 0), ""));
		return;
	}
	for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
		if (paths[i].kind == record_kind(r))
			path = paths[i].path;
	if (path != NULL)
		html_put(&p->body, "%s?phone=%lld&id=%u", path,
		    (long long)o->phone, (unsigned)record_id(r));
	else
		html_put(&p->body, "/record?phone=%lld&kind=%u&id=%u",
		    (long long)o->phone, (unsigned)record_kind(r),
		    (unsigned)record_id(r));
}

static void
put_title(struct page *p, const struct record *r, const struct names *names)
{
	static const uint16_t tags[] = { RECORD_NAME, RECORD_SUMMARY,
		RECORD_FILE_NAME };
	const char *peer = record_text(r, RECORD_PEER, 0);

	for (size_t i = 0; i < sizeof tags / sizeof tags[0]; i++)
		if (record_text(r, tags[i], 0) != NULL) {
			html_text(&p->body, record_text(r, tags[i], 0));
			return;
		}
	html_text(&p->body,
	    peer != NULL ? names_find(names, peer) : TXT(p, NO_TITLE));
}

/* Whoever's name fits: his messages and calls are found by it too. */
static const char *
find_peer(const struct record *r, const struct names *names, const char *q,
    const char **at, size_t *len)
{
	const char *peer = record_text(r, RECORD_PEER, 0);
	const char *name = peer != NULL ? names_find(names, peer) : NULL;

	return name != NULL && (*at = find_in(name, q, len)) != NULL ? name
								     : NULL;
}

static size_t
put_kind(struct page *p, size_t k, const char *q, const struct opened *list,
    size_t n, const struct names *names)
{
	size_t found = 0, len = 0;
	const char *at = NULL, *text;

	for (size_t i = 0; i < n; i++) {
		const struct record *r = list[i].record;

		if ((text = find_field(r, q, &at, &len)) == NULL &&
		    (text = find_peer(r, names, q, &at, &len)) == NULL)
			continue;
		if (found++ == 0)
			html_put(&p->body,
			    "<h2>%s</h2><ul class=\"list found\" "
			    "data-kind=\"%s\">",
			    text_get(p->language, kinds[k].text),
			    record_kind_name(kinds[k].kind));
		if (found > FOUND_MAX)
			continue;
		buf_str(&p->body, "<li><a href=\"");
		put_address(p, &list[i]);
		buf_str(&p->body, "\"><span class=\"main\"><b>");
		put_title(p, r, names);
		buf_str(&p->body, "</b><small>");
		put_found(p, text, at, len);
		buf_str(
		    &p->body, "</small></span><span class=\"side\"><small>");
		page_ago(p, record_time_ms(r));
		buf_str(&p->body, "</small></span></a></li>\n");
	}
	if (found > 0)
		buf_str(&p->body, "</ul>\n");
	if (found > FOUND_MAX)
		html_put(&p->body, "<p class=\"hint\">%zu %s</p>\n",
		    found - FOUND_MAX, TXT(p, MORE_FOUND));
	return found;
}

static void
put_form(struct page *p, const char *q)
{
	html_put(&p->body,
	    "<form class=\"search\" role=\"search\" action=\"/search\"><label "
	    "class=\"hidden\" for=\"q\">%s</label><input id=\"q\" "
	    "type=\"search\" name=\"q\" value=\"%s\" maxlength=\"60\" "
	    "placeholder=\"%s\"><button>%s</button></form>\n",
	    TXT(p, SEARCH_ALL), q, TXT(p, SEARCH_ALL), TXT(p, SEARCH));
}

/* Every kind in turn, so that one at a time is open. */
static bool
put_results(struct page *p, const char *q, const struct names *names)
{
	size_t found = 0, n;
	struct opened *list;

	for (size_t k = 0; k < KINDS; k++) {
		if (kinds[k].kind == RECORD_CONTACT) {
			found += put_kind(
			    p, k, q, names->contacts, names->ncontacts, names);
			continue;
		}
		if (!browse_records(p, (int)kinds[k].kind, &list, &n))
			return false;
		found += put_kind(p, k, q, list, n, names);
		opened_free(list, n);
	}
	if (found == 0)
		html_put(&p->body, "<p id=\"nothing\">%s</p>\n",
		    TXT(p, NOTHING_FOUND));
	return true;
}

void
page_search(struct page *p)
{
	const char *q = request_query(&p->req, "q");
	struct names names;
	bool good = true;

	if (q[0] == '\0' || strlen(q) > QUERY_MAX) {
		page_begin(p, TXT(p, SEARCH));
		put_form(p, "");
		html_put(&p->body, "<p class=\"hint\">%s</p>\n",
		    TXT(p, SEARCH_TEXT));
		page_end(p);
		return;
	}
	if (!names_load(p, &names))
		return;
	page_begin(p, TXT(p, SEARCH));
	put_form(p, q);
	good = put_results(p, q, &names);
	if (good)
		page_end(p);
	names_free(&names);
}
