/*
 * recall.h - the few things of an owner's that are read for him while his
 * private key is here, because a one-time code has brought it.
 *
 * Everything opened is wiped again before a function returns; only the answer
 * leaves.
 */
#ifndef RECALL_H
#define RECALL_H

#include "db.h"
#include "seal.h"

#define RECALL_MAX 400 /* octets of an answer, NUL included */

/*
 * "Alice Virtanen: +358401234567; ...": the contacts of the account that best
 * match a name, in any case, best first.  DB_NONE: none does.
 */
enum db_err recall_number(struct db *db, int64_t account,
    const uint8_t secret[static SEAL_KEY_LEN], const char *name,
    char out[static RECALL_MAX]);
/* "60.16952, 24.93545 (20 m), 2026-11-25 17:10 UTC": where a phone was when it
 * last said so.  DB_NONE: it never has. */
enum db_err recall_place(struct db *db, int64_t account, int64_t phone,
    const uint8_t secret[static SEAL_KEY_LEN], char out[static RECALL_MAX]);

#endif
