#include "book.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "be.h"
#include "log.h"

/* The file: for each record its length in four octets and its stored form. */

struct shelf {
	struct record **at; /* by id; NULL: never was */
	size_t cap;
	uint32_t highest;
	size_t live;
};

struct book {
	FILE *f;
	char *path;
	struct shelf shelf[RECORD_KIND_COUNT];
};

#define ID_MAX 10000000u /* more than any phone has */

static int
place(struct book *b, struct record *r)
{
	struct shelf *s = &b->shelf[record_kind(r)];
	uint32_t id = record_id(r);

	if (id == 0 || id > ID_MAX)
		return -1;
	if (id >= s->cap) {
		size_t cap = s->cap > 0 ? s->cap : 64;
		struct record **at;

		while (cap <= id)
			cap *= 2;
		at = realloc(s->at, cap * sizeof *at);
		if (at == NULL)
			return -1;
		for (size_t i = s->cap; i < cap; i++)
			at[i] = NULL;
		s->at = at;
		s->cap = cap;
	}
	if (s->at[id] != NULL && record_op(s->at[id]) == RECORD_PUT)
		s->live--;
	record_free(s->at[id]);
	s->at[id] = r;
	if (record_op(r) == RECORD_PUT)
		s->live++;
	if (id > s->highest)
		s->highest = id;
	return 0;
}

static int
append(struct book *b, const struct record *r)
{
	uint8_t octets[4 + RECORD_STORED_MAX];
	size_t n;

	if (b->f == NULL)
		return 0;
	if ((n = record_encode(r, octets + 4, RECORD_STORED_MAX)) == 0) {
		log_error("%s: a record is too long", b->path);
		return -1;
	}
	be_put32(octets, (uint32_t)n);
	if (fwrite(octets, 4 + n, 1, b->f) != 1 || fflush(b->f) != 0) {
		log_error("cannot write %s: %m", b->path);
		return -1;
	}
	return 0;
}

/* What was written last may be cut off by a crash: it is dropped. */
static void
load(struct book *b)
{
	uint8_t octets[4 + RECORD_STORED_MAX];
	struct record *r;
	long good = 0;
	size_t n;

	while (fread(octets, 4, 1, b->f) == 1) {
		n = be_get32(octets);
		if (n > RECORD_STORED_MAX || fread(octets, n, 1, b->f) != 1 ||
		    (r = record_decode(octets, n)) == NULL)
			break;
		if (place(b, r) != 0) {
			record_free(r);
			break;
		}
		good = ftell(b->f);
	}
	if (!feof(b->f) || good != ftell(b->f))
		log_warn("%s: cut off behind octet %ld", b->path, good);
	if (ftruncate(fileno(b->f), good) == -1 ||
	    fseek(b->f, good, SEEK_SET) == -1)
		log_error("cannot repair %s: %m", b->path);
}

struct book *
book_open(const char *path)
{
	struct book *b = calloc(1, sizeof *b);

	if (b == NULL || path == NULL)
		return b;
	if (asprintf(&b->path, "%s", path) == -1) {
		free(b);
		return NULL;
	}
	if ((b->f = fopen(path, "r+e")) == NULL && errno == ENOENT)
		b->f = fopen(path, "w+e");
	if (b->f == NULL) {
		log_error("cannot open %s: %m", path);
		book_close(b);
		return NULL;
	}
	load(b);
	return b;
}

void
book_close(struct book *b)
{
	if (b == NULL)
		return;
	for (int k = 0; k < RECORD_KIND_COUNT; k++) {
		for (size_t i = 0; i < b->shelf[k].cap; i++)
			record_free(b->shelf[k].at[i]);
		free(b->shelf[k].at);
	}
	if (b->f != NULL)
		fclose(b->f);
	free(b->path);
	free(b);
}

void
book_empty(struct book *b)
{
	for (int k = 0; k < RECORD_KIND_COUNT; k++) {
		for (size_t i = 0; i < b->shelf[k].cap; i++)
			record_free(b->shelf[k].at[i]);
		free(b->shelf[k].at);
	}
	memset(b->shelf, 0, sizeof b->shelf);
	if (b->f != NULL && (ftruncate(fileno(b->f), 0) == -1 ||
				fseek(b->f, 0, SEEK_SET) == -1))
		log_error("cannot empty %s: %m", b->path);
}

uint32_t
book_next_id(const struct book *b, enum record_kind kind)
{
	return b->shelf[kind].highest + 1;
}

int
book_put(struct book *b, struct record *r)
{
	if (r == NULL)
		return -1;
	if (append(b, r) != 0 || place(b, r) != 0) {
		record_free(r);
		return -1;
	}
	return 0;
}

int
book_delete(struct book *b, enum record_kind kind, uint32_t id, int64_t now_ms)
{
	struct record *r;

	if (book_get(b, kind, id) == NULL || (r = record_new(kind, id)) == NULL)
		return -1;
	record_set_op(r, RECORD_DELETE);
	record_set_time_ms(r, now_ms);
	return book_put(b, r);
}

const struct record *
book_any(const struct book *b, enum record_kind kind, uint32_t id)
{
	const struct shelf *s = &b->shelf[kind];

	return id < s->cap ? s->at[id] : NULL;
}

const struct record *
book_get(const struct book *b, enum record_kind kind, uint32_t id)
{
	const struct record *r = book_any(b, kind, id);

	return r != NULL && record_op(r) == RECORD_PUT ? r : NULL;
}

size_t
book_count(const struct book *b, enum record_kind kind)
{
	assert(kind < RECORD_KIND_COUNT);
	return b->shelf[kind].live;
}
