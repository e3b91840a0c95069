/*
 * deliver.h - records and files on their way to a phone: gathered, priced by
 * packing them as the gateway will, and written down for it, sealed.
 *
 * What is gathered is held until it is written, at most DELIVER_OCTETS_MAX:
 * more than any budget of SMS carries.
 */
#ifndef DELIVER_H
#define DELIVER_H

#include "gather.h"
#include "present.h"

#define DELIVER_OCTETS_MAX (16u << 20)

struct deliver_item {
	size_t at, len;
	bool piece;
};

struct deliver {
	struct page *p;
	struct pages_target to;
	struct deliver_item *item;
	size_t n, cap;
	struct buf octets; /* plain: wiped at the end */
	int64_t records, pieces, sms;
	struct present there; /* what is left out, as it is there already */
	int64_t left_out; /* records */
	bool own; /* ids are those of the phone that they go to */
	bool too_much; /* it does not fit; what is here is not all */
};

/* d is to be cleared by deliver_clear() whatever comes back.  DB_NONE: the
 * phone is not bound. */
enum db_err deliver_begin(struct deliver *d, struct page *p, int64_t to);
void deliver_clear(struct deliver *d);
/* Leave out what the phone has of these kinds, 1 << enum record_kind, by the
 * vault.  Before the first record; own is set. */
enum db_err
deliver_leave_out(struct deliver *d, struct gather *g, unsigned kinds);
void deliver_record(struct deliver *d, const struct record *r);
/* The pieces of a file whose manifest is r, as they travelled; none if it was
 * left out.  DB_NONE: it is not here, or not whole. */
enum db_err deliver_file(struct deliver *d, struct gather *g, int64_t phone,
    const struct record *manifest);
/* All is there: sms is what it takes, the end included. */
void deliver_price(struct deliver *d);
/* Write it down: from, purpose, label and state of r are set. */
enum db_err deliver_write(struct deliver *d, struct pages_restore *r);

/* Do the limits of the account make it wait? */
bool deliver_waits(const struct deliver *d);
/* Is something on its way under the phone's own ids?  Then the vault cannot say
 * what is under them, and nothing is left out of what takes their place. */
bool deliver_is_blind(const struct deliver *d);
/* Was all of it left out? */
bool deliver_all_there(const struct deliver *d);
/* A table that says what it takes: SMS, money, time; and what forbids it. */
void deliver_put_price(const struct deliver *d);

#endif
