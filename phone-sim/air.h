/*
 * air.h - what the radio does to a message: it is lost, late, doubled, or
 * overtaken by the next.
 *
 * Decides and counts, nothing more; the same seed decides the same.
 */
#ifndef AIR_H
#define AIR_H

#include <stdint.h>

#include "rng.h"

enum air_way {
	AIR_UP, /* from a phone to the network */
	AIR_DOWN, /* from the network to a phone */
	AIR_WAYS
};

struct air_weather {
	double loss, dup, reorder; /* probabilities, 0..1 */
	int64_t delay_ms; /* the mean beyond the least; exponential */
	int64_t delay_min_ms;
};

struct air {
	struct rng rng;
	struct air_weather weather[AIR_WAYS];
	uint64_t passed[AIR_WAYS], lost[AIR_WAYS], doubled[AIR_WAYS],
	    overtaken[AIR_WAYS];
};

void air_init(struct air *a, uint64_t seed);

/*
 * One message goes into the air now.  Returns how many copies come out (0, 1,
 * 2) and when.  *last, which the caller keeps for each link and sets to 0
 * first, keeps messages in order unless one is to be overtaken.
 */
int air_pass(struct air *a, enum air_way way, int64_t now_ms, int64_t *last,
    int64_t when_ms[static 2]);

#endif
