#include "policy.h"

#include <ctype.h>
#include <string.h>

#include "be.h"
#include "utf8.h"
#include "wire.h"

static const struct policy_kind fallback[RECORD_KIND_COUNT] = {
	[RECORD_CONTACT] = { POLICY_FILL, 1440 },
	[RECORD_MESSAGE] = { POLICY_FILL, 1440 },
	[RECORD_CALL] = { POLICY_FILL, 1440 },
	[RECORD_CALENDAR] = { POLICY_FILL, 1440 },
	[RECORD_NOTE] = { POLICY_FILL, 1440 },
	[RECORD_FILE] = { POLICY_MANUAL, 0 },
	[RECORD_DEVICE] = { POLICY_AT_ONCE, 0 },
	[RECORD_SIM] = { POLICY_AT_ONCE, 0 },
	[RECORD_LOCATION] = { POLICY_OFF, 0 },
};

void
policy_default(struct policy *p)
{
	memset(p, 0, sizeof *p);
	memcpy(p->kind, fallback, sizeof p->kind);
	p->codes = POLICY_YES;
	p->roaming = POLICY_NO;
	p->file_max_kb = 1024;
	p->lost_daily_sms = POLICY_LOST_DAILY;
}

/* ---- who decides ---- */

static void
add_filters(char to[][POLICY_FILTER_MAX + 1], size_t room,
    const char from[][POLICY_FILTER_MAX + 1])
{
	size_t n = 0;

	while (n < room && to[n][0] != '\0')
		n++;
	for (size_t i = 0; i < POLICY_FILTERS_MAX && n < room; i++)
		if (from[i][0] != '\0')
			memcpy(to[n++], from[i], POLICY_FILTER_MAX + 1);
}

static void
lay_over(struct policy *out, const struct policy *above)
{
	for (int k = 1; k < RECORD_KIND_COUNT; k++)
		if (above->kind[k].mode != POLICY_INHERIT)
			out->kind[k] = above->kind[k];
	if (above->daily_sms > 0)
		out->daily_sms = above->daily_sms;
	if (above->lost_daily_sms > 0)
		out->lost_daily_sms = above->lost_daily_sms;
	if (above->file_max_kb > 0)
		out->file_max_kb = above->file_max_kb;
	if (above->codes != POLICY_UNSAID)
		out->codes = above->codes;
	if (above->roaming != POLICY_UNSAID)
		out->roaming = above->roaming;
	if (above->quiet_from != above->quiet_to) {
		out->quiet_from = above->quiet_from;
		out->quiet_to = above->quiet_to;
	}
}

void
policy_effective(
    const struct policy *owner, const struct policy *phone, struct policy *out)
{
	policy_default(out);
	if (phone != NULL)
		lay_over(out, phone);
	if (owner != NULL) {
		lay_over(out, owner);
		out->version = owner->version;
		out->lock = owner->lock;
		add_filters(out->word, POLICY_FILTERS_MAX, owner->word);
		add_filters(out->peer, POLICY_FILTERS_MAX, owner->peer);
	}
	if (phone != NULL) {
		add_filters(out->word, POLICY_FILTERS_MAX, phone->word);
		add_filters(out->peer, POLICY_FILTERS_MAX, phone->peer);
	}
}

void
policy_lost(struct policy *effective)
{
	static const enum record_kind at_once[] = { RECORD_CONTACT,
		RECORD_MESSAGE, RECORD_CALL, RECORD_DEVICE, RECORD_SIM,
		RECORD_LOCATION };

	for (size_t i = 0; i < sizeof at_once / sizeof at_once[0]; i++)
		effective->kind[at_once[i]] =
		    (struct policy_kind){ POLICY_AT_ONCE, 0 };
	effective->lock = true;
	effective->quiet_from = effective->quiet_to = 0;
	effective->codes = effective->roaming = POLICY_YES;
	effective->daily_sms = effective->lost_daily_sms;
	memset(effective->word, 0, sizeof effective->word);
	memset(effective->peer, 0, sizeof effective->peer);
}

/* ---- filters ---- */

