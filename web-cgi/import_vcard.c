/*
 * vCard 2.1, 3.0 (RFC 2426) and 4.0 (RFC 6350), as address books write them:
 * folded lines, quoted-printable, parameters with and without "TYPE=".
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "import_internal.h"
#include "utf8.h"

#define NAME_MAX_LEN 32

struct card_line {
	char name[NAME_MAX_LEN]; /* upper case, without its group */
	const char *params; /* ";TYPE=CELL" ..., in upper case or not */
	size_t params_len;
	char *value; /* decoded, still escaped */
};

static bool
has_param(const struct card_line *l, const char *word)
{
	size_t n = strlen(word);

	for (size_t i = 0; i + n <= l->params_len; i++)
		if (strncasecmp(l->params + i, word, n) == 0 &&
		    (i == 0 || strchr(";=,\"", l->params[i - 1]) != NULL) &&
		    (i + n == l->params_len ||
			strchr(";=,\"", l->params[i + n]) != NULL))
			return true;
	return false;
}

static int
hex(char c)
{
	return isdigit((unsigned char)c) ? c - '0'
	       : isxdigit((unsigned char)c)
		   ? toupper((unsigned char)c) - 'A' + 10
		   : -1;
}

/* In place.  What is no text afterwards is emptied. */
static void
decode_quoted(char *p)
{
	char *out = p, *start = p;

	while (*p != '\0') {
		int high = *p == '=' ? hex(p[1]) : -1;
		int low = high >= 0 ? hex(p[2]) : -1;

		if (low >= 0 && (high != 0 || low != 0)) {
			*out++ = (char)(high << 4 | low);
			p += 3;
		} else {
			*out++ = *p++;
		}
	}
	*out = '\0';
	if (!utf8_valid(start, (size_t)(out - start)))
		*start = '\0';
}

/* The next line, unfolded; where it ends, or NULL at the end. */
static const char *
next_line(const char *p, struct buf *out)
{
	const char *end;
	bool quoted;

	out->n = 0;
	if (*p == '\0')
		return NULL;
	for (;;) {
		size_t n = strcspn(p, "\r\n");

		buf_put(out, p, n);
		end = p + n;
		end += strncmp(end, "\r\n", 2) == 0 ? 2 : *end != '\0';
		/* 2.1: "=" at the end of a quoted-printable line joins. */
		quoted = out->n > 0 && out->p[out->n - 1] == '=' &&
			 strcasestr(out->p, "QUOTED-PRINTABLE") != NULL;
		if (quoted)
			out->p[--out->n] = '\0';
		else if (*end != ' ' && *end != '\t')
			return end;
		else
			end++;
		if (*end == '\0')
			return end;
		p = end;
	}
}

static bool
split(char *text, struct card_line *l)
{
	char *colon = text, *semi, *dot;
	bool quoted = false;
	size_t n;

	while (*colon != '\0' && (quoted || *colon != ':')) {
		quoted = quoted != (*colon == '"');
		colon++;
	}
	if (*colon == '\0')
		return false;
	*colon = '\0';
	semi = text + strcspn(text, ";");
	l->params = *semi != '\0' ? semi + 1 : semi;
	l->params_len = strlen(l->params);
	*semi = '\0';
	dot = strrchr(text, '.');
	n = (size_t)snprintf(
	    l->name, sizeof l->name, "%s", dot != NULL ? dot + 1 : text);
	for (size_t i = 0; i < n && i < sizeof l->name; i++)
		l->name[i] = (char)toupper((unsigned char)l->name[i]);
	l->value = colon + 1;
	if (has_param(l, "QUOTED-PRINTABLE"))
		decode_quoted(l->value);
	return true;
}

/* Part by part: the next one of a structured value, unescaped; *p behind it,
 * or NULL behind the last. */
static void
part(const char **p, bool structured, struct buf *out)
{
	const char *at = *p;

	out->n = 0;
	buf_str(out, "");
	for (; *at != '\0' && !(structured && *at == ';'); at++) {
		if (*at == '\\' && (at[1] == 'n' || at[1] == 'N')) {
			buf_put(out, "\n", 1);
			at++;
		} else if (*at == '\\' && at[1] != '\0' &&
			   strchr("\\,;:", at[1]) != NULL) {
			buf_put(out, ++at, 1);
		} else if (*at != '\r') {
			buf_put(out, at, 1);
		}
	}
	*p = *at == ';' ? at + 1 : NULL;
}

