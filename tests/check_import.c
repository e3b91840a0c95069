/*
 * Files of others are read as they are meant, ours come back octet for octet,
 * and what is no such file does no harm.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "check_main.h"
#include "export.h"
#include "import.h"

#define NOW 1700000000000LL

static void
read_file(const char *text, size_t len, struct import *im)
{
	ck_assert_int_eq(import_read(text, len, NOW, im), 0);
}

/* A record as one line: "kind@time tag=value ...". */
static void
say(const struct record *r, struct buf *out)
{
	const struct record_field *f;
	size_t n = record_fields(r, &f);

	buf_printf(out, "%s", record_kind_name(record_kind(r)));
	if (record_time_ms(r) != NOW)
		buf_printf(out, "@%lld", (long long)record_time_ms(r));
	for (size_t i = 0; i < n; i++) {
		buf_printf(out, " %s=", record_tag_name(f[i].tag));
		if (f[i].type == RECORD_TEXT)
			buf_printf(out, "[%s]", f[i].text);
		else
			buf_printf(out, "%lld", (long long)f[i].num);
	}
	buf_str(out, "\n");
}

/* ---- files of others ---- */

/* What belongs to which record. */
static void
say_file(const struct import_file *f, struct buf *out)
{
	const struct record *m = f->manifest;

	ck_assert_int_eq(
	    record_int(m, RECORD_FILE_SIZE, 0, 0), (int64_t)f->len);
	buf_printf(out, "%zu: %s/%s %s %zu\n", f->of,
	    record_text(m, RECORD_FILE_FOLDER, 0),
	    record_text(m, RECORD_FILE_NAME, 0),
	    record_text(m, RECORD_FILE_TYPE, 0), f->len);
}

