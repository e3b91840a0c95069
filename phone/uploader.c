/*
 * When something goes up, and the handing over to the radio.
 *
 * Intervals run on the monotonic clock: a wall clock that jumps neither stops
 * uploads nor floods.
 */
#include <stdio.h>
#include <string.h>

#include "phone_internal.h"

#define RETRY_MS 5000 /* the radio did not take it */
#define LOOK_MS (10 * MINUTE_MS) /* roaming may have ended unnoticed */

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

	memset(p->oldest_mono, 0, sizeof p->oldest_mono);
	upload_refresh(p);
	for (int k = 1; k < RECORD_KIND_COUNT; k++) {
		snprintf(key, sizeof key, "uploaded_%d", k);
		p->uploaded_mono[k] = mono_since(
		    p, journal_get_int(p->journal, key, 0), 30 * DAY_MS);
	}
	p->now = journal_get_int(p->journal, "now", 0) != 0;
	entries_wait_load(p);
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

	p->repeat_soon = soon && p->repeat_tries < 3;
	if (p->repeat_soon)
		wait_ms = soon_ms[p->repeat_tries];
	p->repeat_mono = phone_mono(p) + wait_ms;
}

void
upload_plan(struct phone *p, int64_t in_ms, bool urgent)
{
	int64_t at = phone_mono(p) + in_ms;

	if (p->pong_mono == 0 || at < p->pong_mono)
		p->pong_mono = at;
	p->pong_urgent = p->pong_urgent || urgent;
}

void
upload_noticed(struct phone *p, enum record_kind kind)
{
	p->changed = true;
	if (p->oldest_mono[kind] == 0)
		p->oldest_mono[kind] = phone_mono(p);
}

void
upload_refresh(struct phone *p)
{
	for (int k = 1; k < RECORD_KIND_COUNT; k++) {
		int64_t since =
		    journal_pending_since(p->journal, (enum record_kind)k);

		if (since == 0)
			p->oldest_mono[k] = 0;
		else if (p->oldest_mono[k] == 0)
			p->oldest_mono[k] = mono_since(p, since, 30 * DAY_MS);
	}
	p->changed = true;
}

static void
set_now(struct phone *p, bool now)
{
	if (p->now != now)
		journal_set_int(p->journal, "now", now);
	p->now = now;
}

