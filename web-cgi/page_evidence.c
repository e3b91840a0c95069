/*
 * What came from a phone while it was lost: a timeline, a report to print,
 * files with their digests.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "browse.h"
#include "evidence.h"
#include "fields.h"

static const struct {
	const char *kind;
	enum text_id text;
	const char *class;
} kinds[] = {
	{ "upload", T_EVI_UPLOAD, "" },
	{ "sim", T_EVI_NEW_SIM, "bad" },
	{ "number", T_EVI_NEW_NUMBER, "bad" },
	{ "lost", T_EVI_LOST, "wait" },
	{ "found", T_EVI_FOUND, "good" },
	{ "wipe", T_EVI_WIPE, "bad" },
};
#define KINDS (sizeof kinds / sizeof kinds[0])

static size_t
kind_of(const char *kind)
{
	for (size_t i = 0; i < KINDS; i++)
		if (strcmp(kinds[i].kind, kind) == 0)
			return i;
	return 0;
}

/* To the second, UTC, whoever looks: evidence is compared with others'. */
static void
put_exact(struct page *p, int64_t ms)
{
	time_t t = (time_t)(ms / 1000);
	char iso[32], text[32];
	struct tm tm = { 0 };

	if (ms == 0) {
		buf_str(&p->body, "–");
		return;
	}
	gmtime_r(&t, &tm);
	strftime(iso, sizeof iso, "%Y-%m-%dT%H:%M:%SZ", &tm);
	strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S UTC", &tm);
	html_put(&p->body, "<time class=\"exact\" datetime=\"%s\">%s</time>",
	    iso, text);
}

static const struct opened *
find_sim(const struct opened *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (record_kind(list[i].record) == RECORD_SIM)
			return &list[i];
	return NULL;
}

/* ---- an entry ---- */

struct telling {
	struct page *p;
	const struct names *names; /* as the vault knows them now */
};

static void
put_times(struct page *p, const struct pages_evidence *e)
{
	html_put(&p->body,
	    "<dl class=\"times\"><div><dt>%s</dt><dd>%s</dd></div><div><dt>%s"
	    "</dt><dd>",
	    TXT(p, EVI_FROM), e->number[0] != '\0' ? e->number : "–",
	    TXT(p, EVI_SMSC_TIME));
	put_exact(p, e->smsc_ms);
	html_put(&p->body, "</dd></div><div><dt>%s</dt><dd>",
	    TXT(p, EVI_GATEWAY_TIME));
	put_exact(p, e->gateway_ms);
	buf_str(&p->body, "</dd></div></dl>");
}

/* "geo:": whatever shows maps on the reader's side. */
static void
put_map(struct page *p, const struct record *r)
{
	if (record_count(r, RECORD_LATITUDE_E7) == 0)
		return;
	html_put(&p->body, "<p class=\"screen\"><a href=\"geo:");
	buf_printf(&p->body, "%.6f,%.6f",
	    (double)record_int(r, RECORD_LATITUDE_E7, 0, 0) / 1e7,
	    (double)record_int(r, RECORD_LONGITUDE_E7, 0, 0) / 1e7);
	html_put(&p->body, "\">%s</a></p>", TXT(p, EVI_MAP));
}

/* Which way a call or a message went; NULL: it does not say. */
static const char *
way_of(struct page *p, const struct record *r)
{
	static const struct {
		enum record_kind kind;
		int64_t direction;
		enum text_id text;
	} ways[] = {
		{ RECORD_CALL, RECORD_CALL_IN, T_CALL_IN },
		{ RECORD_CALL, RECORD_CALL_OUT, T_CALL_OUT },
		{ RECORD_CALL, RECORD_CALL_MISSED, T_CALL_MISSED },
		{ RECORD_CALL, RECORD_CALL_REJECTED, T_CALL_OTHER },
		{ RECORD_MESSAGE, RECORD_MSG_RECEIVED, T_EVI_RECEIVED },
		{ RECORD_MESSAGE, RECORD_MSG_SENT, T_EVI_SENT },
	};

	if (record_op(r) == RECORD_DELETE)
		return TXT(p, WAS_DELETED);
	for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++)
		if (ways[i].kind == record_kind(r) &&
		    ways[i].direction == record_int(r, RECORD_DIRECTION, 0, -1))
			return text_get(p->language, ways[i].text);
	return NULL;
}

