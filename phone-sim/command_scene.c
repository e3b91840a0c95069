#include <stdio.h>
#include <string.h>

#include "command.h"
#include "scene.h"

static void
say_story(struct command *c, const char *before, const struct scene_progress *g,
    const char *text)
{
	char line[SCENE_LINE_MAX];

	if (text != NULL && scene_fill(text, g->phone, g->other, 0, line) == 0)
		command_say(c, "%s %s", before, line);
}

/*
 * What a program reads as well: "story NAME WORDS" of each; "STATE NAME phone N
 * [and N,] step N of N"; "said WORDS" of each step so far; "look NAMES" of
 * pages; "wrong WORDS".
 */
static void
say_progress(struct command *c, enum scene_language l)
{
	struct scene_progress g;
	const char *look = NULL;
	char other[24] = "";

	if (!scene_progress(c->sim->scene, &g))
		return;
	if (g.other != 0)
		snprintf(other, sizeof other, " and %u", g.other);
	command_say(c, "%s %s phone %u%s, step %zu of %zu",
	    scene_state_name(g.state), g.scene->name, g.phone, other, g.done,
	    g.scene->steps);
	for (size_t i = 0; i < g.scene->steps; i++) {
		if (!scene_told(c->sim->scene, i))
			continue;
		say_story(c, "said", &g, g.scene->step[i].say[l]);
		if (g.scene->step[i].look != NULL)
			look = g.scene->step[i].look;
	}
	if (look != NULL)
		command_say(c, "look %s", look);
	if (g.wrong[0] != '\0')
		command_say(c, "wrong %s", g.wrong);
}

static enum command_result
say_all(struct command *c, enum scene_language l)
{
	const struct scene *s;

	for (size_t i = 0; (s = scene_get(i)) != NULL; i++)
		command_say(c, "story %s %s", s->name, s->about[l]);
	say_progress(c, l);
	return command_ok(c);
}

/* scene | scene in en|zh | scene stop | scene NAME [PHONE [OTHER]] */
enum command_result
command_scene(struct command *c)
{
	long phone = 1, other = 0;
	const char *wrong;

	if (c->n == 1)
		return say_all(c, SCENE_EN);
	if (c->n == 3 && strcmp(c->word[1], "in") == 0) {
		if (strcmp(c->word[2], "zh") == 0)
			return say_all(c, SCENE_ZH);
		return strcmp(c->word[2], "en") == 0
			   ? say_all(c, SCENE_EN)
			   : command_error(c, "in en, or in zh");
	}
	if (c->n == 2 && strcmp(c->word[1], "stop") == 0)
		wrong = scene_stop(c->sim->scene);
	else if (c->n > 4 ||
		 (c->n > 2 &&
		     command_int(c, 2, 1, SIM_PHONES_MAX, &phone) != 0) ||
		 (c->n > 3 &&
		     command_int(c, 3, 1, SIM_PHONES_MAX, &other) != 0))
		wrong = "say: scene NAME [PHONE [OTHER]], scene stop, or scene";
	else
		wrong = scene_begin(c->sim->scene, c->word[1], (unsigned)phone,
		    (unsigned)other);
	return wrong == NULL ? command_ok(c) : command_error(c, "%s", wrong);
}
