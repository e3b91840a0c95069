#include "simulator.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "log.h"
#include "utf8.h"

static int64_t
clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* A descriptor that never blocks, or -1 after logging why. */
static int
reach(const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd;

	if ((size_t)snprintf(a.sun_path, sizeof a.sun_path, "%s", path) >=
	    sizeof a.sun_path) {
		log_error("simulator: %s: the path is too long", path);
		return -1;
	}
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd == -1 ||
	    connect(fd, (const struct sockaddr *)&a, sizeof a) == -1) {
		log_error("simulator: nobody answers at %s: %m", path);
		if (fd != -1)
			close(fd);
		return -1;
	}
	return fd;
}

/* False: the time is over, or it broke. */
static bool
wait_for(int fd, short events, int64_t until_ms)
{
	for (;;) {
		struct pollfd p = { .fd = fd, .events = events };
		int64_t left = until_ms - clock_ms();
		int n;

		if (left <= 0)
			return false;
		n = poll(&p, 1, (int)left);
		if (n == -1 && errno == EINTR)
			continue;
		return n == 1;
	}
}

static bool
put_all(int fd, const char *text, size_t len, int64_t until_ms)
{
	while (len > 0) {
		ssize_t n = send(fd, text, len, MSG_NOSIGNAL);

		if (n == -1 && (errno == EAGAIN || errno == EINTR)) {
			if (!wait_for(fd, POLLOUT, until_ms))
				return false;
			continue;
		}
		if (n <= 0)
			return false;
		text += n;
		len -= (size_t)n;
	}
	return true;
}

/* Where the last line of a whole reply begins; NULL: it is not whole. */
static char *
last_line(const struct buf *reply)
{
	char *last;

	if (reply->failed || reply->n == 0 || reply->p[reply->n - 1] != '\n')
		return NULL;
	last = memrchr(reply->p, '\n', reply->n - 1);
	last = last != NULL ? last + 1 : reply->p;
	return strcmp(last, "ok\n") == 0 || strncmp(last, "error:", 6) == 0
		   ? last
		   : NULL;
}

static char *
take_reply(int fd, struct buf *reply, int64_t until_ms)
{
	char part[16384], *last = NULL;

	while (
	    last == NULL && reply->n <= SIMULATOR_REPLY_MAX && !reply->failed) {
		ssize_t n = recv(fd, part, sizeof part, 0);

		if (n == -1 && (errno == EAGAIN || errno == EINTR)) {
			if (!wait_for(fd, POLLIN, until_ms))
				return NULL;
			continue;
		}
		if (n <= 0)
			return NULL;
		buf_put(reply, part, (size_t)n);
		last = last_line(reply);
	}
	return last;
}

/* Nothing but lines of text is left in it. */
static void
clean(struct buf *reply)
{
	bool text = utf8_valid(reply->p, reply->n);

	for (size_t i = 0; i < reply->n; i++) {
		unsigned char c = (unsigned char)reply->p[i];

		if ((c < ' ' && c != '\n') || c == 0x7f || (c > 0x7f && !text))
			reply->p[i] = ' ';
	}
}

static enum simulator_err
judge(struct buf *reply, char *last)
{
	static const char begin[] = "error: ";
	size_t n = reply->n - (size_t)(last - reply->p) - 1;

	if (strcmp(last, "ok\n") == 0) {
		*last = '\0';
		reply->n = (size_t)(last - reply->p);
		clean(reply);
		return SIMULATOR_OK;
	}
	if (n < sizeof begin - 1)
		return SIMULATOR_AWAY;
	n -= sizeof begin - 1;
	memmove(reply->p, last + sizeof begin - 1, n);
	reply->p[n] = '\0';
	reply->n = n;
	clean(reply);
	return SIMULATOR_REFUSED;
}

enum simulator_err
simulator_ask(const char *path, const char *command, struct buf *reply)
{
	int64_t until_ms = clock_ms() + SIMULATOR_WAIT_MS;
	char line[SIMULATOR_COMMAND_MAX + 1], *last = NULL;
	size_t len = strlen(command);
	int fd;

	buf_clear(reply);
	if (len >= SIMULATOR_COMMAND_MAX || !utf8_line(command, len)) {
		log_error("simulator: a command is no line of text");
		return SIMULATOR_AWAY;
	}
	snprintf(line, sizeof line, "%s\n", command);
	if ((fd = reach(path)) == -1)
		return SIMULATOR_AWAY;
	if (put_all(fd, line, len + 1, until_ms))
		last = take_reply(fd, reply, until_ms);
	close(fd);
	if (last == NULL) {
		log_error("simulator: no whole answer from %s", path);
		buf_clear(reply);
		return SIMULATOR_AWAY;
	}
	return judge(reply, last);
}

bool
simulator_word(struct buf *command, const char *text)
{
	if (!utf8_line(text, strlen(text)))
		return false;
	buf_str(command, " \"");
	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			buf_str(command, "\\");
		buf_put(command, text, 1);
	}
	buf_str(command, "\"");
	return true;
}

bool
simulator_next(const char **at, char line[static SIMULATOR_LINE_MAX])
{
	size_t n, cut;

	if (*at == NULL || **at == '\0')
		return false;
	n = strcspn(*at, "\n");
	cut = utf8_cut(*at, n, SIMULATOR_LINE_MAX - 1);
	memcpy(line, *at, cut);
	line[cut] = '\0';
	*at += n + ((*at)[n] == '\n');
	return true;
}

void
simulator_fact(const char *reply, const char *begin, bool comma,
    char out[static SIMULATOR_LINE_MAX])
{
	char line[SIMULATOR_LINE_MAX];
	size_t n = strlen(begin);

	while (simulator_next(&reply, line)) {
		if (strncmp(line, begin, n) != 0)
			continue;
		if (comma)
			line[n + strcspn(line + n, ",")] = '\0';
		memmove(out, line + n, strlen(line + n) + 1);
		return;
	}
	out[0] = '\0';
}
