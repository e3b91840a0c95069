#include "order.h"

#include <string.h>
#include <strings.h>

#include "utf8.h"

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
