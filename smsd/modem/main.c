/*
 * smsd-modem - the child of smsd that drives one modem.
 *
 * Reads messages and hands each to the supervisor; deletes it from the modem
 * when the supervisor says that it is on disk; sends what it is told to.  A
 * call into libGammu that takes too long ends the process (watch.h): the
 * supervisor starts it again.
 */
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "config.h"
#include "janitor.h"
#include "log.h"
#include "modem.h"
#include "sandbox.h"
#include "watch.h"

/* Exit statuses: what the supervisor does next depends on them. */
enum {
	EXIT_GONE = 5, /* the modem does not answer */
	EXIT_UNREADABLE = 4, /* start me again with --janitor */
	/* WATCH_EXIT: a call took too long */
};

#define BATCH 16 /* messages read ahead of their deletion */
#define PROBE_MS 4000
#define STATE_MS 30000
/* Seconds that a call may be without an octet, and may take. */
#define QUIET_S 6
#define CALL_S 25
#define PROBE_CALL_S 5
#define SEND_CALL_S 45 /* the network's time, not the modem's */
#define PENDING_MAX 64

struct pending {
	uint64_t token;
	struct modem_place place;
	bool kept;
};

static struct child {
	int fd;
	struct modem_conf conf;
	int poll_s;
	int janitor;
	bool reset;
	struct modem *modem;
	struct link_modem about;
	uint64_t next_token;
	struct pending pending[PENDING_MAX];
	size_t npending;
	bool stop, unreadable;
	size_t nqueue;
	struct link_send queue[PENDING_MAX];
} self;

static int64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* The supervisor reads what we send, or we have no business here. */
static void
tell(const void *packet, size_t len)
{
	while (send(self.fd, packet, len, MSG_NOSIGNAL) == -1)
		if (errno != EINTR)
			_exit(0);
}

static void
tell_alive(void)
{
	struct link_head head = { LINK_ALIVE, sizeof head };

	tell(&head, sizeof head);
}

static void
tell_sms(struct link_sms *sms, uint64_t token)
{
	sms->head = (struct link_head){ LINK_INCOMING, sizeof *sms };
	sms->token = token;
	tell(sms, sizeof *sms);
}

static void
take_kept(const struct link_kept *k)
{
	for (uint32_t i = 0; i < k->count && i < LINK_KEPT_MAX; i++)
		for (size_t j = 0; j < self.npending; j++)
			if (self.pending[j].token == k->token[i])
				self.pending[j].kept = true;
}

/* One packet from the supervisor; false if there is none within wait_ms. */
static bool
hear(int wait_ms)
{
	union {
		struct link_head head;
		struct link_kept kept;
		struct link_send send;
	} packet;
	struct pollfd p = { .fd = self.fd, .events = POLLIN };
	ssize_t n;

	if (poll(&p, 1, wait_ms) <= 0)
		return false;
	n = recv(self.fd, &packet, sizeof packet, 0);
	if (n < (ssize_t)sizeof packet.head || packet.head.len != (size_t)n)
		_exit(0); /* the supervisor is gone */
	switch (packet.head.kind) {
	case LINK_KEPT:
		take_kept(&packet.kept);
		break;
	case LINK_SEND:
		if (self.nqueue < PENDING_MAX)
			self.queue[self.nqueue++] = packet.send;
		break;
	case LINK_STOP:
		self.stop = true;
		break;
	default:
		break;
	}
	return true;
}

/* Wait until all that was handed over is on disk, then delete it here. */
static void
settle(void)
{
	struct modem_place place[PENDING_MAX];
	enum modem_err err;

	for (;;) {
		size_t left = 0;

		for (size_t i = 0; i < self.npending; i++)
			left += !self.pending[i].kept;
		if (left == 0)
			break;
		if (!hear(1000))
			tell_alive();
	}
	for (size_t i = 0; i < self.npending; i++)
		place[i] = self.pending[i].place;
	watch_call(QUIET_S, CALL_S);
	err = modem_delete(self.modem, place, self.npending);
	watch_end();
	if (err == MODEM_GONE)
		_exit(EXIT_GONE);
	if (err == MODEM_UNREADABLE)
		self.unreadable = true;
	self.npending = 0;
}

