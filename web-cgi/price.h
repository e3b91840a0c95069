/*
 * price.h - how many SMS a restore takes, by the steps by which the
 * gateway will send it: down_text.h.
 *
 * What the phone's base has learnt of earlier restores only the gateway knows:
 * a phone that has had some may take less than this.
 */
#ifndef PRICE_H
#define PRICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct price_to {
	int codec; /* enum pack_codec, or one that is not known here */
	bool alone; /* it gets nothing that goes by a base */
	bool text_only;
	uint32_t restore; /* the number that it will have */
};

/* As in restore_item: a record as it is stored, or a piece with its head. */
struct price_item {
	const uint8_t *octets; /* not owned */
	size_t len;
	bool piece;
};

/* The end included. */
int64_t price_restore(
    const struct price_to *to, const struct price_item *item, size_t n);

#endif
