/*
 * pages_lost.h - a phone that is lost: what its owner orders, what the phone
 * has confirmed, what came from it since, and codes that order it by text.  As
 * pages.h.
 */
#ifndef PAGES_LOST_H
#define PAGES_LOST_H

#include "pages.h"

#define PAGES_LOST_SEALED_MAX (WIRE_LOST_TEXT_MAX + 16)

/* One full state of lost mode; version 0: there is none. */
struct pages_order {
	uint32_t version;
	bool on, ring, lock_screen, by_text; /* by_text: ordered by an SMS */
	int locate_min; /* 0: no places */
	int64_t at_ms;
	uint8_t text_sealed[PAGES_LOST_SEALED_MAX];
	size_t text_len; /* of the sealed form; 0: no text */
};

struct pages_lost {
	struct pages_order wished; /* the newest */
	struct pages_order confirmed; /* what the phone says is in force */
	int64_t confirmed_ms, sent_ms; /* 0: not yet */
	uint32_t sent; /* the newest version that went out */
	bool held; /* it waits for a budget */
	char number_new[24]; /* heard from, not confirmed; "": none */
	int wipe_state; /* 0 none, 1 asked, 2 prepared, 3 told to go, 4 begun */
	int64_t wipe_ms; /* since when */
	int64_t month_sms, month_max, reserve; /* SMS */
	int64_t evidence; /* entries so far */
};
/* DB_NONE: there is no such phone. */
enum db_err pages_lost(
    struct db *db, int64_t account, int64_t phone, struct pages_lost *out);
/* The next state: version is that of the newest and one.  DB_NONE: another was
 * quicker with it, or the phone is not bound. */
enum db_err pages_lost_put(
    struct db *db, int64_t account, int64_t phone, const struct pages_order *o);

/* Prepare it (from none or prepared), let it go (from prepared, within its
 * hour), or take an order back that was not let go.  DB_NONE: it is not in a
 * state for that, or not bound. */
enum pages_wipe { PAGES_WIPE_CANCEL, PAGES_WIPE_PREPARE, PAGES_WIPE_GO };
#define PAGES_WIPE_LIFE_MS (55LL * 60000) /* the phone's nonce: an hour */
enum db_err pages_wipe_set(
    struct db *db, int64_t account, int64_t phone, enum pages_wipe what);

/* ---- evidence ---- */

struct pages_evidence {
	int64_t id, smsc_ms, gateway_ms; /* ms 0: not known */
	uint32_t transfer; /* 0: none */
	char kind[16], number[24];
};
struct pages_evidence_wish {
	int64_t phone;
	bool oldest_first;
	int64_t after, upto; /* ids: behind, and up to it; 0: no bound */
	size_t skip, max;
};
/* The versions of records that came in its uploads come sealed in *records,
 * deletions too, ordered by transfer and ordinal.  *total, if it is wanted:
 * how many there are up to upto. */
enum db_err pages_evidence(struct db *db, int64_t account,
    const struct pages_evidence_wish *wish, struct pages_evidence **out,
    size_t *n, struct pages_records *records, int64_t *total);

/* ---- codes by text ---- */

struct pages_find_code {
	uint32_t id;
	int64_t made_ms, used_ms; /* used 0: not yet */
	char used_from[24];
	int failures; /* 5 burn it */
};
/* The newest list first. */
enum db_err pages_find_codes(
    struct db *db, int64_t account, struct pages_find_code **out, size_t *n);
/*
 * A new list is one transaction: _open forgets the codes that were not used,
 * _put each new one (DB_NONE: that id is in use, by whomever), _close with how
 * it went.
 */
enum db_err pages_find_open(struct db *db, int64_t account);
enum db_err pages_find_put(struct db *db, int64_t account, uint32_t id,
    const uint8_t sealed[static PAGES_SEALED_PRIVATE]);
enum db_err pages_find_close(struct db *db, enum db_err err);
/* Forget all that were not used. */
enum db_err pages_find_revoke(struct db *db, int64_t account);

#endif
