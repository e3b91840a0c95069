/*
 * The stories: every command in them is one that the simulator takes, they are
 * acted to their end, and what they changed is put back.
 */
#include <event2/buffer.h>
#include <event2/event.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "check_main.h"
#include "command.h"
#include "peer.h"
#include "phones.h"
#include "scene.h"
#include "sim.h"

#define SECOND 1000

static struct event_base *base;
static struct sim *sim;
static struct peer peer;
static char modem_path[64];

static void
set_up(void)
{
	struct sim_setup setup = { .seed = 7,
		.speed = 1,
		.service_number = PEER_SERVICE,
		.slots_sim = 200,
		.slots_me = 10,
		.phones = 3,
		.amount = { 3, 4, 2, 1, 1, 1 } };

	ck_assert_ptr_nonnull(base = event_base_new());
	event_base_priority_init(base, 3);
	setup.base = base;
	ck_assert_ptr_nonnull(sim = sim_new(&setup));
	snprintf(modem_path, sizeof modem_path, "/tmp/check-scene-%d",
	    (int)getpid());
	ck_assert_int_eq(sim_add_modem(sim, modem_path), 0);
	memset(&peer, 0, sizeof peer);
}

static void
tear_down(void)
{
	seal_phone_free(peer.keys);
	sim_free(sim);
	event_base_free(base);
	unlink(modem_path);
}

/* ---- the simulator, and the service behind the modem's SIM ---- */

/* The last line of the reply; not owned. */
static const char *
say(const char *line)
{
	static char reply[2000];
	struct evbuffer *out = evbuffer_new();
	struct command_wait wait;
	char *l;

	command_run(sim, line, out, &wait);
	reply[0] = '\0';
	while ((l = evbuffer_readln(out, NULL, EVBUFFER_EOL_LF)) != NULL) {
		snprintf(reply, sizeof reply, "%s", l);
		free(l);
	}
	evbuffer_free(out);
	return reply;
}

static bool
so(const char *condition)
{
	return command_condition(sim, condition) > 0;
}

/* Every data SMS in the modem, as 23.040 has a DELIVER, without its header. */
static void
drain(void)
{
	struct store *st = at_store_sim(modem_at(sim->modem[0]));

	for (size_t n = 1; n <= store_slots(st); n++) {
		const struct store_slot *s = store_slot(st, n);
		const uint8_t *p = s->pdu;
		struct peer_sms *sms = &peer.sent[peer.nsent];

		if (s->state == STORE_FREE)
			continue;
		p += 1 + p[0] + 1; /* centre, first octet */
		p += 2 + (p[0] + 1) / 2 + 2 + 7; /* sender, pid, dcs, time */
		ck_assert_uint_lt(peer.nsent, PEER_SENT_MAX);
		if (p[1] == 6) {
			sms->len = p[0] - 7u;
			memcpy(sms->octets, p + 8, sms->len);
			peer.nsent++;
		}
		store_delete(st, n);
	}
}

static void
pass(int64_t ms)
{
	for (; ms > 0; ms -= 500) {
		sim_advance(sim, ms < 500 ? ms : 500);
		drain();
	}
}

static struct sim_phone *
turn_to(unsigned n)
{
	struct sim_phone *p = phones_get(sim->phones, n);
	struct phone_facts f;

	sim_phone_facts(p, &f);
	peer.name = f.name;
	ck_assert_ptr_nonnull(peer.phone = sim_phone_lib(p));
	return p;
}

/* question "": none is asked, and it is bound. */
static void
bind_phone(unsigned n, const char *question)
{
	struct sim_phone *p = turn_to(n);
	uint8_t sms[WIRE_DATA_MAX];
	char line[80];
	size_t len, before = peer.nsent;

	seal_code_new(&peer.code_id, peer.code);
	ck_assert_int_eq(seal_code_key(peer.code, peer.code_key), SEAL_OK);
	snprintf(line, sizeof line, "phone %u bind %s", n, peer.code);
	ck_assert_str_eq(say(line), "ok");
	for (int i = 0; i < 100 && peer.nsent == before; i++)
		pass(SECOND);
	ck_assert_uint_gt(peer.nsent, before);
	peer_challenge(&peer, question, sms, &len);
	ck_assert(phone_receive(peer.phone, PEER_SERVICE, sms, len, false));
	if (question[0] == '\0')
		peer_command(&peer, WIRE_CMD_PING, 0, 0, NULL, 0);
	sim_phone_settle(p);
	pass(SECOND);
}

