/*
 * smsctl.h - what the commands of smsctl share.
 */
#ifndef SMSCTL_H
#define SMSCTL_H

#include "db.h"
#include "operator.h"
#include "smsd_conf.h"

/* Exit statuses. */
enum {
	EXIT_FINE = 0,
	EXIT_ATTENTION = 1, /* it runs, but someone should look */
	EXIT_USAGE = 2,
	EXIT_REACH = 3, /* database or spool cannot be reached */
};

struct ctl {
	struct smsd_conf conf;
	int argc;
	char **argv;
};

/* NULL after logging why. */
struct db *smsctl_database(const struct ctl *c);
/* "WHAT 2026-05-03 14:30:00 UTC", or never. */
void smsctl_time(const char *what, int64_t ms);

int64_t smsctl_now_ms(void);

/* smsctl_modem.c */
int smsctl_modem(struct ctl *c);
/* A line of each; the exit status that they ask for. */
int smsctl_modem_status(struct db *db);
void smsctl_modem_metrics(const struct operator_modem *list, size_t n);
/* smsctl_operator.c */
int smsctl_operator(struct ctl *c);
/* smsctl_verify.c */
int smsctl_verify(struct ctl *c);

#endif
