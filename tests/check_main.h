/*
 * check_main.h - run a Check suite and print TAP, so that each check counts.
 */
#ifndef CHECK_MAIN_H
#define CHECK_MAIN_H

#include <check.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Runs s and frees it; the exit status of the program. */
static inline int
check_main(Suite *s)
{
	SRunner *sr = srunner_create(s);
	int failed;

	srunner_set_tap(sr, "-");
	srunner_run_all(sr, CK_SILENT);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* Tests share a process (CK_FORK=no): none of them may end it. */
static inline bool
check_shared(void)
{
	const char *text = getenv("CK_FORK");

	return text != NULL && strcmp(text, "no") == 0;
}

/* SMSVAULT_SHORT=N asks for an Nth of what takes long; 1 if it is not set. */
static inline int
check_short(void)
{
	const char *text = getenv("SMSVAULT_SHORT");
	int n = text != NULL ? atoi(text) : 1;

	return n < 1 ? 1 : n;
}

/* How often a long test goes round. */
static inline int
check_rounds(int n)
{
	return check_short() == 1 ? n : n / check_short() + 1;
}

/* By how much a test of each bit goes on: by 1, or by a number that reaches
 * every place in an octet. */
static inline size_t
check_step(void)
{
	return check_short() == 1 ? 1 : 7;
}

/* The same numbers on every machine: xorshift64*. */
static inline uint64_t
check_random(uint64_t *state)
{
	uint64_t x = *state;

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	*state = x;
	return x * 0x2545f4914f6cdd1dULL;
}

/* n octets of these. */
static inline void
check_fill(uint8_t *p, size_t n, uint64_t seed)
{
	seed = seed * 2 + 1;
	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)check_random(&seed);
}

#endif