/* Words that stand beside a code, in the languages of the pages. */
static const char *const code_words[] = { "code", "otp", "passcode", "pin",
	"verification", "verify", "one-time", "password", "tan",
	"\xe9\xaa\x8c\xe8\xaf\x81\xe7\xa0\x81", /* yanzhengma */
	"\xe6\xa0\xa1\xe9\xaa\x8c\xe7\xa0\x81", /* jiaoyanma */
	"\xe5\x8a\xa8\xe6\x80\x81\xe7\xa0\x81", /* dongtaima */
	"\xe5\x8f\xa3\xe4\xbb\xa4" /* kouling */ };

static bool
is_word_char(char c)
{
	return isalnum((unsigned char)c) != 0;
}

/* whole: an ASCII word must not go on to either side. */
static bool
contains(const char *text, const char *word, bool whole)
{
	size_t n = strlen(word);
	bool ascii = is_word_char(word[0]);

	for (const char *p = text; *p != '\0'; p++) {
		if (strncasecmp(p, word, n) != 0)
			continue;
		if (!whole || !ascii ||
		    ((p == text || !is_word_char(p[-1])) &&
			!is_word_char(p[n])))
			return true;
	}
	return false;
}

/* 4 to 8 digits that stand alone; "123-456" and "G-123456" count. */
static bool
has_code_digits(const char *body)
{
	size_t run = 0;

	for (const char *p = body;; p++) {
		if (isdigit((unsigned char)*p)) {
			run++;
			continue;
		}
		if (*p == '-' && run == 3 && isdigit((unsigned char)p[1]))
			continue;
		if (run >= 4 && run <= 8)
			return true;
		if (*p == '\0')
			return false;
		run = 0;
	}
}

bool
policy_is_code(const char *body)
{
	if (!has_code_digits(body))
		return false;
	for (size_t i = 0; i < sizeof code_words / sizeof code_words[0]; i++)
		if (contains(body, code_words[i], true))
			return true;
	return false;
}

/* Numbers are written in many ways: the last 9 digits are the same in all. */
static void
last_digits(const char *number, char out[10])
{
	size_t n = 0;

	memset(out, 0, 10);
	for (; *number != '\0'; number++) {
		if (!isdigit((unsigned char)*number))
			continue;
		if (n == 9)
			memmove(out, out + 1, --n);
		out[n++] = *number;
	}
}

static bool
same_peer(const char *a, const char *b)
{
	char da[10], db[10];

	last_digits(a, da);
	last_digits(b, db);
	if (da[0] == '\0' || db[0] == '\0')
		return strcasecmp(a, b) == 0;
	return strcmp(da, db) == 0;
}

static bool
is_filtered_peer(const struct policy *p, const struct record *r)
{
	for (size_t n = 0; n < record_count(r, RECORD_PEER); n++)
		for (size_t i = 0; i < POLICY_FILTERS_MAX; i++)
			if (p->peer[i][0] != '\0' &&
			    same_peer(
				p->peer[i], record_text(r, RECORD_PEER, n)))
				return true;
	return false;
}

bool
policy_wants(const struct policy *effective, const struct record *r)
{
	enum record_kind kind = record_kind(r);
	const char *body = record_text(r, RECORD_BODY, 0);
	int64_t size = record_int(r, RECORD_FILE_SIZE, 0, 0);

	if (record_op(r) == RECORD_DELETE)
		return true;
	if (kind == RECORD_FILE)
		return size <= (int64_t)effective->file_max_kb * 1024;
	if (kind != RECORD_MESSAGE && kind != RECORD_CALL)
		return true;
	if (is_filtered_peer(effective, r))
		return false;
	if (kind == RECORD_CALL || body == NULL)
		return true;
	for (size_t i = 0; i < POLICY_FILTERS_MAX; i++)
		if (effective->word[i][0] != '\0' &&
		    contains(body, effective->word[i], false))
			return false;
	return effective->codes != POLICY_NO || !policy_is_code(body);
}

unsigned
policy_quiet_left(const struct policy *effective, unsigned minute)
{
	unsigned from = effective->quiet_from, to = effective->quiet_to;
	unsigned length = (to + 1440 - from) % 1440;
	unsigned since = (minute + 1440 - from) % 1440;

	return since < length ? length - since : 0;
}

