#include "html.h"

#include <assert.h>
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void
html_text(struct buf *html, const char *text)
{
	for (; *text != '\0'; text++) {
		switch (*text) {
		case '&':
			buf_str(html, "&amp;");
			break;
		case '<':
			buf_str(html, "&lt;");
			break;
		case '>':
			buf_str(html, "&gt;");
			break;
		case '"':
			buf_str(html, "&quot;");
			break;
		case '\'':
			buf_str(html, "&#39;");
			break;
		default:
			buf_put(html, text, 1);
			break;
		}
	}
}

void
html_query(struct buf *html, const char *text)
{
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;

		if (isalnum(c) || c == '-' || c == '_' || c == '.')
			buf_put(html, text, 1);
		else
			buf_printf(html, "%%%02X", c);
	}
}

/* One conversion at fmt, which stands behind its %; returns what is left. */
static const char *
convert(struct buf *html, const char *fmt, va_list *ap)
{
	if (*fmt == 's') {
		html_text(html, va_arg(*ap, const char *));
		return fmt + 1;
	}
	if (*fmt == 'd') {
		buf_printf(html, "%d", va_arg(*ap, int));
		return fmt + 1;
	}
	if (*fmt == 'u') {
		buf_printf(html, "%u", va_arg(*ap, unsigned));
		return fmt + 1;
	}
	if (strncmp(fmt, "lld", 3) == 0) {
		buf_printf(html, "%lld", va_arg(*ap, long long));
		return fmt + 3;
	}
	if (strncmp(fmt, "zu", 2) == 0) {
		buf_printf(html, "%zu", va_arg(*ap, size_t));
		return fmt + 2;
	}
	assert(*fmt == '%');
	buf_put(html, "%", 1);
	return fmt + 1;
}

void
html_put(struct buf *html, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	while (*fmt != '\0') {
		size_t n = strcspn(fmt, "%");

		buf_put(html, fmt, n);
		fmt += n;
		if (*fmt == '%')
			fmt = convert(html, fmt + 1, &ap);
	}
	va_end(ap);
}
