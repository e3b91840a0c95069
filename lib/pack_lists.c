#include "pack_lists.h"

#include <string.h>

#define COUNT 15u /* of a head */
#define NONE LINE_CELLS

const uint8_t list_level[LIST_TIMES_MAX + 1] = { 0, 1, 2, 3, 4, 5, 6, 6, 7, 7,
	7, 8, 8, 8, 8, 8, 9, 9, 9, 9, 9, 9, 9, 10, 10, 10, 10, 10, 10, 10, 10,
	10, 10, 10, 10, 10, 10, 10, 10, 10, 10 };

uint32_t
list_first_guess(unsigned state)
{
	static const uint8_t times[LEVELS] = { 0, 1, 2, 3, 4, 5, 7, 9, 13, 19,
		31 };
	uint32_t ones = times[state / 2 % LEVELS];
	uint32_t zeros = times[state / 2 / LEVELS % LEVELS];

	return (ones * 2 + 1) * 65536 / (2 * (zeros + ones) + 2);
}

/* ---- reading ---- */

static unsigned
find(const uint16_t *line, uint16_t check)
{
	unsigned at = 0;

	while (at < LINE_CELLS && line[at] != 0) {
		if (line[at] >> 4 == check)
			return at;
		at += 1 + (line[at] & COUNT);
	}
	return NONE;
}

void
list_find(const struct model *m, uint32_t hash, struct list *l)
{
	static const uint8_t size[LIST_MAX + 1] = { 0, 0, 1, 2, 2, 3, 3, 3, 3,
		4, 4, 4, 4, 5, 5, 5 };
	const uint16_t *line;
	unsigned at, n;

	l->line = list_line(hash);
	l->check = (uint16_t)(hash * 0x2545f491u >> 20);
	l->all = 0;
	line = m->t.list[l->line];
	if ((at = find(line, l->check)) == NONE)
		return;
	n = line[at] & COUNT;
	l->size = size[n];
	l->octet = l->times = (list_octets){ 0 };
	for (unsigned i = 0; i < n; i++) {
		unsigned cell = line[at + 1 + i];

		l->octet[i] = (uint8_t)(cell >> 8);
		l->times[i] = (uint8_t)cell;
		l->all += cell & 0xff;
	}
}

/* ---- learning ---- */

static unsigned
used(const uint16_t *line)
{
	unsigned at = 0;

	while (at < LINE_CELLS && line[at] != 0)
		at += 1 + (line[at] & COUNT);
	return at;
}

/* Where the list is that has seen least, but not the one at keep. */
static unsigned
least(const uint16_t *line, unsigned keep)
{
	unsigned best = NONE, low = UINT16_MAX;

	for (unsigned at = 0; at < LINE_CELLS && line[at] != 0;
	     at += 1 + (line[at] & COUNT)) {
		unsigned seen = 0;

		for (unsigned i = line[at] & COUNT; i > 0; i--)
			seen += line[at + i] & 0xffu;
		if (at != keep && seen < low) {
			low = seen;
			best = at;
		}
	}
	return best;
}

/* Room for more cells.  Returns where the list at keep is now. */
static unsigned
make_room(uint16_t *line, unsigned cells, unsigned keep)
{
	unsigned end, at, size;

	while ((end = used(line)) + cells > LINE_CELLS) {
		at = least(line, keep);
		size = 1 + (line[at] & COUNT);
		memmove(line + at, line + at + size,
		    (end - at - size) * sizeof line[0]);
		memset(line + end - size, 0, size * sizeof line[0]);
		if (keep != NONE && at < keep)
			keep -= size;
	}
	return keep;
}

/* Octet was not in the list at at: it comes in front. */
static void
put_first(uint16_t *line, unsigned at, unsigned octet)
{
	unsigned n = line[at] & COUNT, end;

	if (n == LIST_MAX) {
		memmove(line + at + 2, line + at + 1, (n - 1) * sizeof line[0]);
	} else {
		at = make_room(line, 1, at);
		end = used(line);
		memmove(line + at + 2, line + at + 1,
		    (end - at - 1) * sizeof line[0]);
		line[at]++;
	}
	line[at + 1] = (uint16_t)(octet << 8 | 1);
}

/* The ith octet of the list at at came again. */
static void
count(uint16_t *line, unsigned at, unsigned i)
{
	uint16_t cell = line[at + i];

	if ((cell & 0xff) < LIST_TIMES_MAX)
		cell++;
	memmove(line + at + 2, line + at + 1, (i - 1) * sizeof line[0]);
	line[at + 1] = cell;
}

void
list_learn(struct model *m, const struct list *l, unsigned octet)
{
	uint16_t *line = m->t.list[l->line];
	unsigned at, n, i = 1;

	model_keep(m, line);
	if ((at = find(line, l->check)) == NONE) {
		make_room(line, 2, NONE);
		at = used(line);
		line[at] = (uint16_t)(l->check << 4 | 1);
		line[at + 1] = (uint16_t)(octet << 8 | 1);
		return;
	}
	n = line[at] & COUNT;
	while (i <= n && line[at + i] >> 8 != octet)
		i++;
	if (i <= n)
		count(line, at, i);
	else
		put_first(line, at, octet);
}
