/*
 * A contact written, changed or deleted on the page, and sent to a phone.
 *
 *    form --price--> what it changes, what it takes --send--> a restore
 *
 * The vault keeps what phones have: so the change is here when the phone has
 * taken it and says so.  What the form does not show of a contact stays as it
 * is.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contact_edit.h"
#include "deliver.h"
#include "fields.h"

/* ---- the form ---- */

/* What stands in a field: what was typed, or what the contact has. */
static const char *
shown(const struct contact_edit *e, const char *field, uint16_t tag, size_t nth)
{
	const char *text = NULL;

	if (e->p->req.post)
		return request_form(&e->p->req, field);
	if (e->before != NULL)
		text = record_text(e->before, tag, nth);
	return browse_or(text, "");
}

static void
put_input(const struct contact_edit *e, const char *field, const char *type,
    const char *label, const char *value, const char *max)
{
	struct page *p = e->p;
	bool wrong = strcmp(e->wrong_field, field) == 0;

	html_put(&p->body,
	    "<label for=\"%s\">%s</label><input id=\"%s\" name=\"%s\" "
	    "type=\"%s\" value=\"%s\" maxlength=\"%s\" autocomplete=\"off\"",
	    field, label, field, field, type, value, max);
	if (!wrong) {
		buf_str(&p->body, ">\n");
		return;
	}
	html_put(&p->body,
	    " aria-invalid=\"true\" aria-describedby=\"%s-wrong\" autofocus>"
	    "<p class=\"wrong\" id=\"%s-wrong\">%s</p>\n",
	    field, field, text_get(p->language, e->wrong));
}

static void
put_label_choice(const struct contact_edit *e, const struct contact_group *g,
    size_t nth, const char *of)
{
	static const enum text_id words[] = { T_MOBILE, T_HOME_NUMBER, T_WORK,
		T_OTHER };
	struct page *p = e->p;
	int64_t chosen =
	    g->tag == RECORD_NUMBER ? RECORD_LABEL_MOBILE : RECORD_LABEL_HOME;

	if (p->req.post)
		chosen = contact_typed_label(p, g, nth);
	else if (e->before != NULL)
		chosen = record_int(e->before, g->type_tag, nth - 1, chosen);
	html_put(&p->body,
	    "<label class=\"hidden\" for=\"%s-type%zu\">%s: %s</label><select "
	    "id=\"%s-type%zu\" name=\"%s-type%zu\">",
	    g->name, nth, of, TXT(p, CONTACT_KIND), g->name, nth, g->name, nth);
	for (int i = 0; i < 4; i++)
		html_put(&p->body, "<option value=\"%d\"%s>%s</option>", i + 1,
		    chosen == i + 1 ? " selected" : "",
		    text_get(p->language, words[i]));
	buf_str(&p->body, "</select>");
}

static size_t
rows_of(const struct contact_edit *e, const struct contact_group *g)
{
	size_t rows = g->least;

	if (e->before != NULL && record_count(e->before, g->tag) >= rows)
		rows = record_count(e->before, g->tag) + 1;
	for (size_t i = 1; e->p->req.post && i <= CONTACT_MANY; i++) {
		char field[24];

		snprintf(field, sizeof field, "%s%zu", g->name, i);
		if (request_form(&e->p->req, field)[0] != '\0' && i > rows)
			rows = i;
	}
	return rows < CONTACT_MANY ? rows : CONTACT_MANY;
}

static void
put_group(const struct contact_edit *e, const struct contact_group *g)
{
	struct page *p = e->p;
	size_t rows = rows_of(e, g);

	for (size_t i = 1; i <= rows; i++) {
		char field[24], label[80];

		snprintf(field, sizeof field, "%s%zu", g->name, i);
		snprintf(label, sizeof label, rows > 1 ? "%s %zu" : "%s",
		    text_get(p->language, g->label), i);
		html_put(&p->body, "<div class=\"%s\"><div>",
		    g->type_tag != 0 ? "valued" : "valued alone");
		put_input(e, field, g->input, label,
		    shown(e, field, g->tag, i - 1), g->hint_max);
		buf_str(&p->body, "</div>");
		if (g->type_tag != 0)
			put_label_choice(e, g, i, label);
		buf_str(&p->body, "</div>");
	}
}

