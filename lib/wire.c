#include "wire.h"

#include <assert.h>
#include <string.h>

#include "be.h"
#include "utf8.h"

/* Where the parts of each type of frame lie. */
static const struct layout {
	uint8_t head, tag; /* octets; 0: no such type */
} layouts[16] = {
	[WIRE_SEGMENT] = { 7, WIRE_SEGMENT_TAG_LEN },
	[WIRE_SINGLE] = { 6, WIRE_SINGLE_TAG_LEN },
	[WIRE_HELLO] = { 36, WIRE_SIV_LEN },
	[WIRE_PROOF] = { 5, WIRE_SIV_LEN },
	[WIRE_SEGMENT_DOWN] = { 7, WIRE_SEGMENT_TAG_LEN },
	[WIRE_SINGLE_DOWN] = { 6, WIRE_SINGLE_TAG_LEN },
	[WIRE_CHALLENGE] = { 36, WIRE_SIV_LEN },
	[WIRE_CONTROL] = { 9, WIRE_SIV_LEN },
	[WIRE_ACK] = { 9, WIRE_SIV_LEN },
};

#define CODE_LONG 0x800000u /* top bit of the 24 that carry a code's id */
#define CODE_MAX 0xfffffu

/* The two octets of a segment that say which it is. */
#define LAST 0x8000u
#define INDEX_SHIFT WIRE_SEGMENT_BITS
#define INDEX_MASK (WIRE_SEGMENTS_MAX - 1u)
#define TRANSFER_MASK ((1u << WIRE_SEGMENT_BITS) - 1)

static void
read_segment(const uint8_t *sms, struct wire_frame *f)
{
	uint32_t which = be_get16(sms + 5);

	f->key_id = be_get32(sms + 1);
	f->last = (which & LAST) != 0;
	f->index = (uint8_t)(which >> INDEX_SHIFT & INDEX_MASK);
	f->transfer = which & TRANSFER_MASK;
}

static void
put_segment(const struct wire_frame *f, uint8_t *sms)
{
	assert(f->transfer <= TRANSFER_MASK);
	assert(f->index < WIRE_SEGMENTS_MAX);
	be_put32(sms + 1, f->key_id);
	be_put16(sms + 5, (f->last ? LAST : 0) |
			      (uint32_t)f->index << INDEX_SHIFT | f->transfer);
}

static enum wire_err
read_binding(const uint8_t *sms, struct wire_frame *f)
{
	uint32_t id = be_get24(sms + 1);

	f->code_long = (id & CODE_LONG) != 0;
	f->code_id = id & ~CODE_LONG;
	f->ephemeral = sms + 4;
	return f->code_id > CODE_MAX ? WIRE_E_FIELD : WIRE_OK;
}

static enum wire_err
read_head(const uint8_t *sms, struct wire_frame *f)
{
	switch (f->type) {
	case WIRE_SEGMENT:
	case WIRE_SEGMENT_DOWN:
		read_segment(sms, f);
		return WIRE_OK;
	case WIRE_SINGLE:
	case WIRE_SINGLE_DOWN:
		f->key_id = be_get32(sms + 1);
		f->transfer = sms[5];
		return WIRE_OK;
	case WIRE_HELLO:
	case WIRE_CHALLENGE:
		return read_binding(sms, f);
	case WIRE_PROOF:
		f->key_id = be_get32(sms + 1);
		return WIRE_OK;
	case WIRE_CONTROL:
	case WIRE_ACK:
		f->key_id = be_get32(sms + 1);
		f->sequence = be_get32(sms + 5);
		return WIRE_OK;
	}
	return WIRE_E_TYPE;
}

enum wire_err
wire_decode(const uint8_t *sms, size_t len, struct wire_frame *out)
{
	struct wire_frame f = { 0 };
	const struct layout *l;
	enum wire_err err;

	if (len < 1)
		return WIRE_E_SHORT;
	if (len > WIRE_DATA_MAX)
		return WIRE_E_LONG;
	if (sms[0] >> 6 != WIRE_VERSION || (sms[0] & 0x30) != 0)
		return WIRE_E_VERSION;
	l = &layouts[sms[0] & 0x0f];
	if (l->head == 0)
		return WIRE_E_TYPE;
	if (len < (size_t)l->head + l->tag + 1)
		return WIRE_E_SHORT;
	f.type = (enum wire_type)(sms[0] & 0x0f);
	f.head = sms;
	f.head_len = l->head;
	f.tag = sms + l->head;
	f.tag_len = l->tag;
	f.body = f.tag + l->tag;
	f.body_len = len - l->head - l->tag;
	if ((err = read_head(sms, &f)) != WIRE_OK)
		return err;
	*out = f;
	return WIRE_OK;
}

