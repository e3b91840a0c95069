#include "supervisor.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "config.h"
#include "log.h"
#include "notify.h"
#include "supervisor_internal.h"

#define DEADLINE_MS 30000 /* a modem child that says nothing is killed */
#define SENDING_MS 60000 /* the same while the network takes a message */
#define NO_MODEM_MS 60000 /* a send that finds no modem fails */
#define STOP_MS 8000 /* children that do not end are killed */

int64_t
supervisor_mono_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int64_t
unix_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static struct child *
role(struct supervisor *s, enum kind kind)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->children[i].kind == kind)
			return &s->children[i];
	return NULL;
}

/* A packet to a child.  One that is gone or does not read loses it: every
 * packet we send is repeated or made good when the child is back. */
static bool
pass(struct child *c, const void *packet, size_t len)
{
	return c != NULL && c->fd != -1 &&
	       send(c->fd, packet, len, MSG_DONTWAIT | MSG_NOSIGNAL) ==
		   (ssize_t)len;
}

/* ---- from modem to spool ---- */

static void
tell_kept(struct child *c)
{
	struct link_kept k = { .head = { LINK_KEPT, sizeof k } };

	for (size_t i = 0; i < c->held; i++)
		k.token[k.count++] = c->hold[i].token;
	c->held = 0;
	pass(c, &k, sizeof k);
}

static int
store_held(struct supervisor *s, struct child *c)
{
	int64_t now = unix_ms();

	if (spool_begin(s->spool) == -1)
		return -1;
	for (size_t i = 0; i < c->held; i++)
		if (spool_add(s->spool, c->name, now, &c->hold[i]) == -1) {
			spool_abort(s->spool);
			return -1;
		}
	return spool_commit(s->spool);
}

/* Commit what this child has handed over; only then may it delete. */
static void
keep(struct supervisor *s, struct child *c)
{
	struct link_head wake = { LINK_WAKE, sizeof wake };

	if (c->held == 0)
		return;
	if (store_held(s, c) == -1) {
		if (!s->spool_failed)
			log_error("the spool takes nothing: messages stay in "
				  "the modems until it does");
		s->spool_failed = true;
		return; /* tried again at the next tick */
	}
	if (s->spool_failed)
		log_info("the spool takes messages again");
	s->spool_failed = false;
	tell_kept(c);
	/* Reading it may have stopped when nothing more could be held. */
	if (c->readable != NULL && event_add(c->readable, NULL) == -1)
		log_error("cannot watch %s", c->name);
	pass(role(s, INGEST), &wake, sizeof wake);
}

/* ---- sending ---- */

void
supervisor_answer(struct supervisor *s, uint64_t request,
    enum link_outcome outcome, const char *modem)
{
	struct link_result r = {
		.head = { LINK_RESULT, sizeof r },
		.request = request,
		.outcome = outcome,
		.reference = -1,
		.error = -1,
	};

	strncpy(r.modem, modem, sizeof r.modem - 1);
	pass(role(s, OUTBOX), &r, sizeof r);
}

static struct child *
idle_modem(struct supervisor *s)
{
	for (size_t i = 0; i < s->count; i++) {
		struct child *c = &s->children[i];

		if (c->kind == MODEM && c->ready && c->sending == 0)
			return c;
	}
	return NULL;
}

static void
unqueue(struct supervisor *s, size_t i)
{
	memmove(&s->queue[i], &s->queue[i + 1],
	    (--s->queued - i) * sizeof s->queue[0]);
}

static void
send_queued(struct supervisor *s)
{
	struct child *c;

	while (s->queued > 0 && (c = idle_modem(s)) != NULL) {
		if (!pass(c, &s->queue[0].send, sizeof s->queue[0].send))
			return;
		c->sending = s->queue[0].send.request;
		unqueue(s, 0);
	}
}

static void
enqueue(struct supervisor *s, const struct link_send *send)
{
	if (s->queued == QUEUE_MAX) {
		supervisor_answer(s, send->request, LINK_FAILED, "");
		return;
	}
	s->queue[s->queued++] = (struct waiting){ *send, supervisor_mono_ms() };
	send_queued(s);
}

static void
expire_queue(struct supervisor *s)
{
	while (s->queued > 0 &&
	       supervisor_mono_ms() - s->queue[0].since_ms > NO_MODEM_MS) {
		supervisor_answer(s, s->queue[0].send.request, LINK_FAILED, "");
		unqueue(s, 0);
	}
}

