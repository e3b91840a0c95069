#include "gate.h"

#include "gate_internal.h"

/*
 * A file is whole when its pieces cover the coded size that its manifest says.
 * A phone cuts a content the same way each time, so pieces do not overlap and
 * the sum of those that are here is how far it is.
 */

static void
file_args(struct db_args *a, int64_t account, int64_t phone, uint32_t record,
    uint32_t content)
{
	arg_pair(a, account, phone);
	db_arg_int(a, record);
	db_arg_int(a, content);
}

/* The first to see it whole says so. */
static enum db_err
look_whole(struct db *db, int64_t account, int64_t phone, uint32_t record,
    uint32_t content, int64_t now_ms, bool *arrived)
{
	static const struct db_stmt stmt = { "file_whole", 5,
		"UPDATE file SET whole_at = to_timestamp($5 / 1000.0) WHERE "
		"account_id = $1 AND phone_id = $2 AND record_id = $3 AND "
		"content = $4 AND whole_at IS NULL AND have >= coded_size" };
	struct db_args a = { 0 };
	int64_t n = 0;
	enum db_err err;

	file_args(&a, account, phone, record, content);
	db_arg_time(&a, now_ms);
	err = db_run(db, &stmt, &a, &n);
	*arrived = n == 1;
	return err;
}

static enum db_err
make_file(struct db *db, int64_t account, int64_t phone, uint32_t record,
    uint32_t content, int64_t coded_size, int64_t now_ms)
{
	static const struct db_stmt stmt = { "file_put", 6,
		"INSERT INTO file (account_id, phone_id, record_id, content, "
		" coded_size, started_at) VALUES ($1, $2, $3, $4, "
		" nullif($5::bigint, -1), to_timestamp($6 / 1000.0)) "
		"ON CONFLICT (account_id, phone_id, record_id, content) "
		"DO UPDATE SET coded_size = "
		" coalesce(file.coded_size, excluded.coded_size)" };
	struct db_args a = { 0 };

	file_args(&a, account, phone, record, content);
	db_arg_int(&a, coded_size);
	db_arg_time(&a, now_ms);
	return db_run(db, &stmt, &a, NULL);
}

enum db_err
gate_file_piece_put(struct db *db, const struct gate_file_piece *p,
    int64_t now_ms, bool *arrived)
{
	static const struct db_stmt stmt = { "file_piece_put", 9,
		"WITH new AS (INSERT INTO file_piece (account_id, phone_id, "
		"  record_id, content, \"offset\", len, data_key_id, sealed, "
		"  stored_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, "
		"  to_timestamp($9 / 1000.0)) ON CONFLICT DO NOTHING "
		" RETURNING len) "
		"UPDATE file f SET have = f.have + new.len FROM new WHERE "
		"f.account_id = $1 AND f.phone_id = $2 AND f.record_id = $3 "
		"AND f.content = $4" };
	struct db_args a = { 0 };
	enum db_err err = make_file(
	    db, p->account, p->phone, p->record_id, p->content, -1, now_ms);

	*arrived = false;
	if (err != DB_OK)
		return err;
	file_args(&a, p->account, p->phone, p->record_id, p->content);
	db_arg_int(&a, p->offset);
	db_arg_int(&a, (int64_t)p->len);
	db_arg_int(&a, p->data_key);
	db_arg_bytes(&a, p->sealed, p->sealed_len);
	db_arg_time(&a, now_ms);
	if ((err = db_run(db, &stmt, &a, NULL)) != DB_OK)
		return err;
	return look_whole(db, p->account, p->phone, p->record_id, p->content,
	    now_ms, arrived);
}

enum db_err
gate_file_manifest(struct db *db, int64_t account, int64_t phone,
    uint32_t record_id, uint32_t content, int64_t coded_size, int64_t now_ms,
    bool *arrived)
{
	enum db_err err = make_file(
	    db, account, phone, record_id, content, coded_size, now_ms);

	*arrived = false;
	if (err != DB_OK)
		return err;
	return look_whole(
	    db, account, phone, record_id, content, now_ms, arrived);
}
