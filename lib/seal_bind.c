/*
 * The three SMS of a binding, and the root that comes of them.
 * smsvault-wire(7), "BINDING".
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "be.h"
#include "seal_internal.h"

enum seal_err
seal_hello(const uint8_t code_key[static SEAL_KEY_LEN], uint32_t code_id,
    bool code_long, const uint8_t eph_secret[static SEAL_KEY_LEN],
    const struct wire_hello *h, uint8_t sms[static WIRE_DATA_MAX], size_t *len)
{
	uint8_t ephemeral[SEAL_PUBLIC_LEN], key[SEAL_SIV_KEY_LEN];
	uint8_t plain[WIRE_DATA_MAX];
	const struct wire_frame f = {
		.type = WIRE_HELLO,
		.code_id = code_id,
		.code_long = code_long,
		.ephemeral = ephemeral,
	};
	enum seal_err err;

	if ((err = seal_public(eph_secret, ephemeral)) == SEAL_OK &&
	    (err = seal_from_root(
		 code_key, "smsvault hello", key, sizeof key)) == SEAL_OK)
		err = seal_frame(
		    key, &f, plain, wire_hello_encode(h, plain), sms, len);
	seal_wipe(key, sizeof key);
	seal_wipe(plain, sizeof plain);
	return err;
}

enum seal_err
seal_hello_open(const uint8_t code_key[static SEAL_KEY_LEN],
    const struct wire_frame *f, struct wire_hello *out)
{
	uint8_t key[SEAL_SIV_KEY_LEN], plain[WIRE_DATA_MAX];
	enum seal_err err;

	if (f->type != WIRE_HELLO)
		return SEAL_E_FORGED;
	if ((err = seal_from_root(
		 code_key, "smsvault hello", key, sizeof key)) == SEAL_OK &&
	    (err = seal_frame_open(key, f, plain)) == SEAL_OK &&
	    wire_hello_decode(plain, f->body_len, out) != WIRE_OK)
		err = SEAL_E_FORGED;
	seal_wipe(key, sizeof key);
	seal_wipe(plain, sizeof plain);
	return err;
}

/*
 * The secret of a binding: what the code and the two ephemeral keys give,
 * bound to every octet of the HELLO and to the gateway's ephemeral.
 */
static enum seal_err
binding_secret(const uint8_t code_key[static SEAL_KEY_LEN],
    const uint8_t *hello, size_t hello_len,
    const uint8_t eph_secret[static SEAL_KEY_LEN],
    const uint8_t peer[static SEAL_PUBLIC_LEN],
    const uint8_t gateway[static SEAL_PUBLIC_LEN],
    uint8_t out[static SEAL_KEY_LEN])
{
	uint8_t both[2 * SEAL_KEY_LEN];
	uint8_t transcript[WIRE_DATA_MAX + SEAL_PUBLIC_LEN];
	uint8_t salt[SEAL_DIGEST_LEN];
	enum seal_err err;

	assert(hello_len <= WIRE_DATA_MAX);
	memcpy(transcript, hello, hello_len);
	memcpy(transcript + hello_len, gateway, SEAL_PUBLIC_LEN);
	seal_digest(transcript, hello_len + SEAL_PUBLIC_LEN, salt);
	memcpy(both, code_key, SEAL_KEY_LEN);
	if ((err = seal_agree(eph_secret, peer, both + SEAL_KEY_LEN)) ==
	    SEAL_OK)
		err = seal_derive(both, sizeof both, salt, sizeof salt,
		    "smsvault binding", out, SEAL_KEY_LEN);
	seal_wipe(both, sizeof both);
	return err;
}

/* The root depends on every octet of the CHALLENGE as well. */
static enum seal_err
binding_root(const uint8_t secret[static SEAL_KEY_LEN],
    const uint8_t *challenge, size_t len, uint8_t root[static SEAL_KEY_LEN])
{
	uint8_t salt[SEAL_DIGEST_LEN];

	seal_digest(challenge, len, salt);
	return seal_derive(secret, SEAL_KEY_LEN, salt, sizeof salt,
	    "smsvault root", root, SEAL_KEY_LEN);
}

