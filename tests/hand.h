/*
 * hand.h - a bound phone whose frames a test writes by hand, with the
 * gateway's logic and a real database on a virtual clock (air.h).
 *
 * The phone's own library is silent: nothing reaches it.  So a test can say
 * what a phone would say at its worst, and read what the gateway answers.
 */
#ifndef HAND_H
#define HAND_H

#include "air.h"
#include "upload.h"

#define HAND_NUMBER "+358401000001"

struct hand;

struct hand *hand_new(void);
void hand_free(struct hand *h);
struct air *hand_air(struct hand *h);
int64_t hand_account(struct hand *h);
int64_t hand_phone(struct hand *h);
const char *hand_device(const struct hand *h);
const struct seal_phone *hand_keys(struct hand *h);

/* The first value of the first row, as an integer or text (the caller frees
 * it; NULL: no row or NULL).  $A and $P stand for account and phone. */
int64_t hand_int(struct hand *h, const char *sql);
char *hand_text(struct hand *h, const char *sql);
/* The octets of a bytea; returns how many. */
size_t hand_bytes(struct hand *h, const char *sql, uint8_t *out, size_t cap);
/* Octets as a literal for SQL; the caller frees it. */
char *hand_literal(const uint8_t *p, size_t len);

/* Put text under the next transfer number (which is returned) or under a
 * given one; from where; everything due happens. */
uint32_t
hand_say(struct hand *h, const char *from, const uint8_t *text, size_t len);
void hand_say_as(struct hand *h, const char *from, uint32_t transfer,
    const uint8_t *text, size_t len);
/* A preamble alone, or with records, or with a piece. */
uint32_t
hand_pong(struct hand *h, const char *from, const struct upload_preamble *pre);
uint32_t hand_put(struct hand *h, const char *from, const struct record *r);
uint32_t hand_piece(struct hand *h, const struct upload_piece *piece);

/* A note that packs badly, the same for the same id; the caller frees it. */
struct record *hand_note(uint32_t id);

/* The commands that the gateway has put out since the last call, opened, as
 * the phone would: how many, and the last of this kind. */
size_t
hand_heard(struct hand *h, enum wire_command which, struct wire_control *last);

#endif
