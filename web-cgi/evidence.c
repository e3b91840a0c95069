#include "evidence.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "export_internal.h"

#define PART 200 /* entries that are held open at once */

enum db_err
evidence_load(struct gather *g, const struct pages_evidence_wish *wish,
    struct evidence *out, int64_t *total)
{
	struct page *p = g->p;
	struct pages_records rows;
	enum db_err err;

	*out = (struct evidence){ 0 };
	err = pages_evidence(
	    p->db, p->who.account, wish, &out->entry, &out->n, &rows, total);
	if (err != DB_OK)
		return err;
	err = open_rows(p->opener, p->db, p->who.account, g->secret, &rows,
	    &out->record, &out->nrecords, &out->damaged);
	pages_records_clear(&rows);
	if (err != DB_OK)
		free(out->entry);
	return err;
}

void
evidence_clear(struct evidence *e)
{
	opened_free(e->record, e->nrecords);
	free(e->entry);
	*e = (struct evidence){ 0 };
}

const struct opened *
evidence_records(
    const struct evidence *e, const struct pages_evidence *entry, size_t *n)
{
	size_t i = 0;

	*n = 0;
	if (entry->transfer == 0 || strcmp(entry->kind, "upload") != 0)
		return NULL;
	while (i < e->nrecords && e->record[i].transfer < entry->transfer)
		i++;
	while (i + *n < e->nrecords &&
	       e->record[i + *n].transfer == entry->transfer)
		(*n)++;
	return &e->record[i];
}

enum db_err
evidence_walk(struct gather *g, int64_t phone, int64_t upto,
    void (*take)(void *ctx, const struct evidence *e,
	const struct pages_evidence *entry),
    void *ctx)
{
	struct pages_evidence_wish wish = {
		.phone = phone,
		.oldest_first = true,
		.upto = upto,
		.max = PART,
	};
	bool more = true;

	while (more) {
		struct evidence e;
		enum db_err err = evidence_load(g, &wish, &e, NULL);

		if (err != DB_OK)
			return err;
		for (size_t i = 0; i < e.n; i++)
			take(ctx, &e, &e.entry[i]);
		g->damaged += (int64_t)e.damaged;
		more = e.n == PART;
		if (e.n > 0)
			wish.after = e.entry[e.n - 1].id;
		evidence_clear(&e);
	}
	return DB_OK;
}

/* ---- as files ---- */

static const struct {
	const char *name, *type;
} formats[] = {
	[EVIDENCE_CSV] = { "csv", "text/csv; charset=utf-8" },
	[EVIDENCE_JSON] = { "json", "application/json" },
};

const char *
evidence_format_name(enum evidence_format format)
{
	return formats[format].name;
}

const char *
evidence_type(enum evidence_format format)
{
	return formats[format].type;
}

struct writing {
	struct buf *file;
	struct export_out out;
	size_t n; /* entries so far */
};

static int
put_file(void *ctx, const void *p, size_t len)
{
	struct buf *file = ctx;

	buf_put(file, p, len);
	return file->failed ? -1 : 0;
}

/* ISO 8601; "": not known. */
static void
when(int64_t ms, char out[static 32])
{
	out[0] = '\0';
	if (ms != 0)
		export_iso_time(ms, out);
}

/* "peer=+358...; body=..." */
static void
add_content(struct buf *b, const struct record *r)
{
	const struct record_field *f;
	size_t n = record_fields(r, &f);

	for (size_t i = 0; i < n; i++) {
		const char *name = record_tag_name(f[i].tag);

		if (name != NULL)
			buf_printf(b, "%s%s=", i > 0 ? "; " : "", name);
		else
			buf_printf(b, "%stag-%u=", i > 0 ? "; " : "", f[i].tag);
		if (f[i].type == RECORD_TEXT)
			buf_str(b, f[i].text);
		else
			buf_printf(b, "%" PRId64, f[i].num);
	}
}

