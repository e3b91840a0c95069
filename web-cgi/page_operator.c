/*
 * The operators' overview: what runs, what waits, what was spent, and what
 * someone should look at.
 */
#include <stdio.h>
#include <stdlib.h>

#include "budget.h"
#include "operator.h"

#define OVERDUE_MS 300000

/* ---- what someone should look at ---- */

struct alarms {
	struct buf html;
	int n;
};

struct alarm {
	const char *of; /* a modem's name, or NULL */
	enum text_id what, todo;
	int64_t n; /* 0: not counted */
	const char *path; /* where to look; NULL: not here */
};

static void
put_alarm(struct page *p, struct alarms *a, const struct alarm *alarm)
{
	const char *path = alarm->path;

	a->n++;
	buf_str(&a->html, "<li>");
	if (path != NULL)
		html_put(&a->html, "<a href=\"%s\">", path);
	else
		buf_str(&a->html, "<span class=\"row\">");
	html_put(&a->html,
	    "<span class=\"dot bad\" aria-hidden=\"true\"></span>"
	    "<span class=\"main\"><b>%s%s%s",
	    alarm->of != NULL ? alarm->of : "", alarm->of != NULL ? " " : "",
	    text_get(p->language, alarm->what));
	if (alarm->n > 0)
		html_put(&a->html, ": %lld", (long long)alarm->n);
	html_put(&a->html, "</b><small>%s</small></span>",
	    text_get(p->language, alarm->todo));
	buf_str(&a->html, path != NULL ? "</a></li>\n" : "</span></li>\n");
}

static void
look_at_modems(struct page *p, struct alarms *a,
    const struct operator_modem *list, size_t n)
{
	static const char path[] = "/operator/modems";

	if (n == 0)
		put_alarm(p, a,
		    &(struct alarm){
			NULL, T_OP_NO_MODEM, T_OP_NO_MODEM_TODO, 0, path });
	for (size_t i = 0; i < n; i++) {
		if (page_now_ms() - list[i].seen_ms > OPERATOR_AWAY_MS)
			put_alarm(p, a,
			    &(struct alarm){ list[i].name, T_OP_IS_AWAY,
				T_OP_AWAY_TODO, 0, path });
		else if (list[i].registered == 0)
			put_alarm(p, a,
			    &(struct alarm){ list[i].name, T_OP_NO_NETWORK,
				T_OP_NO_NETWORK_TODO, 0, path });
	}
}

/* Nine tenths are used. */
static bool
is_near(int64_t used, int64_t max)
{
	return max > 0 && used * 10 >= max * 9;
}

static void
look_at_totals(struct page *p, struct alarms *a,
    const struct operator_totals *t, const struct operator_limits *l)
{
	const bool overdue =
	    t->due_ms != 0 && page_now_ms() - t->due_ms > OVERDUE_MS;
	const struct {
		bool is;
		struct alarm alarm;
	} all[] = {
		{ overdue, { NULL, T_OP_OVERDUE, T_OP_OVERDUE_TODO, 0,
			       "/operator/queue?state=queued" } },
		{ is_near(t->sms_month, l->month_max),
		    { NULL, T_OP_NEAR_MONTH, T_OP_NEAR_TODO, 0,
			"/operator/accounts" } },
		{ is_near(t->sms_today, l->day_max),
		    { NULL, T_OP_NEAR_DAY, T_OP_NEAR_TODO, 0,
			"/operator/accounts" } },
		{ t->failed > 0,
		    { NULL, T_OP_FAILED, T_OP_FAILED_TODO, t->failed,
			"/operator/queue?state=failed" } },
		{ t->held > 0, { NULL, T_OP_HELD, T_OP_HELD_TODO, t->held,
				   "/operator/queue?state=held" } },
		{ t->aside_transfers > 0,
		    { NULL, T_OP_ASIDE, T_OP_ASIDE_TODO, t->aside_transfers,
			"/operator/quarantine" } },
		{ t->damaged > 0, { NULL, T_OP_DAMAGED, T_OP_DAMAGED_TODO,
				      t->damaged, NULL } },
		{ t->notices_failed > 0,
		    { NULL, T_OP_NOTICES_FAILED, T_OP_NOTICES_TODO,
			t->notices_failed, NULL } },
	};

	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
		if (all[i].is)
			put_alarm(p, a, &all[i].alarm);
}

static void
put_alarms(struct page *p, const struct alarms *a)
{
	if (a->n == 0) {
		page_note(p, "good", TXT(p, OP_ALL_WELL));
		return;
	}
	html_put(&p->body, "<h2>%s</h2>\n<ul class=\"list\" id=\"alarms\">",
	    TXT(p, OP_LOOK));
	if (a->html.failed)
		p->body.failed = true;
	else
		buf_str(&p->body, a->html.p);
	buf_str(&p->body, "</ul>\n");
}

