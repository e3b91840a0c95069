/*
 * The gateway's side of a binding.  smsvault-wire(7), "BINDING".
 *
 *     waiting --HELLO--> challenged --PROOF--> bound
 *        |                 | ^  |
 *        |  5 bad HELLOs   | +--+ the same HELLO: the stored CHALLENGE again
 *        +-----> burnt <---+      another good HELLO: a new CHALLENGE
 *
 * Every step is committed before its answer is queued, in one transaction.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "be.h"
#include "gateway_internal.h"
#include "log.h"
#include "pack.h"

#define CHALLENGE_LIFE_MS 3600000LL
#define TOLD_LIFE_MS 3600000LL
#define UNBIND_LIFE_MS (7 * 86400000LL)
#define NETWORK_REPEATS_MS 60000 /* a PROOF later than that is the phone's */
#define ANSWERS_MAX 20 /* wrong ones, in all ... */
#define ANSWERS_DAY_MAX 5 /* ... and a day, UTC */
#define VETO_MS (72 * 3600000LL)

static void
junk(struct gateway_answer *a, const char *reason)
{
	*a = (struct gateway_answer){ GATEWAY_JUNK, reason };
}

static enum seal_err
code_key(const struct gateway *g, const struct gate_binding *b, bool qr,
    uint8_t key[static SEAL_KEY_LEN])
{
	uint8_t ad[17];

	be_put64(ad, (uint64_t)b->account);
	be_put64(ad + 8, b->code_id);
	ad[16] = qr ? 1 : 0;
	return seal_unwrap(g->service, "code", ad, sizeof ad,
	    qr ? b->qr_key_wrapped : b->code_key_wrapped, 48, key);
}

static enum db_err
queue_challenge(struct gateway *g, const struct gate_binding *b, int64_t now_ms)
{
	const struct gate_out o = {
		.account = b->account,
		.purpose = "challenge",
		.number = b->hello_number,
		.text = b->text_only,
		.frame = b->challenge,
		.len = b->challenge_len,
		.not_after_ms = now_ms + CHALLENGE_LIFE_MS,
	};
	bool recent;
	enum db_err err = gate_challenge_recent(
	    g->db, b->account, b->hello_number, now_ms, &recent);

	/* A HELLO costs us an SMS: not more often than once a minute. */
	if (err != DB_OK || recent)
		return err;
	return gate_out_put(g->db, &o, now_ms);
}

/* The question to ask, if this device is somebody's already. */
static enum db_err
choose_question(struct gateway *g, struct gate_binding *b,
    struct wire_challenge *c, int64_t now_ms)
{
	struct gate_question q;
	struct gate_device dev;
	uint8_t ad[8], text[WIRE_QUESTION_MAX + 1];
	enum db_err err = gate_device(g->db, b->device, now_ms, &dev);

	if (err != DB_OK || dev.owner == 0)
		return err;
	if ((err = gate_question_get(g->db, dev.owner, now_ms, &q)) != DB_OK ||
	    !q.set)
		return err == DB_NONE ? DB_OK : err;
	be_put64(ad, (uint64_t)dev.owner);
	if (q.sealed_len < SEAL_TAG_LEN + 1 ||
	    q.sealed_len > SEAL_TAG_LEN + WIRE_QUESTION_MAX ||
	    seal_unwrap(g->service, "question", ad, sizeof ad, q.sealed,
		q.sealed_len, text) != SEAL_OK) {
		log_error("account %lld: its question does not unwrap: is "
			  "this the right service.key?",
		    (long long)dev.owner);
		return DB_FAILED;
	}
	memcpy(c->question, text, q.sealed_len - SEAL_TAG_LEN);
	c->ask = b->asked = true;
	b->asked_of = dev.owner;
	return DB_OK;
}

static uint32_t
new_key_id(void)
{
	uint32_t id;

	do
		seal_random(&id, sizeof id);
	while (id == 0);
	return id;
}

