/*
 * corpus.h - records from JSON Lines files, for measuring.
 *
 * One JSON object a line: contacts (name, phones [{t, n, e164}], email {t, a},
 * org, title, bday, addr, note, star), messages (ts, peer, dir, read, body) and
 * calls (ts, peer, type, dur).  A time is in seconds, with a fraction or not,
 * or in milliseconds.  What is missing or null is left out, members that the
 * form does not know become fields with unknown tags, and half a surrogate
 * pair becomes U+FFFD.
 */
#ifndef CORPUS_H
#define CORPUS_H

#include <stddef.h>
#include <stdint.h>

#include "record.h"

struct corpus {
	struct record **list; /* owned; in the order of the file, ids from 1 */
	char **line; /* owned: the JSON text of each, without line end */
	size_t count;
};

/* Read a whole file.  0, or -1 after saying why on standard error. */
int corpus_read(const char *path, enum record_kind kind, struct corpus *out);
void corpus_clear(struct corpus *c);

#endif
