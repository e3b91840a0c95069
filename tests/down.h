/*
 * down.h - two phones on the air: what the first has is put on the other.  And
 * the cases of other files, for check_down_base.c.
 */
#ifndef DOWN_H
#define DOWN_H

#include <check.h>

#include "air.h"

#define DOWN_FROM 0 /* whose records they are */
#define DOWN_TO 1 /* the phone that they are put on */

extern const struct air_faults down_perfect;
/* Of the phone DOWN_TO, and a name for a copy of it. */
extern char down_journal[64], down_copy[80];

/* Both are bound, and send nothing of their own. */
struct air *down_two(const struct air_faults *faults);
void down_end(struct air *a);
void down_bind(struct air *a, int phone);
/* A message or, of five, one contact; the caller frees it. */
struct record *down_record(uint64_t *seed, uint32_t id);
/* n messages and contacts from *id on. */
void
down_put_some(struct air *a, int phone, uint64_t *seed, uint32_t *id, int n);
/* Nothing that a coder could foresee: many transfers. */
void
down_put_notes(struct air *a, int phone, uint64_t *seed, uint32_t id, int n);
/* What was put on it is on it, each once, and the receipt says so. */
void down_expect(struct air *a, int64_t restore, const char *what);
/* Until that is true of the row p of the phone DOWN_TO. */
void down_until(struct air *a, const char *what);

TCase *down_old_case(void);
TCase *down_price_case(void);
TCase *down_there_case(void);

#endif
