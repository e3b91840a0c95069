/*
 * preflight.h - whether what smsd.conf names is there, before smsd runs.
 */
#ifndef PREFLIGHT_H
#define PREFLIGHT_H

#include "smsd_conf.h"

/*
 * Looks at directories, keys, programs, modems and the database as the user
 * who runs it; makes and changes nothing.  Logs each thing that is not right
 * and what to do.  Returns how many of them would keep smsd from working: a
 * modem that is away only warns.
 */
int preflight(const struct smsd_conf *conf);

#endif
