/*
 * Records as choices.
 *
 * Each field is a choice of its tag, by the tag before it, and a value; time
 * and id are differences to the record before.  smsvault-wire(7), "PACKING".
 */
#include "pack_mix.h"

#include <stdlib.h>
#include <string.h>

#define KIND_BITS 4
#define TAG_BITS 7
#define TAG_LONG 127 /* a tag of 16 bits follows, and its type */
#define START_SECONDS 1700000000 /* where times begin */

uint32_t
mix_context(enum mix_question q, uint32_t a, uint32_t b)
{
	return (uint32_t)q * 0x01000193u ^ a * 0x9e3779b1u ^ b * 0x85ebca6bu;
}

static bool
ask(struct mix *x, enum mix_question q, uint32_t a, uint32_t b, bool v)
{
	return model_bit(x->m, &x->c, mix_context(q, a, b), v) != 0;
}

/* A signed number: its sign, then how large. */
static int64_t
code_signed(struct mix *x, enum mix_question sign, enum mix_question size,
    uint32_t a, uint32_t b, int64_t v)
{
	bool minus = ask(x, sign, a, b, v < 0);
	uint64_t n = minus ? ~(uint64_t)v : (uint64_t)v;

	n = model_number(
	    x->m, &x->c, mix_context(size, a, b + (minus ? 1000 : 0)), n);
	return (int64_t)(minus ? ~n : n);
}

/* ---- head ---- */

struct head {
	unsigned kind;
	bool gone;
	uint32_t id;
	int64_t time_ms;
	bool same_peer;
};

static int64_t
floor_seconds(int64_t ms)
{
	return ms / 1000 - (ms % 1000 < 0);
}

static bool
has_peer(unsigned kind)
{
	return kind == RECORD_MESSAGE || kind == RECORD_CALL;
}

/* One after another, in either direction, or anything. */
static void
code_id(struct mix *x, struct head *h)
{
	struct fields *f = x->f;
	uint32_t last = f->id[h->kind];
	bool *back = &f->id_back[h->kind];
	uint32_t how = (last == 0) + 2u * *back;
	uint32_t guess = *back ? last - 1 : last + 1;
	uint64_t ahead;

	if (ask(x, Q_NEXT_ID, h->kind, how, h->id == guess)) {
		h->id = guess;
	} else {
		bool less = ask(x, Q_ID_SIGN, h->kind, how, h->id < last);

		ahead = less ? last - h->id : h->id - last;
		ahead = model_number(x->m, &x->c,
		    mix_context(Q_ID, h->kind, less + 2 * how), ahead);
		h->id = (uint32_t)(less ? last - ahead : last + ahead);
	}
	*back = last != 0 && h->id == last - 1;
	f->id[h->kind] = h->id;
}

/* Seconds since the record before: the hour of that says when people sleep.
 * How long is the same backwards. */
static int64_t
code_gap(struct mix *x, uint32_t how, int64_t last, int64_t v)
{
	bool minus = ask(x, Q_TIME_SIGN, how, x->f->time_back, v < 0);
	uint32_t hour = (uint32_t)((last / 3600 % 24 + 24) % 24);
	const struct model_question q = { MIXER_TIME,
		{ mix_context(Q_TIME, how, 0),
		    mix_context(Q_TIME, how, 1 + hour * 2 + minus) } };
	uint64_t n = minus ? ~(uint64_t)v : (uint64_t)v;

	x->f->time_back = minus;
	n = model_number_by(x->m, &x->c, &q, n);
	return (int64_t)(minus ? ~n : n);
}

static void
code_time(struct mix *x, struct head *h)
{
	struct fields *f = x->f;
	bool stream = has_peer(h->kind);
	int64_t *last = stream ? &f->seconds : &f->other_seconds[h->kind];
	int64_t seconds = floor_seconds(h->time_ms), delta;
	uint32_t ms = (uint32_t)((h->time_ms % 1000 + 1000) % 1000);
	uint32_t how = h->kind * 4 + (*last == 0) * 2u + h->same_peer;

	if (*last == 0 && stream)
		*last = START_SECONDS;
	delta = (int64_t)((uint64_t)seconds - (uint64_t)*last);
	if (ask(x, Q_TIME_SAME, how, 0, delta == 0))
		delta = 0;
	else
		delta = code_gap(x, how, *last, delta);
	seconds = (int64_t)((uint64_t)*last + (uint64_t)delta);
	if (seconds > INT64_MAX / 1000 - 1 || seconds < INT64_MIN / 1000 + 1) {
		x->c.bad = true;
		return;
	}
	*last = seconds;
	if (ask(x, Q_HAS_MS, h->kind, 0, ms != 0))
		ms = 1 + coder_even(&x->c, ms - 1, 999);
	else
		ms = 0;
	h->time_ms = seconds * 1000 + ms;
}

