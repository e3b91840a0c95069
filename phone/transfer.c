/*
 * What a transfer carries: records packed behind a preamble, sealed, cut.
 *
 * What always holds: a transfer and its number are in the journal before its
 * first SMS is handed to the radio, and stay there until it is acknowledged.
 * What its preamble says, and which records are in it, is committed with it.
 */
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "pack.h"
#include "phone_internal.h"

#define LIST_MAX 1024 /* records looked at for one transfer */
#define ACK_AFTER 64 /* SMS without an answer: ask for one */

unsigned
transfer_sms(const struct phone *p, size_t len)
{
	unsigned n = 1;

	while (
	    n < WIRE_SEGMENTS_MAX && seal_transfer_room(n, phone_room(p)) < len)
		n++;
	return n;
}

static uint32_t
mark_of(const struct phone *p, const struct record *r)
{
	uint8_t octets[RECORD_STORED_MAX];
	size_t n = record_encode(r, octets, sizeof octets);

	return seal_mark(p->keys, octets, n);
}

/* ---- the text ---- */

static void
fill_preamble(
    const struct phone *p, const struct cargo *c, struct upload_preamble *pre)
{
	*pre = (struct upload_preamble){
		.codec = c->codec,
		.ack_wanted = c->ack_wanted,
		.user_refused = p->user_refused,
		.policy_applied = p->owner.version,
	};
	if (c->codec == UPLOAD_FILE)
		return;
	if (p->base_unsaid)
		pre->base_first = p->base.first;
	if (!c->filler)
		entries_fill(p, pre);
}

/* Room that the preamble of this cargo takes at most. */
static size_t
preamble_room(const struct phone *p, const struct cargo *c)
{
	uint8_t octets[UPLOAD_PREAMBLE_MAX];
	struct upload_preamble pre;

	fill_preamble(p, c, &pre);
	if (!c->filler && entries_state_must(p))
		entries_state(p, &pre);
	/* These records may take each count one octet further. */
	return upload_put(&pre, octets) + pre.states +
	       (pre.bucket_kind != 0 ? UPLOAD_BUCKETS : 0);
}

/* The text, with STATE where it costs nothing or must be said.  The records
 * of this transfer have been taken. */
static size_t
compose(const struct phone *p, const struct cargo *c,
    struct upload_preamble *pre, uint8_t *text)
{
	uint8_t head[UPLOAD_PREAMBLE_MAX];
	struct upload_preamble more;
	size_t n, plain;

	fill_preamble(p, c, pre);
	plain = upload_put(pre, head) + c->len;
	if (!c->filler && entries_state_is_due(p)) {
		more = *pre;
		entries_state(p, &more);
		n = upload_put(&more, head) + c->len;
		if (n <= seal_transfer_room(WIRE_SEGMENTS_MAX, phone_room(p)) &&
		    (entries_state_must(p) ||
			transfer_sms(p, n) == transfer_sms(p, plain)))
			*pre = more;
	}
	n = upload_put(pre, head);
	memcpy(text, head, n);
	if (c->len > 0)
		memcpy(text + n, c->body, c->len);
	return n + c->len;
}

/* ---- keeping it ---- */

static int
take_cargo(struct phone *p, uint32_t number, const struct cargo *c)
{
	int err = 0;

	if (c->undo)
		err |= journal_undo(p->journal, number, phone_now(p)) |
		       (number < p->base.first && p->base_unsaid
			       ? base_forget(p, p->base.first, true)
			       : 0);
	err |= base_keep(p, number, c->records, c->n);
	for (size_t i = 0; i < c->n; i++)
		err |= journal_taken(p->journal, c->records[i], number,
		    mark_of(p, c->records[i]));
	if (c->piece.len > 0)
		err |= journal_piece_taken(p->journal, number, c->piece.file,
		    c->piece.content, c->piece.len);
	return err;
}

static int
keep_frames(struct phone *p, uint32_t number, const uint8_t *text, size_t len,
    bool urgent)
{
	uint8_t sms[WIRE_SEGMENTS_MAX][WIRE_DATA_MAX];
	size_t sms_len[WIRE_SEGMENTS_MAX];
	int count = seal_transfer(
	    p->keys, false, number, text, len, phone_room(p), sms, sms_len);
	int err = count == -1 ? -1 : 0;

	for (int i = 0; i < count; i++)
		err |= journal_frame_put(p->journal, number, (unsigned)i,
		    sms[i], sms_len[i], urgent);
	return err;
}

