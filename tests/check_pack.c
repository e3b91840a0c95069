#include <stdio.h>
#include <string.h>

#include "check_main.h"
#include "pack.h"
#include "pack_state.h"
#include "seal.h"

static const char *const texts[] = { "a", "Hello, are you coming home tonight?",
	"好的，谢谢你。我现在在路上", "😂😂 ok", "+358401234567", "112", "*100#",
	"Bank", "040 123 4567", "line one\nline two", "+",
	"1234567890123456789012345678901" };
#define TEXTS (sizeof texts / sizeof texts[0])

/* A record of any kind with any fields that the schema allows. */
static struct record *
any_record(uint64_t *seed)
{
	static const uint16_t text_tags[] = { RECORD_NAME, RECORD_NUMBER,
		RECORD_NUMBER_E164, RECORD_EMAIL, RECORD_PEER, RECORD_BODY,
		RECORD_SUBJECT, 999 };
	static const uint16_t int_tags[] = { RECORD_NUMBER_TYPE,
		RECORD_DIRECTION, RECORD_READ, RECORD_SENT_MS,
		RECORD_DURATION_S, RECORD_STATUS, 1000 };
	struct record *r =
	    record_new((enum record_kind)(
			   1 + check_random(seed) % (RECORD_KIND_COUNT - 1)),
		(uint32_t)(check_random(seed) % 3 ? check_random(seed) % 100
						  : check_random(seed)));

	record_set_time_ms(
	    r, check_random(seed) % 2
		   ? 1700000000000 + (int64_t)(check_random(seed) % 100000000)
		   : (int64_t)(check_random(seed) >> 12) - (1LL << 51));
	if (check_random(seed) % 10 == 0) {
		record_set_op(r, RECORD_DELETE);
		return r;
	}
	for (uint64_t n = check_random(seed) % 6; n > 0; n--) {
		record_add_text(r, text_tags[check_random(seed) % 8],
		    texts[check_random(seed) % TEXTS]);
		record_add_int(r, int_tags[check_random(seed) % 7],
		    check_random(seed) % 4 ? (int64_t)(check_random(seed) % 3)
					   : (int64_t)check_random(seed));
	}
	return r;
}

static struct record *
message(uint32_t id, int64_t ms, const char *peer, const char *body)
{
	struct record *r = record_new(RECORD_MESSAGE, id);

	record_set_time_ms(r, ms);
	record_add_text(r, RECORD_PEER, peer);
	record_add_int(r, RECORD_DIRECTION, RECORD_MSG_RECEIVED);
	record_add_text(r, RECORD_BODY, body);
	record_add_int(r, RECORD_READ, 1);
	return r;
}

static void
compare(struct record *const *in, size_t n, enum pack_codec codec,
    const uint8_t *p, size_t len, uint64_t seed)
{
	struct record **out = NULL;
	size_t got = 0;

	ck_assert_msg(pack_read(codec, p, len, &out, &got) == 0,
	    "seed %llu: does not unpack", (unsigned long long)seed);
	ck_assert_uint_eq(got, n);
	for (size_t i = 0; i < n; i++) {
		ck_assert_msg(record_equal(in[i], out[i]),
		    "seed %llu: record %zu differs", (unsigned long long)seed,
		    i);
		record_free(out[i]);
	}
	free(out);
}

START_TEST(any_records_come_back)
{
	enum pack_codec codec = (enum pack_codec)_i;

	for (int round = 0; round < check_rounds(5000); round++) {
		uint64_t seed = (uint64_t)round * 2 + 1, start = seed;
		struct record *list[10];
		size_t count = 1 + check_random(&seed) % 10, len = 0, n;
		uint8_t out[2048];

		for (size_t i = 0; i < count; i++)
			list[i] = any_record(&seed);
		n = pack_fill(codec, (const struct record *const *)list, count,
		    out, sizeof out, &len);
		ck_assert_uint_eq(n, count);
		compare(list, n, codec, out, len, start);
		for (size_t i = 0; i < count; i++)
			record_free(list[i]);
	}
}
END_TEST

