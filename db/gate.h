/*
 * gate.h - what the gateway asks of the database.
 *
 * Times are Unix milliseconds and always the caller's.  Functions run inside
 * the transaction that the caller has begun, unless they say otherwise. DB_NONE
 * says that there was no such row, or that it was there before.
 */
#ifndef GATE_H
#define GATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "db.h"
#include "wire.h"

#define GATE_NUMBER_MAX 24
#define GATE_WRAPPED_MAX 64
#define GATE_FRAME_MAX 320 /* octets: a plain text is longer than a frame */

struct gate_phone {
	int64_t account, phone;
	uint32_t key_id;
	uint8_t root_wrapped[GATE_WRAPPED_MAX];
	size_t root_wrapped_len;
	uint8_t public_key[32];
	char number[GATE_NUMBER_MAX];
	bool text_only;
	uint8_t codec;
	bool bound;
	uint32_t cumulative, highest, policy_applied;
	uint32_t lost_version, lost_applied; /* 0: none */
	bool lost; /* the owner has said so */
	bool number_open; /* another number waits to be confirmed */
};

/* Not in a transaction. */
enum db_err
gate_phone_by_key(struct db *db, uint32_t key_id, struct gate_phone *out);
enum db_err gate_phone_by_id(
    struct db *db, int64_t account, int64_t phone, struct gate_phone *out);

/* ---- what arrives: pipelined ---- */

/* Where a phone's base begins, and to where all its transfers are here. */
struct gate_base {
	uint32_t first, cumulative;
};

/* A single that was opened, or one segment of a transfer. */
struct gate_piece {
	int64_t account, phone;
	uint32_t transfer;
	bool single;
	uint8_t digest[32]; /* single: of the whole SMS */
	unsigned index; /* segment */
	bool last;
	const uint8_t *body;
	size_t body_len;
	const char *number; /* where it came from */
	int64_t smsc_ms; /* 0: unknown */
	/* out */
	bool accepted; /* single: new; segment: its transfer is open */
	uint16_t have; /* segment: state afterwards */
	int last_index; /* -1: unknown */
	int64_t last_at_ms; /* when its newest segment came: now, or before
			       if it had this one */
	struct gate_base base; /* single: as of now */
};
/* Stores pieces in one round trip and fills their out fields.  meanwhile, which
 * may be NULL, is called while the database works; it may not use it. */
enum db_err gate_pieces_put(struct db *db, struct gate_piece *pieces, size_t n,
    int64_t now_ms, void (*meanwhile)(void *ctx), void *ctx);
/* A piece that was not accepted: is that transfer the same one (digest, may be
 * NULL), and when did its newest piece come? */
enum db_err gate_transfer_same(struct db *db, int64_t account, int64_t phone,
    uint32_t transfer, const uint8_t *digest, bool *same, int64_t *last_at_ms);
enum db_err gate_transfer_whole(
    struct db *db, int64_t account, int64_t phone, uint32_t transfer);
/* A single that was accepted waits to be opened, as a whole transfer does. */
enum db_err gate_single_wait(struct db *db, const struct gate_piece *p,
    const uint8_t *sms, size_t len, int64_t now_ms);

struct gate_heard {
	int64_t account, phone;
	uint32_t highest; /* the highest transfer in this batch */
	uint32_t policy_applied;
	int sms, records; /* for the day's traffic */
	bool ack_wanted;
	bool ack_asked; /* by a new upload, and not for what came again */
};
/* Phones that were heard: gap rows, counters, cumulative, and transfers that
 * waited for it.  DB_NONE: one of them is not bound any more. */
enum db_err gate_heard_put(
    struct db *db, const struct gate_heard *heard, size_t n, int64_t now_ms);

/* How long it may be silent of itself, as of that transfer: policy_wait_min().
 */
enum db_err gate_wait_put(struct db *db, int64_t account, int64_t phone,
    uint32_t transfer, uint32_t wait_min);

/* A new upload, the newest yet, has come from this number.  *moved: it is the
 * phone's from now on, since it was asked there before received_ms. */
enum db_err gate_number_heard(struct db *db, int64_t account, int64_t phone,
    const char *number, int64_t received_ms, int64_t now_ms, bool *moved);
