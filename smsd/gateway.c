#include "gateway.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway_internal.h"
#include "log.h"
#include "udh.h"

#define BATCH_MAX 256
#define LATER_MS 600000 /* how long a frame waits for its binding */
#define REPEAT_MS 300000 /* a repeat later than that is the phone's own */

/* One row of a batch that is a piece of a bound phone's transfer. */
struct item {
	int row;
	struct keys_phone *phone;
	size_t text_len;
	uint8_t text[WIRE_DATA_MAX]; /* single: opened */
	struct gateway_content *content; /* and read, or NULL */
};

static const char refused[] = "the database refuses what is in it";

/* Pieces that are committed together. */
struct batch {
	bool aside; /* it is known that what is in it cannot be stored */
	size_t n;
	struct gate_piece piece[BATCH_MAX];
	struct item item[BATCH_MAX];
	size_t heard_n;
	struct gate_heard heard[BATCH_MAX];
	uint32_t heard_key[BATCH_MAX];
};

struct gateway *
gateway_new(struct db *db, const struct gateway_keys *keys,
    const struct reassembly_timing *timing, size_t states)
{
	struct gateway *g = calloc(1, sizeof *g);

	if (g == NULL) {
		log_error("cannot allocate the gateway: %m");
		return NULL;
	}
	g->db = db;
	g->timing = *timing;
	memcpy(g->service, keys->service, sizeof g->service);
	if ((g->keys = keys_new(keys->gateway)) == NULL ||
	    (g->vault = vault_new()) == NULL ||
	    (g->bases = bases_new(g->service, states)) == NULL) {
		gateway_free(g);
		return NULL;
	}
	return g;
}

void
gateway_free(struct gateway *g)
{
	if (g == NULL)
		return;
	keys_free(g->keys);
	vault_free(g->vault);
	bases_free(g->bases);
	seal_wipe(g->service, sizeof g->service);
	free(g);
}

void
gateway_forget(struct gateway *g)
{
	keys_drop_all(g->keys);
	vault_forget(g->vault);
	bases_forget(g->bases);
}

enum db_err
gateway_send(struct gateway *g, const struct gate_phone *phone,
    const char *purpose, const uint8_t *frame, size_t len, int64_t not_after_ms,
    int64_t now_ms)
{
	const struct gate_out o = {
		.account = phone->account,
		.phone = phone->phone,
		.purpose = purpose,
		.number = phone->number,
		.text = phone->text_only,
		.frame = frame,
		.len = len,
		.not_after_ms = not_after_ms,
	};

	return gate_out_put(g->db, &o, now_ms);
}

static void
junk(struct gateway_answer *a, const char *reason)
{
	*a = (struct gateway_answer){ GATEWAY_JUNK, reason };
}

/* The frame in an SMS, in either form.  Returns its length, 0: it has none. */
static size_t
frame_of(const struct link_sms *sms, uint8_t out[static WIRE_DATA_MAX])
{
	size_t len = 0;

	if (sms->class == LINK_CLASS_DATA &&
	    udh_port(sms->udh, sms->udh_len) == WIRE_PORT &&
	    sms->data_len <= WIRE_DATA_MAX) {
		memcpy(out, sms->data, sms->data_len);
		return sms->data_len;
	}
	if (sms->class == LINK_CLASS_TEXT &&
	    wire_text_decode(
		(const char *)sms->data, sms->data_len, out, &len) == WIRE_OK)
		return len;
	return 0;
}

/* ---- checking, before anything is stored ---- */

static bool
check_piece(struct batch *b, struct keys_phone *phone,
    const struct spool_row *row, const struct wire_frame *f, const uint8_t *sms,
    size_t len)
{
	struct gate_piece *p = &b->piece[b->n];
	struct item *it = &b->item[b->n];
	uint32_t near = phone->row.highest + 1;

	*p = (struct gate_piece){
		.account = phone->row.account,
		.phone = phone->row.phone,
		.single = f->type == WIRE_SINGLE,
		.index = f->index,
		.last = f->last,
		.number = row->sms.number,
		.smsc_ms = row->sms.smsc_time_s * 1000,
		.last_index = -1,
	};
	if (p->single) {
		if (seal_single_open(phone->seal, f, near, &p->transfer,
			it->text) != SEAL_OK)
			return false;
		it->text_len = f->body_len;
		seal_digest(sms, len, p->digest);
	} else {
		if (seal_segment_check(phone->seal, f, near, &p->transfer) !=
		    SEAL_OK)
			return false;
		memcpy(it->text, f->body, f->body_len);
		p->body = it->text;
		p->body_len = f->body_len;
	}
	it->phone = phone;
	if (p->transfer > phone->row.highest)
		phone->row.highest = p->transfer;
	return true;
}