/* The CHALLENGE that answers this HELLO, into b. */
static enum db_err
make_challenge(struct gateway *g, struct gate_binding *b,
    const uint8_t key[static SEAL_KEY_LEN], const uint8_t *sms, size_t len,
    const struct wire_hello *h, char digits[static 7], int64_t now_ms)
{
	struct wire_challenge c = { .time = (uint32_t)(now_ms / 1000) };
	uint8_t secret[SEAL_KEY_LEN], public_key[SEAL_PUBLIC_LEN];
	uint8_t root[SEAL_KEY_LEN];
	enum db_err err;
	bool ok;

	b->asked = false;
	b->asked_of = 0;
	if ((err = choose_question(g, b, &c, now_ms)) != DB_OK)
		return err;
	b->key_id = c.key_id = new_key_id();
	b->codec = c.codec = (h->codecs & 1u << PACK_BASED) != 0 ? PACK_BASED
			     : (h->codecs & 1u << PACK_MIX) != 0 ? PACK_MIX
			     : (h->codecs & 1u << PACK_DEFLATE) != 0
				 ? PACK_DEFLATE
				 : PACK_PLAIN;
	ok = seal_keypair(secret, public_key) == SEAL_OK &&
	     seal_challenge(key, sms, len, secret, &c,
		 b->text_only ? WIRE_TEXT_MAX : WIRE_DATA_MAX, b->challenge,
		 &b->challenge_len, root) == SEAL_OK &&
	     keys_wrap(g->keys, b->account, b->key_id, root, b->root_wrapped) ==
		 SEAL_OK;
	b->root_wrapped_len = SEAL_KEY_LEN + SEAL_TAG_LEN;
	if (ok)
		seal_digits(root, digits);
	seal_wipe(secret, sizeof secret);
	seal_wipe(root, sizeof root);
	return ok ? DB_OK : DB_FAILED;
}

static enum db_err
answer_hello(struct gateway *g, struct gate_binding *b,
    const uint8_t key[static SEAL_KEY_LEN], const struct spool_row *row,
    const uint8_t *sms, size_t len, const struct wire_hello *h, int64_t now_ms)
{
	uint8_t digest[SEAL_DIGEST_LEN];
	char digits[7];
	enum db_err err;

	seal_digest(sms, len, digest);
	if (b->answered && memcmp(digest, b->hello_digest, sizeof digest) == 0)
		return queue_challenge(g, b, now_ms);
	memcpy(b->hello_digest, digest, sizeof digest);
	memcpy(b->device, h->device, sizeof b->device);
	memcpy(b->sim, h->sim, sizeof b->sim);
	b->text_only = h->text_only;
	snprintf(b->hello_name, sizeof b->hello_name, "%s", h->name);
	snprintf(
	    b->hello_number, sizeof b->hello_number, "%s", row->sms.number);
	if ((err = make_challenge(g, b, key, sms, len, h, digits, now_ms)) !=
		DB_OK ||
	    (err = gate_binding_challenged(g->db, b, digits, now_ms)) != DB_OK)
		return err;
	return queue_challenge(g, b, now_ms);
}

/* Inside the transaction: what this HELLO does. */
static enum db_err
hello(struct gateway *g, const struct spool_row *row, const uint8_t *sms,
    size_t len, const struct wire_frame *f, int64_t now_ms,
    struct gateway_answer *answer)
{
	struct gate_binding b;
	struct wire_hello h;
	uint8_t key[SEAL_KEY_LEN];
	enum db_err err = gate_binding_by_code(g->db, f->code_id, &b);

	junk(answer, "a hello for no open code");
	if (err != DB_OK)
		return err == DB_NONE ? DB_OK : err;
	if ((strcmp(b.state, "waiting") != 0 &&
		strcmp(b.state, "challenged") != 0) ||
	    b.expires_ms <= now_ms)
		return DB_OK;
	if (code_key(g, &b, f->code_long, key) != SEAL_OK) {
		log_error("binding code %05x: its key does not unwrap: is "
			  "this the right service.key?",
		    b.code_id);
		return DB_OK;
	}
	if (seal_hello_open(key, f, &h) != SEAL_OK || h.wire_max < 1) {
		junk(answer, "a hello with a wrong code");
		err = gate_binding_failed(g->db, &b, now_ms);
	} else {
		answer->verdict = GATEWAY_TAKEN;
		err = answer_hello(g, &b, key, row, sms, len, &h, now_ms);
	}
	seal_wipe(key, sizeof key);
	return err;
}

