#include "log.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

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

/* What could move a terminal or begin a new line becomes \xNN. */
static void
escape(const char *text, char *out, size_t cap)
{
	size_t n = 0;

	for (; *text != '\0' && n + 5 < cap; text++) {
		unsigned char c = (unsigned char)*text;

		if (c < 0x20 || c == 0x7f)
			n += (size_t)snprintf(out + n, cap - n, "\\x%02x", c);
		else
			out[n++] = (char)c;
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