/* A key that no phone has: its binding may be under way. */
static enum db_err
unknown_key(struct gateway *g, const struct spool_row *row, uint32_t key_id,
    int64_t now_ms, struct gateway_answer *answer)
{
	struct gate_binding binding;
	enum db_err err;

	junk(answer, "no such key id");
	if (now_ms - row->received_ms > LATER_MS)
		return DB_OK;
	if ((err = db_begin(g->db)) != DB_OK)
		return err;
	err = gate_binding_by_key(g->db, key_id, &binding);
	db_rollback(g->db);
	if (err == DB_OK && strcmp(binding.state, "challenged") == 0)
		answer->verdict = GATEWAY_LATER;
	return err == DB_NONE ? DB_OK : err;
}

/* ---- storing ---- */

static struct gate_heard *
heard(struct batch *b, const struct keys_phone *phone)
{
	struct gate_heard *h;

	for (size_t i = 0; i < b->heard_n; i++)
		if (b->heard_key[i] == phone->row.key_id)
			return &b->heard[i];
	b->heard_key[b->heard_n] = phone->row.key_id;
	h = &b->heard[b->heard_n++];
	*h = (struct gate_heard){
		.account = phone->row.account,
		.phone = phone->row.phone,
	};
	return h;
}

/* Later, when what is new is committed: gateway_open(). */
static enum db_err
put_off_single(struct gateway *g, const struct spool_row *row,
    const struct gate_piece *p, int64_t now_ms)
{
	uint8_t sms[WIRE_DATA_MAX];
	size_t len = frame_of(&row->sms, sms);

	return gate_single_wait(g->db, p, sms, len, now_ms);
}

static enum db_err
set_single_aside(struct gateway *g, const struct gate_piece *p,
    const char *reason, struct gateway_answer *answer)
{
	const struct gate_whole w = {
		.account = p->account,
		.phone = p->phone,
		.transfer = p->transfer,
	};

	*answer = (struct gateway_answer){ GATEWAY_ASIDE, reason };
	return gate_whole_end(g->db, &w, "bad", 0);
}

static enum db_err
store_single(struct gateway *g, const struct item *it,
    const struct spool_row *row, const struct gate_piece *p,
    struct gate_heard *h, int64_t now_ms, struct gateway_answer *answer)
{
	const struct gateway_upload u = {
		.phone = it->phone,
		.transfer = p->transfer,
		.number = p->number,
		.smsc_ms = p->smsc_ms,
		.received_ms = row->received_ms,
		.now_ms = now_ms,
		.base = p->base,
	};
	enum gateway_reading how;
	int n;
	enum db_err err;

	if (it->content == NULL &&
	    gateway_takes_long(g, &u, it->text, it->text_len))
		return put_off_single(g, row, p, now_ms);
	err = gateway_store(
	    g, &u, it->text, it->text_len, it->content, h, &how, &n);

	h->records += n;
	if (err != DB_OK || how != GATEWAY_UNREADABLE)
		return err;
	return set_single_aside(
	    g, p, "authentic, but its content cannot be read", answer);
}

/* The network repeats at once; a phone that repeats lacks an ACK. */
static void
note_again(struct gate_heard *h, int64_t last_at_ms, int64_t now_ms)
{
	if (now_ms - last_at_ms > REPEAT_MS)
		h->ack_wanted = true;
}

/* Not accepted: a repeat, or the same number for something else. */
static enum db_err
note_repeat(struct gateway *g, const struct gate_piece *p, struct gate_heard *h,
    int64_t now_ms)
{
	bool same;
	int64_t last_at_ms;
	enum db_err err = gate_transfer_same(g->db, p->account, p->phone,
	    p->transfer, p->single ? p->digest : NULL, &same, &last_at_ms);

	if (err != DB_OK)
		return err;
	if (!same) {
		log_warn("phone %lld: transfer %u came again with another "
			 "content: the first is kept",
		    (long long)p->phone, p->transfer);
		return gate_event_put(
		    g->db, p->account, p->phone, now_ms, "key-suspect", "");
	}
	note_again(h, last_at_ms, now_ms);
	return DB_OK;
}

static enum db_err
store_piece(struct gateway *g, struct batch *b, size_t i,
    const struct spool_row *rows, int64_t now_ms,
    struct gateway_answer *answers)
{
	const struct gate_piece *p = &b->piece[i];
	const struct item *it = &b->item[i];
	const struct reassembly r = { p->have, p->last_index };
	struct gate_heard *h = heard(b, it->phone);