#define XML "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>\n"
#define CAL "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n"
static const struct {
	const char *why, *text, *want;
	size_t bad, parts;
} files[] = {
	{ "vCard 2.1 as Android writes it",
	    "BEGIN:VCARD\r\nVERSION:2.1\r\n"
	    "N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E7=8E=8B;=E4=BC=9F;;;\r\n"
	    "FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E4=BC=9F=E7=8E=8B\r\n"
	    "TEL;CELL;PREF:+8613800138000\r\n"
	    "TEL;HOME:010-1234\r\n"
	    "NOTE;ENCODING=QUOTED-PRINTABLE:one=0D=0A=\r\ntwo\r\n"
	    "END:VCARD\r\n",
	    "contact name=[伟王] number=[+8613800138000] number=[010-1234] "
	    "number-type=1 number-type=2 note=[one\ntwo]\n",
	    0, 0 },
	{ "vCard 3.0, folded, grouped, escaped",
	    "BEGIN:VCARD\nVERSION:3.0\nN:Virtanen;Aino;Maria;Dr;\n"
	    "item1.TEL;type=WORK;type=VOICE:+358 9 1\n"
	    "item2.EMAIL;TYPE=INTERNET,HOME:a@example.org\n"
	    "ORG:Acme\\, Ltd;Sales\nBDAY:1990-05-03T00:00:00Z\n"
	    "ADR;TYPE=HOME:;;Street 1;Helsinki;;00100;Finland\n"
	    "NOTE:A long \n note\\nof two\\; lines\nREV:2020-01-02T03:04:05Z\n"
	    "END:VCARD\n",
	    "contact@1577934245000 name=[Dr Aino Maria Virtanen] number=[+358 9 "
	    "1] number-type=3 email=[a@example.org] email-type=2 organization=[Acme, Ltd, "
	    "Sales] birthday=[1990-05-03] address=[Street 1, Helsinki, 00100, "
	    "Finland] note=[A long note\nof two; lines]\n",
	    0, 0 },
	{ "vCard 4.0 with a URI for a number, and a birthday without a year",
	    "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:B\r\n"
	    "TEL;VALUE=uri;TYPE=\"voice,cell\":tel:+3581\r\nBDAY:--0503\r\n"
	    "END:VCARD\r\n",
	    "contact name=[B] number=[+3581] number-type=1 "
	    "birthday=[--05-03]\n",
	    0, 0 },
	{ "one without an end, one without a beginning, one of nothing",
	    "BEGIN:VCARD\nFN:lost\nBEGIN:VCARD\nFN:kept\nEND:VCARD\n"
	    "END:VCARD\nBEGIN:VCARD\nEND:VCARD\nBEGIN:VCARD\nFN:cut",
	    "contact name=[kept]\n", 3, 0 },
	{ "Latin-1", "BEGIN:VCARD\nFN:Bj\xf6rn\nEND:VCARD\n",
	    "contact name=[Björn]\n", 0, 0 },
	{ "messages, with emoji as two halves",
	    XML "<smses count=\"2\"><sms protocol=\"0\" address=\"+3581\" "
		"date=\"1000\" type=\"1\" subject=\"null\" "
		"body=\"&#55357;&#56846; &amp; &#55357;\" read=\"1\" "
		"status=\"-1\" date_sent=\"0\" contact_name=\"A\" />\n"
		"<sms address=\"+3582\" date=\"x\" body=\"no time\"/></smses>",
	    "message@1000 peer=[+3581] direction=1 body=[😎 & \xef\xbf\xbd] "
	    "read=1\n",
	    1, 0 },
	{ "a message with parts",
	    XML "<smses count=\"1\"><mms date=\"2000\" msg_box=\"2\" "
		"address=\"+1~+2\" sub=\"null\"><parts><part ct="
		"\"application/smil\" text=\"x\"/><part ct=\"text/plain\" "
		"text=\"Hi\"/><part ct=\"image/png\" data=\"AAAA\"/></parts>"
		"<addrs/></mms></smses>",
	    "message@2000 peer=[+1] peer=[+2] direction=2 body=[Hi] "
	    "part-type=[image/png] part-name=[part.png] part-file=1\n"
	    "0: MMS/part.png image/png 3\n",
	    0, 0 },
	{ "names of parts, parts that are none, and a message that is none",
	    XML "<smses count=\"2\"><mms date=\"x\" address=\"+1\"><parts>"
		"<part ct=\"image/png\" data=\"AAAA\"/></parts></mms>"
		"<mms date=\"3000\" msg_box=\"1\" address=\"+1\"><parts>"
		"<part ct=\"image/jpeg\" cl=\"../../etc/a.jpg\" "
		"data=\"QUJD\"/><part ct=\"image/jpeg\" data=\"?\"/>"
		"<part ct=\"image/gif\"/><part ct=\"audio/amr\" cl=\"null\" "
		"name=\"b.amr\" data=\"QU\nJDRA==\"/></parts></mms></smses>",
	    "message@3000 peer=[+1] direction=1 part-type=[image/jpeg] "
	    "part-type=[audio/amr] part-name=[a.jpg] part-name=[b.amr] "
	    "part-file=1 part-file=2\n"
	    "0: MMS/a.jpg image/jpeg 3\n0: MMS/b.amr audio/amr 4\n",
	    1, 2 },
	{ "pictures of contacts: within, as a URI, elsewhere",
	    "BEGIN:VCARD\nVERSION:3.0\nPHOTO;ENCODING=b;TYPE=PNG:QUJ\n DRA==\n"
	    "FN:A/B\nEND:VCARD\n"
	    "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:C\r\n"
	    "PHOTO:data:image/gif;base64\\,QUJD\r\nEND:VCARD\r\n"
	    "BEGIN:VCARD\nVERSION:2.1\nFN:D\nPHOTO;JPEG;BASE64:\n QUJD\n\n"
	    "END:VCARD\nBEGIN:VCARD\nFN:E\n"
	    "PHOTO;VALUE=uri:https://example.org/e.png\nEND:VCARD\n"
	    "BEGIN:VCARD\nPHOTO;ENCODING=b:QUJD\nEND:VCARD\n",
	    "contact name=[A/B]\ncontact name=[C]\ncontact name=[D]\n"
	    "contact name=[E]\n"
	    "0: Contacts/A-B.png image/png 4\n"
	    "1: Contacts/C.gif image/gif 3\n"
	    "2: Contacts/D.jpeg image/jpeg 3\n",
	    1, 1 },
	{ "calls",
	    XML "<calls count=\"1\"><call number=\"+3583\" duration=\"65\" "
		"date=\"3000\" type=\"2\" presentation=\"1\" "
		"contact_name=\"(Unknown)\"/></calls>",
	    "call@3000 peer=[+3583] direction=2 duration=65\n", 0, 0 },
	{ "a file of messages that broke off",
	    XML "<smses count=\"2\"><sms address=\"+3581\" date=\"1000\" "
		"type=\"1\" body=\"a\"/><sms address=\"+35",
	    "message@1000 peer=[+3581] direction=1 body=[a]\n", 1, 0 },
	{ "a file with a type of its own is refused",
	    "<!DOCTYPE smses [<!ENTITY a \"b\">]><smses><sms date=\"1\" "
	    "address=\"1\" body=\"&a;\"/></smses>",
	    "", 1, 0 },
	{ "a calendar",
	    CAL "BEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20240101T000000Z\r\n"
		"DTSTART;TZID=Europe/Helsinki:20240601T120000\r\n"
		"DTEND;TZID=Europe/Helsinki:20240601T130000\r\n"
		"SUMMARY:Choir\\, again\r\nRRULE:FREQ=WEEKLY\r\n"
		"BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT15M\r\n"
		"END:VALARM\r\nEND:VEVENT\r\n"
		"BEGIN:VEVENT\r\nUID:2\r\nDTSTAMP:20240101T000000Z\r\n"
		"DTSTART;VALUE=DATE:20240602\r\nSUMMARY:All day\r\n"
		"END:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:never\r\nEND:VEVENT\r\n"
		"END:VCALENDAR\r\n",
	    "calendar@1704067200000 summary=[Choir, again] start=1717232400000 "
	    "end=1717236000000 rrule=[FREQ=WEEKLY] time-zone=[Europe/Helsinki] "
	    "alarm=15\n"
	    "calendar@1704067200000 summary=[All day] start=1717286400000 "
	    "all-day=1\n",
	    1, 0 },
	{ "another program's table", "name,number\r\nA,1\r\n", "", 0, 0 },
	{ "nothing", "", "", 0, 0 },
};

