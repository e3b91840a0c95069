/*
 * What the owner has, as files that other software reads: one kind in one
 * format, or everything in one zip with a page that explains it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "browse.h"
#include "gather.h"

/* The kinds, in the order in which people miss them. */
static const struct {
	enum record_kind kind;
	enum text_id text;
	int formats[4]; /* the first is what most software reads; then -1 */
} kinds[] = {
	{ RECORD_CONTACT, T_CONTACTS,
	    { EXPORT_VCARD3, EXPORT_VCARD4, EXPORT_CSV, -1 } },
	{ RECORD_MESSAGE, T_MESSAGES,
	    { EXPORT_XML, EXPORT_CSV, EXPORT_MBOX, -1 } },
	{ RECORD_CALL, T_CALLS,
	    { EXPORT_XML, EXPORT_CSV, EXPORT_ICALENDAR, -1 } },
	{ RECORD_CALENDAR, T_K_CALENDAR,
	    { EXPORT_ICALENDAR, EXPORT_CSV, -1, -1 } },
	{ RECORD_NOTE, T_K_NOTES, { EXPORT_ICALENDAR, EXPORT_CSV, -1, -1 } },
	{ RECORD_FILE, T_K_FILES, { EXPORT_CSV, -1, -1, -1 } },
	{ RECORD_SIM, T_K_SIMS, { EXPORT_CSV, -1, -1, -1 } },
	{ RECORD_LOCATION, T_K_PLACES, { EXPORT_CSV, -1, -1, -1 } },
	{ RECORD_DEVICE, T_K_DEVICES, { EXPORT_CSV, -1, -1, -1 } },
};
#define KINDS (sizeof kinds / sizeof kinds[0])

static const char *
format_label(int format, enum record_kind kind)
{
	switch ((enum export_format)format) {
	case EXPORT_VCARD3:
		return "vCard 3.0";
	case EXPORT_VCARD4:
		return "vCard 4.0";
	case EXPORT_XML:
		return kind == RECORD_CALL ? "XML (SMS Backup & Restore)"
					   : "XML (SMS Backup & Restore)";
	case EXPORT_ICALENDAR:
		return "iCalendar";
	case EXPORT_CSV:
		return "CSV";
	case EXPORT_JSON:
		return "JSON";
	case EXPORT_JSON_LINES:
		return "JSON Lines";
	case EXPORT_MBOX:
		return "mbox";
	case EXPORT_FORMATS:
		break;
	}
	return "";
}

/* ---- one export ---- */

struct job {
	struct gather g;
	struct names names;
	struct export_context context;
	struct pages_walk walk;
};

static const char *
name_of(void *ctx, const char *number)
{
	const struct job *job = ctx;
	const char *name = names_find(&job->names, number);

	return name == number ? NULL : name;
}

static enum db_err
put_file(struct job *job, int64_t phone, const struct record *manifest,
    struct export_out *out)
{
	uint8_t *octets = NULL;
	size_t len = 0;
	enum db_err err = gather_file(&job->g, phone, manifest, &octets, &len);

	if (err == DB_OK)
		export_put(out, octets, len);
	free(octets);
	return err;
}

/* A part of a message that is a file. */
static int
part_file(void *ctx, int64_t phone, uint32_t id, struct export_out *out)
{
	struct job *job = ctx;
	struct record *manifest = NULL;
	enum db_err err =
	    gather_version(&job->g, phone, RECORD_FILE, id, 0, 0, &manifest);

	if (err == DB_OK)
		err = put_file(job, phone, manifest, out);
	record_free(manifest);
	return err == DB_OK ? 0 : -1;
}

/* The request's phone and moment.  False after an answer. */
static bool
read_walk(struct page *p, struct pages_walk *w)
{
	const char *day = request_query(&p->req, "day");
	const char *clock = request_query(&p->req, "clock");

	*w = (struct pages_walk){ .phone = request_number(&p->req, "phone") };
	if (*day == '\0' && *clock == '\0')
		return true;
	return page_ok(
	    p, pages_moment(p->db, p->who.account, day, clock, &w->as_of_ms));
}

static bool
job_begin(struct job *job, struct page *p)
{
	*job = (struct job){ 0 };
	if (!read_walk(p, &job->walk) || !gather_begin(&job->g, p))
		return false;
	if (!names_load(p, &job->names)) {
		gather_end(&job->g);
		return false;
	}
	job->context = (struct export_context){
		.name_of = name_of, .file = part_file, .ctx = job
	};
	return true;
}

static void
job_end(struct job *job)
{
	names_free(&job->names);
	gather_end(&job->g);
}

struct sink {
	struct export *e;
	struct export_out *out;
};

