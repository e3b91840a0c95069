/*
 * Files of other software, or of our own exports, into the vault.
 *
 *    file --preview--> what is in it, what is new --import--> records
 *
 * Between the two the file is with the browser: the preview's form holds it,
 * and nothing of it is kept here that the owner has not asked for.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "export_internal.h"
#include "file_read.h"
#include "gather.h"
#include "import.h"
#include "pages_import.h"
#include "rest.h"

static const struct {
	enum record_kind kind;
	enum text_id text;
} kinds[] = {
	{ RECORD_CONTACT, T_CONTACTS },
	{ RECORD_MESSAGE, T_MESSAGES },
	{ RECORD_CALL, T_CALLS },
	{ RECORD_CALENDAR, T_K_CALENDAR },
	{ RECORD_NOTE, T_K_NOTES },
	{ RECORD_FILE, T_K_FILES },
};
#define KINDS (sizeof kinds / sizeof kinds[0])

struct essence {
	uint8_t digest[IMPORT_ESSENCE_LEN];
};

struct importing {
	struct page *p;
	struct gather g;
	struct import im;
	struct essence *there; /* of what is in the vault, sorted */
	bool *taken; /* that one is in the file too */
	size_t nthere, cap;
	bool *fresh; /* of im.record: it is not in the vault */
	uint32_t *file_id; /* of im.file, where it goes in; 0: it does not */
	size_t all[RECORD_KIND_COUNT], new[RECORD_KIND_COUNT];
	bool failed;
};

/* ---- what is there already ---- */

static bool
note_there(void *ctx, const struct opened *o)
{
	struct importing *i = ctx;

	if (i->nthere == i->cap) {
		size_t cap = i->cap == 0 ? 1024 : 2 * i->cap;
		struct essence *more = realloc(i->there, cap * sizeof *more);

		if (more == NULL) {
			i->failed = true;
			return false;
		}
		i->there = more;
		i->cap = cap;
	}
	import_essence(o->record, i->there[i->nthere++].digest);
	return true;
}

static int
by_digest(const void *a, const void *b)
{
	return memcmp(a, b, IMPORT_ESSENCE_LEN);
}

/* Twice in the file and once in the vault is once new: each one there answers
 * for one in the file. */
