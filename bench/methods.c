#include "methods.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include "pack.h"
#include "pack_internal.h"
#include "pack_state.h"

#define ZSTD_LEVEL 19
#define TEXT_MAX (4u << 20) /* JSON of one transfer */

struct methods {
	const struct corpus *corpora;
	ZSTD_CCtx *zc;
	ZSTD_DCtx *zd;
	ZSTD_CDict *cdict;
	ZSTD_DDict *ddict;
	uint8_t *text, *back; /* TEXT_MAX octets each */
	struct pack_state *state; /* NULL: nothing is known */
};

struct methods *
methods_new(const struct corpus *corpora)
{
	struct methods *m = calloc(1, sizeof *m);

	if (m == NULL)
		return NULL;
	m->corpora = corpora;
	m->zc = ZSTD_createCCtx();
	m->zd = ZSTD_createDCtx();
	m->cdict =
	    ZSTD_createCDict(pack_dictionary, pack_dictionary_len, ZSTD_LEVEL);
	m->ddict = ZSTD_createDDict(pack_dictionary, pack_dictionary_len);
	m->text = malloc(TEXT_MAX);
	m->back = malloc(TEXT_MAX);
	if (m->zc == NULL || m->zd == NULL || m->cdict == NULL ||
	    m->ddict == NULL || m->text == NULL || m->back == NULL) {
		methods_free(m);
		return NULL;
	}
	/* The frame without what both ends know. */
	ZSTD_CCtx_setParameter(m->zc, ZSTD_c_contentSizeFlag, 0);
	ZSTD_CCtx_setParameter(m->zc, ZSTD_c_dictIDFlag, 0);
	ZSTD_CCtx_setParameter(m->zc, ZSTD_c_checksumFlag, 0);
	ZSTD_CCtx_refCDict(m->zc, m->cdict);
	return m;
}

void
methods_free(struct methods *m)
{
	if (m == NULL)
		return;
	ZSTD_freeCCtx(m->zc);
	ZSTD_freeDCtx(m->zd);
	ZSTD_freeCDict(m->cdict);
	ZSTD_freeDDict(m->ddict);
	free(m->text);
	free(m->back);
	pack_state_free(m->state);
	free(m);
}

void
methods_reset(struct methods *m, enum method_state state, size_t history)
{
	pack_state_free(m->state);
	m->state = NULL;
	if (state == STATE_NONE)
		return;
	m->state = pack_state_new(state == STATE_ON ? history : 0);
	if (m->state == NULL)
		exit(1);
}

/* ---- ours ---- */

static bool
same(struct record **got, size_t n, const struct record *const *list,
    size_t count)
{
	bool ok = n == count;

	for (size_t i = 0; i < n; i++) {
		ok = ok && record_equal(got[i], list[i]);
		record_free(got[i]);
	}
	free(got);
	return ok;
}

static size_t
mix_fill(struct methods *m, const struct record *const *list, size_t count,
    uint8_t *out, size_t room, size_t *len)
{
	return pack_state_fill(m->state, list, count, out, room, len);
}

static bool
mix_check(struct methods *m, const struct record *const *list, size_t count,
    const uint8_t *p, size_t len)
{
	struct record **got = NULL;
	size_t n = 0;

	return pack_state_read(m->state, p, len, &got, &n) == 0 &&
	       same(got, n, list, count);
}

static void
mix_learn(struct methods *m, const struct record *const *list, size_t count)
{
	if (m->state != NULL && pack_state_learn(m->state, list, count) == -1)
		exit(1);
}

static size_t
deflate_fill(struct methods *m, const struct record *const *list, size_t count,
    uint8_t *out, size_t room, size_t *len)
{
	(void)m;
	return pack_fill(PACK_DEFLATE, list, count, out, room, len);
}

static bool
deflate_check(struct methods *m, const struct record *const *list, size_t count,
    const uint8_t *p, size_t len)
{
	struct record **got = NULL;
	size_t n = 0;

	(void)m;
	return pack_read(PACK_DEFLATE, p, len, &got, &n) == 0 &&
	       same(got, n, list, count);
}

/* ---- off the shelf ---- */

typedef size_t compress_fn(
    struct methods *m, const uint8_t *p, size_t len, uint8_t *out, size_t room);

