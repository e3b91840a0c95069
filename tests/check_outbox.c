/*
 * The process that sends: what it asks of the modems and notes of their
 * answers, whatever the database does.  The linker puts the database in its
 * place; the test is the supervisor at the other end of the socket, and has its
 * turn each time the process asks when the next row is due.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check_main.h"
#include "gate.h"
#include "link.h"
#include "log.h"
#include "outbox.h"

#define ROWS 40
#define TURNS_MAX 400

static struct {
	/* the rows, from 1 */
	int rows, claimed;
	bool text, plain;
	int64_t not_after_ms;
	/* what was noted of each */
	char state[ROWS + 1][16];
	int noted[ROWS + 1], attempts;
	bool gave_up;
	int64_t retry_ms;
	/* the database */
	int result_calls, fail_each; /* each so many-th result is lost */
	enum db_err fail_with;
	int retry_calls, counts, recovers, reconnects, modems;
	char operator_name[64];
	bool no_database;
	/* the supervisor */
	int fd, turns;
	struct link_send sent[ROWS + 1];
	int nsent;
	void (*turn)(void);
	enum link_outcome outcome;
	struct gate_budget told;
	int owned;
	bool own_refused;
	int aways;
} w;

struct db {
	int unused;
};
static struct db the_db;

struct db *__wrap_db_open(const char *conninfo, const char *role);
void __wrap_db_close(struct db *d);
bool __wrap_db_reconnect(struct db *d);
bool __wrap_db_alive(const struct db *d);
enum db_err __wrap_db_listen(struct db *d, const char *channel);
int __wrap_db_socket(const struct db *d);
bool __wrap_db_notified(struct db *d);
enum db_err __wrap_gate_outbox_recover(struct db *d, int64_t now_ms);
enum db_err __wrap_gate_outbox_claim(struct db *d,
    const struct gate_budget *budget, int64_t now_ms, struct gate_claim *out);
enum db_err __wrap_gate_outbox_result(struct db *d, int64_t account,
    int64_t outbox, const char *state, const char *modem, int reference,
    int64_t retry_ms, int64_t now_ms, int *attempts);
enum db_err __wrap_gate_outbox_retry(struct db *d, int64_t account,
    int64_t outbox, bool give_up, int64_t retry_ms, int64_t now_ms);
enum db_err
__wrap_gate_outbox_next(struct db *d, int64_t now_ms, int64_t *due_ms);
enum db_err
__wrap_gate_modem_put(struct db *d, const struct gate_modem *m, int64_t now_ms);
enum db_err __wrap_gate_modem_count(
    struct db *d, const char *name, int in, int out, int64_t now_ms);
enum db_err
__wrap_gate_modem_step(struct db *d, const char *name, const char *step);
enum db_err __wrap_gate_gateway_put(struct db *d, const char *host,
    const struct gate_budget *budget, int64_t now_ms);
enum db_err __wrap_gate_modem_own(
    struct db *d, const char *host, const char *const names[], size_t n);

struct db *
__wrap_db_open(const char *conninfo, const char *role)
{
	(void)conninfo;
	(void)role;
	return w.no_database ? NULL : &the_db;
}

void
__wrap_db_close(struct db *d)
{
	(void)d;
}

bool
__wrap_db_reconnect(struct db *d)
{
	(void)d;
	w.reconnects++;
	return true;
}

bool
__wrap_db_alive(const struct db *d)
{
	(void)d;
	return true;
}

enum db_err
__wrap_db_listen(struct db *d, const char *channel)
{
	(void)d;
	ck_assert_str_eq(channel, "smsvault_work");
	return DB_OK;
}

int
__wrap_db_socket(const struct db *d)
{
	(void)d;
	return -1; /* never readable */
}

bool
__wrap_db_notified(struct db *d)
{
	(void)d;
	return false;
}

enum db_err
__wrap_gate_outbox_recover(struct db *d, int64_t now_ms)
{
	(void)d;
	(void)now_ms;
	ck_assert_int_eq(w.claimed, 0);
	w.recovers++;
	return DB_OK;
}

enum db_err
__wrap_gate_outbox_claim(struct db *d, const struct gate_budget *budget,
    int64_t now_ms, struct gate_claim *out)
{
	(void)d;
	ck_assert_int_eq(budget->price_milli, 50);
	if (w.claimed == w.rows)
		return DB_NONE;
	*out = (struct gate_claim){ .account = 3,
		.outbox = ++w.claimed,
		.number = "+358401234567",
		.text = w.text,
		.plain = w.plain,
		.frame = "frame",
		.len = 5,
		.not_after_ms = now_ms + w.not_after_ms };
	return DB_OK;
}

