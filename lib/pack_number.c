/*
 * Telephone numbers.
 *
 * A number is a form, such as "(ddd) ddd-dddd", and its digits.  Forms that
 * begin with a plus name their country first.  The first national digits,
 * which say area or operator, are predicted by those before them; the rest
 * are as good as random.
 */
#include <string.h>

#include "pack_mix.h"

#define FORM_BITS 6
#define FORM_TEXT 63 /* none of the forms: a text */
#define PREDICTED 4 /* national digits by those before them */

static const char *const forms[] = { "ddd", "dddd", "ddddd", "dddddd",
	"ddddddd", "dddddddd", "ddddddddd", "dddddddddd", "ddddddddddd",
	"dddddddddddd", "ddddddddddddd", "dddddddddddddd", "ddddddddddddddd",
	"+ddddddddd", "+dddddddddd", "+ddddddddddd", "+dddddddddddd",
	"+ddddddddddddd", "+dddddddddddddd", "(ddd) ddd-dddd", "ddd-ddd-dddd",
	"ddd.ddd.dddd", "ddd ddd dddd", "(ddd)ddd-dddd", "d-ddd-ddd-dddd",
	"d ddd ddd dddd", "d (ddd) ddd-dddd", "+d ddd-ddd-dddd",
	"+d (ddd) ddd-dddd", "+d ddd ddd dddd", "+d-ddd-ddd-dddd",
	"ddd dddd dddd", "ddd-dddd-dddd", "+dd ddd dddd dddd",
	"+dd ddd-dddd-dddd", "+ddddd-dddd-dddd", "+dd-ddddddddddd",
	"+dd ddddddddddd", "dddd-dddddddd", "ddd-dddddddd", "dddd dddddddd",
	"ddd dddddddd", "dddd-ddddddd", "ddd-ddd-ddddd", "ddddd dddddd",
	"ddddd ddd ddd", "dddd ddd dddd", "+dd dddd dddddd", "+dd ddd ddd ddd",
	"ddd ddddddd", "ddd-ddddddd", "ddd-dddd", "dddd-dddd", "dddd dddd",
	"dd dddd dddd", "dd dd dd dd dd", "+dd d dd dd dd dd",
	"+ddd dd ddd dddd", "+ddd dd dddddd", "ddd ddd ddd" };
#define FORMS (sizeof forms / sizeof forms[0])

/* Calling codes; none is the beginning of another. */
static const uint16_t countries[] = { 1, 86, 44, 49, 33, 39, 34, 7, 81, 82, 91,
	61, 65, 60, 62, 63, 66, 84, 852, 853, 886, 358, 46, 47, 45, 31, 32, 41,
	43, 48, 420, 421, 351, 353, 30, 36, 40, 90, 20, 27, 234, 254, 212, 213,
	971, 966, 972, 98, 92, 880, 94, 95, 855, 856, 64, 52, 54, 55, 56, 57,
	51, 58 };
#define COUNTRIES (sizeof countries / sizeof countries[0])
#define COUNTRY_BITS 6
#define COUNTRY_NONE 63

/* ---- forms ---- */

static bool
has_form(const char *text, const char *form)
{
	for (; *text != '\0' && *form != '\0'; text++, form++)
		if (*form == 'd' ? *text < '0' || *text > '9' : *text != *form)
			return false;
	return *text == *form;
}

static unsigned
form_of(const char *text)
{
	for (unsigned i = 0; i < FORMS; i++)
		if (has_form(text, forms[i]))
			return i;
	return FORM_TEXT;
}

/* The digits of text; at most max are stored, all are counted. */
static size_t
digits_of(const char *text, char *out, size_t max)
{
	size_t n = 0;

	for (; *text != '\0'; text++)
		if (*text >= '0' && *text <= '9') {
			if (n < max)
				out[n] = *text;
			n++;
		}
	return n;
}

/* ---- countries ---- */

static unsigned
country_text(unsigned i, char out[static 4])
{
	unsigned n = 0, v = countries[i];

	if (v >= 100)
		out[n++] = (char)('0' + v / 100);
	if (v >= 10)
		out[n++] = (char)('0' + v / 10 % 10);
	out[n++] = (char)('0' + v % 10);
	out[n] = '\0';
	return n;
}

static unsigned
country_of(const char *digits, size_t len)
{
	char code[4];

	for (unsigned i = 0; i < COUNTRIES; i++) {
		size_t n = country_text(i, code);

		if (n <= len && memcmp(code, digits, n) == 0)
			return i;
	}
	return COUNTRY_NONE;
}

