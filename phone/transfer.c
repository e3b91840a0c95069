/*
 * What a transfer carries: records packed behind a preamble, sealed, cut.
 *
 * What always holds: a transfer and its number are in the journal before its
 * first SMS is handed to the radio, and stay there until it is acknowledged.
 */
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "pack.h"
#include "phone_internal.h"
#include "upload.h"

#define LIST_MAX 1024 /* records looked at for one transfer */
#define ACK_AFTER 64 /* SMS without an answer: ask for one */

/* Commit a transfer of this text that carries these records. */
static int
keep_transfer(struct phone *p, uint32_t number, const uint8_t *text, size_t len,
    struct record *const *records, size_t n)
{
	uint8_t sms[WIRE_SEGMENTS_MAX][WIRE_DATA_MAX];
	size_t sms_len[WIRE_SEGMENTS_MAX];
	struct journal *j = p->journal;
	int count = seal_transfer(
	    p->keys, false, number, text, len, phone_room(p), sms, sms_len);
	int err = 0;

	if (count == -1 || journal_begin(j) == -1)
		return -1;
	for (int i = 0; i < count; i++)
		err |= journal_frame_put(
		    j, number, (unsigned)i, sms[i], sms_len[i], false);
	for (size_t i = 0; i < n; i++)
		err |= journal_taken(j, records[i], number, 0);
	if (number == p->next_transfer)
		err |= journal_set_int(j, "next_transfer", (int64_t)number + 1);
	if (p->owner.version > 0)
		err |= journal_set_int(j, "owner_confirmed", p->owner.version);
	if (err != 0 || journal_end(j) == -1) {
		journal_abort(j);
		return -1;
	}
	if (number == p->next_transfer)
		p->next_transfer++;
	p->pong_mono = 0;
	p->user_refused = false;
	return count;
}

static size_t
put_preamble(const struct phone *p, enum pack_codec codec, bool ack_wanted,
    uint8_t out[static UPLOAD_PREAMBLE_MAX])
{
	const struct upload_preamble pre = {
		.codec = codec,
		.ack_wanted = ack_wanted,
		.user_refused = p->user_refused,
		.policy_applied = p->owner.version,
	};

	return upload_put(&pre, out);
}

int
transfer_empty(struct phone *p, uint32_t transfer)
{
	uint8_t text[UPLOAD_PREAMBLE_MAX];
	size_t n = put_preamble(p, PACK_PLAIN, false, text);

	return keep_transfer(p, transfer, text, n, NULL, 0);
}

/*
 * The one place where records become the octets of a transfer: as many of the
 * first of list as room takes.  Returns how many; *len is set.
 */
static size_t
pack_records(const struct phone *p, enum pack_codec codec,
    struct record *const *list, size_t count, uint8_t *out, size_t room,
    size_t *len)
{
	(void)p;
	return pack_fill(
	    codec, (const struct record *const *)list, count, out, room, len);
}

/*
 * The most records that fit n SMS, in whichever coding takes more of them.
 * Returns how many; text and *len are the transfer's.
 */
static size_t
fill(const struct phone *p, struct record *const *list, size_t count,
    size_t sms, bool ack_wanted, uint8_t *text, size_t *len)
{
	size_t room = seal_transfer_room(sms, phone_room(p));
	uint8_t try[WIRE_SEGMENTS_MAX * WIRE_SEGMENT_BODY_MAX];
	size_t best = 0;

	for (int c = PACK_PLAIN; c <= (int)p->codec; c++) {
		size_t head =
		    put_preamble(p, (enum pack_codec)c, ack_wanted, try);
		size_t body = 0;
		size_t n = pack_records(p, (enum pack_codec)c, list, count,
		    try + head, room - head, &body);

		if (n > best || (n == best && n > 0 && head + body < *len)) {
			best = n;
			*len = head + body;
			memcpy(text, try, *len);
		}
	}
	return best;
}

static bool
wants_ack(const struct phone *p, bool last)
{
	size_t frames = journal_frames(p->journal);

	return last || (frames > 0 && frames % ACK_AFTER < WIRE_SEGMENTS_MAX &&
			   frames >= ACK_AFTER);
}

/* One that fits no transfer may not stand before the others for ever. */
static int
set_aside(struct phone *p, const struct record *r, size_t *n)
{
	log_error("phone: %s %u is too large to be sent: it stays on the phone",
	    record_kind_name(record_kind(r)), record_id(r));
	*n = 1;
	return journal_too_large(p->journal, r);
}

int
transfer_records(struct phone *p, unsigned kinds, bool one_sms, bool ack)
{
	uint8_t text[WIRE_SEGMENTS_MAX * WIRE_SEGMENT_BODY_MAX];
	struct record **list = NULL;
	size_t count = 0, len = 0, n = 0, sms = 1;
	bool last;
	int made = -1;

	if (journal_pending(p->journal, kinds, LIST_MAX, &list, &count) == -1)
		return -1;
	/* The fewest SMS for all of it; else as many as one transfer has. */
	n = fill(p, list, count, 1, wants_ack(p, ack), text, &len);
	if (n < count && !one_sms) {
		sms = WIRE_SEGMENTS_MAX;
		n = fill(p, list, count, sms, false, text, &len);
		last = n == count && count < LIST_MAX;
		if (wants_ack(p, ack && last))
			n = fill(p, list, count, sms, true, text, &len);
	}
	if (n > 0)
		made = keep_transfer(p, p->next_transfer, text, len, list, n);
	else if (count > 0 && !one_sms)
		made = set_aside(p, list[0], &n);
	for (size_t i = 0; i < count; i++)
		record_free(list[i]);
	free(list);
	return made == -1 ? -1 : (int)n;
}

bool
transfer_is_full(struct phone *p, unsigned kinds)
{
	uint8_t text[WIRE_SEGMENTS_MAX * WIRE_SEGMENT_BODY_MAX];
	struct record **list = NULL;
	size_t count = 0, len = 0, n;

	if (journal_pending(p->journal, kinds, 64, &list, &count) == -1)
		return false;
	n = fill(p, list, count, 1, false, text, &len);
	for (size_t i = 0; i < count; i++)
		record_free(list[i]);
	free(list);
	return n < count;
}
