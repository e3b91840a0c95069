/*
 * form.h - a labelled field, its hint, and what is wrong with it beside it.
 */
#ifndef FORM_H
#define FORM_H

#include "page.h"

struct form_field {
	const char *name, *type, *complete, *value; /* value NULL: "" */
	enum text_id label, hint, wrong; /* T_NONE: none */
	bool optional;
	const char *more; /* further attributes, markup; NULL: none */
};
void form_field(struct page *p, const struct form_field *f);
/* Six random digits, to be sent somewhere and typed. */
void form_code(char out[static 8]);

#endif
