#include "export.h"

#include <stdlib.h>
#include <string.h>

#include "export_internal.h"
#include "utf8.h"

#define KIND(k) (1u << (k))
#define EVERY_KIND (KIND(RECORD_KIND_COUNT) - 2)

static const struct {
	const char *name, *suffix, *type;
	unsigned kinds;
	const struct export_writer *writer;
} formats[EXPORT_FORMATS] = {
	[EXPORT_VCARD3] = { "vcard3", "vcf", "text/vcard; charset=utf-8",
	    KIND(RECORD_CONTACT), &export_vcard3 },
	[EXPORT_VCARD4] = { "vcard4", "vcf", "text/vcard; charset=utf-8",
	    KIND(RECORD_CONTACT), &export_vcard4 },
	[EXPORT_XML] = { "xml", "xml", "application/xml",
	    KIND(RECORD_MESSAGE) | KIND(RECORD_CALL), &export_sms_xml },
	[EXPORT_ICALENDAR] = { "ics", "ics", "text/calendar; charset=utf-8",
	    KIND(RECORD_CALENDAR) | KIND(RECORD_CALL) | KIND(RECORD_NOTE),
	    &export_icalendar },
	[EXPORT_CSV] = { "csv", "csv", "text/csv; charset=utf-8", EVERY_KIND,
	    &export_csv },
	[EXPORT_JSON] = { "json", "json", "application/json", EVERY_KIND,
	    &export_json },
	[EXPORT_JSON_LINES] = { "jsonl", "jsonl", "application/x-ndjson",
	    EVERY_KIND, &export_json_lines },
	[EXPORT_MBOX] = { "mbox", "mbox", "application/mbox",
	    KIND(RECORD_MESSAGE) | KIND(RECORD_CALL), &export_mbox },
};

/* What a file of each kind is called. */
static const char *const plurals[RECORD_KIND_COUNT] = {
	[RECORD_CONTACT] = "contacts",
	[RECORD_MESSAGE] = "messages",
	[RECORD_CALL] = "calls",
	[RECORD_CALENDAR] = "calendar",
	[RECORD_NOTE] = "notes",
	[RECORD_FILE] = "files",
	[RECORD_DEVICE] = "devices",
	[RECORD_SIM] = "sims",
	[RECORD_LOCATION] = "locations",
};

void
export_put(struct export_out *out, const void *p, size_t len)
{
	if (!out->failed && len > 0 && out->put(out->ctx, p, len) == -1)
		out->failed = true;
}

void
export_str(struct export_out *out, const char *text)
{
	export_put(out, text, strlen(text));
}

int
export_format_of(const char *name)
{
	for (int i = 0; i < EXPORT_FORMATS; i++)
		if (strcmp(formats[i].name, name) == 0)
			return i;
	return -1;
}

const char *
export_format_name(enum export_format format)
{
	return formats[format].name;
}

bool
export_can(enum export_format format, enum record_kind kind)
{
	return (formats[format].kinds & KIND(kind)) != 0;
}

const char *
export_type(enum export_format format)
{
	return formats[format].type;
}

const char *
export_file_name(enum export_format format, enum record_kind kind)
{
	static char name[32];

	strcpy(name, plurals[kind]);
	strcat(strcat(name, "."), formats[format].suffix);
	return name;
}

struct export *
export_open(enum export_format format, enum record_kind kind, size_t count,
    const struct export_context *context, struct export_out *out)
{
	struct export *e = calloc(1, sizeof *e);

	if (e == NULL)
		return NULL;
	*e = (struct export){
		.kind = kind,
		.expected = count,
		.context = context,
		.out = out,
		.writer = formats[format].writer,
	};
	if (e->writer->begin != NULL && e->writer->begin(e) == -1) {
		free(e);
		return NULL;
	}
	return e;
}

void
export_record(struct export *e, int64_t phone, const struct record *r)
{
	if (e->out->failed)
		return;
	e->writer->record(e, phone, r);
	e->n++;
}

int
export_close(struct export *e)
{
	int ret;

	if (e == NULL)
		return -1;
	if (e->writer->end != NULL)
		e->writer->end(e);
	ret = e->out->failed || e->line.failed ? -1 : 0;
	buf_clear(&e->line);
	free(e);
	return ret;
}

/* ---- what the writers share ---- */

const char *
export_name_of(struct export *e, const char *number)
{
	const struct export_context *c = e->context;

	return c->name_of != NULL && number[0] != '\0'
		   ? c->name_of(c->ctx, number)
		   : NULL;
}

const char *
export_or(const char *text)
{
	return text != NULL ? text : "";
}

void
export_iso_time(int64_t ms, char out[static 32])
{
	time_t t = (time_t)(ms >= 0 ? ms / 1000 : (ms - 999) / 1000);
	struct tm tm = { 0 };

	if (gmtime_r(&t, &tm) == NULL ||
	    strftime(out, 32, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		out[0] = '\0';
}

#define FOLD 75 /* octets of a line, at most, without its end */

void
export_folded(struct export_out *out, const char *line, size_t len)
{
	size_t room = FOLD;

	while (len > 0) {
		size_t n = utf8_cut(line, len, room);

		if (room < FOLD)
			export_str(out, " ");
		export_put(out, line, n);
		export_str(out, "\r\n");
		line += n;
		len -= n;
		room = FOLD - 1;
	}
}

static void
put_quantum(const uint8_t *p, size_t n, struct export_out *out)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789+/";
	unsigned v = (unsigned)p[0] << 16 | (n > 1 ? (unsigned)p[1] << 8 : 0) |
		     (n > 2 ? p[2] : 0);
	char q[4] = { digits[v >> 18], digits[v >> 12 & 63],
		n > 1 ? digits[v >> 6 & 63] : '=',
		n > 2 ? digits[v & 63] : '=' };

	export_put(out, q, 4);
}

void
export_base64_put(struct export_base64 *b, const uint8_t *p, size_t len,
    struct export_out *out)
{
	for (size_t i = 0; i < len; i++) {
		b->hold[b->n++] = p[i];
		if (b->n == 3) {
			put_quantum(b->hold, 3, out);
			b->n = 0;
		}
	}
}

void
export_base64_end(struct export_base64 *b, struct export_out *out)
{
	if (b->n > 0)
		put_quantum(b->hold, b->n, out);
	b->n = 0;
}
