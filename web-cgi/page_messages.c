/*
 * Messages: the conversations, and one.
 */
#include "browse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct thread {
	char key[16];
	const char *peer, *last; /* of its newest message */
	int64_t time_ms;
	size_t count;
	bool sent;
};

/* What a message says first: an MMS has no body. */
static const char *
text_of(const struct record *r)
{
	static const uint16_t tags[] = { RECORD_BODY, RECORD_SUBJECT,
		RECORD_PART_TEXT };

	for (size_t i = 0; i < sizeof tags / sizeof tags[0]; i++)
		if (record_text(r, tags[i], 0) != NULL)
			return record_text(r, tags[i], 0);
	return "";
}

/* The newest message of each peer; list is newest first. */
static size_t
threads_of(const struct opened *list, size_t n, struct thread *out)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++) {
		const struct record *r = list[i].record;
		const char *peer =
		    browse_or(record_text(r, RECORD_PEER, 0), "");
		char key[16];
		size_t k;

		browse_number_key(peer, key);
		if (key[0] == '\0')
			snprintf(key, sizeof key, "%s", peer);
		for (k = 0; k < count; k++)
			if (strcmp(out[k].key, key) == 0)
				break;
		if (k == count) {
			memcpy(out[k].key, key, sizeof key);
			out[k].peer = peer;
			out[k].last = text_of(r);
			out[k].time_ms = record_time_ms(r);
			out[k].sent = record_int(r, RECORD_DIRECTION, 0, 1) ==
				      RECORD_MSG_SENT;
			out[k].count = 0;
			count++;
		}
		out[k].count++;
	}
	return count;
}

static void
put_thread(struct page *p, const struct thread *t, const struct names *names)
{
	const char *name = t->peer[0] != '\0' ? names_find(names, t->peer)
					      : TXT(p, UNKNOWN_NUMBER);

	buf_str(&p->body, "<li><a href=\"/conversation?peer=");
	html_query(&p->body, t->peer);
	browse_keep(p, '&');
	buf_str(&p->body, "\">");
	browse_avatar(p, name, "");
	html_put(&p->body, "<span class=\"main\"><b>%s</b><small>", name);
	if (t->sent)
		html_put(&p->body, "%s: ", TXT(p, YOU));
	html_put(
	    &p->body, "%s</small></span><span class=\"side\"><small>", t->last);
	page_ago(p, t->time_ms);
	html_put(&p->body,
	    "</small><span class=\"badge\">%zu</span></span></a></li>\n",
	    t->count);
}

void
page_messages(struct page *p)
{
	struct names names;
	struct thread *threads;
	struct opened *list;
	size_t n, count;

	if (!browse_records(p, RECORD_MESSAGE, &list, &n))
		return;
	if (!names_load(p, &names)) {
		opened_free(list, n);
		return;
	}
	if ((threads = calloc(n + 1, sizeof *threads)) == NULL) {
		page_error(p, 500, T_E_DATABASE);
		goto out;
	}
	browse_begin(p, TXT(p, MESSAGES));
	count = threads_of(list, n, threads);
	if (count == 0)
		browse_empty(p, TXT(p, NO_MESSAGES));
	else
		buf_str(&p->body, "<ul class=\"list\" id=\"threads\">");
	for (size_t i = 0; i < count && i < BROWSE_SHOWN_MAX; i++)
		put_thread(p, &threads[i], &names);
	if (count > 0)
		buf_str(&p->body, "</ul>\n");
	page_end(p);
out:
	free(threads);
	names_free(&names);
	opened_free(list, n);
}

/* The parts of an MMS: texts in place, files as links, pictures shown. */
static void
put_parts(struct page *p, const struct opened *o)
{
	const struct record *r = o->record;
	size_t texts = 0;

	for (size_t i = 0; i < record_count(r, RECORD_PART_TYPE); i++) {
		const char *type = record_text(r, RECORD_PART_TYPE, i);
		const char *name =
		    browse_or(record_text(r, RECORD_PART_NAME, i), "-");
		int64_t file = record_int(r, RECORD_PART_FILE, i, 0);

		if (file == 0) {
			html_put(&p->body, "<p>%s</p>",
			    browse_or(
				record_text(r, RECORD_PART_TEXT, texts++), ""));
			continue;
		}
		html_put(&p->body,
		    "<p class=\"part\"><a href=\"/file?phone=%lld&amp;id=%lld",
		    (long long)o->phone, (long long)file);
		browse_keep(p, '&');
		buf_str(&p->body, "\">");
		if (strncmp(type, "image/", 6) == 0)
			html_put(&p->body,
			    "<img class=\"preview\" loading=\"lazy\" "
			    "src=\"/file/get?phone=%lld&amp;id=%lld&amp;"
			    "show=1\" alt=\"%s\">",
			    (long long)o->phone, (long long)file, name);
		else
			html_put(&p->body, "▤ %s",
			    strcmp(name, "-") == 0 ? type : name);
		buf_str(&p->body, "</a></p>");
	}
}

