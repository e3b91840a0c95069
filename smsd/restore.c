/*
 * Transfers down: what an owner puts on a phone.  smsvault-wire(7), "Text of a
 * transfer down".
 *
 *    running --all packed--> ending --RECEIPT--> done
 *       | ^                     |
 *  page | | page                | page (from running and paused too)
 *       v |                     v
 *    paused        cancelled: END with what was sent, RECEIPT or nothing
 *
 * What always holds:
 *  (1) A transfer's frames are in the database before the first goes out, and
 *      stay until the phone has said that they have arrived.
 *  (2) At most WINDOW SMS of a phone are outstanding.
 *  (3) A number is never used for another text once a frame may have left.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "down_text.h"
#include "gateway_internal.h"
#include "log.h"
#include "pack.h"
#include "rest.h"

#define WINDOW 64 /* SMS of one phone that have not arrived */
#define ROUNDS 8 /* transfers of one restore in one tick */
#define LIST_MAX 64
#define UNDER_WAY_MS 60000 /* sent since then: it may still arrive */

/* ---- packing ---- */

/* An item as it was before the pages sealed it.  Returns its octets, 0: it
 * does not open. */
static size_t
open_item(struct gateway *g, const struct gate_restore *r,
    const struct gate_restore_item *i, uint8_t out[static RECORD_STORED_MAX])
{
	uint8_t ad[REST_RESTORE_AD_LEN];

	rest_restore_ad(r->account, r->restore, (uint32_t)i->ordinal, ad);
	if (i->len <= SEAL_TAG_LEN || i->len > RECORD_STORED_MAX ||
	    seal_unwrap(g->service, REST_RESTORE_PURPOSE, ad, sizeof ad,
		i->sealed, i->len, out) != SEAL_OK) {
		log_error("restore %u: item %d does not open: is this the "
			  "right service.key? left out",
		    r->restore, i->ordinal);
		return 0;
	}
	return i->len - SEAL_TAG_LEN;
}

/* A piece; in the text form it may take two transfers. */
static enum db_err
put_piece(struct gateway *g, const struct keys_phone *phone,
    const struct gate_restore *r, const uint8_t *plain, size_t len,
    int64_t now_ms, uint32_t *transfer)
{
	const struct down_head head = {
		.what = DOWN_PIECE, .restore = r->restore, .own = r->own
	};
	const size_t room = down_text_room(phone->row.text_only);
	uint8_t text[DOWN_TEXT_MAX];
	struct upload_piece p;
	enum db_err err = DB_OK;

	if (upload_piece_get(plain, len, &p) == -1)
		return DB_NONE;
	for (size_t done = 0; done < p.len && err == DB_OK;) {
		size_t n = down_text_piece(&head, &p, &done, room, text);

		err = down_put_text(g, phone, r, text, n, now_ms, transfer);
	}
	return err;
}

/* As many records as one transfer holds.  *n: how many, 0: the phone
 * begins anew first; *mark: the sum of their marks.  DB_NONE: the first alone
 * does not fit. */
static enum db_err
put_records(struct gateway *g, const struct keys_phone *phone,
    const struct gate_restore *r, struct record *const *records, size_t *n,
    int64_t now_ms, uint32_t *mark, uint32_t *transfer)
{
	const struct down_head head = {
		.what = DOWN_RECORDS,
		.codec = pack_alone((enum pack_codec)phone->row.codec),
		.restore = r->restore,
		.own = r->own,
	};
	uint8_t text[DOWN_TEXT_MAX], stored[RECORD_STORED_MAX];
	struct pack_state *base;
	size_t len;
	enum db_err err = down_base(g, phone, r, &base);

	if (err == DB_NONE) {
		*n = 0;
		return down_anew(g, phone, r, r->next, now_ms);
	}
	if (err != DB_OK)
		return err;
	len = down_text_records(&head, r->next, base,
	    (const struct record *const *)records, n,
	    down_text_room(phone->row.text_only), text);
	if (len == 0)
		return DB_NONE;
	/* As in the receipt: the sum of what is to be there, so not of what
	 * is to go. */
	for (size_t i = 0; i < *n; i++)
		if (record_op(records[i]) == RECORD_PUT)
			*mark += seal_mark(phone->seal, stored,
			    record_encode(records[i], stored, sizeof stored));
	err = down_put_text(g, phone, r, text, len, now_ms, transfer);
	return err == DB_OK ? down_grow(g, r, base, *transfer, records, *n)
			    : err;
}

/* Leave out one that cannot be sent.  Its owner is told, once a restore. */
static enum db_err
leave_out(struct gateway *g, const struct gate_restore *r, int ordinal,
    int64_t now_ms)
{
	char detail[16];
	bool first;
	enum db_err err = gate_restore_drop(g->db, r, ordinal, &first);

	log_warn("restore %u: item %d cannot be sent: left out", r->restore,
	    ordinal);
	if (err != DB_OK || !first)
		return err;
	snprintf(detail, sizeof detail, "%u", r->restore);
	return gate_event_put(
	    g->db, r->account, r->phone, now_ms, "restore-failed", detail);
}

