/*
 * What the pages are made of: text that cannot become markup, and every word in
 * each language.
 */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "buf.h"
#include "check_main.h"
#include "html.h"
#include "text.h"
#include "utf8.h"

/* ---- markup ---- */

static const struct {
	const char *why, *text, *html, *query;
} escapes[] = {
	{ "plain", "Anna", "Anna", "Anna" },
	{ "nothing", "", "", "" },
	{ "a script", "<script>alert(1)</script>",
	    "&lt;script&gt;alert(1)&lt;/script&gt;",
	    "%3Cscript%3Ealert%281%29%3C%2Fscript%3E" },
	{ "out of an attribute", "\" onclick=\"x", "&quot; onclick=&quot;x",
	    "%22%20onclick%3D%22x" },
	{ "out of single quotes", "' x='", "&#39; x=&#39;", "%27%20x%3D%27" },
	{ "an entity is text", "&lt;&amp;", "&amp;lt;&amp;amp;",
	    "%26lt%3B%26amp%3B" },
	{ "conversions are text", "%s%n%%", "%s%n%%", "%25s%25n%25%25" },
	{ "other fields", "a&b=c#d", "a&amp;b=c#d", "a%26b%3Dc%23d" },
	{ "a line break", "a\r\nb", "a\r\nb", "a%0D%0Ab" },
	{ "Chinese", "\xe5\xb0\x8f", "\xe5\xb0\x8f", "%E5%B0%8F" },
	{ "what stays as it is", "-_.09azAZ", "-_.09azAZ", "-_.09azAZ" },
};

START_TEST(text_cannot_become_markup)
{
	struct buf b = { 0 };

	html_put(&b, "<p title=\"%s\">", escapes[_i].text);
	html_text(&b, escapes[_i].text);
	buf_str(&b, "|");
	html_query(&b, escapes[_i].text);
	ck_assert(!b.failed);
	{
		char want[400];

		snprintf(want, sizeof want, "<p title=\"%s\">%s|%s",
		    escapes[_i].html, escapes[_i].html, escapes[_i].query);
		ck_assert_msg(strcmp(b.p, want) == 0, "%s: got %s, want %s",
		    escapes[_i].why, b.p, want);
	}
	buf_clear(&b);
}
END_TEST

START_TEST(formats_say_what_they_say)
{
	struct buf b = { 0 };

	html_put(&b, "<i>%d %u %lld %zu %% %s%s</i>", INT_MIN, UINT_MAX,
	    LLONG_MIN, SIZE_MAX, "<", "");
	ck_assert_str_eq(b.p, "<i>-2147483648 4294967295 -9223372036854775808 "
			      "18446744073709551615 % &lt;</i>");
	buf_clear(&b);
}
END_TEST

/* An octet of each value but NUL: only five of them change. */
START_TEST(every_octet_is_kept_or_escaped)
{
	struct buf b = { 0 };
	char text[256];
	size_t want = 255 + 4 + 3 + 3 + 5 + 4; /* & < > " ' */

	for (int c = 1; c < 256; c++)
		text[c - 1] = (char)c;
	text[255] = '\0';
	html_text(&b, text);
	ck_assert_uint_eq(b.n, want);
	ck_assert_ptr_null(strpbrk(b.p, "<>\"'"));
	buf_clear(&b);
}
END_TEST

/* ---- text that grows ---- */

START_TEST(a_text_grows)
{
	struct buf b = { 0 };
	char part[1000];

	memset(part, 'x', sizeof part);
	buf_put(&b, part, 0);
	ck_assert_str_eq(b.p, "");
	for (size_t i = 0; i < 1000; i++) {
		buf_put(&b, part, sizeof part);
		ck_assert_uint_eq(b.n, (i + 1) * sizeof part);
		ck_assert_int_eq(b.p[b.n], '\0');
	}
	ck_assert(!b.failed);
	buf_clear(&b);
	ck_assert_ptr_null(b.p);
	ck_assert_uint_eq(b.n, 0);
}
END_TEST

