/*
 * States, and batches coded from one.
 *
 * What always holds: s->now and s->model are what one gets from s->cut and
 * the primed model by learning the batches of s->history in turn.
 *
 * The history is a row of transfers: number u32, and a batch: count u16, then
 * so many times a length u16 and a record in its stored form.  When it is over
 * its size, transfers are dropped from its front until it is at most three
 * quarters full.
 */
#include "pack_state.h"

#include <stdlib.h>
#include <string.h>

#include "be.h"
#include "log.h"
#include "pack_prime.h"
#include "seal.h"

#define NUMBER_LEN 4 /* of a transfer, before its batch */

/* How far a row of transfers has come, and a digest over all of it. */
struct reach {
	uint32_t transfer;
	uint8_t digest[SEAL_DIGEST_LEN];
};

struct pack_state {
	struct fields cut; /* before the history */
	struct fields now;
	struct reach cut_reach, reach;
	uint8_t name[SEAL_DIGEST_LEN]; /* see set_name() */
	struct model *model; /* NULL: the primed one */
	size_t size; /* most octets of history */
	uint8_t *history; /* owned */
	size_t used, room;
};

struct pack_state *
pack_state_new(size_t history_octets)
{
	struct pack_state *s = calloc(1, sizeof *s);

	if (s == NULL)
		return NULL;
	pack_fields_clear(&s->cut);
	pack_fields_clear(&s->now);
	s->size = history_octets;
	return s;
}

void
pack_state_free(struct pack_state *s)
{
	if (s == NULL)
		return;
	model_free(s->model);
	free(s->history);
	free(s);
}

static void
copy_fields(struct fields *to, const struct fields *from)
{
	memcpy(to, from,
	    offsetof(struct fields, number) +
		from->numbers * sizeof from->number[0]);
}

/* ---- learning ---- */

static void
learn_batch(struct mix *x, const struct record *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			pack_mix_more(x, i, true);
		x->texts = 0;
		pack_mix_write(x, list[i]);
	}
	if (count > 0)
		pack_mix_more(x, count, false);
}

/* Learn with that model, or with the primed one, which stays as it is. */
static int
learn(struct fields *f, struct model *m, const struct record *const *list,
    size_t count)
{
	struct mix x = { .f = f, .m = m };
	bool undo = m == NULL;

	if (undo &&
	    ((x.m = pack_prime_model()) == NULL || model_mark(x.m) == -1))
		return -1;
	if ((x.text = malloc(RECORD_TEXT_MAX + 1)) != NULL) {
		coder_learn(&x.c);
		learn_batch(&x, list, count);
	}
	if (undo)
		model_undo(x.m);
	free(x.text);
	return x.text != NULL ? 0 : -1;
}

/* ---- history ---- */

size_t
pack_batch(const struct record *const *list, size_t count, uint8_t **out)
{
	uint8_t *p = malloc(2 + count * (2 + RECORD_STORED_MAX)), *less;
	size_t n = 2;

	if (p == NULL)
		return 0;
	be_put16(p, (uint32_t)count);
	for (size_t i = 0; i < count; i++) {
		size_t len =
		    record_encode(list[i], p + n + 2, RECORD_STORED_MAX);

		be_put16(p + n, (uint32_t)len);
		n += 2 + len;
	}
	less = realloc(p, n);
	*out = less != NULL ? less : p;
	return n;
}

static void
free_batch(struct record **list, size_t count)
{
	for (size_t i = 0; list != NULL && i < count; i++)
		record_free(list[i]);
	free(list);
}

/* The batch at p; returns the octets it takes, 0 if it is none.  The caller
 * frees the records and the list. */
static size_t
read_batch(const uint8_t *p, size_t len, struct record ***out, size_t *count)
{
	size_t n = 2, i = 0, want;
	struct record **list;

	if (len < 2)
		return 0;
	want = be_get16(p);
	if ((list = calloc(want + 1, sizeof *list)) == NULL)
		return 0;
	for (; i < want; i++) {
		size_t size = len - n < 2 ? 0 : be_get16(p + n);

		if (size == 0 || size > len - n - 2)
			break;
		list[i] = record_decode(p + n + 2, size);
		if (list[i] == NULL)
			break;
		n += 2 + size;
	}
	*out = list;
	*count = i;
	return i == want ? n : 0;
}

/* Learn the batch at p with that model, or as learn() does without one. */
static size_t
learn_octets(struct fields *f, struct model *m, const uint8_t *p, size_t len)
{
	struct record **list = NULL;
	size_t count = 0, n = read_batch(p, len, &list, &count);

	if (n > 0 &&
	    learn(f, m, (const struct record *const *)list, count) == -1)
		n = 0;
	free_batch(list, count);
	return n;
}

static int
append(struct pack_state *s, uint32_t transfer, const uint8_t *p, size_t len)
{
	size_t need = NUMBER_LEN + len;
	uint8_t *more;

	if (s->room - s->used < need) {
		more = realloc(s->history, s->used + need);
		if (more == NULL)
			return -1;
		s->history = more;
		s->room = s->used + need;
	}
	be_put32(s->history + s->used, transfer);
	memcpy(s->history + s->used + NUMBER_LEN, p, len);
	s->used += need;
	return 0;
}

