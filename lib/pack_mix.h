/*
 * pack_mix.h - shared by the files of PACK_MIX, nobody else.
 *
 * Every function here goes both ways: when the coder writes or learns it takes
 * the value that it is given, when the coder reads it gives the value.  What
 * is wrong in the octets sets x->c.bad, after which values mean nothing.
 */
#ifndef PACK_MIX_H
#define PACK_MIX_H

#include "pack_coder.h"
#include "pack_internal.h"
#include "pack_model.h"

#define PACK_MIX_TEXTS_MAX 65536 /* octets of all texts of a batch */
#define NUMBERS_MAX 2048 /* numbers known at a time */
#define NUMBER_MAX 40 /* octets of one; a longer one is not remembered */

/* What the coding of fields remembers from record to record. */
struct known_number {
	char text[NUMBER_MAX + 1];
	uint32_t uses; /* lately: see pack_numbers_used() */
	uint32_t tick; /* of its last use */
};

struct fields {
	bool begun; /* there was a record before */
	int64_t seconds; /* of the last message, call, ... */
	int64_t other_seconds[RECORD_KIND_COUNT]; /* of the last of others */
	uint32_t id[RECORD_KIND_COUNT];
	bool id_back[RECORD_KIND_COUNT]; /* the newest come first */
	bool time_back;
	unsigned last_kind;
	int64_t last_direction[RECORD_KIND_COUNT];
	uint16_t country; /* calling code most numbers have; 0: not known */
	size_t numbers;
	uint32_t tick;
	uint32_t last_peer; /* index, or NUMBERS_MAX */
	struct known_number number[NUMBERS_MAX];
};

struct mix {
	struct coder c;
	struct model *m;
	struct fields *f;
	size_t texts; /* octets of all texts so far */
	char *text; /* RECORD_TEXT_MAX + 1 octets: the value at work */
};

/* Contexts of single choices: one number for each kind of question. */
enum mix_question {
	Q_MORE = 1,
	Q_KIND,
	Q_OP,
	Q_NEXT_ID,
	Q_ID_SIGN,
	Q_ID,
	Q_SAME_PEER,
	Q_TIME_SAME,
	Q_TIME_SIGN,
	Q_TIME,
	Q_HAS_MS,
	Q_TAG,
	Q_TYPE,
	Q_INT_SIGN,
	Q_INT,
	Q_KNOWN,
	Q_FORM,
	Q_HOME,
	Q_COUNTRY,
	Q_DIGIT,
	Q_DERIVED,
	Q_EXACT,
	Q_SEEN,
	Q_DATE,
};

/* Mixers of choices that go by several contexts. */
enum mix_mixer { MIXER_TIME = 1, MIXER_DIGIT };

uint32_t mix_context(enum mix_question q, uint32_t a, uint32_t b);

/* pack_save.c: what the coding of fields remembers, as octets that one end
 * keeps for itself.  out has PACK_FIELDS_SAVED_MAX octets; returns how many. */
#define PACK_FIELDS_SAVED_MAX (512 + NUMBERS_MAX * (NUMBER_MAX + 9))
/* Nothing is known. */
void pack_fields_clear(struct fields *f);
size_t pack_fields_save(const struct fields *f, uint8_t *out);
/* 0, or -1: it is none, and *f means nothing. */
int pack_fields_load(struct fields *f, const uint8_t *p, size_t len);

/* pack_text.c: one text of at most RECORD_TEXT_MAX octets. */
void pack_text_prepare(void);
void pack_text(struct mix *x, unsigned class, unsigned hint, char *text);

/* pack_date.c: a date, if text is one; else false, and it is still to be
 * coded.  text has room for PACK_DATE_MAX letters. */
#define PACK_DATE_MAX 10
bool pack_date(struct mix *x, char *text);

/* pack_number.c: a telephone number, or what stands for one, as text. */
#define CLASS_SENDER 8
void pack_number(struct mix *x, unsigned kind, char *text);
/* The international form of a number as typed: text may be what follows from
 * it, which costs next to nothing. */
void pack_number_e164(struct mix *x, const char *typed, char *text);
/* A number without its country, as far as that is known; in text itself. */
const char *pack_national(const char *text);
/* A number that is in the table, or a new one that goes there. */
void pack_peer(struct mix *x, unsigned kind, bool same, char *text);
void pack_numbers_add(struct fields *f, const char *text);
bool pack_numbers_same(const struct fields *f, const char *text);

/* pack_mix.c: one record; out: the caller's to free, NULL if bad.  Reading. */
struct record *pack_mix_read(struct mix *x);
/* Writing and learning. */
void pack_mix_write(struct mix *x, const struct record *r);
/* Is there another record behind the nth? */
bool pack_mix_more(struct mix *x, size_t n, bool more);

#endif
