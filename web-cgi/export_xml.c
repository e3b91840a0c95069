/*
 * Messages and calls as SMS Backup & Restore writes and reads them.
 */
#include <inttypes.h>
#include <libxml/xmlwriter.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "export_internal.h"
#include "utf8.h"

#define OR_NULL(text) ((text) != NULL ? (text) : "null")

static int
write_out(void *ctx, const char *p, int len)
{
	export_put(ctx, p, (size_t)len);
	return ((struct export_out *)ctx)->failed ? -1 : len;
}

static int
close_out(void *ctx)
{
	(void)ctx;
	return 0;
}

/*
 * XML 1.0 has no place for most control characters, not even escaped: they
 * become U+FFFD, the sign for what cannot be said.
 */
static void
attribute(xmlTextWriterPtr w, const char *name, const char *text)
{
	struct buf clean = { 0 };

	for (const char *p = text; *p != '\0'; p++) {
		unsigned char c = (unsigned char)*p;

		if (c < 0x20 && c != '\t' && c != '\n' && c != '\r')
			buf_str(&clean, "\xef\xbf\xbd");
		else if (strncmp(p, "\xef\xbf\xbe", 3) == 0 ||
			 strncmp(p, "\xef\xbf\xbf", 3) == 0) {
			buf_str(&clean, "\xef\xbf\xbd");
			p += 2;
		} else
			buf_put(&clean, p, 1);
	}
	xmlTextWriterWriteAttribute(
	    w, BAD_CAST name, BAD_CAST(clean.p != NULL ? clean.p : ""));
	buf_clear(&clean);
}

static void
number(xmlTextWriterPtr w, const char *name, int64_t v)
{
	xmlTextWriterWriteFormatAttribute(w, BAD_CAST name, "%" PRId64, v);
}

static void
names_and_time(struct export *e, const struct record *r)
{
	xmlTextWriterPtr w = e->state;
	const char *name =
	    export_name_of(e, export_or(record_text(r, RECORD_PEER, 0)));
	char when[32];

	export_iso_time(record_time_ms(r), when);
	attribute(w, "readable_date", when);
	attribute(w, "contact_name", name != NULL ? name : "(Unknown)");
}

/* ---- <sms> ---- */

static void
put_sms(struct export *e, const struct record *r)
{
	xmlTextWriterPtr w = e->state;

	xmlTextWriterStartElement(w, BAD_CAST "sms");
	number(w, "protocol", 0);
	attribute(w, "address", export_or(record_text(r, RECORD_PEER, 0)));
	number(w, "date", record_time_ms(r));
	number(w, "type", record_int(r, RECORD_DIRECTION, 0, 1));
	attribute(w, "subject", OR_NULL(record_text(r, RECORD_SUBJECT, 0)));
	attribute(w, "body", export_or(record_text(r, RECORD_BODY, 0)));
	attribute(w, "toa", "null");
	attribute(w, "sc_toa", "null");
	attribute(w, "service_center", "null");
	number(w, "read", record_int(r, RECORD_READ, 0, 0));
	number(w, "status", record_int(r, RECORD_STATUS, 0, -1));
	number(w, "locked", 0);
	number(w, "date_sent", record_int(r, RECORD_SENT_MS, 0, 0));
	if (record_count(r, RECORD_SIM_SLOT) > 0)
		number(w, "sub_id", record_int(r, RECORD_SIM_SLOT, 0, 0));
	names_and_time(e, r);
	xmlTextWriterEndElement(w);
}

/* ---- <mms> ---- */

struct part {
	int64_t seq;
	const char *type, *name, *text; /* text or a file */
	uint32_t file;
};

/* Octets of a file into the attribute that is open. */
struct coder {
	xmlTextWriterPtr w;
	struct export_base64 base64;
	struct export_out out; /* takes base64 */
};

static int
raw_out(void *ctx, const void *p, size_t len)
{
	return xmlTextWriterWriteRawLen(ctx, p, (int)len) < 0 ? -1 : 0;
}

