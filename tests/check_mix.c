/*
 * The mixing codec: octets that must not change (tests/vectors/mix.txt; with
 * the argument "make" this prints that file), checkpoints, and records of every
 * kind at random.  SMSVAULT_RANDOM_RECORDS says how many; a release wants
 * 1000000.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check_main.h"
#include "pack.h"
#include "pack_prime.h"
#include "pack_state.h"
#include "seal.h"

#define ROOM 1900
#define HISTORY 6000 /* of the random ones: often cut */

/* ---- vectors ---- */

static void
add_contact(struct record *r, const char *name, const char *peer, bool more)
{
	record_add_text(r, RECORD_NAME, name);
	record_add_text(
	    r, RECORD_NUMBER, more ? "139-0013-9000" : "040 123 4567");
	record_add_text(r, RECORD_NUMBER_E164, peer);
	record_add_int(r, RECORD_NUMBER_TYPE, RECORD_LABEL_MOBILE);
	if (!more)
		return;
	record_add_text(r, RECORD_EMAIL, "13900139000@example.cn");
	record_add_text(r, RECORD_BIRTHDAY, "1990-12-31");
	record_add_text(r, RECORD_ADDRESS, "南宁市花园路37号2栋");
}

static struct record *
vector_record(int i)
{
	static const struct {
		enum record_kind kind;
		const char *peer, *text;
		int64_t direction, ms;
	} v[] = {
		{ RECORD_CONTACT, "+358401234567", "Aino Virtanen", 0, 0 },
		{ RECORD_MESSAGE, "+358401234567", "Are you coming home?", 1,
		    1700000123000 },
		{ RECORD_MESSAGE, "+358401234567", "Yes, in ten minutes", 2,
		    1700000200456 },
		{ RECORD_CALL, "+358401234567", NULL, 3, 1700003000000 },
		{ RECORD_MESSAGE, "+8613800138000", "我晚上七点到家，你先吃吧",
		    1, 1700010000000 },
		{ RECORD_MESSAGE, "Bank", "Your code is 493021 \U0001f511", 1,
		    1700020000000 },
		{ RECORD_NOTE, NULL, "milk\nbread", 0, 1700020000001 },
		{ RECORD_LOCATION, NULL, NULL, 0, 1700020500000 },
		{ RECORD_CONTACT, "+8613900139000", "王小明", 0, 0 },
	};
	const size_t n = sizeof v / sizeof v[0];
	struct record *r;

	if (i < 0 || (size_t)i >= n)
		return NULL;
	r = record_new(v[i].kind, (uint32_t)i + 1);
	record_set_time_ms(r, v[i].ms);
	switch ((unsigned)v[i].kind) {
	case RECORD_CONTACT:
		add_contact(r, v[i].text, v[i].peer, i > 0);
		break;
	case RECORD_NOTE:
		record_add_text(r, RECORD_DESCRIPTION, v[i].text);
		record_add_text(r, 999, "of a later version");
		break;
	case RECORD_LOCATION:
		record_add_int(r, RECORD_LATITUDE_E7, 601699000);
		record_add_int(r, RECORD_LONGITUDE_E7, 249384000);
		break;
	default:
		record_add_text(r, RECORD_PEER, v[i].peer);
		record_add_int(r, RECORD_DIRECTION, v[i].direction);
		if (v[i].text != NULL)
			record_add_text(r, RECORD_BODY, v[i].text);
		if (v[i].kind == RECORD_CALL)
			record_add_int(r, RECORD_DURATION_S, 0);
		else
			record_add_int(r, RECORD_READ, 1);
	}
	return r;
}

static void
print_hex(FILE *f, const char *what, const uint8_t *p, size_t n)
{
	fprintf(f, "%s ", what);
	for (size_t i = 0; i < n; i++)
		fprintf(f, "%02x", p[i]);
	fputc('\n', f);
}

/* Each record alone, by itself and by the state behind those before it; then
 * all of them in one batch. */
