/*
 * Acting a story:
 *
 *              pause over          condition is true
 *   begin --> ACTING <------------------------------+
 *               | ^  \ a step with a condition      |
 *               | |   +--> WAITING, YOUR_TURN ------+
 *               | +- a step without      |
 *               |                        | its limit is over
 *               v last step              v
 *              OVER                    FAILED <-- a command is refused
 *
 * scene_stop() leads from each of the first three to STOPPED.  Whatever the
 * end, restore() has put back what was changed.
 */
#include "scene.h"

#include <event2/buffer.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "log.h"
#include "phones.h"
#include "sim.h"

#define LOOK_S 0.25 /* how often a condition is looked at */
#define STEPS_MAX 64

/* A phone, or a modem, as it was before. */
struct phone_before {
	unsigned n; /* 0: none */
	char number[PDU_NUMBER_MAX];
	bool coverage, power;
	int64_t clock_ms;
};

struct before {
	struct air_weather weather[AIR_WAYS];
	struct phone_before phone[2];
	unsigned full[SIM_MODEMS_MAX];
};

struct scene_run {
	struct sim *sim;
	struct sched_event *next; /* NULL: nothing is being acted */
	const struct scene *scene; /* NULL: none was begun */
	enum scene_state state;
	unsigned phone, other;
	size_t step; /* the one that is to come, or that is waited for */
	int64_t deadline_ms;
	bool told[STEPS_MAX];
	char wrong[256];
	struct before before;
};

static void on_time(void *arg);

const char *
scene_state_name(enum scene_state state)
{
	static const char *const names[] = { [SCENE_ACTING] = "acting",
		[SCENE_WAITING] = "waiting",
		[SCENE_YOUR_TURN] = "your-turn",
		[SCENE_OVER] = "over",
		[SCENE_STOPPED] = "stopped",
		[SCENE_FAILED] = "failed" };

	return names[state];
}

int
scene_fill(const char *text, unsigned phone, unsigned other, unsigned modem,
    char out[static SCENE_LINE_MAX])
{
	size_t n = 0;

	for (; *text != '\0' && n < SCENE_LINE_MAX - 1; text++) {
		unsigned v = 0;

		if (*text == '%' && text[1] == 'n')
			v = phone;
		else if (*text == '%' && text[1] == 'o')
			v = other;
		else if (*text == '%' && text[1] == 'm')
			v = modem;
		else {
			out[n++] = *text;
			continue;
		}
		text++;
		n += (size_t)snprintf(out + n, SCENE_LINE_MAX - n, "%u", v);
	}
	if (*text != '\0' || n >= SCENE_LINE_MAX)
		return -1;
	out[n] = '\0';
	return 0;
}

/* ---- before and after ---- */

static void
note_phone(struct sim *s, unsigned n, struct phone_before *out)
{
	struct sim_phone *p = phones_get(s->phones, n);
	struct phone_facts f;

	*out = (struct phone_before){ 0 };
	if (p == NULL)
		return;
	sim_phone_facts(p, &f);
	out->n = n;
	snprintf(out->number, sizeof out->number, "%s", f.number);
	out->coverage = f.coverage;
	out->power = f.power;
	out->clock_ms = f.clock_ms;
}

static void
note_before(struct scene_run *r)
{
	struct sim *s = r->sim;
	struct before *b = &r->before;

	memcpy(b->weather, s->air.weather, sizeof b->weather);
	note_phone(s, r->phone, &b->phone[0]);
	note_phone(s, r->other, &b->phone[1]);
	for (size_t i = 0; i < s->nmodems; i++)
		b->full[i] =
		    at_fault_left(modem_at(s->modem[i]), AT_F_SIM_FULL);
}

/* The clock before the SIM: the phone says at once that it is another, and
 * when. */
static void
restore_phone(struct sim *s, const struct phone_before *b, bool power)
{
	struct sim_phone *p = phones_get(s->phones, b->n);
	struct phone_facts f;

	if (p == NULL)
		return;
	sim_phone_facts(p, &f);
	if (f.clock_ms != b->clock_ms)
		sim_phone_clock(p, b->clock_ms - f.clock_ms);
	if (f.coverage != b->coverage)
		sim_phone_coverage(p, b->coverage);
	/* Taken meanwhile for another phone, it stays there. */
	if (strcmp(f.number, b->number) != 0)
		sim_phone_sim(p, b->number[0] != '\0' ? b->number : NULL);
	if (power && f.power != b->power)
		sim_phone_power(p, b->power);
}

