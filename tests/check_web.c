/*
 * Requests as they come, whoever sends them.
 */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "buf.h"
#include "check_main.h"
#include "html.h"
#include "request.h"
#include "text.h"
#include "utf8.h"

#define FORM "application/x-www-form-urlencoded"
#define PARTS "multipart/form-data; boundary="

/* What explicit_bzero(3) was asked for (the linker puts this before it). */
void __real_explicit_bzero(void *p, size_t n);
void __wrap_explicit_bzero(void *p, size_t n);
static size_t wiped;

void
__wrap_explicit_bzero(void *p, size_t n)
{
	wiped += n;
	__real_explicit_bzero(p, n);
}

static struct request_env
get(const char *query)
{
	return (struct request_env){
		.method = "GET", .path = "/x", .query = query
	};
}

static struct request_env
post(const char *body, size_t len)
{
	return (struct request_env){ .method = "POST",
		.path = "/x",
		.content_type = FORM,
		.body = body,
		.body_len = len };
}

/* name NULL: the request is refused, for want's reason. */
static const struct {
	const char *why, *query, *name, *value;
	enum request_err want;
} queries[] = {
	{ "a field", "a=1", "a", "1", REQUEST_OK },
	{ "the second", "a=1&b=2", "b", "2", REQUEST_OK },
	{ "the first of two of a name", "a=1&a=2", "a", "1", REQUEST_OK },
	{ "none of that name", "a=1", "b", "", REQUEST_OK },
	{ "no query", NULL, "a", "", REQUEST_OK },
	{ "without a value", "a", "a", "", REQUEST_OK },
	{ "without a name", "=1", "", "1", REQUEST_OK },
	{ "an equals sign in a value", "a=b=c", "a", "b=c", REQUEST_OK },
	{ "empty fields between", "&&a=1&&", "a", "1", REQUEST_OK },
	{ "plus is a blank", "a=x+y", "a", "x y", REQUEST_OK },
	{ "an encoded plus is none", "a=x%2By", "a", "x+y", REQUEST_OK },
	{ "an encoded ampersand parts nothing", "a=x%26b%3d1", "a", "x&b=1",
	    REQUEST_OK },
	{ "small and capital digits", "a=%c3%A4", "a", "\xc3\xa4", REQUEST_OK },
	{ "encoded once, decoded once", "a=%2541", "a", "%41", REQUEST_OK },
	{ "markup comes through", "a=%3Cb%3E", "a", "<b>", REQUEST_OK },
	{ "a NUL", "a=x%00y", NULL, NULL, REQUEST_E_FORM },
	{ "half of an escape", "a=%4", NULL, NULL, REQUEST_E_FORM },
	{ "nothing of an escape", "a=%", NULL, NULL, REQUEST_E_FORM },
	{ "no hex digits", "a=%zz", NULL, NULL, REQUEST_E_FORM },
	{ "a sign for a digit", "a=%+1", NULL, NULL, REQUEST_E_FORM },
	{ "an escape across fields", "a=%4&1=b", NULL, NULL, REQUEST_E_FORM },
	{ "not UTF-8", "a=%ff", NULL, NULL, REQUEST_E_FORM },
	{ "an overlong slash", "a=%c0%af", NULL, NULL, REQUEST_E_FORM },
	{ "half a surrogate pair", "a=%ed%a0%80", NULL, NULL, REQUEST_E_FORM },
	{ "not UTF-8 in a name", "%ff=a", NULL, NULL, REQUEST_E_FORM },
};

START_TEST(a_query_is_read)
{
	struct request_env env = get(queries[_i].query);
	struct request r;
	enum request_err err = request_read(&env, &r);

	ck_assert_msg(err == queries[_i].want, "%s: got %d, want %d",
	    queries[_i].why, (int)err, (int)queries[_i].want);
	if (err == REQUEST_OK)
		ck_assert_msg(strcmp(request_query(&r, queries[_i].name),
				  queries[_i].value) == 0,
		    "%s: got \"%s\"", queries[_i].why,
		    request_query(&r, queries[_i].name));
	request_clear(&r);
	request_clear(&r); /* twice does no harm */
}
END_TEST

