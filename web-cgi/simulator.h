/*
 * simulator.h - one command to the simulator that a demonstration runs beside
 * the pages (phone-sim(1)), over its socket.
 *
 * What it answers is in time, of bounded length and lines of text, or it is no
 * answer: nothing of the simulator's is believed more than that.
 */
#ifndef SIMULATOR_H
#define SIMULATOR_H

#include <stdbool.h>

#include "buf.h"

#define SIMULATOR_COMMAND_MAX 2048 /* octets */
#define SIMULATOR_REPLY_MAX (1u << 20)
#define SIMULATOR_LINE_MAX 1024 /* what is longer is cut */
#define SIMULATOR_WAIT_MS 3000

enum simulator_err {
	SIMULATOR_OK = 0, /* reply: its lines but the "ok" */
	SIMULATOR_REFUSED, /* reply: what is wrong, one line */
	SIMULATOR_AWAY, /* nobody answers there; logged */
};

/* reply is emptied first. */
enum simulator_err
simulator_ask(const char *path, const char *command, struct buf *reply);

/* Append a blank and text as one word, whatever is in it.  False: it is no
 * line of text. */
bool simulator_word(struct buf *command, const char *text);

/* The next line; *at is then behind it.  False: there are no more. */
bool simulator_next(const char **at, char line[static SIMULATOR_LINE_MAX]);
/* What stands behind begin in the first line that begins so, at most up to a
 * comma if comma is true; "" if there is none. */
void simulator_fact(const char *reply, const char *begin, bool comma,
    char out[static SIMULATOR_LINE_MAX]);

#endif
