/*
 * What a phone is to send and when, as its owner wishes and as it is in force.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "form.h"
#include "pages_policy.h"
#include "pages_settings.h"
#include "policy_cost.h"
#include "policy_form.h"
#include "policy_words.h"

#define NAMES_MAX 500 /* contacts that the numbers' fields offer */

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

/* What the page shows beside the form. */
struct shown {
	struct pages_phone ph;
	struct policy newest; /* what is wished */
	struct pages_policy now, wish; /* version 0: there is none */
	struct pages_flow flow;
	int64_t price_milli;
	struct names names;
};

static bool
decode(const struct pages_policy *from, struct policy *out)
{
	*out = (struct policy){ 0 };
	return from->version == 0 ||
	       policy_decode(from->policy, from->len, from->version, out) == 0;
}

/* False after an answer; else the caller calls drop(). */
static bool
load(struct page *p, struct shown *s)
{
	struct pages_settings settings;
	const struct pages_phone *ph = &s->ph;
	int64_t account = p->who.account;

	if (ph->policy_applied > 0 &&
	    !page_ok(p, pages_policy_get(p->db, account, ph->phone,
			    ph->policy_applied, &s->now)))
		return false;
	if (ph->policy_newest > 0 &&
	    !page_ok(p, pages_policy_get(p->db, account, ph->phone,
			    ph->policy_newest, &s->wish)))
		return false;
	if (!page_ok(p, pages_settings(p->db, account, &settings)) ||
	    !page_ok(p, pages_flow(p->db, account, ph->phone, &s->flow)))
		return false;
	s->price_milli = settings.price_up_milli;
	if (names_load(p, &s->names))
		return true;
	free(s->flow.list);
	return false;
}

static void
drop(struct shown *s)
{
	free(s->flow.list);
	names_free(&s->names);
}

/* ---- what is in force, and what waits ---- */

static void
put_what(struct page *p, const struct shown *s, const struct pages_policy *of)
{
	struct policy policy;

	if (!decode(of, &policy))
		return;
	html_put(
	    &p->body, "<details><summary>%s</summary>", TXT(p, POLICY_SHOW));
	policy_words_put(p, &policy, &s->names);
	buf_str(&p->body, "</details>");
}

static void
put_now(struct page *p, const struct shown *s)
{
	html_put(&p->body,
	    "<section class=\"card narrow\" id=\"now\"><h2>%s</h2>",
	    TXT(p, POLICY_NOW));
	if (s->now.version == 0) {
		html_put(
		    &p->body, "<p>%s</p></section>\n", TXT(p, POLICY_NOW_NONE));
		return;
	}
	html_put(&p->body,
	    "<p><span class=\"state good\" data-in-force=\"%u\">%s ",
	    (unsigned)s->now.version, TXT(p, IN_FORCE_SINCE));
	page_moment(p, s->ph.policy_applied_ms);
	buf_str(&p->body, "</span></p>");
	put_what(p, s, &s->now);
	buf_str(&p->body, "</section>\n");
}

static bool
same_octets(const struct pages_policy *a, const struct pages_policy *b)
{
	return a->len == b->len && memcmp(a->policy, b->policy, a->len) == 0;
}

/* What a policy that says nothing is. */
static const struct pages_policy silent = { .policy = { 0 }, .len = 1 };

/* What is in force, to be sent again. */
static const struct pages_policy *
before(const struct shown *s)
{
	return s->now.version > 0 ? &s->now : &silent;
}

static void
put_waits(struct page *p, const struct shown *s)
{
	bool sent = s->ph.policy_sent >= s->ph.policy_newest;
	bool same = same_octets(&s->wish, before(s));

	if (s->ph.policy_newest <= s->ph.policy_applied)
		return;
	html_put(&p->body,
	    "<section class=\"card narrow\" id=\"waits\"><h2>%s</h2><p><span "
	    "class=\"state wait\" data-pending=\"%u\">%s ",
	    TXT(p, POLICY_WAITS), (unsigned)s->ph.policy_newest,
	    TXT(p, WAITS_SINCE));
	page_moment(p, s->wish.created_ms);
	html_put(&p->body, "</span></p><p>%s%s%s</p>",
	    sent ? TXT(p, POLICY_WAITS_SENT) : TXT(p, POLICY_WAITS_QUEUED),
	    same ? " " : "", same ? TXT(p, POLICY_WAITS_SAME) : "");
	put_what(p, s, &s->wish);
	if (!same) {
		page_phone_form(p, "/phone/policy", s->ph.phone);
		html_put(&p->body,
		    "<input type=\"hidden\" name=\"newest\" value=\"%u\">"
		    "<button class=\"quiet\" name=\"undo\" value=\"1\">%s"
		    "</button> <span class=\"hint\">%s %s</span></form>",
		    (unsigned)s->ph.policy_newest, TXT(p, POLICY_UNDO),
		    TXT(p, POLICY_UNDO_TEXT), TXT(p, COSTS_ONE));
	}
	buf_str(&p->body, "</section>\n");
}

