/*
 * seal.h - all cryptography, on both ends of the air and at rest.
 *
 * Four files, seal.c, seal_air.c, seal_bind.c and seal_code.c, which share
 * seal_internal.h; seal.c is the only place that includes OpenSSL.  Primitives:
 * X25519 (RFC 7748), HKDF-SHA-256 (RFC 5869), HMAC-SHA-256 (RFC 2104),
 * AES-256-SIV (RFC 5297), AES-256-CTR inside the synthetic-IV form of a single
 * SMS, scrypt (RFC 7914). What they protect and how keys follow from one
 * another is in smsvault-wire(7), "KEYS".  Functions return SEAL_OK or a
 * reason; nothing is written to an output on SEAL_E_FORGED.  Secrets on the
 * stack are wiped.
 */
#ifndef SEAL_H
#define SEAL_H

#include <stddef.h>
#include <stdint.h>

#include "wire.h"

#define SEAL_KEY_LEN 32
#define SEAL_SIV_KEY_LEN 64 /* AES-256-SIV: two keys of 32 */
#define SEAL_TAG_LEN 16
#define SEAL_PUBLIC_LEN 32
#define SEAL_DIGEST_LEN 32
#define SEAL_SALT_LEN 16
#define SEAL_BOX_EXTRA (SEAL_PUBLIC_LEN + SEAL_TAG_LEN)

enum seal_err {
	SEAL_OK = 0,
	SEAL_E_FORGED, /* wrong key, or the octets were changed */
	SEAL_E_FAILED, /* the library failed: logged where it happened */
};

/* ---- building blocks ---- */
void seal_random(void *out, size_t len); /* aborts if the system has none */
void
seal_digest(const void *p, size_t len, uint8_t out[static SEAL_DIGEST_LEN]);
int seal_equal(const void *a, const void *b, size_t len); /* constant time */
void seal_wipe(void *p, size_t len);
/* label is ASCII and separates uses; out_len <= 255 * 32. */
enum seal_err
seal_derive(const uint8_t *key, size_t key_len, const uint8_t *salt,
    size_t salt_len, const char *label, uint8_t *out, size_t out_len);
/* out has len + 16 octets: tag, then text.  len >= 1, ad_len >= 1. */
enum seal_err seal_lock(const uint8_t key[static SEAL_SIV_KEY_LEN],
    const void *ad, size_t ad_len, const void *text, size_t len, uint8_t *out);
/* sealed has len >= 17 octets; out gets len - 16. */
enum seal_err
seal_unlock(const uint8_t key[static SEAL_SIV_KEY_LEN], const void *ad,
    size_t ad_len, const uint8_t *sealed, size_t len, uint8_t *out);
/* A key that unlocks much, at less than half the cost each: what AES makes of
 * it is made once.  NULL: the library failed.  Freeing wipes it. */
struct seal_reader;
struct seal_reader *seal_reader_new(const uint8_t key[static SEAL_SIV_KEY_LEN]);
void seal_reader_free(struct seal_reader *r);
/* As seal_unlock(). */
enum seal_err seal_reader_open(const struct seal_reader *r, const void *ad,
    size_t ad_len, const uint8_t *sealed, size_t len, uint8_t *out);
enum seal_err seal_keypair(uint8_t secret[static SEAL_KEY_LEN],
    uint8_t public_key[static SEAL_PUBLIC_LEN]);
/* To whoever holds the secret of public_key (ephemeral X25519, HKDF, SIV);
 * out has len + SEAL_BOX_EXTRA octets. */
enum seal_err seal_box(const uint8_t public_key[static SEAL_PUBLIC_LEN],
    const void *ad, size_t ad_len, const void *text, size_t len, uint8_t *out);
enum seal_err
seal_box_open(const uint8_t secret[static SEAL_KEY_LEN], const void *ad,
    size_t ad_len, const uint8_t *box, size_t len, uint8_t *out);

