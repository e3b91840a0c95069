/*
 * How a phone is bound: its code or picture, the question, and who is refused.
 */
#include <string.h>

#include "check_main.h"
#include "phone_test.h"

static void
start_binding(void)
{
	ck_assert_int_eq(seal_code_key(p->code, p->code_key), SEAL_OK);
	ck_assert_int_eq(
	    phone_bind_code(p->phone, PEER_SERVICE, p->code), PHONE_OK);
	ck_assert_int_eq(status().state, PHONE_HELLO_SENT);
	ck_assert_int_eq(p->told[PHONE_N_BINDING], 1);
}

START_TEST(what_is_no_code_is_refused)
{
	static const char *const bad[] = { "", "ABCD", "0123-4567-89AB-CDEF-0",
		"0123-4567-89AB-CDEU", "\xe4\xb8\xad\xe6\x96\x87" };
	char code[SEAL_CODE_CHARS + 1];
	uint32_t id;

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		ck_assert_int_eq(
		    phone_bind_code(p->phone, PEER_SERVICE, bad[i]),
		    PHONE_E_CODE);
	seal_code_new(&id, code);
	code[3] = code[3] == 'A' ? 'B' : 'A';
	ck_assert_int_eq(
	    phone_bind_code(p->phone, PEER_SERVICE, code), PHONE_E_CODE);
	ck_assert_int_eq(
	    phone_bind_qr(p->phone, "https://example.org/"), PHONE_E_CODE);
	ck_assert_int_eq(phone_upload_now(p->phone), PHONE_E_STATE);
	ck_assert_int_eq(phone_bind_answer(p->phone, "x"), PHONE_E_STATE);
	ck_assert_int_eq(status().state, PHONE_UNBOUND);
	ck_assert_uint_eq(p->nsent, 0);
}
END_TEST

START_TEST(a_code_binds)
{
	char digits[7];

	start_binding();
	peer_go_on(p);
	seal_digits(p->root, digits);
	ck_assert_str_eq(status().digits, digits);
	ck_assert_str_eq(p->detail[PHONE_N_DIGITS], digits);
	ck_assert_int_eq(p->told[PHONE_N_BOUND], 1);
	ck_assert_uint_eq(status().key_id, p->key_id);
	ck_assert_str_eq(status().service_number, PEER_SERVICE);
}
END_TEST

START_TEST(a_picture_binds)
{
	uint8_t sms[WIRE_DATA_MAX];
	size_t len;

	peer_hello(p);
	peer_challenge(p, "", sms, &len);
	ck_assert(phone_receive(p->phone, PEER_SERVICE, sms, len, false));
	ck_assert_int_eq(status().state, PHONE_BOUND);
	ck_assert(!status().confirmed);
	acknowledge(0);
	ck_assert(status().confirmed);
}
END_TEST

START_TEST(the_question_is_asked)
{
	uint8_t sms[WIRE_DATA_MAX];
	struct wire_frame f;
	struct wire_proof proof;
	char longest[WIRE_ANSWER_MAX + 2];
	size_t len;

	start_binding();
	peer_challenge(p, "First pet?", sms, &len);
	ck_assert(phone_receive(p->phone, PEER_SERVICE, sms, len, false));
	ck_assert_int_eq(status().state, PHONE_ASKED);
	ck_assert_str_eq(p->detail[PHONE_N_QUESTION], "First pet?");
	ck_assert_uint_eq(p->nsent, 1);
	memset(longest, 'x', sizeof longest - 1);
	longest[sizeof longest - 1] = '\0';
	ck_assert_int_eq(phone_bind_answer(p->phone, longest), PHONE_E_INVALID);
	ck_assert_int_eq(phone_bind_answer(p->phone, "Musti"), PHONE_OK);
	ck_assert_uint_eq(p->nsent, 2);
	wire_decode(p->sent[1].octets, p->sent[1].len, &f);
	ck_assert_int_eq(f.type, WIRE_PROOF);
	ck_assert_int_eq(seal_proof_open(p->keys, &f, &proof), SEAL_OK);
	ck_assert(proof.answered);
	ck_assert_str_eq(proof.answer, "Musti");
	ck_assert_int_eq(status().state, PHONE_BOUND);
}
END_TEST

START_TEST(a_forged_challenge_does_nothing)
{
	uint8_t sms[WIRE_DATA_MAX];
	size_t len;

	start_binding();
	peer_challenge(p, "", sms, &len);
	for (size_t i = 0; i < len; i++) {
		sms[i] ^= 0x10;
		phone_receive(p->phone, PEER_SERVICE, sms, len, false);
		ck_assert_int_eq(status().state, PHONE_HELLO_SENT);
		sms[i] ^= 0x10;
	}
	ck_assert_uint_eq(p->nsent, 1);
	phone_receive(p->phone, PEER_SERVICE, sms, len, false);
	ck_assert_int_eq(status().state, PHONE_BOUND);
}
END_TEST

/* Until it is answered, the same octets, a bounded number of times. */
START_TEST(hello_is_said_again)
{
	start_binding();
	peer_run(p, 5 * DAY);
	ck_assert_uint_gt(p->nsent, 3);
	ck_assert_uint_lt(p->nsent, 10);
	for (size_t i = 1; i < p->nsent; i++) {
		ck_assert_uint_eq(p->sent[i].len, p->sent[0].len);
		ck_assert_mem_eq(
		    p->sent[i].octets, p->sent[0].octets, p->sent[0].len);
		ck_assert_int_ge(
		    p->sent[i].mono_ms - p->sent[i - 1].mono_ms, MINUTE);
	}
	ck_assert_int_eq(status().state, PHONE_UNBOUND);
	ck_assert_int_eq(p->told[PHONE_N_REFUSED], 1);
}
END_TEST

START_TEST(refused_is_unbound)
{
	const uint8_t why = WIRE_REFUSED_ANSWER;
	uint8_t sms[WIRE_DATA_MAX];
	size_t len;

	put_messages(1, 3);
	start_binding();
	peer_challenge(p, "", sms, &len);
	phone_receive(p->phone, PEER_SERVICE, sms, len, false);
	peer_command(p, WIRE_CMD_REFUSED, 0, 0, &why, 1);
	ck_assert_int_eq(status().state, PHONE_UNBOUND);
	ck_assert_int_eq(p->told[PHONE_N_REFUSED], 1);
	ck_assert_uint_eq(status().pending, 3);
	/* Of a binding that stands it is no word of the service. */
	peer_bind(p);
	peer_command(p, WIRE_CMD_REFUSED, 0, 0, &why, 1);
	ck_assert_int_eq(status().state, PHONE_BOUND);
	peer_command(p, WIRE_CMD_UNBIND, 0, 0, NULL, 0);
	ck_assert_int_eq(status().state, PHONE_UNBOUND);
	ck_assert_int_eq(p->told[PHONE_N_UNBOUND], 1);
	ck_assert_uint_eq(status().pending, 3);
}
END_TEST

TCase *
phone_binding_case(void)
{
	TCase *tc = tcase_create("binding");

	tcase_add_checked_fixture(tc, open_peer, close_peer);
	tcase_set_timeout(tc, 300);
	tcase_add_test(tc, what_is_no_code_is_refused);
	tcase_add_test(tc, a_code_binds);
	tcase_add_test(tc, a_picture_binds);
	tcase_add_test(tc, the_question_is_asked);
	tcase_add_test(tc, a_forged_challenge_does_nothing);
	tcase_add_test(tc, hello_is_said_again);
	tcase_add_test(tc, refused_is_unbound);
	return tc;
}
