/*
 * Where a text is: the contexts that what comes next depends on, and the last
 * place where the same five octets stood.
 */
#include <string.h>

#include "pack_model_internal.h"

static void
text_put(struct model *m, unsigned octet)
{
	uint32_t at = m->s.at & (TEXT_SIZE - 1);
	uint32_t v = m->text[at / 2];

	v = (at & 1) != 0 ? (v & 0xff) | octet << 8 : (v & 0xff00) | octet;
	model_set(m, &m->text[at / 2], (uint16_t)v);
	m->s.at++;
}

static void
find_match(struct model *m)
{
	struct small *s = &m->s;
	uint32_t h = 0, len = 0, at;
	uint16_t *p;

	if (s->match != 0)
		s->match++;
	for (uint32_t i = 1; i <= MATCH_MIN; i++)
		h = model_hash(h, model_text_at(m, s->at - i));
	p = m->match_slot[h & (MATCH_SLOTS - 1)];
	at = (uint32_t)p[0] << 16 | p[1];
	if (at > 0 && (s->match == 0 || s->match_len < 16)) {
		while (len < MATCH_MAX && model_text_at(m, at - 1 - len) ==
					      model_text_at(m, s->at - 1 - len))
			len++;
		if (len >= MATCH_MIN && len >= s->match_len) {
			s->match = at;
			s->match_len = len;
		}
	}
	model_set(m, &p[0], (uint16_t)(s->at >> 16));
	model_set(m, &p[1], (uint16_t)s->at);
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

static void
set_contexts(struct small *s)
{
	const uint32_t *b = s->before;
	uint32_t first = model_hash(s->class + 1, b[0]), h;

	s->direct[0] = model_hash(first, 0x101);
	s->direct[1] = model_hash(model_hash(first, b[1]), 0x102);
	s->refined = s->direct[0];
	s->slotted[0] = model_hash(s->class + 1, 0x100);
	h = model_hash(model_hash(fold(b[0]), fold(b[1])), fold(b[2]));
	s->slotted[1] = h = model_hash(h, is_capital(b[0]));
	s->slotted[2] = h = model_hash(h, fold(b[3]));
	s->slotted[3] = model_hash(h, fold(b[4]));
	s->slotted[4] = model_hash(s->word, 0x107 + (b[0] < 128 ? 0 : 1));
	s->slotted[5] = model_hash(s->word, s->word_before + 0x108);
	if (s->class == MODEL_ADDRESSES)
		s->slotted[5] =
		    model_hash(0x900 + (uint8_t)s->spell[s->spell_at],
			s->spell_run < 3 ? s->spell_run : 3);
	if (s->lead == 0)
		return;
	for (int i = 0; i < SLOTTED; i++)
		s->slotted[i] = model_hash(s->slotted[i], s->lead + 0x200);
	for (int i = 0; i < DIRECT; i++)
		s->direct[i] = model_hash(s->direct[i], s->lead + 0x200);
}

void
model_text(struct model *m, unsigned class, unsigned hint)
{
	struct small *s = &m->s;

	s->class = class % MODEL_CLASSES;
	memset(s->before, 0, sizeof s->before);
	s->before[0] = 0x10000 + s->class;
	s->before[1] = 0x20000 + hint;
	s->word = s->word_before = 0;
	s->lead = 0;
	s->match = s->match_len = 0;
	set_contexts(s);
}

void
model_spell(struct model *m, const char *name)
{
	struct small *s = &m->s;
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

/* Follow the name while an address spells it, word by word. */
static void
follow(struct small *s, uint32_t c)
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
end_character(struct small *s, uint32_t c)
{
	uint32_t letter = c >= 'A' && c <= 'Z' ? c + 32 : c;

	for (int i = BEFORE - 1; i > 0; i--)
		s->before[i] = s->before[i - 1];
	s->before[0] = c;
	if (s->class == MODEL_ADDRESSES)
		follow(s, c);
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
	struct small *s = &m->s;

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
