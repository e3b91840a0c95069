/*
 * demo_page.h - what the demonstration's page and its part about the story
 * share.
 */
#ifndef DEMO_PAGE_H
#define DEMO_PAGE_H

#include "demo.h"
#include "page.h"

/* What the simulator says, for one answer. */
struct demo_view {
	unsigned chosen; /* phone */
	struct buf phones, phone, lost, scene, friend;
	char state[40]; /* of the chosen one, as it is listed */
	/* of what was just wanted: which form, and what is wrong */
	const struct demo_form *form;
	enum text_id wrong[DEMO_FIELDS_MAX];
	const char *refused; /* what the simulator said; NULL: nothing */
	bool away; /* it did not answer to that */
};

/* "N NUMBER STATE NAME"; *name points into line. */
bool demo_read_phone(const char *line, unsigned *n, char number[static 40],
    char state[static 40], const char **name);

struct demo_story {
	size_t turn;
	char name[40];
	unsigned phone;
};
/* False: none was begun. */
bool demo_story_find(const struct demo_view *v, struct demo_story *out);
bool demo_story_goes(const struct demo_story *s);
void demo_put_story(
    struct page *p, const struct demo_view *v, const struct demo_story *s);
/* Why the simulator did not do it, in our words where there are any. */
void demo_put_refusal(struct page *p, const char *said);

#endif
