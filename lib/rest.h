/*
 * rest.h - what authenticates things at rest besides themselves.
 *
 * The gateway that seals and the pages that open share these, so that a row
 * moved to another place, phone or account does not open.
 */
#ifndef REST_H
#define REST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REST_RECORD_AD_LEN 35
#define REST_KEY_AD_LEN 24
#define REST_PIECE_AD_LEN 33
#define REST_LOST_AD_LEN 24
#define REST_FIND_AD_LEN 16
#define REST_RESTORE_AD_LEN 24
#define REST_BASE_AD_LEN 24
#define REST_RESTORE_PURPOSE "restore" /* of seal_wrap(), service key */
#define REST_LOST_PURPOSE "lost" /* of seal_wrap(), under the service key */
#define REST_BATCH_PURPOSE "batch" /* of seal_wrap(), service key */
#define REST_CHECKPOINT_PURPOSE "checkpoint" /* the same */
#define REST_FIND_PURPOSE "find" /* of seal_wrap(), under the code's key */

void
rest_record_ad(int64_t account, int64_t phone, unsigned kind, uint32_t record,
    uint32_t transfer, uint32_t ordinal, uint8_t ad[static REST_RECORD_AD_LEN]);
void
rest_key_ad(int64_t account, int64_t phone, uint8_t ad[static REST_KEY_AD_LEN]);
/* A piece of a file, under a data key. */
void rest_piece_ad(int64_t account, int64_t phone, uint32_t record,
    uint32_t content, uint32_t offset, uint8_t ad[static REST_PIECE_AD_LEN]);
/* The text that a lost phone is to show (lost.text_sealed). */
void rest_lost_ad(int64_t account, int64_t phone, uint32_t version,
    uint8_t ad[static REST_LOST_AD_LEN]);
/* What a restore still has to send (restore_item.sealed). */
void rest_restore_ad(int64_t account, uint32_t restore, uint32_t ordinal,
    uint8_t ad[static REST_RESTORE_AD_LEN]);
/* What the coder of a phone goes by (batch.sealed, checkpoint.sealed); down:
 * of a transfer down. */
void rest_base_ad(int64_t account, int64_t phone, bool down, uint32_t transfer,
    uint8_t ad[static REST_BASE_AD_LEN]);
/* The private key under a one-time code (find_code.private_by_code). */
void rest_find_ad(
    int64_t account, uint32_t code, uint8_t ad[static REST_FIND_AD_LEN]);

#endif
