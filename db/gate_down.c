#include "gate.h"

#include <string.h>

#include "gate_internal.h"

/*
 * SMS of transfers down.  A row is here until the phone has said that it has
 * arrived; outbox_id is the last time that it was queued.
 */

static void
frame_args(struct db_args *a, const struct gate_down_frame *f)
{
	arg_pair(a, f->account, f->phone);
	db_arg_int(a, f->transfer);
	db_arg_int(a, f->index);
}

enum db_err
gate_down_put(struct db *db, const struct gate_down_frame *f)
{
	static const struct db_stmt stmt = { "down_put", 6,
		"INSERT INTO down_frame (account_id, phone_id, transfer, index, "
		" restore_id, frame) VALUES ($1, $2, $3, $4, $5, $6)" };
	struct db_args a = { 0 };

	frame_args(&a, f);
	db_arg_int(&a, f->restore);
	db_arg_bytes(&a, f->frame, f->len);
	return db_run(db, &stmt, &a, NULL);
}

enum db_err
gate_down_queued(struct db *db, const struct gate_down_frame *f, int64_t outbox,
    int64_t now_ms)
{
	static const struct db_stmt stmt = { "down_queued", 7,
		"WITH f AS (UPDATE down_frame SET outbox_id = $5, "
		"  sent = sent + 1, queued_at = to_timestamp($6 / 1000.0) "
		" WHERE account_id = $1 AND phone_id = $2 AND transfer = $3 "
		" AND index = $4), "
		"r AS (UPDATE restore SET sms_sent = sms_sent + 1 WHERE "
		" account_id = $1 AND restore_id = $7) "
		"UPDATE phone SET down_at = to_timestamp($6 / 1000.0), "
		" sms_down = sms_down + 1 "
		"WHERE account_id = $1 AND phone_id = $2" };
	struct db_args a = { 0 };

	frame_args(&a, f);
	db_arg_int(&a, outbox);
	db_arg_time(&a, now_ms);
	db_arg_int(&a, f->restore);
	return db_run(db, &stmt, &a, NULL);
}

/* ---- what has arrived ---- */

static enum db_err
forget_segments(struct db *db, int64_t account, int64_t phone,
    uint32_t transfer, uint16_t missing)
{
	static const struct db_stmt stmt = { "down_forget", 4,
		"DELETE FROM down_frame WHERE account_id = $1 AND "
		"phone_id = $2 AND transfer = $3 AND "
		"($4::int >> index) & 1 = 0" };
	struct db_args a = { 0 };

	arg_pair(&a, account, phone);
	db_arg_int(&a, transfer);
	db_arg_int(&a, missing);
	return db_run(db, &stmt, &a, NULL);
}

/* Items whose transfer has no frame left have arrived. */
static enum db_err
forget_items(struct db *db, int64_t account, int64_t phone, int64_t now_ms)
{
	static const struct db_stmt stmt = { "down_items", 3,
		"WITH gone AS (UPDATE restore_item i SET arrived = true "
		" FROM restore r "
		" WHERE r.account_id = $1 AND r.phone_id = $2 AND "
		"  i.account_id = $1 AND i.restore_id = r.restore_id AND "
		"  NOT i.arrived AND i.transfer IS NOT NULL AND NOT EXISTS (SELECT 1 FROM "
		"  down_frame f WHERE f.account_id = $1 AND f.phone_id = $2 "
		"  AND f.transfer = i.transfer) RETURNING i.restore_id, "
		"  i.piece), "
		"n AS (SELECT restore_id, count(*) FILTER (WHERE NOT piece) "
		" AS records FROM gone GROUP BY restore_id) "
		"UPDATE restore r SET arrived = r.arrived + n.records, "
		" changed_at = to_timestamp($3 / 1000.0) FROM n "
		"WHERE r.account_id = $1 AND r.restore_id = n.restore_id" };
	struct db_args a = { 0 };

	arg_pair(&a, account, phone);
	db_arg_time(&a, now_ms);
	return db_run(db, &stmt, &a, NULL);
}

