/*
 * policy_cost.h - what a policy would cost a month, from what the phone had to
 * send in the last weeks: its own records, packed as its own have been, are
 * played once more and cut into SMS.
 */
#ifndef POLICY_COST_H
#define POLICY_COST_H

#include "pages_policy.h"

#define POLICY_COST_DAYS_MIN 3 /* of traffic, before anything can be said */
#define POLICY_COST_RECORDS_MIN 20

/*
 * SMS in 30 days if what is new is sent when an SMS is full or its oldest
 * record is this old; 0 minutes: each record at once.  -1: there is too little
 * traffic to say.
 */
int64_t policy_cost(const struct pages_flow *flow, int64_t minutes);
/* Days that the flow covers, rounded down. */
int64_t policy_cost_days(const struct pages_flow *flow);

#endif
