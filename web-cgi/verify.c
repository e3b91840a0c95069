#include "verify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "file_read.h"

#define PART 500 /* versions that are held open at once */

/* What one look takes along beside its result. */
struct look {
	struct verify *v;
	struct opener *opener;
	int64_t until_ms;
	/* the content of a file that was looked at last */
	bool file_known;
	int64_t file_phone;
	uint32_t file_record, file_content;
	struct pages_check_file file;
	struct verify_found *waits; /* in v->unfinished, or NULL */
};

static int64_t
clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* ---- notes ---- */

/* NULL: there is no room to tell of it. */
static struct verify_found *
note(struct verify_list *list, const struct verify_found *found)
{
	if (list->n == VERIFY_SHOWN)
		return NULL;
	list->list[list->n] = *found;
	return &list->list[list->n++];
}

/* That of this kind of this phone; NULL: no memory. */
static struct verify_tally *
tally_of(struct verify *v, int64_t phone, uint8_t kind)
{
	struct verify_tally *t;

	for (size_t i = v->ntallies; i-- > 0;)
		if (v->tally[i].phone == phone && v->tally[i].kind == kind)
			return &v->tally[i];
	t = realloc(v->tally, (v->ntallies + 1) * sizeof *t);
	if (t == NULL)
		return NULL;
	v->tally = t;
	t = &v->tally[v->ntallies++];
	*t = (struct verify_tally){ .phone = phone, .kind = kind };
	return t;
}

static void
note_bad(struct verify *v, struct verify_tally *t,
    const struct pages_record *row, const char *name, enum verify_why why)
{
	struct verify_found f = {
		.phone = row->phone,
		.stored_ms = row->stored_ms,
		.record = row->record_id,
		.kind = row->kind,
		.why = why,
	};

	snprintf(f.name, sizeof f.name, "%s", name != NULL ? name : "");
	note(&v->bad, &f);
	v->sum.unreadable++;
	t->unreadable++;
}

/* ---- files ---- */

/* Why its octets are not all here. */
static enum verify_why
why_unfinished(const struct pages_check_file *state, bool newest)
{
	if (!newest)
		return VERIFY_FILE_OLD;
	return state->bound ? VERIFY_FILE_COMING : VERIFY_FILE_UNBOUND;
}

static void
note_unfinished(struct look *l, struct verify_tally *t,
    const struct pages_record *row, const struct record *manifest, bool newest)
{
	const char *name = record_text(manifest, RECORD_FILE_NAME, 0);
	struct verify_found f = {
		.phone = row->phone,
		.stored_ms = row->stored_ms,
		.record = row->record_id,
		.kind = row->kind,
		.why = why_unfinished(&l->file, newest),
		.have = l->file.have,
		.size = l->file.coded_size,
	};

	snprintf(f.name, sizeof f.name, "%s", name != NULL ? name : "");
	l->waits = note(&l->v->unfinished, &f);
	l->v->sum.unfinished++;
	t->unfinished++;
}

/* Several versions may be of the same octets, such as after a new name. */
static bool
is_same_content(
    struct look *l, const struct pages_record *row, uint32_t content)
{
	bool same = l->file_known && l->file_phone == row->phone &&
		    l->file_record == row->record_id &&
		    l->file_content == content;

	l->file_known = true;
	l->file_phone = row->phone;
	l->file_record = row->record_id;
	l->file_content = content;
	return same;
}

static enum db_err
read_octets(struct look *l, struct verify_tally *t,
    const struct pages_record *row, const struct record *manifest)
{
	struct verify *v = l->v;
	const char *name = record_text(manifest, RECORD_FILE_NAME, 0);
	uint8_t *octets = NULL;
	size_t len = 0;

	switch (file_read(l->opener, v->db, v->account, v->secret, row->phone,
	    manifest, &octets, &len)) {
	case FILE_READ_OK:
		seal_wipe(octets, len);
		free(octets);
		v->sum.files++;
		t->files++;
		return DB_OK;
	case FILE_READ_PARTS:
		note_bad(v, t, row, name, VERIFY_FILE_PIECES);
		return DB_OK;
	case FILE_READ_UNEQUAL:
		note_bad(v, t, row, name, VERIFY_FILE_DIGEST);
		return DB_OK;
	case FILE_READ_FAILED:
		break;
	}
	return DB_FAILED;
}

