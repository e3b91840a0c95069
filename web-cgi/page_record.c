/*
 * The versions of one record: what it was, and when.
 */
#include <stdlib.h>

#include "fields.h"

/* The restore page says the price and asks before anything is sent. */
void
record_put_undelete(struct page *p, const struct pages_version *v)
{
	buf_str(&p->body, "<form method=\"post\" action=\"/restore\">");
	page_csrf(p);
	html_put(&p->body,
	    "<input type=\"hidden\" name=\"item\" value=\"%lld.%u.%u.%u.%u\">"
	    "<input type=\"hidden\" name=\"from\" value=\"%lld\">"
	    "<input type=\"hidden\" name=\"to\" value=\"%lld\">"
	    "<input type=\"hidden\" name=\"purpose\" value=\"undelete\">"
	    "<button class=\"quiet\">%s</button></form>",
	    (long long)v->phone, v->kind, v->record, v->transfer, v->ordinal,
	    (long long)v->phone, (long long)v->phone, TXT(p, UNDELETE));
}

static const struct record *
opened_of(const struct opened *list, size_t n, const struct pages_version *v)
{
	for (size_t i = 0; i < n; i++)
		if (list[i].phone == v->phone &&
		    record_id(list[i].record) == v->record &&
		    (unsigned)record_kind(list[i].record) == v->kind &&
		    list[i].transfer == v->transfer &&
		    list[i].ordinal == v->ordinal)
			return list[i].record;
	return NULL;
}

const struct record *
record_of_version(
    const struct opened *list, size_t n, const struct pages_version *v)
{
	return v->op == RECORD_PUT ? opened_of(list, n, v) : NULL;
}

static void
put_version(struct page *p, const struct pages_version *v, size_t i, size_t n,
    const struct opened *list, size_t nlist)
{
	const struct record *now = record_of_version(list, nlist, &v[i]);
	const struct record *before =
	    i + 1 < n ? record_of_version(list, nlist, &v[i + 1]) : NULL;

	html_put(&p->body, "<li class=\"card\"><h2>%s <small>",
	    v[i].op == RECORD_DELETE ? TXT(p, WAS_DELETED)
	    : before == NULL         ? TXT(p, WAS_ADDED)
				     : TXT(p, WAS_CHANGED));
	page_moment(p, v[i].stored_ms);
	buf_str(&p->body, "</small></h2>");
	if (now == NULL && v[i].op == RECORD_PUT)
		html_put(&p->body, "<p>%s</p>", TXT(p, DOES_NOT_OPEN));
	else if (now != NULL && before != NULL)
		fields_put_difference(p, before, now);
	else if (now != NULL)
		fields_put(p, now);
	/* Deleted now: the version before it can come back. */
	if (i == 0 && v[i].op == RECORD_DELETE && before != NULL)
		record_put_undelete(p, &v[1]);
	buf_str(&p->body, "</li>\n");
}

static void
show(struct page *p, unsigned kind, const struct pages_version *v, size_t n,
    const struct opened *list, size_t nlist)
{
	const char *title = fields_kind(p, kind);

	/* What is deleted is called as it was. */
	for (size_t i = nlist; i-- > 0;)
		if (record_op(list[i].record) == RECORD_PUT)
			title = fields_title(p, list[i].record);
	page_begin(p, title);
	html_put(&p->body, "<p class=\"lead\">%s · %zu %s</p>\n",
	    fields_kind(p, kind), n,
	    n == 1 ? TXT(p, VERSION_SMALL) : TXT(p, VERSIONS_SMALL));
	buf_str(&p->body, "<ol class=\"versions\" id=\"versions\">");
	for (size_t i = 0; i < n; i++)
		put_version(p, v, i, n, list, nlist);
	buf_str(&p->body, "</ol>\n");
	page_end(p);
}

/* GET /record?phone=&kind=&id= */
void
page_record(struct page *p)
{
	int64_t phone = request_number(&p->req, "phone");
	int64_t kind = request_number(&p->req, "kind");
	int64_t id = request_number(&p->req, "id");
	struct pages_version *v = NULL;
	struct pages_records rows = { 0 };
	struct opened *list;
	size_t n = 0, nlist;
	enum db_err err = DB_NONE;

	if (kind > 0 && kind < RECORD_KIND_COUNT)
		err = pages_versions(p->db, p->who.account, phone, (int)kind,
		    (uint32_t)id, &v, &n, &rows);
	if (err == DB_OK && n == 0)
		err = DB_NONE;
	if (!page_ok(p, err)) {
		pages_records_clear(&rows);
		free(v);
		return;
	}
	if (browse_open(p, &rows, &list, &nlist)) {
		show(p, (unsigned)kind, v, n, list, nlist);
		opened_free(list, nlist);
	}
	free(v);
}
