/*
 * fill PAGES-CONNINFO GATEWAY-CONNINFO LOGIN NTH WHAT [COUNT]: fill the vault
 * of an account's NTH phone (from 1, in the order of binding) with what the
 * pages' tests look at, through the gateway's own functions.
 *
 *   life   calendar, notes, files, a message with a picture, SIMs, a lost phone
 *          and versions over ten days
 *   many   COUNT records: messages, calls, contacts, notes
 *   talk   COUNT messages with one number, numbered from the newest, of weeks
 *          ago
 *
 * What the gateway has no function for is printed as SQL, for psql.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zlib.h>
#include <zstd.h>

#include "be.h"
#include "gate.h"
#include "log.h"
#include "pages.h"
#include "rest.h"
#include "seal.h"
#include "vault.h"

#define DAY 86400000LL
#define HOUR 3600000LL
#define PIECE 1800
#define TRANSFER 4000 /* ours: above those of the simulated phone */

struct fill {
	struct db *gate;
	struct vault *vault;
	struct gate_phone phone;
	struct seal_phone *keys; /* for marks; not those of the real phone */
	int64_t now;
	uint32_t transfer;
};

static void
die(const char *why)
{
	fprintf(stderr, "fill: %s\n", why);
	exit(1);
}

/* Store records as one transfer that came at that time; frees them. */
static void
store(struct fill *f, struct record *const *list, size_t n, int64_t at)
{
	if (db_begin(f->gate) != DB_OK ||
	    vault_store(f->vault, f->gate, &f->phone, f->keys, f->transfer++,
		list, n, at) != DB_OK ||
	    db_commit(f->gate) != DB_OK)
		die("cannot store records");
	for (size_t i = 0; i < n; i++)
		record_free(list[i]);
}

static void
store_one(struct fill *f, struct record *r, int64_t at)
{
	store(f, &r, 1, at);
}

static struct record *
make(enum record_kind kind, uint32_t id, int64_t ms)
{
	struct record *r = record_new(kind, id);

	if (r == NULL)
		die("no memory");
	record_set_time_ms(r, ms);
	return r;
}

static void
text(struct record *r, uint16_t tag, const char *value)
{
	if (record_add_text(r, tag, value) == -1)
		die("a field is refused");
}

static void
number(struct record *r, uint16_t tag, int64_t value)
{
	if (record_add_int(r, tag, value) == -1)
		die("a field is refused");
}

/* ---- calendar and notes ---- */

static void
event(struct fill *f, uint32_t id, const char *summary, const char *place,
    int64_t start, int64_t minutes, const char *rule)
{
	struct record *r = make(RECORD_CALENDAR, id, f->now - DAY);

	text(r, RECORD_SUMMARY, summary);
	number(r, RECORD_START_MS, start);
	number(r, RECORD_END_MS, start + minutes * 60000);
	if (minutes % 1440 == 0)
		number(r, RECORD_ALL_DAY, 1);
	if (place != NULL)
		text(r, RECORD_PLACE, place);
	if (rule != NULL)
		text(r, RECORD_RRULE, rule);
	if (minutes % 1440 != 0)
		text(r, RECORD_TIME_ZONE, "Europe/Helsinki");
	store_one(f, r, f->now - DAY);
}

static void
note(struct fill *f, uint32_t id, const char *title, const char *body)
{
	struct record *r = make(RECORD_NOTE, id, f->now - (int64_t)id * DAY);

	text(r, RECORD_SUMMARY, title);
	text(r, RECORD_DESCRIPTION, body);
	store_one(f, r, f->now - DAY);
}

