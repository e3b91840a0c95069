/*
 * A phone that is lost: what its owner orders, and what it has confirmed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "form.h"
#include "pages_lost.h"
#include "rest.h"
#include "utf8.h"

#define TRIES 5 /* another browser may take a version first */

static const int locate_choices[] = { 0, 5, 15, 30, 60, 240, 1440 };
#define LOCATE_CHOICES (sizeof locate_choices / sizeof locate_choices[0])

/* ---- what is ordered ---- */

/* The text of an order; out "" if it has none, or does not open. */
static void
open_text(struct page *p, int64_t phone, const struct pages_order *o,
    char out[static WIRE_LOST_TEXT_MAX + 1])
{
	uint8_t ad[REST_LOST_AD_LEN];

	memset(out, 0, WIRE_LOST_TEXT_MAX + 1);
	rest_lost_ad(p->who.account, phone, o->version, ad);
	if (o->text_len > SEAL_TAG_LEN &&
	    seal_unwrap(p->service_key, REST_LOST_PURPOSE, ad, sizeof ad,
		o->text_sealed, o->text_len, (uint8_t *)out) != SEAL_OK)
		out[0] = '\0';
}

/* The next order of a phone.  DB_NONE: it is not bound. */
static enum db_err
put_order(
    struct page *p, int64_t phone, struct pages_order *o, const char *text)
{
	uint8_t ad[REST_LOST_AD_LEN];
	size_t len = strlen(text);
	enum db_err err = DB_NONE;

	for (int tries = 0; err == DB_NONE && tries < TRIES; tries++) {
		struct pages_lost now;

		err = pages_lost(p->db, p->who.account, phone, &now);
		if (err != DB_OK)
			return err;
		o->version = now.wished.version + 1;
		o->text_len = len > 0 ? len + SEAL_TAG_LEN : 0;
		rest_lost_ad(p->who.account, phone, o->version, ad);
		if (len > 0 &&
		    seal_wrap(p->service_key, REST_LOST_PURPOSE, ad, sizeof ad,
			text, len, o->text_sealed) != SEAL_OK)
			return DB_FAILED;
		err = pages_lost_put(p->db, p->who.account, phone, o);
	}
	return err;
}

static int
read_locate(const char *text)
{
	long min = strtol(text, NULL, 10);

	for (size_t i = 0; i < LOCATE_CHOICES; i++)
		if (locate_choices[i] == min)
			return (int)min;
	return 0;
}

/* ---- how it is ---- */

enum stand { NOT_LOST, ORDERED, IN_FORCE, CHANGING, RETURNING };

static enum stand
stand_of(const struct pages_lost *l)
{
	bool said = l->confirmed.version == l->wished.version;

	if (l->wished.on && said)
		return IN_FORCE;
	if (l->wished.on)
		return l->confirmed.on ? CHANGING : ORDERED;
	return said || l->wished.version == 0 ? NOT_LOST : RETURNING;
}

static const struct {
	const char *name, *class;
	enum text_id state, text;
} stands[] = {
	[NOT_LOST] = { "off", "good", T_LOST_OFF, T_LOST_OFF_TEXT },
	[ORDERED] = { "ordered", "wait", T_LOST_ORDERED, T_LOST_ORDERED_TEXT },
	[IN_FORCE] = { "on", "bad", T_LOST_ON, T_LOST_ON_TEXT },
	[CHANGING] = { "changing", "wait", T_LOST_CHANGING,
	    T_LOST_CHANGING_TEXT },
	[RETURNING] = { "returning", "wait", T_LOST_RETURNING,
	    T_LOST_RETURNING_TEXT },
};

static const char *
yes(struct page *p, bool so)
{
	return so ? TXT(p, YES) : TXT(p, NO);
}

static void
put_locate(struct page *p, int min)
{
	if (min == 0)
		html_put(&p->body, "%s", TXT(p, NO));
	else
		html_put(&p->body, "%s %d %s", TXT(p, LOST_EVERY), min,
		    TXT(p, MINUTES));
}

