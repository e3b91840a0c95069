/*
 * A batch in any codec, which the first octet chooses: what is read can be
 * written, and then reads the same.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "pack.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len);

static void
drop(struct record **list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		record_free(list[i]);
	free(list);
}

static void
again(struct record **list, size_t count)
{
	static uint8_t octets[PACK_PLAIN_MAX];
	struct record **back = NULL;
	size_t len = 0, n = 0;
	size_t fit = pack_fill(PACK_PLAIN, (const struct record *const *)list,
	    count, octets, sizeof octets, &len);

	/* What one reads in few octets may take more when it is written. */
	if (fit == 0)
		return;
	if (pack_read(PACK_PLAIN, octets, len, &back, &n) == -1 || n != fit)
		abort();
	for (size_t i = 0; i < n; i++)
		if (!record_equal(list[i], back[i]))
			abort();
	drop(back, n);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	struct record **list = NULL;
	size_t n = 0;

	if (len == 0 || p[0] >= PACK_CODEC_COUNT)
		return 0;
	if (pack_read((enum pack_codec)p[0], p + 1, len - 1, &list, &n) == -1)
		return 0;
	again(list, n);
	drop(list, n);
	return 0;
}
