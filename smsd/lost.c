/*
 * A phone that is lost: what its owner orders goes out until it is in force,
 * and everything that comes from it is evidence.
 *
 * A lost state is full state with a version, so it may go out again: when it
 * is not in force an hour later though the phone was heard, and at each new
 * number.  It has no not-after: a thief may have set the clock ahead, and an
 * old state is ignored by its version.  A wipe is prepare, nonce, go; the nonce
 * is the phone's and good for an hour.  smsvault-wire(7), "Lost" and "Wipe".
 */
#include "be.h"
#include "gateway_internal.h"
#include "log.h"
#include "rest.h"

#define HOUR_MS 3600000LL
#define AGAIN_MS HOUR_MS
#define LOST_LIFE_MS (7 * 24 * HOUR_MS)
#define LIST_MAX 64

/* ---- what comes ---- */

/* Into the evidence, if it is lost. */
enum db_err
lost_note(struct gateway *g, const struct gateway_upload *u, const char *kind)
{
	const struct gate_evidence e = {
		.account = u->phone->row.account,
		.phone = u->phone->row.phone,
		.transfer = u->transfer,
		.kind = kind,
		.number = u->number,
		.smsc_ms = u->smsc_ms,
	};

	return u->phone->row.lost ? gate_evidence_put(g->db, &e, u->now_ms)
				  : DB_OK;
}

enum db_err
lost_note_upload(struct gateway *g, const struct gateway_upload *u)
{
	return lost_note(g, u, "upload");
}

static enum db_err
note_applied(
    struct gateway *g, const struct gateway_upload *u, uint32_t version)
{
	struct gate_phone *row = &u->phone->row;
	const struct gate_evidence e = {
		.account = row->account,
		.phone = row->phone,
		.transfer = u->transfer,
		.number = u->number,
		.smsc_ms = u->smsc_ms,
	};
	struct gate_evidence said = e;
	bool on;
	enum db_err err = gate_lost_applied(
	    g->db, row->account, row->phone, version, u->now_ms, &on);

	if (err != DB_OK)
		return err == DB_NONE ? DB_OK : err;
	row->lost_applied = version;
	said.kind = on ? "lost" : "found";
	if ((err = gate_evidence_put(g->db, &said, u->now_ms)) != DB_OK)
		return err;
	return gateway_event(g, u, on ? "lost-on" : "lost-off", "");
}

static enum db_err
note_wipe(struct gateway *g, const struct gateway_upload *u,
    const struct upload_preamble *pre)
{
	const struct gate_phone *row = &u->phone->row;
	bool begun = pre->wipe == WIRE_WIPE_GO;
	enum db_err err =
	    begun ? gate_wipe_begun(g->db, row->account, row->phone, u->now_ms)
		  : gate_wipe_prepared(g->db, row->account, row->phone,
			pre->wipe_nonce, u->now_ms);

	if (err != DB_OK)
		return err == DB_NONE ? DB_OK : err;
	if ((err = lost_note(g, u, "wipe")) != DB_OK)
		return err;
	return gateway_event(g, u, begun ? "wipe-begun" : "wipe-prepared", "");
}

enum db_err
lost_note_preamble(struct gateway *g, const struct gateway_upload *u,
    const struct upload_preamble *pre)
{
	enum db_err err = DB_OK;

	if (pre->has_lost && pre->lost_applied > u->phone->row.lost_applied)
		err = note_applied(g, u, pre->lost_applied);
	if (err == DB_OK && pre->wipe != WIRE_WIPE_NONE)
		err = note_wipe(g, u, pre);
	return err;
}

/* ---- what is ordered ---- */

/* The text to show; one that does not open is left out, the order is not. */
static void
open_text(const struct gateway *g, const struct gate_lost *l,
    char out[static WIRE_LOST_TEXT_MAX + 1])
{
	uint8_t ad[REST_LOST_AD_LEN];

	if (l->text_len <= SEAL_TAG_LEN)
		return;
	rest_lost_ad(l->account, l->phone, l->version, ad);
	if (seal_unwrap(g->service, REST_LOST_PURPOSE, ad, sizeof ad,
		l->text_sealed, l->text_len, (uint8_t *)out) == SEAL_OK) {
		out[l->text_len - SEAL_TAG_LEN] = '\0';
		return;
	}
	out[0] = '\0';
	log_error("phone %lld: the text to show does not unwrap: is this the "
		  "right service.key?",
	    (long long)l->phone);
}

