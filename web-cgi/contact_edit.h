/*
 * contact_edit.h - a contact that is written on the page: its fields, and what
 * was typed into them.
 */
#ifndef CONTACT_EDIT_H
#define CONTACT_EDIT_H

#include "page.h"

#define CONTACT_MANY 10 /* numbers, addresses and the like */
#define CONTACT_NOTE_MAX 2000
#define CONTACT_NEW_ID 0x80000000u /* ids that no phone gives */

/* Fields of one line each, in the order of the form. */
#define CONTACT_LINES 4
struct contact_line {
	const char *name, *type;
	uint16_t tag;
	enum text_id label;
};
extern const struct contact_line contact_lines[CONTACT_LINES];

/* Those that repeat; type_tag 0: without a label of their own. */
#define CONTACT_GROUPS 3
struct contact_group {
	const char *name, *input, *hint_max;
	uint16_t tag, type_tag;
	size_t least; /* rows to write in */
	enum text_id label;
};
extern const struct contact_group contact_groups[CONTACT_GROUPS];

struct contact_edit {
	struct page *p;
	int64_t phone; /* 0: not chosen yet */
	uint32_t id; /* CONTACT_NEW_ID and up: a new one */
	uint32_t transfer, ordinal; /* the version that is changed; 0: none */
	struct record *before, *after; /* NULL: new; not valid */
	bool gone; /* it is to be deleted */
	enum text_id wrong;
	char wrong_field[16];
};

bool contact_is_new(const struct contact_edit *e);
/* When it is changed: the same when it is priced and when it is sent. */
int64_t contact_time(const struct page *p);
int64_t contact_typed_label(
    const struct page *p, const struct contact_group *g, size_t nth);
/* The contact that the form says, which the caller frees; e->wrong tells if it
 * is none.  NULL: no memory. */
struct record *contact_read(struct contact_edit *e);
/* Does it say what it said before?  The time alone does not count. */
bool contact_is_same(const struct contact_edit *e);

#endif
