/*
 * One restore: how far it is, what may be done to it, and its receipt.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "browse.h"
#include "restore_page.h"

static const struct {
	const char *state;
	enum text_id text;
	const char *class;
} states[] = {
	{ "running", T_RS_RUNNING, "" },
	{ "paused", T_RS_PAUSED, "wait" },
	{ "ending", T_RS_ENDING, "" },
	{ "done", T_RS_DONE, "good" },
	{ "cancelled", T_RS_CANCELLED, "wait" },
	{ "failed", T_RS_FAILED, "wait" },
};

void
restore_put_state(struct page *p, const struct pages_restore *r)
{
	for (size_t i = 0; i < sizeof states / sizeof states[0]; i++)
		if (strcmp(states[i].state, r->state) == 0)
			html_put(&p->body,
			    "<span class=\"state %s\" data-state=\"%s\">%s"
			    "</span>",
			    states[i].class, r->state,
			    text_get(p->language, states[i].text));
}

static void
put_receipt(struct page *p, const struct pages_restore *r)
{
	bool all = r->applied + r->present == r->records;
	bool same = r->mark == r->receipt_mark;

	html_put(&p->body,
	    "<h2>%s</h2><dl id=\"receipt\"><dt>%s</dt><dd>%lld</dd><dt>%s</dt>"
	    "<dd>%lld</dd><dt>%s</dt><dd>%lld</dd></dl><p class=\"note %s\" "
	    "id=\"verdict\">%s</p>",
	    TXT(p, RECEIPT), TXT(p, R_NEW), (long long)r->applied,
	    TXT(p, R_PRESENT), (long long)r->present, TXT(p, R_FAILED),
	    (long long)r->failed, all && same ? "good" : "wait",
	    all && same     ? TXT(p, R_ALL)
	    : r->failed > 0 ? TXT(p, R_SOME)
			    : TXT(p, R_DIFFERS));
}

static void
put_act(struct page *p, int64_t id, const char *state, enum text_id text,
    const char *class)
{
	buf_str(&p->body, "<form method=\"post\" action=\"/restore/state\">");
	page_csrf(p);
	html_put(&p->body,
	    "<input type=\"hidden\" name=\"id\" value=\"%lld\"><button "
	    "class=\"%s\" name=\"state\" value=\"%s\">%s</button></form>",
	    (long long)id, class, state, text_get(p->language, text));
}

static void
put_acts(struct page *p, const struct pages_restore *r)
{
	bool running = strcmp(r->state, "running") == 0;
	bool paused = strcmp(r->state, "paused") == 0;
	bool ending = strcmp(r->state, "ending") == 0;

	if (!running && !paused && !ending)
		return;
	buf_str(&p->body, "<div class=\"actions ask\">");
	if (running)
		put_act(p, r->id, "paused", T_PAUSE, "quiet");
	if (paused)
		put_act(
		    p, r->id, "running", r->sent == 0 ? T_START : T_RESUME, "");
	put_act(p, r->id, "cancelled", T_CANCEL_RESTORE, "danger");
	buf_str(&p->body, "</div>");
}

static void
put_progress(struct page *p, const struct pages_restore *r)
{
	/* What was cancelled has nothing left to send, and has not arrived. */
	bool cut = strcmp(r->state, "cancelled") == 0 ||
		   strcmp(r->state, "failed") == 0;
	int64_t all = r->records + (cut ? 0 : r->pieces);
	int64_t done = cut ? r->arrived : all - r->items_left;

	html_put(&p->body,
	    "<label for=\"progress\">%s</label><progress id=\"progress\" "
	    "max=\"%lld\" value=\"%lld\">%lld / %lld</progress>"
	    "<dl><dt>%s</dt><dd>%s</dd><dt>%s</dt><dd>%lld %s %lld</dd>"
	    "<dt>%s</dt><dd>%lld (%s %lld)</dd><dt>%s</dt><dd>",
	    TXT(p, ARRIVED), (long long)(all > 0 ? all : 1), (long long)done,
	    (long long)done, (long long)all, TXT(p, KIND), r->label,
	    TXT(p, ARRIVED), (long long)done, TXT(p, OF), (long long)all,
	    TXT(p, SMS_SENT), (long long)r->sent, TXT(p, ABOUT),
	    (long long)r->estimate, TXT(p, STARTED));
	page_ago(p, r->created_ms);
	html_put(&p->body, "</dd><dt>%s</dt><dd>", TXT(p, LAST_CHANGE));
	page_ago(p, r->done_ms != 0 ? r->done_ms : r->changed_ms);
	buf_str(&p->body, "</dd></dl>");
}

void
page_restore_show(struct page *p)
{
	struct pages_restore *r = NULL;
	int64_t id = request_number(&p->req, "id");
	size_t n = 0;
	char title[2 * PAGES_NAME_MAX + 8];
	enum db_err err =
	    id == 0 ? DB_NONE
		    : pages_restores(p->db, p->who.account, id, &r, &n);

	if (!page_ok(p, err == DB_OK && n != 1 ? DB_NONE : err)) {
		free(r);
		return;
	}
	snprintf(title, sizeof title, "%s → %s",
	    r->from != 0 ? r->from_name : TXT(p, FROM_PAGE), r->phone_name);
	page_begin(p, title);
	html_put(&p->body,
	    "<div id=\"live\" class=\"card narrow\" data-restore=\"%lld\"><p>",
	    (long long)r->id);
	restore_put_state(p, r);
	buf_str(&p->body, "</p>");
	put_progress(p, r);
	if (r->has_receipt)
		put_receipt(p, r);
	put_acts(p, r);
	html_put(&p->body,
	    "</div>\n<p><a href=\"/restore/show?id=%lld\">%s</a> · <a "
	    "href=\"/restore\">← %s</a></p>\n",
	    (long long)r->id, TXT(p, REFRESH), TXT(p, RESTORE));
	page_end(p);
	free(r);
}

void
page_restore_act(struct page *p)
{
	int64_t id = request_number(&p->req, "id");
	const char *state = request_form(&p->req, "state");
	enum db_err err = pages_restore_state(p->db, p->who.account, id, state);
	char path[64];

	/* Where it was too late, the page says how it is now. */
	if (err != DB_NONE && !page_ok(p, err))
		return;
	snprintf(path, sizeof path, "/restore/show?id=%lld", (long long)id);
	page_redirect(p, path);
}
