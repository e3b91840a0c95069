/*
 * event_words.h - every kind of event that the gateway and the pages write, in
 * plain words.  tests/check-events.sh finds the kinds in the code and fails if
 * one is not here.
 */
#ifndef EVENT_WORDS_H
#define EVENT_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "text.h"

struct event_words {
	const char *kind; /* event.kind */
	enum text_id text;
	enum event_weight {
		EVENT_GOOD, /* as it should be */
		EVENT_HEED, /* worth a look */
		EVENT_BAD, /* something to do about */
	} weight;
	bool counted; /* its detail is a number of the owner's to be shown */
};

extern const struct event_words event_words[];
extern const size_t event_words_count;
/* NULL: there are none. */
const struct event_words *event_words_find(const char *kind);

#endif
