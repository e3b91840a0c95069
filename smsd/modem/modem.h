/*
 * modem.h - one GSM modem through libGammu.
 *
 * modem.c is the only file that knows libGammu.  It is driven by one thread of
 * one process (libGammu's state machines race with one another), and every
 * call may hang or crash: the caller sets an alarm, the supervisor watches.
 */
#ifndef MODEM_H
#define MODEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "link.h"

struct modem;

enum modem_err {
	MODEM_OK = 0,
	MODEM_EMPTY, /* no more messages */
	MODEM_UNREADABLE, /* one message could not be decoded: go on */
	MODEM_GONE, /* the device does not answer: start anew */
};

struct modem_conf {
	const char *name, *device, *connection, *pin;
};

/* Initialise: about 3 s on a tty.  NULL after logging why. */
struct modem *modem_open(const struct modem_conf *conf);
void modem_close(struct modem *m);
/* The descriptor of the device, for poll(2) only; -1 if it has none. */
int modem_fd(const struct modem *m);

/* Read what the modem says unasked. */
void modem_pump(struct modem *m);
/*
 * Has it said, here or during any other call, that a message or report has
 * come?  Until modem_next() starts anew and modem_report() has given all.
 */
bool modem_has_news(const struct modem *m);

/* A message's place, for modem_delete(). */
struct modem_place {
	int location;
	int memory; /* libGammu's GSM_MemoryType */
};
/* The next message in the modem's memories.  start: from the first. */
enum modem_err modem_next(struct modem *m, bool start, struct link_sms *out,
    struct modem_place *place);
/* Delete n messages, in as few round trips as this libGammu can.  UNREADABLE:
 * some are still there. */
enum modem_err
modem_delete(struct modem *m, const struct modem_place *place, size_t n);
/* Delivery reports that came without being stored; MODEM_EMPTY: none. */
enum modem_err modem_report(struct modem *m, struct link_sms *out);

/* Blocks until the network has answered or 30 s are over. */
enum modem_err modem_send(
    struct modem *m, const struct link_send *what, struct link_result *out);
/* What the modem is (once) and how it does (each time). */
enum modem_err modem_identify(struct modem *m, struct link_modem *out);
enum modem_err modem_state(struct modem *m, struct link_modem *out);

#endif
