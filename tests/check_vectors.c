/*
 * The test vectors of smsvault-wire(7), which a second implementation made
 * (vectors/second.py): this one must make the same octets, and open them.
 */
#include <stdio.h>
#include <string.h>

#include "check_main.h"
#include "pack_internal.h"
#include "seal_internal.h"
#include "wire.h"

#define LINE_MAX_LEN 8192
#define FIELDS_MAX 24

struct vector {
	char name[32];
	int line, n;
	char key[FIELDS_MAX][24];
	char value[FIELDS_MAX][LINE_MAX_LEN];
};

/* ---- reading ---- */

static FILE *
vectors_open(void)
{
	const char *top = getenv("top_srcdir");
	char path[512];
	FILE *f;

	snprintf(path, sizeof path, "%s/tests/vectors/frames.txt",
	    top != NULL ? top : ".");
	f = fopen(path, "r");
	ck_assert_msg(f != NULL, "cannot open %s", path);
	return f;
}

/* The next vector, or false at the end. */
static bool
vector_next(FILE *f, struct vector *v, int *line)
{
	char text[LINE_MAX_LEN];

	v->name[0] = '\0';
	v->n = 0;
	while (fgets(text, sizeof text, f) != NULL) {
		++*line;
		text[strcspn(text, "\n")] = '\0';
		if (text[0] == '#' || (text[0] == '\0' && v->n == 0))
			continue;
		if (text[0] == '\0')
			return true;
		if (text[0] != ' ') {
			snprintf(v->name, sizeof v->name, "%.31s", text);
			v->line = *line;
			continue;
		}
		ck_assert_int_lt(v->n, FIELDS_MAX);
		ck_assert_int_eq(sscanf(text, " %23s %8191[^\n]", v->key[v->n],
				     v->value[v->n]),
		    2);
		v->n++;
	}
	return v->n > 0;
}

/* The nth field of that name. */
static const char *
field(const struct vector *v, const char *key, int nth)
{
	for (int i = 0; i < v->n; i++)
		if (strcmp(v->key[i], key) == 0 && nth-- == 0)
			return v->value[i];
	return NULL;
}

static size_t
octets(const struct vector *v, const char *key, int nth, uint8_t *out)
{
	const char *text = field(v, key, nth);
	size_t n;

	ck_assert_msg(text != NULL, "line %d: no %s", v->line, key);
	if (strcmp(text, "-") == 0)
		return 0;
	n = strlen(text) / 2;
	for (size_t i = 0; i < n; i++) {
		unsigned byte;

		ck_assert_int_eq(sscanf(text + 2 * i, "%2x", &byte), 1);
		out[i] = (uint8_t)byte;
	}
	return n;
}

static uint32_t
number(const struct vector *v, const char *key)
{
	const char *text = field(v, key, 0);

	ck_assert_msg(text != NULL, "line %d: no %s", v->line, key);
	return (uint32_t)strtoul(text, NULL, 10);
}

static void
same(const struct vector *v, const char *key, int nth, const uint8_t *got,
    size_t len)
{
	uint8_t want[LINE_MAX_LEN / 2];
	size_t n = octets(v, key, nth, want);

	ck_assert_msg(n == len, "line %d: %s: got %zu octets, want %zu",
	    v->line, key, len, n);
	ck_assert_msg(memcmp(got, want, n) == 0, "line %d: %s %d differs",
	    v->line, key, nth);
}

static struct seal_phone *
phone_of(const struct vector *v)
{
	uint8_t root[SEAL_KEY_LEN];

	octets(v, "root", 0, root);
	return seal_phone_new(root, number(v, "key_id"));
}

/* ---- one check for each kind ---- */

static void
check_siv(const struct vector *v)
{
	uint8_t key[64], ad[512], text[512], out[512];
	size_t key_len = octets(v, "key", 0, key);
	size_t ad_len = octets(v, "ad", 0, ad);
	size_t len = octets(v, "text", 0, text);

	ck_assert_int_eq(
	    seal_siv_seal(key, key_len, ad, ad_len, text, len, out), SEAL_OK);
	same(v, "out", 0, out, len + SEAL_TAG_LEN);
	memset(out + 256, 0, len);
	ck_assert_int_eq(seal_siv_open(key, key_len, ad, ad_len, out,
			     len + SEAL_TAG_LEN, out + 256),
	    SEAL_OK);
	ck_assert_mem_eq(out + 256, text, len);
}

