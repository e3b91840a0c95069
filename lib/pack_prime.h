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

/* A new model that has learnt them, which takes about a second; for the caller
 * to free.  NULL if memory is short. */
struct model *pack_prime_learn(void);

/*
 * The same model, made at the first call and never freed; not to be changed but
 * between a mark and its undoing.  NULL if memory is short.  It is learnt when
 * the programs are built, by make-primed, and part of them (pack_primed.c); the
 * programs of a build for another machine learn it when they need it
 * (pack_learnt.c).
 */
struct model *pack_prime_model(void);

#endif
