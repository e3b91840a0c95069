/*
 * The simulator's page: what a visitor types is what the simulator hears, and
 * what the simulator answers is text.
 */
#include <errno.h>
#include <event2/buffer.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "check_main.h"
#include "command.h"
#include "demo.h"
#include "phones.h"
#include "simulator.h"

/* ---- forms ---- */

static const struct {
	const char *why, *act, *value[DEMO_FIELDS_MAX];
	const char *want; /* NULL: refused */
} commands[] = {
	{ "a text comes in", "text-in", { "+358 40 123", "Hello" },
	    "phone 2 text-in \"+35840123\" \"Hello\"" },
	{ "a call has a length", "call-in", { "(040) 123-45" },
	    "phone 2 call in \"04012345\" 60" },
	{ "a missed one has none", "call-missed", { "112" },
	    "phone 2 call missed \"112\"" },
	{ "no field", "upload", { NULL }, "phone 2 upload" },
	{ "a field that is not needed", "sim-out", { "x\ny" },
	    "phone 2 sim out" },
	{ "quotes and backslashes", "note", { "\"", "\\\" factory-reset" },
	    "phone 2 note add \"\\\"\" \"\\\\\\\" factory-reset\"" },
	{ "Chinese", "contact", { "王小明", "+8613800138000" },
	    "phone 2 contact add \"王小明\" \"+8613800138000\"" },
	{ "a line break", "note", { "a", "b\nquit" }, NULL },
	{ "a carriage return", "note", { "a\rquit", "b" }, NULL },
	{ "an escape", "note", { "a", "\033[2J" }, NULL },
	{ "a C1 control", "note", { "a", "b\xc2\x85quit" }, NULL },
	{ "no UTF-8", "note", { "a", "\xff" }, NULL },
	{ "nothing", "note", { "", "b" }, NULL },
	{ "blanks", "note", { "a", "   " }, NULL },
	{ "letters for a number", "call-in", { "call me" }, NULL },
	{ "two digits", "call-in", { "11" }, NULL },
	{ "sixteen digits", "call-in", { "1234567890123456" }, NULL },
	{ "a plus inside", "call-in", { "12+34" }, NULL },
	{ "a number and more", "sim", { "+358401234567\" 1" }, NULL },
	{ "a code", "bind", { "0123-4567 89ab-cdef" },
	    "phone 2 bind \"0123-4567 89ab-cdef\"" },
	{ "no code", "bind", { "0123\"4567" }, NULL },
	{ "a friend's text", "friend", { "FIND 0123 \"Åsa\"" },
	    "sms " DEMO_FRIEND " +358401000000 text \"FIND 0123 "
	    "\\\"Åsa\\\"\"" },
};

static const struct demo_target target = { 2, "+358401000000" };

START_TEST(a_form_becomes_a_command)
{
	const struct demo_form *form = NULL;
	const struct demo_act *act = demo_act_named(commands[_i].act, &form);
	struct buf out = { 0 };
	bool good;

	ck_assert_ptr_nonnull(act);
	good = demo_command(act, &target, commands[_i].value, &out);
	ck_assert_msg(good == (commands[_i].want != NULL), "%s: %s",
	    commands[_i].why, good ? out.p : "refused");
	if (good)
		ck_assert_msg(strcmp(out.p, commands[_i].want) == 0,
		    "%s: got %s, want %s", commands[_i].why, out.p,
		    commands[_i].want);
	buf_clear(&out);
}
END_TEST

START_TEST(lengths_have_their_limit)
{
	const struct demo_form *form = NULL;
	const struct demo_act *act = demo_act_named("note", &form);
	char text[700];
	const char *const value[DEMO_FIELDS_MAX] = { "a", text };
	struct buf out = { 0 };

	/* The longest there is, each of it quoted, is a command that goes. */
	memset(text, '"', sizeof text);
	text[600] = '\0';
	ck_assert(demo_command(act, &target, value, &out));
	ck_assert_uint_lt(out.n, SIMULATOR_COMMAND_MAX);
	text[600] = '"';
	text[601] = '\0';
	ck_assert(!demo_command(act, &target, value, &out));
	buf_clear(&out);
}
END_TEST

