#include "corpus.h"

#include <ctype.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "utf8.h"

#define UNKNOWN_TAG 1000 /* and up: members that the form does not name */
#define UNKNOWN_MAX 256 /* different names of such members */

struct reader {
	char *name[UNKNOWN_MAX]; /* of tag UNKNOWN_TAG + i */
	size_t names;
};

/* Text as a record holds it: no NUL, no more than it may have. */
static void
add_text(struct record *r, uint16_t tag, const char *text)
{
	size_t len = strlen(text);
	char *cut;

	if (len > RECORD_TEXT_MAX) {
		len = utf8_cut(text, len, RECORD_TEXT_MAX);
		if ((cut = strndup(text, len)) != NULL)
			record_add_text(r, tag, cut);
		free(cut);
	} else if (len > 0) {
		record_add_text(r, tag, text);
	}
}

static void
add_any(struct record *r, uint16_t tag, const json_t *v)
{
	char *dump;

	if (json_is_string(v)) {
		add_text(r, tag, json_string_value(v));
	} else if (v != NULL && !json_is_null(v)) {
		dump = json_dumps(v, JSON_ENCODE_ANY | JSON_COMPACT);
		if (dump != NULL)
			add_text(r, tag, dump);
		free(dump);
	}
}

/* A number, or a text that is one; fallback if it is neither. */
static int64_t
integer(const json_t *v, int64_t fallback)
{
	char *end;
	long long n;

	if (json_is_integer(v))
		return json_integer_value(v);
	if (json_is_real(v) && fabs(json_real_value(v)) < 9e18)
		return (int64_t)llround(json_real_value(v));
	if (json_is_true(v))
		return 1;
	if (json_is_false(v))
		return 0;
	if (!json_is_string(v))
		return fallback;
	n = strtoll(json_string_value(v), &end, 10);
	return end != json_string_value(v) && *end == '\0' ? n : fallback;
}

/* Seconds up to the year 5138, milliseconds from 1973 on: not both. */
static int64_t
time_ms(const json_t *v)
{
	int64_t n;

	if (json_is_real(v) && fabs(json_real_value(v)) < 1e11)
		return (int64_t)llround(json_real_value(v) * 1000.0);
	n = integer(v, 0);
	return n > -100000000000 && n < 100000000000 ? n * 1000 : n;
}

static int64_t
label(const json_t *v)
{
	static const char *const names[] = { "mobile", "home", "work" };

	if (!json_is_string(v))
		return integer(v, RECORD_LABEL_OTHER);
	for (int i = 0; i < 3; i++)
		if (strcasecmp(json_string_value(v), names[i]) == 0)
			return i + 1;
	return RECORD_LABEL_OTHER;
}

static void
add_int(struct record *r, uint16_t tag, const json_t *v)
{
	int64_t n = integer(v, INT64_MIN);

	if (n != INT64_MIN)
		record_add_int(r, tag, n);
}

static void
add_phones(struct record *r, const json_t *phones)
{
	size_t i;
	json_t *p;

	if (!json_is_array(phones)) {
		add_any(r, RECORD_NUMBER, phones);
		return;
	}
	json_array_foreach(phones, i, p)
	{
		if (!json_is_object(p)) {
			add_any(r, RECORD_NUMBER, p);
			continue;
		}
		add_any(r, RECORD_NUMBER, json_object_get(p, "n"));
		add_any(r, RECORD_NUMBER_E164, json_object_get(p, "e164"));
		if (json_object_get(p, "t") != NULL)
			record_add_int(r, RECORD_NUMBER_TYPE,
			    label(json_object_get(p, "t")));
	}
}

static void
add_email(struct record *r, const json_t *v)
{
	size_t i;
	json_t *e;

	if (json_is_array(v)) {
		json_array_foreach(v, i, e) add_email(r, e);
	} else if (json_is_object(v)) {
		add_any(r, RECORD_EMAIL, json_object_get(v, "a"));
		if (json_object_get(v, "t") != NULL)
			record_add_int(r, RECORD_EMAIL_TYPE,
			    label(json_object_get(v, "t")));
	} else {
		add_any(r, RECORD_EMAIL, v);
	}
}

static void
add_unknown(struct reader *rd, struct record *r, const char *key, json_t *v)
{
	size_t i = 0;

	while (i < rd->names && strcmp(rd->name[i], key) != 0)
		i++;
	if (i == UNKNOWN_MAX)
		return;
	if (i == rd->names && (rd->name[rd->names++] = strdup(key)) == NULL)
		exit(1);
	if (json_is_integer(v))
		record_add_int(
		    r, (uint16_t)(UNKNOWN_TAG + i), json_integer_value(v));
	else
		add_any(r, (uint16_t)(UNKNOWN_TAG + i), v);
}

/* What a member means in each kind: a plain text or integer field. */
static const struct {
	enum record_kind kind;
	const char *key;
	uint16_t tag;
	enum record_type type;
} members[] = {
	{ RECORD_CONTACT, "name", RECORD_NAME, RECORD_TEXT },
	{ RECORD_CONTACT, "org", RECORD_ORG, RECORD_TEXT },
	{ RECORD_CONTACT, "title", RECORD_TITLE, RECORD_TEXT },
	{ RECORD_CONTACT, "bday", RECORD_BIRTHDAY, RECORD_TEXT },
	{ RECORD_CONTACT, "addr", RECORD_ADDRESS, RECORD_TEXT },
	{ RECORD_CONTACT, "note", RECORD_NOTE_TEXT, RECORD_TEXT },
	{ RECORD_CONTACT, "star", RECORD_STARRED, RECORD_INT },
	{ RECORD_MESSAGE, "peer", RECORD_PEER, RECORD_TEXT },
	{ RECORD_MESSAGE, "dir", RECORD_DIRECTION, RECORD_INT },
	{ RECORD_MESSAGE, "body", RECORD_BODY, RECORD_TEXT },
	{ RECORD_MESSAGE, "read", RECORD_READ, RECORD_INT },
	{ RECORD_MESSAGE, "subject", RECORD_SUBJECT, RECORD_TEXT },
	{ RECORD_CALL, "peer", RECORD_PEER, RECORD_TEXT },
	{ RECORD_CALL, "type", RECORD_DIRECTION, RECORD_INT },
	{ RECORD_CALL, "dur", RECORD_DURATION_S, RECORD_INT },
};