static void
calendar_and_notes(struct fill *f)
{
	int64_t today = f->now / DAY * DAY;

	event(f, 1, "Dentist", "Mannerheimintie 12", today + 9 * 3600000, 45,
	    NULL);
	event(f, 2, "Choir practice", "Parish hall",
	    today - 14 * DAY + 16 * 3600000, 120, "FREQ=WEEKLY;COUNT=10");
	event(f, 3, "Grandmother's birthday", NULL, today + 2 * DAY, 1440,
	    "FREQ=YEARLY");
	event(f, 4, "与王老师见面", "图书馆二楼", today + DAY + 6 * 3600000, 60,
	    NULL);
	event(
	    f, 5, "Winter holiday", "Lapland", today + 5 * DAY, 4 * 1440, NULL);
	note(f, 1, "Shopping", "Milk\nRye bread\nCoffee, the dark one");
	note(f, 2, "Wi-Fi at the cottage", "Network: sauna\nAsk Matti for it");
	note(f, 3, "买菜清单", "豆腐、白菜、生姜\n给妈妈打电话");
}

/* ---- files ---- */

static void
hex(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		printf("%02x", p[i]);
}

static int64_t
file_key(struct fill *f, uint8_t key[static SEAL_SIV_KEY_LEN])
{
	uint8_t sealed[SEAL_SIV_KEY_LEN + SEAL_BOX_EXTRA];
	uint8_t ad[REST_KEY_AD_LEN];
	int64_t id = 0;

	seal_random(key, SEAL_SIV_KEY_LEN);
	rest_key_ad(f->phone.account, f->phone.phone, ad);
	if (seal_box(f->phone.public_key, ad, sizeof ad, key, SEAL_SIV_KEY_LEN,
		sealed) != SEAL_OK ||
	    db_begin(f->gate) != DB_OK ||
	    gate_data_key_put(f->gate, f->phone.account, f->phone.phone, sealed,
		sizeof sealed, f->now, &id) != DB_OK ||
	    db_commit(f->gate) != DB_OK)
		die("cannot make a key");
	return id;
}

static void
pieces(struct fill *f, uint32_t id, uint32_t content, const uint8_t *p,
    size_t n, size_t have)
{
	uint8_t key[SEAL_SIV_KEY_LEN], ad[REST_PIECE_AD_LEN];
	uint8_t sealed[PIECE + SEAL_TAG_LEN];
	int64_t key_id = file_key(f, key);

	printf("INSERT INTO file (account_id, phone_id, record_id, content, "
	       "coded_size, have, started_at, whole_at) VALUES (%lld, %lld, "
	       "%u, %u, %zu, %zu, now() - interval '1 hour', %s);\n",
	    (long long)f->phone.account, (long long)f->phone.phone, id, content,
	    n, have, have == n ? "now()" : "NULL");
	for (size_t at = 0; at < have; at += PIECE) {
		size_t len = have - at < PIECE ? have - at : PIECE;

		rest_piece_ad(f->phone.account, f->phone.phone, id, content,
		    (uint32_t)at, ad);
		if (seal_lock(key, ad, sizeof ad, p + at, len, sealed) !=
		    SEAL_OK)
			die("cannot seal a piece");
		printf("INSERT INTO file_piece VALUES (%lld, %lld, %u, %u, "
		       "%zu, %zu, %lld, '\\x",
		    (long long)f->phone.account, (long long)f->phone.phone, id,
		    content, at, len, (long long)key_id);
		hex(sealed, len + SEAL_TAG_LEN);
		printf("', now());\n");
	}
}

/* have: octets of what travels that are here; wrong: the hash does not fit. */
static void
file(struct fill *f, uint32_t id, const char *name, const char *type,
    const uint8_t *p, size_t n, bool coded, size_t have, bool wrong)
{
	uint8_t hash[SEAL_DIGEST_LEN];
	size_t room = ZSTD_compressBound(n), len = n;
	uint8_t *out = malloc(room);
	struct record *r = make(RECORD_FILE, id, f->now - DAY);

	if (out == NULL)
		die("no memory");
	seal_digest(p, n, hash);
	hash[31] ^= wrong ? 1 : 0;
	if (coded)
		len = ZSTD_compress(out, room, p, n, 6);
	else
		memcpy(out, p, n);
	text(r, RECORD_FILE_NAME, name);
	text(r, RECORD_FILE_FOLDER, "DCIM/Camera");
	text(r, RECORD_FILE_TYPE, type);
	number(r, RECORD_FILE_SIZE, (int64_t)n);
	for (size_t i = 0; i < 4; i++)
		number(r, RECORD_FILE_SHA256, (int64_t)be_get64(hash + 8 * i));
	number(r, RECORD_FILE_CODING,
	    coded ? RECORD_CODING_ZSTD : RECORD_CODING_NONE);
	number(r, RECORD_FILE_CODED_SIZE, (int64_t)len);
	store_one(f, r, f->now - DAY);
	pieces(f, id, be_get32(hash), out, len, have < len ? have : len);
	free(out);
}

