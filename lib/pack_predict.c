/*
 * The next octet of a text.
 *
 * Each context finds, for each bit, a slot: 8 bits of check and 8 bits of
 * history.  Maps for each context, by the kind of text, turn histories into
 * probabilities; the commonest contexts have tables of probabilities instead.
 * Five sets of weights, chosen by what matched and where we are, mix them; two
 * last layers mix the five; two tables refine their mean.  The last place
 * where the same five octets stood gives one more prediction.
 */
#include <string.h>

#include "config.h"
#include "pack_model_internal.h"

/* Once more for processors with AVX2: the same integers, several at a time. */
#if defined __x86_64__ && defined __GLIBC__ && !defined SANITIZE
#define WITH_VECTORS __attribute__((target_clones("avx2", "default")))
#else
#define WITH_VECTORS
#endif
#define HOT static inline __attribute__((always_inline))
#if defined __GNUC__ && !defined __clang__
#pragma GCC optimize("O3")
#endif

#define WEIGHT_RATE 14 /* eighths */
#define FINAL_RATE 2 /* 32nds */
#define REFINE_RATE 64 /* one part in so many */
#define MAP_LIMIT 1023
#define DIRECT_LIMIT 1023
#define MATCH_LIMIT 1023
#define HIGHEST 2047 /* of ln(p / (1 - p)) * 256 */

/* ---- prediction ---- */

/* Where a node of a context has its slot: one of WAYS in its line. */
struct place {
	uint16_t *slot;
	unsigned first; /* the one to take over before others */
	uint16_t check;
};

/* What one bit is about. */
struct work {
	unsigned partial; /* 1 and the bits of the octet so far */
	unsigned done; /* how many */
	unsigned part; /* partial and the script */
	struct place place[SLOTTED];
	uint16_t *slot[SLOTTED]; /* NULL: none yet */
	unsigned state[SLOTTED];
	uint32_t (*map)[256]; /* of each context */
	uint16_t *direct[DIRECT];
	uint32_t direct_p[DIRECT];
	int32_t in[INPUTS];
	int32_t *weight[SETS];
	int32_t dot[SETS + 1];
	int32_t *final[2]; /* two last layers */
	uint32_t final_p[2];
	uint32_t p[SETS + 1];
	uint16_t *fine[2];
	uint32_t *match; /* NULL: none */
	unsigned expected; /* bit, by the match */
};

HOT struct place
place_of(struct model *m, uint32_t h, uint32_t node)
{
	uint32_t line = (uint32_t)((uint64_t)h * LINES >> 32);
	uint32_t k = node * 0x9e3779b1u + h * 0x2545f491u;

	return (struct place){ &m->slot[line][k >> 29 << 2], k >> 27 & 3,
		(uint16_t)(k & 0xff00) };
}

/* The first slot with that check and a history: all four at a time, in lanes
 * of 16 bits whose highest says so. */
HOT uint16_t *
find_slot(const struct place *at)
{
	const uint64_t ones = 0x0001000100010001, low = 0x7fff * ones;
	const uint16_t *s = at->slot;
	uint64_t all = s[0] | (uint64_t)s[1] << 16 | (uint64_t)s[2] << 32 |
		       (uint64_t)s[3] << 48;
	uint64_t other = (all ^ at->check * ones) & 0xff00 * ones;
	uint64_t found = ((all & 0xff * ones) + low) &
			 ~(((other & low) + low) | other) & 0x8000 * ones;

	return found == 0 ? NULL : &at->slot[__builtin_ctzll(found) / 16];
}

/* Take over the one that knows least. */
static uint16_t *
claim_slot(const struct place *at)
{
	const uint8_t *total = model_history.total;
	uint16_t *least = &at->slot[at->first];

	for (unsigned i = 1; i < WAYS; i++) {
		uint16_t *slot = &at->slot[at->first ^ i];

		if (total[*slot & 0xff] < total[*least & 0xff])
			least = slot;
	}
	return least;
}

/* Two inputs: which way, and how far from even. */
HOT void
put_inputs(int32_t *in, uint32_t p)
{
	in[0] = model_stretch(p);
	in[1] = ((int32_t)p - 32768) >> 6;
}

/* What an octet is part of: 0 to SCRIPTS - 1. */
HOT unsigned
script_of(const struct small *s)
{
	if (s->lead != 0)
		return 2;
	return s->before[0] >= 128 && s->before[0] < 0x10000;
}

