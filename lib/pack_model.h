/*
 * pack_model.h - what comes next, learnt from what came before.
 *
 * Mixes the predictions of several contexts of the text so far, bit by bit, as
 * the PAQ programs do (Mahoney 2002 and later).  Also adaptive single choices
 * for the fields around the texts.  Memory is fixed: 4 MB.
 *
 * A model is learnt once; after that a caller marks it, uses it and undoes
 * what that changed, which costs as much as what was used, not 4 MB: lines of
 * 64 octets are kept before they change.
 * Integers and constant tables only.
 */
#ifndef PACK_MODEL_H
#define PACK_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pack_coder.h"

struct model; /* opaque */

struct model *model_new(void); /* knows nothing; NULL if memory is short */
struct model *model_copy(const struct model *m);
void model_free(struct model *m);

/* A model as octets, *len of them, which live as long as it: for programs of
 * the same build only.  Not between a mark and its undoing. */
const void *model_image(const struct model *m, size_t *len);
struct model *model_load(const void *image, size_t len);

/* From here on remember what changes, and undo it. */
int model_mark(struct model *m); /* -1: memory is short */
void model_undo(struct model *m);

/* A text of that class begins: body, name, ...; 0 to MODEL_CLASSES - 1.  hint
 * tells its first letters apart, such as by direction. */
#define MODEL_CLASSES 16
void model_text(struct model *m, unsigned class, unsigned hint);
#define MODEL_NAMES 1
#define MODEL_ADDRESSES 3
/* What a text of class MODEL_ADDRESSES may spell: a name, or a number. */
void model_spell(struct model *m, const char *name, const char *number);
/* One octet of it; the one of its end is 0. */
unsigned model_octet(struct model *m, struct coder *c, unsigned octet);

/* One choice of two in that context (any number). */
unsigned
model_bit(struct model *m, struct coder *c, uint32_t context, unsigned bit);
/* The same; the first time in that context, it is 1 with p1 / 65536. */
unsigned model_bit_first(struct model *m, struct coder *c, uint32_t context,
    unsigned bit, uint32_t p1);
/* The probability of 1 there, in 1/65536. */
uint32_t model_chance(struct model *m, uint32_t context);
/* A number of that many bits, most significant first. */
unsigned model_tree(struct model *m, struct coder *c, uint32_t context,
    unsigned bits, unsigned v);
/* A choice about which two contexts say something, the second more but not
 * always; the mixer goes with the kind of question. */
#define MODEL_CONTEXTS 2
#define MODEL_MIXERS 8
struct model_question {
	unsigned mixer; /* 0 to MODEL_MIXERS - 1 */
	uint32_t context[MODEL_CONTEXTS];
};
unsigned model_bit_by(struct model *m, struct coder *c,
    const struct model_question *q, unsigned bit);
/* Any number: the count of its bits by contexts, then the bits. */
uint64_t model_number_by(struct model *m, struct coder *c,
    const struct model_question *q, uint64_t v);
uint64_t
model_number(struct model *m, struct coder *c, uint32_t context, uint64_t v);

#endif