static void
put_record(const struct telling *t, const struct opened *o)
{
	struct page *p = t->p;
	const struct record *r = o->record;
	const char *way = way_of(p, r), *peer = record_text(r, RECORD_PEER, 0);
	const char *name = peer != NULL ? names_find(t->names, peer) : NULL;

	html_put(&p->body, "<li data-kind=\"%s\"><h3>%s%s%s <small>%s ",
	    record_kind_name(record_kind(r)),
	    fields_kind(p, (unsigned)record_kind(r)), way != NULL ? " · " : "",
	    browse_or(way, ""), TXT(p, EVI_PHONE_TIME));
	put_exact(p, record_time_ms(r));
	buf_str(&p->body, "</small></h3>");
	if (name != NULL && strcmp(name, peer) != 0)
		html_put(&p->body, "<p class=\"hint\">%s: %s</p>",
		    TXT(p, EVI_KNOWN), name);
	if (record_op(r) == RECORD_DELETE)
		html_put(&p->body,
		    "<p class=\"screen\"><a href=\"/record?phone=%lld&amp;"
		    "kind=%d&amp;id=%u\">%s</a></p>",
		    (long long)o->phone, (int)record_kind(r),
		    (unsigned)record_id(r), TXT(p, VERSIONS));
	else
		fields_put(p, r);
	put_map(p, r);
	buf_str(&p->body, "</li>\n");
}

static void
put_entry(
    void *ctx, const struct evidence *e, const struct pages_evidence *entry)
{
	const struct telling *t = ctx;
	struct page *p = t->p;
	size_t n, k = kind_of(entry->kind);
	const struct opened *list = evidence_records(e, entry, &n);
	bool sim = find_sim(list, n) != NULL;

	html_put(&p->body,
	    "<li class=\"card entry\" data-entry=\"%s\"><h2><span "
	    "class=\"state %s\">%s</span> <small>#%lld</small></h2>",
	    entry->kind, sim ? "bad" : kinds[k].class,
	    sim ? TXT(p, EVI_SIM_REPORT) : text_get(p->language, kinds[k].text),
	    (long long)entry->id);
	put_times(p, entry);
	if (n > 0)
		buf_str(&p->body, "<ul class=\"found-records\">");
	for (size_t i = 0; i < n; i++)
		put_record(t, &list[i]);
	if (n > 0)
		buf_str(&p->body, "</ul>");
	else if (strcmp(entry->kind, "upload") == 0)
		html_put(
		    &p->body, "<p class=\"hint\">%s</p>", TXT(p, EVI_EMPTY));
	buf_str(&p->body, "</li>\n");
}

/* ---- the timeline ---- */

static void
put_ways(struct page *p, int64_t phone, int64_t upto)
{
	html_put(&p->body,
	    "<p class=\"buttons screen\"><a class=\"button\" "
	    "href=\"/phone/evidence/print?id=%lld&amp;upto=%lld\">%s</a>",
	    (long long)phone, (long long)upto, TXT(p, EVI_PRINT));
	for (int f = 0; f < EVIDENCE_FORMATS; f++)
		html_put(&p->body,
		    " <a class=\"button quiet\" id=\"file-%s\" download "
		    "href=\"/phone/evidence/file?id=%lld&amp;upto=%lld&amp;"
		    "format=%s\">%s</a>",
		    evidence_format_name((enum evidence_format)f),
		    (long long)phone, (long long)upto,
		    evidence_format_name((enum evidence_format)f),
		    f == EVIDENCE_CSV ? "CSV" : "JSON");
	buf_str(&p->body, "</p>\n");
}

