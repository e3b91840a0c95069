/*
 * What the gateway says to a bound phone.
 */
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "phone_internal.h"
#include "utf8.h"

#define WINDOW 64
/* A clock before this was never set: not_after cannot be judged by it. */
#define PLAUSIBLE_S 1700000000u

/* Was this number seen, or is it too old to tell?  Notes it down. */
static bool
is_replay(struct phone *p, uint32_t sequence)
{
	uint32_t back;

	if (sequence > p->control_high) {
		back = sequence - p->control_high;
		p->control_seen =
		    back >= WINDOW ? 1 : p->control_seen << back | 1;
		p->control_high = sequence;
	} else {
		back = p->control_high - sequence;
		if (back >= WINDOW || (p->control_seen >> back & 1) != 0)
			return true;
		p->control_seen |= (uint64_t)1 << back;
	}
	journal_set_int(p->journal, "control_high", p->control_high);
	journal_set_int(p->journal, "control_seen", (int64_t)p->control_seen);
	return false;
}

/* What is full state with a version does no harm late, and must be obeyed by a
 * phone whose clock somebody has set years ahead. */
static bool
is_late(const struct phone *p, const struct wire_control *c)
{
	int64_t now_s = phone_now(p) / 1000;

	return c->command != WIRE_CMD_POLICY && c->command != WIRE_CMD_LOST &&
	       c->not_after != 0 && now_s > PLAUSIBLE_S && now_s > c->not_after;
}

static void
take_policy(struct phone *p, const struct wire_control *c)
{
	struct policy got;

	if (c->policy_version <= p->owner.version)
		return; /* stale: full state, so it can do no harm */
	if (c->args_len > WIRE_POLICY_MAX ||
	    policy_decode(c->args, c->args_len, c->policy_version, &got) ==
		-1) {
		log_warn("phone: policy %u cannot be read: ignored",
		    c->policy_version);
		return;
	}
	if (journal_begin(p->journal) == -1)
		return;
	if ((journal_set(p->journal, "owner_policy", c->args, c->args_len) |
		journal_set_int(
		    p->journal, "owner_version", c->policy_version)) != 0 ||
	    journal_end(p->journal) == -1) {
		journal_abort(p->journal);
		return;
	}
	p->owner = got;
	phone_settle_policy(p);
	/* The next upload confirms it; if none is due, an empty one does. */
	upload_plan(p, MINUTE_MS / 2, false);
	phone_tell(p, PHONE_N_POLICY, "");
}

static void
take_refused(struct phone *p, const struct wire_control *c)
{
	if (p->unconfirmed && c->args_len == 1)
		bind_undo(p, bind_why_refused(c));
}

static void
take_text(struct phone *p, const struct wire_control *c)
{
	char text[WIRE_CONTROL_ARGS_MAX + 1];

	if (!utf8_line((const char *)c->args, c->args_len))
		return;
	memcpy(text, c->args, c->args_len);
	text[c->args_len] = '\0';
	phone_tell(p, PHONE_N_TEXT, text);
}

static void
take_control(struct phone *p, const struct wire_control *c)
{
	if (is_late(p, c)) {
		log_info("phone: a command came too late: ignored");
		return;
	}
	if (c->command != WIRE_CMD_REFUSED)
		bind_confirmed(p);
	switch (c->command) {
	case WIRE_CMD_PING:
		upload_plan(p, 0, true);
		return;
	case WIRE_CMD_POLICY:
		take_policy(p, c);
		return;
	case WIRE_CMD_UPLOAD:
		phone_upload_now(p);
		return;
	case WIRE_CMD_UNBIND:
		bind_undo(p, NULL);
		return;
	case WIRE_CMD_REFUSED:
		take_refused(p, c);
		return;
	case WIRE_CMD_RING:
		if (c->args_len == 1 && c->args[0] >= 1 && c->args[0] <= 60 &&
		    p->host.ring != NULL)
			p->host.ring(p->host.ctx, 10u * c->args[0]);
		return;
	case WIRE_CMD_TEXT:
		take_text(p, c);
		return;
	case WIRE_CMD_STATE:
		entries_take_state(p, c);
		return;
	case WIRE_CMD_AGAIN:
		entries_take_again(p, c);
		return;
	case WIRE_CMD_LOST:
		lostmode_take(p, c);
		return;
	case WIRE_CMD_WIPE:
		lostmode_take_wipe(p, c);
		return;
	case WIRE_CMD_LOCATE:
		lostmode_locate(p);
		return;
	case WIRE_CMD_RECODE:
		base_take_recode(p, c);
		return;
	}
	log_warn("phone: command %u is not one of this version: ignored",
	    (unsigned)c->command);
}

/* Send again what is asked for; a number of which nothing is left is filled.
 * overtaken: something later has come before it. */
static void
take_wanted(struct phone *p, const struct wire_ack *a, bool overtaken)
{
	for (size_t i = 0; i < a->count; i++) {
		uint32_t transfer = a->cumulative + 1 + (uint32_t)i;

		if (a->wanted[i] == 0 || transfer >= p->next_transfer ||
		    (overtaken && transfer <= p->acked))
			continue;
		if (journal_frame_again(p->journal, transfer, a->wanted[i]) ==
		    0)
			transfer_filler(p, transfer);
	}
}

static void
take_ack(struct phone *p, const struct wire_ack *a, bool overtaken)
{
	size_t before = journal_in_flight(p->journal);
	bool newer = a->cumulative > p->acked;

	bind_confirmed(p);
	if (a->cumulative >= p->next_transfer)
		return; /* of another life of this phone */
	if (journal_begin(p->journal) == -1)
		return;
	if (journal_acked(p->journal, a->cumulative) == -1 ||
	    (newer &&
		journal_set_int(p->journal, "acked", a->cumulative) == -1) ||
	    journal_set_int(p->journal, "last_ack_ms", phone_now(p)) == -1 ||
	    journal_end(p->journal) == -1) {
		journal_abort(p->journal);
		return;
	}
	if (newer)
		base_acked(p, a->cumulative);
	p->last_ack_ms = phone_now(p);
	p->changed = true; /* there may be room for pieces of files */
	take_wanted(p, a, overtaken);
	p->repeat_tries = 0;
	if (journal_in_flight(p->journal) == 0) {
		p->repeat_mono = 0;
		if (before > 0)
			phone_tell(p, PHONE_N_ACKED, "");
	} else {
		upload_repeat_plan(p, false);
	}
}

void
control_receive(struct phone *p, const struct wire_frame *f)
{
	uint8_t plain[WIRE_DATA_MAX];
	struct wire_control c;
	struct wire_ack a;

	bind_control(p, f);
	if (p->keys == NULL || p->state != PHONE_BOUND ||
	    seal_control_open(p->keys, f, plain) != SEAL_OK)
		return;
	if (is_replay(p, f->sequence))
		return;
	if (f->type == WIRE_ACK) {
		if (wire_ack_decode(plain, f->body_len, &a) == WIRE_OK)
			take_ack(p, &a, f->sequence < p->control_high);
	} else if (wire_control_decode(plain, f->body_len, &c) == WIRE_OK) {
		take_control(p, &c);
	}
}
