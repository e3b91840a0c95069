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

#include "deliver.h"
#include "fields.h"
#include "utf8.h"

#define MANY 10 /* numbers, addresses and the like */
#define LINE_MAX 200 /* octets of a line */
#define NOTE_MAX 2000
#define NEW_ID 0x80000000u /* ids that no phone gives */

/* Fields of one line each, in the order of the form. */
static const struct line {
	const char *name, *type;
	uint16_t tag;
	enum text_id label;
} lines[] = {
	{ "name", "text", RECORD_NAME, T_F_NAME },
	{ "org", "text", RECORD_ORG, T_ORG },
	{ "title", "text", RECORD_TITLE, T_F_TITLE },
	{ "birthday", "text", RECORD_BIRTHDAY, T_BIRTHDAY },
};
#define LINES (sizeof lines / sizeof lines[0])

/* Those that repeat; type_tag 0: without a label of their own. */
static const struct group {
	const char *name, *input, *hint_max;
	uint16_t tag, type_tag;
	size_t least; /* rows to write in */
	enum text_id label;
} groups[] = {
	{ "number", "tel", "40", RECORD_NUMBER, RECORD_NUMBER_TYPE, 2,
	    T_NUMBER },
	{ "email", "email", "200", RECORD_EMAIL, RECORD_EMAIL_TYPE, 1,
	    T_EMAIL },
	{ "address", "text", "200", RECORD_ADDRESS, 0, 1, T_ADDRESS },
};
#define GROUPS (sizeof groups / sizeof groups[0])

struct edit {
	struct page *p;
	int64_t phone; /* 0: not chosen yet */
	uint32_t id; /* NEW_ID and up: a new one */
	uint32_t transfer, ordinal; /* the version that is changed; 0: none */
	struct record *before, *after; /* NULL: new; not valid */
	bool gone; /* it is to be deleted */
	enum text_id wrong;
	char wrong_field[16];
};

static bool
is_new(const struct edit *e)
{
	return e->before == NULL;
}

/* ---- what was typed ---- */

static bool
birthday_fits(const char *text)
{
	int y, m, d, n = 0;

	if (strncmp(text, "--", 2) == 0 &&
	    sscanf(text + 2, "%2d-%2d%n", &m, &d, &n) == 2)
		n += 2;
	else if (sscanf(text, "%4d-%2d-%2d%n", &y, &m, &d, &n) != 3)
		return false;
	return text[n] == '\0' && m >= 1 && m <= 12 && d >= 1 && d <= 31;
}

static bool
value_fits(uint16_t tag, const char *text)
{
	size_t len = strlen(text);

	if (len > LINE_MAX || !utf8_line(text, len))
		return false;
	if (tag == RECORD_NUMBER)
		return len <= 40 &&
		       text[strspn(text, "+0123456789 -().*#/,;")] == '\0';
	if (tag == RECORD_EMAIL)
		return strchr(text, '@') != NULL && strchr(text, ' ') == NULL;
	return tag != RECORD_BIRTHDAY || birthday_fits(text);
}

static void
refuse(struct edit *e, const char *field, enum text_id why)
{
	if (e->wrong != T_NONE)
		return;
	e->wrong = why;
	snprintf(e->wrong_field, sizeof e->wrong_field, "%s", field);
}

static enum text_id
why_not(uint16_t tag)
{
	return tag == RECORD_NUMBER     ? T_E_CONTACT_NUMBER
	       : tag == RECORD_EMAIL    ? T_E_CONTACT_MAIL
	       : tag == RECORD_BIRTHDAY ? T_E_CONTACT_BIRTHDAY
					: T_E_CONTACT_LINE;
}

/* A field of the form, without blanks around it. */
static void
typed(const struct page *p, const char *name, size_t nth, char *out, size_t cap)
{
	char numbered[24];
	const char *text;
	size_t len;

	snprintf(numbered, sizeof numbered, "%s%zu", name, nth);
	text = request_form(&p->req, nth > 0 ? numbered : name);
	text += strspn(text, " ");
	len = strlen(text);
	while (len > 0 && text[len - 1] == ' ')
		len--;
	snprintf(out, cap, "%.*s", (int)(len < cap ? len : cap - 1), text);
}

static void
read_line(struct edit *e, const struct line *l, struct record *out)
{
	char text[LINE_MAX + 2];

	typed(e->p, l->name, 0, text, sizeof text);
	if (text[0] == '\0')
		return;
	if (!value_fits(l->tag, text) ||
	    record_add_text(out, l->tag, text) == -1)
		refuse(e, l->name, why_not(l->tag));
}

static int64_t
typed_label(const struct page *p, const struct group *g, size_t nth)
{
	char name[24];
	long label;

	snprintf(name, sizeof name, "%s-type%zu", g->name, nth);
	label = strtol(request_form(&p->req, name), NULL, 10);
	return label >= RECORD_LABEL_MOBILE && label <= RECORD_LABEL_OTHER
		   ? label
		   : RECORD_LABEL_OTHER;
}

