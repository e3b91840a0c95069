/*
 * upload: what get accepts, put gives back.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "upload.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	uint8_t back[UPLOAD_PREAMBLE_MAX];
	struct upload_preamble u;
	size_t n = upload_get(p, len, &u);

	if (n > 0 &&
	    (n > len || upload_put(&u, back) != n || memcmp(back, p, n) != 0))
		abort();
	return 0;
}
