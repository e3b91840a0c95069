/*
 * down_text.h - what one transfer down holds: for the gateway, which sends it,
 * and for the pages, which say beforehand how many SMS it takes.
 * smsvault-wire(7), "Text of a transfer down".
 */
#ifndef DOWN_TEXT_H
#define DOWN_TEXT_H

#include "pack.h"
#include "pack_state.h"
#include "upload.h"
#include "wire.h"

#define DOWN_RECORDS_MAX 256 /* looked at for one transfer */
#define DOWN_TEXT_MAX WIRE_TRANSFER_OCTETS_MAX

/* Octets of text in one transfer to a phone. */
size_t down_text_room(bool text_only);

/*
 * As many of the *n records as transfer has room for.  head->codec is what is
 * used without a base; base: NULL, or what the phone has learnt, which is of
 * transfers before this one and does not change.  Returns the octets of text,
 * and how many records they are in *n; 0: the first has no room.
 */
size_t down_text_records(const struct down_head *head, uint32_t transfer,
    struct pack_state *base, const struct record *const *list, size_t *n,
    size_t room, uint8_t text[static DOWN_TEXT_MAX]);

/* As much of a piece, from its octet *done on, as a transfer has room for.
 * Returns the octets of text; *done is then behind it. */
size_t
down_text_piece(const struct down_head *head, const struct upload_piece *piece,
    size_t *done, size_t room, uint8_t text[static DOWN_TEXT_MAX]);

#endif
