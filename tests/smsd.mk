# tests of smsd
SMSD_TEST_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/smsd -I$(top_srcdir)/db $(SQLITE_CFLAGS)
SMSD_TEST_LIBS = $(SMSD_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/check_reassembly
TESTS += tests/check_reassembly
tests_check_reassembly_SOURCES = tests/check_reassembly.c
tests_check_reassembly_CPPFLAGS = $(SMSD_TEST_CPPFLAGS)
tests_check_reassembly_CFLAGS = $(TEST_CFLAGS)
tests_check_reassembly_LDADD = $(SMSD_TEST_LIBS)

check_PROGRAMS += tests/check_spool
TESTS += tests/check_spool
tests_check_spool_SOURCES = tests/check_spool.c
tests_check_spool_CPPFLAGS = $(SMSD_TEST_CPPFLAGS)
tests_check_spool_CFLAGS = $(TEST_CFLAGS)
tests_check_spool_LDADD = $(SMSD_TEST_LIBS)

check_PROGRAMS += tests/check_link
TESTS += tests/check_link
tests_check_link_SOURCES = tests/check_link.c
tests_check_link_CPPFLAGS = $(SMSD_TEST_CPPFLAGS)
tests_check_link_CFLAGS = $(TEST_CFLAGS)
tests_check_link_LDADD = $(SMSD_TEST_LIBS)

check_PROGRAMS += tests/check_sandbox
TESTS += tests/check_sandbox
tests_check_sandbox_SOURCES = tests/check_sandbox.c smsd/modem/sandbox.c
tests_check_sandbox_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/smsd/modem
tests_check_sandbox_CFLAGS = $(TEST_CFLAGS)
tests_check_sandbox_LDADD = $(SECCOMP_LIBS) $(CHECK_LIBS)

# the modem's faults, and programs that are not ours on the same modem
dist_check_SCRIPTS += tests/modem-faults.sh tests/gammu-stock.sh
TESTS += tests/modem-faults.sh tests/gammu-stock.sh