START_TEST(a_text_that_could_not_grow_is_marked)
{
	struct buf b = { 0 };

	buf_str(&b, "kept");
	buf_printf(&b, "%1023s", "fits");
	ck_assert(!b.failed);
	ck_assert_uint_eq(b.n, 4 + 1023);
	buf_printf(&b, "%1024s", "does not");
	ck_assert(b.failed);
	/* And takes no more, so that no page lacks its middle. */
	buf_str(&b, "more");
	ck_assert_uint_eq(b.n, 4 + 1023);
	buf_clear(&b);
}
END_TEST

/* ---- words ---- */

static bool
has_chinese(const char *text)
{
	/* U+4E00 to U+9FFF, and what stands between such. */
	for (const unsigned char *p = (const unsigned char *)text; *p != '\0';
	     p++)
		if (*p >= 0xe3 && *p <= 0xe9)
			return true;
	return false;
}

static const struct {
	const char *language, *code;
	enum text_language want;
} codes[] = {
	{ "zh", "zh", TEXT_ZH },
	{ "zh-CN,zh;q=0.9,en;q=0.8", "zh", TEXT_ZH },
	{ "en", "en", TEXT_EN },
	{ "en-GB,zh;q=0.5", "en", TEXT_EN },
	{ "", "en", TEXT_EN },
	{ "fi", "en", TEXT_EN },
	{ "z", "en", TEXT_EN },
	{ "<script>", "en", TEXT_EN },
};

START_TEST(a_language_is_known_or_english)
{
	enum text_language got = text_language_of(codes[_i].language);

	ck_assert_msg(
	    got == codes[_i].want, "\"%s\": got %d", codes[_i].language, got);
	ck_assert_str_eq(text_code(got), codes[_i].code);
	ck_assert_int_eq(text_language_of(text_code(got)), got);
}
END_TEST

static void
check_word(enum text_id id)
{
	const char *en = text_get(TEXT_EN, id), *zh = text_get(TEXT_ZH, id);

	ck_assert_msg(en != NULL && zh != NULL, "%s is missing", text_name(id));
	ck_assert_msg((en[0] == '\0') == (id == T_NONE) &&
			  (zh[0] == '\0') == (id == T_NONE),
	    "%s: \"%s\" and \"%s\"", text_name(id), en, zh);
	ck_assert_msg(utf8_line(en, strlen(en)) && utf8_line(zh, strlen(zh)),
	    "%s is no line of text", text_name(id));
	ck_assert_msg(!has_chinese(en) || strcmp(en, zh) == 0,
	    "%s: English is \"%s\"", text_name(id), en);
	/* Sentences are translated; a name or a unit may stand as it is. */
	ck_assert_msg(strlen(en) < 24 || has_chinese(zh),
	    "%s: Chinese is \"%s\"", text_name(id), zh);
	ck_assert_msg(strpbrk(en, "<>") == NULL && strpbrk(zh, "<>") == NULL,
	    "%s holds markup", text_name(id));
}

START_TEST(every_word_is_there_in_each_language)
{
	for (int id = 0; id < TEXT_COUNT; id++)
		check_word((enum text_id)id);
}
END_TEST

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

int
main(void)
{
	Suite *s = suite_create("html");
	TCase *tc = tcase_create("markup");

	tcase_add_loop_test(tc, text_cannot_become_markup, 0, COUNT(escapes));
	tcase_add_test(tc, formats_say_what_they_say);
	tcase_add_test(tc, every_octet_is_kept_or_escaped);
	tcase_add_test(tc, a_text_grows);
	tcase_add_test(tc, a_text_that_could_not_grow_is_marked);
	suite_add_tcase(s, tc);
	tc = tcase_create("words");
	tcase_add_loop_test(
	    tc, a_language_is_known_or_english, 0, COUNT(codes));
	tcase_add_test(tc, every_word_is_there_in_each_language);
	suite_add_tcase(s, tc);
	return check_main(s);
}