void
supervisor_tell_away(struct supervisor *s, const struct child *c)
{
	struct link_away away = { .head = { LINK_AWAY, sizeof away } };

	snprintf(away.modem, sizeof away.modem, "%s", c->name);
	snprintf(away.step, sizeof away.step, "%s", ladder_step(&c->ladder));
	pass(role(s, OUTBOX), &away, sizeof away);
}

/* ---- packets ---- */

static void
from_modem(struct supervisor *s, struct child *c, const union link_packet *p)
{
	struct link_result r;

	switch ((enum link_kind)p->head.kind) {
	case LINK_READY:
		c->ready = true;
		c->missing = false;
		ladder_ready(&c->ladder, c->name);
		c->backoff_ms = 0;
		log_info("modem %s: ready: %s %s", c->name,
		    p->modem.manufacturer, p->modem.model);
		pass(role(s, OUTBOX), p, sizeof p->modem);
		send_queued(s);
		break;
	case LINK_STATE:
		c->trouble = 0;
		pass(role(s, OUTBOX), p, sizeof p->modem);
		break;
	case LINK_INCOMING:
		c->hold[c->held++] = p->sms;
		break;
	case LINK_RESULT:
		c->sending = 0;
		r = p->result;
		pass(role(s, OUTBOX), &r, sizeof r);
		send_queued(s);
		break;
	case LINK_ALIVE:
	case LINK_KEPT:
	case LINK_SEND:
	case LINK_STOP:
	case LINK_WAKE:
	case LINK_AWAY:
		break;
	}
}

void
supervisor_on_readable(evutil_socket_t fd, short what, void *ctx)
{
	struct child *c = ctx;
	struct supervisor *s = c->of;
	union link_packet p;
	ssize_t n = -1;

	(void)what;
	while (c->held < GROUP_MAX &&
	       (n = recv(fd, &p, sizeof p, MSG_DONTWAIT)) > 0) {
		c->heard_ms = supervisor_mono_ms();
		if (!link_is_whole(&p, (size_t)n)) {
			log_error("%s: a packet that is none: killed", c->name);
			kill(c->pid, SIGKILL);
			break;
		}
		if (c->kind == MODEM)
			from_modem(s, c, &p);
		else if (c->kind == OUTBOX && p.head.kind == LINK_SEND)
			enqueue(s, &p.send);
	}
	keep(s, c);
	/* It is ending, and SIGCHLD does the rest; or no more can be held
	 * until the spool takes it. */
	if (n == 0 || c->held == GROUP_MAX)
		event_del(c->readable);
}

static void
on_chld(evutil_socket_t sig, short what, void *ctx)
{
	struct supervisor *s = ctx;
	int status;
	pid_t pid;
	bool any = false;

	(void)sig;
	(void)what;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (size_t i = 0; i < s->count; i++)
			if (s->children[i].pid == pid)
				child_ended(&s->children[i], status);
	for (size_t i = 0; i < s->count; i++)
		any = any || s->children[i].pid != 0;
	if (s->stopping_ms != 0 && !any)
		event_base_loopbreak(s->base);
}

static void
on_stop(evutil_socket_t sig, short what, void *ctx)
{
	struct supervisor *s = ctx;
	struct link_head stop = { LINK_STOP, sizeof stop };

	(void)sig;
	(void)what;
	if (s->stopping_ms != 0)
		return;
	notify_systemd("STOPPING=1");
	s->stopping_ms = supervisor_mono_ms();
	for (size_t i = 0; i < s->count; i++) {
		event_del(s->children[i].restart);
		pass(&s->children[i], &stop, sizeof stop);
	}
	on_chld(0, 0, s);
}

/* One that waits for the disk does not hang. */
static bool
is_overdue(const struct child *c, int64_t now)
{
	return c->kind == MODEM && c->held == 0 &&
	       now - c->heard_ms > (c->sending != 0 ? SENDING_MS : DEADLINE_MS);
}