static void
print_vectors(FILE *f)
{
	struct pack_state *s = pack_state_new(PACK_HISTORY_OCTETS);
	struct record *list[16];
	const struct record *const *l = (const struct record *const *)list;
	uint8_t stored[RECORD_STORED_MAX], out[ROOM];
	size_t len = 0, n = 0;

	fprintf(f,
	    "# Made by tests/check_mix make.  Each record in its stored "
	    "form; alone in MIX;\n# alone from the state that has learnt "
	    "each record before it as a transfer of\n# its own, numbered "
	    "from 1, and the first octet of that state's digest.\n");
	for (; (list[n] = vector_record((int)n)) != NULL; n++) {
		print_hex(f, "record", stored,
		    record_encode(list[n], stored, sizeof stored));
		if (pack_fill(PACK_MIX, l + n, 1, out, sizeof out, &len) != 1)
			abort();
		print_hex(f, "mix", out, len);
		if (pack_state_fill(s, l + n, 1, out, sizeof out, &len) != 1)
			abort();
		fprintf(f, "check %02x\n", pack_state_check(s));
		print_hex(f, "based", out, len);
		if (pack_state_learn(s, l + n, 1) == -1)
			abort();
	}
	if (pack_fill(PACK_MIX, l, n, out, sizeof out, &len) != n)
		abort();
	fprintf(f, "# All of them in one batch.\n");
	print_hex(f, "mix", out, len);
	while (n > 0)
		record_free(list[--n]);
	pack_state_free(s);
}

/* What is built into the programs is what they would learn themselves. */
START_TEST(the_built_in_model_is_the_learnt_one)
{
	size_t len, learnt_len;
	const void *image = model_image(pack_prime_model(), &len);
	struct model *learnt = pack_prime_learn();
	const void *other;

	ck_assert_ptr_nonnull(learnt);
	other = model_image(learnt, &learnt_len);
	ck_assert_uint_eq(len, learnt_len);
	ck_assert_int_eq(memcmp(image, other, len), 0);
	ck_assert_ptr_null(model_load(image, len - 1));
	model_free(learnt);
}
END_TEST

START_TEST(octets_do_not_change)
{
	const char *dir = getenv("top_srcdir");
	char path[512], *text = NULL, want[65536];
	size_t size = 0, n;
	FILE *f, *mem = open_memstream(&text, &size);

	snprintf(path, sizeof path, "%s/tests/vectors/mix.txt",
	    dir != NULL ? dir : ".");
	ck_assert_ptr_nonnull(mem);
	print_vectors(mem);
	fclose(mem);
	f = fopen(path, "rb");
	ck_assert_msg(f != NULL, "cannot open %s", path);
	n = fread(want, 1, sizeof want - 1, f);
	want[n] = '\0';
	fclose(f);
	ck_assert_str_eq(text, want);
	free(text);
}
END_TEST

/* ---- at random ---- */

static size_t
put_character(uint64_t *seed, char *out)
{
	uint32_t c;

	switch (check_random(seed) % 8) {
	case 0:
		c = 0x4e00 + (uint32_t)(check_random(seed) % 20000);
		break;
	case 1:
		c = 0x10000 + (uint32_t)(check_random(seed) % 0xfffff);
		break;
	case 2:
		c = 0x80 + (uint32_t)(check_random(seed) % 0x780);
		break;
	default:
		c = 1 + (uint32_t)(check_random(seed) % 127);
	}
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 63));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 63));
		out[2] = (char)(0x80 | (c & 63));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 63));
	out[2] = (char)(0x80 | (c >> 6 & 63));
	out[3] = (char)(0x80 | (c & 63));
	return 4;
}

/* A few letters of it are changed. */
static void
random_form(uint64_t *seed, const char *form, char *out)
{
	strcpy(out, form);
	for (char *p = out + 1; *p != '\0'; p++)
		if (*p >= '0' && *p <= '9' && check_random(seed) % 3)
			*p = (char)('0' + check_random(seed) % 10);
}

static void
random_text(uint64_t *seed, uint16_t tag, char *out)
{
	static const char *const dates[] = { "1970-01-31", "--02-29",
		"2047-12-31", "1999-1-01" };
	static const char *const addresses[] = { "401234567@example.org",
		"138001@example.cn", "aino@example.org" };
	static const char *const forms[] = { "+358 40 1234567", "0401234567",
		"(212) 555-0142", "+8613800138000", "112", "Bank" };
	size_t n = 0, want = 1 + check_random(seed) % 24;

	if ((tag == RECORD_NUMBER || tag == RECORD_NUMBER_E164 ||
		tag == RECORD_PEER) &&
	    check_random(seed) % 4 > 0) {
		random_form(seed, forms[check_random(seed) % 6], out);
		return;
	}
	if (tag == RECORD_BIRTHDAY && check_random(seed) % 4 > 0) {
		random_form(seed, dates[check_random(seed) % 4], out);
		return;
	}
	if (tag == RECORD_EMAIL && check_random(seed) % 4 > 0) {
		random_form(seed, addresses[check_random(seed) % 3], out);
		return;
	}
	while (want-- > 0)
		n += put_character(seed, out + n);
	out[n] = '\0';
}

static int64_t
random_int(uint64_t *seed)
{
	uint64_t v = check_random(seed);

	return (int64_t)(check_random(seed) % 3 == 0 ? v : v >> (v & 63) >> 1);
}

