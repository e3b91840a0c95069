/*
 * Calls: a plot of the last days, and the list.
 */
#include "browse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PLOT_DAYS 30
#define PLOT_HEIGHT 120 /* of the highest bar */
#define PLOT_TOP 12
#define PLOT_FOOT (PLOT_TOP + PLOT_HEIGHT)
#define PLOT_LEFT 34
#define PLOT_STEP 19

static void
put_bar(struct page *p, int i, int64_t day, int64_t count, int64_t most)
{
	int x = PLOT_LEFT + 4 + i * PLOT_STEP;
	int h = (int)(count * PLOT_HEIGHT / most);
	time_t t = (time_t)(day * 86400);
	struct tm tm = { 0 };
	char date[16];

	gmtime_r(&t, &tm);
	strftime(date, sizeof date, "%m-%d", &tm);
	if (count > 0)
		html_put(&p->body,
		    "<rect class=\"column\" x=\"%d\" y=\"%d\" width=\"13\" "
		    "height=\"%d\" rx=\"2\"><title>%s: %lld</title></rect>",
		    x, PLOT_FOOT - h, h, date, (long long)count);
	if (i % 7 == 1)
		html_put(&p->body,
		    "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text>",
		    x + 6, PLOT_FOOT + 22, date);
}

/* A line across at value, and its number. */
static void
put_level(struct page *p, int64_t value, int64_t most)
{
	int y = PLOT_FOOT - (int)(value * PLOT_HEIGHT / most);

	html_put(&p->body,
	    "<line class=\"axis\" x1=\"%d\" y1=\"%d\" x2=\"610\" y2=\"%d\"/>"
	    "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%lld</text>",
	    PLOT_LEFT, y, y, PLOT_LEFT - 6, y + 5, (long long)value);
}

/* Columns of the last days, drawn here: no script, no library. */
static void
put_plot(struct page *p)
{
	struct pages_day *days = NULL;
	int64_t count[PLOT_DAYS] = { 0 }, most = 2, total = 0;
	int64_t first = page_now_ms() / 86400000 - PLOT_DAYS + 1;
	size_t n = 0;

	if (pages_days(p->db, p->who.account, RECORD_CALL, PLOT_DAYS, &days,
		&n) != DB_OK)
		return;
	for (size_t i = 0; i < n; i++) {
		int64_t at = days[i].day - first;

		if (at < 0 || at >= PLOT_DAYS)
			continue;
		count[at] = days[i].count;
		total += count[at];
		most = count[at] > most ? count[at] : most;
	}
	free(days);
	most += most % 2; /* so that the half has a whole number */
	html_put(&p->body,
	    "<figure class=\"card plot\"><figcaption>%s <b>%lld</b>"
	    "</figcaption><svg viewBox=\"0 0 620 160\" role=\"img\" "
	    "aria-label=\"%s: %lld\">",
	    TXT(p, CALLS_A_DAY), (long long)total, TXT(p, CALLS_A_DAY),
	    (long long)total);
	for (int64_t i = 0; i <= 2; i++)
		put_level(p, most * i / 2, most);
	for (int i = 0; i < PLOT_DAYS; i++)
		put_bar(p, i, first + i, count[i], most);
	buf_str(&p->body, "</svg></figure>\n");
}

static void
put_duration(struct page *p, int64_t s)
{
	if (s < 60)
		html_put(&p->body, "%lld %s", (long long)s, TXT(p, SECONDS));
	else if (s < 3600)
		html_put(
		    &p->body, "%lld %s", (long long)(s / 60), TXT(p, MINUTES));
	else
		html_put(&p->body, "%lld %s %lld %s", (long long)(s / 3600),
		    TXT(p, HOURS), (long long)(s % 3600 / 60), TXT(p, MINUTES));
}

/* How each kind of call looks; the last is for those that no one took. */
static const struct {
	int64_t how;
	const char *class, *arrow;
	enum text_id text;
} call_looks[] = {
	{ RECORD_CALL_IN, "in", "↙", T_CALL_IN },
	{ RECORD_CALL_OUT, "out", "↗", T_CALL_OUT },
	{ RECORD_CALL_MISSED, "missed", "✕", T_CALL_MISSED },
	{ -1, "missed", "✕", T_CALL_OTHER },
};

static void
put_call(struct page *p, const struct record *r, const struct names *names)
{
	int64_t how = record_int(r, RECORD_DIRECTION, 0, 0);
	int64_t seconds = record_int(r, RECORD_DURATION_S, 0, 0);
	const char *peer = browse_or(record_text(r, RECORD_PEER, 0), "");
	size_t i = 0;

	while (call_looks[i].how != how && call_looks[i].how != -1)
		i++;
	html_put(&p->body,
	    "<li><span class=\"row\"><span class=\"arrow %s\" "
	    "aria-hidden=\"true\">%s</span><span class=\"main\"><b>%s</b>"
	    "<small>%s",
	    call_looks[i].class, call_looks[i].arrow,
	    peer[0] != '\0' ? names_find(names, peer) : TXT(p, UNKNOWN_NUMBER),
	    text_get(p->language, call_looks[i].text));
	if (seconds > 0) {
		buf_str(&p->body, " · ");
		put_duration(p, seconds);
	}
	buf_str(&p->body, "</small></span><span class=\"side\"><small>");
	page_ago(p, record_time_ms(r));
	buf_str(&p->body, "</small></span></span></li>\n");
}

void
page_calls(struct page *p)
{
	struct names names;
	struct opened *list;
	int64_t total;
	size_t n;

	if (!browse_some(p, RECORD_CALL, &list, &n, &total))
		return;
	if (!names_load(p, &names)) {
		opened_free(list, n);
		return;
	}
	browse_begin(p, TXT(p, CALLS));
	if (total == 0) {
		browse_empty(p, TXT(p, NO_CALLS));
	} else {
		if (browse_as_of(p) == 0 && browse_page(p) == 0)
			put_plot(p);
		buf_str(&p->body, "<ul class=\"list\" id=\"calls\">");
		for (size_t i = 0; i < n; i++)
			put_call(p, list[i].record, &names);
		buf_str(&p->body, "</ul>\n");
		browse_pager(p, "/calls", "", total);
	}
	page_end(p);
	names_free(&names);
	opened_free(list, n);
}
