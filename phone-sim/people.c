#include "people.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "material.h"
#include "rng.h"

#define DAY_MS INT64_C(86400000)
#define WEEKS_MS (28 * DAY_MS)
#define PEOPLE_MAX 2000
#define BODY_MAX 512

struct person {
	char name[80], first[40], number[24]; /* number: E.164 */
};

struct moment {
	int64_t time_ms;
	size_t person; /* PEOPLE_MAX: sender is its own */
	const char *sender;
	int direction;
	int duration_s;
	bool read;
	char *body;
};

struct work {
	struct book *book;
	struct rng rng;
	const struct material *m;
	bool chinese;
	int64_t now_ms;
	struct person *person;
	size_t people, close, shops; /* shops come behind who is close */
	size_t *deck, dealt; /* talks in random order */
	struct moment *moment;
	size_t moments, cap;
};

static const char *
pick(struct work *w, const struct material_list *l)
{
	return l->word[rng_below(&w->rng, (uint32_t)l->n)];
}

/* ---- numbers ---- */

/* Digits as people in that country type them, or all in one. */
static void
number_of(
    struct work *w, int country, char e164[static 24], char typed[static 32])
{
	uint32_t a = rng_below(&w->rng, 1000), b = rng_below(&w->rng, 10000);
	uint32_t c = rng_below(&w->rng, 10), style = rng_below(&w->rng, 3);
	static const char *const fi[] = { "40", "44", "45", "46", "50" };
	static const char *const us[] = { "212", "415", "503", "617", "773" };
	static const char *const zh[] = { "138", "139", "150", "158", "186",
		"199" };
	const char *p;

	switch (country) {
	case 0: /* Finland */
		p = fi[c % 5];
		snprintf(e164, 24, "+358%s%03u%04u", p, a, b);
		snprintf(typed, 32,
		    style == 0   ? "0%s %03u %04u"
		    : style == 1 ? "+358 %s %03u %04u"
				 : "0%s%03u%04u",
		    p, a, b);
		break;
	case 1: /* United Kingdom */
		snprintf(e164, 24, "+447%u%02u%03u%03u", 4 + c % 6, a % 100, a,
		    b % 1000);
		snprintf(typed, 32,
		    style == 0 ? "+44 7%u%02u %03u%03u" : "07%u%02u %03u%03u",
		    4 + c % 6, a % 100, a, b % 1000);
		break;
	case 2: /* United States: 555 is nobody's */
		p = us[c % 5];
		snprintf(e164, 24, "+1%s555%04u", p, b);
		snprintf(typed, 32,
		    style == 0 ? "(%s) 555-%04u" : "+1 %s-555-%04u", p, b);
		break;
	default: /* China */
		p = zh[c % 6];
		snprintf(e164, 24, "+86%s%04u%04u", p, a + c * 1000, b);
		snprintf(typed, 32,
		    style == 0   ? "%s %04u %04u"
		    : style == 1 ? "+86 %s-%04u-%04u"
				 : "%s%04u%04u",
		    p, a + c * 1000, b);
		break;
	}
}

/* ---- contacts ---- */

static int
name_person(struct work *w, struct person *p, size_t i)
{
	static const struct material_list *const lists[3][2] = {
		{ &names_fi_given, &names_fi_family },
		{ &names_uk_given, &names_uk_family },
		{ &names_us_given, &names_us_family }
	};
	const struct material_list *close =
	    w->chinese ? &names_close_zh : &names_close_en;
	const struct material_list *shops =
	    w->chinese ? &names_shop_zh : &names_shop_en;
	uint32_t of = rng_below(&w->rng, 20);
	int country = w->chinese ? 3 : of < 9 ? 0 : of < 15 ? 1 : 2;
	const char *given, *family;

	if (i < close->n || (i >= close->n && i < close->n + shops->n)) {
		snprintf(p->name, sizeof p->name, "%s",
		    i < close->n ? close->word[i] : shops->word[i - close->n]);
		snprintf(p->first, sizeof p->first, "%s", p->name);
		return w->chinese ? 3 : 0;
	}
	if (w->chinese) {
		family = pick(w, &names_zh_family);
		given = pick(w, &names_zh_given);
		snprintf(p->name, sizeof p->name, "%s%s", family, given);
		snprintf(p->first, sizeof p->first, "%s",
		    strlen(given) > 3 ? given : p->name);
		return of < 19 ? 3 : 0;
	}
	given = pick(w, lists[country][0]);
	family = pick(w, lists[country][1]);
	snprintf(p->name, sizeof p->name, "%s %s", given, family);
	snprintf(p->first, sizeof p->first, "%s", given);
	return country;
}

