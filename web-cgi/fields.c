#include "fields.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static const struct {
	unsigned kind;
	enum text_id text;
} kinds[] = {
	{ RECORD_CONTACT, T_ONE_CONTACT },
	{ RECORD_MESSAGE, T_ONE_MESSAGE },
	{ RECORD_CALL, T_ONE_CALL },
	{ RECORD_CALENDAR, T_ONE_EVENT },
	{ RECORD_NOTE, T_ONE_NOTE },
	{ RECORD_FILE, T_ONE_FILE },
	{ RECORD_DEVICE, T_ONE_DEVICE },
	{ RECORD_SIM, T_ONE_SIM },
	{ RECORD_LOCATION, T_ONE_PLACE },
};

const char *
fields_kind(const struct page *p, unsigned kind)
{
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (kinds[i].kind == kind)
			return text_get(p->language, kinds[i].text);
	return "?";
}

const char *
fields_title(const struct page *p, const struct record *r)
{
	static const uint16_t tags[] = { RECORD_NAME, RECORD_SUMMARY,
		RECORD_FILE_NAME, RECORD_PEER, RECORD_NUMBER, RECORD_SIM_ID };

	for (size_t i = 0; i < sizeof tags / sizeof tags[0]; i++)
		if (record_text(r, tags[i], 0) != NULL)
			return record_text(r, tags[i], 0);
	/* A place has none and needs none. */
	if (record_kind(r) >= RECORD_DEVICE)
		return fields_kind(p, (unsigned)record_kind(r));
	return TXT(p, NO_TITLE);
}

/* Those that people read; the others are for machines. */
static const struct {
	uint16_t tag;
	enum text_id text;
	bool time;
} shown[] = {
	{ RECORD_NAME, T_F_NAME, false },
	{ RECORD_NUMBER, T_NUMBER, false },
	{ RECORD_EMAIL, T_EMAIL, false },
	{ RECORD_ORG, T_ORG, false },
	{ RECORD_TITLE, T_F_TITLE, false },
	{ RECORD_BIRTHDAY, T_BIRTHDAY, false },
	{ RECORD_ADDRESS, T_ADDRESS, false },
	{ RECORD_NOTE_TEXT, T_NOTE, false },
	{ RECORD_PEER, T_F_PEER, false },
	{ RECORD_SUBJECT, T_F_SUBJECT, false },
	{ RECORD_BODY, T_F_TEXT, false },
	{ RECORD_DURATION_S, T_F_SECONDS, false },
	{ RECORD_SUMMARY, T_F_SUMMARY, false },
	{ RECORD_START_MS, T_F_START, true },
	{ RECORD_END_MS, T_F_END, true },
	{ RECORD_PLACE, T_F_PLACE, false },
	{ RECORD_DESCRIPTION, T_F_TEXT, false },
	{ RECORD_RRULE, T_REPEATS, false },
	{ RECORD_ATTENDEE, T_F_WITH, false },
	{ RECORD_FILE_NAME, T_F_NAME, false },
	{ RECORD_FILE_FOLDER, T_FILE_FOLDER, false },
	{ RECORD_FILE_TYPE, T_FILE_TYPE, false },
	{ RECORD_FILE_SIZE, T_FILE_SIZE, false },
	{ RECORD_OPERATOR, T_OPERATOR, false },
	{ RECORD_SIM_ID, T_F_ICCID, false },
	{ RECORD_IMSI, T_F_IMSI, false },
	{ RECORD_CELL, T_F_CELL, false },
	{ RECORD_MODEL, T_F_MODEL, false },
	{ RECORD_SOFTWARE, T_F_SOFTWARE, false },
	{ RECORD_ACCURACY_M, T_F_ACCURACY, false },
};
#define SHOWN (sizeof shown / sizeof shown[0])

/* All values of a field in one text; "" if there is none. */
static void
value_of(const struct record *r, size_t field, char *out, size_t cap)
{
	uint16_t tag = shown[field].tag;
	size_t n = r != NULL ? record_count(r, tag) : 0, at = 0;

	out[0] = '\0';
	for (size_t i = 0; i < n && at < cap - 1; i++) {
		const char *text = record_text(r, tag, i);
		int64_t number = record_int(r, tag, i, 0);
		char buf[40];

		if (text == NULL && shown[field].time) {
			time_t t = (time_t)(number / 1000);
			struct tm tm = { 0 };

			gmtime_r(&t, &tm);
			strftime(buf, sizeof buf, "%Y-%m-%d %H:%M UTC", &tm);
			text = buf;
		} else if (text == NULL) {
			snprintf(buf, sizeof buf, "%lld", (long long)number);
			text = buf;
		}
		at += (size_t)snprintf(
		    out + at, cap - at, "%s%s", i > 0 ? ", " : "", text);
	}
}

void
fields_put(struct page *p, const struct record *r)
{
	char value[RECORD_TEXT_MAX + 1];

	buf_str(&p->body, "<dl class=\"fields\">");
	for (size_t i = 0; i < SHOWN; i++) {
		value_of(r, i, value, sizeof value);
		if (value[0] != '\0')
			html_put(&p->body, "<dt>%s</dt><dd>%s</dd>",
			    text_get(p->language, shown[i].text), value);
	}
	if (record_count(r, RECORD_LATITUDE_E7) > 0) {
		int64_t north = record_int(r, RECORD_LATITUDE_E7, 0, 0);
		int64_t east = record_int(r, RECORD_LONGITUDE_E7, 0, 0);

		snprintf(value, sizeof value, "%.5f, %.5f", (double)north / 1e7,
		    (double)east / 1e7);
		html_put(&p->body, "<dt>%s</dt><dd>%s</dd>",
		    TXT(p, COORDINATES), value);
	}
	buf_str(&p->body, "</dl>");
}

void
fields_put_difference(
    struct page *p, const struct record *before, const struct record *after)
{
	char old[RECORD_TEXT_MAX + 1], new[RECORD_TEXT_MAX + 1];
	size_t n = 0;

	buf_str(&p->body, "<dl class=\"fields\">");
	for (size_t i = 0; i < SHOWN; i++) {
		value_of(before, i, old, sizeof old);
		value_of(after, i, new, sizeof new);
		if (strcmp(old, new) == 0)
			continue;
		n++;
		html_put(&p->body, "<dt>%s</dt><dd>",
		    text_get(p->language, shown[i].text));
		if (old[0] != '\0')
			html_put(&p->body, "<del>%s</del> ", old);
		if (new[0] != '\0')
			html_put(&p->body, "<ins>%s</ins>", new);
		buf_str(&p->body, "</dd>");
	}
	buf_str(&p->body, "</dl>");
	if (n == 0)
		html_put(&p->body, "<p class=\"hint\">%s</p>",
		    TXT(p, ONLY_SMALL_THINGS));
}
