/*
 * smsctl - what the operator asks of a running gateway.
 */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "config.h"
#include "log.h"
#include "operator.h"
#include "order.h"
#include "smsctl.h"
#include "spool.h"

void
smsctl_time(const char *what, int64_t ms)
{
	time_t t = (time_t)(ms / 1000);
	struct tm tm;
	char text[32];

	if (ms == 0) {
		printf("%s never", what);
		return;
	}
	gmtime_r(&t, &tm);
	strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S UTC", &tm);
	printf("%s %s", what, text);
}

int64_t
smsctl_now_ms(void)
{
	return (int64_t)time(NULL) * 1000;
}

struct db *
smsctl_database(const struct ctl *c)
{
	return db_open(c->conf.database, NULL);
}

/* Only smsd makes the spool: one that we made would not be smsd's to write. */
static struct spool *
open_spool(const struct ctl *c)
{
	if (access(c->conf.spool, F_OK) == 0)
		return spool_open(c->conf.spool);
	log_error("cannot open spool %s: %m%s", c->conf.spool,
	    errno == ENOENT ? ": smsd makes it at its first start" : "");
	return NULL;
}

/* ---- status ---- */

static int
status_database(const struct ctl *c)
{
	struct db *db = smsctl_database(c);
	struct operator_totals t;
	struct operator_kept kept;
	int status;

	if (db == NULL || operator_totals(db, &t) != DB_OK ||
	    operator_kept(db, &kept) != DB_OK) {
		db_close(db);
		puts("database: cannot be reached");
		return EXIT_REACH;
	}
	printf("database: schema %d, %lld accounts, %lld phones, %lld records, "
	       "%lld transfers under way, %lld set aside\n",
	    db_schema_version(db), (long long)t.accounts, (long long)t.phones,
	    (long long)kept.records, (long long)t.open_transfers,
	    (long long)t.aside_transfers);
	smsctl_time("phones: last heard", t.heard_ms);
	printf("\noutbox: %lld queued, %lld held by budgets, %lld being sent, "
	       "%lld sent, %lld failed, %lld unknown\n",
	    (long long)t.queued, (long long)t.held, (long long)t.sending,
	    (long long)kept.sent, (long long)t.failed, (long long)t.unknown);
	printf("sent: %lld SMS today, %lld this month, %.2f spent\n",
	    (long long)t.sms_today, (long long)t.sms_month,
	    (double)t.cost_month_milli / 1000);
	printf("checks of owners: %lld accounts with damage\n",
	    (long long)t.damaged);
	status = smsctl_modem_status(db);
	db_close(db);
	if (status == EXIT_FINE && (t.failed > 0 || t.held > 0 ||
				       t.aside_transfers > 0 || t.damaged > 0))
		status = EXIT_ATTENTION;
	return status;
}

static int
cmd_status(struct ctl *c)
{
	struct spool *spool = open_spool(c);
	struct spool_stats s;
	int status = EXIT_FINE, db;

	if (spool == NULL || spool_get_stats(spool, &s) == -1) {
		spool_close(spool);
		return EXIT_REACH;
	}
	printf("spool: %lld waiting", (long long)s.waiting);
	if (s.waiting > 0)
		printf(", the oldest for %lld s",
		    (long long)(smsctl_now_ms() - s.oldest_waiting_ms) / 1000);
	printf(", %lld set aside, %lld junk\n", (long long)s.quarantined,
	    (long long)s.junk);
	if (s.waiting > 0 && smsctl_now_ms() - s.oldest_waiting_ms > 60000)
		status = EXIT_ATTENTION;
	spool_close(spool);
	db = status_database(c);
	return db > status ? db : status;
}

/* ---- the others ---- */

static int
cmd_migrate(struct ctl *c)
{
	const char *dir = c->argc > 1 ? c->argv[1] : MIGRATIONS_DIR;
	const char *conninfo = c->argc > 2 ? c->argv[2] : c->conf.database;
	int n = db_migrate(conninfo, dir);

	if (n == -1)
		return EXIT_REACH;
	printf("%d migration(s) have run\n", n);
	return EXIT_FINE;
}

