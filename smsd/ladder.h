/*
 * ladder.h - what is tried, in turn, to get back a modem that does not answer.
 *
 * Starting its child anew comes by itself, and each start asks the modem to
 * wake.  What follows is a reset by AT command, then the operator's own program
 * (which may cut the power of a USB port), then an alarm in the log.
 */
#ifndef LADDER_H
#define LADDER_H

#include <stdbool.h>
#include <stdint.h>

struct ladder {
	int64_t since_ms; /* monotonic; 0: the modem is well */
	int64_t hook_ms; /* when the program ran last */
	bool reset, alarmed;
};

/* The modem answers. */
void ladder_ready(struct ladder *l, const char *name);
/*
 * A child of this modem has failed.  Runs hook (NAME and DEVICE are its
 * arguments; "": there is none) when it is time.  True: the next child is to
 * reset the modem before anything else.
 */
bool ladder_failed(struct ladder *l, const char *name, const char *device,
    const char *hook, int64_t now_ms);

#endif
