/*
 * The owners' and the operators' pages, as a plain CGI program or, where the
 * web server starts it so, as a FastCGI one: libfcgi's FCGI_Accept does both.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf.h"
#include "config.h"
#include "log.h"
#include "page.h"

static const struct conf_key keys[] = {
	{ "database", CONF_STRING, offsetof(struct pages_conf, database),
	    "dbname=smsvault user=smsvault_pages", 0, 0 },
	{ "operator_database", CONF_STRING,
	    offsetof(struct pages_conf, operator_database), "", 0, 0 },
	{ "keys", CONF_STRING, offsetof(struct pages_conf, keys),
	    "/etc/smsvault/keys", 0, 0 },
	{ "service_number", CONF_STRING,
	    offsetof(struct pages_conf, service_number), "", 0, 0 },
	{ "simulator", CONF_STRING, offsetof(struct pages_conf, simulator), "",
	    0, 0 },
	{ "secure_cookie", CONF_BOOL,
	    offsetof(struct pages_conf, secure_cookie), "true", 0, 0 },
};
#define KEYS (sizeof keys / sizeof keys[0])

#define CONF_DEFAULT SYSCONFDIR "/smsvault/pages.conf"

static void
usage(FILE *out)
{
	fputs(
	    "usage: smsvault-pages [-n] [--config FILE]\n"
	    "       smsvault-pages --list-keys | --help | --version\n\n"
	    "The web pages of smsvault for owners and operators, for a web\n"
	    "server to start as CGI or FastCGI.\n\n"
	    "  -c, --config FILE  configuration (default: what the environment\n"
	    "                     variable SMSVAULT_PAGES_CONF names, else\n"
	    "                     " CONF_DEFAULT ")\n"
	    "  -n                 check the configuration, the key and the\n"
	    "                     database, and exit\n"
	    "  --list-keys        print the keys that the configuration may "
	    "have\n\n"
	    "Exit status: 0 done, 1 the key or the database cannot be used,\n"
	    "2 the options or the configuration are wrong.\n"
	    "See smsvault-pages(8).\n",
	    out);
}

static const struct option options[] = {
	{ "config", required_argument, NULL, 'c' },
	{ "list-keys", no_argument, NULL, 'l' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

/* Returns the exit status if no more is to be done, or -1. */
static int
read_options(int argc, char **argv, const char **conf, bool *check)
{
	int c;

	while ((c = getopt_long(argc, argv, "c:nh", options, NULL)) != -1) {
		switch (c) {
		case 'n':
			*check = true;
			break;
		case 'c':
			*conf = optarg;
			break;
		case 'l':
			for (size_t i = 0; i < KEYS; i++)
				printf("%s\n", keys[i].name);
			return 0;
		case 'h':
			usage(stdout);
			return 0;
		case 'V':
			puts("smsvault-pages " PACKAGE_VERSION);
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

/*
 * From here on printf and the like are libfcgi's: before its FCGI_Accept they
 * write nowhere.
 */
#include <fcgi_stdio.h>

static const struct {
	int code;
	const char *text;
} reasons[] = {
	{ 200, "OK" },
	{ 303, "See Other" },
	{ 400, "Bad Request" },
	{ 403, "Forbidden" },
	{ 404, "Not Found" },
	{ 413, "Content Too Large" },
	{ 429, "Too Many Requests" },
	{ 500, "Internal Server Error" },
	{ 503, "Service Unavailable" },
};

static const char *
reason_of(int status)
{
	for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++)
		if (reasons[i].code == status)
			return reasons[i].text;
	return "Error";
}

static void
answer(struct page *p)
{
	printf("Status: %d %s\r\n", p->status, reason_of(p->status));
	if (p->headers.p == NULL ||
	    strstr(p->headers.p, "Content-Type:") == NULL)
		printf("Content-Type: text/html; charset=utf-8\r\n");
	printf("Content-Security-Policy: default-src 'none'; style-src 'self'; "
	       "script-src 'self'; img-src 'self'; connect-src 'self'; "
	       "form-action 'self'; base-uri 'none'; frame-ancestors 'none'\r\n"
	       "X-Content-Type-Options: nosniff\r\n"
	       "Referrer-Policy: same-origin\r\n"
	       "Cache-Control: no-store\r\n");
	if (p->headers.n > 0)
		fwrite(p->headers.p, 1, p->headers.n, stdout);
	printf("\r\n");
	if (p->stream == NULL && p->body.n > 0)
		fwrite(p->body.p, 1, p->body.n, stdout);
}

static int
put_out(void *ctx, const void *p, size_t len)
{
	(void)ctx;
	/* libfcgi forgot the const. */
	return fwrite((void *)(uintptr_t)p, 1, len, stdout) == len ? 0 : -1;
}

/*
 * A reader that has gone away is no matter of ours.  One that would get half
 * of an answer must see that it broke off: only the end of the program tells
 * the web server so.  It starts another.
 */
static void
stream(struct page *p)
{
	struct export_out out = { .put = put_out };

	if (p->stream(p, &out) == 0 || out.failed)
		return;
	log_error("an answer broke off: the connection is cut");
	exit(EXIT_FAILURE);
}

/* The body, at most what its length says; NULL: too long or cut short. */
static char *
read_body(long len)
{
	char *body = malloc((size_t)len + 1);

	if (body != NULL && fread(body, 1, (size_t)len, stdin) != (size_t)len) {
		free(body);
		return NULL;
	}
	return body;
}

static enum request_err
read_request(struct request *out)
{
	long len =
	    request_length(getenv("CONTENT_LENGTH"), getenv("CONTENT_TYPE"));
	char *body = len >= 0 ? read_body(len) : NULL;
	const char *path = getenv("PATH_INFO");
	struct request_env env = {
		.method = getenv("REQUEST_METHOD"),
		.query = getenv("QUERY_STRING"),
		.cookies = getenv("HTTP_COOKIE"),
		.remote = getenv("REMOTE_ADDR"),
		.language = getenv("HTTP_ACCEPT_LANGUAGE"),
		.content_type = getenv("CONTENT_TYPE"),
		.body = body,
		.body_len = len > 0 ? (size_t)len : 0,
	};
	enum request_err err = REQUEST_E_LONG;

	/* CGI splits the program's path off; FastCGI here does not. */
	env.path =
	    path != NULL && path[0] != '\0' ? path : getenv("SCRIPT_NAME");
	if (body != NULL)
		err = request_read(&env, out);
	if (body != NULL)
		explicit_bzero(body, (size_t)len);
	free(body);
	return err;
}

/* Connections stay from one request to the next. */
struct databases {
	struct db *pages, *operator;
};

/* One that is away is looked for again at each request that wants it. */
static void
connect_databases(struct page *p, struct databases *d)
{
	if (d->pages == NULL)
		d->pages = db_open(p->conf->database, NULL);
	p->db = d->pages;
	if (!page_of_operators(p->conf, p->req.path))
		return;
	if (d->operator== NULL)
		d->operator= db_open(p->conf->operator_database, NULL);
	p->operator_db = d->operator;
}

static void
serve_one(struct page *p, struct databases *d)
{
	enum request_err err = read_request(&p->req);

	if (err == REQUEST_OK) {
		connect_databases(p, d);
		page_serve(p);
	} else {
		p->status = err == REQUEST_E_LONG ? 413 : 400;
		page_error(p, p->status, T_E_BAD);
	}
	answer(p);
	if (p->stream != NULL)
		stream(p);
	request_clear(&p->req);
	free(p->stream_arg);
	seal_wipe(p->token, sizeof p->token);
	buf_clear(&p->headers);
	buf_clear(&p->body);
}

static int
load_key(const struct pages_conf *conf, uint8_t key[static SEAL_KEY_LEN])
{
	char path[1024];

	snprintf(path, sizeof path, "%s/service.key", conf->keys);
	if (access(path, F_OK) == -1 && errno == ENOENT) {
		log_error("no key file %s: smsd makes it at its first start; "
			  "or set keys in the configuration",
		    path);
		return -1;
	}
	return seal_keyfile_load(path, key);
}

/* For -n: all that can be known before somebody asks for a page. */
static int
check(const struct pages_conf *conf)
{
	struct db *db;

	if (conf->service_number[0] == '\0')
		log_warn("no service_number: the pages cannot tell owners "
			 "where their phones send to");
	if ((db = db_open(conf->database, NULL)) == NULL)
		return 1;
	log_info("fine: the database has schema %d", db_schema_version(db));
	db_close(db);
	if (conf->operator_database[0] == '\0')
		return 0;
	if ((db = db_open(conf->operator_database, NULL)) == NULL)
		return 1;
	log_info("fine: operators have pages here");
	db_close(db);
	return 0;
}

static void
serve(const struct pages_conf *conf, const uint8_t *service,
    struct opener *opener)
{
	struct databases d = { 0 };

	while (FCGI_Accept() >= 0) {
		struct page p = {
			.conf = conf,
			.service_key = service,
			.opener = opener,
		};

		serve_one(&p, &d);
	}
	db_close(d.pages);
	db_close(d.operator);
}

int
main(int argc, char **argv)
{
	const char *path = getenv("SMSVAULT_PAGES_CONF");
	struct pages_conf conf = { 0 };
	uint8_t service[SEAL_KEY_LEN];
	struct opener *opener = NULL;
	bool only_check = false;
	int status = read_options(argc, argv, &path, &only_check);

	if (status != -1)
		return status;
	log_open("smsvault-pages", false, false);
	if (path == NULL)
		path = CONF_DEFAULT;
	if (conf_read(path, keys, KEYS, NULL, 0, &conf) == -1)
		return 2;
	status = 1;
	if (load_key(&conf, service) == -1)
		goto out;
	if (only_check) {
		status = check(&conf);
		goto out;
	}
	if ((opener = opener_new()) == NULL)
		goto out;
	serve(&conf, service, opener);
	status = 0;
out:
	opener_free(opener);
	seal_wipe(service, sizeof service);
	conf_clear(keys, KEYS, &conf);
	return status;
}
