/*
 * What the gateway says of itself: gaps and acknowledgements, the owner's
 * policies, the owner's commands.
 */
#include <stdlib.h>
#include <string.h>

#include "be.h"
#include "gateway_internal.h"
#include "log.h"

#define DAY_MS 86400000LL
#define ACK_LIFE_MS (3 * DAY_MS)
#define POLICY_LIFE_MS (7 * DAY_MS)
#define POLICY_AGAIN_MS \
	3600000LL /* not confirmed though the phone was heard \
		   */
#define LIST_MAX 256

/* Transfers that one ACK can name in a phone's form of SMS. */
static size_t
ack_room(bool text_only)
{
	return text_only ? (WIRE_TEXT_MAX - WIRE_CONTROL_HEAD - 6) / 2
			 : WIRE_ACK_TRANSFERS;
}

enum db_err
gateway_control(struct gateway *g, struct keys_phone *phone,
    enum wire_type type, const char *purpose, const uint8_t *plain, size_t len,
    int64_t life_ms, int64_t now_ms)
{
	uint8_t sms[WIRE_DATA_MAX];
	uint32_t sequence;
	size_t n;
	enum db_err err = gate_sequence_next(
	    g->db, phone->row.account, phone->row.phone, &sequence);

	if (err != DB_OK)
		return err;
	if (seal_control(phone->seal, type, sequence, plain, len, sms, &n) !=
	    SEAL_OK)
		return DB_FAILED;
	return gateway_send(
	    g, &phone->row, purpose, sms, n, now_ms + life_ms, now_ms);
}

static enum db_err
put_ack(struct gateway *g, struct keys_phone *phone, const struct wire_ack *ack,
    const struct gate_open *open, const enum reassembly_ask *asks, size_t n,
    int64_t now_ms)
{
	uint8_t plain[WIRE_DATA_MAX];
	size_t len = wire_ack_encode(ack, plain);
	enum db_err err = gateway_control(
	    g, phone, WIRE_ACK, "ack", plain, len, ACK_LIFE_MS, now_ms);

	for (size_t i = 0; i < n && err == DB_OK; i++)
		if (asks[i] != REASSEMBLY_NOT)
			err = gate_asked_put(g->db, phone->row.account,
			    phone->row.phone, open[i].transfer,
			    asks[i] == REASSEMBLY_ASKED, now_ms);
	if (err == DB_OK)
		err = gate_acked_put(g->db, phone->row.account,
		    phone->row.phone, ack->cumulative, now_ms);
	return err;
}

static enum db_err
answer_one(struct gateway *g, const struct gate_due *d, int64_t now_ms)
{
	struct gate_open open[WIRE_ACK_TRANSFERS];
	struct reassembly_open state[WIRE_ACK_TRANSFERS];
	enum reassembly_ask asks[WIRE_ACK_TRANSFERS];
	const struct reassembly_phone p = {
		.cumulative = d->cumulative,
		.acked = d->acked,
		.acked_at_ms = d->acked_at_ms,
		.sms_since_ack = d->sms_since_ack,
		.ack_wanted = d->ack_wanted,
		.ack_asked = d->ack_asked,
		.heard_ms = d->heard_ms,
		.policy_version = d->policy_version,
	};
	struct keys_phone *phone;
	struct wire_ack ack;
	size_t n;
	enum db_err err;

	err = gate_open_list(
	    g->db, d->account, d->phone, open, ack_room(d->text_only), &n);
	if (err != DB_OK)
		return err;
	for (size_t i = 0; i < n; i++)
		state[i] = (struct reassembly_open){
			.transfer = open[i].transfer,
			.state = { open[i].have, open[i].last_index },
			.done = open[i].done,
			.last_at_ms = open[i].last_at_ms,
			.asked = open[i].asked,
			.asked_at_ms = open[i].asked_at_ms,
		};
	if (!reassembly_due(&p, state, n, &g->timing, now_ms, &ack, asks))
		return DB_OK;
	if ((err = keys_find(g->keys, g->db, d->key_id, now_ms, &phone)) !=
	    DB_OK)
		return err;
	return put_ack(g, phone, &ack, open, asks, n, now_ms);
}