/* The parts that say something, in one text. */
static void
join(const char *value, const char *between, struct buf *out)
{
	struct buf one = { 0 };

	out->n = 0;
	buf_str(out, "");
	while (value != NULL) {
		part(&value, true, &one);
		if (one.n > 0 && out->n > 0)
			buf_str(out, between);
		buf_put(out, one.p, one.n);
	}
	buf_clear(&one);
}

/* "Family;Given;Middle;Prefix;Suffix" as people say it. */
static void
name_of(const char *value, struct buf *out)
{
	static const int order[] = { 3, 1, 2, 0, 4 };
	struct buf parts[5] = { 0 };

	for (int i = 0; i < 5 && value != NULL; i++)
		part(&value, true, &parts[i]);
	out->n = 0;
	buf_str(out, "");
	for (int i = 0; i < 5; i++) {
		const struct buf *b = &parts[order[i]];

		if (b->n == 0)
			continue;
		if (out->n > 0)
			buf_str(out, " ");
		buf_put(out, b->p, b->n);
	}
	for (int i = 0; i < 5; i++)
		buf_clear(&parts[i]);
}

/* As we keep it: YYYY-MM-DD or --MM-DD. */
static void
birthday_of(const char *value, char out[static 16])
{
	char digits[16];
	size_t n = 0;
	bool yearless = strncmp(value, "--", 2) == 0;

	for (; *value != '\0' && *value != 'T' && n < 8; value++)
		if (isdigit((unsigned char)*value))
			digits[n++] = *value;
	out[0] = '\0';
	if (yearless && n == 4)
		snprintf(out, 16, "--%.2s-%.2s", digits, digits + 2);
	else if (!yearless && n == 8)
		snprintf(
		    out, 16, "%.4s-%.2s-%.2s", digits, digits + 4, digits + 6);
}

static int64_t
label_of(const struct card_line *l)
{
	return has_param(l, "CELL")   ? RECORD_LABEL_MOBILE
	       : has_param(l, "HOME") ? RECORD_LABEL_HOME
	       : has_param(l, "WORK") ? RECORD_LABEL_WORK
				      : RECORD_LABEL_OTHER;
}

/* A value with its label. */
static bool
labelled(struct record *r, const struct card_line *l, const char *text,
    uint16_t tag, uint16_t type_tag)
{
	if (*text == '\0')
		return true;
	return record_add_text(r, tag, text) == 0 &&
	       record_add_int(r, type_tag, label_of(l)) == 0;
}

struct card {
	struct record *r;
	struct buf structured; /* N, for a card without FN */
	struct buf photo; /* base64; "": none */
	char photo_type[40];
	size_t others; /* pictures that are elsewhere, or a second one */
	bool good;
};

/* The type as 2.1 and 3.0 say it: "JPEG", or "image/jpeg". */
static void
photo_type(const struct card_line *l, char *out, size_t cap)
{
	static const char *const types[] = { "png", "gif", "webp", "bmp",
		"jpeg" };
	size_t i;

	for (i = 0; i < sizeof types / sizeof types[0] - 1; i++) {
		char mime[16], capital[8];

		snprintf(mime, sizeof mime, "image/%s", types[i]);
		snprintf(capital, sizeof capital, "%s", types[i]);
		if (has_param(l, mime) || has_param(l, capital))
			break;
	}
	snprintf(out, cap, "image/%s", types[i]);
}

/* PHOTO: inline as base64, or as a "data:" URI.  Nothing is fetched. */
static void
take_photo(struct card *c, const struct card_line *l, const char *value)
{
	const char *data = strstr(value, ";base64,");

	if (c->photo.n > 0) {
		c->others++;
	} else if (strncasecmp(value, "data:image/", 11) == 0 && data != NULL) {
		snprintf(c->photo_type, sizeof c->photo_type, "%.*s",
		    (int)strcspn(value + 5, ";,"), value + 5);
		buf_str(&c->photo, data + 8);
	} else if (has_param(l, "B") || has_param(l, "BASE64")) {
		photo_type(l, c->photo_type, sizeof c->photo_type);
		buf_str(&c->photo, value);
	} else if (*value != '\0') {
		c->others++;
	}
}

