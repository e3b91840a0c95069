/*
 * What a photo and a text cost on an air that loses one SMS in twenty.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check_life_down.h"
#include "check_main.h"
#include "coding.h"

#define DAY (24 * 3600000LL)
#define PHOTO 12000
#define TEXT 20000
#define SEEDS 5

/* Noise, as a JPEG is to any coder. */
static void
make_photo(uint8_t out[static PHOTO], uint64_t seed)
{
	for (size_t i = 0; i < PHOTO; i++)
		out[i] = (uint8_t)(check_random(&seed) >> 32);
}

/* Words, as many as fit. */
static void
make_text(uint8_t out[static TEXT], uint64_t seed)
{
	static const char *const words[] = { "the ", "harbour ", "was ",
		"quiet ", "and ", "we ", "rowed ", "home ", "before ",
		"rain.\n", "Nobody ", "had ", "seen ", "a ", "heron ", "since ",
		"May, ", "she ", "wrote ", "to ", "her ", "brother ", "in ",
		"Turku " };
	size_t at = 0;

	while (at < TEXT) {
		const char *w = words[check_random(&seed) % 24];
		size_t n = strlen(w);

		if (n > TEXT - at)
			n = TEXT - at;
		memcpy(out + at, w, n);
		at += n;
	}
}

static void
put(struct air *a, uint32_t id, const char *name, const uint8_t *data,
    size_t len)
{
	struct record *r = record_new(RECORD_FILE, id);

	record_set_time_ms(r, 1760000000000);
	record_add_text(r, RECORD_FILE_NAME, name);
	ck_assert_int_eq(
	    phone_put_file(air_phone(a, 0), r, data, len), PHONE_OK);
	record_free(r);
}

/* Byte for byte: what is kept, decoded as its manifest says. */
static void
expect_file(struct air *a, uint32_t id, const uint8_t *data, size_t len)
{
	struct record *r = record_new(RECORD_FILE, id);
	struct record *m = phone_describe_file(r, data, len);
	uint8_t *coded = malloc(TEXT + 1), *got = NULL;
	size_t n = air_file(a, 0, id, coded, TEXT + 1);

	ck_assert_int_eq(coding_decode((enum record_coding)record_int(
					   m, RECORD_FILE_CODING, 0, 0),
			     coded, n, len, &got),
	    0);
	ck_assert_mem_eq(got, data, len);
	free(got);
	free(coded);
	record_free(m);
	record_free(r);
}

/* Both files over an air with that loss: the SMS up and down. */
static struct air_counts
carry(double loss, uint64_t seed)
{
	const struct air_faults faults = { .loss = loss, .seed = seed };
	struct air *a = air_new(&faults);
	uint8_t photo[PHOTO], text[TEXT];
	struct air_counts before, after;
	char device[32];

	snprintf(device, sizeof device, "photo-%d-%llu", (int)(loss * 100),
	    (unsigned long long)seed);
	air_add_phone(a, "+358405550200", device, NULL);
	while (!air_bind(a, 0))
		;
	ck_assert(air_settle(a, 10 * DAY));
	make_photo(photo, seed + 1);
	make_text(text, seed + 2);
	before = air_counts(a);
	put(a, 1, "IMG_0001.jpg", photo, sizeof photo);
	put(a, 2, "story.txt", text, sizeof text);
	ck_assert_int_eq(phone_upload_now(air_phone(a, 0)), PHONE_OK);
	for (int day = 0;
	     day < 30 && air_ask(a, 0,
			     "(SELECT count(*) FROM file f WHERE f.phone_id = "
			     "p.phone_id AND whole_at IS NOT NULL)") < 2;
	     day++)
		air_run(a, DAY);
	ck_assert(air_settle(a, 30 * DAY));
	after = air_counts(a);
	expect_file(a, 1, photo, sizeof photo);
	expect_file(a, 2, text, sizeof text);
	air_free(a);
	return (struct air_counts){ after.up - before.up,
		after.down - before.down, after.lost - before.lost };
}

START_TEST(a_photo_and_a_text_arrive_at_little_more)
{
	struct air_counts clean = { 0 }, lossy = { 0 };
	double ratio;

	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct air_counts c = carry(0, seed), l = carry(0.05, seed);

		clean.up += c.up;
		clean.down += c.down;
		lossy.up += l.up;
		lossy.down += l.down;
		lossy.lost += l.lost;
	}
	ratio = (double)lossy.up / (double)clean.up;
	printf("# %d times a photo of 12 kB and a text of 20 kB: %llu SMS up "
	       "and %llu down; at 5 %% loss %llu up (%.3f times) and %llu "
	       "down, %llu lost\n",
	    SEEDS, (unsigned long long)clean.up, (unsigned long long)clean.down,
	    (unsigned long long)lossy.up, ratio, (unsigned long long)lossy.down,
	    (unsigned long long)lossy.lost);
	ck_assert_uint_gt(lossy.lost, 0);
	ck_assert(ratio < 1.15);
}
END_TEST

TCase *
life_file_case(void)
{
	TCase *tc = tcase_create("files");

	tcase_set_timeout(tc, 600);
	tcase_add_test(tc, a_photo_and_a_text_arrive_at_little_more);
	return tc;
}
