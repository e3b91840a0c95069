/*
 * Is everything here that the phone has sent?  smsvault-wire(7), "Proof of
 * completeness".
 *
 *    a claim (STATE) --equal--> complete
 *        |  differs                 ^
 *        v                          | equal
 *    command STATE --> BUCKETS -----+
 *        ^               | differ
 *        |               v
 *    the next claim <-- command AGAIN: these records are sent once more
 *
 * Three rounds; then the owner is told, and claims are compared all the same.
 * A claim is compared when all transfers up to its own are here, as of that
 * transfer, so what is under way does not look like what is missing.
 */
#include "be.h"
#include "gateway_internal.h"
#include "log.h"

#define ROUNDS_MAX 3
#define LIST_MAX 64
#define LIFE_MS (3 * 86400000LL)

static enum db_err
note_buckets(struct gateway *g, const struct gateway_upload *u,
    const struct upload_preamble *pre)
{
	struct gate_claimed c = {
		.account = u->phone->row.account,
		.phone = u->phone->row.phone,
		.kind = pre->bucket_kind,
		.transfer = u->transfer,
	};

	for (size_t i = 0; i < GATE_BUCKETS; i++) {
		c.bucket_count[i] = pre->bucket[i].count;
		c.bucket_mark[i] = pre->bucket[i].mark;
		c.count += pre->bucket[i].count;
		c.mark += pre->bucket[i].mark;
	}
	return gate_claim_buckets_put(g->db, &c, u->now_ms);
}

enum db_err
completeness_note(struct gateway *g, const struct gateway_upload *u,
    const struct upload_preamble *pre)
{
	enum db_err err = DB_OK;

	for (size_t i = 0; i < pre->states && err == DB_OK; i++) {
		const struct gate_claimed c = {
			.account = u->phone->row.account,
			.phone = u->phone->row.phone,
			.kind = pre->state[i].kind,
			.transfer = u->transfer,
			.count = pre->state[i].count,
			.mark = pre->state[i].mark,
		};

		err = gate_claim_put(g->db, &c, u->now_ms);
	}
	if (err == DB_OK && pre->bucket_kind != 0)
		err = note_buckets(g, u, pre);
	return err;
}

static enum db_err
ask(struct gateway *g, const struct gate_claimed *c, enum wire_command command,
    unsigned buckets, int64_t now_ms)
{
	uint8_t args[3] = { c->kind }, plain[WIRE_DATA_MAX];
	const struct wire_control w = {
		.command = command,
		.not_after = (uint32_t)((now_ms + LIFE_MS) / 1000),
		.args = args,
		.args_len = command == WIRE_CMD_AGAIN ? 3 : 1,
	};
	struct keys_phone *phone;
	enum db_err err =
	    gateway_find_phone(g, c->account, c->phone, now_ms, &phone);

	be_put16(args + 1, buckets);
	if (err != DB_OK)
		return err;
	return gateway_control(g, phone, WIRE_CONTROL, "control", plain,
	    wire_control_encode(&w, plain), LIFE_MS, now_ms);
}

/* The rounds are over: the owner is told once. */
static enum db_err
give_up(struct gateway *g, const struct gate_claimed *c, uint32_t have,
    int64_t now_ms)
{
	enum db_err err = DB_OK;

	if (c->asked == ROUNDS_MAX)
		err = gate_event_put(g->db, c->account, c->phone, now_ms,
		    "incomplete", record_kind_name((enum record_kind)c->kind));
	if (err == DB_OK)
		err = gate_claim_end(
		    g->db, c, "differs", have, ROUNDS_MAX + 1, now_ms);
	return err;
}

static enum db_err
compare(struct gateway *g, const struct gate_claimed *c, int64_t now_ms)
{
	uint32_t count[GATE_BUCKETS], mark[GATE_BUCKETS];
	uint32_t have = 0, sum = 0;
	unsigned differ = 0;
	enum db_err err = gate_claim_count(g->db, c, count, mark);

	if (err != DB_OK)
		return err;
	for (unsigned i = 0; i < GATE_BUCKETS; i++) {
		have += count[i];
		sum += mark[i];
		if (count[i] != c->bucket_count[i] ||
		    mark[i] != c->bucket_mark[i])
			differ |= 1u << i;
	}
	if (c->by_bucket ? differ == 0 : have == c->count && sum == c->mark)
		return gate_claim_end(g->db, c, "complete", have, 0, now_ms);
	if (c->by_bucket) {
		if ((err = ask(g, c, WIRE_CMD_AGAIN, differ, now_ms)) != DB_OK)
			return err;
		return gate_claim_end(
		    g->db, c, "sending", have, c->asked, now_ms);
	}
	if (c->asked >= ROUNDS_MAX)
		return give_up(g, c, have, now_ms);
	log_info("phone %lld: %s: it has sent %u, %u are here: asked",
	    (long long)c->phone, record_kind_name((enum record_kind)c->kind),
	    c->count, have);
	if ((err = ask(g, c, WIRE_CMD_STATE, 0, now_ms)) != DB_OK)
		return err;
	return gate_claim_end(g->db, c, "asked", have, c->asked + 1, now_ms);
}

int
completeness_tick(struct gateway *g, int64_t now_ms)
{
	struct gate_claimed list[LIST_MAX];
	size_t n = 0;
	enum db_err err = gate_claim_list(g->db, list, LIST_MAX, &n);

	for (size_t i = 0; i < n && err != DB_LOST; i++) {
		if ((err = db_begin(g->db)) != DB_OK)
			break;
		if ((err = compare(g, &list[i], now_ms)) == DB_OK)
			err = db_commit(g->db);
		db_rollback(g->db);
	}
	return err == DB_LOST ? -1 : 0;
}
