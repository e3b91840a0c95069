/*
 * What has happened, in words.
 */
#include "browse.h"
#include "pages_settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const struct {
	const char *kind;
	enum text_id text;
	bool bad;
} event_texts[] = {
	{ "phone-bound", T_EV_PHONE_BOUND, false },
	{ "phone-moved", T_EV_PHONE_MOVED, true },
	{ "phone-bound-again", T_EV_BOUND_AGAIN, true },
	{ "phone-unbound", T_EV_UNBOUND, false },
	{ "binding-answer-wrong", T_EV_ANSWER_WRONG, true },
	{ "policy-in-force", T_EV_POLICY, false },
	{ "lock-refused", T_EV_LOCK, false },
	{ "upload-unreadable", T_EV_UNREADABLE, true },
	{ "key-suspect", T_EV_SUSPECT, true },
	{ "budget-reached", T_EV_BUDGET, true },
	{ "signed-in", T_EV_SIGN_IN, false },
	{ "password-changed", T_EV_PASSWORD, false },
	{ "exported", T_EV_EXPORTED, true },
	{ "recovery-changed", T_EV_RECOVERY, false },
	{ "account-leaving", T_EV_DELETE, true },
	{ "account-kept", T_EV_KEEP, false },
	{ "mail-confirmed", T_EV_MAIL, false },
	{ "trusted-changed", T_EV_TRUSTED, false },
	{ "wipe-ordered", T_EVI_WIPE_ORDERED, true },
	{ "codes-made", T_EVI_CODES_MADE, false },
	{ "codes-revoked", T_EVI_CODES_REVOKED, false },
};

static void
put_event(struct page *p, const struct pages_event *e)
{
	const char *text = e->kind;
	bool bad = false;

	for (size_t i = 0; i < sizeof event_texts / sizeof event_texts[0]; i++)
		if (strcmp(event_texts[i].kind, e->kind) == 0) {
			text = text_get(p->language, event_texts[i].text);
			bad = event_texts[i].bad;
		}
	html_put(&p->body,
	    "<li><span class=\"row\"><span class=\"dot %s\" "
	    "aria-hidden=\"true\"></span><span class=\"main\"><b>%s</b>"
	    "<small>%s</small></span><span class=\"side\"><small>",
	    bad ? "bad" : "good", text, e->phone_name);
	page_ago(p, e->at_ms);
	buf_str(&p->body, "</small></span></span></li>\n");
}

void
page_events(struct page *p)
{
	struct pages_event *list = NULL;
	size_t n = 0;

	if (!page_ok(p, pages_events(p->db, p->who.account, 200, &list, &n)))
		return;
	page_begin(p, TXT(p, EVENTS));
	if (n == 0)
		html_put(&p->body,
		    "<div class=\"card empty\"><h2>%s</h2></div>\n",
		    TXT(p, NO_EVENTS));
	else
		buf_str(&p->body, "<ul class=\"list\" id=\"events\">");
	for (size_t i = 0; i < n; i++)
		put_event(p, &list[i]);
	if (n > 0)
		buf_str(&p->body, "</ul>\n");
	page_end(p);
	free(list);
	if (p->who.unread > 0)
		pages_events_seen(p->db, p->who.account);
}
