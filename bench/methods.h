/*
 * methods.h - the ways to turn records into octets that are compared.
 *
 * A method packs as many records as fit one transfer, and proves that they
 * come back.  Ours is first; the others are what one would take off the shelf.
 */
#ifndef METHODS_H
#define METHODS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "corpus.h"

enum method_state {
	STATE_NONE, /* nothing is known of earlier transfers */
	STATE_OFF, /* numbers, ids and times of earlier transfers, no texts */
	STATE_ON, /* their texts too */
};

struct methods; /* what all of them share */

struct method {
	const char *name;
	/* As pack_fill(). */
	size_t (*fill)(struct methods *m, const struct record *const *list,
	    size_t count, uint8_t *out, size_t room, size_t *len);
	/* Do these octets give these records back? */
	bool (*check)(struct methods *m, const struct record *const *list,
	    size_t count, const uint8_t *p, size_t len);
	/* The other end has these records; NULL: nothing to learn. */
	void (*learn)(
	    struct methods *m, const struct record *const *list, size_t count);
	size_t preamble; /* octets of a transfer before the records */
};

/* corpora: RECORD_KIND_COUNT of them by kind, where JSON texts come from. */
struct methods *methods_new(const struct corpus *corpora);
void methods_free(struct methods *m);
/* Forget what was learnt: a new phone. */
void methods_reset(struct methods *m, enum method_state state, size_t history);

/* Ours is the first; NULL at the end. */
extern const struct method *const methods_all[];

#endif
