/*
 * What goes up, and when.
 *
 * What always holds:
 *  (1) A transfer and its number are in the journal before its first SMS is
 *      handed to the radio, and stay there until it is acknowledged.
 *  (2) Intervals run on the monotonic clock: a wall clock that jumps neither
 *      stops uploads nor floods.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "pack.h"
#include "phone_internal.h"
#include "upload.h"

#define LIST_MAX 1024 /* records looked at for one transfer */
#define ACK_AFTER 64 /* SMS without an answer: ask for one */
#define RETRY_MS 5000 /* the radio did not take it */

/* Ages that the journal knows by the wall clock, within reason. */
static int64_t
mono_since(const struct phone *p, int64_t wall_ms, int64_t most_ms)
{
	int64_t age = phone_now(p) - wall_ms;

	if (age < 0)
		age = 0;
	if (age > most_ms)
		age = most_ms;
	return phone_mono(p) - age;
}

static int64_t
interval_ms(const struct phone *p, int kind)
{
	return p->effective.kind[kind].interval_min * MINUTE_MS;
}

int
upload_load(struct phone *p)
{
	char key[24];

	for (int k = 1; k < RECORD_KIND_COUNT; k++) {
		int64_t since =
		    journal_pending_since(p->journal, (enum record_kind)k);

		p->oldest_mono[k] =
		    since == 0 ? 0 : mono_since(p, since, 30 * DAY_MS);
		snprintf(key, sizeof key, "uploaded_%d", k);
		since = journal_get_int(p->journal, key, 0);
		p->uploaded_mono[k] = mono_since(p, since, 30 * DAY_MS);
	}
	p->changed = true;
	if (journal_in_flight(p->journal) > 0)
		upload_repeat_plan(p, false);
	return 0;
}

/* No answer: say the last SMS once more, with growing patience. */
void
upload_repeat_plan(struct phone *p, bool soon)
{
	static const int64_t soon_ms[] = { 10 * MINUTE_MS, HOUR_MS,
		6 * HOUR_MS };
	int64_t wait_ms = 36 * HOUR_MS
			  << (p->repeat_tries < 2 ? p->repeat_tries : 2);

	if (soon && p->repeat_tries < 3)
		wait_ms = soon_ms[p->repeat_tries];
	p->repeat_mono = phone_mono(p) + wait_ms;
}

/* ---- making transfers ---- */

static void
note_uploaded(struct phone *p, unsigned kinds)
{
	char key[24];

	for (int k = 1; k < RECORD_KIND_COUNT; k++) {
		if ((kinds >> k & 1) == 0)
			continue;
		p->uploaded_mono[k] = phone_mono(p);
		snprintf(key, sizeof key, "uploaded_%d", k);
		journal_set_int(p->journal, key, phone_now(p));
		if (journal_pending_since(p->journal, (enum record_kind)k) == 0)
			p->oldest_mono[k] = 0;
	}
}

/* Commit a transfer of this text that carries these records. */
static int
keep_transfer(struct phone *p, uint32_t number, const uint8_t *text, size_t len,
    struct record *const *records, size_t n)
{
	uint8_t sms[WIRE_SEGMENTS_MAX][WIRE_DATA_MAX];
	size_t sms_len[WIRE_SEGMENTS_MAX];
	struct journal *j = p->journal;
	int count = seal_transfer(
	    p->keys, false, number, text, len, phone_room(p), sms, sms_len);
	int err = 0;

	if (count == -1 || journal_begin(j) == -1)
		return -1;
	for (int i = 0; i < count; i++)
		err |= journal_frame_put(
		    j, number, (unsigned)i, sms[i], sms_len[i]);
	for (size_t i = 0; i < n; i++)
		err |= journal_taken(j, records[i], number);
	if (number == p->next_transfer)
		err |= journal_set_int(j, "next_transfer", (int64_t)number + 1);
	if (p->owner.version > 0)
		err |= journal_set_int(j, "owner_confirmed", p->owner.version);
	if (err != 0 || journal_end(j) == -1) {
		journal_abort(j);
		return -1;
	}
	if (number == p->next_transfer)
		p->next_transfer++;
	p->pong_mono = 0;
	p->user_refused = false;
	return count;
}

