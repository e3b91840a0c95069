/*
 * Tables as our own export writes them: their head says of which kind they are.
 */
#include <stdlib.h>
#include <string.h>

#include "export_internal.h"
#include "import_internal.h"

#define BETWEEN " ::: "
#define COLUMNS_MAX 24
#define FIXED 3 /* phone, id, time */

/* The next cell into out; *end: it was the last of its row.  NULL behind the
 * last of all. */
static const char *
next_cell(const char *p, struct buf *out, bool *end)
{
	out->n = 0;
	buf_str(out, "");
	if (*p == '"') {
		for (p++; *p != '\0' && !(*p == '"' && p[1] != '"'); p++) {
			if (*p == '"')
				p++;
			buf_put(out, p, 1);
		}
		p += *p == '"';
	}
	for (; *p != '\0' && strchr(",\r\n", *p) == NULL; p++)
		buf_put(out, p, 1);
	*end = *p != ',';
	if (*p == ',')
		return p + 1;
	p += strspn(p, "\r\n");
	return p;
}

/* Octets of what was put before a formula's sign. */
static size_t
guard_of(const char *cell)
{
	return cell[0] == '\'' && cell[1] != '\0' &&
	       strchr("=+-@\t\r", cell[1]) != NULL;
}

/* ---- the head ---- */

struct table {
	enum record_kind kind; /* 0: of none that can be read */
	uint16_t tag[COLUMNS_MAX]; /* 0: not a field */
	size_t n, time;
};

static uint16_t
tag_of(enum record_kind kind, const char *name)
{
	const uint16_t *columns = export_csv_columns(kind);

	for (; *columns != 0; columns++)
		if (strcmp(record_tag_name(*columns), name) == 0)
			return *columns;
	return 0;
}

static size_t
columns_of(enum record_kind kind)
{
	const uint16_t *columns = export_csv_columns(kind);
	size_t n = 0;

	while (columns[n] != 0)
		n++;
	return n;
}

/* The kind whose columns these are, all of them. */
static void
find_kind(struct table *t, char name[][40])
{
	static const enum record_kind kinds[] = { RECORD_CONTACT,
		RECORD_MESSAGE, RECORD_CALL, RECORD_CALENDAR, RECORD_NOTE };

	for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
		size_t found = 0;

		for (size_t i = FIXED; i < t->n; i++) {
			t->tag[i] = tag_of(kinds[k], name[i]);
			found += t->tag[i] != 0;
		}
		/* One more is the contact's name, which is not kept. */
		if (found == columns_of(kinds[k]) &&
		    t->n - FIXED - found <= 1) {
			t->kind = kinds[k];
			return;
		}
	}
}

static const char *
read_head(const char *p, struct table *t)
{
	char name[COLUMNS_MAX][40];
	struct buf cell = { 0 };
	bool end = false;

	*t = (struct table){ 0 };
	while (!end && t->n < COLUMNS_MAX) {
		p = next_cell(p, &cell, &end);
		strncpy(name[t->n], cell.p, sizeof name[0] - 1);
		name[t->n++][sizeof name[0] - 1] = '\0';
	}
	buf_clear(&cell);
	if (end)
		find_kind(t, name);
	return p;
}

/* ---- rows ---- */

static bool
add_one(struct record *r, uint16_t tag, const char *text)
{
	enum record_type type;
	int64_t v;

	if (!record_tag_type(tag, &type))
		return false;
	if (type == RECORD_TEXT)
		return import_text(r, tag, text);
	return export_csv_number(record_kind(r), tag, text, &v) &&
	       record_add_int(r, tag, v) == 0;
}

static bool
add_cell(struct import *im, struct record *r, uint16_t tag, char *cell)
{
	char *at = cell;
	bool good = true;

	/* Parts of messages: their octets are not in a table. */
	if (tag == RECORD_PART_NAME || tag == RECORD_PART_TEXT)
		return true;
	if (tag == RECORD_PART_TYPE) {
		im->parts += *cell != '\0';
		return true;
	}
	while (at != NULL && good && *at != '\0') {
		char *next = strstr(at, BETWEEN);

		if (next != NULL)
			*next = '\0';
		good = add_one(r, tag, at);
		at = next != NULL ? next + strlen(BETWEEN) : NULL;
	}
	return good;
}

static const char *
read_row(const char *p, const struct table *t, struct import *im)
{
	struct record *r = record_new(t->kind, 0);
	struct buf cell = { 0 };
	bool end = false, good = r != NULL;
	size_t i;

	for (i = 0; !end; i++) {
		p = next_cell(p, &cell, &end);
		good = good && !cell.failed && i < t->n;
		if (!good)
			continue;
		if (i == FIXED - 1) {
			int64_t ms = 0;

			good = import_time(cell.p, &ms);
			record_set_time_ms(r, ms);
		} else if (t->tag[i] != 0) {
			good = add_cell(
			    im, r, t->tag[i], cell.p + guard_of(cell.p));
		}
	}
	import_take(im, r, good && i == t->n);
	buf_clear(&cell);
	return p;
}

void
import_csv(const char *text, struct import *im)
{
	struct table t;

	text = read_head(text, &t);
	if (t.kind == 0) {
		im->format = IMPORT_UNKNOWN;
		return;
	}
	while (*text != '\0' && !im->too_many)
		text = read_row(text, &t, im);
}
