#include "ladder.h"

#include <spawn.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "log.h"

#define RESET_MS 15000 /* AT+CFUN=1,1, once */
#define HOOK_MS 45000 /* the operator's program ... */
#define HOOK_AGAIN_MS 300000 /* ... and again */
#define ALARM_MS 120000

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
run_hook(const char *hook, const char *name, const char *device)
{
	char *argv[] = { (char *)(uintptr_t)hook, (char *)(uintptr_t)name,
		(char *)(uintptr_t)device, NULL };
	pid_t pid;
	int err = posix_spawn(&pid, hook, NULL, NULL, argv, environ);

	if (err != 0)
		log_error(
		    "modem %s: cannot run %s: %s", name, hook, strerror(err));
	else
		log_warn("modem %s: does not come back: ran %s", name, hook);
}

bool
ladder_failed(struct ladder *l, const char *name, const char *device,
    const char *hook, int64_t now_ms)
{
	int64_t away_ms;

	if (l->since_ms == 0)
		l->since_ms = now_ms;
	away_ms = now_ms - l->since_ms;
	if (hook[0] != '\0' && away_ms >= HOOK_MS &&
	    (l->hook_ms == 0 || now_ms - l->hook_ms >= HOOK_AGAIN_MS)) {
		l->hook_ms = now_ms;
		run_hook(hook, name, device);
	}
	if (away_ms >= ALARM_MS && !l->alarmed) {
		l->alarmed = true;
		log_error("modem %s: has not answered for %d s: see to %s",
		    name, ALARM_MS / 1000, device);
	}
	if (away_ms < RESET_MS || l->reset)
		return false;
	l->reset = true;
	return true;
}
