/*
 * phone_test.h - the phone p of a test, bound or not, and a few words to say
 * to it.  And the cases of other files, for check_phone.c and
 * check_phone_life.c.
 */
#ifndef PHONE_TEST_H
#define PHONE_TEST_H

#include <check.h>

#include "peer.h"

extern struct peer *p;

/* A phone in memory, as it is new; or bound, and it has sent nothing since.
 * And the end of either. */
void open_peer(void);
void open_bound(void);
void open_bound_at(const char *journal); /* not in memory, but there */
void close_peer(void);
/* An empty case; each of its tests has a phone that is bound. */
TCase *bound_case(const char *name);
/* Its journal of that name is removed. */
void remove_journal(const char *path);

/* What its user wishes: this, or of one kind alone. */
void set_own(const struct policy *own);
void own_policy(enum record_kind kind, enum policy_mode mode, uint32_t minutes);
void at_once(enum record_kind kind);

void put_message(uint32_t id, const char *peer, const char *body);
/* n messages from this id on, of about 80 octets on the air. */
void put_messages(uint32_t first, uint32_t n);
void put_delete(enum record_kind kind, uint32_t id);

/* Everything up to this transfer has arrived. */
void acknowledge(uint32_t cumulative);

struct phone_status status(void);
/* The records of a transfer: how many, and the first one's id and kind. */
size_t look(uint32_t transfer, struct upload_preamble *pre,
    enum record_kind *kind, uint32_t *id);
/* How many records SMS from on carry in transfers first to last. */
size_t records_in(size_t from, uint32_t first, uint32_t last);

TCase *phone_binding_case(void);
TCase *phone_told_case(void);
TCase *phone_file_case(void);
TCase *phone_lost_case(void);

#endif
