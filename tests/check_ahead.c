/*
 * Many large transfers one after another, each coded against all before it,
 * acknowledged or not: what the phone goes by, and what the gateway makes of it
 * in whatever order, with whatever missing.  Run by check-ahead.sh inside a
 * private PostgreSQL.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "air.h"
#include "air_internal.h"
#include "check_main.h"
#include "pack.h"
#include "upload.h"
#include "wire.h"

#define MINUTE 60000LL
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define NUMBER "+358401000001"
#define MANY 12 /* large transfers that are looked at */
#define SENT_MAX 256 /* SMS that the air remembers */

#define STORED \
	"(SELECT count(*) FROM transfer t WHERE t.phone_id = p.phone_id " \
	"AND t.state = 'stored')"
#define WAITING \
	"(SELECT count(*) FROM transfer t WHERE t.phone_id = p.phone_id " \
	"AND t.state = 'whole' AND t.waits_for IS NOT NULL)"
#define RECODED \
	"(SELECT count(*) FROM transfer t WHERE t.phone_id = p.phone_id " \
	"AND t.recode > 0)"
#define MISSING \
	"(SELECT count(*) FROM transfer t WHERE t.phone_id = p.phone_id " \
	"AND t.state IN ('open', 'whole', 'bad'))"

/* ---- a phone that has sent much, of which nothing has arrived ---- */

static const struct air_faults perfect = { 0, 0, 0, 1 };

/* Letters that no coder could foresee: some 50 of these fill a transfer. */
static void
put_messages(struct air *a, int phone, uint32_t *id, int n)
{
	for (; n > 0; n--, ++*id) {
		struct record *r = record_new(RECORD_MESSAGE, *id);
		uint64_t seed = *id + 1;
		char body[61];

		for (int i = 0; i < 60; i++)
			body[i] =
			    (char)('a' + (check_random(&seed) >> 33) % 26);
		body[60] = '\0';
		record_set_time_ms(r, air_now(a));
		record_add_text(r, RECORD_PEER, "+358401234567");
		record_add_int(r, RECORD_DIRECTION, RECORD_MSG_RECEIVED);
		record_add_text(r, RECORD_BODY, body);
		air_put(a, phone, r);
		record_free(r);
	}
}

struct heap {
	struct air *a;
	struct seal_phone *seal;
	uint32_t id; /* of the next record */
	uint32_t acked; /* what the phone knows to have arrived */
	size_t before; /* SMS that it had sent by then */
};

static struct air *
bound(const char *journal)
{
	struct air *a = air_new(&perfect);

	ck_assert_int_eq(air_add_phone(a, NUMBER, "Test phone", journal), 0);
	ck_assert(air_bind(a, 0));
	phone_set_pace(air_phone(a, 0), 1000, MINUTE);
	return a;
}

static size_t
sent_so_far(const struct air *a)
{
	const uint8_t *sms;
	size_t len;

	return air_sent(a, &sms, &len, 0);
}

/* SMS of the heap that the air still remembers. */
static size_t
remembered(const struct heap *h)
{
	size_t n = sent_so_far(h->a) - h->before;

	return n < SENT_MAX ? n : SENT_MAX;
}

/* Something is acknowledged already, and then nothing arrives any more. */
static void
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

static void
send_much(struct heap *h)
{
	put_messages(h->a, 0, &h->id, 50 * (MANY + 1));
	phone_upload_now(air_phone(h->a, 0));
	air_run(h->a, MINUTE);
	ck_assert_uint_le(sent_so_far(h->a) - h->before, SENT_MAX);
}

/* The phone says something of its own. */
static void
say_one(struct heap *h)
{
	put_messages(h->a, 0, &h->id, 1);
	phone_upload_now(air_phone(h->a, 0));
	air_run(h->a, MINUTE);
}

static void
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
	if (f.type == WIRE_SEGMENT)
		return f.transfer;
	for (uint32_t near = h->acked; near < h->acked + 64; near += 4)
		if (seal_single_open(h->seal, &f, near, &transfer, text) ==
		    SEAL_OK)
			return transfer;
	ck_abort_msg("an SMS that opens under no number");
	return 0;
}

