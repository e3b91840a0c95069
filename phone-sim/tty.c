#include "tty.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "log.h"

/*
 * The slave side stays open here, too, so that the master never reads an end
 * while nobody is there.  That costs three repairs, since a serial port would
 * forget and a pty does not:
 *  - packet mode (TIOCPKT) tells us when the other side flushes, so that the
 *    answer to a reader that has died does not greet the next one;
 *  - inotify tells us when it opens and closes, for the same reason;
 *  - then TIOCNXCL takes back the exclusive use that a dead opener had asked
 *    for, or nobody but root could open the line again.
 */

#define READ_SIZE 4096
#define PACE_MS 5 /* a paced line moves this often */

struct tty {
	struct event_base *base;
	const struct tty_host *host;
	char *path;
	int master, slave, watch;
	struct event *readable, *writable, *watched, *pace;
	struct evbuffer *out;
	unsigned speed;
	bool paused;
};

static void
start_sending(struct tty *t)
{
	const struct timeval pace = { 0, PACE_MS * 1000 };

	if (t->master == -1 || evbuffer_get_length(t->out) == 0)
		return;
	if (t->speed == 0)
		event_add(t->writable, NULL);
	else if (!event_pending(t->pace, EV_TIMEOUT, NULL))
		event_add(t->pace, &pace);
}

/* At most max octets now. */
static void
send_some(struct tty *t, size_t max)
{
	size_t left = evbuffer_get_length(t->out);
	int n;

	if (max > left)
		max = left;
	if (t->master == -1 || max == 0)
		return;
	n = evbuffer_write_atmost(t->out, t->master, (ev_ssize_t)max);
	if (n == -1 && errno != EAGAIN && errno != EINTR)
		evbuffer_drain(t->out, left); /* nobody will read it */
	start_sending(t);
}

static void
on_writable(evutil_socket_t fd, short what, void *arg)
{
	struct tty *t = arg;

	(void)fd;
	(void)what;
	send_some(t, evbuffer_get_length(t->out));
}

/* Ten bits an octet. */
static void
on_pace(evutil_socket_t fd, short what, void *arg)
{
	struct tty *t = arg;
	size_t max = (size_t)t->speed * PACE_MS / 10000;

	(void)fd;
	(void)what;
	send_some(t, max > 0 ? max : 1);
}

static void
start_anew(struct tty *t)
{
	evbuffer_drain(t->out, evbuffer_get_length(t->out));
	ioctl(t->slave, TIOCNXCL);
	t->host->fresh(t->host->ctx);
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct tty *t = arg;
	uint8_t buf[READ_SIZE + 1];
	ssize_t n = read(fd, buf, sizeof buf);

	(void)what;
	if (n <= 0)
		return;
	if (buf[0] == TIOCPKT_DATA) {
		if (n > 1)
			t->host->input(t->host->ctx, buf + 1, (size_t)n - 1);
	} else if ((buf[0] & TIOCPKT_FLUSHREAD) != 0) {
		start_anew(t);
	}
}

static void
on_watched(evutil_socket_t fd, short what, void *arg)
{
	struct tty *t = arg;
	char buf[4096] __attribute__((aligned(8)));

	(void)what;
	/* Every open or close is the end of a talk or the start of one. */
	if (read(fd, buf, sizeof buf) > 0)
		start_anew(t);
}

/* Raw before anyone looks, or the line would echo our own words to us. */
static int
open_pty(struct tty *t)
{
	struct termios raw;
	char name[64];
	int on = 1;

	if ((t->master = posix_openpt(
		 O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)) == -1 ||
	    grantpt(t->master) == -1 || unlockpt(t->master) == -1 ||
	    ptsname_r(t->master, name, sizeof name) != 0 ||
	    (t->slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC)) == -1 ||
	    tcgetattr(t->slave, &raw) == -1) {
		log_error("cannot open a pty: %m");
		return -1;
	}
	cfmakeraw(&raw);
	if (tcsetattr(t->slave, TCSANOW, &raw) == -1 ||
	    ioctl(t->master, TIOCPKT, &on) == -1) {
		log_error("cannot set up the pty %s: %m", name);
		return -1;
	}
	if ((t->watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) == -1 ||
	    inotify_add_watch(t->watch, name,
		IN_OPEN | IN_CLOSE_WRITE | IN_CLOSE_NOWRITE) == -1) {
		log_error("cannot watch the pty %s: %m", name);
		return -1;
	}
	return 0;
}

