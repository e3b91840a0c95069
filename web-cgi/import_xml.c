/*
 * Messages and calls as SMS Backup & Restore writes them, through libxml2's
 * reader, which holds one element at a time.
 *
 * No file of that kind has a document type; one that has is refused, and with
 * it every entity of its own.  Its emoji are pairs of surrogates, each a
 * reference of its own, which XML forbids: they are joined before.
 */
#include <libxml/xmlreader.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "import_internal.h"
#include "utf8.h"

/* A UTF-16 unit as "&#55357;" or "&#xd83d;"; *n its length, 0: it is none. */
static unsigned
unit_at(const char *p, size_t *n)
{
	unsigned long v;
	char *end;
	bool hex;

	*n = 0;
	if (strncmp(p, "&#", 2) != 0)
		return 0;
	hex = p[2] == 'x' || p[2] == 'X';
	v = strtoul(p + (hex ? 3 : 2), &end, hex ? 16 : 10);
	if (*end != ';' || v < 0xd800 || v > 0xdfff)
		return 0;
	*n = (size_t)(end + 1 - p);
	return (unsigned)v;
}

static void
put_sign(struct buf *b, unsigned c)
{
	const char utf8[] = { (char)(0xf0 | c >> 18),
		(char)(0x80 | (c >> 12 & 0x3f)), (char)(0x80 | (c >> 6 & 0x3f)),
		(char)(0x80 | (c & 0x3f)) };

	buf_put(b, utf8, sizeof utf8);
}

static void
join_surrogates(const char *text, struct buf *out)
{
	while (*text != '\0') {
		size_t n, m = 0, plain = strcspn(text + 1, "&") + 1;
		unsigned high = unit_at(text, &n), low = 0;

		if (n == 0) {
			buf_put(out, text, plain);
			text += plain;
			continue;
		}
		if (high < 0xdc00)
			low = unit_at(text + n, &m);
		if (low >= 0xdc00) {
			put_sign(out,
			    0x10000 + ((high - 0xd800) << 10) + low - 0xdc00);
			n += m;
		} else {
			buf_str(out, "\xef\xbf\xbd"); /* half of a sign */
		}
		text += n;
	}
}

/* ---- attributes ---- */

/* Free it with xmlFree(); NULL: it is not there, or is "null". */
static char *
attribute(xmlTextReaderPtr x, const char *name)
{
	xmlChar *v = xmlTextReaderGetAttribute(x, BAD_CAST name);

	if (v != NULL && strcmp((char *)v, "null") == 0) {
		xmlFree(v);
		v = NULL;
	}
	return (char *)v;
}

static bool
number(xmlTextReaderPtr x, const char *name, int64_t *out)
{
	char *text = attribute(x, name), *end;
	bool good = false;

	if (text != NULL && *text != '\0') {
		*out = strtoll(text, &end, 10);
		good = *end == '\0';
	}
	xmlFree(text);
	return good;
}

/* Unless it is what its absence says. */
static bool
add_number(xmlTextReaderPtr x, const char *name, struct record *r, uint16_t tag,
    int64_t absent)
{
	int64_t v;

	return !number(x, name, &v) || v == absent ||
	       record_add_int(r, tag, v) == 0;
}

static bool
add_text(xmlTextReaderPtr x, const char *name, struct record *r, uint16_t tag)
{
	char *text = attribute(x, name);
	bool good = import_text(r, tag, text);

	xmlFree(text);
	return good;
}

/* A group's members are parted by "~". */
static bool
add_peers(xmlTextReaderPtr x, const char *name, struct record *r)
{
	char *all = attribute(x, name), *save = NULL;
	bool good = true;

	if (all == NULL)
		return true;
	for (char *one = strtok_r(all, "~", &save); one != NULL;
	     one = strtok_r(NULL, "~", &save))
		good = import_text(r, RECORD_PEER, one) && good;
	xmlFree(all);
	return good;
}

/* ---- elements ---- */

struct reading {
	struct import *im;
	xmlTextReaderPtr x;
	struct record *mms; /* whose parts are being read */
	struct buf body;
	bool good;
};

static struct record *
begin(struct reading *d, enum record_kind kind)
{
	struct record *r = record_new(kind, 0);
	int64_t date;

	d->good = r != NULL && number(d->x, "date", &date);
	if (d->good)
		record_set_time_ms(r, date);
	return r;
}

static void
take_sms(struct reading *d)
{
	struct record *r = begin(d, RECORD_MESSAGE);
	xmlTextReaderPtr x = d->x;

	d->good = d->good && add_text(x, "address", r, RECORD_PEER) &&
		  add_number(x, "type", r, RECORD_DIRECTION, 0) &&
		  add_text(x, "body", r, RECORD_BODY) &&
		  add_text(x, "subject", r, RECORD_SUBJECT) &&
		  add_number(x, "read", r, RECORD_READ, 0) &&
		  add_number(x, "status", r, RECORD_STATUS, -1) &&
		  add_number(x, "date_sent", r, RECORD_SENT_MS, 0) &&
		  add_number(x, "sub_id", r, RECORD_SIM_SLOT, -1);
	import_take(d->im, r, d->good);
}

static void
take_call(struct reading *d)
{
	struct record *r = begin(d, RECORD_CALL);
	xmlTextReaderPtr x = d->x;

	d->good = d->good && add_text(x, "number", r, RECORD_PEER) &&
		  add_number(x, "type", r, RECORD_DIRECTION, 0) &&
		  add_number(x, "duration", r, RECORD_DURATION_S, 0) &&
		  add_number(x, "presentation", r, RECORD_PRESENTATION, 1) &&
		  add_number(x, "subscription_id", r, RECORD_SIM_SLOT, -1);
	import_take(d->im, r, d->good);
}