static int
cmd_queue(struct ctl *c)
{
	struct db *db = smsctl_database(c);
	const struct operator_part newest = { 0, 200 };
	struct operator_queued *list = NULL;
	char number[LOG_NUMBER_MAX];
	size_t n = 0;

	if (db == NULL || operator_queue(db, "", &newest, &list, &n) != DB_OK) {
		db_close(db);
		return EXIT_REACH;
	}
	if (n == 0)
		puts("nothing waits");
	for (size_t i = 0; i < n; i++) {
		printf("%lld: %s to %s: %s, %d tries,",
		    (long long)list[i].outbox, list[i].purpose,
		    log_number(list[i].number, number), list[i].state,
		    list[i].attempts);
		smsctl_time(" due", list[i].due_ms);
		putchar('\n');
	}
	free(list);
	db_close(db);
	return EXIT_FINE;
}

static int
cmd_accounts(struct ctl *c)
{
	struct db *db = smsctl_database(c);
	const struct operator_part all = { 0, INT_MAX };
	struct operator_account *list = NULL;
	int64_t total;
	size_t n = 0;

	if (db == NULL ||
	    operator_accounts(db, "", &all, &list, &n, &total) != DB_OK) {
		db_close(db);
		return EXIT_REACH;
	}
	for (size_t i = 0; i < n; i++) {
		printf("%lld: %s, %lld phones, %lld of %lld SMS this month,",
		    (long long)list[i].account, list[i].login,
		    (long long)list[i].phones, (long long)list[i].sms_month,
		    (long long)list[i].month_max);
		smsctl_time(" last heard", list[i].heard_ms);
		putchar('\n');
	}
	free(list);
	db_close(db);
	return EXIT_FINE;
}

static int
cmd_notices(struct ctl *c)
{
	struct db *db = smsctl_database(c);
	struct operator_notice *list = NULL;
	size_t n = 0;

	if (db == NULL || operator_notices(db, &list, &n) != DB_OK) {
		db_close(db);
		return EXIT_REACH;
	}
	if (n == 0)
		puts("every notice has been sent");
	for (size_t i = 0; i < n; i++) {
		printf("%lld: account %lld, %s by %s: %s, %d tries,",
		    (long long)list[i].notice, (long long)list[i].account,
		    list[i].kind, list[i].channel, list[i].state,
		    list[i].attempts);
		smsctl_time(" made", list[i].created_ms);
		putchar('\n');
	}
	free(list);
	db_close(db);
	return EXIT_FINE;
}

static int
cmd_silent(struct ctl *c)
{
	struct db *db = smsctl_database(c);
	struct operator_silent *list = NULL;
	size_t n = 0;

	if (db == NULL || operator_silent(db, &list, &n) != DB_OK) {
		db_close(db);
		return EXIT_REACH;
	}
	if (n == 0)
		puts("every phone has been heard as its owner expects");
	for (size_t i = 0; i < n; i++) {
		printf("phone %lld of %s:", (long long)list[i].phone,
		    list[i].login);
		smsctl_time(" last heard", list[i].heard_ms);
		puts(list[i].told ? ", its owner was told" : "");
	}
	free(list);
	db_close(db);
	return EXIT_FINE;
}

/* ---- metrics ---- */

static void
metric(const char *name, const char *type, const char *help, int64_t value)
{
	printf("# HELP smsvault_%s %s\n# TYPE smsvault_%s %s\n"
	       "smsvault_%s %lld\n",
	    name, help, name, type, name, (long long)value);
}

static void
print_totals(const struct operator_totals *t, int64_t records)
{
	metric("accounts", "gauge", "Accounts.", t->accounts);
	metric("phones", "gauge", "Phones that are bound.", t->phones);
	metric("records", "gauge", "Records, in their newest state.", records);
	metric("open_transfers", "gauge", "Transfers that are not whole.",
	    t->open_transfers);
	metric(
	    "outbox_queued", "gauge", "SMS that wait to be sent.", t->queued);
	metric("outbox_held", "gauge", "SMS that a budget holds.", t->held);
	metric("outbox_failed", "gauge", "SMS that were given up.", t->failed);
	metric("damaged_accounts", "gauge",
	    "Accounts whose owner's check found damage.", t->damaged);
	metric("sms_today", "gauge", "SMS sent today, UTC.", t->sms_today);
	metric("sms_month", "gauge", "SMS sent this month, UTC.", t->sms_month);
	metric("heard_timestamp_seconds", "gauge",
	    "When any phone was last heard.", t->heard_ms / 1000);
}

