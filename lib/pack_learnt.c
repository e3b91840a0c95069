/*
 * pack_learnt.c - the primed model, learnt by the program that needs it.
 */
#include "pack_prime.h"

struct model *
pack_prime_model(void)
{
	static struct model *primed;

	if (primed == NULL)
		primed = pack_prime_learn();
	return primed;
}
