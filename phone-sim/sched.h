/*
 * sched.h - what happens when, in simulated time.
 *
 * Time stands still between events and is moved by sched_run() alone, so a
 * test may run a month in a second, and the program may tie it to the real
 * clock.  Events of the same instant run in the order they were made: one seed
 * gives one run.
 */
#ifndef SCHED_H
#define SCHED_H

#include <stddef.h>
#include <stdint.h>

struct sched;
struct sched_event;
typedef void sched_fn(void *arg);

#define SCHED_NEVER INT64_MAX

/* Time is Unix time in milliseconds. */
struct sched *sched_new(int64_t now_ms);
/* Pending events are dropped; what their arguments hold stays the caller's. */
void sched_free(struct sched *s);

/*
 * Tie time to a clock: between events sched_now() is what clock() says, and
 * wake() is told whenever the next event is due earlier than it was.  Someone
 * else must call sched_run() in time.
 */
void sched_tie(struct sched *s, int64_t (*clock)(void *ctx),
    void (*wake)(void *ctx, int64_t when_ms), void *ctx);

/* Never goes back. */
int64_t sched_now(const struct sched *s);
/* The handle is good until the event has run or is cancelled.  A time that
 * has passed means now. */
struct sched_event *
sched_at(struct sched *s, int64_t when_ms, sched_fn *fn, void *arg);
void sched_cancel(struct sched *s, struct sched_event *e);
/* When the next event is due, or SCHED_NEVER. */
int64_t sched_next(const struct sched *s);
size_t sched_pending(const struct sched *s);
/* Run all that is due until then; time is until_ms afterwards. */
void sched_run(struct sched *s, int64_t until_ms);

#endif
