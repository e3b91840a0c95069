/*
 * What the supervisor takes from its children, one of which reads whatever
 * anybody sends: packets that do not fit their kind are none.
 */
#include <string.h>

#include "check_main.h"
#include "link.h"
#include "udh.h"

/* ---- packets ---- */

static void
fill_text(char *text, size_t cap)
{
	memset(text, 'x', cap); /* with no end */
}

#define OPEN(member) \
	static void open_##member(union link_packet *p) \
	{ \
		fill_text(p->modem.member, sizeof p->modem.member); \
	}

OPEN(modem)
OPEN(manufacturer)
OPEN(model)
OPEN(firmware)
OPEN(imei)
OPEN(imsi)
OPEN(operator_name)
OPEN(operator_code)

static void
leave(union link_packet *p)
{
	(void)p;
}

static void
longer_head(union link_packet *p)
{
	p->head.len++;
}

static void
huge_head(union link_packet *p)
{
	p->head.len = UINT32_MAX;
}

static void
full_sms(union link_packet *p)
{
	p->sms.udh_len = sizeof p->sms.udh;
	p->sms.data_len = sizeof p->sms.data;
}

static void
long_udh(union link_packet *p)
{
	p->sms.udh_len = sizeof p->sms.udh + 1;
}

static void
huge_udh(union link_packet *p)
{
	p->sms.udh_len = UINT32_MAX;
}

static void
long_data(union link_packet *p)
{
	p->sms.data_len = sizeof p->sms.data + 1;
}

static void
open_number(union link_packet *p)
{
	fill_text(p->sms.number, sizeof p->sms.number);
}

static void
open_result(union link_packet *p)
{
	fill_text(p->result.modem, sizeof p->result.modem);
}

static void
full_send(union link_packet *p)
{
	p->send.data_len = sizeof p->send.data;
}

static void
long_send(union link_packet *p)
{
	p->send.data_len = sizeof p->send.data + 1;
}

static void
open_send(union link_packet *p)
{
	fill_text(p->send.number, sizeof p->send.number);
}

#define SMS sizeof(struct link_sms)
#define MODEM sizeof(struct link_modem)
#define RESULT sizeof(struct link_result)
#define SEND sizeof(struct link_send)
#define HEAD sizeof(struct link_head)

static const struct {
	const char *why;
	uint32_t kind;
	size_t len;
	void (*spoil)(union link_packet *p);
	bool want;
} packets[] = {
	{ "a heartbeat", LINK_ALIVE, HEAD, leave, true },
	{ "a heartbeat with more behind it", LINK_ALIVE, HEAD + 1, leave,
	    false },
	{ "nothing", LINK_ALIVE, 0, leave, false },
	{ "half a head", LINK_ALIVE, HEAD / 2, leave, false },
	{ "a head that says more than there is", LINK_ALIVE, HEAD, longer_head,
	    false },
	{ "a head that says 4 GiB", LINK_INCOMING, SMS, huge_head, false },
	{ "a message", LINK_INCOMING, SMS, leave, true },
	{ "the longest message", LINK_INCOMING, SMS, full_sms, true },
	{ "a message cut short", LINK_INCOMING, SMS - 1, leave, false },
	{ "a header longer than its room", LINK_INCOMING, SMS, long_udh,
	    false },
	{ "a header of 4 GiB", LINK_INCOMING, SMS, huge_udh, false },
	{ "data longer than its room", LINK_INCOMING, SMS, long_data, false },
	{ "a number without an end", LINK_INCOMING, SMS, open_number, false },
	{ "a modem that is ready", LINK_READY, MODEM, leave, true },
	{ "a modem's state", LINK_STATE, MODEM, leave, true },
	{ "a modem's state in a message's length", LINK_STATE, SMS, leave,
	    false },
	{ "a modem's name without an end", LINK_READY, MODEM, open_modem,
	    false },
	{ "a maker without an end", LINK_READY, MODEM, open_manufacturer,
	    false },
	{ "a model without an end", LINK_READY, MODEM, open_model, false },
	{ "a firmware without an end", LINK_STATE, MODEM, open_firmware,
	    false },
	{ "an IMEI without an end", LINK_STATE, MODEM, open_imei, false },
	{ "an IMSI without an end", LINK_STATE, MODEM, open_imsi, false },
	{ "an operator without an end", LINK_STATE, MODEM, open_operator_name,
	    false },
	{ "an operator's code without an end", LINK_STATE, MODEM,
	    open_operator_code, false },
	{ "a result", LINK_RESULT, RESULT, leave, true },
	{ "a result of a modem without an end", LINK_RESULT, RESULT,
	    open_result, false },
	{ "something to send", LINK_SEND, SEND, leave, true },
	{ "as much as can be sent", LINK_SEND, SEND, full_send, true },
	{ "more than can be sent", LINK_SEND, SEND, long_send, false },
	{ "a receiver without an end", LINK_SEND, SEND, open_send, false },
	{ "what only the supervisor says: kept", LINK_KEPT,
	    sizeof(struct link_kept), leave, false },
	{ "what only the supervisor says: stop", LINK_STOP, HEAD, leave,
	    false },
	{ "what only the supervisor says: wake", LINK_WAKE, HEAD, leave,
	    false },
	{ "no kind at all", 0, HEAD, leave, false },
	{ "a kind of another day", 99, SMS, leave, false },
	{ "the greatest kind", UINT32_MAX, SMS, leave, false },
};