static void
code_head(struct mix *x, struct head *h)
{
	struct fields *f = x->f;

	h->kind = model_tree(x->m, &x->c,
	    mix_context(Q_KIND, f->last_kind, f->begun), KIND_BITS, h->kind);
	if (record_kind_name((enum record_kind)h->kind) == NULL) {
		x->c.bad = true;
		return;
	}
	f->last_kind = h->kind;
	h->gone = ask(x, Q_OP, h->kind, 0, h->gone);
	code_id(x, h);
	h->same_peer = has_peer(h->kind) && f->last_peer < f->numbers &&
		       ask(x, Q_SAME_PEER, h->kind, 0, h->same_peer);
	code_time(x, h);
	f->begun = true;
}

/* ---- fields ---- */

/* What the fields of a record say about those behind them. */
struct context {
	struct head head;
	uint16_t tag; /* the last one */
	size_t count; /* fields with that tag so far */
	int64_t last_int;
	bool peer_done;
	bool international; /* there was an E.164 number */
	char typed[8][NUMBER_MAX]; /* the first numbers as typed */
	size_t numbers; /* as typed */
	char name[NUMBER_MAX];
};

static unsigned
class_of(uint16_t tag)
{
	switch (tag) {
	case RECORD_BODY:
	case RECORD_PART_TEXT:
		return 0;
	case RECORD_NAME:
		return 1;
	case RECORD_ORG:
	case RECORD_TITLE:
		return 2;
	case RECORD_EMAIL:
	case RECORD_ATTENDEE:
		return 3;
	case RECORD_ADDRESS:
	case RECORD_PLACE:
		return 4;
	case RECORD_NOTE_TEXT:
	case RECORD_SUMMARY:
	case RECORD_SUBJECT:
	case RECORD_DESCRIPTION:
		return 5;
	case RECORD_BIRTHDAY:
		return 6;
	case RECORD_CELL:
	case RECORD_IMSI:
	case RECORD_SIM_ID:
		return 7;
	case RECORD_FILE_NAME:
	case RECORD_PART_NAME:
		return 9;
	case RECORD_FILE_TYPE:
	case RECORD_FILE_FOLDER:
	case RECORD_PART_TYPE:
		return 10;
	case RECORD_RRULE:
	case RECORD_TIME_ZONE:
		return 11;
	default:
		return 12;
	}
}

static void
code_text(struct mix *x, struct context *k, char *text)
{
	unsigned hint = k->tag;

	if (k->tag == RECORD_BODY)
		hint = 1000 + (unsigned)(k->last_int & 7);
	hint += 4096u * x->f->country; /* for the language */
	switch (k->tag) {
	case RECORD_PEER:
		pack_peer(
		    x, k->head.kind, k->head.same_peer && !k->peer_done, text);
		k->peer_done = true;
		break;
	case RECORD_NUMBER:
		pack_number(x, 0, text);
		break;
	case RECORD_NUMBER_E164:
		pack_number_e164(x,
		    k->count < 8 && k->typed[k->count][0] != '\0'
			? k->typed[k->count]
			: NULL,
		    text);
		break;
	case RECORD_BIRTHDAY:
		if (!pack_date(x, text))
			pack_text(x, class_of(k->tag), hint, text);
		break;
	default:
		if (k->tag == RECORD_EMAIL)
			model_spell(x->m, k->name, pack_national(k->typed[0]));
		pack_text(x, class_of(k->tag), hint, text);
	}
	x->texts += strlen(text);
	if (x->texts > PACK_MIX_TEXTS_MAX)
		x->c.bad = true;
	if (x->c.bad)
		return;
	if (k->tag == RECORD_NUMBER && k->count < 8 &&
	    strlen(text) < NUMBER_MAX)
		strcpy(k->typed[k->count], text);
	if (k->tag == RECORD_NAME && strlen(text) < NUMBER_MAX)
		strcpy(k->name, text);
	if (k->tag == RECORD_NUMBER_E164) {
		k->international = true;
		pack_numbers_add(x->f, text);
	}
}

/* Times lie near that of the record; the rest by what came before. */
static int64_t
code_int(struct mix *x, struct context *k, int64_t v)
{
	struct fields *f = x->f;
	uint32_t a = k->head.kind << 16 | k->tag, b;
	bool is_time = k->tag == RECORD_SENT_MS || k->tag == RECORD_START_MS ||
		       k->tag == RECORD_END_MS;
	int64_t base = 0;

	if (k->tag == RECORD_DIRECTION)
		b = (uint32_t)(f->last_direction[k->head.kind] & 7) * 2 +
		    k->head.same_peer;
	else if (k->tag == RECORD_NUMBER_TYPE || k->tag == RECORD_EMAIL_TYPE)
		b = k->count == 0 ? 9 : (uint32_t)(k->last_int & 7);
	else
		b = (uint32_t)(k->last_int & 7);
	if (is_time) {
		base = k->tag == RECORD_END_MS ? k->last_int : k->head.time_ms;
		b = 0;
	}
	v = (int64_t)((uint64_t)v - (uint64_t)base);
	v = code_signed(x, Q_INT_SIGN, Q_INT, a, b, v);
	v = (int64_t)((uint64_t)v + (uint64_t)base);
	if (k->tag == RECORD_DIRECTION)
		f->last_direction[k->head.kind] = v;
	k->last_int = v;
	return v;
}

