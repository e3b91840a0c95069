/*
 * One phone: how it goes with it, and what its owner may do about it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "form.h"
#include "phone_facts.h"
#include "wire.h"

#define SILENT_MAX 365 /* days */

/* ---- what was done, and what is to be known ---- */

static void
put_notes(
    struct page *p, const struct pages_phone *ph, const struct phone_facts *f)
{
	if (request_query(&p->req, "asked")[0] != '\0')
		page_note(p, "good", TXT(p, UPLOAD_ASKED));
	if (request_query(&p->req, "saved")[0] != '\0')
		page_note(p, "good", TXT(p, SAVED_PLAIN));
	if (ph->unbound_ms != 0 && !ph->imported)
		page_note(p, "wait", TXT(p, UNBOUND_TEXT));
	else if (f->life.unbinding)
		page_note(p, "wait", TXT(p, UNBINDING_TEXT));
	if (f->life.contested_ms > page_now_ms() && ph->unbound_ms == 0) {
		html_put(&p->body, "<p class=\"note wait\" role=\"status\">%s ",
		    TXT(p, CONTESTED));
		page_moment(p, f->life.contested_ms);
		buf_str(&p->body, "</p>\n");
	}
}

static void
put_actions(struct page *p, const struct pages_phone *ph)
{
	html_put(&p->body,
	    "<div class=\"actions\"><a class=\"button\" "
	    "href=\"/phone/policy?id=%lld\">%s</a> <a class=\"button quiet\" "
	    "href=\"/phone/lost?id=%lld\">%s</a>",
	    (long long)ph->phone, TXT(p, POLICY), (long long)ph->phone,
	    TXT(p, LOST_PHONE));
	page_phone_form(p, "/phone/upload", ph->phone);
	html_put(&p->body,
	    "<button class=\"quiet\" id=\"upload\">%s</button> "
	    "<span class=\"hint\">%s</span></form></div>\n",
	    TXT(p, UPLOAD_NOW), TXT(p, COSTS_ONE));
}

/* ---- its SIM ---- */

static void
put_sim(struct page *p, const struct pages_phone *ph)
{
	struct pages_sim *list = NULL;
	size_t n = 0;

	if (pages_sims(p->db, p->who.account, ph->phone, &list, &n) != DB_OK)
		return;
	html_put(&p->body,
	    "<section class=\"card narrow\" id=\"sim\"><h2>%s</h2><p>",
	    TXT(p, SIM_NOW));
	if (n > 0 && list[0].inside) {
		html_put(&p->body, "<b>%s</b> · %s ",
		    list[0].name[0] != '\0'     ? list[0].name
		    : list[0].number[0] != '\0' ? list[0].number
						: TXT(p, SIM_NO_NUMBER),
		    TXT(p, SIM_SINCE));
		page_ago(p, list[0].first_ms);
	} else {
		html_put(&p->body, "%s", TXT(p, SIM_NONE));
	}
	html_put(&p->body,
	    "</p><p><a id=\"sims\" href=\"/phone/sims?id=%lld\">%s (%zu)</a>"
	    "</p></section>\n",
	    (long long)ph->phone, TXT(p, SIMS), n);
	free(list);
}

/* ---- settings ---- */

static void
put_silent(struct page *p, const struct pages_phone *ph,
    const struct pages_life *life, const char *typed, enum text_id wrong)
{
	char days[24] = "";

	if (life->silent_days < PAGES_SILENT_NEVER)
		snprintf(
		    days, sizeof days, "%lld", (long long)life->silent_days);
	page_phone_form(p, "/phone/silent", ph->phone);
	form_field(
	    p, &(struct form_field){ "days", "text", "off",
		   wrong != T_NONE ? typed : days, T_SILENT_DAYS, T_SILENT_HINT,
		   wrong, true, "inputmode=\"numeric\" maxlength=\"3\"" });
	html_put(&p->body, "<button class=\"quiet\">%s</button></form>\n",
	    TXT(p, SAVE));
}

static void
put_settings(struct page *p, const struct pages_phone *ph,
    const struct pages_life *life, const char *typed, enum text_id wrong)
{
	bool bad_name = strcmp(request_query(&p->req, "wrong"), "name") == 0;

	buf_str(&p->body, "<div class=\"card narrow\">");
	page_phone_form(p, "/phone/rename", ph->phone);
	form_field(
	    p, &(struct form_field){ "name", "text", "off", ph->name,
		   T_PHONE_NAME, T_NONE, bad_name ? T_E_PHONE_NAME : T_NONE,
		   false, "maxlength=\"60\"" });
	html_put(&p->body, "<button class=\"quiet\">%s</button></form>\n",
	    TXT(p, RENAME));
	if (ph->unbound_ms == 0)
		put_silent(p, ph, life, typed, wrong);
	buf_str(&p->body, "</div>\n");
	if (ph->unbound_ms != 0 || life->unbinding)
		return;
	html_put(&p->body,
	    "<ul class=\"ways\"><li><a href=\"/restore/replace\">%s</a></li>"
	    "<li><a href=\"/phone/unbind?id=%lld&amp;to=owner\">%s</a></li>"
	    "<li><a class=\"danger\" href=\"/phone/unbind?id=%lld\">%s</a>"
	    "</li></ul>\n",
	    TXT(p, REPLACE), (long long)ph->phone, TXT(p, HAND_OVER),
	    (long long)ph->phone, TXT(p, UNBIND));
}

