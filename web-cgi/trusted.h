/*
 * trusted.h - the part of the notices' page where a number for SMS is given,
 * and proven by a code that went there.
 */
#ifndef TRUSTED_H
#define TRUSTED_H

#include "page.h"
#include "pages_settings.h"

/* wrong with the number, or with the code; T_NONE: nothing. */
void trusted_put(struct page *p, const struct pages_trusted *t,
    enum text_id number, enum text_id code);
/* Does what the form says.  False: something is wrong with *number or *code,
 * which the page is to say; true: it has answered. */
bool trusted_take(struct page *p, enum text_id *number, enum text_id *code);

#endif
