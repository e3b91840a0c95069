#include "outbox.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "gate.h"
#include "link.h"
#include "log.h"
#include "wire.h"

#define IN_FLIGHT_MAX 16
#define TRIES_MAX 6
#define NOTE_TRIES_MAX 2 /* of an answer that the database refuses */
#define IDLE_MS 5000

/* A row that is being sent: the request's number is its outbox id. */
struct flight {
	int64_t account, outbox; /* 0: free */
};

/* An answer stays here until it is noted: it has left the socket. */
struct heard {
	bool any;
	int tries;
	struct link_result result;
};

struct outbox {
	const struct smsd_conf *conf;
	int link_fd;
	struct db *db;
	char host[256]; /* this one's name */
	bool stop, down;
	int64_t down_wait_ms;
	struct flight flight[IN_FLIGHT_MAX];
	struct heard heard;
};

static int64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static struct flight *
flight_of(struct outbox *o, int64_t outbox)
{
	for (size_t i = 0; i < IN_FLIGHT_MAX; i++)
		if (o->flight[i].outbox == outbox)
			return &o->flight[i];
	return NULL;
}

/* 30 s, 1, 2, 4, ... minutes: a network that is down needs time. */
static int64_t
retry_after_ms(int attempts)
{
	return 30000LL << (attempts < 8 ? attempts - 1 : 7);
}

static enum db_err
take_result(struct outbox *o, const struct link_result *r)
{
	struct flight *f = flight_of(o, (int64_t)r->request);
	int64_t now = now_ms();
	const char *state = "unknown";
	int attempts = 0;
	enum db_err err;

	if (f == NULL || f->outbox == 0)
		return DB_OK; /* of a process before us: marked unknown */
	if (r->outcome == LINK_SENT)
		state = "sent";
	else if (r->outcome == LINK_FAILED)
		state = "queued";
	err = gate_outbox_result(o->db, f->account, f->outbox, state, r->modem,
	    r->reference, now + retry_after_ms(1), now, &attempts);
	if (err == DB_OK && r->outcome == LINK_SENT)
		err = gate_modem_count(o->db, r->modem, 0, 1, now);
	if (err == DB_OK && r->outcome == LINK_FAILED)
		err = gate_outbox_retry(o->db, f->account, f->outbox,
		    attempts >= TRIES_MAX, now + retry_after_ms(attempts), now);
	if (err == DB_OK || err == DB_NONE) {
		f->outbox = 0;
		return DB_OK;
	}
	return err;
}

/*
 * Note the answer that was heard, if any.  A database that is away is waited
 * for; one that refuses the answer is asked once more, and then the answer is
 * given up, so that it does not stand in the way of all others: the row counts
 * as unknown from the next start on.
 */
static enum db_err
note_heard(struct outbox *o)
{
	struct flight *f;
	enum db_err err;

	if (!o->heard.any)
		return DB_OK;
	err = take_result(o, &o->heard.result);
	if (err != DB_OK && err != DB_LOST &&
	    ++o->heard.tries == NOTE_TRIES_MAX) {
		log_error("outbox %llu: its outcome cannot be noted",
		    (unsigned long long)o->heard.result.request);
		f = flight_of(o, (int64_t)o->heard.result.request);
		if (f != NULL)
			f->outbox = 0;
		err = DB_OK;
	}
	if (err == DB_OK)
		o->heard = (struct heard){ 0 };
	return err;
}

static enum db_err
take_modem(struct outbox *o, const struct link_modem *m)
{
	const struct gate_modem row = {
		.host = o->host,
		.name = m->modem,
		.manufacturer = m->manufacturer,
		.model = m->model,
		.imei = m->imei,
		.operator_name = m->operator_name[0] != '\0' ? m->operator_name
							     : m->operator_code,
		.registered = m->registered,
		.signal_percent = m->signal_percent,
	};

	return gate_modem_put(o->db, &row, now_ms());
}

static enum db_err
take_away(struct outbox *o, const struct link_away *a)
{
	return gate_modem_step(o->db, a->modem, a->step);
}

/* All that the supervisor has said. */
static enum db_err
hear(struct outbox *o)
{
	union {
		struct link_head head;
		struct link_result result;
		struct link_modem modem;
		struct link_away away;
	} p;
	enum db_err err = note_heard(o);
	ssize_t n = -1;

	errno = EAGAIN;
	while (err == DB_OK &&
	       (n = recv(o->link_fd, &p, sizeof p, MSG_DONTWAIT)) > 0) {
		if (n < (ssize_t)sizeof p.head)
			continue;
		if (p.head.kind == LINK_STOP)
			o->stop = true;
		else if (p.head.kind == LINK_RESULT && n == sizeof p.result) {
			o->heard = (struct heard){ true, 0, p.result };
			err = note_heard(o);
		} else if ((p.head.kind == LINK_READY ||
			       p.head.kind == LINK_STATE) &&
			   n == sizeof p.modem)
			err = take_modem(o, &p.modem);
		else if (p.head.kind == LINK_AWAY && n == sizeof p.away)
			err = take_away(o, &p.away);
	}
	if (err == DB_OK && (n == 0 || (n == -1 && errno != EAGAIN)))
		o->stop = true;
	return err;
}

