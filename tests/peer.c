#include "peer.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define START_MS 1760000000000LL

/* ---- the phone's host ---- */

static int64_t
host_now(void *ctx)
{
	return ((struct peer *)ctx)->now_ms;
}

static int64_t
host_mono(void *ctx)
{
	return ((struct peer *)ctx)->mono_ms;
}

static int
host_send(
    void *ctx, const char *number, const uint8_t *frame, size_t len, bool text)
{
	struct peer *p = ctx;
	struct peer_sms *sms = &p->sent[p->nsent];

	ck_assert_str_eq(number, PEER_SERVICE);
	ck_assert(!text);
	ck_assert_uint_le(len, WIRE_DATA_MAX);
	ck_assert_uint_lt(p->nsent, PEER_SENT_MAX);
	if (p->no_coverage)
		return -1;
	if (p->on_send != NULL)
		p->on_send(p, frame, len);
	sms->mono_ms = p->mono_ms;
	sms->len = len;
	memcpy(sms->octets, frame, len);
	p->nsent++;
	return 0;
}

static void
host_tell(void *ctx, enum phone_notice what, const char *detail)
{
	struct peer *p = ctx;

	ck_assert_uint_lt(what, PEER_NOTICES);
	p->told[what]++;
	snprintf(p->detail[what], sizeof p->detail[what], "%s", detail);
}

static int
host_offset(void *ctx)
{
	return ((struct peer *)ctx)->utc_offset_min;
}

static bool
host_roaming(void *ctx)
{
	return ((struct peer *)ctx)->roaming;
}

static void
note_applied(struct peer *p, const struct record *r, bool mine, uint32_t *id)
{
	struct record *here;
	const struct record_field *f;
	size_t n = record_fields(r, &f);

	ck_assert_uint_lt(p->napplied, PEER_APPLIED_MAX);
	if (!mine)
		*id = p->next_id++;
	ck_assert(!mine || *id == record_id(r));
	here = record_new(record_kind(r), *id);
	record_set_time_ms(here, record_time_ms(r));
	record_set_op(here, record_op(r));
	for (size_t i = 0; i < n; i++)
		if (f[i].type == RECORD_INT)
			record_add_int(here, f[i].tag, f[i].num);
		else
			record_add_text(here, f[i].tag, f[i].text);
	p->applied_mine[p->napplied] = mine;
	p->applied[p->napplied++] = here;
}

static enum phone_applied
host_apply(void *ctx, const struct record *r, bool mine, uint32_t *id)
{
	struct peer *p = ctx;

	if (p->apply_says == PHONE_APPLIED)
		note_applied(p, r, mine, id);
	return p->apply_says;
}

static enum phone_applied
host_apply_file(void *ctx, const struct record *manifest, const uint8_t *data,
    size_t len, bool mine, uint32_t *id)
{
	struct peer *p = ctx;

	if (p->apply_says != PHONE_APPLIED)
		return p->apply_says;
	note_applied(p, manifest, mine, id);
	free(p->file);
	ck_assert_ptr_nonnull(p->file = malloc(len + 1));
	memcpy(p->file, data, len);
	p->file_len = len;
	return PHONE_APPLIED;
}

static int
host_locate(void *ctx, struct record *r)
{
	struct peer *p = ctx;

	if (p->nowhere)
		return -1;
	p->locations++;
	return record_add_int(r, RECORD_LATITUDE_E7, 601700000) |
	       record_add_int(r, RECORD_LONGITUDE_E7, 249400000);
}

static void
host_wipe(void *ctx)
{
	((struct peer *)ctx)->wipes++;
}

static void
open_phone(struct peer *p, const char *journal)
{
	const struct phone_host host = {
		.ctx = p,
		.now_ms = host_now,
		.mono_ms = host_mono,
		.send = host_send,
		.tell = host_tell,
		.utc_offset_min = host_offset,
		.roaming = host_roaming,
		.apply = host_apply,
		.apply_file = host_apply_file,
		.locate = host_locate,
		.wipe = host_wipe,
	};
	const struct phone_identity who = {
		.device_id = "490154203237518",
		.sim_id = "8935840",
		.name = p->name,
	};

	ck_assert_ptr_nonnull(p->phone = phone_open(journal, &host, &who));
}

