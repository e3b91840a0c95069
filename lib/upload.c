#include "upload.h"

#include <assert.h>
#include <string.h>

#include "be.h"
#include "policy.h"

#define ACK_WANTED 0x10
#define USER_REFUSED 0x20
#define MORE 0x40 /* entries follow the policy's version */

/* The entries: type, length, octets; the last has this bit set. */
#define LAST 0x80u
#define STATE 1
#define BUCKETS 2
#define DOWN 3
#define LOST 4
#define WIPE 5
#define RECEIPT 6
#define BASE 7
#define WAIT 8
#define UNREAD 9
#define ENTRY_MAX 255

/* What is read and how far. */
struct reader {
	const uint8_t *p;
	size_t len, at;
	bool bad;
};

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

static uint32_t
octet(struct reader *r)
{
	if (r->at >= r->len) {
		r->bad = true;
		return 0;
	}
	return r->p[r->at++];
}

/* At most 32 bits, in the shortest form; else the reader is bad. */
static uint32_t
varint(struct reader *r)
{
	uint64_t v = 0;
	uint32_t o = 0x80;
	int n;

	for (n = 0; n < 5 && (o & 0x80) != 0; n++) {
		o = octet(r);
		v |= (uint64_t)(o & 0x7f) << (7 * n);
	}
	if ((o & 0x80) != 0 || (n > 1 && o == 0) || v > UINT32_MAX)
		r->bad = true;
	return r->bad ? 0 : (uint32_t)v;
}

static uint32_t
word(struct reader *r)
{
	if (r->len - r->at < 4) {
		r->bad = true;
		return 0;
	}
	r->at += 4;
	return be_get32(r->p + r->at - 4);
}

/* ---- writing the entries ---- */

static size_t
put_states(const struct upload_preamble *p, uint8_t *out)
{
	size_t n = 0;

	for (size_t i = 0; i < p->states; i++) {
		out[n++] = p->state[i].kind;
		n += put_varint(out + n, p->state[i].count);
		be_put32(out + n, p->state[i].mark);
		n += 4;
	}
	return n;
}

static size_t
put_buckets(const struct upload_preamble *p, uint8_t *out)
{
	size_t n = 0;

	out[n++] = p->bucket_kind;
	for (size_t i = 0; i < UPLOAD_BUCKETS; i++) {
		n += put_varint(out + n, p->bucket[i].count);
		be_put32(out + n, p->bucket[i].mark);
		n += 4;
	}
	return n;
}

static size_t
put_down(const struct upload_preamble *p, uint8_t *out)
{
	size_t count = p->down.count, n;

	while (count > 0 && p->down.wanted[count - 1] == 0)
		count--;
	assert(count <= WIRE_ACK_TRANSFERS);
	n = put_varint(out, p->down.cumulative);
	for (size_t i = 0; i < count; i++, n += 2)
		be_put16(out + n, p->down.wanted[i]);
	return n;
}

static size_t
put_wipe(const struct upload_preamble *p, uint8_t *out)
{
	out[0] = (uint8_t)p->wipe;
	if (p->wipe != WIRE_WIPE_PREPARE)
		return 1;
	be_put64(out + 1, p->wipe_nonce);
	return 9;
}

static size_t
put_receipt(const struct upload_preamble *p, uint8_t *out)
{
	size_t n = put_varint(out, p->receipt);

	n += put_varint(out + n, p->applied);
	n += put_varint(out + n, p->present);
	n += put_varint(out + n, p->failed);
	be_put32(out + n, p->receipt_mark);
	return n + 4;
}

static size_t
put_lost(const struct upload_preamble *p, uint8_t *out)
{
	return put_varint(out, p->lost_applied);
}

static size_t
put_base(const struct upload_preamble *p, uint8_t *out)
{
	return put_varint(out, p->base_first);
}

/* 0: never; else one more than the minutes. */
static size_t
put_wait(const struct upload_preamble *p, uint8_t *out)
{
	return put_varint(
	    out, p->wait_min == POLICY_WAIT_NEVER ? 0 : p->wait_min + 1);
}

static size_t
put_unread(const struct upload_preamble *p, uint8_t *out)
{
	return put_varint(out, p->down_unread);
}

static size_t
put_entries(const struct upload_preamble *p, uint8_t *out)
{
	const struct {
		bool there;
		uint8_t type;
		size_t (*put)(const struct upload_preamble *, uint8_t *);
	} entry[] = {
		{ p->states > 0, STATE, put_states },
		{ p->bucket_kind != 0, BUCKETS, put_buckets },
		{ p->has_down, DOWN, put_down },
		{ p->has_lost, LOST, put_lost },
		{ p->wipe != WIRE_WIPE_NONE, WIPE, put_wipe },
		{ p->receipt != 0, RECEIPT, put_receipt },
		{ p->base_first != 0, BASE, put_base },
		{ p->has_wait, WAIT, put_wait },
		{ p->down_unread != 0, UNREAD, put_unread },
	};
	size_t n = 0, last = 0, len;

	for (size_t i = 0; i < sizeof entry / sizeof entry[0]; i++) {
		if (!entry[i].there)
			continue;
		last = n;
		len = entry[i].put(p, out + n + 2);
		assert(len <= ENTRY_MAX);
		out[n] = entry[i].type;
		out[n + 1] = (uint8_t)len;
		n += 2 + len;
	}
	if (n > 0)
		out[last] |= LAST;
	return n;
}