static void
chunk(uint8_t **at, const char *type, const uint8_t *data, size_t n)
{
	be_put32(*at, (uint32_t)n);
	memcpy(*at + 4, type, 4);
	if (n > 0)
		memcpy(*at + 8, data, n);
	be_put32(*at + 8 + n,
	    (uint32_t)crc32(crc32(0, NULL, 0), *at + 4, (uInt)(n + 4)));
	*at += n + 12;
}

#define WIDE 120
#define HIGH 80
/* A picture: PNG (RFC 2083), a sky that turns from blue to red. */
static size_t
picture(uint8_t out[static 65536])
{
	static uint8_t raw[HIGH * (1 + 3 * WIDE)], packed[60000];
	uint8_t head[13] = { 0, 0, 0, WIDE, 0, 0, 0, HIGH, 8, 2, 0, 0, 0 };
	uLongf n = sizeof packed;
	uint8_t *at = out + 8;

	for (size_t y = 0; y < HIGH; y++)
		for (size_t x = 0; x < WIDE; x++) {
			uint8_t *p = raw + y * (1 + 3 * WIDE) + 1 + 3 * x;

			p[0] = (uint8_t)(40 + 2 * y);
			p[1] = (uint8_t)(90 + x / 2);
			p[2] = (uint8_t)(220 - 2 * y);
		}
	memcpy(out, "\x89PNG\r\n\x1a\n", 8);
	if (compress(packed, &n, raw, sizeof raw) != Z_OK)
		die("no picture");
	chunk(&at, "IHDR", head, sizeof head);
	chunk(&at, "IDAT", packed, n);
	chunk(&at, "IEND", NULL, 0);
	return (size_t)(at - out);
}

static void
files(struct fill *f)
{
	static uint8_t png[65536], prose[20000], song[90000];
	size_t n = picture(png);
	struct record *r;

	for (size_t i = 0; i < sizeof prose; i++)
		prose[i] = (uint8_t) "The quick brown fox jumps. \n"[i % 28];
	for (size_t i = 0; i < sizeof song; i++)
		song[i] = (uint8_t)(i * 2654435761u >> 13);
	file(f, 501, "sunset.png", "image/png", png, n, false, n, false);
	file(f, 502, "报告.txt", "text/plain", prose, sizeof prose, true, 99999,
	    false);
	file(f, 503, "song.mp3", "audio/mpeg", song, sizeof song, false, 36000,
	    false);
	file(f, 504, "damaged.bin", "application/octet-stream", song, 5000,
	    false, 5000, true);
	file(f, 505, "a\"b;c.html", "text/html",
	    (const uint8_t *)"<script>alert(1)</script>", 25, false, 25, false);

	r = make(RECORD_MESSAGE, 90001, f->now - 3600000);
	text(r, RECORD_PEER, "+358401234567");
	number(r, RECORD_DIRECTION, RECORD_MSG_RECEIVED);
	text(r, RECORD_SUBJECT, "Look!");
	text(r, RECORD_PART_TYPE, "text/plain");
	text(r, RECORD_PART_TYPE, "image/png");
	text(r, RECORD_PART_TYPE, "audio/mpeg");
	text(r, RECORD_PART_NAME, "-");
	text(r, RECORD_PART_NAME, "sunset.png");
	text(r, RECORD_PART_NAME, "song.mp3");
	number(r, RECORD_PART_FILE, 0);
	number(r, RECORD_PART_FILE, 501);
	number(r, RECORD_PART_FILE, 503);
	text(r, RECORD_PART_TEXT, "The sky over the lake last night.");
	store_one(f, r, f->now - 3000000);
}

