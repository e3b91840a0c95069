#include "gather.h"

#include <stdlib.h>

#include "file_read.h"

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

enum db_err
gather_file(struct gather *g, int64_t phone, const struct record *manifest,
    uint8_t **out, size_t *len)
{
	struct page *p = g->p;

	switch (file_read(p->opener, p->db, p->who.account, g->secret, phone,
	    manifest, out, len)) {
	case FILE_READ_OK:
		return DB_OK;
	case FILE_READ_PARTS:
	case FILE_READ_UNEQUAL:
		return DB_NONE;
	case FILE_READ_FAILED:
		break;
	}
	return DB_FAILED;
}
