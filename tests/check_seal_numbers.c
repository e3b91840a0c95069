/*
 * Which transfer a frame means that has only the low bits of its number, and
 * what a number that is used again gives away.
 */
#include <string.h>

#include "be.h"
#include "seal_test.h"

/* ---- singles ---- */

static const struct {
	const char *why;
	uint32_t sent, near;
	bool opens;
} nears[] = {
	{ "the one expected", 1, 1, true },
	{ "the first, long after", 1, 641, true },
	{ "640 before", 1000, 1640, true },
	{ "641 before", 1000, 1641, false },
	{ "640 after", 1640, 1000, true },
	{ "641 after", 1641, 1000, false },
	{ "576 before", 1000, 1576, true },
	{ "across 256", 256, 255, true },
	{ "back across 256", 255, 256, true },
	{ "across 65536", 65535, 65600, true },
	{ "the highest", WIRE_TRANSFER_MAX, WIRE_TRANSFER_MAX, true },
	{ "the highest, from below", WIRE_TRANSFER_MAX, WIRE_TRANSFER_MAX - 640,
	    true },
	{ "one past the highest expected", WIRE_TRANSFER_MAX,
	    WIRE_TRANSFER_MAX + 1, true },
	{ "nothing yet", 640, 0, true },
	{ "too far from nothing", 641, 0, false },
};

START_TEST(single_near)
{
	static uint8_t sms[WIRE_SEGMENTS_MAX][WIRE_DATA_MAX];
	size_t len[WIRE_SEGMENTS_MAX];
	struct seal_phone *k = a_phone();
	uint32_t transfer = 0xa5a5a5a5;
	uint8_t out[WIRE_DATA_MAX];
	struct wire_frame f;
	enum seal_err err;

	ck_assert_int_eq(
	    seal_transfer(k, false, nears[_i].sent, (const uint8_t *)"hello", 5,
		WIRE_DATA_MAX, sms, len),
	    1);
	ck_assert_int_eq(wire_decode(sms[0], len[0], &f), WIRE_OK);
	err = seal_single_open(k, &f, nears[_i].near, &transfer, out);
	ck_assert_msg(err == (nears[_i].opens ? SEAL_OK : SEAL_E_FORGED),
	    "%s: got %d", nears[_i].why, err);
	ck_assert_uint_eq(
	    transfer, nears[_i].opens ? nears[_i].sent : 0xa5a5a5a5);
	seal_phone_free(k);
}
END_TEST

/* ---- segments ---- */

static const struct {
	const char *why;
	uint32_t sent, near;
	bool known;
} segment_nears[] = {
	{ "the one expected", 1, 1, true },
	{ "the first, nothing yet", 1, 0, true },
	{ "a multiple of 2,048", 2048, 2048, true },
	{ "across 2,048", 2048, 2047, true },
	{ "far across 2,048", 3000, 2047, true },
	{ "back across 2,048", 2047, 2048, true },
	{ "far back across 2,048", 1100, 2048, true },
	{ "half a round ahead", 3024, 2000, true },
	{ "half a round back", 2000, 3024, true },
	{ "a round ahead of nothing", 2049, 1, true },
	{ "four rounds ahead of nothing", 8192, 0, true },
	{ "more than four ahead of nothing", 8193, 0, false },
	{ "four rounds back", 1, 8193, true },
	{ "more than four rounds back", 1, 8194, false },
	{ "one round ahead", 52048, 50000, true },
	{ "one round back", 50000, 52048, true },
	{ "four rounds ahead", 58192, 50000, true },
	{ "more than four rounds ahead", 58193, 50000, false },
	{ "five rounds ahead", 60240, 50000, false },
	{ "five rounds back", 50000, 60240, false },
	{ "the highest", WIRE_TRANSFER_MAX, WIRE_TRANSFER_MAX, true },
	{ "the highest, from four rounds below", WIRE_TRANSFER_MAX,
	    WIRE_TRANSFER_MAX - 8192, true },
	{ "one past the highest expected", WIRE_TRANSFER_MAX,
	    WIRE_TRANSFER_MAX + 1, true },
	{ "one of the first, at the highest", 5, WIRE_TRANSFER_MAX, false },
	{ "an old one, past the highest", WIRE_TRANSFER_MAX - 8191,
	    WIRE_TRANSFER_MAX + 1, true },
};