static struct record *
random_record(uint64_t *seed)
{
	struct record *r =
	    record_new((enum record_kind)(
			   1 + check_random(seed) % (RECORD_KIND_COUNT - 1)),
		(uint32_t)(check_random(seed) % 2 ? check_random(seed) % 50
						  : check_random(seed)));
	char text[128];

	record_set_time_ms(
	    r, check_random(seed) % 2
		   ? 1700000000000 + (int64_t)(check_random(seed) % 9999999999)
		   : (int64_t)(check_random(seed) >> 8) - (1LL << 55));
	if (check_random(seed) % 12 == 0) {
		record_set_op(r, RECORD_DELETE);
		return r;
	}
	for (uint64_t n = check_random(seed) % 8; n > 0; n--) {
		uint16_t tag = (uint16_t)(1 + check_random(seed) % 70);
		enum record_type type;

		if (check_random(seed) % 20 == 0)
			tag = (uint16_t)(1 + check_random(seed) % 65535);
		if (!record_tag_type(tag, &type))
			type =
			    check_random(seed) % 2 ? RECORD_TEXT : RECORD_INT;
		random_text(seed, tag, text);
		if (type == RECORD_TEXT)
			record_add_text(r, tag, text);
		else
			record_add_int(r, tag, random_int(seed));
	}
	return r;
}

static void
expect(struct record *const *want, size_t n, struct record **got, size_t have,
    uint64_t seed, const char *codec)
{
	ck_assert_msg(n == have, "seed %llu, %s: %zu records of %zu",
	    (unsigned long long)seed, codec, have, n);
	for (size_t i = 0; i < n; i++) {
		ck_assert_msg(record_equal(want[i], got[i]),
		    "seed %llu, %s: record %zu of %zu",
		    (unsigned long long)seed, codec, i, n);
		record_free(got[i]);
	}
	free(got);
}

/* One batch in every codec, and by the states of both ends; the one below is
 * now and then made from its checkpoint. */
static size_t
one_batch(uint64_t *seed, struct pack_state *up, struct pack_state *down)
{
	struct record *list[6], **got = NULL;
	const struct record *const *l = (const struct record *const *)list;
	uint8_t out[ROOM];
	uint64_t began = *seed;
	size_t n = 1 + check_random(seed) % 6, fit, have, len = 0;

	for (size_t i = 0; i < n; i++)
		list[i] = random_record(seed);
	for (int c = PACK_PLAIN; c < PACK_BASED; c++) {
		enum pack_codec codec = (enum pack_codec)c;

		fit = pack_fill(codec, l, n, out, sizeof out, &len);
		ck_assert_uint_gt(fit, 0);
		ck_assert_int_eq(pack_read(codec, out, len, &got, &have), 0);
		expect(list, fit, got, have, began, pack_codec_name(codec));
	}
	fit = pack_state_fill(up, l, n, out, sizeof out, &len);
	ck_assert_uint_gt(fit, 0);
	ck_assert_int_eq(pack_state_read(down, out, len, &got, &have), 0);
	ck_assert_int_eq(pack_state_learn(up, l, fit), 0);
	ck_assert_int_eq(
	    pack_state_learn(down, (const struct record *const *)got, have), 0);
	ck_assert_uint_eq(pack_state_check(up), pack_state_check(down));
	expect(list, fit, got, have, began, "based");
	for (size_t i = 0; i < n; i++)
		record_free(list[i]);
	return n;
}

START_TEST(random_records_come_back)
{
	const char *text = getenv("SMSVAULT_RANDOM_RECORDS");
	size_t want =
	    text != NULL ? strtoul(text, NULL, 10) : (size_t)check_rounds(1000);
	struct pack_state *up = pack_state_new(HISTORY);
	struct pack_state *down = pack_state_new(HISTORY);
	uint64_t seed = 20;
	size_t done = 0;

	while (done < want)
		done += one_batch(&seed, up, down);
	printf("# %zu random records of every kind, 0 wrong octets\n", done);
	pack_state_free(up);
	pack_state_free(down);
}
END_TEST

/* A state that is made from a checkpoint and the batches behind it is the one
 * that has seen everything. */