/* Numbers to ask at: at most max, each to be marked asked. */
enum db_err gate_number_list(struct db *db, int64_t now_ms,
    struct gate_phone *out, size_t max, size_t *n);
enum db_err gate_number_asked(
    struct db *db, int64_t account, int64_t phone, int64_t now_ms);

/* The SIM of the phone as of a transfer.  *changed: it is another than the
 * gateway knew, and this is the newest word on it; *own: the owner has named
 * it as his own. */
enum db_err gate_sim_seen(struct db *db, int64_t account, int64_t phone,
    const uint8_t sim[static 8], uint32_t transfer, int64_t now_ms,
    bool *changed, bool *own);

struct gate_record {
	uint8_t kind, op;
	uint32_t record_id, transfer;
	int ordinal;
	int64_t time_ms, data_key;
	uint32_t mark; /* seal_mark() */
	const uint8_t *sealed;
	size_t sealed_len;
};
enum db_err gate_records_put(struct db *db, int64_t account, int64_t phone,
    const struct gate_record *records, size_t n, int64_t now_ms);
enum db_err gate_data_key_put(struct db *db, int64_t account, int64_t phone,
    const uint8_t *sealed, size_t len, int64_t now_ms, int64_t *id);
enum db_err gate_event_put(struct db *db, int64_t account, int64_t phone,
    int64_t now_ms, const char *kind, const char *detail);

/* ---- whole transfers ---- */

struct gate_whole {
	int64_t account, phone;
	uint32_t key_id, transfer;
	int last_index;
	char number[GATE_NUMBER_MAX]; /* of its newest SMS */
	int64_t smsc_ms, received_ms;
	/* of gate_whole_take() */
	bool single; /* its body is a frame */
	struct gate_base base;
};
/* Not in a transaction: up to max transfers that can be opened. */
enum db_err
gate_whole_list(struct db *db, struct gate_whole *out, size_t max, size_t *n);
/* Locks the transfer; DB_NONE if another has taken it.  bodies gets the
 * segments in order. */
enum db_err gate_whole_take(struct db *db, struct gate_whole *w,
    uint8_t *bodies, size_t cap, size_t *len);
/* state: "stored" or "bad". */
enum db_err gate_whole_end(
    struct db *db, const struct gate_whole *w, const char *state, int records);
/* It is not listed again until all to that transfer are here, in the caller's
 * transaction, in which gate_heard_put() follows. */
enum db_err gate_whole_wait(struct db *db, int64_t account, int64_t phone,
    uint32_t transfer, uint32_t waits_for);
/* State "bad"; its segments stay. */
enum db_err gate_whole_aside(struct db *db, const struct gate_whole *w);
/* Forget its segments and ask for all again. */
enum db_err
gate_whole_again(struct db *db, const struct gate_whole *w, int64_t now_ms);

/* ---- bases: what coders of phones go by ---- */

/* It begins anew with first, says that transfer, whose own segments go too. */
enum db_err gate_base_begin(struct db *db, int64_t account, int64_t phone,
    uint32_t first, uint32_t transfer);
/* The records of a transfer, or what was learnt up to it. */
struct gate_learnt {
	int64_t account, phone;
	bool down; /* of a transfer down */
	uint32_t transfer;
	uint32_t made; /* gate_checkpoint_put(): of the state behind that one */
	const uint8_t *sealed; /* not owned */
	size_t len;
};
enum db_err gate_batch_put(struct db *db, const struct gate_learnt *b);
/* Those behind after and up to last (sealed unused), in order, to take until
 * it is not 0. */
enum db_err
gate_batch_list(struct db *db, const struct gate_learnt *last, uint32_t after,
    int (*take)(void *ctx, const struct gate_learnt *b), void *ctx);
/* The newest of a state that goes no further than last, for one that goes
 * further has forgotten more; DB_NONE: there is none. */
enum db_err gate_checkpoint_get(struct db *db, const struct gate_learnt *last,
    int (*take)(void *ctx, const struct gate_learnt *c), void *ctx);
/* One at least UPLOAD_AHEAD_MAX before it stays too, for transfers that come
 * late or go by what is older; what it has taken in goes. */