/* The first segment of a transfer of two. */
static void
a_segment(const struct seal_phone *k, uint32_t transfer,
    uint8_t sms[static WIRE_DATA_MAX], size_t *len)
{
	static uint8_t both[WIRE_SEGMENTS_MAX][WIRE_DATA_MAX];
	size_t each[WIRE_SEGMENTS_MAX];
	uint8_t text[200];

	check_fill(text, sizeof text, 4);
	ck_assert_int_eq(seal_transfer(k, false, transfer, text, sizeof text,
			     WIRE_DATA_MAX, both, each),
	    2);
	memcpy(sms, both[0], each[0]);
	*len = each[0];
}

static enum seal_err
check_of(const struct seal_phone *k, const uint8_t *sms, size_t len,
    uint32_t near, uint32_t *transfer)
{
	struct wire_frame f;

	ck_assert_int_eq(wire_decode(sms, len, &f), WIRE_OK);
	return seal_segment_check(k, &f, near, transfer);
}

START_TEST(segment_near)
{
	struct seal_phone *k = a_phone();
	uint32_t transfer = 0xa5a5a5a5;
	uint8_t sms[WIRE_DATA_MAX];
	bool known = segment_nears[_i].known;
	enum seal_err err;
	size_t len;

	a_segment(k, segment_nears[_i].sent, sms, &len);
	err = check_of(k, sms, len, segment_nears[_i].near, &transfer);
	ck_assert_msg(err == (known ? SEAL_OK : SEAL_E_FORGED), "%s: got %d",
	    segment_nears[_i].why, err);
	ck_assert_uint_eq(
	    transfer, known ? segment_nears[_i].sent : 0xa5a5a5a5);
	seal_phone_free(k);
}
END_TEST

/* The gateway has gone on by a round and expects a number with the same low
 * bits: an old frame that comes again does not pass for that one. */
START_TEST(segment_of_another_round)
{
	struct seal_phone *k = a_phone();
	uint8_t sms[WIRE_DATA_MAX], next[WIRE_DATA_MAX];
	uint32_t transfer;
	size_t len;

	a_segment(k, 20000, sms, &len);
	for (uint32_t round = 1; round <= 4; round++) {
		uint32_t near = 20000 + round * 2048;

		ck_assert_int_eq(
		    check_of(k, sms, len, near, &transfer), SEAL_OK);
		ck_assert_uint_eq(transfer, 20000);
		a_segment(k, near, next, &len);
		ck_assert_mem_eq(next, sms, 7); /* nothing tells but the tag */
		ck_assert_mem_ne(next + 7, sms + 7, WIRE_SEGMENT_TAG_LEN);
		ck_assert_int_eq(
		    check_of(k, next, len, near, &transfer), SEAL_OK);
		ck_assert_uint_eq(transfer, near);
	}
	seal_phone_free(k);
}
END_TEST

/* Last, index and the low bits of the number: any other value is forged. */
START_TEST(segment_of_another_place)
{
	struct seal_phone *k = a_phone();
	uint8_t sms[WIRE_DATA_MAX];
	uint32_t transfer = 0;
	size_t len;

	a_segment(k, 20000, sms, &len);
	for (unsigned turn = 1; turn < 0x10000; turn += check_step()) {
		sms[5] ^= (uint8_t)(turn >> 8);
		sms[6] ^= (uint8_t)turn;
		ck_assert_msg(
		    check_of(k, sms, len, 20000, &transfer) == SEAL_E_FORGED,
		    "known with the bits %04x turned", turn);
		sms[5] ^= (uint8_t)(turn >> 8);
		sms[6] ^= (uint8_t)turn;
	}
	ck_assert_uint_eq(transfer, 0);
	ck_assert_int_eq(check_of(k, sms, len, 20000, &transfer), SEAL_OK);
	seal_phone_free(k);
}
END_TEST

/* A segment of type and number as nobody seals it, under the phone's keys. */
static void
by_hand(enum wire_type type, uint32_t number, struct wire_frame *f,
    uint8_t tag[static SEAL_DIGEST_LEN])
{
	static const uint8_t body[] = "hello";
	uint8_t mac[SEAL_KEY_LEN], which[9] = { 0 };

	which[0] = (uint8_t)(WIRE_VERSION << 6 | (unsigned)type);
	be_put32(which + 1, KEY_ID);
	be_put24(which + 5, number & 0xffffff);
	ck_assert_int_eq(
	    seal_from_root(root, "smsvault up segment", mac, sizeof mac),
	    SEAL_OK);
	ck_assert_int_eq(
	    seal_hmac(mac, which, sizeof which, body, sizeof body, tag),
	    SEAL_OK);
	*f = (struct wire_frame){
		.type = type,
		.key_id = KEY_ID,
		.transfer = number & 0x7ff,
		.tag = tag,
		.tag_len = WIRE_SEGMENT_TAG_LEN,
		.body = body,
		.body_len = sizeof body,
	};
}