/* The name appears at once and whole, and never replaces what is not ours. */
static int
link_name(struct tty *t)
{
	char name[64], aside[4096];
	struct stat st;

	if (ptsname_r(t->master, name, sizeof name) != 0) {
		log_error("cannot name the pty: %m");
		return -1;
	}
	if (lstat(t->path, &st) == 0 && !S_ISLNK(st.st_mode)) {
		log_error("%s is there and is no symbolic link: choose "
			  "another path for the modem",
		    t->path);
		return -1;
	}
	snprintf(aside, sizeof aside, "%s.%ld", t->path, (long)getpid());
	unlink(aside);
	if (symlink(name, aside) == -1 || rename(aside, t->path) == -1) {
		log_error("cannot make the symbolic link %s: %m", t->path);
		unlink(aside);
		return -1;
	}
	return 0;
}

/* Remove the name only while it is still ours. */
static void
unlink_name(struct tty *t)
{
	char name[64], there[64];
	ssize_t n;

	if (ptsname_r(t->master, name, sizeof name) != 0)
		return;
	n = readlink(t->path, there, sizeof there - 1);
	if (n <= 0)
		return;
	there[n] = '\0';
	if (strcmp(name, there) == 0)
		unlink(t->path);
}

int
tty_attach(struct tty *t)
{
	if (t->master != -1)
		return 0;
	if (open_pty(t) == -1 || link_name(t) == -1)
		goto fail;
	t->readable =
	    event_new(t->base, t->master, EV_READ | EV_PERSIST, on_readable, t);
	t->writable = event_new(t->base, t->master, EV_WRITE, on_writable, t);
	t->watched =
	    event_new(t->base, t->watch, EV_READ | EV_PERSIST, on_watched, t);
	if (t->readable == NULL || t->writable == NULL || t->watched == NULL) {
		log_error("%s: out of memory", t->path);
		goto fail;
	}
	/* An opening is seen before what the opener says. */
	event_priority_set(t->watched, 0);
	event_add(t->readable, NULL);
	event_add(t->watched, NULL);
	t->paused = false;
	return 0;
fail:
	tty_detach(t);
	return -1;
}

static void
end_event(struct event **e)
{
	if (*e != NULL)
		event_free(*e);
	*e = NULL;
}

static void
end_fd(int *fd)
{
	if (*fd != -1)
		close(*fd);
	*fd = -1;
}

void
tty_detach(struct tty *t)
{
	if (t->master != -1)
		unlink_name(t);
	end_event(&t->readable);
	end_event(&t->writable);
	end_event(&t->watched);
	event_del(t->pace);
	evbuffer_drain(t->out, evbuffer_get_length(t->out));
	end_fd(&t->watch);
	end_fd(&t->slave);
	end_fd(&t->master);
}

bool
tty_attached(const struct tty *t)
{
	return t->master != -1;
}

const char *
tty_path(const struct tty *t)
{
	return t->path;
}

void
tty_write(struct tty *t, const void *p, size_t n)
{
	if (t->master == -1)
		return;
	evbuffer_add(t->out, p, n);
	start_sending(t);
}

void
tty_set_speed(struct tty *t, unsigned bits_per_s)
{
	t->speed = bits_per_s;
	start_sending(t);
}

void
tty_pause(struct tty *t, bool pause)
{
	if (t->master == -1 || t->paused == pause)
		return;
	t->paused = pause;
	if (pause)
		event_del(t->readable);
	else
		event_add(t->readable, NULL);
}

size_t
tty_unsent(const struct tty *t)
{
	return evbuffer_get_length(t->out);
}

struct tty *
tty_new(struct event_base *base, const char *path, const struct tty_host *host)
{
	struct tty *t = calloc(1, sizeof *t);

	if (t == NULL)
		return NULL;
	t->base = base;
	t->host = host;
	t->master = t->slave = t->watch = -1;
	t->path = strdup(path);
	t->out = evbuffer_new();
	t->pace = event_new(base, -1, 0, on_pace, t);
	if (t->path == NULL || t->out == NULL || t->pace == NULL ||
	    tty_attach(t) == -1) {
		tty_free(t);
		return NULL;
	}
	return t;
}

void
tty_free(struct tty *t)
{
	if (t == NULL)
		return;
	if (t->pace != NULL && t->out != NULL)
		tty_detach(t);
	if (t->pace != NULL)
		event_free(t->pace);
	if (t->out != NULL)
		evbuffer_free(t->out);
	free(t->path);
	free(t);
}
