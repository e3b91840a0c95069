#include "operator_verify.h"

#include "db_internal.h"
#include "seal.h"

/* ---- the tables ---- */

/* What a thing is called, for who looks for it. */
#define VERSION "format('record %s of kind %s', v.record_id, v.kind)"
#define LISTED "format('record %s of kind %s', r.record_id, r.kind)"
#define FILE_OF "format('file %s', f.record_id)"
/* Bodies are longer than the tag that seals them. */
_Static_assert(SEAL_TAG_LEN == 16, "as in the statements");
_Static_assert(SEAL_SIV_KEY_LEN + SEAL_BOX_EXTRA == 112, "as in them");

/* Of what: an account, a phone, and its name, a row a thing. */
#define BY_PHONE(what) \
	"SELECT account_id, coalesce(phone_id, 0), count(*), min(name), " \
	"sum(count(*)) OVER () FROM (" what ") w (account_id, phone_id, " \
	"name) WHERE $1::bigint = 0 OR account_id = $1::bigint " \
	"GROUP BY 1, 2 ORDER BY 1, 2 LIMIT $2"

static const struct db_stmt checks[OPERATOR_CHECKS] = {
	[OPERATOR_NO_PHONE] = { "verify_no_phone", 2,
	    BY_PHONE("SELECT p.account_id, p.phone_id, 'phone' FROM phone "
		     "p LEFT JOIN account a USING (account_id) WHERE "
		     "a.account_id IS NULL UNION ALL SELECT v.account_id, "
		     "v.phone_id, " VERSION
		     " FROM record_version v LEFT JOIN phone p USING "
		     "(account_id, phone_id) WHERE p.phone_id IS NULL "
		     "UNION ALL SELECT f.account_id, f.phone_id, " FILE_OF
		     " FROM file f LEFT JOIN phone p USING (account_id, "
		     "phone_id) WHERE p.phone_id IS NULL") },
	[OPERATOR_NO_KEY] = { "verify_no_key", 2,
	    BY_PHONE("SELECT v.account_id, v.phone_id, " VERSION
		     " FROM record_version v LEFT JOIN data_key k USING "
		     "(account_id, data_key_id) WHERE k.data_key_id IS "
		     "NULL UNION ALL SELECT f.account_id, f.phone_id, " FILE_OF
		     " FROM file_piece f LEFT JOIN data_key k USING "
		     "(account_id, data_key_id) WHERE k.data_key_id IS "
		     "NULL") },
	[OPERATOR_KEY_LENGTH] = { "verify_key_length", 2,
	    BY_PHONE("SELECT account_id, phone_id, format('data key %s', "
		     "data_key_id) FROM data_key WHERE "
		     "octet_length(sealed) <> 112") },
	[OPERATOR_BODY_LENGTH] = { "verify_body_length", 2,
	    BY_PHONE("SELECT v.account_id, v.phone_id, " VERSION
		     " FROM record_version v WHERE octet_length(v.sealed) "
		     "<= 16 UNION ALL SELECT f.account_id, f.phone_id, " FILE_OF
		     " FROM file_piece f WHERE octet_length(f.sealed) <> "
		     "f.len + 16") },
	[OPERATOR_GONE] = { "verify_gone", 2,
	    BY_PHONE("SELECT r.account_id, r.phone_id, " LISTED
		     " FROM record r LEFT JOIN record_version v USING "
		     "(account_id, phone_id, kind, record_id, transfer, "
		     "ordinal) WHERE v.op IS NULL") },
	[OPERATOR_UNLISTED] = { "verify_unlisted", 2,
	    BY_PHONE("SELECT v.account_id, v.phone_id, " VERSION
		     " FROM record_version v LEFT JOIN record r USING "
		     "(account_id, phone_id, kind, record_id) WHERE r.op "
		     "IS NULL OR (v.transfer, v.ordinal) > (r.transfer, "
		     "r.ordinal) OR ((v.transfer, v.ordinal) = "
		     "(r.transfer, r.ordinal) AND (v.op, v.time_ms) <> "
		     "(r.op, r.time_ms))") },
	[OPERATOR_LESS] = { "verify_less", 2,
	    BY_PHONE("SELECT t.account_id, t.phone_id, format('transfer "
		     "%s: %s of %s', t.transfer, coalesce(v.n, 0), "
		     "t.records) FROM transfer t LEFT JOIN (SELECT "
		     "account_id, phone_id, transfer, count(*) AS n FROM "
		     "record_version GROUP BY 1, 2, 3) v USING "
		     "(account_id, phone_id, transfer) WHERE t.state = "
		     "'stored' AND t.records > coalesce(v.n, 0)") },
	[OPERATOR_PHONE_OLD] = { "verify_phone_old", 2,
	    BY_PHONE("SELECT v.account_id, v.phone_id, " VERSION
		     " FROM record_version v JOIN phone p USING "
		     "(account_id, phone_id) WHERE v.transfer > p.highest") },
	[OPERATOR_PIECES] = { "verify_pieces", 2,
	    BY_PHONE("SELECT f.account_id, f.phone_id, " FILE_OF
		     " FROM file f LEFT JOIN (SELECT account_id, phone_id, "
		     "record_id, content, sum(len) AS sum, max(\"offset\" "
		     "+ len) AS upto FROM file_piece GROUP BY 1, 2, 3, 4) "
		     "s USING (account_id, phone_id, record_id, content) "
		     "WHERE f.have <> coalesce(s.sum, 0) OR (f.whole_at "
		     "IS NOT NULL AND (f.have <> f.coded_size OR "
		     "coalesce(s.upto, 0) <> f.coded_size))") },
	[OPERATOR_NO_MANIFEST] = { "verify_no_manifest", 2,
	    BY_PHONE("SELECT f.account_id, f.phone_id, " FILE_OF
		     " FROM file f WHERE f.coded_size IS NOT NULL AND NOT "
		     "EXISTS (SELECT 1 FROM record_version v WHERE "
		     "(v.account_id, v.phone_id, v.kind, v.record_id) = "
		     "(f.account_id, f.phone_id, 6, f.record_id))") },
	[OPERATOR_SEGMENTS] = { "verify_segments", 2,
	    BY_PHONE("SELECT t.account_id, t.phone_id, format('transfer "
		     "%s', t.transfer) FROM transfer t WHERE t.state IN "
		     "('open', 'whole') AND bit_count(t.have::bit(16)) <> "
		     "(SELECT count(*) FROM segment s WHERE "
		     "(s.account_id, s.phone_id, s.transfer) = "
		     "(t.account_id, t.phone_id, t.transfer))") },
	[OPERATOR_LOOSE] = { "verify_loose", 2,
	    BY_PHONE("SELECT s.account_id, s.phone_id, format('transfer "
		     "%s', s.transfer) FROM segment s LEFT JOIN transfer "
		     "t USING (account_id, phone_id, transfer) WHERE "
		     "t.state IS NULL") },
	[OPERATOR_NOWHERE] = { "verify_nowhere", 2,
	    BY_PHONE("SELECT o.account_id, o.phone_id, format('SMS %s of "
		     "the outbox', o.outbox_id) FROM outbox o LEFT JOIN "
		     "phone p USING (account_id, phone_id) WHERE "
		     "o.phone_id IS NOT NULL AND o.state IN ('queued', "
		     "'held', 'sending') AND p.phone_id IS NULL UNION ALL "
		     "SELECT r.account_id, r.phone_id, format('restore "
		     "%s', r.restore_id) FROM restore r LEFT JOIN phone p "
		     "ON (p.account_id, p.phone_id) = (r.account_id, "
		     "r.from_phone_id) WHERE r.from_phone_id IS NOT NULL "
		     "AND p.phone_id IS NULL UNION ALL SELECT "
		     "d.account_id, d.phone_id, format('transfer %s of "
		     "restore %s', d.transfer, d.restore_id) FROM "
		     "down_frame d LEFT JOIN restore r USING (account_id, "
		     "restore_id) WHERE r.restore_id IS NULL UNION ALL "
		     "SELECT b.account_id, b.phone_id, format('binding "
		     "%s', b.code_id) FROM binding b LEFT JOIN phone p "
		     "USING (account_id, phone_id) WHERE b.state = "
		     "'bound' AND p.phone_id IS NULL") },
	[OPERATOR_OWNER] = { "verify_owner", 2,
	    BY_PHONE("SELECT account_id, NULL::bigint, format('%s "
		     "unreadable, %s missing, on %s', unreadable, "
		     "missing, checked_at::date) FROM backup_check WHERE "
		     "unreadable + missing > 0") },
};

