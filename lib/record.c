#include "record.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "be.h"
#include "utf8.h"

struct record {
	enum record_kind kind;
	uint32_t id;
	enum record_op op;
	int64_t time_ms;
	size_t count, room;
	struct record_field *field; /* in canonical order */
	/* The texts that record_decode() read, in one piece.  Others are each
	 * in memory of their own. */
	char *texts;
	size_t texts_len;
};

/* What this version knows of each field. */
static const struct {
	uint16_t tag;
	enum record_type type;
	const char *name;
} schema[] = {
	{ RECORD_NAME, RECORD_TEXT, "name" },
	{ RECORD_NUMBER, RECORD_TEXT, "number" },
	{ RECORD_NUMBER_E164, RECORD_TEXT, "number-e164" },
	{ RECORD_NUMBER_TYPE, RECORD_INT, "number-type" },
	{ RECORD_EMAIL, RECORD_TEXT, "email" },
	{ RECORD_EMAIL_TYPE, RECORD_INT, "email-type" },
	{ RECORD_ORG, RECORD_TEXT, "organization" },
	{ RECORD_TITLE, RECORD_TEXT, "title" },
	{ RECORD_BIRTHDAY, RECORD_TEXT, "birthday" },
	{ RECORD_ADDRESS, RECORD_TEXT, "address" },
	{ RECORD_NOTE_TEXT, RECORD_TEXT, "note" },
	{ RECORD_STARRED, RECORD_INT, "starred" },
	{ RECORD_PEER, RECORD_TEXT, "peer" },
	{ RECORD_DIRECTION, RECORD_INT, "direction" },
	{ RECORD_BODY, RECORD_TEXT, "body" },
	{ RECORD_READ, RECORD_INT, "read" },
	{ RECORD_SENT_MS, RECORD_INT, "sent" },
	{ RECORD_SUBJECT, RECORD_TEXT, "subject" },
	{ RECORD_DURATION_S, RECORD_INT, "duration" },
	{ RECORD_STATUS, RECORD_INT, "status" },
	{ RECORD_PRESENTATION, RECORD_INT, "presentation" },
	{ RECORD_SIM_SLOT, RECORD_INT, "sim-slot" },
	{ RECORD_PART_TYPE, RECORD_TEXT, "part-type" },
	{ RECORD_PART_NAME, RECORD_TEXT, "part-name" },
	{ RECORD_PART_FILE, RECORD_INT, "part-file" },
	{ RECORD_PART_TEXT, RECORD_TEXT, "part-text" },
	{ RECORD_MODEL, RECORD_TEXT, "model" },
	{ RECORD_SIM_ID, RECORD_TEXT, "sim-id" },
	{ RECORD_OPERATOR, RECORD_TEXT, "operator" },
	{ RECORD_IMSI, RECORD_TEXT, "imsi" },
	{ RECORD_CELL, RECORD_TEXT, "cell" },
	{ RECORD_BATTERY, RECORD_INT, "battery" },
	{ RECORD_SOFTWARE, RECORD_TEXT, "software" },
	{ RECORD_LATITUDE_E7, RECORD_INT, "latitude" },
	{ RECORD_LONGITUDE_E7, RECORD_INT, "longitude" },
	{ RECORD_ACCURACY_M, RECORD_INT, "accuracy" },
	{ RECORD_SUMMARY, RECORD_TEXT, "summary" },
	{ RECORD_START_MS, RECORD_INT, "start" },
	{ RECORD_END_MS, RECORD_INT, "end" },
	{ RECORD_ALL_DAY, RECORD_INT, "all-day" },
	{ RECORD_PLACE, RECORD_TEXT, "place" },
	{ RECORD_DESCRIPTION, RECORD_TEXT, "description" },
	{ RECORD_RRULE, RECORD_TEXT, "rrule" },
	{ RECORD_TIME_ZONE, RECORD_TEXT, "time-zone" },
	{ RECORD_ALARM_MIN, RECORD_INT, "alarm" },
	{ RECORD_ATTENDEE, RECORD_TEXT, "attendee" },
	{ RECORD_FILE_NAME, RECORD_TEXT, "file-name" },
	{ RECORD_FILE_FOLDER, RECORD_TEXT, "file-folder" },
	{ RECORD_FILE_TYPE, RECORD_TEXT, "file-type" },
	{ RECORD_FILE_SIZE, RECORD_INT, "file-size" },
	{ RECORD_FILE_SHA256, RECORD_INT, "file-sha256" },
	{ RECORD_FILE_CODING, RECORD_INT, "file-coding" },
	{ RECORD_FILE_CODED_SIZE, RECORD_INT, "file-coded-size" },
};

static const char *const kind_names[RECORD_KIND_COUNT] = {
	[RECORD_CONTACT] = "contact",
	[RECORD_MESSAGE] = "message",
	[RECORD_CALL] = "call",
	[RECORD_CALENDAR] = "calendar",
	[RECORD_NOTE] = "note",
	[RECORD_FILE] = "file",
	[RECORD_DEVICE] = "device",
	[RECORD_SIM] = "sim",
	[RECORD_LOCATION] = "location",
};

