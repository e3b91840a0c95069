/*
 * notice.h - what owners are told of, beside their pages: by mail and by SMS.
 *
 * The logic, on a clock of the caller's; post.h takes mail to the server, and
 * notices.h is the process.  A notice says what happened, to which phone and
 * when, and where to look: never what was in anything.
 */
#ifndef NOTICE_H
#define NOTICE_H

#include "gate_notice.h"

#define NOTICE_SUBJECT_MAX 160
#define NOTICE_BODY_MAX 1500

/* Events become notices; silent phones become events; texts go to the outbox.
 * mail false: no mail can be sent.  0, or -1: the database failed. */
int notice_tick(struct db *db, bool mail, int64_t now_ms);

/* The next mail to send, claimed.  DB_NONE: none is due. */
enum db_err
notice_next_mail(struct db *db, int64_t now_ms, struct gate_notice *out);
/* How it went.  Tried again after 1, 2, 4, ... minutes, an hour at most, about
 * a day long. */
enum notice_fate {
	NOTICE_SENT,
	NOTICE_LATER, /* the server may take it another time */
	NOTICE_REFUSED, /* it never will */
};
enum db_err notice_ended(struct db *db, const struct gate_notice *n,
    enum notice_fate fate, int64_t now_ms);

/* In the owner's language.  page: where his pages are, "" not told. */
void notice_words(const struct gate_notice *n, const char *page,
    char subject[static NOTICE_SUBJECT_MAX], char body[static NOTICE_BODY_MAX]);
/* The same in one text SMS. */
void notice_text(const struct gate_notice *n, char out[static GATE_FRAME_MAX]);

#endif
