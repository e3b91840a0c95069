/*
 * Files of anybody: whatever they hold, what is read of them is text that can
 * be kept and read again.
 */
#include <stdint.h>
#include <stdlib.h>

#include "import.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	static uint8_t stored[RECORD_STORED_MAX];
	struct import im;

	if (len > 65536 || import_read((const char *)p, len, 0, &im) == -1)
		return 0;
	for (size_t i = 0; i < im.n; i++) {
		uint8_t essence[IMPORT_ESSENCE_LEN];
		size_t n = record_encode(im.record[i], stored, sizeof stored);
		struct record *back = n > 0 ? record_decode(stored, n) : NULL;

		if (n > 0 && back == NULL)
			abort();
		import_essence(im.record[i], essence);
		record_free(back);
	}
	import_clear(&im);
	return 0;
}
