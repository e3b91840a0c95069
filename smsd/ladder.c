#include "ladder.h"

#include <spawn.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "log.h"

#define HOOK_AGAIN_MS 300000
#define RESETS_APART 4 /* times the wait for the first */

extern char **environ;

void
ladder_ready(struct ladder *l, const char *name)
{
	if (l->alarmed)
		log_info("modem %s: is back", name);
	*l = (struct ladder){ 0 };
}

/* It runs on its own; whoever waits for children meets a stranger. */
static void
run_hook(const struct smsd_modem *m)
{
	char *argv[] = { m->power_hook, m->name, m->device, NULL };
	pid_t pid;
	int err = posix_spawn(&pid, m->power_hook, NULL, NULL, argv, environ);

	if (err != 0)
		log_error("modem %s: cannot run %s: %s", m->name, m->power_hook,
		    strerror(err));
	else
		log_warn("modem %s: does not come back: ran %s", m->name,
		    m->power_hook);
}

bool
ladder_failed(struct ladder *l, const struct smsd_modem *m, int64_t now_ms)
{
	int64_t away_ms;

	if (l->since_ms == 0)
		l->since_ms = now_ms;
	away_ms = now_ms - l->since_ms;
	if (m->power_hook[0] != '\0' && away_ms >= m->hook_after_s * 1000 &&
	    (l->hook_ms == 0 || now_ms - l->hook_ms >= HOOK_AGAIN_MS)) {
		l->hook_ms = now_ms;
		run_hook(m);
	}
	if (away_ms >= m->alarm_after_s * 1000 && !l->alarmed) {
		l->alarmed = true;
		log_error("modem %s: has not answered for %lld s: see to %s",
		    m->name, (long long)away_ms / 1000, m->device);
	}
	if (away_ms < m->reset_after_s * 1000 ||
	    (l->reset_ms != 0 &&
		now_ms - l->reset_ms < RESETS_APART * m->reset_after_s * 1000))
		return false;
	l->reset_ms = now_ms;
	return true;
}

const char *
ladder_step(const struct ladder *l)
{
	if (l->alarmed)
		return "alarm";
	if (l->hook_ms != 0)
		return "hook";
	if (l->reset_ms != 0)
		return "reset";
	return l->since_ms != 0 ? "anew" : "";
}
