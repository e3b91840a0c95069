/*
 * The next octet of a text.
 *
 * The long contexts have lists of what followed them; maps for each, by the
 * kind of text, turn what the lists say of a bit into probabilities.  The short
 * contexts have tables of probabilities.  Six sets of weights, chosen by what
 * matched and where we are, mix them; two last layers mix the six; two tables
 * refine their mean.  The last place where the same seven octets stood gives
 * one more prediction.
 */
#include <string.h>

#include "config.h"
#include "pack_lists.h"

#if defined __GNUC__ && !defined __clang__
#define BY_GCC 1
#pragma GCC optimize("O3")
#else
#define BY_GCC 0
#endif

/* Once more for processors with AVX2: the same integers, several at a time. */
#if BY_GCC && defined __x86_64__ && defined __GLIBC__ && !defined SANITIZE
#define WITH_VECTORS __attribute__((target_clones("avx2", "default")))
#else
#define WITH_VECTORS
#endif
#define HOT static inline __attribute__((always_inline))

#define WEIGHT_RATE 14 /* eighths */
#define FINAL_RATE 2 /* 32nds */
#define REFINE_RATE 100 /* one part in so many */
#define HIGHEST 2047 /* of ln(p / (1 - p)) * 256 */

#define LANES 8 /* numbers that are taken together */
_Static_assert(INPUTS == 2 * LANES && SETS <= LANES, "rows are whole");

/* ---- prediction ---- */

/* What one octet, and each bit of it, is about. */
struct work {
	unsigned script; /* what the octet is part of: 0 to SCRIPTS - 1 */
	unsigned kind; /* of KINDS */
	uint32_t last, before; /* rows of sets D and E */
	unsigned partial; /* 1 and the bits of the octet so far */
	unsigned done; /* how many */
	unsigned part; /* partial and the script */
	struct list list[LISTED];
	uint32_t *state[LISTED]; /* of a map; NULL: nothing is known */
	unsigned ones[LISTED];
	uint32_t *direct[DIRECT];
	alignas(LINE) int32_t in[INPUTS];
	int32_t *weight[SETS];
	alignas(LINE) int32_t dot[LANES]; /* of SETS */
	int32_t p[SETS];
	int32_t *final[2]; /* two last layers */
	int32_t final_p[2];
	int32_t mean; /* of the last layers */
	uint16_t *fine[2];
	uint32_t *match; /* NULL: none */
	unsigned expected; /* bit, by the match */
};

/* Two inputs: which way, and how far from even. */
HOT void
put_inputs(int32_t *in, uint32_t p)
{
	in[0] = model_stretch(p);
	in[1] = ((int32_t)p - 32768) >> 6;
}

/* What an octet is part of: 0 to SCRIPTS - 1. */
HOT unsigned
script_of(const struct where *s)
{
	if (s->lead != 0)
		return 2;
	return s->before[0] >= 128 && s->before[0] < 0x10000;
}

/* Which maps: bodies in letters and in other characters, names, the rest. */
static unsigned
group_of(const struct work *k)
{
	return k->kind != 0 ? k->kind + 1 : k->script != 0;
}

/* Returns which contexts are known, in short: 0 to 11. */
HOT unsigned
predict_listed(struct model *m, struct work *k)
{
	uint32_t(*map)[STATES] = m->t.map[group_of(k)];
	unsigned known = 0;

	for (unsigned i = 0; i < LISTED; i++) {
		const struct list *l = &k->list[i];

		k->state[i] = NULL;
		k->in[2 * i] = k->in[2 * i + 1] = 0;
		if (l->all == 0)
			continue;
		k->ones[i] = list_ones(l);
		k->state[i] = &map[i][list_state(l, k->ones[i])];
		put_inputs(&k->in[2 * i], *k->state[i] >> 16);
		if (i <= 3)
			known = i + 2;
		else if (i == 4)
			known += 6;
	}
	return known;
}

HOT unsigned
predict_direct(
    struct model *m, struct work *k, const uint32_t *line, bool alone)
{
	static const struct {
		uint32_t from, lines;
	} part[DIRECT] = { { 0, DIRECT_0 / 16 }, { DIRECT_0, DIRECT_1 / 16 } };
	unsigned known = 0, begun = 1u << k->done % 4;
	unsigned node = (k->partial & (begun - 1)) | begun;

