/*
 * What is typed at the simulator's modem may be anything.  An octet of 1 lets
 * the network do something: what, the next octet says.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "at.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len);

#define MUST(what) \
	do { \
		if (!(what)) \
			abort(); \
	} while (0)

static int64_t
now_ms(void *ctx)
{
	(void)ctx;
	return INT64_C(1795521600000);
}

static void
take_output(void *ctx, const void *p, size_t n)
{
	size_t *octets = ctx;

	*octets += n;
	for (size_t i = 0; i < n; i++)
		*octets += ((const uint8_t *)p)[i] == 0; /* all is readable */
}

static int
submit(void *ctx, struct pdu *m)
{
	uint8_t out[PDU_MAX];

	(void)ctx;
	MUST(pdu_is_number(m->number));
	MUST(pdu_encode(m, out) > 0);
	return m->ud_len % 3 == 2 ? 38 : 0;
}

static void
ready(void *ctx)
{
	(void)ctx;
}

static void
happen(struct at *a, uint8_t what)
{
	struct pdu m = { .type = PDU_DELIVER,
		.number = "+358401234567",
		.smsc = "+358401009999",
		.dcs = 4,
		.ud_len = what,
		.time_ms = now_ms(NULL) };

	m.ud_len = what % (PDU_UD_MAX + 1);
	m.ud_octets = m.ud_len;
	switch (what % 6) {
	case 0:
	case 1:
		at_deliver(a, &m);
		break;
	case 2:
		at_put_raw(a, what / 6 % 6, m.ud, m.ud_len);
		break;
	case 3:
		at_set_fault(a, (enum at_fault)(what / 6 % AT_F_COUNT), 1);
		break;
	case 4:
		at_set_network(a, what / 6 % 6);
		break;
	case 5:
		at_hangup(a);
		break;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	static const struct at_setup setup = { .imei = "356938030000005",
		.imsi = "244054000000000",
		.iccid = "89358000000000000007",
		.smsc = "+358401009999",
		.plmn = "24405",
		.operator_name = "Simulated",
		.slots_sim = 5,
		.slots_me = 3 };
	size_t octets = 0;
	const struct at_host host = { &octets, now_ms, take_output, submit,
		ready };
	struct at *a = at_new(&host, &setup);

	MUST(a != NULL);
	while (len > 0) {
		const uint8_t *event = memchr(p, 1, len);
		size_t n = event != NULL ? (size_t)(event - p) : len;

		at_input(a, p, n);
		p += n;
		len -= n;
		if (len > 1)
			happen(a, p[1]);
		p += len > 1 ? 2 : len;
		len -= len > 1 ? 2 : len;
	}
	MUST(!at_waiting(a));
	at_free(a);
	return 0;
}
