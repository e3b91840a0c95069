/*
 * The phone's side of a binding.
 *
 *    none --code or QR--> HELLO_SENT --CHALLENGE--> proved --> bound
 *                            |                        ^
 *                            +--with a question--> ASKED --answer--+
 *
 * The HELLO is sent again, the same octets, until it is answered; the PROOF
 * until anything authentic has come back.
 *
 * A phone that was not bound is bound once it has sent its PROOF.  A REFUSED
 * undoes that, and so do days without any answer: a phone that believes to be
 * bound and is not would back up into the void.
 *
 * A phone that is bound stays so, under its old keys and to its old owner,
 * until the service has said under the new keys that the answer was right:
 * whoever holds the phone can try, and takes nothing from its owner by it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "pack.h"
#include "phone_internal.h"

/* When to say it again; the last of them is when to give up. */
static const int64_t again_after_ms[] = { 2 * MINUTE_MS, 10 * MINUTE_MS,
	HOUR_MS, 3 * HOUR_MS, 6 * HOUR_MS, 12 * HOUR_MS, DAY_MS };
#define AGAIN_MAX (int)(sizeof again_after_ms / sizeof again_after_ms[0])
#define RADIO_MS 10000 /* the radio did not take it: soon again */

/* ---- the journal's part ---- */

static struct seal_phone *
keys_of(struct phone *p, const char *root_name, uint32_t key_id)
{
	uint8_t root[SEAL_KEY_LEN];
	struct seal_phone *keys = NULL;

	if (journal_get(p->journal, root_name, root, sizeof root) ==
	    sizeof root)
		keys = seal_phone_new(root, key_id);
	seal_wipe(root, sizeof root);
	return keys;
}

static void
get_text(struct phone *p, const char *key, char *out, size_t cap)
{
	size_t n = journal_get(p->journal, key, out, cap - 1);

	out[n] = '\0';
}

int
bind_load(struct phone *p)
{
	struct journal *j = p->journal;
	int64_t state = journal_get_int(j, "state", PHONE_UNBOUND);

	p->state = state == PHONE_BOUND ? PHONE_BOUND : PHONE_UNBOUND;
	p->attempt = (enum phone_state)journal_get_int(j, "attempt",
	    state == PHONE_HELLO_SENT ? PHONE_HELLO_SENT : PHONE_UNBOUND);
	p->key_id = (uint32_t)journal_get_int(j, "key_id", 0);
	p->codec = (enum pack_codec)journal_get_int(j, "codec", PACK_DEFLATE);
	get_text(
	    p, "service_number", p->service_number, sizeof p->service_number);
	get_text(p, "new_number", p->new_number, sizeof p->new_number);
	get_text(p, "digits", p->digits, sizeof p->digits);
	p->unconfirmed = journal_get_int(j, "unconfirmed", 0) != 0;
	p->new_key_id = (uint32_t)journal_get_int(j, "new_key_id", 0);
	if (p->attempt == PHONE_ASKED || p->attempt == PHONE_BOUND) {
		p->new_keys = keys_of(p, "new_root", p->new_key_id);
		if (p->new_keys == NULL)
			return -1;
	}
	if (p->attempt == PHONE_HELLO_SENT || p->attempt == PHONE_BOUND ||
	    p->unconfirmed)
		p->again_mono = phone_mono(p) + MINUTE_MS;
	if (p->state == PHONE_BOUND &&
	    (p->keys = keys_of(p, "root", p->key_id)) == NULL)
		return -1;
	return 0;
}

static void
set_attempt(struct phone *p, enum phone_state attempt)
{
	p->attempt = attempt;
	journal_set_int(p->journal, "attempt", attempt);
}

static void
plan_again(struct phone *p, int sent)
{
	p->again_mono =
	    phone_mono(p) +
	    (sent == 0 ? again_after_ms[p->again_tries++] : RADIO_MS);
}