static void
put_bubble(struct page *p, const struct opened *o, int64_t *day)
{
	const struct record *r = o->record;
	bool sent = record_int(r, RECORD_DIRECTION, 0, 1) == RECORD_MSG_SENT;
	int64_t ms = record_time_ms(r);
	time_t t = (time_t)(ms / 1000);
	struct tm tm = { 0 };
	char date[16];

	gmtime_r(&t, &tm);
	strftime(date, sizeof date, "%Y-%m-%d", &tm);
	if (ms / 86400000 != *day)
		html_put(&p->body, "<p class=\"day\">%s</p>", date);
	*day = ms / 86400000;
	html_put(&p->body, "<div class=\"bubble %s\">", sent ? "sent" : "got");
	if (record_text(r, RECORD_SUBJECT, 0) != NULL)
		html_put(&p->body, "<p><b>%s</b></p>",
		    record_text(r, RECORD_SUBJECT, 0));
	if (record_text(r, RECORD_BODY, 0) != NULL)
		html_put(&p->body, "<p>%s</p>", record_text(r, RECORD_BODY, 0));
	put_parts(p, o);
	buf_str(&p->body, "<small>");
	page_clock(p, ms);
	buf_str(&p->body, "</small></div>\n");
}

static bool
same_peer(const char *a, const char *b)
{
	char key[16], other[16];

	browse_number_key(a, key);
	browse_number_key(b, other);
	return key[0] != '\0' ? strcmp(key, other) == 0 : strcmp(a, b) == 0;
}

#define BUBBLES 500 /* on one page */

/* Which of the list are on the page: [last..first], newest first. */
struct part {
	size_t first, last, all;
};

static struct part
part_of(
    const struct page *p, const char *peer, const struct opened *list, size_t n)
{
	struct part part = { .first = n, .last = n };
	size_t skip = browse_page(p) * BUBBLES;

	for (size_t i = 0; i < n; i++) {
		const char *with = record_text(list[i].record, RECORD_PEER, 0);

		if (!same_peer(peer, browse_or(with, "")))
			continue;
		if (part.all == skip)
			part.first = i;
		if (part.all >= skip && part.all < skip + BUBBLES)
			part.last = i;
		part.all++;
	}
	return part;
}

static void
put_turn(struct page *p, const char *peer, const char *class, size_t page,
    const char *text)
{
	html_put(&p->body,
	    "<p><a class=\"button quiet %s\" href=\"/conversation?page=%zu"
	    "&amp;peer=",
	    class, page + 1);
	html_query(&p->body, peer);
	browse_keep(p, '&');
	html_put(&p->body, "\">%s</a></p>\n", text);
}

static void
show_conversation(struct page *p, const char *peer, const char *name,
    const struct opened *list, size_t n)
{
	struct part part = part_of(p, peer, list, n);
	size_t page = browse_page(p);
	int64_t day = -1;

	browse_begin(p, name);
	html_put(&p->body, "<p class=\"back\"><a href=\"/messages");
	browse_keep(p, '?');
	html_put(&p->body, "\">← %s</a>", TXT(p, MESSAGES));
	if (strcmp(name, peer) != 0)
		html_put(&p->body, " <span class=\"hint\">%s</span>", peer);
	buf_str(&p->body, "</p>\n");
	if ((page + 1) * BUBBLES < part.all)
		put_turn(p, peer, "older", page + 1, TXT(p, OLDER));
	buf_str(&p->body, "<div class=\"chat\">");
	/* Oldest first, as people read. */
	for (size_t i = part.last + 1; part.first < n && i-- > part.first;)
		if (same_peer(peer,
			browse_or(
			    record_text(list[i].record, RECORD_PEER, 0), "")))
			put_bubble(p, &list[i], &day);
	if (part.first == n)
		html_put(&p->body, "<p>%s</p>", TXT(p, NOTHING_FOUND));
	buf_str(&p->body, "</div>\n");
	if (page > 0 && page * BUBBLES <= part.all)
		put_turn(p, peer, "newer", page - 1, TXT(p, NEWER));
	page_end(p);
}

void
page_conversation(struct page *p)
{
	const char *peer = request_query(&p->req, "peer");
	struct names names;
	struct opened *list;
	size_t n;

	if (!browse_records(p, RECORD_MESSAGE, &list, &n))
		return;
	if (names_load(p, &names)) {
		show_conversation(p, peer, names_find(&names, peer), list, n);
		names_free(&names);
	}
	opened_free(list, n);
}