size_t
wire_put_head(const struct wire_frame *f, uint8_t sms[static 64])
{
	sms[0] = (uint8_t)(WIRE_VERSION << 6 | (unsigned)f->type);
	switch (f->type) {
	case WIRE_SEGMENT:
	case WIRE_SEGMENT_DOWN:
		put_segment(f, sms);
		break;
	case WIRE_SINGLE:
	case WIRE_SINGLE_DOWN:
		be_put32(sms + 1, f->key_id);
		sms[5] = (uint8_t)f->transfer;
		break;
	case WIRE_HELLO:
	case WIRE_CHALLENGE:
		assert(f->code_id <= CODE_MAX);
		be_put24(sms + 1, f->code_id | (f->code_long ? CODE_LONG : 0));
		memcpy(sms + 4, f->ephemeral, 32);
		break;
	case WIRE_PROOF:
		be_put32(sms + 1, f->key_id);
		break;
	case WIRE_CONTROL:
	case WIRE_ACK:
		be_put32(sms + 1, f->key_id);
		be_put32(sms + 5, f->sequence);
		break;
	}
	return layouts[f->type].head;
}

/* ---- the text form: base64 (RFC 4648) without padding ---- */

static const char base64[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

size_t
wire_text_encode(
    const uint8_t *sms, size_t len, char out[static WIRE_TEXT_CHARS + 1])
{
	size_t n = 0;
	uint32_t bits = 0;
	unsigned have = 0;

	assert(len <= WIRE_TEXT_MAX);
	for (size_t i = 0; i < len; i++) {
		bits = bits << 8 | sms[i];
		for (have += 8; have >= 6; have -= 6)
			out[n++] = base64[bits >> (have - 6) & 63];
	}
	if (have > 0)
		out[n++] = base64[bits << (6 - have) & 63];
	out[n] = '\0';
	return n;
}

enum wire_err
wire_text_decode(const char *text, size_t len,
    uint8_t sms[static WIRE_TEXT_MAX], size_t *sms_len)
{
	uint8_t octets[WIRE_TEXT_MAX];
	const char *at;
	uint32_t bits = 0;
	unsigned have = 0;
	size_t n = 0;

	if (len > WIRE_TEXT_CHARS || len % 4 == 1)
		return WIRE_E_TEXT;
	for (size_t i = 0; i < len; i++) {
		at = text[i] != '\0' ? strchr(base64, text[i]) : NULL;
		if (at == NULL)
			return WIRE_E_TEXT;
		bits = bits << 6 | (uint32_t)(at - base64);
		have += 6;
		if (have >= 8) {
			have -= 8;
			octets[n++] = (uint8_t)(bits >> have);
		}
	}
	/* One text for one frame: the bits that are left must be zero. */
	if (n == 0 || (bits & ((1u << have) - 1)) != 0)
		return WIRE_E_TEXT;
	memcpy(sms, octets, n);
	*sms_len = n;
	return WIRE_OK;
}

/* ---- what is inside ---- */

enum wire_err
wire_control_decode(const uint8_t *p, size_t len, struct wire_control *out)
{
	if (len < 8)
		return WIRE_E_SHORT;
	if (len - 8 > WIRE_CONTROL_ARGS_MAX)
		return WIRE_E_LONG;
	if (p[0] == 0)
		return WIRE_E_FIELD;
	out->command = (enum wire_command)p[0];
	out->policy_version = be_get24(p + 1);
	out->not_after = be_get32(p + 4);
	out->args = p + 8;
	out->args_len = len - 8;
	return WIRE_OK;
}

size_t
wire_control_encode(
    const struct wire_control *c, uint8_t p[static WIRE_DATA_MAX])
{
	assert(c->args_len <= WIRE_CONTROL_ARGS_MAX);
	p[0] = (uint8_t)c->command;
	be_put24(p + 1, c->policy_version);
	be_put32(p + 4, c->not_after);
	if (c->args_len > 0)
		memcpy(p + 8, c->args, c->args_len);
	return 8 + c->args_len;
}

enum wire_err
wire_ack_decode(const uint8_t *p, size_t len, struct wire_ack *out)
{
	struct wire_ack a = { 0 };

	if (len < 6)
		return WIRE_E_SHORT;
	if (len > 6 + 2 * WIRE_ACK_TRANSFERS)
		return WIRE_E_LONG;
	if (len % 2 != 0)
		return WIRE_E_FIELD;
	a.cumulative = be_get24(p);
	a.policy_version = be_get24(p + 3);
	a.count = (len - 6) / 2;
	if (a.cumulative + a.count > WIRE_TRANSFER_MAX)
		return WIRE_E_FIELD;
	for (size_t i = 0; i < a.count; i++)
		a.wanted[i] = (uint16_t)be_get16(p + 6 + 2 * i);
	*out = a;
	return WIRE_OK;
}

size_t
wire_ack_encode(const struct wire_ack *a, uint8_t p[static WIRE_DATA_MAX])
{
	size_t n = a->count;

	assert(n <= WIRE_ACK_TRANSFERS);
	while (n > 0 && a->wanted[n - 1] == 0)
		n--;
	be_put24(p, a->cumulative);
	be_put24(p + 3, a->policy_version);
	for (size_t i = 0; i < n; i++)
		be_put16(p + 6 + 2 * i, a->wanted[i]);
	return 6 + 2 * n;
}

/* Text to the end of the octets: one line of UTF-8, at most max octets. */
static enum wire_err
read_text(const uint8_t *p, size_t len, char *out, size_t max)
{
	if (len > max)
		return WIRE_E_LONG;
	if (!utf8_line((const char *)p, len))
		return WIRE_E_FIELD;
	memcpy(out, p, len);
	out[len] = '\0';
	return WIRE_OK;
}

static size_t
put_text(uint8_t *p, const char *text, size_t max)
{
	size_t len = utf8_cut(text, strlen(text), max);

	memcpy(p, text, len);
	return len;
}

/* LOST: u24 version, u8 flags, u16 minutes, text. */
#define LOST_HEAD 6
#define LOST_ON 0x01
#define LOST_RING 0x02
#define LOST_LOCK 0x04
#define LOST_LOCATE 0x08

enum wire_err
wire_lost_decode(const uint8_t *p, size_t len, struct wire_lost *out)
{
	struct wire_lost l = { 0 };
	enum wire_err err;

	if (len < LOST_HEAD)
		return WIRE_E_SHORT;
	l.version = be_get24(p);
	l.on = (p[3] & LOST_ON) != 0;
	l.ring = (p[3] & LOST_RING) != 0;
	l.lock_screen = (p[3] & LOST_LOCK) != 0;
	l.locate = (p[3] & LOST_LOCATE) != 0;
	l.locate_min = (uint16_t)be_get16(p + 4);
	if (l.version == 0 || (p[3] & 0xf0) != 0 ||
	    (l.locate ? l.locate_min < 5 || l.locate_min > 1440
		      : l.locate_min != 0))
		return WIRE_E_FIELD;
	if ((err = read_text(p + LOST_HEAD, len - LOST_HEAD, l.text,
		 WIRE_LOST_TEXT_MAX)) != WIRE_OK)
		return err;
	*out = l;
	return WIRE_OK;
}

size_t
wire_lost_encode(
    const struct wire_lost *l, uint8_t p[static WIRE_CONTROL_ARGS_MAX])
{
	be_put24(p, l->version);
	p[3] = (uint8_t)((l->on ? LOST_ON : 0) | (l->ring ? LOST_RING : 0) |
			 (l->lock_screen ? LOST_LOCK : 0) |
			 (l->locate ? LOST_LOCATE : 0));
	be_put16(p + 4, l->locate ? l->locate_min : 0);
	return LOST_HEAD + put_text(p + LOST_HEAD, l->text, WIRE_LOST_TEXT_MAX);
}

enum wire_err
wire_hello_decode(const uint8_t *p, size_t len, struct wire_hello *out)
{
	struct wire_hello h = { 0 };
	enum wire_err err;

	if (len < 31)
		return WIRE_E_SHORT;
	if (p[0] < 1 || (p[2] & 0xfe) != 0)
		return WIRE_E_FIELD;
	h.wire_max = p[0];
	h.codecs = p[1];
	h.text_only = (p[2] & 1) != 0;
	memcpy(h.device, p + 3, 16);
	memcpy(h.sim, p + 19, 8);
	h.time = be_get32(p + 27);
	if ((err = read_text(p + 31, len - 31, h.name, WIRE_NAME_MAX)) !=
	    WIRE_OK)
		return err;
	*out = h;
	return WIRE_OK;
}

size_t
wire_hello_encode(const struct wire_hello *h, uint8_t p[static WIRE_DATA_MAX])
{
	p[0] = h->wire_max;
	p[1] = h->codecs;
	p[2] = h->text_only ? 1 : 0;
	memcpy(p + 3, h->device, 16);
	memcpy(p + 19, h->sim, 8);
	be_put32(p + 27, h->time);
	return 31 + put_text(p + 31, h->name, WIRE_NAME_MAX);
}

enum wire_err
wire_challenge_decode(const uint8_t *p, size_t len, struct wire_challenge *out)
{
	struct wire_challenge c = { 0 };
	enum wire_err err;

	if (len < 14)
		return WIRE_E_SHORT;
	if ((p[4] & 0xfe) != 0 || p[13] > WIRE_POLICY_MAX)
		return WIRE_E_FIELD;
	if (len < 14u + p[13])
		return WIRE_E_SHORT;
	c.key_id = be_get32(p);
	c.ask = (p[4] & 1) != 0;
	c.codec = p[5];
	c.time = be_get32(p + 6);
	c.policy_version = be_get24(p + 10);
	c.policy_len = p[13];
	memcpy(c.policy, p + 14, c.policy_len);
	if ((err = read_text(p + 14 + c.policy_len, len - 14 - c.policy_len,
		 c.question, WIRE_QUESTION_MAX)) != WIRE_OK)
		return err;
	/* A question that is not asked is no question. */
	if (c.key_id == 0 || (!c.ask && c.question[0] != '\0'))
		return WIRE_E_FIELD;
	*out = c;
	return WIRE_OK;
}

size_t
wire_challenge_encode(const struct wire_challenge *c,
    uint8_t p[static WIRE_DATA_MAX], size_t room)
{
	size_t question = strlen(c->question);

	assert(c->policy_len <= WIRE_POLICY_MAX);
	assert(question <= WIRE_QUESTION_MAX);
	if (14 + c->policy_len + question > room)
		return 0;
	be_put32(p, c->key_id);
	p[4] = c->ask ? 1 : 0;
	p[5] = c->codec;
	be_put32(p + 6, c->time);
	be_put24(p + 10, c->policy_version);
	p[13] = (uint8_t)c->policy_len;
	memcpy(p + 14, c->policy, c->policy_len);
	memcpy(p + 14 + c->policy_len, c->question, question);
	return 14 + c->policy_len + question;
}

enum wire_err
wire_proof_decode(const uint8_t *p, size_t len, struct wire_proof *out)
{
	struct wire_proof pr = { 0 };
	enum wire_err err;

	if (len < 1)
		return WIRE_E_SHORT;
	if ((p[0] & 0xfe) != 0 || ((p[0] & 1) == 0 && len > 1))
		return WIRE_E_FIELD;
	pr.answered = (p[0] & 1) != 0;
	if ((err = read_text(p + 1, len - 1, pr.answer, WIRE_ANSWER_MAX)) !=
	    WIRE_OK)
		return err;
	*out = pr;
	return WIRE_OK;
}

size_t
wire_proof_encode(const struct wire_proof *pr, uint8_t p[static WIRE_DATA_MAX])
{
	p[0] = pr->answered ? 1 : 0;
	return 1 + (pr->answered ? put_text(p + 1, pr->answer, WIRE_ANSWER_MAX)
				 : 0);
}

const char *
wire_strerror(enum wire_err err)
{
	switch (err) {
	case WIRE_OK:
		return "no error";
	case WIRE_E_SHORT:
		return "short frame";
	case WIRE_E_LONG:
		return "frame longer than one SMS";
	case WIRE_E_VERSION:
		return "wire version not supported";
	case WIRE_E_TYPE:
		return "no such frame type";
	case WIRE_E_FIELD:
		return "field out of range";
	case WIRE_E_TEXT:
		return "not the text form of a frame";
	}
	return "unrecognized error";
}
