/*
 * command.h - shared by the commands of the control interface.
 */
#ifndef COMMAND_H
#define COMMAND_H

#include <event2/buffer.h>

#include "control.h"

#define COMMAND_WORDS_MAX 64

/* One command line, cut into words. */
struct command {
	struct sim *sim;
	struct evbuffer *out;
	struct command_wait *wait;
	int n; /* words */
	char *word[COMMAND_WORDS_MAX];
	size_t start[COMMAND_WORDS_MAX]; /* where each begins in line */
	const char *line;
	char words[CONTROL_LINE_MAX];
};

/* "ok" or "error: ..." for the last line of the reply. */
enum command_result command_ok(struct command *c);
enum command_result command_error(struct command *c, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* A line of the reply. */
void command_say(struct command *c, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* The line from word i on, without quotes around all of it; NULL if there is
 * none. */
const char *command_rest(struct command *c, int i, char buf[CONTROL_LINE_MAX]);
/* 0, or -1: not a whole number in min..max. */
int command_int(const struct command *c, int i, long min, long max, long *out);
int command_real(
    const struct command *c, int i, double min, double max, double *out);
/* "30", "30s", "5m", "2h", "1d": milliseconds. */
int command_time(const struct command *c, int i, int64_t *ms);
int command_hex(const char *hex, uint8_t *out, size_t cap, size_t *len);

enum command_result command_modem(struct command *c);
enum command_result command_phone(struct command *c);
enum command_result command_phones(struct command *c);
/* command_scene.c */
enum command_result command_scene(struct command *c);
struct sim_phone;
/* command_life.c: verbs of a phone, and texts of any handset. */
enum command_result command_event(struct command *c, struct sim_phone *p);
enum command_result command_note(struct command *c, struct sim_phone *p);
enum command_result command_file(struct command *c, struct sim_phone *p);
enum command_result command_mms(struct command *c, struct sim_phone *p);
enum command_result command_cost(struct command *c, struct sim_phone *p);
enum command_result command_lost(struct command *c, struct sim_phone *p);
enum command_result command_reset(struct command *c, struct sim_phone *p);
enum command_result command_sent(struct command *c, struct sim_phone *p);
enum command_result command_handset(struct command *c);
/* Is the condition of a wait true?  1, 0, or -1: no such condition. */
int command_condition(struct sim *s, const char *condition);
int command_modem_condition(struct sim *s, const char *condition);
int command_phone_condition(struct sim *s, const char *condition);

#endif