/* ---- versions over ten days ---- */

static struct record *
contact(uint32_t id, int64_t ms, const char *name, const char *phone,
    const char *mail)
{
	struct record *r = make(RECORD_CONTACT, id, ms);

	text(r, RECORD_NAME, name);
	text(r, RECORD_NUMBER, phone);
	number(r, RECORD_NUMBER_TYPE, RECORD_LABEL_MOBILE);
	if (mail != NULL)
		text(r, RECORD_EMAIL, mail);
	return r;
}

static void
versions(struct fill *f)
{
	int64_t t = f->now - 10 * DAY;
	int64_t twice = (f->now / DAY - 5) * DAY; /* midnight, UTC */
	struct record *gone = make(RECORD_CONTACT, 9002, f->now - 2 * DAY);

	store_one(
	    f, contact(9001, t, "Alma Virtanen", "+358401234567", NULL), t);
	store_one(f, contact(9002, t, "Otto Gone", "+358407654321", NULL), t);
	store_one(f,
	    contact(
		9001, twice + 9 * HOUR, "Alma Between", "+358401234567", NULL),
	    twice + 9 * HOUR);
	store_one(f,
	    contact(9001, twice + 15 * HOUR, "Alma Korhonen", "+358401234567",
		"alma@example.org"),
	    twice + 15 * HOUR);
	store_one(f,
	    contact(9003, t + 6 * DAY, "李小明", "+8613800138000", NULL),
	    t + 6 * DAY);
	record_set_op(gone, RECORD_DELETE);
	store_one(f, gone, f->now - 2 * DAY);
}

/* ---- SIMs, a lost phone ---- */

static void
sim(struct fill *f, uint32_t id, const char *iccid, const char *operator_name,
    int64_t days, const char *own_number, bool own)
{
	struct record *r = make(RECORD_SIM, id, f->now - days * DAY);
	uint8_t digest[SEAL_DIGEST_LEN];

	text(r, RECORD_SIM_ID, iccid);
	text(r, RECORD_OPERATOR, operator_name);
	text(r, RECORD_IMSI, "244910000000001");
	text(r, RECORD_CELL, "244-91-1021-48213");
	text(r, RECORD_NUMBER, own_number);
	store_one(f, r, f->now - days * DAY);
	seal_digest(iccid, strlen(iccid), digest);
	printf("INSERT INTO sim VALUES (%lld, %lld, '\\x",
	    (long long)f->phone.account, (long long)f->phone.phone);
	hex(digest, 8);
	printf("', now() - interval '%lld days', now() - interval '%lld hours',"
	       " '%s', NULL, %s);\n",
	    (long long)days, (long long)days * 12, own_number,
	    own ? "true" : "false");
}

static void
seen_at(struct fill *f, int64_t minutes, const char *from, struct record *r)
{
	uint32_t transfer = f->transfer;
	int64_t at = f->now - minutes * 60000;

	store_one(f, r, at);
	printf("INSERT INTO evidence (account_id, phone_id, transfer, kind, "
	       "number, smsc_at, gateway_at) VALUES (%lld, %lld, %u, 'upload', "
	       "'%s', to_timestamp(%lld), to_timestamp(%lld));\n",
	    (long long)f->phone.account, (long long)f->phone.phone, transfer,
	    from, (long long)(at / 1000 - 4), (long long)(at / 1000));
}

static void
place(struct fill *f, uint32_t id, int64_t minutes, int64_t north, int64_t east)
{
	struct record *r =
	    make(RECORD_LOCATION, id, f->now - minutes * 60000 - 8000);

	number(r, RECORD_LATITUDE_E7, north);
	number(r, RECORD_LONGITUDE_E7, east);
	number(r, RECORD_ACCURACY_M, 25);
	text(r, RECORD_CELL, "244-91-1021-48213");
	seen_at(f, minutes, "+358449998888", r);
}

