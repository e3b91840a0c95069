/*
 * Many phones live for many days: records come, change and go, the air loses,
 * doubles and reorders, SIMs are changed, phones are stolen and found, broken
 * ones are replaced.  At the end what is on each phone and what the service
 * keeps are equal, record by record.
 *
 * SMSVAULT_LIFE_PHONES and SMSVAULT_LIFE_DAYS ask for more than the short run.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "air.h"
#include "check_main.h"

#define HOUR 3600000LL
#define DAY (24 * HOUR)
#define LIVES_MAX 1000

struct life {
	uint32_t contacts, messages, calls; /* ids given so far */
	bool lost;
	int64_t restore; /* 0: none; to phone heir */
	int heir;
};

struct world {
	struct air *a;
	uint64_t seed;
	int phones, days;
	struct life life[LIVES_MAX + LIVES_MAX / 10];
	int all; /* with those that replace others */
	int sims, thefts, restores;
	uint64_t records;
};

static uint32_t
below(struct world *w, uint32_t n)
{
	return (uint32_t)(check_random(&w->seed) >> 33) % n;
}

static int
setting(const char *name, int fallback, int most)
{
	const char *text = getenv(name);
	int v = text != NULL ? atoi(text) : fallback;

	return v < 1 ? 1 : v > most ? most : v;
}

/* ---- what happens on a phone ---- */

static void
number_of(struct world *w, char out[24])
{
	snprintf(out, 24, "+3584055%05u", below(w, 200));
}

static void
put(struct world *w, int n, struct record *r)
{
	record_set_time_ms(r, air_now(w->a) - below(w, 60000));
	air_put(w->a, n, r);
	record_free(r);
	w->records++;
}

static void
a_contact(struct world *w, int n)
{
	struct life *l = &w->life[n];
	bool change = l->contacts > 0 && below(w, 3) == 0;
	uint32_t id = change ? 1 + below(w, l->contacts) : ++l->contacts;
	struct record *r = record_new(RECORD_CONTACT, id);
	char name[40], number[24];

	if (change && below(w, 3) == 0) {
		record_set_op(r, RECORD_DELETE);
	} else {
		snprintf(
		    name, sizeof name, "Person %u of %d", below(w, 1000), n);
		number_of(w, number);
		record_add_text(r, RECORD_NAME, name);
		record_add_text(r, RECORD_NUMBER, number);
		record_add_int(r, RECORD_NUMBER_TYPE, RECORD_LABEL_MOBILE);
	}
	put(w, n, r);
}

static void
a_message(struct world *w, int n)
{
	static const char *const bodies[] = { "On my way",
		"Call me when you can", "See you at six, at the usual place",
		"ok",
		"\xe6\x99\x9a\xe4\xb8\x8a\xe8\xa7\x81", /* wan shang jian */
		"Did you get the keys? I left them with the neighbour." };
	struct record *r = record_new(RECORD_MESSAGE, ++w->life[n].messages);
	char number[24];

	number_of(w, number);
	record_add_text(r, RECORD_PEER, number);
	record_add_int(r, RECORD_DIRECTION, 1 + (int)below(w, 2));
	record_add_text(r, RECORD_BODY, bodies[below(w, 6)]);
	record_add_int(r, RECORD_READ, below(w, 2));
	put(w, n, r);
}

static void
a_call(struct world *w, int n)
{
	struct record *r = record_new(RECORD_CALL, ++w->life[n].calls);
	char number[24];

	number_of(w, number);
	record_add_text(r, RECORD_PEER, number);
	record_add_int(r, RECORD_DIRECTION, 1 + (int)below(w, 3));
	record_add_int(r, RECORD_DURATION_S, below(w, 600));
	put(w, n, r);
}

/* About ten things a day. */
static void
an_hour(struct world *w, int n)
{
	if (below(w, 24) < 5)
		a_message(w, n);
	if (below(w, 24) < 4)
		a_call(w, n);
	if (below(w, 24) < 1)
		a_contact(w, n);
}

/* ---- what happens to phones ---- */

static void
another_sim(struct world *w, int n)
{
	char number[24], sim[24];

	snprintf(number, sizeof number, "+35845%03d%04d", w->sims, n);
	snprintf(sim, sizeof sim, "8935844%06d%04d", w->sims++, n);
	air_sim(w->a, n, number, sim);
}

static void
replace(struct world *w, int n)
{
	char number[24], device[24];
	int heir;

	snprintf(number, sizeof number, "+3584666%05d", w->all);
	snprintf(device, sizeof device, "heir-%d", n);
	heir = air_add_phone(w->a, number, device, NULL);
	ck_assert_int_eq(heir, w->all);
	w->all++;
	ck_assert(air_bind(w->a, heir));
	w->life[n].restore = air_restore(w->a, n, heir);
	w->life[n].heir = heir;
	w->restores++;
}