enum seal_err
seal_challenge(const uint8_t code_key[static SEAL_KEY_LEN],
    const uint8_t *hello, size_t hello_len,
    const uint8_t eph_secret[static SEAL_KEY_LEN],
    const struct wire_challenge *c, size_t room,
    uint8_t sms[static WIRE_DATA_MAX], size_t *len,
    uint8_t root[static SEAL_KEY_LEN])
{
	uint8_t ephemeral[SEAL_PUBLIC_LEN], secret[SEAL_KEY_LEN];
	uint8_t key[SEAL_SIV_KEY_LEN], plain[WIRE_DATA_MAX];
	struct wire_frame h, f = {
		.type = WIRE_CHALLENGE,
		.ephemeral = ephemeral,
	};
	enum seal_err err;
	size_t n;

	if (wire_decode(hello, hello_len, &h) != WIRE_OK ||
	    h.type != WIRE_HELLO)
		return SEAL_E_FORGED;
	f.code_id = h.code_id;
	f.code_long = h.code_long;
	n = wire_challenge_encode(c, plain, room - WIRE_BIND_HEAD);
	assert(n > 0);
	if ((err = seal_public(eph_secret, ephemeral)) == SEAL_OK &&
	    (err = binding_secret(code_key, hello, hello_len, eph_secret,
		 h.ephemeral, ephemeral, secret)) == SEAL_OK &&
	    (err = seal_from_root(
		 secret, "smsvault challenge", key, sizeof key)) == SEAL_OK &&
	    (err = seal_frame(key, &f, plain, n, sms, len)) == SEAL_OK)
		err = binding_root(secret, sms, *len, root);
	seal_wipe(secret, sizeof secret);
	seal_wipe(key, sizeof key);
	seal_wipe(plain, sizeof plain);
	return err;
}

enum seal_err
seal_challenge_open(const uint8_t code_key[static SEAL_KEY_LEN],
    const uint8_t *hello, size_t hello_len,
    const uint8_t eph_secret[static SEAL_KEY_LEN], const uint8_t *challenge,
    size_t challenge_len, struct wire_challenge *out,
    uint8_t root[static SEAL_KEY_LEN])
{
	uint8_t secret[SEAL_KEY_LEN], key[SEAL_SIV_KEY_LEN];
	uint8_t plain[WIRE_DATA_MAX];
	struct wire_frame f;
	enum seal_err err;

	if (wire_decode(challenge, challenge_len, &f) != WIRE_OK ||
	    f.type != WIRE_CHALLENGE)
		return SEAL_E_FORGED;
	if ((err = binding_secret(code_key, hello, hello_len, eph_secret,
		 f.ephemeral, f.ephemeral, secret)) == SEAL_OK &&
	    (err = seal_from_root(
		 secret, "smsvault challenge", key, sizeof key)) == SEAL_OK &&
	    (err = seal_frame_open(key, &f, plain)) == SEAL_OK) {
		if (wire_challenge_decode(plain, f.body_len, out) != WIRE_OK)
			err = SEAL_E_FORGED;
		else
			err = binding_root(
			    secret, challenge, challenge_len, root);
	}
	seal_wipe(secret, sizeof secret);
	seal_wipe(key, sizeof key);
	seal_wipe(plain, sizeof plain);
	return err;
}

void
seal_digits(const uint8_t root[static SEAL_KEY_LEN], char out[static 7])
{
	uint8_t octets[8] = { 0 };
	uint64_t v;

	if (seal_from_root(root, "smsvault digits", octets, sizeof octets) !=
	    SEAL_OK)
		abort();
	v = be_get64(octets) % 1000000;
	for (int i = 5; i >= 0; i--, v /= 10)
		out[i] = (char)('0' + v % 10);
	out[6] = '\0';
}