static void
lose(unsigned n, bool on)
{
	static uint32_t version;
	const struct wire_lost l = {
		.version = ++version, .on = on, .lock_screen = on
	};
	uint8_t args[WIRE_CONTROL_ARGS_MAX];
	struct sim_phone *p = turn_to(n);

	peer_command(
	    &peer, WIRE_CMD_LOST, 0, 0, args, wire_lost_encode(&l, args));
	sim_phone_settle(p);
}

/* All that phone n has sent has arrived. */
static void
acknowledge(unsigned n)
{
	struct sim_phone *p = turn_to(n);
	struct wire_ack a = { 0 };

	for (size_t i = 0; i < peer.nsent; i++) {
		struct wire_frame f;
		uint32_t t;

		if (wire_decode(peer.sent[i].octets, peer.sent[i].len, &f) !=
			WIRE_OK ||
		    (f.type != WIRE_SEGMENT && f.type != WIRE_SINGLE))
			continue;
		t = peer_transfer_of(&peer, &peer.sent[i]);
		if (t > a.cumulative)
			a.cumulative = t;
	}
	if (a.cumulative > 0)
		peer_ack(&peer, &a);
	sim_phone_settle(p);
}

/* What the owner would do, or a thief, that makes a condition true. */
static void
oblige(const char *until, unsigned n, unsigned other)
{
	char line[SCENE_LINE_MAX];

	ck_assert_int_eq(scene_fill(until, n, other, 0, line), 0);
	if (so(line))
		return;
	if (strstr(line, " bound") != NULL)
		bind_phone(strstr(until, "%o") != NULL ? other : n, "");
	else if (strstr(line, " asked") != NULL)
		bind_phone(n, "First pet?");
	else if (strstr(line, " lost") != NULL ||
		 strstr(line, " found") != NULL)
		lose(n, strstr(line, " lost") != NULL);
	else
		return;
	ck_assert_msg(so(line), "\"%s\" did not come true", line);
}

/* ---- the table ---- */

static void
check_command(const struct scene *s, const struct scene_step *step)
{
	char line[SCENE_LINE_MAX];
	const char *reply;
	bool good;

	ck_assert_int_eq(scene_fill(step->command, 1, 2, 0, line), 0);
	reply = say(line);
	good = strcmp(reply, "ok") == 0;
	ck_assert_msg(good == (step->kind != SCENE_REFUSED), "%s: \"%s\": %s",
	    s->name, line, reply);
}

START_TEST(every_command_is_taken)
{
	const struct scene *s = scene_get((size_t)_i);
	char line[SCENE_LINE_MAX];

	ck_assert_ptr_nonnull(s);
	bind_phone(1, "");
	for (size_t i = 0; i < s->steps; i++) {
		const struct scene_step *step = &s->step[i];

		if (step->command != NULL)
			check_command(s, step);
		pass(SECOND);
		if (step->until == NULL)
			continue;
		ck_assert_int_eq(scene_fill(step->until, 1, 2, 0, line), 0);
		ck_assert_msg(command_condition(sim, line) >= 0,
		    "%s: no such condition: %s", s->name, line);
		ck_assert_uint_gt(step->limit_s, 0);
		oblige(step->until, 1, 2);
	}
}
END_TEST

START_TEST(every_story_is_told)
{
	const struct scene *s = scene_get((size_t)_i);
	size_t told = 0;

	for (int l = 0; l < SCENE_LANGUAGES; l++)
		ck_assert_uint_gt(strlen(s->about[l]), 10);
	for (size_t i = 0; i < s->steps; i++) {
		const struct scene_step *step = &s->step[i];

		ck_assert_int_eq(
		    step->say[SCENE_EN] != NULL, step->say[SCENE_ZH] != NULL);
		if (step->say[SCENE_EN] != NULL)
			told++;
		/* An owner has to be told what to do. */
		ck_assert(
		    step->kind != SCENE_OWNER || step->say[SCENE_EN] != NULL);
	}
	ck_assert_uint_gt(told, 3);
}
END_TEST

/* ---- acting ---- */

