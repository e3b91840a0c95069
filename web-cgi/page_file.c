/*
 * Files: all of them and how far they have come, one, and its octets.
 */
#include "browse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "file_read.h"
#include "upload.h"

static const struct pages_file *
state_of(const struct pages_file *list, size_t n, const struct opened *o)
{
	uint32_t content = file_content(o->record);

	for (size_t i = 0; i < n; i++)
		if (list[i].phone == o->phone &&
		    list[i].record == record_id(o->record) &&
		    list[i].content == content)
			return &list[i];
	return NULL;
}

static const char *
name_of(const struct record *r)
{
	return browse_or(record_text(r, RECORD_FILE_NAME, 0), "?");
}

/* Pictures that a browser shows by itself and that cannot bring a script. */
static const char *
picture_type(const struct record *r)
{
	static const char *const types[] = { "image/png", "image/jpeg",
		"image/gif", "image/webp" };
	const char *type = browse_or(record_text(r, RECORD_FILE_TYPE, 0), "");

	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
		if (strcmp(type, types[i]) == 0)
			return types[i];
	return NULL;
}

#define PICTURE_MAX 2000000 /* octets that a list shows at once */

static bool
is_picture(const struct record *r)
{
	return picture_type(r) != NULL &&
	       record_int(r, RECORD_FILE_SIZE, 0, 0) <= PICTURE_MAX;
}

static void
put_address(struct page *p, const char *path, const struct opened *o)
{
	html_put(&p->body, "%s?phone=%lld&id=%u", path, (long long)o->phone,
	    (unsigned)record_id(o->record));
	browse_keep(p, '&');
}

static void
put_progress(struct page *p, const struct pages_file *s, int64_t travels)
{
	int64_t have = s != NULL ? s->have : 0;

	html_put(&p->body,
	    "<progress max=\"%lld\" value=\"%lld\" aria-label=\"%s\">"
	    "</progress> %lld %%",
	    (long long)(travels > 0 ? travels : 1), (long long)have,
	    TXT(p, FILE_ARRIVED),
	    (long long)(travels > 0 ? have * 100 / travels : 0));
}

static int64_t
travels_of(const struct record *r)
{
	return record_int(r, RECORD_FILE_CODED_SIZE, 0,
	    record_int(r, RECORD_FILE_SIZE, 0, 0));
}

static void
put_row(struct page *p, const struct opened *o, const struct pages_file *s)
{
	const struct record *r = o->record;
	bool whole = s != NULL && s->whole_ms != 0;

	buf_str(&p->body, "<li><a href=\"");
	put_address(p, "/file", o);
	buf_str(&p->body, "\">");
	if (whole && is_picture(r)) {
		buf_str(&p->body, "<img class=\"thumb\" alt=\"\" "
				  "loading=\"lazy\" src=\"");
		put_address(p, "/file/get", o);
		buf_str(&p->body, "&amp;show=1\">");
	} else {
		buf_str(&p->body, "<span class=\"thumb\" aria-hidden=\"true\">"
				  "▤</span>");
	}
	html_put(&p->body, "<span class=\"main\"><b>%s</b><small>%s · ",
	    name_of(r),
	    browse_or(record_text(r, RECORD_FILE_FOLDER, 0),
		browse_or(record_text(r, RECORD_FILE_TYPE, 0), "")));
	browse_size(p, record_int(r, RECORD_FILE_SIZE, 0, 0));
	buf_str(&p->body, "</small>");
	if (!whole) {
		buf_str(&p->body, "<small>");
		put_progress(p, s, travels_of(r));
		buf_str(&p->body, "</small>");
	}
	buf_str(&p->body, "</span><span class=\"side\"><small>");
	page_ago(p, record_time_ms(r));
	buf_str(&p->body, "</small></span></a></li>\n");
}

void
page_files(struct page *p)
{
	struct pages_file *states = NULL;
	struct opened *list;
	int64_t total;
	size_t n, nstates;

	if (!browse_some(p, RECORD_FILE, &list, &n, &total))
		return;
	if (!page_ok(
		p, pages_files(p->db, p->who.account, 0, &states, &nstates))) {
		opened_free(list, n);
		return;
	}
	browse_begin(p, TXT(p, FILES));
	if (total == 0)
		html_put(&p->body,
		    "<div class=\"card empty\"><h2>%s</h2><p>%s</p></div>\n",
		    TXT(p, NO_FILES), TXT(p, NO_FILES_TEXT));
	else
		buf_str(&p->body, "<ul class=\"list\" id=\"files\">");
	for (size_t i = 0; i < n; i++)
		put_row(p, &list[i], state_of(states, nstates, &list[i]));
	if (total > 0)
		buf_str(&p->body, "</ul>\n");
	browse_pager(p, "/files", "", total);
	page_end(p);
	free(states);
	opened_free(list, n);
}

/* ---- one ---- */

static void
put_facts(struct page *p, const struct record *r, const struct pages_file *s)
{
	int64_t travels = travels_of(r);
	bool whole = s != NULL && s->whole_ms != 0;

	html_put(&p->body, "<dl><dt>%s</dt><dd>", TXT(p, FILE_SIZE));
	browse_size(p, record_int(r, RECORD_FILE_SIZE, 0, 0));
	html_put(&p->body, "</dd><dt>%s</dt><dd>%s</dd>", TXT(p, FILE_TYPE),
	    browse_or(record_text(r, RECORD_FILE_TYPE, 0), "?"));
	html_put(&p->body, "<dt>%s</dt><dd>%s</dd><dt>%s</dt><dd>",
	    TXT(p, FILE_FOLDER),
	    browse_or(record_text(r, RECORD_FILE_FOLDER, 0), "–"),
	    TXT(p, FILE_ARRIVED));
	if (whole)
		page_ago(p, s->whole_ms);
	else
		put_progress(p, s, travels);
	html_put(&p->body, "</dd><dt>%s</dt><dd>%lld</dd></dl>",
	    TXT(p, FILE_SMS),
	    (long long)((travels * WIRE_SEGMENTS_MAX + UPLOAD_PIECE_MAX - 1) /
			UPLOAD_PIECE_MAX));
}

