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

/* Exit status of a process that was ended so. */
#define WATCH_EXIT 3

void watch_init(void);
/* A call begins: it may be without an octet from the modem for quiet_s
 * seconds, and may take most_s in all. */
void watch_call(unsigned quiet_s, unsigned most_s);
void watch_end(void);

#endif