/* ---- the figures ---- */

static void
put_count(struct page *p, int64_t n, enum text_id what)
{
	html_put(&p->body, "<span><b>%lld</b>%s</span>", (long long)n,
	    text_get(p->language, what));
}

static void
put_kept(struct page *p, const struct operator_totals *t)
{
	html_put(&p->body,
	    "<section class=\"card\"><h2>%s</h2><div class=\"counts\">",
	    TXT(p, OP_KEPT));
	put_count(p, t->accounts, T_OP_ACCOUNTS_N);
	put_count(p, t->phones, T_OP_PHONES_N);
	put_count(p, t->open_transfers, T_OP_OPEN_N);
	html_put(&p->body, "</div><dl><dt>%s</dt><dd>", TXT(p, LAST_HEARD));
	page_ago(p, t->heard_ms);
	buf_str(&p->body, "</dd></dl></section>\n");
}

static void
put_outbox(struct page *p, const struct operator_totals *t)
{
	html_put(&p->body,
	    "<section class=\"card\"><h2>%s</h2><div class=\"counts\">",
	    TXT(p, OP_OUTBOX));
	put_count(p, t->queued, T_OP_S_QUEUED);
	put_count(p, t->held, T_OP_S_HELD);
	put_count(p, t->sending + t->unknown, T_OP_S_SENDING);
	put_count(p, t->failed, T_OP_S_FAILED);
	html_put(&p->body,
	    "</div><p><a href=\"/operator/queue\">%s</a></p></section>\n",
	    TXT(p, OP_QUEUE));
}

static void
put_spent(
    struct page *p, enum text_id text, const char *id, int64_t sms, int64_t max)
{
	if (max > 0) {
		budget_gauge(p, text, id, sms, max);
		return;
	}
	html_put(&p->body,
	    "<div><b>%s</b><p class=\"hint\" id=\"%s\"><b>%lld</b> %s</p>"
	    "</div>",
	    text_get(p->language, text), id, (long long)sms,
	    TXT(p, OP_NO_LIMIT));
}

static void
put_bill(struct page *p, const struct operator_totals *t,
    const struct operator_limits *l)
{
	html_put(&p->body,
	    "<section class=\"card\"><h2>%s</h2><div class=\"two\">",
	    TXT(p, OP_SPENT));
	put_spent(p, T_SPENT_TODAY, "today", t->sms_today, l->day_max);
	put_spent(p, T_SPENT_MONTH, "month", t->sms_month, l->month_max);
	html_put(&p->body, "</div><dl><dt>%s</dt><dd>", TXT(p, COST));
	budget_money(p, t->cost_month_milli);
	buf_str(&p->body, "</dd></dl></section>\n");
}

/* The spool is a file of the gateway's host, which may be another. */
static void
put_spool(struct page *p)
{
	html_put(&p->body,
	    "<section class=\"card\"><h2>%s</h2><p>%s</p>"
	    "<p><code class=\"mono\">smsctl status</code></p></section>\n",
	    TXT(p, OP_SPOOL), TXT(p, OP_SPOOL_TEXT));
}

void
page_operator(struct page *p)
{
	struct operator_modem *modems = NULL;
	struct operator_totals t;
	struct operator_limits l;
	struct alarms a = { 0 };
	size_t n = 0;

	if (!page_ok(p, operator_totals(p->operator_db, &t)) ||
	    !page_ok(p, operator_limits(p->operator_db, &l)) ||
	    !page_ok(p, operator_modems(p->operator_db, &modems, &n)))
		return;
	look_at_modems(p, &a, modems, n);
	look_at_totals(p, &a, &t, &l);
	page_begin(p, TXT(p, OP_OVERVIEW));
	html_put(&p->body,
	    "<div id=\"live\" data-every=\"10000\" data-alarms=\"%d\">", a.n);
	put_alarms(p, &a);
	buf_str(&p->body, "<div class=\"grid\">");
	put_outbox(p, &t);
	put_bill(p, &t, &l);
	put_kept(p, &t);
	put_spool(p);
	buf_str(&p->body, "</div></div>\n");
	html_put(&p->body,
	    "<form method=\"post\" action=\"/operator/sign-out\" "
	    "class=\"ask\"><p>%s <strong>%s</strong></p>",
	    TXT(p, SIGNED_IN_AS), p->operator);
	page_csrf(p);
	html_put(&p->body, "<button class=\"quiet\">%s</button></form>\n",
	    TXT(p, SIGN_OUT));
	page_end(p);
	buf_clear(&a.html);
	free(modems);
}