START_TEST(nothing_else_can_be_said)
{
	static const char *const not [] = { "", "file", "file add", "dump",
		"factory-reset", "quit", "text-in ", "TEXT-IN" };
	const struct demo_form *form = NULL;

	for (size_t i = 0; i < sizeof not / sizeof not [0]; i++)
		ck_assert_ptr_null(demo_act_named(not [i], &form));
	ck_assert(demo_scene_good("full-sim"));
	ck_assert(!demo_scene_good(""));
	ck_assert(!demo_scene_good("day 1"));
	ck_assert(!demo_scene_good("day\nquit"));
	ck_assert(!demo_scene_good("abcdefghijklmnopqrstuvwxyzabcde"));
}
END_TEST

/* ---- the simulator's own ears ---- */

static const char *const texts[] = {
	"plain",
	" blanks  at both ends ",
	"\"quoted\"",
	"\\",
	"ends with \\",
	"\\\"",
	"a\" factory-reset \"b",
	"# no comment",
	"ok",
	"error: no",
	"王小明 📱",
	"%s %n %1$s",
	"<script>alert(1)</script>",
};
#define TEXTS ((int)(sizeof texts / sizeof texts[0]))

static void
hear(struct sim *s, const char *name, const char *const value[2])
{
	const struct demo_form *form = NULL;
	const struct demo_act *act = demo_act_named(name, &form);
	struct evbuffer *out = evbuffer_new();
	struct command_wait wait;
	struct buf line = { 0 };
	char reply[200];

	ck_assert(demo_command(act, &target, value, &line));
	command_run(s, line.p, out, &wait);
	reply[evbuffer_remove(out, reply, sizeof reply - 1)] = '\0';
	ck_assert_msg(strstr(reply, "ok\n") != NULL, "%s: %s", line.p, reply);
	evbuffer_free(out);
	buf_clear(&line);
}

START_TEST(what_is_typed_is_what_is_heard)
{
	const struct sim_setup setup = { .seed = 1,
		.speed = 1,
		.service_number = "+358401000000",
		.phones = 2,
		.amount = { 0, 0, 0, 0, 0, 0 } };
	const char *const contact[] = { texts[_i], "+358 40 1234567" };
	const char *const note[] = { texts[_i], texts[_i] };
	const struct record *r;
	struct book *b;
	struct sim *s;
	uint32_t id;

	ck_assert_ptr_nonnull(s = sim_new(&setup));
	b = sim_phone_book(phones_get(s->phones, 2));
	hear(s, "contact", contact);
	hear(s, "note", note);
	id = book_next_id(b, RECORD_CONTACT) - 1;
	ck_assert_ptr_nonnull(r = book_get(b, RECORD_CONTACT, id));
	ck_assert_str_eq(record_text(r, RECORD_NAME, 0), texts[_i]);
	ck_assert_str_eq(record_text(r, RECORD_NUMBER, 0), "+358401234567");
	ck_assert_uint_eq(record_count(r, RECORD_NUMBER), 1);
	id = book_next_id(b, RECORD_NOTE) - 1;
	ck_assert_ptr_nonnull(r = book_get(b, RECORD_NOTE, id));
	ck_assert_str_eq(record_text(r, RECORD_SUMMARY, 0), texts[_i]);
	ck_assert_str_eq(record_text(r, RECORD_DESCRIPTION, 0), texts[_i]);
	sim_free(s);
}
END_TEST

/* ---- the words for what it does not do ---- */