/* Of two who have one name, one is called something else. */
static int
name_new_person(struct work *w, size_t i)
{
	int country = 0;

	for (int tries = 0; tries < 10; tries++) {
		size_t k = 0;

		country = name_person(w, &w->person[i], i);
		while (
		    k < i && strcmp(w->person[k].name, w->person[i].name) != 0)
			k++;
		if (k == i)
			break;
	}
	return country;
}

/* Letters that a mail address may have, from the name or at random. */
static void
add_email(struct work *w, struct record *r, const struct person *p)
{
	static const char *const hosts[] = { "example.com", "example.org",
		"example.net" };
	char mail[80];
	size_t n = 0;

	for (const char *c = p->first; *c != '\0' && n < 20; c++)
		if (*c >= 'A' && *c <= 'z')
			mail[n++] = (char)(*c | 0x20);
	snprintf(mail + n, sizeof mail - n, "%s%u@%s", n == 0 ? "u" : "",
	    rng_below(&w->rng, 1000), hosts[rng_below(&w->rng, 3)]);
	record_add_text(r, RECORD_EMAIL, mail);
	record_add_int(r, RECORD_EMAIL_TYPE,
	    rng_chance(&w->rng, 0.5) ? RECORD_LABEL_HOME : RECORD_LABEL_WORK);
}

/* Most people have little more than a name and a number. */
static void
add_details(struct work *w, struct record *r, const struct person *p)
{
	char text[200];

	if (rng_chance(&w->rng, 0.30))
		add_email(w, r, p);
	if (rng_chance(&w->rng, 0.15)) {
		record_add_text(r, RECORD_ORG, pick(w, &w->m->orgs));
		if (rng_chance(&w->rng, 0.5))
			record_add_text(
			    r, RECORD_TITLE, pick(w, &w->m->titles));
	}
	if (rng_chance(&w->rng, 0.12)) {
		uint32_t y = 1940 + rng_below(&w->rng, 75);
		uint32_t mo = 1 + rng_below(&w->rng, 12);
		uint32_t d = 1 + rng_below(&w->rng, 28);

		if (rng_chance(&w->rng, 0.3))
			snprintf(text, sizeof text, "--%02u-%02u", mo, d);
		else
			snprintf(text, sizeof text, "%u-%02u-%02u", y, mo, d);
		record_add_text(r, RECORD_BIRTHDAY, text);
	}
	if (rng_chance(&w->rng, 0.10)) {
		uint32_t house = 1 + rng_below(&w->rng, 120);
		uint32_t flat = 1 + rng_below(&w->rng, 60);

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		snprintf(
		    text, sizeof text, pick(w, &w->m->streets), house, flat);
#pragma GCC diagnostic pop
		record_add_text(r, RECORD_ADDRESS, text);
	}
	if (rng_chance(&w->rng, 0.10))
		record_add_text(r, RECORD_NOTE_TEXT, pick(w, &w->m->notes));
	if (rng_chance(&w->rng, 0.08))
		record_add_int(r, RECORD_STARRED, 1);
}

static int
add_contact(struct work *w, size_t i)
{
	struct person *p = &w->person[i];
	struct record *r =
	    record_new(RECORD_CONTACT, book_next_id(w->book, RECORD_CONTACT));
	int country = name_new_person(w, i);
	int numbers = rng_chance(&w->rng, 0.15) ? 2 : 1;
	char typed[32], e164[24];

	if (r == NULL)
		return -1;
	record_set_time_ms(r,
	    w->now_ms - WEEKS_MS - (int64_t)rng_below(&w->rng, 700) * DAY_MS);
	record_add_text(r, RECORD_NAME, p->name);
	for (int k = 0; k < numbers; k++) {
		number_of(w, country, e164, typed);
		if (k == 0)
			snprintf(p->number, sizeof p->number, "%s", e164);
		record_add_text(r, RECORD_NUMBER, typed);
		record_add_text(r, RECORD_NUMBER_E164, e164);
		record_add_int(r, RECORD_NUMBER_TYPE,
		    k == 0 ? RECORD_LABEL_MOBILE
			   : RECORD_LABEL_HOME + rng_below(&w->rng, 2));
	}
	add_details(w, r, p);
	return book_put(w->book, r);
}

/* ---- conversations and calls ---- */

/* Few people are close: of n, the first ones most often.  Nobody has long
 * talks with a shop. */
static size_t
someone(struct work *w)
{
	double u = rng_unit(&w->rng);
	size_t skip = w->people > w->close + w->shops ? w->shops : 0;
	size_t i = (size_t)(u * u * u * (double)(w->people - skip));

	return i < w->close ? i : i + skip;
}

