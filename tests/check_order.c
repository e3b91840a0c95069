/*
 * What an owner orders by text: how it is read, and what is not shown of it.
 */
#include <string.h>

#include "check_main.h"
#include "order.h"
#include "wire.h"

static const struct {
	const char *why, *text;
	enum order_err want;
	enum order_word word;
	const char *name;
} orders[] = {
	{ "as printed", "LOST 0000-0000-0000-0000", ORDER_OK, ORDER_LOST, "" },
	{ "no dashes, small letters", "find oooooooooooooooo alice", ORDER_OK,
	    ORDER_FIND, "alice" },
	{ "blanks and an end of line", " Ring 0000 0000 0000 0000  My phone\n",
	    ORDER_OK, ORDER_RING, "My phone" },
	{ "on two lines", "WHERE\n0000-0000-0000-0000\nWork", ORDER_OK,
	    ORDER_WHERE, "Work" },
	{ "one digit off", "LOST 0000-0000-0000-0001", ORDER_MISTYPED, 0,
	    NULL },
	{ "too short", "LOST 0000-0000-0000-000", ORDER_NONE, 0, NULL },
	{ "a letter", "Lost my keys, see you later", ORDER_NONE, 0, NULL },
	{ "another", "Where are you?", ORDER_NONE, 0, NULL },
	{ "no word", "0000-0000-0000-0000", ORDER_NONE, 0, NULL },
	{ "word and code in one", "LOST0000-0000-0000-0000", ORDER_NONE, 0,
	    NULL },
	{ "too long a code", "LOST 0000-0000-0000-00000", ORDER_NONE, 0, NULL },
	{ "a signature", "FIND 0000-0000-0000-0000 A\nSent from B", ORDER_OK,
	    ORDER_FIND, "A" },
	{ "a control character in the name", "FIND 0000-0000-0000-0000 A\x07",
	    ORDER_MISTYPED, 0, NULL },
	{ "empty", "", ORDER_NONE, 0, NULL },
	{ "the word alone", "WHERE", ORDER_NONE, 0, NULL },
};

START_TEST(texts_are_read)
{
	struct link_sms sms = { .class = LINK_CLASS_TEXT };
	struct order o;

	sms.data_len = (uint32_t)strlen(orders[_i].text);
	memcpy(sms.data, orders[_i].text, sms.data_len);
	ck_assert_msg(
	    order_read(&sms, &o) == orders[_i].want, "%s", orders[_i].why);
	if (orders[_i].want != ORDER_OK)
		return;
	ck_assert_int_eq(o.word, orders[_i].word);
	ck_assert_str_eq(o.name, orders[_i].name);
	ck_assert_str_eq(o.code, "0000000000000000");
	/* A part of a longer text is not the whole order. */
	sms.udh_len = 6;
	ck_assert_int_eq(order_read(&sms, &o), ORDER_NONE);
}
END_TEST

/* What is set aside with a code in it is shown without: '*' is hidden. */
static const struct {
	const char *why, *text, *want;
} shown[] = {
	{ "an order that was refused", "LOST 0000-0000-0000-0000 My phone",
	    "LOST ******************* My phone" },
	{ "without its word", "oooo OOOO 0000 0000", "*******************" },
	{ "word and code in one", "LOST0000000000000000",
	    "********************" },
	{ "too long", "RING 0000-0000-0000-00000",
	    "RING ********************" },
	{ "too short", "RING 0000-0000-0000-000", "RING ******************" },
	{ "in the middle", "code:0000 0000 0000 0000, hurry",
	    "code:*******************, hurry" },
	{ "none", "Your balance is 3.50. Lost my keys, see you on 5-6-2026.",
	    "Your balance is 3.50. Lost my keys, see you on 5-6-2026." },
	{ "empty", "", "" },
};

START_TEST(codes_are_not_shown)
{
	const char *text = shown[_i].text;
	size_t len = strlen(text);
	bool hide[100];
	char got[100] = "";

	order_hide_codes((const uint8_t *)text, len, hide);
	for (size_t i = 0; i < len; i++)
		got[i] = text[i];
	for (size_t i = 0; i < len; i++)
		if (hide[i])
			got[i] = '*';
	ck_assert_msg(strcmp(got, shown[_i].want) == 0, "%s: got \"%s\"",
	    shown[_i].why, got);
}
END_TEST

/* A frame as text is shown: it is sealed, and full of what looks like codes. */
START_TEST(a_frame_as_text_is_shown)
{
	const struct wire_frame f = { .type = WIRE_SINGLE, .key_id = 77 };
	uint8_t sms[WIRE_TEXT_MAX] = { 0 };
	char text[WIRE_TEXT_CHARS + 1];
	bool hide[WIRE_TEXT_CHARS];
	size_t len;

	wire_put_head(&f, sms);
	len = wire_text_encode(sms, sizeof sms, text);
	order_hide_codes((const uint8_t *)text, len, hide);
	for (size_t i = 0; i < len; i++)
		ck_assert(!hide[i]);
	text[0] = ' ';
	order_hide_codes((const uint8_t *)text, len, hide);
	ck_assert(hide[len / 2]);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("order");
	TCase *tc = tcase_create("texts");

	tcase_add_loop_test(
	    tc, texts_are_read, 0, sizeof orders / sizeof orders[0]);
	tcase_add_loop_test(
	    tc, codes_are_not_shown, 0, sizeof shown / sizeof shown[0]);
	tcase_add_test(tc, a_frame_as_text_is_shown);
	suite_add_tcase(s, tc);
	return check_main(s);
}