/* Which maps: bodies in letters and in other characters, names, the rest. */
static unsigned
group_of(const struct small *s)
{
	if (s->class != 0)
		return s->class == 1 ? 2 : 3;
	return script_of(s) != 0;
}

/* Returns which contexts are known, in short: 0 to 11. */
HOT unsigned
predict_slotted(struct model *m, struct work *k, const uint32_t *line)
{
	unsigned known = 0;

	k->map = m->s.map[group_of(&m->s)];

	for (unsigned i = 0; i < SLOTTED; i++) {
		k->place[i] = place_of(m, line[i], k->partial);
		k->slot[i] = find_slot(&k->place[i]);
		k->state[i] = k->slot[i] != NULL ? *k->slot[i] & 0xffu : 0;
		if (k->state[i] == 0) {
			k->in[2 * i] = k->in[2 * i + 1] = 0;
			continue;
		}
		put_inputs(&k->in[2 * i], k->map[i][k->state[i]] >> 16);
		if (i <= 3)
			known = i == 0 ? 0 : i + 2;
		else if (i == 4)
			known += 6;
	}
	return known;
}

HOT unsigned
predict_direct(
    struct model *m, struct work *k, const uint32_t *line, bool alone)
{
	unsigned known = 0, begun = 1u << k->done % 4;
	unsigned node = (k->partial & (begun - 1)) | begun;

	for (int i = 0; i < DIRECT; i++) {
		uint32_t at = i == 0
				  ? line[i] % (DIRECT_1 / 16)
				  : DIRECT_1 / 16 + line[i] % (DIRECT_2 / 16);

		k->direct[i] = m->direct[16 * at + (node ^ line[i] >> 28)];
		k->direct_p[i] =
		    (uint32_t)k->direct[i][0] << 16 | k->direct[i][1];
		k->in[2 * SLOTTED + i] = model_stretch(k->direct_p[i] >> 16);
		if ((k->direct_p[i] & 1023) > 0)
			known = (unsigned)i + 1;
	}
	return alone ? known : 0;
}

HOT void
predict_match(struct model *m, struct work *k)
{
	struct small *s = &m->s;
	int32_t *in = &k->in[2 * SLOTTED + DIRECT];
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
	k->match = &s->match_map[s->match_len];
	put_inputs(in, *k->match >> 16);
	if (k->expected == 0) {
		in[0] = -in[0];
		in[1] = -in[1];
	}
}

HOT int32_t
dot(const int32_t *in, const int32_t *weight, int n)
{
	int32_t sum = 0;

	for (int i = 0; i < n; i++)
		sum += (in[i] * weight[i] + 128) >> 8;
	sum >>= 8;
	return sum > HIGHEST ? HIGHEST : sum < -HIGHEST ? -HIGHEST : sum;
}

HOT void
mix(struct model *m, struct work *k, unsigned known)
{
	struct small *s = &m->s;
	unsigned len = s->match_len, script = script_of(s);
	unsigned bucket = len == 0   ? 0
			  : len < 7  ? 1
			  : len < 12 ? 2
			  : len < 20 ? 3
			  : len < 32 ? 4
				     : 5;
	uint32_t last =
	    s->before[0] < 256 ? s->before[0] : 256 + (s->before[0] & 15);
	uint32_t row[SETS];

	k->part = k->partial + 256 * script;
	row[0] = (bucket * SCRIPTS + script) * MODEL_CLASSES + s->class;
	row[1] = SET_A + k->part;
	row[2] = SET_A + SET_B + (known * SCRIPTS + script) * 8 + k->done;
	row[3] = SET_A + SET_B + SET_C + last + (s->lead != 0 ? SET_D / 2 : 0);
	row[4] = SET_A + SET_B + SET_C + SET_D +
		 (s->before[1] < 256 ? s->before[1] : 256);
	for (int i = 0; i < SETS; i++) {
		model_change_row(m, row[i]);
		k->weight[i] = m->r.weight[row[i]];
		k->dot[i] = dot(k->in, k->weight[i], INPUTS);
		k->p[i] = model_squash(k->dot[i]);
	}
	k->final[0] = s->final[k->part];
	k->final[1] = s->final_known[bucket * 12 + known];
	k->dot[SETS] = 0;
	for (int i = 0; i < 2; i++) {
		int32_t sum = dot(k->dot, k->final[i], SETS);

		k->final_p[i] = model_squash(sum);
		k->dot[SETS] += sum;
	}
	k->dot[SETS] >>= 1;
	k->p[SETS] = model_squash(k->dot[SETS]);
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
	uint32_t x = (uint32_t)(k->dot[SETS] + 2048);
	uint32_t pair = model_hash(m->s.refined, k->partial) & 1023;
	const uint32_t row[2] = { k->part, 256 * SCRIPTS + pair };
	uint32_t p = 2 * k->p[SETS];

	for (int i = 0; i < 2; i++) {
		model_change_row(m, WEIGHTS + row[i]);
		p += between(m->r.refine[row[i]], x, &k->fine[i]);
	}
	p >>= 2;
	return p < 16 ? 16 : p > 65520 ? 65520 : p;
}

