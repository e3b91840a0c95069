/*
 * demo.h - what a visitor of the demonstration may do with a simulated phone:
 * forms, their fields, and the commands of the simulator that they become.
 *
 * What is in no table here cannot be said from the page: the simulator's other
 * commands read and write files.
 */
#ifndef DEMO_H
#define DEMO_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"
#include "text.h"

#define DEMO_FIELDS_MAX 2
#define DEMO_ACTS_MAX 6
#define DEMO_FRIEND "+358409990001" /* somebody's phone, with nothing on it */

enum demo_kind {
	DEMO_NUMBER, /* a telephone number, as people write it */
	DEMO_LINE, /* text without line breaks */
	DEMO_CODE, /* letters, digits, dashes */
};

struct demo_field {
	const char *name; /* NULL: no more */
	enum demo_kind kind;
	size_t max; /* octets */
	enum text_id label;
};

struct demo_act {
	const char *name; /* NULL: no more */
	enum text_id label;
	/* Behind "phone N", or what a friend's text begins with; then the
	 * fields' values, unless it is alone; then more. */
	const char *command, *more;
	bool alone;
};

struct demo_form {
	const char *name;
	enum text_id title;
	bool friend; /* of that phone, which texts the service */
	struct demo_field field[DEMO_FIELDS_MAX];
	struct demo_act act[DEMO_ACTS_MAX];
};

/* The forms; NULL: no more. */
const struct demo_form *demo_form(size_t i);
/* NULL: there is no such act. */
const struct demo_act *
demo_act_named(const char *name, const struct demo_form **form);
/* T_NONE, or what is wrong with a value of the field. */
enum text_id demo_value_wrong(const struct demo_field *f, const char *value);
/* The whole command, to phone, or a text to the service of that number.
 * value: one for each field of the act's form, each good.  False: one was not.
 */
struct demo_target {
	unsigned phone;
	const char *service;
};
bool demo_command(const struct demo_act *act, const struct demo_target *to,
    const char *const value[DEMO_FIELDS_MAX], struct buf *out);
/* What the simulator said when it did not do it, in the words of the pages;
 * T_NONE: only its own will do. */
enum text_id demo_refusal(const char *said);
/* A story's name: false if it cannot be one. */
bool demo_scene_good(const char *name);

#endif
