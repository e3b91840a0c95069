/*
 * notices.h - the process that tells owners what happened.
 */
#ifndef NOTICES_H
#define NOTICES_H

#include "smsd_conf.h"

/* Runs until the supervisor closes link_fd or says LINK_STOP.  Returns the
 * exit status. */
int notices_run(const struct smsd_conf *conf, int link_fd);

#endif
