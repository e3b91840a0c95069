#include "watch.h"

#include <signal.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define HURRY_US 40000

static struct {
	bool on, hurry;
	unsigned quiet_s;
	time_t heard_s, end_s;
} watch;

static time_t
now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

static void
on_alarm(int sig)
{
	(void)sig;
	_exit(WATCH_EXIT);
}

void
watch_init(void)
{
	signal(SIGALRM, on_alarm);
}

void
watch_call(unsigned quiet_s, unsigned most_s)
{
	watch.quiet_s = quiet_s;
	watch.heard_s = now_s();
	watch.end_s = watch.heard_s + (time_t)most_s;
	watch.on = true;
	alarm(quiet_s);
}

void
watch_end(void)
{
	watch.on = false;
	alarm(0);
}

/* In place of the C library's, for libGammu as well. */
ssize_t
read(int fd, void *buf, size_t n)
{
	ssize_t got = syscall(SYS_read, fd, buf, n);
	time_t now;

	if (!watch.on || got <= 0 || (now = now_s()) == watch.heard_s)
		return got;
	if (now >= watch.end_s)
		_exit(WATCH_EXIT);
	watch.heard_s = now;
	alarm(watch.quiet_s);
	return got;
}

void
watch_hurry(bool on)
{
	watch.hurry = on;
}

/* In place of the C library's, too. */
int
usleep(useconds_t us)
{
	struct timespec t;

	if (watch.hurry && us > HURRY_US)
		us = HURRY_US;
	t.tv_sec = us / 1000000;
	t.tv_nsec = us % 1000000 * 1000L;
	return nanosleep(&t, NULL);
}
