#include "present.h"

#include <stdlib.h>
#include <string.h>

#include "seal.h"

void
present_clear(struct present *s)
{
	free(s->one);
	free(s->id);
	*s = (struct present){ 0 };
}

static bool
digest_of(const struct record *r, uint8_t out[static PRESENT_DIGEST_LEN])
{
	uint8_t plain[RECORD_STORED_MAX], digest[SEAL_DIGEST_LEN];
	size_t len = record_encode_plain(r, plain, sizeof plain);

	if (len == 0)
		return false;
	seal_digest(plain, len, digest);
	memcpy(out, digest, PRESENT_DIGEST_LEN);
	seal_wipe(plain, len);
	return true;
}

bool
present_note(struct present *s, const struct record *r)
{
	struct present_one one = { .id = record_id(r),
		.kind = (uint8_t)record_kind(r) };

	if (!digest_of(r, one.digest))
		return true; /* too long to be sent either */
	if (s->n == s->cap) {
		size_t cap = s->cap == 0 ? 1024 : 2 * s->cap;
		struct present_one *more = realloc(s->one, cap * sizeof *more);

		if (more == NULL)
			return false;
		s->one = more;
		s->cap = cap;
	}
	s->one[s->n++] = one;
	return true;
}

/* ---- in order ---- */

static int
by_digest(const void *a, const void *b)
{
	return memcmp(a, b, PRESENT_DIGEST_LEN); /* it is the first in it */
}

static int
by_id(const void *a, const void *b)
{
	const struct present_id *x = a, *y = b;

	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	return x->id < y->id ? -1 : x->id > y->id;
}

bool
present_sort(struct present *s)
{
	if (s->n == 0)
		return true;
	if ((s->id = calloc(s->n, sizeof *s->id)) == NULL)
		return false;
	qsort(s->one, s->n, sizeof *s->one, by_digest);
	for (size_t i = 0; i < s->n; i++)
		s->id[i] = (struct present_id){ s->one[i].id, (uint32_t)i,
			s->one[i].kind };
	qsort(s->id, s->n, sizeof *s->id, by_id);
	return true;
}

/* ---- asked ---- */

bool
present_has(const struct present *s, const struct record *r)
{
	uint8_t digest[PRESENT_DIGEST_LEN];
	size_t low = 0, high = s->n;

	if (s->id == NULL || record_op(r) != RECORD_PUT ||
	    !digest_of(r, digest))
		return false;
	while (low < high) { /* the first that is not less */
		size_t mid = low + (high - low) / 2;

		if (by_digest(s->one[mid].digest, digest) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	while (low < s->n && s->one[low].gone &&
	       by_digest(s->one[low].digest, digest) == 0)
		low++;
	return low < s->n && by_digest(s->one[low].digest, digest) == 0;
}

void
present_replace(struct present *s, const struct record *r)
{
	const struct present_id wanted = { .id = record_id(r),
		.kind = (uint8_t)record_kind(r) };
	const struct present_id *found =
	    s->id == NULL ? NULL
			  : bsearch(&wanted, s->id, s->n, sizeof *s->id, by_id);

	if (found != NULL)
		s->one[found->at].gone = true;
}
