/*
 * file_read.h - a file of the vault: its pieces opened, put together, decoded,
 * and held against the digest that its manifest names.
 */
#ifndef FILE_READ_H
#define FILE_READ_H

#include "open.h"

enum file_read {
	FILE_READ_OK = 0,
	FILE_READ_PARTS, /* some pieces have not come yet */
	FILE_READ_UNEQUAL, /* all here, but not what the phone sent off */
	FILE_READ_FAILED, /* the database, or no memory */
};

/* The first four octets of its SHA-256, by which its pieces are named. */
uint32_t file_content(const struct record *manifest);
/* On FILE_READ_OK the caller frees *out; it has *len octets. */
enum file_read file_read(struct opener *o, struct db *db, int64_t account,
    const uint8_t secret[static SEAL_KEY_LEN], int64_t phone,
    const struct record *manifest, uint8_t **out, size_t *len);

#endif
