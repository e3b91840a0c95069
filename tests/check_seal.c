#include <stdio.h>
#include <string.h>

#include "check_main.h"
#include "seal_internal.h"

#define KEY_ID 0xcafef00d

static const uint8_t root[SEAL_KEY_LEN] = { 1, 2, 3, [31] = 0x99 };

static struct seal_phone *
a_phone(void)
{
	struct seal_phone *k = seal_phone_new(root, KEY_ID);

	ck_assert_ptr_nonnull(k);
	return k;
}

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

/* ---- singles ---- */

static const struct {
	const char *why;
	uint32_t sent, near;
	bool opens;
} nears[] = {
	{ "the one expected", 1, 1, true },
	{ "the first, long after", 1, 641, true },
	{ "640 before", 1000, 1640, true },
	{ "641 before", 1000, 1641, false },
	{ "640 after", 1640, 1000, true },
	{ "641 after", 1641, 1000, false },
	{ "across 256", 256, 255, true },
	{ "back across 256", 255, 256, true },
	{ "across 65536", 65535, 65600, true },
	{ "the highest", WIRE_TRANSFER_MAX, WIRE_TRANSFER_MAX, true },
	{ "the highest, from below", WIRE_TRANSFER_MAX, WIRE_TRANSFER_MAX - 640,
	    true },
	{ "one past the highest expected", WIRE_TRANSFER_MAX,
	    WIRE_TRANSFER_MAX + 1, true },
	{ "nothing yet", 640, 0, true },
	{ "too far from nothing", 641, 0, false },
};

START_TEST(single_near)
{
	static uint8_t sms[WIRE_SEGMENTS_MAX][WIRE_DATA_MAX];
	size_t len[WIRE_SEGMENTS_MAX];
	struct seal_phone *k = a_phone();
	uint32_t transfer = 0xa5a5a5a5;
	uint8_t out[WIRE_DATA_MAX];
	struct wire_frame f;
	enum seal_err err;

	ck_assert_int_eq(
	    seal_transfer(k, false, nears[_i].sent, (const uint8_t *)"hello", 5,
		WIRE_DATA_MAX, sms, len),
	    1);
	ck_assert_int_eq(wire_decode(sms[0], len[0], &f), WIRE_OK);
	err = seal_single_open(k, &f, nears[_i].near, &transfer, out);
	ck_assert_msg(err == (nears[_i].opens ? SEAL_OK : SEAL_E_FORGED),
	    "%s: got %d", nears[_i].why, err);
	ck_assert_uint_eq(
	    transfer, nears[_i].opens ? nears[_i].sent : 0xa5a5a5a5);
	seal_phone_free(k);
}
END_TEST

/* ---- segments ---- */

static const struct {
	const char *why;
	uint32_t sent, near;
	bool known;
} segment_nears[] = {
	{ "the one expected", 1, 1, true },
	{ "the first, nothing yet", 1, 0, true },
	{ "a multiple of 2,048", 2048, 2048, true },
	{ "across 2,048", 2048, 2047, true },
	{ "far across 2,048", 3000, 2047, true },
	{ "back across 2,048", 2047, 2048, true },
	{ "far back across 2,048", 1100, 2048, true },
	{ "half a round ahead", 3024, 2000, true },
	{ "half a round back", 2000, 3024, true },
	{ "a round ahead of nothing", 2049, 1, true },
	{ "four rounds ahead of nothing", 8192, 0, true },
	{ "more than four ahead of nothing", 8193, 0, false },
	{ "four rounds back", 1, 8193, true },
	{ "more than four rounds back", 1, 8194, false },
	{ "one round ahead", 52048, 50000, true },
	{ "one round back", 50000, 52048, true },
	{ "four rounds ahead", 58192, 50000, true },
	{ "more than four rounds ahead", 58193, 50000, false },
	{ "five rounds ahead", 60240, 50000, false },
	{ "five rounds back", 50000, 60240, false },
	{ "the highest", WIRE_TRANSFER_MAX, WIRE_TRANSFER_MAX, true },
	{ "the highest, from four rounds below", WIRE_TRANSFER_MAX,
	    WIRE_TRANSFER_MAX - 8192, true },
	{ "one past the highest expected", WIRE_TRANSFER_MAX,
	    WIRE_TRANSFER_MAX + 1, true },
	{ "an old one, past the highest", WIRE_TRANSFER_MAX - 8191,
	    WIRE_TRANSFER_MAX + 1, true },
};

/* The first segment of a transfer of two. */
static void
a_segment(const struct seal_phone *k, uint32_t transfer,
    uint8_t sms[static WIRE_DATA_MAX], size_t *len)
{
	static uint8_t both[WIRE_SEGMENTS_MAX][WIRE_DATA_MAX];
	size_t each[WIRE_SEGMENTS_MAX];
	uint8_t text[200];

	check_fill(text, sizeof text, 4);
	ck_assert_int_eq(seal_transfer(k, false, transfer, text, sizeof text,
			     WIRE_DATA_MAX, both, each),
	    2);
	memcpy(sms, both[0], each[0]);
	*len = each[0];
}

