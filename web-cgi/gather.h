/*
 * gather.h - records of the owner's, opened a part at a time and handed on one
 * by one, for what must not hold all of them: exports and restores.
 */
#ifndef GATHER_H
#define GATHER_H

#include "page.h"

struct gather {
	struct page *p;
	uint8_t secret[SEAL_KEY_LEN];
	int64_t damaged; /* records that did not open, so far */
};

/* False after sending the browser to sign in again. */
bool gather_begin(struct gather *g, struct page *p);
void gather_end(struct gather *g);

/* Every record of the walk, newest first, until take returns false. */
enum db_err gather_walk(struct gather *g, struct pages_walk walk,
    bool (*take)(void *ctx, const struct opened *o), void *ctx);
/* One version (transfer 0: the current one).  The caller frees *out with
 * record_free().  DB_NONE: there is none, or it does not open. */
enum db_err gather_version(struct gather *g, int64_t phone, int kind,
    uint32_t id, uint32_t transfer, uint32_t ordinal, struct record **out);

/* A whole file, as it was on the phone; the caller frees *out.  DB_NONE: it is
 * not here, or not whole. */
enum db_err gather_file(struct gather *g, int64_t phone,
    const struct record *manifest, uint8_t **out, size_t *len);

#endif
