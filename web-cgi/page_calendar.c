/*
 * The calendar: a month with its events, or what is to come.
 */
#include "browse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "occur.h"

#define DAY_MS 86400000LL
#define CELLS 42 /* six weeks, from a Monday */
#define COMING_DAYS 365
#define COMING_MAX 200

/* Days are the owner's: the process lives in his zone for this page. */
static bool
enter_zone(struct page *p, char zone[static 64])
{
	snprintf(zone, 64, "UTC");
	if (!page_ok(p, pages_time_zone(p->db, p->who.account, zone, 64)))
		return false;
	setenv("TZ", zone, 1);
	tzset();
	return true;
}

static void
leave_zone(void)
{
	setenv("TZ", "UTC", 1);
	tzset();
}

/* Midnight of a day of the owner's; the month may be out of 1..12. */
static int64_t
midnight(int year, int month, int day)
{
	struct tm tm = { .tm_year = year - 1900,
		.tm_mon = month - 1,
		.tm_mday = day,
		.tm_isdst = -1 };

	return (int64_t)mktime(&tm) * 1000;
}

/* The day that a moment is in; of one that lasts all day, as it is written. */
static struct tm
day_of(int64_t ms, bool all_day)
{
	time_t t = (time_t)(ms / 1000);
	struct tm tm = { 0 };

	if (all_day)
		gmtime_r(&t, &tm);
	else
		localtime_r(&t, &tm);
	return tm;
}

static int
number_of_day(struct tm tm)
{
	return (int)(timegm(&(struct tm){ .tm_year = tm.tm_year,
			 .tm_mon = tm.tm_mon,
			 .tm_mday = tm.tm_mday }) /
		     86400);
}

/* First and last day of an occurrence, as numbers. */
static void
days_of(const struct occurrence *o, int *first, int *last)
{
	int64_t end = o->end_ms > o->start_ms ? o->end_ms - 1 : o->end_ms;

	*first = number_of_day(day_of(o->start_ms, o->all_day));
	*last = number_of_day(day_of(end, o->all_day));
}

static const char *
title_of(struct page *p, const struct occurrence *o)
{
	return browse_or(
	    record_text(o->event->record, RECORD_SUMMARY, 0), TXT(p, NO_TITLE));
}

static const enum text_id weekdays[] = { T_MONDAY, T_TUESDAY, T_WEDNESDAY,
	T_THURSDAY, T_FRIDAY, T_SATURDAY, T_SUNDAY };

static void
put_date(struct page *p, struct tm tm)
{
	char text[16];

	strftime(text, sizeof text, "%Y-%m-%d", &tm);
	html_put(&p->body, "%s %s",
	    text_get(p->language, weekdays[(tm.tm_wday + 6) % 7]), text);
}

/* ---- as a list ---- */

static void
put_hours(struct page *p, const struct occurrence *o)
{
	struct tm from = day_of(o->start_ms, false);
	struct tm to = day_of(o->end_ms, false);
	char a[8], b[8];

	if (o->all_day) {
		html_put(&p->body, "%s", TXT(p, ALL_DAY));
		return;
	}
	strftime(a, sizeof a, "%H:%M", &from);
	strftime(b, sizeof b, "%H:%M", &to);
	if (o->end_ms > o->start_ms)
		html_put(&p->body, "%s–%s", a, b);
	else
		html_put(&p->body, "%s", a);
}

static void
put_event(struct page *p, const struct occurrence *o)
{
	const struct record *r = o->event->record;
	const char *place = record_text(r, RECORD_PLACE, 0);
	const char *more = record_text(r, RECORD_DESCRIPTION, 0);

	buf_str(&p->body, "<li><span class=\"row\"><span class=\"hours\">");
	put_hours(p, o);
	html_put(&p->body,
	    "</span><span class=\"main\"><b>%s</b><small>%s%s%s</small></span>"
	    "<span class=\"side\"><small>",
	    title_of(p, o), browse_or(place, ""),
	    place != NULL && more != NULL ? " · " : "", browse_or(more, ""));
	if (record_text(r, RECORD_RRULE, 0) != NULL)
		html_put(
		    &p->body, "<span title=\"%s\">↻</span> ", TXT(p, REPEATS));
	browse_versions(p, o->event);
	buf_str(&p->body, "</small></span></span></li>\n");
}

static void
put_agenda(struct page *p, const struct occurrence *list, size_t n, size_t max)
{
	int day = -1, first, last;
	bool open = false;

	for (size_t i = 0; i < n && i < max; i++) {
		days_of(&list[i], &first, &last);
		if (first != day) {
			if (open)
				buf_str(&p->body, "</ul>\n");
			html_put(
			    &p->body, "<h2 class=\"date\" id=\"d%d\">", first);
			put_date(p, day_of(list[i].start_ms, list[i].all_day));
			buf_str(&p->body, "</h2><ul class=\"list events\">");
			open = true;
		}
		day = first;
		put_event(p, &list[i]);
	}
	if (open)
		buf_str(&p->body, "</ul>\n");
}

/* ---- as a month ---- */

struct month {
	int year, month; /* 1..12 */
	int64_t from, to; /* of the whole weeks */
	int first, today; /* numbers of days */
};

