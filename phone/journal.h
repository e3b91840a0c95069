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
int journal_taken(struct journal *j, const struct record *r, uint32_t transfer);
/* No transfer can hold it: not pending until it changes. */
int journal_too_large(struct journal *j, const struct record *r);
/* Everything is to be sent again: another account. */
int journal_all_pending(struct journal *j);

/* SMS of transfers. */
int journal_frame_put(struct journal *j, uint32_t transfer, unsigned index,
    const uint8_t *sms, size_t len);
/* The next one to send: those asked for again first.  1: there is one. */
int journal_frame_next(struct journal *j, uint32_t *transfer, unsigned *index,
    uint8_t *sms, size_t *len);
int journal_frame_sent(struct journal *j, uint32_t transfer, unsigned index);
size_t journal_frames_waiting(struct journal *j);
size_t journal_frames(struct journal *j);
/* Mark these segments to be sent again; -1 failed, 0: no such transfer. */
int journal_frame_again(struct journal *j, uint32_t transfer, uint16_t wanted);
int journal_last_again(struct journal *j);
/* All up to cumulative have arrived. */
int journal_acked(struct journal *j, uint32_t cumulative);
size_t journal_in_flight(struct journal *j);
int journal_drop_transfers(struct journal *j);

#endif
