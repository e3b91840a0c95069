/*
 * The check of a backup finds what is damaged, each thing under its name, and
 * nothing in what is not.  One phone has sent notes, in several versions, and
 * files; its rows are damaged in every way and mended again.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check_life_down.h"
#include "check_main.h"
#include "open.h"
#include "rest.h"
#include "verify.h"

#define DAY (24 * 3600000LL)
#define NOTES 6
#define PHOTO 9000
#define LONG_MS 600000

/* What a damage to the tables shows.  Of each table only the rows of phone $P
 * are touched. */
static const struct damage {
	const char *why, *sql;
	int64_t unreadable; /* -1: all versions */
	int64_t unfinished, missing;
	unsigned kind, record; /* of what is named first; 0: any */
	enum verify_why found;
} damages[] = {
	{ "nothing", "SELECT $P", 0, 0, 0, 0, 0, VERIFY_WHYS },
	{ "a changed octet of a body",
	    "UPDATE record_version SET sealed = set_byte(sealed, 20, "
	    "get_byte(sealed, 20) # 1) WHERE phone_id = $P AND kind = 5 AND "
	    "record_id = 2",
	    1, 0, 0, RECORD_NOTE, 2, VERIFY_SHUT },
	{ "a body that is cut short",
	    "UPDATE record_version SET sealed = substr(sealed, 1, 9) WHERE "
	    "phone_id = $P AND kind = 5 AND record_id = 2",
	    1, 0, 0, RECORD_NOTE, 2, VERIFY_SHUT },
	{ "the body of another record",
	    "UPDATE record_version v SET sealed = w.sealed FROM "
	    "record_version w WHERE v.phone_id = $P AND w.phone_id = "
	    "v.phone_id AND v.kind = 5 AND v.record_id = 2 AND w.kind = 5 AND "
	    "w.record_id = 3",
	    1, 0, 0, RECORD_NOTE, 2, VERIFY_SHUT },
	{ "an older version's body alone",
	    "UPDATE record_version v SET sealed = substr(sealed, 1, 40) WHERE "
	    "phone_id = $P AND kind = 5 AND record_id = 1 AND EXISTS (SELECT 1 "
	    "FROM record_version w WHERE w.phone_id = v.phone_id AND w.kind = "
	    "5 AND w.record_id = 1 AND w.transfer > v.transfer)",
	    1, 0, 0, RECORD_NOTE, 1, VERIFY_SHUT },
	{ "no data key", "DELETE FROM data_key WHERE phone_id = $P", -1, 0, 0,
	    RECORD_NOTE, 1, VERIFY_NO_KEY },
	{ "a damaged data key",
	    "UPDATE data_key SET sealed = set_byte(sealed, 40, "
	    "get_byte(sealed, 40) # 1) WHERE phone_id = $P",
	    -1, 0, 0, RECORD_NOTE, 1, VERIFY_KEY_SHUT },
	{ "another time in the lists",
	    "WITH t AS (UPDATE record_version SET time_ms = 7 WHERE phone_id "
	    "= $P AND kind = 5 AND record_id = 2 RETURNING *) UPDATE record r "
	    "SET time_ms = 7 FROM t WHERE (r.phone_id, r.kind, r.record_id) = "
	    "(t.phone_id, t.kind, t.record_id)",
	    1, 0, 0, RECORD_NOTE, 2, VERIFY_COLUMNS },
	{ "deleted, as the lists say",
	    "WITH t AS (UPDATE record_version SET op = 1 WHERE phone_id = $P "
	    "AND kind = 5 AND record_id = 2 RETURNING *) UPDATE record r SET "
	    "op = 1 FROM t WHERE (r.phone_id, r.kind, r.record_id) = "
	    "(t.phone_id, t.kind, t.record_id)",
	    1, 0, 1, RECORD_NOTE, 2, VERIFY_COLUMNS },
	{ "a record without any version",
	    "DELETE FROM record_version WHERE phone_id = $P AND kind = 5 AND "
	    "record_id = 3",
	    1, 0, 1, RECORD_NOTE, 3, VERIFY_GONE },
	{ "a record without its newest version",
	    "DELETE FROM record_version v USING record r WHERE r.phone_id = "
	    "$P AND (r.phone_id, r.kind, r.record_id, r.transfer, r.ordinal) "
	    "= (v.phone_id, v.kind, v.record_id, v.transfer, v.ordinal) AND "
	    "v.kind = 5 AND v.record_id = 1",
	    1, 0, 1, RECORD_NOTE, 1, VERIFY_GONE },
	{ "a record that no list has",
	    "DELETE FROM record WHERE phone_id = $P AND kind = 5 AND "
	    "record_id = 4",
	    1, 0, 0, RECORD_NOTE, 4, VERIFY_UNLISTED },
	{ "lists that have an older version",
	    "UPDATE record r SET transfer = v.transfer, ordinal = v.ordinal "
	    "FROM record_version v WHERE r.phone_id = $P AND r.kind = 5 AND "
	    "r.record_id = 1 AND (v.phone_id, v.kind, v.record_id) = "
	    "(r.phone_id, r.kind, r.record_id) AND v.transfer < r.transfer",
	    1, 0, 0, RECORD_NOTE, 1, VERIFY_UNLISTED },
	{ "a record that is gone without a trace",
	    "WITH t AS (DELETE FROM record WHERE phone_id = $P AND kind = 5 "
	    "AND record_id = 3 RETURNING *) DELETE FROM record_version v USING "
	    "t WHERE (v.phone_id, v.kind, v.record_id) = (t.phone_id, t.kind, "
	    "t.record_id)",
	    0, 0, 1, 0, 0, VERIFY_WHYS },
	{ "no octets of a file",
	    "WITH t AS (DELETE FROM file WHERE phone_id = $P AND record_id = "
	    "1 RETURNING *) DELETE FROM file_piece p USING t WHERE "
	    "(p.phone_id, p.record_id) = (t.phone_id, t.record_id)",
	    1, 0, 0, RECORD_FILE, 1, VERIFY_FILE_GONE },
	{ "the first piece of a file is missing",
	    "DELETE FROM file_piece WHERE phone_id = $P AND record_id = 1 AND "
	    "\"offset\" = 0",
	    1, 0, 0, RECORD_FILE, 1, VERIFY_FILE_PIECES },
	{ "the last piece of a file is missing",
	    "DELETE FROM file_piece p WHERE phone_id = $P AND record_id = 1 "
	    "AND NOT EXISTS (SELECT 1 FROM file_piece q WHERE (q.phone_id, "
	    "q.record_id) = (p.phone_id, p.record_id) AND q.\"offset\" > "
	    "p.\"offset\")",
	    1, 0, 0, RECORD_FILE, 1, VERIFY_FILE_PIECES },
	{ "a piece of a file of which an octet has changed",
	    "UPDATE file_piece SET sealed = set_byte(sealed, 30, "
	    "get_byte(sealed, 30) # 1) WHERE phone_id = $P AND record_id = 1 "
	    "AND \"offset\" > 0",
	    1, 0, 0, RECORD_FILE, 1, VERIFY_FILE_PIECES },
	{ "a piece that says another length",
	    "UPDATE file_piece SET len = len - 1 WHERE phone_id = $P AND "
	    "record_id = 1 AND \"offset\" = 0",
	    1, 0, 0, RECORD_FILE, 1, VERIFY_FILE_PIECES },
	{ "a file that is on its way",
	    "UPDATE file SET whole_at = NULL, have = have - 1 WHERE phone_id "
	    "= $P AND record_id = 1",
	    0, 1, 0, RECORD_FILE, 1, VERIFY_FILE_COMING },
	{ "one that the phone has changed since",
	    "UPDATE file f SET whole_at = NULL, have = 0 WHERE phone_id = $P "
	    "AND record_id = 2 AND EXISTS (SELECT 1 FROM file g WHERE "
	    "(g.phone_id, g.record_id) = (f.phone_id, f.record_id) AND "
	    "g.started_at > f.started_at)",
	    0, 1, 0, RECORD_FILE, 2, VERIFY_FILE_OLD },
	{ "one whose phone is unbound",
	    "WITH t AS (UPDATE phone SET unbound_at = now() WHERE phone_id = "
	    "$P RETURNING phone_id) UPDATE file f SET whole_at = NULL FROM t "
	    "WHERE f.phone_id = t.phone_id AND record_id = 1",
	    0, 1, 0, RECORD_FILE, 1, VERIFY_FILE_UNBOUND },
};
#define DAMAGES (sizeof damages / sizeof damages[0])