/* Octets of the transfer at p, which is one of the history. */
static size_t
size_at(const uint8_t *p)
{
	size_t n = NUMBER_LEN + 2, count = be_get16(p + NUMBER_LEN);

	while (count-- > 0)
		n += 2 + be_get16(p + n);
	return n;
}

/* digest = H(digest || number u32 || batch) */
static int
reach(struct reach *r, const uint8_t *p, size_t len)
{
	uint8_t *all = malloc(sizeof r->digest + len);

	if (all == NULL)
		return -1;
	memcpy(all, r->digest, sizeof r->digest);
	memcpy(all + sizeof r->digest, p, len);
	seal_digest(all, sizeof r->digest + len, r->digest);
	free(all);
	r->transfer = be_get32(p);
	return 0;
}

/* Learn the history from octet 0 to end; *r, if there is one, comes along. */
static int
replay(const struct pack_state *s, struct fields *f, struct model *m,
    size_t end, struct reach *r)
{
	for (size_t at = 0; at < end;) {
		const uint8_t *p = s->history + at;
		size_t n = size_at(p);

		if (learn_octets(f, m, p + NUMBER_LEN, n - NUMBER_LEN) == 0 ||
		    (r != NULL && reach(r, p, n) == -1))
			return -1;
		at += n;
	}
	return 0;
}

/* The octets of whole transfers at the front that must go. */
static size_t
too_much(const struct pack_state *s)
{
	size_t at = 0;

	while (s->used - at > s->size - s->size / 4)
		at += size_at(s->history + at);
	return at;
}

/* A model that has learnt the history; s->now is s->cut before. */
static int
rebuild(struct pack_state *s)
{
	const struct model *primed = pack_prime_model();

	model_free(s->model);
	s->model = NULL;
	copy_fields(&s->now, &s->cut);
	if (s->size == 0 || s->used == 0)
		return 0;
	if (primed == NULL || (s->model = model_copy(primed)) == NULL)
		return -1;
	return replay(s, &s->now, s->model, s->used, NULL);
}

static int
shorten(struct pack_state *s)
{
	size_t gone = too_much(s);

	if (replay(s, &s->cut, NULL, gone, &s->cut_reach) == -1)
		return -1;
	s->used -= gone;
	memmove(s->history, s->history + gone, s->used);
	return rebuild(s);
}

/* Numbers, ids and times are all that it remembers. */
static int
learn_fields(struct pack_state *s, const uint8_t *p, size_t len)
{
	if (learn_octets(&s->now, NULL, p, len) != len)
		return -1;
	copy_fields(&s->cut, &s->now);
	s->cut_reach = s->reach;
	return 0;
}

/* Both digests: a state that has forgotten something else is another. */
static void
set_name(struct pack_state *s)
{
	for (size_t i = 0; i < sizeof s->name; i++)
		s->name[i] = s->reach.digest[i] ^ s->cut_reach.digest[i];
}

static int
learn_next(
    struct pack_state *s, uint32_t transfer, const uint8_t *p, size_t len)
{
	size_t at = s->used;

	if (transfer <= s->reach.transfer ||
	    append(s, transfer, p, len) == -1 ||
	    reach(&s->reach, s->history + at, NUMBER_LEN + len) == -1)
		return -1;
	if (s->size == 0) {
		s->used = 0;
		return learn_fields(s, p, len);
	}
	if (s->model == NULL &&
	    (pack_prime_model() == NULL ||
		(s->model = model_copy(pack_prime_model())) == NULL))
		return -1;
	/* Learnt first: what is no batch must not be in the history. */
	if (learn_octets(&s->now, s->model, p, len) != len)
		return -1;
	return s->used > s->size ? shorten(s) : 0;
}

int
pack_state_learn_batch(
    struct pack_state *s, uint32_t transfer, const uint8_t *p, size_t len)
{
	int err = learn_next(s, transfer, p, len);

	set_name(s);
	return err;
}

int
pack_state_learn_as(struct pack_state *s, uint32_t transfer,
    const struct record *const *list, size_t count)
{
	uint8_t *batch = NULL;
	size_t n;
	int err;

	if (count == 0)
		return 0;
	n = pack_batch(list, count, &batch);
	err = n == 0 ? -1 : pack_state_learn_batch(s, transfer, batch, n);
	free(batch);
	return err;
}

int
pack_state_learn(
    struct pack_state *s, const struct record *const *list, size_t count)
{
	return pack_state_learn_as(s, s->reach.transfer + 1, list, count);
}

/* ---- where it is, and checkpoints ---- */

uint32_t
pack_state_upto(const struct pack_state *s)
{
	return s->reach.transfer;
}

const uint8_t *
pack_state_digest(const struct pack_state *s)
{
	return s->name;
}

uint8_t
pack_state_check(const struct pack_state *s)
{
	return s->name[0];
}

