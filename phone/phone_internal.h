/*
 * phone_internal.h - shared by the files of phone/, nobody else.
 */
#ifndef PHONE_INTERNAL_H
#define PHONE_INTERNAL_H

#include "journal.h"
#include "pack.h"
#include "phone.h"
#include "seal.h"
#include "wire.h"

#define MINUTE_MS 60000LL
#define HOUR_MS (60 * MINUTE_MS)
#define DAY_MS (24 * HOUR_MS)

struct phone {
	struct phone_host host;
	struct journal *journal;
	struct phone_identity who; /* strings are owned */

	/* all of this is in the journal too */
	enum phone_state state;
	char service_number[24];
	uint32_t key_id;
	char digits[7];
	enum pack_codec codec;
	struct policy own, owner;
	uint32_t next_transfer;
	uint32_t control_high; /* highest sequence number seen */
	uint64_t control_seen; /* bit n: control_high - n was seen */
	int64_t last_ack_ms;
	uint64_t sms_sent, sms_received;

	struct seal_phone *keys; /* NULL unless bound */
	struct policy effective;

	/* what the clocks have to do with; monotonic */
	int64_t uploaded_mono[RECORD_KIND_COUNT];
	int64_t oldest_mono[RECORD_KIND_COUNT]; /* pending since; 0: none */
	bool changed; /* something new since FILL was looked at */
	bool now; /* phone_upload_now() */
	bool user_refused;
	int64_t pong_mono; /* an upload is due at the latest; 0: none */
	int64_t again_mono; /* HELLO or PROOF is sent again; 0: never */
	int again_tries;
	bool unconfirmed; /* nothing authentic has come since PROOF */
	int64_t repeat_mono; /* the last SMS is sent again; 0: never */
	int repeat_tries;

	/* pacing: when the last so many SMS went out */
	unsigned pace_sms;
	int64_t pace_ms;
	int64_t *paced;
	unsigned paced_at;
	int64_t today; /* day number of sms_today */
	uint32_t sms_today;
};

static inline int64_t
phone_mono(const struct phone *p)
{
	return p->host.mono_ms(p->host.ctx);
}

static inline int64_t
phone_now(const struct phone *p)
{
	return p->host.now_ms(p->host.ctx);
}

static inline size_t
phone_room(const struct phone *p)
{
	return p->who.text_only ? WIRE_TEXT_MAX : WIRE_DATA_MAX;
}

void phone_tell(struct phone *p, enum phone_notice what, const char *detail);
/* One frame that need not be in the journal: HELLO, PROOF.  0, or -1: not
 * now. */
int phone_send(struct phone *p, const uint8_t *sms, size_t len);
void phone_settle_policy(struct phone *p);

/* bind.c */
int bind_load(struct phone *p);
void bind_receive(struct phone *p, const uint8_t *sms, size_t len,
    const struct wire_frame *f);
void bind_tick(struct phone *p, int64_t *next);
void bind_undo(struct phone *p, const char *why);
void bind_confirmed(struct phone *p);

/* uploader.c */
int upload_load(struct phone *p);
void upload_tick(struct phone *p, int64_t *next);
void upload_repeat_plan(struct phone *p, bool soon);

/* transfer.c */
/* An empty upload: PONG, or in place of a number that is void. */
int transfer_empty(struct phone *p, uint32_t transfer);
/* One transfer from the pending records of these kinds.  How many records it
 * took, or -1.  one_sms: as many as fill one SMS; ack: an ACK is wanted behind
 * the last. */
int transfer_records(struct phone *p, unsigned kinds, bool one_sms, bool ack);
/* Would all that is pending of these kinds take more than one SMS? */
bool transfer_is_full(struct phone *p, unsigned kinds);

/* control.c */
void control_receive(struct phone *p, const struct wire_frame *f);

/* The earlier of two times, 0 meaning never. */
static inline void
phone_earlier(int64_t *next, int64_t at)
{
	if (at != 0 && (*next == 0 || at < *next))
		*next = at;
}

#endif
