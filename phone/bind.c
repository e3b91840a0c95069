/*
 * The phone's side of a binding.
 *
 *    UNBOUND --code or QR--> HELLO_SENT --CHALLENGE--> BOUND
 *                               |                       ^
 *                               +--with a question--> ASKED --answer--+
 *
 * The HELLO is sent again, the same octets, until it is answered; the PROOF
 * until anything authentic has come back.  A REFUSED undoes the binding, and
 * so do days without any answer: a phone that believes to be bound and is not
 * would back up into the void.
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

static void
plan_again(struct phone *p)
{
	p->again_mono = phone_mono(p) + again_after_ms[p->again_tries++];
}

static int
load_keys(struct phone *p)
{
	uint8_t root[SEAL_KEY_LEN];

	if (journal_get(p->journal, "root", root, sizeof root) != sizeof root)
		return -1;
	seal_phone_free(p->keys);
	p->keys = seal_phone_new(root, p->key_id);
	seal_wipe(root, sizeof root);
	return p->keys != NULL ? 0 : -1;
}

int
bind_load(struct phone *p)
{
	struct journal *j = p->journal;
	size_t n;

	p->state = (enum phone_state)journal_get_int(j, "state", PHONE_UNBOUND);
	p->key_id = (uint32_t)journal_get_int(j, "key_id", 0);
	p->codec = (enum pack_codec)journal_get_int(j, "codec", PACK_DEFLATE);
	n = journal_get(j, "service_number", p->service_number,
	    sizeof p->service_number - 1);
	p->service_number[n] = '\0';
	n = journal_get(j, "digits", p->digits, sizeof p->digits - 1);
	p->digits[n] = '\0';
	p->unconfirmed = journal_get_int(j, "unconfirmed", 0) != 0;
	if (p->state == PHONE_HELLO_SENT || p->unconfirmed)
		p->again_mono = phone_mono(p) + MINUTE_MS;
	if (p->state == PHONE_BOUND)
		return load_keys(p);
	return 0;
}

static void
set_state(struct phone *p, enum phone_state state)
{
	p->state = state;
	journal_set_int(p->journal, "state", state);
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
	      journal_set(j, "service_number", number, strlen(number)) |
	      journal_unset(j, "proof") |
	      journal_set_int(j, "state", PHONE_HELLO_SENT);
	seal_wipe(secret, sizeof secret);
	if (err != 0 || journal_end(j) == -1) {
		journal_abort(j);
		return PHONE_E_FAILED;
	}
	snprintf(p->service_number, sizeof p->service_number, "%s", number);
	p->state = PHONE_HELLO_SENT;
	p->again_tries = 0;
	phone_tell(p, PHONE_N_BINDING, number);
	if (phone_send(p, sms, len) == 0)
		plan_again(p);
	else
		p->again_mono = phone_mono(p) + 10000;
	return PHONE_OK;
}

enum phone_err
phone_bind_code(struct phone *p, const char *service_number, const char *typed)
{
	char code[SEAL_CODE_CHARS + 1];
	uint8_t key[SEAL_KEY_LEN];
	uint32_t id;
	enum phone_err err;

	if (p->state == PHONE_BOUND && p->effective.lock)
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

	if (p->state == PHONE_BOUND && p->effective.lock)
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

/* A new account: nothing of the old one holds, and all is to be sent. */
static int
begin_anew(struct phone *p)
{
	struct journal *j = p->journal;

	p->next_transfer = 1;
	p->control_high = 0;
	p->control_seen = 0;
	memset(&p->owner, 0, sizeof p->owner);
	return journal_all_pending(j) | journal_drop_transfers(j) |
	       journal_set_int(j, "next_transfer", 1) |
	       journal_set_int(j, "control_high", 0) |
	       journal_set_int(j, "control_seen", 0) |
	       journal_set_int(j, "owner_version", 0) |
	       journal_unset(j, "owner_policy");
}