uint32_t
pack_state_cut(const struct pack_state *s)
{
	return s->cut_reach.transfer;
}

size_t
pack_state_save(const struct pack_state *s, uint8_t **out)
{
	const size_t head = NUMBER_LEN + SEAL_DIGEST_LEN;
	uint8_t *p = malloc(head + PACK_FIELDS_SAVED_MAX), *less;
	size_t n;

	if (p == NULL)
		return 0;
	be_put32(p, s->cut_reach.transfer);
	memcpy(p + NUMBER_LEN, s->cut_reach.digest, SEAL_DIGEST_LEN);
	n = head + pack_fields_save(&s->cut, p + head);
	less = realloc(p, n);
	*out = less != NULL ? less : p;
	return n;
}

struct pack_state *
pack_state_load(const uint8_t *p, size_t len, size_t history_octets)
{
	const size_t head = NUMBER_LEN + SEAL_DIGEST_LEN;
	struct pack_state *s = pack_state_new(history_octets);

	if (s == NULL || len < head ||
	    pack_fields_load(&s->cut, p + head, len - head) == -1) {
		pack_state_free(s);
		return NULL;
	}
	s->cut_reach.transfer = be_get32(p);
	memcpy(s->cut_reach.digest, p + NUMBER_LEN, SEAL_DIGEST_LEN);
	s->reach = s->cut_reach;
	set_name(s);
	copy_fields(&s->now, &s->cut);
	return s;
}

/* ---- batches ---- */

struct work {
	struct mix x;
	struct fields *f;
};

static int
begin(struct work *w, struct pack_state *s)
{
	*w = (struct work){ .f = malloc(sizeof *w->f) };
	w->x.f = w->f;
	w->x.text = malloc(RECORD_TEXT_MAX + 1);
	w->x.m = s != NULL && s->model != NULL ? s->model : pack_prime_model();
	if (w->f == NULL || w->x.text == NULL || w->x.m == NULL ||
	    model_mark(w->x.m) == -1) {
		free(w->f);
		free(w->x.text);
		return -1;
	}
	if (s != NULL)
		copy_fields(w->f, &s->now);
	else
		pack_fields_clear(w->f);
	return 0;
}

static void
end(struct work *w)
{
	model_undo(w->x.m);
	free(w->f);
	free(w->x.text);
}

/* The octets if the nth record is the last; 0: they do not fit. */
static size_t
finish(const struct mix *x, size_t n, uint8_t *out, size_t room)
{
	struct coder last = x->c;
	uint32_t context = mix_context(Q_MORE, n < 4 ? (uint32_t)n : 4, 0);

	coder_bit(&last, 0, model_chance(x->m, context));
	return coder_finish(&last, out, room);
}

size_t
pack_state_fill(struct pack_state *s, const struct record *const *list,
    size_t count, uint8_t *out, size_t room, size_t *len)
{
	struct work w;
	uint8_t *stream = malloc(room + 2 * CODER_TAIL);
	uint8_t *whole = malloc(room + CODER_TAIL);
	size_t best = 0, n;

	if (stream == NULL || whole == NULL || begin(&w, s) == -1)
		goto out;
	coder_write(&w.x.c, stream, room + 2 * CODER_TAIL);
	for (size_t i = 0; i < count && i < PACK_RECORDS_MAX; i++) {
		if (i > 0)
			pack_mix_more(&w.x, i, true);
		pack_mix_write(&w.x, list[i]);
		if (w.x.c.bad || w.x.c.at > room + CODER_TAIL)
			break;
		if ((n = finish(&w.x, i + 1, whole, room)) == 0)
			continue;
		best = i + 1;
		*len = n;
		memcpy(out, whole, n);
	}
	end(&w);
out:
	free(stream);
	free(whole);
	return best;
}

/* Every record of a batch, until the stream says that there are no more. */
static int
read_all(struct mix *x, struct record ***list, size_t *count)
{
	struct record **more;
	size_t n = 0, room = 0;

	do {
		if (n == room) {
			room = room == 0 ? 16 : 2 * room;
			more = realloc(*list, room * sizeof **list);
			if (more == NULL)
				return -1;
			*list = more;
		}
		if (n == PACK_RECORDS_MAX ||
		    ((*list)[n] = pack_mix_read(x)) == NULL)
			return -1;
		*count = ++n;
	} while (pack_mix_more(x, n, false) && !x->c.bad);
	return x->c.bad || x->c.at < x->c.size ? -1 : 0;
}

int
pack_state_read(struct pack_state *s, const uint8_t *p, size_t len,
    struct record ***list, size_t *count)
{
	struct work w;
	struct record **got = NULL;
	size_t n = 0;
	int err;

	if (len == 0) {
		*list = NULL;
		*count = 0;
		return 0;
	}
	if (begin(&w, s) == -1)
		return -1;
	coder_read(&w.x.c, p, len);
	err = read_all(&w.x, &got, &n);
	end(&w);
	if (err == -1) {
		free_batch(got, n);
		return -1;
	}
	*list = got;
	*count = n;
	return 0;
}
