/*
 * pages_life.h - how it goes with one phone: what it has claimed to have sent,
 * the SIMs it was heard with, when its silence is told, whose it is.  As
 * pages.h.
 */
#ifndef PAGES_LIFE_H
#define PAGES_LIFE_H

#include "pages.h"

#define PAGES_SILENT_NEVER 36500 /* days */

struct pages_life {
	int64_t silent_days; /* PAGES_SILENT_NEVER and up: never told */
	int64_t
	    silent_told_ms; /* since when its silence is told; 0: it is not */
	int64_t contested_ms; /* until then the owner before may object; 0 */
	int64_t month_up, month_down; /* SMS from and to it, this month, UTC */
	bool unbinding; /* the gateway has yet to tell it */
	bool lost; /* the newest order says so */
	char number_new[24]; /* heard from, not yet confirmed; "": none */
};
/* DB_NONE: there is no such phone. */
enum db_err pages_life(
    struct db *db, int64_t account, int64_t phone, struct pages_life *out);
/* days from 1. */
enum db_err
pages_silent_set(struct db *db, int64_t account, int64_t phone, int64_t days);

/* What a phone claims to have of a kind, and whether it is here. */
struct pages_claim {
	int kind; /* enum record_kind */
	char state[16]; /* waiting, complete, differs, asked, sending */
	int64_t count, have; /* have -1: not compared yet */
	int64_t claimed_ms, complete_ms; /* complete_ms 0: never yet */
};
/* By kind. */
enum db_err pages_claims(struct db *db, int64_t account, int64_t phone,
    struct pages_claim **out, size_t *n);

struct pages_sim {
	uint8_t sim[8]; /* H(its id)[0..8) */
	char number[24], name[PAGES_NAME_MAX]; /* "": not confirmed, none */
	int64_t first_ms, last_ms;
	bool own, inside; /* inside: in the phone now */
};
/* The newest first. */
enum db_err pages_sims(struct db *db, int64_t account, int64_t phone,
    struct pages_sim **out, size_t *n);
enum db_err pages_sim_set(
    struct db *db, int64_t account, int64_t phone, const struct pages_sim *s);

/* Devices that were bound here and are bound to another account now, while
 * that may be objected to. */
struct pages_contest {
	int64_t phone, bound_ms, until_ms; /* phone: of the other account */
};
enum db_err pages_contests(
    struct db *db, int64_t account, struct pages_contest **out, size_t *n);
/* DB_NONE: it is too late, or none of yours. */
enum db_err pages_veto(struct db *db, int64_t account, int64_t phone);

#endif
