/*
 * Messages and calls as mail, with the headers of SMS Backup+, so that a mail
 * program shows them and that program takes them back.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "export_internal.h"
#include "utf8.h"

/* Control characters end no header and begin none. */
static void
put_encoded(struct export *e, const char *text)
{
	size_t left = strlen(text);

	/* RFC 2047: a word of at most 75 characters: 45 octets in base64. */
	while (left > 0) {
		struct export_base64 b = { 0 };
		size_t n = utf8_cut(text, left, 42);

		export_str(e->out, "=?UTF-8?B?");
		export_base64_put(&b, (const uint8_t *)text, n, e->out);
		export_base64_end(&b, e->out);
		text += n;
		left -= n;
		export_str(e->out, left > 0 ? "?=\n " : "?=");
	}
}

static bool
is_plain(const char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < 0x20 || (unsigned char)*text > 0x7e)
			return false;
	return true;
}

static void
put_header(struct export *e, const char *name, const char *value)
{
	export_str(e->out, name);
	if (is_plain(value) && strlen(value) < 200 &&
	    strstr(value, "=?") == NULL)
		export_str(e->out, value);
	else
		put_encoded(e, value);
	export_str(e->out, "\n");
}

static void
put_int(struct export *e, const char *name, int64_t v)
{
	char line[96];

	snprintf(line, sizeof line, "%s%" PRId64 "\n", name, v);
	export_str(e->out, line);
}

/* A body: "From " at a line's start is quoted, as every reader undoes. */
static void
put_body(struct export *e, const char *text)
{
	while (*text != '\0') {
		size_t n = strcspn(text, "\n");

		if (strncmp(text + strspn(text, ">"), "From ", 5) == 0)
			export_str(e->out, ">");
		export_put(e->out, text, n);
		export_str(e->out, "\n");
		text += n + (text[n] == '\n');
	}
	export_str(e->out, "\n");
}

static void
put_times(struct export *e, int64_t ms)
{
	time_t t = (time_t)(ms / 1000);
	struct tm tm = { 0 };
	char line[128];

	gmtime_r(&t, &tm);
	strftime(line, sizeof line,
	    "From smsvault@localhost %a %b %e %H:%M:%S %Y\n"
	    "Date: %a, %d %b %Y %H:%M:%S +0000\n",
	    &tm);
	export_str(e->out, line);
}

static void
put_people(struct export *e, const struct record *r, bool ours)
{
	const char *peer = export_or(record_text(r, RECORD_PEER, 0));
	const char *name = export_name_of(e, peer);
	bool call = e->kind == RECORD_CALL;

	e->line.n = 0;
	buf_str(&e->line, call ? "Call with " : "SMS with ");
	buf_str(&e->line, name != NULL ? name : peer);
	put_header(e, "Subject: ", e->line.p);
	/* An address that is none anywhere; who it is stands before it. */
	export_str(e->out, ours ? "From: me@smsvault.invalid\nTo: " : "From: ");
	if (name != NULL)
		put_encoded(e, name);
	export_str(e->out, " <unknown.number@smsvault.invalid>\n");
	if (!ours)
		export_str(e->out, "To: me@smsvault.invalid\n");
	put_header(e, "X-smssync-datatype: ", call ? "CALLLOG" : "SMS");
	put_header(e, "X-smssync-address: ", peer);
}

static void
put_call_body(struct export *e, const struct record *r, int64_t how)
{
	int64_t s = record_int(r, RECORD_DURATION_S, 0, 0);
	char line[96];

	put_int(e, "X-smssync-duration: ", s);
	export_str(e->out, "\n");
	snprintf(line, sizeof line,
	    "%" PRId64 "s (%02" PRId64 ":%02" PRId64 ":%02" PRId64 ")\n", s,
	    s / 3600, s / 60 % 60, s % 60);
	e->line.n = 0;
	buf_str(&e->line, how == RECORD_CALL_MISSED || s == 0 ? "" : line);
	buf_str(&e->line, export_or(record_text(r, RECORD_PEER, 0)));
	buf_str(&e->line, how == RECORD_CALL_IN    ? " (incoming call)"
			  : how == RECORD_CALL_OUT ? " (outgoing call)"
						   : " (missed call)");
	put_body(e, e->line.p);
}

static void
put(struct export *e, int64_t phone, const struct record *r)
{
	int64_t how = record_int(r, RECORD_DIRECTION, 0, 1);
	char id[96];

	put_times(e, record_time_ms(r));
	snprintf(id, sizeof id,
	    "Message-ID: <%" PRId64 ".%d.%u@smsvault.invalid>\n", phone,
	    (int)e->kind, (unsigned)record_id(r));
	export_str(e->out, id);
	put_people(e, r, how == RECORD_MSG_SENT);
	put_int(e, "X-smssync-type: ", how);
	put_int(e, "X-smssync-date: ", record_time_ms(r));
	export_str(e->out, "MIME-Version: 1.0\n"
			   "Content-Type: text/plain; charset=utf-8\n"
			   "Content-Transfer-Encoding: 8bit\n");
	if (e->kind == RECORD_CALL) {
		put_call_body(e, r, how);
		return;
	}
	put_int(e, "X-smssync-read: ", record_int(r, RECORD_READ, 0, 0));
	put_int(e, "X-smssync-status: ", record_int(r, RECORD_STATUS, 0, -1));
	export_str(e->out, "X-smssync-protocol: 0\n\n");
	put_body(e, export_or(record_text(r, RECORD_BODY, 0)));
}

const struct export_writer export_mbox = { .record = put };