static const char *
binding_number(const struct phone *p)
{
	return p->attempt != PHONE_UNBOUND ? p->new_number : p->service_number;
}

static void
forget_attempt(struct phone *p)
{
	static const char *const keys[] = { "code_key", "eph_secret", "hello",
		"new_root", "new_key_id", "new_codec", "new_number" };

	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		journal_unset(p->journal, keys[i]);
	set_attempt(p, PHONE_UNBOUND);
	seal_phone_free(p->new_keys);
	p->new_keys = NULL;
	if (!p->unconfirmed)
		p->again_mono = 0;
}

void
bind_cancel(struct phone *p, const char *why)
{
	if (p->attempt == PHONE_UNBOUND)
		return;
	forget_attempt(p);
	phone_tell(p, PHONE_N_REFUSED, why);
}

/* ---- HELLO ---- */

/* Locked by its owner, or lost.  He is told that somebody tried. */
static bool
is_locked(struct phone *p)
{
	if (p->state != PHONE_BOUND || !p->effective.lock)
		return false;
	p->user_refused = true;
	return true;
}

static void
fill_hello(const struct phone *p, struct wire_hello *h)
{
	uint8_t digest[SEAL_DIGEST_LEN];

	memset(h, 0, sizeof *h);
	h->wire_max = WIRE_VERSION;
	h->codecs = PACK_CODECS_MASK;
	h->text_only = p->who.text_only;
	seal_digest(p->who.device_id, strlen(p->who.device_id), digest);
	memcpy(h->device, digest, sizeof h->device);
	if (p->who.sim_id != NULL) {
		seal_digest(p->who.sim_id, strlen(p->who.sim_id), digest);
		memcpy(h->sim, digest, sizeof h->sim);
	}
	h->time = (uint32_t)(phone_now(p) / 1000);
	snprintf(h->name, sizeof h->name, "%s", p->who.name);
}

/* Keep all that the answer needs, then send. */
static enum phone_err
start(struct phone *p, const char *number, uint32_t id, bool code_long,
    const uint8_t key[static SEAL_KEY_LEN])
{
	uint8_t secret[SEAL_KEY_LEN], public_key[SEAL_PUBLIC_LEN];
	uint8_t sms[WIRE_DATA_MAX];
	struct journal *j = p->journal;
	struct wire_hello h;
	size_t len;
	int err;

	fill_hello(p, &h);
	if (seal_keypair(secret, public_key) != SEAL_OK ||
	    seal_hello(key, id, code_long, secret, &h, sms, &len) != SEAL_OK ||
	    journal_begin(j) == -1)
		return PHONE_E_FAILED;
	err = journal_set(j, "code_key", key, SEAL_KEY_LEN) |
	      journal_set(j, "eph_secret", secret, sizeof secret) |
	      journal_set(j, "hello", sms, len) |
	      journal_set(j, "new_number", number, strlen(number)) |
	      journal_set_int(j, "attempt", PHONE_HELLO_SENT);
	seal_wipe(secret, sizeof secret);
	if (err != 0 || journal_end(j) == -1) {
		journal_abort(j);
		return PHONE_E_FAILED;
	}
	snprintf(p->new_number, sizeof p->new_number, "%s", number);
	p->attempt = PHONE_HELLO_SENT;
	p->again_tries = 0;
	phone_tell(p, PHONE_N_BINDING, number);
	plan_again(p, phone_send(p, p->new_number, sms, len));
	return PHONE_OK;
}

enum phone_err
phone_bind_code(struct phone *p, const char *service_number, const char *typed)
{
	char code[SEAL_CODE_CHARS + 1];
	uint8_t key[SEAL_KEY_LEN];
	uint32_t id;
	enum phone_err err;

	if (is_locked(p))
		return PHONE_E_LOCKED;
	if (seal_code_read(typed, &id, code) == -1 ||
	    strlen(service_number) >= sizeof p->service_number)
		return PHONE_E_CODE;
	if (seal_code_key(code, key) != SEAL_OK)
		return PHONE_E_FAILED;
	err = start(p, service_number, id, false, key);
	seal_wipe(key, sizeof key);
	seal_wipe(code, sizeof code);
	return err;
}

