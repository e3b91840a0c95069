/*
 * Frames: how what is in them is sealed.  smsvault-wire(7), "KEYS".
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "be.h"
#include "log.h"
#include "seal_internal.h"

/* Keys of one direction. */
struct way {
	uint8_t segment_mac[SEAL_KEY_LEN];
	uint8_t transfer[SEAL_SIV_KEY_LEN];
	uint8_t single_mac[SEAL_KEY_LEN];
	uint8_t single_stream[SEAL_KEY_LEN];
};

struct seal_phone {
	uint32_t key_id;
	struct way up, down;
	uint8_t control[SEAL_SIV_KEY_LEN];
	uint8_t proof[SEAL_SIV_KEY_LEN];
	uint8_t mark[SEAL_KEY_LEN];
};

enum seal_err
seal_from_root(const uint8_t root[static SEAL_KEY_LEN], const char *label,
    uint8_t *out, size_t len)
{
	return seal_derive(root, SEAL_KEY_LEN, NULL, 0, label, out, len);
}

struct seal_phone *
seal_phone_new(const uint8_t root[static SEAL_KEY_LEN], uint32_t key_id)
{
	struct seal_phone *k = calloc(1, sizeof *k);
	bool ok;

	if (k == NULL) {
		log_error("cannot allocate a phone's keys: %m");
		return NULL;
	}
	k->key_id = key_id;
#define DERIVE(label, member) \
	(seal_from_root( \
	     root, "smsvault " label, k->member, sizeof k->member) == SEAL_OK)
	ok = DERIVE("up segment", up.segment_mac) &&
	     DERIVE("up transfer", up.transfer) &&
	     DERIVE("up single mac", up.single_mac) &&
	     DERIVE("up single stream", up.single_stream) &&
	     DERIVE("down segment", down.segment_mac) &&
	     DERIVE("down transfer", down.transfer) &&
	     DERIVE("down single mac", down.single_mac) &&
	     DERIVE("down single stream", down.single_stream) &&
	     DERIVE("control", control) && DERIVE("proof", proof) &&
	     DERIVE("mark", mark);
#undef DERIVE
	if (!ok) {
		seal_phone_free(k);
		return NULL;
	}
	return k;
}

void
seal_phone_free(struct seal_phone *k)
{
	if (k == NULL)
		return;
	seal_wipe(k, sizeof *k);
	free(k);
}

static const struct way *
way_of(const struct seal_phone *k, bool down)
{
	return down ? &k->down : &k->up;
}

static bool
is_down(enum wire_type type)
{
	return ((unsigned)type & 8) != 0;
}

/* ---- the number that a frame means ---- */

/* How far from the number expected next one is sought. */
#define SINGLE_REACH 640
#define SEGMENT_REACH (4 << WIRE_SEGMENT_BITS)

static uint32_t
low(uint32_t transfer, unsigned bits)
{
	return transfer & ((1u << bits) - 1);
}

/* The numbers that end in the bits of a frame, the nearest first: by turns
 * below and above the one expected. */
struct walk {
	int64_t near, reach; /* the one expected; how far from it, at most */
	int64_t off; /* from near to the next one */
	int64_t step, turn; /* between two of them; from this to the next */
};

static struct walk
walk_around(uint32_t near, uint32_t reach, unsigned bits, uint32_t ends)
{
	struct walk w = { .near = near, .reach = reach, .step = 1 << bits };

	w.off = ((int64_t)ends - near) & (w.step - 1);
	if (w.off > w.step / 2)
		w.off -= w.step;
	w.turn = w.off > 0 ? -w.step : w.step;
	return w;
}

/* 0: there is none left. */
static uint32_t
walk_next(struct walk *w)
{
	while (llabs(w->off) <= w->reach) {
		int64_t t = w->near + w->off;

		w->off += w->turn;
		w->turn = w->turn > 0 ? -w->step - w->turn : w->step - w->turn;
		if (t >= 1 && t <= WIRE_TRANSFER_MAX)
			return (uint32_t)t;
	}
	return 0;
}

/* ---- segments and transfers ---- */

/*
 * What the tag of a segment covers before its body: which one it is, with the
 * whole number of its transfer, of which the frame itself has only the low
 * bits.
 */