enum db_err gate_checkpoint_put(struct db *db, const struct gate_learnt *c);

/* A transfer of which the base is not known: it is missing once more, and the
 * phone is to be told. */
enum db_err gate_recode_put(struct db *db, int64_t account, int64_t phone,
    uint32_t transfer, int64_t now_ms);
struct gate_recode {
	int64_t account, phone;
	uint32_t transfer;
};
/* At most max, by phone. */
enum db_err
gate_recode_list(struct db *db, struct gate_recode *out, size_t max, size_t *n);
enum db_err gate_recode_told(struct db *db, const struct gate_recode *r);

/* ---- pieces of files ---- */

struct gate_file_piece {
	int64_t account, phone, data_key;
	uint32_t record_id, content, offset;
	size_t len; /* octets of the file */
	const uint8_t *sealed;
	size_t sealed_len;
};
/* A piece that is there already is left alone.  *arrived: with it the file is
 * whole, which is said once. */
enum db_err gate_file_piece_put(struct db *db, const struct gate_file_piece *p,
    int64_t now_ms, bool *arrived);
/* What the manifest says; it may come after the pieces, and again. */
enum db_err gate_file_manifest(struct db *db, int64_t account, int64_t phone,
    uint32_t record_id, uint32_t content, int64_t coded_size, int64_t now_ms,
    bool *arrived);

/* ---- lost phones ---- */

/* Append-only.  transfer 0: of none; smsc_ms 0: unknown. */
struct gate_evidence {
	int64_t account, phone;
	uint32_t transfer;
	const char *kind, *number;
	int64_t smsc_ms;
};
enum db_err
gate_evidence_put(struct db *db, const struct gate_evidence *e, int64_t now_ms);
/* The phone says what is in force.  DB_NONE: that is no news; else *on. */
enum db_err gate_lost_applied(struct db *db, int64_t account, int64_t phone,
    uint32_t version, int64_t now_ms, bool *on);
struct gate_lost {
	int64_t account, phone;
	uint32_t version;
	bool on, ring, lock_screen;
	int locate_min; /* 0: do not */
	uint8_t text_sealed[WIRE_LOST_TEXT_MAX + 16];
	size_t text_len; /* of text_sealed; 0: none */
};
/* States that must go out: newer than what was sent, or sent again_ms ago or
 * more and not applied though the phone was heard since.  Not in a
 * transaction. */
enum db_err gate_lost_list(struct db *db, int64_t now_ms, int64_t again_ms,
    struct gate_lost *out, size_t max, size_t *n);
enum db_err gate_lost_sent(struct db *db, int64_t account, int64_t phone,
    uint32_t version, int64_t now_ms);
/* The phone's word on a wipe: prepared with this nonce, or begun.  DB_NONE:
 * nobody had ordered that. */
enum db_err gate_wipe_prepared(struct db *db, int64_t account, int64_t phone,
    uint64_t nonce, int64_t now_ms);
enum db_err
gate_wipe_begun(struct db *db, int64_t account, int64_t phone, int64_t now_ms);
struct gate_wipe {
	int64_t account, phone;
	bool go; /* else prepare */
	uint64_t nonce;
};
/* As gate_lost_list(). */
enum db_err gate_wipe_list(struct db *db, int64_t now_ms, int64_t again_ms,
    struct gate_wipe *out, size_t max, size_t *n);
enum db_err
gate_wipe_sent(struct db *db, int64_t account, int64_t phone, int64_t now_ms);
/* Orders to go whose nonce is over: they are to be prepared again.  DB_OK and
 * one phone that was set back, or DB_NONE. */
enum db_err
gate_wipe_late(struct db *db, int64_t now_ms, int64_t *account, int64_t *phone);

/* ---- proof of completeness ---- */

