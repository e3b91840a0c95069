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
	POLICY_INHERIT = 0, /* leave it to the next below */
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

enum policy_choice {
	POLICY_UNSAID = 0, /* leave it to the next below */
	POLICY_NO = 1,
	POLICY_YES = 2,
};

#define POLICY_FILTERS_MAX 4 /* words, and numbers, that one may name */
#define POLICY_FILTER_MAX 20 /* octets of one */
#define POLICY_FILE_KB_MAX 65535

struct policy {
	uint32_t version; /* the owner's: 1 and up; the phone's own: 0 */
	bool lock; /* the phone's user may not change settings */
	uint32_t daily_sms; /* most upload SMS a day; 0: no limit of its own */
	uint32_t
	    lost_daily_sms; /* the reserve of lost mode, a day; 0: unsaid */
	uint32_t file_max_kb; /* no larger file (1024 octets); 0: unsaid */
	/* Minutes of the phone's local day, 0..1439; equal: no quiet hours.
	 * Nothing is sent from quiet_from to before quiet_to. */
	uint16_t quiet_from, quiet_to;
	enum policy_choice codes; /* may one-time codes be uploaded? */
	enum policy_choice roaming; /* may it upload while roaming? */
	/* Messages with such a word (ASCII case is ignored), and messages and
	 * calls with such a number (its last 9 digits count), stay on the
	 * phone.  "": not used. */
	char word[POLICY_FILTERS_MAX][POLICY_FILTER_MAX + 1];
	char peer[POLICY_FILTERS_MAX][POLICY_FILTER_MAX + 1];
	struct policy_kind
	    kind[RECORD_KIND_COUNT]; /* by enum record_kind; [0] unused */
};

/* What holds when nobody has said anything: FILL or 24 h for contacts,
 * messages, calls, calendar and notes; files by hand; SIM and device at once;
 * locations OFF.  Codes are uploaded, roaming is not used. */
void policy_default(struct policy *p);
/* Owner's above phone's above default, setting by setting; the words and
 * numbers of both hold.  owner or phone may be NULL.  Nothing is INHERIT or
 * UNSAID in *out. */
void policy_effective(
    const struct policy *owner, const struct policy *phone, struct policy *out);
/* What holds on a lost phone: everything small at once, no quiet hours, no
 * filters, roaming too, the lock on, lost_daily_sms as the day's limit. */
void policy_lost(struct policy *effective);
#define POLICY_LOST_DAILY 100 /* where nobody has said otherwise */
/* May this record leave the phone?  By the filters of an effective policy. */
bool policy_wants(const struct policy *effective, const struct record *r);
/* Minutes until the quiet hours end; 0: it is not quiet now. */
unsigned policy_quiet_left(const struct policy *effective, unsigned minute);
/* Minutes that something new may wait, quiet hours included, until an upload
 * is due: of the kinds that a person fills (contact to file), the one that
 * waits least.  POLICY_WAIT_NEVER: all of them wait to be asked for. */
#define POLICY_WAIT_NEVER UINT32_MAX
#define POLICY_WAIT_MAX (POLICY_INTERVAL_MAX + 1439)
#define POLICY_WAIT_DEFAULT 1440 /* of policy_default() */
uint32_t policy_wait_min(const struct policy *effective);
/* Does this look like a one-time code (a bank's, a login's)? */
bool policy_is_code(const char *body);

/* Encodes all but the version (that is in the control frame).  Returns the
 * octets used, at most WIRE_POLICY_MAX, or 0 if cap is too small (words and
 * numbers take what is left).  What is INHERIT or UNSAID is left out. */
size_t policy_encode(const struct policy *p, uint8_t *out, size_t cap);
/* 0, or -1 if it is not a policy.  Unknown kinds and fields are skipped. */
int policy_decode(
    const uint8_t *p, size_t len, uint32_t version, struct policy *out);
const char *policy_mode_name(enum policy_mode mode); /* "at-once", ... */

#endif
