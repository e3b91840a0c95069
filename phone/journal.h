/*
 * journal.h - what the phone remembers, crash-safe.
 *
 * SQLite; files in WAL mode with synchronous=FULL.  Holds the settings and
 * keys, each record that there is with its state, and every SMS of every
 * transfer that is not acknowledged.
 */
#ifndef JOURNAL_H
#define JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "record.h"

struct journal;

struct journal *journal_open(const char *path); /* NULL after logging */
void journal_close(struct journal *j);

/* All or nothing.  journal_end() is 0 once it is on disk. */
int journal_begin(struct journal *j);
int journal_end(struct journal *j);
void journal_abort(struct journal *j);

/* Settings.  Absent ones leave *out alone. */
int journal_set(struct journal *j, const char *key, const void *p, size_t len);
int journal_set_int(struct journal *j, const char *key, int64_t v);
size_t journal_get(
    struct journal *j, const char *key, void *out, size_t cap); /* 0: none */
int64_t journal_get_int(struct journal *j, const char *key, int64_t fallback);
int journal_unset(struct journal *j, const char *key);

/* Records.  1: new or changed, and pending now; 0: as it was; -1: failed. */
int journal_put(struct journal *j, const struct record *r, int64_t now_ms);
/* The pending ones of these kinds (bit n: kind n), most valuable first:
 * contacts, then the newest.  The caller frees each, and the list. */
int journal_pending(struct journal *j, unsigned kinds, size_t max,
    struct record ***list, size_t *n);
size_t journal_pending_count(struct journal *j, unsigned kinds);
/* When the oldest pending one of a kind came (wall clock); 0: none. */
int64_t journal_pending_since(struct journal *j, enum record_kind kind);
/* It is in this transfer; mark: seal_mark() of it. */
int journal_taken(struct journal *j, const struct record *r, uint32_t transfer,
    uint32_t mark);
/* The newest of a kind by its id, if it is pending; the caller frees it. */
struct record *journal_newest_pending(struct journal *j, enum record_kind kind);
/* The record with that id, deleted or not; NULL: none.  The caller frees it. */
struct record *
journal_record(struct journal *j, enum record_kind kind, uint32_t id);
/* One that is there and differs from r at most in its id. */
bool journal_find_same(struct journal *j, const struct record *r, uint32_t *id);
/* The policy keeps it on the phone, or no longer does: it is not among the
 * pending ones meanwhile. */
int journal_hold(struct journal *j, const struct record *r, bool held);
int journal_hold_all(struct journal *j,
    bool (*wants)(void *ctx, const struct record *r), void *ctx);

/* Proof of completeness: how many records of a kind were put into transfers
 * and not deleted since, and the sum of their marks.  bucket -1: all. */
void journal_sum(struct journal *j, enum record_kind kind, int bucket,
    uint32_t *count, uint32_t *mark);
bool journal_ever(struct journal *j, enum record_kind kind); /* sent any */
/* What was sent of these buckets, deletions too, is pending once more. */
int journal_again(
    struct journal *j, enum record_kind kind, uint16_t buckets, int64_t now_ms);
/* Gives marks to what an older version sent without keeping them. */
int journal_mark_unmarked(struct journal *j,
    uint32_t (*mark)(void *ctx, const struct record *r), void *ctx);

/* No transfer can hold it: not pending until it changes. */
int journal_too_large(struct journal *j, const struct record *r);
/* Everything is to be sent again: another account. */
int journal_all_pending(struct journal *j);

/* Batches: the records of a transfer as octets, see pack_state.h; down: of one
 * that came down. */
int journal_batch_put(struct journal *j, bool down, uint32_t transfer,
    const uint8_t *p, size_t len);
/* The first above after, if it is at most upto.  Its octets, in *out (the
 * caller frees it), 0: there is none, or it failed. */
size_t journal_batch_next(struct journal *j, bool down, uint32_t after,
    uint32_t upto, uint32_t *transfer, uint8_t **out);
bool journal_batch_there(struct journal *j, uint32_t transfer);
/* All up to that transfer. */
int journal_batches_drop(struct journal *j, bool down, uint32_t upto);
/* Nothing goes under this number any more: its frames and batch are gone, and
 * what was in it is pending, unless it has changed since. */
int journal_undo(struct journal *j, uint32_t transfer, int64_t now_ms);

/* SMS of transfers. */
int journal_frame_put(struct journal *j, uint32_t transfer, unsigned index,
    const uint8_t *sms, size_t len, bool urgent);
/* The next one to send: urgent ones, then those asked for again, then the
 * others.  1: there is one.  urgent: of the urgent ones alone. */
