/*
 * The base: what this phone and the service both know of earlier transfers,
 * against which the next ones are coded.  smsvault-wire(7), "State".
 *
 * A transfer goes by those that are acknowledged, since each that it goes by
 * must be there before it can be read: an SMS that is lost today may be missed
 * for days, and what comes meanwhile must not wait for it.  When there is so
 * much that one large transfer follows the other, the price is worth it: each
 * goes by all before it, as long as it is at most UPLOAD_AHEAD_MAX behind the
 * last that is acknowledged; and a lost SMS holds up no more than these.
 *
 * What always holds:
 *  (1) The batch of a transfer is in the journal with its frames, in one
 *      commit; neither changes until it is acknowledged, but for (5).
 *  (2) A state, if it is there, is the checkpoint in the journal and all
 *      batches behind it up to pack_state_upto(), in their order.
 *  (3) The checkpoint is of a state that goes no further than what is
 *      acknowledged; so a state for any later transfer can be made again, after
 *      a restart too.  One of a later state has forgotten too much.
 *  (4) A base that begins anew is said in the first transfer that it learns,
 *      or before: who has all that a transfer goes by has heard of it.
 *  (5) A transfer is made void only on the service's word that it cannot read
 *      it.  The base then begins anew, behind all that may be coded against it:
 *      by that the service finds that it cannot read these either, and says so.
 */
#include <stdlib.h>

#include "be.h"
#include "log.h"
#include "phone_internal.h"

#define CHECKPOINT_MAX (1u << 17)

static const struct {
	const char *checkpoint, *cut, *first;
} keys[] = {
	{ "base", "base_cut", "base_first" },
	{ "down_base", "down_base_cut", "down_base_first" },
};

/* All transfers up to this one are known to both sides. */
static uint32_t
known(const struct phone *p, const struct base *b)
{
	return b->down ? p->down_next - 1 : p->acked;
}

/* To where the next transfer up may go by those before it. */
static uint32_t
reach(const struct phone *p, bool ahead)
{
	return ahead && p->next_transfer <= p->acked + UPLOAD_AHEAD_MAX
		   ? p->next_transfer - 1
		   : p->acked;
}

static struct pack_state *
from_checkpoint(struct phone *p, const struct base *b)
{
	uint8_t *octets = malloc(CHECKPOINT_MAX);
	struct pack_state *s = NULL;
	size_t n;

	if (octets == NULL)
		return NULL;
	n = journal_get(
	    p->journal, keys[b->down].checkpoint, octets, CHECKPOINT_MAX);
	s = n > 0 ? pack_state_load(octets, n, PACK_HISTORY_OCTETS)
		  : pack_state_new(PACK_HISTORY_OCTETS);
	free(octets);
	return s;
}

/* What is not yet learnt up to that transfer.  0, or -1. */
static int
learn(struct phone *p, struct base *b, uint32_t upto)
{
	uint32_t at = pack_state_upto(b->state), transfer;
	uint8_t *batch;
	size_t n;
	int err = 0;

	if (at < b->first - 1)
		at = b->first - 1;
	while (err == 0 && (n = journal_batch_next(p->journal, b->down, at,
				upto, &transfer, &batch)) > 0) {
		err = pack_state_learn_batch(b->state, transfer, batch, n);
		free(batch);
		at = transfer;
	}
	return err;
}

/* A newer checkpoint, so that the journal need not keep what is before it. */
static int
shorten(struct phone *p, struct base *b)
{
	struct journal *j = p->journal;
	uint32_t cut = pack_state_cut(b->state);
	uint8_t *octets = NULL;
	size_t n;
	int err;

	if (cut <= b->cut || pack_state_upto(b->state) > known(p, b))
		return 0;
	if ((n = pack_state_save(b->state, &octets)) == 0 ||
	    journal_begin(j) == -1) {
		free(octets);
		return -1;
	}
	err = journal_set(j, keys[b->down].checkpoint, octets, n) |
	      journal_set_int(j, keys[b->down].cut, cut) |
	      journal_batches_drop(j, b->down, cut);
	free(octets);
	if (err != 0 || journal_end(j) == -1) {
		journal_abort(j);
		return -1;
	}
	b->cut = cut;
	return 0;
}

/* The state, up to that transfer.  0, or -1: it cannot be made. */
static int
make(struct phone *p, struct base *b, uint32_t upto)
{
	if (b->state != NULL && pack_state_upto(b->state) > upto) {
		pack_state_free(b->state);
		b->state = NULL;
	}
	if (b->state == NULL)
		b->state = from_checkpoint(p, b);
	if (b->state != NULL && learn(p, b, upto) == 0 && shorten(p, b) == 0)
		return 0;
	pack_state_free(b->state);
	b->state = NULL;
	return -1;
}

static void
load(struct phone *p, struct base *b, bool down)
{
	struct journal *j = p->journal;

	pack_state_free(b->state);
	*b = (struct base){
		.down = down,
		.first = (uint32_t)journal_get_int(j, keys[down].first, 1),
		.cut = (uint32_t)journal_get_int(j, keys[down].cut, 0),
	};
}