static const struct {
	const char *why, *method, *type, *body;
	size_t len;
	enum request_err want;
} bodies[] = {
	{ "a form", "POST", FORM, "a=1", 3, REQUEST_OK },
	{ "a form with its character set", "POST", FORM "; charset=UTF-8",
	    "a=1", 3, REQUEST_OK },
	{ "a type in capitals", "POST", "Application/X-WWW-Form-URLencoded",
	    "a=1", 3, REQUEST_OK },
	{ "what lies behind the length is not read", "POST", FORM, "a=1%ff", 3,
	    REQUEST_OK },
	{ "an empty form", "POST", FORM, "", 0, REQUEST_OK },
	{ "no type", "POST", NULL, "a=1", 3, REQUEST_E_FORM },
	{ "another type", "POST", "text/plain", "a=1", 3, REQUEST_E_FORM },
	{ "parts without a boundary", "POST", "multipart/form-data", "--x--", 5,
	    REQUEST_E_FORM },
	{ "parts with another boundary", "POST", PARTS "y", "--x--", 5,
	    REQUEST_E_FORM },
	{ "parts that are cut short", "POST", PARTS "x", "--x\r\n", 5,
	    REQUEST_E_FORM },
	{ "a part without a name", "POST", PARTS "x",
	    "--x\r\nA: b\r\n\r\nc\r\n--x--", 21, REQUEST_E_FORM },
	{ "a NUL in a part", "POST", PARTS "x",
	    "--x\r\nA: b; name=\"n\"\r\n\r\n\0\r\n--x--", 31, REQUEST_E_FORM },
	{ "a NUL in the form", "POST", FORM, "a=1\0b=2", 7, REQUEST_E_FORM },
	{ "a bad escape", "POST", FORM, "a=%g0", 5, REQUEST_E_FORM },
	{ "a small method", "post", FORM, "a=1", 3, REQUEST_E_METHOD },
	{ "another method", "PUT", FORM, "a=1", 3, REQUEST_E_METHOD },
	{ "no method", NULL, FORM, "a=1", 3, REQUEST_E_METHOD },
	{ "HEAD has no form", "HEAD", NULL, NULL, 0, REQUEST_OK },
};

START_TEST(a_form_is_read)
{
	struct request_env env = post(bodies[_i].body, bodies[_i].len);
	struct request r;
	enum request_err err;

	env.method = bodies[_i].method;
	env.content_type = bodies[_i].type;
	env.query = "a=query";
	err = request_read(&env, &r);
	ck_assert_msg(err == bodies[_i].want, "%s: got %d, want %d",
	    bodies[_i].why, (int)err, (int)bodies[_i].want);
	if (err == REQUEST_OK)
		ck_assert_msg(strcmp(request_form(&r, "a"),
				  bodies[_i].len > 0 ? "1" : "") == 0,
		    "%s: got \"%s\"", bodies[_i].why, request_form(&r, "a"));
	request_clear(&r);
}
END_TEST

static char *
repeat(const char *part, size_t n)
{
	size_t len = strlen(part);
	char *out = malloc(n * len + 1);

	ck_assert_ptr_nonnull(out);
	for (size_t i = 0; i < n; i++)
		memcpy(out + i * len, part, len);
	out[n * len] = '\0';
	return out;
}

static enum request_err
read_long(const char *part, size_t n, char what)
{
	char *text = repeat(part, n);
	struct request_env env =
	    what == 'f' ? post(text, strlen(text)) : get(NULL);
	struct request r;
	enum request_err err;

	if (what == 'q')
		env.query = text;
	else if (what == 'p')
		env.path = text;
	else if (what == 'c')
		env.cookies = text;
	else if (what == 'r')
		env.remote = text;
	else if (what == 'l')
		env.language = text;
	err = request_read(&env, &r);
	request_clear(&r);
	free(text);
	return err;
}

