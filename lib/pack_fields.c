/*
 * Field coding: records as few octets before any compression.
 *
 * Each record is one octet of form and flags, then what the form leaves open.
 * The forms of everyday records (a received message that was read, an
 * answered call) have their fields fixed; form 0 lists them one by one.
 * Times are differences to the record before, ids to the one before of the
 * same kind, numbers are packed digits or an index into those of this batch.
 * smsvault-wire(7), "PACKING".
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "pack_internal.h"

#define FORM_GENERAL 0 /* kind octet, fields with tags, 0 at the end */
#define FORM_DELETE 1 /* kind octet, no fields */
#define FLAG_NEXT_ID 0x80 /* the id is one more than the last of this kind */
#define FLAG_MS 0x40 /* a u16 of milliseconds follows the seconds */
#define NUMBERS_MAX 4096 /* numbers remembered in one batch */

/* A field of a form: a fixed integer, or one whose value follows. */
struct slot {
	uint16_t tag;
	bool fixed;
	int64_t num;
};
#define FIXED(tag, num) \
	{ \
		tag, true, num \
	}
#define OPEN(tag) \
	{ \
		tag, false, 0 \
	}

#define SLOTS_MAX 6
static const struct form {
	enum record_kind kind;
	size_t count;
	struct slot slot[SLOTS_MAX]; /* in canonical order */
} forms[] = {
	[FORM_GENERAL] = { RECORD_CONTACT, 0, { OPEN(0) } },
	[FORM_DELETE] = { RECORD_CONTACT, 0, { OPEN(0) } },
#define MESSAGE(dir, read) \
	{ \
		RECORD_MESSAGE, 4, \
		{ \
			OPEN(RECORD_PEER), FIXED(RECORD_DIRECTION, dir), \
			    OPEN(RECORD_BODY), FIXED(RECORD_READ, read) \
		} \
	}
	MESSAGE(RECORD_MSG_RECEIVED, 1),
	MESSAGE(RECORD_MSG_SENT, 1),
	MESSAGE(RECORD_MSG_RECEIVED, 0),
	MESSAGE(RECORD_MSG_SENT, 0),
#undef MESSAGE
#define CALL(dir) \
	{ \
		RECORD_CALL, 3, \
		{ \
			OPEN(RECORD_PEER), FIXED(RECORD_DIRECTION, dir), \
			    OPEN(RECORD_DURATION_S) \
		} \
	}
	CALL(RECORD_CALL_IN),
	CALL(RECORD_CALL_OUT),
	CALL(RECORD_CALL_MISSED),
	CALL(RECORD_CALL_REJECTED),
#undef CALL
#define CONTACT(type) \
	{ \
		RECORD_CONTACT, 3, \
		{ \
			OPEN(RECORD_NAME), OPEN(RECORD_NUMBER), \
			    FIXED(RECORD_NUMBER_TYPE, type) \
		} \
	}
	CONTACT(RECORD_LABEL_MOBILE),
	CONTACT(RECORD_LABEL_HOME),
	CONTACT(RECORD_LABEL_WORK),
#undef CONTACT
	{ RECORD_CONTACT, 4,
	    { OPEN(RECORD_NAME), OPEN(RECORD_NUMBER), OPEN(RECORD_NUMBER_E164),
		FIXED(RECORD_NUMBER_TYPE, 1) } },
};
#define FORMS (sizeof forms / sizeof forms[0])

/* What the coding remembers from record to record, the same at both ends. */
struct state {
	int64_t seconds;
	uint32_t id[RECORD_KIND_COUNT];
	size_t texts; /* octets of all texts so far */
	size_t numbers;
	char *number[NUMBERS_MAX];
};

static void
state_clear(struct state *s)
{
	for (size_t i = 0; i < s->numbers; i++)
		free(s->number[i]);
	s->numbers = 0;
}

static bool
is_number_tag(uint16_t tag)
{
	return tag == RECORD_NUMBER || tag == RECORD_NUMBER_E164 ||
	       tag == RECORD_PEER;
}

static int
remember(struct state *s, const char *text)
{
	if (s->numbers == NUMBERS_MAX)
		return 0;
	if ((s->number[s->numbers] = strdup(text)) == NULL)
		return -1;
	s->numbers++;
	return 0;
}

static bool
find_number(const struct state *s, const char *text, size_t *index)
{
	/* The newest is the likeliest, and gets the smallest index. */
	for (size_t i = s->numbers; i-- > 0;)
		if (strcmp(s->number[i], text) == 0) {
			*index = s->numbers - 1 - i;
			return true;
		}
	return false;
}