static enum db_err
end(struct gateway *g, enum db_err err)
{
	if (err == DB_OK)
		err = db_commit(g->db);
	db_rollback(g->db);
	return err;
}

enum db_err
binding_hello(struct gateway *g, const struct spool_row *row,
    const uint8_t *sms, size_t len, const struct wire_frame *f, int64_t now_ms,
    struct gateway_answer *answer)
{
	enum db_err err = db_begin(g->db);

	if (err != DB_OK)
		return err;
	return end(g, hello(g, row, sms, len, f, now_ms, answer));
}

enum db_err
gateway_unbind(
    struct gateway *g, int64_t account, int64_t phone, int64_t now_ms)
{
	const struct wire_control c = {
		.command = WIRE_CMD_UNBIND,
		.not_after = (uint32_t)((now_ms + UNBIND_LIFE_MS) / 1000),
	};
	uint8_t plain[WIRE_DATA_MAX];
	struct keys_phone *keys;
	enum db_err err = gateway_find_phone(g, account, phone, now_ms, &keys);

	if (err != DB_OK ||
	    (err = gateway_control(g, keys, WIRE_CONTROL, "control", plain,
		 wire_control_encode(&c, plain), UNBIND_LIFE_MS, now_ms)) !=
		DB_OK)
		return err;
	keys->loaded_ms = 0;
	return gate_phone_unbind(g->db, account, phone, now_ms);
}

/* ---- the third SMS ---- */

static bool
answer_is_right(const struct gate_question *q, const struct wire_proof *p)
{
	uint8_t proof[SEAL_DIGEST_LEN];

	return p->answered &&
	       answer_prove(p->answer, q->salt, proof) == SEAL_OK &&
	       seal_equal(proof, q->proof, sizeof proof);
}

static enum db_err
refuse(struct gateway *g, const struct gate_binding *b,
    const struct seal_phone *keys, enum wire_refusal why, int64_t now_ms)
{
	const uint8_t arg = (uint8_t)why;
	const struct wire_control c = {
		.command = WIRE_CMD_REFUSED,
		.not_after = (uint32_t)(now_ms / 1000 + 86400),
		.args = &arg,
		.args_len = 1,
	};
	const struct gate_phone to = {
		.account = b->account,
		.text_only = b->text_only,
	};
	struct gate_phone phone = to;
	uint8_t plain[WIRE_DATA_MAX], sms[WIRE_DATA_MAX];
	size_t n;

	snprintf(phone.number, sizeof phone.number, "%s", b->hello_number);
	/* The first control of this key; a later try has another key. */
	if (seal_control(keys, WIRE_CONTROL, 1, plain,
		wire_control_encode(&c, plain), sms, &n) != SEAL_OK)
		return DB_FAILED;
	return gateway_send(
	    g, &phone, "control", sms, n, now_ms + 86400000LL, now_ms);
}

/* A lost phone is bound to nobody, whatever is answered, until it is found; one
 * that its owner took back, to nobody else.  DB_NONE: so it is, and answered
 * so. */
static enum db_err
check_free(struct gateway *g, const struct gate_binding *b,
    const struct seal_phone *keys, const struct gate_device *dev,
    int64_t now_ms)
{
	enum db_err err;

	if (!dev->lost && (!dev->held || dev->owner == b->account))
		return DB_OK;
	if ((err = gate_event_put(g->db, dev->owner, 0, now_ms,
		 dev->lost ? "binding-refused-lost" : "binding-refused-held",
		 "")) != DB_OK ||
	    (err = gate_binding_failed(g->db, b, now_ms)) != DB_OK ||
	    (err = refuse(g, b, keys, WIRE_REFUSED_LIMIT, now_ms)) != DB_OK)
		return err;
	return DB_NONE;
}