static void
put_row(
    struct writing *w, const struct pages_evidence *e, const struct record *r)
{
	char entry[24], phone[32], smsc[32], gateway[32], id[24];
	struct buf content = { 0 };
	const char *cells[10] = { entry, e->kind, phone, smsc, gateway,
		e->number, "", "", "", "" };

	snprintf(entry, sizeof entry, "%" PRId64, e->id);
	when(r != NULL ? record_time_ms(r) : 0, phone);
	when(e->smsc_ms, smsc);
	when(e->gateway_ms, gateway);
	if (r != NULL) {
		snprintf(id, sizeof id, "%u", (unsigned)record_id(r));
		add_content(&content, r);
		cells[6] = record_kind_name(record_kind(r));
		cells[7] = id;
		cells[8] = record_op(r) == RECORD_DELETE ? "deleted" : "put";
		cells[9] = content.n > 0 ? content.p : "";
	}
	for (size_t i = 0; i < 10; i++) {
		export_csv_cell(&w->out, cells[i]);
		export_str(&w->out, i < 9 ? "," : "\r\n");
	}
	if (content.failed)
		w->file->failed = true;
	buf_clear(&content);
}

static void
take_csv(
    void *ctx, const struct evidence *e, const struct pages_evidence *entry)
{
	size_t n;
	const struct opened *list = evidence_records(e, entry, &n);

	if (n == 0)
		put_row(ctx, entry, NULL);
	for (size_t i = 0; i < n; i++)
		put_row(ctx, entry, list[i].record);
}

static void
set_time(json_t *o, const char *name, int64_t ms)
{
	char text[32];

	when(ms, text);
	if (ms != 0)
		json_object_set_new(o, name, json_string(text));
}

static void
take_json(
    void *ctx, const struct evidence *e, const struct pages_evidence *entry)
{
	struct writing *w = ctx;
	size_t n;
	const struct opened *list = evidence_records(e, entry, &n);
	json_t *o = json_object(), *records = json_array();
	char *text;

	json_object_set_new(o, "entry", json_integer(entry->id));
	json_object_set_new(o, "event", json_string(entry->kind));
	json_object_set_new(o, "number", json_string(entry->number));
	set_time(o, "smsc-time", entry->smsc_ms);
	set_time(o, "gateway-time", entry->gateway_ms);
	if (entry->transfer != 0)
		json_object_set_new(
		    o, "transfer", json_integer(entry->transfer));
	for (size_t i = 0; i < n; i++) {
		json_t *r = export_json_object(list[i].phone, list[i].record);

		if (record_op(list[i].record) == RECORD_DELETE)
			json_object_set_new(r, "deleted", json_true());
		json_array_append_new(records, r);
	}
	json_object_set_new(o, "records", records);
	text = json_dumps(o, JSON_COMPACT);
	json_decref(o);
	export_str(&w->out, w->n++ == 0 ? "\n" : ",\n");
	if (text != NULL)
		export_str(&w->out, text);
	else
		w->file->failed = true;
	free(text);
}

enum db_err
evidence_file(struct gather *g, int64_t phone, int64_t upto,
    enum evidence_format format, struct buf *out)
{
	static const char head[] =
	    "\xef\xbb\xbf"
	    "entry,event,phone-time,smsc-time,gateway-time,number,kind,id,"
	    "change,content\r\n";
	bool csv = format == EVIDENCE_CSV;
	struct writing w = { .file = out,
		.out = { .put = put_file, .ctx = out } };
	enum db_err err;

	export_str(&w.out, csv ? head : "[");
	err = evidence_walk(g, phone, upto, csv ? take_csv : take_json, &w);
	if (!csv)
		export_str(&w.out, "\n]\n");
	return err == DB_OK && out->failed ? DB_FAILED : err;
}

void
evidence_digest(const struct buf *file, char out[static 65])
{
	uint8_t digest[SEAL_DIGEST_LEN];

	seal_digest(file->p, file->n, digest);
	for (size_t i = 0; i < sizeof digest; i++)
		sprintf(out + 2 * i, "%02x", digest[i]);
}
