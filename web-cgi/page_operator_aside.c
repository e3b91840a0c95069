/*
 * What was set aside in the database, and what operators have done.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "browse.h"
#include "operator_change.h"

/* ---- transfers that could not be stored ---- */

/* All zeros: of all. */
static void
put_again(struct page *p, const struct operator_aside *a, enum text_id text)
{
	buf_str(
	    &p->body, "<form method=\"post\" action=\"/operator/quarantine\">");
	page_csrf(p);
	html_put(&p->body,
	    "<input type=\"hidden\" name=\"account\" value=\"%lld\">"
	    "<input type=\"hidden\" name=\"phone\" value=\"%lld\">"
	    "<input type=\"hidden\" name=\"transfer\" value=\"%lld\">"
	    "<button class=\"quiet\">%s</button></form>",
	    (long long)a->account, (long long)a->phone, (long long)a->transfer,
	    text_get(p->language, text));
}

static void
put_row(struct page *p, const struct operator_aside *a)
{
	html_put(&p->body,
	    "<li data-transfer=\"%lld\"><div class=\"row\"><span "
	    "class=\"main\"><b>%s</b><small>%s %lld · %s %lld · %lld SMS</small>"
	    "<small>",
	    (long long)a->transfer, a->login, TXT(p, OP_PHONE_N),
	    (long long)a->phone, TXT(p, OP_TRANSFER_N), (long long)a->transfer,
	    (long long)a->sms);
	page_moment(p, a->last_ms);
	buf_str(&p->body, "</small></span>");
	put_again(p, a, T_OP_TRY);
	buf_str(&p->body, "</div></li>\n");
}

static void
put_list(struct page *p, const struct operator_aside *list, size_t n)
{
	const struct operator_aside all = { 0 };

	if (n == 0) {
		html_put(&p->body,
		    "<div class=\"card empty\"><h2>%s</h2></div>\n",
		    TXT(p, OP_NO_ASIDE));
		return;
	}
	buf_str(&p->body, "<div class=\"actions\">");
	put_again(p, &all, T_OP_TRY_ALL);
	buf_str(&p->body, "</div>\n<ul class=\"list\" id=\"aside\">");
	for (size_t i = 0; i < n; i++)
		put_row(p, &list[i]);
	buf_str(&p->body, "</ul>\n");
}

static void
show(struct page *p)
{
	const struct operator_part part = { browse_page(p) * BROWSE_PAGE,
		BROWSE_PAGE };
	const char *again = request_query(&p->req, "again");
	struct operator_aside *list = NULL;
	struct operator_totals t;
	size_t n = 0;

	if (!page_ok(p, operator_totals(p->operator_db, &t)) ||
	    !page_ok(p, operator_aside(p->operator_db, &part, &list, &n)))
		return;
	page_begin(p, TXT(p, OP_QUARANTINE));
	html_put(
	    &p->body, "<p class=\"lead\">%s</p>\n", TXT(p, OP_QUARANTINE_TEXT));
	if (strcmp(again, "0") == 0)
		page_note(p, "bad", TXT(p, OP_TRY_LATE));
	else if (again[0] != '\0')
		page_note(p, "good", TXT(p, OP_TRY_DONE));
	put_list(p, list, n);
	browse_pager(p, "/operator/quarantine", "", t.aside_transfers);
	html_put(&p->body,
	    "<section class=\"card narrow\"><h2>%s</h2><p>%s</p>"
	    "<p><code class=\"mono\">smsctl quarantine</code></p></section>\n",
	    TXT(p, OP_SPOOL), TXT(p, OP_SPOOL_ASIDE));
	page_end(p);
	free(list);
}

void
page_operator_quarantine(struct page *p)
{
	struct operator_aside one = { 0 };
	uint8_t hash[SEAL_DIGEST_LEN];
	int64_t n = 0;

	if (!p->req.post) {
		show(p);
		return;
	}
	one.account = strtoll(request_form(&p->req, "account"), NULL, 10);
	one.phone = strtoll(request_form(&p->req, "phone"), NULL, 10);
	one.transfer = strtoll(request_form(&p->req, "transfer"), NULL, 10);
	seal_digest(p->token, sizeof p->token, hash);
	if (page_ok(p, operator_again(p->operator_db, hash, &one, &n)))
		page_redirect(p, n > 0 ? "/operator/quarantine?again=1"
				       : "/operator/quarantine?again=0");
}

/* ---- the log ---- */

static const struct {
	const char *what;
	enum text_id text;
} words[] = {
	{ "signed-in", T_EV_SIGN_IN },
	{ "operator-added", T_OP_L_ADDED },
	{ "operator-password", T_OP_L_PASSWORD },
	{ "operator-removed", T_OP_L_REMOVED },
	{ "modem-forgotten", T_OP_L_FORGOTTEN },
	{ "limit", T_OP_L_LIMIT },
	{ "sms-again", T_OP_L_AGAIN },
	{ "sms-dropped", T_OP_L_DROPPED },
	{ "reopened", T_OP_L_REOPENED },
	{ "restored", T_OP_L_RESTORED },
};

static const char *
words_of(struct page *p, const char *what)
{
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strcmp(words[i].what, what) == 0)
			return text_get(p->language, words[i].text);
	return what;
}

static void
put_entry(struct page *p, const struct operator_entry *e)
{
	html_put(&p->body,
	    "<li data-entry=\"%s\"><span class=\"row\"><span class=\"main\">"
	    "<b>%s</b><small>%s%s%s</small></span><span class=\"side\"><small>"
	    "%s</small><small>",
	    e->what, words_of(p, e->what), e->subject,
	    e->subject[0] != '\0' && e->detail[0] != '\0' ? " · " : "",
	    e->detail, e->who);
	page_moment(p, e->at_ms);
	buf_str(&p->body, "</small></span></span></li>\n");
}

void
page_operator_log(struct page *p)
{
	const struct operator_part part = { browse_page(p) * BROWSE_PAGE,
		BROWSE_PAGE };
	struct operator_entry *list = NULL;
	int64_t total = 0;
	size_t n = 0;

	if (!page_ok(p, operator_log(p->operator_db, &part, &list, &n, &total)))
		return;
	page_begin(p, TXT(p, OP_LOG));
	html_put(&p->body, "<p class=\"lead\">%s</p>\n", TXT(p, OP_LOG_TEXT));
	buf_str(&p->body, "<ul class=\"list\" id=\"log\">");
	for (size_t i = 0; i < n; i++)
		put_entry(p, &list[i]);
	buf_str(&p->body, "</ul>\n");
	browse_pager(p, "/operator/log", "", total);
	page_end(p);
	free(list);
}