/* Each answer in a transaction of its own: one that fails stops no other. */
static int
answers(struct gateway *g, int64_t now_ms)
{
	const struct gate_due_timing timing = {
		.quiet_ms = g->timing.quiet_ms,
		.ack_every_ms = g->timing.ack_every_ms,
		.ack_latest_ms = g->timing.ack_latest_ms,
		.again_ms = g->timing.again_ms,
		.ack_sms = g->timing.ack_sms,
	};
	struct gate_due *list = NULL;
	size_t n = 0;
	enum db_err err =
	    gate_due_list(g->db, now_ms, &timing, &g->answered, &list, &n);

	for (size_t i = 0; i < n && err != DB_LOST; i++) {
		if ((err = db_begin(g->db)) != DB_OK)
			break;
		if ((err = answer_one(g, &list[i], now_ms)) == DB_OK)
			err = db_commit(g->db);
		db_rollback(g->db);
		if (err == DB_NONE)
			err = DB_OK;
	}
	free(list);
	return err == DB_OK ? 0 : -1;
}

enum db_err
gateway_find_phone(struct gateway *g, int64_t account, int64_t id,
    int64_t now_ms, struct keys_phone **out)
{
	struct gate_phone row;
	enum db_err err = gate_phone_by_id(g->db, account, id, &row);

	if (err != DB_OK)
		return err;
	return keys_find(g->keys, g->db, row.key_id, now_ms, out);
}

static enum db_err
put_policy(struct gateway *g, const struct gate_policy *p, int64_t now_ms)
{
	const struct wire_control c = {
		.command = WIRE_CMD_POLICY,
		.policy_version = p->version,
		.not_after = (uint32_t)((now_ms + POLICY_LIFE_MS) / 1000),
		.args = p->policy,
		.args_len = p->len,
	};
	uint8_t plain[WIRE_DATA_MAX];
	struct keys_phone *phone;
	enum db_err err =
	    gateway_find_phone(g, p->account, p->phone, now_ms, &phone);

	if (err != DB_OK)
		return err;
	if ((err = gateway_control(g, phone, WIRE_CONTROL, "policy", plain,
		 wire_control_encode(&c, plain), POLICY_LIFE_MS, now_ms)) !=
	    DB_OK)
		return err;
	return gate_policy_sent(g->db, p->account, p->phone, p->version);
}

static int
policies(struct gateway *g, int64_t now_ms)
{
	struct gate_policy list[LIST_MAX];
	size_t n = 0;
	enum db_err err = gate_policy_list(
	    g->db, now_ms, POLICY_AGAIN_MS, list, LIST_MAX, &n);

	for (size_t i = 0; i < n && err == DB_OK; i++) {
		if ((err = db_begin(g->db)) != DB_OK)
			break;
		if ((err = put_policy(g, &list[i], now_ms)) == DB_OK)
			err = db_commit(g->db);
		db_rollback(g->db);
		if (err == DB_NONE)
			err = DB_OK;
	}
	return err == DB_OK ? 0 : -1;
}

static enum db_err
put_command(struct gateway *g, const struct gate_command *c, int64_t now_ms)
{
	const struct wire_control w = {
		.command = (enum wire_command)c->command,
		.not_after = (uint32_t)(c->not_after_ms / 1000),
		.args = c->args,
		.args_len = c->len,
	};
	uint8_t plain[WIRE_DATA_MAX];
	struct keys_phone *phone;
	enum db_err err;

	if ((err = gate_command_taken(
		 g->db, c->account, c->command_id, now_ms)) != DB_OK)
		return err == DB_NONE ? DB_OK : err;
	if (w.command == WIRE_CMD_UNBIND) {
		err = gateway_unbind(g, c->account, c->phone, now_ms);
		return err == DB_NONE ? DB_OK : err;
	}
	err = gateway_find_phone(g, c->account, c->phone, now_ms, &phone);
	if (err != DB_OK) /* unbound meanwhile: there is nobody to tell */
		return err == DB_NONE ? DB_OK : err;
	return gateway_control(g, phone, WIRE_CONTROL, "control", plain,
	    wire_control_encode(&w, plain), c->not_after_ms - now_ms, now_ms);
}

static int
commands(struct gateway *g, int64_t now_ms)
{
	struct gate_command list[LIST_MAX];
	size_t n = 0;
	enum db_err err = gate_command_list(g->db, now_ms, list, LIST_MAX, &n);

	for (size_t i = 0; i < n && err == DB_OK; i++) {
		if ((err = db_begin(g->db)) != DB_OK)
			break;
		if ((err = put_command(g, &list[i], now_ms)) == DB_OK)
			err = db_commit(g->db);
		db_rollback(g->db);
	}
	return err == DB_OK ? 0 : -1;
}

/* ---- transfers to be coded anew ---- */

#define RECODES_MAX 24 /* transfers that one SMS of either form names */

/* One phone's, of those at list; *n is how many.  It is told within two days,
 * and else when the transfer comes again. */
