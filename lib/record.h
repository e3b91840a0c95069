/*
 * record.h - the kinds of data that are backed up, and their octets.
 *
 * A record is a kind, an id that its sender assigned, an operation, a time and
 * a list of typed fields.  One schema table says which fields each kind has.
 * There are two forms: the stored form (record_encode, canonical and self
 * describing; what is sealed at rest and compared) and the packed form on the
 * air (lib/pack).  Fields that this version does not know are kept.  Pages and
 * programs read fields through record_text() and record_int() only.
 * The layout is in smsvault-wire(7), "RECORDS".
 */
#ifndef RECORD_H
#define RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum record_kind {
	RECORD_CONTACT = 1,
	RECORD_MESSAGE = 2,
	RECORD_CALL = 3,
	RECORD_CALENDAR = 4,
	RECORD_NOTE = 5,
	RECORD_FILE = 6,
	RECORD_DEVICE = 7,
	RECORD_SIM = 8,
	RECORD_LOCATION = 9,
	RECORD_KIND_COUNT
};

enum record_op {
	RECORD_PUT = 0, /* this is how it is now */
	RECORD_DELETE = 1, /* a tombstone: no fields */
};

enum record_type {
	RECORD_TEXT, /* UTF-8, 1..RECORD_TEXT_MAX octets, no NUL */
	RECORD_INT, /* int64_t */
};
#define RECORD_TEXT_MAX 8192
#define RECORD_FIELDS_MAX 64
#define RECORD_STORED_MAX 16384 /* octets of the stored form */

/* Field tags.  Texts that come in pairs (number and its type) repeat in step:
 * the nth NUMBER_TYPE belongs to the nth NUMBER. */
enum record_tag {
	/* contact */
	RECORD_NAME = 1, /* text: display name */
	RECORD_NUMBER = 2, /* text, repeats: as typed */
	RECORD_NUMBER_E164 =
	    3, /* text, repeats: "" is not allowed, use NUMBER */
	RECORD_NUMBER_TYPE = 4, /* int, repeats: enum record_label */
	RECORD_EMAIL = 5, /* text, repeats */
	RECORD_EMAIL_TYPE = 6, /* int, repeats */
	RECORD_ORG = 7,
	RECORD_TITLE = 8,
	RECORD_BIRTHDAY = 9, /* text: YYYY-MM-DD or --MM-DD */
	RECORD_ADDRESS = 10, /* text, repeats */
	RECORD_NOTE_TEXT = 11,
	RECORD_STARRED = 12, /* int: 1 */
	/* message and call */
	RECORD_PEER = 20, /* text, repeats for a group: E.164 or as given */
	RECORD_DIRECTION = 21, /* int: enum record_direction / call type */
	RECORD_BODY = 22, /* text */
	RECORD_READ = 23, /* int: 1 read */
	RECORD_SENT_MS = 24, /* int: when it was sent, ms since 1970 */
	RECORD_SUBJECT = 25,
	RECORD_DURATION_S = 26, /* int: seconds */
	RECORD_STATUS =
	    27, /* int: -1 none, 0 complete, 32 pending, 64 failed */
	RECORD_PRESENTATION =
	    28, /* int: 1 allowed 2 restricted 3 unknown 4 payphone */
	RECORD_SIM_SLOT = 29, /* int */
	/* a message with parts (MMS), in step: the nth of each */
	RECORD_PART_TYPE = 30, /* text, repeats: MIME type */
	RECORD_PART_NAME = 31, /* text, repeats: "-" if it has none */
	RECORD_PART_FILE = 32, /* int, repeats: id of a FILE; 0: PART_TEXT */
	RECORD_PART_TEXT = 33, /* text, repeats: one for each PART_FILE 0 */
	/* device, SIM and location */
	RECORD_MODEL = 40,
	RECORD_SIM_ID = 41, /* text: ICCID */
	RECORD_OPERATOR = 42,
	RECORD_IMSI = 43, /* text: digits */
	RECORD_CELL = 44, /* text: MCC-MNC-LAC-CID, decimal */
	RECORD_BATTERY = 45, /* int: percent */
	RECORD_SOFTWARE = 46,
	RECORD_LATITUDE_E7 = 47, /* int: degrees * 10^7, north positive */
	RECORD_LONGITUDE_E7 = 48, /* int: degrees * 10^7, east positive */
	RECORD_ACCURACY_M = 49, /* int: metres, 68 % */
	/* calendar (iCalendar, RFC 5545) and note */
	RECORD_SUMMARY = 50, /* text: SUMMARY, a note's title */
	RECORD_START_MS = 51, /* int: DTSTART, ms since 1970 UTC */
	RECORD_END_MS = 52, /* int: DTEND, the first moment after it */
	RECORD_ALL_DAY = 53, /* int: 1, times are midnights UTC */
	RECORD_PLACE = 54, /* text: LOCATION */
	RECORD_DESCRIPTION = 55, /* text: DESCRIPTION, a note's text */
	RECORD_RRULE = 56, /* text: RRULE's value */
	RECORD_TIME_ZONE = 57, /* text: TZID, an Olson name */
	RECORD_ALARM_MIN = 58, /* int, repeats: minutes before the start */
	RECORD_ATTENDEE = 59, /* text, repeats: e-mail or name */
	/* file: the manifest; its octets travel apart */
	RECORD_FILE_NAME = 60, /* text: no directory */
	RECORD_FILE_FOLDER = 61, /* text: such as "DCIM/Camera" */
	RECORD_FILE_TYPE = 62, /* text: MIME type */
	RECORD_FILE_SIZE = 63, /* int: octets of the file itself */
	RECORD_FILE_SHA256 = 64, /* int, 4 times: big-endian quarters */
	RECORD_FILE_CODING = 65, /* int: enum record_coding, of what travels */
	RECORD_FILE_CODED_SIZE = 66, /* int: octets that travel */
};