#define GATE_BUCKETS 16
struct gate_claimed {
	int64_t account, phone;
	uint8_t kind;
	uint32_t transfer; /* of the claim, or of the buckets */
	uint32_t count, mark;
	int asked;
	bool by_bucket; /* then bucket_* hold, as the phone says */
	uint32_t bucket_count[GATE_BUCKETS], bucket_mark[GATE_BUCKETS];
};
/* What a phone claims in a transfer; an older claim than that is dropped. */
enum db_err
gate_claim_put(struct db *db, const struct gate_claimed *c, int64_t now_ms);
enum db_err gate_claim_buckets_put(
    struct db *db, const struct gate_claimed *c, int64_t now_ms);
/* Claims that can be compared now: all transfers up to theirs are here. */
enum db_err
gate_claim_list(struct db *db, struct gate_claimed *out, size_t max, size_t *n);
/* What is here as of a transfer, by bucket: count and sum of marks. */
enum db_err gate_claim_count(struct db *db, const struct gate_claimed *c,
    uint32_t count[static GATE_BUCKETS], uint32_t mark[static GATE_BUCKETS]);
/* state: as in the table.  Sets have_count and checked_at; "complete" sets
 * complete_at too.  The buckets are forgotten. */
enum db_err gate_claim_end(struct db *db, const struct gate_claimed *c,
    const char *state, uint32_t have, int asked, int64_t now_ms);

/* ---- restores ---- */

struct gate_restore {
	int64_t account, phone;
	uint32_t restore;
	int64_t from_phone; /* 0: made on the page */
	bool own; /* its ids are the phone's own */
	bool cancelled, packed; /* packed: every item has a transfer */
	int records; /* that were put on the air */
	/* of its phone, from gate_restore_take() */
	bool waits; /* nothing goes before the phone has begun anew */
	uint32_t next; /* number of the next transfer down */
	bool alone; /* it could not read a base */
	uint32_t anew,
	    base; /* the base: begins behind, has learnt up to; 0: 0 */
	uint8_t digest[32]; /* of the base; zeros: unknown, or it is empty */
};
/* Restores that have something to pack or an END to say: the oldest of each
 * phone that is bound.  Not in a transaction. */
enum db_err gate_restore_list(
    struct db *db, struct gate_restore *out, size_t max, size_t *n);
/* Lock it; DB_NONE: another has it or its state has changed.  *outstanding:
 * SMS of transfers down of its phone that have not arrived. */
enum db_err
gate_restore_take(struct db *db, struct gate_restore *r, int *outstanding);
struct gate_restore_item {
	int ordinal;
	bool piece;
	uint8_t *sealed; /* in the list's own memory */
	size_t len;
};
/* The next items that have no transfer yet; free them with one free(*out). */
enum db_err gate_restore_items(struct db *db, const struct gate_restore *r,
    size_t max, struct gate_restore_item **out, size_t *n);
/* These items travel in that transfer; records and mark are added. */
enum db_err
gate_restore_packed(struct db *db, const struct gate_restore *r, int first,
    int last, uint32_t transfer, int records, uint32_t mark, int64_t now_ms);
/* It cannot be sent: it is left out, and counted.  *first: none was before. */
enum db_err gate_restore_drop(
    struct db *db, const struct gate_restore *r, int ordinal, bool *first);
enum db_err gate_restore_ending(struct db *db, const struct gate_restore *r,
    uint32_t end_transfer, int64_t now_ms);
/* Cancelled with nothing of it on the air. */
enum db_err
gate_restore_over(struct db *db, const struct gate_restore *r, int64_t now_ms);
/* A cancelled one: forget what has no transfer, and transfers of which no SMS
 * has gone out, from the newest down. */
enum db_err gate_restore_withdraw(
    struct db *db, const struct gate_restore *r, int64_t now_ms);
/* After that: is there anything of it on the air?  Reads r->records anew. */
enum db_err
gate_restore_on_air(struct db *db, struct gate_restore *r, bool *any);
enum db_err gate_down_next(
    struct db *db, int64_t account, int64_t phone, uint32_t *transfer);
/* The base of what goes down has learnt that transfer. */
enum db_err gate_down_learnt(struct db *db, const struct gate_restore *r,
    uint32_t transfer, const uint8_t digest[static 32]);
/* With that transfer it begins anew, and with nothing. */
enum db_err
gate_down_anew(struct db *db, const struct gate_restore *r, uint32_t transfer);
/* Phones that have not what was sent, or cannot read it: what is behind goes
 * once more.  Not in a transaction. */
