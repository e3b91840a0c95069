/*
 * pack_state.h - what both ends know of earlier transfers.
 *
 * A state grows with each transfer that both ends know: numbers, ids and times,
 * and a bounded history of records, from which the coder learns.  Both ends
 * make the same state from the same transfers in the same order, so that it is
 * a base for the next ones: PACK_BASED in pack.h.
 *
 * A state itself lives in memory alone, with a model of 4 MB.  What an end
 * keeps is a checkpoint, from pack_state_save(), and the batches of the
 * transfers behind it, from pack_batch(); with these it makes the state again.
 */
#ifndef PACK_STATE_H
#define PACK_STATE_H

#include <stddef.h>
#include <stdint.h>

#include "record.h"

/*
 * Octets of records that are remembered (their stored form); part of the
 * protocol.  Of development texts that the coder had not learnt, a message
 * takes 22.44 octets with 8 kB, 22.27 with 32 kB and 22.04 with 128 kB; to
 * make a state again takes a gateway about 11, 33 and 125 ms.
 */
#define PACK_HISTORY_OCTETS 131072

struct pack_state; /* opaque */

/* Knows nothing; remembers at most that many octets of records, 0: only
 * numbers, ids and times.  NULL if memory is short. */
struct pack_state *pack_state_new(size_t history_octets);
void pack_state_free(struct pack_state *s);

/* The records of one transfer, in its order; transfer is above that of the one
 * before.  0, or -1: memory is short, and the state is to be freed. */
int pack_state_learn_as(struct pack_state *s, uint32_t transfer,
    const struct record *const *list, size_t count);
/* As the transfer next to the one before. */
int pack_state_learn(
    struct pack_state *s, const struct record *const *list, size_t count);

/* The records of a transfer as octets, to be kept and learnt later; the caller
 * frees *out.  Returns their count, 0: memory is short. */
size_t
pack_batch(const struct record *const *list, size_t count, uint8_t **out);
/* Learn a batch; transfer is above that of the one before.  0, or -1: memory
 * is short, or it is no batch: the state is to be freed. */
int pack_state_learn_batch(
    struct pack_state *s, uint32_t transfer, const uint8_t *p, size_t len);

/* The last transfer that was learnt; 0: none. */
uint32_t pack_state_upto(const struct pack_state *s);
/* What names the state: a digest over all that was learnt since it was new, and
 * over where its history begins, SEAL_DIGEST_LEN octets that are not owned; and
 * its first octet. */
const uint8_t *pack_state_digest(const struct pack_state *s);
uint8_t pack_state_check(const struct pack_state *s);
/* The transfer to which the checkpoint reaches: 0, or batches up to it are
 * not needed any more. */
uint32_t pack_state_cut(const struct pack_state *s);
/* The checkpoint; the caller frees *out.  Its octets, 0: memory is short. */
size_t pack_state_save(const struct pack_state *s, uint8_t **out);
/* A state from a checkpoint, with nothing behind it.  NULL: it is none, or
 * memory is short. */
struct pack_state *
pack_state_load(const uint8_t *p, size_t len, size_t history_octets);

/* As pack_fill() and pack_read() with PACK_MIX, from that state, which does
 * not change; NULL: from nothing. */
size_t pack_state_fill(struct pack_state *s, const struct record *const *list,
    size_t count, uint8_t *out, size_t room, size_t *len);
int pack_state_read(struct pack_state *s, const uint8_t *p, size_t len,
    struct record ***list, size_t *count);

#endif
