#include "janitor.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "log.h"

#define ANSWER_MAX (256 * 1024)
#define ANSWER_MS 5000
#define WAKE_MS 300 /* a modem that is well answers AT in no time */
#define WAKE_TRIES 10
#define RESET_WAIT_MS 1000
#define PDU_MAX 200

/* ---- what is sound ---- */

/* A user data header: IEI, length, data, exactly to its end. */
static bool
header_is_sound(const uint8_t *p, size_t len)
{
	size_t i = 0;

	while (i < len) {
		if (len - i < 2 || len - i - 2 < p[i + 1])
			return false;
		i += 2u + p[i + 1];
	}
	return true;
}

/* TP-DCS of TS 23.038: does it count septets? */
static bool
is_septets(uint8_t dcs)
{
	if ((dcs & 0xc0) == 0)
		return (dcs & 0x0c) == 0;
	if ((dcs & 0xf0) == 0xf0)
		return (dcs & 0x04) == 0;
	return (dcs & 0xf0) != 0xe0;
}

/* From TP-DCS on: udl, then that much, with a header if udhi. */
static bool
user_data_is_sound(const uint8_t *p, size_t len, uint8_t dcs, bool udhi)
{
	size_t udl, octets;

	if (len < 1)
		return false;
	udl = p[0];
	if (udl > (is_septets(dcs) ? 160u : 140u))
		return false;
	octets = is_septets(dcs) ? (udl * 7 + 7) / 8 : udl;
	if (len - 1 < octets)
		return false;
	if (!udhi)
		return true;
	return octets >= 1 && p[1] + 1u <= octets &&
	       header_is_sound(p + 2, p[1]);
}

/* An address: count of digits, type, digits.  0 if it is not whole. */
static size_t
address_len(const uint8_t *p, size_t len)
{
	size_t n;

	if (len < 2 || p[0] > 20)
		return 0;
	n = 2u + (p[0] + 1u) / 2;
	return n <= len ? n : 0;
}

static bool
deliver_is_sound(const uint8_t *p, size_t len)
{
	size_t n = address_len(p + 1, len - 1);

	if (n == 0 || len - 1 - n < 10)
		return false;
	/* PID, DCS, SCTS of 7 octets, then the user data */
	return user_data_is_sound(
	    p + 1 + n + 9, len - 1 - n - 9, p[1 + n + 1], (p[0] & 0x40) != 0);
}

static bool
report_is_sound(const uint8_t *p, size_t len)
{
	size_t n;

	if (len < 3 || (n = address_len(p + 2, len - 2)) == 0)
		return false;
	return len - 2 - n >= 15; /* two times and the status */
}

static bool
submit_is_sound(const uint8_t *p, size_t len)
{
	static const size_t vp_len[] = { 0, 7, 1, 7 };
	size_t n, vp = vp_len[p[0] >> 3 & 3];

	if (len < 3 || (n = address_len(p + 2, len - 2)) == 0 ||
	    len - 2 - n < 3 + vp)
		return false;
	return user_data_is_sound(p + 2 + n + 2 + vp, len - 2 - n - 2 - vp,
	    p[2 + n + 1], (p[0] & 0x40) != 0);
}

bool
janitor_pdu_is_sound(const uint8_t *pdu, size_t len)
{
	size_t sca;

	if (len < 1)
		return false;
	sca = 1u + pdu[0];
	if (pdu[0] > 12 || len < sca + 2)
		return false;
	switch (pdu[sca] & 3) {
	case 0:
		return deliver_is_sound(pdu + sca, len - sca);
	case 1:
		return submit_is_sound(pdu + sca, len - sca);
	case 2:
		return report_is_sound(pdu + sca, len - sca);
	default:
		return false;
	}
}

/* ---- AT over the bare line ---- */

struct line {
	int fd;
	char *answer; /* ANSWER_MAX octets, NUL-ended */
};

static int64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static bool
ended(const char *answer)
{
	return strstr(answer, "\r\nOK\r\n") != NULL ||
	       strstr(answer, "\r\nERROR\r\n") != NULL ||
	       strstr(answer, "\r\n+CMS ERROR") != NULL ||
	       strstr(answer, "\r\n+CME ERROR") != NULL;
}

/* Say command and read to its final line.  True if that is OK. */
static bool
say_within(struct line *l, const char *command, int ms)
{
	int64_t end = now_ms() + ms;
	size_t n = 0;
	ssize_t got;

	l->answer[0] = '\0';
	if (dprintf(l->fd, "%s\r", command) < 0)
		return false;
	while (n < ANSWER_MAX - 1 && !ended(l->answer)) {
		struct pollfd p = { .fd = l->fd, .events = POLLIN };
		int64_t left = end - now_ms();

		if (left <= 0 || poll(&p, 1, (int)left) <= 0)
			return false;
		got = read(l->fd, l->answer + n, ANSWER_MAX - 1 - n);
		if (got <= 0 && errno != EAGAIN)
			return false;
		if (got > 0)
			n += (size_t)got;
		l->answer[n] = '\0';
	}
	return strstr(l->answer, "\r\nOK\r\n") != NULL;
}