static uint32_t
transfer_of_last(const struct heap *h)
{
	const uint8_t *sms;
	size_t len;

	air_sent(h->a, &sms, &len, 0);
	return transfer_of(h, sms, len);
}

/* Every SMS of that transfer, to the gateway and at once. */
static void
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
	uint8_t bodies[WIRE_SEGMENTS_MAX * WIRE_SEGMENT_BODY_MAX];
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

/* The transfer whose state it is coded against; 0: none. */
static uint32_t
goes_by(const struct heap *h, uint32_t transfer)
{
	uint8_t text[WIRE_SEGMENTS_MAX * WIRE_SEGMENT_BODY_MAX];
	struct upload_preamble pre;
	struct upload_base base;
	size_t len = text_of(h, transfer, text), head;

	ck_assert_uint_gt(head = upload_get(text, len, &pre), 0);
	if (pre.codec != PACK_BASED || head == len)
		return 0;
	ck_assert_uint_gt(upload_base_get(text + head, len - head, &base), 0);
	return transfer - base.back;
}

static void
expect(struct heap *h, const char *what, int64_t stored, int64_t waiting)
{
	int64_t s = air_ask(h->a, 0, STORED) - h->acked;
	int64_t w = air_ask(h->a, 0, WAITING);

	ck_assert_msg(s == stored && w == waiting,
	    "%s: %lld stored and %lld waiting, want %lld and %lld", what,
	    (long long)s, (long long)w, (long long)stored, (long long)waiting);
}

/* The air is well again: all arrives, and equals what is on the phone. */
static void
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

/* ---- what the phone goes by ---- */

/* Each by the one before it, until so many are not acknowledged; then by what
 * is. */
START_TEST(each_goes_by_all_before_it)
{
	struct heap h;

	heap_init(&h, NULL);
	send_much(&h);
	for (uint32_t i = 1; i <= MANY; i++)
		ck_assert_msg(
		    goes_by(&h, h.acked + i) ==
			(i <= UPLOAD_AHEAD_MAX ? h.acked + i - 1 : h.acked),
		    "the %uth behind %u goes by %u", i, h.acked,
		    goes_by(&h, h.acked + i));
	heap_clear(&h);
}
END_TEST

/* With an answer in time that is each of them. */
START_TEST(with_answers_each_goes_by_the_one_before)
{
	struct heap h;
	uint32_t last;

	heap_init(&h, NULL);
	air_lose_all(h.a, false);
	phone_set_pace(air_phone(h.a, 0), 30, 30 * MINUTE);
	put_messages(h.a, 0, &h.id, 50 * (MANY + 1));
	phone_upload_now(air_phone(h.a, 0));
	ck_assert(air_settle(h.a, 10 * DAY));
	last = (uint32_t)air_ask(h.a, 0, "cumulative");
	ck_assert_uint_gt(last, h.acked + UPLOAD_AHEAD_MAX);
	for (uint32_t t = h.acked + 1; t <= last; t++)
		ck_assert_uint_eq(goes_by(&h, t), t - 1);
	ck_assert_int_eq(air_ask(h.a, 0, RECODED), 0);
	expect_all(&h);
	heap_clear(&h);
}
END_TEST

/* Many that share words, which no coder knows but from those before them. */
static void
put_alike(struct air *a, int phone, uint32_t *id, int n)
{
	for (uint64_t seed = 77; n > 0; n--, ++*id) {
		struct record *r = record_new(RECORD_MESSAGE, *id);
		char body[80] = "";

		for (int i = 0; i < 6; i++) {
			uint64_t word = check_random(&seed) >> 33;
			size_t at = strlen(body);

			word = word % 600 + 1;
			for (int k = 0; k < 9; k++)
				body[at++] =
				    (char)('a' +
					   (check_random(&word) >> 33) % 26);
			body[at] = ' ';
		}
		record_set_time_ms(r, air_now(a));
		record_add_text(r, RECORD_PEER, "+358401234567");
		record_add_int(r, RECORD_DIRECTION, RECORD_MSG_RECEIVED);
		record_add_text(r, RECORD_BODY, body);
		air_put(a, phone, r);
		record_free(r);
	}
}

