/*
 * The owner's phones: all of them, and what is done about one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "page.h"
#include "pages_life.h"
#include "phone_facts.h"
#include "utf8.h"
#include "wire.h"

/* ---- the list ---- */

static void
put_card(struct page *p, const struct pages_phone *ph)
{
	struct phone_facts facts;

	if (!phone_facts_load(p, ph->phone, &facts))
		return;
	html_put(&p->body,
	    "<article class=\"card phone\" data-phone=\"%lld\"><h2>"
	    "<a href=\"/phone?id=%lld\">%s</a>",
	    (long long)ph->phone, (long long)ph->phone, ph->name);
	phone_facts_put_state(p, ph, &facts);
	buf_str(&p->body, "</h2>");
	phone_facts_put_counts(p, ph);
	phone_facts_put(p, ph, &facts);
	buf_str(&p->body, "</article>\n");
	phone_facts_clear(&facts);
}

/* A device of his that is bound to another account: for some days he may say
 * that this was not he. */
static void
put_contests(struct page *p)
{
	struct pages_contest *list = NULL;
	size_t n = 0;

	if (pages_contests(p->db, p->who.account, &list, &n) != DB_OK)
		return;
	for (size_t i = 0; i < n; i++) {
		html_put(&p->body,
		    "<div class=\"note bad contest\" role=\"alert\"><p><b>%s</b>"
		    " · ",
		    TXT(p, CONTEST));
		page_moment(p, list[i].bound_ms);
		html_put(&p->body, "</p><p>%s ", TXT(p, CONTEST_TEXT));
		page_moment(p, list[i].until_ms);
		buf_str(&p->body,
		    "</p><form method=\"post\" action=\"/phones/veto\">");
		page_csrf(p);
		html_put(&p->body,
		    "<input type=\"hidden\" name=\"id\" value=\"%lld\">"
		    "<button class=\"danger\">%s</button></form></div>\n",
		    (long long)list[i].phone, TXT(p, CONTEST_VETO));
	}
	free(list);
}

void
page_phones_veto(struct page *p)
{
	enum db_err err =
	    pages_veto(p->db, p->who.account, request_number(&p->req, "id"));

	if (err == DB_NONE)
		page_redirect(p, "/phones?veto=late");
	else if (page_ok(p, err))
		page_redirect(p, "/phones?veto=done");
}

static void
put_veto_note(struct page *p)
{
	const char *veto = request_query(&p->req, "veto");

	if (strcmp(veto, "done") == 0)
		page_note(p, "good", TXT(p, CONTEST_DONE));
	else if (strcmp(veto, "late") == 0)
		page_note(p, "bad", TXT(p, CONTEST_LATE));
}

void
page_phones(struct page *p)
{
	struct pages_phone *list = NULL;
	size_t n = 0;

	if (!page_ok(p, pages_phones(p->db, p->who.account, 0, &list, &n)))
		return;
	page_begin(p, TXT(p, PHONES));
	put_veto_note(p);
	put_contests(p);
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

	if (len < 1 || len > 120 || !utf8_line(name, len))
		page_to_phone(p, id, "&wrong=name");
	else if (page_ok(
		     p, pages_phone_rename(p->db, p->who.account, id, name)))
		page_to_phone(p, id, "&saved=1");
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