static size_t
put_preamble(const struct phone *p, enum pack_codec codec, bool ack_wanted,
    uint8_t out[static UPLOAD_PREAMBLE_MAX])
{
	const struct upload_preamble pre = {
		.codec = codec,
		.ack_wanted = ack_wanted,
		.user_refused = p->user_refused,
		.policy_applied = p->owner.version,
	};

	return upload_put(&pre, out);
}

int
upload_empty(struct phone *p, uint32_t transfer)
{
	uint8_t text[UPLOAD_PREAMBLE_MAX];
	size_t n = put_preamble(p, PACK_PLAIN, false, text);

	return keep_transfer(p, transfer, text, n, NULL, 0);
}

/*
 * The most records that fit n SMS, in whichever coding takes more of them.
 * Returns how many; text and *len are the transfer's.
 */
static size_t
fill(const struct phone *p, struct record *const *list, size_t count,
    size_t sms, bool ack_wanted, uint8_t *text, size_t *len)
{
	size_t room = seal_transfer_room(sms, phone_room(p));
	uint8_t try[WIRE_SEGMENTS_MAX * WIRE_SEGMENT_BODY_MAX];
	size_t best = 0;

	for (int c = PACK_PLAIN; c <= (int)p->codec; c++) {
		size_t head =
		    put_preamble(p, (enum pack_codec)c, ack_wanted, try);
		size_t body = 0;
		size_t n = pack_fill((enum pack_codec)c,
		    (const struct record *const *)list, count, try + head,
		    room - head, &body);

		if (n > best || (n == best && n > 0 && head + body < *len)) {
			best = n;
			*len = head + body;
			memcpy(text, try, *len);
		}
	}
	return best;
}

static bool
wants_ack(const struct phone *p, bool last)
{
	size_t frames = journal_frames(p->journal);

	return last || (frames > 0 && frames % ACK_AFTER < WIRE_SEGMENTS_MAX &&
			   frames >= ACK_AFTER);
}

/* One that fits no transfer may not stand before the others for ever. */
static int
set_aside(struct phone *p, const struct record *r, size_t *n)
{
	log_error("phone: %s %u is too large to be sent: it stays on the phone",
	    record_kind_name(record_kind(r)), record_id(r));
	*n = 1;
	return journal_too_large(p->journal, r);
}

/* One transfer from the pending records of these kinds.  How many records it
 * took, or -1.  one_sms: as many as fill one SMS. */
static int
make_transfer(struct phone *p, unsigned kinds, bool one_sms, bool ack)
{
	uint8_t text[WIRE_SEGMENTS_MAX * WIRE_SEGMENT_BODY_MAX];
	struct record **list = NULL;
	size_t count = 0, len = 0, n = 0, sms = 1;
	bool last;
	int made = -1;

	if (journal_pending(p->journal, kinds, LIST_MAX, &list, &count) == -1)
		return -1;
	/* The fewest SMS for all of it; else as many as one transfer has. */
	n = fill(p, list, count, 1, wants_ack(p, ack), text, &len);
	if (n < count && !one_sms) {
		sms = WIRE_SEGMENTS_MAX;
		n = fill(p, list, count, sms, false, text, &len);
		last = n == count && count < LIST_MAX;
		if (wants_ack(p, ack && last))
			n = fill(p, list, count, sms, true, text, &len);
	}
	if (n > 0)
		made = keep_transfer(p, p->next_transfer, text, len, list, n);
	else if (count > 0 && !one_sms)
		made = set_aside(p, list[0], &n);
	for (size_t i = 0; i < count; i++)
		record_free(list[i]);
	free(list);
	return made == -1 ? -1 : (int)n;
}

/* Would all that waits under FILL take more than one SMS? */
static bool
is_full(struct phone *p, unsigned kinds)
{
	uint8_t text[WIRE_SEGMENTS_MAX * WIRE_SEGMENT_BODY_MAX];
	struct record **list = NULL;
	size_t count = 0, len = 0, n;

	if (journal_pending(p->journal, kinds, 64, &list, &count) == -1)
		return false;
	n = fill(p, list, count, 1, false, text, &len);
	for (size_t i = 0; i < count; i++)
		record_free(list[i]);
	free(list);
	return n < count;
}

/* ---- when ---- */

struct due {
	unsigned all; /* kinds whose pending records go now, all of them */
	unsigned fill; /* kinds that wait until an SMS is full */
	int64_t next; /* when to look again */
};

