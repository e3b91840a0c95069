/*
 * Transfers that are whole: opened, read and stored one by one, each in a
 * transaction of its own, so that none is in another's way.
 */
#include "gateway_internal.h"
#include "log.h"

#define LIST_MAX 64 /* whole transfers that are looked at for one to open */

static enum db_err
store_whole(struct gateway *g, struct keys_phone *phone,
    const struct gate_whole *w, const uint8_t *text, size_t len, int64_t now_ms)
{
	const struct gateway_upload u = {
		.phone = phone,
		.transfer = w->transfer,
		.number = w->number,
		.smsc_ms = w->smsc_ms,
		.received_ms = w->received_ms,
		.now_ms = now_ms,
		.base = w->base,
	};
	struct gate_heard h = {
		.account = w->account,
		.phone = w->phone,
		.highest = w->transfer,
	};
	enum gateway_reading how;
	int n;
	enum db_err err = gateway_store(g, &u, text, len, NULL, &h, &how, &n);

	/* Of one that cannot be read the segments stay: nothing that was
	 * accepted is lost. */
	if (err == DB_OK && how == GATEWAY_READ)
		err = gate_whole_end(g->db, w, "stored", n);
	else if (err == DB_OK && how == GATEWAY_UNREADABLE)
		err = gate_whole_aside(g->db, w);
	h.records = n;
	if (err == DB_OK)
		err = gate_heard_put(g->db, &h, 1, now_ms);
	/* It was unbound meanwhile: nothing of this is to stay in memory. */
	return err == DB_NONE ? DB_FAILED : err;
}

/* The text of a whole transfer; 0: it is not authentic. */
static size_t
open_text(const struct seal_phone *keys, const struct gate_whole *w,
    const uint8_t *bodies, size_t len, uint8_t *text)
{
	struct wire_frame f;
	uint32_t transfer;

	if (!w->single)
		return len > SEAL_TAG_LEN &&
			       seal_transfer_open(keys, false, w->transfer,
				   bodies, len, text) == SEAL_OK
			   ? len - SEAL_TAG_LEN
			   : 0;
	return wire_decode(bodies, len, &f) == WIRE_OK &&
		       f.type == WIRE_SINGLE &&
		       seal_single_open(
			   keys, &f, w->transfer, &transfer, text) == SEAL_OK &&
		       transfer == w->transfer
		   ? f.body_len
		   : 0;
}

/* DB_NONE: it is not for us. */
static enum db_err
open_one(struct gateway *g, struct gate_whole *w, int64_t now_ms)
{
	uint8_t bodies[WIRE_TRANSFER_OCTETS_MAX];
	uint8_t text[sizeof bodies];
	struct keys_phone *phone;
	size_t len = 0;
	enum db_err err;

	if ((err = keys_find(g->keys, g->db, w->key_id, now_ms, &phone)) !=
		DB_OK ||
	    (err = gate_whole_take(g->db, w, bodies, sizeof bodies, &len)) !=
		DB_OK)
		return err;
	if ((len = open_text(phone->seal, w, bodies, len, text)) == 0) {
		log_warn("phone %lld: transfer %u is not authentic as a whole: "
			 "asked for again",
		    (long long)w->phone, w->transfer);
		return gate_whole_again(g->db, w, now_ms);
	}
	err = store_whole(g, phone, w, text, len, now_ms);
	seal_wipe(text, sizeof text);
	return err;
}

static enum db_err
open_in_transaction(struct gateway *g, struct gate_whole *w, int64_t now_ms)
{
	enum db_err err = db_begin(g->db);

	if (err == DB_OK)
		err = open_one(g, w, now_ms);
	if (err == DB_OK)
		err = db_commit(g->db);
	db_rollback(g->db);
	if (err != DB_OK && err != DB_NONE)
		gateway_forget(g);
	return err;
}

/* It would be so again: its segments stay, and the next one is opened. */
static enum db_err
set_aside(struct gateway *g, const struct gate_whole *w, int64_t now_ms)
{
	enum db_err err;

	log_warn("phone %lld: transfer %u is set aside: the database refuses "
		 "what is in it",
	    (long long)w->phone, w->transfer);
	if ((err = db_begin(g->db)) == DB_OK &&
	    (err = gate_whole_aside(g->db, w)) == DB_OK &&
	    (err = gate_event_put(g->db, w->account, w->phone, now_ms,
		 "upload-unreadable", "")) == DB_OK)
		err = db_commit(g->db);
	db_rollback(g->db);
	return err;
}

/* Those that can be opened now.  How many were, or -1. */
static int
open_listed(struct gateway *g, int max, int64_t now_ms)
{
	struct gate_whole list[LIST_MAX];
	size_t n;
	enum db_err err;
	int opened = 0;

	if (gate_whole_list(g->db, list, LIST_MAX, &n) != DB_OK)
		return -1;
	for (size_t i = 0; i < n && opened < max; i++) {
		err = open_in_transaction(g, &list[i], now_ms);
		if (err == DB_REFUSED)
			err = set_aside(g, &list[i], now_ms);
		if (err == DB_OK)
			opened++;
		if (err == DB_LOST)
			return -1;
	}
	return opened;
}

int
gateway_open(struct gateway *g, int max, int64_t now_ms)
{
	int opened = 0, n;

	do { /* what was opened may be what others waited for */
		if ((n = open_listed(g, max - opened, now_ms)) == -1)
			return -1;
		opened += n;
	} while (n > 0 && opened < max);
	return opened;
}
