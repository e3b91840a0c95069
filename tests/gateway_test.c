#include "gateway_test.h"

#include <stdio.h>

#include "check_main.h"

const struct air_faults perfect = { 0, 0, 0, 1 };

static struct record *
message(uint32_t id, int64_t ms, const char *body)
{
	struct record *r = record_new(RECORD_MESSAGE, id);

	record_set_time_ms(r, ms);
	record_add_text(r, RECORD_PEER, "+358401234567");
	record_add_int(r, RECORD_DIRECTION, RECORD_MSG_RECEIVED);
	record_add_text(r, RECORD_BODY, body);
	record_add_int(r, RECORD_READ, 1);
	return r;
}
void
put_messages(struct air *a, int phone, uint32_t first, uint32_t n)
{
	for (uint32_t i = first; i < first + n; i++) {
		char body[120];
		struct record *r;

		snprintf(body, sizeof body,
		    "Message %u: are you coming home? %u", i, i * 7919u);
		r = message(i, air_now(a) - 1000 * (int64_t)i, body);
		air_put(a, phone, r);
		record_free(r);
	}
}

void
put_words(struct air *a, int phone, uint32_t first, uint32_t n, uint64_t *seed)
{
	for (uint32_t i = first; i < first + n; i++) {
		char body[31] = "";
		struct record *r;

		for (int k = 0; k < 30; k++)
			body[k] = (char)('a' + check_random(seed) % 26);
		r = message(i, air_now(a) - 1000 * (int64_t)i, body);
		air_put(a, phone, r);
		record_free(r);
	}
}

void
end_stored(struct air *a, int phone, int days)
{
	const char *why;

	ck_assert_msg(
	    air_settle(a, days * DAY), "it does not settle: %s", air_state(a));
	why = air_compare(a, phone);
	ck_assert_msg(why == NULL, "%s", why);
	air_free(a);
}
