/*
 * The owner's phones: all of them, and one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "page.h"
#include "utf8.h"
#include "wire.h"

/* ---- the list ---- */

static void
put_fact(struct page *p, const char *what)
{
	html_put(&p->body, "<dt>%s</dt><dd>", what);
}

static void
put_counts(struct page *p, const struct pages_phone *ph)
{
	html_put(&p->body,
	    "<p class=\"counts\"><span><b>%lld</b> %s</span>"
	    "<span><b>%lld</b> %s</span><span><b>%lld</b> %s</span></p>",
	    (long long)ph->records[RECORD_CONTACT], TXT(p, CONTACTS),
	    (long long)ph->records[RECORD_MESSAGE], TXT(p, MESSAGES),
	    (long long)ph->records[RECORD_CALL], TXT(p, CALLS));
}

static void
put_facts(struct page *p, const struct pages_phone *ph)
{
	buf_str(&p->body, "<dl>");
	put_fact(p, TXT(p, LAST_HEARD));
	page_ago(p, ph->heard_ms);
	buf_str(&p->body, "</dd>");
	put_fact(p, TXT(p, NUMBER));
	html_put(&p->body, "%s</dd>", ph->number);
	put_fact(p, TXT(p, SMS_RECEIVED));
	html_put(&p->body, "%lld</dd>", (long long)ph->sms_up);
	put_fact(p, TXT(p, SMS_USED));
	html_put(&p->body, "%lld %s %lld</dd>", (long long)ph->month_sms,
	    TXT(p, OF), (long long)ph->month_max);
	put_fact(p, TXT(p, COMPLETE));
	html_put(&p->body, "%s</dd>",
	    ph->cumulative >= ph->highest ? TXT(p, ALL_HERE) : TXT(p, MISSING));
	put_fact(p, TXT(p, POLICY));
	page_policy_state(p, ph);
	buf_str(&p->body, "</dd></dl>");
}

static void
put_card(struct page *p, const struct pages_phone *ph)
{
	html_put(&p->body,
	    "<article class=\"card phone\" data-phone=\"%lld\"><h2>"
	    "<a href=\"/phone?id=%lld\">%s</a>",
	    (long long)ph->phone, (long long)ph->phone, ph->name);
	if (ph->unbound_ms != 0)
		html_put(&p->body, " <span class=\"state\">%s</span>",
		    TXT(p, UNBOUND));
	buf_str(&p->body, "</h2>");
	put_counts(p, ph);
	put_facts(p, ph);
	buf_str(&p->body, "</article>\n");
}

void
page_phones(struct page *p)
{
	struct pages_phone *list = NULL;
	size_t n = 0;

	if (!page_ok(p, pages_phones(p->db, p->who.account, 0, &list, &n)))
		return;
	page_begin(p, TXT(p, PHONES));
	if (n == 0)
		html_put(&p->body,
		    "<div class=\"card empty\"><h2>%s</h2><p>%s</p>"
		    "<a class=\"button\" href=\"/phones/add\">%s</a></div>\n",
		    TXT(p, NO_PHONES), TXT(p, NO_PHONES_TEXT),
		    TXT(p, ADD_PHONE));
	else
		html_put(&p->body,
		    "<p class=\"actions\"><a class=\"button\" "
		    "href=\"/phones/add\">%s</a></p>\n<div class=\"grid\">",
		    TXT(p, ADD_PHONE));
	for (size_t i = 0; i < n; i++)
		put_card(p, &list[i]);
	if (n > 0)
		buf_str(&p->body, "</div>\n");
	page_end(p);
	free(list);
}

/* ---- one phone ---- */

bool
page_phone_find(struct page *p, struct pages_phone *out)
{
	int64_t id = request_number(&p->req, "id");
	struct pages_phone *list = NULL;
	size_t n = 0;
	enum db_err err =
	    id == 0 ? DB_NONE
		    : pages_phones(p->db, p->who.account, id, &list, &n);

	if (err == DB_OK && n != 1)
		err = DB_NONE;
	if (err == DB_OK)
		*out = list[0];
	free(list);
	return page_ok(p, err);
}

void
page_phone_form(struct page *p, const char *path, int64_t id)
{
	html_put(&p->body, "<form method=\"post\" action=\"%s\">", path);
	page_csrf(p);
	html_put(&p->body, "<input type=\"hidden\" name=\"id\" value=\"%lld\">",
	    (long long)id);
}