static const char *const tables[] = { "data_key", "record_version", "record",
	"file", "file_piece" };
#define TABLES (sizeof tables / sizeof tables[0])

static void
put_note(struct air *a, uint32_t id, const char *text)
{
	struct record *r = record_new(RECORD_NOTE, id);

	record_set_time_ms(r, 1760000000000 + id);
	record_add_text(r, RECORD_DESCRIPTION, text);
	ck_assert_int_eq(phone_put(air_phone(a, 0), r), PHONE_OK);
	record_free(r);
}

static void
put_photo(struct air *a, uint32_t id, const char *name, uint64_t seed)
{
	struct record *r = record_new(RECORD_FILE, id);
	uint8_t octets[PHOTO];

	for (size_t i = 0; i < sizeof octets; i++)
		octets[i] = (uint8_t)(check_random(&seed) >> 32);
	record_set_time_ms(r, 1760000000000);
	record_add_text(r, RECORD_FILE_NAME, name);
	ck_assert_int_eq(
	    phone_put_file(air_phone(a, 0), r, octets, sizeof octets),
	    PHONE_OK);
	record_free(r);
}

/* All that was put is here, and the phone has said so since. */
static void
arrive(struct air *a, int notes, int files)
{
	char sql[512];

	snprintf(sql, sizeof sql,
	    "(SELECT (SELECT count(*) FROM record_version v WHERE v.phone_id "
	    "= p.phone_id AND v.kind = 5) >= %d AND (SELECT count(*) FROM file "
	    "f WHERE f.phone_id = p.phone_id AND whole_at IS NOT NULL) >= %d "
	    "AND EXISTS (SELECT 1 FROM completeness c WHERE c.phone_id = "
	    "p.phone_id AND c.kind = 5 AND c.state = 'complete' AND c.count = "
	    "%d))::int",
	    notes, files, NOTES);
	ck_assert_int_eq(phone_upload_now(air_phone(a, 0)), PHONE_OK);
	for (int i = 0; i < 200 && air_ask(a, 0, sql) != 1; i++)
		air_run(a, DAY / 4);
	ck_assert_int_eq(air_ask(a, 0, sql), 1);
}

