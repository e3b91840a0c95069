#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "at_internal.h"

/* Which message storage is meant. */
static const char *
memory_name(const struct at *a, const struct store *s)
{
	return s == a->sim ? "SM" : "ME";
}

static struct store *
memory(struct at *a, const char *name)
{
	if (strcmp(name, "SM") == 0)
		return a->sim;
	return strcmp(name, "ME") == 0 ? a->me : NULL;
}

void
at_sms_reset(struct at *a)
{
	memset(a->cnmi, 0, sizeof a->cnmi);
	a->mms = 0;
	a->mem[0] = a->mem[1] = a->mem[2] = a->sim;
}

static bool
on_network(const struct at *a)
{
	return a->cfun == 1 && (a->registered == 1 || a->registered == 5);
}

/* An answer's line and, on the next one, the message. */
static void
say_pdu(struct at *a, const char *head, const uint8_t *pdu, size_t len)
{
	static const char digit[] = "0123456789ABCDEF";
	char out[2 + 64 + 2 + 2 * PDU_MAX + 2];
	int k = snprintf(out, 2 + 64, "\r\n%s", head);
	size_t n = (size_t)k;

	assert(k > 0 && k < 2 + 64 && len <= PDU_MAX);
	out[n++] = '\r';
	out[n++] = '\n';
	for (size_t i = 0; i < len; i++) {
		out[n++] = digit[pdu[i] >> 4];
		out[n++] = digit[pdu[i] & 15];
	}
	out[n++] = '\r';
	out[n++] = '\n';
	a->host->write(a->host->ctx, out, n);
}

/* +CPMS=mem1[,mem2[,mem3]] */
static int
cmd_cpms(struct at *a, enum at_verb verb, struct at_args *args)
{
	struct store *m[3] = { a->mem[0], a->mem[1], a->mem[2] };

	switch (verb) {
	case AT_LIST:
		at_say(a, "+CPMS: (\"SM\",\"ME\"),(\"SM\",\"ME\"),"
			  "(\"SM\",\"ME\")");
		return AT_OK;
	case AT_GET:
		at_say(a, "+CPMS: \"%s\",%zu,%zu,\"%s\",%zu,%zu,\"%s\",%zu,%zu",
		    memory_name(a, m[0]), store_used(m[0]), store_slots(m[0]),
		    memory_name(a, m[1]), store_used(m[1]), store_slots(m[1]),
		    memory_name(a, m[2]), store_used(m[2]), store_slots(m[2]));
		return AT_OK;
	case AT_DO:
		return AT_CMS + CMS_NOT_ALLOWED;
	case AT_SET:
		break;
	}
	for (int i = 0; i < 3 && i < args->n; i++)
		if (args->arg[i][0] != '\0' &&
		    (m[i] = memory(a, args->arg[i])) == NULL)
			return AT_CMS + CMS_NOT_ALLOWED;
	memcpy(a->mem, m, sizeof m);
	at_say(a, "+CPMS: %zu,%zu,%zu,%zu,%zu,%zu", store_used(m[0]),
	    store_slots(m[0]), store_used(m[1]), store_slots(m[1]),
	    store_used(m[2]), store_slots(m[2]));
	return AT_OK;
}

static int
cmd_cmgf(struct at *a, enum at_verb verb, struct at_args *args)
{
	switch (verb) {
	case AT_LIST:
		at_say(a, "+CMGF: (0)");
		return AT_OK;
	case AT_GET:
		at_say(a, "+CMGF: 0");
		return AT_OK;
	case AT_DO:
	case AT_SET:
		break;
	}
	return at_int(args, 0, 0, 0) == 0 ? AT_OK : AT_CMS + CMS_NOT_SUPPORTED;
}

static int
cmd_cmgr(struct at *a, enum at_verb verb, struct at_args *args)
{
	long n = at_int(args, 0, STORE_SLOTS_MAX, -1);
	struct store_slot *s;
	char head[64];

	if (verb != AT_SET)
		return verb == AT_LIST ? AT_OK : AT_CMS + CMS_NOT_ALLOWED;
	if (n < 0 || (s = store_slot(a->mem[0], (size_t)n)) == NULL)
		return AT_CMS + CMS_BAD_INDEX;
	if (at_fails(a, AT_F_READ_ERROR))
		return AT_CMS + CMS_UNKNOWN;
	if (s->state == STORE_FREE)
		return AT_OK;
	snprintf(head, sizeof head, "+CMGR: %u,,%zu", s->state,
	    pdu_tpdu_len(s->pdu, s->len));
	say_pdu(a, head, s->pdu, s->len);
	if (s->state == STORE_UNREAD)
		s->state = STORE_READ;
	return AT_OK;
}

