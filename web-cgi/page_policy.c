/*
 * What a phone is to send and when, as its owner wishes and as it is in force.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "page.h"
#include "policy.h"
#include "wire.h"

void
page_policy_state(struct page *p, const struct pages_phone *ph)
{
	if (ph->policy_newest == 0)
		html_put(&p->body,
		    "<span class=\"state\" data-policy=\"none\">%s</span>",
		    TXT(p, POLICY_NONE));
	else if (ph->policy_applied >= ph->policy_newest)
		html_put(&p->body,
		    "<span class=\"state good\" data-policy=\"in-force\">%s"
		    "</span>",
		    TXT(p, POLICY_IN_FORCE));
	else
		html_put(&p->body,
		    "<span class=\"state wait\" data-policy=\"pending\">%s"
		    "</span>",
		    TXT(p, POLICY_PENDING));
}

static const struct {
	enum record_kind kind;
	enum text_id text;
} kinds[] = {
	{ RECORD_CONTACT, T_CONTACTS },
	{ RECORD_MESSAGE, T_MESSAGES },
	{ RECORD_CALL, T_CALLS },
};
#define KINDS (sizeof kinds / sizeof kinds[0])

static const enum text_id mode_text[] = {
	[POLICY_INHERIT] = T_MODE_INHERIT,
	[POLICY_OFF] = T_MODE_OFF,
	[POLICY_MANUAL] = T_MODE_MANUAL,
	[POLICY_INTERVAL] = T_MODE_INTERVAL,
	[POLICY_AT_ONCE] = T_MODE_AT_ONCE,
	[POLICY_FILL] = T_MODE_FILL,
};

static void
put_kind(struct page *p, size_t i, const struct policy *policy)
{
	const struct policy_kind *k = &policy->kind[kinds[i].kind];
	const char *name = record_kind_name(kinds[i].kind);
	uint32_t hours = k->interval_min >= 60 ? k->interval_min / 60 : 24;

	html_put(&p->body,
	    "<fieldset class=\"kind\"><legend>%s</legend>"
	    "<label for=\"%s\">%s</label><select id=\"%s\" name=\"%s\">",
	    text_get(p->language, kinds[i].text), name, TXT(p, WHEN), name,
	    name);
	for (int m = POLICY_INHERIT; m <= POLICY_FILL; m++)
		html_put(&p->body, "<option value=\"%d\"%s>%s</option>", m,
		    (int)k->mode == m ? " selected" : "",
		    text_get(p->language, mode_text[m]));
	html_put(&p->body,
	    "</select><label for=\"%s-hours\">%s</label>"
	    "<input id=\"%s-hours\" name=\"%s-hours\" type=\"number\" "
	    "min=\"1\" max=\"720\" value=\"%u\"></fieldset>\n",
	    name, TXT(p, EVERY), name, name, hours);
}

static void
show_policy(struct page *p, const struct pages_phone *ph)
{
	struct policy policy = { 0 };

	if (ph->policy_len > 0)
		policy_decode(
		    ph->policy, ph->policy_len, ph->policy_newest, &policy);
	page_begin(p, TXT(p, POLICY));
	html_put(&p->body, "<p class=\"lead\">%s · %s</p><p>", ph->name,
	    TXT(p, POLICY_TEXT));
	page_policy_state(p, ph);
	buf_str(&p->body, "</p>\n");
	html_put(&p->body, "<div class=\"card\">");
	page_phone_form(p, "/phone/policy", ph->phone);
	for (size_t i = 0; i < KINDS; i++)
		put_kind(p, i, &policy);
	html_put(&p->body,
	    "<label class=\"check\"><input type=\"checkbox\" name=\"lock\" "
	    "value=\"1\"%s> %s</label>\n<button>%s</button> "
	    "<span class=\"hint\">%s</span></form></div>\n",
	    policy.lock ? " checked" : "", TXT(p, LOCK), TXT(p, SAVE),
	    TXT(p, COSTS_ONE));
	page_end(p);
}

static void
read_policy(const struct page *p, struct policy *out)
{
	for (size_t i = 0; i < KINDS; i++) {
		const char *name = record_kind_name(kinds[i].kind);
		struct policy_kind *k = &out->kind[kinds[i].kind];
		char hours[40];
		int mode = atoi(request_form(&p->req, name));
		int64_t h;

		snprintf(hours, sizeof hours, "%s-hours", name);
		h = request_number(&p->req, hours);
		k->mode = mode >= POLICY_INHERIT && mode <= POLICY_FILL
			      ? (enum policy_mode)mode
			      : POLICY_INHERIT;
		k->interval_min = (uint32_t)(h < 1     ? 24
					     : h > 720 ? 720
						       : h) *
				  60;
	}
	out->lock = request_form(&p->req, "lock")[0] != '\0';
}

void
page_policy(struct page *p)
{
	struct pages_phone ph;
	struct policy policy = { 0 };
	uint8_t octets[WIRE_POLICY_MAX];
	size_t n;

	if (!page_phone_find(p, &ph))
		return;
	if (!p->req.post) {
		show_policy(p, &ph);
		return;
	}
	read_policy(p, &policy);
	n = policy_encode(&policy, octets, sizeof octets);
	/* The same again would cost an SMS for nothing. */
	if ((n != ph.policy_len || memcmp(octets, ph.policy, n) != 0) &&
	    !page_ok(p,
		pages_policy_put(p->db, p->who.account, ph.phone, octets, n)))
		return;
	page_to_phone(p, ph.phone, "&saved=1");
}
