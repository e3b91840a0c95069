#include "coding.h"

#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "log.h"

#define LEVEL 19 /* an SMS costs more than a second of a phone's time */

static int
as_it_is(const uint8_t *data, size_t len, uint8_t **out)
{
	if ((*out = malloc(len + 1)) == NULL)
		return -1;
	if (len > 0)
		memcpy(*out, data, len);
	return 0;
}

int
coding_encode(const uint8_t *data, size_t len, enum record_coding *coding,
    uint8_t **out, size_t *out_len)
{
	size_t cap = ZSTD_compressBound(len), n;
	uint8_t *coded = NULL;

	if (len > CODING_SIZE_MAX || (coded = malloc(cap)) == NULL) {
		log_error("cannot code a file of %zu octets", len);
		return -1;
	}
	n = ZSTD_compress(coded, cap, data, len, LEVEL);
	if (!ZSTD_isError(n) && n < len) {
		*coding = RECORD_CODING_ZSTD;
		*out = coded;
		*out_len = n;
		return 0;
	}
	free(coded);
	if (as_it_is(data, len, out) == -1) {
		log_error("cannot keep a file of %zu octets: %m", len);
		return -1;
	}
	*coding = RECORD_CODING_NONE;
	*out_len = len;
	return 0;
}

static int
from_zstd(const uint8_t *coded, size_t len, size_t size, uint8_t **out)
{
	uint8_t *data;

	/* One frame, nothing behind it, and the size known before. */
	if (ZSTD_getFrameContentSize(coded, len) != size ||
	    ZSTD_findFrameCompressedSize(coded, len) != len ||
	    (data = malloc(size + 1)) == NULL)
		return -1;
	if (ZSTD_decompress(data, size, coded, len) != size) {
		free(data);
		return -1;
	}
	*out = data;
	return 0;
}

int
coding_decode(enum record_coding coding, const uint8_t *coded, size_t len,
    size_t size, uint8_t **out)
{
	if (size > CODING_SIZE_MAX)
		return -1;
	switch (coding) {
	case RECORD_CODING_NONE:
		return len == size ? as_it_is(coded, len, out) : -1;
	case RECORD_CODING_ZSTD:
		return from_zstd(coded, len, size, out);
	}
	return -1;
}
