/*
 * pack_coder.h - an arithmetic coder: choices in, octets out, and back.
 *
 * One set of functions does three things, so that both ends cannot drift
 * apart: it writes the choice that it is given, reads one from octets and
 * returns it, or does neither (the model learns).  Integers only: the same
 * octets on every processor.  A stream may be cut behind any choice; the
 * reader takes zeros for what is missing at its end.
 */
#ifndef PACK_CODER_H
#define PACK_CODER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum coder_mode { CODER_LEARN, CODER_WRITE, CODER_READ };

#define CODER_TAIL 5 /* octets that coder_finish() adds at most */

struct coder {
	enum coder_mode mode;
	uint32_t range;
	uint64_t low; /* write: bit 32 is a carry */
	uint32_t code; /* read */
	uint8_t cache; /* write: the octet that a carry may change */
	size_t pending; /* write: octets 255 behind it */
	bool begun;
	bool bad; /* write: no room; read: past the end, or out of range */
	uint8_t *out; /* borrowed */
	const uint8_t *in; /* borrowed */
	size_t at, size; /* read or written so far; room or length */
};

void coder_learn(struct coder *c);
void coder_write(struct coder *c, uint8_t *out, size_t room);
void coder_read(struct coder *c, const uint8_t *in, size_t len);

/* One choice of two.  p1: probability of 1 in 1/65536, 1 to 65535. */
unsigned coder_bit(struct coder *c, unsigned bit, uint32_t p1);
/* One of n that are equally likely, n in 1..65536. */
uint32_t coder_even(struct coder *c, uint32_t v, uint32_t n);
/* One of many: v is the choice that has [low, low + size) of total, total at
 * most 2^22.  The reader calls coder_where() first, and finds it by that. */
uint32_t coder_where(struct coder *c, uint32_t total);
void coder_part(struct coder *c, uint32_t low, uint32_t size, uint32_t total);

/*
 * The octets of a stream that ends here, without ending it: a copy of what is
 * written so far and of the tail.  Returns the length, 0 if it is over room.
 * out has room + CODER_TAIL octets.
 */
size_t coder_finish(const struct coder *c, uint8_t *out, size_t room);

#endif
