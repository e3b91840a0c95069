#include "options.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "pdu.h"
#include "store.h"

static const char usage[] =
    "usage: phone-sim [OPTION]...\n"
    "       phone-sim --socket PATH --ask 'COMMAND'\n"
    "\n"
    "Simulates phones, the air, the short message service centre and GSM\n"
    "modems that answer AT commands on pseudo-terminals.\n"
    "\n"
    "  --modem PATH     a modem; PATH becomes a symbolic link to its tty\n"
    "                   (may be given up to 64 times)\n"
    "  --phones N       so many phones (default 5)\n"
    "  --contacts N, --messages N, --calls N, --events N, --notes N, "
    "--files N\n"
    "                   about so many on each new phone (default 40, 120, "
    "60, 8, 5, 2)\n"
    "  --seed N         the same seed, the same run (default 1)\n"
    "  --state DIR      keep phones, modems and messages in DIR\n"
    "  --service NUMBER of the service (default +358401000000)\n"
    "  --socket PATH    take commands at this unix socket\n"
    "  --script FILE    carry out the commands in FILE (-: standard input)\n"
    "  --ask COMMAND    ask the simulator that listens at --socket, print\n"
    "                   its reply and end: 0 ok, 1 error\n"
    "  --loss P, --dup P, --reorder P\n"
    "                   probabilities of the air, 0 to 1 (default 0)\n"
    "  --delay MEAN[,LEAST]\n"
    "                   seconds a message is in the air (default 0)\n"
    "  --speed X        simulated time is X times as fast (default 1)\n"
    "  --slots SIM[,MEMORY]\n"
    "                   message slots of each modem (default 30,100)\n"
    "  --latency MS     a modem's time for each answer (default 0)\n"
    "  --baud N         bits a second on a modem's line (default: no limit)\n"
    "  --help, --version\n"
    "\n"
    "Exit status: 0 ended as asked, 1 it failed, or --ask was answered with\n"
    "an error, 2 the options are wrong.  See phone-sim(1).\n"
    "On a terminal it takes commands: say \"help\".\n";

enum opt {
	O_MODEM = 256,
	O_PHONES,
	O_CONTACTS,
	O_MESSAGES,
	O_CALLS,
	O_EVENTS,
	O_NOTES,
	O_FILES,
	O_SEED,
	O_STATE,
	O_SERVICE,
	O_SOCKET,
	O_SCRIPT,
	O_ASK,
	O_LOSS,
	O_DUP,
	O_REORDER,
	O_DELAY,
	O_SPEED,
	O_SLOTS,
	O_LATENCY,
	O_BAUD,
	O_HELP,
	O_VERSION,
};

static const struct option longs[] = {
	{ "modem", required_argument, NULL, O_MODEM },
	{ "phones", required_argument, NULL, O_PHONES },
	{ "contacts", required_argument, NULL, O_CONTACTS },
	{ "messages", required_argument, NULL, O_MESSAGES },
	{ "calls", required_argument, NULL, O_CALLS },
	{ "events", required_argument, NULL, O_EVENTS },
	{ "notes", required_argument, NULL, O_NOTES },
	{ "files", required_argument, NULL, O_FILES },
	{ "seed", required_argument, NULL, O_SEED },
	{ "state", required_argument, NULL, O_STATE },
	{ "service", required_argument, NULL, O_SERVICE },
	{ "socket", required_argument, NULL, O_SOCKET },
	{ "script", required_argument, NULL, O_SCRIPT },
	{ "ask", required_argument, NULL, O_ASK },
	{ "loss", required_argument, NULL, O_LOSS },
	{ "dup", required_argument, NULL, O_DUP },
	{ "reorder", required_argument, NULL, O_REORDER },
	{ "delay", required_argument, NULL, O_DELAY },
	{ "speed", required_argument, NULL, O_SPEED },
	{ "slots", required_argument, NULL, O_SLOTS },
	{ "latency", required_argument, NULL, O_LATENCY },
	{ "baud", required_argument, NULL, O_BAUD },
	{ "help", no_argument, NULL, O_HELP },
	{ "version", no_argument, NULL, O_VERSION },
	{ NULL, 0, NULL, 0 },
};

/* A number in min..max, up to end (or a comma, if comma is not NULL and then
 * *comma is what is behind it). */
static int
number(
    const char *text, double min, double max, double *out, const char **comma)
{
	char *end;

	errno = 0;
	*out = strtod(text, &end);
	if (comma != NULL && *end == ',')
		*comma = end + 1;
	else if (*end != '\0')
		return -1;
	return end == text || errno != 0 || !(*out >= min && *out <= max) ? -1
									  : 0;
}

static int
whole(const char *text, double min, double max, uint64_t *out)
{
	double v;

	if (strspn(text, "0123456789") != strlen(text) ||
	    number(text, min, max, &v, NULL) == -1)
		return -1;
	*out = strtoull(text, NULL, 10);
	return 0;
}