/* ---- the form ---- */

static void
put_wrong(struct page *p, const char *id, enum text_id wrong)
{
	if (wrong != T_NONE)
		html_put(&p->body, "<p class=\"wrong\" id=\"%s-wrong\">%s</p>",
		    id, text_get(p->language, wrong));
}

static void
put_marked(struct page *p, const char *id, enum text_id wrong)
{
	if (wrong != T_NONE)
		html_put(&p->body,
		    " aria-invalid=\"true\" aria-describedby=\"%s-wrong\"", id);
}

/* Wherever something is set or wrong, the fold is open. */
static void
begin_fold(struct page *p, const char *id, enum text_id text, bool open)
{
	html_put(&p->body, "<details id=\"%s\"", id);
	html_put(&p->body, open ? " open" : "");
	html_put(
	    &p->body, "><summary>%s</summary>\n", text_get(p->language, text));
}

static void
put_cost(struct page *p, const struct shown *s, int64_t minutes)
{
	int64_t sms = policy_cost(&s->flow, minutes), cost;

	if (sms < 0)
		return;
	html_put(&p->body,
	    "<span class=\"side\" data-cost=\"%lld\"><b>%s %lld</b><small>%s",
	    (long long)sms, TXT(p, COST_ABOUT), (long long)sms,
	    TXT(p, COST_A_MONTH));
	cost = sms * s->price_milli;
	if (cost > 0)
		html_put(&p->body, " · %lld.%d%d", (long long)(cost / 1000),
		    (int)(cost / 100 % 10), (int)(cost / 10 % 10));
	buf_str(&p->body, "</small></span>");
}

static void
put_soon(struct page *p, const struct shown *s, const struct policy_form *f)
{
	static const enum text_id text[POLICY_FORM_SOON] = { T_SOON_DAY,
		T_SOON_6H, T_SOON_1H, T_SOON_NOW };
	char value[12];

	html_put(&p->body,
	    "<fieldset class=\"choices\" id=\"soon\"><legend>%s</legend>"
	    "<p class=\"hint\">%s</p>",
	    TXT(p, SOON), TXT(p, SOON_TEXT));
	for (size_t i = 0; i < POLICY_FORM_SOON; i++) {
		bool at_once = policy_form_soon[i] == 0;

		snprintf(value, sizeof value, "%u", policy_form_soon[i]);
		html_put(&p->body,
		    "<label class=\"row\"><input type=\"radio\" name=\"soon\" "
		    "value=\"%s\"%s><span class=\"main\"><b>%s</b><small>%s"
		    "</small></span>",
		    value, strcmp(f->soon, value) == 0 ? " checked" : "",
		    text_get(p->language, text[i]),
		    at_once ? TXT(p, SOON_NOW_HINT) : TXT(p, SOON_FULL_HINT));
		put_cost(p, s, policy_form_soon[i]);
		buf_str(&p->body, "</label>\n");
	}
	html_put(&p->body,
	    "<label class=\"row\"><input type=\"radio\" name=\"soon\" "
	    "value=\"\"%s><span class=\"main\"><b>%s</b><small>%s</small>"
	    "</span></label></fieldset>\n<p class=\"hint\" id=\"cost-how\">",
	    f->soon[0] == '\0' ? " checked" : "", TXT(p, SOON_PHONE),
	    TXT(p, SOON_PHONE_HINT));
	if (policy_cost(&s->flow, 0) < 0)
		html_put(&p->body, "%s</p>\n", TXT(p, COST_LITTLE));
	else
		html_put(&p->body, "%s %lld</p>\n", TXT(p, COST_HOW),
		    (long long)policy_cost_days(&s->flow));
}

