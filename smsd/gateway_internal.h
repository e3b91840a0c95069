/*
 * gateway_internal.h - shared by the files of the gateway's logic.
 */
#ifndef GATEWAY_INTERNAL_H
#define GATEWAY_INTERNAL_H

#include "gate.h"
#include "gateway.h"
#include "keys.h"
#include "vault.h"
#include "wire.h"

struct gateway {
	struct db *db;
	struct keys *keys;
	struct vault *vault;
	uint8_t service[SEAL_KEY_LEN];
	struct reassembly_timing timing;
};

/* A frame for a phone into the outbox, in the caller's transaction. */
enum db_err gateway_send(struct gateway *g, const struct gate_phone *phone,
    const char *purpose, const uint8_t *frame, size_t len, int64_t not_after_ms,
    int64_t now_ms);

/* A whole upload of a bound phone, authentic, and new. */
struct gateway_upload {
	struct keys_phone *phone;
	uint32_t transfer;
	int64_t now_ms;
};

/* Store what the text of an upload says and brings, in the caller's
 * transaction.  *readable false: it is no upload, and the owner is told. */
enum db_err gateway_store(struct gateway *g, const struct gateway_upload *u,
    const uint8_t *text, size_t len, struct gate_heard *h, bool *readable,
    int *count);

/* The first and third SMS of a binding, each in transactions of its own.
 * DB_OK with the answer, or DB_FAILED/DB_LOST. */
enum db_err binding_hello(struct gateway *g, const struct spool_row *row,
    const uint8_t *sms, size_t len, const struct wire_frame *f, int64_t now_ms,
    struct gateway_answer *answer);
enum db_err binding_proof(struct gateway *g, const struct spool_row *row,
    const struct wire_frame *f, int64_t now_ms, struct gateway_answer *answer);

#endif