/* A line of the comparison: what is wished, what is confirmed. */
static void
put_line(struct page *p, enum text_id what, const char *wished,
    const char *confirmed)
{
	html_put(&p->body,
	    "<tr><th scope=\"row\">%s</th><td>%s</td><td>%s</td></tr>",
	    text_get(p->language, what), wished, confirmed);
}

static void
put_locate_line(
    struct page *p, const struct pages_order *w, const struct pages_order *c)
{
	html_put(
	    &p->body, "<tr><th scope=\"row\">%s</th><td>", TXT(p, LOST_LOCATE));
	put_locate(p, w->on ? w->locate_min : 0);
	buf_str(&p->body, "</td><td>");
	put_locate(p, c->on ? c->locate_min : 0);
	buf_str(&p->body, "</td></tr>");
}

static void
put_comparison(struct page *p, int64_t phone, const struct pages_lost *l)
{
	const struct pages_order *w = &l->wished, *c = &l->confirmed;
	char wished[WIRE_LOST_TEXT_MAX + 1], said[WIRE_LOST_TEXT_MAX + 1];

	open_text(p, phone, w, wished);
	open_text(p, phone, c, said);
	html_put(&p->body,
	    "<table class=\"orders\" id=\"orders\"><thead><tr><td></td>"
	    "<th scope=\"col\">%s</th><th scope=\"col\">%s</th></tr></thead>"
	    "<tbody>",
	    TXT(p, LOST_WISHED), TXT(p, LOST_CONFIRMED));
	put_line(p, T_LOST_MODE, yes(p, w->on), yes(p, c->on));
	put_line(p, T_LOST_LOCK, yes(p, w->on && w->lock_screen),
	    yes(p, c->on && c->lock_screen));
	put_line(
	    p, T_LOST_RING, yes(p, w->on && w->ring), yes(p, c->on && c->ring));
	put_locate_line(p, w, c);
	put_line(p, T_LOST_SHOWS, w->on && *wished != '\0' ? wished : "–",
	    c->on && *said != '\0' ? said : "–");
	buf_str(&p->body, "</tbody></table>");
}

static void
put_fact(struct page *p, enum text_id what)
{
	html_put(&p->body, "<dt>%s</dt><dd>", text_get(p->language, what));
}

static void
put_facts(
    struct page *p, const struct pages_phone *ph, const struct pages_lost *l)
{
	int64_t reserve_left = l->month_max + l->reserve - l->month_sms;

	buf_str(&p->body, "<dl>");
	if (l->wished.version > 0) {
		put_fact(p, T_LOST_ORDERED_AT);
		page_moment(p, l->wished.at_ms);
		if (l->wished.by_text)
			html_put(&p->body, " · %s", TXT(p, LOST_BY_TEXT));
		buf_str(&p->body, "</dd>");
		put_fact(p, T_LOST_SENT_AT);
		page_moment(p, l->sent >= l->wished.version ? l->sent_ms : 0);
		buf_str(&p->body, "</dd>");
		put_fact(p, T_LOST_CONFIRMED_AT);
		page_moment(p, l->confirmed.version == l->wished.version
				   ? l->confirmed_ms
				   : 0);
		buf_str(&p->body, "</dd>");
	}
	put_fact(p, T_LAST_HEARD);
	page_ago(p, ph->heard_ms);
	buf_str(&p->body, "</dd>");
	put_fact(p, T_NUMBER);
	html_put(&p->body, "%s", ph->number);
	if (l->number_new[0] != '\0')
		html_put(&p->body, " · %s %s", TXT(p, LOST_NUMBER_NEW),
		    l->number_new);
	buf_str(&p->body, "</dd>");
	put_fact(p, T_LOST_RESERVE);
	if (reserve_left > l->reserve)
		reserve_left = l->reserve;
	html_put(&p->body, "%lld %s %lld SMS</dd></dl>",
	    (long long)(reserve_left > 0 ? reserve_left : 0), TXT(p, OF),
	    (long long)l->reserve);
}