static int
weather(struct options *o, int which, const char *text)
{
	struct air_weather *up = &o->sim.weather[AIR_UP];
	struct air_weather *down = &o->sim.weather[AIR_DOWN];
	const char *more = NULL;
	double v, least = 0;

	if (which == O_DELAY) {
		if (number(text, 0, 1e6, &v, &more) == -1 ||
		    (more != NULL && number(more, 0, 1e6, &least, NULL) == -1))
			return -1;
		up->delay_ms = down->delay_ms = (int64_t)(v * 1000);
		up->delay_min_ms = down->delay_min_ms = (int64_t)(least * 1000);
		return 0;
	}
	if (number(text, 0, 1, &v, NULL) == -1)
		return -1;
	if (which == O_LOSS)
		up->loss = down->loss = v;
	else if (which == O_DUP)
		up->dup = down->dup = v;
	else
		up->reorder = down->reorder = v;
	return 0;
}

static int
slots(struct options *o, const char *text)
{
	const char *more = NULL;
	double sim, me = 100;

	if (number(text, 1, STORE_SLOTS_MAX, &sim, &more) == -1 ||
	    (more != NULL && number(more, 1, STORE_SLOTS_MAX, &me, NULL) == -1))
		return -1;
	o->sim.slots_sim = (size_t)sim;
	o->sim.slots_me = (size_t)me;
	return 0;
}

static int
amount(struct options *o, int which, const char *text)
{
	struct people_amount *a = &o->sim.amount;
	size_t *const to[] = { &a->contacts, &a->messages, &a->calls,
		&a->events, &a->notes, &a->files };
	uint64_t v;

	if (whole(text, 0, 100000, &v) == -1)
		return -1;
	*to[which - O_CONTACTS] = (size_t)v;
	return 0;
}

static int
script(struct options *o, const char *path)
{
	if (strcmp(path, "-") == 0)
		o->script_fd = dup(STDIN_FILENO);
	else
		o->script_fd = open(path, O_RDONLY | O_CLOEXEC);
	if (o->script_fd == -1) {
		log_error("cannot open the script %s: %m", path);
		exit(OPTIONS_USAGE);
	}
	return 0;
}

/* 0, or -1: the argument is not what the option takes. */
static int
take(struct options *o, int which, const char *arg)
{
	uint64_t v = 0;
	int bad = 0;

	switch (which) {
	case O_MODEM:
		if (o->nmodems == SIM_MODEMS_MAX)
			return -1;
		o->modem[o->nmodems++] = arg;
		return 0;
	case O_PHONES:
		bad = whole(arg, 0, SIM_PHONES_MAX, &v);
		o->sim.phones = (size_t)v;
		return bad;
	case O_CONTACTS:
	case O_MESSAGES:
	case O_CALLS:
	case O_EVENTS:
	case O_NOTES:
	case O_FILES:
		return amount(o, which, arg);
	case O_SEED:
		return whole(arg, 0, 1e18, &o->sim.seed);
	case O_STATE:
		o->sim.state = arg;
		return 0;
	case O_SERVICE:
		o->sim.service_number = arg;
		return pdu_is_number(arg) ? 0 : -1;
	case O_SOCKET:
		o->socket = arg;
		return 0;
	case O_SCRIPT:
		return script(o, arg);
	case O_ASK:
		o->ask = arg;
		return 0;
	case O_LOSS:
	case O_DUP:
	case O_REORDER:
	case O_DELAY:
		return weather(o, which, arg);
	case O_SPEED:
		return number(arg, 0.001, 100000, &o->sim.speed, NULL);
	case O_SLOTS:
		return slots(o, arg);
	case O_LATENCY:
		bad = whole(arg, 0, 600000, &v);
		o->sim.latency_ms = (unsigned)v;
		return bad;
	case O_BAUD:
		bad = whole(arg, 0, 10000000, &v);
		o->sim.bits_per_s = (unsigned)v;
		return bad;
	default:
		return -1;
	}
}

int
options_read(struct options *out, int argc, char **argv)
{
	int which, place = 0;

	*out = (struct options){ .script_fd = -1,
		.sim = { .seed = 1,
		    .speed = 1,
		    .service_number = "+358401000000",
		    .slots_sim = 30,
		    .slots_me = 100,
		    .phones = 5,
		    .amount = { 40, 120, 60, 8, 5, 2 } } };
	while ((which = getopt_long(argc, argv, "", longs, &place)) != -1) {
		if (which == O_HELP) {
			fputs(usage, stdout);
			return EXIT_SUCCESS;
		}
		if (which == O_VERSION) {
			puts("phone-sim (smsvault) " SIM_VERSION);
			return EXIT_SUCCESS;
		}
		if (which == '?') {
			log_error("say phone-sim --help for the options");
			return OPTIONS_USAGE;
		}
		if (take(out, which, optarg) == -1) {
			log_error("--%s: \"%s\" is not what it takes: see "
				  "phone-sim --help",
			    longs[place].name, optarg);
			return OPTIONS_USAGE;
		}
	}
	if (optind < argc) {
		log_error("unrecognized argument \"%s\": see phone-sim --help",
		    argv[optind]);
		return OPTIONS_USAGE;
	}
	if (out->ask != NULL && out->socket == NULL) {
		log_error("--ask wants --socket PATH: where the simulator "
			  "listens");
		return OPTIONS_USAGE;
	}
	return -1;
}