static int
forget(struct phone *p, bool down, uint32_t first)
{
	return journal_unset(p->journal, keys[down].checkpoint) |
	       journal_unset(p->journal, keys[down].cut) |
	       journal_set_int(p->journal, keys[down].first, first);
}

void
base_free(struct phone *p)
{
	pack_state_free(p->base.state);
	pack_state_free(p->down_base.state);
	p->base.state = p->down_base.state = NULL;
}

void
base_load(struct phone *p)
{
	p->acked = (uint32_t)journal_get_int(p->journal, "acked", 0);
	p->base_unsaid = journal_get_int(p->journal, "base_unsaid", 0) != 0;
	load(p, &p->base, false);
	load(p, &p->down_base, true);
}

int
base_forget(struct phone *p, uint32_t first, bool say)
{
	return forget(p, false, first) |
	       journal_set_int(p->journal, "base_unsaid", say);
}

/* It cannot be made any more: begin anew. */
static void
give_up(struct phone *p)
{
	log_error("phone: the base cannot be made: it begins anew");
	if (journal_begin(p->journal) == 0 &&
	    (base_forget(p, p->next_transfer, true) != 0 ||
		journal_end(p->journal) == -1))
		journal_abort(p->journal);
	base_load(p);
}

struct pack_state *
base_ready(struct phone *p, bool ahead)
{
	uint32_t upto = reach(p, ahead);

	if (p->codec < PACK_BASED || upto < p->base.first)
		return NULL;
	if (make(p, &p->base, upto) == -1) {
		give_up(p);
		return NULL;
	}
	return pack_state_upto(p->base.state) > 0 ? p->base.state : NULL;
}

struct pack_state *
base_planned(struct phone *p)
{
	struct base copy = p->base;

	if (p->codec < PACK_BASED ||
	    (copy.state = from_checkpoint(p, &copy)) == NULL)
		return NULL;
	if (learn(p, &copy, p->next_transfer - 1) == 0)
		return copy.state;
	pack_state_free(copy.state);
	return NULL;
}

void
base_acked(struct phone *p, uint32_t cumulative)
{
	uint32_t before = p->base.first - 1, upto;

	p->acked = cumulative;
	journal_batches_drop(
	    p->journal, false, cumulative < before ? cumulative : before);
	if (p->base.state == NULL)
		return;
	upto = pack_state_upto(p->base.state);
	if (make(p, &p->base, upto > cumulative ? upto : cumulative) == -1)
		give_up(p);
}

static int
keep(struct phone *p, bool down, uint32_t transfer, struct record *const *list,
    size_t count)
{
	uint8_t *batch = NULL;
	size_t n;
	int err;

	if (p->codec < PACK_BASED || count == 0)
		return 0;
	n = pack_batch((const struct record *const *)list, count, &batch);
	err = n == 0 ? -1
		     : journal_batch_put(p->journal, down, transfer, batch, n);
	free(batch);
	return err;
}

int
base_keep(struct phone *p, uint32_t transfer, struct record *const *list,
    size_t count)
{
	return keep(p, false, transfer, list, count);
}

/* ---- downwards ---- */

struct pack_state *
base_down_ready(struct phone *p, const struct upload_base *head)
{
	struct base *b = &p->down_base;

	if (make(p, b, known(p, b)) == -1 || head->back >= p->down_next ||
	    pack_state_upto(b->state) != p->down_next - head->back ||
	    pack_state_check(b->state) != head->check)
		return NULL;
	return b->state;
}

int
base_down_keep(struct phone *p, struct record *const *list, size_t count)
{
	return keep(p, true, p->down_next, list, count);
}

/* One that cannot be made is made again, or given up, when it is needed. */
void
base_down_learn(struct phone *p)
{
	if (p->codec >= PACK_BASED)
		make(p, &p->down_base, known(p, &p->down_base));
}

int
base_down_forget(struct phone *p, uint32_t first)
{
	return forget(p, true, first) |
	       journal_batches_drop(p->journal, true, WIRE_TRANSFER_MAX);
}

/* ---- the service has lost it ---- */

/* One transfer of which it cannot read the records. */
static void
recode(struct phone *p, uint32_t transfer)
{
	if (transfer == 0 || transfer >= p->next_transfer)
		return;
	/* No records are in it: it is void already, and that was lost. */
	if (!journal_batch_there(p->journal, transfer) &&
	    journal_frame_again(p->journal, transfer, UINT16_MAX) == 1)
		return;
	transfer_void(p, transfer);
}

void
base_take_recode(struct phone *p, const struct wire_control *c)
{
	if (c->args_len == 0 || c->args_len % 3 != 0)
		return;
	for (size_t i = 0; i < c->args_len; i += 3)
		recode(p, be_get24(c->args + i));
	upload_refresh(p);
	upload_plan(p, MINUTE_MS / 2, false);
}
