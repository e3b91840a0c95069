/*
 * What an owner does, by the pages or by text, and what came of it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "air_internal.h"
#include "be.h"
#include "check_main.h"
#include "gate_code.h"
#include "rest.h"

/* ---- comparing ---- */

void
air_put(struct air *a, int n, const struct record *r)
{
	struct station *s = &a->station[n];

	ck_assert_int_eq(phone_put(s->phone, r), PHONE_OK);
	s->tick_ms = 0;
	air_remember(s, r);
}

static size_t
unescape(PGresult *res, int row, int col, uint8_t *out, size_t cap)
{
	size_t n;
	unsigned char *p = PQunescapeBytea(
	    (const unsigned char *)PQgetvalue(res, row, col), &n);

	ck_assert_uint_le(n, cap);
	memcpy(out, p, n);
	PQfreemem(p);
	return n;
}

static struct record *
open_row(struct air *a, PGresult *res, int row)
{
	uint8_t box[256], key[SEAL_SIV_KEY_LEN], ad[REST_RECORD_AD_LEN];
	uint8_t sealed[RECORD_STORED_MAX + 16], plain[RECORD_STORED_MAX];
	int64_t phone = strtoll(PQgetvalue(res, row, 0), NULL, 10);
	size_t n = unescape(res, row, 5, box, sizeof box);

	rest_key_ad(a->account, phone, ad);
	if (seal_box_open(a->secret, ad, REST_KEY_AD_LEN, box, n, key) !=
	    SEAL_OK)
		return NULL;
	n = unescape(res, row, 6, sealed, sizeof sealed);
	rest_record_ad(a->account, phone,
	    (unsigned)atoi(PQgetvalue(res, row, 1)),
	    (uint32_t)strtoul(PQgetvalue(res, row, 2), NULL, 10),
	    (uint32_t)strtoul(PQgetvalue(res, row, 3), NULL, 10),
	    (uint32_t)strtoul(PQgetvalue(res, row, 4), NULL, 10), ad);
	if (seal_unlock(key, ad, sizeof ad, sealed, n, plain) != SEAL_OK)
		return NULL;
	return record_decode(plain, n - 16);
}

static const char *
differ(struct air *a, struct station *s, PGresult *res)
{
	size_t rows = (size_t)PQntuples(res), live = 0, stored = 0;

	/* What came and went before it was ever sent is nowhere. */
	for (size_t k = 0; k < s->nput; k++)
		live += record_op(s->put[k]) == RECORD_PUT;
	for (size_t i = 0; i < rows; i++)
		stored += PQgetvalue(res, (int)i, 7)[0] == '0';
	if (stored != live) {
		snprintf(a->why, sizeof a->why, "%zu records put, %zu stored",
		    live, stored);
		return a->why;
	}
	for (size_t i = 0; i < rows; i++) {
		struct record *r = open_row(a, res, (int)i);
		bool found = false;

		if (r == NULL)
			return "a stored record does not open";
		for (size_t k = 0; k < s->nput && !found; k++)
			found = record_equal(r, s->put[k]);
		if (!found)
			snprintf(a->why, sizeof a->why,
			    "stored %s %u is not what was put",
			    record_kind_name(record_kind(r)), record_id(r));
		record_free(r);
		if (!found)
			return a->why;
	}
	return NULL;
}

const char *
air_compare(struct air *a, int n)
{
	struct station *s = &a->station[n];
	struct phone_status st;
	char sql[512];
	PGresult *res;
	const char *why;

	phone_get_status(s->phone, &st);
	snprintf(sql, sizeof sql,
	    "SELECT r.phone_id, r.kind, r.record_id, r.transfer, r.ordinal, "
	    "k.sealed, v.sealed, r.op FROM record r JOIN record_version v "
	    "USING "
	    "(account_id, phone_id, kind, record_id, transfer, ordinal) "
	    "JOIN data_key k USING (account_id, data_key_id) "
	    "JOIN phone p ON (p.account_id, p.phone_id) = (r.account_id, "
	    "r.phone_id) WHERE p.key_id = %u",
	    st.key_id);
	res = PQexec(a->conn, sql);
	ck_assert_msg(PQresultStatus(res) == PGRES_TUPLES_OK, "%s",
	    PQerrorMessage(a->conn));
	why = differ(a, s, res);
	PQclear(res);
	return why;
}

