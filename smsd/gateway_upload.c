/*
 * What an upload says and brings, once it is authentic and whole.
 *
 * All of it is stored in one transaction with the state of its transfer, so
 * that it has its effect once.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway_internal.h"
#include "log.h"
#include "pack.h"
#include "upload.h"

/* What follows the preamble: records, or a piece of a file. */
struct gateway_content {
	struct upload_preamble pre;
	enum gateway_reading how;
	uint32_t waits_for; /* GATEWAY_WAITS: all transfers up to that */
	struct record **records;
	size_t n;
	struct upload_piece piece;
};

/* The state that an upload names.  Returns the octets of the name; 0: none. */
static size_t
wanted_state(const struct gateway_upload *u, const uint8_t *p, size_t len,
    struct bases_want *w)
{
	struct upload_base base;
	size_t head = upload_base_get(p, len, &base);

	*w = (struct bases_want){
		.account = u->phone->row.account,
		.phone = u->phone->row.phone,
		.gaps = u->transfer > u->base.cumulative + 1,
		.base = u->base,
		.check_len = 1,
	};
	if (head > 0 && base.back < u->transfer)
		w->transfer = u->transfer - base.back;
	w->check[0] = head > 0 ? base.check : 0;
	return head;
}

/* It goes by transfers that are not all here, as one does of many that follow
 * each other.  One that no phone would send so does not wait. */
static bool
must_wait(const struct gateway_upload *u, const struct bases_want *w)
{
	return w->transfer > u->base.cumulative &&
	       w->transfer >= u->base.first &&
	       u->transfer <= u->base.cumulative + UPLOAD_AHEAD_MAX;
}

/* Records that are coded against a state of this phone. */
static enum db_err
unpack_based(struct gateway *g, const struct gateway_upload *u,
    const uint8_t *p, size_t len, struct gateway_content *c)
{
	struct bases_want want;
	struct pack_state *state = NULL;
	size_t head = wanted_state(u, p, len, &want);
	enum db_err err;

	if (head == 0)
		return DB_OK;
	if (must_wait(u, &want)) {
		c->how = GATEWAY_WAITS;
		c->waits_for = want.transfer;
		return DB_OK;
	}
	c->how = GATEWAY_UNBASED;
	err = bases_find(g->bases, g->db, &want, &state);
	if (err == DB_OK && state != NULL &&
	    pack_state_read(state, p + head, len - head, &c->records, &c->n) ==
		0)
		c->how = GATEWAY_READ;
	return err;
}

static void
free_records(struct record **records, size_t n)
{
	for (size_t i = 0; i < n; i++)
		record_free(records[i]);
	free(records);
}

enum db_err
gateway_event(struct gateway *g, const struct gateway_upload *u,
    const char *kind, const char *detail)
{
	return gate_event_put(g->db, u->phone->row.account, u->phone->row.phone,
	    u->now_ms, kind, detail);
}

/* What the preamble says besides the records. */
static enum db_err
note_preamble(struct gateway *g, const struct gateway_upload *u,
    const struct upload_preamble *pre, struct gate_heard *h)
{
	struct gate_phone *row = &u->phone->row;
	enum db_err err = DB_OK;
	char version[16];

	h->ack_wanted = h->ack_wanted || pre->ack_wanted;
	if (pre->policy_applied > h->policy_applied)
		h->policy_applied = pre->policy_applied;
	if (pre->policy_applied > row->policy_applied) {
		snprintf(version, sizeof version, "%u", pre->policy_applied);
		err = gateway_event(g, u, "policy-in-force", version);
		row->policy_applied = pre->policy_applied;
	}
	if (err == DB_OK && pre->user_refused)
		err = gateway_event(g, u, "lock-refused", "");
	if (err == DB_OK && pre->base_first != 0)
		err = gate_base_begin(g->db, row->account, row->phone,
		    pre->base_first, u->transfer);
	if (err == DB_OK && pre->has_wait)
		err = gate_wait_put(g->db, row->account, row->phone,
		    u->transfer, pre->wait_min);
	if (err == DB_OK)
		err = lost_note_preamble(g, u, pre);
	if (err == DB_OK)
		err = completeness_note(g, u, pre);
	if (err == DB_OK)
		err = restore_note(g, u, pre);
	return err;
}

