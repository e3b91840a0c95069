/*
 * operator_verify.h - is what the tables say consistent, as far as can be seen
 * without any private key?
 *
 * It is asked in one transaction, which only reads and sees one moment.  The
 * server counts, so that memory stays the same however much there is.  account
 * 0 stands for all of them.
 */
#ifndef OPERATOR_VERIFY_H
#define OPERATOR_VERIFY_H

#include <stddef.h>
#include <stdint.h>

#include "db.h"

/* Begins that transaction; db_rollback() ends it. */
enum db_err operator_verify_begin(struct db *db);

enum operator_check {
	OPERATOR_NO_PHONE, /* rows of accounts or phones that are not there */
	OPERATOR_NO_KEY, /* versions and pieces without their data key */
	OPERATOR_KEY_LENGTH, /* data keys that are no sealed key */
	OPERATOR_BODY_LENGTH, /* bodies and pieces of a length that cannot be */
	OPERATOR_GONE, /* versions that the lists have, and that are not there
			*/
	OPERATOR_UNLISTED, /* newest versions that the lists do not have */
	OPERATOR_LESS, /* stored transfers with fewer records than they had */
	OPERATOR_PHONE_OLD, /* records newer than what their phone has sent */
	OPERATOR_PIECES, /* files whose pieces are not what they should be */
	OPERATOR_NO_MANIFEST, /* files that no record names */
	OPERATOR_SEGMENTS, /* transfers under way without their segments */
	OPERATOR_LOOSE, /* segments without their transfer */
	OPERATOR_NOWHERE, /* what points at what is not there */
	OPERATOR_OWNER, /* what owners' own checks have found */
	OPERATOR_CHECKS
};
/* What a check has found of one phone. */
struct operator_flaw {
	int64_t account, phone; /* phone 0: of none */
	int64_t n;
	char first[120]; /* of them, such as "file 17" */
};
/* The first max of them; *total: how many things in all. */
enum db_err
operator_verify(struct db *db, enum operator_check check, int64_t account,
    struct operator_flaw *out, size_t max, size_t *n, int64_t *total);

struct operator_verified {
	int64_t accounts, phones, versions, files;
};
enum db_err operator_verified(
    struct db *db, int64_t account, struct operator_verified *out);

/* ---- what is sealed under the keys of the gateway ---- */

enum operator_sealed {
	OPERATOR_ROOT, /* of bound phones; a is the key id */
	OPERATOR_QUESTION,
	OPERATOR_CODE, /* of bindings under way; a is the code, b 1: the QR's */
	OPERATOR_ITEM, /* of restores that are not over; a, b: its place */
	OPERATOR_TEXT, /* of newest lost orders; a is the phone, b the version
			*/
	OPERATOR_SEALED
};
struct operator_secret {
	int64_t account, a, b;
	const uint8_t *sealed; /* not owned, and good during the call */
	size_t len;
};
/* All of a sort, a part at a time, to take. */
enum db_err
operator_secrets(struct db *db, enum operator_sealed what, int64_t account,
    void (*take)(void *ctx, const struct operator_secret *s), void *ctx);

#endif
