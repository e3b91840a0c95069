/*
 * Where a text is: the contexts that what comes next depends on, and the last
 * place where the same seven octets stood.
 */
#include <string.h>

#include "pack_model_internal.h"

static void
text_put(struct model *m, unsigned octet)
{
	uint8_t *p = &m->t.text[m->s.at++ & (TEXT_SIZE - 1)];

	model_keep(m, p);
	*p = (uint8_t)octet;
}

static void
find_match(struct model *m)
{
	struct where *s = &m->s;
	uint32_t h = 0, len = 0, at, *p;

	if (s->match != 0)
		s->match++;
	for (uint32_t i = 1; i <= MATCH_MIN; i++)
		h = model_hash(h, model_text_at(m, s->at - i));
	p = &m->t.match_at[h & (MATCH_SLOTS - 1)];
	at = *p;
	if (at > 0 && (s->match == 0 || s->match_len < 16)) {
		while (len < MATCH_MAX && model_text_at(m, at - 1 - len) ==
					      model_text_at(m, s->at - 1 - len))
			len++;
		if (len >= MATCH_MIN && len >= s->match_len) {
			s->match = at;
			s->match_len = len;
		}
	}
	model_keep(m, p);
	*p = s->at;
}

/* For the long contexts capitals are as small letters, and all digits alike. */
static uint32_t
fold(uint32_t c)
{
	if (c >= 'A' && c <= 'Z')
		return c + 32;
	return c >= '0' && c <= '9' ? '0' : c;
}

static bool
is_capital(uint32_t c)
{
	return c >= 'A' && c <= 'Z';
}

/* An address: what the name would spell next, or the number go on with. */
static void
set_address_contexts(struct where *s)
{
	s->listed[5] = model_hash(0x900 + (uint8_t)s->spell[s->spell_at],
	    s->spell_run < 3 ? s->spell_run : 3);
	if (s->dialling)
		s->listed[4] = model_hash(0xa00 + (uint8_t)s->dial[s->count],
		    s->count < 3 ? s->count : 3);
}

/* Outside bodies, where words have little to say: names, and what is made of
 * the same characters. */
static void
set_short_contexts(struct where *s)
{
	const uint32_t *b = s->before;
	bool wide = b[0] >= 128 && b[0] < 0x10000;

	if (s->class == MODEL_ADDRESSES)
		set_address_contexts(s);
	if (s->class == MODEL_NAMES || wide) {
		s->listed[4] = model_hash(b[0], 0x110);
		s->listed[5] = model_hash(s->count, 0x111 + s->class);
	}
	if (wide)
		s->listed[0] = model_hash(0x130, 0);
}

static void
set_contexts(struct where *s)
{
	const uint32_t *b = s->before;
	uint32_t first = model_hash(s->class + 1, b[0]), h;

	s->direct[0] = model_hash(s->class + 1, 0x100);
	s->direct[1] = model_hash(first, 0x101);
	s->refined = s->direct[1];
	s->listed[0] = model_hash(model_hash(first, b[1]), 0x102);
	h = model_hash(model_hash(fold(b[0]), fold(b[1])), fold(b[2]));
	s->listed[1] = h = model_hash(h, is_capital(b[0]));
	s->listed[2] = h = model_hash(h, fold(b[3]));
	s->listed[3] = model_hash(h, fold(b[4]));
	s->listed[4] = model_hash(s->word, 0x107 + (b[0] < 128 ? 0 : 1));
	s->listed[5] = model_hash(s->word, s->word_before + 0x108);
	if (s->class != 0)
		set_short_contexts(s);
	if (s->lead == 0)
		return;
	for (int i = 0; i < LISTED; i++)
		s->listed[i] = model_hash(s->listed[i], s->lead + 0x200);
	for (int i = 0; i < DIRECT; i++)
		s->direct[i] = model_hash(s->direct[i], s->lead + 0x200);
}

void
model_text(struct model *m, unsigned class, unsigned hint)
{
	struct where *s = &m->s;

	s->class = class % MODEL_CLASSES;
	memset(s->before, 0, sizeof s->before);
	s->before[0] = 0x10000 + s->class;
	s->before[1] = 0x20000 + hint;
	s->word = s->word_before = s->count = 0;
	s->lead = 0;
	s->match = s->match_len = 0;
	set_contexts(s);
}

/* Letters of the name, small, with one blank between words. */
static void
set_spell(struct where *s, const char *name)
{
	size_t n = 0;

	for (; *name != '\0' && n < SPELL_MAX; name++) {
		unsigned char c = (unsigned char)*name;

		if (c >= 'A' && c <= 'Z')
			c += 32;
		if (c >= 'a' && c <= 'z')
			s->spell[n++] = (char)c;
		else if (n > 0 && s->spell[n - 1] != ' ')
			s->spell[n++] = ' ';
	}
	s->spell[n] = '\0';
	s->spell_at = s->spell_run = 0;
}

void
model_spell(struct model *m, const char *name, const char *number)
{
	struct where *s = &m->s;
	size_t n = 0;

	set_spell(s, name);
	memset(s->dial, 0, sizeof s->dial);
	for (; *number != '\0' && n < DIAL_MAX; number++)
		if (*number >= '0' && *number <= '9')
			s->dial[n++] = *number;
	s->dialling = n > 0;
}

/* Follow the name while an address spells it, word by word. */
static void
follow(struct where *s, uint32_t c)
{
	const char *rest = &s->spell[s->spell_at], *word;

	if (c == (uint8_t)*rest && c != 0) {
		s->spell_at++;
		s->spell_run++;
		if (s->spell[s->spell_at] == ' ')
			s->spell_at++;
		return;
	}
	word = strchr(rest, ' ');
	if (word != NULL && c >= 'a' && c <= 'z' && c == (uint8_t)word[1]) {
		s->spell_at = (uint32_t)(word + 2 - s->spell);
		s->spell_run = 1;
	} else if (word != NULL && (c < 'a' || c > 'z') && s->spell_at > 0 &&
		   rest[-1] != ' ') {
		s->spell_at = (uint32_t)(word + 1 - s->spell);
	} else if (c >= 'a' && c <= 'z') {
		s->spell_run = 0;
	}
}

static void
end_character(struct where *s, uint32_t c)
{
	uint32_t letter = c >= 'A' && c <= 'Z' ? c + 32 : c;

	for (int i = BEFORE - 1; i > 0; i--)
		s->before[i] = s->before[i - 1];
	s->before[0] = c;
	s->count++;
	if (s->class == MODEL_ADDRESSES) {
		s->dialling = s->dialling && c != 0 &&
			      c == (uint8_t)s->dial[s->count - 1];
		follow(s, c);
	}
	if ((letter >= 'a' && letter <= 'z') || letter == '\'') {
		s->word = model_hash(s->word, letter);
	} else if (c >= 128) {
		s->word_before = s->word;
		s->word = model_hash(c, 0x300);
	} else if (s->word != 0) {
		s->word_before = s->word;
		s->word = 0;
	}
}

void
model_end_octet(struct model *m, unsigned octet)
{
	struct where *s = &m->s;

	if (s->match != 0 && model_text_at(m, s->match) == octet &&
	    s->match_len < MATCH_MAX)
		s->match_len++;
	text_put(m, octet);
	if (s->lead != 0) {
		end_character(s, s->lead << 8 | octet);
		s->lead = 0;
	} else if (octet >= 0x80) {
		s->lead = octet;
	} else {
		end_character(s, octet);
	}
	find_match(m);
	set_contexts(s);
}