uint32_t
policy_wait_min(const struct policy *effective)
{
	uint32_t least = POLICY_WAIT_NEVER;

	for (int k = RECORD_CONTACT; k <= RECORD_FILE; k++) {
		const struct policy_kind *pk = &effective->kind[k];
		uint32_t wait = pk->mode <= POLICY_MANUAL    ? POLICY_WAIT_NEVER
				: pk->mode == POLICY_AT_ONCE ? 0
							     : pk->interval_min;

		if (wait < least)
			least = wait;
	}
	if (least == POLICY_WAIT_NEVER)
		return least;
	/* It may have come when they began. */
	return least +
	       (effective->quiet_to + 1440u - effective->quiet_from) % 1440;
}

/* ---- octets ---- */

/*
 * flags (1: lock), then entries: kind << 4 | mode, with a u16 of minutes
 * behind INTERVAL and FILL.  Kind 0 is a setting: 0x01 is daily_sms with a
 * u16.  Kind 15 is any other setting: 0xf0 | tag, a length, octets.
 */
#define LOCK 0x01
#define DAILY_SMS 0x01
#define KIND_OTHER 15

enum other {
	OTHER_QUIET = 1, /* u16 from, u16 to */
	OTHER_FILE_KB = 2, /* u16 */
	OTHER_CHOICES = 3, /* u8: bits 0-1 codes, 2-3 roaming */
	OTHER_LOST_DAILY = 4, /* u16 */
	OTHER_WORD = 5, /* text; repeats */
	OTHER_PEER = 6, /* text; repeats */
};

static bool
has_minutes(enum policy_mode mode)
{
	return mode == POLICY_INTERVAL || mode == POLICY_FILL;
}

static size_t
put_other(uint8_t *out, enum other tag, const void *p, size_t len)
{
	out[0] = (uint8_t)(KIND_OTHER << 4 | (unsigned)tag);
	out[1] = (uint8_t)len;
	memcpy(out + 2, p, len);
	return 2 + len;
}

static size_t
put_settings(const struct policy *p, uint8_t *out)
{
	uint8_t v[4];
	size_t n = 0;

	if (p->quiet_from != p->quiet_to) {
		be_put16(v, p->quiet_from);
		be_put16(v + 2, p->quiet_to);
		n += put_other(out + n, OTHER_QUIET, v, 4);
	}
	if (p->file_max_kb > 0) {
		be_put16(v, p->file_max_kb);
		n += put_other(out + n, OTHER_FILE_KB, v, 2);
	}
	if (p->codes != POLICY_UNSAID || p->roaming != POLICY_UNSAID) {
		v[0] =
		    (uint8_t)((unsigned)p->codes | (unsigned)p->roaming << 2);
		n += put_other(out + n, OTHER_CHOICES, v, 1);
	}
	if (p->lost_daily_sms > 0) {
		be_put16(v, p->lost_daily_sms);
		n += put_other(out + n, OTHER_LOST_DAILY, v, 2);
	}
	return n;
}

static size_t
put_filters(
    enum other tag, const char filter[][POLICY_FILTER_MAX + 1], uint8_t *out)
{
	size_t n = 0;

	for (size_t i = 0; i < POLICY_FILTERS_MAX; i++)
		if (filter[i][0] != '\0')
			n += put_other(
			    out + n, tag, filter[i], strlen(filter[i]));
	return n;
}

size_t
policy_encode(const struct policy *p, uint8_t *out, size_t cap)
{
	/* Everything at its largest. */
	uint8_t all[1 + 3 * RECORD_KIND_COUNT + 3 + 17 +
		    2 * POLICY_FILTERS_MAX * (2 + POLICY_FILTER_MAX)];
	size_t n = 0;

	all[n++] = p->lock ? LOCK : 0;
	for (unsigned k = 1; k < RECORD_KIND_COUNT; k++) {
		const struct policy_kind *pk = &p->kind[k];

		if (pk->mode == POLICY_INHERIT)
			continue;
		all[n++] = (uint8_t)(k << 4 | (unsigned)pk->mode);
		if (has_minutes(pk->mode)) {
			be_put16(all + n, pk->interval_min);
			n += 2;
		}
	}
	if (p->daily_sms > 0) {
		all[n++] = DAILY_SMS;
		be_put16(all + n, p->daily_sms);
		n += 2;
	}
	n += put_settings(p, all + n);
	n += put_filters(OTHER_WORD, p->word, all + n);
	n += put_filters(OTHER_PEER, p->peer, all + n);
	if (n > cap || n > WIRE_POLICY_MAX)
		return 0;
	memcpy(out, all, n);
	return n;
}