enum phone_err
phone_upload_now(struct phone *p)
{
	if (p->state != PHONE_BOUND)
		return PHONE_E_STATE;
	set_now(p, true);
	return PHONE_OK;
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

/* ---- may it send at all? ---- */

static int64_t
local_minutes(const struct phone *p)
{
	int64_t offset = p->host.utc_offset_min != NULL
			     ? p->host.utc_offset_min(p->host.ctx)
			     : 0;
	int64_t minute = phone_now(p) / MINUTE_MS + offset;

	return minute > 0 ? minute : 0;
}

static bool
day_is_spent(struct phone *p)
{
	int64_t day = local_minutes(p) / 1440;

	if (day != p->today) {
		p->today = day;
		p->sms_today = 0;
		journal_set_int(p->journal, "today", day);
		journal_set_int(p->journal, "sms_today", 0);
	}
	return p->effective.daily_sms > 0 &&
	       p->sms_today >= p->effective.daily_sms;
}

/* False in quiet hours, while roaming, and when the day's SMS are spent;
 * *next is when to look again. */
static bool
is_open(struct phone *p, int64_t *next)
{
	unsigned quiet = policy_quiet_left(
	    &p->effective, (unsigned)(local_minutes(p) % 1440));

	if (quiet > 0) {
		/* The clock may be set meanwhile: look now and then. */
		int64_t left = quiet * MINUTE_MS - phone_now(p) % MINUTE_MS;

		phone_earlier(
		    next, phone_mono(p) + (left < HOUR_MS ? left : HOUR_MS));
		return false;
	}
	if (p->effective.roaming != POLICY_YES && p->host.roaming != NULL &&
	    p->host.roaming(p->host.ctx)) {
		phone_earlier(next, phone_mono(p) + LOOK_MS);
		return false;
	}
	if (day_is_spent(p)) {
		phone_earlier(next, phone_mono(p) + HOUR_MS);
		return false;
	}
	return true;
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
	enum policy_mode mode = p->effective.kind[k].mode;
	int64_t at = 0;

	if (p->oldest_mono[k] == 0)
		return;
	/* Which SIM is in it is said whatever the policy says. */
	if (k == RECORD_SIM)
		mode = POLICY_AT_ONCE;
	/* And where it is, when its owner has asked. */
	if (k == RECORD_LOCATION && (p->again >> k & 1) != 0)
		mode = POLICY_AT_ONCE;
	switch (mode) {
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
	if (p->now || (p->again >> k & 1) != 0 || (at != 0 && at <= mono))
		d->all |= 1u << k;
	else
		phone_earlier(&d->next, at);
}

static void
look(const struct phone *p, struct due *d)
{
	*d = (struct due){ 0 };
	for (int k = 1; k < RECORD_KIND_COUNT; k++)
		look_at_kind(p, k, phone_mono(p), d);
	/* What waits for a full SMS goes along once its oldest is due. */
	if ((d->all & d->fill) != 0)
		d->all |= d->fill;
}

/* Kinds of which a few may ride along in an SMS that goes anyway. */
static unsigned
riders(const struct phone *p)
{
	unsigned kinds = 0;

	for (int k = 1; k < RECORD_KIND_COUNT; k++)
		if (p->effective.kind[k].mode > POLICY_MANUAL)
			kinds |= 1u << k;
	return kinds;
}

/* When the last SMS was handed over; long ago: not since it was opened. */
static int64_t
last_sent_mono(const struct phone *p)
{
	return p->paced[(p->paced_at + p->pace_sms - 1) % p->pace_sms];
}

/* All that its user has asked for is on its way: an answer is expected.  The
 * longer ago the last of it was sent, the sooner it is said again. */
static void
now_is_done(struct phone *p)
{
	int64_t since_ms = phone_mono(p) - last_sent_mono(p);

	set_now(p, false);
	if (journal_in_flight(p->journal) == 0)
		return;
	p->repeat_tries = 0;
	upload_repeat_plan(p, true);
	p->repeat_mono -= since_ms;
	if (p->repeat_mono < phone_mono(p))
		p->repeat_mono = phone_mono(p);
}

/* One transfer of what is due; false: nothing is, or it failed. */
static bool
make_next(struct phone *p, struct due *d)
{
	int made;

	look(p, d);
	if (d->all != 0 && journal_pending_count(p->journal, d->all) > 0) {
		made = transfer_records(
		    p, d->all, false, p->now && !files_waiting(p));
		if (journal_pending_count(p->journal, d->all) == 0)
			note_uploaded(p, d->all);
		return made > 0;
	}
	if (d->all != 0) {
		note_uploaded(p, d->all);
		p->again &= ~d->all;
	}
	if (p->changed && d->fill != 0 && transfer_is_full(p, d->fill)) {
		made = transfer_records(p, d->fill, true, false);
		note_uploaded(p, d->fill);
		return made > 0;
	}
	p->changed = false;
	if ((made = files_transfer(p)) == 0 && p->now)
		now_is_done(p);
	return made > 0;
}

/* ---- sending ---- */

static bool
next_frame(struct phone *p, bool urgent, uint32_t *transfer, unsigned *index,
    uint8_t *sms, size_t *len)
{
	return journal_frame_next(
		   p->journal, urgent, transfer, index, sms, len) == 1;
}

/* Hand over what waits, at the pace that is allowed.  How many were. */
static size_t
send_waiting(struct phone *p, bool open, int64_t *next)
{
	uint8_t sms[WIRE_DATA_MAX];
	uint32_t transfer;
	unsigned index;
	size_t len, sent = 0;

	for (;; sent++) {
		bool urgent = next_frame(p, true, &transfer, &index, sms, &len);
		int64_t free_at = p->paced[p->paced_at] + p->pace_ms;

		if (!urgent && (!open || !next_frame(p, false, &transfer,
					     &index, sms, &len)))
			break;
		if (!urgent && day_is_spent(p)) {
			phone_earlier(next, phone_mono(p) + HOUR_MS);
			break;
		}
		if (!urgent && free_at > phone_mono(p)) {
			phone_earlier(next, free_at);
			break;
		}
		if (phone_send(p, p->service_number, sms, len) == -1) {
			phone_earlier(next, phone_mono(p) + RETRY_MS);
			break;
		}
		journal_frame_sent(p->journal, transfer, index);
		journal_set_int(p->journal, "sms_today", ++p->sms_today);
	}
	return sent;
}

static void
tell_sent(struct phone *p, size_t sent)
{
	char text[48];

	if (sent == 0)
		return;
	if (p->repeat_mono == 0)
		upload_repeat_plan(p, false);
	snprintf(text, sizeof text, "%zu SMS", sent);
	phone_tell(p, PHONE_N_UPLOADED, text);
}

/* What is new shows what was lost before it: as long as something is, the last
 * SMS need not be said again. */
static void
put_off_repeat(struct phone *p)
{
	if (p->repeat_soon)
		return;
	p->repeat_tries = 0;
	upload_repeat_plan(p, false);
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
	upload_repeat_plan(p, p->repeat_soon);
}

/*
 * Transfers are made one by one, as the radio takes them: what comes meanwhile
 * and is worth more goes first, and what waits is packed together.
 */
void
upload_tick(struct phone *p, int64_t *next)
{
	struct due d = { 0 };
	bool open = is_open(p, next);
	size_t sent = 0;
	bool more;

	transfer_sim(p);
	entries_wait_tick(p, next);
	if (p->repeat_mono != 0 && phone_mono(p) >= p->repeat_mono)
		repeat_last(p);
	do {
		sent += send_waiting(p, open, next);
		open = open && journal_frames_waiting(p->journal) == 0;
		if ((more = open && make_next(p, &d)))
			put_off_repeat(p);
	} while (more);
	if (p->pong_mono != 0 && phone_mono(p) >= p->pong_mono &&
	    (open || p->pong_urgent)) {
		transfer_answer(p, riders(p), p->pong_urgent);
		upload_refresh(p);
		sent += send_waiting(p, is_open(p, next), next);
	}
	tell_sent(p, sent);
	phone_earlier(next, d.next);
	if (open || p->pong_urgent)
		phone_earlier(next, p->pong_mono);
	phone_earlier(next, p->repeat_mono);
}
