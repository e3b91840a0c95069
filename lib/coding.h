/*
 * coding.h - the octets of a file as they travel and are kept: as they are, or
 * as one zstd frame (RFC 8878), whichever is shorter.
 *
 * The only place that includes zstd.  What is decoded may come from anybody:
 * memory is bounded by the size that the manifest says.
 */
#ifndef CODING_H
#define CODING_H

#include <stddef.h>
#include <stdint.h>

#include "record.h"

#define CODING_SIZE_MAX (16u << 20) /* octets of a file, at most */

/* The same octets and the same version of zstd give the same result.  0, or
 * -1 after logging why; the caller frees *out, which is never NULL. */
int coding_encode(const uint8_t *data, size_t len, enum record_coding *coding,
    uint8_t **out, size_t *out_len);
/* 0 and exactly size octets in *out (the caller frees it), or -1: it is not
 * that coding of so many octets, or size is above CODING_SIZE_MAX. */
int coding_decode(enum record_coding coding, const uint8_t *coded, size_t len,
    size_t size, uint8_t **out);

#endif
