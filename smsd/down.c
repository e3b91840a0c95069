/*
 * Transfers on their way down to a phone, and the base that their records are
 * coded against: smsvault-wire(7), "State".
 *
 * What always holds:
 *  (1) A phone takes its transfers in the order of their numbers, so each may
 *      be coded against all that went before it, arrived or not.
 *  (2) The phone's row says what the base has learnt, with its digest.  A base
 *      with another digest is not the one that the phone has.
 *  (3) While a phone has not begun anew, nothing more goes down to it.
 */
#include <string.h>

#include "gateway_internal.h"
#include "log.h"
#include "pack.h"

#define LIFE_MS (7 * 86400000LL)
#define LIST_MAX 64

enum db_err
down_queue(struct gateway *g, const struct gate_phone *to,
    const struct gate_down_frame *f, int64_t now_ms)
{
	int64_t id = 0;
	const struct gate_out o = {
		.account = to->account,
		.phone = to->phone,
		.purpose = "restore",
		.number = to->number,
		.text = to->text_only,
		.frame = f->frame,
		.len = f->len,
		.not_after_ms = now_ms + LIFE_MS,
		.id = &id,
	};
	enum db_err err = gate_out_put(g->db, &o, now_ms);

	return err == DB_OK ? gate_down_queued(g->db, f, id, now_ms) : err;
}

enum db_err
down_put_text(struct gateway *g, const struct keys_phone *phone,
    const struct gate_restore *r, const uint8_t *text, size_t len,
    int64_t now_ms, uint32_t *transfer)
{
	uint8_t sms[WIRE_SEGMENTS_MAX][WIRE_DATA_MAX];
	size_t sms_len[WIRE_SEGMENTS_MAX];
	enum db_err err = gate_down_next(g->db, r->account, r->phone, transfer);
	int n;

	if (err != DB_OK)
		return err;
	n = seal_transfer(phone->seal, true, *transfer, text, len,
	    phone->row.text_only ? WIRE_TEXT_MAX : WIRE_DATA_MAX, sms, sms_len);
	if (n < 1)
		return DB_FAILED;
	for (int i = 0; i < n && err == DB_OK; i++) {
		struct gate_down_frame f = {
			.account = r->account,
			.phone = r->phone,
			.transfer = *transfer,
			.restore = r->restore,
			.index = (unsigned)i,
			.len = sms_len[i],
		};

		memcpy(f.frame, sms[i], sms_len[i]);
		if ((err = gate_down_put(g->db, &f)) == DB_OK)
			err = down_queue(g, &phone->row, &f, now_ms);
	}
	return err;
}

/* ---- the base ---- */

static struct bases_want
base_of(const struct gate_restore *r)
{
	struct bases_want w = {
		.account = r->account,
		.phone = r->phone,
		.down = true,
		.base = { .first = r->anew + 1, .cumulative = r->base },
		.transfer = r->base,
		.check_len = sizeof r->digest,
	};

	memcpy(w.check, r->digest, sizeof r->digest);
	return w;
}

enum db_err
down_base(struct gateway *g, const struct keys_phone *phone,
    const struct gate_restore *r, struct pack_state **out)
{
	const struct bases_want w = base_of(r);
	enum db_err err;

	*out = NULL;
	if (phone->row.codec < PACK_BASED || r->alone)
		return DB_OK;
	err = bases_find(g->bases, g->db, &w, out);
	return err == DB_OK && *out == NULL ? DB_NONE : err;
}

enum db_err
down_grow(struct gateway *g, const struct gate_restore *r,
    struct pack_state *base, uint32_t transfer, struct record *const *records,
    size_t n)
{
	enum db_err err;

	if (base == NULL)
		return DB_OK;
	err = bases_grow(g->bases, g->db, base, transfer, records, n);
	return err == DB_OK ? gate_down_learnt(
				  g->db, r, transfer, pack_state_digest(base))
			    : err;
}

/* ---- beginning anew ---- */

enum db_err
down_anew(struct gateway *g, const struct keys_phone *phone,
    const struct gate_restore *r, uint32_t first, int64_t now_ms)
{
	const struct down_head head = {
		.what = DOWN_ANEW,
		.restore = r->restore,
		.first = first,
	};
	uint8_t text[DOWN_HEAD_MAX];
	uint32_t transfer;
	enum db_err err = down_put_text(
	    g, phone, r, text, down_put(&head, text), now_ms, &transfer);

	log_info("phone %lld: what goes down to it begins anew with transfer "
		 "%u, and all from %u on is void",
	    (long long)r->phone, r->next, first);
	return err == DB_OK ? gate_down_anew(g->db, r, transfer) : err;
}

static enum db_err
go_back(struct gateway *g, struct gate_restore *r, int64_t now_ms)
{
	struct keys_phone *phone;
	uint32_t first;
	enum db_err err = gate_behind_take(g->db, r, &first);

	if (err != DB_OK || (err = gateway_find_phone(g, r->account, r->phone,
				 now_ms, &phone)) != DB_OK)
		return err;
	return down_anew(g, phone, r, first, now_ms);
}

enum db_err
down_tick(struct gateway *g, int64_t now_ms)
{
	struct gate_restore list[LIST_MAX];
	size_t n = 0;
	enum db_err err = gate_behind_list(g->db, list, LIST_MAX, &n);

	for (size_t i = 0; i < n && err != DB_LOST; i++) {
		if ((err = db_begin(g->db)) != DB_OK)
			break;
		if ((err = go_back(g, &list[i], now_ms)) == DB_OK)
			err = db_commit(g->db);
		db_rollback(g->db);
	}
	return err;
}
