/*
 * The primitives, straight from OpenSSL 3, and what is kept at rest.  Frames
 * are in seal_air.c, bindings in seal_bind.c, codes and key files in
 * seal_code.c; all four are the one place that knows cryptography.
 */
#include "seal.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <assert.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "seal_internal.h"

const struct seal_cost seal_cost_people = { 15, 8, 1 };

/* The library failed.  Its reason goes to the log, once, here. */
static enum seal_err
failed(const char *what)
{
	char why[160];

	ERR_error_string_n(ERR_get_error(), why, sizeof why);
	ERR_clear_error();
	log_error("cryptography: %s: %s", what, why);
	return SEAL_E_FAILED;
}

/* Algorithms are fetched once: fetching costs more than a segment's tag. */
static EVP_CIPHER *
cipher(const char *name)
{
	static struct {
		const char *name;
		EVP_CIPHER *cipher;
	} known[4];

	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
		if (known[i].name == NULL) {
			known[i].cipher = EVP_CIPHER_fetch(NULL, name, NULL);
			if (known[i].cipher == NULL)
				return NULL;
			known[i].name = name;
		}
		if (strcmp(known[i].name, name) == 0)
			return known[i].cipher;
	}
	return NULL;
}

void
seal_random(void *out, size_t len)
{
	assert(len <= INT_MAX);
	if (RAND_bytes(out, (int)len) != 1) {
		failed("no random octets");
		abort();
	}
}

void
seal_digest(const void *p, size_t len, uint8_t out[static SEAL_DIGEST_LEN])
{
	if (EVP_Q_digest(NULL, "SHA256", NULL, p, len, out, NULL) != 1) {
		failed("SHA-256");
		abort();
	}
}

int
seal_equal(const void *a, const void *b, size_t len)
{
	return CRYPTO_memcmp(a, b, len) == 0;
}

void
seal_wipe(void *p, size_t len)
{
	OPENSSL_cleanse(p, len);
}

enum seal_err
seal_derive(const uint8_t *key, size_t key_len, const uint8_t *salt,
    size_t salt_len, const char *label, uint8_t *out, size_t out_len)
{
	static EVP_KDF *kdf;
	EVP_KDF_CTX *ctx = NULL;
	OSSL_PARAM params[5], *p = params;
	enum seal_err err;

	if (kdf == NULL && (kdf = EVP_KDF_fetch(NULL, "HKDF", NULL)) == NULL)
		return failed("HKDF");
	if ((ctx = EVP_KDF_CTX_new(kdf)) == NULL)
		return failed("HKDF");
	*p++ = OSSL_PARAM_construct_utf8_string(
	    OSSL_KDF_PARAM_DIGEST, (char[]){ "SHA256" }, 0);
	*p++ = OSSL_PARAM_construct_octet_string(
	    OSSL_KDF_PARAM_KEY, (void *)(uintptr_t)key, key_len);
	if (salt_len > 0)
		*p++ = OSSL_PARAM_construct_octet_string(
		    OSSL_KDF_PARAM_SALT, (void *)(uintptr_t)salt, salt_len);
	*p++ = OSSL_PARAM_construct_octet_string(
	    OSSL_KDF_PARAM_INFO, (void *)(uintptr_t)label, strlen(label));
	*p = OSSL_PARAM_construct_end();
	err = EVP_KDF_derive(ctx, out, out_len, params) == 1 ? SEAL_OK
							     : failed("HKDF");
	EVP_KDF_CTX_free(ctx);
	return err;
}

enum seal_err
seal_hmac(const uint8_t key[static SEAL_KEY_LEN], const void *a, size_t a_len,
    const void *b, size_t b_len, uint8_t out[static SEAL_DIGEST_LEN])
{
	static EVP_MAC *mac;
	EVP_MAC_CTX *ctx = NULL;
	OSSL_PARAM params[2];
	size_t n;
	enum seal_err err;

	if (mac == NULL && (mac = EVP_MAC_fetch(NULL, "HMAC", NULL)) == NULL)
		return failed("HMAC");
	if ((ctx = EVP_MAC_CTX_new(mac)) == NULL)
		return failed("HMAC");
	params[0] = OSSL_PARAM_construct_utf8_string(
	    OSSL_MAC_PARAM_DIGEST, (char[]){ "SHA256" }, 0);
	params[1] = OSSL_PARAM_construct_end();
	err = EVP_MAC_init(ctx, key, SEAL_KEY_LEN, params) == 1 &&
		      EVP_MAC_update(ctx, a, a_len) == 1 &&
		      (b_len == 0 || EVP_MAC_update(ctx, b, b_len) == 1) &&
		      EVP_MAC_final(ctx, out, &n, SEAL_DIGEST_LEN) == 1
		  ? SEAL_OK
		  : failed("HMAC");
	EVP_MAC_CTX_free(ctx);
	return err;
}

