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

void
rest_piece_ad(int64_t account, int64_t phone, uint32_t record, uint32_t content,
    uint32_t offset, uint8_t ad[static REST_PIECE_AD_LEN])
{
	memcpy(ad, "piece", 5);
	be_put64(ad + 5, (uint64_t)account);
	be_put64(ad + 13, (uint64_t)phone);
	be_put32(ad + 21, record);
	be_put32(ad + 25, content);
	be_put32(ad + 29, offset);
}

void
rest_lost_ad(int64_t account, int64_t phone, uint32_t version,
    uint8_t ad[static REST_LOST_AD_LEN])
{
	be_put64(ad, (uint64_t)account);
	be_put64(ad + 8, (uint64_t)phone);
	be_put64(ad + 16, version);
}

void
rest_restore_ad(int64_t account, uint32_t restore, uint32_t ordinal,
    uint8_t ad[static REST_RESTORE_AD_LEN])
{
	be_put64(ad, (uint64_t)account);
	be_put64(ad + 8, restore);
	be_put64(ad + 16, ordinal);
}

void
rest_base_ad(int64_t account, int64_t phone, bool down, uint32_t transfer,
    uint8_t ad[static REST_BASE_AD_LEN])
{
	be_put64(ad, (uint64_t)account);
	be_put64(ad + 8, (uint64_t)phone);
	be_put64(ad + 16, (uint64_t)down << 32 | transfer);
}

void
rest_find_ad(
    int64_t account, uint32_t code, uint8_t ad[static REST_FIND_AD_LEN])
{
	be_put64(ad, (uint64_t)account);
	be_put64(ad + 8, code);
}
