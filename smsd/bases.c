/*
 * What always holds: a slot's state is that behind pack_state_upto() of its
 * phone, for a base that begins with first, of the batches that were here when
 * it was made.  It is used only where the phone's own digest says the same, or
 * for what goes down, the database's.
 */
#include "bases.h"

#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "rest.h"

struct slot {
	int64_t account, phone;
	bool down;
	uint32_t first;
	uint32_t saved; /* to where its checkpoint is stored */
	uint64_t used;
	struct pack_state *state; /* NULL: empty */
};

/* What a phone's coder goes by, and the key that it is locked with. */
enum what { BATCH, CHECKPOINT, WHATS };

static const char *const purposes[WHATS] = {
	[BATCH] = REST_BATCH_PURPOSE,
	[CHECKPOINT] = REST_CHECKPOINT_PURPOSE,
};

struct bases {
	uint8_t key[WHATS][SEAL_SIV_KEY_LEN];
	uint64_t clock;
	size_t slots;
	struct slot slot[];
};

struct bases *
bases_new(const uint8_t service[static SEAL_KEY_LEN], size_t states)
{
	struct bases *b = calloc(1, sizeof *b + states * sizeof b->slot[0]);

	if (b == NULL) {
		log_error("cannot allocate the bases: %m");
		return NULL;
	}
	b->slots = states;
	for (int i = 0; i < WHATS; i++)
		if (seal_wrap_key(service, purposes[i], b->key[i]) != SEAL_OK) {
			bases_free(b);
			return NULL;
		}
	return b;
}

static void
empty(struct slot *s)
{
	pack_state_free(s->state);
	*s = (struct slot){ 0 };
}

void
bases_forget(struct bases *b)
{
	for (size_t i = 0; i < b->slots; i++)
		empty(&b->slot[i]);
}

void
bases_free(struct bases *b)
{
	if (b == NULL)
		return;
	bases_forget(b);
	seal_wipe(b->key, sizeof b->key);
	free(b);
}

/* ---- sealing ---- */

/* The caller frees *out, which is as long as what was sealed. */
static size_t
unseal(const struct bases *b, enum what what, const struct gate_learnt *s,
    uint8_t **out)
{
	uint8_t ad[REST_BASE_AD_LEN], *plain;

	rest_base_ad(s->account, s->phone, s->down, s->transfer, ad);
	if (s->len <= SEAL_TAG_LEN || (plain = malloc(s->len)) == NULL)
		return 0;
	if (seal_unlock(b->key[what], ad, sizeof ad, s->sealed, s->len,
		plain) != SEAL_OK) {
		log_error("phone %lld: %s %u does not open: is this the right "
			  "service.key? the phone begins anew",
		    (long long)s->phone, purposes[what], s->transfer);
		free(plain);
		return 0;
	}
	*out = plain;
	return s->len - SEAL_TAG_LEN;
}

static enum db_err
put_sealed(const struct bases *b, struct db *db, enum what what,
    enum db_err (*put)(struct db *, const struct gate_learnt *),
    struct gate_learnt s, const uint8_t *plain, size_t len)
{
	uint8_t ad[REST_BASE_AD_LEN];
	uint8_t *sealed = malloc(len + SEAL_TAG_LEN);
	enum db_err err = DB_FAILED;

	rest_base_ad(s.account, s.phone, s.down, s.transfer, ad);
	if (sealed != NULL && seal_lock(b->key[what], ad, sizeof ad, plain, len,
				  sealed) == SEAL_OK) {
		s.sealed = sealed;
		s.len = len + SEAL_TAG_LEN;
		err = put(db, &s);
	}
	free(sealed);
	return err;
}

enum db_err
bases_keep(struct bases *b, struct db *db, int64_t account, int64_t phone,
    uint32_t transfer, struct record *const *records, size_t n)
{
	const struct gate_learnt of = {
		.account = account, .phone = phone, .transfer = transfer
	};
	uint8_t *batch = NULL;
	size_t len;
	enum db_err err;

	if (n == 0)
		return DB_OK;
	len = pack_batch((const struct record *const *)records, n, &batch);
	err = len == 0
		  ? DB_FAILED
		  : put_sealed(b, db, BATCH, gate_batch_put, of, batch, len);
	free(batch);
	return err;
}

/* ---- making a state ---- */

static struct gate_learnt
upto(const struct slot *s, uint32_t transfer)
{
	return (struct gate_learnt){ .account = s->account,
		.phone = s->phone,
		.down = s->down,
		.transfer = transfer };
}

struct making {
	const struct bases *b;
	struct slot *slot;
	bool bad;
};

static int
take_checkpoint(void *ctx, const struct gate_learnt *c)
{
	struct making *m = ctx;
	uint8_t *plain = NULL;
	size_t n = unseal(m->b, CHECKPOINT, c, &plain);

	if (n > 0)
		m->slot->state = pack_state_load(plain, n, PACK_HISTORY_OCTETS);
	free(plain);
	m->bad = m->slot->state == NULL;
	m->slot->saved = c->transfer;
	return m->bad;
}

static int
take_batch(void *ctx, const struct gate_learnt *s)
{
	struct making *m = ctx;
	uint8_t *plain = NULL;
	size_t n = unseal(m->b, BATCH, s, &plain);

	m->bad = n == 0 || pack_state_learn_batch(
			       m->slot->state, s->transfer, plain, n) == -1;
	free(plain);
	return m->bad;
}

