/*
 * order.h - what an owner orders by a plain text from any phone.
 *
 *     LOST <code> [phone]    FIND <code> <contact>
 *     RING <code> [phone]    WHERE <code> [phone]
 *
 * The words in any case; the code is one of the owner's printed ones, of 16
 * characters, with or without dashes and blanks.  A sender's number proves
 * nothing; the code's secret does.
 */
#ifndef ORDER_H
#define ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "link.h"
#include "seal.h"

enum order_word { ORDER_LOST, ORDER_FIND, ORDER_RING, ORDER_WHERE };
#define ORDER_NAME_MAX 120

struct order {
	enum order_word word;
	uint32_t code_id;
	char code[SEAL_CODE_CHARS + 1];
	char name[ORDER_NAME_MAX + 1]; /* "": none */
};

enum order_err {
	ORDER_OK = 0,
	ORDER_NONE, /* it is something else that somebody wrote */
	ORDER_MISTYPED, /* it begins like one, and its code is none */
};
enum order_err order_read(const struct link_sms *sms, struct order *out);

/* Set hide[i] of the len octets at p wherever a code may be, be it mistyped: it
 * may still be good, and is not to be shown.  A frame has none. */
void order_hide_codes(const uint8_t *p, size_t len, bool *hide);

#endif
