/*
 * import.h - records from files of other software, and of our own exports.
 *
 *  format                    read as
 *  vCard 2.1, 3.0, 4.0       contacts
 *  SMS Backup & Restore XML  messages; calls
 *  iCalendar                 calendar (VEVENT), notes (VJOURNAL)
 *  CSV                       what our export writes, every kind but files
 *
 * The module knows no page, database or key, and trusts nothing in the file.
 * What cannot be read is counted, and the rest goes on.
 */
#ifndef IMPORT_H
#define IMPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "record.h"

#define IMPORT_OCTETS_MAX (4u << 20)
#define IMPORT_RECORDS_MAX 20000

enum import_format {
	IMPORT_UNKNOWN,
	IMPORT_VCARD,
	IMPORT_XML,
	IMPORT_ICALENDAR,
	IMPORT_CSV,
};

/* What came inside a record, such as the picture of a message. */
struct import_file {
	size_t of; /* its index in record */
	struct record *manifest; /* RECORD_FILE, id 0 */
	uint8_t *p;
	size_t len;
};

struct import {
	enum import_format format;
	struct record **record; /* ids 0; in the order of the file */
	size_t n, cap;
	size_t bad; /* items that could not be read */
	/* A message's RECORD_PART_FILE is the index here, and 1. */
	struct import_file *file;
	size_t nfiles, waiting; /* waiting: of the record being read */
	size_t parts; /* pictures and the like that cannot be had: left out */
	bool too_many; /* there are more than IMPORT_RECORDS_MAX */
	int64_t now_ms; /* for what says no time of its own */
};

/* Read a file of len octets, not NUL-ended; the caller calls import_clear().
 * -1: no memory. */
int
import_read(const char *text, size_t len, int64_t now_ms, struct import *out);
void import_clear(struct import *im);

/* Base64 (RFC 4648) to octets, at most IMPORT_OCTETS_MAX.  -1: it is none. */
struct buf;
int import_decode(const char *text, struct buf *out);

/* The same in two records is the same for who reads them: ids and what a
 * format leaves out do not count. */
#define IMPORT_ESSENCE_LEN 32
void
import_essence(const struct record *r, uint8_t out[static IMPORT_ESSENCE_LEN]);

#endif
