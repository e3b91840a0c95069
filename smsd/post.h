/*
 * post.h - one mail to a mail server.  The only user of libcurl.
 */
#ifndef POST_H
#define POST_H

#include <stdint.h>

enum post_err {
	POST_OK = 0,
	POST_LATER, /* no connection, or the server says: not now */
	POST_REFUSED, /* the server says: never */
};

struct post_mail {
	const char *url; /* smtp://host:port, smtps://user:password@host */
	const char *from, *to; /* addresses */
	const char *subject; /* one line of UTF-8 */
	const char *body; /* UTF-8, lines end with \n */
	const char *id; /* the same at each try: so that copies are known */
	int64_t now_ms;
};

/* Is this one address, fit for a header and for SMTP? */
int post_address(const char *address);
/* Blocks for at most half a minute.  What goes wrong is logged. */
enum post_err post_send(const struct post_mail *m);

#endif
