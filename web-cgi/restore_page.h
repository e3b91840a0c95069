/*
 * restore_page.h - what the pages of a restore share.
 */
#ifndef RESTORE_PAGE_H
#define RESTORE_PAGE_H

#include "page.h"

/* What can be restored, most valuable first. */
#define RESTORE_KINDS 6
struct restore_kind {
	enum record_kind kind;
	const char *name; /* of its field in a form */
	enum text_id text;
};
extern const struct restore_kind restore_kinds[RESTORE_KINDS];

bool restore_any_bound(const struct pages_phone *list, size_t n);
/* How it stands, in a word. */
void restore_put_state(struct page *p, const struct pages_restore *r);

#endif
