/*
 * What is left out of a restore is what the phone itself says it has already.
 */
#include <stdio.h>

#include "check_main.h"
#include "deliver.h"
#include "down.h"

#define DAY 86400000LL
#define MOST 3

struct one {
	enum record_kind kind; /* 0: no more of them */
	uint32_t id;
	int64_t minute;
	const char *text; /* NULL: it is deleted */
};

static const struct {
	const char *why;
	bool own;
	struct one there[MOST], come[MOST];
	int left_out;
	int in_vain; /* more that are there when they come */
} cases[] = {
	{ "under another id", false, { { RECORD_NOTE, 7, 1, "A" } },
	    { { RECORD_NOTE, 1, 1, "A" } }, 1, 0 },
	{ "at another time", false, { { RECORD_NOTE, 7, 1, "A" } },
	    { { RECORD_NOTE, 7, 2, "A" } }, 0, 0 },
	{ "another text", false, { { RECORD_NOTE, 7, 1, "A" } },
	    { { RECORD_NOTE, 7, 1, "B" } }, 0, 0 },
	{ "another kind", false, { { RECORD_NOTE, 7, 1, "A" } },
	    { { RECORD_CALENDAR, 7, 1, "A" } }, 0, 0 },
	{ "twice, and once there", false, { { RECORD_NOTE, 7, 1, "A" } },
	    { { RECORD_NOTE, 1, 1, "A" }, { RECORD_NOTE, 2, 1, "A" } }, 2, 0 },
	{ "once, and twice there", false,
	    { { RECORD_NOTE, 7, 1, "A" }, { RECORD_NOTE, 8, 1, "A" } },
	    { { RECORD_NOTE, 1, 1, "A" } }, 1, 0 },
	{ "twice, and not there", false, { { RECORD_NOTE, 7, 1, "B" } },
	    { { RECORD_NOTE, 1, 1, "A" }, { RECORD_NOTE, 2, 1, "A" } }, 0, 1 },
	{ "deleted there", false,
	    { { RECORD_NOTE, 7, 1, "A" }, { RECORD_NOTE, 7, 2, NULL } },
	    { { RECORD_NOTE, 1, 1, "A" } }, 0, 0 },
	{ "another one of its id takes no place", false,
	    { { RECORD_NOTE, 7, 1, "A" } },
	    { { RECORD_NOTE, 7, 1, "B" }, { RECORD_NOTE, 8, 1, "A" } }, 1, 0 },
	{ "its own, as it is", true, { { RECORD_NOTE, 7, 1, "A" } },
	    { { RECORD_NOTE, 7, 1, "A" } }, 1, 0 },
	{ "its own, changed", true, { { RECORD_NOTE, 7, 1, "A" } },
	    { { RECORD_NOTE, 7, 2, "B" } }, 0, 0 },
	{ "its own, deleted", true,
	    { { RECORD_NOTE, 7, 1, "A" }, { RECORD_NOTE, 7, 2, NULL } },
	    { { RECORD_NOTE, 7, 1, "A" } }, 0, 0 },
	{ "after its place was taken", true, { { RECORD_NOTE, 7, 1, "A" } },
	    { { RECORD_NOTE, 7, 1, "B" }, { RECORD_NOTE, 8, 1, "A" } }, 0, 0 },
	{ "before its place is taken", true, { { RECORD_NOTE, 7, 1, "A" } },
	    { { RECORD_NOTE, 8, 1, "A" }, { RECORD_NOTE, 7, 1, "B" } }, 1, 0 },
};

#define CASES ((int)(sizeof cases / sizeof cases[0]))

static struct record *
make(const struct one *o)
{
	struct record *r = record_new(o->kind, o->id);

	record_set_time_ms(r, 1750000000000 + o->minute * 60000);
	if (o->text != NULL)
		record_add_text(r, RECORD_DESCRIPTION, o->text);
	else
		record_set_op(r, RECORD_DELETE);
	return r;
}

/* What the vault has of the phone: the newest of each id. */
static void
know(struct deliver *d, const struct one *there)
{
	for (int i = 0; i < MOST && there[i].kind != 0; i++) {
		bool gone = i + 1 < MOST && there[i + 1].id == there[i].id;
		struct record *r = make(&there[i]);

		if (!gone && record_op(r) == RECORD_PUT)
			ck_assert(present_note(&d->there, r));
		record_free(r);
	}
	ck_assert(present_sort(&d->there));
}

static void
put(struct air *a, int phone, const struct one *list, struct deliver *d)
{
	for (int i = 0; i < MOST && list[i].kind != 0; i++) {
		struct record *r = make(&list[i]);

		air_put(a, phone, r);
		if (d != NULL)
			deliver_record(d, r);
		record_free(r);
	}
}

START_TEST(the_phone_says_the_same)
{
	struct air *a = down_two(&down_perfect);
	struct deliver d = { .own = cases[_i].own };
	int64_t restore, present;

	know(&d, cases[_i].there);
	put(a, DOWN_TO, cases[_i].there, NULL);
	put(a, DOWN_FROM, cases[_i].come, &d);
	ck_assert_msg(d.left_out == cases[_i].left_out,
	    "%s: left out are %lld, want %d", cases[_i].why,
	    (long long)d.left_out, cases[_i].left_out);
	restore = air_restore(a, DOWN_FROM, DOWN_TO);
	if (cases[_i].own)
		ck_assert_int_eq(air_order(a, DOWN_TO,
				     "UPDATE restore SET purpose = 'undelete' "
				     "WHERE phone_id = $P"),
		    1);
	for (int day = 0; day < 20 && !air_restored(a, restore); day++)
		air_run(a, DAY);
	ck_assert_msg(
	    air_restored(a, restore), "%s: no receipt", cases[_i].why);
	present = air_int(a, "SELECT receipt_present FROM restore WHERE "
			     "account_id = $A");
	ck_assert_msg(present == d.left_out + cases[_i].in_vain,
	    "%s: the phone had %lld, want %lld and %d", cases[_i].why,
	    (long long)present, (long long)d.left_out, cases[_i].in_vain);
	deliver_clear(&d);
	down_end(a);
}
END_TEST

TCase *
down_there_case(void)
{
	TCase *tc = tcase_create("there");

	tcase_set_timeout(tc, 900);
	tcase_add_loop_test(tc, the_phone_says_the_same, 0, CASES);
	return tc;
}
