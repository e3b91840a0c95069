/*
 * html.h - pages in which text cannot become markup.
 *
 * The format of html_put() is markup and is copied as it stands; whatever its
 * arguments bring is text and is escaped.  So a page is safe if its formats are
 * literals, and the compiler checks that they are.
 */
#ifndef HTML_H
#define HTML_H

#include "buf.h"

/* Understands %s, %d, %u, %lld, %zu and %%, and nothing more. */
void html_put(struct buf *html, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* Text alone, escaped: for what html_put's formats cannot say. */
void html_text(struct buf *html, const char *text);
/* Text of a URL's query, percent-encoded. */
void html_query(struct buf *html, const char *text);

#endif