static int
list_messages(struct at *a, long which)
{
	struct store *m = a->mem[0];
	size_t left = store_used(m);
	bool cut = left > 0 && at_fails(a, AT_F_LIST_CUT);
	char head[64];

	for (size_t n = 1; left > 0 && n <= store_slots(m); n++) {
		struct store_slot *s = store_slot(m, n);

		if (s->state == STORE_FREE)
			continue;
		left--;
		if (which != 4 && s->state != which)
			continue;
		snprintf(head, sizeof head, "+CMGL: %zu,%u,,%zu", n, s->state,
		    pdu_tpdu_len(s->pdu, s->len));
		if (cut) {
			at_say(a, "%s", head);
			return AT_NOTHING;
		}
		say_pdu(a, head, s->pdu, s->len);
		if (s->state == STORE_UNREAD)
			s->state = STORE_READ;
	}
	return AT_OK;
}

static int
cmd_cmgl(struct at *a, enum at_verb verb, struct at_args *args)
{
	long which = at_int(args, 0, 4, 0);

	if (verb == AT_LIST) {
		at_say(a, "+CMGL: (0-4)");
		return AT_OK;
	}
	if (verb == AT_GET || which < 0)
		return AT_CMS + CMS_PDU_PARAMETER;
	if (at_fails(a, AT_F_READ_ERROR))
		return AT_CMS + CMS_UNKNOWN;
	return list_messages(a, which);
}

/* +CMGD=index[,flag]: 1 all read, 2 and sent, 3 and unsent, 4 all. */
static bool
goes_too(uint8_t state, long flag)
{
	switch (state) {
	case STORE_READ:
		return flag >= 1;
	case STORE_SENT:
		return flag >= 2;
	case STORE_UNSENT:
		return flag >= 3;
	case STORE_UNREAD:
		return flag >= 4;
	default:
		return false;
	}
}

static int
cmd_cmgd(struct at *a, enum at_verb verb, struct at_args *args)
{
	struct store *m = a->mem[0];
	long n = at_int(args, 0, STORE_SLOTS_MAX, -1);
	long flag = at_int(args, 1, 4, 0);

	if (verb == AT_LIST) {
		at_say(a, "+CMGD: (1-%zu),(0-4)", store_slots(m));
		return AT_OK;
	}
	if (verb != AT_SET || flag < 0)
		return AT_CMS + CMS_PDU_PARAMETER;
	if (flag == 0 && (n < 1 || store_slot(m, (size_t)n) == NULL))
		return AT_CMS + CMS_BAD_INDEX;
	if (at_fails(a, AT_F_DELETE_ERROR))
		return AT_CMS + CMS_UNKNOWN;
	if (flag == 0)
		store_delete(m, (size_t)n);
	for (size_t i = 1; flag > 0 && i <= store_slots(m); i++)
		if (goes_too(store_slot(m, i)->state, flag))
			store_delete(m, i);
	if (store_used(a->mem[2]) < store_slots(a->mem[2]))
		a->host->ready(a->host->ctx);
	return AT_OK;
}

static int
cmd_cnmi(struct at *a, enum at_verb verb, struct at_args *args)
{
	static const int max[5] = { 2, 3, 3, 2, 1 };
	int v[5];

	switch (verb) {
	case AT_LIST:
		at_say(a, "+CNMI: (0-2),(0-3),(0,2,3),(0-2),(0,1)");
		return AT_OK;
	case AT_GET:
		at_say(a, "+CNMI: %d,%d,%d,%d,%d", a->cnmi[0], a->cnmi[1],
		    a->cnmi[2], a->cnmi[3], a->cnmi[4]);
		return AT_OK;
	case AT_DO:
	case AT_SET:
		break;
	}
	for (int i = 0; i < 5; i++) {
		v[i] = (int)at_int(args, i, max[i], 0);
		if (v[i] < 0 || (i == 2 && v[i] == 1))
			return AT_CMS + CMS_NOT_SUPPORTED;
	}
	memcpy(a->cnmi, v, sizeof v);
	return AT_OK;
}