static void
show(struct telling *t, const struct pages_phone *ph, const struct evidence *e,
    int64_t total, int64_t newest)
{
	struct page *p = t->p;
	char more[32];

	page_begin(p, TXT(p, EVIDENCE));
	html_put(&p->body,
	    "<p class=\"lead\"><a href=\"/phone/lost?id=%lld\">%s</a></p>\n"
	    "<p class=\"hint\">%s</p>\n",
	    (long long)ph->phone, ph->name, TXT(p, EVIDENCE_TEXT));
	if (e->n == 0) {
		html_put(&p->body,
		    "<div class=\"card empty\"><h2>%s</h2><p>%s</p></div>\n",
		    TXT(p, EVIDENCE_NONE), TXT(p, EVIDENCE_NONE_TEXT));
	} else {
		put_ways(p, ph->phone, newest);
		buf_str(&p->body, "<ol class=\"timeline\" id=\"timeline\">");
		for (size_t i = 0; i < e->n; i++)
			put_entry(t, e, &e->entry[i]);
		buf_str(&p->body, "</ol>\n");
	}
	if (e->damaged > 0)
		page_note(p, "bad", TXT(p, DOES_NOT_OPEN));
	snprintf(more, sizeof more, "id=%lld", (long long)ph->phone);
	browse_pager(p, "/phone/evidence", more, total);
	page_end(p);
}

/* The id of the newest entry: 0 if there is none. */
static enum db_err
newest_of(struct page *p, int64_t phone, int64_t *id)
{
	const struct pages_evidence_wish wish = { .phone = phone, .max = 1 };
	struct pages_evidence *list;
	struct pages_records rows;
	size_t n;
	enum db_err err = pages_evidence(
	    p->db, p->who.account, &wish, &list, &n, &rows, NULL);

	if (err != DB_OK)
		return err;
	*id = n > 0 ? list[0].id : 0;
	pages_records_clear(&rows);
	free(list);
	return DB_OK;
}

/* GET /phone/evidence?id= */
void
page_evidence(struct page *p)
{
	struct pages_evidence_wish wish = {
		.skip = browse_page(p) * BROWSE_PAGE,
		.max = BROWSE_PAGE,
	};
	struct telling t = { .p = p };
	struct pages_phone ph;
	struct evidence e;
	struct names names;
	struct gather g;
	int64_t total = 0, newest = 0;

	if (!page_phone_find(p, &ph) ||
	    !page_ok(p, newest_of(p, ph.phone, &newest)) ||
	    !gather_begin(&g, p))
		return;
	wish.phone = ph.phone;
	if (names_load(p, &names)) {
		t.names = &names;
		if (page_ok(p, evidence_load(&g, &wish, &e, &total))) {
			show(&t, &ph, &e, total, newest);
			evidence_clear(&e);
		}
		names_free(&names);
	}
	gather_end(&g);
}

/* ---- files ---- */

/* GET /phone/evidence/file?id=&upto=&format= */
void
page_evidence_file(struct page *p)
{
	const char *name = request_query(&p->req, "format");
	int64_t upto = request_number(&p->req, "upto");
	enum evidence_format f = EVIDENCE_CSV;
	struct pages_phone ph;
	struct gather g;
	enum db_err err;

	while (
	    f < EVIDENCE_FORMATS && strcmp(evidence_format_name(f), name) != 0)
		f++;
	if (f == EVIDENCE_FORMATS || upto < 1) {
		page_error(p, 404, T_E_NOT_FOUND);
		return;
	}
	if (!page_phone_find(p, &ph) || !gather_begin(&g, p))
		return;
	err = evidence_file(&g, ph.phone, upto, f, &p->body);
	gather_end(&g);
	if (!page_ok(p, err))
		return;
	buf_printf(&p->headers,
	    "Content-Type: %s\r\nContent-Disposition: attachment; "
	    "filename=\"evidence-%lld-%lld.%s\"\r\n",
	    evidence_type(f), (long long)ph.phone, (long long)upto,
	    evidence_format_name(f));
}