/* Once a second: what did not go on by itself. */
static void
on_tick(evutil_socket_t fd, short what, void *ctx)
{
	struct supervisor *s = ctx;
	int64_t now = supervisor_mono_ms();

	(void)fd;
	(void)what;
	notify_systemd("WATCHDOG=1");
	for (size_t i = 0; i < s->count; i++) {
		struct child *c = &s->children[i];

		if (c->pid == 0)
			continue;
		keep(s, c);
		if (c->held == GROUP_MAX)
			c->heard_ms = now; /* it is we who do not listen */
		if (is_overdue(c, now)) {
			log_warn(
			    "modem %s: its process hangs: killed", c->name);
			c->heard_ms = now;
			kill(c->pid, SIGKILL);
		}
		if (s->stopping_ms != 0 && now - s->stopping_ms > STOP_MS)
			kill(c->pid, SIGKILL);
	}
	expire_queue(s);
	send_queued(s);
}

/* ---- the whole ---- */

/* One smsd on one spool. */
static int
lock_run(const struct smsd_conf *conf)
{
	char *path = NULL;
	int fd;

	if (asprintf(&path, "%s/smsd.lock", conf->run) == -1)
		return -1;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd == -1)
		log_error("cannot open %s: %m: see that the directory run "
			  "of smsd.conf is there and is ours to write",
		    path);
	else if (flock(fd, LOCK_EX | LOCK_NB) == -1) {
		log_error("another smsd runs with %s: stop it first", path);
		close(fd);
		fd = -1;
	}
	free(path);
	return fd;
}

static void
add_child(struct supervisor *s, enum kind kind, const char *name,
    const struct smsd_modem *conf)
{
	struct child *c = &s->children[s->count++];

	c->of = s;
	c->kind = kind;
	c->name = name;
	c->conf = conf;
	c->fd = -1;
	c->restart = evtimer_new(s->base, child_on_restart, c);
	/* A crash may have left what libGammu cannot read: look first. */
	c->trouble = 1;
}

static int
set_up(struct supervisor *s)
{
	const struct timeval second = { 1, 0 };

	if ((s->base = event_base_new()) == NULL ||
	    (s->children = calloc(s->conf->modems + 3, sizeof *s->children)) ==
		NULL) {
		log_error("cannot allocate the supervisor: %m");
		return -1;
	}
	if (s->conf->modem_program[0] != '\0')
		s->modem_program = strdup(s->conf->modem_program);
	else
		s->modem_program = strdup(SMSD_MODEM_PROGRAM);
	if (s->modem_program == NULL ||
	    (s->spool = spool_open(s->conf->spool)) == NULL)
		return -1;
	add_child(s, INGEST, "ingest", NULL);
	add_child(s, OUTBOX, "outbox", NULL);
	add_child(s, NOTICES, "notices", NULL);
	for (size_t i = 0; i < s->conf->modems; i++)
		add_child(s, MODEM, s->conf->modem[i].name, &s->conf->modem[i]);
	s->tick = event_new(s->base, -1, EV_PERSIST, on_tick, s);
	s->term = evsignal_new(s->base, SIGTERM, on_stop, s);
	s->intr = evsignal_new(s->base, SIGINT, on_stop, s);
	s->chld = evsignal_new(s->base, SIGCHLD, on_chld, s);
	if (s->tick == NULL || event_add(s->tick, &second) == -1 ||
	    event_add(s->term, NULL) == -1 || event_add(s->intr, NULL) == -1 ||
	    event_add(s->chld, NULL) == -1) {
		log_error("cannot set up the event loop");
		return -1;
	}
	return 0;
}

static void
tear_down(struct supervisor *s)
{
	for (size_t i = 0; i < s->count; i++)
		event_free(s->children[i].restart);
	if (s->tick != NULL)
		event_free(s->tick);
	if (s->term != NULL)
		event_free(s->term);
	if (s->intr != NULL)
		event_free(s->intr);
	if (s->chld != NULL)
		event_free(s->chld);
	if (s->base != NULL)
		event_base_free(s->base);
	spool_close(s->spool);
	free(s->children);
	free(s->modem_program);
}

int
supervisor_run(const struct smsd_conf *conf, const char *self)
{
	struct supervisor s = { .conf = conf, .self = self };
	int lock, status = 1;

	signal(SIGPIPE, SIG_IGN);
	if ((lock = lock_run(conf)) == -1)
		return 1;
	if (set_up(&s) == 0) {
		if (conf->modems == 0)
			log_warn("no modem is configured: nothing will arrive");
		for (size_t i = 0; i < s.count; i++)
			child_start(&s.children[i]);
		notify_systemd("READY=1");
		log_info("smsd runs with %zu modem(s)", conf->modems);
		event_base_dispatch(s.base);
		log_info("smsd has stopped");
		status = 0;
	}
	tear_down(&s);
	close(lock);
	return status;
}
