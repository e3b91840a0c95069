/*
 * What is sealed at rest, and the codes and files that keys come from.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check_main.h"
#include "seal_internal.h"

static const uint8_t root[SEAL_KEY_LEN] = { 1, 2, 3, [31] = 0x99 };

/* ---- boxes and wrapping ---- */

START_TEST(box_every_bit)
{
	uint8_t secret[SEAL_KEY_LEN], public_key[SEAL_PUBLIC_LEN];
	uint8_t box[64 + SEAL_BOX_EXTRA], text[64], out[64], before[64];

	check_fill(text, sizeof text, 4);
	memset(out, 0xa5, sizeof out);
	memcpy(before, out, sizeof out);
	ck_assert_int_eq(seal_keypair(secret, public_key), SEAL_OK);
	ck_assert_int_eq(
	    seal_box(public_key, "ad", 2, text, sizeof text, box), SEAL_OK);
	for (size_t bit = 0; bit < 8 * sizeof box; bit += check_step()) {
		enum seal_err err;

		box[bit / 8] ^= (uint8_t)(1u << bit % 8);
		err = seal_box_open(secret, "ad", 2, box, sizeof box, out);
		ck_assert_msg(
		    err == SEAL_E_FORGED, "bit %zu: got %d", bit, err);
		box[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	for (size_t n = 0; n < sizeof box; n++)
		ck_assert_int_eq(
		    seal_box_open(secret, "ad", 2, box, n, out), SEAL_E_FORGED);
	ck_assert_int_eq(seal_box_open(secret, "AD", 2, box, sizeof box, out),
	    SEAL_E_FORGED);
	secret[5] ^= 1;
	ck_assert_int_eq(seal_box_open(secret, "ad", 2, box, sizeof box, out),
	    SEAL_E_FORGED);
	secret[5] ^= 1;
	ck_assert_mem_eq(out, before, sizeof out);
	ck_assert_int_eq(
	    seal_box_open(secret, "ad", 2, box, sizeof box, out), SEAL_OK);
	ck_assert_mem_eq(out, text, sizeof text);
}
END_TEST

/* What one key opens many times, as seal_unlock() does it once. */
START_TEST(reader)
{
	uint8_t key[SEAL_SIV_KEY_LEN], text[40], sealed[40 + SEAL_TAG_LEN];
	uint8_t out[40], before[40];
	struct seal_reader *r;

	check_fill(key, sizeof key, 6);
	ck_assert_ptr_nonnull(r = seal_reader_new(key));
	for (size_t n = 1; n <= sizeof text; n++) {
		size_t bit = n * 7 % (8 * (n + SEAL_TAG_LEN));

		check_fill(text, n, n);
		ck_assert_int_eq(
		    seal_lock(key, &n, sizeof n, text, n, sealed), SEAL_OK);
		memset(out, 0xa5, sizeof out);
		memcpy(before, out, sizeof out);
		sealed[bit / 8] ^= (uint8_t)(1u << bit % 8);
		ck_assert_int_eq(seal_reader_open(r, &n, sizeof n, sealed,
				     n + SEAL_TAG_LEN, out),
		    SEAL_E_FORGED);
		sealed[bit / 8] ^= (uint8_t)(1u << bit % 8);
		ck_assert_int_eq(
		    seal_reader_open(r, "AD", 2, sealed, n + SEAL_TAG_LEN, out),
		    SEAL_E_FORGED);
		ck_assert_int_eq(seal_reader_open(r, &n, sizeof n, sealed,
				     SEAL_TAG_LEN, out),
		    SEAL_E_FORGED);
		ck_assert_mem_eq(out, before, sizeof out);
		ck_assert_int_eq(seal_reader_open(r, &n, sizeof n, sealed,
				     n + SEAL_TAG_LEN, out),
		    SEAL_OK);
		ck_assert_mem_eq(out, text, n);
	}
	seal_reader_free(r);
	key[9] ^= 1;
	ck_assert_ptr_nonnull(r = seal_reader_new(key));
	ck_assert_int_eq(seal_reader_open(r, &(size_t){ 40 }, sizeof(size_t),
			     sealed, sizeof sealed, out),
	    SEAL_E_FORGED);
	seal_reader_free(r);
	seal_reader_free(NULL);
}
END_TEST

START_TEST(wrap_every_bit)
{
	uint8_t secret[SEAL_KEY_LEN], wrapped[SEAL_KEY_LEN + SEAL_TAG_LEN];
	uint8_t out[SEAL_KEY_LEN] = { 0xa5 }, before[SEAL_KEY_LEN] = { 0xa5 };

	check_fill(secret, sizeof secret, 5);
	ck_assert_int_eq(
	    seal_wrap(root, "phone", "ad", 2, secret, sizeof secret, wrapped),
	    SEAL_OK);
	for (size_t bit = 0; bit < 8 * sizeof wrapped; bit += check_step()) {
		wrapped[bit / 8] ^= (uint8_t)(1u << bit % 8);
		ck_assert_int_eq(seal_unwrap(root, "phone", "ad", 2, wrapped,
				     sizeof wrapped, out),
		    SEAL_E_FORGED);
		wrapped[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	ck_assert_int_eq(
	    seal_unwrap(root, "code", "ad", 2, wrapped, sizeof wrapped, out),
	    SEAL_E_FORGED);
	ck_assert_int_eq(
	    seal_unwrap(root, "phone", "AD", 2, wrapped, sizeof wrapped, out),
	    SEAL_E_FORGED);
	ck_assert_mem_eq(out, before, sizeof out);
	ck_assert_int_eq(
	    seal_unwrap(root, "phone", "ad", 2, wrapped, sizeof wrapped, out),
	    SEAL_OK);
	ck_assert_mem_eq(out, secret, sizeof secret);
}
END_TEST

/* ---- codes ---- */

static const struct {
	const char *why, *typed, *want;
} codes[] = {
	{ "as shown", "7KQ2-M9XW-4TBC-5DEE", "7KQ2M9XW4TBC5DEE" },
	{ "no dashes", "7KQ2M9XW4TBC5DEE", "7KQ2M9XW4TBC5DEE" },
	{ "small", "7kq2 m9xw 4tbc 5dee", "7KQ2M9XW4TBC5DEE" },
	{ "blanks around", "\t7KQ2-M9XW-4TBC-5DEE \n", "7KQ2M9XW4TBC5DEE" },
	{ "one wrong", "7KQ2-M9XW-4TBC-5DFE", NULL },
	{ "two changed about", "7KQ2-M9XW-4TBC-5EDE", NULL },
	{ "15 characters", "7KQ2-M9XW-4TBC-5DE", NULL },
	{ "17 characters", "7KQ2-M9XW-4TBC-5DEEE", NULL },
	{ "U is not a letter", "7KQ2-M9XW-4TBC-5DUE", NULL },
	{ "a dot", "7KQ2.M9XW.4TBC.5DEE", NULL },
	{ "nothing", "", NULL },
	{ "not ASCII",
	    "7KQ2-M9XW-4TBC-5D\xc3\x89"
	    "E",
	    NULL },
};

START_TEST(code_read)
{
	char code[SEAL_CODE_CHARS + 1] = "untouched";
	uint32_t id = 4711;
	int got = seal_code_read(codes[_i].typed, &id, code);

	if (codes[_i].want == NULL) {
		ck_assert_msg(got == -1, "%s: taken", codes[_i].why);
		ck_assert_uint_eq(id, 4711);
		ck_assert_str_eq(code, "untouched");
		return;
	}
	ck_assert_msg(got == 0, "%s: refused", codes[_i].why);
	ck_assert_str_eq(code, codes[_i].want);
	ck_assert_uint_eq(id, 7u << 15 | 19u << 10 | 23u << 5 | 2);
}
END_TEST

/* What people read for 0 and 1. */
START_TEST(code_lookalikes)
{
	char code[SEAL_CODE_CHARS + 1], clean[SEAL_CODE_CHARS + 1];
	char typed[SEAL_CODE_CHARS + 1];
	uint32_t id, got;

	for (int round = 0; round < 100; round++) {
		seal_code_new(&id, code);
		strcpy(typed, code);
		for (int i = 0; i < SEAL_CODE_CHARS; i++) {
			if (code[i] == '0')
				typed[i] = "Oo"[round % 2];
			if (code[i] == '1')
				typed[i] = "IiLl"[round % 4];
		}
		ck_assert_int_eq(seal_code_read(typed, &got, clean), 0);
		ck_assert_str_eq(clean, code);
		ck_assert_uint_eq(got, id);
	}
}
END_TEST

/* Every wrong character is found; of neighbours changed about, nearly all. */
START_TEST(code_check_character)
{
	static const char letters[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	char code[SEAL_CODE_CHARS + 1], clean[SEAL_CODE_CHARS + 1];
	uint32_t id, got;

	for (int round = check_rounds(200); round > 0; round--) {
		seal_code_new(&id, code);
		ck_assert_int_eq(seal_code_read(code, &got, clean), 0);
		ck_assert_uint_eq(got, id);
		ck_assert_uint_lt(id, 1u << 20);
		ck_assert_str_eq(clean, code);
		for (int i = 0; i < SEAL_CODE_CHARS; i++)
			for (int j = 0; j < 32; j++) {
				char c = code[i];

				code[i] = letters[j];
				ck_assert_int_eq(
				    seal_code_read(code, &got, clean),
				    code[i] == c ? 0 : -1);
				code[i] = c;
			}
		for (int i = 0; i + 1 < SEAL_CODE_CHARS; i++) {
			char c = code[i];

			if (c == code[i + 1])
				continue;
			code[i] = code[i + 1];
			code[i + 1] = c;
			/* Luhn's check cannot see its least digit beside its
			 * greatest: that pair, and no other, goes unseen. */
			ck_assert_int_eq(seal_code_read(code, &got, clean),
			    (c == '0' && code[i] == 'Z') ||
				    (c == 'Z' && code[i] == '0')
				? 0
				: -1);
			code[i + 1] = code[i];
			code[i] = c;
		}
	}
}
END_TEST

START_TEST(qr_round_trip)
{
	uint8_t secret[SEAL_QR_SECRET_LEN], back[SEAL_QR_SECRET_LEN];
	char text[SEAL_QR_TEXT_MAX], number[24];
	uint64_t seed = 11;
	uint32_t id, got;

	for (int i = 0; i < 1000; i++) {
		check_fill(secret, sizeof secret, (uint64_t)i);
		id = (uint32_t)(check_random(&seed) & 0xfffff);
		seal_qr_text("+358401000000", id, secret, text);
		ck_assert_int_eq(seal_qr_read(text, number, &got, back), 0);
		ck_assert_str_eq(number, "+358401000000");
		ck_assert_uint_eq(got, id);
		ck_assert_mem_eq(back, secret, sizeof back);
		/* All of it fits QR's alphanumeric mode. */
		ck_assert_uint_eq(
		    strspn(text, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ:+"),
		    strlen(text));
	}
}
END_TEST

static const struct {
	const char *why, *text;
} no_qrs[] = {
	{ "empty", "" },
	{ "a web address", "https://example.org/" },
	{ "another version",
	    "SMSVAULT:2:+358401000000:ZZZZ:00000000000000000000000000" },
	{ "no number", "SMSVAULT:1::ZZZZ:00000000000000000000000000" },
	{ "a plus and no digits",
	    "SMSVAULT:1:+:ZZZZ:00000000000000000000000000" },
	{ "plus in the middle",
	    "SMSVAULT:1:358+1:ZZZZ:00000000000000000000000000" },
	{ "24 digits", "SMSVAULT:1:123456789012345678901234:ZZZZ:"
		       "00000000000000000000000000" },
	{ "letters in the number",
	    "SMSVAULT:1:+358BANK:ZZZZ:00000000000000000000000000" },
	{ "id too short", "SMSVAULT:1:+3584:ZZZ:00000000000000000000000000" },
	{ "id of no letters",
	    "SMSVAULT:1:+3584:ZZ!Z:00000000000000000000000000" },
	{ "secret too short",
	    "SMSVAULT:1:+3584:ZZZZ:0000000000000000000000000" },
	{ "secret too long",
	    "SMSVAULT:1:+3584:ZZZZ:000000000000000000000000000" },
	{ "bits left over",
	    "SMSVAULT:1:+3584:ZZZZ:00000000000000000000000001" },
	{ "something behind",
	    "SMSVAULT:1:+3584:ZZZZ:00000000000000000000000000:X" },
};

START_TEST(qr_refuses)
{
	uint8_t secret[SEAL_QR_SECRET_LEN] = { 0xa5 };
	char number[24] = "untouched";
	uint32_t id = 4711;

	ck_assert_msg(seal_qr_read(no_qrs[_i].text, number, &id, secret) == -1,
	    "%s: taken", no_qrs[_i].why);
	ck_assert_str_eq(number, "untouched");
	ck_assert_uint_eq(id, 4711);
	ck_assert_uint_eq(secret[0], 0xa5);
}
END_TEST

/* ---- key files ---- */

static void
write_file(const char *path, const char *text, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	ck_assert_int_ne(fd, -1);
	ck_assert_int_eq(write(fd, text, strlen(text)), (int)strlen(text));
	ck_assert_int_eq(fchmod(fd, mode), 0);
	close(fd);
}

START_TEST(keyfile)
{
	static const char good[] = "000102030405060708090a0b0c0d0e0f"
				   "101112131415161718191A1B1C1D1E1F\n";
	static const uint8_t zero[SEAL_KEY_LEN];
	char dir[] = "/tmp/check_seal.XXXXXX", path[64];
	uint8_t key[SEAL_KEY_LEN], again[SEAL_KEY_LEN];
	struct stat st;

	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof path, "%s/key", dir);
	freopen("/dev/null", "w", stderr); /* it complains below */

	ck_assert_int_eq(seal_keyfile_load(path, key), -1);
	ck_assert_int_eq(seal_keyfile_make(path, key), 0);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0600);
	ck_assert_int_eq(st.st_nlink, 1);
	ck_assert_mem_ne(key, zero, sizeof key);
	ck_assert_int_eq(seal_keyfile_load(path, again), 0);
	ck_assert_mem_eq(key, again, sizeof key);
	ck_assert_int_eq(seal_keyfile_make(path, again), 0);
	ck_assert_mem_eq(key, again, sizeof key);

	write_file(path, good, 0640);
	ck_assert_int_eq(seal_keyfile_load(path, key), 0);
	for (int i = 0; i < SEAL_KEY_LEN; i++)
		ck_assert_uint_eq(key[i], i);
	write_file(path, good, 0644);
	ck_assert_int_eq(seal_keyfile_load(path, key), -1);
	ck_assert_mem_eq(key, zero, sizeof key); /* wiped */
	write_file(path, good, 0660);
	ck_assert_int_eq(seal_keyfile_load(path, key), -1);
	write_file(path, "short\n", 0600);
	ck_assert_int_eq(seal_keyfile_load(path, key), -1);
	/* A broken file is left as it is: it may be all there is. */
	ck_assert_int_eq(seal_keyfile_make(path, key), -1);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(st.st_size, 6);
	unlink(path);
	snprintf(path, sizeof path, "%s/none/key", dir);
	ck_assert_int_eq(seal_keyfile_make(path, key), -1);
	ck_assert_int_eq(rmdir(dir), 0);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("seal_rest");
	TCase *tc = tcase_create("at rest");

	tcase_add_test(tc, box_every_bit);
	tcase_add_test(tc, reader);
	tcase_add_test(tc, wrap_every_bit);
	tcase_add_test(tc, keyfile);
	suite_add_tcase(s, tc);
	tc = tcase_create("codes");
	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, code_read, 0, sizeof codes / sizeof codes[0]);
	tcase_add_test(tc, code_lookalikes);
	tcase_add_test(tc, code_check_character);
	tcase_add_test(tc, qr_round_trip);
	tcase_add_loop_test(
	    tc, qr_refuses, 0, sizeof no_qrs / sizeof no_qrs[0]);
	suite_add_tcase(s, tc);
	return check_main(s);
}
