/*
 * vault.h - records sealed to their owner, at rest.
 *
 * A data key is made for each phone and day, and at each start; it is sealed
 * to the account's public key and stored, so that we can write under it and,
 * once it is forgotten here, nobody but the owner can read.
 */
#ifndef VAULT_H
#define VAULT_H

#include "gate.h"
#include "record.h"
#include "seal.h"
#include "upload.h"

struct vault;

struct vault *vault_new(void);
void vault_free(struct vault *v);
/* A transaction was rolled back: keys that it stored are not there. */
void vault_forget(struct vault *v);

/* Seal records as the content of a transfer and store them, in the caller's
 * transaction.  keys marks them for the proof of completeness. */
enum db_err vault_store(struct vault *v, struct db *db,
    const struct gate_phone *phone, const struct seal_phone *keys,
    uint32_t transfer, struct record *const *records, size_t n, int64_t now_ms);
/* The same for a piece of a file.  *arrived: with it the file is whole. */
enum db_err vault_store_piece(struct vault *v, struct db *db,
    const struct gate_phone *phone, const struct upload_piece *piece,
    int64_t now_ms, bool *arrived);

#endif