static void
put_option(
    struct page *p, const char *value, const char *chosen, enum text_id t)
{
	html_put(&p->body, "<option value=\"%s\"%s>%s</option>", value,
	    strcmp(value, chosen) == 0 ? " selected" : "",
	    text_get(p->language, t));
}

static void
put_kind(struct page *p, const struct policy_form *f, size_t i)
{
	static const enum policy_mode order[] = { POLICY_INHERIT,
		POLICY_AT_ONCE, POLICY_FILL, POLICY_INTERVAL, POLICY_MANUAL,
		POLICY_OFF };
	const struct policy_form_kind *k = &f->kind[i];
	const struct policy_form_about *about = &policy_form_kinds[i];
	const char *name = record_kind_name(about->kind);

	html_put(&p->body,
	    "<fieldset class=\"kind\"><legend>%s</legend><div><label "
	    "for=\"%s\">%s</label><select id=\"%s\" name=\"%s\">",
	    text_get(p->language, about->text), name, TXT(p, WHEN), name, name);
	if (about->everyday)
		put_option(p, POLICY_FORM_SAME, k->mode, T_MODE_SAME);
	for (size_t m = 0; m < sizeof order / sizeof order[0]; m++)
		put_option(p, policy_mode_name(order[m]), k->mode,
		    policy_words_mode(order[m]));
	html_put(&p->body,
	    "</select></div><div class=\"span\"><label for=\"%s-n\">%s</label>"
	    "<input id=\"%s-n\" name=\"%s-n\" inputmode=\"numeric\" "
	    "maxlength=\"6\" value=\"%s\"",
	    name, TXT(p, SPAN), name, name, k->n);
	put_marked(p, name, k->wrong);
	html_put(&p->body,
	    "></div><div class=\"span\"><label for=\"%s-unit\">%s</label>"
	    "<select id=\"%s-unit\" name=\"%s-unit\">",
	    name, TXT(p, UNIT), name, name);
	put_option(p, "min", k->unit, T_MINUTES);
	put_option(p, "h", k->unit, T_HOURS);
	put_option(p, "d", k->unit, T_DAYS);
	buf_str(&p->body, "</select></div>");
	put_wrong(p, name, k->wrong);
	buf_str(&p->body, "</fieldset>\n");
}

static void
put_kinds(struct page *p, const struct policy_form *f)
{
	begin_fold(p, "own", T_KINDS_OWN, policy_form_has_own(f));
	for (size_t i = 0; i < POLICY_FORM_KINDS; i++)
		if (policy_form_kinds[i].everyday)
			put_kind(p, f, i);
	buf_str(&p->body, "</details>\n");
}

static void
put_choice(struct page *p, const char *name, enum text_id label,
    enum text_id hint, const char *chosen)
{
	html_put(&p->body, "<label for=\"%s\">%s</label>", name,
	    text_get(p->language, label));
	if (hint != T_NONE)
		html_put(&p->body, "<p class=\"hint\" id=\"%s-hint\">%s</p>",
		    name, text_get(p->language, hint));
	html_put(&p->body, "<select id=\"%s\" name=\"%s\"", name, name);
	if (hint != T_NONE)
		html_put(&p->body, " aria-describedby=\"%s-hint\"", name);
	buf_str(&p->body, ">");
	put_option(p, "0", chosen, T_PV_UNSAID);
	put_option(p, "2", chosen, T_PV_YES);
	put_option(p, "1", chosen, T_PV_NO);
	buf_str(&p->body, "</select>\n");
}

static void
put_number(struct page *p, const char *name, const char *value,
    enum text_id label, enum text_id hint, enum text_id wrong)
{
	form_field(
	    p, &(struct form_field){ name, "text", "off", value, label, hint,
		   wrong, true, "inputmode=\"numeric\" maxlength=\"6\"" });
}

static void
put_files(struct page *p, const struct policy_form *f)
{
	bool open = f->file_kb[0] != '\0' || f->file_wrong != T_NONE;

	for (size_t i = 0; i < POLICY_FORM_KINDS; i++)
		open = open || (!policy_form_kinds[i].everyday &&
				   strcmp(f->kind[i].mode, "inherit") != 0);
	begin_fold(p, "files", T_KINDS_FILES, open);
	for (size_t i = 0; i < POLICY_FORM_KINDS; i++)
		if (!policy_form_kinds[i].everyday)
			put_kind(p, f, i);
	put_number(
	    p, "file-kb", f->file_kb, T_FILE_MAX, T_FILE_HINT, f->file_wrong);
	buf_str(&p->body, "</details>\n");
}

