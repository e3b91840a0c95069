/*
 * The rules of a time zone as a VTIMEZONE.
 *
 * They are those in force now, which is what an entry that repeats wants: the
 * last line of the zone's file (tzfile(5)) says them as TZ does (POSIX), such
 * as "EET-2EEST,M3.5.0/3,M10.5.0/4".  libical would write every rule since
 * 1900, by guess, and some readers stumble over them.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "export_internal.h"

#define ZONES "/usr/share/zoneinfo/"

struct change { /* the nth day of the week in a month, at a time */
	int month, nth, day, seconds;
};

struct rules {
	char name[2][16]; /* standard, summer */
	int east[2]; /* seconds east of Greenwich */
	bool summer;
	struct change from, to; /* summer begins, and ends */
};

static bool
read_name(const char **p, char out[static 16])
{
	bool quoted = **p == '<';
	size_t n;

	*p += quoted;
	n = strspn(*p, quoted ? "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrst"
				"uvwxyz0123456789+-"
			      : "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrst"
				"uvwxyz");
	if (n < 3 || n > 15)
		return false;
	memcpy(out, *p, n);
	out[n] = '\0';
	*p += n;
	if (quoted && *(*p)++ != '>')
		return false;
	return true;
}

/* [+-]h[:mm[:ss]] */
static bool
read_time(const char **p, int *seconds)
{
	int sign = **p == '-' ? -1 : 1;
	int unit = 3600;

	*seconds = 0;
	if (**p == '+' || **p == '-')
		(*p)++;
	for (;; unit /= 60) {
		char *end;

		if (!isdigit((unsigned char)**p))
			return false;
		*seconds += sign * unit * (int)strtol(*p, &end, 10);
		*p = end;
		if (**p != ':' || unit == 1)
			return true;
		(*p)++;
	}
}

/* ,Mm.n.d[/time]; a time that is not on that day is more than we can say. */
static bool
read_change(const char **p, struct change *c)
{
	int n = 0;

	c->seconds = 7200;
	if (sscanf(*p, ",M%2d.%1d.%1d%n", &c->month, &c->nth, &c->day, &n) !=
		3 ||
	    c->month < 1 || c->month > 12 || c->nth < 1 || c->nth > 5 ||
	    c->day > 6)
		return false;
	*p += n;
	if (**p == '/') {
		(*p)++;
		if (!read_time(p, &c->seconds))
			return false;
	}
	return c->seconds >= 0 && c->seconds < 86400;
}

static bool
read_rules(const char *text, struct rules *r)
{
	int west;

	*r = (struct rules){ 0 };
	if (!read_name(&text, r->name[0]) || !read_time(&text, &west))
		return false;
	r->east[0] = -west;
	r->summer = *text != '\0';
	if (!r->summer)
		return true;
	r->east[1] = r->east[0] + 3600;
	if (!read_name(&text, r->name[1]))
		return false;
	if (*text != ',') {
		if (!read_time(&text, &west))
			return false;
		r->east[1] = -west;
	}
	return read_change(&text, &r->from) && read_change(&text, &r->to) &&
	       *text == '\0';
}

/* The last line of the zone's file; name is checked: it comes from a phone. */
static bool
read_zone(const char *name, struct rules *r)
{
	char path[128], tail[128];
	FILE *f;
	size_t n;
	char *line;

	if (name[0] == '/' || strlen(name) > 64 || strstr(name, "..") != NULL)
		return false;
	snprintf(path, sizeof path, ZONES "%s", name);
	if ((f = fopen(path, "re")) == NULL)
		return false;
	n = fread(tail, 1, 4, f);
	if (n == 4 && memcmp(tail, "TZif", 4) == 0 &&
	    fseek(f, -(long)(sizeof tail - 1), SEEK_END) == 0)
		n = fread(tail, 1, sizeof tail - 1, f);
	else
		n = 0;
	fclose(f);
	if (n == 0 || tail[n - 1] != '\n')
		return false;
	tail[n - 1] = '\0';
	line = memrchr(tail, '\n', n - 1);
	return line != NULL && read_rules(line + 1, r);
}

static void
put_offset(struct buf *b, const char *name, int east)
{
	int s = abs(east);

	buf_printf(b, "%s:%c%02d%02d", name, east < 0 ? '-' : '+', s / 3600,
	    s / 60 % 60);
	if (s % 60 != 0)
		buf_printf(b, "%02d", s % 60);
	buf_str(b, "\r\n");
}

/* The day of the month in 1970, whose first day was a Thursday. */
static int
day_in_1970(const struct change *c)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30,
		31 };
	int first = 4, day;

	for (int m = 1; m < c->month; m++)
		first += days[m - 1];
	day = 1 + (c->day - first % 7 + 7) % 7 + 7 * (c->nth - 1);
	return day > days[c->month - 1] ? day - 7 : day;
}

static void
put_half(struct buf *b, const struct rules *r, bool summer)
{
	static const char *const days[] = { "SU", "MO", "TU", "WE", "TH", "FR",
		"SA" };
	const struct change *c = summer ? &r->from : &r->to;
	const char *what = summer ? "DAYLIGHT" : "STANDARD";

	buf_printf(b, "BEGIN:%s\r\nTZNAME:%s\r\n", what, r->name[summer]);
	put_offset(b, "TZOFFSETFROM", r->east[r->summer && !summer]);
	put_offset(b, "TZOFFSETTO", r->east[summer]);
	if (r->summer)
		buf_printf(b,
		    "DTSTART:1970%02d%02dT%02d%02d%02d\r\n"
		    "RRULE:FREQ=YEARLY;BYMONTH=%d;BYDAY=%d%s\r\n",
		    c->month, day_in_1970(c), c->seconds / 3600,
		    c->seconds / 60 % 60, c->seconds % 60, c->month,
		    c->nth == 5 ? -1 : c->nth, days[c->day]);
	else
		buf_str(b, "DTSTART:19700101T000000\r\n");
	buf_printf(b, "END:%s\r\n", what);
}

bool
export_zone(const char *name, struct buf *b)
{
	struct rules r;

	if (!read_zone(name, &r))
		return false;
	buf_printf(b, "BEGIN:VTIMEZONE\r\nTZID:%s\r\n", name);
	put_half(b, &r, false);
	if (r.summer)
		put_half(b, &r, true);
	buf_str(b, "END:VTIMEZONE\r\n");
	return true;
}
