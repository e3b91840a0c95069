/*
 * plan.h - which records go when, and in how many SMS.
 */
#ifndef PLAN_H
#define PLAN_H

#include "methods.h"

enum plan_mode { PLAN_FULL, PLAN_SINGLE, PLAN_BATCH, PLAN_DAY };
enum plan_policy { PLAN_ONCE, PLAN_HOURLY, PLAN_FILL };

struct plan {
	enum plan_mode mode;
	enum plan_policy policy; /* of PLAN_DAY */
	int64_t fill_ms; /* PLAN_FILL: the oldest waits at most so long */
	size_t batch; /* of PLAN_BATCH: records in a transfer */
};

struct plan_sum {
	size_t records;
	size_t octets; /* of packed records, without preambles */
	size_t sms;
	double write_s, read_s;
	size_t wrong; /* records that did not come back */
};

/* Full, single, batch: these records with this method. */
void plan_run(const struct plan *p, struct methods *m, const struct method *how,
    const struct corpus *c, struct plan_sum *sum);
/* Day: the mean SMS a day, or -1: there is not a day of records. */
double
plan_day(const struct plan *p, struct methods *m, const struct method *how,
    const struct corpus *corpora, struct plan_sum *sum);

#endif
