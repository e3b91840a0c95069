#include "control.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "log.h"

#define SESSIONS_MAX 64
#define OUT_MAX (8u << 20) /* who does not read is dropped */
#define POLL_MS 20 /* how often a wait is looked at when time stands still */
#define PROMPT "phone-sim> "

/* One who gives commands. */
struct session {
	struct session *next;
	struct control *control;
	int in_fd, out_fd;
	struct event *readable, *writable;
	struct evbuffer *in, *out;
	struct command_wait wait;
	bool prompt, script, ended; /* ended: no more input */
};

struct control {
	struct sim *sim;
	void (*quit)(void *ctx, int status);
	void *ctx;
	struct event_base *base;
	int fd;
	char *path;
	struct event *acceptable, *poll;
	struct session *sessions;
	int nsessions;
};

static void
session_free(struct session *s)
{
	struct session **at = &s->control->sessions;

	while (*at != s)
		at = &(*at)->next;
	*at = s->next;
	s->control->nsessions--;
	if (s->readable != NULL)
		event_free(s->readable);
	if (s->writable != NULL)
		event_free(s->writable);
	if (s->in_fd > STDERR_FILENO)
		close(s->in_fd);
	if (s->in != NULL)
		evbuffer_free(s->in);
	if (s->out != NULL)
		evbuffer_free(s->out);
	free(s);
}

/* False: the session is gone. */
static bool
flush(struct session *s)
{
	size_t left = evbuffer_get_length(s->out);
	int n = left > 0 ? evbuffer_write(s->out, s->out_fd) : 0;

	if ((n == -1 && errno != EAGAIN && errno != EINTR) ||
	    evbuffer_get_length(s->out) > OUT_MAX) {
		session_free(s);
		return false;
	}
	if (evbuffer_get_length(s->out) > 0) {
		event_add(s->writable, NULL);
	} else if (s->ended && !s->wait.active) {
		session_free(s);
		return false;
	}
	return true;
}

static void
show_prompt(struct session *s)
{
	if (s->prompt && !s->wait.active)
		evbuffer_add(s->out, PROMPT, strlen(PROMPT));
}

static void
poll_soon(struct control *c)
{
	const struct timeval soon = { 0, POLL_MS * 1000 };

	event_add(c->poll, &soon);
}

/* A script ends with its first error. */
static bool
script_failed(struct session *s, size_t before, const char *line)
{
	size_t len = evbuffer_get_length(s->out) - before;
	char *reply = malloc(len + 1);
	struct evbuffer_ptr from;
	bool failed;

	if (!s->script || reply == NULL) {
		free(reply);
		return false;
	}
	evbuffer_ptr_set(s->out, &from, before, EVBUFFER_PTR_SET);
	evbuffer_copyout_from(s->out, &from, reply, len);
	reply[len] = '\0';
	failed = strncmp(reply, "error:", 6) == 0 ||
		 strstr(reply, "\nerror:") != NULL;
	if (failed)
		log_error("script: \"%s\" failed", line);
	free(reply);
	return failed;
}

/* Carry out what has come, one line after the other; a wait stops it. */
static void
work(struct session *s)
{
	struct control *c = s->control;
	enum command_result r = COMMAND_DONE;
	bool failed = false;
	char *line;

	while (
	    !s->wait.active && r != COMMAND_QUIT && !failed &&
	    (line = evbuffer_readln(s->in, NULL, EVBUFFER_EOL_CRLF)) != NULL) {
		size_t before = evbuffer_get_length(s->out);

		r = command_run(c->sim, line, s->out, &s->wait);
		failed = script_failed(s, before, line);
		free(line);
		show_prompt(s);
	}
	if (evbuffer_get_length(s->in) > 2 * CONTROL_LINE_MAX &&
	    !s->wait.active && r != COMMAND_QUIT) {
		evbuffer_add_printf(s->out,
		    "error: a line holds at most %d octets\n",
		    CONTROL_LINE_MAX - 1);
		evbuffer_drain(s->in, evbuffer_get_length(s->in));
		s->ended = true;
		event_del(s->readable);
	}
	if (s->wait.active)
		poll_soon(c);
	flush(s);
	if (failed)
		c->quit(c->ctx, 1);
	if (r == COMMAND_QUIT)
		c->quit(c->ctx, 0);
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct session *s = arg;
	int n = evbuffer_read(s->in, fd, 65536);

	(void)what;
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		s->ended = true;
		event_del(s->readable);
		/* A last line without its end is a line. */
		if (evbuffer_get_length(s->in) > 0)
			evbuffer_add(s->in, "\n", 1);
		if (s->prompt)
			s->control->quit(s->control->ctx, 0);
	}
	work(s);
}

