/*
 * Calendars (RFC 5545), through libical: entries and notes.
 */
#include <libical/ical.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "import_internal.h"

static const char *
text_of(icalcomponent *c, icalproperty_kind kind)
{
	icalproperty *p = icalcomponent_get_first_property(c, kind);
	icalvalue *v = p != NULL ? icalproperty_get_value(p) : NULL;

	return v != NULL ? icalvalue_get_text(v) : NULL;
}

/* A time and its zone, as ms since 1970.  The zone is the file's, or one that
 * is known by its name; without one it is UTC. */
static bool
time_of(icalcomponent *root, icalproperty *p, int64_t *ms, bool *all_day,
    const char **zone)
{
	icalvalue *v = p != NULL ? icalproperty_get_value(p) : NULL;
	icalparameter *tzid =
	    p != NULL ? icalproperty_get_first_parameter(p, ICAL_TZID_PARAMETER)
		      : NULL;
	const char *name = tzid != NULL ? icalparameter_get_tzid(tzid) : NULL;
	icaltimezone *z = NULL;
	icaltimetype t;

	if (v == NULL || (icalvalue_isa(v) != ICAL_DATETIME_VALUE &&
			     icalvalue_isa(v) != ICAL_DATE_VALUE))
		return false;
	t = icalvalue_get_datetime(v);
	if (icaltime_is_null_time(t) || !icaltime_is_valid_time(t))
		return false;
	if (name != NULL) {
		z = icaltimezone_get_builtin_timezone(name);
		if (z != NULL)
			*zone = name;
		else
			z = icalcomponent_get_timezone(root, name);
	}
	if (z == NULL || t.is_date)
		z = icaltimezone_get_utc_timezone();
	*all_day = t.is_date;
	*ms = (int64_t)icaltime_as_timet_with_zone(t, z) * 1000;
	return true;
}

static bool
add_rule(icalcomponent *c, struct record *r, const char *zone)
{
	icalproperty *p =
	    icalcomponent_get_first_property(c, ICAL_RRULE_PROPERTY);
	char *rule = p != NULL ? icalproperty_get_value_as_string_r(p) : NULL;
	bool good = import_text(r, RECORD_RRULE, rule) &&
		    (rule == NULL || import_text(r, RECORD_TIME_ZONE, zone));

	free(rule);
	return good;
}

static bool
add_alarms(icalcomponent *c, struct record *r)
{
	bool good = true;

	for (icalcomponent *a =
		 icalcomponent_get_first_component(c, ICAL_VALARM_COMPONENT);
	     a != NULL && good;
	     a = icalcomponent_get_next_component(c, ICAL_VALARM_COMPONENT)) {
		icalproperty *p =
		    icalcomponent_get_first_property(a, ICAL_TRIGGER_PROPERTY);
		struct icaltriggertype t;
		int s;

		if (p == NULL || icalproperty_get_value(p) == NULL)
			continue;
		t = icalproperty_get_trigger(p);
		s = icaldurationtype_as_int(t.duration);
		if (icaltime_is_null_time(t.time) && s <= 0)
			good =
			    record_add_int(r, RECORD_ALARM_MIN, -s / 60) == 0;
	}
	return good;
}

static bool
add_attendees(icalcomponent *c, struct record *r)
{
	bool good = true;

	for (icalproperty *p =
		 icalcomponent_get_first_property(c, ICAL_ATTENDEE_PROPERTY);
	     p != NULL && good;
	     p = icalcomponent_get_next_property(c, ICAL_ATTENDEE_PROPERTY)) {
		icalparameter *cn =
		    icalproperty_get_first_parameter(p, ICAL_CN_PARAMETER);
		const char *who = icalproperty_get_attendee(p);

		if (who != NULL && strncasecmp(who, "mailto:", 7) == 0)
			who += 7;
		/* As our export says who has no address. */
		if (who != NULL && strcmp(who, "unknown@smsvault.invalid") == 0)
			who = cn != NULL ? icalparameter_get_cn(cn) : NULL;
		good = import_text(r, RECORD_ATTENDEE, who);
	}
	return good;
}

