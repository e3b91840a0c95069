/*
 * Accounts, as operators see them: counts, and the limit of each.
 */
#include <stdio.h>
#include <stdlib.h>

#include "browse.h"
#include "budget.h"
#include "form.h"
#include "operator_change.h"

/* ---- all of them ---- */

static void
put_row(struct page *p, const struct operator_account *a)
{
	html_put(&p->body,
	    "<li data-account=\"%lld\"><a href=\"/operator/account?id=%lld\">"
	    "<span class=\"main\"><b>%s</b><small>%lld %s · ",
	    (long long)a->account, (long long)a->account, a->login,
	    (long long)a->phones, TXT(p, OP_PHONES_N));
	html_put(&p->body, "%s ", TXT(p, LAST_HEARD));
	page_ago(p, a->heard_ms);
	html_put(&p->body,
	    "</small></span><span class=\"side\"><span>%lld %s %lld</span>"
	    "<small>%s</small></span></a></li>\n",
	    (long long)a->sms_month, TXT(p, OF), (long long)a->month_max,
	    TXT(p, OP_SMS_MONTH));
}

static void
put_search(struct page *p, const char *login)
{
	html_put(&p->body,
	    "<form action=\"/operator/accounts\" class=\"search\" "
	    "role=\"search\"><label class=\"hidden\" for=\"login\">%s</label>"
	    "<input id=\"login\" name=\"login\" type=\"search\" value=\"%s\" "
	    "placeholder=\"%s\" autocapitalize=\"none\" autocomplete=\"off\">"
	    "<button>%s</button></form>\n",
	    TXT(p, OP_BEGINS), login, TXT(p, OP_BEGINS), TXT(p, SEARCH));
}

void
page_operator_accounts(struct page *p)
{
	const char *login = request_query(&p->req, "login");
	const struct operator_part part = { browse_page(p) * BROWSE_PAGE,
		BROWSE_PAGE };
	struct operator_account *list = NULL;
	struct buf more = { 0 };
	int64_t total = 0;
	size_t n = 0;

	if (!page_ok(p, operator_accounts(
			    p->operator_db, login, &part, &list, &n, &total)))
		return;
	page_begin(p, TXT(p, OP_ACCOUNTS));
	put_search(p, login);
	if (n == 0)
		html_put(&p->body,
		    "<div class=\"card empty\"><h2>%s</h2></div>\n",
		    login[0] != '\0' ? TXT(p, NOTHING_FOUND)
				     : TXT(p, OP_NO_ACCOUNTS));
	else
		buf_str(&p->body, "<ul class=\"list\" id=\"accounts\">");
	for (size_t i = 0; i < n; i++)
		put_row(p, &list[i]);
	if (n > 0)
		buf_str(&p->body, "</ul>\n");
	buf_str(&more, "login=");
	html_query(&more, login);
	browse_pager(p, "/operator/accounts", more.failed ? "" : more.p, total);
	page_end(p);
	buf_clear(&more);
	free(list);
}

/* ---- one ---- */

static void
put_facts(struct page *p, const struct operator_account *a)
{
	buf_str(&p->body, "<section class=\"card narrow\">");
	budget_gauge(p, T_SPENT_MONTH, "month", a->sms_month, a->month_max);
	html_put(&p->body,
	    "<dl><dt>%s</dt><dd>%lld</dd><dt>%s</dt><dd>%lld</dd>"
	    "<dt>%s</dt><dd>",
	    TXT(p, OP_ACCOUNT_NUMBER), (long long)a->account, TXT(p, PHONES),
	    (long long)a->phones, TXT(p, LAST_HEARD));
	page_ago(p, a->heard_ms);
	buf_str(&p->body, "</dd></dl></section>\n");
}

/* A form about the account; the caller ends it. */
static void
begin_form(struct page *p, const struct operator_account *a, const char *class)
{
	html_put(&p->body,
	    "<form method=\"post\" action=\"/operator/account\" class=\"%s\">",
	    class);
	page_csrf(p);
	html_put(&p->body, "<input type=\"hidden\" name=\"id\" value=\"%lld\">",
	    (long long)a->account);
}

static void
put_saved(struct page *p, const struct operator_account *a)
{
	const char *was = request_query(&p->req, "was");
	int64_t before;

	if (!budget_number(was, &before))
		return;
	html_put(&p->body, "<div class=\"note good\" role=\"status\">%s",
	    TXT(p, OP_LIMIT_SAVED));
	if (before != a->month_max) {
		begin_form(p, a, "undo");
		html_put(&p->body,
		    "<input type=\"hidden\" name=\"limit\" value=\"%lld\">"
		    "<button class=\"quiet\">%s %lld</button></form>",
		    (long long)before, TXT(p, OP_BACK_TO), (long long)before);
	}
	buf_str(&p->body, "</div>\n");
}

static void
show(struct page *p, const struct operator_account *a, const char *limit,
    enum text_id why)
{
	page_begin(p, a->login);
	html_put(&p->body,
	    "<p class=\"back\"><a href=\"/operator/accounts\">%s</a></p>\n",
	    TXT(p, OP_ACCOUNTS));
	put_saved(p, a);
	put_facts(p, a);
	begin_form(p, a, "card");
	form_field(
	    p, &(struct form_field){ "limit", "text", "off", limit, T_MONTH_MAX,
		   T_OP_LIMIT_HINT, why, false, "inputmode=\"numeric\"" });
	html_put(&p->body, "<button>%s</button></form>\n", TXT(p, SAVE));
	page_end(p);
}

static void
change(struct page *p, const struct operator_account *a)
{
	const char *text = request_form(&p->req, "limit");
	uint8_t hash[SEAL_DIGEST_LEN];
	int64_t limit, was = 0;
	char path[96];

	if (!budget_number(text, &limit)) {
		p->status = 400;
		show(p, a, text, T_E_LIMIT_NUMBER);
		return;
	}
	seal_digest(p->token, sizeof p->token, hash);
	if (!page_ok(p,
		operator_limit(p->operator_db, hash, a->account, limit, &was)))
		return;
	snprintf(path, sizeof path, "/operator/account?id=%lld&was=%lld",
	    (long long)a->account, (long long)was);
	page_redirect(p, path);
}

void
page_operator_account(struct page *p)
{
	const char *id = p->req.post ? request_form(&p->req, "id")
				     : request_query(&p->req, "id");
	struct operator_account a;
	char limit[24];

	if (!page_ok(
		p, operator_account(p->operator_db, strtoll(id, NULL, 10), &a)))
		return;
	snprintf(limit, sizeof limit, "%lld", (long long)a.month_max);
	if (p->req.post)
		change(p, &a);
	else
		show(p, &a, limit, T_NONE);
}