const char *
record_kind_name(enum record_kind kind)
{
	return (unsigned)kind < RECORD_KIND_COUNT ? kind_names[kind] : NULL;
}

static size_t
schema_of(uint16_t tag)
{
	size_t i;

	for (i = 0; i < sizeof schema / sizeof schema[0]; i++)
		if (schema[i].tag == tag)
			break;
	return i;
}

const char *
record_tag_name(uint16_t tag)
{
	size_t i = schema_of(tag);

	return i < sizeof schema / sizeof schema[0] ? schema[i].name : NULL;
}

bool
record_tag_type(uint16_t tag, enum record_type *type)
{
	size_t i = schema_of(tag);

	if (i == sizeof schema / sizeof schema[0])
		return false;
	*type = schema[i].type;
	return true;
}

/* A tag that we do not know may be of either type. */
static bool
type_fits(uint16_t tag, enum record_type type)
{
	size_t i = schema_of(tag);

	return i == sizeof schema / sizeof schema[0] || schema[i].type == type;
}

struct record *
record_new(enum record_kind kind, uint32_t id)
{
	struct record *r = calloc(1, sizeof *r);

	assert(record_kind_name(kind) != NULL);
	if (r == NULL)
		return NULL;
	r->kind = kind;
	r->id = id;
	return r;
}

static bool
is_own(const struct record *r, const char *text)
{
	uintptr_t p = (uintptr_t)text, from = (uintptr_t)r->texts;

	return r->texts == NULL || p < from || p >= from + r->texts_len;
}

static void
drop_fields(struct record *r)
{
	for (size_t i = 0; i < r->count; i++)
		if (is_own(r, r->field[i].text))
			free((void *)(uintptr_t)r->field[i].text);
	free(r->field);
	free(r->texts);
	r->field = NULL;
	r->texts = NULL;
	r->count = r->room = r->texts_len = 0;
}

void
record_free(struct record *r)
{
	if (r == NULL)
		return;
	drop_fields(r);
	free(r);
}

enum record_kind
record_kind(const struct record *r)
{
	return r->kind;
}

uint32_t
record_id(const struct record *r)
{
	return r->id;
}

enum record_op
record_op(const struct record *r)
{
	return r->op;
}

void
record_set_op(struct record *r, enum record_op op)
{
	r->op = op;
	if (op == RECORD_DELETE)
		drop_fields(r);
}

int64_t
record_time_ms(const struct record *r)
{
	return r->time_ms;
}

void
record_set_time_ms(struct record *r, int64_t ms)
{
	r->time_ms = ms;
}

static bool
make_room(struct record *r, size_t n)
{
	struct record_field *field;

	if (n <= r->room)
		return true;
	field = realloc(r->field, n * sizeof *field);
	if (field == NULL)
		return false;
	r->field = field;
	r->room = n;
	return true;
}

/* Room for one more field of that tag, behind those it has already. */
static struct record_field *
insert(struct record *r, uint16_t tag, enum record_type type)
{
	size_t i = r->count;

	if (r->count == RECORD_FIELDS_MAX || r->op == RECORD_DELETE ||
	    tag == 0 || !type_fits(tag, type))
		return NULL;
	if (r->count == r->room && !make_room(r, r->count + 4))
		return NULL;
	for (; i > 0 && r->field[i - 1].tag > tag; i--)
		r->field[i] = r->field[i - 1];
	r->count++;
	r->field[i] = (struct record_field){ .tag = tag, .type = type };
	return &r->field[i];
}

static int
add_octets(struct record *r, uint16_t tag, const char *text, size_t len)
{
	struct record_field *f;
	char *copy;

	if (len < 1 || len > RECORD_TEXT_MAX || !utf8_valid(text, len))
		return -1;
	if ((copy = malloc(len + 1)) == NULL)
		return -1;
	if ((f = insert(r, tag, RECORD_TEXT)) == NULL) {
		free(copy);
		return -1;
	}
	memcpy(copy, text, len);
	copy[len] = '\0';
	f->text = copy;
	f->len = len;
	return 0;
}

int
record_add_text(struct record *r, uint16_t tag, const char *text)
{
	return add_octets(r, tag, text, strlen(text));
}

int
record_add_int(struct record *r, uint16_t tag, int64_t value)
{
	struct record_field *f = insert(r, tag, RECORD_INT);

	if (f == NULL)
		return -1;
	f->num = value;
	return 0;
}

static const struct record_field *
find(const struct record *r, uint16_t tag, enum record_type type, size_t n)
{
	for (size_t i = 0; i < r->count; i++)
		if (r->field[i].tag == tag && r->field[i].type == type &&
		    n-- == 0)
			return &r->field[i];
	return NULL;
}

const char *
record_text(const struct record *r, uint16_t tag, size_t n)
{
	const struct record_field *f = find(r, tag, RECORD_TEXT, n);

	return f != NULL ? f->text : NULL;
}

int64_t
record_int(const struct record *r, uint16_t tag, size_t n, int64_t fallback)
{
	const struct record_field *f = find(r, tag, RECORD_INT, n);

	return f != NULL ? f->num : fallback;
}

