/*
 * SMS in and out, a day, and what they cost, a month; each drawn, and written
 * in a table beside it.
 */
#include <stdlib.h>

#include "browse.h"
#include "budget.h"
#include "operator.h"
#include "plot.h"

#define MONTHS 12

static void
put_day_plot(struct page *p, const struct operator_day *list, size_t n)
{
	struct plot_series series[2] = { { .label = TXT(p, OP_M_IN) },
		{ .label = TXT(p, OP_M_OUT) } };

	for (size_t i = 0; i < n; i++) {
		int day = PLOT_DAYS - 1 - list[i].days_ago;

		if (day < 0 || day >= PLOT_DAYS)
			continue;
		series[0].value[day] = list[i].in;
		series[1].value[day] = list[i].out;
	}
	plot_put(p, TXT(p, OP_T_DAYS), series, 2);
}

static void
put_head(struct page *p, enum text_id when, bool in)
{
	html_put(&p->body, "<thead><tr><th scope=\"col\">%s</th>",
	    text_get(p->language, when));
	if (in)
		html_put(
		    &p->body, "<th scope=\"col\">%s</th>", TXT(p, OP_M_IN));
	html_put(&p->body,
	    "<th scope=\"col\">%s</th><th scope=\"col\">%s</th></tr></thead>"
	    "<tbody>",
	    TXT(p, OP_M_OUT), TXT(p, COST));
}

static void
put_days(struct page *p, const struct operator_day *list, size_t n)
{
	html_put(&p->body,
	    "<details class=\"card\"><summary>%s</summary><table "
	    "class=\"numbers\" id=\"days\">",
	    TXT(p, OP_T_TABLE));
	put_head(p, T_OP_T_DAY, true);
	for (size_t i = 0; i < n; i++) {
		char day[16];

		browse_day(page_now_ms() - list[i].days_ago * 86400000LL, day);
		html_put(&p->body,
		    "<tr><th scope=\"row\">%s</th><td>%lld</td><td>%lld</td>"
		    "<td>",
		    day, (long long)list[i].in, (long long)list[i].out);
		budget_money(p, list[i].cost_milli);
		buf_str(&p->body, "</td></tr>");
	}
	buf_str(&p->body, "</tbody></table></details>\n");
}

static void
put_months(struct page *p, const struct operator_month *list, size_t n)
{
	struct plot_column columns[MONTHS];
	size_t count = 0;

	for (; count < n && count < MONTHS; count++)
		columns[count] = (struct plot_column){ list[count].month,
			list[count].cost_milli };
	plot_put_columns(p, TXT(p, OP_T_MONTHS), columns, count);
	buf_str(&p->body,
	    "<div class=\"card\"><table class=\"numbers\" id=\"months\">");
	put_head(p, T_OP_T_MONTH, false);
	for (size_t i = n; i-- > 0;) {
		html_put(&p->body,
		    "<tr><th scope=\"row\">%s</th><td>%lld</td><td>",
		    list[i].month, (long long)list[i].out);
		budget_money(p, list[i].cost_milli);
		buf_str(&p->body, "</td></tr>");
	}
	html_put(&p->body, "</tbody></table><p class=\"hint\">%s</p></div>\n",
	    TXT(p, OP_T_PRICE));
}

void
page_operator_traffic(struct page *p)
{
	struct operator_day *days = NULL;
	struct operator_month *months = NULL;
	size_t ndays = 0, nmonths = 0;

	if (!page_ok(
		p, operator_days(p->operator_db, PLOT_DAYS, &days, &ndays)) ||
	    !page_ok(
		p, operator_months(p->operator_db, MONTHS, &months, &nmonths)))
		goto out;
	page_begin(p, TXT(p, OP_TRAFFIC));
	put_day_plot(p, days, ndays);
	put_days(p, days, ndays);
	put_months(p, months, nmonths);
	page_end(p);
out:
	free(days);
	free(months);
}
