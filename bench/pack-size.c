/*
 * pack-size - how many octets and SMS do these records take?
 *
 * usage: pack-size --mode full|single|batch N|day [--contacts F] [--sms F]
 *        [--calls F] [--policy once|hourly|fill:24h] [--state on|off|none]
 *
 * Everything is unpacked again and compared: one octet that differs is exit
 * status 1.  The first lines are ours; the others say what they measure.
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "methods.h"
#include "pack_state.h"
#include "plan.h"

struct options {
	struct plan plan;
	enum method_state state;
	size_t history;
	bool alone; /* ours only */
	struct corpus corpora[RECORD_KIND_COUNT];
};

static void
usage(void)
{
	fprintf(stderr,
	    "usage: pack-size --mode full|single|batch N|day\n"
	    "       [--contacts FILE] [--sms FILE] [--calls FILE]\n"
	    "       [--policy once|hourly|fill:24h] [--state on|off|none]\n"
	    "       [--history OCTETS] [--alone]\n"
	    "state on:   numbers, ids, times and texts of records before\n"
	    "            are known at both ends\n"
	    "state off:  all but the texts; the coder is as it was shipped\n"
	    "state none: nothing is known (the fallback)\n");
	exit(2);
}

static void
set_mode(struct options *o, const char *mode)
{
	static const char *const names[] = { "full", "single", "batch", "day" };

	for (int i = 0; i < 4; i++)
		if (strcmp(mode, names[i]) == 0) {
			o->plan.mode = (enum plan_mode)i;
			return;
		}
	usage();
}

static void
set_policy(struct options *o, const char *policy)
{
	char *end;

	if (strcmp(policy, "once") == 0) {
		o->plan.policy = PLAN_ONCE;
	} else if (strcmp(policy, "hourly") == 0) {
		o->plan.policy = PLAN_HOURLY;
	} else if (strncmp(policy, "fill:", 5) == 0) {
		o->plan.policy = PLAN_FILL;
		o->plan.fill_ms = strtoll(policy + 5, &end, 10) * 3600000;
		if (o->plan.fill_ms <= 0 || strcmp(end, "h") != 0)
			usage();
	} else {
		usage();
	}
}

static void
set_state(struct options *o, const char *state)
{
	if (strcmp(state, "on") == 0)
		o->state = STATE_ON;
	else if (strcmp(state, "off") == 0)
		o->state = STATE_OFF;
	else if (strcmp(state, "none") == 0)
		o->state = STATE_NONE;
	else
		usage();
}

static void
read_corpus(struct options *o, enum record_kind kind, const char *path)
{
	if (corpus_read(path, kind, &o->corpora[kind]) == -1)
		exit(1);
}

static void
parse(struct options *o, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "mode", required_argument, NULL, 'm' },
		{ "contacts", required_argument, NULL, 'c' },
		{ "sms", required_argument, NULL, 's' },
		{ "calls", required_argument, NULL, 'l' },
		{ "policy", required_argument, NULL, 'p' },
		{ "state", required_argument, NULL, 't' },
		{ "history", required_argument, NULL, 'h' },
		{ "alone", no_argument, NULL, 'a' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		switch (c) {
		case 'm':
			set_mode(o, optarg);
			break;
		case 'c':
			read_corpus(o, RECORD_CONTACT, optarg);
			break;
		case 's':
			read_corpus(o, RECORD_MESSAGE, optarg);
			break;
		case 'l':
			read_corpus(o, RECORD_CALL, optarg);
			break;
		case 'p':
			set_policy(o, optarg);
			break;
		case 't':
			set_state(o, optarg);
			break;
		case 'h':
			o->history = strtoul(optarg, NULL, 10);
			break;
		case 'a':
			o->alone = true;
			break;
		default:
			usage();
		}
	}
	/* "batch 8" and "batch" with its number in a word of its own. */
	if (o->plan.mode == PLAN_BATCH) {
		if (optind != argc - 1)
			usage();
		o->plan.batch = strtoul(argv[optind++], NULL, 10);
		if (o->plan.batch == 0)
			usage();
	}
	if (optind != argc)
		usage();
}

static void
add(struct plan_sum *to, const struct plan_sum *from)
{
	to->records += from->records;
	to->octets += from->octets;
	to->sms += from->sms;
	to->wrong += from->wrong;
	to->write_s += from->write_s;
	to->read_s += from->read_s;
}

static void
print_line(const char *before, const char *kind, const struct plan_sum *s)
{
	printf("%s%s records %zu octets %zu per-record %.2f sms %zu\n", before,
	    kind, s->records, s->octets,
	    s->records > 0 ? (double)s->octets / (double)s->records : 0.0,
	    s->sms);
}

static void
print_time(const char *kind, const struct plan_sum *s)
{
	double n = s->records > 0 ? (double)s->records : 1;

	printf("time %s write-us %.1f read-us %.1f\n", kind,
	    s->write_s * 1e6 / n, s->read_s * 1e6 / n);
	if (s->read_s > 0)
		printf("rate %s read-sms-per-s %.0f\n", kind,
		    (double)s->sms / s->read_s);
}

/* One method over everything.  Returns the records that came back wrong. */
static size_t
measure(struct options *o, struct methods *m, const struct method *how,
    const char *before)
{
	static const enum record_kind order[] = { RECORD_CONTACT,
		RECORD_MESSAGE, RECORD_CALL };
	struct plan_sum total = { 0 }, sums[3] = { 0 };

	methods_reset(m, o->state, o->history);
	if (o->plan.mode == PLAN_DAY) {
		double sms = plan_day(&o->plan, m, how, o->corpora, &total);

		printf("%sday sms %.2f\n", before, sms);
		if (*before == '\0')
			print_time("day", &total);
		return total.wrong + (sms < 0);
	}
	for (int i = 0; i < 3; i++) {
		plan_run(&o->plan, m, how, &o->corpora[order[i]], &sums[i]);
		add(&total, &sums[i]);
		if (o->corpora[order[i]].count > 0)
			print_line(
			    before, record_kind_name(order[i]), &sums[i]);
	}
	print_line(before, "total", &total);
	for (int i = 0; i < 3 && *before == '\0'; i++)
		if (sums[i].records > 0)
			print_time(record_kind_name(order[i]), &sums[i]);
	return total.wrong;
}

int
main(int argc, char **argv)
{
	struct options o = {
		.plan = { .policy = PLAN_FILL, .fill_ms = 24 * 3600000 },
		.state = STATE_ON,
		.history = PACK_HISTORY_OCTETS,
	};
	struct methods *m;
	struct rusage use;
	size_t wrong = 0;

	parse(&o, argc, argv);
	if ((m = methods_new(o.corpora)) == NULL)
		return 1;
	for (int i = 0; methods_all[i] != NULL && (i == 0 || !o.alone); i++) {
		char before[64] = "";

		if (i > 0)
			snprintf(before, sizeof before, "peer %s ",
			    methods_all[i]->name);
		wrong += measure(&o, m, methods_all[i], before);
		if (i == 0) {
			getrusage(RUSAGE_SELF, &use);
			printf("memory max-rss-kb %ld\n", use.ru_maxrss);
		}
	}
	for (int k = 0; k < RECORD_KIND_COUNT; k++)
		corpus_clear(&o.corpora[k]);
	methods_free(m);
	if (wrong > 0)
		fprintf(stderr, "%zu records are wrong\n", wrong);
	return wrong == 0 ? 0 : 1;
}