static enum seal_err
segment_tag(const struct seal_phone *k, const struct wire_frame *f,
    uint32_t transfer, uint8_t tag[static WIRE_SEGMENT_TAG_LEN])
{
	uint8_t which[9], mac[SEAL_DIGEST_LEN];
	enum seal_err err;

	which[0] = (uint8_t)(WIRE_VERSION << 6 | (unsigned)f->type);
	be_put32(which + 1, f->key_id);
	be_put24(which + 5, transfer);
	which[8] = (uint8_t)((f->last ? 0x80 : 0) | f->index);
	err = seal_hmac(way_of(k, is_down(f->type))->segment_mac, which,
	    sizeof which, f->body, f->body_len, mac);
	if (err == SEAL_OK)
		memcpy(tag, mac, WIRE_SEGMENT_TAG_LEN);
	return err;
}

enum seal_err
seal_segment_check(const struct seal_phone *k, const struct wire_frame *f,
    uint32_t near, uint32_t *transfer)
{
	struct walk w =
	    walk_around(near, SEGMENT_REACH, WIRE_SEGMENT_BITS, f->transfer);
	uint8_t tag[WIRE_SEGMENT_TAG_LEN];
	enum seal_err err;
	uint32_t t;

	if (f->key_id != k->key_id || f->tag_len != sizeof tag)
		return SEAL_E_FORGED;
	while ((t = walk_next(&w)) != 0) {
		if ((err = segment_tag(k, f, t, tag)) != SEAL_OK)
			return err;
		if (!seal_equal(tag, f->tag, sizeof tag))
			continue;
		*transfer = t;
		return SEAL_OK;
	}
	return SEAL_E_FORGED;
}

/* What authenticates a transfer besides its text: direction, phone, number. */
static void
transfer_ad(const struct seal_phone *k, bool down, uint32_t transfer,
    uint8_t ad[static 8])
{
	ad[0] = (uint8_t)(WIRE_VERSION << 6 |
			  (down ? WIRE_SEGMENT_DOWN : WIRE_SEGMENT));
	be_put32(ad + 1, k->key_id);
	be_put24(ad + 5, transfer);
}

/* ---- singles: the tag over everything is the synthetic IV ---- */

static enum seal_err
single_tag(const struct way *w, uint8_t type_octet, uint32_t key_id,
    uint32_t transfer, const uint8_t *text, size_t len,
    uint8_t tag[static WIRE_SINGLE_TAG_LEN])
{
	uint8_t head[9], mac[SEAL_DIGEST_LEN];
	enum seal_err err;

	head[0] = type_octet;
	be_put32(head + 1, key_id);
	be_put32(head + 5, transfer);
	err = seal_hmac(w->single_mac, head, sizeof head, text, len, mac);
	if (err == SEAL_OK)
		memcpy(tag, mac, WIRE_SINGLE_TAG_LEN);
	return err;
}

static enum seal_err
single_stream(const struct way *w, const uint8_t *tag, uint32_t transfer,
    const uint8_t *in, size_t len, uint8_t *out)
{
	uint8_t block[16] = { 0 };

	memcpy(block, tag, WIRE_SINGLE_TAG_LEN);
	be_put32(block + 8, transfer);
	return seal_stream(w->single_stream, block, in, len, out);
}

static enum seal_err
single_try(const struct seal_phone *k, const struct wire_frame *f,
    uint32_t transfer, uint8_t *out)
{
	const struct way *w = way_of(k, is_down(f->type));
	uint8_t text[WIRE_DATA_MAX], tag[WIRE_SINGLE_TAG_LEN];
	enum seal_err err;

	if ((err = single_stream(
		 w, f->tag, transfer, f->body, f->body_len, text)) != SEAL_OK ||
	    (err = single_tag(w, f->head[0], k->key_id, transfer, text,
		 f->body_len, tag)) != SEAL_OK)
		return err;
	if (!seal_equal(tag, f->tag, sizeof tag))
		err = SEAL_E_FORGED;
	else
		memcpy(out, text, f->body_len);
	seal_wipe(text, sizeof text);
	return err;
}

