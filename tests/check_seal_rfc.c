/*
 * The primitives against the test vectors of their own documents.
 */
#include <stdio.h>
#include <string.h>

#include "check_main.h"
#include "seal_internal.h"

static size_t
hex(const char *text, uint8_t *out)
{
	size_t n = strlen(text) / 2;

	for (size_t i = 0; i < n; i++) {
		unsigned byte;

		ck_assert_int_eq(sscanf(text + 2 * i, "%2x", &byte), 1);
		out[i] = (uint8_t)byte;
	}
	return n;
}

static void
same(const char *what, const uint8_t *got, size_t len, const char *want)
{
	uint8_t octets[256];

	ck_assert_uint_eq(hex(want, octets), len);
	ck_assert_msg(memcmp(got, octets, len) == 0, "%s differs", what);
}

START_TEST(sha_256)
{
	uint8_t out[SEAL_DIGEST_LEN];

	seal_digest("abc", 3, out); /* FIPS 180-4 */
	same("abc", out, sizeof out,
	    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	seal_digest("", 0, out);
	same("nothing", out, sizeof out,
	    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}
END_TEST

/* RFC 7748, 5.2 and 6.1 */
static const struct {
	const char *scalar, *u, *want;
} curve[] = {
	{ "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
	    "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
	    "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a2855"
	    "2" },
	{ "4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
	    "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493",
	    "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac795"
	    "7" },
	{ "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a",
	    "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f",
	    "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e16174"
	    "2" },
	{ "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb",
	    "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a",
	    "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e16174"
	    "2" },
};

START_TEST(x25519)
{
	uint8_t scalar[32], u[32], out[32];

	hex(curve[_i].scalar, scalar);
	hex(curve[_i].u, u);
	ck_assert_int_eq(seal_agree(scalar, u, out), SEAL_OK);
	same("shared secret", out, sizeof out, curve[_i].want);
}
END_TEST

START_TEST(x25519_public)
{
	uint8_t scalar[32], out[32];

	hex(curve[2].scalar, scalar);
	ck_assert_int_eq(seal_public(scalar, out), SEAL_OK);
	same("Alice", out, sizeof out, curve[3].u);
	hex(curve[3].scalar, scalar);
	ck_assert_int_eq(seal_public(scalar, out), SEAL_OK);
	same("Bob", out, sizeof out, curve[2].u);
}
END_TEST

/* RFC 7748, 6.1: points whose result is all zero, which a hostile sender
 * would choose so that everybody knows the shared secret. */
static const char *const small_order[] = {
	"0000000000000000000000000000000000000000000000000000000000000000",
	"0100000000000000000000000000000000000000000000000000000000000000",
	"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
	"5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
};

START_TEST(x25519_small_order)
{
	uint8_t scalar[32], u[32], out[32];

	hex(curve[0].scalar, scalar);
	hex(small_order[_i], u);
	ck_assert_int_eq(seal_agree(scalar, u, out), SEAL_E_FORGED);
}
END_TEST

/* RFC 5869, A.1 to A.3.  The info of A.1 and A.2 has no zero octet. */
START_TEST(hkdf)
{
	uint8_t key[80], salt[80], out[82];
	char info[81] = "";

	memset(key, 0x0b, 22);
	for (int i = 0; i < 13; i++)
		salt[i] = (uint8_t)i;
	for (int i = 0; i < 10; i++)
		info[i] = (char)(0xf0 + i);
	ck_assert_int_eq(
	    seal_derive(key, 22, salt, 13, info, out, 42), SEAL_OK);
	same("A.1", out, 42,
	    "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf"
	    "34007208d5b887185865");
	for (int i = 0; i < 80; i++) {
		key[i] = (uint8_t)i;
		salt[i] = (uint8_t)(0x60 + i);
		info[i] = (char)(0xb0 + i);
	}
	ck_assert_int_eq(
	    seal_derive(key, 80, salt, 80, info, out, 82), SEAL_OK);
	same("A.2", out, 82,
	    "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c"
	    "59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71"
	    "cc30c58179ec3e87c14c01d5c1f3434f1d87");
	memset(key, 0x0b, 22);
	ck_assert_int_eq(seal_derive(key, 22, NULL, 0, "", out, 42), SEAL_OK);
	same("A.3", out, 42,
	    "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"
	    "9d201395faa4b61a96c8");
}
END_TEST

/* RFC 4231, 4.2 to 4.5.  Our keys have 32 octets; HMAC fills shorter ones up
 * with zeros, so that the vectors with short keys hold. */
START_TEST(hmac)
{
	uint8_t key[32] = { 0 }, text[50], out[32];

	memset(key, 0x0b, 20);
	ck_assert_int_eq(seal_hmac(key, "Hi There", 8, NULL, 0, out), SEAL_OK);
	same("4.2", out, 32,
	    "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
	memset(key, 0, sizeof key);
	memcpy(key, "Jefe", 4);
	ck_assert_int_eq(
	    seal_hmac(key, "what do ya want ", 16, "for nothing?", 12, out),
	    SEAL_OK);
	same("4.3", out, 32,
	    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	memset(key, 0xaa, 20);
	memset(text, 0xdd, 50);
	ck_assert_int_eq(seal_hmac(key, text, 50, NULL, 0, out), SEAL_OK);
	same("4.4", out, 32,
	    "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
	for (int i = 0; i < 25; i++)
		key[i] = (uint8_t)(i + 1);
	memset(text, 0xcd, 50);
	ck_assert_int_eq(seal_hmac(key, text, 7, text + 7, 43, out), SEAL_OK);
	same("4.5", out, 32,
	    "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b");
}
END_TEST

/* NIST SP 800-38A, F.5.5 */
START_TEST(aes_ctr)
{
	uint8_t key[32], block[16], text[64], out[64];

	hex("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
	    key);
	hex("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff", block);
	hex("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
	    "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710",
	    text);
	ck_assert_int_eq(seal_stream(key, block, text, 64, out), SEAL_OK);
	same("F.5.5", out, 64,
	    "601ec313775789a5b7a7f504bbf3d228f443e3ca4d62b59aca84e990cacaf5c5"
	    "2b0930daa23de94ce87017ba2d84988ddfc9c58db67aada613c2dd08457941a6");
	/* in place, and any length */
	for (size_t n = 1; n <= 64; n++) {
		uint8_t both[64];

		memcpy(both, text, n);
		ck_assert_int_eq(
		    seal_stream(key, block, both, n, both), SEAL_OK);
		ck_assert_mem_eq(both, out, n);
	}
}
END_TEST

/* RFC 5297, A.1 (AES-128; vectors.txt has AES-256) */
START_TEST(aes_siv)
{
	uint8_t key[32], ad[24], text[14], out[30], back[14];

	hex("fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff",
	    key);
	hex("101112131415161718191a1b1c1d1e1f2021222324252627", ad);
	hex("112233445566778899aabbccddee", text);
	ck_assert_int_eq(
	    seal_siv_seal(key, 32, ad, 24, text, 14, out), SEAL_OK);
	same("A.1", out, 30,
	    "85632d07c6e8f37f950acd320a2ecc9340c02b9690c4dc04daef7f6afe5c");
	ck_assert_int_eq(
	    seal_siv_open(key, 32, ad, 24, out, 30, back), SEAL_OK);
	ck_assert_mem_eq(back, text, sizeof text);
	memset(back, 0xa5, sizeof back);
	for (size_t bit = 0; bit < 30 * 8; bit++) {
		out[bit / 8] ^= (uint8_t)(1u << bit % 8);
		ck_assert_int_eq(seal_siv_open(key, 32, ad, 24, out, 30, back),
		    SEAL_E_FORGED);
		out[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	for (size_t i = 0; i < sizeof back; i++)
		ck_assert_uint_eq(back[i], 0xa5);
}
END_TEST

/* RFC 7914, 12 */
static const struct {
	const char *secret, *salt, *want;
	struct seal_cost cost;
} stretch[] = {
	{ "", "",
	    "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442"
	    "fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906",
	    { 4, 1, 1 } },
	{ "password", "NaCl",
	    "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162"
	    "2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640",
	    { 10, 8, 16 } },
	{ "pleaseletmein", "SodiumChloride",
	    "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"
	    "d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887",
	    { 14, 8, 1 } },
};

START_TEST(scrypt)
{
	uint8_t out[64];

	ck_assert_int_eq(
	    seal_stretch(stretch[_i].secret, (const uint8_t *)stretch[_i].salt,
		strlen(stretch[_i].salt), stretch[_i].cost, out, sizeof out),
	    SEAL_OK);
	same("scrypt", out, sizeof out, stretch[_i].want);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("seal_rfc");
	TCase *tc = tcase_create("primitives");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, sha_256);
	tcase_add_loop_test(tc, x25519, 0, sizeof curve / sizeof curve[0]);
	tcase_add_test(tc, x25519_public);
	tcase_add_loop_test(tc, x25519_small_order, 0,
	    sizeof small_order / sizeof small_order[0]);
	tcase_add_test(tc, hkdf);
	tcase_add_test(tc, hmac);
	tcase_add_test(tc, aes_ctr);
	tcase_add_test(tc, aes_siv);
	tcase_add_loop_test(tc, scrypt, 0, sizeof stretch / sizeof stretch[0]);
	suite_add_tcase(s, tc);
	return check_main(s);
}
