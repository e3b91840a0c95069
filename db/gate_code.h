/*
 * gate_code.h - what a plain text with a one-time code asks of the database.
 *
 * As gate.h: inside the caller's transaction, times in Unix milliseconds.
 */
#ifndef GATE_CODE_H
#define GATE_CODE_H

#include "gate.h"

#define GATE_CODE_TRIES 5 /* wrong secrets that burn a code */
#define GATE_NAME_MAX 128
#define GATE_PRIVATE_LEN 48 /* the owner's private key, wrapped */

struct gate_code {
	int64_t account;
	uint32_t id;
	uint8_t private_by_code[GATE_PRIVATE_LEN];
	char language[8]; /* "en", "zh" */
};
/* Locked.  DB_NONE: there is no such code, or it is used or burnt. */
enum db_err gate_code_take(struct db *db, uint32_t id, struct gate_code *out);
/* A wrong secret.  *burnt: that was one too many. */
enum db_err
gate_code_wrong(struct db *db, const struct gate_code *c, bool *burnt);
/* It is used up: the private key under it is forgotten. */
enum db_err gate_code_used(
    struct db *db, const struct gate_code *c, const char *from, int64_t now_ms);

/* The account's bound phones of that name (any case; "": all of them): the
 * first one's id and name, and how many there are. */
enum db_err gate_named_phone(struct db *db, int64_t account, const char *name,
    int64_t *phone, char found[static GATE_NAME_MAX], int *count);
/* Lost mode by text.  DB_NONE: it is on already. */
enum db_err gate_lost_by_text(struct db *db, int64_t account, int64_t phone,
    int locate_min, int64_t now_ms);
enum db_err
gate_command_put(struct db *db, const struct gate_command *c, int64_t now_ms);
/* Was that number answered, or is it to be, since then? */
enum db_err gate_reply_since(struct db *db, int64_t account, const char *number,
    int64_t since_ms, bool *was);

/* Records at rest, and the keys they are under: sealed to the owner. */
struct gate_sealed {
	int64_t phone, data_key;
	uint32_t record_id, transfer, ordinal;
	uint8_t kind;
	size_t at, len; /* in the list's octets */
};
struct gate_sealed_list {
	struct gate_sealed *row;
	size_t n;
	uint8_t *octets;
};
/* The newest state of every record of a kind that is not deleted, newest
 * first, at most max; phone 0: of all phones.  Clear it afterwards. */
enum db_err gate_sealed_newest(struct db *db, int64_t account, int64_t phone,
    int kind, size_t max, struct gate_sealed_list *out);
void gate_sealed_clear(struct gate_sealed_list *l);
#define GATE_KEY_BOX 128
/* A data key as it is stored.  Returns its length in *len. */
enum db_err gate_data_key_get(struct db *db, int64_t account, int64_t id,
    uint8_t box[static GATE_KEY_BOX], size_t *len);

#endif
