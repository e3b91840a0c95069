# The whole service, end to end, on real parts.
EXTRA_DIST += tests/whole/lib.sh man/overview.svg
check_PROGRAMS += tests/whole/dump tests/whole/fill
tests_whole_dump_SOURCES = tests/whole/dump.c
tests_whole_dump_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/web-cgi -I$(top_srcdir)/db
tests_whole_dump_LDADD = $(WEB_LIBS)
tests_whole_fill_SOURCES = tests/whole/fill.c
tests_whole_fill_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/smsd -I$(top_srcdir)/db
tests_whole_fill_LDADD = $(SMSD_LIBS) $(ZSTD_LIBS) $(ZLIB_LIBS)

EXTRA_DIST += tests/smtp_server.py
dist_check_SCRIPTS += tests/e2e-main.sh tests/e2e-lossy.sh tests/e2e-faults.sh tests/e2e-notices.sh tests/e2e-mail.sh
TESTS += tests/e2e-faults.sh tests/e2e-notices.sh tests/e2e-mail.sh tests/e2e-main.sh tests/e2e-lossy.sh

# The scenes are tests as well.
EXTRA_DIST += setup/scenes/lib.sh
SCENES = \
	setup/scenes/day.sh \
	setup/scenes/friend.sh \
	setup/scenes/full-sim.sh \
	setup/scenes/lossy.sh \
	setup/scenes/replacement.sh \
	setup/scenes/stolen.sh \
	setup/scenes/thief.sh \
	setup/scenes/valley.sh
dist_check_SCRIPTS += $(SCENES)
TESTS += $(SCENES)