START_TEST(files_of_others_are_read)
{
	struct import im;
	struct buf got = { 0 };

	buf_str(&got, "");
	read_file(files[_i].text, strlen(files[_i].text), &im);
	for (size_t i = 0; i < im.n; i++)
		say(im.record[i], &got);
	for (size_t i = 0; i < im.nfiles; i++)
		say_file(&im.file[i], &got);
	ck_assert_msg(strcmp(got.p, files[_i].want) == 0, "%s:\ngot  %swant %s",
	    files[_i].why, got.p, files[_i].want);
	ck_assert_msg(im.bad == files[_i].bad && im.parts == files[_i].parts,
	    "%s: %zu bad, %zu parts", files[_i].why, im.bad, im.parts);
	import_clear(&im);
	buf_clear(&got);
}
END_TEST

/* ---- our own ---- */

static const char *const odd[] = { "Plain", "王伟 😀", "a, b; c\\ \"d\"",
	"two\nlines", "=1+1", "<b>&amp;</b>", "blanks  within" };
#define ODD (sizeof odd / sizeof odd[0])

static struct record *
make(enum record_kind kind, size_t i)
{
	struct record *r = record_new(kind, 0);
	const char *text = odd[i % ODD];
	int err = 0;

	record_set_time_ms(r, NOW - 1000 * (int64_t)i);
	switch ((int)kind) {
	case RECORD_CONTACT:
		err |= record_add_text(r, RECORD_NAME, text);
		err |= record_add_text(r, RECORD_NUMBER, "+358401");
		err |= record_add_int(r, RECORD_NUMBER_TYPE, 1);
		err |= record_add_text(r, RECORD_NUMBER, "09 1");
		err |= record_add_int(r, RECORD_NUMBER_TYPE, 4);
		err |= record_add_text(r, RECORD_EMAIL, "a@example.org");
		err |= record_add_int(r, RECORD_EMAIL_TYPE, 3);
		err |= record_add_text(r, RECORD_ORG, text);
		err |= record_add_text(r, RECORD_BIRTHDAY, "--05-03");
		err |= record_add_text(r, RECORD_ADDRESS, text);
		err |= record_add_text(r, RECORD_NOTE_TEXT, text);
		err |= i % 2 ? record_add_int(r, RECORD_STARRED, 1) : 0;
		break;
	case RECORD_MESSAGE:
		err |= record_add_text(r, RECORD_PEER, "+358402");
		err |= i == 3 ? record_add_text(r, RECORD_PEER, "+358403") : 0;
		err |= record_add_int(r, RECORD_DIRECTION, 1 + (int)i % 2);
		err |= record_add_text(r, RECORD_BODY, text);
		err |= record_add_int(r, RECORD_READ, 1);
		break;
	case RECORD_CALL:
		err |= record_add_text(r, RECORD_PEER, "+358402");
		err |= record_add_int(r, RECORD_DIRECTION, 1 + (int)i % 3);
		err |= record_add_int(r, RECORD_DURATION_S, 60 * (int)i);
		break;
	case RECORD_CALENDAR:
		err |= record_add_text(r, RECORD_SUMMARY, text);
		err |= record_add_int(
		    r, RECORD_START_MS, NOW + 86400000 * (int64_t)i);
		err |= record_add_int(
		    r, RECORD_END_MS, NOW + 86400000 * (int64_t)i + 3600000);
		err |= record_add_text(r, RECORD_PLACE, text);
		if (i == 2) {
			err |= record_add_text(
			    r, RECORD_RRULE, "FREQ=WEEKLY;COUNT=5");
			err |= record_add_text(
			    r, RECORD_TIME_ZONE, "Europe/Helsinki");
		}
		err |= record_add_int(r, RECORD_ALARM_MIN, 15);
		err |= record_add_text(r, RECORD_ATTENDEE, "a@example.org");
		break;
	default:
		err |= record_add_text(r, RECORD_SUMMARY, "A note");
		err |= record_add_text(r, RECORD_DESCRIPTION, text);
		break;
	}
	ck_assert_int_eq(err, 0);
	return r;
}

