/*
 * pack_lists.h - what followed a context, and how often.
 *
 * A line of LINE_CELLS cells holds the lists of the contexts whose hashes begin
 * alike, one behind the other:
 *
 *	check 12 bits, count 4     a list of 1 to 15 octets; 0: no more lists
 *	octet 8 bits, times 8      what came last first
 *
 * A list costs as much as it knows: most contexts were followed by one octet
 * only.  Where there is no room, the list of the line that has seen least
 * goes.
 */
#ifndef PACK_LISTS_H
#define PACK_LISTS_H

#include "pack_model_internal.h"

#define LIST_MAX 15 /* octets in one list */
#define LIST_TIMES_MAX 40

/* A list that is read bit by bit: eight octets to a word, the first lowest.
 * Those that do not begin with the bits so far have come 0 times. */
struct list {
	uint32_t line;
	uint16_t check;
	uint8_t size; /* of SIZES: how many octets it had */
	unsigned all; /* how often those that are left came; 0: none is left */
	uint64_t octet[2], times[2];
};

/* Where the list of that context is, if there is one. */
static inline uint32_t
list_line(uint32_t hash)
{
	return (uint32_t)((uint64_t)hash * LINES >> 32);
}

/* The list of the context with that hash; an empty one if there is none. */
void list_find(const struct model *m, uint32_t hash, struct list *l);
/* octet has followed. */
void list_learn(struct model *m, const struct list *l, unsigned octet);

/* How often each choice came, and how sure that is at first, in 1/65536. */
uint32_t list_first_guess(unsigned state);

extern const uint8_t list_level[LIST_TIMES_MAX + 1];

/* Soon it will be looked for: the lines of several contexts come from memory
 * at the same time. */
static inline void
list_fetch(const struct model *m, uint32_t hash)
{
	__builtin_prefetch(m->t.list[list_line(hash)]);
}

/* All eight octets of a word, added. */
static inline unsigned
list_sum(uint64_t word)
{
	const uint64_t even = 0x00ff00ff00ff00ff;

	return (unsigned)(((word & even) + (word >> 8 & even)) *
			      0x0001000100010001 >>
			  48);
}

/* 255 for each octet that has a 1 before shift other bits. */
static inline uint64_t
list_mask(uint64_t octets, unsigned shift)
{
	return (octets >> shift & 0x0101010101010101) * 255;
}

/* How often those came that go on with a 1 before shift other bits. */
static inline unsigned
list_ones(const struct list *l, unsigned shift)
{
	return list_sum(l->times[0] & list_mask(l->octet[0], shift)) +
	       list_sum(l->times[1] & list_mask(l->octet[1], shift));
}

static inline unsigned
list_level_of(unsigned n)
{
	return list_level[n < LIST_TIMES_MAX ? n : LIST_TIMES_MAX];
}

/* 0 to STATES - 1: what is left says this of that bit.  Not if none is. */
static inline unsigned
list_state(const struct list *l, unsigned shift, unsigned ones)
{
	unsigned word = l->times[0] == 0;
	unsigned first = (unsigned)__builtin_ctzll(l->times[word]) & ~7u;
	unsigned last = l->octet[word] >> (first + shift) & 1;

	return ((l->size * LEVELS + list_level_of(l->all - ones)) * LEVELS +
		   list_level_of(ones)) *
		   2 +
	       last;
}

/* The bit was that: others are out. */
static inline void
list_go_on(struct list *l, unsigned shift, unsigned ones, unsigned bit)
{
	uint64_t other = bit != 0 ? 0 : UINT64_MAX;

	for (unsigned i = 0; i < 2; i++)
		l->times[i] &= list_mask(l->octet[i], shift) ^ other;
	l->all = bit != 0 ? ones : l->all - ones;
}

#endif