static const struct {
	const char *before, *line; /* NULL: nothing */
	enum text_id want;
} refusals[] = {
	{ "phone 1 power off", "phone 1 upload", T_E_DEMO_OFF },
	{ "phone 1 power off", "scene day", T_E_DEMO_OFF },
	{ "phone 1 coverage off", "phone 1 text-out \"112\" \"a\"",
	    T_E_DEMO_NETWORK },
	{ "phone 1 sim out", "phone 1 text-in \"112\" \"a\"", T_E_DEMO_NO_SIM },
	{ NULL, "phone 1 upload", T_E_DEMO_NOT_BOUND },
	{ NULL, "phone 1 bind \"ABCD\"", T_E_DEMO_NO_CODE },
	{ NULL, "phone 1 answer \"Rex\"", T_E_DEMO_NOT_NOW },
	{ NULL, "phone 1 sim change \"+358501000002\"", T_E_DEMO_SIM_TAKEN },
	{ NULL, "phone 1 sim change \"+358401000000\"", T_E_DEMO_SIM_SERVICE },
	{ "scene day", "scene lossy", T_E_DEMO_ACTED },
	{ NULL, "scene stop", T_E_DEMO_NONE_ACTED },
	{ NULL, "scene nothing", T_E_DEMO_NO_STORY },
	{ NULL, "scene replacement 1 1", T_E_DEMO_SECOND },
	{ NULL, "phone 1 nothing", T_NONE },
};
#define REFUSALS ((int)(sizeof refusals / sizeof refusals[0]))

START_TEST(what_is_refused_has_words)
{
	const struct sim_setup setup = { .seed = 1,
		.speed = 1,
		.service_number = "+358401000000",
		.phones = 2 };
	struct sim *s = sim_new(&setup);
	struct evbuffer *out = evbuffer_new();
	struct command_wait wait;
	char reply[300];

	if (refusals[_i].before != NULL) {
		command_run(s, refusals[_i].before, out, &wait);
		evbuffer_drain(out, evbuffer_get_length(out));
	}
	command_run(s, refusals[_i].line, out, &wait);
	reply[evbuffer_remove(out, reply, sizeof reply - 1)] = '\0';
	ck_assert_msg(strncmp(reply, "error: ", 7) == 0, "%s: %s",
	    refusals[_i].line, reply);
	ck_assert_msg(demo_refusal(reply + 7) == refusals[_i].want, "%s: %s",
	    refusals[_i].line, reply);
	evbuffer_free(out);
	sim_free(s);
}
END_TEST

/* ---- what comes back ---- */

static char path[64];
static pid_t child;

/* Somebody listens there who answers so, again and again in the end: more
 * octets of filler than any reply may have. */
static void
answer_with(const char *text, size_t len, size_t filler, bool hang)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0), peer;

	snprintf(path, sizeof path, "/tmp/check-demo-%d", (int)getpid());
	snprintf(a.sun_path, sizeof a.sun_path, "%s", path);
	unlink(path);
	ck_assert_int_eq(bind(fd, (const struct sockaddr *)&a, sizeof a), 0);
	ck_assert_int_eq(listen(fd, 1), 0);
	if ((child = fork()) == 0) {
		char got[SIMULATOR_COMMAND_MAX];

		signal(SIGPIPE, SIG_DFL);
		alarm(300); /* not for ever, if the test has failed */
		peer = accept(fd, NULL, NULL);
		if (read(peer, got, sizeof got) < 0)
			_exit(1);
		for (; filler > 0; filler -= filler < 4 ? filler : 4)
			if (write(peer, "abc\n", 4) != 4)
				_exit(1);
		if (write(peer, text, len) != (ssize_t)len)
			_exit(1);
		while (hang)
			pause();
		_exit(0);
	}
	close(fd);
}

static void
answered(void)
{
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	unlink(path);
}

#define SAID(text) text, sizeof text - 1

static const struct {
	const char *why, *text;
	size_t len, filler;
	bool hang;
	enum simulator_err want;
	const char *reply;
} answers[] = {
	{ "done", SAID("ok\n"), 0, true, SIMULATOR_OK, "" },
	{ "lines", SAID("a\nb\nok\n"), 0, true, SIMULATOR_OK, "a\nb\n" },
	{ "refused", SAID("error: the phone is off\n"), 0, true,
	    SIMULATOR_REFUSED, "the phone is off" },
	{ "lines, and refused", SAID("a\nerror: no\n"), 0, true,
	    SIMULATOR_REFUSED, "no" },
	{ "nothing", SAID(""), 0, true, SIMULATOR_AWAY, NULL },
	{ "nothing, and gone", SAID(""), 0, false, SIMULATOR_AWAY, NULL },
	{ "half a word", SAID("a\no"), 0, false, SIMULATOR_AWAY, NULL },
	{ "no end of the line", SAID("a\nok"), 0, true, SIMULATOR_AWAY, NULL },
	{ "octets", SAID("a\0b\033[2J\xff\nok\n"), 0, true, SIMULATOR_OK,
	    "a b [2J \n" },
	{ "an error that is none", SAID("error:\n"), 0, true, SIMULATOR_AWAY,
	    NULL },
	{ "without end", SAID("ok\n"), 2 * SIMULATOR_REPLY_MAX, true,
	    SIMULATOR_AWAY, NULL },
};
#define ANSWERS ((int)(sizeof answers / sizeof answers[0]))

