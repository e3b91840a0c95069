/*
 * notices.h - the process that tells owners what happened.
 */
#ifndef NOTICES_H
#define NOTICES_H

#include "post.h"
#include "smsd_conf.h"

/* Runs until the supervisor closes link_fd or says LINK_STOP.  Returns the
 * exit status. */
int notices_run(const struct smsd_conf *conf, int link_fd);

/* The mail server that is configured, with its password; *out points into
 * conf and password.  -1: no mail can go there, logged why. */
int notices_server(const struct smsd_conf *conf, struct post_server *out,
    char password[static POST_PASSWORD_MAX]);

#endif