enum seal_err
seal_single_open(const struct seal_phone *k, const struct wire_frame *f,
    uint32_t near, uint32_t *transfer, uint8_t *out)
{
	struct walk w =
	    walk_around(near, SINGLE_REACH, WIRE_SINGLE_BITS, f->transfer);
	enum seal_err err;
	uint32_t t;

	if (f->key_id != k->key_id || f->tag_len != WIRE_SINGLE_TAG_LEN)
		return SEAL_E_FORGED;
	while ((t = walk_next(&w)) != 0) {
		if ((err = single_try(k, f, t, out)) == SEAL_OK)
			*transfer = t;
		if (err != SEAL_E_FORGED)
			return err;
	}
	return SEAL_E_FORGED;
}

static enum seal_err
single_seal(const struct seal_phone *k, bool down, uint32_t transfer,
    const uint8_t *text, size_t len, uint8_t *sms, size_t *sms_len)
{
	const struct wire_frame f = {
		.type = down ? WIRE_SINGLE_DOWN : WIRE_SINGLE,
		.key_id = k->key_id,
		.transfer = low(transfer, WIRE_SINGLE_BITS),
	};
	const struct way *w = way_of(k, down);
	uint8_t head[64], tag[WIRE_SINGLE_TAG_LEN];
	size_t n = wire_put_head(&f, head);
	enum seal_err err;

	if ((err = single_tag(
		 w, head[0], k->key_id, transfer, text, len, tag)) != SEAL_OK ||
	    (err = single_stream(
		 w, tag, transfer, text, len, sms + n + sizeof tag)) != SEAL_OK)
		return err;
	memcpy(sms, head, n);
	memcpy(sms + n, tag, sizeof tag);
	*sms_len = n + sizeof tag + len;
	return SEAL_OK;
}

size_t
seal_transfer_room(size_t n, size_t room)
{
	assert(n >= 1 && n <= WIRE_SEGMENTS_MAX);
	if (n == 1)
		return room - WIRE_SINGLE_HEAD;
	return n * (room - WIRE_SEGMENT_HEAD) - SEAL_TAG_LEN;
}

static enum seal_err
segment_seal(const struct seal_phone *k, const struct wire_frame *f,
    uint32_t transfer, uint8_t *sms, size_t *sms_len)
{
	uint8_t head[64];
	size_t n = wire_put_head(f, head);

	memcpy(sms, head, n);
	memcpy(sms + WIRE_SEGMENT_HEAD, f->body, f->body_len);
	*sms_len = WIRE_SEGMENT_HEAD + f->body_len;
	return segment_tag(k, f, transfer, sms + n);
}

int
seal_transfer(const struct seal_phone *k, bool down, uint32_t transfer,
    const uint8_t *text, size_t len, size_t room,
    uint8_t sms[static WIRE_SEGMENTS_MAX][WIRE_DATA_MAX],
    size_t sms_len[static WIRE_SEGMENTS_MAX])
{
	struct wire_frame f = {
		.type = down ? WIRE_SEGMENT_DOWN : WIRE_SEGMENT,
		.key_id = k->key_id,
		.transfer = low(transfer, WIRE_SEGMENT_BITS),
	};
	uint8_t whole[WIRE_TRANSFER_OCTETS_MAX], ad[8];
	size_t body = room - WIRE_SEGMENT_HEAD, total = len + SEAL_TAG_LEN;
	size_t n;

	assert(transfer >= 1 && transfer <= WIRE_TRANSFER_MAX);
	assert(len >= 1 && (room == WIRE_DATA_MAX || room == WIRE_TEXT_MAX));
	if (len <= seal_transfer_room(1, room))
		return single_seal(k, down, transfer, text, len, sms[0],
			   &sms_len[0]) == SEAL_OK
			   ? 1
			   : -1;
	n = (total + body - 1) / body;
	if (n > WIRE_SEGMENTS_MAX)
		return -1;
	transfer_ad(k, down, transfer, ad);
	if (seal_lock(way_of(k, down)->transfer, ad, sizeof ad, text, len,
		whole) != SEAL_OK)
		return -1;
	for (size_t i = 0; i < n; i++) {
		f.index = (uint8_t)i;
		f.last = i + 1 == n;
		f.body = whole + i * body;
		f.body_len = f.last ? total - i * body : body;
		if (segment_seal(k, &f, transfer, sms[i], &sms_len[i]) !=
		    SEAL_OK)
			return -1;
	}
	return (int)n;
}

