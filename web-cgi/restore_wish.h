/*
 * restore_wish.h - what an owner wants put on a phone: read and collected.
 */
#ifndef RESTORE_WISH_H
#define RESTORE_WISH_H

#include "deliver.h"
#include "restore_page.h"

struct wish {
	int64_t from, to, as_of_ms;
	bool kind[RESTORE_KINDS];
	size_t items; /* picked; else by kinds */
	bool all; /* also what is on the phone already */
	enum text_id wrong; /* T_NONE: nothing */
	const char *purpose;
};

void restore_read_wish(struct page *p, struct wish *w);
/* Everything the wish names, priced; what is on the phone already is left out
 * and counted.  False after an answer. */
bool restore_collect(struct page *p, const struct wish *w, struct deliver *d);
/* "Contacts, Messages · 2026-05-03 14:30": kinds and when, no contents. */
void restore_label(struct page *p, const struct wish *w, char *out, size_t cap);

#endif