/* The records at the head of the list.  Those that do not open end it. */
static size_t
open_records(struct gateway *g, const struct gate_restore *r,
    const struct gate_restore_item *items, size_t n, struct record **records)
{
	uint8_t plain[RECORD_STORED_MAX];
	size_t i;

	for (i = 0; i < n && !items[i].piece; i++) {
		size_t len = open_item(g, r, &items[i], plain);

		if (len == 0 ||
		    (records[i] = record_decode(plain, len)) == NULL)
			break;
	}
	seal_wipe(plain, sizeof plain);
	return i;
}

static enum db_err
pack_records(struct gateway *g, const struct keys_phone *phone,
    const struct gate_restore *r, const struct gate_restore_item *items,
    size_t n, int64_t now_ms)
{
	struct record *records[DOWN_RECORDS_MAX];
	size_t opened = open_records(g, r, items, n, records), put = opened;
	uint32_t mark = 0, transfer = 0;
	enum db_err err = DB_NONE;

	if (opened > 0)
		err = put_records(
		    g, phone, r, records, &put, now_ms, &mark, &transfer);
	for (size_t i = 0; i < opened; i++)
		record_free(records[i]);
	if (err == DB_NONE)
		return leave_out(g, r, items[0].ordinal, now_ms);
	if (err != DB_OK || put == 0)
		return err;
	return gate_restore_packed(g->db, r, items[0].ordinal,
	    items[put - 1].ordinal, transfer, (int)put, mark, now_ms);
}

static enum db_err
pack_piece(struct gateway *g, const struct keys_phone *phone,
    const struct gate_restore *r, const struct gate_restore_item *item,
    int64_t now_ms)
{
	uint8_t plain[RECORD_STORED_MAX];
	size_t len = open_item(g, r, item, plain);
	uint32_t transfer = 0;
	enum db_err err = DB_NONE;

	if (len > 0)
		err = put_piece(g, phone, r, plain, len, now_ms, &transfer);
	seal_wipe(plain, sizeof plain);
	if (err == DB_NONE)
		return leave_out(g, r, item->ordinal, now_ms);
	if (err != DB_OK)
		return err;
	return gate_restore_packed(
	    g->db, r, item->ordinal, item->ordinal, transfer, 0, 0, now_ms);
}

static enum db_err
pack_next(struct gateway *g, const struct keys_phone *phone,
    const struct gate_restore *r, int64_t now_ms)
{
	struct gate_restore_item *items;
	size_t n = 0;
	enum db_err err =
	    gate_restore_items(g->db, r, DOWN_RECORDS_MAX, &items, &n);

	if (err != DB_OK)
		return err;
	if (n > 0)
		err = items[0].piece
			  ? pack_piece(g, phone, r, &items[0], now_ms)
			  : pack_records(g, phone, r, items, n, now_ms);
	free(items);
	return err;
}

static enum db_err
put_end(struct gateway *g, const struct keys_phone *phone,
    const struct gate_restore *r, int64_t now_ms)
{
	const struct down_head head = {
		.what = DOWN_END,
		.restore = r->restore,
		.records = (uint32_t)r->records,
		.own = r->own,
	};
	uint8_t text[DOWN_HEAD_MAX];
	uint32_t transfer;
	enum db_err err = down_put_text(
	    g, phone, r, text, down_put(&head, text), now_ms, &transfer);

	if (err != DB_OK)
		return err;
	return gate_restore_ending(g->db, r, transfer, now_ms);
}

/* One step of a restore.  DB_NONE: there is nothing to do now. */
static enum db_err
step(struct gateway *g, struct gate_restore *r, int64_t now_ms)
{
	struct keys_phone *phone;
	int outstanding;
	enum db_err err = gate_restore_take(g->db, r, &outstanding);

	if (err != DB_OK || (err = gateway_find_phone(g, r->account, r->phone,
				 now_ms, &phone)) != DB_OK)
		return err;
	if (r->waits)
		return DB_NONE;
	if (r->cancelled) {
		bool any;

		if ((err = gate_restore_withdraw(g->db, r, now_ms)) != DB_OK ||
		    (err = gate_restore_on_air(g->db, r, &any)) != DB_OK)
			return err;
		return any ? put_end(g, phone, r, now_ms)
			   : gate_restore_over(g->db, r, now_ms);
	}
	if (r->packed)
		return put_end(g, phone, r, now_ms);
	if (outstanding + WIRE_SEGMENTS_MAX > WINDOW)
		return DB_NONE;
	return pack_next(g, phone, r, now_ms);
}

/* ---- what the phone says ---- */