/* Said beforehand: what a heap takes when it goes by itself. */
START_TEST(a_heap_takes_what_was_said)
{
	struct heap h;
	unsigned said, took;

	heap_init(&h, NULL);
	air_lose_all(h.a, false);
	phone_set_pace(air_phone(h.a, 0), 30, 30 * MINUTE);
	put_alike(h.a, 0, &h.id, 1000);
	said = phone_upload_cost(air_phone(h.a, 0));
	phone_upload_now(air_phone(h.a, 0));
	ck_assert(air_settle(h.a, 10 * DAY));
	took = (unsigned)(sent_so_far(h.a) - h.before);
	printf("# %u SMS, said were %u\n", took, said);
	ck_assert_msg(took >= said && took <= said + said / 50 + 1,
	    "%u SMS, said were %u", took, said);
	heap_clear(&h);
}
END_TEST

/* What comes now and then must not wait for an SMS that is lost. */
START_TEST(what_is_no_heap_goes_by_what_is_acknowledged)
{
	struct heap h;

	heap_init(&h, NULL);
	for (int i = 0; i < 4; i++) {
		put_messages(h.a, 0, &h.id, 1);
		phone_upload_now(air_phone(h.a, 0));
		air_run(h.a, MINUTE);
	}
	put_messages(h.a, 0, &h.id, 9); /* more than one SMS, and all of it */
	phone_upload_now(air_phone(h.a, 0));
	air_run(h.a, MINUTE);
	for (uint32_t i = 1; i <= 5; i++)
		ck_assert_uint_eq(goes_by(&h, h.acked + i), h.acked);
	deliver(&h, h.acked + 5);
	expect(&h, "the last of them alone", 1, 0);
	expect_all(&h);
	ck_assert_int_eq(air_ask(h.a, 0, RECODED), 0);
	heap_clear(&h);
}
END_TEST

/* Nor must an answer, in the middle of it all. */
START_TEST(an_answer_waits_for_nothing)
{
	static const struct wire_control ping = { .command = WIRE_CMD_PING };
	uint8_t plain[WIRE_DATA_MAX], sms[WIRE_DATA_MAX];
	struct heap h;
	uint32_t sequence;
	size_t len;

	heap_init(&h, NULL);
	phone_set_pace(air_phone(h.a, 0), 40, 30 * MINUTE);
	put_messages(h.a, 0, &h.id, 50 * MANY);
	phone_upload_now(air_phone(h.a, 0));
	air_run(h.a, MINUTE); /* the third waits for its turn */
	sequence = (uint32_t)air_ask(h.a, 0, "control_next");
	air_order(h.a, 0,
	    "UPDATE phone SET control_next = control_next + 1 "
	    "WHERE phone_id = $P");
	ck_assert_int_eq(seal_control(h.seal, WIRE_CONTROL, sequence, plain,
			     wire_control_encode(&ping, plain), sms, &len),
	    SEAL_OK);
	ck_assert(
	    phone_receive(air_phone(h.a, 0), AIR_SERVICE, sms, len, false));
	air_run(h.a, 2 * HOUR);
	ck_assert_uint_eq(goes_by(&h, h.acked + 3), h.acked + 2);
	ck_assert_uint_eq(goes_by(&h, h.acked + 4), h.acked);
	ck_assert_uint_eq(goes_by(&h, h.acked + 5), h.acked + 4);
	deliver(&h, h.acked + 4);
	expect(&h, "the answer alone", 1, 0);
	expect_all(&h);
	ck_assert_int_eq(air_ask(h.a, 0, RECODED), 0);
	heap_clear(&h);
}
END_TEST

