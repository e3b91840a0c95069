#include "phone_facts.h"

#include <stdlib.h>
#include <string.h>

bool
phone_facts_load(struct page *p, int64_t phone, struct phone_facts *out)
{
	*out = (struct phone_facts){ 0 };
	return page_ok(
		   p, pages_life(p->db, p->who.account, phone, &out->life)) &&
	       page_ok(p, pages_claims(p->db, p->who.account, phone,
			      &out->claim, &out->nclaims));
}

void
phone_facts_clear(struct phone_facts *f)
{
	free(f->claim);
	*f = (struct phone_facts){ 0 };
}

static void
put_state(struct page *p, const char *class, enum text_id text)
{
	html_put(&p->body, " <span class=\"state %s\">%s</span>", class,
	    text_get(p->language, text));
}

void
phone_facts_put_state(
    struct page *p, const struct pages_phone *ph, const struct phone_facts *f)
{
	if (ph->imported)
		return;
	if (ph->unbound_ms != 0)
		put_state(p, "", T_UNBOUND);
	else if (f->life.unbinding)
		put_state(p, "wait", T_UNBINDING);
	if (f->life.lost && ph->unbound_ms == 0)
		put_state(p, "bad", T_STATE_LOST);
	if (f->life.silent_told_ms != 0 && ph->unbound_ms == 0)
		put_state(p, "bad", T_STATE_SILENT);
}

static const struct {
	enum record_kind kind;
	enum text_id text;
} kinds[] = {
	{ RECORD_CONTACT, T_CONTACTS },
	{ RECORD_MESSAGE, T_MESSAGES },
	{ RECORD_CALL, T_CALLS },
	{ RECORD_CALENDAR, T_CALENDAR },
	{ RECORD_NOTE, T_NOTES },
	{ RECORD_FILE, T_FILES },
};
#define KINDS (sizeof kinds / sizeof kinds[0])

/* The first three are always there, the others if there are any. */
void
phone_facts_put_counts(struct page *p, const struct pages_phone *ph)
{
	buf_str(&p->body, "<p class=\"counts\">");
	for (size_t i = 0; i < KINDS; i++)
		if (i < 3 || ph->records[kinds[i].kind] > 0)
			html_put(&p->body, "<span><b>%lld</b> %s</span>",
			    (long long)ph->records[kinds[i].kind],
			    text_get(p->language, kinds[i].text));
	buf_str(&p->body, "</p>");
}

/* ---- is all of it here? ---- */

static bool
is_missing(const struct pages_claim *c)
{
	return strcmp(c->state, "differs") == 0 ||
	       strcmp(c->state, "asked") == 0 ||
	       strcmp(c->state, "sending") == 0;
}

static void
put_complete(
    struct page *p, const struct pages_phone *ph, const struct phone_facts *f)
{
	int64_t upto = 0;
	bool missing = ph->cumulative < ph->highest, open = f->nclaims == 0;

	for (size_t i = 0; i < f->nclaims; i++) {
		const struct pages_claim *c = &f->claim[i];

		missing = missing || is_missing(c);
		open = open || c->complete_ms == 0;
		if (upto == 0 || c->complete_ms < upto)
			upto = c->complete_ms;
	}
	if (missing) {
		put_state(p, "wait", T_MISSING);
	} else if (open) {
		html_put(&p->body, "%s", TXT(p, ALL_HERE));
	} else {
		html_put(&p->body, "<span class=\"state good\">%s ",
		    TXT(p, COMPLETE_TO));
		page_ago(p, upto);
		buf_str(&p->body, "</span>");
	}
}