/* f->country is one more than an index, so that 0 is none. */
static unsigned
code_country(struct mix *x, unsigned country)
{
	struct fields *f = x->f;
	bool home = false;

	if (f->country != 0) {
		home = f->country == country + 1u;
		home = model_bit(x->m, &x->c, mix_context(Q_HOME, 0, 0), home);
	}
	if (home)
		return f->country - 1u;
	country = model_tree(
	    x->m, &x->c, mix_context(Q_COUNTRY, 0, 0), COUNTRY_BITS, country);
	if (country != COUNTRY_NONE && country >= COUNTRIES)
		x->c.bad = true;
	else if (country != COUNTRY_NONE && f->country == 0)
		f->country = (uint16_t)(country + 1);
	return x->c.bad ? COUNTRY_NONE : country;
}

/* ---- digits ---- */

/* What the digits of a number are: of which country, COUNTRY_NONE if that is
 * not known. */
struct national {
	unsigned country;
	uint32_t context; /* what else tells them apart */
	bool form_only; /* no country in front */
	size_t from, count;
};

struct digit {
	unsigned country;
	uint32_t context;
	uint32_t at; /* digits before it that are the same abroad */
};

/* The numbers that are known and begin with the same digits, and what comes
 * next in them. */
struct alike {
	size_t count;
	uint16_t index[NUMBERS_MAX];
	size_t skip; /* octets before the digits that are compared */
	uint32_t next[10];
};

static void
find_alike(const struct fields *f, unsigned country, struct alike *a)
{
	char code[5] = "+";

	a->count = 0;
	if (country >= COUNTRIES)
		return;
	a->skip = 1 + country_text(country, code + 1);
	for (size_t i = 0; i < f->numbers; i++)
		if (strncmp(f->number[i].text, code, a->skip) == 0)
			a->index[a->count++] = (uint16_t)i;
}

static unsigned
next_of(const struct fields *f, const struct alike *a, size_t i, size_t at)
{
	return (unsigned)(f->number[a->index[i]].text[a->skip + at] - '0');
}

static void
count_next(const struct fields *f, struct alike *a, size_t at)
{
	memset(a->next, 0, sizeof a->next);
	for (size_t i = 0; i < a->count; i++) {
		unsigned v = next_of(f, a, i, at);

		if (v < 10)
			a->next[v]++;
	}
}

/* Those that go on with v. */
static void
narrow(const struct fields *f, struct alike *a, size_t at, unsigned v)
{
	size_t n = 0;

	for (size_t i = 0; i < a->count; i++)
		if (next_of(f, a, i, at) == v)
			a->index[n++] = a->index[i];
	a->count = n;
}

/* A number in short: 0 to 7. */
static uint32_t
size_of(uint32_t n)
{
	return n < 3 ? n : n < 5 ? 3 : n < 9 ? 4 : n < 17 ? 5 : n < 65 ? 6 : 7;
}

/* One choice of a digit: by the digits before it, and by the numbers that are
 * known, of which n have 1 here, of total. */
static unsigned
code_digit_bit(struct mix *x, const struct digit *d, uint32_t node, uint32_t n,
    uint32_t total, unsigned bit)
{
	uint32_t most = 2 * n > total, less = most != 0 ? total - n : n;
	uint32_t seen = most + (node == 0 ? 2 : 0) + 4 * size_of(total) +
			32 * size_of(less);
	const struct model_question q = { MIXER_DIGIT,
		{ mix_context(Q_DIGIT, d->context, 1 + node),
		    mix_context(Q_SEEN, d->country * 16 + d->at, seen) } };

	if (total == 0)
		return model_bit_first(x->m, &x->c, q.context[0], bit,
		    node == 0 ? 65536 / 5 : 32768);
	return model_bit_by(x->m, &x->c, &q, bit);
}

/* 8 or 9, or the three bits of the others. */
static unsigned
code_digit(
    struct mix *x, const struct digit *d, const uint32_t next[10], unsigned v)
{
	uint32_t low = 0, high = next[8] + next[9], size = 8;
	unsigned part = 0;

	for (int i = 0; i < 8; i++)
		low += next[i];
	if (code_digit_bit(x, d, 0, high, low + high, v >= 8) != 0)
		return 8 + code_digit_bit(x, d, 16, next[9], high, v & 1);
	for (unsigned i = 3; i-- > 0;) {
		uint32_t one = 0;

		size /= 2;
		for (unsigned k = part + size; k < part + 2 * size; k++)
			one += next[k];
		if (code_digit_bit(x, d, 1u << (2 - i) | part << 5, one, low,
			v >> i & 1) != 0) {
			part += size;
			low = one;
		} else {
			low -= one;
		}
	}
	return part;
}