enum phone_err
phone_bind_qr(struct phone *p, const char *qr_text)
{
	uint8_t secret[SEAL_QR_SECRET_LEN], key[SEAL_KEY_LEN];
	char number[24];
	uint32_t id;
	enum phone_err err;

	if (is_locked(p))
		return PHONE_E_LOCKED;
	if (seal_qr_read(qr_text, number, &id, secret) == -1)
		return PHONE_E_CODE;
	if (seal_qr_key(id, secret, key) != SEAL_OK)
		return PHONE_E_FAILED;
	err = start(p, number, id, true, key);
	seal_wipe(key, sizeof key);
	seal_wipe(secret, sizeof secret);
	return err;
}

/* ---- bound, or not any more ---- */

/* A new account: nothing of the old one holds, and all is to be sent. */
static int
begin_anew(struct phone *p)
{
	static const char *const keys[] = { "control_high", "control_seen",
		"owner_version", "owner_confirmed", "owner_policy",
		"state_said", "wait_said", "down_cumulative", "down_high",
		"down_next", "down_done", "down_unsaid", "now" };
	struct journal *j = p->journal;
	int err = 0;

	p->next_transfer = 1;
	p->control_high = 0;
	p->control_seen = 0;
	memset(&p->owner, 0, sizeof p->owner);
	p->now = false;
	p->again = 0;
	p->bucket_kind = 0;
	p->pong_mono = p->repeat_mono = 0;
	lostmode_forget(p);
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		err |= journal_unset(j, keys[i]);
	return err | journal_unset(j, "acked") |
	       journal_batches_drop(j, false, WIRE_TRANSFER_MAX) |
	       base_forget(p, 1, false) | base_down_forget(p, 1) |
	       journal_unset(j, "down_unread") | journal_all_pending(j) |
	       journal_drop_transfers(j) | journal_down_forget(j) |
	       journal_set_int(j, "next_transfer", 1);
}

/* What the journal says of it, in memory. */
static void
load_anew(struct phone *p)
{
	phone_settle_policy(p);
	restore_load(p);
	base_load(p);
	upload_load(p);
	if (p->keys != NULL)
		entries_load(p);
}

/* The attempt's keys are the phone's from here on. */
static int
adopt(struct phone *p, bool confirmed)
{
	struct journal *j = p->journal;
	uint8_t root[SEAL_KEY_LEN];
	size_t n = journal_get(j, "new_root", root, sizeof root);
	int64_t codec = journal_get_int(j, "new_codec", PACK_DEFLATE);
	int err = n == sizeof root ? 0 : -1;

	if (err == -1 || journal_begin(j) == -1)
		return -1;
	err = journal_set(j, "root", root, sizeof root) |
	      journal_set_int(j, "key_id", p->new_key_id) |
	      journal_set_int(j, "codec", codec) |
	      journal_set(
		  j, "service_number", p->new_number, strlen(p->new_number)) |
	      journal_set_int(j, "unconfirmed", !confirmed) |
	      journal_set_int(j, "state", PHONE_BOUND) | begin_anew(p);
	seal_wipe(root, sizeof root);
	forget_attempt(p);
	if (err != 0 || journal_end(j) == -1) {
		journal_abort(j);
		return -1;
	}
	seal_phone_free(p->keys);
	p->keys = keys_of(p, "root", p->new_key_id);
	p->key_id = p->new_key_id;
	p->codec = (enum pack_codec)codec;
	memcpy(p->service_number, p->new_number, sizeof p->service_number);
	p->state = PHONE_BOUND;
	p->unconfirmed = !confirmed;
	p->again_mono = confirmed ? 0 : phone_mono(p) + again_after_ms[0];
	load_anew(p);
	phone_tell(p, PHONE_N_BOUND, p->service_number);
	phone_upload_now(p);
	return p->keys != NULL ? 0 : -1;
}

