/*
 * smsc.h - the network's short message service centre.
 *
 * It takes messages from whoever has a number, holds them while the other side
 * is away or full, hands them on and reports.  Who is at the end of a number
 * may change at any time: a number belongs to a SIM and a SIM moves.  Between
 * phones and the centre lies the air; modems hang on wires.  It counts and
 * prices what passes between phones and the service number.
 */
#ifndef SMSC_H
#define SMSC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "air.h"
#include "pdu.h"
#include "sched.h"

#define SMSC_NUMBER "+358401009999" /* the centre's own address */

enum smsc_taken {
	SMSC_TAKEN,
	SMSC_AWAY, /* off, out of coverage, or no room: keep it */
};

/* One end of the network: a phone or a modem. */
struct smsc_end {
	void *ctx;
	bool radio; /* the air is between: a phone */
	/* A DELIVER or STATUS_REPORT. */
	enum smsc_taken (*deliver)(void *ctx, const struct pdu *m);
};

enum smsc_direction {
	SMSC_UP, /* to the service number */
	SMSC_DOWN, /* from the service number */
	SMSC_OTHER,
	SMSC_DIRECTIONS
};

struct smsc_stats {
	uint64_t sent[SMSC_DIRECTIONS], delivered[SMSC_DIRECTIONS];
	uint64_t price_milli[SMSC_DIRECTIONS]; /* so far */
	uint64_t expired, nowhere, reports;
	size_t waiting; /* held for someone who is away */
	size_t in_air;
};

struct smsc;
struct smsc_line; /* an end that is attached to a number */

/* s and air are borrowed. */
struct smsc *
smsc_new(struct sched *s, struct air *air, const char *service_number);
void smsc_free(struct smsc *c);

/* Several modems may serve one number: they take turns.  NULL: not a number. */
struct smsc_line *
smsc_attach(struct smsc *c, const char *number, const struct smsc_end *end);
/* The number stays known: what is sent to it waits. */
void smsc_detach(struct smsc *c, struct smsc_line *line);
const char *smsc_line_number(const struct smsc_line *line);
/* The end is there (again) and has room: give it what waits. */
void smsc_alert(struct smsc *c, struct smsc_line *line);

/* From an end: a SUBMIT. */
void smsc_submit(struct smsc *c, struct smsc_line *line, const struct pdu *m);
/* From nowhere: a message as if `from` had sent it, past the air.  from may be
 * letters.  0, or -1 if a number is none. */
int smsc_inject(
    struct smsc *c, const char *from, const char *to, const struct pdu *m);

/* What one message costs, in thousandths of the currency. */
void
smsc_set_price(struct smsc *c, enum smsc_direction direction, uint32_t milli);
void smsc_get_stats(const struct smsc *c, struct smsc_stats *out);
const char *smsc_service_number(const struct smsc *c);

/* What waits, to keep it over a restart.  0, or -1 after logging why. */
int smsc_save(const struct smsc *c, const char *path);
int smsc_load(struct smsc *c, const char *path);

#endif
