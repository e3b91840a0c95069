/*
 * pages_policy.h - the owner's policies of a phone, every version, and what the
 * phone has to send a day.  As pages.h.
 */
#ifndef PAGES_POLICY_H
#define PAGES_POLICY_H

#include "pages.h"

struct pages_policy {
	uint32_t version;
	int64_t created_ms;
	uint8_t policy[WIRE_POLICY_MAX];
	size_t len;
};
/* DB_NONE: there is no such version. */
enum db_err pages_policy_get(struct db *db, int64_t account, int64_t phone,
    uint32_t version, struct pages_policy *out);

#define PAGES_FLOW_DAYS 30

struct pages_arrival {
	int64_t at_ms;
	uint32_t octets; /* as stored, before it is packed for the air */
};
/*
 * What came about on a phone in the last PAGES_FLOW_DAYS days, in order:
 * messages and calls by their own time, and by the time of their arrival
 * changes of contacts, calendar and notes, but for what came on the first day,
 * which was there before.
 */
struct pages_flow {
	struct pages_arrival *list; /* the caller frees it */
	size_t n;
	int64_t now_ms;
	/* Octets stored and on the air of transfers of two SMS or more. */
	int64_t stored, on_air;
};
enum db_err pages_flow(
    struct db *db, int64_t account, int64_t phone, struct pages_flow *out);

#endif