static void
hand_over(struct link_sms *sms, const struct modem_place *place)
{
	struct pending *p = &self.pending[self.npending++];

	p->token = ++self.next_token;
	p->place = *place;
	p->kept = false;
	tell_sms(sms, p->token);
}

static void
ask_state(unsigned most_s, struct link_modem *out)
{
	watch_call(PROBE_CALL_S, most_s);
	if (modem_state(self.modem, out) == MODEM_GONE)
		_exit(EXIT_GONE);
	watch_end();
}

static void
tell_state(void)
{
	ask_state(CALL_S, &self.about);
	self.about.head = (struct link_head){ LINK_STATE, sizeof self.about };
	tell(&self.about, sizeof self.about);
}

/* Everything that is in the modem now.  Returns how many messages. */
static int
scan(void)
{
	bool start = true;
	int n = 0, bad = 0;

	for (;;) {
		struct link_sms sms;
		struct modem_place place;
		enum modem_err err;

		watch_call(QUIET_S, CALL_S);
		err = modem_next(self.modem, start, &sms, &place);
		watch_end();
		start = false;
		if (err == MODEM_GONE)
			_exit(EXIT_GONE);
		if (err == MODEM_EMPTY)
			break;
		if (err == MODEM_UNREADABLE) {
			self.unreadable = true;
			if (++bad > 300)
				break;
			continue;
		}
		hand_over(&sms, &place);
		n++;
		if (self.npending == BATCH)
			settle();
	}
	settle();
	return n;
}

static void
pass_reports(void)
{
	struct link_sms sms;

	/* Reports come once and are kept nowhere else. */
	while (modem_report(self.modem, &sms) == MODEM_OK)
		tell_sms(&sms, ++self.next_token);
}

static void
send_queued(void)
{
	struct link_send what = self.queue[0];
	struct link_result r = { .request = what.request };
	enum modem_err err;

	memmove(
	    self.queue, self.queue + 1, --self.nqueue * sizeof self.queue[0]);
	r.head = (struct link_head){ LINK_RESULT, sizeof r };
	snprintf(r.modem, sizeof r.modem, "%s", self.conf.name);
	tell_alive();
	watch_call(SEND_CALL_S, SEND_CALL_S);
	watch_hurry(true);
	err = modem_send(self.modem, &what, &r);
	watch_hurry(false);
	watch_end();
	tell(&r, sizeof r);
	if (err == MODEM_GONE)
		_exit(EXIT_GONE);
}

static bool
janitor_take(void *ctx, const uint8_t *raw, size_t len)
{
	struct link_sms sms = { .class = LINK_CLASS_UNREADABLE,
		.reference = -1 };
	const struct modem_place none = { 0 };

	(void)ctx;
	sms.data_len = (uint32_t)len;
	memcpy(sms.data, raw, len);
	hand_over(&sms, &none);
	while (!self.pending[0].kept)
		if (!hear(1000))
			tell_alive();
	self.npending = 0;
	return true;
}

/* The longest that the loop may sleep, and what is then due. */
static void
loop(void)
{
	int64_t probe = now_ms() + PROBE_MS, state = now_ms();
	int64_t look = now_ms() + self.poll_s * 1000;
	int fd = modem_fd(self.modem);
	bool more = true; /* what came while we were reading is read too */

	while (!self.stop) {
		struct pollfd p[2] = {
			{ .fd = self.fd, .events = POLLIN },
			{ .fd = fd, .events = POLLIN },
		};
		int64_t wait = probe - now_ms();

		if (self.nqueue > 0 || more || modem_has_news(self.modem))
			wait = 0;
		poll(p, fd == -1 ? 1 : 2, wait > 0 ? (int)wait : 0);
		if ((p[1].revents & (POLLHUP | POLLERR)) != 0)
			_exit(EXIT_GONE);
		if ((p[0].revents & (POLLIN | POLLHUP)) != 0)
			while (hear(0))
				;
		if ((p[1].revents & POLLIN) != 0 || fd == -1) {
			watch_call(QUIET_S, CALL_S);
			modem_pump(self.modem);
			watch_end();
		}
		pass_reports();
		if (more || modem_has_news(self.modem) || now_ms() >= look) {
			/* Once: what is to be sent has its turn, too. */
			more = scan() > 0;
			tell_alive(); /* a scan does for a probe */
			look = now_ms() + self.poll_s * 1000;
			probe = now_ms() + PROBE_MS;
		}
		if (self.unreadable)
			_exit(EXIT_UNREADABLE);
		if (self.nqueue > 0)
			send_queued();
		if (now_ms() >= state) {
			tell_state();
			state = now_ms() + STATE_MS;
		}
		if (now_ms() >= probe) {
			struct link_modem silent;

			ask_state(PROBE_CALL_S, &silent);
			tell_alive();
			probe = now_ms() + PROBE_MS;
		}
	}
}