int
transfer_keep(struct phone *p, uint32_t number, const struct cargo *c)
{
	uint8_t text[TRANSFER_TEXT_MAX + UPLOAD_PREAMBLE_MAX];
	struct journal *j = p->journal;
	struct upload_preamble pre;
	size_t len;
	int err;

	if (journal_begin(j) == -1)
		return -1;
	err = take_cargo(p, number, c);
	len = compose(p, c, &pre, text);
	err |= keep_frames(p, number, text, len, c->urgent) |
	       entries_keep(p, &pre);
	if (number == p->next_transfer)
		err |= journal_set_int(j, "next_transfer", (int64_t)number + 1);
	if (p->owner.version > 0)
		err |= journal_set_int(j, "owner_confirmed", p->owner.version);
	if (err != 0 || journal_end(j) == -1) {
		journal_abort(j);
		log_error("phone: transfer %u cannot be kept", number);
		return -1;
	}
	if (number == p->next_transfer)
		p->next_transfer++;
	if (pre.base_first != 0)
		p->base_unsaid = false;
	if (c->filler)
		return 0;
	entries_kept(p, &pre);
	if (c->codec != UPLOAD_FILE) {
		p->pong_mono = 0;
		p->pong_urgent = false;
	}
	p->user_refused = false;
	return 0;
}

int
transfer_filler(struct phone *p, uint32_t number)
{
	const struct cargo c = { .codec = PACK_PLAIN, .filler = true };

	return transfer_keep(p, number, &c);
}

int
transfer_void(struct phone *p, uint32_t number)
{
	const struct cargo c = {
		.codec = PACK_PLAIN, .filler = true, .undo = true
	};
	int err;

	if (number >= p->base.first) {
		base_free(p);
		p->base.first = p->next_transfer;
		p->base_unsaid = true;
	}
	err = transfer_keep(p, number, &c);
	base_load(p);
	return err;
}

/* ---- records ---- */

/* From the base, which the service must be told; 0: there is none. */
static size_t
pack_based(struct phone *p, const struct cargo *c,
    const struct record *const *list, size_t count, uint8_t *out, size_t room,
    size_t *len)
{
	const bool planned = c->planned != NULL;
	struct pack_state *base =
	    planned ? c->planned : base_ready(p, c->ahead);
	struct upload_base head;
	size_t at, n;

	if (base == NULL || pack_state_upto(base) == 0 ||
	    room <= UPLOAD_BASE_MAX)
		return 0;
	head.back = (planned ? c->planned_number : p->next_transfer) -
		    pack_state_upto(base);
	head.check = pack_state_check(base);
	at = upload_base_put(&head, out);
	n = pack_state_fill(base, list, count, out + at, room - at, len);
	*len += at;
	return n;
}

/*
 * The one place where records become the octets of a transfer: as many of the
 * first of list as room takes.  Returns how many; *len is set.
 */
static size_t
pack_records(struct phone *p, const struct cargo *c, enum pack_codec codec,
    struct record *const *list, size_t count, uint8_t *out, size_t room,
    size_t *len)
{
	const struct record *const *records =
	    (const struct record *const *)list;

	if (codec == PACK_BASED)
		return pack_based(p, c, records, count, out, room, len);
	return pack_fill(codec, records, count, out, room, len);
}

/*
 * The most records that fit so many SMS, in whichever coding takes more of
 * them, into c; its body is in out.
 */
static void
fill(struct phone *p, struct record *const *list, size_t count, unsigned sms,
    uint8_t out[static TRANSFER_TEXT_MAX], struct cargo *c)
{
	size_t room = seal_transfer_room(sms, phone_room(p));
	uint8_t try[TRANSFER_TEXT_MAX];
	size_t head = preamble_room(p, c);

	c->records = list;
	c->n = c->len = 0;
	c->body = out;
	for (int codec = PACK_PLAIN; codec <= (int)p->codec; codec++) {
		size_t len = 0, n = 0;

		if (head < room)
			n = pack_records(p, c, (enum pack_codec)codec, list,
			    count, try, room - head, &len);
		if (n > c->n || (n == c->n && n > 0 && len < c->len)) {
			c->n = n;
			c->len = len;
			c->codec = (unsigned)codec;
			memcpy(out, try, len);
		}
	}
}

bool
transfer_wants_ack(const struct phone *p, bool last)
{
	size_t frames = journal_frames(p->journal);

	return last ||
	       (frames >= ACK_AFTER && frames % ACK_AFTER < WIRE_SEGMENTS_MAX);
}

static void
free_list(struct record **list, size_t count)
{
	for (size_t i = 0; list != NULL && i < count; i++)
		record_free(list[i]);
	free(list);
}

/* One that fits no transfer may not stand before the others for ever. */
static int
set_aside(struct phone *p, const struct record *r)
{
	log_error("phone: %s %u is too large to be sent: it stays on the phone",
	    record_kind_name(record_kind(r)), record_id(r));
	return journal_too_large(p->journal, r) == -1 ? -1 : 1;
}

/* Is there more behind it, of a list of so many? */
static bool
is_part(const struct cargo *c, size_t count)
{
	return c->n > 0 && (c->n < count || count == LIST_MAX);
}

/* What an answer rides on may not wait for others. */
static bool
may_go_ahead(const struct phone *p)
{
	return p->pong_mono == 0;
}

/* The most of them that one transfer has room for. */
static void
fill_all(struct phone *p, struct record *const *list, size_t count,
    uint8_t out[static TRANSFER_TEXT_MAX], struct cargo *c)
{
	fill(p, list, count, WIRE_SEGMENTS_MAX, out, c);
	if (is_part(c, count) && !c->ahead && may_go_ahead(p)) {
		c->ahead = true; /* of many: the first to go by others */
		fill(p, list, count, WIRE_SEGMENTS_MAX, out, c);
	}
}

