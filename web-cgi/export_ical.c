/*
 * Calendar entries, calls and notes as iCalendar (RFC 5545), through libical:
 * one VEVENT an entry or call, one VJOURNAL a note.
 *
 * Times are in UTC, but for entries that repeat in a time zone of their own:
 * those are in it, with its VTIMEZONE before, or they would move by an hour
 * with each change of the clocks.
 */
#include <libical/ical.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "export_internal.h"

#define ZONES_MAX 32 /* different ones in one file */

struct zones {
	size_t n;
	icaltimezone *known[ZONES_MAX];
};

/*
 * libical 3.0 may fold a line between the two signs of its end.  So what it has
 * folded is made whole again, and folded here.
 */
static void
put_component(struct export *e, icalcomponent *c)
{
	char *text = icalcomponent_as_ical_string_r(c), *to = text;
	char *line, *end;

	if (text == NULL) {
		e->out->failed = true;
		return;
	}
	for (const char *from = text; *from != '\0';) {
		if (strncmp(from, "\r\n ", 3) == 0)
			from += 3;
		else
			*to++ = *from++;
	}
	*to = '\0';
	for (line = text; (end = strstr(line, "\r\n")) != NULL; line = end + 2)
		export_folded(e->out, line, (size_t)(end - line));
	free(text);
}

/* The zone by its name, its rules put before its first use; NULL: UTC. */
static icaltimezone *
zone_of(struct export *e, const struct record *r)
{
	const char *name = record_text(r, RECORD_TIME_ZONE, 0);
	struct zones *zones = e->state;
	icaltimezone *zone;

	if (name == NULL || record_text(r, RECORD_RRULE, 0) == NULL ||
	    (zone = icaltimezone_get_builtin_timezone(name)) == NULL)
		return NULL;
	for (size_t i = 0; i < zones->n; i++)
		if (zones->known[i] == zone)
			return zone;
	e->line.n = 0;
	if (zones->n == ZONES_MAX || !export_zone(name, &e->line))
		return NULL;
	export_put(e->out, e->line.p, e->line.n);
	zones->known[zones->n++] = zone;
	return zone;
}

static icaltimetype
utc(int64_t ms)
{
	return icaltime_from_timet_with_zone(
	    (time_t)(ms / 1000), 0, icaltimezone_get_utc_timezone());
}

static icaltimetype
date(int64_t ms)
{
	return icaltime_from_timet_with_zone((time_t)(ms / 1000), 1, NULL);
}

/* A start or an end: a date, UTC, or in a zone. */
static void
add_time(icalcomponent *c, icalproperty *p, icaltimezone *z)
{
	if (z != NULL)
		icalproperty_add_parameter(
		    p, icalparameter_new_tzid(icaltimezone_get_location(z)));
	icalcomponent_add_property(c, p);
}

static void
add_text(icalcomponent *c, icalproperty *(*make)(const char *),
    const struct record *r, uint16_t tag)
{
	const char *text = record_text(r, tag, 0);

	if (text != NULL)
		icalcomponent_add_property(c, make(text));
}

static void
add_alarms(icalcomponent *c, const struct record *r)
{
	for (size_t i = 0; i < record_count(r, RECORD_ALARM_MIN); i++) {
		int64_t min = record_int(r, RECORD_ALARM_MIN, i, 0);
		icalcomponent *alarm = icalcomponent_new_valarm();
		const char *what = record_text(r, RECORD_SUMMARY, 0);
		struct icaltriggertype trigger = {
			.time = icaltime_null_time(),
			.duration = icaldurationtype_from_int((int)(-60 * min)),
		};

		icalcomponent_add_property(
		    alarm, icalproperty_new_action(ICAL_ACTION_DISPLAY));
		icalcomponent_add_property(alarm,
		    icalproperty_new_description(what != NULL ? what : "-"));
		icalcomponent_add_property(
		    alarm, icalproperty_new_trigger(trigger));
		icalcomponent_add_component(c, alarm);
	}
}

static void
add_attendees(icalcomponent *c, const struct record *r)
{
	for (size_t i = 0; i < record_count(r, RECORD_ATTENDEE); i++) {
		const char *who = record_text(r, RECORD_ATTENDEE, i);
		struct buf uri = { 0 };
		icalproperty *p;

		/* A name alone is no address: it is a parameter of none. */
		buf_str(&uri, "mailto:");
		buf_str(
		    &uri, strchr(who, '@') != NULL && strchr(who, ' ') == NULL
			      ? who
			      : "unknown@smsvault.invalid");
		p = icalproperty_new_attendee(uri.p);
		if (strchr(who, '@') == NULL)
			icalproperty_add_parameter(
			    p, icalparameter_new_cn(who));
		icalcomponent_add_property(c, p);
		buf_clear(&uri);
	}
}

