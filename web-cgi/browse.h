/*
 * browse.h - what the pages of the vault share: its records opened, and names
 * for the numbers in them.
 */
#ifndef BROWSE_H
#define BROWSE_H

#include "page.h"

#define BROWSE_SHOWN_MAX 500

/* All current records of a kind, opened, newest first; false after answering
 * an error.  The caller calls opened_free(). */
bool browse_records(struct page *p, int kind, struct opened **list, size_t *n);
/* text, or fallback if it is NULL. */
const char *browse_or(const char *text, const char *fallback);
/* "Nothing here yet", and when there will be. */
void browse_empty(struct page *p, const char *title);
/* The first letter of a name, on a colour that the name keeps. */
void browse_avatar(struct page *p, const char *name, const char *class);

/* ---- who is this number? ---- */

/* The digits that tell numbers apart: the last nine, whatever stands before. */
void browse_number_key(const char *number, char out[static 16]);

struct name {
	char key[16];
	const char *name; /* not owned */
};

struct names {
	struct name *list;
	size_t n;
	struct opened *contacts;
	size_t ncontacts;
};
/* False after answering an error; else the caller calls names_free(). */
bool names_load(struct page *p, struct names *out);
void names_free(struct names *names);
/* A contact's name, or the number itself. */
const char *names_find(const struct names *names, const char *number);

#endif