enum db_err
__wrap_gate_outbox_result(struct db *d, int64_t account, int64_t outbox,
    const char *state, const char *modem, int reference, int64_t retry_ms,
    int64_t now_ms, int *attempts)
{
	(void)d;
	(void)modem;
	(void)reference;
	(void)retry_ms;
	(void)now_ms;
	ck_assert_int_eq(account, 3);
	ck_assert(outbox >= 1 && outbox <= w.rows);
	if (w.fail_each > 0 && ++w.result_calls % w.fail_each == 0)
		return w.fail_with;
	snprintf(w.state[outbox], sizeof w.state[outbox], "%s", state);
	w.noted[outbox]++;
	*attempts = w.attempts;
	return DB_OK;
}

enum db_err
__wrap_gate_outbox_retry(struct db *d, int64_t account, int64_t outbox,
    bool give_up, int64_t retry_ms, int64_t now_ms)
{
	(void)d;
	(void)account;
	(void)outbox;
	w.retry_calls++;
	w.gave_up = give_up;
	w.retry_ms = retry_ms - now_ms;
	return DB_OK;
}

enum db_err
__wrap_gate_modem_put(struct db *d, const struct gate_modem *m, int64_t now_ms)
{
	(void)d;
	(void)now_ms;
	ck_assert_str_ne(m->host, "");
	w.modems++;
	snprintf(
	    w.operator_name, sizeof w.operator_name, "%s", m->operator_name);
	return DB_OK;
}

enum db_err
__wrap_gate_modem_count(
    struct db *d, const char *name, int in, int out, int64_t now_ms)
{
	(void)d;
	(void)name;
	(void)now_ms;
	ck_assert_int_eq(in, 0);
	w.counts += out;
	return DB_OK;
}

enum db_err
__wrap_gate_modem_step(struct db *d, const char *name, const char *step)
{
	(void)d;
	ck_assert_str_eq(name, "one");
	ck_assert_str_eq(step, "hook");
	w.aways++;
	return DB_OK;
}

enum db_err
__wrap_gate_gateway_put(struct db *d, const char *host,
    const struct gate_budget *budget, int64_t now_ms)
{
	(void)d;
	(void)now_ms;
	ck_assert_str_ne(host, "");
	w.told = *budget;
	return DB_OK;
}

enum db_err
__wrap_gate_modem_own(
    struct db *d, const char *host, const char *const names[], size_t n)
{
	(void)d;
	ck_assert_str_ne(host, "");
	ck_assert_uint_eq(n, 2);
	ck_assert_str_eq(names[0], "one");
	ck_assert_str_eq(names[1], "two");
	w.owned++;
	return w.own_refused ? DB_REFUSED : DB_OK;
}

static void
say(const void *packet, size_t len)
{
	ck_assert_int_eq(send(w.fd, packet, len, MSG_NOSIGNAL), (ssize_t)len);
}

static void
stop(void)
{
	struct link_head head = { LINK_STOP, sizeof head };

	say(&head, sizeof head);
}

static void
answer(uint64_t request)
{
	struct link_result r = { .head = { LINK_RESULT, sizeof r },
		.request = request,
		.outcome = w.outcome,
		.reference = 5,
		.modem = "one" };

	say(&r, sizeof r);
}

/* Once the process has nothing to do but to wait. */
enum db_err
__wrap_gate_outbox_next(struct db *d, int64_t now_ms, int64_t *due_ms)
{
	(void)d;
	(void)now_ms;
	*due_ms = 0;
	if (++w.turns == TURNS_MAX)
		stop();
	while (w.nsent < ROWS &&
	       recv(w.fd, &w.sent[w.nsent], sizeof w.sent[0], MSG_DONTWAIT) > 0)
		w.nsent++;
	w.turn();
	return DB_OK;
}

/* ---- the supervisor ---- */

static int
noted(void)
{
	int n = 0;

	for (int i = 1; i <= w.rows; i++)
		n += w.noted[i] > 0;
	return n;
}

/* Answers each once, and ends when all answers are noted. */
static void
answer_all(void)
{
	static int answered;

	if (w.turns == 1)
		answered = 0;
	while (answered < w.nsent)
		answer(w.sent[answered++].request);
	if (noted() == w.rows)
		stop();
}

static struct smsd_conf conf;

static int
run(void)
{
	int pair[2], status;

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	w.fd = pair[1];
	status = outbox_run(&conf, pair[0]);
	close(pair[0]);
	close(pair[1]);
	return status;
}

