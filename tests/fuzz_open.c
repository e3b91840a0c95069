/*
 * Every function that opens an SMS, with keys that nobody has: nothing opens,
 * whatever it is, and nothing is read beyond its end.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "seal.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	static const uint8_t root[SEAL_KEY_LEN] = { 1 };
	uint8_t out[WIRE_DATA_MAX], other[SEAL_KEY_LEN];
	struct wire_challenge challenge;
	struct wire_hello hello;
	struct wire_proof proof;
	struct seal_phone *k;
	struct wire_frame f;
	uint32_t transfer;
	int opened = 0;

	if (wire_decode(p, len, &f) != WIRE_OK)
		return 0;
	if ((k = seal_phone_new(root, f.key_id)) == NULL)
		abort();
	/* A tag of 5 octets is hit once in 2^40 tries: not here, where 5
	 * numbers are tried for each. */
	opened += seal_segment_check(k, &f, 1000, &transfer) == SEAL_OK;
	opened += seal_single_open(k, &f, 1000, &transfer, out) == SEAL_OK;
	opened += seal_control_open(k, &f, out) == SEAL_OK;
	opened += seal_proof_open(k, &f, &proof) == SEAL_OK;
	opened += seal_hello_open(root, &f, &hello) == SEAL_OK;
	opened += seal_challenge_open(
		      root, p, len, root, p, len, &challenge, other) == SEAL_OK;
	seal_phone_free(k);
	if (opened > 0)
		abort();
	return 0;
}