/* The digit that a national number has before that which is the same abroad. */
static bool
is_trunk(const struct national *n, unsigned v)
{
	return n->form_only &&
	       (v == 0 || (v == 1 && n->country < COUNTRIES &&
			      countries[n->country] == 1 && n->count == 11));
}

/* Digits [n->from, n->count). */
static void
code_digits(struct mix *x, const struct national *n, char *digits)
{
	struct alike a;
	struct digit d = { .country = n->country, .context = n->context + 1 };

	find_alike(x->f, n->country, &a);
	for (size_t i = n->from; i < n->count; i++) {
		unsigned v = (unsigned)(digits[i] - '0') % 10;

		count_next(x->f, &a, d.at);
		if (i - n->from < PREDICTED || a.count > 0)
			v = code_digit(x, &d, a.next, v);
		else
			v = coder_even(&x->c, v, 10);
		digits[i] = (char)('0' + v);
		if (i - n->from < 2)
			d.context = d.context * 16 + v + 1;
		else
			d.context = n->context + 1000;
		if (i == n->from && is_trunk(n, v))
			continue;
		narrow(x->f, &a, d.at, v);
		d.at++;
	}
}

static void
code_form(struct mix *x, unsigned form, char *text)
{
	char digits[20] = "", code[4];
	struct national n = { .country = COUNTRY_NONE };
	const char *d = digits, *p;
	size_t count = 0;

	for (p = forms[form]; *p != '\0'; p++)
		count += *p == 'd';
	if (x->c.mode != CODER_READ)
		digits_of(text, digits, sizeof digits);
	n.form_only = forms[form][0] != '+';
	n.count = count;
	if (!n.form_only) {
		n.country = code_country(x, country_of(digits, count));
		n.context = n.country;
		if (n.country != COUNTRY_NONE) {
			n.from = country_text(n.country, code);
			memcpy(digits, code, n.from);
		}
	} else if (count >= 9) {
		/* A national number: of the phone's own country. */
		if (x->f->country != 0)
			n.country = x->f->country - 1u;
		n.context = n.country + (count < 10 ? 100 : 0);
	} else {
		n.context = 300 + (uint32_t)count;
	}
	if (x->c.mode == CODER_READ)
		memset(digits + n.from, '0', sizeof digits - n.from);
	code_digits(x, &n, digits);
	for (p = forms[form]; *p != '\0'; p++)
		*text++ = *p == 'd' ? *d++ : *p;
	*text = '\0';
}

void
pack_number(struct mix *x, unsigned kind, char *text)
{
	unsigned form = x->c.mode == CODER_READ ? 0 : form_of(text);

	form = model_tree(x->m, &x->c, mix_context(Q_FORM, kind, x->f->country),
	    FORM_BITS, form);
	if (form == FORM_TEXT)
		pack_text(x, CLASS_SENDER, kind, text);
	else if (form >= FORMS)
		x->c.bad = true;
	else
		code_form(x, form, text);
	if (x->c.bad)
		text[0] = '\0';
}

/* ---- international from national ---- */

static void
derive(const char *typed, unsigned country, char out[static NUMBER_MAX])
{
	char digits[NUMBER_MAX], code[4];
	size_t n = digits_of(typed, digits, 20), skip = 0, at = 0;

	out[0] = '\0';
	if (n > 20 || n == 0)
		return;
	out[at++] = '+';
	if (typed[0] != '+') {
		size_t len = country_text(country, code);

		memcpy(out + at, code, len);
		at += len;
		skip = digits[0] == '0' ||
		       (countries[country] == 1 && n == 11 && digits[0] == '1');
	}
	memcpy(out + at, digits + skip, n - skip);
	out[at + n - skip] = '\0';
}

void
pack_number_e164(struct mix *x, const char *typed, char *text)
{
	char guess[NUMBER_MAX] = "", digits[20];
	unsigned country = COUNTRY_NONE;
	size_t n;
	bool exact;

	if (typed != NULL && typed[0] != '+') {
		if (x->c.mode != CODER_READ) {
			n = digits_of(text, digits, sizeof digits);
			country = country_of(digits, n <= 20 ? n : 0);
		}
		country = code_country(x, country);
	}
	if (typed != NULL && (typed[0] == '+' || country != COUNTRY_NONE))
		derive(typed, country, guess);
	exact = x->c.mode != CODER_READ && strcmp(guess, text) == 0;
	if (guess[0] != '\0' &&
	    model_bit(
		x->m, &x->c, mix_context(Q_EXACT, typed[0] == '+', 0), exact)) {
		strcpy(text, guess);
		return;
	}
	pack_number(x, 0, text);
}

