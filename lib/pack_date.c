/*
 * Dates as vCard has them: 1970-01-31, or --01-31 without a year.
 */
#include <string.h>

#include "pack_mix.h"

#define YEAR_BITS 11
#define MONTH_BITS 4
#define DAY_BITS 5

/* Part of a date, in that many digits from text on; -1: they are none. */
static int
number_at(const char *text, int digits)
{
	int v = 0;

	for (; digits > 0; digits--, text++) {
		if (*text < '0' || *text > '9')
			return -1;
		v = v * 10 + *text - '0';
	}
	return v;
}

/* v in that many digits; where the text goes on. */
static char *
put_number(char *out, unsigned v, int digits)
{
	for (int i = digits; i-- > 0; v /= 10)
		out[i] = (char)('0' + v % 10);
	return out + digits;
}

static void
put(char out[static PACK_DATE_MAX + 1], const unsigned part[static 3])
{
	if (part[0] == 0)
		*out++ = '-';
	else
		out = put_number(out, part[0], 4);
	*out++ = '-';
	out = put_number(out, part[1], 2);
	*out++ = '-';
	out = put_number(out, part[2], 2);
	*out = '\0';
}

/* Is text what put() makes of these three? */
static bool
take(const char *text, unsigned part[static 3])
{
	char back[PACK_DATE_MAX + 1];
	bool whole = strlen(text) == 10;
	int year = whole ? number_at(text, 4) : 0, month, day;

	if (!whole && strlen(text) != 7)
		return false;
	month = number_at(text + (whole ? 5 : 2), 2);
	day = number_at(text + (whole ? 8 : 5), 2);
	if (year < 0 || year >= 1 << YEAR_BITS || month < 0 ||
	    month >= 1 << MONTH_BITS || day < 0 || day >= 1 << DAY_BITS)
		return false;
	part[0] = (unsigned)year;
	part[1] = (unsigned)month;
	part[2] = (unsigned)day;
	put(back, part);
	return strcmp(back, text) == 0;
}

bool
pack_date(struct mix *x, char *text)
{
	static const unsigned bits[3] = { YEAR_BITS, MONTH_BITS, DAY_BITS };
	unsigned part[3] = { 0 };
	bool is = x->c.mode != CODER_READ && take(text, part);

	is = model_bit(x->m, &x->c, mix_context(Q_DATE, 0, 0), is) != 0;
	if (!is)
		return false;
	for (unsigned i = 0; i < 3; i++)
		part[i] = model_tree(x->m, &x->c, mix_context(Q_DATE, i + 1, 0),
		    bits[i], part[i]);
	put(text, part);
	return true;
}
