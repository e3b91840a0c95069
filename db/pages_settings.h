/*
 * pages_settings.h - what owners set, and what it has cost them.  As pages.h.
 */
#ifndef PAGES_SETTINGS_H
#define PAGES_SETTINGS_H

#include "pages.h"

#define PAGES_MAIL_MAX 128

struct pages_settings {
	int64_t month_max, day_max, reserve; /* SMS */
	int64_t price_up_milli; /* of an SMS of the phone's */
	char mail[PAGES_MAIL_MAX], mail_new[PAGES_MAIL_MAX]; /* "": none */
	bool mail_confirmed;
	char time_zone[64];
	int64_t delete_ms; /* 0: it stays */
};
enum db_err
pages_settings(struct db *db, int64_t account, struct pages_settings *out);
/* The limits and the price. */
enum db_err pages_budget_set(
    struct db *db, int64_t account, const struct pages_settings *s);

/* An address that waits for its code, which goes out to it.  DB_NONE: three
 * codes went out in the last hour. */
enum db_err pages_mail_ask(
    struct db *db, int64_t account, const char *mail, const char *code);
/* DB_NONE: it is not the code, or too old, or the sixth try. */
enum db_err
pages_mail_confirm(struct db *db, int64_t account, const char *code);
enum db_err pages_mail_remove(struct db *db, int64_t account);

#define PAGES_TRUSTED_TRIES 5
struct pages_trusted {
	char number[24]; /* E.164, confirmed: notices go there; "": none */
	int64_t confirmed_ms;
	char waiting[24]; /* is not confirmed; "": none */
	int64_t until_ms; /* when its code expires; 0: none was sent */
	bool expired, tried; /* the code is too old, or was guessed at */
	bool limited; /* the code was not sent: the number had too many */
};
enum db_err
pages_trusted(struct db *db, int64_t account, struct pages_trusted *out);
/* A number that waits for its code, which goes out to it.  DB_NONE: three
 * codes went out in a day; DB_REFUSED: the account has never had a phone. */
enum db_err pages_trusted_ask(
    struct db *db, int64_t account, const char *number, const char *code);
/* DB_NONE: it is not the code, or a day old, or the sixth try. */
enum db_err
pages_trusted_confirm(struct db *db, int64_t account, const char *code);
/* The number that waits is forgotten; the one that is confirmed goes. */
enum db_err pages_trusted_forget(struct db *db, int64_t account);
enum db_err pages_trusted_remove(struct db *db, int64_t account);

/* DB_NONE: there is no such zone. */
enum db_err pages_zone_set(struct db *db, int64_t account, const char *zone);
/* recovery_salt and by_recovery of a. */
enum db_err pages_recovery_set(struct db *db, const struct pages_account *a);
/* Delete it in so many days; 0: keep it. */
enum db_err pages_delete_set(struct db *db, int64_t account, int days);
/* Delete the accounts whose days are over. */
enum db_err pages_delete_due(struct db *db);
enum db_err pages_events_seen(struct db *db, int64_t account);

struct pages_choice {
	char kind[40];
	bool mail, sms;
};
/* What the owner has chosen; what is not there is as by default. */
enum db_err pages_choices(
    struct db *db, int64_t account, struct pages_choice **out, size_t *n);
enum db_err pages_choice_set(
    struct db *db, int64_t account, const struct pages_choice *list, size_t n);

struct pages_amount {
	int days_ago; /* 0 is today, UTC */
	char of[PAGES_NAME_MAX]; /* a purpose, or a phone */
	int64_t sms, cost_milli;
	bool this_month;
};
/* SMS to the phones by purpose, and from them by phone. */
enum db_err pages_spent(struct db *db, int64_t account, int days,
    struct pages_amount **out, size_t *n);
enum db_err pages_traffic(struct db *db, int64_t account, int days,
    struct pages_amount **out, size_t *n);

struct pages_browser {
	int64_t since_ms, seen_ms;
	bool this;
};
enum db_err pages_sessions(struct db *db, int64_t account,
    const uint8_t token_hash[static 32], struct pages_browser **out, size_t *n);

#endif
