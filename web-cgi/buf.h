/*
 * buf.h - text that grows.  One that could not grow is marked, and the page is
 * answered with an error in its place.
 */
#ifndef BUF_H
#define BUF_H

#include <stdbool.h>
#include <stddef.h>

struct buf {
	char *p; /* NUL-ended once anything was put */
	size_t n, cap;
	bool failed;
};

void buf_put(struct buf *b, const char *p, size_t len);
void buf_str(struct buf *b, const char *text);
void buf_printf(struct buf *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void buf_clear(struct buf *b);

#endif
