/*
 * watch.h - calls into libGammu that take too long end the process.
 *
 * libGammu's own time-outs are hard-coded and add up to minutes; whoever hangs
 * in it cannot be freed but by ending.  The measure is silence: a long listing
 * that still comes in is no hang.  watch.c takes the place of read(2), which
 * is how it knows.
 */
#ifndef WATCH_H
#define WATCH_H

#include <stdbool.h>

/* Exit status of a process that was ended so. */
#define WATCH_EXIT 3

void watch_init(void);
/* A call begins: it may be without an octet from the modem for quiet_s
 * seconds, and may take most_s in all. */
void watch_call(unsigned quiet_s, unsigned most_s);
void watch_end(void);
/*
 * libGammu sleeps for the sake of telephones of the nineties, and then waits
 * for the answer all the same: 0.4 s behind each of the first commands, 4 s at
 * each start; 0.7 s around the text of each message that it sends, while
 * nothing is received.  In a hurry no sleep of its is longer than 40 ms.
 * (watch.c takes the place of usleep(3) as well.)
 */
void watch_hurry(bool on);

#endif
