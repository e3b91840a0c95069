#include "sim.h"

#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "handset.h"
#include "log.h"
#include "phones.h"
#include "scene.h"

static int64_t
clock_ms(clockid_t which)
{
	struct timespec t;

	clock_gettime(which, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* ---- time ---- */

static int64_t
real_clock(void *ctx)
{
	const struct sim *s = ctx;
	int64_t real = clock_ms(CLOCK_MONOTONIC) - s->real_start_ms;

	return s->setup.start_ms + (int64_t)((double)real * s->setup.speed);
}

static void
wake_at(void *ctx, int64_t when_ms)
{
	struct sim *s = ctx;
	int64_t real =
	    (int64_t)((double)(when_ms - real_clock(s)) / s->setup.speed);
	struct timeval wait = { 0, 0 };

	if (real > 0) {
		/* A millisecond more, or it would wake just before. */
		real = real < 86400000 ? real + 1 : 86400000;
		wait.tv_sec = (time_t)(real / 1000);
		wait.tv_usec = (suseconds_t)(real % 1000 * 1000);
	}
	event_add(s->timer, &wait);
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct sim *s = arg;

	(void)fd;
	(void)what;
	sched_run(s->sched, real_clock(s));
	if (s->moved != NULL)
		s->moved(s->ctx);
}

void
sim_advance(struct sim *s, int64_t ms)
{
	sched_run(s->sched, sched_now(s->sched) + ms);
	if (s->moved != NULL)
		s->moved(s->ctx);
}

int64_t
sim_now_ms(const struct sim *s)
{
	return sched_now(s->sched);
}

/* ---- what is kept ---- */

static void
name_file(const struct sim *s, const char *name, size_t i, char out[4096])
{
	snprintf(out, 4096, "%s/%s%zu", s->setup.state, name, i);
}

/* Simulated time does not go back when an accelerated run is taken up. */
static int64_t
saved_time(const struct sim *s)
{
	char path[4096];
	long long ms = 0;
	FILE *f;

	name_file(s, "time", 0, path);
	if ((f = fopen(path, "re")) == NULL)
		return 0;
	if (fscanf(f, "%lld", &ms) != 1)
		ms = 0;
	fclose(f);
	return ms;
}

static void
save(struct sim *s)
{
	char path[4096];
	FILE *f;

	name_file(s, "time", 0, path);
	if ((f = fopen(path, "we")) != NULL) {
		fprintf(f, "%lld\n", (long long)sched_now(s->sched));
		fclose(f);
	}
	name_file(s, "smsc", 0, path);
	smsc_save(s->smsc, path);
	for (size_t i = 0; i < s->nmodems; i++) {
		name_file(s, "modem", i, path);
		modem_save(s->modem[i], path);
	}
}

static int
open_state(struct sim *s)
{
	int64_t saved;

	if (mkdir(s->setup.state, 0700) == -1 && errno != EEXIST) {
		log_error("cannot make the directory %s: %m", s->setup.state);
		return -1;
	}
	saved = saved_time(s);
	if (saved > s->setup.start_ms)
		s->setup.start_ms = saved;
	return 0;
}

/* ---- the whole ---- */

struct sim *
sim_new(const struct sim_setup *setup)
{
	struct sim *s = calloc(1, sizeof *s);
	char path[4096];

	if (s == NULL)
		return NULL;
	s->setup = *setup;
	s->real_start_ms = clock_ms(CLOCK_MONOTONIC);
	if (s->setup.start_ms == 0)
		s->setup.start_ms = clock_ms(CLOCK_REALTIME);
	if (setup->state != NULL && open_state(s) == -1)
		goto fail;
	air_init(&s->air, setup->seed);
	s->air.weather[AIR_UP] = setup->weather[AIR_UP];
	s->air.weather[AIR_DOWN] = setup->weather[AIR_DOWN];
	if ((s->sched = sched_new(s->setup.start_ms)) == NULL ||
	    (s->smsc = smsc_new(s->sched, &s->air, setup->service_number)) ==
		NULL)
		goto fail;
	if (setup->base != NULL) {
		s->timer = event_new(setup->base, -1, 0, on_timer, s);
		if (s->timer == NULL)
			goto fail;
		sched_tie(s->sched, real_clock, wake_at, s);
	}
	if (setup->state != NULL) {
		name_file(s, "smsc", 0, path);
		smsc_load(s->smsc, path);
		unlink(path); /* once: a crash must not bring it back */
	}
	if ((s->handsets = handsets_new(s)) == NULL ||
	    (s->scene = scene_run_new(s)) == NULL)
		goto fail;
	if (setup->phones > 0 &&
	    (s->phones = phones_new(s, setup->phones, &setup->amount)) == NULL)
		goto fail;
	return s;
fail:
	sim_free(s);
	return NULL;
}

int
sim_add_modem(struct sim *s, const char *path)
{
	struct modem_setup m = { .path = path,
		.number = s->setup.service_number,
		.index = (int)s->nmodems,
		.slots_sim = s->setup.slots_sim,
		.slots_me = s->setup.slots_me,
		.latency_ms = s->setup.latency_ms,
		.bits_per_s = s->setup.bits_per_s,
		.seed = s->setup.seed };
	struct modem *modem;
	char kept[4096];

	if (s->nmodems == SIM_MODEMS_MAX) {
		log_error("at most %d modems", SIM_MODEMS_MAX);
		return -1;
	}
	modem = modem_new(s->setup.base, s->sched, s->smsc, &m);
	if (modem == NULL)
		return -1;
	s->modem[s->nmodems++] = modem;
	if (s->setup.state != NULL) {
		name_file(s, "modem", s->nmodems - 1, kept);
		modem_load(modem, kept);
		unlink(kept);
	}
	return 0;
}

void
sim_free(struct sim *s)
{
	if (s == NULL)
		return;
	scene_run_free(s->scene);
	if (s->setup.state != NULL && s->smsc != NULL)
		save(s);
	for (size_t i = 0; i < s->nmodems; i++)
		modem_free(s->modem[i]);
	handsets_free(s->handsets);
	phones_free(s->phones);
	smsc_free(s->smsc);
	sched_free(s->sched);
	if (s->timer != NULL)
		event_free(s->timer);
	free(s);
}
