#include "hand.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "be.h"
#include "check_main.h"
#include "gateway.h"
#include "pack.h"

struct hand {
	struct air *air;
	PGconn *conn;
	int64_t account, phone, outbox;
	struct seal_phone *keys;
	uint32_t next;
	char device[32];
	uint8_t plain[WIRE_DATA_MAX];
};

struct air *
hand_air(struct hand *h)
{
	return h->air;
}

int64_t
hand_account(struct hand *h)
{
	return h->account;
}

int64_t
hand_phone(struct hand *h)
{
	return h->phone;
}

const char *
hand_device(const struct hand *h)
{
	return h->device;
}

const struct seal_phone *
hand_keys(struct hand *h)
{
	return h->keys;
}

/* sql with $A and $P filled in. */
static PGresult *
run(struct hand *h, const char *sql)
{
	char text[8192];
	size_t n = 0;
	PGresult *res;

	for (const char *p = sql; *p != '\0'; p++) {
		ck_assert_uint_lt(n, sizeof text - 32);
		if (p[0] == '$' && (p[1] == 'A' || p[1] == 'P')) {
			n += (size_t)sprintf(text + n, "%lld",
			    (long long)(p[1] == 'A' ? h->account : h->phone));
			p++;
		} else {
			text[n++] = *p;
		}
	}
	text[n] = '\0';
	res = PQexec(h->conn, text);
	ck_assert_msg(PQresultStatus(res) == PGRES_TUPLES_OK ||
			  PQresultStatus(res) == PGRES_COMMAND_OK,
	    "%s: %s", text, PQerrorMessage(h->conn));
	return res;
}

char *
hand_text(struct hand *h, const char *sql)
{
	PGresult *res = run(h, sql);
	char *out = NULL;

	if (PQntuples(res) > 0 && !PQgetisnull(res, 0, 0))
		out = strdup(PQgetvalue(res, 0, 0));
	PQclear(res);
	return out;
}

int64_t
hand_int(struct hand *h, const char *sql)
{
	char *text = hand_text(h, sql);
	int64_t v = text == NULL     ? -1
		    : text[0] == 't' ? 1
		    : text[0] == 'f' ? 0
				     : strtoll(text, NULL, 10);

	free(text);
	return v;
}

size_t
hand_bytes(struct hand *h, const char *sql, uint8_t *out, size_t cap)
{
	char *text = hand_text(h, sql);
	unsigned char *p;
	size_t n;

	ck_assert_ptr_nonnull(text);
	p = PQunescapeBytea((const unsigned char *)text, &n);
	ck_assert_uint_le(n, cap);
	memcpy(out, p, n);
	PQfreemem(p);
	free(text);
	return n;
}

char *
hand_literal(const uint8_t *p, size_t len)
{
	char *out = malloc(2 * len + 6);

	strcpy(out, "'\\x");
	for (size_t i = 0; i < len; i++)
		sprintf(out + 3 + 2 * i, "%02x", p[i]);
	strcat(out, "'");
	return out;
}

/* The root that the gateway keeps, wrapped under the air's key of sevens. */
static void
take_keys(struct hand *h, uint32_t key_id)
{
	uint8_t master[SEAL_KEY_LEN], root[SEAL_KEY_LEN], wrapped[64], ad[16];
	size_t n;

	memset(master, 7, sizeof master);
	be_put64(ad, (uint64_t)h->account);
	be_put64(ad + 8, key_id);
	n = hand_bytes(h,
	    "SELECT root_wrapped FROM phone WHERE account_id = $A "
	    "AND phone_id = $P",
	    wrapped, sizeof wrapped);
	ck_assert_int_eq(
	    seal_unwrap(master, "phone", ad, sizeof ad, wrapped, n, root),
	    SEAL_OK);
	ck_assert_ptr_nonnull(h->keys = seal_phone_new(root, key_id));
}

struct hand *
hand_new(void)
{
	static const struct air_faults perfect = { 0, 0, 0, 1 };
	struct hand *h = calloc(1, sizeof *h);
	struct phone_status st;
	char sql[128];
	int n;

	h->air = air_new(&perfect);
	/* Tests share a database: a device is bound once. */
	snprintf(h->device, sizeof h->device, "Hand %d", (int)getpid());
	n = air_add_phone(h->air, HAND_NUMBER, h->device, NULL);
	ck_assert(air_bind(h->air, n));
	air_run(h->air, 600000);
	air_lose_all(h->air, true);
	phone_get_status(air_phone(h->air, n), &st);
	h->conn = PQconnectdb("");
	ck_assert_int_eq(PQstatus(h->conn), CONNECTION_OK);
	snprintf(sql, sizeof sql,
	    "SELECT account_id FROM phone WHERE key_id = %u", st.key_id);
	h->account = hand_int(h, sql);
	snprintf(sql, sizeof sql,
	    "SELECT phone_id FROM phone WHERE key_id = %u", st.key_id);
	h->phone = hand_int(h, sql);
	h->next = 1 + (uint32_t)hand_int(
			  h, "SELECT highest FROM phone WHERE phone_id = $P");
	h->outbox =
	    hand_int(h, "SELECT coalesce(max(outbox_id), 0) FROM outbox");
	take_keys(h, st.key_id);
	return h;
}

