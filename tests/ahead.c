#include "ahead.h"

#include <stdio.h>
#include <string.h>

#include "check_main.h"
#include "pack.h"
#include "upload.h"
#include "wire.h"

static const struct air_faults perfect = { 0, 0, 0, 1 };

void
put_message(struct air *a, int phone, uint32_t id, const char *body)
{
	struct record *r = record_new(RECORD_MESSAGE, id);

	record_set_time_ms(r, air_now(a));
	record_add_text(r, RECORD_PEER, "+358401234567");
	record_add_int(r, RECORD_DIRECTION, RECORD_MSG_RECEIVED);
	record_add_text(r, RECORD_BODY, body);
	air_put(a, phone, r);
	record_free(r);
}

void
put_messages(struct air *a, int phone, uint32_t *id, int n)
{
	for (; n > 0; n--, ++*id) {
		uint64_t seed = *id + 1;
		char body[61];

		for (int i = 0; i < 60; i++)
			body[i] =
			    (char)('a' + (check_random(&seed) >> 33) % 26);
		body[60] = '\0';
		put_message(a, phone, *id, body);
	}
}

static struct air *
bound(const char *journal)
{
	struct air *a = air_new(&perfect);

	ck_assert_int_eq(air_add_phone(a, NUMBER, "Test phone", journal), 0);
	ck_assert(air_bind(a, 0));
	phone_set_pace(air_phone(a, 0), 1000, MINUTE);
	return a;
}

size_t
sent_so_far(const struct air *a)
{
	const uint8_t *sms;
	size_t len;

	return air_sent(a, &sms, &len, 0);
}

size_t
remembered(const struct heap *h)
{
	size_t n = sent_so_far(h->a) - h->before;

	return n < SENT_MAX ? n : SENT_MAX;
}

void
heap_init(struct heap *h, const char *journal)
{
	*h = (struct heap){ .a = bound(journal), .id = 1 };
	h->seal = air_seal(h->a, 0);
	put_messages(h->a, 0, &h->id, 3);
	phone_upload_now(air_phone(h->a, 0));
	ck_assert(air_settle(h->a, 10 * DAY));
	h->acked = (uint32_t)air_ask(h->a, 0, "acked");
	ck_assert_uint_gt(h->acked, 0);
	h->before = sent_so_far(h->a);
	air_lose_all(h->a, true);
}

void
send_much(struct heap *h)
{
	put_messages(h->a, 0, &h->id, 50 * (MANY + 1));
	phone_upload_now(air_phone(h->a, 0));
	air_run(h->a, MINUTE);
	ck_assert_uint_le(sent_so_far(h->a) - h->before, SENT_MAX);
}

void
say_one(struct heap *h)
{
	put_messages(h->a, 0, &h->id, 1);
	phone_upload_now(air_phone(h->a, 0));
	air_run(h->a, MINUTE);
}

void
heap_clear(struct heap *h)
{
	seal_phone_free(h->seal);
	air_free(h->a);
}

/* The number of the transfer that this SMS is of. */
static uint32_t
transfer_of(const struct heap *h, const uint8_t *sms, size_t len)
{
	uint8_t text[WIRE_DATA_MAX];
	struct wire_frame f;
	uint32_t transfer;

	ck_assert_int_eq(wire_decode(sms, len, &f), WIRE_OK);
	if (f.type == WIRE_SEGMENT &&
	    seal_segment_check(h->seal, &f, h->acked + 1, &transfer) == SEAL_OK)
		return transfer;
	for (uint32_t near = h->acked; near < h->acked + 64; near += 4)
		if (seal_single_open(h->seal, &f, near, &transfer, text) ==
		    SEAL_OK)
			return transfer;
	ck_abort_msg("an SMS that opens under no number");
	return 0;
}

uint32_t
transfer_of_last(const struct heap *h)
{
	const uint8_t *sms;
	size_t len;

	air_sent(h->a, &sms, &len, 0);
	return transfer_of(h, sms, len);
}

void
deliver(struct heap *h, uint32_t transfer)
{
	size_t found = 0;

	for (size_t back = remembered(h); back-- > 0;) {
		const uint8_t *sms;
		size_t len;

		air_sent(h->a, &sms, &len, back);
		if (transfer_of(h, sms, len) != transfer)
			continue;
		ck_assert_int_eq(
		    air_inject(h->a, NUMBER, sms, len), GATEWAY_TAKEN);
		found++;
	}
	ck_assert_msg(found > 0, "transfer %u was not sent", transfer);
	ck_assert_int_ge(gateway_open(air_gateway(h->a), 64, air_now(h->a)), 0);
}

/* The text of a transfer as it was sent.  Its length. */
static size_t
text_of(const struct heap *h, uint32_t transfer, uint8_t *text)
{
	uint8_t bodies[WIRE_TRANSFER_OCTETS_MAX];
	size_t n = 0;

	for (size_t back = remembered(h); back-- > 0;) {
		struct wire_frame f;
		const uint8_t *sms;
		uint32_t number;
		size_t len;

		air_sent(h->a, &sms, &len, back);
		if (transfer_of(h, sms, len) != transfer)
			continue;
		wire_decode(sms, len, &f);
		if (f.type == WIRE_SINGLE) {
			ck_assert_int_eq(seal_single_open(h->seal, &f, transfer,
					     &number, text),
			    SEAL_OK);
			return f.body_len;
		}
		memcpy(bodies + n, f.body, f.body_len);
		n += f.body_len;
	}
	ck_assert_int_eq(
	    seal_transfer_open(h->seal, false, transfer, bodies, n, text),
	    SEAL_OK);
	return n - SEAL_TAG_LEN;
}

uint32_t
goes_by(const struct heap *h, uint32_t transfer)
{
	uint8_t text[WIRE_TRANSFER_OCTETS_MAX];
	struct upload_preamble pre;
	struct upload_base base;
	size_t len = text_of(h, transfer, text), head;

	ck_assert_uint_gt(head = upload_get(text, len, &pre), 0);
	if (pre.codec != PACK_BASED || head == len)
		return 0;
	ck_assert_uint_gt(upload_base_get(text + head, len - head, &base), 0);
	return transfer - base.back;
}

void
expect(struct heap *h, const char *what, int64_t stored, int64_t waiting)
{
	int64_t s = air_ask(h->a, 0, STORED) - h->acked;
	int64_t w = air_ask(h->a, 0, WAITING);

	ck_assert_msg(s == stored && w == waiting,
	    "%s: %lld stored and %lld waiting, want %lld and %lld", what,
	    (long long)s, (long long)w, (long long)stored, (long long)waiting);
}

void
expect_all(struct heap *h)
{
	const char *why;

	air_lose_all(h->a, false);
	phone_upload_now(air_phone(h->a, 0));
	ck_assert_msg(air_settle(h->a, 100 * DAY), "it does not settle: %s",
	    air_state(h->a));
	for (int day = 0; day < 20 && air_compare(h->a, 0) != NULL; day++)
		air_run(h->a, DAY);
	why = air_compare(h->a, 0);
	ck_assert_msg(why == NULL, "%s", why);
	ck_assert_int_eq(air_ask(h->a, 0, MISSING), 0);
}

void
end_as_coded(struct heap *h)
{
	ck_assert_int_eq(air_ask(h->a, 0, RECODED), 0);
	expect_all(h);
	ck_assert_int_eq(air_ask(h->a, 0, RECODED), 0);
	heap_clear(h);
}