START_TEST(fill_takes_what_fits)
{
	enum pack_codec codec = (enum pack_codec)_i;
	struct record *list[40];
	uint8_t out[200];
	size_t last = 0;

	for (uint32_t i = 0; i < 40; i++)
		list[i] = message(i + 1, 1700000000123 + 60000 * i,
		    "+358401234567", texts[i % 3]);
	for (size_t room = 1; room <= sizeof out; room++) {
		size_t len = 0, n;

		n = pack_fill(codec, (const struct record *const *)list, 40,
		    out, room, &len);
		ck_assert_uint_le(len, room);
		ck_assert_uint_ge(n, last > 0 ? last - 1 : 0);
		last = n;
		if (n > 0)
			compare(list, n, codec, out, len, room);
	}
	ck_assert_uint_gt(last, 5);
	for (size_t i = 0; i < 40; i++)
		record_free(list[i]);
}
END_TEST

START_TEST(changed_octets_are_harmless)
{
	struct record *list[3];
	uint8_t good[512], bad[512];
	uint64_t seed = 7;
	size_t len = 0;

	for (uint32_t i = 0; i < 3; i++)
		list[i] = message(i + 1, 1700000000000, texts[4 + i], texts[i]);
	ck_assert_uint_eq(
	    pack_fill((enum pack_codec)_i, (const struct record *const *)list,
		3, good, sizeof good, &len),
	    3);
	for (int round = 0; round < check_rounds(100000); round++) {
		struct record **out = NULL;
		size_t n = 0, cut = 1 + check_random(&seed) % len;

		memcpy(bad, good, len);
		for (uint64_t k = check_random(&seed) % 4; k > 0; k--)
			bad[check_random(&seed) % len] =
			    (uint8_t)check_random(&seed);
		if (pack_read((enum pack_codec)_i, bad, cut, &out, &n) == -1)
			continue;
		ck_assert_uint_le(n, PACK_RECORDS_MAX);
		for (size_t i = 0; i < n; i++)
			record_free(out[i]);
		free(out);
	}
	for (size_t i = 0; i < 3; i++)
		record_free(list[i]);
}
END_TEST

/* Dictionary 1 is part of the protocol: its digest, and golden octets. */
START_TEST(octets_are_as_documented)
{
	struct record *r = message(1, 1700000000123, "+358401234567", "Hello");
	static const uint8_t want[] = { 0xc2, 0x80, 0xc4, 0x9f, 0xd5, 0x0c,
		0x00, 0x7b, 0x32, 0x35, 0x84, 0x01, 0x23, 0x45, 0x67, 0x05, 'H',
		'e', 'l', 'l', 'o' };
	const struct record *list[] = { r };
	uint8_t out[200];
	size_t len = 0;

	ck_assert_uint_eq(pack_fill(PACK_PLAIN, list, 1, out, 200, &len), 1);
	ck_assert_uint_eq(len, sizeof want);
	ck_assert_mem_eq(out, want, len);
	record_free(r);
}
END_TEST

/* The highest id is followed by no other: 0 is not one more. */
START_TEST(ids_do_not_wrap)
{
	struct record *list[] = { message(UINT32_MAX, 1, "1", "a"),
		message(0, 2, "1", "b"), message(1, 3, "1", "c") };
	uint8_t out[200];
	size_t len = 0;

	ck_assert_uint_eq(
	    pack_fill((enum pack_codec)_i, (const struct record *const *)list,
		3, out, sizeof out, &len),
	    3);
	compare(list, 3, (enum pack_codec)_i, out, len, 0);
	for (size_t i = 0; i < 3; i++)
		record_free(list[i]);
}
END_TEST

/* A long text named again and again by one octet: few octets, much memory. */
START_TEST(batches_cannot_explode)
{
	struct record *list[40];
	char text[RECORD_TEXT_MAX + 1];
	static uint8_t out[PACK_PLAIN_MAX];
	struct record **back = NULL;
	size_t len = 0, n = 0, fit;

	memset(text, 'x', RECORD_TEXT_MAX);
	text[RECORD_TEXT_MAX] = '\0';
	for (uint32_t i = 0; i < 40; i++) {
		list[i] = record_new(RECORD_CONTACT, i + 1);
		for (int k = 0; k < 4; k++)
			ck_assert_int_eq(
			    record_add_text(list[i], RECORD_NUMBER, text), 0);
	}
	/* 32 KiB each: 32 of them are a MiB. */
	fit = pack_fill(PACK_PLAIN, (const struct record *const *)list, 40, out,
	    sizeof out, &len);
	ck_assert_uint_eq(fit, PACK_TEXTS_MAX / (4 * RECORD_TEXT_MAX));
	ck_assert_uint_lt(len, 9000);
	ck_assert_int_eq(pack_read(PACK_PLAIN, out, len, &back, &n), 0);
	ck_assert_uint_eq(n, fit);
	for (size_t i = 0; i < n; i++)
		record_free(back[i]);
	free(back);
	/* One more of them, written by hand, is refused. */
	memcpy(out + len, out + len - 12, 12);
	ck_assert_int_eq(pack_read(PACK_PLAIN, out, len + 12, &back, &n), -1);
	for (size_t i = 0; i < 40; i++)
		record_free(list[i]);
}
END_TEST

