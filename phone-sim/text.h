/*
 * text.h - text in short messages: the GSM 7-bit alphabet and UCS-2
 * (3GPP TS 23.038), to and from UTF-8, cut into parts where one is too small.
 */
#ifndef TEXT_H
#define TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pdu.h"

#define TEXT_PARTS_MAX 20 /* parts that one text is cut into at most */

/* Septets of UTF-8 text, escapes included; -1 if the alphabet lacks one of its
 * characters or more than cap are needed. */
int text_septets(const char *utf8, uint8_t *out, size_t cap);
/* Pack n septets, beginning at bit `fill` (0..6) of the first octet.  Returns
 * the octets used.  out is added to, so it must be zeroed. */
size_t text_pack(const uint8_t *septets, size_t n, unsigned fill, uint8_t *out);

/*
 * The user data of a text: alphabet, header and concatenation chosen as phones
 * do.  Fills dcs, header, ud_len, ud_octets and ud of up to max parts.  Returns
 * the number of parts, or -1 if the text is not UTF-8, is empty or is longer
 * than max parts hold.
 */
int
text_to_parts(const char *utf8, uint8_t reference, struct pdu *parts, int max);
/* Text of one part, without its header, as UTF-8.  Returns its length. */
size_t text_of_part(const struct pdu *m, char *out, size_t cap);

/* The elements of a user data header; false: not a header. */
struct text_header {
	size_t len; /* octets, its length octet included */
	bool concat, port;
	uint16_t reference;
	uint8_t total, index; /* 1..total */
	uint16_t port_to, port_from;
};
bool text_header_read(const uint8_t *ud, size_t len, struct text_header *out);

#endif
