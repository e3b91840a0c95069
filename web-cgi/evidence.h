/*
 * evidence.h - what came from a phone while it was lost, opened; and as a file
 * whose octets are the same whenever it is made, so that its digest proves it.
 *
 * An entry is one arrival: an SMS or several that made a whole.  It has the
 * gateway's time and the service centre's; each record in it has the phone's.
 */
#ifndef EVIDENCE_H
#define EVIDENCE_H

#include "gather.h"
#include "pages_lost.h"

struct evidence {
	struct pages_evidence *entry;
	size_t n;
	struct opened *record; /* of all entries, by transfer and ordinal */
	size_t nrecords;
	size_t damaged; /* that did not open */
};

/* On DB_OK the caller calls evidence_clear(). */
enum db_err
evidence_load(struct gather *g, const struct pages_evidence_wish *wish,
    struct evidence *out, int64_t *total);
void evidence_clear(struct evidence *e);
/* The records that belong to an entry: *n of them from the one returned. */
const struct opened *evidence_records(
    const struct evidence *e, const struct pages_evidence *entry, size_t *n);
/* Calls take for each entry up to upto, the oldest first. */
enum db_err evidence_walk(struct gather *g, int64_t phone, int64_t upto,
    void (*take)(void *ctx, const struct evidence *e,
	const struct pages_evidence *entry),
    void *ctx);

enum evidence_format { EVIDENCE_CSV, EVIDENCE_JSON, EVIDENCE_FORMATS };
const char *evidence_format_name(enum evidence_format format);
const char *evidence_type(enum evidence_format format);
/* The whole file, of all entries up to upto, into out. */
enum db_err evidence_file(struct gather *g, int64_t phone, int64_t upto,
    enum evidence_format format, struct buf *out);
/* SHA-256 of it, in hexadecimal. */
void evidence_digest(const struct buf *file, char out[static 65]);

#endif
