/*
 * What comes down: segments until a transfer is whole, then its text until it
 * is applied (apply.c).
 *
 * What always holds: DOWN names a transfer as arrived only when its text is in
 * the journal.
 */
#include "log.h"
#include "phone_internal.h"

#define QUIET_MS (2 * MINUTE_MS) /* behind the newest segment */
#define AHEAD_MAX 640 /* a number further ahead is not of this life */

void
restore_load(struct phone *p)
{
	struct journal *j = p->journal;

	p->down_cumulative = (uint32_t)journal_get_int(j, "down_cumulative", 0);
	p->down_high = (uint32_t)journal_get_int(j, "down_high", 0);
	p->down_next = (uint32_t)journal_get_int(j, "down_next", 1);
	p->down_done = (uint32_t)journal_get_int(j, "down_done", 0);
	p->down_unread = (uint32_t)journal_get_int(j, "down_unread", 0);
	p->down_unsaid = journal_get_int(j, "down_unsaid", 0) != 0;
	p->down_mono = p->down_unsaid ? phone_mono(p) + QUIET_MS : 0;
	p->apply_mono = phone_mono(p);
}

/* ---- what has arrived ---- */

static bool
has_text(const struct phone *p, uint32_t transfer)
{
	uint8_t text[TRANSFER_TEXT_MAX];

	return transfer < p->down_next ||
	       journal_down_text(p->journal, transfer, text, sizeof text) > 0;
}

static uint16_t
missing(const struct phone *p, uint32_t transfer)
{
	uint8_t bodies[TRANSFER_TEXT_MAX];
	uint16_t have;
	size_t len;
	int last;

	if (has_text(p, transfer))
		return 0;
	have = journal_down_have(
	    p->journal, transfer, &last, bodies, sizeof bodies, &len);
	if (last >= 0)
		return (uint16_t)(((2u << last) - 1) & (uint16_t)~have);
	return (uint16_t)~have;
}

void
restore_down(const struct phone *p, struct wire_ack *out)
{
	*out = (struct wire_ack){ .cumulative = p->down_cumulative };
	for (uint32_t t = p->down_cumulative + 1;
	     t <= p->down_high && out->count < WIRE_ACK_TRANSFERS; t++)
		out->wanted[out->count++] = missing(p, t);
}

/* ---- what comes ---- */

void
restore_plan_down(struct phone *p, int64_t in_ms)
{
	if (!p->down_unsaid)
		journal_set_int(p->journal, "down_unsaid", 1);
	p->down_unsaid = true;
	p->down_mono = phone_mono(p) + in_ms;
}

static int
note_arrival(struct phone *p, uint32_t transfer)
{
	struct journal *j = p->journal;
	uint32_t to = p->down_cumulative;

	if (transfer > p->down_high) {
		if (journal_set_int(j, "down_high", transfer) == -1)
			return -1;
		p->down_high = transfer;
	}
	while (to < p->down_high && has_text(p, to + 1))
		to++;
	if (to == p->down_cumulative)
		return 0;
	p->down_cumulative = to;
	return journal_set_int(j, "down_cumulative", to);
}

/* With that transfer the service begins anew.  What is applied already stays.
 */
static int
make_void(struct phone *p, uint32_t transfer, const uint8_t *text, size_t len)
{
	struct down_head head;
	uint32_t at;
	int err = 0;

	if (down_get(text, len, &head) == 0 || head.what != DOWN_ANEW)
		return 0;
	at = head.first > p->down_next ? head.first : p->down_next;
	for (; at < transfer && err == 0; at++)
		err = journal_down_void(p->journal, at);
	return err;
}

static int
keep_text(struct phone *p, uint32_t transfer, const uint8_t *text, size_t len)
{
	struct journal *j = p->journal;

	if (journal_begin(j) == -1)
		return -1;
	if (journal_down_text_put(j, transfer, text, len) == -1 ||
	    journal_down_drop(j, transfer) == -1 ||
	    make_void(p, transfer, text, len) != 0 ||
	    note_arrival(p, transfer) == -1 || journal_end(j) == -1) {
		journal_abort(j);
		restore_load(p); /* as the journal has it */
		return -1;
	}
	return 0;
}

