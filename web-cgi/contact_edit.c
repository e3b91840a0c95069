#include "contact_edit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "utf8.h"

#define LINE_MAX 200 /* octets of a line */

const struct contact_line contact_lines[CONTACT_LINES] = {
	{ "name", "text", RECORD_NAME, T_F_NAME },
	{ "org", "text", RECORD_ORG, T_ORG },
	{ "title", "text", RECORD_TITLE, T_F_TITLE },
	{ "birthday", "text", RECORD_BIRTHDAY, T_BIRTHDAY },
};

const struct contact_group contact_groups[CONTACT_GROUPS] = {
	{ "number", "tel", "40", RECORD_NUMBER, RECORD_NUMBER_TYPE, 2,
	    T_NUMBER },
	{ "email", "email", "200", RECORD_EMAIL, RECORD_EMAIL_TYPE, 1,
	    T_EMAIL },
	{ "address", "text", "200", RECORD_ADDRESS, 0, 1, T_ADDRESS },
};

bool
contact_is_new(const struct contact_edit *e)
{
	return e->before == NULL;
}

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
refuse(struct contact_edit *e, const char *field, enum text_id why)
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
read_line(
    struct contact_edit *e, const struct contact_line *l, struct record *out)
{
	char text[LINE_MAX + 2];

	typed(e->p, l->name, 0, text, sizeof text);
	if (text[0] == '\0')
		return;
	if (!value_fits(l->tag, text) ||
	    record_add_text(out, l->tag, text) == -1)
		refuse(e, l->name, why_not(l->tag));
}

int64_t
contact_typed_label(
    const struct page *p, const struct contact_group *g, size_t nth)
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
read_group(
    struct contact_edit *e, const struct contact_group *g, struct record *out)
{
	char text[LINE_MAX + 2], field[16];

	for (size_t i = 1; i <= CONTACT_MANY; i++) {
		typed(e->p, g->name, i, text, sizeof text);
		if (text[0] == '\0')
			continue;
		if (!value_fits(g->tag, text) ||
		    record_add_text(out, g->tag, text) == -1) {
			snprintf(field, sizeof field, "%s%zu", g->name, i);
			refuse(e, field, why_not(g->tag));
		} else if (g->type_tag != 0) {
			record_add_int(
			    out, g->type_tag, contact_typed_label(e->p, g, i));
		}
	}
}

/* Lines end with one sign, as phones write them. */
static void
read_note(struct contact_edit *e, struct record *out)
{
	const char *from = request_form(&e->p->req, "note");
	char text[CONTACT_NOTE_MAX + 1];
	size_t n = 0;

	for (; *from != '\0' && n < CONTACT_NOTE_MAX; from++)
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
	for (size_t i = 0; i < CONTACT_LINES; i++)
		if (contact_lines[i].tag == tag)
			return true;
	for (size_t i = 0; i < CONTACT_GROUPS; i++)
		if (contact_groups[i].tag == tag ||
		    contact_groups[i].type_tag == tag)
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
int64_t
contact_time(const struct page *p)
{
	int64_t at = request_number(&p->req, "at"), now = page_now_ms();

	return at > now - 86400000LL && at <= now ? at : now;
}

struct record *
contact_read(struct contact_edit *e)
{
	struct record *out = record_new(RECORD_CONTACT, e->id);

	if (out == NULL)
		return NULL;
	for (size_t i = 0; i < CONTACT_LINES; i++)
		read_line(e, &contact_lines[i], out);
	for (size_t i = 0; i < CONTACT_GROUPS; i++)
		read_group(e, &contact_groups[i], out);
	read_note(e, out);
	if (request_form(&e->p->req, "starred")[0] != '\0')
		record_add_int(out, RECORD_STARRED, 1);
	if (!contact_is_new(e) && keep_others(e->before, out) == -1)
		refuse(e, "name", T_E_CONTACT_FULL);
	if (record_count(out, RECORD_NAME) == 0 &&
	    record_count(out, RECORD_NUMBER) == 0 &&
	    record_count(out, RECORD_EMAIL) == 0)
		refuse(e, "name", T_E_CONTACT_EMPTY);
	record_set_time_ms(out, contact_time(e->p));
	return out;
}

bool
contact_is_same(const struct contact_edit *e)
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
