#include "ingest.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "gate.h"
#include "gateway.h"
#include "link.h"
#include "log.h"
#include "pack_prime.h"
#include "spool.h"

#define BATCH 256
/* Whole transfers between two batches: opening one takes tens of milliseconds,
 * or hundreds if a state must be made, and new messages wait for their commit
 * meanwhile.  A batch itself makes no state. */
#define OPEN_MAX 1
#define TICK_MS 1000

struct ingest {
	const struct smsd_conf *conf;
	int link_fd;
	struct db *db;
	struct spool *spool;
	struct gateway *gateway;
	int64_t tick_ms;
	bool stop, down;
	int64_t down_wait_ms;
};

static int64_t
clock_ms(clockid_t which)
{
	struct timespec t;

	clock_gettime(which, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Wait for the supervisor's word, or as long as that. */
static void
listen_for(struct ingest *in, int64_t wait_ms)
{
	struct pollfd p[2] = {
		{ .fd = in->link_fd, .events = POLLIN },
		{ .fd = in->db != NULL && !in->down ? db_socket(in->db) : -1,
		    .events = POLLIN },
	};
	struct link_head head;
	ssize_t n;

	if (poll(p, 2, (int)wait_ms) <= 0)
		return;
	if (p[1].revents != 0) {
		if (db_notified(in->db))
			in->tick_ms = 0; /* an owner wants something */
		else if (!db_alive(in->db))
			in->down = true;
	}
	while ((n = recv(in->link_fd, &head, sizeof head,
		    MSG_DONTWAIT | MSG_TRUNC)) > 0)
		if (head.kind == LINK_STOP)
			in->stop = true;
	if (n == 0 || (n == -1 && errno != EAGAIN && errno != EINTR))
		in->stop = true;
}

/* The rows' fates, each in as few transactions of the spool as can be. */
static int
settle(struct ingest *in, const struct spool_row *rows, int n,
    const struct gateway_answer *answers)
{
	int64_t done[BATCH];
	int ndone = 0;

	for (int i = 0; i < n; i++) {
		switch (answers[i].verdict) {
		case GATEWAY_TAKEN:
			done[ndone++] = rows[i].id;
			break;
		case GATEWAY_JUNK:
			if (spool_junk(in->spool, &rows[i].id, 1,
				answers[i].reason) == -1)
				return -1;
			break;
		case GATEWAY_ASIDE:
			if (spool_quarantine(
				in->spool, rows[i].id, answers[i].reason) == -1)
				return -1;
			break;
		case GATEWAY_LATER:
			break;
		}
	}
	return spool_done(in->spool, done, ndone);
}

static void
count_modems(struct ingest *in, const struct spool_row *rows, int n)
{
	int64_t now = clock_ms(CLOCK_REALTIME);
	int i = 0, from;

	while (i < n) {
		for (from = i;
		     i < n && strcmp(rows[i].modem, rows[from].modem) == 0; i++)
			;
		gate_modem_count(in->db, rows[from].modem, i - from, 0, now);
	}
}

/* One batch.  How many rows, or -1: the database failed. */
static int
take_batch(struct ingest *in, int64_t *after)
{
	static struct spool_row rows[BATCH];
	struct gateway_answer answers[BATCH];
	int n = spool_next(in->spool, *after, rows, BATCH);

	if (n <= 0)
		return n < 0 ? 0 : n; /* the spool's trouble is logged there */
	if (gateway_take(
		in->gateway, rows, n, clock_ms(CLOCK_REALTIME), answers) == -1)
		return -1;
	count_modems(in, rows, n);
	if (settle(in, rows, n, answers) == -1)
		return 0; /* they come again, and do no harm */
	*after = rows[n - 1].id;
	return n;
}

/* *after: what was put off is looked at again. */
static int
tick(struct ingest *in, int64_t *after)
{
	if (clock_ms(CLOCK_MONOTONIC) < in->tick_ms)
		return 0;
	in->tick_ms = clock_ms(CLOCK_MONOTONIC) + TICK_MS;
	*after = 0;
	return gateway_tick(in->gateway, clock_ms(CLOCK_REALTIME));
}

/* Everything that can be done now.  -1: the database failed. */
static int
work(struct ingest *in)
{
	int64_t after = 0;
	int n, opened;

	do {
		if ((n = take_batch(in, &after)) == -1)
			return -1;
		opened = gateway_open(
		    in->gateway, OPEN_MAX, clock_ms(CLOCK_REALTIME));
		if (opened == -1 || tick(in, &after) == -1)
			return -1;
	} while (n > 0 || opened > 0);
	return 0;
}

/* Once it works again: go on where we were; the spool has kept the rest. */
static void
try_again(struct ingest *in)
{
	if (in->down_wait_ms == 0)
		log_warn("the database does not answer: messages wait in the "
			 "spool");
	in->down_wait_ms = in->down_wait_ms == 0 ? 200 : 2 * in->down_wait_ms;
	if (in->down_wait_ms > 5000)
		in->down_wait_ms = 5000;
	listen_for(in, in->down_wait_ms);
	if (in->stop || !db_reconnect(in->db) ||
	    db_listen(in->db, "smsvault_work") != DB_OK)
		return;
	gateway_forget(in->gateway);
	log_info("the database answers again");
	in->down = false;
	in->down_wait_ms = 0;
}

static int
load_keys(const struct smsd_conf *conf, struct gateway_keys *keys)
{
	char *gateway = smsd_conf_key_path(conf, "gateway");
	char *service = smsd_conf_key_path(conf, "service");
	int ret = -1;

	if (gateway != NULL && service != NULL &&
	    seal_keyfile_make(gateway, keys->gateway) == 0 &&
	    seal_keyfile_make(service, keys->service) == 0)
		ret = 0;
	free(gateway);
	free(service);
	return ret;
}

static int
set_up(struct ingest *in)
{
	struct reassembly_timing timing = reassembly_timing_default;
	struct gateway_keys keys;
	int ret = -1;

	timing.quiet_ms = in->conf->quiet_s * 1000;
	if (load_keys(in->conf, &keys) == 0 &&
	    (in->spool = spool_open(in->conf->spool)) != NULL &&
	    (in->db = db_open(in->conf->database, NULL)) != NULL &&
	    db_listen(in->db, "smsvault_work") == DB_OK &&
	    (in->gateway = gateway_new(
		 in->db, &keys, &timing, (size_t)in->conf->hot_states)) != NULL)
		ret = 0;
	seal_wipe(&keys, sizeof keys);
	return ret;
}

int
ingest_run(const struct smsd_conf *conf, int link_fd)
{
	struct ingest in = { .conf = conf, .link_fd = link_fd };
	int status = 1;

	/* This may take a second: not while the first message waits. */
	pack_prime_model();
	if (set_up(&in) == 0) {
		status = 0;
		while (!in.stop) {
			if (in.down || work(&in) == -1) {
				in.down = true;
				try_again(&in);
			} else {
				listen_for(&in, TICK_MS);
			}
		}
	}
	gateway_free(in.gateway);
	db_close(in.db);
	spool_close(in.spool);
	return status;
}
