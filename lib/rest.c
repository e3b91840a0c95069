#include "rest.h"

#include <string.h>

#include "be.h"

void
rest_record_ad(int64_t account, int64_t phone, unsigned kind, uint32_t record,
    uint32_t transfer, uint32_t ordinal, uint8_t ad[static REST_RECORD_AD_LEN])
{
	memcpy(ad, "record", 6);
	be_put64(ad + 6, (uint64_t)account);
	be_put64(ad + 14, (uint64_t)phone);
	ad[22] = (uint8_t)kind;
	be_put32(ad + 23, record);
	be_put32(ad + 27, transfer);
	be_put32(ad + 31, ordinal);
}

void
rest_key_ad(int64_t account, int64_t phone, uint8_t ad[static REST_KEY_AD_LEN])
{
	memcpy(ad, "data-key", 8);
	be_put64(ad + 8, (uint64_t)account);
	be_put64(ad + 16, (uint64_t)phone);
}
