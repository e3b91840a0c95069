/*
 * A request as a web server hands it over: a line each for the method, the
 * content type, the length, the query and the cookies; the rest is the form.
 * What is read is text, and on a page it stays text.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "html.h"
#include "request.h"
#include "utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len);

#define MUST(what) \
	do { \
		if (!(what)) \
			abort(); \
	} while (0)

static void
check_text(const char *text)
{
	struct buf b = { 0 };

	MUST(utf8_valid(text, strlen(text)));
	html_put(&b, "%s", text);
	MUST(b.p == NULL || strpbrk(b.p, "<>\"'") == NULL);
	buf_clear(&b);
	html_query(&b, text);
	MUST(b.p == NULL || strpbrk(b.p, "<>\"'&=# +\r\n") == NULL);
	buf_clear(&b);
}

static void
check_request(const struct request *r)
{
	char value[16];

	MUST(r->nquery <= REQUEST_FIELDS_MAX && r->nform <= REQUEST_FIELDS_MAX);
	MUST(r->post || r->nform == 0);
	for (size_t i = 0; i < r->nquery; i++) {
		check_text(r->query[i].name);
		check_text(r->query[i].value);
	}
	for (size_t i = 0; i < r->nform; i++) {
		check_text(r->form[i].name);
		check_text(r->form[i].value);
	}
	MUST(request_number(r, "n") >= 0);
	if (request_cookie(r, "id", value, sizeof value))
		MUST(
		    strlen(value) < sizeof value && strchr(value, ';') == NULL);
}

/* The next line of *p, NUL-ended in place; the last is empty. */
static char *
line(char **p)
{
	char *at = *p;
	size_t n = strcspn(at, "\n");

	*p = at[n] == '\n' ? at + n + 1 : at + n;
	at[n] = '\0';
	return at;
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	static struct request r;
	char *text = malloc(len + 1), *at = text;
	struct request_env env = { .path = "/x", .remote = "::1" };
	long n;

	MUST(text != NULL);
	memcpy(text, p, len);
	text[len] = '\0';
	env.method = line(&at);
	env.content_type = line(&at);
	n = request_length(line(&at), env.content_type);
	MUST(n >= -1 && n <= (long)REQUEST_FILE_MAX);
	env.query = line(&at);
	env.cookies = line(&at);
	env.language = env.cookies;
	env.body = at;
	env.body_len = len - (size_t)(at - text);
	if (request_read(&env, &r) == REQUEST_OK)
		check_request(&r);
	request_clear(&r);
	free(text);
	return 0;
}
