/*
 * keys.h - the keys of the phones that were heard lately, in memory.
 */
#ifndef KEYS_H
#define KEYS_H

#include "gate.h"
#include "seal.h"

struct keys_phone {
	struct gate_phone row;
	struct seal_phone *seal;
	int64_t loaded_ms;
	struct keys_phone *next;
};

struct keys;

/* master wraps the phones' root keys; not kept past keys_free(). */
struct keys *keys_new(const uint8_t master[static SEAL_KEY_LEN]);
void keys_free(struct keys *k);

/* DB_NONE: there is no such phone, or it is not bound any more.  *out is not
 * owned: it holds until keys_drop() or keys_free(). */
enum db_err keys_find(struct keys *k, struct db *db, uint32_t key_id,
    int64_t now_ms, struct keys_phone **out);
/* After DB_NONE: there is such a phone, but its key did not unwrap, so that
 * gateway.key is not the one it was bound under. */
bool keys_locked(const struct keys *k, uint32_t key_id);
/* The row may have changed: load it anew at the next look. */
void keys_drop(struct keys *k, uint32_t key_id);
void keys_drop_all(struct keys *k);

/* Roots at rest: wrapped for this account and key id; out has 48 octets. */
enum seal_err keys_wrap(const struct keys *k, int64_t account, uint32_t key_id,
    const uint8_t root[static SEAL_KEY_LEN], uint8_t out[static 48]);
enum seal_err
keys_unwrap(const struct keys *k, int64_t account, uint32_t key_id,
    const uint8_t *wrapped, size_t len, uint8_t root[static SEAL_KEY_LEN]);

#endif
