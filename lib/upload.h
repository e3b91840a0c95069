/*
 * upload.h - the text of a transfer: a short preamble, then packed records.
 *
 * The preamble tells the gateway which policy is in force on the phone and
 * whether the phone wants an acknowledgement, at the cost of two octets.
 * The layout is in smsvault-wire(7), "TRANSFERS".
 */
#ifndef UPLOAD_H
#define UPLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pack.h"

struct upload_preamble {
	enum pack_codec codec;
	bool ack_wanted; /* answer with an ACK soon */
	bool user_refused; /* since the last: the lock refused the user */
	uint32_t policy_applied; /* version in force on the phone; 0: its own */
};
#define UPLOAD_PREAMBLE_MAX 5

size_t upload_put(
    const struct upload_preamble *p, uint8_t out[static UPLOAD_PREAMBLE_MAX]);
/* Returns the octets the preamble takes, or 0 if it is not one.  An upload
 * whose body is empty (a PONG) is valid. */
size_t upload_get(const uint8_t *text, size_t len, struct upload_preamble *out);

#endif