static void
put_note(const struct contact_edit *e)
{
	struct page *p = e->p;
	bool wrong = strcmp(e->wrong_field, "note") == 0;
	bool star = p->req.post
			? request_form(&p->req, "starred")[0] != '\0'
			: e->before != NULL &&
			      record_int(e->before, RECORD_STARRED, 0, 0) == 1;

	html_put(&p->body,
	    "<label for=\"note\">%s</label><textarea id=\"note\" name=\"note\" "
	    "rows=\"3\" maxlength=\"2000\"%s>\n%s</textarea>",
	    TXT(p, NOTE), wrong ? " aria-invalid=true" : "",
	    shown(e, "note", RECORD_NOTE_TEXT, 0));
	if (wrong)
		html_put(&p->body, "<p class=\"wrong\">%s</p>",
		    TXT(p, E_CONTACT_NOTE));
	html_put(&p->body,
	    "<label class=\"check\"><input type=\"checkbox\" name=\"starred\" "
	    "value=\"1\"%s> %s</label>",
	    star ? " checked" : "", TXT(p, CONTACT_STARRED));
}

/* What tells which contact it is, from step to step. */
static void
put_which(const struct contact_edit *e)
{
	page_csrf(e->p);
	html_put(&e->p->body,
	    "<input type=\"hidden\" name=\"id\" value=\"%u\"><input "
	    "type=\"hidden\" name=\"transfer\" value=\"%u\"><input "
	    "type=\"hidden\" name=\"ordinal\" value=\"%u\">",
	    e->id, e->transfer, e->ordinal);
}

/* False after answering that there is no phone to send it to. */
static bool
put_phones(const struct contact_edit *e)
{
	struct page *p = e->p;
	struct pages_phone *list = NULL;
	size_t n = 0, bound = 0;

	if (!page_ok(p, pages_phones(p->db, p->who.account, 0, &list, &n)))
		return false;
	for (size_t i = 0; i < n; i++)
		bound += list[i].unbound_ms == 0;
	if (bound > 0)
		page_restore_phones(
		    p, "phone", T_TO_WHICH, list, n, true, e->phone);
	else
		html_put(
		    &p->body, "<p class=\"note bad\">%s</p>", TXT(p, NO_BOUND));
	free(list);
	return true;
}

static void
show_form(const struct contact_edit *e)
{
	struct page *p = e->p;

	page_begin(
	    p, contact_is_new(e) ? TXT(p, CONTACT_NEW) : TXT(p, CONTACT_EDIT));
	html_put(&p->body, "<p class=\"lead\">%s</p>\n", TXT(p, CONTACT_TEXT));
	if (e->wrong != T_NONE && e->wrong_field[0] == '\0')
		page_note(p, "bad", text_get(p->language, e->wrong));
	buf_str(&p->body, "<form method=\"post\" action=\"/contact/edit\" "
			  "class=\"card\" id=\"edit\" novalidate>");
	put_which(e);
	if (contact_is_new(e)) {
		if (!put_phones(e))
			return;
	} else {
		html_put(&p->body,
		    "<input type=\"hidden\" name=\"phone\" value=\"%lld\">",
		    (long long)e->phone);
	}
	put_input(e, "name", "text", TXT(p, F_NAME),
	    shown(e, "name", RECORD_NAME, 0), "200");
	for (size_t i = 0; i < CONTACT_GROUPS; i++)
		put_group(e, &contact_groups[i]);
	for (size_t i = 1; i < CONTACT_LINES; i++)
		put_input(e, contact_lines[i].name, contact_lines[i].type,
		    text_get(p->language, contact_lines[i].label),
		    shown(e, contact_lines[i].name, contact_lines[i].tag, 0),
		    "200");
	put_note(e);
	html_put(&p->body, "<button name=\"act\" value=\"price\">%s</button>",
	    TXT(p, SEE_PRICE));
	if (!contact_is_new(e))
		html_put(&p->body,
		    " <button class=\"danger\" name=\"act\" value=\"delete\" "
		    "id=\"delete\">%s</button>",
		    TXT(p, CONTACT_DELETE));
	html_put(&p->body, "</form>\n<p><a href=\"/contacts\">← %s</a></p>\n",
	    TXT(p, CONTACTS));
	page_end(p);
}

