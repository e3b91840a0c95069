/*
 * reassembly.h - which segments are here, which to ask for, when to answer.
 *
 * Pure: no database, no clock, no crypto.  The gateway keeps the states; this
 * module says what a segment does to a transfer's state, and whether a phone
 * is due an ACK and what it names.  The rules are in smsvault-wire(7),
 * "ACKNOWLEDGEMENT".
 */
#ifndef REASSEMBLY_H
#define REASSEMBLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire.h"

struct reassembly {
	uint16_t have; /* bit n: segment n is here */
	int last; /* index of the last segment; -1: not known yet */
};

enum reassembly_step {
	REASSEMBLY_NEW, /* taken; more are missing */
	REASSEMBLY_WHOLE, /* taken; all are here */
	REASSEMBLY_DUPLICATE, /* it was here already */
	REASSEMBLY_CONFLICT, /* above the last, or a second last: not taken */
};

enum reassembly_step
reassembly_add(struct reassembly *r, unsigned index, bool last);
bool reassembly_whole(const struct reassembly *r);
/* The segments to ask for: all that are not here, up to the last if known. */
uint16_t reassembly_wanted(const struct reassembly *r);

/* When to ask and to answer; all in milliseconds but ack_sms. */
struct reassembly_timing {
	int64_t quiet_ms; /* no question earlier after the last segment;
			     the second waits 12 times, the third 72,
				  later ones a day and a sign of life;
				  of a phone that asks none waits so */
	int ack_sms; /* SMS that make an ACK worth its price ... */
	int64_t ack_every_ms; /* ... but not more often than this */
	int64_t ack_latest_ms; /* and at the latest so long after the last */
	int64_t again_ms; /* no ACK that says the same earlier than this, and
			     none for what is said once more */
};
extern const struct reassembly_timing reassembly_timing_default;

#define REASSEMBLY_ASKS_MAX 3

/* A transfer above the cumulative number. */
struct reassembly_open {
	uint32_t transfer;
	struct reassembly state;
	bool done; /* whole, stored or set aside: not missing */
	int64_t last_at_ms; /* when its newest segment came, or it was missed */
	int asked; /* questions of its own */
	int64_t asked_at_ms; /* when it was last named; 0: never */
};

struct reassembly_phone {
	uint32_t cumulative; /* all up to here are done */
	uint32_t acked; /* the cumulative number of the last ACK */
	int64_t acked_at_ms; /* or when the phone was bound */
	int sms_since_ack;
	bool ack_wanted; /* the phone asks, or repeated itself */
	bool ack_asked; /* it asks, in an upload that is new */
	int64_t heard_ms; /* when its last SMS came */
	uint32_t policy_version;
};

enum reassembly_ask {
	REASSEMBLY_NOT = 0, /* the ACK does not name it */
	REASSEMBLY_NAMED, /* beside others; its own questions are left */
	REASSEMBLY_ASKED, /* one of its own questions */
};

/*
 * Is an ACK due?  open is sorted by transfer.  If so, *out is what it says
 * and asks[i] what it asks of open[i].
 */
bool reassembly_due(const struct reassembly_phone *p,
    const struct reassembly_open *open, size_t n,
    const struct reassembly_timing *t, int64_t now_ms, struct wire_ack *out,
    enum reassembly_ask *asks);

#endif
