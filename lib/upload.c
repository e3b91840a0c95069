#include "upload.h"

#include <assert.h>

#include "wire.h"

#define ACK_WANTED 0x10
#define USER_REFUSED 0x20

/* Seven bits an octet, low first, high bit set on all but the last. */
static size_t
put_varint(uint8_t *out, uint32_t v)
{
	size_t n = 0;

	for (; v >= 0x80; v >>= 7)
		out[n++] = (uint8_t)(v | 0x80);
	out[n++] = (uint8_t)v;
	return n;
}

/* Returns the octets read, or 0: cut short, too large, or not the shortest. */
static size_t
get_varint(const uint8_t *p, size_t len, uint32_t *out)
{
	uint32_t v = 0;

	for (size_t n = 0; n < len && n < 4; n++) {
		v |= (uint32_t)(p[n] & 0x7f) << (7 * n);
		if ((p[n] & 0x80) != 0)
			continue;
		if ((n > 0 && p[n] == 0) || v > WIRE_TRANSFER_MAX)
			return 0;
		*out = v;
		return n + 1;
	}
	return 0;
}

size_t
upload_put(
    const struct upload_preamble *p, uint8_t out[static UPLOAD_PREAMBLE_MAX])
{
	assert((unsigned)p->codec < 16);
	assert(p->policy_applied <= WIRE_TRANSFER_MAX);
	out[0] =
	    (uint8_t)((unsigned)p->codec | (p->ack_wanted ? ACK_WANTED : 0u) |
		      (p->user_refused ? USER_REFUSED : 0u));
	return 1 + put_varint(out + 1, p->policy_applied);
}

size_t
upload_get(const uint8_t *text, size_t len, struct upload_preamble *out)
{
	uint32_t version;
	size_t n;

	if (len < 2 || (text[0] & 0xc0) != 0)
		return 0;
	if ((n = get_varint(text + 1, len - 1, &version)) == 0)
		return 0;
	out->codec = (enum pack_codec)(text[0] & 0x0f);
	out->ack_wanted = (text[0] & ACK_WANTED) != 0;
	out->user_refused = (text[0] & USER_REFUSED) != 0;
	out->policy_applied = version;
	return 1 + n;
}