	for (unsigned i = 0; i < DIRECT; i++) {
		uint32_t at = part[i].from + 16 * (line[i] % part[i].lines);

		k->direct[i] = &m->t.direct[at + (node ^ line[i] >> 28)];
		k->in[2 * LISTED + i] = model_stretch(*k->direct[i] >> 16);
		if ((*k->direct[i] & MODEL_COUNT_MAX) > 0)
			known = i;
	}
	return alone ? known : 0;
}

HOT void
predict_match(struct model *m, struct work *k)
{
	struct where *s = &m->s;
	int32_t *in = &k->in[2 * LISTED + DIRECT];
	unsigned octet;

	k->match = NULL;
	in[0] = in[1] = 0;
	if (s->match == 0)
		return;
	octet = model_text_at(m, s->match);
	if ((octet | 256) >> (8 - k->done) != k->partial) {
		s->match = s->match_len = 0;
		return;
	}
	k->expected = octet >> (7 - k->done) & 1;
	k->match = &m->t.match_map[s->match_len];
	put_inputs(in, *k->match >> 16);
	if (k->expected == 0) {
		in[0] = -in[0];
		in[1] = -in[1];
	}
}

HOT int32_t
limited(int32_t x)
{
	return x > HIGHEST ? HIGHEST : x < -HIGHEST ? -HIGHEST : x;
}

/* Of what is limited. */
HOT int32_t
squash(int32_t x)
{
	return model_squashes[x + 2048];
}

/* How long the match is, in short: 0 to 5. */
HOT unsigned
match_size(uint32_t len)
{
	return len == 0   ? 0
	       : len < 9  ? 1
	       : len < 12 ? 2
	       : len < 20 ? 3
	       : len < 32 ? 4
			  : 5;
}

/* What the list of a context says, in short: 0 to 3. */
HOT unsigned
sure(const struct work *k, int i)
{
	unsigned all = k->list[i].all;

	if (all < 3)
		return all > 0;
	return k->ones[i] == 0 || k->ones[i] == all ? 2 : 3;
}

/* What is the same for all bits of an octet. */
HOT void
begin_octet(const struct where *s, struct work *k)
{
	uint32_t place = s->count < 8 ? s->count : 7;

	k->script = script_of(s);
	k->kind = s->class < 2 ? s->class : 2;
	k->last = s->before[0] < 256 ? s->before[0] : 256 + (s->before[0] & 15);
	k->last += s->lead != 0 ? SET_D / 2 : 0;
	k->before = s->before[1] < 256 ? s->before[1] : 256;
	if (k->kind > 0)
		k->before =
		    257 + ((k->kind - 1) * 8 + place) * SCRIPTS + k->script;
}

/* Which weights of each set. */
HOT void
choose_weights(const struct where *s, const struct work *k, unsigned known,
    uint32_t row[static SETS])
{
	row[0] =
	    (match_size(s->match_len) * SCRIPTS + k->script) * MODEL_CLASSES +
	    s->class;
	row[1] = k->part;
	row[2] = ((k->kind * 12 + known) * SCRIPTS + k->script) * 8 + k->done;
	row[3] = k->last;
	row[4] = k->before;
	row[5] = (sure(k, 3) * 4 + sure(k, 5)) * 4 + sure(k, 1);
}

/* Products of whole rows, scaled down and added. */
HOT int32_t
dot(const int32_t *restrict in, const int32_t *restrict weight, int n)
{
	int32_t sum = 0;

#pragma GCC unroll 1
	for (int i = 0; i < n; i++)
		sum += (in[i] * weight[i] + 128) >> 8;
	return limited(sum >> 8);
}

HOT void
mix(struct model *m, struct work *k, unsigned known)
{
	static const uint32_t from[SETS] = { 0, SET_A, SET_A + SET_B,
		SET_A + SET_B + SET_C, SET_A + SET_B + SET_C + SET_D,
		WEIGHTS - SET_F };
	unsigned bucket = match_size(m->s.match_len);
	uint32_t row[SETS];

	k->part = k->partial + 256 * k->script;
	choose_weights(&m->s, k, known, row);
	for (int i = 0; i < SETS; i++) {
		k->weight[i] = m->t.weight[from[i] + row[i]];
		model_keep(m, k->weight[i]);
		k->dot[i] = dot(k->in, k->weight[i], INPUTS);
		k->p[i] = squash(k->dot[i]);
	}
	k->final[0] = m->t.final[k->part];
	k->final[1] = m->t.final[FINAL_KNOWN + bucket * 12 + known];
	k->mean = 0;
	for (int i = 0; i < 2; i++) {
		int32_t sum = dot(k->dot, k->final[i], LANES);

		model_keep(m, k->final[i]);
		k->final_p[i] = squash(sum);
		k->mean += sum;
	}
	k->mean >>= 1;
}

