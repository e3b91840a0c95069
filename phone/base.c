/*
 * The base: what this phone and the service both know of earlier transfers,
 * against which the next ones are coded.  smsvault-wire(7), "State".
 *
 * What always holds:
 *  (1) The batch of a transfer is in the journal with its frames, and is learnt
 *      once all transfers up to it are acknowledged, in their order.
 *  (2) p->base, if it is there, is the checkpoint in the journal and the
 *      acknowledged batches behind it.
 *  (3) A base that begins anew is said in a transfer that is acknowledged
 *      before anything is coded against it.
 */
#include <stdlib.h>

#include "be.h"
#include "log.h"
#include "phone_internal.h"

#define CHECKPOINT_MAX (1u << 17)

static struct pack_state *
from_checkpoint(struct phone *p)
{
	uint8_t *octets = malloc(CHECKPOINT_MAX);
	struct pack_state *s = NULL;
	size_t n;

	if (octets == NULL)
		return NULL;
	n = journal_get(p->journal, "base", octets, CHECKPOINT_MAX);
	s = n > 0 ? pack_state_load(octets, n, PACK_HISTORY_OCTETS)
		  : pack_state_new(PACK_HISTORY_OCTETS);
	free(octets);
	return s;
}

/* What is acknowledged and not yet learnt.  0, or -1. */
static int
learn(struct phone *p)
{
	uint32_t at = pack_state_upto(p->base), transfer;
	uint8_t *batch;
	size_t n;
	int err = 0;

	if (at < p->base_first - 1)
		at = p->base_first - 1;
	while (err == 0 && (n = journal_batch_next(p->journal, at, p->acked,
				&transfer, &batch)) > 0) {
		err = pack_state_learn_batch(p->base, transfer, batch, n);
		free(batch);
		at = transfer;
	}
	return err;
}

/* A newer checkpoint, so that the journal need not keep what is before it. */
static int
shorten(struct phone *p)
{
	struct journal *j = p->journal;
	uint32_t cut = pack_state_cut(p->base);
	uint8_t *octets = NULL;
	size_t n;
	int err;

	if (cut <= p->base_cut)
		return 0;
	if ((n = pack_state_save(p->base, &octets)) == 0 ||
	    journal_begin(j) == -1) {
		free(octets);
		return -1;
	}
	err = journal_set(j, "base", octets, n) |
	      journal_set_int(j, "base_cut", cut) |
	      journal_batches_drop(j, cut);
	free(octets);
	if (err != 0 || journal_end(j) == -1) {
		journal_abort(j);
		return -1;
	}
	p->base_cut = cut;
	return 0;
}

void
base_free(struct phone *p)
{
	pack_state_free(p->base);
	p->base = NULL;
}

void
base_load(struct phone *p)
{
	struct journal *j = p->journal;

	base_free(p);
	p->acked = (uint32_t)journal_get_int(j, "acked", 0);
	p->base_cut = (uint32_t)journal_get_int(j, "base_cut", 0);
	p->base_first = (uint32_t)journal_get_int(j, "base_first", 1);
	p->base_unsaid = journal_get_int(j, "base_unsaid", 0) != 0;
}

int
base_forget(struct phone *p, uint32_t first, bool say)
{
	struct journal *j = p->journal;

	return journal_unset(j, "base") | journal_unset(j, "base_cut") |
	       journal_set_int(j, "base_first", first) |
	       journal_set_int(j, "base_unsaid", say);
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
base_ready(struct phone *p)
{
	if (p->codec < PACK_BASED || p->acked < p->base_first)
		return NULL;
	if (p->base == NULL) {
		p->base = from_checkpoint(p);
		if (p->base == NULL || learn(p) == -1 || shorten(p) == -1) {
			give_up(p);
			return NULL;
		}
	}
	return pack_state_upto(p->base) > 0 ? p->base : NULL;
}

void
base_acked(struct phone *p, uint32_t cumulative)
{
	uint32_t before = p->base_first - 1;

	p->acked = cumulative;
	journal_batches_drop(
	    p->journal, cumulative < before ? cumulative : before);
	if (p->base != NULL && (learn(p) == -1 || shorten(p) == -1))
		give_up(p);
}

int
base_keep(struct phone *p, uint32_t transfer, struct record *const *list,
    size_t count)
{
	uint8_t *batch = NULL;
	size_t n;
	int err;

	if (p->codec < PACK_BASED || count == 0)
		return 0;
	n = pack_batch((const struct record *const *)list, count, &batch);
	err = n == 0 ? -1 : journal_batch_put(p->journal, transfer, batch, n);
	free(batch);
	return err;
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