static bool
put_record(void *ctx, const struct opened *o)
{
	struct sink *sink = ctx;

	export_record(sink->e, o->phone, o->record);
	return !sink->out->failed;
}

/* All of a kind in a format to out.  -1: it broke off. */
static int
put_kind(struct job *job, enum record_kind kind, enum export_format format,
    int64_t count, struct export_out *out)
{
	struct sink sink = { .out = out };

	job->walk.kind = (int)kind;
	sink.e = export_open(format, kind, (size_t)count, &job->context, out);
	if (sink.e == NULL)
		return -1;
	/* What broke off is not made to look whole. */
	if (gather_walk(&job->g, job->walk, put_record, &sink) != DB_OK)
		out->failed = true;
	return export_close(sink.e);
}

static int64_t
count_of(struct job *job, enum record_kind kind)
{
	struct page *p = job->g.p;
	int64_t n = 0;

	job->walk.kind = (int)kind;
	return pages_walk_count(p->db, p->who.account, &job->walk, &n) == DB_OK
		   ? n
		   : -1;
}

/* ---- a file ---- */

static void
attach(struct page *p, const char *type, const char *name)
{
	buf_printf(&p->headers,
	    "Content-Type: %s\r\n"
	    "Content-Disposition: attachment; filename=\"%s\"\r\n",
	    type, name);
}

static int
stream_file(struct page *p, struct export_out *out)
{
	int format = export_format_of(request_query(&p->req, "format"));
	enum record_kind kind =
	    (enum record_kind)request_number(&p->req, "kind");
	struct job job;
	int64_t n;
	int ret = -1;

	if (!job_begin(&job, p))
		return -1;
	if ((n = count_of(&job, kind)) >= 0)
		ret = put_kind(&job, kind, (enum export_format)format, n, out);
	job_end(&job);
	return ret;
}

void
page_export_file(struct page *p)
{
	int format = export_format_of(request_query(&p->req, "format"));
	int64_t kind = request_number(&p->req, "kind");
	struct pages_walk w;

	if (format == -1 || kind < 1 || kind >= RECORD_KIND_COUNT ||
	    !export_can((enum export_format)format, (enum record_kind)kind)) {
		page_error(p, 404, T_E_NOT_FOUND);
		return;
	}
	if (!read_walk(p, &w))
		return;
	attach(p, export_type((enum export_format)format),
	    export_file_name(
		(enum export_format)format, (enum record_kind)kind));
	p->stream = stream_file;
}

/* ---- everything ---- */

static void
index_head(struct page *p, struct buf *b, const char *when)
{
	html_put(b,
	    "<!doctype html>\n<html lang=\"%s\"><head><meta charset=\"utf-8\">"
	    "<meta name=\"viewport\" content=\"width=device-width, "
	    "initial-scale=1\"><title>smsvault</title><style>"
	    "body{font:16px/1.6 system-ui,sans-serif;max-width:44em;"
	    "margin:2em auto;padding:0 1em;color:#16302f;background:#fff}"
	    "table{border-collapse:collapse;width:100%%}"
	    "td,th{text-align:left;padding:.5em .8em .5em 0;"
	    "border-bottom:1px solid #d9e4e2;vertical-align:top}"
	    "a{color:#0f6b66}</style></head><body>\n<h1>%s</h1>\n"
	    "<p>%s</p>\n<p>%s: <b>%s</b> · %s</p>\n<table><tr><th>%s</th>"
	    "<th>%s</th><th>%s</th></tr>\n",
	    p->language == TEXT_ZH ? "zh-Hans" : "en", TXT(p, EXPORT_INDEX),
	    TXT(p, EXPORT_INDEX_TEXT), TXT(p, SIGNED_IN_AS), p->who.login, when,
	    TXT(p, KIND), TXT(p, COUNT), TXT(p, EXPORT_FILES));
}

static void
index_kind(struct page *p, struct buf *b, size_t k, int64_t count)
{
	html_put(b, "<tr><td>%s</td><td>%lld</td><td>",
	    text_get(p->language, kinds[k].text), (long long)count);
	for (size_t i = 0; kinds[k].formats[i] != -1; i++) {
		int f = kinds[k].formats[i];

		if (f == EXPORT_VCARD4)
			continue;
		html_put(b, "<a href=\"%s\">%s</a> (%s) ",
		    export_file_name((enum export_format)f, kinds[k].kind),
		    export_file_name((enum export_format)f, kinds[k].kind),
		    format_label(f, kinds[k].kind));
	}
	html_put(b, "<a href=\"%s\">%s</a></td></tr>\n",
	    export_file_name(EXPORT_JSON_LINES, kinds[k].kind),
	    export_file_name(EXPORT_JSON_LINES, kinds[k].kind));
}