enum seal_err
seal_stream(const uint8_t key[static SEAL_KEY_LEN],
    const uint8_t block[static 16], const uint8_t *in, size_t len, uint8_t *out)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int n = 0;
	enum seal_err err;

	assert(len <= INT_MAX);
	err = ctx != NULL &&
		      EVP_EncryptInit_ex2(
			  ctx, cipher("AES-256-CTR"), key, block, NULL) == 1 &&
		      EVP_EncryptUpdate(ctx, out, &n, in, (int)len) == 1 &&
		      n == (int)len
		  ? SEAL_OK
		  : failed("AES-CTR");
	EVP_CIPHER_CTX_free(ctx);
	return err;
}

static EVP_CIPHER *
siv_cipher(size_t key_len)
{
	switch (key_len) {
	case 32:
		return cipher("AES-128-SIV");
	case SEAL_SIV_KEY_LEN:
		return cipher("AES-256-SIV");
	default:
		return NULL;
	}
}

enum seal_err
seal_siv_seal(const uint8_t *key, size_t key_len, const void *ad, size_t ad_len,
    const void *text, size_t len, uint8_t *out)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int n = 0;
	enum seal_err err = SEAL_E_FAILED;

	assert(len >= 1 && ad_len >= 1 && len <= INT_MAX && ad_len <= INT_MAX);
	if (ctx == NULL ||
	    EVP_EncryptInit_ex2(ctx, siv_cipher(key_len), key, NULL, NULL) !=
		1 ||
	    EVP_EncryptUpdate(ctx, NULL, &n, ad, (int)ad_len) != 1 ||
	    EVP_EncryptUpdate(ctx, out + SEAL_TAG_LEN, &n, text, (int)len) !=
		1 ||
	    n != (int)len || EVP_EncryptFinal_ex(ctx, out, &n) != 1 ||
	    EVP_CIPHER_CTX_ctrl(
		ctx, EVP_CTRL_AEAD_GET_TAG, SEAL_TAG_LEN, out) != 1)
		err = failed("AES-SIV");
	else
		err = SEAL_OK;
	EVP_CIPHER_CTX_free(ctx);
	return err;
}

/* Opens with a context that has its key and has opened nothing. */
static enum seal_err
open_with(EVP_CIPHER_CTX *ctx, const void *ad, size_t ad_len,
    const uint8_t *sealed, size_t len, uint8_t *out)
{
	uint8_t tag[SEAL_TAG_LEN];
	uint8_t *plain = NULL;
	int n = 0;
	enum seal_err err = SEAL_E_FORGED;

	assert(ad_len >= 1 && ad_len <= INT_MAX);
	len -= SEAL_TAG_LEN;
	memcpy(tag, sealed, sizeof tag);
	/* Decrypt beside out: what is forged must not reach it. */
	if ((plain = malloc(len)) == NULL ||
	    EVP_CIPHER_CTX_ctrl(
		ctx, EVP_CTRL_AEAD_SET_TAG, SEAL_TAG_LEN, tag) != 1 ||
	    EVP_DecryptUpdate(ctx, NULL, &n, ad, (int)ad_len) != 1) {
		err = failed("AES-SIV");
		goto out;
	}
	if (EVP_DecryptUpdate(
		ctx, plain, &n, sealed + SEAL_TAG_LEN, (int)len) != 1 ||
	    n != (int)len || EVP_DecryptFinal_ex(ctx, plain, &n) != 1)
		goto out;
	memcpy(out, plain, len);
	err = SEAL_OK;
out:
	if (err != SEAL_OK)
		ERR_clear_error();
	if (plain != NULL)
		seal_wipe(plain, len);
	free(plain);
	return err;
}

static bool
siv_len_fits(size_t len)
{
	return len > SEAL_TAG_LEN && len <= INT_MAX;
}

enum seal_err
seal_siv_open(const uint8_t *key, size_t key_len, const void *ad, size_t ad_len,
    const uint8_t *sealed, size_t len, uint8_t *out)
{
	EVP_CIPHER_CTX *ctx;
	enum seal_err err;

	if (!siv_len_fits(len))
		return SEAL_E_FORGED;
	ctx = EVP_CIPHER_CTX_new();
	err = ctx != NULL && EVP_DecryptInit_ex2(
				 ctx, siv_cipher(key_len), key, NULL, NULL) == 1
		  ? open_with(ctx, ad, ad_len, sealed, len, out)
		  : failed("AES-SIV");
	EVP_CIPHER_CTX_free(ctx);
	return err;
}