static enum db_err
put_lost(struct gateway *g, const void *order, int64_t now_ms)
{
	const struct gate_lost *l = order;
	struct wire_lost w = {
		.version = l->version,
		.on = l->on,
		.ring = l->ring && l->on,
		.lock_screen = l->lock_screen && l->on,
		.locate = l->locate_min > 0 && l->on,
		.locate_min = l->on ? (uint16_t)l->locate_min : 0,
	};
	uint8_t args[WIRE_CONTROL_ARGS_MAX], plain[WIRE_DATA_MAX];
	struct wire_control c = {
		.command = WIRE_CMD_LOST,
		.args = args,
	};
	struct keys_phone *phone;
	enum db_err err =
	    gateway_find_phone(g, l->account, l->phone, now_ms, &phone);

	if (err != DB_OK)
		return err;
	phone->loaded_ms = 0; /* from now on its uploads are evidence */
	open_text(g, l, w.text);
	c.args_len = wire_lost_encode(&w, args);
	if ((err = gateway_control(g, phone, WIRE_CONTROL, "lost", plain,
		 wire_control_encode(&c, plain), LOST_LIFE_MS, now_ms)) !=
	    DB_OK)
		return err;
	return gate_lost_sent(g->db, l->account, l->phone, l->version, now_ms);
}

static enum db_err
put_wipe(struct gateway *g, const void *order, int64_t now_ms)
{
	const struct gate_wipe *w = order;
	uint8_t args[9] = { w->go ? WIRE_WIPE_GO : WIRE_WIPE_PREPARE };
	uint8_t plain[WIRE_DATA_MAX];
	const struct wire_control c = {
		.command = WIRE_CMD_WIPE,
		.not_after = (uint32_t)((now_ms + 24 * HOUR_MS) / 1000),
		.args = args,
		.args_len = w->go ? 9 : 1,
	};
	struct keys_phone *phone;
	enum db_err err =
	    gateway_find_phone(g, w->account, w->phone, now_ms, &phone);

	if (err != DB_OK)
		return err;
	be_put64(args + 1, w->nonce);
	if ((err = gateway_control(g, phone, WIRE_CONTROL, "control", plain,
		 wire_control_encode(&c, plain), 24 * HOUR_MS, now_ms)) !=
	    DB_OK)
		return err;
	return gate_wipe_sent(g->db, w->account, w->phone, now_ms);
}

/* Each order in a transaction of its own: one that fails stops no other. */
static enum db_err
one(struct gateway *g, const void *order, int64_t now_ms,
    enum db_err (*put)(struct gateway *, const void *, int64_t))
{
	enum db_err err = db_begin(g->db);

	if (err == DB_OK && (err = put(g, order, now_ms)) == DB_OK)
		err = db_commit(g->db);
	db_rollback(g->db);
	return err == DB_LOST ? err : DB_OK;
}

static enum db_err
late_wipe(struct gateway *g, int64_t now_ms)
{
	int64_t account, phone;
	enum db_err err = db_begin(g->db);

	if (err == DB_OK &&
	    (err = gate_wipe_late(g->db, now_ms, &account, &phone)) == DB_OK &&
	    (err = gate_event_put(
		 g->db, account, phone, now_ms, "wipe-late", "")) == DB_OK)
		err = db_commit(g->db);
	db_rollback(g->db);
	return err == DB_NONE ? DB_OK : err;
}

int
lost_tick(struct gateway *g, int64_t now_ms)
{
	struct gate_lost lost[LIST_MAX];
	struct gate_wipe wipe[LIST_MAX];
	size_t n = 0;
	enum db_err err =
	    gate_lost_list(g->db, now_ms, AGAIN_MS, lost, LIST_MAX, &n);

	for (size_t i = 0; i < n && err == DB_OK; i++)
		err = one(g, &lost[i], now_ms, put_lost);
	if (err == DB_OK && (err = late_wipe(g, now_ms)) == DB_OK)
		err =
		    gate_wipe_list(g->db, now_ms, AGAIN_MS, wipe, LIST_MAX, &n);
	for (size_t i = 0; i < n && err == DB_OK; i++)
		err = one(g, &wipe[i], now_ms, put_wipe);
	return err == DB_OK ? 0 : -1;
}
