/*
 * pdu.h - short messages as octets: 3GPP TS 23.040 and TS 27.005 PDU mode.
 *
 * The network's side: it writes SMS-DELIVER and SMS-STATUS-REPORT for a modem
 * to read and reads the SMS-SUBMIT that a modem is given.  It knows nothing of
 * what the user data means.
 */
#ifndef PDU_H
#define PDU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PDU_UD_MAX 140 /* octets of user data */
#define PDU_NUMBER_MAX 24 /* "+" and 20 digits, or 11 letters; with NUL */
#define PDU_MAX 192 /* octets: service centre address and TPDU */

enum pdu_type {
	PDU_DELIVER,
	PDU_SUBMIT,
	PDU_STATUS_REPORT,
};

enum pdu_err {
	PDU_OK = 0,
	PDU_E_SHORT, /* ends before its fields do */
	PDU_E_LONG, /* octets are left over, or more than one message holds */
	PDU_E_TYPE, /* not an SMS-SUBMIT */
	PDU_E_NUMBER, /* an address that is not a telephone number */
	PDU_E_HEADER, /* the user data header is longer than its data */
};

enum pdu_alphabet {
	PDU_GSM7,
	PDU_8BIT,
	PDU_UCS2,
};

/* TP-Status of a report (9.2.3.15). */
#define PDU_ST_DELIVERED 0x00
#define PDU_ST_NOT_OBTAINABLE 0x43
#define PDU_ST_EXPIRED 0x46

struct pdu {
	enum pdu_type type;
	char smsc[PDU_NUMBER_MAX]; /* empty: not given */
	char number[PDU_NUMBER_MAX]; /* the other side's */
	bool header; /* user data begins with a header */
	bool report; /* SUBMIT: a status report is asked for */
	uint8_t reference; /* SUBMIT, STATUS_REPORT */
	uint8_t pid, dcs, status;
	int64_t time_ms; /* DELIVER, STATUS_REPORT: at the service centre */
	int64_t discharge_ms; /* STATUS_REPORT */
	int64_t validity_ms; /* SUBMIT: how long to try; 0: not given */
	uint8_t ud_len; /* TP-UDL: septets for GSM7, else octets */
	uint8_t ud_octets; /* how many octets of ud are in use */
	uint8_t ud[PDU_UD_MAX];
};

enum pdu_alphabet pdu_alphabet(uint8_t dcs);
/* TP-UDL for so many octets; GSM7 data carries its own count. */
uint8_t pdu_octets_of(uint8_t ud_len, uint8_t dcs);

/* DELIVER, SUBMIT or STATUS_REPORT behind the service centre's address, as
 * AT+CMGR shows it.  Returns the number of octets. */
size_t pdu_encode(const struct pdu *m, uint8_t out[static PDU_MAX]);
/* Reads an SMS-SUBMIT behind a service centre's address, as AT+CMGS takes it.
 * now_ms: what an absolute validity is counted from. */
enum pdu_err pdu_decode_submit(
    const uint8_t *p, size_t len, int64_t now_ms, struct pdu *out);
/* Octets of the TPDU, which is what AT counts: all but the service centre's
 * address.  0 if that address is longer than what there is. */
size_t pdu_tpdu_len(const uint8_t *p, size_t len);

/* A number as dialled: "+" and digits, or digits, * and #, at most 20. */
bool pdu_is_number(const char *s);
/* What may stand as sender: that, or 1..11 letters of the GSM alphabet. */
bool pdu_is_sender(const char *s);

const char *pdu_strerror(enum pdu_err err);

#endif