/* ---- the report ---- */

static enum db_err
put_digests(struct page *p, struct gather *g, int64_t phone, int64_t upto)
{
	enum db_err err = DB_OK;

	html_put(&p->body, "<p>%s</p><dl class=\"digests\">",
	    TXT(p, EVI_DIGEST_TEXT));
	for (int f = 0; err == DB_OK && f < EVIDENCE_FORMATS; f++) {
		const char *name =
		    evidence_format_name((enum evidence_format)f);
		struct buf file = { 0 };
		char digest[65];

		err = evidence_file(
		    g, phone, upto, (enum evidence_format)f, &file);
		if (err == DB_OK) {
			evidence_digest(&file, digest);
			html_put(&p->body,
			    "<dt><a href=\"/phone/evidence/file?id=%lld&amp;"
			    "upto=%lld&amp;format=%s\" "
			    "download>evidence-%lld-%lld.%s</a></dt><dd><code "
			    "id=\"digest-%s\">%s</code></dd>",
			    (long long)phone, (long long)upto, name,
			    (long long)phone, (long long)upto, name, name,
			    digest);
		}
		buf_clear(&file);
	}
	buf_str(&p->body, "</dl>\n");
	return err;
}

static void
put_report_head(struct page *p, const struct pages_phone *ph, int64_t upto)
{
	html_put(&p->body,
	    "<dl><dt>%s</dt><dd>%s</dd><dt>%s</dt><dd>%s</dd><dt>%s</dt><dd>"
	    "%s</dd><dt>%s</dt><dd>",
	    TXT(p, PHONE), ph->name, TXT(p, NUMBER), ph->number, TXT(p, LOGIN),
	    p->who.login, TXT(p, EVI_MADE));
	put_exact(p, page_now_ms());
	html_put(&p->body, "</dd><dt>%s</dt><dd>#%lld</dd></dl>\n",
	    TXT(p, EVI_UPTO), (long long)upto);
}

static enum db_err
put_report(struct telling *t, struct gather *g, const struct pages_phone *ph,
    int64_t upto)
{
	struct page *p = t->p;
	enum db_err err = DB_OK;

	page_begin(p, TXT(p, EVI_REPORT));
	html_put(&p->body,
	    "<p class=\"buttons screen\"><button type=\"button\" "
	    "class=\"print\" hidden>%s</button> <a class=\"button quiet\" "
	    "href=\"/phone/evidence?id=%lld\">← %s</a></p>\n"
	    "<section class=\"card sheet\">",
	    TXT(p, PRINT), (long long)ph->phone, TXT(p, EVIDENCE));
	put_report_head(p, ph, upto);
	if (upto > 0)
		err = put_digests(p, g, ph->phone, upto);
	html_put(&p->body,
	    "</section>\n<p class=\"hint\">%s</p><ol class=\"timeline\" "
	    "id=\"timeline\">",
	    TXT(p, EVI_TIMES));
	g->damaged = 0; /* the files' */
	if (err == DB_OK && upto > 0)
		err = evidence_walk(g, ph->phone, upto, put_entry, t);
	buf_str(&p->body, "</ol>\n");
	if (g->damaged > 0)
		page_note(p, "bad", TXT(p, DOES_NOT_OPEN));
	page_end(p);
	return err;
}

/* GET /phone/evidence/print?id=&upto= */
void
page_evidence_print(struct page *p)
{
	int64_t upto = request_number(&p->req, "upto");
	struct telling t = { .p = p };
	struct pages_phone ph;
	struct names names;
	struct gather g;

	if (!page_phone_find(p, &ph) ||
	    (upto < 1 && !page_ok(p, newest_of(p, ph.phone, &upto))) ||
	    !gather_begin(&g, p))
		return;
	if (names_load(p, &names)) {
		t.names = &names;
		page_ok(p, put_report(&t, &g, &ph, upto));
		names_free(&names);
	}
	gather_end(&g);
}