const char *
pack_national(const char *text)
{
	char digits[20], code[4];
	size_t n = digits_of(text, digits, sizeof digits);
	unsigned country = country_of(digits, n <= 20 ? n : 0);

	if (text[0] != '+' || country == COUNTRY_NONE)
		return text;
	for (n = country_text(country, code); n > 0; text++)
		n -= *text >= '0' && *text <= '9';
	return text;
}

/* ---- the table ---- */

static uint32_t
weight_of(const struct fields *f, const struct known_number *k)
{
	uint32_t age = f->tick - k->tick;

	return 1 + 16 * k->uses +
	       (k->uses == 0  ? 0
		   : age < 4  ? 64
		   : age < 16 ? 32
		   : age < 64 ? 12
			      : 0);
}

static uint32_t
find_number(const struct fields *f, const char *text)
{
	for (uint32_t i = 0; i < f->numbers; i++)
		if (strcmp(f->number[i].text, text) == 0)
			return i;
	return NUMBERS_MAX;
}

/* The one that is forgotten when there is no more room; not the last peer. */
static uint32_t
least(const struct fields *f)
{
	uint32_t best = f->last_peer == 0;

	for (uint32_t i = best + 1; i < f->numbers; i++) {
		const struct known_number *a = &f->number[i];
		const struct known_number *b = &f->number[best];

		if (i == f->last_peer)
			continue;
		if (a->uses < b->uses ||
		    (a->uses == b->uses &&
			f->tick - a->tick > f->tick - b->tick))
			best = i;
	}
	return best;
}

static uint32_t
add_number(struct fields *f, const char *text)
{
	uint32_t i = find_number(f, text);

	if (i != NUMBERS_MAX || strlen(text) > NUMBER_MAX)
		return i;
	i = f->numbers < NUMBERS_MAX ? (uint32_t)f->numbers++ : least(f);
	strcpy(f->number[i].text, text);
	f->number[i].uses = 0;
	f->number[i].tick = f->tick;
	return i;
}

void
pack_numbers_add(struct fields *f, const char *text)
{
	add_number(f, text);
}

bool
pack_numbers_same(const struct fields *f, const char *text)
{
	return f->last_peer < f->numbers &&
	       strcmp(f->number[f->last_peer].text, text) == 0;
}

/* Old uses count less and less. */
static void
use(struct fields *f, uint32_t i)
{
	f->last_peer = i;
	if (i == NUMBERS_MAX)
		return;
	f->tick++;
	f->number[i].tick = f->tick;
	if ((f->number[i].uses += 2) < 600)
		return;
	for (size_t k = 0; k < f->numbers; k++)
		f->number[k].uses /= 2;
}

/* Which of the known ones; not the last peer, which was asked before. */
static uint32_t
code_index(struct mix *x, uint32_t index)
{
	const struct fields *f = x->f;
	uint32_t total = 0, low = 0, at = 0, i, w = 0;

	for (i = 0; i < f->numbers; i++)
		if (i != f->last_peer)
			total += weight_of(f, &f->number[i]);
	if (total == 0) {
		x->c.bad = true;
		return 0;
	}
	if (x->c.mode == CODER_READ)
		at = coder_where(&x->c, total);
	for (i = 0; i < f->numbers; i++) {
		w = i == f->last_peer ? 0 : weight_of(f, &f->number[i]);
		if (x->c.mode == CODER_READ ? at < low + w : i == index)
			break;
		low += w;
	}
	coder_part(&x->c, low, w, total);
	return i;
}

void
pack_peer(struct mix *x, unsigned kind, bool same, char *text)
{
	struct fields *f = x->f;
	uint32_t i = NUMBERS_MAX;
	size_t others = f->numbers - (f->last_peer < f->numbers);
	bool known = false;

	if (same) {
		strcpy(text, f->number[f->last_peer].text);
		use(f, f->last_peer);
		return;
	}
	if (x->c.mode != CODER_READ)
		i = find_number(f, text);
	if (others > 0)
		known = model_bit(x->m, &x->c, mix_context(Q_KNOWN, kind, 0),
		    i != NUMBERS_MAX && i != f->last_peer);
	if (known) {
		i = code_index(x, i);
		if (x->c.bad)
			return;
		strcpy(text, f->number[i].text);
	} else {
		pack_number(x, kind, text);
		if (x->c.bad)
			return;
		i = add_number(f, text);
	}
	use(f, i);
}
