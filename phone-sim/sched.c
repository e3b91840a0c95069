#include "sched.h"

#include <assert.h>
#include <stdlib.h>

/* A binary heap by (time, number); each event knows its place for cancel. */
struct sched_event {
	int64_t when;
	uint64_t number;
	size_t place;
	sched_fn *fn;
	void *arg;
};

struct sched {
	int64_t now;
	int64_t (*clock)(void *ctx);
	void (*wake)(void *ctx, int64_t when_ms);
	void *ctx;
	int running;
	uint64_t made;
	size_t n, cap;
	struct sched_event **heap;
};

struct sched *
sched_new(int64_t now_ms)
{
	struct sched *s = calloc(1, sizeof *s);

	if (s != NULL)
		s->now = now_ms;
	return s;
}

void
sched_free(struct sched *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < s->n; i++)
		free(s->heap[i]);
	free(s->heap);
	free(s);
}

void
sched_tie(struct sched *s, int64_t (*clock)(void *ctx),
    void (*wake)(void *ctx, int64_t when_ms), void *ctx)
{
	s->clock = clock;
	s->wake = wake;
	s->ctx = ctx;
}

int64_t
sched_now(const struct sched *s)
{
	int64_t now;

	if (s->running || s->clock == NULL)
		return s->now;
	now = s->clock(s->ctx);
	return now > s->now ? now : s->now;
}

static int
earlier(const struct sched_event *a, const struct sched_event *b)
{
	return a->when != b->when ? a->when < b->when : a->number < b->number;
}

static void
put(struct sched *s, size_t i, struct sched_event *e)
{
	s->heap[i] = e;
	e->place = i;
}

static void
rise(struct sched *s, size_t i, struct sched_event *e)
{
	while (i > 0 && earlier(e, s->heap[(i - 1) / 2])) {
		put(s, i, s->heap[(i - 1) / 2]);
		i = (i - 1) / 2;
	}
	put(s, i, e);
}

static void
sink(struct sched *s, size_t i, struct sched_event *e)
{
	for (;;) {
		size_t kid = 2 * i + 1;

		if (kid >= s->n)
			break;
		if (kid + 1 < s->n && earlier(s->heap[kid + 1], s->heap[kid]))
			kid++;
		if (!earlier(s->heap[kid], e))
			break;
		put(s, i, s->heap[kid]);
		i = kid;
	}
	put(s, i, e);
}

struct sched_event *
sched_at(struct sched *s, int64_t when_ms, sched_fn *fn, void *arg)
{
	struct sched_event *e = malloc(sizeof *e);

	if (s->n == s->cap) {
		s->cap = s->cap > 0 ? 2 * s->cap : 64;
		s->heap = realloc(s->heap, s->cap * sizeof *s->heap);
	}
	/* A simulator without memory has nothing to save. */
	if (e == NULL || s->heap == NULL)
		abort();
	e->when = when_ms > s->now ? when_ms : s->now;
	e->number = s->made++;
	e->fn = fn;
	e->arg = arg;
	rise(s, s->n++, e);
	if (e->place == 0 && s->wake != NULL && !s->running)
		s->wake(s->ctx, e->when);
	return e;
}

static void
take_out(struct sched *s, struct sched_event *e)
{
	size_t i = e->place;
	struct sched_event *last = s->heap[--s->n];

	assert(s->heap[i] == e || last == e);
	if (last == e)
		return;
	if (i > 0 && earlier(last, s->heap[(i - 1) / 2]))
		rise(s, i, last);
	else
		sink(s, i, last);
}

void
sched_cancel(struct sched *s, struct sched_event *e)
{
	if (e == NULL)
		return;
	take_out(s, e);
	free(e);
}

int64_t
sched_next(const struct sched *s)
{
	return s->n > 0 ? s->heap[0]->when : SCHED_NEVER;
}

size_t
sched_pending(const struct sched *s)
{
	return s->n;
}

void
sched_run(struct sched *s, int64_t until_ms)
{
	s->running++;
	while (s->n > 0 && s->heap[0]->when <= until_ms) {
		struct sched_event *e = s->heap[0];

		take_out(s, e);
		if (e->when > s->now)
			s->now = e->when;
		e->fn(e->arg);
		free(e);
	}
	if (until_ms > s->now)
		s->now = until_ms;
	s->running--;
	if (s->n > 0 && s->wake != NULL && !s->running)
		s->wake(s->ctx, s->heap[0]->when);
}