/* It dies between any two of them: what they go by is made again from disk. */
START_TEST(a_phone_that_dies_goes_on_where_it_was)
{
	char journal[64], other[72];
	struct heap h;

	snprintf(journal, sizeof journal, "/tmp/check-ahead-%d", (int)getpid());
	heap_init(&h, journal);
	put_messages(h.a, 0, &h.id, 50 * (MANY + 1));
	phone_upload_now(air_phone(h.a, 0));
	for (int i = 0; i < MANY; i++) {
		air_restart_phone(h.a, 0);
		phone_set_pace(air_phone(h.a, 0), 16, 30 * MINUTE);
		air_run(h.a, MINUTE);
	}
	for (uint32_t i = 1; i <= UPLOAD_AHEAD_MAX; i++)
		ck_assert_uint_eq(goes_by(&h, h.acked + i), h.acked + i - 1);
	for (uint32_t i = 1; i <= MANY; i++)
		deliver(&h, h.acked + i);
	expect(&h, "in order", MANY, 0);
	expect_all(&h);
	ck_assert_int_eq(air_ask(h.a, 0, RECODED), 0);
	heap_clear(&h);
	for (int i = 0; i < 3; i++) {
		static const char *const ends[] = { "", "-wal", "-shm" };

		snprintf(other, sizeof other, "%s%s", journal, ends[i]);
		unlink(other);
	}
}
END_TEST

/* Messages that are long, and as good as the same: what they teach is much, and
 * most of it is soon forgotten. */
static void
put_long(struct air *a, uint32_t *id, int n)
{
	for (; n > 0; n--, ++*id) {
		struct record *r = record_new(RECORD_MESSAGE, *id);
		uint64_t seed = *id + 1;
		char body[321];

		memset(body, 'x', 300);
		for (int i = 300; i < 320; i++)
			body[i] =
			    (char)('a' + (check_random(&seed) >> 33) % 26);
		body[320] = '\0';
		record_set_time_ms(r, air_now(a));
		record_add_text(r, RECORD_PEER, "+358401234567");
		record_add_int(r, RECORD_DIRECTION, RECORD_MSG_RECEIVED);
		record_add_text(r, RECORD_BODY, body);
		air_put(a, 0, r);
		record_free(r);
	}
}

/* Both ends still have what is acknowledged when all that may go ahead has. */
START_TEST(what_is_acknowledged_is_not_forgotten)
{
	struct heap h;

	heap_init(&h, NULL);
	if (_i == 1) { /* so much that some of it is forgotten soon */
		air_lose_all(h.a, false);
		phone_set_pace(air_phone(h.a, 0), 30, 30 * MINUTE);
		put_long(h.a, &h.id, 330);
		expect_all(&h);
		air_run(h.a, 15 * DAY);
		h.acked = (uint32_t)air_ask(h.a, 0, "acked");
		h.before = sent_so_far(h.a);
		phone_set_pace(air_phone(h.a, 0), 1000, MINUTE);
		air_lose_all(h.a, true);
	}
	put_long(h.a, &h.id, 120 * MANY);
	phone_upload_now(air_phone(h.a, 0));
	air_run(h.a, MINUTE);
	for (uint32_t i = 1; i <= UPLOAD_AHEAD_MAX + 2; i++) {
		uint32_t by = i <= UPLOAD_AHEAD_MAX ? i - 1 : 0;

		ck_assert_uint_eq(goes_by(&h, h.acked + i), h.acked + by);
		if (i == UPLOAD_AHEAD_MAX + 1)
			air_other_key(h.a, false);
		deliver(&h, h.acked + i);
		expect(&h, "long ones", i, 0);
	}
	ck_assert_int_eq(air_ask(h.a, 0, RECODED), 0);
	expect_all(&h);
	heap_clear(&h);
}
END_TEST

/* The last of many that go by what was acknowledged long ago comes after one
 * that goes by all of them. */
