/*
 * The gateway's side of a modem: what its process hands over, and the header of
 * an SMS.  What is taken for whole ends where it says.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "link.h"
#include "udh.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len);

/* Once more, as plainly as it can be said. */
static int
port_of(const uint8_t *udh, size_t len)
{
	int port = -1;
	size_t i = 1;

	if (len == 0 || (size_t)udh[0] + 1 != len)
		return -1;
	for (; i + 1 < len; i += 2 + (size_t)udh[i + 1]) {
		if (i + 2 + udh[i + 1] > len)
			return -1;
		if (udh[i] == 5 && (udh[i + 1] != 4 || port >= 0))
			return -1;
		if (udh[i] == 5)
			port = udh[i + 2] * 256 + udh[i + 3];
	}
	return i == len ? port : -1;
}

#define MUST(what) \
	do { \
		if (!(what)) \
			abort(); \
	} while (0)

static void
check_packet(const union link_packet *k, size_t len)
{
	if (!link_is_whole(k, len))
		return;
	MUST(k->head.len == len);
	switch ((enum link_kind)k->head.kind) {
	case LINK_INCOMING:
		MUST(k->sms.udh_len <= sizeof k->sms.udh);
		MUST(k->sms.data_len <= sizeof k->sms.data);
		MUST(strlen(k->sms.number) < sizeof k->sms.number);
		break;
	case LINK_SEND:
		MUST(k->send.data_len <= sizeof k->send.data);
		MUST(strlen(k->send.number) < sizeof k->send.number);
		break;
	case LINK_RESULT:
		MUST(strlen(k->result.modem) < sizeof k->result.modem);
		break;
	case LINK_READY:
	case LINK_STATE:
		MUST(strlen(k->modem.model) < sizeof k->modem.model);
		MUST(strlen(k->modem.imei) < sizeof k->modem.imei);
		break;
	case LINK_ALIVE:
		break;
	case LINK_KEPT:
	case LINK_STOP:
	case LINK_WAKE:
	case LINK_AWAY:
	default:
		abort();
	}
}

/* The first octet: a header, or a packet of that kind and length. */
int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	static const size_t sizes[] = { sizeof(struct link_head),
		sizeof(struct link_sms), sizeof(struct link_result),
		sizeof(struct link_modem), sizeof(struct link_send) };
	union link_packet k;
	size_t n;

	if (len == 0)
		return 0;
	if (p[0] % 2 == 0) {
		MUST(udh_port(p + 1, len - 1) == port_of(p + 1, len - 1));
		return 0;
	}
	memset(&k, p[0], sizeof k);
	memcpy(&k, p + 1, len - 1 < sizeof k ? len - 1 : sizeof k);
	check_packet(&k, len - 1 < sizeof k ? len - 1 : sizeof k);
	/* As if its length fitted. */
	n = sizes[p[0] / 2 % 5];
	k.head.len = (uint32_t)n;
	check_packet(&k, n);
	return 0;
}
