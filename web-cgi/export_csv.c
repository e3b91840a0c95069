/*
 * Tables for spreadsheets (RFC 4180, UTF-8 with a byte order mark, which
 * Excel wants).
 *
 * A cell that a spreadsheet would take for a formula begins with "'" here.  A
 * telephone number is none, though it begins with "+".  Fields that repeat
 * share a cell, with " ::: " between them.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "export_internal.h"

#define COLUMNS_MAX 16
#define BETWEEN " ::: "

/* The words for a field's numbers. */
struct word {
	int64_t value;
	const char *word;
};
static const struct word labels[] = { { RECORD_LABEL_MOBILE, "mobile" },
	{ RECORD_LABEL_HOME, "home" }, { RECORD_LABEL_WORK, "work" },
	{ RECORD_LABEL_OTHER, "other" }, { 0, NULL } };
static const struct word boxes[] = { { RECORD_MSG_RECEIVED, "received" },
	{ RECORD_MSG_SENT, "sent" }, { RECORD_MSG_DRAFT, "draft" },
	{ 0, NULL } };
static const struct word calls[] = { { RECORD_CALL_IN, "incoming" },
	{ RECORD_CALL_OUT, "outgoing" }, { RECORD_CALL_MISSED, "missed" },
	{ RECORD_CALL_VOICEMAIL, "voicemail" },
	{ RECORD_CALL_REJECTED, "rejected" },
	{ RECORD_CALL_REFUSED, "refused" }, { 0, NULL } };

static const uint16_t columns[RECORD_KIND_COUNT][COLUMNS_MAX] = {
	[RECORD_CONTACT] = { RECORD_NAME, RECORD_NUMBER, RECORD_NUMBER_TYPE,
	    RECORD_EMAIL, RECORD_EMAIL_TYPE, RECORD_ORG, RECORD_TITLE,
	    RECORD_BIRTHDAY, RECORD_ADDRESS, RECORD_NOTE_TEXT, RECORD_STARRED },
	[RECORD_MESSAGE] = { RECORD_PEER, RECORD_DIRECTION, RECORD_BODY,
	    RECORD_SUBJECT, RECORD_READ, RECORD_SENT_MS, RECORD_STATUS,
	    RECORD_SIM_SLOT, RECORD_PART_TYPE, RECORD_PART_NAME,
	    RECORD_PART_TEXT },
	[RECORD_CALL] = { RECORD_PEER, RECORD_DIRECTION, RECORD_DURATION_S,
	    RECORD_PRESENTATION, RECORD_SIM_SLOT },
	[RECORD_CALENDAR] = { RECORD_SUMMARY, RECORD_START_MS, RECORD_END_MS,
	    RECORD_ALL_DAY, RECORD_PLACE, RECORD_DESCRIPTION, RECORD_RRULE,
	    RECORD_TIME_ZONE, RECORD_ALARM_MIN, RECORD_ATTENDEE },
	[RECORD_NOTE] = { RECORD_SUMMARY, RECORD_DESCRIPTION },
	[RECORD_FILE] = { RECORD_FILE_NAME, RECORD_FILE_FOLDER,
	    RECORD_FILE_TYPE, RECORD_FILE_SIZE },
	[RECORD_DEVICE] = { RECORD_MODEL, RECORD_SOFTWARE, RECORD_BATTERY },
	[RECORD_SIM] = { RECORD_SIM_ID, RECORD_IMSI, RECORD_OPERATOR,
	    RECORD_NUMBER, RECORD_CELL },
	[RECORD_LOCATION] = { RECORD_LATITUDE_E7, RECORD_LONGITUDE_E7,
	    RECORD_ACCURACY_M, RECORD_CELL },
};

static bool
is_number(const char *text)
{
	return text[0] == '+' && text[1] != '\0' &&
	       text[1 + strspn(text + 1, "0123456789 ")] == '\0';
}

void
export_csv_cell(struct export_out *out, const char *text)
{
	bool guard = *text != '\0' && strchr("=+-@\t\r", *text) != NULL &&
		     !is_number(text);

	export_str(out, guard ? "\"'" : "\"");
	for (size_t n; *text != '\0'; text += n) {
		if (*text == '"') {
			export_str(out, "\"\"");
			n = 1;
			continue;
		}
		n = strcspn(text, "\"");
		export_put(out, text, n);
	}
	export_str(out, "\"");
}