static void
read_month(struct page *p, struct month *m)
{
	int64_t now =
	    browse_as_of(p) != 0 ? browse_as_of(p) - 1 : page_now_ms();
	struct tm today = day_of(now, false), first;

	if (sscanf(request_query(&p->req, "month"), "%4d-%2d", &m->year,
		&m->month) != 2 ||
	    m->year < 1970 || m->year > 2200 || m->month < 1 || m->month > 12) {
		m->year = today.tm_year + 1900;
		m->month = today.tm_mon + 1;
	}
	first = day_of(midnight(m->year, m->month, 1), false);
	m->first = number_of_day(first) - (first.tm_wday + 6) % 7;
	m->today = number_of_day(today);
	m->from = midnight(m->year, m->month, 1 - (first.tm_wday + 6) % 7);
	m->to =
	    midnight(m->year, m->month, 1 - (first.tm_wday + 6) % 7 + CELLS);
}

static void
put_turn(struct page *p, const struct month *m, int step, const char *sign,
    const char *text)
{
	int month = m->month + step, year = m->year;
	char at[16];

	if (month < 1 || month > 12) {
		year += month < 1 ? -1 : 1;
		month = month < 1 ? 12 : 1;
	}
	snprintf(at, sizeof at, "%04d-%02d", year % 10000, month);
	html_put(&p->body,
	    "<a class=\"button quiet\" href=\"/calendar?month=%s", at);
	browse_keep(p, '&');
	html_put(&p->body, "\" aria-label=\"%s\">%s</a>", text, sign);
}

static void
put_cell(struct page *p, const struct month *m, int day,
    const struct occurrence *list, size_t n)
{
	time_t t = (time_t)day * 86400;
	struct tm tm = { 0 };
	size_t shown = 0, there = 0;

	gmtime_r(&t, &tm);
	html_put(&p->body, "<td class=\"%s%s\"><span class=\"n\">%d</span>",
	    tm.tm_mon + 1 == m->month ? "" : "out",
	    day == m->today ? " today" : "", tm.tm_mday);
	for (size_t i = 0; i < n; i++) {
		int first, last;

		days_of(&list[i], &first, &last);
		if (day < first || day > last)
			continue;
		if (there++ < 3) {
			html_put(&p->body,
			    "<a href=\"#d%d\" title=\"%s\">%s</a>", first,
			    title_of(p, &list[i]), title_of(p, &list[i]));
			shown++;
		}
	}
	if (there > shown)
		html_put(&p->body, "<small>+%zu</small>", there - shown);
	buf_str(&p->body, "</td>");
}

static void
put_month(struct page *p, const struct month *m, const struct occurrence *list,
    size_t n)
{
	html_put(&p->body, "<div class=\"month-bar\">");
	put_turn(p, m, -1, "←", TXT(p, MONTH_BEFORE));
	html_put(&p->body, "<h2>%d-%s%d</h2>", m->year,
	    m->month < 10 ? "0" : "", m->month);
	put_turn(p, m, 1, "→", TXT(p, MONTH_AFTER));
	buf_str(
	    &p->body, "</div><table class=\"month\" id=\"month\"><thead><tr>");
	for (size_t i = 0; i < 7; i++)
		html_put(&p->body, "<th scope=\"col\">%s</th>",
		    text_get(p->language, weekdays[i]));
	buf_str(&p->body, "</tr></thead><tbody>");
	for (int i = 0; i < CELLS; i++) {
		if (i % 7 == 0)
			buf_str(&p->body, "<tr>");
		put_cell(p, m, m->first + i, list, n);
		if (i % 7 == 6)
			buf_str(&p->body, "</tr>\n");
	}
	buf_str(&p->body, "</tbody></table>\n");
	put_agenda(p, list, n, OCCUR_MAX);
}

static void
put_views(struct page *p, bool as_list, const char *zone)
{
	html_put(&p->body, "<p class=\"views\"><a href=\"/calendar");
	browse_keep(p, '?');
	html_put(&p->body, "\"%s>%s</a> <a href=\"/calendar?view=list",
	    as_list ? "" : " aria-current=\"page\"", TXT(p, VIEW_MONTH));
	browse_keep(p, '&');
	html_put(&p->body, "\"%s>%s</a> <span class=\"hint\">%s</span></p>\n",
	    as_list ? " aria-current=\"page\"" : "", TXT(p, VIEW_COMING), zone);
}

static void
show(struct page *p, const struct opened *list, size_t n, const char *zone)
{
	bool as_list = strcmp(request_query(&p->req, "view"), "list") == 0;
	struct occurrence *found;
	struct month m = { 0 };
	size_t count = 0;

	read_month(p, &m);
	if (as_list) {
		m.from = ((int64_t)m.today) * DAY_MS;
		m.to = m.from + COMING_DAYS * DAY_MS;
	}
	if ((found = occurrences(list, n, m.from, m.to, &count)) == NULL) {
		page_error(p, 500, T_E_DATABASE);
		return;
	}
	browse_begin(p, TXT(p, CALENDAR));
	put_views(p, as_list, zone);
	if (n == 0)
		browse_empty(p, TXT(p, NO_EVENTS_THERE));
	else if (!as_list)
		put_month(p, &m, found, count);
	else if (count > 0)
		put_agenda(p, found, count, COMING_MAX);
	else
		html_put(&p->body, "<p>%s</p>\n", TXT(p, NOTHING_COMING));
	page_end(p);
	free(found);
}

void
page_calendar(struct page *p)
{
	struct opened *list;
	char zone[64];
	size_t n;

	if (!browse_records(p, RECORD_CALENDAR, &list, &n))
		return;
	if (enter_zone(p, zone)) {
		show(p, list, n, zone);
		leave_zone();
	}
	opened_free(list, n);
}