static int
code_out(void *ctx, const void *p, size_t len)
{
	struct coder *c = ctx;

	export_base64_put(&c->base64, p, len, &c->out);
	return c->out.failed ? -1 : 0;
}

static void
put_part_file(struct export *e, int64_t phone, uint32_t id)
{
	struct coder c = { .w = e->state };
	struct export_out in = { .put = code_out, .ctx = &c };

	c.out = (struct export_out){ .put = raw_out, .ctx = e->state };
	xmlTextWriterStartAttribute(e->state, BAD_CAST "data");
	if (e->context->file != NULL &&
	    e->context->file(e->context->ctx, phone, id, &in) == 0)
		export_base64_end(&c.base64, &c.out);
	xmlTextWriterEndAttribute(e->state);
	if (in.failed || c.out.failed)
		e->out->failed = true;
}

static void
put_part(struct export *e, int64_t phone, const struct part *part)
{
	xmlTextWriterPtr w = e->state;

	xmlTextWriterStartElement(w, BAD_CAST "part");
	number(w, "seq", part->seq);
	attribute(w, "ct", part->type);
	attribute(w, "name", part->name);
	if (part->text != NULL)
		number(w, "chset", 106); /* UTF-8, as IANA numbers it */
	else
		attribute(w, "chset", "null");
	attribute(w, "cl", part->name);
	attribute(w, "text", OR_NULL(part->text));
	if (part->text == NULL)
		put_part_file(e, phone, part->file);
	xmlTextWriterEndElement(w);
}

static void
put_parts(struct export *e, int64_t phone, const struct record *r)
{
	size_t n = record_count(r, RECORD_PART_TYPE), texts = 0;
	const char *body = record_text(r, RECORD_BODY, 0);

	xmlTextWriterStartElement(e->state, BAD_CAST "parts");
	if (body != NULL)
		put_part(e, phone,
		    &(struct part){ 0, "text/plain", "null", body, 0 });
	for (size_t i = 0; i < n; i++) {
		int64_t file = record_int(r, RECORD_PART_FILE, i, 0);
		const char *name = record_text(r, RECORD_PART_NAME, i);
		struct part part = { (int64_t)i + (body != NULL),
			record_text(r, RECORD_PART_TYPE, i),
			name == NULL || strcmp(name, "-") == 0 ? "null" : name,
			NULL, (uint32_t)file };

		if (file == 0)
			part.text = export_or(
			    record_text(r, RECORD_PART_TEXT, texts++));
		put_part(e, phone, &part);
	}
	xmlTextWriterEndElement(e->state);
}

/* The types are those of the MMS headers: 137 From, 151 To. */
static void
put_addresses(struct export *e, const struct record *r, bool sent)
{
	xmlTextWriterPtr w = e->state;
	size_t n = record_count(r, RECORD_PEER);

	xmlTextWriterStartElement(w, BAD_CAST "addrs");
	for (size_t i = 0; i < n; i++) {
		xmlTextWriterStartElement(w, BAD_CAST "addr");
		attribute(w, "address", record_text(r, RECORD_PEER, i));
		number(w, "type", !sent && i == 0 ? 137 : 151);
		number(w, "charset", 106);
		xmlTextWriterEndElement(w);
	}
	if (sent) {
		xmlTextWriterStartElement(w, BAD_CAST "addr");
		attribute(w, "address", "insert-address-token");
		number(w, "type", 137);
		number(w, "charset", 106);
		xmlTextWriterEndElement(w);
	}
	xmlTextWriterEndElement(w);
}

static void
put_mms_addresses(struct export *e, const struct record *r)
{
	struct buf all = { 0 };

	/* A group is one word, its members parted by "~". */
	for (size_t i = 0; i < record_count(r, RECORD_PEER); i++) {
		if (i > 0)
			buf_str(&all, "~");
		buf_str(&all, record_text(r, RECORD_PEER, i));
	}
	attribute(e->state, "address", export_or(all.p));
	buf_clear(&all);
}

