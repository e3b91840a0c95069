/*
 * The AT dialogue, octet by octet, against transcripts in tests/transcripts:
 *
 *   > AT+CMGF=0     typed, and CR behind it
 *   >> 0001...      typed, and Ctrl-Z behind it
 *   >ESC            the escape key
 *   ! EVENT         something happens: see happen()
 *   < OK            the answer: CR LF, this, CR LF
 *   <+ 0791...      goes on: this, CR LF
 *   <PROMPT         CR LF, ">", blank
 *
 * The echo of what is typed comes first unless there was an ATE0.  With
 * SIM_AT_SHOW=FILE in the environment the program prints that transcript with
 * the answers as they are.
 */
#include <stdio.h>
#include <string.h>

#include "at.h"
#include "check_main.h"
#include "pdu.h"
#include "text.h"

#define NOW_MS INT64_C(1795521600000) /* 2026-11-24 12:00 UTC */

static const char *const transcripts[] = { "faults", "libgammu", "line",
	"memory", "network", "receive", "report", "send" };

struct table {
	struct at *at;
	char out[65536];
	size_t len;
	bool echo;
	struct pdu last; /* submitted */
	int submitted, refuse, readied;
};

static int64_t
now_ms(void *ctx)
{
	(void)ctx;
	return NOW_MS;
}

static void
take_output(void *ctx, const void *p, size_t n)
{
	struct table *t = ctx;

	ck_assert_uint_lt(t->len + n, sizeof t->out);
	memcpy(t->out + t->len, p, n);
	t->len += n;
}

static int
submit(void *ctx, struct pdu *m)
{
	struct table *t = ctx;

	t->last = *m;
	t->submitted++;
	return t->refuse;
}

static void
ready(void *ctx)
{
	((struct table *)ctx)->readied++;
}

static const struct at_setup setup = { .imei = "356938030000005",
	.imsi = "244054000000000",
	.iccid = "89358000000000000007",
	.smsc = "+358401009999",
	.plmn = "24405",
	.operator_name = "Simulated",
	.slots_sim = 5,
	.slots_me = 3 };

static void
open_table(struct table *t, struct at_host *host)
{
	memset(t, 0, sizeof *t);
	*host = (struct at_host){ t, now_ms, take_output, submit, ready };
	t->at = at_new(host, &setup);
	t->echo = true;
	ck_assert_ptr_nonnull(t->at);
}

static struct pdu
message(const char *from, const char *text)
{
	struct pdu m;

	ck_assert_int_eq(text_to_parts(text, 0, &m, 1), 1);
	m.type = PDU_DELIVER;
	m.time_ms = NOW_MS;
	snprintf(m.number, sizeof m.number, "%s", from);
	snprintf(m.smsc, sizeof m.smsc, "%s", setup.smsc);
	return m;
}

/* "! deliver FROM TEXT", "! report NUMBER REF STATUS", "! fault NAME COUNT",
 * "! network N", "! signal N", "! refuse N", "! hangup" */
static void
happen(struct table *t, const char *event)
{
	static const char *const taken[] = { "taken", "full", "absent" };
	char word[32], arg[32], text[200], line[64];
	unsigned v = 0, w = 0;
	struct pdu m;

	if (sscanf(event, "deliver %31s %199[^\n]", arg, text) == 2) {
		m = message(arg, text);
		snprintf(
		    line, sizeof line, "(%s)", taken[at_deliver(t->at, &m)]);
		if (strcmp(line, "(taken)") != 0)
			take_output(t, line, strlen(line));
	} else if (sscanf(event, "report %31s %u %u", arg, &v, &w) == 3) {
		m = (struct pdu){ .type = PDU_STATUS_REPORT,
			.reference = (uint8_t)v,
			.status = (uint8_t)w,
			.time_ms = NOW_MS - 5000,
			.discharge_ms = NOW_MS };
		snprintf(m.number, sizeof m.number, "%.23s", arg);
		snprintf(m.smsc, sizeof m.smsc, "%s", setup.smsc);
		at_deliver(t->at, &m);
	} else if (sscanf(event, "fault %31s %u", word, &v) == 2) {
		for (int f = 0; f < AT_F_COUNT; f++)
			if (strcmp(word, at_fault_name(f)) == 0)
				at_set_fault(t->at, f, v);
	} else if (sscanf(event, "network %u", &v) == 1) {
		at_set_network(t->at, (int)v);
	} else if (sscanf(event, "signal %u", &v) == 1) {
		at_set_signal(t->at, (int)v);
	} else if (sscanf(event, "refuse %u", &v) == 1) {
		t->refuse = (int)v;
	} else if (strcmp(event, "hangup") == 0) {
		at_hangup(t->at);
	} else {
		ck_abort_msg("no such event: %s", event);
	}
}

