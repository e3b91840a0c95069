/*
 * scene.h - stories that the simulation acts by itself, step by step, while
 * somebody watches the service.
 *
 * A story is a table of steps, each a command as it could be typed and a
 * sentence that says what happens.  Some steps are for the owner, at the
 * pages: the story waits until the phone can be seen to have heard of it.  One
 * story at a time; what it changed of the air, the modems and the phones' SIMs,
 * coverage and clocks is put back at its end.
 */
#ifndef SCENE_H
#define SCENE_H

#include <stdbool.h>
#include <stddef.h>

#define SCENE_LINE_MAX 512 /* a command, with its numbers put in */

struct sim;
struct scene_run;

enum scene_language { SCENE_EN, SCENE_ZH, SCENE_LANGUAGES };

enum scene_kind {
	SCENE_DO, /* the simulation does it */
	SCENE_REFUSED, /* the simulation tries it, and is told no */
	SCENE_OWNER, /* the owner does it; left out if it is so already */
};

struct scene_step {
	enum scene_kind kind;
	unsigned pause_s; /* before it */
	/* %n and %o stand for the phone and the other one; a command with %m
	 * is said once for each modem.  NULL: none. */
	const char *command;
	const char *until; /* a condition of "wait"; NULL: go on at once */
	unsigned limit_s; /* for how long it is waited for */
	const char *look; /* where to look now: names for the pages */
	const char *say[SCENE_LANGUAGES]; /* NULL: nothing */
};

struct scene {
	const char *name;
	bool other; /* needs another phone, which is not bound */
	const char *about[SCENE_LANGUAGES];
	const struct scene_step *step;
	size_t steps;
};

/* The stories.  NULL: no more. */
const struct scene *scene_get(size_t i);
/* A command or condition with its numbers.  0, or -1: it does not fit. */
int scene_fill(const char *text, unsigned phone, unsigned other, unsigned modem,
    char out[static SCENE_LINE_MAX]);

enum scene_state {
	SCENE_ACTING,
	SCENE_WAITING, /* until a condition is true */
	SCENE_YOUR_TURN, /* the same, and it is the owner's to make it so */
	SCENE_OVER,
	SCENE_STOPPED,
	SCENE_FAILED,
};
const char *scene_state_name(enum scene_state state);

/* How far the story is that was begun last. */
struct scene_progress {
	const struct scene *scene;
	enum scene_state state;
	unsigned phone, other; /* other 0: none */
	size_t done; /* steps that were begun */
	const char *wrong; /* "": nothing; borrowed until time moves */
};
/* False: none was begun. */
bool scene_progress(const struct scene_run *r, struct scene_progress *out);
/* Was step i told?  An owner's step that was so already was not. */
bool scene_told(const struct scene_run *r, size_t i);

/* s is borrowed.  NULL: out of memory. */
struct scene_run *scene_run_new(struct sim *s);
/* Puts back what a story has changed, if one is being acted. */
void scene_run_free(struct scene_run *r);
/* other 0: choose one.  NULL, or what is wrong and what to do. */
const char *scene_begin(
    struct scene_run *r, const char *name, unsigned phone, unsigned other);
const char *scene_stop(struct scene_run *r);

#endif
