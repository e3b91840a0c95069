/*
 * When something goes up, and the handing over to the radio.
 *
 * Intervals run on the monotonic clock: a wall clock that jumps neither stops
 * uploads nor floods.
 */
#include <stdio.h>

#include "phone_internal.h"

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
	       (made = transfer_records(p, d->all, false, now)) > 0)
		;
	note_uploaded(p, d->all);
	if (d->all == 0 && p->changed && d->fill != 0)
		while (transfer_is_full(p, d->fill) &&
		       transfer_records(p, d->fill, true, false) > 0)
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

	while (journal_frame_next(
		   p->journal, false, &transfer, &index, sms, &len) == 1) {
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
		transfer_empty(p, p->next_transfer);
	}
	if (p->repeat_mono != 0 && mono >= p->repeat_mono)
		repeat_last(p);
	send_waiting(p, next);
	phone_earlier(next, d.next);
	phone_earlier(next, p->pong_mono);
	phone_earlier(next, p->repeat_mono);
}
