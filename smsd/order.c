#include "order.h"

#include <string.h>
#include <strings.h>

#include "utf8.h"
#include "wire.h"

#define RUN_MIN 10 /* letters and digits that may be most of a code */

static bool
is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	       (c >= 'a' && c <= 'z');
}

static const char *
skip_blanks(const char *p)
{
	while (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t')
		p++;
	return p;
}

/* NULL: it begins with none of the words. */
static const char *
read_word(const char *p, enum order_word *out)
{
	static const char *const words[] = { "LOST", "FIND", "RING", "WHERE" };

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		size_t n = strlen(words[i]);

		if (strncasecmp(p, words[i], n) == 0 &&
		    skip_blanks(p + n) > p + n) {
			*out = (enum order_word)i;
			return skip_blanks(p + n);
		}
	}
	return NULL;
}

/* Sixteen letters and digits, and then an end.  NULL: there are not. */
static const char *
read_code(const char *p, char code[static SEAL_CODE_CHARS + 1])
{
	size_t n = 0;

	while (n < SEAL_CODE_CHARS) {
		if (is_alnum(*p))
			code[n++] = *p;
		else if (n == 0 || (*p != '-' && *p != ' '))
			return NULL;
		p++;
	}
	code[n] = '\0';
	return *p == '\0' || skip_blanks(p) > p ? skip_blanks(p) : NULL;
}

enum order_err
order_read(const struct link_sms *sms, struct order *out)
{
	char text[LINK_DATA_MAX + 1], typed[SEAL_CODE_CHARS + 1];
	const char *p;
	size_t n;
	enum order_err err = ORDER_NONE;

	if (sms->class != LINK_CLASS_TEXT || sms->udh_len != 0 ||
	    !utf8_valid((const char *)sms->data, sms->data_len))
		return ORDER_NONE;
	memcpy(text, sms->data, sms->data_len);
	text[sms->data_len] = '\0';
	memset(out, 0, sizeof *out);
	if ((p = read_word(skip_blanks(text), &out->word)) == NULL ||
	    (p = read_code(p, typed)) == NULL)
		goto out;
	err = ORDER_MISTYPED;
	if (seal_code_read(typed, &out->code_id, out->code) == -1)
		goto out;
	for (n = strcspn(p, "\r\n");
	     n > 0 && skip_blanks(p + n - 1) > p + n - 1; n--)
		;
	/* A longer name is nobody's: what is cut off does not matter. */
	n = utf8_cut(p, n, ORDER_NAME_MAX);
	if (!utf8_line(p, n))
		goto out;
	memcpy(out->name, p, n);
	err = ORDER_OK;
out:
	seal_wipe(text, sizeof text);
	seal_wipe(typed, sizeof typed);
	return err;
}

/* ---- what is not shown ---- */

static bool
is_text_frame(const uint8_t *p, size_t len)
{
	uint8_t sms[WIRE_TEXT_MAX];
	struct wire_frame f;
	size_t n;

	return wire_text_decode((const char *)p, len, sms, &n) == WIRE_OK &&
	       wire_decode(sms, n, &f) == WIRE_OK;
}

/* Letters, digits and dashes from here on, if with a digit and not too few to
 * be a code that was mistyped.  0: they are none. */
static size_t
run_at(const uint8_t *p, size_t len)
{
	size_t n = 0, count = 0;
	bool digit = false;

	for (; n < len && (is_alnum((char)p[n]) || p[n] == '-'); n++) {
		count += p[n] != '-';
		digit = digit || (p[n] >= '0' && p[n] <= '9');
	}
	return digit && count >= RUN_MIN ? n : 0;
}

/* The octets of a code that is none of a run, as one with blanks.  0: none. */
static size_t
code_at(const uint8_t *p, size_t len)
{
	char typed[SEAL_CODE_CHARS + 1] = "", code[SEAL_CODE_CHARS + 1];
	size_t n = 0, i = 0;
	uint32_t id;

	for (; i < len && n < SEAL_CODE_CHARS; i++) {
		if (is_alnum((char)p[i]))
			typed[n++] = (char)p[i];
		else if (n == 0 || (p[i] != '-' && p[i] != ' '))
			return 0;
	}
	return seal_code_read(typed, &id, code) == 0 ? i : 0;
}

void
order_hide_codes(const uint8_t *p, size_t len, bool *hide)
{
	memset(hide, 0, len * sizeof *hide);
	if (is_text_frame(p, len))
		return;
	for (size_t i = 0; i < len; i++) {
		size_t run = run_at(p + i, len - i);
		size_t code = code_at(p + i, len - i);

		memset(hide + i, true, run > code ? run : code);
	}
}
