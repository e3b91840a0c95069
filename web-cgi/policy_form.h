/*
 * policy_form.h - a policy as the fields of a form, and back.
 *
 * What a form does not have is left as it was: a policy that went through a
 * form has lost nothing.  No markup here: see page_policy.c.
 */
#ifndef POLICY_FORM_H
#define POLICY_FORM_H

#include "policy.h"
#include "request.h"
#include "text.h"

/* "Within ..." of the everyday kinds, in minutes: what "soon" may be beside
 * "", which is as the phone is set. */
#define POLICY_FORM_SOON 4
extern const unsigned policy_form_soon[POLICY_FORM_SOON];

/* The kinds of the form, and how they are called there. */
#define POLICY_FORM_KINDS 7
struct policy_form_about {
	enum record_kind kind;
	enum text_id text;
	bool everyday; /* may follow "soon" */
};
extern const struct policy_form_about policy_form_kinds[POLICY_FORM_KINDS];
#define POLICY_FORM_SAME "same" /* a mode: as "soon" says */

struct policy_form_kind {
	char mode[12]; /* POLICY_FORM_SAME, or policy_mode_name() */
	char n[12], unit[4]; /* "min", "h" or "d" */
	enum text_id wrong;
};

struct policy_form {
	char soon[8];
	struct policy_form_kind kind[POLICY_FORM_KINDS];
	char quiet_from[8], quiet_to[8]; /* "22:00", or "" */
	char daily[12], file_kb[12], lost[12];
	char codes[4], roaming[4]; /* enum policy_choice */
	bool lock;
	char word[POLICY_FILTERS_MAX][64], peer[POLICY_FILTERS_MAX][64];
	enum text_id quiet_wrong, daily_wrong, file_wrong, lost_wrong;
	enum text_id word_wrong[POLICY_FILTERS_MAX];
	enum text_id peer_wrong[POLICY_FILTERS_MAX];
	enum text_id full_wrong; /* it does not fit into an SMS */
};

void policy_form_fill(struct policy_form *f, const struct policy *p);
/* Takes what the request's form has over what f holds. */
void policy_form_read(struct policy_form *f, const struct request *req);
/*
 * Sets in *p what the form says and leaves the rest.  False if something is
 * wrong; then the _wrong fields say what, and *p is half done.
 */
bool policy_form_take(struct policy_form *f, struct policy *p);
/* Does a kind have a setting of its own? */
bool policy_form_has_own(const struct policy_form *f);
bool policy_form_has_limits(const struct policy_form *f);
bool policy_form_has_filters(const struct policy_form *f);

#endif
