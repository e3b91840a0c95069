#include "policy_cost.h"

#include "wire.h"

#define DAY_MS 86400000LL
/* Flags and the policy's version stand before the records of each. */
#define ROOM_MILLI ((WIRE_SINGLE_BODY_MAX - 3) * 1000LL)

int64_t
policy_cost_days(const struct pages_flow *flow)
{
	return flow->n == 0 ? 0 : (flow->now_ms - flow->list[0].at_ms) / DAY_MS;
}

static int64_t
sms_of(int64_t milli)
{
	return (milli + ROOM_MILLI - 1) / ROOM_MILLI;
}

int64_t
policy_cost(const struct pages_flow *flow, int64_t minutes)
{
	int64_t waits = 0, oldest = 0, sms = 0, span;

	if (flow->n < POLICY_COST_RECORDS_MIN || flow->stored == 0 ||
	    policy_cost_days(flow) < POLICY_COST_DAYS_MIN)
		return -1;
	for (size_t i = 0; i < flow->n; i++) {
		const struct pages_arrival *a = &flow->list[i];

		if (waits > 0 && oldest + minutes * 60000 <= a->at_ms) {
			sms++;
			waits = 0;
		}
		if (waits == 0)
			oldest = a->at_ms;
		waits += a->octets * 1000LL * flow->on_air / flow->stored;
		if (minutes == 0) {
			sms += sms_of(waits);
			waits = 0;
		}
		for (; waits >= ROOM_MILLI; waits -= ROOM_MILLI) {
			sms++;
			oldest = a->at_ms;
		}
	}
	sms += sms_of(waits);
	span = flow->now_ms - flow->list[0].at_ms;
	return (sms * 30 * DAY_MS + span - 1) / span;
}
