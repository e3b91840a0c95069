/*
 * What an upload says and brings, once it is authentic and whole.
 *
 * All of it is stored in one transaction with the state of its transfer, so
 * that it has its effect once.
 */
#include <stdio.h>
#include <stdlib.h>

#include "gateway_internal.h"
#include "log.h"
#include "pack.h"
#include "upload.h"

/* The records of an upload in its codec.  0, or -1: they are none.  The caller
 * frees each, then the array. */
static int
unpack(struct gateway *g, const struct gateway_upload *u, unsigned codec,
    const uint8_t *p, size_t len, struct record ***records, size_t *n)
{
	(void)g;
	(void)u;
	return pack_read((enum pack_codec)codec, p, len, records, n);
}

static void
free_records(struct record **records, size_t n)
{
	for (size_t i = 0; i < n; i++)
		record_free(records[i]);
	free(records);
}

/* What the preamble says besides the records. */
static enum db_err
note_preamble(struct gateway *g, struct keys_phone *phone,
    const struct upload_preamble *pre, struct gate_heard *h, int64_t now_ms)
{
	enum db_err err = DB_OK;
	char version[16];

	h->ack_wanted = h->ack_wanted || pre->ack_wanted;
	if (pre->policy_applied > h->policy_applied)
		h->policy_applied = pre->policy_applied;
	if (pre->policy_applied > phone->row.policy_applied) {
		snprintf(version, sizeof version, "%u", pre->policy_applied);
		err = gate_event_put(g->db, phone->row.account,
		    phone->row.phone, now_ms, "policy-in-force", version);
		phone->row.policy_applied = pre->policy_applied;
	}
	if (err == DB_OK && pre->user_refused)
		err = gate_event_put(g->db, phone->row.account,
		    phone->row.phone, now_ms, "lock-refused", "");
	return err;
}

enum db_err
gateway_store(struct gateway *g, const struct gateway_upload *u,
    const uint8_t *text, size_t len, struct gate_heard *h, bool *readable,
    int *count)
{
	struct upload_preamble pre;
	struct record **records = NULL;
	size_t n = 0, head = upload_get(text, len, &pre);
	enum db_err err;

	*count = 0;
	*readable = head != 0 && unpack(g, u, pre.codec, text + head,
				     len - head, &records, &n) == 0;
	if (!*readable) {
		log_warn("phone %lld: transfer %u is authentic but cannot be "
			 "read: set aside",
		    (long long)u->phone->row.phone, u->transfer);
		return gate_event_put(g->db, u->phone->row.account,
		    u->phone->row.phone, u->now_ms, "upload-unreadable", "");
	}
	*count = (int)n;
	err = vault_store(g->vault, g->db, &u->phone->row, u->transfer, records,
	    n, u->now_ms);
	free_records(records, n);
	if (err == DB_OK)
		err = note_preamble(g, u->phone, &pre, h, u->now_ms);
	return err;
}

/* ---- whole transfers ---- */

static enum db_err
store_whole(struct gateway *g, struct keys_phone *phone,
    const struct gate_whole *w, const uint8_t *text, size_t len, int64_t now_ms)
{
	const struct gateway_upload u = { phone, w->transfer, now_ms };
	struct gate_heard h = {
		.account = w->account,
		.phone = w->phone,
		.highest = w->transfer,
	};
	bool readable;
	int n;
	enum db_err err = gateway_store(g, &u, text, len, &h, &readable, &n);

	/* Of one that cannot be read the segments stay: nothing that was
	 * accepted is lost. */
	if (err == DB_OK)
		err = readable ? gate_whole_end(g->db, w, "stored", n)
			       : gate_whole_aside(g->db, w);
	if (err == DB_OK)
		err = gate_heard_put(g->db, &h, 1, now_ms);
	return err;
}

static enum db_err
open_one(struct gateway *g, const struct gate_whole *w, int64_t now_ms)
{
	uint8_t bodies[WIRE_SEGMENTS_MAX * WIRE_SEGMENT_BODY_MAX];
	uint8_t text[sizeof bodies];
	struct keys_phone *phone;
	size_t len = 0;
	enum db_err err;

	if ((err = keys_find(g->keys, g->db, w->key_id, now_ms, &phone)) !=
		DB_OK ||
	    (err = gate_whole_take(g->db, w, bodies, sizeof bodies, &len)) !=
		DB_OK)
		return err;
	if (seal_transfer_open(phone->seal, false, w->transfer, bodies, len,
		text) != SEAL_OK) {
		log_warn("phone %lld: transfer %u is not authentic as a whole: "
			 "asked for again",
		    (long long)w->phone, w->transfer);
		return gate_whole_again(g->db, w, now_ms);
	}
	err = store_whole(g, phone, w, text, len - SEAL_TAG_LEN, now_ms);
	seal_wipe(text, sizeof text);
	return err;
}

int
gateway_open(struct gateway *g, int max, int64_t now_ms)
{
	struct gate_whole list[64];
	size_t n;
	enum db_err err;
	int opened = 0;

	if (max > 64)
		max = 64;
	if (gate_whole_list(g->db, list, (size_t)max, &n) != DB_OK)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (db_begin(g->db) != DB_OK)
			return -1;
		err = open_one(g, &list[i], now_ms);
		if (err == DB_OK)
			err = db_commit(g->db);
		db_rollback(g->db);
		if (err == DB_OK)
			opened++;
		else
			gateway_forget(g);
		if (err == DB_LOST)
			return -1;
	}
	return opened;
}