/* The text that Prometheus reads, such as through its textfile collector. */
static int
cmd_metrics(struct ctl *c)
{
	struct db *db = smsctl_database(c);
	struct operator_totals t;
	struct operator_kept kept;
	struct operator_modem *modems = NULL;
	struct spool *spool = open_spool(c);
	struct spool_stats s;
	size_t n = 0;
	int status = EXIT_REACH;

	if (db != NULL && spool != NULL && operator_totals(db, &t) == DB_OK &&
	    operator_kept(db, &kept) == DB_OK &&
	    operator_modems(db, &modems, &n) == DB_OK &&
	    spool_get_stats(spool, &s) == 0) {
		print_totals(&t, kept.records);
		metric("spool_waiting", "gauge",
		    "SMS that wait for the database.", s.waiting);
		metric("spool_quarantined", "gauge", "SMS that are set aside.",
		    s.quarantined);
		metric("spool_junk_total", "counter",
		    "SMS that no phone of ours can have sent.", s.junk);
		smsctl_modem_metrics(modems, n);
		status = EXIT_FINE;
	}
	free(modems);
	spool_close(spool);
	db_close(db);
	return status;
}

static void
print_aside(const struct spool_aside *a, bool raw)
{
	char number[LOG_NUMBER_MAX];
	bool hide[sizeof a->raw];

	printf("%lld: modem %s, from %s,", (long long)a->id, a->modem,
	    a->number[0] != '\0' ? log_number(a->number, number) : "nobody");
	smsctl_time("", a->received_ms);
	printf(": %s\n", a->reason);
	if (!raw)
		return;
	order_hide_codes(a->raw, a->raw_len, hide);
	for (size_t i = 0; i < a->raw_len; i++) {
		if (hide[i])
			fputs("**", stdout);
		else
			printf("%02x", a->raw[i]);
		if (i % 32 == 31 || i + 1 == a->raw_len)
			putchar('\n');
	}
}

static int
quarantine_list(const struct spool_aside *list, size_t n)
{
	if (n == 0)
		puts("nothing is set aside");
	for (size_t i = 0; i < n; i++)
		print_aside(&list[i], false);
	return EXIT_FINE;
}

static int
quarantine_one(struct spool *spool, const struct spool_aside *list, size_t n,
    const char *what, const char *number)
{
	int64_t id = 0;

	if (strspn(number, "0123456789") == strlen(number))
		id = strtoll(number, NULL, 10);
	for (size_t i = 0; i < n; i++) {
		if (list[i].id != id)
			continue;
		if (strcmp(what, "show") == 0) {
			print_aside(&list[i], true);
			return EXIT_FINE;
		}
		return spool_replay(spool, id) == 0 ? EXIT_FINE : EXIT_REACH;
	}
	fprintf(stderr,
	    "smsctl: quarantine %s: nothing has the number \"%s\": "
	    "smsctl quarantine list shows them\n",
	    what, number);
	return EXIT_USAGE;
}

static int
cmd_quarantine(struct ctl *c)
{
	const char *what = c->argc > 1 ? c->argv[1] : "list";
	bool all = strcmp(what, "list") == 0;
	struct spool *spool = NULL;
	struct spool_aside *list = NULL;
	size_t n = 0;
	int status = EXIT_REACH;

	if (c->argc != (all ? c->argc > 1 ? 2 : 1 : 3) ||
	    (!all && strcmp(what, "show") != 0 &&
		strcmp(what, "replay") != 0)) {
		fputs("smsctl: say quarantine list, quarantine show ID or "
		      "quarantine replay ID\n",
		    stderr);
		return EXIT_USAGE;
	}
	if ((spool = open_spool(c)) != NULL &&
	    spool_list_quarantine(spool, &list, &n) == 0)
		status = all ? quarantine_list(list, n)
			     : quarantine_one(spool, list, n, what, c->argv[2]);
	free(list);
	spool_close(spool);
	return status;
}

static int
cmd_reopen(struct ctl *c)
{
	struct db *db = smsctl_database(c);
	int64_t n;
	bool done = db != NULL && operator_reopen(db, &n) == DB_OK;

	if (done)
		printf("%lld transfers are opened once more\n", (long long)n);
	db_close(db);
	return done ? EXIT_FINE : EXIT_REACH;
}