static const struct word *
words_of(enum record_kind kind, uint16_t tag)
{
	if (tag == RECORD_NUMBER_TYPE || tag == RECORD_EMAIL_TYPE)
		return labels;
	if (tag != RECORD_DIRECTION)
		return NULL;
	return kind == RECORD_CALL ? calls : boxes;
}

static void
add_number(struct export *e, enum record_kind kind, uint16_t tag, int64_t v)
{
	const struct word *w = words_of(kind, tag);
	char when[32];

	for (; w != NULL && w->word != NULL; w++)
		if (w->value == v) {
			buf_str(&e->line, w->word);
			return;
		}
	if (tag == RECORD_START_MS || tag == RECORD_END_MS ||
	    tag == RECORD_SENT_MS) {
		export_iso_time(v, when);
		buf_str(&e->line, when);
	} else if (tag == RECORD_LATITUDE_E7 || tag == RECORD_LONGITUDE_E7) {
		buf_printf(&e->line, "%s%" PRId64 ".%07" PRId64,
		    v < 0 ? "-" : "", (v < 0 ? -v : v) / 10000000,
		    (v < 0 ? -v : v) % 10000000);
	} else {
		buf_printf(&e->line, "%" PRId64, v);
	}
}

const uint16_t *
export_csv_columns(enum record_kind kind)
{
	return columns[kind];
}

bool
export_csv_number(
    enum record_kind kind, uint16_t tag, const char *text, int64_t *out)
{
	struct tm tm = { 0 };
	const char *end;
	char *rest;

	for (const struct word *w = words_of(kind, tag);
	     w != NULL && w->word != NULL; w++)
		if (strcmp(w->word, text) == 0) {
			*out = w->value;
			return true;
		}
	if (tag == RECORD_START_MS || tag == RECORD_END_MS ||
	    tag == RECORD_SENT_MS) {
		end = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &tm);
		*out = (int64_t)timegm(&tm) * 1000;
		return end != NULL && *end == '\0';
	}
	*out = strtoll(text, &rest, 10);
	return rest != text && *rest == '\0';
}

static void
put_field(struct export *e, const struct record *r, uint16_t tag)
{
	const struct record_field *f;
	size_t n = record_fields(r, &f);
	bool text = false, any = false;

	e->line.n = 0;
	buf_str(&e->line, "");
	for (size_t i = 0; i < n; i++) {
		if (f[i].tag != tag)
			continue;
		if (any)
			buf_str(&e->line, BETWEEN);
		any = true;
		text = text || f[i].type == RECORD_TEXT;
		if (f[i].type == RECORD_TEXT)
			buf_str(&e->line, f[i].text);
		else
			add_number(e, record_kind(r), tag, f[i].num);
	}
	if (text)
		export_csv_cell(e->out, e->line.p);
	else
		export_str(e->out, e->line.p); /* ours: nothing to quote */
}

static int
begin(struct export *e)
{
	export_str(e->out, "\xef\xbb\xbf"
			   "phone,id,time");
	if (e->kind == RECORD_MESSAGE || e->kind == RECORD_CALL)
		export_str(e->out, ",contact");
	for (size_t i = 0; columns[e->kind][i] != 0; i++) {
		export_str(e->out, ",");
		export_str(e->out, record_tag_name(columns[e->kind][i]));
	}
	export_str(e->out, "\r\n");
	return 0;
}

static void
put(struct export *e, int64_t phone, const struct record *r)
{
	char head[96], when[32];

	export_iso_time(record_time_ms(r), when);
	snprintf(head, sizeof head, "%" PRId64 ",%u,%s", phone,
	    (unsigned)record_id(r), when);
	export_str(e->out, head);
	if (e->kind == RECORD_MESSAGE || e->kind == RECORD_CALL) {
		export_str(e->out, ",");
		export_csv_cell(
		    e->out, export_or(export_name_of(
				e, export_or(record_text(r, RECORD_PEER, 0)))));
	}
	for (size_t i = 0; columns[e->kind][i] != 0; i++) {
		export_str(e->out, ",");
		put_field(e, r, columns[e->kind][i]);
	}
	export_str(e->out, "\r\n");
}

const struct export_writer export_csv = { .begin = begin, .record = put };