void
hand_free(struct hand *h)
{
	seal_phone_free(h->keys);
	PQfinish(h->conn);
	air_free(h->air);
	free(h);
}

void
hand_say_as(struct hand *h, const char *from, uint32_t transfer,
    const uint8_t *text, size_t len)
{
	uint8_t sms[WIRE_SEGMENTS_MAX][WIRE_DATA_MAX];
	size_t sms_len[WIRE_SEGMENTS_MAX];
	int n = seal_transfer(
	    h->keys, false, transfer, text, len, WIRE_DATA_MAX, sms, sms_len);

	ck_assert_int_ge(n, 1);
	for (int i = 0; i < n; i++)
		ck_assert_int_ne(
		    air_inject(h->air, from, sms[i], sms_len[i]), GATEWAY_JUNK);
	ck_assert_int_ge(
	    gateway_open(air_gateway(h->air), 64, air_now(h->air)), 0);
	air_run(h->air, 1000);
	ck_assert_int_eq(gateway_tick(air_gateway(h->air), air_now(h->air)), 0);
}

uint32_t
hand_say(struct hand *h, const char *from, const uint8_t *text, size_t len)
{
	hand_say_as(h, from, h->next, text, len);
	return h->next++;
}

uint32_t
hand_pong(struct hand *h, const char *from, const struct upload_preamble *pre)
{
	uint8_t text[UPLOAD_PREAMBLE_MAX];

	return hand_say(h, from, text, upload_put(pre, text));
}

uint32_t
hand_put(struct hand *h, const char *from, const struct record *r)
{
	const struct upload_preamble pre = { .codec = PACK_PLAIN };
	uint8_t text[1800];
	size_t head = upload_put(&pre, text), n;

	ck_assert_uint_eq(
	    pack_fill(PACK_PLAIN, &r, 1, text + head, sizeof text - head, &n),
	    1);
	return hand_say(h, from, text, head + n);
}

struct record *
hand_note(uint32_t id)
{
	struct record *r = record_new(RECORD_NOTE, id);
	uint64_t seed = id + 1;
	char text[160];

	for (size_t i = 0; i < sizeof text - 1; i++)
		text[i] = (char)('!' + check_random(&seed) % 90);
	text[sizeof text - 1] = '\0';
	record_set_time_ms(r, 1760000000000 + id);
	record_add_text(r, RECORD_DESCRIPTION, text);
	return r;
}

uint32_t
hand_piece(struct hand *h, const struct upload_piece *piece)
{
	const struct upload_preamble pre = { .codec = UPLOAD_FILE };
	uint8_t text[WIRE_TRANSFER_OCTETS_MAX];
	size_t head = upload_put(&pre, text);

	head += upload_piece_put(piece, text + head);
	memcpy(text + head, piece->data, piece->len);
	return hand_say(h, HAND_NUMBER, text, head + piece->len);
}

size_t
hand_heard(struct hand *h, enum wire_command which, struct wire_control *last)
{
	char sql[256];
	PGresult *res;
	size_t count = 0;

	snprintf(sql, sizeof sql,
	    "SELECT outbox_id, frame FROM outbox WHERE account_id = $A AND "
	    "outbox_id > %lld AND NOT plain ORDER BY outbox_id",
	    (long long)h->outbox);
	res = run(h, sql);
	for (int i = 0; i < PQntuples(res); i++) {
		uint8_t plain[WIRE_DATA_MAX];
		struct wire_control c;
		struct wire_frame f;
		size_t n;
		unsigned char *sms = PQunescapeBytea(
		    (const unsigned char *)PQgetvalue(res, i, 1), &n);

		h->outbox = strtoll(PQgetvalue(res, i, 0), NULL, 10);
		if (wire_decode(sms, n, &f) == WIRE_OK &&
		    f.type == WIRE_CONTROL &&
		    seal_control_open(h->keys, &f, plain) == SEAL_OK &&
		    wire_control_decode(plain, f.body_len, &c) == WIRE_OK &&
		    c.command == which) {
			count++;
			memcpy(h->plain, plain, f.body_len);
			wire_control_decode(h->plain, f.body_len, last);
		}
		PQfreemem(sms);
	}
	PQclear(res);
	return count;
}
