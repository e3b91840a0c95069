/*
 * plot.h - columns of the last days, lines of the last one, drawn here: no
 * script, no library.
 */
#ifndef PLOT_H
#define PLOT_H

#include "page.h"

#define PLOT_DAYS 31
#define PLOT_SERIES_MAX 4

/* One stands on the other; value[PLOT_DAYS - 1] is today, UTC. */
struct plot_series {
	const char *label;
	int64_t value[PLOT_DAYS];
};
void plot_put(struct page *p, const char *title,
    const struct plot_series *series, size_t n);

/* Columns with names of their own, the last the newest; thousandths. */
struct plot_column {
	const char *name;
	int64_t milli;
};
void plot_put_columns(struct page *p, const char *title,
    const struct plot_column *list, size_t n);

/* Percents of the last day, the oldest first; where half an hour has none, the
 * line is broken. */
struct plot_point {
	int64_t at_ms;
	int percent;
};
void plot_put_day(
    struct page *p, const char *title, const struct plot_point *list, size_t n);

#endif