void
peer_open(struct peer *p, const char *journal)
{
	memset(p, 0, sizeof *p);
	p->now_ms = START_MS;
	p->mono_ms = 1000;
	p->next_id = 5000;
	p->name = "Test phone";
	open_phone(p, journal);
	seal_code_new(&p->code_id, p->code);
}

void
peer_restart(struct peer *p, const char *journal)
{
	phone_close(p->phone);
	open_phone(p, journal);
}

void
peer_close(struct peer *p)
{
	phone_close(p->phone);
	seal_phone_free(p->keys);
	for (size_t i = 0; i < p->napplied; i++)
		record_free(p->applied[i]);
	free(p->file);
	p->napplied = 0;
	p->file = NULL;
	p->phone = NULL;
	p->keys = NULL;
}

void
peer_run(struct peer *p, int64_t ms)
{
	int64_t until = p->mono_ms + ms;

	for (int64_t steps = 0;; steps++) {
		int64_t next = phone_tick(p->phone);

		/* A tick that is due at once for ever would hang a phone. */
		ck_assert_msg(steps < 100000, "the phone never rests");
		if (p->mono_ms >= until)
			return;
		if (next > until)
			next = until;
		if (next <= p->mono_ms)
			next = p->mono_ms + 1;
		p->now_ms += next - p->mono_ms;
		p->mono_ms = next;
	}
}

bool
peer_until_sent(struct peer *p, size_t n, int64_t most_ms)
{
	for (int64_t ms = 0; ms < most_ms && p->nsent < n; ms += MINUTE)
		peer_run(p, MINUTE);
	return p->nsent >= n;
}

/* ---- the service ---- */

void
peer_challenge(struct peer *p, const char *question, uint8_t *sms, size_t *len)
{
	const struct peer_sms *last = &p->sent[p->nsent - 1];
	uint8_t secret[SEAL_KEY_LEN], public_key[SEAL_PUBLIC_LEN];
	struct wire_challenge c = { .key_id = 0x01020304,
		.codec = PACK_DEFLATE,
		.ask = question[0] != '\0' };
	struct wire_frame f;
	struct wire_hello h;

	ck_assert_uint_gt(p->nsent, 0);
	ck_assert_int_eq(wire_decode(last->octets, last->len, &f), WIRE_OK);
	ck_assert_int_eq(f.type, WIRE_HELLO);
	ck_assert_uint_eq(f.code_id, p->code_id);
	ck_assert_int_eq(seal_hello_open(p->code_key, &f, &h), SEAL_OK);
	ck_assert_str_eq(h.name, p->name);
	snprintf(c.question, sizeof c.question, "%s", question);
	c.time = (uint32_t)(START_MS / 1000);
	ck_assert_int_eq(seal_keypair(secret, public_key), SEAL_OK);
	ck_assert_int_eq(seal_challenge(p->code_key, last->octets, last->len,
			     secret, &c, WIRE_DATA_MAX, sms, len, p->root),
	    SEAL_OK);
	p->key_id = c.key_id;
	seal_phone_free(p->keys);
	p->keys = seal_phone_new(p->root, p->key_id);
	p->sequence = 0;
	ck_assert_ptr_nonnull(p->keys);
}

void
peer_hello(struct peer *p)
{
	uint8_t secret[SEAL_QR_SECRET_LEN];
	char text[SEAL_QR_TEXT_MAX];

	p->code_id = 0xabcde;
	seal_random(secret, sizeof secret);
	seal_qr_text(PEER_SERVICE, p->code_id, secret, text);
	ck_assert_int_eq(seal_qr_key(p->code_id, secret, p->code_key), SEAL_OK);
	ck_assert_int_eq(phone_bind_qr(p->phone, text), PHONE_OK);
}

void
peer_bind(struct peer *p)
{
	peer_hello(p);
	peer_go_on(p);
}