static enum db_err
send_missing(struct gateway *g, const struct gateway_upload *u,
    uint32_t transfer, uint16_t mask)
{
	const struct gate_phone *row = &u->phone->row;
	struct gate_down_frame f[WIRE_SEGMENTS_MAX];
	size_t n = 0;
	enum db_err err = gate_down_missing(g->db, row->account, row->phone,
	    transfer, mask, u->received_ms - UNDER_WAY_MS, f, &n);

	for (size_t i = 0; i < n && err == DB_OK; i++)
		err = down_queue(g, row, &f[i], u->now_ms);
	return err;
}

/* The phone that this one replaces has nothing left to say. */
static enum db_err
end_replaced(struct gateway *g, const struct gateway_upload *u, int64_t old)
{
	const struct gate_phone *row = &u->phone->row;
	enum db_err err = gateway_unbind(g, row->account, old, u->now_ms);

	if (err != DB_OK)
		return err == DB_NONE ? DB_OK : err;
	return gate_event_put(
	    g->db, row->account, old, u->now_ms, "phone-replaced", "");
}

static enum db_err
note_receipt(struct gateway *g, const struct gateway_upload *u,
    const struct upload_preamble *pre)
{
	const struct gate_phone *row = &u->phone->row;
	const struct gate_receipt r = {
		.restore = pre->receipt,
		.applied = pre->applied,
		.present = pre->present,
		.failed = pre->failed,
		.mark = pre->receipt_mark,
	};
	int64_t replaced = 0;
	bool differs;
	char detail[48];
	enum db_err err = gate_receipt_put(g->db, row->account, row->phone, &r,
	    u->now_ms, &differs, &replaced);

	if (err != DB_OK)
		return err == DB_NONE ? DB_OK : err;
	snprintf(detail, sizeof detail, "%u %u %u", pre->applied, pre->present,
	    pre->failed);
	err = gateway_event(
	    g, u, differs ? "restore-differs" : "restore-done", detail);
	if (err == DB_OK && replaced != 0 && !differs)
		err = end_replaced(g, u, replaced);
	return err;
}

enum db_err
restore_note(struct gateway *g, const struct gateway_upload *u,
    const struct upload_preamble *pre)
{
	const struct gate_phone *row = &u->phone->row;
	enum db_err err = DB_OK;

	if (pre->has_down)
		err = gate_down_arrived(g->db, row->account, row->phone,
		    u->transfer, &pre->down, pre->down_unread, u->now_ms);
	for (uint32_t i = 0;
	     pre->has_down && i < pre->down.count && err == DB_OK; i++)
		if (pre->down.wanted[i] != 0)
			err = send_missing(g, u, pre->down.cumulative + 1 + i,
			    pre->down.wanted[i]);
	if (err == DB_NONE)
		err = DB_OK;
	if (err == DB_OK && pre->receipt != 0)
		err = note_receipt(g, u, pre);
	return err;
}

/* ---- time ---- */

static enum db_err
send_again(struct gateway *g, const struct gate_down_frame *f, int64_t now_ms)
{
	struct keys_phone *phone;
	enum db_err err;

	if ((err = gateway_find_phone(
		 g, f->account, f->phone, now_ms, &phone)) != DB_OK ||
	    (err = down_queue(g, &phone->row, f, now_ms)) != DB_OK)
		return err;
	return gate_down_repeated(g->db, f->account, f->phone, now_ms);
}

static enum db_err
repeats(struct gateway *g, int64_t now_ms)
{
	struct gate_down_frame list[LIST_MAX];
	size_t n = 0;
	enum db_err err;

	if ((err = db_begin(g->db)) != DB_OK)
		return err;
	if ((err = gate_down_pause(g->db, now_ms)) == DB_OK)
		err = db_commit(g->db);
	db_rollback(g->db);
	if (err == DB_OK)
		err = gate_down_due(g->db, now_ms, list, LIST_MAX, &n);
	for (size_t i = 0; i < n && err != DB_LOST; i++) {
		if ((err = db_begin(g->db)) != DB_OK)
			break;
		if ((err = send_again(g, &list[i], now_ms)) == DB_OK)
			err = db_commit(g->db);
		db_rollback(g->db);
	}
	return err;
}

int
restores_tick(struct gateway *g, int64_t now_ms)
{
	struct gate_restore list[LIST_MAX];
	size_t n = 0;
	enum db_err err = repeats(g, now_ms);

	if (err == DB_LOST || (err = down_tick(g, now_ms)) == DB_LOST ||
	    (err = gate_restore_list(g->db, list, LIST_MAX, &n)) != DB_OK)
		return -1;
	for (size_t i = 0; i < n; i++)
		for (int k = 0; k < ROUNDS && err == DB_OK; k++) {
			if ((err = db_begin(g->db)) != DB_OK)
				break;
			if ((err = step(g, &list[i], now_ms)) == DB_OK)
				err = db_commit(g->db);
			db_rollback(g->db);
			if (err == DB_LOST)
				return -1;
			if (err != DB_OK) {
				if (err != DB_NONE)
					gateway_forget(g);
				err = DB_OK;
				break;
			}
		}
	return 0;
}