static int
cmd_csca(struct at *a, enum at_verb verb, struct at_args *args)
{
	switch (verb) {
	case AT_GET:
		at_say(a, "+CSCA: \"%s\",%d", a->smsc,
		    a->smsc[0] == '+' ? 145 : 129);
		return AT_OK;
	case AT_LIST:
		return AT_OK;
	case AT_DO:
		return AT_CMS + CMS_PDU_PARAMETER;
	case AT_SET:
		break;
	}
	if (!pdu_is_number(args->arg[0]))
		return AT_CMS + CMS_PDU_PARAMETER;
	snprintf(a->smsc, sizeof a->smsc, "%s", args->arg[0]);
	return AT_OK;
}

static int
cmd_cmms(struct at *a, enum at_verb verb, struct at_args *args)
{
	long v;

	if (verb == AT_LIST)
		at_say(a, "+CMMS: (0-2)");
	else if (verb == AT_GET)
		at_say(a, "+CMMS: %d", a->mms);
	else if ((v = at_int(args, 0, 2, 0)) < 0)
		return AT_CMS + CMS_NOT_SUPPORTED;
	else
		a->mms = (int)v;
	return AT_OK;
}

static int
cmd_csms(struct at *a, enum at_verb verb, struct at_args *args)
{
	if (verb == AT_LIST)
		at_say(a, "+CSMS: (0)");
	else if (verb == AT_GET)
		at_say(a, "+CSMS: 0,1,1,0");
	else if (at_int(args, 0, 0, 0) < 0)
		return AT_CMS + CMS_NOT_SUPPORTED;
	else
		at_say(a, "+CSMS: 1,1,0");
	return AT_OK;
}

/* ---- sending ---- */

static int
prompt(struct at *a, enum at_mode mode, long len)
{
	if (len < 7 || len > 164)
		return AT_CMS + CMS_PDU_PARAMETER;
	a->submit_len = (size_t)len;
	a->mode = mode;
	at_put(a, "\r\n> ");
	return AT_NOTHING;
}

static int
cmd_cmgs(struct at *a, enum at_verb verb, struct at_args *args)
{
	if (verb == AT_LIST)
		return AT_OK;
	return prompt(a, AT_PDU_SEND, at_int(args, 0, 255, -1));
}

static int
cmd_cmgw(struct at *a, enum at_verb verb, struct at_args *args)
{
	long state = at_int(args, 1, 3, STORE_UNSENT);

	if (verb == AT_LIST)
		return AT_OK;
	if (state < 0)
		return AT_CMS + CMS_PDU_PARAMETER;
	a->write_state = (int)state;
	return prompt(a, AT_PDU_WRITE, at_int(args, 0, 255, -1));
}

/* The network takes it, unless a fault says otherwise. */
static int
submit(struct at *a, const uint8_t *pdu, size_t len, const char *answer)
{
	struct pdu m;
	int64_t now = a->host->now_ms(a->host->ctx);
	int err;

	if (pdu_decode_submit(pdu, len, now, &m) != PDU_OK)
		return AT_CMS + CMS_PDU_PARAMETER;
	if (at_fails(a, AT_F_SEND_REFUSE))
		return AT_CMS + CMS_UNKNOWN;
	if (!on_network(a))
		return AT_CMS + CMS_NO_NETWORK;
	if (m.smsc[0] == '\0')
		snprintf(m.smsc, sizeof m.smsc, "%s", a->smsc);
	m.reference = a->reference++;
	if ((err = a->host->submit(a->host->ctx, &m)) != 0)
		return AT_CMS + err;
	if (at_fails(a, AT_F_SEND_ERROR))
		return AT_CMS + CMS_UNKNOWN;
	if (at_fails(a, AT_F_SEND_SILENT))
		return AT_NOTHING;
	at_say(a, "%s: %u", answer, m.reference);
	return AT_OK;
}