/* ---- what an owner does on the pages ---- */

static uint32_t
key_id_of(struct air *a, int n)
{
	struct phone_status st;

	phone_get_status(a->station[n].phone, &st);
	return st.key_id;
}

void
air_policy(struct air *a, int n, enum record_kind kind, enum policy_mode mode,
    bool lock)
{
	struct policy p = { .lock = lock };

	p.kind[kind] = (struct policy_kind){ mode, 60 };
	air_policy_put(a, n, &p);
}

void
air_policy_put(struct air *a, int n, const struct policy *p)
{
	uint8_t octets[WIRE_POLICY_MAX];
	char *text, sql[512];
	size_t len = policy_encode(p, octets, sizeof octets);

	text = air_hex(octets, len);
	snprintf(sql, sizeof sql,
	    "INSERT INTO policy (account_id, phone_id, version, policy) "
	    "SELECT account_id, phone_id, 1 + (SELECT coalesce(max(version), "
	    "0) FROM policy o WHERE o.phone_id = p.phone_id), '%s' FROM phone "
	    "p WHERE key_id = %u",
	    text, key_id_of(a, n));
	air_sql(a, sql);
	free(text);
}

int64_t
air_policy_applied(struct air *a, int n)
{
	char sql[128];

	snprintf(sql, sizeof sql,
	    "SELECT policy_applied FROM phone WHERE key_id = %u",
	    key_id_of(a, n));
	return air_sql(a, sql);
}

void
air_set_question(struct air *a, const char *question, const char *answer)
{
	static const uint8_t salt[16] = "salt";
	uint8_t ad[8], sealed[128], stretched[32], proof[32];
	size_t len = strlen(question);
	char *s, *p, *q, sql[1024];

	be_put64(ad, (uint64_t)a->account);
	ck_assert_int_eq(seal_wrap(a->keys.service, "question", ad, sizeof ad,
			     question, len, sealed),
	    SEAL_OK);
	ck_assert_int_eq(seal_stretch(answer, salt, sizeof salt,
			     seal_cost_people, stretched, sizeof stretched),
	    SEAL_OK);
	seal_digest(stretched, sizeof stretched, proof);
	q = air_hex(sealed, len + 16);
	s = air_hex(salt, sizeof salt);
	p = air_hex(proof, sizeof proof);
	snprintf(sql, sizeof sql,
	    "UPDATE account SET question_sealed = '%s', answer_salt = '%s', "
	    "answer_proof = '%s' WHERE account_id = %lld",
	    q, s, p, (long long)a->account);
	air_sql(a, sql);
	free(q);
	free(s);
	free(p);
}

void
air_month_max(struct air *a, int sms)
{
	char sql[128];

	snprintf(sql, sizeof sql,
	    "UPDATE account SET month_sms_max = %d WHERE account_id = %lld",
	    sms, (long long)a->account);
	air_sql(a, sql);
}

void
air_sim(struct air *a, int n, const char *number, const char *sim_id)
{
	struct station *s = &a->station[n];
	/* One SIM slot, so one thing of the kind, whatever is in it. */
	struct record *r = record_new(RECORD_SIM, 1);

	snprintf(s->number, sizeof s->number, "%s", number);
	record_set_time_ms(r, a->now_ms);
	ck_assert_int_eq(record_add_text(r, RECORD_SIM_ID, sim_id), 0);
	ck_assert_int_eq(record_add_text(r, RECORD_OPERATOR, "Test"), 0);
	air_put(a, n, r);
	record_free(r);
}