static struct scene_progress
progress(void)
{
	struct scene_progress g;

	ck_assert(scene_progress(sim->scene, &g));
	return g;
}

/* With an owner who does what he is asked to and a service that answers; the
 * end, or what it is after so long. */
static enum scene_state
play(int64_t ms)
{
	for (; ms > 0 && progress().state < SCENE_OVER; ms -= SECOND) {
		struct scene_progress g = progress();

		pass(SECOND);
		if (g.state == SCENE_YOUR_TURN)
			oblige(
			    g.scene->step[g.done - 1].until, g.phone, g.other);
		else if (g.state == SCENE_WAITING)
			acknowledge(g.phone);
	}
	return progress().state;
}

static struct phone_facts
facts(unsigned n)
{
	struct phone_facts f;

	sim_phone_facts(phones_get(sim->phones, n), &f);
	return f;
}

static const char *const played[] = { "day", "stolen", "valley", "full-sim",
	"lossy" };
#define PLAYED ((int)(sizeof played / sizeof played[0]))

START_TEST(a_story_is_acted_to_its_end)
{
	struct air_weather before[AIR_WAYS];
	struct phone_facts was, is;
	char line[64], number[PDU_NUMBER_MAX];

	bind_phone(1, "");
	was = facts(1);
	snprintf(number, sizeof number, "%s", was.number);
	sim->air.weather[AIR_UP].dup = 0.125;
	memcpy(before, sim->air.weather, sizeof before);
	snprintf(line, sizeof line, "scene %s", played[_i]);
	ck_assert_str_eq(say(line), "ok");
	ck_assert_msg(play(20 * MINUTE) == SCENE_OVER, "%s: %s, step %zu: %s",
	    played[_i], scene_state_name(progress().state), progress().done,
	    progress().wrong);
	is = facts(1);
	ck_assert_str_eq(is.number, number);
	ck_assert(is.power && is.coverage);
	ck_assert_int_eq(is.clock_ms, was.clock_ms);
	ck_assert_mem_eq(before, sim->air.weather, sizeof before);
	ck_assert_uint_eq(
	    at_fault_left(modem_at(sim->modem[0]), AT_F_SIM_FULL), 0);
	/* And once more. */
	ck_assert_str_eq(say(line), "ok");
}
END_TEST

/* How it is in the middle of it, and that it is put back then. */
static const struct {
	const char *name, *until;
} stopped[] = {
	{ "stolen", "sim change" },
	{ "replacement", "power off" },
	{ "valley", "clock +1d" },
	{ "full-sim", "fault full 1" },
	{ "lossy", "air delay" },
};
#define STOPPED ((int)(sizeof stopped / sizeof stopped[0]))

/* Until the step of that command has been made. */
static void
play_until(const char *command)
{
	for (int i = 0; i < 200; i++) {
		struct scene_progress g = progress();
		const char *last =
		    g.done > 0 ? g.scene->step[g.done - 1].command : NULL;

		if (last != NULL && strstr(last, command) != NULL)
			return;
		pass(500);
		if (g.state == SCENE_WAITING)
			acknowledge(g.phone);
	}
	ck_abort_msg("\"%s\" was never said", command);
}

START_TEST(what_a_story_changed_is_put_back)
{
	char line[64], number[PDU_NUMBER_MAX];
	struct air_weather calm[AIR_WAYS] = { 0 };
	struct phone_facts f;
	bool changed;

	bind_phone(1, "");
	f = facts(1);
	snprintf(number, sizeof number, "%s", f.number);
	snprintf(line, sizeof line, "scene %s 1 3", stopped[_i].name);
	ck_assert_str_eq(say(line), "ok");
	play_until(stopped[_i].until);
	f = facts(1);
	changed = strcmp(f.number, number) != 0 || !f.power || !f.coverage ||
		  f.clock_ms != 0 ||
		  memcmp(calm, sim->air.weather, sizeof calm) != 0 ||
		  at_fault_left(modem_at(sim->modem[0]), AT_F_SIM_FULL) > 0;
	ck_assert_msg(changed, "%s: nothing was changed", stopped[_i].name);
	ck_assert_str_eq(say("scene stop"), "ok");
	f = facts(1);
	ck_assert_str_eq(f.number, number);
	ck_assert(f.power && f.coverage);
	ck_assert_int_eq(f.clock_ms, 0);
	ck_assert_mem_eq(calm, sim->air.weather, sizeof calm);
	ck_assert_uint_eq(
	    at_fault_left(modem_at(sim->modem[0]), AT_F_SIM_FULL), 0);
	ck_assert_int_eq(progress().state, SCENE_STOPPED);
}
END_TEST