static int
cmd_cmss(struct at *a, enum at_verb verb, struct at_args *args)
{
	long n = at_int(args, 0, STORE_SLOTS_MAX, -1);
	struct store_slot *s;
	int final;

	if (verb != AT_SET)
		return verb == AT_LIST ? AT_OK : AT_CMS + CMS_NOT_ALLOWED;
	if (n < 0 || (s = store_slot(a->mem[1], (size_t)n)) == NULL ||
	    (s->state != STORE_UNSENT && s->state != STORE_SENT))
		return AT_CMS + CMS_BAD_INDEX;
	if ((final = submit(a, s->pdu, s->len, "+CMSS")) == AT_OK)
		s->state = STORE_SENT;
	return final;
}

static int
half(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return (c | 0x20) - 'a' + 10;
}

int
at_sms_body(struct at *a)
{
	uint8_t pdu[AT_LINE_MAX / 2];
	size_t len = a->len / 2, slot;

	for (size_t i = 0; i < len; i++)
		pdu[i] = (uint8_t)(half(a->line[2 * i]) << 4 |
				   half(a->line[2 * i + 1]));
	if (a->len % 2 != 0 || len == 0 || len > PDU_MAX ||
	    pdu_tpdu_len(pdu, len) != a->submit_len)
		return AT_CMS + CMS_PDU_PARAMETER;
	if (a->prompt == AT_PDU_SEND)
		return submit(a, pdu, len, "+CMGS");
	slot = store_put(a->mem[1], (enum store_state)a->write_state, pdu, len);
	if (slot == 0)
		return AT_CMS + CMS_FULL;
	at_say(a, "+CMGW: %zu", slot);
	return AT_OK;
}

/* ---- receiving ---- */

/* At once to the line, as +CMT and +CDS; nobody acknowledges it. */
static void
pass_on(struct at *a, const char *name, const uint8_t *pdu, size_t len)
{
	char hex[2 * PDU_MAX + 1];

	for (size_t i = 0; i < len; i++)
		snprintf(hex + 2 * i, 3, "%02X", pdu[i]);
	at_urc(a, "%s%zu\r\n%s", name, pdu_tpdu_len(pdu, len), hex);
}

static size_t
keep(struct at *a, const uint8_t *pdu, size_t len)
{
	if (a->fault[AT_F_SIM_FULL] > 0)
		return 0;
	return store_put(a->mem[2], STORE_UNREAD, pdu, len);
}

enum at_taken
at_deliver(struct at *a, const struct pdu *m)
{
	bool report = m->type == PDU_STATUS_REPORT;
	int mode = report ? a->cnmi[3] : a->cnmi[1];
	uint8_t pdu[PDU_MAX];
	size_t len, slot;

	if (!on_network(a))
		return AT_ABSENT;
	if (report && mode == 0)
		return AT_TAKEN;
	len = pdu_encode(m, pdu);
	if ((report && mode == 1) || (!report && mode == 2)) {
		pass_on(a, report ? "+CDS: " : "+CMT: ,", pdu, len);
		return AT_TAKEN;
	}
	if ((slot = keep(a, pdu, len)) == 0)
		return AT_FULL;
	if (mode != 0)
		at_urc(a, "%s: \"%s\",%zu", report ? "+CDSI" : "+CMTI",
		    memory_name(a, a->mem[2]), slot);
	return AT_TAKEN;
}

size_t
at_put_raw(struct at *a, size_t slot, const uint8_t *p, size_t n)
{
	if (slot == 0)
		slot = store_put(a->sim, STORE_UNREAD, p, n);
	else if (store_put_at(a->sim, slot, STORE_UNREAD, p, n) != 0)
		slot = 0;
	if (slot != 0 && a->cnmi[1] != 0)
		at_urc(a, "+CMTI: \"SM\",%zu", slot);
	return slot;
}

const struct at_command at_sms_commands[] = {
	{ "CMGD", cmd_cmgd },
	{ "CMGF", cmd_cmgf },
	{ "CMGL", cmd_cmgl },
	{ "CMGR", cmd_cmgr },
	{ "CMGS", cmd_cmgs },
	{ "CMGW", cmd_cmgw },
	{ "CMMS", cmd_cmms },
	{ "CMSS", cmd_cmss },
	{ "CNMI", cmd_cnmi },
	{ "CPMS", cmd_cpms },
	{ "CSCA", cmd_csca },
	{ "CSMS", cmd_csms },
};
const size_t at_sms_ncommands =
    sizeof at_sms_commands / sizeof at_sms_commands[0];