/* A talk that has not been had yet, as long as there is one. */
static const char *
some_talk(struct work *w)
{
	const struct material_list *l = &w->m->talks;
	size_t i = w->dealt++ % l->n;
	size_t k = i + rng_below(&w->rng, (uint32_t)(l->n - i));
	size_t talk = w->deck[k];

	w->deck[k] = w->deck[i];
	w->deck[i] = talk;
	return l->word[talk];
}

/* A moment of the last weeks when people are awake; more of them lately. */
static int64_t
some_time(struct work *w)
{
	double u = rng_unit(&w->rng);
	int64_t day = (int64_t)(u * u * 28);
	int64_t minute = 7 * 60 + rng_below(&w->rng, 15 * 60);
	int64_t t = (w->now_ms / DAY_MS - day) * DAY_MS + minute * 60000 +
		    rng_below(&w->rng, 60000);

	return t < w->now_ms - 1800000 ? t : t - DAY_MS;
}

static struct moment *
new_moment(struct work *w)
{
	struct moment *grown;

	if (w->moments == w->cap) {
		w->cap = w->cap > 0 ? 2 * w->cap : 256;
		grown = realloc(w->moment, w->cap * sizeof *grown);
		if (grown == NULL)
			return NULL;
		w->moment = grown;
	}
	memset(&w->moment[w->moments], 0, sizeof *w->moment);
	return &w->moment[w->moments++];
}

/* What {x} stands for, the same all through one talk. */
struct fill {
	const char *name, *place, *day;
	char time[16], number[4];
};

static void
new_fill(struct work *w, struct fill *f, const char *name)
{
	f->name = name;
	f->place = pick(w, &w->m->places);
	f->day = pick(w, &w->m->days);
	snprintf(f->time, sizeof f->time, "%u:%s", 8 + rng_below(&w->rng, 13),
	    rng_chance(&w->rng, 0.5) ? "00" : "30");
	snprintf(f->number, sizeof f->number, "%u", 2 + rng_below(&w->rng, 7));
}

static char *
filled(const struct fill *f, const char *p, const char *end)
{
	char out[BODY_MAX];
	size_t n = 0;

	while (p < end && n < sizeof out - 1) {
		const char *word = NULL;

		if (*p == '{' && end - p >= 3 && p[2] == '}')
			word = p[1] == 'n'   ? f->name
			       : p[1] == 'p' ? f->place
			       : p[1] == 'd' ? f->day
			       : p[1] == 't' ? f->time
			       : p[1] == 'k' ? f->number
					     : NULL;
		if (word == NULL) {
			out[n++] = *p++;
			continue;
		}
		p += 3;
		while (*word != '\0' && n < sizeof out - 1)
			out[n++] = *word++;
	}
	out[n] = '\0';
	return strdup(out);
}

static void
talk(struct work *w)
{
	size_t who = someone(w);
	int64_t t = some_time(w);
	const char *p = some_talk(w);
	struct fill f;

	new_fill(w, &f, w->person[who].first);
	while (*p != '\0') {
		size_t n = strcspn(p, "\n");
		struct moment *m = new_moment(w);

		if (m == NULL || t >= w->now_ms)
			return;
		m->time_ms = t;
		m->person = who;
		m->direction =
		    *p == '<' ? RECORD_MSG_RECEIVED : RECORD_MSG_SENT;
		m->read = true;
		m->body = filled(&f, p + 1, p + n);
		t += 15000 + rng_below(&w->rng, 240000);
		p += n + (p[n] == '\n');
	}
}

static void
service(struct work *w)
{
	const struct material_service *s =
	    &w->m->service[rng_below(&w->rng, (uint32_t)w->m->services)];
	struct moment *m = new_moment(w);
	struct fill f;

	if (m == NULL)
		return;
	new_fill(w, &f, "");
	m->time_ms = some_time(w);
	m->person = PEOPLE_MAX;
	m->sender = s->sender;
	m->direction = RECORD_MSG_RECEIVED;
	m->read = rng_chance(&w->rng, 0.7);
	m->body = filled(&f, s->text, s->text + strlen(s->text));
}

static int
by_time(const void *a, const void *b)
{
	const struct moment *x = a, *y = b;

	if (x->time_ms != y->time_ms)
		return x->time_ms < y->time_ms ? -1 : 1;
	return x->body != NULL && y->body != NULL ? strcmp(x->body, y->body)
						  : 0;
}

