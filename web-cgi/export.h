/*
 * export.h - records as other software reads them.
 *
 * Everything streams: a record goes in, its octets go out, and nothing is kept
 * but what one record takes.  The module knows no page, database or key: what
 * it wants beside the record it asks of struct export_context.
 *
 *  format     for                         written to
 *  vCard 3.0  contacts                    RFC 2426
 *  vCard 4.0  contacts                    RFC 6350
 *  XML        messages; calls             SMS Backup & Restore
 *  iCalendar  calendar, calls, notes      RFC 5545 (libical)
 *  CSV        every kind                  RFC 4180, UTF-8 with its mark
 *  JSON       every kind                  RFC 8259, one array
 *  JSON Lines every kind                  one object a line
 *  mbox       messages, calls             RFC 4155, headers of SMS Backup+
 */
#ifndef EXPORT_H
#define EXPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "record.h"

enum export_format {
	EXPORT_VCARD3,
	EXPORT_VCARD4,
	EXPORT_XML,
	EXPORT_ICALENDAR,
	EXPORT_CSV,
	EXPORT_JSON,
	EXPORT_JSON_LINES,
	EXPORT_MBOX,
	EXPORT_FORMATS
};

/* Where octets go.  Once put() has failed nothing more is put. */
struct export_out {
	int (*put)(void *ctx, const void *p, size_t len); /* 0, or -1 */
	void *ctx;
	bool failed;
};
void export_put(struct export_out *out, const void *p, size_t len);
void export_str(struct export_out *out, const char *text);

/* Either function may be NULL. */
struct export_context {
	/* The name that a contact has given this number; NULL: none.  Not
	 * owned, and good until the next call. */
	const char *(*name_of)(void *ctx, const char *number);
	/* Put the octets of a file to out, as they were on the phone.  -1: it
	 * is not here, or not whole; nothing was put then. */
	int (*file)(
	    void *ctx, int64_t phone, uint32_t id, struct export_out *out);
	void *ctx;
};

/* The format by its name in addresses, such as "vcard3"; -1: none such. */
int export_format_of(const char *name);
const char *export_format_name(enum export_format format);
bool export_can(enum export_format format, enum record_kind kind);
/* Such as "contacts.vcf", and its MIME type. */
const char *export_file_name(enum export_format format, enum record_kind kind);
const char *export_type(enum export_format format);

/*
 * A file begins.  count is how many records will follow, for the formats that
 * say so at their start.  context and out must outlive it.  NULL: no memory.
 */
struct export *export_open(enum export_format format, enum record_kind kind,
    size_t count, const struct export_context *context, struct export_out *out);
/* r is of the file's kind and not deleted. */
void export_record(struct export *e, int64_t phone, const struct record *r);
/* The end of the file.  -1: not all of it could be put. */
int export_close(struct export *e);

/* ---- many files in one: a zip, written as it goes ---- */

struct export_zip;
struct export_zip *export_zip_open(struct export_out *out);
/* The next file; what is put to the answer is its content.  name is UTF-8
 * with "/" between directories, and must not be there already. */
struct export_out *
export_zip_file(struct export_zip *z, const char *name, time_t changed);
int export_zip_close(struct export_zip *z);

/*
 * A path inside the zip that every system can unpack: no "..", no drive, no
 * signs that some system forbids.  Returns a string that the caller frees, or
 * NULL: no memory.
 */
char *export_safe_path(const char *folder, const char *name);

#endif
