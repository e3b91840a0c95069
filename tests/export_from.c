/*
 * export_from FORMAT KIND COUNT: records from standard input, one JSON object
 * a line, to standard output in FORMAT; with "zip", each line's kind in a CSV
 * of its own.  {"kind": "call", "phone": 1, "id": 7, "time-ms": 0,
 * "fields": [["peer", "+358401"], ["duration", 5]]}
 *
 * File n has 700 * n octets, octet i being (7 * i + n) modulo 256.  A number
 * that ends in an even digit is that of a contact.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "export.h"

static int
write_stdout(void *ctx, const void *p, size_t len)
{
	return fwrite(p, 1, len, ctx) == len ? 0 : -1;
}

static const char *
name_of(void *ctx, const char *number)
{
	static char name[128];
	size_t n = strlen(number);

	(void)ctx;
	if (n == 0 || strchr("02468", number[n - 1]) == NULL)
		return NULL;
	snprintf(name, sizeof name, "Name; of, \"%s\" 名字 😀", number);
	return name;
}

static int
file(void *ctx, int64_t phone, uint32_t id, struct export_out *out)
{
	(void)ctx;
	(void)phone;
	if (id == 404)
		return -1;
	for (unsigned i = 0; i < 700 * id; i++) {
		unsigned char c = (unsigned char)(7 * i + id);

		export_put(out, &c, 1);
	}
	return 0;
}

static int
kind_of(const char *name)
{
	for (int k = 1; k < RECORD_KIND_COUNT; k++)
		if (strcmp(record_kind_name((enum record_kind)k), name) == 0)
			return k;
	fprintf(stderr, "export_from: no kind %s\n", name);
	exit(2);
}

static void
add(struct record *r, const char *name, const json_t *v)
{
	uint16_t tag = 1;

	while (tag < 1000 && (record_tag_name(tag) == NULL ||
				 strcmp(record_tag_name(tag), name) != 0))
		tag++;
	if ((json_is_integer(v)
		    ? record_add_int(r, tag, json_integer_value(v))
		    : record_add_text(r, tag, json_string_value(v))) != 0) {
		fprintf(stderr, "export_from: %s is refused\n", name);
		exit(2);
	}
}

static struct record *
read_record(json_t *o)
{
	struct record *r =
	    record_new((enum record_kind)kind_of(
			   json_string_value(json_object_get(o, "kind"))),
		(uint32_t)json_integer_value(json_object_get(o, "id")));
	size_t i;
	json_t *f;

	record_set_time_ms(
	    r, json_integer_value(json_object_get(o, "time-ms")));
	json_array_foreach(json_object_get(o, "fields"), i, f) add(
	    r, json_string_value(json_array_get(f, 0)), json_array_get(f, 1));
	return r;
}

static size_t
each_line(struct export *e, enum record_kind only)
{
	char *line = NULL;
	size_t cap = 0, n = 0;

	while (getline(&line, &cap, stdin) > 0) {
		json_error_t why;
		json_t *o = json_loads(line, 0, &why);
		struct record *r;

		if (o == NULL) {
			fprintf(stderr, "export_from: %s\n", why.text);
			exit(2);
		}
		r = read_record(o);
		if (record_kind(r) == only) {
			export_record(e,
			    json_integer_value(json_object_get(o, "phone")), r);
			n++;
		}
		record_free(r);
		json_decref(o);
	}
	free(line);
	return n;
}

/* Two files of records, one in a folder with a name of every kind of sign. */
static int
zip(const struct export_context *c, struct export_out *out)
{
	struct export_zip *z = export_zip_open(out);
	struct export_out *in;
	char *path = export_safe_path("DCIM/../照片/C:", "wärst 😀?.jpg");
	struct export *e;

	in = export_zip_file(z, path, 1000000000);
	free(path);
	file(NULL, 1, 1000, in);
	in = export_zip_file(z, "contacts.csv", 1000000000);
	e = export_open(EXPORT_CSV, RECORD_CONTACT, 0, c, in);
	each_line(e, RECORD_CONTACT);
	return export_close(e) | export_zip_close(z);
}

int
main(int argc, char **argv)
{
	struct export_out out = { .put = write_stdout, .ctx = stdout };
	struct export_context c = { .name_of = name_of, .file = file };
	struct export *e;
	int format, kind;

	if (argc == 2 && strcmp(argv[1], "zip") == 0)
		return zip(&c, &out) == 0 ? 0 : 1;
	if (argc != 4 || (format = export_format_of(argv[1])) == -1) {
		fprintf(stderr, "usage: export_from FORMAT KIND COUNT\n");
		return 2;
	}
	kind = kind_of(argv[2]);
	if (!export_can((enum export_format)format, (enum record_kind)kind))
		return 2;
	e = export_open((enum export_format)format, (enum record_kind)kind,
	    (size_t)strtoul(argv[3], NULL, 10), &c, &out);
	each_line(e, (enum record_kind)kind);
	return export_close(e) == 0 ? 0 : 1;
}