static void
add_member(struct reader *rd, struct record *r, const char *key, json_t *v)
{
	enum record_kind kind = record_kind(r);

	if (json_is_null(v))
		return;
	if (kind == RECORD_CONTACT && strcmp(key, "phones") == 0) {
		add_phones(r, v);
		return;
	}
	if (kind == RECORD_CONTACT && strcmp(key, "email") == 0) {
		add_email(r, v);
		return;
	}
	if (strcmp(key, "ts") == 0) {
		record_set_time_ms(r, time_ms(v));
		return;
	}
	for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
		if (members[i].kind != kind || strcmp(members[i].key, key) != 0)
			continue;
		if (members[i].type == RECORD_INT)
			add_int(r, members[i].tag, v);
		else
			add_any(r, members[i].tag, v);
		return;
	}
	add_unknown(rd, r, key, v);
}

/* The value of a \uXXXX at p, or -1. */
static long
escape(const char *p)
{
	char hex[5] = "";

	if (p[0] != '\\' || p[1] != 'u')
		return -1;
	for (int i = 0; i < 4; i++)
		if (!isxdigit((unsigned char)(hex[i] = p[2 + i])))
			return -1;
	return strtol(hex, NULL, 16);
}

/* Halves of surrogate pairs and NULs, which no text can hold: U+FFFD. */
static void
mend_escapes(char *line)
{
	for (char *p = line; *p != '\0'; p++) {
		long c, next;

		if (*p != '\\')
			continue;
		if (p[1] != 'u') {
			p += p[1] != '\0';
			continue;
		}
		c = escape(p);
		next = c == -1 ? -1 : escape(p + 6);
		if (c >= 0xd800 && c < 0xdc00 && next >= 0xdc00 &&
		    next < 0xe000)
			p += 6;
		else if (c == 0 || (c >= 0xd800 && c < 0xe000))
			memcpy(p + 2, "fffd", 4);
	}
}

/* Octets that are no UTF-8 become "?": the files are not ours. */
static void
mend_octets(char *line, size_t len)
{
	for (size_t n = 0; n < len;) {
		size_t step = 1;

		while (
		    step <= 4 && step <= len - n && !utf8_valid(line + n, step))
			step++;
		if (step > 4 || step > len - n) {
			line[n] = '?';
			step = 1;
		}
		n += step;
	}
}

static struct record *
read_line(
    struct reader *rd, enum record_kind kind, uint32_t id, const char *line)
{
	json_error_t err;
	json_t *object = json_loads(line, 0, &err), *v;
	struct record *r;
	const char *key;

	if (!json_is_object(object)) {
		fprintf(stderr, "not a JSON object: %s\n", err.text);
		json_decref(object);
		return NULL;
	}
	r = record_new(kind, id);
	if (r != NULL)
		json_object_foreach(object, key, v) add_member(rd, r, key, v);
	json_decref(object);
	return r;
}

static int
keep(struct corpus *c, struct record *r, const char *line)
{
	size_t n = c->count;

	if ((n & (n + 1)) == 0) { /* as many as fit are full */
		c->list = realloc(c->list, (2 * n + 2) * sizeof c->list[0]);
		c->line = realloc(c->line, (2 * n + 2) * sizeof c->line[0]);
	}
	if (c->list == NULL || c->line == NULL ||
	    (c->line[n] = strdup(line)) == NULL)
		return -1;
	c->list[c->count++] = r;
	return 0;
}

int
corpus_read(const char *path, enum record_kind kind, struct corpus *out)
{
	struct reader rd = { .names = 0 };
	FILE *f = fopen(path, "r");
	char *line = NULL;
	size_t cap = 0, number = 0;
	ssize_t len;
	int ret = -1;

	if (f == NULL) {
		perror(path);
		return -1;
	}
	while ((len = getline(&line, &cap, f)) != -1) {
		struct record *r;

		number++;
		while (len > 0 && isspace((unsigned char)line[len - 1]))
			line[--len] = '\0';
		if (len == 0)
			continue;
		mend_octets(line, (size_t)len);
		mend_escapes(line);
		r = read_line(&rd, kind, (uint32_t)(out->count + 1), line);
		if (r == NULL) {
			fprintf(stderr, "%s:%zu: left out\n", path, number);
		} else if (keep(out, r, line) == -1) {
			perror("cannot keep a record");
			goto out;
		}
	}
	ret = 0;
out:
	for (size_t i = 0; i < rd.names; i++)
		free(rd.name[i]);
	free(line);
	fclose(f);
	return ret;
}

void
corpus_clear(struct corpus *c)
{
	for (size_t i = 0; i < c->count; i++) {
		record_free(c->list[i]);
		free(c->line[i]);
	}
	free(c->list);
	free(c->line);
	*c = (struct corpus){ 0 };
}
