#include "trusted.h"

#include <string.h>

#include "form.h"

#define NUMBER_MAX 24

static void
begin_form(struct page *p, const char *id)
{
	html_put(&p->body,
	    "<form method=\"post\" action=\"/notices\" id=\"%s\">", id);
	page_csrf(p);
	buf_str(
	    &p->body, "<input type=\"hidden\" name=\"what\" value=\"number\">");
}

static void
put_button(
    struct page *p, const char *value, const char *class, enum text_id text)
{
	html_put(&p->body,
	    "<button class=\"%s\" name=\"do\" value=\"%s\">%s</button>", class,
	    value, text_get(p->language, text));
}

/* Which number waits, and for what. */
static void
put_state(struct page *p, const char *state, enum text_id text,
    const struct pages_trusted *t)
{
	html_put(&p->body,
	    "<p id=\"trusted-state\" data-state=\"%s\"><span class=\"state "
	    "%s\">%s</span> <b>%s</b>",
	    state, strcmp(state, "waits") == 0 ? "wait" : "bad",
	    text_get(p->language, text), t->waiting);
	if (strcmp(state, "waits") == 0) {
		html_put(&p->body, "<br><span class=\"hint\">%s ",
		    TXT(p, TRUSTED_UNTIL));
		page_moment(p, t->until_ms);
		buf_str(&p->body, "</span>");
	}
	if (t->number[0] != '\0')
		html_put(&p->body, "<br><span class=\"hint\">%s</span>",
		    TXT(p, TRUSTED_KEPT));
	buf_str(&p->body, "</p>\n");
}

/* Is there a code that could be typed? */
static bool
put_wait(struct page *p, const struct pages_trusted *t)
{
	if (t->until_ms == 0)
		put_state(p, "unasked", T_TRUSTED_ASK, t);
	else if (t->limited)
		put_state(p, "limited", T_TRUSTED_LIMITED, t);
	else if (t->expired)
		put_state(p, "expired", T_TRUSTED_EXPIRED, t);
	else if (t->tried)
		put_state(p, "tried", T_TRUSTED_TRIED, t);
	else {
		put_state(p, "waits", T_TRUSTED_WAITS, t);
		return true;
	}
	return false;
}

static void
put_waiting(struct page *p, const struct pages_trusted *t, enum text_id wrong)
{
	if (put_wait(p, t)) {
		begin_form(p, "sms-confirm");
		form_field(
		    p, &(struct form_field){ "sms-code", "text",
			   "one-time-code", NULL, T_TRUSTED_CODE, T_NONE, wrong,
			   false, "inputmode=\"numeric\" maxlength=\"6\"" });
		put_button(p, "confirm", "", T_MAIL_CONFIRM);
		buf_str(&p->body, "</form>\n");
	} else if (wrong != T_NONE) {
		html_put(&p->body, "<p class=\"wrong\" id=\"sms-wrong\">%s</p>",
		    text_get(p->language, wrong));
	}
	begin_form(p, "sms-again");
	buf_str(&p->body, "<div class=\"actions ask\">");
	put_button(p, "again", "quiet", T_TRUSTED_AGAIN);
	put_button(p, "forget", "quiet", T_TRUSTED_FORGET);
	buf_str(&p->body, "</div></form>\n");
}

static void
put_confirmed(struct page *p, const struct pages_trusted *t)
{
	html_put(&p->body,
	    "<p id=\"trusted-confirmed\"><span class=\"state good\">%s</span> "
	    "<b>%s</b></p>",
	    TXT(p, TRUSTED_GETS), t->number);
	begin_form(p, "sms-remove");
	put_button(p, "remove", "quiet", T_TRUSTED_REMOVE);
	buf_str(&p->body, "</form>\n");
}

void
trusted_put(struct page *p, const struct pages_trusted *t, enum text_id number,
    enum text_id code)
{
	const char *typed = request_form(&p->req, "trusted");
	bool first = t->number[0] == '\0' && t->waiting[0] == '\0';

	html_put(&p->body,
	    "<section class=\"card narrow\" id=\"by-sms\"><h2>%s</h2>",
	    TXT(p, TRUSTED));
	if (t->number[0] != '\0')
		put_confirmed(p, t);
	if (t->waiting[0] != '\0')
		put_waiting(p, t, code);
	begin_form(p, "number");
	form_field(p, &(struct form_field){ "trusted", "tel", "off",
			  number != T_NONE ? typed : "",
			  first ? T_TRUSTED_NUMBER : T_TRUSTED_ANOTHER,
			  T_TRUSTED_HINT, number, false, NULL });
	put_button(p, "send", first ? "" : "quiet", T_MAIL_SEND);
	html_put(&p->body, "<p class=\"hint\">%s</p></form></section>\n",
	    TXT(p, TRUSTED_COST));
}

/* ---- what is sent ---- */

/* A number as it is typed, without what stands between its digits. */
static bool
read_number(const char *typed, char number[static NUMBER_MAX])
{
	size_t n = 0;

	for (; *typed != '\0' && n < NUMBER_MAX - 1; typed++)
		if (strchr(" -()", *typed) == NULL)
			number[n++] = *typed;
	number[n] = '\0';
	return number[0] == '+' && n >= 8 && n <= 16 &&
	       strspn(number + 1, "0123456789") == n - 1;
}

/* What is wrong, if it has not answered. */
static enum text_id
send_code(struct page *p, const char *number)
{
	char code[8];
	enum db_err err;

	form_code(code);
	err = pages_trusted_ask(p->db, p->who.account, number, code);
	if (err == DB_NONE)
		return T_E_TRUSTED_OFTEN;
	if (err == DB_REFUSED)
		return T_E_TRUSTED_PHONE;
	if (page_ok(p, err))
		page_redirect(p, "/notices");
	return T_NONE;
}

static enum text_id
again(struct page *p)
{
	struct pages_trusted t;

	if (!page_ok(p, pages_trusted(p->db, p->who.account, &t)))
		return T_NONE;
	if (t.waiting[0] != '\0')
		return send_code(p, t.waiting);
	page_redirect(p, "/notices");
	return T_NONE;
}

static void
changed(struct page *p, enum db_err err, const char *event)
{
	if (!page_ok(p, err))
		return;
	if (event != NULL)
		pages_event_put(p->db, p->who.account, 0, event, "");
	page_redirect(p, "/notices?saved=1");
}

static enum text_id
confirm(struct page *p)
{
	enum db_err err = pages_trusted_confirm(
	    p->db, p->who.account, request_form(&p->req, "sms-code"));

	if (err == DB_NONE)
		return T_E_TRUSTED_CODE;
	changed(p, err, "trusted-changed");
	return T_NONE;
}

bool
trusted_take(struct page *p, enum text_id *number, enum text_id *code)
{
	const char *what = request_form(&p->req, "do");
	char typed[NUMBER_MAX];

	if (strcmp(what, "confirm") == 0)
		*code = confirm(p);
	else if (strcmp(what, "again") == 0)
		*code = again(p);
	else if (strcmp(what, "forget") == 0)
		changed(p, pages_trusted_forget(p->db, p->who.account), NULL);
	else if (strcmp(what, "remove") == 0)
		changed(p, pages_trusted_remove(p->db, p->who.account),
		    "trusted-changed");
	else if (read_number(request_form(&p->req, "trusted"), typed))
		*number = send_code(p, typed);
	else
		*number = T_E_TRUSTED;
	return *number == T_NONE && *code == T_NONE;
}
