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

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "pack_model_internal.h"

#define LIST_MAX 15 /* octets in one list */
#define LIST_TIMES_MAX 40

/* 16 octets, taken together. */
typedef uint8_t list_octets __attribute__((vector_size(16)));
typedef int8_t list_signs __attribute__((vector_size(16)));

/*
 * A list that is read bit by bit: the bit that is at work is the highest of
 * each octet.  Those that do not begin with the bits so far have come 0 times.
 */
struct list {
	list_octets octet, times;
	uint32_t line;
	uint16_t check;
	uint8_t size; /* of SIZES: how many octets it had */
	unsigned all; /* how often those that are left came; 0: none is left */
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

/* All octets, added. */
static inline unsigned
list_sum(list_octets o)
{
#ifdef __SSE2__
	__m128i sums = _mm_sad_epu8((__m128i)o, _mm_setzero_si128());

	return (unsigned)(_mm_cvtsi128_si32(sums) + _mm_extract_epi16(sums, 4));
#else
	unsigned sum = 0;

	for (int i = 0; i < 16; i++)
		sum += o[i];
	return sum;
#endif
}

/* 255 for each octet whose highest bit is 1. */
static inline list_octets
list_mask(list_octets o)
{
	return (list_octets)((list_signs)o < 0);
}

/* The first octet that has come; there is one. */
static inline unsigned
list_first(const struct list *l)
{
	unsigned i = 0;

#ifdef __SSE2__
	i = (unsigned)_mm_movemask_epi8((__m128i)(l->times == 0));
	i = (unsigned)__builtin_ctz(~i);
#else
	while (l->times[i] == 0)
		i++;
#endif
	return i;
}

/* How often those came that go on with a 1. */
static inline unsigned
list_ones(const struct list *l)
{
	return list_sum(l->times & list_mask(l->octet));
}

static inline unsigned
list_level_of(unsigned n)
{
	return list_level[n < LIST_TIMES_MAX ? n : LIST_TIMES_MAX];
}

/* 0 to STATES - 1: what is left says this of the bit.  Not if none is. */
static inline unsigned
list_state(const struct list *l, unsigned ones)
{
	unsigned last = ((const uint8_t *)&l->octet)[list_first(l)] >> 7;

	return ((l->size * LEVELS + list_level_of(l->all - ones)) * LEVELS +
		   list_level_of(ones)) *
		   2 +
	       last;
}

/* The bit was that: others are out. */
static inline void
list_go_on(struct list *l, unsigned ones, unsigned bit)
{
	list_octets mask = list_mask(l->octet);

	l->times &= bit != 0 ? mask : ~mask;
	l->octet += l->octet;
	l->all = bit != 0 ? ones : l->all - ones;
}

#endif