/*
 * Only the newest upload's word counts.  A phone that has less than it had was
 * set back; one that has more than went out has heard of a service that was.
 */
static enum db_err
note_reach(struct db *db, int64_t account, int64_t phone, uint32_t upload,
    uint32_t cumulative, uint32_t unread, int64_t now_ms)
{
	static const struct db_stmt stmt = { "down_reach", 6,
		"UPDATE phone SET down_said = $3, down_repeats = 0, "
		" down_at = to_timestamp($6 / 1000.0), "
		" down_alone = down_alone OR $5::bigint > down_anew, "
		" down_behind = CASE "
		"  WHEN $5::bigint > down_anew AND NOT down_alone THEN $5 "
		"  WHEN $4::bigint < down_acked THEN $4 + 1 "
		"  WHEN $4 >= down_next AND $4 < down_next + 640 "
		"   THEN down_acked + 1 "
		"  ELSE down_behind END, "
		" down_next = CASE WHEN $4 >= down_next AND "
		"  $4 < down_next + 640 THEN $4 + 1 ELSE down_next END, "
		" down_acked = CASE WHEN $4 < down_next "
		"  THEN greatest(down_acked, $4) ELSE down_acked END "
		"WHERE account_id = $1 AND phone_id = $2 AND down_said < $3 "
		"RETURNING down_behind = 0" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	arg_pair(&a, account, phone);
	db_arg_int(&a, upload);
	db_arg_int(&a, cumulative);
	db_arg_int(&a, unread);
	db_arg_time(&a, now_ms);
	if ((err = db_query(db, &stmt, &a, &res)) != DB_OK)
		return err;
	err = PQntuples(res) == 1 && db_bool(res, 0, 0) ? DB_OK : DB_NONE;
	PQclear(res);
	return err;
}

enum db_err
gate_down_arrived(struct db *db, int64_t account, int64_t phone,
    uint32_t upload, const struct wire_ack *down, uint32_t unread,
    int64_t now_ms)
{
	static const struct db_stmt stmt = { "down_arrived", 3,
		"DELETE FROM down_frame WHERE account_id = $1 AND "
		"phone_id = $2 AND transfer <= $3" };
	struct db_args a = { 0 };
	enum db_err err = note_reach(
	    db, account, phone, upload, down->cumulative, unread, now_ms);

	if (err != DB_OK)
		return err;
	arg_pair(&a, account, phone);
	db_arg_int(&a, down->cumulative);
	err = db_run(db, &stmt, &a, NULL);
	for (uint32_t i = 0; i < down->count && err == DB_OK; i++)
		err = forget_segments(db, account, phone,
		    down->cumulative + 1 + i, down->wanted[i]);
	return err == DB_OK ? forget_items(db, account, phone, now_ms) : err;
}

/* ---- what goes out again ---- */

static void
read_frame(const PGresult *res, int row, struct gate_down_frame *f)
{
	int len;

	f->account = db_int(res, row, 0);
	f->phone = db_int(res, row, 1);
	f->transfer = (uint32_t)db_int(res, row, 2);
	f->index = (unsigned)db_int(res, row, 3);
	f->restore = (uint32_t)db_int(res, row, 4);
	len = db_bytes(res, row, 5, f->frame, sizeof f->frame);
	f->len = len > 0 ? (size_t)len : 0;
}

#define FRAME_COLUMNS \
	"f.account_id, f.phone_id, f.transfer, f.index, f.restore_id, f.frame "

enum db_err
gate_down_missing(struct db *db, int64_t account, int64_t phone,
    uint32_t transfer, uint16_t mask, int64_t before_ms,
    struct gate_down_frame out[static WIRE_SEGMENTS_MAX], size_t *n)
{
	static const struct db_stmt stmt = { "down_missing", 5,
		"SELECT " FRAME_COLUMNS "FROM down_frame f LEFT JOIN outbox o "
		" ON o.account_id = f.account_id AND o.outbox_id = f.outbox_id "
		"WHERE f.account_id = $1 AND f.phone_id = $2 AND "
		" f.transfer = $3 AND ($4::int >> f.index) & 1 = 1 AND "
		" (o.outbox_id IS NULL OR (o.state NOT IN ('queued', 'held', "
		"  'sending') AND o.changed_at < to_timestamp($5 / 1000.0))) "
		" AND EXISTS (SELECT 1 FROM restore r WHERE r.account_id = $1 "
		"  AND r.restore_id = f.restore_id AND r.state <> 'paused') "
		"ORDER BY f.index" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	arg_pair(&a, account, phone);
	db_arg_int(&a, transfer);
	db_arg_int(&a, mask);
	db_arg_time(&a, before_ms);
	if ((err = db_query(db, &stmt, &a, &res)) != DB_OK)
		return err;
	*n = (size_t)PQntuples(res);
	for (int i = 0; i < PQntuples(res); i++)
		read_frame(res, i, &out[i]);
	PQclear(res);
	return DB_OK;
}

enum db_err
gate_down_due(struct db *db, int64_t now_ms, struct gate_down_frame *out,
    size_t max, size_t *n)
{
	/*
	 * The newest frame makes the phone say what it lacks.  After 10
	 * minutes, 1, 6 and 24 hours; then a day after each sign of life.
	 */
	static const struct db_stmt stmt = { "down_due", 2,
		"SELECT " FRAME_COLUMNS "FROM down_frame f JOIN phone p "
		" USING (account_id, phone_id) JOIN restore r "
		" USING (account_id, restore_id) LEFT JOIN outbox o ON "
		" o.account_id = f.account_id AND o.outbox_id = f.outbox_id "
		"WHERE p.unbound_at IS NULL AND r.state <> 'paused' AND ("
		" o.state = 'superseded' OR ("
		" (f.transfer, f.index) = (SELECT x.transfer, x.index FROM "
		"  down_frame x WHERE x.account_id = f.account_id AND "
		"  x.phone_id = f.phone_id ORDER BY x.transfer DESC, "
		"  x.index DESC LIMIT 1) AND NOT EXISTS (SELECT 1 FROM "
		"  outbox w WHERE w.account_id = f.account_id AND "
		"  w.phone_id = f.phone_id AND w.purpose = 'restore' AND "
		"  w.state IN ('queued', 'held', 'sending')) "
		" AND greatest(p.down_at, o.changed_at) + CASE "
		"   p.down_repeats WHEN 0 THEN interval '10 minutes' "
		"   WHEN 1 THEN interval '1 hour' WHEN 2 THEN "
		"   interval '6 hours' ELSE interval '1 day' END "
		"  <= to_timestamp($1 / 1000.0) AND (p.down_repeats < 4 OR "
		"  p.last_heard_at > p.down_at))) "
		"ORDER BY f.account_id, f.phone_id, f.transfer, f.index "
		"LIMIT $2" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	db_arg_time(&a, now_ms);
	db_arg_int(&a, (int64_t)max);
	if ((err = db_query(db, &stmt, &a, &res)) != DB_OK)
		return err;
	*n = (size_t)PQntuples(res);
	for (int i = 0; i < PQntuples(res); i++)
		read_frame(res, i, &out[i]);
	PQclear(res);
	return DB_OK;
}

enum db_err
gate_down_repeated(
    struct db *db, int64_t account, int64_t phone, int64_t now_ms)
{
	static const struct db_stmt stmt = { "down_repeated", 3,
		"UPDATE phone SET down_repeats = least(down_repeats + 1, 4), "
		" down_at = to_timestamp($3 / 1000.0) "
		"WHERE account_id = $1 AND phone_id = $2" };
	struct db_args a = { 0 };

	arg_pair(&a, account, phone);
	db_arg_time(&a, now_ms);
	return db_run(db, &stmt, &a, NULL);
}
