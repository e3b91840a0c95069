/*
 * outbox.h - the process that sends what the database says, within budget.
 */
#ifndef OUTBOX_H
#define OUTBOX_H

#include "smsd_conf.h"

/* Runs until the supervisor closes link_fd or says LINK_STOP.  Returns the
 * exit status. */
int outbox_run(const struct smsd_conf *conf, int link_fd);

#endif
