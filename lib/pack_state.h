/*
 * pack_state.h - what both ends know of earlier transfers.
 *
 * A state grows with each transfer that the gateway has acknowledged: numbers,
 * ids and times, and a bounded history of records, from which the coder
 * learns.  Both ends make the same state from the same transfers in the same
 * order.  It can be written down and read back, so that the gateway need not
 * keep the coder's 4 MB.
 */
#ifndef PACK_STATE_H
#define PACK_STATE_H

#include <stddef.h>
#include <stdint.h>

#include "record.h"

/* Octets of records that are remembered (their stored form): see
 * smsvault-wire(7), "STATE". */
#define PACK_HISTORY_OCTETS 32768

struct pack_state; /* opaque */

/* Knows nothing; remembers at most that many octets of records, 0: only
 * numbers, ids and times.  NULL if memory is short. */
struct pack_state *pack_state_new(size_t history_octets);
void pack_state_free(struct pack_state *s);

/* The records of one transfer, in its order. 0, or -1: memory is short. */
int pack_state_learn(
    struct pack_state *s, const struct record *const *list, size_t count);

/* Written down, at most PACK_STATE_MAX octets; the caller frees *out. */
#define PACK_STATE_MAX (PACK_HISTORY_OCTETS + 65536 + 131072)
int pack_state_save(const struct pack_state *s, uint8_t **out, size_t *len);
/* NULL if the octets are not a state, or memory is short. */
struct pack_state *pack_state_load(const uint8_t *p, size_t len);

/* As pack_fill() and pack_read() with PACK_MIX, from that state, which does
 * not change; NULL: from nothing. */
size_t pack_state_fill(struct pack_state *s, const struct record *const *list,
    size_t count, uint8_t *out, size_t room, size_t *len);
int pack_state_read(struct pack_state *s, const uint8_t *p, size_t len,
    struct record ***list, size_t *count);

#endif
