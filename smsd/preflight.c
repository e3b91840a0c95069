#include "preflight.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "db.h"
#include "log.h"
#include "notices.h"

static int
directory(const char *key, const char *path)
{
	if (access(path, R_OK | W_OK | X_OK) == 0)
		return 0;
	log_error("%s: cannot write in %s: %m: make it, or give it to the "
		  "user of smsd",
	    key, path);
	return 1;
}

/* SQLite writes beside the file too: the directory has to be ours. */
static int
spool_place(const char *path)
{
	char *dir = strdup(path), *slash;
	int bad;

	if (dir == NULL)
		return 1;
	if ((slash = strrchr(dir, '/')) != NULL)
		slash[slash == dir] = '\0';
	bad = directory("spool", slash != NULL ? dir : ".");
	free(dir);
	if (bad == 0 && access(path, F_OK) == 0 &&
	    access(path, R_OK | W_OK) == -1) {
		log_error("spool: cannot write %s: %m", path);
		bad = 1;
	}
	return bad;
}

/* A key that is not there is made, so its directory has to be ours. */
static int
key_place(const struct smsd_conf *conf, const char *name)
{
	char *path = smsd_conf_key_path(conf, name);
	int bad = path == NULL;

	if (path != NULL && access(path, F_OK) == -1) {
		bad = directory("keys", conf->keys);
		if (bad == 0)
			log_info(
			    "keys: %s is not there: smsd will make it", path);
	} else if (path != NULL && access(path, R_OK) == -1) {
		log_error("keys: cannot read %s: %m", path);
		bad = 1;
	}
	free(path);
	return bad;
}

/* Under systemd it is there while the service runs. */
static int
run_place(const char *path)
{
	if (access(path, F_OK) == 0)
		return directory("run", path);
	log_warn("run: %s is not there: make it, unless systemd does when it "
		 "starts smsd",
	    path);
	return 0;
}

static int
modems(const struct smsd_conf *conf)
{
	const char *program = conf->modem_program[0] != '\0'
				  ? conf->modem_program
				  : SMSD_MODEM_PROGRAM;
	int bad = 0;

	if (access(program, X_OK) == -1) {
		log_error("modem_program: cannot run %s: %m", program);
		bad = 1;
	}
	if (conf->modems == 0)
		log_warn("no modem is configured: nothing will arrive");
	for (size_t i = 0; i < conf->modems; i++)
		if (access(conf->modem[i].device, R_OK | W_OK) == -1)
			log_warn("modem %s: %s: %m: smsd waits for it",
			    conf->modem[i].name, conf->modem[i].device);
	return bad;
}

/* How owners are told by mail, if they are. */
static int
mail(const struct smsd_conf *conf)
{
	struct post_server server;
	char password[POST_PASSWORD_MAX];
	int bad = conf->mail_url[0] != '\0' &&
		  notices_server(conf, &server, password) == -1;

	explicit_bzero(password, sizeof password);
	return bad;
}

static int
database(const struct smsd_conf *conf)
{
	struct db *db = db_open(conf->database, NULL);
	int version = db != NULL ? db_schema_version(db) : -1;

	db_close(db);
	if (version > 0)
		return 0;
	if (db != NULL)
		log_error("database: it has no schema: smsctl migrate makes "
			  "it");
	else
		log_error("database: messages would wait in the spool: see "
			  "that PostgreSQL runs and that database in the "
			  "configuration is right");
	return 1;
}

int
preflight(const struct smsd_conf *conf)
{
	return spool_place(conf->spool) + run_place(conf->run) +
	       key_place(conf, "gateway") + key_place(conf, "service") +
	       modems(conf) + mail(conf) + database(conf);
}