START_TEST(an_answer_is_text)
{
	struct buf reply = { 0 };
	enum simulator_err err;
	time_t before = time(NULL);

	answer_with(answers[_i].text, answers[_i].len, answers[_i].filler,
	    answers[_i].hang);
	err = simulator_ask(path, "phones", &reply);
	answered();
	ck_assert_msg(err == answers[_i].want, "%s: got %d, want %d",
	    answers[_i].why, (int)err, (int)answers[_i].want);
	if (answers[_i].reply != NULL)
		ck_assert_msg(strcmp(reply.p, answers[_i].reply) == 0,
		    "%s: got \"%s\"", answers[_i].why, reply.p);
	ck_assert_int_lt(time(NULL) - before, 30);
	buf_clear(&reply);
}
END_TEST

START_TEST(nobody_there)
{
	char longest[300];
	struct buf reply = { 0 };

	ck_assert_int_eq(simulator_ask("/nowhere/sim.sock", "phones", &reply),
	    SIMULATOR_AWAY);
	memset(longest, 'a', sizeof longest);
	longest[sizeof longest - 1] = '\0';
	ck_assert_int_eq(
	    simulator_ask(longest, "phones", &reply), SIMULATOR_AWAY);
	/* Two commands are none, whoever built them. */
	ck_assert_int_eq(
	    simulator_ask("/nowhere/sim.sock", "phones\nquit", &reply),
	    SIMULATOR_AWAY);
	buf_clear(&reply);
}
END_TEST

START_TEST(facts_are_found)
{
	static const char reply[] = "phone 1: Anna's\nnumber +358, SIM 89\n"
				    "pending 0\nlong ";
	char out[SIMULATOR_LINE_MAX];
	char *text = malloc(5000);

	simulator_fact(reply, "number ", true, out);
	ck_assert_str_eq(out, "+358");
	simulator_fact(reply, "number ", false, out);
	ck_assert_str_eq(out, "+358, SIM 89");
	simulator_fact(reply, "pend", false, out);
	ck_assert_str_eq(out, "ing 0");
	simulator_fact(reply, "nothing ", false, out);
	ck_assert_str_eq(out, "");
	simulator_fact(NULL, "pending ", false, out);
	ck_assert_str_eq(out, "");
	/* What is longer is cut between two characters. */
	snprintf(text, 5000, "%s", reply);
	while (strlen(text) < 4000)
		strcat(text, "字");
	simulator_fact(text, "long ", false, out);
	ck_assert_uint_lt(strlen(out), SIMULATOR_LINE_MAX);
	ck_assert_uint_eq(strlen(out) % 3, 0);
	free(text);
}
END_TEST

static Suite *
demo_suite(void)
{
	Suite *s = suite_create("demo");
	TCase *t = tcase_create("demo");

	tcase_add_loop_test(t, a_form_becomes_a_command, 0,
	    (int)(sizeof commands / sizeof commands[0]));
	tcase_add_test(t, lengths_have_their_limit);
	tcase_add_test(t, nothing_else_can_be_said);
	tcase_add_loop_test(t, what_is_typed_is_what_is_heard, 0, TEXTS);
	tcase_add_loop_test(t, what_is_refused_has_words, 0, REFUSALS);
	tcase_add_loop_test(t, an_answer_is_text, 0, ANSWERS);
	tcase_add_test(t, nobody_there);
	tcase_add_test(t, facts_are_found);
	suite_add_tcase(s, t);
	return s;
}

int
main(void)
{
	return check_main(demo_suite());
}
