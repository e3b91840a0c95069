/*
 * pages_import.h - what an owner brings along in files.  As pages.h.
 *
 * It is kept like what a phone sends, under a phone of its own that is bound to
 * nothing and has no key; each import is a transfer of it.
 */
#ifndef PAGES_IMPORT_H
#define PAGES_IMPORT_H

#include "pages.h"

struct pages_import {
	int64_t phone, key; /* the data key's id */
	uint32_t transfer;
};
/* An import is one transaction: _open, _key, its records, and _close with how
 * it went.  After _open has failed there is nothing to close. */
enum db_err pages_import_open(
    struct db *db, int64_t account, const char *name, struct pages_import *out);
enum db_err pages_import_key(
    struct db *db, struct pages_import *im, const uint8_t *sealed, size_t len);
/* The highest id of that kind so far; 0: none. */
enum db_err pages_import_last(struct db *db, int64_t account,
    const struct pages_import *im, int kind, uint32_t *id);
/* DB_NONE: that id is taken. */
enum db_err pages_import_record(struct db *db, const struct pages_import *im,
    int kind, uint32_t id, uint32_t ordinal, int64_t time_ms,
    const uint8_t *sealed, size_t len);
/* A piece of a file of size octets; content as file_content() says it. */
struct pages_import_piece {
	uint32_t id, content, size, offset, len;
	const uint8_t *sealed;
	size_t sealed_len;
};
enum db_err pages_import_piece(struct db *db, const struct pages_import *im,
    const struct pages_import_piece *piece);
enum db_err pages_import_close(struct db *db, enum db_err err);

#endif