START_TEST(what_goes_by_an_older_state_may_come_late)
{
	struct heap h;
	const uint8_t *sms;
	uint32_t last;
	size_t len;

	heap_init(&h, NULL);
	put_long(h.a, &h.id, 118 * 15);
	phone_upload_now(air_phone(h.a, 0));
	air_run(h.a, MINUTE);
	ck_assert_uint_le(sent_so_far(h.a) - h.before, SENT_MAX);
	last = transfer_of_last(&h);
	ck_assert_uint_ge(last, h.acked + 14);
	for (uint32_t t = h.acked + 1; t < last; t++)
		deliver(&h, t);
	/* One comes again, and an answer comes through. */
	air_lose_all(h.a, false);
	air_sent(h.a, &sms, &len, remembered(&h) - 1);
	air_carry(h.a, -1, NUMBER, sms, len, false);
	air_run(h.a, MINUTE);
	ck_assert_uint_eq(air_ask(h.a, 0, "acked"), last - 1);
	air_lose_all(h.a, true);
	say_one(&h);
	ck_assert_uint_eq(goes_by(&h, last), h.acked);
	ck_assert_uint_eq(goes_by(&h, last + 1), last - 1);
	deliver(&h, last + 1);
	air_other_key(h.a, false); /* which remembers what is on disk */
	deliver(&h, last);
	expect(&h, "the last but one", last + 1 - h.acked, 0);
	ck_assert_int_eq(air_ask(h.a, 0, RECODED), 0);
	expect_all(&h);
	heap_clear(&h);
}
END_TEST

/* ---- what the gateway makes of it ---- */

START_TEST(in_order_nothing_waits)
{
	struct heap h;

	heap_init(&h, NULL);
	send_much(&h);
	for (uint32_t i = 1; i <= MANY; i++) {
		deliver(&h, h.acked + i);
		expect(&h, "in order", i, 0);
		deliver(&h, h.acked + i); /* twice does no harm */
	}
	ck_assert_int_eq(air_ask(h.a, 0, RECODED), 0);
	expect_all(&h);
	heap_clear(&h);
}
END_TEST

/* Those that go by it wait, on disk: they are not asked for, and nothing else
 * waits.  Once it is there all of them are read, in one go. */
START_TEST(the_first_is_lost_and_comes_again)
{
	struct heap h;
	const int ahead = UPLOAD_AHEAD_MAX - 1;

	heap_init(&h, NULL);
	send_much(&h);
	for (uint32_t i = 2; i <= MANY; i++) {
		deliver(&h, h.acked + i);
		deliver(&h, h.acked + i);
		if (_i == 1) /* another gateway, with an empty memory */
			air_other_key(h.a, false);
	}
	expect(&h, "without the first", MANY - 1 - ahead, ahead);
	ck_assert_uint_eq(air_ask(h.a, 0, "cumulative"), h.acked);
	/* The days go by; it is the first that is asked for, and no other. */
	for (int day = 0; day < 3; day++)
		air_run(h.a, DAY);
	ck_assert_int_eq(air_ask(h.a, 0,
			     "(SELECT count(*) FROM transfer t WHERE "
			     "t.phone_id = p.phone_id AND t.asked > 0)"),
	    1);
	expect(&h, "days later", MANY - 1 - ahead, ahead);
	deliver(&h, h.acked + 1);
	expect(&h, "with the first", MANY, 0);
	ck_assert_uint_eq(air_ask(h.a, 0, "cumulative"), h.acked + MANY);
	ck_assert_int_eq(air_ask(h.a, 0, RECODED), 0);
	expect_all(&h);
	heap_clear(&h);
}
END_TEST

START_TEST(the_other_way_round_all_is_read_at_the_end)
{
	struct heap h;

	heap_init(&h, NULL);
	send_much(&h);
	for (uint32_t i = UPLOAD_AHEAD_MAX; i > 1; i--) {
		deliver(&h, h.acked + i);
		expect(&h, "backwards", 0, UPLOAD_AHEAD_MAX - i + 1);
		if (_i == 1)
			air_other_key(h.a, false);
	}
	deliver(&h, h.acked + 1);
	expect(&h, "with the first", UPLOAD_AHEAD_MAX, 0);
	ck_assert_int_eq(air_ask(h.a, 0, RECODED), 0);
	expect_all(&h);
	heap_clear(&h);
}
END_TEST

