/*
 * at.h - a GSM modem's side of an AT dialogue: 3GPP TS 27.005 (PDU mode),
 * 27.007 and V.250, as libGammu, smstools and Kannel speak it.
 *
 * Octets in, octets out: it knows no tty, no clock of its own and no network
 * but the one function that takes a message to send.  What is typed at it may
 * be anything.
 */
#ifndef AT_H
#define AT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pdu.h"
#include "store.h"

struct at_host {
	void *ctx;
	int64_t (*now_ms)(void *ctx);
	/* To the line. */
	void (*write)(void *ctx, const void *p, size_t n);
	/* A message for the network.  Returns 0 and the reference it was
	 * given, or the number for +CMS ERROR. */
	int (*submit)(void *ctx, struct pdu *m);
	/* A slot has become free, or the radio has come back: what the
	 * network holds may be delivered. */
	void (*ready)(void *ctx);
};

struct at_setup {
	const char *imei; /* 15 digits */
	const char *imsi; /* 15 digits */
	const char *iccid; /* of the SIM */
	const char *smsc; /* service centre, "+..." */
	const char *plmn; /* the network: 5 digits */
	const char *operator_name;
	size_t slots_sim, slots_me;
};

/* What goes wrong on purpose.  A count: for so many times; at_set_fault with 0
 * ends it. */
enum at_fault {
	AT_F_MUTE, /* answers nothing, not even echo, while not 0 */
	AT_F_SEND_ERROR, /* sends the message and answers ERROR */
	AT_F_SEND_SILENT, /* sends the message and answers nothing */
	AT_F_SEND_REFUSE, /* does not send and answers ERROR */
	AT_F_READ_ERROR, /* +CMGR and +CMGL answer ERROR */
	AT_F_LIST_CUT, /* +CMGL stops in the middle and never ends */
	AT_F_DELETE_ERROR, /* +CMGD answers ERROR and keeps the message */
	AT_F_STUCK, /* as mute, until AT+CFUN=1,1 comes */
	AT_F_SIM_FULL, /* takes no message, whatever is free, while not 0 */
	AT_F_COUNT
};

enum at_taken {
	AT_TAKEN,
	AT_FULL, /* no slot: the network must keep it */
	AT_ABSENT, /* the radio is off or there is no network */
};

struct at;

/* host and the strings of setup are borrowed.  NULL if memory is short. */
struct at *at_new(const struct at_host *host, const struct at_setup *setup);
void at_free(struct at *a);

/*
 * Octets from the line.  Returns how many were used: it stops behind a whole
 * command line, which at_run() then carries out, so that a modem may be slow.
 */
size_t at_feed(struct at *a, const uint8_t *p, size_t n);
bool at_waiting(const struct at *a); /* a whole line is there for at_run() */
void at_run(struct at *a);
/* All of it at once: at_feed() and at_run() until the octets are used up. */
void at_input(struct at *a, const uint8_t *p, size_t n);
/* The line was cut or opened anew: what was half typed is forgotten. */
void at_hangup(struct at *a);

/* DELIVER or STATUS_REPORT from the network. */
enum at_taken at_deliver(struct at *a, const struct pdu *m);
/* Octets as they are, into a slot of the SIM (0: the first free), announced
 * like a message.  Returns the slot, or 0 if there is none. */
size_t at_put_raw(struct at *a, size_t slot, const uint8_t *p, size_t n);

void at_set_fault(struct at *a, enum at_fault what, unsigned count);
unsigned at_fault_left(const struct at *a, enum at_fault what);
const char *at_fault_name(enum at_fault what); /* "mute", ... */
void at_set_signal(struct at *a, int rssi); /* 0..31, 99 unknown */
int at_signal(const struct at *a);
/* 27.007 +CREG: 0 none, 1 home, 2 searching, 3 denied, 5 roaming. */
void at_set_network(struct at *a, int registered);
int at_network(const struct at *a);
struct store *at_store_sim(struct at *a);
struct store *at_store_me(struct at *a);
uint64_t at_commands(const struct at *a); /* carried out so far */
uint64_t at_lines(const struct at *a); /* answered: a line may hold several */

#endif