void
peer_go_on(struct peer *p)
{
	struct phone_status st;
	uint8_t sms[WIRE_DATA_MAX];
	size_t len;

	peer_challenge(p, "", sms, &len);
	ck_assert(phone_receive(p->phone, PEER_SERVICE, sms, len, false));
	peer_command(p, WIRE_CMD_PING, 0, 0, NULL, 0);
	phone_get_status(p->phone, &st);
	ck_assert_int_eq(st.state, PHONE_BOUND);
	ck_assert(st.confirmed);
	peer_run(p, 1);
}

void
peer_say(struct peer *p, enum wire_type type, uint32_t sequence,
    const uint8_t *plain, size_t len, struct peer_sms *out)
{
	ck_assert_int_eq(seal_control(p->keys, type, sequence, plain, len,
			     out->octets, &out->len),
	    SEAL_OK);
}

bool
peer_hear(struct peer *p, const struct peer_sms *sms)
{
	return phone_receive(
	    p->phone, PEER_SERVICE, sms->octets, sms->len, false);
}

void
peer_command(struct peer *p, enum wire_command command, uint32_t version,
    uint32_t not_after, const uint8_t *args, size_t len)
{
	const struct wire_control c = {
		.command = command,
		.policy_version = version,
		.not_after = not_after,
		.args = args,
		.args_len = len,
	};
	uint8_t plain[WIRE_DATA_MAX];
	struct peer_sms sms;

	peer_say(p, WIRE_CONTROL, ++p->sequence, plain,
	    wire_control_encode(&c, plain), &sms);
	ck_assert(peer_hear(p, &sms));
}

void
peer_ack(struct peer *p, const struct wire_ack *a)
{
	uint8_t plain[WIRE_DATA_MAX];
	struct peer_sms sms;

	peer_say(
	    p, WIRE_ACK, ++p->sequence, plain, wire_ack_encode(a, plain), &sms);
	ck_assert(peer_hear(p, &sms));
}

void
peer_policy(struct peer *p, uint32_t version, const struct policy *policy)
{
	uint8_t octets[WIRE_POLICY_MAX];
	size_t len = policy_encode(policy, octets, sizeof octets);

	ck_assert_uint_gt(len, 0);
	peer_command(p, WIRE_CMD_POLICY, version, 0, octets, len);
}

/* ---- reading uploads ---- */

/* Tests send fewer than 256 transfers, so that the low bits are all. */
uint32_t
peer_transfer_of(struct peer *p, const struct peer_sms *sms)
{
	uint8_t text[WIRE_DATA_MAX];
	struct wire_frame f;
	uint32_t transfer;

	ck_assert_int_eq(wire_decode(sms->octets, sms->len, &f), WIRE_OK);
	if (f.type != WIRE_SEGMENT && f.type != WIRE_SINGLE)
		return 0;
	ck_assert_int_eq(
	    f.type == WIRE_SEGMENT
		? seal_segment_check(p->keys, &f, f.transfer, &transfer)
		: seal_single_open(p->keys, &f, f.transfer, &transfer, text),
	    SEAL_OK);
	return transfer;
}

/* The text of a transfer; its length, or 0. */
static size_t
text_of(struct peer *p, size_t from, uint32_t transfer, uint8_t *text)
{
	uint8_t body[WIRE_SEGMENTS_MAX][WIRE_SEGMENT_BODY_MAX];
	uint8_t bodies[sizeof body];
	size_t len[WIRE_SEGMENTS_MAX] = { 0 }, n = 0;
	int last = -1;

	for (size_t i = from; i < p->nsent; i++) {
		struct wire_frame f;
		uint32_t number;

		if (peer_transfer_of(p, &p->sent[i]) != transfer)
			continue;
		wire_decode(p->sent[i].octets, p->sent[i].len, &f);
		if (f.type == WIRE_SINGLE) {
			ck_assert_int_eq(seal_single_open(p->keys, &f, transfer,
					     &number, text),
			    SEAL_OK);
			return f.body_len;
		}
		memcpy(body[f.index], f.body, f.body_len);
		len[f.index] = f.body_len;
		if (f.last)
			last = f.index;
	}
	for (int i = 0; i <= last; i++) {
		if (len[i] == 0)
			return 0;
		memcpy(bodies + n, body[i], len[i]);
		n += len[i];
	}
	if (last == -1)
		return 0;
	ck_assert_int_eq(
	    seal_transfer_open(p->keys, false, transfer, bodies, n, text),
	    SEAL_OK);
	return n - SEAL_TAG_LEN;
}

