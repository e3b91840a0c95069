#include "operator.h"

#include "operator_internal.h"

static void
read_day(const PGresult *res, int row, void *out)
{
	struct operator_day *d = out;

	d->days_ago = (int)db_int(res, row, 0);
	d->in = db_int(res, row, 1);
	d->out = db_int(res, row, 2);
	d->cost_milli = db_int(res, row, 3);
}

enum db_err
operator_days(struct db *db, int days, struct operator_day **out, size_t *n)
{
	static const struct db_stmt stmt = { "op_days", 1,
		"WITH t AS (SELECT (now() AT TIME ZONE 'UTC')::date AS today), "
		"i AS (SELECT day, sum(sms_up) AS sms FROM traffic, t WHERE "
		"  day > today - $1::int GROUP BY day), "
		"o AS (SELECT day, sum(sms) AS sms, sum(cost_milli) AS cost "
		"  FROM spend, t WHERE day > today - $1::int GROUP BY day) "
		"SELECT ago, coalesce(i.sms, 0), coalesce(o.sms, 0), "
		" coalesce(o.cost, 0) FROM t, generate_series(0, $1::int - 1) "
		" ago LEFT JOIN i ON i.day = (SELECT today FROM t) - ago "
		" LEFT JOIN o ON o.day = (SELECT today FROM t) - ago "
		"ORDER BY ago" };
	struct db_args a = { 0 };
	void *rows = NULL;
	enum db_err err;

	db_arg_int(&a, days);
	err = operator_rows(db, &stmt, &a, sizeof **out, read_day, &rows, n);
	*out = rows;
	return err;
}

static void
read_month(const PGresult *res, int row, void *out)
{
	struct operator_month *m = out;

	db_text(res, row, 0, m->month, sizeof m->month);
	m->out = db_int(res, row, 1);
	m->cost_milli = db_int(res, row, 2);
}

enum db_err
operator_months(
    struct db *db, int months, struct operator_month **out, size_t *n)
{
	static const struct db_stmt stmt = { "op_months", 1,
		"WITH first AS (SELECT (date_trunc('month', now() AT TIME ZONE "
		"  'UTC') - make_interval(months => $1::int - 1))::date AS day), "
		"m AS (SELECT (day + make_interval(months => g))::date AS month "
		"  FROM first, generate_series(0, $1::int - 1) g), "
		"s AS (SELECT date_trunc('month', spend.day)::date AS month, "
		"  sum(sms) AS sms, sum(cost_milli) AS cost FROM spend, first "
		"  WHERE spend.day >= first.day GROUP BY 1) "
		"SELECT to_char(month, 'YYYY-MM'), coalesce(sms, 0), "
		" coalesce(cost, 0) FROM m LEFT JOIN s USING (month) "
		"ORDER BY month" };
	struct db_args a = { 0 };
	void *rows = NULL;
	enum db_err err;

	db_arg_int(&a, months);
	err = operator_rows(db, &stmt, &a, sizeof **out, read_month, &rows, n);
	*out = rows;
	return err;
}
