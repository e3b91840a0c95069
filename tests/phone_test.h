/*
 * phone_test.h - the phone p of a test, bound or not, and a few words to say
 * to it.  And the cases of other files, for check_phone_life.c.
 */
#ifndef PHONE_TEST_H
#define PHONE_TEST_H

#include <check.h>

#include "peer.h"

extern struct peer *p;

/* A phone in memory, bound, that has sent nothing since; and its end. */
void open_bound(void);
void close_peer(void);
/* An empty case; each of its tests has such a phone. */
TCase *bound_case(const char *name);
struct phone_status status(void);
/* What its user wishes: this, or all of one kind at once. */
void set_own(const struct policy *own);
void at_once(enum record_kind kind);
void put_message(uint32_t id, const char *peer, const char *body);
void put_delete(enum record_kind kind, uint32_t id);
/* The records of a transfer: how many, and the first one's id and kind. */
size_t look(uint32_t transfer, struct upload_preamble *pre,
    enum record_kind *kind, uint32_t *id);
/* Its journal of that name is removed. */
void remove_journal(const char *path);

TCase *phone_file_case(void);
TCase *phone_lost_case(void);

#endif
