/*
 * pages_browse.h - what the pages ask when they show the vault: lists as of
 * any day, versions, what changed, what was deleted, files.
 *
 * As pages.h: each function is a transaction that sees one account only.
 * Times are ms since 1970.  Rows come sealed; open_rows() opens them.
 */
#ifndef PAGES_BROWSE_H
#define PAGES_BROWSE_H

#include "pages.h"

/* ---- records ---- */

struct pages_wish {
	int kind; /* enum record_kind */
	int64_t phone; /* 0: of all */
	int64_t as_of_ms; /* as it was just before then; 0: now */
	size_t skip, max; /* newest first; max 0: all of them */
};
/* *total, if it is wanted: how many there are without skip and max. */
enum db_err pages_list(struct db *db, int64_t account,
    const struct pages_wish *wish, struct pages_records *out, int64_t *total);

/* One record by name, as of then; DB_OK with no row: there is none. */
enum db_err pages_one(struct db *db, int64_t account, int64_t phone, int kind,
    uint32_t record, int64_t as_of_ms, struct pages_records *out);

/* A version as a row without content: op tells a deletion. */
struct pages_version {
	int64_t phone, time_ms, stored_ms;
	uint32_t record, transfer, ordinal;
	uint8_t kind, op;
};
/* All versions of a record, newest first; those that put something come
 * sealed in *put, in the same order. */
enum db_err pages_versions(struct db *db, int64_t account, int64_t phone,
    int kind, uint32_t record, struct pages_version **out, size_t *n,
    struct pages_records *put);

/* What was deleted and is not there now, the last deleted first: the last
 * version that put it, and in deleted[i] the version that deleted it. */
enum db_err pages_deleted(struct db *db, int64_t account, size_t skip,
    size_t max, struct pages_version **deleted, size_t *n,
    struct pages_records *put, int64_t *total);

/*
 * Records that are not the same just before to_ms as just before from_ms.
 * Of each: its state at both; op 1 stands for "not there".
 */
struct pages_change {
	struct pages_version before, after;
};
enum db_err pages_changes(struct db *db, int64_t account, int64_t from_ms,
    int64_t to_ms, size_t skip, size_t max, struct pages_change **out,
    size_t *n, struct pages_records *put, int64_t *total);

/* Current records by kind: count[kind]. */
enum db_err
pages_counts(struct db *db, int64_t account, int64_t count[static 10]);

/* An Olson name, such as "Europe/Helsinki". */
enum db_err
pages_time_zone(struct db *db, int64_t account, char *out, size_t cap);

/* ---- files ---- */

struct pages_file {
	int64_t phone, coded_size, have, started_ms, whole_ms; /* 0: not yet */
	uint32_t record, content;
};
/* The newest content of each file; phone 0: all of the account. */
enum db_err pages_files(struct db *db, int64_t account, int64_t phone,
    struct pages_file **out, size_t *n);

#endif
