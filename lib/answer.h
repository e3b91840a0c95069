/*
 * answer.h - the answer to a verification question, as people give it twice.
 *
 * The pages store its proof and the gateway compares with it; both must read
 * what was typed in the same way.  The answer itself is never stored.
 */
#ifndef ANSWER_H
#define ANSWER_H

#include <stdbool.h>
#include <stdint.h>

#include "seal.h"
#include "wire.h"

#define ANSWER_SALT_LEN 16

/*
 * What counts of an answer: trimmed, blanks as one, ASCII letters small, cut
 * at WIRE_ANSWER_MAX octets.
 */
void answer_normalise(const char *typed, char out[static WIRE_ANSWER_MAX + 1]);

/* Something is left of it, and none of it was cut off. */
bool answer_is_fit(const char *typed);

/* The digest that an answer is known by; as slow as a password's. */
enum seal_err
answer_prove(const char *typed, const uint8_t salt[static ANSWER_SALT_LEN],
    uint8_t proof[static SEAL_DIGEST_LEN]);

#endif
