/*
 * What the coding of fields remembers, as octets: integers of 8 octets in the
 * order of struct fields, then each number with its length before it.
 */
#include <stddef.h>
#include <string.h>

#include "be.h"
#include "pack_mix.h"

#define VERSION 3

void
pack_fields_clear(struct fields *f)
{
	memset(f, 0, offsetof(struct fields, number));
	f->last_peer = NUMBERS_MAX;
}

/* One walk does both ways, so that they cannot drift apart. */
struct walk {
	uint8_t *out; /* NULL: reading */
	const uint8_t *in;
	size_t at, len;
	bool bad;
};

static uint64_t
word(struct walk *w, uint64_t v)
{
	if (w->out != NULL) {
		be_put64(w->out + w->at, v);
	} else if (w->len - w->at < 8) {
		w->bad = true;
		return 0;
	} else {
		v = be_get64(w->in + w->at);
	}
	w->at += 8;
	return v;
}

/* An index or a count that is at most max. */
static uint32_t
bounded(struct walk *w, uint64_t v, uint32_t max)
{
	v = word(w, v);
	w->bad |= v > max;
	return w->bad ? 0 : (uint32_t)v;
}

static void
number(struct walk *w, struct known_number *k)
{
	size_t n = w->out != NULL ? strlen(k->text) : 0;
	uint64_t uses = k->uses, tick = k->tick;

	if (w->out != NULL)
		w->out[w->at] = (uint8_t)n;
	else if (w->at == w->len || (n = w->in[w->at]) > NUMBER_MAX ||
		 n > w->len - w->at - 1)
		w->bad = true;
	if (w->bad)
		return;
	w->at++;
	if (w->out != NULL) {
		memcpy(w->out + w->at, k->text, n);
	} else {
		memcpy(k->text, w->in + w->at, n);
		k->text[n] = '\0';
	}
	w->at += n;
	uses = word(w, uses << 32 | tick);
	k->uses = (uint32_t)(uses >> 32);
	k->tick = (uint32_t)uses;
}

static void
walk_fields(struct walk *w, struct fields *f)
{
	if (word(w, VERSION) != VERSION)
		w->bad = true;
	f->begun = bounded(w, f->begun, 1) != 0;
	f->seconds = (int64_t)word(w, (uint64_t)f->seconds);
	for (int i = 0; i < RECORD_KIND_COUNT; i++) {
		f->other_seconds[i] =
		    (int64_t)word(w, (uint64_t)f->other_seconds[i]);
		f->id[i] = bounded(w, f->id[i], UINT32_MAX);
		f->id_back[i] = bounded(w, f->id_back[i], 1) != 0;
		f->last_direction[i] =
		    (int64_t)word(w, (uint64_t)f->last_direction[i]);
	}
	f->time_back = bounded(w, f->time_back, 1) != 0;
	f->last_kind = bounded(w, f->last_kind, RECORD_KIND_COUNT - 1);
	f->country = (uint16_t)bounded(w, f->country, UINT16_MAX);
	f->tick = bounded(w, f->tick, UINT32_MAX);
	f->last_peer = bounded(w, f->last_peer, NUMBERS_MAX);
	f->numbers = bounded(w, f->numbers, NUMBERS_MAX);
	for (size_t i = 0; i < f->numbers && !w->bad; i++)
		number(w, &f->number[i]);
}

size_t
pack_fields_save(const struct fields *f, uint8_t *out)
{
	struct walk w = { .out = out };

	walk_fields(&w, (struct fields *)(uintptr_t)f);
	return w.at;
}

int
pack_fields_load(struct fields *f, const uint8_t *p, size_t len)
{
	struct walk w = { .in = p, .len = len };

	pack_fields_clear(f);
	walk_fields(&w, f);
	return w.bad || w.at != len ? -1 : 0;
}
