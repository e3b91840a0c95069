/*
 * budget.h - how what was spent is shown.
 */
#ifndef BUDGET_H
#define BUDGET_H

#include "page.h"

/* Thousandths as "12.34". */
void budget_money(struct page *p, int64_t milli);
/* "v of max SMS", and a bar; id is the bar's. */
void budget_gauge(
    struct page *p, enum text_id text, const char *id, int64_t v, int64_t max);
/* A purpose of the outbox, as people tell them apart. */
enum text_id budget_purpose(const char *purpose);
/* A number of SMS as typed; false: it is none, or above 100000. */
bool budget_number(const char *text, int64_t *out);

#endif