/* What a story broke for good stays broken if it was told to its end. */
static void
restore(struct scene_run *r)
{
	struct sim *s = r->sim;
	const struct before *b = &r->before;

	memcpy(s->air.weather, b->weather, sizeof b->weather);
	for (size_t i = 0; i < s->nmodems; i++) {
		struct at *a = modem_at(s->modem[i]);

		if (at_fault_left(a, AT_F_SIM_FULL) != b->full[i])
			at_set_fault(a, AT_F_SIM_FULL, b->full[i]);
	}
	for (int i = 0; i < 2; i++)
		restore_phone(s, &b->phone[i], r->state != SCENE_OVER);
}

static void
finish(struct scene_run *r, enum scene_state state)
{
	sched_cancel(r->sim->sched, r->next);
	r->next = NULL;
	r->state = state;
	restore(r);
}

__attribute__((format(printf, 2, 3))) static void
fail(struct scene_run *r, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(r->wrong, sizeof r->wrong, fmt, ap);
	va_end(ap);
	finish(r, SCENE_FAILED);
}

/* ---- a step ---- */

/* Who watches is real, and so is the gateway: times are real seconds. */
static int64_t
real_s(const struct scene_run *r, double s)
{
	double speed = r->sim->setup.base != NULL ? r->sim->setup.speed : 1;

	return sched_now(r->sim->sched) + (int64_t)(s * 1000 * speed);
}

static void
again_in(struct scene_run *r, double s)
{
	r->next = sched_at(r->sim->sched, real_s(r, s), on_time, r);
}

/* Say one command; true: it was done.  reply is its last line. */
static bool
say(struct scene_run *r, const char *line, char reply[static 200])
{
	struct evbuffer *out = evbuffer_new();
	struct command_wait wait;
	char *l, *last = NULL;

	snprintf(reply, 200, "out of memory");
	if (out == NULL)
		return false;
	command_run(r->sim, line, out, &wait);
	while ((l = evbuffer_readln(out, NULL, EVBUFFER_EOL_LF)) != NULL) {
		free(last);
		last = l;
	}
	if (last != NULL)
		snprintf(reply, 200, "%s", last);
	free(last);
	evbuffer_free(out);
	return strcmp(reply, "ok") == 0;
}

/* The step's command, for each modem if it names one.  False: it failed, and
 * the story with it. */
static bool
act(struct scene_run *r, const struct scene_step *step)
{
	bool modems = strstr(step->command, "%m") != NULL;
	size_t times = modems ? r->sim->nmodems : 1;
	char line[SCENE_LINE_MAX], reply[200];

	for (size_t i = 0; i < times; i++) {
		if (scene_fill(step->command, r->phone, r->other, (unsigned)i,
			line) != 0) {
			fail(r, "a command is too long");
			return false;
		}
		if (say(r, line, reply) == (step->kind == SCENE_REFUSED)) {
			fail(r, "%.120s: %.120s", line,
			    step->kind == SCENE_REFUSED ? "was not refused"
							: reply);
			return false;
		}
	}
	return true;
}

static bool
so(const struct scene_run *r, const struct scene_step *step)
{
	char line[SCENE_LINE_MAX];

	return scene_fill(step->until, r->phone, r->other, 0, line) == 0 &&
	       command_condition(r->sim, line) > 0;
}

/* To the step behind this one, or the end. */
static void
go_on(struct scene_run *r)
{
	r->state = SCENE_ACTING;
	if (++r->step == r->scene->steps)
		finish(r, SCENE_OVER);
	else
		again_in(r, r->scene->step[r->step].pause_s);
}

