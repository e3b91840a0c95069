#include "policy.h"

#include <string.h>

#include "be.h"

static const struct policy_kind fallback[RECORD_KIND_COUNT] = {
	[RECORD_CONTACT] = { POLICY_FILL, 1440 },
	[RECORD_MESSAGE] = { POLICY_FILL, 1440 },
	[RECORD_CALL] = { POLICY_FILL, 1440 },
};

void
policy_default(struct policy *p)
{
	memset(p, 0, sizeof *p);
	for (int k = 1; k < RECORD_KIND_COUNT; k++) {
		p->kind[k] = fallback[k];
		if (p->kind[k].mode == POLICY_INHERIT)
			p->kind[k].mode = POLICY_OFF;
	}
}

void
policy_effective(
    const struct policy *owner, const struct policy *phone, struct policy *out)
{
	const struct policy *above[] = { owner, phone };

	policy_default(out);
	if (owner != NULL) {
		out->version = owner->version;
		out->lock = owner->lock;
	}
	for (int k = 1; k < RECORD_KIND_COUNT; k++)
		for (int i = 0; i < 2; i++)
			if (above[i] != NULL &&
			    above[i]->kind[k].mode != POLICY_INHERIT) {
				out->kind[k] = above[i]->kind[k];
				break;
			}
	for (int i = 0; i < 2; i++)
		if (above[i] != NULL && above[i]->daily_sms > 0) {
			out->daily_sms = above[i]->daily_sms;
			break;
		}
}

/*
 * Octets: flags (1: lock), then entries: kind << 4 | mode, with a u16 of
 * minutes behind INTERVAL and FILL; kind 0 is a setting: 0x01 is daily_sms
 * with a u16.  Kind 15 is for what comes later: a tag, a length, octets.
 */
#define LOCK 0x01
#define DAILY_SMS 0x01
#define KIND_OTHER 15

static bool
has_minutes(enum policy_mode mode)
{
	return mode == POLICY_INTERVAL || mode == POLICY_FILL;
}

size_t
policy_encode(const struct policy *p, uint8_t *out, size_t cap)
{
	size_t n = 0;

	if (cap < 1 + 3 * RECORD_KIND_COUNT + 3)
		return 0;
	out[n++] = p->lock ? LOCK : 0;
	for (unsigned k = 1; k < RECORD_KIND_COUNT; k++) {
		const struct policy_kind *pk = &p->kind[k];

		if (pk->mode == POLICY_INHERIT)
			continue;
		out[n++] = (uint8_t)(k << 4 | (unsigned)pk->mode);
		if (has_minutes(pk->mode)) {
			be_put16(out + n, pk->interval_min);
			n += 2;
		}
	}
	if (p->daily_sms > 0) {
		out[n++] = DAILY_SMS;
		be_put16(out + n, p->daily_sms);
		n += 2;
	}
	return n;
}

/* One entry at p; returns the octets it takes, or 0: not a policy. */
static size_t
decode_entry(const uint8_t *p, size_t len, struct policy *out)
{
	unsigned kind = p[0] >> 4;
	enum policy_mode mode = (enum policy_mode)(p[0] & 15);
	uint32_t minutes = 0;

	if (kind == KIND_OTHER)
		return len >= 2 && len >= 2u + p[1] ? 2u + p[1] : 0;
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

	if (len < 1 || (p[0] & ~LOCK) != 0)
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
