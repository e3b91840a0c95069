/*
 * Contacts: all, and one.
 */
#include "browse.h"
#include "find.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int
by_name(const void *a, const void *b)
{
	return strcasecmp(
	    browse_or(
		record_text(((const struct opened *)a)->record, RECORD_NAME, 0),
		""),
	    browse_or(
		record_text(((const struct opened *)b)->record, RECORD_NAME, 0),
		""));
}

static bool
matches(const struct record *r, const char *q)
{
	const struct record_field *f;
	size_t n = record_fields(r, &f), len;

	for (size_t i = 0; i < n; i++)
		if (f[i].type == RECORD_TEXT &&
		    find_in(f[i].text, q, &len) != NULL)
			return true;
	return false;
}

static void
put_contact(struct page *p, const struct opened *o)
{
	const struct record *r = o->record;
	const char *name = browse_or(record_text(r, RECORD_NAME, 0), "?");

	html_put(&p->body, "<li><a href=\"/contact?phone=%lld&amp;id=%u",
	    (long long)o->phone, (unsigned)record_id(r));
	browse_keep(p, '&');
	buf_str(&p->body, "\">");
	browse_avatar(p, name, "");
	html_put(&p->body,
	    "<span class=\"main\"><b>%s</b><small>%s</small>"
	    "</span></a></li>\n",
	    name, browse_or(record_text(r, RECORD_NUMBER, 0), ""));
}

static void
put_search(struct page *p, const char *q)
{
	char moment[BROWSE_MOMENT_MAX];

	html_put(&p->body,
	    "<form class=\"search\" role=\"search\"><label "
	    "class=\"hidden\" for=\"q\">%s</label><input id=\"q\" "
	    "type=\"search\" name=\"q\" value=\"%s\" "
	    "placeholder=\"%s\">",
	    TXT(p, SEARCH_CONTACTS), q, TXT(p, SEARCH_CONTACTS));
	if (browse_as_of(p) != 0)
		html_put(&p->body,
		    "<input type=\"hidden\" name=\"as_of\" value=\"%s\">",
		    browse_moment(p, 'T', moment));
	html_put(&p->body, "<button>%s</button></form>\n", TXT(p, SEARCH));
}

/* All must be opened to be in the order of their names. */
void
page_contacts(struct page *p)
{
	const char *q = request_query(&p->req, "q");
	struct buf more = { 0 };
	struct opened *list;
	size_t n, found = 0, from = browse_page(p) * BROWSE_PAGE;

	if (!browse_records(p, RECORD_CONTACT, &list, &n))
		return;
	qsort(list, n, sizeof *list, by_name);
	browse_begin(p, TXT(p, CONTACTS));
	if (browse_as_of(p) == 0)
		html_put(&p->body,
		    "<p class=\"actions\"><a class=\"button\" "
		    "href=\"/contact/edit\">%s</a></p>\n",
		    TXT(p, CONTACT_NEW));
	if (n == 0) {
		browse_empty(p, TXT(p, NO_CONTACTS));
	} else {
		put_search(p, q);
		buf_str(&p->body, "<ul class=\"list\" id=\"contacts\">");
		for (size_t i = 0; i < n; i++)
			if (*q == '\0' || matches(list[i].record, q)) {
				if (found >= from && found < from + BROWSE_PAGE)
					put_contact(p, &list[i]);
				found++;
			}
		buf_str(&p->body, "</ul>\n");
		if (found == 0)
			html_put(
			    &p->body, "<p>%s</p>\n", TXT(p, NOTHING_FOUND));
		if (*q != '\0') {
			buf_str(&more, "q=");
			html_query(&more, q);
		}
		browse_pager(
		    p, "/contacts", *q != '\0' ? more.p : "", (int64_t)found);
		buf_clear(&more);
	}
	page_end(p);
	opened_free(list, n);
}

static enum text_id
label_text(int64_t label)
{
	switch (label) {
	case RECORD_LABEL_MOBILE:
		return T_MOBILE;
	case RECORD_LABEL_HOME:
		return T_HOME_NUMBER;
	case RECORD_LABEL_WORK:
		return T_WORK;
	default:
		return T_OTHER;
	}
}

static void
put_texts(
    struct page *p, const struct record *r, uint16_t tag, const char *label)
{
	for (size_t i = 0; i < record_count(r, tag); i++)
		html_put(&p->body, "<dt>%s</dt><dd>%s</dd>", label,
		    record_text(r, tag, i));
}

static void
put_number(struct page *p, const struct record *r, size_t i)
{
	const char *number = record_text(r, RECORD_NUMBER, i);
	int64_t type = record_int(r, RECORD_NUMBER_TYPE, i, 1);

	html_put(&p->body,
	    "<dt>%s</dt><dd>%s <a class=\"small\" href=\"/conversation?peer=",
	    text_get(p->language, label_text(type)), number);
	html_query(&p->body, number);
	browse_keep(p, '&');
	html_put(&p->body, "\">%s</a></dd>", TXT(p, MESSAGES));
}

void
page_contact(struct page *p)
{
	const struct record *r;
	struct opened *one;
	const char *name;

	if (!browse_one(p, RECORD_CONTACT, &one))
		return;
	r = one->record;
	name = browse_or(record_text(r, RECORD_NAME, 0), "?");
	browse_begin(p, name);
	buf_str(&p->body, "<div class=\"card narrow person\">");
	browse_avatar(p, name, "big");
	buf_str(&p->body, "<dl>");
	for (size_t i = 0; i < record_count(r, RECORD_NUMBER); i++)
		put_number(p, r, i);
	put_texts(p, r, RECORD_EMAIL, TXT(p, EMAIL));
	put_texts(p, r, RECORD_ORG, TXT(p, ORG));
	put_texts(p, r, RECORD_ADDRESS, TXT(p, ADDRESS));
	put_texts(p, r, RECORD_BIRTHDAY, TXT(p, BIRTHDAY));
	put_texts(p, r, RECORD_NOTE_TEXT, TXT(p, NOTE));
	buf_str(&p->body, "</dl></div>\n<p class=\"back\"><a href=\"/contacts");
	browse_keep(p, '?');
	html_put(&p->body, "\">← %s</a> ", TXT(p, CONTACTS));
	browse_versions(p, one);
	if (browse_as_of(p) == 0)
		html_put(&p->body,
		    " <a href=\"/contact/edit?phone=%lld&amp;id=%u\" "
		    "id=\"change\">%s</a>",
		    (long long)one->phone, (unsigned)record_id(r),
		    TXT(p, CONTACT_CHANGE));
	buf_str(&p->body, "</p>\n");
	page_end(p);
	opened_free(one, 1);
}