void
air_lost(struct air *a, int n, bool on)
{
	char sql[512];

	snprintf(sql, sizeof sql,
	    "INSERT INTO lost (account_id, phone_id, version, is_on, "
	    "created_at) SELECT account_id, phone_id, 1 + (SELECT "
	    "coalesce(max(version), 0) FROM lost l WHERE l.phone_id = "
	    "p.phone_id), %s, to_timestamp(%lld / 1000.0) FROM phone p WHERE "
	    "key_id = %u",
	    on ? "true" : "false", (long long)a->now_ms, key_id_of(a, n));
	air_sql(a, sql);
}

int64_t
air_ask(struct air *a, int n, const char *what)
{
	char sql[512];

	snprintf(sql, sizeof sql, "SELECT %s FROM phone p WHERE key_id = %u",
	    what, key_id_of(a, n));
	return air_sql(a, sql);
}

int64_t
air_order(struct air *a, int n, const char *sql)
{
	char id[24], text[512];
	const char *at = strstr(sql, "$P");
	PGresult *res;
	int64_t rows;

	ck_assert_ptr_nonnull(at);
	snprintf(id, sizeof id, "%lld", (long long)air_ask(a, n, "phone_id"));
	snprintf(
	    text, sizeof text, "%.*s%s%s", (int)(at - sql), sql, id, at + 2);
	res = PQexec(a->conn, text);
	ck_assert_int_eq(PQresultStatus(res), PGRES_COMMAND_OK);
	rows = strtoll(PQcmdTuples(res), NULL, 10);
	PQclear(res);
	return rows;
}

/* One record of a restore, as the pages leave it for the gateway. */
static void
restore_item(struct air *a, int64_t id, size_t i, const struct record *r)
{
	uint8_t ad[REST_RESTORE_AD_LEN], plain[RECORD_STORED_MAX];
	uint8_t sealed[RECORD_STORED_MAX + SEAL_TAG_LEN];
	size_t n = record_encode(r, plain, sizeof plain);
	char *text = NULL, *sql = malloc(3 * sizeof sealed);

	rest_restore_ad(a->account, (uint32_t)id, (uint32_t)i, ad);
	ck_assert_int_eq(seal_wrap(a->keys.service, REST_RESTORE_PURPOSE, ad,
			     sizeof ad, plain, n, sealed),
	    SEAL_OK);
	text = air_hex(sealed, n + SEAL_TAG_LEN);
	snprintf(sql, 3 * sizeof sealed,
	    "INSERT INTO restore_item (account_id, restore_id, ordinal, "
	    "sealed) VALUES (%lld, %lld, %zu, '%s')",
	    (long long)a->account, (long long)id, i, text);
	air_sql(a, sql);
	free(text);
	free(sql);
}

int64_t
air_restore(struct air *a, int from, int to)
{
	const struct station *s = &a->station[from];
	char sql[768];
	int64_t id;
	size_t count = 0;

	air_sql(a, "BEGIN");
	for (size_t i = 0; i < s->nput; i++)
		if (record_op(s->put[i]) == RECORD_PUT &&
		    record_kind(s->put[i]) != RECORD_SIM)
			count++;
	snprintf(sql, sizeof sql,
	    "INSERT INTO restore (account_id, restore_id, phone_id, "
	    "from_phone_id, records, sms_estimate, created_at, changed_at) "
	    "SELECT p.account_id, (SELECT coalesce(max(restore_id), 0) + 1 "
	    "FROM restore x WHERE x.account_id = p.account_id), p.phone_id, "
	    "f.phone_id, %zu, 1, to_timestamp(%lld / 1000.0), "
	    "to_timestamp(%lld / 1000.0) FROM phone p, phone f WHERE p.key_id "
	    "= %u AND f.key_id = %u RETURNING restore_id",
	    count, (long long)a->now_ms, (long long)a->now_ms, key_id_of(a, to),
	    key_id_of(a, from));
	id = air_sql(a, sql);
	count = 0;
	for (size_t i = 0; i < s->nput; i++)
		if (record_op(s->put[i]) == RECORD_PUT &&
		    record_kind(s->put[i]) != RECORD_SIM)
			restore_item(a, id, count++, s->put[i]);
	air_sql(a, "COMMIT");
	return id;
}

