/*
 * upload.h - the text of a transfer, in either direction.
 *
 * Upwards: a short preamble, then packed records or a piece of a file.  The
 * preamble tells the gateway which policy is in force on the phone and whether
 * the phone wants an acknowledgement, at the cost of two octets, and what else
 * there is to say, where there is.  Downwards: what of a restore it carries.
 * The layout is in smsvault-wire(7), "TRANSFERS".
 */
#ifndef UPLOAD_H
#define UPLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pack.h"
#include "wire.h"

/* In place of a codec: what follows is a struct upload_piece. */
#define UPLOAD_FILE 15

/*
 * What the phone has sent of a kind, this transfer included: the records that
 * are there and not deleted.  mark is the sum of their marks (seal_mark())
 * modulo 2^32, whatever their order.
 */
struct upload_state {
	uint8_t kind;
	uint32_t count;
	uint32_t mark;
};

#define UPLOAD_BUCKETS 16 /* a record's bucket: its id modulo 16 */

struct upload_preamble {
	unsigned codec; /* enum pack_codec, or UPLOAD_FILE */
	bool ack_wanted; /* answer with an ACK soon */
	bool user_refused; /* since the last: the lock refused the user */
	uint32_t policy_applied; /* version in force on the phone; 0: its own */

	size_t states; /* how many of state are there; 0: none */
	struct upload_state state[RECORD_KIND_COUNT];
	uint8_t bucket_kind; /* 0: no buckets */
	struct upload_state bucket[UPLOAD_BUCKETS]; /* kind unused */
	bool has_down; /* what has arrived of transfers down */
	struct wire_ack down; /* policy_version unused */
	bool has_lost;
	uint32_t lost_applied; /* version of the lost state in force */
	enum wire_wipe wipe;
	uint64_t wipe_nonce; /* WIRE_WIPE_PREPARE */
	uint32_t receipt; /* number of a restore that is over; 0: none */
	uint32_t applied, present, failed; /* records of it */
	uint32_t receipt_mark; /* sum over applied and present, see restore */
	bool has_wait;
	uint32_t wait_min; /* policy_wait_min() of what is in force */
	uint32_t base_first; /* bases begin with this transfer; 0: unsaid */
	uint32_t down_unread; /* goes by what is not known, from it on; 0: all
				 that came down can be read */
};
/* The preamble's largest size; a text has room for it beside nothing else. */
#define UPLOAD_PREAMBLE_MAX 480

/* Returns the octets used. */
size_t upload_put(
    const struct upload_preamble *p, uint8_t out[static UPLOAD_PREAMBLE_MAX]);
/* Returns the octets the preamble takes, or 0 if it is not one.  An upload
 * whose body is empty (a PONG) is valid. */
size_t upload_get(const uint8_t *text, size_t len, struct upload_preamble *out);

/* What PACK_BASED has before its octets, up and down: the state that they go by
 * is that behind the transfer so many before this one; check:
 * pack_state_check(). */
struct upload_base {
	uint32_t back; /* at least 1 */
	uint8_t check;
};
#define UPLOAD_BASE_MAX 6
/* Upwards, that one need not be acknowledged, if this is at most so many
 * transfers behind the last that is. */
#define UPLOAD_AHEAD_MAX 8
size_t upload_base_put(
    const struct upload_base *b, uint8_t out[static UPLOAD_BASE_MAX]);
/* Returns the octets it takes, or 0 if it is not one. */
size_t upload_base_get(const uint8_t *p, size_t len, struct upload_base *out);

/* A piece of a file, as it travels (coded), in either direction. */
struct upload_piece {
	uint32_t file; /* id of the FILE record */
	uint32_t content; /* first 4 octets of the file's SHA-256 */
	uint32_t offset; /* of the coded octets */
	const uint8_t *data; /* not owned */
	size_t len; /* at least 1 */
};
#define UPLOAD_PIECE_HEAD_MAX 14
/* The head of a piece; the caller puts data behind.  Returns its octets. */
size_t upload_piece_put(
    const struct upload_piece *p, uint8_t out[static UPLOAD_PIECE_HEAD_MAX]);
/* Reads a piece that goes to the end of the octets.  0, or -1: it is none. */
int upload_piece_get(const uint8_t *p, size_t len, struct upload_piece *out);

/* The text of a transfer down. */
enum down_what {
	DOWN_RECORDS = 1, /* packed records to put on the phone */
	DOWN_PIECE = 2, /* a piece of a file to put on the phone */
	DOWN_END = 3, /* that was all: send the receipt */
	DOWN_ANEW = 4, /* what is before it is void, and the base begins anew */
};

struct down_head {
	enum down_what what;
	unsigned codec; /* DOWN_RECORDS */
	uint32_t restore; /* number of the restore, 1..2^24 - 1 */
	uint32_t records; /* DOWN_END: how many records there were */
	bool
	    own; /* its ids are those of the phone it goes to, this binding's */
	uint32_t first; /* DOWN_ANEW: void are the numbers from here on */
};
#define DOWN_HEAD_MAX 9
/* Octets of a file that every full transfer of data SMS has room for, up or
 * down: 1897. */
#define UPLOAD_PIECE_MAX \
	(WIRE_TRANSFER_OCTETS_MAX - WIRE_SIV_LEN - DOWN_HEAD_MAX - \
	    UPLOAD_PIECE_HEAD_MAX)
size_t down_put(const struct down_head *d, uint8_t out[static DOWN_HEAD_MAX]);
/* Returns the octets the head takes, or 0 if it is not one. */
size_t down_get(const uint8_t *text, size_t len, struct down_head *out);

#endif
