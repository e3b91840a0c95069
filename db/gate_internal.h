/*
 * gate_internal.h - shared by the files gate*.c.
 */
#ifndef GATE_INTERNAL_H
#define GATE_INTERNAL_H

#include "db_internal.h"
#include "gate.h"

/* Times travel as Unix milliseconds. */
#define TS(n) "to_timestamp($" #n "::bigint / 1000.0)"
#define MS(col) "coalesce((extract(epoch FROM " col ") * 1000)::bigint, 0)"

static inline void
arg_pair(struct db_args *a, int64_t account, int64_t phone)
{
	db_arg_int(a, account);
	db_arg_int(a, phone);
}

/* What is read of restore r. */
#define RESTORE_COLUMNS \
	"r.account_id, r.phone_id, r.restore_id, " \
	"coalesce(r.from_phone_id, 0), r.purpose <> 'restore' OR " \
	"r.from_phone_id = r.phone_id, r.state = 'cancelled', " \
	"NOT EXISTS (SELECT 1 FROM restore_item i WHERE i.account_id = " \
	" r.account_id AND i.restore_id = r.restore_id AND " \
	" i.transfer IS NULL), r.put_records "
/* And of its phone p. */
#define RESTORE_PHONE \
	"p.down_behind > 0 OR p.down_acked < p.down_anew, p.down_next, " \
	"p.down_alone, p.down_anew, p.down_base, p.down_digest "
/* RESTORE_COLUMNS of at most max ($1) restores. */
enum db_err gate_restores_query(struct db *db, const struct db_stmt *stmt,
    struct gate_restore *out, size_t max, size_t *n);
/* Lock one ($1, $2) with its phone: RESTORE_COLUMNS, RESTORE_PHONE and one
 * integer *more.  DB_NONE: it is not there, or another has it. */
enum db_err gate_restore_hold(struct db *db, const struct db_stmt *stmt,
    struct gate_restore *r, int64_t *more);

#endif
