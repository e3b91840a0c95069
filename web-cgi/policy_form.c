#include "policy_form.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "utf8.h"
#include "wire.h"

#define KINDS POLICY_FORM_KINDS
#define SOON POLICY_FORM_SOON
#define U16_MAX 65535

const unsigned policy_form_soon[SOON] = { 1440, 360, 60, 0 };

const struct policy_form_about policy_form_kinds[KINDS] = {
	{ RECORD_CONTACT, T_CONTACTS, true },
	{ RECORD_MESSAGE, T_MESSAGES, true },
	{ RECORD_CALL, T_CALLS, true },
	{ RECORD_CALENDAR, T_CALENDAR, true },
	{ RECORD_NOTE, T_NOTES, true },
	{ RECORD_FILE, T_FILES, false },
	{ RECORD_LOCATION, T_PK_LOCATION, false },
};

/* ---- a policy as fields ---- */

/* The setting that "soon" stands for: index SOON is "as the phone is set". */
static struct policy_kind
soon_kind(size_t soon)
{
	if (soon == SOON)
		return (struct policy_kind){ POLICY_INHERIT, 0 };
	if (policy_form_soon[soon] == 0)
		return (struct policy_kind){ POLICY_AT_ONCE, 0 };
	return (struct policy_kind){ POLICY_FILL, policy_form_soon[soon] };
}

static bool
same_kind(struct policy_kind a, struct policy_kind b)
{
	bool timed = a.mode == POLICY_FILL || a.mode == POLICY_INTERVAL;

	return a.mode == b.mode && (!timed || a.interval_min == b.interval_min);
}

/* What most of the everyday kinds have; the phone's own if none has any. */
static size_t
soon_of(const struct policy *p)
{
	size_t best = SOON, best_n = 0;

	for (size_t s = 0; s <= SOON; s++) {
		size_t n = 0;

		for (size_t i = 0; i < KINDS; i++)
			n += policy_form_kinds[i].everyday &&
			     same_kind(p->kind[policy_form_kinds[i].kind],
				 soon_kind(s));
		if (n > best_n) {
			best = s;
			best_n = n;
		}
	}
	return best;
}

static void
fill_kind(struct policy_form_kind *f, struct policy_kind k)
{
	uint32_t min =
	    k.interval_min >= POLICY_INTERVAL_MIN ? k.interval_min : 1440;
	bool days = min % 1440 == 0 && min > 1440, hours = min % 60 == 0;

	snprintf(f->mode, sizeof f->mode, "%s", policy_mode_name(k.mode));
	snprintf(f->n, sizeof f->n, "%u",
	    (unsigned)(days    ? min / 1440
		       : hours ? min / 60
			       : min));
	snprintf(f->unit, sizeof f->unit, "%s",
	    days    ? "d"
	    : hours ? "h"
		    : "min");
}

static void
fill_number(char out[static 12], uint32_t v)
{
	out[0] = '\0';
	if (v > 0)
		snprintf(out, 12, "%u", (unsigned)v);
}

static void
fill_clock(char out[static 8], unsigned minute)
{
	snprintf(out, 8, "%02u:%02u", minute / 60 % 24, minute % 60);
}

void
policy_form_fill(struct policy_form *f, const struct policy *p)
{
	size_t soon = soon_of(p);

	memset(f, 0, sizeof *f);
	if (soon < SOON)
		snprintf(f->soon, sizeof f->soon, "%u", policy_form_soon[soon]);
	for (size_t i = 0; i < KINDS; i++) {
		const struct policy_form_about *about = &policy_form_kinds[i];

		fill_kind(&f->kind[i], p->kind[about->kind]);
		if (about->everyday &&
		    same_kind(p->kind[about->kind], soon_kind(soon)))
			snprintf(f->kind[i].mode, sizeof f->kind[i].mode,
			    POLICY_FORM_SAME);
	}
	if (p->quiet_from != p->quiet_to) {
		fill_clock(f->quiet_from, p->quiet_from);
		fill_clock(f->quiet_to, p->quiet_to);
	}
	fill_number(f->daily, p->daily_sms);
	fill_number(f->file_kb, p->file_max_kb);
	fill_number(f->lost, p->lost_daily_sms);
	snprintf(f->codes, sizeof f->codes, "%d", (int)p->codes);
	snprintf(f->roaming, sizeof f->roaming, "%d", (int)p->roaming);
	f->lock = p->lock;
	for (size_t i = 0; i < POLICY_FILTERS_MAX; i++) {
		snprintf(f->word[i], sizeof f->word[i], "%s", p->word[i]);
		snprintf(f->peer[i], sizeof f->peer[i], "%s", p->peer[i]);
	}
}

