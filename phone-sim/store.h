/*
 * store.h - the message slots of a SIM or of a modem's own memory.
 *
 * Finite, numbered from 1, the lowest free slot first, as a SIM fills.  What is
 * stored is octets: a malformed message has its place here too.
 */
#ifndef STORE_H
#define STORE_H

#include <stddef.h>
#include <stdint.h>

#include "pdu.h"

#define STORE_SLOTS_MAX 65535

/* The numbers of AT+CMGL in PDU mode. */
enum store_state {
	STORE_UNREAD = 0,
	STORE_READ = 1,
	STORE_UNSENT = 2,
	STORE_SENT = 3,
	STORE_FREE = 255,
};

struct store_slot {
	uint8_t state; /* enum store_state */
	uint8_t len;
	uint8_t pdu[PDU_MAX];
};

struct store;

struct store *store_new(size_t slots);
void store_free(struct store *s);
size_t store_slots(const struct store *s);
size_t store_used(const struct store *s);
/* The slot's number, or 0 if there is none free. */
size_t store_put(
    struct store *s, enum store_state state, const uint8_t *pdu, size_t len);
/* Into that slot, whatever is there; 0, or -1 if there is no such slot. */
int store_put_at(struct store *s, size_t slot, enum store_state state,
    const uint8_t *pdu, size_t len);
/* NULL: no such slot.  A free slot has state STORE_FREE. */
struct store_slot *store_slot(struct store *s, size_t slot);
void store_delete(struct store *s, size_t slot);

#endif
