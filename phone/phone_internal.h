/*
 * phone_internal.h - shared by the files of phone/, nobody else.
 */
#ifndef PHONE_INTERNAL_H
#define PHONE_INTERNAL_H

#include "journal.h"
#include "pack.h"
#include "pack_state.h"
#include "phone.h"
#include "seal.h"
#include "upload.h"
#include "wire.h"

#define MINUTE_MS 60000LL
#define HOUR_MS (60 * MINUTE_MS)
#define DAY_MS (24 * HOUR_MS)

/* What both sides know of one direction: see base.c. */
struct base {
	bool down;
	uint32_t first; /* it begins with this transfer */
	uint32_t cut; /* of the checkpoint in the journal */
	struct pack_state *state; /* not in the journal; NULL: not made yet */
};

struct phone {
	struct phone_host host;
	struct journal *journal;
	struct phone_identity who; /* strings are owned */

	/* all of this is in the journal too */
	enum phone_state state; /* UNBOUND or BOUND */
	/* A binding under way: UNBOUND none, HELLO_SENT, ASKED, or BOUND: the
	 * proof is sent, and the old binding holds until it is confirmed. */
	enum phone_state attempt;
	char new_number[24];
	uint32_t new_key_id;
	struct seal_phone *new_keys; /* ASKED and BOUND */
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

	/* what the service knows too: see base.c */
	uint32_t acked; /* all transfers to it have arrived */
	struct base base;
	bool bulk; /* large transfers follow one another; not in the journal */
	bool base_unsaid; /* the service has not heard of base.first */
	struct base down_base;

	struct seal_phone *keys; /* NULL unless bound */
	struct policy effective;

	/* what the clocks have to do with; monotonic */
	int64_t uploaded_mono[RECORD_KIND_COUNT];
	int64_t oldest_mono[RECORD_KIND_COUNT]; /* pending since; 0: none */
	bool changed; /* something new since FILL was looked at */
	bool now; /* phone_upload_now(): until all of it is in transfers */
	unsigned again; /* kinds that the service has asked for once more */
	bool user_refused;
	uint32_t wait_said; /* as the service knows: see entries.c */
	int64_t wait_mono; /* it hears of another at the latest; 0: no need */
	int64_t pong_mono; /* an upload is due at the latest; 0: none */
	bool pong_urgent; /* whatever quiet hours, roaming and limits say */
	int64_t again_mono; /* HELLO or PROOF is sent again; 0: never */
	int again_tries;
	bool unconfirmed; /* nothing authentic has come since PROOF */
	int64_t repeat_mono; /* the last SMS is sent again; 0: never */
	int repeat_tries;
	bool repeat_soon; /* its user waits for an answer */

	/* proof of completeness */
	int64_t state_mono; /* when STATE was last said */
	bool state_asked; /* say it in the next upload */
	uint8_t bucket_kind; /* the next upload has its buckets; 0: none */

	/* what comes down; all but the times is in the journal too */
	uint32_t down_cumulative; /* all transfers to it are here */
	uint32_t down_high; /* the highest of which anything is here */
	uint32_t down_next; /* the next to apply */
	uint32_t down_done; /* records of down_next that are applied */
	uint32_t
	    down_unread; /* equals down_next: that goes by no base of ours */
	bool down_unsaid; /* something came since DOWN was said */
	int64_t down_mono; /* say DOWN at the latest; 0: no need */
	int64_t apply_mono; /* apply what waits; 0: nothing does */