/* Whether it is whole is asked before it is read: it may become so meanwhile.
 */
static enum db_err
look_at_file(struct look *l, struct verify_tally *t,
    const struct pages_record *row, const struct record *manifest, bool newest)
{
	struct verify *v = l->v;
	uint32_t content = file_content(manifest);
	enum db_err err;

	if (is_same_content(l, row, content)) {
		if (l->waits != NULL)
			l->waits->why = why_unfinished(&l->file, newest);
		return DB_OK;
	}
	l->waits = NULL;
	err = pages_check_file(
	    v->db, v->account, row->phone, row->record_id, content, &l->file);
	if (err == DB_NONE) {
		note_bad(v, t, row, record_text(manifest, RECORD_FILE_NAME, 0),
		    VERIFY_FILE_GONE);
		return DB_OK;
	}
	if (err != DB_OK)
		return err;
	if (!l->file.whole) {
		note_unfinished(l, t, row, manifest, newest);
		return DB_OK;
	}
	return read_octets(l, t, row, manifest);
}

/* ---- versions ---- */

/* It opened: does it say of itself what its row says of it? */
static bool
is_as_listed(const struct pages_record *row, const struct pages_check_row *says,
    const struct record *r)
{
	uint8_t stored[RECORD_STORED_MAX];
	size_t len = record_encode(r, stored, sizeof stored);

	seal_wipe(stored, len);
	return (unsigned)record_kind(r) == row->kind &&
	       record_id(r) == row->record_id &&
	       (unsigned)record_op(r) == says->op &&
	       record_time_ms(r) == row->time_ms &&
	       len + SEAL_TAG_LEN == row->len;
}

static enum verify_why
why_shut(const struct look *l, const struct pages_record *row)
{
	switch (open_why(l->opener, l->v->account, l->v->secret, row)) {
	case OPEN_NO_KEY:
		return VERIFY_NO_KEY;
	case OPEN_KEY_SHUT:
		return VERIFY_KEY_SHUT;
	case OPEN_SHUT:
		break;
	}
	return VERIFY_SHUT;
}

/* r NULL: it did not open. */
static enum db_err
look_at(struct look *l, const struct pages_record *row,
    const struct pages_check_row *says, const struct record *r)
{
	struct verify *v = l->v;
	struct pages_check *at = &v->sum;
	struct verify_tally *t = tally_of(v, row->phone, row->kind);
	bool first = !at->part || at->at_phone != row->phone ||
		     at->at_kind != row->kind ||
		     at->at_record != row->record_id;

	if (t == NULL)
		return DB_FAILED;
	at->part = true;
	at->at_phone = row->phone;
	at->at_kind = row->kind;
	at->at_record = row->record_id;
	at->at_transfer = row->transfer;
	at->at_ordinal = row->ordinal;
	at->versions++;
	t->versions++;
	at->records += first;
	t->records += first;
	if (r == NULL) {
		note_bad(v, t, row, NULL, why_shut(l, row));
		return DB_OK;
	}
	if (!is_as_listed(row, says, r))
		note_bad(v, t, row, record_text(r, RECORD_FILE_NAME, 0),
		    VERIFY_COLUMNS);
	if (record_kind(r) != RECORD_FILE || record_op(r) != RECORD_PUT ||
	    record_count(r, RECORD_FILE_SHA256) == 0)
		return DB_OK;
	return look_at_file(l, t, row, r, says->newest);
}

/* Those that open are in the order of the rows, without the others. */
static enum db_err
look_at_all(struct look *l, const struct pages_records *rows,
    const struct pages_check_row *says, const struct opened *list, size_t n)
{
	enum db_err err = DB_OK;
	size_t at = 0;

	for (size_t i = 0; i < rows->n && err == DB_OK; i++) {
		const struct pages_record *row = &rows->row[i];
		bool opens = at < n && list[at].phone == row->phone &&
			     list[at].transfer == row->transfer &&
			     list[at].ordinal == row->ordinal;

		/* A file may take long. */
		if (i > 0 && row->kind == RECORD_FILE &&
		    clock_ms() >= l->until_ms)
			break;
		err = look_at(l, row, &says[i], opens ? list[at].record : NULL);
		at += opens;
	}
	return err;
}

