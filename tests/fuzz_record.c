/*
 * The stored form: what decode accepts, encode gives back, octet for octet.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "record.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	static uint8_t back[RECORD_STORED_MAX];
	struct record *r = record_decode(p, len), *copy;

	if (r == NULL)
		return 0;
	if (record_encode(r, back, sizeof back) != len ||
	    memcmp(back, p, len) != 0)
		abort();
	if ((copy = record_copy(r)) == NULL || !record_equal(copy, r))
		abort();
	record_free(copy);
	record_free(r);
	return 0;
}
