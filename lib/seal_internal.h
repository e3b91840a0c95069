/*
 * seal_internal.h - shared by the files of lib/seal*, nobody else.
 */
#ifndef SEAL_INTERNAL_H
#define SEAL_INTERNAL_H

#include "seal.h"

/* X25519; fails on the all-zero result of a hostile key (RFC 7748, 6.1). */
enum seal_err seal_agree(const uint8_t secret[static SEAL_KEY_LEN],
    const uint8_t peer[static SEAL_PUBLIC_LEN],
    uint8_t out[static SEAL_KEY_LEN]);
enum seal_err seal_public(const uint8_t secret[static SEAL_KEY_LEN],
    uint8_t public_key[static SEAL_PUBLIC_LEN]);
enum seal_err
seal_hmac(const uint8_t key[static SEAL_KEY_LEN], const void *a, size_t a_len,
    const void *b, size_t b_len, uint8_t out[static SEAL_DIGEST_LEN]);
/* AES-256-CTR with the given first counter block; out may be in. */
enum seal_err seal_stream(const uint8_t key[static SEAL_KEY_LEN],
    const uint8_t block[static 16], const uint8_t *in, size_t len,
    uint8_t *out);
/* AES-SIV with a key of 32 octets, for the RFC's vectors, or 64. */
enum seal_err seal_siv_seal(const uint8_t *key, size_t key_len, const void *ad,
    size_t ad_len, const void *text, size_t len, uint8_t *out);
enum seal_err seal_siv_open(const uint8_t *key, size_t key_len, const void *ad,
    size_t ad_len, const uint8_t *sealed, size_t len, uint8_t *out);

/* A key of its own for one purpose, named by the label. */
enum seal_err seal_from_root(const uint8_t root[static SEAL_KEY_LEN],
    const char *label, uint8_t *out, size_t len);
/* A frame whose body is sealed under the octets before its tag: its head from
 * f, its body from plain.  Opened it has f->body_len octets. */
enum seal_err seal_frame(const uint8_t key[static SEAL_SIV_KEY_LEN],
    const struct wire_frame *f, const uint8_t *plain, size_t len, uint8_t *sms,
    size_t *sms_len);
enum seal_err seal_frame_open(const uint8_t key[static SEAL_SIV_KEY_LEN],
    const struct wire_frame *f, uint8_t *plain);

#endif
