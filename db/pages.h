/*
 * pages.h - what the owners' pages ask of the database.
 *
 * Each function is a transaction of its own and sees the rows of one account
 * only (row-level security), but for those at the top, which find out who is
 * asking.  Lists come as one array that the caller frees.
 */
#ifndef PAGES_H
#define PAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "db.h"
#include "wire.h"

#define PAGES_LOGIN_MAX 65
#define PAGES_NAME_MAX 128
#define PAGES_SEALED_PRIVATE 48 /* a wrapped private key */

/* ---- before an account is known ---- */

struct pages_account {
	int64_t account;
	char language[3];
	uint8_t password_salt[16], password_proof[32], public_key[32];
	uint8_t by_password[PAGES_SEALED_PRIVATE];
	uint8_t recovery_salt[16], by_recovery[PAGES_SEALED_PRIVATE];
};
/* DB_NONE: no such login. */
enum db_err
pages_login_find(struct db *db, const char *login, struct pages_account *out);
/* DB_NONE: the login is taken.  out->account is set. */
enum db_err
pages_account_create(struct db *db, const char *login, struct pages_account *a);

struct pages_session {
	int64_t account;
	char login[PAGES_LOGIN_MAX], language[3];
	uint8_t private_sealed[PAGES_SEALED_PRIVATE], public_key[32];
	int64_t unread; /* events that its owner has not seen; at most 100 */
};
enum db_err pages_session_find(struct db *db,
    const uint8_t token_hash[static 32], struct pages_session *out);
/* Counts this attempt; *n is how many there were in 15 minutes before. */
enum db_err
pages_attempt(struct db *db, const uint8_t subject[static 32], int64_t *n);
enum db_err pages_forgive(struct db *db, const uint8_t subject[static 32]);

/* ---- sessions and the account ---- */

enum db_err pages_session_put(struct db *db, int64_t account,
    const uint8_t token_hash[static 32],
    const uint8_t private_sealed[static PAGES_SEALED_PRIVATE]);
/* token_hash NULL: all of them. */
enum db_err
pages_session_drop(struct db *db, int64_t account, const uint8_t *token_hash);
enum db_err pages_password_set(struct db *db, const struct pages_account *a);
enum db_err
pages_language_set(struct db *db, int64_t account, const char *language);
enum db_err pages_question_is_set(struct db *db, int64_t account, bool *set);
enum db_err
pages_question_set(struct db *db, int64_t account, const uint8_t *sealed,
    size_t len, const uint8_t salt[static 16], const uint8_t proof[static 32]);

/* ---- phones ---- */

struct pages_phone {
	int64_t phone;
	char name[PAGES_NAME_MAX], number[24];
	int64_t bound_ms, unbound_ms, heard_ms; /* 0: never */
	int64_t sms_up, sms_down, month_sms, month_max;
	uint32_t cumulative, highest;
	int64_t records[10]; /* current ones, by enum record_kind */
	uint32_t policy_newest, policy_applied, policy_sent;
	int64_t policy_applied_ms;
	uint8_t policy[WIRE_POLICY_MAX];
	size_t policy_len;
	bool imported; /* no phone: what its owner brought in files */
};
/* phone 0: all, those bound first. */
enum db_err pages_phones(struct db *db, int64_t account, int64_t phone,
    struct pages_phone **out, size_t *n);
enum db_err pages_phone_rename(
    struct db *db, int64_t account, int64_t phone, const char *name);
enum db_err pages_policy_put(struct db *db, int64_t account, int64_t phone,
    const uint8_t *policy, size_t len);
/* The gateway obeys WIRE_CMD_UNBIND itself too: once the phone is told, it is
 * no longer bound. */
enum db_err
pages_command_put(struct db *db, int64_t account, int64_t phone, int command);

/* ---- bindings ---- */

/* DB_NONE: that code id is in use. */
enum db_err pages_binding_put(struct db *db, int64_t account, uint32_t code,
    const uint8_t code_key[static 48], const uint8_t qr_key[static 48],
    const char *name);
struct pages_binding {
	char state[16], digits[7];
	int failures;
	int64_t expires_ms, phone;
	bool asked;
};
enum db_err pages_binding_get(
    struct db *db, int64_t account, uint32_t code, struct pages_binding *out);
enum db_err pages_binding_cancel(struct db *db, int64_t account, uint32_t code);

/* ---- what is in the vault ---- */

struct pages_record {
	int64_t phone, data_key, time_ms, stored_ms;
	uint32_t record_id, transfer, ordinal;
	uint8_t kind;
	size_t at, len; /* octets of the sealed form in *sealed */
};
struct pages_records {
	struct pages_record *row;
	size_t n;
	uint8_t *sealed;
};
void pages_records_clear(struct pages_records *r);

/*
 * A walk over the records of a kind, newest first, in parts: as they are now,
 * or as they were just before as_of_ms.  phone 0: of all phones.  A part of
 * fewer than max rows is the last.
 */