/* ---- the price, and sending ---- */

/* Every field once more, so that what is sent is what was priced. */
static void
put_same_fields(struct page *p)
{
	for (size_t i = 0; i < p->req.nform; i++)
		if (strcmp(p->req.form[i].name, "csrf") != 0 &&
		    strcmp(p->req.form[i].name, "act") != 0 &&
		    strcmp(p->req.form[i].name, "at") != 0)
			html_put(&p->body,
			    "<input type=\"hidden\" name=\"%s\" "
			    "value=\"%s\">",
			    p->req.form[i].name, p->req.form[i].value);
}

static enum text_id
label_of(const struct contact_edit *e)
{
	return e->gone             ? T_CONTACT_LABEL_GONE
	       : contact_is_new(e) ? T_CONTACT_LABEL_NEW
				   : T_CONTACT_LABEL_CHANGED;
}

static void
show_price(const struct contact_edit *e, const struct deliver *d)
{
	struct page *p = e->p;

	page_begin(p, TXT(p, RESTORE_PRICE));
	html_put(&p->body,
	    "<div class=\"card narrow\" id=\"change\"><h2>%s"
	    "</h2>",
	    text_get(p->language, label_of(e)));
	fields_put_difference(p, e->before, e->gone ? NULL : e->after);
	buf_str(&p->body, "</div>\n<div class=\"card narrow\">");
	deliver_put_price(d);
	buf_str(&p->body, "<div class=\"actions ask\"><form method=\"post\" "
			  "action=\"/contact/edit\">");
	page_csrf(p);
	put_same_fields(p);
	html_put(&p->body, "<input type=\"hidden\" name=\"at\" value=\"%lld\">",
	    (long long)record_time_ms(e->after));
	html_put(&p->body,
	    "<button id=\"send\" class=\"%s\" name=\"act\" value=\"%s\">%s"
	    "</button></form><a class=\"button quiet\" href=\"/contacts\">%s"
	    "</a></div></div>\n",
	    e->gone ? "danger" : "", e->gone ? "send-delete" : "send",
	    e->gone ? TXT(p, CONTACT_DELETE) : TXT(p, CONTACT_SEND),
	    TXT(p, CANCEL));
	page_end(p);
}

static void
send_it(const struct contact_edit *e, struct deliver *d)
{
	struct page *p = e->p;
	struct pages_restore r = { .purpose = "change", .state = "running" };
	char path[64];

	snprintf(
	    r.label, sizeof r.label, "%s", text_get(p->language, label_of(e)));
	if (!page_ok(p, deliver_write(d, &r)))
		return;
	snprintf(path, sizeof path, "/restore/show?id=%lld", (long long)r.id);
	page_redirect(p, path);
}

static void
price_or_send(const struct contact_edit *e, bool send)
{
	struct page *p = e->p;
	struct deliver d;

	if (page_ok(p, deliver_begin(&d, p, e->phone))) {
		deliver_record(&d, e->after);
		deliver_price(&d);
		if (d.too_much || d.n != 1)
			page_error(p, 500, T_E_DATABASE);
		else if (send)
			send_it(e, &d);
		else
			show_price(e, &d);
	}
	deliver_clear(&d);
}

