/*
 * make-primed FILE: learns the model of the codec and writes it to FILE, for
 * pack_primed.c.  Run by make.
 */
#include <stdio.h>

#include "log.h"
#include "pack_prime.h"

static int
write_model(const struct model *m, const char *path)
{
	size_t len;
	const void *image = model_image(m, &len);
	FILE *f = fopen(path, "wb");
	int err = -1;

	if (f != NULL) {
		err = fwrite(image, 1, len, f) == len ? 0 : -1;
		err = fclose(f) == 0 ? err : -1;
	}
	if (err == -1)
		log_error("cannot write %s: %m", path);
	return err;
}

int
main(int argc, char **argv)
{
	struct model *m;
	int err;

	log_open("make-primed", false, false);
	if (argc != 2) {
		fputs("usage: make-primed FILE\n", stderr);
		return 2;
	}
	m = pack_prime_learn();
	err = m != NULL ? write_model(m, argv[1]) : -1;
	model_free(m);
	return err == 0 ? 0 : 1;
}
