/*
 * browse.h - what the pages of the vault share: its records opened, and names
 * for the numbers in them.
 */
#ifndef BROWSE_H
#define BROWSE_H

#include "page.h"
#include "pages_browse.h"

#define BROWSE_SHOWN_MAX 500

/* ---- as of a moment, kept through the links: ?as_of=2026-05-03, or
 * ?as_of=2026-05-03T14:30, which a form says as &at=14:30 ---- */

/* The end of that day or minute of the owner's, ms since 1970; 0: now. */
int64_t browse_as_of(struct page *p);
/* As it was chosen, with that character before the time of day. */
#define BROWSE_MOMENT_MAX 24
const char *browse_moment(
    struct page *p, char between, char text[static BROWSE_MOMENT_MAX]);
/* Puts "as_of=..." behind first ('?' or '&'), if one is chosen. */
void browse_keep(struct page *p, char first);
/* page_begin(), and a banner if this is not how it is today. */
void browse_begin(struct page *p, const char *title);
/* "2026-05-03", of UTC. */
void browse_day(int64_t ms, char out[static 16]);
/* Reads such a day: its beginning; -1: it is none. */
int64_t browse_day_read(const char *text);

/* ---- records, opened; each answers an error and returns false ---- */

/* All records of a kind, newest first, as of the moment that is chosen.  The
 * caller calls opened_free(). */
bool browse_records(struct page *p, int kind, struct opened **list, size_t *n);
/* Those of the page that ?page= names, BROWSE_PAGE of them. */
#define BROWSE_PAGE 50
bool browse_some(
    struct page *p, int kind, struct opened **list, size_t *n, int64_t *total);
/* Rows that were read; clears them. */
bool browse_open(struct page *p, struct pages_records *rows,
    struct opened **list, size_t *n);
/* The record that ?phone= and ?id= name, as of the day that is chosen. */
bool browse_one(struct page *p, int kind, struct opened **one);
/* Which page, from 0. */
size_t browse_page(const struct page *p);
/* "51-100 of 734", and the ways to what is newer and older.  more is put
 * into the links, percent-encoded as it must be; it may be "". */
void
browse_pager(struct page *p, const char *path, const char *more, int64_t total);
/* The way to a record's versions. */
void browse_versions(struct page *p, const struct opened *o);
/* Octets as people say them: "12 kB". */
void browse_size(struct page *p, int64_t octets);

/* The record of a version, if it put one and is among those opened. */
const struct record *record_of_version(
    const struct opened *list, size_t n, const struct pages_version *v);
/* A form that has a version sent to its phone again. */
void record_put_undelete(struct page *p, const struct pages_version *v);

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
