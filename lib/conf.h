/*
 * conf.h - "key = value" files, read by libconfuse.
 *
 * A program has one table of keys: it drives parsing, checks, error texts and
 * the test that holds the manual page against it.  Unrecognized keys are
 * errors.  Sections (modem "name" { ... }) repeat.
 */
#ifndef CONF_H
#define CONF_H

#include <stddef.h>
#include <stdint.h>

enum conf_type {
	CONF_STRING, /* char * in the struct; allocated */
	CONF_INT, /* int64_t; min..max */
	CONF_BOOL, /* bool */
};

struct conf_key {
	const char *name;
	enum conf_type type;
	size_t offset; /* of the member in the struct */
	const char *fallback; /* as it would be written in the file; NULL: "" */
	int64_t min, max; /* CONF_INT */
};

/* A section that may repeat: conf_read calls add() for each, after its keys
 * were read into a zeroed struct of size octets; add copies what it keeps. */
struct conf_section {
	const char *name;
	const struct conf_key *keys;
	size_t nkeys;
	size_t size;
	int (*add)(void *target, const char *title, const void *section);
};

/*
 * Read path into target (a zeroed struct).  path NULL: defaults only.  Returns
 * 0, or -1 after logging "PATH:LINE: key: what is wrong, what is allowed"; then
 * no string of target is set (what sections were added is the caller's).
 */
int conf_read(const char *path, const struct conf_key *keys, size_t nkeys,
    const struct conf_section *sections, size_t nsections, void *target);
/* Free the CONF_STRING members of target and set them to NULL. */
void conf_clear(const struct conf_key *keys, size_t nkeys, void *target);

#endif
