/*
 * A policy: what is read can be written and then reads the same, and what is
 * in force of it is always a policy.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	struct policy got, back, force;
	uint8_t octets[64];
	size_t n;

	memset(&got, 0, sizeof got);
	memset(&back, 0, sizeof back);
	if (policy_decode(p, len, 7, &got) == -1)
		return 0;
	if ((n = policy_encode(&got, octets, sizeof octets)) == 0 ||
	    policy_decode(octets, n, 7, &back) == -1)
		abort();
	if (got.lock != back.lock || got.daily_sms != back.daily_sms)
		abort();
	policy_effective(&got, NULL, &force);
	for (int k = 1; k < RECORD_KIND_COUNT; k++)
		if (got.kind[k].mode != back.kind[k].mode ||
		    got.kind[k].interval_min != back.kind[k].interval_min ||
		    force.kind[k].mode == POLICY_INHERIT)
			abort();
	return 0;
}