static struct air *
filled(void)
{
	static const struct air_faults perfect = { .seed = 1 };
	struct air *a = air_new(&perfect);
	char sql[128];

	air_add_phone(a, "+358405550300", "verified", NULL);
	while (!air_bind(a, 0))
		;
	for (uint32_t id = 1; id <= NOTES; id++)
		put_note(a, id, "as it was");
	put_photo(a, 1, "IMG_0001.jpg", 1);
	put_photo(a, 2, "IMG_0002.jpg", 2);
	arrive(a, NOTES, 2);
	put_note(a, 1, "as it is now");
	put_photo(a, 2, "IMG_0002.jpg", 3);
	arrive(a, NOTES + 1, 3);
	for (size_t i = 0; i < TABLES; i++) {
		snprintf(sql, sizeof sql,
		    "CREATE TEMPORARY TABLE kept_%s AS TABLE %s", tables[i],
		    tables[i]);
		air_sql(a, sql);
	}
	return a;
}

/* Without what would take other rows along, or refuse. */
static void
spoil(struct air *a, const char *sql)
{
	char whole[1024];
	const char *at = strstr(sql, "$P");

	ck_assert_ptr_nonnull(at);
	snprintf(whole, sizeof whole,
	    "SET LOCAL session_replication_role = replica; %.*s%lld%s",
	    (int)(at - sql), sql, (long long)air_ask(a, 0, "phone_id"), at + 2);
	air_sql(a, whole);
}

