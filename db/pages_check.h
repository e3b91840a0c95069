/*
 * pages_check.h - what the check of a backup asks: every version of every
 * record in order, what the lists say of them, what the phones say, and how
 * the last check went.  As pages.h.
 */
#ifndef PAGES_CHECK_H
#define PAGES_CHECK_H

#include "pages.h"

struct pages_check {
	int64_t checked_ms; /* 0: never to the end */
	/* The last version that was looked at. */
	bool part; /* else it begins, or is over */
	int64_t at_phone, at_kind, at_record, at_transfer, at_ordinal;
	/* what was found so far */
	int64_t records, versions, files;
	int64_t unreadable, unfinished, missing;
	/* unreadable and missing of the last that came to its end */
	int64_t found;
};
/* DB_NONE: there was none. */
enum db_err
pages_check_last(struct db *db, int64_t account, struct pages_check *out);
/* One begins, or goes on: *out is where the last one stands.  DB_NONE: another
 * is under way.  One that never ends counts as such for two minutes. */
enum db_err
pages_check_begin(struct db *db, int64_t account, struct pages_check *out);
/* It has ended, or stands where c says. */
enum db_err
pages_check_end(struct db *db, int64_t account, const struct pages_check *c);

/* What a row says of itself beside its content. */
struct pages_check_row {
	uint8_t op; /* enum record_op */
	bool newest; /* by the lists, it is how the record is now */
};
/* Versions behind c's place, in the order of its columns; (*rows)[i] belongs to
 * out->row[i], and the caller frees it.  Fewer than max are the last. */
enum db_err
pages_check_walk(struct db *db, int64_t account, const struct pages_check *c,
    size_t max, struct pages_records *out, struct pages_check_row **rows);

/* A record of which the lists and the versions do not say the same. */
struct pages_check_stray {
	int64_t phone;
	int64_t stored_ms; /* of its newest version; 0: it has none */
	uint32_t record;
	uint8_t kind;
	bool listed; /* the version in the lists is not there; else: the
		      * newest version is not in the lists */
};
/* The first max of them; *total: how many there are. */
enum db_err pages_check_strays(struct db *db, int64_t account, size_t max,
    struct pages_check_stray **out, size_t *n, int64_t *total);

/* What a phone said that it has sent of a kind, and what is here of that. */
struct pages_check_claim {
	int64_t phone, claimed, here; /* records */
	int64_t said_ms;
	uint8_t kind;
	bool arrived; /* all transfers up to its word are here */
	bool equal; /* by number and digest */
};
enum db_err pages_check_claims(
    struct db *db, int64_t account, struct pages_check_claim **out, size_t *n);

/* How far a content of a file has come. */
struct pages_check_file {
	int64_t have, coded_size; /* octets; coded_size -1: not known */
	bool whole, bound; /* bound: its phone is */
};
/* DB_NONE: nothing is known of it. */
enum db_err pages_check_file(struct db *db, int64_t account, int64_t phone,
    uint32_t record, uint32_t content, struct pages_check_file *out);

#endif
