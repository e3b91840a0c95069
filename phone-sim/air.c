#include "air.h"

#include <math.h>
#include <string.h>

/* A message that is overtaken is late by this and up to as much again. */
#define OVERTAKEN_MS 20000

void
air_init(struct air *a, uint64_t seed)
{
	memset(a, 0, sizeof *a);
	rng_init(&a->rng, seed, 1);
}

static int64_t
delay(struct air *a, const struct air_weather *w)
{
	double u = rng_unit(&a->rng);

	/* The tail of an exponential is cut at 20 means. */
	return w->delay_min_ms +
	       (int64_t)(-log1p(-u < -1 + 2e-9 ? -1 + 2e-9 : -u) *
			 (double)w->delay_ms);
}

int
air_pass(struct air *a, enum air_way way, int64_t now_ms, int64_t *last,
    int64_t when_ms[static 2])
{
	const struct air_weather *w = &a->weather[way];
	int copies = 1;

	a->passed[way]++;
	/* Every decision takes its numbers, so that a change of one
	 * probability leaves the others' decisions as they were. */
	bool lost = rng_chance(&a->rng, w->loss);
	bool twice = rng_chance(&a->rng, w->dup);
	bool late = rng_chance(&a->rng, w->reorder);
	int64_t first = now_ms + delay(a, w);
	int64_t extra = OVERTAKEN_MS + rng_below(&a->rng, OVERTAKEN_MS);
	int64_t second = now_ms + 1000 + delay(a, w);

	if (lost) {
		a->lost[way]++;
		return 0;
	}
	if (late) {
		a->overtaken[way]++;
		first += extra;
	} else {
		if (first < *last)
			first = *last;
		*last = first;
	}
	when_ms[0] = first;
	if (twice) {
		a->doubled[way]++;
		when_ms[copies++] = second > first ? second : first + 1000;
	}
	return copies;
}