static enum seal_err
check_of(const struct seal_phone *k, const uint8_t *sms, size_t len,
    uint32_t near, uint32_t *transfer)
{
	struct wire_frame f;

	ck_assert_int_eq(wire_decode(sms, len, &f), WIRE_OK);
	return seal_segment_check(k, &f, near, transfer);
}

START_TEST(segment_near)
{
	struct seal_phone *k = a_phone();
	uint32_t transfer = 0xa5a5a5a5;
	uint8_t sms[WIRE_DATA_MAX];
	bool known = segment_nears[_i].known;
	enum seal_err err;
	size_t len;

	a_segment(k, segment_nears[_i].sent, sms, &len);
	err = check_of(k, sms, len, segment_nears[_i].near, &transfer);
	ck_assert_msg(err == (known ? SEAL_OK : SEAL_E_FORGED), "%s: got %d",
	    segment_nears[_i].why, err);
	ck_assert_uint_eq(
	    transfer, known ? segment_nears[_i].sent : 0xa5a5a5a5);
	seal_phone_free(k);
}
END_TEST

/* The gateway has gone on by a round and expects a number with the same low
 * bits: an old frame that comes again does not pass for that one. */
START_TEST(segment_of_another_round)
{
	struct seal_phone *k = a_phone();
	uint8_t sms[WIRE_DATA_MAX], next[WIRE_DATA_MAX];
	uint32_t transfer;
	size_t len;

	a_segment(k, 20000, sms, &len);
	for (uint32_t round = 1; round <= 4; round++) {
		uint32_t near = 20000 + round * 2048;

		ck_assert_int_eq(
		    check_of(k, sms, len, near, &transfer), SEAL_OK);
		ck_assert_uint_eq(transfer, 20000);
		a_segment(k, near, next, &len);
		ck_assert_mem_eq(next, sms, 7); /* nothing tells but the tag */
		ck_assert_mem_ne(next + 7, sms + 7, WIRE_SEGMENT_TAG_LEN);
		ck_assert_int_eq(
		    check_of(k, next, len, near, &transfer), SEAL_OK);
		ck_assert_uint_eq(transfer, near);
	}
	seal_phone_free(k);
}
END_TEST

/* Last, index and the low bits of the number: any other value is forged. */
START_TEST(segment_of_another_place)
{
	struct seal_phone *k = a_phone();
	uint8_t sms[WIRE_DATA_MAX];
	uint32_t transfer = 0;
	size_t len;

	a_segment(k, 20000, sms, &len);
	for (unsigned turn = 1; turn < 0x10000; turn += check_step()) {
		sms[5] ^= (uint8_t)(turn >> 8);
		sms[6] ^= (uint8_t)turn;
		ck_assert_msg(
		    check_of(k, sms, len, 20000, &transfer) == SEAL_E_FORGED,
		    "known with the bits %04x turned", turn);
		sms[5] ^= (uint8_t)(turn >> 8);
		sms[6] ^= (uint8_t)turn;
	}
	ck_assert_uint_eq(transfer, 0);
	ck_assert_int_eq(check_of(k, sms, len, 20000, &transfer), SEAL_OK);
	seal_phone_free(k);
}
END_TEST

/* ---- a phone that was set back ---- */

/*
 * The phone was set back to an old backup of itself and uses a number again.
 * With a counter as nonce the two keystreams would be one; here the text is in
 * the IV, so only equal texts give equal octets.
 */
START_TEST(single_counter_rolled_back)
{
	static uint8_t a[WIRE_SEGMENTS_MAX][WIRE_DATA_MAX];
	static uint8_t b[WIRE_SEGMENTS_MAX][WIRE_DATA_MAX];
	size_t len[WIRE_SEGMENTS_MAX];
	struct seal_phone *k = a_phone();
	uint8_t one[119] = { 0 }, two[119] = { 0 };
	int same = 0;

	two[118] = 1; /* a single bit */
	ck_assert_int_eq(
	    seal_transfer(k, false, 9, one, 119, WIRE_DATA_MAX, a, len), 1);
	ck_assert_int_eq(
	    seal_transfer(k, false, 9, two, 119, WIRE_DATA_MAX, b, len), 1);
	for (size_t i = WIRE_SINGLE_HEAD; i < len[0]; i++)
		same += a[0][i] == b[0][i];
	ck_assert_msg(same < 12, "%d of 119 octets are the same", same);
	ck_assert_int_eq(
	    seal_transfer(k, false, 9, one, 119, WIRE_DATA_MAX, b, len), 1);
	ck_assert_mem_eq(a[0], b[0], len[0]);
	/* The two directions never share octets either. */
	ck_assert_int_eq(
	    seal_transfer(k, true, 9, one, 119, WIRE_DATA_MAX, b, len), 1);
	ck_assert_mem_ne(a[0] + 6, b[0] + 6, 16);
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
	tcase_add_loop_test(tc, single_near, 0, sizeof nears / sizeof nears[0]);
	tcase_add_loop_test(tc, segment_near, 0,
	    sizeof segment_nears / sizeof segment_nears[0]);
	tcase_add_test(tc, segment_of_another_round);
	tcase_add_test(tc, segment_of_another_place);
	tcase_add_test(tc, single_counter_rolled_back);
	tcase_add_test(tc, overhead);
	suite_add_tcase(s, tc);
	return check_main(s);
}
