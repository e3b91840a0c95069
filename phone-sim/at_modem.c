/*
 * The commands that are about the modem itself and its network.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "at_internal.h"

static int
only_get(enum at_verb verb)
{
	return verb == AT_DO || verb == AT_LIST ? AT_OK : AT_ERROR;
}

static int
identity(struct at *a, enum at_verb verb, const char *text)
{
	if (verb == AT_DO)
		at_say(a, "%s", text);
	return only_get(verb);
}

static int
cmd_cgmi(struct at *a, enum at_verb verb, struct at_args *args)
{
	(void)args;
	return identity(a, verb, "smsvault");
}

static int
cmd_cgmm(struct at *a, enum at_verb verb, struct at_args *args)
{
	(void)args;
	return identity(a, verb, "phone-sim");
}

static int
cmd_cgmr(struct at *a, enum at_verb verb, struct at_args *args)
{
	(void)args;
	return identity(a, verb, "1.0");
}

static int
cmd_cgsn(struct at *a, enum at_verb verb, struct at_args *args)
{
	(void)args;
	return identity(a, verb, a->setup.imei);
}

static int
cmd_cimi(struct at *a, enum at_verb verb, struct at_args *args)
{
	(void)args;
	return identity(a, verb, a->setup.imsi);
}

static int
cmd_ccid(struct at *a, enum at_verb verb, struct at_args *args)
{
	(void)args;
	if (verb == AT_DO || verb == AT_GET)
		at_say(a, "+CCID: %s", a->setup.iccid);
	return AT_OK;
}

/* A number from 0 to max that is asked for and set; usual stands for none, or
 * is -1 where one must be given. */
static int
setting(struct at *a, enum at_verb verb, struct at_args *args, const char *name,
    const char *values, long max, long usual, int *value)
{
	long v;

	switch (verb) {
	case AT_LIST:
		at_say(a, "%s: (%s)", name, values);
		return AT_OK;
	case AT_GET:
		at_say(a, "%s: %d", name, *value);
		return AT_OK;
	case AT_DO:
	case AT_SET:
		break;
	}
	if ((v = at_int(args, 0, max, usual)) < 0)
		return CME_BAD_PARAMETER;
	*value = (int)v;
	return AT_OK;
}

static int
cmd_cmee(struct at *a, enum at_verb verb, struct at_args *args)
{
	return setting(a, verb, args, "+CMEE", "0-2", 2, 0, &a->cmee);
}

static int
cmd_cscs(struct at *a, enum at_verb verb, struct at_args *args)
{
	static const char *const sets[] = { "GSM", "IRA", "UCS2" };

	switch (verb) {
	case AT_LIST:
		at_say(a, "+CSCS: (\"GSM\",\"IRA\",\"UCS2\")");
		return AT_OK;
	case AT_GET:
		at_say(a, "+CSCS: \"%s\"", a->charset);
		return AT_OK;
	case AT_DO:
		return CME_BAD_PARAMETER;
	case AT_SET:
		break;
	}
	for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++) {
		if (strcmp(args->arg[0], sets[i]) == 0) {
			snprintf(a->charset, sizeof a->charset, "%s", sets[i]);
			return AT_OK;
		}
	}
	return CME_BAD_PARAMETER;
}

static int
cmd_cpin(struct at *a, enum at_verb verb, struct at_args *args)
{
	(void)args;
	switch (verb) {
	case AT_GET:
		at_say(a, "+CPIN: READY");
		return AT_OK;
	case AT_LIST:
		return AT_OK;
	case AT_SET:
	case AT_DO:
		break;
	}
	return CME_NOT_ALLOWED; /* none is wanted */
}

static int
cmd_csq(struct at *a, enum at_verb verb, struct at_args *args)
{
	(void)args;
	if (verb == AT_LIST)
		at_say(a, "+CSQ: (0-31,99),(0-7,99)");
	else if (verb == AT_DO)
		at_say(a, "+CSQ: %d,%d",
		    a->registered == 1 || a->registered == 5 ? a->rssi : 99,
		    a->registered == 1 || a->registered == 5 ? 0 : 99);
	return only_get(verb);
}

