/*
 * Single choices, and numbers made of them.
 *
 * A choice has one probability for each context in which it is asked.  Where
 * several contexts say something about it, their logarithms of odds are mixed,
 * by weights that are learnt for each kind of question, and for how well its
 * contexts are known.
 */
#include "pack_model_internal.h"

#define CHOICE_LIMIT 60
#define MIXED_LIMIT 250
#define MIXED_RATE 6 /* eighths */

/* What is known of a choice in one context. */
struct seen {
	struct choice *cell; /* its own, or one to take over */
	uint8_t check;
	uint32_t p;
	unsigned n; /* how often; 0: never, and p means nothing */
};

static bool
is_of(const struct choice *c, uint8_t check)
{
	return c->count != 0 && c->check == check;
}

static struct seen
look(struct choice *choice, uint32_t context)
{
	uint32_t h = model_hash(context, 0x400), i = h & (CHOICES - 1);
	struct choice *a = &choice[i], *b = &choice[i ^ 1];
	struct seen s = { .check = (uint8_t)(h >> 24) };

	if (is_of(a, s.check))
		s.cell = a;
	else if (is_of(b, s.check))
		s.cell = b;
	if (s.cell != NULL) {
		s.p = s.cell->p;
		s.n = s.cell->count;
	} else {
		s.cell = b->count < a->count ? b : a;
		s.p = 32768;
	}
	return s;
}

static uint32_t
within(uint32_t p)
{
	return p < 64 ? 64 : p > 65472 ? 65472 : p;
}

uint32_t
model_chance(struct model *m, uint32_t context)
{
	return within(look(m->t.choice, context).p);
}

static void
learn(struct model *m, const struct seen *s, unsigned bit, unsigned limit)
{
	int32_t p = (int32_t)s->p, target = bit != 0 ? 65535 : 0;

	p += (target - p) * 2 / (int32_t)(2 * s->n + 3);
	model_keep(m, s->cell);
	*s->cell = (struct choice){ .p = (uint16_t)p,
		.check = s->check,
		.count = (uint8_t)(s->n < limit ? s->n + 1 : s->n) };
}

unsigned
model_bit_first(struct model *m, struct coder *c, uint32_t context,
    unsigned bit, uint32_t p1)
{
	struct seen s = look(m->t.choice, context);

	if (s.n == 0)
		s.p = p1;
	bit = coder_bit(c, bit, within(s.p));
	learn(m, &s, bit, CHOICE_LIMIT);
	return bit;
}

unsigned
model_bit(struct model *m, struct coder *c, uint32_t context, unsigned bit)
{
	return model_bit_first(m, c, context, bit, 32768);
}

unsigned
model_tree(struct model *m, struct coder *c, uint32_t context, unsigned bits,
    unsigned v)
{
	unsigned partial = 1;

	for (unsigned i = bits; i-- > 0;)
		partial =
		    partial << 1 |
		    model_bit(m, c, model_hash(context, partial), v >> i & 1);
	return partial - (1u << bits);
}

/* ---- by several contexts ---- */

/* The weights: by how often the last context was seen. */
static int32_t *
weights_of(struct model *m, const struct model_question *q, unsigned n)
{
	unsigned known = n == 0 ? 0 : n < 4 ? 1 : n < 20 ? 2 : 3;

	return m->t.choice_weight[q->mixer % MODEL_MIXERS * KNOWN + known];
}

unsigned
model_bit_by(struct model *m, struct coder *c, const struct model_question *q,
    unsigned bit)
{
	struct seen seen[MODEL_CONTEXTS];
	int32_t in[MODEL_CONTEXTS], sum = 0, err, *weight;
	uint32_t p;

	for (unsigned i = 0; i < MODEL_CONTEXTS; i++) {
		seen[i] = look(m->t.choice, q->context[i]);
		in[i] = seen[i].n == 0 ? 0 : model_stretch(seen[i].p);
	}
	weight = weights_of(m, q, seen[MODEL_CONTEXTS - 1].n);
	for (unsigned i = 0; i < MODEL_CONTEXTS; i++)
		sum += in[i] * (weight[i] >> 4) >> 12;
	p = within(model_squash(sum));
	bit = coder_bit(c, bit, p);
	err = ((bit != 0 ? 65535 : 0) - (int32_t)p) * MIXED_RATE / 32;
	model_keep(m, weight);
	for (unsigned i = 0; i < MODEL_CONTEXTS; i++) {
		int32_t w = weight[i] + ((in[i] * err + 8192) >> 14);

		weight[i] = w > 262143 ? 262143 : w < -262143 ? -262143 : w;
		learn(m, &seen[i], bit, MIXED_LIMIT);
	}
	return bit;
}

/* A number's choices: by one context, or by two. */
struct number {
	uint32_t context;
	const struct model_question *q; /* NULL: one context */
};

static unsigned
number_bit(struct model *m, struct coder *c, const struct number *k,
    uint32_t node, unsigned bit)
{
	struct model_question q;

	if (k->q == NULL)
		return model_bit(m, c, model_hash(k->context, node), bit);
	q.mixer = k->q->mixer;
	for (unsigned i = 0; i < MODEL_CONTEXTS; i++)
		q.context[i] = model_hash(k->q->context[i], node);
	return model_bit_by(m, c, &q, bit);
}

/* Bits below the first three are as good as random. */
static uint64_t
number(struct model *m, struct coder *c, const struct number *k, uint64_t v)
{
	unsigned bits = 0, partial = 1;
	uint64_t out = 1;

	while (bits < 64 && v >> bits != 0)
		bits++;
	for (unsigned i = 7; i-- > 0;)
		partial =
		    partial << 1 | number_bit(m, c, k, partial, bits >> i & 1);
	bits = partial - 128;
	if (bits == 0 || bits > 64) {
		c->bad |= bits > 64;
		return 0;
	}
	for (unsigned i = bits - 1; i-- > 0;) {
		unsigned bit = (unsigned)(v >> i & 1);

		if (bits - 1 - i <= 2)
			bit = number_bit(
			    m, c, k, 0x1000 + bits * 8 + (uint32_t)out, bit);
		else
			bit = coder_bit(c, bit, 32768);
		out = out << 1 | bit;
	}
	return out;
}

uint64_t
model_number(struct model *m, struct coder *c, uint32_t context, uint64_t v)
{
	const struct number k = { context, NULL };

	return number(m, c, &k, v);
}

uint64_t
model_number_by(struct model *m, struct coder *c,
    const struct model_question *q, uint64_t v)
{
	const struct number k = { 0, q };

	return number(m, c, &k, v);
}