/* ---- what was typed ---- */

/* Without the blanks around it; absent: out stays. */
static void
take(const struct request *req, const char *name, char *out, size_t cap)
{
	for (size_t i = 0; i < req->nform; i++) {
		const char *v = req->form[i].value;
		size_t n;

		if (strcmp(req->form[i].name, name) != 0)
			continue;
		v += strspn(v, " \t");
		n = strlen(v);
		while (n > 0 && (v[n - 1] == ' ' || v[n - 1] == '\t'))
			n--;
		/* Too long to be right is too long to be kept whole. */
		n = utf8_cut(v, n, cap - 1);
		snprintf(out, cap, "%.*s", (int)n, v);
		return;
	}
}

void
policy_form_read(struct policy_form *f, const struct request *req)
{
	char name[32];

	take(req, "soon", f->soon, sizeof f->soon);
	for (size_t i = 0; i < KINDS; i++) {
		const char *kind = record_kind_name(policy_form_kinds[i].kind);
		struct policy_form_kind *k = &f->kind[i];

		take(req, kind, k->mode, sizeof k->mode);
		snprintf(name, sizeof name, "%s-n", kind);
		take(req, name, k->n, sizeof k->n);
		snprintf(name, sizeof name, "%s-unit", kind);
		take(req, name, k->unit, sizeof k->unit);
	}
	take(req, "quiet-from", f->quiet_from, sizeof f->quiet_from);
	take(req, "quiet-to", f->quiet_to, sizeof f->quiet_to);
	take(req, "daily", f->daily, sizeof f->daily);
	take(req, "file-kb", f->file_kb, sizeof f->file_kb);
	take(req, "lost", f->lost, sizeof f->lost);
	take(req, "codes", f->codes, sizeof f->codes);
	take(req, "roaming", f->roaming, sizeof f->roaming);
	for (unsigned i = 0; i < POLICY_FILTERS_MAX; i++) {
		snprintf(name, sizeof name, "word%u", i + 1);
		take(req, name, f->word[i], sizeof f->word[i]);
		snprintf(name, sizeof name, "peer%u", i + 1);
		take(req, name, f->peer[i], sizeof f->peer[i]);
	}
	f->lock = request_form(req, "lock")[0] != '\0';
}

/* ---- fields as a policy ---- */

/* -1: not a number of at most 6 digits. */
static long
read_number(const char *text)
{
	size_t n = strlen(text);

	if (n == 0 || n > 6 || strspn(text, "0123456789") != n)
		return -1;
	return strtol(text, NULL, 10);
}

static bool
read_mode(const char *text, enum policy_mode *out)
{
	for (int m = POLICY_INHERIT; m <= POLICY_FILL; m++)
		if (strcmp(text, policy_mode_name((enum policy_mode)m)) == 0) {
			*out = (enum policy_mode)m;
			return true;
		}
	return false;
}

static struct policy_kind
read_soon(const char *text)
{
	for (size_t s = 0; s < SOON; s++)
		if (text[0] != '\0' &&
		    strtoul(text, NULL, 10) == policy_form_soon[s])
			return soon_kind(s);
	return soon_kind(SOON);
}

static enum text_id
take_kind(const struct policy_form_kind *f, bool everyday,
    struct policy_kind soon, struct policy_kind *out)
{
	long unit = strcmp(f->unit, "d") == 0   ? 1440
		    : strcmp(f->unit, "h") == 0 ? 60
						: 1;
	long n = read_number(f->n);
	enum policy_mode mode;

	if (everyday && strcmp(f->mode, POLICY_FORM_SAME) == 0) {
		*out = soon;
		return T_NONE;
	}
	if (!read_mode(f->mode, &mode))
		return T_E_BAD;
	if (mode != POLICY_INTERVAL && mode != POLICY_FILL) {
		*out = (struct policy_kind){ mode, 0 };
		return T_NONE;
	}
	if (n < 1 || n * unit < POLICY_INTERVAL_MIN ||
	    n * unit > POLICY_INTERVAL_MAX)
		return T_E_INTERVAL;
	*out = (struct policy_kind){ mode, (uint32_t)(n * unit) };
	return T_NONE;
}

static enum text_id
take_number(const char *text, uint32_t *out)
{
	long n = text[0] == '\0' ? 0 : read_number(text);

	if (n < 0 || n > U16_MAX || (n == 0 && text[0] != '\0'))
		return T_E_UP_TO;
	*out = (uint32_t)n;
	return T_NONE;
}