void
page_file(struct page *p)
{
	const struct pages_file *s;
	struct pages_file *states = NULL;
	struct opened *one;
	size_t n;

	if (!browse_one(p, RECORD_FILE, &one))
		return;
	if (!page_ok(p,
		pages_files(p->db, p->who.account, one->phone, &states, &n))) {
		opened_free(one, 1);
		return;
	}
	s = state_of(states, n, one);
	browse_begin(p, name_of(one->record));
	buf_str(&p->body, "<div class=\"card narrow\" id=\"file\">");
	if (s != NULL && s->whole_ms != 0 && is_picture(one->record)) {
		buf_str(&p->body, "<img class=\"preview\" src=\"");
		put_address(p, "/file/get", one);
		html_put(&p->body, "&amp;show=1\" alt=\"%s\">",
		    name_of(one->record));
	}
	put_facts(p, one->record, s);
	if (s != NULL && s->whole_ms != 0) {
		buf_str(&p->body, "<p><a class=\"button\" href=\"");
		put_address(p, "/file/get", one);
		html_put(&p->body, "\">%s</a></p>", TXT(p, DOWNLOAD));
	} else {
		html_put(
		    &p->body, "<p class=\"hint\">%s</p>", TXT(p, FILE_COMING));
	}
	buf_str(&p->body, "</div>\n<p class=\"back\"><a href=\"/files");
	browse_keep(p, '?');
	html_put(&p->body, "\">← %s</a> ", TXT(p, FILES));
	browse_versions(p, one);
	buf_str(&p->body, "</p>\n");
	page_end(p);
	free(states);
	opened_free(one, 1);
}

/* ---- its octets ---- */

struct octets {
	size_t len;
	uint8_t *p;
};

static int
send_octets(struct page *p, struct export_out *out)
{
	struct octets *o = p->stream_arg;

	for (size_t at = 0; at < o->len; at += 65536)
		export_put(
		    out, o->p + at, o->len - at < 65536 ? o->len - at : 65536);
	seal_wipe(o->p, o->len);
	free(o->p);
	return out->failed ? -1 : 0;
}

/*
 * RFC 6266: a plain name for old browsers and the true one percent-encoded, so
 * that no octet of it can end the header or the name.
 */
static void
put_disposition(struct page *p, const char *name, bool show)
{
	char plain[64];
	size_t n = 0;

	for (const char *c = name; *c != '\0' && n < sizeof plain - 1; c++)
		if ((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
		    (*c >= '0' && *c <= '9') || *c == '-' || *c == '_' ||
		    (*c == '.' && n > 0))
			plain[n++] = *c;
	plain[n] = '\0';
	buf_printf(&p->headers,
	    "Content-Disposition: %s; filename=\"%s\"; filename*=UTF-8''",
	    show ? "inline" : "attachment", n > 0 ? plain : "file");
	html_query(&p->headers, name);
	buf_str(&p->headers, "\r\n");
}

static void
refuse(struct page *p, const struct record *r, enum text_id why)
{
	p->status = 404;
	page_begin(p, name_of(r));
	page_note(p, "bad", text_get(p->language, why));
	html_put(
	    &p->body, "<p><a href=\"/files\">← %s</a></p>\n", TXT(p, FILES));
	page_end(p);
}

static void
answer_octets(
    struct page *p, const struct record *r, uint8_t *octets, size_t len)
{
	const char *picture = picture_type(r);
	bool show = picture != NULL && request_query(&p->req, "show")[0] != 0;
	struct octets *o = malloc(sizeof *o);

	if (o == NULL) {
		free(octets);
		page_error(p, 500, T_E_DATABASE);
		return;
	}
	*o = (struct octets){ len, octets };
	/* Whatever it says it is: only pictures that are shown have a type
	 * that a browser acts upon. */
	buf_printf(&p->headers, "Content-Type: %s\r\nContent-Length: %zu\r\n",
	    show ? picture : "application/octet-stream", len);
	put_disposition(p, name_of(r), show);
	p->stream = send_octets;
	p->stream_arg = o;
}

void
page_file_get(struct page *p)
{
	uint8_t secret[SEAL_KEY_LEN], *octets;
	enum file_read err = FILE_READ_FAILED;
	struct opened *one;
	size_t len;

	if (!browse_one(p, RECORD_FILE, &one))
		return;
	if (session_secret(p, secret) == SEAL_OK)
		err = file_read(p->opener, p->db, p->who.account, secret,
		    one->phone, one->record, &octets, &len);
	seal_wipe(secret, sizeof secret);
	switch (err) {
	case FILE_READ_OK:
		answer_octets(p, one->record, octets, len);
		break;
	case FILE_READ_PARTS:
		refuse(p, one->record, T_E_FILE_PARTS);
		break;
	case FILE_READ_UNEQUAL:
		refuse(p, one->record, T_E_FILE_UNEQUAL);
		break;
	case FILE_READ_FAILED:
		page_error(p, 503, T_E_DATABASE);
		break;
	}
	opened_free(one, 1);
}
