/*
 * notify.h - tell systemd how it goes, if it listens.
 */
#ifndef NOTIFY_H
#define NOTIFY_H

/* sd_notify(3): "READY=1", "WATCHDOG=1", "STOPPING=1". */
void notify_systemd(const char *state);

#endif
