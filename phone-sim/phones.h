/*
 * phones.h - simulated phones: each the phone library over its own journal,
 * what is on it (book.h), a SIM, a radio and somebody who uses it.
 */
#ifndef PHONES_H
#define PHONES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "book.h"
#include "people.h"
#include "phone.h"

#define PHONES_NUMBERS_MAX 8 /* of one contact */

struct sim;
struct phones;
struct sim_phone;

/* Phones 1..n; those that sim's directory knows are as they were.  NULL after
 * logging why. */
struct phones *
phones_new(struct sim *s, size_t n, const struct people_amount *amount);
void phones_free(struct phones *p);
size_t phones_count(const struct phones *p);
/* NULL: there is no such phone. */
struct sim_phone *phones_get(struct phones *p, unsigned long n);

/* What one is. */
struct phone_facts {
	unsigned n;
	const char *name, *number, *sim_id, *imei; /* number "": no SIM */
	const char *digits, *question, *refused; /* "": none */
	bool power, coverage, text_only, roaming;
	int64_t clock_ms; /* how far its clock is off */
	uint64_t data_in, text_in, text_out;
	unsigned restored; /* restores that came to their end */
};
void sim_phone_facts(const struct sim_phone *p, struct phone_facts *out);
struct book *sim_phone_book(struct sim_phone *p);
int64_t sim_phone_now_ms(const struct sim_phone *p);
/* What its radio took of the library, in words; back 0: the newest.  NULL: it
 * is not remembered. */
const char *sim_phone_sent(const struct sim_phone *p, size_t back);
/* The library; NULL while the phone is off.  Behind every call into it comes
 * sim_phone_settle(). */
struct phone *sim_phone_lib(struct sim_phone *p);
void sim_phone_settle(struct sim_phone *p);

/*
 * What its user does.  NULL: done; else what is wrong and what to do.
 */
const char *sim_phone_bind(struct sim_phone *p, const char *code, bool qr);
const char *sim_phone_answer(struct sim_phone *p, const char *answer);
/* id 0: a new one.  *id is what it is then. */
const char *sim_phone_contact(struct sim_phone *p, uint32_t *id,
    const char *name, const char *const *number, size_t numbers);
const char *
sim_phone_delete(struct sim_phone *p, enum record_kind kind, uint32_t id);
const char *sim_phone_call(
    struct sim_phone *p, int direction, const char *number, int64_t seconds);
const char *
sim_phone_text_in(struct sim_phone *p, const char *from, const char *text);
const char *
sim_phone_text_out(struct sim_phone *p, const char *to, const char *text);
/* As a contact: id 0 is a new one. */
const char *sim_phone_event(struct sim_phone *p, uint32_t *id,
    const char *summary, int64_t start_ms, int64_t minutes, const char *place);
const char *sim_phone_note(
    struct sim_phone *p, uint32_t *id, const char *title, const char *text);
/* A file of the host's comes on it; what is on it, to a file of the host's. */
const char *
sim_phone_file_add(struct sim_phone *p, const char *path, uint32_t *id);
const char *
sim_phone_file_save(struct sim_phone *p, uint32_t id, const char *path);
/* A message with a text and a picture comes in. */
const char *
sim_phone_mms(struct sim_phone *p, const char *from, const char *text);
const char *sim_phone_roaming(struct sim_phone *p, bool on);
/* As new from the shop, but for the SIM. */
const char *sim_phone_factory_reset(struct sim_phone *p);
const char *sim_phone_upload(struct sim_phone *p);
const char *sim_phone_policy(struct sim_phone *p, enum record_kind kind,
    enum policy_mode mode, uint32_t interval_min);
const char *
sim_phone_sim(struct sim_phone *p, const char *number); /* NULL: out */
const char *sim_phone_coverage(struct sim_phone *p, bool on);
const char *sim_phone_power(struct sim_phone *p, bool on);
const char *sim_phone_restart(struct sim_phone *p);
const char *sim_phone_text_only(struct sim_phone *p, bool on);
/* Its clock jumps by so much. */
const char *sim_phone_clock(struct sim_phone *p, int64_t ms);

#endif
