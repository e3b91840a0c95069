/*
 * What of a simulated phone outlives the simulation: its settings, and where
 * its files are.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "phones_internal.h"

void
sim_phone_file(const struct sim_phone *p, const char *what, char out[4096])
{
	snprintf(out, 4096, "%s/phone-%u.%s", p->all->dir, p->n, what);
}

int
sim_phone_save(struct sim_phone *p)
{
	char path[4096], aside[4096];
	FILE *f;

	sim_phone_file(p, "settings", path);
	sim_phone_file(p, "settings-new", aside);
	if ((f = fopen(aside, "we")) == NULL) {
		log_error("cannot write %s: %m", aside);
		return -1;
	}
	fprintf(f,
	    "number %s\nsim %s\npower %d\ncoverage %d\ntext %d\nclock %lld\n"
	    "roaming %d\nzone %d\nseen %s\n",
	    p->number, p->sim_id, p->power, p->coverage, p->text_only,
	    (long long)p->clock_ms, p->roaming, p->offset_min, p->sim_seen);
	for (int k = 1; k < RECORD_KIND_COUNT; k++)
		fprintf(f, "policy %d %d %u\n", k, (int)p->own.kind[k].mode,
		    p->own.kind[k].interval_min);
	if (fclose(f) != 0 || rename(aside, path) == -1) {
		log_error("cannot write %s: %m", path);
		return -1;
	}
	return 0;
}

static void
load_setting(struct sim_phone *p, const char *line)
{
	int k, mode, on;
	unsigned minutes;
	long long ms;

	if (strcmp(line, "number \n") == 0)
		p->number[0] = p->sim_id[0] = '\0';
	else if (sscanf(line, "number %23s", p->number) == 1 ||
		 sscanf(line, "sim %23s", p->sim_id) == 1 ||
		 sscanf(line, "seen %23s", p->sim_seen) == 1 ||
		 sscanf(line, "zone %d", &p->offset_min) == 1)
		return;
	if (sscanf(line, "power %d", &on) == 1)
		p->power = on != 0;
	else if (sscanf(line, "coverage %d", &on) == 1)
		p->coverage = on != 0;
	else if (sscanf(line, "text %d", &on) == 1)
		p->text_only = on != 0;
	else if (sscanf(line, "roaming %d", &on) == 1)
		p->roaming = on != 0;
	else if (sscanf(line, "clock %lld", &ms) == 1)
		p->clock_ms = ms;
	else if (sscanf(line, "policy %d %d %u", &k, &mode, &minutes) == 3 &&
		 k > 0 && k < RECORD_KIND_COUNT && mode >= POLICY_INHERIT &&
		 mode <= POLICY_FILL) {
		p->own.kind[k].mode = (enum policy_mode)mode;
		p->own.kind[k].interval_min = minutes;
	}
}

bool
sim_phone_load(struct sim_phone *p)
{
	char path[4096], line[256];
	FILE *f;

	sim_phone_file(p, "settings", path);
	if ((f = fopen(path, "re")) == NULL)
		return false;
	while (fgets(line, sizeof line, f) != NULL)
		load_setting(p, line);
	fclose(f);
	return true;
}

/* Without a directory of its own a phone lives in memory, as far as we can:
 * a journal must be a file to outlive the phone's restart. */
int
phones_dir_make(struct phones *all)
{
	static const char *const places[] = { "/dev/shm", NULL, "/tmp" };

	if (all->sim->setup.state != NULL) {
		snprintf(
		    all->dir, sizeof all->dir, "%s", all->sim->setup.state);
		return 0;
	}
	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
		const char *place = places[i];

		if (place == NULL && (place = getenv("TMPDIR")) == NULL)
			continue;
		snprintf(
		    all->dir, sizeof all->dir, "%s/phone-sim.XXXXXX", place);
		if (mkdtemp(all->dir) != NULL) {
			all->temporary = true;
			return 0;
		}
	}
	log_error("cannot make a temporary directory: %m; give one with "
		  "--state");
	return -1;
}

void
phones_dir_remove(const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *e;

	while (d != NULL && (e = readdir(d)) != NULL)
		if (e->d_name[0] != '.')
			unlinkat(dirfd(d), e->d_name, 0);
	if (d != NULL)
		closedir(d);
	rmdir(dir);
}
