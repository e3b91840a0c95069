/*
 * pack_model_internal.h - shared by the files of the model, nobody else.
 */
#ifndef PACK_MODEL_INTERNAL_H
#define PACK_MODEL_INTERNAL_H

#include <stdalign.h>

#include "pack_model.h"

/*
 * Sizes.  All in all 4 MB; every number here is part of the protocol.
 * Contexts of a text with lists of what followed: order 2, 3, 4 and 5, the
 * word, and the word with the one before.  Orders 0 and 1 have tables of
 * probabilities.
 */
#define LISTED 6
#define DIRECT 2
#define DIRECT_0 (1u << 14)
#define DIRECT_1 (1u << 15)
#define INPUTS 16 /* of a mixer */
#define LINE 64 /* octets that a mark keeps at a time */
#define LINES 33600 /* of lists */
#define LINE_CELLS (LINE / 2)
#define TEXT_SIZE (1u << 19) /* octets that a match may look back */
#define MATCH_SLOTS (1u << 17)
#define MATCH_MIN 7
#define MATCH_MAX 32
#define CHOICES (1u << 15)
#define KNOWN 4 /* ways in which a choice's last context is known */
#define GROUPS 4 /* of maps */
#define LEVELS 11 /* of how often a choice came */
#define SIZES 6 /* of lists */
#define STATES (SIZES * LEVELS * LEVELS * 2)
#define SETS 6
#define KINDS 3 /* of texts: bodies, names, others */
#define SCRIPTS 3 /* ASCII; the first or the second octet of others */
#define SET_A (8 * MODEL_CLASSES * SCRIPTS)
#define SET_B (256 * SCRIPTS)
#define SET_C (KINDS * 12 * 8 * SCRIPTS)
#define SET_D (2 * 272)
#define SET_E (257 + (KINDS - 1) * 8 * SCRIPTS)
#define SET_F 64
#define WEIGHTS (SET_A + SET_B + SET_C + SET_D + SET_E + SET_F)
#define FINAL_KNOWN (256 * SCRIPTS) /* where the second last layer begins */
#define FINALS (FINAL_KNOWN + 6 * 12)
#define REFINED (256 * SCRIPTS + 1024)
#define SPELL_MAX 31
#define DIAL_MAX 20
#define BEFORE 6 /* characters that contexts look back */

struct choice {
	uint16_t p;
	uint8_t check, count; /* count 0: never asked */
};

/* What is learnt: before a part of it changes, model_keep(). */
struct tables {
	uint16_t list[LINES][LINE_CELLS]; /* pack_lists.h */
	alignas(
	    LINE) uint32_t direct[DIRECT_0 + DIRECT_1]; /* model_adapt()'s */
	alignas(LINE)
	    uint32_t map[GROUPS][LISTED][STATES]; /* by state of the list */
	alignas(LINE) int32_t weight[WEIGHTS][INPUTS]; /* 1/65536 */
	alignas(LINE) int32_t final[FINALS][8]; /* SETS are used */
	uint16_t refine[REFINED][33];
	uint32_t match_map[64]; /* by length of the match */
	uint32_t match_at[MATCH_SLOTS];
	uint8_t text[TEXT_SIZE];
	struct choice choice[CHOICES];
	int32_t choice_weight[MODEL_MIXERS * KNOWN][MODEL_CONTEXTS];
};

/* Where the text is. */
struct where {
	uint32_t at; /* octets of all texts so far */
	uint32_t listed[LISTED], direct[DIRECT]; /* hashes of the contexts */
	uint32_t refined;
	uint32_t before[BEFORE]; /* characters, the newest first */
	uint32_t count; /* characters of this text so far */
	uint32_t word, word_before; /* hashes; 0: between words */
	uint32_t lead; /* first octet of a character of two, or 0 */
	uint32_t class;
	char spell[SPELL_MAX + 1]; /* small letters; blanks between words */
	uint32_t spell_at, spell_run; /* the next letter; how many were right */
	char dial[DIAL_MAX + 1]; /* digits, then NULs */
	bool dialling; /* all characters so far are the first ones of dial */
	uint32_t match; /* where the match goes on; 0: none */
	uint32_t match_len;
};

struct kept {
	uint32_t line;
	uint8_t was[LINE];
};

#define TABLE_LINES (sizeof(struct tables) / LINE)
_Static_assert(sizeof(struct tables) % LINE == 0, "lines are whole");

struct model {
	alignas(LINE) struct tables t;
	struct where s;
	/* marks */
	struct where kept_s;
	/* A bit for each line that is, or that need not be. */
	uint64_t is_kept[TABLE_LINES / 64 + 1];
	struct kept *kept; /* room for all lines, of which few are used */
	size_t nkept;
};

void model_make_tables(void); /* these three */
extern uint16_t model_squashes[4096];
extern int16_t model_stretches[4096];
#define MODEL_COUNT_MAX 1023
extern uint64_t model_parts[MODEL_COUNT_MAX + 1]; /* 2^41 / (2n + 3), and 2 */

void model_keep_line(struct model *m, size_t line);

/* Before what is at p, one of the tables, changes: the line that p is in. */
static inline void
model_keep(struct model *m, const void *p)
{
	size_t line = (size_t)((const char *)p - (const char *)&m->t) / LINE;

	if ((m->is_kept[line / 64] >> line % 64 & 1) == 0)
		model_keep_line(m, line);
}

/* p in 1/65536 from ln(p / (1 - p)) * 256, and back. */
static inline uint32_t
model_squash(int32_t x)
{
	x = x > 2047 ? 2047 : x < -2047 ? -2047 : x;
	return model_squashes[x + 2048];
}

static inline int32_t
model_stretch(uint32_t p)
{
	return model_stretches[p >> 4];
}

/*
 * A probability of 22 bits over a count of 10, moved towards bit by
 * 2 / (2n + 3) of the way, less and less until the count is at its limit; that
 * of a 1 as that of a 0 turned over.  The product is the exact quotient,
 * towards 0: a difference has 23 bits, a divisor 11, and 34 is less than 40.
 */
static inline void
model_adapt(uint32_t *map, unsigned bit)
{
	uint32_t over = (0u - bit) << 10, v = *map ^ over;
	uint32_t n = v & MODEL_COUNT_MAX, p = v >> 10;

	p -= (uint32_t)(p * model_parts[n] >> 40);
	*map = (p << 10 | (n + (n < MODEL_COUNT_MAX))) ^ over;
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
	return m->t.text[at & (TEXT_SIZE - 1)];
}

/* An octet has come: where the text is now.  pack_context.c */
void model_end_octet(struct model *m, unsigned octet);

#endif