static bool
add_times(
    icalcomponent *root, icalcomponent *c, struct record *r, const char **zone)
{
	int64_t start, end;
	bool all_day = false, ignored;
	const char *other = NULL;

	if (!time_of(root,
		icalcomponent_get_first_property(c, ICAL_DTSTART_PROPERTY),
		&start, &all_day, zone) ||
	    record_add_int(r, RECORD_START_MS, start) == -1)
		return false;
	if (time_of(root,
		icalcomponent_get_first_property(c, ICAL_DTEND_PROPERTY), &end,
		&ignored, &other) &&
	    end > start && record_add_int(r, RECORD_END_MS, end) == -1)
		return false;
	return !all_day || record_add_int(r, RECORD_ALL_DAY, 1) == 0;
}

static void
take(struct import *im, icalcomponent *root, icalcomponent *c, bool note)
{
	struct record *r = record_new(note ? RECORD_NOTE : RECORD_CALENDAR, 0);
	const char *zone = NULL;
	int64_t changed = im->now_ms;
	bool good = r != NULL, day;

	if (good) {
		time_of(root,
		    icalcomponent_get_first_property(c, ICAL_DTSTAMP_PROPERTY),
		    &changed, &day, &zone);
		record_set_time_ms(r, changed);
		zone = NULL;
	}
	good =
	    good &&
	    import_text(r, RECORD_SUMMARY, text_of(c, ICAL_SUMMARY_PROPERTY)) &&
	    import_text(
		r, RECORD_DESCRIPTION, text_of(c, ICAL_DESCRIPTION_PROPERTY));
	if (!note)
		good = good && add_times(root, c, r, &zone) &&
		       import_text(r, RECORD_PLACE,
			   text_of(c, ICAL_LOCATION_PROPERTY)) &&
		       add_rule(c, r, zone) && add_alarms(c, r) &&
		       add_attendees(c, r);
	import_take(im, r, good);
}

static void
take_all(struct import *im, icalcomponent *root)
{
	for (icalcomponent *c =
		 icalcomponent_get_first_component(root, ICAL_ANY_COMPONENT);
	     c != NULL && !im->too_many;
	     c = icalcomponent_get_next_component(root, ICAL_ANY_COMPONENT)) {
		icalcomponent_kind kind = icalcomponent_isa(c);

		if (kind == ICAL_VEVENT_COMPONENT ||
		    kind == ICAL_VJOURNAL_COMPONENT)
			take(im, root, c, kind == ICAL_VJOURNAL_COMPONENT);
	}
}

/* What begins ends, and nothing is deep: libical writes a line to the log for
 * each END too many, and calls itself for each BEGIN. */
static bool
is_balanced(const char *text)
{
	int depth = 0;

	for (const char *line = text; line != NULL;
	     line = strpbrk(line, "\r\n")) {
		line += strspn(line, "\r\n");
		depth += strncasecmp(line, "BEGIN:", 6) == 0;
		depth -= strncasecmp(line, "END:", 4) == 0;
		if (depth < 0 || depth > 8)
			return false;
		if (*line == '\0')
			break;
	}
	return true;
}

void
import_icalendar(const char *text, struct import *im)
{
	icalcomponent *root;

	/* A mistake in a file is none of ours: do not abort. */
	icalerror_set_errors_are_fatal(false);
	root = is_balanced(text) ? icalparser_parse_string(text) : NULL;
	if (root == NULL) {
		im->bad++;
		return;
	}
	if (icalcomponent_isa(root) == ICAL_VCALENDAR_COMPONENT)
		take_all(im, root);
	else /* several in one file */
		for (icalcomponent *c = icalcomponent_get_first_component(
			 root, ICAL_VCALENDAR_COMPONENT);
		     c != NULL; c = icalcomponent_get_next_component(
				    root, ICAL_VCALENDAR_COMPONENT))
			take_all(im, c);
	icalcomponent_free(root);
}
