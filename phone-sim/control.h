/*
 * control.h - commands to a running simulation: lines in, lines out.
 *
 * The same commands come from a unix socket, from a terminal and from a script.
 * A reply is any number of lines and then "ok" or "error: what, and what to
 * do".  Who types here owns the simulation, but may type anything.
 */
#ifndef CONTROL_H
#define CONTROL_H

#include <stdbool.h>
#include <stddef.h>

#include "sim.h"

#define CONTROL_LINE_MAX 4096

struct evbuffer;

enum command_result {
	COMMAND_DONE, /* the reply is whole */
	COMMAND_WAIT, /* it comes later: see command_ready() */
	COMMAND_QUIT, /* the reply is whole; end the program */
};

/* A wait command on its way. */
struct command_wait {
	bool active;
	int64_t deadline_ms; /* real, monotonic */
	char condition[128];
};

/* Carry out one line; the reply goes behind out. */
enum command_result command_run(struct sim *s, const char *line,
    struct evbuffer *out, struct command_wait *wait);
/* True once the wait is over, and then its reply is behind out. */
bool
command_ready(struct sim *s, struct command_wait *wait, struct evbuffer *out);

struct control;

/* Watches the simulation through its hooks.  quit is called by the command of
 * that name and when a script has failed (status 1). */
struct control *
control_new(struct sim *s, void (*quit)(void *ctx, int status), void *ctx);
void control_free(struct control *c);
/* 0, or -1 after logging why. */
int control_listen(struct control *c, const char *path);
/* Commands from fd, replies to the standard output.  prompt: someone types. */
int control_read(struct control *c, int fd, bool prompt);

/* The other side: one command to the simulation that listens at path.  The
 * reply goes to the standard output; the exit status of the program. */
int control_ask(const char *path, const char *command);

#endif
