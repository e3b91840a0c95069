#include "phone.h"

#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "phone_internal.h"

#define PACE_SMS 30 /* what Android lets an app send without asking */
#define PACE_MS (30 * MINUTE_MS)

const char *
phone_strerror(enum phone_err err)
{
	switch (err) {
	case PHONE_OK:
		return "no error";
	case PHONE_E_CODE:
		return "that is not a binding code: 16 letters and digits, "
		       "as the page shows it";
	case PHONE_E_STATE:
		return "the phone is not in a state for that";
	case PHONE_E_LOCKED:
		return "the owner has locked the settings of this phone";
	case PHONE_E_INVALID:
		return "out of range";
	case PHONE_E_FAILED:
		return "the journal failed";
	}
	return "unrecognized error";
}

void
phone_tell(struct phone *p, enum phone_notice what, const char *detail)
{
	if (p->host.tell != NULL)
		p->host.tell(p->host.ctx, what, detail);
}

static bool
wants(void *ctx, const struct record *r)
{
	return policy_wants(ctx, r);
}

void
phone_settle_policy(struct phone *p)
{
	policy_effective(
	    p->owner.version > 0 ? &p->owner : NULL, &p->own, &p->effective);
	if (p->lost.on)
		policy_lost(&p->effective);
	/* What a filter kept here may go now, or the other way round. */
	journal_hold_all(p->journal, wants, &p->effective);
	upload_refresh(p);
}

static void
load_policy(
    struct phone *p, const char *key, uint32_t version, struct policy *out)
{
	uint8_t octets[WIRE_POLICY_MAX];
	size_t n = journal_get(p->journal, key, octets, sizeof octets);

	memset(out, 0, sizeof *out);
	if (n > 0 && policy_decode(octets, n, version, out) == -1)
		log_warn("phone: the stored policy cannot be read: ignored");
}

static int
load(struct phone *p)
{
	struct journal *j = p->journal;

	load_policy(p, "own_policy", 0, &p->own);
	load_policy(p, "owner_policy",
	    (uint32_t)journal_get_int(j, "owner_version", 0), &p->owner);
	p->next_transfer = (uint32_t)journal_get_int(j, "next_transfer", 1);
	p->control_high = (uint32_t)journal_get_int(j, "control_high", 0);
	p->control_seen = (uint64_t)journal_get_int(j, "control_seen", 0);
	p->last_ack_ms = journal_get_int(j, "last_ack_ms", 0);
	p->sms_sent = (uint64_t)journal_get_int(j, "sms_sent", 0);
	p->sms_received = (uint64_t)journal_get_int(j, "sms_received", 0);
	p->today = journal_get_int(j, "today", 0);
	p->sms_today = (uint32_t)journal_get_int(j, "sms_today", 0);
	lostmode_load(p);
	phone_settle_policy(p);
	restore_load(p);
	base_load(p);
	if (p->owner.version > 0 &&
	    journal_get_int(j, "owner_confirmed", 0) != p->owner.version)
		upload_plan(p, MINUTE_MS / 2, false);
	if (bind_load(p) == -1 || upload_load(p) == -1)
		return -1;
	return p->keys != NULL ? entries_load(p) : 0;
}

void
phone_erased(struct phone *p)
{
	struct phone fresh = { .host = p->host,
		.journal = p->journal,
		.who = p->who,
		.pace_sms = p->pace_sms,
		.pace_ms = p->pace_ms,
		.paced = p->paced,
		.paced_at = p->paced_at };

	if (journal_wipe(p->journal) == -1)
		return; /* tried again at the next tick */
	seal_phone_free(p->keys);
	seal_phone_free(p->new_keys);
	base_free(p);
	*p = fresh;
	load(p);
	phone_tell(p, PHONE_N_UNBOUND, "wiped");
}

static char *
copy(const char *text)
{
	return text != NULL ? strdup(text) : NULL;
}

struct phone *
phone_open(const char *journal, const struct phone_host *host,
    const struct phone_identity *who)
{
	struct phone *p = calloc(1, sizeof *p);

	if (p == NULL) {
		log_error("cannot allocate a phone: %m");
		return NULL;
	}
	p->host = *host;
	p->who = *who;
	p->who.device_id = copy(who->device_id);
	p->who.sim_id = copy(who->sim_id);
	p->who.name = copy(who->name);
	phone_set_pace(p, PACE_SMS, PACE_MS);
	if (p->who.device_id == NULL || p->who.name == NULL ||
	    p->paced == NULL || (p->journal = journal_open(journal)) == NULL ||
	    load(p) == -1) {
		phone_close(p);
		return NULL;
	}
	return p;
}

