/*
 * A phone that its owner has lost: what holds while it is lost, where it is,
 * and its wipe.
 *
 * A wipe is prepare, nonce, go: an order that is replayed, or one that was
 * meant for another day, wipes nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "be.h"
#include "log.h"
#include "phone_internal.h"

#define NONCE_MS HOUR_MS
#define SAY_MS (MINUTE_MS / 2)

void
lostmode_load(struct phone *p)
{
	struct journal *j = p->journal;
	uint8_t octets[WIRE_CONTROL_ARGS_MAX];
	size_t n = journal_get(j, "lost", octets, sizeof octets);

	memset(&p->lost, 0, sizeof p->lost);
	if (n > 0 && wire_lost_decode(octets, n, &p->lost) != WIRE_OK)
		log_warn("phone: the stored lost state cannot be read");
	p->lost_said = (uint32_t)journal_get_int(j, "lost_said", 0);
	p->wipe_say = (enum wire_wipe)journal_get_int(j, "wipe_say", 0);
	p->wipe_nonce = (uint64_t)journal_get_int(j, "wipe_nonce", 0);
	p->wipe_until_ms = journal_get_int(j, "wipe_until", 0);
	p->wipe_mono = journal_get_int(j, "wipe_going", 0) != 0
			   ? phone_mono(p) + MINUTE_MS
			   : 0;
	p->locate_mono = phone_mono(p);
	if (p->lost_said != p->lost.version || p->wipe_say != WIRE_WIPE_NONE)
		upload_plan(p, SAY_MS, true);
}

void
lostmode_forget(struct phone *p)
{
	static const char *const keys[] = { "lost", "lost_said", "wipe_say",
		"wipe_nonce", "wipe_until", "wipe_going" };

	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		journal_unset(p->journal, keys[i]);
	memset(&p->lost, 0, sizeof p->lost);
	p->lost_said = 0;
	p->wipe_say = WIRE_WIPE_NONE;
	p->wipe_nonce = 0;
	p->wipe_until_ms = p->wipe_mono = 0;
}

void
phone_get_lost(struct phone *p, struct wire_lost *out)
{
	*out = p->lost;
}

void
lostmode_take(struct phone *p, const struct wire_control *c)
{
	struct wire_lost got;

	if (wire_lost_decode(c->args, c->args_len, &got) != WIRE_OK ||
	    got.version < p->lost.version)
		return;
	/* Said once more: it has not heard that it is in force. */
	upload_plan(p, SAY_MS, true);
	if (got.version == p->lost.version) {
		p->lost_said = 0;
		return;
	}
	if (journal_set(p->journal, "lost", c->args, c->args_len) == -1)
		return;
	/* What was spent before has nothing to do with the reserve. */
	if (got.on != p->lost.on)
		p->sms_today = 0;
	p->lost = got;
	p->locate_mono = phone_mono(p);
	phone_settle_policy(p);
	if (got.on)
		bind_cancel(p, "the phone is lost: its owner has locked it");
	phone_tell(p, PHONE_N_LOST, got.text);
}

/* ---- where it is ---- */

static void
locate(struct phone *p)
{
	uint32_t id = (uint32_t)journal_get_int(p->journal, "locations", 0) + 1;
	struct record *r = record_new(RECORD_LOCATION, id);

	p->locate_mono = phone_mono(p) + MINUTE_MS;
	if (r == NULL)
		return;
	record_set_time_ms(r, phone_now(p));
	if (p->host.locate(p->host.ctx, r) == 0 &&
	    journal_set_int(p->journal, "locations", id) == 0 &&
	    phone_put(p, r) == PHONE_OK)
		p->locate_mono = phone_mono(p) + p->lost.locate_min * MINUTE_MS;
	record_free(r);
}

/* Its owner asks, whatever the policy says of places. */
void
lostmode_locate(struct phone *p)
{
	if (p->host.locate == NULL)
		return;
	locate(p);
	p->again |= 1u << RECORD_LOCATION;
}

/* ---- wipe ---- */

static void
prepare(struct phone *p)
{
	struct journal *j = p->journal;
	uint64_t nonce;

	seal_random(&nonce, sizeof nonce);
	if (journal_begin(j) == -1)
		return;
	if ((journal_set_int(j, "wipe_nonce", (int64_t)nonce) |
		journal_set_int(j, "wipe_until", phone_now(p) + NONCE_MS) |
		journal_set_int(j, "wipe_say", WIRE_WIPE_PREPARE)) != 0 ||
	    journal_end(j) == -1) {
		journal_abort(j);
		return;
	}
	p->wipe_nonce = nonce;
	p->wipe_until_ms = phone_now(p) + NONCE_MS;
	p->wipe_say = WIRE_WIPE_PREPARE;
	upload_plan(p, 0, true);
}

static void
go(struct phone *p, uint64_t nonce)
{
	int64_t left = p->wipe_until_ms - phone_now(p);

	/* A clock that jumped makes the nonce void, not good for longer. */
	if (nonce != p->wipe_nonce || p->wipe_until_ms == 0 || left <= 0 ||
	    left > NONCE_MS) {
		log_warn("phone: an order to wipe with a void nonce: ignored");
		return;
	}
	if ((journal_set_int(p->journal, "wipe_going", 1) |
		journal_set_int(p->journal, "wipe_say", WIRE_WIPE_GO)) != 0)
		return;
	p->wipe_say = WIRE_WIPE_GO;
	p->wipe_mono = phone_mono(p) + MINUTE_MS;
	upload_plan(p, 0, true);
}

void
lostmode_take_wipe(struct phone *p, const struct wire_control *c)
{
	if (p->host.wipe == NULL)
		log_warn("phone: this one cannot be wiped: ignored");
	else if (c->args_len == 1 && c->args[0] == WIRE_WIPE_PREPARE)
		prepare(p);
	else if (c->args_len == 9 && c->args[0] == WIRE_WIPE_GO)
		go(p, be_get64(c->args + 1));
}

/* Its last word is with the radio, or has had its minute. */
static bool
may_erase(const struct phone *p)
{
	uint8_t sms[WIRE_DATA_MAX];
	uint32_t transfer;
	unsigned index;
	size_t len;

	return phone_mono(p) >= p->wipe_mono ||
	       (p->wipe_say == WIRE_WIPE_NONE &&
		   journal_frame_next(
		       p->journal, true, &transfer, &index, sms, &len) == 0);
}

void
lostmode_erase(struct phone *p, int64_t *next)
{
	if (p->wipe_mono == 0)
		return;
	if (!may_erase(p)) {
		phone_earlier(next, p->wipe_mono);
		return;
	}
	p->host.wipe(p->host.ctx);
	phone_erased(p);
}

void
lostmode_tick(struct phone *p, int64_t *next)
{
	if (p->lost.on && p->lost.locate && p->host.locate != NULL) {
		if (phone_mono(p) >= p->locate_mono)
			locate(p);
		phone_earlier(next, p->locate_mono);
	}
}
