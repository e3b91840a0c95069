/*
 * bases.h - the states that phones code their transfers against.
 *
 * The database keeps, under the service key, the records of a phone's recent
 * transfers and what was learnt before them; a state is made from these when a
 * transfer needs it, and a few that were used lately stay in memory.
 */
#ifndef BASES_H
#define BASES_H

#include "gate.h"
#include "pack_state.h"
#include "seal.h"

struct bases;

/* service: wraps what is stored; states: most that are kept, 1 or more. */
struct bases *
bases_new(const uint8_t service[static SEAL_KEY_LEN], size_t states);
void bases_free(struct bases *b);
/* A transaction was rolled back: what was read in it may not be there. */
void bases_forget(struct bases *b);

/* What a transfer goes by: the state behind an earlier one of its phone, in its
 * direction, whose digest begins with check. */
struct bases_want {
	int64_t account, phone;
	bool down;
	bool gaps; /* others before it are to come, which may go by older ones:
		      what these take is not to go yet */
	struct gate_base base; /* as the database has it in this transaction */
	uint32_t transfer; /* down: 0: that which knows nothing */
	uint8_t check[SEAL_DIGEST_LEN];
	size_t check_len;
};
/* Is it to be had without work: in memory, or not at all? */
bool bases_is_at_hand(const struct bases *b, const struct bases_want *w);
/* That state; *out NULL: it is not known.  Not owned: holds until the next
 * call. */
enum db_err bases_find(struct bases *b, struct db *db,
    const struct bases_want *w, struct pack_state **out);
/* These records are in a transfer that is stored. */
enum db_err bases_keep(struct bases *b, struct db *db, int64_t account,
    int64_t phone, uint32_t transfer, struct record *const *records, size_t n);
/* These are in a transfer down: the state that bases_find() gave last learns
 * them. */
enum db_err bases_grow(struct bases *b, struct db *db, struct pack_state *s,
    uint32_t transfer, struct record *const *records, size_t n);

#endif