/* ---- passwords, recovery codes, answers: scrypt ---- */
struct seal_cost {
	uint8_t log2_n; /* 10..20; 15 for people's secrets */
	uint8_t r, p; /* 8, 1 */
};
extern const struct seal_cost seal_cost_people; /* 2^15, 8, 1: 32 MiB */
enum seal_err seal_stretch(const char *secret, const uint8_t *salt,
    size_t salt_len, struct seal_cost cost, uint8_t *out, size_t out_len);

/* ---- binding ---- */
/* Crockford base32: 20 bits of id, 55 of secret, 5 of check. */
#define SEAL_CODE_CHARS 16
#define SEAL_QR_SECRET_LEN 16
/* Make a code: its id, its 16 characters (NUL-ended, no dashes). */
void seal_code_new(uint32_t *id, char code[static SEAL_CODE_CHARS + 1]);
/* Read what a person typed: any case, dashes and blanks, O for 0, I L for 1.
 * Returns 0 and the id and canonical code, or -1: wrong length or check. */
int seal_code_read(
    const char *typed, uint32_t *id, char code[static SEAL_CODE_CHARS + 1]);
/* The key both ends derive from the code (scrypt, 2^14) or from the QR. */
enum seal_err seal_code_key(
    const char code[static SEAL_CODE_CHARS], uint8_t key[static SEAL_KEY_LEN]);
enum seal_err
seal_qr_key(uint32_t id, const uint8_t secret[static SEAL_QR_SECRET_LEN],
    uint8_t key[static SEAL_KEY_LEN]);
/* The text inside the QR: "SMSVAULT:1:+358...:CODEID:SECRET", upper case so
 * that QR alphanumeric mode applies.  read returns -1 if it is not ours, and
 * then has set nothing. */
#define SEAL_QR_TEXT_MAX 96
void seal_qr_text(const char *number, uint32_t id,
    const uint8_t secret[static SEAL_QR_SECRET_LEN],
    char out[static SEAL_QR_TEXT_MAX]);
int seal_qr_read(const char *text, char number[static 24], uint32_t *id,
    uint8_t secret[static SEAL_QR_SECRET_LEN]);

/* Frames of the binding.  Each writes the whole SMS and returns its length in
 * *len.  The challenge and the root key depend on the octets of the frames
 * before (the transcript). */
enum seal_err
seal_hello(const uint8_t code_key[static SEAL_KEY_LEN], uint32_t code_id,
    bool code_long, const uint8_t eph_secret[static SEAL_KEY_LEN],
    const struct wire_hello *h, uint8_t sms[static WIRE_DATA_MAX], size_t *len);
enum seal_err seal_hello_open(const uint8_t code_key[static SEAL_KEY_LEN],
    const struct wire_frame *f, struct wire_hello *out);
/* Gateway: answer the HELLO octets; root is the phone's key from then on. */
enum seal_err seal_challenge(const uint8_t code_key[static SEAL_KEY_LEN],
    const uint8_t *hello, size_t hello_len,
    const uint8_t eph_secret[static SEAL_KEY_LEN],
    const struct wire_challenge *c, size_t room,
    uint8_t sms[static WIRE_DATA_MAX], size_t *len,
    uint8_t root[static SEAL_KEY_LEN]);
/* Phone: open it with the secret whose public key was in its HELLO. */
enum seal_err seal_challenge_open(const uint8_t code_key[static SEAL_KEY_LEN],
    const uint8_t *hello, size_t hello_len,
    const uint8_t eph_secret[static SEAL_KEY_LEN], const uint8_t *challenge,
    size_t challenge_len, struct wire_challenge *out,
    uint8_t root[static SEAL_KEY_LEN]);
/* Six decimal digits, NUL-ended, the same on both sides. */
void seal_digits(const uint8_t root[static SEAL_KEY_LEN], char out[static 7]);

/* ---- a bound phone ---- */
struct seal_phone; /* the keys derived from one root; memory is wiped on free */
struct seal_phone *
seal_phone_new(const uint8_t root[static SEAL_KEY_LEN], uint32_t key_id);
void seal_phone_free(struct seal_phone *k);