/* Spread over the days after the first: so many of each in the whole run. */
static void
fate(struct world *w, int day)
{
	int last = w->days - 2;
	int scale = w->phones;

	for (int i = 0; i < (5 * scale + 999) / 1000 && day >= 1; i++)
		if (1 + i * 7 % last == day)
			another_sim(w, i * 3 % w->phones);
	for (int i = 0; i < (10 * scale + 999) / 1000; i++) {
		int n = (i * 5 + 1) % w->phones;

		if (1 + i * 3 % last == day) {
			air_lost(w->a, n, true);
			another_sim(w, n);
			w->life[n].lost = true;
			w->thefts++;
		}
	}
	for (int i = 0; i < (20 * scale + 999) / 1000; i++)
		if (1 + i * 5 % last == day)
			replace(w, (i * 11 + 2) % w->phones);
}

static void
live(struct world *w)
{
	for (int day = 0; day < w->days; day++) {
		fate(w, day);
		for (int hour = 0; hour < 24; hour++) {
			for (int n = 0; n < w->phones; n++)
				an_hour(w, n);
			air_run(w->a, HOUR);
		}
		printf("# day %d of %d: %llu records\n", day + 1, w->days,
		    (unsigned long long)w->records);
		fflush(stdout);
	}
}

/* ---- at the end ---- */

/* Everything goes, everything is heard. */
static void
settle(struct world *w)
{
	for (int n = 0; n < w->all; n++)
		phone_upload_now(air_phone(w->a, n));
	ck_assert_msg(
	    air_settle(w->a, 14 * DAY), "not settled: %s", air_state(w->a));
}

static void
check_lost(struct world *w)
{
	for (int n = 0; n < w->phones; n++) {
		if (!w->life[n].lost)
			continue;
		ck_assert_msg(air_ask(w->a, n, "lost_applied") > 0,
		    "phone %d does not know that it is lost", n);
		ck_assert_msg(
		    air_ask(w->a, n,
			"(SELECT count(*) FROM evidence e WHERE e.phone_id = "
			"p.phone_id AND e.kind = 'upload')") > 0,
		    "nothing is known of the thief of phone %d", n);
		ck_assert_msg(
		    air_ask(w->a, n, "(number LIKE '+35845%')::int") == 1,
		    "the thief's number of phone %d is not known", n);
	}
}

static void
check_restores(struct world *w)
{
	for (int n = 0; n < w->phones; n++) {
		if (w->life[n].restore == 0)
			continue;
		ck_assert_msg(air_restored(w->a, w->life[n].restore),
		    "the restore of phone %d to %d has no receipt for all", n,
		    w->life[n].heir);
	}
}

static void
report(const struct world *w, time_t began)
{
	struct air_counts c = air_counts(w->a);

	printf("# %d phones for %d days: %llu records, %llu SMS up, %llu down "
	       "(%.3f an SMS up), %llu lost on the air\n",
	    w->phones, w->days, (unsigned long long)w->records,
	    (unsigned long long)c.up, (unsigned long long)c.down,
	    (double)c.down / (double)c.up, (unsigned long long)c.lost);
	printf("# %d SIM changes, %d thefts, %d restores, in %ld s\n", w->sims,
	    w->thefts, w->restores, (long)(time(NULL) - began));
}

START_TEST(phones_and_service_are_equal_in_the_end)
{
	static const struct air_faults rough = { 0.02, 0.01, 30 * 60000, 42 };
	struct world *w = calloc(1, sizeof *w);
	time_t began = time(NULL);
	const char *why;

	w->a = air_new(&rough);
	w->seed = 4711;
	w->phones = setting("SMSVAULT_LIFE_PHONES", 50, LIVES_MAX);
	/* No coder is made twice: that would take most of the time. */
	air_hot_states(w->a, (size_t)(w->phones + w->phones / 10 + 1));
	w->days = setting("SMSVAULT_LIFE_DAYS", 10, 365);
	if (w->days < 4)
		w->days = 4;
	for (int n = 0; n < w->phones; n++) {
		char number[24], device[24];

		snprintf(number, sizeof number, "+3584011%05d", n);
		snprintf(device, sizeof device, "life-%d", n);
		ck_assert_int_eq(air_add_phone(w->a, number, device, NULL), n);
		ck_assert(air_bind(w->a, n));
	}
	w->all = w->phones;
	live(w);
	settle(w);
	for (int n = 0; n < w->all; n++) {
		why = air_compare(w->a, n);
		ck_assert_msg(why == NULL, "phone %d: %s", n, why);
	}
	check_lost(w);
	check_restores(w);
	report(w, began);
	air_free(w->a);
	free(w);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("life");
	TCase *tc = tcase_create("whole");

	tcase_set_timeout(tc, 0);
	tcase_add_test(tc, phones_and_service_are_equal_in_the_end);
	suite_add_tcase(s, tc);
	return check_main(s);
}
