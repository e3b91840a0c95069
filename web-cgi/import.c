#include "import.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "be.h"
#include "import_internal.h"
#include "seal.h"
#include "utf8.h"

/* The files of the record that was read are its, or go with it. */
static void
settle_files(struct import *im, bool taken)
{
	for (; im->waiting > 0; im->waiting--) {
		struct import_file *f = &im->file[im->nfiles - im->waiting];

		if (taken) {
			f->of = im->n - 1;
			continue;
		}
		record_free(f->manifest);
		seal_wipe(f->p, f->len);
		free(f->p);
	}
}

static bool
room_for_record(struct import *im)
{
	if (im->n == im->cap && im->n < IMPORT_RECORDS_MAX) {
		size_t cap = im->cap == 0 ? 64 : 2 * im->cap;
		struct record **more = realloc(im->record, cap * sizeof *more);

		if (more != NULL) {
			im->record = more;
			im->cap = cap;
		}
	}
	return im->n < im->cap && im->n < IMPORT_RECORDS_MAX;
}

void
import_take(struct import *im, struct record *r, bool good)
{
	const struct record_field *f;
	size_t waiting = im->waiting;

	if (r == NULL || !good || record_fields(r, &f) == 0)
		im->bad++;
	else if (!room_for_record(im))
		im->too_many = true;
	else {
		im->record[im->n++] = r;
		settle_files(im, true);
		return;
	}
	settle_files(im, false);
	im->nfiles -= waiting;
	record_free(r);
}

/* Its description, as a phone would send it. */
static struct record *
manifest_of(const struct record *r, const struct import_picture *p,
    const struct buf *content)
{
	struct record *m = record_new(RECORD_FILE, 0);
	uint8_t hash[SEAL_DIGEST_LEN];
	bool good;

	if (m == NULL)
		return NULL;
	record_set_time_ms(m, record_time_ms(r));
	seal_digest(content->p, content->n, hash);
	good = record_add_text(m, RECORD_FILE_NAME, p->name) == 0 &&
	       record_add_text(m, RECORD_FILE_FOLDER, p->folder) == 0 &&
	       record_add_text(m, RECORD_FILE_TYPE, p->type) == 0 &&
	       record_add_int(m, RECORD_FILE_SIZE, (int64_t)content->n) == 0;
	for (size_t i = 0; good && i < 4; i++)
		good = record_add_int(m, RECORD_FILE_SHA256,
			   (int64_t)be_get64(hash + 8 * i)) == 0;
	if (good)
		return m;
	record_free(m);
	return NULL;
}

static bool
decode_blanks(const char *text, struct buf *out)
{
	struct buf plain = { 0 };
	bool good;

	buf_str(&plain, "");
	for (; *text != '\0'; text++)
		if (strchr(" \t\r\n", *text) == NULL)
			buf_put(&plain, text, 1);
	good = !plain.failed && import_decode(plain.p, out) == 0 && out->n > 0;
	buf_clear(&plain);
	return good;
}

size_t
import_file(
    struct import *im, const struct record *r, const struct import_picture *p)
{
	struct buf content = { 0 };
	struct import_file *more = NULL;
	struct record *m = NULL;

	if (decode_blanks(p->base64, &content) &&
	    (m = manifest_of(r, p, &content)) != NULL)
		more = realloc(im->file, (im->nfiles + 1) * sizeof *more);
	if (more == NULL) {
		record_free(m);
		buf_clear(&content);
		im->parts++;
		return 0;
	}
	im->file = more;
	im->file[im->nfiles++] = (struct import_file){
		.manifest = m, .p = (uint8_t *)content.p, .len = content.n
	};
	im->waiting++;
	return im->nfiles;
}

bool
import_text(struct record *r, uint16_t tag, const char *text)
{
	return text == NULL || *text == '\0' ||
	       record_add_text(r, tag, text) == 0;
}

bool
import_time(const char *text, int64_t *ms)
{
	static const char *const forms[] = { "%Y-%m-%dT%H:%M:%S",
		"%Y%m%dT%H%M%S", "%Y-%m-%d", "%Y%m%d" };

	for (size_t i = 0; text != NULL && i < sizeof forms / sizeof forms[0];
	     i++) {
		struct tm tm = { 0 };
		const char *end = strptime(text, forms[i], &tm);

		if (end != NULL && end[strspn(end, "Z")] == '\0' &&
		    tm.tm_year >= 0 && tm.tm_year < 400) {
			*ms = (int64_t)timegm(&tm) * 1000;
			return true;
		}
	}
	return false;
}

static enum import_format
format_of(const char *text)
{
	text += strspn(text, " \t\r\n");
	if (strncasecmp(text, "BEGIN:VCARD", 11) == 0)
		return IMPORT_VCARD;
	if (strncasecmp(text, "BEGIN:VCALENDAR", 15) == 0)
		return IMPORT_ICALENDAR;
	if (*text == '<')
		return IMPORT_XML;
	if (strncmp(text, "phone,id,time,", 14) == 0)
		return IMPORT_CSV;
	return IMPORT_UNKNOWN;
}

