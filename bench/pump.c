/*
 * pump RATE SOCKET SERVICE <FRAMES >TIMES: SMS from nowhere to the simulator.
 *
 * Reads what frames prints and hands each line to the simulator that listens
 * at SOCKET as an SMS to the number SERVICE, RATE a second (0: as fast as it
 * takes them).  Prints, one a line, the Unix time in milliseconds at which the
 * simulator had taken it, the sender and the user data.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static int64_t
now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void
wait_until(int64_t us)
{
	int64_t left = us - now_us();
	struct timespec t = { left / 1000000, left % 1000000 * 1000 };

	if (left > 0)
		nanosleep(&t, NULL);
}

static int
connect_to(const char *path)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd == -1 || strlen(path) >= sizeof sa.sun_path)
		return -1;
	strcpy(sa.sun_path, path);
	if (connect(fd, (const struct sockaddr *)&sa, sizeof sa) == -1) {
		close(fd);
		return -1;
	}
	return fd;
}

static int
say(FILE *to, FILE *from, const char *service, char *line)
{
	char *number = strtok(line, " "), *hex = strtok(NULL, "\n");
	char reply[512];

	if (number == NULL || hex == NULL)
		return -1;
	fprintf(to, "sms %s %s header %s\n", number, service, hex);
	if (fflush(to) != 0 || fgets(reply, sizeof reply, from) == NULL)
		return -1;
	if (strcmp(reply, "ok\n") != 0) {
		fprintf(stderr, "pump: the simulator says: %s", reply);
		return -1;
	}
	printf("%lld %s %s\n", (long long)(now_us() / 1000), number, hex);
	return 0;
}

int
main(int argc, char **argv)
{
	char line[1024];
	FILE *to, *from;
	int64_t start = now_us(), n = 0;
	double rate;
	int fd;

	if (argc != 4) {
		fprintf(stderr, "usage: pump RATE SOCKET SERVICE\n");
		return 2;
	}
	rate = strtod(argv[1], NULL);
	if ((fd = connect_to(argv[2])) == -1 ||
	    (to = fdopen(fd, "w")) == NULL ||
	    (from = fdopen(dup(fd), "r")) == NULL) {
		fprintf(stderr, "pump: cannot reach %s: %m\n", argv[2]);
		return 1;
	}
	while (fgets(line, sizeof line, stdin) != NULL) {
		if (rate > 0)
			wait_until(start + (int64_t)((double)n++ * 1e6 / rate));
		if (say(to, from, argv[3], line) != 0)
			return 1;
	}
	return fflush(stdout) == 0 ? 0 : 1;
}