static int
dispatch(struct outbox *o, const struct gate_claim *c)
{
	struct link_send s = {
		.head = { LINK_SEND, sizeof s },
		.request = (uint64_t)c->outbox,
		.text = c->text || c->plain,
		.report = o->conf->reports,
	};
	char text[WIRE_TEXT_CHARS + 1];
	int64_t left_s = (c->not_after_ms - now_ms()) / 1000;

	s.validity_s = (uint32_t)(left_s < o->conf->validity_h * 3600
				      ? left_s
				      : o->conf->validity_h * 3600);
	memcpy(s.number, c->number, sizeof s.number);
	if (c->text && !c->plain) {
		s.data_len = (uint32_t)wire_text_encode(c->frame, c->len, text);
		memcpy(s.data, text, s.data_len);
	} else {
		s.data_len = (uint32_t)c->len;
		memcpy(s.data, c->frame, c->len);
	}
	return send(o->link_fd, &s, sizeof s, MSG_NOSIGNAL) == sizeof s ? 0
									: -1;
}

static struct gate_budget
budget_of(const struct smsd_conf *conf)
{
	return (struct gate_budget){
		.price_milli = conf->price_milli,
		.gateway_month_max = conf->month_sms_max,
		.gateway_day_max = conf->day_sms_max,
	};
}

/* For operators: what this gateway goes by, and which modems it has. */
static enum db_err
tell_gateway(struct outbox *o)
{
	const struct gate_budget budget = budget_of(o->conf);
	const char *names[SMSD_MODEMS_MAX];
	enum db_err err;

	for (size_t i = 0; i < o->conf->modems; i++)
		names[i] = o->conf->modem[i].name;
	err = gate_gateway_put(o->db, o->host, &budget, now_ms());
	if (err == DB_OK)
		err = gate_modem_own(o->db, o->host, names, o->conf->modems);
	return err == DB_REFUSED ? DB_OK : err; /* SMS go out all the same */
}

/* Claim and hand on as much as there is room for. */
static enum db_err
send_due(struct outbox *o)
{
	const struct gate_budget budget = budget_of(o->conf);
	struct gate_claim c;
	struct flight *f;
	enum db_err err;

	while ((f = flight_of(o, 0)) != NULL) {
		err = gate_outbox_claim(o->db, &budget, now_ms(), &c);
		if (err == DB_NONE)
			return DB_OK;
		if (err != DB_OK)
			return err;
		*f = (struct flight){ c.account, c.outbox };
		if (dispatch(o, &c) == -1) {
			o->stop = true; /* the supervisor is gone */
			return DB_OK;
		}
	}
	return DB_OK;
}

static void
wait_for_news(struct outbox *o, int64_t wait_ms)
{
	struct pollfd p[2] = {
		{ .fd = o->link_fd, .events = POLLIN },
		{ .fd = o->down ? -1 : db_socket(o->db), .events = POLLIN },
	};

	poll(p, 2, wait_ms < 1 ? 1 : (int)wait_ms);
	if ((p[0].revents & POLLHUP) != 0)
		o->stop = true;
	if (p[1].revents != 0 && !db_notified(o->db) && !db_alive(o->db))
		o->down = true;
}

static enum db_err
work(struct outbox *o, int64_t *wait_ms)
{
	int64_t due = 0;
	enum db_err err;

	if ((err = hear(o)) != DB_OK || (err = send_due(o)) != DB_OK ||
	    (err = gate_outbox_next(o->db, now_ms(), &due)) != DB_OK)
		return err;
	*wait_ms = IDLE_MS;
	if (due != 0 && due - now_ms() < IDLE_MS && flight_of(o, 0) != NULL)
		*wait_ms = due - now_ms();
	return DB_OK;
}

/* Answers that come while the database is away stay in the socket. */
static void
try_again(struct outbox *o)
{
	struct timespec t;

	if (o->down_wait_ms == 0)
		log_warn("the database does not answer: nothing is sent");
	o->down_wait_ms = o->down_wait_ms == 0 ? 200 : 2 * o->down_wait_ms;
	if (o->down_wait_ms > 5000)
		o->down_wait_ms = 5000;
	t.tv_sec = o->down_wait_ms / 1000;
	t.tv_nsec = o->down_wait_ms % 1000 * 1000000;
	nanosleep(&t, NULL);
	if (!db_reconnect(o->db) || db_listen(o->db, "smsvault_work") != DB_OK)
		return;
	log_info("the outbox has its database again");
	o->down = false;
	o->down_wait_ms = 0;
}

static bool
supervisor_gone(const struct outbox *o)
{
	struct link_head head;
	ssize_t n =
	    recv(o->link_fd, &head, sizeof head, MSG_PEEK | MSG_DONTWAIT);

	return n == 0 || (n > 0 && head.kind == LINK_STOP);
}

int
outbox_run(const struct smsd_conf *conf, int link_fd)
{
	struct outbox o = { .conf = conf, .link_fd = link_fd };
	int64_t wait_ms = 0;
	int status = 1;

	gethostname(o.host, sizeof o.host - 1);
	if ((o.db = db_open(conf->database, NULL)) != NULL &&
	    db_listen(o.db, "smsvault_work") == DB_OK &&
	    gate_outbox_recover(o.db, now_ms()) == DB_OK &&
	    tell_gateway(&o) == DB_OK) {
		status = 0;
		while (!o.stop) {
			if (o.down || work(&o, &wait_ms) != DB_OK) {
				o.down = true;
				if (supervisor_gone(&o))
					break;
				try_again(&o);
			} else if (!o.stop) {
				wait_for_news(&o, wait_ms);
			}
		}
	}
	db_close(o.db);
	return status;
}