/* Both ends learn the same transfers, and a batch needs fewer octets. */
START_TEST(states_grow_alike)
{
	struct pack_state *up = pack_state_new((size_t)_i);
	struct pack_state *down = pack_state_new((size_t)_i);
	uint64_t seed = 5;
	size_t alone = 0, known = 0;
	int rounds = check_short() < 100 ? 60 : 15; /* valgrind */

	for (int round = 0; round < rounds; round++) {
		struct record *list[6];
		const struct record *const *l =
		    (const struct record *const *)list;
		struct record **back = NULL;
		uint8_t out[4096];
		size_t len = 0, n = 0;

		for (uint32_t i = 0; i < 5; i++)
			list[i] = message((uint32_t)round * 5 + i + 1,
			    1700000000123 + 60000 * (round * 5 + i),
			    texts[4 + i % 2], texts[(round + i) % 4]);
		list[5] = any_record(&seed);
		ck_assert_uint_eq(
		    pack_fill(PACK_MIX, l, 6, out, sizeof out, &len), 6);
		alone += len;
		ck_assert_uint_eq(
		    pack_state_fill(up, l, 6, out, sizeof out, &len), 6);
		known += len;
		ck_assert_int_eq(pack_state_read(down, out, len, &back, &n), 0);
		ck_assert_uint_eq(n, 6);
		for (size_t i = 0; i < n; i++)
			ck_assert(record_equal(list[i], back[i]));
		ck_assert_int_eq(pack_state_learn(up, l, 6), 0);
		ck_assert_int_eq(pack_state_learn(down,
				     (const struct record *const *)back, n),
		    0);
		for (size_t i = 0; i < n; i++) {
			record_free(back[i]);
			record_free(list[i]);
		}
		free(back);
	}
	ck_assert_uint_lt(known, alone);
	pack_state_free(up);
	pack_state_free(down);
}
END_TEST

START_TEST(stored_form_is_canonical)
{
	uint64_t seed = 11;

	for (int round = 0; round < check_rounds(20000); round++) {
		struct record *r = any_record(&seed), *back;
		uint8_t p[RECORD_STORED_MAX], q[RECORD_STORED_MAX];
		size_t n = record_encode(r, p, sizeof p), m;

		ck_assert_uint_gt(n, 0);
		back = record_decode(p, n);
		ck_assert_ptr_nonnull(back);
		ck_assert(record_equal(r, back));
		record_free(back);
		/* What decodes at all, encodes to the same octets. */
		p[check_random(&seed) % n] ^=
		    (uint8_t)(1u << check_random(&seed) % 8);
		if ((back = record_decode(p, n)) != NULL) {
			m = record_encode(back, q, sizeof q);
			ck_assert_uint_eq(m, n);
			ck_assert_mem_eq(p, q, n);
			record_free(back);
		}
		record_free(r);
	}
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("pack");
	TCase *tc = tcase_create("records");

	tcase_set_timeout(tc, 240);
	tcase_add_loop_test(tc, any_records_come_back, 0, PACK_BASED);
	tcase_add_loop_test(tc, fill_takes_what_fits, 0, PACK_BASED);
	tcase_add_loop_test(tc, changed_octets_are_harmless, 0, PACK_BASED);
	tcase_add_loop_test(tc, ids_do_not_wrap, 0, PACK_BASED);
	tcase_add_test(tc, batches_cannot_explode);
	tcase_add_test(tc, octets_are_as_documented);
	/* No history, one that is dropped from often, one that is not. */
	tcase_add_loop_test(tc, states_grow_alike, 0, 1);
	tcase_add_loop_test(tc, states_grow_alike, 4000, 4001);
	tcase_add_loop_test(tc, states_grow_alike, 1 << 20, (1 << 20) + 1);
	tcase_add_test(tc, stored_form_is_canonical);
	suite_add_tcase(s, tc);
	return check_main(s);
}
