#include <stdio.h>
#include <string.h>

#include "seal_test.h"

/* ---- a whole binding ---- */

static const struct wire_hello told = {
	.wire_max = 1,
	.codecs = 3,
	.device = "0123456789abcde",
	.sim = "1234567",
	.time = 1700000000,
	.name = "Väinö",
};
static const struct wire_challenge asked = {
	.key_id = KEY_ID,
	.ask = true,
	.codec = 1,
	.time = 1700000060,
	.policy_version = 7,
	.policy = { 1, 2, 3 },
	.policy_len = 3,
	.question = "First pet?",
};

/* What both sides hold when the first two SMS of a binding are through. */
struct binding {
	uint32_t code_id;
	uint8_t code_key[SEAL_KEY_LEN];
	uint8_t phone[SEAL_KEY_LEN], gateway[SEAL_KEY_LEN];
	uint8_t hello[WIRE_DATA_MAX], challenge[WIRE_DATA_MAX];
	size_t hello_len, challenge_len;
	uint8_t root[SEAL_KEY_LEN];
};

static void
binding_begin(struct binding *b)
{
	uint8_t public_key[SEAL_PUBLIC_LEN], secret[SEAL_QR_SECRET_LEN];

	memset(b, 0, sizeof *b);
	memset(secret, 0x77, sizeof secret);
	b->code_id = 0x12345;
	ck_assert_int_eq(seal_qr_key(b->code_id, secret, b->code_key), SEAL_OK);
	ck_assert_int_eq(seal_keypair(b->phone, public_key), SEAL_OK);
	ck_assert_int_eq(seal_keypair(b->gateway, public_key), SEAL_OK);
	ck_assert_int_eq(seal_hello(b->code_key, b->code_id, true, b->phone,
			     &told, b->hello, &b->hello_len),
	    SEAL_OK);
	ck_assert_int_eq(seal_challenge(b->code_key, b->hello, b->hello_len,
			     b->gateway, &asked, WIRE_DATA_MAX, b->challenge,
			     &b->challenge_len, b->root),
	    SEAL_OK);
}

START_TEST(binding)
{
	static const struct wire_proof rex = { true, "Rex" };
	uint8_t key[SEAL_KEY_LEN], phone_root[SEAL_KEY_LEN];
	uint8_t sms[WIRE_DATA_MAX];
	char code[SEAL_CODE_CHARS + 1], typed[64], clean[SEAL_CODE_CHARS + 1];
	char ours[7], theirs[7];
	struct wire_challenge c;
	struct wire_proof proof;
	struct wire_hello h;
	struct wire_frame f;
	struct seal_phone *a, *g;
	struct binding b;
	uint32_t id;
	size_t len;

	/* The owner types the code, in the way people do. */
	binding_begin(&b);
	seal_code_new(&b.code_id, code);
	snprintf(typed, sizeof typed, " %.4s-%.4s %.4s-%.4s ", code, code + 4,
	    code + 8, code + 12);
	ck_assert_int_eq(seal_code_read(typed, &id, clean), 0);
	ck_assert_uint_eq(id, b.code_id);
	ck_assert_int_eq(seal_code_key(clean, b.code_key), SEAL_OK);
	ck_assert_int_eq(seal_code_key(code, key), SEAL_OK);
	ck_assert_mem_eq(key, b.code_key, sizeof key);

	/* HELLO */
	ck_assert_int_eq(
	    seal_hello(key, id, false, b.phone, &told, b.hello, &b.hello_len),
	    SEAL_OK);
	ck_assert_int_eq(wire_decode(b.hello, b.hello_len, &f), WIRE_OK);
	ck_assert_uint_eq(f.code_id, id);
	ck_assert(!f.code_long);
	ck_assert_int_eq(seal_hello_open(b.code_key, &f, &h), SEAL_OK);
	ck_assert_mem_eq(&h, &told, sizeof h);

	/* CHALLENGE */
	ck_assert_int_eq(
	    seal_challenge(b.code_key, b.hello, b.hello_len, b.gateway, &asked,
		WIRE_DATA_MAX, b.challenge, &b.challenge_len, b.root),
	    SEAL_OK);
	ck_assert_int_eq(seal_challenge_open(key, b.hello, b.hello_len, b.phone,
			     b.challenge, b.challenge_len, &c, phone_root),
	    SEAL_OK);
	ck_assert_mem_eq(&c, &asked, sizeof c);
	ck_assert_mem_eq(phone_root, b.root, sizeof phone_root);
	seal_digits(phone_root, ours);
	seal_digits(b.root, theirs);
	ck_assert_str_eq(ours, theirs);
	ck_assert_uint_eq(strspn(ours, "0123456789"), 6);

	/* PROOF, and the first upload */
	ck_assert_ptr_nonnull(a = seal_phone_new(phone_root, c.key_id));
	ck_assert_ptr_nonnull(g = seal_phone_new(b.root, asked.key_id));
	ck_assert_int_eq(seal_proof(a, &rex, sms, &len), SEAL_OK);
	ck_assert_int_eq(wire_decode(sms, len, &f), WIRE_OK);
	ck_assert_int_eq(seal_proof_open(g, &f, &proof), SEAL_OK);
	ck_assert_mem_eq(&proof, &rex, sizeof proof);
	seal_phone_free(a);
	seal_phone_free(g);
}
END_TEST