void
phone_close(struct phone *p)
{
	if (p == NULL)
		return;
	seal_phone_free(p->keys);
	seal_phone_free(p->new_keys);
	base_free(p);
	journal_close(p->journal);
	free((void *)(uintptr_t)p->who.device_id);
	free((void *)(uintptr_t)p->who.sim_id);
	free((void *)(uintptr_t)p->who.name);
	free(p->paced);
	free(p);
}

void
phone_set_pace(struct phone *p, unsigned sms, int64_t per_ms)
{
	int64_t *paced;

	if (sms < 1 || (paced = malloc(sms * sizeof *paced)) == NULL)
		return;
	for (unsigned i = 0; i < sms; i++)
		paced[i] = INT64_MIN / 2;
	free(p->paced);
	p->paced = paced;
	p->paced_at = 0;
	p->pace_sms = sms;
	p->pace_ms = per_ms;
}

int
phone_send(struct phone *p, const char *number, const uint8_t *sms, size_t len)
{
	if (p->host.send(p->host.ctx, number, sms, len, p->who.text_only) == -1)
		return -1;
	p->paced[p->paced_at] = phone_mono(p);
	p->paced_at = (p->paced_at + 1) % p->pace_sms;
	p->sms_sent++;
	journal_set_int(p->journal, "sms_sent", (int64_t)p->sms_sent);
	return 0;
}

enum phone_err
phone_put(struct phone *p, const struct record *r)
{
	enum record_kind kind = record_kind(r);
	int changed = journal_put(p->journal, r, phone_now(p));

	if (changed == -1)
		return PHONE_E_FAILED;
	/* Its octets go with it; what is on its way is void. */
	if (kind == RECORD_FILE && record_op(r) == RECORD_DELETE &&
	    journal_file_drop(p->journal, record_id(r)) == -1)
		return PHONE_E_FAILED;
	if (changed == 0)
		return PHONE_OK;
	if (!policy_wants(&p->effective, r))
		return journal_hold(p->journal, r, true) == 0 ? PHONE_OK
							      : PHONE_E_FAILED;
	upload_noticed(p, kind);
	return PHONE_OK;
}

enum phone_err
phone_set_policy(struct phone *p, const struct policy *own)
{
	uint8_t octets[WIRE_POLICY_MAX];
	struct policy check;
	size_t n;

	if (p->effective.lock) {
		p->user_refused = true;
		return PHONE_E_LOCKED;
	}
	if ((n = policy_encode(own, octets, sizeof octets)) == 0 ||
	    policy_decode(octets, n, 0, &check) == -1)
		return PHONE_E_INVALID;
	if (journal_set(p->journal, "own_policy", octets, n) == -1)
		return PHONE_E_FAILED;
	p->own = check;
	phone_settle_policy(p);
	return PHONE_OK;
}

bool
phone_receive(struct phone *p, const char *from, const uint8_t *frame,
    size_t len, bool text)
{
	uint8_t octets[WIRE_TEXT_MAX];
	struct wire_frame f;

	(void)from; /* sender numbers prove nothing */
	if (text) {
		if (wire_text_decode((const char *)frame, len, octets, &len) !=
		    WIRE_OK)
			return false;
		frame = octets;
	}
	if (wire_decode(frame, len, &f) != WIRE_OK ||
	    ((unsigned)f.type & 8) == 0)
		return false;
	p->sms_received++;
	journal_set_int(p->journal, "sms_received", (int64_t)p->sms_received);
	if (f.type == WIRE_CHALLENGE)
		bind_receive(p, frame, len, &f);
	else if (f.type == WIRE_CONTROL || f.type == WIRE_ACK)
		control_receive(p, &f);
	else
		restore_receive(p, &f);
	return true;
}

int64_t
phone_tick(struct phone *p)
{
	int64_t next = 0;

	bind_tick(p, &next);
	if (p->state == PHONE_BOUND) {
		restore_tick(p, &next);
		lostmode_tick(p, &next);
		upload_tick(p, &next);
		lostmode_erase(p, &next);
	}
	return next != 0 ? next : phone_mono(p) + DAY_MS;
}

void
phone_get_status(struct phone *p, struct phone_status *out)
{
	memset(out, 0, sizeof *out);
	out->state = p->attempt == PHONE_UNBOUND ? p->state
		     : p->attempt == PHONE_ASKED ? PHONE_ASKED
						 : PHONE_HELLO_SENT;
	out->confirmed = p->state == PHONE_BOUND && !p->unconfirmed;
	out->key_id = p->key_id;
	memcpy(out->digits, p->digits, sizeof out->digits);
	memcpy(
	    out->service_number, p->service_number, sizeof out->service_number);
	out->owner = p->owner;
	out->effective = p->effective;
	out->pending = journal_pending_count(p->journal, ~0u);
	out->in_flight = journal_in_flight(p->journal);
	out->sms_sent = p->sms_sent;
	out->sms_received = p->sms_received;
	out->last_ack_ms = p->last_ack_ms;
}