size_t
upload_put(
    const struct upload_preamble *p, uint8_t out[static UPLOAD_PREAMBLE_MAX])
{
	size_t head, n;

	assert(p->codec < 16);
	assert(p->policy_applied <= WIRE_TRANSFER_MAX);
	out[0] = (uint8_t)(p->codec | (p->ack_wanted ? ACK_WANTED : 0u) |
			   (p->user_refused ? USER_REFUSED : 0u));
	head = 1 + put_varint(out + 1, p->policy_applied);
	n = put_entries(p, out + head);
	if (n > 0)
		out[0] |= MORE;
	return head + n;
}

/* ---- reading them ---- */

static void
get_states(struct reader *r, struct upload_preamble *out)
{
	struct upload_state s;

	while (!r->bad && r->at < r->len) {
		s.kind = (uint8_t)octet(r);
		s.count = varint(r);
		s.mark = word(r);
		/* Kinds of a later version say nothing to us. */
		if (s.kind == 0 || s.kind >= RECORD_KIND_COUNT)
			continue;
		if (out->states == RECORD_KIND_COUNT) {
			r->bad = true;
			return;
		}
		out->state[out->states++] = s;
	}
}

static void
get_buckets(struct reader *r, struct upload_preamble *out)
{
	out->bucket_kind = (uint8_t)octet(r);
	for (size_t i = 0; i < UPLOAD_BUCKETS; i++) {
		out->bucket[i].count = varint(r);
		out->bucket[i].mark = word(r);
	}
	if (out->bucket_kind == 0 || out->bucket_kind >= RECORD_KIND_COUNT)
		r->bad = true;
}

static void
get_down(struct reader *r, struct upload_preamble *out)
{
	struct wire_ack *a = &out->down;

	out->has_down = true;
	a->cumulative = varint(r);
	if (r->bad || (r->len - r->at) % 2 != 0 ||
	    (r->len - r->at) / 2 > WIRE_ACK_TRANSFERS) {
		r->bad = true;
		return;
	}
	a->count = (r->len - r->at) / 2;
	if (a->cumulative + a->count > WIRE_TRANSFER_MAX)
		r->bad = true;
	for (size_t i = 0; i < a->count; i++, r->at += 2)
		a->wanted[i] = (uint16_t)be_get16(r->p + r->at);
}

static void
get_lost(struct reader *r, struct upload_preamble *out)
{
	out->has_lost = true;
	out->lost_applied = varint(r);
	if (out->lost_applied > WIRE_TRANSFER_MAX)
		r->bad = true;
}

static void
get_wipe(struct reader *r, struct upload_preamble *out)
{
	uint32_t what = octet(r);

	if (what != WIRE_WIPE_PREPARE && what != WIRE_WIPE_GO) {
		r->bad = true;
		return;
	}
	out->wipe = (enum wire_wipe)what;
	if (what == WIRE_WIPE_PREPARE) {
		out->wipe_nonce = (uint64_t)word(r) << 32;
		out->wipe_nonce |= word(r);
	}
}

static void
get_receipt(struct reader *r, struct upload_preamble *out)
{
	out->receipt = varint(r);
	out->applied = varint(r);
	out->present = varint(r);
	out->failed = varint(r);
	out->receipt_mark = word(r);
	if (out->receipt == 0 || out->receipt > WIRE_TRANSFER_MAX)
		r->bad = true;
}

static void
get_base(struct reader *r, struct upload_preamble *out)
{
	out->base_first = varint(r);
	if (out->base_first == 0 || out->base_first > WIRE_TRANSFER_MAX)
		r->bad = true;
}

static void
get_wait(struct reader *r, struct upload_preamble *out)
{
	uint32_t v = varint(r);

	out->has_wait = true;
	out->wait_min = v == 0 ? POLICY_WAIT_NEVER : v - 1;
	if (v > POLICY_WAIT_MAX + 1)
		r->bad = true;
}

static void
get_unread(struct reader *r, struct upload_preamble *out)
{
	out->down_unread = varint(r);
	if (out->down_unread == 0 || out->down_unread > WIRE_TRANSFER_MAX)
		r->bad = true;
}