bool
peer_read(struct peer *p, size_t from, uint32_t transfer,
    struct upload_preamble *pre, struct record ***list, size_t *n)
{
	uint8_t text[WIRE_TRANSFER_OCTETS_MAX];
	size_t len = text_of(p, from, transfer, text), head;

	if (len == 0)
		return false;
	ck_assert_uint_gt(head = upload_get(text, len, pre), 0);
	*list = NULL;
	*n = 0;
	if (len > head)
		ck_assert_int_eq(
		    pack_read(pre->codec, text + head, len - head, list, n), 0);
	return true;
}

size_t
peer_body(struct peer *p, size_t from, uint32_t transfer,
    struct upload_preamble *pre, uint8_t *body)
{
	uint8_t text[WIRE_TRANSFER_OCTETS_MAX];
	size_t len = text_of(p, from, transfer, text), head;

	if (len == 0)
		return 0;
	ck_assert_uint_gt(head = upload_get(text, len, pre), 0);
	memcpy(body, text + head, len - head);
	return len - head;
}

size_t
peer_sms_of(struct peer *p, size_t from, uint32_t transfer)
{
	size_t n = 0;

	for (size_t i = from; i < p->nsent; i++)
		n += peer_transfer_of(p, &p->sent[i]) == transfer;
	return n;
}

/* ---- down ---- */

void
peer_down(struct peer *p, uint32_t transfer, const struct down_head *head,
    const uint8_t *body, size_t len, uint32_t lost)
{
	uint8_t sms[WIRE_SEGMENTS_MAX][WIRE_DATA_MAX];
	uint8_t text[WIRE_TRANSFER_OCTETS_MAX];
	size_t sms_len[WIRE_SEGMENTS_MAX];
	size_t n = down_put(head, text);
	int count;

	ck_assert_uint_le(n + len, sizeof text);
	if (len > 0)
		memcpy(text + n, body, len);
	count = seal_transfer(p->keys, true, transfer, text, n + len,
	    WIRE_DATA_MAX, sms, sms_len);
	ck_assert_int_gt(count, 0);
	for (int i = 0; i < count; i++)
		if ((lost >> i & 1) == 0)
			ck_assert(phone_receive(
			    p->phone, PEER_SERVICE, sms[i], sms_len[i], false));
}

void
peer_down_records(struct peer *p, uint32_t transfer, uint32_t restore, bool own,
    const struct record *const *list, size_t n, uint32_t lost)
{
	const struct down_head head = { .what = DOWN_RECORDS,
		.codec = PACK_PLAIN,
		.restore = restore,
		.own = own };
	uint8_t body[WIRE_TRANSFER_OCTETS_MAX];
	size_t len;

	ck_assert_uint_eq(pack_fill(PACK_PLAIN, list, n, body, 1800, &len), n);
	peer_down(p, transfer, &head, body, len, lost);
}

/* ---- records ---- */

struct record *
peer_message(uint32_t id, int64_t ms)
{
	struct record *r = record_new(RECORD_MESSAGE, id);
	uint32_t x = id * 2654435761u + 12345;
	char body[61];

	/* Nothing that a coder could foresee. */
	for (size_t i = 0; i < sizeof body - 1; i++) {
		x = x * 1664525 + 1013904223;
		body[i] = (char)('!' + (x >> 24) % 94);
	}
	body[sizeof body - 1] = '\0';
	record_set_time_ms(r, ms);
	record_add_text(r, RECORD_PEER, "+358401234567");
	record_add_int(r, RECORD_DIRECTION, RECORD_MSG_RECEIVED);
	record_add_text(r, RECORD_BODY, body);
	return r;
}

void
peer_put(struct peer *p, struct record *r)
{
	ck_assert_int_eq(phone_put(p->phone, r), PHONE_OK);
	record_free(r);
}
