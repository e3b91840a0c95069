/*
 * gateway.h - what the gateway does with what arrives, and what it answers.
 *
 * Knows the database and the frames; knows no modem, no process and no clock:
 * now is always a parameter, so that a simulation may run on its own.  Every
 * message may come twice, late, in any order, forged, or again after a crash
 * at any line; the effect is the same.
 */
#ifndef GATEWAY_H
#define GATEWAY_H

#include "db.h"
#include "reassembly.h"
#include "seal.h"
#include "spool.h"

struct gateway;

struct gateway_keys {
	uint8_t gateway[SEAL_KEY_LEN]; /* wraps phones' roots */
	uint8_t service[SEAL_KEY_LEN]; /* wraps codes and questions */
};

/* db is not owned.  states: how many phones' coders stay in memory, 1 or more,
 * of about 6 MB each; that of another phone is made again when it sends. */
struct gateway *gateway_new(struct db *db, const struct gateway_keys *keys,
    const struct reassembly_timing *timing, size_t states);
void gateway_free(struct gateway *g);

enum gateway_verdict {
	GATEWAY_TAKEN, /* its effect is committed, or it had it before */
	GATEWAY_JUNK, /* not ours or not authentic */
	GATEWAY_ASIDE, /* for quarantine */
	GATEWAY_LATER, /* ask again: what it needs may still come */
};

struct gateway_answer {
	enum gateway_verdict verdict;
	const char *reason; /* JUNK, ASIDE: a few words, static */
};

/*
 * Take a batch, in order.  0, and answers[i] for each row; or -1: the database
 * failed (the caller reconnects and gives the same rows again).  What the
 * database refuses alone is GATEWAY_ASIDE; the others of its batch are taken.
 */
int gateway_take(struct gateway *g, const struct spool_row *rows, int n,
    int64_t now_ms, struct gateway_answer *answers);

/* Open transfers that are whole, at most max.  How many, or -1. */
int gateway_open(struct gateway *g, int max, int64_t now_ms);

/* Put what is due into the outbox: gaps, acknowledgements, policies, commands.
 * 0, or -1. */
int gateway_tick(struct gateway *g, int64_t now_ms);

/* The connection was lost: forget what was not committed. */
void gateway_forget(struct gateway *g);

#endif