/* DB_OK: it is right, or none is wanted; DB_NONE: wrong, and answered so. */
static enum db_err
check_answer(struct gateway *g, const struct gate_binding *b,
    const struct seal_phone *keys, const struct wire_proof *p, int64_t now_ms)
{
	struct gate_question q;
	enum db_err err;
	bool limit;

	if (!b->asked)
		return DB_OK;
	if ((err = gate_question_get(g->db, b->asked_of, now_ms, &q)) != DB_OK)
		return err;
	limit =
	    q.failures >= ANSWERS_MAX || q.failures_today >= ANSWERS_DAY_MAX;
	if (!limit && answer_is_right(&q, p))
		return DB_OK;
	/* Beyond the limit nothing was tried, and nothing more is counted. */
	if (!limit &&
	    (err = gate_answer_wrong(g->db, b->asked_of, now_ms)) != DB_OK)
		return err;
	if ((err = gate_event_put(g->db, b->asked_of, 0, now_ms,
		 "binding-answer-wrong", "")) != DB_OK ||
	    (err = gate_binding_failed(g->db, b, now_ms)) != DB_OK ||
	    (err = refuse(g, b, keys,
		 limit ? WIRE_REFUSED_LIMIT : WIRE_REFUSED_ANSWER, now_ms)) !=
		DB_OK)
		return err;
	return DB_NONE;
}

static enum db_err
moved(struct gateway *g, const struct gate_binding *b, int64_t account,
    int64_t now_ms)
{
	if (account == 0)
		return DB_OK;
	return gate_event_put(g->db, account, 0, now_ms,
	    account == b->account ? "phone-bound-again" : "phone-moved", "");
}

/* Who may veto this binding: whoever may veto the last one, or else whose the
 * device was.  Going from account to account takes it from nobody. */
static enum db_err
contest(struct gateway *g, const struct gate_binding *b, int64_t phone,
    const struct gate_device *dev, int64_t now_ms)
{
	int64_t by = dev->owner, until_ms = now_ms + VETO_MS;

	if (dev->contested_by != 0) {
		by = dev->contested_by;
		until_ms = dev->contested_until_ms;
	}
	if (by == 0 || by == b->account)
		return DB_OK;
	return gate_phone_contest(g->db, b->account, phone, by, until_ms);
}

/* Its keys of before hold on the phone until it hears under these; what it
 * sends meanwhile is in vain.  So it hears at once. */
static enum db_err
tell_bound(struct gateway *g, int64_t account, int64_t phone, int64_t now_ms)
{
	const struct wire_ack ack = { .cumulative = 0 };
	uint8_t plain[WIRE_DATA_MAX];
	struct keys_phone *keys;
	enum db_err err = gateway_find_phone(g, account, phone, now_ms, &keys);

	if (err != DB_OK ||
	    (err = gateway_control(g, keys, WIRE_ACK, "ack", plain,
		 wire_ack_encode(&ack, plain), TOLD_LIFE_MS, now_ms)) != DB_OK)
		return err;
	return gate_acked_put(g->db, account, phone, 0, now_ms);
}

/* dev: whose the device was until now. */
static enum db_err
bind(struct gateway *g, const struct gate_binding *b,
    const struct gate_device *dev, int64_t now_ms)
{
	const char *name = b->phone_name[0] != '\0'   ? b->phone_name
			   : b->hello_name[0] != '\0' ? b->hello_name
						      : "Phone";
	int64_t phone;
	bool known;
	enum db_err err;

	if ((err = gate_device_known(g->db, b->device, &known)) != DB_OK ||
	    (err = moved(g, b, dev->owner, now_ms)) != DB_OK ||
	    (dev->contested_by != dev->owner &&
		(err = moved(g, b, dev->contested_by, now_ms)) != DB_OK) ||
	    (err = gate_device_unbind(g->db, b->device, now_ms)) != DB_OK ||
	    (err = gate_binding_bound(g->db, b, name, now_ms, &phone)) !=
		DB_OK ||
	    (err = contest(g, b, phone, dev, now_ms)) != DB_OK)
		return err;
	keys_drop_all(g->keys);
	if (known && (err = tell_bound(g, b->account, phone, now_ms)) != DB_OK)
		return err;
	return gate_event_put(
	    g->db, b->account, phone, now_ms, "phone-bound", name);
}