/* The most records, end[i] octets to the end of the ith, that fit. */
static size_t
fill(struct methods *m, compress_fn *compress, const uint8_t *p,
    const size_t *end, size_t count, uint8_t *out, size_t room, size_t *len)
{
	size_t low = 0, high = count, n;

	while (low < high) {
		size_t middle = low + (high - low + 1) / 2;

		if (compress(m, p, end[middle - 1], out, room) > 0)
			low = middle;
		else
			high = middle - 1;
	}
	if (low > 0 && (n = compress(m, p, end[low - 1], out, room)) > 0)
		*len = n;
	return low;
}

static size_t
zstd_compress(
    struct methods *m, const uint8_t *p, size_t len, uint8_t *out, size_t room)
{
	size_t n = ZSTD_compress2(m->zc, out, room, p, len);

	return ZSTD_isError(n) ? 0 : n;
}

static size_t
zstd_fill(struct methods *m, const struct record *const *list, size_t count,
    uint8_t *out, size_t room, size_t *len)
{
	size_t *end = calloc(count + 1, sizeof *end), n = 0;
	uint8_t *plain = NULL;

	if (end != NULL && (n = pack_fields(list, count, &plain, end)) > 0)
		n = fill(m, zstd_compress, plain, end, n, out, room, len);
	free(plain);
	free(end);
	return n;
}

static bool
zstd_check(struct methods *m, const struct record *const *list, size_t count,
    const uint8_t *p, size_t len)
{
	size_t n = ZSTD_decompress_usingDDict(
	    m->zd, m->back, TEXT_MAX, p, len, m->ddict);
	struct record **got = NULL;
	size_t back = 0;

	return !ZSTD_isError(n) &&
	       pack_unfields(m->back, n, &got, &back) == 0 &&
	       same(got, back, list, count);
}

static size_t
json_compress(
    struct methods *m, const uint8_t *p, size_t len, uint8_t *out, size_t room)
{
	z_stream z = { 0 };
	size_t n = 0;

	(void)m;
	if (deflateInit2(&z, 9, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY) != Z_OK)
		return 0;
	z.next_in = (Bytef *)(uintptr_t)p;
	z.avail_in = (uInt)len;
	z.next_out = out;
	z.avail_out = (uInt)room;
	if (deflate(&z, Z_FINISH) == Z_STREAM_END)
		n = z.total_out;
	deflateEnd(&z);
	return n;
}

/* The JSON lines of the records into m->text; returns how many fit. */
static size_t
json_text(struct methods *m, const struct record *const *list, size_t count,
    size_t *end)
{
	size_t n = 0, i;

	for (i = 0; i < count; i++) {
		const char *line = m->corpora[record_kind(list[i])]
				       .line[record_id(list[i]) - 1];
		size_t len = strlen(line);

		if (TEXT_MAX - n < len + 1)
			break;
		memcpy(m->text + n, line, len);
		m->text[n + len] = '\n';
		end[i] = n += len + 1;
	}
	return i;
}

static size_t
json_fill(struct methods *m, const struct record *const *list, size_t count,
    uint8_t *out, size_t room, size_t *len)
{
	size_t *end = calloc(count + 1, sizeof *end), n;

	if (end == NULL)
		return 0;
	n = json_text(m, list, count, end);
	n = fill(m, json_compress, m->text, end, n, out, room, len);
	free(end);
	return n;
}

static bool
json_check(struct methods *m, const struct record *const *list, size_t count,
    const uint8_t *p, size_t len)
{
	size_t *end = calloc(count + 1, sizeof *end);
	z_stream z = { 0 };
	bool ok = false;

	if (end == NULL || inflateInit2(&z, -15) != Z_OK)
		goto out;
	z.next_in = (Bytef *)(uintptr_t)p;
	z.avail_in = (uInt)len;
	z.next_out = m->back;
	z.avail_out = TEXT_MAX;
	ok = inflate(&z, Z_FINISH) == Z_STREAM_END &&
	     json_text(m, list, count, end) == count &&
	     z.total_out == end[count - 1] &&
	     memcmp(m->text, m->back, z.total_out) == 0;
	inflateEnd(&z);
out:
	free(end);
	return ok;
}

/* Two octets of preamble, and two that name the state. */
static const struct method mix = { "mix", mix_fill, mix_check, mix_learn, 4 };
static const struct method json_deflate = { "json+deflate", json_fill,
	json_check, NULL, 2 };
static const struct method packed_deflate = { "packed+deflate", deflate_fill,
	deflate_check, NULL, 2 };
static const struct method packed_zstd = { "packed+zstd", zstd_fill, zstd_check,
	NULL, 2 };

const struct method *const methods_all[] = { &mix, &json_deflate,
	&packed_deflate, &packed_zstd, NULL };