static int
zip_kind(struct job *job, struct export_zip *z, size_t k, int64_t count)
{
	int formats[5], n = 0;

	for (size_t i = 0; kinds[k].formats[i] != -1; i++)
		if (kinds[k].formats[i] != EXPORT_VCARD4)
			formats[n++] = kinds[k].formats[i];
	formats[n++] = EXPORT_JSON_LINES;
	for (int i = 0; i < n; i++) {
		enum export_format f = (enum export_format)formats[i];

		if (put_kind(job, kinds[k].kind, f, count,
			export_zip_file(z, export_file_name(f, kinds[k].kind),
			    time(NULL))) == -1)
			return -1;
	}
	return 0;
}

/* Each whole file, in a folder of its phone; its id keeps names apart. */
struct files {
	struct job *job;
	struct export_zip *zip;
	bool failed;
};

static bool
zip_file(void *ctx, const struct opened *o)
{
	struct files *f = ctx;
	const struct record *r = o->record;
	struct buf folder = { 0 };
	uint8_t *octets = NULL;
	size_t len = 0;
	char *path;
	enum db_err err = gather_file(&f->job->g, o->phone, r, &octets, &len);

	buf_printf(&folder, "files/%lld-%u/", (long long)o->phone,
	    (unsigned)record_id(r));
	buf_str(&folder, browse_or(record_text(r, RECORD_FILE_FOLDER, 0), ""));
	path = export_safe_path(
	    folder.p, browse_or(record_text(r, RECORD_FILE_NAME, 0), "file"));
	if (err == DB_OK && path != NULL)
		export_put(export_zip_file(f->zip, path,
			       (time_t)(record_time_ms(r) / 1000)),
		    octets, len);
	else if (err != DB_NONE) /* one that is not whole is left out */
		f->failed = true;
	free(path);
	free(octets);
	buf_clear(&folder);
	return !f->failed;
}

static int
zip_files(struct job *job, struct export_zip *z)
{
	struct files f = { job, z, false };

	job->walk.kind = RECORD_FILE;
	return gather_walk(&job->g, job->walk, zip_file, &f) == DB_OK &&
		       !f.failed
		   ? 0
		   : -1;
}

static int
stream_zip(struct page *p, struct export_out *out)
{
	struct export_zip *z;
	struct buf index = { 0 };
	struct job job;
	char when[32];
	time_t now = time(NULL);
	struct tm tm = { 0 };
	int ret = 0;

	if (!job_begin(&job, p))
		return -1;
	if ((z = export_zip_open(out)) == NULL) {
		job_end(&job);
		return -1;
	}
	gmtime_r(&now, &tm);
	strftime(when, sizeof when, "%Y-%m-%d %H:%M UTC", &tm);
	index_head(p, &index, when);
	for (size_t k = 0; ret == 0 && k < KINDS; k++) {
		int64_t n = count_of(&job, kinds[k].kind);

		if (n > 0) {
			index_kind(p, &index, k, n);
			ret = zip_kind(&job, z, k, n);
		} else if (n < 0) {
			ret = -1;
		}
	}
	if (ret == 0)
		ret = zip_files(&job, z);
	html_put(&index, "</table>\n<p>%s</p>\n", TXT(p, EXPORT_INDEX_FOOT));
	if (job.g.damaged > 0)
		html_put(&index, "<p>%s %lld</p>\n", TXT(p, EXPORT_DAMAGED),
		    (long long)job.g.damaged);
	buf_str(&index, "</body></html>\n");
	if (ret == 0)
		export_put(
		    export_zip_file(z, "index.html", now), index.p, index.n);
	else
		export_zip_file(z, "-", now)->failed = true;
	buf_clear(&index);
	job_end(&job);
	return export_zip_close(z) | ret;
}

void
page_export_zip(struct page *p)
{
	struct pages_walk w;
	char name[64], day[16];
	time_t now = time(NULL);
	struct tm tm = { 0 };

	if (!read_walk(p, &w))
		return;
	gmtime_r(&now, &tm);
	strftime(day, sizeof day, "%Y-%m-%d", &tm);
	snprintf(name, sizeof name, "smsvault-%s.zip", day);
	attach(p, "application/zip", name);
	pages_event_put(p->db, p->who.account, 0, "exported", "");
	p->stream = stream_zip;
}

/* ---- the page ---- */

