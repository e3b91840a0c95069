/*
 * modem.h - one GSM modem: an AT dialogue (at.h) on a pty (tty.h), with the
 * service number's SIM in it, at the network (smsc.h).
 */
#ifndef MODEM_H
#define MODEM_H

#include <stdbool.h>
#include <stdint.h>

#include "at.h"
#include "rng.h"
#include "sched.h"
#include "smsc.h"
#include "tty.h"

struct modem_setup {
	const char *path; /* of the symbolic link */
	const char *number; /* of its SIM */
	int index; /* from 0: distinguishes IMEI and IMSI */
	size_t slots_sim, slots_me;
	unsigned latency_ms; /* before each answer */
	unsigned bits_per_s; /* 0: no limit */
	uint64_t seed; /* of the noise */
};

struct modem;

/* base, sched and smsc are borrowed.  NULL after logging why. */
struct modem *modem_new(struct event_base *base, struct sched *sched,
    struct smsc *smsc, const struct modem_setup *setup);
void modem_free(struct modem *m);

struct at *modem_at(struct modem *m);
struct tty *modem_tty(struct modem *m);
/* Pulled out: the line is gone, and the network cannot reach it.  Its SIM
 * keeps what it has. */
void modem_detach(struct modem *m);
int modem_attach(struct modem *m);
bool modem_attached(const struct modem *m);
/* Nothing is answered for so long; 0 ends it. */
void modem_mute(struct modem *m, int64_t ms);
/* Of so many octets to the line one is wrong; 0: none. */
void modem_garble(struct modem *m, unsigned one_in);
void modem_set_latency(struct modem *m, unsigned ms);
unsigned modem_latency(const struct modem *m);
uint64_t modem_garbled(const struct modem *m);

/* What its SIM and memory hold, over a restart.  0, or -1 after logging. */
int modem_save(struct modem *m, const char *path);
int modem_load(struct modem *m, const char *path);

#endif
