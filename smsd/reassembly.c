#include "reassembly.h"

#include <string.h>

#define MINUTE_MS 60000LL
#define DAY_MS (24 * 60 * MINUTE_MS)

const struct reassembly_timing reassembly_timing_default = {
	.quiet_ms = 10 * MINUTE_MS,
	.ack_sms = 16,
	.ack_every_ms = DAY_MS,
	.ack_latest_ms = 14 * DAY_MS,
	.again_ms = 60 * MINUTE_MS,
};

/* Bits 0 to last. */
static uint16_t
mask_to(int last)
{
	return (uint16_t)((2u << last) - 1);
}

bool
reassembly_whole(const struct reassembly *r)
{
	return r->last >= 0 && r->have == mask_to(r->last);
}

enum reassembly_step
reassembly_add(struct reassembly *r, unsigned index, bool last)
{
	uint16_t bit = (uint16_t)(1u << index);

	if (r->last >= 0 &&
	    ((int)index > r->last || last != ((int)index == r->last)))
		return REASSEMBLY_CONFLICT;
	/* A last one below what is already here cannot be. */
	if (last && (r->have & ~mask_to((int)index)) != 0)
		return REASSEMBLY_CONFLICT;
	if ((r->have & bit) != 0)
		return REASSEMBLY_DUPLICATE;
	r->have |= bit;
	if (last)
		r->last = (int)index;
	return reassembly_whole(r) ? REASSEMBLY_WHOLE : REASSEMBLY_NEW;
}

uint16_t
reassembly_wanted(const struct reassembly *r)
{
	uint16_t all = r->last >= 0 ? mask_to(r->last) : 0xffff;

	return all & (uint16_t)~r->have;
}

/* Where an ACK would name it: below WIRE_ACK_TRANSFERS, or it cannot. */
static uint32_t
place(const struct reassembly_phone *p, const struct reassembly_open *o)
{
	return o->transfer - p->cumulative - 1;
}

/* Since anything of it came, or was asked for. */
static int64_t
quiet_ms(const struct reassembly_open *o, int64_t now_ms)
{
	return now_ms - (o->asked_at_ms > o->last_at_ms ? o->asked_at_ms
							: o->last_at_ms);
}

/*
 * A phone that asks is there: its next question need not wait.  Whoever has
 * heard a phone can say the same again, and may not run up its owner's bill.
 */
static bool
comes_forward(const struct reassembly_phone *p,
    const struct reassembly_timing *t, int64_t now_ms)
{
	int64_t since_ms = now_ms - p->acked_at_ms;

	return (p->ack_asked && since_ms >= t->quiet_ms) ||
	       (p->ack_wanted && since_ms >= t->again_ms);
}

/*
 * May this transfer's gaps be asked for?  Three times with growing patience;
 * after that once a day, and only if the phone was heard since: asking one
 * that is switched off costs money and brings nothing.
 */
static bool
ask_due(const struct reassembly_open *o, const struct reassembly_phone *p,
    const struct reassembly_timing *t, int64_t now_ms)
{
	static const int64_t factor[REASSEMBLY_ASKS_MAX] = { 1, 12, 72 };

	/* What is not quiet is not named: it would be due at every look. */
	if (o->done || quiet_ms(o, now_ms) < t->quiet_ms)
		return false;
	if (comes_forward(p, t, now_ms))
		return true;
	if (o->asked >= REASSEMBLY_ASKS_MAX)
		return p->heard_ms > o->asked_at_ms &&
		       now_ms - o->asked_at_ms >= DAY_MS;
	return quiet_ms(o, now_ms) >= factor[o->asked] * t->quiet_ms;
}

/* An answer although nothing is missing, or nothing may be asked yet. */
static bool
answer_due(const struct reassembly_phone *p, bool gaps,
    const struct reassembly_timing *t, int64_t now_ms)
{
	int64_t since_ms = now_ms - p->acked_at_ms;

	/*
	 * The same answer again is rare: whoever replays what a phone once
	 * said may not run up the owner's bill.
	 */
	if (p->ack_wanted && !gaps && p->cumulative == p->acked)
		return since_ms >= t->again_ms;
	if (p->ack_wanted && !gaps)
		return true;
	if (p->cumulative == p->acked)
		return false;
	if (p->sms_since_ack >= t->ack_sms && since_ms >= t->ack_every_ms)
		return true;
	return since_ms >= t->ack_latest_ms;
}

bool
reassembly_due(const struct reassembly_phone *p,
    const struct reassembly_open *open, size_t n,
    const struct reassembly_timing *t, int64_t now_ms, struct wire_ack *out,
    enum reassembly_ask *asks)
{
	bool gaps = false, ask = false;

	memset(asks, 0, n * sizeof *asks);
	for (size_t i = 0; i < n; i++) {
		gaps = gaps || !open[i].done;
		ask = ask || (place(p, &open[i]) < WIRE_ACK_TRANSFERS &&
				 ask_due(&open[i], p, t, now_ms));
	}
	if (!ask && !answer_due(p, gaps, t, now_ms))
		return false;
	*out = (struct wire_ack){
		.cumulative = p->cumulative,
		.policy_version = p->policy_version,
	};
	/*
	 * Once one gap may be asked for, name all that are quiet: the SMS costs
	 * the same.  That is none of the questions of those others.
	 */
	for (size_t i = 0; ask && i < n; i++) {
		uint32_t at = place(p, &open[i]);

		if (at >= WIRE_ACK_TRANSFERS)
			break;
		if (open[i].done || quiet_ms(&open[i], now_ms) < t->quiet_ms)
			continue;
		out->wanted[at] = reassembly_wanted(&open[i].state);
		out->count = at + 1;
		asks[i] = ask_due(&open[i], p, t, now_ms) ? REASSEMBLY_ASKED
							  : REASSEMBLY_NAMED;
	}
	return true;
}
