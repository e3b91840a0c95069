/*
 * What is in the vault, put on a phone: chosen, priced, confirmed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "browse.h"
#include "restore_wish.h"

const struct restore_kind restore_kinds[RESTORE_KINDS] = {
	{ RECORD_CONTACT, "k1", T_CONTACTS },
	{ RECORD_CALENDAR, "k4", T_K_CALENDAR },
	{ RECORD_NOTE, "k5", T_K_NOTES },
	{ RECORD_MESSAGE, "k2", T_MESSAGES },
	{ RECORD_CALL, "k3", T_CALLS },
	{ RECORD_FILE, "k6", T_K_FILES },
};

/* ---- the forms ---- */

/* A choice of phones; bound: only those that are. */
void
page_restore_phones(struct page *p, const char *name, enum text_id label,
    const struct pages_phone *list, size_t n, bool bound, int64_t chosen)
{
	html_put(&p->body,
	    "<label for=\"%s\">%s</label><select id=\"%s\" name=\"%s\">", name,
	    text_get(p->language, label), name, name);
	for (size_t i = 0; i < n; i++) {
		if (bound && list[i].unbound_ms != 0)
			continue;
		html_put(&p->body, "<option value=\"%lld\"",
		    (long long)list[i].phone);
		if (list[i].phone == chosen)
			buf_str(&p->body, " selected");
		html_put(&p->body, ">%s%s%s</option>", list[i].name,
		    list[i].unbound_ms != 0 ? " · " : "",
		    list[i].unbound_ms != 0 ? TXT(p, UNBOUND) : "");
	}
	buf_str(&p->body, "</select>");
}

bool
restore_any_bound(const struct pages_phone *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (list[i].unbound_ms == 0)
			return true;
	return false;
}

static void
put_kinds(struct page *p, const struct wish *w)
{
	bool wrong = w->wrong == T_E_NOTHING_CHOSEN;

	html_put(&p->body, "<fieldset%s%s><legend>%s</legend>",
	    wrong ? " aria-invalid=true" : "",
	    wrong ? " aria-describedby=kinds-wrong" : "", TXT(p, KIND));
	if (wrong)
		html_put(&p->body,
		    "<p class=\"wrong\" id=\"kinds-wrong\">%s</p>",
		    TXT(p, E_NOTHING_CHOSEN));
	for (size_t i = 0; i < RESTORE_KINDS; i++)
		html_put(&p->body,
		    "<label class=\"check\"><input type=\"checkbox\" "
		    "name=\"%s\" value=\"1\"%s> %s</label>",
		    restore_kinds[i].name, w->kind[i] ? " checked" : "",
		    text_get(p->language, restore_kinds[i].text));
	buf_str(&p->body, "</fieldset>");
}

static void
put_day(struct page *p, bool wrong)
{
	const char *more = wrong ? " day-wrong" : "";
	const char *invalid = wrong ? " aria-invalid=true" : "";

	html_put(&p->body,
	    "<div class=\"two\"><div><label for=\"day\">%s</label><input "
	    "id=\"day\" name=\"day\" type=\"date\" value=\"%s\" "
	    "aria-describedby=\"day-hint%s\"%s></div><div><label "
	    "for=\"clock\">%s</label><input id=\"clock\" name=\"clock\" "
	    "type=\"time\" value=\"%s\" aria-describedby=\"day-hint%s\"%s>"
	    "</div></div><p class=\"hint\" id=\"day-hint\">%s</p>",
	    TXT(p, AS_OF), request_form(&p->req, "day"), more, invalid,
	    TXT(p, AS_OF_CLOCK), request_form(&p->req, "clock"), more, invalid,
	    TXT(p, AS_OF_HINT));
	if (wrong)
		html_put(&p->body, "<p class=\"wrong\" id=\"day-wrong\">%s</p>",
		    TXT(p, E_DAY));
}

