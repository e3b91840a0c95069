/*
 * wire.h - one frame in one SMS.
 *
 * Everything that phone and gateway say to one another is a frame, and each
 * frame stands alone in one data SMS (8-bit, 16-bit application port header,
 * 3GPP TS 23.040 9.2.3.24.4) or, in base64, in one text SMS.  This module
 * turns frames into octets and back.  It knows nothing of keys: what is sealed
 * is octets to it, and lib/seal opens them.  It trusts nothing that came over
 * the air.  The layout is in smsvault-wire(7).
 */
#ifndef WIRE_H
#define WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WIRE_VERSION 1
#define WIRE_PORT 16726 /* destination port, TS 23.040: 16000..16999 */
#define WIRE_DATA_MAX 133 /* octets of ours in one data SMS: 140 - 7 UDH */
#define WIRE_TEXT_MAX 120 /* octets in 160 GSM 7-bit letters of base64 */
#define WIRE_TEXT_CHARS 160
#define WIRE_SEGMENT_TAG_LEN 5
#define WIRE_SINGLE_TAG_LEN 8
#define WIRE_SIV_LEN 16
#define WIRE_SEGMENT_BITS 11 /* of the transfer number, in a segment */
#define WIRE_SEGMENT_HEAD (7 + WIRE_SEGMENT_TAG_LEN) /* 12 */
#define WIRE_SEGMENT_BODY_MAX (WIRE_DATA_MAX - WIRE_SEGMENT_HEAD) /* 121 */
#define WIRE_SINGLE_BITS 8 /* of the transfer number, in a single */
#define WIRE_SINGLE_HEAD (6 + WIRE_SINGLE_TAG_LEN) /* 14 */
#define WIRE_SINGLE_BODY_MAX (WIRE_DATA_MAX - WIRE_SINGLE_HEAD) /* 119 */
#define WIRE_CONTROL_HEAD (9 + WIRE_SIV_LEN) /* 25 */
#define WIRE_CONTROL_ARGS_MAX 100
#define WIRE_BIND_HEAD (4 + 32 + WIRE_SIV_LEN) /* 52: hello, challenge */
#define WIRE_PROOF_HEAD (5 + WIRE_SIV_LEN) /* 21 */
#define WIRE_SEGMENTS_MAX 16 /* SMS in one transfer */
#define WIRE_TRANSFER_OCTETS_MAX /* of its bodies together: 1936 */ \
	(WIRE_SEGMENTS_MAX * WIRE_SEGMENT_BODY_MAX)
#define WIRE_TRANSFER_MAX 0xffffffu /* transfer numbers: 24 bits */
#define WIRE_ACK_TRANSFERS 51 /* transfers whose gaps one ACK can name */

/* Bit 3 set: from the gateway to the phone. */
enum wire_type {
	WIRE_SEGMENT = 1, /* part of a transfer, phone to gateway */
	WIRE_SINGLE = 2, /* a whole transfer in one SMS */
	WIRE_HELLO = 3, /* binding, first SMS */
	WIRE_PROOF = 4, /* binding, third SMS */
	WIRE_SEGMENT_DOWN = 9, /* as 1 and 2, gateway to phone */
	WIRE_SINGLE_DOWN = 10,
	WIRE_CHALLENGE = 11, /* binding, second SMS */
	WIRE_CONTROL = 12, /* a command */
	WIRE_ACK = 13, /* what has arrived, what is missing */
};

enum wire_err {
	WIRE_OK = 0,
	WIRE_E_SHORT, /* not even the head of its type, or an empty body */
	WIRE_E_LONG, /* more than one SMS holds */
	WIRE_E_VERSION, /* not a version we speak, or an epoch other than 0 */
	WIRE_E_TYPE, /* no such frame type */
	WIRE_E_FIELD, /* a reserved bit is set or a field is out of range */
	WIRE_E_TEXT, /* not base64 of a frame */
};

/*
 * A frame as read.  Every pointer is borrowed from the SMS.  head is what the
 * tag covers as associated data: the octets before the tag.
 */