static void
on_writable(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	flush(arg);
}

static struct session *
session_new(struct control *c, int in_fd, int out_fd)
{
	struct session *s = calloc(1, sizeof *s);

	if (s == NULL)
		return NULL;
	s->next = c->sessions;
	c->sessions = s;
	c->nsessions++;
	s->control = c;
	s->in_fd = in_fd;
	s->out_fd = out_fd;
	s->in = evbuffer_new();
	s->out = evbuffer_new();
	s->readable =
	    event_new(c->base, in_fd, EV_READ | EV_PERSIST, on_readable, s);
	s->writable = event_new(c->base, out_fd, EV_WRITE, on_writable, s);
	if (s->in == NULL || s->out == NULL || s->readable == NULL ||
	    s->writable == NULL) {
		session_free(s);
		return NULL;
	}
	return s;
}

/* ---- what waits ---- */

static void
look_again(struct control *c)
{
	struct session *next;

	for (struct session *s = c->sessions; s != NULL; s = next) {
		next = s->next;
		if (!s->wait.active)
			continue;
		size_t before = evbuffer_get_length(s->out);

		if (!command_ready(c->sim, &s->wait, s->out))
			continue;
		if (script_failed(s, before, s->wait.condition)) {
			flush(s);
			c->quit(c->ctx, 1);
			continue;
		}
		show_prompt(s);
		work(s);
	}
}

static void
on_poll(evutil_socket_t fd, short what, void *arg)
{
	struct control *c = arg;

	(void)fd;
	(void)what;
	look_again(c);
	for (struct session *s = c->sessions; s != NULL; s = s->next)
		if (s->wait.active)
			poll_soon(c);
}

static void
on_moved(void *ctx)
{
	look_again(ctx);
}

static void
on_notice(void *ctx, const char *line)
{
	struct control *c = ctx;

	for (struct session *s = c->sessions; s != NULL; s = s->next) {
		if (!s->prompt)
			continue;
		evbuffer_add_printf(
		    s->out, "\r%s\n%s", line, s->wait.active ? "" : PROMPT);
		event_add(s->writable, NULL);
	}
}

/* ---- the socket ---- */

static void
on_accept(evutil_socket_t fd, short what, void *arg)
{
	struct control *c = arg;
	int peer = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	struct session *s;

	(void)what;
	if (peer == -1)
		return;
	if (c->nsessions >= SESSIONS_MAX ||
	    (s = session_new(c, peer, peer)) == NULL) {
		log_warn("control socket: more than %d at once", SESSIONS_MAX);
		close(peer);
		return;
	}
	event_add(s->readable, NULL);
}

static int
fill_address(const char *path, struct sockaddr_un *a)
{
	memset(a, 0, sizeof *a);
	a->sun_family = AF_UNIX;
	if (strlen(path) >= sizeof a->sun_path) {
		log_error("%s: a socket's name holds at most %zu octets: "
			  "choose a shorter path",
		    path, sizeof a->sun_path - 1);
		return -1;
	}
	memcpy(a->sun_path, path, strlen(path) + 1);
	return 0;
}

/* A socket that nobody answers is left over from one who was killed. */
static bool
in_use(const struct sockaddr_un *a)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool used;

	if (fd == -1)
		return true;
	used = connect(fd, (const struct sockaddr *)a, sizeof *a) == 0;
	close(fd);
	return used;
}

static int
bind_socket(int fd, const struct sockaddr_un *a)
{
	mode_t mask;
	int ret;
	struct stat st;

	if (lstat(a->sun_path, &st) == 0) {
		if (!S_ISSOCK(st.st_mode) || in_use(a)) {
			log_error("%s is there already: end the other "
				  "phone-sim, or choose another path",
			    a->sun_path);
			return -1;
		}
		unlink(a->sun_path);
	}
	mask = umask(0177);
	ret = bind(fd, (const struct sockaddr *)a, sizeof *a);
	umask(mask);
	if (ret == -1 || listen(fd, 16) == -1) {
		log_error("cannot listen at %s: %m", a->sun_path);
		return -1;
	}
	return 0;
}