static void
put_claim(struct page *p, const struct pages_claim *c)
{
	int64_t less = c->count - c->have;

	if (is_missing(c)) {
		html_put(&p->body, "<span class=\"state bad\">");
		if (c->have >= 0 && less > 0)
			html_put(&p->body, "%lld %s %lld %s", (long long)less,
			    TXT(p, OF), (long long)c->count,
			    TXT(p, ARE_MISSING));
		else
			html_put(&p->body, "%s", TXT(p, DIFFERS));
		html_put(&p->body, "</span> <small>%s</small>",
		    strcmp(c->state, "differs") == 0 ? TXT(p, ASKED_IN_VAIN)
						     : TXT(p, ASKED_AGAIN));
		return;
	}
	if (c->complete_ms != 0) {
		html_put(&p->body, "<span class=\"state good\">%s ",
		    TXT(p, COMPLETE_TO));
		page_moment(p, c->complete_ms);
		buf_str(&p->body, "</span>");
	}
	if (strcmp(c->state, "complete") != 0)
		html_put(&p->body, " <small>%s</small>", TXT(p, CHECKING));
}

static const struct pages_claim *
claim_of(const struct phone_facts *f, int kind)
{
	for (size_t i = 0; i < f->nclaims; i++)
		if (f->claim[i].kind == kind)
			return &f->claim[i];
	return NULL;
}

void
phone_facts_put_claims(
    struct page *p, const struct pages_phone *ph, const struct phone_facts *f)
{
	html_put(&p->body,
	    "<section class=\"card narrow\" id=\"complete\"><h2>%s</h2>"
	    "<p class=\"hint\">%s</p><table><tbody>",
	    TXT(p, COMPLETE), TXT(p, COMPLETE_TEXT));
	for (size_t i = 0; i < KINDS; i++) {
		const struct pages_claim *c = claim_of(f, (int)kinds[i].kind);

		if (c == NULL && ph->records[kinds[i].kind] == 0)
			continue;
		html_put(&p->body,
		    "<tr data-complete=\"%s\" data-kind=\"%s\"><th "
		    "scope=\"row\">%s</th><td>",
		    c != NULL ? c->state : "none",
		    record_kind_name(kinds[i].kind),
		    text_get(p->language, kinds[i].text));
		if (c == NULL)
			html_put(
			    &p->body, "<small>%s</small>", TXT(p, NOT_CLAIMED));
		else
			put_claim(p, c);
		buf_str(&p->body, "</td></tr>");
	}
	html_put(&p->body,
	    "</tbody></table><p><a href=\"/check\">%s</a></p></section>\n",
	    TXT(p, CHECK));
}

/* ---- all in all ---- */

static void
put_fact(struct page *p, const char *what)
{
	html_put(&p->body, "<dt>%s</dt><dd>", what);
}

static void
put_number(
    struct page *p, const struct pages_phone *ph, const struct phone_facts *f)
{
	put_fact(p, TXT(p, NUMBER));
	html_put(&p->body, "%s", ph->number);
	if (f->life.number_new[0] != '\0')
		html_put(&p->body, " <small>%s %s</small>", TXT(p, NUMBER_NEW),
		    f->life.number_new);
	buf_str(&p->body, "</dd>");
}

void
phone_facts_put(
    struct page *p, const struct pages_phone *ph, const struct phone_facts *f)
{
	buf_str(&p->body, "<dl>");
	put_fact(p, ph->imported ? TXT(p, IMPORT_LAST) : TXT(p, LAST_HEARD));
	page_ago(p, ph->heard_ms);
	buf_str(&p->body, "</dd>");
	if (ph->imported) {
		buf_str(&p->body, "</dl>");
		return;
	}
	put_number(p, ph, f);
	put_fact(p, TXT(p, COMPLETE));
	put_complete(p, ph, f);
	buf_str(&p->body, "</dd>");
	put_fact(p, TXT(p, SMS_MONTH));
	html_put(&p->body, "%lld %s · %lld %s</dd>",
	    (long long)f->life.month_up, TXT(p, SMS_UP),
	    (long long)f->life.month_down, TXT(p, SMS_DOWN));
	put_fact(p, TXT(p, POLICY));
	page_policy_state(p, ph);
	buf_str(&p->body, "</dd></dl>");
}