/* Not bound any more.  What is on the phone stays, to be sent to another. */
void
bind_undo(struct phone *p, const char *why)
{
	struct journal *j = p->journal;

	if (journal_begin(j) == -1)
		return;
	if ((begin_anew(p) | journal_unset(j, "root") |
		journal_unset(j, "proof") |
		journal_set_int(j, "unconfirmed", 0) |
		journal_set_int(j, "state", PHONE_UNBOUND)) != 0 ||
	    journal_end(j) == -1) {
		journal_abort(j);
		return;
	}
	seal_phone_free(p->keys);
	p->keys = NULL;
	p->state = PHONE_UNBOUND;
	p->unconfirmed = false;
	if (p->attempt == PHONE_UNBOUND)
		p->again_mono = 0;
	load_anew(p);
	phone_tell(p, why != NULL ? PHONE_N_REFUSED : PHONE_N_UNBOUND,
	    why != NULL ? why : "");
	/* It ended because another binding has begun. */
	if (p->attempt == PHONE_BOUND)
		adopt(p, false);
}

void
bind_confirmed(struct phone *p)
{
	if (!p->unconfirmed)
		return;
	p->unconfirmed = false;
	p->again_mono = 0;
	journal_set_int(p->journal, "unconfirmed", 0);
}

/* ---- CHALLENGE and PROOF ---- */

static int
prove(struct phone *p, const struct wire_proof *proof)
{
	struct journal *j = p->journal;
	uint8_t sms[WIRE_DATA_MAX];
	size_t len;
	int sent;

	if (seal_proof(p->new_keys, proof, sms, &len) != SEAL_OK ||
	    journal_begin(j) == -1)
		return -1;
	if ((journal_set(j, "proof", sms, len) | journal_unset(j, "code_key") |
		journal_set_int(j, "attempt", PHONE_BOUND)) != 0 ||
	    journal_end(j) == -1) {
		journal_abort(j);
		return -1;
	}
	p->attempt = PHONE_BOUND;
	p->again_tries = 0;
	sent = phone_send(p, p->new_number, sms, len);
	if (p->state != PHONE_BOUND && adopt(p, false) == -1)
		return -1;
	plan_again(p, sent);
	return 0;
}

/* The keys of the challenge, kept before anything is said. */
static int
keep_keys(struct phone *p, const struct wire_challenge *c,
    const uint8_t root[static SEAL_KEY_LEN])
{
	struct journal *j = p->journal;
	char digits[7];
	int err;

	seal_digits(root, digits);
	if (journal_begin(j) == -1)
		return -1;
	err = journal_set(j, "new_root", root, SEAL_KEY_LEN) |
	      journal_set_int(j, "new_key_id", c->key_id) |
	      journal_set_int(j, "new_codec", c->codec) |
	      journal_set(j, "digits", digits, 6);
	if (err != 0 || journal_end(j) == -1) {
		journal_abort(j);
		return -1;
	}
	p->new_key_id = c->key_id;
	memcpy(p->digits, digits, sizeof p->digits);
	seal_phone_free(p->new_keys);
	p->new_keys = seal_phone_new(root, c->key_id);
	return p->new_keys != NULL ? 0 : -1;
}

/* The gateway has not had our PROOF: say it again. */
static void
repeat_proof(struct phone *p)
{
	uint8_t sms[WIRE_DATA_MAX];
	size_t len = journal_get(p->journal, "proof", sms, sizeof sms);

	if (len > 0)
		phone_send(p, binding_number(p), sms, len);
}