int
control_listen(struct control *c, const char *path)
{
	struct sockaddr_un a;

	if (fill_address(path, &a) == -1)
		return -1;
	c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (c->fd == -1) {
		log_error("cannot make a socket: %m");
		return -1;
	}
	if (bind_socket(c->fd, &a) == -1)
		return -1;
	c->path = strdup(path);
	c->acceptable =
	    event_new(c->base, c->fd, EV_READ | EV_PERSIST, on_accept, c);
	if (c->path == NULL || c->acceptable == NULL)
		return -1;
	event_add(c->acceptable, NULL);
	return 0;
}

/* epoll takes no files: a script is read at once. */
static int
read_all(struct session *s)
{
	int n;

	while ((n = evbuffer_read(s->in, s->in_fd, 65536)) > 0)
		;
	if (n == -1) {
		log_error("cannot read the script: %m");
		return -1;
	}
	evbuffer_add(s->in, "\n", 1);
	s->ended = true;
	return 0;
}

int
control_read(struct control *c, int fd, bool prompt)
{
	struct session *s = session_new(c, fd, STDOUT_FILENO);
	struct stat st;

	if (s == NULL || fstat(fd, &st) == -1) {
		log_error("cannot read commands: %m");
		return -1;
	}
	s->prompt = prompt;
	s->script = !prompt;
	if (S_ISREG(st.st_mode) || (S_ISCHR(st.st_mode) && !isatty(fd))) {
		if (read_all(s) == -1)
			return -1;
		work(s);
		return 0;
	}
	evutil_make_socket_nonblocking(fd);
	event_add(s->readable, NULL);
	if (prompt)
		evbuffer_add_printf(s->out,
		    "Say \"help\" for the commands, \"quit\" to end.\n");
	show_prompt(s);
	flush(s);
	return 0;
}

struct control *
control_new(struct sim *s, void (*quit)(void *ctx, int status), void *ctx)
{
	struct control *c = calloc(1, sizeof *c);

	if (c == NULL)
		return NULL;
	c->sim = s;
	c->quit = quit;
	c->ctx = ctx;
	c->base = s->setup.base;
	c->fd = -1;
	c->poll = event_new(c->base, -1, 0, on_poll, c);
	if (c->poll == NULL) {
		free(c);
		return NULL;
	}
	s->moved = on_moved;
	s->notice = on_notice;
	s->ctx = c;
	return c;
}

void
control_free(struct control *c)
{
	if (c == NULL)
		return;
	while (c->sessions != NULL)
		session_free(c->sessions);
	c->sim->moved = NULL;
	c->sim->notice = NULL;
	if (c->acceptable != NULL)
		event_free(c->acceptable);
	event_free(c->poll);
	if (c->fd != -1)
		close(c->fd);
	if (c->path != NULL)
		unlink(c->path);
	free(c->path);
	free(c);
}

/* ---- the asking side ---- */

/* Prints lines until the last one of the reply. */
static int
show_reply(FILE *f)
{
	char line[2 * CONTROL_LINE_MAX];

	while (fgets(line, sizeof line, f) != NULL) {
		fputs(line, stdout);
		if (strcmp(line, "ok\n") == 0)
			return 0;
		if (strncmp(line, "error:", 6) == 0)
			return 1;
	}
	log_error("the simulator ended without a reply: see its log");
	return 1;
}

int
control_ask(const char *path, const char *command)
{
	struct sockaddr_un a;
	FILE *f;
	int fd, ret;

	if (strchr(command, '\n') != NULL) {
		log_error("one command at a time: there is a line break in it");
		return 1;
	}
	if (fill_address(path, &a) == -1)
		return 1;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd == -1 ||
	    connect(fd, (const struct sockaddr *)&a, sizeof a) == -1) {
		log_error("no simulator answers at %s: %m; start one with "
			  "phone-sim --socket %s",
		    path, path);
		if (fd != -1)
			close(fd);
		return 1;
	}
	if ((f = fdopen(fd, "r+")) == NULL) {
		close(fd);
		return 1;
	}
	fprintf(f, "%s\n", command);
	fflush(f);
	ret = show_reply(f);
	fclose(f);
	return ret;
}
