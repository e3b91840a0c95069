#include "air.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "air_internal.h"
#include "be.h"
#include "check_main.h"
#include "keys.h"

struct db *
air_db(struct air *a)
{
	return a->db;
}

struct gateway *
air_gateway(struct air *a)
{
	return a->gateway;
}

int64_t
air_now(const struct air *a)
{
	return a->now_ms;
}

struct air_counts
air_counts(const struct air *a)
{
	return a->counts;
}

char *
air_hex(const uint8_t *p, size_t len)
{
	char *out = malloc(2 * len + 3);

	strcpy(out, "\\x");
	for (size_t i = 0; i < len; i++)
		sprintf(out + 2 + 2 * i, "%02x", p[i]);
	return out;
}

int64_t
air_sql(struct air *a, const char *sql)
{
	PGresult *res = PQexec(a->conn, sql);
	int64_t v = -1;

	ck_assert_msg(PQresultStatus(res) == PGRES_TUPLES_OK ||
			  PQresultStatus(res) == PGRES_COMMAND_OK,
	    "%s: %s", sql, PQerrorMessage(a->conn));
	if (PQntuples(res) > 0)
		v = strtoll(PQgetvalue(res, 0, 0), NULL, 10);
	PQclear(res);
	return v;
}

static void
make_account(struct air *a)
{
	uint8_t public_key[SEAL_PUBLIC_LEN];
	char sql[1024];
	char *key;

	ck_assert_int_eq(seal_keypair(a->secret, public_key), SEAL_OK);
	key = air_hex(public_key, sizeof public_key);
	snprintf(sql, sizeof sql,
	    "INSERT INTO account (login, password_salt, password_proof, "
	    "public_key, private_by_password, private_by_recovery, "
	    "recovery_salt, month_sms_max, day_sms_max) VALUES ('t' || (random() * "
	    "1e12)::bigint, decode(repeat('00', 16), 'hex'), "
	    "decode(repeat('00', 32), 'hex'), '%s', '', '', '', 100000, 100000) "
	    "RETURNING account_id",
	    key);
	a->account = air_sql(a, sql);
	free(key);
}

static void
start_gateway(struct air *a)
{
	struct reassembly_timing timing = reassembly_timing_default;

	gateway_free(a->gateway);
	a->gateway = gateway_new(a->db, &a->keys, &timing, a->states);
	ck_assert_ptr_nonnull(a->gateway);
	if (a->other_db == NULL)
		return;
	gateway_free(a->other);
	a->other = gateway_new(a->other_db, &a->keys, &timing, a->states);
	ck_assert_ptr_nonnull(a->other);
}

struct air *
air_new(const struct air_faults *faults)
{
	struct air *a = calloc(1, sizeof *a);

	a->faults = *faults;
	a->states = 4;
	a->open_most = 64;
	a->seed = faults->seed * 2 + 1;
	a->now_ms = 1760000000000;
	a->heard_ms = a->now_ms;
	memset(&a->keys, 7, sizeof a->keys);
	ck_assert_ptr_nonnull(a->db = db_open("user=smsvault_gateway", NULL));
	a->conn = PQconnectdb("");
	ck_assert_int_eq(PQstatus(a->conn), CONNECTION_OK);
	make_account(a);
	start_gateway(a);
	return a;
}

struct seal_phone *
air_seal(struct air *a, int n)
{
	struct keys *keys = keys_new(a->keys.gateway);
	uint32_t key_id = (uint32_t)air_ask(a, n, "key_id");
	uint8_t root[SEAL_KEY_LEN];
	struct gate_phone row;

	ck_assert_int_eq(gate_phone_by_key(a->db, key_id, &row), DB_OK);
	ck_assert_int_eq(keys_unwrap(keys, row.account, key_id,
			     row.root_wrapped, row.root_wrapped_len, root),
	    SEAL_OK);
	keys_free(keys);
	return seal_phone_new(root, key_id);
}

void
air_other_key(struct air *a, bool other)
{
	a->keys.gateway[0] = other ? 8 : 7;
	start_gateway(a);
}

void
air_hot_states(struct air *a, size_t states)
{
	a->states = states;
	start_gateway(a);
}

void
air_open_most(struct air *a, int most)
{
	a->open_most = most;
}

void
air_take_turns(struct air *a)
{
	ck_assert_ptr_null(a->other_db);
	a->other_db = db_open("user=smsvault_gateway", NULL);
	ck_assert_ptr_nonnull(a->other_db);
	start_gateway(a);
}

void
air_free(struct air *a)
{
	for (int i = 0; i < a->phones; i++) {
		phone_close(a->station[i].phone);
		free(a->station[i].journal);
		for (size_t k = 0; k < a->station[i].nput; k++)
			record_free(a->station[i].put[k]);
		free(a->station[i].put);
	}
	gateway_free(a->gateway);
	gateway_free(a->other);
	db_close(a->db);
	db_close(a->other_db);
	PQfinish(a->conn);
	free(a->queue);
	free(a->waiting);
	free(a);
}

static char *
wrapped(
    struct air *a, uint32_t id, bool qr, const uint8_t key[static SEAL_KEY_LEN])
{
	uint8_t ad[17], out[48];

	be_put64(ad, (uint64_t)a->account);
	be_put64(ad + 8, id);
	ad[16] = qr;
	ck_assert_int_eq(seal_wrap(a->keys.service, "code", ad, sizeof ad, key,
			     SEAL_KEY_LEN, out),
	    SEAL_OK);
	return air_hex(out, sizeof out);
}

void
air_code(struct air *a, char text[static 17])
{
	uint8_t key[SEAL_KEY_LEN];
	uint32_t id;
	char sql[1024];
	char *code;

	do { /* of a thousand two are often the same */
		seal_code_new(&id, text);
		snprintf(sql, sizeof sql,
		    "SELECT count(*) FROM binding WHERE code_id = %u", id);
	} while (air_sql(a, sql) > 0);
	ck_assert_int_eq(seal_code_key(text, key), SEAL_OK);
	code = wrapped(a, id, false, key);
	snprintf(sql, sizeof sql,
	    "INSERT INTO binding (account_id, code_id, expires_at, "
	    "code_key_wrapped, qr_key_wrapped) VALUES (%lld, %u, "
	    "to_timestamp(%lld / 1000.0) + interval '1 day', '%s', '%s')",
	    (long long)a->account, id, (long long)a->now_ms, code, code);
	air_sql(a, sql);
	free(code);
}

bool
air_bind(struct air *a, int n)
{
	char code[17];
	struct phone_status st;

	air_code(a, code);
	if (phone_bind_code(air_phone(a, n), SERVICE, code) != PHONE_OK)
		return false;
	a->station[n].tick_ms = 0;
	for (int i = 0; i < 3 * 24 * 60; i++) {
		air_run(a, 60000);
		phone_get_status(air_phone(a, n), &st);
		if (st.state == PHONE_ASKED || st.state == PHONE_UNBOUND)
			return false;
		if (st.state == PHONE_BOUND && st.confirmed)
			return true;
	}
	return false;
}