static int
to_buf(void *ctx, const void *p, size_t len)
{
	buf_put(ctx, p, len);
	return 0;
}

static void
export_all(enum export_format format, enum record_kind kind,
    struct record *const *list, size_t n, struct buf *file)
{
	static const struct export_context context = { 0 };
	struct export_out out = { .put = to_buf, .ctx = file };
	struct export *e = export_open(format, kind, n, &context, &out);

	ck_assert_ptr_nonnull(e);
	for (size_t i = 0; i < n; i++)
		export_record(e, 1, list[i]);
	ck_assert_int_eq(export_close(e), 0);
}

static const struct {
	enum export_format format;
	enum record_kind kind;
} ours[] = {
	{ EXPORT_VCARD3, RECORD_CONTACT },
	{ EXPORT_VCARD4, RECORD_CONTACT },
	{ EXPORT_XML, RECORD_MESSAGE },
	{ EXPORT_XML, RECORD_CALL },
	{ EXPORT_ICALENDAR, RECORD_CALENDAR },
	{ EXPORT_ICALENDAR, RECORD_NOTE },
	{ EXPORT_CSV, RECORD_CONTACT },
	{ EXPORT_CSV, RECORD_MESSAGE },
	{ EXPORT_CSV, RECORD_CALL },
	{ EXPORT_CSV, RECORD_CALENDAR },
	{ EXPORT_CSV, RECORD_NOTE },
};

START_TEST(our_files_come_back)
{
	struct record *list[2 * ODD];
	struct buf first = { 0 }, second = { 0 };
	uint8_t a[IMPORT_ESSENCE_LEN], b[IMPORT_ESSENCE_LEN];
	const size_t n = 2 * ODD;
	struct import im;

	for (size_t i = 0; i < n; i++)
		list[i] = make(ours[_i].kind, i);
	export_all(ours[_i].format, ours[_i].kind, list, n, &first);
	read_file(first.p, first.n, &im);
	ck_assert_uint_eq(im.bad, 0);
	ck_assert_uint_eq(im.n, n);
	for (size_t i = 0; i < n; i++) {
		import_essence(list[i], a);
		import_essence(im.record[i], b);
		ck_assert_msg(memcmp(a, b, sizeof a) == 0,
		    "format %d, kind %d: record %zu is another",
		    (int)ours[_i].format, (int)ours[_i].kind, i);
	}
	export_all(ours[_i].format, ours[_i].kind, im.record, n, &second);
	ck_assert_msg(
	    first.n == second.n && memcmp(first.p, second.p, first.n) == 0,
	    "format %d, kind %d: exported again:\n%s\nwant:\n%s",
	    (int)ours[_i].format, (int)ours[_i].kind, second.p, first.p);
	for (size_t i = 0; i < n; i++)
		record_free(list[i]);
	import_clear(&im);
	buf_clear(&first);
	buf_clear(&second);
}
END_TEST

START_TEST(more_than_the_limit_is_said)
{
	static const char card[] = "BEGIN:VCARD\nFN:a\nEND:VCARD\n";
	struct buf many = { 0 };
	struct import im;

	for (int i = 0; i <= IMPORT_RECORDS_MAX; i++)
		buf_str(&many, card);
	read_file(many.p, many.n, &im);
	ck_assert(im.too_many);
	ck_assert_uint_eq(im.n, IMPORT_RECORDS_MAX);
	import_clear(&im);
	read_file(many.p, many.n - strlen(card), &im);
	ck_assert(!im.too_many);
	import_clear(&im);
	buf_clear(&many);
}
END_TEST

START_TEST(base64_is_read_or_refused)
{
	static const struct {
		const char *text, *want;
	} table[] = { { "", "" }, { "QQ==", "A" }, { "QUI=", "AB" },
		{ "QUJD", "ABC" }, { "QUJDRA==", "ABCD" }, { "Q", NULL },
		{ "QU JD", NULL }, { "QQ==QQ==", NULL }, { "Q*==", NULL } };

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct buf out = { 0 };
		int ret = import_decode(table[i].text, &out);

		ck_assert_msg(
		    (ret == 0) == (table[i].want != NULL), "%s", table[i].text);
		if (ret == 0)
			ck_assert_str_eq(
			    out.p != NULL ? out.p : "", table[i].want);
		buf_clear(&out);
	}
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("import");
	TCase *tc = tcase_create("files");

	tcase_add_loop_test(
	    tc, files_of_others_are_read, 0, sizeof files / sizeof files[0]);
	tcase_add_loop_test(
	    tc, our_files_come_back, 0, sizeof ours / sizeof ours[0]);
	tcase_add_test(tc, more_than_the_limit_is_said);
	tcase_add_test(tc, base64_is_read_or_refused);
	tcase_set_timeout(tc, 60);
	suite_add_tcase(s, tc);
	return check_main(s);
}