static bool
is_there(struct importing *i, const struct record *r)
{
	struct essence e;
	size_t low = 0, high = i->nthere;

	import_essence(r, e.digest);
	while (low < high) { /* the first that is not less */
		size_t mid = low + (high - low) / 2;

		if (by_digest(&i->there[mid], &e) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	for (; low < i->nthere && by_digest(&i->there[low], &e) == 0; low++)
		if (!i->taken[low]) {
			i->taken[low] = true;
			return true;
		}
	return false;
}

static enum db_err
compare(struct importing *i)
{
	enum db_err err = DB_OK;

	for (size_t k = 0; k < i->im.n; k++)
		i->all[record_kind(i->im.record[k])]++;
	for (size_t k = 0; err == DB_OK && k < KINDS; k++) {
		const struct pages_walk walk = { .kind = (int)kinds[k].kind };

		if (i->all[kinds[k].kind] > 0)
			err = gather_walk(&i->g, walk, note_there, i);
	}
	i->taken = calloc(i->nthere + 1, sizeof *i->taken);
	i->fresh = calloc(i->im.n + 1, sizeof *i->fresh);
	if (err != DB_OK || i->failed || i->taken == NULL || i->fresh == NULL)
		return err != DB_OK ? err : DB_FAILED;
	if (i->nthere > 0)
		qsort(i->there, i->nthere, sizeof *i->there, by_digest);
	for (size_t k = 0; k < i->im.n; k++) {
		i->fresh[k] = !is_there(i, i->im.record[k]);
		i->new[record_kind(i->im.record[k])] += i->fresh[k];
	}
	i->all[RECORD_FILE] = i->im.nfiles;
	for (size_t k = 0; k < i->im.nfiles; k++)
		i->new[RECORD_FILE] += i->fresh[i->im.file[k].of];
	return DB_OK;
}

/* ---- into the vault ---- */

static enum db_err
make_key(struct importing *i, struct pages_import *to,
    uint8_t key[static SEAL_SIV_KEY_LEN])
{
	struct page *p = i->p;
	uint8_t ad[REST_KEY_AD_LEN];
	uint8_t sealed[SEAL_SIV_KEY_LEN + SEAL_BOX_EXTRA];

	seal_random(key, SEAL_SIV_KEY_LEN);
	rest_key_ad(p->who.account, to->phone, ad);
	if (seal_box(p->who.public_key, ad, sizeof ad, key, SEAL_SIV_KEY_LEN,
		sealed) != SEAL_OK)
		return DB_FAILED;
	return pages_import_key(p->db, to, sealed, sizeof sealed);
}

/* The number of a file that came along is its id from here on. */
static int64_t
number_of(const struct importing *i, const struct record_field *f)
{
	bool here = f->tag == RECORD_PART_FILE && f->num > 0 &&
		    (uint64_t)f->num <= i->im.nfiles;

	return here ? i->file_id[f->num - 1] : f->num;
}

/* The same record under its id, and its files under theirs. */
static size_t
encode_as(const struct importing *i, const struct record *r, uint32_t id,
    uint8_t *out, size_t cap)
{
	struct record *copy = record_new(record_kind(r), id);
	const struct record_field *f;
	size_t n = record_fields(r, &f), len = 0;
	int err = copy == NULL ? -1 : 0;

	for (size_t k = 0; k < n && err == 0; k++)
		err = f[k].type == RECORD_TEXT
			  ? record_add_text(copy, f[k].tag, f[k].text)
			  : record_add_int(copy, f[k].tag, number_of(i, &f[k]));
	if (err == 0) {
		record_set_time_ms(copy, record_time_ms(r));
		len = record_encode(copy, out, cap);
	}
	record_free(copy);
	return len;
}

static enum db_err
put_record(struct importing *i, const struct pages_import *to,
    const uint8_t key[static SEAL_SIV_KEY_LEN], const struct record *r,
    uint32_t id, uint32_t ordinal)
{
	struct page *p = i->p;
	uint8_t plain[RECORD_STORED_MAX], sealed[sizeof plain + SEAL_TAG_LEN];
	uint8_t ad[REST_RECORD_AD_LEN];
	size_t len = encode_as(i, r, id, plain, sizeof plain);
	enum db_err err = DB_FAILED;

	rest_record_ad(p->who.account, to->phone, (unsigned)record_kind(r), id,
	    to->transfer, ordinal, ad);
	if (len > 0 &&
	    seal_lock(key, ad, sizeof ad, plain, len, sealed) == SEAL_OK)
		err = pages_import_record(p->db, to, (int)record_kind(r), id,
		    ordinal, record_time_ms(r), sealed, len + SEAL_TAG_LEN);
	seal_wipe(plain, sizeof plain);
	return err;
}

#define PIECE_LEN 16384

/* Its octets, in pieces as if they had come by air. */
static enum db_err
put_content(struct importing *i, const struct pages_import *to,
    const uint8_t key[static SEAL_SIV_KEY_LEN], const struct import_file *f,
    uint32_t id)
{
	uint8_t sealed[PIECE_LEN + SEAL_TAG_LEN], ad[REST_PIECE_AD_LEN];
	struct pages_import_piece piece = { .id = id,
		.content = file_content(f->manifest),
		.size = (uint32_t)f->len,
		.sealed = sealed };
	enum db_err err = DB_OK;

	for (; err == DB_OK && piece.offset < f->len;
	     piece.offset += PIECE_LEN) {
		size_t left = f->len - piece.offset;

		piece.len = left < PIECE_LEN ? (uint32_t)left : PIECE_LEN;
		piece.sealed_len = piece.len + SEAL_TAG_LEN;
		rest_piece_ad(i->p->who.account, to->phone, id, piece.content,
		    piece.offset, ad);
		err = seal_lock(key, ad, sizeof ad, f->p + piece.offset,
			  piece.len, sealed) == SEAL_OK
			  ? pages_import_piece(i->p->db, to, &piece)
			  : DB_FAILED;
	}
	return err;
}

/* Before what names them, since that has their ids in it. */
static enum db_err
put_files(struct importing *i, const struct pages_import *to,
    const uint8_t key[static SEAL_SIV_KEY_LEN], uint32_t *ordinal)
{
	uint32_t next = 0;
	enum db_err err = pages_import_last(
	    i->p->db, i->p->who.account, to, RECORD_FILE, &next);

	i->file_id = calloc(i->im.nfiles + 1, sizeof *i->file_id);
	if (i->file_id == NULL)
		return DB_FAILED;
	for (size_t k = 0; err == DB_OK && k < i->im.nfiles; k++) {
		const struct import_file *f = &i->im.file[k];

		if (!i->fresh[f->of])
			continue;
		i->file_id[k] = ++next;
		err = put_record(i, to, key, f->manifest, next, (*ordinal)++);
		if (err == DB_OK)
			err = put_content(i, to, key, f, next);
	}
	return err;
}

/* The first of the file gets the highest id: lists show those first. */
static enum db_err
put_all(struct importing *i, struct pages_import *to,
    const uint8_t key[static SEAL_SIV_KEY_LEN])
{
	uint32_t next[RECORD_KIND_COUNT] = { 0 }, ordinal = 0;
	enum db_err err = put_files(i, to, key, &ordinal);

	for (size_t k = 0; err == DB_OK && k < KINDS; k++)
		err = pages_import_last(i->p->db, i->p->who.account, to,
		    (int)kinds[k].kind, &next[kinds[k].kind]);
	for (size_t k = i->im.n; err == DB_OK && k-- > 0;) {
		const struct record *r = i->im.record[k];

		if (i->fresh[k])
			err = put_record(
			    i, to, key, r, ++next[record_kind(r)], ordinal++);
	}
	return err;
}

static enum db_err
write_all(struct importing *i)
{
	struct page *p = i->p;
	uint8_t key[SEAL_SIV_KEY_LEN];
	struct pages_import to;
	enum db_err err =
	    pages_import_open(p->db, p->who.account, TXT(p, IMPORT_PHONE), &to);

	if (err != DB_OK)
		return err;
	err = make_key(i, &to, key);
	if (err == DB_OK)
		err = put_all(i, &to, key);
	seal_wipe(key, sizeof key);
	/* An id that is taken is another import's, which has the same. */
	return pages_import_close(p->db, err == DB_NONE ? DB_FAILED : err);
}

/* ---- the page ---- */

static void
show_form(struct page *p, enum text_id wrong)
{
	page_begin(p, TXT(p, IMPORT));
	html_put(&p->body,
	    "<p class=\"lead\">%s</p>\n<form method=\"post\" action=\"/import\" "
	    "enctype=\"multipart/form-data\" class=\"card\">",
	    TXT(p, IMPORT_TEXT));
	page_csrf(p);
	html_put(&p->body,
	    "<label for=\"file\">%s</label><p class=\"hint\" "
	    "id=\"file-hint\">%s</p><input id=\"file\" name=\"file\" "
	    "type=\"file\" required accept=\".vcf,.xml,.ics,.csv\" "
	    "aria-describedby=\"file-%s\"%s>",
	    TXT(p, IMPORT_FILE), TXT(p, IMPORT_HINT),
	    wrong != T_NONE ? "wrong" : "hint",
	    wrong != T_NONE ? " aria-invalid=true" : "");
	if (wrong != T_NONE)
		html_put(&p->body,
		    "<p class=\"wrong\" id=\"file-wrong\">%s</p>",
		    text_get(p->language, wrong));
	html_put(&p->body,
	    "<button>%s</button></form>\n<p><a href=\"/account\">← %s</a></p>"
	    "\n",
	    TXT(p, IMPORT_LOOK), TXT(p, ACCOUNT));
	page_end(p);
}

static void
put_counts(const struct importing *i)
{
	struct page *p = i->p;

	html_put(&p->body,
	    "<table id=\"counts\"><thead><tr><th scope=\"col\">%s</th><th "
	    "scope=\"col\">%s</th><th scope=\"col\">%s</th></tr></thead>"
	    "<tbody>",
	    TXT(p, KIND), TXT(p, IMPORT_IN_FILE), TXT(p, IMPORT_NEW));
	for (size_t k = 0; k < KINDS; k++)
		if (i->all[kinds[k].kind] > 0)
			html_put(&p->body,
			    "<tr><th scope=\"row\">%s</th><td>%zu</td><td>%zu"
			    "</td></tr>",
			    text_get(p->language, kinds[k].text),
			    i->all[kinds[k].kind], i->new[kinds[k].kind]);
	buf_str(&p->body, "</tbody></table>");
	if (i->im.bad > 0)
		html_put(&p->body,
		    "<p class=\"note wait\" id=\"bad\">%s %zu</p>",
		    TXT(p, IMPORT_BAD), i->im.bad);
	if (i->im.parts > 0)
		html_put(&p->body, "<p class=\"note wait\">%s %zu</p>",
		    TXT(p, IMPORT_PARTS), i->im.parts);
}

static size_t
new_ones(const struct importing *i)
{
	size_t n = 0;

	for (size_t k = 0; k < RECORD_KIND_COUNT; k++)
		n += i->new[k];
	return n;
}

static int
to_body(void *ctx, const void *p, size_t len)
{
	buf_put(ctx, p, len);
	return 0;
}

static void
show_preview(const struct importing *i)
{
	struct page *p = i->p;
	struct export_out out = { .put = to_body, .ctx = &p->body };
	struct export_base64 code = { 0 };

	page_begin(p, TXT(p, IMPORT));
	buf_str(&p->body, "<div class=\"card narrow\">");
	put_counts(i);
	if (new_ones(i) == 0) {
		html_put(&p->body, "<p class=\"note good\">%s</p>",
		    TXT(p, IMPORT_NOTHING));
	} else {
		buf_str(&p->body, "<form method=\"post\" action=\"/import\" "
				  "enctype=\"multipart/form-data\">");
		page_csrf(p);
		buf_str(&p->body,
		    "<input type=\"hidden\" name=\"content\" value=\"");
		export_base64_put(
		    &code, (const uint8_t *)p->req.file, p->req.file_len, &out);
		export_base64_end(&code, &out);
		html_put(&p->body,
		    "\"><button id=\"import\">%s (%zu)</button></form>",
		    TXT(p, IMPORT_DO), new_ones(i));
	}
	html_put(&p->body, "</div>\n<p><a href=\"/import\">← %s</a></p>\n",
	    TXT(p, IMPORT_OTHER));
	page_end(p);
}

static void
show_done(const struct importing *i)
{
	struct page *p = i->p;

	page_begin(p, TXT(p, IMPORT));
	page_note(p, "good", TXT(p, IMPORT_DONE));
	buf_str(&p->body, "<div class=\"card narrow\" id=\"done\">");
	put_counts(i);
	html_put(&p->body,
	    "</div>\n<p><a class=\"button\" href=\"/contacts\">%s</a> <a "
	    "class=\"button quiet\" href=\"/import\">%s</a></p>\n",
	    TXT(p, DATA), TXT(p, IMPORT_OTHER));
	page_end(p);
}

static enum text_id
what_is_wrong(const struct importing *i)
{
	if (i->im.format == IMPORT_UNKNOWN)
		return T_E_IMPORT_FORMAT;
	if (i->im.too_many)
		return T_E_IMPORT_MANY;
	return i->im.n == 0 ? T_E_IMPORT_EMPTY : T_NONE;
}

static void
take(struct page *p, const char *text, size_t len, bool write)
{
	struct importing i = { .p = p };
	enum text_id wrong;

	if (!gather_begin(&i.g, p))
		return;
	if (import_read(text, len, page_now_ms(), &i.im) == -1) {
		page_error(p, 500, T_E_DATABASE);
	} else if ((wrong = what_is_wrong(&i)) != T_NONE) {
		p->status = 400;
		show_form(p, wrong);
	} else if (page_ok(p, compare(&i))) {
		if (!write)
			show_preview(&i);
		else if (page_ok(p, write_all(&i))) {
			pages_event_put(
			    p->db, p->who.account, 0, "imported", "");
			show_done(&i);
		}
	}
	import_clear(&i.im);
	free(i.there);
	free(i.taken);
	free(i.fresh);
	free(i.file_id);
	gather_end(&i.g);
}

/* GET /import, and POST: a file, or the content that was looked at */
void
page_import(struct page *p)
{
	const char *content = request_form(&p->req, "content");
	struct buf file = { 0 };

	if (!p->req.post) {
		show_form(p, T_NONE);
	} else if (*content != '\0') {
		if (import_decode(content, &file) == 0)
			take(p, file.p, file.n, true);
		else
			page_error(p, 400, T_E_BAD);
	} else if (p->req.file == NULL || p->req.file_len == 0 ||
		   p->req.file_len > IMPORT_OCTETS_MAX) {
		p->status = 400;
		show_form(p, T_E_IMPORT_SIZE);
	} else {
		take(p, p->req.file, p->req.file_len, false);
	}
	if (file.p != NULL)
		seal_wipe(file.p, file.cap);
	buf_clear(&file);
}