static void
stolen(struct fill *f)
{
	struct record *r;
	long long a = (long long)f->phone.account,
		  p = (long long)f->phone.phone;

	sim(f, 1, "8935801000000000001", "Elisa", 90, "+358401000101", true);
	sim(f, 2, "8944100000000000777", "Telia", 1, "+358449998888", false);
	printf("INSERT INTO evidence (account_id, phone_id, kind, number, "
	       "gateway_at) VALUES (%lld, %lld, 'lost', '', now() - interval "
	       "'190 minutes');\n",
	    a, p);
	r = make(RECORD_CALL, 80001, f->now - 180 * 60000 - 9000);
	text(r, RECORD_PEER, "+358401234567");
	number(r, RECORD_DIRECTION, RECORD_CALL_OUT);
	number(r, RECORD_DURATION_S, 95);
	seen_at(f, 180, "+358449998888", r);
	r = make(RECORD_MESSAGE, 80002, f->now - 150 * 60000 - 9000);
	text(r, RECORD_PEER, "+358405550000");
	number(r, RECORD_DIRECTION, RECORD_MSG_SENT);
	text(r, RECORD_BODY, "Selling a phone, good price. Meet at six?");
	seen_at(f, 150, "+358449998888", r);
	for (int64_t i = 0; i < 6; i++)
		place(f, (uint32_t)(100 + i), 120 - 20 * i,
		    601699000 + i * 21000 + (i % 2) * 9000,
		    249384000 + i * 33000);
	printf("INSERT INTO event (account_id, phone_id, at, kind) VALUES "
	       "(%lld, %lld, now() - interval '4 hours', 'sim-changed'), "
	       "(%lld, %lld, now() - interval '3 hours', 'lost-on');\n",
	    a, p, a, p);
}

static void
figures(struct fill *f)
{
	long long a = (long long)f->phone.account,
		  p = (long long)f->phone.phone;

	printf(
	    "INSERT INTO completeness SELECT %lld, %lld, kind, max(transfer),"
	    " now() - interval '2 hours', count(*), 0, CASE kind WHEN 2 "
	    "THEN 'differs' ELSE 'complete' END, count(*) - CASE kind WHEN "
	    "2 THEN 3 ELSE 0 END, now(), CASE kind WHEN 2 THEN NULL ELSE "
	    "now() - interval '2 hours' END FROM record WHERE account_id = "
	    "%lld AND phone_id = %lld AND op = 0 AND kind IN (1, 2, 3) "
	    "GROUP BY kind ON CONFLICT DO NOTHING;\n",
	    a, p, a, p);
	printf("INSERT INTO traffic SELECT %lld, %lld, current_date - d, 2 + d "
	       "%% 3, 20 + d %% 7 FROM generate_series(1, 29) d ON CONFLICT DO "
	       "NOTHING;\n",
	    a, p);
}

/* ---- many ---- */

static struct record *
one_of_many(uint32_t i, int64_t now)
{
	static const char *const words[] = { "See you at the station",
		"Thanks, that is kind of you", "明天下午三点在图书馆见",
		"The meeting moved to Thursday", "Can you bring the papers?",
		"好的，没问题" };
	static const enum record_kind kinds[] = { RECORD_MESSAGE,
		RECORD_MESSAGE, RECORD_MESSAGE, RECORD_CALL, RECORD_CALL,
		RECORD_CONTACT, RECORD_NOTE };
	enum record_kind kind = kinds[i % 7];
	struct record *r = make(kind, i, now - (int64_t)i * 600000);
	char peer[24], name[40];

	snprintf(peer, sizeof peer, "+3584055%05u", i * 7919u % 200);
	if (kind == RECORD_MESSAGE || kind == RECORD_CALL) {
		text(r, RECORD_PEER, peer);
		number(r, RECORD_DIRECTION, 1 + i % 2);
	}
	if (kind == RECORD_MESSAGE)
		text(r, RECORD_BODY, words[i % 6]);
	if (kind == RECORD_CALL)
		number(r, RECORD_DURATION_S, i % 600);
	snprintf(name, sizeof name, "Person %u", i);
	if (kind == RECORD_CONTACT) {
		text(r, RECORD_NAME, name);
		text(r, RECORD_NUMBER, peer);
	}
	if (kind == RECORD_NOTE) {
		text(r, RECORD_SUMMARY, name);
		text(r, RECORD_DESCRIPTION, words[i % 6]);
	}
	return r;
}

