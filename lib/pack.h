/*
 * pack.h - many records in few octets.
 *
 * A codec turns a list of records into octets and back; the binding chooses
 * one that both ends know.  PACK_DEFLATE: field coding (delta times, peers
 * once, digits packed), then raw deflate (RFC 1951) with a dictionary.
 * PACK_MIX: an arithmetic coder that has learnt from a corpus beforehand, which
 * takes half of that.  Each batch stands alone; pack_state.h has batches that
 * build on earlier ones.  Whatever comes in is hostile: output and time are
 * bounded.  The layout is in smsvault-wire(7), "PACKING".
 */
#ifndef PACK_H
#define PACK_H

#include <stddef.h>
#include <stdint.h>

#include "record.h"

enum pack_codec {
	PACK_PLAIN = 0, /* field coding alone */
	PACK_DEFLATE = 1, /* field coding, raw deflate with dictionary 1 */
	PACK_MIX = 2, /* fields and texts through one mixing coder */
	PACK_BASED = 3, /* that, from a state of pack_state.h; not alone */
	PACK_CODEC_COUNT
};
#define PACK_CODECS_MASK 0x0fu /* what HELLO says of this version */
#define PACK_RECORDS_MAX 4096 /* records in one batch */
#define PACK_PLAIN_MAX 262144 /* octets after inflating, at most */
#define PACK_TEXTS_MAX 1048576 /* octets of all texts of a batch, at most */

/* The codec to use where no state is known: codec, or PACK_MIX. */
enum pack_codec pack_alone(enum pack_codec codec);

/*
 * Pack the first records of list that fit into room octets, in order, and
 * return how many there are (0: the first alone does not fit).  *len is set to
 * the octets used.
 */
size_t pack_fill(enum pack_codec codec, const struct record *const *list,
    size_t count, uint8_t *out, size_t room, size_t *len);

/*
 * Unpack a whole batch; not of PACK_BASED.  Returns 0 and an array of *count
 * records (the caller frees each with record_free, then the array), or -1:
 * nothing is set.
 */
int pack_read(enum pack_codec codec, const uint8_t *p, size_t len,
    struct record ***list, size_t *count);

const char *pack_codec_name(enum pack_codec codec);

#endif