void
bind_receive(
    struct phone *p, const uint8_t *sms, size_t len, const struct wire_frame *f)
{
	uint8_t key[SEAL_KEY_LEN], secret[SEAL_KEY_LEN], root[SEAL_KEY_LEN];
	uint8_t hello[WIRE_DATA_MAX];
	struct wire_challenge c;
	const struct wire_proof proof = { .answered = false };
	size_t n;

	(void)f;
	if (p->attempt == PHONE_BOUND ||
	    (p->attempt == PHONE_UNBOUND && p->unconfirmed)) {
		repeat_proof(p);
		return;
	}
	if (p->attempt != PHONE_HELLO_SENT)
		return;
	n = journal_get(p->journal, "hello", hello, sizeof hello);
	if (journal_get(p->journal, "code_key", key, sizeof key) !=
		sizeof key ||
	    journal_get(p->journal, "eph_secret", secret, sizeof secret) !=
		sizeof secret ||
	    seal_challenge_open(key, hello, n, secret, sms, len, &c, root) !=
		SEAL_OK ||
	    c.codec >= PACK_CODEC_COUNT || keep_keys(p, &c, root) == -1)
		goto out;
	p->again_mono = 0;
	phone_tell(p, PHONE_N_DIGITS, p->digits);
	if (c.ask) {
		set_attempt(p, PHONE_ASKED);
		phone_tell(p, PHONE_N_QUESTION, c.question);
	} else {
		prove(p, &proof);
	}
out:
	seal_wipe(key, sizeof key);
	seal_wipe(secret, sizeof secret);
	seal_wipe(root, sizeof root);
}

enum phone_err
phone_bind_answer(struct phone *p, const char *answer)
{
	struct wire_proof proof = { .answered = true };

	if (p->attempt != PHONE_ASKED)
		return PHONE_E_STATE;
	if (is_locked(p))
		return PHONE_E_LOCKED;
	if (strlen(answer) > WIRE_ANSWER_MAX)
		return PHONE_E_INVALID;
	strcpy(proof.answer, answer);
	return prove(p, &proof) == 0 ? PHONE_OK : PHONE_E_FAILED;
}

/* ---- what the service says under the new keys ---- */

const char *
bind_why_refused(const struct wire_control *c)
{
	return c->args_len == 1 && c->args[0] == WIRE_REFUSED_LIMIT
		   ? "too many wrong answers: ask the owner, or try later"
		   : "the answer was wrong: start again with a new code";
}

void
bind_control(struct phone *p, const struct wire_frame *f)
{
	uint8_t plain[WIRE_DATA_MAX];
	struct wire_control c;

	if (p->attempt != PHONE_BOUND || f->key_id != p->new_key_id ||
	    seal_control_open(p->new_keys, f, plain) != SEAL_OK)
		return;
	if (f->type == WIRE_CONTROL &&
	    wire_control_decode(plain, f->body_len, &c) == WIRE_OK &&
	    c.command == WIRE_CMD_REFUSED)
		bind_cancel(p, bind_why_refused(&c));
	else
		adopt(p, true);
}

/* ---- saying it again ---- */

static void
give_up(struct phone *p)
{
	static const char why[] = "the service does not answer: look for "
				  "coverage and start again with a new code";

	if (p->attempt != PHONE_UNBOUND)
		bind_cancel(p, why);
	else
		bind_undo(p, why);
}

static void
say_again(struct phone *p)
{
	uint8_t sms[WIRE_DATA_MAX];
	const char *what = p->attempt == PHONE_HELLO_SENT ? "hello" : "proof";
	size_t len = journal_get(p->journal, what, sms, sizeof sms);

	p->again_mono = 0;
	if (len == 0)
		return;
	if (p->again_tries >= AGAIN_MAX)
		give_up(p);
	else
		plan_again(p, phone_send(p, binding_number(p), sms, len));
}

void
bind_tick(struct phone *p, int64_t *next)
{
	if (p->again_mono != 0 && phone_mono(p) >= p->again_mono)
		say_again(p);
	phone_earlier(next, p->again_mono);
}
