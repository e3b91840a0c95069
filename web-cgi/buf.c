#include "buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool
room(struct buf *b, size_t more)
{
	size_t cap = b->cap == 0 ? 4096 : b->cap;
	char *p;

	if (b->failed)
		return false;
	while (cap < b->n + more + 1)
		cap *= 2;
	if (cap == b->cap)
		return true;
	if ((p = realloc(b->p, cap)) == NULL) {
		b->failed = true;
		return false;
	}
	b->p = p;
	b->cap = cap;
	return true;
}

void
buf_put(struct buf *b, const char *p, size_t len)
{
	if (!room(b, len))
		return;
	memcpy(b->p + b->n, p, len);
	b->n += len;
	b->p[b->n] = '\0';
}

void
buf_str(struct buf *b, const char *text)
{
	buf_put(b, text, strlen(text));
}

void
buf_printf(struct buf *b, const char *fmt, ...)
{
	char text[1024];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof text)
		b->failed = true;
	else
		buf_put(b, text, (size_t)n);
}

void
buf_clear(struct buf *b)
{
	free(b->p);
	*b = (struct buf){ 0 };
}