static struct record *
message_of(struct work *w, const struct moment *m)
{
	struct record *r =
	    record_new(RECORD_MESSAGE, book_next_id(w->book, RECORD_MESSAGE));

	if (r == NULL || m->body == NULL) {
		record_free(r);
		return NULL;
	}
	record_set_time_ms(r, m->time_ms);
	record_add_text(r, RECORD_PEER,
	    m->person < w->people ? w->person[m->person].number : m->sender);
	record_add_int(r, RECORD_DIRECTION, m->direction);
	record_add_text(r, RECORD_BODY, m->body);
	record_add_int(r, RECORD_READ, m->read);
	if (m->direction == RECORD_MSG_RECEIVED)
		record_add_int(r, RECORD_SENT_MS, m->time_ms / 1000 * 1000);
	return r;
}

static void
drop_moments(struct work *w)
{
	for (size_t i = 0; i < w->moments; i++)
		free(w->moment[i].body);
	w->moments = 0;
}

static int
add_messages(struct work *w, size_t want)
{
	int ret = 0;

	while (w->moments < want) {
		size_t before = w->moments;

		if (rng_chance(&w->rng, 0.3))
			service(w);
		else
			talk(w);
		if (w->moments == before)
			break;
	}
	/* The ids of a phone follow the order in which things happened. */
	qsort(w->moment, w->moments, sizeof *w->moment, by_time);
	for (size_t i = 0; i < w->moments && ret == 0; i++)
		if (w->moment[i].body != NULL)
			ret = book_put(w->book, message_of(w, &w->moment[i]));
	drop_moments(w);
	return ret;
}

static struct record *
call_of(struct work *w, const struct moment *m)
{
	struct record *r =
	    record_new(RECORD_CALL, book_next_id(w->book, RECORD_CALL));

	if (r == NULL)
		return NULL;
	record_set_time_ms(r, m->time_ms);
	record_add_text(r, RECORD_PEER, w->person[m->person].number);
	record_add_int(r, RECORD_DIRECTION, m->direction);
	record_add_int(r, RECORD_DURATION_S, m->duration_s);
	return r;
}

static int
add_calls(struct work *w, size_t want)
{
	int ret = 0;

	for (size_t i = 0; i < want; i++) {
		struct moment *m = new_moment(w);
		uint32_t kind = rng_below(&w->rng, 10);
		double u = rng_unit(&w->rng);

		if (m == NULL)
			return -1;
		m->time_ms = some_time(w);
		m->person = someone(w);
		m->direction = kind < 4   ? RECORD_CALL_IN
			       : kind < 8 ? RECORD_CALL_OUT
			       : kind < 9 ? RECORD_CALL_MISSED
					  : RECORD_CALL_REJECTED;
		/* Short ones are many, an hour is rare. */
		if (kind < 8)
			m->duration_s = 5 + (int)(u * u * u * 3000);
	}
	qsort(w->moment, w->moments, sizeof *w->moment, by_time);
	for (size_t i = 0; i < w->moments && ret == 0; i++)
		ret = book_put(w->book, call_of(w, &w->moment[i]));
	drop_moments(w);
	return ret;
}

int
people_fill(struct book *b, uint64_t seed, unsigned phone, bool chinese,
    int64_t now_ms, const struct people_amount *amount)
{
	struct work w = { .book = b,
		.m = chinese ? &material_zh : &material_en,
		.chinese = chinese,
		.now_ms = now_ms,
		.people = amount->contacts < PEOPLE_MAX ? amount->contacts
							: PEOPLE_MAX };
	int ret = -1;

	w.close = chinese ? names_close_zh.n : names_close_en.n;
	w.shops = chinese ? names_shop_zh.n : names_shop_en.n;
	rng_init(&w.rng, seed, 1000 + (uint64_t)phone);
	w.person = calloc(w.people + 1, sizeof *w.person);
	w.deck = calloc(w.m->talks.n, sizeof *w.deck);
	if (w.person == NULL || w.deck == NULL)
		goto out;
	for (size_t i = 0; i < w.m->talks.n; i++)
		w.deck[i] = i;
	for (size_t i = 0; i < w.people; i++)
		if (add_contact(&w, i) != 0)
			goto out;
	if (w.people > 0 && (add_messages(&w, amount->messages) != 0 ||
				add_calls(&w, amount->calls) != 0))
		goto out;
	ret = 0;
out:
	drop_moments(&w);
	free(w.moment);
	free(w.deck);
	free(w.person);
	return ret;
}

void
people_phone_name(
    uint64_t seed, unsigned phone, bool chinese, char *out, size_t cap)
{
	static const char *const models[] = { "Galaxy", "Pixel", "Nokia",
		"Xperia" };
	struct rng rng;
	const struct material_list *l =
	    chinese ? &names_zh_given : &names_fi_given;

	rng_init(&rng, seed, 2000 + (uint64_t)phone);
	snprintf(out, cap, chinese ? "%s的%s" : "%s's %s",
	    l->word[rng_below(&rng, (uint32_t)l->n)],
	    models[rng_below(&rng, 4)]);
}
