#include "plot.h"

#include <time.h>

#define HEIGHT 120
#define TOP 12
#define FOOT (TOP + HEIGHT)
#define LEFT 40
#define STEP 18

/* Nothing, half of the most and the most. */
static void
put_axis(struct page *p, int64_t most, int right)
{
	for (int64_t i = 0; i <= 2; i++) {
		int y = FOOT - (int)(i * HEIGHT / 2);

		html_put(&p->body,
		    "<line class=\"axis\" x1=\"%d\" y1=\"%d\" x2=\"%d\" "
		    "y2=\"%d\"/><text x=\"%d\" y=\"%d\" text-anchor=\"end\">"
		    "%lld</text>",
		    LEFT, y, right, y, LEFT - 6, y + 5,
		    (long long)(most * i / 2));
	}
}

static void
day_name(int i, char out[static 16])
{
	time_t t = (time_t)(page_now_ms() / 1000) -
		   (time_t)(PLOT_DAYS - 1 - i) * 86400;
	struct tm tm = { 0 };

	gmtime_r(&t, &tm);
	strftime(out, 16, "%m-%d", &tm);
}

static void
put_column(struct page *p, const struct plot_series *series, size_t n, int i,
    int64_t most)
{
	int64_t below = 0;
	char day[16];

	day_name(i, day);
	for (size_t k = 0; k < n; k++) {
		int64_t v = series[k].value[i];
		int from = (int)(below * HEIGHT / most);
		int to = (int)((below + v) * HEIGHT / most);

		below += v;
		if (v > 0)
			html_put(&p->body,
			    "<rect class=\"s%zu\" x=\"%d\" y=\"%d\" "
			    "width=\"12\" height=\"%d\"><title>%s · %s: %lld"
			    "</title></rect>",
			    k, LEFT + 4 + i * STEP, FOOT - to,
			    to > from ? to - from : 1, day, series[k].label,
			    (long long)v);
	}
	if (i % 7 == 2)
		html_put(&p->body,
		    "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text>",
		    LEFT + 10 + i * STEP, FOOT + 22, day);
}

static void
put_legend(struct page *p, const struct plot_series *series, size_t n)
{
	buf_str(&p->body, "<ul class=\"legend\">");
	for (size_t k = 0; k < n; k++) {
		int64_t all = 0;

		for (int i = 0; i < PLOT_DAYS; i++)
			all += series[k].value[i];
		html_put(&p->body,
		    "<li><span class=\"swatch s%zu\" aria-hidden=\"true\">"
		    "</span>%s <b>%lld</b></li>",
		    k, series[k].label, (long long)all);
	}
	buf_str(&p->body, "</ul>");
}

void
plot_put(struct page *p, const char *title, const struct plot_series *series,
    size_t n)
{
	int64_t most = 2, all = 0;

	for (int i = 0; i < PLOT_DAYS; i++) {
		int64_t day = 0;

		for (size_t k = 0; k < n; k++)
			day += series[k].value[i];
		all += day;
		most = day > most ? day : most;
	}
	most += most % 2; /* so that the half has a whole number */
	html_put(&p->body,
	    "<figure class=\"card plot\"><figcaption>%s <b>%lld</b>"
	    "</figcaption><svg viewBox=\"0 0 620 160\" role=\"img\" "
	    "aria-label=\"%s: %lld\">",
	    title, (long long)all, title, (long long)all);
	put_axis(p, most, 610);
	for (int i = 0; i < PLOT_DAYS; i++)
		put_column(p, series, n, i, most);
	buf_str(&p->body, "</svg>");
	put_legend(p, series, n);
	buf_str(&p->body, "</figure>\n");
}

/* ---- columns with names ---- */

#define WIDE_STEP 47

void
plot_put_columns(
    struct page *p, const char *title, const struct plot_column *list, size_t n)
{
	int64_t most = 2;

	for (size_t i = 0; i < n; i++)
		if (list[i].milli > most * 1000)
			most = (list[i].milli + 1999) / 2000 * 2;
	html_put(&p->body,
	    "<figure class=\"card plot\"><figcaption>%s</figcaption>"
	    "<svg viewBox=\"0 0 620 160\" role=\"img\" aria-label=\"%s\">",
	    title, title);
	put_axis(p, most, 610);
	for (size_t i = 0; i < n; i++) {
		int x = LEFT + 6 + (int)i * WIDE_STEP;
		int high = (int)(list[i].milli * HEIGHT / (most * 1000));

		if (list[i].milli > 0)
			html_put(&p->body,
			    "<rect class=\"s0\" x=\"%d\" y=\"%d\" "
			    "width=\"34\" height=\"%d\"><title>%s: %lld.%d%d"
			    "</title></rect>",
			    x, FOOT - (high > 0 ? high : 1),
			    high > 0 ? high : 1, list[i].name,
			    (long long)(list[i].milli / 1000),
			    (int)(list[i].milli / 100 % 10),
			    (int)(list[i].milli / 10 % 10));
		if (i % 3 == 2)
			html_put(&p->body,
			    "<text x=\"%d\" y=\"%d\" "
			    "text-anchor=\"middle\">%s</text>",
			    x + 17, FOOT + 22, list[i].name);
	}
	buf_str(&p->body, "</svg></figure>\n");
}

/* ---- lines ---- */

#define DAY_MS 86400000LL
#define BREAK_MS 1800000LL
#define WIDTH 300 /* it stands in a card */

static void
put_line(struct page *p, const struct plot_point *list, size_t n)
{
	int64_t begin = page_now_ms() - DAY_MS, before = 0;

	for (size_t i = 0; i < n; i++) {
		int64_t since = list[i].at_ms - begin;
		int x = LEFT + 4 + (int)(since * WIDTH / DAY_MS);
		int y = FOOT - list[i].percent * HEIGHT / 100;

		if (since < 0 || since > DAY_MS)
			continue;
		if (before != 0 && list[i].at_ms - before > BREAK_MS)
			buf_str(&p->body, "\"/>");
		/* Twice: a point alone is seen, too. */
		if (before == 0 || list[i].at_ms - before > BREAK_MS)
			html_put(&p->body, "<polyline points=\"%d,%d", x, y);
		html_put(&p->body, " %d,%d", x, y);
		before = list[i].at_ms;
	}
	if (before != 0)
		buf_str(&p->body, "\"/>");
}

void
plot_put_day(
    struct page *p, const char *title, const struct plot_point *list, size_t n)
{
	int least = 100, most = 0;

	for (size_t i = 0; i < n; i++) {
		least = list[i].percent < least ? list[i].percent : least;
		most = list[i].percent > most ? list[i].percent : most;
	}
	html_put(&p->body,
	    "<figure class=\"plot\"><figcaption>%s</figcaption>"
	    "<svg viewBox=\"0 0 360 160\" role=\"img\" "
	    "aria-label=\"%s: %d–%d %%\">",
	    title, title, least, most);
	put_axis(p, 100, 350);
	for (int i = 0; i < 4; i++)
		html_put(&p->body,
		    "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">−%d h"
		    "</text>",
		    LEFT + 22 + i * WIDTH / 4, FOOT + 22, 24 - 6 * i);
	put_line(p, list, n);
	buf_str(&p->body, "</svg></figure>\n");
}
