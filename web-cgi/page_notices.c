/*
 * Where notices go, and of what.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "form.h"
#include "pages_settings.h"
#include "trusted.h"

/* The events one can be told of, and how by default; as in smsd. */
static const struct {
	const char *kinds[4];
	enum text_id text;
	bool mail, sms;
} topics[] = {
	{ { "sim-changed" }, T_NK_SIM, true, true },
	{ { "number-changed" }, T_NK_NUMBER, true, true },
	{ { "phone-moved" }, T_NK_MOVED, true, true },
	{ { "binding-answer-wrong", "binding-refused-lost",
	      "binding-refused-held" },
	    T_NK_ANSWER, true, false },
	{ { "phone-bound" }, T_NK_BOUND, true, false },
	{ { "lost-on", "lost-off" }, T_NK_LOST, true, false },
	{ { "wipe-prepared", "wipe-begun" }, T_NK_WIPE, true, false },
	{ { "key-suspect" }, T_NK_SUSPECT, true, false },
	{ { "sign-in-new" }, T_NK_SIGN_IN, true, false },
	{ { "phone-silent" }, T_NK_SILENT, true, false },
	{ { "incomplete", "backup-damaged" }, T_NK_INCOMPLETE, true, false },
	{ { "budget-reached" }, T_NK_BUDGET, true, false },
	{ { "restore-done", "restore-failed" }, T_NK_RESTORE, true, false },
	{ { "code-used", "code-burnt" }, T_NK_CODE, true, false },
};
#define TOPICS (sizeof topics / sizeof topics[0])

/* ---- the page ---- */

static void
put_button(struct page *p, const char *name, const char *value,
    const char *class, enum text_id text)
{
	html_put(&p->body,
	    "<button class=\"%s\" name=\"%s\" value=\"%s\">%s</button>", class,
	    name, value, text_get(p->language, text));
}

static void
begin_form(struct page *p, const char *id)
{
	html_put(&p->body,
	    "<form method=\"post\" action=\"/notices\" class=\"card\" "
	    "id=\"%s\">",
	    id);
	page_csrf(p);
	html_put(
	    &p->body, "<input type=\"hidden\" name=\"what\" value=\"%s\">", id);
}

static void
put_mail(struct page *p, const struct pages_settings *s, enum text_id wrong,
    enum text_id code_wrong)
{
	const char *typed = request_form(&p->req, "mail");

	if (s->mail_new[0] != '\0') {
		begin_form(p, "confirm");
		html_put(&p->body, "<p>%s <strong>%s</strong></p>",
		    TXT(p, MAIL_WAITS), s->mail_new);
		form_field(
		    p, &(struct form_field){ "code", "text", "one-time-code",
			   NULL, T_MAIL_CODE, T_NONE, code_wrong, false,
			   "inputmode=\"numeric\" maxlength=\"6\"" });
		html_put(&p->body, "<button>%s</button></form>\n",
		    TXT(p, MAIL_CONFIRM));
	}
	begin_form(p, "address");
	form_field(p, &(struct form_field){ "mail", "email", "email",
			  *typed != '\0' ? typed : s->mail, T_MAIL_ADDRESS,
			  T_NONE, wrong, true, NULL });
	if (s->mail_confirmed)
		html_put(&p->body,
		    "<p><span class=\"state good\" id=\"confirmed\">%s</span>"
		    "</p>",
		    TXT(p, MAIL_CONFIRMED));
	buf_str(&p->body, "<div class=\"actions ask\">");
	put_button(p, "do", "send", "", T_MAIL_SEND);
	if (s->mail[0] != '\0')
		put_button(p, "do", "remove", "quiet", T_MAIL_REMOVE);
	buf_str(&p->body, "</div></form>\n");
}

/* What is in force for a topic: as chosen, or by default. */
static struct pages_choice
choice_of(size_t t, const struct pages_choice *list, size_t n)
{
	struct pages_choice c = { .mail = topics[t].mail,
		.sms = topics[t].sms };

	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i].kind, topics[t].kinds[0]) == 0)
			c = list[i];
	return c;
}

static void
put_tick(struct page *p, const char *how, size_t t, bool on, enum text_id text)
{
	html_put(&p->body,
	    "<td><label class=\"check\"><input type=\"checkbox\" "
	    "name=\"%s-%s\" value=\"1\"%s> %s<span class=\"only-heard\">: %s"
	    "</span></label></td>",
	    how, topics[t].kinds[0], on ? " checked" : "",
	    text_get(p->language, text), text_get(p->language, topics[t].text));
}

static void
put_topics(struct page *p, const struct pages_choice *list, size_t n)
{
	html_put(&p->body,
	    "<form method=\"post\" action=\"/notices\" class=\"card narrow\" "
	    "id=\"topics\"><h2>%s</h2><p class=\"hint\">%s</p>",
	    TXT(p, WHAT_TELLS), TXT(p, NO_MAIL_HINT));
	page_csrf(p);
	buf_str(&p->body,
	    "<input type=\"hidden\" name=\"what\" value=\"topics\"><table>"
	    "<tbody>");
	for (size_t t = 0; t < TOPICS; t++) {
		struct pages_choice c = choice_of(t, list, n);

		html_put(&p->body, "<tr><th scope=\"row\">%s</th>",
		    text_get(p->language, topics[t].text));
		put_tick(p, "mail", t, c.mail, T_BY_MAIL);
		put_tick(p, "sms", t, c.sms, T_BY_SMS);
		buf_str(&p->body, "</tr>");
	}
	html_put(&p->body, "</tbody></table><button>%s</button></form>\n",
	    TXT(p, SAVE));
}

