/*
 * export_internal.h - what the files of the export share.
 */
#ifndef EXPORT_INTERNAL_H
#define EXPORT_INTERNAL_H

#include "buf.h"
#include "export.h"

struct export
{
	enum record_kind kind;
	size_t expected, n; /* records said to come, records so far */
	const struct export_context *context;
	struct export_out *out;
	const struct export_writer *writer;
	void *state; /* the writer's */
	struct buf line;
};

/* begin and end may be NULL; begin returns -1 if there is no memory. */
struct export_writer {
	int (*begin)(struct export *e);
	void (*record)(struct export *e, int64_t phone, const struct record *r);
	void (*end)(struct export *e);
};

extern const struct export_writer export_vcard3, export_vcard4, export_sms_xml,
    export_icalendar, export_csv, export_json, export_json_lines, export_mbox;

/* A contact's name for a number, or NULL. */
const char *export_name_of(struct export *e, const char *number);
/* "" for NULL. */
const char *export_or(const char *text);
/* ISO 8601, UTC: "2026-05-03T08:00:00Z". */
void export_iso_time(int64_t ms, char out[static 32]);
/* A line of vCard or iCalendar, folded between characters, with its end. */
void export_folded(struct export_out *out, const char *line, size_t len);
/* The rules of the time zone of this Olson name, as a VTIMEZONE; false: there
 * is none, or its rules cannot be said, and b is as it was. */
bool export_zone(const char *name, struct buf *b);
/* A cell of CSV, in quotes, that no spreadsheet takes for a formula. */
void export_csv_cell(struct export_out *out, const char *text);
/* The tags of a kind's columns, ended by 0. */
const uint16_t *export_csv_columns(enum record_kind kind);
/* What the export said of a number, read again; false: it is none. */
bool export_csv_number(
    enum record_kind kind, uint16_t tag, const char *text, int64_t *out);
/* A record as a JSON object (a json_t of Jansson's) that the caller gives up
 * with json_decref(). */
struct json_t;
struct json_t *export_json_object(int64_t phone, const struct record *r);
/* Base64 without line breaks, in pieces: *n octets wait in hold. */
struct export_base64 {
	uint8_t hold[3];
	size_t n;
};
void export_base64_put(struct export_base64 *b, const uint8_t *p, size_t len,
    struct export_out *out);
void export_base64_end(struct export_base64 *b, struct export_out *out);

#endif