static void
read_group(struct edit *e, const struct group *g, struct record *out)
{
	char text[LINE_MAX + 2], field[16];

	for (size_t i = 1; i <= MANY; i++) {
		typed(e->p, g->name, i, text, sizeof text);
		if (text[0] == '\0')
			continue;
		if (!value_fits(g->tag, text) ||
		    record_add_text(out, g->tag, text) == -1) {
			snprintf(field, sizeof field, "%s%zu", g->name, i);
			refuse(e, field, why_not(g->tag));
		} else if (g->type_tag != 0) {
			record_add_int(
			    out, g->type_tag, typed_label(e->p, g, i));
		}
	}
}

/* Lines end with one sign, as phones write them. */
static void
read_note(struct edit *e, struct record *out)
{
	const char *from = request_form(&e->p->req, "note");
	char text[NOTE_MAX + 1];
	size_t n = 0;

	for (; *from != '\0' && n < NOTE_MAX; from++)
		if (*from != '\r')
			text[n++] = *from;
	text[n] = '\0';
	if (*from != '\0')
		refuse(e, "note", T_E_CONTACT_NOTE);
	else if (n > 0 && record_add_text(out, RECORD_NOTE_TEXT, text) == -1)
		refuse(e, "note", T_E_CONTACT_NOTE);
}

static bool
on_the_form(uint16_t tag)
{
	for (size_t i = 0; i < LINES; i++)
		if (lines[i].tag == tag)
			return true;
	for (size_t i = 0; i < GROUPS; i++)
		if (groups[i].tag == tag || groups[i].type_tag == tag)
			return true;
	/* The numbers in another form: the phone makes them anew. */
	return tag == RECORD_NOTE_TEXT || tag == RECORD_STARRED ||
	       tag == RECORD_NUMBER_E164;
}

static int
keep_others(const struct record *before, struct record *out)
{
	const struct record_field *f;
	size_t n = record_fields(before, &f);
	int err = 0;

	for (size_t i = 0; i < n && err == 0; i++)
		if (!on_the_form(f[i].tag))
			err = f[i].type == RECORD_TEXT
				  ? record_add_text(out, f[i].tag, f[i].text)
				  : record_add_int(out, f[i].tag, f[i].num);
	return err;
}

/* When it was priced: sent twice it is the same, and the phone takes it once.
 */
static int64_t
time_of(const struct page *p)
{
	int64_t at = request_number(&p->req, "at"), now = page_now_ms();

	return at > now - 86400000LL && at <= now ? at : now;
}

/* The contact that the form says; e->wrong tells if it is none. */
static struct record *
read_contact(struct edit *e)
{
	struct record *out = record_new(RECORD_CONTACT, e->id);

	if (out == NULL)
		return NULL;
	for (size_t i = 0; i < LINES; i++)
		read_line(e, &lines[i], out);
	for (size_t i = 0; i < GROUPS; i++)
		read_group(e, &groups[i], out);
	read_note(e, out);
	if (request_form(&e->p->req, "starred")[0] != '\0')
		record_add_int(out, RECORD_STARRED, 1);
	if (!is_new(e) && keep_others(e->before, out) == -1)
		refuse(e, "name", T_E_CONTACT_FULL);
	if (record_count(out, RECORD_NAME) == 0 &&
	    record_count(out, RECORD_NUMBER) == 0 &&
	    record_count(out, RECORD_EMAIL) == 0)
		refuse(e, "name", T_E_CONTACT_EMPTY);
	record_set_time_ms(out, time_of(e->p));
	return out;
}

/* Does it say what it said before?  The time alone does not count. */
static bool
is_same(const struct edit *e)
{
	struct record *a = record_copy(e->after), *b = record_copy(e->before);
	bool same = false;

	if (a != NULL && b != NULL) {
		record_set_time_ms(a, 0);
		record_set_time_ms(b, 0);
		same = record_equal(a, b);
	}
	record_free(a);
	record_free(b);
	return same;
}

/* ---- the form ---- */

/* What stands in a field: what was typed, or what the contact has. */
static const char *
shown(const struct edit *e, const char *field, uint16_t tag, size_t nth)
{
	const char *text = NULL;

	if (e->p->req.post)
		return request_form(&e->p->req, field);
	if (e->before != NULL)
		text = record_text(e->before, tag, nth);
	return browse_or(text, "");
}

