# tests of web-cgi, and of what it shares with smsd
WEB_TEST_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/web-cgi -I$(top_srcdir)/db

# The simulator's page, and stories that take their time.
EXTRA_DIST += tests/web/demo.mjs
dist_check_SCRIPTS += tests/e2e-demo.sh
TESTS += tests/e2e-demo.sh

check_PROGRAMS += tests/check_answer
TESTS += tests/check_answer
tests_check_answer_SOURCES = tests/check_answer.c
tests_check_answer_CFLAGS = $(TEST_CFLAGS)
tests_check_answer_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/check_policy_page
TESTS += tests/check_policy_page
tests_check_policy_page_SOURCES = tests/check_policy_page.c
tests_check_policy_page_CPPFLAGS = $(WEB_TEST_CPPFLAGS)
tests_check_policy_page_CFLAGS = $(TEST_CFLAGS)
tests_check_policy_page_LDADD = $(WEB_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/check_web
TESTS += tests/check_web
tests_check_web_SOURCES = tests/check_web.c
tests_check_web_CPPFLAGS = $(WEB_TEST_CPPFLAGS)
tests_check_web_CFLAGS = $(TEST_CFLAGS)
tests_check_web_LDFLAGS = -Wl,--wrap=explicit_bzero
tests_check_web_LDADD = $(WEB_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/check_html
TESTS += tests/check_html
tests_check_html_SOURCES = tests/check_html.c
tests_check_html_CPPFLAGS = $(WEB_TEST_CPPFLAGS)
tests_check_html_CFLAGS = $(TEST_CFLAGS)
tests_check_html_LDADD = $(WEB_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/check_session
TESTS += tests/check_session
tests_check_session_SOURCES = tests/check_session.c
tests_check_session_CPPFLAGS = $(WEB_TEST_CPPFLAGS)
tests_check_session_CFLAGS = $(TEST_CFLAGS)
tests_check_session_LDFLAGS = -Wl,--wrap=pages_session_find \
	-Wl,--wrap=pages_session_put -Wl,--wrap=pages_session_drop \
	-Wl,--wrap=operator_salt -Wl,--wrap=operator_sign_in \
	-Wl,--wrap=operator_who -Wl,--wrap=operator_sign_out
tests_check_session_LDADD = $(WEB_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/check_present
TESTS += tests/check_present
tests_check_present_SOURCES = tests/check_present.c
tests_check_present_CPPFLAGS = $(WEB_TEST_CPPFLAGS)
tests_check_present_CFLAGS = $(TEST_CFLAGS)
tests_check_present_LDADD = $(WEB_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/check_open
TESTS += tests/check_open
tests_check_open_SOURCES = tests/check_open.c
tests_check_open_CPPFLAGS = $(WEB_TEST_CPPFLAGS)
tests_check_open_CFLAGS = $(TEST_CFLAGS)
tests_check_open_LDFLAGS = -Wl,--wrap=pages_keys
tests_check_open_LDADD = $(WEB_LIBS) $(CHECK_LIBS)

# Every kind of event has words.
check_PROGRAMS += tests/event_words
tests_event_words_SOURCES = tests/event_words.c
tests_event_words_CPPFLAGS = $(WEB_TEST_CPPFLAGS)
tests_event_words_LDADD = $(WEB_LIBS)
dist_check_SCRIPTS += tests/check-events.sh
TESTS += tests/check-events.sh

dist_check_SCRIPTS += tests/bench-pages.sh
TESTS += tests/bench-pages.sh

# Each export format, read back by readers that are not ours.
EXTRA_DIST += tests/export.py
check_PROGRAMS += tests/export_from
tests_export_from_SOURCES = tests/export_from.c
tests_export_from_CPPFLAGS = $(WEB_TEST_CPPFLAGS) $(JANSSON_CFLAGS)
tests_export_from_LDADD = $(WEB_LIBS)
dist_check_SCRIPTS += tests/export.sh
TESTS += tests/export.sh

# The owners' pages in a real browser.  The driver is npm's: node_modules is
# never distributed.
EXTRA_DIST += \
	tests/web/package.json \
	tests/web/browse.mjs \
	tests/web/look.mjs \
	tests/web/owner.mjs \
	tests/web/pages.mjs \
	tests/web/service.mjs \
	tests/web/tap.mjs
dist_check_SCRIPTS += tests/e2e-browse.sh tests/e2e-pages.sh tests/e2e-owner.sh
TESTS += tests/e2e-browse.sh tests/e2e-pages.sh tests/e2e-owner.sh

# A phone's policy, its page, its SIMs and events.
EXTRA_DIST += tests/web/policy.mjs
dist_check_SCRIPTS += tests/e2e-policy.sh
TESTS += tests/e2e-policy.sh

# Bound by the picture.
EXTRA_DIST += tests/web/bind.mjs
dist_check_SCRIPTS += tests/e2e-bind.sh
TESTS += tests/e2e-bind.sh

# A lost phone.
EXTRA_DIST += tests/web/lost.mjs
dist_check_SCRIPTS += tests/e2e-lost.sh
TESTS += tests/e2e-lost.sh

# Files that owners bring along.
check_PROGRAMS += tests/check_import tests/smoke_import
TESTS += tests/check_import tests/smoke_import
tests_check_import_SOURCES = tests/check_import.c
tests_check_import_CPPFLAGS = $(WEB_TEST_CPPFLAGS)
tests_check_import_CFLAGS = $(TEST_CFLAGS)
tests_check_import_LDADD = $(WEB_LIBS) $(CHECK_LIBS)
tests_smoke_import_SOURCES = tests/fuzz_import.c tests/fuzz_main.c
tests_smoke_import_CPPFLAGS = $(WEB_TEST_CPPFLAGS)
tests_smoke_import_CFLAGS = $(TEST_CFLAGS)
tests_smoke_import_LDADD = $(WEB_LIBS)
if FUZZ
noinst_PROGRAMS += tests/fuzz_import
tests_fuzz_import_SOURCES = tests/fuzz_import.c
tests_fuzz_import_CPPFLAGS = $(WEB_TEST_CPPFLAGS)
tests_fuzz_import_CFLAGS = $(TEST_CFLAGS)
tests_fuzz_import_LDFLAGS = -fsanitize=fuzzer
tests_fuzz_import_LDADD = $(WEB_LIBS)
endif
EXTRA_DIST += tests/web/import.mjs tests/web/operator.mjs
dist_check_SCRIPTS += tests/e2e-import.sh
TESTS += tests/e2e-import.sh

# The simulator's page: what it says is what the simulator hears.
check_PROGRAMS += tests/check_demo
TESTS += tests/check_demo
tests_check_demo_SOURCES = tests/check_demo.c
tests_check_demo_CPPFLAGS = $(WEB_TEST_CPPFLAGS) -I$(top_srcdir)/phone-sim \
	-I$(top_srcdir)/phone $(EVENT_CFLAGS)
tests_check_demo_CFLAGS = $(TEST_CFLAGS)
tests_check_demo_LDADD = $(WEB_LIBS) $(SIM_LIBS) $(CHECK_LIBS)
