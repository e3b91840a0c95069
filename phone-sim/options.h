/*
 * options.h - phone-sim's command line.
 */
#ifndef OPTIONS_H
#define OPTIONS_H

#include "sim.h"

#define OPTIONS_USAGE 2 /* exit status: the options are wrong */

struct options {
	struct sim_setup sim;
	const char *socket, *ask;
	int script_fd; /* -1: none */
	size_t nmodems;
	const char *modem[SIM_MODEMS_MAX];
};

/* -1: go on with *out.  Else the exit status: help was given, or what is
 * wrong has been said. */
int options_read(struct options *out, int argc, char **argv);

#endif