/* A context opens once, so that this one is copied and never opens itself. */
struct seal_reader {
	EVP_CIPHER_CTX *keyed;
};

struct seal_reader *
seal_reader_new(const uint8_t key[static SEAL_SIV_KEY_LEN])
{
	struct seal_reader *r = calloc(1, sizeof *r);

	if (r != NULL && (r->keyed = EVP_CIPHER_CTX_new()) != NULL &&
	    EVP_DecryptInit_ex2(
		r->keyed, siv_cipher(SEAL_SIV_KEY_LEN), key, NULL, NULL) == 1)
		return r;
	failed("AES-SIV");
	seal_reader_free(r);
	return NULL;
}

void
seal_reader_free(struct seal_reader *r)
{
	if (r == NULL)
		return;
	EVP_CIPHER_CTX_free(r->keyed);
	free(r);
}

enum seal_err
seal_reader_open(const struct seal_reader *r, const void *ad, size_t ad_len,
    const uint8_t *sealed, size_t len, uint8_t *out)
{
	EVP_CIPHER_CTX *ctx;
	enum seal_err err;

	if (!siv_len_fits(len))
		return SEAL_E_FORGED;
	ctx = EVP_CIPHER_CTX_new();
	err = ctx != NULL && EVP_CIPHER_CTX_copy(ctx, r->keyed) == 1
		  ? open_with(ctx, ad, ad_len, sealed, len, out)
		  : failed("AES-SIV");
	EVP_CIPHER_CTX_free(ctx);
	return err;
}

enum seal_err
seal_lock(const uint8_t key[static SEAL_SIV_KEY_LEN], const void *ad,
    size_t ad_len, const void *text, size_t len, uint8_t *out)
{
	return seal_siv_seal(key, SEAL_SIV_KEY_LEN, ad, ad_len, text, len, out);
}

enum seal_err
seal_unlock(const uint8_t key[static SEAL_SIV_KEY_LEN], const void *ad,
    size_t ad_len, const uint8_t *sealed, size_t len, uint8_t *out)
{
	return seal_siv_open(
	    key, SEAL_SIV_KEY_LEN, ad, ad_len, sealed, len, out);
}

enum seal_err
seal_public(const uint8_t secret[static SEAL_KEY_LEN],
    uint8_t public_key[static SEAL_PUBLIC_LEN])
{
	EVP_PKEY *key = EVP_PKEY_new_raw_private_key_ex(
	    NULL, "X25519", NULL, secret, SEAL_KEY_LEN);
	size_t n = SEAL_PUBLIC_LEN;
	enum seal_err err;

	err =
	    key != NULL && EVP_PKEY_get_raw_public_key(key, public_key, &n) == 1
		? SEAL_OK
		: failed("X25519");
	EVP_PKEY_free(key);
	return err;
}

enum seal_err
seal_keypair(uint8_t secret[static SEAL_KEY_LEN],
    uint8_t public_key[static SEAL_PUBLIC_LEN])
{
	seal_random(secret, SEAL_KEY_LEN);
	return seal_public(secret, public_key);
}

enum seal_err
seal_agree(const uint8_t secret[static SEAL_KEY_LEN],
    const uint8_t peer[static SEAL_PUBLIC_LEN],
    uint8_t out[static SEAL_KEY_LEN])
{
	EVP_PKEY *own = EVP_PKEY_new_raw_private_key_ex(
	    NULL, "X25519", NULL, secret, SEAL_KEY_LEN);
	EVP_PKEY *other = EVP_PKEY_new_raw_public_key_ex(
	    NULL, "X25519", NULL, peer, SEAL_PUBLIC_LEN);
	EVP_PKEY_CTX *ctx = NULL;
	size_t n = SEAL_KEY_LEN;
	enum seal_err err = SEAL_OK;

	if (own == NULL || other == NULL ||
	    (ctx = EVP_PKEY_CTX_new_from_pkey(NULL, own, NULL)) == NULL ||
	    EVP_PKEY_derive_init(ctx) != 1)
		err = failed("X25519");
	else if (EVP_PKEY_derive_set_peer(ctx, other) != 1 ||
		 EVP_PKEY_derive(ctx, out, &n) != 1)
		err = SEAL_E_FORGED; /* a point of small order */
	ERR_clear_error();
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(own);
	EVP_PKEY_free(other);
	return err;
}

