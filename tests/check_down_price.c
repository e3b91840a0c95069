/*
 * What a restore is said to take is what it takes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check_main.h"
#include "deliver.h"
#include "down.h"
#include "down_text.h"
#include "price.h"

#define PRICED_MAX 600

/* Every record of it, as the pages have it. */
struct priced {
	uint8_t octets[PRICED_MAX][RECORD_STORED_MAX];
	struct price_item item[PRICED_MAX];
	size_t n;
};

static void
put(struct air *a, struct priced *p, uint64_t *seed, int n)
{
	for (; n > 0; n--) {
		struct record *r = down_record(seed, (uint32_t)p->n + 1);
		uint8_t *to = p->octets[p->n];

		p->item[p->n++] = (struct price_item){ .octets = to,
			.len = record_encode(r, to, RECORD_STORED_MAX) };
		air_put(a, DOWN_FROM, r);
		record_free(r);
	}
}

/* Restore all; it takes that, or at least so many SMS of a hundred of it. */
static void
restore(struct air *a, const struct priced *p, int least, const char *why)
{
	const int64_t id = air_restore(a, DOWN_FROM, DOWN_TO);
	const struct price_to to = {
		.codec = (int)air_ask(a, DOWN_TO, "p.codec"),
		.alone = air_ask(a, DOWN_TO, "p.down_alone::int") == 1,
		.text_only = air_ask(a, DOWN_TO, "p.text_only::int") == 1,
		.restore = (uint32_t)id,
	};
	int64_t said = price_restore(&to, p->item, p->n), took;

	down_expect(a, id, why);
	took = air_int(a, "SELECT sms_sent FROM restore WHERE account_id = $A "
			  "ORDER BY restore_id DESC LIMIT 1");
	printf("# %s: %lld SMS, said were %lld\n", why, (long long)took,
	    (long long)said);
	ck_assert_msg(took <= said && 100 * took >= least * said,
	    "%s: got %lld SMS, said were %lld", why, (long long)took,
	    (long long)said);
}

static const struct {
	const char *why, *order;
	int n;
} fresh[] = {
	{ "one", NULL, 1 },
	{ "one transfer", NULL, 40 },
	{ "many", NULL, PRICED_MAX },
	{ "no base", "UPDATE phone SET down_alone = true WHERE phone_id = $P",
	    300 },
	{ "an older coder", "UPDATE phone SET codec = 1 WHERE phone_id = $P",
	    200 },
	{ "text SMS", "UPDATE phone SET text_only = true WHERE phone_id = $P",
	    200 },
};

START_TEST(a_new_phone_takes_what_was_said)
{
	struct air *a = down_two(&down_perfect);
	struct priced *p = calloc(1, sizeof *p);
	uint64_t seed = 20 + (uint64_t)_i;

	if (fresh[_i].order != NULL)
		ck_assert_int_eq(air_order(a, DOWN_TO, fresh[_i].order), 1);
	put(a, p, &seed, fresh[_i].n);
	restore(a, p, 100, fresh[_i].why);
	free(p);
	down_end(a);
}
END_TEST

/* What its base has learnt cannot be known beforehand, least of all that it
 * had half of this already: it takes less. */
START_TEST(a_phone_that_knows_much_takes_no_more)
{
	struct air *a = down_two(&down_perfect);
	struct priced *p = calloc(1, sizeof *p);
	uint64_t seed = 30;

	put(a, p, &seed, 200);
	restore(a, p, 100, "before");
	put(a, p, &seed, 200);
	restore(a, p, 40, "again");
	free(p);
	down_end(a);
}
END_TEST

/* Many that are tiny: more of them than one transfer is looked through for. */
START_TEST(many_tiny_records_have_a_price)
{
	struct deliver d = { .to = { .codec = PACK_BASED, .restore_next = 1 } };

	for (uint32_t i = 1; i <= 3 * DOWN_RECORDS_MAX; i++) {
		struct record *r = record_new(RECORD_CALL, i);

		record_set_time_ms(r, 1750000000000 + i * 60000LL);
		record_add_text(r, RECORD_PEER, "+358401234567");
		record_add_int(r, RECORD_DIRECTION, 1);
		deliver_record(&d, r);
		record_free(r);
	}
	deliver_price(&d);
	ck_assert_int_eq(d.records, 3 * DOWN_RECORDS_MAX);
	ck_assert_int_ge(d.sms, 4); /* three transfers and the end */
	ck_assert_int_lt(d.sms, 64);
	deliver_clear(&d);
}
END_TEST

/* In the text form a transfer has less room than a piece may have octets. */
START_TEST(a_piece_that_takes_two_transfers_has_the_price_of_both)
{
	static uint8_t data[DOWN_TEXT_MAX - DOWN_HEAD_MAX -
			    UPLOAD_PIECE_HEAD_MAX - SEAL_TAG_LEN];
	uint8_t octets[RECORD_STORED_MAX];
	const struct upload_piece piece = { .file = 7,
		.content = 0x01020304,
		.data = data,
		.len = sizeof data };
	const struct price_item item = { octets,
		upload_piece_put(&piece, octets) + sizeof data, true };
	struct price_to to = { .codec = PACK_BASED, .restore = 1 };

	ck_assert_uint_le(item.len, sizeof octets);
	memcpy(octets + item.len - sizeof data, data, sizeof data);
	ck_assert_int_eq(price_restore(&to, &item, 1), WIRE_SEGMENTS_MAX + 1);
	to.text_only = true;
	ck_assert_int_gt(price_restore(&to, &item, 1), WIRE_SEGMENTS_MAX + 2);
}
END_TEST

TCase *
down_price_case(void)
{
	TCase *tc = tcase_create("price");

	tcase_set_timeout(tc, 900);
	tcase_add_loop_test(tc, a_new_phone_takes_what_was_said, 0,
	    sizeof fresh / sizeof fresh[0]);
	tcase_add_test(tc, a_phone_that_knows_much_takes_no_more);
	tcase_add_test(tc, many_tiny_records_have_a_price);
	tcase_add_test(
	    tc, a_piece_that_takes_two_transfers_has_the_price_of_both);
	return tc;
}