/* Answer the challenge whose keys are in p: from here on we are bound. */
static int
prove(struct phone *p, const struct wire_proof *proof)
{
	struct journal *j = p->journal;
	uint8_t sms[WIRE_DATA_MAX];
	size_t len;
	int err;

	if (seal_proof(p->keys, proof, sms, &len) != SEAL_OK ||
	    journal_begin(j) == -1)
		return -1;
	err = journal_set(j, "proof", sms, len) | begin_anew(p) |
	      journal_set_int(j, "unconfirmed", 1) |
	      journal_unset(j, "code_key") |
	      journal_set_int(j, "state", PHONE_BOUND);
	if (err != 0 || journal_end(j) == -1) {
		journal_abort(j);
		return -1;
	}
	p->state = PHONE_BOUND;
	p->unconfirmed = true;
	p->again_tries = 0;
	phone_settle_policy(p);
	upload_load(p);
	if (phone_send(p, sms, len) == 0)
		plan_again(p);
	else
		p->again_mono = phone_mono(p) + 10000;
	phone_tell(p, PHONE_N_BOUND, p->service_number);
	p->now = true;
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
	err = journal_set(j, "root", root, SEAL_KEY_LEN) |
	      journal_set_int(j, "key_id", c->key_id) |
	      journal_set_int(j, "codec", c->codec) |
	      journal_set(j, "digits", digits, 6);
	if (err != 0 || journal_end(j) == -1) {
		journal_abort(j);
		return -1;
	}
	p->key_id = c->key_id;
	p->codec = (enum pack_codec)c->codec;
	memcpy(p->digits, digits, sizeof p->digits);
	return load_keys(p);
}

/* The gateway has not had our PROOF: say it again. */
static void
repeat_proof(struct phone *p)
{
	uint8_t sms[WIRE_DATA_MAX];
	size_t len = journal_get(p->journal, "proof", sms, sizeof sms);

	if (len > 0)
		phone_send(p, sms, len);
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
	if (p->state == PHONE_BOUND && p->unconfirmed) {
		repeat_proof(p);
		return;
	}
	if (p->state != PHONE_HELLO_SENT)
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
		set_state(p, PHONE_ASKED);
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

	if (p->state != PHONE_ASKED)
		return PHONE_E_STATE;
	if (strlen(answer) > WIRE_ANSWER_MAX)
		return PHONE_E_INVALID;
	strcpy(proof.answer, answer);
	if (p->keys == NULL && load_keys(p) == -1)
		return PHONE_E_FAILED;
	return prove(p, &proof) == 0 ? PHONE_OK : PHONE_E_FAILED;
}

/* Not bound any more.  What is on the phone stays, to be sent to another. */
void
bind_undo(struct phone *p, const char *why)
{
	struct journal *j = p->journal;

	if (journal_begin(j) == -1)
		return;
	if ((begin_anew(p) | journal_unset(j, "root") |
		journal_unset(j, "proof") | journal_unset(j, "eph_secret") |
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
	p->again_mono = 0;
	phone_settle_policy(p);
	phone_tell(p, why != NULL ? PHONE_N_REFUSED : PHONE_N_UNBOUND,
	    why != NULL ? why : "");
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

/* A binding that was there before the HELLO holds on. */
static void
give_up(struct phone *p)
{
	static const char why[] = "the service does not answer: look for "
				  "coverage and start again with a new code";

	if (p->state == PHONE_HELLO_SENT && load_keys(p) == 0) {
		set_state(p, PHONE_BOUND);
		phone_tell(p, PHONE_N_REFUSED, why);
	} else {
		bind_undo(p, why);
	}
}

static void
say_again(struct phone *p)
{
	uint8_t sms[WIRE_DATA_MAX];
	const char *what = p->state == PHONE_HELLO_SENT ? "hello" : "proof";
	size_t len = journal_get(p->journal, what, sms, sizeof sms);

	p->again_mono = 0;
	if (len == 0)
		return;
	if (p->again_tries >= AGAIN_MAX)
		give_up(p);
	else if (phone_send(p, sms, len) == 0)
		plan_again(p);
	else
		p->again_mono = phone_mono(p) + MINUTE_MS;
}

void
bind_tick(struct phone *p, int64_t *next)
{
	if (p->again_mono != 0 && phone_mono(p) >= p->again_mono)
		say_again(p);
	phone_earlier(next, p->again_mono);
}
