/*
 * gate_internal.h - shared by the files gate*.c.
 */
#ifndef GATE_INTERNAL_H
#define GATE_INTERNAL_H

#include "db_internal.h"

/* Times travel as Unix milliseconds. */
#define TS(n) "to_timestamp($" #n "::bigint / 1000.0)"
#define MS(col) "coalesce((extract(epoch FROM " col ") * 1000)::bigint, 0)"

static inline void
arg_pair(struct db_args *a, int64_t account, int64_t phone)
{
	db_arg_int(a, account);
	db_arg_int(a, phone);
}

#endif