static void
many(struct fill *f, uint32_t count)
{
	struct record *list[20];

	for (uint32_t i = 0; i < count;) {
		size_t n = 0;

		/* A new data key each few days, as in life. */
		while (n < 20 && i < count)
			list[n++] = one_of_many(i++, f->now);
		store(f, list, n, f->now - (int64_t)i * 600000);
	}
}

static void
talk(struct fill *f, uint32_t count)
{
	char said[40];

	for (uint32_t i = 0; i < count; i++) {
		int64_t at = f->now - 20 * DAY - (int64_t)i * 60000;
		struct record *r = make(RECORD_MESSAGE, 50000 + i, at);

		snprintf(said, sizeof said, "Number %u of many", i + 1);
		text(r, RECORD_PEER, "+358409998800");
		number(r, RECORD_DIRECTION, 1 + i % 2);
		text(r, RECORD_BODY, said);
		store_one(f, r, at);
	}
}

static int64_t
nth_phone(struct db *db, int64_t account, long nth)
{
	struct pages_phone *list;
	int64_t ids[64];
	size_t n;

	if (pages_phones(db, account, 0, &list, &n) != DB_OK)
		die("cannot list phones");
	if (nth < 1 || (size_t)nth > n || n > 64)
		die("no such phone");
	for (size_t i = 0; i < n; i++)
		ids[i] = list[i].phone;
	for (size_t i = 0; i < n; i++)
		for (size_t k = i + 1; k < n; k++)
			if (ids[k] < ids[i]) {
				int64_t t = ids[i];

				ids[i] = ids[k];
				ids[k] = t;
			}
	free(list);
	return ids[nth - 1];
}

int
main(int argc, char **argv)
{
	struct fill f = { .transfer = TRANSFER };
	struct pages_account a = { 0 };
	struct timespec now;
	struct db *pages;

	if (argc < 6)
		die("usage: fill PAGES-DB GATEWAY-DB LOGIN NTH WHAT [COUNT]");
	log_open("fill", false, false);
	clock_gettime(CLOCK_REALTIME, &now);
	f.now = (int64_t)now.tv_sec * 1000;
	if ((pages = db_open(argv[1], NULL)) == NULL ||
	    (f.gate = db_open(argv[2], NULL)) == NULL ||
	    (f.vault = vault_new()) == NULL ||
	    (f.keys = seal_phone_new((const uint8_t[SEAL_KEY_LEN]){ 1 }, 1)) ==
		NULL ||
	    pages_login_find(pages, argv[3], &a) != DB_OK ||
	    gate_phone_by_id(f.gate, a.account,
		nth_phone(pages, a.account, strtol(argv[4], NULL, 10)),
		&f.phone) != DB_OK)
		die("no such account or phone");
	if (strcmp(argv[5], "talk") == 0 && argc > 6) {
		talk(&f, (uint32_t)strtoul(argv[6], NULL, 10));
	} else if (strcmp(argv[5], "many") == 0 && argc > 6) {
		many(&f, (uint32_t)strtoul(argv[6], NULL, 10));
	} else {
		calendar_and_notes(&f);
		files(&f);
		versions(&f);
		stolen(&f);
		figures(&f);
	}
	vault_free(f.vault);
	db_close(f.gate);
	db_close(pages);
	return 0;
}