static void
mend(struct air *a)
{
	char sql[256];

	for (size_t i = TABLES; i-- > 0;) {
		snprintf(sql, sizeof sql,
		    "SET LOCAL session_replication_role = replica; DELETE FROM "
		    "%s; INSERT INTO %s OVERRIDING SYSTEM VALUE TABLE kept_%s",
		    tables[i], tables[i], tables[i]);
		air_sql(a, sql);
	}
	air_sql(a, "UPDATE phone SET unbound_at = NULL");
}

static struct verify
verify_of(struct air *a, struct db *db)
{
	return (struct verify){
		.db = db, .account = air_account(a), .secret = air_secret(a)
	};
}

/* NULL, or what is not as it should be. */
static const char *
differs(const struct verify *v, const struct damage *d, int64_t versions)
{
	static char why[200];
	int64_t unreadable = d->unreadable == -1 ? versions : d->unreadable;
	const struct verify_list *list =
	    d->unfinished > 0 ? &v->unfinished : &v->bad;
	const struct verify_found *f = &list->list[0];

	if (v->sum.unreadable != unreadable ||
	    v->sum.unfinished != d->unfinished ||
	    v->sum.missing != d->missing || v->sum.part) {
		snprintf(why, sizeof why,
		    "%lld unreadable, %lld unfinished, %lld missing",
		    (long long)v->sum.unreadable, (long long)v->sum.unfinished,
		    (long long)v->sum.missing);
		return why;
	}
	if (d->kind == 0)
		return list->n == 0 ? NULL : "something is named";
	if (list->n == 0)
		return "nothing is named";
	if (f->kind != d->kind || f->record != d->record ||
	    f->why != d->found) {
		snprintf(why, sizeof why, "named is kind %u, record %u, why %d",
		    f->kind, f->record, (int)f->why);
		return why;
	}
	if (f->kind == RECORD_FILE && strncmp(f->name, "IMG_000", 7) != 0)
		return "the file is not called by its name";
	return NULL;
}

START_TEST(each_damage_is_named)
{
	struct air *a = filled();
	struct db *db = db_open("", "smsvault_pages");
	int64_t versions = 0;

	for (size_t i = 0; i < DAMAGES; i++) {
		struct verify v = verify_of(a, db);
		const char *why;

		spoil(a, damages[i].sql);
		ck_assert_int_eq(verify_run(&v, LONG_MS), DB_OK);
		if (i == 0) {
			versions = v.sum.versions;
			ck_assert_int_ge(versions, NOTES + 1 + 3);
			ck_assert_int_ge(v.sum.records, NOTES + 2);
			ck_assert_int_eq(v.sum.files, 3);
		}
		why = differs(&v, &damages[i], versions);
		ck_assert_msg(why == NULL, "%s: %s", damages[i].why, why);
		verify_clear(&v);
		mend(a);
	}
	db_close(db);
	air_free(a);
}
END_TEST