/* What is made of the checkpoint of a later state has forgotten more. */
START_TEST(a_state_that_has_forgotten_more_is_another)
{
	struct pack_state *s = pack_state_new(2000), *then = NULL, *other;
	uint8_t *octets = NULL, *batch[60];
	size_t len[60], n;
	uint64_t seed = 12;
	uint8_t check = 0;
	uint32_t at = 0;

	for (uint32_t i = 0; i < 60; i++) {
		struct record *r = random_record(&seed);

		len[i] = pack_batch(
		    (const struct record *const[]){ r }, 1, &batch[i]);
		ck_assert_int_eq(
		    pack_state_learn_batch(s, i + 1, batch[i], len[i]), 0);
		if (i == 40) {
			at = pack_state_cut(s);
			check = pack_state_check(s);
		}
		record_free(r);
	}
	ck_assert_uint_gt(pack_state_cut(s), at);
	ck_assert_uint_lt(pack_state_cut(s), 41);
	n = pack_state_save(s, &octets);
	other = pack_state_load(octets, n, 2000);
	then = pack_state_new(2000);
	for (uint32_t i = 0; i <= 40; i++) {
		pack_state_learn_batch(then, i + 1, batch[i], len[i]);
		if (i >= pack_state_cut(other))
			pack_state_learn_batch(other, i + 1, batch[i], len[i]);
	}
	ck_assert_uint_eq(pack_state_upto(other), 41);
	ck_assert_uint_eq(pack_state_check(then), check);
	ck_assert_int_ne(memcmp(pack_state_digest(then),
			     pack_state_digest(other), SEAL_DIGEST_LEN),
	    0);
	for (int i = 0; i < 60; i++)
		free(batch[i]);
	free(octets);
	pack_state_free(s);
	pack_state_free(then);
	pack_state_free(other);
}
END_TEST

START_TEST(a_checkpoint_and_batches_make_the_state)
{
	struct pack_state *s = pack_state_new(HISTORY), *again;
	struct record *list[3];
	const struct record *const *l = (const struct record *const *)list;
	uint8_t *batch[60], *saved = NULL, a[ROOM], b[ROOM];
	size_t size[60], saved_len, len_a = 0, len_b = 0;
	uint64_t seed = 21;

	for (uint32_t t = 0; t < 60; t++) {
		for (int i = 0; i < 3; i++)
			list[i] = random_record(&seed);
		size[t] = pack_batch(l, 3, &batch[t]);
		ck_assert_uint_gt(size[t], 0);
		ck_assert_int_eq(
		    pack_state_learn_batch(s, 2 * t + 2, batch[t], size[t]), 0);
		for (int i = 0; i < 3; i++)
			record_free(list[i]);
	}
	ck_assert_uint_eq(pack_state_upto(s), 120);
	ck_assert_uint_gt(pack_state_cut(s), 0);
	ck_assert_uint_gt(saved_len = pack_state_save(s, &saved), 0);
	again = pack_state_load(saved, saved_len, HISTORY);
	ck_assert_ptr_nonnull(again);
	ck_assert_uint_eq(pack_state_upto(again), pack_state_cut(s));
	for (uint32_t t = pack_state_cut(s) / 2; t < 60; t++)
		ck_assert_int_eq(
		    pack_state_learn_batch(again, 2 * t + 2, batch[t], size[t]),
		    0);
	ck_assert_uint_eq(pack_state_check(s), pack_state_check(again));
	/* No going back, and what is no batch is none. */
	ck_assert_int_eq(
	    pack_state_learn_batch(again, 120, batch[0], size[0]), -1);
	for (int i = 0; i < 3; i++)
		list[i] = random_record(&seed);
	ck_assert_uint_eq(pack_state_fill(s, l, 3, a, sizeof a, &len_a),
	    pack_state_fill(again, l, 3, b, sizeof b, &len_b));
	ck_assert_uint_eq(len_a, len_b);
	ck_assert_mem_eq(a, b, len_a);
	for (size_t cut = 0; cut < saved_len; cut += 7)
		ck_assert_ptr_null(pack_state_load(saved, cut, HISTORY));
	for (int i = 0; i < 3; i++)
		record_free(list[i]);
	for (int t = 0; t < 60; t++)
		free(batch[t]);
	free(saved);
	pack_state_free(s);
	pack_state_free(again);
}
END_TEST

int
main(int argc, char **argv)
{
	Suite *s = suite_create("mix");
	TCase *tc = tcase_create("records");

	if (argc == 2 && strcmp(argv[1], "make") == 0) {
		print_vectors(stdout);
		return 0;
	}
	/* A million records take a few hours. */
	tcase_set_timeout(
	    tc, getenv("SMSVAULT_RANDOM_RECORDS") != NULL ? 86400 : 240);
	if (check_short() == 1) /* learning takes long under valgrind */
		tcase_add_test(tc, the_built_in_model_is_the_learnt_one);
	tcase_add_test(tc, octets_do_not_change);
	tcase_add_test(tc, a_checkpoint_and_batches_make_the_state);
	tcase_add_test(tc, a_state_that_has_forgotten_more_is_another);
	tcase_add_test(tc, random_records_come_back);
	suite_add_tcase(s, tc);
	return check_main(s);
}
