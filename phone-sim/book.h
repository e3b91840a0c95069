/*
 * book.h - what is on one simulated phone: contacts, messages, calls, events,
 * notes and files' manifests.
 *
 * Records (lib/record.h) by kind and id.  An id is given once and never again,
 * as on a real phone.  With a file everything is appended to it and found
 * again; the newest of a record counts.
 */
#ifndef BOOK_H
#define BOOK_H

#include <stddef.h>
#include <stdint.h>

#include "record.h"

struct book;

/* path NULL: in memory.  NULL after logging why. */
struct book *book_open(const char *path);
void book_close(struct book *b);
/* As on a new phone: ids begin anew too. */
void book_empty(struct book *b);
/* The next id of that kind. */
uint32_t book_next_id(const struct book *b, enum record_kind kind);
/* Takes ownership of r, also when it fails: -1 after logging why. */
int book_put(struct book *b, struct record *r);
/* A tombstone in its place.  -1: there is no such record. */
int
book_delete(struct book *b, enum record_kind kind, uint32_t id, int64_t now_ms);
/* NULL: none, or deleted. */
const struct record *
book_get(const struct book *b, enum record_kind kind, uint32_t id);
/* Tombstones too; NULL: never was. */
const struct record *
book_any(const struct book *b, enum record_kind kind, uint32_t id);
/* How many there are that are not deleted. */
size_t book_count(const struct book *b, enum record_kind kind);

#endif
