/*
 * ahead.h - a heap: a phone has sent many large transfers one after another, of
 * which the gateway gets what a test delivers.  And the cases of other files,
 * for check_ahead.c.
 */
#ifndef AHEAD_H
#define AHEAD_H

#include <check.h>

#include "air.h"

#define MINUTE 60000LL
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define NUMBER "+358401000001"
#define MANY 12 /* large transfers that are looked at */
#define SENT_MAX 256 /* SMS that the air remembers */

#define STORED \
	"(SELECT count(*) FROM transfer t WHERE t.phone_id = p.phone_id " \
	"AND t.state = 'stored')"
#define WAITING \
	"(SELECT count(*) FROM transfer t WHERE t.phone_id = p.phone_id " \
	"AND t.state = 'whole' AND t.waits_for IS NOT NULL)"
#define RECODED \
	"(SELECT count(*) FROM transfer t WHERE t.phone_id = p.phone_id " \
	"AND t.recode > 0)"
#define MISSING \
	"(SELECT count(*) FROM transfer t WHERE t.phone_id = p.phone_id " \
	"AND t.state IN ('open', 'whole', 'bad'))"

struct heap {
	struct air *a;
	struct seal_phone *seal;
	uint32_t id; /* of the next record */
	uint32_t acked; /* what the phone knows to have arrived */
	size_t before; /* SMS that it had sent by then */
};

/* Something is acknowledged already, and then nothing arrives any more.
 * journal NULL: in memory. */
void heap_init(struct heap *h, const char *journal);
void heap_clear(struct heap *h);
void put_message(struct air *a, int phone, uint32_t id, const char *body);
/* n of these from *id on, of letters that no coder could foresee: some 50 fill
 * a transfer. */
void put_messages(struct air *a, int phone, uint32_t *id, int n);
/* The phone hands over more than MANY transfers. */
void send_much(struct heap *h);
/* The phone says something of its own. */
void say_one(struct heap *h);
/* Every SMS of that transfer, to the gateway and at once. */
void deliver(struct heap *h, uint32_t transfer);

/* SMS that the phone has sent; those of the heap that the air remembers. */
size_t sent_so_far(const struct air *a);
size_t remembered(const struct heap *h);
/* The number of the transfer that the last SMS is of. */
uint32_t transfer_of_last(const struct heap *h);
/* The transfer whose state it is coded against; 0: none. */
uint32_t goes_by(const struct heap *h, uint32_t transfer);

/* So many transfers of the heap are stored, and so many wait for others. */
void expect(struct heap *h, const char *what, int64_t stored, int64_t waiting);
/* The air is well again: all arrives, and equals what is on the phone. */
void expect_all(struct heap *h);
/* And nothing had to be coded anew; h is cleared. */
void end_as_coded(struct heap *h);

TCase *ahead_gate_case(void);

#endif