static enum db_err
put_recode(struct gateway *g, const struct gate_recode *list, size_t left,
    int64_t now_ms, size_t *n)
{
	uint8_t args[3 * RECODES_MAX], plain[WIRE_DATA_MAX];
	struct wire_control c = {
		.command = WIRE_CMD_RECODE,
		.not_after = (uint32_t)((now_ms + 2 * DAY_MS) / 1000),
		.args = args,
	};
	struct keys_phone *phone;
	enum db_err err = DB_OK;

	for (*n = 0; *n < left && *n < RECODES_MAX &&
		     list[*n].phone == list->phone && err == DB_OK;
	     ++*n) {
		be_put24(args + 3 * *n, list[*n].transfer);
		err = gate_recode_told(g->db, &list[*n]);
	}
	c.args_len = 3 * *n;
	if (err != DB_OK || (err = gateway_find_phone(g, list->account,
				 list->phone, now_ms, &phone)) != DB_OK)
		return err;
	return gateway_control(g, phone, WIRE_CONTROL, "control", plain,
	    wire_control_encode(&c, plain), 2 * DAY_MS, now_ms);
}

int
gateway_recode_tick(struct gateway *g, int64_t now_ms)
{
	struct gate_recode list[LIST_MAX];
	size_t n = 0, taken = 0;
	enum db_err err = gate_recode_list(g->db, list, LIST_MAX, &n);

	for (size_t i = 0; i < n && err == DB_OK; i += taken) {
		if ((err = db_begin(g->db)) != DB_OK)
			break;
		err = put_recode(g, &list[i], n - i, now_ms, &taken);
		if (err == DB_OK)
			err = db_commit(g->db);
		db_rollback(g->db);
		if (err == DB_NONE) /* another gateway has told it */
			err = DB_OK;
	}
	return err == DB_OK ? 0 : -1;
}

/* ---- another number ---- */

/* Who answers there from now on, under the phone's keys, is the phone. */
static enum db_err
ask_number(struct gateway *g, const struct gate_phone *at, int64_t now_ms)
{
	const struct wire_control c = {
		.command = WIRE_CMD_PING,
		.not_after = (uint32_t)((now_ms + DAY_MS) / 1000),
	};
	uint8_t plain[WIRE_DATA_MAX], sms[WIRE_DATA_MAX];
	struct keys_phone *phone;
	struct gate_phone to;
	uint32_t sequence;
	size_t n;
	enum db_err err;

	if ((err = keys_find(g->keys, g->db, at->key_id, now_ms, &phone)) !=
		DB_OK ||
	    (err = gate_sequence_next(
		 g->db, at->account, at->phone, &sequence)) != DB_OK)
		return err;
	to = phone->row;
	memcpy(to.number, at->number, sizeof to.number);
	if (seal_control(phone->seal, WIRE_CONTROL, sequence, plain,
		wire_control_encode(&c, plain), sms, &n) != SEAL_OK)
		return DB_FAILED;
	if ((err = gateway_send(
		 g, &to, "control", sms, n, now_ms + DAY_MS, now_ms)) != DB_OK)
		return err;
	return gate_number_asked(g->db, at->account, at->phone, now_ms);
}

static int
numbers(struct gateway *g, int64_t now_ms)
{
	struct gate_phone list[LIST_MAX];
	size_t n = 0;
	enum db_err err = gate_number_list(g->db, now_ms, list, LIST_MAX, &n);

	for (size_t i = 0; i < n && err == DB_OK; i++) {
		if ((err = db_begin(g->db)) != DB_OK)
			break;
		if ((err = ask_number(g, &list[i], now_ms)) == DB_OK)
			err = db_commit(g->db);
		db_rollback(g->db);
		if (err == DB_NONE)
			err = DB_OK;
	}
	return err == DB_OK ? 0 : -1;
}

int
gateway_tick(struct gateway *g, int64_t now_ms)
{
	if (gate_bindings_expire(g->db, now_ms) != DB_OK ||
	    gate_outbox_tend(g->db, now_ms) != DB_OK)
		return -1;
	/* Policies first: an ACK is cheaper on the back of nothing, but a
	 * policy waits for nobody. */
	if (binding_tick(g, now_ms) == -1 || lost_tick(g, now_ms) == -1 ||
	    policies(g, now_ms) == -1 || commands(g, now_ms) == -1 ||
	    numbers(g, now_ms) == -1 || completeness_tick(g, now_ms) == -1 ||
	    restores_tick(g, now_ms) == -1 ||
	    gateway_recode_tick(g, now_ms) == -1)
		return -1;
	return answers(g, now_ms);
}