/* Open what was sealed, as the other side would. */
static void
open_transfer(const struct vector *v, const struct seal_phone *k, int n,
    uint8_t sms[][WIRE_DATA_MAX], const size_t *len)
{
	uint8_t bodies[WIRE_TRANSFER_OCTETS_MAX];
	uint8_t out[sizeof bodies];
	uint32_t transfer = number(v, "transfer"), got;
	size_t total = 0;
	struct wire_frame f = { 0 };

	for (int i = 0; i < n; i++) {
		ck_assert_int_eq(wire_decode(sms[i], len[i], &f), WIRE_OK);
		memcpy(bodies + total, f.body, f.body_len);
		total += f.body_len;
		if (n == 1)
			break;
		ck_assert_int_eq(
		    seal_segment_check(k, &f, transfer, &got), SEAL_OK);
		ck_assert_uint_eq(got, transfer);
		ck_assert_uint_eq(f.index, i);
		ck_assert_int_eq(f.last, i == n - 1);
	}
	if (n > 1) {
		ck_assert_int_eq(seal_transfer_open(k, number(v, "down"),
				     transfer, bodies, total, out),
		    SEAL_OK);
		same(v, "text", 0, out, total - SEAL_TAG_LEN);
		return;
	}
	ck_assert_int_eq(seal_single_open(k, &f, transfer, &got, out), SEAL_OK);
	ck_assert_uint_eq(got, transfer);
	same(v, "text", 0, out, f.body_len);
}

static void
check_transfer(const struct vector *v)
{
	struct seal_phone *k = phone_of(v);
	uint8_t text[2048], sms[WIRE_SEGMENTS_MAX][WIRE_DATA_MAX];
	size_t len[WIRE_SEGMENTS_MAX], n = octets(v, "text", 0, text);
	int count = seal_transfer(k, number(v, "down"), number(v, "transfer"),
	    text, n, number(v, "room"), sms, len);

	for (int i = 0; i < count; i++)
		same(v, "sms", i, sms[i], len[i]);
	ck_assert_msg(count > 0 && field(v, "sms", count) == NULL,
	    "line %d: %d SMS, which is too few", v->line, count);
	open_transfer(v, k, count, sms, len);
	seal_phone_free(k);
}

static void
check_control(const struct vector *v)
{
	enum wire_type type =
	    strcmp(v->name, "ack") == 0 ? WIRE_ACK : WIRE_CONTROL;
	struct seal_phone *k = phone_of(v);
	uint8_t plain[256], sms[WIRE_DATA_MAX], back[WIRE_DATA_MAX];
	size_t n = octets(v, "plain", 0, plain), len;
	struct wire_frame f;

	ck_assert_int_eq(
	    seal_control(k, type, number(v, "sequence"), plain, n, sms, &len),
	    SEAL_OK);
	same(v, "sms", 0, sms, len);
	ck_assert_int_eq(wire_decode(sms, len, &f), WIRE_OK);
	ck_assert_int_eq(seal_control_open(k, &f, back), SEAL_OK);
	ck_assert_mem_eq(back, plain, n);
	seal_phone_free(k);
}

static void
check_proof(const struct vector *v)
{
	struct seal_phone *k = phone_of(v);
	uint8_t plain[256], sms[WIRE_DATA_MAX];
	size_t n = octets(v, "plain", 0, plain), len;
	struct wire_proof p, back;
	struct wire_frame f;

	ck_assert_int_eq(wire_proof_decode(plain, n, &p), WIRE_OK);
	ck_assert_int_eq(seal_proof(k, &p, sms, &len), SEAL_OK);
	same(v, "sms", 0, sms, len);
	ck_assert_int_eq(wire_decode(sms, len, &f), WIRE_OK);
	ck_assert_int_eq(seal_proof_open(k, &f, &back), SEAL_OK);
	ck_assert_mem_eq(&back, &p, sizeof p);
	seal_phone_free(k);
}

static void
check_code(const struct vector *v)
{
	char code[SEAL_CODE_CHARS + 1];
	uint8_t key[SEAL_KEY_LEN];
	uint32_t id;

	ck_assert_msg(seal_code_read(field(v, "code", 0), &id, code) == 0,
	    "line %d: the code is refused", v->line);
	ck_assert_uint_eq(id, number(v, "id"));
	ck_assert_int_eq(seal_code_key(code, key), SEAL_OK);
	same(v, "key", 0, key, sizeof key);
}

static void
check_qr(const struct vector *v)
{
	uint8_t secret[SEAL_QR_SECRET_LEN], key[SEAL_KEY_LEN];
	char text[SEAL_QR_TEXT_MAX];

	octets(v, "secret", 0, secret);
	seal_qr_text(field(v, "number", 0), number(v, "id"), secret, text);
	ck_assert_str_eq(text, field(v, "text", 0));
	ck_assert_int_eq(seal_qr_key(number(v, "id"), secret, key), SEAL_OK);
	same(v, "key", 0, key, sizeof key);
}

