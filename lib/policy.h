/*
 * policy.h - what is uploaded, when, and who decides.
 *
 * The owner's policy is above the phone's own: policy_effective() is the one
 * function that both ends use.  A policy is full state with a version, so a
 * stale SMS can do no harm.  The layout is in smsvault-wire(7), "POLICY".
 */
#ifndef POLICY_H
#define POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "record.h"

enum policy_mode {
	POLICY_INHERIT =
	    0, /* owner: leave it to the phone; phone: the default */
	POLICY_OFF = 1, /* never */
	POLICY_MANUAL = 2, /* when the user or the owner asks */
	POLICY_INTERVAL = 3, /* what is new, every interval_min minutes */
	POLICY_AT_ONCE = 4, /* each new item */
	POLICY_FILL = 5, /* when an SMS is full, or interval_min old */
};

#define POLICY_INTERVAL_MIN 15 /* minutes */
#define POLICY_INTERVAL_MAX 43200 /* 30 days */
#define POLICY_VERSION_MAX 0xffffffu

struct policy_kind {
	enum policy_mode mode;
	uint32_t interval_min; /* INTERVAL and FILL */
};

struct policy {
	uint32_t version; /* the owner's: 1 and up; the phone's own: 0 */
	bool lock; /* the phone's user may not change settings */
	uint32_t daily_sms; /* most upload SMS a day; 0: no limit of its own */
	struct policy_kind
	    kind[RECORD_KIND_COUNT]; /* by enum record_kind; [0] unused */
};

/* What holds when nobody has said anything: FILL or 24 h for contacts,
 * messages and calls; the rest OFF until it is built. */
void policy_default(struct policy *p);
/* Owner's above phone's above default.  owner or phone may be NULL.  No kind
 * is INHERIT in *out. */
void policy_effective(
    const struct policy *owner, const struct policy *phone, struct policy *out);
/* Encodes all but the version (that is in the control frame).  Returns the
 * octets used, at most WIRE_POLICY_MAX.  Kinds that are INHERIT are left out.
 */
size_t policy_encode(const struct policy *p, uint8_t *out, size_t cap);
/* 0, or -1 if it is not a policy.  Unknown kinds and fields are skipped. */
int policy_decode(
    const uint8_t *p, size_t len, uint32_t version, struct policy *out);
const char *policy_mode_name(enum policy_mode mode); /* "at-once", ... */

#endif