static void
put_live(
    struct page *p, const struct pages_phone *ph, const struct pages_lost *l)
{
	enum stand s = stand_of(l);

	html_put(&p->body,
	    "<section id=\"live\" class=\"card\" data-stand=\"%s\" "
	    "data-version=\"%u\"><p><span class=\"state %s\" "
	    "id=\"stand\">%s</span></p><p>%s</p>",
	    stands[s].name, l->wished.version, stands[s].class,
	    text_get(p->language, stands[s].state),
	    text_get(p->language, stands[s].text));
	if (l->held)
		html_put(&p->body,
		    "<p class=\"note wait\">%s <a href=\"/budget\">%s</a></p>",
		    TXT(p, LOST_HELD), TXT(p, BUDGET));
	if (l->wished.version > 0)
		put_comparison(p, ph->phone, l);
	put_facts(p, ph, l);
	buf_str(&p->body, "</section>\n");
}

/* ---- the forms ---- */

static void
put_check(struct page *p, const char *name, enum text_id label,
    enum text_id hint, bool on)
{
	html_put(&p->body,
	    "<label class=\"check\"><input type=\"checkbox\" name=\"%s\" "
	    "value=\"1\"%s> <span>%s<small>%s</small></span></label>",
	    name, on ? " checked" : "", text_get(p->language, label),
	    text_get(p->language, hint));
}

static void
put_locate_choice(struct page *p, int chosen)
{
	html_put(&p->body,
	    "<label for=\"locate\">%s</label><p class=\"hint\" "
	    "id=\"locate-hint\">%s</p><select id=\"locate\" name=\"locate\" "
	    "aria-describedby=\"locate-hint\">",
	    TXT(p, LOST_LOCATE), TXT(p, LOST_LOCATE_HINT));
	for (size_t i = 0; i < LOCATE_CHOICES; i++) {
		int min = locate_choices[i];

		html_put(&p->body, "<option value=\"%d\"%s>", min,
		    min == chosen ? " selected" : "");
		put_locate(p, min);
		if (min > 0)
			html_put(&p->body, " · %s %d %s", TXT(p, UP_TO),
			    1440 / min, TXT(p, SMS_A_DAY));
		buf_str(&p->body, "</option>");
	}
	buf_str(&p->body, "</select>");
}

/* Its fields as they are ordered now, or as they were just typed. */
static void
put_form(struct page *p, int64_t phone, const struct pages_lost *l,
    enum text_id wrong)
{
	const struct pages_order *w = &l->wished;
	bool fresh = !w->on;
	char text[WIRE_LOST_TEXT_MAX + 1];

	open_text(p, phone, w, text);
	html_put(&p->body, "<h2>%s</h2>",
	    fresh ? TXT(p, LOST_TURN_ON) : TXT(p, LOST_CHANGE));
	page_phone_form(p, "/phone/lost", phone);
	form_field(
	    p, &(struct form_field){ "text", "text", "off",
		   wrong != T_NONE ? request_form(&p->req, "text") : text,
		   T_LOST_TEXT, T_LOST_TEXT_HINT, wrong, true,
		   "maxlength=\"80\"" });
	put_check(
	    p, "lock", T_LOST_LOCK, T_LOST_LOCK_HINT, fresh || w->lock_screen);
	put_check(p, "ring", T_LOST_RING, T_LOST_RING_HINT, !fresh && w->ring);
	put_locate_choice(p, fresh ? 60 : w->locate_min);
	html_put(&p->body,
	    "<button name=\"act\" value=\"on\" id=\"order\" class=\"%s\">%s"
	    "</button></form>",
	    fresh ? "danger" : "",
	    fresh ? TXT(p, LOST_TURN_ON) : TXT(p, LOST_ORDER_CHANGE));
}

