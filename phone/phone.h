/*
 * phone.h - the phone's side of smsvault, without I/O.
 *
 * Keeps a journal (SQLite) of what there is, what was sent and what the
 * gateway has acknowledged; binds; uploads what is new as the effective policy
 * says; answers gaps; obeys control frames.  It reaches its phone through
 * struct phone_host alone: an Android app, a modem script and the simulator
 * are all such hosts.  It knows no database, no modem, no file but its journal.
 * One thread; the host calls in, the library calls back only from inside such
 * a call.  Crash-safe: whatever a call has promised survives a power loss, and
 * no frame goes out before the journal that remembers it is committed.
 */
#ifndef PHONE_H
#define PHONE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy.h"
#include "record.h"
#include "wire.h"

enum phone_notice {
	PHONE_N_BINDING, /* HELLO sent */
	PHONE_N_QUESTION, /* detail: the question; call phone_bind_answer() */
	PHONE_N_DIGITS, /* detail: the six digits to compare with the page */
	PHONE_N_BOUND, /* put the files again: an account that is new to the
			* phone has none of their octets */
	PHONE_N_REFUSED, /* detail: why the gateway refused */
	PHONE_N_POLICY, /* the owner's policy is in force from now on */
	PHONE_N_UNBOUND,
	PHONE_N_UPLOADED, /* detail: "N records in M SMS" handed to the radio */
	PHONE_N_ACKED, /* everything sent so far has arrived */
	PHONE_N_TEXT, /* detail: what the owner wants to be shown */
	PHONE_N_LOST, /* lost mode: on, changed or off; see phone_get_lost() */
	PHONE_N_RESTORED, /* detail: "N new, M there before, K failed" */
};

enum phone_applied {
	PHONE_APPLIED = 0, /* it is there now */
	PHONE_PRESENT = 1, /* it was there, the same */
	PHONE_NOT_NOW = 2, /* ask again later */
	PHONE_NEVER = 3, /* this phone cannot hold such a thing */
};

struct phone_host {
	void *ctx;
	/* Unix time in milliseconds; may jump in either direction. */
	int64_t (*now_ms)(void *ctx);
	/* Never jumps back; any origin. */
	int64_t (*mono_ms)(void *ctx);
	/* Hand one frame to the radio.  text: send it as a text SMS.  0 if it
	 * was taken, -1 if not now (no coverage, sending limit): the library
	 * keeps it and tries again. */
	int (*send)(void *ctx, const char *number, const uint8_t *frame,
	    size_t len, bool text);
	void (*tell)(void *ctx, enum phone_notice what, const char *detail);

	/* The rest may be NULL: then it is UTC, at home, and nothing is put on
	 * the phone or done to it. */
	/* Local time minus UTC, minutes. */
	int (*utc_offset_min)(void *ctx);
	bool (*roaming)(void *ctx);
	/* Put a record that comes from a restore or from the owner's page on
	 * the phone.  Its id is another phone's unless the kind has an item
	 * with it and mine is true; *id is set to what it is here.  A
	 * RECORD_DELETE (mine) takes it away.  The library asks only for what
	 * its journal does not know as there, notes the record with its time
	 * and fields as they are, and may not be called from inside. */
	enum phone_applied (*apply)(
	    void *ctx, const struct record *r, bool mine, uint32_t *id);
	/* A whole file, as it was on the phone that sent it. */
	enum phone_applied (*apply_file)(void *ctx,
	    const struct record *manifest, const uint8_t *data, size_t len,
	    bool mine, uint32_t *id);
	void (*ring)(void *ctx, unsigned seconds);
	/* Where it is: fill r, a new RECORD_LOCATION.  -1: not known now.
	 * Asked while it is lost, and when its owner asks; a host puts no
	 * locations itself. */
	int (*locate)(void *ctx, struct record *r);
	/* Erase everything of its user's.  The journal is wiped after it. */
	void (*wipe)(void *ctx);
};

struct phone_identity {
	const char *device_id; /* IMEI or what stands for it */
	const char *sim_id; /* ICCID; NULL: no SIM */
	const char *name; /* what to call the phone */
	bool text_only; /* its software can send no data SMS */
};