/* One entry; false: it is not one, or comes twice. */
static bool
get_entry(uint32_t type, struct reader *r, struct upload_preamble *out)
{
	static void (*const get[])(
	    struct reader *, struct upload_preamble *) = {
		[STATE] = get_states,
		[BUCKETS] = get_buckets,
		[DOWN] = get_down,
		[LOST] = get_lost,
		[WIPE] = get_wipe,
		[RECEIPT] = get_receipt,
		[BASE] = get_base,
		[WAIT] = get_wait,
		[UNREAD] = get_unread,
	};

	if (type == 0)
		return false;
	if (type >= sizeof get / sizeof get[0])
		return true; /* of a later version */
	get[type](r, out);
	return !r->bad && r->at == r->len;
}

static bool
get_entries(struct reader *r, struct upload_preamble *out)
{
	uint32_t type = 0, len, seen = 0;
	struct reader one;

	while ((type & LAST) == 0) {
		type = octet(r);
		len = octet(r);
		if (r->bad || r->len - r->at < len)
			return false;
		if ((type & ~LAST) < 32) {
			if ((seen >> (type & 31) & 1) != 0)
				return false;
			seen |= 1u << (type & 31);
		}
		one = (struct reader){ .p = r->p + r->at, .len = len };
		if (!get_entry(type & 0x7f, &one, out))
			return false;
		r->at += len;
	}
	return true;
}

size_t
upload_get(const uint8_t *text, size_t len, struct upload_preamble *out)
{
	struct upload_preamble got = { 0 };
	struct reader r = { .p = text, .len = len };
	uint32_t flags = octet(&r);

	got.policy_applied = varint(&r);
	if (r.bad || (flags & 0x80) != 0 ||
	    got.policy_applied > WIRE_TRANSFER_MAX)
		return 0;
	got.codec = flags & 0x0f;
	got.ack_wanted = (flags & ACK_WANTED) != 0;
	got.user_refused = (flags & USER_REFUSED) != 0;
	if ((flags & MORE) != 0 && !get_entries(&r, &got))
		return 0;
	*out = got;
	return r.at;
}

/* ---- bases ---- */

size_t
upload_base_put(
    const struct upload_base *b, uint8_t out[static UPLOAD_BASE_MAX])
{
	size_t n = put_varint(out, b->back);

	out[n] = b->check;
	return n + 1;
}

size_t
upload_base_get(const uint8_t *p, size_t len, struct upload_base *out)
{
	struct reader r = { .p = p, .len = len };
	struct upload_base got = { 0 };

	got.back = varint(&r);
	got.check = (uint8_t)octet(&r);
	if (r.bad || got.back == 0)
		return 0;
	*out = got;
	return r.at;
}

/* ---- pieces of files ---- */

size_t
upload_piece_put(
    const struct upload_piece *p, uint8_t out[static UPLOAD_PIECE_HEAD_MAX])
{
	size_t n = put_varint(out, p->file);

	be_put32(out + n, p->content);
	n += 4;
	return n + put_varint(out + n, p->offset);
}

int
upload_piece_get(const uint8_t *p, size_t len, struct upload_piece *out)
{
	struct reader r = { .p = p, .len = len };
	struct upload_piece got = { 0 };

	got.file = varint(&r);
	got.content = word(&r);
	got.offset = varint(&r);
	if (r.bad || r.at == len || got.offset > UINT32_MAX - len)
		return -1;
	got.data = p + r.at;
	got.len = len - r.at;
	*out = got;
	return 0;
}

/* ---- downwards ---- */

#define OWN 0x80u

size_t
down_put(const struct down_head *d, uint8_t out[static DOWN_HEAD_MAX])
{
	size_t n = 1;

	assert(d->codec < 16);
	out[0] =
	    (uint8_t)((d->own ? OWN : 0u) | (unsigned)d->what << 4 | d->codec);
	n += put_varint(out + n, d->restore);
	if (d->what == DOWN_END)
		n += put_varint(out + n, d->records);
	if (d->what == DOWN_ANEW)
		n += put_varint(out + n, d->first);
	return n;
}

size_t
down_get(const uint8_t *text, size_t len, struct down_head *out)
{
	struct reader r = { .p = text, .len = len };
	struct down_head got = { 0 };
	uint32_t first = octet(&r);

	got.restore = varint(&r);
	got.codec = first & 0x0f;
	got.what = (enum down_what)(first >> 4 & 7);
	got.own = (first & OWN) != 0;
	switch (got.what) {
	case DOWN_RECORDS:
		break;
	case DOWN_ANEW:
		got.first = varint(&r);
		r.bad = r.bad || got.codec != 0 || got.first == 0 ||
			got.first > WIRE_TRANSFER_MAX;
		break;
	case DOWN_END:
		got.records = varint(&r);
		/* fallthrough */
	case DOWN_PIECE:
		r.bad = r.bad || got.codec != 0;
		break;
	default:
		return 0;
	}
	if (r.bad || got.restore == 0 || got.restore > WIRE_TRANSFER_MAX)
		return 0;
	*out = got;
	return r.at;
}