static const struct {
	const char *why, *part;
	size_t n;
	char what; /* query, form, path, cookies, remote, language */
	enum request_err want;
} lengths[] = {
	{ "600 fields", "a&", REQUEST_FIELDS_MAX, 'f', REQUEST_OK },
	{ "601 fields", "a&", REQUEST_FIELDS_MAX + 1, 'f', REQUEST_E_LONG },
	{ "the longest form", "a", REQUEST_BODY_MAX, 'f', REQUEST_OK },
	{ "a longer one", "a", REQUEST_BODY_MAX + 1, 'f', REQUEST_E_LONG },
	{ "the longest query", "a", 4096, 'q', REQUEST_OK },
	{ "a longer one", "a", 4097, 'q', REQUEST_E_LONG },
	{ "601 fields in a query", "a&", REQUEST_FIELDS_MAX + 1, 'q',
	    REQUEST_E_LONG },
	{ "the longest path", "/", 255, 'p', REQUEST_OK },
	{ "a longer one", "/", 256, 'p', REQUEST_E_LONG },
	{ "the longest cookies", "a", 4095, 'c', REQUEST_OK },
	{ "longer ones", "a", 4096, 'c', REQUEST_E_LONG },
	{ "an address that is none", "1", 64, 'r', REQUEST_E_LONG },
	{ "languages without end are cut", "zh,", 1000, 'l', REQUEST_OK },
};

START_TEST(lengths_have_their_limit)
{
	enum request_err err =
	    read_long(lengths[_i].part, lengths[_i].n, lengths[_i].what);

	ck_assert_msg(err == lengths[_i].want, "%s: got %d, want %d",
	    lengths[_i].why, (int)err, (int)lengths[_i].want);
}
END_TEST

START_TEST(what_was_typed_is_wiped)
{
	static const char body[] = "login=anna&password=correct+horse&x=y";
	static const char bad[] = "password=correct+horse&x=%";
	struct request_env env = post(body, sizeof body - 1);
	struct request r;

	env.query = "back=1";
	ck_assert_int_eq(request_read(&env, &r), REQUEST_OK);
	wiped = 0;
	request_clear(&r);
	ck_assert_uint_eq(wiped, sizeof body - 1 + strlen(env.query));
	env = post(bad, sizeof bad - 1);
	wiped = 0;
	ck_assert_int_eq(request_read(&env, &r), REQUEST_E_FORM);
	ck_assert_uint_eq(wiped, sizeof bad - 1);
}
END_TEST

START_TEST(a_file_comes_octet_for_octet)
{
	static const char body[] =
	    "--x-y\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n"
	    "abc\r\n--x-y\r\nContent-Disposition: form-data; name=\"file\"; "
	    "filename=\"name=\"\r\nContent-Type: text/vcard\r\n\r\n"
	    "\0\xff\r\n\r\n--x-\r\n--x-y--\r\n";
	struct request_env env = post(body, sizeof body - 1);
	struct request r;

	env.content_type = PARTS "\"x-y\"";
	ck_assert_int_eq(request_read(&env, &r), REQUEST_OK);
	ck_assert_str_eq(request_form(&r, "csrf"), "abc");
	ck_assert_str_eq(request_form(&r, "file"), "");
	ck_assert_uint_eq(r.file_len, 10);
	ck_assert_mem_eq(r.file, "\0\xff\r\n\r\n--x-", 10);
	request_clear(&r);
	ck_assert_ptr_null(r.file);
}
END_TEST

static const struct {
	const char *why, *text;
	int64_t want;
} numbers[] = {
	{ "a number", "42", 42 },
	{ "nothing", "", 0 },
	{ "zero", "0", 0 },
	{ "zeros before", "007", 7 },
	{ "18 digits", "999999999999999999", 999999999999999999 },
	{ "19 digits", "1000000000000000000", 0 },
	{ "a sign", "-1", 0 },
	{ "a plus", "%2B1", 0 },
	{ "a blank before", "+1", 0 },
	{ "a letter behind", "1a", 0 },
	{ "hexadecimal", "0x10", 0 },
	{ "a fraction", "1.5", 0 },
	{ "no digits", "one", 0 },
	{ "digits of another script", "%D9%A1", 0 },
};