static void
took_text(struct phone *p, const uint8_t *text, size_t len)
{
	struct down_head head;
	bool soon = down_get(text, len, &head) > 0 &&
		    (head.what == DOWN_END || head.what == DOWN_ANEW);

	restore_plan_down(p, soon ? 0 : QUIET_MS);
	p->apply_mono = phone_mono(p);
}

/* Put the segments together, if they are all there. */
static void
try_whole(struct phone *p, uint32_t transfer)
{
	uint8_t bodies[TRANSFER_TEXT_MAX], text[TRANSFER_TEXT_MAX];
	uint16_t have;
	size_t len;
	int last;

	have = journal_down_have(
	    p->journal, transfer, &last, bodies, sizeof bodies, &len);
	if (last < 0 || have != (uint16_t)((2u << last) - 1) ||
	    len <= SEAL_TAG_LEN)
		return;
	if (seal_transfer_open(p->keys, true, transfer, bodies, len, text) !=
	    SEAL_OK) {
		log_warn("phone: transfer %u down does not open: its segments "
			 "are asked for again",
		    transfer);
		journal_down_drop(p->journal, transfer);
		return;
	}
	len -= SEAL_TAG_LEN;
	if (keep_text(p, transfer, text, len) == 0)
		took_text(p, text, len);
}

/* Does its index go with those that are there? */
static bool
fits(struct phone *p, uint32_t transfer, const struct wire_frame *f)
{
	uint8_t bodies[TRANSFER_TEXT_MAX];
	size_t len;
	int last;
	uint16_t have = journal_down_have(
	    p->journal, transfer, &last, bodies, sizeof bodies, &len);

	if (last >= 0 && f->index > last)
		return false;
	return !f->last || (have >> f->index >> 1) == 0;
}

static void
receive_segment(struct phone *p, uint32_t transfer, const struct wire_frame *f)
{
	if (!fits(p, transfer, f) ||
	    journal_down_segment(p->journal, transfer, f->index, f->last,
		f->body, f->body_len) == -1 ||
	    note_arrival(p, transfer) == -1)
		return;
	restore_plan_down(p, QUIET_MS);
	try_whole(p, transfer);
}

void
restore_receive(struct phone *p, const struct wire_frame *f)
{
	uint8_t text[WIRE_DATA_MAX];
	uint32_t near = p->down_high + 1, transfer;

	if (p->keys == NULL || p->state != PHONE_BOUND ||
	    f->key_id != p->key_id)
		return;
	if (f->type == WIRE_SEGMENT_DOWN
		? seal_segment_check(p->keys, f, near, &transfer) != SEAL_OK
		: seal_single_open(p->keys, f, near, &transfer, text) !=
		      SEAL_OK)
		return;
	bind_confirmed(p);
	if (transfer > p->down_cumulative + AHEAD_MAX)
		return;
	if (has_text(p, transfer))
		restore_plan_down(
		    p, QUIET_MS); /* it has not heard that it is here */
	else if (f->type == WIRE_SEGMENT_DOWN)
		receive_segment(p, transfer, f);
	else if (keep_text(p, transfer, text, f->body_len) == 0)
		took_text(p, text, f->body_len);
}

/* ---- time ---- */

void
restore_tick(struct phone *p, int64_t *next)
{
	int64_t mono = phone_mono(p);

	if (p->apply_mono != 0 && mono >= p->apply_mono)
		apply_waiting(p);
	if (p->down_unsaid && p->down_mono != 0 && mono >= p->down_mono) {
		p->down_mono = 0;
		upload_plan(p, 0, true);
	}
	phone_earlier(next, p->apply_mono);
	phone_earlier(next, p->down_mono);
}