enum phone_state {
	PHONE_UNBOUND,
	PHONE_HELLO_SENT,
	PHONE_ASKED, /* waits for phone_bind_answer() */
	PHONE_BOUND,
};

enum phone_err {
	PHONE_OK = 0,
	PHONE_E_CODE, /* not a binding code or QR text */
	PHONE_E_STATE, /* not in this state */
	PHONE_E_LOCKED, /* the owner has locked the settings, or it is lost */
	PHONE_E_INVALID, /* record or policy out of range */
	PHONE_E_FAILED, /* the journal failed: logged */
};

struct phone_status {
	enum phone_state state;
	bool confirmed; /* the service has answered since the binding */
	uint32_t key_id;
	char digits[7];
	char service_number[24];
	struct policy owner; /* version 0: none yet */
	struct policy effective;
	size_t pending; /* records not yet in a transfer */
	size_t in_flight; /* transfers sent and not acknowledged */
	uint64_t sms_sent, sms_received;
	int64_t last_ack_ms; /* 0: never */
};

struct phone;

/* journal: a path, or ":memory:".  NULL after logging why. */
struct phone *phone_open(const char *journal, const struct phone_host *host,
    const struct phone_identity *who);
void phone_close(struct phone *p);

enum phone_err phone_bind_code(
    struct phone *p, const char *service_number, const char *typed_code);
enum phone_err phone_bind_qr(struct phone *p, const char *qr_text);
enum phone_err phone_bind_answer(struct phone *p, const char *answer);

/* At most so many SMS in so long (30 in 30 minutes unless set). */
void phone_set_pace(struct phone *p, unsigned sms, int64_t per_ms);

/* A record is there, new or changed, or gone (RECORD_DELETE).  A record that
 * is as the journal knows it costs nothing.  Another SIM is a new RECORD_SIM
 * (SIM_ID, IMSI, OPERATOR, CELL, and NUMBER where known): the newest one goes
 * first, at once and alone, whatever the policy says.  At a start with the
 * same SIM the host puts none. */
enum phone_err phone_put(struct phone *p, const struct record *r);
/*
 * A file and its octets: r is its manifest (name, folder, type; the library
 * adds size, digest and coding).  data is copied into the journal, coded, and
 * kept there until it has arrived.  PHONE_E_INVALID: larger than
 * PHONE_FILE_MAX.
 */
#define PHONE_FILE_MAX (16u << 20)
enum phone_err phone_put_file(
    struct phone *p, const struct record *r, const uint8_t *data, size_t len);
/* The manifest that phone_put_file() would send; NULL after logging why.  The
 * caller frees it. */
struct record *
phone_describe_file(const struct record *r, const uint8_t *data, size_t len);
/* How far the files are: octets that travel, and those acknowledged. */
struct phone_file {
	uint32_t id;
	uint64_t size, arrived;
	unsigned sms_left;
};
/* At most max; how many there are that have not arrived whole. */
size_t phone_files(struct phone *p, struct phone_file *out, size_t max);
/* What an upload of all that is pending would take now, in SMS, if none is lost
 * and what arrives is acknowledged in time. */
unsigned phone_upload_cost(struct phone *p);

/* What the owner has ordered.  on false: not lost. */
void phone_get_lost(struct phone *p, struct wire_lost *out);

/* Send everything of every kind that is not OFF, now. */
enum phone_err phone_upload_now(struct phone *p);
/* The phone's own settings; refused while the owner's policy has the lock. */
enum phone_err phone_set_policy(struct phone *p, const struct policy *own);
/* An SMS has come in.  True if it was a frame for us (then the host does not
 * show it to the user), authentic or not. */
bool phone_receive(struct phone *p, const char *from, const uint8_t *frame,
    size_t len, bool text);
/* Do what is due.  Returns the mono_ms at which to call again at the latest. */
int64_t phone_tick(struct phone *p);
void phone_get_status(struct phone *p, struct phone_status *out);

const char *phone_strerror(enum phone_err err);

#endif
