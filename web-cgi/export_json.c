/*
 * Records as JSON: one object each, the names of the fields as keys.  Fields
 * that may repeat are arrays, always; what this version does not know of is
 * there as "tag-N".  Nothing is left out, so that what is exported so can be
 * put back as it was.
 */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>

#include "export_internal.h"

static bool
repeats(uint16_t tag)
{
	switch (tag) {
	case RECORD_NUMBER:
	case RECORD_NUMBER_E164:
	case RECORD_NUMBER_TYPE:
	case RECORD_EMAIL:
	case RECORD_EMAIL_TYPE:
	case RECORD_ADDRESS:
	case RECORD_PEER:
	case RECORD_PART_TYPE:
	case RECORD_PART_NAME:
	case RECORD_PART_FILE:
	case RECORD_PART_TEXT:
	case RECORD_ALARM_MIN:
	case RECORD_ATTENDEE:
		return true;
	default:
		return record_tag_name(tag) == NULL;
	}
}

/* Four quarters are one digest, said as people compare it. */
static void
set_digest(json_t *o, const struct record *r)
{
	char hex[65];

	if (record_count(r, RECORD_FILE_SHA256) != 4)
		return;
	for (size_t i = 0; i < 4; i++)
		snprintf(hex + 16 * i, 17, "%016" PRIx64,
		    (uint64_t)record_int(r, RECORD_FILE_SHA256, i, 0));
	json_object_set_new(o, "file-sha256", json_string(hex));
}

static void
set_field(json_t *o, const struct record_field *f)
{
	char unknown[16];
	const char *name = record_tag_name(f->tag);
	json_t *v = f->type == RECORD_TEXT ? json_string(f->text)
					   : json_integer(f->num);

	if (name == NULL) {
		snprintf(unknown, sizeof unknown, "tag-%u", f->tag);
		name = unknown;
	}
	if (repeats(f->tag)) {
		json_t *list = json_object_get(o, name);

		if (list == NULL) {
			list = json_array();
			json_object_set_new(o, name, list);
		}
		json_array_append_new(list, v);
	} else {
		json_object_set_new(o, name, v);
	}
}

json_t *
export_json_object(int64_t phone, const struct record *r)
{
	const struct record_field *f;
	size_t n = record_fields(r, &f);
	json_t *o = json_object();
	char when[32];

	export_iso_time(record_time_ms(r), when);
	json_object_set_new(
	    o, "kind", json_string(record_kind_name(record_kind(r))));
	json_object_set_new(o, "phone", json_integer(phone));
	json_object_set_new(o, "id", json_integer(record_id(r)));
	json_object_set_new(o, "time", json_string(when));
	json_object_set_new(o, "time-ms", json_integer(record_time_ms(r)));
	for (size_t i = 0; i < n; i++)
		if (f[i].tag != RECORD_FILE_SHA256)
			set_field(o, &f[i]);
	set_digest(o, r);
	return o;
}

static int
dump(const char *p, size_t len, void *ctx)
{
	export_put(ctx, p, len);
	return ((struct export_out *)ctx)->failed ? -1 : 0;
}

static void
put_object(struct export *e, int64_t phone, const struct record *r)
{
	json_t *o = export_json_object(phone, r);

	if (json_dump_callback(o, dump, e->out, JSON_COMPACT) == -1)
		e->out->failed = true;
	json_decref(o);
}

static int
begin(struct export *e)
{
	export_str(e->out, "[");
	return 0;
}

static void
put(struct export *e, int64_t phone, const struct record *r)
{
	export_str(e->out, e->n == 0 ? "\n" : ",\n");
	put_object(e, phone, r);
}

static void
end(struct export *e)
{
	export_str(e->out, "\n]\n");
}

static void
put_line(struct export *e, int64_t phone, const struct record *r)
{
	put_object(e, phone, r);
	export_str(e->out, "\n");
}

const struct export_writer export_json = { begin, put, end };
const struct export_writer export_json_lines = { .record = put_line };
