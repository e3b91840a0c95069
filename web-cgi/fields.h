/*
 * fields.h - the fields of a record in words: its versions and differences.
 */
#ifndef FIELDS_H
#define FIELDS_H

#include "browse.h"

/* "Contact", "Message", ... */
const char *fields_kind(const struct page *p, unsigned kind);
/* A record's own name in a list: its title, name or number. */
const char *fields_title(const struct page *p, const struct record *r);
/* All its fields as <dt> and <dd>. */
void fields_put(struct page *p, const struct record *r);
/* Only those that differ, old value struck out and new; NULL: all is new, or
 * all is gone. */
void fields_put_difference(
    struct page *p, const struct record *before, const struct record *after);

#endif