enum record_label { /* NUMBER_TYPE, EMAIL_TYPE */
	RECORD_LABEL_MOBILE = 1,
	RECORD_LABEL_HOME = 2,
	RECORD_LABEL_WORK = 3,
	RECORD_LABEL_OTHER = 4,
};

enum record_direction { /* the numbers of Android's content providers */
	RECORD_MSG_RECEIVED = 1,
	RECORD_MSG_SENT = 2,
	RECORD_MSG_DRAFT = 3,
	RECORD_CALL_IN = 1,
	RECORD_CALL_OUT = 2,
	RECORD_CALL_MISSED = 3,
	RECORD_CALL_VOICEMAIL = 4,
	RECORD_CALL_REJECTED = 5,
	RECORD_CALL_REFUSED = 6,
};

enum record_coding {
	RECORD_CODING_NONE = 0, /* as it is */
	RECORD_CODING_ZSTD = 1, /* one zstd frame (RFC 8878) */
};

struct record_field {
	uint16_t tag;
	enum record_type type;
	int64_t num;
	const char *text; /* RECORD_TEXT: NUL-ended; owned by the record */
	size_t len;
};

struct record; /* opaque; grows as fields are added */

struct record *record_new(enum record_kind kind, uint32_t id);
void record_free(struct record *r);
struct record *record_copy(const struct record *r);

enum record_kind record_kind(const struct record *r);
uint32_t record_id(const struct record *r);
enum record_op record_op(const struct record *r);
void
record_set_op(struct record *r, enum record_op op); /* DELETE drops fields */
int64_t
record_time_ms(const struct record *r); /* message, call: when; else: changed */
void record_set_time_ms(struct record *r, int64_t ms);

/* 0, or -1: too many fields, too long, not UTF-8, or of the wrong type. */
int record_add_text(struct record *r, uint16_t tag, const char *text);
int record_add_int(struct record *r, uint16_t tag, int64_t value);

/* The nth field of that tag (n counts from 0); NULL or fallback if absent. */
const char *record_text(const struct record *r, uint16_t tag, size_t n);
int64_t
record_int(const struct record *r, uint16_t tag, size_t n, int64_t fallback);
size_t record_count(const struct record *r, uint16_t tag);
/* All fields in canonical order (by tag, then as added). */
size_t record_fields(const struct record *r, const struct record_field **out);

/* Same kind, id, op, time and fields. */
bool record_equal(const struct record *a, const struct record *b);

/* The stored form.  Returns the octets used, or 0 if cap is too small. */
size_t record_encode(const struct record *r, uint8_t *out, size_t cap);
/* With the id 0: the same octets for what is the same under any id. */
size_t record_encode_plain(const struct record *r, uint8_t *out, size_t cap);
/* NULL if the octets are not a record; accepts exactly what encode writes. */
struct record *record_decode(const uint8_t *p, size_t len);

/* "contact", "message", ...; NULL if there is no such kind. */
const char *record_kind_name(enum record_kind kind);
/* The type of the fields with that tag; false if this version does not know
 * the tag, and both types are possible. */
bool record_tag_type(uint16_t tag, enum record_type *type);
/* A field's name, such as "name"; NULL if this version does not know it. */
const char *record_tag_name(uint16_t tag);

#endif