static int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

static uint64_t
zigzag(int64_t v)
{
	return (uint64_t)v << 1 ^ (uint64_t)(v >> 63);
}

static int64_t
unzigzag(uint64_t v)
{
	return (int64_t)(v >> 1) ^ -(int64_t)(v & 1);
}

/* a - b and a + b modulo 2^64: hostile times must not be undefined. */
static int64_t
minus(int64_t a, int64_t b)
{
	return (int64_t)((uint64_t)a - (uint64_t)b);
}

static int64_t
plus(int64_t a, int64_t b)
{
	return (int64_t)((uint64_t)a + (uint64_t)b);
}

/* ---- writing ---- */

struct out {
	uint8_t *p;
	size_t n, cap;
	bool full;
};

static void
put(struct out *o, const void *p, size_t len)
{
	if (o->full || o->cap - o->n < len) {
		o->full = true;
		return;
	}
	if (len > 0)
		memcpy(o->p + o->n, p, len);
	o->n += len;
}

static void
put_octet(struct out *o, unsigned v)
{
	uint8_t c = (uint8_t)v;

	put(o, &c, 1);
}

static void
put_varint(struct out *o, uint64_t v)
{
	for (; v >= 0x80; v >>= 7)
		put_octet(o, (unsigned)(v & 0x7f) | 0x80);
	put_octet(o, (unsigned)v);
}

/* "+" and digits, at most 30: what packs into nibbles. */
static bool
is_digits(const char *text, size_t len)
{
	size_t i = text[0] == '+';

	if (len - i < 1 || len > 30)
		return false;
	return strspn(text + i, "0123456789") == len - i;
}

/*
 * A number: varint h.  h odd: h >> 1 is the index of a known one.  h even: a
 * new one; h >> 1 is count of digits << 1 | plus with packed digits behind, or
 * 0 with a length and text.
 */
static int
put_number(struct out *o, struct state *s, const char *text, size_t len)
{
	size_t index, i = text[0] == '+', digits = len - i;

	if (find_number(s, text, &index)) {
		put_varint(o, (uint64_t)index << 1 | 1);
		return 0;
	}
	if (is_digits(text, len)) {
		put_varint(o, ((uint64_t)digits << 1 | i) << 1);
		for (; i < len; i += 2)
			put_octet(
			    o, (unsigned)(text[i] - '0') << 4 |
				   (i + 1 < len ? (unsigned)(text[i + 1] - '0')
						: 15u));
	} else {
		put_octet(o, 0);
		put_varint(o, len);
		put(o, text, len);
	}
	return remember(s, text);
}

static int
put_value(struct out *o, struct state *s, const struct record_field *f)
{
	if (f->type == RECORD_INT) {
		put_varint(o, zigzag(f->num));
		return 0;
	}
	s->texts += f->len;
	if (is_number_tag(f->tag))
		return put_number(o, s, f->text, f->len);
	put_varint(o, f->len);
	put(o, f->text, f->len);
	return 0;
}

