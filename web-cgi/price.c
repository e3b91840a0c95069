#include "price.h"

#include "down_text.h"
#include "log.h"
#include "seal.h"

struct pricing {
	const struct price_to *to;
	enum pack_codec alone; /* without a base */
	struct pack_state *base; /* NULL: without one */
	uint32_t transfer; /* the next, if the first is 1 */
	int64_t sms;
};

static void
add_transfer(struct pricing *p, size_t len)
{
	const size_t sms_max = p->to->text_only ? WIRE_TEXT_MAX : WIRE_DATA_MAX;
	size_t n = 1;

	while (seal_transfer_room(n, sms_max) < len)
		n++;
	p->sms += (int64_t)n;
	p->transfer++;
}

/* What the next transfers go by.  Without memory for it they go by nothing. */
static void
learn(struct pricing *p, const struct record *const *list, size_t n)
{
	if (p->base == NULL ||
	    pack_state_learn_as(p->base, p->transfer, list, n) == 0)
		return;
	pack_state_free(p->base);
	p->base = NULL;
}

/* One transfer of the first of them: how many, 0: the first fits none. */
static size_t
fill(struct pricing *p, const struct record *const *list, size_t n)
{
	const struct down_head head = { .what = DOWN_RECORDS,
		.codec = p->alone,
		.restore = p->to->restore };
	uint8_t text[DOWN_TEXT_MAX];
	size_t len = down_text_records(&head, p->transfer, p->base, list, &n,
	    down_text_room(p->to->text_only), text);

	if (len == 0)
		return 0;
	learn(p, list, n);
	add_transfer(p, len);
	return n;
}

/* The records at the head of the items, in one transfer: how many items that
 * deals with. */
static size_t
price_records(struct pricing *p, const struct price_item *item, size_t n)
{
	struct record *list[DOWN_RECORDS_MAX];
	size_t opened = 0, put = 0;

	while (opened < n && opened < DOWN_RECORDS_MAX && !item[opened].piece &&
	       (list[opened] = record_decode(
		    item[opened].octets, item[opened].len)) != NULL)
		opened++;
	if (opened > 0)
		put = fill(p, (const struct record *const *)list, opened);
	if (put == 0)
		log_error("a record fits no transfer: it is not priced");
	for (size_t i = 0; i < opened; i++)
		record_free(list[i]);
	return put > 0 ? put : 1;
}

static void
price_piece(struct pricing *p, const struct price_item *item)
{
	const struct down_head head = { .what = DOWN_PIECE,
		.restore = p->to->restore };
	uint8_t text[DOWN_TEXT_MAX];
	struct upload_piece piece;

	if (upload_piece_get(item->octets, item->len, &piece) == -1) {
		log_error("a piece cannot be read: it is not priced");
		return;
	}
	for (size_t done = 0; done < piece.len;)
		add_transfer(p, down_text_piece(&head, &piece, &done,
				    down_text_room(p->to->text_only), text));
}

int64_t
price_restore(
    const struct price_to *to, const struct price_item *item, size_t n)
{
	struct pricing p = {
		.to = to,
		.alone = to->codec < PACK_CODEC_COUNT
			     ? pack_alone((enum pack_codec)to->codec)
			     : PACK_DEFLATE,
		.transfer = 1,
	};

	if (to->codec >= PACK_BASED && !to->alone)
		p.base = pack_state_new(PACK_HISTORY_OCTETS);
	for (size_t i = 0; i < n;)
		if (!item[i].piece)
			i += price_records(&p, item + i, n - i);
		else
			price_piece(&p, &item[i++]);
	pack_state_free(p.base);
	return p.sms + 1; /* "that was all" */
}