struct pages_walk {
	int kind;
	int64_t phone, as_of_ms;
	bool begun; /* what follows is where it stands; false to begin */
	int64_t time_ms, at_phone, at_record;
};
enum db_err pages_walk(struct db *db, int64_t account, struct pages_walk *w,
    size_t max, struct pages_records *out);
enum db_err pages_walk_count(
    struct db *db, int64_t account, const struct pages_walk *w, int64_t *n);
/* One version; transfer 0: the current one.  DB_NONE: there is none, or it
 * is a deletion. */
enum db_err pages_version(struct db *db, int64_t account, int64_t phone,
    int kind, uint32_t record, uint32_t transfer, uint32_t ordinal,
    struct pages_records *out);
/* The end of a day, "2026-05-03", or of a minute of it, "14:30", in the owner's
 * time zone.  clock "": of the day.  DB_NONE: it is none. */
enum db_err pages_moment(struct db *db, int64_t account, const char *day,
    const char *clock, int64_t *ms);
/* Pieces of a whole file from an offset on, in order.  transfer is the
 * content, ordinal the offset, time_ms the length. */
enum db_err
pages_pieces(struct db *db, int64_t account, int64_t phone, uint32_t record,
    uint32_t content, int64_t from, size_t max, struct pages_records *out);

struct pages_key {
	int64_t id, phone;
	uint8_t sealed[128];
	size_t len;
};
enum db_err
pages_keys(struct db *db, int64_t account, struct pages_key **out, size_t *n);

struct pages_day {
	int64_t day; /* since 1970, UTC */
	int64_t count;
};
/* Current records of a kind by day, the last `days` days. */
enum db_err pages_days(struct db *db, int64_t account, int kind, int days,
    struct pages_day **out, size_t *n);

/* ---- restores ---- */

/* A phone that something is to be sent to, and what its owner may spend. */
struct pages_target {
	int64_t phone;
	char name[PAGES_NAME_MAX];
	bool text_only;
	int codec; /* enum pack_codec */
	bool alone; /* it gets nothing that goes by a base */
	bool changing; /* what it has is being replaced, under its own ids */
	int64_t restore_next; /* the number of the account's next restore */
	int64_t month_max, month_sms; /* what restores may use of it; of all */
	int64_t day_max, day_sms; /* the same; both UTC */
	int64_t price_milli; /* of the last SMS that cost; 0: not known */
};
/* DB_NONE: it is not bound. */
enum db_err pages_target(
    struct db *db, int64_t account, int64_t phone, struct pages_target *out);

struct pages_restore {
	int64_t id, phone, from; /* from 0: made on the page */
	char purpose[16], label[PAGES_NAME_MAX], state[16];
	int64_t records, pieces, estimate, sent, arrived, items_left;
	int64_t beyond; /* _open: SMS that may go beyond the limits */
	int64_t created_ms, changed_ms, done_ms; /* 0: not yet */
	int64_t mark, receipt_mark;
	bool has_receipt;
	int64_t applied, present, failed; /* of the receipt */
	char phone_name[PAGES_NAME_MAX], from_name[PAGES_NAME_MAX];
};
/*
 * A restore is one transaction: _open (all but id and what the gateway writes
 * is set; id is given), its items from ordinal 0 on, and _close with how it
 * went.  After _open has failed there is nothing to close.
 */
enum db_err
pages_restore_open(struct db *db, int64_t account, struct pages_restore *r);
enum db_err pages_restore_item(struct db *db, int64_t account, int64_t id,
    int64_t ordinal, bool piece, const uint8_t *sealed, size_t len);
enum db_err pages_restore_close(struct db *db, enum db_err err);
/* id 0: all, the newest first. */
enum db_err pages_restores(struct db *db, int64_t account, int64_t id,
    struct pages_restore **out, size_t *n);
/* "paused", "running" or "cancelled"; DB_NONE: it is not in a state for it. */
enum db_err pages_restore_state(
    struct db *db, int64_t account, int64_t id, const char *state);
/* phone takes the place of old, which is unbound once all of it is there. */
enum db_err pages_phone_replaces(
    struct db *db, int64_t account, int64_t phone, int64_t old);

struct pages_event {
	int64_t at_ms, phone;
	char kind[40], detail[PAGES_NAME_MAX], phone_name[PAGES_NAME_MAX];
};
struct pages_event_wish {
	int64_t phone; /* 0: of all, and of none */
	const char *kind; /* "": all */
	size_t skip, max; /* newest first */
};
/* *total: how many there are without skip and max. */
enum db_err pages_events(struct db *db, int64_t account,
    const struct pages_event_wish *wish, struct pages_event **out, size_t *n,
    int64_t *total);
/* The kinds that there are: " phone-bound signed-in ", cut at cap. */
enum db_err
pages_event_kinds(struct db *db, int64_t account, char *out, size_t cap);
enum db_err pages_event_put(struct db *db, int64_t account, int64_t phone,
    const char *kind, const char *detail);

#endif
