/*
 * lists_plain.h - functions of the lists, compiled as for a processor without
 * SSE2.
 */
#ifndef LISTS_PLAIN_H
#define LISTS_PLAIN_H

#include "pack_lists.h"

unsigned plain_sum(list_octets o);
unsigned plain_first(const struct list *l);
unsigned plain_state(const struct list *l, unsigned ones);

#endif
