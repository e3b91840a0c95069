/*
 * The gateway's processes: how they begin, and what follows when they end.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "log.h"
#include "supervisor_internal.h"

/* Exit statuses of smsd-modem (see its main.c and watch.h). */
#define MODEM_EXIT_ALARM 3
#define MODEM_EXIT_UNREADABLE 4
#define MODEM_EXIT_GONE 5

/* execv(3) promises to leave its arguments alone, but cannot say so. */
static char *
arg(const char *text)
{
	return (char *)(uintptr_t)text;
}

static void
become_modem(const struct supervisor *s, const struct child *c, int fd)
{
	char number[12], poll[12], janitor[12];
	char *argv[] = { s->modem_program, arg("--fd"), number, arg("--name"),
		c->conf->name, arg("--device"), c->conf->device,
		arg("--connection"), c->conf->connection, arg("--pin"),
		c->conf->pin, arg("--poll"), poll, arg("--janitor"), janitor,
		c->reset ? arg("--reset") : NULL, NULL };

	snprintf(number, sizeof number, "%d", fd);
	snprintf(poll, sizeof poll, "%d", (int)c->conf->poll_s);
	snprintf(janitor, sizeof janitor, "%d", c->trouble);
	execv(s->modem_program, argv);
	log_error("cannot run %s: %m", s->modem_program);
	_exit(127);
}

static void
become_role(const struct supervisor *s, const struct child *c, int fd)
{
	char number[12];
	char *argv[] = { arg(s->self), arg("-c"), s->conf->path, arg("--role"),
		arg(c->name), arg("--fd"), number, NULL };

	snprintf(number, sizeof number, "%d", fd);
	execv(s->self, argv);
	log_error("cannot run %s: %m", s->self);
	_exit(127);
}

void
child_start(struct child *c)
{
	const struct timeval later = { 5, 0 };
	struct supervisor *s = c->of;
	int pair[2];
	sigset_t none;

	if (s->stopping_ms != 0 || c->pid != 0)
		return;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == -1) {
		log_error("cannot make a socket pair: %m");
		event_add(c->restart, &later);
		return;
	}
	if ((c->pid = fork()) == -1) {
		log_error("cannot fork: %m");
		c->pid = 0;
		close(pair[0]);
		close(pair[1]);
		event_add(c->restart, &later);
		return;
	}
	if (c->pid == 0) {
		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		signal(SIGPIPE, SIG_DFL);
		/* SIGTERM to the group is for us to hand on in order. */
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		fcntl(pair[1], F_SETFD, 0);
		if (c->kind == MODEM)
			become_modem(s, c, pair[1]);
		else
			become_role(s, c, pair[1]);
	}
	close(pair[1]);
	c->fd = pair[0];
	c->started_ms = c->heard_ms = supervisor_mono_ms();
	c->readable = event_new(
	    s->base, c->fd, EV_READ | EV_PERSIST, supervisor_on_readable, c);
	if (c->readable == NULL || event_add(c->readable, NULL) == -1)
		log_error("cannot watch %s", c->name);
}

void
child_on_restart(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd;
	(void)what;
	child_start(ctx);
}

static bool
exited(int status, int how)
{
	return WIFEXITED(status) && WEXITSTATUS(status) == how;
}

/* Say how it ended, once for a modem that is simply not there. */
static void
say_ended(struct child *c, int status)
{
	if (c->kind == MODEM && exited(status, MODEM_EXIT_ALARM)) {
		log_warn("modem %s: stopped answering", c->name);
	} else if (c->kind == MODEM && exited(status, MODEM_EXIT_GONE)) {
		if (!c->missing)
			log_warn("modem %s: %s does not answer: trying until "
				 "it does",
			    c->name, c->conf->device);
		c->missing = true;
	} else if (WIFSIGNALED(status)) {
		log_warn("%s: ended by signal %d: started again", c->name,
		    WTERMSIG(status));
	} else if (!exited(status, MODEM_EXIT_UNREADABLE)) {
		log_warn("%s: ended with status %d: started again", c->name,
		    WEXITSTATUS(status));
	}
}

/* Soon at first; a modem that is away is looked for every second. */
static void
plan_restart(struct child *c, int status)
{
	int64_t most = c->kind == MODEM && c->missing ? 800 : 5000;
	struct timeval tv;

	if (supervisor_mono_ms() - c->started_ms > 60000)
		c->backoff_ms = 0;
	c->backoff_ms = c->backoff_ms == 0 ? 100 : 2 * c->backoff_ms;
	if (c->backoff_ms > most)
		c->backoff_ms = most;
	if (c->kind == MODEM &&
	    (WIFSIGNALED(status) || exited(status, MODEM_EXIT_UNREADABLE))) {
		c->trouble++;
		c->backoff_ms = 50;
	}
	if (c->kind == MODEM && !exited(status, MODEM_EXIT_UNREADABLE)) {
		/* The janitor's AT finds out quickly whether it is there. */
		if (c->trouble == 0)
			c->trouble = 1;
		c->reset =
		    ladder_failed(&c->ladder, c->conf, supervisor_mono_ms());
		supervisor_tell_away(c->of, c);
	}
	tv.tv_sec = c->backoff_ms / 1000;
	tv.tv_usec = (suseconds_t)(c->backoff_ms % 1000) * 1000;
	event_add(c->restart, &tv);
}

void
child_ended(struct child *c, int status)
{
	struct supervisor *s = c->of;

	/* What it said before it ended counts. */
	if (c->readable != NULL) {
		supervisor_on_readable(c->fd, EV_READ, c);
		event_free(c->readable);
		c->readable = NULL;
	}
	close(c->fd);
	c->fd = -1;
	c->pid = 0;
	c->ready = false;
	c->held = 0; /* not kept: the modem still has them */
	if (c->sending != 0) {
		supervisor_answer(s, c->sending, LINK_UNKNOWN, c->name);
		c->sending = 0;
	}
	if (s->stopping_ms != 0)
		return;
	say_ended(c, status);
	plan_restart(c, status);
}