enum db_err gate_behind_list(
    struct db *db, struct gate_restore *out, size_t max, size_t *n);
/* Lock one, as gate_restore_take(), and take back all from *first on. */
enum db_err
gate_behind_take(struct db *db, struct gate_restore *r, uint32_t *first);

struct gate_down_frame {
	int64_t account, phone;
	uint32_t transfer, restore;
	unsigned index;
	uint8_t frame[WIRE_DATA_MAX];
	size_t len;
};
enum db_err gate_down_put(struct db *db, const struct gate_down_frame *f);
/* It was put into the outbox as this row. */
enum db_err gate_down_queued(struct db *db, const struct gate_down_frame *f,
    int64_t outbox, int64_t now_ms);
/* What the phone says in an upload: all to cumulative has arrived, and of each
 * transfer above it the segments that are not in its mask; unread: the first
 * that it cannot read, or 0.  DB_NONE: a newer one has said so, or it has not
 * what it had: gate_behind_list(). */
enum db_err gate_down_arrived(struct db *db, int64_t account, int64_t phone,
    uint32_t upload, const struct wire_ack *down, uint32_t unread,
    int64_t now_ms);
/* Frames to put into the outbox now: those in mask of that transfer which are
 * not under way since before_ms... */
enum db_err gate_down_missing(struct db *db, int64_t account, int64_t phone,
    uint32_t transfer, uint16_t mask, int64_t before_ms,
    struct gate_down_frame out[static WIRE_SEGMENTS_MAX], size_t *n);
/* ... and the last one of phones that have said nothing for so long, and
 * those whose restore was paused and goes on. */
enum db_err gate_down_due(struct db *db, int64_t now_ms,
    struct gate_down_frame *out, size_t max, size_t *n);
enum db_err gate_down_repeated(
    struct db *db, int64_t account, int64_t phone, int64_t now_ms);
/* Take what waits in the outbox for restores that are paused back. */
enum db_err gate_down_pause(struct db *db, int64_t now_ms);

struct gate_receipt {
	uint32_t restore;
	int64_t applied, present, failed;
	uint32_t mark;
};
/* DB_NONE: it was there before, or there is no such restore.  *differs: the
 * phone has other records than were sent; *replaced: the phone that this one
 * replaces, 0: none. */
enum db_err gate_receipt_put(struct db *db, int64_t account, int64_t phone,
    const struct gate_receipt *r, int64_t now_ms, bool *differs,
    int64_t *replaced);

/* ---- answers ---- */

struct gate_due {
	int64_t account, phone;
	uint32_t key_id, cumulative, acked, policy_version;
	int64_t acked_at_ms, heard_ms;
	int sms_since_ack;
	bool ack_wanted, ack_asked, text_only;
};
/* As long as what reassembly_due() goes by; milliseconds. */
struct gate_due_timing {
	int64_t quiet_ms, ack_every_ms, ack_latest_ms, again_ms;
	int ack_sms;
};
struct gate_due_after {
	int64_t account, phone;
};
/* Not in a transaction: phones that may be due an ACK, at most GATE_DUE_MAX,
 * in the order of their numbers behind *after, which moves on: at the end it
 * begins anew, so that each has its turn.  The caller frees *out. */
#define GATE_DUE_MAX 1000
enum db_err gate_due_list(struct db *db, int64_t now_ms,
    const struct gate_due_timing *timing, struct gate_due_after *after,
    struct gate_due **out, size_t *n);

struct gate_open {
	uint32_t transfer;
	bool done;
	uint16_t have;
	int last_index, asked;
	int64_t last_at_ms, asked_at_ms;
};
/* The transfers above cumulative, in order; at most max. */
enum db_err gate_open_list(struct db *db, int64_t account, int64_t phone,
    struct gate_open *out, size_t max, size_t *n);
/* Its gaps were named; counts: by a question of its own. */
enum db_err gate_asked_put(struct db *db, int64_t account, int64_t phone,
    uint32_t transfer, bool counts, int64_t now_ms);
enum db_err gate_acked_put(struct db *db, int64_t account, int64_t phone,
    uint32_t cumulative, int64_t now_ms);

