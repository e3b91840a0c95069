/*
 * air_internal.h - shared by air.c, which sets all of it up, air_phone.c, which
 * hosts the phones, air_time.c, which lets time pass, and air_owner.c, which
 * does what an owner does and compares what came of it.
 */
#ifndef AIR_INTERNAL_H
#define AIR_INTERNAL_H

#include <libpq-fe.h>

#include "air.h"
#include "gate.h"
#include "wire.h"

#define PHONES_MAX 1100
#define SERVICE AIR_SERVICE

struct message {
	int64_t at_ms;
	uint64_t order;
	int to; /* phone, or -1: the gateway */
	char number[GATE_NUMBER_MAX];
	bool text;
	size_t len;
	uint8_t sms[WIRE_TEXT_CHARS];
};

struct air_letter {
	char number[GATE_NUMBER_MAX];
	char text[GATE_FRAME_MAX + 1];
};

struct station {
	struct air *air;
	struct phone *phone;
	char number[GATE_NUMBER_MAX], device[32];
	char *journal;
	char question[WIRE_QUESTION_MAX + 1];
	int64_t tick_ms, clock_off_ms;
	unsigned rung; /* seconds that it was told to ring */
	struct record **put;
	size_t nput;
};

struct air {
	struct air_faults faults;
	bool no_coverage;
	uint64_t seed;
	int64_t now_ms, gateway_ms;
	int64_t heard_ms; /* by the gateway, any phone */
	int64_t tick_every_ms; /* of the gateway, when nothing comes;
				  0: nobody has said */
	struct db *db;
	PGconn *conn;
	struct gateway *gateway;
	/* another, on a connection of its own: NULL: there is none */
	struct db *other_db;
	struct gateway *other;
	int open_most; /* whole transfers, in a round */
	size_t states; /* that it keeps in memory */
	struct gateway_keys keys;
	int64_t account;
	uint8_t secret[SEAL_KEY_LEN];
	struct station station[PHONES_MAX];
	int phones;
	struct message *queue;
	size_t n, cap;
	uint64_t order;
	struct spool_row *waiting;
	size_t nwaiting;
	struct air_counts counts;
	struct {
		uint8_t sms[WIRE_DATA_MAX];
		size_t len;
	} sent[256];
	size_t nsent;
	char why[400];
	struct air_letter letter[32]; /* texts for people, the newest */
	size_t letters; /* in all */
};

/* Octets as a literal for SQL; the caller frees it. */
char *air_hex(const uint8_t *p, size_t len);
/* Put an SMS on the air: to that phone, or -1: to the gateway.  It may be lost,
 * doubled or late, as the faults say. */
void air_carry(struct air *a, int to, const char *number, const uint8_t *sms,
    size_t len, bool text);
/* What is on the phone, as its user sees it. */
void air_remember(struct station *s, const struct record *r);

#endif