static void
type(struct table *t, const char *text, const char *end, char *echo, size_t cap)
{
	size_t n;

	echo[0] = '\0';
	if (t->echo && at_fault_left(t->at, AT_F_MUTE) == 0 &&
	    at_fault_left(t->at, AT_F_STUCK) == 0)
		snprintf(echo, cap, "%s%s", text, end);
	at_input(t->at, (const uint8_t *)text, strlen(text));
	at_input(t->at, (const uint8_t *)end, strlen(end));
	n = strlen(text);
	if (n == 4 && strncmp(text, "ATE", 3) == 0)
		t->echo = text[3] == '1';
}

/* The answer so far must be what the transcript has shown. */
static void
compare(struct table *t, const char *file, int line, const char *want)
{
	t->out[t->len] = '\0';
	ck_assert_msg(strcmp(t->out, want) == 0,
	    "%s.at:%d: got \"%s\", want \"%s\"", file, line, t->out, want);
	t->len = 0;
}

static FILE *
open_transcript(const char *name)
{
	const char *top = getenv("top_srcdir");
	char path[4096];
	FILE *f;

	snprintf(path, sizeof path, "%s/tests/transcripts/%s.at",
	    top != NULL ? top : ".", name);
	f = fopen(path, "r");
	ck_assert_msg(f != NULL, "cannot open %s", path);
	return f;
}

/* A line of input; echo is what comes back of it. */
static void
input(struct table *t, const char *p, char *echo, size_t cap)
{
	echo[0] = '\0';
	if (strncmp(p, ">> ", 3) == 0)
		type(t, p + 3, "\x1a", echo, cap);
	else if (strcmp(p, ">ESC") == 0)
		type(t, "", "\x1b", echo, cap);
	else if (strncmp(p, "> ", 2) == 0)
		type(t, p + 2, "\r", echo, cap);
	else
		happen(t, p + 2);
}

/* A line of an answer, behind what is wanted already. */
static void
expect(const char *p, char *want, size_t cap)
{
	size_t n = strlen(want);

	if (strcmp(p, "<PROMPT") == 0)
		snprintf(want + n, cap - n, "\r\n> ");
	else if (strncmp(p, "<+ ", 3) == 0)
		snprintf(want + n, cap - n, "%s\r\n", p + 3);
	else if (strncmp(p, "<= ", 3) == 0) /* nothing around it */
		snprintf(want + n, cap - n, "%s", p + 3);
	else if (strncmp(p, "< ", 2) == 0)
		snprintf(want + n, cap - n, "\r\n%s\r\n", p + 2);
	else
		ck_abort_msg("not understood: %s", p);
}

/* The answer as a transcript has it. */
static void
show_answer(struct table *t, const char *echo)
{
	const char *p = t->out;

	t->out[t->len] = '\0';
	if (strncmp(p, echo, strlen(echo)) == 0)
		p += strlen(echo);
	while (*p != '\0') {
		const char *head = "<+ ";

		if (strncmp(p, "\r\n> ", 4) == 0) {
			puts("<PROMPT");
			p += 4;
			continue;
		}
		if (strncmp(p, "\r\n", 2) == 0) {
			head = "< ";
			p += 2;
		} else if (strchr(p, '\r') == NULL) {
			head = "<= ";
		}
		printf("%s%.*s\n", head, (int)strcspn(p, "\r"), p);
		p += strcspn(p, "\r");
		p += *p == '\r' ? 2 : 0;
	}
	t->len = 0;
}

static void
play(const char *name, bool show)
{
	char line[1200], want[16384] = "";
	struct at_host host;
	struct table t;
	FILE *f = open_transcript(name);
	int n = 0;

	open_table(&t, &host);
	while (fgets(line, sizeof line, f) != NULL) {
		n++;
		line[strcspn(line, "\n")] = '\0';
		if (show && *line != '<')
			puts(line);
		if (*line == '#' || *line == '\0')
			continue;
		if (*line == '<') {
			expect(line, want, sizeof want);
			continue;
		}
		if (!show)
			compare(&t, name, n - 1, want);
		input(&t, line, want, sizeof want);
		if (show)
			show_answer(&t, want);
	}
	if (!show)
		compare(&t, name, n, want);
	fclose(f);
	at_free(t.at);
}

START_TEST(transcript)
{
	play(transcripts[_i], false);
}
END_TEST

START_TEST(show_transcript)
{
	play(getenv("SIM_AT_SHOW"), true);
	fflush(stdout);
}
END_TEST