/* Where the tables were just restored the planner does not know how large they
 * are, and would look up each row of one in the other. */
enum db_err
operator_verify_begin(struct db *db)
{
	static const struct db_stmt stmt = { "verify_plan", 0,
		"SELECT set_config('enable_nestloop', 'off', true)" };
	PGresult *res = NULL;
	enum db_err err = db_begin_reading(db);

	if (err == DB_OK)
		err = db_query(db, &stmt, NULL, &res);
	PQclear(res);
	return err;
}

static void
read_flaw(const PGresult *res, int row, struct operator_flaw *f)
{
	f->account = db_int(res, row, 0);
	f->phone = db_int(res, row, 1);
	f->n = db_int(res, row, 2);
	db_text(res, row, 3, f->first, sizeof f->first);
}

enum db_err
operator_verify(struct db *db, enum operator_check check, int64_t account,
    struct operator_flaw *out, size_t max, size_t *n, int64_t *total)
{
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	db_arg_int(&a, account);
	db_arg_int(&a, (int64_t)max);
	if ((err = db_query(db, &checks[check], &a, &res)) != DB_OK)
		return err;
	*n = (size_t)PQntuples(res);
	*total = *n > 0 ? db_int(res, 0, 4) : 0;
	for (size_t i = 0; i < *n; i++)
		read_flaw(res, (int)i, &out[i]);
	PQclear(res);
	return DB_OK;
}

