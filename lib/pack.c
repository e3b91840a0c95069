#include "pack.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "log.h"
#include "pack_internal.h"
#include "pack_state.h"

/* Raw deflate of p with the dictionary; 0 if it takes more than room. */
static size_t
deflated(const uint8_t *p, size_t len, uint8_t *out, size_t room)
{
	z_stream z = { 0 };
	size_t n = 0;

	if (deflateInit2(&z, 9, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY) != Z_OK)
		return 0;
	if (deflateSetDictionary(
		&z, pack_dictionary, (uInt)pack_dictionary_len) == Z_OK) {
		z.next_in = (Bytef *)(uintptr_t)p;
		z.avail_in = (uInt)len;
		z.next_out = out;
		z.avail_out = (uInt)room;
		if (deflate(&z, Z_FINISH) == Z_STREAM_END)
			n = z.total_out;
	}
	deflateEnd(&z);
	return n;
}

/* The first n records in *out, if they fit. */
static size_t
try(enum pack_codec codec, const uint8_t *plain, size_t len, uint8_t *out,
    size_t room)
{
	if (codec == PACK_DEFLATE)
		return deflated(plain, len, out, room);
	if (len > room)
		return 0;
	memcpy(out, plain, len);
	return len;
}

enum pack_codec
pack_alone(enum pack_codec codec)
{
	return codec == PACK_BASED ? PACK_MIX : codec;
}

/*
 * The most records that fit.  More records never take fewer octets but by a
 * hair, so a search by halves finds the count; then the last try is kept.
 */
size_t
pack_fill(enum pack_codec codec, const struct record *const *list, size_t count,
    uint8_t *out, size_t room, size_t *len)
{
	size_t *end = calloc(count + 1, sizeof *end);
	uint8_t *plain = NULL, *spare = malloc(room);
	size_t fit = 0, fit_len = 0, low = 0, high = 0, n;

	if (codec == PACK_BASED) {
		free(end);
		free(spare);
		return 0;
	}
	if (codec == PACK_MIX) {
		free(end);
		free(spare);
		return pack_state_fill(NULL, list, count, out, room, len);
	}
	if (end == NULL || spare == NULL)
		goto out;
	high = pack_fields(list, count, &plain, end);
	while (low < high) {
		size_t middle = low + (high - low + 1) / 2;

		n = try(codec, plain, end[middle - 1], spare, room);
		if (n > 0) {
			low = fit = middle;
			fit_len = n;
			memcpy(out, spare, n);
		} else {
			high = middle - 1;
		}
	}
out:
	free(plain);
	free(spare);
	free(end);
	if (fit > 0)
		*len = fit_len;
	return fit;
}

/* Inflate into a fresh buffer of at most PACK_PLAIN_MAX octets. */
static uint8_t *
inflated(const uint8_t *p, size_t len, size_t *out_len)
{
	z_stream z = { 0 };
	uint8_t *out = malloc(PACK_PLAIN_MAX);
	bool ok = false;

	if (out == NULL || inflateInit2(&z, -15) != Z_OK) {
		free(out);
		return NULL;
	}
	if (inflateSetDictionary(
		&z, pack_dictionary, (uInt)pack_dictionary_len) == Z_OK) {
		z.next_in = (Bytef *)(uintptr_t)p;
		z.avail_in = (uInt)len;
		z.next_out = out;
		z.avail_out = PACK_PLAIN_MAX;
		ok = inflate(&z, Z_FINISH) == Z_STREAM_END && z.avail_in == 0;
		*out_len = z.total_out;
	}
	inflateEnd(&z);
	if (!ok) {
		free(out);
		return NULL;
	}
	return out;
}

int
pack_read(enum pack_codec codec, const uint8_t *p, size_t len,
    struct record ***list, size_t *count)
{
	uint8_t *plain;
	size_t n = 0;
	int ret;

	if (len == 0) {
		*list = NULL;
		*count = 0;
		return 0;
	}
	switch (codec) {
	case PACK_PLAIN:
		return pack_unfields(p, len, list, count);
	case PACK_DEFLATE:
		if ((plain = inflated(p, len, &n)) == NULL)
			return -1;
		ret = pack_unfields(plain, n, list, count);
		free(plain);
		return ret;
	case PACK_MIX:
		return pack_state_read(NULL, p, len, list, count);
	case PACK_BASED:
	case PACK_CODEC_COUNT:
		break;
	}
	return -1;
}

const char *
pack_codec_name(enum pack_codec codec)
{
	switch (codec) {
	case PACK_PLAIN:
		return "plain";
	case PACK_DEFLATE:
		return "deflate";
	case PACK_MIX:
		return "mix";
	case PACK_BASED:
		return "based";
	case PACK_CODEC_COUNT:
		break;
	}
	return NULL;
}
