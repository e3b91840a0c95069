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

#include "smsd_conf.h"

struct ladder {
	int64_t since_ms; /* monotonic; 0: the modem is well */
	int64_t hook_ms; /* when the program ran last */
	int64_t reset_ms; /* when the last reset was asked for; 0: never */
	bool alarmed;
};

/* The modem of this name answers. */
void ladder_ready(struct ladder *l, const char *name);
/*
 * A child of modem m has failed, at now_ms of a clock that never jumps.  Runs
 * m's power_hook (NAME and DEVICE are its arguments) when it is time, and every
 * five minutes from then on.  True: the next child is to reset the modem before
 * anything else; it is asked again after four times reset_after_s, since a
 * reset may be lost on a line that is being opened.
 */
bool
ladder_failed(struct ladder *l, const struct smsd_modem *m, int64_t now_ms);

/* The last that was tried: "anew", "reset", "hook" or "alarm"; "" while the
 * modem is well. */
const char *ladder_step(const struct ladder *l);

#endif
