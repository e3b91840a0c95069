/*
 * What is in the vault, put on a phone: chosen, priced, confirmed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "browse.h"
#include "deliver.h"
#include "restore_page.h"

const struct restore_kind restore_kinds[RESTORE_KINDS] = {
	{ RECORD_CONTACT, "k1", T_CONTACTS },
	{ RECORD_CALENDAR, "k4", T_K_CALENDAR },
	{ RECORD_NOTE, "k5", T_K_NOTES },
	{ RECORD_MESSAGE, "k2", T_MESSAGES },
	{ RECORD_CALL, "k3", T_CALLS },
	{ RECORD_FILE, "k6", T_K_FILES },
};

/* ---- what the form says ---- */

struct wish {
	int64_t from, to, as_of_ms;
	bool kind[RESTORE_KINDS];
	size_t items;
	enum text_id wrong; /* T_NONE: nothing */
	const char *purpose;
};

static void
read_wish(struct page *p, struct wish *w)
{
	const char *day = request_form(&p->req, "day");
	const char *clock = request_form(&p->req, "clock");
	bool any = false;

	*w = (struct wish){ .from = request_number(&p->req, "from"),
		.to = request_number(&p->req, "to"),
		.purpose = "restore" };
	for (size_t i = 0; i < RESTORE_KINDS; i++) {
		w->kind[i] =
		    request_form(&p->req, restore_kinds[i].name)[0] != '\0';
		any = any || w->kind[i];
	}
	for (size_t i = 0; i < p->req.nform; i++)
		w->items += strcmp(p->req.form[i].name, "item") == 0;
	if (strcmp(request_form(&p->req, "purpose"), "undelete") == 0)
		w->purpose = "undelete";
	if (!any && w->items == 0)
		w->wrong = T_E_NOTHING_CHOSEN;
	else if ((*day != '\0' || *clock != '\0') &&
		 pages_moment(
		     p->db, p->who.account, day, clock, &w->as_of_ms) != DB_OK)
		w->wrong = T_E_DAY;
}

/* "PHONE.KIND.ID" or "PHONE.KIND.ID.TRANSFER.ORDINAL" */
struct item {
	int64_t phone;
	int kind;
	uint32_t id, transfer, ordinal;
};

static bool
read_item(const char *text, struct item *out)
{
	long long phone;
	unsigned kind, id, transfer = 0, ordinal = 0;
	int n = 0;

	if (sscanf(text, "%18lld.%2u.%10u%n", &phone, &kind, &id, &n) != 3 ||
	    phone < 1 || kind < 1 || kind >= RECORD_KIND_COUNT)
		return false;
	text += n;
	if (*text != '\0' &&
	    (sscanf(text, ".%10u.%10u%n", &transfer, &ordinal, &n) != 2 ||
		text[n] != '\0'))
		return false;
	*out = (struct item){ phone, (int)kind, id, transfer, ordinal };
	return true;
}

/* ---- what it brings together ---- */

struct collect {
	struct deliver *d;
	struct gather *g;
	bool files; /* the octets of files: last, after every record */
};

static bool
take(void *ctx, const struct opened *o)
{
	struct collect *c = ctx;

	if (!c->files)
		deliver_record(c->d, o->record);
	else if (deliver_file(c->d, c->g, o->phone, o->record) == DB_LOST)
		return false;
	return !c->d->too_much;
}

static enum db_err
collect_kinds(struct collect *c, const struct wish *w)
{
	enum db_err err = DB_OK;

	for (size_t i = 0; err == DB_OK && i <= RESTORE_KINDS; i++) {
		struct pages_walk walk = { .phone = w->from,
			.as_of_ms = w->as_of_ms };

		/* Once more for the files: their octets. */
		c->files = i == RESTORE_KINDS;
		walk.kind =
		    (int)restore_kinds[c->files ? RESTORE_KINDS - 1 : i].kind;
		if (w->kind[c->files ? RESTORE_KINDS - 1 : i])
			err = gather_walk(c->g, walk, take, c);
	}
	return err;
}

static enum db_err
collect_items(struct page *p, struct collect *c)
{
	enum db_err err = DB_OK;

	for (int files = 0; files < 2; files++) {
		for (size_t i = 0; err == DB_OK && i < p->req.nform; i++) {
			struct record *r = NULL;
			struct item item;

			if (strcmp(p->req.form[i].name, "item") != 0 ||
			    !read_item(p->req.form[i].value, &item) ||
			    (files && item.kind != RECORD_FILE))
				continue;
			err = gather_version(c->g, item.phone, item.kind,
			    item.id, item.transfer, item.ordinal, &r);
			if (err == DB_NONE) {
				err = DB_OK; /* it is gone since */
				continue;
			}
			if (err == DB_OK && files)
				deliver_file(c->d, c->g, item.phone, r);
			else if (err == DB_OK)
				deliver_record(c->d, r);
			record_free(r);
		}
	}
	return err;
}

