/*
 * P4: what is not sealed right changes no row and gets no answer.
 */
#include <stdio.h>
#include <string.h>

#include "check_main.h"
#include "gateway_test.h"
#include "wire.h"

/* A frame that was really sent, changed somewhere. */
static void
mutate_frame(struct air *a, uint64_t *seed, struct air_sms *out)
{
	size_t back, len, other_len;
	const uint8_t *sms, *other;
	size_t sent = air_sent(a, &sms, &len, 0);

	back = check_random(seed) % (sent < 256 ? sent : 256);
	air_sent(a, &sms, &len, back);
	memcpy(out->octets, sms, len);
	out->len = len;
	switch (check_random(seed) % 8) {
	case 0: /* cut off */
		out->len = 1 + check_random(seed) % (len - 1);
		return;
	case 1: /* its body is another's */
		air_sent(a, &other, &other_len,
		    (back + 1) % (sent < 256 ? sent : 256));
		if (other_len >= len && len > WIRE_SINGLE_HEAD)
			memcpy(out->octets + WIRE_SINGLE_HEAD,
			    other + WIRE_SINGLE_HEAD, len - WIRE_SINGLE_HEAD);
		break;
	case 2: /* another type or version */
		out->octets[0] ^= (uint8_t)(1 + check_random(seed) % 255);
		return;
	default:
		break;
	}
	for (uint64_t n = 1 + check_random(seed) % 3; n > 0; n--)
		out->octets[check_random(seed) % len] ^=
		    (uint8_t)(1u << check_random(seed) % 8);
	if (memcmp(out->octets, sms, len) == 0)
		out->octets[len - 1] ^= 1;
}

/* An order by text with a code that nobody has. */
static void
mutate_text(uint64_t *seed, struct air_sms *out)
{
	static const char *const words[] = { "LOST", "FIND", "RING", "WHERE" };
	char code[17], text[64];
	uint32_t id;

	seal_code_new(&id, code);
	if (check_random(seed) % 4 == 0)
		code[check_random(seed) % 16] = '0';
	snprintf(text, sizeof text, "%s %s Alice",
	    words[check_random(seed) % 4], code);
	out->text = true;
	out->len = strlen(text);
	memcpy(out->octets, text, out->len);
}

static void
mutate(struct air *a, uint64_t *seed, struct air_sms *out)
{
	char letters[WIRE_TEXT_CHARS + 1];

	memset(out, 0, sizeof *out);
	switch (check_random(seed) % 16) {
	case 0: /* noise */
		out->len = 1 + check_random(seed) % WIRE_DATA_MAX;
		for (size_t i = 0; i < out->len; i++)
			out->octets[i] = (uint8_t)check_random(seed);
		return;
	case 1:
		mutate_text(seed, out);
		return;
	case 2: /* in the text form */
		mutate_frame(a, seed, out);
		if (out->len > WIRE_TEXT_MAX)
			out->len = WIRE_TEXT_MAX;
		out->len = wire_text_encode(out->octets, out->len, letters);
		memcpy(out->octets, letters, out->len);
		out->text = true;
		return;
	default:
		mutate_frame(a, seed, out);
	}
}

START_TEST(forged_frames_change_nothing)
{
	struct air *a = air_new(&perfect);
	int n = air_add_phone(a, "+358401000001", "Test phone", NULL);
	int total = check_rounds(100000), count[4] = { 0 };
	struct air_sms sms[256];
	enum gateway_verdict verdict[256];
	uint64_t seed = 99;
	char *before, *after;

	ck_assert(air_bind(a, n));
	put_messages(a, n, 1, 120);
	phone_upload_now(air_phone(a, n));
	ck_assert(air_settle(a, 2 * DAY));
	ck_assert_int_eq(gateway_tick(air_gateway(a), air_now(a)), 0);
	before = air_digest(a);
	for (int done = 0, batch; done < total; done += batch) {
		batch = total - done < 256 ? total - done : 256;
		for (int i = 0; i < batch; i++)
			mutate(a, &seed, &sms[i]);
		air_inject_many(a, sms, batch, verdict);
		for (int i = 0; i < batch; i++)
			count[verdict[i]]++;
	}
	after = air_digest(a);
	printf("# %d forged: %d junk, %d set aside, %d taken, %d later\n",
	    total, count[GATEWAY_JUNK], count[GATEWAY_ASIDE],
	    count[GATEWAY_TAKEN], count[GATEWAY_LATER]);
	ck_assert_str_eq(before, after);
	ck_assert_int_eq(count[GATEWAY_TAKEN] + count[GATEWAY_LATER], 0);
	free(before);
	free(after);
	air_free(a);
}
END_TEST

TCase *
gateway_forged_case(void)
{
	TCase *tc = tcase_create("forged");

	tcase_set_timeout(tc, 600);
	tcase_add_test(tc, forged_frames_change_nothing);
	return tc;
}