static bool
get_filter(char filter[][POLICY_FILTER_MAX + 1], const uint8_t *p, size_t len)
{
	size_t i = 0;

	while (i < POLICY_FILTERS_MAX && filter[i][0] != '\0')
		i++;
	if (i == POLICY_FILTERS_MAX || len == 0 || len > POLICY_FILTER_MAX ||
	    !utf8_line((const char *)p, len))
		return false;
	memcpy(filter[i], p, len);
	return true;
}

/* A setting of kind 15; false: it is not one. */
static bool
get_other(enum other tag, const uint8_t *p, size_t len, struct policy *out)
{
	switch (tag) {
	case OTHER_QUIET:
		if (len != 4)
			return false;
		out->quiet_from = (uint16_t)be_get16(p);
		out->quiet_to = (uint16_t)be_get16(p + 2);
		return out->quiet_from < 1440 && out->quiet_to < 1440 &&
		       out->quiet_from != out->quiet_to;
	case OTHER_FILE_KB:
		out->file_max_kb = len == 2 ? be_get16(p) : 0;
		return out->file_max_kb > 0;
	case OTHER_CHOICES:
		if (len != 1 || p[0] == 0 || (p[0] & 0xf0) != 0 ||
		    (p[0] & 3) == 3 || (p[0] >> 2 & 3) == 3)
			return false;
		out->codes = (enum policy_choice)(p[0] & 3);
		out->roaming = (enum policy_choice)(p[0] >> 2);
		return true;
	case OTHER_LOST_DAILY:
		out->lost_daily_sms = len == 2 ? be_get16(p) : 0;
		return out->lost_daily_sms > 0;
	case OTHER_WORD:
		return get_filter(out->word, p, len);
	case OTHER_PEER:
		return get_filter(out->peer, p, len);
	}
	return true; /* of a later version */
}

/* One entry at p; returns the octets it takes, or 0: not a policy. */
static size_t
decode_entry(const uint8_t *p, size_t len, struct policy *out)
{
	unsigned kind = p[0] >> 4;
	enum policy_mode mode = (enum policy_mode)(p[0] & 15);
	uint32_t minutes = 0;

	if (kind == KIND_OTHER) {
		if (len < 2 || len < 2u + p[1] ||
		    !get_other((enum other)(p[0] & 15), p + 2, p[1], out))
			return 0;
		return 2u + p[1];
	}
	if (kind == 0) {
		if (p[0] != DAILY_SMS || len < 3 || be_get16(p + 1) == 0)
			return 0;
		out->daily_sms = be_get16(p + 1);
		return 3;
	}
	if (mode == POLICY_INHERIT || mode > POLICY_FILL)
		return 0;
	if (has_minutes(mode)) {
		if (len < 3)
			return 0;
		minutes = be_get16(p + 1);
		if (minutes < POLICY_INTERVAL_MIN ||
		    minutes > POLICY_INTERVAL_MAX)
			return 0;
	}
	if (kind < RECORD_KIND_COUNT)
		out->kind[kind] = (struct policy_kind){ mode, minutes };
	return has_minutes(mode) ? 3 : 1;
}

int
policy_decode(
    const uint8_t *p, size_t len, uint32_t version, struct policy *out)
{
	struct policy got = { .version = version };
	size_t n = 1, step;

	if (len < 1 || len > WIRE_POLICY_MAX || (p[0] & ~LOCK) != 0)
		return -1;
	got.lock = (p[0] & LOCK) != 0;
	while (n < len) {
		if ((step = decode_entry(p + n, len - n, &got)) == 0)
			return -1;
		n += step;
	}
	*out = got;
	return 0;
}

const char *
policy_mode_name(enum policy_mode mode)
{
	static const char *const names[] = {
		[POLICY_INHERIT] = "inherit",
		[POLICY_OFF] = "off",
		[POLICY_MANUAL] = "manual",
		[POLICY_INTERVAL] = "interval",
		[POLICY_AT_ONCE] = "at-once",
		[POLICY_FILL] = "fill",
	};

	return (unsigned)mode <= POLICY_FILL ? names[mode] : NULL;
}