	h->sms++;
	if (p->transfer > h->highest)
		h->highest = p->transfer;
	if (!p->accepted)
		return note_repeat(g, p, h, now_ms);
	if (p->single && b->aside)
		return set_single_aside(g, p, refused, &answers[it->row]);
	if (p->single)
		return store_single(
		    g, it, &rows[it->row], p, h, now_ms, &answers[it->row]);
	note_again(h, p->last_at_ms, now_ms);
	if (reassembly_whole(&r))
		return gate_transfer_whole(
		    g->db, p->account, p->phone, p->transfer);
	return DB_OK;
}

/* While the database looks at the pieces: most of them are new. */
static void
read_ahead(void *ctx)
{
	struct batch *b = ctx;

	for (size_t i = 0; i < b->n; i++)
		if (b->piece[i].single)
			b->item[i].content = gateway_read_ahead(
			    b->item[i].text, b->item[i].text_len);
}

static void
forget_content(struct batch *b)
{
	for (size_t i = 0; i < b->n; i++) {
		gateway_content_free(b->item[i].content);
		b->item[i].content = NULL;
	}
}

static enum db_err
store_batch(struct gateway *g, struct batch *b, const struct spool_row *rows,
    int64_t now_ms, struct gateway_answer *answers)
{
	enum db_err err;

	if ((err = db_begin(g->db)) != DB_OK ||
	    (err = gate_pieces_put(
		 g->db, b->piece, b->n, now_ms, read_ahead, b)) != DB_OK)
		return err;
	b->heard_n = 0;
	for (size_t i = 0; i < b->n && err == DB_OK; i++)
		if ((err = store_piece(g, b, i, rows, now_ms, answers)) ==
		    DB_OK) /* the database works while we read the next */
			err = db_push(g->db);
	if (err == DB_OK)
		err = gate_heard_put(g->db, b->heard, b->heard_n, now_ms);
	if (err == DB_OK)
		err = db_commit(g->db);
	return err;
}

static enum db_err
flush(struct gateway *g, struct batch *b, const struct spool_row *rows,
    int64_t now_ms, struct gateway_answer *answers)
{
	enum db_err err;

	if (b->n == 0)
		return DB_OK;
	err = store_batch(g, b, rows, now_ms, answers);
	forget_content(b);
	if (err != DB_OK) {
		db_rollback(g->db);
		gateway_forget(g);
	}
	for (size_t i = 0; i < b->n; i++) {
		struct gateway_answer *answer = &answers[b->item[i].row];

		if (err != DB_OK)
			answer->verdict = GATEWAY_LATER;
		else if (answer->verdict == GATEWAY_LATER)
			answer->verdict = GATEWAY_TAKEN;
	}
	b->n = 0;
	/* One of them was unbound meanwhile: look at all again. */
	return err == DB_NONE ? DB_OK : err;
}

static enum db_err
take_piece(struct gateway *g, struct batch *b, int i,
    const struct spool_row *row, const struct wire_frame *f, const uint8_t *sms,
    size_t len, int64_t now_ms, struct gateway_answer *answer)
{
	struct keys_phone *phone;
	enum db_err err = keys_find(g->keys, g->db, f->key_id, now_ms, &phone);

	if (err == DB_NONE && keys_locked(g->keys, f->key_id)) {
		*answer = (struct gateway_answer){ GATEWAY_ASIDE,
			"its phone's key does not unwrap" };
		return DB_OK;
	}
	if (err == DB_NONE)
		return unknown_key(g, row, f->key_id, now_ms, answer);
	if (err != DB_OK)
		return err;
	if (!check_piece(b, phone, row, f, sms, len)) {
		junk(answer, "not authentic");
		return DB_OK;
	}
	b->item[b->n].row = i;
	b->n++;
	answer->verdict = GATEWAY_LATER; /* until it is stored */
	return DB_OK;
}

/* TP-Status of a delivery report (TS 23.040 9.2.3.15). */
static enum db_err
take_report(struct gateway *g, const struct spool_row *row, int64_t now_ms)
{
	bool delivered = row->sms.status >= 0 && row->sms.status <= 0x02;
	bool trying = row->sms.status >= 0x20 && row->sms.status <= 0x3f;

	return gate_report_put(g->db, row->modem, row->sms.reference,
	    row->sms.number, delivered, !trying, now_ms);
}

/* No frame: an owner's order, junk, or what a person wrote to this number,
 * which is kept. */