/* ---- what goes out ---- */

struct gate_out {
	int64_t account, phone; /* phone 0: none yet (a challenge) */
	const char *purpose; /* as in the table */
	const char *number;
	bool text;
	bool plain; /* frame is UTF-8, to be sent as a text SMS as it is */
	const uint8_t *frame;
	size_t len;
	int64_t not_after_ms;
	int64_t *id; /* NULL, or it gets the row's id */
};
/* Older queued rows of the same phone and purpose "policy", "lost" or "ack" are
 * superseded. */
enum db_err
gate_out_put(struct db *db, const struct gate_out *o, int64_t now_ms);
/* The next control sequence number of a phone. */
enum db_err gate_sequence_next(
    struct db *db, int64_t account, int64_t phone, uint32_t *sequence);

struct gate_policy {
	int64_t account, phone;
	uint32_t version;
	uint8_t policy[WIRE_POLICY_MAX];
	size_t len;
};
/* Policies that must go out: newer than what was sent, or sent long ago, not
 * confirmed, and the phone was heard since.  Not in a transaction. */
enum db_err gate_policy_list(struct db *db, int64_t now_ms, int64_t again_ms,
    struct gate_policy *out, size_t max, size_t *n);
enum db_err gate_policy_sent(
    struct db *db, int64_t account, int64_t phone, uint32_t version);

struct gate_command {
	int64_t account, phone, command_id;
	uint8_t command;
	uint8_t args[100];
	size_t len;
	int64_t not_after_ms;
};
enum db_err gate_command_list(struct db *db, int64_t now_ms,
    struct gate_command *out, size_t max, size_t *n);
enum db_err gate_command_taken(
    struct db *db, int64_t account, int64_t command_id, int64_t now_ms);

/* ---- bindings ---- */

struct gate_binding {
	int64_t account;
	uint32_t code_id;
	char state[16];
	int64_t expires_ms;
	int failures;
	uint8_t code_key_wrapped[48], qr_key_wrapped[48];
	char phone_name[128];
	uint8_t hello_digest[32];
	bool answered; /* hello_digest and challenge are set */
	uint8_t challenge[WIRE_DATA_MAX];
	size_t challenge_len;
	uint8_t root_wrapped[GATE_WRAPPED_MAX];
	size_t root_wrapped_len;
	uint32_t key_id;
	bool asked;
	int64_t asked_of; /* account whose answer is wanted; 0: none */
	char hello_number[GATE_NUMBER_MAX];
	uint8_t device[16], sim[8];
	bool text_only;
	uint8_t codec;
	char hello_name[128];
	uint8_t public_key[32];
	int64_t changed_ms; /* when it came into its state */
};
/* Locked FOR UPDATE. */
enum db_err
gate_binding_by_code(struct db *db, uint32_t code_id, struct gate_binding *out);
enum db_err
gate_binding_by_key(struct db *db, uint32_t key_id, struct gate_binding *out);
enum db_err gate_binding_failed(
    struct db *db, const struct gate_binding *b, int64_t now_ms);
enum db_err gate_binding_challenged(struct db *db, const struct gate_binding *b,
    const char *digits, int64_t now_ms);
/* Makes the phone and marks the binding bound; the phone's id in *phone. */
enum db_err gate_binding_bound(struct db *db, const struct gate_binding *b,
    const char *name, int64_t now_ms, int64_t *phone);
/* Was a challenge queued for this number within the last minute? */
enum db_err gate_challenge_recent(struct db *db, int64_t account,
    const char *number, int64_t now_ms, bool *recent);
/* Codes a day old expire; those over for 30 days are forgotten, at most 1000 at
 * a time. */
enum db_err gate_bindings_expire(struct db *db, int64_t now_ms);
/* Whose a device is. */
struct gate_device {
	int64_t owner; /* who has bound it, or taken it back; 0: nobody */
	bool lost; /* he has lost it */
	bool held; /* he took it back: nobody else binds it */
	int64_t contested_by; /* may veto its last binding; 0: nobody */
	int64_t contested_until_ms;
};
enum db_err gate_device(struct db *db, const uint8_t device[static 16],
    int64_t now_ms, struct gate_device *out);
