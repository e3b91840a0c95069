/*
 * Erasing a phone from afar: prepare, the phone's answer, the password once
 * more, go.
 */
#include <stdio.h>
#include <string.h>

#include "form.h"
#include "pages_lost.h"

enum { WIPE_NONE, WIPE_ASKED, WIPE_PREPARED, WIPE_GOING, WIPE_BEGUN };

static const struct {
	const char *class;
	enum text_id state, text;
} states[] = {
	[WIPE_NONE] = { "", T_WIPE_NONE, T_WIPE_NONE_TEXT },
	[WIPE_ASKED] = { "wait", T_WIPE_ASKED, T_WIPE_ASKED_TEXT },
	[WIPE_PREPARED] = { "wait", T_WIPE_PREPARED, T_WIPE_PREPARED_TEXT },
	[WIPE_GOING] = { "bad", T_WIPE_GOING, T_WIPE_GOING_TEXT },
	[WIPE_BEGUN] = { "bad", T_WIPE_BEGUN, T_WIPE_BEGUN_TEXT },
};

/* Its word is good for an hour: after that it has to be asked again. */
static bool
too_old(const struct pages_lost *l)
{
	return l->wipe_state == WIPE_PREPARED &&
	       l->wipe_ms + PAGES_WIPE_LIFE_MS <= page_now_ms();
}

static void
put_live(struct page *p, const struct pages_lost *l)
{
	int s = l->wipe_state;

	html_put(&p->body,
	    "<section id=\"live\" class=\"card narrow\" data-wipe=\"%d\" "
	    "data-turn=\"%d\"><p><span class=\"state %s\" id=\"state\">%s"
	    "</span>",
	    s, s, states[s].class, text_get(p->language, states[s].state));
	if (s != WIPE_NONE) {
		html_put(&p->body, " <small>%s ", TXT(p, SINCE_TIME));
		page_moment(p, l->wipe_ms);
		buf_str(&p->body, "</small>");
	}
	html_put(&p->body, "</p><p>%s</p></section>\n",
	    too_old(l) ? TXT(p, WIPE_OLD)
		       : text_get(p->language, states[s].text));
}

/* A form of one button. */
static void
put_act(struct page *p, int64_t phone, const char *act, enum text_id text,
    const char *class)
{
	page_phone_form(p, "/phone/wipe", phone);
	html_put(&p->body,
	    "<button class=\"%s\" name=\"act\" value=\"%s\" id=\"%s\">%s"
	    "</button></form>",
	    class, act, act, text_get(p->language, text));
}

static void
put_go(struct page *p, int64_t phone, enum text_id wrong)
{
	html_put(&p->body,
	    "<section class=\"card narrow grave\"><h2>%s</h2><p "
	    "class=\"note bad\" role=\"alert\">%s</p>",
	    TXT(p, WIPE_NOW), TXT(p, WIPE_WARNING));
	page_phone_form(p, "/phone/wipe", phone);
	html_put(&p->body,
	    "<input type=\"text\" name=\"username\" hidden readonly "
	    "autocomplete=\"username\" value=\"%s\">\n",
	    p->who.login);
	form_field(
	    p, &(struct form_field){ "old", "password", "current-password",
		   NULL, T_OLD_PASSWORD, T_NONE, wrong, false, NULL });
	html_put(&p->body,
	    "<button class=\"danger\" name=\"act\" value=\"go\" id=\"go\">%s"
	    "</button></form></section>\n",
	    TXT(p, WIPE_NOW));
}

static void
put_acts(struct page *p, int64_t phone, const struct pages_lost *l,
    enum text_id wrong)
{
	int s = l->wipe_state;

	if (s == WIPE_PREPARED && !too_old(l))
		put_go(p, phone, wrong);
	buf_str(&p->body, "<div class=\"actions\">");
	if (s == WIPE_NONE || too_old(l))
		put_act(p, phone, "prepare", T_WIPE_PREPARE, "danger");
	if (s == WIPE_ASKED || s == WIPE_PREPARED)
		put_act(p, phone, "cancel", T_WIPE_CANCEL, "quiet");
	buf_str(&p->body, "</div>\n");
}

static void
show(struct page *p, const struct pages_phone *ph, const struct pages_lost *l,
    enum text_id wrong)
{
	page_begin(p, TXT(p, WIPE));
	html_put(&p->body,
	    "<p class=\"lead\"><a href=\"/phone?id=%lld\">%s</a></p>\n",
	    (long long)ph->phone, ph->name);
	if (ph->unbound_ms != 0)
		page_note(p, "bad", TXT(p, LOST_UNBOUND));
	put_live(p, l);
	if (ph->unbound_ms == 0)
		put_acts(p, ph->phone, l, wrong);
	html_put(&p->body, "<p><a href=\"/phone/lost?id=%lld\">← %s</a></p>\n",
	    (long long)ph->phone, TXT(p, LOST_PHONE));
	page_end(p);
}

static enum db_err
set(struct page *p, int64_t phone, const char *act)
{
	enum pages_wipe what = PAGES_WIPE_CANCEL;
	enum db_err err;

	if (strcmp(act, "prepare") == 0)
		what = PAGES_WIPE_PREPARE;
	else if (strcmp(act, "go") == 0)
		what = PAGES_WIPE_GO;
	err = pages_wipe_set(p->db, p->who.account, phone, what);
	/* Where it was too late, the page says how it is now. */
	if (err == DB_OK && what == PAGES_WIPE_GO)
		pages_event_put(
		    p->db, p->who.account, phone, "wipe-ordered", "");
	return err == DB_NONE ? DB_OK : err;
}

/* GET and POST /phone/wipe?id= */
void
page_wipe(struct page *p)
{
	const char *act = request_form(&p->req, "act");
	enum text_id wrong = T_NONE;
	struct pages_phone ph;
	struct pages_lost l;
	char path[64];

	if (!page_phone_find(p, &ph))
		return;
	if (p->req.post && strcmp(act, "go") == 0)
		wrong = page_password(p, NULL, NULL);
	if (p->req.post && wrong == T_NONE) {
		if (!page_ok(p, set(p, ph.phone, act)))
			return;
		snprintf(path, sizeof path, "/phone/wipe?id=%lld",
		    (long long)ph.phone);
		page_redirect(p, path);
		return;
	}
	if (!page_ok(p, pages_lost(p->db, p->who.account, ph.phone, &l)))
		return;
	if (wrong != T_NONE)
		p->status = wrong == T_E_LIMIT ? 429 : 400;
	show(p, &ph, &l, wrong);
}
