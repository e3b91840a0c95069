/*
 * log.h - one line to stderr or syslog.
 *
 * log_info: noteworthy; log_warn: a peer misbehaved, we go on; log_error: we
 * failed and someone should look.  A line begins with its subject, is lower
 * case, has no full stop and gives the reason.  Never keys, contents or
 * contacts; numbers through log_number().  Control characters are escaped
 * here, so that nobody's name can write a line of its own.
 */
#ifndef LOG_H
#define LOG_H

#include <stdbool.h>
#include <stddef.h>

/* Call once.  With to_syslog false lines go to stderr as "program: text". */
void log_open(const char *program, bool to_syslog, bool verbose);
bool log_verbose(void);

void log_debug(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* "+358*****67"; the whole number when verbose.  Returns out. */
#define LOG_NUMBER_MAX 32
const char *log_number(const char *number, char out[static LOG_NUMBER_MAX]);

#endif