static void
begin_step(struct scene_run *r)
{
	const struct scene_step *step = &r->scene->step[r->step];

	if (step->kind == SCENE_OWNER && so(r, step)) {
		go_on(r);
		return;
	}
	r->told[r->step] = true;
	if (step->command != NULL && !act(r, step))
		return;
	if (step->until == NULL) {
		go_on(r);
		return;
	}
	r->state = step->kind == SCENE_OWNER ? SCENE_YOUR_TURN : SCENE_WAITING;
	r->deadline_ms = real_s(r, step->limit_s);
	again_in(r, LOOK_S);
}

static void
on_time(void *arg)
{
	struct scene_run *r = arg;
	const struct scene_step *step = &r->scene->step[r->step];

	r->next = NULL;
	if (r->state == SCENE_ACTING)
		begin_step(r);
	else if (so(r, step))
		go_on(r);
	else if (sched_now(r->sim->sched) >= r->deadline_ms)
		fail(r, "that did not come true in %u minutes",
		    (step->limit_s + 59) / 60);
	else
		again_in(r, LOOK_S);
}

/* ---- begin and end ---- */

static const struct scene *
find(const char *name)
{
	const struct scene *s;

	for (size_t i = 0; (s = scene_get(i)) != NULL; i++)
		if (strcmp(s->name, name) == 0)
			return s;
	return NULL;
}

static bool
is_unbound(struct sim *s, unsigned n)
{
	char condition[40];

	snprintf(condition, sizeof condition, "phone %u unbound", n);
	return command_condition(s, condition) > 0;
}

/* Another phone with nothing to lose; 0: none. */
static unsigned
choose_other(struct sim *s, unsigned phone)
{
	size_t n = phones_count(s->phones);

	for (unsigned i = 1; i <= n; i++)
		if (i != phone && is_unbound(s, i))
			return i;
	return 0;
}

static const char *
cast(struct scene_run *r, const struct scene *scene, unsigned phone,
    unsigned other)
{
	struct sim_phone *p = phones_get(r->sim->phones, phone);
	struct phone_facts f = { 0 };

	if (p == NULL)
		return "there is no such phone: say phones";
	sim_phone_facts(p, &f);
	if (!f.power)
		return "the phone is off: switch it on first";
	if (scene->other && other == 0)
		other = choose_other(r->sim, phone);
	if (scene->other &&
	    (other == 0 || other == phone || !is_unbound(r->sim, other)))
		return "this story wants a second phone that is bound to "
		       "nobody, since it is erased: unbind one, or start the "
		       "simulator with more phones";
	r->phone = phone;
	r->other = scene->other ? other : 0;
	return NULL;
}

const char *
scene_begin(
    struct scene_run *r, const char *name, unsigned phone, unsigned other)
{
	const struct scene *scene = find(name);
	const char *wrong;

	if (scene == NULL)
		return "there is no such story: say scene";
	if (r->next != NULL)
		return "another story is being acted: wait, or say scene stop";
	if ((wrong = cast(r, scene, phone, other)) != NULL)
		return wrong;
	r->scene = scene;
	r->step = 0;
	r->wrong[0] = '\0';
	memset(r->told, 0, sizeof r->told);
	r->state = SCENE_ACTING;
	note_before(r);
	again_in(r, scene->step[0].pause_s);
	return NULL;
}

const char *
scene_stop(struct scene_run *r)
{
	if (r->next == NULL)
		return "no story is being acted";
	finish(r, SCENE_STOPPED);
	return NULL;
}

bool
scene_progress(const struct scene_run *r, struct scene_progress *out)
{
	if (r->scene == NULL)
		return false;
	*out = (struct scene_progress){ .scene = r->scene,
		.state = r->state,
		.phone = r->phone,
		.other = r->other,
		.done =
		    r->step + (r->step < r->scene->steps && r->told[r->step]),
		.wrong = r->wrong };
	return true;
}

bool
scene_told(const struct scene_run *r, size_t i)
{
	return i < STEPS_MAX && r->told[i];
}

struct scene_run *
scene_run_new(struct sim *s)
{
	struct scene_run *r = calloc(1, sizeof *r);

	if (r != NULL)
		r->sim = s;
	return r;
}

void
scene_run_free(struct scene_run *r)
{
	if (r != NULL && r->next != NULL)
		scene_stop(r);
	free(r);
}