static void
begin_mms(struct reading *d)
{
	int64_t box = 0, sent = 0;

	d->mms = begin(d, RECORD_MESSAGE);
	d->body.n = 0;
	buf_str(&d->body, "");
	number(d->x, "msg_box", &box);
	number(d->x, "date_sent", &sent);
	if (!d->good)
		return;
	d->good =
	    add_peers(d->x, "address", d->mms) &&
	    add_text(d->x, "sub", d->mms, RECORD_SUBJECT) &&
	    add_number(d->x, "read", d->mms, RECORD_READ, 0) &&
	    add_number(d->x, "sub_id", d->mms, RECORD_SIM_SLOT, -1) &&
	    (box == 0 || record_add_int(d->mms, RECORD_DIRECTION, box) == 0) &&
	    (sent <= 0 || sent > INT64_MAX / 1000 ||
		record_add_int(d->mms, RECORD_SENT_MS, 1000 * sent) == 0);
}

#define PARTS_MAX 16 /* a record has room for no more */

/* Its name in the file, without what would lead elsewhere. */
static void
name_of(xmlTextReaderPtr x, const char *type, char *out, size_t cap)
{
	static const char *const names[] = { "cl", "name", "fn" };
	const char *kind = strchr(type, '/');

	snprintf(out, cap, "part.%s", kind != NULL ? kind + 1 : "bin");
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		char *name = attribute(x, names[i]);
		const char *last = name != NULL ? strrchr(name, '/') : NULL;

		last = last != NULL ? last + 1 : name;
		if (last != NULL && *last != '\0') {
			snprintf(out, cap, "%s", last);
			out[utf8_cut(out, strlen(out), cap - 1)] = '\0';
			xmlFree(name);
			return;
		}
		xmlFree(name);
	}
}

/* A picture, a sound and the like: a file that the message names. */
static void
take_file(struct reading *d, const char *type)
{
	char *base64 = attribute(d->x, "data"), name[128];
	size_t file = 0;

	name_of(d->x, type, name, sizeof name);
	if (base64 != NULL &&
	    record_count(d->mms, RECORD_PART_TYPE) < PARTS_MAX)
		file = import_file(d->im, d->mms,
		    &(struct import_picture){ type, name, "MMS", base64 });
	else
		d->im->parts++;
	xmlFree(base64);
	if (file != 0)
		d->good =
		    record_add_text(d->mms, RECORD_PART_TYPE, type) == 0 &&
		    record_add_text(d->mms, RECORD_PART_NAME, name) == 0 &&
		    record_add_int(d->mms, RECORD_PART_FILE, (int64_t)file) ==
			0 &&
		    d->good;
}

/* The texts become its text, what else is in it becomes files. */
static void
take_part(struct reading *d)
{
	char *type = attribute(d->x, "ct"), *text = attribute(d->x, "text");

	if (type != NULL && strcmp(type, "text/plain") == 0 && text != NULL) {
		if (d->body.n > 0)
			buf_str(&d->body, "\n");
		buf_str(&d->body, text);
	} else if (type != NULL && strcmp(type, "application/smil") != 0) {
		take_file(d, type);
	}
	xmlFree(type);
	xmlFree(text);
}

static void
end_mms(struct reading *d)
{
	if (d->mms != NULL)
		import_take(d->im, d->mms,
		    d->good && !d->body.failed &&
			import_text(d->mms, RECORD_BODY, d->body.p));
	d->mms = NULL;
}

static void
take_node(struct reading *d)
{
	const char *name = (const char *)xmlTextReaderConstName(d->x);
	int type = xmlTextReaderNodeType(d->x);

	if (name == NULL)
		return;
	if (type == XML_READER_TYPE_END_ELEMENT && strcmp(name, "mms") == 0)
		end_mms(d);
	if (type != XML_READER_TYPE_ELEMENT)
		return;
	if (strcmp(name, "sms") == 0)
		take_sms(d);
	else if (strcmp(name, "call") == 0)
		take_call(d);
	else if (strcmp(name, "part") == 0 && d->mms != NULL)
		take_part(d);
	if (strcmp(name, "mms") == 0) {
		end_mms(d);
		begin_mms(d);
		if (xmlTextReaderIsEmptyElement(d->x) == 1)
			end_mms(d);
	}
}

static void
quiet(void *ctx, const char *msg, xmlParserSeverities how,
    xmlTextReaderLocatorPtr where)
{
	(void)ctx;
	(void)msg;
	(void)how;
	(void)where;
}

void
import_xml(const char *text, struct import *im)
{
	struct reading d = { .im = im };
	struct buf clean = { 0 };
	int more = -1;

	if (strstr(text, "<!DOCTYPE") == NULL)
		join_surrogates(text, &clean);
	if (clean.n > 0 && !clean.failed)
		d.x = xmlReaderForMemory(clean.p, (int)clean.n, NULL, "UTF-8",
		    XML_PARSE_NONET | XML_PARSE_NOCDATA);
	if (d.x != NULL) {
		xmlTextReaderSetErrorHandler(d.x, quiet, NULL);
		while (!im->too_many && (more = xmlTextReaderRead(d.x)) == 1)
			take_node(&d);
		xmlFreeTextReader(d.x);
	}
	/* What stands behind a mistake cannot be told. */
	if (more == -1)
		im->bad++;
	record_free(d.mms);
	buf_clear(&d.body);
	buf_clear(&clean);
}