START_TEST(hello_every_bit)
{
	struct wire_hello h, before;
	struct wire_frame f;
	struct binding b;

	binding_begin(&b);
	memset(&h, 0xa5, sizeof h);
	before = h;
	for (size_t bit = 0; bit < 8 * b.hello_len; bit += check_step()) {
		b.hello[bit / 8] ^= (uint8_t)(1u << bit % 8);
		if (wire_decode(b.hello, b.hello_len, &f) == WIRE_OK)
			ck_assert_int_eq(
			    seal_hello_open(b.code_key, &f, &h), SEAL_E_FORGED);
		b.hello[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	ck_assert_mem_eq(&h, &before, sizeof h);
}
END_TEST

/* A bit of the CHALLENGE, of the HELLO that it answers or of the code: none
 * gives a root, and nothing is written. */
START_TEST(challenge_every_bit)
{
	struct wire_challenge c, before;
	uint8_t out[SEAL_KEY_LEN] = { 0xa5 },
		untouched[SEAL_KEY_LEN] = { 0xa5 };
	struct binding b;
	struct {
		uint8_t *p;
		size_t len;
	} parts[] = {
		{ b.challenge, 0 },
		{ b.hello, 0 },
		{ b.code_key, sizeof b.code_key },
	};

	binding_begin(&b);
	parts[0].len = b.challenge_len;
	parts[1].len = b.hello_len;
	memset(&c, 0xa5, sizeof c);
	before = c;
	for (size_t i = 0; i < 3; i++)
		for (size_t bit = 0; bit < 8 * parts[i].len;
		     bit += check_step()) {
			parts[i].p[bit / 8] ^= (uint8_t)(1u << bit % 8);
			ck_assert_msg(
			    seal_challenge_open(b.code_key, b.hello,
				b.hello_len, b.phone, b.challenge,
				b.challenge_len, &c, out) == SEAL_E_FORGED,
			    "part %zu, bit %zu: opens", i, bit);
			parts[i].p[bit / 8] ^= (uint8_t)(1u << bit % 8);
		}
	ck_assert_mem_eq(&c, &before, sizeof c);
	ck_assert_mem_eq(out, untouched, sizeof out);
}
END_TEST

START_TEST(challenge_needs_the_phones_secret)
{
	uint8_t other[SEAL_KEY_LEN], public_key[SEAL_PUBLIC_LEN];
	uint8_t out[SEAL_KEY_LEN];
	struct wire_challenge c;
	struct binding b;

	binding_begin(&b);
	ck_assert_int_eq(seal_keypair(other, public_key), SEAL_OK);
	ck_assert_int_eq(seal_challenge_open(b.code_key, b.hello, b.hello_len,
			     other, b.challenge, b.challenge_len, &c, out),
	    SEAL_E_FORGED);
	/* a HELLO is no CHALLENGE, nor the other way round */
	ck_assert_int_eq(seal_challenge_open(b.code_key, b.hello, b.hello_len,
			     b.phone, b.hello, b.hello_len, &c, out),
	    SEAL_E_FORGED);
	ck_assert_int_eq(
	    seal_challenge(b.code_key, b.challenge, b.challenge_len, b.gateway,
		&asked, WIRE_DATA_MAX, b.hello, &b.hello_len, out),
	    SEAL_E_FORGED);
}
END_TEST

/* A HELLO whose ephemeral would make the shared secret zero. */
START_TEST(challenge_refuses_small_order)
{
	uint8_t out[SEAL_KEY_LEN];
	struct binding b;

	binding_begin(&b);
	memset(b.hello + 4, 0, SEAL_PUBLIC_LEN);
	ck_assert_int_eq(
	    seal_challenge(b.code_key, b.hello, b.hello_len, b.gateway, &asked,
		WIRE_DATA_MAX, b.challenge, &b.challenge_len, out),
	    SEAL_E_FORGED);
}
END_TEST

/* ---- a bound phone: every bit of every frame ---- */

/* Does any open function take this SMS? */
static bool
any_opens(const struct seal_phone *k, const uint8_t *sms, size_t len,
    uint32_t near, uint8_t *out)
{
	struct wire_proof proof;
	struct wire_frame f;
	uint32_t transfer;

	if (wire_decode(sms, len, &f) != WIRE_OK)
		return false;
	return seal_segment_check(k, &f, near, &transfer) == SEAL_OK ||
	       seal_single_open(k, &f, near, &transfer, out) == SEAL_OK ||
	       seal_control_open(k, &f, out) == SEAL_OK ||
	       seal_proof_open(k, &f, &proof) == SEAL_OK;
}

static void
every_bit(struct seal_phone *k, uint8_t *sms, size_t len, uint32_t near)
{
	uint8_t out[WIRE_DATA_MAX], before[WIRE_DATA_MAX];
	uint8_t other_root[SEAL_KEY_LEN];
	struct seal_phone *other;

	ck_assert(any_opens(k, sms, len, near, out));
	memset(out, 0xa5, sizeof out);
	memcpy(before, out, sizeof out);
	for (size_t bit = 0; bit < 8 * len; bit += check_step()) {
		sms[bit / 8] ^= (uint8_t)(1u << bit % 8);
		ck_assert_msg(!any_opens(k, sms, len, near, out),
		    "type %d: opens with bit %zu turned", sms[0] & 15, bit);
		sms[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	for (size_t n = 0; n < len; n++)
		ck_assert_msg(!any_opens(k, sms, n, near, out),
		    "type %d: opens when cut to %zu", sms[0] & 15, n);
	/* another phone's key */
	memcpy(other_root, root, sizeof root);
	other_root[31] ^= 1;
	ck_assert_ptr_nonnull(other = seal_phone_new(other_root, KEY_ID));
	ck_assert(!any_opens(other, sms, len, near, out));
	seal_phone_free(other);
	ck_assert_mem_eq(out, before, sizeof out);
}

START_TEST(frames_every_bit)
{
	static uint8_t sms[WIRE_SEGMENTS_MAX][WIRE_DATA_MAX];
	static const size_t lengths[] = { 1, 16, 119, 120, 500 };
	static const struct wire_proof rex = { true, "Rex" };
	size_t len[WIRE_SEGMENTS_MAX];
	struct seal_phone *k = a_phone();
	uint8_t text[500];
	int n;

	check_fill(text, sizeof text, 1);
	for (int down = 0; down <= 1; down++)
		for (size_t i = 0; i < 5; i++) {
			n = seal_transfer(k, down, 300, text, lengths[i],
			    WIRE_DATA_MAX, sms, len);
			ck_assert_int_ge(n, 1);
			every_bit(k, sms[n - 1], len[n - 1], 300);
		}
	ck_assert_int_eq(
	    seal_control(k, WIRE_CONTROL, 9, text, 20, sms[0], len), SEAL_OK);
	every_bit(k, sms[0], len[0], 300);
	ck_assert_int_eq(
	    seal_control(k, WIRE_ACK, 10, text, 108, sms[0], len), SEAL_OK);
	every_bit(k, sms[0], len[0], 300);
	ck_assert_int_eq(seal_proof(k, &rex, sms[0], len), SEAL_OK);
	every_bit(k, sms[0], len[0], 300);
	seal_phone_free(k);
}
END_TEST

START_TEST(transfer_every_bit)
{
	static uint8_t sms[WIRE_SEGMENTS_MAX][WIRE_DATA_MAX];
	size_t len[WIRE_SEGMENTS_MAX], total = 0;
	struct seal_phone *k = a_phone();
	uint8_t text[300], bodies[400], out[400], before[400];
	int n;

	check_fill(text, sizeof text, 2);
	memset(out, 0xa5, sizeof out);
	memcpy(before, out, sizeof out);
	n = seal_transfer(
	    k, false, 5, text, sizeof text, WIRE_DATA_MAX, sms, len);
	ck_assert_int_eq(n, 3);
	for (int i = 0; i < n; i++) {
		memcpy(bodies + total, sms[i] + WIRE_SEGMENT_HEAD,
		    len[i] - WIRE_SEGMENT_HEAD);
		total += len[i] - WIRE_SEGMENT_HEAD;
	}
	ck_assert_uint_eq(total, sizeof text + SEAL_TAG_LEN);
	for (size_t bit = 0; bit < 8 * total; bit += check_step()) {
		bodies[bit / 8] ^= (uint8_t)(1u << bit % 8);
		ck_assert_int_eq(
		    seal_transfer_open(k, false, 5, bodies, total, out),
		    SEAL_E_FORGED);
		bodies[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	/* another number, the other way, cut, or nothing at all */
	ck_assert_int_eq(
	    seal_transfer_open(k, false, 6, bodies, total, out), SEAL_E_FORGED);
	ck_assert_int_eq(
	    seal_transfer_open(k, true, 5, bodies, total, out), SEAL_E_FORGED);
	for (size_t i = 0; i < total; i++)
		ck_assert_int_eq(
		    seal_transfer_open(k, false, 5, bodies, i, out),
		    SEAL_E_FORGED);
	ck_assert_mem_eq(out, before, sizeof out);
	ck_assert_int_eq(
	    seal_transfer_open(k, false, 5, bodies, total, out), SEAL_OK);
	ck_assert_mem_eq(out, text, sizeof text);
	seal_phone_free(k);
}
END_TEST

/* ---- transfers of every length ---- */

static void
round_trip(const struct seal_phone *k, bool down, const uint8_t *text,
    size_t len, size_t room)
{
	static uint8_t sms[WIRE_SEGMENTS_MAX][WIRE_DATA_MAX];
	size_t sms_len[WIRE_SEGMENTS_MAX], total = 0;
	uint8_t bodies[2048], out[2048];
	uint32_t transfer;
	struct wire_frame f;
	int n = seal_transfer(k, down, 77, text, len, room, sms, sms_len);

	ck_assert_int_ge(n, 1);
	ck_assert_uint_ge(seal_transfer_room((size_t)n, room), len);
	if (n > 1)
		ck_assert_uint_lt(seal_transfer_room((size_t)n - 1, room), len);
	for (int i = 0; i < n; i++) {
		ck_assert_uint_le(sms_len[i], room);
		if (i < n - 1)
			ck_assert_uint_eq(sms_len[i], room);
		ck_assert_int_eq(wire_decode(sms[i], sms_len[i], &f), WIRE_OK);
		memcpy(bodies + total, f.body, f.body_len);
		total += f.body_len;
	}
	if (n == 1)
		ck_assert_int_eq(
		    seal_single_open(k, &f, 77, &transfer, out), SEAL_OK);
	else
		ck_assert_int_eq(
		    seal_transfer_open(k, down, 77, bodies, total, out),
		    SEAL_OK);
	ck_assert_mem_eq(out, text, len);
}

START_TEST(transfers_of_every_length)
{
	static const size_t rooms[] = { WIRE_DATA_MAX, WIRE_TEXT_MAX };
	static uint8_t sms[WIRE_SEGMENTS_MAX][WIRE_DATA_MAX];
	size_t sms_len[WIRE_SEGMENTS_MAX];
	struct seal_phone *k = a_phone();
	uint8_t text[2048];

	check_fill(text, sizeof text, 3);
	for (size_t i = 0; i < 2; i++) {
		size_t most = seal_transfer_room(WIRE_SEGMENTS_MAX, rooms[i]);

		for (size_t len = 1; len <= most; len++)
			round_trip(k, len % 2 == 0, text, len, rooms[i]);
		ck_assert_int_eq(seal_transfer(k, false, 1, text, most + 1,
				     rooms[i], sms, sms_len),
		    -1);
	}
	seal_phone_free(k);
}
END_TEST

/* ---- what it costs ---- */

START_TEST(overhead)
{
	/* The table of the design: octets of the 133 that are not content. */
	const struct {
		const char *what;
		size_t got, most;
	} rows[] = {
		{ "segment of a transfer", WIRE_SEGMENT_HEAD, 12 },
		{ "upload in one SMS", WIRE_SINGLE_HEAD, 14 },
		{ "control", WIRE_CONTROL_HEAD + 8, 33 },
		{ "acknowledgement", WIRE_CONTROL_HEAD, 25 },
	};
	static uint8_t sms[WIRE_SEGMENTS_MAX][WIRE_DATA_MAX];
	uint8_t text[WIRE_TRANSFER_OCTETS_MAX] = { 0 };
	uint8_t args[WIRE_CONTROL_ARGS_MAX] = { 0 }, plain[WIRE_DATA_MAX];
	const struct wire_control c = { .command = WIRE_CMD_POLICY,
		.args = args,
		.args_len = sizeof args };
	struct wire_ack a = { .count = WIRE_ACK_TRANSFERS };
	size_t len[WIRE_SEGMENTS_MAX], n;
	struct seal_phone *k = a_phone();

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		printf("# %-22s %2zu of %d octets, at most %zu\n", rows[i].what,
		    rows[i].got, WIRE_DATA_MAX, rows[i].most);
		ck_assert_uint_le(rows[i].got, rows[i].most);
	}
	/* And as sealed, not only as defined. */
	ck_assert_int_eq(
	    seal_transfer(k, false, 1, text, 119, WIRE_DATA_MAX, sms, len), 1);
	ck_assert_uint_eq(len[0], WIRE_DATA_MAX);
	n = seal_transfer_room(16, WIRE_DATA_MAX);
	ck_assert_uint_eq(n, 16 * 121 - 16);
	ck_assert_int_eq(
	    seal_transfer(k, false, 1, text, n, WIRE_DATA_MAX, sms, len), 16);
	ck_assert_uint_eq(len[15], WIRE_DATA_MAX);
	n = wire_control_encode(&c, plain);
	ck_assert_int_eq(
	    seal_control(k, WIRE_CONTROL, 1, plain, n, sms[0], len), SEAL_OK);
	ck_assert_uint_eq(len[0], WIRE_DATA_MAX);
	for (size_t i = 0; i < a.count; i++)
		a.wanted[i] = 0xffff;
	n = wire_ack_encode(&a, plain);
	ck_assert_int_eq(
	    seal_control(k, WIRE_ACK, 1, plain, n, sms[0], len), SEAL_OK);
	ck_assert_uint_le(len[0], WIRE_DATA_MAX);
	printf("# one acknowledgement names any subset of %d segments, at "
	       "least 792\n",
	    16 * WIRE_ACK_TRANSFERS);
	ck_assert_int_ge(16 * WIRE_ACK_TRANSFERS, 792);
	fflush(stdout);
	seal_phone_free(k);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("seal");
	TCase *tc = tcase_create("binding");

	tcase_add_test(tc, binding);
	tcase_add_test(tc, hello_every_bit);
	tcase_add_test(tc, challenge_every_bit);
	tcase_add_test(tc, challenge_needs_the_phones_secret);
	tcase_add_test(tc, challenge_refuses_small_order);
	tcase_set_timeout(tc, 60);
	suite_add_tcase(s, tc);
	tc = tcase_create("frames");
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, frames_every_bit);
	tcase_add_test(tc, transfer_every_bit);
	tcase_add_test(tc, transfers_of_every_length);
	tcase_add_test(tc, overhead);
	suite_add_tcase(s, tc);
	return check_main(s);
}
