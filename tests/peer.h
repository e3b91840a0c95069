/*
 * peer.h - one phone on clocks that the test turns, and the service's end of
 * the air: keys and frames, with neither database nor modem.
 */
#ifndef PEER_H
#define PEER_H

#include "phone.h"
#include "record.h"
#include "seal.h"
#include "upload.h"
#include "wire.h"

#define PEER_SERVICE "+358401000000"
#define PEER_SENT_MAX 4096
#define PEER_APPLIED_MAX 64
#define PEER_NOTICES 32 /* more than there are */
#define MINUTE 60000LL
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

struct peer_sms {
	int64_t mono_ms; /* when the phone handed it over */
	size_t len;
	uint8_t octets[WIRE_DATA_MAX];
};

struct peer {
	struct phone *phone;
	const char *name; /* what it calls itself */
	int64_t now_ms, mono_ms; /* what the phone's clocks say */
	bool no_coverage; /* the radio takes nothing */
	struct peer_sms sent[PEER_SENT_MAX];
	size_t nsent;
	int told[PEER_NOTICES]; /* how often each notice came */
	char detail[PEER_NOTICES][160]; /* and what it last said */
	/* called before each SMS is counted as sent */
	void (*on_send)(struct peer *p, const uint8_t *sms, size_t len);
	void *ctx;

	/* the phone itself */
	int utc_offset_min;
	bool roaming, nowhere;
	enum phone_applied apply_says; /* what comes of the next record */
	struct record *applied[PEER_APPLIED_MAX]; /* with the id given here */
	bool applied_mine[PEER_APPLIED_MAX];
	size_t napplied;
	uint32_t next_id; /* that the phone gives to what is new */
	uint8_t *file; /* the last whole file */
	size_t file_len;
	int wipes, locations;

	/* the service's */
	uint8_t code_key[SEAL_KEY_LEN], root[SEAL_KEY_LEN];
	uint32_t code_id, key_id;
	char code[SEAL_CODE_CHARS + 1];
	struct seal_phone *keys;
	uint32_t sequence;
};

/* Opens a phone with this journal (":memory:"); the time is the same in each.
 */
void peer_open(struct peer *p, const char *journal);
void peer_close(struct peer *p);
/* The phone dies and is opened again from its journal. */
void peer_restart(struct peer *p, const char *journal);

/* Let time pass on both clocks; the phone does what is due at each point. */
void peer_run(struct peer *p, int64_t ms);
/* Run until the phone has sent so many SMS in all, or so long. */
bool peer_until_sent(struct peer *p, size_t n, int64_t most_ms);

/* The last SMS must be a HELLO: a CHALLENGE for it.  question "": none. */
void
peer_challenge(struct peer *p, const char *question, uint8_t *sms, size_t *len);
/* The first of the three SMS, by a picture: a code's scrypt takes its time. */
void peer_hello(struct peer *p);
/* The other two, and a first word of the service. */
void peer_go_on(struct peer *p);
void peer_bind(struct peer *p); /* all of it */

/* Say something to the phone, sealed under the next sequence number. */
void peer_command(struct peer *p, enum wire_command command, uint32_t version,
    uint32_t not_after, const uint8_t *args, size_t len);
void peer_ack(struct peer *p, const struct wire_ack *a);
/* The same with this number, for replays; returns what was sent in *out. */
void peer_say(struct peer *p, enum wire_type type, uint32_t sequence,
    const uint8_t *plain, size_t len, struct peer_sms *out);
bool peer_hear(struct peer *p, const struct peer_sms *sms);
void peer_policy(struct peer *p, uint32_t version, const struct policy *policy);

/*
 * What transfer number says, from all that was sent since SMS number from:
 * its records (the caller frees them) and its preamble.  False if it was not
 * sent whole.
 */
bool peer_read(struct peer *p, size_t from, uint32_t transfer,
    struct upload_preamble *pre, struct record ***list, size_t *n);
/* The number of the transfer that this SMS belongs to; 0: none. */
uint32_t peer_transfer_of(struct peer *p, const struct peer_sms *sms);

/* The text of a transfer after its preamble, as it is; 0: not sent whole. */
size_t peer_body(struct peer *p, size_t from, uint32_t transfer,
    struct upload_preamble *pre, uint8_t *body);
/* How many SMS of transfer number were sent since SMS number from. */
size_t peer_sms_of(struct peer *p, size_t from, uint32_t transfer);

/* Something down, as one transfer; SMS whose bit is set in lost are lost. */
void peer_down(struct peer *p, uint32_t transfer, const struct down_head *head,
    const uint8_t *body, size_t len, uint32_t lost);
/* Records, in the plain codec. */
void peer_down_records(struct peer *p, uint32_t transfer, uint32_t restore,
    bool own, const struct record *const *list, size_t n, uint32_t lost);

/* A message that takes about 80 octets on the air. */
struct record *peer_message(uint32_t id, int64_t ms);
void peer_put(struct peer *p, struct record *r); /* and frees it */

#endif
