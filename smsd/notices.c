#include "notices.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "link.h"
#include "log.h"
#include "notice.h"

#define TICK_MS 2000
#define DOWN_MS 5000
#define DELETE_MS 60000 /* between two looks for accounts that go */
#define MAILS 20 /* between two looks at the supervisor */
#define MAIL_DOWN_MS 20000 /* texts do not wait for a server that is away */

struct notices {
	const struct smsd_conf *conf;
	struct post_server server;
	char password[POST_PASSWORD_MAX];
	char trouble[POST_WHY_MAX]; /* why no mail goes out; "": it does */
	int64_t mail_ms; /* not before then */
	int link_fd;
	struct db *db;
	bool mail, stop, down;
	int64_t delete_ms;
};

static int64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* ---- mail ---- */

int
notices_server(const struct smsd_conf *conf, struct post_server *out,
    char password[static POST_PASSWORD_MAX])
{
	bool login = conf->mail_user[0] != '\0';

	password[0] = '\0';
	*out = (struct post_server){ conf->mail_url, conf->mail_user, password,
		conf->mail_ca_file };
	/* The configuration is read by more than one, and copied about. */
	if (strchr(conf->mail_url, '@') != NULL) {
		log_error("mail_url: a login goes into mail_user and "
			  "mail_password_file");
		return -1;
	}
	if (!post_address(conf->mail_from)) {
		log_error("mail_from is no address");
		return -1;
	}
	if (conf->mail_ca_file[0] != '\0' &&
	    access(conf->mail_ca_file, R_OK) == -1) {
		log_error(
		    "mail_ca_file: cannot read %s: %m", conf->mail_ca_file);
		return -1;
	}
	return login ? post_password(conf->mail_password_file, password) : 0;
}

/* The same trouble is told once, not at every mail. */
static void
in_trouble(struct notices *o, const char *why)
{
	if (strcmp(o->trouble, why) == 0)
		return;
	if (why[0] == '\0')
		log_info("mail: %s takes mail again", o->conf->mail_url);
	else
		log_warn("mail: none goes out by %s: %s; tried until it does",
		    o->conf->mail_url, why);
	snprintf(o->trouble, sizeof o->trouble, "%s", why);
}

static enum notice_fate
send_one(struct notices *o, const struct gate_notice *n)
{
	char subject[NOTICE_SUBJECT_MAX], body[NOTICE_BODY_MAX], id[64];
	char why[POST_WHY_MAX];
	enum post_err err;
	const struct post_mail m = {
		.server = &o->server,
		.from = o->conf->mail_from,
		.to = n->target,
		.subject = subject,
		.body = body,
		.id = id,
		.now_ms = now_ms(),
	};

	snprintf(id, sizeof id, "notice.%lld.%lld", (long long)n->account,
	    (long long)n->notice);
	notice_words(n, o->conf->page_url, subject, body);
	err = post_send(&m, why);
	in_trouble(o, why);
	switch (err) {
	case POST_OK:
		return NOTICE_SENT;
	case POST_REFUSED:
		return NOTICE_REFUSED;
	case POST_DOWN:
		o->mail_ms = now_ms() + MAIL_DOWN_MS;
		break;
	case POST_LATER:
		break;
	}
	return NOTICE_LATER;
}

static enum db_err
mails(struct notices *o)
{
	struct gate_notice n;
	enum db_err err = DB_OK;

	for (int i = 0; i < MAILS && err == DB_OK && now_ms() >= o->mail_ms;
	     i++)
		if ((err = notice_next_mail(o->db, now_ms(), &n)) == DB_OK)
			err =
			    notice_ended(o->db, &n, send_one(o, &n), now_ms());
	return err == DB_NONE ? DB_OK : err;
}

/* ---- accounts that leave ---- */

static enum db_err
leave(struct notices *o)
{
	int64_t n = 0;
	enum db_err err = db_begin(o->db);

	if (err == DB_OK)
		err = gate_accounts_delete(o->db, &n);
	if (err == DB_OK)
		err = db_commit(o->db);
	db_rollback(o->db);
	if (err == DB_OK && n > 0)
		log_info("%lld account(s) whose owners left are deleted",
		    (long long)n);
	return err;
}

static enum db_err
work(struct notices *o)
{
	int64_t now = now_ms();

	if (notice_tick(o->db, o->mail, now) == -1)
		return DB_FAILED;
	if (now >= o->delete_ms || o->delete_ms > now + DELETE_MS) {
		o->delete_ms = now + DELETE_MS;
		if (leave(o) != DB_OK)
			return DB_FAILED;
	}
	return o->mail ? mails(o) : DB_OK;
}

/* ---- the process ---- */

static void
wait_for_news(struct notices *o, int wait_ms)
{
	struct pollfd p[2] = {
		{ .fd = o->link_fd, .events = POLLIN },
		{ .fd = o->down ? -1 : db_socket(o->db), .events = POLLIN },
	};
	struct link_head head;
	ssize_t n;

	poll(p, 2, wait_ms);
	if (p[1].revents != 0 && !db_notified(o->db) && !db_alive(o->db))
		o->down = true;
	while ((n = recv(o->link_fd, &head, sizeof head,
		    MSG_DONTWAIT | MSG_TRUNC)) > 0)
		if (head.kind == LINK_STOP)
			o->stop = true;
	if (n == 0 || (n == -1 && errno != EAGAIN && errno != EINTR))
		o->stop = true;
}

static void
try_again(struct notices *o)
{
	wait_for_news(o, DOWN_MS);
	if (!o->stop && db_reconnect(o->db) &&
	    db_listen(o->db, "smsvault_work") == DB_OK)
		o->down = false;
}

int
notices_run(const struct smsd_conf *conf, int link_fd)
{
	struct notices o = {
		.conf = conf,
		.link_fd = link_fd,
		.mail = conf->mail_url[0] != '\0',
	};

	if (o.mail && notices_server(conf, &o.server, o.password) == -1) {
		log_error("mail: none is sent until that is mended");
		o.mail = false;
	}
	if ((o.db = db_open(conf->database, NULL)) == NULL ||
	    db_listen(o.db, "smsvault_work") != DB_OK) {
		db_close(o.db);
		return 1;
	}
	while (!o.stop) {
		if (o.down || work(&o) != DB_OK) {
			o.down = true;
			try_again(&o);
		} else {
			wait_for_news(&o, TICK_MS);
		}
	}
	db_close(o.db);
	explicit_bzero(o.password, sizeof o.password);
	return 0;
}