static void
put_choice(struct page *p, const struct pages_phone *list, size_t n)
{
	int64_t chosen = request_number(&p->req, "phone");

	html_put(&p->body,
	    "<form class=\"card narrow\" action=\"/export\">"
	    "<div class=\"two\"><div><label for=\"phone\">%s</label>"
	    "<select id=\"phone\" name=\"phone\"><option value=\"0\">%s"
	    "</option>",
	    TXT(p, PHONE), TXT(p, ALL_PHONES));
	for (size_t i = 0; i < n; i++)
		html_put(&p->body, "<option value=\"%lld\"%s>%s</option>",
		    (long long)list[i].phone,
		    list[i].phone == chosen ? " selected" : "", list[i].name);
	html_put(&p->body,
	    "</select></div><div><label for=\"day\">%s</label>"
	    "<input id=\"day\" name=\"day\" type=\"date\" value=\"%s\" "
	    "aria-describedby=\"day-hint\"></div><div><label "
	    "for=\"clock\">%s</label><input id=\"clock\" name=\"clock\" "
	    "type=\"time\" value=\"%s\" aria-describedby=\"day-hint\"></div>"
	    "</div>"
	    "<p class=\"hint\" id=\"day-hint\">%s</p>"
	    "<button class=\"quiet\">%s</button></form>\n",
	    TXT(p, AS_OF), request_query(&p->req, "day"), TXT(p, AS_OF_CLOCK),
	    request_query(&p->req, "clock"), TXT(p, AS_OF_HINT), TXT(p, SHOW));
}

static void
put_link(struct page *p, const struct pages_walk *w, const char *path,
    const char *label, bool main)
{
	html_put(&p->body, "<a class=\"button%s\" href=\"/export/%s",
	    main ? "" : " quiet", path);
	html_put(&p->body, "%sphone=%lld", strchr(path, '?') ? "&" : "?",
	    (long long)w->phone);
	if (w->as_of_ms != 0) {
		html_put(&p->body, "%s", "&day=");
		html_query(&p->body, request_query(&p->req, "day"));
		buf_str(&p->body, "&clock=");
		html_query(&p->body, request_query(&p->req, "clock"));
	}
	html_put(&p->body, "\" download>%s</a> ", label);
}

static void
put_kind_card(
    struct page *p, const struct pages_walk *w, size_t k, int64_t count)
{
	char path[64];

	html_put(&p->body,
	    "<section class=\"card\"><h2>%s <span class=\"badge\">%lld</span>"
	    "</h2><p class=\"buttons\">",
	    text_get(p->language, kinds[k].text), (long long)count);
	for (size_t i = 0; kinds[k].formats[i] != -1; i++) {
		int f = kinds[k].formats[i];

		snprintf(path, sizeof path, "file?kind=%d&format=%s",
		    (int)kinds[k].kind,
		    export_format_name((enum export_format)f));
		put_link(p, w, path, format_label(f, kinds[k].kind), i == 0);
	}
	snprintf(
	    path, sizeof path, "file?kind=%d&format=json", (int)kinds[k].kind);
	put_link(p, w, path, "JSON", false);
	buf_str(&p->body, "</p></section>\n");
}

void
page_export(struct page *p)
{
	struct pages_phone *list = NULL;
	struct pages_walk w;
	size_t n = 0;
	int64_t counts[KINDS], all = 0;

	if (!read_walk(p, &w) ||
	    !page_ok(p, pages_phones(p->db, p->who.account, 0, &list, &n)))
		return;
	for (size_t k = 0; k < KINDS; k++) {
		w.kind = (int)kinds[k].kind;
		if (!page_ok(p, pages_walk_count(
				    p->db, p->who.account, &w, &counts[k]))) {
			free(list);
			return;
		}
		all += counts[k];
	}
	page_begin(p, TXT(p, EXPORT));
	html_put(&p->body,
	    "<p class=\"lead\">%s <a href=\"/check\">%s</a></p>\n",
	    TXT(p, EXPORT_TEXT), TXT(p, CHECK));
	put_choice(p, list, n);
	if (all == 0) {
		browse_empty(p, TXT(p, EXPORT_NONE));
	} else {
		html_put(&p->body,
		    "<section class=\"card\"><h2>%s</h2><p>%s</p><p "
		    "class=\"buttons\">",
		    TXT(p, EXPORT_ALL), TXT(p, EXPORT_ALL_TEXT));
		put_link(p, &w, "all.zip", TXT(p, EXPORT_ZIP), true);
		buf_str(&p->body, "</p></section>\n<div class=\"grid\">");
	}
	for (size_t k = 0; k < KINDS; k++)
		if (counts[k] > 0)
			put_kind_card(p, &w, k, counts[k]);
	if (all > 0)
		buf_str(&p->body, "</div>\n");
	page_end(p);
	free(list);
}
