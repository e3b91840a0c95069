/*
 * The simulator's network: what it takes for a message to send, it can write
 * and read again, and it is the same.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "pdu.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len);

#define NOW_MS INT64_C(1795521600000)

#define MUST(what) \
	do { \
		if (!(what)) \
			abort(); \
	} while (0)

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	uint8_t out[PDU_MAX];
	struct pdu m, again;
	size_t n;

	MUST(pdu_tpdu_len(p, len) <= len);
	if (pdu_decode_submit(p, len, NOW_MS, &m) != PDU_OK)
		return 0;
	MUST(m.type == PDU_SUBMIT && m.ud_octets <= PDU_UD_MAX);
	MUST(pdu_is_number(m.number));
	MUST(pdu_octets_of(m.ud_len, m.dcs) == m.ud_octets);
	MUST(m.validity_ms >= 0);
	n = pdu_encode(&m, out);
	MUST(n > 0 && n <= sizeof out);
	MUST(pdu_decode_submit(out, n, NOW_MS, &again) == PDU_OK);
	MUST(strcmp(again.number, m.number) == 0);
	MUST(again.header == m.header && again.report == m.report);
	MUST(again.reference == m.reference && again.pid == m.pid);
	MUST(again.dcs == m.dcs && again.ud_len == m.ud_len);
	MUST(memcmp(again.ud, m.ud, m.ud_octets) == 0);
	return 0;
}