static bool
form_fits(const struct form *form, const struct record *r,
    const struct record_field *f, size_t n)
{
	if (form->kind != record_kind(r) || form->count != n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (form->slot[i].tag != f[i].tag ||
		    (form->slot[i].fixed && form->slot[i].num != f[i].num))
			return false;
	return true;
}

static unsigned
form_of(const struct record *r)
{
	const struct record_field *f;
	size_t n = record_fields(r, &f);

	if (record_op(r) == RECORD_DELETE)
		return FORM_DELETE;
	for (unsigned i = FORM_DELETE + 1; i < FORMS; i++)
		if (form_fits(&forms[i], r, f, n))
			return i;
	return FORM_GENERAL;
}

/* Field tags in the general form: varint of tag << 1 | type, 0 at the end. */
static int
put_fields(
    struct out *o, struct state *s, const struct record *r, unsigned form)
{
	const struct record_field *f;
	size_t n = record_fields(r, &f);

	for (size_t i = 0; i < n; i++) {
		if (form == FORM_GENERAL)
			put_varint(o, (uint64_t)f[i].tag << 1 | f[i].type);
		else if (forms[form].slot[i].fixed)
			continue;
		if (put_value(o, s, &f[i]) == -1)
			return -1;
	}
	if (form == FORM_GENERAL)
		put_octet(o, 0);
	return 0;
}

static int
put_record(struct out *o, struct state *s, const struct record *r)
{
	unsigned form = form_of(r);
	enum record_kind kind = record_kind(r);
	int64_t seconds = floor_div(record_time_ms(r), 1000);
	int64_t ms = record_time_ms(r) - seconds * 1000;
	bool next = record_id(r) == (uint64_t)s->id[kind] + 1;

	put_octet(
	    o, form | (next ? FLAG_NEXT_ID : 0u) | (ms != 0 ? FLAG_MS : 0u));
	if (form <= FORM_DELETE)
		put_octet(o, kind);
	if (!next)
		put_varint(
		    o, zigzag((int64_t)record_id(r) - (int64_t)s->id[kind]));
	put_varint(o, zigzag(minus(seconds, s->seconds)));
	if (ms != 0) {
		put_octet(o, (unsigned)(ms >> 8));
		put_octet(o, (unsigned)ms & 0xff);
	}
	s->id[kind] = record_id(r);
	s->seconds = seconds;
	return put_fields(o, s, r, form);
}

size_t
pack_fields(
    const struct record *const *list, size_t count, uint8_t **out, size_t *end)
{
	struct state *s = calloc(1, sizeof *s);
	struct out o = { .cap = PACK_PLAIN_MAX };
	size_t n = 0;

	o.p = malloc(o.cap);
	if (s == NULL || o.p == NULL) {
		log_error("cannot allocate room for packing: %m");
		goto out;
	}
	for (; n < count && n < PACK_RECORDS_MAX; n++) {
		if (put_record(&o, s, list[n]) == -1 || o.full ||
		    s->texts > PACK_TEXTS_MAX)
			break;
		end[n] = o.n;
	}
out:
	if (s != NULL)
		state_clear(s);
	free(s);
	*out = o.p;
	return o.p != NULL ? n : 0;
}

/* ---- reading ---- */

struct in {
	const uint8_t *p;
	size_t n, len;
	bool bad;
};

static unsigned
get_octet(struct in *in)
{
	if (in->bad || in->n == in->len) {
		in->bad = true;
		return 0;
	}
	return in->p[in->n++];
}

static uint64_t
get_varint(struct in *in)
{
	uint64_t v = 0;

	for (unsigned shift = 0; shift < 64; shift += 7) {
		unsigned c = get_octet(in);

		if (shift == 63 && c > 1)
			break;
		v |= (uint64_t)(c & 0x7f) << shift;
		if ((c & 0x80) == 0)
			return v;
	}
	in->bad = true;
	return 0;
}

/* len octets as text into out; false if they are not there or too many. */
static bool
get_text(struct in *in, uint64_t len, char out[static RECORD_TEXT_MAX + 1])
{
	if (in->bad || len > RECORD_TEXT_MAX || len > in->len - in->n) {
		in->bad = true;
		return false;
	}
	memcpy(out, in->p + in->n, len);
	out[len] = '\0';
	in->n += len;
	if (strlen(out) != len)
		in->bad = true;
	return !in->bad;
}

static void
get_digits(struct in *in, uint64_t h, char *out)
{
	uint64_t digits = h >> 1;
	size_t n = 0;

	if (digits > 30 || digits < 1) {
		in->bad = true;
		return;
	}
	if ((h & 1) != 0)
		out[n++] = '+';
	for (uint64_t i = 0; i < digits; i += 2) {
		unsigned c = get_octet(in);

		out[n++] = (char)('0' + (c >> 4));
		if (i + 1 < digits)
			out[n++] = (char)('0' + (c & 15));
		else if ((c & 15) != 15)
			in->bad = true;
		if (c >> 4 > 9 || (i + 1 < digits && (c & 15) > 9))
			in->bad = true;
	}
	out[n] = '\0';
}

static void
get_number(struct in *in, struct state *s, char out[static RECORD_TEXT_MAX + 1])
{
	uint64_t h = get_varint(in);

	if ((h & 1) != 0) {
		if (h >> 1 >= s->numbers) {
			in->bad = true;
			return;
		}
		strcpy(out, s->number[s->numbers - 1 - (h >> 1)]);
		return;
	}
	if (h == 0)
		get_text(in, get_varint(in), out);
	else
		get_digits(in, h >> 1, out);
	if (!in->bad && remember(s, out) == -1)
		in->bad = true;
}

static void
get_value(struct in *in, struct state *s, struct record *r, uint16_t tag,
    enum record_type type, char *text)
{
	if (type == RECORD_INT) {
		if (record_add_int(r, tag, unzigzag(get_varint(in))) == -1)
			in->bad = true;
		return;
	}
	if (is_number_tag(tag))
		get_number(in, s, text);
	else
		get_text(in, get_varint(in), text);
	if (in->bad)
		return;
	/* One octet can stand for a long text: a batch must not become a
	 * thousand times larger than it was. */
	s->texts += strlen(text);
	if (s->texts > PACK_TEXTS_MAX || record_add_text(r, tag, text) == -1)
		in->bad = true;
}

static void
get_fields(
    struct in *in, struct state *s, struct record *r, unsigned form, char *text)
{
	uint64_t h;

	if (form == FORM_GENERAL) {
		while (!in->bad && (h = get_varint(in)) != 0) {
			if (h >> 1 > UINT16_MAX)
				in->bad = true;
			else
				get_value(in, s, r, (uint16_t)(h >> 1),
				    (enum record_type)(h & 1), text);
		}
		return;
	}
	for (size_t i = 0; i < forms[form].count && !in->bad; i++) {
		const struct slot *slot = &forms[form].slot[i];

		if (!slot->fixed)
			get_value(in, s, r, slot->tag,
			    slot->tag == RECORD_DURATION_S ? RECORD_INT
							   : RECORD_TEXT,
			    text);
		else if (record_add_int(r, slot->tag, slot->num) == -1)
			in->bad = true;
	}
}

/* Kind, id and time of the next record; NULL if the octets are bad. */
static struct record *
get_head(struct in *in, struct state *s, unsigned *form)
{
	unsigned first = get_octet(in);
	unsigned kind;
	struct record *r;
	int64_t id;

	*form = first & 0x3f;
	if (*form >= FORMS)
		return NULL;
	kind =
	    *form <= FORM_DELETE ? get_octet(in) : (unsigned)forms[*form].kind;
	if (in->bad || record_kind_name((enum record_kind)kind) == NULL)
		return NULL;
	id = (int64_t)s->id[kind] + 1;
	if ((first & FLAG_NEXT_ID) == 0)
		id = plus(s->id[kind], unzigzag(get_varint(in)));
	s->seconds = plus(s->seconds, unzigzag(get_varint(in)));
	if (in->bad || id < 0 || id > UINT32_MAX ||
	    s->seconds > INT64_MAX / 1000 - 1 ||
	    s->seconds < INT64_MIN / 1000 + 1)
		return NULL;
	if ((r = record_new((enum record_kind)kind, (uint32_t)id)) == NULL)
		return NULL;
	s->id[kind] = (uint32_t)id;
	record_set_time_ms(r, s->seconds * 1000);
	if ((first & FLAG_MS) != 0) {
		unsigned ms = get_octet(in) << 8;

		ms |= get_octet(in);
		if (ms == 0 || ms > 999)
			in->bad = true;
		record_set_time_ms(r, s->seconds * 1000 + ms);
	}
	return r;
}

static struct record *
get_record(struct in *in, struct state *s, char *text)
{
	unsigned form;
	struct record *r = get_head(in, s, &form);

	if (r == NULL)
		return NULL;
	if (form == FORM_DELETE)
		record_set_op(r, RECORD_DELETE);
	else
		get_fields(in, s, r, form, text);
	if (in->bad) {
		record_free(r);
		return NULL;
	}
	return r;
}

int
pack_unfields(
    const uint8_t *p, size_t len, struct record ***list, size_t *count)
{
	struct in in = { .p = p, .len = len };
	struct state *s = calloc(1, sizeof *s);
	char *text = malloc(RECORD_TEXT_MAX + 1);
	struct record **out = NULL, **more;
	size_t n = 0, room = 0;
	int ret = -1;

	if (s == NULL || text == NULL)
		goto out;
	while (in.n < in.len) {
		if (n == room) {
			room = room == 0 ? 16 : 2 * room;
			more = realloc(out, room * sizeof *out);
			if (more == NULL)
				goto out;
			out = more;
		}
		if (n == PACK_RECORDS_MAX ||
		    (out[n] = get_record(&in, s, text)) == NULL)
			goto out;
		n++;
	}
	*list = out;
	*count = n;
	ret = 0;
out:
	if (ret == -1) {
		for (size_t i = 0; i < n; i++)
			record_free(out[i]);
		free(out);
	}
	if (s != NULL)
		state_clear(s);
	free(s);
	free(text);
	return ret;
}
