/*
 * A range coder with carries, as Martin's of 1979.  range is at least 2^24
 * before each choice.
 */
#include "pack_coder.h"

#include <string.h>

#define TOP (UINT32_C(1) << 24)
#define PAST_MAX (4 + CODER_TAIL) /* octets past the end that are looked at */

void
coder_learn(struct coder *c)
{
	*c = (struct coder){ .mode = CODER_LEARN, .range = UINT32_MAX };
}

void
coder_write(struct coder *c, uint8_t *out, size_t room)
{
	*c = (struct coder){ .mode = CODER_WRITE,
		.range = UINT32_MAX,
		.out = out,
		.size = room };
}

static uint8_t
next_octet(struct coder *c)
{
	if (c->at < c->size)
		return c->in[c->at++];
	if (c->at++ - c->size >= PAST_MAX)
		c->bad = true;
	return 0;
}

void
coder_read(struct coder *c, const uint8_t *in, size_t len)
{
	*c = (struct coder){
		.mode = CODER_READ, .range = UINT32_MAX, .in = in, .size = len
	};
	for (int i = 0; i < 4; i++)
		c->code = c->code << 8 | next_octet(c);
}

static void
put(struct coder *c, unsigned octet)
{
	if (c->at < c->size)
		c->out[c->at++] = (uint8_t)octet;
	else
		c->bad = true;
}

static void
shift_low(struct coder *c)
{
	unsigned carry = (unsigned)(c->low >> 32);

	if ((uint32_t)c->low >= 0xff000000 && carry == 0) {
		c->pending++;
	} else {
		if (c->begun)
			put(c, c->cache + carry);
		for (; c->pending > 0; c->pending--)
			put(c, 0xff + carry);
		c->begun = true;
		c->cache = (uint8_t)(c->low >> 24);
	}
	c->low = (c->low & 0x00ffffff) << 8;
}

static void
normalize(struct coder *c)
{
	while (c->range < TOP) {
		c->range <<= 8;
		if (c->mode == CODER_WRITE)
			shift_low(c);
		else
			c->code = c->code << 8 | next_octet(c);
	}
}

unsigned
coder_bit(struct coder *c, unsigned bit, uint32_t p1)
{
	uint32_t bound;

	if (c->mode == CODER_LEARN)
		return bit;
	bound = (c->range >> 16) * p1;
	if (c->mode == CODER_READ) {
		bit = c->code < bound;
		if (bit == 0)
			c->code -= bound;
	} else if (bit == 0) {
		c->low += bound;
	}
	c->range = bit != 0 ? bound : c->range - bound;
	normalize(c);
	return bit;
}

uint32_t
coder_where(struct coder *c, uint32_t total)
{
	uint32_t v = c->code / (c->range / total);

	return v < total ? v : total - 1;
}

void
coder_part(struct coder *c, uint32_t low, uint32_t size, uint32_t total)
{
	uint32_t unit = c->range / total;

	if (c->mode == CODER_LEARN)
		return;
	if (c->mode == CODER_READ)
		c->code -= low * unit;
	else
		c->low += (uint64_t)low * unit;
	/* The last part has what division leaves over. */
	c->range = low + size == total ? c->range - low * unit : size * unit;
	normalize(c);
}

uint32_t
coder_even(struct coder *c, uint32_t v, uint32_t n)
{
	if (c->mode == CODER_READ)
		v = coder_where(c, n);
	coder_part(c, v, 1, n);
	return v;
}

size_t
coder_finish(const struct coder *c, uint8_t *out, size_t room)
{
	struct coder end = *c;
	uint64_t last = c->low + c->range - 1, v = c->low;
	size_t least = c->at;

	if (c->bad || c->at > room)
		return 0;
	/* The value between low and last with the most zeros at its end. */
	for (unsigned k = 32; k > 0; k--) {
		v = (c->low + ((UINT64_C(1) << k) - 1)) >> k << k;
		if (v <= last)
			break;
		v = c->low;
	}
	memcpy(out, c->out, c->at);
	end.out = out;
	end.size = room + CODER_TAIL;
	end.low = v;
	for (int i = 0; i < CODER_TAIL; i++)
		shift_low(&end);
	while (end.at > least && out[end.at - 1] == 0)
		end.at--;
	if (end.at == 0)
		out[end.at++] = 0;
	return end.bad || end.at > room ? 0 : end.at;
}
