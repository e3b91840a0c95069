#undef __SSE2__
#include "lists_plain.h"

unsigned
plain_sum(list_octets o)
{
	return list_sum(o);
}

unsigned
plain_first(const struct list *l)
{
	return list_first(l);
}

unsigned
plain_state(const struct list *l, unsigned ones)
{
	return list_state(l, ones);
}
