/*
 * The model's memory and its marks.
 */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "pack_model_internal.h"

struct history_tables model_history;
/* 65536 / (1 + e^(-x / 256)) for x = -2048, -1920, ..., 2048 */
const uint16_t model_curve[33] = { 22, 36, 60, 98, 162, 267, 439, 720, 1179,
	1921, 3108, 4971, 7812, 11955, 17625, 24743, 32768, 40793, 47911, 53581,
	57724, 60565, 62428, 63615, 64357, 64816, 65097, 65269, 65374, 65438,
	65476, 65500, 65514 };
int16_t model_stretches[4096];
uint64_t model_parts[MODEL_COUNT_MAX + 1];
static bool tables_made;

void
model_make_tables(void)
{
	int32_t x = -2047;

	if (tables_made)
		return;
	history_make(&model_history);
	for (uint32_t i = 0; i < 4096; i++) {
		while (x < 2047 && model_squash(x) < i * 16 + 8)
			x++;
		model_stretches[i] = (int16_t)x;
	}
	for (uint32_t n = 0; n <= MODEL_COUNT_MAX; n++)
		model_parts[n] = (1ull << 40) / (2 * n + 3) + 1;
	tables_made = true;
}

static void
fill_small(struct small *s)
{
	for (int i = 0; i < GROUPS * SLOTTED; i++)
		for (int k = 0; k < 256; k++)
			s->map[i / SLOTTED][i % SLOTTED][k] =
			    (uint32_t)model_history.p1[k] << 16;
	for (uint32_t i = 0; i < 64; i++)
		s->match_map[i] = (i & 31) << 26 | 1u << 31;
	for (size_t i = 0; i < 256 * SCRIPTS; i++)
		for (int k = 0; k < SETS; k++)
			s->final[i][k] = 65536 / SETS;
	for (size_t i = 0; i < 6 * 12; i++)
		for (int k = 0; k < SETS; k++)
			s->final_known[i][k] = 65536 / SETS;
	model_choices_clear(s);
	s->at = 1;
}

static void
fill_rows(struct rows *r)
{
	for (size_t i = 0; i < WEIGHTS; i++)
		for (int k = 0; k < 2 * SLOTTED + DIRECT; k++)
			r->weight[i][k] =
			    k >= 2 * SLOTTED || k % 2 == 0 ? 65536 / 4 : 0;
	for (size_t i = 0; i < REFINED; i++)
		for (int k = 0; k < 33; k++)
			r->refine[i][k] =
			    (uint16_t)model_squash((k - 16) * 128);
}

struct model *
model_new(void)
{
	struct model *m = calloc(1, sizeof *m);

	if (m == NULL)
		return NULL;
	model_make_tables();
	fill_small(&m->s);
	fill_rows(&m->r);
	for (size_t i = 0; i < DIRECT_1 + DIRECT_2; i++)
		m->direct[i][0] = 1u << 15;
	return m;
}

struct model *
model_copy(const struct model *m)
{
	struct model *copy = malloc(sizeof *copy);

	if (copy == NULL)
		return NULL;
	memcpy(copy, m, sizeof *copy);
	copy->marked = false;
	copy->log = NULL;
	copy->whole = NULL;
	return copy;
}

const void *
model_image(const struct model *m, size_t *len)
{
	*len = offsetof(struct model, marked);
	return m;
}

struct model *
model_load(const void *image, size_t len)
{
	struct model *m;

	if (len != offsetof(struct model, marked)) {
		errno = EINVAL;
		return NULL;
	}
	if ((m = calloc(1, sizeof *m)) == NULL)
		return NULL;
	model_make_tables();
	memcpy(m, image, len);
	return m;
}

void
model_free(struct model *m)
{
	if (m == NULL)
		return;
	model_free(m->whole);
	free(m->log);
	free(m);
}

/* ---- marks ---- */

static uint16_t *
cells(struct model *m)
{
	return &m->slot[0][0];
}

static size_t
cells_count(const struct model *m)
{
	return (size_t)(m->end_of_tables - &m->slot[0][0]);
}

int
model_mark(struct model *m)
{
	if (m->log == NULL &&
	    (m->log = malloc(LOG_MAX * sizeof *m->log)) == NULL)
		return -1;
	m->kept = m->s;
	m->mark++;
	m->nchanged = 0;
	m->logged = 0;
	m->marked = true;
	return 0;
}

static void
roll_back(struct model *m, const struct change *log, size_t n)
{
	while (n-- > 0)
		cells(m)[log[n].where] = log[n].old;
}

static void
copy_row(struct rows *to, const struct rows *from, uint32_t row)
{
	if (row < WEIGHTS)
		memcpy(
		    to->weight[row], from->weight[row], sizeof to->weight[row]);
	else
		memcpy(to->refine[row - WEIGHTS], from->refine[row - WEIGHTS],
		    sizeof to->refine[row - WEIGHTS]);
}

void
model_undo(struct model *m)
{
	if (m->whole != NULL)
		memcpy(cells(m), cells(m->whole),
		    cells_count(m) * sizeof(uint16_t));
	else
		roll_back(m, m->log, m->logged);
	model_free(m->whole);
	m->whole = NULL;
	m->s = m->kept;
	while (m->nchanged > 0)
		copy_row(&m->r, &m->kept_rows, m->changed[--m->nchanged]);
	m->marked = false;
}

void
model_remember_row(struct model *m, uint32_t row)
{
	m->row_mark[row] = m->mark;
	m->changed[m->nchanged++] = (uint16_t)row;
	copy_row(&m->kept_rows, &m->r, row);
}

/* Keep what a cell was, while that is cheaper than keeping all of them. */
void
model_remember(struct model *m, const uint16_t *cell)
{
	if (m->logged < LOG_MAX) {
		m->log[m->logged++] =
		    (struct change){ (uint32_t)(cell - cells(m)), *cell };
		return;
	}
	if ((m->whole = model_copy(m)) == NULL)
		abort(); /* as assert: the state would be lost */
	roll_back(m->whole, m->log, m->logged);
}
