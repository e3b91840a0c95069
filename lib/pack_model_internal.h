/*
 * pack_model_internal.h - shared by the files of the model, nobody else.
 */
#ifndef PACK_MODEL_INTERNAL_H
#define PACK_MODEL_INTERNAL_H

#include "pack_history.h"
#include "pack_model.h"

/*
 * Sizes.  All in all 4.3 MiB; every number here is part of the protocol.
 * Contexts of a text with slots: order 0, 3, 4 and 5, the word, and the word
 * with the one before.  Orders 1 and 2 have tables of their own.
 */
#define SLOTTED 6
#define DIRECT 2
#define DIRECT_1 (1u << 15)
#define DIRECT_2 (1u << 17)
#define INPUTS 20 /* of a mixer; 17 are used, and 20 is quicker */
#define LINES 36864 /* of 64 octets each */
#define LINE_SLOTS 32
#define WAYS 4 /* slots that a context may have, side by side in a line */
#define TEXT_SIZE (1u << 19) /* octets that a match may look back */
#define MATCH_SLOTS (1u << 17)
#define MATCH_MIN 5
#define MATCH_MAX 32
#define CHOICES (1u << 15)
#define KNOWN 4 /* ways in which a choice's last context is known */
#define GROUPS 4 /* of maps */
#define SETS 5
#define SCRIPTS 3 /* ASCII; the first or the second octet of others */
#define SET_A (8 * MODEL_CLASSES * SCRIPTS)
#define SET_B (256 * SCRIPTS)
#define SET_C (12 * 8 * SCRIPTS)
#define SET_D (2 * 272)
#define SET_E 257
#define WEIGHTS (SET_A + SET_B + SET_C + SET_D + SET_E)
#define REFINED (256 * SCRIPTS + 1024)
#define LOG_MAX (1u << 18) /* changes remembered before all is kept */
#define SPELL_MAX 31
#define BEFORE 6 /* characters that contexts look back */

/* What a mark keeps whole. */
struct small {
	uint32_t map[GROUPS][SLOTTED][256]; /* by history: see model_adapt() */
	uint32_t match_map[64]; /* by length of the match */
	int32_t final[256 * SCRIPTS][SETS + 1]; /* 1/65536 */
	int32_t final_known[6 * 12][SETS + 1];
	int32_t choice_weight[MODEL_MIXERS * KNOWN][MODEL_CONTEXTS];
	/* where the text is */
	uint32_t at; /* octets of all texts so far */
	uint32_t slotted[SLOTTED], direct[DIRECT]; /* hashes of the contexts */
	uint32_t refined;
	uint32_t before[BEFORE]; /* characters, the newest first */
	uint32_t word, word_before; /* hashes; 0: between words */
	uint32_t lead; /* first octet of a character of two, or 0 */
	uint32_t class;
	char spell[SPELL_MAX + 1]; /* small letters; blanks between words */
	uint32_t spell_at, spell_run; /* the next letter; how many were right */
	uint32_t match; /* where the match goes on; 0: none */
	uint32_t match_len;
};

/* Of these a mark keeps the rows that change. */
struct rows {
	int32_t weight[WEIGHTS][INPUTS]; /* 1/65536 */
	uint16_t refine[REFINED][33];
};
#define ROWS (WEIGHTS + REFINED) /* those of weight come first */

struct change {
	uint32_t where; /* in cells from slot[0][0] */
	uint16_t old;
};

/* The tables from slot on are cells of 16 bits, changed by model_set(). */
struct model {
	struct small s;
	struct rows r;
	uint16_t slot[LINES][LINE_SLOTS]; /* check 8 bits, history 8 */
	uint16_t direct[DIRECT_1 + DIRECT_2][2]; /* model_adapt()'s */
	uint16_t text[TEXT_SIZE / 2]; /* two octets each */
	uint16_t match_slot[MATCH_SLOTS][2];
	uint16_t choice[CHOICES][2]; /* probability; check 8 bits, count 8 */
	uint16_t end_of_tables[1];
	/* marks */
	bool marked;
	struct small kept;
	struct rows kept_rows;
	uint32_t mark, row_mark[ROWS]; /* equal: that row is kept */
	uint16_t changed[ROWS]; /* the rows that are kept */
	size_t nchanged;
	struct change *log;
	size_t logged;
	struct model *whole; /* all as it was, once the log is full */
};

extern struct history_tables model_history;

void model_choices_clear(struct small *s);

void model_make_tables(void); /* these three */
extern const uint16_t model_curve[33];
extern int16_t model_stretches[4096];
#define MODEL_COUNT_MAX 1023
extern uint64_t model_parts[MODEL_COUNT_MAX + 1]; /* 2^40 / (2n + 3), and 1 */

/* Before a cell or a row of a marked model changes: keep what it was. */
void model_remember(struct model *m, const uint16_t *cell);
void model_remember_row(struct model *m, uint32_t row);

static inline void
model_change_row(struct model *m, uint32_t row)
{
	if (m->marked && m->row_mark[row] != m->mark)
		model_remember_row(m, row);
}

static inline void
model_set(struct model *m, uint16_t *cell, uint16_t v)
{
	if (m->marked && m->whole == NULL)
		model_remember(m, cell);
	*cell = v;
}

/* p in 1/65536 from ln(p / (1 - p)) * 256, and back. */
static inline uint32_t
model_squash(int32_t x)
{
	uint32_t i, part;

	x = x > 2047 ? 2047 : x < -2047 ? -2047 : x;
	i = (uint32_t)(x + 2048) >> 7;
	part = (uint32_t)(x + 2048) & 127;
	return (model_curve[i] * (128 - part) + model_curve[i + 1] * part) >> 7;
}

static inline int32_t
model_stretch(uint32_t p)
{
	return model_stretches[p >> 4];
}

/*
 * A probability of 22 bits over a count of 10, moved towards bit by
 * 2 / (2n + 3) of the way, less and less until the count is at its limit.  The
 * product is the exact quotient, towards 0: a difference has 23 bits, a divisor
 * 11, and 34 is less than 40.
 */
static inline void
model_adapt(uint32_t *map, unsigned bit, uint32_t limit)
{
	uint32_t n = *map & MODEL_COUNT_MAX;
	int32_t p = (int32_t)(*map >> 10);
	int32_t way = bit != 0 ? (1 << 22) - 1 - p : p;
	int32_t step = (int32_t)((uint64_t)way * 2 * model_parts[n] >> 40);

	p += bit != 0 ? step : -step;
	*map = (uint32_t)p << 10 | (n < limit ? n + 1 : n);
}

static inline uint32_t
model_hash(uint32_t a, uint32_t b)
{
	uint32_t h = a * 0x9e3779b1u ^ (b + 0x7f4a7c15u) * 0x85ebca6bu;

	h ^= h >> 15;
	h *= 0xc2b2ae35u;
	return h ^ h >> 13;
}

static inline unsigned
model_text_at(const struct model *m, uint32_t at)
{
	at &= TEXT_SIZE - 1;
	return m->text[at / 2] >> (at & 1) * 8 & 255u;
}

/* An octet has come: where the text is now.  pack_context.c */
void model_end_octet(struct model *m, unsigned octet);

#endif
