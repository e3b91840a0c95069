#include "air.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "air_internal.h"
#include "be.h"
#include "check_main.h"
#include "gate.h"
#include "rest.h"
#include "wire.h"

static double
chance(struct air *a)
{
	return (double)(check_random(&a->seed) >> 11) / 9007199254740992.0;
}

static void
put_on_air(struct air *a, int to, const char *number, const uint8_t *sms,
    size_t len, bool text)
{
	int copies = chance(a) < a->faults.dup ? 2 : 1;

	if (a->no_coverage || chance(a) < a->faults.loss) {
		a->counts.lost++;
		return;
	}
	while (copies-- > 0) {
		struct message *m;

		if (a->n == a->cap) {
			a->cap = a->cap == 0 ? 64 : 2 * a->cap;
			a->queue = realloc(a->queue, a->cap * sizeof *a->queue);
			ck_assert_ptr_nonnull(a->queue);
		}
		m = &a->queue[a->n++];
		memset(m, 0, sizeof *m);
		m->at_ms = a->now_ms + 2000;
		if (a->faults.delay_ms > 0)
			m->at_ms += (int64_t)(check_random(&a->seed) %
					      (uint64_t)a->faults.delay_ms);
		m->order = a->order++;
		m->to = to;
		snprintf(m->number, sizeof m->number, "%s", number);
		m->text = text;
		m->len = len;
		memcpy(m->sms, sms, len);
	}
}

/* What is on the phone, as its user sees it. */
void
air_remember(struct station *s, const struct record *r)
{
	for (size_t i = 0; i < s->nput; i++)
		if (record_kind(s->put[i]) == record_kind(r) &&
		    record_id(s->put[i]) == record_id(r)) {
			record_free(s->put[i]);
			s->put[i] = record_copy(r);
			return;
		}
	s->put = realloc(s->put, (s->nput + 1) * sizeof *s->put);
	s->put[s->nput++] = record_copy(r);
}

/* ---- the phones' host ---- */

static int64_t
host_now(void *ctx)
{
	return ((struct station *)ctx)->air->now_ms;
}

static int
host_send(
    void *ctx, const char *number, const uint8_t *frame, size_t len, bool text)
{
	struct station *s = ctx;
	struct air *a = s->air;
	char letters[WIRE_TEXT_CHARS + 1];

	ck_assert_str_eq(number, SERVICE);
	a->counts.up++;
	memcpy(a->sent[a->nsent % 256].sms, frame, len);
	a->sent[a->nsent++ % 256].len = len;
	if (text) {
		len = wire_text_encode(frame, len, letters);
		put_on_air(
		    a, -1, s->number, (const uint8_t *)letters, len, true);
	} else {
		put_on_air(a, -1, s->number, frame, len, false);
	}
	return 0;
}

static void
host_tell(void *ctx, enum phone_notice what, const char *detail)
{
	struct station *s = ctx;

	if (what == PHONE_N_QUESTION)
		snprintf(s->question, sizeof s->question, "%s", detail);
}

/* What a restore puts on the phone is there from now on, under a new id. */
static enum phone_applied
host_apply(void *ctx, const struct record *r, bool mine, uint32_t *id)
{
	struct station *s = ctx;
	struct record *copy;
	const struct record_field *f;
	size_t n = record_fields(r, &f);

	if (mine) {
		*id = record_id(r);
	} else {
		*id = 0;
		for (size_t i = 0; i < s->nput; i++)
			if (record_kind(s->put[i]) == record_kind(r) &&
			    record_id(s->put[i]) > *id)
				*id = record_id(s->put[i]);
		++*id;
	}
	copy = record_new(record_kind(r), *id);
	record_set_time_ms(copy, record_time_ms(r));
	for (size_t i = 0; i < n; i++)
		if (f[i].type == RECORD_TEXT)
			record_add_text(copy, f[i].tag, f[i].text);
		else
			record_add_int(copy, f[i].tag, f[i].num);
	air_remember(s, copy);
	record_free(copy);
	return PHONE_APPLIED;
}

static void
host_ring(void *ctx, unsigned seconds)
{
	((struct station *)ctx)->rung += seconds;
}

