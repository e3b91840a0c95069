/*
 * handset.h - any other telephone in the network: it sends and gets plain
 * texts and has nothing of ours on it.
 */
#ifndef HANDSET_H
#define HANDSET_H

#include <stddef.h>

struct sim;
struct handsets;

struct handsets *handsets_new(struct sim *s);
void handsets_free(struct handsets *h);
/*
 * A text from that number, which is switched on from now on unless the number
 * has another end.  NULL, or what is wrong.
 */
const char *handsets_send(
    struct handsets *h, const char *from, const char *to, const char *text);
/* The nth newest text (from 0) that came to that number; NULL: there is none.
 */
const char *
handsets_text(const struct handsets *h, const char *number, size_t nth);

#endif
