/*
 * seal_test.h - the phone that the tests of sealed frames share.
 */
#ifndef SEAL_TEST_H
#define SEAL_TEST_H

#include "check_main.h"
#include "seal_internal.h"

#define KEY_ID 0xcafef00d

static const uint8_t root[SEAL_KEY_LEN] = { 1, 2, 3, [31] = 0x99 };

static inline struct seal_phone *
a_phone(void)
{
	struct seal_phone *k = seal_phone_new(root, KEY_ID);

	ck_assert_ptr_nonnull(k);
	return k;
}

#endif
