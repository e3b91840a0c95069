#include "gather.h"

#include <stdlib.h>

#include "coding.h"

#define PART 500 /* records that are held open at once */

bool
gather_begin(struct gather *g, struct page *p)
{
	*g = (struct gather){ .p = p };
	if (session_secret(p, g->secret) == SEAL_OK)
		return true;
	session_end(p);
	page_redirect(p, "/sign-in");
	return false;
}

void
gather_end(struct gather *g)
{
	seal_wipe(g->secret, sizeof g->secret);
}

enum db_err
gather_walk(struct gather *g, struct pages_walk walk,
    bool (*take)(void *ctx, const struct opened *o), void *ctx)
{
	struct page *p = g->p;
	bool more = true;

	while (more) {
		struct pages_records rows;
		struct opened *list = NULL;
		size_t n = 0, damaged = 0;
		enum db_err err =
		    pages_walk(p->db, p->who.account, &walk, PART, &rows);

		if (err == DB_OK) {
			more = rows.n == PART;
			err = open_rows(p->opener, p->db, p->who.account,
			    g->secret, &rows, &list, &n, &damaged);
			pages_records_clear(&rows);
		}
		if (err != DB_OK)
			return err;
		g->damaged += (int64_t)damaged;
		for (size_t i = 0; i < n; i++)
			if (!take(ctx, &list[i])) {
				more = false;
				break;
			}
		opened_free(list, n);
	}
	return DB_OK;
}

enum db_err
gather_version(struct gather *g, int64_t phone, int kind, uint32_t id,
    uint32_t transfer, uint32_t ordinal, struct record **out)
{
	struct page *p = g->p;
	struct pages_records rows;
	struct opened *list = NULL;
	size_t n = 0, damaged = 0;
	enum db_err err = pages_version(
	    p->db, p->who.account, phone, kind, id, transfer, ordinal, &rows);

	if (err != DB_OK)
		return err;
	err = open_rows(p->opener, p->db, p->who.account, g->secret, &rows,
	    &list, &n, &damaged);
	pages_records_clear(&rows);
	if (err == DB_OK && n == 1) {
		*out = list[0].record;
		list[0].record = NULL;
	} else if (err == DB_OK) {
		err = DB_NONE;
	}
	if (list != NULL)
		opened_free(list, n);
	return err;
}

/* The octets as they travelled, in order and without a gap. */
static enum db_err
coded_octets(struct gather *g, int64_t phone, const struct record *manifest,
    uint8_t *coded, size_t size)
{
	uint32_t content = (uint32_t)((uint64_t)record_int(
					  manifest, RECORD_FILE_SHA256, 0, 0) >>
				      32);
	struct page *p = g->p;
	enum db_err err = DB_OK;
	size_t at = 0;

	while (err == DB_OK && at < size) {
		struct pages_records rows;

		err = pages_pieces(p->db, p->who.account, phone,
		    record_id(manifest), content, (int64_t)at, 64, &rows);
		if (err != DB_OK)
			return err;
		if (rows.n == 0)
			err = DB_NONE;
		for (size_t i = 0; err == DB_OK && i < rows.n; i++) {
			size_t len = (size_t)rows.row[i].time_ms;

			if (rows.row[i].ordinal != at || len > size - at)
				err = DB_NONE;
			else
				err =
				    open_piece(p->opener, p->db, p->who.account,
					g->secret, &rows, i, coded + at);
			at += len;
		}
		pages_records_clear(&rows);
	}
	return err;
}

enum db_err
gather_file(struct gather *g, int64_t phone, const struct record *manifest,
    uint8_t **out, size_t *len)
{
	int64_t size = record_int(manifest, RECORD_FILE_SIZE, 0, -1);
	int64_t travels = record_int(manifest, RECORD_FILE_CODED_SIZE, 0, -1);
	enum record_coding coding = (enum record_coding)record_int(
	    manifest, RECORD_FILE_CODING, 0, RECORD_CODING_NONE);
	uint8_t *coded;
	enum db_err err;

	if (size < 0 || size > CODING_SIZE_MAX || travels < 0 ||
	    travels > CODING_SIZE_MAX)
		return DB_NONE;
	if ((coded = malloc((size_t)travels + 1)) == NULL)
		return DB_FAILED;
	err = coded_octets(g, phone, manifest, coded, (size_t)travels);
	if (err == DB_OK && coding_decode(coding, coded, (size_t)travels,
				(size_t)size, out) == -1)
		err = DB_NONE;
	if (err == DB_OK)
		*len = (size_t)size;
	free(coded);
	return err;
}
