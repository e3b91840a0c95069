#include "occur.h"

#include <libical/ical.h>
#include <stdlib.h>

#define STEPS 4000 /* of one rule */

struct found {
	struct occurrence *list;
	size_t n;
	int64_t from, to;
};

static void
keep(struct found *f, const struct opened *event, int64_t start, int64_t end)
{
	if (f->n < OCCUR_MAX && start < f->to &&
	    (end > f->from || (end == start && start == f->from)))
		f->list[f->n++] = (struct occurrence){ start, end,
			record_int(event->record, RECORD_ALL_DAY, 0, 0) == 1,
			event };
}

/* A rule's times are those of the clock on the wall where it was made. */
static void
repeat(struct found *f, const struct opened *event, const char *rule,
    int64_t start, int64_t length)
{
	struct icalrecurrencetype recur = icalrecurrencetype_from_string(rule);
	bool all_day = record_int(event->record, RECORD_ALL_DAY, 0, 0) == 1;
	const char *tzid = record_text(event->record, RECORD_TIME_ZONE, 0);
	icaltimezone *zone = NULL;
	struct icaltimetype t;
	icalrecur_iterator *i;

	if (!all_day && tzid != NULL)
		zone = icaltimezone_get_builtin_timezone(tzid);
	if (zone == NULL)
		zone = icaltimezone_get_utc_timezone();
	t = icaltime_from_timet_with_zone(
	    (time_t)(start / 1000), all_day ? 1 : 0, zone);
	i = recur.freq != ICAL_NO_RECURRENCE ? icalrecur_iterator_new(recur, t)
					     : NULL;
	if (i == NULL) { /* a rule that nobody can read: once at least */
		keep(f, event, start, start + length);
		return;
	}
	for (int step = 0; step < STEPS; step++) {
		int64_t at;

		t = icalrecur_iterator_next(i);
		if (icaltime_is_null_time(t))
			break;
		at = (int64_t)icaltime_as_timet_with_zone(t, zone) * 1000;
		if (at >= f->to)
			break;
		keep(f, event, at, at + length);
	}
	icalrecur_iterator_free(i);
}

static int
by_start(const void *a, const void *b)
{
	const struct occurrence *x = a, *y = b;

	if (x->start_ms != y->start_ms)
		return x->start_ms < y->start_ms ? -1 : 1;
	return 0;
}

struct occurrence *
occurrences(const struct opened *list, size_t n, int64_t from_ms, int64_t to_ms,
    size_t *count)
{
	struct found f = { .from = from_ms, .to = to_ms };

	if ((f.list = calloc(OCCUR_MAX, sizeof *f.list)) == NULL)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		const struct record *r = list[i].record;
		int64_t start =
		    record_int(r, RECORD_START_MS, 0, record_time_ms(r));
		int64_t end = record_int(r, RECORD_END_MS, 0, start);
		const char *rule = record_text(r, RECORD_RRULE, 0);

		if (end < start)
			end = start;
		if (rule != NULL)
			repeat(&f, &list[i], rule, start, end - start);
		else
			keep(&f, &list[i], start, end);
	}
	qsort(f.list, f.n, sizeof *f.list, by_start);
	*count = f.n;
	return f.list;
}
