/*
 * wire: what decode accepts, encode gives back, octet for octet.  The first
 * octet chooses the decoder.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len);

static void
must(int ok)
{
	if (!ok)
		abort();
}

static void
frame(const uint8_t *p, size_t len)
{
	uint8_t head[64];
	struct wire_frame f;

	if (wire_decode(p, len, &f) != WIRE_OK)
		return;
	must(f.head == p && f.tag == p + f.head_len);
	must(f.body == f.tag + f.tag_len && f.body + f.body_len == p + len);
	must(f.body_len >= 1);
	must(wire_put_head(&f, head) == f.head_len);
	must(memcmp(head, p, f.head_len) == 0);
}

static void
text(const uint8_t *p, size_t len)
{
	uint8_t sms[WIRE_TEXT_MAX];
	char back[WIRE_TEXT_CHARS + 1];
	size_t n;

	if (wire_text_decode((const char *)p, len, sms, &n) != WIRE_OK)
		return;
	must(n <= WIRE_TEXT_MAX);
	must(wire_text_encode(sms, n, back) == len);
	must(memcmp(back, p, len) == 0);
}

static void
control(const uint8_t *p, size_t len)
{
	uint8_t back[WIRE_DATA_MAX];
	struct wire_control c;

	if (wire_control_decode(p, len, &c) != WIRE_OK)
		return;
	must(wire_control_encode(&c, back) == len);
	must(memcmp(back, p, len) == 0);
}

static void
ack(const uint8_t *p, size_t len)
{
	uint8_t back[WIRE_DATA_MAX];
	struct wire_ack a;
	size_t n;

	if (wire_ack_decode(p, len, &a) != WIRE_OK)
		return;
	n = wire_ack_encode(&a, back); /* less the zeros at the end */
	must(n <= len && memcmp(back, p, n) == 0);
	for (; n < len; n++)
		must(p[n] == 0);
}

static void
hello(const uint8_t *p, size_t len)
{
	uint8_t back[WIRE_DATA_MAX];
	struct wire_hello h;

	if (wire_hello_decode(p, len, &h) != WIRE_OK)
		return;
	must(wire_hello_encode(&h, back) == len);
	must(memcmp(back, p, len) == 0);
}

static void
challenge(const uint8_t *p, size_t len)
{
	uint8_t back[WIRE_DATA_MAX];
	struct wire_challenge c;

	if (wire_challenge_decode(p, len, &c) != WIRE_OK)
		return;
	must(wire_challenge_encode(&c, back, sizeof back) == len);
	must(memcmp(back, p, len) == 0);
}

static void
proof(const uint8_t *p, size_t len)
{
	uint8_t back[WIRE_DATA_MAX];
	struct wire_proof pr;

	if (wire_proof_decode(p, len, &pr) != WIRE_OK)
		return;
	must(wire_proof_encode(&pr, back) == len);
	must(memcmp(back, p, len) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	static void (*const decoders[])(const uint8_t *, size_t) = { frame,
		text, control, ack, hello, challenge, proof };

	if (len > 0)
		decoders[p[0] % 7](p + 1, len - 1);
	return 0;
}