/* What the modem hands to the network is what was typed. */
START_TEST(submit_reaches_the_network)
{
	static const char line[] =
	    "AT+CMGS=23\r"
	    "0071000B915348000000F10004A70B0605044156415601020304\x1a";
	struct at_host host;
	struct table t;

	open_table(&t, &host);
	at_input(t.at, (const uint8_t *)line, strlen(line));
	ck_assert_int_eq(t.submitted, 0); /* the length is wrong */
	t.len = 0;
	at_input(t.at, (const uint8_t *)"AT+CMGS=25\r", 11);
	at_input(t.at, (const uint8_t *)line + 11, strlen(line) - 11);
	ck_assert_int_eq(t.submitted, 1);
	ck_assert_str_eq(t.last.number, "+35840000001");
	ck_assert_str_eq(t.last.smsc, setup.smsc);
	ck_assert(t.last.report && t.last.header);
	ck_assert_int_eq(t.last.validity_ms, INT64_C(86400000));
	ck_assert_uint_eq(t.last.ud_len, 11);
	ck_assert_mem_eq(
	    t.last.ud, "\x06\x05\x04\x41\x56\x41\x56\x01\x02\x03\x04", 11);
	at_free(t.at);
}
END_TEST

/* Of a flood of announcements those that do not fit are left out, whole. */
START_TEST(announcements_are_bounded)
{
	struct at_setup big = setup;
	struct at_host host;
	struct table t;
	struct pdu m = message("+358501234567", "x");
	struct at *a;

	open_table(&t, &host);
	big.slots_sim = 5000;
	a = at_new(&host, &big);
	at_input(a, (const uint8_t *)"AT+CNMI=2,1\rAT+CMGF", 19);
	t.len = 0;
	for (int i = 0; i < 5000; i++)
		ck_assert_int_eq(at_deliver(a, &m), AT_TAKEN);
	ck_assert_uint_eq(t.len, 0); /* a command is half typed */
	at_input(a, (const uint8_t *)"=0\r", 3);
	ck_assert_uint_gt(t.len, 10000);
	ck_assert_uint_lt(t.len, 20000);
	ck_assert_uint_eq(t.out[t.len - 1], '\n');
	ck_assert_uint_eq(store_used(at_store_sim(a)), 5000);
	at_free(a);
	at_free(t.at);
}
END_TEST

/* Lowest free slot first; full is full; deleting makes room. */
START_TEST(slots)
{
	struct store *s = store_new(130);

	for (size_t i = 1; i <= 130; i++)
		ck_assert_uint_eq(
		    store_put(s, STORE_UNREAD, (const uint8_t *)"x", 1), i);
	ck_assert_uint_eq(
	    store_put(s, STORE_UNREAD, (const uint8_t *)"x", 1), 0);
	store_delete(s, 129);
	store_delete(s, 64);
	store_delete(s, 64);
	store_delete(s, 0);
	store_delete(s, 131);
	ck_assert_uint_eq(store_used(s), 128);
	ck_assert_uint_eq(
	    store_put(s, STORE_READ, (const uint8_t *)"y", 1), 64);
	ck_assert_uint_eq(
	    store_put(s, STORE_READ, (const uint8_t *)"y", 1), 129);
	ck_assert_ptr_null(store_slot(s, 0));
	ck_assert_ptr_null(store_slot(s, 131));
	store_free(s);
}
END_TEST

/* Whatever is typed, in whatever pieces, it goes on answering. */
START_TEST(noise_is_survived)
{
	static const char *const words[] = { "AT", "+CMGS=", "+CMGR=", "+CMGL",
		"=", "?", "=?", "\r", "\x1a", "\x1b", "\"", ",", ";", "9999999",
		"-1", "4", "+CMGD=1", "+CNMI=2,1,0,2,0", "+CPMS=\"SM\"",
		"0011000B91", "E0", "E1", "Z", "\n", "\b", "+COPS=", "+CFUN=" };
	uint64_t seed = 1;
	struct at_host host;
	struct table t;
	static const char sane[] = "\x1b\rAT\r";

	open_table(&t, &host);
	for (int i = check_rounds(200000); i > 0; i--) {
		const char *w = words[check_random(&seed) %
				      (sizeof words / sizeof words[0])];
		uint8_t any[3];
		uint64_t r = check_random(&seed);

		t.len = 0;
		memcpy(any, &r, sizeof any);
		if (r >> 60 == 0)
			at_input(t.at, any, sizeof any);
		else
			at_input(t.at, (const uint8_t *)w, strlen(w));
	}
	t.len = 0;
	at_input(t.at, (const uint8_t *)sane, sizeof sane - 1);
	ck_assert_uint_ge(t.len, 6);
	ck_assert_mem_eq(t.out + t.len - 6, "\r\nOK\r\n", 6);
	at_free(t.at);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("sim_at");
	TCase *tc = tcase_create("dialogue");

	tcase_set_timeout(tc, 60);
	if (getenv("SIM_AT_SHOW") != NULL) {
		tcase_add_test(tc, show_transcript);
		suite_add_tcase(s, tc);
		return check_main(s);
	}
	tcase_add_loop_test(
	    tc, transcript, 0, sizeof transcripts / sizeof transcripts[0]);
	tcase_add_test(tc, submit_reaches_the_network);
	tcase_add_test(tc, announcements_are_bounded);
	tcase_add_test(tc, slots);
	tcase_add_test(tc, noise_is_survived);
	suite_add_tcase(s, tc);
	return check_main(s);
}
