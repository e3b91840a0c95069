#include "request.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "utf8.h"

long
request_length(const char *text)
{
	char *end;
	long v;

	if (text == NULL || *text == '\0')
		return 0;
	if (!isdigit((unsigned char)*text))
		return -1;
	errno = 0;
	v = strtol(text, &end, 10);
	if (*end != '\0' || errno != 0 || v < 0 || v > REQUEST_BODY_MAX)
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

static enum request_err
read_form(const struct request_env *env, struct request *r)
{
	static const char type[] = "application/x-www-form-urlencoded";

	if (env->content_type == NULL ||
	    strncasecmp(env->content_type, type, sizeof type - 1) != 0 ||
	    memchr(env->body, '\0', env->body_len) != NULL)
		return REQUEST_E_FORM;
	if (env->body_len > REQUEST_BODY_MAX ||
	    (r->storage[1] = strndup(env->body, env->body_len)) == NULL)
		return REQUEST_E_LONG;
	r->storage_len[1] = env->body_len;
	return fields(r->storage[1], r->form, &r->nform);
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
