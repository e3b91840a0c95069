/*
 * rng.h - random numbers that are the same on every machine for one seed.
 *
 * A simulated run must be repeatable from its seed alone, so nothing here
 * takes entropy from the system.  Not for keys.
 */
#ifndef RNG_H
#define RNG_H

#include <stdbool.h>
#include <stdint.h>

struct rng {
	uint64_t state;
};

/* Any seed is good; each stream of one seed is independent. */
static inline void
rng_init(struct rng *r, uint64_t seed, uint64_t stream)
{
	uint64_t z = seed * 0x9e3779b97f4a7c15ULL + stream + 1;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	r->state = (z ^ (z >> 31)) | 1;
}

/* xorshift64* */
static inline uint64_t
rng_next(struct rng *r)
{
	uint64_t x = r->state;

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	r->state = x;
	return x * 0x2545f4914f6cdd1dULL;
}

/* 0..n-1; n is not 0. */
static inline uint32_t
rng_below(struct rng *r, uint32_t n)
{
	return (uint32_t)((rng_next(r) >> 32) * n >> 32);
}

/* 0 <= x < 1 */
static inline double
rng_unit(struct rng *r)
{
	return (double)(rng_next(r) >> 11) * 0x1p-53;
}

static inline bool
rng_chance(struct rng *r, double p)
{
	return rng_unit(r) < p;
}

#endif