	/* lost mode and wipe */
	struct wire_lost lost; /* version 0: never heard of */
	uint32_t lost_said; /* version that was confirmed */
	int64_t locate_mono; /* when the next location is due */
	enum wire_wipe wipe_say; /* the next upload says so */
	uint64_t wipe_nonce;
	int64_t wipe_until_ms; /* wall clock: the nonce is good until then */
	int64_t wipe_mono; /* erase at the latest; 0: no */

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
int
phone_send(struct phone *p, const char *number, const uint8_t *sms, size_t len);
void phone_settle_policy(struct phone *p);
/* The host has erased its user's data: forget everything, begin anew. */
void phone_erased(struct phone *p);

/* bind.c */
int bind_load(struct phone *p);
void bind_receive(struct phone *p, const uint8_t *sms, size_t len,
    const struct wire_frame *f);
void bind_tick(struct phone *p, int64_t *next);
void bind_undo(struct phone *p, const char *why);
void bind_confirmed(struct phone *p);
/* A binding that is under way is not to be. */
void bind_cancel(struct phone *p, const char *why);
/* A frame under the keys of a binding that is under way: it is confirmed, and
 * the frame is then for the phone's keys; or refused. */
void bind_control(struct phone *p, const struct wire_frame *f);
const char *bind_why_refused(const struct wire_control *c);

/* uploader.c */
int upload_load(struct phone *p);
void upload_tick(struct phone *p, int64_t *next);
void upload_repeat_plan(struct phone *p, bool soon);
/* An upload is due in so long, with or without records. */
void upload_plan(struct phone *p, int64_t in_ms, bool urgent);
/* A pending record of this kind came, or came back. */
void upload_noticed(struct phone *p, enum record_kind kind);
/* Look again at what is pending of each kind, and since when. */
void upload_refresh(struct phone *p);

/* transfer.c */
/* What one transfer carries behind its preamble. */
struct cargo {
	unsigned codec; /* enum pack_codec, or UPLOAD_FILE */
	const uint8_t *body;
	size_t len;
	struct record *const *records; /* that are in it */
	size_t n;
	struct upload_piece piece; /* len 0: none */
	bool ack_wanted, urgent;
	bool filler; /* in place of a number that is void: says nothing */
	bool undo; /* what was under this number is taken out of it */
	bool ahead; /* it may go by transfers that are not acknowledged */
	struct pack_state *planned; /* goes by this; NULL: by the phone's own */
	uint32_t planned_number; /* its number, where it goes by that */
};
#define TRANSFER_TEXT_MAX WIRE_TRANSFER_OCTETS_MAX
/* Commit it under this number.  0, or -1 after logging. */
int transfer_keep(struct phone *p, uint32_t number, const struct cargo *c);
/* How many SMS a text of so many octets takes. */
unsigned transfer_sms(const struct phone *p, size_t len);
/* Would the next transfer ask for an ACK? */
bool transfer_wants_ack(const struct phone *p, bool last);
/* An upload that is due for what its preamble says; records that wait ride
 * along as far as there is room. */
int transfer_answer(struct phone *p, unsigned kinds, bool urgent);
/* In place of a number for which the service asks and which is void. */
int transfer_filler(struct phone *p, uint32_t number);
/* The same for one whose records the service cannot read: they are pending
 * once more, and the base begins anew if it was of it. */
int transfer_void(struct phone *p, uint32_t number);
/* The newest SIM, if it is pending, in an SMS of its own.  1: there was one. */
int transfer_sim(struct phone *p);
/* One transfer from the pending records of these kinds.  How many records it
 * took, or -1.  one_sms: as many as fill one SMS; ack: an ACK is wanted behind
 * the last. */
int transfer_records(struct phone *p, unsigned kinds, bool one_sms, bool ack);
/* Would all that is pending of these kinds take more than one SMS? */
bool transfer_is_full(struct phone *p, unsigned kinds);

/* entries.c: what a preamble says beside the records */
int entries_load(struct phone *p);
/* What must be said. */
void entries_fill(const struct phone *p, struct upload_preamble *pre);
/* STATE, with what the running transaction has put into transfers. */
void entries_state(const struct phone *p, struct upload_preamble *pre);
bool entries_state_is_due(const struct phone *p);
bool entries_state_must(const struct phone *p); /* even if it costs */
/* It is in a transfer: note it in the running transaction; then, once that is
 * committed, in memory. */
int entries_keep(struct phone *p, const struct upload_preamble *pre);
void entries_kept(struct phone *p, const struct upload_preamble *pre);
/* What the service is not told it takes for the default. */
void entries_wait_load(struct phone *p);
/* It hears of another figure within an hour. */
void entries_wait_tick(struct phone *p, int64_t *next);
/* STATE and AGAIN. */
void entries_take_state(struct phone *p, const struct wire_control *c);
void entries_take_again(struct phone *p, const struct wire_control *c);

/* files.c */
/* One transfer with a piece of a file.  1: made; 0: there is none that may be
 * sent; -1: failed. */
int files_transfer(struct phone *p);
/* Are there octets of a file that may be sent? */
bool files_waiting(struct phone *p);
/* SMS that the pieces of all files take that have not been in a transfer. */
unsigned files_cost(struct phone *p);

/* restore.c */
void restore_load(struct phone *p);
/* A segment or a whole transfer has come down. */
void restore_receive(struct phone *p, const struct wire_frame *f);
void restore_tick(struct phone *p, int64_t *next);
/* What has arrived, and what is missing. */
void restore_down(const struct phone *p, struct wire_ack *out);
/* Say so in so many ms. */
void restore_plan_down(struct phone *p, int64_t in_ms);

/* apply.c */
/* Put the texts on the phone whose turn it is; apply_mono is when to try again,
 * 0: when more has come. */
void apply_waiting(struct phone *p);

/* lostmode.c */
void lostmode_load(struct phone *p);
void lostmode_take(struct phone *p, const struct wire_control *c);
void lostmode_take_wipe(struct phone *p, const struct wire_control *c);
void lostmode_locate(struct phone *p);
void lostmode_tick(struct phone *p, int64_t *next);
/* If an order to wipe may be carried out now. */
void lostmode_erase(struct phone *p, int64_t *next);
void lostmode_forget(struct phone *p); /* of another binding */

/* base.c */
void base_load(struct phone *p);
void base_free(struct phone *p);
/* It begins anew with that transfer; in the running transaction, to be loaded
 * after it.  say: the service is to be told. */
int base_forget(struct phone *p, uint32_t first, bool say);
/* The state to code the next transfer against; NULL: there is none.  ahead: it
 * may go by those that are not acknowledged. */
struct pack_state *base_ready(struct phone *p, bool ahead);
/* What the next one of many would go by if all before it were acknowledged.
 * The caller frees it.  NULL: nothing, or memory is short. */
struct pack_state *base_planned(struct phone *p);
/* All up to cumulative have arrived; it is above the last such number. */
void base_acked(struct phone *p, uint32_t cumulative);
/* These are in that transfer; in the running transaction. */
int base_keep(struct phone *p, uint32_t transfer, struct record *const *list,
    size_t count);
void base_take_recode(struct phone *p, const struct wire_control *c);
/* The base of what comes down, if it is that; NULL: it is not. */
struct pack_state *
base_down_ready(struct phone *p, const struct upload_base *head);
/* These were in the transfer that is applied now; in the running transaction,
 * and behind it. */
int base_down_keep(struct phone *p, struct record *const *list, size_t count);
void base_down_learn(struct phone *p);
/* It begins anew with that transfer; in the running transaction, to be loaded
 * after it. */
int base_down_forget(struct phone *p, uint32_t first);

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
