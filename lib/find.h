/*
 * find.h - words in texts, whatever the case and the script.
 */
#ifndef FIND_H
#define FIND_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Where needle (UTF-8, not "") stands in text, ignoring case.  NULL: nowhere.
 * *len: the octets of text that it takes, which may differ from needle's.
 */
const char *find_in(const char *text, const char *needle, size_t *len);

#endif