/* *last: there is nothing behind it. */
static enum db_err
look_at_part(struct look *l, bool *last)
{
	struct verify *v = l->v;
	struct pages_records rows;
	struct pages_check_row *says;
	struct opened *list = NULL;
	size_t n = 0, damaged;
	int64_t before = v->sum.versions;
	enum db_err err =
	    pages_check_walk(v->db, v->account, &v->sum, PART, &rows, &says);

	if (err != DB_OK)
		return err;
	err = open_rows(l->opener, v->db, v->account, v->secret, &rows, &list,
	    &n, &damaged);
	if (err == DB_OK)
		err = look_at_all(l, &rows, says, list, n);
	*last = rows.n < PART && v->sum.versions - before == (int64_t)rows.n;
	if (list != NULL)
		opened_free(list, n);
	pages_records_clear(&rows);
	free(says);
	return err;
}

/* ---- all together ---- */

static enum db_err
look_for_strays(struct verify *v)
{
	struct pages_check_stray *list = NULL;
	int64_t total = 0;
	size_t n = 0;
	enum db_err err = pages_check_strays(
	    v->db, v->account, VERIFY_SHOWN, &list, &n, &total);

	for (size_t i = 0; err == DB_OK && i < n; i++) {
		struct verify_tally *t =
		    tally_of(v, list[i].phone, list[i].kind);

		if (t == NULL)
			err = DB_FAILED;
		else
			t->unreadable++;
		note(&v->bad, &(struct verify_found){ .phone = list[i].phone,
				  .stored_ms = list[i].stored_ms,
				  .record = list[i].record,
				  .kind = list[i].kind,
				  .why = list[i].listed ? VERIFY_GONE
							: VERIFY_UNLISTED });
	}
	v->sum.unreadable += total;
	free(list);
	return err;
}

static void
compare(
    struct verify *v, struct verify_tally *t, const struct pages_check_claim *c)
{
	t->claimed = c->claimed;
	t->here = c->here;
	t->said_ms = c->said_ms;
	t->claim = !c->arrived ? VERIFY_UNDER_WAY
		   : c->equal  ? VERIFY_EQUAL
			       : VERIFY_DIFFERS;
	if (t->claim == VERIFY_DIFFERS)
		v->sum.missing +=
		    c->claimed > c->here ? c->claimed - c->here : 1;
}

static enum db_err
compare_claims(struct verify *v)
{
	struct pages_check_claim *list = NULL;
	size_t n = 0;
	enum db_err err = pages_check_claims(v->db, v->account, &list, &n);

	for (size_t i = 0; err == DB_OK && i < n; i++) {
		struct verify_tally *t =
		    tally_of(v, list[i].phone, list[i].kind);

		if (t == NULL)
			err = DB_FAILED;
		else
			compare(v, t, &list[i]);
	}
	free(list);
	return err;
}

enum db_err
verify_run(struct verify *v, int64_t most_ms)
{
	struct look l = {
		.v = v,
		.opener = opener_new(),
		.until_ms = clock_ms() + most_ms,
	};
	bool last = false;
	enum db_err err = l.opener != NULL ? DB_OK : DB_FAILED;

	if (!v->sum.part)
		v->sum = (struct pages_check){ 0 };
	do {
		if (err == DB_OK)
			err = look_at_part(&l, &last);
	} while (err == DB_OK && !last && clock_ms() < l.until_ms);
	opener_free(l.opener);
	if (err != DB_OK || !last)
		return err;
	v->sum.part = false;
	if ((err = look_for_strays(v)) != DB_OK)
		return err;
	return compare_claims(v);
}

void
verify_clear(struct verify *v)
{
	free(v->tally);
	v->tally = NULL;
	v->ntallies = 0;
}
