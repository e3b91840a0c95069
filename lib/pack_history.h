/*
 * pack_history.h - what a slot of the model remembers of one context: how
 * often 0 and 1 came, and which came last, in 8 bits.
 *
 * State 0 is "nothing yet".  When one choice comes again and again its count
 * grows to 40; when the other comes, most of that is forgotten: what was seen
 * lately counts more.
 */
#ifndef PACK_HISTORY_H
#define PACK_HISTORY_H

#include <stdint.h>

struct history_tables {
	uint8_t next[256][2]; /* the state after a 0, after a 1 */
	uint8_t total[256]; /* how much a state knows */
	uint16_t p1[256]; /* a first guess, in 1/65536 */
	uint8_t sure[256]; /* only one of the two has come: how often */
};

void history_make(struct history_tables *t);

#endif
