/*
 * people.h - believable contents for a new phone, the same for the same seed.
 */
#ifndef PEOPLE_H
#define PEOPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "book.h"

struct people_amount {
	size_t contacts, messages, calls; /* about so many */
	size_t events, notes, files;
};

/* Contacts, conversations and calls of the weeks before now_ms, in English or
 * Chinese.  0, or -1 after logging why. */
int people_fill(struct book *b, uint64_t seed, unsigned phone, bool chinese,
    int64_t now_ms, const struct people_amount *amount);
/* Events and notes, in the same way. */
int people_fill_more(struct book *b, uint64_t seed, unsigned phone,
    bool chinese, int64_t now_ms, const struct people_amount *amount);
/* What the owner of that phone calls it. */
void people_phone_name(
    uint64_t seed, unsigned phone, bool chinese, char *out, size_t cap);

#endif
