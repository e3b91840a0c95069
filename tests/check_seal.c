#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check_main.h"
#include "log.h"
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

static void
fill(uint8_t *p, size_t n, uint64_t seed)
{
	seed = seed * 2 + 1;
	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)check_random(&seed);
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
	return seal_segment_check(k, &f) == SEAL_OK ||
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

	fill(text, sizeof text, 1);
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

	fill(text, sizeof text, 2);
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

	fill(text, sizeof text, 3);
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

/* ---- boxes and wrapping ---- */

START_TEST(box_every_bit)
{
	uint8_t secret[SEAL_KEY_LEN], public_key[SEAL_PUBLIC_LEN];
	uint8_t box[64 + SEAL_BOX_EXTRA], text[64], out[64], before[64];

	fill(text, sizeof text, 4);
	memset(out, 0xa5, sizeof out);
	memcpy(before, out, sizeof out);
	ck_assert_int_eq(seal_keypair(secret, public_key), SEAL_OK);
	ck_assert_int_eq(
	    seal_box(public_key, "ad", 2, text, sizeof text, box), SEAL_OK);
	for (size_t bit = 0; bit < 8 * sizeof box; bit += check_step()) {
		enum seal_err err;

		box[bit / 8] ^= (uint8_t)(1u << bit % 8);
		err = seal_box_open(secret, "ad", 2, box, sizeof box, out);
		ck_assert_msg(
		    err == SEAL_E_FORGED, "bit %zu: got %d", bit, err);
		box[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	for (size_t n = 0; n < sizeof box; n++)
		ck_assert_int_eq(
		    seal_box_open(secret, "ad", 2, box, n, out), SEAL_E_FORGED);
	ck_assert_int_eq(seal_box_open(secret, "AD", 2, box, sizeof box, out),
	    SEAL_E_FORGED);
	secret[5] ^= 1;
	ck_assert_int_eq(seal_box_open(secret, "ad", 2, box, sizeof box, out),
	    SEAL_E_FORGED);
	secret[5] ^= 1;
	ck_assert_mem_eq(out, before, sizeof out);
	ck_assert_int_eq(
	    seal_box_open(secret, "ad", 2, box, sizeof box, out), SEAL_OK);
	ck_assert_mem_eq(out, text, sizeof text);
}
END_TEST

/* What one key opens many times, as seal_unlock() does it once. */
START_TEST(reader)
{
	uint8_t key[SEAL_SIV_KEY_LEN], text[40], sealed[40 + SEAL_TAG_LEN];
	uint8_t out[40], before[40];
	struct seal_reader *r;

	fill(key, sizeof key, 6);
	ck_assert_ptr_nonnull(r = seal_reader_new(key));
	for (size_t n = 1; n <= sizeof text; n++) {
		size_t bit = n * 7 % (8 * (n + SEAL_TAG_LEN));

		fill(text, n, n);
		ck_assert_int_eq(
		    seal_lock(key, &n, sizeof n, text, n, sealed), SEAL_OK);
		memset(out, 0xa5, sizeof out);
		memcpy(before, out, sizeof out);
		sealed[bit / 8] ^= (uint8_t)(1u << bit % 8);
		ck_assert_int_eq(seal_reader_open(r, &n, sizeof n, sealed,
				     n + SEAL_TAG_LEN, out),
		    SEAL_E_FORGED);
		sealed[bit / 8] ^= (uint8_t)(1u << bit % 8);
		ck_assert_int_eq(
		    seal_reader_open(r, "AD", 2, sealed, n + SEAL_TAG_LEN, out),
		    SEAL_E_FORGED);
		ck_assert_int_eq(seal_reader_open(r, &n, sizeof n, sealed,
				     SEAL_TAG_LEN, out),
		    SEAL_E_FORGED);
		ck_assert_mem_eq(out, before, sizeof out);
		ck_assert_int_eq(seal_reader_open(r, &n, sizeof n, sealed,
				     n + SEAL_TAG_LEN, out),
		    SEAL_OK);
		ck_assert_mem_eq(out, text, n);
	}
	seal_reader_free(r);
	key[9] ^= 1;
	ck_assert_ptr_nonnull(r = seal_reader_new(key));
	ck_assert_int_eq(seal_reader_open(r, &(size_t){ 40 }, sizeof(size_t),
			     sealed, sizeof sealed, out),
	    SEAL_E_FORGED);
	seal_reader_free(r);
	seal_reader_free(NULL);
}
END_TEST

START_TEST(wrap_every_bit)
{
	uint8_t secret[SEAL_KEY_LEN], wrapped[SEAL_KEY_LEN + SEAL_TAG_LEN];
	uint8_t out[SEAL_KEY_LEN] = { 0xa5 }, before[SEAL_KEY_LEN] = { 0xa5 };

	fill(secret, sizeof secret, 5);
	ck_assert_int_eq(
	    seal_wrap(root, "phone", "ad", 2, secret, sizeof secret, wrapped),
	    SEAL_OK);
	for (size_t bit = 0; bit < 8 * sizeof wrapped; bit += check_step()) {
		wrapped[bit / 8] ^= (uint8_t)(1u << bit % 8);
		ck_assert_int_eq(seal_unwrap(root, "phone", "ad", 2, wrapped,
				     sizeof wrapped, out),
		    SEAL_E_FORGED);
		wrapped[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	ck_assert_int_eq(
	    seal_unwrap(root, "code", "ad", 2, wrapped, sizeof wrapped, out),
	    SEAL_E_FORGED);
	ck_assert_int_eq(
	    seal_unwrap(root, "phone", "AD", 2, wrapped, sizeof wrapped, out),
	    SEAL_E_FORGED);
	ck_assert_mem_eq(out, before, sizeof out);
	ck_assert_int_eq(
	    seal_unwrap(root, "phone", "ad", 2, wrapped, sizeof wrapped, out),
	    SEAL_OK);
	ck_assert_mem_eq(out, secret, sizeof secret);
}
END_TEST

/* ---- codes ---- */

static const struct {
	const char *why, *typed, *want;
} codes[] = {
	{ "as shown", "7KQ2-M9XW-4TBC-5DEE", "7KQ2M9XW4TBC5DEE" },
	{ "no dashes", "7KQ2M9XW4TBC5DEE", "7KQ2M9XW4TBC5DEE" },
	{ "small", "7kq2 m9xw 4tbc 5dee", "7KQ2M9XW4TBC5DEE" },
	{ "blanks around", "\t7KQ2-M9XW-4TBC-5DEE \n", "7KQ2M9XW4TBC5DEE" },
	{ "one wrong", "7KQ2-M9XW-4TBC-5DFE", NULL },
	{ "two changed about", "7KQ2-M9XW-4TBC-5EDE", NULL },
	{ "15 characters", "7KQ2-M9XW-4TBC-5DE", NULL },
	{ "17 characters", "7KQ2-M9XW-4TBC-5DEEE", NULL },
	{ "U is not a letter", "7KQ2-M9XW-4TBC-5DUE", NULL },
	{ "a dot", "7KQ2.M9XW.4TBC.5DEE", NULL },
	{ "nothing", "", NULL },
	{ "not ASCII",
	    "7KQ2-M9XW-4TBC-5D\xc3\x89"
	    "E",
	    NULL },
};

START_TEST(code_read)
{
	char code[SEAL_CODE_CHARS + 1] = "untouched";
	uint32_t id = 4711;
	int got = seal_code_read(codes[_i].typed, &id, code);

	if (codes[_i].want == NULL) {
		ck_assert_msg(got == -1, "%s: taken", codes[_i].why);
		ck_assert_uint_eq(id, 4711);
		ck_assert_str_eq(code, "untouched");
		return;
	}
	ck_assert_msg(got == 0, "%s: refused", codes[_i].why);
	ck_assert_str_eq(code, codes[_i].want);
	ck_assert_uint_eq(id, 7u << 15 | 19u << 10 | 23u << 5 | 2);
}
END_TEST

/* What people read for 0 and 1. */
START_TEST(code_lookalikes)
{
	char code[SEAL_CODE_CHARS + 1], clean[SEAL_CODE_CHARS + 1];
	char typed[SEAL_CODE_CHARS + 1];
	uint32_t id, got;

	for (int round = 0; round < 100; round++) {
		seal_code_new(&id, code);
		strcpy(typed, code);
		for (int i = 0; i < SEAL_CODE_CHARS; i++) {
			if (code[i] == '0')
				typed[i] = "Oo"[round % 2];
			if (code[i] == '1')
				typed[i] = "IiLl"[round % 4];
		}
		ck_assert_int_eq(seal_code_read(typed, &got, clean), 0);
		ck_assert_str_eq(clean, code);
		ck_assert_uint_eq(got, id);
	}
}
END_TEST

/* Every wrong character is found; of neighbours changed about, nearly all. */
START_TEST(code_check_character)
{
	static const char letters[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	char code[SEAL_CODE_CHARS + 1], clean[SEAL_CODE_CHARS + 1];
	uint32_t id, got;

	for (int round = check_rounds(200); round > 0; round--) {
		seal_code_new(&id, code);
		ck_assert_int_eq(seal_code_read(code, &got, clean), 0);
		ck_assert_uint_eq(got, id);
		ck_assert_uint_lt(id, 1u << 20);
		ck_assert_str_eq(clean, code);
		for (int i = 0; i < SEAL_CODE_CHARS; i++)
			for (int j = 0; j < 32; j++) {
				char c = code[i];

				code[i] = letters[j];
				ck_assert_int_eq(
				    seal_code_read(code, &got, clean),
				    code[i] == c ? 0 : -1);
				code[i] = c;
			}
		for (int i = 0; i + 1 < SEAL_CODE_CHARS; i++) {
			char c = code[i];

			if (c == code[i + 1])
				continue;
			code[i] = code[i + 1];
			code[i + 1] = c;
			/* Luhn's check cannot see its least digit beside its
			 * greatest: that pair, and no other, goes unseen. */
			ck_assert_int_eq(seal_code_read(code, &got, clean),
			    (c == '0' && code[i] == 'Z') ||
				    (c == 'Z' && code[i] == '0')
				? 0
				: -1);
			code[i + 1] = code[i];
			code[i] = c;
		}
	}
}
END_TEST

START_TEST(qr_round_trip)
{
	uint8_t secret[SEAL_QR_SECRET_LEN], back[SEAL_QR_SECRET_LEN];
	char text[SEAL_QR_TEXT_MAX], number[24];
	uint64_t seed = 11;
	uint32_t id, got;

	for (int i = 0; i < 1000; i++) {
		fill(secret, sizeof secret, (uint64_t)i);
		id = (uint32_t)(check_random(&seed) & 0xfffff);
		seal_qr_text("+358401000000", id, secret, text);
		ck_assert_int_eq(seal_qr_read(text, number, &got, back), 0);
		ck_assert_str_eq(number, "+358401000000");
		ck_assert_uint_eq(got, id);
		ck_assert_mem_eq(back, secret, sizeof back);
		/* All of it fits QR's alphanumeric mode. */
		ck_assert_uint_eq(
		    strspn(text, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ:+"),
		    strlen(text));
	}
}
END_TEST

static const struct {
	const char *why, *text;
} no_qrs[] = {
	{ "empty", "" },
	{ "a web address", "https://example.org/" },
	{ "another version",
	    "SMSVAULT:2:+358401000000:ZZZZ:00000000000000000000000000" },
	{ "no number", "SMSVAULT:1::ZZZZ:00000000000000000000000000" },
	{ "a plus and no digits",
	    "SMSVAULT:1:+:ZZZZ:00000000000000000000000000" },
	{ "plus in the middle",
	    "SMSVAULT:1:358+1:ZZZZ:00000000000000000000000000" },
	{ "24 digits", "SMSVAULT:1:123456789012345678901234:ZZZZ:"
		       "00000000000000000000000000" },
	{ "letters in the number",
	    "SMSVAULT:1:+358BANK:ZZZZ:00000000000000000000000000" },
	{ "id too short", "SMSVAULT:1:+3584:ZZZ:00000000000000000000000000" },
	{ "id of no letters",
	    "SMSVAULT:1:+3584:ZZ!Z:00000000000000000000000000" },
	{ "secret too short",
	    "SMSVAULT:1:+3584:ZZZZ:0000000000000000000000000" },
	{ "secret too long",
	    "SMSVAULT:1:+3584:ZZZZ:000000000000000000000000000" },
	{ "bits left over",
	    "SMSVAULT:1:+3584:ZZZZ:00000000000000000000000001" },
	{ "something behind",
	    "SMSVAULT:1:+3584:ZZZZ:00000000000000000000000000:X" },
};

START_TEST(qr_refuses)
{
	uint8_t secret[SEAL_QR_SECRET_LEN] = { 0xa5 };
	char number[24] = "untouched";
	uint32_t id = 4711;

	ck_assert_msg(seal_qr_read(no_qrs[_i].text, number, &id, secret) == -1,
	    "%s: taken", no_qrs[_i].why);
	ck_assert_str_eq(number, "untouched");
	ck_assert_uint_eq(id, 4711);
	ck_assert_uint_eq(secret[0], 0xa5);
}
END_TEST

/* ---- key files ---- */

static void
write_file(const char *path, const char *text, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	ck_assert_int_ne(fd, -1);
	ck_assert_int_eq(write(fd, text, strlen(text)), (int)strlen(text));
	ck_assert_int_eq(fchmod(fd, mode), 0);
	close(fd);
}

START_TEST(keyfile)
{
	static const char good[] = "000102030405060708090a0b0c0d0e0f"
				   "101112131415161718191A1B1C1D1E1F\n";
	static const uint8_t zero[SEAL_KEY_LEN];
	char dir[] = "/tmp/check_seal.XXXXXX", path[64];
	uint8_t key[SEAL_KEY_LEN], again[SEAL_KEY_LEN];
	struct stat st;

	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof path, "%s/key", dir);
	freopen("/dev/null", "w", stderr); /* it complains below */

	ck_assert_int_eq(seal_keyfile_load(path, key), -1);
	ck_assert_int_eq(seal_keyfile_make(path, key), 0);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0600);
	ck_assert_int_eq(st.st_nlink, 1);
	ck_assert_mem_ne(key, zero, sizeof key);
	ck_assert_int_eq(seal_keyfile_load(path, again), 0);
	ck_assert_mem_eq(key, again, sizeof key);
	ck_assert_int_eq(seal_keyfile_make(path, again), 0);
	ck_assert_mem_eq(key, again, sizeof key);

	write_file(path, good, 0640);
	ck_assert_int_eq(seal_keyfile_load(path, key), 0);
	for (int i = 0; i < SEAL_KEY_LEN; i++)
		ck_assert_uint_eq(key[i], i);
	write_file(path, good, 0644);
	ck_assert_int_eq(seal_keyfile_load(path, key), -1);
	ck_assert_mem_eq(key, zero, sizeof key); /* wiped */
	write_file(path, good, 0660);
	ck_assert_int_eq(seal_keyfile_load(path, key), -1);
	write_file(path, "short\n", 0600);
	ck_assert_int_eq(seal_keyfile_load(path, key), -1);
	/* A broken file is left as it is: it may be all there is. */
	ck_assert_int_eq(seal_keyfile_make(path, key), -1);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(st.st_size, 6);
	unlink(path);
	snprintf(path, sizeof path, "%s/none/key", dir);
	ck_assert_int_eq(seal_keyfile_make(path, key), -1);
	ck_assert_int_eq(rmdir(dir), 0);
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
		{ "segment of a transfer", WIRE_SEGMENT_HEAD, 14 },
		{ "upload in one SMS", WIRE_SINGLE_HEAD, 14 },
		{ "control", WIRE_CONTROL_HEAD + 8, 33 },
		{ "acknowledgement", WIRE_CONTROL_HEAD, 25 },
	};
	static uint8_t sms[WIRE_SEGMENTS_MAX][WIRE_DATA_MAX];
	uint8_t text[WIRE_SEGMENTS_MAX * WIRE_SEGMENT_BODY_MAX] = { 0 };
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
	ck_assert_uint_eq(n, 16 * 119 - 16);
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
	tcase_add_test(tc, single_counter_rolled_back);
	tcase_add_test(tc, overhead);
	suite_add_tcase(s, tc);
	tc = tcase_create("at rest");
	tcase_add_test(tc, box_every_bit);
	tcase_add_test(tc, reader);
	tcase_add_test(tc, wrap_every_bit);
	tcase_add_test(tc, keyfile);
	suite_add_tcase(s, tc);
	tc = tcase_create("codes");
	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, code_read, 0, sizeof codes / sizeof codes[0]);
	tcase_add_test(tc, code_lookalikes);
	tcase_add_test(tc, code_check_character);
	tcase_add_test(tc, qr_round_trip);
	tcase_add_loop_test(
	    tc, qr_refuses, 0, sizeof no_qrs / sizeof no_qrs[0]);
	suite_add_tcase(s, tc);
	return check_main(s);
}