/* Everything the wish names, priced.  False after an answer. */
static bool
collect(struct page *p, const struct wish *w, struct deliver *d)
{
	struct gather g;
	struct collect c = { .d = d, .g = &g };
	enum db_err err = deliver_begin(d, p, w->to);

	if (!page_ok(p, err))
		return false;
	if (!gather_begin(&g, p))
		return false;
	err = w->items > 0 ? collect_items(p, &c) : collect_kinds(&c, w);
	gather_end(&g);
	if (!page_ok(p, err))
		return false;
	deliver_price(d);
	return true;
}

/* "Contacts, Messages · 2026-05-03 14:30": kinds and when, no contents. */
static void
make_label(struct page *p, const struct wish *w, char *out, size_t cap)
{
	const char *day = request_form(&p->req, "day");
	const char *clock = request_form(&p->req, "clock");
	size_t n = 0;

	out[0] = '\0';
	if (w->items > 0)
		n = (size_t)snprintf(out, cap, "%zu %s", w->items,
		    w->items == 1 ? TXT(p, PICKED_ONE) : TXT(p, PICKED));
	for (size_t i = 0; w->items == 0 && i < RESTORE_KINDS; i++)
		if (w->kind[i] && n < cap)
			n += (size_t)snprintf(out + n, cap - n, "%s%s",
			    n > 0 ? ", " : "",
			    text_get(p->language, restore_kinds[i].text));
	if (w->as_of_ms != 0 && n < cap)
		snprintf(out + n, cap - n, " · %s%s%s", day,
		    clock[0] != '\0' ? " " : "", clock);
}

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
		    "href=\"/restore/replace\">%s</a></p>\n",
		    TXT(p, PICK), TXT(p, REPLACE));
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
put_same_fields(struct page *p)
{
	for (size_t i = 0; i < p->req.nform; i++)
		if (strcmp(p->req.form[i].name, "csrf") != 0)
			html_put(&p->body,
			    "<input type=\"hidden\" name=\"%s\" "
			    "value=\"%s\">",
			    p->req.form[i].name, p->req.form[i].value);
}

static void
show_price(struct page *p, const struct wish *w, const struct deliver *d)
{
	char label[PAGES_NAME_MAX];

	make_label(p, w, label, sizeof label);
	page_begin(p, TXT(p, RESTORE_PRICE));
	if (d->too_much)
		page_note(p, "bad", TXT(p, E_TOO_MUCH));
	else if (d->n == 0)
		page_note(p, "bad", TXT(p, E_NOTHING_THERE));
	html_put(&p->body, "<div class=\"card narrow\"><h2>%s</h2>", label);
	deliver_put_price(d);
	buf_str(&p->body, "<div class=\"actions ask\">");
	if (!d->too_much && d->n > 0) {
		buf_str(&p->body,
		    "<form method=\"post\" action=\"/restore/start\">");
		page_csrf(p);
		put_same_fields(p);
		html_put(&p->body, "<button id=\"start\">%s</button>",
		    TXT(p, START));
		if (deliver_waits(d))
			html_put(&p->body,
			    "<p class=\"hint\" id=\"beyond-hint\">%s</p>"
			    "<button class=\"quiet\" name=\"beyond\" value=\"1\" "
			    "aria-describedby=\"beyond-hint\">%s (%lld SMS)"
			    "</button>",
			    TXT(p, BEYOND_HINT), TXT(p, BEYOND),
			    (long long)d->sms);
		buf_str(&p->body, "</form>");
	}
	html_put(&p->body,
	    "<a class=\"button quiet\" href=\"/restore\">%s</a></div></div>\n",
	    TXT(p, CANCEL));
	page_end(p);
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
	read_wish(p, &w);
	if (w.wrong != T_NONE) {
		p->status = 400;
		show_form(p, &w);
		return;
	}
	if (collect(p, &w, &d))
		show_price(p, &w, &d);
	deliver_clear(&d);
}

void
page_restore_start(struct page *p)
{
	struct pages_restore r = { 0 };
	struct deliver d = { .p = p };
	char path[64];
	struct wish w;

	read_wish(p, &w);
	if (w.wrong != T_NONE) {
		page_error(p, 400, T_E_BAD);
		return;
	}
	if (!collect(p, &w, &d))
		goto out;
	if (d.too_much || d.n == 0) {
		show_price(p, &w, &d);
		goto out;
	}
	r.from = w.from;
	snprintf(r.purpose, sizeof r.purpose, "%s", w.purpose);
	snprintf(r.state, sizeof r.state, "running");
	if (request_form(&p->req, "beyond")[0] != '\0')
		r.beyond = d.sms;
	make_label(p, &w, r.label, sizeof r.label);
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
