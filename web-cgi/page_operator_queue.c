/*
 * SMS to phones that are not done: waiting, held, failed.
 */
#include <stdlib.h>
#include <string.h>

#include "browse.h"
#include "budget.h"
#include "log.h"
#include "operator_change.h"

static const struct {
	const char *state;
	enum text_id text;
	const char *class;
} states[] = {
	{ "failed", T_OP_S_FAILED, "bad" },
	{ "held", T_OP_S_HELD, "wait" },
	{ "queued", T_OP_S_QUEUED, "" },
	{ "sending", T_OP_S_SENDING, "" },
	{ "unknown", T_OP_S_UNKNOWN, "wait" },
};
#define STATES (sizeof states / sizeof states[0])

static size_t
state_of(const char *name)
{
	for (size_t i = 0; i < STATES; i++)
		if (strcmp(states[i].state, name) == 0)
			return i;
	return STATES;
}

/* ---- the ways to each state ---- */

static void
put_view(
    struct page *p, const char *state, const char *text, int64_t n, bool here)
{
	html_put(&p->body, "<a href=\"/operator/queue%s%s\"",
	    state[0] != '\0' ? "?state=" : "", state);
	buf_str(&p->body, here ? " aria-current=\"page\">" : ">");
	html_put(&p->body, "%s <b>%lld</b></a>", text, (long long)n);
}

static int64_t
put_views(struct page *p, const struct operator_totals *t, size_t chosen)
{
	const int64_t counts[STATES] = { t->failed, t->held, t->queued,
		t->sending, t->unknown };
	int64_t all = 0;

	for (size_t i = 0; i < STATES; i++)
		all += counts[i];
	html_put(&p->body, "<nav class=\"views\" aria-label=\"%s\">",
	    TXT(p, OP_STATES));
	put_view(p, "", TXT(p, OP_ALL), all, chosen == STATES);
	for (size_t i = 0; i < STATES; i++)
		put_view(p, states[i].state,
		    text_get(p->language, states[i].text), counts[i],
		    chosen == i);
	buf_str(&p->body, "</nav>\n");
	return chosen == STATES ? all : counts[chosen];
}

/* ---- the list ---- */

/* What may be done about one that failed; to drop it is said twice. */
static void
put_form(struct page *p, const struct operator_queued *q, bool again)
{
	html_put(&p->body, "<form method=\"post\" "
			   "action=\"/operator/queue\">");
	page_csrf(p);
	html_put(&p->body,
	    "<input type=\"hidden\" name=\"id\" value=\"%lld\">"
	    "<button name=\"do\" value=\"%s\" class=\"%s\">%s</button></form>",
	    (long long)q->outbox, again ? "again" : "drop",
	    again ? "quiet" : "danger",
	    again ? TXT(p, OP_AGAIN) : TXT(p, OP_DROP_SURE));
}

static void
put_failed(struct page *p, const struct operator_queued *q)
{
	buf_str(&p->body, "<div class=\"failed\">");
	if (!q->plain && !q->late)
		put_form(p, q, true);
	html_put(&p->body,
	    "<details><summary>%s</summary><p class=\"hint\">%s</p>",
	    TXT(p, OP_DROP), TXT(p, OP_DROP_TEXT));
	put_form(p, q, false);
	buf_str(&p->body, "</details></div>");
}

static void
put_row(struct page *p, const struct operator_queued *q)
{
	size_t state = state_of(q->state);
	char number[LOG_NUMBER_MAX];

	html_put(&p->body,
	    "<li data-outbox=\"%lld\" data-state=\"%s\"><div class=\"row\">"
	    "<span class=\"main\"><b>%s</b><small>%lld · %s · "
	    "<a href=\"/operator/account?id=%lld\">%s %lld</a></small>"
	    "<small>%d %s · %s ",
	    (long long)q->outbox, q->state,
	    text_get(p->language, budget_purpose(q->purpose)),
	    (long long)q->outbox, log_number(q->number, number),
	    (long long)q->account, TXT(p, ACCOUNT), (long long)q->account,
	    q->attempts, TXT(p, OP_TRIES), TXT(p, OP_DUE));
	page_moment(p, q->due_ms);
	html_put(&p->body,
	    "</small></span><span class=\"side\"><span class=\"state %s\">%s"
	    "</span></span></div>",
	    state < STATES ? states[state].class : "",
	    state < STATES ? text_get(p->language, states[state].text) : "");
	if (strcmp(q->state, "failed") == 0)
		put_failed(p, q);
	buf_str(&p->body, "</li>\n");
}

static void
put_done(struct page *p)
{
	const char *done = request_query(&p->req, "done");

	if (strcmp(done, "again") == 0)
		page_note(p, "good", TXT(p, OP_AGAIN_DONE));
	else if (strcmp(done, "drop") == 0)
		page_note(p, "good", TXT(p, OP_DROP_DONE));
	else if (strcmp(done, "late") == 0)
		page_note(p, "bad", TXT(p, OP_FAILED_LATE));
}

static void
show(struct page *p)
{
	size_t chosen = state_of(request_query(&p->req, "state"));
	const struct operator_part part = { browse_page(p) * BROWSE_PAGE,
		BROWSE_PAGE };
	const char *state = chosen < STATES ? states[chosen].state : "";
	struct operator_queued *list = NULL;
	struct operator_totals t;
	struct buf more = { 0 };
	int64_t total;
	size_t n = 0;

	if (!page_ok(p, operator_totals(p->operator_db, &t)) ||
	    !page_ok(
		p, operator_queue(p->operator_db, state, &part, &list, &n)))
		return;
	page_begin(p, TXT(p, OP_QUEUE));
	put_done(p);
	total = put_views(p, &t, chosen);
	if (n == 0)
		html_put(&p->body,
		    "<div class=\"card empty\"><h2>%s</h2></div>\n",
		    TXT(p, OP_QUEUE_NONE));
	else
		buf_str(&p->body, "<ul class=\"list\" id=\"queue\">");
	for (size_t i = 0; i < n; i++)
		put_row(p, &list[i]);
	if (n > 0)
		buf_str(&p->body, "</ul>\n");
	buf_printf(&more, "state=%s", state);
	browse_pager(p, "/operator/queue", more.failed ? "" : more.p, total);
	page_end(p);
	buf_clear(&more);
	free(list);
}

void
page_operator_queue(struct page *p)
{
	bool again = strcmp(request_form(&p->req, "do"), "again") == 0;
	uint8_t hash[SEAL_DIGEST_LEN];
	enum db_err err;

	if (!p->req.post) {
		show(p);
		return;
	}
	seal_digest(p->token, sizeof p->token, hash);
	err = operator_failed(p->operator_db, hash,
	    strtoll(request_form(&p->req, "id"), NULL, 10), again);
	if (err == DB_NONE)
		page_redirect(p, "/operator/queue?done=late");
	else if (page_ok(p, err))
		page_redirect(p, again ? "/operator/queue?done=again"
				       : "/operator/queue?done=drop");
}