bool
air_restored(struct air *a, int64_t id)
{
	char sql[256];

	snprintf(sql, sizeof sql,
	    "SELECT (state = 'done' AND receipt_failed = 0 AND "
	    "receipt_applied + receipt_present = records)::int FROM restore "
	    "WHERE account_id = %lld AND restore_id = %lld",
	    (long long)a->account, (long long)id);
	return air_sql(a, sql) == 1;
}

/* Is what r says on that phone, under any id? */
static bool
holds(const struct station *s, const struct record *r)
{
	uint8_t want[RECORD_STORED_MAX], got[RECORD_STORED_MAX];
	size_t n = record_encode(r, want, sizeof want);

	memset(want + 3, 0, 4); /* the id */
	for (size_t i = 0; i < s->nput; i++) {
		if (record_encode(s->put[i], got, sizeof got) != n)
			continue;
		memset(got + 3, 0, 4);
		if (memcmp(want, got, n) == 0)
			return true;
	}
	return false;
}

const char *
air_compare_phones(struct air *a, int from, int to)
{
	const struct station *s = &a->station[from];

	for (size_t i = 0; i < s->nput; i++) {
		const struct record *r = s->put[i];

		if (record_op(r) != RECORD_PUT ||
		    record_kind(r) == RECORD_SIM || holds(&a->station[to], r))
			continue;
		snprintf(a->why, sizeof a->why,
		    "%s %u of phone %d is not on phone %d",
		    record_kind_name(record_kind(r)), record_id(r), from, to);
		return a->why;
	}
	return NULL;
}

const char *
air_number(struct air *a, int n)
{
	char sql[128];
	PGresult *res;

	snprintf(sql, sizeof sql, "SELECT number FROM phone WHERE key_id = %u",
	    key_id_of(a, n));
	res = PQexec(a->conn, sql);
	snprintf(a->why, sizeof a->why, "%s", PQgetvalue(res, 0, 0));
	PQclear(res);
	return a->why;
}

/* Of each row of each table that there is, so that none is forgotten. */
char *
air_digest(struct air *a)
{
	static const char list[] =
	    "SELECT string_agg(format($f$SELECT %L || md5(coalesce(string_agg("
	    "x::text, '|' ORDER BY x::text), '')) AS t FROM %I x$f$, relname "
	    "|| ' ', relname), ' UNION ALL ') FROM pg_class WHERE relkind IN "
	    "('r', 'p') AND relnamespace = 'public'::regnamespace";
	PGresult *tables = PQexec(a->conn, list), *res;
	char *sql = NULL, *out;

	ck_assert_int_eq(PQresultStatus(tables), PGRES_TUPLES_OK);
	ck_assert_int_gt(
	    asprintf(&sql, "SELECT string_agg(t, ' ' ORDER BY t) FROM (%s) q",
		PQgetvalue(tables, 0, 0)),
	    0);
	PQclear(tables);
	res = PQexec(a->conn, sql);
	free(sql);
	ck_assert_msg(PQresultStatus(res) == PGRES_TUPLES_OK, "%s",
	    PQerrorMessage(a->conn));
	out = strdup(PQgetvalue(res, 0, 0));
	PQclear(res);
	return out;
}

/* ---- by text ---- */

void
air_find_code(struct air *a, char code[static 17])
{
	uint8_t key[SEAL_KEY_LEN], ad[REST_FIND_AD_LEN];
	uint8_t sealed[GATE_PRIVATE_LEN];
	uint32_t id;
	char *text, sql[512];

	seal_code_new(&id, code);
	rest_find_ad(a->account, id, ad);
	ck_assert_int_eq(seal_code_key(code, key), SEAL_OK);
	ck_assert_int_eq(seal_wrap(key, REST_FIND_PURPOSE, ad, sizeof ad,
			     a->secret, sizeof a->secret, sealed),
	    SEAL_OK);
	text = air_hex(sealed, sizeof sealed);
	snprintf(sql, sizeof sql,
	    "INSERT INTO find_code (account_id, code_id, private_by_code) "
	    "VALUES (%lld, %u, '%s')",
	    (long long)a->account, id, text);
	air_sql(a, sql);
	free(text);
}

