/*
 * spool.h - what has arrived, on disk before anything else happens to it.
 *
 * SQLite in WAL mode with synchronous=FULL.  The supervisor appends in groups
 * (one fsync a group) and only then lets the modem delete; ingest takes rows
 * in order and marks them done.  Two processes, each with a handle of its own.
 * Also holds the quarantine and the counters of junk, which never reach
 * PostgreSQL.
 */
#ifndef SPOOL_H
#define SPOOL_H

#include <stddef.h>
#include <stdint.h>

#include "link.h"

struct spool;

struct spool_row {
	int64_t id;
	int64_t received_ms; /* Unix ms, the gateway's clock */
	char modem[LINK_NAME_MAX];
	struct link_sms sms;
};

struct spool *spool_open(const char *path); /* NULL after logging why */
void spool_close(struct spool *s);

/* Begin a group, add, and commit it: 0 means it is on disk (fsynced).  After
 * an add that failed the group must be aborted: what it has is not all. */
int spool_begin(struct spool *s);
int spool_add(struct spool *s, const char *modem, int64_t received_ms,
    const struct link_sms *sms);
int spool_commit(struct spool *s);
void spool_abort(struct spool *s);

/* Up to max rows with id > after that are not done, in order.  Returns how
 * many, or -1. */
int spool_next(struct spool *s, int64_t after, struct spool_row *rows, int max);
/* These rows need no more work.  One transaction. */
int spool_done(struct spool *s, const int64_t *ids, int n);
/* Set a row aside with a reason and mark it done, in one transaction. */
int spool_quarantine(struct spool *s, int64_t id, const char *reason);
/* Count junk and keep its digest only, and mark it done. */
int spool_junk(struct spool *s, const int64_t *ids, int n, const char *reason);

struct spool_stats {
	int64_t waiting, done, quarantined, junk;
	int64_t oldest_waiting_ms; /* 0: none waits */
};
int spool_get_stats(struct spool *s, struct spool_stats *out);

struct spool_aside {
	int64_t id, received_ms;
	char modem[LINK_NAME_MAX], number[LINK_NUMBER_MAX], reason[64];
	uint8_t raw[LINK_DATA_MAX + 140];
	size_t raw_len;
};
/* Newest first.  The caller frees *list. */
int
spool_list_quarantine(struct spool *s, struct spool_aside **list, size_t *n);
/* Put a quarantined row back for ingest. */
int spool_replay(struct spool *s, int64_t id);

#endif
