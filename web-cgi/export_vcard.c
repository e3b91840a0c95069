/*
 * Contacts as vCards.  3.0 (RFC 2426) is what most software takes; 4.0
 * (RFC 6350) is there for what wants it.
 */
#include <string.h>

#include "export_internal.h"

static void
put_line(struct export *e)
{
	export_folded(e->out, e->line.p, e->line.n);
	e->line.n = 0;
}

/* A text value: what parts values is escaped, what is no text left out. */
static void
add_text(struct export *e, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '\n' || (*text == '\r' && text[1] != '\n'))
			buf_str(&e->line, "\\n");
		else if (strchr("\\,;", *text) != NULL)
			buf_put(&e->line, (char[]){ '\\', *text }, 2);
		else if ((unsigned char)*text >= 0x20 || *text == '\t')
			buf_put(&e->line, text, 1);
	}
}

static void
put_text(struct export *e, const char *name, const char *text)
{
	if (text == NULL)
		return;
	buf_str(&e->line, name);
	add_text(e, text);
	put_line(e);
}

static const char *
label_of(int64_t type, bool mobile)
{
	switch (type) {
	case RECORD_LABEL_MOBILE:
		return mobile ? "CELL" : NULL;
	case RECORD_LABEL_HOME:
		return "HOME";
	case RECORD_LABEL_WORK:
		return "WORK";
	default:
		return NULL;
	}
}

static void
put_numbers(struct export *e, const struct record *r, bool four)
{
	for (size_t i = 0; i < record_count(r, RECORD_NUMBER); i++) {
		const char *label =
		    label_of(record_int(r, RECORD_NUMBER_TYPE, i, 0), true);

		/* Without a label it is a telephone like any other. */
		buf_printf(&e->line, "TEL;TYPE=%s:",
		    label != NULL ? label
		    : four        ? "voice"
				  : "VOICE");
		add_text(e, record_text(r, RECORD_NUMBER, i));
		put_line(e);
	}
	for (size_t i = 0; i < record_count(r, RECORD_EMAIL); i++) {
		const char *label =
		    label_of(record_int(r, RECORD_EMAIL_TYPE, i, 0), false);

		buf_str(&e->line, four ? "EMAIL" : "EMAIL;TYPE=INTERNET");
		if (label != NULL)
			buf_printf(
			    &e->line, "%s%s", four ? ";TYPE=" : ",", label);
		buf_str(&e->line, ":");
		add_text(e, record_text(r, RECORD_EMAIL, i));
		put_line(e);
	}
}

/* The name to show: a vCard without one is none. */
static const char *
shown_name(const struct record *r)
{
	static const uint16_t tags[] = { RECORD_NAME, RECORD_ORG, RECORD_NUMBER,
		RECORD_EMAIL };

	for (size_t i = 0; i < sizeof tags / sizeof tags[0]; i++)
		if (record_text(r, tags[i], 0) != NULL)
			return record_text(r, tags[i], 0);
	return "?";
}

/* "--05-03", a birthday without its year, is "--0503" in 4.0. */
static void
put_birthday(struct export *e, const char *day, bool four)
{
	if (day == NULL)
		return;
	if (four && strncmp(day, "--", 2) == 0 && strlen(day) == 7) {
		buf_printf(&e->line, "BDAY:--%.2s%.2s", day + 2, day + 5);
		put_line(e);
	} else if (four && strlen(day) == 10) {
		buf_printf(
		    &e->line, "BDAY:%.4s%.2s%.2s", day, day + 5, day + 8);
		put_line(e);
	} else {
		put_text(e, "BDAY:", day);
	}
}

static void
put_card(struct export *e, int64_t phone, const struct record *r, bool four)
{
	char changed[32];

	export_iso_time(record_time_ms(r), changed);
	buf_printf(&e->line,
	    "BEGIN:VCARD\r\nVERSION:%s.0\r\n"
	    "PRODID:-//smsvault//smsvault//EN\r\n",
	    four ? "4" : "3");
	buf_printf(&e->line, "UID:smsvault-%lld-%u\r\n", (long long)phone,
	    (unsigned)record_id(r));
	export_put(e->out, e->line.p, e->line.n);
	e->line.n = 0;
	put_text(e, "FN:", shown_name(r));
	/* Which part is the family's cannot be told, and need not be. */
	buf_str(&e->line, "N:;");
	add_text(e, shown_name(r));
	buf_str(&e->line, ";;;");
	put_line(e);
	put_numbers(e, r, four);
	put_text(e, "ORG:", record_text(r, RECORD_ORG, 0));
	put_text(e, "TITLE:", record_text(r, RECORD_TITLE, 0));
	put_birthday(e, record_text(r, RECORD_BIRTHDAY, 0), four);
	for (size_t i = 0; i < record_count(r, RECORD_ADDRESS); i++) {
		buf_str(&e->line, "ADR:;;");
		add_text(e, record_text(r, RECORD_ADDRESS, i));
		buf_str(&e->line, ";;;;");
		put_line(e);
	}
	put_text(e, "NOTE:", record_text(r, RECORD_NOTE_TEXT, 0));
	if (record_int(r, RECORD_STARRED, 0, 0) != 0)
		export_str(e->out, "X-ANDROID-STARRED:1\r\n");
	if (changed[0] != '\0' && !four)
		put_text(e, "REV:", changed);
	export_str(e->out, "END:VCARD\r\n");
}

static void
put_card3(struct export *e, int64_t phone, const struct record *r)
{
	put_card(e, phone, r, false);
}

static void
put_card4(struct export *e, int64_t phone, const struct record *r)
{
	put_card(e, phone, r, true);
}

const struct export_writer export_vcard3 = { .record = put_card3 };
const struct export_writer export_vcard4 = { .record = put_card4 };
