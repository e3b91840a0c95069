/*
 * sim.h - the whole simulation: time, air, service centre, modems, phones.
 *
 * With an event base, time follows the real clock (faster, if asked) and modems
 * hang on ptys.  Without one, nothing happens but through sim_advance(), and a
 * seed gives one run.
 */
#ifndef SIM_H
#define SIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "air.h"
#include "modem.h"
#include "people.h"
#include "sched.h"
#include "smsc.h"

#define SIM_MODEMS_MAX 64
#define SIM_PHONES_MAX 10000

struct event_base;
struct scene_run;

struct sim_setup {
	struct event_base *base; /* NULL: virtual time, no modems */
	uint64_t seed;
	double speed; /* simulated seconds a real second */
	int64_t start_ms; /* 0: the real time now */
	const char *service_number;
	const char *state; /* a directory, or NULL: keep nothing */
	struct air_weather weather[AIR_WAYS];
	size_t slots_sim, slots_me;
	unsigned latency_ms, bits_per_s;
	size_t phones;
	struct people_amount amount;
};

struct sim {
	struct sim_setup setup;
	struct sched *sched;
	struct air air;
	struct smsc *smsc;
	size_t nmodems;
	struct modem *modem[SIM_MODEMS_MAX];
	struct phones *phones;
	struct handsets *handsets;
	struct scene_run *scene;
	/* Called after time has moved; may be NULL. */
	void (*moved)(void *ctx);
	/* A line for whoever watches: what a phone shows its user. */
	void (*notice)(void *ctx, const char *line);
	void *ctx;
	struct event *timer;
	int64_t real_start_ms;
};

/* setup is copied, its strings are borrowed.  NULL after logging why. */
struct sim *sim_new(const struct sim_setup *setup);
/* Saves its state first, if it has a directory. */
void sim_free(struct sim *s);

int sim_add_modem(struct sim *s, const char *path);
/* Virtual time only. */
void sim_advance(struct sim *s, int64_t ms);
int64_t sim_now_ms(const struct sim *s);

#endif