/* There is no transfer 0, nor one above the highest; and what has another tag
 * is no segment. */
START_TEST(segment_that_nobody_seals)
{
	struct seal_phone *k = a_phone();
	uint8_t tag[SEAL_DIGEST_LEN];
	uint32_t transfer = 0;
	struct wire_frame f;

	by_hand(WIRE_SEGMENT, 5, &f, tag);
	ck_assert_int_eq(seal_segment_check(k, &f, 5, &transfer), SEAL_OK);
	ck_assert_uint_eq(transfer, 5);
	by_hand(WIRE_SEGMENT, 0, &f, tag);
	ck_assert_int_eq(
	    seal_segment_check(k, &f, 1, &transfer), SEAL_E_FORGED);
	by_hand(WIRE_SEGMENT, WIRE_TRANSFER_MAX + 1, &f, tag);
	ck_assert_int_eq(
	    seal_segment_check(k, &f, WIRE_TRANSFER_MAX, &transfer),
	    SEAL_E_FORGED);
	by_hand(WIRE_SINGLE, 5, &f, tag);
	f.tag_len = WIRE_SINGLE_TAG_LEN;
	ck_assert_int_eq(
	    seal_segment_check(k, &f, 5, &transfer), SEAL_E_FORGED);
	seal_phone_free(k);
}
END_TEST

/* Of the same root, but under another key id: another phone's. */
START_TEST(segment_of_another_key)
{
	struct seal_phone *k = a_phone();
	struct seal_phone *other = seal_phone_new(root, KEY_ID + 1);
	uint8_t sms[WIRE_DATA_MAX];
	uint32_t transfer;
	size_t len;

	ck_assert_ptr_nonnull(other);
	a_segment(other, 5, sms, &len);
	ck_assert_int_eq(check_of(other, sms, len, 5, &transfer), SEAL_OK);
	ck_assert_int_eq(check_of(k, sms, len, 5, &transfer), SEAL_E_FORGED);
	seal_phone_free(other);
	seal_phone_free(k);
}
END_TEST

/* ---- a phone that was set back ---- */

/*
 * The phone was set back to an old backup of itself and uses a number again.
 * With a counter as nonce the two keystreams would be one; here the text is in
 * the IV, so only equal texts give equal octets.
 */
START_TEST(single_counter_rolled_back)
{
	static uint8_t a[WIRE_SEGMENTS_MAX][WIRE_DATA_MAX];
	static uint8_t b[WIRE_SEGMENTS_MAX][WIRE_DATA_MAX];
	size_t len[WIRE_SEGMENTS_MAX];
	struct seal_phone *k = a_phone();
	uint8_t one[119] = { 0 }, two[119] = { 0 };
	int same = 0;

	two[118] = 1; /* a single bit */
	ck_assert_int_eq(
	    seal_transfer(k, false, 9, one, 119, WIRE_DATA_MAX, a, len), 1);
	ck_assert_int_eq(
	    seal_transfer(k, false, 9, two, 119, WIRE_DATA_MAX, b, len), 1);
	for (size_t i = WIRE_SINGLE_HEAD; i < len[0]; i++)
		same += a[0][i] == b[0][i];
	ck_assert_msg(same < 12, "%d of 119 octets are the same", same);
	ck_assert_int_eq(
	    seal_transfer(k, false, 9, one, 119, WIRE_DATA_MAX, b, len), 1);
	ck_assert_mem_eq(a[0], b[0], len[0]);
	/* The two directions never share octets either. */
	ck_assert_int_eq(
	    seal_transfer(k, true, 9, one, 119, WIRE_DATA_MAX, b, len), 1);
	ck_assert_mem_ne(a[0] + 6, b[0] + 6, 16);
	seal_phone_free(k);
}
END_TEST
int
main(void)
{
	Suite *s = suite_create("seal numbers");
	TCase *tc = tcase_create("numbers");

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, single_near, 0, sizeof nears / sizeof nears[0]);
	tcase_add_loop_test(tc, segment_near, 0,
	    sizeof segment_nears / sizeof segment_nears[0]);
	tcase_add_test(tc, segment_of_another_round);
	tcase_add_test(tc, segment_of_another_place);
	tcase_add_test(tc, segment_that_nobody_seals);
	tcase_add_test(tc, segment_of_another_key);
	tcase_add_test(tc, single_counter_rolled_back);
	suite_add_tcase(s, tc);
	return check_main(s);
}
