/*
 * pack_prime.h - what the coder has learnt before its first record.
 */
#ifndef PACK_PRIME_H
#define PACK_PRIME_H

#include "pack_mix.h"

/* Records as lines, NULL at the end: see lib/dict/make-words.py, which come
 * first, and lib/dict/make-prime.py.  They are part of the protocol. */
extern const char *const pack_prime_words[];
extern const char *const pack_prime_lines[];

/* A model that has learnt them, made at the first call and never freed; not
 * to be changed but between a mark and its undoing.  NULL if memory is short.
 */
struct model *pack_prime_model(void);
/* Nothing is known. */
void pack_fields_clear(struct fields *f);

#endif