static void
check_binding(const struct vector *v)
{
	uint8_t key[32], mine[32], theirs[32], plain[256];
	uint8_t sms[2][WIRE_DATA_MAX], root[2][SEAL_KEY_LEN];
	struct wire_challenge c, got;
	struct wire_hello h;
	size_t n, len[2];
	char digits[7];

	octets(v, "code_key", 0, key);
	octets(v, "phone_secret", 0, mine);
	octets(v, "gateway_secret", 0, theirs);
	n = octets(v, "hello", 0, plain);
	ck_assert_int_eq(wire_hello_decode(plain, n, &h), WIRE_OK);
	ck_assert_int_eq(seal_hello(key, number(v, "code_id"),
			     number(v, "long"), mine, &h, sms[0], &len[0]),
	    SEAL_OK);
	same(v, "hello_sms", 0, sms[0], len[0]);
	n = octets(v, "challenge", 0, plain);
	ck_assert_int_eq(wire_challenge_decode(plain, n, &c), WIRE_OK);
	ck_assert_int_eq(seal_challenge(key, sms[0], len[0], theirs, &c,
			     WIRE_DATA_MAX, sms[1], &len[1], root[0]),
	    SEAL_OK);
	same(v, "challenge_sms", 0, sms[1], len[1]);
	same(v, "root", 0, root[0], SEAL_KEY_LEN);
	ck_assert_int_eq(seal_challenge_open(key, sms[0], len[0], mine, sms[1],
			     len[1], &got, root[1]),
	    SEAL_OK);
	same(v, "root", 0, root[1], SEAL_KEY_LEN);
	ck_assert_mem_eq(&got, &c, sizeof c);
	seal_digits(root[0], digits);
	ck_assert_str_eq(digits, field(v, "digits", 0));
}

static const struct {
	const char *name;
	void (*check)(const struct vector *);
	int least; /* so that a vector cannot go missing unseen */
} kinds[] = {
	{ "siv-128", check_siv, 5 },
	{ "siv-256", check_siv, 5 },
	{ "transfer", check_transfer, 20 },
	{ "control", check_control, 3 },
	{ "ack", check_control, 2 },
	{ "proof", check_proof, 3 },
	{ "code", check_code, 2 },
	{ "qr", check_qr, 1 },
	{ "binding", check_binding, 2 },
};
#define KINDS (sizeof kinds / sizeof kinds[0])

START_TEST(vectors)
{
	static struct vector v;
	FILE *f = vectors_open();
	int line = 0, n = 0;

	while (vector_next(f, &v, &line))
		if (strcmp(v.name, kinds[_i].name) == 0) {
			kinds[_i].check(&v);
			n++;
		}
	fclose(f);
	ck_assert_msg(n >= kinds[_i].least, "%s: %d vectors, want %d",
	    kinds[_i].name, n, kinds[_i].least);
}
END_TEST

/* Its octets are part of the protocol: smsvault-wire(7), "PACKING". */
START_TEST(dictionary_is_pinned)
{
	uint8_t digest[SEAL_DIGEST_LEN];
	char text[2 * SEAL_DIGEST_LEN + 1];

	ck_assert_uint_eq(pack_dictionary_len, 24887);
	seal_digest(pack_dictionary, pack_dictionary_len, digest);
	for (int i = 0; i < SEAL_DIGEST_LEN; i++)
		snprintf(text + 2 * i, 3, "%02x", digest[i]);
	ck_assert_str_eq(text, "e01dd712a77f1ca66f24ab6952ea92be"
			       "b28fff00b56cc8a339b2c73e2abec0cd");
}
END_TEST

START_TEST(no_other_vectors)
{
	static struct vector v;
	FILE *f = vectors_open();
	int line = 0;

	while (vector_next(f, &v, &line)) {
		bool known = false;

		for (size_t i = 0; i < KINDS; i++)
			known |= strcmp(v.name, kinds[i].name) == 0;
		ck_assert_msg(
		    known, "line %d: nobody checks %s", v.line, v.name);
	}
	fclose(f);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("vectors");
	TCase *tc = tcase_create("frames.txt");

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, vectors, 0, KINDS);
	tcase_add_test(tc, no_other_vectors);
	tcase_add_test(tc, dictionary_is_pinned);
	suite_add_tcase(s, tc);
	return check_main(s);
}