static bool
take_line(struct card *c, const struct card_line *l, struct buf *b)
{
	static const struct {
		const char *name;
		uint16_t tag;
	} plain[] = { { "FN", RECORD_NAME }, { "TITLE", RECORD_TITLE },
		{ "NOTE", RECORD_NOTE_TEXT } };
	const char *value = l->value;
	int64_t changed;
	char day[16];

	if (strcmp(l->name, "N") == 0)
		name_of(value, &c->structured);
	if (strcmp(l->name, "ORG") == 0 || strcmp(l->name, "ADR") == 0) {
		join(value, ", ", b);
		return import_text(c->r,
		    l->name[0] == 'O' ? RECORD_ORG : RECORD_ADDRESS, b->p);
	}
	part(&value, false, b);
	for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++)
		if (strcmp(l->name, plain[i].name) == 0)
			return record_count(c->r, plain[i].tag) > 0 ||
			       import_text(c->r, plain[i].tag, b->p);
	if (strcmp(l->name, "PHOTO") == 0)
		take_photo(c, l, b->p);
	if (strcmp(l->name, "TEL") == 0)
		return labelled(c->r, l,
		    b->p + (strncasecmp(b->p, "tel:", 4) == 0 ? 4 : 0),
		    RECORD_NUMBER, RECORD_NUMBER_TYPE);
	if (strcmp(l->name, "EMAIL") == 0)
		return labelled(c->r, l, b->p, RECORD_EMAIL, RECORD_EMAIL_TYPE);
	if (strcmp(l->name, "BDAY") == 0) {
		birthday_of(b->p, day);
		return import_text(c->r, RECORD_BIRTHDAY, day);
	}
	if (strcmp(l->name, "X-ANDROID-STARRED") == 0 && *b->p == '1')
		return record_add_int(c->r, RECORD_STARRED, 1) == 0;
	if (strcmp(l->name, "REV") == 0 && import_time(b->p, &changed))
		record_set_time_ms(c->r, changed);
	return true;
}

/* A contact has no field for its picture: it becomes a file of its name. */
static void
keep_photo(struct import *im, const struct card *c)
{
	const char *name = record_text(c->r, RECORD_NAME, 0);
	char file[128];

	im->parts += c->others;
	if (c->photo.n == 0)
		return;
	snprintf(file, sizeof file, "%.*s.%s",
	    name == NULL ? 7 : (int)utf8_cut(name, strlen(name), 100),
	    name == NULL ? "contact" : name, c->photo_type + 6);
	for (char *p = file; *p != '\0'; p++)
		if (*p == '/' || *p == '\\')
			*p = '-';
	import_file(im, c->r,
	    &(struct import_picture){
		c->photo_type, file, "Contacts", c->photo.p });
}

static void
end_card(struct import *im, struct card *c)
{
	if (record_count(c->r, RECORD_NAME) == 0 && c->structured.n > 0)
		c->good =
		    c->good && import_text(c->r, RECORD_NAME, c->structured.p);
	keep_photo(im, c);
	import_take(im, c->r, c->good);
	c->r = NULL;
	c->structured.n = 0;
	c->photo.n = c->others = 0;
}

void
import_vcard(const char *text, struct import *im)
{
	struct buf line = { 0 }, value = { 0 };
	struct card c = { 0 };
	struct card_line l;

	while (!im->too_many && (text = next_line(text, &line)) != NULL) {
		if (line.failed || line.n == 0 || !split(line.p, &l))
			continue;
		if (strcmp(l.name, "BEGIN") == 0) {
			if (c.r != NULL) /* the one before has no end */
				import_take(im, c.r, false);
			c.structured.n = c.photo.n = c.others = 0;
			c.good = true;
			c.r = record_new(RECORD_CONTACT, 0);
			if (c.r != NULL)
				record_set_time_ms(c.r, im->now_ms);
		} else if (c.r != NULL && strcmp(l.name, "END") == 0) {
			end_card(im, &c);
		} else if (c.r != NULL) {
			c.good = take_line(&c, &l, &value) && c.good;
		}
	}
	if (c.r != NULL)
		import_take(im, c.r, false);
	buf_clear(&c.structured);
	buf_clear(&c.photo);
	buf_clear(&line);
	buf_clear(&value);
}