/* Files of old phones are Latin-1, whatever they say: each octet is a sign. */
static char *
as_utf8(const char *text, size_t len, size_t *n)
{
	char *out = malloc(2 * len + 1);

	*n = 0;
	if (out == NULL)
		return NULL;
	if (utf8_valid(text, len)) {
		memcpy(out, text, len);
		*n = len;
	}
	for (size_t i = 0; *n < len && i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c == 0)
			continue;
		if (c >= 0x80)
			out[(*n)++] = (char)(0xc0 | c >> 6);
		out[(*n)++] = (char)(c < 0x80 ? c : (0x80 | (c & 0x3f)));
	}
	out[*n] = '\0';
	return out;
}

int
import_read(const char *text, size_t len, int64_t now_ms, struct import *out)
{
	char *copy, *from;
	size_t n;

	*out = (struct import){ .now_ms = now_ms };
	if ((copy = as_utf8(text, len, &n)) == NULL)
		return -1;
	from = copy + (strncmp(copy, "\xef\xbb\xbf", 3) == 0 ? 3 : 0);
	out->format = format_of(from);
	switch (out->format) {
	case IMPORT_VCARD:
		import_vcard(from, out);
		break;
	case IMPORT_XML:
		import_xml(from, out);
		break;
	case IMPORT_ICALENDAR:
		import_icalendar(from, out);
		break;
	case IMPORT_CSV:
		import_csv(from, out);
		break;
	case IMPORT_UNKNOWN:
		break;
	}
	seal_wipe(copy, n);
	free(copy);
	return 0;
}

void
import_clear(struct import *im)
{
	for (size_t i = 0; i < im->n; i++)
		record_free(im->record[i]);
	free(im->record);
	for (size_t i = 0; i < im->nfiles; i++) {
		record_free(im->file[i].manifest);
		seal_wipe(im->file[i].p, im->file[i].len);
		free(im->file[i].p);
	}
	free(im->file);
	*im = (struct import){ 0 };
}

int
import_decode(const char *text, struct buf *out)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "abcdefghijklmnopqrstuvwxyz0123456789+/";
	uint32_t bits = 0;
	size_t n = 0;

	for (; *text != '\0' && *text != '='; text++, n++) {
		const char *at = strchr(letters, *text);

		if (at == NULL || out->n >= IMPORT_OCTETS_MAX)
			return -1;
		bits = bits << 6 | (uint32_t)(at - letters);
		if (n % 4 > 0)
			buf_put(out,
			    (char[]){ (char)(bits >> (6 - 2 * (n % 4))) }, 1);
	}
	return n % 4 == 1 || out->failed || text[strspn(text, "=")] != '\0' ? -1
									    : 0;
}

/* ---- what makes it the same ---- */

static const struct essence {
	enum record_kind kind;
	bool timed;
	uint16_t tags[10];
} essences[] = {
	{ RECORD_CONTACT, false,
	    { RECORD_NAME, RECORD_NUMBER, RECORD_EMAIL, RECORD_ORG,
		RECORD_TITLE, RECORD_BIRTHDAY, RECORD_ADDRESS,
		RECORD_NOTE_TEXT } },
	{ RECORD_MESSAGE, true,
	    { RECORD_PEER, RECORD_DIRECTION, RECORD_BODY, RECORD_SUBJECT } },
	{ RECORD_CALL, true,
	    { RECORD_PEER, RECORD_DIRECTION, RECORD_DURATION_S } },
	{ RECORD_CALENDAR, false,
	    { RECORD_SUMMARY, RECORD_START_MS, RECORD_END_MS, RECORD_PLACE,
		RECORD_DESCRIPTION, RECORD_RRULE } },
	{ RECORD_NOTE, false, { RECORD_SUMMARY, RECORD_DESCRIPTION } },
};

static void
add_values(struct buf *b, const struct record *r, uint16_t tag)
{
	const struct record_field *f;
	size_t n = record_fields(r, &f);

	for (size_t i = 0; i < n; i++) {
		/* A duration or a direction of 0 is as good as none. */
		if (f[i].tag != tag ||
		    (f[i].type == RECORD_INT && f[i].num == 0))
			continue;
		if (f[i].type == RECORD_INT)
			buf_printf(b, "%u=%lld", tag, (long long)f[i].num);
		else
			buf_printf(b, "%u:%zu:", tag, f[i].len);
		for (size_t k = 0; f[i].type == RECORD_TEXT && k < f[i].len;
		     k++)
			if (f[i].text[k] != '\r')
				buf_put(b, &f[i].text[k], 1);
		buf_put(b, "\n", 1);
	}
}

void
import_essence(const struct record *r, uint8_t out[static IMPORT_ESSENCE_LEN])
{
	struct buf b = { 0 };

	/* To the second: no format but one says more. */
	buf_printf(&b, "%d\n", (int)record_kind(r));
	for (size_t i = 0; i < sizeof essences / sizeof essences[0]; i++) {
		const struct essence *e = &essences[i];

		if (e->kind != record_kind(r))
			continue;
		if (e->timed)
			buf_printf(&b, "@%lld\n",
			    (long long)(record_time_ms(r) / 1000));
		for (size_t k = 0; e->tags[k] != 0; k++)
			add_values(&b, r, e->tags[k]);
	}
	seal_digest(b.p, b.n, out);
	seal_wipe(b.p, b.n);
	buf_clear(&b);
}
