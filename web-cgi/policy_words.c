#include "policy_words.h"

#include <stdio.h>
#include <string.h>

#include "policy_form.h"

enum text_id
policy_words_mode(enum policy_mode mode)
{
	static const enum text_id text[] = {
		[POLICY_INHERIT] = T_MODE_INHERIT,
		[POLICY_OFF] = T_MODE_OFF,
		[POLICY_MANUAL] = T_MODE_MANUAL,
		[POLICY_INTERVAL] = T_MODE_INTERVAL,
		[POLICY_AT_ONCE] = T_MODE_AT_ONCE,
		[POLICY_FILL] = T_MODE_FILL,
	};

	return text[mode];
}

static void
put_span(struct page *p, uint32_t minutes)
{
	if (minutes % 1440 == 0 && minutes > 1440)
		html_put(
		    &p->body, "%u %s", (unsigned)minutes / 1440, TXT(p, DAYS));
	else if (minutes % 60 == 0)
		html_put(
		    &p->body, "%u %s", (unsigned)minutes / 60, TXT(p, HOURS));
	else
		html_put(&p->body, "%u %s", (unsigned)minutes, TXT(p, MINUTES));
}

static void
put_term(struct page *p, enum text_id what)
{
	html_put(&p->body, "<dt>%s</dt><dd>", text_get(p->language, what));
}

static void
put_kind(struct page *p, enum text_id what, struct policy_kind k)
{
	put_term(p, what);
	html_put(
	    &p->body, "%s", text_get(p->language, policy_words_mode(k.mode)));
	if (k.mode == POLICY_FILL || k.mode == POLICY_INTERVAL) {
		buf_str(&p->body, ": ");
		put_span(p, k.interval_min);
	}
	buf_str(&p->body, "</dd>");
}

static void
put_number(struct page *p, enum text_id what, uint32_t v)
{
	if (v == 0)
		return;
	put_term(p, what);
	html_put(&p->body, "%u</dd>", (unsigned)v);
}

static void
put_choice(struct page *p, enum text_id what, enum policy_choice choice)
{
	if (choice == POLICY_UNSAID)
		return;
	put_term(p, what);
	html_put(&p->body, "%s</dd>",
	    choice == POLICY_YES ? TXT(p, PV_YES) : TXT(p, PV_NO));
}

static void
put_filters(struct page *p, enum text_id what,
    const char filter[][POLICY_FILTER_MAX + 1], const struct names *names)
{
	for (size_t i = 0; i < POLICY_FILTERS_MAX; i++) {
		const char *name;

		if (filter[i][0] == '\0')
			continue;
		name = names != NULL ? names_find(names, filter[i]) : filter[i];
		put_term(p, what);
		html_put(&p->body, "%s", filter[i]);
		if (strcmp(name, filter[i]) != 0)
			html_put(&p->body, " · %s", name);
		buf_str(&p->body, "</dd>");
	}
}

static bool
says_nothing(const struct policy *policy)
{
	struct policy nothing = { .version = policy->version };

	return memcmp(policy, &nothing, sizeof nothing) == 0;
}

void
policy_words_put(
    struct page *p, const struct policy *policy, const struct names *names)
{
	if (says_nothing(policy)) {
		html_put(&p->body, "<p>%s</p>", TXT(p, POLICY_NOTHING));
		return;
	}
	buf_str(&p->body, "<dl>");
	for (size_t i = 0; i < POLICY_FORM_KINDS; i++) {
		const struct policy_form_about *about = &policy_form_kinds[i];

		if (policy->kind[about->kind].mode != POLICY_INHERIT)
			put_kind(p, about->text, policy->kind[about->kind]);
	}
	if (policy->quiet_from != policy->quiet_to) {
		char hours[32];

		snprintf(hours, sizeof hours, "%02u:%02u – %02u:%02u",
		    policy->quiet_from / 60u % 24, policy->quiet_from % 60u,
		    policy->quiet_to / 60u % 24, policy->quiet_to % 60u);
		put_term(p, T_QUIET_HOURS);
		html_put(&p->body, "%s</dd>", hours);
	}
	put_number(p, T_DAILY_MAX, policy->daily_sms);
	put_choice(p, T_ROAMING, policy->roaming);
	put_number(p, T_FILE_MAX, policy->file_max_kb);
	put_number(p, T_LOST_DAILY, policy->lost_daily_sms);
	put_choice(p, T_PV_CODES, policy->codes);
	put_filters(p, T_FILTER_WORD, policy->word, NULL);
	put_filters(p, T_FILTER_PEER, policy->peer, names);
	put_term(p, T_LOCK_SHORT);
	html_put(&p->body, "%s</dd></dl>",
	    policy->lock ? TXT(p, PV_YES) : TXT(p, PV_NO));
}