/* "22:00"; -1: it is none. */
static int
read_clock(const char *text)
{
	unsigned h, m;
	char end;

	if (sscanf(text, "%2u:%2u%c", &h, &m, &end) != 2 || h > 23 || m > 59)
		return -1;
	return (int)(60 * h + m);
}

static enum text_id
take_quiet(const struct policy_form *f, struct policy *p)
{
	int from = read_clock(f->quiet_from), to = read_clock(f->quiet_to);

	p->quiet_from = p->quiet_to = 0;
	if (f->quiet_from[0] == '\0' && f->quiet_to[0] == '\0')
		return T_NONE;
	if (from < 0 || to < 0 || from == to)
		return T_E_QUIET;
	p->quiet_from = (uint16_t)from;
	p->quiet_to = (uint16_t)to;
	return T_NONE;
}

/* A number as it is dialled: nobody types the blanks twice the same way. */
static void
drop_marks(char *peer)
{
	size_t n = 0;

	if (peer[0] != '+' && peer[0] != '(' &&
	    !isdigit((unsigned char)peer[0]))
		return;
	for (const char *c = peer; *c != '\0'; c++)
		if (strchr(" -()/.", *c) == NULL)
			peer[n++] = *c;
	peer[n] = '\0';
}

/* In a row from the first on, as they travel. */
static bool
take_filters(char typed[][64], char out[][POLICY_FILTER_MAX + 1],
    enum text_id wrong[static POLICY_FILTERS_MAX])
{
	size_t n = 0;
	bool good = true;

	memset(out, 0, POLICY_FILTERS_MAX * (POLICY_FILTER_MAX + 1));
	for (size_t i = 0; i < POLICY_FILTERS_MAX; i++) {
		size_t len = strlen(typed[i]);

		if (len == 0)
			continue;
		if (len > POLICY_FILTER_MAX || !utf8_line(typed[i], len)) {
			wrong[i] = T_E_FILTER;
			good = false;
			continue;
		}
		memcpy(out[n++], typed[i], len);
	}
	return good;
}

static void
take_choice(const char *text, enum policy_choice *out)
{
	if (strcmp(text, "0") == 0 || strcmp(text, "1") == 0 ||
	    strcmp(text, "2") == 0)
		*out = (enum policy_choice)(text[0] - '0');
}

bool
policy_form_take(struct policy_form *f, struct policy *p)
{
	struct policy_kind soon = read_soon(f->soon);
	uint8_t octets[WIRE_POLICY_MAX];
	bool good = true;

	for (size_t i = 0; i < KINDS; i++) {
		f->kind[i].wrong =
		    take_kind(&f->kind[i], policy_form_kinds[i].everyday, soon,
			&p->kind[policy_form_kinds[i].kind]);
		good = good && f->kind[i].wrong == T_NONE;
	}
	f->quiet_wrong = take_quiet(f, p);
	f->daily_wrong = take_number(f->daily, &p->daily_sms);
	f->file_wrong = take_number(f->file_kb, &p->file_max_kb);
	f->lost_wrong = take_number(f->lost, &p->lost_daily_sms);
	take_choice(f->codes, &p->codes);
	take_choice(f->roaming, &p->roaming);
	p->lock = f->lock;
	for (size_t i = 0; i < POLICY_FILTERS_MAX; i++)
		drop_marks(f->peer[i]);
	good = take_filters(f->word, p->word, f->word_wrong) && good;
	good = take_filters(f->peer, p->peer, f->peer_wrong) && good;
	good = good && f->quiet_wrong == T_NONE && f->daily_wrong == T_NONE &&
	       f->file_wrong == T_NONE && f->lost_wrong == T_NONE;
	if (good && policy_encode(p, octets, sizeof octets) == 0)
		f->full_wrong = T_E_POLICY_FULL;
	return good && f->full_wrong == T_NONE;
}

/* ---- what is worth an open fold ---- */

bool
policy_form_has_own(const struct policy_form *f)
{
	for (size_t i = 0; i < KINDS; i++)
		if (policy_form_kinds[i].everyday &&
		    strcmp(f->kind[i].mode, POLICY_FORM_SAME) != 0)
			return true;
	return false;
}

bool
policy_form_has_limits(const struct policy_form *f)
{
	return f->quiet_from[0] != '\0' || f->quiet_to[0] != '\0' ||
	       f->daily[0] != '\0' || f->lost[0] != '\0' ||
	       strcmp(f->roaming, "0") != 0;
}

bool
policy_form_has_filters(const struct policy_form *f)
{
	for (size_t i = 0; i < POLICY_FILTERS_MAX; i++)
		if (f->word[i][0] != '\0' || f->peer[i][0] != '\0')
			return true;
	return strcmp(f->codes, "0") != 0;
}