START_TEST(a_number_is_one_or_zero)
{
	char text[64];
	struct request_env env = get(text);
	struct request r;

	snprintf(text, sizeof text, "n=%s", numbers[_i].text);
	ck_assert_int_eq(request_read(&env, &r), REQUEST_OK);
	ck_assert_msg(request_number(&r, "n") == numbers[_i].want,
	    "%s: got %lld, want %lld", numbers[_i].why,
	    (long long)request_number(&r, "n"), (long long)numbers[_i].want);
	request_clear(&r);
}
END_TEST

static const struct {
	const char *why, *text;
	long want;
} content_lengths[] = {
	{ "none", NULL, 0 },
	{ "empty", "", 0 },
	{ "zero", "0", 0 },
	{ "the most", "65536", 65536 },
	{ "one more", "65537", -1 },
	{ "negative", "-1", -1 },
	{ "a plus", "+1", -1 },
	{ "a blank", " 1", -1 },
	{ "a blank behind", "1 ", -1 },
	{ "2^32 + 1", "4294967297", -1 },
	{ "2^64", "18446744073709551616", -1 },
	{ "hexadecimal", "0x1", -1 },
	{ "two", "1, 1", -1 },
};

START_TEST(content_length_is_a_number)
{
	long got = request_length(content_lengths[_i].text, NULL);

	ck_assert_msg(got == content_lengths[_i].want, "%s: got %ld, want %ld",
	    content_lengths[_i].why, got, content_lengths[_i].want);
}
END_TEST

static const struct {
	const char *why, *cookies, *want; /* NULL: there is none */
} cookies[] = {
	{ "alone", "id=7", "7" },
	{ "behind another", "a=b; id=7", "7" },
	{ "before another", "id=7; a=b", "7" },
	{ "without a blank", "a=b;id=7", "7" },
	{ "many separators", ";;  ; id=7", "7" },
	{ "the first of two", "id=7; id=8", "7" },
	{ "with an equals sign", "id=7=8", "7=8" },
	{ "a longer name is another", "idx=7", NULL },
	{ "a name that ends so is another", "xid=7", NULL },
	{ "capitals are another", "ID=7", NULL },
	{ "in another's value", "a=id=7", NULL },
	{ "no value", "id", NULL },
	{ "nothing", "", NULL },
	{ "fills its room", "id=1234567", "1234567" },
	{ "too long for its room", "id=12345678", NULL },
	{ "too long, then one that fits", "id=12345678; id=9", "9" },
};

START_TEST(a_cookie_is_found)
{
	struct request_env env = get(NULL);
	struct request r;
	char out[8] = "-";
	bool found;

	env.cookies = cookies[_i].cookies;
	ck_assert_int_eq(request_read(&env, &r), REQUEST_OK);
	found = request_cookie(&r, "id", out, sizeof out);
	ck_assert_msg(found == (cookies[_i].want != NULL), "%s: got %d",
	    cookies[_i].why, found);
	ck_assert_msg(
	    strcmp(out, cookies[_i].want != NULL ? cookies[_i].want : "-") == 0,
	    "%s: got \"%s\"", cookies[_i].why, out);
	request_clear(&r);
}
END_TEST

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

static Suite *
suite(void)
{
	Suite *s = suite_create("web");
	TCase *tc = tcase_create("requests");

	tcase_add_loop_test(tc, a_query_is_read, 0, COUNT(queries));
	tcase_add_loop_test(tc, a_form_is_read, 0, COUNT(bodies));
	tcase_add_loop_test(tc, lengths_have_their_limit, 0, COUNT(lengths));
	tcase_add_test(tc, a_file_comes_octet_for_octet);
	tcase_add_test(tc, what_was_typed_is_wiped);
	tcase_add_loop_test(tc, a_number_is_one_or_zero, 0, COUNT(numbers));
	tcase_add_loop_test(
	    tc, content_length_is_a_number, 0, COUNT(content_lengths));
	tcase_add_loop_test(tc, a_cookie_is_found, 0, COUNT(cookies));
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return check_main(suite());
}
