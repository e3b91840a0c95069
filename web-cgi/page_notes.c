/*
 * Notes: all, and one.
 */
#include "browse.h"

#include <stdio.h>
#include <string.h>

static const char *
title_of(struct page *p, const struct record *r)
{
	return browse_or(record_text(r, RECORD_SUMMARY, 0), TXT(p, NO_TITLE));
}

void
page_notes(struct page *p)
{
	struct opened *list;
	int64_t total;
	size_t n;

	if (!browse_some(p, RECORD_NOTE, &list, &n, &total))
		return;
	browse_begin(p, TXT(p, NOTES));
	if (total == 0)
		browse_empty(p, TXT(p, NO_NOTES));
	else
		buf_str(&p->body, "<ul class=\"notes\" id=\"notes\">");
	for (size_t i = 0; i < n; i++) {
		const struct record *r = list[i].record;

		html_put(&p->body,
		    "<li class=\"card\"><a href=\"/note?phone=%lld&amp;id=%u",
		    (long long)list[i].phone, (unsigned)record_id(r));
		browse_keep(p, '&');
		html_put(&p->body, "\"><b>%s</b></a><p>%s</p><small>",
		    title_of(p, r),
		    browse_or(record_text(r, RECORD_DESCRIPTION, 0), ""));
		page_ago(p, record_time_ms(r));
		buf_str(&p->body, "</small></li>\n");
	}
	if (total > 0)
		buf_str(&p->body, "</ul>\n");
	browse_pager(p, "/notes", "", total);
	page_end(p);
	opened_free(list, n);
}

void
page_note_one(struct page *p)
{
	struct opened *one;
	const struct record *r;

	if (!browse_one(p, RECORD_NOTE, &one))
		return;
	r = one->record;
	browse_begin(p, title_of(p, r));
	html_put(&p->body, "<div class=\"card prose\"><p>%s</p></div>\n",
	    browse_or(record_text(r, RECORD_DESCRIPTION, 0), ""));
	html_put(&p->body, "<p class=\"back\"><a href=\"/notes");
	browse_keep(p, '?');
	html_put(&p->body, "\">← %s</a> ", TXT(p, NOTES));
	browse_versions(p, one);
	buf_str(&p->body, "</p>\n");
	page_end(p);
	opened_free(one, 1);
}
