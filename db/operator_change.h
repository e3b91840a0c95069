/*
 * operator_change.h - what operators may change, and what they have done.
 *
 * Who does it is found out by the session, in the database, which writes it to
 * the operators' log in the same transaction.  With the operator's rights.
 */
#ifndef OPERATOR_CHANGE_H
#define OPERATOR_CHANGE_H

#include "operator.h"

/* An account's SMS a month, 0 or more; *was: before.  Its owner is told.
 * DB_NONE: there is no such account, or nobody is signed in. */
enum db_err operator_limit(struct db *db, const uint8_t token_hash[static 32],
    int64_t account, int64_t month, int64_t *was);
/* An SMS that failed is sent once more, or is dropped.  DB_NONE: it has not
 * failed, or is not one that may be sent again. */
enum db_err operator_failed(struct db *db, const uint8_t token_hash[static 32],
    int64_t outbox, bool again);
/* Transfers that were set aside: one, or with zeros all; *n: how many. */
enum db_err operator_again(struct db *db, const uint8_t token_hash[static 32],
    const struct operator_aside *one, int64_t *n);

struct operator_entry {
	int64_t at_ms;
	char who[65], what[32], subject[65], detail[65];
};
/* The newest first; *total: without the part. */
enum db_err operator_log(struct db *db, const struct operator_part *part,
    struct operator_entry **out, size_t *n, int64_t *total);

#endif