/* Only the newest upload may move a number: a replay proves nothing, and one
 * that comes late was sent from elsewhere. */
static enum db_err
note_number(struct gateway *g, const struct gateway_upload *u)
{
	struct gate_phone *row = &u->phone->row;
	bool moved;
	enum db_err err;

	if (u->number[0] != '+' || u->transfer < row->highest ||
	    (strcmp(u->number, row->number) == 0 && !row->number_open))
		return DB_OK;
	u->phone->loaded_ms = 0; /* read it again before the next look */
	if ((err = gate_number_heard(g->db, row->account, row->phone, u->number,
		 u->received_ms, u->now_ms, &moved)) != DB_OK ||
	    !moved)
		return err;
	if ((err = gateway_event(g, u, "number-changed", u->number)) != DB_OK)
		return err;
	return lost_note(g, u, "number");
}

static enum db_err
note_sim(
    struct gateway *g, const struct gateway_upload *u, const struct record *r)
{
	const char *id = record_text(r, RECORD_SIM_ID, 0);
	uint8_t digest[SEAL_DIGEST_LEN];
	char hex[17];
	bool changed, own;
	enum db_err err;

	if (id == NULL)
		return DB_OK;
	seal_digest(id, strlen(id), digest);
	if ((err = gate_sim_seen(g->db, u->phone->row.account,
		 u->phone->row.phone, digest, u->transfer, u->now_ms, &changed,
		 &own)) != DB_OK ||
	    !changed)
		return err;
	for (int i = 0; i < 8; i++)
		snprintf(hex + 2 * i, 3, "%02x", digest[i]);
	err = gateway_event(g, u, own ? "sim-back" : "sim-changed", hex);
	return err == DB_OK ? lost_note(g, u, "sim") : err;
}

static enum db_err
note_arrived(struct gateway *g, const struct gateway_upload *u, uint32_t file)
{
	char id[16];

	snprintf(id, sizeof id, "%u", file);
	return gateway_event(g, u, "file-arrived", id);
}

static enum db_err
note_manifest(
    struct gateway *g, const struct gateway_upload *u, const struct record *r)
{
	int64_t size = record_int(r, RECORD_FILE_CODED_SIZE, 0, -1);
	uint64_t sha = (uint64_t)record_int(r, RECORD_FILE_SHA256, 0, 0);
	bool arrived;
	enum db_err err;

	if (size < 0 || size > UINT32_MAX ||
	    record_count(r, RECORD_FILE_SHA256) == 0)
		return DB_OK;
	if ((err = gate_file_manifest(g->db, u->phone->row.account,
		 u->phone->row.phone, record_id(r), (uint32_t)(sha >> 32), size,
		 u->now_ms, &arrived)) != DB_OK ||
	    !arrived)
		return err;
	return note_arrived(g, u, record_id(r));
}

/* Records that mean something to the gateway itself. */
static enum db_err
note_records(struct gateway *g, const struct gateway_upload *u,
    struct record *const *records, size_t n)
{
	enum db_err err = DB_OK;

	for (size_t i = 0; i < n && err == DB_OK; i++) {
		if (record_op(records[i]) != RECORD_PUT)
			continue;
		if (record_kind(records[i]) == RECORD_SIM)
			err = note_sim(g, u, records[i]);
		else if (record_kind(records[i]) == RECORD_FILE)
			err = note_manifest(g, u, records[i]);
	}
	return err;
}

/* False: it takes a state to read it. */
static bool
read_alone(const uint8_t *text, size_t len, struct gateway_content *c)
{
	size_t head = upload_get(text, len, &c->pre);
	const uint8_t *p = text + head;
	int err;

	*c = (struct gateway_content){ .pre = c->pre,
		.how = GATEWAY_UNREADABLE };
	if (head == 0)
		return true;
	len -= head;
	if (c->pre.codec == PACK_BASED && len > 0)
		return false;
	if (c->pre.codec == UPLOAD_FILE)
		err = upload_piece_get(p, len, &c->piece);
	else
		err = pack_read(
		    (enum pack_codec)c->pre.codec, p, len, &c->records, &c->n);
	if (err == 0)
		c->how = GATEWAY_READ;
	return true;
}

struct gateway_content *
gateway_read_ahead(const uint8_t *text, size_t len)
{
	struct gateway_content *c = calloc(1, sizeof *c);

	if (c != NULL && !read_alone(text, len, c)) {
		free(c);
		c = NULL;
	}
	return c;
}

