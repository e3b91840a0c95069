/*
 * rest.h - what authenticates things at rest besides themselves.
 *
 * The gateway that seals and the pages that open share these, so that a row
 * moved to another place, phone or account does not open.
 */
#ifndef REST_H
#define REST_H

#include <stddef.h>
#include <stdint.h>

#define REST_RECORD_AD_LEN 35
#define REST_KEY_AD_LEN 24

void
rest_record_ad(int64_t account, int64_t phone, unsigned kind, uint32_t record,
    uint32_t transfer, uint32_t ordinal, uint8_t ad[static REST_RECORD_AD_LEN]);
void
rest_key_ad(int64_t account, int64_t phone, uint8_t ad[static REST_KEY_AD_LEN]);

#endif
