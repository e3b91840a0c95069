/*
 * utf8.h - is this text?
 */
#ifndef UTF8_H
#define UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Well-formed UTF-8 (RFC 3629) without NUL. */
bool utf8_valid(const char *p, size_t len);
/* That, and without control characters (C0, DEL, C1): fit for one line. */
bool utf8_line(const char *p, size_t len);
/* The most octets, at most max, that end between two characters. */
size_t utf8_cut(const char *p, size_t len, size_t max);
/* The character at *p of valid UTF-8; *p is then behind it. */
uint32_t utf8_next(const char **p);

#endif
