/*
 * ingest.h - the process that brings the spool into the database.
 */
#ifndef INGEST_H
#define INGEST_H

#include "smsd_conf.h"

/* Runs until the supervisor closes link_fd or says LINK_STOP.  Returns the
 * exit status. */
int ingest_run(const struct smsd_conf *conf, int link_fd);

#endif