static enum db_err
take_other(struct gateway *g, struct batch *b, const struct spool_row *rows,
    int i, size_t frame_len, int64_t now_ms, struct gateway_answer *answers)
{
	struct gateway_answer *answer = &answers[i];
	struct order order;
	enum order_err read = order_read(&rows[i].sms, &order);
	enum db_err err = DB_OK;

	if (frame_len > 0 && rows[i].sms.class == LINK_CLASS_DATA)
		junk(answer, "no valid header");
	else if (read == ORDER_MISTYPED) /* most of a secret: not kept */
		junk(answer, "a code that was mistyped");
	else if (read == ORDER_NONE)
		*answer = (struct gateway_answer){ GATEWAY_ASIDE,
			"not a frame of smsvault" };
	/* It may look for what came before it. */
	else if ((err = flush(g, b, rows, now_ms, answers)) == DB_OK)
		err = order_take(g, &rows[i], &order, now_ms, answer);
	seal_wipe(&order, sizeof order);
	return err;
}

static enum db_err
take_row(struct gateway *g, struct batch *b, int i,
    const struct spool_row *rows, int64_t now_ms,
    struct gateway_answer *answers)
{
	const struct spool_row *row = &rows[i];
	struct gateway_answer *answer = &answers[i];
	uint8_t sms[WIRE_DATA_MAX];
	struct wire_frame f;
	size_t len;
	enum db_err err;

	*answer = (struct gateway_answer){ GATEWAY_TAKEN, NULL };
	if (row->sms.class == LINK_CLASS_REPORT)
		return take_report(g, row, now_ms);
	if (row->sms.class == LINK_CLASS_UNREADABLE) {
		*answer = (struct gateway_answer){ GATEWAY_ASIDE,
			"not a readable SMS" };
		return DB_OK;
	}
	len = frame_of(&row->sms, sms);
	if (len == 0 || wire_decode(sms, len, &f) != WIRE_OK)
		return take_other(g, b, rows, i, len, now_ms, answers);
	if (f.type == WIRE_SEGMENT || f.type == WIRE_SINGLE)
		return take_piece(g, b, i, row, &f, sms, len, now_ms, answer);
	/* A binding changes which phones there are: first what came before. */
	if ((err = flush(g, b, rows, now_ms, answers)) != DB_OK)
		return err;
	if (f.type == WIRE_HELLO)
		return binding_hello(g, row, sms, len, &f, now_ms, answer);
	if (f.type == WIRE_PROOF)
		return binding_proof(g, row, &f, now_ms, answer);
	junk(answer, "a frame for phones");
	return DB_OK;
}

static enum db_err
take_rows(struct gateway *g, const struct spool_row *rows, int n, bool aside,
    int64_t now_ms, struct gateway_answer *answers)
{
	struct batch *b = calloc(1, sizeof *b);
	enum db_err err = DB_OK;

	if (b == NULL) {
		log_error("cannot allocate a batch: %m");
		return DB_FAILED;
	}
	b->aside = aside;
	for (int i = 0; i < n; i++)
		answers[i] = (struct gateway_answer){ GATEWAY_LATER, NULL };
	for (int i = 0; i < n && err == DB_OK; i++)
		if ((err = take_row(g, b, i, rows, now_ms, answers)) != DB_OK)
			answers[i].verdict = GATEWAY_LATER;
	if (err == DB_OK)
		err = flush(g, b, rows, now_ms, answers);
	if (err != DB_OK) {
		db_rollback(g->db);
		gateway_forget(g);
	}
	seal_wipe(b, sizeof *b);
	free(b);
	return err;
}

/* One of a batch of which something was refused: if it is this one, its
 * transfer is set aside with it, or at least the SMS. */
static enum db_err
take_alone(struct gateway *g, const struct spool_row *row, int64_t now_ms,
    struct gateway_answer *answer)
{
	enum db_err err = take_rows(g, row, 1, false, now_ms, answer);

	if (err != DB_REFUSED)
		return err;
	log_warn("an SMS from %s is set aside: %s", row->sms.number, refused);
	err = take_rows(g, row, 1, true, now_ms, answer);
	if (err != DB_REFUSED)
		return err;
	*answer = (struct gateway_answer){ GATEWAY_ASIDE, refused };
	return DB_OK;
}

int
gateway_take(struct gateway *g, const struct spool_row *rows, int n,
    int64_t now_ms, struct gateway_answer *answers)
{
	enum db_err err;

	assert(n <= BATCH_MAX);
	err = take_rows(g, rows, n, false, now_ms, answers);
	if (err == DB_REFUSED) {
		err = DB_OK;
		/* Not what is committed: a wrong code would count twice. */
		for (int i = 0; i < n && err == DB_OK; i++)
			if (answers[i].verdict == GATEWAY_LATER)
				err = take_alone(
				    g, &rows[i], now_ms, &answers[i]);
	}
	return err == DB_OK ? 0 : -1;
}
