/*
 * air.h - a phone, the gateway's logic and a real database in one process, on
 * a clock of their own, with an air between that loses, doubles and delays.
 */
#ifndef AIR_H
#define AIR_H

#include "db.h"
#include "gateway.h"
#include "phone.h"
#include "seal.h"

#define AIR_SERVICE "+358401000000"

struct air;

struct air_faults {
	double loss, dup;
	int64_t delay_ms; /* up to so long, which also reorders */
	uint64_t seed;
};

/* One account with a key pair, in the database. */
struct air *air_new(const struct air_faults *faults);
void air_free(struct air *a);
struct db *air_db(struct air *a);
struct gateway *air_gateway(struct air *a);
int64_t air_now(const struct air *a);

/* A phone; journal NULL: in memory. */
int air_add_phone(
    struct air *a, const char *number, const char *device, const char *journal);
struct phone *air_phone(struct air *a, int n);
/* What its clock says is so far from the truth. */
void air_clock(struct air *a, int n, int64_t off_ms);
/* Close it and open its journal again. */
void air_restart_phone(struct air *a, int n);
/* Close it, put the journal of that name in place of its own, open it. */
void air_roll_back_phone(struct air *a, int n, const char *journal);
/* Copy its journal, as it is now, to that name. */
void air_copy_journal(struct air *a, int n, const char *to);
const char *air_question(const struct air *a, int n); /* last one asked */
/* A binding code for the account; text gets the 16 characters. */
void air_code(struct air *a, char text[static 17]);
/* Bind phone n through the three SMS; true once both sides are. */
bool air_bind(struct air *a, int n);

/* From now on nothing arrives, what is under way neither; or all is well. */
void air_lose_all(struct air *a, bool on);

/* Let time pass: everything due happens, in order. */
void air_run(struct air *a, int64_t ms);
/* How often the gateway looks around when nothing comes.  If nobody says: every
 * ten minutes, and every hour once nothing has come for three. */
void air_tick_every(struct air *a, int64_t ms);
/* Run until nothing is under way on any phone, or so long. */
bool air_settle(struct air *a, int64_t most_ms);
/* A few words on each phone, for a message; not owned. */
const char *air_state(struct air *a);

/* The keys that the gateway has of phone n, to read what it sent or to write
 * in its name; the caller frees them. */
struct seal_phone *air_seal(struct air *a, int n);

/* Put one SMS to the gateway, as from this number, at once. */
enum gateway_verdict
air_inject(struct air *a, const char *from, const uint8_t *sms, size_t len);
/* Start the gateway anew, with another gateway.key, or with the right one. */
void air_other_key(struct air *a, bool other);
/* ... with so many phones' coding states in memory. */
void air_hot_states(struct air *a, size_t states);
/* ... which opens at most so many whole transfers in a round. */
void air_open_most(struct air *a, int most);
/* From now on there are two, on one database, each with a part of what comes in
 * and of the time. */
void air_take_turns(struct air *a);
/* The last so many SMS that phones handed to the air, for replays. */
size_t
air_sent(const struct air *a, const uint8_t **sms, size_t *len, size_t back);

struct air_counts {
	uint64_t up, down; /* SMS handed to the air */
	uint64_t lost;
};
struct air_counts air_counts(const struct air *a);

/* Every current record of phone n in the vault, opened with the account's
 * private key, compared with those put by air_put().  NULL, or what differs. */
const char *air_compare(struct air *a, int n);
/* phone_put() and remember it. */
void air_put(struct air *a, int n, const struct record *r);

/* What an owner does on the pages. */
void air_policy(struct air *a, int n, enum record_kind kind,
    enum policy_mode mode, bool lock);
void air_policy_put(struct air *a, int n, const struct policy *p);
int64_t air_policy_applied(struct air *a, int n);
void air_set_question(struct air *a, const char *question, const char *answer);
void air_month_max(struct air *a, int sms);
/* Where the gateway would send to.  Holds until the next call. */
const char *air_number(struct air *a, int n);
/* A digest of every row of every table; the caller frees it. */
char *air_digest(struct air *a);

/* Another SIM is in the phone: its number, and the record of it. */
void air_sim(struct air *a, int n, const char *number, const char *sim_id);
/* The owner says that the phone is lost, or found. */
void air_lost(struct air *a, int n, bool on);
/* The first integer that a statement answers with; -1: none. */
int64_t air_sql(struct air *a, const char *sql);
/* An integer of the phone's row p: a column, or any expression. */
int64_t air_ask(struct air *a, int n, const char *what);
/* Run an order in SQL, $P being the phone's id; the rows it was about. */
int64_t air_order(struct air *a, int n, const char *sql);
/* Restore all that is on phone from to phone to.  Its number. */
int64_t air_restore(struct air *a, int from, int to);
bool air_restored(struct air *a, int64_t id); /* with a receipt for all */
/* Is all that is on phone from on phone to as well?  NULL, or what is not. */
const char *air_compare_phones(struct air *a, int from, int to);

/* A one-time code of the account's. */
void air_find_code(struct air *a, char code[static 17]);
/* Put a text SMS that somebody wrote to the gateway, at once. */
enum gateway_verdict
air_text(struct air *a, const char *from, const char *text);
/* The newest text that a number was sent, of the last 32 in all; NULL: none.
 * *count: how many it was sent.  Not owned. */
const char *air_letter(const struct air *a, const char *number, size_t *count);
/* Seconds that phone n was told to ring. */
unsigned air_rung(const struct air *a, int n);
/* The account's id, and its private key (not owned). */
int64_t air_account(const struct air *a);
const uint8_t *air_secret(const struct air *a);
/* An integer from the database; $A stands for the account. */
int64_t air_int(struct air *a, const char *sql);

/* Put many SMS to the gateway at once, all from one number.  text: as text
 * SMS.  At most 256; what it makes of them. */
struct air_sms {
	bool text;
	size_t len;
	uint8_t octets[WIRE_TEXT_CHARS];
};
void air_inject_many(struct air *a, const struct air_sms *sms, int n,
    enum gateway_verdict *verdict);

/* The octets of a file of phone n's as they are kept, still coded, opened with
 * the account's private key.  How many. */
size_t air_file(struct air *a, int n, uint32_t id, uint8_t *out, size_t cap);

#endif
