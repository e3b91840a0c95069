/*
 * present.h - what a phone has, by the vault: what need not be sent to it.
 *
 * The rule is the phone's own (phone/apply.c): what comes is there if any
 * item has its kind, its time and its fields, under whatever id.  So one there
 * answers for all that come and are like it.  36 octets a record, however long
 * it is.
 */
#ifndef PRESENT_H
#define PRESENT_H

#include <stdbool.h>

#include "record.h"

#define PRESENT_DIGEST_LEN 16

struct present_one {
	uint8_t digest[PRESENT_DIGEST_LEN];
	uint32_t id;
	uint8_t kind;
	bool gone;
};
struct present_id {
	uint32_t id, at; /* at: in one */
	uint8_t kind;
};
/* All zero: it has nothing. */
struct present {
	struct present_one *one; /* by digest, once it is sorted */
	struct present_id *id; /* by kind and id; NULL until then */
	size_t n, cap;
};

void present_clear(struct present *s);
/* It has r, under the id of r.  False: no memory. */
bool present_note(struct present *s, const struct record *r);
/* All is noted.  False: no memory. */
bool present_sort(struct present *s);

/* Is r there, under any id?  A deletion never is. */
bool present_has(const struct present *s, const struct record *r);
/* r takes the place of what has its kind and id, which is there no more. */
void present_replace(struct present *s, const struct record *r);

#endif