/* A point of a table between two of its 33. */
HOT uint32_t
between(uint16_t *table, uint32_t x, uint16_t **nearest)
{
	uint32_t low = x >> 7, part = x & 127;

	*nearest = &table[low + (part >= 64)];
	return (table[low] * (128 - part) + table[low + 1] * part) >> 7;
}

HOT uint32_t
refine(struct model *m, struct work *k)
{
	uint32_t x = (uint32_t)(k->mean + 2048);
	uint32_t pair = model_hash(m->s.refined, k->partial) & 1023;
	const uint32_t row[2] = { k->part, 256 * SCRIPTS + pair };
	uint32_t p = 2 * (uint32_t)squash(k->mean);

	for (int i = 0; i < 2; i++) {
		p += between(m->t.refine[row[i]], x, &k->fine[i]);
		model_keep(m, k->fine[i]);
	}
	p >>= 2;
	return p < 16 ? 16 : p > 65520 ? 65520 : p;
}

/* ---- learning ---- */

HOT void
train(int32_t *restrict weight, const int32_t *restrict in, int n, int32_t err)
{
#pragma GCC unroll 1
	for (int i = 0; i < n; i++) {
		int32_t w = weight[i] + ((in[i] * err + 32768) >> 16);

		weight[i] = w > 262143 ? 262143 : w < -262143 ? -262143 : w;
	}
}

HOT void
learn_map(struct model *m, uint32_t *p, unsigned bit)
{
	model_keep(m, p);
	model_adapt(p, bit);
}

HOT void
learn(struct model *m, struct work *k, unsigned bit)
{
	int32_t target = bit != 0 ? 65535 : 0;

	for (int i = 0; i < SETS; i++)
		train(k->weight[i], k->in, INPUTS,
		    (target - k->p[i]) * WEIGHT_RATE / 8);
	for (int i = 0; i < 2; i++)
		train(k->final[i], k->dot, LANES,
		    (target - k->final_p[i]) * FINAL_RATE / 32);
	for (int i = 0; i < 2; i++)
		*k->fine[i] = (uint16_t)(*k->fine[i] +
					 (target - *k->fine[i]) / REFINE_RATE);
	for (int i = 0; i < LISTED; i++) {
		if (k->state[i] == NULL)
			continue;
		learn_map(m, k->state[i], bit);
		list_go_on(&k->list[i], k->ones[i], bit);
	}
	for (int i = 0; i < DIRECT; i++)
		learn_map(m, k->direct[i], bit);
	if (k->match != NULL)
		learn_map(m, k->match, bit == k->expected);
}

WITH_VECTORS unsigned
model_octet(struct model *m, struct coder *c, unsigned octet)
{
	struct work k = { .partial = 1 };
	uint32_t direct[DIRECT] = { 0 };

	begin_octet(&m->s, &k);
	for (int i = 0; i < LISTED; i++)
		list_find(m, m->s.listed[i], &k.list[i]);
	for (k.done = 0; k.done < 8; k.done++) {
		unsigned known, bit = octet >> (7 - k.done) & 1;

		for (int i = 0; i < DIRECT && k.done % 4 == 0; i++)
			direct[i] = model_hash(m->s.direct[i], k.partial);
		known = predict_listed(m, &k);
		known += predict_direct(m, &k, direct, known % 6 == 0);
		predict_match(m, &k);
		mix(m, &k, known);
		bit = coder_bit(c, bit, refine(m, &k));
		learn(m, &k, bit);
		k.partial = k.partial << 1 | bit;
	}
	octet = k.partial & 255;
	model_end_octet(m, octet);
	for (int i = 0; i < LISTED; i++)
		list_fetch(m, m->s.listed[i]);
	for (int i = 0; i < LISTED; i++)
		list_learn(m, &k.list[i], octet);
	return octet;
}
