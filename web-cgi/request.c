#include "request.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "utf8.h"

static const char multipart[] = "multipart/form-data";

static bool
is_multipart(const char *content_type)
{
	return content_type != NULL &&
	       strncasecmp(content_type, multipart, sizeof multipart - 1) == 0;
}

long
request_length(const char *text, const char *content_type)
{
	long max =
	    is_multipart(content_type) ? REQUEST_FILE_MAX : REQUEST_BODY_MAX;
	char *end;
	long v;

	if (text == NULL || *text == '\0')
		return 0;
	if (!isdigit((unsigned char)*text))
		return -1;
	errno = 0;
	v = strtol(text, &end, 10);
	if (*end != '\0' || errno != 0 || v < 0 || v > max)
		return -1;
	return v;
}

static int
hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)tolower((unsigned char)c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Percent-decoding in place.  false: not well formed, or not text. */
static bool
decode(char *p)
{
	char *out = p, *start = p;

	for (; *p != '\0'; p++) {
		if (*p == '+') {
			*out++ = ' ';
		} else if (*p == '%') {
			int high = hex(p[1]);
			int low = high == -1 ? -1 : hex(p[2]);

			if (low == -1 || (high == 0 && low == 0))
				return false;
			*out++ = (char)(high << 4 | low);
			p += 2;
		} else {
			*out++ = *p;
		}
	}
	*out = '\0';
	return utf8_valid(start, (size_t)(out - start));
}

static enum request_err
fields(char *text, struct request_field *out, size_t *n)
{
	char *save = NULL;

	for (char *p = strtok_r(text, "&", &save); p != NULL;
	     p = strtok_r(NULL, "&", &save)) {
		char *value = strchr(p, '=');

		if (*n == REQUEST_FIELDS_MAX)
			return REQUEST_E_LONG;
		if (value != NULL)
			*value++ = '\0';
		else
			value = p + strlen(p);
		if (!decode(p) || !decode(value))
			return REQUEST_E_FORM;
		out[(*n)++] = (struct request_field){ p, value };
	}
	return REQUEST_OK;
}

static bool
copy(char *out, size_t cap, const char *text)
{
	if (text == NULL)
		text = "";
	return (size_t)snprintf(out, cap, "%s", text) < cap;
}

/* ---- a form with a file in it (RFC 7578) ---- */

/* name="..." of a part's head, cut out of it; NULL: there is none. */
static char *
parameter(char *head, const char *name)
{
	size_t n = strlen(name);

	for (char *p = head; (p = strcasestr(p, name)) != NULL; p += n) {
		char *end;

		if (p == head || strchr("; ", p[-1]) == NULL ||
		    strncmp(p + n, "=\"", 2) != 0)
			continue;
		p += n + 2;
		if ((end = strchr(p, '"')) == NULL)
			return NULL;
		return strndup(p, (size_t)(end - p));
	}
	return NULL;
}

/* One part, from its head to before the next boundary; cut apart in place. */
static enum request_err
take_part(struct request *r, char *head, char *end)
{
	char *body = memmem(head, (size_t)(end - head), "\r\n\r\n", 4);
	char *name, *file;
	enum request_err err = REQUEST_OK;

	if (body == NULL)
		return REQUEST_E_FORM;
	*body = *end = '\0';
	body += 4;
	file = parameter(head, "filename");
	name = parameter(head, "name");
	if (file != NULL) {
		r->file = body;
		r->file_len = (size_t)(end - body);
	} else if (name == NULL || memchr(body, '\0', (size_t)(end - body)) ||
		   !utf8_valid(body, (size_t)(end - body)) ||
		   !utf8_valid(name, strlen(name))) {
		err = REQUEST_E_FORM;
	} else if (r->nform == REQUEST_FIELDS_MAX) {
		err = REQUEST_E_LONG;
	} else {
		/* The name is kept where its head was. */
		memcpy(head, name, strlen(name) + 1);
		r->form[r->nform++] = (struct request_field){ head, body };
	}
	free(file);
	free(name);
	return err;
}

static enum request_err
read_parts(struct request *r, const char *content_type)
{
	const char *from = strcasestr(content_type, "boundary=");
	char mark[80], *p = r->storage[1], *end = p + r->storage_len[1];
	enum request_err err = REQUEST_OK;
	size_t n;

	if (from == NULL)
		return REQUEST_E_FORM;
	from += strlen("boundary=") + (from[strlen("boundary=")] == '"');
	n = (size_t)snprintf(
	    mark, sizeof mark, "\r\n--%.*s", (int)strcspn(from, "\"; "), from);
	/* The first has no line's end before it. */
	if (n >= sizeof mark || (size_t)(end - p) < n ||
	    memcmp(p, mark + 2, n - 2) != 0)
		return REQUEST_E_FORM;
	p += n - 2;
	while (err == REQUEST_OK && end - p >= 2 && memcmp(p, "\r\n", 2) == 0) {
		char *next = memmem(p, (size_t)(end - p), mark, n);

		if (next == NULL)
			return REQUEST_E_FORM;
		err = take_part(r, p + 2, next);
		p = next + n;
	}
	/* Behind the last stands "--": a body that was cut short has it not. */
	if (err == REQUEST_OK && (end - p < 2 || memcmp(p, "--", 2) != 0))
		err = REQUEST_E_FORM;
	return err;
}

static enum request_err
read_form(const struct request_env *env, struct request *r)
{
	static const char type[] = "application/x-www-form-urlencoded";
	bool parts = is_multipart(env->content_type);

	if (!parts &&
	    (env->content_type == NULL ||
		strncasecmp(env->content_type, type, sizeof type - 1) != 0 ||
		memchr(env->body, '\0', env->body_len) != NULL))
		return REQUEST_E_FORM;
	if (env->body_len > (parts ? REQUEST_FILE_MAX : REQUEST_BODY_MAX) ||
	    (r->storage[1] = malloc(env->body_len + 1)) == NULL)
		return REQUEST_E_LONG;
	memcpy(r->storage[1], env->body, env->body_len);
	r->storage[1][env->body_len] = '\0';
	r->storage_len[1] = env->body_len;
	return parts ? read_parts(r, env->content_type)
		     : fields(r->storage[1], r->form, &r->nform);
}

enum request_err
request_read(const struct request_env *env, struct request *out)
{
	enum request_err err;

	memset(out, 0, sizeof *out);
	if (env->method == NULL)
		return REQUEST_E_METHOD;
	out->post = strcmp(env->method, "POST") == 0;
	if (!out->post && strcmp(env->method, "GET") != 0 &&
	    strcmp(env->method, "HEAD") != 0)
		return REQUEST_E_METHOD;
	if (!copy(out->path, sizeof out->path, env->path) ||
	    !copy(out->cookies, sizeof out->cookies, env->cookies) ||
	    !copy(out->remote, sizeof out->remote, env->remote))
		return REQUEST_E_LONG;
	copy(out->accept_language, sizeof out->accept_language, env->language);
	if (env->query != NULL && strlen(env->query) > 4096)
		return REQUEST_E_LONG;
	out->storage[0] = strdup(env->query != NULL ? env->query : "");
	if (out->storage[0] == NULL)
		return REQUEST_E_LONG;
	out->storage_len[0] = strlen(out->storage[0]);
	err = fields(out->storage[0], out->query, &out->nquery);
	if (err == REQUEST_OK && out->post)
		err = read_form(env, out);
	if (err != REQUEST_OK)
		request_clear(out);
	return err;
}

void
request_clear(struct request *r)
{
	for (int i = 0; i < 2; i++) {
		/* Passwords pass through here.  Not strlen(): the fields have
		 * been cut apart. */
		if (r->storage[i] != NULL)
			explicit_bzero(r->storage[i], r->storage_len[i]);
		free(r->storage[i]);
		r->storage[i] = NULL;
	}
	r->nquery = r->nform = 0;
	r->file = NULL;
}

static const char *
find(const struct request_field *f, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(f[i].name, name) == 0)
			return f[i].value;
	return "";
}

const char *
request_query(const struct request *r, const char *name)
{
	return find(r->query, r->nquery, name);
}

const char *
request_form(const struct request *r, const char *name)
{
	return find(r->form, r->nform, name);
}

int64_t
request_number(const struct request *r, const char *name)
{
	const char *text = r->post ? request_form(r, name) : "";
	char *end;
	long long v;

	if (*text == '\0')
		text = request_query(r, name);
	if (!isdigit((unsigned char)*text) || strlen(text) > 18)
		return 0;
	v = strtoll(text, &end, 10);
	return *end == '\0' ? v : 0;
}

bool
request_cookie(const struct request *r, const char *name, char *out, size_t cap)
{
	size_t len = strlen(name);
	const char *p = r->cookies;

	while (*p != '\0') {
		size_t n;

		p += strspn(p, "; ");
		n = strcspn(p, ";");
		if (n > len && p[len] == '=' && strncmp(p, name, len) == 0 &&
		    n - len - 1 < cap) {
			memcpy(out, p + len + 1, n - len - 1);
			out[n - len - 1] = '\0';
			return true;
		}
		p += n;
	}
	return false;
}