static int
host_locate(void *ctx, struct record *r)
{
	(void)ctx;
	return record_add_int(r, RECORD_LATITUDE_E7, 601695200) |
	       record_add_int(r, RECORD_LONGITUDE_E7, 249354500) |
	       record_add_int(r, RECORD_ACCURACY_M, 20);
}

static void
open_phone(struct station *s)
{
	const struct phone_host host = {
		.ctx = s,
		.now_ms = host_now,
		.mono_ms = host_now,
		.send = host_send,
		.tell = host_tell,
		.apply = host_apply,
		.ring = host_ring,
		.locate = host_locate,
	};
	const struct phone_identity who = { s->device, "8935840", s->device,
		strncmp(s->device, "text", 4) == 0 };

	s->phone = phone_open(
	    s->journal != NULL ? s->journal : ":memory:", &host, &who);
	ck_assert_ptr_nonnull(s->phone);
	phone_set_pace(s->phone, 1000, 60000);
	s->tick_ms = 0;
}

int
air_add_phone(
    struct air *a, const char *number, const char *device, const char *journal)
{
	struct station *s = &a->station[a->phones];

	s->air = a;
	snprintf(s->number, sizeof s->number, "%s", number);
	snprintf(s->device, sizeof s->device, "%s", device);
	s->journal = journal != NULL ? strdup(journal) : NULL;
	open_phone(s);
	return a->phones++;
}

void
air_restart_phone(struct air *a, int n)
{
	phone_close(a->station[n].phone);
	open_phone(&a->station[n]);
}

static void
copy_file(const char *from, const char *to, const char *end)
{
	char src[300], dst[300], octets[65536];
	FILE *in, *out;
	size_t n;

	snprintf(src, sizeof src, "%s%s", from, end);
	snprintf(dst, sizeof dst, "%s%s", to, end);
	unlink(dst);
	if ((in = fopen(src, "rb")) == NULL)
		return;
	ck_assert_ptr_nonnull(out = fopen(dst, "wb"));
	while ((n = fread(octets, 1, sizeof octets, in)) > 0)
		ck_assert_uint_eq(fwrite(octets, 1, n, out), n);
	fclose(in);
	ck_assert_int_eq(fclose(out), 0);
}

void
air_copy_journal(struct air *a, int n, const char *to)
{
	copy_file(a->station[n].journal, to, "");
	copy_file(a->station[n].journal, to, "-wal");
}

void
air_roll_back_phone(struct air *a, int n, const char *journal)
{
	phone_close(a->station[n].phone);
	copy_file(journal, a->station[n].journal, "");
	copy_file(journal, a->station[n].journal, "-wal");
	open_phone(&a->station[n]);
	/* Its user's data is what it is. */
	for (size_t i = 0; i < a->station[n].nput; i++)
		ck_assert_int_eq(
		    phone_put(a->station[n].phone, a->station[n].put[i]),
		    PHONE_OK);
}

struct phone *
air_phone(struct air *a, int n)
{
	return a->station[n].phone;
}

const char *
air_question(const struct air *a, int n)
{
	return a->station[n].question;
}

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

/* ---- the account ---- */

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
}