START_TEST(an_owner_who_does_nothing)
{
	ck_assert_str_eq(say("scene day 2"), "ok");
	pass(5 * SECOND);
	ck_assert_int_eq(progress().state, SCENE_YOUR_TURN);
	pass(14 * MINUTE);
	ck_assert_int_eq(progress().state, SCENE_YOUR_TURN);
	pass(2 * MINUTE);
	ck_assert_int_eq(progress().state, SCENE_FAILED);
	ck_assert_ptr_nonnull(strstr(progress().wrong, "15 minutes"));
}
END_TEST

START_TEST(a_command_that_is_refused_ends_it)
{
	bind_phone(1, "");
	ck_assert_str_eq(say("phone 1 power off"), "ok");
	ck_assert_ptr_nonnull(strstr(say("scene valley"), "is off"));
	ck_assert_str_eq(say("phone 1 power on"), "ok");
	ck_assert_str_eq(say("scene valley"), "ok");
	pass(3 * SECOND);
	ck_assert_str_eq(say("phone 1 power off"), "ok");
	pass(MINUTE);
	ck_assert_int_eq(progress().state, SCENE_FAILED);
	ck_assert_ptr_nonnull(strstr(progress().wrong, "restart"));
	ck_assert(facts(1).coverage);
}
END_TEST

static const struct {
	const char *line, *wrong;
} refusals[] = {
	{ "scene nothing", "no such story" },
	{ "scene \"day 1\"", "no such story" },
	{ "scene day 9", "no such phone" },
	{ "scene day 0", "say: scene" },
	{ "scene day one", "say: scene" },
	{ "scene day 1 2 3", "say: scene" },
	{ "scene stop", "no story" },
	{ "scene in fi", "in en" },
	{ "scene replacement 1 1", "second phone" },
};
#define REFUSALS ((int)(sizeof refusals / sizeof refusals[0]))

START_TEST(what_cannot_be_acted)
{
	const char *reply = say(refusals[_i].line);

	ck_assert_msg(strncmp(reply, "error: ", 7) == 0 &&
			  strstr(reply, refusals[_i].wrong) != NULL,
	    "%s: %s", refusals[_i].line, reply);
}
END_TEST

START_TEST(one_at_a_time)
{
	bind_phone(2, "");
	bind_phone(3, "");
	ck_assert_str_eq(say("scene day"), "ok");
	ck_assert_ptr_nonnull(strstr(say("scene lossy"), "another story"));
	ck_assert_str_eq(say("scene stop"), "ok");
	bind_phone(1, "");
	ck_assert_ptr_nonnull(strstr(say("scene replacement"), "second phone"));
	ck_assert_str_eq(say("scene"), "ok");
	ck_assert_str_eq(say("scene in zh"), "ok");
}
END_TEST

static Suite *
scene_suite(void)
{
	Suite *s = suite_create("scene");
	TCase *t = tcase_create("scene");
	/* Each binding takes seconds under valgrind. */
	bool brief = getenv("SMSVAULT_SHORT") != NULL;
	int n = 0;

	while (scene_get((size_t)n) != NULL)
		n++;
	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_loop_test(t, every_command_is_taken, 0, n);
	tcase_add_loop_test(t, every_story_is_told, 0, n);
	tcase_add_loop_test(
	    t, a_story_is_acted_to_its_end, 0, brief ? 2 : PLAYED);
	tcase_add_loop_test(
	    t, what_a_story_changed_is_put_back, 0, brief ? 2 : STOPPED);
	tcase_add_test(t, an_owner_who_does_nothing);
	tcase_add_test(t, a_command_that_is_refused_ends_it);
	tcase_add_loop_test(t, what_cannot_be_acted, 0, REFUSALS);
	tcase_add_test(t, one_at_a_time);
	suite_add_tcase(s, t);
	return s;
}

int
main(void)
{
	return check_main(scene_suite());
}