enum gateway_verdict
air_text(struct air *a, const char *from, const char *text)
{
	struct spool_row row = { .id = 1, .received_ms = a->now_ms };
	struct gateway_answer answer;

	row.sms.class = LINK_CLASS_TEXT;
	snprintf(row.sms.number, sizeof row.sms.number, "%s", from);
	row.sms.data_len = (uint32_t)strlen(text);
	ck_assert_uint_le(row.sms.data_len, sizeof row.sms.data);
	memcpy(row.sms.data, text, row.sms.data_len);
	ck_assert_int_eq(
	    gateway_take(a->gateway, &row, 1, a->now_ms, &answer), 0);
	return answer.verdict;
}

const char *
air_letter(const struct air *a, const char *number, size_t *count)
{
	const char *last = NULL;

	*count = 0;
	for (size_t i = a->letters < 32 ? 0 : a->letters - 32; i < a->letters;
	     i++) {
		const struct air_letter *l = &a->letter[i % 32];

		if (strcmp(l->number, number) == 0) {
			last = l->text;
			++*count;
		}
	}
	return last;
}

unsigned
air_rung(const struct air *a, int n)
{
	return a->station[n].rung;
}

int64_t
air_account(const struct air *a)
{
	return a->account;
}

const uint8_t *
air_secret(const struct air *a)
{
	return a->secret;
}

int64_t
air_int(struct air *a, const char *sql)
{
	const char *at = strstr(sql, "$A");
	char whole[1024];

	if (at == NULL)
		return air_sql(a, sql);
	snprintf(whole, sizeof whole, "%.*s%lld%s", (int)(at - sql), sql,
	    (long long)a->account, at + 2);
	return air_sql(a, whole);
}

/* ---- files ---- */

size_t
air_file(struct air *a, int n, uint32_t id, uint8_t *out, size_t cap)
{
	char sql[512];
	PGresult *res;
	size_t at = 0;

	snprintf(sql, sizeof sql,
	    "SELECT p.phone_id, p.content, p.\"offset\", p.len, k.sealed, "
	    "p.sealed FROM file_piece p JOIN data_key k USING (account_id, "
	    "data_key_id) JOIN phone h ON (h.account_id, h.phone_id) = "
	    "(p.account_id, p.phone_id) WHERE h.key_id = %u AND p.record_id = "
	    "%u ORDER BY p.\"offset\"",
	    key_id_of(a, n), id);
	res = PQexec(a->conn, sql);
	ck_assert_msg(PQresultStatus(res) == PGRES_TUPLES_OK, "%s",
	    PQerrorMessage(a->conn));
	for (int i = 0; i < PQntuples(res); i++) {
		int64_t phone = strtoll(PQgetvalue(res, i, 0), NULL, 10);
		uint32_t offset =
		    (uint32_t)strtoul(PQgetvalue(res, i, 2), NULL, 10);
		size_t len = strtoul(PQgetvalue(res, i, 3), NULL, 10), m;
		uint8_t box[256], key[SEAL_SIV_KEY_LEN], sealed[4096];
		uint8_t ad[REST_KEY_AD_LEN], piece_ad[REST_PIECE_AD_LEN];

		ck_assert_uint_eq(offset, at);
		ck_assert_uint_le(at + len, cap);
		rest_key_ad(a->account, phone, ad);
		m = unescape(res, i, 4, box, sizeof box);
		ck_assert_int_eq(
		    seal_box_open(a->secret, ad, sizeof ad, box, m, key),
		    SEAL_OK);
		rest_piece_ad(a->account, phone, id,
		    (uint32_t)strtoul(PQgetvalue(res, i, 1), NULL, 10), offset,
		    piece_ad);
		m = unescape(res, i, 5, sealed, sizeof sealed);
		ck_assert_uint_eq(m, len + SEAL_TAG_LEN);
		ck_assert_int_eq(seal_unlock(key, piece_ad, sizeof piece_ad,
				     sealed, m, out + at),
		    SEAL_OK);
		at += len;
	}
	PQclear(res);
	return at;
}