static void
put_list(struct page *p, const struct pages_restore *list, size_t n)
{
	if (n == 0)
		return;
	html_put(&p->body, "<h2>%s</h2>\n<ul class=\"list\" id=\"restores\">",
	    TXT(p, RESTORES));
	for (size_t i = 0; i < n; i++) {
		html_put(&p->body,
		    "<li><a href=\"/restore/show?id=%lld\"><span "
		    "class=\"main\"><b>%s → %s</b><small>%s</small></span>"
		    "<span class=\"side\">",
		    (long long)list[i].id,
		    list[i].from != 0 ? list[i].from_name : TXT(p, FROM_PAGE),
		    list[i].phone_name, list[i].label);
		restore_put_state(p, &list[i]);
		buf_str(&p->body, "<small>");
		page_ago(p, list[i].created_ms);
		buf_str(&p->body, "</small></span></a></li>\n");
	}
	buf_str(&p->body, "</ul>\n");
}

/* Whoever restores has a new phone, most often the one bound last. */
static int64_t
newest_bound(const struct pages_phone *list, size_t n)
{
	int64_t newest = 0;

	for (size_t i = 0; i < n; i++)
		if (list[i].unbound_ms == 0 && list[i].phone > newest)
			newest = list[i].phone;
	return newest;
}

static void
put_form(struct page *p, const struct wish *w, const struct pages_phone *list,
    size_t n)
{
	html_put(&p->body,
	    "<form method=\"post\" action=\"/restore\" class=\"card\">");
	page_csrf(p);
	page_restore_phones(p, "from", T_FROM_WHICH, list, n, false, w->from);
	page_restore_phones(p, "to", T_TO_WHICH, list, n, true,
	    w->to != 0 ? w->to : newest_bound(list, n));
	put_kinds(p, w);
	put_day(p, w->wrong == T_E_DAY);
	html_put(&p->body, "<button>%s</button></form>\n", TXT(p, SEE_PRICE));
}

static void
show_form(struct page *p, const struct wish *w)
{
	struct pages_phone *list = NULL;
	struct pages_restore *restores = NULL;
	size_t n = 0, nrestores = 0;

	if (!page_ok(p, pages_phones(p->db, p->who.account, 0, &list, &n)) ||
	    !page_ok(p, pages_restores(
			    p->db, p->who.account, 0, &restores, &nrestores)))
		goto out;
	page_begin(p, TXT(p, RESTORE));
	html_put(&p->body, "<p class=\"lead\">%s</p>\n", TXT(p, RESTORE_TEXT));
	if (n > 0)
		html_put(&p->body,
		    "<p class=\"actions\"><a class=\"button quiet\" "
		    "href=\"/restore/pick\">%s</a> <a class=\"button quiet\" "
		    "href=\"/restore/replace\">%s</a> <a class=\"button quiet\" "
		    "href=\"/check\">%s</a></p>\n",
		    TXT(p, PICK), TXT(p, REPLACE), TXT(p, CHECK));
	if (restore_any_bound(list, n))
		put_form(p, w, list, n);
	else
		html_put(&p->body,
		    "<div class=\"card empty\"><h2>%s</h2><p>%s</p><a "
		    "class=\"button\" href=\"/phones/add\">%s</a></div>\n",
		    TXT(p, NO_BOUND), TXT(p, NO_BOUND_TEXT), TXT(p, ADD_PHONE));
	put_list(p, restores, nrestores);
	page_end(p);
out:
	free(list);
	free(restores);
}

/* Every field once more, so that what is confirmed is what was priced. */
static void
put_same_form(struct page *p, const char *action)
{
	html_put(&p->body, "<form method=\"post\" action=\"%s\">", action);
	page_csrf(p);
	for (size_t i = 0; i < p->req.nform; i++)
		if (strcmp(p->req.form[i].name, "csrf") != 0)
			html_put(&p->body,
			    "<input type=\"hidden\" name=\"%s\" "
			    "value=\"%s\">",
			    p->req.form[i].name, p->req.form[i].value);
}

static void
put_start(const struct deliver *d)
{
	struct page *p = d->p;

	put_same_form(p, "/restore/start");
	html_put(&p->body, "<button id=\"start\">%s</button>", TXT(p, START));
	if (deliver_waits(d))
		html_put(&p->body,
		    "<p class=\"hint\" id=\"beyond-hint\">%s</p>"
		    "<button class=\"quiet\" name=\"beyond\" value=\"1\" "
		    "aria-describedby=\"beyond-hint\">%s (%lld SMS)"
		    "</button>",
		    TXT(p, BEYOND_HINT), TXT(p, BEYOND), (long long)d->sms);
	buf_str(&p->body, "</form>");
}

