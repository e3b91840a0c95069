/*
 * Lists of what followed a context: against plain counts, where there is no
 * room, and undone.
 */
#include <string.h>

#include "check_main.h"
#include "lists_plain.h"
#include "pack_lists.h"
#include "pack_prime.h"

/* Hashes of one line have the same first bits; the check is of the others. */
static uint32_t
hash_of(unsigned line, unsigned i)
{
	uint64_t first = ((uint64_t)line << 32) / LINES + 1;

	return (uint32_t)(first + i * 977);
}

static struct list
find(const struct model *m, uint32_t hash)
{
	struct list l = { .size = 0 };

	list_find(m, hash, &l);
	return l;
}

static void
learn(struct model *m, uint32_t hash, unsigned octet)
{
	struct list l = find(m, hash);

	list_learn(m, &l, octet);
}

static unsigned
octet_at(const struct list *l, unsigned i)
{
	return l->octet[i];
}

static unsigned
times_at(const struct list *l, unsigned i)
{
	return l->times[i];
}

/* The line is a row of whole lists, each of another context. */
static bool
is_whole(const uint16_t *p)
{
	static bool seen[4096];
	unsigned at = 0;

	memset(seen, 0, sizeof seen);
	while (at < LINE_CELLS && p[at] != 0) {
		unsigned n = p[at] & 15;

		if (n == 0 || at + 1 + n > LINE_CELLS || seen[p[at] >> 4])
			return false;
		seen[p[at] >> 4] = true;
		for (unsigned i = 1; i <= n; i++)
			if ((p[at + i] & 255) == 0 ||
			    (p[at + i] & 255) > LIST_TIMES_MAX)
				return false;
		at += 1 + n;
	}
	for (; at < LINE_CELLS; at++)
		if (p[at] != 0)
			return false;
	return true;
}

static void
check_lines(const struct model *m)
{
	for (unsigned line = 0; line < LINES; line++)
		if (m->t.list[line][0] != 0)
			ck_assert(is_whole(m->t.list[line]));
}

START_TEST(a_list_is_what_came_the_last_first)
{
	struct model *m = model_new();
	const uint32_t h = hash_of(7, 0);
	struct list l = find(m, h);

	ck_assert_uint_eq(l.all, 0);
	for (const char *p = "abacab"; *p != '\0'; p++)
		learn(m, h, (unsigned char)*p);
	l = find(m, h);
	ck_assert_uint_eq(l.all, 6);
	ck_assert_uint_eq(octet_at(&l, 0), 'b');
	ck_assert_uint_eq(octet_at(&l, 1), 'a');
	ck_assert_uint_eq(octet_at(&l, 2), 'c');
	ck_assert_uint_eq(times_at(&l, 0), 2);
	ck_assert_uint_eq(times_at(&l, 1), 3);
	ck_assert_uint_eq(times_at(&l, 2), 1);
	ck_assert_uint_eq(find(m, hash_of(7, 1)).all, 0);
	model_free(m);
}
END_TEST

/* Bit by bit, the counts are those of the octets that begin so. */
START_TEST(bits_are_counted)
{
	struct model *m = model_new();
	const uint32_t h = hash_of(9, 3);
	unsigned times[256] = { 0 };
	uint64_t seed = 5;

	for (int i = 0; i < 30; i++) {
		unsigned octet = 'a' + (unsigned)(check_random(&seed) % 12);

		times[octet]++;
		learn(m, h, octet);
	}
	for (unsigned want = 'a'; want < 'a' + 12; want++) {
		struct list l = find(m, h);

		for (unsigned shift = 8; shift-- > 0 && l.all > 0;) {
			unsigned n[2] = { 0, 0 }, ones = list_ones(&l);

			for (unsigned c = 0; c < 256; c++)
				if (c >> shift >> 1 == want >> shift >> 1)
					n[c >> shift & 1] += times[c];
			ck_assert_uint_eq(ones, n[1]);
			ck_assert_uint_eq(l.all, n[0] + n[1]);
			ck_assert_uint_lt(list_state(&l, ones), STATES);
			list_go_on(&l, ones, want >> shift & 1);
		}
		ck_assert_uint_eq(l.all, times[want]);
	}
	model_free(m);
}
END_TEST

START_TEST(the_sixteenth_pushes_out_the_last)
{
	struct model *m = model_new();
	const uint32_t h = hash_of(11, 0);
	struct list l;

	for (unsigned c = 1; c <= LIST_MAX + 1; c++)
		learn(m, h, c);
	for (int i = 0; i < 100; i++)
		learn(m, h, 200);
	l = find(m, h);
	ck_assert_uint_eq(octet_at(&l, 0), 200);
	ck_assert_uint_eq(times_at(&l, 0), LIST_TIMES_MAX);
	for (unsigned i = 1; i < LIST_MAX; i++)
		ck_assert_uint_eq(octet_at(&l, i), LIST_MAX + 2 - i);
	check_lines(m);
	model_free(m);
}
END_TEST

