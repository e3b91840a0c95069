/*
 * The model's memory and its marks.
 */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "pack_lists.h"

/* 65536 / (1 + e^(-x / 256)) for x = -2048, -1920, ..., 2048 */
static const uint16_t curve[33] = { 22, 36, 60, 98, 162, 267, 439, 720, 1179,
	1921, 3108, 4971, 7812, 11955, 17625, 24743, 32768, 40793, 47911, 53581,
	57724, 60565, 62428, 63615, 64357, 64816, 65097, 65269, 65374, 65438,
	65476, 65500, 65514 };
uint16_t model_squashes[4096];
int16_t model_stretches[4096];
uint64_t model_parts[MODEL_COUNT_MAX + 1];
static bool tables_made;

void
model_make_tables(void)
{
	int32_t x = -2047;

	if (tables_made)
		return;
	for (uint32_t i = 0; i < 4096; i++)
		model_squashes[i] =
		    (uint16_t)((curve[i / 128] * (128 - i % 128) +
				   curve[i / 128 + 1] * (i % 128)) >>
			       7);
	for (uint32_t i = 0; i < 4096; i++) {
		while (x < 2047 && model_squash(x) < i * 16 + 8)
			x++;
		model_stretches[i] = (int16_t)x;
	}
	for (uint32_t n = 0; n <= MODEL_COUNT_MAX; n++)
		model_parts[n] = 2 * ((1ull << 40) / (2 * n + 3) + 1);
	tables_made = true;
}

static void
fill(int32_t *p, size_t n, int32_t v)
{
	while (n-- > 0)
		*p++ = v;
}

static void
fill_weights(struct tables *t)
{
	for (size_t i = 0; i < WEIGHTS; i++)
		for (int k = 0; k < 2 * LISTED + DIRECT; k++)
			t->weight[i][k] =
			    k >= 2 * LISTED || k % 2 == 0 ? 65536 / 4 : 0;
	for (size_t i = 0; i < FINALS; i++)
		fill(t->final[i], SETS, 65536 / SETS);
	for (size_t i = 0; i < MODEL_MIXERS * KNOWN; i++)
		fill(t->choice_weight[i], MODEL_CONTEXTS, 65536 / 2);
}

static void
fill_maps(struct tables *t)
{
	for (int i = 0; i < GROUPS * LISTED; i++)
		for (unsigned k = 0; k < STATES; k++)
			t->map[i / LISTED][i % LISTED][k] = list_first_guess(k)
							    << 16;
	for (uint32_t i = 0; i < 64; i++)
		t->match_map[i] = (i & 31) << 26 | 1u << 31;
	for (size_t i = 0; i < REFINED; i++)
		for (int k = 0; k < 33; k++)
			t->refine[i][k] =
			    (uint16_t)model_squash((k - 16) * 128);
	for (size_t i = 0; i < DIRECT_0 + DIRECT_1; i++)
		t->direct[i] = 1u << 31;
}

/* What a model has learnt, and where it is. */
#define IMAGE_SIZE offsetof(struct model, kept_s)

/* Room for a model, without a mark. */
static struct model *
allocate(void)
{
	struct model *m = aligned_alloc(alignof(struct model), sizeof *m);

	model_make_tables();
	if (m != NULL) {
		memset((char *)m + IMAGE_SIZE, 0, sizeof *m - IMAGE_SIZE);
		memset(m->is_kept, 255, sizeof m->is_kept);
	}
	return m;
}

struct model *
model_new(void)
{
	struct model *m = allocate();

	if (m == NULL)
		return NULL;
	memset(m, 0, IMAGE_SIZE);
	fill_weights(&m->t);
	fill_maps(&m->t);
	m->s.at = 1;
	return m;
}

struct model *
model_copy(const struct model *m)
{
	return model_load(m, IMAGE_SIZE);
}

const void *
model_image(const struct model *m, size_t *len)
{
	*len = IMAGE_SIZE;
	return m;
}

struct model *
model_load(const void *image, size_t len)
{
	struct model *m;

	if (len != IMAGE_SIZE) {
		errno = EINVAL;
		return NULL;
	}
	if ((m = allocate()) != NULL)
		memcpy(m, image, len);
	return m;
}

void
model_free(struct model *m)
{
	if (m == NULL)
		return;
	free(m->kept);
	free(m);
}

/* ---- marks ---- */

int
model_mark(struct model *m)
{
	if (m->kept == NULL &&
	    (m->kept = malloc(TABLE_LINES * sizeof *m->kept)) == NULL)
		return -1;
	m->kept_s = m->s;
	memset(m->is_kept, 0, sizeof m->is_kept);
	return 0;
}

static uint8_t *
line_at(struct model *m, size_t line)
{
	return (uint8_t *)&m->t + line * LINE;
}

void
model_keep_line(struct model *m, size_t line)
{
	struct kept *k = &m->kept[m->nkept++];

	m->is_kept[line / 64] |= UINT64_C(1) << line % 64;
	k->line = (uint32_t)line;
	memcpy(k->was, line_at(m, line), LINE);
}

void
model_undo(struct model *m)
{
	for (; m->nkept > 0; m->nkept--)
		memcpy(line_at(m, m->kept[m->nkept - 1].line),
		    m->kept[m->nkept - 1].was, LINE);
	m->s = m->kept_s;
	memset(m->is_kept, 255, sizeof m->is_kept);
}