enum db_err
operator_verified(struct db *db, int64_t account, struct operator_verified *out)
{
	static const struct db_stmt stmt = { "verified", 1,
		"SELECT count(*), (SELECT count(*) FROM phone WHERE NOT "
		"imported AND ($1::bigint = 0 OR account_id = $1)), (SELECT "
		"count(*) FROM record_version WHERE $1 = 0 OR account_id = "
		"$1), (SELECT count(*) FROM file WHERE whole_at IS NOT NULL "
		"AND ($1 = 0 OR account_id = $1)) FROM account WHERE $1 = 0 "
		"OR account_id = $1" };
	struct db_args a = { 0 };
	PGresult *res;
	enum db_err err;

	db_arg_int(&a, account);
	if ((err = db_query(db, &stmt, &a, &res)) != DB_OK)
		return err;
	*out = (struct operator_verified){ db_int(res, 0, 0), db_int(res, 0, 1),
		db_int(res, 0, 2), db_int(res, 0, 3) };
	PQclear(res);
	return DB_OK;
}

/* ---- what is sealed ---- */

#define PART 100 /* rows at a time */
#define SEALED_MAX 32768
/* Of a source of account_id, a, b and sealed. */
#define IN_PARTS(from) \
	"SELECT account_id, a, b, sealed FROM (" from ") s (account_id, a, " \
	"b, sealed) WHERE ($1::bigint = 0 OR account_id = $1::bigint) AND " \
	"(account_id, a, b) > ($2::bigint, $3::bigint, $4::bigint) " \
	"ORDER BY 1, 2, 3 LIMIT $5"
#define OPEN_CODES \
	"FROM binding WHERE state IN ('waiting', 'challenged') AND " \
	"expires_at > now() "

static const struct db_stmt secrets[OPERATOR_SEALED] = {
	[OPERATOR_ROOT] = { "secret_root", 5,
	    IN_PARTS("SELECT account_id, key_id, 0, root_wrapped FROM phone "
		     "WHERE NOT imported AND unbound_at IS NULL") },
	[OPERATOR_QUESTION] = { "secret_question", 5,
	    IN_PARTS("SELECT account_id, 0, 0, question_sealed FROM account "
		     "WHERE question_sealed IS NOT NULL") },
	[OPERATOR_CODE] = { "secret_code", 5,
	    IN_PARTS(
		"SELECT account_id, code_id, 0, code_key_wrapped " OPEN_CODES
		"UNION ALL SELECT account_id, code_id, 1, "
		"qr_key_wrapped " OPEN_CODES) },
	[OPERATOR_ITEM] = { "secret_item", 5,
	    IN_PARTS("SELECT i.account_id, restore_id, ordinal, sealed FROM "
		     "restore_item i JOIN restore r USING (account_id, "
		     "restore_id) WHERE state IN ('running', 'paused', "
		     "'ending')") },
	[OPERATOR_TEXT] = { "secret_text", 5,
	    IN_PARTS("SELECT DISTINCT ON (account_id, phone_id) account_id, "
		     "phone_id, version, text_sealed FROM lost ORDER BY "
		     "account_id, phone_id, version DESC") },
};

/* *s moves to the last row.  How many there were. */
static int
take_part(const PGresult *res, struct operator_secret *s,
    void (*take)(void *ctx, const struct operator_secret *s), void *ctx)
{
	uint8_t sealed[SEALED_MAX];
	int rows = PQntuples(res);

	for (int i = 0; i < rows; i++) {
		int len = db_bytes(res, i, 3, sealed, sizeof sealed);

		*s = (struct operator_secret){
			.account = db_int(res, i, 0),
			.a = db_int(res, i, 1),
			.b = db_int(res, i, 2),
			.sealed = sealed,
			.len = len > 0 ? (size_t)len : 0,
		};
		if (!PQgetisnull(res, i, 3))
			take(ctx, s);
	}
	s->sealed = NULL;
	return rows;
}

enum db_err
operator_secrets(struct db *db, enum operator_sealed what, int64_t account,
    void (*take)(void *ctx, const struct operator_secret *s), void *ctx)
{
	struct operator_secret last = { .account = -1 };
	int rows;

	do {
		struct db_args a = { 0 };
		PGresult *res;
		enum db_err err;

		db_arg_int(&a, account);
		db_arg_int(&a, last.account);
		db_arg_int(&a, last.a);
		db_arg_int(&a, last.b);
		db_arg_int(&a, PART);
		err = db_query(db, &secrets[what], &a, &res);
		if (err != DB_OK)
			return err;
		rows = take_part(res, &last, take, ctx);
		PQclear(res);
	} while (rows == PART);
	return DB_OK;
}
