/*
 * link.h - what the processes of the gateway say to one another.
 *
 * Fixed structs over SOCK_SEQPACKET socketpairs, one struct a packet, between
 * processes of one build on one machine.  A modem child (smsd-modem) talks to
 * the supervisor; so does the outbox process.  A packet whose length does not
 * fit its kind is a bug or a takeover, and ends the child.
 */
#ifndef LINK_H
#define LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LINK_NUMBER_MAX 24 /* E.164 with +, NUL-ended */
#define LINK_NAME_MAX 32
#define LINK_SEND_MAX 320 /* octets: a text of 160 characters */
#define LINK_DATA_MAX 512 /* octets of an SMS as the modem gives it */

enum link_kind {
	/* modem child -> supervisor */
	LINK_READY = 1, /* struct link_modem: initialised */
	LINK_STATE = 2, /* struct link_modem: signal, network, as polled */
	LINK_INCOMING = 3, /* struct link_sms; deleted only after LINK_KEPT */
	LINK_RESULT = 4, /* struct link_result of a LINK_SEND */
	LINK_ALIVE = 5, /* no more than the head: heartbeat */
	/* supervisor -> modem child */
	LINK_KEPT = 16, /* struct link_kept: these tokens are on disk */
	LINK_SEND = 17, /* struct link_send; also outbox -> supervisor */
	LINK_STOP = 18, /* finish and exit 0 */
	/* supervisor -> outbox: LINK_RESULT, LINK_AWAY; -> ingest: LINK_WAKE */
	LINK_WAKE = 19, /* the spool has new rows */
	LINK_AWAY = 20, /* struct link_away: a modem does not answer */
};

struct link_head {
	uint32_t kind;
	uint32_t len; /* of the whole struct, head included */
};

enum link_class {
	LINK_CLASS_DATA = 1, /* 8-bit SMS: udh and data as they came */
	LINK_CLASS_TEXT = 2, /* text SMS: data is UTF-8 */
	LINK_CLASS_REPORT = 3, /* status report: reference, status */
	LINK_CLASS_UNREADABLE = 4, /* data is raw, for quarantine */
};

struct link_sms {
	struct link_head head;
	uint64_t token; /* the child's, for LINK_KEPT */
	uint32_t class;
	int32_t reference; /* REPORT: message reference, else -1 */
	int32_t status; /* REPORT: TP-Status (TS 23.040 9.2.3.15) */
	int64_t smsc_time_s; /* service centre time stamp, Unix s; 0: none */
	char number[LINK_NUMBER_MAX];
	uint32_t udh_len, data_len;
	uint8_t udh[140];
	uint8_t data[LINK_DATA_MAX];
};

#define LINK_KEPT_MAX 64
struct link_kept {
	struct link_head head;
	uint32_t count;
	uint32_t pad;
	uint64_t token[LINK_KEPT_MAX];
};

struct link_send {
	struct link_head head;
	uint64_t request; /* outbox id */
	char number[LINK_NUMBER_MAX];
	uint32_t text; /* 1: data is the text of a text SMS, UTF-8 */
	uint32_t report; /* 1: ask for a delivery report */
	uint32_t validity_s;
	uint32_t data_len;
	uint8_t data[LINK_SEND_MAX]; /* frame; the child adds the port header */
};

enum link_outcome {
	LINK_SENT = 1, /* the network took it: reference holds */
	LINK_FAILED = 2, /* it certainly did not go out */
	LINK_UNKNOWN = 3, /* it may have gone out */
};

struct link_result {
	struct link_head head;
	uint64_t request;
	uint32_t outcome;
	int32_t reference; /* TP-MR, 0..255; -1: none */
	int32_t error; /* +CMS ERROR code or -1 */
	char modem[LINK_NAME_MAX];
};

struct link_modem {
	struct link_head head;
	char modem[LINK_NAME_MAX]; /* its name in smsd.conf */
	char manufacturer[64], model[64], firmware[64];
	char imei[24], imsi[24];
	char operator_name[64], operator_code[16];
	int32_t registered; /* 0 no, 1 home, 5 roaming (TS 27.007 +CREG) */
	int32_t signal_percent; /* -1: unknown */
	int32_t battery_percent; /* -1: unknown */
	uint32_t sim_used, sim_size;
};

struct link_away {
	struct link_head head;
	char modem[LINK_NAME_MAX];
	char step[8]; /* ladder_step() */
};

/* Any packet that a child may send to the supervisor. */
union link_packet {
	struct link_head head;
	struct link_sms sms;
	struct link_result result;
	struct link_modem modem;
	struct link_send send;
};

/* Are these n octets, as they came, a packet of a kind that a child sends, as
 * long as its kind, with lengths and texts that end within it? */
bool link_is_whole(const union link_packet *p, size_t n);

#endif