/* A phone that says its PROOF again has heard nothing: an ACK tells it. */
static enum db_err
proof_again(struct gateway *g, const struct gate_binding *b, int64_t now_ms)
{
	struct gate_phone phone;
	struct gate_heard heard = { .sms = 1, .ack_wanted = true };
	enum db_err err;

	if (now_ms - b->changed_ms < NETWORK_REPEATS_MS)
		return DB_OK;
	if ((err = gate_phone_by_key(g->db, b->key_id, &phone)) != DB_OK)
		return err;
	heard.account = phone.account;
	heard.phone = phone.phone;
	heard.highest = phone.highest;
	return gate_heard_put(g->db, &heard, 1, now_ms);
}

static enum db_err
proof(struct gateway *g, const struct wire_frame *f, int64_t now_ms,
    struct gateway_answer *answer)
{
	struct gate_binding b;
	struct seal_phone *keys;
	struct wire_proof p;
	struct gate_device dev;
	uint8_t root[SEAL_KEY_LEN];
	enum db_err err = gate_binding_by_key(g->db, f->key_id, &b);

	junk(answer, "a proof for no open binding");
	if (err != DB_OK)
		return err == DB_NONE ? DB_OK : err;
	if (keys_unwrap(g->keys, b.account, b.key_id, b.root_wrapped,
		b.root_wrapped_len, root) != SEAL_OK ||
	    (keys = seal_phone_new(root, b.key_id)) == NULL)
		return DB_OK;
	seal_wipe(root, sizeof root);
	if (seal_proof_open(keys, f, &p) == SEAL_OK) {
		answer->verdict = GATEWAY_TAKEN;
		if (strcmp(b.state, "bound") == 0)
			err = proof_again(g, &b, now_ms);
		else if (strcmp(b.state, "challenged") == 0 &&
			 (err = gate_device(g->db, b.device, now_ms, &dev)) ==
			     DB_OK &&
			 (err = check_free(g, &b, keys, &dev, now_ms)) ==
			     DB_OK &&
			 (err = check_answer(g, &b, keys, &p, now_ms)) == DB_OK)
			err = bind(g, &b, &dev, now_ms);
		seal_wipe(&p, sizeof p);
	}
	seal_phone_free(keys);
	return err == DB_NONE ? DB_OK : err;
}

enum db_err
binding_proof(struct gateway *g, const struct spool_row *row,
    const struct wire_frame *f, int64_t now_ms, struct gateway_answer *answer)
{
	enum db_err err = db_begin(g->db);

	(void)row;
	if (err != DB_OK)
		return err;
	return end(g, proof(g, f, now_ms, answer));
}

/* ---- the owner before ---- */

static enum db_err
end_vetoed(struct gateway *g, int64_t now_ms)
{
	int64_t account, phone, by;
	enum db_err err = gate_vetoed(g->db, &account, &phone, &by);

	if (err != DB_OK ||
	    (err = gateway_unbind(g, account, phone, now_ms)) != DB_OK ||
	    (err = gate_device_hold(g->db, account, phone, by, now_ms)) !=
		DB_OK ||
	    (err = gate_event_put(
		 g->db, account, phone, now_ms, "phone-vetoed", "")) != DB_OK)
		return err;
	return gate_event_put(g->db, by, 0, now_ms, "veto-done", "");
}

int
binding_tick(struct gateway *g, int64_t now_ms)
{
	enum db_err err = DB_OK;

	for (int i = 0; i < 64 && err == DB_OK; i++)
		if ((err = db_begin(g->db)) == DB_OK)
			err = end(g, end_vetoed(g, now_ms));
	return err == DB_LOST ? -1 : 0;
}