static int
cmd_cbc(struct at *a, enum at_verb verb, struct at_args *args)
{
	(void)args;
	if (verb == AT_DO)
		at_say(a, "+CBC: 0,100");
	else if (verb == AT_LIST)
		at_say(a, "+CBC: (0-3),(0-100)");
	return only_get(verb);
}

int
at_modem_registration(const struct at *a)
{
	return a->cfun == 1 ? a->registered : 0;
}

static void
say_registration(struct at *a, const char *name, int mode)
{
	int r = at_modem_registration(a);

	if (mode == 2 && (r == 1 || r == 5))
		at_say(a, "%s: %d,%d,\"00C3\",\"A2B4\"", name, mode, r);
	else
		at_say(a, "%s: %d,%d", name, mode, r);
}

void
at_modem_announce(struct at *a)
{
	int r = at_modem_registration(a);
	bool on = r == 1 || r == 5;

	if (a->creg > 0)
		at_urc(a,
		    a->creg == 2 && on ? "+CREG: %d,\"00C3\",\"A2B4\""
				       : "+CREG: %d",
		    r);
	if (a->cgreg > 0)
		at_urc(a,
		    a->cgreg == 2 && on ? "+CGREG: %d,\"00C3\",\"A2B4\""
					: "+CGREG: %d",
		    r);
	if (on)
		a->host->ready(a->host->ctx);
}

static int
network_report(struct at *a, enum at_verb verb, struct at_args *args,
    const char *name, int *mode)
{
	if (verb != AT_GET)
		return setting(a, verb, args, name, "0-2", 2, 0, mode);
	say_registration(a, name, *mode);
	return AT_OK;
}

static int
cmd_creg(struct at *a, enum at_verb verb, struct at_args *args)
{
	return network_report(a, verb, args, "+CREG", &a->creg);
}

static int
cmd_cgreg(struct at *a, enum at_verb verb, struct at_args *args)
{
	return network_report(a, verb, args, "+CGREG", &a->cgreg);
}

static int
cmd_cgatt(struct at *a, enum at_verb verb, struct at_args *args)
{
	return setting(a, verb, args, "+CGATT", "0,1", 1, -1, &a->attached);
}

static int
cmd_cops(struct at *a, enum at_verb verb, struct at_args *args)
{
	int r = at_modem_registration(a);
	long mode, format;

	switch (verb) {
	case AT_LIST:
		at_say(a, "+COPS: (2,\"%s\",\"%s\",\"%s\"),,(0-4),(0-2)",
		    a->setup.operator_name, a->setup.operator_name,
		    a->setup.plmn);
		return AT_OK;
	case AT_GET:
		if (r != 1 && r != 5)
			at_say(a, "+COPS: 0");
		else
			at_say(a, "+COPS: 0,%d,\"%s\"", a->cops_format,
			    a->cops_format == 2 ? a->setup.plmn
						: a->setup.operator_name);
		return AT_OK;
	case AT_DO:
		return CME_BAD_PARAMETER;
	case AT_SET:
		break;
	}
	mode = at_int(args, 0, 4, 0);
	format = at_int(args, 1, 2, a->cops_format);
	if (mode < 0 || format < 0)
		return CME_BAD_PARAMETER;
	a->cops_format = (int)format;
	return AT_OK;
}

void
at_modem_reset(struct at *a)
{
	a->mode = AT_COMMAND;
	a->echo = true;
	a->cmee = 0;
	a->creg = a->cgreg = 0;
	a->cops_format = 0;
	a->attached = 1;
	snprintf(a->charset, sizeof a->charset, "GSM");
	at_sms_reset(a);
}

