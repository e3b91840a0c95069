/*
 * What routine uploads cost on the way down: phones with believable contents
 * live for days with the default policy, and the gateway's own SMS are counted
 * beside theirs.  Binding and the first upload come before and are told apart.
 *
 * SMSVAULT_DAYS_PHONES and SMSVAULT_DAYS_DAYS ask for more than the short run,
 * SMSVAULT_DAYS_MESSAGES and SMSVAULT_DAYS_CALLS for another day than the
 * design's.  See bench/phone-days.
 */
#include <stdio.h>
#include <string.h>

#include "air.h"
#include "check_main.h"
#include "people.h"

#define HOUR 3600000LL
#define DAY (24 * HOUR)
#define PHONES_MAX 1000
#define BAR 0.1 /* the gateway's SMS for one of a phone's */

/* What happens on a phone, in order; next is the first that has not. */
struct diary {
	struct book *book;
	uint32_t message, messages, call, calls;
};

struct world {
	struct air *a;
	int phones, days, messages, calls; /* messages and calls a day */
	struct diary diary[PHONES_MAX];
	uint64_t records;
};

static int
setting(const char *name, int fallback, int most)
{
	const char *text = getenv(name);
	int v = text != NULL ? atoi(text) : fallback;

	return v < 1 ? 1 : v > most ? most : v;
}

static void
put(struct world *w, int n, enum record_kind kind, uint32_t id)
{
	const struct record *of = book_get(w->diary[n].book, kind, id);
	struct record *r;

	ck_assert_ptr_nonnull(of);
	ck_assert_ptr_nonnull(r = record_copy(of));
	if (kind != RECORD_CONTACT)
		record_set_time_ms(r, air_now(w->a));
	air_put(w->a, n, r);
	record_free(r);
	w->records++;
}

static void
add_phone(struct world *w, int n)
{
	struct diary *d = &w->diary[n];
	const struct people_amount amount = { .contacts = 60,
		.messages = (size_t)(w->messages * w->days),
		.calls = (size_t)(w->calls * w->days) };
	char number[24], device[24];

	snprintf(number, sizeof number, "+3584011%05d", n);
	snprintf(device, sizeof device, "days-%d", n);
	ck_assert_int_eq(air_add_phone(w->a, number, device, NULL), n);
	ck_assert(air_bind(w->a, n));
	ck_assert_ptr_nonnull(d->book = book_open(NULL));
	ck_assert_int_eq(people_fill(d->book, 1, (unsigned)n, n % 2 == 1,
			     air_now(w->a), &amount),
	    0);
	d->message = d->call = 1;
	d->messages = book_next_id(d->book, RECORD_MESSAGE);
	d->calls = book_next_id(d->book, RECORD_CALL);
	for (uint32_t id = 1; id < book_next_id(d->book, RECORD_CONTACT); id++)
		put(w, n, RECORD_CONTACT, id);
	ck_assert_int_eq(phone_upload_now(air_phone(w->a, n)), PHONE_OK);
}

/* From 8 to 22 o'clock: so many of all as have come to pass by then. */
static void
an_hour(struct world *w, int n, int day, int hour)
{
	struct diary *d = &w->diary[n];
	uint32_t past = (uint32_t)(day * 14 + (hour < 8       ? 0
						  : hour > 21 ? 14
							      : hour - 7));
	uint32_t all = (uint32_t)(w->days * 14);

	while (d->message < 1 + (d->messages - 1) * past / all)
		put(w, n, RECORD_MESSAGE, d->message++);
	while (d->call < 1 + (d->calls - 1) * past / all)
		put(w, n, RECORD_CALL, d->call++);
}

static void
live(struct world *w)
{
	for (int day = 0; day < w->days; day++)
		for (int hour = 0; hour < 24; hour++) {
			for (int n = 0; n < w->phones; n++)
				an_hour(w, n, day, hour);
			air_run(w->a, HOUR);
		}
}

static void
say(const char *what, const struct air_counts *from,
    const struct air_counts *to, int64_t acks)
{
	unsigned long long up = to->up - from->up, down = to->down - from->down;

	printf("# %-14s %6llu SMS up, %5llu down (%lld of them answers): "
	       "%.4f control SMS an upload SMS\n",
	    what, up, down, (long long)acks,
	    up > 0 ? (double)down / (double)up : 0);
}

static int64_t
acks(struct world *w)
{
	return air_sql(
	    w->a, "SELECT count(*) FROM outbox WHERE purpose = 'ack'");
}

START_TEST(routine_uploads_cost_little_on_the_way_down)
{
	static const struct air_faults fair = { 0.01, 0.001, 20000, 7 };
	struct world *w = calloc(1, sizeof *w);
	struct air_counts none = { 0 }, before, after;
	int64_t acks_before;
	const char *why;
	double cost;

	ck_assert_ptr_nonnull(w);
	w->phones = setting("SMSVAULT_DAYS_PHONES", 6, PHONES_MAX);
	w->days = setting("SMSVAULT_DAYS_DAYS", 12, 365);
	w->messages = setting("SMSVAULT_DAYS_MESSAGES", 30, 1000);
	w->calls = setting("SMSVAULT_DAYS_CALLS", 12, 1000);
	w->a = air_new(&fair);
	for (int n = 0; n < w->phones; n++)
		add_phone(w, n);
	ck_assert_msg(
	    air_settle(w->a, 14 * DAY), "not settled: %s", air_state(w->a));
	before = air_counts(w->a);
	acks_before = acks(w);
	w->records = 0;
	live(w);
	after = air_counts(w->a);
	printf("# %d phones for %d days: %llu records, %llu SMS lost on the "
	       "air\n",
	    w->phones, w->days, (unsigned long long)w->records,
	    (unsigned long long)after.lost);
	say("first upload:", &none, &before, acks_before);
	say("routine:", &before, &after, acks(w) - acks_before);
	printf("# %.2f SMS up and %.2f down a phone and day\n",
	    (double)(after.up - before.up) / w->phones / w->days,
	    (double)(after.down - before.down) / w->phones / w->days);
	cost =
	    (double)(after.down - before.down) / (double)(after.up - before.up);
	for (int n = 0; n < w->phones; n++)
		phone_upload_now(air_phone(w->a, n));
	ck_assert_msg(
	    air_settle(w->a, 14 * DAY), "not settled: %s", air_state(w->a));
	for (int n = 0; n < w->phones; n++) {
		why = air_compare(w->a, n);
		ck_assert_msg(why == NULL, "phone %d: %s", n, why);
		book_close(w->diary[n].book);
	}
	ck_assert_msg(cost <= BAR, "%.4f control SMS an upload SMS", cost);
	air_free(w->a);
	free(w);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("days");
	TCase *tc = tcase_create("cost");

	tcase_set_timeout(tc, 0);
	tcase_add_test(tc, routine_uploads_cost_little_on_the_way_down);
	suite_add_tcase(s, tc);
	return check_main(s);
}
