/*
 * upload: what get accepts, put and get give back; pieces and heads down too.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "upload.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len);

static void
preamble(const uint8_t *p, size_t len)
{
	uint8_t back[UPLOAD_PREAMBLE_MAX];
	struct upload_preamble u, again;
	size_t n = upload_get(p, len, &u);

	if (n == 0)
		return;
	if (n > len || upload_get(back, upload_put(&u, back), &again) == 0)
		abort();
	/* Masks of 0 at the end, and an empty entry, are not written. */
	u.down.count = again.down.count;
	if (memcmp(&u, &again, sizeof u) != 0)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	uint8_t head[UPLOAD_PIECE_HEAD_MAX];
	struct upload_piece piece;
	struct down_head d;
	size_t n;

	preamble(p, len);
	if (upload_piece_get(p, len, &piece) == 0) {
		n = upload_piece_put(&piece, head);
		if (n + piece.len != len || memcmp(p, head, n) != 0)
			abort();
	}
	if ((n = down_get(p, len, &d)) > 0 &&
	    (down_put(&d, head) != n || memcmp(p, head, n) != 0))
		abort();
	return 0;
}