size_t
record_count(const struct record *r, uint16_t tag)
{
	size_t n = 0;

	for (size_t i = 0; i < r->count; i++)
		n += r->field[i].tag == tag;
	return n;
}

size_t
record_fields(const struct record *r, const struct record_field **out)
{
	*out = r->field;
	return r->count;
}

static bool
field_equal(const struct record_field *a, const struct record_field *b)
{
	if (a->tag != b->tag || a->type != b->type)
		return false;
	if (a->type == RECORD_INT)
		return a->num == b->num;
	return a->len == b->len && memcmp(a->text, b->text, a->len) == 0;
}

bool
record_equal(const struct record *a, const struct record *b)
{
	if (a->kind != b->kind || a->id != b->id || a->op != b->op ||
	    a->time_ms != b->time_ms || a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (!field_equal(&a->field[i], &b->field[i]))
			return false;
	return true;
}

struct record *
record_copy(const struct record *r)
{
	struct record *c = record_new(r->kind, r->id);

	if (c == NULL)
		return NULL;
	c->op = r->op;
	c->time_ms = r->time_ms;
	for (size_t i = 0; i < r->count; i++) {
		const struct record_field *f = &r->field[i];
		int err = f->type == RECORD_INT
			      ? record_add_int(c, f->tag, f->num)
			      : add_octets(c, f->tag, f->text, f->len);

		if (err == -1) {
			record_free(c);
			return NULL;
		}
	}
	return c;
}

/*
 * The stored form: version 1, kind, op, id u32, time i64, count of fields,
 * then each: tag u16, type, and an i64, or a length u16 and the octets.
 */
#define STORED_HEAD 16

size_t
record_encode(const struct record *r, uint8_t *out, size_t cap)
{
	size_t n = STORED_HEAD;

	if (cap < n)
		return 0;
	out[0] = 1;
	out[1] = (uint8_t)r->kind;
	out[2] = (uint8_t)r->op;
	be_put32(out + 3, r->id);
	be_put64(out + 7, (uint64_t)r->time_ms);
	out[15] = (uint8_t)r->count;
	for (size_t i = 0; i < r->count; i++) {
		const struct record_field *f = &r->field[i];
		size_t need = f->type == RECORD_INT ? 11 : 5 + f->len;

		if (cap - n < need)
			return 0;
		be_put16(out + n, f->tag);
		out[n + 2] = (uint8_t)f->type;
		if (f->type == RECORD_INT) {
			be_put64(out + n + 3, (uint64_t)f->num);
		} else {
			be_put16(out + n + 3, (uint32_t)f->len);
			memcpy(out + n + 5, f->text, f->len);
		}
		n += need;
	}
	return n;
}

size_t
record_encode_plain(const struct record *r, uint8_t *out, size_t cap)
{
	size_t n = record_encode(r, out, cap);

	if (n > 0)
		be_put32(out + 3, 0);
	return n;
}

/* One field at p; returns the octets it takes, or 0. */
static size_t
decode_field(struct record *r, const uint8_t *p, size_t len)
{
	uint16_t tag;
	struct record_field *f;
	size_t n;

	if (len < 5)
		return 0;
	tag = (uint16_t)be_get16(p);
	/* Canonical order: what encode would write. */
	if (r->count > 0 && tag < r->field[r->count - 1].tag)
		return 0;
	if (p[2] == RECORD_INT) {
		if (len < 11 ||
		    record_add_int(r, tag, (int64_t)be_get64(p + 3)) == -1)
			return 0;
		return 11;
	}
	n = be_get16(p + 3);
	if (p[2] != RECORD_TEXT || len - 5 < n || n < 1 ||
	    n > RECORD_TEXT_MAX || !utf8_valid((const char *)p + 5, n) ||
	    (f = insert(r, tag, RECORD_TEXT)) == NULL)
		return 0;
	f->text = memcpy(r->texts + r->texts_len, p + 5, n);
	f->len = n;
	r->texts[r->texts_len + n] = '\0';
	r->texts_len += n + 1;
	return 5 + n;
}

struct record *
record_decode(const uint8_t *p, size_t len)
{
	struct record *r;
	size_t n = STORED_HEAD, step;

	if (len < n || len > RECORD_STORED_MAX || p[0] != 1 ||
	    p[1] >= RECORD_KIND_COUNT || kind_names[p[1]] == NULL ||
	    p[2] > RECORD_DELETE)
		return NULL;
	if ((r = record_new((enum record_kind)p[1], be_get32(p + 3))) == NULL)
		return NULL;
	r->time_ms = (int64_t)be_get64(p + 7);
	r->op = (enum record_op)p[2];
	/* The texts, each with its NUL, take less than what they stand in. */
	if (!make_room(r, p[15]) || (r->texts = malloc(len)) == NULL) {
		record_free(r);
		return NULL;
	}
	for (unsigned i = 0; i < p[15]; i++) {
		if ((step = decode_field(r, p + n, len - n)) == 0) {
			record_free(r);
			return NULL;
		}
		n += step;
	}
	if (n != len) {
		record_free(r);
		return NULL;
	}
	return r;
}