START_TEST(a_packet_fits_its_kind)
{
	union {
		union link_packet p;
		struct link_kept kept;
	} u;

	memset(&u, 0, sizeof u);
	u.p.head.kind = packets[_i].kind;
	u.p.head.len = (uint32_t)packets[_i].len;
	packets[_i].spoil(&u.p);
	ck_assert_msg(link_is_whole(&u.p, packets[_i].len) == packets[_i].want,
	    "%s: got %d, want %d", packets[_i].why, !packets[_i].want,
	    packets[_i].want);
}
END_TEST

/* ---- user data headers ---- */

static const struct {
	const char *why;
	const char *udh;
	size_t len;
	int want;
} headers[] = {
	{ "our own", "\x06\x05\x04\x40\xb1\x40\xb1", 7, 0x40b1 },
	{ "another port", "\x06\x05\x04\x00\x01\x40\xb1", 7, 1 },
	{ "the highest port", "\x06\x05\x04\xff\xff\x00\x00", 7, 65535 },
	{ "behind a concatenation",
	    "\x0b\x00\x03\x2a\x02\x01\x05\x04\x40\xb1\x00\x00", 12, 0x40b1 },
	{ "before a concatenation",
	    "\x0b\x05\x04\x40\xb1\x00\x00\x00\x03\x2a\x02\x01", 12, 0x40b1 },
	{ "behind an empty element", "\x08\x70\x00\x05\x04\x40\xb1\x00\x00", 9,
	    0x40b1 },
	{ "nothing", "", 0, -1 },
	{ "no elements", "\x00", 1, -1 },
	{ "a concatenation alone", "\x05\x00\x03\x2a\x02\x01", 6, -1 },
	{ "an 8-bit port", "\x04\x04\x02\xb1\xb1", 5, -1 },
	{ "longer than its data", "\x07\x05\x04\x40\xb1\x40\xb1", 7, -1 },
	{ "shorter than its data", "\x05\x05\x04\x40\xb1\x40\xb1", 7, -1 },
	{ "the longest length and no data", "\xff", 1, -1 },
	{ "an element longer than the header", "\x06\x05\x05\x40\xb1\x40\xb1",
	    7, -1 },
	{ "an element of 255 octets", "\x06\x05\xff\x40\xb1\x40\xb1", 7, -1 },
	{ "an element without a length", "\x07\x05\x04\x40\xb1\x40\xb1\x00", 8,
	    -1 },
	{ "a port of two octets", "\x04\x05\x02\x40\xb1", 5, -1 },
	{ "a port of five octets", "\x07\x05\x05\x40\xb1\x40\xb1\x00", 8, -1 },
	{ "two ports", "\x0c\x05\x04\x40\xb1\x00\x00\x05\x04\x40\xb1\x00\x00",
	    13, -1 },
};

START_TEST(a_header_says_its_port)
{
	uint8_t *exact = malloc(headers[_i].len > 0 ? headers[_i].len : 1);
	int got;

	/* No octet more than there are, for the sanitizers. */
	ck_assert_ptr_nonnull(exact);
	memcpy(exact, headers[_i].udh, headers[_i].len);
	got = udh_port(exact, headers[_i].len);
	free(exact);
	ck_assert_msg(got == headers[_i].want, "%s: got %d, want %d",
	    headers[_i].why, got, headers[_i].want);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("link");
	TCase *tc = tcase_create("from children");

	tcase_add_loop_test(
	    tc, a_packet_fits_its_kind, 0, sizeof packets / sizeof packets[0]);
	tcase_add_loop_test(
	    tc, a_header_says_its_port, 0, sizeof headers / sizeof headers[0]);
	suite_add_tcase(s, tc);
	return check_main(s);
}