/* Where the list of tags is: the other parts of a number come as often as it
 * was typed. */
static uint32_t
tag_context(const struct context *k)
{
	size_t left = k->numbers - k->count - 1, b = k->count;

	if ((k->tag == RECORD_NUMBER_E164 || k->tag == RECORD_NUMBER_TYPE) &&
	    k->count < k->numbers)
		b = left < 3 ? 4 + left : 7;
	else if (b > 3)
		b = 3;
	return mix_context(
	    Q_TAG, k->head.kind * 256u + k->tag % 251, (uint32_t)b);
}

/* The next tag; 0: no more. */
static uint16_t
code_tag(struct mix *x, struct context *k, uint16_t tag, enum record_type *type)
{
	unsigned short_tag = tag < TAG_LONG ? tag : TAG_LONG;
	enum record_type usual;
	bool known;

	short_tag =
	    model_tree(x->m, &x->c, tag_context(k), TAG_BITS, short_tag);
	if (short_tag == 0)
		return 0;
	if (short_tag < TAG_LONG)
		tag = (uint16_t)short_tag;
	else
		tag = (uint16_t)coder_even(&x->c, tag, 65536);
	known = record_tag_type(tag, &usual);
	if (known)
		*type = usual;
	else
		*type = ask(x, Q_TYPE, 0, 0, *type == RECORD_INT) ? RECORD_INT
								  : RECORD_TEXT;
	if (tag == 0 || tag < k->tag)
		x->c.bad = true;
	if (k->tag == tag) {
		k->count++;
	} else {
		k->tag = tag;
		k->count = 0;
	}
	k->numbers += tag == RECORD_NUMBER;
	return tag;
}

/* A contact with no international numbers: it goes by those as typed. */
static void
end_fields(struct mix *x, struct context *k)
{
	if (k->head.kind == RECORD_CONTACT && !k->international)
		for (size_t i = 0; i < 8 && k->typed[i][0] != '\0'; i++)
			pack_numbers_add(x->f, k->typed[i]);
}

/* ---- records ---- */

static void
read_fields(struct mix *x, struct context *k, struct record *r)
{
	enum record_type type = RECORD_TEXT;
	uint16_t tag;

	while (!x->c.bad && (tag = code_tag(x, k, 0, &type)) != 0) {
		int err = 0;

		if (x->c.bad)
			break;
		x->text[0] = '\0';
		if (type == RECORD_INT) {
			err = record_add_int(r, tag, code_int(x, k, 0));
		} else {
			code_text(x, k, x->text);
			if (!x->c.bad)
				err = record_add_text(r, tag, x->text);
		}
		if (err == -1)
			x->c.bad = true;
	}
	end_fields(x, k);
}

struct record *
pack_mix_read(struct mix *x)
{
	struct context k = { .tag = 0 };
	struct record *r;

	code_head(x, &k.head);
	if (x->c.bad ||
	    (r = record_new((enum record_kind)k.head.kind, k.head.id)) == NULL)
		return NULL;
	record_set_time_ms(r, k.head.time_ms);
	if (k.head.gone)
		record_set_op(r, RECORD_DELETE);
	else
		read_fields(x, &k, r);
	if (x->c.bad) {
		record_free(r);
		return NULL;
	}
	return r;
}

static void
write_fields(struct mix *x, struct context *k, const struct record *r)
{
	const struct record_field *field;
	size_t n = record_fields(r, &field);
	enum record_type type;

	for (size_t i = 0; i < n && !x->c.bad; i++) {
		type = field[i].type;
		code_tag(x, k, field[i].tag, &type);
		if (type == RECORD_INT) {
			code_int(x, k, field[i].num);
		} else {
			memcpy(x->text, field[i].text, field[i].len + 1);
			code_text(x, k, x->text);
		}
	}
	code_tag(x, k, 0, &type);
	end_fields(x, k);
}

void
pack_mix_write(struct mix *x, const struct record *r)
{
	struct context k = { .tag = 0 };
	const char *peer = record_text(r, RECORD_PEER, 0);

	k.head = (struct head){
		.kind = (unsigned)record_kind(r),
		.gone = record_op(r) == RECORD_DELETE,
		.id = record_id(r),
		.time_ms = record_time_ms(r),
		.same_peer = peer != NULL && pack_numbers_same(x->f, peer),
	};
	code_head(x, &k.head);
	if (!k.head.gone)
		write_fields(x, &k, r);
}

bool
pack_mix_more(struct mix *x, size_t n, bool more)
{
	return ask(x, Q_MORE, n < 4 ? (uint32_t)n : 4, 0, more);
}