struct wire_frame {
	enum wire_type type;
	uint32_t key_id; /* SEGMENT*, SINGLE*, PROOF, CONTROL, ACK */
	uint32_t transfer; /* SEGMENT*: the low 11 bits; SINGLE*: the low 8 */
	uint8_t index; /* SEGMENT*: 0..15 */
	bool last; /* SEGMENT*: no segment has a higher index */
	uint32_t code_id; /* HELLO, CHALLENGE: 20 bits */
	bool code_long; /* HELLO, CHALLENGE: the 128-bit secret of the QR */
	uint32_t sequence; /* CONTROL, ACK */
	const uint8_t *ephemeral; /* HELLO, CHALLENGE: 32 octets */
	const uint8_t *head;
	size_t head_len;
	const uint8_t *tag; /* 5, 8 or 16 octets by type */
	size_t tag_len;
	const uint8_t *body;
	size_t body_len;
};

/* On WIRE_OK *out is filled; on any error it is untouched. */
enum wire_err
wire_decode(const uint8_t *sms, size_t len, struct wire_frame *out);

/*
 * Write the octets before the tag of f (its type and the fields of that type)
 * and return how many there are.  The caller puts tag and body behind.  f must
 * be valid: a caller that builds a bad one has a bug, and is stopped.
 */
size_t wire_put_head(const struct wire_frame *f, uint8_t sms[static 64]);

/* The text form.  Returns the number of characters; out is ended with NUL. */
size_t wire_text_encode(
    const uint8_t *sms, size_t len, char out[static WIRE_TEXT_CHARS + 1]);
enum wire_err wire_text_decode(const char *text, size_t len,
    uint8_t sms[static WIRE_TEXT_MAX], size_t *sms_len);

/* What is inside a CONTROL, once opened (8 octets and args). */
enum wire_command {
	WIRE_CMD_PING = 1, /* args: none; the phone answers by a transfer */
	WIRE_CMD_POLICY = 2, /* args: policy_encode(); policy_version is its */
	WIRE_CMD_UPLOAD = 3, /* args: none; send what is new now */
	WIRE_CMD_UNBIND = 4, /* args: none; forget the key */
	WIRE_CMD_REFUSED = 5, /* args: one octet, enum wire_refusal */
	WIRE_CMD_STATE = 6, /* args: u8 kind; the next upload has its buckets */
	WIRE_CMD_AGAIN = 7, /* args: u8 kind, u16 buckets; send these again */
	WIRE_CMD_LOST = 8, /* args: wire_lost_encode(); full state */
	WIRE_CMD_RING = 9, /* args: u8, tens of seconds, 1..60 */
	WIRE_CMD_TEXT = 10, /* args: one line of text to show its user */
	WIRE_CMD_WIPE = 11, /* args: u8 1: prepare; u8 2, u64 nonce: go */
	WIRE_CMD_LOCATE = 12, /* args: none; say where it is, now */
	WIRE_CMD_RECODE = 13, /* args: transfers u24 whose base is not known */
};

enum wire_wipe {
	WIRE_WIPE_NONE = 0,
	WIRE_WIPE_PREPARE = 1, /* down: prepare; up: prepared, with the nonce */
	WIRE_WIPE_GO = 2, /* down: go; up: it begins now, the last word */
};

/* What is inside a LOST: what holds from now on, above every policy. */
#define WIRE_LOST_TEXT_MAX 80
struct wire_lost {
	uint32_t version; /* 24 bits, 1 and up; an older one is ignored */
	bool on; /* false: found */
	bool ring, lock_screen, locate;
	uint16_t locate_min; /* minutes between locations, 5..1440 */
	char text[WIRE_LOST_TEXT_MAX + 1]; /* shown; "": none */
};

enum wire_refusal {
	WIRE_REFUSED_ANSWER = 1, /* the verification answer was wrong */
	WIRE_REFUSED_LIMIT = 2, /* too many wrong answers: start again later */
};

