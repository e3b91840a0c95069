/*
 * open.h - sealed rows of the vault, opened with the owner's private key.
 *
 * Opened data keys are kept in memory, bounded, for the next request of the
 * same account; they are wiped when they are pushed out and at the end.
 */
#ifndef OPEN_H
#define OPEN_H

#include "pages.h"
#include "pages_browse.h"
#include "record.h"
#include "seal.h"

struct opener;

struct opener *opener_new(void);
void opener_free(struct opener *o);

struct opened {
	int64_t phone, stored_ms;
	uint32_t transfer, ordinal; /* which version it is */
	struct record *record;
};
/*
 * Rows that are at hand, opened; the caller calls opened_free().  Rows that do
 * not open are counted in *damaged and left out.
 */
enum db_err open_rows(struct opener *o, struct db *db, int64_t account,
    const uint8_t secret[static SEAL_KEY_LEN], const struct pages_records *rows,
    struct opened **out, size_t *n, size_t *damaged);
/* Why a row that was left out does not open. */
enum open_why {
	OPEN_NO_KEY, /* its data key is not there */
	OPEN_KEY_SHUT, /* that does not open */
	OPEN_SHUT, /* that does: what is under it is damaged */
};
enum open_why open_why(struct opener *o, int64_t account,
    const uint8_t secret[static SEAL_KEY_LEN], const struct pages_record *row);
/* The ith of the rows of pages_pieces(): len octets to out.  DB_NONE: it does
 * not open. */
enum db_err open_piece(struct opener *o, struct db *db, int64_t account,
    const uint8_t secret[static SEAL_KEY_LEN], const struct pages_records *rows,
    size_t i, uint8_t *out);
void opened_free(struct opened *list, size_t n);

#endif
