/*
 * supervisor_internal.h - shared by supervisor.c, which hands packets between
 * the processes and the spool, and supervisor_child.c, which starts them.
 */
#ifndef SUPERVISOR_INTERNAL_H
#define SUPERVISOR_INTERNAL_H

#include <event2/event.h>
#include <sys/types.h>

#include "ladder.h"
#include "link.h"
#include "smsd_conf.h"
#include "spool.h"

#define GROUP_MAX 64 /* packets in one commit of the spool */
#define QUEUE_MAX 256 /* sends that wait for a modem */

enum kind { MODEM, INGEST, OUTBOX, NOTICES };

struct child {
	struct supervisor *of;
	enum kind kind;
	const char *name;
	const struct smsd_modem *conf; /* MODEM */
	pid_t pid; /* 0: not running */
	int fd;
	struct event *readable, *restart;
	int64_t heard_ms, started_ms;
	int64_t backoff_ms;
	int trouble; /* times in a row that it could not read */
	struct ladder ladder; /* MODEM: how to get it back */
	bool reset;
	bool ready, missing;
	uint64_t sending; /* request in flight; 0: none */
	size_t held; /* packets that the spool has not taken yet */
	struct link_sms hold[GROUP_MAX];
};

struct waiting {
	struct link_send send;
	int64_t since_ms;
};

struct supervisor {
	const struct smsd_conf *conf;
	const char *self;
	char *modem_program;
	struct event_base *base;
	struct spool *spool;
	struct child *children;
	size_t count;
	struct waiting queue[QUEUE_MAX];
	size_t queued;
	struct event *tick, *term, *intr, *chld;
	int64_t stopping_ms; /* 0: running */
	bool spool_failed;
};

int64_t supervisor_mono_ms(void);
/* What has become of a request, to those who asked. */
void supervisor_answer(struct supervisor *s, uint64_t request,
    enum link_outcome outcome, const char *modem);
/* Take what child ctx has sent. */
void supervisor_on_readable(evutil_socket_t fd, short what, void *ctx);

/* Not if it runs, or if all are to stop. */
void child_start(struct child *c);
void child_on_restart(evutil_socket_t fd, short what, void *ctx);
/* To the outbox, for operators: what is tried to get this modem back. */
void supervisor_tell_away(struct supervisor *s, const struct child *c);
/* It has, with a status of wait(2): it is started again in time. */
void child_ended(struct child *c, int status);

#endif
