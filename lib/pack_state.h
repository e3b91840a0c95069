/*
 * pack_state.h - what both ends know of earlier transfers.
 *
 * A state grows with each transfer that the gateway has acknowledged: numbers,
 * ids and times, and a bounded history of records, from which the coder
 * learns.  Both ends make the same state from the same transfers in the same
 * order.  This version keeps states in memory alone, and nothing on the air
 * uses them yet.
 */
#ifndef PACK_STATE_H
#define PACK_STATE_H

#include <stddef.h>
#include <stdint.h>

#include "record.h"

/* Octets of records that are remembered (their stored form). */
#define PACK_HISTORY_OCTETS 32768

struct pack_state; /* opaque */

/* Knows nothing; remembers at most that many octets of records, 0: only
 * numbers, ids and times.  NULL if memory is short. */
struct pack_state *pack_state_new(size_t history_octets);
void pack_state_free(struct pack_state *s);

/* The records of one transfer, in its order. 0, or -1: memory is short. */
int pack_state_learn(
    struct pack_state *s, const struct record *const *list, size_t count);

/* As pack_fill() and pack_read() with PACK_MIX, from that state, which does
 * not change; NULL: from nothing. */
size_t pack_state_fill(struct pack_state *s, const struct record *const *list,
    size_t count, uint8_t *out, size_t room, size_t *len);
int pack_state_read(struct pack_state *s, const uint8_t *p, size_t len,
    struct record ***list, size_t *count);

#endif
