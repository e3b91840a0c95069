/*
 * import_internal.h - what the readers of formats share.
 */
#ifndef IMPORT_INTERNAL_H
#define IMPORT_INTERNAL_H

#include "buf.h"
#include "import.h"

/* Each reads the whole of a NUL-ended text. */
void import_vcard(const char *text, struct import *im);
void import_xml(const char *text, struct import *im);
void import_icalendar(const char *text, struct import *im);
void import_csv(const char *text, struct import *im);

/* Takes r, or counts it as bad if good is false or it has no fields. */
void import_take(struct import *im, struct record *r, bool good);
/* What stands in the record being read, as base64 with blanks or without: type
 * is a MIME type, name and folder say where it goes.  Its index and 1; 0: it is
 * none, and is counted as left out. */
struct import_picture {
	const char *type, *name, *folder, *base64;
};
size_t import_file(
    struct import *im, const struct record *r, const struct import_picture *p);
/* Adds text unless it is empty or NULL; false: it does not fit. */
bool import_text(struct record *r, uint16_t tag, const char *text);
/* "2026-05-03T08:00:00Z" or "20260503T080000Z"; false: it is neither. */
bool import_time(const char *text, int64_t *ms);

#endif
