/*
 * pack_internal.h - shared by the files of lib/pack*, nobody else.
 */
#ifndef PACK_INTERNAL_H
#define PACK_INTERNAL_H

#include <stddef.h>
#include <stdint.h>

#include "pack.h"

/* Dictionary 1 of PACK_DEFLATE.  Its octets are part of the protocol. */
extern const uint8_t pack_dictionary[];
extern const size_t pack_dictionary_len;

/* The commonest characters that are no ASCII, the commonest first. */
#define PACK_CHARACTERS 4096
extern const uint32_t pack_characters[PACK_CHARACTERS];

/*
 * Field coding.  Write all records of list into a fresh buffer: *out (the
 * caller frees it) and end[i], the octets used by the first i + 1 records.
 * Returns how many were written: fewer than count if PACK_PLAIN_MAX is reached
 * or memory is short.
 */
size_t pack_fields(
    const struct record *const *list, size_t count, uint8_t **out, size_t *end);
/* The other way; same contract as pack_read(). */
int pack_unfields(
    const uint8_t *p, size_t len, struct record ***list, size_t *count);

#endif
