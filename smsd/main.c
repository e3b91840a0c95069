#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "ingest.h"
#include "log.h"
#include "notices.h"
#include "outbox.h"
#include "preflight.h"
#include "smsd_conf.h"
#include "supervisor.h"

static void
usage(FILE *out)
{
	fputs(
	    "usage: smsd [-nv] [-c FILE]\n"
	    "       smsd --list-keys | --help | --version\n\n"
	    "The gateway of smsvault: receives SMS through GSM modems, keeps\n"
	    "what phones send in PostgreSQL, and sends what owners ask for.\n\n"
	    "  -c FILE      configuration (default " SYSCONFDIR
	    "/smsvault/smsd.conf)\n"
	    "  -n           check the configuration, then whether what it "
	    "names is\n"
	    "               there, and exit\n"
	    "  -v           say more, with whole numbers\n"
	    "  --list-keys  print the keys that the configuration may have\n\n"
	    "Exit status: 0 stopped as asked, or -n found nothing wrong;\n"
	    "1 it cannot run, the log says why; 2 the options or the\n"
	    "configuration are wrong.  See smsd(8) and smsd.conf(5).\n",
	    out);
}

static const struct option options[] = {
	{ "role", required_argument, NULL, 'r' },
	{ "fd", required_argument, NULL, 'f' },
	{ "list-keys", no_argument, NULL, 'l' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

struct call {
	const char *conf, *role;
	int fd;
	bool check, verbose;
};

/* Returns the exit status if the options ask for no more, or -1. */
static int
read_options(int argc, char **argv, struct call *call)
{
	int c;

	while ((c = getopt_long(argc, argv, "c:nvh", options, NULL)) != -1) {
		switch (c) {
		case 'c':
			call->conf = optarg;
			break;
		case 'n':
			call->check = true;
			break;
		case 'v':
			call->verbose = true;
			break;
		case 'r':
			call->role = optarg;
			break;
		case 'f':
			call->fd = atoi(optarg);
			break;
		case 'l':
			smsd_conf_list(stdout);
			return 0;
		case 'h':
			usage(stdout);
			return 0;
		case 'V':
			puts("smsd " PACKAGE_VERSION);
			return 0;
		default:
			usage(stderr);
			return 2;
		}
	}
	if (optind != argc) {
		usage(stderr);
		return 2;
	}
	return -1;
}

static int
run(const struct call *call, const struct smsd_conf *conf)
{
	char self[4096];
	ssize_t n;

	if (call->role != NULL && strcmp(call->role, "ingest") == 0)
		return ingest_run(conf, call->fd);
	if (call->role != NULL && strcmp(call->role, "outbox") == 0)
		return outbox_run(conf, call->fd);
	if (call->role != NULL && strcmp(call->role, "notices") == 0)
		return notices_run(conf, call->fd);
	if ((n = readlink("/proc/self/exe", self, sizeof self - 1)) == -1) {
		log_error("cannot find this program's own file: %m");
		return 1;
	}
	self[n] = '\0';
	return supervisor_run(conf, self);
}

int
main(int argc, char **argv)
{
	struct call call = { .conf = SYSCONFDIR "/smsvault/smsd.conf",
		.fd = -1 };
	struct smsd_conf conf;
	int status = read_options(argc, argv, &call);

	if (status != -1)
		return status;
	log_open("smsd", false, call.verbose);
	if (smsd_conf_read(call.conf, &conf) == -1)
		return 2;
	if (call.check) {
		if ((status = preflight(&conf) > 0) == 0)
			printf(
			    "%s: fine, %zu modem(s)\n", call.conf, conf.modems);
		smsd_conf_clear(&conf);
		return status;
	}
	log_open("smsd", conf.syslog, conf.verbose || call.verbose);
	status = run(&call, &conf);
	smsd_conf_clear(&conf);
	return status;
}
