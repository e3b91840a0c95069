/*
 * What SMS cost: what was spent and on what, and the limits.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "budget.h"
#include "form.h"
#include "pages_settings.h"
#include "plot.h"

#define SMS_MAX 100000
#define PRICE_MAX_MILLI 100000

void
budget_money(struct page *p, int64_t milli)
{
	html_put(&p->body, "%lld.%d%d", (long long)(milli / 1000),
	    (int)(milli / 100 % 10), (int)(milli / 10 % 10));
}

/* The purposes of the outbox, as people tell them apart. */
static const struct {
	enum text_id text;
	const char *purposes[5];
} groups[] = {
	{ T_PU_CONTROL, { "control", "challenge", "policy", "ack", NULL } },
	{ T_PU_RESTORE, { "restore", "granted", NULL } },
	{ T_PU_LOST, { "lost", NULL } },
	{ T_PU_NOTICE, { "notice", "reply", NULL } },
};
#define GROUPS (sizeof groups / sizeof groups[0])

static size_t
group_of(const char *purpose)
{
	for (size_t g = 0; g < GROUPS; g++)
		for (size_t i = 0; groups[g].purposes[i] != NULL; i++)
			if (strcmp(groups[g].purposes[i], purpose) == 0)
				return g;
	return 0;
}

enum text_id
budget_purpose(const char *purpose)
{
	return groups[group_of(purpose)].text;
}

/* ---- what was spent ---- */

struct month {
	int64_t sms[GROUPS], milli[GROUPS], all, all_milli, today;
};

static void
add_spent(const struct pages_amount *list, size_t n, struct month *m,
    struct plot_series *series)
{
	for (size_t i = 0; i < n; i++) {
		size_t g = group_of(list[i].of);
		int day = PLOT_DAYS - 1 - list[i].days_ago;

		if (day >= 0 && day < PLOT_DAYS)
			series[g].value[day] += list[i].sms;
		if (list[i].days_ago == 0)
			m->today += list[i].sms;
		if (!list[i].this_month)
			continue;
		m->sms[g] += list[i].sms;
		m->milli[g] += list[i].cost_milli;
		m->all += list[i].sms;
		m->all_milli += list[i].cost_milli;
	}
}

void
budget_gauge(
    struct page *p, enum text_id text, const char *id, int64_t v, int64_t max)
{
	html_put(&p->body,
	    "<div><label for=\"%s\">%s</label><progress id=\"%s\" max=\"%lld\" "
	    "value=\"%lld\"></progress><span class=\"hint\"><b>%lld</b> %s "
	    "%lld SMS</span></div>",
	    id, text_get(p->language, text), id, (long long)(max > 0 ? max : 1),
	    (long long)(v < max ? v : max), (long long)v, TXT(p, OF),
	    (long long)max);
}

static void
put_month(struct page *p, const struct pages_settings *s, const struct month *m)
{
	buf_str(&p->body, "<div class=\"card\"><div class=\"two\">");
	budget_gauge(p, T_SPENT_MONTH, "month", m->all, s->month_max);
	budget_gauge(p, T_SPENT_TODAY, "today", m->today, s->day_max);
	html_put(&p->body,
	    "</div><table id=\"purposes\"><thead><tr><th scope=\"col\">%s</th>"
	    "<th scope=\"col\">SMS</th><th scope=\"col\">%s</th></tr></thead>"
	    "<tbody>",
	    TXT(p, BY_PURPOSE), TXT(p, COST));
	for (size_t g = 0; g < GROUPS; g++) {
		html_put(&p->body,
		    "<tr><th scope=\"row\">%s</th><td>%lld</td><td>",
		    text_get(p->language, groups[g].text),
		    (long long)m->sms[g]);
		budget_money(p, m->milli[g]);
		buf_str(&p->body, "</td></tr>");
	}
	html_put(&p->body,
	    "</tbody><tfoot><tr><th scope=\"row\">%s</th><td>%lld</td><td>",
	    TXT(p, SPENT_MONTH), (long long)m->all);
	budget_money(p, m->all_milli);
	buf_str(&p->body, "</td></tr></tfoot></table></div>\n");
}

/* Phones of the last days: those beyond the plot's colours are one. */
static void
put_traffic(struct page *p)
{
	struct plot_series series[PLOT_SERIES_MAX] = { 0 };
	struct pages_amount *list = NULL;
	size_t n = 0, count = 0;

	if (pages_traffic(p->db, p->who.account, PLOT_DAYS, &list, &n) != DB_OK)
		return;
	for (size_t i = 0; i < n; i++) {
		int day = PLOT_DAYS - 1 - list[i].days_ago;
		size_t k = 0;

		while (k < count && strcmp(series[k].label, list[i].of) != 0)
			k++;
		if (k == PLOT_SERIES_MAX) {
			k--;
			series[k].label = TXT(p, OTHER);
		} else if (k == count) {
			series[count++].label = list[i].of;
		}
		if (day >= 0 && day < PLOT_DAYS)
			series[k].value[day] += list[i].sms;
	}
	if (count > 0)
		plot_put(p, TXT(p, SENT_DAYS), series, count);
	free(list);
}

/* ---- the limits ---- */