static void
fill_event(struct export *e, icalcomponent *c, const struct record *r)
{
	int64_t start = record_int(r, RECORD_START_MS, 0, record_time_ms(r));
	int64_t end = record_int(r, RECORD_END_MS, 0, start);
	bool all_day = record_int(r, RECORD_ALL_DAY, 0, 0) != 0;
	icaltimezone *z = all_day ? NULL : zone_of(e, r);
	icaltimetype from = all_day ? date(start) : utc(start);
	icaltimetype to = all_day ? date(end) : utc(end);
	const char *rule = record_text(r, RECORD_RRULE, 0);

	if (z != NULL) {
		from = icaltime_convert_to_zone(from, z);
		to = icaltime_convert_to_zone(to, z);
	}
	add_time(c, icalproperty_new_dtstart(from), z);
	if (end > start)
		add_time(c, icalproperty_new_dtend(to), z);
	add_text(c, icalproperty_new_summary, r, RECORD_SUMMARY);
	add_text(c, icalproperty_new_location, r, RECORD_PLACE);
	add_text(c, icalproperty_new_description, r, RECORD_DESCRIPTION);
	if (rule != NULL) {
		struct icalrecurrencetype rr =
		    icalrecurrencetype_from_string(rule);

		if (rr.freq != ICAL_NO_RECURRENCE)
			icalcomponent_add_property(
			    c, icalproperty_new_rrule(rr));
		free(rr.rscale);
	}
	add_alarms(c, r);
	add_attendees(c, r);
}

static void
fill_call(struct export *e, icalcomponent *c, const struct record *r)
{
	static const char *const how[] = { "Call with ", "Call from ",
		"Call to ", "Missed call from ", "Voicemail from ",
		"Rejected call from ", "Refused call from " };
	int64_t type = record_int(r, RECORD_DIRECTION, 0, 0);
	int64_t s = record_int(r, RECORD_DURATION_S, 0, 0);
	const char *peer = export_or(record_text(r, RECORD_PEER, 0));
	const char *name = export_name_of(e, peer);
	int64_t start = record_time_ms(r);

	e->line.n = 0;
	buf_str(&e->line, how[type >= 1 && type <= 6 ? type : 0]);
	buf_str(&e->line, name != NULL ? name : peer[0] != '\0' ? peer : "?");
	icalcomponent_add_property(c, icalproperty_new_dtstart(utc(start)));
	if (s > 0)
		icalcomponent_add_property(
		    c, icalproperty_new_dtend(utc(start + 1000 * s)));
	icalcomponent_add_property(c, icalproperty_new_summary(e->line.p));
	icalcomponent_add_property(c, icalproperty_new_description(peer));
	icalcomponent_add_property(
	    c, icalproperty_new_transp(ICAL_TRANSP_TRANSPARENT));
}

static void
fill_note(icalcomponent *c, const struct record *r)
{
	icalcomponent_add_property(
	    c, icalproperty_new_dtstart(utc(record_time_ms(r))));
	add_text(c, icalproperty_new_summary, r, RECORD_SUMMARY);
	add_text(c, icalproperty_new_description, r, RECORD_DESCRIPTION);
}

static int
begin(struct export *e)
{
	if ((e->state = calloc(1, sizeof(struct zones))) == NULL)
		return -1;
	export_str(e->out, "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"
			   "PRODID:-//smsvault//smsvault//EN\r\n");
	return 0;
}

static void
put(struct export *e, int64_t phone, const struct record *r)
{
	icalcomponent *c = record_kind(r) == RECORD_NOTE
			       ? icalcomponent_new_vjournal()
			       : icalcomponent_new_vevent();
	char uid[64];

	snprintf(uid, sizeof uid, "smsvault-%lld-%d-%u", (long long)phone,
	    (int)record_kind(r), (unsigned)record_id(r));
	icalcomponent_add_property(c, icalproperty_new_uid(uid));
	icalcomponent_add_property(
	    c, icalproperty_new_dtstamp(utc(record_time_ms(r))));
	if (record_kind(r) == RECORD_CALL)
		fill_call(e, c, r);
	else if (record_kind(r) == RECORD_NOTE)
		fill_note(c, r);
	else
		fill_event(e, c, r);
	put_component(e, c);
	icalcomponent_free(c);
}

static void
end(struct export *e)
{
	export_str(e->out, "END:VCALENDAR\r\n");
	free(e->state);
}

const struct export_writer export_icalendar = { begin, put, end };