/* ---- learning ---- */

HOT void
train(int32_t *weight, const int32_t *in, int n, int32_t err)
{
	for (int i = 0; i < n; i++) {
		int32_t w = weight[i] + ((in[i] * err + 32768) >> 16);

		weight[i] = w > 262143 ? 262143 : w < -262143 ? -262143 : w;
	}
}

HOT void
learn_slotted(struct model *m, struct work *k, unsigned bit)
{
	/* A long context is worth a slot once a shorter one is known. */
	static const int shorter[SLOTTED] = { -1, -1, -1, 2, -1, 4 };

	for (int i = 0; i < SLOTTED; i++) {
		uint16_t *slot = k->slot[i];

		model_adapt(&k->map[i][k->state[i]], bit, MAP_LIMIT);
		if (slot == NULL && shorter[i] >= 0 &&
		    k->state[shorter[i]] == 0)
			continue;
		if (slot == NULL)
			slot = claim_slot(&k->place[i]);
		model_set(m, slot,
		    (uint16_t)(k->place[i].check |
			       model_history.next[k->state[i]][bit]));
	}
}

HOT void
learn(struct model *m, struct work *k, unsigned bit)
{
	int32_t target = bit != 0 ? 65535 : 0;

	for (int i = 0; i < SETS; i++)
		train(k->weight[i], k->in, INPUTS,
		    (target - (int32_t)k->p[i]) * WEIGHT_RATE / 8);
	for (int i = 0; i < 2; i++)
		train(k->final[i], k->dot, SETS,
		    (target - (int32_t)k->final_p[i]) * FINAL_RATE / 32);
	for (int i = 0; i < 2; i++)
		*k->fine[i] = (uint16_t)(*k->fine[i] +
					 (target - *k->fine[i]) / REFINE_RATE);
	learn_slotted(m, k, bit);
	for (int i = 0; i < DIRECT; i++) {
		model_adapt(&k->direct_p[i], bit, DIRECT_LIMIT);
		model_set(
		    m, &k->direct[i][0], (uint16_t)(k->direct_p[i] >> 16));
		model_set(m, &k->direct[i][1], (uint16_t)k->direct_p[i]);
	}
	if (k->match != NULL)
		model_adapt(k->match, bit == k->expected, MATCH_LIMIT);
}

WITH_VECTORS unsigned
model_octet(struct model *m, struct coder *c, unsigned octet)
{
	struct work k = { .partial = 1 };
	uint32_t line[SLOTTED] = { 0 }, direct[DIRECT] = { 0 };

	k.in[2 * SLOTTED + DIRECT + 2] = 256; /* what is so without reason */
	for (k.done = 0; k.done < 8; k.done++) {
		unsigned known, bit = octet >> (7 - k.done) & 1;

		if (k.done % 4 == 0) {
			for (int i = 0; i < SLOTTED; i++)
				line[i] =
				    model_hash(m->s.slotted[i], k.partial);
			for (int i = 0; i < DIRECT; i++)
				direct[i] =
				    model_hash(m->s.direct[i], k.partial);
		}
		known = predict_slotted(m, &k, line);
		known += predict_direct(m, &k, direct, known % 6 == 0);
		predict_match(m, &k);
		mix(m, &k, known);
		bit = coder_bit(c, bit, refine(m, &k));
		learn(m, &k, bit);
		k.partial = k.partial << 1 | bit;
	}
	octet = k.partial & 255;
	model_end_octet(m, octet);
	return octet;
}