static void
put_input(const struct edit *e, const char *field, const char *type,
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
put_label_choice(
    const struct edit *e, const struct group *g, size_t nth, const char *of)
{
	static const enum text_id words[] = { T_MOBILE, T_HOME_NUMBER, T_WORK,
		T_OTHER };
	struct page *p = e->p;
	int64_t chosen =
	    g->tag == RECORD_NUMBER ? RECORD_LABEL_MOBILE : RECORD_LABEL_HOME;

	if (p->req.post)
		chosen = typed_label(p, g, nth);
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
rows_of(const struct edit *e, const struct group *g)
{
	size_t rows = g->least;

	if (e->before != NULL && record_count(e->before, g->tag) >= rows)
		rows = record_count(e->before, g->tag) + 1;
	for (size_t i = 1; e->p->req.post && i <= MANY; i++) {
		char field[24];

		snprintf(field, sizeof field, "%s%zu", g->name, i);
		if (request_form(&e->p->req, field)[0] != '\0' && i > rows)
			rows = i;
	}
	return rows < MANY ? rows : MANY;
}

static void
put_group(const struct edit *e, const struct group *g)
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
put_note(const struct edit *e)
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
put_which(const struct edit *e)
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
put_phones(const struct edit *e)
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
show_form(const struct edit *e)
{
	struct page *p = e->p;

	page_begin(p, is_new(e) ? TXT(p, CONTACT_NEW) : TXT(p, CONTACT_EDIT));
	html_put(&p->body, "<p class=\"lead\">%s</p>\n", TXT(p, CONTACT_TEXT));
	if (e->wrong != T_NONE && e->wrong_field[0] == '\0')
		page_note(p, "bad", text_get(p->language, e->wrong));
	buf_str(&p->body, "<form method=\"post\" action=\"/contact/edit\" "
			  "class=\"card\" id=\"edit\" novalidate>");
	put_which(e);
	if (is_new(e)) {
		if (!put_phones(e))
			return;
	} else {
		html_put(&p->body,
		    "<input type=\"hidden\" name=\"phone\" value=\"%lld\">",
		    (long long)e->phone);
	}
	put_input(e, "name", "text", TXT(p, F_NAME),
	    shown(e, "name", RECORD_NAME, 0), "200");
	for (size_t i = 0; i < GROUPS; i++)
		put_group(e, &groups[i]);
	for (size_t i = 1; i < LINES; i++)
		put_input(e, lines[i].name, lines[i].type,
		    text_get(p->language, lines[i].label),
		    shown(e, lines[i].name, lines[i].tag, 0), "200");
	put_note(e);
	html_put(&p->body, "<button name=\"act\" value=\"price\">%s</button>",
	    TXT(p, SEE_PRICE));
	if (!is_new(e))
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
label_of(const struct edit *e)
{
	return e->gone     ? T_CONTACT_LABEL_GONE
	       : is_new(e) ? T_CONTACT_LABEL_NEW
			   : T_CONTACT_LABEL_CHANGED;
}

static void
show_price(const struct edit *e, const struct deliver *d)
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
send_it(const struct edit *e, struct deliver *d)
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
price_or_send(const struct edit *e, bool send)
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
load(struct edit *e)
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
find(struct edit *e)
{
	struct page *p = e->p;
	int64_t id = request_number(&p->req, "id");

	e->phone = request_number(&p->req, "phone");
	if (id == 0 && !p->req.post) {
		seal_random(&e->id, sizeof e->id);
		e->id |= NEW_ID;
		return true;
	}
	if (id < 0 || id > UINT32_MAX) {
		page_error(p, 404, T_E_NOT_FOUND);
		return false;
	}
	e->id = (uint32_t)id;
	/* One that was made on the page and has come back has a version. */
	if (p->req.post && request_number(&p->req, "transfer") == 0)
		return e->id >= NEW_ID;
	return load(e) == DB_OK;
}

/* Has the phone sent another version since the form was made? */
static bool
is_stale(const struct edit *e)
{
	const struct request *r = &e->p->req;

	return !is_new(e) && (request_number(r, "transfer") != e->transfer ||
				 request_number(r, "ordinal") != e->ordinal);
}

static void
act(struct edit *e)
{
	struct page *p = e->p;
	const char *what = request_form(&p->req, "act");
	bool send = strncmp(what, "send", 4) == 0;

	e->gone = !is_new(e) && (strcmp(what, "delete") == 0 ||
				    strcmp(what, "send-delete") == 0);
	if (e->gone) {
		e->after = record_new(RECORD_CONTACT, e->id);
		if (e->after != NULL) {
			record_set_op(e->after, RECORD_DELETE);
			record_set_time_ms(e->after, time_of(p));
		}
	} else {
		e->after = read_contact(e);
	}
	if (e->after == NULL)
		page_error(p, 500, T_E_DATABASE);
	else if (is_stale(e))
		e->wrong = T_E_CONTACT_STALE;
	else if (e->wrong == T_NONE && !e->gone && !is_new(e) && is_same(e))
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
	struct edit e = { .p = p };

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
