/*
 * conf: any file is read or refused; nothing leaks, nothing is out of range.
 */
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "conf.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len);

struct settings {
	char *name;
	int64_t seconds;
	bool loud;
};

static const struct conf_key keys[] = {
	{ "name", CONF_STRING, offsetof(struct settings, name), "x", 0, 0 },
	{ "seconds", CONF_INT, offsetof(struct settings, seconds), "5", 1,
	    3600 },
	{ "loud", CONF_BOOL, offsetof(struct settings, loud), "no", 0, 0 },
};

static int
add(void *target, const char *title, const void *section)
{
	const struct settings *s = section;

	(void)target;
	if (title == NULL || s->name == NULL || s->seconds < 1 ||
	    s->seconds > 3600)
		abort();
	return 0;
}

static const struct conf_section sections[] = {
	{ "modem", keys, 3, sizeof(struct settings), add },
};

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	struct settings s = { 0 };
	char path[64];
	static int null = -1, saved;
	int fd = memfd_create("conf", MFD_CLOEXEC);

	if (null == -1) {
		null = open("/dev/null", O_WRONLY);
		saved = dup(STDERR_FILENO);
	}
	if (fd == -1 || write(fd, p, len) != (ssize_t)len)
		abort();
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	dup2(null, STDERR_FILENO); /* it complains a lot */
	if (conf_read(path, keys, 3, sections, 1, &s) == 0 &&
	    (s.name == NULL || s.seconds < 1 || s.seconds > 3600))
		abort();
	dup2(saved, STDERR_FILENO);
	conf_clear(keys, 3, &s);
	close(fd);
	return 0;
}