static int
cmd_restored(struct ctl *c)
{
	struct db *db = smsctl_database(c);
	int64_t n;
	bool done = db != NULL && operator_restored(db, &n) == DB_OK;

	if (done)
		printf("what goes down to %lld phones begins anew\n",
		    (long long)n);
	db_close(db);
	return done ? EXIT_FINE : EXIT_REACH;
}

static const struct {
	const char *name;
	int (*run)(struct ctl *c);
	int words; /* at most, behind the name */
	const char *help;
} commands[] = {
	{ "status", cmd_status, 0, "what runs, what waits, what was spent" },
	{ "queue", cmd_queue, 0, "SMS that wait to be sent, or failed" },
	{ "accounts", cmd_accounts, 0, "accounts, their phones and budgets" },
	{ "silent", cmd_silent, 0, "phones that were not heard for too long" },
	{ "notices", cmd_notices, 0, "notices that have not been sent" },
	{ "metrics", cmd_metrics, 0, "figures as Prometheus reads them" },
	{ "quarantine", cmd_quarantine, 2,
	    "list | show ID | replay ID: messages set aside" },
	{ "verify", smsctl_verify, 2,
	    "[--account N]: is all that was backed up there?  Reads alone" },
	{ "modem", smsctl_modem, 2,
	    "forget NAME: one that is away for ever is reported no more" },
	{ "reopen", cmd_reopen, 0, "try transfers that were set aside again" },
	{ "restored", cmd_restored, 0,
	    "the database was restored from a backup: say so once" },
	{ "operator", smsctl_operator, 2,
	    "list | add NAME | password NAME | remove NAME: who may see "
	    "the operators' pages" },
	{ "migrate", cmd_migrate, 2,
	    "[DIRECTORY [CONNINFO]]: bring the schema up to date" },
};
#define COMMANDS (sizeof commands / sizeof commands[0])

static void
usage(FILE *out)
{
	fputs("usage: smsctl [-c FILE] COMMAND\n"
	      "       smsctl --help | --version\n\n"
	      "  -c FILE     configuration of smsd (default " SYSCONFDIR
	      "/smsvault/smsd.conf)\n\n",
	    out);
	for (size_t i = 0; i < COMMANDS; i++)
		fprintf(
		    out, "  %-11s %s\n", commands[i].name, commands[i].help);
	fputs("\nExit status: 0 fine, 1 someone should look, 2 usage, 3 the\n"
	      "database or the spool cannot be reached.  See smsctl(8).\n",
	    out);
}

static const struct option options[] = {
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

/* Returns the exit status if the options ask for no more, or -1. */
static int
read_options(int argc, char **argv, const char **path)
{
	int c;

	while ((c = getopt_long(argc, argv, "+c:h", options, NULL)) != -1) {
		if (c == 'c') {
			*path = optarg;
		} else if (c == 'h') {
			usage(stdout);
			return EXIT_FINE;
		} else if (c == 'V') {
			puts("smsctl " PACKAGE_VERSION);
			return EXIT_FINE;
		} else {
			usage(stderr);
			return EXIT_USAGE;
		}
	}
	if (optind == argc) {
		usage(stderr);
		return EXIT_USAGE;
	}
	return -1;
}

/* Which command it is, or -1 after saying what is wrong. */
static int
find_command(const struct ctl *ctl)
{
	for (size_t i = 0; i < COMMANDS; i++) {
		if (strcmp(commands[i].name, ctl->argv[0]) != 0)
			continue;
		if (ctl->argc - 1 <= commands[i].words)
			return (int)i;
		fprintf(stderr,
		    "smsctl: %s: unrecognized \"%s\": see "
		    "smsctl --help\n",
		    ctl->argv[0], ctl->argv[commands[i].words + 1]);
		return -1;
	}
	fprintf(stderr, "smsctl: %s is not a command: see smsctl --help\n",
	    ctl->argv[0]);
	return -1;
}

int
main(int argc, char **argv)
{
	const char *path = SYSCONFDIR "/smsvault/smsd.conf";
	struct ctl ctl = { .argc = 0 };
	int command, status = read_options(argc, argv, &path);

	if (status != -1)
		return status;
	ctl.argc = argc - optind;
	ctl.argv = argv + optind;
	log_open("smsctl", false, false);
	if ((command = find_command(&ctl)) == -1 ||
	    smsd_conf_read(path, &ctl.conf) == -1)
		return EXIT_USAGE;
	status = commands[command].run(&ctl);
	smsd_conf_clear(&ctl.conf);
	return status;
}
