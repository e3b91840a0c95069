#include "down.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "check_main.h"

#define HOUR 3600000LL
#define DAY (24 * HOUR)

const struct air_faults down_perfect = { 0, 0, 0, 1 };
char down_journal[64], down_copy[80];

static uint64_t
below(uint64_t *seed, uint64_t n)
{
	return check_random(seed) % n;
}

struct record *
down_record(uint64_t *seed, uint32_t id)
{
	static const char *const words[] = { "are", "you", "coming", "home",
		"today", "please", "bring", "bread", "milk", "see", "later",
		"when", "does", "it", "begin", "tomorrow", "no", "yes" };
	bool person = id % 5 == 0;
	struct record *r =
	    record_new(person ? RECORD_CONTACT : RECORD_MESSAGE, id);
	char text[200] = "", number[24];

	snprintf(number, sizeof number, "+35840%07u",
	    1234567u * (uint32_t)below(seed, 40));
	for (uint64_t n = 4 + below(seed, 14); n > 0; n--) {
		strcat(text, words[below(seed, 18)]);
		strcat(text, n > 1 ? " " : "");
	}
	record_set_time_ms(r, 1750000000000 + (int64_t)id * 600000);
	if (person) {
		text[12] = '\0';
		record_add_text(r, RECORD_NAME, text);
		record_add_text(r, RECORD_NUMBER, number);
		return r;
	}
	record_add_text(r, RECORD_PEER, number);
	record_add_int(r, RECORD_DIRECTION, 1 + (int64_t)below(seed, 2));
	record_add_text(r, RECORD_BODY, text);
	record_add_int(r, RECORD_READ, 1);
	return r;
}

void
down_put_some(struct air *a, int phone, uint64_t *seed, uint32_t *id, int n)
{
	for (; n > 0; n--, ++*id) {
		struct record *r = down_record(seed, *id);

		air_put(a, phone, r);
		record_free(r);
	}
}

/* Nothing that a coder could foresee: many transfers. */
void
down_put_notes(struct air *a, int phone, uint64_t *seed, uint32_t id, int n)
{
	for (; n > 0; n--, id++) {
		struct record *r = record_new(RECORD_NOTE, id);
		char text[160];

		for (size_t i = 0; i < sizeof text - 1; i++)
			text[i] = (char)('!' + below(seed, 90));
		text[sizeof text - 1] = '\0';
		record_set_time_ms(r, 1750000000000 + id);
		record_add_text(r, RECORD_DESCRIPTION, text);
		air_put(a, phone, r);
		record_free(r);
	}
}

static void
forget_files(void)
{
	static const char *const ends[] = { "", "-wal", "-shm" };

	for (int i = 0; i < 6; i++) {
		char path[96];

		snprintf(path, sizeof path, "%s%s",
		    i < 3 ? down_journal : down_copy, ends[i % 3]);
		unlink(path);
	}
}

void
down_bind(struct air *a, int phone)
{
	for (int tries = 0; !air_bind(a, phone); tries++)
		ck_assert_int_lt(tries, 20);
}

/* Without records that go up: this is about what comes down. */
static void
hush(struct air *a, int phone)
{
	static const struct policy own = {
		.kind[RECORD_CONTACT].mode = POLICY_OFF,
		.kind[RECORD_MESSAGE].mode = POLICY_OFF,
		.kind[RECORD_NOTE].mode = POLICY_OFF,
	};

	ck_assert_int_eq(phone_set_policy(air_phone(a, phone), &own), PHONE_OK);
}

/* Two phones: what the first has is to be put on the other. */
struct air *
down_two(const struct air_faults *faults)
{
	struct air *a = air_new(faults);

	snprintf(down_journal, sizeof down_journal, "/tmp/check-down-%d",
	    (int)getpid());
	snprintf(down_copy, sizeof down_copy, "%s-copy", down_journal);
	forget_files();
	air_add_phone(a, "+358401000001", "From", NULL);
	air_add_phone(a, "+358401000002", "To", down_journal);
	down_bind(a, DOWN_FROM);
	down_bind(a, DOWN_TO);
	hush(a, DOWN_FROM);
	hush(a, DOWN_TO);
	return a;
}

void
down_end(struct air *a)
{
	air_free(a);
	forget_files();
}

/* What was put on it is on it, each once, and the receipt says so. */
void
down_expect(struct air *a, int64_t restore, const char *what)
{
	const char *why;

	for (int day = 0; day < 100 && !air_restored(a, restore); day++)
		air_run(a, DAY);
	why = air_compare_phones(a, DOWN_FROM, DOWN_TO);
	ck_assert_msg(air_restored(a, restore), "%s: no receipt for all, %s",
	    what, why != NULL ? why : "but all is there");
	ck_assert_msg(why == NULL, "%s: %s", what, why);
	ck_assert_int_eq(
	    air_int(a, "SELECT count(*) FROM event WHERE account_id = $A AND "
		       "kind IN ('restore-differs', 'restore-failed')"),
	    0);
}

void
down_until(struct air *a, const char *what)
{
	char sql[128];

	snprintf(sql, sizeof sql, "(%s)::int", what);
	for (int i = 0; i < 2000 && air_ask(a, DOWN_TO, sql) != 1; i++)
		air_run(a, 60000);
	ck_assert_msg(air_ask(a, DOWN_TO, sql) == 1, "never: %s", what);
}