static void
setup(void)
{
	static char one[] = "one", two[] = "two";

	memset(&w, 0, sizeof w);
	w.rows = 1;
	w.turn = answer_all;
	w.outcome = LINK_SENT;
	w.not_after_ms = 7200000;
	w.attempts = 1;
	conf = (struct smsd_conf){
		.price_milli = 50,
		.validity_h = 72,
		.reports = true,
		.modem = { { .name = one }, { .name = two } },
		.modems = 2,
	};
}

/* ---- what goes out ---- */

START_TEST(rows_go_out_and_are_noted)
{
	w.rows = ROWS;
	conf.month_sms_max = 2000;
	conf.day_sms_max = 100;
	ck_assert_int_eq(run(), 0);
	ck_assert_int_eq(w.told.gateway_month_max, 2000);
	ck_assert_int_eq(w.told.gateway_day_max, 100);
	ck_assert_int_eq(w.recovers, 1);
	ck_assert_int_eq(w.counts, ROWS);
	for (int i = 1; i <= ROWS; i++) {
		ck_assert_str_eq(w.state[i], "sent");
		ck_assert_int_eq(w.noted[i], 1);
		ck_assert_uint_eq(w.sent[i - 1].request, (uint64_t)i);
	}
}
END_TEST

static const struct {
	const char *why;
	bool text, plain;
	int64_t life_ms, validity_h;
	bool want_text;
	const char *data;
	uint32_t validity_s;
} forms[] = {
	{ "octets", false, false, 7200500, 72, false, "frame", 7200 },
	{ "octets as text", true, false, 7200500, 72, true, "ZnJhbWU", 7200 },
	{ "text for a person", false, true, 7200500, 72, true, "frame", 7200 },
	{ "no longer than is set", false, false, 864000000, 2, false, "frame",
	    7200 },
};

START_TEST(an_sms_has_its_form)
{
	const struct link_send *s = &w.sent[0];

	w.text = forms[_i].text;
	w.plain = forms[_i].plain;
	w.not_after_ms = forms[_i].life_ms;
	conf.validity_h = forms[_i].validity_h;
	ck_assert_int_eq(run(), 0);
	ck_assert_int_eq(w.nsent, 1);
	ck_assert_msg(s->text == forms[_i].want_text, "%s", forms[_i].why);
	ck_assert_msg(s->data_len == strlen(forms[_i].data) &&
			  memcmp(s->data, forms[_i].data, s->data_len) == 0,
	    "%s: got %.*s", forms[_i].why, (int)s->data_len,
	    (const char *)s->data);
	ck_assert_msg(s->validity_s <= forms[_i].validity_s &&
			  s->validity_s + 60 > forms[_i].validity_s,
	    "%s: valid for %u s", forms[_i].why, s->validity_s);
	ck_assert_str_eq(s->number, "+358401234567");
	ck_assert_uint_eq(s->report, 1);
}
END_TEST

/* ---- what comes back ---- */

static const struct {
	const char *why;
	enum link_outcome outcome;
	int attempts;
	const char *state;
	bool again, gave_up;
	int64_t retry_ms;
} outcomes[] = {
	{ "sent", LINK_SENT, 1, "sent", false, false, 0 },
	{ "perhaps", LINK_UNKNOWN, 1, "unknown", false, false, 0 },
	{ "not sent", LINK_FAILED, 1, "queued", true, false, 30000 },
	{ "not sent twice", LINK_FAILED, 2, "queued", true, false, 60000 },
	{ "five times", LINK_FAILED, 5, "queued", true, false, 480000 },
	{ "six times: no more", LINK_FAILED, 6, "queued", true, true, 960000 },
	{ "an outcome of another day", (enum link_outcome)77, 1, "unknown",
	    false, false, 0 },
};

START_TEST(an_outcome_is_noted)
{
	w.outcome = outcomes[_i].outcome;
	w.attempts = outcomes[_i].attempts;
	ck_assert_int_eq(run(), 0);
	ck_assert_msg(strcmp(w.state[1], outcomes[_i].state) == 0, "%s: got %s",
	    outcomes[_i].why, w.state[1]);
	ck_assert_int_eq(w.retry_calls, outcomes[_i].again);
	ck_assert_int_eq(w.gave_up, outcomes[_i].gave_up);
	ck_assert_int_eq(w.retry_ms, outcomes[_i].retry_ms);
	ck_assert_int_eq(w.counts, outcomes[_i].outcome == LINK_SENT);
}
END_TEST

