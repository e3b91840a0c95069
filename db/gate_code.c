#include "gate_code.h"

#include <stdlib.h>
#include <string.h>

#include "gate_internal.h"

static void
code_args(struct db_args *a, const struct gate_code *c)
{
	db_arg_int(a, c->account);
	db_arg_int(a, c->id);
}

enum db_err
gate_code_take(struct db *db, uint32_t id, struct gate_code *out)
{
	static const struct db_stmt stmt = { "code_take", 2,
		"SELECT f.account_id, f.private_by_code, a.language "
		"FROM find_code f JOIN account a USING (account_id) "
		"WHERE f.code_id = $1 AND f.used_at IS NULL AND "
		"f.failures < $2 FOR UPDATE OF f" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	db_arg_int(&a, id);
	db_arg_int(&a, GATE_CODE_TRIES);
	if ((err = db_query(db, &stmt, &a, &res)) != DB_OK)
		return err;
	err = DB_NONE;
	if (PQntuples(res) == 1 &&
	    db_bytes(res, 0, 1, out->private_by_code,
		sizeof out->private_by_code) == GATE_PRIVATE_LEN) {
		out->account = db_int(res, 0, 0);
		out->id = id;
		db_text(res, 0, 2, out->language, sizeof out->language);
		err = DB_OK;
	}
	PQclear(res);
	return err;
}

enum db_err
gate_code_wrong(struct db *db, const struct gate_code *c, bool *burnt)
{
	static const struct db_stmt stmt = { "code_wrong", 3,
		"UPDATE find_code SET failures = failures + 1 "
		"WHERE account_id = $1 AND code_id = $2 "
		"RETURNING failures >= $3" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	code_args(&a, c);
	db_arg_int(&a, GATE_CODE_TRIES);
	if ((err = db_query(db, &stmt, &a, &res)) != DB_OK)
		return err;
	*burnt = PQntuples(res) == 1 && db_bool(res, 0, 0);
	PQclear(res);
	return DB_OK;
}

enum db_err
gate_code_used(
    struct db *db, const struct gate_code *c, const char *from, int64_t now_ms)
{
	static const struct db_stmt stmt = { "code_used", 4,
		"UPDATE find_code SET used_at = to_timestamp($4 / 1000.0), "
		" used_from = $3, private_by_code = '' "
		"WHERE account_id = $1 AND code_id = $2" };
	struct db_args a = { 0 };

	code_args(&a, c);
	db_arg_text(&a, from);
	db_arg_time(&a, now_ms);
	return db_run(db, &stmt, &a, NULL);
}

enum db_err
gate_named_phone(struct db *db, int64_t account, const char *name,
    int64_t *phone, char found[static GATE_NAME_MAX], int *count)
{
	static const struct db_stmt stmt = { "named_phone", 2,
		"SELECT phone_id, name, count(*) OVER () FROM phone "
		"WHERE account_id = $1 AND unbound_at IS NULL AND "
		"($2 = '' OR lower(name) = lower($2)) "
		"ORDER BY phone_id LIMIT 1" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	db_arg_int(&a, account);
	db_arg_text(&a, name);
	if ((err = db_query(db, &stmt, &a, &res)) != DB_OK)
		return err;
	*count = 0;
	if (PQntuples(res) == 1) {
		*phone = db_int(res, 0, 0);
		db_text(res, 0, 1, found, GATE_NAME_MAX);
		*count = (int)db_int(res, 0, 2);
	}
	PQclear(res);
	return DB_OK;
}

enum db_err
gate_lost_by_text(struct db *db, int64_t account, int64_t phone, int locate_min,
    int64_t now_ms)
{
	static const struct db_stmt stmt = { "lost_by_text", 4,
		"INSERT INTO lost (account_id, phone_id, version, is_on, "
		" locate_min, ordered_by, created_at) "
		"SELECT $1, $2, coalesce(max(version), 0) + 1, true, $3, "
		" 'text', to_timestamp($4 / 1000.0) FROM lost "
		"WHERE account_id = $1 AND phone_id = $2 "
		"HAVING coalesce((array_agg(is_on ORDER BY version DESC))[1], "
		" false) = false" };
	struct db_args a = { 0 };
	int64_t n = 0;
	enum db_err err;

	arg_pair(&a, account, phone);
	db_arg_int(&a, locate_min);
	db_arg_time(&a, now_ms);
	err = db_run(db, &stmt, &a, &n);
	return err == DB_OK && n == 0 ? DB_NONE : err;
}

enum db_err
gate_command_put(struct db *db, const struct gate_command *c, int64_t now_ms)
{
	static const struct db_stmt stmt = { "command_put", 6,
		"INSERT INTO command (account_id, phone_id, command, args, "
		" not_after, created_at) VALUES ($1, $2, $3, $4, "
		" to_timestamp($5 / 1000.0), to_timestamp($6 / 1000.0))" };
	struct db_args a = { 0 };

	arg_pair(&a, c->account, c->phone);
	db_arg_int(&a, c->command);
	db_arg_bytes(&a, c->args, c->len);
	db_arg_time(&a, c->not_after_ms);
	db_arg_time(&a, now_ms);
	return db_run(db, &stmt, &a, NULL);
}

enum db_err
gate_reply_since(struct db *db, int64_t account, const char *number,
    int64_t since_ms, bool *was)
{
	static const struct db_stmt stmt = { "reply_since", 3,
		"SELECT EXISTS (SELECT 1 FROM outbox WHERE account_id = $1 AND "
		"purpose = 'reply' AND number = $2 AND created_at >= "
		"to_timestamp($3 / 1000.0))" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	db_arg_int(&a, account);
	db_arg_text(&a, number);
	db_arg_time(&a, since_ms);
	if ((err = db_query(db, &stmt, &a, &res)) != DB_OK)
		return err;
	*was = db_bool(res, 0, 0);
	PQclear(res);
	return DB_OK;
}

/* ---- records at rest ---- */

void
gate_sealed_clear(struct gate_sealed_list *l)
{
	free(l->row);
	free(l->octets);
	*l = (struct gate_sealed_list){ 0 };
}

/* The octets of all rows, one behind the other. */
static enum db_err
read_sealed(const PGresult *res, struct gate_sealed_list *l)
{
	size_t at = 0, cap = 1;

	for (int i = 0; i < PQntuples(res); i++)
		cap += (size_t)PQgetlength(res, i, 5);
	l->row = calloc((size_t)PQntuples(res) + 1, sizeof *l->row);
	l->octets = malloc(cap);
	if (l->row == NULL || l->octets == NULL)
		return DB_FAILED;
	for (int i = 0; i < PQntuples(res); i++) {
		int len = db_bytes(res, i, 5, l->octets + at, cap - at);

		if (len < 0)
			continue;
		l->row[l->n++] = (struct gate_sealed){
			.phone = db_int(res, i, 0),
			.record_id = (uint32_t)db_int(res, i, 1),
			.transfer = (uint32_t)db_int(res, i, 2),
			.ordinal = (uint32_t)db_int(res, i, 3),
			.data_key = db_int(res, i, 4),
			.kind = (uint8_t)db_int(res, i, 6),
			.at = at,
			.len = (size_t)len,
		};
		at += (size_t)len;
	}
	return DB_OK;
}

enum db_err
gate_sealed_newest(struct db *db, int64_t account, int64_t phone, int kind,
    size_t max, struct gate_sealed_list *out)
{
	static const struct db_stmt stmt = {
		"sealed_newest", 4,
		"SELECT v.phone_id, v.record_id, v.transfer, v.ordinal, "
		" v.data_key_id, v.sealed, v.kind FROM record r JOIN "
		"record_version v USING (account_id, phone_id, kind, "
		" record_id, transfer, ordinal) WHERE r.account_id = $1 AND "
		"($2::bigint = 0 OR r.phone_id = $2::bigint) AND r.kind = $3 "
		"AND r.op = 0 ORDER BY r.time_ms DESC, v.transfer DESC LIMIT $4"
	};
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	*out = (struct gate_sealed_list){ 0 };
	arg_pair(&a, account, phone);
	db_arg_int(&a, kind);
	db_arg_int(&a, (int64_t)max);
	if ((err = db_query(db, &stmt, &a, &res)) != DB_OK)
		return err;
	if ((err = read_sealed(res, out)) != DB_OK)
		gate_sealed_clear(out);
	PQclear(res);
	return err;
}

enum db_err
gate_data_key_get(struct db *db, int64_t account, int64_t id,
    uint8_t box[static GATE_KEY_BOX], size_t *len)
{
	static const struct db_stmt stmt = { "data_key_get", 2,
		"SELECT sealed FROM data_key WHERE account_id = $1 AND "
		"data_key_id = $2" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;
	int n;

	arg_pair(&a, account, id);
	if ((err = db_query(db, &stmt, &a, &res)) != DB_OK)
		return err;
	err = DB_NONE;
	if (PQntuples(res) == 1 &&
	    (n = db_bytes(res, 0, 0, box, GATE_KEY_BOX)) > 0) {
		*len = (size_t)n;
		err = DB_OK;
	}
	PQclear(res);
	return err;
}