/* The vault may be wrong about the phone: the price of all is a press away. */
static void
put_all_even_so(const struct deliver *d)
{
	struct page *p = d->p;

	html_put(&p->body,
	    "<div class=\"ask\"><p class=\"hint\" id=\"all-hint\">%s</p>",
	    TXT(p, SEND_ALL_HINT));
	put_same_form(p, "/restore");
	html_put(&p->body,
	    "<button class=\"quiet\" id=\"all\" name=\"all\" value=\"1\" "
	    "aria-describedby=\"all-hint\">%s</button></form></div>\n",
	    TXT(p, SEND_ALL));
}

static void
put_left_out(const struct deliver *d)
{
	html_put(&d->p->body,
	    "<p class=\"note good\" id=\"there\"><b>%lld %s %lld</b> %s</p>",
	    (long long)d->left_out, TXT(d->p, OF),
	    (long long)(d->left_out + d->records), TXT(d->p, LEFT_OUT));
}

/* Nothing is to be sent, so nothing is begun. */
static void
show_all_there(struct page *p, const struct wish *w, const struct deliver *d)
{
	char label[PAGES_NAME_MAX];

	restore_label(p, w, label, sizeof label);
	page_begin(p, TXT(p, ALL_THERE));
	page_note(p, "good", TXT(p, ALL_THERE_TEXT));
	html_put(&p->body,
	    "<div class=\"card narrow\" id=\"all-there\"><h2>%s</h2><dl><dt>%s"
	    "</dt><dd>%s</dd><dt>%s</dt><dd id=\"there\">%lld</dd></dl>\n",
	    label, TXT(p, TO_WHICH), d->to.name, TXT(p, RECORDS_N),
	    (long long)d->left_out);
	if (request_form(&p->req, "replace")[0] != '\0')
		html_put(&p->body,
		    "<p>%s <a href=\"/phone?id=%lld\">%s</a></p>",
		    TXT(p, ALL_THERE_REPLACE), (long long)w->from,
		    TXT(p, OLD_PHONE));
	html_put(&p->body,
	    "<div class=\"actions ask\"><a class=\"button\" "
	    "href=\"/restore\">← %s</a></div>\n",
	    TXT(p, RESTORE));
	put_all_even_so(d);
	buf_str(&p->body, "</div>\n");
	page_end(p);
}

static void
show_price(struct page *p, const struct wish *w, const struct deliver *d)
{
	char label[PAGES_NAME_MAX];

	restore_label(p, w, label, sizeof label);
	page_begin(p, TXT(p, RESTORE_PRICE));
	if (d->too_much)
		page_note(p, "bad", TXT(p, E_TOO_MUCH));
	else if (d->n == 0)
		page_note(p, "bad", TXT(p, E_NOTHING_THERE));
	html_put(&p->body, "<div class=\"card narrow\"><h2>%s</h2>", label);
	if (w->all)
		html_put(&p->body, "<p class=\"note wait\">%s</p>",
		    TXT(p, SENDS_ALL));
	else if (d->left_out > 0 && !d->too_much)
		put_left_out(d);
	else if (deliver_is_blind(d))
		html_put(&p->body, "<p class=\"note wait\" id=\"blind\">%s</p>",
		    TXT(p, SENDS_BLIND));
	deliver_put_price(d);
	buf_str(&p->body, "<div class=\"actions ask\">");
	if (!d->too_much && d->n > 0)
		put_start(d);
	html_put(&p->body,
	    "<a class=\"button quiet\" href=\"/restore\">%s</a></div>\n",
	    TXT(p, CANCEL));
	if (d->left_out > 0 && !d->too_much)
		put_all_even_so(d);
	buf_str(&p->body, "</div>\n");
	page_end(p);
}

/* What is asked before anything is sent. */
static void
show_what_it_takes(
    struct page *p, const struct wish *w, const struct deliver *d)
{
	if (deliver_all_there(d))
		show_all_there(p, w, d);
	else
		show_price(p, w, d);
}