/* ---- which contact ---- */

/* The version that is here now, of a contact that is not new. */
static enum db_err
load(struct contact_edit *e)
{
	struct page *p = e->p;
	struct pages_records rows;
	struct opened *list = NULL;
	struct gather g;
	size_t n = 0, damaged;
	enum db_err err;

	if (!gather_begin(&g, p))
		return DB_REFUSED; /* answered */
	err = pages_version(p->db, p->who.account, e->phone, RECORD_CONTACT,
	    e->id, 0, 0, &rows);
	if (err == DB_OK) {
		err = open_rows(p->opener, p->db, p->who.account, g.secret,
		    &rows, &list, &n, &damaged);
		pages_records_clear(&rows);
	}
	gather_end(&g);
	if (err == DB_OK && n != 1)
		err = DB_NONE;
	if (err == DB_OK) {
		e->before = list[0].record;
		list[0].record = NULL;
		e->transfer = list[0].transfer;
		e->ordinal = list[0].ordinal;
	}
	if (list != NULL)
		opened_free(list, n);
	if (err != DB_OK)
		page_ok(p, err);
	return err;
}

/* Fill e from the address or the form.  False after an answer. */
static bool
find(struct contact_edit *e)
{
	struct page *p = e->p;
	int64_t id = request_number(&p->req, "id");

	e->phone = request_number(&p->req, "phone");
	if (id == 0 && !p->req.post) {
		seal_random(&e->id, sizeof e->id);
		e->id |= CONTACT_NEW_ID;
		return true;
	}
	if (id < 0 || id > UINT32_MAX) {
		page_error(p, 404, T_E_NOT_FOUND);
		return false;
	}
	e->id = (uint32_t)id;
	/* One that was made on the page and has come back has a version. */
	if (p->req.post && request_number(&p->req, "transfer") == 0)
		return e->id >= CONTACT_NEW_ID;
	return load(e) == DB_OK;
}

/* Has the phone sent another version since the form was made? */
static bool
is_stale(const struct contact_edit *e)
{
	const struct request *r = &e->p->req;

	return !contact_is_new(e) &&
	       (request_number(r, "transfer") != e->transfer ||
		   request_number(r, "ordinal") != e->ordinal);
}

static void
act(struct contact_edit *e)
{
	struct page *p = e->p;
	const char *what = request_form(&p->req, "act");
	bool send = strncmp(what, "send", 4) == 0;

	e->gone = !contact_is_new(e) && (strcmp(what, "delete") == 0 ||
					    strcmp(what, "send-delete") == 0);
	if (e->gone) {
		e->after = record_new(RECORD_CONTACT, e->id);
		if (e->after != NULL) {
			record_set_op(e->after, RECORD_DELETE);
			record_set_time_ms(e->after, contact_time(p));
		}
	} else {
		e->after = contact_read(e);
	}
	if (e->after == NULL)
		page_error(p, 500, T_E_DATABASE);
	else if (is_stale(e))
		e->wrong = T_E_CONTACT_STALE;
	else if (e->wrong == T_NONE && !e->gone && !contact_is_new(e) &&
		 contact_is_same(e))
		e->wrong = T_E_CONTACT_SAME;
	if (e->after != NULL && e->wrong == T_NONE) {
		price_or_send(e, send);
	} else if (e->after != NULL) {
		p->status = 400;
		show_form(e);
	}
}

/* GET and POST /contact/edit?phone=&id=; without id: a new one */
void
page_contact_edit(struct page *p)
{
	struct contact_edit e = { .p = p };

	if (!find(&e)) {
		if (p->body.n == 0 && p->headers.n == 0)
			page_error(p, 400, T_E_BAD);
		return;
	}
	if (p->req.post)
		act(&e);
	else
		show_form(&e);
	record_free(e.before);
	record_free(e.after);
}
