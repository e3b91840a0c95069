/*
 * verify.h - can all that was backed up be had back?
 *
 * Opens every version of every record and puts every file together, by the
 * functions that exports and restores use, and holds the lists, the digests of
 * files and what the phones say against it.  Reads alone: nothing is repaired.
 * Keys are opened anew, so that one is missed that others still remember.
 * Memory is bounded: one part of the versions and one file at a time.
 */
#ifndef VERIFY_H
#define VERIFY_H

#include "pages_check.h"
#include "record.h"
#include "seal.h"

enum verify_why {
	/* what is kept of a version */
	VERIFY_NO_KEY, /* its data key is not there */
	VERIFY_KEY_SHUT, /* its data key does not open */
	VERIFY_SHUT, /* it does not open, or is no record */
	VERIFY_COLUMNS, /* the lists say another time or operation of it */
	/* which versions there are */
	VERIFY_GONE, /* the lists name one that is not there */
	VERIFY_UNLISTED, /* the lists do not name the newest one */
	/* a file */
	VERIFY_FILE_GONE, /* nothing is known of its octets */
	VERIFY_FILE_PIECES, /* whole, but a piece is missing or does not open */
	VERIFY_FILE_DIGEST, /* all there, but not what the phone sent off */
	/* what is not wrong: files that are not whole */
	VERIFY_FILE_COMING,
	VERIFY_FILE_OLD, /* the phone has changed or deleted it since */
	VERIFY_FILE_UNBOUND,
	VERIFY_WHYS
};

struct verify_found {
	int64_t phone, stored_ms; /* stored_ms 0: there is no version */
	uint32_t record;
	uint8_t kind;
	enum verify_why why;
	int64_t have, size; /* of a file that is not whole: octets */
	char name[100]; /* of a file; else "" */
};
#define VERIFY_SHOWN 100
struct verify_list {
	size_t n; /* in list; there may be more */
	struct verify_found list[VERIFY_SHOWN];
};

enum verify_claim {
	VERIFY_UNSAID, /* the phone has said nothing of it */
	VERIFY_UNDER_WAY, /* what it said counts what is not here yet */
	VERIFY_EQUAL,
	VERIFY_DIFFERS,
};
/* Of one kind of one phone, in what was looked at. */
struct verify_tally {
	int64_t phone;
	uint8_t kind;
	int64_t records, versions, unreadable;
	int64_t files, unfinished;
	enum verify_claim claim;
	int64_t claimed, here, said_ms;
};

struct verify {
	struct db *db;
	int64_t account;
	const uint8_t *secret; /* the account's private key */
	struct pages_check sum; /* where it stands, and what was found */
	struct verify_tally *tally;
	size_t ntallies;
	struct verify_list bad, unfinished;
};

/*
 * From sum on, for about most_ms; what db, account, secret and sum are is set
 * before, the rest is zero.  sum.part: it is not over, and goes on from there.
 * The caller calls verify_clear(), whatever it returns.
 */
enum db_err verify_run(struct verify *v, int64_t most_ms);
void verify_clear(struct verify *v);

#endif