bool
gateway_takes_long(const struct gateway *g, const struct gateway_upload *u,
    const uint8_t *text, size_t len)
{
	struct upload_preamble pre;
	struct bases_want want;
	size_t head = upload_get(text, len, &pre);

	return head > 0 && pre.codec == PACK_BASED &&
	       wanted_state(u, text + head, len - head, &want) > 0 &&
	       (must_wait(u, &want) || !bases_is_at_hand(g->bases, &want));
}

void
gateway_content_free(struct gateway_content *c)
{
	if (c != NULL)
		free_records(c->records, c->n);
	free(c);
}

static enum db_err
read_content(struct gateway *g, const struct gateway_upload *u,
    const uint8_t *text, size_t len, struct gateway_content *c)
{
	size_t head;

	if (read_alone(text, len, c))
		return DB_OK;
	head = upload_get(text, len, &c->pre);
	return unpack_based(g, u, text + head, len - head, c);
}

static enum db_err
store_content(struct gateway *g, const struct gateway_upload *u,
    const struct gateway_content *c)
{
	const struct keys_phone *phone = u->phone;
	bool arrived;
	enum db_err err;

	if (c->pre.codec == UPLOAD_FILE) {
		err = vault_store_piece(g->vault, g->db, &phone->row, &c->piece,
		    u->now_ms, &arrived);
		if (err == DB_OK && arrived)
			err = note_arrived(g, u, c->piece.file);
		return err;
	}
	err = vault_store(g->vault, g->db, &phone->row, phone->seal,
	    u->transfer, c->records, c->n, u->now_ms);
	if (err == DB_OK && phone->row.codec >= PACK_BASED)
		err = bases_keep(g->bases, g->db, phone->row.account,
		    phone->row.phone, u->transfer, c->records, c->n);
	return err == DB_OK ? note_records(g, u, c->records, c->n) : err;
}

/* Its records are missing until they come anew; what else it says is not. */
static enum db_err
put_off(struct gateway *g, const struct gateway_upload *u,
    struct gateway_content *c, struct gate_heard *h)
{
	const struct gate_phone *row = &u->phone->row;
	enum db_err err;

	log_info("phone %lld: transfer %u goes by a state that is not known "
		 "here: it is to be sent anew",
	    (long long)row->phone, u->transfer);
	c->pre.states = 0;
	c->pre.bucket_kind = 0;
	if ((err = note_preamble(g, u, &c->pre, h)) != DB_OK)
		return err;
	return gate_recode_put(
	    g->db, row->account, row->phone, u->transfer, u->now_ms);
}

enum db_err
gateway_store(struct gateway *g, const struct gateway_upload *u,
    const uint8_t *text, size_t len, struct gateway_content *ahead,
    struct gate_heard *h, enum gateway_reading *how, int *count)
{
	struct gateway_content c = { .n = 0 };
	enum db_err err = DB_OK;

	if (ahead != NULL) {
		c = *ahead;
		ahead->records = NULL;
		ahead->n = 0;
	} else {
		err = read_content(g, u, text, len, &c);
	}
	*count = 0;
	*how = c.how;
	if (err == DB_OK && c.how == GATEWAY_WAITS)
		return gate_whole_wait(g->db, u->phone->row.account,
		    u->phone->row.phone, u->transfer, c.waits_for);
	if (err != DB_OK || (err = note_number(g, u)) != DB_OK ||
	    (err = lost_note_upload(g, u)) != DB_OK)
		goto out;
	if (c.how == GATEWAY_UNBASED) {
		err = put_off(g, u, &c, h);
		goto out;
	}
	if (c.how == GATEWAY_UNREADABLE) {
		log_warn("phone %lld: transfer %u is authentic but cannot be "
			 "read: set aside",
		    (long long)u->phone->row.phone, u->transfer);
		err = gateway_event(g, u, "upload-unreadable", "");
		goto out;
	}
	/* It is new: nobody but the phone can have said it. */
	h->ack_asked = h->ack_asked || c.pre.ack_wanted;
	*count = (int)c.n;
	if ((err = store_content(g, u, &c)) == DB_OK)
		err = note_preamble(g, u, &c.pre, h);
out:
	free_records(c.records, c.n);
	return err;
}