/* What is wrong with which field; T_NONE: nothing. */
struct wrong {
	enum text_id mail, mail_code, number, sms_code;
};

static void
show(struct page *p, const struct wrong *w)
{
	struct pages_choice *list = NULL;
	struct pages_settings s;
	struct pages_trusted t;
	size_t n = 0;

	if (!page_ok(p, pages_settings(p->db, p->who.account, &s)) ||
	    !page_ok(p, pages_trusted(p->db, p->who.account, &t)) ||
	    !page_ok(p, pages_choices(p->db, p->who.account, &list, &n)))
		return;
	if (w->mail != T_NONE || w->mail_code != T_NONE ||
	    w->number != T_NONE || w->sms_code != T_NONE)
		p->status = 400;
	page_begin(p, TXT(p, NOTICES));
	html_put(&p->body, "<p class=\"lead\">%s</p>\n", TXT(p, NOTICES_TEXT));
	if (request_query(&p->req, "saved")[0] != '\0')
		page_note(p, "good", TXT(p, SAVED_PLAIN));
	put_mail(p, &s, w->mail, w->mail_code);
	trusted_put(p, &t, w->number, w->sms_code);
	put_topics(p, list, n);
	page_end(p);
	free(list);
}

/* ---- what is sent ---- */

/* One @, a dot behind it, and nothing that could begin a header. */
static bool
mail_is_fine(const char *mail)
{
	const char *at = strchr(mail, '@');
	size_t len = strlen(mail);

	if (len < 5 || len >= PAGES_MAIL_MAX || at == NULL || at == mail ||
	    strchr(at + 1, '@') != NULL || strchr(at, '.') == NULL ||
	    at[1] == '.' || mail[len - 1] == '.')
		return false;
	for (; *mail != '\0'; mail++)
		if (!isgraph((unsigned char)*mail) ||
		    strchr("<>()[]\\,;:\"", *mail) != NULL)
			return false;
	return true;
}

static void
send_code(struct page *p, const char *mail)
{
	enum db_err err;
	char code[8];

	form_code(code);
	err = pages_mail_ask(p->db, p->who.account, mail, code);
	if (err == DB_NONE)
		show(p, &(struct wrong){ .mail = T_E_MAIL_OFTEN });
	else if (page_ok(p, err))
		page_redirect(p, "/notices");
}

static void
save_address(struct page *p)
{
	const char *mail = request_form(&p->req, "mail");

	if (strcmp(request_form(&p->req, "do"), "remove") == 0) {
		if (page_ok(p, pages_mail_remove(p->db, p->who.account)))
			page_redirect(p, "/notices?saved=1");
	} else if (!mail_is_fine(mail)) {
		show(p, &(struct wrong){ .mail = T_E_EMAIL });
	} else {
		send_code(p, mail);
	}
}

static void
confirm(struct page *p)
{
	enum db_err err = pages_mail_confirm(
	    p->db, p->who.account, request_form(&p->req, "code"));

	if (err == DB_NONE) {
		show(p, &(struct wrong){ .mail_code = T_E_MAIL_CODE });
	} else if (page_ok(p, err)) {
		pages_event_put(p->db, p->who.account, 0, "mail-confirmed", "");
		page_redirect(p, "/notices?saved=1");
	}
}

static void
save_number(struct page *p)
{
	enum text_id number = T_NONE, code = T_NONE;

	if (!trusted_take(p, &number, &code))
		show(p, &(struct wrong){ .number = number, .sms_code = code });
}

static void
save_topics(struct page *p)
{
	struct pages_choice list[2 * TOPICS] = { 0 };
	size_t n = 0;

	for (size_t t = 0; t < TOPICS; t++)
		for (size_t i = 0; topics[t].kinds[i] != NULL; i++) {
			struct pages_choice *c = &list[n++];
			char name[64];

			snprintf(
			    c->kind, sizeof c->kind, "%s", topics[t].kinds[i]);
			snprintf(
			    name, sizeof name, "mail-%s", topics[t].kinds[0]);
			c->mail = request_form(&p->req, name)[0] != '\0';
			snprintf(
			    name, sizeof name, "sms-%s", topics[t].kinds[0]);
			c->sms = request_form(&p->req, name)[0] != '\0';
		}
	if (page_ok(p, pages_choice_set(p->db, p->who.account, list, n)))
		page_redirect(p, "/notices?saved=1");
}

void
page_notices(struct page *p)
{
	const char *what = request_form(&p->req, "what");

	if (!p->req.post)
		show(p, &(struct wrong){ .mail = T_NONE });
	else if (strcmp(what, "address") == 0)
		save_address(p);
	else if (strcmp(what, "confirm") == 0)
		confirm(p);
	else if (strcmp(what, "number") == 0)
		save_number(p);
	else if (strcmp(what, "topics") == 0)
		save_topics(p);
	else
		page_error(p, 400, T_E_BAD);
}
