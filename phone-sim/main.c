#include <event2/event.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "control.h"
#include "log.h"
#include "options.h"
#include "sim.h"

struct program {
	struct event_base *base;
	int status;
};

static void
quit(void *ctx, int status)
{
	struct program *p = ctx;

	p->status = status;
	event_base_loopbreak(p->base);
}

static void
on_signal(evutil_socket_t number, short what, void *arg)
{
	(void)number;
	(void)what;
	quit(arg, EXIT_SUCCESS);
}

/* Commands come from the socket, a script, and whoever types. */
static int
open_control(struct control *c, const struct options *o, int *script)
{
	if (o->socket != NULL && control_listen(c, o->socket) == -1)
		return -1;
	if (*script != -1) {
		int fd = *script;

		*script = -1;
		return control_read(c, fd, false);
	}
	if (isatty(STDIN_FILENO))
		return control_read(c, STDIN_FILENO, true);
	return 0;
}

static int
run(struct program *p, struct options *o, struct event *stop[2])
{
	struct sim *s = NULL;
	struct control *c = NULL;
	int ret = EXIT_FAILURE;

	o->sim.base = p->base;
	if ((s = sim_new(&o->sim)) == NULL)
		goto out;
	for (size_t i = 0; i < o->nmodems; i++)
		if (sim_add_modem(s, o->modem[i]) == -1)
			goto out;
	if ((c = control_new(s, quit, p)) == NULL ||
	    open_control(c, o, &o->script_fd) == -1)
		goto out;
	event_add(stop[0], NULL);
	event_add(stop[1], NULL);
	if (!event_base_got_break(p->base))
		event_base_dispatch(p->base);
	ret = p->status;
out:
	control_free(c);
	sim_free(s);
	return ret;
}

int
main(int argc, char **argv)
{
	struct program p = { 0 };
	struct options o;
	struct event *stop[2];
	int ret;

	log_open("phone-sim", false, false);
	if ((ret = options_read(&o, argc, argv)) >= 0)
		return ret;
	if (o.ask != NULL)
		return control_ask(o.socket, o.ask);
	signal(SIGPIPE, SIG_IGN);
	if ((p.base = event_base_new()) == NULL ||
	    event_base_priority_init(p.base, 3) == -1)
		return EXIT_FAILURE;
	stop[0] = evsignal_new(p.base, SIGTERM, on_signal, &p);
	stop[1] = evsignal_new(p.base, SIGINT, on_signal, &p);
	ret = run(&p, &o, stop);
	event_free(stop[0]);
	event_free(stop[1]);
	event_base_free(p.base);
	return ret;
}
