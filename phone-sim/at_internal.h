/*
 * at_internal.h - shared by at.c (the line), at_modem.c (the modem and its
 * network) and at_sms.c (the messages).
 */
#ifndef AT_INTERNAL_H
#define AT_INTERNAL_H

#include "at.h"

#define AT_LINE_MAX 1024 /* longer command lines are refused */
#define AT_ARGS_MAX 8
#define AT_URC_MAX 16384 /* what waits for the end of a command */

/* 27.005 3.2.5 and 27.007 9.2 */
#define CMS_NO_NETWORK 331
#define CMS_PDU_PARAMETER 304
#define CMS_NOT_SUPPORTED 303
#define CMS_NOT_ALLOWED 302
#define CMS_BAD_INDEX 321
#define CMS_FULL 322
#define CMS_UNKNOWN 500
#define CME_NOT_ALLOWED 3
#define CME_NOT_SUPPORTED 4
#define CME_BAD_PARAMETER 50

enum at_mode {
	AT_COMMAND,
	AT_PDU_SEND, /* behind the prompt of +CMGS */
	AT_PDU_WRITE, /* behind the prompt of +CMGW */
};

enum at_verb {
	AT_DO, /* +X */
	AT_GET, /* +X? */
	AT_LIST, /* +X=? */
	AT_SET, /* +X=... */
};

/* What a command came to; the final line of the answer. */
enum at_final {
	AT_OK = 0,
	AT_ERROR = -1,
	AT_NOTHING = -2, /* a prompt was given, or a fault swallows it */
	AT_NO_CARRIER = -3,
	/* 1..999: +CME ERROR; 1000 and up: +CMS ERROR of that less 1000 */
	AT_CMS = 1000,
};

struct at_args {
	int n;
	bool quoted[AT_ARGS_MAX];
	const char *arg[AT_ARGS_MAX]; /* "" where nothing was given */
};

struct at {
	const struct at_host *host;
	struct at_setup setup;
	enum at_mode mode, prompt; /* prompt: which one was answered */
	bool echo, waiting, running, too_long, cancelled;
	char line[AT_LINE_MAX + 1];
	size_t len;
	int cmee, cfun, creg, cgreg, cops_format;
	int rssi, registered;
	int attached; /* 1: to packet service */
	int cnmi[5];
	int mms;
	char charset[16];
	char smsc[PDU_NUMBER_MAX];
	struct store *sim, *me;
	struct store *mem[3]; /* +CPMS: read, write, receive */
	size_t submit_len; /* announced by +CMGS or +CMGW */
	int write_state;
	uint8_t reference;
	unsigned fault[AT_F_COUNT];
	size_t reset_at; /* octets of what ends AT_F_STUCK */
	char urc[AT_URC_MAX];
	size_t urc_len;
	uint64_t commands, lines;
};

typedef int at_handler(struct at *a, enum at_verb verb, struct at_args *args);

struct at_command {
	const char *name; /* behind "+" */
	at_handler *fn;
};

extern const struct at_command at_modem_commands[], at_sms_commands[];
extern const size_t at_modem_ncommands, at_sms_ncommands;

void at_put(struct at *a, const char *s);
/* A line of an answer: CR LF before it and after it. */
void at_say(struct at *a, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void at_urc(struct at *a, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* 0..max, or fallback if not given; -1 if it is no such number. */
long at_int(const struct at_args *args, int i, long max, long fallback);
/* True if the fault is on; a counted one is used up by one. */
bool at_fails(struct at *a, enum at_fault what);
/* The octets behind a prompt are complete: a->line[0..len) is hex. */
int at_sms_body(struct at *a);
void at_sms_reset(struct at *a);
/* As after power on. */
void at_modem_reset(struct at *a);
/* As +CREG says it: 0 no, 1 home, 5 roaming. */
int at_modem_registration(const struct at *a);
/* It has changed. */
void at_modem_announce(struct at *a);

#endif