struct limit {
	const char *name;
	enum text_id label, hint;
};
static const struct limit limits[] = {
	{ "month", T_MONTH_MAX, T_NONE },
	{ "day", T_DAY_MAX, T_NONE },
	{ "reserve", T_RESERVE, T_RESERVE_HINT },
};
#define LIMITS (sizeof limits / sizeof limits[0])

struct form {
	const char *value[LIMITS], *price;
	enum text_id wrong[LIMITS], price_wrong;
};

static void
put_form(struct page *p, const struct form *f)
{
	html_put(&p->body,
	    "<form method=\"post\" action=\"/budget\" class=\"card\" "
	    "id=\"limits\"><h2>%s</h2>",
	    TXT(p, LIMITS));
	page_csrf(p);
	for (size_t i = 0; i < LIMITS; i++) {
		char id[24];

		snprintf(id, sizeof id, "max-%s", limits[i].name);
		form_field(
		    p, &(struct form_field){ id, "text", "off", f->value[i],
			   limits[i].label, limits[i].hint, f->wrong[i], false,
			   "inputmode=\"numeric\"" });
	}
	form_field(p, &(struct form_field){ "price", "text", "off", f->price,
			  T_PRICE_UP, T_PRICE_UP_HINT, f->price_wrong, false,
			  "inputmode=\"decimal\"" });
	html_put(&p->body, "<button>%s</button></form>\n", TXT(p, SAVE));
}

static void
show(struct page *p, const struct pages_settings *s, const struct form *f)
{
	struct plot_series series[GROUPS] = { 0 };
	struct pages_amount *list = NULL;
	struct month m = { 0 };
	size_t n = 0;

	if (!page_ok(
		p, pages_spent(p->db, p->who.account, PLOT_DAYS, &list, &n)))
		return;
	for (size_t g = 0; g < GROUPS; g++)
		series[g].label = text_get(p->language, groups[g].text);
	add_spent(list, n, &m, series);
	free(list);
	page_begin(p, TXT(p, BUDGET));
	html_put(&p->body, "<p class=\"lead\">%s</p>\n", TXT(p, BUDGET_TEXT));
	if (request_query(&p->req, "saved")[0] != '\0')
		page_note(p, "good", TXT(p, SAVED_PLAIN));
	put_month(p, s, &m);
	if (n > 0)
		plot_put(p, TXT(p, SPENT_DAYS), series, GROUPS);
	put_traffic(p);
	put_form(p, f);
	page_end(p);
}

bool
budget_number(const char *text, int64_t *out)
{
	size_t n = strlen(text);

	if (n < 1 || n > 6 || strspn(text, "0123456789") != n)
		return false;
	*out = strtoll(text, NULL, 10);
	return *out <= SMS_MAX;
}

/* "0.05", or with a comma, in thousandths. */
static bool
read_price(const char *text, int64_t *milli)
{
	size_t whole = strspn(text, "0123456789"), part;
	int64_t unit = 100;

	if (whole < 1 || whole > 3)
		return false;
	*milli = 1000 * strtoll(text, NULL, 10);
	text += whole;
	if (*text == '\0')
		return *milli <= PRICE_MAX_MILLI;
	if (*text != '.' && *text != ',')
		return false;
	text++;
	part = strspn(text, "0123456789");
	if (part < 1 || part > 3 || text[part] != '\0')
		return false;
	for (; *text != '\0'; text++, unit /= 10)
		*milli += unit * (*text - '0');
	return *milli <= PRICE_MAX_MILLI;
}

static void
save(struct page *p, struct pages_settings *s)
{
	int64_t *value[LIMITS] = { &s->month_max, &s->day_max, &s->reserve };
	struct form f = { .price = request_form(&p->req, "price") };
	bool bad = false;

	for (size_t i = 0; i < LIMITS; i++) {
		char id[24];

		snprintf(id, sizeof id, "max-%s", limits[i].name);
		f.value[i] = request_form(&p->req, id);
		if (!budget_number(f.value[i], value[i]))
			f.wrong[i] = T_E_LIMIT_NUMBER;
		bad = bad || f.wrong[i] != T_NONE;
	}
	if (!read_price(f.price, &s->price_up_milli))
		f.price_wrong = T_E_PRICE;
	if (bad || f.price_wrong != T_NONE) {
		p->status = 400;
		pages_settings(p->db, p->who.account, s);
		show(p, s, &f);
	} else if (page_ok(p, pages_budget_set(p->db, p->who.account, s))) {
		page_redirect(p, "/budget?saved=1");
	}
}

void
page_budget(struct page *p)
{
	struct pages_settings s;
	char text[4][24];
	struct form f = { .value = { text[0], text[1], text[2] },
		.price = text[3] };

	if (!page_ok(p, pages_settings(p->db, p->who.account, &s)))
		return;
	if (p->req.post) {
		save(p, &s);
		return;
	}
	snprintf(text[0], sizeof text[0], "%lld", (long long)s.month_max);
	snprintf(text[1], sizeof text[1], "%lld", (long long)s.day_max);
	snprintf(text[2], sizeof text[2], "%lld", (long long)s.reserve);
	snprintf(text[3], sizeof text[3], "%lld.%03d",
	    (long long)(s.price_up_milli / 1000),
	    (int)(s.price_up_milli % 1000));
	show(p, &s, &f);
}
