/*
 * post.h - one mail to a mail server.  The only user of libcurl.
 */
#ifndef POST_H
#define POST_H

#include <stdint.h>

enum post_err {
	POST_OK = 0,
	POST_LATER, /* the server says of this mail: not now */
	POST_REFUSED, /* the server says of this mail: never */
	POST_DOWN, /* it takes none: away, not whom we trust, or no login */
};

#define POST_WHY_MAX 256
#define POST_PASSWORD_MAX 256

struct post_server {
	const char *url; /* smtp://host:port or smtps://host:port */
	const char *user, *password; /* user "": it asks for no login */
	const char *ca_file; /* who vouches for it, PEM; "": as the system */
};

struct post_mail {
	const struct post_server *server;
	const char *from, *to; /* addresses */
	const char *subject; /* one line of UTF-8 */
	const char *body; /* UTF-8, lines end with \n */
	const char *id; /* the same at each try: so that copies are known */
	int64_t now_ms;
};

/* Is this one address, fit for a header and for SMTP? */
int post_address(const char *address);
/* Blocks for at most half a minute.  What goes wrong with this mail is logged;
 * what goes wrong with the server is said in why, for the caller to log once
 * and not at every mail. */
enum post_err
post_send(const struct post_mail *m, char why[static POST_WHY_MAX]);
/* The first line of a file that nobody else may read; the caller wipes it.
 * -1: it cannot be had, logged. */
int post_password(const char *path, char out[static POST_PASSWORD_MAX]);

#endif