/* The key of a box depends on both public keys, so that it fits one box. */
static enum seal_err
box_key(const uint8_t shared[static SEAL_KEY_LEN],
    const uint8_t ephemeral[static SEAL_PUBLIC_LEN],
    const uint8_t public_key[static SEAL_PUBLIC_LEN],
    uint8_t key[static SEAL_SIV_KEY_LEN])
{
	uint8_t both[2 * SEAL_PUBLIC_LEN];

	memcpy(both, ephemeral, SEAL_PUBLIC_LEN);
	memcpy(both + SEAL_PUBLIC_LEN, public_key, SEAL_PUBLIC_LEN);
	return seal_derive(shared, SEAL_KEY_LEN, both, sizeof both,
	    "smsvault box", key, SEAL_SIV_KEY_LEN);
}

enum seal_err
seal_box(const uint8_t public_key[static SEAL_PUBLIC_LEN], const void *ad,
    size_t ad_len, const void *text, size_t len, uint8_t *out)
{
	uint8_t secret[SEAL_KEY_LEN], shared[SEAL_KEY_LEN];
	uint8_t key[SEAL_SIV_KEY_LEN];
	enum seal_err err;

	if ((err = seal_keypair(secret, out)) == SEAL_OK &&
	    (err = seal_agree(secret, public_key, shared)) == SEAL_OK &&
	    (err = box_key(shared, out, public_key, key)) == SEAL_OK)
		err = seal_lock(
		    key, ad, ad_len, text, len, out + SEAL_PUBLIC_LEN);
	seal_wipe(secret, sizeof secret);
	seal_wipe(shared, sizeof shared);
	seal_wipe(key, sizeof key);
	return err;
}

enum seal_err
seal_box_open(const uint8_t secret[static SEAL_KEY_LEN], const void *ad,
    size_t ad_len, const uint8_t *box, size_t len, uint8_t *out)
{
	uint8_t shared[SEAL_KEY_LEN], own[SEAL_PUBLIC_LEN];
	uint8_t key[SEAL_SIV_KEY_LEN];
	enum seal_err err;

	if (len <= SEAL_BOX_EXTRA)
		return SEAL_E_FORGED;
	if ((err = seal_public(secret, own)) == SEAL_OK &&
	    (err = seal_agree(secret, box, shared)) == SEAL_OK &&
	    (err = box_key(shared, box, own, key)) == SEAL_OK)
		err = seal_unlock(key, ad, ad_len, box + SEAL_PUBLIC_LEN,
		    len - SEAL_PUBLIC_LEN, out);
	seal_wipe(shared, sizeof shared);
	seal_wipe(key, sizeof key);
	return err;
}

enum seal_err
seal_stretch(const char *secret, const uint8_t *salt, size_t salt_len,
    struct seal_cost cost, uint8_t *out, size_t out_len)
{
	assert(cost.log2_n >= 1 && cost.log2_n <= 20);
	if (EVP_PBE_scrypt(secret, strlen(secret), salt, salt_len,
		(uint64_t)1 << cost.log2_n, cost.r, cost.p, (uint64_t)256 << 20,
		out, out_len) != 1)
		return failed("scrypt");
	return SEAL_OK;
}

/* ---- wrapping under a master key ---- */

enum seal_err
seal_wrap_key(const uint8_t master[static SEAL_KEY_LEN], const char *purpose,
    uint8_t key[static SEAL_SIV_KEY_LEN])
{
	char label[64];

	assert(strlen(purpose) < 32);
	strcpy(label, "smsvault wrap ");
	strcat(label, purpose);
	return seal_derive(
	    master, SEAL_KEY_LEN, NULL, 0, label, key, SEAL_SIV_KEY_LEN);
}

enum seal_err
seal_wrap(const uint8_t master[static SEAL_KEY_LEN], const char *purpose,
    const void *ad, size_t ad_len, const void *secret, size_t len, uint8_t *out)
{
	uint8_t key[SEAL_SIV_KEY_LEN];
	enum seal_err err;

	if ((err = seal_wrap_key(master, purpose, key)) == SEAL_OK)
		err = seal_lock(key, ad, ad_len, secret, len, out);
	seal_wipe(key, sizeof key);
	return err;
}

enum seal_err
seal_unwrap(const uint8_t master[static SEAL_KEY_LEN], const char *purpose,
    const void *ad, size_t ad_len, const uint8_t *wrapped, size_t len,
    uint8_t *out)
{
	uint8_t key[SEAL_SIV_KEY_LEN];
	enum seal_err err;

	if ((err = seal_wrap_key(master, purpose, key)) == SEAL_OK)
		err = seal_unlock(key, ad, ad_len, wrapped, len, out);
	seal_wipe(key, sizeof key);
	return err;
}