enum seal_err
seal_transfer_open(const struct seal_phone *k, bool down, uint32_t transfer,
    const uint8_t *bodies, size_t len, uint8_t *out)
{
	uint8_t ad[8];

	transfer_ad(k, down, transfer, ad);
	return seal_unlock(
	    way_of(k, down)->transfer, ad, sizeof ad, bodies, len, out);
}

uint32_t
seal_mark(const struct seal_phone *k, const uint8_t *stored, size_t len)
{
	uint8_t mac[SEAL_DIGEST_LEN];

	if (seal_hmac(k->mark, stored, len, NULL, 0, mac) != SEAL_OK)
		return 0;
	return be_get32(mac);
}

/* ---- control, acknowledgement, proof: SIV over the body, head as AD ---- */

enum seal_err
seal_frame(const uint8_t key[static SEAL_SIV_KEY_LEN],
    const struct wire_frame *f, const uint8_t *plain, size_t len, uint8_t *sms,
    size_t *sms_len)
{
	uint8_t head[64];
	size_t n = wire_put_head(f, head);
	enum seal_err err;

	assert(n + SEAL_TAG_LEN + len <= WIRE_DATA_MAX);
	if ((err = seal_lock(key, head, n, plain, len, sms + n)) != SEAL_OK)
		return err;
	memcpy(sms, head, n);
	*sms_len = n + SEAL_TAG_LEN + len;
	return SEAL_OK;
}

enum seal_err
seal_frame_open(const uint8_t key[static SEAL_SIV_KEY_LEN],
    const struct wire_frame *f, uint8_t *plain)
{
	if (f->tag_len != SEAL_TAG_LEN)
		return SEAL_E_FORGED;
	return seal_unlock(key, f->head, f->head_len, f->tag,
	    SEAL_TAG_LEN + f->body_len, plain);
}

enum seal_err
seal_control(const struct seal_phone *k, enum wire_type type, uint32_t sequence,
    const uint8_t *plain, size_t len, uint8_t sms[static WIRE_DATA_MAX],
    size_t *sms_len)
{
	const struct wire_frame f = {
		.type = type,
		.key_id = k->key_id,
		.sequence = sequence,
	};

	assert(type == WIRE_CONTROL || type == WIRE_ACK);
	return seal_frame(k->control, &f, plain, len, sms, sms_len);
}

enum seal_err
seal_control_open(
    const struct seal_phone *k, const struct wire_frame *f, uint8_t *plain)
{
	if ((f->type != WIRE_CONTROL && f->type != WIRE_ACK) ||
	    f->key_id != k->key_id)
		return SEAL_E_FORGED;
	return seal_frame_open(k->control, f, plain);
}

enum seal_err
seal_proof(const struct seal_phone *k, const struct wire_proof *p,
    uint8_t sms[static WIRE_DATA_MAX], size_t *len)
{
	const struct wire_frame f = { .type = WIRE_PROOF, .key_id = k->key_id };
	uint8_t plain[WIRE_DATA_MAX];
	size_t n = wire_proof_encode(p, plain);
	enum seal_err err;

	err = seal_frame(k->proof, &f, plain, n, sms, len);
	seal_wipe(plain, sizeof plain);
	return err;
}

enum seal_err
seal_proof_open(const struct seal_phone *k, const struct wire_frame *f,
    struct wire_proof *out)
{
	uint8_t plain[WIRE_DATA_MAX];
	enum seal_err err;

	if (f->type != WIRE_PROOF || f->key_id != k->key_id)
		return SEAL_E_FORGED;
	if ((err = seal_frame_open(k->proof, f, plain)) != SEAL_OK)
		return err;
	if (wire_proof_decode(plain, f->body_len, out) != WIRE_OK)
		err = SEAL_E_FORGED;
	seal_wipe(plain, sizeof plain);
	return err;
}