/* A line has room for 16 lists of one octet: what was seen often stays. */
START_TEST(what_was_seen_least_goes)
{
	struct model *m = model_new();

	for (unsigned i = 0; i < 3; i++)
		for (int k = 0; k < 5; k++)
			learn(m, hash_of(13, i), 'x');
	for (unsigned i = 3; i < 60; i++)
		learn(m, hash_of(13, i), 'y');
	for (unsigned i = 0; i < 3; i++)
		ck_assert_uint_eq(find(m, hash_of(13, i)).all, 5);
	ck_assert_uint_eq(find(m, hash_of(13, 3)).all, 0);
	ck_assert_uint_eq(find(m, hash_of(13, 59)).all, 1);
	check_lines(m);
	model_free(m);
}
END_TEST

START_TEST(lines_stay_whole_whatever_comes)
{
	struct model *m = model_new();
	uint64_t seed = 77;
	int rounds = check_rounds(400000);

	for (int i = 0; i < rounds; i++)
		learn(m,
		    hash_of((unsigned)(check_random(&seed) % 40),
			(unsigned)(check_random(&seed) % 50)),
		    (unsigned)(check_random(&seed) % 20));
	check_lines(m);
	model_free(m);
}
END_TEST

/* After a mark is undone the model is the same in every octet. */
START_TEST(a_mark_keeps_everything)
{
	struct model *m = model_copy(pack_prime_model());
	struct coder c;
	size_t len;
	const void *was = model_image(pack_prime_model(), &len);
	uint64_t seed = 3;

	for (int round = 0; round < 3; round++) {
		ck_assert_int_eq(model_mark(m), 0);
		coder_learn(&c);
		for (unsigned class = 0; class < MODEL_CLASSES; class ++) {
			model_text(m, class, 1);
			for (int i = 0; i < 60; i++)
				model_octet(m, &c,
				    (unsigned)(check_random(&seed) % 160));
			model_bit(m, &c, class, 1);
			model_number(m, &c, class + 100, 12345);
		}
		ck_assert_int_ne(memcmp(model_image(m, &len), was, len), 0);
		model_undo(m);
		ck_assert_int_eq(memcmp(model_image(m, &len), was, len), 0);
	}
	model_free(m);
}
END_TEST

/* Octets of any value, and times of which many are 0, but not the one at keep,
 * as far as a list knows them. */
static struct list
any_list(uint64_t *seed)
{
	struct list l = { .size = (uint8_t)(check_random(seed) % 6) };
	unsigned keep = (unsigned)(check_random(seed) % 16);
	unsigned zeros = (unsigned)(check_random(seed) % 4);

	for (unsigned i = 0; i < 16; i++) {
		l.octet[i] = (uint8_t)check_random(seed);
		if (i == keep || check_random(seed) % 4 >= zeros)
			l.times[i] =
			    (uint8_t)(1 + check_random(seed) % LIST_TIMES_MAX);
		l.all += l.times[i];
	}
	return l;
}

/* Both ways to reckon: with SSE2, and as it is done where there is none. */
START_TEST(both_ways_are_the_same)
{
	uint64_t seed = 77;

	for (int i = 0; i < check_rounds(20000); i++) {
		struct list l = any_list(&seed);

		ck_assert_uint_eq(list_sum(l.octet), plain_sum(l.octet));
		for (int bit = 0; bit < 8 && l.all > 0; bit++) {
			unsigned ones = list_ones(&l);

			ck_assert_uint_eq(plain_sum(l.times), l.all);
			ck_assert_uint_eq(list_sum(l.times), l.all);
			ck_assert_uint_eq(list_first(&l), plain_first(&l));
			ck_assert_uint_eq(
			    list_state(&l, ones), plain_state(&l, ones));
			list_go_on(
			    &l, ones, (unsigned)(check_random(&seed) % 2));
		}
	}
	ck_assert_uint_eq(plain_sum(~(list_octets){ 0 }), 16 * 255);
	ck_assert_uint_eq(list_sum(~(list_octets){ 0 }), 16 * 255);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("lists");
	TCase *tc = tcase_create("lists");

	tcase_set_timeout(tc, 240);
	tcase_add_test(tc, a_list_is_what_came_the_last_first);
	tcase_add_test(tc, bits_are_counted);
	tcase_add_test(tc, the_sixteenth_pushes_out_the_last);
	tcase_add_test(tc, what_was_seen_least_goes);
	tcase_add_test(tc, lines_stay_whole_whatever_comes);
	tcase_add_test(tc, a_mark_keeps_everything);
	tcase_add_test(tc, both_ways_are_the_same);
	suite_add_tcase(s, tc);
	return check_main(s);
}
