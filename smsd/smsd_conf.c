#include "smsd_conf.h"

#include <stdlib.h>
#include <string.h>

#include "conf.h"
#include "log.h"

static const struct conf_key keys[] = {
	{ "database", CONF_STRING, offsetof(struct smsd_conf, database),
	    "dbname=smsvault user=smsvault_gateway", 0, 0 },
	{ "spool", CONF_STRING, offsetof(struct smsd_conf, spool),
	    "/var/lib/smsvault/spool.db", 0, 0 },
	{ "keys", CONF_STRING, offsetof(struct smsd_conf, keys),
	    "/etc/smsvault/keys", 0, 0 },
	{ "run", CONF_STRING, offsetof(struct smsd_conf, run), "/run/smsvault",
	    0, 0 },
	{ "modem_program", CONF_STRING,
	    offsetof(struct smsd_conf, modem_program), "", 0, 0 },
	{ "mail_url", CONF_STRING, offsetof(struct smsd_conf, mail_url), "", 0,
	    0 },
	{ "mail_user", CONF_STRING, offsetof(struct smsd_conf, mail_user), "",
	    0, 0 },
	{ "mail_password_file", CONF_STRING,
	    offsetof(struct smsd_conf, mail_password_file), "", 0, 0 },
	{ "mail_ca_file", CONF_STRING, offsetof(struct smsd_conf, mail_ca_file),
	    "", 0, 0 },
	{ "mail_from", CONF_STRING, offsetof(struct smsd_conf, mail_from), "",
	    0, 0 },
	{ "page_url", CONF_STRING, offsetof(struct smsd_conf, page_url), "", 0,
	    0 },
	{ "price_milli", CONF_INT, offsetof(struct smsd_conf, price_milli), "0",
	    0, 1000000 },
	{ "month_sms_max", CONF_INT, offsetof(struct smsd_conf, month_sms_max),
	    "0", 0, 100000000 },
	{ "day_sms_max", CONF_INT, offsetof(struct smsd_conf, day_sms_max), "0",
	    0, 100000000 },
	{ "validity_h", CONF_INT, offsetof(struct smsd_conf, validity_h), "72",
	    1, 1512 },
	{ "quiet_s", CONF_INT, offsetof(struct smsd_conf, quiet_s), "600", 1,
	    86400 },
	{ "hot_states", CONF_INT, offsetof(struct smsd_conf, hot_states), "4",
	    1, 10000 },
	{ "reports", CONF_BOOL, offsetof(struct smsd_conf, reports), "true", 0,
	    0 },
	{ "syslog", CONF_BOOL, offsetof(struct smsd_conf, syslog), "false", 0,
	    0 },
	{ "verbose", CONF_BOOL, offsetof(struct smsd_conf, verbose), "false", 0,
	    0 },
};

static const struct conf_key modem_keys[] = {
	{ "device", CONF_STRING, offsetof(struct smsd_modem, device), NULL, 0,
	    0 },
	{ "connection", CONF_STRING, offsetof(struct smsd_modem, connection),
	    "at", 0, 0 },
	{ "pin", CONF_STRING, offsetof(struct smsd_modem, pin), "", 0, 0 },
	{ "power_hook", CONF_STRING, offsetof(struct smsd_modem, power_hook),
	    "", 0, 0 },
	{ "reset_after_s", CONF_INT, offsetof(struct smsd_modem, reset_after_s),
	    "15", 1, 86400 },
	{ "hook_after_s", CONF_INT, offsetof(struct smsd_modem, hook_after_s),
	    "45", 1, 86400 },
	{ "alarm_after_s", CONF_INT, offsetof(struct smsd_modem, alarm_after_s),
	    "120", 1, 86400 },
	{ "poll_s", CONF_INT, offsetof(struct smsd_modem, poll_s), "10", 1,
	    3600 },
};

#define COUNT(a) (sizeof a / sizeof a[0])

static int
add_modem(void *target, const char *title, const void *section)
{
	const struct smsd_modem *m = section;
	struct smsd_conf *conf = target;
	struct smsd_modem *to = &conf->modem[conf->modems];

	if (conf->modems == SMSD_MODEMS_MAX) {
		log_error(
		    "%s: more than %d modems", conf->path, SMSD_MODEMS_MAX);
		return -1;
	}
	if (title[0] == '\0' || strlen(title) > 31) {
		log_error("%s: modem \"%s\": a name has 1 to 31 characters",
		    conf->path, title);
		return -1;
	}
	if (m->device[0] == '\0') {
		log_error("%s: modem \"%s\" has no device: say which, such "
			  "as device = \"/dev/ttyUSB0\"",
		    conf->path, title);
		return -1;
	}
	for (size_t i = 0; i < conf->modems; i++)
		if (strcmp(conf->modem[i].device, m->device) == 0) {
			log_error("%s: modems \"%s\" and \"%s\" have the "
				  "same device %s",
			    conf->path, conf->modem[i].name, title, m->device);
			return -1;
		}
	to->name = strdup(title);
	to->device = strdup(m->device);
	to->connection = strdup(m->connection);
	to->pin = strdup(m->pin);
	to->power_hook = strdup(m->power_hook);
	to->poll_s = m->poll_s;
	to->reset_after_s = m->reset_after_s;
	to->hook_after_s = m->hook_after_s;
	to->alarm_after_s = m->alarm_after_s;
	conf->modems++;
	if (to->name == NULL || to->device == NULL || to->connection == NULL ||
	    to->pin == NULL || to->power_hook == NULL) {
		log_error("cannot allocate a modem: %m");
		return -1;
	}
	return 0;
}

int
smsd_conf_read(const char *path, struct smsd_conf *conf)
{
	static const struct conf_section sections[] = {
		{ "modem", modem_keys, COUNT(modem_keys),
		    sizeof(struct smsd_modem), add_modem },
	};

	memset(conf, 0, sizeof *conf);
	if ((conf->path = strdup(path)) == NULL ||
	    conf_read(path, keys, COUNT(keys), sections, COUNT(sections),
		conf) == -1) {
		smsd_conf_clear(conf);
		return -1;
	}
	return 0;
}

void
smsd_conf_clear(struct smsd_conf *conf)
{
	for (size_t i = 0; i < conf->modems; i++) {
		free(conf->modem[i].name);
		free(conf->modem[i].device);
		free(conf->modem[i].connection);
		free(conf->modem[i].pin);
		free(conf->modem[i].power_hook);
	}
	conf->modems = 0;
	conf_clear(keys, COUNT(keys), conf);
	free(conf->path);
	conf->path = NULL;
}

void
smsd_conf_list(FILE *out)
{
	for (size_t i = 0; i < COUNT(keys); i++)
		fprintf(out, "%s\n", keys[i].name);
	for (size_t i = 0; i < COUNT(modem_keys); i++)
		fprintf(out, "%s\n", modem_keys[i].name);
}

char *
smsd_conf_key_path(const struct smsd_conf *conf, const char *name)
{
	char *path = NULL;

	if (asprintf(&path, "%s/%s.key", conf->keys, name) == -1) {
		log_error("cannot allocate a path: %m");
		return NULL;
	}
	return path;
}
