/*
 * Contacts: all, and one.
 */
#include "browse.h"

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
	size_t n = record_fields(r, &f);

	for (size_t i = 0; i < n; i++)
		if (f[i].type == RECORD_TEXT && strcasestr(f[i].text, q))
			return true;
	return false;
}

static void
put_contact(struct page *p, const struct opened *o)
{
	const struct record *r = o->record;
	const char *name = browse_or(record_text(r, RECORD_NAME, 0), "?");

	html_put(&p->body, "<li><a href=\"/contact?phone=%lld&amp;id=%u\">",
	    (long long)o->phone, record_id(r));
	browse_avatar(p, name, "");
	html_put(&p->body,
	    "<span class=\"main\"><b>%s</b><small>%s</small>"
	    "</span></a></li>\n",
	    name, browse_or(record_text(r, RECORD_NUMBER, 0), ""));
}

void
page_contacts(struct page *p)
{
	const char *q = request_query(&p->req, "q");
	struct opened *list;
	size_t n, shown = 0;

	if (!browse_records(p, RECORD_CONTACT, &list, &n))
		return;
	qsort(list, n, sizeof *list, by_name);
	page_begin(p, TXT(p, CONTACTS));
	if (n == 0) {
		browse_empty(p, TXT(p, NO_CONTACTS));
	} else {
		html_put(&p->body,
		    "<form class=\"search\" role=\"search\"><label "
		    "class=\"hidden\" for=\"q\">%s</label><input id=\"q\" "
		    "type=\"search\" name=\"q\" value=\"%s\" "
		    "placeholder=\"%s\"><button>%s</button></form>\n"
		    "<ul class=\"list\" id=\"contacts\">",
		    TXT(p, SEARCH_CONTACTS), q, TXT(p, SEARCH_CONTACTS),
		    TXT(p, SEARCH));
		for (size_t i = 0; i < n && shown < BROWSE_SHOWN_MAX; i++)
			if (*q == '\0' || matches(list[i].record, q)) {
				put_contact(p, &list[i]);
				shown++;
			}
		buf_str(&p->body, "</ul>\n");
		if (shown == 0)
			html_put(
			    &p->body, "<p>%s</p>\n", TXT(p, NOTHING_FOUND));
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
	html_put(&p->body, "\">%s</a></dd>", TXT(p, MESSAGES));
}

static void
show_contact(struct page *p, const struct record *r)
{
	const char *name = browse_or(record_text(r, RECORD_NAME, 0), "?");

	page_begin(p, name);
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
	html_put(&p->body,
	    "</dl></div>\n<p><a href=\"/contacts\">← %s</a></p>\n",
	    TXT(p, CONTACTS));
	page_end(p);
}

void
page_contact(struct page *p)
{
	int64_t phone = request_number(&p->req, "phone");
	int64_t id = request_number(&p->req, "id");
	const struct record *found = NULL;
	struct opened *list;
	size_t n;

	if (!browse_records(p, RECORD_CONTACT, &list, &n))
		return;
	for (size_t i = 0; i < n; i++)
		if (list[i].phone == phone &&
		    (int64_t)record_id(list[i].record) == id)
			found = list[i].record;
	if (found != NULL)
		show_contact(p, found);
	else
		page_error(p, 404, T_E_NOT_FOUND);
	opened_free(list, n);
}