static void
answer_strangely(void)
{
	struct link_result r = { .head = { LINK_RESULT, sizeof r },
		.request = 999,
		.outcome = LINK_SENT };

	if (w.turns == 1) {
		say(&r, sizeof r); /* of a process before */
		say(&r, sizeof r.head - 1); /* half a head */
		r.request = 1;
		say(&r, sizeof r - 1); /* not whole */
		r.head.kind = 99;
		say(&r, sizeof r);
		r.request = 0; /* that of a free slot */
		r.head.kind = LINK_RESULT;
		say(&r, sizeof r);
	} else {
		ck_assert_int_eq(noted(), 0);
		stop();
	}
}

START_TEST(strange_answers_are_none)
{
	w.turn = answer_strangely;
	ck_assert_int_eq(run(), 0);
	ck_assert_int_eq(w.counts, 0);
}
END_TEST

/* The answer has been taken from the socket when the database fails. */
START_TEST(an_answer_outlives_the_database)
{
	w.rows = ROWS;
	w.fail_each = 9;
	w.fail_with = DB_LOST;
	ck_assert_int_eq(run(), 0);
	ck_assert_int_ge(w.reconnects, 4);
	ck_assert_int_eq(noted(), ROWS);
	ck_assert_int_eq(w.nsent, ROWS);
	for (int i = 1; i <= ROWS; i++)
		ck_assert_int_eq(w.noted[i], 1);
}
END_TEST

static void
answer_until_sent(void)
{
	static int answered;

	if (w.turns == 1)
		answered = 0;
	while (answered < w.nsent)
		answer(w.sent[answered++].request);
	if (w.nsent == w.rows)
		stop();
}

/* One that the database refuses for good holds no place in the air. */
START_TEST(an_answer_that_cannot_be_noted_stops_nothing)
{
	w.rows = 17; /* one more than can be in flight */
	w.fail_each = 1;
	w.fail_with = DB_FAILED;
	w.turn = answer_until_sent;
	ck_assert_int_eq(run(), 0);
	ck_assert_int_eq(w.nsent, w.rows);
}
END_TEST

static void
tell_modem(void)
{
	struct link_modem m = { .head = { LINK_READY, sizeof m },
		.modem = "one",
		.operator_code = "24405",
		.operator_name = "Simulated" };

	const struct link_away away = { .head = { LINK_AWAY, sizeof away },
		.modem = "one",
		.step = "hook" };

	if (w.turns == 1)
		say(&m, sizeof m);
	else if (w.turns == 2) {
		ck_assert_str_eq(w.operator_name, "Simulated");
		m.head.kind = LINK_STATE;
		m.operator_name[0] = '\0';
		say(&m, sizeof m);
		say(&away, sizeof away);
	} else {
		stop();
	}
}

START_TEST(modems_are_noted)
{
	w.rows = 0;
	w.turn = tell_modem;
	ck_assert_int_eq(run(), 0);
	ck_assert_int_eq(w.modems, 2);
	ck_assert_int_eq(w.aways, 1);
	ck_assert_str_eq(w.operator_name, "24405");
}
END_TEST

START_TEST(its_modems_are_its_own)
{
	w.own_refused = _i == 1;
	ck_assert_int_eq(run(), 0);
	ck_assert_int_eq(w.owned, 1);
	ck_assert_int_eq(w.counts, 1); /* sent, whatever comes of that */
}
END_TEST

static void
go_away(void)
{
	shutdown(w.fd, SHUT_RDWR);
}

START_TEST(it_ends_with_its_parent)
{
	w.turn = go_away;
	ck_assert_int_eq(run(), 0);
	ck_assert_int_lt(w.turns, 5);
}
END_TEST

START_TEST(it_does_not_start_without_a_database)
{
	w.no_database = true;
	ck_assert_int_eq(run(), 1);
	ck_assert_int_eq(w.turns, 0);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("outbox");
	TCase *tc = tcase_create("sending");

	log_open("check_outbox", false, false);
	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, rows_go_out_and_are_noted);
	tcase_add_loop_test(
	    tc, an_sms_has_its_form, 0, sizeof forms / sizeof forms[0]);
	tcase_add_loop_test(
	    tc, an_outcome_is_noted, 0, sizeof outcomes / sizeof outcomes[0]);
	tcase_add_test(tc, strange_answers_are_none);
	tcase_add_test(tc, an_answer_outlives_the_database);
	tcase_add_test(tc, an_answer_that_cannot_be_noted_stops_nothing);
	tcase_add_test(tc, modems_are_noted);
	tcase_add_loop_test(tc, its_modems_are_its_own, 0, 2);
	tcase_add_test(tc, it_ends_with_its_parent);
	tcase_add_test(tc, it_does_not_start_without_a_database);
	suite_add_tcase(s, tc);
	return check_main(s);
}