/* Learn up to that transfer.  The slot is empty if that cannot be. */
static enum db_err
learn(struct bases *b, struct db *db, struct slot *s, uint32_t transfer)
{
	const struct gate_learnt last = upto(s, transfer);
	struct making m = { b, s, false };
	uint32_t at = pack_state_upto(s->state);
	enum db_err err;

	if (at < s->first - 1)
		at = s->first - 1;
	if (at >= transfer)
		return DB_OK;
	err = gate_batch_list(db, &last, at, take_batch, &m);
	if (m.bad || err != DB_OK)
		empty(s);
	return err;
}

static enum db_err
make(struct bases *b, struct db *db, struct slot *s, uint32_t transfer)
{
	const struct gate_learnt last = upto(s, transfer);
	struct making m = { b, s, false };
	enum db_err err;

	pack_state_free(s->state);
	s->state = NULL;
	s->saved = 0;
	err = gate_checkpoint_get(db, &last, take_checkpoint, &m);
	if (err == DB_NONE) {
		s->state = pack_state_new(PACK_HISTORY_OCTETS);
		m.bad = s->state == NULL;
		err = DB_OK;
	}
	if (err != DB_OK || m.bad) {
		empty(s);
		return err;
	}
	return learn(b, db, s, transfer);
}

/* A newer checkpoint lets older batches go. */
static enum db_err
save(struct bases *b, struct db *db, struct slot *s)
{
	uint32_t cut = pack_state_cut(s->state);
	struct gate_learnt of;
	uint8_t *octets = NULL;
	size_t n;
	enum db_err err;

	if (cut <= s->saved)
		return DB_OK;
	if ((n = pack_state_save(s->state, &octets)) == 0)
		return DB_FAILED;
	of = upto(s, cut);
	of.made = pack_state_upto(s->state);
	err = put_sealed(b, db, CHECKPOINT, gate_checkpoint_put, of, octets, n);
	free(octets);
	if (err == DB_OK)
		s->saved = cut;
	return err;
}

/* ---- finding it ---- */

static bool
is_of(const struct slot *s, const struct bases_want *w)
{
	return s->state != NULL && s->account == w->account &&
	       s->phone == w->phone && s->down == w->down &&
	       s->first == w->base.first;
}

static bool
is_it(const struct slot *s, const struct bases_want *w)
{
	return is_of(s, w) && pack_state_upto(s->state) == w->transfer &&
	       memcmp(pack_state_digest(s->state), w->check, w->check_len) == 0;
}

/* Nothing is acknowledged beyond cumulative: no phone may go by it. */
static bool
is_possible(const struct bases_want *w)
{
	return (w->transfer >= w->base.first || w->down) &&
	       w->transfer <= w->base.cumulative;
}

/* One of that phone that has not come further, or the one not used longest. */
static struct slot *
slot_for(struct bases *b, const struct bases_want *w)
{
	struct slot *oldest = &b->slot[0];

	for (size_t i = 0; i < b->slots; i++) {
		struct slot *s = &b->slot[i];

		if (is_of(s, w) && pack_state_upto(s->state) <= w->transfer)
			return s;
		if (s->used < oldest->used)
			oldest = s;
	}
	empty(oldest);
	return oldest;
}

static void
name(struct slot *s, const struct bases_want *w)
{
	s->account = w->account;
	s->phone = w->phone;
	s->down = w->down;
	s->first = w->base.first;
}

bool
bases_is_at_hand(const struct bases *b, const struct bases_want *w)
{
	for (size_t i = 0; i < b->slots; i++)
		if (is_it(&b->slot[i], w))
			return true;
	return !is_possible(w);
}

enum db_err
bases_find(struct bases *b, struct db *db, const struct bases_want *w,
    struct pack_state **out)
{
	struct slot *s;
	enum db_err err = DB_OK;

	*out = NULL;
	if (!is_possible(w))
		return DB_OK;
	s = slot_for(b, w);
	if (s->state != NULL)
		err = learn(b, db, s, w->transfer);
	/* A batch may have come late, behind what was learnt. */
	if (err == DB_OK && !is_it(s, w)) {
		name(s, w);
		err = make(b, db, s, w->transfer);
	}
	if (err != DB_OK || !is_it(s, w))
		return err;
	s->used = ++b->clock;
	*out = s->state;
	return w->gaps ? DB_OK : save(b, db, s);
}

enum db_err
bases_grow(struct bases *b, struct db *db, struct pack_state *state,
    uint32_t transfer, struct record *const *records, size_t n)
{
	struct slot *s = b->slot;
	uint8_t *batch = NULL;
	size_t len =
	    pack_batch((const struct record *const *)records, n, &batch);
	enum db_err err = DB_FAILED;

	while (s->state != state)
		s++;
	if (len > 0 &&
	    (err = put_sealed(b, db, BATCH, gate_batch_put, upto(s, transfer),
		 batch, len)) == DB_OK &&
	    pack_state_learn_batch(state, transfer, batch, len) == -1)
		err = DB_FAILED;
	free(batch);
	if (err == DB_OK)
		err = save(b, db, s);
	if (err != DB_OK)
		empty(s);
	return err;
}
