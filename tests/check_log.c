#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "check_main.h"
#include "log.h"
#include "utf8.h"

/* What one call writes to stderr. */
static void
capture(bool verbose, const char *text, char *said, size_t cap)
{
	FILE *f = tmpfile();
	ssize_t n;

	ck_assert_ptr_nonnull(f);
	fflush(stderr);
	ck_assert_int_ne(dup2(fileno(f), STDERR_FILENO), -1);
	log_open("prog", false, verbose);
	log_warn("%s", text);
	ck_assert_int_ne(n = pread(fileno(f), said, cap - 1, 0), -1);
	said[n] = '\0';
	fclose(f);
}

static const struct {
	const char *why, *text, *want;
} lines[] = {
	{ "plain", "phone 5: short frame", "prog: phone 5: short frame\n" },
	{ "UTF-8", "Väinö 你好 😂", "prog: Väinö 你好 😂\n" },
	{ "a line of its own", "x\nprog: all is well",
	    "prog: x\\x0aprog: all is well\n" },
	{ "carriage return", "x\ry", "prog: x\\x0dy\n" },
	{ "escape", "\033[2J", "prog: \\x1b[2J\n" },
	{ "delete", "\x7f", "prog: \\x7f\n" },
	{ "C1 as UTF-8",
	    "\xc2\x9b"
	    "2J",
	    "prog: \\xc2\\x9b2J\n" },
	{ "C1 alone",
	    "\x9b"
	    "2J",
	    "prog: \\x9b2J\n" },
	{ "Latin 1", "V\xe4in\xf6", "prog: V\\xe4in\\xf6\n" },
	{ "cut in a character", "\xe4\xbd", "prog: \\xe4\\xbd\n" },
};

START_TEST(one_line)
{
	char said[4096];

	capture(false, lines[_i].text, said, sizeof said);
	ck_assert_msg(strcmp(said, lines[_i].want) == 0,
	    "%s: got \"%s\", want \"%s\"", lines[_i].why, said, lines[_i].want);
}
END_TEST

START_TEST(long_line)
{
	char text[3000], said[4096];

	memset(text, '\n', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	capture(false, text, said, sizeof said);
	ck_assert_uint_lt(strlen(said), 1500);
	ck_assert_ptr_eq(strchr(said, '\n'), said + strlen(said) - 1);
}
END_TEST

START_TEST(debug_only_when_verbose)
{
	FILE *f = tmpfile();
	char said[256];
	ssize_t n;

	ck_assert_ptr_nonnull(f);
	ck_assert_int_ne(dup2(fileno(f), STDERR_FILENO), -1);
	log_open("prog", false, false);
	ck_assert(!log_verbose());
	log_debug("unseen");
	log_open("prog", false, true);
	ck_assert(log_verbose());
	log_debug("seen");
	ck_assert_int_ne(n = pread(fileno(f), said, sizeof said - 1, 0), -1);
	said[n] = '\0';
	ck_assert_str_eq(said, "prog: seen\n");
	fclose(f);
}
END_TEST

START_TEST(numbers_are_shortened)
{
	char out[LOG_NUMBER_MAX];
	char number[64];

	log_open("prog", false, false);
	ck_assert_str_eq(log_number("+358401234567", out), "+358*****67");
	ck_assert_str_eq(log_number("16400", out), "16400");
	ck_assert_str_eq(log_number("", out), "");
	memset(number, '7', sizeof number - 1);
	number[sizeof number - 1] = '\0';
	ck_assert_str_eq(log_number(number, out), "7777*****77");
	log_open("prog", false, true);
	ck_assert_str_eq(log_number("+358401234567", out), "+358401234567");
	ck_assert_uint_eq(strlen(log_number(number, out)), LOG_NUMBER_MAX - 1);
}
END_TEST

static const struct {
	const char *why, *text;
	size_t len;
	bool valid, line;
} texts[] = {
	{ "empty", "", 0, true, true },
	{ "ASCII", "abc", 3, true, true },
	{ "two lines", "a\nb", 3, true, false },
	{ "NUL", "a\0b", 3, false, false },
	{ "two, three and four octets", "ö你😂", 9, true, true },
	{ "C1", "\xc2\x80", 2, true, false },
	{ "first after C1", "\xc2\xa0", 2, true, true },
	{ "overlong NUL", "\xc0\x80", 2, false, false },
	{ "overlong slash", "\xe0\x80\xaf", 3, false, false },
	{ "overlong in four", "\xf0\x8f\xbf\xbf", 4, false, false },
	{ "surrogate", "\xed\xa0\x80", 3, false, false },
	{ "past the last", "\xf4\x90\x80\x80", 4, false, false },
	{ "the last", "\xf4\x8f\xbf\xbf", 4, true, true },
	{ "five octets", "\xf8\x88\x80\x80\x80", 5, false, false },
	{ "alone", "\x80", 1, false, false },
	{ "cut", "\xe4\xbd", 2, false, false },
	{ "two begun", "\xe4\xe4\xbd\xa0", 4, false, false },
};

START_TEST(utf8)
{
	ck_assert_msg(
	    utf8_valid(texts[_i].text, texts[_i].len) == texts[_i].valid,
	    "%s: valid", texts[_i].why);
	ck_assert_msg(
	    utf8_line(texts[_i].text, texts[_i].len) == texts[_i].line,
	    "%s: line", texts[_i].why);
}
END_TEST

START_TEST(utf8_is_cut_between_characters)
{
	static const size_t want[] = { 0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 11 };

	for (size_t max = 0; max < sizeof want / sizeof want[0]; max++)
		ck_assert_uint_eq(utf8_cut("aö你😂z", 11, max), want[max]);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("log");
	TCase *tc = tcase_create("log");

	tcase_add_loop_test(tc, one_line, 0, sizeof lines / sizeof lines[0]);
	tcase_add_test(tc, long_line);
	tcase_add_test(tc, debug_only_when_verbose);
	tcase_add_test(tc, numbers_are_shortened);
	suite_add_tcase(s, tc);
	tc = tcase_create("utf8");
	tcase_add_loop_test(tc, utf8, 0, sizeof texts / sizeof texts[0]);
	tcase_add_test(tc, utf8_is_cut_between_characters);
	suite_add_tcase(s, tc);
	return check_main(s);
}