static void
usage(FILE *out)
{
	fputs("usage: smsd-modem --fd N --name NAME --device DEVICE\n"
	      "           [--connection at] [--pin PIN] [--poll SECONDS]\n"
	      "           [--janitor LEVEL] [--reset]\n"
	      "       smsd-modem --help | --version\n"
	      "\nStarted by smsd(8) for each modem; of no use by hand.\n"
	      "See smsd-modem(8).\n",
	    out);
}

static const struct option options[] = {
	{ "fd", required_argument, NULL, 'f' },
	{ "name", required_argument, NULL, 'n' },
	{ "device", required_argument, NULL, 'd' },
	{ "connection", required_argument, NULL, 'c' },
	{ "pin", required_argument, NULL, 'p' },
	{ "poll", required_argument, NULL, 's' },
	{ "janitor", required_argument, NULL, 'j' },
	{ "reset", no_argument, NULL, 'r' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

static void
read_options(int argc, char **argv)
{
	int c;

	self.fd = -1;
	self.conf = (struct modem_conf){ "modem", NULL, "at", "" };
	self.poll_s = 10;
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (c) {
		case 'f':
			self.fd = atoi(optarg);
			break;
		case 'n':
			self.conf.name = optarg;
			break;
		case 'd':
			self.conf.device = optarg;
			break;
		case 'c':
			self.conf.connection = optarg;
			break;
		case 'p':
			/* Out of what ps(1) shows to everybody. */
			self.conf.pin = strdup(optarg);
			explicit_bzero(optarg, strlen(optarg));
			break;
		case 's':
			self.poll_s = atoi(optarg);
			break;
		case 'j':
			self.janitor = atoi(optarg);
			break;
		case 'r':
			self.reset = true;
			break;
		case 'h':
			usage(stdout);
			exit(0);
		case 'V':
			puts("smsd-modem " PACKAGE_VERSION);
			exit(0);
		default:
			usage(stderr);
			exit(2);
		}
	}
	if (self.conf.pin == NULL) {
		log_error("cannot allocate the PIN: %m");
		exit(1);
	}
	if (self.fd < 0 || self.conf.device == NULL || optind != argc) {
		usage(stderr);
		exit(2);
	}
}

int
main(int argc, char **argv)
{
	int err;

	read_options(argc, argv);
	log_open("smsd-modem", false, false);
	watch_init();
	signal(SIGPIPE, SIG_IGN);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (access(self.conf.device, R_OK | W_OK) == -1) {
		/* The supervisor says so, once. */
		return EXIT_GONE;
	}
	watch_call(CALL_S, 2 * CALL_S);
	if (self.reset)
		janitor_reset(self.conf.device);
	if (self.janitor > 0 && janitor_run(self.conf.device, self.janitor > 2,
				    janitor_take, NULL) == -1)
		return EXIT_GONE;
	watch_call(QUIET_S, CALL_S);
	watch_hurry(true);
	if ((self.modem = modem_open(&self.conf)) == NULL)
		return EXIT_GONE;
	watch_hurry(false);
	modem_identify(self.modem, &self.about);
	watch_end();
	if ((err = sandbox_enter()) != 0)
		log_warn("modem %s: no seccomp filter: %s", self.conf.name,
		    strerror(err));
	snprintf(
	    self.about.modem, sizeof self.about.modem, "%s", self.conf.name);
	self.about.head = (struct link_head){ LINK_READY, sizeof self.about };
	tell(&self.about, sizeof self.about);
	loop();
	watch_call(QUIET_S, QUIET_S);
	modem_close(self.modem);
	return 0;
}