/* Sealed as it should be, and yet not what the phone sent off. */
static void
reseal(struct air *a, struct db *db, uint32_t id)
{
	int64_t account = air_account(a), phone = air_ask(a, 0, "phone_id");
	uint32_t content = (uint32_t)air_ask(a, 0,
	    "(SELECT f.content FROM file f WHERE f.phone_id = p.phone_id AND "
	    "f.record_id = 1)");
	uint8_t ad[REST_KEY_AD_LEN], piece_ad[REST_PIECE_AD_LEN];
	uint8_t key[SEAL_SIV_KEY_LEN], octets[4096], sealed[4096];
	char *sql = malloc(3 * sizeof sealed);
	struct pages_records rows;
	struct pages_key *keys;
	struct opener *o = opener_new();
	size_t nkeys, k = 0, n = 0, len;

	ck_assert_int_eq(
	    pages_pieces(db, account, phone, id, content, 0, 1, &rows), DB_OK);
	ck_assert_int_eq(
	    open_piece(o, db, account, air_secret(a), &rows, 0, octets), DB_OK);
	len = (size_t)rows.row[0].time_ms;
	ck_assert_int_eq(pages_keys(db, account, &keys, &nkeys), DB_OK);
	while (keys[k].id != rows.row[0].data_key)
		ck_assert_uint_lt(++k, nkeys);
	rest_key_ad(account, phone, ad);
	ck_assert_int_eq(seal_box_open(air_secret(a), ad, sizeof ad,
			     keys[k].sealed, keys[k].len, key),
	    SEAL_OK);
	octets[7] ^= 1;
	rest_piece_ad(account, phone, id, content, 0, piece_ad);
	ck_assert_int_eq(
	    seal_lock(key, piece_ad, sizeof piece_ad, octets, len, sealed),
	    SEAL_OK);
	n = (size_t)sprintf(sql, "UPDATE file_piece SET sealed = '\\x");
	for (size_t i = 0; i < len + SEAL_TAG_LEN; i++)
		n += (size_t)sprintf(sql + n, "%02x", sealed[i]);
	sprintf(sql + n,
	    "' WHERE phone_id = %lld AND record_id = %u AND "
	    "\"offset\" = 0",
	    (long long)phone, (unsigned)id);
	air_sql(a, sql);
	free(sql);
	free(keys);
	pages_records_clear(&rows);
	opener_free(o);
}

START_TEST(a_file_of_another_digest_is_named)
{
	struct air *a = filled();
	struct db *db = db_open("", "smsvault_pages");
	struct verify v = verify_of(a, db);

	reseal(a, db, 1);
	ck_assert_int_eq(verify_run(&v, LONG_MS), DB_OK);
	ck_assert_int_eq(v.sum.unreadable, 1);
	ck_assert_int_eq(v.bad.list[0].why, VERIFY_FILE_DIGEST);
	ck_assert_uint_eq(v.bad.list[0].record, 1);
	ck_assert_str_eq(v.bad.list[0].name, "IMG_0001.jpg");
	ck_assert_int_eq(v.sum.files, 2);
	verify_clear(&v);
	db_close(db);
	air_free(a);
}
END_TEST

/* What has no time left goes on from there, and comes to the same in all. */
START_TEST(in_parts_it_comes_to_the_same)
{
	struct air *a = filled();
	struct db *db = db_open("", "smsvault_pages");
	struct verify whole = verify_of(a, db), part = whole;
	struct pages_check kept;
	int parts = 0;

	ck_assert_int_eq(verify_run(&whole, LONG_MS), DB_OK);
	ck_assert_int_eq(pages_check_last(db, air_account(a), &kept), DB_NONE);
	do {
		part = verify_of(a, db);
		ck_assert_int_eq(
		    pages_check_begin(db, part.account, &part.sum), DB_OK);
		ck_assert_int_eq(
		    pages_check_begin(db, part.account, &kept), DB_NONE);
		ck_assert_int_eq(verify_run(&part, 0), DB_OK);
		ck_assert_int_eq(
		    pages_check_end(db, part.account, &part.sum), DB_OK);
		ck_assert_int_eq(
		    pages_check_last(db, part.account, &kept), DB_OK);
		ck_assert(part.sum.part == (kept.checked_ms == 0));
		verify_clear(&part);
		parts++;
	} while (kept.part);
	ck_assert_int_ge(parts, 3);
	ck_assert_int_eq(kept.versions, whole.sum.versions);
	ck_assert_int_eq(kept.records, whole.sum.records);
	ck_assert_int_eq(kept.files, whole.sum.files);
	ck_assert_int_eq(kept.unreadable, 0);
	verify_clear(&whole);
	db_close(db);
	air_free(a);
}
END_TEST

TCase *
life_verify_case(void)
{
	TCase *tc = tcase_create("verify");

	tcase_set_timeout(tc, 600);
	tcase_add_test(tc, each_damage_is_named);
	tcase_add_test(tc, a_file_of_another_digest_is_named);
	tcase_add_test(tc, in_parts_it_comes_to_the_same);
	return tc;
}
