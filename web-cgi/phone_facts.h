/*
 * phone_facts.h - how it goes with a phone, in short: for the list of phones
 * and the page of one.
 */
#ifndef PHONE_FACTS_H
#define PHONE_FACTS_H

#include "page.h"
#include "pages_life.h"

struct phone_facts {
	struct pages_life life;
	struct pages_claim *claim;
	size_t nclaims;
};
/* False after answering an error; else the caller calls phone_facts_clear(). */
bool phone_facts_load(struct page *p, int64_t phone, struct phone_facts *out);
void phone_facts_clear(struct phone_facts *f);

/* "Unbound", "Lost", "Silent". */
void phone_facts_put_state(
    struct page *p, const struct pages_phone *ph, const struct phone_facts *f);
/* How many contacts, messages and so on. */
void phone_facts_put_counts(struct page *p, const struct pages_phone *ph);
void phone_facts_put(
    struct page *p, const struct pages_phone *ph, const struct phone_facts *f);
/* Kind by kind: complete up to when, or what is missing. */
void phone_facts_put_claims(
    struct page *p, const struct pages_phone *ph, const struct phone_facts *f);

#endif
