/*
 * The modems, as the gateways last knew them.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "smsctl.h"

int
smsctl_modem_status(struct db *db)
{
	struct operator_modem *list = NULL;
	size_t n = 0;
	int status = EXIT_FINE;

	if (operator_modems(db, &list, &n) != DB_OK)
		return EXIT_REACH;
	if (n == 0)
		puts("modems: none that has ever been ready");
	for (size_t i = 0; i < n; i++) {
		const struct operator_modem *m = &list[i];
		bool away = smsctl_now_ms() - m->seen_ms > OPERATOR_AWAY_MS;

		printf("modem %s: %s, %s, network %s, signal ", m->name,
		    away ? "away" : "ready", m->model,
		    m->registered == 0 ? "none" : m->operator_name);
		if (m->signal_percent >= 0)
			printf("%d %%", m->signal_percent);
		else
			printf("unknown");
		printf(", %lld in, %lld out,", (long long)m->sms_in,
		    (long long)m->sms_out);
		smsctl_time(" seen", m->seen_ms);
		putchar('\n');
		if (away || m->registered == 0)
			status = EXIT_ATTENTION;
	}
	free(list);
	return status;
}

void
smsctl_modem_metrics(const struct operator_modem *list, size_t n)
{
	puts("# HELP smsvault_modem_sms_total SMS through a modem.\n"
	     "# TYPE smsvault_modem_sms_total counter");
	/* smsd.conf lets a name have any character. */
	for (size_t i = 0; i < n; i++)
		for (int out = 0; out < 2; out++) {
			fputs("smsvault_modem_sms_total{modem=\"", stdout);
			for (const char *p = list[i].name; *p != '\0'; p++) {
				if (*p == '"' || *p == '\\')
					putchar('\\');
				putchar(*p);
			}
			printf("\",direction=\"%s\"} %lld\n",
			    out ? "out" : "in",
			    (long long)(out ? list[i].sms_out
					    : list[i].sms_in));
		}
}

int
smsctl_modem(struct ctl *c)
{
	struct db *db;
	enum db_err err;

	if (c->argc != 3 || strcmp(c->argv[1], "forget") != 0) {
		fputs("smsctl: say modem forget NAME\n", stderr);
		return EXIT_USAGE;
	}
	if ((db = smsctl_database(c)) == NULL)
		return EXIT_REACH;
	err = operator_forget(db, c->argv[2]);
	db_close(db);
	if (err == DB_NONE || err == DB_REFUSED) {
		fprintf(stderr, "smsctl: modem forget: %s \"%s\"\n",
		    err == DB_NONE ? "there is no" : "it is not away:",
		    c->argv[2]);
		return EXIT_USAGE;
	}
	return err == DB_OK ? EXIT_FINE : EXIT_REACH;
}