static bool
say(struct line *l, const char *command)
{
	return say_within(l, command, ANSWER_MS);
}

/* A command or a message that a crash cut short ends with ESC, to which there
 * is no answer. */
static bool
wake(struct line *l)
{
	for (int i = 0; i < WAKE_TRIES; i++) {
		if (write(l->fd, "\x1b\r", 2) != 2)
			return false;
		if (say_within(l, "AT", WAKE_MS))
			return say(l, "AT+CMGF=0");
	}
	return false;
}

static size_t
unhex(const char *p, uint8_t *out, size_t cap)
{
	size_t n = 0;

	while (n < cap && isxdigit((unsigned char)p[0]) &&
	       isxdigit((unsigned char)p[1])) {
		char pair[3] = { p[0], p[1], '\0' };

		out[n++] = (uint8_t)strtoul(pair, NULL, 16);
		p += 2;
	}
	return n;
}

struct search {
	struct line *line;
	bool also_sound;
	bool (*take)(void *ctx, const uint8_t *raw, size_t len);
	void *ctx;
	int taken;
};

static int
compare_int(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

/* Go through one listing; what is taken is deleted afterwards, since each
 * command overwrites the answer. */
static void
search_listing(struct search *s)
{
	int gone[512];
	size_t n = 0;
	char *p = s->line->answer;

	while ((p = strstr(p, "+CMGL: ")) != NULL && n < 512) {
		int index = atoi(p + 7);
		uint8_t pdu[PDU_MAX];
		size_t len;
		bool sound;

		if ((p = strchr(p, '\n')) == NULL)
			break;
		len = unhex(p + 1, pdu, sizeof pdu);
		sound = janitor_pdu_is_sound(pdu, len);
		if (sound && !s->also_sound)
			continue;
		if (sound)
			s->also_sound = false;
		if (s->take(s->ctx, pdu, len))
			gone[n++] = index;
	}
	qsort(gone, n, sizeof gone[0], compare_int);
	for (size_t i = 0; i < n; i++) {
		char command[32];

		snprintf(command, sizeof command, "AT+CMGD=%d", gone[i]);
		if (say(s->line, command))
			s->taken++;
	}
}

static int
open_line(const char *device)
{
	struct termios t;
	int fd = open(device, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);

	if (fd == -1) {
		log_warn("cannot open %s: %m", device);
		return -1;
	}
	if (tcgetattr(fd, &t) == 0) {
		cfmakeraw(&t);
		t.c_cflag |= CLOCAL | CREAD;
		tcsetattr(fd, TCSANOW, &t);
	}
	tcflush(fd, TCIOFLUSH);
	return fd;
}

int
janitor_run(const char *device, bool also_sound,
    bool (*take)(void *ctx, const uint8_t *raw, size_t len), void *ctx)
{
	static const char *const memories[] = { "SM", "ME" };
	struct line line = { .fd = open_line(device) };
	struct search s = { &line, also_sound, take, ctx, 0 };
	int ret = -1;

	if (line.fd == -1)
		return -1;
	if ((line.answer = malloc(ANSWER_MAX)) == NULL) {
		log_error("cannot allocate the janitor's answer: %m");
		goto out;
	}
	if (!wake(&line)) {
		log_warn("%s does not answer AT", device);
		goto out;
	}
	for (size_t i = 0; i < 2; i++) {
		char command[40];

		snprintf(command, sizeof command, "AT+CPMS=\"%s\",\"%s\"",
		    memories[i], memories[i]);
		if (say(&line, command) && say(&line, "AT+CMGL=4"))
			search_listing(&s);
	}
	ret = s.taken;
out:
	free(line.answer);
	close(line.fd);
	return ret;
}

void
janitor_reset(const char *device)
{
	static const char reset[] = "\x1b\rAT+CFUN=1,1\r";
	int fd = open_line(device);
	struct pollfd answer = { .fd = fd, .events = POLLIN };

	if (fd == -1)
		return;
	log_warn("%s: does not answer: reset", device);
	if (write(fd, reset, sizeof reset - 1) == -1)
		log_warn("%s: cannot write: %m", device);
	/* Whoever opens the line next flushes what has not left it; where there
	 * is no wire to wait for, tcdrain() does not wait. */
	tcdrain(fd);
	poll(&answer, 1, RESET_WAIT_MS);
	close(fd);
}