static void
put_clock(struct page *p, const char *name, const char *value,
    enum text_id label, enum text_id wrong)
{
	html_put(&p->body,
	    "<div><label for=\"%s\">%s</label><input id=\"%s\" name=\"%s\" "
	    "type=\"time\" value=\"%s\"",
	    name, text_get(p->language, label), name, name, value);
	put_marked(p, "quiet", wrong);
	buf_str(&p->body, "></div>");
}

static void
put_limits(struct page *p, const struct policy_form *f)
{
	begin_fold(p, "limits", T_LIMITS_QUIET, policy_form_has_limits(f));
	html_put(&p->body,
	    "<fieldset><legend>%s</legend><p class=\"hint\">%s</p>"
	    "<div class=\"two\">",
	    TXT(p, QUIET_HOURS), TXT(p, QUIET_TEXT));
	put_clock(p, "quiet-from", f->quiet_from, T_QUIET_FROM, f->quiet_wrong);
	put_clock(p, "quiet-to", f->quiet_to, T_QUIET_TO, f->quiet_wrong);
	buf_str(&p->body, "</div>");
	put_wrong(p, "quiet", f->quiet_wrong);
	buf_str(&p->body, "</fieldset>\n");
	put_number(
	    p, "daily", f->daily, T_DAILY_MAX, T_DAILY_HINT, f->daily_wrong);
	put_choice(p, "roaming", T_ROAMING, T_NONE, f->roaming);
	put_number(
	    p, "lost", f->lost, T_LOST_DAILY, T_LOST_DAILY_HINT, f->lost_wrong);
	buf_str(&p->body, "</details>\n");
}

/* Four fields of one sort; list: suggestions; NULL: none. */
static void
put_filter(struct page *p, const char *sort, const char typed[][64],
    const enum text_id *wrong, enum text_id label, const char *list)
{
	char id[16];

	buf_str(&p->body, "<div class=\"two\">");
	for (size_t i = 0; i < POLICY_FILTERS_MAX; i++) {
		snprintf(id, sizeof id, "%s%zu", sort, i + 1);
		html_put(&p->body,
		    "<div><label for=\"%s\">%s %zu</label><input id=\"%s\" "
		    "name=\"%s\" autocomplete=\"off\" maxlength=\"40\" "
		    "value=\"%s\"",
		    id, text_get(p->language, label), i + 1, id, id, typed[i]);
		if (list != NULL)
			html_put(&p->body, " list=\"%s\"", list);
		put_marked(p, id, wrong[i]);
		buf_str(&p->body, ">");
		put_wrong(p, id, wrong[i]);
		buf_str(&p->body, "</div>");
	}
	buf_str(&p->body, "</div>");
}

/* Contacts by name, for whoever knows no numbers by heart. */
static void
put_people(struct page *p, const struct names *names)
{
	size_t n = 0;

	buf_str(&p->body, "<datalist id=\"people\">");
	for (size_t i = 0; i < names->ncontacts && n < NAMES_MAX; i++) {
		const struct record *r = names->contacts[i].record;
		const char *name = record_text(r, RECORD_NAME, 0);

		for (size_t k = 0; k < record_count(r, RECORD_NUMBER); k++, n++)
			html_put(&p->body, "<option value=\"%s\">%s</option>",
			    record_text(r, RECORD_NUMBER, k),
			    browse_or(name, ""));
	}
	buf_str(&p->body, "</datalist>\n");
}

static void
put_filters(struct page *p, const struct shown *s, const struct policy_form *f)
{
	begin_fold(p, "filters", T_FILTERS, policy_form_has_filters(f));
	put_choice(p, "codes", T_PV_CODES, T_PV_CODES_HINT, f->codes);
	put_wrong(p, "full", f->full_wrong);
	html_put(&p->body,
	    "<fieldset><legend>%s</legend><p class=\"hint\">%s</p>",
	    TXT(p, FILTER_WORDS), TXT(p, FILTER_WORDS_HINT));
	put_filter(p, "word", f->word, f->word_wrong, T_FILTER_WORD, NULL);
	html_put(&p->body,
	    "</fieldset><fieldset><legend>%s</legend><p class=\"hint\">%s</p>",
	    TXT(p, FILTER_PEERS), TXT(p, FILTER_PEERS_HINT));
	put_filter(p, "peer", f->peer, f->peer_wrong, T_FILTER_PEER, "people");
	put_people(p, &s->names);
	buf_str(&p->body, "</fieldset></details>\n");
}

