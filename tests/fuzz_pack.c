/*
 * A batch in any codec, which the first octet chooses: what is read can be
 * written, and then reads the same.  Behind the codecs: a checkpoint, and a
 * batch to be learnt.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "pack.h"
#include "pack_state.h"

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

/* What codes are read by: it knows a number and some words. */
static struct pack_state *
some_state(void)
{
	static struct pack_state *s;
	struct record *r;

	if (s != NULL)
		return s;
	s = pack_state_new(PACK_HISTORY_OCTETS);
	r = record_new(RECORD_MESSAGE, 1);
	if (s == NULL || r == NULL ||
	    record_add_text(r, RECORD_PEER, "+358401234567") == -1 ||
	    record_add_text(r, RECORD_BODY, "Are you coming home?") == -1 ||
	    pack_state_learn(s, (const struct record *const[]){ r }, 1) == -1)
		abort();
	record_free(r);
	return s;
}

static void
load(const uint8_t *p, size_t len, bool whole)
{
	struct pack_state *s =
	    whole ? pack_state_load(p, len, 0) : pack_state_new(0);

	if (s != NULL && !whole)
		pack_state_learn_batch(s, 1, p, len);
	pack_state_free(s);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	struct record **list = NULL;
	size_t n = 0;
	int err;

	if (len == 0 || p[0] >= PACK_CODEC_COUNT + 2)
		return 0;
	if (p[0] >= PACK_CODEC_COUNT) {
		load(p + 1, len - 1, p[0] == PACK_CODEC_COUNT);
		return 0;
	}
	if (p[0] == PACK_BASED)
		err = pack_state_read(some_state(), p + 1, len - 1, &list, &n);
	else
		err =
		    pack_read((enum pack_codec)p[0], p + 1, len - 1, &list, &n);
	if (err == -1)
		return 0;
	again(list, n);
	drop(list, n);
	return 0;
}