struct wire_control {
	enum wire_command command;
	uint32_t policy_version; /* 24 bits; the owner's newest, any command */
	uint32_t not_after; /* Unix seconds; the phone ignores it later */
	const uint8_t *args;
	size_t args_len; /* at most WIRE_CONTROL_ARGS_MAX */
};

/* Unknown commands decode well: the phone reports them and goes on. */
enum wire_err
wire_control_decode(const uint8_t *p, size_t len, struct wire_control *out);
size_t wire_control_encode(
    const struct wire_control *c, uint8_t p[static WIRE_DATA_MAX]);

enum wire_err
wire_lost_decode(const uint8_t *p, size_t len, struct wire_lost *out);
size_t wire_lost_encode(
    const struct wire_lost *l, uint8_t p[static WIRE_CONTROL_ARGS_MAX]);

/*
 * What is inside an ACK, once opened.  Every transfer up to and including
 * cumulative has arrived whole; of transfer cumulative + 1 + i the segments in
 * bit mask wanted[i] (bit n: segment n) are asked for again.
 */
struct wire_ack {
	uint32_t cumulative;
	uint32_t policy_version;
	size_t count; /* entries of wanted in use, 0..51 */
	uint16_t wanted[WIRE_ACK_TRANSFERS];
};

enum wire_err
wire_ack_decode(const uint8_t *p, size_t len, struct wire_ack *out);
/* Trailing zeros are cut.  Returns the octets used, at most 108. */
size_t
wire_ack_encode(const struct wire_ack *a, uint8_t p[static WIRE_DATA_MAX]);

/* What is inside the three SMS of a binding, once opened. */
#define WIRE_NAME_MAX 37 /* octets of UTF-8; fits the text form too */
#define WIRE_QUESTION_MAX 48
#define WIRE_ANSWER_MAX 64
#define WIRE_POLICY_MAX 84 /* fits a CONTROL in the text form */

struct wire_hello {
	uint8_t wire_max; /* highest wire version the phone speaks */
	uint8_t codecs; /* bit n: it can write pack codec n */
	bool text_only; /* it can neither send nor receive data SMS */
	uint8_t device[16]; /* digest of the device id */
	uint8_t sim[8]; /* digest of the SIM id; all zero: no SIM id */
	uint32_t time; /* the phone's clock, Unix seconds */
	char name[WIRE_NAME_MAX + 1]; /* what the phone calls itself */
};

struct wire_challenge {
	uint32_t key_id;
	bool ask; /* the verification answer is wanted */
	uint8_t codec; /* the one to write */
	uint32_t time; /* the gateway's clock, Unix seconds */
	uint32_t policy_version;
	uint8_t policy[WIRE_POLICY_MAX];
	size_t policy_len;
	char question[WIRE_QUESTION_MAX + 1]; /* empty unless ask */
};

struct wire_proof {
	bool answered;
	char answer[WIRE_ANSWER_MAX + 1];
};

/* Encoders return the octets used; text that is not UTF-8 or has control
 * characters is WIRE_E_FIELD when decoding.  wire_challenge_encode returns 0
 * if policy and question together do not fit into room octets. */
enum wire_err
wire_hello_decode(const uint8_t *p, size_t len, struct wire_hello *out);
size_t
wire_hello_encode(const struct wire_hello *h, uint8_t p[static WIRE_DATA_MAX]);
enum wire_err
wire_challenge_decode(const uint8_t *p, size_t len, struct wire_challenge *out);
size_t wire_challenge_encode(const struct wire_challenge *c,
    uint8_t p[static WIRE_DATA_MAX], size_t room);
enum wire_err
wire_proof_decode(const uint8_t *p, size_t len, struct wire_proof *out);
size_t
wire_proof_encode(const struct wire_proof *pr, uint8_t p[static WIRE_DATA_MAX]);

/* A few words for the log, such as "short frame". */
const char *wire_strerror(enum wire_err err);

#endif