static void
put_form(struct page *p, const struct shown *s, const struct policy_form *f)
{
	buf_str(&p->body, "<div class=\"card narrow policy\">");
	page_phone_form(p, "/phone/policy", s->ph.phone);
	html_put(&p->body,
	    "<input type=\"hidden\" name=\"newest\" "
	    "value=\"%u\">",
	    (unsigned)s->ph.policy_newest);
	put_soon(p, s, f);
	put_kinds(p, f);
	put_files(p, f);
	put_limits(p, f);
	put_filters(p, s, f);
	html_put(&p->body,
	    "<label class=\"check\"><input type=\"checkbox\" name=\"lock\" "
	    "value=\"1\"%s> %s</label><p class=\"hint\">%s</p>\n<button "
	    "id=\"save\">%s</button> <span class=\"hint\">%s</span></form>"
	    "</div>\n",
	    f->lock ? " checked" : "", TXT(p, LOCK), TXT(p, LOCK_HINT),
	    TXT(p, SAVE), TXT(p, COSTS_ONE));
}

/* ---- the page ---- */

static void
put_note(struct page *p)
{
	const char *done = request_query(&p->req, "done");

	if (p->status == 400)
		page_note(p, "bad", TXT(p, POLICY_ERRORS));
	else if (strcmp(done, "saved") == 0)
		page_note(p, "good", TXT(p, POLICY_SAVED));
	else if (strcmp(done, "same") == 0)
		page_note(p, "good", TXT(p, POLICY_SAME));
	else if (strcmp(done, "changed") == 0)
		page_note(p, "bad", TXT(p, POLICY_CHANGED));
}

static void
show(struct page *p, const struct shown *s, const struct policy_form *f)
{
	page_begin(p, TXT(p, POLICY));
	html_put(&p->body,
	    "<p class=\"back\"><a href=\"/phone?id=%lld\">← %s</a></p>"
	    "<p class=\"lead\">%s</p>",
	    (long long)s->ph.phone, s->ph.name, TXT(p, POLICY_TEXT));
	put_note(p);
	if (s->ph.unbound_ms != 0)
		page_note(p, "bad", TXT(p, POLICY_UNBOUND));
	put_waits(p, s);
	put_now(p, s);
	if (s->ph.unbound_ms == 0)
		put_form(p, s, f);
	page_end(p);
}

static void
back_with(struct page *p, int64_t phone, const char *done)
{
	char path[80];

	snprintf(path, sizeof path, "/phone/policy?id=%lld&done=%s",
	    (long long)phone, done);
	page_redirect(p, path);
}

/* The same again would cost an SMS for nothing. */
static void
put(struct page *p, const struct shown *s, const struct pages_policy *policy)
{
	if (same_octets(policy, s->wish.version > 0 ? &s->wish : &silent))
		back_with(p, s->ph.phone, "same");
	else if (page_ok(p, pages_policy_put(p->db, p->who.account, s->ph.phone,
				policy->policy, policy->len)))
		back_with(p, s->ph.phone, "saved");
}

static void
save(struct page *p, struct shown *s, struct policy_form *f)
{
	struct pages_policy policy = { 0 };

	policy_form_read(f, &p->req);
	if (!policy_form_take(f, &s->newest)) {
		p->status = 400;
		show(p, s, f);
		return;
	}
	policy.len =
	    policy_encode(&s->newest, policy.policy, sizeof policy.policy);
	put(p, s, &policy);
}

void
page_policy(struct page *p)
{
	struct shown s = { 0 };
	struct policy_form f;
	const char *seen = request_form(&p->req, "newest");

	if (!page_phone_find(p, &s.ph) || !load(p, &s))
		return;
	if (!decode(&s.wish, &s.newest))
		s.newest = (struct policy){ 0 };
	policy_form_fill(&f, &s.newest);
	if (!p->req.post || s.ph.unbound_ms != 0)
		show(p, &s, &f);
	else if (seen[0] != '\0' &&
		 strtoul(seen, NULL, 10) != s.ph.policy_newest)
		back_with(p, s.ph.phone, "changed");
	else if (request_form(&p->req, "undo")[0] != '\0')
		put(p, &s, before(&s));
	else
		save(p, &s, &f);
	drop(&s);
}
