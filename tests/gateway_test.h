/*
 * gateway_test.h - what phones on the air have, and that all of it arrives.
 * And the cases of other files, for check_gateway.c.
 */
#ifndef GATEWAY_TEST_H
#define GATEWAY_TEST_H

#include <check.h>

#include "air.h"

#define HOUR 3600000LL
#define DAY (24 * HOUR)

extern const struct air_faults perfect;

/* n messages from this id on. */
void put_messages(struct air *a, int phone, uint32_t first, uint32_t n);
/* Letters that no coder can foresee: an SMS holds a few of these. */
void
put_words(struct air *a, int phone, uint32_t first, uint32_t n, uint64_t *seed);
/* All of the phone is here within so many days, and a is freed. */
void end_stored(struct air *a, int phone, int days);

TCase *gateway_failed_case(void);
TCase *gateway_forged_case(void);

#endif