/* The gateway has lost what it knew of the first: it cannot read the second,
 * which is made void, and with it all behind it. */
START_TEST(one_in_the_middle_is_void)
{
	struct heap h;

	heap_init(&h, NULL);
	send_much(&h);
	deliver(&h, h.acked + 1);
	ck_assert_int_gt(
	    air_order(h.a, 0, "DELETE FROM batch WHERE phone_id = $P"), 0);
	air_other_key(h.a, false);
	for (uint32_t i = 2; i <= UPLOAD_AHEAD_MAX; i++)
		deliver(&h, h.acked + i);
	expect(&h, "without a base", 1, UPLOAD_AHEAD_MAX - 2);
	ck_assert_int_eq(air_ask(h.a, 0, RECODED), 1);
	expect_all(&h);
	ck_assert_int_ge(air_ask(h.a, 0, RECODED), UPLOAD_AHEAD_MAX - 1);
	/* And what comes then goes by a base again. */
	h.acked = (uint32_t)air_ask(h.a, 0, "acked");
	h.before = sent_so_far(h.a);
	put_messages(h.a, 0, &h.id, 200);
	expect_all(&h);
	ck_assert_uint_eq(goes_by(&h, h.acked + 2), h.acked + 1);
	heap_clear(&h);
}
END_TEST

/* ---- what no phone would send ---- */

/* A transfer of one SMS, or of two, that goes by that one before it. */
static void
forge(struct heap *h, uint32_t transfer, uint32_t back, bool two)
{
	const struct upload_preamble pre = { .codec = PACK_BASED };
	const struct upload_base base = { .back = back, .check = 77 };
	uint8_t text[UPLOAD_PREAMBLE_MAX];
	uint8_t sms[WIRE_SEGMENTS_MAX][WIRE_DATA_MAX];
	size_t len[WIRE_SEGMENTS_MAX], n = upload_put(&pre, text);
	int count;

	n += upload_base_put(&base, text + n);
	memset(text + n, 0xa5, 130);
	count = seal_transfer(h->seal, false, transfer, text,
	    n + (two ? 130 : 30), WIRE_DATA_MAX, sms, len);
	ck_assert_int_eq(count, two ? 2 : 1);
	for (int i = 0; i < count; i++)
		ck_assert_int_ne(
		    air_inject(h->a, NUMBER, sms[i], len[i]), GATEWAY_JUNK);
	ck_assert_int_ge(gateway_open(air_gateway(h->a), 64, air_now(h->a)), 0);
}

/* What it says it goes by, and whether it waits for what never comes. */
static const struct {
	const char *why;
	uint32_t at, back; /* behind what is acknowledged; and before that */
	bool waits;
} forged[] = {
	{ "the one before, which is missing", 3, 1, true },
	{ "at the edge of what may be missing", UPLOAD_AHEAD_MAX, 1, true },
	{ "beyond it", UPLOAD_AHEAD_MAX + 1, 1, false },
	{ "far beyond it", 400, 10, false },
	{ "of the last that is there", 3, 3, false },
	{ "before all transfers", 3, 1000000, false },
	{ "itself", 3, 0, false },
};