enum seal_err seal_proof(const struct seal_phone *k, const struct wire_proof *p,
    uint8_t sms[static WIRE_DATA_MAX], size_t *len);
enum seal_err seal_proof_open(const struct seal_phone *k,
    const struct wire_frame *f, struct wire_proof *out);

/* Is the 5-octet tag of this segment ours?  Cheap: asked before storage.  near
 * is the transfer number expected next; the number whose low 11 bits the frame
 * carries is sought around it (within 8,192 either side), nearest first, and
 * returned in *transfer. */
enum seal_err seal_segment_check(const struct seal_phone *k,
    const struct wire_frame *f, uint32_t near, uint32_t *transfer);
/* Open a single.  The number is sought in the same way by its low 8 bits, and
 * within 640 either side.  out has f->body_len octets. */
enum seal_err
seal_single_open(const struct seal_phone *k, const struct wire_frame *f,
    uint32_t near, uint32_t *transfer, uint8_t *out);
/* Seal text (len >= 1) as transfer number `transfer` into 1..16 SMS of at most
 * room octets (WIRE_DATA_MAX or WIRE_TEXT_MAX): a single if it fits, else
 * segments.  down: from the gateway.  Returns -1 if it takes more than 16.
 * sms[i] has sms_len[i] octets. */
int seal_transfer(const struct seal_phone *k, bool down, uint32_t transfer,
    const uint8_t *text, size_t len, size_t room,
    uint8_t sms[static WIRE_SEGMENTS_MAX][WIRE_DATA_MAX],
    size_t sms_len[static WIRE_SEGMENTS_MAX]);
/* The most octets of text that n SMS of room octets carry. */
size_t seal_transfer_room(size_t n, size_t room);
/* Open the bodies of a whole transfer, put together in order; out has
 * len - 16 octets. */
enum seal_err seal_transfer_open(const struct seal_phone *k, bool down,
    uint32_t transfer, const uint8_t *bodies, size_t len, uint8_t *out);
/* The mark of a record in the proof of completeness, over its stored form
 * (record_encode()): keyed, so that it tells nothing of the content to who
 * has not the phone's key. */
uint32_t
seal_mark(const struct seal_phone *k, const uint8_t *stored, size_t len);
/* CONTROL and ACK.  plain comes from wire_control_encode/wire_ack_encode. */
enum seal_err seal_control(const struct seal_phone *k, enum wire_type type,
    uint32_t sequence, const uint8_t *plain, size_t len,
    uint8_t sms[static WIRE_DATA_MAX], size_t *sms_len);
enum seal_err seal_control_open(const struct seal_phone *k,
    const struct wire_frame *f, uint8_t *plain); /* f->body_len octets */

/* ---- at rest ---- */
/* A key file: 64 hex digits and a newline, mode 0600, or 0640 where a group
 * shares it.  _make creates it (0600) if it is not there, whole and on disk
 * before it is used.  Return 0, or -1 after logging why. */
int seal_keyfile_load(const char *path, uint8_t key[static SEAL_KEY_LEN]);
int seal_keyfile_make(const char *path, uint8_t key[static SEAL_KEY_LEN]);
/* Wrap a secret under a master key for one purpose ("phone", "code", ...);
 * out has len + 16 octets. */
enum seal_err seal_wrap(const uint8_t master[static SEAL_KEY_LEN],
    const char *purpose, const void *ad, size_t ad_len, const void *secret,
    size_t len, uint8_t *out);
enum seal_err seal_unwrap(const uint8_t master[static SEAL_KEY_LEN],
    const char *purpose, const void *ad, size_t ad_len, const uint8_t *wrapped,
    size_t len, uint8_t *out);
/* The key that these two lock with, for who wraps often: seal_lock() and
 * seal_unlock(). */
enum seal_err seal_wrap_key(const uint8_t master[static SEAL_KEY_LEN],
    const char *purpose, uint8_t key[static SEAL_SIV_KEY_LEN]);

#endif