int
transfer_records(struct phone *p, unsigned kinds, bool one_sms, bool ack)
{
	uint8_t body[TRANSFER_TEXT_MAX];
	struct cargo c = { .codec = PACK_PLAIN,
		.ahead = p->bulk && !one_sms && may_go_ahead(p) };
	struct record **list = NULL;
	size_t count = 0;
	int made = 0;

	if (journal_pending(p->journal, kinds, LIST_MAX, &list, &count) == -1)
		return -1;
	/* The fewest SMS for all of it; else as many as one transfer has. */
	c.ack_wanted = transfer_wants_ack(p, ack);
	fill(p, list, count, 1, body, &c);
	if (c.n < count && !one_sms) {
		c.ack_wanted = transfer_wants_ack(p, false);
		fill_all(p, list, count, body, &c);
		if (ack && !is_part(&c, count))
			c.ack_wanted = true; /* it takes no more room */
	}
	if (c.n > 0)
		made = transfer_keep(p, p->next_transfer, &c) == -1 ? -1
								    : (int)c.n;
	else if (count > 0 && !one_sms)
		made = set_aside(p, list[0]);
	p->bulk = !one_sms && is_part(&c, count);
	free_list(list, count);
	return made;
}

int
transfer_answer(struct phone *p, unsigned kinds, bool urgent)
{
	uint8_t body[TRANSFER_TEXT_MAX];
	struct cargo c = { .codec = PACK_PLAIN };
	struct record **list = NULL;
	size_t count = 0;
	int err;

	if (journal_pending(p->journal, kinds, 64, &list, &count) == -1)
		return -1;
	fill(p, list, count, 1, body, &c);
	c.urgent = urgent;
	err = transfer_keep(p, p->next_transfer, &c);
	free_list(list, count);
	return err;
}

int
transfer_sim(struct phone *p)
{
	uint8_t body[TRANSFER_TEXT_MAX];
	struct cargo c = { .codec = PACK_PLAIN, .urgent = true };
	struct record *r = journal_newest_pending(p->journal, RECORD_SIM);
	int made = 0;

	if (r == NULL)
		return 0;
	fill(p, &r, 1, 1, body, &c);
	if (c.n == 0) /* a verbose network's names: two SMS then */
		fill(p, &r, 1, WIRE_SEGMENTS_MAX, body, &c);
	c.urgent = true;
	if (c.n > 0)
		made = transfer_keep(p, p->next_transfer, &c) == -1 ? -1 : 1;
	record_free(r);
	return made;
}

bool
transfer_is_full(struct phone *p, unsigned kinds)
{
	uint8_t body[TRANSFER_TEXT_MAX];
	struct cargo c = { .codec = PACK_PLAIN };
	struct record **list = NULL;
	size_t count = 0;

	if (journal_pending(p->journal, kinds, 64, &list, &count) == -1)
		return false;
	fill(p, list, count, 1, body, &c);
	free_list(list, count);
	return c.n < count;
}

/* ---- what it would cost ---- */

/* What the next transfers would go by, as if each were acknowledged in time. */
static void
plan_begin(struct phone *p, struct cargo *c)
{
	c->planned = base_planned(p);
	c->planned_number = p->next_transfer;
}

static void
plan_end(struct cargo *c)
{
	pack_state_free(c->planned);
	c->planned = NULL;
}

static void
plan_learn(struct cargo *c, struct record *const *list)
{
	if (c->planned != NULL &&
	    pack_state_learn_as(c->planned, c->planned_number++,
		(const struct record *const *)list, c->n) == -1)
		plan_end(c);
}

/* As transfer_records() would, one after the other; *sms is added to. */
static void
cost(struct phone *p, struct record *const *list, size_t count, unsigned *sms)
{
	uint8_t body[TRANSFER_TEXT_MAX];
	struct cargo c = { .codec = PACK_PLAIN };

	for (size_t at = 0; at < count;) {
		size_t left = count - at < LIST_MAX ? count - at : LIST_MAX;

		fill(p, list + at, left, WIRE_SEGMENTS_MAX, body, &c);
		if (at == 0 && is_part(&c, left)) {
			plan_begin(p, &c);
			fill(p, list, left, WIRE_SEGMENTS_MAX, body, &c);
		}
		if (c.n > 0) {
			*sms += transfer_sms(p, preamble_room(p, &c) + c.len);
			plan_learn(&c, list + at);
		}
		at += c.n > 0 ? c.n : 1; /* one that fits none stays here */
	}
	plan_end(&c);
}

unsigned
phone_upload_cost(struct phone *p)
{
	size_t count = journal_pending_count(p->journal, ~0u);
	struct record **list = NULL;
	unsigned sms = 0;

	if (count > 0 &&
	    journal_pending(p->journal, ~0u, count, &list, &count) == -1)
		return 0;
	cost(p, list, count, &sms);
	free_list(list, count);
	return sms + files_cost(p);
}