START_TEST(what_is_forged_holds_nothing_up)
{
	const bool two = _i % 2 == 1;
	const size_t n = (size_t)_i / 2;
	struct heap h;

	heap_init(&h, NULL);
	forge(&h, h.acked + forged[n].at, forged[n].back, two);
	ck_assert_msg(
	    air_ask(h.a, 0, WAITING) == forged[n].waits, "%s", forged[n].why);
	if (forged[n].back != 0) /* that is no head of a batch */
		ck_assert_msg(air_ask(h.a, 0, RECODED) == !forged[n].waits,
		    "%s", forged[n].why);
	/* What the phone itself says is read as if nothing had been. */
	air_lose_all(h.a, false);
	say_one(&h);
	ck_assert_ptr_null(air_compare(h.a, 0));
	/* And what another says. */
	ck_assert_int_eq(
	    air_add_phone(h.a, "+358401000002", "Another", NULL), 1);
	ck_assert(air_bind(h.a, 1));
	put_messages(h.a, 1, &h.id, 400);
	phone_upload_now(air_phone(h.a, 1));
	air_run(h.a, 2 * DAY);
	ck_assert_ptr_null(air_compare(h.a, 1));
	ck_assert_msg(
	    air_ask(h.a, 0, WAITING) == forged[n].waits, "%s", forged[n].why);
	/* Once the phone has come so far, it is seen for what it is. */
	for (uint32_t i = 1; forged[n].waits && i < forged[n].at; i++)
		say_one(&h);
	ck_assert_msg(air_ask(h.a, 0, WAITING) == 0, "%s", forged[n].why);
	if (forged[n].waits)
		expect_all(&h);
	heap_clear(&h);
}
END_TEST

/* ---- all at once ---- */

START_TEST(any_heap_arrives)
{
	const struct air_faults faults = { 0.02 + 0.05 * (_i % 4),
		0.1 * (_i % 3), (_i % 3) * HOUR, (uint64_t)_i + 1 };
	struct air *a = air_new(&faults);
	const char *why;
	uint32_t id = 1;

	ck_assert_int_eq(air_add_phone(a, NUMBER, "Test phone", NULL), 0);
	for (int tries = 0; !air_bind(a, 0); tries++)
		ck_assert_int_lt(tries, 20);
	if (_i % 2 == 1)
		air_take_turns(a); /* two gateways, on one database */
	if (_i % 3 == 1)
		air_open_most(a, 1);
	for (int round = 0; round < 3; round++) {
		put_messages(a, 0, &id, 400);
		phone_upload_now(air_phone(a, 0));
		air_run(a, (int64_t)(_i + 1) * 3 * HOUR);
		if (_i % 2 == 0)
			air_other_key(a, false);
	}
	ck_assert_msg(
	    air_settle(a, 100 * DAY), "it does not settle: %s", air_state(a));
	why = air_compare(a, 0);
	ck_assert_msg(why == NULL, "%s", why);
	ck_assert_int_eq(air_ask(a, 0, RECODED), 0);
	ck_assert_int_eq(air_ask(a, 0, MISSING), 0);
	air_free(a);
}
END_TEST

int
main(void)
{
	const int forgeries = sizeof forged / sizeof forged[0];
	Suite *s = suite_create("ahead");
	TCase *tc = tcase_create("whole");

	tcase_set_timeout(tc, 900);
	tcase_add_test(tc, each_goes_by_all_before_it);
	tcase_add_test(tc, with_answers_each_goes_by_the_one_before);
	tcase_add_test(tc, a_heap_takes_what_was_said);
	tcase_add_test(tc, what_is_no_heap_goes_by_what_is_acknowledged);
	tcase_add_test(tc, an_answer_waits_for_nothing);
	tcase_add_test(tc, a_phone_that_dies_goes_on_where_it_was);
	tcase_add_loop_test(tc, what_is_acknowledged_is_not_forgotten, 0, 2);
	tcase_add_test(tc, what_goes_by_an_older_state_may_come_late);
	tcase_add_test(tc, in_order_nothing_waits);
	tcase_add_loop_test(tc, the_first_is_lost_and_comes_again, 0, 2);
	tcase_add_loop_test(
	    tc, the_other_way_round_all_is_read_at_the_end, 0, 2);
	tcase_add_test(tc, one_in_the_middle_is_void);
	tcase_add_loop_test(
	    tc, what_is_forged_holds_nothing_up, 0, 2 * forgeries);
	tcase_add_loop_test(tc, any_heap_arrives, 0, check_rounds(6));
	suite_add_tcase(s, tc);
	return check_main(s);
}
