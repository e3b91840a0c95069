/*
 * gateway_internal.h - shared by the files of the gateway's logic.
 */
#ifndef GATEWAY_INTERNAL_H
#define GATEWAY_INTERNAL_H

#include "bases.h"
#include "gate.h"
#include "gateway.h"
#include "keys.h"
#include "order.h"
#include "upload.h"
#include "vault.h"
#include "wire.h"

struct gateway {
	struct db *db;
	struct keys *keys;
	struct vault *vault;
	struct bases *bases;
	uint8_t service[SEAL_KEY_LEN];
	struct reassembly_timing timing;
	struct gate_due_after answered; /* how far the last look came */
	int tries; /* of one-time codes that may be tried now */
	int64_t tries_ms; /* as of then; 0: never */
};

/* A frame for a phone into the outbox, in the caller's transaction. */
enum db_err gateway_send(struct gateway *g, const struct gate_phone *phone,
    const char *purpose, const uint8_t *frame, size_t len, int64_t not_after_ms,
    int64_t now_ms);

/* A whole upload of a bound phone, authentic, and new. */
struct gateway_upload {
	struct keys_phone *phone;
	uint32_t transfer;
	const char *number; /* its newest SMS came from there */
	int64_t smsc_ms; /* the service centre's time stamp; 0: none */
	int64_t received_ms;
	int64_t now_ms;
	struct gate_base base;
};

enum gateway_reading {
	GATEWAY_READ,
	GATEWAY_UNREADABLE, /* it is no upload, and the owner is told */
	GATEWAY_WAITS, /* coded against transfers that are not all here yet */
	GATEWAY_UNBASED, /* coded against what is not known: it is missing,
			    and the phone will be told to code it anew */
};
/* What the text of an upload says, read before it is known whether it is new;
 * it borrows from text.  NULL: it takes a state to read it, or memory is short.
 */
struct gateway_content; /* opaque */
struct gateway_content *gateway_read_ahead(const uint8_t *text, size_t len);
/* Does it go by a state that must be made first, which takes its time? */
bool gateway_takes_long(const struct gateway *g, const struct gateway_upload *u,
    const uint8_t *text, size_t len);
void gateway_content_free(struct gateway_content *c);
/* Store what the text of an upload says and brings, in the caller's
 * transaction.  ahead: read from text before, and used up by this; or NULL. */
enum db_err gateway_store(struct gateway *g, const struct gateway_upload *u,
    const uint8_t *text, size_t len, struct gateway_content *ahead,
    struct gate_heard *h, enum gateway_reading *how, int *count);
/* Tell phones which transfers to code anew. */
int gateway_recode_tick(struct gateway *g, int64_t now_ms);
/* What a preamble says; lost.c: evidence and the words of a lost phone. */
enum db_err gateway_event(struct gateway *g, const struct gateway_upload *u,
    const char *kind, const char *detail);
enum db_err lost_note_upload(struct gateway *g, const struct gateway_upload *u);
enum db_err
lost_note(struct gateway *g, const struct gateway_upload *u, const char *kind);
enum db_err lost_note_preamble(struct gateway *g,
    const struct gateway_upload *u, const struct upload_preamble *pre);
int lost_tick(struct gateway *g, int64_t now_ms);
/* completeness.c: claims of what there is. */
enum db_err completeness_note(struct gateway *g, const struct gateway_upload *u,
    const struct upload_preamble *pre);
int completeness_tick(struct gateway *g, int64_t now_ms);
/* restore.c: what has arrived of transfers down, and the receipt. */
enum db_err restore_note(struct gateway *g, const struct gateway_upload *u,
    const struct upload_preamble *pre);
int restores_tick(struct gateway *g, int64_t now_ms);
/* down.c: a frame of a transfer down into the outbox, once or once more. */
enum db_err down_queue(struct gateway *g, const struct gate_phone *to,
    const struct gate_down_frame *f, int64_t now_ms);
/* Seal a text as the phone's next transfer down, and put it on the way. */
enum db_err down_put_text(struct gateway *g, const struct keys_phone *phone,
    const struct gate_restore *r, const uint8_t *text, size_t len,
    int64_t now_ms, uint32_t *transfer);
/* The base to code the next transfer against; *out NULL: this phone reads none.
 * DB_NONE: it cannot be had, and the phone must begin anew. */
enum db_err down_base(struct gateway *g, const struct keys_phone *phone,
    const struct gate_restore *r, struct pack_state **out);
/* It learns what is in that transfer. */
enum db_err down_grow(struct gateway *g, const struct gate_restore *r,
    struct pack_state *base, uint32_t transfer, struct record *const *records,
    size_t n);
/* Tell the phone that the base begins anew and all from first on is void. */
enum db_err down_anew(struct gateway *g, const struct keys_phone *phone,
    const struct gate_restore *r, uint32_t first, int64_t now_ms);
/* Phones that have not what was sent. */
enum db_err down_tick(struct gateway *g, int64_t now_ms);
/* binding.c: end bindings that the owner before has vetoed. */
int binding_tick(struct gateway *g, int64_t now_ms);
/* binding.c: tell a phone to forget its keys, and forget them.  DB_NONE: it is
 * not bound. */
enum db_err gateway_unbind(
    struct gateway *g, int64_t account, int64_t phone, int64_t now_ms);

/* tick: a control for a phone, sealed, into the outbox.  plain is what
 * wire_control_encode() or wire_ack_encode() wrote. */
enum db_err gateway_control(struct gateway *g, struct keys_phone *phone,
    enum wire_type type, const char *purpose, const uint8_t *plain, size_t len,
    int64_t life_ms, int64_t now_ms);
/* The keys of a phone that is bound, by id. */
enum db_err gateway_find_phone(struct gateway *g, int64_t account, int64_t id,
    int64_t now_ms, struct keys_phone **out);

/* The first and third SMS of a binding, each in transactions of its own.
 * DB_OK with the answer, or DB_FAILED/DB_LOST. */
enum db_err binding_hello(struct gateway *g, const struct spool_row *row,
    const uint8_t *sms, size_t len, const struct wire_frame *f, int64_t now_ms,
    struct gateway_answer *answer);
enum db_err binding_proof(struct gateway *g, const struct spool_row *row,
    const struct wire_frame *f, int64_t now_ms, struct gateway_answer *answer);

/* order_take.c: a plain text that orders something, in a transaction of its
 * own. */
enum db_err order_take(struct gateway *g, const struct spool_row *row,
    const struct order *order, int64_t now_ms, struct gateway_answer *answer);

#endif
