/*
 * phones_internal.h - shared by the files that make up a simulated phone.
 */
#ifndef PHONES_INTERNAL_H
#define PHONES_INTERNAL_H

#include "pdu.h"
#include "phones.h"
#include "sim.h"
#include "text.h"
#include "wire.h"

#define PHONES_PARTS_HELD 8 /* concatenated texts on their way at once */
#define PHONES_SENT_MAX 32 /* SMS that are remembered */
#define PHONES_OFF "the phone is off: say phone N power on"

/* A text that comes in parts. */
struct puzzle {
	char from[PDU_NUMBER_MAX];
	uint16_t reference;
	uint8_t total, have;
	uint64_t order; /* the oldest gives way */
	struct pdu part[TEXT_PARTS_MAX];
	bool there[TEXT_PARTS_MAX];
};

struct sim_phone {
	struct phones *all;
	unsigned n;
	char name[64], number[PDU_NUMBER_MAX], sim_id[24], imei[16];
	char question[WIRE_QUESTION_MAX + 1], digits[8], refused[128];
	bool chinese, power, coverage, text_only, roaming;
	int offset_min; /* local time minus UTC */
	char
	    sim_seen[24]; /* the SIM of the last event, or of the first start */
	bool put_files; /* a new account: its octets are wanted again */
	int64_t clock_ms; /* its clock is off by so much */
	struct policy own;
	struct book *book;
	struct phone *lib;
	struct phone_host host;
	struct smsc_end end;
	struct smsc_line *line; /* NULL: no SIM */
	struct sched_event *tick;
	struct puzzle *puzzle[PHONES_PARTS_HELD];
	uint64_t puzzles;
	uint8_t reference;
	uint64_t data_in, text_in, text_out, data_out;
	char sent[PHONES_SENT_MAX][48]; /* the newest frames, in words */
	unsigned restored; /* since it was last erased */
};

struct phones {
	struct sim *sim;
	char dir[4000];
	bool temporary;
	size_t n;
	struct sim_phone **phone;
};

/* phones_store.c */
int phones_dir_make(struct phones *all);
void phones_dir_remove(const char *dir);
/* phone-N.what, in the directory of the simulation. */
void
sim_phone_file(const struct sim_phone *p, const char *what, char out[4096]);
int sim_phone_save(struct sim_phone *p);
/* False: it is a new phone. */
bool sim_phone_load(struct sim_phone *p);

/* What the phone shows its user. */
void sim_phone_notice(struct sim_phone *p, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* Into the book and, if the phone is on, to the library; r is taken over. */
const char *sim_phone_keep(struct sim_phone *p, struct record *r);
const char *sim_phone_said(enum phone_err err);
const char *sim_phone_reopen(struct sim_phone *p);

/* phones_radio.c */
bool sim_phone_on_air(const struct sim_phone *p);
void sim_phone_submit(struct sim_phone *p, const char *to, struct pdu *m);
/* The library's send(). */
int sim_phone_send(
    void *ctx, const char *number, const uint8_t *frame, size_t len, bool text);
enum smsc_taken sim_phone_deliver(void *ctx, const struct pdu *m);
/* A text that came or went, as a record.  0 or -1. */
int sim_phone_add_message(struct sim_phone *p, const char *peer, int direction,
    const char *text, int64_t sent_ms);

/* phones_life.c */
void sim_phone_life_host(struct phone_host *host);
/* Everything that is on it, to the library that has just been opened. */
void sim_phone_put_all(struct sim_phone *p);
/* Another SIM than last time: an event. */
void sim_phone_see_sim(struct sim_phone *p);
/* The octets of file id; the caller frees them.  NULL: not there. */
uint8_t *sim_phone_octets(const struct sim_phone *p, uint32_t id, size_t *len);
/* A file as it is; r is taken over.  NULL, or what is wrong. */
const char *sim_phone_keep_file(
    struct sim_phone *p, struct record *r, const uint8_t *data, size_t len);
/* The files that a new phone has. */
int sim_phone_first_files(struct sim_phone *p, size_t files);

#endif
