/*
 * The same steps as in smsd/restore.c and smsd/down.c; a test holds the two
 * together.
 */
#include "price.h"

#include "log.h"
#include "pack_state.h"
#include "seal.h"
#include "upload.h"
#include "wire.h"

struct pricing {
	const struct price_to *to;
	enum pack_codec alone; /* without a base */
	struct pack_state *base; /* NULL: without one */
	uint32_t transfer; /* the next, if the first is 1 */
	uint32_t upto; /* the last that the base has learnt; 0: none */
	int64_t sms;
};

static size_t
room(const struct pricing *p, size_t sms)
{
	return seal_transfer_room(
	    sms, p->to->text_only ? WIRE_TEXT_MAX : WIRE_DATA_MAX);
}

static void
add_transfer(struct pricing *p, size_t len)
{
	size_t n = 1;

	while (n < WIRE_SEGMENTS_MAX && room(p, n) < len)
		n++;
	p->sms += (int64_t)n;
	p->transfer++;
}

static size_t
head_len(const struct pricing *p, enum down_what what)
{
	uint8_t head[DOWN_HEAD_MAX];

	return down_put(
	    &(struct down_head){ .what = what, .restore = p->to->restore },
	    head);
}

/* One transfer of the first of them: how many, 0: the first fits none. */
static size_t
fill(struct pricing *p, const struct record *const *list, size_t n)
{
	uint8_t out[WIRE_SEGMENTS_MAX * WIRE_DATA_MAX], base[UPLOAD_BASE_MAX];
	const bool based = p->base != NULL && p->upto > 0;
	size_t at = head_len(p, DOWN_RECORDS), len = 0, most;

	if (based)
		at += upload_base_put(
		    &(struct upload_base){ p->transfer - p->upto, 0 }, base);
	most = room(p, WIRE_SEGMENTS_MAX) - at;
	n = based ? pack_state_fill(p->base, list, n, out, most, &len)
		  : pack_fill(p->alone, list, n, out, most, &len);
	if (n == 0)
		return 0;
	if (p->base != NULL && pack_state_learn(p->base, list, n) == 0)
		p->upto = p->transfer;
	add_transfer(p, at + len);
	return n;
}

/* The records at the head of the items, in one transfer: how many items that
 * deals with. */
static size_t
price_records(struct pricing *p, const struct price_item *item, size_t n)
{
	struct record *list[PRICE_RECORDS_MAX];
	size_t opened = 0, put = 0;

	while (opened < n && opened < PRICE_RECORDS_MAX &&
	       !item[opened].piece &&
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
	for (size_t i = 0; i < n;) {
		if (!item[i].piece) {
			i += price_records(&p, item + i, n - i);
		} else {
			add_transfer(
			    &p, head_len(&p, DOWN_PIECE) + item[i].len);
			i++;
		}
	}
	pack_state_free(p.base);
	return p.sms + 1; /* "that was all" */
}