static void
put_found(struct page *p, int64_t phone)
{
	html_put(&p->body, "<section class=\"card\"><h2>%s</h2><p>%s</p>",
	    TXT(p, LOST_FOUND), TXT(p, LOST_FOUND_TEXT));
	page_phone_form(p, "/phone/lost", phone);
	html_put(&p->body,
	    "<button name=\"act\" value=\"found\" id=\"found\">%s</button>"
	    "</form></section>\n",
	    TXT(p, LOST_FOUND));
}

static void
put_what_happens(struct page *p)
{
	static const enum text_id points[] = { T_LOST_WHAT1, T_LOST_WHAT2,
		T_LOST_WHAT3, T_LOST_WHAT4, T_LOST_WHAT5 };

	html_put(&p->body,
	    "<section class=\"card\"><h2>%s</h2><ul class=\"points-plain\">",
	    TXT(p, LOST_WHAT));
	for (size_t i = 0; i < sizeof points / sizeof points[0]; i++)
		html_put(
		    &p->body, "<li>%s</li>", text_get(p->language, points[i]));
	buf_str(&p->body, "</ul></section>\n");
}

static void
put_links(struct page *p, int64_t phone, const struct pages_lost *l)
{
	html_put(&p->body,
	    "<p class=\"buttons\"><a class=\"button quiet\" "
	    "href=\"/phone/evidence?id=%lld\">%s (%lld)</a> <a "
	    "class=\"button quiet\" href=\"/codes\">%s</a> <a "
	    "class=\"button quiet\" href=\"/phone/wipe?id=%lld\">%s</a></p>\n",
	    (long long)phone, TXT(p, EVIDENCE), (long long)l->evidence,
	    TXT(p, CODES), (long long)phone, TXT(p, WIPE));
}

static void
show(struct page *p, const struct pages_phone *ph, const struct pages_lost *l,
    enum text_id wrong)
{
	page_begin(p, TXT(p, LOST_PHONE));
	html_put(&p->body,
	    "<p class=\"lead\"><a href=\"/phone?id=%lld\">%s</a></p>\n",
	    (long long)ph->phone, ph->name);
	put_links(p, ph->phone, l);
	if (ph->unbound_ms != 0)
		page_note(p, "bad", TXT(p, LOST_UNBOUND));
	put_live(p, ph, l);
	if (ph->unbound_ms == 0) {
		buf_str(&p->body, "<div class=\"two-cards\"><div>");
		if (l->wished.on)
			put_found(p, ph->phone);
		buf_str(&p->body, "<section class=\"card\">");
		put_form(p, ph->phone, l, wrong);
		buf_str(&p->body, "</section></div>\n");
		put_what_happens(p);
		buf_str(&p->body, "</div>\n");
	}
	page_end(p);
}

/* GET and POST /phone/lost?id= */
void
page_lost(struct page *p)
{
	const char *text = request_form(&p->req, "text");
	bool on = strcmp(request_form(&p->req, "act"), "on") == 0;
	struct pages_phone ph;
	struct pages_lost l;
	char path[64];

	if (!page_phone_find(p, &ph) ||
	    !page_ok(p, pages_lost(p->db, p->who.account, ph.phone, &l)))
		return;
	if (!p->req.post) {
		show(p, &ph, &l, T_NONE);
		return;
	}
	if (on && (strlen(text) > WIRE_LOST_TEXT_MAX ||
		      !utf8_line(text, strlen(text)))) {
		p->status = 400;
		show(p, &ph, &l, T_E_LOST_TEXT);
		return;
	}
	/* What is found stays found: no second order for a second click. */
	if (on || l.wished.on) {
		struct pages_order o = { .on = on,
			.ring = on && *request_form(&p->req, "ring") != '\0',
			.lock_screen =
			    on && *request_form(&p->req, "lock") != '\0',
			.locate_min =
			    on ? read_locate(request_form(&p->req, "locate"))
			       : 0 };

		if (!page_ok(p, put_order(p, ph.phone, &o, on ? text : "")))
			return;
	}
	snprintf(path, sizeof path, "/phone/lost?id=%lld", (long long)ph.phone);
	page_redirect(p, path);
}
