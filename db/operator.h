/*
 * operator.h - what smsctl and the operators' pages ask of the database: counts
 * and states, no contents.  Lists come as one array that the caller frees.
 */
#ifndef OPERATOR_H
#define OPERATOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "db.h"

/* Which rows of a list. */
struct operator_part {
	size_t skip, max;
};

#define OPERATOR_AWAY_MS 120000 /* not seen for longer: a modem is away */

struct operator_modem {
	char name[64], model[128], operator_name[64];
	char step[8]; /* what is tried to get it back, as in smsvault-schema(7)
		       */
	int registered, signal_percent; /* -1: unknown */
	int64_t sms_in, sms_out, seen_ms;
};
enum db_err
operator_modems(struct db *db, struct operator_modem **out, size_t *n);
/* One that is away is reported no more, until it answers again; with the
 * gateway's rights.  DB_NONE: there is none; DB_REFUSED: it is not away. */
enum db_err operator_forget(struct db *db, const char *modem);

struct operator_signal {
	char modem[64];
	int64_t at_ms; /* the beginning of ten minutes */
	int percent;
};
/* Of the last day, by modem and time. */
enum db_err
operator_signals(struct db *db, struct operator_signal **out, size_t *n);

struct operator_totals {
	int64_t accounts, phones, open_transfers;
	int64_t aside_transfers; /* whole, but not to be stored: kept */
	int64_t queued, held, sending, failed, unknown;
	int64_t due_ms; /* since when the oldest of those queued may go; 0 */
	int64_t sms_today, sms_month, cost_month_milli;
	int64_t heard_ms; /* the newest word of any phone */
	int64_t notices_failed;
	int64_t damaged; /* accounts whose owner's check found damage */
};
enum db_err operator_totals(struct db *db, struct operator_totals *out);
/* What takes long to count. */
struct operator_kept {
	int64_t records, sent;
};
enum db_err operator_kept(struct db *db, struct operator_kept *out);
/* By which the gateways go, as they began; the least of them. */
struct operator_limits {
	int64_t month_max, day_max; /* 0: none */
	int64_t gateways; /* that ever began */
};
enum db_err operator_limits(struct db *db, struct operator_limits *out);

/* The gateway opens the transfers that were set aside once more; how many.
 * With the gateway's rights. */
enum db_err operator_reopen(struct db *db, int64_t *n);
struct operator_day {
	int days_ago; /* 0 is today, UTC */
	int64_t in, out; /* SMS */
	int64_t cost_milli;
};
/* The last days, each of them, today first. */
enum db_err
operator_days(struct db *db, int days, struct operator_day **out, size_t *n);
struct operator_month {
	char month[8]; /* 2026-05 */
	int64_t out, cost_milli;
};
/* The last months, each of them, this one last. */
enum db_err operator_months(
    struct db *db, int months, struct operator_month **out, size_t *n);

struct operator_aside {
	int64_t account, phone, transfer, last_ms, sms;
	char login[65];
};
/* Those transfers, the newest first. */
enum db_err operator_aside(struct db *db, const struct operator_part *part,
    struct operator_aside **out, size_t *n);

/* The database is an older one than the phones have heard of: what goes down
 * to them begins anew, under numbers beyond all that were used since.  How many
 * phones. */
enum db_err operator_restored(struct db *db, int64_t *n);

struct operator_account {
	int64_t account, phones;
	char login[65];
	int64_t sms_month, month_max, heard_ms;
};
/* Those whose login begins so, by number; *total: without the part. */
enum db_err operator_accounts(struct db *db, const char *login,
    const struct operator_part *part, struct operator_account **out, size_t *n,
    int64_t *total);
/* DB_NONE: there is none. */
enum db_err
operator_account(struct db *db, int64_t account, struct operator_account *out);

struct operator_queued {
	int64_t outbox, account, created_ms, due_ms;
	char number[24], purpose[16], state[16];
	int attempts;
	bool plain, late; /* a text for a person; too late to be sent */
};
/* Those in a state, "" for all that are not done, the newest first. */
enum db_err operator_queue(struct db *db, const char *state,
    const struct operator_part *part, struct operator_queued **out, size_t *n);

struct operator_notice {
	int64_t notice, account, created_ms, due_ms;
	char kind[40], channel[8], state[16];
	int attempts;
};
/* The newest 50 that have not been sent: waiting, failed, or above a limit. */
enum db_err
operator_notices(struct db *db, struct operator_notice **out, size_t *n);

struct operator_silent {
	int64_t account, phone, heard_ms; /* 0: never */
	char login[65];
	bool told; /* its owner has been */
};
/* Bound phones that were not heard for longer than their owners allow, those
 * that were silent longest first, at most 200. */
enum db_err
operator_silent(struct db *db, struct operator_silent **out, size_t *n);

#endif