/* Was it ever bound to anybody? */
enum db_err
gate_device_known(struct db *db, const uint8_t device[static 16], bool *known);
/* The owner before may veto this binding until then. */
enum db_err gate_phone_contest(struct db *db, int64_t account, int64_t phone,
    int64_t by_account, int64_t until_ms);
/* A binding that the owner before has vetoed, locked.  DB_NONE: there is none
 * that is not ended. */
enum db_err gate_vetoed(
    struct db *db, int64_t *account, int64_t *phone, int64_t *by_account);
/* Whatever device that phone is, from now on it is his who vetoed, until he has
 * bound it. */
enum db_err gate_device_hold(
    struct db *db, int64_t account, int64_t phone, int64_t by, int64_t now_ms);
/* DB_NONE: it is not bound. */
enum db_err gate_phone_unbind(
    struct db *db, int64_t account, int64_t phone, int64_t now_ms);
enum db_err gate_device_unbind(
    struct db *db, const uint8_t device[static 16], int64_t now_ms);
struct gate_question {
	uint8_t sealed[128];
	size_t sealed_len;
	uint8_t salt[16], proof[32];
	int failures, failures_today; /* wrong answers; UTC */
	bool set;
};
enum db_err gate_question_get(
    struct db *db, int64_t account, int64_t now_ms, struct gate_question *out);
enum db_err gate_answer_wrong(struct db *db, int64_t account, int64_t now_ms);

/* ---- the outbox ---- */

struct gate_claim {
	int64_t account, outbox, phone;
	char number[GATE_NUMBER_MAX];
	bool text, plain; /* plain: frame is UTF-8 to send as it is */
	uint8_t frame[GATE_FRAME_MAX];
	size_t len;
	int64_t not_after_ms;
};
struct gate_budget {
	int64_t price_milli;
	int64_t gateway_month_max, gateway_day_max; /* SMS; 0: no limit */
};
/* A transaction of its own: claim the next due row within budget and book it.
 * DB_NONE: nothing is due. */
enum db_err gate_outbox_claim(struct db *db, const struct gate_budget *budget,
    int64_t now_ms, struct gate_claim *out);
/* outcome: "sent", "failed", "unknown" or "queued" (again at retry_ms). */
enum db_err gate_outbox_result(struct db *db, int64_t account, int64_t outbox,
    const char *state, const char *modem, int reference, int64_t retry_ms,
    int64_t now_ms, int *attempts);
/* It did not go out: again at retry_ms, or never. */
enum db_err gate_outbox_retry(struct db *db, int64_t account, int64_t outbox,
    bool give_up, int64_t retry_ms, int64_t now_ms);
/* At start: what was being sent when we ended. */
enum db_err gate_outbox_recover(struct db *db, int64_t now_ms);
/* Expire what is too late, and what is unknown long enough goes again. */
enum db_err gate_outbox_tend(struct db *db, int64_t now_ms);
/* When the next row is due; 0: none. */
enum db_err gate_outbox_next(struct db *db, int64_t now_ms, int64_t *due_ms);
enum db_err gate_report_put(struct db *db, const char *modem, int reference,
    const char *number, bool delivered, bool final, int64_t now_ms);

struct gate_modem {
	const char *host; /* whose it is */
	const char *name, *manufacturer, *model, *imei, *operator_name;
	int registered, signal_percent;
};
enum db_err
gate_modem_put(struct db *db, const struct gate_modem *m, int64_t now_ms);
/* What is tried to get it back: "anew", "reset", "hook" or "alarm". */
enum db_err gate_modem_step(struct db *db, const char *name, const char *step);
enum db_err gate_modem_count(
    struct db *db, const char *name, int in, int out, int64_t now_ms);
/* This host's gateway has begun, and goes by these limits. */
enum db_err gate_gateway_put(struct db *db, const char *host,
    const struct gate_budget *budget, int64_t now_ms);
/* It has these modems and no others: those that it had are reported no more,
 * and what they counted is kept. */
enum db_err gate_modem_own(
    struct db *db, const char *host, const char *const names[], size_t n);

#endif
