/*
 * What a preamble says beside the records: the proof of completeness, what
 * came down, lost mode, wipe and receipts.
 *
 * What always holds: an entry counts as said once the transfer that carries it
 * is committed, since that one arrives, however often it must be repeated.
 */
#include <string.h>

#include "be.h"
#include "phone_internal.h"

#define STATE_EVERY (DAY_MS - HOUR_MS) /* once a day, where there is room */
#define STATE_PATIENCE (3 * DAY_MS) /* then it is worth its octets */

static uint32_t
mark_of(void *ctx, const struct record *r)
{
	uint8_t octets[RECORD_STORED_MAX];

	return seal_mark(ctx, octets, record_encode(r, octets, sizeof octets));
}

int
entries_load(struct phone *p)
{
	int64_t said = journal_get_int(p->journal, "state_said", 0);
	int64_t age = phone_now(p) - said;

	/* A clock that jumped says nothing: then it is said a day later. */
	if (age < 0)
		age = 0;
	if (age > 2 * DAY_MS)
		age = 2 * DAY_MS;
	p->state_mono = phone_mono(p) - age;
	return journal_mark_unmarked(p->journal, mark_of, p->keys);
}

bool
entries_state_must(const struct phone *p)
{
	return p->state_asked ||
	       phone_mono(p) - p->state_mono >= STATE_PATIENCE;
}

bool
entries_state_is_due(const struct phone *p)
{
	return p->state_asked || phone_mono(p) - p->state_mono >= STATE_EVERY;
}

static void
add_state(
    const struct phone *p, enum record_kind kind, struct upload_preamble *pre)
{
	struct upload_state *s = &pre->state[pre->states++];

	s->kind = (uint8_t)kind;
	journal_sum(p->journal, kind, -1, &s->count, &s->mark);
}

void
entries_state(const struct phone *p, struct upload_preamble *pre)
{
	pre->states = 0;
	/* Beside its buckets only the kind that was asked for. */
	if (pre->bucket_kind != 0) {
		add_state(p, (enum record_kind)pre->bucket_kind, pre);
		return;
	}
	for (int k = 1; k < RECORD_KIND_COUNT; k++)
		if (journal_ever(p->journal, (enum record_kind)k))
			add_state(p, (enum record_kind)k, pre);
}

static void
add_buckets(const struct phone *p, struct upload_preamble *pre)
{
	pre->bucket_kind = p->bucket_kind;
	for (int b = 0; b < UPLOAD_BUCKETS; b++)
		journal_sum(p->journal, (enum record_kind)p->bucket_kind, b,
		    &pre->bucket[b].count, &pre->bucket[b].mark);
}

void
entries_fill(const struct phone *p, struct upload_preamble *pre)
{
	struct journal_restore r;

	if (p->bucket_kind != 0)
		add_buckets(p, pre);
	if (p->down_unsaid) {
		pre->has_down = true;
		restore_down(p, &pre->down);
		if (p->down_unread == p->down_next)
			pre->down_unread = p->down_unread;
	}
	if (p->lost.version != p->lost_said) {
		pre->has_lost = true;
		pre->lost_applied = p->lost.version;
	}
	if (policy_wait_min(&p->effective) != p->wait_said) {
		pre->has_wait = true;
		pre->wait_min = policy_wait_min(&p->effective);
	}
	if (p->wipe_say != WIRE_WIPE_NONE) {
		pre->wipe = p->wipe_say;
		pre->wipe_nonce = p->wipe_nonce;
	}
	if (journal_restore_untold(p->journal, &r)) {
		pre->receipt = r.id;
		pre->applied = r.applied;
		pre->present = r.present;
		pre->failed = r.failed;
		pre->receipt_mark = r.mark;
	}
}

int
entries_keep(struct phone *p, const struct upload_preamble *pre)
{
	struct journal *j = p->journal;
	int err = 0;

	if (pre->states > 0)
		err |= journal_set_int(j, "state_said", phone_now(p));
	if (pre->has_lost)
		err |= journal_set_int(j, "lost_said", pre->lost_applied);
	if (pre->has_wait)
		err |= journal_set_int(j, "wait_said", pre->wait_min);
	if (pre->has_down)
		err |= journal_set_int(j, "down_unsaid", 0);
	if (pre->wipe != WIRE_WIPE_NONE)
		err |= journal_set_int(j, "wipe_say", WIRE_WIPE_NONE);
	if (pre->receipt != 0)
		err |= journal_restore_told(j, pre->receipt);
	if (pre->base_first != 0)
		err |= journal_set_int(j, "base_unsaid", 0);
	return err;
}

void
entries_kept(struct phone *p, const struct upload_preamble *pre)
{
	if (pre->states > 0) {
		p->state_mono = phone_mono(p);
		p->state_asked = false;
	}
	if (pre->bucket_kind != 0)
		p->bucket_kind = 0;
	if (pre->has_lost)
		p->lost_said = pre->lost_applied;
	if (pre->has_wait)
		p->wait_said = pre->wait_min;
	if (pre->has_down) {
		p->down_unsaid = false;
		p->down_mono = 0;
	}
	if (pre->wipe != WIRE_WIPE_NONE)
		p->wipe_say = WIRE_WIPE_NONE;
}

/* ---- how long it may be silent ---- */

/*
 * The service warns an owner whose phone is silent for longer than it may be,
 * and that is by the policy in force on the phone, of which it knows the
 * owner's part alone.  So it is told the one figure that it needs, three octets
 * or four on an upload, when that changes: an SMS of its own only where the
 * user's settings changed and nothing else went for an hour.
 */
void
entries_wait_load(struct phone *p)
{
	p->wait_said = (uint32_t)journal_get_int(
	    p->journal, "wait_said", POLICY_WAIT_DEFAULT);
}

void
entries_wait_tick(struct phone *p, int64_t *next)
{
	if (policy_wait_min(&p->effective) == p->wait_said) {
		p->wait_mono = 0;
		return;
	}
	if (p->wait_mono != 0 && phone_mono(p) >= p->wait_mono)
		upload_plan(p, 0, false);
	if (p->wait_mono == 0 || phone_mono(p) >= p->wait_mono)
		p->wait_mono = phone_mono(p) + HOUR_MS;
	phone_earlier(next, p->wait_mono);
}

/* ---- what the service asks ---- */

void
entries_take_state(struct phone *p, const struct wire_control *c)
{
	if (c->args_len != 1 || c->args[0] == 0 ||
	    c->args[0] >= RECORD_KIND_COUNT)
		return;
	p->bucket_kind = c->args[0];
	p->state_asked = true;
	upload_plan(p, 0, true);
}

void
entries_take_again(struct phone *p, const struct wire_control *c)
{
	enum record_kind kind;

	if (c->args_len != 3 || c->args[0] == 0 ||
	    c->args[0] >= RECORD_KIND_COUNT)
		return;
	kind = (enum record_kind)c->args[0];
	if (journal_again(p->journal, kind, (uint16_t)be_get16(c->args + 1),
		phone_now(p)) == -1)
		return;
	upload_noticed(p, kind);
	p->again |= 1u << kind;
	/* With them goes what the phone says now, to be compared again. */
	p->state_asked = true;
	upload_plan(p, MINUTE_MS / 2, false);
}