static int
cmd_cfun(struct at *a, enum at_verb verb, struct at_args *args)
{
	long fun, reset;

	switch (verb) {
	case AT_LIST:
		at_say(a, "+CFUN: (0,1,4),(0,1)");
		return AT_OK;
	case AT_GET:
		at_say(a, "+CFUN: %d", a->cfun);
		return AT_OK;
	case AT_DO:
	case AT_SET:
		break;
	}
	fun = at_int(args, 0, 4, 1);
	reset = at_int(args, 1, 1, 0);
	if ((fun != 0 && fun != 1 && fun != 4) || reset < 0)
		return CME_BAD_PARAMETER;
	if (reset == 1)
		at_modem_reset(a);
	if (a->cfun != fun || reset == 1) {
		a->cfun = (int)fun;
		at_modem_announce(a);
	}
	return AT_OK;
}

static int
cmd_cclk(struct at *a, enum at_verb verb, struct at_args *args)
{
	time_t t = (time_t)(a->host->now_ms(a->host->ctx) / 1000);
	struct tm tm;

	(void)args;
	if (verb == AT_GET && gmtime_r(&t, &tm) != NULL)
		at_say(a, "+CCLK: \"%02d/%02d/%02d,%02d:%02d:%02d+00\"",
		    tm.tm_year % 100, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
		    tm.tm_min, tm.tm_sec);
	return verb == AT_DO ? CME_BAD_PARAMETER : AT_OK;
}

/* The modem's own phone book is there and empty. */
static int
cmd_cpbs(struct at *a, enum at_verb verb, struct at_args *args)
{
	switch (verb) {
	case AT_LIST:
		at_say(a, "+CPBS: (\"SM\",\"ME\")");
		return AT_OK;
	case AT_GET:
		at_say(a, "+CPBS: \"SM\",0,250");
		return AT_OK;
	case AT_DO:
		return CME_BAD_PARAMETER;
	case AT_SET:
		break;
	}
	return strcmp(args->arg[0], "SM") == 0 ||
		       strcmp(args->arg[0], "ME") == 0
		   ? AT_OK
		   : CME_BAD_PARAMETER;
}

static int
cmd_cpbr(struct at *a, enum at_verb verb, struct at_args *args)
{
	if (verb == AT_LIST)
		at_say(a, "+CPBR: (1-250),40,20");
	if (verb == AT_SET &&
	    (at_int(args, 0, 250, -1) < 1 || at_int(args, 1, 250, 1) < 1))
		return CME_BAD_PARAMETER;
	return verb == AT_LIST || verb == AT_SET ? AT_OK : CME_BAD_PARAMETER;
}

static int
cmd_accept(struct at *a, enum at_verb verb, struct at_args *args)
{
	(void)a;
	(void)verb;
	(void)args;
	return AT_OK;
}

const struct at_command at_modem_commands[] = {
	{ "CCID", cmd_ccid },
	{ "CBC", cmd_cbc },
	{ "CCLK", cmd_cclk },
	{ "CFUN", cmd_cfun },
	{ "CGATT", cmd_cgatt },
	{ "CGMI", cmd_cgmi },
	{ "CGMM", cmd_cgmm },
	{ "CGMR", cmd_cgmr },
	{ "CGREG", cmd_cgreg },
	{ "CGSN", cmd_cgsn },
	{ "CHUP", cmd_accept },
	{ "CIMI", cmd_cimi },
	{ "CLIP", cmd_accept },
	{ "CMEE", cmd_cmee },
	{ "COPS", cmd_cops },
	{ "CPBR", cmd_cpbr },
	{ "CPBS", cmd_cpbs },
	{ "CPIN", cmd_cpin },
	{ "CRC", cmd_accept },
	{ "CREG", cmd_creg },
	{ "CSCS", cmd_cscs },
	{ "CSQ", cmd_csq },
	{ "GMI", cmd_cgmi },
	{ "GMM", cmd_cgmm },
	{ "GMR", cmd_cgmr },
	{ "GSN", cmd_cgsn },
	{ "IPR", cmd_accept },
};
const size_t at_modem_ncommands =
    sizeof at_modem_commands / sizeof at_modem_commands[0];
