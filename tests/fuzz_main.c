/*
 * Runs a fuzz target without a fuzzer, for make check: the files of its
 * corpus, those with octets changed, and octets at random.  The same numbers
 * on every machine.  Linked with any one fuzz_*.c.
 *
 * usage: [-n ROUNDS] [-s SEED] [FILE...]; without files, tests/corpus/NAME/ is
 * read, NAME from smoke_NAME.
 */
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "check_main.h"

#define INPUT_MAX 8192
#define SEEDS_MAX 256

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len);

static struct {
	uint8_t *p;
	size_t len;
} seeds[SEEDS_MAX];
static size_t nseeds;

static void
add_seed(const char *path)
{
	FILE *f = fopen(path, "rb");
	uint8_t *p = malloc(INPUT_MAX);

	if (f == NULL || p == NULL || nseeds == SEEDS_MAX) {
		fprintf(stderr, "cannot read %s\n", path);
		exit(1);
	}
	seeds[nseeds].p = p;
	seeds[nseeds++].len = fread(p, 1, INPUT_MAX, f);
	fclose(f);
}

static void
add_corpus(const char *program)
{
	const char *top = getenv("top_srcdir"), *name = strrchr(program, '/');
	char dir[512], path[1024];
	struct dirent **list = NULL;
	int n;

	name = name != NULL ? name + 1 : program;
	if (strncmp(name, "smoke_", 6) == 0)
		name += 6;
	snprintf(dir, sizeof dir, "%s/tests/corpus/%s", top != NULL ? top : ".",
	    name);
	n = scandir(dir, &list, NULL, alphasort);
	for (int i = 0; i < n; i++) {
		if (list[i]->d_name[0] != '.') {
			snprintf(
			    path, sizeof path, "%s/%s", dir, list[i]->d_name);
			add_seed(path);
		}
		free(list[i]);
	}
	free(list);
}

/* The target gets exactly as many octets as there are, so that one read too
 * many is seen. */
static void
run(const uint8_t *p, size_t len)
{
	uint8_t *copy = malloc(len > 0 ? len : 1);

	if (copy == NULL)
		abort();
	memcpy(copy, p, len);
	LLVMFuzzerTestOneInput(copy, len);
	free(copy);
}

static size_t
mutate(uint8_t *p, size_t len, uint64_t *random)
{
	size_t at, n;

	for (uint64_t k = check_random(random) % 4; k < 4; k++)
		switch (len > 0 ? check_random(random) % 5 : 4) {
		case 0:
			at = check_random(random) % len;
			p[at] ^= (uint8_t)(1u << check_random(random) % 8);
			break;
		case 1:
			at = check_random(random) % len;
			p[at] = (uint8_t)check_random(random);
			break;
		case 2: /* cut */
			len = check_random(random) % (len + 1);
			break;
		case 3: /* double a part */
			at = check_random(random) % len;
			n = check_random(random) % (len - at) + 1;
			if (len + n <= INPUT_MAX) {
				memmove(p + at + n, p + at, len - at);
				len += n;
			}
			break;
		case 4: /* more at the end */
			n = check_random(random) % 32;
			for (; n > 0 && len < INPUT_MAX; n--)
				p[len++] = (uint8_t)check_random(random);
			break;
		}
	return len;
}

int
main(int argc, char **argv)
{
	uint64_t random = 20240229;
	uint8_t p[INPUT_MAX];
	int rounds = 20000, c;
	size_t len;
	FILE *tap = fdopen(dup(STDOUT_FILENO), "w");

	/* libconfuse's lexer copies what it cannot read to stdout. */
	if (tap == NULL || freopen("/dev/null", "w", stdout) == NULL)
		abort();
	while ((c = getopt(argc, argv, "n:s:")) != -1) {
		if (c == 'n')
			rounds = atoi(optarg);
		else if (c == 's')
			random = strtoull(optarg, NULL, 10);
	}
	for (int i = optind; i < argc; i++)
		add_seed(argv[i]);
	if (optind == argc)
		add_corpus(argv[0]);
	for (size_t i = 0; i < nseeds; i++)
		run(seeds[i].p, seeds[i].len);
	rounds = check_rounds(rounds);
	for (int i = 0; i < rounds; i++) {
		len = 0;
		if (nseeds > 0 && i % 8 != 0) {
			size_t s = check_random(&random) % nseeds;

			len = seeds[s].len;
			memcpy(p, seeds[s].p, len);
		} else {
			for (uint64_t n = check_random(&random) % 160; n > 0;
			     n--)
				p[len++] = (uint8_t)check_random(&random);
		}
		run(p, mutate(p, len, &random));
	}
	fprintf(tap, "1..1\nok 1 - %zu files of corpus, %d mutations\n", nseeds,
	    rounds);
	fclose(tap);
	for (size_t i = 0; i < nseeds; i++)
		free(seeds[i].p);
	return 0;
}