static void
put_mms(struct export *e, int64_t phone, const struct record *r)
{
	xmlTextWriterPtr w = e->state;
	int64_t box = record_int(r, RECORD_DIRECTION, 0, 1);
	bool sent = box != RECORD_MSG_RECEIVED;

	xmlTextWriterStartElement(w, BAD_CAST "mms");
	number(w, "msg_box", box);
	number(w, "m_type", sent ? 128 : 132); /* send-req, retrieve-conf */
	put_mms_addresses(e, r);
	number(w, "date", record_time_ms(r));
	number(w, "date_sent", record_int(r, RECORD_SENT_MS, 0, 0) / 1000);
	attribute(w, "ct_t", "application/vnd.wap.multipart.related");
	attribute(w, "sub", OR_NULL(record_text(r, RECORD_SUBJECT, 0)));
	number(w, "read", record_int(r, RECORD_READ, 0, 0));
	number(w, "seen", 1);
	number(w, "rr", 129);
	number(w, "d_rpt", 129);
	number(w, "v", 18);
	number(w, "locked", 0);
	attribute(w, "st", "null");
	attribute(w, "sub_cs", "null");
	attribute(w, "m_id", "null");
	attribute(w, "tr_id", "null");
	number(w, "text_only", 0);
	if (record_count(r, RECORD_SIM_SLOT) > 0)
		number(w, "sub_id", record_int(r, RECORD_SIM_SLOT, 0, 0));
	names_and_time(e, r);
	put_parts(e, phone, r);
	put_addresses(e, r, sent);
	xmlTextWriterEndElement(w);
}

/* ---- <call> ---- */

static void
put_call(struct export *e, const struct record *r)
{
	xmlTextWriterPtr w = e->state;

	xmlTextWriterStartElement(w, BAD_CAST "call");
	attribute(w, "number", export_or(record_text(r, RECORD_PEER, 0)));
	number(w, "duration", record_int(r, RECORD_DURATION_S, 0, 0));
	number(w, "date", record_time_ms(r));
	number(w, "type", record_int(r, RECORD_DIRECTION, 0, RECORD_CALL_IN));
	number(w, "presentation", record_int(r, RECORD_PRESENTATION, 0, 1));
	if (record_count(r, RECORD_SIM_SLOT) > 0)
		number(
		    w, "subscription_id", record_int(r, RECORD_SIM_SLOT, 0, 0));
	names_and_time(e, r);
	xmlTextWriterEndElement(w);
}

/* ---- the file ---- */

static int
begin(struct export *e)
{
	xmlOutputBufferPtr o =
	    xmlOutputBufferCreateIO(write_out, close_out, e->out, NULL);
	xmlTextWriterPtr w = o != NULL ? xmlNewTextWriter(o) : NULL;

	if (w == NULL) {
		if (o != NULL)
			xmlOutputBufferClose(o);
		return -1;
	}
	e->state = w;
	xmlTextWriterSetIndent(w, 1);
	xmlTextWriterStartDocument(w, NULL, "UTF-8", "yes");
	xmlTextWriterStartElement(
	    w, BAD_CAST(e->kind == RECORD_CALL ? "calls" : "smses"));
	number(w, "count", (int64_t)e->expected);
	return 0;
}

static void
put(struct export *e, int64_t phone, const struct record *r)
{
	if (e->kind == RECORD_CALL)
		put_call(e, r);
	else if (record_count(r, RECORD_PART_TYPE) > 0 ||
		 record_count(r, RECORD_PEER) > 1)
		put_mms(e, phone, r);
	else
		put_sms(e, r);
}

static void
end(struct export *e)
{
	/* A file that broke off is not made to look whole. */
	if (!e->out->failed && xmlTextWriterEndDocument(e->state) < 0)
		e->out->failed = true;
	xmlFreeTextWriter(e->state);
}

const struct export_writer export_sms_xml = { begin, put, end };