static void
look_at_kind(const struct phone *p, int k, int64_t mono, struct due *d)
{
	int64_t at = 0;

	if (p->oldest_mono[k] == 0)
		return;
	switch (p->effective.kind[k].mode) {
	case POLICY_INHERIT:
	case POLICY_OFF:
		return;
	case POLICY_MANUAL:
		break;
	case POLICY_AT_ONCE:
		at = mono;
		break;
	case POLICY_INTERVAL:
		at = p->uploaded_mono[k] + interval_ms(p, k);
		break;
	case POLICY_FILL:
		at = p->oldest_mono[k] + interval_ms(p, k);
		d->fill |= 1u << k;
		break;
	}
	if (p->now || (at != 0 && at <= mono))
		d->all |= 1u << k;
	else
		phone_earlier(&d->next, at);
}

static void
make_due(struct phone *p, struct due *d)
{
	bool now = p->now;
	int made = 0;

	for (int k = 1; k < RECORD_KIND_COUNT; k++)
		look_at_kind(p, k, phone_mono(p), d);
	/* What waits for a full SMS goes along once its oldest is due. */
	if ((d->all & d->fill) != 0)
		d->all |= d->fill;
	p->now = false;
	while (d->all != 0 && journal_pending_count(p->journal, d->all) > 0 &&
	       (made = make_transfer(p, d->all, false, now)) > 0)
		;
	note_uploaded(p, d->all);
	if (d->all == 0 && p->changed && d->fill != 0)
		while (is_full(p, d->fill) &&
		       make_transfer(p, d->fill, true, false) > 0)
			note_uploaded(p, d->fill);
	p->changed = false;
	if (now && made >= 0 && journal_in_flight(p->journal) > 0) {
		p->repeat_tries = 0;
		upload_repeat_plan(p, true);
	}
}

/* ---- sending ---- */

static bool
day_is_spent(struct phone *p)
{
	int64_t day = phone_now(p) / DAY_MS;

	if (day != p->today) {
		p->today = day;
		p->sms_today = 0;
		journal_set_int(p->journal, "today", day);
		journal_set_int(p->journal, "sms_today", 0);
	}
	return p->effective.daily_sms > 0 &&
	       p->sms_today >= p->effective.daily_sms;
}

/* Hand over what waits, at the pace that is allowed. */
static void
send_waiting(struct phone *p, int64_t *next)
{
	uint8_t sms[WIRE_DATA_MAX];
	uint32_t transfer;
	unsigned index;
	size_t len, sent = 0;
	char text[48];

	while (
	    journal_frame_next(p->journal, &transfer, &index, sms, &len) == 1) {
		int64_t free_at = p->paced[p->paced_at] + p->pace_ms;

		if (day_is_spent(p)) {
			phone_earlier(next, phone_mono(p) + HOUR_MS);
			break;
		}
		if (free_at > phone_mono(p)) {
			phone_earlier(next, free_at);
			break;
		}
		if (phone_send(p, sms, len) == -1) {
			phone_earlier(next, phone_mono(p) + RETRY_MS);
			break;
		}
		journal_frame_sent(p->journal, transfer, index);
		journal_set_int(p->journal, "sms_today", ++p->sms_today);
		sent++;
	}
	if (sent > 0 && p->repeat_mono == 0)
		upload_repeat_plan(p, false);
	if (sent > 0) {
		snprintf(text, sizeof text, "%zu SMS", sent);
		phone_tell(p, PHONE_N_UPLOADED, text);
	}
}

static void
repeat_last(struct phone *p)
{
	p->repeat_mono = 0;
	if (journal_in_flight(p->journal) == 0)
		return;
	if (journal_frames_waiting(p->journal) == 0) {
		journal_last_again(p->journal);
		p->repeat_tries++;
	}
	upload_repeat_plan(p, p->repeat_tries < 3);
}

void
upload_tick(struct phone *p, int64_t *next)
{
	struct due d = { 0 };
	int64_t mono = phone_mono(p);

	make_due(p, &d);
	if (p->pong_mono != 0 && mono >= p->pong_mono) {
		p->pong_mono = 0;
		upload_empty(p, p->next_transfer);
	}
	if (p->repeat_mono != 0 && mono >= p->repeat_mono)
		repeat_last(p);
	send_waiting(p, next);
	phone_earlier(next, d.next);
	phone_earlier(next, p->pong_mono);
	phone_earlier(next, p->repeat_mono);
}