/* ---- the page ---- */

static void
show(struct page *p, const struct pages_phone *ph, const char *typed,
    enum text_id wrong)
{
	struct phone_facts f;

	if (!phone_facts_load(p, ph->phone, &f))
		return;
	page_begin(p, ph->name);
	put_notes(p, ph, &f);
	if (ph->imported)
		html_put(&p->body, "<p class=\"lead\">%s</p>",
		    TXT(p, IMPORT_PHONE_TEXT));
	html_put(&p->body,
	    "<div id=\"live\" class=\"card phone\" data-phone=\"%lld\">",
	    (long long)ph->phone);
	phone_facts_put_counts(p, ph);
	phone_facts_put(p, ph, &f);
	buf_str(&p->body, "</div>\n");
	if (ph->unbound_ms == 0 && !f.life.unbinding)
		put_actions(p, ph);
	if (!ph->imported) {
		phone_facts_put_claims(p, ph, &f);
		put_sim(p, ph);
	}
	put_settings(p, ph, &f.life, typed, wrong);
	page_end(p);
	phone_facts_clear(&f);
}

void
page_phone(struct page *p)
{
	struct pages_phone ph;

	if (page_phone_find(p, &ph))
		show(p, &ph, "", T_NONE);
}

/* Nothing: never tell. */
void
page_phone_silent(struct page *p)
{
	const char *typed = request_form(&p->req, "days");
	int64_t days = request_number(&p->req, "days");
	struct pages_phone ph;

	if (!page_phone_find(p, &ph))
		return;
	if (typed[0] == '\0')
		days = PAGES_SILENT_NEVER;
	else if (days < 1 || days > SILENT_MAX) {
		p->status = 400;
		show(p, &ph, typed, T_E_SILENT);
		return;
	}
	if (page_ok(p, pages_silent_set(p->db, p->who.account, ph.phone, days)))
		page_to_phone(p, ph.phone, "&saved=1");
}

/* ---- unbinding ---- */

/* To have it unbound, or to give it to a new owner: the same order, but for
 * what is to be known before it. */
static void
ask(struct page *p, const struct pages_phone *ph)
{
	bool over = strcmp(request_query(&p->req, "to"), "owner") == 0;

	page_begin(p, over ? TXT(p, HAND_OVER) : TXT(p, UNBIND));
	html_put(
	    &p->body, "<div class=\"card narrow\"><p><b>%s</b></p>", ph->name);
	if (over)
		html_put(&p->body,
		    "<ol class=\"steps\"><li>%s</li><li>%s</li><li>%s</li>"
		    "</ol>",
		    TXT(p, HAND_OVER1), TXT(p, HAND_OVER2), TXT(p, HAND_OVER3));
	else
		html_put(&p->body, "<p>%s</p><p>%s</p>", TXT(p, UNBIND_TEXT),
		    TXT(p, UNBIND_FREE));
	page_phone_form(p, "/phone/unbind", ph->phone);
	html_put(&p->body,
	    "<button class=\"danger\" id=\"unbind\">%s</button> <a "
	    "class=\"button quiet\" href=\"/phone?id=%lld\">%s</a> <span "
	    "class=\"hint\">%s</span></form></div>\n",
	    TXT(p, UNBIND_SURE), (long long)ph->phone, TXT(p, CANCEL),
	    TXT(p, COSTS_ONE));
	page_end(p);
}

void
page_phone_unbind(struct page *p)
{
	struct pages_phone ph;

	if (!page_phone_find(p, &ph))
		return;
	if (!p->req.post) {
		ask(p, &ph);
		return;
	}
	/* The gateway tells the phone, while its keys are of use, and then
	 * unbinds it. */
	if (ph.unbound_ms == 0 &&
	    !page_ok(p, pages_command_put(
			    p->db, p->who.account, ph.phone, WIRE_CMD_UNBIND)))
		return;
	if (ph.unbound_ms == 0)
		pages_event_put(
		    p->db, p->who.account, ph.phone, "phone-unbound", ph.name);
	page_to_phone(p, ph.phone, "");
}