struct air *
air_new(const struct air_faults *faults)
{
	struct air *a = calloc(1, sizeof *a);

	a->faults = *faults;
	a->states = 4;
	a->seed = faults->seed * 2 + 1;
	a->now_ms = 1760000000000;
	memset(&a->keys, 7, sizeof a->keys);
	ck_assert_ptr_nonnull(a->db = db_open("user=smsvault_gateway", NULL));
	a->conn = PQconnectdb("");
	ck_assert_int_eq(PQstatus(a->conn), CONNECTION_OK);
	make_account(a);
	start_gateway(a);
	return a;
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
	db_close(a->db);
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

	seal_code_new(&id, text);
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

void
air_lose_all(struct air *a, bool on)
{
	a->no_coverage = on;
	if (on)
		a->n = 0;
}

/* ---- time ---- */

static void
to_gateway(struct air *a, const struct message *m)
{
	static int64_t next_id = 1;
	struct spool_row *row;

	a->waiting =
	    realloc(a->waiting, (a->nwaiting + 1) * sizeof *a->waiting);
	row = &a->waiting[a->nwaiting++];
	memset(row, 0, sizeof *row);
	row->id = next_id++;
	row->received_ms = a->now_ms;
	strcpy(row->modem, "air");
	strcpy(row->sms.number, m->number);
	row->sms.class = m->text ? LINK_CLASS_TEXT : LINK_CLASS_DATA;
	if (!m->text) {
		static const uint8_t udh[] = { 6, 5, 4, WIRE_PORT >> 8,
			WIRE_PORT & 0xff, 0, 0 };

		memcpy(row->sms.udh, udh, sizeof udh);
		row->sms.udh_len = sizeof udh;
	}
	row->sms.data_len = (uint32_t)m->len;
	memcpy(row->sms.data, m->sms, m->len);
}

/* Give the gateway what waits; keep what it wants later. */
static void
run_gateway(struct air *a)
{
	struct gateway_answer answers[256];
	size_t kept = 0;
	int n = a->nwaiting > 256 ? 256 : (int)a->nwaiting;

	if (n > 0) {
		ck_assert_int_eq(
		    gateway_take(a->gateway, a->waiting, n, a->now_ms, answers),
		    0);
		for (int i = 0; i < n; i++)
			if (answers[i].verdict == GATEWAY_LATER)
				a->waiting[kept++] = a->waiting[i];
		memmove(a->waiting + kept, a->waiting + n,
		    (a->nwaiting - (size_t)n) * sizeof *a->waiting);
		a->nwaiting -= (size_t)n - kept;
	}
	ck_assert_int_ge(gateway_open(a->gateway, 64, a->now_ms), 0);
}

static int
phone_of(const struct air *a, const char *number)
{
	for (int i = 0; i < a->phones; i++)
		if (strcmp(a->station[i].number, number) == 0)
			return i;
	return -1;
}

/* For a person to read. */
static void
keep_letter(struct air *a, const struct gate_claim *c)
{
	struct air_letter *l = &a->letter[a->letters++ % 32];

	snprintf(l->number, sizeof l->number, "%s", c->number);
	memcpy(l->text, c->frame, c->len);
	l->text[c->len] = '\0';
}

/* The modem's part: take what is due from the outbox and put it on the air. */
static void
run_outbox(struct air *a)
{
	const struct gate_budget budget = { 50, 0, 0 };
	struct gate_claim c;
	int attempts, to;

	while (gate_outbox_claim(a->db, &budget, a->now_ms, &c) == DB_OK) {
		char letters[WIRE_TEXT_CHARS + 1];

		ck_assert_int_eq(gate_outbox_result(a->db, c.account, c.outbox,
				     "sent", "air", 1, 0, a->now_ms, &attempts),
		    DB_OK);
		if (c.account == a->account) /* not what another test left */
			a->counts.down++;
		if (c.plain)
			keep_letter(a, &c);
		if (c.plain || (to = phone_of(a, c.number)) == -1)
			continue;
		if (c.text) {
			size_t n = wire_text_encode(c.frame, c.len, letters);

			put_on_air(a, to, SERVICE, (uint8_t *)letters, n, true);
		} else {
			put_on_air(a, to, SERVICE, c.frame, c.len, false);
		}
	}
}

static void
deliver_due(struct air *a)
{
	bool any = true;

	while (any) {
		size_t best = SIZE_MAX;

		for (size_t i = 0; i < a->n; i++)
			if (a->queue[i].at_ms <= a->now_ms &&
			    (best == SIZE_MAX ||
				a->queue[i].at_ms < a->queue[best].at_ms ||
				(a->queue[i].at_ms == a->queue[best].at_ms &&
				    a->queue[i].order < a->queue[best].order)))
				best = i;
		any = best != SIZE_MAX;
		if (any) {
			struct message m = a->queue[best];

			a->queue[best] = a->queue[--a->n];
			if (m.to == -1) {
				to_gateway(a, &m);
			} else {
				phone_receive(a->station[m.to].phone, m.number,
				    m.sms, m.len, m.text);
				a->station[m.to].tick_ms = 0;
			}
		}
	}
}

/* When anything is next due; at most until. */
static int64_t
next_time(const struct air *a, int64_t until)
{
	int64_t next = until;

	for (size_t i = 0; i < a->n; i++)
		if (a->queue[i].at_ms < next)
			next = a->queue[i].at_ms;
	for (int i = 0; i < a->phones; i++)
		if (a->station[i].tick_ms < next)
			next = a->station[i].tick_ms;
	if (a->gateway_ms < next)
		next = a->gateway_ms;
	return next > a->now_ms ? next : a->now_ms + 1;
}

static void
step(struct air *a)
{
	bool heard = a->nwaiting > 0;

	deliver_due(a);
	heard = heard || a->nwaiting > 0;
	for (int i = 0; i < a->phones; i++)
		if (a->station[i].tick_ms <= a->now_ms)
			a->station[i].tick_ms = phone_tick(a->station[i].phone);
	if (heard)
		run_gateway(a);
	if (heard || a->now_ms >= a->gateway_ms) {
		ck_assert_int_eq(gateway_tick(a->gateway, a->now_ms), 0);
		run_outbox(a);
		a->gateway_ms = a->now_ms + 600000;
	}
}

void
air_run(struct air *a, int64_t ms)
{
	int64_t until = a->now_ms + ms;

	while (a->now_ms < until) {
		step(a);
		a->now_ms = next_time(a, until);
	}
	step(a);
}

static bool
is_quiet(struct air *a)
{
	for (int i = 0; i < a->phones; i++) {
		struct phone_status st;

		phone_get_status(a->station[i].phone, &st);
		if (st.in_flight > 0 || st.pending > 0)
			return false;
	}
	return true;
}

bool
air_settle(struct air *a, int64_t most_ms)
{
	int64_t until = a->now_ms + most_ms;

	while (a->now_ms < until) {
		air_run(a, 600000);
		if (is_quiet(a))
			return true;
	}
	return false;
}

const char *
air_state(struct air *a)
{
	size_t used = 0;

	for (int i = 0; i < a->phones; i++) {
		struct phone_status st;

		phone_get_status(a->station[i].phone, &st);
		used += (size_t)snprintf(a->why + used, sizeof a->why - used,
		    "phone %d: state %d, %zu pending, %zu in flight; ", i,
		    (int)st.state, st.pending, st.in_flight);
	}
	return a->why;
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

enum gateway_verdict
air_inject(struct air *a, const char *from, const uint8_t *sms, size_t len)
{
	struct message m = { .to = -1, .len = len };
	struct gateway_answer answer;

	strcpy(m.number, from);
	memcpy(m.sms, sms, len);
	to_gateway(a, &m);
	ck_assert_int_eq(gateway_take(a->gateway, &a->waiting[--a->nwaiting], 1,
			     a->now_ms, &answer),
	    0);
	return answer.verdict;
}

void
air_inject_many(struct air *a, const struct air_sms *sms, int n,
    enum gateway_verdict *verdict)
{
	struct gateway_answer answer[256];

	ck_assert_uint_eq(a->nwaiting, 0);
	for (int i = 0; i < n; i++) {
		struct message m = {
			.to = -1, .text = sms[i].text, .len = sms[i].len
		};

		strcpy(m.number, "+358409999999");
		memcpy(m.sms, sms[i].octets, sms[i].len);
		to_gateway(a, &m);
	}
	ck_assert_int_eq(
	    gateway_take(a->gateway, a->waiting, n, a->now_ms, answer), 0);
	a->nwaiting = 0;
	for (int i = 0; i < n; i++)
		verdict[i] = answer[i].verdict;
	ck_assert_int_ge(gateway_open(a->gateway, 64, a->now_ms), 0);
	ck_assert_int_eq(gateway_tick(a->gateway, a->now_ms), 0);
}

size_t
air_sent(const struct air *a, const uint8_t **sms, size_t *len, size_t back)
{
	size_t i = (a->nsent - 1 - back) % 256;

	*sms = a->sent[i].sms;
	*len = a->sent[i].len;
	return a->nsent;
}
