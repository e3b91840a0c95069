/*
 * reassembly_test.h - the times that the tests of reassembly share.
 */
#ifndef REASSEMBLY_TEST_H
#define REASSEMBLY_TEST_H

#include "reassembly.h"

#define HOUR 3600000LL
#define DAY (24 * HOUR)
#define SINCE 1760000000000LL

static const struct reassembly_timing timing = {
	.quiet_ms = 60000,
	.ack_sms = 16,
	.ack_every_ms = DAY,
	.ack_latest_ms = 3 * DAY,
	.again_ms = HOUR,
};

#endif
