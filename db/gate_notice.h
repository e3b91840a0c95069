/*
 * gate_notice.h - what the notices process asks of the database.
 *
 * As gate.h: inside the caller's transaction, times in Unix milliseconds.
 */
#ifndef GATE_NOTICE_H
#define GATE_NOTICE_H

#include "gate.h"

#define GATE_TARGET_MAX 256
#define GATE_MAILS_HOUR 10 /* for each account */
#define GATE_SMS_DAY 3
#define GATE_CODES_DAY 3 /* to one number, whoever asks */

/* A kind of event that owners may be told of. */
struct gate_notice_kind {
	const char *kind;
	bool mail, sms; /* where its owner has not chosen */
};
/* Notices of the events that have had none, at most max of them, as their
 * owners chose and no more than the limits; the events count as noticed.
 * mail false: no mail can be sent.  Returns how many events in *n. */
enum db_err
gate_notices_make(struct db *db, const struct gate_notice_kind *kinds, size_t n,
    bool mail, size_t max, int64_t now_ms, size_t *made);

struct gate_notice {
	int64_t account, notice;
	bool mail; /* else SMS */
	char target[GATE_TARGET_MAX];
	char kind[40];
	char code[16]; /* "mail-confirm", "trusted-confirm" */
	char phone[128]; /* its name; "": of none */
	char at[40]; /* when it was, in the owner's time zone */
	char language[8];
	int attempts; /* this one included */
};
/* The next one of that channel that is due, which is "sending" from then on.
 * DB_NONE: none. */
enum db_err gate_notice_claim(
    struct db *db, bool mail, int64_t now_ms, struct gate_notice *out);
/* state: "sent", "failed", "limited", or "queued" until retry_ms. */
enum db_err gate_notice_end(struct db *db, const struct gate_notice *n,
    const char *state, int64_t retry_ms, int64_t now_ms);
/* Codes that went to a number in the day before now, of all accounts. */
enum db_err
gate_codes_sent(struct db *db, const char *number, int64_t now_ms, int64_t *n);
/* What was being sent when its process ended is due again. */
enum db_err gate_notices_recover(struct db *db, int64_t now_ms);

/* Phones that were not heard for longer than their owner allows, and of which
 * nothing was said yet: at most max. */
struct gate_silent {
	int64_t account, phone;
};
enum db_err gate_silent_list(struct db *db, int64_t now_ms,
    struct gate_silent *out, size_t max, size_t *n);
enum db_err
gate_silent_told(struct db *db, const struct gate_silent *s, int64_t now_ms);

/* Accounts whose time of grace is over go, with all that is theirs. */
enum db_err gate_accounts_delete(struct db *db, int64_t *n);

#endif
