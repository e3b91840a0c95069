/*
 * supervisor.h - the parent of the gateway's processes.
 *
 * Holds the spool and the sockets of its children: one smsd-modem a modem,
 * one ingest, one outbox.  Nothing here knows PostgreSQL or libGammu.  What a
 * modem hands over is committed to the spool before the modem is told to
 * delete it; children that end, hang or crash are started again.
 */
#ifndef SUPERVISOR_H
#define SUPERVISOR_H

#include "smsd_conf.h"

/* Runs until SIGTERM or SIGINT.  self is the path of this program, for the
 * children in its roles.  Returns the exit status. */
int supervisor_run(const struct smsd_conf *conf, const char *self);

#endif
