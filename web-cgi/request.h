/*
 * request.h - one request, parsed strictly.
 */
#ifndef REQUEST_H
#define REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REQUEST_BODY_MAX 65536
#define REQUEST_FIELDS_MAX 600
#define REQUEST_FILE_MAX (6u << 20) /* a body with a file in it */

struct request_field {
	char *name, *value; /* UTF-8; not owned: point into the request */
};

struct request {
	bool post;
	char path[256];
	char remote[64];
	char cookies[4096];
	char accept_language[256];
	size_t nquery, nform;
	struct request_field query[REQUEST_FIELDS_MAX];
	struct request_field form[REQUEST_FIELDS_MAX];
	const char *file; /* the file of a form; not NUL-ended; NULL: none */
	size_t file_len;
	char *storage[2]; /* what the fields point into: query and form */
	size_t storage_len[2];
};

enum request_err {
	REQUEST_OK = 0,
	REQUEST_E_METHOD, /* neither GET, HEAD nor POST */
	REQUEST_E_LONG, /* path, query, cookies or body are too long */
	REQUEST_E_FORM, /* not a form, or not UTF-8 */
};

/* What a web server tells a CGI program (RFC 3875). */
struct request_env {
	const char *method, *path, *query, *cookies, *remote, *language;
	const char *content_type;
	const char *body; /* not NUL-ended */
	size_t body_len;
};

enum request_err
request_read(const struct request_env *env, struct request *out);
void request_clear(struct request *r);
/* The value of CONTENT_LENGTH: -1 if it is not a number up to the limit of
 * that content type, which may be NULL. */
long request_length(const char *text, const char *content_type);

/* "" if there is no such field. */
const char *request_query(const struct request *r, const char *name);
const char *request_form(const struct request *r, const char *name);
int64_t request_number(const struct request *r, const char *name); /* 0 */
/* Copies the cookie's value; false if there is none that fits. */
bool request_cookie(
    const struct request *r, const char *name, char *out, size_t cap);

#endif
