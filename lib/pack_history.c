#include "pack_history.h"

#include <assert.h>
#include <stdbool.h>

/* The counts that have a state: the smaller one bounds the larger one. */
static const unsigned larger_max[] = { 40, 30, 12, 6 };
#define COUNT_MAX 40

static bool
exists(unsigned a, unsigned b)
{
	unsigned low = a < b ? a : b, high = a < b ? b : a;

	return low < sizeof larger_max / sizeof larger_max[0] &&
	       high <= larger_max[low];
}

/* What is left of a count when the other choice comes. */
static unsigned
forget(unsigned n)
{
	return n <= 2 ? n : n <= 5 ? 2 : n <= 12 ? 3 : 4;
}

struct numbers {
	uint8_t of[COUNT_MAX + 1][COUNT_MAX + 1][2];
};

static unsigned
after(const struct numbers *number, unsigned zeros, unsigned ones, unsigned bit)
{
	unsigned *up = bit != 0 ? &ones : &zeros;
	unsigned *down = bit != 0 ? &zeros : &ones;

	*down = forget(*down);
	if (exists(*up + 1, *down))
		++*up;
	else
		while (!exists(*up, *down))
			--*up;
	return number->of[zeros][ones][bit];
}

void
history_make(struct history_tables *t)
{
	struct numbers number = { 0 };
	uint8_t zeros[256] = { 0 }, ones[256] = { 0 };
	unsigned n = 1;

	for (unsigned sum = 1; sum <= 2 * COUNT_MAX; sum++)
		for (unsigned a = 0; a <= COUNT_MAX && a <= sum; a++) {
			unsigned b = sum - a;

			if (b > COUNT_MAX || !exists(a, b))
				continue;
			for (unsigned last = 0; last < 2; last++) {
				/* The only choice that came, came last. */
				if ((last == 0 && a == 0) ||
				    (last == 1 && b == 0))
					continue;
				assert(n < 256);
				zeros[n] = (uint8_t)a;
				ones[n] = (uint8_t)b;
				number.of[a][b][last] = (uint8_t)n++;
			}
		}
	for (unsigned i = 0; i < n; i++) {
		unsigned a = zeros[i], b = ones[i];

		t->total[i] = (uint8_t)(a + b);
		t->p1[i] = (uint16_t)((b * 2 + 1) * 65536 / (2 * (a + b) + 2));
		t->sure[i] = (uint8_t)(a == 0 ? b : b == 0 ? a : 0);
		for (unsigned bit = 0; bit < 2; bit++)
			t->next[i][bit] = (uint8_t)after(&number, a, b, bit);
	}
}
