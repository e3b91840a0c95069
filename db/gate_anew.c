/*
 * What the coder of a phone goes by that things go down to, and beginning anew
 * where the phone has not what was sent.
 */
#include "gate.h"
#include "gate_internal.h"

enum db_err
gate_down_learnt(struct db *db, const struct gate_restore *r, uint32_t transfer,
    const uint8_t digest[static 32])
{
	static const struct db_stmt stmt = { "down_learnt", 4,
		"UPDATE phone SET down_base = $3, down_digest = $4 "
		"WHERE account_id = $1 AND phone_id = $2" };
	struct db_args a = { 0 };

	arg_pair(&a, r->account, r->phone);
	db_arg_int(&a, transfer);
	db_arg_bytes(&a, digest, 32);
	return db_run(db, &stmt, &a, NULL);
}

enum db_err
gate_down_anew(struct db *db, const struct gate_restore *r, uint32_t transfer)
{
	static const struct db_stmt stmts[] = {
		{ "anew_batches", 2,
		    "DELETE FROM batch WHERE account_id = $1 AND "
		    "phone_id = $2 AND down" },
		{ "anew_checkpoints", 2,
		    "DELETE FROM checkpoint WHERE account_id = $1 AND "
		    "phone_id = $2 AND down" },
		{ "down_anew", 3,
		    "UPDATE phone SET down_anew = $3, down_behind = 0, "
		    " down_base = 0, down_digest = NULL "
		    "WHERE account_id = $1 AND phone_id = $2" },
	};
	enum db_err err = DB_OK;

	for (size_t i = 0; i < 3 && err == DB_OK; i++) {
		struct db_args a = { 0 };

		arg_pair(&a, r->account, r->phone);
		if (stmts[i].nargs == 3)
			db_arg_int(&a, transfer);
		err = db_run(db, &stmts[i], &a, NULL);
	}
	return err;
}

/* A restore whose frames may go out: the oldest of the phone. */
#define RESTORE_BEHIND \
	"p.unbound_at IS NULL AND p.down_behind > 0 AND r.done_at IS NULL " \
	"AND r.state IN ('running', 'ending', 'cancelled') "

enum db_err
gate_behind_list(struct db *db, struct gate_restore *out, size_t max, size_t *n)
{
	static const struct db_stmt stmt = { "behind_list", 1,
		"SELECT DISTINCT ON (r.account_id, r.phone_id) " RESTORE_COLUMNS
		"FROM phone p JOIN restore r USING (account_id, phone_id) "
		"WHERE " RESTORE_BEHIND
		"ORDER BY r.account_id, r.phone_id, r.restore_id LIMIT $1" };

	return gate_restores_query(db, &stmt, out, max, n);
}

/* Everything from that transfer on is as if it had never been packed. */
static enum db_err
take_back(struct db *db, const struct gate_restore *r, uint32_t first)
{
	static const struct db_stmt stmts[] = {
		{ "back_outbox", 3,
		    "UPDATE outbox o SET state = 'superseded' FROM "
		    "down_frame f WHERE f.account_id = $1 AND f.phone_id = $2 "
		    "AND f.transfer >= $3 AND o.account_id = f.account_id AND "
		    "o.outbox_id = f.outbox_id AND o.state IN ('queued', "
		    "'held')" },
		{ "back_frames", 3,
		    "DELETE FROM down_frame WHERE account_id = $1 AND "
		    "phone_id = $2 AND transfer >= $3" },
		{ "back_items", 3,
		    "WITH old AS (SELECT i.restore_id, i.ordinal, i.piece, "
		    "  i.arrived, i.mark FROM restore_item i JOIN restore r "
		    "  USING (account_id, restore_id) WHERE r.account_id = $1 "
		    "  AND r.phone_id = $2 AND i.transfer >= $3), "
		    "n AS (SELECT restore_id, "
		    "  count(*) FILTER (WHERE NOT piece) AS records, "
		    "  count(*) FILTER (WHERE NOT piece AND arrived) AS "
		    "   arrived, sum(mark) AS mark FROM old GROUP BY 1), "
		    "i AS (UPDATE restore_item i SET transfer = NULL, mark = 0, "
		    "  arrived = false FROM old WHERE i.account_id = $1 AND "
		    "  (i.restore_id, i.ordinal) = "
		    "  (old.restore_id, old.ordinal)) "
		    "UPDATE restore r SET "
		    " put_records = r.put_records - n.records, "
		    " arrived = r.arrived - n.arrived, "
		    " mark = ((r.mark - n.mark) % 4294967296 + 4294967296) "
		    "  % 4294967296 "
		    "FROM n WHERE r.account_id = $1 AND "
		    "r.restore_id = n.restore_id" },
		{ "back_ends", 3,
		    "UPDATE restore SET end_transfer = NULL, state = CASE "
		    " state WHEN 'ending' THEN 'running' ELSE state END "
		    "WHERE account_id = $1 AND phone_id = $2 AND "
		    "done_at IS NULL AND end_transfer >= $3" },
		{ "back_phone", 3,
		    "UPDATE phone SET down_acked = least(down_acked, $3 - 1) "
		    "WHERE account_id = $1 AND phone_id = $2" },
	};
	enum db_err err = DB_OK;

	for (size_t i = 0; i < 5 && err == DB_OK; i++) {
		struct db_args a = { 0 };

		arg_pair(&a, r->account, r->phone);
		db_arg_int(&a, first);
		err = db_run(db, &stmts[i], &a, NULL);
	}
	return err;
}

enum db_err
gate_behind_take(struct db *db, struct gate_restore *r, uint32_t *first)
{
	static const struct db_stmt stmt = { "behind_take", 2,
		"SELECT " RESTORE_COLUMNS ", " RESTORE_PHONE
		", p.down_behind FROM restore r JOIN phone p "
		"USING (account_id, phone_id) WHERE r.account_id = $1 AND "
		"r.restore_id = $2 AND " RESTORE_BEHIND
		"FOR UPDATE OF r, p SKIP LOCKED" };
	int64_t behind;
	enum db_err err = gate_restore_hold(db, &stmt, r, &behind);

	if (err != DB_OK)
		return err;
	*first = (uint32_t)behind;
	return take_back(db, r, *first);
}
