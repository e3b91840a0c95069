/*
 * occur.h - when the events of a calendar take place, repetitions and all.
 */
#ifndef OCCUR_H
#define OCCUR_H

#include "open.h"

#define OCCUR_MAX 2000 /* that one question finds */

struct occurrence {
	int64_t start_ms, end_ms; /* end: the first moment after it */
	bool all_day; /* then both are midnights of UTC */
	const struct opened *event; /* not owned */
};
/* Those that overlap [from_ms, to_ms), by their start.  The caller frees
 * *out; NULL: no memory. */
struct occurrence *occurrences(const struct opened *list, size_t n,
    int64_t from_ms, int64_t to_ms, size_t *count);

#endif
