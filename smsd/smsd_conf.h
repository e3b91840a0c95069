/*
 * smsd_conf.h - smsd.conf(5), read.
 */
#ifndef SMSD_CONF_H
#define SMSD_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define SMSD_MODEMS_MAX 64

struct smsd_modem {
	char *name;
	char *device; /* /dev/serial/by-id/... or a pty */
	char *connection; /* libGammu's: at, at115200, ... */
	char *pin; /* SIM PIN, "" if none is asked */
	char *power_hook; /* run when it stays silent; "": none */
	int64_t reset_after_s, hook_after_s, alarm_after_s; /* of silence */
	int64_t poll_s; /* look for messages without being told */
};

struct smsd_conf {
	char *path; /* of the file itself */
	char *database; /* conninfo */
	char *spool; /* file */
	char *keys; /* directory of gateway.key and service.key */
	char *run; /* directory for pid file and state */
	char *modem_program; /* smsd-modem; "" for the installed one */
	char *mail_url; /* SMTP server for notices; "": no mail */
	char *mail_user; /* its login; "": none */
	char *mail_password_file; /* whose first line is the password */
	char *mail_ca_file; /* PEM of who vouches for it; "": the system's */
	char *mail_from; /* address that they come from */
	char *page_url; /* of the owners' pages; "": not told */
	int64_t price_milli; /* of one SMS, in thousandths of the currency */
	int64_t month_sms_max; /* of the whole gateway; 0: no limit */
	int64_t day_sms_max; /* as month_sms_max, a day UTC */
	int64_t validity_h; /* of SMS that we send, hours */
	int64_t quiet_s; /* before missing segments are asked for */
	int64_t hot_states; /* phones whose coders stay in memory */
	bool reports; /* ask for delivery reports */
	bool syslog;
	bool verbose;
	struct smsd_modem modem[SMSD_MODEMS_MAX];
	size_t modems;
};

/* 0, or -1 after logging what is wrong and where. */
int smsd_conf_read(const char *path, struct smsd_conf *conf);
void smsd_conf_clear(struct smsd_conf *conf);
/* One key a line, for the test that holds smsd.conf(5) against the table. */
void smsd_conf_list(FILE *out);
/* "DIR/gateway.key"; the caller frees it. */
char *smsd_conf_key_path(const struct smsd_conf *conf, const char *name);

#endif