int journal_frame_next(struct journal *j, bool urgent, uint32_t *transfer,
    unsigned *index, uint8_t *sms, size_t *len);
int journal_frame_sent(struct journal *j, uint32_t transfer, unsigned index);
size_t journal_frames_waiting(struct journal *j);
size_t journal_frames(struct journal *j);
/* Mark these segments to be sent again; -1 failed, 0: no such transfer. */
int journal_frame_again(struct journal *j, uint32_t transfer, uint16_t wanted);
int journal_last_again(struct journal *j);
/* All up to cumulative have arrived. */
int journal_acked(struct journal *j, uint32_t cumulative);
size_t journal_in_flight(struct journal *j);
/* Forgets all transfers; files begin anew, as far as they are still here. */
int journal_drop_transfers(struct journal *j);

/* Files: coded octets that travel in pieces, in order. */
struct journal_file {
	uint32_t id, content; /* see struct upload_piece */
	uint32_t size; /* coded */
	uint32_t next; /* so far they are in transfers */
	uint32_t arrived; /* and so many are acknowledged */
	bool here; /* the octets are; they go once all have arrived */
};
int journal_file_put(struct journal *j, uint32_t id, uint32_t content,
    const uint8_t *coded, uint32_t size);
bool journal_file_get(struct journal *j, uint32_t id, struct journal_file *out);
int journal_file_drop(struct journal *j, uint32_t id);
/*
 * The next piece, of at most cap octets, of the first file above id after
 * whose manifest is in a transfer.  1: there is one, and *len and *manifest
 * (the caller frees it) are set; 0: none; -1: failed.
 */
int
journal_piece_next(struct journal *j, int64_t after, struct journal_file *out,
    struct record **manifest, uint8_t *octets, size_t cap, size_t *len);
/* It is in this transfer. */
int journal_piece_taken(struct journal *j, uint32_t transfer, uint32_t id,
    uint32_t content, size_t len);
/* Those that have not arrived whole, at most max; how many there are. */
size_t journal_files(struct journal *j, struct journal_file *out, size_t max);

/* Transfers down: segments until one is whole, its text until it is applied. */
int journal_down_segment(struct journal *j, uint32_t transfer, unsigned index,
    bool last, const uint8_t *body, size_t len);
/* What is there of a transfer: bit n for segment n; *last is -1 while the
 * last one is missing; *len octets in bodies, put together, when all are. */
uint16_t journal_down_have(struct journal *j, uint32_t transfer, int *last,
    uint8_t *bodies, size_t cap, size_t *len);
int journal_down_drop(struct journal *j, uint32_t transfer);
int journal_down_text_put(
    struct journal *j, uint32_t transfer, const uint8_t *text, size_t len);
/* Its length, 0: not there. */
size_t journal_down_text(
    struct journal *j, uint32_t transfer, uint8_t *text, size_t cap);
int journal_down_text_drop(struct journal *j, uint32_t transfer);
/* Nothing comes under this number: its text is one octet of 0. */
int journal_down_void(struct journal *j, uint32_t transfer);

/* Restores: how far they are. */
struct journal_restore {
	uint32_t id, applied, present, failed, mark;
};
/* Adds these numbers to what is there; behind its end it is another one, of a
 * service that forgot the first. */
int journal_restore_add(struct journal *j, const struct journal_restore *r);
int journal_restore_end(struct journal *j, uint32_t id);
/* One that is over and has no receipt yet. */
bool journal_restore_untold(struct journal *j, struct journal_restore *out);
int journal_restore_told(struct journal *j, uint32_t id);
/* Files of a restore: manifests and pieces that wait for one another. */
int journal_down_file_put(
    struct journal *j, uint32_t restore, bool own, const struct record *r);
/* The first with an id above after; false: none.  The caller frees *r. */
bool journal_down_file_next(struct journal *j, uint32_t restore, int64_t after,
    bool *own, struct record **r);
int journal_down_file_drop(struct journal *j, uint32_t restore, uint32_t file);
int journal_down_piece_put(struct journal *j, uint32_t restore, uint32_t file,
    uint32_t content, uint32_t offset, const uint8_t *octets, size_t len);
/* All octets of a file, size of them in *out (the caller frees it).  1: they
 * are all there; 0: not yet; -1: failed. */
int journal_down_pieces(struct journal *j, uint32_t restore, uint32_t file,
    uint32_t content, uint32_t size, uint8_t **out);
/* Nothing more comes of this restore: what waits for pieces is dropped. */
int journal_down_end(struct journal *j, uint32_t restore);
/* Everything that has come down is forgotten. */
int journal_down_forget(struct journal *j);
/* Everything is: the phone is wiped. */
int journal_wipe(struct journal *j);

#endif