void
page_phone(struct page *p)
{
	struct pages_phone ph;

	if (!page_phone_find(p, &ph))
		return;
	page_begin(p, ph.name);
	if (request_query(&p->req, "asked")[0] != '\0')
		page_note(p, "good", TXT(p, UPLOAD_ASKED));
	html_put(&p->body,
	    "<div id=\"live\" class=\"card phone\" data-phone=\"%lld\">",
	    (long long)ph.phone);
	put_counts(p, &ph);
	put_facts(p, &ph);
	buf_str(&p->body, "</div>\n");
	if (ph.unbound_ms == 0) {
		html_put(&p->body,
		    "<div class=\"actions\"><a class=\"button\" "
		    "href=\"/phone/policy?id=%lld\">%s</a>",
		    (long long)ph.phone, TXT(p, POLICY));
		html_put(&p->body,
		    "<a class=\"button quiet\" href=\"/phone/lost?id=%lld\">%s"
		    "</a>",
		    (long long)ph.phone, TXT(p, LOST_PHONE));
		page_phone_form(p, "/phone/upload", ph.phone);
		html_put(&p->body,
		    "<button class=\"quiet\" id=\"upload\">%s</button> "
		    "<span class=\"hint\">%s</span></form></div>\n",
		    TXT(p, UPLOAD_NOW), TXT(p, COSTS_ONE));
	}
	buf_str(&p->body, "<div class=\"card narrow\">");
	page_phone_form(p, "/phone/rename", ph.phone);
	html_put(&p->body,
	    "<label for=\"name\">%s</label><input id=\"name\" name=\"name\" "
	    "maxlength=\"60\" required value=\"%s\"><button "
	    "class=\"quiet\">%s</button></form>",
	    TXT(p, PHONE_NAME), ph.name, TXT(p, RENAME));
	if (ph.unbound_ms == 0)
		html_put(&p->body,
		    "<p><a class=\"danger\" href=\"/phone/unbind?id=%lld\">%s"
		    "</a></p>",
		    (long long)ph.phone, TXT(p, UNBIND));
	buf_str(&p->body, "</div>\n");
	page_end(p);
}

void
page_to_phone(struct page *p, int64_t id, const char *more)
{
	char path[80];

	snprintf(path, sizeof path, "/phone?id=%lld%s", (long long)id, more);
	page_redirect(p, path);
}

void
page_phone_rename(struct page *p)
{
	int64_t id = request_number(&p->req, "id");
	const char *name = request_form(&p->req, "name");
	size_t len = strlen(name);

	if (len >= 1 && len <= 120 && utf8_line(name, len) &&
	    !page_ok(p, pages_phone_rename(p->db, p->who.account, id, name)))
		return;
	page_to_phone(p, id, "");
}

void
page_phone_unbind(struct page *p)
{
	struct pages_phone ph;

	if (!page_phone_find(p, &ph))
		return;
	if (p->req.post) {
		/* Tell the phone first: afterwards its keys are of no use. */
		pages_command_put(
		    p->db, p->who.account, ph.phone, WIRE_CMD_UNBIND);
		if (page_ok(p,
			pages_phone_unbind(p->db, p->who.account, ph.phone))) {
			pages_event_put(p->db, p->who.account, ph.phone,
			    "phone-unbound", ph.name);
			page_to_phone(p, ph.phone, "");
		}
		return;
	}
	page_begin(p, TXT(p, UNBIND));
	html_put(&p->body, "<div class=\"card\"><p><b>%s</b></p><p>%s</p>",
	    ph.name, TXT(p, UNBIND_TEXT));
	page_phone_form(p, "/phone/unbind", ph.phone);
	html_put(&p->body,
	    "<button class=\"danger\">%s</button> <a class=\"button quiet\" "
	    "href=\"/phone?id=%lld\">%s</a></form></div>\n",
	    TXT(p, UNBIND_SURE), (long long)ph.phone, TXT(p, CANCEL));
	page_end(p);
}

void
page_phone_upload(struct page *p)
{
	struct pages_phone ph;

	if (!page_phone_find(p, &ph) ||
	    !page_ok(p, pages_command_put(
			    p->db, p->who.account, ph.phone, WIRE_CMD_UPLOAD)))
		return;
	page_to_phone(p, ph.phone, "&asked=1");
}
