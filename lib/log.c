#include "log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "utf8.h"

static struct {
	char program[32];
	bool to_syslog;
	bool verbose;
} sink = { "smsvault", false, false };

void
log_open(const char *program, bool to_syslog, bool verbose)
{
	snprintf(sink.program, sizeof sink.program, "%s", program);
	sink.to_syslog = to_syslog;
	sink.verbose = verbose;
	if (to_syslog)
		openlog(sink.program, LOG_PID, LOG_DAEMON);
}

bool
log_verbose(void)
{
	return sink.verbose;
}

/* Octets of the character at text that may go on a line as they are, or 0. */
static size_t
printable(const char *text)
{
	size_t len = strnlen(text, 4);

	for (size_t n = 1; n <= len; n++)
		if (utf8_line(text, n))
			return n;
	return 0;
}

/*
 * What could move a terminal or begin a new line becomes \xNN: C0, DEL and C1,
 * and whatever is not UTF-8.
 */
static void
escape(const char *text, char *out, size_t cap)
{
	size_t n = 0, len;

	while (*text != '\0' && n + 5 < cap) {
		if ((len = printable(text)) > 0) {
			memcpy(out + n, text, len);
			n += len;
			text += len;
		} else
			n += (size_t)snprintf(out + n, cap - n, "\\x%02x",
			    (unsigned char)*text++);
	}
	out[n] = '\0';
}

__attribute__((format(printf, 2, 0))) static void
put(int level, const char *fmt, va_list ap)
{
	char text[1024];
	char line[1400];
	int saved = errno;

	vsnprintf(text, sizeof text, fmt, ap);
	escape(text, line, sizeof line);
	if (sink.to_syslog)
		syslog(level, "%s", line);
	else
		fprintf(stderr, "%s: %s\n", sink.program, line);
	errno = saved;
}

void
log_debug(const char *fmt, ...)
{
	va_list ap;

	if (!sink.verbose)
		return;
	va_start(ap, fmt);
	put(LOG_DEBUG, fmt, ap);
	va_end(ap);
}

void
log_info(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	put(LOG_INFO, fmt, ap);
	va_end(ap);
}

void
log_warn(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	put(LOG_WARNING, fmt, ap);
	va_end(ap);
}

void
log_error(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	put(LOG_ERR, fmt, ap);
	va_end(ap);
}

const char *
log_number(const char *number, char out[static LOG_NUMBER_MAX])
{
	size_t len = strlen(number);

	if (sink.verbose || len < 8)
		snprintf(out, LOG_NUMBER_MAX, "%s", number);
	else
		snprintf(out, LOG_NUMBER_MAX, "%.4s*****%s", number,
		    number + len - 2);
	return out;
}
