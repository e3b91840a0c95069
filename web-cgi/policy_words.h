/*
 * policy_words.h - a policy in plain words.
 */
#ifndef POLICY_WORDS_H
#define POLICY_WORDS_H

#include "browse.h"
#include "policy.h"

/* What it says, as <dl>; what it leaves to the phone is not named.  names:
 * who the numbers are; NULL: not known. */
void policy_words_put(
    struct page *p, const struct policy *policy, const struct names *names);
enum text_id policy_words_mode(enum policy_mode mode);

#endif