void
page_restore(struct page *p)
{
	struct wish w = { .from = request_number(&p->req, "from"),
		.to = request_number(&p->req, "to") };
	struct deliver d;

	if (!p->req.post) {
		w.kind[0] = true;
		show_form(p, &w);
		return;
	}
	restore_read_wish(p, &w);
	if (w.wrong != T_NONE) {
		p->status = 400;
		show_form(p, &w);
		return;
	}
	if (restore_collect(p, &w, &d))
		show_what_it_takes(p, &w, &d);
	deliver_clear(&d);
}

/* The list of restores tells why there are fewer than the vault has. */
static void
add_left_out(const struct deliver *d, char *label, size_t cap)
{
	size_t n = strlen(label);

	if (d->left_out > 0)
		snprintf(label + n, cap - n, " · %lld %s",
		    (long long)d->left_out, TXT(d->p, THERE_ALREADY));
}

void
page_restore_start(struct page *p)
{
	struct pages_restore r = { 0 };
	struct deliver d = { .p = p };
	char path[64];
	struct wish w;

	restore_read_wish(p, &w);
	if (w.wrong != T_NONE) {
		page_error(p, 400, T_E_BAD);
		return;
	}
	if (!restore_collect(p, &w, &d))
		goto out;
	if (d.too_much || d.n == 0) {
		show_what_it_takes(p, &w, &d);
		goto out;
	}
	r.from = w.from;
	snprintf(r.purpose, sizeof r.purpose, "%s", w.purpose);
	snprintf(r.state, sizeof r.state, "running");
	if (request_form(&p->req, "beyond")[0] != '\0')
		r.beyond = d.sms;
	restore_label(p, &w, r.label, sizeof r.label);
	add_left_out(&d, r.label, sizeof r.label);
	if (!page_ok(p, deliver_write(&d, &r)))
		goto out;
	if (request_form(&p->req, "replace")[0] != '\0')
		pages_phone_replaces(p->db, p->who.account, w.to, w.from);
	snprintf(path, sizeof path, "/restore/show?id=%lld", (long long)r.id);
	page_redirect(p, path);
out:
	deliver_clear(&d);
}

/* ---- one phone by another ---- */

void
page_restore_replace(struct page *p)
{
	struct pages_phone *list = NULL;
	size_t n = 0, bound = 0;

	if (!page_ok(p, pages_phones(p->db, p->who.account, 0, &list, &n)))
		return;
	for (size_t i = 0; i < n; i++)
		bound += list[i].unbound_ms == 0;
	page_begin(p, TXT(p, REPLACE));
	html_put(&p->body,
	    "<p class=\"lead\">%s</p>\n<ol class=\"steps\"><li>%s</li>"
	    "<li>%s</li><li>%s</li></ol>\n",
	    TXT(p, REPLACE_TEXT), TXT(p, REPLACE1), TXT(p, REPLACE2),
	    TXT(p, REPLACE3));
	if (n < 2 || bound == 0) {
		html_put(&p->body,
		    "<div class=\"card empty\"><h2>%s</h2><p>%s</p><a "
		    "class=\"button\" href=\"/phones/add\">%s</a></div>\n",
		    TXT(p, REPLACE_NONE), TXT(p, REPLACE_NONE_TEXT),
		    TXT(p, ADD_PHONE));
	} else {
		struct wish w = { 0 };

		for (size_t i = 0; i < RESTORE_KINDS; i++)
			w.kind[i] = true;
		buf_str(&p->body, "<form method=\"post\" action=\"/restore\" "
				  "class=\"card\">");
		page_csrf(p);
		buf_str(&p->body,
		    "<input type=\"hidden\" name=\"replace\" value=\"1\">");
		page_restore_phones(p, "from", T_OLD_PHONE, list, n, false,
		    request_number(&p->req, "from"));
		page_restore_phones(
		    p, "to", T_NEW_PHONE, list, n, true, list[bound - 1].phone);
		put_kinds(p, &w);
		html_put(&p->body, "<button>%s</button></form>\n",
		    TXT(p, SEE_PRICE));
	}
	page_end(p);
	free(list);
}
